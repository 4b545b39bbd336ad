package mappings

import (
	"strings"
	"testing"

	"github.com/edibridge/edibridge/canonical"
	"github.com/edibridge/edibridge/edi"
)

const newRelease = `-- a.map --
mapping order <-> X12 850 006010 extends order <-> X12 850
N9/MSG     -
N9/MTX after DTM
  MTX02    lines[]  to 1
mapping acme extends order <-> X12 850 006010
REF:DP/REF02  department
`

// TestRelease: a release that a table is written for has that table, with what
// it took over; others have the one that holds for any.
func TestRelease(t *testing.T) {
	lib := layered(t, newRelease)
	for release, want := range map[string]string{"004010": "order <-> X12 850", "006010": "order <-> X12 850 006010", "006010X217": "order <-> X12 850 006010"} {
		if got := lib.Find("X12", release, "850").Name(); got != want {
			t.Errorf("table of %s\n got %s\nwant %s", release, got, want)
		}
	}
	g, _ := purchaseOrder(t)
	newer, _ := languages(t, edi.X12, "005010", "850")
	text := parse(t, "ST*850*0001~BEG*00*SA*4711**20261123~N9*ZZ*1~MTX**CALL FIRST~SE*5*0001~")
	for name, want := range map[string]string{"order <-> X12 850": "", "order <-> X12 850 006010": "CALL FIRST", "acme": "CALL FIRST"} {
		r, err := lib.Named(name).In(FromMessage(text, newer, newer.Match(text)), InOptions{})
		if err != nil {
			t.Fatal(err)
		}
		lines := []string{}
		for _, n := range r.Document.(*canonical.Order).Notes {
			lines = append(lines, n.Lines...)
		}
		if got := strings.Join(lines, "|"); got != want {
			t.Errorf("note by %s\n got %q\nwant %q", name, got, want)
		}
	}
	if err := lib.Named("order <-> X12 850 006010").Check(g); err == nil || !strings.Contains(err.Error(), "MTX") {
		t.Errorf("held against a guide without MTX\n got %v\nwant it told", err)
	}
}

// TestLoopOfOthers: a loop of which only a fixed text is known is read each time
// that it comes, and written once.
func TestLoopOfOthers(t *testing.T) {
	lib := layered(t, "-- a.map --\nmapping catalog <-> EDIFACT TEST\nPGI\n  PGI01  \"11\"\n  LIN  lines[]\n    LIN01  lineId\n")
	m := lib.Named("catalog <-> EDIFACT TEST")
	doc := &canonical.Catalog{Lines: []canonical.CatalogLine{{LineID: "1"}, {LineID: "2"}}}
	out, findings, err := m.Out(doc, OutOptions{})
	if err != nil || len(findings) > 0 {
		t.Fatal(err, findings)
	}
	if got, want := string(out), "PGI+11'LIN+1'LIN+2'"; got != want {
		t.Errorf("written\n got %s\nwant %s", got, want)
	}
}

// TestPast: the segments of a tag before and behind another go to rows of their
// own, and are written there.
func TestPast(t *testing.T) {
	const table = `-- a.map --
mapping invoice <-> EDIFACT TEST
ST01       transactionSet
TAX        taxes[]
  TAX01    type
  -        level  "header"
UNS01      = "S"
TAX        taxes[]  past UNS
  TAX01    type
  -        level  "summary"  default
SE01       = segments()
mapping acme extends invoice <-> EDIFACT TEST
TAX/TAX02  percent  past UNS
`
	m := layered(t, strings.Split(table, "mapping acme")[0]).Named("invoice <-> EDIFACT TEST")
	msg, err := edi.ReadMessage([]byte("ST*810~TAX*1~TAX*2~UNS*S~TAX*3~SE*6~"), starred)
	if err != nil {
		t.Fatal(err)
	}
	r, err := m.In(FromMessage(msg, nil, nil), InOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, x := range r.Document.(*canonical.Invoice).Taxes {
		got = append(got, x.Level+" "+x.Type)
	}
	if g, want := strings.Join(got, ", "), "header 1, header 2, summary 3"; g != want {
		t.Errorf("read\n got %s\nwant %s", g, want)
	}
	out, findings, err := m.Out(r.Document, OutOptions{Delimiters: msg.Delimiters})
	if err != nil || len(findings) > 0 {
		t.Fatal(err, findings)
	}
	if got, want := string(out), string(msg.Raw()); got != want {
		t.Errorf("written\n got %s\nwant %s", got, want)
	}
	g, _ := languages(t, edi.EDIFACT, "D:96A:UN", "INVOIC")
	wrong := layered(t, "-- a.map --\nmapping invoice <-> EDIFACT TEST\nTAX  taxes[]  past NIL\n  TAX01  type\n")
	if err := wrong.Named("invoice <-> EDIFACT TEST").Check(g); err == nil || !strings.Contains(err.Error(), "has no segment TAX") {
		t.Errorf("a segment that is not there\n got %v\nwant it told", err)
	}
	if _, err := standard(t).Extend(files(table)); err == nil || !strings.Contains(err.Error(), "past") {
		t.Errorf("past behind an element\n got %v\nwant it refused", err)
	}
}
