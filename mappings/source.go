package mappings

import (
	"slices"
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
	Len() int                    // how many segments there are
	Segment(place int) Segment   // panics beyond Len
	Element(place, n int) string // as received; "" when absent
	// AppendElements appends all elements of a segment, each as Element gives it.
	AppendElements(dst []string, place int) []string
	// AppendLoops appends the loops: the message itself, then parents before children,
	// in document order.
	AppendLoops(dst []Loop) []Loop
	// Position is where element n begins in the file, and its bytes; of element 0,
	// the segment's tag.
	Position(place, n int) (offset int64, length int)
	// Part is where size bytes of element n stand in the file that begin from bytes
	// behind the element's first.
	Part(place, n, from, size int) (offset int64, length int)
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
	latin1   bool
	starts   []start  // of each segment, and of what stands behind the last
	ends     []uint32 // where in text tags and elements end, in order
}

// start is where a segment begins in message.text, and its tag in message.ends.
type start struct{ text, ends uint32 }

// FromMessage is the Source over a message, its segments in the loops where mt,
// the match of the guide, found them. It copies what it needs of m, but not mt.
// With mt nil the message is one loop.
func FromMessage(m *edi.Message, _ *guide.Guide, mt *guide.Match) Source {
	s := &message{}
	s.reset(m, mt)
	return s
}

// reset makes s the Source over another message, in the same memory.
func (s *message) reset(m *edi.Message, mt *guide.Match) {
	*s = message{head: m.Head(), match: mt, text: string(m.Unwrapped()), encoding: "UTF-8", starts: s.starts[:0], ends: m.AppendEnds(s.ends[:0])}
	if d := m.Delimiters; d.Segment >= utf8.RuneSelf || d.Element >= utf8.RuneSelf || d.Component >= utf8.RuneSelf ||
		d.Repetition >= utf8.RuneSelf || !utf8.ValidString(s.text) {
		s.encoding, s.latin1 = "ISO-8859-1", true
	}
	n := m.Len()
	s.starts = slices.Grow(s.starts, n+1)
	var at start
	var seg edi.Segment
	for place := range n {
		m.SegmentAt(place+1, &seg)
		s.starts = append(s.starts, at)
		at.text += uint32(len(seg.Unwrapped()))
		at.ends += uint32(seg.Len()) + 1
	}
	s.starts = append(s.starts, at)
}

func (s *message) Standard() string           { return string(s.head.Standard) }
func (s *message) Release() string            { return s.head.Version }
func (s *message) Delimiters() edi.Delimiters { return s.head.Delimiters }
func (s *message) Encoding() string           { return s.encoding }
func (s *message) Interchange() int           { return s.head.Interchange }
func (s *message) Len() int                   { return len(s.starts) - 1 }

func (s *message) AppendLoops(dst []Loop) []Loop {
	at := len(dst)
	dst = append(dst, Loop{Parent: -1, First: 1, Last: s.Len()})
	if s.match == nil {
		return dst
	}
	for i := range s.match.Loops[1:] {
		l := &s.match.Loops[i+1]
		dst = append(dst, Loop{Parent: l.Parent, First: l.First, Last: l.Last})
		if l.Use != nil {
			dst[at+i+1].Trigger = l.Use.Trigger
		}
	}
	return dst
}

func (s *message) Segment(place int) Segment {
	from := s.starts[place-1]
	g := Segment{Tag: s.decode(s.text[from.text:s.ends[from.ends]]), Ordinal: s.head.Ordinal + place - 1, Elements: s.elements(place)}
	if s.match == nil {
		return g
	}
	if p := &s.match.Placed[place-1]; p.Use == nil {
		g.Loop = -1
	} else {
		g.Loop = p.Loop
	}
	return g
}

// elements is how many a segment has.
func (s *message) elements(place int) int {
	return int(s.starts[place].ends-s.starts[place-1].ends) - 1
}

func (s *message) Element(place, n int) string {
	if n < 1 || n > s.elements(place) {
		return ""
	}
	from, to := s.span(place, n)
	return s.decode(s.text[from:to])
}

func (s *message) AppendElements(dst []string, place int) []string {
	i := s.starts[place-1].ends
	from := s.ends[i] + 1
	for _, to := range s.ends[i+1 : s.starts[place].ends] {
		dst = append(dst, s.decode(s.text[from:to]))
		from = to + 1
	}
	return dst
}

func (s *message) Position(place, n int) (int64, int) {
	if n < 1 || n > s.elements(place) {
		from := s.starts[place-1]
		return s.head.Within(int(from.text), int(s.ends[from.ends]-from.text))
	}
	from, to := s.span(place, n)
	return s.head.Within(int(from), int(to-from))
}

func (s *message) Part(place, n, from, size int) (int64, int) {
	if n < 1 || n > s.elements(place) {
		return s.head.Within(int(s.starts[place-1].text)+from, size)
	}
	begin, _ := s.span(place, n)
	return s.head.Within(int(begin)+from, size)
}

// span is where an element stands in text, of those that there are.
func (s *message) span(place, n int) (from, to uint32) {
	i := int(s.starts[place-1].ends) + n
	return s.ends[i-1] + 1, s.ends[i]
}

func (s *message) Raw(place int) string {
	return s.decode(s.text[s.starts[place-1].text:s.starts[place].text])
}

func (s *message) Path(place int) edi.Path {
	if s.match == nil {
		return s.head.Path.Unplaced(place)
	}
	return s.match.Path(&s.head, place)
}

func (s *message) decode(t string) string {
	if s.latin1 {
		return fromLatin1(t)
	}
	return t
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
