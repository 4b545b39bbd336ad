package x12

import (
	"fmt"
	"iter"
	"strings"

	"github.com/edibridge/edibridge/edi"
)

// maxAdviceErrors bounds the errors and the notes that are kept of one document
// of an 824, about 200 bytes each.
const maxAdviceErrors = 100

// Advice is what an 824 says about one document, in its OTI loop (X12 004010 and
// 005010). Values are as received, the blanks around them apart.
type Advice struct {
	Code string // OTI01 (110): "TA", "TR"
	// Verdict is what Code means; "" where it is on hold, or none of the standard's.
	Verdict              Verdict
	Qualifier, Reference string // OTI02 (128), OTI03 (127): "IV", "BL-90117"
	Group                string // OTI08 (28): GS06 of what is spoken of; "" where it does not say
	Control              string // OTI09 (329): its ST02
	Set                  string // OTI10 (143): "810"
	Refs                 []AdviceReference
	Errors               []AdviceError
	Notes                []string // NTE02 behind an error, LQ and RED codes: "IBP E054"
	Offset               int64    // of OTI, over the file
}

// AdviceReference is a REF behind OTI.
type AdviceReference struct{ Qualifier, Value string }

// AdviceError is one TED: what was wrong, and where.
type AdviceError struct {
	Code    string // TED01 (647): "007" missing data, "024" other
	Text    string // TED02
	Segment string // TED03 (721)
	Place   string // TED04 (719): ST is 1
	Element string // TED05-1 (722)
	Value   string // TED07 (724)
}

// String is the error for people: `007 Order not on file, BIG 2 element 4: "X"`.
func (e *AdviceError) String() string {
	s := strings.TrimSpace(e.Code + " " + e.Text)
	if at := strings.TrimSpace(e.Segment + " " + e.Place); at != "" {
		s += ", " + at
		if e.Element != "" {
			s += " element " + e.Element
		}
	}
	if e.Value != "" {
		s += fmt.Sprintf(": %q", e.Value)
	}
	return s
}

// OfGroup reports whether it speaks of all sets of the group (OTI01 G..).
func (a *Advice) OfGroup() bool { return strings.HasPrefix(a.Code, "G") }

// AdviceVerdict is what an application acknowledgment code means (element 110,
// X12 004010 and 005010): its first letter says of what it speaks (T a set, G a
// group, B a batch, I an item), its second what became of that. On hold (H) is no
// verdict. "" is none of the standard's.
func AdviceVerdict(code string) Verdict {
	if len(code) != 2 || !strings.Contains("TGBI", code[:1]) {
		return ""
	}
	switch code[1] {
	case 'A':
		return Accepted
	case 'C', 'E': // with a change of data content; with error
		return AcceptedWithErrors
	case 'P':
		return PartiallyAccepted
	case 'R':
		return Rejected
	}
	return ""
}

// Advices reads what an 824 says, document by document in the order of the
// message. One is held at a time, and may be kept. Segments that do not belong
// into an 824 are passed over.
func Advices(m *edi.Message) iter.Seq[Advice] {
	return func(yield func(Advice) bool) {
		var a Advice
		var s edi.Segment
		some := false
		for place := 2; place <= m.Len(); place++ {
			m.SegmentAt(place, &s)
			if !s.Is("OTI") {
				if some {
					a.add(&s)
				}
				continue
			}
			if some && !yield(a) {
				return
			}
			some = true
			v := func(n int) string { return trim(string(s.Element(n))) }
			a = Advice{Code: v(1), Verdict: AdviceVerdict(v(1)), Qualifier: v(2), Reference: v(3),
				Group: v(8), Control: v(9), Set: v(10), Offset: s.Offset}
		}
		if some {
			yield(a)
		}
	}
}

// add reads a segment behind OTI.
func (a *Advice) add(s *edi.Segment) {
	v := func(n int) string { return trim(string(s.Element(n))) }
	switch string(s.Tag()) {
	case "REF":
		if len(a.Refs) < maxAdviceErrors {
			a.Refs = append(a.Refs, AdviceReference{v(1), v(2)})
		}
	case "TED":
		if len(a.Errors) < maxAdviceErrors {
			a.Errors = append(a.Errors, AdviceError{Code: v(1), Text: v(2), Segment: v(3), Place: v(4),
				Element: trim(string(s.Component(5, 1))), Value: v(7)})
		}
	case "NTE":
		a.note(v(2))
	case "LQ":
		a.note(v(1) + " " + v(2))
	case "RED":
		a.note(v(5) + " " + v(6))
	}
}

func (a *Advice) note(text string) {
	if text = strings.TrimSpace(text); text != "" && len(a.Notes) < maxAdviceErrors {
		a.Notes = append(a.Notes, text)
	}
}
