package check

import (
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/edibridge/edibridge/canonical"
)

// upcs are GTIN-12s with right check digits, one a line of the order.
var upcs = []string{"012345678905", "012345678912", "012345678929"}

func qty(value, uom string) canonical.Quantity {
	return canonical.Quantity{Value: canonical.Decimal(value), UOM: uom}
}

func upc(i int) []canonical.ProductID {
	return []canonical.ProductID{{Scheme: "UP", Value: upcs[i]}}
}

// house is the documents of one trade that is as it should be. Tests break it.
type house struct {
	order    *canonical.Order
	release  *canonical.WarehouseOrder
	advice   *canonical.WarehouseAdvice
	notice   *canonical.ShipmentNotice
	invoice  *canonical.Invoice
	more     []canonical.Document
	c        Case
	withouts []string // kinds that are not known
}

func (h *house) shipment() *canonical.Level { return &h.notice.Levels[0] }
func (h *house) carton(i int) *canonical.Level {
	return &h.notice.Levels[0].Levels[0].Levels[i]
}

// sound is order 4711 of three lines at 2.50, 10 and 0.333, shipped in two cartons
// and invoiced with an allowance and a tax.
func sound() *house {
	h := &house{}
	h.order = &canonical.Order{PONumber: "4711", Parties: []canonical.Party{{Role: "shipTo", IDs: []canonical.ID{{Scheme: "92", Value: "0100"}}}},
		Dates: []canonical.DateEntry{{Scheme: "037", At: "2026-11-20"}, {Scheme: "038", At: "2026-11-25"}, {Scheme: "001", At: "2026-11-30"},
			{Scheme: "064", At: "2026-11-24"}, {Scheme: "063", At: "2026-11-30"}}}
	h.release = &canonical.WarehouseOrder{DepositorOrder: "D-1", PONumber: "4711"}
	h.advice = &canonical.WarehouseAdvice{ShipmentID: "S-1", PONumber: "4711", Packages: []canonical.WarehousePackage{{}}}
	item := func(i int, q string) canonical.Level {
		return canonical.Level{Kind: "item", LineID: "00" + string(rune('1'+i)), IDs: upc(i), Shipped: canonical.ShippedQuantity{Quantity: qty(q, "EA")}}
	}
	carton := func(sscc string, items ...canonical.Level) canonical.Level {
		return canonical.Level{Kind: "pack", Marks: []canonical.Mark{{Scheme: "GM", Value: sscc}}, Levels: items}
	}
	h.notice = &canonical.ShipmentNotice{ShipmentID: "S-1", IssuedAt: "2026-11-23T10:00", Totals: &canonical.Totals{Hash: "42"},
		Levels: []canonical.Level{{Kind: "shipment", Lading: []canonical.Lading{{Packaging: "CTN25", Count: "2"}},
			Refs:    []canonical.Ref{{Scheme: "BM", Value: "BOL-9"}},
			Dates:   []canonical.DateEntry{{Scheme: "011", At: "2026-11-23"}, {Scheme: "017", At: "2026-11-27"}},
			Parties: []canonical.Party{{Role: "shipTo", IDs: []canonical.ID{{Scheme: "92", Value: "0100"}}}},
			Levels: []canonical.Level{{Kind: "order", Order: canonical.OrderRef{PONumber: "4711"}, Levels: []canonical.Level{
				carton("00376104250021234569", item(0, "12"), item(1, "6")), carton("00376104250021234552", item(1, "12"), item(2, "12.0"))}}}}}}
	h.invoice = &canonical.Invoice{InvoiceNumber: "I-1", PONumber: "4711", Totals: canonical.InvoiceTotals{Total: "213.86"},
		AllowancesCharges: []canonical.AllowanceCharge{{Indicator: "A", Amount: "5.00", Method: "02"}, {Indicator: "A", Amount: "99", Method: "01"}},
		Taxes:             []canonical.Tax{{Type: "ST", Amount: "4.86"}}}
	for i, q := range []string{"12", "18", "12"} {
		id, price := string(rune('1'+i)), []canonical.Decimal{"2.50", "10", "0.333"}[i]
		h.order.Lines = append(h.order.Lines, canonical.Line{LineID: id, IDs: upc(i), Quantity: qty(q, "EA"), UnitPrice: price})
		h.release.Lines = append(h.release.Lines, canonical.WarehouseOrderLine{IDs: upc(i), Quantity: qty(q, "EA")})
		h.advice.Packages[0].Lines = append(h.advice.Packages[0].Lines, canonical.WarehouseAdviceLine{IDs: upc(i), Shipped: canonical.Decimal(q), UOM: "EA", StatusCode: "CC"})
		h.invoice.Lines = append(h.invoice.Lines, canonical.InvoiceLine{Line: canonical.Line{LineID: id, IDs: upc(i), Quantity: qty(q, "EA"), UnitPrice: price}})
	}
	return h
}

