package edi

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"slices"
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
// eight copies, and the same for y, and whether all of b is printable ASCII
// (0x20 to 0x7E), of which it makes use.
func match(b *[lanes]byte, x, y uint64) (mx, my uint64, printable bool) {
	u := binary.LittleEndian.Uint64
	w0, w1, w2, w3 := u(b[0:8]), u(b[8:16]), u(b[16:24]), u(b[24:32])
	w4, w5, w6, w7 := u(b[32:40]), u(b[40:48]), u(b[48:56]), u(b[56:64])
	if high := w0 | w1 | w2 | w3 | w4 | w5 | w6 | w7 | x | y; high&highs != 0 {
		mx, my = matchAny(b, x, y)
		return mx, my, false
	}
	// Where no high bit is set, taking away a blank sets that of control
	// characters and adding one that of 0x7F; a borrow comes of such alone.
	odd := (w0 - ' '*ones) | (w1 - ' '*ones) | (w2 - ' '*ones) | (w3 - ' '*ones) |
		(w4 - ' '*ones) | (w5 - ' '*ones) | (w6 - ' '*ones) | (w7 - ' '*ones) |
		(w0 + ones) | (w1 + ones) | (w2 + ones) | (w3 + ones) | (w4 + ones) | (w5 + ones) | (w6 + ones) | (w7 + ones)
	mx = same(w0, x) | same(w1, x)<<8 | same(w2, x)<<16 | same(w3, x)<<24 |
		same(w4, x)<<32 | same(w5, x)<<40 | same(w6, x)<<48 | same(w7, x)<<56
	my = same(w0, y) | same(w1, y)<<8 | same(w2, y)<<16 | same(w3, y)<<24 |
		same(w4, y)<<32 | same(w5, y)<<40 | same(w6, y)<<48 | same(w7, y)<<56
	return mx, my, odd&highs == 0
}

// same gives one bit for each byte in which v and x, ASCII both, are the same,
// the first byte lowest: no byte of their difference is over 0x7F, so that only
// that of 0 leaves the high bit, and no borrow leaves its byte.
func same(v, x uint64) uint64 { return (highs - (v ^ x)) & highs * gather >> 56 }

// matchAny does what match does with any bytes.
func matchAny(b *[lanes]byte, x, y uint64) (mx, my uint64) {
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
	if at := r.here(); r.keep < 0 && (r.next > 0 || r.origin != at) {
		r.rebase(r.next, at)
	}
	b := r.buf[r.scanned:min(r.scanned+r.block, len(r.buf))]
	r.block = min(2*r.block, lastBlock)
	at := uint32(r.off + int64(r.scanned) - r.origin)
	if from := r.off + int64(r.scanned); from != r.looked {
		r.odd = max(r.odd, from)
	}
	r.scanned += len(b)
	r.looked = r.off + int64(r.scanned)
	d := &r.head.d
	e, t := uint64(d.Element)*ones, uint64(d.Segment)*ones
	r.at, r.terms = slices.Grow(r.at, len(b)+lanes), slices.Grow(r.terms, len(b)+lanes)
	free := r.unreleased(b)
	for len(b) >= lanes {
		elements, terminators, printable := match((*[lanes]byte)(b), e, t)
		if !printable {
			r.odd = r.looked - int64(len(b)-lanes)
		}
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
	marks, _ := matchAny((*[lanes]byte)(b), uint64(r.head.d.Release)*ones, 0)
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
// of them, and the terminators among them. It writes four and eight at a time,
// whether there are as many or not: to count them one by one costs more, as
// nothing foretells their number.
func (r *Reader) indexBits(all, terminators uint64, at uint32) {
	n, m := len(r.at), len(r.terms)
	const few, many = 4, 8
	r.terms = r.terms[:m+bits.OnesCount64(terminators)]
	for terms := r.terms[m : m+lanes]; terminators != 0; terms = terms[few:] {
		w := (*[few]uint32)(terms)
		for i := range w {
			w[i] = uint32(n + bits.OnesCount64(all&(terminators&-terminators-1)))
			terminators &= terminators - 1
		}
	}
	out := r.at[n : n+lanes]
	r.at = r.at[:n+bits.OnesCount64(all)]
	for ; all != 0; out = out[many:] {
		w := (*[many]uint32)(out)
		all = put4((*[4]uint32)(w[0:4]), at, all)
		all = put4((*[4]uint32)(w[4:8]), at, all)
	}
}

// put4 writes the places of the lowest four bits of all, which it takes away.
func put4(w *[4]uint32, at uint32, all uint64) uint64 {
	w[0] = at + uint32(bits.TrailingZeros64(all))
	all &= all - 1
	w[1] = at + uint32(bits.TrailingZeros64(all))
	all &= all - 1
	w[2] = at + uint32(bits.TrailingZeros64(all))
	all &= all - 1
	w[3] = at + uint32(bits.TrailingZeros64(all))
	return all & (all - 1)
}

// indexBytes does the same byte by byte, and heeds release characters.
func (r *Reader) indexBytes(b []byte, at uint32) {
	d := &r.head.d
	for i, c := range b {
		if c < ' ' || c > '~' {
			r.odd = r.looked
		}
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
