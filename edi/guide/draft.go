package guide

import (
	"fmt"
	"slices"
	"strings"

	"github.com/edibridge/edibridge/edi"
)

// Draft proposes a small document of the guide, to be made into an example by
// hand: all that the standard's guide makes mandatory, and the segments and loops
// at the places named, each once. A place is that of a [Line]: "N1", "PO1/PID".
// Codes are on their lists, dates and numbers are some. What overlays ask for
// beyond that is not in it: [Guide.Test] tells.
func (g *Guide) Draft(name string, usual ...string) *Example {
	d := drafter{g: g, d: exampleDelimiters(string(g.standard), g.release), usual: map[string]bool{}}
	for _, place := range usual {
		for end := range len(place) { // what stands around it, too
			if place[end] == '/' {
				d.usual[place[:end]] = true
			}
		}
		d.usual[place] = true
	}
	d.loop(0, "")
	for range maxMends {
		if !d.mend() {
			break
		}
	}
	e := d.example()
	e.Name = name
	return e
}

// maxMends bounds how often a draft is held against its guide: each time makes
// good what the conditions of its segments still ask for.
const maxMends = 8

// drafter makes one draft.
type drafter struct {
	g     *Guide
	d     edi.Delimiters
	usual map[string]bool
	segs  []drafted
	hls   int
}

// drafted is a segment of a draft: its elements by number from 1, their
// components from 1; 0 is the element as a whole.
type drafted struct {
	use    *SegmentUse
	spec   *structSpec
	values map[[2]int]string
}

// loop adds a loop and what belongs into it.
func (d *drafter) loop(loop int32, path string) {
	l := &d.g.loops[loop]
	for i := l.first; i < l.end; i++ {
		it := &d.g.items[i]
		place := path + it.use.Tag
		switch trigger := l.use != nil && i == l.first; {
		case it.loop >= 0:
			if it.missing || d.usual[place] {
				d.loop(it.loop, place+"/")
			}
		case trigger || it.missing || it.use.service || d.usual[place]:
			d.segment(it.use)
		}
	}
}

// segment adds a segment with its mandatory elements and its qualifier, of the
// values that lines of the guide say.
func (d *drafter) segment(use *SegmentUse) {
	s := drafted{use: use, spec: use.spec.of(&d.d), values: map[[2]int]string{}}
	for i := range s.spec.elements {
		if s.spec.required&(1<<i) != 0 || i+1 == s.spec.qualifier {
			s.fill(i+1, 0)
		}
	}
	for _, r := range use.rules {
		at := [2]int{r.element, r.component}
		if s.values[at] != "" && len(r.line.values) > 0 && r.qualifier == "" && !r.narrow && len(r.conds) == 0 {
			s.values[at] = r.line.values[0]
		}
	}
	d.segs = append(d.segs, s)
	s.service(d)
}

// service fills what has to be right: header, counts, parents.
func (s *drafted) service(d *drafter) {
	set := func(n, c int, v string) { s.values[[2]int{n, c}] = v }
	switch s.use.Tag {
	case "ST":
		set(1, 0, d.g.set)
		set(2, 0, "0001")
	case "UNH":
		version, release, _ := strings.Cut(d.g.release, ":")
		clear(s.values)
		set(1, 0, "1")
		for i, v := range []string{d.g.set, version, release, "UN"} {
			set(2, i+1, v)
		}
	case "HL":
		d.hls++
		set(1, 0, fmt.Sprint(d.hls))
	}
}

// fill gives a value to an element, or to a component of one; of a composite to
// the components that it must have, or to its first.
func (s *drafted) fill(n, c int) {
	e := &s.spec.elements[n-1]
	if e.kind != kindComposite {
		s.values[[2]int{n, 0}] = e.sample()
		return
	}
	if c > 0 {
		s.values[[2]int{n, c}] = e.parts.elements[c-1].sample()
		return
	}
	s.fill(n, 1)
	for i := range e.parts.elements {
		if e.parts.required&(1<<i) != 0 || e.parts.dated {
			s.fill(n, i+1)
		}
	}
}

