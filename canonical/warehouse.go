package canonical

// WarehouseOrder tells a warehouse to ship, or by its Action (X12 W0501) to change
// or cancel what it was told. X12 940; EDIFACT INSDES.
type WarehouseOrder struct {
	Header
	DepositorOrder    string               `json:"depositorOrder,omitempty" schema:"key" key:"warehouseorder"` // W0502 (285): the depositor's number; BGM 1004
	PONumber          string               `json:"poNumber,omitempty" key:"po"`                                // W0503; RFF+ON
	LinkSequence      string               `json:"linkSequence,omitempty"`                                     // W0504 (472): n of the orders that belong together
	MasterReference   string               `json:"masterReference,omitempty"`                                  // W0505 (474)
	TransactionType   string               `json:"transactionType,omitempty"`                                  // W0506 (640)
	ActionWanted      string               `json:"actionWanted,omitempty"`                                     // W0507 (306)
	OrderType         string               `json:"orderType,omitempty"`                                        // W0508 (92), 005010
	Refs              []Ref                `json:"refs,omitempty"`                                             // N9; RFF
	Contacts          []Contact            `json:"contacts,omitempty"`                                         // PER
	Dates             []DateEntry          `json:"dates,omitempty"`                                            // G62: 10 requested ship, 02 delivery requested, 37 not before, 38 no later ...; DTM
	Notes             []Note               `json:"notes,omitempty"`                                            // NTE; FTX
	Parties           []Party              `json:"parties,omitempty"`                                          // N1 loop: ST, WH, DE, BT, SF, Z7; NAD group
	Transport         WarehouseTransport   `json:"transport,omitzero"`                                         // W66; TDT, TOD
	Handling          []Handling           `json:"handling,omitempty"`                                         // W09, TD4; HAN
	AllowancesCharges []AllowanceCharge    `json:"allowancesCharges,omitempty"`                                // SAC, G72; ALC
	Lines             []WarehouseOrderLine `json:"lines,omitempty"`                                            // LX loop; LIN group
	Totals            WarehouseTotals      `json:"totals,omitzero"`                                            // W76; CNT
}

// WarehouseTransport is how a warehouse is to send goods, or has sent them. X12
// W66, W27; EDIFACT TDT, TOD, EQD.
type WarehouseTransport struct {
	PayMethod        string   `json:"payMethod,omitempty"`        // W6601, W2704 (146)
	Mode             string   `json:"mode,omitempty"`             // W6602, W2701 (91); TDT 8067
	PalletExchange   string   `json:"palletExchange,omitempty"`   // W6603 (399)
	UnitLoad         string   `json:"unitLoad,omitempty"`         // W6604 (400)
	Routing          string   `json:"routing,omitempty"`          // W6605, W2703
	FOBPoint         string   `json:"fobPoint,omitempty"`         // W6606 (433)
	FOBText          string   `json:"fobText,omitempty"`          // W6607
	CODMethod        string   `json:"codMethod,omitempty"`        // W6608 (625): cash on delivery
	CODAmount        Decimal  `json:"codAmount,omitempty"`        // W6609, N2 resolved
	SCAC             string   `json:"scac,omitempty"`             // W6610, W2702 (140); TDT C040
	EquipmentType    string   `json:"equipmentType,omitempty"`    // W2705 (40); EQD 8053
	EquipmentInitial string   `json:"equipmentInitial,omitempty"` // W2706
	EquipmentNumber  string   `json:"equipmentNumber,omitempty"`  // W2707; EQD C237
	Status           string   `json:"status,omitempty"`           // W2708 (368)
	SpecialHandling  string   `json:"specialHandling,omitempty"`  // W2709 (152)
	RouteChange      string   `json:"routeChange,omitempty"`      // W2710 (890): why another carrier took it
	Seals            []string `json:"seals,omitempty"`            // W0806, W0807; SEL
	SealStatus       string   `json:"sealStatus,omitempty"`       // W0808 (407)
	// Temperatures are the range to be kept. W0902-03, W0904-05.
	Temperatures    []Quantity    `json:"temperatures,omitempty"`
	TemperatureText string        `json:"temperatureText,omitempty"` // W0906
	Consolidation   Consolidation `json:"consolidation,omitzero"`    // W28
}

// Consolidation is the load that a shipment travels in together with others. X12
// W28.
type Consolidation struct {
	Code         string   `json:"code,omitempty"`         // W2801 (604)
	Weight       WeightOf `json:"weight,omitzero"`        // W2802-04
	Stops        Decimal  `json:"stops,omitempty"`        // W2805
	Location     ID       `json:"location,omitzero"`      // W2807 (309) as scheme, W2806
	BillOfLading string   `json:"billOfLading,omitempty"` // W2808: of the whole load
}

