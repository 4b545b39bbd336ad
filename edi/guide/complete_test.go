package guide

import (
	"fmt"
	"maps"
	"os"
	"strings"
	"testing"

	"github.com/edibridge/edibridge/edi"
)

// embedded loads the guides that come with the program.
func embedded(tb testing.TB) *Library {
	tb.Helper()
	var libs []*Library
	for _, dir := range []string{"../../x12/guides", "../../edifact/guides"} {
		lib, err := Load(os.DirFS(dir))
		if err != nil {
			tb.Fatal(err)
		}
		libs = append(libs, lib)
	}
	return Join(libs...)
}

// filler writes documents that have every line of a guide.
type filler struct {
	g       *Guide
	d       edi.Delimiters
	longest bool
	text    strings.Builder
	items   []int32 // the line that each segment must find
}

// loop writes all lines of a loop in order, each once.
func (f *filler) loop(loop int32) {
	l := &f.g.loops[loop]
	for i := l.first; i < l.end; i++ {
		if inner := f.g.items[i].loop; inner >= 0 {
			f.loop(inner)
			continue
		}
		f.segment(f.g.items[i].use)
		f.items = append(f.items, i)
	}
}

// segment writes a segment with all elements that may stand together.
func (f *filler) segment(use *SegmentUse) {
	spec := use.spec.of(&f.d)
	skip := left(spec)
	f.text.WriteString(use.Tag)
	end := 0
	var values []string
	for i := range spec.elements {
		e, v := &spec.elements[i], ""
		if skip&(1<<i) == 0 {
			v = f.value(e)
			if f.d.Repetition != 0 {
				v += strings.Repeat(string(f.d.Repetition)+v, int(e.repeat-1))
			}
			end = i + 1
		}
		values = append(values, v)
	}
	if n := int(spec.format); n > 0 && n < len(values) && values[n] != "" {
		values[n-1], values[n] = "D8", "20240229"
	}
	for _, v := range values[:end] {
		f.text.WriteString(string(f.d.Element) + v)
	}
	f.text.WriteByte(f.d.Segment)
}

// left are the elements that a segment with all that may stand together leaves
// away: of those that exclude each other the first stays, and what asks for one
// that went goes too.
func left(spec *structSpec) uint64 {
	skip := uint64(0)
	for _, r := range spec.relations {
		if r.kind == 'E' && r.mask&^skip != 0 {
			skip |= r.mask &^ skip & (r.mask&^skip - 1)
		}
	}
	for before := ^skip; before != skip; {
		before = skip
		for _, r := range spec.relations {
			switch {
			case r.kind == 'P' && r.mask&skip != 0:
				skip |= r.mask
			case r.kind == 'C' && r.mask&skip != 0, r.kind == 'L' && r.mask&^skip == 0:
				skip |= r.first
			}
		}
	}
	return skip
}

// value is a valid value, of minimum or maximum length.
func (f *filler) value(e *elementSpec) string {
	n := int(e.min)
	if f.longest {
		n = int(min(e.max, 90))
	}
	switch e.kind {
	case kindComposite:
		var parts []string
		for i := range e.parts.elements {
			parts = append(parts, f.value(&e.parts.elements[i]))
		}
		if e.parts.dated {
			parts[1], parts[2] = "20240229", "102"
			if f.longest {
				parts[1], parts[2] = "202402292400", "203"
			}
		}
		return strings.Join(parts, string(f.d.Component))
	case kindCode:
		if e.ref == "0081" {
			return map[bool]string{true: "D", false: "S"}[f.g.set == "PARTIN"] // as their rules have it
		}
		if f.longest {
			return e.list.codes[len(e.list.codes)-1].code
		}
		return e.list.codes[0].code
	case kindDate:
		return "20240229"[8-e.min:]
	case kindTime:
		return "23595999"[:max(n, 4)]
	case kindDecimal:
		if f.longest && n > 1 {
			return "-" + strings.Repeat("9", n-1) + ".9"
		}
		return strings.Repeat("9", n)
	case kindAmount:
		if f.longest && n > 1 {
			return "-" + strings.Repeat("9", n-1) + ",9"
		}
		return strings.Repeat("9", n)
	case kindNumber:
		if f.longest {
			return "-" + strings.Repeat("9", n)
		}
		return strings.Repeat("9", n)
	}
	return strings.Repeat("X", n)
}

// plainX12 are the delimiters of X12 in these tests; those of EDIFACT are of
// syntax 3 and, with a repetition separator, of syntax 4.
var (
	plainX12 = edi.Delimiters{Segment: '~', Element: '*', Component: '>', Decimal: '.'}
	syntax3  = edi.Delimiters{Segment: '\'', Element: '+', Component: ':', Release: '?', Decimal: '.'}
	syntax4  = edi.Delimiters{Segment: '\'', Element: '+', Component: ':', Release: '?', Decimal: '.', Repetition: '*'}
)

