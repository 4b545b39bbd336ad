package edifact

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/edibridge/edibridge/edi"
)

// Control is what a CONTRL says (ISO 9735-4; D.3 and 4.1 are alike in this).
type Control struct {
	Interchange      string    // 0020 of the interchange that is answered
	Sender, Receiver edi.Party // S002 and S003 of it, not of the CONTRL
	Answer
	Groups   []GroupAnswer   // UCF
	Messages []MessageAnswer // UCM outside any group
}

// Answer is what is said of one level.
type Answer struct {
	Action    string  // 0083 as received
	Verdict   Verdict // what it means; "" when it is missing or not known
	Code      string  // 0085, "" if none; [Text] says what it means
	Tag       string  // 0013, the service segment that is wrong
	Element   int     // of that segment, from 1; 0 when it is not about one (S011)
	Component int     // from 1, or 0
}

// GroupAnswer is UCF and what follows it.
type GroupAnswer struct {
	Group            string // UNG 0048
	Sender, Receiver string // UNG 0040, 0044
	Answer
	Messages []MessageAnswer
}

// MessageAnswer is UCM and what follows it.
type MessageAnswer struct {
	Message string // UNH 0062
	Set     string // UNH 0065
	Version string // "D:96A:UN:EAN008"
	Answer
	Errors []SegmentError
}

// SegmentError is UCS and what follows it.
type SegmentError struct {
	Place    int    // of the segment in the message, UNH is 1
	Code     string // 0085; "" when only elements are wrong
	Elements []ElementError
}

// ElementError is UCD.
type ElementError struct {
	Code                           string // 0085
	Element, Component, Repetition int    // from 1, the tag not counted; 0: none
}

// Of is what becomes of a message of the interchange that is answered: group is
// the reference of its UNG, "" when it has none. Of a message that is named more
// than once the gravest counts: an acceptance is not to hide a rejection. It is [Received] when nothing
// is said of it, and "" when the CONTRL says nothing that can be understood.
func (c *Control) Of(group, message string) Verdict {
	if c.Verdict == Rejected || c.Verdict == Received {
		return c.Verdict
	}
	messages := c.Messages
	for i := range c.Groups {
		if g := &c.Groups[i]; g.Group == group && group != "" {
			if g.Verdict == Rejected {
				return Rejected
			}
			messages = g.Messages
		}
	}
	out := Verdict("")
	for i := range messages {
		if m := &messages[i]; m.Message == message && graver(m.Verdict, out) {
			out = m.Verdict
		}
	}
	if out == "" && c.Verdict != "" {
		return Accepted
	}
	return out
}

// graver reports whether a is graver news of a message than b.
func graver(a, b Verdict) bool {
	ranks := []Verdict{"", Accepted, Received, AcceptedWithErrors, PartiallyAccepted, Rejected}
	return slices.Index(ranks, a) > slices.Index(ranks, b)
}

// ReadControl reads a CONTRL message. The findings tell what of it could not be
// understood, the first hundred of it: one of severity error that it names no
// interchange. Segments that do not belong into a CONTRL (partners add FTX) are
// passed over, and so are UCS and UCD beyond a hundred thousand. Every UCM is kept:
// about 160 bytes each, which is four to six times the bytes of the message.
func ReadControl(m *edi.Message) (*Control, []edi.Finding) {
	r := controlReader{m: m, c: &Control{}, known: map[string]string{}}
	var s edi.Segment
	n := 0
	for place := 2; place <= m.Len(); place++ {
		if m.SegmentAt(place, &s); s.Is("UCM") {
			n++
		}
	}
	r.messages = make([]MessageAnswer, 0, n)
	for place := 2; place <= m.Len(); place++ {
		m.SegmentAt(place, &s)
		r.segment(&s)
	}
	r.endGroup()
	if !r.uci {
		f := edi.Finding{Path: m.Path, Offset: m.Offset, Interchange: m.Interchange, Segment: m.Ordinal + 1, Place: 2, Tag: "UCI"}
		if m.Len() > 1 {
			s := m.Segment(2)
			f.Offset = s.Offset
		}
		r.findings = append(r.findings, say(f, edi.Error, "edifact.contrl.uci", isMissing, "the CONTRL has no UCI: it answers no interchange"))
	}
	r.repeated()
	r.sum()
	return r.c, r.findings
}

// maxErrors bounds the UCS and UCD that are kept of one CONTRL.
const maxErrors = 100_000

// controlReader reads one CONTRL.
type controlReader struct {
	m        *edi.Message
	c        *Control
	uci      bool
	messages []MessageAnswer   // of all groups, one behind the other
	first    int               // the first one of the group in hand
	errors   int               // UCS and UCD
	known    map[string]string // values that come again and again
	kind     kind              // of the last message
	findings []edi.Finding
}

// maxKnown bounds the values that are remembered, and longestKnown each of them.
const (
	maxKnown     = 100
	longestKnown = 35
)

// value is component c of element n, in memory that equal values share.
func (r *controlReader) value(s *edi.Segment, n, c int) string {
	v := s.Component(n, c)
	if k, ok := r.known[string(v)]; ok {
		return k
	}
	k := value(v, s.Delimiters)
	if len(r.known) < maxKnown && len(v) <= longestKnown {
		r.known[string(v)] = k
	}
	return k
}

