package mappings

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/edibridge/edibridge/canonical"
	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/edi/guide"
	"github.com/edibridge/edibridge/x12"
	"github.com/edibridge/edibridge/x12/guides"
)

// purchaseOrder gives the guide and the table of the 850.
func purchaseOrder(t testing.TB) (*guide.Guide, *Mapping) {
	t.Helper()
	gl, err := guides.Library()
	if err != nil {
		t.Fatal(err)
	}
	lib, err := Standard()
	if err != nil {
		t.Fatal(err)
	}
	g, _ := gl.Find(edi.X12, "004010", "850")
	m := lib.Find("X12", "004010", "850")
	if g == nil || m == nil {
		t.Fatalf("guide %v, mapping %v", g, m)
	}
	return g, m
}

// through takes a message into a document and back, by way of JSON, and checks
// that the bytes are the same and, without the residue, the meaning.
func roundTrip(t testing.TB, g *guide.Guide, m *Mapping, msg *edi.Message) *Result {
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
		t.Errorf("JSON read and written again\n got %s\nwant %s", again, line)
	}
	got, findings, err := m.Out(doc, OutOptions{Residue: res})
	if err != nil {
		t.Fatal(err)
	}
	if want := string(msg.Raw()); string(got) != want {
		t.Errorf("out with residue\n got %q\nwant %q\nfindings %v\njson %s", got, want, findings, line)
	}
	sameMeaning(t, g, m, msg, r)
	return r
}

// sameMeaning writes a document without its residue and reads it again.
func sameMeaning(t testing.TB, g *guide.Guide, m *Mapping, msg *edi.Message, was *Result) {
	doc := was.Document
	t.Helper()
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
	if doc := r.Document.(*canonical.Order); slices.ContainsFunc(was.Findings, func(f edi.Finding) bool { return f.Rule == "mapping.computed" }) {
		doc.Totals.LineCount = was.Document.(*canonical.Order).Totals.LineCount // the count is mended on the way out
	}
	got, _ := canonical.Encode(r.Document, nil, nil)
	want, _ := canonical.Encode(doc, nil, nil)
	if !bytes.Equal(got, want) {
		t.Errorf("out without residue and in again\n got %s\nwant %s\n  by %s", got, want, out)
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
	for _, dir := range []string{"x12", "odd"} {
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
	w := edi.NewWalker(bytes.NewReader(data), edi.Limits{}, x12.Syntax{})
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

// TestCorpus takes every 850 of the corpus there and back, sound or not.
func TestCorpus(t *testing.T) {
	g, m := purchaseOrder(t)
	sets, elements, mapped := 0, 0, 0
	for name, data := range corpusFiles(t) {
		for _, msg := range messages(t, data, "850") {
			t.Run(strings.ReplaceAll(name, "/", "_"), func(t *testing.T) {
				r := roundTrip(t, g, m, msg)
				sets++
				elements += r.Residue.Coverage.Elements
				mapped += r.Residue.Coverage.Mapped
				if r.Residue.Coverage.Mapped < r.Residue.Coverage.Elements {
					t.Logf("%d of %d: %+v", r.Residue.Coverage.Mapped, r.Residue.Coverage.Elements, r.Residue.Entries)
				}
				for _, f := range r.Findings {
					t.Log(f.String())
				}
			})
		}
	}
	if sets == 0 {
		t.Fatal("no 850 was found")
	}
	t.Logf("%d sets, %d of %d values mapped (%.1f %%)", sets, mapped, elements, 100*float64(mapped)/float64(elements))
}
