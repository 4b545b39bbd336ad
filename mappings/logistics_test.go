package mappings

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/edibridge/edibridge/canonical"
	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/edi/guide"
	edifactguides "github.com/edibridge/edibridge/edifact/guides"
	"github.com/edibridge/edibridge/x12/guides"
)

// logistic is a table of a shipment's or warehouse's set.
type logistic struct {
	kind     string
	standard edi.Standard
	set      string
	releases []string // that it holds for
	floor    float64  // of the corpus' values, what part is mapped
	// adds is what the table adds to a document that does not say it: members
	// with a default, totals.
	adds []string
}

// logistics are the tables of shipments and warehouses.
func logistics() []logistic {
	x := []string{"004010", "005010"}
	head := []string{"transactionSet", "release", "transaction"}
	return []logistic{
		{canonical.KindShipmentNotice, edi.X12, "856", x, 0.97, append(head, "action", "actionCode", "lineCount")},
		{canonical.KindShipmentNotice, edi.EDIFACT, "DESADV", []string{"D:96A", "D:01B"}, 0.90, append(head, "noticeType", "lineCount")},
		{canonical.KindWarehouseOrder, edi.X12, "940", x, 0.97, append(head, "action", "actionCode", "lineId", "quantity")},
		{canonical.KindWarehouseOrder, edi.EDIFACT, "INSDES", []string{"D:98A", "D:01B"}, 0.97, append(head, "orderType", "lineId")},
		{canonical.KindWarehouseAdvice, edi.X12, "945", x, 0.97, append(head, "reportingCode", "id", "quantity")},
		{canonical.KindWarehouseAdvice, edi.EDIFACT, "DESADV", []string{"D:96A", "D:01B"}, 0.80, append(head, "reportingCode", "id")},
		{canonical.KindReceiptExpected, edi.X12, "943", x, 0.97, append(head, "reportingCode", "quantity")},
		{canonical.KindReceiptAdvice, edi.X12, "944", x, 0.97, append(head, "reportingCode", "lineId", "quantity")},
		{canonical.KindReceiptAdvice, edi.EDIFACT, "RECADV", []string{"D:96A", "D:01B"}, 0.97, append(head, "reportingCode", "lineId")},
		{canonical.KindInventoryAdjustment, edi.X12, "947", x, 0.97, head},
	}
}

func (l logistic) name() string { return l.kind + "-" + strings.ToLower(l.set) }

// table gives the table and the guide for a release, or the nearest that there is.
func (l logistic) table(t testing.TB, release string) (*guide.Guide, *Mapping) {
	t.Helper()
	load := guides.Library
	if l.standard == edi.EDIFACT {
		load = edifactguides.Library
	}
	gl, err := load()
	if err != nil {
		t.Fatal(err)
	}
	lib, err := Standard()
	if err != nil {
		t.Fatal(err)
	}
	g, _ := gl.Find(l.standard, release, l.set)
	m := lib.Find(string(l.standard), release, l.set)
	if m == nil || m.Kind() != l.kind {
		m = lib.Named(tableName(l.kind, string(l.standard), l.set, ""))
	}
	if g == nil || m == nil {
		t.Fatalf("%s %s: guide %v, mapping %v", l.name(), release, g, m)
	}
	return g, m
}

// delimiters are those that the standard's messages mostly have.
func (l logistic) delimiters() edi.Delimiters {
	return usualDelimiters(string(l.standard))
}

// TestLogisticsTables holds each table against the guide of each release.
func TestLogisticsTables(t *testing.T) {
	for _, l := range logistics() {
		for _, release := range l.releases {
			g, m := l.table(t, release)
			if g.Release() != release {
				t.Errorf("%s: the guide of %s is that of %s", l.name(), release, g.Release())
			}
			if err := m.Check(g); err != nil {
				t.Errorf("%s %s: %v", l.name(), release, err)
			}
		}
	}
}

// thereAndBack takes a message into a document and back, by way of JSON: the same
// bytes; and without the residue the same document, but for what the table adds.
func (l logistic) thereAndBack(t tester, g *guide.Guide, m *Mapping, msg *edi.Message) *Result {
	t.Helper()
	r, err := m.In(FromMessage(msg, g, g.Match(msg)), InOptions{Residue: true})
	if err != nil {
		t.Fatal(err)
	}
	line, err := canonical.Encode(r.Document, nil, r.Residue)
	if err != nil {
		t.Fatal(err)
	}
	doc, res, err := canonical.DecodeWithResidue(line)
	if err != nil {
		t.Fatalf("%v\n%s", err, line)
	}
	got, findings, err := m.Out(doc, OutOptions{Residue: res})
	if err != nil {
		t.Fatal(err)
	}
	if want := string(msg.Unwrapped()); string(got) != want {
		t.Errorf("out with residue: %s\nfindings %v", difference(got, []byte(want)), findings)
	}
	if inPlace(g, msg) {
		l.anew(t, g, m, msg, doc)
	}
	return r
}

