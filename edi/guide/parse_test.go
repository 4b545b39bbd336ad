package guide

import (
	"errors"
	"strings"
	"testing"
	"testing/fstest"
)

// toyDict is a small dictionary, toyGuide a small guide over it.
const (
	toyDict = `dictionary X12 004010
segment ST "Transaction Set Header"
  01 143 M
  02 329 M
segment SE
  01 96 M
segment BEG "Beginning Segment"
  01 353 M
  02 C001 O
segment N1 "Name" qualifier 1
  01 98 M
  02 93 X
  03 66 X
  04 67 X
  R0203
  P0304
segment N3
  01 166 M
composite C001 "Unit"
  01 98 M
  02 93 O
element 96 N0 1/10 "Number of Segments"
element 143 ID 3/3
element 329 AN 4/9
element 353 ID 2/2 "Purpose"
element 98 ID 2/3 "Entity"
element 93 AN 1/60 "Name"
element 66 ID 1/2 "Qualifier"
element 67 AN 2/80 "Identification"
element 166 AN 1/55 "Address"
codes 98
  BY "Buying Party"
  ST "Ship To"
known ZZZ
`
	toyGuide = `guide X12 004010 850 "Toy Order"
heading
  010 ST  M 1
  020 BEG M 1
  030 loop N1 O 2 id 100 "Party"
      030 N1 O 1
          N3 O 2 "Street"
  SE M 1
`
)

// files makes a file system of pairs of name and text.
func files(pairs ...string) fstest.MapFS {
	fsys := fstest.MapFS{}
	for i := 0; i < len(pairs); i += 2 {
		fsys[pairs[i]] = &fstest.MapFile{Data: []byte(pairs[i+1])}
	}
	return fsys
}