// WarehouseOrderLine is a product to be shipped. X12 LX, W01 loop; EDIFACT LIN
// group.
type WarehouseOrderLine struct {
	Index             int               `json:"index,omitempty"`             // derived: from 1
	LineID            string            `json:"lineId,omitempty"`            // LX01; LIN 1082
	Quantity          Quantity          `json:"quantity,omitzero"`           // W0101, W0102: to be shipped; QTY+21
	UPCCase           string            `json:"upcCase,omitempty"`           // W0103 (438)
	IDs               []ProductID       `json:"ids,omitempty"`               // W0104-07, W0115-16; LIN, PIA
	FreightClass      string            `json:"freightClass,omitempty"`      // W0108 (59)
	RateClass         string            `json:"rateClass,omitempty"`         // W0109 (121)
	Commodity         ID                `json:"commodity,omitzero"`          // W0110 (23), W0111
	PalletBlockTiers  string            `json:"palletBlockTiers,omitempty"`  // W0112 (416)
	Lot               string            `json:"lot,omitempty"`               // W0113 (451); GIN+BX
	ConditionCode     string            `json:"conditionCode,omitempty"`     // W0114 (286)
	Descriptions      []Description     `json:"descriptions,omitempty"`      // G69; IMD
	Refs              []Ref             `json:"refs,omitempty"`              // N9; RFF
	Dates             []DateEntry       `json:"dates,omitempty"`             // DTM, G62
	Detail            ItemDetail        `json:"detail,omitzero"`             // W20; MEA, PAC
	Marks             []Mark            `json:"marks,omitempty"`             // MAN
	Amounts           []AmountEntry     `json:"amounts,omitempty"`           // AMT
	AllowancesCharges []AllowanceCharge `json:"allowancesCharges,omitempty"` // G72, SAC; ALC
	Quantities        []QuantityOf      `json:"quantities,omitempty"`        // QTY
	Notes             []Note            `json:"notes,omitempty"`             // NTE; FTX
	Parties           []Party           `json:"parties,omitempty"`           // N1; NAD
	StoreQuantities   []StoreQuantity   `json:"storeQuantities,omitempty"`   // SDQ
	Ext               map[string]string `json:"ext,omitempty"`               // see [Header]
	// Lines are the further products of the same LX loop: most warehouses have one
	// in each.
	Lines []WarehouseOrderLine `json:"lines,omitempty"`
}

// ItemDetail is how a product is packed and what it weighs. X12 W20.
type ItemDetail struct {
	Pack       Decimal  `json:"pack,omitempty"`       // W2001 (356)
	Size       Quantity `json:"size,omitzero"`        // W2002, W2003
	Weight     WeightOf `json:"weight,omitzero"`      // W2004-06
	UnitWeight Decimal  `json:"unitWeight,omitempty"` // W2007 (395)
	Volume     Quantity `json:"volume,omitzero"`      // W2008, W2009
	Color      string   `json:"color,omitempty"`      // W2010 (397)
}

// WarehouseTotals are what is to be shipped, was shipped, or came. X12 W76, W03,
// W14; EDIFACT CNT.
type WarehouseTotals struct {
	Quantity       Decimal  `json:"quantity,omitempty"`       // W7601, W0301, W1401; CNT+1
	Weight         Quantity `json:"weight,omitzero"`          // W7602-03, W0302-03; CNT+7
	Volume         Quantity `json:"volume,omitzero"`          // W7604-05, W0304-05; CNT+15
	Sizing         Decimal  `json:"sizing,omitempty"`         // W7606
	Lading         Quantity `json:"lading,omitzero"`          // W0306-07: how many packages
	Shipped        Decimal  `json:"shipped,omitempty"`        // W1402: said to have been shipped
	Damaged        Decimal  `json:"damaged,omitempty"`        // W1403: damaged or on hold
	LadingReceived Decimal  `json:"ladingReceived,omitempty"` // W1404
	LadingShipped  Decimal  `json:"ladingShipped,omitempty"`  // W1405
}

