package x12

import (
	"bytes"
	"io"
	"strconv"

	"github.com/edibridge/edibridge/edi"
)

// Syntax reads X12 interchanges for an edi.Walker. It has no state.
type Syntax struct{}

// Standard is edi.X12.
func (Syntax) Standard() edi.Standard { return edi.X12 }

// Open makes what reads the X12 interchanges of r.
func (Syntax) Open(r *edi.Reader) edi.Envelope {
	return &envelope{r: r, frame: edi.NewFrame("SE", "ST", "GS", "GE", "IEA")}
}

// envelope reads one interchange after the other: one call of Next, one event.
type envelope struct {
	r     *edi.Reader
	frame edi.Frame
	path  edi.Path // ISA[1]
	// The paths of the first group, ISA[1]/GS[1], and of its first set.
	firstGroup, firstSet edi.Path

	ev      edi.Event // the last one
	state   state
	ic      edi.Interchange
	sound   bool   // nothing was wrong with the last ISA, whose words ic still has
	outside strays // in the interchange, outside any group
	last    tail   // of the last segment

	group              *edi.Group // nil or &gs
	gs                 edi.Group
	soundGS            []byte        // the last GS with which nothing was wrong,
	soundFrom, soundTo int           // and where its control number stands in it
	within             strays        // in the group, outside any set
	misfit             []edi.Finding // about GS and what it says of its sets
	fitting            [2]string     // the last set that fits its group's GS01, and that
	controls           edi.Controls  // of its sets
	groups             edi.Controls  // GS06 of the interchange, as numbers
	message            edi.Message
	kind, control      string // ST01 and ST02 of the last set
	work               []byte
}

// state is what Next reads next.
type state uint8

const (
	atHeader state = iota
	inInterchange
	inGroup
	atEnd
)

// tail is what the end of the interchange needs of the last segment read.
type tail struct {
	finding    *edi.Finding // its place, when it is not terminated
	ends       int64        // behind its terminator
	terminated bool
	sub, blank bool // 0x1A, or blanks, stand behind it
	trailer    bool // it is IEA
}

// Begin begins the interchange that the Reader stands before.
func (e *envelope) Begin(ordinal int) {
	e.state = atHeader
	e.ic.Ordinal, e.ic.Length, e.ic.Segments, e.ic.Groups, e.ic.Complete = ordinal, 0, 0, 0, false
	e.paths(ordinal)
	e.outside, e.last, e.group = strays{}, tail{}, nil
	e.groups.Reset()
}

// paths makes the paths that every interchange has: of itself, its first group
// and that group's first set, which begin alike and share one text.
func (e *envelope) paths(ordinal int) {
	const group, set = "/GS[1]", "/ST[1]"
	e.work = append(strconv.AppendInt(append(e.work[:0], "ISA["...), int64(ordinal), 10), ']')
	n := len(e.work)
	e.work = append(e.work, group+set...)
	e.firstSet = edi.Path(e.r.Text("", e.work))
	e.path, e.firstGroup = e.firstSet[:n], e.firstSet[:n+len(group)]
}

// groupPath is the path of the group whose GS was read.
func (e *envelope) groupPath() edi.Path {
	if e.ic.Groups == 1 {
		return e.firstGroup
	}
	return e.segment(e.path, "GS", e.ic.Groups)
}

// setPath is the path of the set whose ST was read.
func (e *envelope) setPath() edi.Path {
	if e.ic.Groups == 1 && e.group.Messages == 1 {
		return e.firstSet
	}
	e.work = append(strconv.AppendInt(append(append(e.work[:0], e.group.Path...), "/ST["...), int64(e.group.Messages), 10), ']')
	return edi.Path(e.r.Text("", e.work))
}

// segment is the path of the nth segment of a tag under p.
func (e *envelope) segment(p edi.Path, tag string, nth int) edi.Path {
	b := append(e.work[:0], p...)
	if p != "" {
		b = append(b, '/')
	}
	b = append(append(b, tag...), '[')
	e.work = append(strconv.AppendInt(b, int64(nth), 10), ']')
	return edi.Path(e.r.Text("", e.work))
}