// anew writes a document without its residue and reads it again.
func (l logistic) anew(t tester, g *guide.Guide, m *Mapping, msg *edi.Message, doc canonical.Document) {
	t.Helper()
	out, findings, err := m.Out(doc, OutOptions{Delimiters: msg.Delimiters})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range findings {
		// Text that holds a separator cannot be written so that it is read back.
		if f.Rule == "mapping.value.delimiter" || f.Rule == "mapping.value.encoding" {
			return
		}
	}
	written, err := edi.ReadMessage(out, msg.Delimiters)
	if err != nil {
		t.Fatalf("%v\n%q", err, out)
	}
	written.Version = msg.Version
	r, err := m.In(FromMessage(written, g, g.Match(written)), InOptions{})
	if err != nil {
		t.Fatal(err)
	}
	was, is := plainJSON(t, doc), plainJSON(t, r.Document)
	if where := differs(was, is, "", l.adds); where != "" {
		t.Errorf("out without residue and in again: %s\n  by %q\nfindings %v", where, out, findings)
	}
}

// plainJSON is a document as JSON's own values.
func plainJSON(t tester, doc canonical.Document) any {
	t.Helper()
	text, err := canonical.Encode(doc, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	var v any
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// differs says where two values part, "" for nowhere. A member of the names given
// may be there only afterwards; what counts the message may be another number
// then: it is mended on the way out.
func differs(was, is any, at string, adds []string) string {
	switch was := was.(type) {
	case map[string]any:
		is, ok := is.(map[string]any)
		if !ok {
			return at + " is no object any more"
		}
		for name := range is {
			if _, ok := was[name]; !ok && !slices.Contains(adds, name) && !slices.Contains([]string{"totals", "controls"}, name) {
				return fmt.Sprintf("%s/%s was not there: %v", at, name, is[name])
			}
		}
		for name, v := range was {
			counted := strings.HasPrefix(at, "/totals") && slices.Contains(adds, name) ||
				strings.HasPrefix(at, "/levels/") && (name == "id" || name == "parentId") // a tree with numbers twice is numbered anew
			if where := differs(v, is[name], at+"/"+name, adds); where != "" && !counted {
				return where
			}
		}
	case []any:
		is, ok := is.([]any)
		if !ok || len(was) != len(is) {
			return fmt.Sprintf("%s\n got %v\nwant %v", at, is, was)
		}
		for i := range was {
			if where := differs(was[i], is[i], fmt.Sprint(at, "/", i), adds); where != "" {
				return where
			}
		}
	default:
		if was != is {
			return fmt.Sprintf("%s\n got %v\nwant %v", at, is, was)
		}
	}
	return ""
}

// TestLogisticsCorpus takes every document of the corpus there and back, sound or
// not, by the guide of the nearest release.
func TestLogisticsCorpus(t *testing.T) {
	files := corpusFiles(t)
	for _, l := range logistics() {
		t.Run(l.name(), func(t *testing.T) {
			var all counted
			for name, data := range files {
				for _, msg := range messages(t, data, l.set) {
					g, m := l.table(t, msg.Version)
					r := l.thereAndBack(t, g, m, msg)
					all.sets++
					all.elements += r.Residue.Coverage.Elements
					all.mapped += r.Residue.Coverage.Mapped
					if t.Failed() {
						t.Fatalf("in %s", name)
					}
					if r.Residue.Coverage.Mapped < r.Residue.Coverage.Elements {
						t.Logf("%s: %d of %d: %+v", name, r.Residue.Coverage.Mapped, r.Residue.Coverage.Elements, r.Residue.Entries)
					}
				}
			}
			t.Log(&all)
			if share := float64(all.mapped) / float64(all.elements); all.sets == 0 || share < l.floor {
				t.Errorf("%s\n got %.3f\nwant at least %.3f", &all, share, l.floor)
			}
		})
	}
}

// example reads a file of a table's folder.
func (l logistic) example(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", l.name(), name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// pretty is JSON as a person reads it.
func pretty(t *testing.T, text []byte) string {
	t.Helper()
	var b bytes.Buffer
	if err := json.Indent(&b, text, "", "  "); err != nil {
		t.Fatal(err)
	}
	return b.String() + "\n"
}

// one reads the only message of a text, one segment a line.
func (l logistic) one(t *testing.T, text []byte) *edi.Message {
	t.Helper()
	msg, err := edi.ReadMessage(bytes.ReplaceAll(text, []byte("\n"), nil), l.delimiters())
	if err != nil {
		t.Fatal(err)
	}
	msg.Version = l.releases[0]
	return msg
}

// TestLogisticsExamples reads in.edi of each table and compares with
// canonical.json, which was looked through member by member.
func TestLogisticsExamples(t *testing.T) {
	for _, l := range logistics() {
		inputs, err := filepath.Glob(filepath.Join("testdata", l.name(), "*.edi"))
		if err != nil || len(inputs) == 0 {
			t.Fatalf("%s has no example: %v", l.name(), err)
		}
		for _, in := range inputs {
			base := strings.TrimSuffix(filepath.Base(in), ".edi")
			want, ok := map[string]string{"in": "canonical.json", "sent": ""}[base]
			if !ok {
				want = base + ".json"
			}
			if want == "" {
				continue
			}
			t.Run(path.Join(l.name(), base), func(t *testing.T) {
				msg := l.one(t, l.example(t, base+".edi"))
				g, m := l.table(t, msg.Version)
				if found := g.Validate(msg, guide.Options{}).Findings; len(found) > 0 {
					t.Errorf("the example is not sound: %v", found)
				}
				r := l.thereAndBack(t, g, m, msg)
				text, err := canonical.Encode(r.Document, nil, nil)
				if err != nil {
					t.Fatal(err)
				}
				golden(t, filepath.Join("testdata", l.name(), want), pretty(t, text))
				keys := []string{}
				for _, k := range canonical.Keys(r.Document) {
					keys = append(keys, k.Scheme+" "+k.Value)
				}
				golden(t, filepath.Join("testdata", l.name(), base+".keys"), strings.Join(keys, "\n")+"\n")
			})
		}
	}
}

// golden compares with a file, which EDIBRIDGE_UPDATE=1 writes.
func golden(t *testing.T, name, got string) {
	t.Helper()
	if os.Getenv("EDIBRIDGE_UPDATE") == "1" {
		if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s: %s", name, difference([]byte(got), want))
	}
}

// TestLogisticsPosted writes posted.json of each table, which says what an
// application would say and no more: the message is sent.edi, and the guide of
// each release has nothing against it.
func TestLogisticsPosted(t *testing.T) {
	for _, l := range logistics() {
		for _, release := range l.releases {
			t.Run(l.name()+" "+release, func(t *testing.T) {
				doc, _, err := canonical.DecodeWithResidue(l.example(t, "posted.json"))
				if err != nil {
					t.Fatal(err)
				}
				doc.Head().Release = cmp.Or(map[edi.Standard]string{edi.EDIFACT: release + ":UN"}[l.standard], release)
				g, m := l.table(t, release)
				out, findings, err := m.Out(doc, OutOptions{Delimiters: l.delimiters(), LineBreak: "\n", Guide: g, Control: "0001"})
				if err != nil {
					t.Fatal(err)
				}
				for _, f := range findings {
					t.Errorf("finding %v", f)
				}
				if release == l.releases[0] {
					golden(t, filepath.Join("testdata", l.name(), "sent.edi"), string(out))
				}
			})
		}
	}
}

// TestShippingOrderStatus: what an order to a warehouse does to the one before is
// said by W0501, whose codes are none of element 353.
func TestShippingOrderStatus(t *testing.T) {
	l := logistics()[2]
	for code, action := range map[string]string{"N": "original", "F": "cancel", "R": "change", "L": "replaceItems", "Q": "Q"} {
		raw := "ST*940*0001~W05*" + code + "*BL-55019~SE*3*0001~"
		msg := l.one(t, []byte(raw))
		g, m := l.table(t, msg.Version)
		r := l.thereAndBack(t, g, m, msg)
		if h := r.Document.Head(); h.Action != action || h.ActionCode != code {
			t.Errorf("%s\n got %s, %s\nwant %s", code, h.Action, h.ActionCode, action)
		}
		out, _, err := m.Out(&canonical.WarehouseOrder{Header: canonical.Header{Action: action}, DepositorOrder: "BL-55019"}, OutOptions{})
		if err != nil || !strings.Contains(string(out), "W05*"+code+"*BL-55019~") {
			t.Errorf("%s: %v\n got %s\nwant W05*%s", action, err, out, code)
		}
	}
}

// TestKeptNumbers: levels keep the numbers that they all have; a tree that was
// changed is numbered anew when one has none.
func TestKeptNumbers(t *testing.T) {
	l := logistics()[0]
	g, m := l.table(t, "004010")
	doc, _, err := canonical.DecodeWithResidue(l.example(t, "posted.json"))
	if err != nil {
		t.Fatal(err)
	}
	n := doc.(*canonical.ShipmentNotice)
	n.Levels[0].ID = "17"
	out, findings, err := m.Out(n, OutOptions{Guide: g, Control: "0001"})
	if err != nil || len(findings) > 0 || !strings.Contains(string(out), "HL*1**S~") {
		t.Errorf("%v %v\n got %s\nwant HL*1**S", err, findings, out)
	}
	n.Levels[0].Levels = n.Levels[0].Levels[:0]
	out, _, err = m.Out(n, OutOptions{Control: "0001"})
	if err != nil || !strings.Contains(string(out), "HL*17**S~") || !strings.Contains(string(out), "CTT*1~") {
		t.Errorf("%v\n got %s\nwant HL*17**S and CTT*1", err, out)
	}
}
