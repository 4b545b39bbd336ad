package bridgetest

import (
	"errors"
	"reflect"
	"strconv"
	"time"

	"github.com/edibridge/edibridge/archive"
	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/canonical"
	"github.com/edibridge/edibridge/edi"
)

func orderTests() []storeTest {
	return []storeTest{
		{"only the oldest of a key is due", orderOldest},
		{"without a key nothing waits", orderNone},
		{"another endpoint has a line of its own", orderEndpoints},
		{"a retry keeps its place", orderRetry},
		{"a held one keeps its place", orderHeld},
		{"an older one that comes late goes first", orderLate},
		{"a dead one holds its key", orderDeadHolds},
		{"a dead one lets pass where that is agreed", orderDeadPasses},
		{"discarding hands the turn on", orderDiscard},
		{"retrying a dead one that let pass joins the line again", orderRejoin},
		{"it joins the line behind older ones", orderRejoinBehind},
	}
}

func orderOldest(b *bench) {
	_, first := b.flow("1", b.event(1, "erp", "po/1"), b.event(2, "erp", "po/1"))
	_, second := b.flow("2", b.event(1, "erp", "po/1"), b.event(2, "erp", "po/2"))
	equal(b, "due", b.due(bridge.StepDeliver), []bridge.ID{first[0], second[1]})
	for _, want := range []bridge.ID{first[0], first[1], second[0], second[1]} {
		equal(b, "delivered", b.end(bridge.Delivered), want)
	}
}

func orderNone(b *bench) {
	_, first := b.flow("1", b.event(1, "erp", ""), b.event(2, "erp", ""))
	equal(b, "due", b.due(bridge.StepDeliver), first)
}

func orderEndpoints(b *bench) {
	_, follows := b.flow("1", b.event(1, "erp", "po/1"), b.event(1, "bus", "po/1"))
	equal(b, "due", len(b.due(bridge.StepDeliver)), len(follows))
}

func orderRetry(b *bench) {
	_, first := b.flow("1", b.event(1, "erp", "po/1"))
	_, second := b.flow("2", b.event(1, "erp", "po/1"))
	c := b.claim(bridge.StepDeliver)
	b.must(b.s.Commit(b.ctx, c, bridge.Result{State: bridge.Pending, RetryAt: b.now.Add(time.Hour)}))
	equal(b, "due while the oldest rests", b.due(bridge.StepDeliver), nil)
	b.now = b.now.Add(time.Hour)
	equal(b, "delivered", b.end(bridge.Delivered), first[0])
	equal(b, "delivered", b.end(bridge.Delivered), second[0])
}

// orderHeld: a long translation has not ended; a later file of the same key has.
func orderHeld(b *bench) {
	long := b.accept("long")
	c := b.claim(bridge.StepTranslate)
	held := b.follow(long, 1, "erp", "po/1")
	b.must(b.s.Advance(b.ctx, c, bridge.Slice{Cursor: bridge.Cursor{Slices: 1}, Follows: []bridge.Transmission{held}}, b.now.Add(lease)))
	_, second := b.flow("short", b.event(1, "erp", "po/1"))
	equal(b, "due while the older is held", b.due(bridge.StepDeliver), nil)
	b.must(b.s.Commit(b.ctx, c, bridge.Result{State: bridge.Translated, Slice: bridge.Slice{Cursor: bridge.Cursor{Slices: 2}}}))
	equal(b, "due", b.due(bridge.StepDeliver), []bridge.ID{held.ID})
	b.end(bridge.Delivered)
	equal(b, "due", b.due(bridge.StepDeliver), second)
}

// orderLate: the older file is translated after the younger one.
func orderLate(b *bench) {
	old := b.accept("old")
	c := b.claim(bridge.StepTranslate)
	_, young := b.flow("young", b.event(1, "erp", "po/1"))
	equal(b, "due", b.due(bridge.StepDeliver), young)
	f := b.follow(old, 1, "erp", "po/1")
	b.must(b.s.Commit(b.ctx, c, translated(f)))
	equal(b, "due", b.due(bridge.StepDeliver), []bridge.ID{f.ID})
	b.end(bridge.Delivered)
	equal(b, "due", b.due(bridge.StepDeliver), young)
}

