package guide_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/edi/guide"
)

// told is a change on one line.
func told(c guide.Change) string {
	text := fmt.Sprintf("%s: %s -> %s", c.Place, c.Old, c.New)
	if c.To.Line > 0 {
		text += " " + c.To.String()
	}
	return text
}

func TestDiffOverlay(t *testing.T) {
	lib, err := shipped(t).Extend(fstest.MapFS{"a.guide": {Data: []byte(`guide family extends X12 004010 850
BEG02 codes SA DS
REF:DP required
PO1/SLN unused
guide acme extends family
REF:DP severity off
PO1/PO102 length 1/5
N1:ST required
`)}})
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct{ a, b, want string }{
		{"X12 004010 850", "X12 004010 850", ""},
		{"X12 004010 850", "family", "BEG02: 92 M ID 2/2, 69 codes -> codes SA DS a.guide:2\nREF:DP: REF O * -> required a.guide:3\n" +
			"PO1/SLN: loop SLN O 1000 -> unused a.guide:4"},
		{"family", "acme", "REF:DP: required -> severity off a.guide:6\nPO102: 330 O R 1/15 -> length 1/5 a.guide:7\nN1:ST: loop N1 O 200 -> required a.guide:8"},
		{"family", "X12 004010 850", "BEG02: codes SA DS -> 92 M ID 2/2, 69 codes\nREF:DP: required -> REF O *\nPO1/SLN: unused -> loop SLN O 1000"},
	}
	for _, tt := range tests {
		var got []string
		for _, c := range guide.Diff(lib.Named(tt.a), lib.Named(tt.b)) {
			got = append(got, told(c))
		}
		if strings.Join(got, "\n") != tt.want {
			t.Errorf("%s to %s\ngot\n%s\nwant\n%s", tt.a, tt.b, strings.Join(got, "\n"), tt.want)
		}
	}
}

func TestDiffReleases(t *testing.T) {
	files := fstest.MapFS{
		"a.dict": {Data: []byte(small)}, "a.guide": {Data: []byte(smallGuide)},
		"b.dict": {Data: []byte(strings.NewReplacer("X12 004010", "X12 005010", "AN 1/22", "AN 1/30", "02 324 O", "02 324 M\n  03 329 O\n  P0203",
			"  00 \"Original\"\n", "  01\n  05\n").Replace(small))},
		"b.guide": {Data: []byte("guide X12 005010 850\nheading\n  10 ST M 1\n  loop BEG O *\n    BEG O 1\n  SE M 1\n")},
	}
	lib, err := guide.Load(files)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range guide.Diff(lib.Named("X12 004010 850"), lib.Named("X12 005010 850")) {
		got = append(got, told(c))
	}
	want := `BEG: BEG M 1 -> BEG O 1 b.guide:5
BEG02: 324 O -> 324 M
BEG03:  -> 329 O
BEG:  -> P0203
element 324: AN 1/22 -> AN 1/30
codes 353: 00 -> 01 05`
	got = without(got, "BEG:  -> loop BEG O * b.guide:4")
	if strings.Join(got, "\n") != want {
		t.Errorf("changes\ngot\n%s\nwant\n%s", strings.Join(got, "\n"), want)
	}
}

// without takes the line out that must be in lines.
func without(lines []string, line string) []string {
	for i, l := range lines {
		if l == line {
			return append(lines[:i:i], lines[i+1:]...)
		}
	}
	return append(lines, "lacks "+line)
}

func TestSegmentElements(t *testing.T) {
	lib := shipped(t)
	g := lib.Named("X12 004010 850")
	list := g.Elements(nil, "PO1", &plain)
	if len(list) < 3 || list[1].String() != "330 O R 1/15" || list[2].Codes() == 0 {
		t.Fatalf("elements of PO1: %+v", list)
	}
	if name, ok := list[2].Meaning("EA"); !ok || name != "Each" {
		t.Errorf("EA: got %q %v", name, ok)
	}
	if _, ok := list[2].Meaning("Q9"); ok {
		t.Error("Q9 has a meaning")
	}
	if got := g.Elements(nil, "XX", &plain); got != nil {
		t.Errorf("elements of XX: %+v", got)
	}
	// An element that repeats has a position each time, or one for all.
	un := lib.Named("EDIFACT D:96A ORDERS")
	syntax3 := syntax4
	syntax3.Repetition = 0
	if three, four := len(un.Elements(nil, "PIA", &syntax3)), len(un.Elements(nil, "PIA", &syntax4)); three != 6 || four != 2 {
		t.Errorf("elements of PIA: got %d and %d, want 6 and 2", three, four)
	}
	if e := un.Elements(nil, "DTM", &syntax3)[0]; len(e.Parts) != 3 || e.Parts[1].String() != "2380 O an..35" || e.String() != "C507 M" {
		t.Errorf("DTM01: %s, %+v", e.String(), e.Parts)
	}
	if got, want := un.SegmentName("NAD"), "Name and address"; !strings.EqualFold(got, want) {
		t.Errorf("name of NAD: got %q, want %q", got, want)
	}
	if g.Standard() != edi.X12 {
		t.Error("the 850 is not X12")
	}
}
