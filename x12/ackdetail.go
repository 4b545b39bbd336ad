package x12

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/edibridge/edibridge/edi"
)

// form is what differs between the 997 and the 999.
type form struct {
	set                            string
	convention                     string // GS08 and ST03 of the 999
	segmentTag, elementTag, setTag string
	segmentCodes, elementCodes     []string // keys of Finding.Codes, the first that is there counts
	setCodes                       []string
	maxElements, maxContexts       int // 0 of elements: any number
}

// formOf gives the form of "997" (also "") and "999". A finding that says
// nothing for the 999 says it what it says for the 997: lists 620, 621 and 618
// have the codes of 720, 723 and 718 and more.
func formOf(set string) (form, bool) {
	switch set {
	case "", "997":
		return form{
			set: "997", segmentTag: "AK3", elementTag: "AK4", setTag: "AK5",
			segmentCodes: []string{"ak304"}, elementCodes: []string{"ak403"}, setCodes: []string{"ak502"},
			maxElements: maxElements,
		}, true
	case "999":
		return form{
			set: "999", convention: "005010X231", segmentTag: "IK3", elementTag: "IK4", setTag: "IK5",
			segmentCodes: []string{"ik304", "ak304"}, elementCodes: []string{"ik403", "ak403"}, setCodes: []string{"ik502", "ak502"},
			maxContexts: maxContexts,
		}, true
	}
	return form{}, false
}

// detail is a finding that an acknowledgment tells of with its place.
type detail struct {
	*edi.Finding
	segment, element string // 720 or 620, 723 or 621
	contexts         []Context
}

// details are the findings of a set that have a place and a code for it, in
// the order of their places.
func (f *form) details(r *SetResult) []detail {
	var list []detail
	for i := range r.Findings {
		d := detail{Finding: &r.Findings[i]}
		d.segment, d.element = code(d.Codes, f.segmentCodes...), code(d.Codes, f.elementCodes...)
		if d.Place < 1 || d.Severity == edi.Info || d.segment == "" && d.element == "" {
			continue
		}
		if d.element != "" {
			d.segment = "8"
		}
		if i < len(r.Contexts) {
			d.contexts = r.Contexts[i]
		}
		list = append(list, d)
	}
	slices.SortStableFunc(list, func(a, b detail) int { return cmp.Compare(a.Place, b.Place) })
	return list
}

// details writes AK3 and AK4, or IK3, IK4 and CTX.
func (a *GroupAck) details(list []detail) {
	for from := 0; from < len(list) && a.o.err == nil; {
		to := from + 1
		for to < len(list) && list[to].Place == list[from].Place {
			to++
		}
		a.place(list[from:to])
		from = to
	}
}

// place writes the AK3s of one place: one for each tag and segment code, that
// for element errors (8) with its AK4s.
func (a *GroupAck) place(list []detail) {
	for len(list) > 0 {
		first := &list[0]
		a.segment(a.form.segmentTag, a.tag(first.Tag), a.position(first.Place), a.o.clean(first.Loop, a.loopLength()), a.o.clean(first.segment, 3))
		var others, elements []detail
		var contexts []Context
		for _, d := range list {
			switch {
			case d.Tag != first.Tag || d.segment != first.segment:
				others = append(others, d)
			case d.element != "" && d.Element > 0:
				elements = append(elements, d)
			default:
				contexts = append(contexts, d.contexts...)
			}
		}
		a.contexts(contexts)
		for i := range elements {
			if i < a.form.maxElements || a.form.maxElements == 0 {
				a.element(&elements[i])
			}
		}
		list = others
	}
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

// loopLength is how many characters element 447 may have.
func (a *GroupAck) loopLength() int {
	if a.since5010() {
		return 4
	}
	return 6
}

// tag is a segment tag as AK301 (721, two or three characters) has it.
func (a *GroupAck) tag(v string) string {
	v = strings.ReplaceAll(a.o.clean(v, 3), " ", "?")
	for len(v) < 2 {
		v += "?"
	}
	return v
}

// element writes AK4 or IK4.
func (a *GroupAck) element(d *detail) {
	code := d.element
	if ik403 := d.Codes["ik403"]; a.since5010() && (ik403 == "12" || ik403 == "13") {
		code = ik403 // list 723 has them from 005010 on
	}
	a.o.segment(a.form.elementTag, a.elementPosition(d.Element, d.Component, d.Repetition), reference(d.Ref),
		[]string{a.o.clean(code, 3)}, []string{a.o.clean(d.Value, longestValue)})
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
	for _, c := range list[:min(len(list), a.form.maxContexts)] {
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
