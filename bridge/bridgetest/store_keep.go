package bridgetest

import (
	"fmt"
	"strings"
	"time"

	"github.com/edibridge/edibridge/archive"
	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/bridge/views"
	"github.com/edibridge/edibridge/canonical"
	"github.com/edibridge/edibridge/edi"
)

// keepTests: what has been kept long enough goes.
func keepTests() []storeTest {
	return []storeTest{
		{"a class is kept from slice to slice, and with follow-ups", keepClass},
		{"what has ended is walked over by class, oldest first", keepEnded},
		{"an event is needed while something follows from it, and an alarm while it stands", keepNeeded},
		{"a family is told as a whole, effects before causes", keepKin},
		{"what is pruned goes with all that belongs to it, and the log says so", keepPrune},
		{"of what may not go nothing goes", keepRefused},
		{"what was thinned is neither repaired nor promoted", keepThinned},
		{"old replays go, but for what was promoted", keepReplays},
	}
}

// long is behind everything that the tests do, by whichever clock.
func (b *bench) long() time.Time { return b.now.Add(100 * 365 * 24 * time.Hour) }

// ended walks over what has ended in steps of two.
func (b *bench) ended(q bridge.EndedQuery) []bridge.Ended {
	b.Helper()
	var out []bridge.Ended
	q.Limit = 2
	for {
		page, err := b.s.Ended(b.ctx, q)
		b.must(err)
		out = append(out, page...)
		if len(page) < q.Limit {
			return out
		}
		q.After = page[len(page)-1].Mark
	}
}

func endedIDs(es []bridge.Ended) (ids []bridge.ID) {
	for _, e := range es {
		ids = append(ids, e.ID)
	}
	return ids
}

// pruning is what removes Transmissions.
func (b *bench) pruning(ids ...bridge.ID) bridge.Pruning {
	b.Helper()
	p := bridge.Pruning{IDs: ids, Through: b.long(), Leaf: archive.Leaf{Kind: archive.LeafPrune, ID: string(b.id()), Time: b.now,
		Retain: archive.Retain{Class: bridge.DefaultRetention, Until: time.Date(2026, 8, 25, 0, 0, 0, 0, time.UTC)}}}
	for range ids {
		p.Leaf.Parents = append(p.Leaf.Parents, string(b.id()))
	}
	return p
}

func keepClass(b *bench) {
	in := b.accept("A")
	equal(b, "class of what is not translated", b.get(in).Retention, "")
	c := b.claim(bridge.StepTranslate)
	f := b.follow(in, 1, "erp", "")
	f.Retention = "events"
	b.must(b.s.Advance(b.ctx, c, bridge.Slice{Cursor: bridge.Cursor{Slices: 1}, Retention: "test", Follows: []bridge.Transmission{f}}, b.now.Add(lease)))
	equal(b, "class behind a slice", b.get(in).Retention, "test")
	r := translated()
	r.Cursor.Slices, r.Retention = 2, "long"
	b.must(b.s.Commit(b.ctx, c, r))
	equal(b, "class behind the last one", b.get(in).Retention, "long")
	b.end(bridge.Delivered)
	equal(b, "class of what was delivered", b.get(f.ID).Retention, "events")
}

func keepEnded(b *bench) {
	var files, events []bridge.ID
	for n := range 5 {
		in, made := b.flow(fmt.Sprint("F", n), b.event(1, "erp", ""))
		b.end(bridge.Delivered)
		files, events = append(files, in), append(events, made[0])
	}
	waiting := b.accept("not translated")
	c := b.claimOf(bridge.StepTranslate, waiting)
	r := translated(b.follow(waiting, 1, "erp", ""))
	r.Retention = "test"
	b.must(b.s.Commit(b.ctx, c, r))
	equal(b, "files", endedIDs(b.ended(bridge.EndedQuery{Before: b.long()})), files)
	equal(b, "events", endedIDs(b.ended(bridge.EndedQuery{Before: b.long(), Events: true})), events)
	equal(b, "files of a class", endedIDs(b.ended(bridge.EndedQuery{Before: b.long(), Retention: "test"})), []bridge.ID{waiting})
	equal(b, "its event, which has not ended", len(b.ended(bridge.EndedQuery{Before: b.long(), Retention: "test", Events: true})), 0)
	third := b.get(files[2]).Changed
	for _, e := range b.ended(bridge.EndedQuery{Before: third}) {
		if !e.At.Before(third) || !e.At.Equal(b.get(e.ID).Changed) || e.Leaf != b.get(e.ID).Leaf {
			b.Errorf("ended before %v\n got %+v\nwant it as it changed, before", third, e)
		}
	}
	if _, err := b.s.Ended(b.ctx, bridge.EndedQuery{After: "x", Limit: 1}); err == nil {
		b.Error("a mark that is none was taken")
	}
}

