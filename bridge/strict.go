package bridge

import (
	"context"
	"fmt"
	"slices"
)

// strict reports whether what leaves under a series of control numbers goes to p in
// their order.
func (c *Configuration) strict(p *Partner, series string) bool {
	return p != nil && (p.Strict || slices.ContainsFunc(p.Dispatches, func(d *Dispatch) bool { return d.Strict && d.series() == series }))
}

// inSeries gives a follow-up its place in the order of its control number, if that
// is what was agreed.
func inSeries(f *Transmission, scope Scope, n *Number) {
	if scope.Strict {
		f.Series, f.Place, f.OrderKey = n.Series, n.Place(), ""
	}
}

// inItsPlace gives what repeats t t's place in the order of its number: it never
// leaves before t has. A dead one holds nothing up: t is what the number is for.
func inItsPlace(again, t *Transmission) {
	if t.Series != "" {
		again.Series, again.Place, again.OnDead = t.Series, t.Place, Pass
	}
}

// eventHeld is told when what is dead holds up all that is numbered behind it.
const eventHeld = "edibridge.exception.opened.v1"

// holds adds to the outcome of t's last attempt that it holds its series up, for
// those who get alarms.
func (b *Bridge) holds(ctx context.Context, r *Result, t *Transmission, f *failure) error {
	to := slices.DeleteFunc(slices.Clone(b.o.Config().Alarms), func(e string) bool { return e == t.Endpoint })
	if t.Series == "" || t.OnDead == Pass || r.State != Dead || len(to) == 0 {
		return nil
	}
	data := alarmData{Endpoint: t.Endpoint, At: b.now(), Transmission: t.ID, Attempt: t.Attempts, By: b.o.Owner, Class: f.class,
		Error: fmt.Sprintf("number %s of %q waits for a person, and all behind it for that: %v", t.Control, t.Series, f.err)}
	return b.tell(ctx, r, t, alarm{eventHeld, data, to, t.Keys}) // it says nothing of how the endpoint does
}
