package edi

import (
	"slices"
	"strings"
)

// glide takes segments straight out of the index, as long as there is nothing
// about them that [Reader.advance] must look at: those that begin like the
// header or trailer of an interchange, or with B (BIN, BDS), that may hold such
// a header, that are too long or that are not set apart from the next one as the
// others are; and none that ends the message or goes over a limit. It is what
// makes reading fast.
func (c *collection) glide(f *Frame) {
	r := c.r
	style := r.breaks.Style
	const longestStyle = 2
	if c.frozen || !r.open || r.skip != skipNothing || r.pos < unaSize || r.pos >= len(r.buf) ||
		len(style) > longestStyle || strings.IndexByte(style, r.head.d.Segment) >= 0 {
		return
	}
	g := glider{delta: int(r.origin - r.off), step: 1 + len(style), terminator: r.head.d.Segment,
		suspect: r.suspect, date: c.date, begins: uint32(c.first)}
	if style != "" {
		g.style = [2]byte{style[0], style[len(style)-1]}
	}
	terms := c.reach(&g)
	segs := slices.Grow(c.m.segs, len(terms))
	out := segs[len(segs) : len(segs)+len(terms)]
	taken := 0
	for taken < len(terms) {
		n := g.run(f, terms[taken:], out[taken:], r.pos, r.next)
		if n > 0 {
			taken += n
			last := out[taken-1]
			r.pos, r.next = int(last.start)+g.delta, int(last.ends)+c.first
		}
		if taken == len(terms) || !c.passes(&g, f, int(terms[taken])) {
			break
		}
		k := int(terms[taken])
		r.pos, r.next = int(g.at[k])+g.delta+g.step, k+1
		out[taken] = span{uint32(r.pos - g.delta), uint32(r.next - c.first)}
		taken++
	}
	r.term += taken
	r.ordinal += taken
	c.tail.Segments += taken
	c.m.segs = segs[:len(segs)+taken]
}

// glider is what does not change while segments are taken.
type glider struct {
	buf        []byte
	at         []uint32
	delta      int // from a place of at to one of buf
	step       int // from a terminator to the next segment
	style      [2]byte
	terminator byte
	suspect    int    // a longer segment may hold a header,
	date       int    // and one of more elements a whole UNB
	begins     uint32 // the message, in at
}

// reach gives the terminators behind which the message may go on, so that a
// byte follows what stands behind each.
func (c *collection) reach(g *glider) []uint32 {
	r := c.r
	lastByte, lastEnd, lastSegment := c.room()
	g.buf, g.at = r.buf[:min(len(r.buf), lastByte+1)], r.at[:min(len(r.at), lastEnd)]
	terms := r.terms[r.term:]
	n := min(len(terms), max(lastSegment+1-len(c.m.segs), 0))
	for n > 0 && (int(terms[n-1]) >= len(g.at) || int(g.at[terms[n-1]])+g.delta+g.step >= len(g.buf)) {
		n--
	}
	return terms[:n]
}

// run writes to out where segments end, from pos and at[from] on, up to one that
// something is unusual about, and gives their number. It calls nothing, so that
// all it works with stays in registers.
func (g *glider) run(f *Frame, terms []uint32, out []span, pos, from int) int {
	buf, at, delta, step := g.buf, g.at, g.delta, g.step
	first := buf[pos]
	out = out[:len(terms)]
	for i, term := range terms {
		k := int(term)
		end := int(at[k]) + delta
		next := end + step
		unusual := (g.suspect - (end - pos)) | (g.date - (k - from)) | (int(at[from]) + delta - pos - 1) // if < 0
		if unusual < 0 || f.mayEnd(first, buf[pos+1]) ||
			buf[end-1]-'A' <= 1 && (buf[end-3] == 'U' || buf[end-3] == 'I') || buf[end-unaSize] == 'U' && buf[end-unaSize+1] == 'N' {
			return i
		}
		first = buf[next]
		if first <= ' ' || first == g.terminator || step > 1 && (buf[end+1] != g.style[0] || buf[next-1] != g.style[1]) {
			return i
		}
		pos, from = next, k+1
		out[i] = span{uint32(next - delta), uint32(from) - g.begins}
	}
	return len(terms)
}

// passes reports whether the segment at pos, whose last delimiter is at[k], is
// as others in spite of what run found.
func (c *collection) passes(g *glider, f *Frame, k int) bool {
	r := c.r
	end := int(g.at[k]) + g.delta
	next, tag := end+g.step, int(g.at[r.next])+g.delta
	b := g.buf[next]
	return tag > r.pos && end-r.pos <= r.lim.Segment && !f.ends(packTag(g.buf[r.pos:tag])) && b > ' ' && b != g.terminator &&
		(g.step == 1 || g.buf[end+1] == g.style[0] && g.buf[next-1] == g.style[1]) && !r.suspicious(end-r.pos, k+1)
}
