package edi

import "strconv"

// An object (ISO 9735-8) is bytes of any kind, a drawing or a PDF: they follow
// the terminator of UNO, which tells their number, and UNP follows them. The
// Reader gives them with the UNO segment, as its [Segment.Break].

// atObject reports whether the segment at pos is UNO.
func (r *Reader) atObject() bool {
	return r.head.standard == EDIFACT && r.have(4) && string(r.buf[r.pos:r.pos+3]) == "UNO" &&
		r.buf[r.pos+3] == r.head.d.Element
}

// takeObject makes the UNO segment of n bytes at pos, whose elements end at
// r.at[r.next:ends], and its object the next segment. An object longer than
// [Limits.Message] is passed over. False: no UNP stands where the object ends;
// UNO is to be read as any other segment.
func (r *Reader) takeObject(n, ends int) bool {
	length := r.objectLength(ends)
	room := r.lim.Message
	if r.keep >= 0 {
		room -= r.pos - r.keep
	}
	end, cut := n+1, length > room
	if !cut {
		end = r.objectEnd(n+1, length)
	}
	if length == 0 || end == 0 {
		return false
	}
	r.at = r.at[:ends]
	r.terms, r.term = r.terms[:0], 0
	r.scanned, r.released = r.pos+end, false
	if !cut {
		r.take(end, ends, false)
		return true
	}
	r.segEnds, r.next = r.next, ends
	r.seg.raw = r.buf[r.pos : r.pos+end]
	r.seg.ends = r.at[r.segEnds:ends]
	r.seg.base = uint32(r.here() - r.origin)
	r.seg.Cut = true
	r.given(end, false)
	r.skip, r.object = skipObject, length
	return true
}

// objectLength is what UNO says of the length of its object (S022 0810, element
// 4); 0 when that is no number.
func (r *Reader) objectLength(ends int) int {
	const element = 4
	if ends-r.next <= element {
		return 0
	}
	delta := int(r.origin - r.off)
	v := r.buf[int(r.at[r.next+element-1])+delta+1 : int(r.at[r.next+element])+delta]
	length, err := strconv.Atoi(string(part(v, 1, r.head.d.Component, r.head.d.Release)))
	if err != nil || length < 0 {
		return 0
	}
	return length
}

// objectEnd is where an object of length bytes ends that begins n bytes behind
// pos, or behind a line break there; 0 when no UNP follows. An object may itself
// begin or end with line breaks, so the exact fit comes before others.
func (r *Reader) objectEnd(n, length int) int {
	style := r.breaks.Style
	for _, exact := range [2]bool{true, false} {
		for _, begin := range [2]int{n, n + len(style)} {
			if end := begin + length; r.unpAt(end) || r.unpBehind(end, exact) {
				return end
			}
		}
	}
	return 0
}

// unpBehind reports whether UNP stands behind a line break that begins n bytes
// behind pos: one of the interchange's style, or any.
func (r *Reader) unpBehind(n int, exact bool) bool {
	style := r.breaks.Style
	if exact {
		end := n + len(style)
		return r.have(end) && string(r.buf[r.pos+n:r.pos+end]) == style && r.unpAt(end)
	}
	i := n
	for i < n+8 && r.have(i+1) && isFiller(r.buf[r.pos+i], &r.head.d) {
		i++
	}
	return r.unpAt(i)
}

// unpAt reports whether UNP stands n bytes behind pos.
func (r *Reader) unpAt(n int) bool {
	return r.have(n+4) && string(r.buf[r.pos+n:r.pos+n+3]) == "UNP" && r.buf[r.pos+n+3] == r.head.d.Element
}

// passObject goes behind the object, in constant memory. False: the file ends
// before, or another interchange begins.
func (r *Reader) passObject() bool {
	for r.object > 0 {
		if !r.have(min(r.object, 3)) {
			r.pos = len(r.buf)
			return false
		}
		w := r.buf[r.pos:min(r.pos+r.object, len(r.buf))]
		i := nextMark(w)
		switch {
		case i == 0 && r.standsAt(0):
			return false
		case i == 0:
			i = 1
		case i < 0 && len(w) == r.object:
			i = len(w)
		case i < 0:
			i = len(w) - 2 // the last two bytes may be the beginning of a mark
		}
		r.pos += i
		r.object -= i
	}
	return true
}
