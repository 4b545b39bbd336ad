package bridgetest

import (
	"cmp"
	"fmt"
	"time"

	"github.com/edibridge/edibridge/archive"
	"github.com/edibridge/edibridge/bridge"
)

func replayTests() []storeTest {
	return []storeTest{
		{"a job is recorded once and comes to its end", replayJob},
		{"files are selected in accept order by what they and their documents are", replayFiles},
		{"effects stream in the order of their making", replayEffects},
		{"a promotion is due at once, and once", replayPromote},
		{"what is resubmitted takes the place of what is let go", replayResubmit},
		{"what comes in again has a sequence of its own", replayResubmitIn},
		{"a repair translates from the beginning", replayRepair},
		{"coverage is summed up once per slice", profileCoverage},
		{"features are kept once, with where they were first", profileFeatures},
	}
}

func (b *bench) job(id bridge.ID) bridge.ReplayJob {
	b.Helper()
	j, err := b.s.BeginReplay(b.ctx, bridge.ReplayJob{ID: id, Created: b.now, By: "ann", Config: "c", Selection: bridge.Selection{Partner: "acme", Since: b.now}})
	b.must(err)
	return j
}

func replayJob(b *bench) {
	for i := range 3 {
		b.flow(fmt.Sprint(i))
	}
	j := b.job("J")
	b.accept("later")
	equal(b, "the same job again", b.job("J"), j)
	want := bridge.ReplayJob{ID: "J", Created: b.now, By: "ann", Config: "c", Selection: bridge.Selection{Partner: "acme", Since: b.now}, Through: 3}
	equal(b, "job", j, want)
	first := bridge.ReplayRecord{Job: "J", Reached: 2, Items: []bridge.ReplayItem{
		{Transmission: "a", Sequence: 1, Outcome: bridge.ReplaySame}, {Transmission: "b", Sequence: 2, Outcome: bridge.ReplayChanged, Digest: "d"}}}
	for range 2 {
		b.must(b.s.RecordReplay(b.ctx, first))
	}
	last := bridge.ReplayRecord{Job: "J", Reached: 3, Done: true, Items: []bridge.ReplayItem{{Transmission: "c", Sequence: 3, Outcome: bridge.ReplayFailed}}}
	for range 2 {
		b.must(b.s.RecordReplay(b.ctx, last))
	}
	b.refused(b.s.RecordReplay(b.ctx, first), bridge.ErrConflict)
	b.refused(b.s.RecordReplay(b.ctx, bridge.ReplayRecord{Job: "nobody", Reached: 1}), bridge.ErrNotFound)
	_, err := b.s.ReplayJob(b.ctx, "nobody")
	b.refused(err, bridge.ErrNotFound)
	want.Reached, want.Done, want.Files, want.Changed, want.Failed = 3, true, 3, 1, 1
	got, err := b.s.ReplayJob(b.ctx, "J")
	b.must(err)
	equal(b, "job at its end", got, want)
	b.now = b.now.Add(time.Second)
	b.job("K")
	jobs, err := b.s.ReplayJobs(b.ctx, 1)
	b.must(err)
	if len(jobs) != 1 || jobs[0].ID != "K" {
		b.Errorf("newest job\n got %+v\nwant K", jobs)
	}
	equal(b, "items", b.itemsOf(bridge.ItemQuery{Job: "J"}), "[a same b changed c failed]")
	equal(b, "one item", b.itemsOf(bridge.ItemQuery{Job: "J", Sequence: 2}), "[b changed]")
}

func (b *bench) itemsOf(q bridge.ItemQuery) string {
	b.Helper()
	var out []string
	for it, err := range b.s.ReplayItems(b.ctx, q) {
		b.must(err)
		out = append(out, string(it.Transmission)+" "+string(it.Outcome))
	}
	return fmt.Sprint(out)
}

