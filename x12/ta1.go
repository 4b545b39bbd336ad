package x12

import (
	"fmt"
	"io"
	"strings"

	"github.com/edibridge/edibridge/edi"
)

// WriteTA1 writes an interchange of one TA1 (X12.5) that answers ic, whose
// findings are those of its BeginInterchange and EndInterchange events: TA104
// is A, E or R by [SetVerdict], TA105 the first note code (I18), that of an
// error before that of a warning.
//
// It asks for no acknowledgment itself, whatever the envelope says. An interchange
// that holds nothing but TA1 segments must not be answered; the caller knows
// (Groups is 0). Errors are those of w, and an envelope without
// control number or time.
func WriteTA1(w io.Writer, env Envelope, ic *edi.Interchange, findings []edi.Finding) error {
	env.AckRequested = false
	o := open(w, env)
	note := "000"
	verdict := SetVerdict(findings)
	if codes := noted(findings, 1, listI18, noteKeys); len(codes) > 0 && verdict != Accepted {
		note = codes[0]
	} else if verdict == Rejected {
		note = "024" // the error has no code of its own: invalid interchange content
	}
	o.plain("TA1", o.interchangeNumber(ic.Control), o.digitsOr(ic.Date, "000000"), o.digitsOr(ic.Time, "0000"), verdict.code(), note)
	if err := o.close(); err != nil {
		return fmt.Errorf("x12: write TA1: %w", err)
	}
	return nil
}

// interchangeNumber is ISA13 as TA101 repeats it: nine digits if it has any
// meaning as a number, otherwise as it came as far as it can be written.
func (o *outbound) interchangeNumber(isa13 string) string {
	v := strings.TrimSpace(o.clean(isa13, 9))
	if v == "" || digits(v) {
		return strings.Repeat("0", 9-len(v)) + v
	}
	return fill(v, 9, ' ')
}

// digitsOr is v, or instead of it something of the same type when v is no
// number of that length: TA102 and TA103 are mandatory.
func (o *outbound) digitsOr(v, instead string) string {
	if len(v) != len(instead) || !digits(v) {
		return instead
	}
	return v
}

// ReadTA1 reads a TA1 and says what it answers. Findings tell of what is wrong
// with it, of severity error where it leaves open what became of which
// interchange. The caller knows where s stands: their Interchange is 0, their
// Path begins with TA1.
func ReadTA1(s *edi.Segment) (InterchangeAnswer, []edi.Finding) {
	t := texts(s)
	a := InterchangeAnswer{
		Control: t.trimmed(1), Date: t.trimmed(2), Time: t.trimmed(3), Status: Status(t.trimmed(4)), Reason: t.trimmed(5),
	}
	var out []edi.Finding
	tell := func(n int, severity edi.Severity, rule, format string, args ...any) {
		out = append(out, say(findingAt(edi.Path("").Segment("TA1", 1), s, n), severity, rule, nil, format, args...))
	}
	switch {
	case !s.Is("TA1"):
		tell(0, edi.Error, "x12.ta1.segment", "%s is no TA1", quote(s.Tag()))
		return InterchangeAnswer{}, out
	case a.Control == "":
		tell(1, edi.Error, "x12.ta1.control", "TA101, the control number of the interchange, is missing")
	case len(a.Control) != 9:
		tell(1, edi.Warning, "x12.ta1.control", "TA101 %s has %d characters, not 9", quote(s.Element(1)), len(a.Control))
	}
	verdict := a.Status.Verdict()
	if a.Status != "A" && a.Status != "E" && a.Status != "R" {
		tell(4, edi.Error, "x12.ta1.status", "TA104 %s is none of A, E, R: it is not told what was decided", quote(s.Element(4)))
	}
	switch none := a.Reason == "000"; {
	case len(a.Reason) != 3 || !digits(a.Reason):
		tell(5, edi.Warning, "x12.ta1.reason", "TA105 %s is no note code of three digits", quote(s.Element(5)))
	case verdict == Accepted && !none, verdict == Rejected && none:
		tell(5, edi.Warning, "x12.ta1.reason", "TA105 %s does not go with TA104 %s", a.Reason, a.Status)
	}
	return a, out
}
