package guide

import (
	"slices"

	"github.com/edibridge/edibridge/edi"
)

// frame is one open loop of the walk.
type frame struct {
	loop int32 // in Guide.loops
	pos  int32 // line of the guide where the walk stands in it
	base int32 // its counts begin here in Validator.counts
	inst int32 // in Match.Loops
	ls   int32 // place of its last LS
}

// missed marks a count of a line whose absence was reported.
const missed = 1 << 31

// held ties a kept finding to the line that it says is missing.
type held struct {
	finding    int
	inst, item int32
}

// walk finds the place of every segment and checks each where it stands.
func (v *Validator) walk() {
	n := v.m.Len()
	v.match.Loops = append(v.match.Loops[:0], Loop{Parent: -1, Nth: 1, First: 1, Last: n})
	v.match.Placed = slices.Grow(v.match.Placed[:0], n)[:n]
	v.frames, v.lost, v.blamed, v.jump.place = v.frames[:0], 0, -1, 0
	if len(v.g.loops) == 0 {
		return
	}
	v.push(0, 0, 0)
	for p := 1; p <= n; p++ {
		v.m.SegmentAt(p, &v.seg)
		use := v.step(&v.seg)
		if use != nil && !v.quiet && !use.service {
			v.segment(&v.seg, use.spec.of(&v.m.Delimiters))
			if use.computing != nil {
				v.watched = append(v.watched, int32(p))
			}
		}
	}
	for len(v.frames) > 0 {
		if !v.m.Truncated {
			f := len(v.frames) - 1
			v.skip(n+1, f, v.g.loops[v.frames[f].loop].end)
		}
		v.pop(n)
	}
}

// push opens a loop at a segment.
func (v *Validator) push(loop, inst int32, place int) {
	l := &v.g.loops[loop]
	n, base := l.end-l.first, int32(0)
	if top := len(v.frames) - 1; top >= 0 {
		base = v.end(top)
	}
	if v.jump.place == place && base+n > v.jump.from { // what was just closed stays as it is
		base = v.jump.to
	}
	if int(base+n) > len(v.counts) {
		v.counts = append(v.counts, make([]uint32, int(base+n)-len(v.counts))...)
	}
	clear(v.counts[base : base+n])
	v.frames = append(v.frames, frame{loop: loop, pos: l.first, base: base, inst: inst})
}

// end is where the counts of frame f end.
func (v *Validator) end(f int) int32 {
	l := &v.g.loops[v.frames[f].loop]
	return v.frames[f].base + l.end - l.first
}

// pop closes the innermost loop, whose last segment stands at place.
func (v *Validator) pop(place int) {
	v.match.Loops[v.frames[len(v.frames)-1].inst].Last = place
	v.frames = v.frames[:len(v.frames)-1]
}

// count is where the uses of a line of frame f are counted.
func (v *Validator) count(f int, it int32) *uint32 {
	fr := &v.frames[f]
	return &v.counts[fr.base+it-v.g.loops[fr.loop].first]
}

// step finds the place of one segment: the innermost loop in which the walk can
// go on to it.
func (v *Validator) step(s *edi.Segment) *SegmentUse {
	tag := v.g.tags.id(s.Tag())
	if tag >= 0 {
		bare := int32(-1)
		in := 0
		for f := len(v.frames) - 1; f >= 0; f-- {
			it := v.ahead(f, tag)
			if it >= 0 && (v.g.items[it].within < 0 || v.bounded(f, it)) {
				return v.forward(s, f, it)
			}
			if it >= 0 && bare < 0 {
				bare, in = it, f
			}
		}
		if bare >= 0 {
			return v.forward(s, in, bare)
		}
	}
	return v.recover(s, tag)
}

// ahead is the line of a tag at or behind the position of frame f that has uses
// left, or -1.
func (v *Validator) ahead(f int, tag int32) int32 {
	fr := &v.frames[f]
	g := v.g
	first := g.loops[fr.loop].first
	for it := g.firstOf(fr.loop, tag); it >= 0; it = g.items[it].next {
		if it >= fr.pos && v.counts[fr.base+it-first]&^missed < g.items[it].max {
			return it
		}
	}
	return -1
}

