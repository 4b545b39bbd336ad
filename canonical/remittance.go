package canonical

// Remittance says which invoices a payment pays, and what was taken off. X12 820.
// EDIFACT's REMADV would lead here too.
type Remittance struct {
	Header
	Handling        string             `json:"handling,omitempty"`                               // BPR01 (305): I remittance only, C with payment, D payment only ...
	Amount          Decimal            `json:"amount,omitempty"`                                 // BPR02: what is paid
	CreditDebit     string             `json:"creditDebit,omitempty"`                            // BPR03 (478): C, D
	Method          string             `json:"method,omitempty"`                                 // BPR04 (591): ACH, CHK, FWT ...
	PaymentFormat   string             `json:"paymentFormat,omitempty"`                          // BPR05 (812): CTX, CCP ...
	PayerAccount    Account            `json:"payerAccount,omitzero"`                            // BPR06-09
	PayerID         string             `json:"payerId,omitempty"`                                // BPR10 (509)
	PayerSupplement string             `json:"payerSupplement,omitempty"`                        // BPR11 (510)
	PayeeAccount    Account            `json:"payeeAccount,omitzero"`                            // BPR12-15
	EffectiveDate   Date               `json:"effectiveDate,omitempty"`                          // BPR16
	Function        string             `json:"function,omitempty"`                               // BPR17 (1048)
	ReturnAccount   Account            `json:"returnAccount,omitzero"`                           // BPR18-21
	TraceType       string             `json:"traceType,omitempty"`                              // TRN01 (481)
	TraceNumber     string             `json:"traceNumber,omitempty" schema:"key" key:"payment"` // TRN02 (127): check or ACH trace number
	TraceOriginator string             `json:"traceOriginator,omitempty"`                        // TRN03 (509)
	TraceReference  string             `json:"traceReference,omitempty"`                         // TRN04
	Notes           []Note             `json:"notes,omitempty"`                                  // NTE
	Currency        Currency           `json:"currency,omitzero"`                                // CUR
	Refs            []Ref              `json:"refs,omitempty"`                                   // REF
	Contacts        []Contact          `json:"contacts,omitempty"`                               // PER
	Dates           []DateEntry        `json:"dates,omitempty"`                                  // DTM
	Parties         []Party            `json:"parties,omitempty"`                                // N1 loop: PR payer, PE payee
	Entities        []RemittanceEntity `json:"entities,omitempty"`                               // ENT loop
}

// Account is a bank account. X12 BPR06-09 and like groups.
type Account struct {
	BankScheme string `json:"bankScheme,omitempty"` // element 506: 01 ABA routing number ...
	Bank       string `json:"bank,omitempty"`       // element 507
	Type       string `json:"type,omitempty"`       // element 569: DA demand deposit, SG savings
	Number     string `json:"number,omitempty"`     // element 508
}

// RemittanceEntity is whose invoices are paid. X12 ENT loop.
type RemittanceEntity struct {
	Number      string                 `json:"number,omitempty"`      // ENT01
	Role        string                 `json:"role,omitempty"`        // see [Party]
	RoleCode    string                 `json:"roleCode,omitempty"`    // ENT02 (98)
	ID          ID                     `json:"id,omitzero"`           // ENT03 (66), ENT04
	SecondRole  string                 `json:"secondRole,omitempty"`  // ENT05 (98)
	SecondID    ID                     `json:"secondId,omitzero"`     // ENT06 (66), ENT07
	Reference   ID                     `json:"reference,omitzero"`    // ENT08 (128), ENT09
	Parties     []Party                `json:"parties,omitempty"`     // NM1, N1 loop
	Adjustments []RemittanceAdjustment `json:"adjustments,omitempty"` // ADX loop of the entity
	Items       []RemittanceItem       `json:"items,omitempty"`       // RMR loop
	Ext         map[string]string      `json:"ext,omitempty"`         // see [Header]
}

// RemittanceItem is an invoice that is paid. X12 RMR loop.
type RemittanceItem struct {
	ReferenceScheme string                 `json:"referenceScheme,omitempty"` // RMR01 (128): IV invoice, CM credit memo, PO ...
	Reference       string                 `json:"reference,omitempty"`       // RMR02
	Action          string                 `json:"action,omitempty"`          // RMR03 (482): PO payment on account, PI pay item ...
	Paid            Decimal                `json:"paid,omitempty"`            // RMR04
	Invoiced        Decimal                `json:"invoiced,omitempty"`        // RMR05
	Discount        Decimal                `json:"discount,omitempty"`        // RMR06
	Reason          string                 `json:"reason,omitempty"`          // RMR07 (426)
	Adjusted        Decimal                `json:"adjusted,omitempty"`        // RMR08
	Refs            []Ref                  `json:"refs,omitempty"`            // REF
	Dates           []DateEntry            `json:"dates,omitempty"`           // DTM: 003 invoice ...
	Lines           []InvoiceLine          `json:"lines,omitempty"`           // IT1 loop
	Adjustments     []RemittanceAdjustment `json:"adjustments,omitempty"`     // ADX loop
	Notes           []Note                 `json:"notes,omitempty"`           // NTE
}

// RemittanceAdjustment is what was taken off or added, and why: a chargeback
// stands here. X12 ADX loop.
type RemittanceAdjustment struct {
	Amount    Decimal     `json:"amount,omitempty"`   // ADX01
	Reason    string      `json:"reason,omitempty"`   // ADX02 (426)
	Reference ID          `json:"reference,omitzero"` // ADX03 (128), ADX04
	Refs      []Ref       `json:"refs,omitempty"`     // REF
	Dates     []DateEntry `json:"dates,omitempty"`    // DTM
	Notes     []Note      `json:"notes,omitempty"`    // NTE
	Contacts  []Contact   `json:"contacts,omitempty"` // PER
}

// Kind is [KindRemittance].
func (r *Remittance) Kind() string { return KindRemittance }

// Head is what all documents share.
func (r *Remittance) Head() *Head { return &r.Header }

// Identity is the trace number of the payment.
func (r *Remittance) Identity() (number, revision string) { return r.TraceNumber, "" }

// Derive implements [Document].
func (r *Remittance) Derive() {
	r.Header.Kind, r.SchemaVersion = KindRemittance, SchemaVersion
	d := derivation{r.edifact()}
	r.Currency.derive()
	deriveEach(r.Contacts, (*Contact).derive)
	deriveEach(r.Dates, (*DateEntry).derive)
	deriveEach(r.Parties, d.party)
	deriveEach(r.Notes, (*Note).derive)
	for i := range r.Entities {
		e := &r.Entities[i]
		deriveEach(e.Parties, d.party)
		deriveEach(e.Adjustments, (*RemittanceAdjustment).derive)
		for j := range e.Items {
			it := &e.Items[j]
			deriveEach(it.Dates, (*DateEntry).derive)
			deriveEach(it.Notes, (*Note).derive)
			deriveEach(it.Adjustments, (*RemittanceAdjustment).derive)
			for k := range it.Lines {
				it.Lines[k].Index = k + 1
				d.invoiceLine(&it.Lines[k])
			}
		}
	}
}

func (a *RemittanceAdjustment) derive() {
	deriveEach(a.Dates, (*DateEntry).derive)
	deriveEach(a.Notes, (*Note).derive)
	deriveEach(a.Contacts, (*Contact).derive)
}
