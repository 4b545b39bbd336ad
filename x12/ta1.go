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
// An interchange that holds nothing but TA1 segments must not be answered; the
// caller knows (Groups is 0). Errors are those of w, and an envelope without
// control number or time.
func WriteTA1(w io.Writer, env Envelope, ic *edi.Interchange, findings []edi.Finding) error {
	o := open(w, env)
	note := "000"
	verdict := SetVerdict(findings)
	if codes := noted(findings, "ta105", 1); len(codes) > 0 && verdict != Accepted {
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
	return v
}

// digitsOr is v, or instead of it something of the same type when v is no
// number of that length: TA102 and TA103 are mandatory.
func (o *outbound) digitsOr(v, instead string) string {
	if len(v) != len(instead) || !digits(v) {
		return instead
	}
	return v
}
