package bridgetest

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/edibridge/edibridge/bridge"
)

// turnTests: what one of several processes has to do, one does.
func turnTests() []storeTest {
	return []storeTest{
		{"a lease that is renewed lasts, and only that of the newest claim is", turnRenew},
		{"a turn is one owner's until its end", turnOwner},
		{"of several who take a turn at once one has it", turnRace},
	}
}

// turn takes a turn for so long.
func (b *bench) turn(name, owner string, long time.Duration) bool {
	b.Helper()
	mine, err := b.s.TakeTurn(b.ctx, bridge.Turn{Name: name, Owner: owner, Now: b.now, Until: b.now.Add(long)})
	b.must(err)
	return mine
}

func turnOwner(b *bench) {
	equal(b, "the first", b.turn("prune", "one", time.Minute), true)
	equal(b, "another", b.turn("prune", "two", time.Minute), false)
	equal(b, "another's of another name", b.turn("other", "two", time.Minute), true)
	b.now = b.now.Add(59 * time.Second)
	equal(b, "another before its end", b.turn("prune", "two", time.Minute), false)
	equal(b, "the first, longer", b.turn("prune", "one", time.Minute), true)
	b.now = b.now.Add(59 * time.Second)
	equal(b, "another before that end", b.turn("prune", "two", time.Minute), false)
	b.now = b.now.Add(time.Second)
	equal(b, "another at its end", b.turn("prune", "two", time.Hour), true)
	equal(b, "the first, behind another", b.turn("prune", "one", time.Minute), false)
	equal(b, "the other gives it back", b.turn("prune", "two", 0), true)
	equal(b, "the first, then", b.turn("prune", "one", time.Minute), true)
}

func turnRenew(b *bench) {
	in := b.accept("A")
	first := b.claimOf(bridge.StepTranslate, in)
	q := bridge.ClaimQuery{Step: bridge.StepTranslate, Owner: "another", Limit: 1}
	claims := func(at time.Time) []bridge.Claim {
		b.Helper()
		q.Now, q.Until = at, at.Add(lease)
		claims, err := b.s.Claim(b.ctx, q)
		b.must(err)
		return claims
	}
	b.must(b.s.Renew(b.ctx, first, b.now.Add(3*lease)))
	equal(b, "claims while it lasts", len(claims(b.now.Add(2*lease))), 0)
	again := claims(b.now.Add(3 * lease))
	equal(b, "claims at its end", len(again), 1)
	b.refused(b.s.Renew(b.ctx, first, b.now.Add(9*lease)), bridge.ErrStale)
	b.must(b.s.Commit(b.ctx, again[0], translated()))
	b.refused(b.s.Renew(b.ctx, again[0], b.now.Add(9*lease)), bridge.ErrStale)
	equal(b, "claims of what is done", len(claims(b.now.Add(99*lease))), 0)
}

func turnRace(b *bench) {
	var wg sync.WaitGroup
	var had atomic.Int64
	for i := range 8 {
		wg.Go(func() {
			mine, err := b.s.TakeTurn(b.ctx, bridge.Turn{Name: "prune", Owner: string(rune('a' + i)), Now: b.now, Until: b.now.Add(time.Minute)})
			if err != nil {
				b.Error(err)
			}
			if mine {
				had.Add(1)
			}
		})
	}
	wg.Wait()
	equal(b, "how many had it", had.Load(), 1)
}
