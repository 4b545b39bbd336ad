package sqlstore

import (
	"github.com/edibridge/edibridge/bridge"
)

// traceBytes is how a trace context is stored: trace id, parent span, and of each
// link its trace id and span, one behind the other.
func traceBytes(c *bridge.TraceContext) []byte {
	b := append(append(make([]byte, 0, 24*(1+len(c.Links))), c.ID[:]...), c.Parent[:]...)
	for i := range c.Links {
		b = append(append(b, c.Links[i].Trace[:]...), c.Links[i].Span[:]...)
	}
	return b
}

// traceOf reads what traceBytes wrote. A row of an earlier version has none: its
// trace is that of its main cause, or begins with it.
func traceOf(b []byte, t *bridge.Transmission) bridge.TraceContext {
	if len(b) < 24 {
		if len(t.Causes) == 0 {
			return bridge.BeginTrace(t.ID)
		}
		c := bridge.BeginTrace(t.Causes[0])
		c.Parent = t.Causes[0].Span()
		return c
	}
	c := bridge.TraceContext{ID: bridge.TraceID(b[:16]), Parent: bridge.SpanID(b[16:24])}
	for b = b[24:]; len(b) >= 24; b = b[24:] {
		c.Links = append(c.Links, bridge.SpanContext{Trace: bridge.TraceID(b[:16]), Span: bridge.SpanID(b[16:24])})
	}
	return c
}

// follows gives a new follow-up the trace of its causes, where it has none of its
// own.
func (x *txn) follows(t *bridge.Transmission, causes map[bridge.ID]*standing) error {
	if t.Trace.ID != (bridge.TraceID{}) {
		return nil
	}
	var spans []bridge.SpanContext
	for _, id := range t.Causes {
		st := causes[id]
		if st.trace == (bridge.TraceID{}) { // of an earlier version
			r, err := x.transmission(st.n)
			if err != nil {
				return err
			}
			st.trace = r.t.Trace.ID
		}
		spans = append(spans, bridge.SpanContext{Trace: st.trace, Span: id.Span()})
	}
	t.Trace = bridge.ContinueTrace(spans...)
	return nil
}

// continues gives a Transmission the trace that it goes on with.
func (x *txn) continues(st *standing, c *bridge.TraceContext) error {
	if c == nil {
		return nil
	}
	st.trace = c.ID
	return x.send("UPDATE transmission SET trace = $1 WHERE n = $2", traceBytes(c), st.n)
}

// link adds a further cause to the trace context of the Transmission n.
func (x *txn) link(n int64, to *standing) error {
	var stored []byte
	if _, err := x.row("SELECT trace FROM transmission WHERE n = $1", []any{n}, &stored); err != nil {
		return err
	}
	c := traceOf(stored, &bridge.Transmission{})
	links := len(c.Links)
	if c = c.Link(bridge.SpanContext{Trace: to.trace, Span: to.id.Span()}); len(c.Links) == links {
		return nil
	}
	return x.send("UPDATE transmission SET trace = $1 WHERE n = $2", traceBytes(&c), n)
}