// mend fills or clears what the conditions of segments say, and reports whether
// there was anything to do.
func (d *drafter) mend() bool {
	e := d.example()
	rules, did := rulesOf(d.g.standard), false
	for _, f := range d.g.Validate(e.Message(d.g), Options{}).Findings {
		if f.Place > len(d.segs) || f.Element == 0 || f.Element > len(d.segs[f.Place-1].spec.elements) {
			continue
		}
		s := &d.segs[f.Place-1]
		at := [2]int{f.Element, f.Component}
		switch f.Rule {
		case rules[elementRequired].id, rules[elementCondition].id:
			if s.values[at] == "" {
				s.fill(f.Element, f.Component)
				did = true
			}
		case rules[elementExclusion].id:
			delete(s.values, at)
			did = true
		}
	}
	return did
}

// example is the draft as it stands.
func (d *drafter) example() *Example {
	e := &Example{Guide: d.g.name}
	for i := range d.segs {
		s := &d.segs[i]
		if i > 0 && s.use.service {
			control := "0001"
			if d.g.standard == edi.EDIFACT {
				control = "1"
			}
			s.values = map[[2]int]string{{1, 0}: fmt.Sprint(len(d.segs)), {2, 0}: control}
		}
		e.Segments = append(e.Segments, s.text(&d.d))
		e.at = append(e.at, exampleAt{i + 1, 1})
	}
	return e
}

// text is the segment as an example writes it.
func (s *drafted) text(d *edi.Delimiters) string {
	elements := []string{s.use.Tag}
	for n := 1; n <= len(s.spec.elements); n++ {
		parts := []string{s.values[[2]int{n, 0}]}
		for c := 1; s.spec.elements[n-1].parts != nil && c <= len(s.spec.elements[n-1].parts.elements); c++ {
			if c == 1 {
				parts = parts[:0]
			}
			parts = append(parts, s.values[[2]int{n, c}])
		}
		elements = append(elements, joined(parts, d.Component))
	}
	return joined(elements, d.Element)
}

// joined are values with separators between them, none behind the last.
func joined(values []string, sep byte) string {
	for len(values) > 0 && values[len(values)-1] == "" {
		values = values[:len(values)-1]
	}
	return strings.Join(values, string(rune(sep)))
}

// sample is a value that the element can have.
func (e *elementSpec) sample() string {
	switch e.kind {
	case kindCode:
		for _, c := range strings.Fields(usualCodes) {
			if element, v, _ := strings.Cut(c, "="); element == e.ref && e.codes.has([]byte(v)) {
				return v
			}
		}
		codes := e.list.values()
		if i := slices.IndexFunc(codes, func(c string) bool { return len(c) >= int(e.min) && len(c) <= int(e.max) }); i >= 0 {
			return codes[i]
		}
		return codes[0]
	case kindDate:
		return "20261123"[max(0, 8-int(e.max)):]
	case kindTime:
		return "0930"
	case kindNumber, kindDecimal, kindAmount:
		return strings.Repeat("0", max(0, int(e.min)-1)) + "1"
	}
	switch {
	case e.ref == "2380":
		return "20261123"
	case e.kind == kindAlpha:
		return strings.Repeat("A", max(1, int(e.min)))
	}
	return "1" + strings.Repeat("0", max(0, int(e.min)-1))
}

// usualCodes are codes that a draft takes where the element's list has them,
// before the list's first.
const usualCodes = "353=00 92=SA 355=EA 98=ST 66=92 235=VN 374=010 128=PO 737=00 734=S 735=S 1005=0001 587=AC 668=IA 349=F 473=N 514=F " +
	"1001=220 1225=9 2005=137 2379=102 3035=BY 3055=9 6063=21 6069=2 7143=EN 1153=ON 5125=AAA"
