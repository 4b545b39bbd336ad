package mappings

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/edibridge/edibridge/canonical"
	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/edi/guide"
	"github.com/edibridge/edibridge/edifact"
	edifactguides "github.com/edibridge/edibridge/edifact/guides"
	"github.com/edibridge/edibridge/x12"
	"github.com/edibridge/edibridge/x12/guides"
)

// purchaseOrder gives the guide and the table of the 850.
func purchaseOrder(t testing.TB) (*guide.Guide, *Mapping) {
	t.Helper()
	return languages(t, edi.X12, "004010", "850")
}

// languages gives the guide and the table of a set.
func languages(t testing.TB, standard edi.Standard, release, set string) (*guide.Guide, *Mapping) {
	t.Helper()
	load := guides.Library
	if standard == edi.EDIFACT {
		load = edifactguides.Library
	}
	gl, err := load()
	if err != nil {
		t.Fatal(err)
	}
	lib, err := Standard()
	if err != nil {
		t.Fatal(err)
	}
	g, _ := gl.Find(standard, release, set)
	m := lib.Find(string(standard), release, set)
	if g == nil || m == nil {
		t.Fatalf("guide %v, mapping %v", g, m)
	}
	return g, m
}

// roundTrip takes a message into a document and back, by way of JSON, and checks
// that the bytes are the same and, without the residue, the meaning.
func roundTrip(t tester, g *guide.Guide, m *Mapping, msg *edi.Message) *Result {
	t.Helper()
	r, err := m.In(FromMessage(msg, g, g.Match(msg)), InOptions{Residue: true})
	if err != nil {
		t.Fatal(err)
	}
	line, err := canonical.Encode(r.Document, nil, r.Residue)
	if err != nil {
		t.Fatal(err)
	}
	doc, res, err := canonical.DecodeWithResidue(line)
	if err != nil {
		t.Fatalf("%v\n%s", err, line)
	}
	again, err := canonical.Encode(doc, nil, res)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(line, again) {
		t.Errorf("JSON read and written again: %s", difference(again, line))
	}
	got, findings, err := m.Out(doc, OutOptions{Residue: res})
	if err != nil {
		t.Fatal(err)
	}
	if want := string(msg.Unwrapped()); string(got) != want {
		t.Errorf("out with residue: %s\nfindings %v", difference(got, []byte(want)), findings)
	}
	if inPlace(g, msg) {
		sameMeaning(t, g, m, msg, r)
	}
	return r
}

// inPlace reports whether the guide has a place for every segment. Where it has
// not, the loop that a segment is taken into depends on what stands around it,
// and a message that is written anew has less of that: nothing is promised but
// the bytes.
func inPlace(g *guide.Guide, msg *edi.Message) bool {
	for _, f := range g.Validate(msg, guide.Options{MaxFindings: 1 << 20}).Findings {
		if strings.Contains(f.Rule, ".segment.") || strings.Contains(f.Rule, ".loop.") {
			return false
		}
	}
	return true
}

// sameMeaning writes a document without its residue and reads it again.
func sameMeaning(t tester, g *guide.Guide, m *Mapping, msg *edi.Message, was *Result) {
	doc := was.Document
	t.Helper()
	for _, f := range was.Findings {
		// A value that could not be read leaves its segment to be taken for another
		// kind of its tag: such a document is not sound.
		if m.standard == string(edi.EDIFACT) && (f.Rule == "mapping.value.date" || f.Rule == "mapping.value.number") {
			return
		}
	}
	out, findings, err := m.Out(doc, OutOptions{Delimiters: msg.Delimiters})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range findings {
		// Text that holds a separator cannot be written so that it is read back.
		if f.Rule == "mapping.value.delimiter" || f.Rule == "mapping.value.encoding" {
			return
		}
	}
	written, err := edi.ReadMessage(out, msg.Delimiters)
	if err != nil {
		t.Fatalf("%v\n%q", err, out)
	}
	written.Version = msg.Version
	r, err := m.In(FromMessage(written, g, g.Match(written)), InOptions{})
	if err != nil {
		t.Fatal(err)
	}
	// A line count that is wrong or missing is mended on the way out.
	before, after := doc.(*canonical.Order).Totals, r.Document.(*canonical.Order).Totals
	if before != nil && after != nil && !sameNumber(string(before.LineCount), string(after.LineCount)) {
		if want := len(doc.(*canonical.Order).Lines); string(after.LineCount) != fmt.Sprint(want) {
			t.Errorf("line count written: got %q, want %d", after.LineCount, want)
		}
		after.LineCount = before.LineCount
	}
	got, _ := canonical.Encode(r.Document, nil, nil)
	want, _ := canonical.Encode(doc, nil, nil)
	if !bytes.Equal(got, want) {
		t.Errorf("out without residue and in again: %s\n  by %q", difference(got, want), out)
	}
}

