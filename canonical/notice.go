package canonical

// ShipmentNotice says before the goods arrive what is in them, package by
// package. X12 856; EDIFACT DESADV.
//
// Levels are the document's own tree, of any shape: shipment, order, tare, pack,
// item (pick and pack), shipment, order, item, pack (standard carton), with
// batches, with levels that only one partner has. Packages and Items are derived
// from it: what a consumer who asks "what is in this carton" wants.
type ShipmentNotice struct {
	Header
	ShipmentID      string        `json:"shipmentId,omitempty" schema:"key" key:"shipment"` // BSN02 (396): the shipper's number; BGM 1004
	IssuedAt        Date          `json:"issuedAt,omitempty"`                               // BSN03, BSN04; DTM+137
	StructureCode   string        `json:"structureCode,omitempty"`                          // BSN05 (1005): 0001 S-O-P-I, 0002 S-O-I-P, 0004 S-O-I ...
	TransactionType string        `json:"transactionType,omitempty"`                        // BSN06 (640)
	StatusReason    string        `json:"statusReason,omitempty"`                           // BSN07 (641)
	NoticeType      string        `json:"noticeType,omitempty"`                             // BGM 1001: 351 despatch advice
	Currency        Currency      `json:"currency,omitzero"`                                // CUX
	Dates           []DateEntry   `json:"dates,omitempty"`                                  // DTM of the heading: 011 shipped, 017 estimated delivery; DTM+11, 17
	Refs            []Ref         `json:"refs,omitempty"`                                   // RFF: BM bill of lading, CN carrier's number, ON order. X12: of the shipment's level
	FOB             FOB           `json:"fob,omitzero"`                                     // TOD. X12: of the shipment's level
	Parties         []Party       `json:"parties,omitempty"`                                // NAD group. X12: of the shipment's level
	Routing         []Carrier     `json:"routing,omitempty"`                                // TDT group. X12: of the shipment's level
	Equipment       []Equipment   `json:"equipment,omitempty"`                              // EQD, SEL. X12: of the shipment's level
	Measures        []Measure     `json:"measures,omitempty"`                               // MEA. X12: of the levels
	Notes           []Note        `json:"notes,omitempty"`                                  // FTX
	Levels          []Level       `json:"levels,omitempty"`                                 // HL loops; CPS groups and the LIN groups in them
	Totals          *Totals       `json:"totals,omitempty"`                                 // CTT01 counts the levels, CTT02 adds SN102; CNT
	Amounts         []AmountEntry `json:"amounts,omitempty"`                                // MOA
	// Packages is derived: every tare and pack, depth first.
	Packages []PackageEntry `json:"packages,omitempty"`
	// Items is derived: every item, depth first.
	Items []ItemEntry `json:"items,omitempty"`
}

// Level is one level of a shipment with the levels within it. Which members are
// used depends on what it is; X12 allows every segment at every level. X12 HL
// loop; EDIFACT CPS group, LIN group.
type Level struct {
	ID        string `json:"id,omitempty"`        // HL01, CPS 7164: as received; made on the way out when absent
	ParentID  string `json:"parentId,omitempty"`  // HL02, CPS 7166: as received; the tree itself says who holds whom
	ChildCode string `json:"childCode,omitempty"` // HL04 (736)
	// Kind is shipment, order, tare, pack, item, batch ...; a code that has no name
	// here stands as it came.
	Kind     string `json:"kind,omitempty"`
	KindCode string `json:"kindCode,omitempty"` // HL03 (735): S, O, T, P, I, and what partners agree upon, ZZ; CPS 7075

	Order    OrderRef        `json:"order,omitzero"`     // PRF; RFF+ON in the group
	LineID   string          `json:"lineId,omitempty"`   // LIN01, SN101: the line of the order; LIN 1082, RFF+ON 1156
	IDs      []ProductID     `json:"ids,omitempty"`      // LIN02-31; LIN C212, PIA
	Shipped  ShippedQuantity `json:"shipped,omitzero"`   // SN1; QTY+12, QTY+21
	Sublines []Subline       `json:"sublines,omitempty"` // SLN
	// Quantities are those that SN1 has no place for. QTY; QVR.
	Quantities []QuantityOf `json:"quantities,omitempty"`

	Marks             []Mark            `json:"marks,omitempty"`             // MAN; PCI, GIN
	Pallet            Pallet            `json:"pallet,omitzero"`             // PAL
	Pack              Pack              `json:"pack,omitzero"`               // PO4; PAC, QTY+59
	Packaging         []Packaging       `json:"packaging,omitempty"`         // PKG; PAC
	Lading            []Lading          `json:"lading,omitempty"`            // TD1; PAC, MEA
	Measures          []Measure         `json:"measures,omitempty"`          // MEA
	Descriptions      []Description     `json:"descriptions,omitempty"`      // PID; IMD
	Routing           []Carrier         `json:"routing,omitempty"`           // TD5; TDT
	Equipment         []Equipment       `json:"equipment,omitempty"`         // TD3; EQD, SEL
	Handling          []Handling        `json:"handling,omitempty"`          // TD4; HAN, DGS
	FOB               FOB               `json:"fob,omitzero"`                // FOB; TOD
	Refs              []Ref             `json:"refs,omitempty"`              // REF: BM bill of lading, CN carrier's number, DP department, LT lot ...; RFF
	Contacts          []Contact         `json:"contacts,omitempty"`          // PER
	Dates             []DateEntry       `json:"dates,omitempty"`             // DTM: 011 shipped, 017 estimated delivery, 036 expiry ...; DTM+361
	Parties           []Party           `json:"parties,omitempty"`           // N1 loop; NAD
	StoreQuantities   []StoreQuantity   `json:"storeQuantities,omitempty"`   // SDQ; LOC with QTY+11
	Currency          Currency          `json:"currency,omitzero"`           // CUR
	AllowancesCharges []AllowanceCharge `json:"allowancesCharges,omitempty"` // SAC loop; ALC
	Amounts           []AmountEntry     `json:"amounts,omitempty"`           // MOA
	Excess            ExcessTransport   `json:"excess,omitzero"`             // ETD
	Origin            string            `json:"origin,omitempty"`            // ALI 3239: country of origin
	Places            []Place           `json:"places,omitempty"`            // LOC: where in the plant the goods go, where they come from
	NumberSets        []NumberSet       `json:"numberSets,omitempty"`        // GIR
	Statements        []Statement       `json:"statements,omitempty"`        // YNQ
	Loads             []Load            `json:"loads,omitempty"`             // CLD loop
	// FurtherPackages are the PAC groups behind the first, which is Lading and
	// Marks: packages of another kind on the same level.
	FurtherPackages []PackageGroup    `json:"furtherPackages,omitempty"`
	Notes           []Note            `json:"notes,omitempty"`  // FTX
	Ext             map[string]string `json:"ext,omitempty"`    // see [Header]
	Levels          []Level           `json:"levels,omitempty"` // within this one
}

