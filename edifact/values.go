package edifact

import (
	"bytes"
	"strconv"
	"strings"

	"github.com/edibridge/edibridge/edi"
)

// value is v without its release characters and the blanks behind it.
func value(v []byte, d *edi.Delimiters) string {
	return strings.TrimRight(d.Plain(v), " ")
}

// text is the value of component c of element n in the memory of the Reader;
// last, where that is the same.
func (e *envelope) text(last string, s *edi.Segment, n, c int) string {
	v := s.Component(n, c)
	if r := s.Delimiters.Release; r != 0 && bytes.IndexByte(v, r) >= 0 {
		return value(v, s.Delimiters)
	}
	return e.r.Text(last, bytes.TrimRight(v, " "))
}

// component is the value of component c of element n.
func component(s *edi.Segment, n, c int) string { return value(s.Component(n, c), s.Delimiters) }

// refers reports whether component 1 of element n says that reference, which is
// plain text. Digits say what they are, whatever the delimiters.
func refers(s *edi.Segment, n int, reference string) bool {
	return string(s.Element(n)) == reference && digits(reference) || component(s, n, 1) == reference
}

// party is the party of composite S002 or S003 in element n.
func party(s *edi.Segment, n int) edi.Party {
	return edi.Party{ID: component(s, n, 1), Qualifier: component(s, n, 2), Sub: component(s, n, 3)}
}

// joined is "D:96A:UN:EAN008": components with a colon between, those that are
// empty at the end left away.
func joined(components ...string) string {
	return strings.TrimRight(strings.Join(components, ":"), ":")
}

func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// isDate takes CCYYMMDD (syntax version 4) and YYMMDD (before).
func isDate(s string) bool {
	if len(s) == 6 {
		s = "20" + s
	}
	if len(s) != 8 || !digits(s) {
		return false
	}
	return edi.IsDate(s)
}

// isTime takes HHMM.
func isTime(s string) bool { return len(s) == 4 && digits(s) && s[:2] < "24" && s[2:] < "60" }

// quote gives a value for a message, cut to what a person reads.
func quote(s string) string { return strconv.Quote(s[:min(len(s), 40)]) }
