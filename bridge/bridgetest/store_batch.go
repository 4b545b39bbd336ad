package bridgetest

import (
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/edibridge/edibridge/archive"
	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/edi"
)

func batchTests() []storeTest {
	return []storeTest{
		{"the first document opens a batch, others join it", batchJoin},
		{"a document joins once, however often it is committed", batchJoinAgain},
		{"a batch is due when it closes by time", batchDue},
		{"a batch that is full is due at once, and the next document opens another", batchCount},
		{"a document that would not fit opens another", batchSize},
		{"agreements and modes do not mix", batchQueues},
		{"a batch that was closed takes nothing more", batchClosed},
		{"a stale claim closes nothing", batchStale},
		{"of a queue the older batch is translated first", batchInOrder},
		{"members come in accept order, in portions", batchMembers},
		{"what became of the documents is committed with the slice", batchSlice},
		{"a slice that was committed tells of its documents once", batchSliceAgain},
		{"only documents that wait in the batch are told of", batchForeign},
		{"a document leaves an open batch when it is discarded", batchDiscard},
		{"a document of a closed batch is not discarded", batchDiscardLate},
		{"a person closes an open batch, once", batchOperate},
		{"concurrent documents are each in one batch", batchConcurrent},
	}
}

// gathering is how the documents of the suite are gathered.
type gathering struct {
	agreement string
	mode      edi.Mode
	count     int
	size      int64
	closes    time.Duration
}

var gatherHour = gathering{agreement: "orders", mode: edi.Production, closes: time.Hour}

// document accepts a document for a partner, and claims it.
func (b *bench) document(g gathering) bridge.Claim {
	b.Helper()
	a := b.incoming("", string(b.id()))
	a.Transmission.Kind, a.Transmission.Partner, a.Transmission.Agreement, a.Transmission.Mode = bridge.KindDocument, "globex", g.agreement, g.mode
	_, err := b.s.Accept(b.ctx, a)
	b.must(err)
	return b.claimOf(bridge.StepTranslate, a.Transmission.ID)
}

// joins is the Result of a document that joins.
func (b *bench) joins(c bridge.Claim, g gathering, size int64) bridge.Result {
	t := bridge.Transmission{ID: bridge.FollowID(c.Transmission.ID, bridge.KindBatch, "1", ""), Direction: bridge.In, Kind: bridge.KindBatch,
		Ordered: true, Partner: "globex", Agreement: g.agreement, Mode: g.mode, Created: b.now, Changed: b.now}
	if g.closes > 0 {
		t.NextAt = b.now.Add(g.closes)
	}
	leaf := b.leaf(archive.LeafDecision, t.ID)
	t.Leaf, t.State = leaf.ID, bridge.Accepted
	return bridge.Result{State: bridge.Batched, Slice: bridge.Slice{Cursor: bridge.Cursor{Slices: 1}},
		Join: &bridge.Join{Batch: t, Leaf: leaf, By: "every 1h", Bytes: size, Count: g.count, Size: g.size}}
}

// joined accepts a document and has it join.
func (b *bench) joined(g gathering, size int64) bridge.ID {
	b.Helper()
	c := b.document(g)
	b.must(b.s.Commit(b.ctx, c, b.joins(c, g, size)))
	return c.Transmission.ID
}

// batches are the open batches as a text: members, bytes and what closes them.
func (b *bench) batches() []string {
	b.Helper()
	open, err := b.s.Batches(b.ctx)
	b.must(err)
	var out []string
	for _, o := range open {
		out = append(out, fmt.Sprint(o.Agreement, " ", o.Mode, " ", o.Members, " ", o.Bytes, " ", o.By))
	}
	return out
}

// gathered claims the one batch that must be due.
func (b *bench) gathered() bridge.Claim {
	b.Helper()
	c := b.claim(bridge.StepTranslate)
	if c.Transmission.Kind != bridge.KindBatch {
		b.Fatalf("claimed a %s, want a batch", c.Transmission.Kind)
	}
	return c
}