func orderDeadHolds(b *bench) {
	_, first := b.flow("1", b.event(1, "erp", "po/1"))
	b.flow("2", b.event(1, "erp", "po/1"))
	b.end(bridge.Dead)
	equal(b, "due behind a dead one", b.due(bridge.StepDeliver), nil)
	b.must(b.s.Operate(b.ctx, b.operation(bridge.Retry, first[0])))
	equal(b, "due after retry", b.due(bridge.StepDeliver), first)
}

func (b *bench) operation(kind bridge.OperationKind, id bridge.ID) bridge.Operation {
	b.now = b.now.Add(time.Second)
	return bridge.Operation{Kind: kind, ID: id, By: "ann", Reason: "it was mended", At: b.now, Leaf: b.leaf(archive.LeafAccess, id)}
}

// passing makes a follow-up that lets younger ones pass when it is dead.
func (b *bench) passing(ordinal int, endpoint, orderKey string) func(bridge.ID) bridge.Transmission {
	return func(cause bridge.ID) bridge.Transmission {
		f := b.follow(cause, ordinal, endpoint, orderKey)
		f.OnDead = bridge.Pass
		return f
	}
}

func orderDeadPasses(b *bench) {
	b.flow("1", b.passing(1, "erp", "po/1"))
	_, second := b.flow("2", b.passing(1, "erp", "po/1"))
	b.end(bridge.Dead)
	equal(b, "due behind a dead one", b.due(bridge.StepDeliver), second)
}

func orderDiscard(b *bench) {
	_, first := b.flow("1", b.event(1, "erp", "po/1"))
	_, second := b.flow("2", b.event(1, "erp", "po/1"))
	_, third := b.flow("3", b.event(1, "erp", "po/1"))
	b.must(b.s.Operate(b.ctx, b.operation(bridge.Discard, second[0]))) // not its turn
	equal(b, "due", b.due(bridge.StepDeliver), first)
	b.must(b.s.Operate(b.ctx, b.operation(bridge.Discard, first[0])))
	equal(b, "due", b.due(bridge.StepDeliver), third)
}

func orderRejoin(b *bench) {
	_, first := b.flow("1", b.passing(1, "erp", "po/1"))
	_, second := b.flow("2", b.passing(1, "erp", "po/1"))
	b.end(bridge.Dead)
	b.must(b.s.Operate(b.ctx, b.operation(bridge.Retry, first[0])))
	equal(b, "due", b.due(bridge.StepDeliver), first)
	b.end(bridge.Delivered)
	equal(b, "due", b.due(bridge.StepDeliver), second)
}

// orderRejoinBehind: while a young one was dead, two older ones came.
func orderRejoinBehind(b *bench) {
	old := []bridge.Claim{}
	for i := range 2 {
		b.accept(strconv.Itoa(i))
		old = append(old, b.claim(bridge.StepTranslate))
	}
	_, young := b.flow("young", b.passing(1, "erp", "po/1"))
	b.end(bridge.Dead)
	var want []bridge.ID
	for _, c := range old {
		f := b.passing(1, "erp", "po/1")(c.Transmission.ID)
		b.must(b.s.Commit(b.ctx, c, translated(f)))
		want = append(want, f.ID)
	}
	b.must(b.s.Operate(b.ctx, b.operation(bridge.Retry, young[0])))
	for _, id := range append(want, young...) {
		equal(b, "due", b.due(bridge.StepDeliver), []bridge.ID{id})
		b.end(bridge.Delivered)
	}
}

func sliceTests() []storeTest {
	return []storeTest{
		{"the cursor is what the next claim begins with", sliceCursor},
		{"follow-ups are held until the translation ends", sliceHeld},
		{"quarantine releases too", sliceQuarantine},
		{"the end of a second cause releases nothing", sliceSecondCause},
		{"the same slice again changes nothing", sliceAgain},
		{"a slice must follow the one before", sliceGap},
		{"a slice renews the lease", sliceLease},
		{"a follow-up that exists stays as it is", sliceFollowStays},
		{"follow-ups inherit the sequence of their main cause", sliceSequence},
		{"a follow-up without a known cause refuses the slice", sliceNoCause},
		{"findings add up", sliceFindings},
		{"a document comes back with every field", sliceDocument},
		{"a follow-up comes back with every field", sliceFollow},
		{"bodies and keys of follow-ups are known", sliceBodies},
	}
}

