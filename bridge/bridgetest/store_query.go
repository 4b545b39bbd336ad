package bridgetest

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/edibridge/edibridge/archive"
	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/canonical"
)

func queryTests() []storeTest {
	return []storeTest{
		{"an unknown transmission is not found", func(b *bench) {
			_, err := b.s.Transmission(b.ctx, "nobody")
			b.refused(err, bridge.ErrNotFound)
		}},
		{"keys are found in any spelling, newest first", queryFind},
		{"a family is causes and effects", queryFamily},
		{"lists select by state, kind, endpoint and time", queryList},
		{"documents stream in order", queryDocuments},
		{"a reader of documents may write and may stop", queryDocumentsBreak},
		{"bodies are known by peer and digest", queryBody},
		{"counts are by state", queryCounts},
		{"an audit has every row and stops when told", queryAudit},
	}
}

func queryFind(b *bench) {
	var ids []bridge.ID
	for i, keys := range [][]canonical.Key{
		{po("4711"), {Scheme: "control", Value: "000000905"}, {Scheme: "bol", Value: "905"}},
		{po(" ab-1 "), {Scheme: "invoice", Value: "4711"}},
		{po("4711"), {Scheme: "bol", Value: "4711"}},
	} {
		a := b.incoming("", strconv.Itoa(i))
		a.Transmission.Keys = keys
		_, err := b.s.Accept(b.ctx, a)
		b.must(err)
		ids = append(ids, a.Transmission.ID)
	}
	for _, c := range []struct {
		key   canonical.Key
		limit int
		want  []bridge.ID
	}{
		{po("4711"), 10, []bridge.ID{ids[2], ids[0]}},
		{po("4711"), 1, []bridge.ID{ids[2]}},
		{canonical.Key{Value: "4711"}, 10, []bridge.ID{ids[2], ids[1], ids[0]}},
		{canonical.Key{Value: "4711"}, 2, []bridge.ID{ids[2], ids[1]}},
		{canonical.Key{Scheme: "invoice", Value: "4711"}, 10, []bridge.ID{ids[1]}},
		{po("AB-1"), 10, []bridge.ID{ids[1]}},
		{canonical.Key{Value: " Ab-1"}, 10, []bridge.ID{ids[1]}},
		{canonical.Key{Scheme: "control", Value: "905"}, 10, []bridge.ID{ids[0]}},
		{canonical.Key{Scheme: "control", Value: "000000905"}, 10, []bridge.ID{ids[0]}},
		{canonical.Key{Value: "0905"}, 10, []bridge.ID{ids[0]}},
		{canonical.Key{Value: "905"}, 10, []bridge.ID{ids[0]}},
		{canonical.Key{Value: "905"}, 1, []bridge.ID{ids[0]}},
		{po("905"), 10, nil},
		{po("004711"), 1, []bridge.ID{ids[2]}},
		{po("00ab-1"), 10, []bridge.ID{ids[1]}},
		{po("471"), 10, nil},
	} {
		got, err := b.s.Find(b.ctx, c.key, c.limit)
		b.must(err)
		equal(b, fmt.Sprintf("%+v, at most %d", c.key, c.limit), got, c.want)
	}
}

// queryFamily: 1 -> 1a, 1b; 2 -> 2a, whose second cause is 1a.
func queryFamily(b *bench) {
	one, a := b.flow("1", b.event(1, "erp", ""), b.event(2, "erp", ""))
	two, c := b.flow("2", func(cause bridge.ID) bridge.Transmission {
		f := b.follow(cause, 1, "erp", "")
		f.Causes = append(f.Causes, a[0])
		return f
	})
	b.flow("3", b.event(1, "erp", ""))
	for _, test := range []struct {
		of    []bridge.ID
		limit int
		want  []bridge.ID
	}{
		{[]bridge.ID{one}, 10, []bridge.ID{one, a[0], a[1], c[0]}},
		{[]bridge.ID{two}, 10, []bridge.ID{two, c[0]}},
		{[]bridge.ID{c[0]}, 10, []bridge.ID{one, a[0], two, c[0]}},
		{[]bridge.ID{a[1]}, 10, []bridge.ID{one, a[1]}},
		{[]bridge.ID{a[1], two}, 10, []bridge.ID{one, a[1], two, c[0]}},
		{[]bridge.ID{c[0]}, 2, []bridge.ID{one, c[0]}}, // itself before the others
		{[]bridge.ID{"nobody"}, 10, nil},
	} {
		family, err := b.s.Family(b.ctx, test.of, test.limit)
		b.must(err)
		equal(b, fmt.Sprintf("family of %v, at most %d", test.of, test.limit), idsOf(family), test.want)
	}
}

func idsOf(ts []bridge.Transmission) []bridge.ID {
	var out []bridge.ID
	for i := range ts {
		out = append(out, ts[i].ID)
	}
	return out
}

