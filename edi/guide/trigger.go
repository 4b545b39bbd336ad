package guide

import (
	"strings"

	"github.com/edibridge/edibridge/edi"
)

// trigger is the place of a segment, or of a value in it, that made a rule apply.
func (v *Validator) trigger(s *edi.Segment, use *SegmentUse, element, component int) *edi.Trigger {
	t := &edi.Trigger{Path: v.match.Path(v.m, s.Place), Tag: string(s.Tag()), Place: s.Place,
		Loop: v.match.trigger(v.match.Placed[s.Place-1].Loop)}
	if element == 0 {
		return t
	}
	spec := &use.spec.elements[element-1]
	if component > 0 {
		spec = &spec.parts.elements[component-1]
	}
	if allDigits(spec.ref) {
		t.Ref = spec.ref
	}
	t.Element, t.Repetition = use.spec.place(element, s.Delimiters)
	t.Component = component
	t.Path = t.Path.Element(t.Tag, t.Element, t.Component, t.Repetition)
	return t
}

// situation is the place that made the rule of an overlay line apply: what the
// first of its conditions came upon that came upon something. A line without
// conditions, or one that holds because nothing stands somewhere, has none.
func (v *Validator) situation(r *rule, inst int, s *edi.Segment) *edi.Trigger {
	for i := range r.conds {
		c := &r.conds[i]
		holds := v.holds(c, inst, s)
		if holds == r.line.unless {
			continue // another condition decided
		}
		// What decided is one of the values, or any other where none may stand.
		other := holds == (c.decl.op == '!')
		place := 0
		if c.same {
			if c.test(s, v.match.Placed[s.Place-1].Use.spec, other) {
				place = s.Place
			}
		} else {
			place = v.find(c, v.outwards(c, inst), c.decl.place.Steps, other)
		}
		if place > 0 {
			at := v.m.Segment(place)
			return v.trigger(&at, v.match.Placed[place-1].Use, c.decl.place.Element, c.decl.place.Component)
		}
	}
	return nil
}

// lead is the element of a segment that made its condition apply: C, L and N have
// one (X12.6).
func (v *Validator) lead(r *relation, s *edi.Segment, spec *structSpec) *edi.Trigger {
	if r.first == 0 {
		return nil
	}
	t := &edi.Trigger{Tag: string(s.Tag()), Place: s.Place, Loop: v.match.trigger(v.match.Placed[s.Place-1].Loop),
		Path: v.match.Path(v.m, s.Place).Element(string(s.Tag()), r.lead, 0, 0), Element: r.lead}
	if ref := spec.elements[r.lead-1].ref; allDigits(ref) {
		t.Ref = ref
	}
	return t
}

// leadPart is the component that made the condition of a composite apply.
func (v *Validator) leadPart(r *relation, sp *spot) *edi.Trigger {
	if r.first == 0 {
		return nil
	}
	t := &edi.Trigger{Tag: string(sp.s.Tag()), Place: sp.s.Place, Loop: v.match.trigger(v.match.Placed[sp.s.Place-1].Loop),
		Element: sp.element, Component: r.lead, Repetition: sp.repetition}
	t.Path = v.match.Path(v.m, sp.s.Place).Element(t.Tag, t.Element, t.Component, t.Repetition)
	if ref := sp.spec.parts.elements[r.lead-1].ref; allDigits(ref) {
		t.Ref = ref
	}
	return t
}

// orList is "A, B or C".
func orList(words []string) string {
	if n := len(words); n > 1 {
		return strings.Join(words[:n-1], ", ") + " or " + words[n-1]
	}
	return strings.Join(words, "")
}