func sliceCursor(b *bench) {
	b.accept("ISA")
	c := b.claim(bridge.StepTranslate)
	at := bridge.Cursor{Documents: 500, Slices: 1, Groups: 3, Interchanges: 2}
	b.must(b.s.Advance(b.ctx, c, bridge.Slice{Cursor: at}, b.now.Add(lease)))
	b.now = b.now.Add(lease)
	equal(b, "cursor", b.claim(bridge.StepTranslate).Cursor, at)
}

func sliceHeld(b *bench) {
	in := b.accept("ISA")
	c := b.claim(bridge.StepTranslate)
	first, last := b.follow(in, 1, "erp", ""), b.follow(in, 2, "erp", "")
	b.must(b.s.Advance(b.ctx, c, bridge.Slice{Cursor: bridge.Cursor{Slices: 1}, Follows: []bridge.Transmission{first}}, b.now.Add(lease)))
	equal(b, "state before the end", b.state(first.ID), bridge.Held)
	equal(b, "due before the end", b.due(bridge.StepDeliver), nil)
	r := translated(last)
	r.Cursor.Slices = 2
	b.must(b.s.Commit(b.ctx, c, r))
	equal(b, "state of the file", b.state(in), bridge.Translated)
	equal(b, "states after the end", []bridge.State{b.state(first.ID), b.state(last.ID)}, []bridge.State{bridge.Pending, bridge.Pending})
	equal(b, "due after the end", b.due(bridge.StepDeliver), []bridge.ID{first.ID, last.ID})
}

func sliceSecondCause(b *bench) {
	main := b.accept("main")
	c := b.claim(bridge.StepTranslate)
	second := b.accept("second")
	f := b.follow(main, 1, "erp", "")
	f.Causes = []bridge.ID{main, second}
	b.must(b.s.Advance(b.ctx, c, bridge.Slice{Cursor: bridge.Cursor{Slices: 1}, Follows: []bridge.Transmission{f}}, b.now.Add(lease)))
	b.must(b.s.Commit(b.ctx, b.claim(bridge.StepTranslate), translated()))
	equal(b, "state of the second cause", b.state(second), bridge.Translated)
	equal(b, "state of the follow-up", b.state(f.ID), bridge.Held)
}

func sliceQuarantine(b *bench) {
	in := b.accept("ISA")
	c := b.claim(bridge.StepTranslate)
	held, ta1 := b.follow(in, 1, "mailbox", ""), b.follow(in, 2, "mailbox", "")
	b.must(b.s.Advance(b.ctx, c, bridge.Slice{Cursor: bridge.Cursor{Slices: 1}, Follows: []bridge.Transmission{held}}, b.now.Add(lease)))
	r := bridge.Result{State: bridge.Quarantined, Reason: "sender unknown",
		Slice: bridge.Slice{Cursor: bridge.Cursor{Slices: 2}, Follows: []bridge.Transmission{ta1}}}
	b.must(b.s.Commit(b.ctx, c, r))
	equal(b, "reason", b.get(in).Reason, "sender unknown")
	equal(b, "due", b.due(bridge.StepDeliver), []bridge.ID{held.ID, ta1.ID})
}

func sliceAgain(b *bench) {
	in := b.accept("ISA")
	c := b.claim(bridge.StepTranslate)
	s := bridge.Slice{Cursor: bridge.Cursor{Documents: 1, Slices: 1}, Documents: []bridge.Document{document(in, 1)},
		Follows: []bridge.Transmission{b.follow(in, 1, "erp", "po/1")}, Findings: []edi.Finding{{Rule: "r"}}, Total: 1,
		Sees: []bridge.Seen{{SeenKey: bridge.SeenKey{Kind: "bytes", Value: "v"}}}, Leaves: []archive.Leaf{b.leaf(archive.LeafEvent, in)}}
	b.must(b.s.Advance(b.ctx, c, s, b.now.Add(lease)))
	once := len(b.audit())
	b.must(b.s.Advance(b.ctx, c, s, b.now.Add(lease)))
	equal(b, "records", len(b.audit()), once)
	equal(b, "findings", b.get(in).Total, 1)
}

