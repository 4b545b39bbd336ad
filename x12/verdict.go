package x12

import "github.com/edibridge/edibridge/edi"

// Verdict is what becomes of a transaction set, a group or an interchange.
type Verdict string

// Verdicts. A set is never partially accepted.
const (
	Accepted           Verdict = "accepted"             // AK501, AK901, TA104: A
	AcceptedWithErrors Verdict = "accepted-with-errors" // E
	PartiallyAccepted  Verdict = "partially-accepted"   // AK901 P: some sets are rejected
	Rejected           Verdict = "rejected"             // R
)

// SetVerdict judges a set by its findings: any of severity error rejects it, a
// warning with a code for an acknowledgment makes it accepted with errors.
func SetVerdict(findings []edi.Finding) Verdict {
	v := Accepted
	for i := range findings {
		switch f := &findings[i]; {
		case f.Rejects():
			return Rejected
		case f.Severity == edi.Warning && len(f.Codes) > 0:
			v = AcceptedWithErrors
		}
	}
	return v
}

// GroupVerdict judges a group by its own findings and by what became of its
// sets: received, accepted (those with errors among them) and noted (accepted
// with errors).
func GroupVerdict(findings []edi.Finding, received, accepted, noted int) Verdict {
	own := SetVerdict(findings)
	switch {
	case own == Rejected, received > 0 && accepted == 0:
		return Rejected
	case accepted < received:
		return PartiallyAccepted
	case noted > 0:
		return AcceptedWithErrors
	}
	return own
}

// code is the verdict as AK501, AK901 and TA104 have it (elements 717, 715, I17).
func (v Verdict) code() string {
	switch v {
	case Accepted:
		return "A"
	case AcceptedWithErrors:
		return "E"
	case PartiallyAccepted:
		return "P"
	}
	return "R"
}