func (h *house) run() []Finding {
	for _, d := range append([]canonical.Document{h.order, h.release, h.advice, h.notice, h.invoice}, h.more...) {
		if !slices.Contains(h.withouts, d.Kind()) {
			d.Derive()
			h.c.Documents = append(h.c.Documents, d)
		}
	}
	return Run(h.c)
}

func rulesOf(fs []Finding) string {
	var ids []string
	for _, f := range fs {
		ids = append(ids, f.Rule)
	}
	return strings.Join(ids, " ")
}

func TestSound(t *testing.T) {
	if got := sound().run(); len(got) > 0 {
		t.Errorf("findings about a sound trade: %+v", got)
	}
}

// chargebacks are what partners charge back for, and what is no reason to.
var chargebacks = []struct {
	name  string
	spoil func(h *house)
	want  string // rules, in order
}{
	{"label cannot be scanned: check digit", func(h *house) { h.carton(0).Marks[0].Value = "00376104250021234568" }, "sscc.check-digit"},
	{"label number cut off", func(h *house) { h.carton(0).Marks[0].Value = "3761042500212345" }, "sscc.check-digit"},
	{"two cartons with one label", func(h *house) { h.carton(1).Marks[0].Value = "376104250021234569" }, "sscc.unique"},
	{"label number used again within the year", func(h *house) {
		h.c.SSCCUsed = func(s string) bool { return s == "376104250021234552" }
	}, "sscc.unique"},
	{"a carton without a label", func(h *house) { h.carton(1).Marks = nil }, "sscc.missing"},
	{"no labels at all are another agreement", func(h *house) { h.carton(0).Marks, h.carton(1).Marks = nil, nil }, ""},
	{"an empty carton", func(h *house) {
		o := &h.shipment().Levels[0]
		o.Levels = append(o.Levels, canonical.Level{Kind: "pack", Marks: []canonical.Mark{{Scheme: "GM", Value: "000000000000000017"}}})
		h.shipment().Lading[0].Count = "3"
	}, "package.empty"},
	{"a loose item", func(h *house) {
		o, c := &h.shipment().Levels[0], h.carton(1)
		loose := c.Levels[1]
		c.Levels = c.Levels[:1]
		o.Levels = append(o.Levels, loose)
	}, "package.item-outside"},
	{"carton count on the bill differs", func(h *house) { h.shipment().Lading[0].Count = "3" }, "package.count"},
	{"pallets are counted apart from cartons", func(h *house) {
		h.shipment().Lading = append(h.shipment().Lading, canonical.Lading{Packaging: "PLT94", Count: "1"})
	}, ""},
	{"hash total", func(h *house) { h.notice.Totals.Hash = "41" }, "notice.totals"},
	{"two notices for one bill of lading", func(h *house) {
		h.more = append(h.more, &canonical.ShipmentNotice{ShipmentID: "S-2", Levels: []canonical.Level{{Kind: "shipment", Refs: []canonical.Ref{{Scheme: "BM", Value: "BOL-9"}}}}})
	}, "notice.bol"},
	{"the notice of a bill sent again", func(h *house) {
		h.more = append(h.more, &canonical.ShipmentNotice{ShipmentID: "S-1", Levels: []canonical.Level{{Kind: "shipment", Refs: []canonical.Ref{{Scheme: "BM", Value: "BOL-9"}}}}})
	}, ""},
	{"a withdrawn notice of the bill", func(h *house) {
		h.more = append(h.more, &canonical.ShipmentNotice{Header: canonical.Header{Action: "cancel"}, ShipmentID: "S-0", Levels: []canonical.Level{{Kind: "shipment", Refs: []canonical.Ref{{Scheme: "BM", Value: "BOL-9"}}}}})
	}, ""},
	{"wrong order number", func(h *house) {
		h.shipment().Levels[0].Order.PONumber = "4712"
		h.withouts = []string{"invoice", "warehouseOrder", "warehouseAdvice"}
	}, "notice.order-unknown"},
	{"no order is known", func(h *house) { h.withouts = []string{"order"} }, ""},
	{"order cancelled by a change", func(h *house) {
		h.more = append(h.more, &canonical.OrderChange{PONumber: "4711", Header: canonical.Header{Action: "cancel"}})
	}, "notice.order-cancelled"},
	{"shipped too early", func(h *house) { h.shipment().Dates[0].At = "2026-11-19" }, "notice.window-early"},
	{"shipped late", func(h *house) { h.shipment().Dates[0].At = "2026-11-26" }, "notice.window-late"},
	{"shipped behind the cancel date", func(h *house) { h.shipment().Dates[0].At, h.order.Dates[1].At = "2026-12-01", "2026-12-31" }, "notice.window-late"},
	{"shipped on the last day, at night", func(h *house) { h.shipment().Dates[0].At = "2026-11-25T23:59" }, ""},
	{"arrives late", func(h *house) { h.shipment().Dates[1].At = "2026-12-02" }, "notice.delivery-window"},
	{"notice behind the truck", func(h *house) { h.notice.IssuedAt = "2026-11-28T06:00" }, "notice.late"},
	{"another warehouse of the buyer", func(h *house) { h.shipment().Parties[0].IDs[0].Value = "0200" }, "notice.ship-to"},
	{"a store of the order's lines", func(h *house) {
		h.shipment().Parties[0].IDs[0].Value = "0200"
		h.order.Lines[0].StoreQuantities = []canonical.StoreQuantity{{Location: canonical.ID{Scheme: "92", Value: "0200"}}}
	}, ""},
	{"store number without its zero", func(h *house) { h.shipment().Parties[0].IDs[0].Value = "100" }, "notice.ship-to"},
	{"a line is in no carton", func(h *house) {
		h.carton(1).Levels = h.carton(1).Levels[:1]
		h.notice.Totals.Hash = "30"
		h.withouts = []string{"warehouseAdvice", "invoice"}
	}, "notice.line-unaccounted"},
	{"a line that the seller had refused", func(h *house) {
		h.carton(1).Levels = h.carton(1).Levels[:1]
		h.notice.Totals.Hash = "30"
		h.withouts = []string{"warehouseAdvice", "invoice"}
		h.more = append(h.more, &canonical.OrderResponse{PONumber: "4711", Lines: []canonical.ResponseLine{{Line: canonical.Line{LineID: "3"},
			Acknowledgments: []canonical.LineAcknowledgment{{StatusCode: "IR"}}}}})
	}, ""},
	{"a line that a change deleted", func(h *house) {
		h.carton(1).Levels = h.carton(1).Levels[:1]
		h.notice.Totals.Hash = "30"
		h.withouts = []string{"warehouseAdvice", "warehouseOrder", "invoice"}
		h.more = append(h.more, &canonical.OrderChange{PONumber: "4711", Lines: []canonical.ChangeLine{{Line: canonical.Line{LineID: "3"}, Change: canonical.LineChange{Type: "delete"}}}})
	}, ""},
	{"shipped short in silence", func(h *house) {
		h.carton(0).Levels[0].Shipped.Quantity.Value, h.notice.Totals.Hash = "10", "40"
		h.withouts = []string{"warehouseAdvice", "invoice"}
	}, "notice.line-short"},
	{"shipped short and said so", func(h *house) {
		s := &h.carton(0).Levels[0].Shipped
		s.Quantity.Value, s.Status, h.notice.Totals.Hash = "10", "backordered", "40"
		h.withouts = []string{"warehouseAdvice", "invoice"}
	}, ""},
	{"a product that nobody ordered", func(h *house) {
		h.carton(0).Levels = append(h.carton(0).Levels, canonical.Level{Kind: "item", LineID: "9", IDs: []canonical.ProductID{{Scheme: "UP", Value: "012345678936"}},
			Shipped: canonical.ShippedQuantity{Quantity: qty("1", "EA")}})
		h.notice.Totals.Hash = "43"
		h.withouts = []string{"warehouseAdvice", "invoice"}
	}, "notice.line-unknown"},
	{"more than was ordered", func(h *house) {
		h.carton(0).Levels[0].Shipped.Quantity.Value, h.notice.Totals.Hash = "13", "43"
		h.withouts = []string{"warehouseAdvice", "invoice"}
	}, "notice.quantity-over"},
	{"more, as a change allows", func(h *house) {
		h.carton(0).Levels[0].Shipped.Quantity.Value, h.notice.Totals.Hash = "13", "43"
		h.withouts = []string{"warehouseAdvice", "invoice"}
		h.more = append(h.more, &canonical.OrderChange{PONumber: "4711", Lines: []canonical.ChangeLine{{Line: canonical.Line{LineID: "1", Quantity: qty("13", "EA")}}}})
	}, ""},
	{"the notice was made from the order, not from the shelf", func(h *house) {
		l := &h.advice.Packages[0].Lines[0]
		l.Shipped, l.StatusCode = "10", "CP"
		h.withouts = []string{"invoice"}
	}, "notice.advice-differs"},
	{"the warehouse ships more than it was told", func(h *house) {
		h.advice.Packages[0].Lines[2].Shipped = "14"
		h.withouts = []string{"shipmentNotice", "invoice"}
	}, "advice.quantity-over"},
	{"the warehouse is silent about a line", func(h *house) {
		h.advice.Packages[0].Lines = h.advice.Packages[0].Lines[:2]
		h.withouts = []string{"shipmentNotice", "invoice"}
	}, "advice.line-unaccounted"},
	{"ordered in eaches, shipped in cases of twelve", func(h *house) {
		h.order.Lines[0].Pack = &canonical.Pack{Pack: "12"}
		h.carton(0).Levels[0].Shipped.Quantity, h.notice.Totals.Hash = qty("1", "CA"), "31"
	}, ""},
	{"ordered in cases of twelve, shipped in eaches", func(h *house) {
		h.order.Lines[0].Quantity, h.order.Lines[0].Pack = qty("1", "CA"), &canonical.Pack{Pack: "12"}
		h.withouts = []string{"invoice"}
	}, ""},
	{"units that nobody can compare", func(h *house) {
		h.carton(0).Levels[0].Shipped.Quantity, h.notice.Totals.Hash = qty("1", "PL"), "31"
	}, "quantity.unit"},
	{"the invoice came before", func(h *house) { h.c.InvoiceUsed = func(n string) bool { return n == "I-1" } }, "invoice.duplicate"},
	{"two invoices of one number", func(h *house) { h.more = append(h.more, &canonical.Invoice{InvoiceNumber: "I-1"}) }, "invoice.duplicate"},
	{"invoiced as ordered, shipped less", func(h *house) {
		h.carton(0).Levels[0].Shipped.Quantity.Value, h.notice.Totals.Hash = "10", "40"
		h.carton(0).Levels[0].Shipped.Status = "partial"
		h.withouts = []string{"warehouseAdvice"}
	}, "invoice.quantity-differs"},
	{"invoiced as ordered, the warehouse shipped less, no notice", func(h *house) {
		h.advice.Packages[0].Lines[0].Shipped = "10"
		h.withouts = []string{"shipmentNotice"}
	}, "invoice.quantity-differs"},
	{"another price", func(h *house) { h.invoice.Lines[1].UnitPrice, h.invoice.Totals.Total = "10.10", "215.66" }, "invoice.price-differs"},
	{"the same price, written longer", func(h *house) { h.invoice.Lines[1].UnitPrice = "10.00" }, ""},
	{"a line that nobody ordered", func(h *house) {
		h.invoice.Lines = append(h.invoice.Lines, canonical.InvoiceLine{Line: canonical.Line{LineID: "9", Quantity: qty("1", "EA"), UnitPrice: "1"}})
		h.invoice.Totals.Total = "214.86"
		h.withouts = []string{"warehouseAdvice", "warehouseOrder", "shipmentNotice"}
	}, "invoice.line-unknown"},
	{"total", func(h *house) { h.invoice.Totals.Total = "213.90" }, "invoice.total"},
	{"total within the tolerance", func(h *house) { h.invoice.Totals.Total, h.c.Tolerance = "213.90", "0.05" }, ""},
	{"an allowance taken twice", func(h *house) { h.invoice.AllowancesCharges[1].Method = "02" }, "invoice.total"},
	{"an implied decimal taken for an explicit one", func(h *house) { h.invoice.Totals.Total = "21386" }, "invoice.total"},
	{"a credit note with a minus", func(h *house) {
		h.invoice.Type, h.invoice.Totals.Total = "CR", "-213.86"
	}, ""},
	{"a percentage without its amount is not guessed", func(h *house) {
		h.invoice.Taxes[0].Amount, h.invoice.Taxes[0].Percent = "", "2.5"
	}, ""},
	{"yen have no cents", func(h *house) { h.invoice.Currency.Code, h.invoice.Totals.Total = "JPY", "212" }, ""},
	{"a price a hundred", func(h *house) {
		for i := range h.order.Lines {
			h.order.Lines[i].PriceBasis, h.invoice.Lines[i].PriceBasis = "HP", "HP"
		}
		h.invoice.Totals.Total = "2.00" // 213.996 / 100 - 5.00 + 4.86
	}, ""},
	{"line total", func(h *house) { h.invoice.Lines[0].LineAmount = "29.00" }, "invoice.line-total"},
	{"line total before its allowance", func(h *house) {
		h.invoice.Lines[0].LineAmount, h.invoice.Totals.Total = "30.00", "212.86"
		h.invoice.Lines[0].AllowancesCharges = []canonical.AllowanceCharge{{Indicator: "A", Amount: "1"}}
	}, ""},
}

