package guide

import (
	"slices"

	"github.com/edibridge/edibridge/edi"
)

// way is one way to go on at a segment where the walk does not simply go on.
type way struct {
	kind wayKind
	f    int   // frame that it goes to
	it   int32 // line there; of wayLost that of the loop whose trigger was lost
	cost int   // findings that it leaves in what follows
}

type wayKind uint8

// Ways. Of those that explain the same, the first is taken.
const (
	wayOver  wayKind = iota // the segment stands over its maximum
	wayLate                 // it comes late: back to its line
	wayOn                   // go on; what it skips is missing
	wayBack                 // the segment before it came too early: back to before that
	wayStray                // it stays without a place
	wayLost                 // the trigger of its loop was lost: open the loop
)

// How many segments behind one that does not fit are tried on each way: at first,
// and where that does not tell which is the best.
const (
	lookAhead   = 12
	lookFurther = 60
)

// maxDecisions is how many segments of a message get such a look; those behind go
// the first way there is. It bounds what a document that is wrong all over costs.
const maxDecisions = 1 << 14

// maxLost is how many loops are tried whose trigger may be lost.
const maxLost = 6

// decide goes on at a segment that does not simply fit, the way that leaves the
// fewest findings in what follows, so that one mistake gives one. f and it are
// where the walk could go on past something that is missing; it is -1 when it
// could not at all.
func (v *Validator) decide(s *edi.Segment, tag int32, f int, it int32) *SegmentUse {
	v.decisions++
	v.ways = v.ways[:0]
	follows := it < 0 && v.lost != 0 && v.explained(tag)
	if !follows {
		v.listWays(tag)
	}
	if it >= 0 {
		v.ways = append(v.ways, way{kind: wayOn, f: f, it: it})
	}
	if !follows && v.jump.place > 0 && v.jump.place == s.Place-1 {
		v.ways = append(v.ways, way{kind: wayBack})
	}
	v.ways = append(v.ways, way{kind: wayStray})
	v.listLost(tag)
	if v.decisions < maxDecisions {
		v.weigh(s.Place, tag, lookAhead)
		v.weigh(s.Place, tag, lookFurther)
	}
	return v.follow(v.ways[0], s, tag, follows && v.lost == lostReported)
}

// weigh leaves those ways that cost least over n segments, unless one alone is left
// already.
func (v *Validator) weigh(place int, tag int32, n int) {
	if len(v.ways) == 1 {
		return
	}
	v.next = v.next[:0]
	for p := place + 1; p <= v.m.Len() && len(v.next) < n; p++ {
		s := v.m.Segment(p)
		v.next = append(v.next, v.g.tags.id(s.Tag()))
	}
	least := 1 << 30
	for i := range v.ways {
		w := &v.ways[i]
		w.cost = v.try(w, place, tag, least)
		least = min(least, w.cost)
	}
	v.ways = slices.DeleteFunc(v.ways, func(w way) bool { return w.cost > least })
}

// listWays lists the ways that stay where the walk is, or go back in it.
func (v *Validator) listWays(tag int32) {
	for f := len(v.frames) - 1; f >= 0; f-- {
		if it := v.spent(f, tag); it >= 0 {
			v.ways = append(v.ways, way{kind: wayOver, f: f, it: it})
			break
		}
	}
	for f := len(v.frames) - 1; f >= 0; f-- {
		if it := v.behind(f, tag); it >= 0 {
			v.ways = append(v.ways, way{kind: wayLate, f: f, it: it})
		}
	}
}

// listLost lists the loops ahead that have a tag, and whose trigger may be lost.
func (v *Validator) listLost(tag int32) {
	lost := 0
	for f := len(v.frames) - 1; f >= 0; f-- {
		fr := &v.frames[f]
		for i := fr.pos; i < v.g.loops[fr.loop].end && lost < maxLost; i++ {
			if item := &v.g.items[i]; item.loop >= 0 && *v.count(f, i)&^marks < item.max && v.g.inside(item.loop, tag) >= 0 {
				v.ways = append(v.ways, way{kind: wayLost, f: f, it: i})
				lost++
			}
		}
	}
}

// inside is the first line of a tag directly in a loop but for its trigger, or -1.
func (g *Guide) inside(loop, tag int32) int32 {
	it := g.firstOf(loop, tag)
	if it >= 0 && it == g.loops[loop].first {
		it = g.items[it].next
	}
	return it
}

// try is how many findings a way leaves, with what follows in v.next; more than
// most when it is worse than that.
func (v *Validator) try(w *way, place int, tag int32, most int) int {
	t := &v.trial
	cost := 0
	if w.kind == wayBack {
		var ok bool
		if cost, ok = v.beforeJump(t, tag); !ok {
			return 1 << 30
		}
	} else {
		t.g, t.frames = v.g, append(t.frames[:0], v.frames...)
		t.counts = append(t.counts[:0], v.counts[:v.end(len(v.frames)-1)]...)
		cost = t.take(w, tag)
		if w.kind == wayLost && v.strayed(v.g.items[w.it].use.Tag, place) {
			cost--
		}
	}
	for _, next := range v.next {
		if cost > most {
			return cost
		}
		if next >= 0 { // no way has a place for another
			cost += t.proceed(next)
		}
	}
	if place+len(v.next) == v.m.Len() && !v.m.Truncated {
		cost += t.gaps(0, v.g.loops[0].end)
	}
	return cost
}

