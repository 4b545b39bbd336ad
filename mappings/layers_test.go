package mappings

import (
	"slices"
	"strings"
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

// TestRowsBelowASection: a row below a segment that takes a section stands in the
// place of the section's row; "- rows NAME" makes no such room.
func TestRowsBelowASection(t *testing.T) {
	lib, err := standard(t).Extend(files("-- a.map --\nmapping acme extends order <-> X12 850\nREF:DP refs[] rows ref\n  REF02 text\n"))
	if err != nil {
		t.Fatal(err)
	}
	m := lib.Named("acme")
	for path, want := range map[string]string{"refs[].text": "a.map:3", "refs[].value": ""} {
		got := ""
		for _, r := range m.Explain(path) {
			if r.Layer == "acme" && r.Depth == 1 {
				got = r.At
			}
		}
		if got != want {
			t.Errorf("acme's row for %s\n got %q\nwant %q", path, got, want)
		}
	}
	_, err = standard(t).Extend(files("-- a.map --\nmapping acme extends order <-> X12 850\nREF:DP refs[]\n  - rows ref\n  REF02 text\n"))
	if want := "REF02 has a row already"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("behind \"- rows\"\n got %v\nwant %s", err, want)
	}
}
