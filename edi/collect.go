package edi

import (
	"bytes"
	"fmt"
	"math"
)

// Frame says by which tags a message ends: with its trailer, or before a tag
// that cannot stand within it.
type Frame struct {
	trailer tag
	stops   [8]tag
	// One bit for the low six bits of each first byte and of each second, those of
	// special tags too.
	first, second uint64
}

// NewFrame makes a Frame of tags of one to three letters, at most eight of them
// stops: NewFrame("SE", "ST", "GS", "GE", "IEA").
func NewFrame(trailer string, stops ...string) Frame {
	f := Frame{trailer: packTag([]byte(trailer))}
	for i, s := range stops {
		f.stops[i] = packTag([]byte(s))
	}
	for _, s := range append([]string{trailer, "ISA", "IEA", "UNA", "UIB", "BIN", "BDS"}, stops...) {
		f.first |= 1 << (s[0] & 63)
		f.second |= 1 << (s[min(1, len(s)-1)] & 63)
	}
	return f
}

// mayEnd reports whether a tag that begins with a and b may be one that [Frame.ends]
// knows; it is false of most.
func (f *Frame) mayEnd(a, b byte) bool { return f.first>>(a&63)&(f.second>>(b&63))&1 != 0 }

// ends reports whether t is the trailer or cannot stand within the message, or
// is one that [Reader.advance] must look at.
func (f *Frame) ends(t tag) bool {
	return t == f.trailer || f.stopsAt(t) || special(t)
}

// stopsAt reports whether t cannot stand within the message.
func (f *Frame) stopsAt(t tag) bool {
	for _, s := range f.stops {
		if s == t {
			return t != 0
		}
		if s == 0 {
			break
		}
	}
	return false
}

// tag is a segment tag of one to three bytes in one word; 0 is any other.
type tag uint32

func packTag(b []byte) tag {
	switch len(b) {
	case 1:
		return tag(b[0])
	case 2:
		return tag(b[0]) | tag(b[1])<<8
	case 3:
		return tag(b[0]) | tag(b[1])<<8 | tag(b[2])<<16
	}
	return 0
}

// Tail tells how a message ended.
type Tail struct {
	// Segments counts the message's segments, header and trailer included,
	// whether they were kept or not.
	Segments int
	// Trailer is the last segment, SE or UNT; nil when it is missing. It lives
	// until the Reader's next call, also of a message that is truncated.
	Trailer *Segment
	// Limit is what the message went over: "" nothing, "segment" or "message".
	Limit string
	// LimitPlace is the place of the segment at which it did.
	LimitPlace int
	// Printable: all bytes are known to be printable ASCII (0x20 to 0x7E). When
	// it is false nothing is known.
	Printable bool
	// Binary is the place of the last binary segment whose declared length does
	// not lead to a terminator; 0 if there is none.
	Binary int
}

// longIndex is how much of the index may be of the messages before.
const longIndex = 4096

// Collect makes m the message whose header (ST, UNH) Next gave last. It reads
// up to the trailer of f, or, when that is missing, to the segment before the
// first that f stops at, or to the end of the interchange. m's bytes are the
// Reader's own and live until its next call.
//
// Of a message that goes over a limit, m keeps what stands before (at least
// the header) and is Truncated; the rest is read without being kept.
func (r *Reader) Collect(m *Message, f *Frame) (Tail, error) {
	m.Reset()
	m.segs = r.segs[:0]
	m.Standard, m.Delimiters = r.head.standard, r.head.d
	m.Offset, m.Ordinal = r.seg.Offset, r.seg.Ordinal
	if r.segEnds > longIndex || r.segAt-r.origin > window {
		r.rebase(r.segEnds, r.segAt)
		r.segEnds, r.seg.base, r.seg.ends = 0, 0, r.at[:r.next]
	}
	m.base = r.seg.base
	start := r.segAt
	r.keep, r.binary = r.segStart, 0
	c := collection{r: r, m: m, first: r.segEnds, date: unbDate - 1}
	if m.Standard != EDIFACT {
		c.date = math.MaxInt
	}
	c.put()
	if r.seg.Cut {
		c.freeze("segment", 1)
	}
	err := c.run(f)
	c.lend()
	r.keep = -1
	m.wrap = r.wrap
	if !c.frozen {
		r.segs = m.segs
		c.tail.Printable = r.odd <= start && r.looked >= start+int64(len(m.raw))
	}
	if r.binary > 0 {
		c.tail.Binary = r.binary - m.Ordinal + 1
	}
	return c.tail, err
}

// collection is one call of Collect.
type collection struct {
	r      *Reader
	m      *Message
	first  int // of r.at, the first that belongs to the message
	date   int // a segment of more elements may hold a whole UNB
	frozen bool
	tail   Tail
}

// put takes the Reader's segment into the message.
func (c *collection) put() {
	if len(c.m.segs) == 0 {
		c.m.segs = append(c.m.segs, span{c.m.base, 0})
	}
	s := &c.r.seg
	c.m.segs = append(c.m.segs, span{s.base + uint32(len(s.raw)), uint32(c.r.next - c.first)})
	c.tail.Segments++
}

