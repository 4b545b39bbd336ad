package bridgetest

import (
	"strconv"
	"time"

	"github.com/edibridge/edibridge/archive"
	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/edi"
)

func settleTests() []storeTest {
	return []storeTest{
		{"what is expected is kept once, and found by control numbers as they are written", expectKept},
		{"clocks begin with the outcome, and anew when it is taken", expectClocks},
		{"what is overdue is leased, what is due longest first", expectLeased},
		{"an overdue one expires once, with its event", expectExpires},
		{"what was answered, or has a new clock, does not expire", expectMoved},
		{"an acknowledgment settles in the commit of its slice", settleCommits},
		{"one that was read before it changed refuses the whole slice", settleMoved},
		{"while something is open nothing is settled", settleOpen},
		{"what is settled before its outcome keeps its state and gets the evidence", settleBeforeOutcome},
		{"a claim that has not attempted again ends when it is settled", settleEndsClaim},
		{"a dead one that is settled lets its line go on", settleDead},
		{"what we owe is given by its outcome", owedGiven},
		{"nobody waits for what is let go; what takes its place is waited for", expectDropped},
		{"a person closes what is overdue or rejected, and nothing else", expectClose},
	}
}

// expected is the nth acknowledgment that is expected for a Transmission.
func expected(t bridge.ID, n int) bridge.Expectation {
	doc := bridge.DocumentID(t, 1, 1, n)
	return bridge.Expectation{ID: bridge.ExpectationID(doc, "997"), Owes: bridge.OwedToUs, Transmission: t, Document: doc,
		Acknowledgment: "997", Partner: "acme", Agreement: "invoices", Standard: edi.X12, Mode: edi.Production, Set: "810", Functional: "IN",
		Sender: "ZZ/US", Receiver: "ZZ/ACME", Interchange: "000000017", Group: "17", Control: strconv.Itoa(n),
		Subject: "invoice/1", Within: time.Hour, State: bridge.ExpectAwaited}
}

// awaiting makes an interchange of which n acknowledgments are expected; nothing
// was sent yet.
func (b *bench) awaiting(n int) bridge.ID {
	b.Helper()
	in := b.accept("document")
	c := b.claimOf(bridge.StepTranslate, in)
	f := b.follow(in, 1, "mailbox", "")
	f.Kind = bridge.KindInterchange
	r := translated(f)
	for i := range n {
		e := expected(f.ID, i+1)
		e.Created = b.now
		r.Expects = append(r.Expects, e)
	}
	b.must(b.s.Commit(b.ctx, c, r))
	return f.ID
}

// sent hands what is awaiting over.
func (b *bench) sent(id bridge.ID, state bridge.State) {
	b.Helper()
	c := b.claimOf(bridge.StepDeliver, id)
	b.must(b.s.Attempt(b.ctx, c, bridge.Wire{}))
	b.must(b.s.Commit(b.ctx, c, bridge.Result{State: state, At: b.now}))
}

func (b *bench) expectations(q bridge.ExpectationQuery) []bridge.Expectation {
	b.Helper()
	es, err := b.s.Expectations(b.ctx, q)
	b.must(err)
	return es
}

// expectation is the newest one of a Transmission.
func (b *bench) expectation(id bridge.ID) bridge.Expectation {
	b.Helper()
	es := b.expectations(bridge.ExpectationQuery{Transmission: id})
	if len(es) == 0 {
		b.Fatalf("nothing is expected of %s", id)
	}
	return es[0]
}

func (b *bench) overdue(limit int) []bridge.Expectation {
	b.Helper()
	es, err := b.s.ClaimOverdue(b.ctx, bridge.ClaimQuery{Limit: limit, Now: b.now, Until: b.now.Add(lease)})
	b.must(err)
	return es
}

// expiry makes one overdue, with an event.
func (b *bench) expiry(e bridge.Expectation) bridge.Expiry {
	leaf := b.leaf(archive.LeafEvidence, e.Transmission)
	return bridge.Expiry{Expectation: e, Now: b.now, Leaves: []archive.Leaf{leaf}, Follows: []bridge.Transmission{b.follow(e.Transmission, 1, "erp", "")},
		Evidence: bridge.Evidence{Transmission: e.Transmission, Kind: bridge.EvidenceOverdue, At: b.now, Leaf: leaf.ID}}
}

