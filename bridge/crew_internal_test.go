package bridge

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

// released is a store to which a claim is given back.
type released struct {
	Store
	claims []Claim
}

func (r *released) Release(_ context.Context, c Claim, _ time.Time) error {
	r.claims = append(r.claims, c)
	return nil
}

func claimOf(partner string) Claim {
	return Claim{Step: StepDeliver, Transmission: Transmission{Partner: partner, Endpoint: "erp"}}
}

// TestCrewOffers: a place is offered while there is one, and beyond that to those
// who have nothing under way.
func TestCrewOffers(t *testing.T) {
	store := &released{}
	c := New(Options{Store: store, Deliverers: 4}).deliverers
	if c.offer("acme") {
		t.Error("a place was offered before the crew works")
	}
	c.open()
	if got := c.take(3); got != 3 {
		t.Fatalf("took %d places of four, want 3", got)
	}
	for range 3 {
		c.hand(t.Context(), job{Claim: claimOf("acme")})
	}
	for _, want := range []struct {
		party string
		got   bool
	}{{"acme", true}, {"acme", false}, {"globex", true}, {"initech", false}} {
		if got := c.offer(want.party); got != want.got {
			t.Errorf("offer to %s\n got %v\nwant %v", want.party, got, want.got)
		}
	}
	if got := c.take(1); got != 0 {
		t.Errorf("took %d places of none", got)
	}
	c.decline() // both offers came to nothing
	c.decline()
	c.found(0, 0)
	if c.offer("acme") || !c.offer("globex") {
		t.Error("while more waits than there are hands a place is for who has nothing under way, and for nobody else")
	}
	c.decline()
	if free := c.free(); free != 1 {
		t.Errorf("%d places are free, want 1", free)
	}
}

// TestCrewGuests: while parties come who have nothing under way, a crew that is
// behind asks for less, for each translation stands in the way of theirs; what it
// gave them does not count.
func TestCrewGuests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := New(Options{Store: &released{}, Translators: 12}).translators
		c.open()
		wants := func(when string, want int) {
			t.Helper()
			if got := c.free(); got != want {
				t.Errorf("%s it asks for %d more, want %d", when, got, want)
			}
		}
		if !c.offer("acme") {
			t.Fatal("no place was offered")
		}
		wants("with one under way", 11)
		c.decline()
		c.take(2)
		c.found(2, 2) // it is behind
		wants("with two of a backlog under way", 10)
		for range 2 {
			if !c.offer("globex") {
				t.Fatal("no place was offered")
			}
		}
		wants("beside guests", 1)
		time.Sleep(guestTime)
		wants("a while later", 8)
		c.found(0, c.take(1)) // nothing waits any more
		c.offer("initech")
		wants("beside guests whom nobody waits for", 7)
	})
}

// TestCrewEnds: a claim that comes when the crew has ended is given back, and its
// places with it.
func TestCrewEnds(t *testing.T) {
	store := &released{}
	b := New(Options{Store: store, Deliverers: 4})
	c := b.deliverers
	c.open()
	if !c.offer("acme") || !b.gates.offer(Endpoint{Name: "erp", Connections: 1}, time.Now()) {
		t.Fatal("nothing was offered")
	}
	c.shut()
	c.give(t.Context(), claimOf("acme"))
	if len(store.claims) != 1 || c.free() != 4 {
		t.Errorf("%d claims were given back and %d places are free, want 1 and 4", len(store.claims), c.free())
	}
	if !b.gates.offer(Endpoint{Name: "erp", Connections: 1}, time.Now()) {
		t.Error("the gate still counts the delivery")
	}
}

// TestGateOffers: an offer counts like a delivery, and one that is declined does not.
func TestGateOffers(t *testing.T) {
	var g gates
	now := time.Now()
	slow := Endpoint{Name: "erp", Connections: 9, Rate: 1}
	if !g.offer(slow, now) {
		t.Fatal("a delivery a second is none at all")
	}
	if g.offer(slow, now) {
		t.Error("a second delivery in the same second")
	}
	g.decline("erp")
	if !g.offer(slow, now) {
		t.Error("what was declined was counted")
	}
	if narrow := (Endpoint{Name: "bus", Connections: 1}); !g.offer(narrow, now) || g.offer(narrow, now) {
		t.Error("one connection is not one delivery")
	}
	box := Endpoint{Name: "box", Kind: EndpointMailbox, Connections: 1}
	for range 2 {
		if !g.offer(box, now) {
			t.Error("a mailbox has no connections that could be used up")
		}
	}
}
