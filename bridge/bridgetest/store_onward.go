package bridgetest

import (
	"time"

	"github.com/edibridge/edibridge/bridge"
)

func onwardTests() []storeTest {
	return []storeTest{
		{"an accept leases what nothing stands before", onwardAccept},
		{"an accept leases nothing behind what is due", onwardAcceptBehind},
		{"an accept leases nothing that is ordered, and no duplicate", onwardAcceptNot},
		{"a commit leases the follow-ups that are named", onwardCommit},
		{"a commit leases what is first of its order key", onwardOrder},
		{"a commit leases nothing behind what is due", onwardBehind},
		{"a commit of less than a translation leases nothing", onwardRefused},
		{"the same commit again leases nothing", onwardAgain},
		{"a lease that came with a commit runs out", onwardExpires},
		{"what is given back before anything left has no attempt", onwardGivenBack},
	}
}

// lease asks for claims at the bench's clock.
func (b *bench) lease() bridge.Lease { return bridge.Lease{Owner: "bench", Until: b.now.Add(lease)} }

// onward asks for the deliveries of follow-ups.
func (b *bench) onward(follows ...bridge.Transmission) bridge.Onward {
	on := bridge.Onward{Lease: b.lease(), At: b.now}
	for i := range follows {
		on.Follows = append(on.Follows, follows[i].ID)
	}
	return on
}

// acceptOn takes a file in and asks for its claim.
func (b *bench) acceptOn(key, text string) bridge.AcceptedAs {
	b.Helper()
	a, l := b.incoming(key, text), b.lease()
	a.Lease = &l
	as, err := b.s.Accept(b.ctx, a)
	b.must(err)
	return as
}

func onwardAccept(b *bench) {
	as := b.acceptOn("", "1")
	if as.Claim == nil {
		b.Fatal("got no claim")
	}
	equal(b, "the Transmission of the claim", as.Claim.Transmission, b.get(as.ID))
	equal(b, "step and end", as.Claim.Until, b.now.Add(lease))
	equal(b, "due while the lease runs", b.due(bridge.StepTranslate), nil)
	second := b.acceptOn("", "2")
	if second.Claim == nil || second.Claim.Token <= as.Claim.Token {
		b.Errorf("claim beside one that is worked on\n got %+v\nwant one with a token over %d", second.Claim, as.Claim.Token)
	}
	b.must(b.s.Commit(b.ctx, *as.Claim, translated()))
	b.must(b.s.Release(b.ctx, *second.Claim, time.Time{}))
	equal(b, "due when it was given back", b.due(bridge.StepTranslate), []bridge.ID{second.ID})
}

func onwardAcceptBehind(b *bench) {
	first := b.accept("1")
	second := b.acceptOn("", "2")
	equal(b, "claim behind what is due", second.Claim, nil)
	equal(b, "due", b.due(bridge.StepTranslate), []bridge.ID{first, second.ID})
}

func onwardAcceptNot(b *bench) {
	a, l := b.incoming("k", "1"), b.lease()
	a.Lease, a.Transmission.Ordered = &l, true
	first, err := b.s.Accept(b.ctx, a)
	b.must(err)
	equal(b, "claim of what is ordered", first.Claim, nil)
	again, err := b.s.Accept(b.ctx, a)
	b.must(err)
	equal(b, "claim of a duplicate", again.Claim, nil)
	equal(b, "due", b.due(bridge.StepTranslate), []bridge.ID{first.ID})
}

func onwardCommit(b *bench) {
	in := b.accept("1")
	c := b.claim(bridge.StepTranslate)
	erp, other, later := b.follow(in, 1, "erp", ""), b.follow(in, 2, "bus", ""), b.follow(in, 3, "box", "")
	erp.Name, erp.Key = "event.json", "e1"
	b.now = b.now.Add(time.Second)
	claims, err := b.s.CommitOn(b.ctx, c, translated(erp, other, later), b.onward(erp, later))
	b.must(err)
	if len(claims) != 2 || claims[0].Token == claims[1].Token {
		b.Fatalf("got claims %+v, want two with tokens of their own", claims)
	}
	for _, c := range claims {
		equal(b, "the Transmission of the claim", c.Transmission, b.get(c.Transmission.ID))
		equal(b, "state, attempts, when", attempt{c.Transmission.State, c.Transmission.Attempts, c.Transmission.Begun}, attempt{bridge.Attempted, 1, b.now})
		equal(b, "step, whether it has begun, end", leaseOf{c.Step, c.Begun, c.Until}, leaseOf{bridge.StepDeliver, true, b.now.Add(lease)})
	}
	equal(b, "due beside them", b.due(bridge.StepDeliver), []bridge.ID{other.ID})
	for _, c := range claims {
		b.must(b.s.Commit(b.ctx, c, bridge.Result{State: bridge.Delivered, At: b.now}))
		equal(b, "state", b.state(c.Transmission.ID), bridge.Delivered)
	}
}

