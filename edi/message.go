package edi

import (
	"bytes"
	"slices"
)

// Segment is a view on one segment. It points into the buffer of the [Reader]
// or [Message] that gave it and lives as long as that buffer holds still: until
// the next call of Next. [Segment.Clone] keeps it.
type Segment struct {
	Offset     int64       // of the tag's first byte, from 0 over the file
	Ordinal    int         // within the interchange, from 1
	Place      int         // within the message, ST or UNH is 1; 0 outside a message
	Delimiters *Delimiters // of the interchange
	Cut        bool        // it went over [Limits.Segment]: its first bytes are here, the rest was passed over

	raw  []byte   // from the tag's first byte to the next segment's: terminator and line break included
	ends []uint32 // ends[0] is where the tag ends, ends[n] where element n ends, counted from base
	base uint32   // what ends counts raw[0] as
	wrap *wrapping
}

// NewSegment makes a view over raw, which begins with the tag and ends with the
// terminator and what follows it up to the next tag. ends[0] is the end of the
// tag and ends[n] the end of element n, in bytes from the start of raw.
func NewSegment(raw []byte, ends []uint32, d *Delimiters) Segment {
	return Segment{raw: raw, ends: ends, Delimiters: d}
}

// Tag is the segment's identifier ("PO1", "LIN"), bytes as received.
func (s *Segment) Tag() []byte {
	if len(s.ends) == 0 {
		return nil
	}
	return s.raw[:s.ends[0]-s.base]
}

// Is reports whether the segment's tag is tag.
func (s *Segment) Is(tag string) bool { return string(s.Tag()) == tag }

// Len is the number of elements present, empty ones and trailing empty ones
// included: "N1*ST**92~" has 3.
func (s *Segment) Len() int { return max(len(s.ends)-1, 0) }

// Element gives element n (from 1) as received: release characters, components
// and repetitions not resolved. An element that is absent is nil, one that is
// present and empty has length 0.
func (s *Segment) Element(n int) []byte {
	if n < 1 || n >= len(s.ends) {
		return nil
	}
	return s.raw[s.ends[n-1]-s.base+1 : s.ends[n]-s.base]
}

// ElementOffset is the offset in the file of element n's first byte; for an
// element that is absent, of the place where it would stand: the terminator.
func (s *Segment) ElementOffset(n int) int64 {
	if n < 1 {
		return s.Offset
	}
	if n >= len(s.ends) {
		if len(s.ends) == 0 {
			return s.Offset
		}
		return s.offset(int(s.ends[len(s.ends)-1] - s.base))
	}
	return s.offset(int(s.ends[n-1]-s.base) + 1)
}

// offset is the offset in the file of the byte that stands n bytes behind the
// tag's first, line breaks that wrap the file not counted.
func (s *Segment) offset(n int) int64 {
	if s.wrap == nil {
		return s.Offset + int64(n)
	}
	return s.wrap.file(s.wrap.logical(s.Offset) + int64(n))
}

// Span is where element n (from 1) stands within [Segment.Data]: its bytes are
// Data()[from:to]. Of one that is absent, from and to are where it would stand.
func (s *Segment) Span(n int) (from, to int) {
	switch {
	case n < 1 || len(s.ends) == 0:
		return 0, 0
	case n >= len(s.ends):
		end := int(s.ends[len(s.ends)-1] - s.base)
		return end, end
	}
	return int(s.ends[n-1]-s.base) + 1, int(s.ends[n] - s.base)
}

// Header is [Segment.Raw] as an [Interchange] keeps it: without the break that
// wraps the file behind it, which is none of the interchange's own.
func (s *Segment) Header() []byte {
	raw := s.Raw()
	if s.wrap != nil {
		raw = bytes.TrimRight(raw, "\r\n")
	}
	return raw
}

// Within is the place in the file of n bytes that begin from bytes behind the
// one at offset, all within the segment: of a file that is wrapped
// ([Reader.Width]) the breaks before and between them count.
func (s *Segment) Within(offset int64, from, n int) (int64, int) {
	return s.wrap.within(offset, from, n)
}

// Repetition gives repetition r (from 1) of element n. Without a repetition
// separator the element is its own only repetition.
func (s *Segment) Repetition(n, r int) []byte {
	return part(s.Element(n), r, s.Delimiters.Repetition, s.Delimiters.Release)
}

