package bridgetest

import (
	"cmp"
	"slices"

	"github.com/edibridge/edibridge/bridge"
)

// seriesInOrder checks what leaves in the order of its control numbers.
func (c *check) seriesInOrder() {
	series := map[string][]*bridge.Transmission{}
	for _, t := range c.order {
		if again := t.Kind == bridge.KindAcknowledgment && len(t.Causes) > 1; again {
			c.behind(t, c.transmissions[t.Causes[1]])
			continue
		}
		if t.Series != "" {
			series[t.Series] = append(series[t.Series], t)
		}
	}
	for name, line := range series {
		slices.SortFunc(line, func(a, b *bridge.Transmission) int { return cmp.Compare(a.Place, b.Place) })
		var waits *bridge.Transmission // the first that has not gone
		for _, t := range line {
			if waits != nil && t.Attempts > 0 {
				c.problem("series.order", string(t.ID), "number %s of %s has gone, and %s is %s", t.Control, name, waits.Control, waits.State)
			}
			if waits == nil && c.inItsWay(t) {
				waits = t
			}
		}
		c.seriesGap(name, line)
	}
}

// behind checks what repeats first, which nil is: pruned.
func (c *check) behind(t, first *bridge.Transmission) {
	if first == nil {
		return
	}
	if t.Series != first.Series || t.Place != first.Place {
		c.problem("series.order", string(t.ID), "it repeats %s, and does not stand in its place", first.ID)
	}
	if t.Series != "" && t.Attempts > 0 && c.inItsWay(first) {
		c.problem("series.order", string(t.ID), "it repeats number %s of %s, which is %s, and has gone", first.Control, first.Series, first.State)
	}
}

// inItsWay reports whether what is numbered behind t has to wait for it. What a
// person decided about may have let others pass before.
func (c *check) inItsWay(t *bridge.Transmission) bool {
	decided := slices.ContainsFunc(c.evidence[t.ID], func(e *bridge.Evidence) bool { return e.Kind == bridge.EvidenceOperation })
	return !decided && (unfinished(t.State) || t.State == bridge.Dead && t.OnDead != bridge.Pass)
}

// seriesGap checks that no number between the first and the last of a line is
// free. line is by number.
func (c *check) seriesGap(name string, line []*bridge.Transmission) {
	for _, n := range c.series {
		if place := n.Place(); n.Series == name && n.State == bridge.NumberFree && place > line[0].Place && place < line[len(line)-1].Place {
			c.problem("series.gap", name, "number %d/%d is free, and one behind it is used", n.Epoch, n.Value)
		}
	}
}