// OrderRef names an order. X12 PRF; EDIFACT RFF+ON with DTM+171.
type OrderRef struct {
	PONumber       string `json:"poNumber,omitempty" key:"po"` // PRF01; RFF 1154
	ReleaseNumber  string `json:"releaseNumber,omitempty"`     // PRF02
	ChangeSequence string `json:"changeSequence,omitempty"`    // PRF03 (327)
	OrderDate      Date   `json:"orderDate,omitempty"`         // PRF04; DTM+171
	LineID         string `json:"lineId,omitempty"`            // PRF05; RFF 1156
	Contract       string `json:"contract,omitempty"`          // PRF06
	OrderType      string `json:"orderType,omitempty"`         // PRF07 (92)
}

// ShippedQuantity is what was shipped of what was ordered. X12 SN1; EDIFACT
// QTY+12, QTY+21.
type ShippedQuantity struct {
	LineID         string   `json:"lineId,omitempty"`         // SN101
	Quantity       Quantity `json:"quantity,omitzero"`        // SN102, SN103; QTY+12
	QuantityToDate Decimal  `json:"quantityToDate,omitempty"` // SN104 (646)
	Ordered        Quantity `json:"ordered,omitzero"`         // SN105, SN106; QTY+21
	Returnable     string   `json:"returnable,omitempty"`     // SN107 (728)
	// Status is what became of the line: see [LineAcknowledgment].
	Status     string `json:"status,omitempty"`
	StatusCode string `json:"statusCode,omitempty"` // SN108 (668); QVR 4221
	// Variance is shipped less ordered. EDIFACT QVR 6064.
	Variance Decimal `json:"variance,omitempty"`
	Reason   string  `json:"reason,omitempty"` // QVR 4295
}

// PackageGroup is packages of one kind with what stands on them. EDIFACT PAC group.
type PackageGroup struct {
	Lading   Lading    `json:"lading,omitzero"`    // PAC
	Measures []Measure `json:"measures,omitempty"` // MEA
	Marks    []Mark    `json:"marks,omitempty"`    // PCI, GIN
}

// Place is a place by what it is for. EDIFACT LOC.
type Place struct {
	Role     string `json:"role,omitempty"`    // LOC 3227: 7 delivery, 11 discharge, 27 country of origin, 159 within the plant
	Location ID     `json:"location,omitzero"` // LOC 3055, 3225
	Name     string `json:"name,omitempty"`    // LOC 3224
}

// NumberSet are numbers of one package that belong together: its label, its
// order, its lot. EDIFACT GIR.
type NumberSet struct {
	Scheme  string `json:"scheme,omitempty"`  // GIR 7297
	Numbers []ID   `json:"numbers,omitempty"` // GIR 7405 as scheme, 7402
}

