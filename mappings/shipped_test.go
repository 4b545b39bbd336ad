package mappings_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/edibridge/edibridge/canonical"
	"github.com/edibridge/edibridge/canonical/schema"
	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/edi/guide"
	edifactguides "github.com/edibridge/edibridge/edifact/guides"
	"github.com/edibridge/edibridge/mappings"
	"github.com/edibridge/edibridge/x12/guides"
)

// shipped is a table that comes with edibridge, and a guide that it is for.
type shipped struct {
	g *guide.Guide
	m *mappings.Mapping
	r *mappings.Reader // of all its documents, one after the other

	untraced bool // documents are made without lineage
}

// standards are the guides of both standards.
func standards(t testing.TB) map[edi.Standard]*guide.Library {
	t.Helper()
	all := map[edi.Standard]*guide.Library{}
	for standard, load := range map[edi.Standard]func() (*guide.Library, error){edi.X12: guides.Library, edi.EDIFACT: edifactguides.Library} {
		lib, err := load()
		if err != nil {
			t.Fatal(err)
		}
		all[standard] = lib
	}
	return all
}

// library has the tables that come with edibridge.
func library(t testing.TB) *mappings.Library {
	t.Helper()
	lib, err := mappings.Standard()
	if err != nil {
		t.Fatal(err)
	}
	return lib
}

// allShipped gives each guide of a standard whose set has a table, with the
// table, by name. Tables that are added are found here, and so tested.
func allShipped(t testing.TB) []shipped {
	t.Helper()
	lib := library(t)
	var all []shipped
	for _, gl := range standards(t) {
		for _, name := range gl.Names() {
			g := gl.Named(name)
			if m := lib.Find(string(g.Standard()), g.Release(), g.Set()); m != nil {
				all = append(all, shipped{g: g, m: m, r: &mappings.Reader{}})
			}
		}
	}
	slices.SortFunc(all, func(a, b shipped) int { return strings.Compare(a.g.Name(), b.g.Name()) })
	return all
}

// TestTablesFitGuides holds every table against the guides that it is for.
func TestTablesFitGuides(t *testing.T) {
	for _, s := range allShipped(t) {
		if err := s.m.Check(s.g); err != nil {
			t.Errorf("%s by %s\n%v", s.m.Name(), s.g.Name(), err)
		}
	}
}

// bothWays takes a message into a document and back by way of JSON. What comes of
// it is told; problems are in words.
func (s shipped) bothWays(msg *edi.Message) (r *mappings.Result, problems []string) {
	fail := func(format string, args ...any) { problems = append(problems, fmt.Sprintf(format, args...)) }
	r, err := s.m.In(mappings.FromMessage(msg, s.g, s.g.Match(msg)), mappings.InOptions{Lineage: !s.untraced, Residue: true})
	if err != nil {
		return nil, []string{err.Error()}
	}
	line, err := canonical.Encode(r.Document, lineageOf(r), r.Residue)
	if err != nil {
		return nil, []string{err.Error()}
	}
	if err := validates(r.Document.Kind(), line); err != nil {
		fail("%v\n%s", err, line)
	}
	if err := s.sameInOldMemory(msg, r, line); err != nil {
		fail("%v", err)
	}
	doc, res, err := canonical.DecodeWithResidue(line)
	if err != nil {
		return r, append(problems, err.Error())
	}
	out, findings, err := s.m.Out(doc, mappings.OutOptions{Residue: res})
	if err != nil || !bytes.Equal(out, msg.Unwrapped()) {
		fail("out with residue: %s\n%v %v", parts(out, msg.Unwrapped()), findings, err)
	}
	// A value that cannot be read leaves its segment to be taken for another kind of
	// its tag: what such a document means is not promised.
	if err := s.sameMeaning(msg, r); err != nil && !unread(r) {
		fail("%v", err)
	}
	return r, problems
}

// lineageOf is what canonical.Encode writes as a result's lineage.
func lineageOf(r *mappings.Result) any {
	if r.Lineage == nil {
		return nil
	}
	return r.Lineage
}

// sameInOldMemory reads a message again, in the memory of the one before.
func (s shipped) sameInOldMemory(msg *edi.Message, want *mappings.Result, line []byte) error {
	got, err := s.r.In(s.m, s.r.Source(msg, s.g.Match(msg)), mappings.InOptions{Lineage: !s.untraced, Residue: true})
	if err != nil {
		return err
	}
	again, err := canonical.Encode(got.Document, lineageOf(got), got.Residue)
	if err != nil {
		return err
	}
	if !bytes.Equal(again, line) {
		return fmt.Errorf("in old memory: %s", parts(again, line))
	}
	if !slices.Equal(got.Keys, want.Keys) || !slices.EqualFunc(got.Findings, want.Findings, func(a, b edi.Finding) bool { return a.String() == b.String() }) {
		return fmt.Errorf("in old memory\n got %v %v\nwant %v %v", got.Keys, got.Findings, want.Keys, want.Findings)
	}
	return nil
}

func (s shipped) in(msg *edi.Message, whole bool) (*mappings.Result, error) {
	return s.m.In(mappings.FromMessage(msg, s.g, s.g.Match(msg)), mappings.InOptions{Lineage: whole, Residue: whole})
}

