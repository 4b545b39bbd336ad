package edi

import (
	"bytes"
	"strconv"
)

// binaryData gives the length of the X12 binary segment at pos (BIN*length*data,
// BDS*filter*length*data), up to its terminator; 0 when it is none. When the
// length is no number, or none that leads to a terminator, the segment is read
// as any other and noted.
func (r *Reader) binaryData() int {
	if r.head.standard != X12 || !r.have(4) || r.buf[r.pos+3] != r.head.d.Element {
		return 0
	}
	skip := 0
	switch string(r.buf[r.pos : r.pos+3]) {
	case "BIN":
	case "BDS":
		skip = 1
	default:
		return 0
	}
	const longest = 64 // tag, filter code and length
	r.have(longest)
	b := r.buf[r.pos:min(r.pos+longest, len(r.buf))]
	at := 4
	for ; skip >= 0; skip-- {
		i := bytes.IndexByte(b[at:], r.head.d.Element)
		if i < 0 {
			r.binary = r.ordinal + 1
			return 0
		}
		if skip == 0 {
			b = b[at : at+i]
		}
		at += i + 1
	}
	length, err := strconv.Atoi(string(b))
	room := r.lim.Message
	if r.keep >= 0 {
		room -= r.pos - r.keep
	}
	if err != nil || length < 0 || length > room || !r.have(at+length+1) ||
		r.buf[r.pos+at+length] != r.head.d.Segment {
		r.binary = r.ordinal + 1
		return 0
	}
	return at + length
}

// takeBinary makes the n bytes from pos on, a binary segment, the next segment.
func (r *Reader) takeBinary(n int) {
	at := uint32(r.here() - r.origin)
	elements := 2
	if string(r.buf[r.pos:r.pos+3]) == "BDS" {
		elements = 3
	}
	r.at = r.at[:r.next]
	for i := 0; len(r.at)-r.next < elements; i++ {
		if r.buf[r.pos+i] == r.head.d.Element {
			r.at = append(r.at, at+uint32(i))
		}
	}
	r.at = append(r.at, at+uint32(n))
	r.terms, r.term = r.terms[:0], 0
	r.scanned, r.released = r.pos+n+1, false
	r.take(n+1, len(r.at), false)
}
