package mappings

import (
	"unicode/utf8"

	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/edi/guide"
)

// Source is what a mapping reads: segments, each in its loop, with positions. A
// message is one ([FromMessage]); records of a file are another: a record is a
// segment whose tag is the record's type and whose elements are its columns.
//
// Places count from 1, elements from 1. Texts are UTF-8.
type Source interface {
	Standard() string            // "X12", "EDIFACT"
	Release() string             // "004010"
	Delimiters() edi.Delimiters  // by which elements divide into components
	Encoding() string            // "UTF-8", "ISO-8859-1"
	Interchange() int            // ordinal of the interchange within the file, from 1
	Loops() []Loop               // [0] is the message itself; parents before children, in document order
	Len() int                    // how many segments there are
	Segment(place int) Segment   // panics beyond Len
	Element(place, n int) string // as received; "" when absent
	// Position is where element n begins in the file, and its bytes; of element 0,
	// the segment's tag.
	Position(place, n int) (offset int64, length int)
	Raw(place int) string // the segment as received, terminator and line break included
	Path(place int) edi.Path
}

// Loop is one loop of a [Source].
type Loop struct {
	Trigger     string // tag of its first segment; "" for the message itself
	Parent      int    // index of the loop around; -1 for the message
	First, Last int    // places of its first and last segment, inner loops included
}

// Segment is one segment of a [Source].
type Segment struct {
	Tag      string
	Loop     int // index of the loop that holds it; -1: it found no place
	Ordinal  int // within the interchange, from 1
	Elements int // how many there are, trailing empty ones included
}

// message is the Source over an edi.Message.
type message struct {
	head     edi.Message // for its names; holds no segments
	match    *guide.Match
	text     string // all bytes
	encoding string
	loops    []Loop
	numbered []Segment // by place: [0] is none
	segments []Segment // the same without [0]
	raw      []uint32  // where segment place-1 starts in text, and one more
	first    []uint32  // index in ends of segment place-1's tag
	ends     []uint32  // where in text tags and elements end, in order
}

// FromMessage is the Source over a message, its segments in the loops where mt,
// the match of the guide, found them. It copies what it needs of m. With mt nil
// the message is one loop.
func FromMessage(m *edi.Message, _ *guide.Guide, mt *guide.Match) Source {
	s := &message{match: mt, text: string(m.Unwrapped()), encoding: "UTF-8"}
	s.head = edi.Message{Standard: m.Standard, Delimiters: m.Delimiters, Path: m.Path, Set: m.Set, Version: m.Version,
		Interchange: m.Interchange, Offset: m.Offset, Ordinal: m.Ordinal}
	if d := m.Delimiters; d.Segment >= utf8.RuneSelf || d.Element >= utf8.RuneSelf || d.Component >= utf8.RuneSelf ||
		d.Repetition >= utf8.RuneSelf || !utf8.ValidString(s.text) {
		s.encoding = "ISO-8859-1"
	}
	n := m.Len()
	index := make([]uint32, 2*n+1)
	s.numbered, s.raw, s.first = make([]Segment, n+1), index[:n+1], index[n+1:]
	s.segments = s.numbered[1:]
	s.ends = m.Ends()
	at, end := uint32(0), uint32(0)
	var seg edi.Segment
	for i := range n {
		m.SegmentAt(i+1, &seg)
		s.raw[i], s.first[i] = at, end
		elements := seg.Len()
		s.segments[i] = Segment{Tag: s.decode(s.text[at:s.ends[end]]), Ordinal: m.Ordinal + i, Elements: elements}
		at, end = at+uint32(len(seg.Unwrapped())), end+uint32(elements)+1
	}
	s.raw[n] = at
	s.place(n)
	return s
}

// place takes the loops from the match.
func (s *message) place(n int) {
	if s.match == nil {
		s.loops = []Loop{{Parent: -1, First: 1, Last: n}}
		return
	}
	s.loops = make([]Loop, len(s.match.Loops))
	for i, l := range s.match.Loops {
		s.loops[i] = Loop{Parent: l.Parent, First: l.First, Last: l.Last}
		if l.Use != nil {
			s.loops[i].Trigger = l.Use.Trigger
		}
	}
	s.loops[0].First, s.loops[0].Last = 1, n
	for i := range s.segments {
		if p := s.match.Placed[i]; p.Use == nil {
			s.segments[i].Loop = -1
		} else {
			s.segments[i].Loop = p.Loop
		}
	}
}

func (s *message) Standard() string           { return string(s.head.Standard) }
func (s *message) Release() string            { return s.head.Version }
func (s *message) Delimiters() edi.Delimiters { return s.head.Delimiters }
func (s *message) Encoding() string           { return s.encoding }
func (s *message) Interchange() int           { return s.head.Interchange }
func (s *message) Loops() []Loop              { return s.loops }
func (s *message) Len() int                   { return len(s.segments) }
func (s *message) Segment(place int) Segment  { return s.segments[place-1] }

func (s *message) Element(place, n int) string {
	if n < 1 || n > s.segments[place-1].Elements {
		return ""
	}
	from, to := s.span(place, n)
	return s.decode(s.text[from:to])
}

func (s *message) Position(place, n int) (int64, int) {
	if n < 1 || n > s.segments[place-1].Elements {
		return s.head.Offset + int64(s.raw[place-1]), len(s.segments[place-1].Tag)
	}
	from, to := s.span(place, n)
	return s.head.Offset + int64(from), int(to - from)
}

// span is where an element stands in text, of those that there are.
func (s *message) span(place, n int) (from, to uint32) {
	i := int(s.first[place-1]) + n
	return s.ends[i-1] + 1, s.ends[i]
}

func (s *message) Raw(place int) string { return s.decode(s.text[s.raw[place-1]:s.raw[place]]) }

func (s *message) Path(place int) edi.Path {
	if s.match == nil {
		return s.head.Path.Unplaced(place)
	}
	return s.match.Path(&s.head, place)
}

func (s *message) decode(t string) string {
	if s.encoding == "UTF-8" {
		return t
	}
	return fromLatin1(t)
}

// fromLatin1 takes each byte for the character of its number (ISO 8859-1).
func fromLatin1(t string) string {
	ascii := true
	for i := 0; i < len(t) && ascii; i++ {
		ascii = t[i] < utf8.RuneSelf
	}
	if ascii {
		return t
	}
	b := make([]byte, 0, len(t)+8)
	for i := 0; i < len(t); i++ {
		b = utf8.AppendRune(b, rune(t[i]))
	}
	return string(b)
}

// toLatin1 is the way back; a character beyond ISO 8859-1 becomes "?" and is
// counted.
func toLatin1(t []byte) (out []byte, lost int) {
	out = make([]byte, 0, len(t))
	for len(t) > 0 {
		r, n := utf8.DecodeRune(t)
		if r > 0xFF {
			r = '?'
			lost++
		}
		out = append(out, byte(r))
		t = t[n:]
	}
	return out, lost
}
