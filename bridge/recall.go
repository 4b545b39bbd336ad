package bridge

import (
	"context"
	"fmt"

	"github.com/edibridge/edibridge/acknowledge"
)

// past is what a translation that goes on at its cursor must know of the
// documents before it. It holds only what interchanges and groups that have not
// ended still need.
type past struct {
	accepted  map[int]int                  // documents accepted, by interchange
	told      map[int]acknowledge.Tally    // what became of documents, by interchange
	answered  map[[2]int]acknowledge.Tally // the same, by interchange and group
	agreement map[[2]int]string            // first agreement, by interchange and group
}

// recall reads what earlier runs committed. For a translation that begins there
// is nothing to read.
func (t *translation) recall(ctx context.Context) error {
	if t.done.Documents == 0 {
		return nil
	}
	t.past = past{accepted: map[int]int{}, told: map[int]acknowledge.Tally{}, answered: map[[2]int]acknowledge.Tally{}, agreement: map[[2]int]string{}}
	q := DocumentQuery{Transmission: t.tr.ID, Before: t.done.Documents + 1}
	for d, err := range t.b.o.Store.Documents(ctx, q) {
		if err != nil {
			return fmt.Errorf("translate %s: documents before the cursor: %w", t.tr.ID, err)
		}
		if t.first == nil {
			t.first = &d
		}
		t.handled = t.handled || d.State != DocumentQuarantined
		if d.State == DocumentQuarantined {
			t.blameDocument(&d)
		}
		if d.State == DocumentAccepted {
			t.accepted++
		}
		if d.Partner != "" {
			t.partner = d.Partner
		}
		if d.Agreement != "" {
			t.agreement = d.Agreement
		}
		if d.Interchange <= t.done.Interchanges {
			continue
		}
		t.remember(&d)
	}
	return nil
}

func (t *translation) remember(d *Document) {
	g := [2]int{d.Interchange, d.Group}
	if d.State == DocumentAccepted {
		t.past.accepted[d.Interchange]++
	}
	if !d.isReport() {
		all, own := t.past.told[d.Interchange], t.past.answered[g]
		d.count(&all)
		d.count(&own)
		t.past.told[d.Interchange], t.past.answered[g] = all, own
	}
	if t.past.agreement[g] == "" {
		t.past.agreement[g] = d.Agreement
	}
}
