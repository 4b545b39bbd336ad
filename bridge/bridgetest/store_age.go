package bridgetest

import (
	"time"

	"github.com/edibridge/edibridge/archive"
	"github.com/edibridge/edibridge/bridge"
)

func ageTests() []storeTest {
	return []storeTest{
		{"what waits too long goes over into its lane, what is due longest first", ageLifts},
		{"in its new lane it takes turns as anybody does", ageTurns},
		{"what is finished is not lifted, and what is tried again not anew", ageEnds},
		{"order goes before what is lifted", ageOrder},
		{"what is translated one after the other stays so in two lanes", ageStream},
	}
}

// bringAging accepts a file of a party in the bulk lane that is lifted after a while.
func (b *bench) bringAging(party string, ordered bool, after time.Duration) bridge.ID {
	b.Helper()
	a := b.incoming("", "ISA")
	t := &a.Transmission
	t.Partner, t.Lane, t.Ordered, t.Lift = party, bridge.Bulk, ordered, bridge.Lift{At: b.now.Add(after), To: bridge.Urgent}
	_, err := b.s.Accept(b.ctx, a)
	b.must(err)
	return t.ID
}

func (b *bench) lift(limit int) int {
	b.Helper()
	n, err := b.s.Lift(b.ctx, b.now, limit)
	b.must(err)
	return n
}

func ageLifts(b *bench) {
	late, soon, now := b.bringAging("A", false, 3*time.Hour), b.bringAging("A", false, 2*time.Hour), b.bringAging("A", false, time.Hour)
	b.bring("A", bridge.Bulk, 1)
	equal(b, "before any is due", b.lift(9), 0)
	equal(b, "as accepted", b.get(late).Lift, bridge.Lift{At: b.now.Add(3 * time.Hour), To: bridge.Urgent})
	b.now = b.now.Add(2 * time.Hour)
	equal(b, "the first", b.lift(1), 1)
	equal(b, "lanes", []bridge.Lane{b.get(now).Lane, b.get(soon).Lane}, []bridge.Lane{bridge.Urgent, bridge.Bulk})
	equal(b, "the next", b.lift(9), 1)
	equal(b, "none is left", b.lift(9), 0)
	equal(b, "lift of one that was lifted", b.get(soon).Lift, bridge.Lift{})
	equal(b, "lane of the one that is not due", b.get(late).Lane, bridge.Bulk)
}

func ageTurns(b *bench) {
	for range 4 {
		b.bringAging("A", false, time.Hour)
	}
	b.bring("B", bridge.Urgent, 2)
	b.bring("C", bridge.Bulk, 4)
	b.now = b.now.Add(time.Hour)
	equal(b, "lifted", b.lift(9), 4)
	cs := b.claims(bridge.StepTranslate, 7)
	lanes := map[string]int{}
	for _, c := range cs {
		lanes[c.Transmission.Partner]++
	}
	equal(b, "of seven", lanes, map[string]int{"A": 4, "B": 2, "C": 1})
	equal(b, "its beginning", parties(cs)[:4], "ABAB")
}

func ageEnds(b *bench) {
	id := b.bringAging("A", false, time.Hour)
	c := b.claimOf(bridge.StepTranslate, id)
	f := b.follow(id, 1, "erp", "")
	f.Lane, f.Lift = bridge.Bulk, bridge.Lift{At: b.now.Add(time.Hour), To: bridge.Normal}
	b.must(b.s.Commit(b.ctx, c, translated(f)))
	equal(b, "of what is translated", b.get(id).Lift, bridge.Lift{})
	equal(b, "of what follows", b.get(f.ID).Lift, f.Lift)
	b.sent(f.ID, bridge.Dead)
	b.now = b.now.Add(2 * time.Hour)
	equal(b, "lifted", b.lift(9), 0)
	b.must(b.s.Operate(b.ctx, bridge.Operation{Kind: bridge.Retry, ID: f.ID, By: "ann", Reason: "why", At: b.now, Leaf: b.leaf(archive.LeafAccess, f.ID)}))
	equal(b, "lifted when it is tried again", b.lift(9), 0)
	equal(b, "lane", b.get(f.ID).Lane, bridge.Bulk)
}

func ageOrder(b *bench) {
	in := b.accept("document")
	c := b.claim(bridge.StepTranslate)
	first, second := b.follow(in, 1, "erp", "line"), b.follow(in, 2, "erp", "line")
	first.Lane, second.Lane = bridge.Bulk, bridge.Bulk
	second.Lift = bridge.Lift{At: b.now.Add(time.Hour), To: bridge.Urgent}
	b.must(b.s.Commit(b.ctx, c, translated(first, second)))
	b.now = b.now.Add(time.Hour)
	equal(b, "lifted", b.lift(9), 1)
	equal(b, "due", b.due(bridge.StepDeliver), []bridge.ID{first.ID})
}

func ageStream(b *bench) {
	old, young := b.bringAging("acme", true, 2*time.Hour), b.bringAging("acme", true, time.Hour)
	b.now = b.now.Add(time.Hour)
	equal(b, "lifted", b.lift(9), 1)
	equal(b, "the young one's lane", b.get(young).Lane, bridge.Urgent)
	equal(b, "claimed", claimed(b.toTranslate()), map[bridge.ID]bool{old: true})
}
