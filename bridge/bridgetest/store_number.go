package bridgetest

import (
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/edibridge/edibridge/archive"
	"github.com/edibridge/edibridge/bridge"
)

func numberTests() []storeTest {
	return []storeTest{
		{"numbers count from 1 without a gap", numberCount},
		{"numbers that a translation did not use are free", numberUnused},
		{"the same transmission gets the same number", numberAgain},
		{"a series starts again behind its greatest value", numberWrap},
		{"concurrent reservations leave no gap", numberConcurrent},
		{"a commit uses them", numberUsed},
		{"a free number is reserved again for the same transmission", numberRevived},
		{"free numbers are used before new ones", numberFreeFirst},
		{"one that took another's free number is not robbed of it", numberTaken},
		{"a number that nobody saw is void when its transmission is discarded", numberDiscarded},
		{"a number that may have been seen stays used when its transmission is discarded", numberSeen},
		{"a person sets what comes next", renumberNext},
		{"a series that is not there begins where a person sets it", renumberNew},
		{"a series set back begins a new epoch", renumberBack},
		{"a series starts again at its own bounds", renumberBounds},
		{"the same renumbering again changes nothing", renumberAgain},
		{"next outside of the bounds is refused", renumberRefused},
		{"free numbers before what was set are left out", renumberFree},
		{"series tell how many of their numbers are not used", seriesCounts},
		{"a value is found in all series and epochs", numbersFound},
	}
}

// reserver is a claim to reserve with.
func (b *bench) reserver() bridge.Claim {
	b.Helper()
	b.accept(strconv.Itoa(b.ids))
	return b.claim(bridge.StepTranslate)
}

func (b *bench) reserve(c bridge.Claim, scopes ...bridge.Scope) []bridge.Number {
	b.Helper()
	ns, err := b.s.Reserve(b.ctx, c, scopes)
	b.must(err)
	return ns
}

func numberCount(b *bench) {
	c := b.reserver()
	got := b.reserve(c, bridge.Scope{Series: "ISA", For: "a", Max: 99}, bridge.Scope{Series: "GS", For: "a", Max: 99}, bridge.Scope{Series: "ISA", For: "b", Max: 99})
	want := []bridge.Number{{Series: "ISA", Value: 1, For: "a", State: bridge.NumberReserved},
		{Series: "GS", Value: 1, For: "a", State: bridge.NumberReserved}, {Series: "ISA", Value: 2, For: "b", State: bridge.NumberReserved}}
	equal(b, "numbers", got, want)
}

func numberAgain(b *bench) {
	c := b.reserver()
	scope := bridge.Scope{Series: "ISA", For: "a", Max: 99}
	first := b.reserve(c, scope)
	b.reserve(c, bridge.Scope{Series: "ISA", For: "b", Max: 99})
	equal(b, "numbers", b.reserve(c, scope), first)
}

func numberWrap(b *bench) {
	c := b.reserver()
	type place struct{ epoch, value int64 }
	var got []place
	for i := range 5 {
		n := b.reserve(c, bridge.Scope{Series: "ISA", For: bridge.ID(strconv.Itoa(i)), Max: 2})[0]
		got = append(got, place{n.Epoch, n.Value})
	}
	equal(b, "numbers", got, []place{{0, 1}, {0, 2}, {1, 1}, {1, 2}, {2, 1}})
}

