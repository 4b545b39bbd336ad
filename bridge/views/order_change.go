package views

import (
	"cmp"
	"slices"

	"github.com/edibridge/edibridge/canonical"
)

// change applies a change of the order, line by line. Its quantity is what is ordered
// from now on (X12 POC03; EDIFACT QTY+21), whatever the kind of change.
func (f *orderFold) change(t *told[orderSaid]) {
	s := &t.says
	f.changed = t
	if withdraws(s.Action) {
		// What was ordered again on a later day stands.
		f.o.Cancelled = f.ordered == nil || s.Date == "" || day(f.ordered.says.Date) <= day(s.Date)
		return
	}
	for i := range s.Lines {
		c := &s.Lines[i]
		l := f.book.find(s.Release, c)
		switch {
		case l == nil:
			if c.Change != "delete" {
				f.book.open(s.Release, c)
			}
		case c.Change == "delete":
			for unit := range l.Ordered {
				l.Ordered[unit].SetInt64(0)
			}
		case len(c.Quantity) > 0:
			l.Ordered.set(c.Quantity)
		}
	}
}

// answer takes what the seller says: of each line the last word counts.
func (f *orderFold) answer(t *told[orderSaid]) {
	s := &t.says
	f.answered = t
	switch s.Type {
	case "AK", "AT", "AP", "29":
		f.whole = "accepted"
	case "RD", "RF", "RJ", "27":
		f.whole = "rejected"
	}
	for i := range s.Lines {
		a := &s.Lines[i]
		l := f.book.meet(s.Release, a)
		l.Status = a.Status
		l.Confirmed.set(a.Quantity)
		l.answered = true
	}
}

// pay finds the payments of the order's invoices. One number may be of two sellers'
// invoices: then the partner's own payments are meant, where he made any.
func (f *orderFold) pay(payments []told[paymentSaid]) {
	slices.SortFunc(payments, func(a, b told[paymentSaid]) int {
		return cmp.Or(cmp.Compare(day(a.says.Date), day(b.says.Date)), arrival(a.Said, b.Said))
	})
	for i := range f.o.Invoices {
		v := &f.o.Invoices[i]
		var of []told[paymentSaid]
		own := false
		for _, p := range payments {
			if p.Subject == Key(v.Number) && p.Mode == f.o.Mode && !withdraws(p.says.Action) {
				of = append(of, p)
				own = own || p.Partner == f.o.Partner
			}
		}
		for _, p := range of {
			if own && p.Partner != f.o.Partner {
				continue
			}
			v.Paid, v.Off = plus(v.Paid, p.says.Paid), plus(v.Off, p.says.Off)
			f.o.Payments = append(f.o.Payments, PaymentOf{Number: p.says.Number, Invoice: v.Number, Date: p.says.Date, Amount: p.says.Paid, Currency: p.says.Money})
			if slices.ContainsFunc(f.o.Steps, func(s OrderStep) bool { return s.Document == p.Document }) {
				continue
			}
			f.o.Steps = append(f.o.Steps, OrderStep{At: p.At, What: "paid", Kind: canonical.KindRemittance, Number: p.says.Number, Date: p.says.Date,
				Partner: p.Partner, Direction: p.Direction, Document: p.Document, Transmission: p.Transmission, Counts: true})
		}
		v.Settled = settled(v)
	}
	slices.SortStableFunc(f.o.Steps, func(a, b OrderStep) int { return a.At.Compare(b.At) })
}

// foreign reports whether a payment of the order is of something else than invoices
// that are known, whose payments are told by [ViewInvoice].
func (f *orderFold) foreign(invoices []string) bool {
	return slices.ContainsFunc(invoices, func(n string) bool {
		return !slices.ContainsFunc(f.o.Invoices, func(v InvoiceOf) bool { return n != "" && Key(v.Number) == Key(n) })
	})
}

// settled reports whether what was paid and taken off makes the amount. An invoice
// whose amount is not known is settled by any payment.
func settled(v *InvoiceOf) bool {
	if v.Paid == "" {
		return false
	}
	amount, ok := size(v.Amount).Rat()
	if !ok {
		return true
	}
	paid, _ := plus(size(v.Paid), v.Off).Rat()
	return paid.Cmp(amount) >= 0
}

// state is the furthest step that the order has come to.
func (f *orderFold) state() OrderState {
	shipped, all := f.shipped()
	invoices, paid := 0, true
	for i := range f.o.Invoices {
		if v := &f.o.Invoices[i]; !v.Credit {
			invoices++
			paid = paid && v.Settled
		}
	}
	switch {
	case shipped && f.returned():
		return OrderReturned
	case shipped && !all:
		return OrderPartlyShipped
	case invoices > 0 && paid, invoices == 0 && len(f.o.Payments) > 0:
		return OrderPaid
	case invoices > 0:
		return OrderInvoiced
	case shipped:
		return OrderShipped
	case f.o.Cancelled:
		return OrderCancelled
	case f.released:
		return OrderReleased
	case f.answered != nil && !f.changedSince() && !f.orderedSince(f.answered):
		return f.confirmed()
	case f.changed != nil && !f.orderedSince(f.changed):
		return OrderChanged
	case f.o.Direction != "":
		return OrderOrdered
	}
	return OrderNamed
}

// changedSince reports whether the order was changed behind its last answer.
func (f *orderFold) changedSince() bool {
	if f.changed == nil || f.answered.says.Change != "" && number(f.answered.says.Change, f.changed.says.Change) == 0 {
		return false
	}
	c, a := day(f.changed.says.Date), day(f.answered.says.Date)
	if c != "" && a != "" && c != a {
		return c > a
	}
	return f.changed.Sequence > f.answered.Sequence
}

// orderedSince reports whether the order was sent again on a later day.
func (f *orderFold) orderedSince(t *told[orderSaid]) bool {
	return f.again && t.says.Date != "" && day(f.ordered.says.Date) > day(t.says.Date)
}

// shipped reports whether something left, and whether all did that is still to come.
func (f *orderFold) shipped() (some, all bool) {
	all = true
	for _, l := range f.o.Lines {
		some = some || l.Shipped.some()
		if l.Known && !refuses(l.Status) && (!l.Shipped.covers(l.Ordered) || l.UnitsDiffer) {
			all = false
		}
	}
	return some, all
}

// returned reports whether all that was shipped goes back.
func (f *orderFold) returned() bool {
	any := false
	for _, l := range f.o.Lines {
		any = any || l.Returned.some()
		if !l.Returned.covers(l.Shipped) {
			return false
		}
	}
	return any
}

// confirmed is what the answers come to.
func (f *orderFold) confirmed() OrderState {
	full, refused, lines := true, true, 0
	for _, l := range f.o.Lines {
		if !l.answered {
			full = full && (f.whole == "accepted" || !l.Known)
			refused = refused && (f.whole == "rejected" || !l.Known)
			continue
		}
		lines++
		full = full && confirms(l.Status) && l.Confirmed.covers(l.Ordered)
		refused = refused && refuses(l.Status)
	}
	switch {
	case lines == 0 && f.whole == "rejected", lines > 0 && refused:
		return OrderRejected
	case full:
		return OrderConfirmed
	}
	return OrderPartlyConfirmed
}
