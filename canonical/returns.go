package canonical

// Return asks for, allows, refuses or announces that goods go back. X12 180;
// EDIFACT RETANN.
type Return struct {
	Header
	ReturnNumber      string            `json:"returnNumber,omitempty" schema:"key" key:"return"` // BGN02 (127); BGM 1004
	ReturnDate        Date              `json:"returnDate,omitempty"`                             // BGN03, BGN04; DTM+137
	Zone              string            `json:"zone,omitempty"`                                   // BGN05 (623) as received
	OriginalNumber    string            `json:"originalNumber,omitempty" key:"return"`            // BGN06: of the document that this one answers; RFF
	TransactionType   string            `json:"transactionType,omitempty"`                        // BGN07 (640): RA request for credit ...; BGM 1001
	ActionWanted      string            `json:"actionWanted,omitempty"`                           // BGN08 (306)
	Disposition       ReturnReason      `json:"disposition,omitzero"`                             // RDR
	Order             OrderRef          `json:"order,omitzero"`                                   // PRF; RFF+ON
	Refs              []Ref             `json:"refs,omitempty"`                                   // N9; RFF
	Contacts          []Contact         `json:"contacts,omitempty"`                               // PER; CTA, COM
	Dates             []DateEntry       `json:"dates,omitempty"`                                  // DTM
	AllowancesCharges []AllowanceCharge `json:"allowancesCharges,omitempty"`                      // SAC; ALC
	Packaging         []Packaging       `json:"packaging,omitempty"`                              // PKG
	Lading            []Lading          `json:"lading,omitempty"`                                 // TD1; PAC
	Routing           []Carrier         `json:"routing,omitempty"`                                // TD5; TDT
	FOB               FOB               `json:"fob,omitzero"`                                     // TOD
	Currency          Currency          `json:"currency,omitzero"`                                // CUX
	Notes             []Note            `json:"notes,omitempty"`                                  // NTE; FTX
	Parties           []Party           `json:"parties,omitempty"`                                // N1 loop; NAD group
	Lines             []ReturnLine      `json:"lines,omitempty"`                                  // BLI loop; LIN group
	Amounts           []AmountEntry     `json:"amounts,omitempty"`                                // MOA
	Totals            *Totals           `json:"totals,omitempty"`                                 // CNT
}

// ReturnReason is what is to be done with goods and why. X12 RDR; EDIFACT AJT,
// INV.
type ReturnReason struct {
	Disposition string `json:"disposition,omitempty"` // RDR01 (1292): CR return, DI dispose, KA keep with an allowance, RA with authorization, RD denied ...
	Request     string `json:"request,omitempty"`     // RDR02 (1293): DA damaged, DM defective, PR recall, WG wrong goods ...
	Response    string `json:"response,omitempty"`    // RDR03 (1294)
	Text        string `json:"text,omitempty"`        // RDR04
	Allowed     string `json:"allowed,omitempty"`     // RDR05 (1073): Y, N
}

// ReturnLine is a product that goes back. X12 BLI loop; EDIFACT LIN group.
type ReturnLine struct {
	Index             int               `json:"index,omitempty"`             // derived: from 1
	LineID            string            `json:"lineId,omitempty"`            // LX01, N9 where a layer reads one; LIN 1082
	IDs               []ProductID       `json:"ids,omitempty"`               // BLI01-02, BLI08-13; LIN, PIA
	Quantity          Quantity          `json:"quantity,omitzero"`           // BLI03, BLI04; QTY+61
	PriceType         string            `json:"priceType,omitempty"`         // BLI05 (236)
	UnitPrice         Decimal           `json:"unitPrice,omitempty"`         // BLI06; PRI
	PriceUOM          string            `json:"priceUom,omitempty"`          // BLI07 (355)
	Reason            ReturnReason      `json:"reason,omitzero"`             // RDR
	Condition         string            `json:"condition,omitempty"`         // CDI 7007: damaged, used ...
	Order             OrderRef          `json:"order,omitzero"`              // PRF; RFF+ON
	Refs              []Ref             `json:"refs,omitempty"`              // N9: IV invoice, SE serial number, LT lot ...; RFF, GIN
	Descriptions      []Description     `json:"descriptions,omitempty"`      // PID; IMD
	AllowancesCharges []AllowanceCharge `json:"allowancesCharges,omitempty"` // SAC; ALC
	Amounts           []AmountEntry     `json:"amounts,omitempty"`           // AMT; MOA
	Measures          []Measure         `json:"measures,omitempty"`          // MEA
	Dates             []DateEntry       `json:"dates,omitempty"`             // DTM
	Routing           []Carrier         `json:"routing,omitempty"`           // TD5
	StoreQuantities   []StoreQuantity   `json:"storeQuantities,omitempty"`   // SDQ
	Quantities        []QuantityOf      `json:"quantities,omitempty"`        // QTY
	Parties           []Party           `json:"parties,omitempty"`           // N1 loop; NAD
	Notes             []Note            `json:"notes,omitempty"`             // NTE; FTX
	Ext               map[string]string `json:"ext,omitempty"`               // see [Header]
}

// Kind is [KindReturn].
func (r *Return) Kind() string { return KindReturn }

// Head is what all documents share.
func (r *Return) Head() *Head { return &r.Header }

// Identity is the number of the return.
func (r *Return) Identity() (number, revision string) { return r.ReturnNumber, "" }

// Derive implements [Document].
func (r *Return) Derive() {
	r.Header.Kind, r.SchemaVersion = KindReturn, SchemaVersion
	d := derivation{r.edifact()}
	r.Currency.derive()
	deriveAmounts(r.Amounts)
	deriveEach(r.Contacts, (*Contact).derive)
	deriveEach(r.Dates, (*DateEntry).derive)
	deriveEach(r.Routing, (*Carrier).derive)
	deriveEach(r.Notes, (*Note).derive)
	deriveEach(r.Parties, d.party)
	deriveCharges(r.AllowancesCharges)
	for i := range r.Lines {
		l := &r.Lines[i]
		l.Index = i + 1
		deriveEach(l.IDs, (*ProductID).derive)
		deriveEach(l.Dates, (*DateEntry).derive)
		deriveEach(l.Routing, (*Carrier).derive)
		deriveEach(l.Parties, d.party)
		deriveEach(l.Notes, (*Note).derive)
		deriveAmounts(l.Amounts)
		deriveCharges(l.AllowancesCharges)
	}
}
