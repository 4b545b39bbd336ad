package guide_test

import (
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/edibridge/edibridge/edi/guide"
)

// Every guide that comes with the program has an example that is sound, and each
// of its examples is as it says.
func TestShippedExamples(t *testing.T) {
	lib := shipped(t)
	for _, name := range lib.Names() {
		g, sound := lib.Named(name), 0
		for _, e := range lib.Examples(name) {
			if len(e.Finds) == 0 {
				sound++
			}
			for _, f := range g.Test(e) {
				t.Errorf("%s:%d:%d: example %q of %s: %s", e.Origin.File, f.Line, f.Column, e.Name, name, f.Text)
			}
		}
		if sound == 0 {
			t.Errorf("%s has no example of a sound document", name)
		}
	}
}

// small is a library of one guide with one segment between header and trailer.
const small = `dictionary X12 004010
segment ST
  01 143 M
  02 329 O
segment SE
  01 96 M
  02 329 O
segment BEG
  01 353 M
  02 324 O
element 143 ID 3/3
element 96  N0 1/10
element 329 AN 1/9
element 324 AN 1/22
element 353 ID 2/2
codes 353
  00 "Original"
`

const smallGuide = "guide X12 004010 850\nheading\n  ST M 1\n  BEG M 1\n  SE M 1\n"

// load gives a library of small, its guide with text behind it, and a file of
// examples.
func load(text, examples string) (*guide.Library, error) {
	fsys := fstest.MapFS{"a.dict": {Data: []byte(small)}, "a.guide": {Data: []byte(smallGuide + text)}}
	if examples != "" {
		fsys["a.example"] = &fstest.MapFile{Data: []byte(examples)}
	}
	return guide.Load(fsys)
}

func TestExampleFailures(t *testing.T) {
	const sound = "  ST*850*1\n  BEG*00*4711\n  SE*3*1\n"
	tests := []struct{ name, head, body, want string }{
		{"sound", `example "a"`, sound, ""},
		{"with comments and blanks", `example "a" # why`, "  ST*850*1\n\n# c\n  # c\n    BEG*00*47 #11  \r\n  SE*3*1\n", ""},
		{"a code", `example "a"`, "  ST*850*1\n  BEG*01\n  SE*3*1\n",
			`8:7: x12.element.code BEG[1]/BEG01: BEG01 "01" is not in code list 353 of release 004010`},
		{"a code that is expected", `example "a" finds x12.element.code BEG/BEG01`, "  ST*850*1\n  BEG*01\n  SE*3*1\n", ""},
		{"expected anywhere", `example "a" finds x12.element.code`, "  ST*850*1\n  BEG*01\n  SE*3*1\n", ""},
		{"expected at another ordinal", `example "a" finds x12.element.code BEG[2]/BEG01`, "  ST*850*1\n  BEG*01\n  SE*3*1\n",
			`8:7: x12.element.code BEG[1]/BEG01: BEG01 "01" is not in code list 353 of release 004010 | 6:1: x12.element.code BEG[2]/BEG01 is not found`},
		{"expected in vain", `example "a" finds x12.segment.missing BEG and x12.element.long`, sound,
			"6:1: x12.segment.missing BEG is not found | 6:1: x12.element.long is not found"},
		{"missing", `example "a" finds x12.segment.missing BEG`, "  ST*850*1\n  SE*2*1\n", ""},
		{"the trailer's count", `example "a"`, "  ST*850*1\n  BEG*00\n  SE*4*2\n",
			`9:6: SE01 says 4 segments, the example has 3 | 9:8: SE02 is "2", the header's number "1"`},
		{"an info", `example "a"`, "  ST*850*1\n  BEG*00*\n  SE*3*1\n", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			lib, err := load(tt.head+"\n"+tt.body, "")
			if err != nil {
				t.Fatal(err)
			}
			examples := lib.Examples("X12 004010 850")
			if len(examples) != 1 || examples[0].Name != "a" {
				t.Fatalf("examples: got %+v", examples)
			}
			var got []string
			for _, f := range lib.Named("X12 004010 850").Test(examples[0]) {
				got = append(got, fmt.Sprintf("%d:%d: %s", f.Line, f.Column, f.Text))
			}
			if strings.Join(got, " | ") != tt.want {
				t.Errorf("failures\n got %s\nwant %s", strings.Join(got, " | "), tt.want)
			}
		})
	}
}

