package bridge

import (
	"context"
	"slices"
)

// onward is what a translation asks to go on with in the commit that ends it: the
// deliveries of its follow-ups for which there are hands and whose endpoints take
// them now. For each a place of the deliverers and one at the gate are taken.
type onward struct {
	b       *Bridge
	follows []*Transmission
}

// onwardLimit is how many deliveries one commit begins at most.
const onwardLimit = 16

// offer takes places for the deliveries of follow-ups.
func (b *Bridge) offer(follows []Transmission) onward {
	on := onward{b: b}
	now, cfg := b.now(), b.o.Config()
	for i := range follows {
		f := &follows[i]
		ep, ok := cfg.Endpoints[f.Endpoint]
		if _, shut := cfg.windowShut(f, now); !ok || shut || len(on.follows) == onwardLimit {
			continue
		}
		if !b.deliverers.offer(f.Party()) {
			break
		}
		if !b.gates.offer(ep, now) {
			b.deliverers.decline()
			continue
		}
		on.follows = append(on.follows, f)
	}
	return on
}

// commit ends a translation and claims what it goes on with.
func (on *onward) commit(ctx context.Context, c Claim, r Result) ([]Claim, error) {
	b := on.b
	if len(on.follows) == 0 {
		return nil, b.o.Store.Commit(ctx, c, r)
	}
	now := b.now()
	o := Onward{Lease: Lease{b.o.Owner, now.Add(b.o.Lease)}, At: now}
	for _, f := range on.follows {
		o.Follows = append(o.Follows, f.ID)
	}
	return b.o.Store.CommitOn(ctx, c, r, o)
}

// pass hands the claims over, and gives back the places of what was not claimed.
func (on *onward) pass(ctx context.Context, claims []Claim) {
	for _, f := range on.follows {
		i := slices.IndexFunc(claims, func(c Claim) bool { return c.Transmission.ID == f.ID })
		if i >= 0 {
			on.b.deliverers.give(ctx, claims[i])
			continue
		}
		on.b.gates.decline(f.Endpoint)
		on.b.deliverers.decline()
	}
}
