package guide

// course is where a walk stands: the open loops, and how often their lines were
// used.
type course struct {
	g      *Guide
	frames []frame  // outermost first
	counts []uint32 // uses of each line of each open loop
}

// frame is one open loop of the walk.
type frame struct {
	loop int32 // in Guide.loops
	pos  int32 // line of the guide where the walk stands in it
	base int32 // its counts begin here in course.counts
	inst int32 // in Match.Loops
	ls   int32 // place of its last LS
	lost bool  // its trigger, or that of a loop around it, does not stand in the message
}

// Marks of a count.
const (
	missed  = 1 << 31 // the line's absence was reported
	assumed = 1 << 30 // a loop was opened here whose trigger was lost
	marks   = missed | assumed
)

// end is where the counts of frame f end.
func (c *course) end(f int) int32 {
	l := &c.g.loops[c.frames[f].loop]
	return c.frames[f].base + l.end - l.first
}

// count is where the uses of a line of frame f are counted.
func (c *course) count(f int, it int32) *uint32 {
	fr := &c.frames[f]
	return &c.counts[fr.base+it-c.g.loops[fr.loop].first]
}

// open opens a loop whose counts begin at base.
func (c *course) open(fr frame, base int32) {
	l := &c.g.loops[fr.loop]
	n := l.end - l.first
	if int(base+n) > len(c.counts) {
		c.counts = append(c.counts, make([]uint32, int(base+n)-len(c.counts))...)
	}
	clear(c.counts[base : base+n])
	fr.pos, fr.base = l.first, base
	c.frames = append(c.frames, fr)
	if fr.loop > 0 {
		c.counts[base] = 1 // its trigger
	}
}

// reach is where the walk can go on to a tag: a line of the innermost loop that has
// one; line -1 when there is none.
func (c *course) reach(tag int32) (f int, it int32) {
	bare, in := int32(-1), 0
	for f = len(c.frames) - 1; f >= 0; f-- {
		it = c.ahead(f, tag)
		if it >= 0 && (c.g.items[it].within < 0 || c.bounded(f, it)) {
			return f, it
		}
		if it >= 0 && bare < 0 {
			bare, in = it, f
		}
	}
	return in, bare
}

// ahead is the line of a tag at or behind the position of frame f that has uses
// left, or -1.
func (c *course) ahead(f int, tag int32) int32 {
	fr := &c.frames[f]
	g := c.g
	first := g.loops[fr.loop].first
	for it := g.firstOf(fr.loop, tag); it >= 0; it = g.items[it].next {
		if it >= fr.pos && c.counts[fr.base+it-first]&^marks < g.items[it].max {
			return it
		}
	}
	return -1
}

// bounded reports whether the LS before a line of frame f stands and its LE does
// not yet. Partners leave the pair away: a line between them may stand without,
// but only where no other line fits.
func (c *course) bounded(f int, it int32) bool {
	end := c.g.items[it].within
	return *c.count(f, c.g.items[end].pair)&^marks > *c.count(f, end)&^marks
}

// lacks reports whether line i of frame f is missing when the walk goes past it.
func (c *course) lacks(f int, i int32) bool {
	it := &c.g.items[i]
	return *c.count(f, i) == 0 && (it.missing || it.pair >= 0 && *c.count(f, it.pair)&^marks != 0)
}

// gaps is how many lines are missing when the walk goes on to a line of frame f.
func (c *course) gaps(f int, it int32) int {
	n := c.gapsIn(f, it)
	for top := len(c.frames) - 1; top > f; top-- {
		n += c.gapsIn(top, c.g.loops[c.frames[top].loop].end)
	}
	return n
}

// gapsIn is how many lines from the position of frame f up to line end are missing.
func (c *course) gapsIn(f int, end int32) int {
	n := 0
	for i := c.g.mand[c.frames[f].pos]; i < end; i = c.g.mand[i+1] {
		if c.lacks(f, i) {
			n++
		}
	}
	return n
}

// behind is the line of a tag before the position of frame f, or -1.
func (c *course) behind(f int, tag int32) int32 {
	fr := &c.frames[f]
	for it := c.g.firstOf(fr.loop, tag); it >= 0; it = c.g.items[it].next {
		if it < fr.pos && !c.isTrigger(fr, it) {
			return it
		}
	}
	return -1
}

// spent is the line of a tag at or behind the position of frame f whose uses are
// spent, or -1.
func (c *course) spent(f int, tag int32) int32 {
	fr := &c.frames[f]
	for it := c.g.firstOf(fr.loop, tag); it >= 0; it = c.g.items[it].next {
		if it >= fr.pos && !c.isTrigger(fr, it) && *c.count(f, it)&^marks >= c.g.items[it].max {
			return it
		}
	}
	return -1
}

// isTrigger reports whether a line is the trigger of the frame's own loop.
func (c *course) isTrigger(fr *frame, it int32) bool {
	return fr.loop > 0 && it == c.g.loops[fr.loop].first
}

// explained reports whether a lost trigger would explain the tag: it stands in a
// loop that the walk could have entered.
func (c *course) explained(tag int32) bool {
	for f := range c.frames {
		fr := &c.frames[f]
		for i := fr.pos; i < c.g.loops[fr.loop].end; i++ {
			if l := c.g.items[i].loop; l >= 0 && c.g.loops[l].holds(tag) {
				return true
			}
		}
	}
	return false
}

// holds reports whether a tag stands in the loop at any depth.
func (l *loopSpec) holds(tag int32) bool { return l.deep[tag/64]&(1<<(tag%64)) != 0 }

// nth is how many segments of a line's tag stand directly in frame f.
func (c *course) nth(f int, it int32) int {
	n := 0
	for i := c.g.items[it].head; i >= 0; i = c.g.items[i].next {
		n += int(*c.count(f, i) &^ marks)
	}
	return n
}
