package bridge

import (
	"context"
	"errors"
	"sync"
	"time"
)

// Leases are kept while work goes on.
type Leases interface {
	// Renew has the lease of a claim end at a time. It is refused with ErrStale where
	// the claim is not the newest of its Transmission, or was given back.
	Renew(ctx context.Context, c Claim, until time.Time) error
}

// renewals is how often a lease is renewed while it would last: one that comes late,
// or fails, leaves time for another.
const renewals = 3

// translateLeased translates and keeps the lease meanwhile.
func (b *Bridge) translateLeased(ctx, run context.Context, c Claim) error {
	defer b.keepLease(run, c)()
	return b.translate(ctx, run, c)
}

// keepLease renews the lease of a claim until end is called, so that work that takes
// longer is claimed by nobody else, in this process or another. A process that is
// killed renews nothing.
func (b *Bridge) keepLease(ctx context.Context, c Claim) (end func()) {
	var mu sync.Mutex // held while the lease is renewed; guards ended
	ended := false
	every := b.o.Lease / renewals
	var next *time.Timer
	mu.Lock()
	defer mu.Unlock()
	next = time.AfterFunc(every, func() {
		mu.Lock()
		defer mu.Unlock()
		if ended {
			return
		}
		err := b.o.Store.Renew(ctx, c, b.now().Add(b.o.Lease))
		if errors.Is(err, ErrStale) {
			return
		}
		if err != nil {
			b.o.Log.Warn("lease was not renewed", "transmission", c.Transmission.ID, "error", err)
		}
		next.Reset(every)
	})
	return func() {
		mu.Lock()
		defer mu.Unlock()
		ended = true
		next.Stop()
	}
}
