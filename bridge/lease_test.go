package bridge_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/bridge/sqlstore/pgtest"
	"github.com/edibridge/edibridge/transports"
	"github.com/edibridge/edibridge/transports/webhook"
)

// onBoth runs a test over an embedded database and over a server's.
func onBoth(t *testing.T, test func(t *testing.T, open func(*testing.T) *house)) {
	t.Run("SQLite", func(t *testing.T) { test(t, func(t *testing.T) *house { return newHouse(t) }) })
	t.Run("PostgreSQL", func(t *testing.T) {
		server := pgtest.Start(t)
		test(t, func(t *testing.T) *house { return newHouseOn(t, server.Database(t)) })
	})
}

// beside is another process over the same database and archive, with a clock and a
// way to send of its own.
func (h *house) beside(now func() time.Time, f senderFunc) *bridge.Bridge {
	return bridge.New(bridge.Options{Store: h.store, Bodies: h.bodies, Now: now, Owner: "beside",
		Config:  func() *bridge.Configuration { return h.cfg },
		Senders: func(*bridge.Configuration, string) (transports.Sender, bool) { return f, true }})
}

// delivered is the answer of a peer who took it.
func delivered(words string) (transports.Receipt, error) {
	return transports.Receipt{Status: transports.Delivered, Evidence: &transports.Evidence{Kind: "http-response", Bytes: []byte(words)}}, nil
}

// TestLeaseEndsInDelivery: a peer answers after the lease has run out and another
// process has delivered the same under the same identity. The late outcome, good or
// bad, changes nothing.
func TestLeaseEndsInDelivery(t *testing.T) {
	onBoth(t, func(t *testing.T, open func(*testing.T) *house) {
		for name, late := range map[string]func() (transports.Receipt, error){
			"taken":  func() (transports.Receipt, error) { return delivered("late") },
			"failed": func() (transports.Receipt, error) { return transports.Receipt{}, errors.New("503") },
			"refused for good": func() (transports.Receipt, error) {
				return transports.Receipt{}, &transports.Failure{Err: errors.New("410"), Permanent: true}
			},
		} {
			t.Run(name, func(t *testing.T) { lateOutcome(open(t), late) })
		}
	})
}

func lateOutcome(h *house, late func() (transports.Receipt, error)) {
	t := h.t
	var keys []string
	var mu sync.Mutex
	saw := func(d *transports.Delivery) {
		mu.Lock()
		defer mu.Unlock()
		keys = append(keys, d.Key)
	}
	sending, answer, ended := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	h.sends(func(_ context.Context, d *transports.Delivery) (transports.Receipt, error) {
		saw(d)
		close(sending)
		<-answer
		return late()
	})
	id := h.accept("acme", file{sets: []set{{po: "1"}}}.String())
	go func() { ended <- h.b.Drain(t.Context()) }()
	<-sending
	other := h.beside(h.now, func(_ context.Context, d *transports.Delivery) (transports.Receipt, error) {
		saw(d)
		return delivered("in time")
	})
	h.drainAs(other)
	if len(keys) != 1 {
		t.Errorf("while the lease runs it was sent %d times, want once", len(keys))
	}
	h.wait(2 * time.Minute)
	h.drainAs(other)
	close(answer)
	if err := <-ended; err != nil {
		t.Errorf("the late outcome ends its worker with %v", err)
	}
	events, _ := h.outbound(id, bridge.KindEvent)
	if ev := events[0]; ev.State != bridge.Delivered || ev.Attempts != 2 || len(keys) != 2 || keys[0] != keys[1] {
		t.Errorf("got %s after %d attempts as %q, want delivered after 2 under one identity", ev.State, ev.Attempts, keys)
	}
	seen, err := h.store.Evidence(t.Context(), events[0].ID)
	if err != nil || len(seen) != 1 || h.body(seen[0].Body) != "in time" {
		t.Errorf("evidence %+v, %v; want that of who had the claim", seen, err)
	}
	h.check(true)
}

