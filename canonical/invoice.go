package canonical

// Invoice is what the seller asks for, or with Sign "-1" gives back: a credit
// note is an invoice of another type. X12 810; EDIFACT INVOIC.
type Invoice struct {
	Header
	InvoiceNumber       string            `json:"invoiceNumber,omitempty" schema:"key" key:"invoice"` // BIG02; BGM 1004
	InvoiceDate         Date              `json:"invoiceDate,omitempty"`                              // BIG01; DTM+137
	Type                string            `json:"type,omitempty"`                                     // BIG07 (640): DI debit invoice, CR credit memo, CN credit invoice, PR product ...; BGM 1001: 380 invoice, 381 credit note, 383 debit note
	OrderDate           Date              `json:"orderDate,omitempty"`                                // BIG03; DTM+171
	PONumber            string            `json:"poNumber,omitempty" key:"po"`                        // BIG04; RFF+ON
	ReleaseNumber       string            `json:"releaseNumber,omitempty"`                            // BIG05
	ChangeSequence      string            `json:"changeSequence,omitempty"`                           // BIG06 (327)
	ActionWanted        string            `json:"actionWanted,omitempty"`                             // BIG09 (306)
	OriginalInvoice     string            `json:"originalInvoice,omitempty" key:"invoice"`            // BIG10: the invoice that a credit note is about; RFF+IV
	OriginalInvoiceDate Date              `json:"originalInvoiceDate,omitempty"`                      // DTM+171 with RFF+IV
	Currency            Currency          `json:"currency,omitzero"`                                  // CUR; CUX
	Refs                []Ref             `json:"refs,omitempty"`                                     // REF; RFF
	Contacts            []Contact         `json:"contacts,omitempty"`                                 // PER; CTA, COM
	TaxReferences       []TaxReference    `json:"taxReferences,omitempty"`                            // TAX
	FOB                 FOB               `json:"fob,omitzero"`                                       // FOB; TOD
	Terms               []Terms           `json:"terms,omitempty"`                                    // ITD; PAT group
	Dates               []DateEntry       `json:"dates,omitempty"`                                    // DTM: 011 shipped, 035 delivered, 186 and 187 service period; DTM+35, 263
	Descriptions        []Description     `json:"descriptions,omitempty"`                             // PID
	Measures            []Measure         `json:"measures,omitempty"`                                 // MEA
	Packaging           []Packaging       `json:"packaging,omitempty"`                                // PKG; PAC
	Lading              []Lading          `json:"lading,omitempty"`                                   // TD1
	Routing             []Carrier         `json:"routing,omitempty"`                                  // TD5; TDT
	Equipment           []Equipment       `json:"equipment,omitempty"`                                // TD3
	Handling            []Handling        `json:"handling,omitempty"`                                 // TD4
	Notes               []Note            `json:"notes,omitempty"`                                    // NTE, N9 loop; FTX
	Parties             []Party           `json:"parties,omitempty"`                                  // N1 loop: RE remit to, BT bill to, ST ship to, SE seller; NAD group: SU, BY, DP, IV, PE
	Lines               []InvoiceLine     `json:"lines,omitempty"`                                    // IT1 loop; LIN group
	Totals              InvoiceTotals     `json:"totals,omitzero"`                                    // TDS, CTT; MOA and CNT of the summary
	Taxes               []Tax             `json:"taxes,omitempty"`                                    // TXI of the summary; TAX with MOA
	AllowancesCharges   []AllowanceCharge `json:"allowancesCharges,omitempty"`                        // SAC loop of the summary; ALC group
	CarrierDetails      []CarrierDetail   `json:"carrierDetails,omitempty"`                           // CAD
	Shipments           []InvoiceShipment `json:"shipments,omitempty"`                                // ISS loop
	Amounts             []AmountEntry     `json:"amounts,omitempty"`                                  // AMT; MOA
	// Sign is derived from Type: "-1" when the amounts are owed to the buyer (X12
	// CC, CE, CG, CN, CR, FC, MC; EDIFACT 381, 396), else "1". The amounts
	// themselves stand as they came: partners write a credit note's with a minus,
	// or without.
	Sign Decimal `json:"sign,omitempty"`
}

// InvoiceLine is what is asked for of one product. Its Quantity is what is
// invoiced. X12 IT1 loop; EDIFACT LIN group.
type InvoiceLine struct {
	Line
	Shipment  []LineShipment  `json:"shipment,omitempty"`          // IT3
	Periods   []PeriodAmount  `json:"periods,omitempty"`           // PAM
	Carriers  []CarrierDetail `json:"carrierDetails,omitempty"`    // CAD
	PONumber  string          `json:"poNumber,omitempty" key:"po"` // REF*PO, RFF+ON of the line
	OrderDate Date            `json:"orderDate,omitempty"`         // DTM+171 with RFF+ON of the line
	// LineAmount is the line's total. X12: derived by nobody, PAM05 or AMT where a
	// layer reads one; EDIFACT: MOA+203.
	LineAmount Decimal `json:"lineAmount,omitempty"`
}

// LineShipment is what was shipped of an invoiced line. X12 IT3.
type LineShipment struct {
	Quantity Quantity `json:"quantity,omitzero"`  // IT301, IT302
	Status   string   `json:"status,omitempty"`   // IT303 (368)
	Variance Decimal  `json:"variance,omitempty"` // IT304
	Reason   string   `json:"reason,omitempty"`   // IT305 (371)
}

