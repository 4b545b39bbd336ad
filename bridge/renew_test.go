package bridge_test

import (
	"errors"
	"testing"
	"time"

	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/bridge/bridgetest"
)

// TestLongSlice: a slice that takes longer than its lease keeps it, also where a
// renewal fails: nobody claims the file meanwhile, and it is translated once.
func TestLongSlice(t *testing.T) {
	h := newHouse(t)
	h.opts = func(o *bridge.Options) { o.Lease = 30 * time.Millisecond }
	renewed, over := make(chan struct{}), make(chan struct{})
	slow := func() error {
		defer close(over)
		for range 3 { // each shorter than the lease, together longer
			h.wait(20 * time.Millisecond)
			<-renewed
			<-renewed // the second one begins behind the wait
		}
		got, err := h.store.Claim(t.Context(), bridge.ClaimQuery{Step: bridge.StepTranslate, Owner: "another", Limit: 1, Now: h.now(), Until: h.now().Add(time.Hour)})
		if len(got) != 0 {
			t.Error("another process claimed what is worked on")
		}
		return err
	}
	plan := []bridgetest.Fault{{Point: "PutAll", Nth: 1, When: bridgetest.Before, Do: slow}}
	for nth := 1; nth <= 7; nth++ {
		plan = append(plan, bridgetest.Fault{Point: "Renew", Nth: nth, When: bridgetest.After, Do: func() error {
			select {
			case renewed <- struct{}{}:
			case <-over:
			}
			if nth == 1 {
				return errors.New("no answer")
			}
			return nil
		}})
	}
	h.opened(bridgetest.NewFaults(plan...))
	in := h.take("acme", file{sets: []set{{po: "1"}}}.String())
	if in.State != bridge.Translated {
		t.Errorf("the file\n got %s\nwant it translated", in.State)
	}
	h.check(true)
}
