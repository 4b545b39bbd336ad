package bridge

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
)

// TraceID names a trace, SpanID a span of it (W3C Trace Context, 3.2.2.3 and
// 3.2.2.4). All zeros is none.
type (
	TraceID [16]byte
	SpanID  [8]byte
)

// SpanContext is one span and the trace that it is of.
type SpanContext struct {
	Trace TraceID
	Span  SpanID
}

// TraceContext is where a Transmission stands among what led to it. The trace id
// is kept with the row, since all that follows has it, over any number of days;
// the span is computed from the Transmission's own id ([ID.Span]). Both are
// functions of ids, so that what is done twice has the same.
type TraceContext struct {
	ID     TraceID
	Parent SpanID        // of the main cause; zero: the trace begins here
	Links  []SpanContext // further causes, at most maxLinks
}

// maxLinks bounds the links of one Transmission, 24 bytes each.
const maxLinks = 20

// Span is the span that a Transmission is: the first 8 bytes of a SHA-256.
func (id ID) Span() SpanID {
	h := sha256.Sum256([]byte("span " + string(id)))
	return SpanID(h[:8])
}

// BeginTrace is the context of what came in and continues nothing: its trace is
// computed from its id.
func BeginTrace(id ID) TraceContext {
	h := sha256.Sum256([]byte("trace " + string(id)))
	return TraceContext{ID: TraceID(h[:16])}
}

// ContinueTrace is the context of what follows from causes: the first is the
// parent, the others are links, each once.
func ContinueTrace(causes ...SpanContext) TraceContext {
	c := TraceContext{ID: causes[0].Trace, Parent: causes[0].Span}
	return c.Link(causes[1:]...)
}

// Link adds links, each once, as far as maxLinks allows.
func (c TraceContext) Link(to ...SpanContext) TraceContext {
	c.Links = slices.Clip(c.Links)
	for _, l := range to {
		if l != (SpanContext{c.ID, c.Parent}) && !slices.Contains(c.Links, l) && len(c.Links) < maxLinks {
			c.Links = append(c.Links, l)
		}
	}
	return c
}

// SpanContext is the Transmission as others name it as their parent.
func (t *Transmission) SpanContext() SpanContext { return SpanContext{t.Trace.ID, t.ID.Span()} }

// String is it in hexadecimal.
func (id TraceID) String() string { return hex.EncodeToString(id[:]) }

// String is it in hexadecimal, "" for none.
func (id SpanID) String() string {
	if id == (SpanID{}) {
		return ""
	}
	return hex.EncodeToString(id[:])
}

// String is the value of a traceparent (W3C Trace Context, 3.2): of version 00,
// sampled, since everything is recorded here.
func (c SpanContext) String() string {
	return "00-" + c.Trace.String() + "-" + hex.EncodeToString(c.Span[:]) + "-01"
}

// traceHeader is the header of HTTP, and the extension of CloudEvents, that has it.
const traceHeader = "traceparent"

// ParseTraceParent reads the value of a traceparent. One of a later version than
// 00 is read as far as that goes (W3C Trace Context, 3.2.4); false where there is
// nothing valid: then a new trace begins (3.2.2.3).
func ParseTraceParent(s string) (SpanContext, bool) {
	var c SpanContext
	version, rest, _ := strings.Cut(strings.TrimSpace(s), "-")
	fields := strings.SplitN(rest, "-", 4)
	if len(version) != 2 || version == "ff" || len(fields) < 3 || version == "00" && len(fields) != 3 {
		return c, false
	}
	var v, flags [1]byte
	ok := unhex(v[:], version) && unhex(c.Trace[:], fields[0]) && unhex(c.Span[:], fields[1]) && unhex(flags[:], fields[2]) &&
		c.Trace != (TraceID{}) && c.Span != (SpanID{})
	if !ok {
		return SpanContext{}, false
	}
	return c, true
}

// unhex reads lower-case hexadecimal of just the length of dst.
func unhex(dst []byte, s string) bool {
	if len(s) != 2*len(dst) || strings.ToLower(s) != s {
		return false
	}
	_, err := hex.Decode(dst, []byte(s))
	return err == nil
}

// SpanObserver is an [Observer] that is told whose stage it is, as an exporter of
// spans needs it: the Transmission's context with each begin.
type SpanObserver interface {
	Observer
	// BeginSpan is called instead of Begin for a stage of one Transmission. of is to
	// be read before it returns, and not kept.
	BeginSpan(s Stage, of *Transmission) (end func())
}

// observeOf marks a stage of one Transmission; the func it gives marks its end.
func (b *Bridge) observeOf(s Stage, t *Transmission) func() {
	if o, ok := b.o.Observer.(SpanObserver); ok {
		return o.BeginSpan(s, t)
	}
	return b.observe(s)
}
