package bridgetest

import (
	"github.com/edibridge/edibridge/bridge"
)

// resubmitted checks what came in with a cause: it was sent in the place of one
// that was let go for that.
func (c *check) resubmitted(t *bridge.Transmission) {
	if len(t.Causes) == 0 {
		return
	}
	old := c.transmissions[t.Causes[0]]
	switch {
	case old == nil:
		c.problem("cause", string(t.ID), "its cause %s is not there", t.Causes[0])
	case len(t.Causes) > 1 || old.Direction != bridge.In || old.State != bridge.Discarded:
		c.problem("cause", string(t.ID), "it came in and has the cause %s, which is %s", old.ID, old.State)
	}
}

// promotions checks what jobs had delivered again.
func (c *check) promotions() {
	for id, p := range c.promoted {
		t := c.transmissions[id]
		switch {
		case t == nil:
			c.problem("promotion", string(id), "promoted by %s, and not there", p.Job)
		case t.Causes[0] != p.Item:
			c.problem("promotion", string(id), "promoted for %s, and follows from %s", p.Item, t.Causes[0])
		case id != bridge.PromotionID(p.Job, p.Item, p.Place, t.Endpoint) && id != bridge.FollowID(p.Item, bridge.KindEvent, p.Place, t.Endpoint):
			c.problem("promotion", string(id), "not the id of %s of %s for %s", p.Place, p.Item, t.Endpoint)
		}
	}
}

// profiles checks the sums of coverage and the bound of features. Sums outlive
// their documents, so that they may be greater.
func (c *check) profiles() {
	have := map[bridge.ProfileKey]int64{}
	for id, docs := range c.documents {
		if t := c.transmissions[id]; t == nil || t.Kind != bridge.KindFile {
			continue
		}
		for _, d := range docs {
			if d.Elements > 0 {
				have[bridge.ProfileKey{Partner: d.Partner, Set: d.Type, Release: d.Version}]++
			}
		}
	}
	for k, n := range have {
		if c.covered[k] < n {
			c.problem("coverage", k.Partner, "the sums of %s %s have %d documents of %d", k.Set, k.Release, c.covered[k], n)
		}
	}
	for partner, n := range c.features {
		if n > bridge.MaxFeatures {
			c.problem("feature", partner, "%d features are kept", n)
		}
	}
}
