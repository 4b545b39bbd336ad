package canonical

// OrderResponse is what the seller answers to an order, or to a change of one:
// line by line what he accepts, changes, back-orders, rejects. X12 855, and 865
// (with its purpose in Action); EDIFACT ORDRSP.
type OrderResponse struct {
	Header
	ResponseType      string            `json:"responseType,omitempty"`                   // BAK02, BCA02 (587): AC with detail and change, AD no change, AT accepted, RD rejected with detail, RJ rejected; BGM 4343
	PONumber          string            `json:"poNumber,omitempty" schema:"key" key:"po"` // BAK03, BCA03; RFF+ON
	ReleaseNumber     string            `json:"releaseNumber,omitempty"`                  // BAK05, BCA04; RFF+RE
	ChangeSequence    string            `json:"changeSequence,omitempty"`                 // BCA05 (327); RFF+PP
	OrderDate         Date              `json:"orderDate,omitempty"`                      // BAK04, BCA06; DTM+171
	ResponseNumber    string            `json:"responseNumber,omitempty"`                 // BGM 1004: the seller's number of this document
	ResponseDate      Date              `json:"responseDate,omitempty"`                   // BAK09, BCA10; DTM+137
	RequestReference  string            `json:"requestReference,omitempty"`               // BAK06, BCA07 (326)
	Contract          string            `json:"contract,omitempty"`                       // BAK07, BCA08; RFF+CT
	SellerOrderNumber string            `json:"sellerOrderNumber,omitempty" key:"so"`     // BAK08, BCA09 (127); RFF+VN
	OrderType         string            `json:"orderType,omitempty"`                      // BCA13 (92); BGM 1001
	TransactionType   string            `json:"transactionType,omitempty"`                // BAK10, BCA15 (640)
	Department        string            `json:"department,omitempty"`                     // see [Order]
	Currency          Currency          `json:"currency,omitzero"`                        // CUR; CUX
	Refs              []Ref             `json:"refs,omitempty"`                           // REF; RFF
	Contacts          []Contact         `json:"contacts,omitempty"`                       // PER; CTA, COM
	TaxReferences     []TaxReference    `json:"taxReferences,omitempty"`                  // TAX
	FOB               FOB               `json:"fob,omitzero"`                             // FOB; TOD
	Prices            []Price           `json:"prices,omitempty"`                         // CTP
	Conditions        []Condition       `json:"conditions,omitempty"`                     // CSH
	AllowancesCharges []AllowanceCharge `json:"allowancesCharges,omitempty"`              // SAC loop; ALC group
	Terms             []Terms           `json:"terms,omitempty"`                          // ITD; PAT group
	Discounts         []Discount        `json:"discounts,omitempty"`                      // DIS
	Dates             []DateEntry       `json:"dates,omitempty"`                          // DTM
	Descriptions      []Description     `json:"descriptions,omitempty"`                   // PID
	Measures          []Measure         `json:"measures,omitempty"`                       // MEA
	Packaging         []Packaging       `json:"packaging,omitempty"`                      // PKG
	Lading            []Lading          `json:"lading,omitempty"`                         // TD1
	Routing           []Carrier         `json:"routing,omitempty"`                        // TD5; TDT
	Equipment         []Equipment       `json:"equipment,omitempty"`                      // TD3
	Handling          []Handling        `json:"handling,omitempty"`                       // TD4
	Marks             []Mark            `json:"marks,omitempty"`                          // MAN
	Percents          []Percent         `json:"percents,omitempty"`                       // PCT
	Taxes             []Tax             `json:"taxes,omitempty"`                          // TXI; TAX
	Notes             []Note            `json:"notes,omitempty"`                          // N9 loop; FTX
	Parties           []Party           `json:"parties,omitempty"`                        // N1 loop; NAD group
	Lines             []ResponseLine    `json:"lines,omitempty"`                          // PO1, POC loop; LIN group
	Totals            *Totals           `json:"totals,omitempty"`                         // CTT; CNT
	Amounts           []AmountEntry     `json:"amounts,omitempty"`                        // AMT loops; MOA
}

// ResponseLine is a line as the seller understood it, with what he says to it.
// X12 PO1 loop with ACK; EDIFACT LIN group.
type ResponseLine struct {
	Line
	Change          LineChange           `json:"change,omitzero"`           // POC02, POC04, where a change is answered
	Acknowledgments []LineAcknowledgment `json:"acknowledgments,omitempty"` // ACK loop; LIN 1229
}

