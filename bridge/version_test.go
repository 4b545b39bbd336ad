package bridge_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/edibridge/edibridge/bridge"
)

// A translation that was cut off goes on under the configuration that it began
// with, whatever came into force meanwhile; where that is gone, under the new one.
func TestOneVersionPerTransmission(t *testing.T) {
	for _, gone := range []bool{false, true} {
		var before *bridge.Configuration
		var known []*bridge.Configuration
		h := newHouse(t)
		before = h.cfg
		if !gone {
			known = append(known, before)
		}
		id := h.cutInTwo(file{sets: []set{{po: "1"}, {po: "2"}, {po: "3"}}}.String())
		h.opts = func(o *bridge.Options) {
			o.Past = func(_ context.Context, digest string) (*bridge.Configuration, error) {
				for _, c := range known {
					if c.Digest == digest {
						return c, nil
					}
				}
				return nil, bridge.ErrNotFound
			}
		}
		after := testConfiguration(t)
		after.Digest = "other"
		after.Partners[0].Agreements[0].Name = "orders-anew"
		h.cfg = after
		h.make()
		h.wait(time.Hour)
		h.drain()
		agreements := map[string]int{}
		for _, d := range h.documents(id) {
			agreements[d.Agreement]++
		}
		if mixed := len(agreements) > 1; mixed != gone {
			t.Errorf("gone %v: documents by agreement %v", gone, agreements)
		}
		if got, want := h.transmission(id).Config, map[bool]string{false: before.Digest, true: "other"}[gone]; got != want {
			t.Errorf("gone %v: version\n got %s\nwant %s", gone, got, want)
		}
	}
}

var errUnreadable = errors.New("cannot be read now")

// A version that cannot be read for the moment is waited for.
func TestVersionWaits(t *testing.T) {
	h := newHouse(t)
	failing := true
	id := h.cutInTwo(file{sets: []set{{po: "1"}, {po: "2"}, {po: "3"}}}.String())
	h.opts = func(o *bridge.Options) {
		o.Past = func(context.Context, string) (*bridge.Configuration, error) {
			if failing {
				return nil, errUnreadable
			}
			return testConfiguration(t), nil
		}
	}
	h.cfg = testConfiguration(t)
	h.cfg.Digest = "other"
	h.make()
	h.wait(time.Hour)
	if err := h.b.Drain(t.Context()); !errors.Is(err, errUnreadable) {
		t.Errorf("error\n got %v\nwant %v", err, errUnreadable)
	}
	failing = false
	h.wait(time.Hour)
	h.drain()
	if got := h.transmission(id).State; got != bridge.Translated {
		t.Errorf("got %s", got)
	}
}
