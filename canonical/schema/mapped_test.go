package schema

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/edibridge/edibridge/canonical"
	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/edifact"
	edifactguides "github.com/edibridge/edibridge/edifact/guides"
	"github.com/edibridge/edibridge/mappings"
	"github.com/edibridge/edibridge/x12"
	"github.com/edibridge/edibridge/x12/guides"
)

// TestMappedDocuments: every document of the corpus for which there is a mapping
// validates, sound or not, with its lineage and residue.
func TestMappedDocuments(t *testing.T) {
	root := os.Getenv("EDIBRIDGE_CORPUS")
	if root == "" {
		t.Skip("EDIBRIDGE_CORPUS is not set: no corpus")
	}
	gl, err := guides.Library()
	if err != nil {
		t.Fatal(err)
	}
	el, err := edifactguides.Library()
	if err != nil {
		t.Fatal(err)
	}
	ml, err := mappings.Standard()
	if err != nil {
		t.Fatal(err)
	}
	v := validator{open: map[string]check{}, closed: map[string]check{}}
	err = filepath.WalkDir(root, func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		w := edi.NewWalker(bytes.NewReader(data), edi.Limits{}, x12.Syntax{}, edifact.Syntax{})
		for {
			ev, err := w.Next()
			if errors.Is(err, io.EOF) {
				return nil
			}
			if err != nil {
				return nil // what cannot be read is another test's business
			}
			if ev.Kind != edi.EndMessage {
				continue
			}
			msg := ev.Message
			g, _ := gl.Find(msg.Standard, msg.Version, msg.Set)
			if msg.Standard == edi.EDIFACT {
				g, _ = el.Find(msg.Standard, msg.Version, msg.Set)
			}
			m := ml.Find(string(msg.Standard), msg.Version, msg.Set)
			if g == nil || m == nil {
				continue
			}
			r, err := m.In(mappings.FromMessage(msg, g, g.Match(msg)), mappings.InOptions{Lineage: true, Residue: true})
			if err != nil {
				t.Fatal(err)
			}
			v.validate(t, name, r)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if v.count == 0 {
		t.Fatal("no document was mapped")
	}
	t.Logf("%d documents validate", v.count)
}

// TestPostedDocuments: the documents that the tests of mappings hand in as an
// application would are what the schemas of intake take.
func TestPostedDocuments(t *testing.T) {
	posted, err := filepath.Glob("../../mappings/testdata/*/posted.json")
	if err != nil || len(posted) == 0 {
		t.Fatalf("%d documents: %v", len(posted), err)
	}
	for _, name := range posted {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		doc, _, err := canonical.DecodeWithResidue(text)
		if err != nil {
			t.Fatal(err)
		}
		_, closed := both(t, doc.Kind())
		if err := refusal(t, compiled(t, closed), string(text)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// check is a compiled schema.
type check interface{ Validate(v any) error }

type validator struct {
	open, closed map[string]check
	count        int
}

func (v *validator) validate(t *testing.T, name string, r *mappings.Result) {
	t.Helper()
	kind := r.Document.Kind()
	if v.open[kind] == nil {
		open, closed := both(t, kind)
		v.open[kind], v.closed[kind] = compiled(t, open), compiled(t, closed)
	}
	line, err := canonical.Encode(r.Document, r.Lineage, r.Residue)
	if err != nil {
		t.Fatal(err)
	}
	if err := refusal(t, v.open[kind], string(line)); err != nil {
		t.Errorf("%s: %v\n%s", name, err, line)
	}
	// What came in may lack its number; what is handed in may not.
	if number, _ := r.Document.Identity(); number != "" {
		if err := refusal(t, v.closed[kind], string(line)); err != nil {
			t.Errorf("%s, intake: %v\n%s", name, err, line)
		}
	}
	v.count++
}
