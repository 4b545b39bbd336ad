package views

import (
	"cmp"
	"slices"
	"time"

	"github.com/edibridge/edibridge/canonical"
)

// OrderState is how far an order has come.
type OrderState string

// States of an order, in the order of trade. An order is as far as its furthest
// step; what is still open of it the lines say.
const (
	OrderNamed           OrderState = "named" // other documents name it; it is not known itself
	OrderOrdered         OrderState = "ordered"
	OrderChanged         OrderState = "changed"         // and the change was not answered
	OrderConfirmed       OrderState = "confirmed"       // all lines that are known, in full
	OrderPartlyConfirmed OrderState = "partlyConfirmed" // some of it was refused or put off
	OrderRejected        OrderState = "rejected"        // all of it was refused
	OrderReleased        OrderState = "released"        // a warehouse was told to ship it
	OrderPartlyShipped   OrderState = "partlyShipped"
	OrderShipped         OrderState = "shipped"
	OrderInvoiced        OrderState = "invoiced"
	OrderPaid            OrderState = "paid"     // all invoices
	OrderReturned        OrderState = "returned" // all that was shipped
	OrderCancelled       OrderState = "cancelled"
)

// Orders are the orders of one number: more than one where several buyers use it.
type Orders struct {
	Number string  `json:"order"`
	Orders []Order `json:"orders"`
	Unread int     `json:"unread"` // facts that this version cannot read: rebuild
	More   bool    `json:"more"`   // not all that was said was given
}

// Order is what became of one order.
type Order struct {
	Number    string         `json:"number"`    // as its own document writes it
	Partner   string         `json:"partner"`   // whose order it is: the buyer, or to whom we sent it
	Direction string         `json:"direction"` // of the order: "in", "out"; "" it is not known itself
	Mode      string         `json:"mode"`
	State     OrderState     `json:"state"`
	Cancelled bool           `json:"cancelled"` // it was, which is its state while nothing was shipped
	Shared    bool           `json:"shared"`    // others use its number: what third parties say of that stands by itself
	Date      canonical.Date `json:"date,omitempty"`
	Lines     []*OrderLine   `json:"lines"`
	More      int            `json:"more"`      // lines of documents that were not kept
	Shipments []string       `json:"shipments"` // numbers
	Invoices  []InvoiceOf    `json:"invoices"`
	Payments  []PaymentOf    `json:"payments"`
	Steps     []OrderStep    `json:"steps"` // as they were accepted
}

// OrderStep is one document that speaks of an order.
type OrderStep struct {
	At           time.Time      `json:"at"`
	What         string         `json:"what"` // ordered, changed, cancelled, confirmed, released, shipped, received, invoiced, credited, paid, returned
	Kind         string         `json:"kind"` // of the document
	Number       string         `json:"number,omitempty"`
	Date         canonical.Date `json:"date,omitempty"` // the document's own
	Partner      string         `json:"partner"`
	Direction    string         `json:"direction"`
	Document     string         `json:"document"`
	Transmission string         `json:"transmission"`
	// Counts is false for what a later document took back or replaced.
	Counts bool `json:"counts"`
}

// InvoiceOf is an invoice of an order.
type InvoiceOf struct {
	Number   string            `json:"number"`
	Date     canonical.Date    `json:"date,omitempty"`
	Amount   canonical.Decimal `json:"amount,omitempty"` // of the whole invoice
	Currency string            `json:"currency,omitempty"`
	Credit   bool              `json:"credit"` // it gives back
	Paid     canonical.Decimal `json:"paid,omitempty"`
	Off      canonical.Decimal `json:"off,omitempty"` // taken off by discount and adjustment
	Settled  bool              `json:"settled"`       // paid and taken off make the amount
}

// PaymentOf is a payment of one of the order's invoices, or of the order itself.
type PaymentOf struct {
	Number   string            `json:"number"`
	Invoice  string            `json:"invoice,omitempty"`
	Date     canonical.Date    `json:"date,omitempty"`
	Amount   canonical.Decimal `json:"amount,omitempty"`
	Currency string            `json:"currency,omitempty"`
}

