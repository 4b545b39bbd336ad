package canonical

// Ref is a reference. X12 REF, N9; EDIFACT RFF C506.
type Ref struct {
	Scheme  string `json:"scheme,omitempty"`  // REF01 (128): DP department, IA vendor number, CO customer order, PD promotion ...
	Value   string `json:"value,omitempty"`   // REF02
	Text    string `json:"text,omitempty"`    // REF03
	Related []ID   `json:"related,omitempty"` // REF04 (C040), up to three
	// LineRef is the line of the document that is referred to. EDIFACT RFF 1156.
	LineRef string    `json:"lineRef,omitempty"`
	Dates   []RefDate `json:"dates,omitempty"` // N904, N905; DTM in the REF loop, in the RFF group
}

// RefDate is a date of what is referred to. X12 DTM, N9; EDIFACT DTM C507.
type RefDate struct {
	Scheme string `json:"scheme,omitempty"` // DTM01 (374); DTM 2005: 171 when it was issued ...; of N9 none
	At     Date   `json:"at,omitempty"`     // DTM02, DTM03; N904, N905; DTM 2380
	Zone   string `json:"zone,omitempty"`   // DTM04, N906 (623) as received
}

// DateEntry is a date with its meaning. X12 DTM; EDIFACT DTM C507.
type DateEntry struct {
	Scheme string `json:"scheme,omitempty"` // DTM01 (374): 010 requested ship, 002 delivery requested, 037 ship not before, 038 ship no later, 001 cancel after ...
	At     Date   `json:"at,omitempty"`     // DTM02, DTM03
	Zone   string `json:"zone,omitempty"`   // DTM04, G6205 (623) as received: ET, CT, UT ...
	// TimeScheme is what the time means. G6203 (176), without which G62 has no time.
	TimeScheme string `json:"timeScheme,omitempty"`
	Period     Period `json:"period,omitzero"` // DTM05, DTM06
}

// Period is a span of time, or a point given in another format.
type Period struct {
	Format string `json:"format,omitempty"` // DTM05 (1250): RD8 CCYYMMDD-CCYYMMDD ...; EDIFACT 2379
	Value  string `json:"value,omitempty"`  // DTM06 as received
	// From and To are derived from a value of format RD8. Given without Value,
	// they are the value.
	From Date `json:"from,omitempty"`
	To   Date `json:"to,omitempty"` // see From
}

// Quantity is a number of units.
type Quantity struct {
	Value Decimal `json:"value,omitempty"` // how many
	UOM   string  `json:"uom,omitempty"`   // as received: X12 element 355, EDIFACT 6411
	// UOMUnece is the unit in UN/ECE Recommendation 20 (packages: Recommendation
	// 21 with X before it), where it is known. Given without UOM, it is the unit.
	UOMUnece string `json:"uomUnece,omitempty"`
}

// QuantityOf is a quantity with its meaning. X12 QTY; EDIFACT QTY C186.
type QuantityOf struct {
	Scheme   string   `json:"scheme,omitempty"`  // QTY01 (673)
	Quantity Quantity `json:"quantity,omitzero"` // QTY02, QTY03; QTY 6060, 6411
}

// ProductID is one of the identifiers of a product. X12 pairs of 235 and 234;
// EDIFACT LIN C212, PIA.
type ProductID struct {
	Scheme string `json:"scheme,omitempty"` // UP GTIN-12, EN GTIN-13, UK GTIN-14, BP or IN buyer's, VN or VA vendor's, SK SKU ...
	Value  string `json:"value,omitempty"`  // as received
	// Use says what the product is, where it is not the one of the line: 1
	// additional, 3 what is sent instead, 4 what it is sent for, 5 the line's. EDIFACT
	// PIA 4347.
	Use    string `json:"use,omitempty"`
	GTIN14 string `json:"gtin14,omitempty"` // derived: the GTIN with zeros before it, when its check digit is right
}

// Price is a unit price with its conditions. X12 CTP; EDIFACT PRI, APR.
type Price struct {
	Class              string   `json:"class,omitempty"`              // CTP01 (687); PRI 5125: AAA net, AAB gross
	Type               string   `json:"type,omitempty"`               // CTP02 (236): RES resale, MSR suggested retail ...; PRI 5387
	Price              Decimal  `json:"price,omitempty"`              // CTP03
	Quantity           Quantity `json:"quantity,omitzero"`            // CTP04, CTP05
	MultiplierQual     string   `json:"multiplierQual,omitempty"`     // CTP06 (648)
	Multiplier         Decimal  `json:"multiplier,omitempty"`         // CTP07
	Amount             Decimal  `json:"amount,omitempty"`             // CTP08
	Basis              string   `json:"basis,omitempty"`              // CTP09 (639)
	Condition          string   `json:"condition,omitempty"`          // CTP10
	MultiplePriceCount Decimal  `json:"multiplePriceCount,omitempty"` // CTP11
}

