package guide

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/edibridge/edibridge/edi"
)

// remembered is the outcome of a condition for the loop that was asked last.
// Loops are asked in order, so that each is looked through once.
type remembered struct {
	inst  int // 0: none; Match.Loops index + 1
	holds bool
}

// situations checks what the overlays of the guide ask for, once every segment
// has its place.
func (v *Validator) situations() {
	for inst := range v.match.Loops {
		loop := int32(0)
		if use := v.match.Loops[inst].Use; use != nil {
			loop = use.index
		}
		for _, r := range v.g.loops[loop].rules {
			if v.within(r, inst) && v.applies(r, inst, nil) {
				v.presence(r, inst)
			}
		}
	}
	for p := 1; p <= len(v.match.Placed); p++ {
		use := v.match.Placed[p-1].Use
		if use == nil || len(use.rules) == 0 {
			continue
		}
		s := v.m.Segment(p)
		for _, r := range use.rules {
			v.elementRule(r, &s)
		}
	}
}

// within reports whether a loop of the match, and those around it, have the
// qualifiers that the rule's place names.
func (v *Validator) within(r *rule, inst int) bool {
	for _, q := range r.around {
		l := &v.match.Loops[inst]
		if q != "" {
			s := v.m.Segment(l.First)
			if !qualifies(&s, v.match.Placed[l.First-1].Use, q) {
				return false
			}
		}
		inst = l.Parent
	}
	return true
}

// applies reports whether the conditions of the rule's line let it hold; s is
// the segment of a rule on an element.
func (v *Validator) applies(r *rule, inst int, s *edi.Segment) bool {
	if len(r.conds) == 0 {
		return true
	}
	all := true
	for i := range r.conds {
		if !v.holds(&r.conds[i], inst, s) {
			all = false
			break
		}
	}
	return all != r.line.unless
}

// holds evaluates one condition, seen from a loop of the match.
func (v *Validator) holds(c *condition, inst int, s *edi.Segment) bool {
	if c.same {
		return c.test(s, v.match.Placed[s.Place-1].Use.spec, false) != (c.decl.op == '!')
	}
	inst = v.outwards(c, inst)
	memo := &v.memo[c.id]
	if memo.inst != inst+1 {
		*memo = remembered{inst + 1, v.find(c, inst, c.decl.place.Steps, false) > 0 != (c.decl.op == '!')}
	}
	return memo.holds
}

// outwards is the loop of the match, inst or one around it, in which the place of
// a condition is looked for.
func (v *Validator) outwards(c *condition, inst int) int {
	for inst > 0 && v.match.Loops[inst].Use.index != c.scope {
		inst = v.match.Loops[inst].Parent
	}
	return inst
}

// find is the place of the first segment in a loop where steps lead that has what
// the condition is looking for, or any value when other; 0 when there is none.
func (v *Validator) find(c *condition, inst int, steps []edi.Step, other bool) int {
	l := &v.match.Loops[inst]
	for p := l.First; p <= l.Last; p++ {
		use, child := v.direct(inst, p)
		if use == nil {
			if p != l.First || l.Use == nil {
				continue
			}
			use = v.match.Placed[p-1].Use // its own trigger
		}
		s := v.m.Segment(p)
		if use.Tag != steps[0].Tag || !qualifies(&s, use, anyAsEmpty(steps[0].Qualifier)) {
			continue
		}
		if len(steps) == 1 {
			if c.test(&s, use.spec, other) {
				return p
			}
		} else if child > 0 {
			if at := v.find(c, child, steps[1:], other); at > 0 {
				return at
			}
		}
	}
	return 0
}

// direct gives the use of the segment at place when it stands directly in a loop
// of the match, or opens one that does: then child is that loop.
func (v *Validator) direct(inst, place int) (use *SegmentUse, child int) {
	pl := &v.match.Placed[place-1]
	switch {
	case pl.Use == nil:
	case pl.Use.Trigger:
		if v.match.Loops[pl.Loop].Parent == inst && v.match.Loops[pl.Loop].First == place {
			return pl.Use, pl.Loop
		}
	case pl.Loop == inst:
		return pl.Use, 0
	}
	return nil, 0
}

