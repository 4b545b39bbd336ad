package bridge_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/transports"
)

// evenings opens from 18:00 to 20:00 UTC each day.
func evenings() *bridge.Window {
	all := [7]bool{true, true, true, true, true, true, true}
	return &bridge.Window{Spans: []bridge.Span{{Days: all, From: 18 * 60, To: 20 * 60}}, Zone: time.UTC}
}

// TestWindowOfEndpoint: outside of its window nothing goes to an endpoint, and
// nothing is used up; at the opening it goes.
func TestWindowOfEndpoint(t *testing.T) {
	h := newHouse(t, func(cfg *bridge.Configuration) {
		app := cfg.Endpoints["app"]
		app.Window = evenings()
		cfg.Endpoints["app"] = app
	})
	id := h.accept("acme", file{sets: []set{{po: "4711"}}}.String())
	h.drain()
	h.check(false)
	events, _ := h.outbound(id, bridge.KindEvent)
	for _, e := range events {
		if want := map[string]bridge.State{"app": bridge.Pending, "bus": bridge.Delivered}[e.Endpoint]; e.State != want || want == bridge.Pending && e.Attempts != 0 {
			t.Errorf("the event to %s is %s after %d attempts, want %s", e.Endpoint, e.State, e.Attempts, want)
		}
	}
	tl, err := bridge.Trace(t.Context(), h.store, "po:4711", false)
	if err != nil {
		t.Fatal(err)
	}
	h.cfg.Waiting(&tl, h.now())
	if last := tl.Timeline[len(tl.Timeline)-1]; last.What != "waits" || last.Detail != "for its window until 2026-11-23T18:00:00Z" {
		t.Errorf("trace ends with %s %s", last.What, last.Detail)
	}
	h.wait(8*time.Hour + 30*time.Minute) // 18:00
	h.drain()
	h.check(true)
	if len(h.app.got) != 2 {
		t.Errorf("%d deliveries, want 2", len(h.app.got))
	}
}

// TestWindowOfAgreement: outside of its window an agreement's interchanges stay; an
// endpoint's others go, and what waits uses up no attempt.
func TestWindowOfAgreement(t *testing.T) {
	h := newHouse(t, sends, func(cfg *bridge.Configuration) {
		d := cfg.Partners[1].Dispatches[0]
		d.To, d.Window = "app", evenings()
		other := *d
		other.Name, other.Window = "others", nil
		cfg.Partners[1].Dispatches = append(cfg.Partners[1].Dispatches, &other)
	})
	var ids []bridge.ID
	for i, agreement := range []string{"our-orders", "others"} {
		s := submission([]string{"1", "2"}[i], "EA", "")
		s.Agreement = agreement
		r, err := h.b.Submit(t.Context(), s)
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, bridge.ID(r.ID))
	}
	h.drain()
	h.wait(8 * time.Hour)
	h.drain()
	h.check(false)
	h.wantBodies("2")
	if trs, _ := h.outbound(ids[0], bridge.KindInterchange); trs[0].Attempts != 0 || !trs[0].NextAt.Equal(time.Date(2026, 11, 23, 18, 0, 0, 0, time.UTC)) {
		t.Errorf("after %d attempts, next at %v", trs[0].Attempts, trs[0].NextAt)
	}
	h.wait(30 * time.Minute)
	h.drain()
	h.check(true)
	h.wantBodies("2", "1")
}

// wantBodies wants the orders that the app was given, delivery by delivery.
func (h *house) wantBodies(want ...string) {
	h.t.Helper()
	var got []string
	for _, c := range h.app.got {
		got = append(got, orders(c.body))
	}
	if !slices.Equal(got, want) {
		h.t.Errorf("delivered\n got %q\nwant %q", got, want)
	}
}

// TestWindowOfMailbox: what lies in a mailbox waits for no window.
func TestWindowOfMailbox(t *testing.T) {
	h := newHouse(t, sends, func(cfg *bridge.Configuration) { cfg.Partners[1].Dispatches[0].Window = evenings() })
	h.submit("1")
	h.drain()
	h.check(true)
	if trs, _ := h.sent(); trs[0].State != bridge.Available {
		t.Errorf("it is %s, want available", trs[0].State)
	}
}

// TestWindowOpens: a bridge that runs wakes at the opening, and not before.
func TestWindowOpens(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := emptyHouse(t)
		app := h.cfg.Endpoints["app"]
		app.Window = &bridge.Window{Spans: []bridge.Span{{Days: [7]bool{6: true}, From: 2 * 60, To: 3 * 60}}, Zone: time.UTC} // it is Saturday, midnight
		h.cfg.Endpoints["app"] = app
		sent := make(chan time.Time, 1)
		h.app.fail = func(int, *transports.Delivery) error {
			select {
			case sent <- time.Now():
			default:
			}
			return nil
		}
		h.cfg.Partners[0].Agreements[0].Events = []string{"app"}
		h.opts = func(o *bridge.Options) { o.Now = time.Now }
		h.open()
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		done := make(chan error, 1)
		go func() { done <- h.b.Run(ctx) }()
		h.accept("acme", file{sets: []set{{po: "4711"}}}.String())
		at := (<-sent).UTC()
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
		if want := "02:00"; !strings.HasPrefix(at.Format("15:04"), want) || at.Weekday() != time.Saturday {
			t.Errorf("delivered at %v, want Saturday %s", at, want)
		}
	})
}
