package bridge

import (
	"context"
	"fmt"
	"slices"

	"github.com/edibridge/edibridge/canonical"
)

// Bounds of the search for what a document continues: Transmissions with one key
// that are listed, and of those that are read.
const (
	maxFlowListed = 100
	maxFlowRead   = 20
)

// joining finds the trace that a document of a flow goes on with.
type joining struct {
	s        Query
	partner  string
	kind     string // of the canonical document
	sequence int64  // only what was accepted before it leads to it; 0: anything
	self     ID
}

// flow gives the context of a document with these keys: the last document before
// it of its order (of its shipment, its invoice where it names no order) is the
// parent, those of further orders are links. ok is false where there is none: a
// trace begins.
func (j *joining) flow(ctx context.Context, keys []canonical.Key) (c TraceContext, ok bool, err error) {
	first := earliest(nil, keys)
	for _, k := range first[:min(len(first), maxLinks+1)] {
		found, err := j.last(ctx, k)
		if err != nil {
			return c, false, fmt.Errorf("trace context of %s %s: %w", k.Scheme, k.Value, err)
		}
		switch {
		case found == (SpanContext{}):
		case !ok:
			c, ok = ContinueTrace(found), true
		default:
			c = c.Link(found)
		}
	}
	return c, ok, nil
}

// last gives the last document with a key that came before: of the same partner
// where there is one, else of anybody where all are of one trace, and it is not an
// order itself. Numbers are
// used by many: two traces of others say nothing.
func (j *joining) last(ctx context.Context, k canonical.Key) (SpanContext, error) {
	ids, err := j.s.Find(ctx, k, maxFlowListed)
	if err != nil {
		return SpanContext{}, err
	}
	var others []SpanContext
	read := 0
	for _, id := range ids {
		if id == j.self {
			continue
		}
		if read++; read > maxFlowRead {
			break
		}
		t, err := j.s.Transmission(ctx, id)
		if err != nil {
			return SpanContext{}, err
		}
		if j.sequence > 0 && t.Sequence >= j.sequence {
			continue // it came later, or follows from it
		}
		at := t.SpanContext()
		if len(t.Causes) > 0 { // the document that it follows from
			at.Span = t.Causes[0].Span()
		}
		if t.Partner == j.partner {
			return at, nil
		}
		others = append(others, at)
	}
	if j.kind == canonical.KindOrder {
		return SpanContext{}, nil // its number is its own: another's order of that number is another one
	}
	if len(others) == 0 || slices.ContainsFunc(others, func(o SpanContext) bool { return o.Trace != others[0].Trace }) {
		return SpanContext{}, nil
	}
	return others[0], nil
}

// continues has a file go on with the trace of the first thing in it that belongs
// to one: a document's order, or what an acknowledgment answers. It is decided
// once, before anything follows from the file; one that came with a trace, or is
// translated again, keeps what it has.
func (t *translation) continues(ctx context.Context, kind string, keys []canonical.Key, answered *Transmission) error {
	if t.placed || t.tr.Kind != KindFile {
		return nil
	}
	t.placed = true
	began := BeginTrace(t.tr.ID)
	if t.done != (Cursor{}) || t.at.Slices > 0 || t.tr.Attempts > 0 || t.tr.Trace.ID != began.ID {
		return nil
	}
	c, ok := TraceContext{}, false
	if answered != nil {
		c, ok = ContinueTrace(answered.SpanContext()), true
	} else {
		var err error
		j := joining{s: t.b.o.Store, partner: t.partner, kind: kind, sequence: t.tr.Sequence, self: t.tr.ID}
		if c, ok, err = j.flow(ctx, keys); err != nil {
			return fmt.Errorf("translate %s: %w", t.tr.ID, err)
		}
	}
	if ok {
		t.tr.Trace, t.s.trace = c, &c
	}
	return nil
}

// traceOf is the context of a document that is handed in: it goes on with the
// trace that the caller stands in, else with the first thing that it answers, else
// with its flow; what else it answers is linked. The error may be a [*Refusal].
func (b *Bridge) traceOf(ctx context.Context, s *Submission, d *draft) (TraceContext, error) {
	var causes []SpanContext
	if c, ok := ParseTraceParent(s.TraceParent); ok {
		causes = append(causes, c)
	}
	for _, a := range s.Answers {
		if c, ok := ParseTraceParent(a); ok {
			causes = append(causes, c)
			continue
		}
		t, err := b.o.Store.Transmission(ctx, ID(a))
		if err != nil {
			return TraceContext{}, refuse("", "bridge.send.answers", "%q is no transmission and no traceparent: %v", a, err)
		}
		causes = append(causes, t.SpanContext())
	}
	if len(causes) > 0 {
		return ContinueTrace(causes...), nil
	}
	j := joining{s: b.o.Store, partner: d.how.Partner, kind: d.doc.Kind()}
	c, _, err := j.flow(ctx, d.keys)
	return c, err
}
