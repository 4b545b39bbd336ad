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
	v.frames, v.counts, v.lost = v.frames[:0], v.counts[:0], 0
	if len(v.g.loops) == 0 {
		return
	}
	v.push(0, 0)
	for p := 1; p <= n; p++ {
		v.seg = v.m.Segment(p)
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

// push opens a loop.
func (v *Validator) push(loop, inst int32) {
	l := &v.g.loops[loop]
	base := len(v.counts)
	n := base + int(l.end-l.first)
	v.counts = slices.Grow(v.counts, n-base)[:n]
	clear(v.counts[base:])
	v.frames = append(v.frames, frame{loop: loop, pos: l.first, base: int32(base), inst: inst})
}

// pop closes the innermost loop, whose last segment stands at place.
func (v *Validator) pop(place int) {
	fr := &v.frames[len(v.frames)-1]
	v.match.Loops[fr.inst].Last = place
	v.counts = v.counts[:fr.base]
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
	for top := len(v.frames) - 1; top > f; top-- {
		v.skip(s.Place, top, v.g.loops[v.frames[top].loop].end)
		v.pop(s.Place - 1)
	}
	v.skip(s.Place, f, it)
	return v.put(s, f, it)
}

// skip notes the lines from the position of frame f up to line end that are
// missing when the walk goes past them to place.
func (v *Validator) skip(place, f int, end int32) {
	fr := &v.frames[f]
	if v.quiet || end <= fr.pos || v.g.mand[end] == v.g.mand[fr.pos] {
		return
	}
	for i := fr.pos; i < end; i++ {
		it := &v.g.items[i]
		if *v.count(f, i) != 0 {
			continue
		}
		if it.missing || it.pair >= 0 && *v.count(f, it.pair)&^missed != 0 {
			*v.count(f, i) = missed
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
	v.push(item.loop, int32(inst))
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

// recover handles a segment to which the walk cannot go on. What it does is
// chosen so that one wrong segment gives one finding: the walk stays where it
// was, unless the segment has its place there once too often, or has it earlier
// and what follows goes on from that place.
func (v *Validator) recover(s *edi.Segment, tag int32) *SegmentUse {
	if tag < 0 {
		return v.stray(s, v.strangeness(s))
	}
	if f, it := v.over(tag); it >= 0 {
		use := v.forward(s, f, it)
		v.tooOften(s, f, it)
		return use
	}
	if v.lost != 0 && v.explained(tag) {
		if v.lost == lostReported {
			v.unplaced(s)
			return nil
		}
		return v.stray(s, segmentUnexpected)
	}
	f, it := v.behind(tag)
	if it < 0 {
		return v.stray(s, segmentUnexpected)
	}
	rule := segmentSequence
	if *v.count(f, it)&^missed >= v.g.items[it].max {
		rule = segmentUses
	}
	if !v.goesOn(s.Place, f, it) {
		return v.stray(s, rule)
	}
	before := v.g.items[v.frames[f].pos].use.Tag
	for top := len(v.frames) - 1; top > f; top-- {
		v.skip(s.Place, top, v.g.loops[v.frames[top].loop].end)
		v.pop(s.Place - 1)
	}
	use := v.put(s, f, it)
	if rule == segmentUses {
		v.tooOften(s, f, it)
	} else {
		v.late(s, before)
	}
	return use
}

// over is the line of a tag at or behind the position of the innermost frame
// that has one, its uses spent; line -1 when there is none.
func (v *Validator) over(tag int32) (f int, it int32) {
	for f = len(v.frames) - 1; f >= 0; f-- {
		fr := &v.frames[f]
		for it = v.g.firstOf(fr.loop, tag); it >= 0; it = v.g.items[it].next {
			if it >= fr.pos && !v.isTrigger(fr, it) {
				return f, it
			}
		}
	}
	return 0, -1
}

// behind is the line of a tag before the position of the innermost frame that
// has one; line -1 when there is none.
func (v *Validator) behind(tag int32) (f int, it int32) {
	for f = len(v.frames) - 1; f >= 0; f-- {
		fr := &v.frames[f]
		for it = v.g.firstOf(fr.loop, tag); it >= 0; it = v.g.items[it].next {
			if it < fr.pos && !v.isTrigger(fr, it) {
				return f, it
			}
		}
	}
	return 0, -1
}

// isTrigger reports whether a line is the trigger of the frame's own loop.
func (v *Validator) isTrigger(fr *frame, it int32) bool {
	return fr.loop > 0 && it == v.g.loops[fr.loop].first
}

// explained reports whether a lost trigger would explain the tag: it stands in a
// loop that the walk could have entered.
func (v *Validator) explained(tag int32) bool {
	for f := range v.frames {
		fr := &v.frames[f]
		for i := fr.pos; i < v.g.loops[fr.loop].end; i++ {
			if l := v.g.items[i].loop; l >= 0 && v.g.loops[l].deep[tag/64]&(1<<(tag%64)) != 0 {
				return true
			}
		}
	}
	return false
}

// goesOn reports whether the segment behind place could stand after a step back
// to a line of frame f. When it could stand neither there nor from where the
// walk is, the step back is taken.
func (v *Validator) goesOn(place, f int, it int32) bool {
	if place >= v.m.Len() {
		return true
	}
	next := v.m.Segment(place + 1)
	tag := v.g.tags.id(next.Tag())
	if tag < 0 || v.fits(f, it, tag) {
		return true
	}
	for i := len(v.frames) - 1; i >= 0; i-- {
		if v.ahead(i, tag) >= 0 {
			return false
		}
	}
	return true
}

// fits reports whether a tag could stand right behind a line of frame f.
func (v *Validator) fits(f int, it int32, tag int32) bool {
	if l := v.g.items[it].loop; l >= 0 {
		for i := v.g.firstOf(l, tag); i >= 0; i = v.g.items[i].next {
			if i > v.g.loops[l].first {
				return true
			}
		}
	}
	for i := v.g.firstOf(v.frames[f].loop, tag); i >= 0; i = v.g.items[i].next {
		uses := *v.count(f, i) &^ missed
		if i == it {
			uses++
		}
		if i >= it && uses < v.g.items[i].max {
			return true
		}
	}
	for f--; f >= 0; f-- {
		if v.ahead(f, tag) >= 0 {
			return true
		}
	}
	return false
}

// unplaced notes that a segment found no place.
func (v *Validator) unplaced(s *edi.Segment) {
	v.match.Placed[s.Place-1] = Placed{Loop: int(v.frames[len(v.frames)-1].inst)}
}
