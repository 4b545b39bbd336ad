package edifact

import (
	"strings"

	"github.com/edibridge/edibridge/edi"
)

// Bounds of what is kept of one APERAK: its errors, about 200 bytes each, and the
// references of its heading and of all its errors.
const (
	maxAdviceErrors     = 100
	maxAdviceReferences = 100
)

// Advice is what an APERAK says about one message (D.96A and D.01B; others that
// have BGM, RFF, ERC and FTX alike). Release characters are resolved.
type Advice struct {
	// Code is what the verdict was read from, with its element: "4343 RE", "1225 27",
	// "1001 313", "ERC"; "" where nothing says more than that it came.
	Code    string
	Verdict Verdict // Accepted, AcceptedWithErrors, Rejected, Received
	// References of the heading, then those of the errors.
	References []AdviceReference
	Errors     []AdviceError
	Notes      []string // FTX of the heading
}

// AdviceReference is an RFF: {ACW, RE-90117} the message that is answered.
type AdviceReference struct {
	Qualifier, Value string // 1153, 1154
	OfError          bool   // it stands behind an ERC
}

// AdviceError is one ERC with its text.
type AdviceError struct {
	Code string // 9321
	Text string // FTX 4440, the lines with a blank between
}

// String is the error for people: "12 Order NM-4799 is not known".
func (e *AdviceError) String() string { return strings.TrimSpace(e.Code + " " + e.Text) }

// ReadAdvice reads an APERAK. What became of the message says BGM 4343, where
// that says nothing 1225, where that says nothing the name of the document (1001:
// 312 acknowledgment, 313 application error); without any of them a message with
// an ERC rejects, and one without says that it was received.
func ReadAdvice(m *edi.Message) *Advice {
	a := &Advice{}
	var s edi.Segment
	for place := 2; place <= m.Len(); place++ {
		m.SegmentAt(place, &s)
		switch string(s.Tag()) {
		case "BGM":
			a.begin(&s)
		case "RFF":
			if len(a.References) < maxAdviceReferences {
				a.References = append(a.References, AdviceReference{component(&s, 1, 1), component(&s, 1, 2), len(a.Errors) > 0})
			}
		case "ERC":
			if len(a.Errors) < maxAdviceErrors {
				a.Errors = append(a.Errors, AdviceError{Code: component(&s, 1, 1)})
			}
		case "FTX":
			a.text(&s)
		}
	}
	switch {
	case a.Verdict != "":
	case len(a.Errors) > 0:
		a.Code, a.Verdict = "ERC", Rejected
	default:
		a.Verdict = Received
	}
	return a
}

// begin reads what BGM says of the verdict.
func (a *Advice) begin(s *edi.Segment) {
	if a.Verdict != "" {
		return
	}
	for _, c := range []struct {
		element string
		code    string
		of      func(string) Verdict
	}{
		{"4343", component(s, 4, 1), responseVerdict},
		{"1225", component(s, 3, 1), functionVerdict},
		{"1001", component(s, 1, 1), nameVerdict},
	} {
		if v := c.of(c.code); v != "" {
			a.Code, a.Verdict = c.element+" "+c.code, v
			return
		}
	}
}

// responseVerdict is what a response type (UN/EDIFACT D.96A and D.01B code list
// 4343) says of a message; "" nothing. AJ, pending, is no verdict.
func responseVerdict(code string) Verdict {
	switch code {
	case "AP", "AD": // accepted; acknowledged in detail, no change
		return Accepted
	case "CA", "AC": // conditionally; acknowledged in detail, with change
		return AcceptedWithErrors
	case "RE":
		return Rejected
	case "AB": // message acknowledgment
		return Received
	}
	return ""
}

// functionVerdict is what a message function (code list 1225) says of the message
// that is referred to; "" nothing: 9, original, is said of the APERAK itself.
func functionVerdict(code string) Verdict {
	switch code {
	case "29", "44": // without amendment; without reserves
		return Accepted
	case "28", "30", "34", "45": // with amendment; with reserves
		return AcceptedWithErrors
	case "10", "12", "27", "48", "63": // not found; not processed; not accepted; contents rejected; not accepted, to be confirmed
		return Rejected
	}
	return ""
}

// nameVerdict is what the name of the document (code list 1001, D.01B) says.
func nameVerdict(code string) Verdict {
	switch code {
	case "312": // acknowledgment at the application level
		return Accepted
	case "313": // application error
		return Rejected
	}
	return ""
}

// text reads an FTX: of the last error, where there is one.
func (a *Advice) text(s *edi.Segment) {
	var lines []string
	for c := 1; c <= 5; c++ { // C108: 4440 five times
		if v := component(s, 4, c); v != "" {
			lines = append(lines, v)
		}
	}
	text := strings.Join(lines, " ")
	switch n := len(a.Errors); {
	case text == "":
	case n > 0 && a.Errors[n-1].Text == "":
		a.Errors[n-1].Text = text
	case len(a.Notes) < maxAdviceErrors && n == 0:
		a.Notes = append(a.Notes, text)
	}
}