// WarehouseAdvice is what a warehouse has shipped. X12 945; EDIFACT DESADV in
// answer to INSDES.
type WarehouseAdvice struct {
	Header
	ReportingCode     string             `json:"reportingCode,omitempty"`                       // W0601 (514): F full detail, J original ...
	DepositorOrder    string             `json:"depositorOrder,omitempty" key:"warehouseorder"` // W0602 (285): mandatory in old releases only; RFF+DQ
	ShippedDate       Date               `json:"shippedDate,omitempty"`                         // W0603: YYMMDD up to release 003070; DTM+11
	ShipmentID        string             `json:"shipmentId,omitempty" key:"shipment"`           // W0604 (145); BGM 1004
	AgentShipmentID   string             `json:"agentShipmentId,omitempty"`                     // W0605 (531)
	PONumber          string             `json:"poNumber,omitempty" key:"po"`                   // W0606; RFF+ON
	MasterReference   string             `json:"masterReference,omitempty"`                     // W0607 (474)
	LinkSequence      string             `json:"linkSequence,omitempty"`                        // W0608 (472)
	SpecialHandling   string             `json:"specialHandling,omitempty"`                     // W0609 (152)
	DateChange        string             `json:"dateChange,omitempty"`                          // W0610 (891): why the ship date was changed
	TransactionType   string             `json:"transactionType,omitempty"`                     // W0611 (640)
	ActionWanted      string             `json:"actionWanted,omitempty"`                        // W0612 (306)
	Refs              []Ref              `json:"refs,omitempty"`                                // N9: BM bill of lading, CN carrier's number, MB master bill ...; RFF
	Contacts          []Contact          `json:"contacts,omitempty"`                            // PER
	Dates             []DateEntry        `json:"dates,omitempty"`                               // G62; DTM
	Notes             []Note             `json:"notes,omitempty"`                               // NTE; FTX
	Parties           []Party            `json:"parties,omitempty"`                             // N1 loop; NAD group
	Transport         WarehouseTransport `json:"transport,omitzero"`                            // W27, W28; TDT, EQD, SEL
	LoadDetail        LoadDetail         `json:"loadDetail,omitzero"`                           // W10
	AllowancesCharges []AllowanceCharge  `json:"allowancesCharges,omitempty"`                   // SAC, G72; ALC
	Packages          []WarehousePackage `json:"packages,omitempty"`                            // LX loop; CPS group
	Totals            WarehouseTotals    `json:"totals,omitzero"`                               // W03; CNT
}

// LoadDetail is how a trailer was loaded. X12 W10.
type LoadDetail struct {
	UnitLoad       string     `json:"unitLoad,omitempty"`       // W1001 (400)
	Pallets        Decimal    `json:"pallets,omitempty"`        // W1002 (406): shipped
	PalletExchange string     `json:"palletExchange,omitempty"` // W1003 (399)
	Seals          []string   `json:"seals,omitempty"`          // W1004, W1005
	Temperatures   []Quantity `json:"temperatures,omitempty"`   // W1006-07, W1008-09
}

// WarehousePackage is what one LX loop holds: a carton with its lines, or all
// lines where the warehouse does not tell cartons apart. X12 LX loop; EDIFACT CPS
// group.
type WarehousePackage struct {
	ID       string                `json:"id,omitempty"`       // LX01; CPS 7164
	Marks    []Mark                `json:"marks,omitempty"`    // MAN; PCI, GIN
	ParentID string                `json:"parentId,omitempty"` // CPS 7166: of the package that it stands in
	Measures []Measure             `json:"measures,omitempty"` // MEA
	Pallet   Pallet                `json:"pallet,omitzero"`    // PAL
	Lading   []Lading              `json:"lading,omitempty"`   // TD1; PAC
	Refs     []Ref                 `json:"refs,omitempty"`     // N9; RFF
	Dates    []DateEntry           `json:"dates,omitempty"`    // G62
	Lines    []WarehouseAdviceLine `json:"lines,omitempty"`    // W12 loop; LIN group
	Ext      map[string]string     `json:"ext,omitempty"`      // see [Header]
}

// WarehouseAdviceLine is what became of one line. X12 W12 loop; EDIFACT LIN group.
type WarehouseAdviceLine struct {
	Index  int    `json:"index,omitempty"`  // derived: from 1, through all packages
	LineID string `json:"lineId,omitempty"` // N9 of the line, where a layer reads one; LIN 1082. W12 has none
	// Status is complete, partial, backordered, cancelled, substituted, split ...; a
	// code that has no name here stands as it came.
	Status           string            `json:"status,omitempty"`
	StatusCode       string            `json:"statusCode,omitempty"`       // W1201 (368): CC complete, CP partial, BP partial with back order, BO back-ordered, CU cancelled, CS substituted ...
	Ordered          Decimal           `json:"ordered,omitempty"`          // W1202; QTY+21
	Shipped          Decimal           `json:"shipped,omitempty"`          // W1203; QTY+12
	Difference       Decimal           `json:"difference,omitempty"`       // W1204; QVR
	UOM              string            `json:"uom,omitempty"`              // W1205 (355), of all three
	UOMUnece         string            `json:"uomUnece,omitempty"`         // see [Quantity]
	UPCCase          string            `json:"upcCase,omitempty"`          // W1206 (438)
	IDs              []ProductID       `json:"ids,omitempty"`              // W1207-08, W1217-18, W1221-22; LIN, PIA
	Lot              string            `json:"lot,omitempty"`              // W1209 (451); GIN+BX
	Weights          []WeightOf        `json:"weights,omitempty"`          // W1210-12, W1213-15; MEA
	SubstitutedUPC   string            `json:"substitutedUpc,omitempty"`   // W1216 (438): what was ordered; PIA+3
	ChangeReason     string            `json:"changeReason,omitempty"`     // W1219 (892); QVR 4295
	AdjustmentReason string            `json:"adjustmentReason,omitempty"` // W1220 (893)
	Descriptions     []Description     `json:"descriptions,omitempty"`     // G69; IMD
	Detail           ItemDetail        `json:"detail,omitzero"`            // W20
	Marks            []Mark            `json:"marks,omitempty"`            // MAN, where packages stand below lines
	Refs             []Ref             `json:"refs,omitempty"`             // N9: LT lot, SE serial number ...; RFF, GIN
	Dates            []DateEntry       `json:"dates,omitempty"`            // G62, DTM: expiry ...
	Quantities       []QuantityOf      `json:"quantities,omitempty"`       // QTY
	Amounts          []AmountEntry     `json:"amounts,omitempty"`          // AMT
	Measures         []Measure         `json:"measures,omitempty"`         // MEA
	Parties          []Party           `json:"parties,omitempty"`          // N1
	Ext              map[string]string `json:"ext,omitempty"`              // see [Header]
}

