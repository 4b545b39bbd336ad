package canonical

// Catalog is products with their prices. X12 832; EDIFACT PRICAT.
type Catalog struct {
	Header
	Purpose           string            `json:"purpose,omitempty"`                                  // BCT01 (683): PC price, RC resale ...; BGM 1001
	CatalogNumber     string            `json:"catalogNumber,omitempty" schema:"key" key:"catalog"` // BCT02 (684); BGM 1004
	Version           string            `json:"version,omitempty"`                                  // BCT03 (685)
	Revision          string            `json:"revision,omitempty"`                                 // BCT04 (686)
	UOM               string            `json:"uom,omitempty"`                                      // BCT05 (355)
	PreviousNumber    string            `json:"previousNumber,omitempty"`                           // BCT06 (684): of the catalog that this one takes the place of
	PreviousVersion   string            `json:"previousVersion,omitempty"`                          // BCT07
	PreviousRevision  string            `json:"previousRevision,omitempty"`                         // BCT08
	Description       string            `json:"description,omitempty"`                              // BCT09
	IssuedAt          Date              `json:"issuedAt,omitempty"`                                 // DTM+137
	Currency          Currency          `json:"currency,omitzero"`                                  // CUR; CUX
	Refs              []Ref             `json:"refs,omitempty"`                                     // REF; RFF
	Contacts          []Contact         `json:"contacts,omitempty"`                                 // PER; CTA, COM
	FOB               FOB               `json:"fob,omitzero"`                                       // FOB; TOD
	Prices            []Price           `json:"prices,omitempty"`                                   // CTP
	Conditions        []Condition       `json:"conditions,omitempty"`                               // CSH
	AllowancesCharges []AllowanceCharge `json:"allowancesCharges,omitempty"`                        // SAC loop; ALC
	Terms             []Terms           `json:"terms,omitempty"`                                    // ITD; PAT
	Dates             []DateEntry       `json:"dates,omitempty"`                                    // DTM: 007 effective, 036 expires ...
	Taxes             []Tax             `json:"taxes,omitempty"`                                    // TAX, TXI
	Notes             []Note            `json:"notes,omitempty"`                                    // N9 loop; FTX
	Parties           []Party           `json:"parties,omitempty"`                                  // N1 loop; NAD group
	Lines             []CatalogLine     `json:"lines,omitempty"`                                    // LIN loop; LIN group
	Totals            *Totals           `json:"totals,omitempty"`                                   // CTT; CNT
}

// CatalogLine is one product. X12 LIN loop; EDIFACT LIN group.
type CatalogLine struct {
	Index  int    `json:"index,omitempty"`  // derived: from 1
	LineID string `json:"lineId,omitempty"` // LIN01; LIN 1082
	// Maintenance is add, change, delete ...; a code that has no name here stands as
	// it came.
	Maintenance       string            `json:"maintenance,omitempty"`
	MaintenanceCode   string            `json:"maintenanceCode,omitempty"`   // G53 (875): 001 change, 002 delete, 003 add ...; LIN 1229
	IDs               []ProductID       `json:"ids,omitempty"`               // LIN02-31; LIN C212, PIA
	Dates             []DateEntry       `json:"dates,omitempty"`             // DTM
	Refs              []Ref             `json:"refs,omitempty"`              // REF; RFF
	Contacts          []Contact         `json:"contacts,omitempty"`          // PER
	Descriptions      []Description     `json:"descriptions,omitempty"`      // PID; IMD
	Measures          []Measure         `json:"measures,omitempty"`          // MEA
	Pack              Pack              `json:"pack,omitzero"`               // PO4, G39; PAC
	Packaging         []Packaging       `json:"packaging,omitempty"`         // PKG; PAC
	Handling          []Handling        `json:"handling,omitempty"`          // TD4; HAN, DGS
	Conditions        []Condition       `json:"conditions,omitempty"`        // CSH
	LeadTimes         []LeadTime        `json:"leadTimes,omitempty"`         // LDT
	Prices            []CatalogPrice    `json:"prices,omitempty"`            // CTP loop; PRI group
	AllowancesCharges []AllowanceCharge `json:"allowancesCharges,omitempty"` // SAC loop; ALC
	Taxes             []Tax             `json:"taxes,omitempty"`             // TAX, TXI
	Sublines          []Subline         `json:"sublines,omitempty"`          // SLN loop
	Quantities        []QuantityOf      `json:"quantities,omitempty"`        // QTY: least and most that may be ordered ...
	StoreQuantities   []StoreQuantity   `json:"storeQuantities,omitempty"`   // SDQ
	Parties           []Party           `json:"parties,omitempty"`           // N1 loop; NAD
	Notes             []Note            `json:"notes,omitempty"`             // N9 loop; FTX
	OriginCountry     string            `json:"originCountry,omitempty"`     // ALI 3239, as received
	Ext               map[string]string `json:"ext,omitempty"`               // see [Header]
}

