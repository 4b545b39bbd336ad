package edifact

import (
	"hash/maphash"
	"slices"
	"strconv"

	"github.com/edibridge/edibridge/edi"
)

// ReadControl reads a CONTRL message. The findings tell what of it could not be
// understood, the first hundred of it: one of severity error that it names no
// interchange. Segments that do not belong into a CONTRL (partners add FTX) are
// passed over.
func ReadControl(m *edi.Message) (*Control, []edi.Finding) {
	r := controlReader{m: m, c: &Control{m: m, seed: maphash.MakeSeed()}}
	var s edi.Segment
	for place := 2; place <= m.Len(); place++ {
		m.SegmentAt(place, &s)
		r.segment(&s)
	}
	if !r.uci {
		f := edi.Finding{Path: m.Path, Offset: m.Offset, Interchange: m.Interchange, Segment: m.Ordinal + 1, Place: 2, Tag: "UCI"}
		if m.Len() > 1 {
			s := m.Segment(2)
			f.Offset = s.Offset
		}
		r.findings = append(r.findings, say(f, edi.Error, "edifact.contrl.uci", isMissing, "the CONTRL has no UCI: it answers no interchange"))
	}
	slices.Sort(r.c.groups)
	slices.Sort(r.c.messages)
	r.repeated()
	if r.rejected && r.c.Verdict == Accepted {
		r.c.Verdict = PartiallyAccepted
	}
	return r.c, r.findings
}

// controlReader reads one CONTRL.
type controlReader struct {
	m        *edi.Message
	c        *Control
	uci      bool
	group    string // of the last UCF
	ucm, ucs bool   // was read, in the group and for the message in hand
	rejected bool   // a group or message is, or a part of a group
	findings []edi.Finding
}

func (r *controlReader) say(s *edi.Segment, n int, severity edi.Severity, rule string, c code, format string, args ...any) {
	if len(r.findings) == maxStrays {
		return
	}
	f := about(r.m.Path.Unplaced(s.Place), s, n, 0)
	f.Interchange = r.m.Interchange
	r.findings = append(r.findings, say(f, severity, rule, c, format, args...))
}

func (r *controlReader) segment(s *edi.Segment) {
	switch string(s.Tag()) {
	case "UCI":
		r.interchange(s)
	case "UCF":
		a := r.answer(s, 4)
		r.group, r.ucm, r.ucs = component(s, 1, 1), false, false
		r.rejected = r.rejected || a.Verdict == Rejected || a.Verdict == PartiallyAccepted
		r.c.ucf = append(r.c.ucf, int32(s.Place))
		r.c.groups = append(r.c.groups, r.c.hash(r.group, "")|named(s.Place))
	case "UCM":
		a := r.answer(s, 3)
		r.ucm, r.ucs = true, false
		r.rejected = r.rejected || a.Verdict == Rejected
		r.c.messages = append(r.c.messages, r.c.hash(r.group, component(s, 1, 1))|named(s.Place))
	case "UCS":
		if !r.ucm {
			r.say(s, 0, edi.Warning, "edifact.contrl.place", outOfPlace, "%s stands behind no UCM", s.Tag())
		} else if r.ucs = true; positionOf(s) == 0 {
			r.say(s, 1, edi.Warning, "edifact.contrl.position", invalidValue, "segment position (0096) %s is no number from 1", quote(string(s.Element(1))))
		}
	case "UCD":
		if !r.ucm {
			r.say(s, 0, edi.Warning, "edifact.contrl.place", outOfPlace, "%s stands behind no UCM", s.Tag())
		} else if !r.ucs {
			r.say(s, 0, edi.Warning, "edifact.contrl.place", outOfPlace, "UCD stands behind no UCS")
		}
	}
}

func (r *controlReader) interchange(s *edi.Segment) {
	if r.uci {
		r.say(s, 0, edi.Warning, "edifact.contrl.uci", tooMany, "the CONTRL has a second UCI, which is not read")
		return
	}
	r.uci = true
	r.c.Interchange, r.c.Sender, r.c.Receiver = component(s, 1, 1), party(s, 2), party(s, 3)
	r.c.Answer = r.answer(s, 4)
	if r.c.Interchange == "" {
		r.say(s, 1, edi.Error, "edifact.contrl.reference", isMissing, "UCI names no interchange")
	}
}

// answer reads 0083 and what follows from element n on, and tells what is wrong
// with it.
func (r *controlReader) answer(s *edi.Segment, n int) Answer {
	a := answerIn(s, n)
	switch {
	case a.Verdict != "":
	case a.Action == "":
		r.say(s, n, edi.Warning, "edifact.contrl.action", isMissing, "%s has no action code (0083)", s.Tag())
	default:
		r.say(s, n, edi.Warning, "edifact.contrl.action", invalidValue, "action code (0083) %s is not known", quote(a.Action))
	}
	return a
}

// answerIn reads 0083, 0085, 0013 and S011 from element n on.
func answerIn(s *edi.Segment, n int) Answer {
	a := Answer{Action: component(s, n, 1), Code: component(s, n+1, 1), Tag: component(s, n+2, 1)}
	a.Element, a.Component, _ = position(s, n+3)
	a.Verdict = verdictOf(a.Action)
	return a
}

// groupAnswer reads UCF.
func groupAnswer(s *edi.Segment) GroupAnswer {
	return GroupAnswer{Group: component(s, 1, 1), Sender: component(s, 2, 1), Receiver: component(s, 3, 1), Answer: answerIn(s, 4)}
}

// messageAnswer reads UCM.
func messageAnswer(s *edi.Segment, group string) MessageAnswer {
	v := func(c int) string { return component(s, 2, c) }
	return MessageAnswer{Group: group, Message: component(s, 1, 1), Set: v(1), Version: joined(v(2), v(3), v(4), v(5)), Answer: answerIn(s, 3)}
}

// position reads S011 in element n; the tag is not counted, so that elements
// are numbered as everywhere.
func position(s *edi.Segment, n int) (element, component, repetition int) {
	number := func(c int) int {
		v, err := strconv.Atoi(string(s.Component(n, c)))
		if err != nil || v < 0 || v > 999999 {
			return 0
		}
		return v
	}
	return max(number(1)-1, 0), number(2), number(3)
}

// positionOf is 0096 of UCS; 0 when it is no number from 1.
func positionOf(s *edi.Segment) int {
	place, err := strconv.Atoi(string(s.Component(1, 1)))
	if err != nil {
		return 0
	}
	return max(place, 0)
}

// repeated tells of messages that are answered more than once, at the second
// answer of the first of them.
func (r *controlReader) repeated() {
	second := 0
	seen := map[[2]string]bool{}
	all := r.c.messages
	for i := 1; i < len(all); i++ {
		if all[i]>>32 != all[i-1]>>32 {
			clear(seen)
			continue
		}
		seen[r.names(all[i-1])] = true
		if v := r.names(all[i]); seen[v] && v[1] != "" && (second == 0 || all[i].place() < second) {
			second = all[i].place()
		}
	}
	if second > 0 {
		s := r.m.Segment(second)
		r.say(&s, 1, edi.Warning, "edifact.contrl.repeated", duplicate,
			"message %s is answered more than once: where the answers differ, the gravest counts", quote(component(&s, 1, 1)))
	}
}

// names are those of a UCM: of its group, and of the message.
func (r *controlReader) names(ucm named) [2]string {
	s := r.m.Segment(ucm.place())
	return [2]string{r.c.groupOf(s.Place), component(&s, 1, 1)}
}
