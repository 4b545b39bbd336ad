package canonical

// ReceiptExpected tells a warehouse what will come in. X12 943; EDIFACT DESADV,
// sent to the warehouse.
type ReceiptExpected struct {
	Header
	ReportingCode   string                `json:"reportingCode,omitempty"`                             // W0601 (514)
	DepositorOrder  string                `json:"depositorOrder,omitempty" schema:"key" key:"receipt"` // W0602 (285); BGM 1004
	ShippedDate     Date                  `json:"shippedDate,omitempty"`                               // W0603; DTM+11
	ShipmentID      string                `json:"shipmentId,omitempty" key:"shipment"`                 // W0604 (145)
	AgentShipmentID string                `json:"agentShipmentId,omitempty"`                           // W0605 (531)
	PONumber        string                `json:"poNumber,omitempty" key:"po"`                         // W0606; RFF+ON
	MasterReference string                `json:"masterReference,omitempty"`                           // W0607 (474)
	LinkSequence    string                `json:"linkSequence,omitempty"`                              // W0608 (472)
	SpecialHandling string                `json:"specialHandling,omitempty"`                           // W0609 (152)
	DateChange      string                `json:"dateChange,omitempty"`                                // W0610 (891)
	TransactionType string                `json:"transactionType,omitempty"`                           // W0611 (640)
	ActionWanted    string                `json:"actionWanted,omitempty"`                              // W0612 (306)
	Refs            []Ref                 `json:"refs,omitempty"`                                      // N9; RFF
	Contacts        []Contact             `json:"contacts,omitempty"`                                  // PER
	Dates           []DateEntry           `json:"dates,omitempty"`                                     // G62; DTM
	Notes           []Note                `json:"notes,omitempty"`                                     // NTE; FTX
	Parties         []Party               `json:"parties,omitempty"`                                   // N1 loop; NAD group
	Transport       WarehouseTransport    `json:"transport,omitzero"`                                  // W27, W28; TDT, EQD, SEL
	LoadDetail      LoadDetail            `json:"loadDetail,omitzero"`                                 // W10
	Lines           []ReceiptExpectedLine `json:"lines,omitempty"`                                     // W04 loop; LIN group
	Totals          WarehouseTotals       `json:"totals,omitzero"`                                     // W03; CNT
}

// ReceiptExpectedLine is a product that will come. X12 W04 loop; EDIFACT LIN
// group.
type ReceiptExpectedLine struct {
	Index            int               `json:"index,omitempty"`            // derived: from 1
	LineID           string            `json:"lineId,omitempty"`           // N9, LX01 where a layer reads one; LIN 1082
	Quantity         Quantity          `json:"quantity,omitzero"`          // W0401, W0402; QTY+12
	UPCCase          string            `json:"upcCase,omitempty"`          // W0403 (438)
	IDs              []ProductID       `json:"ids,omitempty"`              // W0404-07, W0414-15; LIN, PIA
	FreightClass     string            `json:"freightClass,omitempty"`     // W0408 (59)
	RateClass        string            `json:"rateClass,omitempty"`        // W0409 (121)
	Commodity        ID                `json:"commodity,omitzero"`         // W0410 (23), W0411
	PalletBlockTiers string            `json:"palletBlockTiers,omitempty"` // W0412 (416)
	InboundCondition string            `json:"inboundCondition,omitempty"` // W0413 (844)
	Descriptions     []Description     `json:"descriptions,omitempty"`     // G69; IMD
	Refs             []Ref             `json:"refs,omitempty"`             // N9: LT lot ...; RFF, GIN
	Dates            []DateEntry       `json:"dates,omitempty"`            // G62, DTM
	Detail           ItemDetail        `json:"detail,omitzero"`            // W20; MEA
	Marks            []Mark            `json:"marks,omitempty"`            // MAN; PCI, GIN
	Ext              map[string]string `json:"ext,omitempty"`              // see [Header]
}

