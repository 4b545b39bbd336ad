package bridgetest

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/edibridge/edibridge/bridge"
)

func laneTests() []storeTest {
	return []storeTest{
		{"partners take turns", lanePartners},
		{"what a turn leaves unused goes to the others", laneUnused},
		{"lanes get their shares, one claim at a time or many", laneShares},
		{"a lane alone gets everything", laneAlone},
		{"order goes before lanes", laneOrder},
		{"an endpoint gets no more than it has room for", laneRoom},
		{"a full endpoint stands in nobody's way", laneFull},
		{"endpoints take turns", laneEndpoints},
		{"what waits is counted up to the limit", laneBacklog},
		{"what is ordered is translated one after the other", laneOrdered},
		{"what is ordered waits for one that rests", laneOrderedRest},
		{"queues that have to wait hide no other", laneBlocked},
	}
}

// ordered accepts n files of a party that are ordered.
func (b *bench) ordered(party string, n int) []bridge.ID {
	b.Helper()
	var ids []bridge.ID
	for range n {
		a := b.incoming("", "ISA")
		a.Transmission.Partner, a.Transmission.Ordered = party, true
		_, err := b.s.Accept(b.ctx, a)
		b.must(err)
		ids = append(ids, a.Transmission.ID)
	}
	return ids
}

// toTranslate claims for translation as much as there is.
func (b *bench) toTranslate() []bridge.Claim {
	b.Helper()
	cs, err := b.s.Claim(b.ctx, bridge.ClaimQuery{Step: bridge.StepTranslate, Owner: "o", Limit: 100, Now: b.now, Until: b.now.Add(lease)})
	b.must(err)
	return cs
}

func claimed(cs []bridge.Claim) map[bridge.ID]bool {
	ids := map[bridge.ID]bool{}
	for _, c := range cs {
		ids[c.Transmission.ID] = true
	}
	return ids
}

func laneOrdered(b *bench) {
	acme, globex := b.ordered("acme", 3), b.ordered("globex", 2)
	free := b.bring("acme", bridge.Normal, 2)
	first := b.toTranslate()
	equal(b, "claimed", claimed(first), map[bridge.ID]bool{acme[0]: true, globex[0]: true, free[0]: true, free[1]: true})
	equal(b, "claimed while the first are worked on", len(b.toTranslate()), 0)
	for _, c := range first {
		if c.Transmission.ID == acme[0] {
			equal(b, "ordered", c.Transmission.Ordered, true)
			b.must(b.s.Commit(b.ctx, c, bridge.Result{State: bridge.Quarantined}))
		}
	}
	equal(b, "claimed behind the one that ended", claimed(b.toTranslate()), map[bridge.ID]bool{acme[1]: true})
	b.now = b.now.Add(2 * lease)
	equal(b, "claimed when all leases have ended", claimed(b.toTranslate()),
		map[bridge.ID]bool{acme[1]: true, globex[0]: true, free[0]: true, free[1]: true})
}

// laneBlocked: of several ordered parties one file each is worked on; another party's
// are handed out one at a time.
func laneBlocked(b *bench) {
	for _, party := range []string{"a", "b", "c"} {
		b.ordered(party, 2)
	}
	equal(b, "claims of ordered parties", len(b.toTranslate()), 3)
	var want []bridge.ID
	for range 3 {
		a := b.incoming("", "ISA")
		a.Transmission.Partner = "d"
		_, err := b.s.Accept(b.ctx, a)
		b.must(err)
		want = append(want, a.Transmission.ID)
	}
	for _, id := range want {
		equal(b, "the one that is claimed", b.claim(bridge.StepTranslate).Transmission.ID, id)
	}
	equal(b, "claims when nothing is due", len(b.claims(bridge.StepTranslate, 1)), 0)
}

func laneOrderedRest(b *bench) {
	acme := b.ordered("acme", 2)
	c := b.toTranslate()[0]
	b.must(b.s.Release(b.ctx, c, b.now.Add(time.Second)))
	equal(b, "claimed while the first rests", len(b.toTranslate()), 0)
	b.now = b.now.Add(2 * time.Second)
	equal(b, "claimed then", claimed(b.toTranslate()), map[bridge.ID]bool{acme[0]: true})
}

// bring accepts n files of a party in a lane and gives their IDs.
func (b *bench) bring(party string, lane bridge.Lane, n int) []bridge.ID {
	b.Helper()
	var ids []bridge.ID
	for range n {
		a := b.incoming("", "ISA")
		a.Transmission.Partner, a.Transmission.Lane = party, lane
		_, err := b.s.Accept(b.ctx, a)
		b.must(err)
		ids = append(ids, a.Transmission.ID)
	}
	return ids
}

// parties are the partners of claims, in their order.
func parties(cs []bridge.Claim) string {
	var out string
	for _, c := range cs {
		out += c.Transmission.Partner
	}
	return out
}