// alarm is the event of an endpoint, as a follow-up.
func (b *bench) alarm(kind string, ordinal int) func(bridge.ID) bridge.Transmission {
	return func(cause bridge.ID) bridge.Transmission {
		f := b.follow(cause, ordinal, "ops", "")
		f.Set, f.Keys = kind, []canonical.Key{{Scheme: "endpoint", Value: "erp"}}
		return f
	}
}

func keepNeeded(b *bench) {
	in, made := b.flow("A", b.event(1, "erp", ""), b.alarm(bridge.StandingAlarm, 2))
	b.end(bridge.Delivered)
	b.end(bridge.Delivered)
	needed := func() string {
		var out []string
		for _, e := range b.ended(bridge.EndedQuery{Before: b.long(), Events: true}) {
			out = append(out, fmt.Sprint(e.Needed))
		}
		return strings.Join(out, " ")
	}
	equal(b, "an event, an alarm that stands", needed(), "false true")
	b.refused(b.s.Prune(b.ctx, b.pruning(made[1])), bridge.ErrConflict)
	next := b.accept("B")
	c := b.claim(bridge.StepTranslate)
	again := b.follow(next, 2, "bus", "")
	again.Causes = []bridge.ID{next, made[0]}
	b.must(b.s.Commit(b.ctx, c, translated(b.alarm("edibridge.delivery.recovered.v1", 1)(next), again)))
	b.end(bridge.Delivered)
	b.end(bridge.Delivered)
	equal(b, "what is followed, and alarms that are over", needed(), "true false false false")
	b.refused(b.s.Prune(b.ctx, b.pruning(made[0])), bridge.ErrConflict)
	b.must(b.s.Prune(b.ctx, b.pruning(made[0], again.ID, made[1])))
	equal(b, "its cause", b.get(in).Pruned.Equal(b.now), true)
}

func keepKin(b *bench) {
	one, made := b.flow("A", b.event(1, "erp", ""), b.event(2, "erp", ""))
	two := b.accept("B")
	c := b.claimOf(bridge.StepTranslate, two)
	link := b.follow(two, 1, "bus", "")
	link.Causes = []bridge.ID{two, made[1]}
	b.must(b.s.Commit(b.ctx, c, translated(link)))
	b.flow("of another family", b.event(1, "erp", ""))
	want := []bridge.ID{link.ID, two, made[1], made[0], one}
	for _, id := range want {
		kin, err := b.s.Kin(b.ctx, id, 5)
		b.must(err)
		var got []bridge.ID
		for _, k := range kin {
			got = append(got, k.ID)
			t := b.get(k.ID)
			if k.State != t.State || k.Kind != t.Kind || k.Direction != t.Direction || k.Leaf != t.Leaf || !k.Changed.Equal(t.Changed) || k.Needed {
				b.Errorf("a member\n got %+v\nwant that of %+v", k, t)
			}
		}
		equal(b, "family of "+string(id), got, want)
	}
	keepSteps(b, want)
	some, err := b.s.Kin(b.ctx, one, 3)
	b.must(err)
	equal(b, "of more than three", len(some) > 3, true)
	none, err := b.s.Kin(b.ctx, "nobody", 3)
	b.must(err)
	equal(b, "of nobody", len(none), 0)
}