func replayFiles(b *bench) {
	var ids []bridge.ID
	for i, d := range []bridge.Document{
		{State: bridge.DocumentAccepted, Type: "850", Partner: "acme"},
		{State: bridge.DocumentQuarantined, Type: "860", Partner: "acme"},
		{State: bridge.DocumentQuarantined, Type: "850", Partner: "globex"},
	} {
		in := b.accept(fmt.Sprint(i))
		c := b.claim(bridge.StepTranslate)
		doc := document(in, 1)
		doc.State, doc.Type, doc.Partner = d.State, d.Type, d.Partner
		r := translated()
		r.Documents = []bridge.Document{doc}
		if i == 2 {
			r.State = bridge.Quarantined
		}
		r.Keys = append(r.Keys, po(fmt.Sprint("po", i)))
		b.must(b.s.Commit(b.ctx, c, r))
		ids = append(ids, in)
		b.now = b.now.Add(time.Hour)
	}
	ids = append(ids, b.accept("not translated yet"))
	begin := b.now.Add(-3 * time.Hour)
	for _, c := range []struct {
		name string
		q    bridge.FileQuery
		want []int
	}{
		{"all", bridge.FileQuery{}, []int{0, 1, 2}},
		{"behind", bridge.FileQuery{After: 1}, []int{1, 2}},
		{"through", bridge.FileQuery{Through: 2}, []int{0, 1}},
		{"since and until", bridge.FileQuery{Selection: bridge.Selection{Since: begin.Add(time.Hour), Until: begin.Add(2 * time.Hour)}}, []int{1}},
		{"partner", bridge.FileQuery{Selection: bridge.Selection{Partner: "acme"}}, []int{0, 1}},
		{"set", bridge.FileQuery{Selection: bridge.Selection{Set: "850"}}, []int{0, 2}},
		{"state of a document", bridge.FileQuery{Selection: bridge.Selection{State: "quarantined"}}, []int{1, 2}},
		{"set in a state", bridge.FileQuery{Selection: bridge.Selection{State: "quarantined", Set: "860"}}, []int{1}},
		{"key", bridge.FileQuery{ID: "PO1", Business: po("po1")}, []int{1}},
		{"id", bridge.FileQuery{ID: ids[2], Business: po(string(ids[2]))}, []int{2}},
		{"nobody's key", bridge.FileQuery{ID: "PO9", Business: po("po9")}, nil},
	} {
		c.q.Through, c.q.Limit = cmp.Or(c.q.Through, 99), 10
		found, err := b.s.Files(b.ctx, c.q)
		b.must(err)
		var got, want []bridge.ID
		for _, t := range found {
			got = append(got, t.ID)
		}
		for _, i := range c.want {
			want = append(want, ids[i])
		}
		equal(b, c.name, got, want)
	}
}

func replayEffects(b *bench) {
	in, made := b.flow("ISA", b.event(1, "erp", ""), b.event(2, "bus", ""))
	var got []bridge.ID
	for e, err := range b.s.Effects(b.ctx, in) {
		b.must(err)
		got = append(got, e.ID)
		if e.Place != "" || e.Job != "" || e.Causes[0] != in {
			b.Errorf("effect\n got %+v\nwant one that nobody promoted", e)
		}
	}
	equal(b, "effects", got, made)
	for range b.s.Effects(b.ctx, "nobody") {
		b.Error("something follows from nobody")
	}
}

// promotion delivers an event of in again.
func (b *bench) promotion(job, in, old bridge.ID) bridge.Promotion {
	f := b.follow(in, 7, "erp", "o")
	f.ID = bridge.PromotionID(job, in, "place", "erp")
	f.Causes = []bridge.ID{in, old}
	leaf := b.leaf(archive.LeafEvent, f.ID)
	f.Leaf = leaf.ID
	o := bridge.Operation{Kind: bridge.Replayed, ID: in, By: "ann", Reason: "why", At: b.now, Leaf: b.leaf(archive.LeafAccess, "promotion of "+in)}
	return bridge.Promotion{Job: job, Item: in, Follows: []bridge.Transmission{f}, Places: []string{"place"}, Leaves: []archive.Leaf{leaf}, Operation: o}
}

