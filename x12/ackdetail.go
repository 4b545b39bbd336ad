package x12

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/edibridge/edibridge/edi"
)

// form is what differs between the 997 and the 999, and between their releases.
type form struct {
	set                                string
	convention                         string // GS08 and ST03 of the 999
	segmentTag, elementTag, setTag     string
	segmentList, elementList, setList  string // codes that may be written
	maxSegments, maxElements, maxNotes int    // AK3 in AK2, AK4 in AK3, CTX behind one of them; 0: any number
}

// formOf gives the form of "997" (also "") and "999".
func formOf(set string) (form, bool) {
	switch set {
	case "", "997":
		return form{
			set: "997", segmentTag: "AK3", elementTag: "AK4", setTag: "AK5",
			segmentList: list720, elementList: list723, setList: list718,
			maxSegments: maxCount, maxElements: maxElements,
		}, true
	case "999":
		return form{
			set: "999", convention: "005010X231", segmentTag: "IK3", elementTag: "IK4", setTag: "IK5",
			segmentList: list620, elementList: list621, setList: list618, maxNotes: maxContexts,
		}, true
	}
	return form{}, false
}

// of5010 takes over what release 005010 has more in a 997.
func (f *form) of5010() {
	if f.set == "997" {
		f.elementList, f.setList, f.maxSegments = list723of5, list718of5, 0
	}
}

// detail is a finding that an acknowledgment tells of with its place.
type detail struct {
	*edi.Finding
	segment, element string // 720 or 620, 723 or 621
	contexts         []Context
}

// details are the findings of a set that have a place and a code for it, in
// the order of their places: of one place as they came, its elements by their
// position.
func (f *form) details(r *SetResult) []detail {
	var list []detail
	for i := range r.Findings {
		d := detail{Finding: &r.Findings[i]}
		d.segment, d.element = code(d.Codes, f.segmentList, segmentKeys), code(d.Codes, f.elementList, elementKeys)
		if d.Place < 1 || d.Severity == edi.Info || d.segment == "" && d.element == "" {
			continue
		}
		if d.element != "" {
			d.segment = elementErrs
		}
		if d.Trigger != nil {
			d.contexts = append(d.contexts, situation(d.Trigger))
		}
		if i < len(r.Contexts) {
			d.contexts = append(d.contexts, r.Contexts[i]...)
		}
		list = append(list, d)
	}
	slices.SortStableFunc(list, func(a, b detail) int { return cmp.Compare(a.Place, b.Place) })
	return list
}

// situation is what a 999 says of the place whose value made a rule apply.
func situation(t *edi.Trigger) Context {
	return Context{Name: SituationalTrigger, Tag: t.Tag, Place: t.Place, Loop: t.Loop,
		Element: t.Element, Component: t.Component, Repetition: t.Repetition, Ref: t.Ref}
}

// details writes AK3 and AK4, or IK3, IK4 and CTX.
func (a *GroupAck) details(list []detail) {
	a.notes = 0
	for from := 0; from < len(list) && a.o.err == nil; {
		to := from + 1
		for to < len(list) && list[to].Place == list[from].Place {
			to++
		}
		a.place(list[from:to])
		from = to
	}
}

// place writes the AK3s of one place: one for all errors of elements (8) with
// their AK4s, and one for each thing that is wrong with the segment itself, of
// what is missing there for each tag and loop.
func (a *GroupAck) place(list []detail) {
	for len(list) > 0 {
		first := &list[0]
		if a.notes++; a.notes > a.form.maxSegments && a.form.maxSegments > 0 {
			return
		}
		a.segment(a.form.segmentTag, a.tag(first.Tag), a.position(first.Place), a.o.clean(first.Loop, a.loopLength()), first.segment)
		var others, elements []detail
		var contexts []Context
		for _, d := range list {
			switch {
			case d.Tag != first.Tag || d.segment != first.segment || d.segment != elementErrs && d.Loop != first.Loop:
				others = append(others, d)
			case d.element != "" && d.Element > 0:
				elements = append(elements, d)
			default:
				contexts = append(contexts, d.contexts...)
			}
		}
		a.contexts(contexts)
		a.elements(elements)
		list = others
	}
}

