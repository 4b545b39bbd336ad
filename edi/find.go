package edi

import (
	"encoding/binary"
	"io"
)

// Gap is what stands before an interchange, or behind the last one, and is no
// part of any: line breaks, a byte order mark, a mailbox's own lines.
type Gap struct {
	Offset, Length int64
	Blank          bool // nothing but white space, control characters and a byte order mark
	BOM            bool // begins with the UTF-8 byte order mark
	// Broken is the offset of the first thing in it that begins as a header does
	// (ISA, UNA, UNB) and is none; -1 if there is no such thing.
	Broken int64
	// Interactive is the offset of the first interactive interchange in it (UIB,
	// ISO 9735-3), which is not read; -1 if there is none.
	Interactive int64
	// Bare is the tag by which a message or a functional group begins that no
	// interchange header stands before, "UNH", "ST" or "GS", and BareAt its
	// offset; it is looked for at the start of the gap alone. "" if there is none.
	Bare   string
	BareAt int64
	// Encoding names the encoding, "EBCDIC" or "UTF-16", in which the gap begins
	// with a header; "" otherwise.
	Encoding string
}

// Find goes to the next interchange, over what is left of the present one, and
// tells what stands before it. The bytes of the gap go to junk, unless it is
// nil. At the end of the file the error is io.EOF, and the gap is what is
// behind the last interchange. Other errors are failures of the reader beneath
// or of junk.
//
// A header is an ISA with 16 separators that closes sanely, a UNB with a
// syntax identifier, or a UNA with a UNB: the three letters alone are not
// enough.
func (r *Reader) Find(junk io.Writer) (Gap, error) {
	for r.open || r.again {
		if ok, err := r.advance(); !ok && err != nil {
			return Gap{}, err
		}
	}
	if r.wrap != nil {
		if h, ok := r.stay(); ok {
			gap := Gap{Offset: r.Offset(), Blank: true, Broken: -1, Interactive: -1}
			r.begin(h)
			return gap, nil
		}
		r.rewrap()
	} else if at := r.here(); r.follow() {
		return Gap{Offset: at, Blank: true, Broken: -1, Interactive: -1}, nil
	}
	if junk == nil {
		junk = io.Discard
	}
	s := search{r: r, junk: junk, last: ' '}
	s.gap = Gap{Offset: r.here(), Blank: true, Broken: -1, Interactive: -1}
	s.begin()
	return s.run()
}

// follow begins the next interchange where that stands right behind the last one
// and begins as it did. False: nothing is known.
func (r *Reader) follow() bool {
	if r.open || r.again || r.wrap != nil {
		return false
	}
	size, ok := r.repeated()
	if !ok {
		return false
	}
	r.pos += r.head.una
	r.head.size = size - r.head.una
	r.open, r.repeats = true, true
	r.restart(true)
	return true
}

// search is one call of Find.
type search struct {
	r    *Reader
	junk io.Writer
	gap  Gap
	last byte // the last byte of the gap
	err  error
}

// begin looks at the first bytes of the gap.
func (s *search) begin() {
	r := s.r
	if !r.have(4) && len(r.buf) == r.pos {
		return
	}
	b := r.buf[r.pos:]
	s.gap.Encoding = foreignEncoding(b)
	if len(b) >= 3 && b[0] == 0xEF && b[1] == 0xBB && b[2] == 0xBF {
		s.gap.BOM = true
		s.pass(3)
		s.gap.Blank, s.last = true, ' '
	}
	if b := r.buf[r.pos:]; isMark(b) && string(b[:3]) != "UNA" {
		return
	}
	r.have(headerMax)
	if at, tag := bareTag(r.buf[r.pos:min(r.pos+headerMax, len(r.buf))]); tag != "" {
		s.gap.Bare, s.gap.BareAt = tag, r.Offset()+int64(at)
	}
}

func (s *search) run() (Gap, error) {
	r := s.r
	for s.err == nil {
		n := nextMark(r.buf[r.pos:])
		if n < 0 {
			// The last two bytes may be the beginning of a mark.
			s.pass(max(len(r.buf)-r.pos-2, 0))
			if s.err == nil && !r.fill() {
				s.pass(len(r.buf) - r.pos)
				s.fail(r.err)
			}
			continue
		}
		s.pass(n)
		wrapped := s.last <= ' ' && r.unwrap()
		h, ok := r.headerAt(0)
		if !ok && r.err != nil && r.err != io.EOF {
			s.fail(r.err)
		} else if ok && (h.fixed || h.standard == EDIFACT || !alphanumeric(s.last)) {
			r.remember(h)
			r.begin(h)
			return s.gap, s.err
		}
		if wrapped {
			r.rewrap()
		}
		if r.have(32); isInteractive(r.buf[r.pos:]) {
			if s.gap.Interactive < 0 {
				s.gap.Interactive = r.here()
			}
		} else if s.gap.Broken < 0 && !alphanumeric(s.last) && len(r.buf)-r.pos > 3 && !alphanumeric(r.buf[r.pos+3]) && r.buf[r.pos+3] != ' ' {
			s.gap.Broken = r.here()
		}
		s.pass(1)
	}
	return s.gap, s.err
}

