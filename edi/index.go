package edi

import (
	"encoding/binary"
	"math/bits"
)

// The index of a stretch of bytes is where its element separators and segment
// terminators stand. It is found 64 bytes at a time: eight words are compared
// with the delimiter, byte by byte within the word, and give one bit a byte;
// what follows works on the bits that are set and never looks at the data.

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
	// gather brings the high bit of each byte of a word to the top byte, first
	// byte lowest, when the word is multiplied with it.
	gather = 0x0002040810204081
	lanes  = 64
)

// match gives one bit for each byte of b that equals the byte of which x has
// eight copies.
func match(b *[lanes]byte, x uint64) (m uint64) {
	for i := 0; i < lanes; i += 8 {
		w := binary.LittleEndian.Uint64(b[i:i+8]) ^ x
		// Exact for every byte: no carry leaves a byte's lane.
		zero := ^((w&^highs + ^uint64(highs)) | w) & highs
		m |= zero * gather >> 56 << i
	}
	return m
}

// index finds the delimiters in the bytes from r.scanned on, at most block of
// them, and appends their places to r.at and, for terminators, their ordinal
// in r.at to r.terms.
func (r *Reader) index() {
	r.terms, r.term = r.terms[:0], 0
	if at := r.Offset(); r.keep < 0 && (r.next > 0 || r.origin != at) {
		r.rebase(r.next, at)
	}
	b := r.buf[r.scanned:min(r.scanned+block, len(r.buf))]
	at := uint32(r.off + int64(r.scanned) - r.origin)
	r.scanned += len(b)
	d := &r.head.d
	e, t, rel := uint64(d.Element)*ones, uint64(d.Segment)*ones, uint64(d.Release)*ones
	for len(b) >= lanes {
		chunk := (*[lanes]byte)(b)
		if d.Release != 0 && (r.released || match(chunk, rel) != 0) {
			r.indexBytes(b[:lanes], at)
		} else {
			r.indexBits(match(chunk, e), match(chunk, t), at)
		}
		b, at = b[lanes:], at+lanes
	}
	r.indexBytes(b, at)
}

// indexBits takes the delimiters of 64 bytes at place at: elements and
// terminators have one bit a byte.
func (r *Reader) indexBits(elements, terminators uint64, at uint32) {
	all := elements | terminators
	n := len(r.at)
	for t := terminators; t != 0; t &= t - 1 {
		r.terms = append(r.terms, uint32(n+bits.OnesCount64(all&(t&-t-1))))
	}
	if cap(r.at)-n < lanes {
		r.at = append(r.at, make([]uint32, lanes)...)
	}
	out := r.at[n : n+lanes : n+lanes]
	i := 0
	for ; all != 0; all &= all - 1 {
		out[i&(lanes-1)] = at + uint32(bits.TrailingZeros64(all))
		i++
	}
	r.at = r.at[:n+i]
}

// indexBytes does the same byte by byte, and heeds release characters.
func (r *Reader) indexBytes(b []byte, at uint32) {
	d := &r.head.d
	for i, c := range b {
		switch {
		case r.released:
			r.released = false
		case c == d.Release && c != 0:
			r.released = true
		case c == d.Segment:
			r.terms = append(r.terms, uint32(len(r.at)))
			r.at = append(r.at, at+uint32(i))
		case c == d.Element:
			r.at = append(r.at, at+uint32(i))
		}
	}
}

// rebase forgets the index before r.at[from] and counts from byte at of the
// file, before which none of the rest stands.
func (r *Reader) rebase(from int, at int64) {
	diff := uint32(at - r.origin)
	rest := r.at[from:]
	r.at = r.at[:len(rest)]
	for i, v := range rest {
		r.at[i] = v - diff
	}
	for i := range r.terms[r.term:] {
		r.terms[r.term+i] -= uint32(from)
	}
	r.next -= from
	r.origin = at
}
