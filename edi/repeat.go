package edi

import "bytes"

// Most interchanges of a file begin with the same bytes but for a number: what
// was found out about the header of one holds for the next, too.

// Where ISA13, the control number, stands in an ISA of the standard's width, and
// where the syntax identifier and version end in a UNB.
const isaControl, isaControlEnd, unbSyntaxEnd = 90, 99, 10

// remember keeps the header h at pos for [Reader.repeated], if it is one that
// another can repeat.
func (r *Reader) remember(h header) {
	r.said, r.varies = r.said[:0], 0
	if size := h.una + h.size; r.wrap == nil && lineBreak(r.buf[r.pos+h.una:r.pos+size-1]) < 0 && (h.standard == EDIFACT && !alphanumeric(h.d.Release) || h.fixed && h.isx == 0) {
		r.said = append(r.said, r.buf[r.pos:r.pos+size]...)
	}
	if h.standard == X12 {
		r.varies = isaControl
	}
}

// repeated reports whether UNA and header at pos repeat the last ones and what
// follows is not wrapped, and gives their size. False: nothing is known.
func (r *Reader) repeated() (int, bool) {
	b, said := r.buf[r.pos:], r.said
	if len(said) == 0 || len(b) < len(said)+unbSyntaxEnd {
		return 0, false
	}
	if r.head.standard == X12 {
		same := string(b[:isaControl]) == string(said[:isaControl]) &&
			string(b[isaControlEnd:standardWidth]) == string(said[isaControlEnd:]) && allDigits(b[isaControl:isaControlEnd])
		return standardWidth, same && !mayExtend(b[standardWidth:], &r.head.d) && !r.mayWrap(standardWidth+1)
	}
	size := r.repeatedUNB(b)
	return size, size > 0 && size <= headerMax && !r.mayWrap(0)
}

// repeatedUNB is how many bytes of b repeat UNA and UNB that were said but for
// one number behind the syntax version, always the same; 0 when they do not.
func (r *Reader) repeatedUNB(b []byte) int {
	said := r.said
	if r.varies == 0 {
		i := 0
		for i < len(said) && b[i] == said[i] {
			i++
		}
		if i == len(said) {
			return i
		}
		for i > 0 && digit(said[i-1]) {
			i--
		}
		if i < r.head.una+unbSyntaxEnd {
			return 0
		}
		r.varies = i
	}
	from := r.varies
	if string(b[:from]) != string(said[:from]) {
		return 0
	}
	i, rest := from, said[from:]
	for i < len(b) && i <= from+headerMax && digit(b[i]) {
		i++
	}
	for digit(rest[0]) {
		rest = rest[1:]
	}
	if i == from || !bytes.HasPrefix(b[i:], rest) {
		return 0
	}
	return i + len(rest)
}

// Repeats reports whether the header of the interchange says what that of the
// one before it said, but for the number, digits only, with which its element n
// begins: most interchanges of a file differ in nothing else. False: nothing is
// known.
func (r *Reader) Repeats(n int) bool {
	if !r.repeats {
		return false
	}
	from, _ := r.seg.Span(n)
	return r.varies == 0 || r.varies == r.head.una+from
}

// mayExtend reports whether ISX may stand at the start of b, behind ISA.
func mayExtend(b []byte, d *Delimiters) bool {
	for _, c := range b {
		if !isFiller(c, d) && c != d.Segment {
			return c == 'I'
		}
	}
	return true
}

// mayWrap reports whether the interchange at pos may be wrapped; it is not when
// its first line ends with the first isa bytes.
func (r *Reader) mayWrap(isa int) bool {
	if at := r.here(); r.odd <= at && r.looked >= at+widest+2 {
		return false // no line ends
	}
	b := r.buf[r.pos:min(r.pos+widest+2, len(r.buf))]
	i := lineBreak(b)
	if i < 0 {
		return len(b) < widest+2
	}
	return i >= narrowest && i >= isa
}