// elements writes the AK4s of one AK3, each thing once.
func (a *GroupAck) elements(list []detail) {
	slices.SortStableFunc(list, func(x, y detail) int {
		return cmp.Or(cmp.Compare(x.Element, y.Element), cmp.Compare(x.Repetition, y.Repetition), cmp.Compare(x.Component, y.Component))
	})
	written := 0
	for i := range list {
		if a.form.maxElements > 0 && written == a.form.maxElements {
			return
		}
		if !repeats(list, i) {
			a.element(&list[i])
			written++
		}
	}
}

// repeats reports whether one before it in the list, which is in the order of
// positions, says the same as list[i] and no less.
func repeats(list []detail, i int) bool {
	d := &list[i]
	for k := i - 1; k >= 0; k-- {
		b := &list[k]
		if b.Element != d.Element || b.Repetition != d.Repetition || b.Component != d.Component {
			return false
		}
		if b.element == d.element && b.Value == d.Value && len(d.contexts) == 0 {
			return true
		}
	}
	return false
}

// position is a segment's place as AK302 (719) has it: six digits, ten from
// 005010 on.
func (a *GroupAck) position(place int) string {
	most := 999_999
	if a.since5010() {
		most = 9_999_999_999
	}
	return strconv.Itoa(min(place, most))
}

// loopLength is how many characters element 447 may have; of a longer loop id
// the first ones are told ("2010" of 2010BA).
func (a *GroupAck) loopLength() int {
	if a.since5010() {
		return 4
	}
	return 6
}

// tag is a segment tag as AK301 (721, two or three characters) has it.
func (a *GroupAck) tag(v string) string { return a.id(v, 2, 3) }

// id is v as an identifier of min to max characters has it: what can stand in
// none, and what is lacking, becomes a question mark.
func (a *GroupAck) id(v string, min, max int) string {
	return fill(strings.Map(func(r rune) rune {
		if r <= ' ' || r > '~' {
			return '?'
		}
		return r
	}, a.o.clean(v, max)), min, '?')
}

// fill gives v at least n characters, with what is put behind it.
func fill(v string, n int, with byte) string {
	have := len(v)
	if utf8.ValidString(v) {
		have = utf8.RuneCountInString(v)
	}
	return v + strings.Repeat(string([]byte{with}), max(n-have, 0))
}

// element writes AK4 or IK4.
func (a *GroupAck) element(d *detail) {
	a.o.segment(a.form.elementTag, a.elementPosition(d.Element, d.Component, d.Repetition), reference(d.Ref),
		[]string{d.element}, []string{a.o.clean(a.env.received.Plain([]byte(d.Value)), longestValue)})
	a.segments++
	a.contexts(d.contexts)
}

// elementPosition is the composite C030; its repetition is of 005010.
func (a *GroupAck) elementPosition(element, component, repetition int) []string {
	position := []string{strconv.Itoa(min(element, 99)), "", ""}
	if component > 0 {
		position[1] = strconv.Itoa(min(component, 99))
	}
	if repetition > 0 && a.since5010() {
		position[2] = strconv.Itoa(min(repetition, 9999))
	}
	return position
}

// reference is a data dictionary number (725), nothing when it is none.
func reference(ref string) []string {
	if digits(ref) && len(ref) <= 4 {
		return []string{ref}
	}
	return nil
}

// contexts writes CTX; a 997 has none.
func (a *GroupAck) contexts(list []Context) {
	for _, c := range list[:min(len(list), a.form.maxNotes)] {
		elements := [][]string{{a.must(c.Name, 35, SituationalTrigger), a.o.clean(c.Value, 35)}, nil, nil, nil, nil, nil}
		if c.Tag != "" {
			elements[1] = []string{a.tag(c.Tag)}
		}
		if c.Place > 0 {
			elements[2] = []string{a.position(c.Place)}
		}
		elements[3] = []string{a.o.clean(c.Loop, a.loopLength())}
		if c.Element > 0 {
			elements[4] = a.elementPosition(c.Element, c.Component, c.Repetition)
		}
		if ref := reference(c.Ref); ref != nil {
			elements[5] = append(ref, reference(c.ComponentRef)...)
		}
		a.o.segment("CTX", elements...)
		a.segments++
	}
}