// AllowanceCharge takes off or adds. X12 SAC loop; EDIFACT ALC group. When an
// amount is given it wins over rate and percent.
type AllowanceCharge struct {
	// Level is "header" or "summary" where a message says both: an INVOIC has what
	// was agreed in its heading and the sums in its summary.
	Level         string   `json:"level,omitempty"`
	Indicator     string   `json:"indicator,omitempty"`     // SAC01 (248): A allowance, C charge, N neither, P promotion, S service
	Code          string   `json:"code,omitempty"`          // SAC02 (1300): D240 freight, F050 other ...
	Agency        ID       `json:"agency,omitzero"`         // SAC03 (559), SAC04 (1301)
	Amount        Decimal  `json:"amount,omitempty"`        // SAC05, N2 resolved
	PercentBasis  string   `json:"percentBasis,omitempty"`  // SAC06 (378)
	Percent       Decimal  `json:"percent,omitempty"`       // SAC07
	Rate          Decimal  `json:"rate,omitempty"`          // SAC08
	RateUOM       string   `json:"rateUom,omitempty"`       // SAC09 (355)
	Quantity      Decimal  `json:"quantity,omitempty"`      // SAC10
	QuantityUntil Decimal  `json:"quantityUntil,omitempty"` // SAC11
	Method        string   `json:"method,omitempty"`        // SAC12 (331): 01 bill back, 02 off invoice, 06 charge to be paid by the customer ...
	Reference     string   `json:"reference,omitempty"`     // SAC13
	Option        string   `json:"option,omitempty"`        // SAC14
	Description   string   `json:"description,omitempty"`   // SAC15
	Language      string   `json:"language,omitempty"`      // SAC16
	Currency      Currency `json:"currency,omitzero"`       // CUR in the loop
	Base          Decimal  `json:"base,omitempty"`          // MOA+25: what the percentage is taken of
	Prices        []Price  `json:"prices,omitempty"`        // CTP in the loop of a line
	Taxes         []Tax    `json:"taxes,omitempty"`         // TXI in the loop; TAX in the group
}

// Tax is a tax. X12 TXI; EDIFACT TAX, MOA.
type Tax struct {
	// Level is "header" or "summary" where a message says both: the rates that hold
	// for all lines, and the sums.
	Level        string  `json:"level,omitempty"`
	Type         string  `json:"type,omitempty"`         // TXI01 (963): ST state sales, VA value added ...
	Amount       Decimal `json:"amount,omitempty"`       // TXI02
	Percent      Decimal `json:"percent,omitempty"`      // TXI03
	Jurisdiction ID      `json:"jurisdiction,omitzero"`  // TXI04 (955), TXI05
	Exempt       string  `json:"exempt,omitempty"`       // TXI06 (441); TAX 5305: S standard rate, Z zero rated, E exempt ...
	Relationship string  `json:"relationship,omitempty"` // TXI07 (662)
	Base         Decimal `json:"base,omitempty"`         // TXI08
	TaxID        string  `json:"taxId,omitempty"`        // TXI09
	LineRef      string  `json:"lineRef,omitempty"`      // TXI10
}

// TaxReference says where and whether tax is due. X12 TAX.
type TaxReference struct {
	TaxID      string `json:"taxId,omitempty"`      // TAX01 (325)
	Locations  []ID   `json:"locations,omitempty"`  // TAX02-11 (309, 310)
	ExemptCode string `json:"exemptCode,omitempty"` // TAX12 (441): 1 exempt, 2 not exempt ...
	Customs    string `json:"customs,omitempty"`    // TAX13
}

