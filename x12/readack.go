package x12

import (
	"strconv"
	"strings"

	"github.com/edibridge/edibridge/edi"
)

const (
	// maxAnswers bounds the sets that are kept of one acknowledgment: a group has
	// six digits of them. One is about 110 bytes.
	maxAnswers = maxCount
	// maxNotes bounds the segments, elements and contexts that are kept of one
	// acknowledgment, about 150 bytes each.
	maxNotes = 100_000
	// maxFindings bounds what is told of one acknowledgment.
	maxFindings = 100
)

// ReadGroupAck reads a 997 or a 999 of any release and says what it answers.
// Findings tell of what is wrong with it as an answer, of severity error where
// it leaves open what became of the group or a set; what is wrong with it as a
// document is told by its guide. What it answers must be looked up by the sender
// of the acknowledgment, Functional and Control.
//
// It keeps at most 999,999 sets and 100,000 notes, up to 180 MiB; the answer
// shares one copy of the message's text. [EachSetAnswer] keeps one set at a time.
func ReadGroupAck(m *edi.Message) (GroupAnswer, []edi.Finding) {
	return readGroupAck(&ackReader{m: m, text: string(m.Raw())})
}

// EachSetAnswer reads what [ReadGroupAck] reads, but gives each set to each as
// soon as it was read, instead of keeping it: the answer has no Sets, and memory
// does not grow with them. A SetAnswer may be kept; it has at most 100,000 notes.
// What became of a set depends on the whole, too: see [GroupAnswer.Outcome].
func EachSetAnswer(m *edi.Message, each func(*SetAnswer)) (GroupAnswer, []edi.Finding) {
	return readGroupAck(&ackReader{m: m, each: each})
}

func readGroupAck(r *ackReader) (GroupAnswer, []edi.Finding) {
	m := r.m
	r.out.Declared, r.out.Received, r.out.Accepted = -1, -1, -1
	if m.Len() == 0 {
		return r.out, nil
	}
	st := m.Segment(1)
	if r.out.Kind = r.trimmed(&st, 1); r.out.Kind != "997" && r.out.Kind != "999" {
		r.tell(&st, 1, edi.Error, "x12.ack.set", "%s is no acknowledgment of a group: 997 or 999", quote(st.Element(1)))
		return r.out, r.findings
	}
	sets := 0
	for place := 2; place <= m.Len(); place++ {
		if s := m.Segment(place); s.Is("AK2") {
			sets++
		}
	}
	if sets > 0 && r.each == nil {
		r.out.Sets = make([]SetAnswer, 0, min(sets, maxAnswers))
	}
	for place := 2; place <= m.Len(); place++ {
		s := m.Segment(place)
		r.read(&s)
	}
	r.finish(sets)
	return r.out, r.findings
}

// ackReader reads one acknowledgment.
type ackReader struct {
	m        *edi.Message
	text     string           // of the message; "" where nothing of it is kept
	each     func(*SetAnswer) // takes the sets; nil: they are kept
	out      GroupAnswer
	findings []edi.Finding
	more     int  // findings that were not kept
	notes    int  // kept, of this set where sets are not
	lost     bool // some were not

	controls     edi.Controls // of the sets,
	repeated     bool         // of which one was answered again
	began, ended bool         // AK1, AK9 was read
	accepted     int          // sets by their own status

	// What is open, and how many of its kind its loop has: for paths.
	set     *SetAnswer
	segment *SegmentNote
	element *ElementNote
	nth     struct{ set, segment, element, context int }
	// Where what finds no room is read to.
	spareSet     SetAnswer
	spareSegment SegmentNote
	spareElement ElementNote
}

func (r *ackReader) read(s *edi.Segment) {
	switch string(s.Tag()) {
	case "AK1":
		r.header(s)
	case "AK2":
		r.beginSet(s)
	case "AK3", "IK3":
		r.readSegment(s)
	case "AK4", "IK4":
		r.readElement(s)
	case "CTX":
		r.readContext(s)
	case "AK5", "IK5":
		r.endSet(s)
	case "AK9":
		r.result(s)
	case "SE":
	default:
		r.stray(s)
	}
}

