package bridgetest

import (
	"time"

	"github.com/edibridge/edibridge/archive"
	"github.com/edibridge/edibridge/bridge"
)

func adviceTests() []storeTest {
	return []storeTest{
		{"each answer about a document has its own clock, and both settle it", adviceClocks},
		{"an answer that nobody asked for is kept and settled in one commit", adviceUnasked},
		{"an answer that is taken back is awaited again, with its clock", adviceTakenBack},
		{"the outcome of what an answer ended and another took back starts its clock", adviceBeforeOutcome},
	}
}

// content is what the application owes for the document of e.
func content(e bridge.Expectation) bridge.Expectation {
	e.ID, e.Acknowledgment, e.Within = bridge.ExpectationID(e.Document, "824"), "824", 2*time.Hour
	return e
}

// awaitingBoth makes an interchange of one document of which both answers are
// expected; nothing was sent yet.
func (b *bench) awaitingBoth() bridge.ID {
	b.Helper()
	in := b.accept("document")
	c := b.claimOf(bridge.StepTranslate, in)
	f := b.follow(in, 1, "mailbox", "")
	f.Kind = bridge.KindInterchange
	r := translated(f)
	r.Expects = []bridge.Expectation{expected(f.ID, 1), content(expected(f.ID, 1))}
	b.must(b.s.Commit(b.ctx, c, r))
	return f.ID
}

// of gives what is expected of a Transmission by acknowledgment.
func (b *bench) of(id bridge.ID, acknowledgment string) bridge.Expectation {
	b.Helper()
	for _, e := range b.expectations(bridge.ExpectationQuery{Transmission: id}) {
		if e.Acknowledgment == acknowledgment {
			return e
		}
	}
	b.Fatalf("no %s is expected of %s", acknowledgment, id)
	return bridge.Expectation{}
}

func adviceClocks(b *bench) {
	id := b.awaitingBoth()
	b.sent(id, bridge.Sent)
	from := b.now
	b.acknowledged(bridge.ExpectAccepted, b.of(id, "997"))
	equal(b, "with one of two", b.state(id), bridge.Sent)
	equal(b, "due", b.of(id, "824").Due, from.Add(2*time.Hour))
	b.now = from.Add(2 * time.Hour)
	due := b.overdue(9)
	if len(due) != 1 || due[0].Acknowledgment != "824" {
		b.Fatalf("overdue\n got %+v\nwant the 824", due)
	}
	b.must(b.s.Expire(b.ctx, b.expiry(due[0])))
	b.acknowledged(bridge.ExpectAccepted, b.of(id, "824"))
	equal(b, "with both", b.state(id), bridge.Settled)
}

func adviceUnasked(b *bench) {
	id := b.awaiting(1)
	b.sent(id, bridge.Sent)
	e := content(b.expectation(id))
	e.State, e.Within, e.Due, e.Version = bridge.ExpectUnasked, 0, time.Time{}, 0
	in := b.claimOf(bridge.StepTranslate, b.accept("824"))
	r := b.acknowledges(in, bridge.ExpectRejected, e)
	r.Expects = []bridge.Expectation{e}
	for range 2 {
		b.must(b.s.Commit(b.ctx, in, r))
	}
	got := b.of(id, "824")
	equal(b, "unasked", []any{got.State, got.By, got.Version}, []any{bridge.ExpectRejected, in.Transmission.ID, int64(1)})
	equal(b, "while the 997 is awaited", b.state(id), bridge.Sent)
	b.now = b.now.Add(time.Second)
	in = b.claimOf(bridge.StepTranslate, b.accept("824"))
	r = b.acknowledges(in, bridge.ExpectAccepted, e) // by one who has not seen the first
	r.Expects = []bridge.Expectation{e}
	b.refused(b.s.Commit(b.ctx, in, r), bridge.ErrMoved)
	b.must(b.s.Commit(b.ctx, in, b.acknowledges(in, bridge.ExpectAccepted, got)))
	b.acknowledged(bridge.ExpectAccepted, b.of(id, "997"))
	equal(b, "with both", b.state(id), bridge.Settled)
}

// takeBack has the 824 be awaited again, which the 997 had answered for it.
func (b *bench) takeBack(id bridge.ID) {
	b.Helper()
	b.now = b.now.Add(time.Second)
	in := b.claimOf(bridge.StepTranslate, b.accept("997"))
	r := b.acknowledges(in, bridge.ExpectAccepted, b.of(id, "997"))
	e := b.of(id, "824")
	e.State, e.By, e.BySequence = bridge.ExpectAwaited, "", 0
	r.Settles[0].Expectations = append(r.Settles[0].Expectations, e)
	b.must(b.s.Commit(b.ctx, in, r))
}

func adviceTakenBack(b *bench) {
	id := b.awaitingBoth()
	b.sent(id, bridge.Available)
	from := b.now
	b.acknowledged(bridge.ExpectRejected, b.expectations(bridge.ExpectationQuery{Transmission: id})...)
	equal(b, "refused", b.state(id), bridge.Settled)
	b.takeBack(id)
	equal(b, "taken back", []any{b.state(id), b.of(id, "824").State}, []any{bridge.Delivered, bridge.ExpectAwaited})
	b.now = from.Add(2 * time.Hour)
	equal(b, "overdue", len(b.overdue(9)), 1)
	b.acknowledged(bridge.ExpectAccepted, b.of(id, "824"))
	equal(b, "answered", b.state(id), bridge.Settled)
}

func adviceBeforeOutcome(b *bench) {
	id := b.awaitingBoth()
	c := b.claimOf(bridge.StepDeliver, id)
	b.must(b.s.Attempt(b.ctx, c, bridge.Wire{}))
	b.acknowledged(bridge.ExpectRejected, b.expectations(bridge.ExpectationQuery{Transmission: id})...)
	b.takeBack(id)
	leaf := b.leaf(archive.LeafDelivery, id)
	r := bridge.Result{State: bridge.Pending, RetryAt: b.now, At: b.now}
	r.Leaves = []archive.Leaf{leaf}
	for range 2 {
		b.must(b.s.Commit(b.ctx, c, r))
	}
	equal(b, "state", b.state(id), bridge.Delivered)
	equal(b, "due", b.of(id, "824").Due, b.now.Add(2*time.Hour))
	b.now = b.now.Add(2 * lease)
	equal(b, "delivered again", len(b.due(bridge.StepDeliver)), 0)
}
