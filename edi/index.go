package edi

import (
	"bytes"
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
// eight copies, and the same for y.
func match(b *[lanes]byte, x, y uint64) (mx, my uint64) {
	u := binary.LittleEndian.Uint64
	w0, w1, w2, w3 := u(b[0:8]), u(b[8:16]), u(b[16:24]), u(b[24:32])
	w4, w5, w6, w7 := u(b[32:40]), u(b[40:48]), u(b[48:56]), u(b[56:64])
	mx = zeros(w0^x) | zeros(w1^x)<<8 | zeros(w2^x)<<16 | zeros(w3^x)<<24 |
		zeros(w4^x)<<32 | zeros(w5^x)<<40 | zeros(w6^x)<<48 | zeros(w7^x)<<56
	my = zeros(w0^y) | zeros(w1^y)<<8 | zeros(w2^y)<<16 | zeros(w3^y)<<24 |
		zeros(w4^y)<<32 | zeros(w5^y)<<40 | zeros(w6^y)<<48 | zeros(w7^y)<<56
	return mx, my
}

// zeros gives one bit for each byte of w that is zero, the first byte lowest.
// It is exact: no carry leaves its byte.
func zeros(w uint64) uint64 {
	return (^(w&^highs + ^uint64(highs) | w) & highs) * gather >> 56
}

// index finds the delimiters in the bytes from r.scanned on, at most r.block of
// them, and appends their places to r.at and, for terminators, their ordinal
// in r.at to r.terms.
func (r *Reader) index() {
	r.terms, r.term = r.terms[:0], 0
	if at := r.Offset(); r.keep < 0 && (r.next > 0 || r.origin != at) {
		r.rebase(r.next, at)
	}
	b := r.buf[r.scanned:min(r.scanned+r.block, len(r.buf))]
	r.block = min(2*r.block, lastBlock)
	at := uint32(r.off + int64(r.scanned) - r.origin)
	r.scanned += len(b)
	d := &r.head.d
	e, t := uint64(d.Element)*ones, uint64(d.Segment)*ones
	free := r.unreleased(b)
	for len(b) >= lanes {
		elements, terminators := match((*[lanes]byte)(b), e, t)
		if free < lanes || r.released {
			live := ^r.release(b)
			elements, terminators = elements&live, terminators&live
			free = r.unreleased(b[lanes:])
		} else {
			free -= lanes
		}
		r.indexBits(elements|terminators, terminators, at)
		b, at = b[lanes:], at+lanes
	}
	r.indexBytes(b, at)
}

// unreleased is how many bytes stand in b before the first release character.
func (r *Reader) unreleased(b []byte) int {
	if d := &r.head.d; d.Release != 0 {
		if i := bytes.IndexByte(b, d.Release); i >= 0 {
			return i
		}
	}
	return len(b)
}

// release gives one bit for each of the first 64 bytes of b that a release
// character stands before, and remembers whether one stands before the next.
func (r *Reader) release(b []byte) (released uint64) {
	if r.released {
		released = 1
	}
	marks, _ := match((*[lanes]byte)(b), uint64(r.head.d.Release)*ones, 0)
	r.released = false
	for marks &^= released; marks != 0; {
		mark := marks & -marks
		released |= mark << 1
		marks &^= mark | mark<<1
		r.released = mark == 1<<(lanes-1)
	}
	return released
}

// indexBits takes the delimiters of 64 bytes at place at, one bit a byte: all
// of them, and the terminators among them.
func (r *Reader) indexBits(all, terminators uint64, at uint32) {
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
