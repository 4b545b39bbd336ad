package bridge_test

import (
	"errors"
	"testing"
	"time"

	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/transports"
)

func TestRetryKeepsTheIdentity(t *testing.T) {
	h := newHouse(t, func(c *bridge.Configuration) { c.Partners[0].Agreements[0].Events = []string{"app"} })
	h.app.fail = func(n int, _ *transports.Delivery) error {
		if n <= 2 {
			return &transports.Failure{Err: errors.New("503"), RetryAfter: 7 * time.Minute}
		}
		return nil
	}
	id := h.accept("acme", file{sets: []set{{po: "1"}}}.String())
	h.drain()
	events, _ := h.outbound(id, bridge.KindEvent)
	if events[0].State != bridge.Pending || events[0].NextAt.Sub(h.now()) < 7*time.Minute {
		t.Fatalf("after a 503 it is %s, next in %v; want pending for the 7 minutes asked for", events[0].State, events[0].NextAt.Sub(h.now()))
	}
	h.drain() // nothing is due
	for range 2 {
		h.wait(time.Hour)
		h.drain()
	}
	h.check(true)
	keys := h.app.keys()
	if len(keys) != 1 || keys[events[0].Key] != 3 {
		t.Errorf("the app saw %v, want three times %s", keys, events[0].Key)
	}
}

func TestDeadLettersWaitForAPerson(t *testing.T) {
	h := newHouse(t, func(c *bridge.Configuration) { c.Partners[0].Agreements[0].Events = []string{"app"} })
	h.app.fail = func(int, *transports.Delivery) error {
		said := &transports.Evidence{Kind: "http-response", At: h.now(), Bytes: []byte("HTTP/1.1 410 Gone")}
		return &transports.Failure{Err: errors.New("410 gone"), Permanent: true, Evidence: said}
	}
	id := h.accept("acme", file{sets: []set{{po: "1"}}}.String())
	h.drain()
	events, _ := h.outbound(id, bridge.KindEvent)
	retry := func() {
		t.Helper()
		if s := h.transmission(events[0].ID); s.State != bridge.Dead || s.Reason == "" {
			t.Fatalf("got %s (%q), want dead with a reason", s.State, s.Reason)
		}
		h.wait(24 * time.Hour)
		h.drain()
		if h.transmission(events[0].ID).State != bridge.Dead {
			t.Error("it was tried again by itself")
		}
		err := h.b.Operate(t.Context(), bridge.NewOperation(bridge.Retry, events[0].ID, "ops", "receiver is back", h.now()))
		if err != nil {
			t.Fatal(err)
		}
		h.drain()
	}
	retry() // in vain: each round leaves its own evidence
	h.app.fail = nil
	retry()
	if seen, err := h.store.Evidence(t.Context(), events[0].ID); err != nil || len(seen) != 5 {
		t.Errorf("got %d evidences, %v; want one of each attempt and decision", len(seen), err)
	}
	h.check(true)
	if s := h.transmission(events[0].ID).State; s != bridge.Delivered {
		t.Errorf("after retry it is %s, want delivered", s)
	}
}

func TestPolicyEndsRetries(t *testing.T) {
	h := newHouse(t, func(c *bridge.Configuration) {
		c.Partners[0].Agreements[0].Events = []string{"app"}
		ep := c.Endpoints["app"]
		ep.Retry = bridge.RetryPolicy{Base: time.Second, Max: time.Minute, Attempts: 3}
		c.Endpoints["app"] = ep
	})
	h.app.fail = func(int, *transports.Delivery) error { return errors.New("connection refused") }
	id := h.accept("acme", file{sets: []set{{po: "1"}}}.String())
	for range 6 {
		h.drain()
		h.wait(time.Hour)
	}
	events, _ := h.outbound(id, bridge.KindEvent)
	if events[0].State != bridge.Dead || events[0].Attempts != 3 {
		t.Errorf("got %s after %d attempts, want dead after 3", events[0].State, events[0].Attempts)
	}
}

func TestMailboxIsOnePeersOwn(t *testing.T) {
	h := newHouse(t)
	tr := h.take("acme", file{sets: []set{{po: "1"}}}.String())
	acks, texts := h.outbound(tr.ID, bridge.KindAcknowledgment)
	box := h.b.Mailbox()
	items, err := box.List(t.Context(), "sftp", "acme")
	if err != nil || len(items) != 1 || items[0].ID != string(acks[0].ID) || items[0].Size != int64(len(texts[0])) {
		t.Fatalf("got %+v, %v; want the one 997", items, err)
	}
	if _, err := box.Open(t.Context(), "sftp", "globex", items[0].ID); !errors.Is(err, transports.ErrNotFound) {
		t.Errorf("another peer opened it: %v", err)
	}
	ev := transports.Evidence{Kind: "mailbox-taken", At: h.now(), Detail: map[string]string{"how": "read"}}
	for range 2 {
		if err := box.Taken(t.Context(), "sftp", "acme", items[0].ID, ev); err != nil {
			t.Fatal(err)
		}
	}
	h.check(true)
	if s := h.transmission(acks[0].ID).State; s != bridge.Delivered {
		t.Errorf("taken, it is %s, want delivered", s)
	}
	items, err = box.List(t.Context(), "sftp", "acme")
	if err != nil || len(items) != 1 || items[0].Taken.IsZero() {
		t.Errorf("got %+v, %v; want it listed as taken", items, err)
	}
}