func TestLoadErrors(t *testing.T) {
	dict := func(lines string) string { return toyDict + lines }
	overlay := func(lines string) string { return "guide acme extends X12 004010 850\n" + lines }
	tests := []struct {
		name string
		file string // .dict adds to no other dictionary, .guide stands on the toy ones
		text string
		want []string
	}{
		{"empty dictionary", "a.dict", "# nothing\n", []string{"a.dict:1: the file is empty: expected dictionary STANDARD RELEASE"}},
		{"no dictionary line", "a.dict", "segment ST\n", []string{`a.dict:1:1: found "segment", expected dictionary`}},
		{"standard", "a.dict", "dictionary X13 004010\n", []string{`a.dict:1:12: found "X13", expected a standard: X12, EDIFACT`}},
		{"release", "a.dict", "dictionary X12 4010\n", []string{`a.dict:1:16: found "4010", expected a release of six digits`}},
		{"head", "a.dict", "dictionary X12 004020\nsegments ST\n", []string{`a.dict:2:1: found "segments", expected segment, composite, element, codes or known`}},
		{"indented without a head", "a.dict", "dictionary X12 004020\n  01 143 M\n",
			[]string{`a.dict:2:3: found "01", expected a line at the margin: segment, composite, element, codes, known`}},
		{"several at once", "a.dict", "dictionary X12 004020\nelement 1x R 1/2\nelement 2 Q 1/2\nelement 3 R 2/1\nelement 4 R 1-2\nelement 5 R 1/2 name\nelement 6\n", []string{
			`a.dict:2:9: found "1x", expected an element number`,
			`a.dict:3:11: found "Q", expected a type: AN ID N N0..N9 R DT TM B`,
			`a.dict:4:13: found "2/1", expected lengths: shortest/longest`,
			`a.dict:5:13: found "1-2", expected lengths: shortest/longest`,
			`a.dict:6:17: found "name", expected the end of the line`,
			`a.dict:7:11: found the end of the line, expected a type: AN ID N N0..N9 R DT TM B`}},
		{"members", "a.dict", "dictionary X12 004020\nelement 1 R 1/2\nsegment AB \"x\" qualifier 5\n  01 1 M\n  03 1 M\n  02 1 Z\n  03 1 M 0\n  C0105\n  P01\n  P0101\n  04 7 O\n", []string{
			"a.dict:3: qualifier 5: AB has 4 elements",
			`a.dict:5:3: found "03", expected 02, the next element's number, up to 64`,
			`a.dict:6:8: found "Z", expected a requirement: M O C X`,
			`a.dict:7:10: found "0", expected the most repetitions or *`,
			"a.dict:8: condition C0105: AB has 4 elements",
			`a.dict:9:3: found "P01", expected a condition: P, R, E, C, L, O or N and two digits for each of at least two elements`,
			"a.dict:10:6: element 01 in condition P0101: expected each element once, from 01",
			"a.dict:11: AB04 is 7, which no line defines"}},
		{"undefined", "a.dict", "dictionary X12 004020\nsegment AB\n  01 9 M\n  02 C009 O\ncodes 8\n  A\n", []string{
			"a.dict:3: AB01 is 9, which no line defines", "a.dict:4: AB02 is C009, which no line defines",
			"a.dict:5: codes of element 8, which no line defines"}},
		{"codes", "a.dict", "dictionary X12 004020\nelement 1 ID 1/2\ncodes 1\n  B\n  A\n  B \"twice\" more\n  B\ncodes 1\n", []string{
			"a.dict:5:3: code A behind B: expected codes in order of their bytes, each once",
			`a.dict:6:13: found "more", expected the end of the line`,
			"a.dict:7:3: code B behind B: expected codes in order of their bytes, each once",
			"a.dict:8:7: the codes of element 1 stand before, at a.dict:3"}},
		{"defined twice", "toy2.dict", "dictionary X12 004010\nsegment ST\n  01 143 M\nelement 96 R 1/2\n", []string{
			"toy2.dict:2:9: ST is defined before, at toy.dict:2", "toy2.dict:4:9: element 96 is defined before, at toy.dict:22"}},
		{"quote", "a.dict", "dictionary X12 004020\nelement 1 R 1/2 \"open\n", []string{"a.dict:2:17: a quoted text without its closing quote"}},
		{"tab", "a.guide", "guide X12 004010 860\nheading\n\tST M 1\n  SE M 1\n", []string{"a.guide:3:1: a tab in the indentation: expected blanks"}},
		{"lines before the guide", "a.guide", "heading\n  010 ST M 1\n", []string{`a.guide:1:1: found "heading", expected guide STANDARD RELEASE SET or guide NAME extends BASE`}},
		{"set", "a.guide", "guide X12 004010 PO\nheading\n  ST M 1\n", []string{`a.guide:1:18: found "PO", expected a transaction set: 850`}},
		{"area", "a.guide", "guide X12 004010 860\nheader\n  ST M 1\n  SE M 1\n", []string{
			`a.guide:2:1: found "header", expected an area at the margin (heading detail summary rules) or an indented line`,
			`a.guide:3:3: found "ST", expected an area first: heading detail summary rules`}},
		{"guide lines", "a.guide", "guide X12 004010 860\nheading\n  ST M 1\n  beg M 1\n  BEG Y 1\n  BEG M x\n  BEG M 1 id 3\n  SE M 1\n", []string{
			`a.guide:4:3: found "beg", expected a segment tag or loop`,
			`a.guide:5:7: found "Y", expected a requirement: M O C X`,
			`a.guide:6:9: found "x", expected the most uses or *`,
			`a.guide:7:11: found "id", expected the end of the line`}},
		{"structure", "a.guide", "guide X12 004010 860\nheading\n  BEG M 1\n  loop N1 O 2\n      N3 O 1\n  loop N3 O 2\n  ABC O 1\n", []string{
			"a.guide:3: the first line is BEG: expected ST",
			"a.guide:4: loop N1: expected its trigger as its first line, N1 with at most 1 use, indented",
			"a.guide:6: loop N3: expected its trigger as its first line, N3 with at most 1 use, indented",
			"a.guide:7: the last line is ABC: expected SE",
			"a.guide:7: segment ABC: the dictionary of X12 004010 does not define it"}},
		{"indentation", "a.guide", "guide X12 004010 860\nheading\n  ST M 1\n  loop N1 O 2\n      N1 O 1\n    N3 O 1\n  SE M 1\n", []string{
			"a.guide:6:5: indented by 4: the other lines of loop N1 by 6"}},
		{"no lines", "a.guide", "guide X12 004010 860\n", []string{"a.guide:1: guide X12 004010 860 has no lines: expected heading and what is in it"}},
		{"no dictionary", "a.guide", "guide X12 004030 753\nheading\n  ST M 1\n  SE M 1\n", []string{"a.guide:1: no dictionary of X12 004030"}},
		{"twice", "a.guide", toyGuide, []string{"toy.guide:1: guide X12 004010 850 stands before, at a.guide:1"}},
		{"no base", "a.guide", "guide a extends b\n", []string{`a.guide:1:17: no guide is called "b"`}},
		{"circle", "a.guide", "guide a extends b\nguide b extends a\n", []string{
			"a.guide:1:17: guide a extends itself by way of b", "a.guide:2:17: guide b extends itself by way of a"}},
		{"no base name", "a.guide", "guide a extends \"x\"\n", []string{"a.guide:1:17: found a quoted text, expected the name of the guide that is extended"}},
		{"overlay words", "a.guide", overlay("N1\nN1 need\nN1 codes\nN1 required unused\nN1 max many\nN1 severity bad\nN1 when\nN1 name X\nN104 value a b\nN1 when N1 when N1\n"), []string{
			"a.guide:2:4: found the end of the line, expected " + overlayWords,
			`a.guide:3:4: found "need", expected ` + overlayWords,
			"a.guide:4:10: found the end of the line, expected a code",
			"a.guide:5:13: required and unused on one line",
			`a.guide:6:8: found "many", expected the most uses`,
			`a.guide:7:13: found "bad", expected a severity: error, warning, info, off`,
			"a.guide:8:9: found the end of the line, expected a place",
			`a.guide:9:9: found "X", expected a name in quotes`,
			"a.guide:10:6: value takes one value, codes takes several",
			"a.guide:11:12: a second condition: expected and"}},
		{"overlay places", "a.guide", overlay("n1 required\nN1[2] required\nN1/N104(2) required\nN4 required\nN3/N1 required\nBEG09 required\nBEG01.2 required\nBEG02 codes A\nBEG02.3 codes A\nN3:AB required\nN3 codes A\nN1:ST/N104 codes + A\nBEG01 codes + A\n"), []string{
			`a.guide:2:1: place "n1": "n1" is no segment tag`,
			`a.guide:3:1: place "N1[2]": a guide speaks of every N1, expected no ordinal`,
			`a.guide:4:1: place "N1/N104(2)": a guide speaks of every repetition, expected no number`,
			"a.guide:5:1: place N4: guide X12 004010 850 has no such place",
			"a.guide:6:1: place N3/N1: guide X12 004010 850 has no such place",
			"a.guide:7:1: place BEG09: BEG has 2 elements",
			"a.guide:8:1: place BEG01.2: BEG01 has no component 2",
			"a.guide:9:1: place BEG02: BEG02 is a composite, expected one of its components",
			"a.guide:10:1: place BEG02.3: BEG02 has no component 3",
			"a.guide:11:1: place N3:AB: guide X12 004010 850 has no such place",
			"a.guide:12:1: place N3: guide X12 004010 850 has no such place",
			"a.guide:13:1: place N1:ST/N104: codes +, list and name of an element need a place without qualifiers",
			"a.guide:14:1: place BEG01: element 353 has no code list to add to"}},
		{"comparisons", "a.guide", overlay("N1/N102 count N1 sum N1/N101\nN1/N102 count N1/N101\nN1/N102 sum N1\nN1/N102 count or N1\nN1/N102 count N9\nBEG unique\n" +
			"BEG01 unique parent N101\nBEG01 parent BEG07\nBEG01 unique children\nN1:ST under ST\nBEG01 list\nBEG01 list shut\nBEG01 list external\nBEG01 list closed\nN1 sum N1/N102\n"), []string{
			"a.guide:2:18: a second total: expected or",
			"a.guide:3:15: place N101: count takes segments and loops, sum takes elements and qualified segments",
			"a.guide:4:13: place N1: count takes segments and loops, sum takes elements and qualified segments",
			`a.guide:5:15: found "or", expected a place`,
			"a.guide:6:15: place N9: guide X12 004010 850 has no such place",
			"a.guide:7:5: unique belongs to an element: HL01 unique parent HL02",
			`a.guide:8:21: found "N101", expected an element of BEG`,
			"a.guide:9:1: place BEG01: BEG has 2 elements",
			"a.guide:10:23: found the end of the line, expected an element of BEG",
			"a.guide:11:1: place N1:ST: no line says which element of N1 names its parent",
			"a.guide:12:12: found the end of the line, expected closed, open or external",
			`a.guide:13:12: found "shut", expected closed, open or external`,
			"a.guide:14:21: found the end of the line, expected the name of who keeps the list, in quotes",
			"a.guide:15:1: place BEG01: element 353 has no code list to close",
			"a.guide:16:1: place N1: codes, list, value, length, count and sum need an element or a qualifier"}},
		{"kinds of lists", "a.dict", "dictionary X12 004020\nelement 1 ID 1/2\ncodes 1 severity off\ncodes 1 external\ncodes 1 shut\n", []string{
			`a.dict:3:18: found "off", expected a severity: error, warning, info`,
			"a.dict:4:18: found the end of the line, expected the name of who keeps the list, in quotes",
			`a.dict:5:9: found "shut", expected closed, open or external`}},
		{"rules of a standard's guide", "a.guide", "guide X12 004010 860 \"x\"\nheading\n  ST M 1\n  SE M 1\nrules\n  ST02 unique parent\n  BEG01 required\n", []string{
			"a.guide:6:22: found the end of the line, expected an element of ST",
			"a.guide:7:3: place BEG01: guide X12 004010 860 has no such place"}},
		{"overlay conditions", "a.guide", overlay("N1/N3:AB required\nN1 codes ST\nN1/N104 required when N105 = X\nN1 required when N3\nN1 required when BEG = X\nBEG01 required when BEG07 = X\n"), []string{
			"a.guide:2:1: place N1/N3:AB: the dictionary knows no qualifier element of N3",
			"a.guide:3:1: place N1: codes, list, value, length, count and sum need an element or a qualifier",
			"a.guide:4:23: condition N105: N1 has 4 elements",
			"a.guide:5:18: condition N3: neither the loops around N1 nor the set have such a place",
			"a.guide:6:18: condition BEG: a value needs an element",
			"a.guide:7:21: condition BEG07: BEG has 2 elements"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Load(files("toy.dict", dict(""), "toy.guide", toyGuide, tt.file, tt.text))
			var list Errors
			if !errors.As(err, &list) {
				t.Fatalf("Load gave %v, want Errors", err)
			}
			got := strings.TrimPrefix(list.Error(), "guide: ")
			if want := strings.Join(tt.want, "\n"); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

func TestErrorsAreBounded(t *testing.T) {
	_, err := Load(files("a.dict", "dictionary X12 004010\n"+strings.Repeat("nonsense\n", 1000)))
	var list Errors
	if !errors.As(err, &list) || len(list) != maxErrors {
		t.Errorf("got %d errors, want %d", len(list), maxErrors)
	}
	var one *Error
	if !errors.As(err, &one) || one.Line != 2 || one.Column != 1 || one.File != "a.dict" {
		t.Errorf("first error: got %+v, want line 2, column 1 of a.dict", one)
	}
}

func TestEffectiveLines(t *testing.T) {
	lib, err := Load(files("toy.dict", toyDict, "toy.guide", toyGuide,
		"acme.guide", "guide family extends X12 004010 850\nN1:ST required\nN1:BY max 1 \"one \\\"buyer\\\"\"\n\n"+
			"guide acme extends family \"ACME's\"\n# the family's line on ship-to is replaced\nN1:ST required when BEG01 = 00 AB severity warning\n"))
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, l := range lib.Named("acme").Lines() {
		b.WriteString(l.Place + " | " + l.Text + " | " + l.Origin.String() + " " + l.Origin.Layer + "\n")
	}
	want := `ST | 010 ST  M 1 | toy.guide:3 X12 004010 850
BEG | 020 BEG M 1 | toy.guide:4 X12 004010 850
N1 | 030 loop N1  O 2 id 100 "Party" | toy.guide:5 X12 004010 850
N1 |     030 N1  O 1 | toy.guide:6 X12 004010 850
N1/N3 |         N3  O 2 "Street" | toy.guide:7 X12 004010 850
SE |     SE  M 1 | toy.guide:8 X12 004010 850
N1:BY | max 1 "one \"buyer\"" | acme.guide:3 family
N1:ST | required when BEG01 = 00 AB severity warning | acme.guide:7 acme
`
	if got := b.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if got, want := lib.Named("acme").Title(), "ACME's"; got != want {
		t.Errorf("title: got %q, want %q", got, want)
	}
	if got, want := lib.Named("family").Title(), "Toy Order"; got != want {
		t.Errorf("title of an overlay without one: got %q, want %q", got, want)
	}
}

func TestDigest(t *testing.T) {
	digest := func(dict, guide, overlay string) string {
		t.Helper()
		lib, err := Load(files("toy.dict", dict, "toy.guide", guide, "a.guide", overlay))
		if err != nil {
			t.Fatal(err)
		}
		return lib.Named("a").Digest()
	}
	const overlay = "guide a extends X12 004010 850\nN1:ST required\n"
	want := digest(toyDict, toyGuide, overlay)
	if len(want) != 64 {
		t.Errorf("got %d characters, want 64", len(want))
	}
	if got := digest(toyDict, "\n# moved\n"+toyGuide, "# moved\n"+overlay); got != want {
		t.Error("a comment changes the digest")
	}
	for name, got := range map[string]string{
		"a code":        digest(strings.Replace(toyDict, "  ST \"Ship", "  CN\n  ST \"Ship", 1), toyGuide, overlay),
		"a maximum":     digest(toyDict, strings.Replace(toyGuide, "N3 O 2", "N3 O 3", 1), overlay),
		"an overlay":    digest(toyDict, toyGuide, overlay+"BEG01 codes 00\n"),
		"a condition":   digest(strings.Replace(toyDict, "  P0304\n", "", 1), toyGuide, overlay),
		"a length":      digest(strings.Replace(toyDict, "1/60", "1/61", 1), toyGuide, overlay),
		"a requirement": digest(strings.Replace(toyDict, "segment N3\n  01 166 M", "segment N3\n  01 166 O", 1), toyGuide, overlay),
	} {
		if got == want {
			t.Errorf("%s does not change the digest", name)
		}
	}
}

func TestFind(t *testing.T) {
	dict := func(release string) string { return strings.Replace(toyDict, "004010", release, 1) }
	guideOf := func(release string) string { return strings.Replace(toyGuide, "004010", release, 1) }
	lib, err := Load(files("3.dict", dict("003050"), "3.guide", guideOf("003050"), "4.dict", dict("004010"), "4.guide", guideOf("004010"),
		"5.dict", dict("005010"), "5.guide", guideOf("005010")))
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		version, want string
		exact         bool
	}{
		{"004010", "004010", true}, {"004010VICS", "004010", true}, {"004030", "004010", false}, {"004510", "004010", false},
		{"005030", "005010", false}, {"008010", "005010", false}, {"002000", "003050", false}, {"", "005010", false}, {"4010", "005010", false},
	} {
		g, exact := lib.Find("X12", tt.version, "850")
		if g == nil || g.Release() != tt.want || exact != tt.exact {
			t.Errorf("Find(%q): got %v %v, want %s %v", tt.version, g, exact, tt.want, tt.exact)
		}
	}
	if g, _ := lib.Find("X12", "004010", "810"); g != nil {
		t.Errorf("a set without a guide: got %s, want nil", g.Name())
	}
	if g := lib.Named("acme"); g != nil {
		t.Errorf("a name without a guide: got %s, want nil", g.Name())
	}
}

func TestExtend(t *testing.T) {
	base, err := Load(files("toy.dict", toyDict, "toy.guide", toyGuide))
	if err != nil {
		t.Fatal(err)
	}
	lib, err := base.Extend(files("acme.guide", "guide acme extends X12 004010 850\nN1:ST required\n"))
	if err != nil {
		t.Fatal(err)
	}
	if base.Named("acme") != nil {
		t.Error("the overlay stands in the library that was extended")
	}
	again, err := lib.Extend(files("more.guide", "guide more extends acme\nN1:BY required\n"))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := strings.Join(again.Names(), ", "), "X12 004010 850, acme, more"; got != want {
		t.Errorf("names: got %q, want %q", got, want)
	}
	if g, exact := again.Find("X12", "004010", "850"); g == nil || !exact || g.Name() != "X12 004010 850" {
		t.Errorf("the standard's guide: got %v %v", g, exact)
	}
	_, err = base.Extend(files("x.dict", "dictionary X12 004010\n", "x.guide", "guide X12 004010 850\n"))
	want := "guide: x.dict:1:1: the library has a dictionary of X12 004010: a guide widens it by codes +\n" +
		"x.guide:1: guide X12 004010 850 stands before, at toy.guide:1"
	if err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}
