package guide

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/edibridge/edibridge/edi"
)

// computing is what a segment use has to do with values that are compared over
// the whole set.
type computing struct {
	counted []counted  // totals that it is a part of
	totals  []*total   // totals that it says
	tree    *hierarchy // of which its segments are the levels
}

// counted is a place that counts in a tally.
type counted struct {
	rule  *rule
	tally int  // in Validator.tallies
	bare  bool // each segment counts, whatever is in it
}

// total is what a line asks of a number: that it is a count or sum over the set.
type total struct {
	rule         *rule
	first, after int // its alternatives are these of Validator.tallies
	names        []string
}

// hierarchy is a tree of segments: each has an id, and may name the one above.
type hierarchy struct {
	rule             *rule // of the line, bound to the element that holds the id
	parent, children int
	levels           []level
}

// level says what segments with a qualifier may stand under.
type level struct {
	rule *rule
	top  bool // under nothing
}

// computed binds a line that compares a value with others to its element.
func (c *compiler) computed(r *rule, it *item) {
	o := r.line
	do := c.computing(it.use)
	if len(o.totals) > 0 {
		t := &total{rule: r, first: c.g.tallies, after: c.g.tallies + len(o.totals)}
		c.g.tallies = t.after
		for i, places := range o.totals {
			t.names = append(t.names, c.counted(o, places, t.first+i))
		}
		do.totals = append(do.totals, t)
	}
	if !o.unique && o.parent == 0 && o.children == 0 {
		return
	}
	for _, n := range []int{o.parent, o.children} {
		if n > len(it.use.spec.elements) {
			c.probs.add(o.at, o.column, "place %s: %s has %d elements", o.place, r.tag, len(it.use.spec.elements))
			return
		}
	}
	if do.tree != nil {
		c.probs.add(o.at, o.column, "place %s: another line says which element of %s is unique", o.place, r.tag)
		return
	}
	do.tree = &hierarchy{rule: r, parent: o.parent, children: o.children}
}

func (c *compiler) computing(use *SegmentUse) *computing {
	if use.computing == nil {
		use.computing = &computing{}
	}
	return use.computing
}

// counted binds the places that count together in a tally and gives their names.
func (c *compiler) counted(o *overlayLine, places []condDecl, tally int) string {
	var names []string
	for _, p := range places {
		targets := c.resolve(0, p.place.Steps, nil)
		if len(targets) == 0 {
			c.probs.add(o.at, p.column, "place %s: guide %s %s %s has no such place", p.place, c.g.standard, c.g.release, c.g.set)
		}
		for _, t := range targets {
			it := &c.g.items[t.item]
			last := p.place.Steps[len(p.place.Steps)-1]
			r := &rule{line: &overlayLine{place: p.place, column: p.column, at: o.at}, around: t.around, narrow: qualified(t.around), tag: it.use.Tag, item: t.item,
				qualifier: anyAsEmpty(last.Qualifier), trigger: it.loop >= 0}
			if !c.qualifiers(r.line, t) || o.sum && !c.element(r, it) {
				return ""
			}
			do := c.computing(it.use)
			do.counted = append(do.counted, counted{r, tally, !o.sum && r.qualifier == "" && !r.narrow})
		}
		names = append(names, p.place.String())
	}
	return strings.Join(names, " and ")
}

// levels binds a line with "under" to the hierarchy of its segment.
func (c *compiler) levels(o *overlayLine) {
	for _, t := range c.resolve(0, o.place.Steps, nil) {
		it := &c.g.items[t.item]
		last := o.place.Steps[len(o.place.Steps)-1]
		if it.use.computing == nil || it.use.computing.tree == nil || it.use.computing.tree.parent == 0 {
			c.probs.add(o.at, o.column, "place %s: no line says which element of %s names its parent", o.place, it.use.Tag)
			return
		}
		if o.place.Element > 0 || anyAsEmpty(last.Qualifier) == "" {
			c.probs.add(o.at, o.column, "place %s: under needs a segment with a qualifier: HL:I under P O", o.place)
			return
		}
		r := &rule{line: o, around: t.around, narrow: qualified(t.around), tag: it.use.Tag, item: t.item, qualifier: last.Qualifier, trigger: it.loop >= 0}
		if !c.qualifiers(o, t) || !c.conditions(r, t) {
			return
		}
		tree := it.use.computing.tree
		tree.levels = append(tree.levels, level{r, slices.Contains(o.under, top)})
	}
}

// top is what a segment stands under that names no parent.
const top = "top"

// claim is a segment that says a total.
type claim struct {
	total *total
	place int32
}

// computations compares what the guide says must agree over the whole set: counts
// and sums, and hierarchies. Where the structure is not as the guide says, what
// would be counted or named may be what is wrong: then one finding is enough.
func (v *Validator) computations() {
	if len(v.watched) == 0 || v.torn || v.m.Truncated {
		return
	}
	v.claims, v.levels.all, v.levels.nameless = v.claims[:0], v.levels.all[:0], false
	for _, p := range v.watched {
		use := v.match.Placed[p-1].Use
		if do := use.computing; len(do.totals) > 0 || do.tree != nil {
			s := v.m.Segment(int(p))
			for _, t := range do.totals {
				if len(s.Element(t.rule.element)) > 0 && v.reaches(t.rule, &s, use) && v.applies(t.rule, v.match.Placed[p-1].Loop, &s) {
					v.claims = append(v.claims, claim{t, p})
				}
			}
			if do.tree != nil {
				if len(v.levels.all) == 0 {
					v.levels.reset(len(v.watched))
				}
				v.branch(do.tree, &s, use)
			}
		}
	}
	v.leaves()
	if len(v.claims) == 0 {
		return
	}
	v.countUp()
	for _, c := range v.claims {
		s := v.m.Segment(int(c.place))
		v.total(c.total, &s, v.match.Placed[c.place-1].Use)
	}
}

