package views_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/edibridge/edibridge/bridge/views"
	"github.com/edibridge/edibridge/canonical"
)

// TestOrderStates: how far an order has come, step by step.
func TestOrderStates(t *testing.T) {
	replaced := func() *canonical.Order {
		o := order()
		o.Action, o.OrderDate = "replace", "2026-11-24"
		return o
	}
	for _, c := range []struct {
		name string
		said *speaker
		want views.OrderState
	}{
		{"an order", new(speaker).in("acme", order()), views.OrderOrdered},
		{"one that we sent", new(speaker).out("acme", order()), views.OrderOrdered},
		{"only its invoice", new(speaker).out("acme", invoice("I1", "5")), views.OrderInvoiced},
		{"only its release", new(speaker).out("3pl", release()), views.OrderReleased},
		{"only a denied return", new(speaker).in("acme", &canonical.Return{ReturnNumber: "R", Order: canonical.OrderRef{PONumber: "4711"},
			Disposition: canonical.ReturnReason{Disposition: "RD"}}), views.OrderNamed},
		{"changed", new(speaker).in("acme", order()).in("acme", change("change", "1", "", changes("1", "change", "30"))), views.OrderChanged},
		{"changed behind its answer", new(speaker).in("acme", order()).out("acme", answer("2026-11-24", says("1", "accepted", "24"))).
			in("acme", change("change", "1", "2026-11-25", changes("1", "change", "30"))), views.OrderChanged},
		{"answered behind its change", new(speaker).in("acme", order()).in("acme", change("change", "1", "2026-11-24", changes("1", "change", "30"))).
			out("acme", answer("2026-11-25", says("1", "accepted", "30"), says("2", "accepted", "12"))), views.OrderConfirmed},
		{"confirmed in full", new(speaker).in("acme", order()).out("acme", answer("", says("1", "accepted", "24"), says("2", "priceChanged", "12"))), views.OrderConfirmed},
		{"confirmed without lines", new(speaker).in("acme", order()).out("acme", &canonical.OrderResponse{PONumber: "4711", ResponseType: "AK"}), views.OrderConfirmed},
		{"one line is short", new(speaker).in("acme", order()).out("acme", answer("", says("1", "accepted", "20"), says("2", "accepted", "12"))), views.OrderPartlyConfirmed},
		{"one line waits", new(speaker).in("acme", order()).out("acme", answer("", says("1", "accepted", "24"), says("2", "backordered", "12"))), views.OrderPartlyConfirmed},
		{"of one line nothing is said", new(speaker).in("acme", order()).out("acme", answer("", says("1", "accepted", "24"))), views.OrderPartlyConfirmed},
		{"rejected", new(speaker).in("acme", order()).out("acme", answer("", says("1", "rejected", "24"), says("2", "deleted", "12"))), views.OrderRejected},
		{"rejected as a whole", new(speaker).in("acme", order()).out("acme", &canonical.OrderResponse{PONumber: "4711", ResponseType: "RJ"}), views.OrderRejected},
		{"shipped in part", new(speaker).in("acme", order()).out("acme", notice("S1", item("1", eaches("24")))), views.OrderPartlyShipped},
		{"shipped, told by the warehouse too", new(speaker).in("acme", order()).in("3pl", advice("S1", advised("1", "24"), advised("2", "12"))).
			out("acme", notice("S1", item("1", eaches("24")), item("2", eaches("12")))), views.OrderShipped},
		{"shipped in other units", new(speaker).in("acme", order()).out("acme", notice("S1", item("1", canonical.Quantity{Value: "2", UOM: "CA"}), item("2", eaches("12")))), views.OrderPartlyShipped},
		{"what was refused need not be shipped", new(speaker).in("acme", order()).out("acme", answer("", says("1", "accepted", "24"), says("2", "rejected", "12"))).
			out("acme", notice("S1", item("1", eaches("24")))), views.OrderShipped},
		{"what was deleted need not be shipped", new(speaker).in("acme", order()).in("acme", change("change", "1", "", changes("2", "delete", "12"))).
			out("acme", notice("S1", item("1", eaches("24")))), views.OrderShipped},
		{"what was added must be shipped", new(speaker).in("acme", order()).in("acme", change("change", "1", "", changes("3", "add", "5"))).
			out("acme", notice("S1", item("1", eaches("24")), item("2", eaches("12")))), views.OrderPartlyShipped},
		{"the notice was taken back", new(speaker).in("acme", order()).out("acme", notice("S1", item("1", eaches("24")))).
			out("acme", cancelled(notice("S1", item("1", eaches("24"))))), views.OrderOrdered},
		{"invoiced in part of what is shipped in full", new(speaker).in("acme", order()).out("acme", notice("S1", item("1", eaches("24")), item("2", eaches("12")))).
			out("acme", invoice("I1", "5", line("1", "24"))), views.OrderInvoiced},
		{"a credit note invoices nothing", new(speaker).in("acme", order()).out("acme", func() *canonical.Invoice { v := invoice("I1", "5"); v.Type = "CR"; return v }()), views.OrderOrdered},
		{"paid in part", new(speaker).in("acme", order()).out("acme", invoice("I1", "300")).in("acme", payment("P1", "I1", "100", "")), views.OrderInvoiced},
		{"paid in two parts with a discount", new(speaker).in("acme", order()).out("acme", invoice("I1", "300")).
			in("acme", payment("P1", "I1", "100", "")).in("acme", payment("P2", "0I1", "194", "")).in("acme", payment("P3", "I1", "194", "-6")), views.OrderPaid},
		{"another one's payment of that number", new(speaker).in("acme", order()).out("acme", invoice("I1", "300")).
			in("acme", payment("P1", "I1", "1", "")).in("bolt", payment("P2", "I1", "299", "")), views.OrderInvoiced},
		{"paid by a bank", new(speaker).in("acme", order()).out("acme", invoice("I1", "300")).in("bank", payment("P1", "I1", "300", "")), views.OrderPaid},
		{"returned in part", new(speaker).in("acme", order()).out("acme", notice("S1", item("1", eaches("24")), item("2", eaches("12")))).
			in("acme", returns("R1", "1", "4")), views.OrderShipped},
		{"returned", new(speaker).in("acme", order()).out("acme", notice("S1", item("1", eaches("24")))).in("acme", returns("R1", "1", "24")), views.OrderReturned},
		{"cancelled", new(speaker).in("acme", order()).in("acme", change("cancel", "1", "2026-11-24")), views.OrderCancelled},
		{"cancelled by an order", new(speaker).in("acme", order()).in("acme", cancelled(order())), views.OrderCancelled},
		{"cancelled too late", new(speaker).in("acme", order()).out("acme", notice("S1", item("1", eaches("24")), item("2", eaches("12")))).
			in("acme", change("cancel", "1", "2026-11-26")), views.OrderShipped},
		{"cancelled and ordered again", new(speaker).in("acme", order()).in("acme", change("cancel", "1", "2026-11-23")).in("acme", replaced()), views.OrderOrdered},
		{"ordered again behind its answer", new(speaker).in("acme", order()).out("acme", answer("2026-11-23", says("1", "rejected", "24"), says("2", "rejected", "12"))).in("acme", replaced()), views.OrderOrdered},
	} {
		if got := c.said.order(t, "4711"); got.State != c.want {
			t.Errorf("%s\n got %s: %s\nwant %s", c.name, got.State, text(t, got), c.want)
		}
	}
}

