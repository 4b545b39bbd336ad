package bridge_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/bridge/bridgetest"
	"github.com/edibridge/edibridge/transports"
)

// TestPruneLarge: a family that is too large for one commit goes in several, and,
// broken off at any step, at the next pass.
func TestPruneLarge(t *testing.T) {
	play := func(t *testing.T, faults *bridgetest.Faults) (broken bool) {
		h := keeping(t)
		h.cfg.Retention = map[string]bridge.Retention{"": {History: 60 * day}}
		var sets []set
		for i := range 130 {
			sets = append(sets, set{po: fmt.Sprint("PO", i)})
		}
		h.take("acme", file{sets: sets}.String())
		h.fetchAll()
		h.wait(61 * day)
		h.opened(faults)
		_, err := h.b.Pass(t.Context(), bridge.StepPrune)
		if err != nil && !errors.Is(err, bridgetest.ErrFault) {
			t.Fatal(err)
		}
		h.check(true)
		if err != nil {
			h.prune()
		}
		h.wantThere("at the end", "map[]")
		return err != nil
	}
	sound := bridgetest.NewFaults()
	play(t, sound)
	if n := sound.Calls("Prune"); n != 3 {
		t.Errorf("commits\n got %d\nwant two of what nothing follows from, one of the file", n)
	}
	eachFault(t, sound, []bridgetest.Point{"Links", "KinOf", "Prune"}, 3, func(t *testing.T, f bridgetest.Fault) {
		t.Parallel()
		if !play(t, bridgetest.NewFaults(f)) {
			t.Error("nothing was broken off")
		}
	})
}

// batchOf has so many documents leave together.
func batchOf(t *testing.T, n int, fail func(int, *transports.Delivery) error) *house {
	h := keeping(t, batches(bridge.Batching{Every: time.Hour}), func(c *bridge.Configuration) {
		c.Retention = map[string]bridge.Retention{"": {History: 60 * day}}
		c.Partners[1].Dispatches[0].To = "app"
	})
	h.app.fail = fail
	for i := range n {
		h.submit(fmt.Sprint("B", i))
		if i == 0 {
			h.drain() // the batch is there, the others come behind it
		}
	}
	h.drain()
	h.wait(time.Hour)
	h.drain()
	h.wait(61 * day)
	return h
}

// TestPruneLargeBatch: of a batch the documents are stored before and behind it, and
// it goes before them all.
func TestPruneLargeBatch(t *testing.T) {
	h := batchOf(t, 205, nil)
	if n := h.prune(); n < 206 {
		t.Errorf("what went\n got %d\nwant all documents, the batch and the interchange", n)
	}
	h.wantThere("behind it", "map[]")
}

// TestPruneLargeKept: a large family that stays is judged once, by whichever of its
// members the walk comes to, and counted once.
func TestPruneLargeKept(t *testing.T) {
	h := batchOf(t, 205, func(int, *transports.Delivery) error {
		return &transports.Failure{Permanent: true, Err: errors.New("410 Gone")}
	})
	calls := bridgetest.NewFaults()
	p := bridge.Pruner{Store: calls.Store(h.store), Config: h.cfg, Now: h.now()}
	got, err := p.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if c := got.Classes[0]; c.Families != 0 || fmt.Sprint(c.Kept) != "map[open:1]" {
		t.Errorf("what would go\n got %+v\nwant nothing, and one family open", c)
	}
	if n := calls.Calls("Kin"); n != 1 {
		t.Errorf("walks over the family\n got %d\nwant 1", n)
	}
	dead, err := h.store.List(t.Context(), bridge.ListQuery{States: []bridge.State{bridge.Dead}})
	if err != nil || len(dead) != 1 {
		t.Fatalf("dead letters\n got %+v, %v\nwant the interchange", dead, err)
	}
	h.operate(bridge.Discard, dead[0].ID)
	h.wait(61 * day)
	if got, err = p.Run(t.Context()); err != nil || fmt.Sprint(got.Classes[0].Kept) != "map[young:1]" {
		t.Errorf("by the clock of before\n got %+v, %v\nwant one family young", got.Classes, err)
	}
	p.Now = h.now()
	if got, err = p.Run(t.Context()); err != nil || got.Classes[0].Families != 1 || got.Classes[0].Transmissions < 207 {
		t.Errorf("what would go then\n got %+v, %v\nwant the family", got.Classes, err)
	}
	if n := h.prune(); n != got.Classes[0].Transmissions {
		t.Errorf("what went\n got %d\nwant %d, as was told", n, got.Classes[0].Transmissions)
	}
}