// path is where s stands among the loops that are open.
func (r *ackReader) path(s *edi.Segment) edi.Path {
	p := r.m.Path
	switch {
	case s.Place == 1:
		return p
	case r.set == nil:
		return p.Segment(string(s.Tag()), 1)
	}
	p = p.Segment("AK2", r.nth.set)
	switch tag := string(s.Tag()); tag {
	case "AK2":
		return p
	case "AK5", "IK5":
		return p.Segment(tag, 1)
	}
	p = p.Segment(r.tagOf("3"), r.nth.segment)
	if r.element != nil {
		p = p.Segment(r.tagOf("4"), r.nth.element)
	}
	if s.Is("CTX") {
		p = p.Segment("CTX", r.nth.context)
	}
	return p
}

// tell tells of element n of s, or of s when n is 0.
func (r *ackReader) tell(s *edi.Segment, n int, severity edi.Severity, rule, format string, args ...any) {
	if r.room() {
		r.keep(findingAt(r.path(s), s, n), severity, rule, format, args...)
	}
}

// stray tells of a segment that has no place where it stands; what it says is
// not read.
func (r *ackReader) stray(s *edi.Segment) {
	if r.room() {
		r.keep(findingAt(r.m.Path.Unplaced(s.Place), s, 0), edi.Warning, "x12.ack.segment",
			"%s says nothing where it stands in this acknowledgment", quote(s.Tag()))
	}
}

// room reports whether one more finding is kept.
func (r *ackReader) room() bool {
	if len(r.findings) >= maxFindings {
		r.more++
		return false
	}
	return true
}

func (r *ackReader) keep(f edi.Finding, severity edi.Severity, rule, format string, args ...any) {
	f.Interchange = r.m.Interchange
	r.findings = append(r.findings, say(f, severity, rule, nil, format, args...))
}

// before is the place of a segment that is missing before s.
func (r *ackReader) before(s *edi.Segment, path edi.Path, tag string) edi.Finding {
	return edi.Finding{Path: path.Segment(tag, 1), Offset: s.Offset, Segment: s.Ordinal, Place: s.Place, Tag: tag}
}

// elementText is element n as received, out of the copy of the message where it
// stands there in one piece.
func (r *ackReader) elementText(s *edi.Segment, n int) string {
	v := s.Element(n)
	from := int(s.ElementOffset(n) - r.m.Offset)
	if to := from + len(v); to > len(r.text) || r.text[from:to] != string(v) {
		return string(v) // lines are broken within the message
	}
	return r.text[from : from+len(v)]
}

// plain is v without release characters, which 007040 has (ISX01).
func (r *ackReader) plain(v string) string {
	if by := r.m.Delimiters.Release; by != 0 && strings.IndexByte(v, by) >= 0 {
		return r.m.Delimiters.Plain([]byte(v))
	}
	return v
}

func (r *ackReader) trimmed(s *edi.Segment, n int) string {
	return r.plain(trim(r.elementText(s, n)))
}

// trim takes the blanks and line breaks away that stand around a value.
func trim(v string) string { return strings.Trim(v, " \t\r\n") }

// parts divides a text into its components, at most n of them; what there are
// more is given behind.
func (r *ackReader) parts(v string, n int) (out [3]string, rest string) {
	d := &r.m.Delimiters
	for i := range n {
		one, behind, more := cutAt(v, d.Component, d.Release)
		out[i] = r.plain(trim(one))
		if v = behind; !more {
			return out, ""
		}
	}
	return out, v
}

// cutAt is strings.Cut at the first by that no release character stands before;
// 0 divides nothing.
func cutAt(v string, by, release byte) (before, after string, found bool) {
	for i := 0; i < len(v) && by != 0; i++ {
		switch v[i] {
		case by:
			return v[:i], v[i+1:], true
		case release:
			if release != 0 {
				i++
			}
		}
	}
	return v, "", false
}

// whole is an element that is a number of at most ten digits; -1 when it is not.
func whole(v string) int {
	n, err := strconv.Atoi(v)
	if err != nil || !digits(v) || len(v) > 10 {
		return -1
	}
	return n
}

func (r *ackReader) header(s *edi.Segment) {
	if r.began {
		r.stray(s)
		return
	}
	r.began = true
	r.out.Functional, r.out.Control, r.out.Version = r.trimmed(s, 1), r.trimmed(s, 2), r.trimmed(s, 3)
	if r.out.Functional == "" {
		r.tell(s, 1, edi.Warning, "x12.ack.group", "AK101, the functional identifier of the group, is missing")
	}
	if r.out.Control == "" {
		r.tell(s, 2, edi.Error, "x12.ack.group", "AK102, the control number of the group, is missing")
	}
}