// LineAcknowledgment is what the seller says to a line or to a part of its
// quantity. X12 ACK; EDIFACT LIN 1229, which has a status alone: how much of it
// stands in the line's Quantities (QTY+113 to be delivered, QTY+83 back-ordered).
type LineAcknowledgment struct {
	// Status is accepted, changed, backordered, deleted, held, rejected,
	// substituted, shipped ...; a code that has no name here stands as it came.
	Status     string      `json:"status,omitempty"`
	StatusCode string      `json:"statusCode,omitempty"` // ACK01 (668): IA accepted, IB back-ordered, IR rejected ...; 1229: 5 accepted, 3 changed, 7 not accepted
	Quantity   Quantity    `json:"quantity,omitzero"`    // ACK02, ACK03
	DateScheme string      `json:"dateScheme,omitempty"` // ACK04 (374)
	Date       Date        `json:"date,omitempty"`       // ACK05: when it will be shipped or delivered
	Request    string      `json:"request,omitempty"`    // ACK06 (326)
	IDs        []ProductID `json:"ids,omitempty"`        // ACK07-26: of what is sent instead
	Agency     string      `json:"agency,omitempty"`     // ACK27 (559)
	Source     string      `json:"source,omitempty"`     // ACK28 (822)
	Industry   string      `json:"industry,omitempty"`   // ACK29 (1271)
	Dates      []DateEntry `json:"dates,omitempty"`      // DTM in the loop
}

// OrderChange changes an order that was sent before. X12 860; EDIFACT ORDCHG. A
// change that cancels the whole order has Action "cancel".
type OrderChange struct {
	Header
	OrderType         string            `json:"orderType,omitempty"`                      // BCH02 (92); BGM 1001
	PONumber          string            `json:"poNumber,omitempty" schema:"key" key:"po"` // BCH03; RFF+ON
	ReleaseNumber     string            `json:"releaseNumber,omitempty"`                  // BCH04; RFF+RE
	ChangeSequence    string            `json:"changeSequence,omitempty"`                 // BCH05 (327): tells the changes of one order apart; RFF+PP
	OrderDate         Date              `json:"orderDate,omitempty"`                      // BCH06; DTM+171
	ChangeNumber      string            `json:"changeNumber,omitempty"`                   // BGM 1004: the buyer's number of this document
	ChangeDate        Date              `json:"changeDate,omitempty"`                     // BCH11; DTM+137
	RequestReference  string            `json:"requestReference,omitempty"`               // BCH07 (326)
	Contract          string            `json:"contract,omitempty"`                       // BCH08; RFF+CT
	Reference         string            `json:"reference,omitempty"`                      // BCH09 (127)
	ContractType      string            `json:"contractType,omitempty"`                   // BCH12 (1166)
	Security          string            `json:"security,omitempty"`                       // BCH13 (786)
	AckType           string            `json:"ackType,omitempty"`                        // BCH14 (587)
	TransactionType   string            `json:"transactionType,omitempty"`                // BCH15 (640)
	PurchaseCategory  string            `json:"purchaseCategory,omitempty"`               // BCH16 (1232)
	Department        string            `json:"department,omitempty"`                     // see [Order]
	Currency          Currency          `json:"currency,omitzero"`                        // CUR; CUX
	Refs              []Ref             `json:"refs,omitempty"`                           // REF; RFF
	Contacts          []Contact         `json:"contacts,omitempty"`                       // PER; CTA, COM
	TaxReferences     []TaxReference    `json:"taxReferences,omitempty"`                  // TAX
	FOB               FOB               `json:"fob,omitzero"`                             // FOB; TOD
	Prices            []Price           `json:"prices,omitempty"`                         // CTP
	Conditions        []Condition       `json:"conditions,omitempty"`                     // CSH
	AllowancesCharges []AllowanceCharge `json:"allowancesCharges,omitempty"`              // SAC loop; ALC group
	Terms             []Terms           `json:"terms,omitempty"`                          // ITD; PAT group
	Discounts         []Discount        `json:"discounts,omitempty"`                      // DIS
	Dates             []DateEntry       `json:"dates,omitempty"`                          // DTM
	Descriptions      []Description     `json:"descriptions,omitempty"`                   // PID
	Measures          []Measure         `json:"measures,omitempty"`                       // MEA
	Packaging         []Packaging       `json:"packaging,omitempty"`                      // PKG
	Lading            []Lading          `json:"lading,omitempty"`                         // TD1
	Routing           []Carrier         `json:"routing,omitempty"`                        // TD5; TDT
	Equipment         []Equipment       `json:"equipment,omitempty"`                      // TD3
	Handling          []Handling        `json:"handling,omitempty"`                       // TD4
	Marks             []Mark            `json:"marks,omitempty"`                          // MAN
	Percents          []Percent         `json:"percents,omitempty"`                       // PCT
	Taxes             []Tax             `json:"taxes,omitempty"`                          // TXI; TAX
	Notes             []Note            `json:"notes,omitempty"`                          // N9 loop; FTX
	Parties           []Party           `json:"parties,omitempty"`                        // N1 loop; NAD group
	Lines             []ChangeLine      `json:"lines,omitempty"`                          // POC loop; LIN group
	Totals            *Totals           `json:"totals,omitempty"`                         // CTT; CNT
	Amounts           []AmountEntry     `json:"amounts,omitempty"`                        // AMT loops; MOA
}