// acknowledges is the slice of an acknowledgment in the file in.
func (b *bench) acknowledges(in bridge.Claim, state bridge.ExpectationState, es ...bridge.Expectation) bridge.Result {
	leaf := b.leaf(archive.LeafEvidence, in.Transmission.ID)
	r := translated()
	s := bridge.Settle{Transmission: es[0].Transmission, Evidence: []bridge.Evidence{{Transmission: es[0].Transmission,
		Kind: bridge.EvidenceAcknowledged, At: b.now, Leaf: leaf.ID, Detail: map[string]string{"by": string(in.Transmission.ID)}}}}
	for _, e := range es {
		e.State, e.By, e.BySequence, e.At = state, in.Transmission.ID, in.Transmission.Sequence, b.now
		s.Expectations = append(s.Expectations, e)
	}
	r.Settles, r.Leaves = []bridge.Settle{s}, []archive.Leaf{leaf}
	return r
}

// acknowledged has the partner acknowledge.
func (b *bench) acknowledged(state bridge.ExpectationState, es ...bridge.Expectation) bridge.ID {
	b.Helper()
	in := b.claimOf(bridge.StepTranslate, b.accept("997"))
	r := b.acknowledges(in, state, es...)
	b.must(b.s.Commit(b.ctx, in, r))
	b.must(b.s.Commit(b.ctx, in, r)) // the same again
	return in.Transmission.ID
}

func expectKept(b *bench) {
	in := b.accept("document")
	c := b.claim(bridge.StepTranslate)
	f := b.follow(in, 1, "mailbox", "")
	want := expected(f.ID, 1)
	want.Created = b.now
	s := bridge.Slice{Cursor: bridge.Cursor{Slices: 1}, Follows: []bridge.Transmission{f}, Expects: []bridge.Expectation{want}}
	for range 2 {
		b.must(b.s.Advance(b.ctx, c, s, b.now.Add(lease)))
	}
	again := want
	again.Partner = "somebody else"
	b.must(b.s.Commit(b.ctx, c, bridge.Result{State: bridge.Translated,
		Slice: bridge.Slice{Cursor: bridge.Cursor{Slices: 2}, Expects: []bridge.Expectation{again}}}))
	for _, q := range []struct {
		q     bridge.ExpectationQuery
		found int
	}{
		{bridge.ExpectationQuery{}, 1},
		{bridge.ExpectationQuery{Transmission: f.ID}, 1},
		{bridge.ExpectationQuery{Partner: "acme", Standard: edi.X12, Mode: edi.Production, Group: "0017"}, 1},
		{bridge.ExpectationQuery{Partner: "acme", Interchange: " 17 "}, 1},
		{bridge.ExpectationQuery{States: []bridge.ExpectationState{bridge.ExpectAwaited, bridge.ExpectOverdue}}, 1},
		{bridge.ExpectationQuery{States: []bridge.ExpectationState{bridge.ExpectOverdue}}, 0},
		{bridge.ExpectationQuery{Partner: "globex", Group: "17"}, 0},
		{bridge.ExpectationQuery{Partner: "acme", Mode: edi.Test, Group: "17"}, 0},
		{bridge.ExpectationQuery{Partner: "acme", Standard: edi.EDIFACT, Group: "17"}, 0},
		{bridge.ExpectationQuery{Partner: "acme", Group: "1"}, 0},
		{bridge.ExpectationQuery{Partner: "acme", Group: "000"}, 0},
		{bridge.ExpectationQuery{Owes: bridge.OwedByUs}, 0},
	} {
		got := b.expectations(q.q)
		if len(got) != q.found {
			b.Errorf("%+v\n got %d\nwant %d", q.q, len(got), q.found)
		} else if len(got) > 0 {
			equal(b, "expectation", got[0], want)
		}
	}
}

func expectClocks(b *bench) {
	id := b.awaiting(1)
	equal(b, "due before", b.expectation(id).Due, time.Time{})
	b.sent(id, bridge.Available)
	equal(b, "due when it lies there", b.expectation(id).Due, b.now.Add(time.Hour))
	b.now = b.now.Add(30 * time.Minute)
	b.must(b.s.Take(b.ctx, id, bridge.Evidence{Transmission: id, Attempt: 1, Kind: "mailbox-taken", At: b.now}, nil))
	equal(b, "due when it is taken", b.expectation(id).Due, b.now.Add(time.Hour))
	other := b.awaiting(1)
	b.sent(other, bridge.Dead)
	equal(b, "due of what is dead", len(b.overdue(9)), 0)
}