// countUp counts and sums what the message says a total of.
func (v *Validator) countUp() {
	v.tallies = slices.Grow(v.tallies[:0], v.g.tallies)[:v.g.tallies]
	clear(v.tallies)
	for _, c := range v.claims {
		for i := c.total.first; i < c.total.after; i++ {
			v.tallies[i].wanted = true
		}
	}
	for _, p := range v.watched {
		use := v.match.Placed[p-1].Use
		for i := range use.computing.counted {
			c := &use.computing.counted[i]
			switch {
			case !v.tallies[c.tally].wanted:
			case c.bare:
				v.tallies[c.tally].count()
			default:
				s := v.m.Segment(int(p))
				v.tallyUp(c, &s, use)
			}
		}
	}
}

// reaches reports whether a rule speaks of a segment: its qualifier and those of
// the loops around it are the rule's.
func (v *Validator) reaches(r *rule, s *edi.Segment, use *SegmentUse) bool {
	if r.qualifier != "" && !qualifies(s, use, r.qualifier) {
		return false
	}
	if !r.narrow {
		return true
	}
	inst := v.match.Placed[s.Place-1].Loop
	if r.trigger {
		inst = v.match.Loops[inst].Parent
	}
	return v.within(r, inst)
}

// tallyUp counts a segment, or adds its value.
func (v *Validator) tallyUp(c *counted, s *edi.Segment, use *SegmentUse) {
	r, t := c.rule, &v.tallies[c.tally]
	if !v.reaches(r, s, use) {
		return
	}
	if r.element == 0 {
		t.count()
		return
	}
	if val, ok := v.plainPart(s.Element(r.element), r.component); ok && use.spec.packed == nil {
		t.add(bytes.TrimRight(val, " "))
		return
	}
	v.addEach(r, t, s, use)
}

// plainPart is component c of a value, the whole for 0; not ok where a release
// character or a repetition asks for a closer look.
func (v *Validator) plainPart(val []byte, c int) (part []byte, ok bool) {
	if d := &v.delim; d.Repetition != 0 && bytes.IndexByte(val, d.Repetition) >= 0 || d.Release != 0 && bytes.IndexByte(val, d.Release) >= 0 {
		return nil, false
	}
	if c == 0 {
		return val, true
	}
	for ; c > 1; c-- {
		i := bytes.IndexByte(val, v.delim.Component)
		if i < 0 {
			return nil, true
		}
		val = val[i+1:]
	}
	if i := bytes.IndexByte(val, v.delim.Component); i >= 0 {
		val = val[:i]
	}
	return val, true
}

// addEach adds the value of every repetition of a rule's element. In EDIFACT each
// repetition is a place of its own, and the rule means one.
func (v *Validator) addEach(r *rule, t *tally, s *edi.Segment, use *SegmentUse) {
	if v.g.standard == edi.EDIFACT {
		sp := r.spot(s, use)
		t.add(bytes.TrimRight(v.plain(sp.value, s.Delimiters.Release), " "))
		return
	}
	d := s.Delimiters
	for rest, more := s.Element(r.element), true; more; {
		end := separator(rest, d.Repetition, d.Release)
		one := rest[:end]
		if r.component > 0 {
			one = nth(one, r.component, d.Component, d.Release)
		}
		t.add(bytes.TrimRight(v.plain(one, d.Release), " "))
		if more = end < len(rest); more {
			rest = rest[end+1:]
		}
	}
}

// total compares what a segment says with what was counted or summed.
func (v *Validator) total(t *total, s *edi.Segment, use *SegmentUse) {
	r := t.rule
	sp := r.spot(s, use)
	said := bytes.TrimRight(v.plain(sp.value, v.delim.Release), " ")
	if len(said) == 0 {
		return
	}
	var claim tally
	if claim.add(said); claim.unknown || digitCount(said) > sp.spec.max {
		return // it is no number, or too long, and reported as such
	}
	for i := t.first; i < t.after; i++ {
		have := &v.tallies[i]
		if have.unknown || r.line.sum && have.added == 0 || have.equals(&claim) || r.line.sum && v.g.standard == edi.X12 && have.hashes(said, sp.spec.max) {
			return
		}
	}
	id := totalCount
	if r.line.sum {
		id = totalSum
	}
	if !v.ruleCounted(r, id) {
		return
	}
	f := v.at(id, &sp, "")
	var found []string
	for i, name := range t.names {
		found = append(found, v.tallies[t.first+i].told(name, r.line.sum))
	}
	f.Hint = "expected " + v.tallies[t.first].String()
	v.addRule(r, id, f, fmt.Sprintf("%s is %s, but %s", sp.label(), shown(said), strings.Join(found, ", ")))
}

// digitCount is how many digits a number has.
func digitCount(number []byte) (n int32) {
	for _, c := range number {
		if c >= '0' && c <= '9' {
			n++
		}
	}
	return n
}

// told is what was counted or summed, in words.
func (t *tally) told(name string, sum bool) string {
	if sum {
		return fmt.Sprintf("the sum of %s is %s", name, t)
	}
	return fmt.Sprintf("%s stands %s", name, times(int(t.units)))
}
