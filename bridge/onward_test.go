package bridge_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/bridge/bridgetest"
	"github.com/edibridge/edibridge/transports"
)

// TestOnward: in a bridge that rests a file goes its way on the leases that come
// with its commits: nobody claims it, and no attempt has a commit of its own.
func TestOnward(t *testing.T) {
	onBoth(t, func(t *testing.T, open func(*testing.T) *house) {
		h, calls := open(t), bridgetest.NewFaults()
		h.opened(calls)
		id := h.through(calls, file{sets: []set{{po: "1"}, {po: "2", bad: true}}}.String(), "CommitOn", 2)
		if a, c := calls.Calls("Attempt"), calls.Calls("CommitOn"); a != 0 || c != 1 {
			t.Errorf("%d attempts and %d commits that lease were made, want 0 and 1", a, c)
		}
		h.check(true)
		events, _ := h.outbound(id, bridge.KindEvent)
		for _, e := range events {
			if e.State != bridge.Delivered || e.Attempts != 1 {
				t.Errorf("the event to %s is %s after %d attempts", e.Endpoint, e.State, e.Attempts)
			}
		}
		if len(events) == 0 {
			t.Error("no event was sent")
		}
	})
}

// TestOnwardFaults: whatever fails while leases come with commits, the end is the
// same.
func TestOnwardFaults(t *testing.T) {
	body := file{ack: "1", sets: []set{{po: "1"}, {po: "2"}}}.String()
	sound := bridgetest.NewFaults()
	h := newHouse(t)
	h.opened(sound)
	h.through(sound, body, "CommitOn", 99)
	eachFault(t, sound, []bridgetest.Point{"Accept", "Reserve", "CommitOn", "Commit"}, 9, func(t *testing.T, f bridgetest.Fault) {
		happens(t, f, func(faults *bridgetest.Faults) {
			h := newHouse(t)
			h.opened(faults)
			h.through(faults, body, f.Point, f.Nth)
			for range 4 {
				h.wait(time.Hour)
				if err := h.b.Drain(t.Context()); err != nil && !errors.Is(err, bridgetest.ErrFault) {
					t.Fatal(err)
				}
				h.check(false)
			}
			h.check(true)
			if keys := h.app.keys(); len(keys) != 2 {
				t.Errorf("the app saw the events %v, want two", keys)
			}
		})
	})
}

// through runs the bridge while a file comes, until nothing is left to do or a point
// has been called so often.
func (h *house) through(calls *bridgetest.Faults, body string, p bridgetest.Point, nth int) (id bridge.ID) {
	h.t.Helper()
	took := false
	h.run(func() bool {
		if !took {
			r, err := h.b.Accept(h.t.Context(), &transports.Delivery{Endpoint: "sftp", Peer: "acme", Name: "po.edi", Body: strings.NewReader(body)})
			id, took = bridge.ID(r.ID), err == nil
			return false // the partner repeats until it is told "received"
		}
		counts, err := h.store.Counts(h.t.Context())
		if err != nil {
			h.t.Fatal(err)
		}
		open := counts[bridge.Accepted] + counts[bridge.Held] + counts[bridge.Pending] + counts[bridge.Attempted]
		return open == 0 || calls.Calls(p) >= nth
	})
	return id
}
