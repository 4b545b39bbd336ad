package bridge_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/edibridge/edibridge/archive"
	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/bridge/bridgetest"
	"github.com/edibridge/edibridge/transports"
	"github.com/google/go-cmp/cmp"
)

// senderFunc is a Sender.
type senderFunc func(context.Context, *transports.Delivery) (transports.Receipt, error)

func (f senderFunc) Send(ctx context.Context, d *transports.Delivery) (transports.Receipt, error) {
	return f(ctx, d)
}

// sends makes everything go out by f, one event for each document.
func (h *house) sends(f senderFunc) {
	h.cfg.Partners[0].Agreements[0].Events = []string{"app"}
	before := h.opts
	h.opts = func(o *bridge.Options) {
		if before != nil {
			before(o)
		}
		o.Senders = func(*bridge.Configuration, string) (transports.Sender, bool) { return f, true }
	}
	h.make()
}

// event accepts one order, drains, and gives its event.
func (h *house) event() bridge.Transmission {
	h.t.Helper()
	id := h.accept("acme", file{sets: []set{{po: "1"}}}.String())
	h.drain()
	events, _ := h.outbound(id, bridge.KindEvent)
	if len(events) != 1 {
		h.t.Fatalf("%d events", len(events))
	}
	return events[0]
}

// TestAttemptComesFirst: before the first byte leaves the store has the attempt,
// and without it nothing leaves.
func TestAttemptComesFirst(t *testing.T) {
	h := newHouse(t)
	var seen []string
	h.sends(func(_ context.Context, d *transports.Delivery) (transports.Receipt, error) {
		tr := h.transmission(bridge.ID(d.ID))
		seen = append(seen, fmt.Sprint(tr.State, tr.Attempts, tr.Key == d.Key))
		return transports.Receipt{}, errors.New("503")
	})
	h.opened(bridgetest.NewFaults(bridgetest.Fault{Point: "Attempt", Nth: 1, When: bridgetest.Before}))
	h.accept("acme", file{sets: []set{{po: "1"}}}.String())
	for range 4 {
		if err := h.b.Drain(t.Context()); err != nil && !errors.Is(err, bridgetest.ErrFault) {
			t.Fatal(err)
		}
		h.wait(time.Hour)
	}
	if len(seen) < 2 || seen[0] != "attempted1 true" || seen[1] != "attempted2 true" {
		t.Errorf("when bytes left the store had %q, want attempt 1, then 2, with their key", seen)
	}
}

// TestBackoff: each wait is between a half and the whole of one that doubles up
// to the ceiling, and the last attempt is the policy's.
func TestBackoff(t *testing.T) {
	const attempts = 8
	h := newHouse(t, func(c *bridge.Configuration) {
		ep := c.Endpoints["app"]
		ep.Retry = bridge.RetryPolicy{Base: 10 * time.Second, Max: time.Minute, Attempts: attempts}
		c.Endpoints["app"] = ep
	})
	calls := 0
	h.sends(func(context.Context, *transports.Delivery) (transports.Receipt, error) {
		calls++
		return transports.Receipt{}, errors.New("503")
	})
	ev := h.event()
	whole, full := 10*time.Second, 0
	for n := 1; n < attempts; n++ {
		wait := ev.NextAt.Sub(h.now())
		if ev.State != bridge.Pending || ev.Attempts != n || wait < whole/2 || wait > whole {
			t.Errorf("after attempt %d it is %s, attempts %d, next in %v; want pending, next in %v to %v", n, ev.State, ev.Attempts, wait, whole/2, whole)
		}
		if wait == whole {
			full++
		}
		whole = min(2*whole, time.Minute)
		h.wait(wait)
		h.drain()
		ev = h.transmission(ev.ID)
	}
	if ev.State != bridge.Dead || calls != attempts {
		t.Errorf("after %d attempts it is %s, want dead after %d", calls, ev.State, attempts)
	}
	if full == attempts-1 {
		t.Error("no wait was shortened")
	}
}

// TestWordsOfAFailure: what the peer said when it refused is evidence too.
func TestWordsOfAFailure(t *testing.T) {
	h := newHouse(t)
	h.sends(func(context.Context, *transports.Delivery) (transports.Receipt, error) {
		return transports.Receipt{}, &transports.Failure{Err: errors.New("410"), Permanent: true,
			Evidence: &transports.Evidence{Kind: "http-response", At: h.now(), Bytes: []byte("HTTP/1.1 410 Gone")}}
	})
	ev := h.event()
	seen, err := h.store.Evidence(t.Context(), ev.ID)
	if err != nil || len(seen) != 1 || h.body(seen[0].Body) != "HTTP/1.1 410 Gone" {
		t.Fatalf("got %+v, %v; want the peer's words", seen, err)
	}
	leaf := h.leaves()[seen[0].Leaf]
	if leaf.Kind != archive.LeafEvidence || leaf.Object != seen[0].Body.Stored || !slices.Equal(leaf.Parents, []string{ev.Leaf}) {
		t.Errorf("got leaf %+v, want the evidence's", leaf)
	}
}