func returns(number, id, n string) *canonical.Return {
	return &canonical.Return{ReturnNumber: number, Order: canonical.OrderRef{PONumber: "4711"},
		Lines: []canonical.ReturnLine{{LineID: id, Quantity: eaches(n)}}}
}

// TestOrderLines: each quantity stands in its place, and a line is found by its id or
// its product.
func TestOrderLines(t *testing.T) {
	o := flow().order(t, "4711")
	var got []string
	for _, l := range o.Lines {
		for _, a := range []views.Amounts{l.Ordered, l.Confirmed, l.Released, l.Shipped, l.Invoiced} {
			got = append(got, fmt.Sprint(l.LineID, " ", a.List()))
		}
	}
	want := "1 [{24 EA}];1 [{24 EA}];1 [{24 EA}];1 [{24 EA}];1 [{24 EA}];2 [{6 EA}];2 [{6 EA}];2 [];2 [{6 EA}];2 [{6 EA}]"
	if got := strings.Join(got, ";"); got != want {
		t.Errorf("quantities\n got %s\nwant %s", got, want)
	}
	if got, want := fmt.Sprint(o.Number, o.Partner, o.Direction, o.Shipments, o.Invoices[0].Settled, o.Payments[0].Number), "0004711acmein[S1 S2] trueP1"; got != want {
		t.Errorf("order\n got %s\nwant %s", got, want)
	}
	var steps []string
	for _, s := range o.Steps {
		steps = append(steps, s.What)
	}
	if got, want := strings.Join(steps, " "), "ordered changed answered released shipped shipped shipped shipped invoiced paid"; got != want {
		t.Errorf("steps\n got %s\nwant %s", got, want)
	}
	// A line of another product under a known number is a line of its own.
	other := line("1", "3")
	other.IDs[0].Value = "X9"
	o = new(speaker).in("acme", order()).out("acme", invoice("I1", "5", other)).order(t, "4711")
	if len(o.Lines) != 3 || o.Lines[2].Known || o.Lines[0].Invoiced != nil {
		t.Errorf("a foreign line\n got %s\nwant a third line that the order does not know", text(t, o.Lines))
	}
}