func queryList(b *bench) {
	in, follows := b.flow("1", b.event(1, "erp", ""), b.event(2, "mailbox", ""), func(cause bridge.ID) bridge.Transmission {
		f := b.follow(cause, 3, "mailbox", "")
		f.Kind = bridge.KindAcknowledgment
		return f
	})
	open := b.accept("2")
	done := b.end(bridge.Delivered)
	equal(b, "delivered", done, follows[0])
	for _, c := range []struct {
		q    bridge.ListQuery
		want []bridge.ID
	}{
		{bridge.ListQuery{}, []bridge.ID{in, follows[0], follows[1], follows[2], open}},
		{bridge.ListQuery{Limit: 2}, []bridge.ID{in, follows[0]}},
		{bridge.ListQuery{States: []bridge.State{bridge.Pending}}, follows[1:]},
		{bridge.ListQuery{States: []bridge.State{bridge.Pending, bridge.Accepted}}, []bridge.ID{follows[1], follows[2], open}},
		{bridge.ListQuery{States: []bridge.State{bridge.Pending}, Kind: bridge.KindAcknowledgment}, follows[2:]},
		{bridge.ListQuery{Endpoints: []string{"mailbox", "erp"}}, follows},
		{bridge.ListQuery{Endpoints: []string{"erp"}, States: []bridge.State{bridge.Pending}}, nil},
		{bridge.ListQuery{States: []bridge.State{bridge.Delivered}, Since: b.get(done).Changed}, follows[:1]},
		{bridge.ListQuery{States: []bridge.State{bridge.Delivered}, Since: b.get(done).Changed.Add(time.Nanosecond)}, nil},
		{bridge.ListQuery{Endpoints: []string{"erp"}, Since: b.get(done).Changed}, follows[:1]},
	} {
		got, err := b.s.List(b.ctx, c.q)
		b.must(err)
		equal(b, fmt.Sprintf("%+v", c.q), idsOf(got), c.want)
	}
}

// manyDocuments is more than any page: 200 in each of the groups 1/2, 1/1, 2/2
// (interchange/group), in this order.
func (b *bench) manyDocuments() bridge.ID {
	b.Helper()
	in := b.accept("many")
	c := b.claim(bridge.StepTranslate)
	for slice := 1; slice <= 3; slice++ {
		s := bridge.Slice{Cursor: bridge.Cursor{Slices: slice, Documents: 200 * slice}}
		for n := range 200 {
			d := document(in, 200*(slice-1)+n+1)
			d.Interchange, d.Group, d.Set = 1+slice/3, 1+slice%2, n+1
			d.ID = bridge.DocumentID(in, d.Interchange, d.Group, d.Set)
			s.Documents = append(s.Documents, d)
		}
		b.must(b.s.Advance(b.ctx, c, s, b.now.Add(lease)))
	}
	b.must(b.s.Commit(b.ctx, c, bridge.Result{State: bridge.Translated, Slice: bridge.Slice{Cursor: bridge.Cursor{Slices: 4, Documents: 600}}}))
	return in
}

func queryDocuments(b *bench) {
	in := b.manyDocuments()
	for _, c := range []struct {
		q           bridge.DocumentQuery
		first, last int
	}{
		{bridge.DocumentQuery{}, 1, 600},
		{bridge.DocumentQuery{Before: 450}, 1, 449},
		{bridge.DocumentQuery{Interchange: 1}, 1, 400},
		{bridge.DocumentQuery{Interchange: 1, Group: 1}, 201, 400},
		{bridge.DocumentQuery{Interchange: 2, Group: 2}, 401, 600},
		{bridge.DocumentQuery{Interchange: 2, Group: 2, Before: 402}, 401, 401},
	} {
		c.q.Transmission = in
		var got, want []int
		for d, err := range b.s.Documents(b.ctx, c.q) {
			b.must(err)
			got = append(got, d.Ordinal)
		}
		for n := c.first; n <= c.last; n++ {
			want = append(want, n)
		}
		equal(b, fmt.Sprintf("ordinals of %+v", c.q), got, want)
	}
}

func queryDocumentsBreak(b *bench) {
	in := b.manyDocuments()
	n := 0
	for _, err := range b.s.Documents(b.ctx, bridge.DocumentQuery{Transmission: in}) {
		b.must(err)
		b.accept(strconv.Itoa(n))
		if n++; n == 3 {
			break
		}
	}
	equal(b, "documents read", n, 3)
}

func queryBody(b *bench) {
	b.accept("ISA")
	o := object("sftp/acme", "ISA")
	got, known, err := b.s.Body(b.ctx, o.Peer, o.SHA256)
	b.must(err)
	equal(b, "known", known, true)
	equal(b, "object", got, o)
	_, known, err = b.s.Body(b.ctx, "sftp/globex", o.SHA256)
	b.must(err)
	equal(b, "known for another peer", known, false)
}

