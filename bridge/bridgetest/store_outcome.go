package bridgetest

import (
	"fmt"
	"strconv"
	"time"

	"github.com/edibridge/edibridge/archive"
	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/canonical"
	"github.com/edibridge/edibridge/edi"
)

func commitTests() []storeTest {
	return []storeTest{
		{"the same commit again is answered yes", commitAgain},
		{"the same commit again is answered yes after another claim", commitAgainLater},
		{"another commit of the same claim is refused", commitOther},
		{"an outcome that the step does not have is refused", commitConflict},
		{"what translation learned is kept, empty fields change nothing", commitLearned},
		{"a refused commit changes nothing", commitRefused},
		{"many follow-ups are released in portions", releaseInPortions},
	}
}

func commitAgain(b *bench) {
	in := b.accept("ISA")
	c := b.claim(bridge.StepTranslate)
	r := translated(b.follow(in, 1, "erp", ""))
	r.Documents, r.Findings, r.Total = []bridge.Document{document(in, 1)}, []edi.Finding{{Rule: "r"}}, 1
	r.Leaves = []archive.Leaf{b.leaf(archive.LeafDecision, in)}
	b.must(b.s.Commit(b.ctx, c, r))
	once := len(b.audit())
	b.must(b.s.Commit(b.ctx, c, r))
	equal(b, "records", len(b.audit()), once)
	equal(b, "findings", b.get(in).Total, 1)
}

func commitAgainLater(b *bench) {
	b.flow("ISA", b.event(1, "erp", ""))
	c := b.claim(bridge.StepDeliver)
	r := bridge.Result{State: bridge.Pending, Reason: "503"}
	b.must(b.s.Commit(b.ctx, c, r))
	b.claim(bridge.StepDeliver)
	b.must(b.s.Commit(b.ctx, c, r))
}

func commitOther(b *bench) {
	b.flow("ISA", b.event(1, "erp", ""))
	c := b.claim(bridge.StepDeliver)
	b.must(b.s.Commit(b.ctx, c, bridge.Result{State: bridge.Delivered}))
	b.refused(b.s.Commit(b.ctx, c, bridge.Result{State: bridge.Dead}), bridge.ErrStale)
	b.refused(b.s.Release(b.ctx, c, time.Time{}), bridge.ErrStale)
	b.refused(b.s.Attempt(b.ctx, c, bridge.Wire{}), bridge.ErrStale)
}

func commitConflict(b *bench) {
	b.accept("ISA")
	c := b.claim(bridge.StepTranslate)
	for _, to := range []bridge.State{bridge.Accepted, bridge.Pending, bridge.Delivered, bridge.Discarded, ""} {
		b.refused(b.s.Commit(b.ctx, c, bridge.Result{State: to}), bridge.ErrConflict)
	}
	b.must(b.s.Commit(b.ctx, c, translated(b.follow(c.Transmission.ID, 1, "erp", ""))))
	c = b.claim(bridge.StepDeliver)
	for _, to := range []bridge.State{bridge.Translated, bridge.Held, bridge.Attempted, bridge.Settled, bridge.Discarded} {
		b.refused(b.s.Commit(b.ctx, c, bridge.Result{State: to}), bridge.ErrConflict)
	}
}

func commitLearned(b *bench) {
	a := b.incoming("", "ISA")
	a.Transmission.Partner, a.Transmission.Config = "acme", "first"
	_, err := b.s.Accept(b.ctx, a)
	b.must(err)
	r := translated()
	r.Agreement, r.Set, r.Control, r.Config, r.Standard, r.Mode = "orders", "850", "905", "second", edi.X12, edi.Production
	r.Keys = []canonical.Key{po("4711")}
	b.must(b.s.Commit(b.ctx, b.claim(bridge.StepTranslate), r))
	got := b.get(a.Transmission.ID)
	want := a.Transmission
	want.Sequence, want.State, want.Changed = 1, bridge.Translated, got.Changed
	want.Agreement, want.Set, want.Control, want.Config, want.Standard, want.Mode, want.Keys =
		r.Agreement, r.Set, r.Control, r.Config, r.Standard, r.Mode, r.Keys
	equal(b, "transmission", got, want)
	ids, err := b.s.Find(b.ctx, po("4711"), 10)
	b.must(err)
	equal(b, "found", ids, []bridge.ID{want.ID})
}

