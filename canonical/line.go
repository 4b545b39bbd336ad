package canonical

// Line is one line of an order, of what answers or changes it, of an invoice. X12
// PO1, POC, IT1 loop; EDIFACT LIN group.
type Line struct {
	Index             int               `json:"index,omitempty"`             // derived: from 1, in the order of the document; lineId may be absent or repeated
	LineID            string            `json:"lineId,omitempty"`            // PO101, POC01, IT101: text, not a number; LIN 1082
	Quantity          Quantity          `json:"quantity,omitzero"`           // PO102-03, POC03+05, IT102-03; QTY+21, invoiced QTY+47
	UnitPrice         Decimal           `json:"unitPrice,omitempty"`         // PO104, POC06, IT104; absent: the price is agreed elsewhere; PRI
	PriceBasis        string            `json:"priceBasis,omitempty"`        // PO105, POC07, IT105 (639); PRI 5284
	IDs               []ProductID       `json:"ids,omitempty"`               // PO106-25, POC08-27, IT106-25; LIN C212, PIA
	Currency          *Currency         `json:"currency,omitempty"`          // CUR
	Prices            []Price           `json:"prices,omitempty"`            // CTP loop; PRI, APR
	Measures          []Measure         `json:"measures,omitempty"`          // MEA
	Descriptions      []Description     `json:"descriptions,omitempty"`      // PID loop; IMD
	Pack              *Pack             `json:"pack,omitempty"`              // the first PO4; PAC
	Refs              []Ref             `json:"refs,omitempty"`              // REF; RFF
	Contacts          []Contact         `json:"contacts,omitempty"`          // PER
	AllowancesCharges []AllowanceCharge `json:"allowancesCharges,omitempty"` // SAC loop; ALC
	Conditions        []Condition       `json:"conditions,omitempty"`        // CSH
	Terms             []Terms           `json:"terms,omitempty"`             // ITD; PAT
	Discounts         []Discount        `json:"discounts,omitempty"`         // DIS
	TaxReferences     []TaxReference    `json:"taxReferences,omitempty"`     // TAX
	FOB               *FOB              `json:"fob,omitempty"`               // the first FOB
	// StoreQuantities divides the line's quantity among places. X12 SDQ; EDIFACT
	// LOC+7 with QTY+11.
	StoreQuantities []StoreQuantity   `json:"storeQuantities,omitempty"`
	Dates           []DateEntry       `json:"dates,omitempty"`         // DTM
	Lading          []Lading          `json:"lading,omitempty"`        // TD1
	Routing         []Carrier         `json:"routing,omitempty"`       // TD5
	Equipment       []Equipment       `json:"equipment,omitempty"`     // TD3
	Handling        []Handling        `json:"handling,omitempty"`      // TD4
	Percents        []Percent         `json:"percents,omitempty"`      // PCT
	Marks           []Mark            `json:"marks,omitempty"`         // MAN
	Messages        []string          `json:"messages,omitempty"`      // MSG that stands in no N9 loop
	Taxes           []Tax             `json:"taxes,omitempty"`         // TXI; TAX
	Quantities      []QuantityOf      `json:"quantities,omitempty"`    // QTY loop
	Schedules       []Schedule        `json:"schedules,omitempty"`     // SCH loop
	Packaging       []Packaging       `json:"packaging,omitempty"`     // PKG loop
	Notes           []Note            `json:"notes,omitempty"`         // N9 loop; FTX
	Parties         []Party           `json:"parties,omitempty"`       // N1 loop: the line's own ship-to, mark-for; NAD
	Sublines        []Subline         `json:"sublines,omitempty"`      // SLN loop: assortment, prepack, kit
	Amounts         []AmountEntry     `json:"amounts,omitempty"`       // AMT loop; MOA
	Details         []LineDetail      `json:"details,omitempty"`       // PO3: why quantity, price or date changed
	OriginCountry   string            `json:"originCountry,omitempty"` // ALI 3239, as received
	Ext             map[string]string `json:"ext,omitempty"`           // see [Header]
}

