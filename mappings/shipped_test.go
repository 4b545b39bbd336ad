package mappings

import (
	"testing"

	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/edi/guide"
	edifactguides "github.com/edibridge/edibridge/edifact/guides"
	"github.com/edibridge/edibridge/x12/guides"
)

// shipped is a table that comes with edibridge, with a guide that it is for.
type shipped struct {
	g *guide.Guide
	m *Mapping
}

// allShipped gives each standard guide whose set has a table, by its name, with
// that table.
func allShipped(t testing.TB) []shipped {
	t.Helper()
	lib, err := Standard()
	if err != nil {
		t.Fatal(err)
	}
	var all []shipped
	for _, load := range []func() (*guide.Library, error){guides.Library, edifactguides.Library} {
		gl, err := load()
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range gl.Names() {
			g := gl.Named(name)
			if m := lib.Find(string(g.Standard()), g.Release(), g.Set()); m != nil {
				all = append(all, shipped{g, m})
			}
		}
	}
	return all
}

var _ = edi.X12

// TestTablesFitGuides holds every table against the guides that it is for.
func TestTablesFitGuides(t *testing.T) {
	for _, s := range allShipped(t) {
		if err := s.m.Check(s.g); err != nil {
			t.Errorf("%s by %s\n%v", s.m.Name(), s.g.Name(), err)
		}
	}
}