// ReceiptAdvice is what came in, and in which condition. X12 944; EDIFACT RECADV.
type ReceiptAdvice struct {
	Header
	ReportingCode   string             `json:"reportingCode,omitempty"`                            // W1701 (514); BGM 1001: 632
	ReceivedDate    Date               `json:"receivedDate,omitempty"`                             // W1702; DTM+50
	ReceiptNumber   string             `json:"receiptNumber,omitempty" schema:"key" key:"receipt"` // W1703 (394): the warehouse's number; BGM 1004
	DepositorOrder  string             `json:"depositorOrder,omitempty" key:"receipt"`             // W1704 (285): of the receipt that was expected
	ShipmentID      string             `json:"shipmentId,omitempty" key:"shipment"`                // W1705 (145); RFF+AAK
	PONumber        string             `json:"poNumber,omitempty" key:"po"`                        // RFF+ON. X12: N9*PO, where a layer reads it
	TimeQualifier   string             `json:"timeQualifier,omitempty"`                            // W1706 (176)
	Time            Date               `json:"time,omitempty"`                                     // W1707: "T09:30"
	MasterReference string             `json:"masterReference,omitempty"`                          // W1708 (474)
	LinkSequence    string             `json:"linkSequence,omitempty"`                             // W1709 (472)
	Refs            []Ref              `json:"refs,omitempty"`                                     // N9; RFF
	Contacts        []Contact          `json:"contacts,omitempty"`                                 // PER
	Dates           []DateEntry        `json:"dates,omitempty"`                                    // G62; DTM
	Notes           []Note             `json:"notes,omitempty"`                                    // NTE; FTX
	Parties         []Party            `json:"parties,omitempty"`                                  // N1 loop; NAD group
	Transport       WarehouseTransport `json:"transport,omitzero"`                                 // W08; TDT, EQD, SEL
	Lading          []Lading           `json:"lading,omitempty"`                                   // TD1
	Marks           []Mark             `json:"marks,omitempty"`                                    // PCI, GIN of the CPS groups
	Lines           []ReceiptLine      `json:"lines,omitempty"`                                    // W07 loop; LIN group
	Totals          WarehouseTotals    `json:"totals,omitzero"`                                    // W14; CNT
}

// ReceiptLine is a product that came. X12 W07 loop; EDIFACT LIN group.
type ReceiptLine struct {
	Index            int                `json:"index,omitempty"`            // derived: from 1
	LineID           string             `json:"lineId,omitempty"`           // N9, LX01 where a layer reads one; LIN 1082
	Quantity         Quantity           `json:"quantity,omitzero"`          // W0701, W0702: received; QTY+48
	Ordered          Quantity           `json:"ordered,omitzero"`           // QTY+21
	Announced        Quantity           `json:"announced,omitzero"`         // QTY+12: said to have been shipped
	Quantities       []QuantityOf       `json:"quantities,omitempty"`       // QTY: 194 accepted, 46 delivered, 195 refused ...
	UPCCase          string             `json:"upcCase,omitempty"`          // W0703 (438)
	IDs              []ProductID        `json:"ids,omitempty"`              // W0704-07, W0710-11; LIN, PIA
	Lot              string             `json:"lot,omitempty"`              // W0708 (451); GIN+BX
	AdjustmentReason string             `json:"adjustmentReason,omitempty"` // W0709 (893)
	Descriptions     []Description      `json:"descriptions,omitempty"`     // G69; IMD
	Refs             []Ref              `json:"refs,omitempty"`             // N9; RFF
	Dates            []DateEntry        `json:"dates,omitempty"`            // G62, DTM
	Detail           ItemDetail         `json:"detail,omitzero"`            // W20; MEA
	Marks            []Mark             `json:"marks,omitempty"`            // MAN; PCI, GIN
	Exceptions       []ReceiptException `json:"exceptions,omitempty"`       // W13 loop; QVR, QTY
	Notes            []Note             `json:"notes,omitempty"`            // NTE; FTX
	Pallets          []Pallet           `json:"pallets,omitempty"`          // PAL in the LX loop of 005010
	Ext              map[string]string  `json:"ext,omitempty"`              // see [Header]
	// Lines are the further products of the same LX loop (005010): of the same
	// pallet.
	Lines []ReceiptLine `json:"lines,omitempty"`
}

