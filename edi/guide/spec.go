package guide

import (
	"slices"

	"github.com/edibridge/edibridge/edi"
)

// compile checks that everything a segment or composite names is defined, and
// makes the specs of all segments.
func (d *dictionary) compile(p *problems) {
	elements := map[string]elementSpec{}
	for id, e := range d.elements {
		elements[id] = e.spec(d.lists[id])
	}
	for id, l := range d.lists {
		if d.elements[id] == nil {
			p.add(l.at, 0, "codes of element %s, which no line defines", id)
		}
	}
	c := specCompiler{edifact: d.standard == string(edi.EDIFACT), elements: elements, parts: map[string]*structSpec{}, probs: p}
	parts := map[string]*structSpec{}
	for _, id := range sortedKeys(d.composites) {
		parts[id] = c.unfolded(d.composites[id])
	}
	c.parts = parts
	for _, tag := range sortedKeys(d.segments) {
		s := d.segments[tag]
		if c.edifact && slices.ContainsFunc(s.members, func(m memberDef) bool { return m.repeat > 1 }) {
			d.specs[tag] = c.unfolded(s)
			d.specs[tag].packed = c.spec(s, s.members, 1)
			continue
		}
		d.specs[tag] = c.unfolded(s)
	}
}

// spec is the compiled element, without the requirement and repetition that its
// use in a segment adds.
func (e *elementDef) spec(list *codeList) elementSpec {
	s := elementSpec{min: int32(e.min), max: int32(e.max), ref: e.id, name: e.name, repeat: 1}
	switch e.typ {
	case "ID", "AN", "an":
	case "a":
		s.form = kindAlpha
	case "n":
		s.form = kindAmount
	case "R":
		s.form = kindDecimal
	case "DT":
		s.form = kindDate
	case "TM":
		s.form = kindTime
	case "B":
		s.form = kindBinary
	default: // N, N0 to N9
		s.form = kindNumber
		if len(e.typ) > 1 {
			s.decimals = e.typ[1] - '0'
		}
	}
	switch e.typ {
	case "ID", "a", "an", "n":
		s.setList(list)
	default:
		s.setList(nil)
	}
	return s
}

// specCompiler makes the specs of a dictionary.
type specCompiler struct {
	edifact  bool
	elements map[string]elementSpec
	parts    map[string]*structSpec // composites, once they are made
	probs    *problems
}

// unfolded is the compiled segment or composite in which each position is an
// element of its own. Only in EDIFACT a repetition takes positions.
func (c *specCompiler) unfolded(s *structDef) *structSpec {
	if !c.edifact {
		return c.spec(s, s.members, 1)
	}
	var members []memberDef
	var from []uint8
	for i, m := range s.members {
		repeat := m.repeat
		for n := range repeat {
			one := m
			one.pos, one.repeat = m.pos+n, 1
			if n > 0 {
				one.req = Conditional
			}
			members, from = append(members, one), append(from, uint8(i))
		}
	}
	out := c.spec(s, members, 0)
	out.from = from
	return out
}

// spec is a segment or composite of the members given. repeats is 1 where an
// element's own repetitions count.
func (c *specCompiler) spec(s *structDef, members []memberDef, repeats int) *structSpec {
	out := &structSpec{tag: s.id, name: s.name, qualifier: s.qualifier, qualifierPart: s.qualifierPart,
		elements: make([]elementSpec, len(members)), dated: c.edifact && s.id == "C507" && len(members) >= 3}
	for i, m := range members {
		e, ok := c.elements[m.ref]
		if p := c.parts[m.ref]; !ok && p != nil {
			e, ok = elementSpec{kind: kindComposite, parts: p, ref: m.ref, name: p.name}, true
		}
		if !ok {
			c.probs.add(m.at, 0, "%s%02d is %s, which no line defines", s.id, m.pos, m.ref)
		}
		if e.repeat = 1; repeats > 0 {
			e.repeat = int32(m.repeat)
		}
		if m.name != "" {
			e.name = m.name
		}
		if m.ref == "1251" && i > 0 && members[i-1].ref == "1250" && !c.edifact {
			out.format = uint8(i)
		}
		if m.req == Mandatory {
			out.required |= 1 << i
		}
		if c.edifact && (m.ref == "1131" || m.ref == "3055") {
			out.agency |= 1 << i
		}
		out.elements[i] = e
	}
	c.checkQualifier(s, out)
	for _, cond := range s.conds {
		r := c.relation(s, &cond, members)
		if lowest := r.mask & -r.mask; r.kind == 'P' && r.mask == lowest|lowest<<1 {
			out.pairs |= lowest
			out.relations = append(out.relations, r)
			continue
		}
		out.relations = slices.Insert(out.relations, out.alone, r)
		out.alone++
	}
	return out
}

// checkQualifier checks that the qualifier of a segment is one of its elements.
func (c *specCompiler) checkQualifier(s *structDef, spec *structSpec) {
	switch n := s.qualifier; {
	case n == 0:
	case n > len(spec.elements):
		c.probs.add(s.at, 0, "qualifier %d: %s has %d elements", n, s.id, len(spec.elements))
	case s.qualifierPart == 0:
	case spec.elements[n-1].parts == nil || s.qualifierPart > len(spec.elements[n-1].parts.elements):
		c.probs.add(s.at, 0, "qualifier %d.%d: %s%02d has no such component", n, s.qualifierPart, s.id, n)
	}
}

// relation is the compiled condition over members.
func (c *specCompiler) relation(s *structDef, cond *condDef, members []memberDef) relation {
	r := relation{kind: cond.kind, text: cond.text, lead: cond.members[0]}
	for i, n := range cond.members {
		at := slices.IndexFunc(members, func(m memberDef) bool { return m.pos == n })
		if at < 0 {
			c.probs.add(cond.at, 0, "condition %s: %s has %d elements", cond.text, s.id, len(members))
			continue
		}
		if i == 0 {
			r.lead = at + 1
		}
		if i == 0 && (cond.kind == 'C' || cond.kind == 'L' || cond.kind == 'N') {
			r.first = 1 << at
			continue
		}
		r.mask |= 1 << at
	}
	return r
}
