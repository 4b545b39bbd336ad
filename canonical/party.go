package canonical

// ID is an identifier in a scheme.
type ID struct {
	Scheme string `json:"scheme,omitempty"` // X12 N103 (66): 1 DUNS, 9 DUNS+4, 91 seller's, 92 buyer's, UL GLN, FI taxpayer; EDIFACT 3055
	Value  string `json:"value,omitempty"`  // as received: leading zeros count
}

// Party is who takes part, and where. X12 N1 loop (N1 N2 N3 N4 NX2 REF PER FOB
// TD1 TD5 TD3 TD4 PKG); EDIFACT NAD group.
type Party struct {
	// Role is buyer, seller, supplier, vendor, shipTo, billTo, shipFrom, remitTo,
	// payer, payee, markFor, carrier, warehouse, depositor, consignee ...; a code
	// that has no name here stands as it came.
	Role         string   `json:"role,omitempty"`
	RoleCode     string   `json:"roleCode,omitempty"`     // N101 (98), NAD 3035
	Name         string   `json:"name,omitempty"`         // N102
	Name2        []string `json:"name2,omitempty"`        // N201, N202
	IDs          []ID     `json:"ids,omitempty"`          // N103/N104
	Relationship string   `json:"relationship,omitempty"` // N105 (706)
	SecondRole   string   `json:"secondRole,omitempty"`   // N106 (98)
	Text         []string `json:"text,omitempty"`         // NAD C058: name and address in one, line by line
	Street       []string `json:"street,omitempty"`       // N301, N302
	AddressLines []string `json:"addressLines,omitempty"` // NAD C058: name and address together, undivided
	City         string   `json:"city,omitempty"`         // N401
	Region       string   `json:"region,omitempty"`       // N402, state or province code
	PostalCode   string   `json:"postalCode,omitempty"`   // N403
	Country      string   `json:"country,omitempty"`      // N404, NAD 3207, as received
	// CountryISO is derived: the country in ISO 3166-1 alpha-2, where it is known.
	// Given without Country, it is the country.
	CountryISO   string            `json:"countryIso,omitempty"`
	Location     ID                `json:"location,omitzero"`      // N405 (309), N406
	AddressParts []ID              `json:"addressParts,omitempty"` // NX2: part of the address (1106), its text
	Accounts     []PartyAccount    `json:"accounts,omitempty"`     // FII: where he is paid, or pays from
	Refs         []Ref             `json:"refs,omitempty"`         // REF
	Contacts     []Contact         `json:"contacts,omitempty"`     // PER
	FOB          FOB               `json:"fob,omitzero"`           // FOB
	Lading       []Lading          `json:"lading,omitempty"`       // TD1
	Routing      []Carrier         `json:"routing,omitempty"`      // TD5
	Equipment    []Equipment       `json:"equipment,omitempty"`    // TD3
	Handling     []Handling        `json:"handling,omitempty"`     // TD4
	Packaging    []Packaging       `json:"packaging,omitempty"`    // PKG
	Quantities   []QuantityOf      `json:"quantities,omitempty"`   // QTY, of a line's party
	Dates        []DateEntry       `json:"dates,omitempty"`        // DTM, of a line's party
	Schedules    []Schedule        `json:"schedules,omitempty"`    // SCH, of a line's party
	Ext          map[string]string `json:"ext,omitempty"`          // see [Header]
	// GLN is derived: the id of scheme UL (X12) or 9 (EDIFACT 3055, GS1), when its
	// check digit is right. Given without ids, it is one.
	GLN string `json:"gln,omitempty"`
	// TaxIDs is derived: the ids of scheme FI and the refs of scheme TJ.
	TaxIDs []string `json:"taxIds,omitempty"`
}

// PartyAccount is a bank account of a party. EDIFACT FII.
type PartyAccount struct {
	Role   string `json:"role,omitempty"`   // FII 3035: RB receiving bank, OR ordering bank ...
	Number string `json:"number,omitempty"` // FII 3194
	Holder string `json:"holder,omitempty"` // FII 3192
	Bank   ID     `json:"bank,omitzero"`    // FII 3433, 1131 or 3055 as scheme: its code
	Name   string `json:"name,omitempty"`   // FII 3432: of the bank
}

// Contact is a person or office. X12 PER; EDIFACT CTA, COM.
type Contact struct {
	Role      string `json:"role,omitempty"`      // PER01 (366): BD buyer, OC order contact ...
	Name      string `json:"name,omitempty"`      // PER02
	Numbers   []ID   `json:"numbers,omitempty"`   // PER03-08: TE telephone, EM e-mail, FX facsimile ... (365)
	Reference string `json:"reference,omitempty"` // PER09 (443)
	// Phones and Emails are derived: the numbers of scheme TE and EM. Given
	// without numbers, they are the numbers.
	Phones []string `json:"phones,omitempty"`
	Emails []string `json:"emails,omitempty"` // see Phones
}

// FOB is who pays the transport and where title and risk pass. X12 FOB; EDIFACT
// TOD, LOC.
type FOB struct {
	PayMethod         string `json:"payMethod,omitempty"`      // FOB01 (146): CC collect, PP prepaid ...
	LocationQualifier string `json:"locQual,omitempty"`        // FOB02 (309)
	Location          string `json:"location,omitempty"`       // FOB03
	TermsQualifier    string `json:"transTermsQual,omitempty"` // FOB04 (334): 01 Incoterms
	Terms             string `json:"transTerms,omitempty"`     // FOB05 (335): DDP, EXW ...
	TitleQualifier    string `json:"titleQual,omitempty"`      // FOB06 (309)
	TitleLocation     string `json:"titleLoc,omitempty"`       // FOB07
	RiskCode          string `json:"riskCode,omitempty"`       // FOB08 (54)
	RiskDescription   string `json:"riskDesc,omitempty"`       // FOB09
}