func (b *bench) members(batch bridge.ID, state bridge.State) []bridge.ID {
	b.Helper()
	ms, err := b.s.Members(b.ctx, bridge.MemberQuery{Batch: batch, State: state, Limit: 100})
	b.must(err)
	var out []bridge.ID
	for _, m := range ms {
		out = append(out, m.ID)
	}
	return out
}

func batchJoin(b *bench) {
	one, two := b.joined(gatherHour, 10), b.joined(gatherHour, 20)
	equal(b, "open", b.batches(), []string{"orders production 2 30 every 1h"})
	open, err := b.s.Batches(b.ctx)
	b.must(err)
	t, err := b.s.Transmission(b.ctx, open[0].Transmission)
	b.must(err)
	equal(b, "causes", t.Causes, []bridge.ID{one, two})
	equal(b, "state, sequence and time", fmt.Sprint(t.Kind, t.State, t.Sequence, t.NextAt), fmt.Sprint(bridge.KindBatch, bridge.Accepted, 2, b.now.Add(time.Hour)))
	equal(b, "state of a document", b.state(one), bridge.Batched)
}

func batchJoinAgain(b *bench) {
	c := b.document(gatherHour)
	r := b.joins(c, gatherHour, 10)
	b.must(b.s.Commit(b.ctx, c, r))
	b.must(b.s.Commit(b.ctx, c, r))
	equal(b, "open", b.batches(), []string{"orders production 1 10 every 1h"})
}

func batchDue(b *bench) {
	b.joined(gatherHour, 10)
	b.now = b.now.Add(time.Hour - 1)
	equal(b, "due before its time", len(b.claims(bridge.StepTranslate, 9)), 0)
	b.now = b.now.Add(1)
	b.gathered()
}

func batchCount(b *bench) {
	g := gatherHour
	g.count = 2
	one, two := b.joined(g, 10), b.joined(g, 10)
	c := b.gathered()
	equal(b, "members", b.members(c.Transmission.ID, bridge.Batched), []bridge.ID{one, two})
	b.joined(g, 10)
	equal(b, "open", b.batches(), []string{"orders production 1 10 every 1h"})
}

func batchSize(b *bench) {
	g := gatherHour
	g.size = 100
	b.joined(g, 60)
	b.joined(g, 41)
	equal(b, "open", b.batches(), []string{"orders production 1 41 every 1h"})
	c := b.gathered()
	equal(b, "members of the full one", len(c.Transmission.Causes), 1)
	b.joined(g, 59)
	equal(b, "open", len(b.batches()), 0)
}

func batchQueues(b *bench) {
	test, other := gatherHour, gatherHour
	test.mode, other.agreement, other.closes = edi.Test, "invoices", time.Minute
	b.joined(gatherHour, 1)
	b.joined(test, 2)
	b.joined(other, 3)
	b.joined(gatherHour, 4)
	got := b.batches()
	equal(b, "what closes first", got[0], "invoices production 1 3 every 1h")
	slices.Sort(got)
	equal(b, "open", got, []string{"invoices production 1 3 every 1h", "orders production 2 5 every 1h", "orders test 1 2 every 1h"})
}

func batchClosed(b *bench) {
	first := b.joined(gatherHour, 10)
	b.now = b.now.Add(time.Hour)
	c := b.gathered()
	second := b.document(gatherHour) // it is due already, and still takes
	b.must(b.s.Commit(b.ctx, second, b.joins(second, gatherHour, 10)))
	b.must(b.s.CloseBatch(b.ctx, c))
	b.must(b.s.CloseBatch(b.ctx, c))
	b.joined(gatherHour, 10)
	equal(b, "members", b.members(c.Transmission.ID, bridge.Batched), []bridge.ID{first, second.Transmission.ID})
	equal(b, "open", b.batches(), []string{"orders production 1 10 every 1h"})
}

func batchStale(b *bench) {
	b.joined(gatherHour, 10)
	b.now = b.now.Add(time.Hour)
	c := b.gathered()
	b.must(b.s.Release(b.ctx, c, time.Time{}))
	b.refused(b.s.CloseBatch(b.ctx, c), bridge.ErrStale)
	equal(b, "open", len(b.batches()), 1)
}