// Terms are terms of payment. X12 ITD; EDIFACT PAT.
type Terms struct {
	Type            string  `json:"type,omitempty"`            // ITD01 (336)
	BasisDate       string  `json:"basisDate,omitempty"`       // ITD02 (333): 1 ship date, 3 invoice date ...
	DiscountPercent Decimal `json:"discountPercent,omitempty"` // ITD03
	DiscountDue     Date    `json:"discountDue,omitempty"`     // ITD04
	DiscountDays    Decimal `json:"discountDays,omitempty"`    // ITD05
	NetDue          Date    `json:"netDue,omitempty"`          // ITD06
	NetDays         Decimal `json:"netDays,omitempty"`         // ITD07
	DiscountAmount  Decimal `json:"discountAmount,omitempty"`  // ITD08, N2 resolved
	DeferredDue     Date    `json:"deferredDue,omitempty"`     // ITD09
	DeferredAmount  Decimal `json:"deferredAmount,omitempty"`  // ITD10, N2 resolved
	DeferredPercent Decimal `json:"deferredPercent,omitempty"` // ITD11
	Text            string  `json:"text,omitempty"`            // ITD12
	DayOfMonth      Decimal `json:"dayOfMonth,omitempty"`      // ITD13
	PaymentMethod   string  `json:"paymentMethod,omitempty"`   // ITD14 (107)
	Percent         Decimal `json:"percent,omitempty"`         // ITD15
}

// Discount is a discount by volume or term. X12 DIS.
type Discount struct {
	Type           string  `json:"type,omitempty"`           // DIS01 (653)
	BaseQualifier  string  `json:"baseQualifier,omitempty"`  // DIS02 (654)
	Base           Decimal `json:"base,omitempty"`           // DIS03
	LimitQualifier string  `json:"limitQualifier,omitempty"` // DIS04 (656)
	LimitFrom      Decimal `json:"limitFrom,omitempty"`      // DIS05
	LimitTo        Decimal `json:"limitTo,omitempty"`        // DIS06
}

// Condition is a sales requirement: whether back orders, substitution, partial
// shipments are allowed. X12 CSH.
type Condition struct {
	Code           string  `json:"code,omitempty"`           // CSH01 (563): BK back order if out of stock, N no back order, SC ship complete, P2 ship as soon as possible ...
	Action         string  `json:"action,omitempty"`         // CSH02 (306)
	Amount         Decimal `json:"amount,omitempty"`         // CSH03, N2 resolved
	Account        string  `json:"account,omitempty"`        // CSH04
	Date           Date    `json:"date,omitempty"`           // CSH05
	Agency         string  `json:"agency,omitempty"`         // CSH06 (559)
	Service        string  `json:"service,omitempty"`        // CSH07 (560)
	Substitution   string  `json:"substitution,omitempty"`   // CSH08 (566)
	Percent        Decimal `json:"percent,omitempty"`        // CSH09
	PercentMeaning string  `json:"percentMeaning,omitempty"` // CSH10 (1004)
}

// Currency is what amounts are given in. X12 CUR; EDIFACT CUX.
type Currency struct {
	PartyRole   string      `json:"partyRole,omitempty"`   // CUR01 (98): BY buyer's, SE seller's
	Code        string      `json:"code,omitempty"`        // CUR02, CUX 6345, as received
	CodeISO     string      `json:"isoCode,omitempty"`     // derived: the code, where ISO 4217 has it
	Rate        Decimal     `json:"rate,omitempty"`        // CUR03
	CounterRole string      `json:"counterRole,omitempty"` // CUR04 (98)
	CounterCode string      `json:"counterCode,omitempty"` // CUR05, ISO 4217
	Exchange    string      `json:"exchange,omitempty"`    // CUR06 (669)
	Dates       []DateEntry `json:"dates,omitempty"`       // CUR07-21
}

// Money is an amount in a currency.
type Money struct {
	Amount   Decimal `json:"amount,omitempty"`   // as a decimal number, never implied
	Currency string  `json:"currency,omitempty"` // ISO 4217; "": the document's
}

// AmountEntry is an amount with its meaning. X12 AMT loop; EDIFACT MOA.
type AmountEntry struct {
	Level    string      `json:"level,omitempty"`  // "header", "summary": where an order gives it; "" on a line
	Scheme   string      `json:"scheme,omitempty"` // AMT01 (522): TT total, 1 line item total ...
	Money                // AMT02
	Flag     string      `json:"flag,omitempty"`     // AMT03 (478): C credit, D debit
	Refs     []Ref       `json:"refs,omitempty"`     // REF in the loop
	Dates    []DateEntry `json:"dates,omitempty"`    // DTM in the loop
	Percents []Percent   `json:"percents,omitempty"` // PCT in the loop
}

