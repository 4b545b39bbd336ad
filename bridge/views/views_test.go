package views_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/edibridge/edibridge/bridge/views"
	"github.com/edibridge/edibridge/canonical"
)

// speaker gathers what documents say, in the order in which they come.
type speaker struct {
	said []views.Said
	n    int64
}

// in is a document that partner sent, out one that we sent him.
func (s *speaker) in(partner string, doc canonical.Document) *speaker {
	return s.say(partner, "in", doc)
}
func (s *speaker) out(partner string, doc canonical.Document) *speaker {
	return s.say(partner, "out", doc)
}

func (s *speaker) say(partner, direction string, doc canonical.Document) *speaker {
	s.n++
	doc.Derive()
	doc.Head().Partner = partner
	for _, f := range views.Facts(doc) {
		s.said = append(s.said, views.Said{Fact: f, Document: fmt.Sprint("d", s.n), Transmission: fmt.Sprint("t", s.n), Partner: partner,
			Direction: direction, Mode: "production", Sequence: s.n, Ordinal: 1, At: time.Date(2026, 11, 23, 9, int(s.n), 0, 0, time.UTC)})
	}
	return s
}

// about is what was said of one subject and what is related to it.
func (s *speaker) about(view views.View, key string) []views.Said {
	pick := func(subject views.Subject) (out []views.Said) {
		for _, f := range s.said {
			if f.View == subject.View && f.Subject == subject.Key {
				out = append(out, f)
			}
		}
		return out
	}
	said := pick(views.Subject{View: view, Key: key})
	for _, related := range views.Related(said) {
		said = append(said, pick(related)...)
	}
	return said
}

func (s *speaker) order(t *testing.T, key string) views.Order {
	t.Helper()
	o := views.FoldOrder(key, s.about(views.ViewOrder, views.Key(key)))
	if len(o.Orders) != 1 {
		t.Fatalf("orders of %s\n got %d\nwant 1", key, len(o.Orders))
	}
	return o.Orders[0]
}

func eaches(n string) canonical.Quantity {
	return canonical.Quantity{Value: canonical.Decimal(n), UOM: "EA"}
}

func line(id, n string) canonical.Line {
	return canonical.Line{LineID: id, Quantity: eaches(n), IDs: []canonical.ProductID{{Scheme: "VN", Value: "P" + id}}}
}

// order is one of 24 eaches of line 1 and 12 of line 2.
func order() *canonical.Order {
	return &canonical.Order{PONumber: "0004711", OrderDate: "2026-11-23", Lines: []canonical.Line{line("1", "24"), line("2", "12")}}
}

func answer(date canonical.Date, lines ...canonical.ResponseLine) *canonical.OrderResponse {
	return &canonical.OrderResponse{PONumber: "4711", ResponseDate: date, Lines: lines}
}

func says(id, status, n string) canonical.ResponseLine {
	return canonical.ResponseLine{Line: line(id, n), Acknowledgments: []canonical.LineAcknowledgment{{Status: status, Quantity: eaches(n)}}}
}

func notice(number string, items ...canonical.Level) *canonical.ShipmentNotice {
	return &canonical.ShipmentNotice{ShipmentID: number, IssuedAt: "2026-11-25", Refs: []canonical.Ref{{Scheme: "CN", Value: "PRO9"}},
		Levels: []canonical.Level{{Kind: "shipment", Dates: []canonical.DateEntry{{Scheme: "011", At: "2026-11-25"}},
			Levels: []canonical.Level{{Kind: "order", Order: canonical.OrderRef{PONumber: "4711"}, Levels: []canonical.Level{
				{Kind: "pack", Levels: items}}}}}}}
}

func item(id string, q canonical.Quantity) canonical.Level {
	return canonical.Level{Kind: "item", LineID: id, IDs: []canonical.ProductID{{Scheme: "VN", Value: "P" + id}}, Shipped: canonical.ShippedQuantity{Quantity: q}}
}

func invoice(number, total string, lines ...canonical.Line) *canonical.Invoice {
	v := &canonical.Invoice{InvoiceNumber: number, InvoiceDate: "2026-11-26", PONumber: "4711", Totals: canonical.InvoiceTotals{Total: canonical.Decimal(total)}}
	for _, l := range lines {
		v.Lines = append(v.Lines, canonical.InvoiceLine{Line: l})
	}
	return v
}

func payment(number, of, paid, discount string) *canonical.Remittance {
	return &canonical.Remittance{TraceNumber: number, EffectiveDate: "2026-12-20", Entities: []canonical.RemittanceEntity{{Items: []canonical.RemittanceItem{
		{ReferenceScheme: "IV", Reference: of, Paid: canonical.Decimal(paid), Discount: canonical.Decimal(discount)}}}}}
}

