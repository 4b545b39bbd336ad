package canonical

// ApplicationAdvice says that a document could be read and yet was not accepted
// by the program that it is for, or that it was. X12 824; EDIFACT APERAK.
type ApplicationAdvice struct {
	Header
	AdviceNumber    string            `json:"adviceNumber,omitempty" schema:"key" key:"advice"` // BGN02 (127); BGM 1004
	AdviceDate      Date              `json:"adviceDate,omitempty"`                             // BGN03, BGN04; DTM+137
	Zone            string            `json:"zone,omitempty"`                                   // BGN05 (623) as received
	OriginalNumber  string            `json:"originalNumber,omitempty"`                         // BGN06
	TransactionType string            `json:"transactionType,omitempty"`                        // BGN07 (640)
	ActionWanted    string            `json:"actionWanted,omitempty"`                           // BGN08 (306); BGM 4343: AP accepted, RE rejected ...
	Contacts        []Contact         `json:"contacts,omitempty"`                               // PER; CTA, COM
	Dates           []DateEntry       `json:"dates,omitempty"`                                  // DTM
	Refs            []Ref             `json:"refs,omitempty"`                                   // RFF
	Parties         []Party           `json:"parties,omitempty"`                                // N1 loop; NAD group
	Notes           []Note            `json:"notes,omitempty"`                                  // FTX
	Documents       []AdvisedDocument `json:"documents,omitempty"`                              // OTI loop; RFF group
	// Errors are those that do not say of which document they speak. EDIFACT ERC group;
	// X12 has them with the document.
	Errors []AdvisedError `json:"errors,omitempty"`
}

// AdvisedDocument is a document that is spoken of. X12 OTI loop; EDIFACT RFF
// group: ACW the message that is answered ...
type AdvisedDocument struct {
	// Verdict is accepted, acceptedWithErrors, rejected, partiallyAccepted ...; a code
	// that has no name here stands as it came.
	Verdict             string            `json:"verdict,omitempty"`
	VerdictCode         string            `json:"verdictCode,omitempty"`                      // OTI01 (110): TA accepted, TE accepted with error, TR rejected, IA, IE, IR of an item ...
	ReferenceScheme     string            `json:"referenceScheme,omitempty"`                  // OTI02 (128); RFF 1153
	Reference           string            `json:"reference,omitempty"`                        // OTI03; RFF 1154
	ApplicationSender   string            `json:"applicationSender,omitempty"`                // OTI04 (142)
	ApplicationReceiver string            `json:"applicationReceiver,omitempty"`              // OTI05 (124)
	GroupAt             Date              `json:"groupAt,omitempty"`                          // OTI06, OTI07
	GroupControl        string            `json:"groupControl,omitempty" key:"control"`       // OTI08 (28)
	TransactionControl  string            `json:"transactionControl,omitempty" key:"control"` // OTI09 (329)
	TransactionSet      string            `json:"transactionSet,omitempty"`                   // OTI10 (143)
	Version             string            `json:"version,omitempty"`                          // OTI11 (480)
	Purpose             string            `json:"purpose,omitempty"`                          // OTI12 (353)
	TransactionType     string            `json:"transactionType,omitempty"`                  // OTI13 (640)
	ApplicationType     string            `json:"applicationType,omitempty"`                  // OTI14 (346)
	ActionWanted        string            `json:"actionWanted,omitempty"`                     // OTI15 (306)
	HandlingCode        string            `json:"handlingCode,omitempty"`                     // OTI16 (305)
	StatusReason        string            `json:"statusReason,omitempty"`                     // OTI17 (641)
	Refs                []Ref             `json:"refs,omitempty"`                             // REF; RFF
	Dates               []DateEntry       `json:"dates,omitempty"`                            // DTM
	Contacts            []Contact         `json:"contacts,omitempty"`                         // PER
	Amounts             []AmountEntry     `json:"amounts,omitempty"`                          // AMT
	Quantities          []QuantityOf      `json:"quantities,omitempty"`                       // QTY
	Parties             []Party           `json:"parties,omitempty"`                          // NM1, N1 loop
	Errors              []AdvisedError    `json:"errors,omitempty"`                           // TED loop
	Reasons             []AdvisedReason   `json:"reasons,omitempty"`                          // LM loop
	Ext                 map[string]string `json:"ext,omitempty"`                              // see [Header]
}

