package guide

import "github.com/edibridge/edibridge/edi"

// recover handles a segment to which the walk cannot go on. What it does is
// chosen so that one wrong segment gives one finding: the walk stays where it
// was, unless the segment has its place there once too often, or has it earlier
// and what follows goes on from that place.
func (v *Validator) recover(s *edi.Segment, tag int32) *SegmentUse {
	if tag < 0 {
		return v.stray(s, v.strangeness(s))
	}
	if v.strayedBefore(s, tag) {
		return v.step(s)
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
		return v.orphan(s, tag, segmentUnexpected)
	}
	f, it := v.behind(tag)
	if it < 0 {
		return v.orphan(s, tag, segmentUnexpected)
	}
	rule := segmentSequence
	if *v.count(f, it)&^missed >= v.g.items[it].max {
		rule = segmentUses
	}
	if !v.goesOn(s.Place, f, it) {
		return v.orphan(s, tag, rule)
	}
	before := v.g.items[v.frames[f].pos].use.Tag
	v.close(s.Place, f)
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
			if l := v.g.items[i].loop; l >= 0 && v.g.loops[l].holds(tag) {
				return true
			}
		}
	}
	return false
}

// orphan reports a segment that finds no place, unless what another lacks before
// it, and was reported, explains it too.
func (v *Validator) orphan(s *edi.Segment, tag int32, r ruleID) *SegmentUse {
	if v.blamed < 0 || !v.kin(tag) {
		return v.stray(s, r)
	}
	v.unplaced(s)
	v.lost = lostReported
	return nil
}

// kin reports whether what was lost before a segment that found no place explains
// the tag too: both stand in one loop, and no such loop was opened since.
func (v *Validator) kin(tag int32) bool {
	for n := 1; n < len(v.g.loops); n++ {
		if l := &v.g.loops[n]; l.holds(tag) && l.holds(v.blamed) {
			return true
		}
	}
	return false
}

// holds reports whether a tag stands in the loop at any depth.
func (l *loopSpec) holds(tag int32) bool { return l.deep[tag/64]&(1<<(tag%64)) != 0 }

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
