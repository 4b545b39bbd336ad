package bridge

import (
	"context"
	"errors"
	"sync"
	"time"
)

// crew carries out the claims of one step, so many at once at most. Its hands are
// goroutines that stay: a new one would grow its stack anew for each claim.
//
// Most claims come by the crew's own asking. Some come with the commit that made
// the work due ([Lease]); who asks for such a one takes a place before, so that
// there is a hand for it.
type crew struct {
	b     *Bridge
	step  Step
	woken chan struct{} // holds one token: there may be something to do
	size  int
	spare int           // places beside size, for parties who have nothing under way
	ended chan struct{} // holds one token: somebody is free again

	mu     sync.Mutex     // guards what follows
	jobs   chan Claim     // has room for a claim of each place; nil while nobody works
	busy   int            // places that are taken
	under  map[string]int // of them by party, where that is known
	behind bool           // the last claim found as much as there were places: there may be more
}

func newCrew(b *Bridge, step Step, size int) *crew {
	size = max(size, 0)
	return &crew{b: b, step: step, size: size, spare: (size + 3) / 4, under: map[string]int{},
		woken: make(chan struct{}, 1), ended: make(chan struct{}, 1)}
}

// run claims work and carries it out, with what comes over jobs, until ctx ends, then
// lets running work end for Grace.
func (c *crew) run(ctx context.Context, jobs <-chan Claim) {
	// Work outlives ctx by Grace, so that what is nearly done is not done twice.
	run, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(c.b.o.Grace, stop) })()
	var hands sync.WaitGroup
	defer hands.Wait()
	defer c.shut()
	for range cap(jobs) {
		hands.Go(func() {
			for claim := range jobs {
				c.carry(ctx, run, claim)
			}
		})
	}
	var last time.Time
	for ctx.Err() == nil {
		places := c.take(min(c.gather(ctx, last), claimLimit))
		if places == 0 {
			continue // they were taken meanwhile, or ctx has ended
		}
		last = time.Now()
		claims, next, err := c.b.claim(ctx, c.step, places)
		if err != nil && ctx.Err() == nil {
			c.b.o.Log.Error("work could not be claimed", "step", c.step, "error", err)
		}
		for i := range claims {
			c.give(ctx, claims[i])
		}
		c.found(len(claims), places)
		if len(claims) < places {
			c.rest(ctx, next)
		}
	}
}

// open lets places be taken from now on; run carries out what they are taken for.
func (c *crew) open() <-chan Claim {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.jobs = make(chan Claim, c.size+c.spare)
	return c.jobs
}

// shut takes no more claims; those that were given are carried out.
func (c *crew) shut() {
	c.mu.Lock()
	defer c.mu.Unlock()
	close(c.jobs)
	c.jobs = nil
}

// free is how many places there are.
func (c *crew) free() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.size - c.busy
}

// take takes up to n places and tells how many it got.
func (c *crew) take(n int) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	n = max(0, min(n, c.size-c.busy))
	c.busy += n
	return n
}

// found notes how many claims were found for places, and gives the others back.
func (c *crew) found(claims, places int) {
	c.mu.Lock()
	c.behind = claims == places
	c.mu.Unlock()
	c.leave(places - claims)
}

// offer takes a place for a claim that a commit may give on something of a party.
// Who has nothing under way finds one also when the others have taken all; nobody
// else while more may wait than there are hands, for then no claim is given, and
// who waits needs the place.
func (c *crew) offer(party string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	room := c.size
	if c.under[party] == 0 {
		room += c.spare
	} else if c.behind {
		room = 0
	}
	if c.jobs == nil || c.busy >= room {
		return false
	}
	c.busy++
	return true
}

// leave gives places back that came to nothing.
func (c *crew) leave(n int) {
	if n == 0 {
		return
	}
	c.mu.Lock()
	c.busy -= n
	c.mu.Unlock()
	wake(c.ended)
}

// give hands a claim over, for which a place was taken. Where the crew has ended
// meanwhile the claim is given back.
func (c *crew) give(ctx context.Context, claim Claim) {
	c.mu.Lock()
	works := c.jobs != nil
	if works {
		c.under[claim.Transmission.Party()]++
		c.jobs <- claim // it has room
	}
	c.mu.Unlock()
	if works {
		return
	}
	c.leave(1)
	if c.step == StepDeliver {
		c.b.gates.leave(claim.Transmission.Endpoint)
	}
	c.b.release(context.WithoutCancel(ctx), claim, time.Time{})
}

// carry carries out one claim.
func (c *crew) carry(ctx, run context.Context, claim Claim) {
	party := claim.Transmission.Party() // before a translation learns more of it
	c.b.do(ctx, run, claim)
	if c.step == StepDeliver {
		wake(c.woken) // the next one of its order key may be due, its endpoint has room
	}
	c.mu.Lock()
	c.busy--
	if c.under[party]--; c.under[party] == 0 {
		delete(c.under, party)
	}
	c.mu.Unlock()
	wake(c.ended)
}

// gatherTime lies between two claims, so that one is for all that has come
// meanwhile: each is a transaction, of which little depends on how much it leases.
const gatherTime = 4 * time.Millisecond

// gather waits until somebody is free and gatherTime has passed since the last claim,
// and tells how many are. It gives up when ctx ends.
func (c *crew) gather(ctx context.Context, last time.Time) int {
	pace := time.NewTimer(time.Until(last.Add(gatherTime)))
	defer pace.Stop()
	select {
	case <-pace.C:
	case <-ctx.Done():
	}
	for {
		free := c.free()
		if free > 0 {
			return free
		}
		select {
		case <-c.ended:
		case <-ctx.Done():
			return 0
		}
	}
}

// claimLimit is how many one claim leases at most: it is one transaction.
const claimLimit = 64

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
		c.Begun = false // something may have left
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