// AdvisedError is one thing that was wrong. X12 TED loop; EDIFACT ERC group.
type AdvisedError struct {
	Code       string                `json:"code,omitempty"`       // TED01 (647); ERC 9321
	CodeList   string                `json:"codeList,omitempty"`   // ERC 1131
	Agency     string                `json:"agency,omitempty"`     // ERC 3055
	Text       string                `json:"text,omitempty"`       // TED02; of EDIFACT see Notes
	Segment    string                `json:"segment,omitempty"`    // TED03 (721): its tag
	Place      string                `json:"place,omitempty"`      // TED04 (719): counted with ST as 1
	Element    string                `json:"element,omitempty"`    // TED05-1 (722)
	Component  string                `json:"component,omitempty"`  // TED05-2 (1528)
	Repetition string                `json:"repetition,omitempty"` // TED05-3 (1686)
	Number     string                `json:"number,omitempty"`     // TED06 (725): the dictionary's number of the element
	Value      string                `json:"value,omitempty"`      // TED07 (724): what was there
	NewValue   string                `json:"newValue,omitempty"`   // TED08 (961): what was put there
	Refs       []AdvisedRef          `json:"refs,omitempty"`       // RFF
	Notes      []Note                `json:"notes,omitempty"`      // NTE; FTX
	Related    []AdvisedDetail       `json:"related,omitempty"`    // RED
	Contexts   []AcknowledgedContext `json:"contexts,omitempty"`   // CTX, from 005010 on
}

// AdvisedRef is a reference of an error, and what is said of it. EDIFACT RFF
// group in the ERC group.
type AdvisedRef struct {
	Ref
	Notes []Note `json:"notes,omitempty"` // FTX
}

// AdvisedDetail is data that belong to an error. X12 RED.
type AdvisedDetail struct {
	Text         string `json:"text,omitempty"`         // RED01
	Kind         string `json:"kind,omitempty"`         // RED02 (1609)
	Agency       string `json:"agency,omitempty"`       // RED03 (559)
	SubQualifier string `json:"subQualifier,omitempty"` // RED04 (822)
	CodeList     string `json:"codeList,omitempty"`     // RED05 (1270)
	Code         string `json:"code,omitempty"`         // RED06 (1271)
}

// AdvisedReason is why a document was not taken, by codes of an industry. X12 LM
// loop.
type AdvisedReason struct {
	Agency       string `json:"agency,omitempty"`       // LM01 (559)
	SubQualifier string `json:"subQualifier,omitempty"` // LM02 (822)
	Codes        []ID   `json:"codes,omitempty"`        // LQ: 1270 as scheme, 1271 as value
}

