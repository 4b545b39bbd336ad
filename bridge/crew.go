package bridge

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"
)

// crew carries out the claims of one step, so many at once at most. Its hands are
// goroutines that stay: a new one would grow its stack anew for each claim.
type crew struct {
	b     *Bridge
	step  Step
	woken chan struct{} // holds one token: there may be something to do
	size  int

	busy  atomic.Int64
	ended chan struct{} // holds one token: somebody is free again
}

// run claims work and carries it out until ctx ends, then lets running work end
// for Grace.
func (c *crew) run(ctx context.Context) {
	// Work outlives ctx by Grace, so that what is nearly done is not done twice.
	run, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(c.b.o.Grace, stop) })()
	var hands sync.WaitGroup
	defer hands.Wait()
	jobs := make(chan Claim)
	defer close(jobs)
	hired := 0
	for ctx.Err() == nil {
		free := min(c.gather(ctx), claimLimit)
		if ctx.Err() != nil {
			return
		}
		claims, next, err := c.b.claim(ctx, c.step, free)
		if err != nil && ctx.Err() == nil {
			c.b.o.Log.Error("work could not be claimed", "step", c.step, "error", err)
		}
		for _, claim := range claims {
			c.busy.Add(1)
			select {
			case jobs <- claim:
				continue
			default:
			}
			if hired == c.size {
				jobs <- claim // one of them is about to be free
				continue
			}
			hired++
			hands.Go(func() {
				c.carry(ctx, run, claim)
				for next := range jobs {
					c.carry(ctx, run, next)
				}
			})
		}
		if len(claims) < free {
			c.rest(ctx, next)
		}
	}
}

// gatherTime is how long those who are free wait for others, so that one claim is
// for several of them.
const gatherTime = 5 * time.Millisecond

// gather waits until an eighth of the crew is free, or somebody is and gatherTime
// has passed, and tells how many are. It gives up when ctx ends.
func (c *crew) gather(ctx context.Context) int {
	var late <-chan time.Time
	for {
		free := c.size - int(c.busy.Load())
		if free >= max(1, c.size/8) {
			return free
		}
		if free > 0 && late == nil {
			late = time.After(gatherTime)
		}
		select {
		case <-c.ended:
		case <-late:
			return free
		case <-ctx.Done():
			return free
		}
	}
}

// claimLimit is how many one claim leases at most: it is one transaction.
const claimLimit = 64

// carry carries out one claim.
func (c *crew) carry(ctx, run context.Context, claim Claim) {
	c.b.do(ctx, run, claim)
	if c.step == StepDeliver {
		wake(c.woken) // the next one of its order key may be due, its endpoint has room
	}
	c.busy.Add(-1)
	wake(c.ended)
}

// rest waits for news, for Poll, for the time at which an endpoint takes more, or
// for the end.
func (c *crew) rest(ctx context.Context, next time.Time) {
	d := c.b.o.Poll
	if !next.IsZero() {
		d = max(0, min(d, next.Sub(c.b.now())))
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-c.woken:
	case <-t.C:
	case <-ctx.Done():
	}
}

// claim leases what is due of a step. next is when an endpoint that takes nothing
// now takes something again; zero: none is in that way.
func (b *Bridge) claim(ctx context.Context, step Step, limit int) (claims []Claim, next time.Time, err error) {
	now := b.now()
	q := ClaimQuery{Step: step, Owner: b.o.Owner, Limit: limit, Now: now, Until: now.Add(b.o.Lease)}
	if step == StepDeliver {
		q.Room, next = b.gates.room(b.o.Config(), now)
	}
	claims, err = b.o.Store.Claim(ctx, q)
	if step == StepDeliver {
		for i := range claims {
			b.gates.enter(claims[i].Transmission.Endpoint)
		}
	}
	return claims, next, err
}

func (b *Bridge) release(ctx context.Context, c Claim, next time.Time) {
	if err := b.o.Store.Release(ctx, c, next); err != nil && !errors.Is(err, ErrStale) {
		// The lease ends by itself.
		b.o.Log.Warn("claim was not given back", "transmission", c.Transmission.ID, "error", err)
	}
}

// do carries out one claim. A failure leaves the Transmission as it was, to be
// claimed again: soon when this process stops, after a while otherwise.
func (b *Bridge) do(ctx, run context.Context, c Claim) {
	var err error
	if c.Step == StepTranslate {
		err = b.translateLeased(ctx, run, c)
	} else {
		err = b.deliver(run, c)
	}
	switch {
	case err == nil || errors.Is(err, ErrStale):
	case errors.Is(err, errStopping):
		b.release(context.WithoutCancel(run), c, time.Time{})
	default:
		b.check(err)
		b.o.Log.Error("step failed and will be tried again", "step", c.Step, "transmission", c.Transmission.ID, "error", err)
		b.release(context.WithoutCancel(run), c, b.now().Add(failureWait))
	}
}

// failureWait is how long a Transmission rests after a failure of ours (a full
// disk, a store that cannot be reached).
const failureWait = 2 * time.Second

// errStopping ends a translation between two slices because the process stops.
var errStopping = errors.New("bridge: stopping")

// Pass claims what is due of one step, carries it out in the calling goroutine
// and tells how many Transmissions (of [StepExpire], acknowledgments) that were.
// [StepPrune] is carried out by [Bridge.Run] and where it is asked for, not by [Bridge.Drain].
// It is what Run does in a loop.
func (b *Bridge) Pass(ctx context.Context, step Step) (int, error) {
	switch step {
	case StepExpire:
		n, err := b.tick(ctx)
		if err != nil {
			return n, err
		}
		m, err := b.listen(ctx, listening{})
		return n + m, err
	case StepPrune:
		return b.prune(ctx, nil)
	}
	claims, _, err := b.claim(ctx, step, claimLimit)
	if err != nil {
		return 0, err
	}
	for i, c := range claims {
		if step == StepTranslate {
			err = b.translateLeased(ctx, ctx, c)
		} else {
			err = b.deliver(ctx, c)
		}
		if err != nil && !errors.Is(err, ErrStale) {
			for _, c := range claims[i:] {
				b.release(context.WithoutCancel(ctx), c, time.Time{})
			}
			if step == StepDeliver {
				for _, c := range claims[i+1:] {
					b.gates.leave(c.Transmission.Endpoint)
				}
			}
			return i, err
		}
	}
	return len(claims), nil
}

// Drain runs all steps until nothing is due now.
func (b *Bridge) Drain(ctx context.Context) error {
	for {
		n, err := b.Pass(ctx, StepTranslate)
		if err != nil {
			return err
		}
		m, err := b.Pass(ctx, StepDeliver)
		if err != nil {
			return err
		}
		k, err := b.Pass(ctx, StepExpire)
		if err != nil {
			return err
		}
		if n+m+k == 0 {
			return nil
		}
	}
}
