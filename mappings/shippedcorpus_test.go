package mappings_test

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/edifact"
	"github.com/edibridge/edibridge/mappings"
	"github.com/edibridge/edibridge/x12"
)

// floors are how many of a hundred values of the corpus' sound sets are mapped
// at least.
var floors = map[string]float64{
	"180": 99, "214": 90, "824": 95, "846": 99, "852": 99, "997": 95, "999": 95,
	"APERAK": 90, "CONTRL": 85, "IFTSTA": 90, "INVRPT": 99, "SLSRPT": 69,
}

// TestCorpusOfAllTables takes every message of the corpus that has a table there
// and back, sound or not, and counts what is mapped of the sound ones.
func TestCorpusOfAllTables(t *testing.T) {
	root := os.Getenv("EDIBRIDGE_CORPUS")
	if root == "" {
		t.Skip("EDIBRIDGE_CORPUS is not set: no corpus")
	}
	sound := soundFiles(t, root)
	gl, ml := standards(t), library(t)
	sums := map[string]*tally{}
	old := &mappings.Reader{}
	each(t, root, func(name string, msg *edi.Message) {
		m := ml.Find(string(msg.Standard), msg.Version, msg.Set)
		g, _ := gl[msg.Standard].Find(msg.Standard, msg.Version, msg.Set)
		if m == nil || g == nil {
			return
		}
		r, problems := shipped{g: g, m: m, r: old}.bothWays(msg)
		for _, p := range problems {
			t.Errorf("%s %s: %s", name, msg.Set, p)
		}
		if r == nil || !sound[name] {
			return
		}
		if sums[msg.Set] == nil {
			sums[msg.Set] = &tally{}
		}
		sums[msg.Set].add(r)
		if c := r.Residue.Coverage; testing.Verbose() && floors[msg.Set] > 0 && c.Mapped < c.Elements {
			t.Logf("%s: %d of %d, not %+v", name, c.Mapped, c.Elements, r.Residue.Entries)
		}
	})
	for _, set := range slices.Sorted(maps.Keys(sums)) {
		t.Logf("%s: %s", set, sums[set])
		if got := sums[set].percent(); got < floors[set] {
			t.Errorf("coverage of %s\n got %.1f %%\nwant %.1f", set, got, floors[set])
		}
	}
	for set := range floors {
		if sums[set] == nil {
			t.Errorf("no sound %s was found", set)
		}
	}
}

// each reads the complete messages of the corpus.
func each(t *testing.T, root string, do func(name string, msg *edi.Message)) {
	t.Helper()
	for _, dir := range []string{"x12", "edifact", "odd"} {
		err := filepath.WalkDir(filepath.Join(root, dir), func(name string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() {
				return err
			}
			data, err := os.ReadFile(name)
			if err != nil {
				return err
			}
			rel, _ := filepath.Rel(root, name)
			w := edi.NewWalker(bytes.NewReader(data), edi.Limits{}, x12.Syntax{}, edifact.Syntax{})
			for {
				ev, err := w.Next()
				if errors.Is(err, io.EOF) {
					return nil
				}
				if err != nil {
					return err
				}
				if ev.Kind == edi.EndMessage && !ev.Message.Truncated {
					do(rel, ev.Message)
				}
			}
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// soundFiles are those that the corpus' MANIFEST calls sound.
func soundFiles(t *testing.T, root string) map[string]bool {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "MANIFEST.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	head, body, _ := strings.Cut(string(text), "\n")
	column := slices.Index(strings.Split(head, "\t"), "sound")
	files := map[string]bool{}
	for line := range strings.Lines(body) {
		if f := strings.Split(line, "\t"); len(f) > column && f[column] == "yes" {
			files[f[0]] = true
		}
	}
	return files
}
