package bridge_test

import (
	"errors"
	"fmt"
	"iter"
	"strings"
	"testing"
	"time"

	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/bridge/bridgetest"
	"github.com/edibridge/edibridge/bridge/sqlstore/pgtest"
	"github.com/edibridge/edibridge/transports"
)

// TestFaultsAtEverySeam makes every call that one flow makes to the store and
// the archive fail, each twice: failed and not stored, failed but stored. The
// partner repeats what was not taken, the work is tried again, and at the end
// nothing is lost and nothing is doubled. The house is checked after every step.
func TestFaultsAtEverySeam(t *testing.T) {
	sound := bridgetest.NewFaults()
	faulty(newHouse(t), sound)
	points := append(bridgetest.StorePoints(), bridgetest.BodyPoints()...)
	eachFault(t, sound, points, 3, func(t *testing.T, f bridgetest.Fault) {
		t.Parallel()
		happens(t, f, func(faults *bridgetest.Faults) { faulty(newHouse(t), faults) })
	})
}

// faultsOf gives a fault of each of the calls of points, before and after.
func faultsOf(points []bridgetest.Point, calls func(bridgetest.Point) int) iter.Seq[bridgetest.Fault] {
	return func(yield func(bridgetest.Fault) bool) {
		for _, p := range points {
			for nth := 1; nth <= calls(p); nth++ {
				for _, when := range []bridgetest.When{bridgetest.Before, bridgetest.After} {
					if !yield(bridgetest.Fault{Point: p, Nth: nth, When: when}) {
						return
					}
				}
			}
		}
	}
}

// eachFault runs play with a fault of each call that sound saw of points, before
// and after, the first ones up to most.
func eachFault(t *testing.T, sound *bridgetest.Faults, points []bridgetest.Point, most int, play func(*testing.T, bridgetest.Fault)) {
	for f := range faultsOf(points, func(p bridgetest.Point) int { return min(sound.Calls(p), most) }) {
		t.Run(fmt.Sprintf("%s %d %s", f.Point, f.Nth, f.When), func(t *testing.T) { play(t, f) })
	}
}

// happens plays with a fault, which has to come.
func happens(t *testing.T, f bridgetest.Fault, play func(*bridgetest.Faults)) {
	faults := bridgetest.NewFaults(f)
	play(faults)
	if faults.Calls(f.Point) < f.Nth {
		t.Error("the fault never happened")
	}
}

// TestFaultsOverPostgres makes every kind of write fail once in each way, over a
// server.
func TestFaultsOverPostgres(t *testing.T) {
	server := pgtest.Start(t)
	sound := bridgetest.NewFaults()
	faulty(newHouseOn(t, server.Database(t)), sound)
	writes := bridgetest.StorePoints()[:20]
	eachFault(t, sound, writes, 1, func(t *testing.T, f bridgetest.Fault) {
		faulty(newHouseOn(t, server.Database(t)), bridgetest.NewFaults(f))
	})
}

// faulty plays a file of three sets, the second bad, through a house with faults.
func faulty(h *house, faults *bridgetest.Faults) {
	t := h.t
	h.opts = func(o *bridge.Options) { o.SliceSets = 2 } // so that there is more than one slice
	h.opened(faults)
	body := file{ack: "1", sets: []set{{po: "1"}, {po: "2", bad: true}, {po: "3"}}}.String()
	taken := 0
	for range 3 { // the partner repeats until it is told "received"
		if _, err := h.b.Accept(t.Context(), &transports.Delivery{Endpoint: "sftp", Peer: "acme", Name: "po.edi", Body: strings.NewReader(body)}); err == nil {
			taken++
			break
		}
		h.check(false)
	}
	if taken != 1 {
		t.Fatal("the file was never taken")
	}
	for range 6 {
		if err := h.b.Drain(t.Context()); err != nil && !errors.Is(err, bridgetest.ErrFault) {
			t.Fatal(err)
		}
		h.check(false)
		h.wait(time.Hour)
	}
	box := h.b.Mailbox()
	for range 3 {
		items, err := box.List(t.Context(), "sftp", "acme")
		for _, it := range items {
			ev := transports.Evidence{Kind: "mailbox-taken", At: h.now(), Bytes: []byte("read to the end")}
			err = errors.Join(err, box.Taken(t.Context(), "sftp", "acme", it.ID, ev))
		}
		h.check(false)
		if err == nil {
			break
		}
	}
	h.check(true)
	keys := h.app.keys()
	if len(keys) != 2 {
		t.Errorf("the app saw %d distinct events, want 2: %v", len(keys), keys)
	}
	files, err := h.store.List(t.Context(), bridge.ListQuery{Kind: bridge.KindFile})
	if err != nil {
		t.Fatal(err)
	}
	verdict, answers := "", 0
	for _, f := range files {
		acks, texts := h.outbound(f.ID, bridge.KindAcknowledgment)
		for i, a := range acks {
			answers++
			verdict += strings.Join(verdicts(texts[i:i+1]), " ") + ";"
			if a.State != bridge.Delivered {
				t.Errorf("%s is %s", a.Name, a.State)
			}
		}
	}
	if want := 2 * len(files); answers != want { // a 997 and a TA1 for each file in custody
		t.Errorf("%d answers (%s) for %d files", answers, verdict, len(files))
	}
}

// opened puts faults between the bridge and its store and archive; the test's
// own checks go around them.
func (h *house) opened(f *bridgetest.Faults) {
	store, bodies := h.store, h.bodies
	h.store, h.bodies = f.Store(store), f.Bodies(bodies)
	h.make()
	h.store, h.bodies = store, bodies
}