func commitRefused(b *bench) {
	in := b.accept("ISA")
	c := b.claim(bridge.StepTranslate)
	before := fmt.Sprintf("%+v", b.get(in))
	once := len(b.audit())
	r := translated(b.follow(in, 1, "erp", ""))
	r.Documents, r.Keys = []bridge.Document{document(in, 1)}, []canonical.Key{po("4711")}
	r.Leaves = []archive.Leaf{b.leaf(archive.LeafDecision, in)}
	r.Numbers = []bridge.Number{{Series: "ISA", Value: 1, For: in}} // was never reserved
	b.refused(b.s.Commit(b.ctx, c, r), bridge.ErrConflict)
	equal(b, "transmission", fmt.Sprintf("%+v", b.get(in)), before)
	equal(b, "records", len(b.audit()), once)
	r.Numbers = nil
	b.must(b.s.Commit(b.ctx, c, r))
}

func deliverTests() []storeTest {
	return []storeTest{
		{"an attempt is recorded before the first byte leaves", deliverAttempt},
		{"the same attempt again counts once", deliverAttemptAgain},
		{"the identity on the wire never changes", deliverIdentity},
		{"an attempt may be one with its outcome", deliverAtOnce},
		{"a retry waits for its time", deliverRetry},
		{"the outcome has its evidence", deliverEvidence},
		{"what is finished is never due", deliverFinished},
		{"a mailbox delivery is taken once", deliverTaken},
		{"taking what does not lie there is refused", deliverNotThere},
	}
}

func deliverAttempt(b *bench) {
	_, follows := b.flow("ISA", b.event(1, "erp", ""))
	c := b.claim(bridge.StepDeliver)
	b.must(b.s.Attempt(b.ctx, c, bridge.Wire{Name: "a.json", Key: "event-1"}))
	t := b.get(follows[0])
	equal(b, "state", t.State, bridge.Attempted)
	equal(b, "attempts", t.Attempts, 1)
	equal(b, "identity", bridge.Wire{Name: t.Name, Key: t.Key}, bridge.Wire{Name: "a.json", Key: "event-1"})
}

func deliverAttemptAgain(b *bench) {
	_, follows := b.flow("ISA", b.event(1, "erp", ""))
	c := b.claim(bridge.StepDeliver)
	for range 2 {
		b.must(b.s.Attempt(b.ctx, c, bridge.Wire{Key: "event-1"}))
	}
	equal(b, "attempts", b.get(follows[0]).Attempts, 1)
}

func deliverIdentity(b *bench) {
	_, follows := b.flow("ISA", b.event(1, "erp", ""))
	for i := 1; i <= 3; i++ {
		c := b.claim(bridge.StepDeliver)
		b.must(b.s.Attempt(b.ctx, c, bridge.Wire{Name: strconv.Itoa(i), Key: strconv.Itoa(i)}))
		if i == 2 { // a person's retry counts attempts anew and keeps the identity
			b.must(b.s.Commit(b.ctx, c, bridge.Result{State: bridge.Dead}))
			b.must(b.s.Operate(b.ctx, b.operation(bridge.Retry, follows[0])))
			continue
		}
		b.must(b.s.Commit(b.ctx, c, bridge.Result{State: bridge.Pending}))
	}
	t := b.get(follows[0])
	equal(b, "identity", bridge.Wire{Name: t.Name, Key: t.Key}, bridge.Wire{Name: "1", Key: "1"})
	equal(b, "attempts", t.Attempts, 1)
}

func deliverAtOnce(b *bench) {
	_, follows := b.flow("ISA", b.event(1, "erp", ""))
	for i := 1; i <= 2; i++ {
		c := b.claim(bridge.StepDeliver)
		name := strconv.Itoa(i)
		if i == 2 { // said before as well: it counts once
			b.must(b.s.Attempt(b.ctx, c, bridge.Wire{Name: name, Key: name}))
		}
		r := bridge.Result{State: bridge.Pending, Wire: &bridge.Wire{Name: name, Key: name, At: b.now.Add(time.Duration(i))}}
		for range 2 {
			b.must(b.s.Commit(b.ctx, c, r))
		}
		t := b.get(follows[0])
		equal(b, "attempts", t.Attempts, i)
		equal(b, "begun", t.Begun, b.now.Add(1))
		equal(b, "identity", bridge.Wire{Name: t.Name, Key: t.Key}, bridge.Wire{Name: "1", Key: "1"})
	}
}