// Next gives the next event of the interchange, io.EOF behind EndInterchange.
func (e *envelope) Next() (*edi.Event, error) {
	switch e.state {
	case atHeader:
		return e.header()
	case inInterchange:
		return e.betweenGroups()
	case inGroup:
		return e.betweenSets()
	}
	return nil, io.EOF
}

func (e *envelope) header() (*edi.Event, error) {
	s, err := e.next()
	if err != nil {
		return nil, err
	}
	e.state = inInterchange
	findings := e.readISA(s)
	if e.r.Extended() {
		if s, err = e.next(); err != nil {
			return nil, err
		}
		findings = append(findings, e.readISX(s)...)
	}
	return e.event(edi.BeginInterchange, findings), nil
}

func (e *envelope) event(kind edi.EventKind, findings []edi.Finding) *edi.Event {
	ev := &e.ev
	ev.Kind, ev.Group, ev.Findings = kind, e.group, findings
	if ev.Interchange == nil {
		ev.Interchange = &e.ic
	}
	if ev.Message != nil {
		ev.Message = nil
	}
	if ev.Segment != nil {
		ev.Segment = nil
	}
	return ev
}

// next gives the next segment and remembers what its end tells.
func (e *envelope) next() (*edi.Segment, error) {
	s, err := e.r.Next()
	if err == nil {
		e.saw(s)
	}
	return s, err
}

// saw remembers s as the last segment of the interchange.
func (e *envelope) saw(s *edi.Segment) {
	e.ic.Segments = s.Ordinal
	e.last.ends, e.last.terminated = s.End(), s.Terminated()
	if !e.last.terminated {
		f := e.at(e.path.Segment(string(s.Tag()), 1), s, 0)
		e.last.finding = &f
	}
}

// sawTrailer remembers what stands behind IEA.
func (e *envelope) sawTrailer(s *edi.Segment) {
	e.last.trailer = true
	rest := s.Break()
	if len(rest) == 0 {
		return
	}
	e.last.sub = bytes.IndexByte(rest, 0x1A) >= 0
	e.last.blank = !e.last.sub && string(rest) != e.r.Breaks().Style && string(rest) != "\n" && string(rest) != "\r\n"
}

// name fills in what ST says. Most sets of a group are of one kind: they share
// the memory of its name.
func (e *envelope) name(m *edi.Message, st *edi.Segment) {
	if set := st.Element(1); string(set) != e.kind {
		e.kind = string(set)
	}
	e.control = e.r.Text(e.control, st.Element(2))
	m.Set, m.Control = e.kind, e.control
}

// sawSet remembers the last segment of a set.
func (e *envelope) sawSet(m *edi.Message, end *edi.Tail) {
	switch {
	case end.Trailer != nil:
		e.saw(end.Trailer)
	case m.Truncated:
		e.last = tail{ends: e.r.Offset(), terminated: true}
	default:
		last := m.Segment(m.Len())
		e.saw(&last)
	}
	e.ic.Segments = m.Ordinal + end.Segments - 1
}

// betweenGroups reads on to the next TA1, GS or IEA.
func (e *envelope) betweenGroups() (*edi.Event, error) {
	for {
		s, err := e.next()
		if err == io.EOF {
			return e.endInterchange(nil), nil
		}
		if err != nil {
			return nil, err
		}
		switch {
		case s.Is("GS"):
			return e.beginGroup(s), nil
		case s.Is("IEA"):
			return e.endInterchange(s), nil
		case s.Is("TA1"):
			ev := e.event(edi.Service, nil)
			ev.Segment = s
			return ev, nil
		}
		e.outside.add(e, s)
	}
}

// betweenSets reads on to the next ST or to the end of the group.
func (e *envelope) betweenSets() (*edi.Event, error) {
	for {
		s, err := e.r.Next()
		if err == io.EOF {
			return e.endGroup(nil), nil
		}
		if err != nil {
			return nil, err
		}
		if s.Is("ST") {
			return e.readSet()
		}
		e.saw(s)
		switch {
		case s.Is("GE"):
			return e.endGroup(s), nil
		case s.Is("GS"), s.Is("IEA"):
			e.r.Unread()
			e.ic.Segments--
			return e.endGroup(nil), nil
		}
		e.within.add(e, s)
	}
}