func batchInOrder(b *bench) {
	g := gatherHour
	g.count = 1
	for _, c := range []bridge.Claim{b.document(g), b.document(g)} {
		b.must(b.s.Commit(b.ctx, c, b.joins(c, g, 10)))
	}
	got := b.claims(bridge.StepTranslate, 9)
	equal(b, "claimed at once", len(got), 1)
	equal(b, "sequence of the first", got[0].Transmission.Sequence, 3)
	equal(b, "claimed beside it", len(b.claims(bridge.StepTranslate, 9)), 0)
	b.must(b.s.CloseBatch(b.ctx, got[0]))
	b.must(b.s.Commit(b.ctx, got[0], translated()))
	equal(b, "sequence of the next", b.gathered().Transmission.Sequence, 4)
}

func batchMembers(b *bench) {
	older := b.document(gatherHour)
	newer := b.joined(gatherHour, 10)
	b.must(b.s.Commit(b.ctx, older, b.joins(older, gatherHour, 10)))
	b.now = b.now.Add(time.Hour)
	c := b.gathered()
	want := []bridge.ID{older.Transmission.ID, newer}
	equal(b, "members", b.members(c.Transmission.ID, bridge.Batched), want)
	var after int64
	for _, id := range want {
		page, err := b.s.Members(b.ctx, bridge.MemberQuery{Batch: c.Transmission.ID, State: bridge.Batched, After: after, Limit: 1})
		b.must(err)
		equal(b, "portion", page[0].ID, id)
		after = page[0].Sequence
	}
}

// told is a slice that tells of documents: all left but the last.
func (b *bench) told(nth int, ids ...bridge.ID) bridge.Slice {
	s := bridge.Slice{Cursor: bridge.Cursor{Slices: nth, Documents: nth}}
	for i, id := range ids {
		m := bridge.Member{ID: id, State: bridge.Translated, Control: "000000007"}
		if i == len(ids)-1 {
			m = bridge.Member{ID: id, State: bridge.Quarantined, Reason: "no", Findings: []edi.Finding{{Rule: "r", Message: "no"}}, Total: 2}
		} else {
			s.Documents = append(s.Documents, bridge.Document{ID: bridge.DocumentID(id, 1, 1, 1), Transmission: id, Ordinal: 1, Interchange: 1, Group: 1, Set: 1,
				State: bridge.DocumentAccepted, Length: 1})
		}
		s.Members = append(s.Members, m)
	}
	return s
}

func batchSlice(b *bench) {
	one, two := b.joined(gatherHour, 10), b.joined(gatherHour, 10)
	b.now = b.now.Add(time.Hour)
	c := b.gathered()
	b.must(b.s.CloseBatch(b.ctx, c))
	b.must(b.s.Commit(b.ctx, c, bridge.Result{State: bridge.Translated, Slice: b.told(1, one, two)}))
	first, err := b.s.Transmission(b.ctx, one)
	b.must(err)
	second, err := b.s.Transmission(b.ctx, two)
	b.must(err)
	equal(b, "the one that left", fmt.Sprint(first.State, first.Control), "translated000000007")
	equal(b, "the one that did not", fmt.Sprint(second.State, second.Reason, len(second.Findings), second.Total), "quarantinedno1 2")
	batch, err := b.s.Transmission(b.ctx, c.Transmission.ID)
	b.must(err)
	equal(b, "causes", batch.Causes, []bridge.ID{one})
	equal(b, "documents of the one that left", b.recorded(one), 1)
	equal(b, "documents of the batch", b.recorded(batch.ID), 0)
	b.must(b.s.Operate(b.ctx, b.operation(bridge.Retry, two)))
	equal(b, "state of the one that is retried", b.state(two), bridge.Accepted)
}

// recorded counts the documents of a Transmission.
func (b *bench) recorded(id bridge.ID) (n int) {
	b.Helper()
	for _, err := range b.s.Documents(b.ctx, bridge.DocumentQuery{Transmission: id}) {
		b.must(err)
		n++
	}
	return n
}

