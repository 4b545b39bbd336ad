package canonical

// Order is a purchase order. X12 850; EDIFACT ORDERS.
type Order struct {
	Header
	OrderType         string            `json:"orderType,omitempty"`                      // BEG02 (92): SA stand-alone, NE new, RL release, BK blanket, DS drop ship, CN consigned; BGM 1001
	PONumber          string            `json:"poNumber,omitempty" schema:"key" key:"po"` // BEG03; BGM 1004
	ReleaseNumber     string            `json:"releaseNumber,omitempty"`                  // BEG04: with a blanket order, unique only together with it; RFF+RE
	OrderDate         Date              `json:"orderDate,omitempty"`                      // BEG05; DTM+137
	Contract          string            `json:"contract,omitempty"`                       // BEG06; RFF+CT
	AckType           string            `json:"ackType,omitempty"`                        // BEG07 (587): which acknowledgment the buyer wants
	InvoiceType       string            `json:"invoiceType,omitempty"`                    // BEG08 (1019)
	ContractType      string            `json:"contractType,omitempty"`                   // BEG09 (1166)
	PurchaseCategory  string            `json:"purchaseCategory,omitempty"`               // BEG10 (1232)
	Security          string            `json:"security,omitempty"`                       // BEG11 (786)
	TransactionType   string            `json:"transactionType,omitempty"`                // BEG12 (640)
	Department        string            `json:"department,omitempty"`                     // where a partner's layer reads one; REF*DP else stands in Refs
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
	// X12 ties TD1, TD3 and TD4 to no TD5: each stands in a list of its own.
	Lading    []Lading      `json:"lading,omitempty"`    // TD1
	Routing   []Carrier     `json:"routing,omitempty"`   // TD5; TDT
	Equipment []Equipment   `json:"equipment,omitempty"` // TD3
	Handling  []Handling    `json:"handling,omitempty"`  // TD4
	Marks     []Mark        `json:"marks,omitempty"`     // MAN; PCI
	Percents  []Percent     `json:"percents,omitempty"`  // PCT
	Taxes     []Tax         `json:"taxes,omitempty"`     // TXI
	Notes     []Note        `json:"notes,omitempty"`     // N9 loop; FTX
	Parties   []Party       `json:"parties,omitempty"`   // N1 loop; NAD group
	Lines     []Line        `json:"lines,omitempty"`     // PO1 loop; LIN group
	Totals    *Totals       `json:"totals,omitempty"`    // CTT; CNT. Given without members, the totals are computed on the way out
	Amounts   []AmountEntry `json:"amounts,omitempty"`   // AMT loops of heading and summary; MOA
	// TaxExempt is derived from the tax references: true when one says 1
	// (exempt), false when one says 2 (not exempt), absent else.
	TaxExempt *bool `json:"taxExempt,omitempty"`
}

// Kind is [KindOrder].
func (o *Order) Kind() string { return KindOrder }

// Head is what all documents share.
func (o *Order) Head() *Head { return &o.Header }

// Identity is the PO number and the release.
func (o *Order) Identity() (number, revision string) { return o.PONumber, o.ReleaseNumber }