// CatalogPrice is a price with when, and for how many, it holds. X12 CTP loop;
// EDIFACT PRI group.
type CatalogPrice struct {
	Price
	Dates        []DateEntry    `json:"dates,omitempty"`        // DTM
	Currency     Currency       `json:"currency,omitzero"`      // CUR; CUX
	Brackets     []PriceBracket `json:"brackets,omitempty"`     // G40: another price from each bracket on
	RangeUOM     string         `json:"rangeUom,omitempty"`     // RNG 6411: unit of FromQuantity and ToQuantity, as received
	FromQuantity Decimal        `json:"fromQuantity,omitempty"` // RNG 6162
	ToQuantity   Decimal        `json:"toQuantity,omitempty"`   // RNG 6152
}

// PriceBracket is the price within one bracket of a price list. X12 G40.
type PriceBracket struct {
	ID             string  `json:"id,omitempty"`             // G4001 (417)
	Price          Decimal `json:"price,omitempty"`          // G4002: list cost
	PreviousPrice  Decimal `json:"previousPrice,omitempty"`  // G4003
	Description    string  `json:"description,omitempty"`    // G4004
	Retail         Decimal `json:"retail,omitempty"`         // G4005: suggested, N2 resolved
	PreviousRetail Decimal `json:"previousRetail,omitempty"` // G4006, N2 resolved
	UOM            string  `json:"uom,omitempty"`            // G4007 (355)
	Type           string  `json:"type,omitempty"`           // G4008 (236)
	Number         Decimal `json:"number,omitempty"`         // G4009
}

// Kind is [KindCatalog].
func (c *Catalog) Kind() string { return KindCatalog }

// Head is what all documents share.
func (c *Catalog) Head() *Head { return &c.Header }

// Identity is the catalog's number, and its version and revision.
func (c *Catalog) Identity() (number, revision string) {
	return c.CatalogNumber, revisions(c.Version, c.Revision)
}

// Derive implements [Document].
func (c *Catalog) Derive() {
	c.Header.Kind, c.SchemaVersion = KindCatalog, SchemaVersion
	d := derivation{c.edifact()}
	c.Currency.derive()
	deriveEach(c.Contacts, (*Contact).derive)
	deriveEach(c.Dates, (*DateEntry).derive)
	deriveEach(c.Notes, (*Note).derive)
	deriveEach(c.Parties, d.party)
	deriveCharges(c.AllowancesCharges)
	for i := range c.Lines {
		l := &c.Lines[i]
		l.Index = i + 1
		deriveEach(l.IDs, (*ProductID).derive)
		deriveEach(l.Contacts, (*Contact).derive)
		deriveEach(l.Dates, (*DateEntry).derive)
		deriveEach(l.Notes, (*Note).derive)
		deriveEach(l.Parties, d.party)
		deriveEach(l.Sublines, d.subline)
		deriveCharges(l.AllowancesCharges)
		for j := range l.Prices {
			l.Prices[j].Currency.derive()
			deriveEach(l.Prices[j].Dates, (*DateEntry).derive)
		}
	}
}