// TestPruneTurn: of several processes one prunes, the others rest as long as it
// does; where it is gone another one takes over.
func TestPruneTurn(t *testing.T) {
	h := keeping(t)
	others := bridgetest.NewFaults()
	process := func(owner string, store bridge.Store) *bridge.Bridge {
		return bridge.New(bridge.Options{Store: store, Bodies: h.bodies, Config: func() *bridge.Configuration { return h.cfg },
			Now: h.now, Owner: owner, Lease: time.Minute, Housekeep: 15 * time.Minute})
	}
	pass := func(b *bridge.Bridge) int {
		n, err := b.Pass(t.Context(), bridge.StepPrune)
		if err != nil {
			t.Fatal(err)
		}
		h.check(true)
		return n
	}
	other := process("other", others.Store(h.store))
	h.take("acme", file{sets: []set{{po: "1"}}}.String())
	h.wait(11 * day)
	if n := h.prune(); n != 2 {
		t.Errorf("the first process\n got %d that went\nwant both events", n)
	}
	h.wait(14 * time.Minute)
	if pass(other); others.Calls("Ended") != 0 {
		t.Error("another process walked before the time")
	}
	h.wait(time.Minute)
	if pass(other); others.Calls("Ended") == 0 {
		t.Error("another process did not walk when it was time")
	}

	killed := process("killed", bridgetest.NewFaults(bridgetest.Fault{Point: "Ended", Nth: 1, When: bridgetest.After}).Store(h.store))
	h.wait(15 * time.Minute)
	if _, err := killed.Pass(t.Context(), bridge.StepPrune); !errors.Is(err, bridgetest.ErrFault) {
		t.Fatalf("got %v, want the fault", err)
	}
	before := others.Calls("Ended")
	if pass(other); others.Calls("Ended") != before {
		t.Error("another process walked while the turn of the killed one lasted")
	}
	h.wait(time.Minute)
	if pass(other); others.Calls("Ended") == before {
		t.Error("another process did not take over")
	}
}

// TestPruneTurnLost: who was away for longer than its turn lasts goes on with
// nothing, and that is no failure.
func TestPruneTurnLost(t *testing.T) {
	h := keeping(t)
	h.take("acme", file{sets: []set{{po: "1"}}}.String())
	h.wait(11 * day)
	h.opts = func(o *bridge.Options) { o.Lease = time.Minute }
	away := bridgetest.Fault{Point: "Ended", Nth: 1, When: bridgetest.After, Do: func() error {
		h.wait(time.Hour)
		mine, err := h.store.TakeTurn(context.WithoutCancel(t.Context()), bridge.Turn{Name: "prune", Owner: "another", Now: h.now(), Until: h.now().Add(time.Minute)})
		if err == nil && !mine {
			err = errors.New("the turn lasts")
		}
		return err
	}}
	faults := bridgetest.NewFaults(away)
	h.opened(faults)
	if _, err := h.b.Pass(t.Context(), bridge.StepPrune); err != nil {
		t.Fatal(err)
	}
	if n := faults.Calls("Ended"); n != 1 {
		t.Errorf("pages of the walk\n got %d\nwant 1", n)
	}
	h.check(true)
}