func (s *search) fail(err error) {
	if s.err == nil {
		s.err = err
	}
}

// pass adds n bytes to the gap.
func (s *search) pass(n int) {
	if n == 0 {
		return
	}
	b := s.r.buf[s.r.pos : s.r.pos+n]
	if _, err := s.junk.Write(b); err != nil {
		s.fail(err)
	}
	for i := 0; s.gap.Blank && i < n; i++ {
		s.gap.Blank = b[i] <= ' '
	}
	s.last = b[n-1]
	s.gap.Length += int64(n)
	s.r.pos += n
}

// nextMark is the index of the first "ISA", "UNA", "UNB" or "UIB" in b, or -1.
// Eight places are looked at in one go: the masks let pass what the four have
// in common, in their first and third letter and in how the second differs from
// the first.
func nextMark(b []byte) int {
	const (
		pair, pairs   = 0x18 * ones, 0xF8 * ones // I^S, U^N, U^I
		first, firsts = 0x41 * ones, 0xE3 * ones // I, U
		third, thirds = 0x40 * ones, 0xFC * ones // A, B
	)
	u := binary.LittleEndian.Uint64
	i := 0
	for ; i+10 <= len(b); i += 8 {
		w := b[i : i+10 : i+10]
		x := u(w)
		v := ((x^u(w[1:]))&pairs ^ pair) | (x&firsts ^ first) | (u(w[2:])&thirds ^ third)
		if (v-ones)&^v&highs == 0 {
			continue
		}
		for k := range 8 {
			if isMark(w[k:]) {
				return i + k
			}
		}
	}
	for ; i+2 < len(b); i++ {
		if isMark(b[i:]) {
			return i
		}
	}
	return -1
}

// begin starts an interchange at pos.
func (r *Reader) begin(h header) {
	r.una = append(r.una[:0], r.wrap.raw(r.here(), r.buf[r.pos:r.pos+h.una])...)
	r.pos += h.una
	r.start(h)
}

// start makes ready for the segments of h from pos on.
func (r *Reader) start(h header) {
	same := h.d.Segment == r.head.d.Segment && h.d.Element == r.head.d.Element && h.d.Release == r.head.d.Release
	r.head = h
	r.suspect = min(suspectX12, r.lim.Segment)
	if h.standard == EDIFACT {
		r.suspect = min(suspectEDIFACT, r.lim.Segment)
	}
	r.open, r.repeats = true, false
	r.restart(same)
}

// restart makes ready for the segments of r.head; same says that the interchange
// before had the same delimiters.
func (r *Reader) restart(same bool) {
	r.again, r.skip = false, skipNothing
	r.ordinal, r.binary = 0, 0
	r.breaks = Breaks{Mixed: -1, Empty: -1}
	if !same || !r.indexed(r.head.size-1) {
		r.reindex()
		r.block = firstBlock
	}
}

// indexed reports whether the index of the interchange before, which had the
// same delimiters, holds for this one too, whose header ends with the
// terminator n bytes behind pos, and goes on with it where it ends within that
// header; what stands before pos is no longer in it. It does not hold when text
// of the header holds a terminator. (A header begins with a letter: no release
// character before it matters behind it.)
func (r *Reader) indexed(n int) bool {
	if r.scanned <= r.pos {
		return false
	}
	at := uint32(r.here() - r.origin)
	for r.next < len(r.at) && r.at[r.next] < at {
		r.next++
	}
	for r.term < len(r.terms) && int(r.terms[r.term]) < r.next {
		r.term++
	}
	for r.term == len(r.terms) && r.scanned <= r.pos+n {
		r.index()
	}
	at = uint32(r.here() - r.origin)
	return r.term < len(r.terms) && r.at[r.terms[r.term]] == at+uint32(n)
}

// reindex forgets the index: it goes on from pos.
func (r *Reader) reindex() {
	r.at, r.next, r.terms, r.term = r.at[:0], 0, r.terms[:0], 0
	r.origin, r.scanned, r.released = r.off+int64(r.pos), r.pos, false
}
