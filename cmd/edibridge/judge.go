package main

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/edi/guide"
	"github.com/edibridge/edibridge/x12"
)

// judge holds transaction sets against their guides.
type judge struct {
	langs *languages
	limit int // findings kept of one set
	v     guide.Validator
}

// judged is what came of one set. It lives until the next is judged; Findings
// are its own.
type judged struct {
	m        *edi.Message
	guide    *guide.Guide // nil: there is none for the set
	nearest  bool         // guide is of another release
	match    *guide.Match // nil: not matched
	findings []edi.Finding
	total    int // findings, kept or not
	verdict  x12.Verdict
}

// set judges the message of an EndMessage event.
func (j *judge) set(ev *edi.Event) *judged {
	m := ev.Message
	out := &judged{m: m, findings: slices.Clone(ev.Findings), total: len(ev.Findings)}
	var exact bool
	out.guide, exact = j.langs.guide(m)
	switch {
	case out.guide == nil:
		out.add(setFinding(m, edi.Error, "bridge.guide.none", fmt.Sprintf("there is no guide for %s %s", m.Set, m.Version), map[string]string{"ak502": "1"}))
	case !exact:
		out.nearest = true
		out.add(setFinding(m, edi.Info, "bridge.guide.nearest", fmt.Sprintf("validated against %s, the nearest release there is", out.guide.Name()), nil))
	}
	errs := 0
	if out.guide != nil && !m.Truncated {
		r := j.v.Validate(out.guide, m, guide.Options{MaxFindings: j.limit})
		out.findings = append(out.findings, r.Findings...)
		out.total += r.Total
		out.match, errs = r.Match, r.Errors
	}
	slices.SortStableFunc(out.findings, func(a, b edi.Finding) int { return cmp.Compare(a.Offset, b.Offset) })
	if out.verdict = x12.SetVerdict(out.findings); errs > 0 {
		out.verdict = x12.Rejected
	}
	return out
}

func (o *judged) add(f edi.Finding) {
	o.findings = append(o.findings, f)
	o.total++
}

// setFinding is a finding about a set as a whole.
func setFinding(m *edi.Message, severity edi.Severity, rule, message string, codes map[string]string) edi.Finding {
	f := edi.Finding{Rule: rule, Severity: severity, Message: message, Path: m.Path, Offset: m.Offset,
		Interchange: m.Interchange, Segment: m.Ordinal, Place: 1, Value: m.Set, Codes: codes}
	if m.Len() > 0 {
		s := m.Segment(1)
		f.Tag, f.Length = string(s.Tag()), len(s.Data())
	}
	return f
}

// tally adds up what became of the sets of a file. Its fields count sets.
type tally struct {
	received, accepted, noted int // noted: accepted with errors
	group, interchange        counts
	interchanges              int
	refused                   bool // an envelope was, sets in it or not
}

type counts struct{ received, accepted, noted int }

// set counts one judged set.
func (t *tally) set(v x12.Verdict) {
	t.group.received++
	if v != x12.Rejected {
		t.group.accepted++
	}
	if v == x12.AcceptedWithErrors {
		t.group.noted++
	}
}

// endGroup counts a group by its own findings too.
func (t *tally) endGroup(findings []edi.Finding) {
	if x12.SetVerdict(findings) == x12.Rejected {
		t.group.accepted, t.group.noted = 0, 0
		t.refused = true
	}
	t.interchange.received += t.group.received
	t.interchange.accepted += t.group.accepted
	t.interchange.noted += t.group.noted
	t.group = counts{}
}

// endInterchange counts an interchange by its own findings too.
func (t *tally) endInterchange(findings []edi.Finding) {
	if x12.SetVerdict(findings) == x12.Rejected {
		t.interchange.accepted, t.interchange.noted = 0, 0
		t.refused = true
	}
	t.interchanges++
	t.received += t.interchange.received
	t.accepted += t.interchange.accepted
	t.noted += t.interchange.noted
	t.interchange = counts{}
}

// unreadableVerdict is the verdict on a file without any interchange.
const unreadableVerdict = "unreadable"

// verdict is what became of the file.
func (t *tally) verdict() x12.Verdict {
	v := x12.GroupVerdict(nil, t.received, t.accepted, t.noted)
	switch {
	case t.interchanges == 0:
		return unreadableVerdict
	case t.refused && t.received == 0:
		return x12.Rejected
	case t.refused && v != x12.Rejected:
		return x12.PartiallyAccepted
	}
	return v
}

// status is the exit status for a verdict on a file.
func status(v x12.Verdict) int {
	switch v {
	case unreadableVerdict:
		return exitCannot
	case x12.Rejected, x12.PartiallyAccepted:
		return exitNo
	}
	return 0
}
