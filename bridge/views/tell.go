package views

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	"github.com/edibridge/edibridge/canonical"
)

// told is a fact that was read.
type told[T any] struct {
	*Said
	says T
}

// read gives the facts of a view, in no order. What cannot be read is of another
// version of this package, and counted.
func read[T any](said []Said, view View) (facts []told[T], unread int) {
	for i := range said {
		if said[i].View != view {
			continue
		}
		t := told[T]{Said: &said[i]}
		if err := json.Unmarshal(said[i].Data, &t.says); err != nil {
			unread++
			continue
		}
		facts = append(facts, t)
	}
	return facts, unread
}

func compareText(a, b string) int { return strings.Compare(a, b) }

// arrival orders what was said as it was accepted.
func arrival(a, b *Said) int {
	return cmp.Or(cmp.Compare(a.Sequence, b.Sequence), cmp.Compare(a.Transmission, b.Transmission),
		cmp.Compare(a.Ordinal, b.Ordinal), cmp.Compare(a.Document, b.Document), cmp.Compare(a.View, b.View), cmp.Compare(a.Subject, b.Subject))
}

// day is a date as far as both a document of the day and one of the minute say it.
func day(d canonical.Date) string {
	if whole, ok := d.Day(); ok {
		return string(whole)
	}
	return string(d)
}

// number orders numbers of a series as people count: "2" before "10".
func number(a, b string) int {
	a, b = Key(a), Key(b)
	return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b))
}

// appendNew appends texts that are not there yet.
func appendNew(to []string, texts ...string) []string {
	for _, t := range texts {
		if t != "" && !slices.Contains(to, t) {
			to = append(to, t)
		}
	}
	return to
}

// Related are the subjects of which what was said belongs to the state of these
// facts' subject too: payments of an order's invoices, what a carrier says of a
// shipment under his own number. Each comes once, in order.
func Related(said []Said) []Subject {
	found := map[Subject]bool{}
	for i := range said {
		s := &said[i]
		switch s.View {
		case ViewOrder:
			var o orderSaid
			if json.Unmarshal(s.Data, &o) == nil && o.Kind == canonical.KindInvoice {
				found[Subject{ViewInvoice, Key(o.Number)}] = true
			}
		case ViewShipment:
			var o shipmentSaid
			if json.Unmarshal(s.Data, &o) == nil && !o.ByCarrier {
				for _, pro := range o.PRO {
					found[Subject{ViewShipment, Key(pro)}] = true
				}
			}
		}
	}
	for i := range said {
		delete(found, Subject{said[i].View, said[i].Subject})
	}
	delete(found, Subject{ViewInvoice, ""})
	delete(found, Subject{ViewShipment, ""})
	out := make([]Subject, 0, len(found))
	for s := range found {
		out = append(out, s)
	}
	slices.SortFunc(out, func(a, b Subject) int { return cmp.Or(cmp.Compare(a.View, b.View), cmp.Compare(a.Key, b.Key)) })
	return out
}
