package bridgetest

import (
	"time"

	"github.com/edibridge/edibridge/bridge"
)

func strictTests() []storeTest {
	return []storeTest{
		{"a number of a strict series is given when no other is reserved", strictReserve},
		{"who has one reserved in a strict series gets it again, and more", strictOwn},
		{"free numbers before one that is used are left out", strictFree},
		{"what has a series leaves by number, whatever its endpoint and accept order", strictOrder},
		{"what is held for a translation that goes on holds what is numbered behind it", strictHeld},
		{"a dead one holds its series, or lets pass", strictDead},
		{"what takes the place of a dead one has its number", strictResubmit},
		{"two series do not wait for each other", strictApart},
	}
}

func strictScope(who bridge.ID) bridge.Scope {
	return bridge.Scope{Series: "ISA", For: who, Max: 99, Strict: true}
}

// numberedIn commits a follow-up of a file with the next number of a strict series.
func (b *bench) numberedIn(c bridge.Claim, endpoint string, onDead bridge.OnDead) bridge.ID {
	b.Helper()
	f := b.follow(c.Transmission.ID, 1, endpoint, "")
	n := b.reserve(c, strictScope(f.ID))
	f.Series, f.Place, f.OnDead = n[0].Series, n[0].Place(), onDead
	r := translated(f)
	r.Numbers = n
	b.must(b.s.Commit(b.ctx, c, r))
	return f.ID
}

func strictReserve(b *bench) {
	one, two := b.reserver(), b.reserver()
	b.reserve(one, strictScope("a"))
	_, err := b.s.Reserve(b.ctx, two, []bridge.Scope{{Series: "GS", For: "b", Max: 99}, strictScope("b")})
	b.refused(err, bridge.ErrSeriesBusy)
	b.must(b.s.Commit(b.ctx, one, translated()))
	equal(b, "the number that was not used", b.reserve(two, strictScope("b"))[0].Value, 1)
	equal(b, "numbers of the refused one's other series", b.reserve(two, bridge.Scope{Series: "GS", For: "c", Max: 99})[0].Value, 1)
}

func strictOwn(b *bench) {
	c := b.reserver()
	first := b.reserve(c, strictScope("a"))
	equal(b, "numbers", b.reserve(c, strictScope("a")), first)
	equal(b, "the next", b.reserve(c, strictScope("b"))[0].Value, 2)
}

func strictFree(b *bench) {
	b.unused(bridge.Scope{Series: "ISA", For: "a", Max: 99}, bridge.Scope{Series: "ISA", For: "b", Max: 99})
	c := b.reserver()
	f := b.follow(c.Transmission.ID, 1, "mailbox", "")
	r := translated(f)
	r.Numbers = b.reserve(c, bridge.Scope{Series: "ISA", For: "x", Max: 99}, bridge.Scope{Series: "ISA", For: "y", Max: 99}, bridge.Scope{Series: "ISA", For: f.ID, Max: 99})[2:]
	b.must(b.s.Commit(b.ctx, c, r))
	next := b.reserver()
	equal(b, "in order", b.reserve(next, strictScope("n"))[0].Value, 4)
	equal(b, "for whom a free one had been reserved", b.reserve(next, strictScope("x"))[0].Value, 5)
	equal(b, "in any order", b.reserve(b.reserver(), bridge.Scope{Series: "ISA", For: "m", Max: 99})[0].Value, 1)
}

func strictOrder(b *bench) {
	older, newer := b.reserver(), b.reserver()
	one := b.numberedIn(newer, "mailbox", bridge.Hold)
	two := b.numberedIn(older, "erp", bridge.Hold)
	equal(b, "due", b.due(bridge.StepDeliver), []bridge.ID{one})
	b.deliver(one)
	equal(b, "due", b.due(bridge.StepDeliver), []bridge.ID{two})
}

