package guides_test

import (
	"encoding/csv"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/edi/guide"
	"github.com/edibridge/edibridge/x12"
	"github.com/edibridge/edibridge/x12/guides"
)

func TestLibrary(t *testing.T) {
	lib, err := guides.Library()
	if err != nil {
		t.Fatal(err)
	}
	if again, _ := guides.Library(); again != lib {
		t.Error("the library is read twice")
	}
	for _, tt := range []struct {
		version, set, want string
		exact              bool
	}{
		{"004010", "850", "X12 004010 850", true}, {"004010VICS", "850", "X12 004010 850", true}, {"004010", "997", "X12 004010 997", true},
		{"005010", "850", "X12 005010 850", true}, {"003050", "997", "X12 004010 997", false},
		{"004060", "850", "X12 004010 850", false}, {"006020", "999", "X12 005010 999", false}, {"004030", "753", "X12 004030 753", true},
	} {
		g, exact := lib.Find(edi.X12, tt.version, tt.set)
		if g == nil || g.Name() != tt.want || exact != tt.exact {
			t.Errorf("Find(%s, %s): got %v %v, want %s %v", tt.version, tt.set, g, exact, tt.want, tt.exact)
		}
	}
	if got, want := po(t).Title(), "Purchase Order"; got != want {
		t.Errorf("title: got %q, want %q", got, want)
	}
}

func TestAcknowledgment(t *testing.T) {
	lib, err := guides.Library()
	if err != nil {
		t.Fatal(err)
	}
	g := lib.Named("X12 004010 997")
	for _, tt := range []struct{ text, want string }{
		{"ST*997*0001~AK1*PO*905~AK2*850*0001~AK5*A~AK2*850*0002~AK3*PO1*21*PO1*8~AK4*2*330*1~AK4*4>1*212*7*X~AK5*R*5~AK9*P*2*2*1~SE*10*0001~", ""},
		{"ST*997*0001~AK1*PO*905~AK2*850*0001~AK9*A*1*1*1~SE*5*0001~", "x12.segment.missing AK2[1]/AK5[1]"},
		{"ST*997*0001~AK1*PO*905~AK2*850*0001~AK5*Q~AK9*A*1*1*1~SE*6*0001~", "x12.element.code AK2[1]/AK5[1]/AK501"},
		{"ST*997*0001~AK1*PO*905~AK2*850*0001~AK3*PO1*21**8~AK4**330*1~AK5*R*5~AK9*R*1*1*0~SE*8*0001~", "x12.element.required AK2[1]/AK3[1]/AK4[1]/AK401"},
	} {
		var got []string
		for _, f := range g.Validate(message(t, tt.text), guide.Options{}).Findings {
			got = append(got, f.Rule+" "+strings.TrimPrefix(string(f.Path), "ISA[1]/GS[1]/ST[1]/"))
		}
		if strings.Join(got, ", ") != tt.want {
			t.Errorf("%s\ngot  %q\nwant %q", tt.text, strings.Join(got, ", "), tt.want)
		}
	}
}

// TestEveryGuide reads what is read when it is asked for: each guide is there, and
// the one that [guide.Load] makes, which checks all of it.
func TestEveryGuide(t *testing.T) {
	lib, err := guides.Library()
	if err != nil {
		t.Fatal(err)
	}
	loaded, err := guide.Load(os.DirFS("."))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := strings.Join(lib.Names(), " "), strings.Join(loaded.Names(), " "); got != want {
		t.Errorf("names\ngot  %s\nwant %s", got, want)
	}
	for _, name := range loaded.Names() {
		if got, want := lib.Named(name).Digest(), loaded.Named(name).Digest(); got != want {
			t.Errorf("%s: digest\ngot  %s\nwant %s", name, got, want)
		}
	}
}

// An LX behind W12 opens the next load of a 945, unless LS says that it stands in
// the W12 loop.
func TestBoundedLoop(t *testing.T) {
	lib, err := guides.Library()
	if err != nil {
		t.Fatal(err)
	}
	g := lib.Named("X12 004010 945")
	for _, tt := range []struct{ text, want string }{
		{"LX*1~W12*CC*1*1~LX*2~MAN*GM*1~W12*CC*1*1~", "LX[1] LX[1]/W12[1] LX[2] LX[2]/MAN[1] LX[2]/W12[1]"},
		{"LX*1~W12*CC*1*1~LS*0312~LX*1~N9*LI*1~LX*2~N9*LI*2~LE*0312~LX*2~",
			"LX[1] LX[1]/W12[1] LX[1]/W12[1]/LS[1] LX[1]/W12[1]/LX[1] LX[1]/W12[1]/LX[1]/N9[1] LX[1]/W12[1]/LX[2] LX[1]/W12[1]/LX[2]/N9[1] LX[1]/W12[1]/LE[1] LX[2]"},
	} {
		m := message(t, "ST*945*1~W06*F*1*20260101*1~"+tt.text+"SE*1*1~")
		match := g.Match(m)
		var got []string
		for p := 3; p < m.Len(); p++ {
			got = append(got, strings.TrimPrefix(string(match.Path(m, p)), "ISA[1]/GS[1]/ST[1]/"))
		}
		if text := strings.Join(got, " "); text != tt.want {
			t.Errorf("%s\ngot  %s\nwant %s", tt.text, text, tt.want)
		}
	}
}