// TestLeaseEndsAndNobodyComes: an outcome behind the end of the lease counts as long
// as nobody else has claimed it.
func TestLeaseEndsAndNobodyComes(t *testing.T) {
	onBoth(t, func(t *testing.T, open func(*testing.T) *house) {
		h := open(t)
		h.sends(func(context.Context, *transports.Delivery) (transports.Receipt, error) {
			h.wait(time.Hour)
			return delivered("late")
		})
		if ev := h.event(); ev.State != bridge.Delivered || ev.Attempts != 1 {
			t.Errorf("got %s after %d attempts, want delivered after one", ev.State, ev.Attempts)
		}
		h.check(true)
	})
}

// drainAs has another bridge do all that is due.
func (h *house) drainAs(b *bridge.Bridge) {
	h.t.Helper()
	if err := b.Drain(h.t.Context()); err != nil {
		h.t.Fatal(err)
	}
}

// TestAnswerAfterTheTimeout: a webhook receiver carries the event out, and answers
// when its sender has given up. The next attempt has the same id: a receiver that
// honours ids carries out one.
func TestAnswerAfterTheTimeout(t *testing.T) {
	var mu sync.Mutex
	var calls []string
	effects := map[string]string{}
	answer, answered := make(chan struct{}), make(chan struct{})
	app := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		mu.Lock()
		id := r.Header.Get("webhook-id")
		first := len(calls) == 0
		calls = append(calls, id)
		if was, again := effects[id]; again && was != string(body) {
			t.Errorf("event %s has other bytes the second time", id)
		}
		effects[id] = string(body)
		mu.Unlock()
		if first {
			<-answer
			defer close(answered)
		}
		w.WriteHeader(http.StatusNoContent)
	}))
	defer app.Close()
	sender, err := webhook.New(webhook.Config{Endpoint: "app", URL: app.URL, Secrets: []string{webhook.NewSecret()}, AllowPrivate: true, Timeout: 50 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	h := newHouse(t)
	h.sends(sender.Send)
	ev := h.event()
	if ev.State != bridge.Pending || ev.Attempts != 1 {
		t.Fatalf("got %s after %d attempts, want pending after one without an answer", ev.State, ev.Attempts)
	}
	close(answer)
	<-answered
	for range 20 { // a machine that is slow lets the next attempt run out of time, too
		h.wait(time.Hour)
		h.drain()
		if ev = h.transmission(ev.ID); ev.State == bridge.Delivered {
			break
		}
	}
	h.check(true)
	mu.Lock()
	defer mu.Unlock()
	if ev.State != bridge.Delivered || len(calls) < 2 || len(effects) != 1 || effects[ev.Key] == "" {
		t.Errorf("got %s after the calls %q with %d effects; want delivered, one effect under %s", ev.State, calls, len(effects), ev.Key)
	}
}

// TestWrongClocks: two processes whose clocks are minutes apart, and jump, work on
// the same files while deliveries fail. What is due comes earlier or later; nothing
// is lost, and each event has one identity.
func TestWrongClocks(t *testing.T) {
	onBoth(t, func(t *testing.T, open func(*testing.T) *house) {
		h := open(t)
		random := rand.New(rand.NewPCG(4, 2))
		var mu sync.Mutex
		effects, calls := map[string]int{}, 0
		send := func(_ context.Context, d *transports.Delivery) (transports.Receipt, error) {
			mu.Lock()
			defer mu.Unlock()
			effects[d.Key]++
			if calls++; calls%3 == 0 {
				return transports.Receipt{}, errors.New("503")
			}
			return delivered("yes")
		}
		h.sends(send)
		var ahead time.Duration
		other := h.beside(func() time.Time { return h.now().Add(ahead) }, send)
		const files = 24
		for i := range files {
			h.accept("acme", file{control: i + 1, sets: []set{{po: fmt.Sprint(i)}}}.String())
			ahead = time.Duration(random.IntN(1200)-600) * time.Second
			h.wait(time.Duration(random.IntN(240)-120) * time.Second)
			one, two := h.b, other
			if i%2 == 1 {
				one, two = two, one
			}
			if _, err := one.Pass(t.Context(), bridge.StepTranslate); err != nil {
				t.Fatal(err)
			}
			h.drainAs(two)
			h.check(false)
		}
		for range 8 { // all clocks are right again, and what was put off for later comes
			h.wait(time.Hour)
			h.drain()
		}
		h.check(true)
		if len(effects) != files {
			t.Errorf("%d distinct events, want %d: %v", len(effects), files, effects)
		}
	})
}
