package vectors

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/edi/guide"
	"github.com/edibridge/edibridge/edifact"
	"github.com/edibridge/edibridge/x12"
)

// document is a file to read.
type document struct {
	name    string
	data    []byte
	options options
	sound   bool // sure to be sound: a vector without an error, or one of the manifest
}

// long says that every case is to be tried, not a sample.
func long() bool { return os.Getenv("EDIBRIDGE_LONG") != "" }

// most is how many findings of a message are kept where none must be lost.
const most = 10_000

// documents are the vectors and the EDI files of the corpus.
func documents(t testing.TB) []document {
	t.Helper()
	var out []document
	for _, v := range vectors(t) {
		opt := v.options
		opt.validate.MaxFindings = 0
		sound := !strings.Contains(v.sections["findings"], "error ") && opt.validate.Severity == nil && opt.read == ""
		out = append(out, document{name: v.name, data: v.input, options: opt, sound: sound && opt.guides == ""})
	}
	return append(out, corpus(t)...)
}

// corpus are the EDI files of the corpus that EDIBRIDGE_CORPUS names.
func corpus(t testing.TB) []document {
	t.Helper()
	dir := os.Getenv("EDIBRIDGE_CORPUS")
	if dir == "" {
		t.Log("EDIBRIDGE_CORPUS names no corpus: the vectors alone are read")
		return nil
	}
	text, err := os.ReadFile(filepath.Join(dir, "MANIFEST.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
	column := map[string]int{}
	for i, name := range strings.Split(lines[0], "\t") {
		column[name] = i
	}
	var out []document
	for _, line := range lines[1:] {
		f := strings.Split(line, "\t")
		if s := f[column["standard"]]; s != "X12" && s != "EDIFACT" {
			continue
		}
		data, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(f[column["path"]])))
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, document{name: f[column["path"]], data: data, options: options{ta1: true},
			sound: f[column["sound"]] == "yes" && f[column["facts"]] == "sure"})
	}
	if len(out) == 0 {
		t.Fatal("the manifest lists no EDI files")
	}
	return out
}

// dissected is a sound document, taken apart: where each segment stands and what
// each message was matched to.
type dissected struct {
	document
	findings []edi.Finding // of severity info and warning
	segments []edi.Segment // of all interchanges
	sets     []dissectedSet
	tables   map[string]*table
	outlines map[string]outline // by guide
}

// dissectedSet is one message of it.
type dissectedSet struct {
	guide *guide.Guide
	match *guide.Match
	m     *edi.Message
	first int // index of ST or UNH into segments
}

// dissect takes d apart; ok is false when it has errors, or a set without a guide of
// its release.
func dissect(t testing.TB, d document) (out *dissected, ok bool) {
	t.Helper()
	out, ok = &dissected{document: d}, true
	j := newJudging(t, d.options)
	j.mute, j.validate.MaxFindings = true, most
	j.found = func(f edi.Finding) {
		ok = ok && f.Severity != edi.Error
		out.findings = append(out.findings, f)
	}
	j.judged = func(m *edi.Message, g *guide.Guide, _ *guide.Result) {
		exact := false
		if g != nil {
			_, exact = j.lib.Find(m.Standard, m.Version, m.Set)
		}
		if !exact {
			ok = false
			return
		}
		m = m.Clone()
		out.sets = append(out.sets, dissectedSet{guide: g, match: g.Match(m), m: m})
	}
	if err := j.run(bytes.NewReader(d.data)); err != nil {
		t.Fatal(err)
	}
	if !ok || len(out.sets) == 0 {
		return nil, false
	}
	out.segments = segmentsOf(t, d.data)
	at := 0
	for i := range out.sets {
		for out.segments[at].Offset != out.sets[i].m.Offset {
			at++
		}
		out.sets[i].first = at
	}
	return out, true
}

// segmentsOf are the segments of all interchanges of a file.
func segmentsOf(t testing.TB, data []byte) []edi.Segment {
	t.Helper()
	r := edi.NewReader(bytes.NewReader(data), edi.Limits{})
	var out []edi.Segment
	for {
		if _, err := r.Find(nil); err == io.EOF {
			return out
		} else if err != nil {
			t.Fatal(err)
		}
		for {
			s, err := r.Next()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, s.Clone())
		}
	}
}

// sounds are the sound documents, taken apart.
func sounds(t testing.TB) []*dissected {
	t.Helper()
	all, outlines := tables(t), map[string]outline{}
	var out []*dissected
	for _, d := range documents(t) {
		if !d.sound {
			continue
		}
		s, ok := dissect(t, d)
		if !ok {
			continue
		}
		for _, set := range s.sets {
			if name := set.guide.Name(); outlines[name] == nil {
				outlines[name] = readOutline(t, set.guide)
			}
		}
		s.tables, s.outlines = all, outlines
		out = append(out, s)
	}
	if len(out) < 20 {
		t.Fatalf("%d sound documents: it looks in the wrong place", len(out))
	}
	return out
}

// What the oracle says of sound documents: nothing. Without that it could not say
// anything of broken ones.
func TestOutlines(t *testing.T) {
	for _, d := range sounds(t) {
		for _, set := range d.sets {
			if why := d.outlines[set.guide.Name()].unsound(set.m, set.match); why != "" {
				t.Errorf("%s: %s %s is sound and %s", d.name, set.m.Set, set.m.Control, why)
			}
		}
	}
}

// syntaxes are those of both standards.
func syntaxes() []edi.Syntax { return []edi.Syntax{x12.Syntax{}, edifact.Syntax{}} }