func deliverRetry(b *bench) {
	_, follows := b.flow("ISA", b.event(1, "erp", ""))
	c := b.claim(bridge.StepDeliver)
	b.must(b.s.Attempt(b.ctx, c, bridge.Wire{}))
	at := b.now.Add(5 * time.Second)
	b.must(b.s.Commit(b.ctx, c, bridge.Result{State: bridge.Pending, Reason: "503", RetryAt: at}))
	t := b.get(follows[0])
	equal(b, "next", t.NextAt, at)
	equal(b, "reason", t.Reason, "503")
	b.now = at.Add(-time.Nanosecond)
	equal(b, "due before", b.due(bridge.StepDeliver), nil)
	b.now = at
	equal(b, "due then", b.due(bridge.StepDeliver), follows)
}

func deliverEvidence(b *bench) {
	_, follows := b.flow("ISA", b.event(1, "erp", ""))
	var want []bridge.Evidence
	for i, state := range []bridge.State{bridge.Pending, bridge.Delivered} {
		c := b.claim(bridge.StepDeliver)
		b.must(b.s.Attempt(b.ctx, c, bridge.Wire{}))
		ev := bridge.Evidence{Transmission: follows[0], Attempt: i + 1, Kind: "http-response", At: b.now.Add(time.Duration(i)),
			Detail: map[string]string{"status": strconv.Itoa(503 - 303*i)}}
		if i == 1 {
			ev.Body = object("", "HTTP/1.1 200 OK")
		}
		leaf := b.leaf(archive.LeafEvidence, bridge.ID(strconv.Itoa(i)))
		ev.Leaf = leaf.ID
		want = append(want, ev)
		r := bridge.Result{State: state, Evidence: []bridge.Evidence{ev}}
		r.Leaves = []archive.Leaf{leaf}
		b.must(b.s.Commit(b.ctx, c, r))
	}
	got, err := b.s.Evidence(b.ctx, follows[0])
	b.must(err)
	equal(b, "evidence", got, want)
	b.checkLog()
}

func deliverFinished(b *bench) {
	for i, state := range []bridge.State{bridge.Delivered, bridge.Sent, bridge.Available, bridge.Dead} {
		_, follows := b.flow(strconv.Itoa(i), b.event(1, "erp", ""))
		b.must(b.s.Commit(b.ctx, b.claim(bridge.StepDeliver), bridge.Result{State: state, RetryAt: b.now.Add(time.Hour)}))
		equal(b, "next try of what is "+string(state), b.get(follows[0]).NextAt, time.Time{})
	}
	b.now = b.now.Add(1000 * time.Hour)
	equal(b, "due", b.due(bridge.StepDeliver), nil)
	equal(b, "due", b.due(bridge.StepTranslate), nil)
}

func deliverTaken(b *bench) {
	_, follows := b.flow("ISA", b.event(1, "mailbox", ""))
	b.end(bridge.Available)
	leaf := b.leaf(archive.LeafEvidence, follows[0])
	ev := bridge.Evidence{Transmission: follows[0], Attempt: 1, Kind: "mailbox-taken", At: b.now, Leaf: leaf.ID}
	for range 2 {
		b.must(b.s.Take(b.ctx, follows[0], ev, []archive.Leaf{leaf}))
		equal(b, "state", b.state(follows[0]), bridge.Delivered)
	}
	got, err := b.s.Evidence(b.ctx, follows[0])
	b.must(err)
	equal(b, "evidence", got, []bridge.Evidence{ev})
}

func deliverNotThere(b *bench) {
	in, follows := b.flow("ISA", b.event(1, "mailbox", ""))
	for _, id := range []bridge.ID{in, follows[0]} {
		b.refused(b.s.Take(b.ctx, id, bridge.Evidence{}, nil), bridge.ErrConflict)
	}
	b.refused(b.s.Take(b.ctx, "nobody", bridge.Evidence{}, nil), bridge.ErrNotFound)
}

func operateTests() []storeTest {
	return []storeTest{
		{"each operation has its states", operateStates},
		{"the same operation again changes nothing", operateAgain},
		{"a claim that runs is ended", operateEndsClaim},
		{"an unknown transmission is not found", func(b *bench) {
			b.refused(b.s.Operate(b.ctx, b.operation(bridge.Retry, "nobody")), bridge.ErrNotFound)
		}},
	}
}