func lanePartners(b *bench) {
	flood := b.bring("A", bridge.Normal, 12)
	b.bring("B", bridge.Normal, 2)
	b.bring("C", bridge.Normal, 1)
	cs := b.claims(bridge.StepTranslate, 8)
	equal(b, "parties", parties(cs), "ABCABAAA")
	var own []bridge.ID
	for _, c := range cs {
		if c.Transmission.Partner == "A" {
			own = append(own, c.Transmission.ID)
		}
	}
	equal(b, "A's, oldest first", own, flood[:5])
	b.bring("C", bridge.Normal, 1)
	equal(b, "whose turn comes next", parties(b.claims(bridge.StepTranslate, 2)), "CA")
}

func laneUnused(b *bench) {
	b.bring("A", bridge.Urgent, 1)
	b.bring("B", bridge.Normal, 1)
	b.bring("C", bridge.Bulk, 20)
	equal(b, "claims", len(b.claims(bridge.StepTranslate, 20)), 20)
	equal(b, "the rest", len(b.claims(bridge.StepTranslate, 20)), 2)
}

func laneShares(b *bench) {
	for _, limit := range []int{1, 7, 42} {
		for _, lane := range bridge.Lanes() {
			b.bring("A", lane, 2*lane.Share())
		}
		got := map[bridge.Lane]int{}
		for range 42 / limit {
			for _, c := range b.claims(bridge.StepTranslate, limit) {
				got[c.Transmission.Lane.OrNormal()]++
				r := translated()
				b.must(b.s.Commit(b.ctx, c, r))
			}
		}
		equal(b, fmt.Sprint("by lane, ", limit, " at a time"), got, map[bridge.Lane]int{bridge.Urgent: 32, bridge.Normal: 8, bridge.Bulk: 2})
	}
}

func laneAlone(b *bench) {
	b.bring("A", bridge.Bulk, 5)
	b.bring("B", bridge.Bulk, 5)
	equal(b, "parties", parties(b.claims(bridge.StepTranslate, 10)), "ABABABABAB")
}

// laneOrder: an urgent change never overtakes the bulk order that it changes.
func laneOrder(b *bench) {
	in := func(lane bridge.Lane, key string) func(bridge.ID) bridge.Transmission {
		return func(cause bridge.ID) bridge.Transmission {
			f := b.follow(cause, 1, "erp", key)
			f.Lane = lane
			return f
		}
	}
	_, order := b.flow("850", in(bridge.Bulk, "po/1"))
	_, change := b.flow("860", in(bridge.Urgent, "po/1"))
	_, other := b.flow("850 of another", in(bridge.Urgent, "po/2"))
	equal(b, "due", b.due(bridge.StepDeliver), []bridge.ID{other[0], order[0]})
	for _, want := range []bridge.ID{other[0], order[0], change[0]} {
		equal(b, "delivered", b.end(bridge.Delivered), want)
	}
}

// claimRoom claims deliveries with so much room.
func (b *bench) claimRoom(limit int, room map[string]int) map[string]int {
	b.Helper()
	cs, err := b.s.Claim(b.ctx, bridge.ClaimQuery{Step: bridge.StepDeliver, Limit: limit, Now: b.now, Until: b.now.Add(lease), Room: room})
	b.must(err)
	got := map[string]int{}
	for _, c := range cs {
		got[c.Transmission.Endpoint]++
		b.must(b.s.Release(b.ctx, c, time.Time{}))
	}
	return got
}

// outgoing makes n follow-ups to an endpoint, of one file.
func (b *bench) outgoing(n int, endpoint string) {
	b.Helper()
	var follows []func(bridge.ID) bridge.Transmission
	for i := range n {
		follows = append(follows, b.event(i+1, endpoint, ""))
	}
	b.flow(endpoint, follows...)
}

func laneRoom(b *bench) {
	b.outgoing(5, "erp")
	b.outgoing(5, "bus")
	b.outgoing(5, "erp-2") // a name that begins like another
	for _, c := range []struct{ room, want map[string]int }{
		{nil, map[string]int{"erp": 5, "bus": 5, "erp-2": 5}},
		{map[string]int{"erp": 2}, map[string]int{"erp": 2, "bus": 5, "erp-2": 5}},
		{map[string]int{"erp": 0}, map[string]int{"bus": 5, "erp-2": 5}},
		{map[string]int{"erp": -1, "bus": 0, "erp-2": 1}, map[string]int{"erp-2": 1}},
		{map[string]int{"erp": 9, "gone": 0}, map[string]int{"erp": 5, "bus": 5, "erp-2": 5}},
	} {
		equal(b, fmt.Sprint("by endpoint, room ", c.room), b.claimRoom(20, c.room), c.want)
	}
}

func laneFull(b *bench) {
	b.outgoing(40, "erp")
	b.outgoing(1, "bus")
	equal(b, "by endpoint", b.claimRoom(2, map[string]int{"erp": 0}), map[string]int{"bus": 1})
	equal(b, "by endpoint", b.claimRoom(2, map[string]int{"erp": 8}), map[string]int{"erp": 1, "bus": 1})
}