func replayPromote(b *bench) {
	in, made := b.flow("ISA", b.event(1, "erp", ""))
	b.end(bridge.Delivered)
	b.job("J")
	p := b.promotion("J", in, made[0])
	other := p
	other.Job = "nobody"
	b.refused(b.s.Promote(b.ctx, other), bridge.ErrNotFound)
	b.must(b.s.Promote(b.ctx, p))
	before := fmt.Sprintf("%+v", b.audit())
	b.must(b.s.Promote(b.ctx, p))
	equal(b, "records after the second time", len(fmt.Sprintf("%+v", b.audit())), len(before))
	got := b.get(p.Follows[0].ID)
	if got.State != bridge.Pending || got.Sequence != b.get(in).Sequence || len(got.Causes) != 2 {
		b.Errorf("promoted\n got %+v\nwant it pending, of the same sequence", got)
	}
	equal(b, "due", b.due(bridge.StepDeliver), []bridge.ID{got.ID})
	for e, err := range b.s.Effects(b.ctx, in) {
		b.must(err)
		if e.ID == got.ID && (e.Job != "J" || e.Place != "place") {
			b.Errorf("effect\n got %s of %s\nwant the promotion", e.Place, e.Job)
		}
	}
	j, err := b.s.ReplayJob(b.ctx, "J")
	b.must(err)
	equal(b, "promoted", j.Promoted, 1)
	seen, err := b.s.Evidence(b.ctx, in)
	b.must(err)
	if len(seen) != 1 || seen[0].Detail["operation"] != "replay" || seen[0].Detail["by"] != "ann" {
		b.Errorf("evidence\n got %+v\nwant the decision once", seen)
	}
	fresh := b.accept("not translated yet")
	b.refused(b.s.Promote(b.ctx, b.promotion("J", fresh, made[0])), bridge.ErrConflict)
}

// resubmission is a mended one in the place of old.
func (b *bench) resubmission(old bridge.Transmission) bridge.Resubmission {
	t := old
	t.ID = bridge.FollowID(old.ID, old.Kind, "resubmit", old.Endpoint)
	t.Causes, t.Attempts, t.Created, t.Changed, t.Body = []bridge.ID{old.ID}, 0, b.now, b.now, object("", "mended "+string(old.ID))
	t.State = bridge.Pending
	if t.Direction == bridge.In {
		t.State = bridge.Accepted
	}
	leaf := b.leaf(archive.LeafRawOut, t.ID)
	t.Leaf = leaf.ID
	o := bridge.Operation{Kind: bridge.Resubmitted, ID: old.ID, By: "ann", Reason: "mended", At: b.now, Leaf: b.leaf(archive.LeafAccess, "resubmission of "+old.ID)}
	return bridge.Resubmission{Operation: o, Transmission: t, Leaf: leaf}
}

func replayResubmit(b *bench) {
	_, made := b.flow("ISA", b.event(1, "erp", "o"), b.event(2, "erp", "o"))
	b.refused(b.s.Resubmit(b.ctx, b.resubmission(b.get(made[0]))), bridge.ErrConflict)
	b.end(bridge.Dead)
	equal(b, "due behind what is dead", len(b.due(bridge.StepDeliver)), 0)
	r := b.resubmission(b.get(made[0]))
	for range 2 {
		b.must(b.s.Resubmit(b.ctx, r))
	}
	old := b.get(made[0])
	equal(b, "the old one", fmt.Sprint(old.State, " ", old.Reason), "discarded resubmit by ann: mended")
	equal(b, "causes", b.get(r.Transmission.ID).Causes, []bridge.ID{made[0]})
	equal(b, "delivered first", b.end(bridge.Delivered), r.Transmission.ID)
	equal(b, "delivered then", b.end(bridge.Delivered), made[1])
	b.refused(b.s.Operate(b.ctx, bridge.Operation{Kind: bridge.Resubmitted, ID: made[1], By: "ann", At: b.now, Leaf: b.leaf(archive.LeafAccess, "x")}), bridge.ErrConflict)
}

