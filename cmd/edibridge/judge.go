package main

import (
	"github.com/edibridge/edibridge/acknowledge"
	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/edi/guide"
	"github.com/edibridge/edibridge/x12"
)

// judge holds transaction sets against their guides.
type judge struct {
	langs *languages
	limit int // findings kept of one set
	sets  acknowledge.Judge
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
	g, exact := j.langs.guide(m)
	r := j.sets.Set(m, ev.Findings, g, exact, acknowledge.Options{MaxFindings: j.limit})
	return &judged{m: m, guide: g, nearest: g != nil && !exact, match: r.Match, findings: r.Findings, total: r.Total, verdict: r.Verdict}
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