// TestSentIsNotDelivered: without the peer's word it is only sent.
func TestSentIsNotDelivered(t *testing.T) {
	h := newHouse(t)
	h.sends(func(context.Context, *transports.Delivery) (transports.Receipt, error) {
		return transports.Receipt{Status: transports.Sent}, nil
	})
	if ev := h.event(); ev.State != bridge.Sent {
		t.Errorf("got %s, want sent", ev.State)
	}
}

func TestSendHasItsTime(t *testing.T) {
	h := newHouse(t)
	h.opts = func(o *bridge.Options) { o.SendTimeout = time.Millisecond }
	h.sends(func(ctx context.Context, _ *transports.Delivery) (transports.Receipt, error) {
		select {
		case <-ctx.Done():
			return transports.Receipt{}, ctx.Err()
		case <-t.Context().Done():
			return transports.Receipt{}, nil
		case <-time.After(30 * time.Second):
			return transports.Receipt{}, errors.New("it was never ended")
		}
	})
	if ev := h.event(); ev.State != bridge.Pending || !strings.Contains(ev.Reason, context.DeadlineExceeded.Error()) {
		t.Errorf("got %s (%s), want pending after the timeout", ev.State, ev.Reason)
	}
}

// TestStopIsNoFailure: a delivery that a stop breaks off is tried again under
// its identity, and is not counted as refused.
func TestStopIsNoFailure(t *testing.T) {
	h := newHouse(t, func(c *bridge.Configuration) {
		ep := c.Endpoints["app"]
		ep.Retry.Attempts = 1
		c.Endpoints["app"] = ep
	})
	h.opts = func(o *bridge.Options) { o.Grace, o.Deliverers = time.Millisecond, 1 }
	var sending atomic.Bool
	h.sends(func(ctx context.Context, _ *transports.Delivery) (transports.Receipt, error) {
		sending.Store(true)
		<-ctx.Done()
		return transports.Receipt{}, ctx.Err()
	})
	id := h.accept("acme", big(5))
	h.run(sending.Load)
	states := map[bridge.State]int{}
	events, _ := h.outbound(id, bridge.KindEvent)
	for _, ev := range events {
		states[ev.State]++
	}
	broken := states[bridge.Attempted] // the deliverer's, and one beside him: his party had nothing under way
	if broken < 1 || broken > 2 || states[bridge.Pending] != 5-broken {
		t.Errorf("stopped in the middle of a delivery: got %v, want one or two attempted, the rest of five pending", states)
	}
	h.opts = nil
	h.make()
	h.drain() // the others were given back and are due at once
	if n := len(h.app.keys()); n != 5-broken {
		t.Errorf("%d events went out at once, want %d", n, 5-broken)
	}
	h.wait(5 * time.Second) // what was broken off rests a little, not as long as its lease
	h.drain()
	h.check(true)
	if n := len(h.app.keys()); n != 5 {
		t.Errorf("%d events went out, want 5", n)
	}
}

// TestOutcomeAtTheStop: what a peer confirmed at the moment of a stop is kept, with
// his words.
func TestOutcomeAtTheStop(t *testing.T) {
	h := newHouse(t)
	h.opts = func(o *bridge.Options) { o.Grace = time.Millisecond }
	var sending atomic.Bool
	h.sends(func(ctx context.Context, _ *transports.Delivery) (transports.Receipt, error) {
		sending.Store(true)
		<-ctx.Done()
		return transports.Receipt{Status: transports.Delivered, Evidence: &transports.Evidence{Kind: "http-response", At: h.now(), Bytes: []byte("thanks")}}, nil
	})
	id := h.accept("acme", file{sets: []set{{po: "1"}}}.String())
	h.run(sending.Load)
	events, _ := h.outbound(id, bridge.KindEvent)
	if len(events) != 1 || events[0].State != bridge.Delivered {
		t.Fatalf("confirmed at the stop: got %+v, want one that is delivered", events)
	}
	words, err := h.store.Evidence(t.Context(), events[0].ID)
	if err != nil || len(words) != 1 || words[0].Body.Size != 6 {
		t.Errorf("evidence %+v, %v; want the peer's words", words, err)
	}
}

// TestFailureGivesTheRestBack: when one of several claims fails all are given
// back at once; in Run the failed one rests a little, not as long as its lease.
func TestFailureGivesTheRestBack(t *testing.T) {
	fault := bridgetest.Fault{Point: "PutAll", Nth: 1, When: bridgetest.Before}
	h := newHouse(t)
	a, b := h.accept("acme", file{sets: []set{{po: "1"}}}.String()), h.accept("globex", file{from: "GLOBEX", sets: []set{{po: "1"}}}.String())
	h.opened(bridgetest.NewFaults(fault))
	if _, err := h.b.Pass(t.Context(), bridge.StepTranslate); !errors.Is(err, bridgetest.ErrFault) {
		t.Fatal(err)
	}
	h.drain()
	if h.state(a) != bridge.Translated || h.state(b) != bridge.Translated {
		t.Errorf("they are %s and %s, want both translated", h.state(a), h.state(b))
	}

	h = newHouse(t)
	id := h.accept("acme", file{sets: []set{{po: "1"}}}.String())
	faults := bridgetest.NewFaults(fault)
	h.opened(faults)
	waited := sync.OnceFunc(func() { h.wait(30 * time.Second) })
	h.run(func() bool {
		if faults.Calls("Release") > 0 {
			waited()
		}
		return h.state(id) == bridge.Translated
	})
}