func laneEndpoints(b *bench) {
	b.outgoing(9, "erp")
	b.outgoing(9, "bus")
	equal(b, "by endpoint", b.claimRoom(6, nil), map[string]int{"erp": 3, "bus": 3})
}

func laneBacklog(b *bench) {
	backlog := func(limit int) int {
		n, err := b.s.Backlog(b.ctx, limit)
		b.must(err)
		return n
	}
	equal(b, "of nothing", backlog(10), 0)
	b.bring("A", bridge.Normal, 2)
	b.claim(bridge.StepTranslate)
	equal(b, "accepted", backlog(10), 2)
	b.now = b.now.Add(2 * lease)
	b.must(b.s.Commit(b.ctx, b.claim(bridge.StepTranslate), translated()))
	b.must(b.s.Commit(b.ctx, b.claim(bridge.StepTranslate), translated()))
	b.outgoing(3, "erp")
	equal(b, "pending", backlog(10), 3)
	equal(b, "up to a limit", backlog(2), 2)
	b.end(bridge.Dead)
	b.end(bridge.Available)
	equal(b, "without the dead and what lies in a mailbox", backlog(10), 1)
}

// RunFairness floods an empty Store with files of several partners in all lanes,
// then brings one file of another partner, claims, and gives as an error when
// that one is not claimed as soon as its lane and its turn allow, or when
// somebody waits for ever. draw chooses: a number from 0 to n-1.
func RunFairness(ctx context.Context, s bridge.Store, draw func(what string, n int) int) error {
	f := &fairness{s: s, draw: draw, now: time.Date(2026, 11, 23, 9, 30, 0, 0, time.UTC), waiting: map[bridge.Lane]map[string]int{}}
	for i := range 1 + draw("partners", 5) {
		for _, lane := range bridge.Lanes() {
			if err := f.bring(ctx, "p"+strconv.Itoa(i), lane, draw("files", 12)); err != nil {
				return err
			}
		}
	}
	for range draw("claims before", 6) {
		if _, err := f.claim(ctx); err != nil {
			return err
		}
	}
	lane := bridge.Lanes()[draw("lane", 3)]
	bound := f.bound(lane)
	if err := f.bring(ctx, "lone", lane, 1); err != nil {
		return err
	}
	for served := 0; ; {
		claims, err := f.claim(ctx)
		if err != nil {
			return err
		}
		for _, c := range claims {
			if served++; c.Transmission.Partner == "lone" {
				if served > bound {
					return fmt.Errorf("the lone file of lane %s was claimed as number %d; %d at most", lane, served, bound)
				}
				return nil
			}
		}
		if len(claims) == 0 {
			return fmt.Errorf("the lone file of lane %s was never claimed", lane)
		}
	}
}

// fairness is a Store and who waits in it.
type fairness struct {
	s       bridge.Store
	draw    func(string, int) int
	now     time.Time
	ids     int
	waiting map[bridge.Lane]map[string]int
}

func (f *fairness) bring(ctx context.Context, party string, lane bridge.Lane, n int) error {
	for range n {
		f.ids++
		id := bridge.FollowID("fairness", "", strconv.Itoa(f.ids), "")
		m := &model{now: f.now, ids: 1000 * f.ids}
		_, err := f.s.Accept(ctx, bridge.Acceptance{Transmission: bridge.Transmission{ID: id, Endpoint: "sftp", Peer: party,
			Partner: party, Lane: lane, Body: object("acme", "a"), Created: f.now}, Leaf: m.leaf(id)})
		if err != nil {
			return err
		}
		if f.waiting[lane] == nil {
			f.waiting[lane] = map[string]int{}
		}
		f.waiting[lane][party]++
	}
	return nil
}

// claim leases a few, which are not given back.
func (f *fairness) claim(ctx context.Context) ([]bridge.Claim, error) {
	cs, err := f.s.Claim(ctx, bridge.ClaimQuery{Step: bridge.StepTranslate, Limit: 1 + f.draw("limit", 9), Now: f.now, Until: f.now.Add(lease)})
	for i := range cs {
		t := &cs[i].Transmission
		if f.waiting[t.Lane.OrNormal()][t.Partner]--; f.waiting[t.Lane.OrNormal()][t.Partner] == 0 {
			delete(f.waiting[t.Lane.OrNormal()], t.Partner)
		}
	}
	return cs, err
}

// bound is how many claims a newcomer to a lane may have to wait for: as many
// turns of its lane as there are parties in it, its own among them, while each
// turn of a lane with Share s of W comes within W/s claims; and one round of W
// for what the lanes owe each other when it comes.
func (f *fairness) bound(lane bridge.Lane) int {
	total := 0
	for _, l := range bridge.Lanes() {
		if l == lane || len(f.waiting[l]) > 0 {
			total += l.Share()
		}
	}
	turns := len(f.waiting[lane]) + 1
	return (turns*total+lane.Share()-1)/lane.Share() + total
}
