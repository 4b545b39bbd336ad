package check

import (
	"math/big"

	"github.com/edibridge/edibridge/canonical"
)

// lines are the rules over quantities, line by line.
func (r *run) lines() {
	for _, number := range r.numbers {
		t := r.trades[number]
		for _, n := range t.lines {
			if n.mixed {
				r.say("quantity.unit", n.at, nil, "line %s is counted in %s and in other units", n.id, n.unit)
				continue
			}
			r.unknown(t, n)
			r.accounted(t, n)
			r.over(n)
			r.advised(t, n)
			r.invoiced(t, n)
		}
	}
}

// unknown tells lines that the order does not have.
func (r *run) unknown(t *trade, n *line) {
	if t.order == nil || n.known {
		return
	}
	if n.shipped.value != nil && n.shipped.value.Sign() > 0 {
		r.say("notice.line-unknown", n.shipped.at, against(t.order, ""), "order %s has no line %s", t.number, n.id)
	}
	if n.billed.value != nil {
		r.say("invoice.line-unknown", n.billed.at, against(t.order, ""), "order %s has no line %s", t.number, n.id)
	}
}

// accounted tells lines of the order of which nobody says what became of them.
func (r *run) accounted(t *trade, n *line) {
	if !n.known || len(t.notices) == 0 || n.told || n.ordered == nil || n.ordered.Sign() == 0 {
		return
	}
	notice := t.notices[0]
	switch {
	case n.shipped.value == nil:
		r.say("notice.line-unaccounted", at(notice, ""), &n.at, "line %s of order %s, %s %s, is in no notice", n.id, t.number, text(n.ordered), n.unit)
	case n.shipped.value.Cmp(n.ordered) < 0:
		r.say("notice.line-short", n.shipped.at, &n.at, "line %s: %s shipped of %s", n.id, text(n.shipped.value), text(n.ordered))
	}
}

// over tells lines of which more is shipped than was ordered.
func (r *run) over(n *line) {
	if n.known && n.ordered != nil && n.shipped.value != nil && n.shipped.value.Cmp(n.ordered) > 0 {
		r.say("notice.quantity-over", n.shipped.at, &n.at, "line %s: %s shipped, %s ordered", n.id, text(n.shipped.value), text(n.ordered))
	}
}

// advised compares the warehouse with what it was told and with the notice.
func (r *run) advised(t *trade, n *line) {
	if len(t.advices) > 0 && n.released.value != nil {
		switch {
		case n.advised.value == nil && !n.told:
			r.say("advice.line-unaccounted", at(t.advices[0], ""), &n.released.at, "line %s: the warehouse says nothing", n.id)
		case n.advised.value != nil && n.advised.value.Cmp(n.released.value) > 0:
			r.say("advice.quantity-over", n.advised.at, &n.released.at, "line %s: the warehouse shipped %s, %s were told", n.id, text(n.advised.value), text(n.released.value))
		}
	}
	if len(t.advices) == 0 || len(t.notices) == 0 {
		return
	}
	announced, shipped := n.shipped.amount(), n.advised.amount()
	if announced.Cmp(shipped) == 0 {
		return
	}
	place, other := n.shipped.at, n.advised.at
	if n.shipped.value == nil {
		place = at(t.notices[0], "")
	}
	if n.advised.value == nil {
		other = at(t.advices[0], "")
	}
	r.say("notice.advice-differs", place, &other, "line %s: the notice says %s, the warehouse %s", n.id, text(announced), text(shipped))
}

// invoiced compares the invoices with the notices, or without any with what the
// warehouse said.
func (r *run) invoiced(t *trade, n *line) {
	if n.billed.value == nil {
		return
	}
	shipped := &n.shipped
	if len(t.notices) == 0 {
		shipped = &n.advised
		if len(t.advices) == 0 {
			return
		}
	}
	if q := shipped.amount(); n.billed.value.Cmp(q) != 0 {
		var other *Place
		if shipped.value != nil {
			other = &shipped.at
		}
		r.say("invoice.quantity-differs", n.billed.at, other, "line %s: %s invoiced, %s shipped", n.id, text(n.billed.value), text(q))
	}
}

// amount is the sum, nothing while nobody said anything.
func (s *sum) amount() *big.Rat {
	if s.value == nil {
		return new(big.Rat)
	}
	return s.value
}

func text(r *big.Rat) canonical.Decimal { return canonical.DecimalOf(r, 6) }