func TestExampleErrors(t *testing.T) {
	tests := []struct{ name, text, file, want string }{
		{"no name", "example finds\n", "", "a.guide:6: example \"\" has no segments: expected them below it, indented\na.guide:6:9: found \"finds\", expected the example's name in quotes"},
		{"no segments", "example \"a\"\n", "", "a.guide:6: example \"a\" has no segments: expected them below it, indented"},
		{"a strange word", "example \"a\" find\n  ST\n  SE\n", "", `a.guide:6:13: found "find", expected finds, or the end of the line`},
		{"no rule", "example \"a\" finds\n  ST\n  SE\n", "", "a.guide:6:19: found the end of the line, expected the id of a rule"},
		{"a rule that is none", "example \"a\" finds x12.wrong BEG\n  ST\n  SE\n", "", `a.guide:6:19: found "x12.wrong", expected the id of a rule of docs/RULES.md`},
		{"a place with a qualifier", "example \"a\" finds x12.segment.missing N1:ST\n  ST\n  SE\n", "",
			`a.guide:6:39: place "N1:ST": what is found has ordinals (N1[2]), expected no qualifier`},
		{"a place that is none", "example \"a\" finds x12.segment.missing ??\n  ST\n  SE\n", "", `a.guide:6:39: place "??": "??" is no segment tag`},
		{"no segment", "example \"a\"\n  ST\n  purchase order\n  SE\n", "", `a.guide:8:3: found "purchase order", expected a segment: its tag and, behind separators, its elements`},
		{"another separator", "example \"a\"\n  ST+850\n  SE\n", "", `a.guide:7:5: expected '*' behind a tag, the separator of X12`},
		{"a terminator", "example \"a\"\n  ST*850~\n  SE\n", "", `a.guide:7:9: the terminator '~': expected one segment a line, without it`},
		{"no header", "example \"a\"\n  BEG\n  SE\n", "", `a.guide:7:3: the first segment is BEG: expected ST`},
		{"no trailer", "example \"a\"\n  ST\n  BEG\n", "", `a.guide:8:3: the last segment is BEG: expected SE`},
		{"a tab", "example \"a\"\n\tST\n  ST\n  SE\n", "", `a.guide:7:1: a tab in the indentation: expected blanks`},
		{"a line behind", "example \"a\"\n  ST\n  SE\nBEG M 1\n", "", `a.guide:9:1: found "BEG", expected an area at the margin (heading detail summary rules) or an indented line`},
		{"a file of no guide", "", "examples acme\n", `a.example:1:10: no guide is called "acme"`},
		{"a file without a head", "", "example \"a\"\n", `a.example:1:1: found "example", expected examples and the name of their guide`},
		{"a file of something else", "", "examples X12 004010 850\nBEG required\n", `a.example:2:1: found "BEG", expected example and its name, or an indented segment`},
		{"an empty file", "", "# nothing\n", "a.example:1: the file is empty, expected examples and the name of their guide"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := load(tt.text, tt.file)
			got := ""
			if err != nil {
				got = strings.TrimPrefix(err.Error(), "guide: ")
			}
			if got != tt.want {
				t.Errorf("got\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
}

// Examples stand in a file of their own, too, of guides that were there before;
// what a guide demands is the same with and without them.
func TestExampleFiles(t *testing.T) {
	lib, err := load("", "")
	if err != nil {
		t.Fatal(err)
	}
	more, err := lib.Extend(fstest.MapFS{
		"b.guide":   {Data: []byte("guide b extends X12 004010 850\nBEG02 required\nexample \"own\"\n  ST*850*1\n  BEG*00*4711\n  SE*3*1\n")},
		"b.example": {Data: []byte("examples b\nexample \"beside\" finds x12.element.required\n  ST*850*1\n  BEG*00\n  SE*3*1\n")},
		"c.example": {Data: []byte("examples X12 004010 850\nexample \"of the base\"\n  ST*850*1\n  BEG*00\n  SE*3*1\n")},
	})
	if err != nil {
		t.Fatal(err)
	}
	names := func(l *guide.Library, of string) (out []string) {
		for _, e := range l.Examples(of) {
			out = append(out, e.Name)
			if f := l.Named(of).Test(e); len(f) > 0 {
				t.Errorf("example %q of %s: %+v", e.Name, of, f)
			}
		}
		return out
	}
	for _, tt := range []struct {
		lib  *guide.Library
		of   string
		want []string
	}{
		{more, "b", []string{"own", "beside"}}, {more, "X12 004010 850", []string{"of the base"}}, {lib, "X12 004010 850", nil}, {lib, "b", nil},
	} {
		if got := names(tt.lib, tt.of); !slices.Equal(got, tt.want) {
			t.Errorf("examples of %s\n got %q\nwant %q", tt.of, got, tt.want)
		}
	}
	if got, want := more.Named("X12 004010 850").Digest(), lib.Named("X12 004010 850").Digest(); got != want {
		t.Errorf("digest\n got %s\nwant %s", got, want)
	}
}

// watched notes which files are opened.
type watched struct {
	fs.FS
	opened *[]string
}

func (w watched) Open(name string) (fs.File, error) {
	*w.opened = append(*w.opened, name)
	return w.FS.Open(name)
}

// Examples cost nothing where nobody asks for them: opening the guides and
// validating reads none.
func TestExamplesAreReadLate(t *testing.T) {
	var opened []string
	lib, err := guide.Open(watched{os.DirFS("../../x12/guides"), &opened})
	if err != nil {
		t.Fatal(err)
	}
	lib.Named("X12 004010 850").Digest()
	examples := func() int {
		return len(slices.DeleteFunc(slices.Clone(opened), func(name string) bool { return !strings.HasSuffix(name, ".example") }))
	}
	if got := examples(); got != 0 {
		t.Errorf("files of examples read: %d", got)
	}
	if got := len(lib.Examples("X12 004010 850")); got == 0 || examples() == 0 {
		t.Errorf("examples of the 850: got %d from %d files", got, examples())
	}
}