// Acknowledgment is the answer to an interchange or a functional group: what
// could be read, and what not. X12 997, 999; EDIFACT CONTRL. It speaks of syntax
// alone; what a program says is an [ApplicationAdvice].
type Acknowledgment struct {
	Header
	Functional string `json:"functional,omitempty"` // AK101 (479): PO, IN, SH ...
	Version    string `json:"version,omitempty"`    // AK103 (480)
	Sender     ID     `json:"sender,omitzero"`      // UCI S002: of the interchange that is answered
	Recipient  ID     `json:"recipient,omitzero"`   // UCI S003
	// Control is the control number that is answered. X12 AK102 (of the group); EDIFACT
	// UCI 0020 (of the interchange).
	Control string `json:"control,omitempty" schema:"key" key:"control"`
	// Verdict is accepted, acceptedWithErrors, partiallyAccepted, rejected ...; a code
	// that has no name here stands as it came.
	Verdict     string                 `json:"verdict,omitempty"`
	VerdictCode string                 `json:"verdictCode,omitempty"` // AK901 (715): A, E, P, R, M, W, X; UCI 0083: 4 rejected, 7 acknowledged, 8 received
	Codes       []string               `json:"codes,omitempty"`       // AK905-09 (716); UCI 0085
	Service     AcknowledgedService    `json:"service,omitzero"`      // UCI 0135, S011
	Included    Decimal                `json:"included,omitempty"`    // AK902: sets that the group said it has
	Received    Decimal                `json:"received,omitempty"`    // AK903
	Accepted    Decimal                `json:"accepted,omitempty"`    // AK904
	Documents   []AcknowledgedDocument `json:"documents,omitempty"`   // AK2 loop; UCM group
	Groups      []AcknowledgedGroup    `json:"groups,omitempty"`      // UCF group: the answer by functional group
}

// AcknowledgedGroup is the answer to one functional group of an interchange.
// EDIFACT UCF group; X12 answers each group on its own.
type AcknowledgedGroup struct {
	Control     string                 `json:"control,omitempty" key:"control"` // UCF 0048
	Sender      ID                     `json:"sender,omitzero"`                 // UCF S006
	Recipient   ID                     `json:"recipient,omitzero"`              // UCF S007
	Verdict     string                 `json:"verdict,omitempty"`               // see [Acknowledgment]
	VerdictCode string                 `json:"verdictCode,omitempty"`           // UCF 0083
	Codes       []string               `json:"codes,omitempty"`                 // UCF 0085
	Service     AcknowledgedService    `json:"service,omitzero"`                // UCF 0135, S011
	Documents   []AcknowledgedDocument `json:"documents,omitempty"`             // UCM group
}

// AcknowledgedService is the service segment that is in error. EDIFACT UCI, UCF,
// UCM.
type AcknowledgedService struct {
	Segment   string `json:"segment,omitempty"`   // 0135: UNB, UNH, UNT ...
	Element   string `json:"element,omitempty"`   // S011 0098
	Component string `json:"component,omitempty"` // S011 0104
}

// AcknowledgedDocument is the answer to one transaction set or message. X12 AK2
// loop; EDIFACT UCM group.
type AcknowledgedDocument struct {
	TransactionSet string              `json:"transactionSet,omitempty"`        // AK201 (143); UCM 0065
	Control        string              `json:"control,omitempty" key:"control"` // AK202 (329); UCM 0062
	Version        string              `json:"version,omitempty"`               // AK203 (1705), 999; UCM S009
	Verdict        string              `json:"verdict,omitempty"`               // see [Acknowledgment]
	VerdictCode    string              `json:"verdictCode,omitempty"`           // AK501, IK501 (717); UCM 0083
	Codes          []string            `json:"codes,omitempty"`                 // AK502-06, IK502-06 (718); UCM 0085
	Service        AcknowledgedService `json:"service,omitzero"`                // UCM 0135, S011
	Errors         []AcknowledgedError `json:"errors,omitempty"`                // AK3 loop, IK3 loop; UCS group
}

// AcknowledgedError is a segment or element that could not be accepted. X12 AK3,
// AK4, IK3, IK4; EDIFACT UCS, UCD.
type AcknowledgedError struct {
	Segment     string                `json:"segment,omitempty"`     // AK301 (721): its tag
	Place       string                `json:"place,omitempty"`       // AK302 (719): counted with ST as 1; UCS 0096
	Loop        string                `json:"loop,omitempty"`        // AK303 (447)
	SegmentCode string                `json:"segmentCode,omitempty"` // AK304 (720); UCS 0085
	Elements    []AcknowledgedElement `json:"elements,omitempty"`    // AK4, IK4; UCD
	Contexts    []AcknowledgedContext `json:"contexts,omitempty"`    // CTX behind IK3
}

