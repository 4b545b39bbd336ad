package bridge_test

import (
	"errors"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/bridge/bridgetest"
	"github.com/edibridge/edibridge/bridge/sqlstore/pgtest"
)

// TestBatchFaults makes every call of the store and the archive that a batch needs
// fail, each twice: failed and not stored, failed but stored. In the end each
// document has left once, in order, in a batch that has no other.
func TestBatchFaults(t *testing.T) {
	sound := bridgetest.NewFaults()
	batching(newHouse(t), sound)
	points := []bridgetest.Point{"Accept", "Claim", "Advance", "Commit", "Release", "Reserve", "CloseBatch", "Members", "Put", "PutAll", "Get"}
	eachFault(t, sound, points, 2+2*longer(), func(t *testing.T, f bridgetest.Fault) {
		t.Parallel()
		happens(t, f, func(faults *bridgetest.Faults) { batching(newHouse(t), faults) })
	})
}

// TestBatchFaultsOverPostgres makes every kind of write of a batch fail once in
// each way, over a server.
func TestBatchFaultsOverPostgres(t *testing.T) {
	server := pgtest.Start(t)
	sound := bridgetest.NewFaults()
	batching(newHouseOn(t, server.Database(t)), sound)
	for _, p := range []bridgetest.Point{"Commit", "Advance", "CloseBatch", "Reserve", "Claim"} {
		for nth := 1; nth <= min(sound.Calls(p), 1+longer()); nth++ {
			t.Run(fmt.Sprintf("%s %d", p, nth), func(t *testing.T) {
				batching(newHouseOn(t, server.Database(t)), bridgetest.NewFaults(bridgetest.Fault{Point: p, Nth: nth, When: bridgetest.After}))
			})
		}
	}
}

// longer is 1 in the long run, 0 else.
func longer() int {
	if os.Getenv("EDIBRIDGE_LONG") != "" {
		return 1
	}
	return 0
}

// batching plays five documents and two batches, of three slices the first, through
// a house with faults.
func batching(h *house, faults *bridgetest.Faults) {
	t := h.t
	batches(bridge.Batching{Every: time.Hour})(h.cfg)
	h.opts = func(o *bridge.Options) { o.SliceSets = 2 }
	h.opened(faults)
	hand := func(pos ...string) {
		for _, po := range pos {
			for range 3 { // the application repeats until it is told "received"
				if _, err := h.b.Submit(t.Context(), submission(po, "EA", "key of "+po)); err == nil {
					break
				}
			}
		}
	}
	hand("1", "2", "3", "4", "5")
	for i := range 7 {
		if i == 1 {
			hand("6")
		}
		if err := h.b.Drain(t.Context()); err != nil && !errors.Is(err, bridgetest.ErrFault) {
			t.Fatal(err)
		}
		h.check(false)
		h.wait(30 * time.Minute)
	}
	h.check(true)
	_, bodies := h.sent()
	got := ""
	for _, b := range bodies {
		got += orders(b) + " "
	}
	if want := "1 2 3 4 5 6 "; got != want {
		t.Errorf("sent %q, want each once: %q", got, want)
	}
}