// Statement is a question of the trade with its answer, as the statement that a
// seller of medicines makes about where they come from. X12 YNQ.
type Statement struct {
	Question string   `json:"question,omitempty"` // YNQ01 (1321)
	Answer   string   `json:"answer,omitempty"`   // YNQ02 (1073): Y, N
	Period   Period   `json:"period,omitzero"`    // YNQ03, YNQ04
	Texts    []string `json:"texts,omitempty"`    // YNQ05-07
	Code     ID       `json:"code,omitzero"`      // YNQ08 (1270) as scheme, YNQ09
}

// Load is how many loads of how many units each are shipped of an item. X12 CLD
// loop.
type Load struct {
	Count     Decimal  `json:"count,omitempty"`     // CLD01
	Units     Decimal  `json:"units,omitempty"`     // CLD02: in each
	Packaging string   `json:"packaging,omitempty"` // CLD03 (103)
	Size      Quantity `json:"size,omitzero"`       // CLD04, CLD05
	Refs      []Ref    `json:"refs,omitempty"`      // REF: LS serial numbers of the labels ...
}

// Pallet is how goods stand on a pallet. X12 PAL.
type Pallet struct {
	Type         string   `json:"type,omitempty"`         // PAL01 (883)
	Tiers        Decimal  `json:"tiers,omitempty"`        // PAL02: layers
	Blocks       Decimal  `json:"blocks,omitempty"`       // PAL03: packages in a layer
	Pack         Decimal  `json:"pack,omitempty"`         // PAL04
	Weight       Quantity `json:"weight,omitzero"`        // PAL05, PAL06: of the empty pallet
	Length       Decimal  `json:"length,omitempty"`       // PAL07
	Width        Decimal  `json:"width,omitempty"`        // PAL08
	Height       Decimal  `json:"height,omitempty"`       // PAL09
	DimensionUOM string   `json:"dimensionUom,omitempty"` // PAL10 (355)
	GrossWeight  Quantity `json:"grossWeight,omitzero"`   // PAL11, PAL12
	GrossVolume  Quantity `json:"grossVolume,omitzero"`   // PAL13, PAL14
	Exchange     string   `json:"exchange,omitempty"`     // PAL15 (399)
	InnerPack    Decimal  `json:"innerPack,omitempty"`    // PAL16 (810)
}

// ExcessTransport says why transport cost more than agreed. X12 ETD.
type ExcessTransport struct {
	Reason         string `json:"reason,omitempty"`         // ETD01 (626)
	Responsibility string `json:"responsibility,omitempty"` // ETD02 (627)
	Reference      ID     `json:"reference,omitzero"`       // ETD03 (128), ETD04
	Returnable     string `json:"returnable,omitempty"`     // ETD05 (743)
}

// PackageEntry is a tare or a pack of a shipment's tree, found without walking
// it.
type PackageEntry struct {
	Index    int      `json:"index"`              // from 1, depth first: what Parent and [ItemEntry].Packages name
	Pointer  string   `json:"pointer"`            // JSON Pointer to its level: "/levels/0/levels/1"
	Kind     string   `json:"kind"`               // "tare", "pack"
	SSCC     string   `json:"sscc,omitempty"`     // of its first mark that is one
	SSCCs    []string `json:"ssccs,omitempty"`    // all, where its marks are more than one: the level is several packages
	Tracking string   `json:"tracking,omitempty"` // the carrier's number of the package: a mark of scheme CP
	Parent   int      `json:"parent,omitempty"`   // Index of the package that it stands in
	Orders   []string `json:"orders,omitempty"`   // PO numbers of what is in it
	Items    []int    `json:"items,omitempty"`    // Index of the items in it, of packages within too; with a standard carton, of the item above
}

// ItemEntry is an item of a shipment's tree, found without walking it.
type ItemEntry struct {
	Index    int         `json:"index"`              // from 1, depth first: what [PackageEntry].Items names
	Pointer  string      `json:"pointer"`            // JSON Pointer to its level
	PONumber string      `json:"poNumber,omitempty"` // of the order level that it stands in
	LineID   string      `json:"lineId,omitempty"`   // of the order's line
	IDs      []ProductID `json:"ids,omitempty"`      // of the product
	Quantity Quantity    `json:"quantity,omitzero"`  // shipped, in this place
	Ordered  Quantity    `json:"ordered,omitzero"`   // as the notice repeats it
	Status   string      `json:"status,omitempty"`   // see [ShippedQuantity]
	Packages []int       `json:"packages,omitempty"` // Index of the packages around it, the innermost first; with a standard carton, of those within it
}

// Kind is [KindShipmentNotice].
func (n *ShipmentNotice) Kind() string { return KindShipmentNotice }

// Head is what all documents share.
func (n *ShipmentNotice) Head() *Head { return &n.Header }

// Identity is the shipment's number.
func (n *ShipmentNotice) Identity() (number, revision string) { return n.ShipmentID, "" }
