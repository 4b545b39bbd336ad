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
	b      *Bridge
	step   Step
	woken  chan struct{} // holds one token: there may be something to do
	size   int
	narrow int           // of size, for what it asks for while parties come who have nothing under way
	spare  int           // places beside size, for such parties
	ended  chan struct{} // holds one token: somebody is free again

	mu      sync.Mutex     // guards what follows
	jobs    chan job       // has room for a claim of each place; nil while nobody works
	busy    int            // places that are taken
	offered int            // of them by offer
	under   map[string]int // claims that are carried out or about to be, by party
	behind  bool           // the last claim found as much as there were places: there may be more
	guest   time.Time      // when somebody who had nothing under way last came although it is behind
}

// job is a claim in the hands of a crew.
type job struct {
	Claim
	offered bool // its place is by offer
}

func newCrew(b *Bridge, step Step, size int) *crew {
	size = max(size, 0)
	c := &crew{b: b, step: step, size: size, narrow: size, spare: (size + 3) / 4, under: map[string]int{},
		woken: make(chan struct{}, 1), ended: make(chan struct{}, 1)}
	if step == StepTranslate {
		c.narrow = (size + 3) / 4 // they share processors and disk; deliverers mostly wait for peers
	}
	return c
}

// run claims work and carries it out, with what comes over jobs, until ctx ends, then
// lets running work end for Grace.
func (c *crew) run(ctx context.Context, jobs <-chan job) {
	// Work outlives ctx by Grace, so that what is nearly done is not done twice.
	run, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(c.b.o.Grace, stop) })()
	var hands sync.WaitGroup
	defer hands.Wait()
	defer c.shut()
	for range cap(jobs) {
		hands.Go(func() {
			for j := range jobs {
				c.carry(ctx, run, j)
			}
		})
	}
	var last time.Time
	for ctx.Err() == nil {
		places := c.gather(ctx, last)
		if places == 0 {
			return // ctx has ended
		}
		last = time.Now()
		claims, next, err := c.b.claim(ctx, c.step, places)
		if err != nil && ctx.Err() == nil {
			c.b.o.Log.Error("work could not be claimed", "step", c.step, "error", err)
		}
		for i := range claims {
			c.hand(ctx, job{Claim: claims[i]})
		}
		c.found(len(claims), places)
		if len(claims) < places {
			c.rest(ctx, next)
		}
	}
}

// open lets places be taken from now on; run carries out what they are taken for.
func (c *crew) open() <-chan job {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.jobs = make(chan job, c.size+c.spare)
	return c.jobs
}

// shut takes no more claims; those that were given are carried out.
func (c *crew) shut() {
	c.mu.Lock()
	defer c.mu.Unlock()
	close(c.jobs)
	c.jobs = nil
}

// guestTime is how long a crew asks for less after a guest came.
const guestTime = 250 * time.Millisecond

// free is how many places there are for what the crew asks for: fewer while guests
// come, for each of their commits stands behind what runs, and who waits beside them
// has to wait anyway. c.mu is held.
func (c *crew) free() int {
	n := c.size - c.busy
	if time.Since(c.guest) < guestTime {
		n = min(n, c.narrow-(c.busy-c.offered))
	}
	return max(n, 0)
}

// take takes up to n places and tells how many it got.
func (c *crew) take(n int) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	n = min(n, c.free())
	c.busy += n
	return n
}

// found notes how many claims were found for places, and gives the others back.
func (c *crew) found(claims, places int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.behind = claims == places
	c.busy -= places - claims
}

// offer takes a place for a claim that a commit may give on something of a party.
// Who has nothing under way finds one also when the others have taken all; nobody
// else while more may wait than there are hands, for then no claim is given, and
// who waits needs the place.
func (c *crew) offer(party string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	guest := c.under[party] == 0
	room := c.size
	switch {
	case guest:
		room += c.spare
	case c.behind:
		room = 0
	}
	if c.jobs == nil || c.busy >= room {
		return false
	}
	if guest && c.behind {
		c.guest = time.Now()
	}
	c.busy++
	c.offered++
	return true
}

// decline gives back a place by offer that came to nothing.
func (c *crew) decline() { c.leave(true) }

func (c *crew) leave(offered bool) {
	c.mu.Lock()
	c.busy--
	if offered {
		c.offered--
	}
	c.mu.Unlock()
	wake(c.ended)
}

// give hands a claim over for which a place was offered.
func (c *crew) give(ctx context.Context, claim Claim) { c.hand(ctx, job{claim, true}) }

// hand hands a claim over that has its place. Where the crew has ended meanwhile it
// is given back.
func (c *crew) hand(ctx context.Context, j job) {
	c.mu.Lock()
	works := c.jobs != nil
	if works {
		c.under[j.Transmission.Party()]++
		c.jobs <- j // it has room
	}
	c.mu.Unlock()
	if works {
		return
	}
	c.leave(j.offered)
	if c.step == StepDeliver {
		c.b.gates.leave(j.Transmission.Endpoint)
	}
	c.b.release(context.WithoutCancel(ctx), j.Claim, time.Time{})
}

// carry carries out one claim.
func (c *crew) carry(ctx, run context.Context, j job) {
	party := j.Transmission.Party() // before a translation learns more of it
	c.b.do(ctx, run, j.Claim)
	if c.step == StepDeliver {
		wake(c.woken) // the next one of its order key may be due, its endpoint has room
	}
	c.mu.Lock()
	if c.under[party]--; c.under[party] == 0 {
		delete(c.under, party)
	}
	c.mu.Unlock()
	c.leave(j.offered)
}

// gatherTime lies between two claims, so that one is for all that has come
// meanwhile: each is a transaction, of which little depends on how much it leases.
const gatherTime = 4 * time.Millisecond

// gather waits until somebody is free and gatherTime has passed since the last claim,
// and takes the places of who is, claimLimit at most; none when ctx ends.
func (c *crew) gather(ctx context.Context, last time.Time) int {
	pace := time.NewTimer(time.Until(last.Add(gatherTime)))
	defer pace.Stop()
	select {
	case <-pace.C:
	case <-ctx.Done():
	}
	for {
		if n := c.take(claimLimit); n > 0 {
			return n
		}
		select {
		case <-c.ended:
		case <-time.After(guestTime): // the last guest may be long gone
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