// ReceiptException is a part of a line that did not come as it should. X12 W13
// loop; EDIFACT QVR.
type ReceiptException struct {
	Quantity  Quantity `json:"quantity,omitzero"`   // W1301, W1302; QVR C279
	Condition string   `json:"condition,omitempty"` // W1303 (412): 01 damaged, 02 short, 03 over, 05 wrong product, 07 good ...; QVR 4221
	Lot       string   `json:"lot,omitempty"`       // W1304 (451)
	Reason    string   `json:"reason,omitempty"`    // W1305 (853); QVR 4295
	Refs      []Ref    `json:"refs,omitempty"`      // N9
	Notes     []Note   `json:"notes,omitempty"`     // NTE
}

// Kind is [KindReceiptExpected].
func (e *ReceiptExpected) Kind() string { return KindReceiptExpected }

// Head is what all documents share.
func (e *ReceiptExpected) Head() *Head { return &e.Header }

// Identity is the depositor's number.
func (e *ReceiptExpected) Identity() (number, revision string) { return e.DepositorOrder, "" }

// Derive implements [Document].
func (e *ReceiptExpected) Derive() {
	e.Header.Kind, e.SchemaVersion = KindReceiptExpected, SchemaVersion
	d := derivation{e.edifact()}
	deriveEach(e.Contacts, (*Contact).derive)
	deriveEach(e.Dates, (*DateEntry).derive)
	deriveEach(e.Notes, (*Note).derive)
	deriveEach(e.Parties, d.party)
	for i := range e.Lines {
		l := &e.Lines[i]
		l.Index = i + 1
		deriveEach(l.IDs, (*ProductID).derive)
		deriveEach(l.Dates, (*DateEntry).derive)
		deriveEach(l.Marks, (*Mark).derive)
	}
}

// Kind is [KindReceiptAdvice].
func (a *ReceiptAdvice) Kind() string { return KindReceiptAdvice }

// Head is what all documents share.
func (a *ReceiptAdvice) Head() *Head { return &a.Header }

// Identity is the number of the receipt.
func (a *ReceiptAdvice) Identity() (number, revision string) { return a.ReceiptNumber, "" }

// Derive implements [Document].
func (a *ReceiptAdvice) Derive() {
	a.Header.Kind, a.SchemaVersion = KindReceiptAdvice, SchemaVersion
	d := derivation{a.edifact()}
	deriveEach(a.Contacts, (*Contact).derive)
	deriveEach(a.Dates, (*DateEntry).derive)
	deriveEach(a.Notes, (*Note).derive)
	deriveEach(a.Parties, d.party)
	deriveEach(a.Marks, (*Mark).derive)
	index := 0
	d.receiptLines(a.Lines, &index, 0)
}

// receiptLines derives lines and those within them, and numbers them.
func (d derivation) receiptLines(lines []ReceiptLine, index *int, depth int) {
	if depth > maxLevels {
		return
	}
	for i := range lines {
		l := &lines[i]
		*index++
		l.Index = *index
		if d.edifact {
			meant(&l.Quantity, l.Quantities, "194", "46")
		}
		deriveEach(l.IDs, (*ProductID).derive)
		deriveEach(l.Dates, (*DateEntry).derive)
		deriveEach(l.Marks, (*Mark).derive)
		deriveEach(l.Notes, (*Note).derive)
		for j := range l.Exceptions {
			deriveEach(l.Exceptions[j].Notes, (*Note).derive)
		}
		d.receiptLines(l.Lines, index, depth+1)
	}
}