// deliver delivers what must be due.
func (b *bench) deliver(id bridge.ID) {
	b.Helper()
	c := b.claimOf(bridge.StepDeliver, id)
	b.must(b.s.Attempt(b.ctx, c, bridge.Wire{Name: "n", At: b.now}))
	b.must(b.s.Commit(b.ctx, c, bridge.Result{State: bridge.Delivered, At: b.now}))
	b.now = b.now.Add(lease) // what was claimed beside it is free again
}

func strictHeld(b *bench) {
	c, other := b.reserver(), b.reserver()
	f := b.follow(c.Transmission.ID, 1, "mailbox", "")
	n := b.reserve(c, strictScope(f.ID))
	f.Series, f.Place = n[0].Series, n[0].Place()
	b.must(b.s.Advance(b.ctx, c, bridge.Slice{Cursor: bridge.Cursor{Slices: 1}, Follows: []bridge.Transmission{f}, Numbers: n}, b.now.Add(time.Hour)))
	two := b.numberedIn(other, "mailbox", bridge.Hold)
	equal(b, "due", len(b.due(bridge.StepDeliver)), 0)
	r := translated()
	r.Cursor.Slices = 2
	b.must(b.s.Commit(b.ctx, c, r))
	equal(b, "due", b.due(bridge.StepDeliver), []bridge.ID{f.ID})
	b.deliver(f.ID)
	equal(b, "due", b.due(bridge.StepDeliver), []bridge.ID{two})
}

// die ends a delivery for good.
func (b *bench) die(id bridge.ID) {
	b.Helper()
	c := b.claimOf(bridge.StepDeliver, id)
	b.must(b.s.Attempt(b.ctx, c, bridge.Wire{Name: "n", At: b.now}))
	b.must(b.s.Commit(b.ctx, c, bridge.Result{State: bridge.Dead, Reason: "refused"}))
}

func strictDead(b *bench) {
	one := b.numberedIn(b.reserver(), "mailbox", bridge.Pass)
	two := b.numberedIn(b.reserver(), "mailbox", bridge.Hold)
	three := b.numberedIn(b.reserver(), "mailbox", bridge.Hold)
	b.die(one)
	b.die(two)
	equal(b, "due behind the one that holds", len(b.due(bridge.StepDeliver)), 0)
	b.must(b.s.Operate(b.ctx, b.operation(bridge.Discard, two)))
	equal(b, "due", b.due(bridge.StepDeliver), []bridge.ID{three})
	b.must(b.s.Operate(b.ctx, b.operation(bridge.Retry, one)))
	equal(b, "due, since it stands before it again", b.due(bridge.StepDeliver), []bridge.ID{one})
}

func strictResubmit(b *bench) {
	one := b.numberedIn(b.reserver(), "mailbox", bridge.Hold)
	two := b.numberedIn(b.reserver(), "mailbox", bridge.Hold)
	b.die(one)
	old := b.get(one)
	mended := old
	mended.ID, mended.State, mended.Causes, mended.Body = b.id(), bridge.Pending, []bridge.ID{one}, object("", "mended")
	leaf := b.leaf("raw-out", mended.ID)
	mended.Leaf = leaf.ID
	o := b.operation(bridge.Resubmitted, one)
	b.must(b.s.Resubmit(b.ctx, bridge.Resubmission{Operation: o, Transmission: mended, Leaf: leaf}))
	equal(b, "due", b.due(bridge.StepDeliver), []bridge.ID{mended.ID})
	b.deliver(mended.ID)
	equal(b, "due", b.due(bridge.StepDeliver), []bridge.ID{two})
}

func strictApart(b *bench) {
	one := b.numberedIn(b.reserver(), "mailbox", bridge.Hold)
	c := b.reserver()
	f := b.follow(c.Transmission.ID, 1, "mailbox", "")
	f.Series, f.Place = "UNB", 1
	b.must(b.s.Commit(b.ctx, c, translated(f)))
	equal(b, "due", b.due(bridge.StepDeliver), []bridge.ID{one, f.ID})
}
