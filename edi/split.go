package edi

import (
	"io"
	"slices"
)

// Next gives the next segment of the interchange, its header first. Behind the
// trailer (IEA, UNZ), before the header of another interchange and at the end
// of the file the error is io.EOF; [Reader.Find] goes on. Other errors are
// failures of the reader beneath.
//
// A segment that nothing terminates is given too ([Segment.Terminated]): the
// last one of a file that is cut off, or of an interchange that the next one
// cuts short. Of a segment longer than [Limits.Segment] the first bytes are
// given ([Segment.Cut]) and the rest is passed over.
func (r *Reader) Next() (*Segment, error) {
	if ok, err := r.advance(); !ok {
		if err == nil {
			err = io.EOF
		}
		return nil, err
	}
	return &r.seg, nil
}

// Unread gives back the segment that Next gave last: Next gives it again.
func (r *Reader) Unread() { r.again = true }

// advance makes r.seg the next segment. False without an error is the end of
// the interchange.
func (r *Reader) advance() (bool, error) {
	if r.again {
		r.again = false
		return true, nil
	}
	if !r.open {
		return false, nil
	}
	if r.ordinal == 0 {
		r.takeHeader()
		return true, nil
	}
	if r.skip != skipNothing && !r.passOver() || r.pos == len(r.buf) && !r.fill() {
		r.open = false
		return false, r.failure()
	}
	if r.ordinal == 1 && r.head.isx > 0 {
		r.takeExtension()
		return true, nil
	}
	last, object := false, false
	switch r.buf[r.pos] {
	case 'I', 'U':
		if r.atHeader() {
			r.open = false
			return false, nil
		}
		last, object = r.atTrailer(), r.atObject()
	case 'B':
		if n := r.binaryData(); n > 0 {
			r.takeBinary(n)
			return true, nil
		}
	}
	if r.term == len(r.terms) {
		if closed, err := r.search(); err != nil {
			return false, err
		} else if !closed {
			return r.takeOpen()
		}
	}
	n := int(int64(r.at[r.terms[r.term]])+r.origin-r.off) - r.pos
	if n > r.lim.Segment {
		return r.takeOpen()
	}
	if r.suspicious(n, int(r.terms[r.term])+1) {
		if i := r.embedded(n); i > 0 {
			r.takeCutShort(i)
			return true, nil
		}
	}
	ends := int(r.terms[r.term]) + 1
	if object && r.takeObject(n, ends) {
		return true, nil
	}
	r.term++
	r.take(n+1, ends, last)
	return true, nil
}

// failure is the error of the reader beneath, nil at its end.
func (r *Reader) failure() error {
	if r.err == io.EOF {
		return nil
	}
	return r.err
}

// search indexes on until a terminator is found. False: there is none, within
// the limit or at all.
func (r *Reader) search() (bool, error) {
	for r.term == len(r.terms) {
		if r.scanned < len(r.buf) {
			if r.scanned-r.pos > r.lim.Segment {
				return false, nil
			}
			r.index()
		} else if !r.fill() {
			return false, r.failure()
		}
	}
	return true, nil
}

// take makes the bytes from pos to end, counted from there, and what sets them
// apart from the next tag the next segment. Its elements end at
// r.at[r.next:ends].
func (r *Reader) take(end, ends int, last bool) {
	r.segStart, r.segEnds = r.pos, r.next
	r.next = ends
	cut := false
	if r.pos+end == len(r.buf) && !r.fill() {
		r.scanned = max(r.scanned, r.pos+end)
	} else if c := r.buf[r.pos+end]; c <= ' ' || c == r.head.d.Segment || r.breaks.Style != "" {
		end, cut = r.filler(end, last)
	}
	s := &r.seg
	s.raw = r.buf[r.pos : r.pos+end]
	s.ends = r.at[r.segEnds:ends]
	s.base = uint32(r.here() - r.origin)
	s.Cut = cut
	r.given(end, last)
}

// given ends a segment of n bytes that takes the place of r.seg.
func (r *Reader) given(n int, last bool) {
	r.ordinal++
	r.segAt = r.here()
	r.seg.Offset, r.seg.Ordinal, r.seg.Place = r.wrap.file(r.segAt), r.ordinal, 0
	r.seg.wrap = r.wrap
	r.segStart = r.pos
	r.pos += n
	r.open = !last
}

// filler finds the end of the noise that begins n bytes behind pos, behind a
// terminator. It gives the distance to pos and whether there is more of it
// than a segment may be long.
func (r *Reader) filler(n int, last bool) (int, bool) {
	from, empty := n, 0
	cut := false
	for r.have(n + 1) {
		i := r.pos + n
		c := r.buf[i]
		if c != r.head.d.Segment && !isFiller(c, &r.head.d) {
			break
		}
		if cut = n-from > r.lim.Segment; cut {
			r.skip = skipFiller
			break
		}
		if c == r.head.d.Segment {
			r.emptySegment(i)
			if i < r.scanned {
				empty++
			}
		}
		n++
	}
	if empty > 0 {
		r.forget(empty)
	}
	r.scanned = max(r.scanned, r.pos+n)
	if !last && !cut {
		r.compareBreak(from, n)
	}
	return n, cut
}