// strayed reports whether a tag stands without a place just before a segment: it
// is there, if not where it should be.
func (v *Validator) strayed(tag string, place int) bool {
	for p := place - 1; p >= max(1, place-2); p-- {
		if v.match.Placed[p-1].Use == nil {
			s := v.m.Segment(p)
			return string(s.Tag()) == tag
		}
	}
	return false
}

// proceed goes on to a tag, or leaves it without a place, and gives the findings
// that this makes.
func (c *course) proceed(tag int32) int {
	if f, it := c.reach(tag); it >= 0 {
		return c.enter(f, it)
	}
	return c.take(&way{kind: wayStray}, tag)
}

// owed is the line of a tag before the position of a frame that was missed; line
// -1 when there is none.
func (c *course) owed(tag int32) (f int, it int32) {
	for f = len(c.frames) - 1; f >= 0; f-- {
		if it = c.behind(f, tag); it >= 0 && *c.count(f, it)&missed != 0 {
			return f, it
		}
	}
	return 0, -1
}

// take goes a way with a tag and gives the findings that it makes at once.
func (c *course) take(w *way, tag int32) int {
	switch w.kind {
	case wayStray:
		if f, it := c.owed(tag); it >= 0 {
			*c.count(f, it) = 1 // it was missed, and now it is out of order
			return 0
		}
		return 1
	case wayOn:
		return c.enter(w.f, w.it)
	case wayLost:
		cost := 1 + c.enter(w.f, w.it)
		f := len(c.frames) - 1
		return cost + c.enter(f, c.g.inside(c.frames[f].loop, tag))
	}
	if *c.count(w.f, w.it)&missed != 0 {
		return c.enter(w.f, w.it) // it was missed, and now it is late
	}
	return 1 + c.enter(w.f, w.it)
}

// enter goes to a line of frame f, and into the loop that it opens. It gives how
// many lines are missing on the way.
func (c *course) enter(f int, it int32) int {
	gaps := 0
	for top := len(c.frames) - 1; top > f; top-- {
		gaps += c.gapsIn(top, c.g.loops[c.frames[top].loop].end)
	}
	c.frames = c.frames[:f+1]
	fr := &c.frames[f]
	for i := c.g.mand[fr.pos]; i < it; i = c.g.mand[i+1] {
		if c.lacks(f, i) {
			*c.count(f, i) = missed
			gaps++
		}
	}
	fr.pos = it
	n := c.count(f, it)
	*n = *n&^missed + 1
	if l := c.g.items[it].loop; l >= 0 {
		c.open(frame{loop: l}, c.end(f))
	}
	return gaps
}

// follow goes a way with a segment. silent says that a segment without a place, or
// without the trigger before it, is explained by what was reported.
func (v *Validator) follow(w way, s *edi.Segment, tag int32, silent bool) *SegmentUse {
	switch w.kind {
	case wayOn:
		return v.forward(s, w.f, w.it)
	case wayOver:
		use := v.forward(s, w.f, w.it)
		v.tooOften(s, w.f, w.it)
		return use
	case wayLate:
		before := v.g.items[v.frames[w.f].pos].use.Tag
		full := *v.count(w.f, w.it)&^marks >= v.g.items[w.it].max
		v.close(s.Place, w.f)
		use := v.put(s, w.f, w.it)
		if full {
			v.tooOften(s, w.f, w.it)
		} else {
			v.late(s, before)
		}
		return use
	case wayBack:
		v.goBack()
		return v.step(s)
	case wayLost:
		v.close(s.Place, w.f)
		v.skip(s.Place, w.f, w.it)
		v.assume(s, w.f, w.it, silent || v.strayed(v.g.items[w.it].use.Tag, s.Place))
		f := len(v.frames) - 1
		return v.forward(s, f, v.g.inside(v.frames[f].loop, tag))
	}
	if silent {
		v.unplaced(s)
		return nil
	}
	if f, it := v.owed(tag); it >= 0 {
		*v.count(f, it) = 1
		v.found(v.frames[f].inst, it)
	}
	return v.orphan(s, tag, v.disorder(tag))
}

// disorder is the rule that a segment without a place breaks.
func (v *Validator) disorder(tag int32) ruleID {
	for f := len(v.frames) - 1; f >= 0; f-- {
		if it := v.behind(f, tag); it >= 0 {
			if *v.count(f, it)&^marks >= v.g.items[it].max {
				return segmentUses
			}
			return segmentSequence
		}
	}
	if _, it := v.reach(tag); it >= 0 {
		return segmentSequence
	}
	return segmentUnexpected
}

// assume opens the loop at a line of frame f whose trigger was lost before s, and
// reports that unless it is known: a tag that does not exist stands there.
func (v *Validator) assume(s *edi.Segment, f int, it int32, known bool) {
	fr, item := &v.frames[f], &v.g.items[it]
	fr.pos = it
	c := v.count(f, it)
	switch {
	case known:
	case item.missing && *c == 0:
		v.missing(s.Place, f, it)
	default:
		v.unopened(s)
	}
	*c |= assumed
	v.lost, v.torn = 0, true
	v.push(frame{loop: item.loop, inst: fr.inst, lost: true}, s.Place)
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

// unplaced notes that a segment found no place.
func (v *Validator) unplaced(s *edi.Segment) {
	v.match.Placed[s.Place-1] = Placed{Loop: int(v.frames[len(v.frames)-1].inst)}
}
