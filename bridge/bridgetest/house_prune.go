package bridgetest

import (
	"slices"

	"github.com/edibridge/edibridge/archive"
	"github.com/edibridge/edibridge/bridge"
)

// prunings reads what was pruned from the log: the leaves that leaves of kind
// prune follow from are those of bodies whose Transmissions went.
func (c *check) prunings() {
	c.pruned, c.thinned = map[string]bool{}, map[string]bool{}
	for id, leaf := range c.leaves {
		if leaf.Kind != archive.LeafPrune {
			continue
		}
		for _, p := range leaf.Parents {
			if c.pruned[p] {
				c.problem("pruned", id, "%s was pruned before", p)
			}
			c.pruned[p] = true
		}
	}
	for p := range c.pruned {
		if leaf := c.leaves[p]; leaf != nil {
			for _, cause := range leaf.Parents {
				c.thinned[cause] = true
			}
		}
	}
}

// kept checks that what the log says was kept is there or was pruned, and never
// both.
func (c *check) kept() {
	there := map[string]bool{}
	for _, t := range c.order {
		there[t.Leaf] = true
		if c.pruned[t.Leaf] {
			c.problem("pruned", string(t.ID), "it was pruned, and is there")
		}
		if !t.Pruned.IsZero() && !c.thinned[t.Leaf] {
			c.problem("pruned", string(t.ID), "something that followed from it was pruned, and the log does not say so")
		}
	}
	for id, leaf := range c.leaves {
		body := slices.Contains([]archive.LeafKind{archive.LeafRawIn, archive.LeafRawOut, archive.LeafAck, archive.LeafEvent}, leaf.Kind)
		if body && !there[id] && !c.pruned[id] {
			c.problem("pruned", id, "what its leaf (%s) says was kept is not there, and was not pruned", leaf.Kind)
		}
	}
}

// gone reports whether a Transmission was pruned, as far as the log tells.
func (c *check) gone(id bridge.ID) bool {
	return c.pruned[bridge.BodyLeafID(bridge.In, "", id)] || slices.ContainsFunc([]bridge.Kind{bridge.KindEvent, bridge.KindAcknowledgment, bridge.KindInterchange},
		func(k bridge.Kind) bool { return c.pruned[bridge.BodyLeafID(bridge.Out, k, id)] })
}

// prunedEvent reports whether an event was pruned.
func (c *check) prunedEvent(id bridge.ID) bool {
	return c.pruned[bridge.BodyLeafID(bridge.Out, bridge.KindEvent, id)]
}