func advice(number string, lines ...canonical.WarehouseAdviceLine) *canonical.WarehouseAdvice {
	return &canonical.WarehouseAdvice{PONumber: "4711", DepositorOrder: "W1", ShipmentID: number, ShippedDate: "2026-11-25",
		Parties:  []canonical.Party{{Role: "warehouse", IDs: []canonical.ID{{Scheme: "92", Value: "RB02"}}}},
		Packages: []canonical.WarehousePackage{{Lines: lines}}}
}

func advised(id, n string) canonical.WarehouseAdviceLine {
	return canonical.WarehouseAdviceLine{IDs: []canonical.ProductID{{Scheme: "VN", Value: "P" + id}}, Shipped: canonical.Decimal(n), UOM: "EA"}
}

func release() *canonical.WarehouseOrder {
	return &canonical.WarehouseOrder{PONumber: "4711", DepositorOrder: "W1", Lines: []canonical.WarehouseOrderLine{
		{LineID: "1", IDs: []canonical.ProductID{{Scheme: "VN", Value: "P1"}}, Quantity: eaches("24")}}}
}

func change(action, seq string, date canonical.Date, lines ...canonical.ChangeLine) *canonical.OrderChange {
	c := &canonical.OrderChange{PONumber: "4711", ChangeSequence: seq, ChangeDate: date, Lines: lines}
	c.Action = action
	return c
}

func changes(id, kind, n string) canonical.ChangeLine {
	return canonical.ChangeLine{Line: line(id, n), Change: canonical.LineChange{Type: kind}}
}

func cancelled[D canonical.Document](doc D) D {
	doc.Head().Action = "cancel"
	return doc
}

// TestKey: numbers are compared as people mean them.
func TestKey(t *testing.T) {
	for text, want := range map[string]string{"0004711": "4711", " po  12 ": "PO 12", "000": "000", "": "", "a/b": "A/B",
		strings.Repeat("é", 150): strings.Repeat("É", 100)} {
		if got := views.Key(text); got != want {
			t.Errorf("key of %q\n got %q\nwant %q", text, got, want)
		}
		if again := views.Key(views.Key(text)); again != want {
			t.Errorf("key of the key of %q\n got %q\nwant %q", text, again, want)
		}
	}
	if got, want := views.StockKey("dock/2", "0012/3"), "DOCK-2/12/3"; got != want {
		t.Errorf("stock key\n got %q\nwant %q", got, want)
	}
}

// TestFactsOfEveryKind: a document of every kind that the tables are tested by says
// what it should, of subjects that are normal, each once.
func TestFactsOfEveryKind(t *testing.T) {
	for name, want := range map[string]string{
		"orderResponse-855": "order", "orderResponse-ordrsp": "order", "orderChange-860": "order", "orderChange-ordchg": "order",
		"warehouseOrder-940": "order", "warehouseAdvice-945": "order shipment stock", "shipmentNotice-856": "order shipment",
		"shipmentNotice-desadv": "order shipment", "invoice-810": "order", "invoice-invoic": "order", "remittance-820": "invoice order",
		"return-180": "order", "receiptAdvice-944": "shipment stock", "inventory-846": "stock", "inventory-invrpt": "stock",
		"inventoryAdjustment-947": "stock", "shipmentStatus-214": "shipment", "shipmentStatus-iftsta": "shipment",
		"acknowledgment-997": "", "catalog-832": "", "applicationAdvice-824": "",
	} {
		data, err := os.ReadFile(filepath.Join("..", "..", "mappings", "testdata", name, "canonical.json"))
		if err != nil {
			t.Fatal(err)
		}
		doc, err := canonical.Decode(data)
		if err != nil {
			t.Fatal(err)
		}
		doc.Head().Partner = "acme"
		seen, in := map[views.Subject]bool{}, map[views.View]bool{}
		for _, f := range views.Facts(doc) {
			s := views.Subject{View: f.View, Key: f.Subject}
			if seen[s] || f.Subject == "" || f.View != views.ViewStock && f.Subject != views.Key(f.Subject) || !json.Valid(f.Data) {
				t.Errorf("%s: fact\n got %+v\nwant one of its subject, normalised, with data", name, f)
			}
			seen[s], in[f.View] = true, true
		}
		var got []string
		for _, v := range []views.View{views.ViewInvoice, views.ViewOrder, views.ViewShipment, views.ViewStock} {
			if in[v] {
				got = append(got, string(v))
			}
		}
		if got := strings.Join(got, " "); got != want {
			t.Errorf("%s speaks in\n got %s\nwant %s", name, got, want)
		}
	}
}