// Kind is [KindWarehouseOrder].
func (o *WarehouseOrder) Kind() string { return KindWarehouseOrder }

// Head is what all documents share.
func (o *WarehouseOrder) Head() *Head { return &o.Header }

// Identity is the depositor's number of the order.
func (o *WarehouseOrder) Identity() (number, revision string) { return o.DepositorOrder, "" }

// Derive implements [Document].
func (o *WarehouseOrder) Derive() {
	o.Header.Kind, o.SchemaVersion = KindWarehouseOrder, SchemaVersion
	d := derivation{o.edifact()}
	deriveEach(o.Contacts, (*Contact).derive)
	deriveEach(o.Dates, (*DateEntry).derive)
	deriveEach(o.Notes, (*Note).derive)
	deriveEach(o.Parties, d.party)
	deriveCharges(o.AllowancesCharges)
	index := 0
	d.warehouseLines(o.Lines, &index, 0)
}

// meant sets a quantity that a message has under another qualifier than most give
// it: the first of those schemes that there is.
func meant(q *Quantity, all []QuantityOf, schemes ...string) {
	for _, scheme := range schemes {
		for i := range all {
			if q.Value == "" && all[i].Scheme == scheme {
				*q = all[i].Quantity
			}
		}
	}
}

// warehouseLines derives lines and those within them, and numbers them.
func (d derivation) warehouseLines(lines []WarehouseOrderLine, index *int, depth int) {
	if depth > maxLevels {
		return
	}
	for i := range lines {
		l := &lines[i]
		*index++
		l.Index = *index
		if d.edifact {
			meant(&l.Quantity, l.Quantities, "21", "11")
		}
		deriveEach(l.IDs, (*ProductID).derive)
		deriveEach(l.Dates, (*DateEntry).derive)
		deriveEach(l.Marks, (*Mark).derive)
		deriveEach(l.Notes, (*Note).derive)
		deriveEach(l.Parties, d.party)
		deriveAmounts(l.Amounts)
		deriveCharges(l.AllowancesCharges)
		d.warehouseLines(l.Lines, index, depth+1)
	}
}

// Kind is [KindWarehouseAdvice].
func (a *WarehouseAdvice) Kind() string { return KindWarehouseAdvice }

// Head is what all documents share.
func (a *WarehouseAdvice) Head() *Head { return &a.Header }

// Identity is the shipment's number: several advices may answer one order.
// Without one, it is the depositor's number of the order.
func (a *WarehouseAdvice) Identity() (number, revision string) {
	if a.ShipmentID == "" {
		return a.DepositorOrder, ""
	}
	return a.ShipmentID, ""
}

// Derive implements [Document].
func (a *WarehouseAdvice) Derive() {
	a.Header.Kind, a.SchemaVersion = KindWarehouseAdvice, SchemaVersion
	d := derivation{a.edifact()}
	deriveEach(a.Contacts, (*Contact).derive)
	deriveEach(a.Dates, (*DateEntry).derive)
	deriveEach(a.Notes, (*Note).derive)
	deriveEach(a.Parties, d.party)
	deriveCharges(a.AllowancesCharges)
	index := 0
	for i := range a.Packages {
		p := &a.Packages[i]
		deriveEach(p.Marks, (*Mark).derive)
		deriveEach(p.Dates, (*DateEntry).derive)
		for j := range p.Lines {
			l := &p.Lines[j]
			index++
			l.Index = index
			deriveEach(l.IDs, (*ProductID).derive)
			deriveEach(l.Marks, (*Mark).derive)
			deriveEach(l.Dates, (*DateEntry).derive)
			deriveEach(l.Parties, d.party)
			deriveAmounts(l.Amounts)
		}
	}
}
