package canonical

// Inventory says how much there is of which product, where. X12 846; EDIFACT
// INVRPT.
type Inventory struct {
	Header
	ReportType   string          `json:"reportType,omitempty"`                                // BIA02 (755): DD distributor's, MB manufacturer's, SI seller's ...; BGM 1001: 35
	ReportNumber string          `json:"reportNumber,omitempty" schema:"key" key:"inventory"` // BIA03 (127); BGM 1004
	ReportedAt   Date            `json:"reportedAt,omitempty"`                                // BIA04, BIA05; DTM+137
	ActionWanted string          `json:"actionWanted,omitempty"`                              // BIA06 (306)
	Currency     Currency        `json:"currency,omitzero"`                                   // CUR; CUX
	Dates        []DateEntry     `json:"dates,omitempty"`                                     // DTM: 090, 091 report period; DTM+366 counted
	Refs         []Ref           `json:"refs,omitempty"`                                      // REF; RFF
	Contacts     []Contact       `json:"contacts,omitempty"`                                  // PER; CTA, COM
	Measures     []Measure       `json:"measures,omitempty"`                                  // MEA
	Parties      []Party         `json:"parties,omitempty"`                                   // N1 loop; NAD group
	Notes        []Note          `json:"notes,omitempty"`                                     // FTX
	Lines        []InventoryLine `json:"lines,omitempty"`                                     // LIN loop; LIN group
	Totals       *Totals         `json:"totals,omitempty"`                                    // CTT; CNT
}

// InventoryLine is the stock of one product. X12 LIN loop; EDIFACT LIN group.
type InventoryLine struct {
	Index             int               `json:"index,omitempty"`             // derived: from 1
	LineID            string            `json:"lineId,omitempty"`            // LIN01; LIN 1082
	IDs               []ProductID       `json:"ids,omitempty"`               // LIN02-31; LIN C212, PIA
	Descriptions      []Description     `json:"descriptions,omitempty"`      // PID; IMD
	Measures          []Measure         `json:"measures,omitempty"`          // MEA
	Packaging         []Packaging       `json:"packaging,omitempty"`         // PKG; PAC
	Dates             []DateEntry       `json:"dates,omitempty"`             // DTM
	Prices            []Price           `json:"prices,omitempty"`            // CTP; PRI
	Currency          Currency          `json:"currency,omitzero"`           // CUR
	AllowancesCharges []AllowanceCharge `json:"allowancesCharges,omitempty"` // SAC
	Refs              []Ref             `json:"refs,omitempty"`              // REF; RFF
	Contacts          []Contact         `json:"contacts,omitempty"`          // PER
	StoreQuantities   []StoreQuantity   `json:"storeQuantities,omitempty"`   // SDQ
	Marks             []Mark            `json:"marks,omitempty"`             // MAN; PCI, GIN
	Percents          []Percent         `json:"percents,omitempty"`          // PCT
	LeadTimes         []LeadTime        `json:"leadTimes,omitempty"`         // LDT
	Sublines          []Subline         `json:"sublines,omitempty"`          // SLN loop
	Quantities        []StockQuantity   `json:"quantities,omitempty"`        // QTY loop; INV and QTY groups
	Parties           []Party           `json:"parties,omitempty"`           // N1 loop; NAD
	Locations         []ID              `json:"locations,omitempty"`         // LOC: 3227 as scheme, 3225 as value
	Notes             []Note            `json:"notes,omitempty"`             // FTX
	Ext               map[string]string `json:"ext,omitempty"`               // see [Header]
}