// keepSteps walks over a family step by step, from its last member.
func keepSteps(b *bench, family []bridge.ID) {
	b.Helper()
	kin, err := b.s.Kin(b.ctx, family[0], 9)
	b.must(err)
	rows, known := []int64{kin[0].Row}, map[int64]bool{kin[0].Row: true}
	for next := rows; len(next) > 0; {
		found, err := b.s.Links(b.ctx, next, 9)
		b.must(err)
		next = nil
		for _, row := range found {
			if !known[row] {
				known[row] = true
				rows, next = append(rows, row), append(next, row)
			}
		}
	}
	again, err := b.s.KinOf(b.ctx, append(rows, 1<<40))
	b.must(err)
	equal(b, "the family, by its rows", again, kin)
	follows := map[bridge.ID]bool{}
	for _, id := range family {
		for _, cause := range b.get(id).Causes {
			follows[cause] = true
		}
	}
	for i := range kin {
		equal(b, "that something follows from "+string(kin[i].ID), kin[i].Effects, follows[kin[i].ID])
	}
	some, err := b.s.Links(b.ctx, rows, 1)
	b.must(err)
	equal(b, "links, one of either", len(some), 2)
	ended := b.ended(bridge.EndedQuery{Before: b.long()})
	for _, e := range ended {
		of, err := b.s.KinOf(b.ctx, []int64{e.Row})
		b.must(err)
		equal(b, "what has ended, by its row", of[0].ID, e.ID)
	}
}

// grown is a file with everything that can belong to one, delivered and settled,
// and its follow-up.
func (b *bench) grown(key string) (in, out bridge.ID) {
	b.Helper()
	a := b.incoming(key, "ISA "+key)
	a.Answer = []byte("taken")
	_, err := b.s.Accept(b.ctx, a)
	b.must(err)
	in = a.Transmission.ID
	c := b.claimOf(bridge.StepTranslate, in)
	f := b.follow(in, 1, "mailbox", "")
	f.Kind, f.Keys = bridge.KindInterchange, []canonical.Key{po("K" + key)}
	numbers, err := b.s.Reserve(b.ctx, c, []bridge.Scope{{Series: "ISA", For: f.ID, Max: 9}})
	b.must(err)
	r := translated(f)
	d := document(in, 1)
	d.State, d.Keys = bridge.DocumentAccepted, []canonical.Key{po("K" + key)}
	r.Documents, r.Numbers = []bridge.Document{d}, numbers
	r.Findings, r.Total = []edi.Finding{{Rule: "r"}}, 1
	r.Facts = []bridge.Fact{fact(in, 1, views.ViewOrder, "K"+key, `{}`)}
	r.Sees = []bridge.Seen{{SeenKey: bytesKey(key), Transmission: in}}
	e := expected(f.ID, 1)
	r.Expects = []bridge.Expectation{e}
	b.must(b.s.Commit(b.ctx, c, r))
	sent := b.claimOf(bridge.StepDeliver, f.ID)
	b.must(b.s.Attempt(b.ctx, sent, bridge.Wire{Name: "n"}))
	b.must(b.s.Commit(b.ctx, sent, bridge.Result{State: bridge.Delivered, Evidence: []bridge.Evidence{{Transmission: f.ID, Attempt: 1, Kind: "http-response", At: b.now, Body: object("", "200")}}}))
	return in, f.ID
}