// document splits text into a message.
func document(tb testing.TB, text string) *edi.Message { return documentOf(tb, text, plainX12) }

func documentOf(tb testing.TB, text string, d edi.Delimiters) *edi.Message {
	tb.Helper()
	m, err := edi.ReadMessage([]byte(text), d)
	if err != nil {
		tb.Fatal(err)
	}
	return m
}

// TestEveryLine writes a document with every line of each embedded guide and
// every element of it, short and long: each segment finds its line, and nothing
// is wrong.
func TestEveryLine(t *testing.T) {
	lib := embedded(t)
	for _, name := range lib.Names() {
		g := lib.Named(name)
		delimiters := []edi.Delimiters{plainX12}
		if g.Standard() == edi.EDIFACT {
			delimiters = []edi.Delimiters{syntax3, syntax4}
		}
		for _, d := range delimiters {
			for _, longest := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s longest %v repetition %q", name, longest, d.Repetition), func(t *testing.T) {
					everyLine(t, &filler{g: g, d: d, longest: longest})
				})
			}
		}
	}
}

func everyLine(t *testing.T, f *filler) {
	f.loop(0)
	m := documentOf(t, f.text.String(), f.d)
	// Values that are made up do not agree with each other.
	r := f.g.Validate(m, Options{Severity: map[string]edi.Severity{"x12.total.count": "", "x12.total.sum": "", "x12.hierarchy.parent": "", "x12.hierarchy.children": "",
		"edifact.total.count": "", "edifact.total.sum": "", "edifact.hierarchy.parent": ""}})
	for _, x := range r.Findings {
		t.Errorf("%v\nvalue %q", x.String(), x.Value)
	}
	for p, pl := range r.Match.Placed {
		if pl.Use == nil || pl.Use.item != f.items[p] {
			s := m.Segment(p + 1)
			t.Errorf("place %d, %s: got line %v, want %v", p+1, s.Tag(), pl.Use, f.g.items[f.items[p]].use.Origin)
		}
	}
}

// TestEmbeddedGuides walks the compiled guides: all that the hot path takes for
// granted.
func TestEmbeddedGuides(t *testing.T) {
	lib := embedded(t)
	type count struct{ sets, lines, loops int }
	got := map[string]count{}
	for _, name := range lib.Names() {
		g := lib.Named(name)
		lines := 0
		for i := range g.items {
			it := &g.items[i]
			if it.loop < 0 {
				lines++
			}
			if it.use.spec == nil || it.use.Name == "" || it.use.Origin.Line == 0 || it.use.Area == "" || it.max == 0 {
				t.Errorf("%s, %s: an empty field in %+v", name, it.use.Origin, it.use)
			}
			checkSpec(t, it.use.spec)
		}
		for i, l := range g.loops[1:] {
			if l.parent > int32(i) || l.end <= l.first || g.items[l.first].use.Tag != l.use.Trigger || !g.items[l.first].use.Trigger {
				t.Errorf("%s: loop %d %+v", name, i+1, l)
			}
		}
		key := string(g.Standard()) + " " + g.Release()
		c := got[key]
		got[key] = count{c.sets + 1, c.lines + lines, c.loops + len(g.loops) - 1}
	}
	want := map[string]count{ // counted in the standard's tables
		// The tables of EDIFACT have a row for each group too.
		"EDIFACT D:96A": {13, 1632 - 411, 411},
		"EDIFACT D:01B": {15, 2055 - 493, 493},
		"EDIFACT D:97B": {1, 96 - 24, 24},
		"EDIFACT D:98A": {1, 59 - 13, 13},
		"EDIFACT 1:912": {1, 10, 5},
		"EDIFACT 2:912": {1, 10, 5},
		"EDIFACT D:3":   {1, 10, 5},
		"EDIFACT 4:1":   {1, 10, 5},
		"X12 004010":    {23, 1635, 284},
		"X12 004030":    {2, 38, 7},
		"X12 005010":    {26, 1792, 311},
	}
	if !maps.Equal(got, want) {
		t.Errorf("guides, lines, loops\n got %v\nwant %v", got, want)
	}
}

// checkSpec checks the specification of a segment or composite.
func checkSpec(t *testing.T, s *structSpec) {
	t.Helper()
	for _, r := range s.relations {
		if r.mask>>len(s.elements) != 0 || r.first>>len(s.elements) != 0 || r.mask == 0 {
			t.Errorf("%s: condition %s over %d elements", s.tag, r.text, len(s.elements))
		}
	}
	for i := range s.elements {
		switch e := &s.elements[i]; {
		case e.kind == kindComposite:
			checkSpec(t, e.parts)
		case e.name == "" || e.ref == "" || e.min < 1 || e.max < e.min || e.repeat < 1:
			t.Errorf("%s%02d: %+v", s.tag, i+1, e)
		case e.kind == kindCode:
			for _, c := range e.list.codes {
				if n := int32(len(c.code)); n < e.min || n > e.max || !e.codes.has([]byte(c.code)) {
					t.Errorf("element %s: code %q, lengths %d/%d", e.ref, c.code, e.min, e.max)
				}
			}
		}
	}
}

