package mappings

import (
	"slices"
	"testing"
)

// TestStarredRowTakesThePlaceOfThePlain: "SAC:*" of a layer says no more than
// "SAC" of the base, and takes its place.
func TestStarredRowTakesThePlaceOfThePlain(t *testing.T) {
	lib, err := standard(t).Extend(files("-- a.map --\nmapping acme extends order <-> X12 850\nSAC:* allowancesCharges[]\n  SAC02 code\n"))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range lib.Named("acme").Explain("allowancesCharges[].code") {
		got = append(got, r.Layer)
	}
	if want := []string{"acme"}; !slices.Equal(got, want) {
		t.Errorf("layers of the rows that make it\n got %v\nwant %v", got, want)
	}
}
