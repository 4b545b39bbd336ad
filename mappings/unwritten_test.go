package mappings

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/edibridge/edibridge/canonical"
	"github.com/edibridge/edibridge/edi"
)

// TestMembersUnwritten: a member that no row names is told of, by its pointer; derived
// members, those of the header and empty ones are not.
func TestMembersUnwritten(t *testing.T) {
	_, m := purchaseOrder(t)
	doc := &canonical.Order{
		Header:     canonical.Header{ID: "1", Partner: "acme", Ext: map[string]string{"route": "7"}},
		PONumber:   "4711",
		Department: "038",
		Parties:    []canonical.Party{{RoleCode: "ST", Name: "ACME", Country: "US", Ext: map[string]string{"a/b": "x"}}},
		Lines: []canonical.Line{{LineID: "1"}, {LineID: "2",
			IDs:       []canonical.ProductID{{Scheme: "UP", Value: "012345678905"}},
			Notes:     []canonical.Note{{Scheme: "L1", Lines: []string{"TEXT"}}},
			Equipment: []canonical.Equipment{},
			Lading:    []canonical.Lading{{Packaging: "CTN"}},
			Ext:       map[string]string{"colour": "red"}}},
	}
	doc.Derive()
	for _, severity := range []edi.Severity{"", edi.Warning, edi.Error} {
		_, findings := out(t, m, doc, OutOptions{Unwritten: severity})
		var got []string
		for _, f := range findings {
			if f.Rule != "mapping.member.unwritten" {
				continue
			}
			got = append(got, string(f.Path))
			if want := (&OutOptions{Unwritten: severity}).severityOf(); f.Severity != want {
				t.Errorf("got  severity %q\nwant %q", f.Severity, want)
			}
		}
		slices.Sort(got)
		want := []string{"/department", "/ext/route", "/lines/1/ext/colour", "/parties/0/ext/a~1b"}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("got (+), want (-)\n%s", diff)
		}
	}
}

// TestMembersUnwrittenTree: nodes of a tree are looked into at every depth.
func TestMembersUnwrittenTree(t *testing.T) {
	m := noticeTable(t, `-- notice.map --
mapping notice <-> X12 856
HL         levels[]   tree HL01 HL02
  HL03     code
`)
	doc := &notice{Levels: []level{{Code: "S", Levels: []level{{Code: "O", Levels: []level{{Code: "I", Mark: "M7"}}}}}}}
	_, findings := out(t, m, doc, OutOptions{})
	var got []string
	for _, f := range findings {
		got = append(got, f.Rule+" "+string(f.Path))
	}
	if diff := cmp.Diff([]string{"mapping.member.unwritten /levels/0/levels/0/levels/0/mark"}, got); diff != "" {
		t.Errorf("got (+), want (-)\n%s", diff)
	}
}

// TestBuriedLevels: a level below an item cannot be said in a DESADV, and is
// refused with its place.
func TestBuriedLevels(t *testing.T) {
	m := standard(t).Find("EDIFACT", "D:96A:UN", "DESADV")
	doc := &canonical.ShipmentNotice{ShipmentID: "S-1", Levels: []canonical.Level{{Kind: "pack", Levels: []canonical.Level{
		{Kind: "item", LineID: "1", Levels: []canonical.Level{{Kind: "order", Order: canonical.OrderRef{PONumber: "4711"}}}}}}}}
	_, findings, err := m.Out(doc, OutOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range findings {
		if f.Severity == edi.Error {
			got = append(got, f.Rule+" "+string(f.Path))
		}
	}
	if diff := cmp.Diff([]string{"mapping.object.unwritten /levels/0/levels/0/levels/0"}, got); diff != "" {
		t.Errorf("got (+), want (-)\n%s", diff)
	}
}
