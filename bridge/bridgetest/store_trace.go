package bridgetest

import (
	"github.com/edibridge/edibridge/archive"
	"github.com/edibridge/edibridge/bridge"
)

func traceTests() []storeTest {
	return []storeTest{
		{"what comes in begins a trace, or goes on with the one it brought", traceBegins},
		{"what follows stands below its main cause, and is linked to the others", traceFollows},
		{"a file that goes on with another trace takes with it what follows", traceContinues},
		{"what takes the place of another stands below it", traceReplaces},
	}
}

func traceBegins(b *bench) {
	a := b.incoming("", "a")
	a.Transmission.Trace = bridge.TraceContext{}
	_, err := b.s.Accept(b.ctx, a)
	b.must(err)
	equal(b, "its own", b.get(a.Transmission.ID).Trace, bridge.BeginTrace(a.Transmission.ID))
	a = b.incoming("", "b")
	a.Transmission.Trace = bridge.ContinueTrace(bridge.SpanContext{Trace: bridge.TraceID{1}, Span: bridge.SpanID{2}},
		bridge.SpanContext{Trace: bridge.TraceID{3}, Span: bridge.SpanID{4}}, bridge.SpanContext{Trace: bridge.TraceID{5}, Span: bridge.SpanID{6}})
	_, err = b.s.Accept(b.ctx, a)
	b.must(err)
	equal(b, "brought", b.get(a.Transmission.ID).Trace, a.Transmission.Trace)
}

func traceFollows(b *bench) {
	first, other := b.accept("a"), b.accept("b")
	c := b.claimOf(bridge.StepTranslate, first)
	f := b.follow(first, 1, "erp", "")
	f.Causes = []bridge.ID{first, other}
	b.must(b.s.Commit(b.ctx, c, translated(f)))
	one, two := b.get(first), b.get(other)
	got := b.get(f.ID).Trace
	equal(b, "of two causes", got, bridge.ContinueTrace(one.SpanContext(), two.SpanContext()))
	equal(b, "its parent", got.Parent, first.Span())
}

func traceContinues(b *bench) {
	in := b.accept("a")
	c := b.claimOf(bridge.StepTranslate, in)
	f, later := b.follow(in, 1, "erp", ""), b.follow(in, 2, "erp", "")
	want := bridge.ContinueTrace(bridge.SpanContext{Trace: bridge.TraceID{1}, Span: bridge.SpanID{2}})
	s := bridge.Slice{Cursor: bridge.Cursor{Slices: 1}, Follows: []bridge.Transmission{f}, Continues: &want}
	for range 2 {
		b.must(b.s.Advance(b.ctx, c, s, b.now.Add(lease)))
	}
	r := translated(later)
	r.Cursor.Slices = 2
	b.must(b.s.Commit(b.ctx, c, r))
	equal(b, "the file", b.get(in).Trace, want)
	for _, id := range []bridge.ID{f.ID, later.ID} {
		equal(b, "what follows", b.get(id).Trace, bridge.ContinueTrace(bridge.SpanContext{Trace: want.ID, Span: in.Span()}))
	}
}

func traceReplaces(b *bench) {
	old := b.awaiting(1)
	b.sent(old, bridge.Dead)
	mended := b.follow(old, 1, "mailbox", "")
	mended.State = bridge.Pending
	o := bridge.Operation{Kind: bridge.Resubmitted, ID: old, By: "ann", Reason: "why", At: b.now, Leaf: b.leaf(archive.LeafAccess, old)}
	b.must(b.s.Resubmit(b.ctx, bridge.Resubmission{Operation: o, Transmission: mended, Leaf: b.leaf(archive.LeafRawOut, mended.ID)}))
	was := b.get(old)
	equal(b, "mended", b.get(mended.ID).Trace, bridge.ContinueTrace(was.SpanContext()))
}