func TestCodeSet(t *testing.T) {
	codes := []string{"A", "AA", "00", "0", "12345678", "123456789", "LONGER THAN EIGHT", "Z"}
	s := newCodeSet(codes)
	for _, c := range codes {
		if !s.has([]byte(c)) {
			t.Errorf("%q is not in its set", c)
		}
	}
	for _, c := range []string{"", "B", "a", "000", "123456780", "A ", "\x00A", "\x00", "LONGER THAN NINE"} {
		if s.has([]byte(c)) {
			t.Errorf("%q is in the set", c)
		}
	}
	if newCodeSet(nil).has([]byte("A")) {
		t.Error("an empty set holds A")
	}
}

func TestValues(t *testing.T) {
	for v, want := range map[string]bool{
		"20240229": true, "20230229": false, "20000229": true, "19000229": false, "20261231": true, "20261301": false, "20260431": false,
		"20260400": false, "20260001": false, "2026010": false, "240229": true, "230229": false, "2026O101": false, "": false, "20-60101": false,
	} {
		if got := isDate([]byte(v)); got != want {
			t.Errorf("isDate(%q): got %v, want %v", v, got, want)
		}
	}
	for v, want := range map[string]bool{
		"0000": true, "2359": true, "2400": false, "1260": false, "235959": true, "235960": false, "12000": false, "1200009": true,
		"12000099": true, "1200009x": false, "120": false, "120000999": false, "ab00": false,
	} {
		if got := isTime([]byte(v)); got != want {
			t.Errorf("isTime(%q): got %v, want %v", v, got, want)
		}
	}
	for v, want := range map[string]int32{"1": 1, "-12": 2, "007": 3, "": -1, "-": -1, "1.5": -1, "+1": -1, "1-": -1, " 1": -1, "12E3": -1} {
		if n, ok := number([]byte(v)); ok != (want >= 0) || ok && n != want {
			t.Errorf("number(%q): got %d %v, want %d", v, n, ok, want)
		}
	}
	for v, want := range map[string]int32{"1": 1, "-1.25": 3, ".5": 1, "5.": 1, "": -1, "-": -1, ".": -1, "-.": -1, "1.2.3": -1, "1,5": -1, "+1": -1, "1E3": -1} {
		if n, ok := decimal([]byte(v)); ok != (want >= 0) || ok && n != want {
			t.Errorf("decimal(%q): got %d %v, want %d", v, n, ok, want)
		}
	}
}

// TestRareKinds checks what no set of 004010 uses: conditions of a composite,
// binary elements, a composite's own name.
func TestRareKinds(t *testing.T) {
	dict := strings.NewReplacer("  02 93 O\nelement 96", "  02 93 O\n  03 93 O\n  C0203\n  E0103\nelement 96",
		"  01 166 M\ncomposite", "  01 166 M\n  02 785 O\ncomposite", "  02 C001 O", "  02 C001 O 2 \"Trade Unit\"",
		"element 98", "element 785 B 2/4 \"Binary Data\"\nelement 98").Replace(toyDict)
	lib, err := Load(files("toy.dict", dict, "toy.guide", toyGuide))
	if err != nil {
		t.Fatal(err)
	}
	text := "ST*850*0001~BEG*00*ST>A>B~BEG*00*ST>A~N1*ST*X~N3*X*\x01~N3*X*\x00\x01\x02\x03~SE*6*0001~"
	r := lib.Named("X12 004010 850").Validate(document(t, text), Options{})
	var got []string
	for _, f := range r.Findings {
		got = append(got, fmt.Sprintf("%s %s %d: %s", f.Rule, f.Path, f.Offset, f.Message))
	}
	want := `x12.element.exclusion ST[1]/BEG[1]/BEG02.3 24: BEG02.3 name stands beside BEG02.1: at most one of them may (E0103)
x12.segment.uses ST[1]/BEG[2] 26: BEG stands 2 times here, at most 1 allowed
x12.element.condition ST[1]/BEG[2]/BEG02.3 37: BEG has no BEG02.3 name, which BEG02.2 asks for (C0203)
x12.element.short ST[1]/N1[1]/N3[1]/N302 51: N302 binary data "\x01" has 1 character, expected at least 2`
	if g := strings.Join(got, "\n"); g != want {
		t.Errorf("got\n%s\nwant\n%s", g, want)
	}
}