// LineDetail says of a part of a line's quantity why something about it is not
// as ordered. X12 PO3.
type LineDetail struct {
	Reason      string   `json:"reason,omitempty"`      // PO301 (371)
	Date        Date     `json:"date,omitempty"`        // PO302
	PriceType   string   `json:"priceType,omitempty"`   // PO303 (236)
	UnitPrice   Decimal  `json:"unitPrice,omitempty"`   // PO304
	PriceBasis  string   `json:"priceBasis,omitempty"`  // PO305 (639)
	Quantity    Quantity `json:"quantity,omitzero"`     // PO306, PO307
	Description string   `json:"description,omitempty"` // PO308
}

// StoreQuantity is what one place gets of a line. X12 SDQ.
type StoreQuantity struct {
	Location ID       `json:"location,omitzero"` // SDQ02 (66) as scheme, the number from the pair as value: leading zeros count
	Quantity Quantity `json:"quantity,omitzero"` // the number from the pair, SDQ01
	Area     string   `json:"area,omitempty"`    // SDQ23: area within the place
}

// Schedule is a part of a line's quantity with its own dates. X12 SCH loop.
type Schedule struct {
	Quantity  Quantity    `json:"quantity,omitzero"`   // SCH01, SCH02
	Party     ScheduledTo `json:"party,omitzero"`      // SCH03, SCH04
	Dates     []DateEntry `json:"dates,omitempty"`     // SCH05-07, SCH08-10
	RequestID string      `json:"requestId,omitempty"` // SCH11
	LineID    string      `json:"lineId,omitempty"`    // SCH12
	Lading    []Lading    `json:"lading,omitempty"`    // TD1
	Routing   []Carrier   `json:"routing,omitempty"`   // TD5
	Equipment []Equipment `json:"equipment,omitempty"` // TD3
	Handling  []Handling  `json:"handling,omitempty"`  // TD4
	Refs      []Ref       `json:"refs,omitempty"`      // REF
}

// ScheduledTo names the party of a schedule.
type ScheduledTo struct {
	Role     string `json:"role,omitempty"`     // see [Party]
	RoleCode string `json:"roleCode,omitempty"` // SCH03 (98)
	Name     string `json:"name,omitempty"`     // SCH04
}

// Subline is a component of a line. X12 SLN loop; EDIFACT LIN C829.
type Subline struct {
	LineID            string            `json:"lineId,omitempty"`            // SLN01
	ParentLineID      string            `json:"parentLineId,omitempty"`      // SLN02
	Relationship      string            `json:"relationship,omitempty"`      // SLN03 (662): I included, A add, S substituted ...
	Quantity          Quantity          `json:"quantity,omitzero"`           // SLN04, SLN05
	UnitPrice         Decimal           `json:"unitPrice,omitempty"`         // SLN06
	PriceBasis        string            `json:"priceBasis,omitempty"`        // SLN07 (639)
	PriceRelationship string            `json:"priceRelationship,omitempty"` // SLN08 (662)
	IDs               []ProductID       `json:"ids,omitempty"`               // SLN09-28
	Messages          []string          `json:"messages,omitempty"`          // MSG
	Descriptions      []Description     `json:"descriptions,omitempty"`      // PID
	Dates             []DateEntry       `json:"dates,omitempty"`             // DTM
	Prices            []Price           `json:"prices,omitempty"`            // CTP
	Pack              Pack              `json:"pack,omitzero"`               // PO4
	TaxReferences     []TaxReference    `json:"taxReferences,omitempty"`     // TAX
	Notes             []Note            `json:"notes,omitempty"`             // N9 loop
	AllowancesCharges []AllowanceCharge `json:"allowancesCharges,omitempty"` // SAC loop
	Quantities        []QuantityOf      `json:"quantities,omitempty"`        // QTY loop
	Parties           []Party           `json:"parties,omitempty"`           // N1 loop
	Refs              []Ref             `json:"refs,omitempty"`              // REF, of an invoice
	Taxes             []Tax             `json:"taxes,omitempty"`             // TXI, of an invoice
}

// Totals are what the sender counted. X12 CTT; EDIFACT CNT, MOA.
type Totals struct {
	LineCount   Decimal  `json:"lineCount,omitempty"`   // CTT01; computed on the way out
	Hash        Decimal  `json:"hash,omitempty"`        // CTT02: sum of the quantities
	Weight      Quantity `json:"weight,omitzero"`       // CTT03, CTT04
	Volume      Quantity `json:"volume,omitzero"`       // CTT05, CTT06
	Description string   `json:"description,omitempty"` // CTT07
}
