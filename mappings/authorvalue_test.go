package mappings_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/edi/guide"
	"github.com/edibridge/edibridge/mappings"
)

// slot is an element or component of a segment, worked out once.
type slot struct {
	guide.Element
	codes []string // its list
	fit   []string // of them those that rows look for
	parts []slot
}

func slots(elements []guide.Element, wanted []string) []slot {
	all := make([]slot, 0, len(elements))
	for _, e := range elements {
		s := slot{Element: e, codes: e.CodeList(), parts: slots(e.Parts, wanted)}
		for _, c := range s.codes {
			if slices.Contains(wanted, c) {
				s.fit = append(s.fit, c)
			}
		}
		all = append(all, s)
	}
	return all
}

// shares are how many of a hundred optional elements a segment has when it is made
// for the first time, and again: at first some, then fewer, at last all.
var shares = [...]int{60, 40, 70, 25, 90, 10, 0, 50, 100}

// fill gives a segment elements. What is wanted of it it has, until that has
// failed too often.
func (a *author) fill(s *segment) {
	share, wants := shares[s.tries%len(shares)], s.wants
	if s.tries > 12 {
		wants = nil
	}
	s.tries++
	s.elements = s.elements[:0]
	form := a.forms[s.use.tag]
	if form == nil {
		form = slots(a.g.Elements(nil, s.use.tag, &a.d), nil)
		a.forms[s.use.tag] = form
	}
	last := 0
	for i := range form {
		e := &form[i]
		v := ""
		if wanted, how := wantedOf(wants, i+1); how != never && (e.Mandatory || how == always || a.chance(share)) {
			if v = a.element(e, share, wanted); e.Repeat > 1 && a.d.Repetition != 0 && v != "" && a.chance(15) {
				v += string(a.d.Repetition) + a.element(e, share, wanted)
			}
			if v != "" {
				last = i + 1
			}
		}
		s.elements = append(s.elements, v)
	}
	s.elements = s.elements[:last]
	a.special(s, wants)
}

// How an element is wanted.
const (
	maybe = iota
	never
	always
)

// wantedOf are the wants of an element. When what must stand in it is said in
// more ways than one, the last holds.
func wantedOf(wants []mappings.Want, element int) (own []mappings.Want, how int) {
	for _, w := range wants {
		switch {
		case w.Element != element:
		case w.Component < 2 && w.Text == "" && !w.Any:
			how = never
		default:
			own, how = append(own, w), always
		}
	}
	return own, how
}

func (a *author) element(e *slot, share int, wants []mappings.Want) string {
	if len(e.parts) == 0 {
		return a.wanted(e, wants, 1)
	}
	parts := make([]string, len(e.parts))
	for i := range e.parts {
		p := &e.parts[i]
		own, how := wantedOfPart(wants, i+1)
		if how != never && (p.Mandatory || i == 0 || how == always || a.chance(share)) {
			parts[i] = a.wanted(p, own, i+1)
		}
	}
	c := string([]byte{a.d.Component})
	return strings.TrimRight(strings.Join(parts, c), c)
}

func wantedOfPart(wants []mappings.Want, component int) (own []mappings.Want, how int) {
	for _, w := range wants {
		switch {
		case max(w.Component, 1) != component:
		case w.Text == "" && !w.Any:
			how = never
		default:
			own, how = append(own, w), always
		}
	}
	return own, how
}

// wanted is a value, or the text that must stand there.
func (a *author) wanted(e *slot, wants []mappings.Want, component int) string {
	for i := len(wants) - 1; i >= 0; i-- {
		if w := wants[i]; w.Text != "" && max(w.Component, 1) == component {
			return w.Text
		}
	}
	return a.value(e)
}

// special makes what has an order of its own: the numbers of trees, and values
// whose format another element names.
func (a *author) special(s *segment, wants []mappings.Want) {
	switch tag := s.use.tag; {
	case tag == "DTM" && a.g.Standard() == edi.EDIFACT:
		s.elements = []string{a.moment(s, wants)}
	case (tag == "HL" || tag == "CPS") && len(s.elements) > 1:
		if s.tries == 1 {
			a.nodes++
		}
		s.elements[0], s.elements[1] = strconv.Itoa(a.nodes), ""
		if a.nodes > 1 && a.chance(85) {
			s.elements[1] = strconv.Itoa(1 + a.rng.IntN(a.nodes-1))
		}
	default:
		a.formatted(s)
	}
}

// formats are what X12 1250 may say, with a value.
var formats = [][2]string{{"D8", "20261123"}, {"RD8", "20261101-20261130"}, {"DT", "202611230930"}, {"TM", "0930"}, {"CY", "2026"}, {"D6", "261123"}}

// formatted makes a value fit the format before it.
func (a *author) formatted(s *segment) {
	form := a.forms[s.use.tag]
	for i := 1; i < len(s.elements); i++ {
		if form[i].Ref != "1251" || form[i-1].Ref != "1250" || s.elements[i] == "" {
			continue
		}
		f := formats[a.rng.IntN(len(formats))]
		s.elements[i-1], s.elements[i] = f[0], f[1]
	}
}