func (r *ackReader) beginSet(s *edi.Segment) {
	r.closeSet(s)
	r.nth.set++
	r.nth.segment = 0
	r.set = &r.spareSet
	if r.each != nil {
		r.set, r.notes = &SetAnswer{}, 0
	} else if *r.set = (SetAnswer{}); len(r.out.Sets) < cap(r.out.Sets) {
		r.out.Sets = append(r.out.Sets, SetAnswer{})
		r.set = &r.out.Sets[len(r.out.Sets)-1]
	}
	r.set.Set, r.set.Control, r.set.Reference = r.trimmed(s, 1), r.trimmed(s, 2), r.trimmed(s, 3)
	if r.set.Control == "" {
		r.tell(s, 2, edi.Error, "x12.ack.set.control", "AK202, the control number of the set, is missing")
	}
	if r.controls.Add(r.set.Control) && !r.repeated {
		r.repeated = true
		r.tell(s, 2, edi.Warning, "x12.ack.set.repeated",
			"set %s is answered more than once: where the answers differ, the worst counts", quote(s.Element(2)))
	}
	if r.ended {
		r.tell(s, 0, edi.Warning, "x12.ack.segment", "AK2 stands behind AK9")
	}
}

// closeSet closes a set that has no AK5 before s.
func (r *ackReader) closeSet(s *edi.Segment) {
	if r.set == nil {
		return
	}
	if r.room() {
		f := r.before(s, r.m.Path.Segment("AK2", r.nth.set), r.tagOf("5"))
		r.keep(f, edi.Error, "x12.ack.set.missing", "set %s ends without %s: it is not told what became of it", quote([]byte(r.set.Control)), f.Tag)
	}
	r.leaveSet()
}

// leaveSet ends what is said of a set.
func (r *ackReader) leaveSet() {
	if r.each != nil {
		r.each(r.set)
	}
	r.set, r.segment, r.element = nil, nil, nil
}

// tagOf is the tag of AK3, AK4 and AK5 in this acknowledgment.
func (r *ackReader) tagOf(n string) string {
	if r.out.Kind == "999" {
		return "IK" + n
	}
	return "AK" + n
}

// kin tells of an AK3 in a 999 and of an IK3 in a 997. They are read: what they
// say is the same.
func (r *ackReader) kin(s *edi.Segment) {
	if tag := s.Tag(); string(tag) != r.tagOf(string(tag[2:])) {
		r.tell(s, 0, edi.Warning, "x12.ack.segment", "%s stands in a %s", tag, r.out.Kind)
	}
}

// kept counts a note and reports whether there is room for it.
func (r *ackReader) kept() bool {
	r.notes++
	r.lost = r.lost || r.notes > maxNotes
	return r.notes <= maxNotes
}

func (r *ackReader) readSegment(s *edi.Segment) {
	if r.set == nil {
		r.stray(s)
		return
	}
	r.nth.segment++
	r.nth.element, r.nth.context = 0, 0
	r.element = nil
	r.spareSegment = SegmentNote{}
	r.segment = &r.spareSegment
	if r.kept() {
		r.set.Segments = append(r.set.Segments, SegmentNote{})
		r.segment = &r.set.Segments[len(r.set.Segments)-1]
	}
	r.segment.Tag, r.segment.Loop, r.segment.Code = r.trimmed(s, 1), r.trimmed(s, 3), r.trimmed(s, 4)
	r.segment.Place = r.place(s, 2)
	r.kin(s)
}

// place is the position of a segment, 719.
func (r *ackReader) place(s *edi.Segment, n int) int {
	p := whole(r.trimmed(s, n))
	if p < 1 {
		r.tell(s, n, edi.Warning, "x12.ack.position", "%s%02d %s is no position of a segment", s.Tag(), n, quote(s.Element(n)))
		return 0
	}
	return p
}