// compareBreak notes what stands between from and n bytes behind pos: the style
// of the interchange, behind its header, or another one.
func (r *Reader) compareBreak(from, n int) {
	b := r.buf[r.pos+from : r.pos+n]
	switch ends := r.err != nil && r.pos+n == len(r.buf); {
	case r.ordinal == 0:
		r.breaks.Style = r.Text("\r\n", b[:min(len(b), 8)])
	case r.breaks.Mixed < 0 && !ends && r.breaks.Empty < r.here() && string(b) != r.breaks.Style:
		r.breaks.Mixed = r.here() + int64(from)
	}
}

// emptySegment notes a terminator at buf[i] that closes nothing.
func (r *Reader) emptySegment(i int) {
	if r.breaks.Empties == 0 {
		r.breaks.Empty = r.off + int64(i)
	}
	r.breaks.Empties++
}

// forget takes the next n delimiters, terminators all, out of the index.
func (r *Reader) forget(n int) {
	r.at = slices.Delete(r.at, r.next, r.next+n)
	r.term += n
	for i := range r.terms[r.term:] {
		r.terms[r.term+i] -= uint32(n)
	}
}

// takeHeader makes ISA or UNB the next segment. Where the index does not have
// it, its elements are found by the separator alone: an ISA may hold its
// terminator in a text element.
func (r *Reader) takeHeader() {
	n := r.head.size - 1
	released := false
	d := &r.head.d
	r.seg.Delimiters = d
	if r.scanned > r.pos {
		ends := int(r.terms[r.term]) + 1
		r.term++
		r.take(n+1, ends, false)
		return
	}
	for i, c := range r.buf[r.pos : r.pos+n] {
		if released {
			released = false
		} else if d.Release != 0 && c == d.Release && r.head.standard == EDIFACT {
			released = true
		} else if c == d.Element {
			r.at = append(r.at, uint32(i))
		}
	}
	r.at = append(r.at, uint32(n))
	r.scanned = r.pos + n + 1
	r.take(n+1, len(r.at), false)
}

// takeExtension makes ISX the next segment: the release character that it names
// does not hold within it.
func (r *Reader) takeExtension() {
	n, at := r.head.isx, uint32(r.here()-r.origin)
	r.at = r.at[:r.next]
	for i, c := range r.buf[r.pos : r.pos+n] {
		if c == r.head.d.Element {
			r.at = append(r.at, at+uint32(i))
		}
	}
	r.at = append(r.at, at+uint32(n))
	r.terms, r.term = r.terms[:0], 0
	r.scanned, r.released = r.pos+n+1, false
	r.take(n+1, len(r.at), false)
}

// takeOpen makes what stands at pos, which no terminator closes, the next
// segment: up to the header of another interchange, to the end of the file, or
// as much of it as a segment may be long.
func (r *Reader) takeOpen() (bool, error) {
	n := min(len(r.buf)-r.pos, r.lim.Segment)
	if i := r.embedded(n); i > 0 {
		r.takeCutShort(i)
		return true, nil
	}
	if err := r.failure(); err != nil && len(r.buf)-r.pos <= r.lim.Segment {
		r.open = false
		return false, err
	}
	n = min(len(r.buf)-r.pos, r.lim.Segment)
	if n == len(r.buf)-r.pos && r.err == io.EOF {
		r.takeCutShort(n)
		return true, nil
	}
	r.takePart(n, n)
	r.seg.Cut = true
	r.skip = skipSegment
	return true, nil
}

// takeCutShort makes the n bytes from pos on the last segment of the
// interchange; a line break at their end is no part of its last element.
func (r *Reader) takeCutShort(n int) {
	data := n
	for data > 1 && isFiller(r.buf[r.pos+data-1], &r.head.d) {
		data--
	}
	r.takePart(data, n)
	r.open = false
}

// takePart makes n bytes from pos on the next segment, of which the first data
// bytes are its tag and elements.
func (r *Reader) takePart(data, n int) {
	base := uint32(r.here() - r.origin)
	ends := r.next
	for ends < len(r.at) && r.at[ends]-base < uint32(data) {
		ends++
	}
	r.at = append(r.at[:ends], base+uint32(data))
	r.terms, r.term = r.terms[:0], 0
	r.segEnds, r.next = r.next, ends+1
	r.seg.raw = r.buf[r.pos : r.pos+n]
	r.seg.ends = r.at[r.segEnds:]
	r.seg.base = base
	r.seg.Cut = false
	r.given(n, false)
	r.scanned, r.released = r.pos, false
}

// A segment longer than this may hold the header of another interchange that
// has other delimiters: a whole ISA, or UNA, UNB and what stood before them. Of
// one with the same delimiters an element ends with the header's tag.
const (
	suspectX12     = 106
	suspectEDIFACT = 64
	unaSize        = 8 // bytes of UNA up to its terminator
	unbDate        = 4 // elements of UNB up to its date, without which a UNB does not stand alone
)

