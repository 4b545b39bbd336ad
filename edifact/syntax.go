package edifact

import (
	"bytes"
	"io"
	"strconv"

	"github.com/edibridge/edibridge/edi"
)

// Syntax reads EDIFACT interchanges for an edi.Walker. It has no state.
type Syntax struct{}

// Standard is edi.EDIFACT.
func (Syntax) Standard() edi.Standard { return edi.EDIFACT }

// Open makes what reads the EDIFACT interchanges of r.
func (Syntax) Open(r *edi.Reader) edi.Envelope {
	return &envelope{r: r, frame: edi.NewFrame("UNT", "UNH", "UNG", "UNE", "UNZ", "UNO")}
}

// envelope reads one interchange after the other: one call of Next, one event.
type envelope struct {
	r     *edi.Reader
	frame edi.Frame
	path  edi.Path // UNB[1]
	first edi.Path // UNB[1]/UNH[1]

	ev      edi.Event // the last one
	state   state
	ic      edi.Interchange
	sound   bool // nothing was wrong with the last UNB, whose words ic still has
	charset Charset
	legal   legality // which bytes may stand in a message
	version byte     // of the syntax, '1' to '4'; '4' when it is another
	bare    int      // messages and packages outside any UNG
	groups  int      // given in BeginGroup events
	outside strays   // in the interchange, outside any group
	last    tail     // of the last segment

	group    *edi.Group // nil or &g
	g        edi.Group
	implicit bool          // the group has no UNG
	within   strays        // in the group, outside any message
	misfit   []edi.Finding // about UNG and what it says of its messages
	message  edi.Message
	kind     kind   // of the last message
	control  string // its reference
	work     []byte

	references   edi.Controls // 0048 of the groups of the interchange,
	messages     edi.Controls // 0062 of the messages of the group,
	bareMessages edi.Controls // and of those outside any
	object       *objectOf    // the package whose UNP is due
	packages     int          // of the interchange
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
	trailer    bool // it is UNZ
}

// Begin begins the interchange that the Reader stands before.
func (e *envelope) Begin(ordinal int) {
	e.state = atHeader
	e.ic.Ordinal, e.ic.Length, e.ic.Segments, e.ic.Groups, e.ic.Complete = ordinal, 0, 0, 0, false
	e.work = append(strconv.AppendInt(append(e.work[:0], "UNB["...), int64(ordinal), 10), ']')
	n := len(e.work)
	e.work = append(e.work, "/UNH[1]"...)
	e.first = edi.Path(e.r.Text("", e.work))
	e.path = e.first[:n]
	e.bare, e.groups, e.packages = 0, 0, 0
	e.references.Reset()
	e.bareMessages.Reset()
	e.outside, e.last, e.group, e.object = strays{}, tail{}, nil, nil
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
		return e.betweenMessages()
	}
	return nil, io.EOF
}

func (e *envelope) header() (*edi.Event, error) {
	s, err := e.next()
	if err != nil {
		return nil, err
	}
	e.state = inInterchange
	return e.event(edi.BeginInterchange, e.readUNB(s)), nil
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

// unread gives the last segment back.
func (e *envelope) unread() {
	e.r.Unread()
	e.ic.Segments--
}

// saw remembers s as the last segment of the interchange.
func (e *envelope) saw(s *edi.Segment) {
	e.ic.Segments = s.Ordinal
	e.last.ends, e.last.terminated = s.End(), s.Terminated()
	if !e.last.terminated {
		f := e.at(e.path.Segment(string(s.Tag()), 1), s, 0, 0)
		e.last.finding = &f
	}
}

// sawTrailer remembers what stands behind UNZ.
func (e *envelope) sawTrailer(s *edi.Segment) {
	e.last.trailer = true
	rest := s.Break()
	if len(rest) == 0 {
		return
	}
	e.last.sub = bytes.IndexByte(rest, 0x1A) >= 0
	e.last.blank = !e.last.sub && string(rest) != e.r.Breaks().Style && string(rest) != "\n" && string(rest) != "\r\n"
}

// sawMessage remembers the last segment of a message.
func (e *envelope) sawMessage(m *edi.Message, end *edi.Tail) {
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

// betweenGroups reads on to the next UNG, UNH, UNO or UNZ.
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
		case s.Is("UNG"):
			return e.beginGroup(s), nil
		case s.Is("UNH"), s.Is("UNO"):
			return e.beginBare(s), nil
		case s.Is("UNZ"):
			return e.endInterchange(s), nil
		case isSecurity(s.Tag()):
			return e.service(s, nil), nil
		}
		e.outside.add(e, s)
	}
}

// betweenMessages reads on to the next UNH or UNO or to the end of the group.
func (e *envelope) betweenMessages() (*edi.Event, error) {
	for {
		s, err := e.next()
		if err == io.EOF {
			return e.endGroup(nil), nil
		}
		if err != nil {
			return nil, err
		}
		if e.object != nil {
			if findings := e.endPackage(s); s.Is("UNP") {
				return e.service(s, findings), nil
			}
		}
		switch {
		case s.Is("UNH"):
			return e.readMessage()
		case s.Is("UNO"):
			return e.service(s, e.beginPackage(s)), nil
		case s.Is("UNE") && !e.implicit:
			return e.endGroup(s), nil
		case s.Is("UNG"), s.Is("UNZ"):
			e.unread()
			return e.endGroup(nil), nil
		case isSecurity(s.Tag()):
			return e.service(s, nil), nil
		}
		e.within.add(e, s)
	}
}