// StockQuantity is a quantity with what it counts: on hand, on order, in
// transit, committed. X12 QTY loop; EDIFACT INV, QTY group.
type StockQuantity struct {
	Scheme    string      `json:"scheme,omitempty"`    // QTY01 (673): 33 available, 17 on hand, 63 on order ...; QTY 6063
	Quantity  Quantity    `json:"quantity,omitzero"`   // QTY02, QTY03; QTY C186
	Text      string      `json:"text,omitempty"`      // QTY04
	Movement  string      `json:"movement,omitempty"`  // INV 4501: 1 in, 2 out
	Reason    string      `json:"reason,omitempty"`    // INV 4499
	Balance   string      `json:"balance,omitempty"`   // INV 4503: how the balance was found
	Status    string      `json:"status,omitempty"`    // INV 7491: type of stock
	Prices    []Price     `json:"prices,omitempty"`    // UIT
	Measures  []Measure   `json:"measures,omitempty"`  // MEA
	LeadTimes []LeadTime  `json:"leadTimes,omitempty"` // LDT
	Dates     []DateEntry `json:"dates,omitempty"`     // DTM
	Schedules []Schedule  `json:"schedules,omitempty"` // SCH
	Refs      []Ref       `json:"refs,omitempty"`      // RFF
	Lots      []StockLot  `json:"lots,omitempty"`      // REF loop; GIN+BX
	Marks     []Mark      `json:"marks,omitempty"`     // GIN: BJ SSCC, BN serial number ...
	Parties   []Party     `json:"parties,omitempty"`   // N1; NAD
	Locations []ID        `json:"locations,omitempty"` // LOC: 3227 as scheme, 3225 as value
}

// StockLot is a lot, or a part with a serial number, that a quantity is of. X12 REF
// loop in the QTY loop; EDIFACT GIN+BX.
type StockLot struct {
	Scheme string      `json:"scheme,omitempty"` // REF01 (128): LT lot, SE serial number ...
	Number string      `json:"number,omitempty"` // REF02; GIN 7402
	Text   string      `json:"text,omitempty"`   // REF03
	Dates  []DateEntry `json:"dates,omitempty"`  // DTM in the loop: 036 expiration ...
}

// LeadTime is how long something takes. X12 LDT.
type LeadTime struct {
	Code  string  `json:"code,omitempty"`  // LDT01 (345): AF from order to delivery ...
	Value Decimal `json:"value,omitempty"` // LDT02
	Unit  string  `json:"unit,omitempty"`  // LDT03 (344): DA days, WK weeks ...
	Date  Date    `json:"date,omitempty"`  // LDT04
}

// ProductActivity is what a retailer sold, holds and expects, product by
// product. X12 852; EDIFACT SLSRPT.
type ProductActivity struct {
	Header
	ReportNumber string         `json:"reportNumber,omitempty" key:"activity"` // BGM 1004; XQ04, from 005010 on. Before it X12 has none: a layer may read a reference
	ReportType   string         `json:"reportType,omitempty"`                  // BGM 1001: 73E sales data report
	ReportedAt   Date           `json:"reportedAt,omitempty"`                  // DTM+137
	HandlingCode string         `json:"handlingCode,omitempty"`                // XQ01 (305)
	From         Date           `json:"from,omitempty"`                        // XQ02: first day that is reported; DTM+90
	To           Date           `json:"to,omitempty"`                          // XQ03; DTM+91
	Currency     Currency       `json:"currency,omitzero"`                     // CUX
	Orders       []OrderRef     `json:"orders,omitempty"`                      // XPO
	Dates        []DateEntry    `json:"dates,omitempty"`                       // DTM
	Refs         []Ref          `json:"refs,omitempty"`                        // N9; RFF
	Contacts     []Contact      `json:"contacts,omitempty"`                    // PER
	Parties      []Party        `json:"parties,omitempty"`                     // N1 loop; NAD group
	Lines        []ActivityLine `json:"lines,omitempty"`                       // LIN loop
	// Locations divides the report by place, each with lines of its own. EDIFACT LOC
	// group; X12 has the places of a line in its activities.
	Locations []ActivityLocation `json:"locations,omitempty"`
	Totals    *Totals            `json:"totals,omitempty"` // CTT
	// Figures is derived: every figure of the report, whichever way it was divided.
	Figures []ActivityFigure `json:"figures,omitempty"`
}

