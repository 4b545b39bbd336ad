package bridge_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/bridge/bridgetest"
	"github.com/edibridge/edibridge/bridge/views"
)

// order is what is known of an order, as "partner state [ordered of each line]".
func (h *house) order(po string) string {
	h.t.Helper()
	said, _, err := bridge.AllSaid(h.t.Context(), h.store, views.Subject{View: views.ViewOrder, Key: po}, 100)
	if err != nil {
		h.t.Fatal(err)
	}
	var out []string
	for _, o := range views.FoldOrder(po, said).Orders {
		var lines []string
		for _, l := range o.Lines {
			lines = append(lines, fmt.Sprint(l.Ordered.List()))
		}
		out = append(out, fmt.Sprint(o.Partner, " ", o.Direction, " ", o.State, " ", strings.Join(lines, "")))
	}
	return strings.Join(out, "; ")
}

// wantOrder wants an order to be known so.
func (h *house) wantOrder(when, po, want string) {
	h.t.Helper()
	if got := h.order(po); got != want {
		h.t.Errorf("%s: order %s\n got %s\nwant %s", when, po, got, want)
	}
}

// TestViews: accepted documents say what they say, whichever way they go; what is
// rejected, repeated or sent twice says nothing.
func TestViews(t *testing.T) {
	h := newHouse(t, sends)
	h.take("acme", file{sets: []set{{po: "0001", amount: 5}, {po: "2", bad: true}}}.String())
	h.take("acme", file{sets: []set{{po: "0001", amount: 5}, {po: "2", bad: true}}}.String())
	h.take("acme", file{control: 2, sets: []set{{po: "0001", amount: 5}}}.String())
	if _, err := h.b.Submit(t.Context(), submission("4711", "EA", "")); err != nil {
		t.Fatal(err)
	}
	h.drain()
	h.check(true)
	h.wantOrder("received", "1", "acme in ordered [{5 EA}]")
	h.wantOrder("rejected", "2", "")
	h.wantOrder("sent", "4711", "globex out ordered [{12 EA}]")
	subjects, err := h.store.Subjects(t.Context(), bridge.SubjectQuery{View: views.ViewOrder, Limit: 10})
	if err != nil || fmt.Sprint(subjects) != "[1 4711]" {
		t.Errorf("orders\n got %v, %v\nwant 1 and 4711", subjects, err)
	}
}

// TestViewsAfterRepair: what left quarantine says what it says; trying it said
// nothing.
func TestViewsAfterRepair(t *testing.T) {
	h := newHouse(t)
	agreements := h.cfg.Partners[0].Agreements
	h.cfg.Partners[0].Agreements = nil
	id := h.take("acme", file{sets: []set{{po: "1", amount: 5}}}.String()).ID
	mended := testConfiguration(t)
	mended.Partners[0].Agreements = agreements
	h.replay("job", bridge.Selection{}, mended)
	h.wantOrder("tried", "1", "")
	h.cfg = mended
	if p := h.promote(bridge.PromoteOrder{Job: "job", Item: id}); !p.Repaired {
		t.Fatalf("repair\n got %+v\nwant it done", p)
	}
	h.drain()
	h.check(true)
	h.wantOrder("repaired", "1", "acme in ordered [{5 EA}]")
}

// views goes over all files and gives what differed, and what was kept.
func (h *house) views(c bridge.ViewCheck) (differing, kept int, err error) {
	h.t.Helper()
	err = c.Run(h.t.Context(), 0, func(f *bridge.FileViews) error {
		differing, kept = differing+f.Differing, kept+f.Kept
		if f.Reason != "" {
			h.t.Errorf("file %s\n got %s\nwant it tried", f.Transmission, f.Reason)
		}
		return nil
	})
	return differing, kept, err
}

// TestViewCheck: what is missing, or was said by another mapping, is found and
// mended; what would not be accepted any more keeps what it said; a check changes
// nothing.
func TestViewCheck(t *testing.T) {
	h := newHouse(t, sends)
	id := h.take("acme", file{sets: []set{{po: "1", amount: 5}, {po: "2", amount: 6}}}.String()).ID
	if _, err := h.b.Submit(t.Context(), submission("4711", "EA", "")); err != nil {
		t.Fatal(err)
	}
	h.drain()
	c := bridge.ViewCheck{Store: h.store, Bodies: h.bodies, Config: h.cfg}
	want := func(when string, differing, kept int) {
		t.Helper()
		d, k, err := h.views(c)
		if err != nil || d != differing || k != kept {
			t.Errorf("%s\n got %d differing and %d kept, %v\nwant %d and %d", when, d, k, err, differing, kept)
		}
	}
	want("as translated", 0, 0)
	if err := h.store.Retell(t.Context(), bridge.Retelling{Transmission: id, Ordinals: []int{2}}); err != nil {
		t.Fatal(err)
	}
	before := h.audit()
	want("one document silenced", 1, 0)
	if got := h.audit(); got != before {
		t.Errorf("the check changed the store\n got %s\nwant %s", got, before)
	}
	c.Retell = h.store.Retell
	want("mended", 1, 0)
	h.check(true)
	want("mended before", 0, 0)

	c.Config = changed(t, "PO1/PO102  -\n")
	want("by another mapping, and none of our own", 2, 1)
	h.wantOrder("by another mapping", "1", "acme in ordered []")
	c.Config = testConfiguration(t)
	sends(c.Config)
	want("by the first one", 2, 0)
	c.Config.Partners[0].Agreements = nil
	want("without an agreement", 0, 2)
	h.wantOrder("kept", "1", "acme in ordered [{5 EA}]")
}

// TestViewCheckFaults: a rebuild that fails before and after each of its calls comes
// to the same end when it is begun again.
func TestViewCheckFaults(t *testing.T) {
	rebuild := func(t *testing.T, faults *bridgetest.Faults, want error) {
		h := newHouse(t)
		id := h.take("acme", file{sets: []set{{po: "1"}, {po: "2"}}}.String()).ID
		if err := h.store.Retell(t.Context(), bridge.Retelling{Transmission: id, Ordinals: []int{1, 2}}); err != nil {
			t.Fatal(err)
		}
		c := bridge.ViewCheck{Store: faults.Store(h.store), Bodies: faults.Bodies(h.bodies), Config: h.cfg, Retell: faults.Store(h.store).Retell}
		if _, _, err := h.views(c); !errors.Is(err, want) {
			t.Errorf("the first time\n got %v\nwant %v", err, want)
		}
		if want != nil {
			if _, _, err := h.views(c); err != nil {
				t.Error(err)
			}
		}
		h.check(true)
	}
	sound := bridgetest.NewFaults()
	rebuild(t, sound, nil)
	eachFault(t, sound, []bridgetest.Point{"Files", "Documents", "FactsOf", "Get", "Retell"}, 1, func(t *testing.T, f bridgetest.Fault) {
		t.Parallel()
		rebuild(t, bridgetest.NewFaults(f), bridgetest.ErrFault)
	})
}