// TestOrderShared: two buyers with one number have two orders; what third parties say
// of the number stands by itself.
func TestOrderShared(t *testing.T) {
	s := new(speaker).in("acme", order()).in("bolt", order()).in("bolt", change("cancel", "1", "2026-11-24")).out("3pl", release())
	o := views.FoldOrder("04711", s.about(views.ViewOrder, "4711"))
	var got []string
	for _, x := range o.Orders {
		got = append(got, fmt.Sprint(x.Partner, " ", x.State, " ", x.Shared))
	}
	if got, want := strings.Join(got, "; "), "3pl released true; acme ordered true; bolt cancelled true"; got != want {
		t.Errorf("orders\n got %s\nwant %s", got, want)
	}
	// A test is no order of production.
	s = new(speaker).in("acme", order()).in("acme", change("cancel", "1", "2026-11-24"))
	s.said[1].Mode = "test"
	o = views.FoldOrder("4711", s.about(views.ViewOrder, "4711"))
	if len(o.Orders) != 2 || o.Orders[0].State != views.OrderOrdered || o.Orders[1].State != views.OrderCancelled {
		t.Errorf("a test beside production\n got %s\nwant two orders", text(t, o))
	}
}

// TestShipment: what carriers say under their own number belongs to the shipment
// whose notice names it.
func TestShipment(t *testing.T) {
	s := flow()
	o := views.FoldShipment("s1", s.about(views.ViewShipment, "S1"))
	got := fmt.Sprint(o.State, o.Orders, o.PRO, o.Carriers, o.Shipped, o.Delivered, o.Packages, len(o.Milestones), len(o.Steps), o.Milestones[1].Place)
	if want := "delivered[4711][PRO9][UPSN]2026-11-252026-11-28T10:15123Duluth"; strings.ReplaceAll(got, " ", "") != want {
		t.Errorf("shipment\n got %s\nwant %s", got, want)
	}
	undated := notice("S1", item("1", eaches("1")))
	undated.Levels[0].Dates = nil
	moved := &canonical.ShipmentStatus{ShipmentID: "S1", Items: []canonical.StatusItem{{Events: []canonical.StatusEvent{{Status: "departed"}, {Status: "delayed"}}}}}
	booked := &canonical.ShipmentStatus{ShipmentID: "S1", Items: []canonical.StatusItem{{Events: []canonical.StatusEvent{{Status: "booked"}}}}}
	for _, c := range []struct {
		name string
		said *speaker
		want views.ShipmentState
	}{
		{"a notice without a date of shipment", new(speaker).out("acme", undated), views.ShipmentAnnounced},
		{"a notice with one", new(speaker).out("acme", notice("S1")), views.ShipmentShipped},
		{"a warehouse's word", new(speaker).in("3pl", advice("S1")), views.ShipmentShipped},
		{"departed", new(speaker).in("ups", moved), views.ShipmentInTransit},
		{"booked", new(speaker).in("ups", booked), views.ShipmentNamed},
		{"received", new(speaker).out("acme", undated).in("acme", &canonical.ReceiptAdvice{ReceiptNumber: "R", ShipmentID: "S1", ReceivedDate: "2026-11-29"}), views.ShipmentDelivered},
		{"taken back", new(speaker).out("acme", notice("S1")).out("acme", cancelled(notice("S1"))), views.ShipmentCancelled},
	} {
		if got := views.FoldShipment("S1", c.said.about(views.ViewShipment, "S1")); got.State != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.name, text(t, got), c.want)
		}
	}
}