// Percent is a percentage with its meaning. X12 PCT; EDIFACT PCD.
type Percent struct {
	Scheme string  `json:"scheme,omitempty"` // PCT01 (1004)
	Value  Decimal `json:"value,omitempty"`  // PCT02
}

// Measure is a measurement. X12 MEA; EDIFACT MEA.
type Measure struct {
	Reference    string  `json:"reference,omitempty"`    // MEA01 (737): PD physical dimensions, WT weights ...
	Kind         string  `json:"kind,omitempty"`         // MEA02 (738): G gross weight, N net weight, LN length, VOL volume ...
	Value        Decimal `json:"value,omitempty"`        // MEA03
	UOM          string  `json:"uom,omitempty"`          // MEA04 (C001), as received
	UOMUnece     string  `json:"uomUnece,omitempty"`     // see [Quantity]
	From         Decimal `json:"from,omitempty"`         // MEA05
	To           Decimal `json:"to,omitempty"`           // MEA06
	Significance string  `json:"significance,omitempty"` // MEA07 (935)
	Attribute    string  `json:"attribute,omitempty"`    // MEA08 (936)
	Layer        string  `json:"layer,omitempty"`        // MEA09 (752)
	Method       string  `json:"method,omitempty"`       // MEA10 (1373)
}

// Note is text for people. X12 N9 loop with MSG; EDIFACT FTX.
type Note struct {
	Scheme  string      `json:"scheme,omitempty"`  // N901 (128)
	Value   string      `json:"value,omitempty"`   // N902
	Title   string      `json:"title,omitempty"`   // N903
	At      Date        `json:"at,omitempty"`      // N904, N905
	Zone    string      `json:"zone,omitempty"`    // N906 (623)
	Related []ID        `json:"related,omitempty"` // N907 (C040)
	Lines   []string    `json:"lines,omitempty"`   // MSG01, one each
	Dates   []DateEntry `json:"dates,omitempty"`   // DTM in the loop
	// Form is the segment that says it, where a set has two: "NTE", "N9".
	Form string `json:"form,omitempty"`
	// Text is derived: the lines, joined by line breaks. Given without lines, it
	// is the lines.
	Text string `json:"text,omitempty"`
}

// Description describes a product. X12 PID loop; EDIFACT IMD.
type Description struct {
	Type           string    `json:"type,omitempty"`           // PID01 (349): F free text, S structured, X both
	Characteristic string    `json:"characteristic,omitempty"` // PID02 (750): 08 product, 73 colour, 74 size ...
	Agency         string    `json:"agency,omitempty"`         // PID03 (559): VI VICS ...
	Code           string    `json:"code,omitempty"`           // PID04
	Text           string    `json:"text,omitempty"`           // PID05
	Layer          string    `json:"layer,omitempty"`          // PID06 (752)
	SubQualifier   string    `json:"subQualifier,omitempty"`   // PID07
	Response       string    `json:"response,omitempty"`       // PID08 (1073)
	Language       string    `json:"language,omitempty"`       // PID09
	Measures       []Measure `json:"measures,omitempty"`       // MEA in the loop
}

// Pack says how a product is packed. X12 PO4; EDIFACT PAC, MEA, QTY+59.
type Pack struct {
	Pack            Decimal  `json:"pack,omitempty"`            // PO401: inner packs per outer pack
	Size            Decimal  `json:"size,omitempty"`            // PO402
	SizeUOM         string   `json:"sizeUom,omitempty"`         // PO403 (355)
	Packaging       string   `json:"packaging,omitempty"`       // PO404 (103)
	WeightQualifier string   `json:"weightQualifier,omitempty"` // PO405 (187)
	Weight          Quantity `json:"weight,omitzero"`           // PO406, PO407: gross, per pack
	Volume          Quantity `json:"volume,omitzero"`           // PO408, PO409: gross, per pack
	Length          Decimal  `json:"length,omitempty"`          // PO410
	Width           Decimal  `json:"width,omitempty"`           // PO411
	Height          Decimal  `json:"height,omitempty"`          // PO412
	DimensionUOM    string   `json:"dimensionUom,omitempty"`    // PO413 (355)
	InnerPack       Decimal  `json:"innerPack,omitempty"`       // PO414: eaches per inner pack
	Layer           string   `json:"layer,omitempty"`           // PO415 (752)
	AssignedID      string   `json:"assignedId,omitempty"`      // PO416
	AssignedID2     string   `json:"assignedId2,omitempty"`     // PO417
	Number          Decimal  `json:"number,omitempty"`          // PO418
}