func keepPrune(b *bench) {
	in, out := b.grown("k1")
	other, _ := b.grown("k2")
	before := b.audit()
	p := b.pruning(out)
	b.refused(b.s.Prune(b.ctx, p), bridge.ErrConflict) // its acknowledgment is awaited
	ack := b.accept("997")
	c := b.claimOf(bridge.StepTranslate, ack)
	es, err := b.s.Expectations(b.ctx, bridge.ExpectationQuery{Transmission: out})
	b.must(err)
	es[0].State, es[0].By, es[0].BySequence, es[0].At = bridge.ExpectAccepted, ack, 3, b.now
	r := translated()
	r.Settles = []bridge.Settle{{Transmission: out, Expectations: es}}
	b.must(b.s.Commit(b.ctx, c, r))
	equal(b, "what was answered", b.state(out), bridge.Settled)
	for range 2 {
		b.must(b.s.Prune(b.ctx, p))
	}
	if _, err := b.s.Transmission(b.ctx, out); err == nil {
		b.Error("what was pruned is there")
	}
	equal(b, "the mark of its cause", b.get(in).Pruned.Equal(b.now), true)
	b.must(b.s.Prune(b.ctx, b.pruning(in)))
	for _, r := range b.audit() {
		switch {
		case r.Transmission != nil && (r.Transmission.ID == in || r.Transmission.ID == out),
			r.Document != nil && r.Document.Transmission == in, r.Fact != nil && r.Fact.Transmission == in,
			r.Seen != nil && r.Seen.Transmission == in, r.Evidence != nil && r.Evidence.Transmission == out,
			r.Expectation != nil && r.Expectation.Transmission == out:
			b.Errorf("it is still there: %+v", r)
		}
	}
	ids, err := b.s.Find(b.ctx, po("Kk1"), 9)
	b.must(err)
	equal(b, "found by its key", len(ids), 0)
	numbers := func(rs []bridge.Record) (n int) {
		for _, r := range rs {
			if r.Number != nil {
				n++
			}
		}
		return n
	}
	equal(b, "numbers", numbers(b.audit()), numbers(before))
	equal(b, "leaves of pruning", b.count(func(r bridge.Record) bool {
		return r.Leaf != nil && strings.Contains(string(r.Leaf.Text), "\nkind prune\n")
	}), 2)
	equal(b, "the other file", b.state(other), bridge.Translated)
	as, err := b.s.Accept(b.ctx, b.incoming("k1", "other bytes"))
	b.must(err)
	equal(b, "its key again", as.Duplicate, false)
	if o, known, err := b.s.Body(b.ctx, "sftp/acme", archive.Sum([]byte("ISA k1"))); err != nil || !known || o.Pack == "" {
		b.Errorf("its body\n got %+v, %v, %v\nwant it as the archive has it", o, known, err)
	}
	tables, err := b.s.Tables(b.ctx)
	b.must(err)
	equal(b, "answers and numbers that are left", fmt.Sprint(tables["answer"], tables["number"]), "1 2")
}

func keepRefused(b *bench) {
	in, made := b.flow("A", b.event(1, "erp", ""), b.event(2, "erp", ""))
	b.refused(b.s.Prune(b.ctx, b.pruning(made[0])), bridge.ErrConflict) // pending
	first := b.end(bridge.Delivered)
	b.refused(b.s.Prune(b.ctx, b.pruning(first, made[1])), bridge.ErrConflict) // one of the two is pending
	b.refused(b.s.Prune(b.ctx, b.pruning(in)), bridge.ErrConflict)             // effects stay
	b.refused(b.s.Prune(b.ctx, b.pruning(first, "nobody")), bridge.ErrConflict)
	late := b.pruning(first)
	late.Through = b.get(first).Changed.Add(-1)
	b.refused(b.s.Prune(b.ctx, late), bridge.ErrConflict) // it ended behind that
	b.end(bridge.Dead)
	b.refused(b.s.Prune(b.ctx, b.pruning(made...)), bridge.ErrConflict)
	quarantined, _, _, _ := b.quarantined()
	b.refused(b.s.Prune(b.ctx, b.pruning(quarantined.ID)), bridge.ErrConflict)
	equal(b, "transmissions", b.count(func(r bridge.Record) bool { return r.Transmission != nil }), 5)
	equal(b, "leaves of pruning", b.count(func(r bridge.Record) bool {
		return r.Leaf != nil && strings.Contains(string(r.Leaf.Text), "\nkind prune\n")
	}), 0)
	if b.s.Prune(b.ctx, b.pruning()) == nil || b.s.Prune(b.ctx, b.pruning(make([]bridge.ID, bridge.PruneAtOnce+1)...)) == nil {
		b.Error("nothing, or too much, was taken")
	}
}