// Component gives component c (from 1) of the first repetition of element n.
func (s *Segment) Component(n, c int) []byte {
	return part(s.Repetition(n, 1), c, s.Delimiters.Component, s.Delimiters.Release)
}

// Raw is the segment as received: tag, elements, terminator, and whatever stood
// between the terminator and the next tag (line breaks). Of a file that is
// wrapped ([Reader.Width]) it is a copy with its breaks.
func (s *Segment) Raw() []byte { return s.wrap.raw(s.wrap.logical(s.Offset), s.raw) }

// Unwrapped is [Segment.Raw] without the breaks that wrap the file; it is never
// a copy.
func (s *Segment) Unwrapped() []byte { return s.raw }

// Data is the segment from its tag up to, not including, the terminator.
func (s *Segment) Data() []byte {
	if len(s.ends) == 0 {
		return nil
	}
	return s.raw[:s.ends[len(s.ends)-1]-s.base]
}

// Terminated reports whether the segment's terminator was read.
func (s *Segment) Terminated() bool {
	n := len(s.Data())
	return n < len(s.raw) && s.raw[n] == s.Delimiters.Segment
}

// End is the offset in the file behind the segment's terminator.
func (s *Segment) End() int64 {
	n := len(s.Data())
	if s.Terminated() {
		n++
	}
	if s.wrap == nil {
		return s.Offset + int64(n)
	}
	return s.wrap.end(s.wrap.logical(s.Offset) + int64(n))
}

// Break is what stands between the terminator and the next tag, or behind the
// data of a segment that is not terminated: line breaks mostly. Behind UNO it
// is the object, whatever its bytes (ISO 9735-8).
func (s *Segment) Break() []byte {
	n := len(s.Data())
	if s.Terminated() {
		n++
	}
	return s.raw[n:]
}

// Clone gives a segment of its own memory.
func (s *Segment) Clone() Segment {
	c := *s
	c.raw = bytes.Clone(s.raw)
	c.ends = slices.Clone(s.ends)
	if s.Delimiters != nil {
		d := *s.Delimiters
		c.Delimiters = &d
	}
	return c
}

// part gives the nth part of v, divided by sep; with a release character, a
// released separator divides nothing. sep 0 divides nothing.
func part(v []byte, n int, sep, release byte) []byte {
	if n < 1 || v == nil {
		return nil
	}
	for {
		end := len(v)
		if sep != 0 {
			end = indexUnreleased(v, sep, release)
		}
		if n == 1 {
			return v[:end]
		}
		if end >= len(v) {
			return nil
		}
		v = v[end+1:]
		n--
	}
}

// indexUnreleased is the index of the first sep in v that no release character
// stands before, or len(v).
func indexUnreleased(v []byte, sep, release byte) int {
	if release == 0 {
		if i := bytes.IndexByte(v, sep); i >= 0 {
			return i
		}
		return len(v)
	}
	for i := 0; i < len(v); i++ {
		switch v[i] {
		case release:
			i++
		case sep:
			return i
		}
	}
	return len(v)
}

// Message is one transaction set (ST to SE) or EDIFACT message (UNH to UNT)
// with the bytes and positions of all its segments. A Message that a [Walker]
// yields lives until the Walker's next call; [Message.Clone] keeps it.
type Message struct {
	Standard    Standard
	Delimiters  Delimiters
	Path        Path   // ISA[1]/GS[1]/ST[2]
	Set         string // ST01, or UNH S009 0065
	Version     string // the group's version, "004010"; EDIFACT "D:96A:UN"
	Control     string // ST02, UNH 0062
	Interchange int    // ordinal of the interchange within the file, from 1
	Offset      int64  // of the first byte of ST or UNH, over the file
	Ordinal     int    // of ST or UNH within the interchange, from 1
	// Truncated: it went over a limit of the [Reader] and holds what fitted, at
	// least its header.
	Truncated bool

	raw  []byte
	segs []span   // one a segment and one behind the last
	ends []uint32 // element ends of all segments
	base uint32   // what segs and ends count raw[0] as
	wrap *wrapping
	lent bool // raw, segs and ends belong to a Reader
}

// span is where a segment starts in raw and where its ends start in ends.
type span struct{ start, ends uint32 }

// Reset empties the message and keeps its memory for the next one.
func (m *Message) Reset() {
	raw, segs, ends := m.raw[:0], m.segs[:0], m.ends[:0]
	if m.lent {
		raw, segs, ends = nil, nil, nil
	}
	*m = Message{raw: raw, segs: segs, ends: ends}
}