// ChangeLine is a line with what changes about it. Its Quantity is what was
// ordered (POC03 with the unit of POC05; QTY+21). X12 POC loop; EDIFACT LIN group.
type ChangeLine struct {
	Line
	Change LineChange `json:"change,omitzero"` // POC02, POC04; LIN 1229
}

// LineChange says what is done to a line.
type LineChange struct {
	// Type is add, delete, change, replace, quantityIncrease, quantityDecrease,
	// priceChange ...; a code that has no name here stands as it came.
	Type         string  `json:"type,omitempty"`
	TypeCode     string  `json:"typeCode,omitempty"`     // POC02 (670): AI add, DI delete, CA changes, QI and QD quantity, PC price, RZ replace; LIN 1229
	QuantityLeft Decimal `json:"quantityLeft,omitempty"` // POC04 (671): left to receive, in the line's unit
}

// Kind is [KindOrderResponse].
func (r *OrderResponse) Kind() string { return KindOrderResponse }

// Head is what all documents share.
func (r *OrderResponse) Head() *Head { return &r.Header }

// Identity is the PO number, and the release with the change that is answered.
func (r *OrderResponse) Identity() (number, revision string) {
	return r.PONumber, revisions(r.ReleaseNumber, r.ChangeSequence, r.ResponseNumber)
}

// Derive implements [Document].
func (r *OrderResponse) Derive() {
	r.Header.Kind, r.SchemaVersion = KindOrderResponse, SchemaVersion
	d := derivation{r.edifact()}
	r.Currency.derive()
	deriveEach(r.Contacts, (*Contact).derive)
	deriveEach(r.Dates, (*DateEntry).derive)
	deriveEach(r.Routing, (*Carrier).derive)
	deriveEach(r.Notes, (*Note).derive)
	deriveEach(r.Marks, (*Mark).derive)
	deriveEach(r.Parties, d.party)
	deriveAmounts(r.Amounts)
	deriveCharges(r.AllowancesCharges)
	for i := range r.Lines {
		l := &r.Lines[i]
		l.Index = i + 1
		d.line(&l.Line)
		for j := range l.Acknowledgments {
			deriveEach(l.Acknowledgments[j].IDs, (*ProductID).derive)
			deriveEach(l.Acknowledgments[j].Dates, (*DateEntry).derive)
		}
	}
}

// Kind is [KindOrderChange].
func (c *OrderChange) Kind() string { return KindOrderChange }

// Head is what all documents share.
func (c *OrderChange) Head() *Head { return &c.Header }

// Identity is the PO number, and the release with the number of the change.
func (c *OrderChange) Identity() (number, revision string) {
	return c.PONumber, revisions(c.ReleaseNumber, c.ChangeSequence, c.ChangeNumber)
}

// Derive implements [Document].
func (c *OrderChange) Derive() {
	c.Header.Kind, c.SchemaVersion = KindOrderChange, SchemaVersion
	d := derivation{c.edifact()}
	c.Currency.derive()
	deriveEach(c.Contacts, (*Contact).derive)
	deriveEach(c.Dates, (*DateEntry).derive)
	deriveEach(c.Routing, (*Carrier).derive)
	deriveEach(c.Notes, (*Note).derive)
	deriveEach(c.Marks, (*Mark).derive)
	deriveEach(c.Parties, d.party)
	deriveAmounts(c.Amounts)
	deriveCharges(c.AllowancesCharges)
	for i := range c.Lines {
		c.Lines[i].Index = i + 1
		d.line(&c.Lines[i].Line)
	}
}

// revisions joins what tells the uses of one number apart.
func revisions(parts ...string) string {
	text := ""
	for _, p := range parts {
		switch {
		case p == "":
		case text == "":
			text = p
		default:
			text += "/" + p
		}
	}
	return text
}
