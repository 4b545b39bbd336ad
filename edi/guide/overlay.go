package guide

import (
	"slices"

	"github.com/edibridge/edibridge/edi"
)

// rule is one line of an overlay, bound to one place of the guide. A line whose
// place is there several times gives as many rules.
type rule struct {
	line *overlayLine
	// The loops around the target, innermost first, with the value that the
	// qualifier of each must have; "" is any.
	around []string
	narrow bool // around has a qualifier
	// Of a rule on elements: whether the target is the trigger of its loop; then
	// around begins with the loop around that one.
	trigger   bool
	tag       string // of the target
	item      int32  // line of the target, the first of its tag
	qualifier string // value that the target's qualifier element must have; "" is any
	element   int    // from 1; 0: a rule on the segment or loop itself
	component int    // from 1; 0: the whole element
	codes     *codeSet
	conds     []condition
}

// condition is one condition of a rule, bound to the guide.
type condition struct {
	decl  *condDecl
	id    int   // from 0 over the guide
	same  bool  // its element is in the target segment itself
	scope int32 // else the loop in which its place is looked for
}

// overlay binds the lines of the layers to the guide: those of the standard's
// guide first. A line replaces those of inner layers with the same place.
func (c *compiler) overlay(layers []*guideDecl) {
	var lines []*overlayLine
	for _, layer := range layers {
		for _, o := range layer.overlay {
			place := o.place.String()
			lines = slices.DeleteFunc(lines, func(below *overlayLine) bool {
				return below.at.Layer != layer.name && below.place.String() == place && o.replaces(below)
			})
		}
		lines = append(lines, layer.overlay...)
	}
	for _, o := range lines {
		c.g.lines = append(c.g.lines, Line{Place: o.place.String(), Text: o.text, Overlay: true, Origin: o.at})
		if !o.off {
			c.bind(o)
		}
	}
	for _, o := range lines { // once the hierarchies are bound
		if !o.off && len(o.under) > 0 {
			c.levels(o)
		}
	}
}

// replaces reports whether the line takes the place of one below it. What a
// standard's guide computes stands until a line speaks of the same, or waives it:
// a partner who asks for CTT01 does not stop counting.
func (o *overlayLine) replaces(below *overlayLine) bool {
	return !below.computed() || below.onPlace() || below.onValue() || o.computed() || o.off || o.unused
}

// target is where a place leads: a line of the guide and the loops around it.
type target struct {
	item   int32
	loop   int32 // that holds the line
	around []string
}

// resolve gives the lines that steps lead to from a loop.
func (c *compiler) resolve(loop int32, steps []edi.Step, around []string) []target {
	var out []target
	tag := c.g.tags.id([]byte(steps[0].Tag))
	if tag < 0 {
		return nil
	}
	for i := c.g.firstOf(loop, tag); i >= 0; i = c.g.items[i].next {
		if c.g.loops[loop].use != nil && i == c.g.loops[loop].first {
			continue // the trigger is spoken of by its loop
		}
		if len(steps) == 1 {
			out = append(out, target{item: i, loop: loop, around: around})
			continue
		}
		if inner := c.g.items[i].loop; inner >= 0 {
			q := append([]string{anyAsEmpty(steps[0].Qualifier)}, around...)
			out = append(out, c.resolve(inner, steps[1:], q)...)
		}
	}
	return out
}

func anyAsEmpty(qualifier string) string {
	if qualifier == "*" {
		return ""
	}
	return qualifier
}

// firstOf is the first line of a tag in a loop, or -1.
func (g *Guide) firstOf(loop, tag int32) int32 {
	return g.first[int(loop)*len(g.tags.names)+int(tag)]
}

// bind makes the rules of a line.
func (c *compiler) bind(o *overlayLine) {
	targets := c.resolve(0, o.place.Steps, nil)
	if len(targets) == 0 {
		c.probs.add(o.at, o.column, "place %s: guide %s %s %s has no such place", o.place, c.g.standard, c.g.release, c.g.set)
		return
	}
	for i, t := range targets {
		again := i > 0 && targets[i-1].loop == t.loop // another line of this tag in the same loop
		c.bindTo(o, t, again)
	}
}