// suspicious reports whether the segment of n bytes at pos, whose elements end
// at r.at[r.next:ends], may hold the header of another interchange.
func (r *Reader) suspicious(n, ends int) bool {
	if n > r.suspect {
		return r.marked(n)
	}
	b := r.buf[r.pos : r.pos+n]
	if n > 3 && isMark(b[n-3:]) {
		return true
	}
	if r.head.standard != EDIFACT {
		return false
	}
	if n > unaSize && isMark(b[n-unaSize:]) {
		return true
	}
	for k := r.next; k+unbDate < ends; k++ {
		i := int(int64(r.at[k])+r.origin-r.off) - r.pos
		if i > 3 && (b[i-1] == 'A' || b[i-1] == 'B') && isMark(b[i-3:]) {
			return true
		}
	}
	return false
}

// marked reports whether a header's tag begins behind the first of the n bytes
// from pos on. No byte is looked at twice.
func (r *Reader) marked(n int) bool {
	end := r.off + int64(r.pos+n)
	if r.unmarked >= end {
		return false
	}
	from := int(max(r.unmarked-r.off, int64(r.pos+1)))
	w := r.buf[from : r.pos+n]
	i := nextMark(w)
	found := i >= 0
	if !found {
		i = max(len(w)-2, 0) // the last two bytes may be the beginning of a tag
	}
	r.unmarked = r.off + int64(from+i)
	return found
}

// embedded looks for the header of another interchange behind the first of the
// n bytes from pos on, and gives its distance to pos, or 0.
func (r *Reader) embedded(n int) int {
	for i := 1; i < n; i++ {
		k := nextMark(r.buf[r.pos+i : min(r.pos+n+2, len(r.buf))])
		if k < 0 {
			return 0
		}
		i += k
		if r.standsAt(i) {
			return i
		}
	}
	return 0
}

// standsAt reports whether an interchange begins n bytes behind pos, where none
// is due.
func (r *Reader) standsAt(n int) bool {
	h, ok := r.headerAt(n)
	for ok {
		a := standsAlone(r.buf[r.pos+n:], &h, r.err != nil)
		if a != more {
			return a == yes
		}
		r.fill()
	}
	return false
}

// atHeader reports whether another interchange begins at pos, where a segment
// is due: with a header that can be read, or with the tag of one.
func (r *Reader) atHeader() bool {
	if !r.have(4) || !isMark(r.buf[r.pos:]) {
		return false
	}
	if c := r.buf[r.pos+3]; c == r.head.d.Element || c == r.head.d.Segment {
		switch tag := string(r.buf[r.pos : r.pos+3]); {
		case tag == "ISA", (tag == "UNB" || tag == "UIB") && r.head.standard == EDIFACT:
			return true
		}
	}
	_, ok := r.headerAt(0)
	return ok
}

// atTrailer reports whether the segment at pos closes the interchange.
func (r *Reader) atTrailer() bool {
	trailer := "IEA"
	if r.head.standard == EDIFACT {
		trailer = "UNZ"
	}
	if !r.have(3) || string(r.buf[r.pos:r.pos+3]) != trailer {
		return false
	}
	if !r.have(4) {
		return true
	}
	c := r.buf[r.pos+3]
	return c == r.head.d.Element || c == r.head.d.Segment || isFiller(c, &r.head.d)
}

// passOver skips the rest of a segment that was cut off, in constant memory.
// False: the interchange ends with it.
func (r *Reader) passOver() bool {
	ok := true
	switch r.skip {
	case skipSegment:
		ok = r.passSegment()
	case skipObject:
		ok = r.passObject()
	}
	d := &r.head.d
	for ok && (r.pos < len(r.buf) || r.fill()) && (isFiller(r.buf[r.pos], d) || r.buf[r.pos] == d.Segment) {
		if r.buf[r.pos] == d.Segment {
			r.emptySegment(r.pos)
		}
		r.pos++
	}
	r.skip = skipNothing
	r.at = r.at[:r.next]
	r.terms, r.term = r.terms[:0], 0
	r.scanned, r.released = r.pos, false
	return ok
}

// passSegment goes behind the next terminator. False: the file ends before it,
// or another interchange begins.
func (r *Reader) passSegment() bool {
	d := &r.head.d
	released := false
	for r.pos < len(r.buf) || r.fill() {
		w := r.buf[r.pos:]
		i := 0
		for ; i < len(w); i++ {
			c := w[i]
			if c == 'I' || c == 'U' || c == d.Segment && !released {
				break
			} else if released {
				released = false
			} else if c == d.Release && c != 0 {
				released = true
			}
		}
		r.pos += i
		if i == len(w) {
			continue
		}
		if w[i] != d.Segment && r.have(3) && isMark(r.buf[r.pos:]) && r.standsAt(0) {
			return false
		}
		r.pos++
		if w[i] == d.Segment {
			return true
		}
		released = false
	}
	return false
}
