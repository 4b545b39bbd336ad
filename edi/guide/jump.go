package guide

import "github.com/edibridge/edibridge/edi"

// jump is the walk as it was before the last segment that closed loops. What
// comes behind such a segment may tell that it was out of order itself: an order
// line's quantity before the line's address has ended. Counts of closed loops stay
// where they are until the next jump.
type jump struct {
	place    int     // of that segment; 0: none
	depth    int     // of the frame that it was placed in
	item     int32   // its line there
	frames   []frame // from that frame inwards
	from, to int32   // the counts of those that were closed
	marked   []int32 // counts that were marked as missed since
	scratch  []frame // for a look at the walk as it was

	loops, findings, held, watched int // how many there were
	total, errors                  int
	torn                           bool
	blamed                         int32
}

// remember keeps the walk before a segment at place closes the loops within frame
// f and goes to a line of that.
func (v *Validator) remember(place, f int, it int32) {
	j := &v.jump
	j.place, j.depth, j.item = place, f, it
	j.frames = append(j.frames[:0], v.frames[f:]...)
	j.from, j.to = j.frames[1].base, v.end(len(v.frames)-1)
	j.marked = j.marked[:0]
	j.loops, j.findings, j.held, j.watched = len(v.match.Loops), len(v.res.Findings), len(v.held), len(v.watched)
	j.total, j.errors, j.torn, j.blamed = v.res.Total, v.res.Errors, v.torn, v.blamed
}

// strayedBefore reports whether the segment before s is what is out of order: it
// closed loops in which s has its place, and so has what follows s, which has none
// from where the walk is. Then the walk is as it was before that segment, which is
// reported.
func (v *Validator) strayedBefore(s *edi.Segment, tag int32) bool {
	j := &v.jump
	if j.place == 0 || j.place != s.Place-1 || s.Place >= v.m.Len() {
		return false
	}
	next := v.m.Segment(s.Place + 1)
	follower := v.g.tags.id(next.Tag())
	if follower < 0 || v.reachable(follower) {
		return false
	}
	now := v.frames
	j.scratch = append(append(j.scratch[:0], now[:j.depth]...), j.frames...)
	v.frames = j.scratch
	*v.count(j.depth, j.item) -= 1
	for f := len(v.frames) - 1; f >= 0; f-- {
		if it := v.ahead(f, tag); it >= 0 {
			if v.fits(f, it, follower) {
				v.goBack(now)
				return true
			}
			break
		}
	}
	*v.count(j.depth, j.item) += 1
	v.frames = now
	return false
}

// reachable reports whether the walk can go on to a tag.
func (v *Validator) reachable(tag int32) bool {
	for f := range v.frames {
		if v.ahead(f, tag) >= 0 {
			return true
		}
	}
	return false
}

// goBack takes the walk back to before its last jump and reports the segment that
// jumped; now is the memory of its frames.
func (v *Validator) goBack(now []frame) {
	j := &v.jump
	v.frames = append(now[:0], v.frames...)
	for _, at := range j.marked {
		v.counts[at] = 0
	}
	v.match.Loops = v.match.Loops[:j.loops]
	v.res.Findings, v.held, v.watched = v.res.Findings[:j.findings], v.held[:j.held], v.watched[:j.watched]
	v.res.Total, v.res.Errors, v.torn, v.blamed = j.total, j.errors, j.torn, j.blamed
	s := v.m.Segment(j.place)
	j.place = 0
	v.stray(&s, segmentSequence)
}