// FoldOrder makes the orders of one number from what was said of it, and of the
// invoices that [Related] names, in any order. Facts about anything else say
// nothing.
func FoldOrder(key string, said []Said) Orders {
	facts, unread := read[orderSaid](said, ViewOrder)
	payments, not := read[paymentSaid](said, ViewInvoice)
	out := Orders{Number: Key(key), Orders: []Order{}, Unread: unread + not}
	facts = slices.DeleteFunc(facts, func(t told[orderSaid]) bool { return t.Subject != out.Number })
	slices.SortFunc(facts, compareOrder)
	for _, group := range trades(facts) {
		f := orderFold{facts: group.facts, o: Order{Partner: group.partner, Mode: group.mode, Shared: group.shared, Number: out.Number,
			Lines: []*OrderLine{}, Shipments: []string{}, Invoices: []InvoiceOf{}, Payments: []PaymentOf{}, Steps: []OrderStep{}}}
		f.fold(payments)
		out.Orders = append(out.Orders, f.o)
	}
	return out
}

// rank is the order in which kinds of documents count: what an order is comes before
// what became of it.
func rank(kind string) int {
	return slices.Index([]string{canonical.KindOrder, canonical.KindOrderChange, canonical.KindOrderResponse, canonical.KindWarehouseOrder,
		canonical.KindWarehouseAdvice, canonical.KindShipmentNotice, canonical.KindReceiptAdvice, canonical.KindInvoice,
		canonical.KindRemittance, canonical.KindReturn}, kind)
}

// compareOrder is the order in which facts take effect: by kind, then by the
// document's own date and numbers; what takes back comes behind what it
// takes back; then as accepted.
func compareOrder(a, b told[orderSaid]) int {
	takesBack := func(t *told[orderSaid]) int {
		if withdraws(t.says.Action) {
			return 1
		}
		return 0
	}
	return cmp.Or(cmp.Compare(rank(a.says.Kind), rank(b.says.Kind)), cmp.Compare(day(a.says.Date), day(b.says.Date)),
		number(a.says.Change, b.says.Change), number(a.says.Number, b.says.Number), cmp.Compare(takesBack(&a), takesBack(&b)), arrival(a.Said, b.Said))
}

// orderGroup are the facts of one order.
type orderGroup struct {
	partner, mode string
	shared        bool
	facts         []told[orderSaid]
}

// trades divides facts by whose order they are about. One buyer's order is also
// what warehouses and carriers speak of. Where several buyers use one number, those
// whose order it may be cannot be told: each third party's facts stand by
// themselves.
func trades(facts []told[orderSaid]) []orderGroup {
	owners := map[string][]string{} // by mode
	for i := range facts {
		if rank(facts[i].says.Kind) <= 1 {
			owners[facts[i].Mode] = appendNew(owners[facts[i].Mode], facts[i].Partner)
		}
	}
	var groups []orderGroup
	at := map[[2]string]int{}
	for _, t := range facts {
		partner := t.Partner
		switch own := owners[t.Mode]; {
		case len(own) == 1:
			partner = own[0]
		case len(own) == 0:
			partner = ""
		}
		key := [2]string{t.Mode, partner}
		if _, ok := at[key]; !ok {
			at[key] = len(groups)
			groups = append(groups, orderGroup{partner: partner, mode: t.Mode, shared: len(owners[t.Mode]) > 1})
		}
		g := &groups[at[key]]
		g.facts = append(g.facts, t)
	}
	slices.SortFunc(groups, func(a, b orderGroup) int {
		return cmp.Or(cmp.Compare(a.mode, b.mode), cmp.Compare(a.partner, b.partner))
	})
	return groups
}

// orderFold makes one order.
type orderFold struct {
	o     Order
	facts []told[orderSaid] // in the order in which they take effect
	book  lineBook
	// The last order, change and answer. The later one of change and answer says
	// whether the change is still to be answered.
	ordered, changed, answered *told[orderSaid]
	again                      bool   // it was ordered more than once
	whole                      string // what an answer without lines says of all of them
	released                   bool
}

func (f *orderFold) fold(payments []told[paymentSaid]) {
	counts := f.standing()
	for i := range f.facts {
		t := &f.facts[i]
		f.o.More += t.says.More
		if counts[i] {
			f.take(t)
		}
		f.o.Steps = append(f.o.Steps, OrderStep{At: t.At, What: whatOf(&t.says), Kind: t.says.Kind, Number: t.says.Number, Date: t.says.Date,
			Partner: t.Partner, Direction: t.Direction, Document: t.Document, Transmission: t.Transmission, Counts: counts[i]})
	}
	order := map[string]*Said{}
	for i := range f.facts {
		order[f.facts[i].Document] = f.facts[i].Said
	}
	slices.SortStableFunc(f.o.Steps, func(a, b OrderStep) int { return arrival(order[a.Document], order[b.Document]) })
	f.o.Lines = f.book.finish()
	f.pay(payments)
	f.o.State = f.state()
}