// qualifies reports whether the segment's qualifier element has a value; "" is
// any.
func qualifies(s *edi.Segment, use *SegmentUse, qualifier string) bool {
	switch {
	case qualifier == "":
		return true
	case use.spec.qualifierPart == 1:
		// Of what begins with the qualifier and is not longer only the qualifier is one.
		val := s.Element(use.spec.qualifier)
		return len(val) >= len(qualifier) && string(val[:len(qualifier)]) == qualifier &&
			string(s.Component(use.spec.qualifier, 1)) == qualifier
	case use.spec.qualifierPart > 1:
		return string(s.Component(use.spec.qualifier, use.spec.qualifierPart)) == qualifier
	}
	return string(s.Repetition(use.spec.qualifier, 1)) == qualifier
}

// test reports whether a segment has what the condition names: the segment
// itself, an element, or one of the values; when other, any value of the element.
func (c *condition) test(s *edi.Segment, spec *structSpec, other bool) bool {
	if c.decl.place.Element == 0 {
		return true
	}
	element, repetition := spec.place(c.decl.place.Element, s.Delimiters)
	val := s.Element(element)
	if repetition > 0 || c.decl.place.Component > 0 {
		val = s.Repetition(element, max(repetition, 1))
	}
	if c.decl.place.Component > 0 {
		val = nth(val, c.decl.place.Component, s.Delimiters.Component, s.Delimiters.Release)
	}
	val = bytes.TrimRight(plain(val, s.Delimiters.Release), " ")
	if other || len(c.decl.values) == 0 {
		return len(val) > 0
	}
	for _, want := range c.decl.values {
		if string(val) == want {
			return true
		}
	}
	return false
}

// presence checks a rule on a segment or loop in one loop that could hold it.
func (v *Validator) presence(r *rule, inst int) {
	l := &v.match.Loops[inst]
	tags, uses, stands := 0, 0, l.Last+1
	for p := l.First; p <= l.Last; p++ {
		use, child := v.direct(inst, p)
		if use == nil {
			continue
		}
		at := use.item
		if child > 0 {
			at = v.match.Loops[child].Use.item
		}
		if at > r.item && p < stands {
			stands = p // what is missing would stand before the first later line
		}
		if use.Tag != r.tag {
			continue
		}
		tags++
		s := v.m.Segment(p)
		if !qualifies(&s, use, r.qualifier) {
			continue
		}
		uses++
		switch {
		case r.line.unused:
			v.placeFinding(r, segmentUnused, p, inst)
		case r.line.uses > 0 && uses > r.line.uses && child > 0:
			v.placeFinding(r, loopUses, p, inst)
		case r.line.uses > 0 && uses > r.line.uses:
			v.placeFinding(r, segmentUses, p, inst)
		}
	}
	if r.line.required && uses == 0 && v.ruleCounted(r, segmentMissing) {
		f := v.gap(stands, inst, tags+1, &v.g.items[r.item])
		f.Trigger = v.situation(r, inst, nil)
		v.addRule(r, segmentMissing, f, strings.Replace(f.Message, f.Tag, r.step(), 1))
	}
}

func times(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}

// step is the target as a place names it: "REF:DP".
func (r *rule) step() string {
	if r.qualifier == "" {
		return r.tag
	}
	return r.tag + ":" + r.qualifier
}

// placeFinding reports a segment that a rule does not let stand in a loop.
func (v *Validator) placeFinding(r *rule, id ruleID, place, inst int) {
	if !v.ruleCounted(r, id) {
		return
	}
	s := v.m.Segment(place)
	f := v.whole(id, &s)
	f.Trigger = v.situation(r, inst, nil)
	text := " does not stand here"
	if id != segmentUnused {
		text = " stands here more than " + times(r.line.uses)
	}
	v.addRule(r, id, f, r.step()+text)
}

// severity is that of a rule of the table as an overlay line sees it: what the
// agreement says, else what the line says, else the rule's own.
func (v *Validator) severity(r *rule, id ruleID) edi.Severity {
	if _, ok := v.opt.Severity[v.rules[id].id]; !ok && r.line.severity != "" {
		return r.line.severity
	}
	return v.sev[id]
}

func (v *Validator) ruleCounted(r *rule, id ruleID) bool { return v.countedAs(v.severity(r, id)) }

// addRule keeps a finding of an overlay line: message and where the line stands.
func (v *Validator) addRule(r *rule, id ruleID, f edi.Finding, message string) {
	v.setSeverity(&f, id, v.severity(r, id))
	f.Message = message
	if r.line.at.Layer != v.g.base { // a partner's own demand: where it is written
		f.Message = fmt.Sprintf("%s (guide %s, line %d)", message, r.line.at.Layer, r.line.at.Line)
	}
	if r.line.note != "" {
		f.Message = fmt.Sprintf("%s: %s", f.Message, r.line.note)
	}
	v.add(f)
}

