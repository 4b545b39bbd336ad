package acknowledge

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/edi/guide"
	"github.com/edibridge/edibridge/edifact"
	"github.com/edibridge/edibridge/x12"
)

// Judge judges sets and messages, one after the other. It keeps the memory that
// validation needs; the zero value is ready. It is for one goroutine.
type Judge struct{ v guide.Validator }

// Options say how a set is judged.
type Options struct {
	MaxFindings int                     // kept of one set; 0: 100
	Severity    map[string]edi.Severity // by rule id, as in [guide.Options]
	WithErrors  bool                    // what the guide rejects is accepted with errors
}

// Judged is what came of one set.
type Judged struct {
	Match    *guide.Match  // nil: not matched; lives until the next set is judged
	Findings []edi.Finding // in the order of the file
	Total    int           // findings, kept or not
	Verdict  x12.Verdict
}

// Set judges m, of whose envelope the findings are (those of its EndMessage),
// by g: nil where there is no guide for it, and not exact where it is one of
// another release.
func (j *Judge) Set(m *edi.Message, envelope []edi.Finding, g *guide.Guide, exact bool, opt Options) Judged {
	out := Judged{Findings: slices.Clone(envelope), Total: len(envelope)}
	errs := 0
	switch {
	case g == nil:
		out.add(SetFinding(m, edi.Error, "bridge.guide.none", fmt.Sprintf("there is no guide for %s %s", m.Set, m.Version), NotSupported))
	case !exact:
		out.add(SetFinding(m, edi.Info, "bridge.guide.nearest", fmt.Sprintf("validated against %s, the nearest release there is", g.Name()), NoCode))
	}
	if g != nil && !m.Truncated {
		r := j.v.Validate(g, m, guide.Options{MaxFindings: opt.MaxFindings, Severity: opt.Severity})
		out.Findings = append(out.Findings, r.Findings...)
		out.Total += r.Total
		out.Match, errs = r.Match, r.Errors
	}
	slices.SortStableFunc(out.Findings, func(a, b edi.Finding) int { return cmp.Compare(a.Offset, b.Offset) })
	if out.Verdict = x12.SetVerdict(out.Findings); errs > 0 {
		out.Verdict = x12.Rejected
	}
	if out.Verdict == x12.Rejected && opt.WithErrors && g != nil && !m.Truncated {
		out.Verdict = x12.AcceptedWithErrors
		demote(out.Findings)
	}
	return out
}

func (o *Judged) add(f edi.Finding) {
	o.Findings = append(o.Findings, f)
	o.Total++
}

// demote makes errors that are accepted into warnings.
func demote(findings []edi.Finding) {
	for i := range findings {
		if findings[i].Severity == edi.Error {
			findings[i].Severity = edi.Warning
		}
	}
}

// Reason is why a set as a whole is not accepted.
type Reason uint8

// Reasons, with what they are in AK502 and in CONTRL (0085).
const (
	NoCode       Reason = iota // nothing that an acknowledgment tells
	NotSupported               // 1, transaction set not supported; 17, no agreement
	Refused                    // 5, segments in error; 18, unspecified error
)

// codes are what the reason sets in the acknowledgments of a standard.
func (r Reason) codes(s edi.Standard) map[string]string {
	switch {
	case r == NoCode:
		return nil
	case s == edi.EDIFACT && r == NotSupported:
		return map[string]string{"0085": "17"}
	case s == edi.EDIFACT:
		return map[string]string{"0085": "18"}
	case r == NotSupported:
		return map[string]string{"ak502": "1"}
	}
	return map[string]string{"ak502": "5"}
}

// SetFinding is a finding on a set or message as a whole, which stands at its
// header.
func SetFinding(m *edi.Message, severity edi.Severity, rule, message string, why Reason) edi.Finding {
	f := edi.Finding{Rule: rule, Severity: severity, Message: message, Path: m.Path, Offset: m.Offset,
		Interchange: m.Interchange, Segment: m.Ordinal, Place: 1, Value: m.Set, Codes: why.codes(m.Standard)}
	if m.Len() > 0 {
		s := m.Segment(1)
		f.Tag = string(s.Tag())
		_, f.Length = s.Within(s.Offset, 0, len(s.Data()))
	}
	return f
}

// GroupRefused is the finding on a set whose group is refused as a whole: it
// takes the place of what its guide would find.
func GroupRefused(m *edi.Message) edi.Finding {
	return SetFinding(m, edi.Error, "bridge.group.refused", "the functional group was refused", Refused)
}

// IsReport reports whether m is an acknowledgment, of which no answer says
// anything: a CONTRL, or a set of a group of acknowledgments.
func IsReport(g *edi.Group, m *edi.Message) bool {
	if m.Standard == edi.EDIFACT {
		return edifact.IsAcknowledgment(m.Set)
	}
	return g != nil && x12.IsAcknowledgment(g.Functional)
}

// Reference is ST03 of a set, the implementation convention that it follows
// (from 005010 on); "" where there is none.
func Reference(m *edi.Message) string {
	if m.Standard != edi.X12 || m.Len() == 0 {
		return ""
	}
	s := m.Segment(1)
	return string(s.Element(3))
}