func expectLeased(b *bench) {
	var ids []bridge.ID
	for range 3 {
		id := b.awaiting(1)
		b.sent(id, bridge.Sent)
		ids = append(ids, id)
		b.now = b.now.Add(time.Minute)
	}
	b.now = b.now.Add(time.Hour - 4*time.Minute)
	equal(b, "before its time", len(b.overdue(9)), 0)
	b.now = b.now.Add(3 * time.Minute)
	got := b.overdue(2)
	if len(got) != 2 || got[0].Transmission != ids[0] || got[1].Transmission != ids[1] {
		b.Fatalf("claimed\n got %+v\nwant those of %v", got, ids[:2])
	}
	b.now = b.now.Add(30 * time.Second)
	if got := b.overdue(9); len(got) != 1 || got[0].Transmission != ids[2] {
		b.Errorf("while leases run\n got %+v\nwant that of %s", got, ids[2])
	}
	b.now = b.now.Add(lease)
	equal(b, "when leases have ended", len(b.overdue(9)), 3)
}

func expectExpires(b *bench) {
	id := b.awaiting(1)
	b.sent(id, bridge.Sent)
	b.now = b.now.Add(2 * time.Hour)
	x := b.expiry(b.overdue(1)[0])
	for range 2 {
		b.must(b.s.Expire(b.ctx, x))
	}
	e := b.expectation(id)
	equal(b, "state", e.State, bridge.ExpectOverdue)
	equal(b, "version", e.Version, int64(1))
	seen, err := b.s.Evidence(b.ctx, id)
	b.must(err)
	equal(b, "evidence", len(seen), 1)
	equal(b, "event", b.state(x.Follows[0].ID), bridge.Pending)
	b.now = b.now.Add(24 * time.Hour)
	equal(b, "claimed again", len(b.overdue(9)), 0)
	by := b.acknowledged(bridge.ExpectAccepted, e)
	e = b.expectation(id)
	equal(b, "closed again", []any{e.State, e.By}, []any{bridge.ExpectAccepted, by})
	equal(b, "interchange", b.state(id), bridge.Settled)
}

func expectMoved(b *bench) {
	answered := b.awaiting(1)
	b.sent(answered, bridge.Available)
	taken := b.awaiting(1)
	b.sent(taken, bridge.Available)
	b.now = b.now.Add(2 * time.Hour)
	es := b.overdue(9)
	equal(b, "claimed", len(es), 2)
	b.acknowledged(bridge.ExpectAccepted, b.expectation(answered))
	b.must(b.s.Take(b.ctx, taken, bridge.Evidence{Transmission: taken, Attempt: 1, Kind: "mailbox-taken", At: b.now}, nil))
	for _, e := range es {
		x := b.expiry(e)
		b.refused(b.s.Expire(b.ctx, x), bridge.ErrMoved)
		_, err := b.s.Transmission(b.ctx, x.Follows[0].ID)
		b.refused(err, bridge.ErrNotFound)
	}
	x := b.expiry(es[0])
	x.Expectation.ID = "nobody"
	b.refused(b.s.Expire(b.ctx, x), bridge.ErrNotFound)
}

func settleCommits(b *bench) {
	for _, from := range []bridge.State{bridge.Sent, bridge.Available, bridge.Delivered} {
		id := b.awaiting(2)
		b.sent(id, from)
		es := b.expectations(bridge.ExpectationQuery{Transmission: id})
		es[1].Reasons, es[1].Code, es[1].Late, es[1].ByOffset = []string{"5"}, "E", true, 77
		by := b.acknowledged(bridge.ExpectAcceptedWithErrors, es...)
		got := b.expectations(bridge.ExpectationQuery{Transmission: id})
		want := es[1]
		want.State, want.By, want.BySequence, want.At, want.Version = bridge.ExpectAcceptedWithErrors, by, b.get(by).Sequence, b.now, 1
		equal(b, "expectation", got[1], want)
		equal(b, "interchange that was "+string(from), b.state(id), bridge.Settled)
		seen, err := b.s.Evidence(b.ctx, id)
		b.must(err)
		equal(b, "evidence", len(seen), 1)
		b.now = b.now.Add(24 * time.Hour)
		equal(b, "overdue", len(b.overdue(9)), 0)
	}
}