func numberConcurrent(b *bench) {
	const callers, each = 32, 5
	var claims []bridge.Claim
	for range callers {
		claims = append(claims, b.reserver())
	}
	var mu sync.Mutex
	got := map[int64]int{}
	var wg sync.WaitGroup
	for i, c := range claims {
		wg.Go(func() {
			for n := range 2 * each { // each number is asked for twice
				scope := bridge.Scope{Series: "ISA", For: bridge.ID(fmt.Sprint(i, "/", n/2)), Max: 999}
				ns, err := b.s.Reserve(b.ctx, c, []bridge.Scope{scope})
				if err != nil {
					b.Error(err)
					return
				}
				mu.Lock()
				got[ns[0].Value]++
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	equal(b, "different numbers", len(got), callers*each)
	for v := int64(1); v <= callers*each; v++ {
		equal(b, fmt.Sprintf("how often %d was given", v), got[v], 2)
	}
}

func numberUsed(b *bench) {
	c := b.reserver()
	f := b.follow(c.Transmission.ID, 1, "mailbox", "")
	used := b.reserve(c, bridge.Scope{Series: "ISA", For: f.ID, Max: 99})
	r := translated(f)
	r.Numbers = used
	b.must(b.s.Commit(b.ctx, c, r))
	equal(b, "states", b.numberStates(), []bridge.NumberState{bridge.NumberUsed})
	free := b.reserve(b.reserver(), bridge.Scope{Series: "ISA", For: "other", Max: 99})
	other := b.reserver()
	r = translated()
	free[0].For = "somebody"
	r.Numbers = free
	b.refused(b.s.Commit(b.ctx, other, r), bridge.ErrConflict)
	equal(b, "number asked for again", b.reserve(other, bridge.Scope{Series: "ISA", For: f.ID, Max: 99})[0].State, bridge.NumberUsed)
}

// numberStates are the states of all numbers, by series, epoch and value.
func (b *bench) numberStates() []bridge.NumberState {
	b.Helper()
	var got []bridge.NumberState
	for _, rec := range b.audit() {
		if rec.Number != nil {
			got = append(got, rec.Number.State)
		}
	}
	return got
}

// unused reserves for somebody and ends the translation without using it.
func (b *bench) unused(scopes ...bridge.Scope) []bridge.Number {
	b.Helper()
	c := b.reserver()
	ns := b.reserve(c, scopes...)
	b.must(b.s.Commit(b.ctx, c, translated()))
	return ns
}

func numberRevived(b *bench) {
	scope := bridge.Scope{Series: "ISA", For: "a", Max: 99}
	first := b.unused(scope)
	equal(b, "numbers", b.reserve(b.reserver(), scope), first)
}

func numberFreeFirst(b *bench) {
	b.unused(bridge.Scope{Series: "ISA", For: "a", Max: 99}, bridge.Scope{Series: "ISA", For: "b", Max: 99}, bridge.Scope{Series: "GS", For: "b", Max: 99})
	c := b.reserver()
	var got []int64
	for _, who := range []bridge.ID{"c", "d", "e"} {
		got = append(got, b.reserve(c, bridge.Scope{Series: "ISA", For: who, Max: 99})[0].Value)
	}
	equal(b, "values", got, []int64{1, 2, 3})
}

func numberTaken(b *bench) {
	a := bridge.Scope{Series: "ISA", For: "a", Max: 99}
	b.unused(a)
	c := b.reserver()
	b.reserve(c, bridge.Scope{Series: "ISA", For: "b", Max: 99})
	equal(b, "value of the one that comes again", b.reserve(c, a)[0].Value, 2)
}

// numbered is a Transmission that waits for its delivery with a number in it.
func (b *bench) numbered() bridge.ID {
	b.Helper()
	c := b.reserver()
	f := b.follow(c.Transmission.ID, 1, "mailbox", "")
	r := translated(f)
	r.Numbers = b.reserve(c, bridge.Scope{Series: "ISA", For: f.ID, Max: 99})
	b.must(b.s.Commit(b.ctx, c, r))
	return f.ID
}

func numberDiscarded(b *bench) {
	id := b.numbered()
	b.must(b.s.Operate(b.ctx, b.operation(bridge.Discard, id)))
	equal(b, "states", b.numberStates(), []bridge.NumberState{bridge.NumberVoid})
	equal(b, "value of the next", b.reserve(b.reserver(), bridge.Scope{Series: "ISA", For: "next", Max: 99})[0].Value, 2)
}

func numberSeen(b *bench) {
	id := b.numbered()
	c := b.claimOf(bridge.StepDeliver, id)
	b.must(b.s.Attempt(b.ctx, c, bridge.Wire{Name: "a"}))
	b.must(b.s.Commit(b.ctx, c, bridge.Result{State: bridge.Dead, Reason: "refused"}))
	b.must(b.s.Operate(b.ctx, b.operation(bridge.Discard, id)))
	equal(b, "states", b.numberStates(), []bridge.NumberState{bridge.NumberUsed})
}

// renumbering is a person's decision about the series ISA, with bounds of 1 to 99.
func (b *bench) renumbering(next, low, high int64) bridge.Renumbering {
	b.Helper()
	r, err := bridge.NewRenumbering(bridge.Renumbering{Series: "ISA", Next: next, Low: low, High: high, By: "pat", Reason: "the old system's go on", At: b.now})
	b.must(err)
	b.now = b.now.Add(time.Second)
	return r
}

// nextISA reserves one more number of the series ISA.
func (b *bench) nextISA() bridge.Number {
	b.Helper()
	return b.reserve(b.reserver(), bridge.Scope{Series: "ISA", For: b.id(), Max: 999})[0]
}

func (b *bench) wantNext(epoch, value int64) {
	b.Helper()
	n := b.nextISA()
	equal(b, "epoch and value", [2]int64{n.Epoch, n.Value}, [2]int64{epoch, value})
}

func renumberNext(b *bench) {
	b.wantNext(0, 1)
	b.must(b.s.Renumber(b.ctx, b.renumbering(41, 0, 0)))
	b.wantNext(0, 41)
	b.wantNext(0, 42)
}

func renumberNew(b *bench) {
	b.must(b.s.Renumber(b.ctx, b.renumbering(41, 0, 0)))
	b.wantNext(0, 41)
	b.must(b.s.Renumber(b.ctx, b.renumbering(42, 0, 0)))
	b.wantNext(0, 42)
}

func renumberBack(b *bench) {
	for range 3 {
		b.nextISA()
	}
	want := b.renumbering(2, 0, 0)
	b.must(b.s.Renumber(b.ctx, want))
	b.wantNext(1, 2)
	b.wantNext(1, 3)
	got, err := b.s.Renumberings(b.ctx, "ISA")
	b.must(err)
	want.Epoch, want.Leaf = 1, archive.Leaf{ID: want.Leaf.ID}
	equal(b, "renumberings", got, []bridge.Renumbering{want})
	got, err = b.s.Renumberings(b.ctx, "GS")
	b.must(err)
	equal(b, "renumberings of another series", len(got), 0)
}

func renumberBounds(b *bench) {
	b.must(b.s.Renumber(b.ctx, b.renumbering(12, 11, 13)))
	b.wantNext(0, 12)
	b.wantNext(0, 13)
	b.wantNext(1, 11)
	b.wantNext(1, 12)
}

func renumberAgain(b *bench) {
	r := b.renumbering(41, 0, 0)
	b.must(b.s.Renumber(b.ctx, r))
	b.wantNext(0, 41)
	b.must(b.s.Renumber(b.ctx, r))
	b.wantNext(0, 42)
}

func renumberRefused(b *bench) {
	b.must(b.s.Renumber(b.ctx, b.renumbering(12, 11, 13)))
	b.refused(b.s.Renumber(b.ctx, b.renumbering(14, 0, 0)), bridge.ErrConflict)
	b.refused(b.s.Renumber(b.ctx, b.renumbering(10, 0, 0)), bridge.ErrConflict)
	b.wantNext(0, 12)
}

func renumberFree(b *bench) {
	b.unused(bridge.Scope{Series: "ISA", For: "a", Max: 99})
	b.must(b.s.Renumber(b.ctx, b.renumbering(41, 0, 0)))
	b.wantNext(0, 41)
	b.unused(bridge.Scope{Series: "ISA", For: "b", Max: 99})
	b.wantNext(0, 42)
}

func seriesCounts(b *bench) {
	b.must(b.s.Operate(b.ctx, b.operation(bridge.Discard, b.numbered())))
	b.numbered()
	b.nextISA()
	b.unused(bridge.Scope{Series: "GS", For: "a", Max: 99})
	got, err := b.s.AllSeries(b.ctx)
	b.must(err)
	equal(b, "series", got, []bridge.Series{{Name: "GS", Last: 1, Low: 1, Free: 1}, {Name: "ISA", Last: 3, Low: 1, Reserved: 1, Void: 1}})
	equal(b, "next", got[1].Next(), 4)
}

func numbersFound(b *bench) {
	c := b.reserver()
	var want []bridge.Number
	for _, s := range []struct {
		series string
		max    int64
	}{{"A", 9}, {"B", 1}, {"B", 1}, {"C", 9}} {
		want = append(want, b.reserve(c, bridge.Scope{Series: s.series, For: b.id(), Max: s.max})...)
	}
	b.reserve(c, bridge.Scope{Series: "A", For: b.id(), Max: 9})
	got, err := b.s.Numbers(b.ctx, 1)
	b.must(err)
	equal(b, "numbers", got, want)
	got, err = b.s.Numbers(b.ctx, 7)
	b.must(err)
	equal(b, "numbers that were not given", len(got), 0)
}

// numberUnused: what a killed translation reserved and the next one does not use
// is free when that one ends.
func numberUnused(b *bench) {
	in := b.accept("ISA")
	c := b.claim(bridge.StepTranslate)
	got, err := b.s.Reserve(b.ctx, c, []bridge.Scope{{Series: "s", For: "never", Max: 9}})
	b.must(err)
	b.must(b.s.Release(b.ctx, c, b.now))
	c = b.claimOf(bridge.StepTranslate, in)
	b.must(b.s.Commit(b.ctx, c, translated()))
	for _, r := range b.audit() {
		if r.Number != nil {
			got[0].State = bridge.NumberFree
			equal(b, "number", *r.Number, got[0])
			return
		}
	}
	b.Error("the number is gone")
}
