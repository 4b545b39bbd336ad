package guide

// jump is the walk as it was before the last segment that went on to another line.
// What comes behind such a segment may tell that it was out of order itself: an
// order line's quantity before the line's address has ended. Counts of loops that it
// closed stay where they are until the next jump.
type jump struct {
	place    int     // of that segment; 0: none
	depth    int     // of the frame that it was placed in
	item     int32   // its line there
	frames   []frame // from that frame inwards
	from, to int32   // the counts of the loops that were closed
	marked   []int32 // counts that were marked as missed since

	loops, findings, held, watched int // how many there were
	total, errors                  int
	torn                           bool
	blamed                         int32
}

// remember keeps the walk before a segment at place goes to another line of frame
// f.
func (v *Validator) remember(place, f int, it int32) {
	j := &v.jump
	j.place, j.depth, j.item = place, f, it
	j.frames = append(j.frames[:0], v.frames[f:]...)
	j.from, j.to = v.end(f), v.end(len(v.frames)-1)
	if len(j.frames) > 1 {
		j.from = j.frames[1].base
	}
	j.marked = j.marked[:0]
	j.loops, j.findings, j.held, j.watched = len(v.match.Loops), len(v.res.Findings), len(v.held), len(v.watched)
	j.total, j.errors, j.torn, j.blamed = v.res.Total, v.res.Errors, v.torn, v.blamed
}

// beforeJump makes c the walk as it was before the last jump and goes on to a tag
// from there. It gives the findings that this makes, one for what jumped, less those
// of the jump; not ok where the walk had no place for the tag.
func (v *Validator) beforeJump(c *course, tag int32) (cost int, ok bool) {
	j := &v.jump
	c.g, c.frames = v.g, append(append(c.frames[:0], v.frames[:j.depth]...), j.frames...)
	c.counts = append(c.counts[:0], v.counts[:max(j.to, v.end(len(v.frames)-1))]...)
	*c.count(j.depth, j.item) -= 1
	for _, at := range j.marked {
		c.counts[at] = 0
	}
	f, it := c.reach(tag)
	if it < 0 {
		return 0, false
	}
	return 1 + c.enter(f, it) - len(j.marked), true
}

// goBack takes the walk back to before its last jump and reports the segment that
// jumped.
func (v *Validator) goBack() {
	j := &v.jump
	v.frames = append(v.frames[:j.depth], j.frames...)
	*v.count(j.depth, j.item) -= 1
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