func replayResubmitIn(b *bench) {
	in := b.accept("ISA")
	r := translated()
	r.State = bridge.Quarantined
	b.must(b.s.Commit(b.ctx, b.claim(bridge.StepTranslate), r))
	b.accept("another")
	s := b.resubmission(b.get(in))
	for range 2 {
		b.must(b.s.Resubmit(b.ctx, s))
	}
	got := b.get(s.Transmission.ID)
	if got.State != bridge.Accepted || got.Sequence != 3 || len(got.Causes) != 1 || got.Causes[0] != in {
		b.Errorf("resubmitted\n got %+v\nwant it accepted as the third, because of the first", got)
	}
	equal(b, "the old one", b.state(in), bridge.Discarded)
	b.claimOf(bridge.StepTranslate, got.ID)
}

func replayRepair(b *bench) {
	in := b.accept("ISA")
	c := b.claim(bridge.StepTranslate)
	d := document(in, 1)
	d.Partner, d.Elements, d.Mapped = "acme", 10, 9
	old := b.follow(in, 1, "mailbox", "")
	r := translated(old)
	r.State, r.Documents, r.Total = bridge.Quarantined, []bridge.Document{d}, 3
	b.must(b.s.Commit(b.ctx, c, r))
	b.end(bridge.Delivered)
	o := bridge.Operation{Kind: bridge.Repair, ID: in, By: "ann", Reason: "mended", At: b.now, Leaf: b.leaf(archive.LeafAccess, in)}
	for range 2 {
		b.must(b.s.Operate(b.ctx, o))
	}
	got := b.get(in)
	if got.State != bridge.Accepted || got.Attempts != 1 || got.Total != 0 || len(got.Findings) != 0 {
		b.Errorf("to be repaired\n got %+v\nwant it accepted for the first time again, without findings", got)
	}
	equal(b, "coverage meanwhile", len(b.coverage()), 0)
	c = b.claim(bridge.StepTranslate)
	equal(b, "cursor", c.Cursor, bridge.Cursor{})
	fresh := b.follow(in, 2, "erp", "")
	r = translated(old, fresh)
	r.Documents = []bridge.Document{d}
	b.must(b.s.Commit(b.ctx, c, r))
	equal(b, "what followed before", b.state(old.ID), bridge.Delivered)
	equal(b, "what follows now", b.state(fresh.ID), bridge.Pending)
	equal(b, "coverage", b.coverage(), []bridge.Coverage{{Partner: "acme", Set: "850", Day: "2026-11-23", Documents: 1, Elements: 10, Mapped: 9}})
	out := b.get(fresh.ID)
	b.refused(b.s.Operate(b.ctx, bridge.Operation{Kind: bridge.Repair, ID: out.ID, By: "ann", At: b.now, Leaf: b.leaf(archive.LeafAccess, out.ID)}), bridge.ErrConflict)
}

func (b *bench) coverage() []bridge.Coverage {
	b.Helper()
	got, err := b.s.Coverage(b.ctx, bridge.CoverageQuery{})
	b.must(err)
	return got
}