// own makes the message's memory its own.
func (m *Message) own() {
	if m.lent {
		m.raw, m.segs, m.ends, m.lent = bytes.Clone(m.raw), slices.Clone(m.segs), slices.Clone(m.ends), false
	}
}

// Append takes a copy of s as the next segment.
func (m *Message) Append(s *Segment) {
	m.own()
	if len(m.segs) == 0 {
		m.segs = append(m.segs, span{})
		m.Offset, m.Ordinal, m.wrap = s.Offset, s.Ordinal, s.wrap
	}
	at := m.base + uint32(len(m.raw))
	m.raw = append(m.raw, s.raw...)
	for _, e := range s.ends {
		m.ends = append(m.ends, e-s.base+at)
	}
	m.segs = append(m.segs, span{m.base + uint32(len(m.raw)), uint32(len(m.ends))})
}

// Len is the number of segments, ST and SE (UNH and UNT) included.
func (m *Message) Len() int { return max(len(m.segs)-1, 0) }

// Segment gives the segment at place (from 1: ST or UNH). It panics when there
// is none, as an index does.
func (m *Message) Segment(place int) Segment {
	a, b := m.segs[place-1], m.segs[place]
	offset := m.Offset + int64(a.start-m.base)
	if m.wrap != nil {
		offset = m.wrap.file(m.wrap.logical(m.Offset) + int64(a.start-m.base))
	}
	return Segment{
		Offset:     offset,
		Ordinal:    m.Ordinal + place - 1,
		Place:      place,
		Delimiters: &m.Delimiters,
		raw:        m.raw[a.start-m.base : b.start-m.base],
		ends:       m.ends[a.ends:b.ends],
		base:       a.start,
		wrap:       m.wrap,
	}
}

// SegmentAt is [Message.Segment] in the caller's memory, for who goes through many
// segments of one message: s was made by it before, or is new.
func (m *Message) SegmentAt(place int, s *Segment) {
	a, b := m.segs[place-1], m.segs[place]
	s.Offset = m.Offset + int64(a.start-m.base)
	if s.wrap = m.wrap; m.wrap != nil {
		s.Offset = m.wrap.file(m.wrap.logical(m.Offset) + int64(a.start-m.base))
	}
	s.Ordinal = m.Ordinal + place - 1
	s.Place = place
	if s.Delimiters != &m.Delimiters {
		s.Delimiters = &m.Delimiters
	}
	s.Cut = false
	s.raw = m.raw[a.start-m.base : b.start-m.base]
	s.ends = m.ends[a.ends:b.ends]
	s.base = a.start
}

// Raw is the message as received, from ST or UNH to the end of SE or UNT with
// what stood behind its terminator. Of a file that is wrapped ([Reader.Width])
// it is a copy with its breaks.
func (m *Message) Raw() []byte { return m.wrap.raw(m.wrap.logical(m.Offset), m.raw) }

// Unwrapped is [Message.Raw] without the breaks that wrap the file: what its
// segments and elements are views of. It is never a copy.
func (m *Message) Unwrapped() []byte { return m.raw }

// AppendEnds appends for each tag and each element, segment by segment, where in
// [Message.Unwrapped] it ends.
func (m *Message) AppendEnds(dst []uint32) []uint32 {
	if len(m.segs) == 0 {
		return dst
	}
	at := len(dst)
	dst = append(dst, m.ends[m.segs[0].ends:m.segs[len(m.segs)-1].ends]...)
	for i := range dst[at:] {
		dst[at+i] -= m.base
	}
	return dst
}

// Size is the number of bytes of [Message.Raw].
func (m *Message) Size() int {
	at := m.wrap.logical(m.Offset)
	return int(m.wrap.file(at+int64(len(m.raw))) - m.wrap.file(at))
}

// Within is the place in the file of n bytes that begin from bytes behind the
// start of [Message.Unwrapped]: of a file that is wrapped the breaks before and
// between them count.
func (m *Message) Within(from, n int) (offset int64, length int) {
	return m.wrap.within(m.Offset, from, n)
}

// Head is the message without its segments: what names it and where it stands,
// [Message.Within] with it. It may be kept.
func (m *Message) Head() Message {
	h := *m
	h.raw, h.segs, h.ends, h.base, h.lent = nil, nil, nil, 0, false
	return h
}

// Clone gives a message of its own memory.
func (m *Message) Clone() *Message {
	c := *m
	c.lent = true
	c.own()
	return &c
}
