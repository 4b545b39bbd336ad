package mappings

import (
	"testing"

	"github.com/edibridge/edibridge/edi"
)

// tradeSets are the sets of answers, changes, invoices, remittances and catalogs.
var tradeSets = []struct {
	standard edi.Standard
	release  string
	set      string
	kind     string
}{
	{edi.X12, "004010", "855", "orderResponse"},
	{edi.X12, "005010", "855", "orderResponse"},
	{edi.X12, "004010", "865", "orderResponse"},
	{edi.X12, "005010", "865", "orderResponse"},
	{edi.X12, "004010", "860", "orderChange"},
	{edi.X12, "005010", "860", "orderChange"},
	{edi.X12, "004010", "810", "invoice"},
	{edi.X12, "005010", "810", "invoice"},
	{edi.X12, "004010", "820", "remittance"},
	{edi.X12, "005010", "820", "remittance"},
	{edi.X12, "004010", "832", "catalog"},
	{edi.X12, "005010", "832", "catalog"},
	{edi.EDIFACT, "D:96A:UN", "ORDRSP", "orderResponse"},
	{edi.EDIFACT, "D:01B:UN", "ORDRSP", "orderResponse"},
	{edi.EDIFACT, "D:96A:UN", "ORDCHG", "orderChange"},
	{edi.EDIFACT, "D:01B:UN", "ORDCHG", "orderChange"},
	{edi.EDIFACT, "D:96A:UN", "INVOIC", "invoice"},
	{edi.EDIFACT, "D:01B:UN", "INVOIC", "invoice"},
	{edi.EDIFACT, "D:96A:UN", "PRICAT", "catalog"},
	{edi.EDIFACT, "D:01B:UN", "PRICAT", "catalog"},
}

// TestTablesCompile: what comes with edibridge, and is compiled table by table when
// it is asked for, has no mistakes.
func TestTablesCompile(t *testing.T) {
	if _, err := Load(tables); err != nil {
		t.Fatal(err)
	}
}

// TestTradeTables: each table is of its kind and holds for the guides of its set.
func TestTradeTables(t *testing.T) {
	for _, s := range tradeSets {
		g, m := languages(t, s.standard, s.release, s.set)
		if got := m.Kind(); got != s.kind {
			t.Errorf("kind of %s\n got %s\nwant %s", m.Name(), got, s.kind)
		}
		if err := m.Check(g); err != nil {
			t.Errorf("%s and %s: %v", m.Name(), g.Name(), err)
		}
	}
}