// beginGroup reads GS. What is wrong with it is told with EndGroup.
func (e *envelope) beginGroup(s *edi.Segment) *edi.Event {
	e.ic.Groups++
	e.state = inGroup
	e.within = strays{}
	e.controls.Reset()
	e.group = &e.gs
	if e.repeatsGS(s) {
		e.gs.Path, e.gs.Ordinal, e.gs.Offset = e.groupPath(), e.ic.Groups, s.Offset
		e.gs.Messages, e.gs.Declared, e.gs.Complete = 0, -1, false
		e.gs.Control = e.r.Text("", s.Element(gsControl))
		e.beginSets(s, nil)
		return e.event(edi.BeginGroup, nil)
	}
	text := e.texts(s)
	e.gs = edi.Group{
		Path:       e.groupPath(),
		Ordinal:    e.ic.Groups,
		Functional: text.right(1),
		Sender:     text.right(2),
		Receiver:   text.right(3),
		Date:       text.right(4),
		Time:       text.right(5),
		Control:    text.right(6),
		Agency:     text.right(7),
		Version:    text.right(8),
		Offset:     s.Offset,
		Declared:   -1,
	}
	findings := e.checkGS(s)
	e.soundGS = e.soundGS[:0]
	if len(findings) == 0 {
		e.soundGS = append(e.soundGS, s.Data()...)
		e.soundFrom, e.soundTo = s.Span(gsControl)
	}
	e.beginSets(s, findings)
	return e.event(edi.BeginGroup, nil)
}

// beginSets makes ready for the sets of the group whose GS was read, with which
// that is wrong.
func (e *envelope) beginSets(s *edi.Segment, findings []edi.Finding) {
	e.misfit = findings
	if e.groups.Add(plainNumber(e.gs.Control)) {
		e.misfit = append(e.misfit, e.duplicateGroup(s))
	}
}

// gsControl is the element of GS that is its control number, GS06.
const gsControl = 6

// repeatsGS reports whether GS says what the last sound one said, but for its
// control number: most groups of a file differ in nothing else.
func (e *envelope) repeatsGS(s *edi.Segment) bool {
	have, want := s.Data(), e.soundGS
	from, to := s.Span(gsControl)
	return len(want) > 0 && from == e.soundFrom && to-from <= longestNumber && edi.Count(have[from:to]) >= 0 &&
		string(have[:from]) == string(want[:from]) && string(have[to:]) == string(want[e.soundTo:])
}

// readSet collects the set whose ST was read.
func (e *envelope) readSet() (*edi.Event, error) {
	e.group.Messages++
	m := &e.message
	end, err := e.r.Collect(m, &e.frame)
	if err != nil {
		return nil, err
	}
	st := m.Segment(1)
	e.name(m, &st)
	m.Path = e.setPath()
	m.Version = e.group.Version
	m.Interchange = e.ic.Ordinal
	e.sawSet(m, &end)
	findings := e.checkSet(m, &st, &end)
	ev := e.event(edi.EndMessage, findings)
	ev.Message = m
	return ev, nil
}

// endGroup ends the group with s, its GE, or nil: where GE is missing.
func (e *envelope) endGroup(s *edi.Segment) *edi.Event {
	findings := append(e.misfit, e.within.findings...)
	findings = append(findings, e.checkGE(s)...)
	e.group.Complete = s != nil
	ev := e.event(edi.EndGroup, findings)
	e.group, e.state = nil, inInterchange
	return ev
}

// endInterchange ends it with s, its IEA, or nil: where IEA is missing.
func (e *envelope) endInterchange(s *edi.Segment) *edi.Event {
	if e.ic.Complete = s != nil; s != nil {
		e.sawTrailer(s)
	}
	e.ic.Length = e.last.ends - e.ic.Offset
	e.state = atEnd
	findings := append(e.outside.findings, e.checkIEA(s)...)
	return e.event(edi.EndInterchange, append(findings, e.tolerated()...))
}
