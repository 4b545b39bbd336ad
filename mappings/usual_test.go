package mappings

import (
	"testing"

	"github.com/edibridge/edibridge/canonical"
)

// TestUsualDelimiters: what no residue and no caller says is written as most
// partners of the standard do.
func TestUsualDelimiters(t *testing.T) {
	for name, want := range map[string]string{
		"order <-> X12 850":        "ST*850~BEG**DS*7~SE*3~",
		"order <-> EDIFACT ORDERS": "UNH++ORDERS:D:96A:UN'BGM+DS+7'UNS+S'UNT+4'",
	} {
		doc := &canonical.Order{Header: canonical.Header{Kind: "order"}, OrderType: "DS", PONumber: "7"}
		raw, _, err := standard(t).Named(name).Out(doc, OutOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if got := string(raw); got != want {
			t.Errorf("%s\n got %s\nwant %s", name, got, want)
		}
	}
}
