package check

import (
	"math/big"
	"strconv"

	"github.com/edibridge/edibridge/canonical"
)

// invoices are the rules over money.
func (r *run) invoices() {
	seen := map[string]*canonical.Invoice{}
	for _, v := range r.bills {
		key := seller(v) + "\n" + v.InvoiceNumber
		switch other := seen[key]; {
		case v.InvoiceNumber == "":
		case other != nil:
			r.say("invoice.duplicate", at(v, "/invoiceNumber"), against(other, ""), "invoice %s was sent before", v.InvoiceNumber)
		case r.c.InvoiceUsed != nil && r.c.InvoiceUsed(v.InvoiceNumber):
			r.say("invoice.duplicate", at(v, "/invoiceNumber"), nil, "invoice %s was sent before", v.InvoiceNumber)
		default:
			seen[key] = v
		}
		r.total(v)
	}
}

// seller tells the sellers of invoices apart.
func seller(v *canonical.Invoice) string {
	for i := range v.Parties {
		if p := &v.Parties[i]; p.Role == "seller" || p.Role == "supplier" || p.Role == "vendor" {
			for _, id := range p.IDs {
				return id.Scheme + " " + id.Value
			}
		}
	}
	return v.Partner
}

// price compares a line with the order's price.
func (r *run) price(n *line, l *canonical.InvoiceLine, place Place) {
	want, ok := n.price.Rat()
	got, also := l.UnitPrice.Rat()
	if !ok || !also || n.basis != l.PriceBasis || n.unit != unit(l.Quantity) || want.Cmp(got) == 0 {
		return
	}
	r.say("invoice.price-differs", place, &n.at, "line %s: invoiced at %s, ordered at %s", n.id, l.UnitPrice, n.price)
}

// total compares the total with the sum of what it is made of. It is silent when a
// part has no number.
func (r *run) total(v *canonical.Invoice) {
	want, ok := v.Totals.Total.Rat()
	if !ok || len(v.Lines) == 0 {
		return
	}
	a := account{sum: new(big.Rat)}
	for i := range v.Lines {
		l := &v.Lines[i]
		amount, ok := lineAmount(l)
		if !ok {
			return
		}
		r.lineTotal(v, i, amount)
		a.add(amount)
		a.charges(l.AllowancesCharges)
		a.taxes(l.Taxes)
	}
	a.charges(v.AllowancesCharges)
	a.taxes(v.Taxes)
	// A credit note's amounts are written with a minus or without.
	difference := new(big.Rat).Sub(new(big.Rat).Abs(want), new(big.Rat).Abs(a.sum))
	if !a.unclear && difference.Abs(difference).Cmp(r.allowed(v, a.parts)) > 0 {
		r.say("invoice.total", at(v, "/totals/total"), nil, "the total is %s, its parts add up to %s", v.Totals.Total, text(a.sum))
	}
}

// lineTotal compares the amount that a line says with its quantity times its price.
func (r *run) lineTotal(v *canonical.Invoice, i int, amount *big.Rat) {
	l := &v.Lines[i]
	said, ok := l.LineAmount.Rat()
	if !ok {
		return
	}
	a := account{sum: new(big.Rat).Set(amount), parts: 1}
	a.charges(l.AllowancesCharges)
	for _, sum := range []*big.Rat{amount, a.sum} { // with allowances and charges, or before them
		difference := new(big.Rat).Sub(new(big.Rat).Abs(said), new(big.Rat).Abs(sum))
		if difference.Abs(difference).Cmp(r.allowed(v, a.parts)) <= 0 {
			return
		}
	}
	r.say("invoice.line-total", at(v, "/lines/"+strconv.Itoa(i)+"/lineAmount"), nil, "the line says %s, it adds up to %s", l.LineAmount, text(a.sum))
}

// allowed is how far a sum of so many rounded parts may lie from the exact one.
func (r *run) allowed(v *canonical.Invoice, parts int) *big.Rat {
	digits := 2
	if _, n, err := canonical.CurrencyCode(v.Currency.Code); err == nil && n >= 0 {
		digits = n
	}
	scale := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(digits)), nil)
	half := new(big.Rat).SetFrac(big.NewInt(int64(parts)), scale.Mul(scale, big.NewInt(2)))
	if t, ok := r.c.Tolerance.Rat(); ok {
		half.Add(half, t)
	}
	return half
}

// lineAmount is quantity times price, which may be that of a hundred, a dozen, a
// thousand (X12 element 639).
func lineAmount(l *canonical.InvoiceLine) (*big.Rat, bool) {
	q, ok := l.Quantity.Value.Rat()
	p, also := l.UnitPrice.Rat()
	if !ok || !also {
		return nil, false
	}
	return q.Mul(q, p).Quo(q, per(l.PriceBasis)), true
}

// per is how many units a price of a basis is for.
func per(basis string) *big.Rat {
	switch basis {
	case "PN":
		return big.NewRat(10, 1)
	case "PD", "LD", "TD":
		return big.NewRat(12, 1)
	case "HP", "LC", "QH", "TC":
		return big.NewRat(100, 1)
	case "TP", "LM", "QS", "TM":
		return big.NewRat(1000, 1)
	case "TT":
		return big.NewRat(10_000, 1)
	case "HT":
		return big.NewRat(100_000, 1)
	}
	return big.NewRat(1, 1)
}

// account adds up an invoice.
type account struct {
	sum     *big.Rat
	parts   int  // that may be rounded, each
	unclear bool // a part has no number
}

func (a *account) add(amount *big.Rat) {
	a.sum.Add(a.sum, amount)
	a.parts++
}

// charges adds charges and takes off allowances, but not what is settled apart
// from the invoice, denied, or said for information.
func (a *account) charges(list []canonical.AllowanceCharge) {
	for i := range list {
		c := &list[i]
		sign := int64(1)
		switch {
		case apart(c.Method):
			continue
		case c.Indicator == "A":
			sign = -1
		case c.Indicator != "C":
			continue
		}
		amount, ok := c.Amount.Rat()
		if !ok {
			a.unclear = true
			continue
		}
		a.add(amount.Mul(amount, big.NewRat(sign, 1)))
	}
}

func (a *account) taxes(list []canonical.Tax) {
	for i := range list {
		if amount, ok := list[i].Amount.Rat(); ok {
			a.add(amount)
		} else if list[i].Percent != "" && list[i].Exempt == "" {
			a.unclear = true
		}
	}
}

// apart reports whether an allowance or charge of a method (X12 element 331) is no
// part of the total: 01 bill back, 03 vendor's check, 05 paid by the vendor, 09 and
// 10 issued later, 11 denied, 12 cancelled, 15 information only.
func apart(method string) bool {
	switch method {
	case "01", "03", "05", "09", "10", "11", "12", "15":
		return true
	}
	return false
}