func (r *ackReader) readElement(s *edi.Segment) {
	if r.segment == nil {
		r.stray(s)
		return
	}
	r.nth.element++
	r.nth.context = 0
	r.spareElement = ElementNote{}
	r.element = &r.spareElement
	if r.kept() {
		r.segment.Elements = append(r.segment.Elements, ElementNote{})
		r.element = &r.segment.Elements[len(r.segment.Elements)-1]
	}
	e := r.element
	e.Ref, e.Code, e.Value = r.trimmed(s, 2), r.trimmed(s, 3), r.plain(r.elementText(s, 4))
	e.Element, e.Component, e.Repetition = r.elementPosition(s, 1)
	r.kin(s)
}

// elementPosition is the composite C030.
func (r *ackReader) elementPosition(s *edi.Segment, n int) (element, component, repetition int) {
	v, rest := r.parts(r.elementText(s, n), 3)
	element, component, repetition = whole(v[0]), whole(v[1]), whole(v[2])
	if element < 1 || component < 0 && v[1] != "" || repetition < 0 && v[2] != "" ||
		strings.Trim(rest, string([]byte{' ', r.m.Delimiters.Component})) != "" {
		r.tell(s, n, edi.Warning, "x12.ack.position", "%s%02d %s is no position of an element", s.Tag(), n, quote(s.Element(n)))
	}
	return max(element, 0), max(component, 0), max(repetition, 0)
}

// readContext reads CTX, one Context for each repetition of CTX01.
func (r *ackReader) readContext(s *edi.Segment) {
	if r.segment == nil || r.out.Kind != "999" {
		r.stray(s)
		return
	}
	r.nth.context++
	c := Context{Tag: r.trimmed(s, 2), Loop: r.trimmed(s, 4)}
	if r.trimmed(s, 3) != "" {
		c.Place = r.place(s, 3)
	}
	if r.trimmed(s, 5) != "" {
		c.Element, c.Component, c.Repetition = r.elementPosition(s, 5)
	}
	refs, _ := r.parts(r.elementText(s, 6), 2)
	c.Ref, c.ComponentRef = refs[0], refs[1]
	list := &r.segment.Contexts
	if r.element != nil {
		list = &r.element.Contexts
	}
	for rest, more := r.elementText(s, 1), true; more && r.kept(); {
		var one string
		one, rest, more = cutAt(rest, r.m.Delimiters.Repetition, r.m.Delimiters.Release)
		name, _ := r.parts(one, 2)
		c.Name, c.Value = name[0], name[1]
		*list = append(*list, c)
	}
}

func (r *ackReader) endSet(s *edi.Segment) {
	if r.set == nil {
		r.stray(s)
		return
	}
	r.kin(s)
	r.set.Status = r.status(s, "A E R M W X")
	r.set.Reasons = r.reasons(s, 2)
	switch r.set.Status.Verdict() {
	case Accepted, AcceptedWithErrors:
		r.accepted++
	case Rejected:
		r.out.rejected++
	}
	r.leaveSet()
}

// status is the first element of s, one of those given.
func (r *ackReader) status(s *edi.Segment, known string) Status {
	v := r.trimmed(s, 1)
	if len(v) != 1 || !strings.Contains(known, v) {
		r.tell(s, 1, edi.Error, "x12.ack.status", "%s01 %s is none of %s: it is not told what was decided", s.Tag(), quote(s.Element(1)), known)
	}
	return Status(v)
}

// reasons are up to five codes from element n on.
func (r *ackReader) reasons(s *edi.Segment, n int) []string {
	var out []string
	for k := n; k < n+maxCodes && k <= s.Len(); k++ {
		if v := r.trimmed(s, k); v != "" {
			out = append(out, v)
		}
	}
	return out
}

func (r *ackReader) result(s *edi.Segment) {
	r.closeSet(s)
	if r.ended {
		r.stray(s)
		return
	}
	r.ended = true
	a := &r.out
	a.Status = r.status(s, "A E P R M W X")
	for i, to := range []*int{&a.Declared, &a.Received, &a.Accepted} {
		n := i + 2
		if *to = whole(r.trimmed(s, n)); *to < 0 {
			r.tell(s, n, edi.Warning, "x12.ack.count", "AK9%02d %s is no number of sets", n, quote(s.Element(n)))
		}
	}
	a.Reasons = r.reasons(s, 5)
	if a.Received >= 0 && a.Accepted >= 0 {
		r.compare(s)
	}
}
