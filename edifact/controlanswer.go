package edifact

import (
	"hash/maphash"
	"iter"
	"slices"

	"github.com/edibridge/edibridge/edi"
)

// Control is what a CONTRL says (ISO 9735-4; D.3 and 4.1 are alike in this). It
// is a view on the message that it was read from, and lives as long as that: to
// keep it, read it from a clone. Beside the message it takes eight bytes for
// each UCF and UCM.
type Control struct {
	Interchange      string    // 0020 of the interchange that is answered
	Sender, Receiver edi.Party // S002 and S003 of it, not of the CONTRL
	Answer

	m        *edi.Message
	seed     maphash.Seed
	ucf      []int32 // their places
	groups   []named // UCF and
	messages []named // UCM by their names, then by their places
}

// named is a UCF or UCM: a hash of what it names above, its place below.
type named uint64

func (n named) place() int { return int(uint32(n)) }

// Answer is what is said of one level.
type Answer struct {
	Action    string  // 0083 as received
	Verdict   Verdict // what it means; "" when it is missing or not known
	Code      string  // 0085, "" if none; [Text] says what it means
	Tag       string  // 0013, the service segment that is wrong
	Element   int     // of that segment, from 1; 0 when it is not about one (S011)
	Component int     // from 1, or 0
}

// GroupAnswer is UCF.
type GroupAnswer struct {
	Group            string // UNG 0048
	Sender, Receiver string // UNG 0040, 0044
	Answer
}

// MessageAnswer is UCM and what follows it.
type MessageAnswer struct {
	Group   string // UNG 0048 of the UCF that it stands behind; "" behind none
	Message string // UNH 0062
	Set     string // UNH 0065
	Version string // "D:96A:UN:EAN008"
	Answer
	Errors []SegmentError // the first ten thousand, and as many elements
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

// Groups are the answers about groups, in the order of the CONTRL. A group that
// is accepted is partially accepted where one of its messages is rejected.
func (c *Control) Groups() iter.Seq[GroupAnswer] {
	return func(yield func(GroupAnswer) bool) {
		var g GroupAnswer
		open := false
		var s edi.Segment
		for place := 2; place <= c.m.Len(); place++ {
			switch c.m.SegmentAt(place, &s); {
			case s.Is("UCF"):
				if open && !yield(g) {
					return
				}
				g, open = groupAnswer(&s), true
			case s.Is("UCM") && g.Verdict == Accepted && verdictOf(component(&s, 3, 1)) == Rejected:
				g.Verdict = PartiallyAccepted
			}
		}
		if open {
			yield(g)
		}
	}
}

// Messages are the answers about messages, in the order of the CONTRL.
func (c *Control) Messages() iter.Seq[MessageAnswer] {
	return func(yield func(MessageAnswer) bool) {
		group := ""
		for place := 2; place <= c.m.Len(); place++ {
			s := c.m.Segment(place)
			switch {
			case s.Is("UCF"):
				group = component(&s, 1, 1)
			case s.Is("UCM"):
				if !yield(c.message(&s, group)) {
					return
				}
			}
		}
	}
}

// maxErrors bounds the UCS and the UCD that are given of one message.
const maxErrors = 10_000

// message reads the UCM ucm and the UCS and UCD behind it.
func (c *Control) message(ucm *edi.Segment, group string) MessageAnswer {
	a := messageAnswer(ucm, group)
	elements := 0
	for place := ucm.Place + 1; place <= c.m.Len() && len(a.Errors) < maxErrors; place++ {
		switch s := c.m.Segment(place); {
		case s.Is("UCM"), s.Is("UCF"):
			return a
		case s.Is("UCS"):
			a.Errors = append(a.Errors, SegmentError{Place: positionOf(&s), Code: component(&s, 2, 1)})
		case s.Is("UCD") && len(a.Errors) > 0 && elements < maxErrors:
			e := ElementError{Code: component(&s, 1, 1)}
			e.Element, e.Component, e.Repetition = position(&s, 2)
			last := &a.Errors[len(a.Errors)-1]
			last.Elements = append(last.Elements, e)
			elements++
		}
	}
	return a
}

// Of is what becomes of a message of the interchange that is answered: group is
// the reference of its UNG, "" when it has none. Of a message that is named more
// than once the gravest counts: an acceptance is not to hide a rejection. It is [Received] when nothing
// is said of it, and "" when the CONTRL says nothing that can be understood.
func (c *Control) Of(group, message string) Verdict {
	if c.Verdict == Rejected || c.Verdict == Received {
		return c.Verdict
	}
	v, told := c.ofGroup(group)
	if v == Rejected {
		return v
	}
	if !told { // partners leave away the UCF of groups that they have nothing to say of
		group = ""
	}
	out := Verdict("")
	for s := range c.about(c.messages, group, message) {
		v := verdictOf(component(s, 3, 1))
		if graver(v, out) && component(s, 1, 1) == message && c.groupOf(s.Place) == group {
			out = v
		}
	}
	if out == "" && c.Verdict != "" {
		return Accepted
	}
	return out
}

// ofGroup is the gravest that is said of the group of that reference; ok is false
// when nothing is.
func (c *Control) ofGroup(group string) (out Verdict, ok bool) {
	if group == "" {
		return "", false
	}
	for s := range c.about(c.groups, group, "") {
		if component(s, 1, 1) != group {
			continue
		}
		ok = true
		if v := verdictOf(component(s, 4, 1)); graver(v, out) {
			out = v
		}
	}
	return out, ok
}

// groupOf is the reference of the UCF that the segment at a place stands behind;
// "" behind none.
func (c *Control) groupOf(place int) string {
	i, _ := slices.BinarySearch(c.ucf, int32(place))
	if i == 0 {
		return ""
	}
	s := c.m.Segment(int(c.ucf[i-1]))
	return component(&s, 1, 1)
}

// hash is that of the names of a group and of a message in it.
func (c *Control) hash(group, message string) named {
	h := maphash.Comparable(c.seed, [2]string{group, message})
	return named(h) &^ (1<<32 - 1)
}

// about are the segments that name these, and perhaps some that name others.
func (c *Control) about(list []named, group, message string) iter.Seq[*edi.Segment] {
	return func(yield func(*edi.Segment) bool) {
		h := c.hash(group, message)
		i, _ := slices.BinarySearch(list, h)
		for ; i < len(list) && list[i]>>32 == h>>32; i++ {
			if s := c.m.Segment(list[i].place()); !yield(&s) {
				return
			}
		}
	}
}

// graver reports whether a is graver news of a message than b.
func graver(a, b Verdict) bool {
	ranks := []Verdict{"", Accepted, Received, AcceptedWithErrors, PartiallyAccepted, Rejected}
	return slices.Index(ranks, a) > slices.Index(ranks, b)
}