func settleMoved(b *bench) {
	id := b.awaiting(1)
	b.sent(id, bridge.Sent)
	e := b.expectation(id)
	b.acknowledged(bridge.ExpectAccepted, e)
	b.now = b.now.Add(time.Second)
	in := b.claimOf(bridge.StepTranslate, b.accept("997"))
	r := b.acknowledges(in, bridge.ExpectRejected, e)
	r.Documents = []bridge.Document{document(in.Transmission.ID, 1)}
	b.refused(b.s.Commit(b.ctx, in, r), bridge.ErrMoved)
	equal(b, "state", b.expectation(id).State, bridge.ExpectAccepted)
	equal(b, "file", b.state(in.Transmission.ID), bridge.Accepted)
	for range b.s.Documents(b.ctx, bridge.DocumentQuery{Transmission: in.Transmission.ID}) {
		b.Error("a part of the slice is there")
	}
	b.must(b.s.Commit(b.ctx, in, b.acknowledges(in, bridge.ExpectRejected, b.expectation(id))))
	equal(b, "state", b.expectation(id).State, bridge.ExpectRejected)
}

func settleOpen(b *bench) {
	never, half := b.awaiting(1), b.awaiting(2)
	b.acknowledged(bridge.ExpectAccepted, b.expectation(never))
	equal(b, "what was never sent", b.state(never), bridge.Pending)
	b.sent(half, bridge.Delivered)
	b.now = b.now.Add(time.Second)
	es := b.expectations(bridge.ExpectationQuery{Transmission: half})
	b.acknowledged(bridge.ExpectRejected, es[0])
	equal(b, "one of two", b.state(half), bridge.Delivered)
	b.now = b.now.Add(time.Second)
	b.acknowledged(bridge.ExpectAccepted, es[1])
	equal(b, "both", b.state(half), bridge.Settled)
}

func settleBeforeOutcome(b *bench) {
	for _, end := range []bridge.State{bridge.Sent, bridge.Delivered, bridge.Available, bridge.Pending, bridge.Dead} {
		id := b.awaiting(1)
		c := b.claimOf(bridge.StepDeliver, id)
		b.must(b.s.Attempt(b.ctx, c, bridge.Wire{}))
		b.acknowledged(bridge.ExpectAccepted, b.expectation(id))
		leaf := b.leaf(archive.LeafDelivery, id)
		r := bridge.Result{State: end, At: b.now, RetryAt: b.now, Evidence: []bridge.Evidence{{Transmission: id, Attempt: 1, Kind: "http-response", At: b.now, Leaf: leaf.ID}}}
		r.Leaves = []archive.Leaf{leaf}
		for range 2 {
			b.must(b.s.Commit(b.ctx, c, r))
		}
		equal(b, "settled, then "+string(end), b.state(id), bridge.Settled)
		seen, err := b.s.Evidence(b.ctx, id)
		b.must(err)
		equal(b, "evidence", len(seen), 2)
		b.refused(b.s.Commit(b.ctx, c, bridge.Result{State: end, Reason: "another"}), bridge.ErrStale)
		b.now = b.now.Add(2 * lease)
		equal(b, "due", len(b.due(bridge.StepDeliver)), 0)
	}
}

func settleEndsClaim(b *bench) {
	id := b.awaiting(1)
	c := b.claimOf(bridge.StepDeliver, id)
	b.must(b.s.Attempt(b.ctx, c, bridge.Wire{}))
	b.must(b.s.Commit(b.ctx, c, bridge.Result{State: bridge.Pending}))
	c = b.claimOf(bridge.StepDeliver, id)
	b.acknowledged(bridge.ExpectAccepted, b.expectation(id))
	b.refused(b.s.Attempt(b.ctx, c, bridge.Wire{}), bridge.ErrStale)
	equal(b, "state", b.state(id), bridge.Settled)
}