func (c *collection) run(f *Frame) error {
	r := c.r
	for {
		c.glide(f)
		ok, err := r.advance()
		if !ok {
			return err
		}
		t := packTag(r.seg.Tag())
		if f.stopsAt(t) {
			r.again = true
			return nil
		}
		if !c.frozen {
			c.guard()
		}
		if c.frozen {
			c.tail.Segments++
		} else {
			c.put()
		}
		if t == f.trailer {
			r.seg.Place = c.tail.Segments
			c.tail.Trailer = &r.seg
			return nil
		}
	}
}

// special reports whether [Reader.advance] must look at a tag.
func special(t tag) bool {
	const (
		isa, iea      = 'I' | 'S'<<8 | 'A'<<16, 'I' | 'E'<<8 | 'A'<<16
		una, unb, uib = 'U' | 'N'<<8 | 'A'<<16, 'U' | 'N'<<8 | 'B'<<16, 'U' | 'I'<<8 | 'B'<<16
		unz, uno      = 'U' | 'N'<<8 | 'Z'<<16, 'U' | 'N'<<8 | 'O'<<16
		bin, bds      = 'B' | 'I'<<8 | 'N'<<16, 'B' | 'D'<<8 | 'S'<<16
	)
	switch t {
	case isa, iea, una, unb, uib, unz, uno, bin, bds:
		return true
	}
	return false
}

// room is how far a message may go: to which byte of r.buf, which of r.at, and
// how many segments. See [Limits] for the arithmetic.
func (c *collection) room() (lastByte, lastEnd, lastSegment int) {
	limit := c.r.lim.Message
	return c.r.keep + limit, c.first + limit/4 + 16, limit/16 + 16
}

// guard keeps the message within the limits: with the segment at hand it may
// go over one.
func (c *collection) guard() {
	lastByte, lastEnd, lastSegment := c.room()
	switch {
	case c.r.seg.Cut:
		c.freeze("segment", c.tail.Segments+1)
	case c.r.pos > lastByte || c.r.next > lastEnd || len(c.m.segs) > lastSegment:
		c.freeze("message", c.tail.Segments+1)
	}
}

// freeze ends what m keeps: the Reader need not hold it any longer.
func (c *collection) freeze(limit string, place int) {
	c.lend()
	c.m.own()
	c.m.Truncated, c.frozen = true, true
	c.tail.Limit, c.tail.LimitPlace = limit, place
	c.r.keep = -1
}

// lend gives m its bytes and element ends.
func (c *collection) lend() {
	if c.frozen {
		return
	}
	r, m := c.r, c.m
	last := m.segs[len(m.segs)-1]
	m.raw = r.buf[r.keep : r.keep+int(last.start-m.base)]
	m.ends = r.at[c.first : c.first+int(last.ends)]
	m.lent = true
}

// ReadMessage reads one message alone, ST to SE or UNH to UNT, and nothing
// else: what a mapping wrote, a message out of an archive. The message has its
// own memory. The error is a [*MessageError].
func ReadMessage(raw []byte, d Delimiters) (*Message, error) {
	h := header{standard: X12, d: d}
	f := NewFrame("SE", "ST", "GS", "GE", "IEA")
	if bytes.HasPrefix(raw, []byte("UNH")) {
		h.standard, f = EDIFACT, NewFrame("UNT", "UNH", "UNG", "UNE", "UNZ")
	}
	r := NewReader(bytes.NewReader(raw), Limits{Segment: 1 << 30, Message: 1 << 30})
	r.start(h)
	r.ordinal = -1 // no header of an interchange to come: the first segment is an ordinary one
	r.seg.Delimiters = &r.head.d
	s, err := r.Next()
	if err != nil || !s.Is("ST") && !s.Is("UNH") {
		return nil, &MessageError{0, "does not begin with ST or UNH"}
	}
	s.Ordinal, r.ordinal = 1, 1
	m := &Message{}
	tail, err := r.Collect(m, &f)
	if err != nil {
		return nil, err
	}
	m.own()
	switch end := int64(len(m.raw)); {
	case tail.Trailer == nil || !tail.Trailer.Terminated():
		return nil, &MessageError{end, "ends without its trailer"}
	case end < int64(len(raw)):
		return nil, &MessageError{end, "goes on behind its trailer"}
	}
	first := m.Segment(1)
	m.Path = Path("").Segment(string(first.Tag()), 1)
	m.Set, m.Control = string(first.Element(1)), string(first.Element(2))
	if m.Standard == EDIFACT {
		m.Set, m.Control = string(first.Component(2, 1)), string(first.Element(1))
	}
	return m, nil
}

// MessageError says why bytes are not one message.
type MessageError struct {
	Offset int64 // from 0 in the bytes given
	Reason string
}

// Error gives the reason and the place.
func (e *MessageError) Error() string {
	return fmt.Sprintf("edi: message %s, at byte %d", e.Reason, e.Offset)
}