// bindTo makes the rules of a line for one target. again says that the loop has
// the rule on segments already, which covers all lines of the tag.
func (c *compiler) bindTo(o *overlayLine, t target, again bool) {
	it := &c.g.items[t.item]
	last := o.place.Steps[len(o.place.Steps)-1]
	base := rule{line: o, around: t.around, narrow: qualified(t.around), tag: it.use.Tag, item: t.item, qualifier: anyAsEmpty(last.Qualifier)}
	if !c.qualifiers(o, t) {
		return
	}
	if !again && o.place.Element == 0 && o.onPlace() {
		r := base
		if !c.conditions(&r, t) {
			return
		}
		c.g.loops[t.loop].rules = append(c.g.loops[t.loop].rules, &r)
		c.g.ruled = true
	}
	if o.place.Element == 0 && o.name != "" && base.qualifier == "" && !qualified(t.around) {
		c.rename(it, o.name)
	}
	if o.place.Element == 0 && !o.onValue() && !o.widen && o.list == nil && len(o.totals) == 0 {
		return
	}
	r := base
	r.trigger = it.loop >= 0
	if !c.element(&r, it) || !c.conditions(&r, t) {
		return
	}
	if o.onValue() || o.place.Element > 0 && o.onPlace() {
		it.use.rules = append(it.use.rules, &r)
		c.g.ruled = true
	}
	if o.computed() {
		c.computed(&r, it)
	}
}

func qualified(around []string) bool {
	return slices.ContainsFunc(around, func(q string) bool { return q != "" })
}

// rename gives a segment or loop the name that a layer has for it.
func (c *compiler) rename(it *item, name string) {
	it.use.Name = name
	if it.loopUse != nil {
		it.loopUse.Name = name
	}
}

// qualifiers checks that every segment that a place qualifies has a qualifier.
func (c *compiler) qualifiers(o *overlayLine, t target) bool {
	for _, s := range o.place.Steps {
		if anyAsEmpty(s.Qualifier) != "" && c.g.Qualifier(s.Tag) == 0 {
			c.probs.add(o.at, o.column, "place %s: the dictionary knows no qualifier element of %s", o.place, s.Tag)
			return false
		}
	}
	return true
}

// element binds a rule to its element and, where it widens or renames, gives the
// segment a specification of its own.
func (c *compiler) element(r *rule, it *item) bool {
	o := r.line
	r.element, r.component = o.place.Element, o.place.Component
	if r.element == 0 {
		if r.qualifier == "" {
			c.probs.add(o.at, o.column, "place %s: codes, list, value, length, count and sum need an element or a qualifier", o.place)
			return false
		}
		r.element, r.component = it.use.spec.qualified()
	}
	if r.element > len(it.use.spec.elements) {
		c.probs.add(o.at, o.column, "place %s: %s has %d elements", o.place, r.tag, len(it.use.spec.elements))
		return false
	}
	spec := &it.use.spec.elements[r.element-1]
	if r.component > 0 && (spec.parts == nil || r.component > len(spec.parts.elements)) {
		c.probs.add(o.at, o.column, "place %s: %s%02d has no component %d", o.place, r.tag, r.element, r.component)
		return false
	}
	if spec = r.part(spec); spec.kind == kindComposite && (len(o.codes) > 0 || o.onValue() || o.computed() || o.list != nil) {
		c.probs.add(o.at, o.column, "place %s: %s%02d is a composite, expected one of its components", o.place, r.tag, r.element)
		return false
	}
	if o.widen || o.list != nil || o.name != "" {
		return c.change(r, it)
	}
	if len(o.codes) > 0 {
		r.codes = newCodeSet(o.codes)
	}
	return true
}