func sliceGap(b *bench) {
	in := b.accept("ISA")
	c := b.claim(bridge.StepTranslate)
	for _, n := range []int{0, 2} {
		s := bridge.Slice{Cursor: bridge.Cursor{Slices: n}, Documents: []bridge.Document{document(in, 1)}}
		if b.s.Advance(b.ctx, c, s, b.now.Add(lease)) == nil {
			b.Errorf("slice %d was taken as the first", n)
		}
	}
	equal(b, "documents", b.count(func(r bridge.Record) bool { return r.Document != nil }), 0)
}

func sliceLease(b *bench) {
	b.accept("ISA")
	c := b.claim(bridge.StepTranslate)
	b.must(b.s.Advance(b.ctx, c, bridge.Slice{Cursor: bridge.Cursor{Slices: 1}}, b.now.Add(3*lease)))
	b.now = b.now.Add(2 * lease)
	equal(b, "due while the renewed lease runs", b.due(bridge.StepTranslate), nil)
	b.now = b.now.Add(lease)
	equal(b, "due after it", len(b.due(bridge.StepTranslate)), 1)
}

func sliceFollowStays(b *bench) {
	in := b.accept("ISA")
	c := b.claim(bridge.StepTranslate)
	f := b.follow(in, 1, "erp", "")
	b.must(b.s.Advance(b.ctx, c, bridge.Slice{Cursor: bridge.Cursor{Slices: 1}, Follows: []bridge.Transmission{f}}, b.now.Add(lease)))
	want := b.get(f.ID)
	f.Name, f.Body = "other", object("", "other")
	r := translated(f)
	r.Cursor.Slices = 2
	b.must(b.s.Commit(b.ctx, c, r))
	got := b.get(f.ID)
	equal(b, "name", got.Name, want.Name)
	equal(b, "body", got.Body, want.Body)
}

func sliceSequence(b *bench) {
	b.accept("1")
	b.claim(bridge.StepTranslate)
	in, follows := b.flow("2", b.event(1, "erp", ""))
	f := b.get(follows[0])
	equal(b, "sequence", f.Sequence, b.get(in).Sequence)
	equal(b, "causes", f.Causes, []bridge.ID{in})
}

func sliceNoCause(b *bench) {
	in := b.accept("ISA")
	c := b.claim(bridge.StepTranslate)
	for _, causes := range [][]bridge.ID{nil, {"nobody"}, {in, "nobody"}} {
		f := b.follow(in, 1, "erp", "")
		f.Causes = causes
		if b.s.Commit(b.ctx, c, translated(f)) == nil {
			b.Errorf("causes %v were taken", causes)
		}
	}
	equal(b, "state", b.state(in), bridge.Accepted)
}

func sliceFindings(b *bench) {
	in := b.accept("ISA")
	c := b.claim(bridge.StepTranslate)
	b.must(b.s.Advance(b.ctx, c, bridge.Slice{Cursor: bridge.Cursor{Slices: 1}, Findings: []edi.Finding{{Rule: "first"}}, Total: 5}, b.now.Add(lease)))
	b.must(b.s.Commit(b.ctx, c, bridge.Result{State: bridge.Translated,
		Slice: bridge.Slice{Cursor: bridge.Cursor{Slices: 2}, Findings: []edi.Finding{{Rule: "second"}}, Total: 2}}))
	t := b.get(in)
	equal(b, "findings", t.Findings, []edi.Finding{{Rule: "first"}, {Rule: "second"}})
	equal(b, "total", t.Total, 7)
}