func settleDead(b *bench) {
	in := b.accept("document")
	c := b.claim(bridge.StepTranslate)
	first, second := b.follow(in, 1, "erp", "line"), b.follow(in, 2, "erp", "line")
	r := translated(first, second)
	r.Expects = []bridge.Expectation{expected(first.ID, 1)}
	b.must(b.s.Commit(b.ctx, c, r))
	b.end(bridge.Dead)
	equal(b, "behind a dead one", len(b.due(bridge.StepDeliver)), 0)
	b.acknowledged(bridge.ExpectAccepted, b.expectation(first.ID))
	equal(b, "the dead one", b.state(first.ID), bridge.Settled)
	equal(b, "behind it", b.due(bridge.StepDeliver), []bridge.ID{second.ID})
}

func owedGiven(b *bench) {
	owe := func(within time.Duration) bridge.ID {
		in := b.accept("order")
		c := b.claimOf(bridge.StepTranslate, in)
		f := b.follow(in, 1, "mailbox", "")
		e := expected(f.ID, 1)
		e.Owes, e.Document, e.Due = bridge.OwedByUs, "", b.now.Add(within)
		r := translated(f)
		r.Expects = []bridge.Expectation{e}
		b.must(b.s.Commit(b.ctx, c, r))
		return f.ID
	}
	inTime := owe(time.Hour)
	b.sent(inTime, bridge.Available)
	e := b.expectation(inTime)
	equal(b, "in time", []any{e.State, e.Late, e.At}, []any{bridge.ExpectGiven, false, b.now})
	late := owe(time.Hour)
	b.now = b.now.Add(2 * time.Hour)
	es := b.overdue(9)
	if len(es) != 1 || es[0].Transmission != late {
		b.Fatalf("overdue\n got %+v\nwant that of %s", es, late)
	}
	b.must(b.s.Expire(b.ctx, b.expiry(es[0])))
	b.sent(late, bridge.Available)
	e = b.expectation(late)
	equal(b, "late", []any{e.State, e.Late}, []any{bridge.ExpectGiven, true})
	equal(b, "ours", b.state(late), bridge.Available)
}

func expectDropped(b *bench) {
	operate := func(kind bridge.OperationKind, id bridge.ID) bridge.Operation {
		b.now = b.now.Add(time.Second)
		return bridge.Operation{Kind: kind, ID: id, By: "ann", Reason: "why", At: b.now, Leaf: b.leaf(archive.LeafAccess, id)}
	}
	gone := b.awaiting(1)
	b.must(b.s.Operate(b.ctx, operate(bridge.Discard, gone)))
	equal(b, "of what is let go", b.expectation(gone).State, bridge.ExpectClosed)

	old := b.awaiting(1)
	b.sent(old, bridge.Dead)
	mended := b.follow(old, 1, "mailbox", "")
	mended.State = bridge.Pending
	b.must(b.s.Resubmit(b.ctx, bridge.Resubmission{Operation: operate(bridge.Resubmitted, old), Transmission: mended, Leaf: b.leaf(archive.LeafRawOut, mended.ID)}))
	equal(b, "left with the old one", len(b.expectations(bridge.ExpectationQuery{Transmission: old})), 0)
	equal(b, "of what takes its place", b.expectation(mended.ID).State, bridge.ExpectAwaited)
	b.sent(mended.ID, bridge.Sent)
	equal(b, "its clock", b.expectation(mended.ID).Due, b.now.Add(time.Hour))
}

func expectClose(b *bench) {
	id := b.awaiting(1)
	b.sent(id, bridge.Delivered)
	shut := func() error {
		b.now = b.now.Add(time.Second)
		return b.s.Operate(b.ctx, bridge.Operation{Kind: bridge.Close, ID: id, By: "ann", Reason: "why", At: b.now, Leaf: b.leaf(archive.LeafAccess, id)})
	}
	b.refused(shut(), bridge.ErrConflict)
	b.now = b.now.Add(2 * time.Hour)
	b.must(b.s.Expire(b.ctx, b.expiry(b.overdue(1)[0])))
	b.must(shut())
	equal(b, "overdue", b.expectation(id).State, bridge.ExpectClosed)
	equal(b, "not settled without the partner's word", b.state(id), bridge.Delivered)
	b.refused(shut(), bridge.ErrConflict)
	b.acknowledged(bridge.ExpectRejected, b.expectation(id))
	b.must(shut())
	equal(b, "rejected", b.expectation(id).State, bridge.ExpectClosed)
	equal(b, "settled", b.state(id), bridge.Settled)
}