// endGroup gives the messages since the last UCF to the group that it began, or
// to none.
func (r *controlReader) endGroup() {
	n := len(r.messages)
	if list := r.messages[r.first:n:n]; len(list) > 0 && len(r.c.Groups) > 0 {
		r.c.Groups[len(r.c.Groups)-1].Messages = list
	} else if len(list) > 0 {
		r.c.Messages = list
	}
	r.first = n
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
	v := func(n, c int) string { return component(s, n, c) }
	switch tag := string(s.Tag()); tag {
	case "UCI":
		if r.uci {
			r.say(s, 0, edi.Warning, "edifact.contrl.uci", tooMany, "the CONTRL has a second UCI, which is not read")
			return
		}
		r.uci = true
		r.c.Interchange, r.c.Sender, r.c.Receiver = v(1, 1), party(s, 2), party(s, 3)
		r.c.Answer = r.answer(s, 4)
		if r.c.Interchange == "" {
			r.say(s, 1, edi.Error, "edifact.contrl.reference", isMissing, "UCI names no interchange")
		}
	case "UCF":
		r.endGroup()
		r.c.Groups = append(r.c.Groups, GroupAnswer{Group: v(1, 1), Sender: r.value(s, 2, 1), Receiver: r.value(s, 3, 1), Answer: r.answer(s, 4)})
	case "UCM":
		r.messages = append(r.messages, MessageAnswer{Message: v(1, 1), Set: r.value(s, 2, 1), Version: r.version(s), Answer: r.answer(s, 3)})
	case "UCS", "UCD":
		r.detail(s, tag)
	}
}

// version is that of the message that UCM names; equal ones in a row share memory.
func (r *controlReader) version(s *edi.Segment) string {
	if id := s.Element(2); string(id) != r.kind.raw {
		v := func(c int) string { return component(s, 2, c) }
		r.kind.raw, r.kind.release = string(id), joined(v(2), v(3), v(4), v(5))
	}
	return r.kind.release
}

// answer reads 0083, 0085, 0013 and S011 from element n on.
func (r *controlReader) answer(s *edi.Segment, n int) Answer {
	a := Answer{Action: r.value(s, n, 1), Code: r.value(s, n+1, 1), Tag: r.value(s, n+2, 1)}
	a.Element, a.Component, _ = position(s, n+3)
	switch a.Verdict = verdictOf(a.Action); {
	case a.Verdict != "":
	case a.Action == "":
		r.say(s, n, edi.Warning, "edifact.contrl.action", isMissing, "%s has no action code (0083)", s.Tag())
	default:
		r.say(s, n, edi.Warning, "edifact.contrl.action", invalidValue, "action code (0083) %s is not known", quote(a.Action))
	}
	return a
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

// detail reads UCS and UCD.
func (r *controlReader) detail(s *edi.Segment, tag string) {
	if len(r.messages) == r.first {
		r.say(s, 0, edi.Warning, "edifact.contrl.place", outOfPlace, "%s stands behind no UCM", tag)
		return
	}
	if r.errors++; r.errors > maxErrors {
		return
	}
	m := &r.messages[len(r.messages)-1]
	if tag == "UCS" {
		place, err := strconv.Atoi(string(s.Component(1, 1)))
		if err != nil || place < 1 {
			r.say(s, 1, edi.Warning, "edifact.contrl.position", invalidValue, "segment position (0096) %s is no number from 1", quote(string(s.Element(1))))
			place = 0
		}
		m.Errors = append(m.Errors, SegmentError{Place: place, Code: r.value(s, 2, 1)})
		return
	}
	if len(m.Errors) == 0 {
		r.say(s, 0, edi.Warning, "edifact.contrl.place", outOfPlace, "UCD stands behind no UCS")
		return
	}
	e := ElementError{Code: r.value(s, 1, 1)}
	e.Element, e.Component, e.Repetition = position(s, 2)
	last := &m.Errors[len(m.Errors)-1]
	last.Elements = append(last.Elements, e)
}

// repeated tells of messages that are answered more than once, at the second
// answer of the first of them.
func (r *controlReader) repeated() {
	second, from := -1, 0
	look := func(messages []MessageAnswer) {
		if n := secondAnswer(messages); n >= 0 && second < 0 {
			second = from + n
		}
		from += len(messages)
	}
	look(r.c.Messages)
	for i := range r.c.Groups {
		look(r.c.Groups[i].Messages)
	}
	nth := -1
	for place := 2; place <= r.m.Len() && nth < second; place++ {
		s := r.m.Segment(place)
		if s.Is("UCM") {
			nth++
		}
		if nth == second {
			r.say(&s, 1, edi.Warning, "edifact.contrl.repeated", duplicate,
				"message %s is answered more than once: where the answers differ, the gravest counts", quote(component(&s, 1, 1)))
		}
	}
}

// secondAnswer is the first of messages that names one that was named before it;
// -1 if there is none.
func secondAnswer(messages []MessageAnswer) int {
	order := make([]int32, len(messages))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortFunc(order, func(a, b int32) int {
		return cmp.Or(strings.Compare(messages[a].Message, messages[b].Message), cmp.Compare(a, b))
	})
	second := -1
	for i := 1; i < len(order); i++ {
		n := int(order[i])
		if v := messages[n].Message; v != "" && v == messages[order[i-1]].Message && (second < 0 || n < second) {
			second = n
		}
	}
	return second
}

// sum makes an accepted level partially accepted whose lower ones are rejected.
func (r *controlReader) sum() {
	below := func(messages []MessageAnswer) bool {
		for i := range messages {
			if messages[i].Verdict == Rejected {
				return true
			}
		}
		return false
	}
	rejected := below(r.c.Messages)
	for i := range r.c.Groups {
		g := &r.c.Groups[i]
		if below(g.Messages) && g.Verdict == Accepted {
			g.Verdict = PartiallyAccepted
		}
		rejected = rejected || g.Verdict == Rejected || g.Verdict == PartiallyAccepted
	}
	if rejected && r.c.Verdict == Accepted {
		r.c.Verdict = PartiallyAccepted
	}
}