// words are texts with what separators and converters could trip over.
var words = []string{"ACME", "Lamp, oak", "0100", "4711", "Dock 5", "12", "HH-104711", "Weser", "N/A", "A.B", "it's", "PAID+NET", "7:30", "é", "x"}

// value is a simple value of a type, of fitting length.
func (a *author) value(e *slot) string {
	if codes := e.codes; len(codes) > 0 {
		if len(e.fit) > 0 && a.chance(60) {
			codes = e.fit
		}
		return codes[a.rng.IntN(len(codes))]
	}
	switch {
	case e.Type == "DT":
		return a.time("20060102")[max(0, 8-e.Max):]
	case e.Type == "TM":
		v := []string{"0930", "093015", "2359", "23595999"}[a.rng.IntN(4)]
		return v[:min(max(e.Max, 4), len(v))&^1]
	case e.Type == "R" || e.Type == "n" || strings.HasPrefix(e.Type, "N") || slices.Contains(numeric, e.Ref):
		return a.number(e)
	case e.Type == "ID":
		return strings.Repeat("ABCDEFGH"[a.rng.IntN(8):][:1], max(e.Min, 1))
	}
	return a.text(e)
}

// numeric are elements of EDIFACT that are numbers by their meaning, though a
// later directory lets them be text.
var numeric = []string{"5004", "5118", "5278", "5286", "5402", "5482", "6060", "6152", "6162", "6314", "7224"}

func (a *author) number(e *slot) string {
	n := strconv.Itoa(1 + a.rng.IntN(99))
	if (e.Type == "R" || e.Type == "n") && e.Max > 4 && a.chance(40) {
		n += string([]byte{a.d.Decimal}) + []string{"5", "25", "10"}[a.rng.IntN(3)]
	}
	for len(n) < e.Min {
		n = "1" + n
	}
	if e.Max > 0 && len(n) > e.Max {
		n = n[:e.Max]
	}
	return strings.TrimRight(n, ".,")
}

// text is a text; in EDIFACT what would divide is released.
func (a *author) text(e *slot) string {
	v := words[a.rng.IntN(len(words))]
	if a.d.Release == 0 {
		v = a.strip(v)
	}
	if r := []rune(v); e.Max > 0 && len(r) > e.Max {
		v = strings.TrimSpace(string(r[:e.Max]))
	}
	for len([]rune(v)) < e.Min {
		v += "0"
	}
	if a.d.Release != 0 && strings.ContainsAny(v, "?+:'*") {
		v = a.release(v)
	}
	return v
}

// strip takes separators away.
func (a *author) strip(v string) string {
	return strings.Map(func(r rune) rune {
		if r == rune(a.d.Element) || r == rune(a.d.Component) {
			return -1
		}
		return r
	}, v)
}

// release puts the release character before what would divide.
func (a *author) release(v string) string {
	var b strings.Builder
	for _, r := range v {
		switch r {
		case rune(a.d.Release), rune(a.d.Element), rune(a.d.Component), rune(a.d.Segment), rune(a.d.Repetition):
			b.WriteByte(a.d.Release)
		}
		b.WriteRune(r)
	}
	return b.String()
}

// moments are layouts of a point or period of time, with the code of EDIFACT 2379.
var moments = []string{"20060102:102", "200601021504:203", "20060102150405:204", "060102:101", "0601021504:201", "060102150405:202",
	"200601:610", "2006:602", "200627:616", "1504:401", "150405:402"}

// moment is C507: what, when, and in which format.
func (a *author) moment(s *segment, wants []mappings.Want) string {
	what := a.forms["DTM"][0].parts[0]
	code := a.wanted(&what, wants, 1)
	layout := moments[a.rng.IntN(len(moments))]
	if a.chance(50) {
		layout = moments[a.rng.IntN(3)]
	}
	if a.chance(2) || slices.ContainsFunc(wants, func(w mappings.Want) bool { return w.Odd }) {
		layout = "2006010220061130:718"
	}
	v := a.time(layout)
	if a.d.Component != ':' {
		v = strings.ReplaceAll(v, ":", string(a.d.Component))
	}
	return code + string(a.d.Component) + v
}

// time writes some point of time as a layout says.
func (a *author) time(layout string) string {
	return strings.NewReplacer("2006", strconv.Itoa(2000+a.rng.IntN(40)), "060102", fmt.Sprintf("2%d0%d1%d", a.rng.IntN(10), 1+a.rng.IntN(9), a.rng.IntN(10)),
		"0102", fmt.Sprintf("0%d1%d", 1+a.rng.IntN(9), a.rng.IntN(10)), "1504", fmt.Sprintf("1%d%d%d", a.rng.IntN(10), a.rng.IntN(6), a.rng.IntN(10)), "05", "30").Replace(layout)
}