func batchSliceAgain(b *bench) {
	one, two := b.joined(gatherHour, 10), b.joined(gatherHour, 10)
	b.now = b.now.Add(time.Hour)
	c := b.gathered()
	b.must(b.s.CloseBatch(b.ctx, c))
	s := b.told(1, one, two)
	b.must(b.s.Advance(b.ctx, c, s, b.now.Add(lease)))
	b.must(b.s.Advance(b.ctx, c, s, b.now.Add(lease)))
	equal(b, "waiting", len(b.members(c.Transmission.ID, bridge.Batched)), 0)
	equal(b, "sent", b.members(c.Transmission.ID, bridge.Translated), []bridge.ID{one})
}

func batchForeign(b *bench) {
	one := b.joined(gatherHour, 10)
	other := gatherHour
	other.agreement = "invoices"
	foreign := b.joined(other, 10)
	b.now = b.now.Add(time.Hour)
	var c bridge.Claim
	for _, c = range b.claims(bridge.StepTranslate, 9) {
		if c.Transmission.Agreement == "orders" {
			break
		}
	}
	for _, s := range []bridge.Slice{b.told(1, foreign), b.told(1, one, foreign)} {
		b.refused(b.s.Advance(b.ctx, c, s, b.now.Add(lease)), bridge.ErrConflict)
	}
	equal(b, "state", b.state(one), bridge.Batched)
}

func batchDiscard(b *bench) {
	one, two := b.joined(gatherHour, 10), b.joined(gatherHour, 10)
	b.must(b.s.Operate(b.ctx, b.operation(bridge.Discard, one)))
	equal(b, "state", b.state(one), bridge.Discarded)
	open, err := b.s.Batches(b.ctx)
	b.must(err)
	equal(b, "members", open[0].Members, 1)
	b.joined(gatherHour, 10)
	equal(b, "first member", b.members(open[0].Transmission, bridge.Batched)[0], two)
}

func batchDiscardLate(b *bench) {
	one := b.joined(gatherHour, 10)
	b.now = b.now.Add(time.Hour)
	b.must(b.s.CloseBatch(b.ctx, b.gathered()))
	b.refused(b.s.Operate(b.ctx, b.operation(bridge.Discard, one)), bridge.ErrConflict)
	equal(b, "state", b.state(one), bridge.Batched)
}

func batchOperate(b *bench) {
	b.joined(gatherHour, 10)
	open, err := b.s.Batches(b.ctx)
	b.must(err)
	id := open[0].Transmission
	o := b.operation(bridge.Close, id)
	b.must(b.s.Operate(b.ctx, o))
	b.must(b.s.Operate(b.ctx, o))
	equal(b, "open", len(b.batches()), 0)
	equal(b, "due", b.gathered().Transmission.ID, id)
	seen, err := b.s.Evidence(b.ctx, id)
	b.must(err)
	equal(b, "decisions", len(seen), 1)
	b.now = b.now.Add(time.Second)
	b.refused(b.s.Operate(b.ctx, b.operation(bridge.Close, id)), bridge.ErrConflict)
}

// batchConcurrent has many documents join at once, while batches fill up.
func batchConcurrent(b *bench) {
	const documents = 24
	g := gatherHour
	g.count = 5
	var claims []bridge.Claim
	for range documents {
		claims = append(claims, b.document(g))
	}
	var wg sync.WaitGroup
	for _, c := range claims {
		r := b.joins(c, g, 10)
		wg.Go(func() {
			if err := b.s.Commit(b.ctx, c, r); err != nil {
				b.Error(err)
			}
		})
	}
	wg.Wait()
	in := map[bridge.ID]int{}
	var sizes []int
	for _, rec := range b.audit() {
		if t := rec.Transmission; t != nil && t.Kind == bridge.KindBatch {
			sizes = append(sizes, len(t.Causes))
			for _, id := range t.Causes {
				in[id]++
			}
		}
	}
	slices.Sort(sizes)
	equal(b, "members", sizes, []int{4, 5, 5, 5, 5})
	for _, c := range claims {
		equal(b, "batches that a document is in", in[c.Transmission.ID], 1)
	}
}