func TestChargebacks(t *testing.T) {
	tested := map[string]bool{}
	for _, c := range chargebacks {
		h := sound()
		c.spoil(h)
		got := h.run()
		if rulesOf(got) != c.want {
			t.Errorf("%s\n got %s\nwant %s\n%+v", c.name, rulesOf(got), c.want, got)
		}
		for _, f := range got {
			tested[f.Rule] = true
			if f.Message == "" || f.At.Kind == "" {
				t.Errorf("%s: %+v does not say what and where", c.name, f)
			}
		}
	}
	for _, r := range Rules() {
		if !tested[r.ID] {
			t.Errorf("no chargeback breaks the rule %s", r.ID)
		}
	}
}

func TestPlaces(t *testing.T) {
	h := sound()
	h.carton(1).Marks[0].Value = "376104250021234569"
	h.invoice.Lines[1].UnitPrice, h.invoice.Totals.Total = "11", "231.86"
	got := h.run()
	if rulesOf(got) != "invoice.price-differs sscc.unique" {
		t.Fatalf("findings: %+v", got)
	}
	if want := (Place{"invoice", "I-1", "/lines/1"}); got[0].At != want || *got[0].Against != (Place{"order", "4711", "/lines/1"}) {
		t.Errorf("price\n got %+v against %+v\nwant %+v", got[0].At, got[0].Against, want)
	}
	if want := (Place{"shipmentNotice", "S-1", "/levels/0/levels/0/levels/1/marks/0"}); got[1].At != want || got[1].Against.Pointer != "/levels/0/levels/0/levels/0/marks/0" {
		t.Errorf("SSCC\n got %+v against %+v\nwant %+v", got[1].At, got[1].Against, want)
	}
}