func sliceDocument(b *bench) {
	in := b.accept("ISA")
	c := b.claim(bridge.StepTranslate)
	want := bridge.Document{ID: bridge.DocumentID(in, 2, 3, 4), Transmission: in, Ordinal: 1, Interchange: 2, Group: 3, Set: 4,
		State: bridge.DocumentQuarantined, Verdict: "accepted-with-errors", Standard: edi.X12, Type: "850", Version: "004010",
		Control: "0004", GroupControl: "3", InterchangeControl: "000000002", Partner: "acme", Agreement: "orders", Mode: edi.Test,
		Offset: 1 << 40, Length: 1 << 33, Findings: []edi.Finding{{Rule: "x12.element.code", Hint: "EA?"}}, Total: 101,
		Keys: []canonical.Key{po("4711")}, Guide: "X12 004010 850@3f2a", Mapping: "order@12ab", Mapped: 17, Elements: 19,
		DuplicateOf: "another", Reason: "doubtful"}
	r := translated()
	r.Documents = []bridge.Document{want}
	b.must(b.s.Commit(b.ctx, c, r))
	for got, err := range b.s.Documents(b.ctx, bridge.DocumentQuery{Transmission: in}) {
		b.must(err)
		equal(b, "document", got, want)
	}
}

func sliceFollow(b *bench) {
	in, a := b.flow("ISA", b.event(1, "erp", ""))
	b.accept("next")
	c := b.claim(bridge.StepTranslate)
	want := bridge.Transmission{ID: b.id(), Direction: bridge.Out, Kind: bridge.KindAcknowledgment, State: bridge.Held, Endpoint: "mailbox",
		Peer: "acme", Partner: "acme", Agreement: "orders", Key: "key", Name: "997.edi", ContentType: "application/edi-x12",
		Header: map[string]string{"h": "v"}, Body: object("", "997"), Causes: []bridge.ID{c.Transmission.ID, a[0], in},
		Sequence: c.Transmission.Sequence, Ordinal: 7, OrderKey: "key", Series: "ISA", Place: 17, OnDead: bridge.Pass, Created: b.now, Changed: b.now.Add(1),
		Attempts: 2, Standard: edi.X12, Set: "997", Control: "17", Mode: edi.Test, Keys: []canonical.Key{po("1")}, Config: "digest",
		Trace: bridge.ContinueTrace(bridge.SpanContext{Trace: bridge.TraceID{1}, Span: bridge.SpanID{2}}, bridge.SpanContext{Trace: bridge.TraceID{3}, Span: bridge.SpanID{4}}), Lift: bridge.Lift{At: b.now, To: bridge.Normal},
		Lane: bridge.Bulk, Retention: "test", Reason: "why", Findings: []edi.Finding{{Rule: "r", Codes: map[string]string{"ak905": "1"}}}, Total: 3, Leaf: "leaf"}
	for i, v := 0, reflect.ValueOf(want); i < v.NumField(); i++ {
		if name := v.Type().Field(i).Name; v.Field(i).IsZero() && name != "NextAt" && name != "Begun" && name != "Ordered" && name != "Pruned" { // due at once, not attempted; of what came in
			b.Fatalf("field %s is not looked at by this test", name)
		}
	}
	b.must(b.s.Advance(b.ctx, c, bridge.Slice{Cursor: bridge.Cursor{Slices: 1}, Follows: []bridge.Transmission{want}}, b.now.Add(lease)))
	equal(b, "transmission", b.get(want.ID), want)
}

func sliceBodies(b *bench) {
	in := b.accept("ISA")
	c := b.claim(bridge.StepTranslate)
	f := b.follow(in, 1, "erp", "")
	f.Keys = []canonical.Key{po("4711")}
	b.must(b.s.Commit(b.ctx, c, translated(f)))
	o, known, err := b.s.Body(b.ctx, "", f.Body.SHA256)
	b.must(err)
	equal(b, "body is known", known, true)
	equal(b, "body", o, f.Body)
	ids, err := b.s.Find(b.ctx, po("4711"), 10)
	b.must(err)
	equal(b, "found", ids, []bridge.ID{f.ID})
}

func seenTests() []storeTest {
	return []storeTest{
		{"an identity of another refuses the whole slice", seenRefuses},
		{"an identity of one's own does not", seenOwn},
		{"an identity given free can be taken", seenFree},
		{"nobody frees the identity of another", seenForeign},
		{"owners are told with sequence and end", seenOwners},
	}
}

func bytesKey(v string) bridge.SeenKey { return bridge.SeenKey{Kind: "bytes", Value: v} }

// uses is a Result that uses an identity.
func uses(v string) bridge.Result {
	r := translated()
	r.Sees = []bridge.Seen{{SeenKey: bytesKey(v), Document: "d", Digest: "x"}}
	return r
}