func profileCoverage(b *bench) {
	in := b.accept("ISA")
	c := b.claim(bridge.StepTranslate)
	slice := bridge.Slice{Cursor: bridge.Cursor{Documents: 2, Slices: 1}}
	for n := 1; n <= 2; n++ {
		d := document(in, n)
		d.Partner, d.Version, d.Elements, d.Mapped = "acme", "004010", 10, 10-n
		slice.Documents = append(slice.Documents, d)
	}
	for range 2 { // the outcome of the first was unknown
		b.must(b.s.Advance(b.ctx, c, slice, b.now.Add(lease)))
	}
	r := translated()
	r.Cursor.Slices = 2
	unread := document(in, 3) // nothing was asked of it
	unread.Partner = "acme"
	r.Documents = []bridge.Document{unread}
	for range 2 {
		b.must(b.s.Commit(b.ctx, c, r))
	}
	equal(b, "coverage", b.coverage(), []bridge.Coverage{{Partner: "acme", Set: "850", Release: "004010", Day: "2026-11-23", Documents: 2, Elements: 20, Mapped: 17}})
	for q, want := range map[bridge.CoverageQuery]int{{Partner: "acme", Set: "850", Since: "2026-11-23", Until: "2026-11-23"}: 1,
		{Partner: "globex"}: 0, {Set: "860"}: 0, {Since: "2026-11-24"}: 0, {Until: "2026-11-22"}: 0} {
		got, err := b.s.Coverage(b.ctx, q)
		b.must(err)
		equal(b, fmt.Sprintf("coverage %+v", q), len(got), want)
	}
	p, err := b.s.Profile(b.ctx, bridge.ProfileKey{Partner: "acme", Set: "850", Release: "004010"})
	b.must(err)
	equal(b, "documents of the profile", p.Documents, 2)
}

func profileFeatures(b *bench) {
	key := bridge.ProfileKey{Partner: "acme", Set: "850", Release: "004010"}
	feature := func(in bridge.ID, name string, drift bool) bridge.Feature {
		return bridge.Feature{Partner: "acme", Set: "850", Release: "004010", Name: name, Rule: "mapping.drift.segment", Path: "ST[1]",
			Value: "v", Transmission: in, Document: "d", At: b.now, Drift: drift}
	}
	var first bridge.ID
	for i := range 2 {
		in := b.accept(fmt.Sprint(i))
		if i == 0 {
			first = in
		}
		r := translated()
		r.Features = []bridge.Feature{feature(in, "REF:DP", i == 1), feature(in, fmt.Sprint("N", i), i == 1)}
		b.must(b.s.Commit(b.ctx, b.claim(bridge.StepTranslate), r))
		b.now = b.now.Add(time.Hour)
	}
	p, err := b.s.Profile(b.ctx, key)
	b.must(err)
	equal(b, "names", p.Names, []string{"N0", "N1", "REF:DP"})
	fs, err := b.s.Features(b.ctx, bridge.FeatureQuery{Partner: "acme", Set: "850"})
	b.must(err)
	if len(fs) != 1 || fs[0].Name != "N1" || !fs[0].Drift || !fs[0].At.Equal(b.now.Add(-time.Hour)) {
		b.Errorf("drift\n got %+v\nwant N1", fs)
	}
	fs, err = b.s.Features(b.ctx, bridge.FeatureQuery{All: true, Limit: 2, Since: b.now.Add(-24 * time.Hour)})
	b.must(err)
	if len(fs) != 2 || fs[1].Name != "N0" || fs[1].Transmission != first || fs[1].Drift {
		b.Errorf("the newest two\n got %+v\nwant N1 and N0", fs)
	}
	kept, more, err := b.s.FeatureCount(b.ctx, "acme")
	b.must(err)
	equal(b, "kept", kept, 3)
	equal(b, "not kept", more, 0)
	b.job("J")
	many := bridge.ReplayRecord{Job: "J", Reached: 1}
	for i := range bridge.MaxFeatures {
		many.Features = append(many.Features, feature(first, fmt.Sprint("F", i), false))
	}
	b.must(b.s.RecordReplay(b.ctx, many))
	kept, more, err = b.s.FeatureCount(b.ctx, "acme")
	b.must(err)
	equal(b, "kept of too many", kept, bridge.MaxFeatures)
	equal(b, "not kept of too many", more, 3)
}