// sameMeaning writes a document without its residue and reads it again: it says
// all that it said. What a table adds, by "default" or "=", it has too, and says
// again when it is written and read once more. What a table computes is mended on
// the way out, and so is a message that is wrong.
func (s shipped) sameMeaning(msg *edi.Message, was *mappings.Result) error {
	mended := count(was.Findings, "mapping.computed") > 0 || s.g.Validate(msg, guide.Options{}).Errors > 0
	second, out, err := s.again(msg, was.Document)
	if err != nil || second == nil {
		return err
	}
	want, got := encoded(was.Document), encoded(second)
	if bytes.Equal(got, want) {
		return nil // and so it goes on
	}
	if lost := missing(decoded(want), decoded(got), ""); lost != "" && !mended {
		return fmt.Errorf("out without residue and in again: %s\n%s\n  by %q", lost, parts(got, want), out)
	}
	third, out, err := s.again(msg, second)
	if err != nil || third == nil {
		return err
	}
	if want, got = got, encoded(third); !bytes.Equal(got, want) {
		return fmt.Errorf("out without residue and in again, twice: %s\n  by %q", parts(got, want), out)
	}
	return nil
}

// again writes a document with the delimiters of a message and reads it. It is
// nil when text holds a delimiter: that cannot be written so that it is read back.
func (s shipped) again(like *edi.Message, doc canonical.Document) (canonical.Document, []byte, error) {
	out, findings, err := s.m.Out(doc, mappings.OutOptions{Delimiters: like.Delimiters})
	if err != nil || count(findings, "mapping.value.delimiter")+count(findings, "mapping.value.encoding") > 0 {
		return nil, out, err
	}
	msg, err := edi.ReadMessage(out, like.Delimiters)
	if err != nil {
		return nil, out, fmt.Errorf("%w\n%q", err, out)
	}
	msg.Version = like.Version
	r, err := s.in(msg, false)
	if err != nil {
		return nil, out, err
	}
	return r.Document, out, nil
}

func encoded(doc canonical.Document) []byte {
	line, err := canonical.Encode(doc, nil, nil)
	if err != nil {
		return []byte(err.Error())
	}
	return line
}

func decoded(line []byte) (v any) {
	if err := json.Unmarshal(line, &v); err != nil {
		return err.Error()
	}
	return v
}

// missing is the JSON Pointer of the first value that is not in other as it is in
// one, "" when all are.
func missing(one, other any, at string) string {
	switch v := one.(type) {
	case map[string]any:
		w, _ := other.(map[string]any)
		for _, name := range slices.Sorted(maps.Keys(v)) {
			if lost := missing(v[name], w[name], at+"/"+name); lost != "" {
				return lost
			}
		}
		return ""
	case []any:
		w, _ := other.([]any)
		if len(v) != len(w) {
			return at
		}
		for i := range v {
			if lost := missing(v[i], w[i], fmt.Sprint(at, "/", i)); lost != "" {
				return lost
			}
		}
		return ""
	}
	if one != other {
		return at
	}
	return ""
}

// unread reports whether a message has values that are no dates or numbers where
// a table wants them.
func unread(r *mappings.Result) bool {
	return count(r.Findings, "mapping.value.date")+count(r.Findings, "mapping.value.number") > 0
}

func count(findings []edi.Finding, rule string) (n int) {
	for _, f := range findings {
		if f.Rule == rule {
			n++
		}
	}
	return n
}

// compiledSchemas are the open schemas by kind.
var compiledSchemas sync.Map

// validates holds a document against the schema of its kind.
func validates(kind string, line []byte) error {
	known, ok := compiledSchemas.Load(kind)
	if !ok {
		text, err := schema.For(kind)
		if err != nil {
			return err
		}
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
		if err != nil {
			return err
		}
		id := doc.(map[string]any)["$id"].(string)
		c := jsonschema.NewCompiler()
		c.AssertFormat()
		if err := c.AddResource(id, doc); err != nil {
			return err
		}
		if known, err = c.Compile(id); err != nil {
			return err
		}
		compiledSchemas.Store(kind, known)
	}
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(line))
	if err != nil {
		return err
	}
	return known.(*jsonschema.Schema).Validate(v)
}

// parts shows where two texts part.
func parts(got, want []byte) string {
	i := 0
	for i < len(got) && i < len(want) && got[i] == want[i] {
		i++
	}
	around := func(b []byte) []byte { return b[max(0, min(i-120, len(b))):min(i+120, len(b))] }
	return fmt.Sprintf("byte %d\n got ...%q\nwant ...%q", i, around(got), around(want))
}

// tally is what came of the values of a set.
type tally struct{ sets, values, mapped int }

func (c *tally) add(r *mappings.Result) {
	c.sets++
	c.values += r.Residue.Coverage.Elements
	c.mapped += r.Residue.Coverage.Mapped
}

func (c *tally) percent() float64 { return 100 * float64(c.mapped) / float64(max(c.values, 1)) }

func (c *tally) String() string {
	return fmt.Sprintf("%d sets, %d of %d values mapped (%.1f %%)", c.sets, c.mapped, c.values, c.percent())
}
