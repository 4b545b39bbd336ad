package bridgetest

import "github.com/edibridge/edibridge/bridge"

// traced checks that a Transmission stands in the trace of what it follows from,
// below that.
func (c *check) traced(t *bridge.Transmission) {
	if len(t.Causes) == 0 {
		return
	}
	cause := c.transmissions[t.Causes[0]]
	if cause == nil || cause.Trace.ID == t.Trace.ID && t.Trace.ID == (bridge.TraceID{}) {
		return // said elsewhere; nothing is traced
	}
	if t.Trace.ID != cause.Trace.ID || t.Trace.Parent != cause.ID.Span() {
		c.problem("trace", string(t.ID), "it stands in trace %s below %s, and follows from %s of trace %s", t.Trace.ID, t.Trace.Parent, cause.ID, cause.Trace.ID)
	}
}