// standing tells which facts count: of documents with one number the last one
// alone, and not even that when it takes back. Orders and their changes and answers
// follow upon each other instead.
func (f *orderFold) standing() []bool {
	type identity struct{ kind, partner, direction, number string }
	counts, last := make([]bool, len(f.facts)), map[identity]int{}
	for i := range f.facts {
		t := &f.facts[i]
		counts[i] = true
		if rank(t.says.Kind) <= 2 || t.says.Number == "" {
			continue
		}
		id := identity{t.says.Kind, t.Partner, t.Direction, Key(t.says.Number)}
		if before, ok := last[id]; ok {
			counts[before] = false
		}
		last[id] = i
		counts[i] = !withdraws(t.says.Action)
	}
	return counts
}

// whatOf is the step that a document is.
func whatOf(s *orderSaid) string {
	switch s.Kind {
	case canonical.KindOrder, canonical.KindOrderChange:
		switch {
		case withdraws(s.Action):
			return "cancelled"
		case s.Kind == canonical.KindOrder:
			return "ordered"
		}
		return "changed"
	case canonical.KindOrderResponse:
		return "answered"
	case canonical.KindWarehouseOrder:
		return "released"
	case canonical.KindWarehouseAdvice, canonical.KindShipmentNotice:
		return "shipped"
	case canonical.KindReceiptAdvice:
		return "received"
	case canonical.KindInvoice:
		if s.Credit {
			return "credited"
		}
		return "invoiced"
	case canonical.KindRemittance:
		return "paid"
	}
	return "returned"
}

// take carries out one fact that counts.
func (f *orderFold) take(t *told[orderSaid]) {
	s := &t.says
	switch s.Kind {
	case canonical.KindOrder:
		f.order(t)
	case canonical.KindOrderChange:
		f.change(t)
	case canonical.KindOrderResponse:
		f.answer(t)
	case canonical.KindWarehouseOrder:
		f.released = true
		f.each(t, func(l *OrderLine, q []Amount) { l.Released.add(q) })
	case canonical.KindWarehouseAdvice:
		f.o.Shipments = appendNew(f.o.Shipments, s.Number)
		f.each(t, func(l *OrderLine, q []Amount) { l.advised.add(q) })
	case canonical.KindShipmentNotice:
		f.o.Shipments = appendNew(f.o.Shipments, s.Number)
		f.each(t, func(l *OrderLine, q []Amount) { l.noticed.add(q) })
	case canonical.KindReceiptAdvice:
		f.each(t, func(l *OrderLine, q []Amount) { l.Received.add(q) })
	case canonical.KindInvoice:
		f.o.Invoices = append(f.o.Invoices, InvoiceOf{Number: s.Number, Date: s.Date, Amount: s.Amount, Currency: s.Money, Credit: s.Credit})
		if !s.Credit {
			f.each(t, func(l *OrderLine, q []Amount) { l.Invoiced.add(q) })
		}
	case canonical.KindRemittance:
		if f.foreign(s.Invoices) {
			f.o.Payments = append(f.o.Payments, PaymentOf{Number: s.Number, Date: s.Date, Amount: s.Amount, Currency: s.Money})
		}
	case canonical.KindReturn:
		if !s.Refused {
			f.each(t, func(l *OrderLine, q []Amount) { l.Returned.add(q) })
		}
	}
}

// each meets the lines of a fact.
func (f *orderFold) each(t *told[orderSaid], do func(l *OrderLine, q []Amount)) {
	for i := range t.says.Lines {
		do(f.book.meet(t.says.Release, &t.says.Lines[i]), t.says.Lines[i].Quantity)
	}
}

// order begins the order, or takes the place of what was ordered before; one that is
// repeated on purpose says nothing new.
func (f *orderFold) order(t *told[orderSaid]) {
	s := &t.says
	switch {
	case withdraws(s.Action):
		f.o.Cancelled = true
		return
	case (s.Action == "duplicate" || s.Action == "confirm") && f.o.Direction != "":
		return
	}
	f.again = f.ordered != nil
	f.ordered, f.o.Cancelled = t, false
	f.o.Number, f.o.Date, f.o.Direction = s.Order, s.Date, t.Direction
	f.book.drop(s.Release)
	for i := range s.Lines {
		f.book.open(s.Release, &s.Lines[i])
	}
}