// change gives the segment a specification of its own, in which the element is
// what a line that widens or renames makes of it.
func (c *compiler) change(r *rule, it *item) bool {
	o := r.line
	if r.qualifier != "" || qualified(r.around) {
		c.probs.add(o.at, o.column, "place %s: codes +, list and name of an element need a place without qualifiers", o.place)
		return false
	}
	spec := r.part(c.ownElement(it.use, r))
	list := spec.list
	if o.widen {
		if list == nil {
			c.probs.add(o.at, o.column, "place %s: element %s has no code list to add to", o.place, spec.ref)
			return false
		}
		list = list.with(o.codes)
	} else if len(o.codes) > 0 {
		r.codes = newCodeSet(o.codes)
	}
	if o.list != nil {
		if o.list.kind == listClosed && (list == nil || len(list.codes) == 0) {
			c.probs.add(o.at, o.column, "place %s: element %s has no code list to close", o.place, spec.ref)
			return false
		}
		if list == nil {
			list = &codeList{element: spec.ref, at: o.at}
		}
		list = list.with(nil)
		list.listDecl, list.severity = *o.list, o.severity
	}
	if o.widen || o.list != nil {
		spec.setList(list)
	}
	if o.name != "" {
		spec.name = o.name
	}
	it.use.spec.repack(r.element)
	return true
}

// qualified is where the value stands that the qualifier speaks of: the other
// part of its composite, or the element behind it.
func (s *structSpec) qualified() (element, component int) {
	switch n := s.qualifier + 1; {
	case s.qualifierPart == 1:
		return s.qualifier, 2
	case s.qualifierPart > 1:
		return s.qualifier, s.qualifierPart - 1
	case n <= len(s.elements) && s.elements[n-1].kind == kindComposite:
		return n, 1
	default:
		return n, 0
	}
}

// repack gives the packed form what the other form says of an element.
func (s *structSpec) repack(element int) {
	if s.packed == nil {
		return
	}
	packed := *s.packed
	packed.elements = slices.Clone(packed.elements)
	to := &packed.elements[s.from[element-1]]
	repeat := to.repeat
	*to = s.elements[element-1]
	to.repeat = repeat
	s.packed = &packed
}

// part is the specification of the rule's component, or of the element itself.
func (r *rule) part(spec *elementSpec) *elementSpec {
	if r.component > 0 {
		return &spec.parts.elements[r.component-1]
	}
	return spec
}

// ownElement gives use a copy of its segment's specification, which the
// dictionary shares with others, and of the composite that the rule is about.
func (c *compiler) ownElement(use *SegmentUse, r *rule) *elementSpec {
	spec := *use.spec
	spec.elements = slices.Clone(spec.elements)
	use.spec = &spec
	el := &spec.elements[r.element-1]
	if r.component > 0 {
		parts := *el.parts
		parts.elements = slices.Clone(parts.elements)
		el.parts = &parts
	}
	return el
}

// conditions binds the conditions of the rule's line.
func (c *compiler) conditions(r *rule, t target) bool {
	for i := range r.line.conds {
		d := &r.line.conds[i]
		cond := condition{decl: d, id: c.g.conds}
		c.g.conds++
		steps := d.place.Steps
		switch {
		case r.element > 0 && len(steps) == 1 && steps[0].Qualifier == "" && steps[0].Tag == r.tag && d.place.Element > 0:
			cond.same = true
			if d.place.Element > len(c.g.items[r.item].use.spec.elements) {
				c.probs.add(r.line.at, d.column, "condition %s: %s has %d elements", d.place, r.tag, len(c.g.items[r.item].use.spec.elements))
				return false
			}
		case len(d.values) > 0 && d.place.Element == 0:
			c.probs.add(r.line.at, d.column, "condition %s: a value needs an element", d.place)
			return false
		default:
			scope, ok := c.scope(t, steps, r.trigger)
			if !ok {
				c.probs.add(r.line.at, d.column, "condition %s: neither the loops around %s nor the set have such a place", d.place, r.line.place)
				return false
			}
			cond.scope = scope
		}
		r.conds = append(r.conds, cond)
	}
	return true
}

// scope is the innermost loop around a target in which steps lead somewhere.
func (c *compiler) scope(t target, steps []edi.Step, trigger bool) (int32, bool) {
	loop := t.loop
	if trigger {
		loop = c.g.items[t.item].loop
	}
	for ; loop >= 0; loop = c.g.loops[loop].parent {
		l := &c.g.loops[loop]
		if l.use != nil && len(steps) == 1 && l.use.Trigger == steps[0].Tag {
			return loop, true
		}
		if len(c.resolve(loop, steps, nil)) > 0 {
			return loop, true
		}
	}
	return 0, false
}