// Carrier is how goods travel and by whom. X12 TD5; EDIFACT TDT.
type Carrier struct {
	Sequence             string   `json:"sequence,omitempty"`             // TD501 (133): O origin carrier ...
	IDScheme             string   `json:"idScheme,omitempty"`             // TD502 (66): 2 SCAC
	ID                   string   `json:"id,omitempty"`                   // TD503
	SCAC                 string   `json:"scac,omitempty"`                 // derived: ID, when its scheme is 2
	Mode                 string   `json:"mode,omitempty"`                 // TD504 (91): M motor, A air, LT less than trailer load ...
	Routing              string   `json:"routing,omitempty"`              // TD505, text
	Status               string   `json:"status,omitempty"`               // TD506 (368)
	Location             ID       `json:"location,omitzero"`              // TD507 (309), TD508
	TransitDirection     string   `json:"transitDirection,omitempty"`     // TD509 (731)
	TransitTimeQualifier string   `json:"transitTimeQualifier,omitempty"` // TD510 (732): CD calendar days, WD working days
	TransitTime          Decimal  `json:"transitTime,omitempty"`          // TD511
	ServiceLevels        []string `json:"serviceLevels,omitempty"`        // TD512-14 (284)
	Country              string   `json:"country,omitempty"`              // TD515
	Means                string   `json:"means,omitempty"`                // TDT 8179: 31 truck ...
	Vehicle              string   `json:"vehicle,omitempty"`              // TDT 8212: licence plate, name of the ship
}

// Equipment is what goods travel in. X12 TD3; EDIFACT EQD, SEL.
type Equipment struct {
	Type            string   `json:"type,omitempty"`            // TD301 (40): TL trailer, CN container ...
	Initial         string   `json:"initial,omitempty"`         // TD302
	Number          string   `json:"number,omitempty"`          // TD303
	WeightQualifier string   `json:"weightQualifier,omitempty"` // TD304 (187): G gross, N net ...
	Weight          Quantity `json:"weight,omitzero"`           // TD305, TD306
	Ownership       string   `json:"ownership,omitempty"`       // TD307 (102)
	SealStatus      string   `json:"sealStatus,omitempty"`      // TD308 (407)
	Seal            string   `json:"seal,omitempty"`            // TD309
	ISOType         string   `json:"isoType,omitempty"`         // TD310 (24)
}

// Lading is how many packages there are and what they weigh. X12 TD1; EDIFACT
// PAC, MEA.
type Lading struct {
	Packaging          string   `json:"packaging,omitempty"`          // TD101 (103): CTN carton, PLT pallet ...
	Count              Decimal  `json:"count,omitempty"`              // TD102
	CommodityQualifier string   `json:"commodityQualifier,omitempty"` // TD103 (23)
	Commodity          string   `json:"commodity,omitempty"`          // TD104
	Description        string   `json:"description,omitempty"`        // TD105
	WeightQualifier    string   `json:"weightQualifier,omitempty"`    // TD106 (187)
	Weight             Quantity `json:"weight,omitzero"`              // TD107, TD108
	Volume             Quantity `json:"volume,omitzero"`              // TD109, TD110
	PackagingAgency    string   `json:"packagingAgency,omitempty"`    // PAC 3055: whose code the packaging is, 9 GS1, 92 buyer's
}

// Handling is how goods must be treated, and how dangerous they are. X12 TD4;
// EDIFACT HAN, DGS.
type Handling struct {
	Code            string `json:"code,omitempty"`            // TD401 (152)
	HazardQualifier string `json:"hazardQualifier,omitempty"` // TD402 (208)
	Hazard          string `json:"hazard,omitempty"`          // TD403 (209)
	Description     string `json:"description,omitempty"`     // TD404
	Response        string `json:"response,omitempty"`        // TD405 (1073): Y, N
}

// Packaging is how goods are packed and marked. X12 PKG; EDIFACT PAC, PCI.
type Packaging struct {
	Type           string    `json:"type,omitempty"`           // PKG01 (349): F free text, S structured, X both
	Characteristic string    `json:"characteristic,omitempty"` // PKG02 (753)
	Agency         string    `json:"agency,omitempty"`         // PKG03 (559)
	Code           string    `json:"code,omitempty"`           // PKG04
	Description    string    `json:"description,omitempty"`    // PKG05
	UnitLoad       string    `json:"unitLoad,omitempty"`       // PKG06 (400)
	Measures       []Measure `json:"measures,omitempty"`       // MEA
}

// Mark is what stands on a package. X12 MAN; EDIFACT PCI, GIN.
type Mark struct {
	Scheme  string    `json:"scheme,omitempty"`  // MAN01 (88): GM SSCC-18, CP carrier's package id, UC shipping container code ...; GIN 7405: BJ SSCC
	Value   string    `json:"value,omitempty"`   // MAN02
	Through string    `json:"through,omitempty"` // MAN03: last of a range
	Second  MarkRange `json:"second,omitzero"`   // MAN04-06: another mark on the same package
	// SSCC is derived: the eighteen digits of a mark of scheme GM, AA or AI (X12)
	// or BJ or AW (EDIFACT 7405), when its check digit is right.
	SSCC string `json:"sscc,omitempty" key:"sscc"`
}

// MarkRange is a mark, or the marks from Value through Through.
type MarkRange struct {
	Scheme  string `json:"scheme,omitempty"`  // MAN04 (88)
	Value   string `json:"value,omitempty"`   // MAN05
	Through string `json:"through,omitempty"` // MAN06: last of a range
}
