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
	r.said = r.said[:0]
	if r.wrap == nil && (h.standard == EDIFACT && !alphanumeric(h.d.Release) || h.fixed && h.isx == 0) {
		r.said = append(r.said, r.buf[r.pos:r.pos+h.una+h.size]...)
	}
}

// repeated gives the header at pos where that repeats the last one and what
// follows is not wrapped. False: nothing is known.
func (r *Reader) repeated() (header, bool) {
	h, b, said := r.head, r.buf[r.pos:], r.said
	if len(said) == 0 || len(b) < len(said)+unbSyntaxEnd {
		return h, false
	}
	if h.standard == X12 {
		same := string(b[:isaControl]) == string(said[:isaControl]) &&
			string(b[isaControlEnd:standardWidth]) == string(said[isaControlEnd:]) && allDigits(b[isaControl:isaControlEnd])
		return h, same && !mayExtend(b[standardWidth:], &h.d) && !r.mayWrap(standardWidth+1)
	}
	size := repeatedUNB(b, said, h.una)
	h.size = size - h.una
	return h, size > 0 && h.size <= headerMax && !r.mayWrap(0)
}

// repeatedUNB is how many bytes of b repeat said, a UNB that begins behind una
// bytes, but for one number behind the syntax version; 0 when they do not.
func repeatedUNB(b, said []byte, una int) int {
	i := 0
	for i < len(said) && b[i] == said[i] {
		i++
	}
	if i == len(said) {
		return i
	}
	if i < una+unbSyntaxEnd {
		return 0
	}
	rest, from := said[i:], i
	for len(rest) > 0 && rest[0] >= '0' && rest[0] <= '9' {
		rest = rest[1:]
	}
	for i < len(b) && i <= from+headerMax && b[i] >= '0' && b[i] <= '9' {
		i++
	}
	if !bytes.HasPrefix(b[i:], rest) {
		return 0
	}
	return i + len(rest)
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
	i := bytes.IndexByte(b, '\n')
	if i < 0 {
		return len(b) < widest+2
	}
	return i >= narrowest && i > isa
}