// ActivityLocation is a place with what was sold and is held there. EDIFACT LOC
// group.
type ActivityLocation struct {
	Function string         `json:"function,omitempty"` // LOC 3227: 162 place of sale ...
	Location ID             `json:"location,omitzero"`  // LOC 3055 as scheme, 3225 as value
	Name     string         `json:"name,omitempty"`     // LOC 3224
	Dates    []DateEntry    `json:"dates,omitempty"`    // DTM
	Notes    []Note         `json:"notes,omitempty"`    // FTX
	Refs     []Ref          `json:"refs,omitempty"`     // RFF
	Lines    []ActivityLine `json:"lines,omitempty"`    // LIN group
}

// ActivityFigure is one figure of one product at one place.
type ActivityFigure struct {
	Line     int      `json:"line"`              // derived: index of the line, counted over all places
	Code     string   `json:"code,omitempty"`    // derived: what was counted, see [Activity]
	Location ID       `json:"location,omitzero"` // derived: the place, where the report says one for the figure
	Quantity Quantity `json:"quantity,omitzero"` // derived: how much
}

// ActivityLine is one product in a report. X12 LIN loop; EDIFACT LIN group.
type ActivityLine struct {
	Index        int               `json:"index,omitempty"`        // derived: from 1
	LineID       string            `json:"lineId,omitempty"`       // LIN01; LIN 1082
	IDs          []ProductID       `json:"ids,omitempty"`          // LIN02-31; LIN C212, PIA
	Prices       []Price           `json:"prices,omitempty"`       // CTP; PRI
	Descriptions []Description     `json:"descriptions,omitempty"` // PID; IMD
	Pack         Pack              `json:"pack,omitzero"`          // PO4; PAC
	Pallet       Pallet            `json:"pallet,omitzero"`        // PAL
	Refs         []Ref             `json:"refs,omitempty"`         // N9; RFF
	Quantities   []QuantityOf      `json:"quantities,omitempty"`   // QTY
	Dates        []DateEntry       `json:"dates,omitempty"`        // DTM
	Marks        []Mark            `json:"marks,omitempty"`        // GIN
	Amounts      []AmountEntry     `json:"amounts,omitempty"`      // AMT; MOA
	Activities   []Activity        `json:"activities,omitempty"`   // ZA loop; QTY group
	Ext          map[string]string `json:"ext,omitempty"`          // see [Header]
}

// Activity is one figure of a product: sold, on hand, on order. X12 ZA loop;
// EDIFACT QTY with LOC and DTM.
type Activity struct {
	Code            string          `json:"code,omitempty"`            // ZA01 (859): QS sold, QA on hand, QP on order, QO out of stock ...; QTY 6063
	Quantity        Quantity        `json:"quantity,omitzero"`         // ZA02, ZA03
	Date            DateEntry       `json:"date,omitzero"`             // ZA04, ZA05
	Ref             Ref             `json:"ref,omitzero"`              // ZA06, ZA07
	Response        string          `json:"response,omitempty"`        // ZA08 (1073)
	StoreQuantities []StoreQuantity `json:"storeQuantities,omitempty"` // SDQ: by store
	Prices          []Price         `json:"prices,omitempty"`          // CTP; PRI
	Parties         []Party         `json:"parties,omitempty"`         // NAD
	Amounts         []AmountEntry   `json:"amounts,omitempty"`         // MOA
	Quantities      []QuantityOf    `json:"quantities,omitempty"`      // QTY
}

// InventoryAdjustment is what a warehouse found other than the books say. X12
// 947; EDIFACT INVRPT with movements.
type InventoryAdjustment struct {
	Header
	AdjustmentDate   Date             `json:"adjustmentDate,omitempty"`                    // W1501; DTM+137
	DepositorNumber  string           `json:"depositorNumber,omitempty" key:"adjustment"`  // W1502
	AdjustmentNumber string           `json:"adjustmentNumber,omitempty" key:"adjustment"` // W1503: the warehouse's; BGM 1004
	TransactionType  string           `json:"transactionType,omitempty"`                   // W1505 (640)
	ActionWanted     string           `json:"actionWanted,omitempty"`                      // W1506 (306)
	Refs             []Ref            `json:"refs,omitempty"`                              // N9; RFF
	Contacts         []Contact        `json:"contacts,omitempty"`                          // PER
	Dates            []DateEntry      `json:"dates,omitempty"`                             // G62
	Notes            []Note           `json:"notes,omitempty"`                             // NTE
	Parties          []Party          `json:"parties,omitempty"`                           // N1 loop; NAD group
	Lines            []AdjustmentLine `json:"lines,omitempty"`                             // W19 loop; LIN group
	Totals           WarehouseTotals  `json:"totals,omitzero"`                             // CNT
}