func TestRules(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range Rules() {
		if seen[r.ID] || r.Text == "" || r.Severity != Error && r.Severity != Warning {
			t.Errorf("rule %+v", r)
		}
		seen[r.ID] = true
	}
}

// TestExact: a sum of numbers that no float holds is the number.
func TestExact(t *testing.T) {
	a := account{sum: new(big.Rat)}
	for range 10 {
		a.charges([]canonical.AllowanceCharge{{Indicator: "C", Amount: "0.1"}})
	}
	if got, want := text(a.sum), canonical.Decimal("1"); got != want {
		t.Errorf("ten times 0.1\n got %s\nwant %s", got, want)
	}
}

// FuzzRun: no documents, however odd, do harm, and the same give the same.
func FuzzRun(f *testing.F) {
	f.Add([]byte(`{"kind":"order","poNumber":"1","lines":[{"lineId":"1","quantity":{"value":"1"}}]}`),
		[]byte(`{"kind":"shipmentNotice","levels":[{"kind":"order","order":{"poNumber":"1"},"levels":[{"kind":"item","lineId":"01","shipped":{"quantity":{"value":"2"}}}]}]}`))
	f.Add([]byte(`{"kind":"invoice","poNumber":"1","totals":{"total":"1"},"lines":[{"unitPrice":"1","quantity":{"value":"1"}}]}`),
		[]byte(`{"kind":"warehouseAdvice","poNumber":"1","packages":[{"lines":[{"shipped":"3"}]}]}`))
	f.Fuzz(func(t *testing.T, a, b []byte) {
		var docs []canonical.Document
		for _, text := range [][]byte{a, b} {
			if d, err := canonical.Decode(text); err == nil {
				docs = append(docs, d)
			}
		}
		first := Run(Case{Documents: docs})
		if again := Run(Case{Documents: docs}); rulesOf(first) != rulesOf(again) {
			t.Errorf("run again\n got %s\nwant %s", rulesOf(again), rulesOf(first))
		}
	})
}
