package guide

import (
	"slices"

	"github.com/edibridge/edibridge/edi"
)

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
	v.frames, v.lost, v.blamed, v.jump.place, v.decisions = v.frames[:0], 0, -1, 0, 0
	if len(v.g.loops) == 0 {
		return
	}
	v.push(frame{}, 0)
	for p := 1; p <= n; p++ {
		v.m.SegmentAt(p, &v.seg)
		use := v.step(&v.seg)
		if use != nil && !v.quiet && !use.service {
			v.segment(&v.seg, use.spec.of(&v.m.Delimiters))
			if use.computing != nil && v.match.Placed[p-1].Use != nil {
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
func (v *Validator) push(fr frame, place int) {
	base := int32(0)
	if top := len(v.frames) - 1; top >= 0 {
		base = v.end(top)
	}
	if n := v.g.loops[fr.loop].end - v.g.loops[fr.loop].first; v.jump.place == place && base+n > v.jump.from {
		base = v.jump.to // what was just closed stays as it is
	}
	v.open(fr, base)
}

// pop closes the innermost loop, whose last segment stands at place.
func (v *Validator) pop(place int) {
	if fr := &v.frames[len(v.frames)-1]; !fr.lost {
		v.match.Loops[fr.inst].Last = place
	}
	v.frames = v.frames[:len(v.frames)-1]
}

// step finds the place of one segment: the innermost loop in which the walk can
// go on to it.
func (v *Validator) step(s *edi.Segment) *SegmentUse {
	tag := v.g.tags.id(s.Tag())
	if tag < 0 {
		return v.stray(s, v.strangeness(s))
	}
	f, it := v.reach(tag)
	if it >= 0 && v.gaps(f, it) == 0 {
		if top := len(v.frames) - 1; top > f || v.frames[f].pos != it {
			v.remember(s.Place, f, it)
			for ; top > f; top-- {
				v.pop(s.Place - 1)
			}
		}
		return v.put(s, f, it)
	}
	return v.decide(s, tag, f, it)
}

// forward goes on to a line of frame f: what lies between is skipped.
func (v *Validator) forward(s *edi.Segment, f int, it int32) *SegmentUse {
	if len(v.frames)-1 > f || v.frames[f].pos != it {
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
	for i := v.g.mand[fr.pos]; i < end; i = v.g.mand[i+1] {
		if v.lacks(f, i) {
			*v.count(f, i) = missed
			v.jump.marked = append(v.jump.marked, fr.base+i-v.g.loops[fr.loop].first)
			if !v.strayed(v.g.items[i].use.Tag, place) {
				v.missing(place, f, i)
			}
		}
	}
}

// put gives a segment the place at a line of frame f, which is the innermost. In a
// loop whose trigger was lost it is known what the segment is, but it has no place.
func (v *Validator) put(s *edi.Segment, f int, it int32) *SegmentUse {
	fr := &v.frames[f]
	fr.pos = it
	c := v.count(f, it)
	if *c&missed != 0 {
		*c &^= missed
		v.found(fr.inst, it)
	}
	*c++
	v.lost = 0
	item := &v.g.items[it]
	inst := int(fr.inst)
	if item.loop < 0 {
		v.match.Placed[s.Place-1] = Placed{item.use, inst, v.nth(f, it)}
		if item.use.Tag[0] == 'L' {
			v.bounds(s, f, it)
		}
	} else {
		if !fr.lost {
			inst = len(v.match.Loops)
			v.match.Loops = append(v.match.Loops, Loop{item.loopUse, int(fr.inst), v.nth(f, it), s.Place, s.Place})
		}
		if v.blamed >= 0 && v.g.loops[item.loop].holds(v.blamed) {
			v.blamed = -1
		}
		v.match.Placed[s.Place-1] = Placed{item.use, inst, 1}
		v.push(frame{loop: item.loop, inst: int32(inst), lost: fr.lost}, s.Place)
	}
	if v.frames[f].lost {
		v.match.Placed[s.Place-1] = Placed{Loop: inst}
	}
	return item.use
}

// bounds checks that LS and LE come as a pair of one name.
func (v *Validator) bounds(s *edi.Segment, f int, it int32) {
	switch item := &v.g.items[it]; {
	case item.use.Tag == "LS":
		v.frames[f].ls = int32(s.Place)
	case item.pair < 0:
	case *v.count(f, item.pair)&^marks < *v.count(f, it)&^marks:
		v.missing(s.Place, f, item.pair)
	case v.frames[f].ls > 0:
		ls := v.m.Segment(int(v.frames[f].ls))
		if string(ls.Element(1)) != string(s.Element(1)) {
			v.identifier(s, &ls)
		}
	}
}