// TestFactsAreBounded: a document of many lines says no more than it may, and counts
// what it leaves out.
func TestFactsAreBounded(t *testing.T) {
	o, stock := order(), &canonical.Inventory{ReportNumber: "R"}
	for i := range views.MaxLines + 7 {
		o.Lines = append(o.Lines, line(fmt.Sprint(i+3), "1"))
	}
	for i := range views.MaxFacts + 7 {
		stock.Lines = append(stock.Lines, canonical.InventoryLine{IDs: []canonical.ProductID{{Scheme: "VN", Value: fmt.Sprint("P", i)}},
			Quantities: []canonical.StockQuantity{{Scheme: "17", Quantity: eaches("1")}}})
	}
	s := new(speaker).in("acme", o)
	if got := s.order(t, "4711"); len(got.Lines) != views.MaxLines || got.More != 9 {
		t.Errorf("lines\n got %d and %d more\nwant %d and 9", len(got.Lines), got.More, views.MaxLines)
	}
	s = new(speaker).in("acme", stock)
	if got := len(s.said); got != views.MaxFacts {
		t.Errorf("facts\n got %d\nwant %d", got, views.MaxFacts)
	}
}

// flow is a whole trade, of which every document can come first.
func flow() *speaker {
	return new(speaker).in("acme", order()).in("acme", change("change", "1", "2026-11-24", changes("2", "quantityDecrease", "6"))).
		out("acme", answer("2026-11-24", says("1", "accepted", "24"), says("2", "accepted", "6"))).out("3pl", release()).
		in("3pl", advice("S1", advised("1", "24"))).out("acme", notice("S1", item("1", eaches("24")))).
		in("3pl", advice("S2", advised("2", "6"))).out("acme", notice("S2", item("2", eaches("6")))).
		out("acme", invoice("I1", "300", line("1", "24"), line("2", "6"))).in("acme", payment("P1", "I1", "294", "-6")).
		in("ups", &canonical.ShipmentStatus{ReferenceNumber: "PRO9", SCAC: "UPSN", Items: []canonical.StatusItem{
			{Events: []canonical.StatusEvent{{Status: "pickedUp", At: "2026-11-25T17:00"}, {Status: "delivered", At: "2026-11-28T10:15", City: "Duluth"}}}}})
}

// TestFoldsDependOnNoOrder: whatever the order in which facts are given, the states
// are the same; documents that arrive in another order make the same lines and
// states.
func TestFoldsDependOnNoOrder(t *testing.T) {
	s := flow().in("3pl", &canonical.Inventory{ReportNumber: "R1", ReportedAt: "2026-11-25T06:00",
		Parties: []canonical.Party{{Role: "warehouse", IDs: []canonical.ID{{Value: "RB02"}}}},
		Lines: []canonical.InventoryLine{{IDs: []canonical.ProductID{{Scheme: "VN", Value: "P1"}},
			Quantities: []canonical.StockQuantity{{Scheme: "17", Quantity: eaches("100")}}}}})
	subjects := []struct {
		view views.View
		key  string
		fold func([]views.Said) any
	}{
		{views.ViewOrder, "4711", func(f []views.Said) any { return views.FoldOrder("4711", f) }},
		{views.ViewShipment, "S1", func(f []views.Said) any { return views.FoldShipment("S1", f) }},
		{views.ViewStock, "RB02/P1", func(f []views.Said) any { return views.FoldStock("RB02/P1", f) }},
	}
	rapid.Check(t, func(r *rapid.T) {
		for _, c := range subjects {
			said := s.about(c.view, c.key)
			want := text(r, c.fold(said))
			if got := text(r, c.fold(shuffled(r, said))); got != want {
				r.Fatalf("%s %s in another order\n got %s\nwant %s", c.view, c.key, got, want)
			}
		}
		said := s.about(views.ViewOrder, "4711")
		want := views.FoldOrder("4711", said).Orders[0]
		late := shuffled(r, said)
		for i := range late {
			late[i].Sequence, late[i].At = int64(i+1), time.Unix(int64(i), 0)
		}
		got := views.FoldOrder("4711", late).Orders[0]
		want.Steps, got.Steps = nil, nil
		if g, w := text(r, got), text(r, want); g != w {
			r.Fatalf("arrived in another order\n got %s\nwant %s", g, w)
		}
	})
}

// shuffled draws another order.
func shuffled(r *rapid.T, said []views.Said) []views.Said {
	at := make([]int, len(said))
	for i := range at {
		at[i] = i
	}
	var out []views.Said
	for _, i := range rapid.Permutation(at).Draw(r, "order") {
		out = append(out, said[i])
	}
	return out
}

func text(t interface{ Fatal(...any) }, v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
