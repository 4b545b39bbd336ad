package guide

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/edibridge/edibridge/edi"
)

// embedded loads the guides that come with the program.
func embedded(tb testing.TB) *Library {
	tb.Helper()
	lib, err := Load(os.DirFS("../../x12/guides"))
	if err != nil {
		tb.Fatal(err)
	}
	return lib
}

// filler writes documents that have every line of a guide.
type filler struct {
	g       *Guide
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
	skip := uint64(0)
	for _, r := range use.spec.relations {
		if r.kind == 'E' { // of these the first stays
			skip |= r.mask & (r.mask - 1)
		}
	}
	f.text.WriteString(use.Tag)
	end := 0
	var values []string
	for i := range use.spec.elements {
		v := ""
		if skip&(1<<i) == 0 {
			v = f.value(&use.spec.elements[i])
			end = i + 1
		}
		values = append(values, v)
	}
	for _, v := range values[:end] {
		f.text.WriteString("*" + v)
	}
	f.text.WriteString("~")
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
		return strings.Join(parts, ">")
	case kindCode:
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
	case kindNumber:
		if f.longest {
			return "-" + strings.Repeat("9", n)
		}
		return strings.Repeat("9", n)
	}
	return strings.Repeat("X", n)
}

// document splits text into a message.
func document(tb testing.TB, text string) *edi.Message {
	tb.Helper()
	m, err := edi.ReadMessage([]byte(text), edi.Delimiters{Segment: '~', Element: '*', Component: '>', Decimal: '.'})
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
		for _, longest := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s longest %v", name, longest), func(t *testing.T) {
				g := lib.Named(name)
				f := &filler{g: g, longest: longest}
				f.loop(0)
				m := document(t, f.text.String())
				r := g.Validate(m, Options{})
				for _, x := range r.Findings {
					t.Errorf("%v\nvalue %q", x.String(), x.Value)
				}
				for p, pl := range r.Match.Placed {
					if pl.Use == nil || pl.Use.item != f.items[p] {
						s := m.Segment(p + 1)
						t.Errorf("place %d, %s: got line %v, want %v", p+1, s.Tag(), pl.Use, g.items[f.items[p]].use.Origin)
					}
				}
			})
		}
	}
}

// TestEmbeddedGuides walks the compiled guides: all that the hot path takes for
// granted.
func TestEmbeddedGuides(t *testing.T) {
	lib := embedded(t)
	want := map[string]struct{ lines, loops, depth int }{ // counted in the standard's tables
		"X12 004010 850": {196, 30, 3},
		"X12 004010 997": {8, 2, 2},
	}
	for name, w := range want {
		g := lib.Named(name)
		if g == nil {
			t.Errorf("no guide %s", name)
			continue
		}
		segments, depth := 0, 0
		for i := range g.items {
			it := &g.items[i]
			if it.loop < 0 {
				segments++
			}
			d := 0
			for l := it.use.Loop; l != nil; l = l.Parent {
				d++
			}
			depth = max(depth, d)
			if it.use.spec == nil || it.use.Name == "" || it.use.Origin.Line == 0 || it.use.Area == "" || it.max == 0 {
				t.Errorf("%s, %s: an empty field in %+v", name, it.use.Origin, it.use)
			}
			checkSpec(t, it.use.spec)
		}
		if loops := len(g.loops) - 1; segments != w.lines || loops != w.loops || depth != w.depth {
			t.Errorf("%s: got %d segments, %d loops, depth %d; want %d, %d, %d", name, segments, loops, depth, w.lines, w.loops, w.depth)
		}
		for i, l := range g.loops[1:] {
			if l.parent > int32(i) || l.end <= l.first || g.items[l.first].use.Tag != l.use.Trigger || !g.items[l.first].use.Trigger {
				t.Errorf("%s: loop %d %+v", name, i+1, l)
			}
		}
	}
	if len(lib.Names()) != len(want) {
		t.Errorf("guides: got %v", lib.Names())
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
