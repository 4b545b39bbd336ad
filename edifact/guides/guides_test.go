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
	"github.com/edibridge/edibridge/edifact"
	"github.com/edibridge/edibridge/edifact/guides"
)

// library is that of the package.
func library(tb testing.TB) *guide.Library {
	tb.Helper()
	lib, err := guides.Library()
	if err != nil {
		tb.Fatal(err)
	}
	return lib
}

func TestLibrary(t *testing.T) {
	lib := library(t)
	if again, _ := guides.Library(); again != lib {
		t.Error("the library is read twice")
	}
	for _, tt := range []struct {
		version, set, want string
		exact              bool
	}{
		{"D:96A:UN", "ORDERS", "D:96A", true},
		{"D:96A:UN:EAN008", "ORDERS", "D:96A", true},
		{"D:01B:UN:EAN010", "INVOIC", "D:01B", true},
		{"D:97A:UN", "ORDERS", "D:96A", false},
		{"D:99A:UN", "ORDERS", "D:01B", false},
		{"D:16B:UN:EAN007", "DESADV", "D:01B", false},
		{"91:2:UN", "ORDERS", "D:96A", false},
		{"D:96A:UN", "INSDES", "D:98A", false},
		{"", "ORDERS", "D:01B", false},
		{"1:912:UN", "CONTRL", "1:912", true},
		{"D:3:UN", "CONTRL", "D:3", true},
		{"4:1:UN", "CONTRL", "4:1", true},
		{"D:93A:ZZ:C0130Q", "CONTRL", "D:3", false},
	} {
		g, exact := lib.Find(edi.EDIFACT, tt.version, tt.set)
		if want := "EDIFACT " + tt.want + " " + tt.set; g == nil || g.Name() != want || exact != tt.exact {
			t.Errorf("Find(%s, %s): got %v %v, want %s %v", tt.version, tt.set, g.Name(), exact, want, tt.exact)
		}
	}
	if g, _ := lib.Find(edi.EDIFACT, "D:96A:UN", "PAXLST"); g != nil {
		t.Errorf("a guide of PAXLST: %s", g.Name())
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

// judged are the messages of sound files of the corpus that break the
// directory's guide, each looked at by hand: path, findings, why.
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

// TestCorpus validates the messages of the corpus that have a guide: no file
// makes it fail, and of the files that are sound only those break the guide that
// do.
func TestCorpus(t *testing.T) {
	root := os.Getenv("EDIBRIDGE_CORPUS")
	if root == "" {
		t.Skip("EDIBRIDGE_CORPUS is not set: no corpus to validate")
	}
	lib, why := library(t), judged(t)
	messages, findings, sound := 0, 0, 0
	for _, row := range manifest(t, root) {
		path := row["path"]
		if !strings.HasPrefix(path, "edifact/") {
			continue
		}
		n, found := validateFile(t, lib, filepath.Join(root, path))
		messages += n
		for _, k := range found {
			findings += k
		}
		if row["sound"] != "yes" || n == 0 {
			continue
		}
		sound += n
		var out []string
		for _, k := range slices.Sorted(maps.Keys(found)) {
			out = append(out, fmt.Sprintf("%s %d", k, found[k]))
		}
		if got, want := strings.Join(out, ", "), why[path]; got != want {
			t.Errorf("%s\ngot  %s\nwant %s", path, got, want)
		}
	}
	t.Logf("%d messages validated, %d of them in sound files; %d findings", messages, sound, findings)
	if sound < 60 {
		t.Errorf("messages in sound files: got %d, want at least 60", sound)
	}
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

// validateFile validates the messages of a file that have a guide of their
// release and gives their number, and how often each rule is broken at each
// place.
func validateFile(t *testing.T, lib *guide.Library, path string) (messages int, found map[string]int) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	w := edi.NewWalker(f, edi.Limits{}, edifact.Syntax{})
	var v guide.Validator
	found = map[string]int{}
	for {
		ev, err := w.Next()
		if err == io.EOF {
			return messages, found
		}
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		if ev.Kind != edi.EndMessage {
			continue
		}
		g, exact := lib.Find(edi.EDIFACT, ev.Message.Version, ev.Message.Set)
		if g == nil || !exact {
			continue
		}
		messages++
		for _, x := range v.Validate(g, ev.Message, guide.Options{}).Findings {
			at := x.Tag
			if x.Element > 0 {
				at = string(edi.Path("").Element(x.Tag, x.Element, x.Component, 0))[1:]
			}
			found[x.Rule+" "+at]++
		}
	}
}