// bounded reports whether the LS before a line of frame f stands and its LE does
// not yet. Partners leave the pair away: a line between them may stand without,
// but only where no other line fits.
func (v *Validator) bounded(f int, it int32) bool {
	end := v.g.items[it].within
	return *v.count(f, v.g.items[end].pair)&^missed > *v.count(f, end)&^missed
}

// forward goes on to a line of frame f: what lies between is skipped.
func (v *Validator) forward(s *edi.Segment, f int, it int32) *SegmentUse {
	if len(v.frames)-1 > f {
		v.remember(s.Place, f, it)
	}
	v.close(s.Place, f)
	v.skip(s.Place, f, it)
	return v.put(s, f, it)
}

// close closes the loops within frame f before place.
func (v *Validator) close(place, f int) {
	for top := len(v.frames) - 1; top > f; top-- {
		v.skip(place, top, v.g.loops[v.frames[top].loop].end)
		v.pop(place - 1)
	}
}

// skip notes the lines from the position of frame f up to line end that are
// missing when the walk goes past them to place.
func (v *Validator) skip(place, f int, end int32) {
	fr := &v.frames[f]
	if v.quiet {
		return
	}
	for i := v.g.mand[fr.pos]; i < end; i = v.g.mand[i+1] {
		it := &v.g.items[i]
		if *v.count(f, i) != 0 {
			continue
		}
		if it.missing || it.pair >= 0 && *v.count(f, it.pair)&^missed != 0 {
			*v.count(f, i) = missed
			v.jump.marked = append(v.jump.marked, fr.base+i-v.g.loops[fr.loop].first)
			v.missing(place, f, i)
		}
	}
}

// put gives a segment the place at a line of frame f, which is the innermost.
func (v *Validator) put(s *edi.Segment, f int, it int32) *SegmentUse {
	fr := &v.frames[f]
	fr.pos = it
	c := v.count(f, it)
	if *c&missed != 0 {
		*c = 0
		v.found(fr.inst, it)
	}
	*c++
	v.lost = 0
	item := &v.g.items[it]
	if item.loop < 0 {
		v.match.Placed[s.Place-1] = Placed{item.use, int(fr.inst), v.nth(f, it)}
		if item.use.Tag[0] == 'L' && !v.quiet {
			v.bounds(s, f, it)
		}
		return item.use
	}
	inst := len(v.match.Loops)
	v.match.Loops = append(v.match.Loops, Loop{item.loopUse, int(fr.inst), v.nth(f, it), s.Place, s.Place})
	if v.blamed >= 0 && v.g.loops[item.loop].holds(v.blamed) {
		v.blamed = -1
	}
	v.push(item.loop, int32(inst), s.Place)
	v.counts[v.frames[len(v.frames)-1].base] = 1 // its trigger
	v.match.Placed[s.Place-1] = Placed{item.use, inst, 1}
	return item.use
}

// nth is how many segments of a line's tag stand directly in frame f.
func (v *Validator) nth(f int, it int32) int {
	n := 0
	for i := v.g.items[it].head; i >= 0; i = v.g.items[i].next {
		n += int(*v.count(f, i) &^ missed)
	}
	return n
}

// bounds checks that LS and LE come as a pair of one name.
func (v *Validator) bounds(s *edi.Segment, f int, it int32) {
	switch item := &v.g.items[it]; {
	case item.use.Tag == "LS":
		v.frames[f].ls = int32(s.Place)
	case item.pair < 0:
	case *v.count(f, item.pair)&^missed < *v.count(f, it)&^missed:
		v.missing(s.Place, f, item.pair)
	case v.frames[f].ls > 0:
		ls := v.m.Segment(int(v.frames[f].ls))
		if string(ls.Element(1)) != string(s.Element(1)) {
			v.identifier(s, &ls)
		}
	}
}
