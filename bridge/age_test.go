package bridge_test

import (
	"testing"
	"time"

	"github.com/edibridge/edibridge/bridge"
)

// TestLift: files, their events and acknowledgments, and what is sent wait in
// their lane until their time is up, counted from the accept; then they go over.
func TestLift(t *testing.T) {
	aging := bridge.Aging{After: 2 * time.Hour, Lane: bridge.Urgent}
	h := newHouse(t, sends, func(cfg *bridge.Configuration) {
		for _, p := range cfg.Partners {
			p.Lane, p.Aging = bridge.Bulk, aging
		}
		cfg.Partners[0].Agreements[0].Lanes = bridge.LanePolicy{Lane: bridge.Bulk, Aging: aging}
		cfg.Partners[1].Dispatches[0].Lanes = bridge.LanePolicy{Aging: aging}
	})
	pass := func(step bridge.Step) {
		t.Helper()
		if _, err := h.b.Pass(t.Context(), step); err != nil {
			t.Fatal(err)
		}
	}
	lanes := func(want bridge.Lane, ids ...bridge.ID) {
		t.Helper()
		for _, id := range ids {
			tr := h.transmission(id)
			if got := tr.Lane.OrNormal(); got != want {
				t.Errorf("%s %s is in lane %s, want %s", tr.Kind, id, got, want)
			}
		}
	}
	from := h.now()
	in := h.accept("acme", file{sets: []set{{po: "1"}}}.String())
	r, err := h.b.Submit(t.Context(), submission("4711", "EA", ""))
	if err != nil {
		t.Fatal(err)
	}
	doc := bridge.ID(r.ID)
	h.wait(time.Hour)
	pass(bridge.StepTranslate)
	events, _ := h.outbound(in, bridge.KindEvent)
	acks, _ := h.outbound(in, bridge.KindAcknowledgment)
	issued, _ := h.outbound(doc, bridge.KindInterchange)
	if len(events) != 2 || len(acks) != 1 || len(issued) != 1 {
		t.Fatalf("%d events, %d acknowledgments, %d interchanges; want two, one, one", len(events), len(acks), len(issued))
	}
	waiting := []bridge.ID{events[0].ID, events[1].ID, acks[0].ID, issued[0].ID}
	for _, id := range waiting {
		if got, want := h.transmission(id).Lift, (bridge.Lift{At: from.Add(2 * time.Hour), To: bridge.Urgent}); got != want {
			t.Errorf("%s is lifted\n got %+v\nwant %+v", id, got, want)
		}
	}
	late := h.accept("acme", file{control: 2, sets: []set{{po: "2"}}}.String())
	h.wait(time.Hour)
	pass(bridge.StepExpire)
	lanes(bridge.Urgent, waiting...)
	lanes(bridge.Bulk, in, late) // the one is translated, the other came later
	h.wait(time.Hour)
	pass(bridge.StepExpire)
	lanes(bridge.Urgent, late)
	h.drain()
	h.check(true)
}

// TestLiftNowhere: what is in a lane as urgent stays there, and has no Lift.
func TestLiftNowhere(t *testing.T) {
	h := newHouse(t, func(cfg *bridge.Configuration) {
		cfg.Partners[0].Lane = bridge.Urgent
		cfg.Partners[0].Aging = bridge.Aging{After: time.Hour, Lane: bridge.Normal}
	})
	id := h.accept("acme", file{sets: []set{{po: "1"}}}.String())
	if got := h.transmission(id); got.Lane != bridge.Urgent || got.Lift != (bridge.Lift{}) {
		t.Errorf("got lane %s, lifted %+v; want urgent, never", got.Lane, got.Lift)
	}
}
