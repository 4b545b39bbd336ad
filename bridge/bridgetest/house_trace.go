package bridgetest

import (
	"slices"

	"github.com/edibridge/edibridge/bridge"
)

// traced checks that a Transmission stands in the trace of what it follows from,
// below that; of a batch, that it is linked with it.
func (c *check) traced(t *bridge.Transmission) {
	if len(t.Causes) == 0 {
		return
	}
	cause := c.transmissions[t.Causes[0]]
	if cause == nil || cause.Trace.ID == t.Trace.ID && t.Trace.ID == (bridge.TraceID{}) {
		return // said elsewhere; nothing is traced
	}
	if t.Kind == bridge.KindBatch { // it begins one of its own
		if !slices.Contains(t.Trace.Links, cause.SpanContext()) && len(t.Trace.Links) < 20 {
			c.problem("trace", string(t.ID), "it does not name its document %s", cause.ID)
		}
		return
	}
	if t.Trace.ID != cause.Trace.ID || t.Trace.Parent != cause.ID.Span() {
		c.problem("trace", string(t.ID), "it stands in trace %s below %s, and follows from %s of trace %s", t.Trace.ID, t.Trace.Parent, cause.ID, cause.Trace.ID)
	}
}
