package guide

import (
	"bytes"
	"fmt"
	"hash/maphash"
	"slices"

	"github.com/edibridge/edibridge/edi"
)

// levelTable finds the segments of hierarchies by their ids, in memory that is
// used again.
type levelTable struct {
	seed  maphash.Seed
	ready bool
	slots []int32 // index in all + 1; 0: free
	all   []placedLevel
	// nameless says that a segment has no id, or none that it may have, which was
	// told: an id that names nothing may be its.
	nameless bool
}

// placedLevel is one segment of a hierarchy.
type placedLevel struct {
	place int32
	hash  uint64
	tree  *hierarchy
	above bool // another names it as its parent
}

// reset empties the table and makes room for n.
func (t *levelTable) reset(n int) {
	if t.all = t.all[:0]; !t.ready {
		t.seed, t.ready = maphash.MakeSeed(), true
	}
	size := 8
	for size < 2*n {
		size *= 2
	}
	t.slots = slices.Grow(t.slots[:0], size)[:size]
	clear(t.slots)
}

// levelOf is the segment of a hierarchy whose id is id, nil when there is none
// yet, and the slot where it is or would be.
func (v *Validator) levelOf(h *hierarchy, id []byte, hash uint64) (l *placedLevel, slot int) {
	t := &v.levels
	for i := int(hash) & (len(t.slots) - 1); ; i = (i + 1) & (len(t.slots) - 1) {
		at := t.slots[i]
		if at == 0 {
			return nil, i
		}
		if l := &t.all[at-1]; l.hash == hash && l.tree == h {
			s := v.m.Segment(int(l.place))
			if bytes.Equal(bytes.TrimRight(s.Element(h.rule.element), " "), id) {
				return l, i
			}
		}
	}
}

// branch checks a segment of a hierarchy against those before it.
func (v *Validator) branch(h *hierarchy, s *edi.Segment, use *SegmentUse) {
	if !v.reaches(h.rule, s, use) || !v.applies(h.rule, v.match.Placed[s.Place-1].Loop, s) {
		return
	}
	v.parent(h, s, use)
	id := bytes.TrimRight(s.Element(h.rule.element), " ")
	if len(id) == 0 || !use.spec.elements[h.rule.element-1].fits(id) {
		v.levels.nameless = true
		return
	}
	hash := maphash.Bytes(v.levels.seed, id)
	before, slot := v.levelOf(h, id, hash)
	if before == nil {
		v.levels.all = append(v.levels.all, placedLevel{place: int32(s.Place), hash: hash, tree: h})
		v.levels.slots[slot] = int32(len(v.levels.all))
		return
	}
	rule := hierarchyID
	if h.parent == 0 && h.children == 0 {
		rule = elementUnique
	}
	if h.rule.line.unique && v.ruleCounted(h.rule, rule) {
		sp := elementSpot(s, use, h.rule.element)
		v.addRule(h.rule, rule, v.at(rule, &sp, ""),
			fmt.Sprintf("%s %q stands before, in segment %d", sp.label(), shown(id), before.place))
	}
}

// parent checks what a segment says of the one above it.
func (v *Validator) parent(h *hierarchy, s *edi.Segment, use *SegmentUse) {
	if h.parent == 0 {
		return
	}
	id := bytes.TrimRight(s.Element(h.parent), " ")
	var above *placedLevel
	if len(id) > 0 && !use.spec.elements[h.parent-1].fits(id) {
		return
	}
	if len(id) > 0 {
		above, _ = v.levelOf(h, id, maphash.Bytes(v.levels.seed, id))
		if above == nil {
			if !v.levels.nameless && v.ruleCounted(h.rule, hierarchyParent) {
				sp := elementSpot(s, use, h.parent)
				v.addRule(h.rule, hierarchyParent, v.at(hierarchyParent, &sp, ""),
					fmt.Sprintf("%s %q names no %s before it", sp.label(), shown(id), s.Tag()))
			}
			return
		}
		above.above = true
	}
	for i := range h.levels {
		if l := &h.levels[i]; v.reaches(l.rule, s, use) && v.applies(l.rule, v.match.Placed[s.Place-1].Loop, s) {
			v.level(l, h, s, use, above)
		}
	}
}

// level checks what a segment stands under; above is nil at the top.
func (v *Validator) level(l *level, h *hierarchy, s *edi.Segment, use *SegmentUse, above *placedLevel) {
	under := "the top"
	if above == nil && l.top {
		return
	}
	if above != nil {
		p := v.m.Segment(int(above.place))
		for _, q := range l.rule.line.under {
			if q != top && qualifies(&p, use, q) {
				return
			}
		}
		under = fmt.Sprintf("%s:%s", s.Tag(), p.Element(use.spec.qualifier))
	}
	if !v.ruleCounted(l.rule, hierarchyLevel) {
		return
	}
	sp := elementSpot(s, use, h.parent)
	f := v.at(hierarchyLevel, &sp, "")
	f.Trigger = v.trigger(s, use, use.spec.qualifier, use.spec.qualifierPart)
	v.addRule(l.rule, hierarchyLevel, f, fmt.Sprintf("%s stands under %s, expected under %s", l.rule.step(), under, orList(l.rule.line.under)))
}

// leaves checks what each segment of a hierarchy says of what stands below it.
func (v *Validator) leaves() {
	for i := range v.levels.all {
		l := &v.levels.all[i]
		if l.tree.children == 0 {
			continue
		}
		s := v.m.Segment(int(l.place))
		said := bytes.TrimRight(s.Element(l.tree.children), " ")
		none, some := string(said) == "0", string(said) == "1"
		if (!none || !l.above) && (!some || l.above) || !v.ruleCounted(l.tree.rule, hierarchyChildren) {
			continue
		}
		sp := elementSpot(&s, v.match.Placed[l.place-1].Use, l.tree.children)
		f := v.at(hierarchyChildren, &sp, "")
		f.Hint = "expected 0"
		text := "says that others stand below, but none names this one as its parent"
		if none {
			f.Hint, text = "expected 1", "says that nothing stands below, but a later one names this one as its parent"
		}
		v.addRule(l.tree.rule, hierarchyChildren, f, fmt.Sprintf("%s %q %s", sp.label(), said, text))
	}
}

// elementSpot is an element of a segment without parts.
func elementSpot(s *edi.Segment, use *SegmentUse, n int) spot {
	return spot{s: s, spec: &use.spec.elements[n-1], element: n, offset: s.ElementOffset(n), value: s.Element(n)}
}