// elementRule checks a rule on an element of a segment.
func (v *Validator) elementRule(r *rule, s *edi.Segment) {
	use := v.match.Placed[s.Place-1].Use
	if !v.reaches(r, s, use) || !v.applies(r, v.match.Placed[s.Place-1].Loop, s) {
		return
	}
	sp := r.spot(s, use)
	mandatory := r.component == 0 && use.spec.required&(1<<(r.element-1)) != 0
	v.elementValue(r, &sp, mandatory)
}

// spot is the value that a rule on an element is about.
func (r *rule) spot(s *edi.Segment, use *SegmentUse) spot {
	whole := &use.spec.elements[r.element-1]
	n, repetition := use.spec.place(r.element, s.Delimiters)
	sp := spot{s: s, spec: r.part(whole), element: n, component: r.component, repetition: repetition,
		offset: s.ElementOffset(n), value: s.Element(n)}
	if repetition > 0 {
		sp.value, sp.offset = nthAt(sp.value, repetition, s.Delimiters.Repetition, s.Delimiters.Release, sp.offset)
	}
	if r.component > 0 {
		sp.spec = whole
		if repetition == 0 {
			sp.value = nth(sp.value, 1, s.Delimiters.Repetition, s.Delimiters.Release)
		}
		sp = sp.part(r.component)
	}
	return sp
}

// elementValue checks a value against a rule; mandatory says that the standard
// asks for it already.
func (v *Validator) elementValue(r *rule, sp *spot, mandatory bool) {
	o := r.line
	val := bytes.TrimRight(plain(sp.value, sp.s.Delimiters.Release), " ")
	if len(val) == 0 {
		if o.required && o.place.Element > 0 && !mandatory {
			v.valueFinding(r, elementRequired, sp, "%s has no %s", sp.s.Tag(), sp.label())
		}
		return
	}
	if o.unused && o.place.Element > 0 {
		v.valueFinding(r, elementUnused, sp, "%s does not stand here", sp.label())
	}
	known := sp.spec.codes == nil || sp.spec.codes.has(val) // of another code the standard's list tells
	if r.codes != nil && !r.codes.has(val) && known {
		v.valueFinding(r, elementCode, sp, "%s %q is not one of %s", sp.label(), shown(val), strings.Join(o.codes, " "))
	}
	if len(o.values) > 0 && string(val) != o.values[0] && known && sp.spec.fits(val) {
		v.valueFinding(r, elementValue, sp, "%s %q is not %q", sp.label(), shown(val), o.values[0])
	}
	if n := int(characterCount(val)); o.max > 0 && n < o.min {
		v.valueFinding(r, elementShort, sp, "%s %q has %s, expected at least %d", sp.label(), shown(val), characters(int32(n)), o.min)
	} else if o.max > 0 && n > o.max {
		v.valueFinding(r, elementLong, sp, "%s %q has %s, expected at most %d", sp.label(), shown(val), characters(int32(n)), o.max)
	}
	if sep := sp.s.Delimiters.Repetition; o.uses > 0 && sep != 0 && o.place.Element > 0 {
		if n := countParts(sp.value, sep, sp.s.Delimiters.Release); n > o.uses {
			v.valueFinding(r, elementRepetitions, sp, "%s repeats %d times, at most %d are allowed", sp.label(), n, o.uses)
		}
	}
}

// valueFinding reports a value that a rule does not let stand.
func (v *Validator) valueFinding(r *rule, id ruleID, sp *spot, format string, args ...any) {
	if !v.ruleCounted(r, id) {
		return
	}
	f := v.at(id, sp, "")
	f.Trigger = v.situation(r, v.match.Placed[sp.s.Place-1].Loop, sp.s)
	switch id {
	case elementCode:
		codes := make([]code, len(r.line.codes))
		for i, c := range r.line.codes {
			codes[i].code = c
			if sp.spec.list != nil {
				codes[i].name, _ = sp.spec.list.name(c)
			}
		}
		f.Hint = nearest(string(sp.value), codes)
	case elementValue:
		f.Hint = r.line.values[0]
	}
	v.addRule(r, id, f, fmt.Sprintf(format, args...))
}