func queryCounts(b *bench) {
	b.flow("1", b.event(1, "erp", ""), b.event(2, "erp", ""))
	b.accept("2")
	b.end(bridge.Delivered)
	got, err := b.s.Counts(b.ctx)
	b.must(err)
	equal(b, "counts", got, map[bridge.State]int{bridge.Translated: 1, bridge.Accepted: 1, bridge.Pending: 1, bridge.Delivered: 1})
}

func queryAudit(b *bench) {
	in := b.accept("ISA")
	c := b.claim(bridge.StepTranslate)
	f := b.follow(in, 1, "erp", "")
	r := uses("v")
	r.Documents, r.Follows = []bridge.Document{document(in, 1)}, []bridge.Transmission{f}
	r.Numbers = b.reserve(c, bridge.Scope{Series: "ISA", For: f.ID, Max: 9})
	b.must(b.s.Commit(b.ctx, c, r))
	c = b.claim(bridge.StepDeliver)
	b.must(b.s.Attempt(b.ctx, c, bridge.Wire{}))
	b.must(b.s.Commit(b.ctx, c, bridge.Result{State: bridge.Delivered, Evidence: []bridge.Evidence{{Transmission: f.ID, Attempt: 1, Kind: "x", At: b.now}}}))
	var got []string
	for _, r := range b.audit() {
		got = append(got, recordKind(r))
	}
	slices.Sort(got)
	equal(b, "records", got, []string{"document", "evidence", "head", "leaf", "number", "seen", "transmission", "transmission"})
	stop, n := errors.New("enough"), 0
	err := b.s.Audit(b.ctx, func(bridge.Record) error {
		n++
		return stop
	})
	b.refused(err, stop)
	equal(b, "records visited", n, 1)
}

// recordKind names the one field that is set.
func recordKind(r bridge.Record) string {
	kinds := ""
	for _, f := range []struct {
		name string
		set  bool
	}{
		{"transmission", r.Transmission != nil}, {"document", r.Document != nil}, {"evidence", r.Evidence != nil},
		{"number", r.Number != nil}, {"seen", r.Seen != nil}, {"leaf", r.Leaf != nil}, {"head", r.Head != nil},
	} {
		if f.set {
			kinds += f.name
		}
	}
	return kinds
}

func logTests() []storeTest {
	return []storeTest{
		{"leaves are sequenced with their commit", logSequenced},
		{"a refused write leaves no leaf", logRefused},
		{"a leaf that is there stays as it is", logSame},
	}
}

// checkLog recomputes the head from the leaves.
func (b *bench) checkLog() {
	b.Helper()
	head := b.head()
	leaves := b.leaves()
	equal(b, "size of the log", head.Size, int64(len(leaves)))
	equal(b, "root of the log", head.Root, merkleRoot(leaves))
	index := int64(0)
	for _, r := range b.audit() {
		if r.Leaf != nil {
			equal(b, "index of a leaf", r.Leaf.Index, index)
			index++
		}
	}
}

func logSequenced(b *bench) {
	for i := range 20 {
		in, _ := b.flow(strconv.Itoa(i))
		b.checkLog()
		text, err := b.leaf(archive.LeafRawIn, in).AppendText(nil)
		b.must(err)
		last, err := archive.ParseLeaf(b.leaves()[i])
		b.must(err)
		want, err := archive.ParseLeaf(text)
		b.must(err)
		equal(b, "leaf", last.ID, want.ID)
	}
}

func logRefused(b *bench) {
	a := b.incoming("key", "ISA")
	_, err := b.s.Accept(b.ctx, a)
	b.must(err)
	_, err = b.s.Accept(b.ctx, b.incoming("key", "other"))
	b.refused(err, bridge.ErrKeyReused)
	equal(b, "leaves", len(b.leaves()), 1)
	b.checkLog()
}

func logSame(b *bench) {
	in := b.accept("ISA")
	leaf := b.leaf(archive.LeafEvent, in)
	c := b.claim(bridge.StepTranslate)
	b.must(b.s.Advance(b.ctx, c, bridge.Slice{Cursor: bridge.Cursor{Slices: 1}, Leaves: []archive.Leaf{leaf}}, b.now.Add(lease)))
	want := b.leaves()
	leaf.Time = leaf.Time.Add(time.Second)
	b.must(b.s.Commit(b.ctx, c, bridge.Result{State: bridge.Translated, Slice: bridge.Slice{Cursor: bridge.Cursor{Slices: 2}, Leaves: []archive.Leaf{leaf}}}))
	equal(b, "leaves", b.leaves(), want)
	b.checkLog()
}
