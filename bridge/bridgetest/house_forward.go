package bridgetest

import (
	"github.com/edibridge/edibridge/bridge"
)

// forwardsOf checks that a file has at most one forward, of the very object that
// came in, and that one which a Route has moved has it, unless it repeats another.
func (c *check) forwardsOf(t *bridge.Transmission) {
	got := 0
	for _, f := range c.effects[t.ID] {
		if f.Kind != bridge.KindForward {
			continue
		}
		got++
		if f.ID != bridge.FollowID(t.ID, bridge.KindForward, "file", f.Endpoint) || f.Body != t.Body {
			c.problem("forward.count", string(f.ID), "not the bytes of %s, or not its forward", t.ID)
		}
	}
	moved := t.Kind == bridge.KindFile && t.State == bridge.Translated && c.movedBy(t)
	if got > 1 || moved && got == 0 && t.Total == 0 && t.Pruned.IsZero() || got > 0 && t.Kind != bridge.KindFile {
		c.problem("forward.count", string(t.ID), "%s %s has %d forwards", t.Kind, t.State, got)
	}
}

// movedBy reports whether the agreement of a file is a Route of the configuration.
func (c *check) movedBy(t *bridge.Transmission) bool {
	if c.Config == nil {
		return false
	}
	for _, p := range c.Config.Partners {
		for _, r := range p.Routes {
			if p.ID == t.Partner && r.Name == t.Agreement {
				return true
			}
		}
	}
	return false
}
