package mappings

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const rowsLayers = `-- retail.map --
mapping retail extends order <-> X12 850

REF:DP/REF02       department
-- acme.map --
mapping acme extends retail

REF:DP/REF02       contract
PO1/PO103          quantity.uom         code party
BEG06              -
`

// TestExplain: the rows of a member, whose they are, and what they replaced.
func TestExplain(t *testing.T) {
	lib := layered(t, rowsLayers)
	acme := lib.Named("acme")
	if diff := cmp.Diff([]string{"order <-> X12 850", "retail", "acme"}, acme.Layers()); diff != "" {
		t.Errorf("layers (-want +got)\n%s", diff)
	}
	for path, want := range map[string]string{
		"contract":                   "REF02 acme.map:3 acme, in place of retail.map:3 (retail)",
		"/lines/3/quantity/uom":      "PO103 acme.map:4 acme, in place of tables/order-850.map (order <-> X12 850)",
		"lines[].quantity.value":     "PO102 tables/order-850.map order <-> X12 850",
		"lines.storeQuantities.area": "SDQ23 tables/order-850.map order <-> X12 850",
		"/lines/0/ids/1/scheme":      "PO106 PO107 tables/order-850.map order <-> X12 850",
		"lines[].colour":             "",
		"/totals/weight":             "CTT03 tables/order-850.map order <-> X12 850; CTT04 tables/order-850.map order <-> X12 850",
		"department":                 "",
	} {
		var got []string
		for _, r := range acme.Explain(path) {
			text := r.Place + " " + r.At + " " + r.Layer
			if len(r.Replaced) > 0 {
				text += ", in place of " + strings.Join(r.Replaced, ", ")
			}
			got = append(got, text)
		}
		text := regexp.MustCompile(`(tables/[a-z0-9-]+\.map):[0-9]+`).ReplaceAllString(strings.Join(got, "; "), "$1")
		if text != want {
			t.Errorf("%s\n got %s\nwant %s", path, text, want)
		}
	}
}

// TestRowsAreATable: what Rows prints is a table that does the same.
func TestRowsAreATable(t *testing.T) {
	for _, name := range standard(t).Names() {
		m := standard(t).Named(name)
		var text strings.Builder
		text.WriteString("-- a.map --\nmapping " + tableName(m.kind, m.standard, m.set, "999") + "\n")
		for _, r := range m.Rows() {
			text.WriteString(r.String() + "\n")
		}
		again, err := standard(t).Extend(files(text.String()))
		if err != nil {
			t.Fatalf("%s: %v\n%s", name, err, text.String())
		}
		var got, want []string
		for _, r := range again.mappings[len(again.mappings)-1].Rows() {
			got = append(got, r.String())
		}
		for _, r := range m.Rows() {
			want = append(want, r.String())
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got)\n%s", name, diff)
		}
	}
}

// TestDrift: what a partner never sent before is told, once, with its place.
func TestDrift(t *testing.T) {
	g, m := purchaseOrder(t)
	read := func(raw string) Source {
		msg := parse(t, raw)
		return FromMessage(msg, g, g.Match(msg))
	}
	p := &Profile{}
	known := wrap("REF*DP*038~N1*ST*ACME~N3*1 ROAD~PO1*1*2*EA~REF*IA*7~CTT*1~")
	if found := m.Drift(p, read(known)); found != nil {
		t.Errorf("an empty profile\n got %v", found)
	}
	m.Learn(p, read(known))
	m.Learn(p, read(known))
	line, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	stored := &Profile{}
	if err := json.Unmarshal(line, stored); err != nil || stored.Documents != 2 || stored.Seen["PO1/REF:IA"] != 2 {
		t.Errorf("stored %s: %v", line, err)
	}
	if found := m.Drift(stored, read(known)); len(found) != 0 {
		t.Errorf("the same again\n got %v", found)
	}
	next := strings.Replace(strings.Replace(known, "PO1*1*2*EA", "PO1*1*2*CA", 1), "REF*IA*7~", "REF*ZZ*7~REF*ZZ*8~PO4*12~", 1)
	var got []string
	for _, f := range m.Drift(stored, read(next)) {
		got = append(got, f.Rule+" "+string(f.Path)+" "+f.Value)
	}
	want := []string{"mapping.drift.code ST[1]/PO1[1]/PO103 CA", "mapping.drift.qualifier ST[1]/PO1[1]/REF[1]/REF01 ZZ", "mapping.drift.segment ST[1]/PO1[1]/PO4[1] "}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("drift (-want +got)\n%s", diff)
	}
}