// Dates of X12 have six digits before 004010: a set of such a release, held
// against the guide of 004010, may write them so.
func TestDatesBefore004010(t *testing.T) {
	g := po(t)
	const text = "ST*850*0001~BEG*00*NE*1**%s~PO1*1*5*EA*1~SE*4*0001~"
	for _, tt := range []struct{ version, date, want string }{
		{"003050", "260131", ""},
		{"003050VICS", "260131", ""},
		{"003050", "20260131", ""},
		{"003050", "260231", "x12.element.date"},
		{"003050", "2601", "x12.element.short"},
		{"004010", "260131", "x12.element.short"},
		{"005010", "260131", "x12.element.short"},
		{"", "260131", "x12.element.short"},
	} {
		m := message(t, fmt.Sprintf(text, tt.date))
		m.Version = tt.version
		var got []string
		for _, f := range g.Validate(m, guide.Options{}).Findings {
			got = append(got, f.Rule)
		}
		if rules := strings.Join(got, " "); rules != tt.want {
			t.Errorf("%s in %q: got %q, want %q", tt.date, tt.version, rules, tt.want)
		}
	}
}

// judged are the sets of sound files of the corpus that break the standard's
// guide, each looked at by hand: path, findings, why.
func judged(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile("testdata/judged.tsv")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, line := range strings.Split(strings.TrimSpace(string(text)), "\n")[1:] {
		cells := strings.Split(line, "\t")
		if len(cells) != 3 || cells[2] == "" {
			t.Fatalf("testdata/judged.tsv: %q: want path, findings and why", line)
		}
		out[cells[0]] = cells[1]
	}
	return out
}

// TestCorpus validates the sets of the corpus that have a guide: no file makes it
// fail, and of the files that are sound only those break the guide that do.
func TestCorpus(t *testing.T) {
	root := os.Getenv("EDIBRIDGE_CORPUS")
	if root == "" {
		t.Skip("EDIBRIDGE_CORPUS is not set: no corpus to validate")
	}
	lib, err := guides.Library()
	if err != nil {
		t.Fatal(err)
	}
	why, sets, findings, sound := judged(t), 0, 0, 0
	for _, row := range manifest(t, root) {
		path := row["path"]
		if !strings.HasPrefix(path, "x12/") {
			continue
		}
		n, found := validateFile(t, lib, filepath.Join(root, path))
		sets += n
		for _, k := range found {
			findings += k
		}
		if row["sound"] != "yes" || n == 0 {
			continue
		}
		sound += n
		if got, want := listed(found), why[path]; got != want {
			t.Errorf("%s\ngot  %s\nwant %s", path, got, want)
		}
	}
	t.Logf("%d sets validated, %d of them in sound files; %d findings", sets, sound, findings)
	if sound < 150 {
		t.Errorf("sets in sound files: got %d, want at least 150", sound)
	}
}

// listed is findings as text: "x12.element.code AT502 4, ...".
func listed(found map[string]int) string {
	var out []string
	for _, k := range slices.Sorted(maps.Keys(found)) {
		out = append(out, fmt.Sprintf("%s %d", k, found[k]))
	}
	return strings.Join(out, ", ")
}

// manifest reads the corpus's list of files.
func manifest(t *testing.T, root string) []map[string]string {
	t.Helper()
	f, err := os.Open(filepath.Join(root, "MANIFEST.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.Comma, r.LazyQuotes = '\t', true
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var out []map[string]string
	for _, row := range rows[1:] {
		m := map[string]string{}
		for i, name := range rows[0] {
			m[name] = row[i]
		}
		out = append(out, m)
	}
	return out
}

// validateFile validates the sets of a file that have a guide of their release
// and gives their number, and how often each rule is broken at each place.
func validateFile(t *testing.T, lib *guide.Library, path string) (sets int, found map[string]int) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	w := edi.NewWalker(f, edi.Limits{}, x12.Syntax{})
	var v guide.Validator
	found = map[string]int{}
	for {
		ev, err := w.Next()
		if err == io.EOF {
			return sets, found
		}
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		if ev.Kind != edi.EndMessage {
			continue
		}
		g, exact := lib.Find(edi.X12, ev.Message.Version, ev.Message.Set)
		if g == nil || !exact {
			continue
		}
		sets++
		for _, x := range v.Validate(g, ev.Message, guide.Options{}).Findings {
			at := x.Tag
			if x.Element > 0 {
				at = string(edi.Path("").Element(x.Tag, x.Element, x.Component, 0))[1:]
			}
			found[x.Rule+" "+at]++
		}
	}
}