type attempt struct {
	state    bridge.State
	attempts int
	begun    time.Time
}

type leaseOf struct {
	step  bridge.Step
	begun bool
	until time.Time
}

func onwardOrder(b *bench) {
	in := b.accept("1")
	c := b.claim(bridge.StepTranslate)
	first, second := b.follow(in, 1, "erp", "po/1"), b.follow(in, 2, "erp", "po/1")
	claims, err := b.s.CommitOn(b.ctx, c, translated(first, second), b.onward(first, second))
	b.must(err)
	if len(claims) != 1 || claims[0].Transmission.ID != first.ID {
		b.Fatalf("claims\n got %+v\nwant one, of the first of the key", claims)
	}
	equal(b, "due behind it", b.due(bridge.StepDeliver), nil)
	b.must(b.s.Commit(b.ctx, claims[0], bridge.Result{State: bridge.Delivered}))
	equal(b, "due when it has ended", b.due(bridge.StepDeliver), []bridge.ID{second.ID})
}

func onwardBehind(b *bench) {
	_, older := b.flow("1", b.event(1, "erp", ""))
	in := b.accept("2")
	c := b.claim(bridge.StepTranslate)
	f, free := b.follow(in, 1, "erp", ""), b.follow(in, 2, "bus", "")
	claims, err := b.s.CommitOn(b.ctx, c, translated(f, free), b.onward(f, free))
	b.must(err)
	if len(claims) != 1 || claims[0].Transmission.ID != free.ID {
		b.Errorf("claims\n got %+v\nwant one, to the endpoint for which nothing is due", claims)
	}
	equal(b, "due", b.due(bridge.StepDeliver), []bridge.ID{older[0], f.ID})
}

// onwardRefused: a translation that does not end in what releases its follow-ups.
func onwardRefused(b *bench) {
	b.accept("1")
	c := b.claim(bridge.StepTranslate)
	f := b.follow(c.Transmission.ID, 1, "erp", "")
	b.must(b.s.Release(b.ctx, c, time.Time{}))
	claims, err := b.s.CommitOn(b.ctx, c, translated(f), b.onward(f))
	b.refused(err, bridge.ErrStale)
	equal(b, "claims", len(claims), 0)
}

func onwardAgain(b *bench) {
	in := b.accept("1")
	c := b.claim(bridge.StepTranslate)
	f := b.follow(in, 1, "erp", "")
	claims, err := b.s.CommitOn(b.ctx, c, translated(f), b.onward(f))
	b.must(err)
	equal(b, "claims", len(claims), 1)
	again, err := b.s.CommitOn(b.ctx, c, translated(f), b.onward(f))
	b.must(err)
	equal(b, "claims of the same commit again", len(again), 0)
	b.must(b.s.Commit(b.ctx, claims[0], bridge.Result{State: bridge.Delivered}))
}

func onwardGivenBack(b *bench) {
	in := b.accept("1")
	c := b.claim(bridge.StepTranslate)
	f, other := b.follow(in, 1, "erp", ""), b.follow(in, 2, "bus", "")
	claims, err := b.s.CommitOn(b.ctx, c, translated(f, other), b.onward(f, other))
	b.must(err)
	equal(b, "claims", len(claims), 2)
	b.must(b.s.Release(b.ctx, claims[0], b.now.Add(time.Minute)))
	claims[1].Begun = false // something left
	b.must(b.s.Release(b.ctx, claims[1], time.Time{}))
	first, second := b.get(claims[0].Transmission.ID), b.get(claims[1].Transmission.ID)
	equal(b, "of which nothing left", attempt{first.State, first.Attempts, first.Begun}, attempt{bridge.Pending, 0, time.Time{}})
	equal(b, "of which something did", attempt{second.State, second.Attempts, second.Begun}, attempt{bridge.Attempted, 1, b.now})
	equal(b, "due", b.due(bridge.StepDeliver), []bridge.ID{second.ID})
}

func onwardExpires(b *bench) {
	as := b.acceptOn("", "1")
	b.now = b.now.Add(lease + time.Second)
	c := b.claim(bridge.StepTranslate)
	b.refused(b.s.Commit(b.ctx, *as.Claim, translated()), bridge.ErrStale)
	f := b.follow(as.ID, 1, "erp", "")
	claims, err := b.s.CommitOn(b.ctx, c, translated(f), b.onward(f))
	b.must(err)
	b.now = b.now.Add(lease + time.Second)
	next := b.claim(bridge.StepDeliver)
	b.refused(b.s.Commit(b.ctx, claims[0], bridge.Result{State: bridge.Delivered}), bridge.ErrStale)
	b.must(b.s.Attempt(b.ctx, next, bridge.Wire{At: b.now}))
	equal(b, "attempts", b.get(f.ID).Attempts, 2)
}