// corpusFiles gives the files of the corpus, or skips.
func corpusFiles(t testing.TB) map[string][]byte {
	t.Helper()
	root := os.Getenv("EDIBRIDGE_CORPUS")
	if root == "" {
		t.Skip("EDIBRIDGE_CORPUS is not set: no corpus")
	}
	files := map[string][]byte{}
	for _, dir := range []string{"x12", "edifact", "odd"} {
		err := filepath.WalkDir(filepath.Join(root, dir), func(name string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() {
				return err
			}
			data, err := os.ReadFile(name)
			rel, _ := filepath.Rel(root, name)
			files[rel] = data
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return files
}

// messages gives the complete sets of a type in a file.
func messages(t testing.TB, data []byte, set string) []*edi.Message {
	t.Helper()
	var found []*edi.Message
	w := edi.NewWalker(bytes.NewReader(data), edi.Limits{}, x12.Syntax{}, edifact.Syntax{})
	for {
		ev, err := w.Next()
		if errors.Is(err, io.EOF) {
			return found
		}
		if err != nil {
			t.Fatal(err)
		}
		if ev.Kind == edi.EndMessage && ev.Message.Set == set && !ev.Message.Truncated {
			found = append(found, ev.Message.Clone())
		}
	}
}

// soundOrders gives how many 850 of 004010 each file has that the corpus'
// MANIFEST calls sound.
func soundOrders(t testing.TB) map[string]int {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(os.Getenv("EDIBRIDGE_CORPUS"), "MANIFEST.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(text), "\n")
	column := map[string]int{}
	for i, name := range strings.Split(lines[0], "\t") {
		column[name] = i
	}
	files := map[string]int{}
	for _, line := range lines[1:] {
		f := strings.Split(line, "\t")
		if len(f) < len(column) || f[column["sound"]] != "yes" || !strings.HasPrefix(f[column["release"]], "004010") {
			continue
		}
		for set := range strings.SplitSeq(f[column["set_list"]], ",") {
			if set, times, _ := strings.Cut(set, "x"); set == "850" {
				n, err := strconv.Atoi(times)
				if err != nil {
					n = 1
				}
				files[f[column["path"]]] = n
			}
		}
	}
	return files
}

// TestCorpus takes every 850 of the corpus there and back, sound or not.
func TestCorpus(t *testing.T) {
	g, m := purchaseOrder(t)
	files := corpusFiles(t)
	promised := soundOrders(t)
	sound := 0
	var all counted
	for name, data := range files {
		found := messages(t, data, "850")
		if n := promised[name]; len(found) < n {
			t.Errorf("%s\n got %d sets\nwant %d", name, len(found), n)
		}
		sound += promised[name]
		for _, msg := range found {
			all.run(t, name, g, m, msg)
		}
	}
	if sound == 0 {
		t.Fatal("no 850 was found")
	}
	t.Logf("%s, %d of the sets sound and of 004010", &all, sound)
}

// TestCorpusOrders does the same with every ORDERS, by the guide of the nearest
// release.
func TestCorpusOrders(t *testing.T) {
	var all counted
	for name, data := range corpusFiles(t) {
		for _, msg := range messages(t, data, "ORDERS") {
			g, m := languages(t, edi.EDIFACT, msg.Version, "ORDERS")
			all.run(t, name, g, m, msg)
		}
	}
	if all.sets < 50 {
		t.Fatalf("%d ORDERS were found", all.sets)
	}
	t.Log(&all)
}

// counted is what came of many sets.
type counted struct{ sets, elements, mapped int }

func (c *counted) run(t *testing.T, name string, g *guide.Guide, m *Mapping, msg *edi.Message) {
	t.Run(strings.ReplaceAll(name, "/", "_"), func(t *testing.T) {
		r := roundTrip(t, g, m, msg)
		c.sets++
		c.elements += r.Residue.Coverage.Elements
		c.mapped += r.Residue.Coverage.Mapped
		if r.Residue.Coverage.Mapped < r.Residue.Coverage.Elements {
			t.Logf("%d of %d: %+v", r.Residue.Coverage.Mapped, r.Residue.Coverage.Elements, r.Residue.Entries)
		}
		for _, f := range r.Findings {
			t.Log(f.String())
		}
	})
}

func (c *counted) String() string {
	return fmt.Sprintf("%d sets, %d of %d values mapped (%.1f %%)", c.sets, c.mapped, c.elements, 100*float64(c.mapped)/float64(c.elements))
}

// tester is what a testing.TB and a rapid.T have in common.
type tester interface {
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
	Errorf(format string, args ...any)
}

// difference shows where two texts part.
func difference(got, want []byte) string {
	i := 0
	for i < len(got) && i < len(want) && got[i] == want[i] {
		i++
	}
	around := func(b []byte) []byte { return b[max(0, min(i-80, len(b))):min(i+80, len(b))] }
	return fmt.Sprintf("byte %d\n got ...%q\nwant ...%q", i, around(got), around(want))
}