func keepThinned(b *bench) {
	in, made := b.flow("A", b.event(1, "erp", ""))
	b.end(bridge.Delivered)
	j, err := b.s.BeginReplay(b.ctx, bridge.ReplayJob{ID: b.id(), Created: b.now, By: "ann"})
	b.must(err)
	b.refused(b.s.Prune(b.ctx, b.pruning(made[0], in)), bridge.ErrConflict) // the replay has not seen it
	b.must(b.s.RecordReplay(b.ctx, bridge.ReplayRecord{Job: j.ID, Reached: j.Through, Done: true}))
	b.must(b.s.Prune(b.ctx, b.pruning(made[0])))
	b.refused(b.s.Operate(b.ctx, bridge.Operation{Kind: bridge.Repair, ID: in, By: "ann", Reason: "r", At: b.now, Leaf: b.leaf(archive.LeafAccess, in)}), bridge.ErrConflict)
	b.refused(b.s.Promote(b.ctx, bridge.Promotion{Job: j.ID, Item: in, Operation: b.operation(bridge.Replayed, in)}), bridge.ErrConflict)
}

func keepReplays(b *bench) {
	in, made := b.flow("A", b.event(1, "erp", ""))
	b.end(bridge.Delivered)
	job := func(created time.Time) bridge.ReplayJob {
		j, err := b.s.BeginReplay(b.ctx, bridge.ReplayJob{ID: b.id(), Created: created, By: "ann"})
		b.must(err)
		b.must(b.s.RecordReplay(b.ctx, bridge.ReplayRecord{Job: j.ID, Reached: j.Through, Done: true,
			Items: []bridge.ReplayItem{{Transmission: in, Sequence: 1, Outcome: bridge.ReplayChanged}}}))
		return j
	}
	old, promoted, young := job(b.now.Add(-2*time.Hour)), job(b.now.Add(-2*time.Hour)), job(b.now)
	f := b.follow(in, 9, "erp", "")
	f.Causes = []bridge.ID{in, made[0]}
	b.must(b.s.Promote(b.ctx, bridge.Promotion{Job: promoted.ID, Item: in, Follows: []bridge.Transmission{f}, Places: []string{"d"}, Operation: b.operation(bridge.Replayed, in)}))
	prune := func() int {
		p := b.pruning()
		n, err := b.s.PruneReplays(b.ctx, b.now.Add(-time.Hour), p.Leaf)
		b.must(err)
		return n
	}
	equal(b, "rows that went", prune(), 3) // two items and a job
	equal(b, "rows that went then", prune(), 0)
	var left []bridge.ID
	jobs, err := b.s.ReplayJobs(b.ctx, 9)
	b.must(err)
	for _, j := range jobs {
		left = append(left, j.ID)
	}
	equal(b, "jobs that are left", fmt.Sprint(len(left), left[0] == young.ID, left[1] == promoted.ID, jobs[0].Files, jobs[1].Files), "2 true true 1 0")
	if _, err := b.s.ReplayJob(b.ctx, old.ID); err == nil {
		b.Error("the old job is there")
	}
	equal(b, "leaves of pruning", b.count(func(r bridge.Record) bool {
		return r.Leaf != nil && strings.Contains(string(r.Leaf.Text), "\nkind prune\n")
	}), 1)
}

// sharedPrune: all stores remove the same at once, and one of them does.
func sharedPrune(b *shared) {
	for range 10 {
		in, made := b.flow(string(b.id()), b.event(1, "erp", ""))
		b.end(bridge.Delivered)
		p := make([]bridge.Pruning, len(b.stores))
		for i := range p {
			p[i] = b.pruning(made[0], in)
		}
		done := make([]bool, len(b.stores))
		b.each(func(i int, s bridge.Store) error {
			err := s.Prune(b.ctx, p[i])
			if done[i] = err == nil; done[i] {
				return nil
			}
			b.refused(err, bridge.ErrConflict)
			return nil
		})
		who := 0
		for _, d := range done {
			if d {
				who++
			}
		}
		equal(b.bench, "stores that pruned it", who, 1)
	}
}