func operateStates(b *bench) {
	for _, allowed := range []struct {
		kind bridge.OperationKind
		to   map[bridge.State]bridge.State
	}{
		{bridge.Retry, map[bridge.State]bridge.State{bridge.Dead: bridge.Pending, bridge.Quarantined: bridge.Accepted}},
		{bridge.Discard, map[bridge.State]bridge.State{bridge.Dead: bridge.Discarded, bridge.Pending: bridge.Discarded, bridge.Quarantined: bridge.Discarded}},
	} {
		for _, from := range []bridge.State{bridge.Accepted, bridge.Translated, bridge.Quarantined,
			bridge.Pending, bridge.Attempted, bridge.Sent, bridge.Available, bridge.Delivered, bridge.Dead, bridge.Discarded} {
			id := b.reach(from)
			err := b.s.Operate(b.ctx, b.operation(allowed.kind, id))
			want, ok := allowed.to[from]
			if !ok {
				want = from
				b.refused(err, bridge.ErrConflict)
			} else {
				b.must(err)
			}
			equal(b, fmt.Sprintf("%s on %s", allowed.kind, from), b.state(id), want)
		}
	}
}

// reach makes a Transmission of a state.
func (b *bench) reach(state bridge.State) bridge.ID {
	b.Helper()
	in := b.accept(strconv.Itoa(b.ids))
	c := b.claimOf(bridge.StepTranslate, in)
	switch state {
	case bridge.Accepted:
		b.must(b.s.Release(b.ctx, c, b.now.Add(1000*time.Hour)))
		return in
	case bridge.Translated, bridge.Quarantined:
		b.must(b.s.Commit(b.ctx, c, bridge.Result{State: state}))
		return in
	}
	f := b.follow(in, 1, "erp", "")
	b.must(b.s.Commit(b.ctx, c, translated(f)))
	c = b.claimOf(bridge.StepDeliver, f.ID)
	far := b.now.Add(1000 * time.Hour)
	switch state {
	case bridge.Pending:
		b.must(b.s.Release(b.ctx, c, far))
	case bridge.Attempted:
		b.must(b.s.Attempt(b.ctx, c, bridge.Wire{}))
		b.must(b.s.Release(b.ctx, c, far))
	case bridge.Discarded:
		b.must(b.s.Operate(b.ctx, b.operation(bridge.Discard, f.ID)))
	default:
		b.must(b.s.Commit(b.ctx, c, bridge.Result{State: state}))
	}
	return f.ID
}

func operateAgain(b *bench) {
	id := b.reach(bridge.Dead)
	o := b.operation(bridge.Retry, id)
	b.must(b.s.Operate(b.ctx, o))
	once := len(b.audit())
	b.must(b.s.Operate(b.ctx, o))
	equal(b, "records", len(b.audit()), once)
	equal(b, "state", b.state(id), bridge.Pending)
}

func operateEndsClaim(b *bench) {
	_, follows := b.flow("ISA", b.event(1, "erp", ""))
	c := b.claim(bridge.StepDeliver)
	b.must(b.s.Operate(b.ctx, b.operation(bridge.Discard, follows[0])))
	b.refused(b.s.Attempt(b.ctx, c, bridge.Wire{}), bridge.ErrStale)
	equal(b, "state", b.state(follows[0]), bridge.Discarded)
}

// releaseInPortions: of many follow-ups some are due with the commit, the others
// by the claims that come next; none is forgotten or claimed twice.
func releaseInPortions(b *bench) {
	const many = 2*bridge.ReleaseAtOnce + 7
	in := b.accept("ISA")
	c := b.claim(bridge.StepTranslate)
	follows := make([]bridge.Transmission, many)
	for i := range follows {
		follows[i] = b.follow(in, i+1, "erp", "")
	}
	b.must(b.s.Commit(b.ctx, c, translated(follows...)))
	seen := map[bridge.ID]bool{}
	for range many {
		claims, err := b.s.Claim(b.ctx, bridge.ClaimQuery{Step: bridge.StepDeliver, Limit: 500, Now: b.now, Until: b.now.Add(time.Hour)})
		b.must(err)
		if len(claims) == 0 {
			break
		}
		for _, c := range claims {
			if seen[c.Transmission.ID] {
				b.Errorf("%s was claimed twice", c.Transmission.ID)
			}
			seen[c.Transmission.ID] = true
		}
	}
	equal(b, "claimed", len(seen), many)
}