// isSecurity reports whether tag is one of the security segments (ISO 9735-5,
// -6, -7, -9), which may stand before and behind groups and messages too.
func isSecurity(tag []byte) bool {
	return len(tag) == 3 && tag[0] == 'U' && tag[1] == 'S' && bytes.IndexByte([]byte("ABCDEFHLRTUXY"), tag[2]) >= 0
}

func (e *envelope) service(s *edi.Segment, findings []edi.Finding) *edi.Event {
	ev := e.event(edi.Service, findings)
	ev.Segment = s
	return ev
}

// beginGroup reads UNG. What is wrong with it is told with EndGroup.
func (e *envelope) beginGroup(s *edi.Segment) *edi.Event {
	e.ic.Groups++
	v := func(n, c int) string { return component(s, n, c) }
	ev := e.begin(edi.Group{
		Path:       e.segment(e.path, "UNG", e.ic.Groups),
		Functional: v(1, 1),
		Sender:     v(2, 1),
		Receiver:   v(3, 1),

		SenderQualifier:   v(2, 2),
		ReceiverQualifier: v(3, 2),

		Date:    v(4, 1),
		Time:    v(4, 2),
		Control: v(5, 1),
		Agency:  v(6, 1),
		Version: joined(v(7, 1), v(7, 2), v(6, 1), v(7, 3)),
		Offset:  s.Offset,
	})
	e.implicit = false
	e.messages.Reset()
	e.misfit = e.checkUNG(s)
	if e.references.Add(e.g.Control) {
		e.misfit = append(e.misfit, say(e.at(e.g.Path, s, 5, 0), edi.Warning, "edifact.group.control.duplicate", duplicate,
			"the group reference %s is that of an earlier group of the interchange", quote(e.g.Control)))
	}
	if e.bare > 0 {
		e.mixed(s)
	}
	return ev
}

// beginBare begins the group of messages that no UNG stands before; s is the
// first of them and is read again.
func (e *envelope) beginBare(s *edi.Segment) *edi.Event {
	e.implicit = true
	ev := e.begin(edi.Group{Path: e.path, Offset: s.Offset})
	if e.ic.Groups > 0 {
		e.mixed(s)
	}
	e.unread()
	return ev
}

func (e *envelope) begin(g edi.Group) *edi.Event {
	e.groups++
	g.Ordinal, g.Declared = e.groups, -1
	e.g = g
	e.group, e.state = &e.g, inGroup
	e.within, e.misfit = strays{}, nil
	return e.event(edi.BeginGroup, nil)
}

// readMessage collects the message whose UNH was read.
func (e *envelope) readMessage() (*edi.Event, error) {
	e.group.Messages++
	nth := e.group.Messages
	if e.implicit {
		e.bare++
		nth = e.bare
	}
	m := &e.message
	end, err := e.r.Collect(m, &e.frame)
	if err != nil {
		return nil, err
	}
	unh := m.Segment(1)
	e.name(m, &unh)
	if m.Path = e.first; !e.implicit || nth > 1 {
		e.work = append(strconv.AppendInt(append(append(e.work[:0], e.group.Path...), "/UNH["...), int64(nth), 10), ']')
		m.Path = edi.Path(e.r.Text("", e.work))
	}
	m.Interchange = e.ic.Ordinal
	e.sawMessage(m, &end)
	ev := e.event(edi.EndMessage, e.checkMessage(m, &unh, &end))
	ev.Message = m
	return ev, nil
}

// name fills in what UNH says. Most messages are of one kind: they share the
// memory of its name.
func (e *envelope) name(m *edi.Message, unh *edi.Segment) {
	e.control = e.text(e.control, unh, 1, 1)
	m.Control = e.control
	if id := unh.Element(2); string(id) != e.kind.raw || m.Delimiters != e.kind.d {
		e.kind.raw, e.kind.d = string(id), m.Delimiters
		e.kind.set = component(unh, 2, 1)
		e.kind.release = joined(component(unh, 2, 2), component(unh, 2, 3), component(unh, 2, 4), component(unh, 2, 5))
	}
	m.Set, m.Version = e.kind.set, e.kind.release
}

// kind is what S009 says of a message.
type kind struct {
	raw          string // as received
	d            edi.Delimiters
	set, release string // type; version, release and agency
}

// endGroup ends the group with s, its UNE, or nil: where UNE is missing.
func (e *envelope) endGroup(s *edi.Segment) *edi.Event {
	if e.object != nil {
		e.endPackage(nil)
	}
	findings := append(e.misfit, e.within.findings...)
	findings = append(findings, e.untold()...)
	if !e.implicit {
		findings = append(findings, e.checkUNE(s)...)
	}
	e.group.Complete = s != nil || e.implicit
	ev := e.event(edi.EndGroup, findings)
	e.group, e.state = nil, inInterchange
	return ev
}

// endInterchange ends it with s, its UNZ, or nil: where UNZ is missing.
func (e *envelope) endInterchange(s *edi.Segment) *edi.Event {
	if e.ic.Complete = s != nil; s != nil {
		e.sawTrailer(s)
	}
	e.ic.Length = e.last.ends - e.ic.Offset
	e.state = atEnd
	findings := append(e.outside.findings, e.checkUNZ(s)...)
	return e.event(edi.EndInterchange, append(findings, e.tolerated()...))
}