func seenRefuses(b *bench) {
	first := b.accept("1")
	b.must(b.s.Commit(b.ctx, b.claim(bridge.StepTranslate), uses("v")))
	second := b.accept("2")
	c := b.claim(bridge.StepTranslate)
	s := bridge.Slice{Cursor: bridge.Cursor{Slices: 1}, Documents: []bridge.Document{document(second, 1)},
		Sees: []bridge.Seen{{SeenKey: bytesKey("free")}, {SeenKey: bytesKey("v")}}}
	err := b.s.Advance(b.ctx, c, s, b.now.Add(lease))
	var seen *bridge.SeenError
	if !errors.As(err, &seen) {
		b.Fatalf("error\n got %v\nwant a *bridge.SeenError", err)
	}
	want := bridge.Seen{SeenKey: bytesKey("v"), Transmission: first, Document: "d", Digest: "x", Sequence: 1, Finished: true}
	equal(b, "owner", seen.Seen, want)
	owners, err := b.s.Seen(b.ctx, []bridge.SeenKey{bytesKey("free")})
	b.must(err)
	equal(b, "owners of the other identity", len(owners), 0)
	equal(b, "documents", b.count(func(r bridge.Record) bool { return r.Document != nil }), 0)
	s.Sees = nil
	b.must(b.s.Advance(b.ctx, c, s, b.now.Add(lease))) // the claim is still ours
}

func seenOwn(b *bench) {
	b.accept("1")
	c := b.claim(bridge.StepTranslate)
	r := uses("v")
	b.must(b.s.Advance(b.ctx, c, r.Slice, b.now.Add(lease)))
	r.Cursor.Slices = 2
	b.must(b.s.Commit(b.ctx, c, r))
}

// seenFree: what failed gives its identity free in its last commit.
func seenFree(b *bench) {
	b.accept("1")
	c := b.claim(bridge.StepTranslate)
	b.must(b.s.Advance(b.ctx, c, uses("v").Slice, b.now.Add(lease)))
	r := bridge.Result{State: bridge.Quarantined, Slice: bridge.Slice{Cursor: bridge.Cursor{Slices: 2}, Unsees: []bridge.SeenKey{bytesKey("v")}}}
	b.must(b.s.Commit(b.ctx, c, r))
	second := b.accept("2")
	b.must(b.s.Commit(b.ctx, b.claim(bridge.StepTranslate), uses("v")))
	owners, err := b.s.Seen(b.ctx, []bridge.SeenKey{bytesKey("v")})
	b.must(err)
	equal(b, "owner", owners[0].Transmission, second)
}

func seenForeign(b *bench) {
	first := b.accept("1")
	b.must(b.s.Commit(b.ctx, b.claim(bridge.StepTranslate), uses("v")))
	b.accept("2")
	r := translated()
	r.Unsees = []bridge.SeenKey{bytesKey("v")}
	b.must(b.s.Commit(b.ctx, b.claim(bridge.StepTranslate), r))
	owners, err := b.s.Seen(b.ctx, []bridge.SeenKey{bytesKey("v")})
	b.must(err)
	equal(b, "owner", owners[0].Transmission, first)
}

func seenOwners(b *bench) {
	for i := range 2 {
		b.accept(strconv.Itoa(i))
		c := b.claim(bridge.StepTranslate)
		b.must(b.s.Advance(b.ctx, c, uses(strconv.Itoa(i)).Slice, b.now.Add(lease)))
		if i == 0 {
			b.must(b.s.Commit(b.ctx, c, bridge.Result{State: bridge.Translated, Slice: bridge.Slice{Cursor: bridge.Cursor{Slices: 2}}}))
		}
	}
	owners, err := b.s.Seen(b.ctx, []bridge.SeenKey{bytesKey("0"), bytesKey("unused"), bytesKey("1")})
	b.must(err)
	if len(owners) != 2 {
		b.Fatalf("owners\n got %+v\nwant two", owners)
	}
	for i, s := range owners {
		equal(b, "sequence", s.Sequence, int64(i+1))
		equal(b, "finished", s.Finished, i == 0)
	}
}