// AcknowledgedContext says where an error was, or what made a segment or element
// wrong: a business key, a situation of the implementation guide. X12 CTX.
type AcknowledgedContext struct {
	Name       string `json:"name,omitempty"`       // CTX01-1 (9999): SITUATIONAL TRIGGER, or the name of a business unit
	Value      string `json:"value,omitempty"`      // CTX01-2 (9998)
	Segment    string `json:"segment,omitempty"`    // CTX02 (721)
	Place      string `json:"place,omitempty"`      // CTX03 (719)
	Loop       string `json:"loop,omitempty"`       // CTX04 (447)
	Element    string `json:"element,omitempty"`    // CTX05-1 (722)
	Component  string `json:"component,omitempty"`  // CTX05-2 (1528)
	Repetition string `json:"repetition,omitempty"` // CTX05-3 (1686)
	Number     string `json:"number,omitempty"`     // CTX06-1 (725)
}

// AcknowledgedElement is what is wrong with an element. X12 AK4, IK4; EDIFACT UCD.
type AcknowledgedElement struct {
	Element    string                `json:"element,omitempty"`    // AK401-1 (722): from 1; UCD S011 0098
	Component  string                `json:"component,omitempty"`  // AK401-2 (1528); UCD S011 0104
	Repetition string                `json:"repetition,omitempty"` // AK401-3 (1686); UCD S011 0136
	Number     string                `json:"number,omitempty"`     // AK402 (725): of the dictionary
	Code       string                `json:"code,omitempty"`       // AK403 (723); UCD 0085
	Value      string                `json:"value,omitempty"`      // AK404 (724)
	Contexts   []AcknowledgedContext `json:"contexts,omitempty"`   // CTX behind IK4
}

// Kind is [KindApplicationAdvice].
func (a *ApplicationAdvice) Kind() string { return KindApplicationAdvice }

// Head is what all documents share.
func (a *ApplicationAdvice) Head() *Head { return &a.Header }

// Identity is the advice's number.
func (a *ApplicationAdvice) Identity() (number, revision string) { return a.AdviceNumber, "" }

// Derive implements [Document].
func (a *ApplicationAdvice) Derive() {
	a.Header.Kind, a.SchemaVersion = KindApplicationAdvice, SchemaVersion
	d := derivation{a.edifact()}
	deriveEach(a.Contacts, (*Contact).derive)
	deriveEach(a.Parties, d.party)
	deriveEach(a.Dates, (*DateEntry).derive)
	deriveEach(a.Errors, (*AdvisedError).derive)
	deriveEach(a.Notes, (*Note).derive)
	for i := range a.Documents {
		doc := &a.Documents[i]
		deriveEach(doc.Dates, (*DateEntry).derive)
		deriveEach(doc.Contacts, (*Contact).derive)
		deriveEach(doc.Parties, d.party)
		deriveAmounts(doc.Amounts)
		deriveEach(doc.Errors, (*AdvisedError).derive)
	}
}

func (e *AdvisedError) derive() {
	deriveEach(e.Notes, (*Note).derive)
	for i := range e.Refs {
		deriveEach(e.Refs[i].Notes, (*Note).derive)
	}
}

// Kind is [KindAcknowledgment].
func (a *Acknowledgment) Kind() string { return KindAcknowledgment }

// Head is what all documents share.
func (a *Acknowledgment) Head() *Head { return &a.Header }

// Identity is the control number that is answered, and the acknowledgment's own:
// a group may be answered again.
func (a *Acknowledgment) Identity() (number, revision string) {
	return a.Control, revisions(a.Controls.Interchange, a.Controls.Transaction)
}

// Derive implements [Document].
func (a *Acknowledgment) Derive() {
	a.Header.Kind, a.SchemaVersion = KindAcknowledgment, SchemaVersion
}