// AdjustmentLine is one correction of stock. X12 W19 loop; EDIFACT LIN, INV, QTY.
type AdjustmentLine struct {
	Index        int               `json:"index,omitempty"`        // derived: from 1
	Reason       string            `json:"reason,omitempty"`       // W1901 (181): 03 to 56, AA physical count, AU damaged in facility ...; INV 4499
	Quantity     Quantity          `json:"quantity,omitzero"`      // W1902, W1903: with a minus, stock goes down; QTY, INV 4501
	UPCCase      string            `json:"upcCase,omitempty"`      // W1904 (438)
	IDs          []ProductID       `json:"ids,omitempty"`          // W1905-08, W1917-18; LIN, PIA
	Lot          string            `json:"lot,omitempty"`          // W1909 (451); GIN+BX
	Weights      []WeightOf        `json:"weights,omitempty"`      // W1910-12, W1913-15; MEA
	Status       string            `json:"status,omitempty"`       // W1916 (529); INV 7491
	Descriptions []Description     `json:"descriptions,omitempty"` // G69; IMD
	Refs         []Ref             `json:"refs,omitempty"`         // N9; RFF
	Dates        []DateEntry       `json:"dates,omitempty"`        // DTM, G62
	Quantities   []QuantityOf      `json:"quantities,omitempty"`   // QTY
	Amounts      []AmountEntry     `json:"amounts,omitempty"`      // AMT
	Parties      []Party           `json:"parties,omitempty"`      // N1 loop
	Notes        []Note            `json:"notes,omitempty"`        // NTE
	Ext          map[string]string `json:"ext,omitempty"`          // see [Header]
}

// WeightOf is a weight with its meaning. X12 81 with 187 and 188.
type WeightOf struct {
	Value     Decimal `json:"value,omitempty"`     // element 81
	Qualifier string  `json:"qualifier,omitempty"` // element 187: G gross, N net, A consolidated ...
	Unit      string  `json:"unit,omitempty"`      // element 188: L pounds, K kilograms ...
}

// Kind is [KindInventory].
func (n *Inventory) Kind() string { return KindInventory }

// Head is what all documents share.
func (n *Inventory) Head() *Head { return &n.Header }

// Identity is the report's number with its day: reports of a day share one.
func (n *Inventory) Identity() (number, revision string) { return n.ReportNumber, string(n.ReportedAt) }

// Derive implements [Document].
func (n *Inventory) Derive() {
	n.Header.Kind, n.SchemaVersion = KindInventory, SchemaVersion
	d := derivation{n.edifact()}
	n.Currency.derive()
	deriveEach(n.Contacts, (*Contact).derive)
	deriveEach(n.Dates, (*DateEntry).derive)
	deriveEach(n.Parties, d.party)
	deriveEach(n.Notes, (*Note).derive)
	for i := range n.Lines {
		l := &n.Lines[i]
		l.Index = i + 1
		l.Currency.derive()
		deriveEach(l.IDs, (*ProductID).derive)
		deriveEach(l.Dates, (*DateEntry).derive)
		deriveEach(l.Contacts, (*Contact).derive)
		deriveEach(l.Marks, (*Mark).derive)
		deriveEach(l.Sublines, d.subline)
		deriveEach(l.Parties, d.party)
		deriveEach(l.Notes, (*Note).derive)
		deriveCharges(l.AllowancesCharges)
		for j := range l.Quantities {
			deriveEach(l.Quantities[j].Dates, (*DateEntry).derive)
			deriveEach(l.Quantities[j].Marks, (*Mark).derive)
			for k := range l.Quantities[j].Lots {
				deriveEach(l.Quantities[j].Lots[k].Dates, (*DateEntry).derive)
			}
			deriveEach(l.Quantities[j].Schedules, (*Schedule).derive)
			deriveEach(l.Quantities[j].Parties, d.party)
		}
	}
}