// TestStock: the book is the last count and what moved behind it, unit by unit.
func TestStock(t *testing.T) {
	place := []canonical.Party{{Role: "warehouse", IDs: []canonical.ID{{Scheme: "92", Value: "0RB02"}}}}
	report := func(number string, at canonical.Date, qs ...canonical.StockQuantity) *canonical.Inventory {
		return &canonical.Inventory{ReportNumber: number, ReportedAt: at, Parties: place,
			Lines: []canonical.InventoryLine{{IDs: []canonical.ProductID{{Scheme: "VN", Value: "P1"}}, Quantities: qs}}}
	}
	receipt := func(number string, at canonical.Date, q canonical.Quantity) *canonical.ReceiptAdvice {
		return &canonical.ReceiptAdvice{ReceiptNumber: number, ReceivedDate: at, Parties: place,
			Lines: []canonical.ReceiptLine{{IDs: []canonical.ProductID{{Scheme: "VN", Value: "P1"}}, Quantity: q}}}
	}
	adjust := &canonical.InventoryAdjustment{AdjustmentNumber: "A1", AdjustmentDate: "2026-11-27", Parties: place,
		Lines: []canonical.AdjustmentLine{{IDs: []canonical.ProductID{{Scheme: "VN", Value: "P1"}}, Quantity: eaches("-3")}}}
	onHand := func(n string) canonical.StockQuantity {
		return canonical.StockQuantity{Scheme: "17", Quantity: eaches(n)}
	}
	cases := func(n string) canonical.Quantity { return canonical.Quantity{Value: canonical.Decimal(n), UOM: "CA"} }
	for _, c := range []struct {
		name string
		said *speaker
		want string // book, unit by unit, and how many movements count
	}{
		{"counted", new(speaker).in("3pl", report("R1", "2026-11-24", onHand("100"))), "100 EA true; 0"},
		{"and moved since", new(speaker).in("3pl", report("R1", "2026-11-24", onHand("100"))).in("3pl", receipt("E1", "2026-11-26", eaches("40"))).
			in("3pl", advice("S1", advised("1", "24"))).in("3pl", adjust), "113 EA true; 3"},
		{"moved before", new(speaker).in("3pl", receipt("E1", "2026-11-23", eaches("40"))).in("3pl", report("R1", "2026-11-24", onHand("100"))), "100 EA true; 0"},
		{"moved on the day, told behind", new(speaker).in("3pl", report("R1", "2026-11-24T06:00", onHand("100"))).in("3pl", receipt("E1", "2026-11-24", eaches("40"))), "140 EA true; 1"},
		{"an older report comes late", new(speaker).in("3pl", report("R2", "2026-11-25", onHand("90"))).in("3pl", report("R1", "2026-11-24", onHand("100"))), "90 EA true; 0"},
		{"never counted", new(speaker).in("3pl", receipt("E1", "2026-11-26", eaches("40"))), "40 EA false; 1"},
		{"units are not mixed", new(speaker).in("3pl", report("R1", "2026-11-24", onHand("100"))).in("3pl", receipt("E1", "2026-11-26", cases("2"))), "100 EA true; 2 XCS false; 1"},
		{"on order is no stock", new(speaker).in("3pl", report("R1", "2026-11-24", canonical.StockQuantity{Scheme: "63", Quantity: eaches("7")})), "0"},
		{"a receipt taken back", new(speaker).in("3pl", report("R1", "2026-11-24", onHand("100"))).in("3pl", receipt("E1", "2026-11-26", eaches("40"))).
			in("3pl", cancelled(receipt("E1", "2026-11-26", eaches("40")))), "100 EA true; 0"},
	} {
		o := views.FoldStock("RB02/P1", c.said.about(views.ViewStock, "RB02/P1"))
		var got []string
		for _, b := range o.Book {
			got = append(got, fmt.Sprint(b.Value.Value, " ", b.Value.Unit, " ", b.Counted))
		}
		got = append(got, fmt.Sprint(len(o.Movements)))
		if got := strings.Join(got, "; "); got != c.want {
			t.Errorf("%s\n got %s: %s\nwant %s", c.name, got, text(t, o), c.want)
		}
	}
}

// TestUnread: what another version wrote is counted, not guessed at.
func TestUnread(t *testing.T) {
	s := new(speaker).in("acme", order())
	s.said = append(s.said, s.said[0])
	s.said[1].Document, s.said[1].Data = "d9", []byte(`{"lines":7}`)
	if got := views.FoldOrder("4711", s.said); got.Unread != 1 || len(got.Orders) != 1 {
		t.Errorf("folded\n got %s\nwant one order and one fact unread", text(t, got))
	}
}