// openBodies counts what is open.
type openBodies struct {
	bridge.Bodies
	open atomic.Int64
}

type openBody struct {
	io.ReadCloser
	b *openBodies
}

func (b *openBodies) Get(ctx context.Context, o archive.Object) (io.ReadCloser, error) {
	r, err := b.Bodies.Get(ctx, o)
	if err == nil {
		b.open.Add(1)
	}
	return openBody{r, b}, err
}

func (b openBody) Close() error {
	b.b.open.Add(-1)
	return b.ReadCloser.Close()
}

func TestBodiesAreClosed(t *testing.T) {
	h := newHouse(t)
	bodies, counted := h.bodies, &openBodies{Bodies: h.bodies}
	h.bodies = counted
	h.make()
	h.bodies = bodies
	h.take("acme", file{sets: []set{{po: "1"}}}.String())
	if n := counted.open.Load(); n != 0 {
		t.Errorf("%d bodies are open", n)
	}
}

// TestOrderOfAKey: of one order's events to one endpoint the older goes first; a
// dead one holds the younger or lets it pass.
func TestOrderOfAKey(t *testing.T) {
	for _, onDead := range []bridge.OnDead{bridge.Hold, bridge.Pass} {
		h := newHouse(t, func(c *bridge.Configuration) {
			c.Partners[0].Agreements[0].OnDead, c.Partners[0].Agreements[0].Duplicates.Document = onDead, "accept"
		})
		h.sends(func(_ context.Context, d *transports.Delivery) (transports.Receipt, error) {
			body, err := io.ReadAll(d.Body)
			if strings.Contains(string(body), `"interchange":"000000001"`) {
				err = &transports.Failure{Err: errors.New("410"), Permanent: true}
			}
			return transports.Receipt{Status: transports.Sent}, err
		})
		var states []bridge.State
		var ids []bridge.ID
		for i := range 2 {
			ids = append(ids, h.accept("acme", file{control: i + 1, sets: []set{{po: "1", amount: i + 1}}}.String()))
		}
		h.drain()
		for _, id := range ids {
			events, _ := h.outbound(id, bridge.KindEvent)
			states = append(states, events[0].State)
		}
		want := []bridge.State{bridge.Dead, bridge.Pending}
		if onDead == bridge.Pass {
			want[1] = bridge.Sent
		}
		if diff := cmp.Diff(want, states); diff != "" {
			t.Errorf("on dead %s (-want +got):\n%s", onDead, diff)
		}
	}
}

// TestMailboxShowsWhatIsThere: nothing before it is released, nothing of another
// server, and what was taken for a week.
func TestMailboxShowsWhatIsThere(t *testing.T) {
	h := newHouse(t)
	id := h.accept("acme", file{sets: []set{{po: "1"}}}.String())
	if _, err := h.b.Pass(t.Context(), bridge.StepTranslate); err != nil {
		t.Fatal(err)
	}
	acks, _ := h.outbound(id, bridge.KindAcknowledgment)
	ack, box := string(acks[0].ID), h.b.Mailbox()
	open := func(server string) error {
		r, err := box.Open(t.Context(), server, "acme", ack)
		if err == nil {
			r.Close()
		}
		return err
	}
	if err := open("sftp"); !errors.Is(err, transports.ErrNotFound) {
		t.Errorf("what is %s can be opened: %v", acks[0].State, err)
	}
	h.drain()
	if err := open("ftps"); !errors.Is(err, transports.ErrNotFound) {
		t.Errorf("it can be opened at another server: %v", err)
	}
	if err := open("sftp"); err != nil {
		t.Error(err)
	}
	for _, peer := range []string{"globex", "nobody"} {
		if items, err := box.List(t.Context(), "sftp", peer); err != nil || len(items) != 0 {
			t.Errorf("%s sees %v, %v", peer, items, err)
		}
	}
	if err := box.Taken(t.Context(), "sftp", "acme", ack, transports.Evidence{Kind: "mailbox-taken", At: h.now(), Bytes: []byte("read")}); err != nil {
		t.Fatal(err)
	}
	changed := h.transmission(bridge.ID(ack)).Changed
	for _, tt := range []struct {
		days, want int
	}{{6, 1}, {8, 0}} {
		h.mu.Lock()
		h.clock = changed.Add(time.Duration(tt.days) * 24 * time.Hour)
		h.mu.Unlock()
		if items, err := box.List(t.Context(), "sftp", "acme"); err != nil || len(items) != tt.want {
			t.Errorf("%d days after it was taken: %v, %v; want %d", tt.days, items, err, tt.want)
		}
	}
}