// Kind is [KindProductActivity].
func (a *ProductActivity) Kind() string { return KindProductActivity }

// Head is what all documents share.
func (a *ProductActivity) Head() *Head { return &a.Header }

// Identity is the report's number with the days that it reports.
func (a *ProductActivity) Identity() (number, revision string) {
	return a.ReportNumber, revisions(string(a.From), string(a.To))
}

// Derive implements [Document].
func (a *ProductActivity) Derive() {
	a.Header.Kind, a.SchemaVersion = KindProductActivity, SchemaVersion
	d := derivation{a.edifact()}
	a.Currency.derive()
	deriveEach(a.Dates, (*DateEntry).derive)
	deriveEach(a.Contacts, (*Contact).derive)
	deriveEach(a.Parties, d.party)
	a.Figures = nil
	index := a.activityLines(d, a.Lines, ID{}, 0)
	for i := range a.Locations {
		at := &a.Locations[i]
		deriveEach(at.Dates, (*DateEntry).derive)
		deriveEach(at.Notes, (*Note).derive)
		index = a.activityLines(d, at.Lines, at.Location, index)
	}
}

// activityLines derives what lines say, gives them their numbers and adds their
// figures; at is the place of all of them.
func (a *ProductActivity) activityLines(d derivation, lines []ActivityLine, at ID, index int) int {
	for i := range lines {
		l := &lines[i]
		index++
		l.Index = index
		deriveEach(l.IDs, (*ProductID).derive)
		deriveEach(l.Dates, (*DateEntry).derive)
		deriveEach(l.Marks, (*Mark).derive)
		deriveAmounts(l.Amounts)
		for j := range l.Activities {
			v := &l.Activities[j]
			v.Date.derive()
			deriveEach(v.Parties, d.party)
			deriveAmounts(v.Amounts)
			for _, s := range v.StoreQuantities {
				a.Figures = append(a.Figures, ActivityFigure{index, v.Code, s.Location, s.Quantity})
			}
			if len(v.StoreQuantities) == 0 && v.Quantity != (Quantity{}) {
				a.Figures = append(a.Figures, ActivityFigure{index, v.Code, at, v.Quantity})
			}
		}
	}
	return index
}

// Kind is [KindInventoryAdjustment].
func (a *InventoryAdjustment) Kind() string { return KindInventoryAdjustment }

// Head is what all documents share.
func (a *InventoryAdjustment) Head() *Head { return &a.Header }

// Identity is the adjustment's number: the warehouse's, else the depositor's.
func (a *InventoryAdjustment) Identity() (number, revision string) {
	if a.AdjustmentNumber == "" {
		return a.DepositorNumber, ""
	}
	return a.AdjustmentNumber, ""
}

// Derive implements [Document].
func (a *InventoryAdjustment) Derive() {
	a.Header.Kind, a.SchemaVersion = KindInventoryAdjustment, SchemaVersion
	d := derivation{a.edifact()}
	deriveEach(a.Contacts, (*Contact).derive)
	deriveEach(a.Dates, (*DateEntry).derive)
	deriveEach(a.Notes, (*Note).derive)
	deriveEach(a.Parties, d.party)
	for i := range a.Lines {
		l := &a.Lines[i]
		l.Index = i + 1
		deriveEach(l.IDs, (*ProductID).derive)
		deriveEach(l.Dates, (*DateEntry).derive)
		deriveEach(l.Parties, d.party)
		deriveAmounts(l.Amounts)
		deriveEach(l.Notes, (*Note).derive)
	}
}