// PeriodAmount is an amount, or a quantity, of a period. X12 PAM.
type PeriodAmount struct {
	Quantity QuantityOf  `json:"quantity,omitzero"`  // PAM01 (673), PAM02, PAM03
	Scheme   string      `json:"scheme,omitempty"`   // PAM04 (522)
	Amount   Decimal     `json:"amount,omitempty"`   // PAM05
	Unit     string      `json:"unit,omitempty"`     // PAM06 (344)
	Dates    []DateEntry `json:"dates,omitempty"`    // PAM07-09, PAM10-12
	Percent  Percent     `json:"percent,omitzero"`   // PAM13 (1004), PAM14
	Response string      `json:"response,omitempty"` // PAM15 (1073)
}

// InvoiceTotals are what the seller added up.
type InvoiceTotals struct {
	Total             Decimal  `json:"total,omitempty"`             // TDS01, N2 resolved; MOA+77, MOA+86
	SubjectToDiscount Decimal  `json:"subjectToDiscount,omitempty"` // TDS02, N2 resolved; MOA+52's base, MOA+129
	NetAfterDiscount  Decimal  `json:"netAfterDiscount,omitempty"`  // TDS03, N2 resolved
	Discount          Decimal  `json:"discount,omitempty"`          // TDS04, N2 resolved; MOA+52
	Due               Decimal  `json:"due,omitempty"`               // MOA+9: what is left to pay
	Lines             Decimal  `json:"lines,omitempty"`             // MOA+79: sum of the lines
	Charges           Decimal  `json:"charges,omitempty"`           // MOA+131: sum of allowances and charges
	Taxable           Decimal  `json:"taxable,omitempty"`           // MOA+125
	Tax               Decimal  `json:"tax,omitempty"`               // MOA+124, MOA+176
	Prepaid           Decimal  `json:"prepaid,omitempty"`           // MOA+113
	LineCount         Decimal  `json:"lineCount,omitempty"`         // CTT01; CNT+2
	Hash              Decimal  `json:"hash,omitempty"`              // CTT02; CNT+1
	Weight            Quantity `json:"weight,omitzero"`             // CTT03, CTT04; CNT+7
	Volume            Quantity `json:"volume,omitzero"`             // CTT05, CTT06
}

// CarrierDetail is by whom invoiced goods went. X12 CAD.
type CarrierDetail struct {
	Mode            string `json:"mode,omitempty"`            // CAD01 (91)
	Initial         string `json:"initial,omitempty"`         // CAD02: of the equipment
	Number          string `json:"number,omitempty"`          // CAD03: of the equipment
	SCAC            string `json:"scac,omitempty"`            // CAD04 (140)
	Routing         string `json:"routing,omitempty"`         // CAD05
	Status          string `json:"status,omitempty"`          // CAD06 (368)
	ReferenceScheme string `json:"referenceScheme,omitempty"` // CAD07 (128): BM bill of lading, CN carrier's number ...
	Reference       string `json:"reference,omitempty"`       // CAD08
	ServiceLevel    string `json:"serviceLevel,omitempty"`    // CAD09 (284)
}

// InvoiceShipment sums up what was shipped. X12 ISS loop.
type InvoiceShipment struct {
	Units        Quantity      `json:"units,omitzero"`         // ISS01, ISS02
	Weight       Quantity      `json:"weight,omitzero"`        // ISS03, ISS04
	Volume       Quantity      `json:"volume,omitzero"`        // ISS05, ISS06
	Packages     Decimal       `json:"packages,omitempty"`     // ISS07
	Net          Decimal       `json:"net,omitempty"`          // ISS08: weight
	Descriptions []Description `json:"descriptions,omitempty"` // PID
}

// Kind is [KindInvoice].
func (v *Invoice) Kind() string { return KindInvoice }

// Head is what all documents share.
func (v *Invoice) Head() *Head { return &v.Header }

// Identity is the invoice's number: no seller gives one twice, ever.
func (v *Invoice) Identity() (number, revision string) { return v.InvoiceNumber, "" }

// Derive implements [Document].
func (v *Invoice) Derive() {
	v.Header.Kind, v.SchemaVersion = KindInvoice, SchemaVersion
	d := derivation{v.edifact()}
	v.Currency.derive()
	deriveEach(v.Contacts, (*Contact).derive)
	deriveEach(v.Dates, (*DateEntry).derive)
	deriveEach(v.Routing, (*Carrier).derive)
	deriveEach(v.Notes, (*Note).derive)
	deriveEach(v.Parties, d.party)
	deriveAmounts(v.Amounts)
	deriveCharges(v.AllowancesCharges)
	for i := range v.Lines {
		v.Lines[i].Index = i + 1
		d.invoiceLine(&v.Lines[i])
	}
	v.Sign = "1"
	switch v.Type {
	case "CC", "CE", "CG", "CN", "CR", "FC", "MC", "381", "396":
		v.Sign = "-1"
	}
}

func (d derivation) invoiceLine(l *InvoiceLine) {
	d.line(&l.Line)
	for i := range l.Periods {
		deriveEach(l.Periods[i].Dates, (*DateEntry).derive)
	}
}
