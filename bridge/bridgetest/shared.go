package bridgetest

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"testing"

	"github.com/edibridge/edibridge/bridge"
)

// TestShared runs what several Stores over one empty database must hold
// together. open gives so many; it closes them at the end of the test that it is
// given.
func TestShared(t *testing.T, open func(t *testing.T, stores int) []bridge.Store) {
	for _, st := range []struct {
		name   string
		stores int
		test   func(*shared)
	}{
		{"accepts of all stores are counted without a gap, in the order in which they are seen", 3, sharedSequence},
		{"the same key by all stores at once is accepted once", 3, sharedKey},
		{"what one store has claimed no other one gets", 3, sharedClaims},
		{"a claim of one store ends another's", 2, sharedFence},
		{"numbers of one series leave no gap", 3, sharedNumbers},
		{"of an order key none is handed out while an older one moves, and all are", 3, sharedOrder},
		{"what several prune at once goes once", 3, sharedPrune},
	} {
		t.Run(st.name, func(t *testing.T) {
			stores := open(t, st.stores)
			st.test(&shared{bench: newBench(t, stores[0]), stores: stores})
		})
	}
}

// shared is a bench over several Stores.
type shared struct {
	*bench
	stores []bridge.Store
}

// each runs do for every store at once, and waits.
func (b *shared) each(do func(i int, s bridge.Store) error) {
	b.Helper()
	errs := make([]error, len(b.stores))
	var wg sync.WaitGroup
	for i, s := range b.stores {
		wg.Go(func() { errs[i] = do(i, s) })
	}
	wg.Wait()
	b.must(errors.Join(errs...))
}

// acceptances are n files to accept.
func (b *shared) acceptances(n int) []bridge.Acceptance {
	out := make([]bridge.Acceptance, n)
	for i := range out {
		out[i] = b.incoming("", strconv.Itoa(i))
	}
	return out
}

// acceptAll accepts files by all stores, several at once by each.
func (b *shared) acceptAll(files []bridge.Acceptance) {
	b.Helper()
	b.each(func(i int, s bridge.Store) error {
		errs := make([]error, len(files))
		var wg sync.WaitGroup
		for k := i; k < len(files); k += len(b.stores) {
			wg.Go(func() { _, errs[k] = s.Accept(b.ctx, files[k]) })
		}
		wg.Wait()
		return errors.Join(errs...)
	})
}

func sharedSequence(b *shared) {
	const files = 240
	done := make(chan struct{})
	var watching sync.WaitGroup
	watching.Go(func() {
		for {
			rows, err := b.s.List(b.ctx, bridge.ListQuery{Limit: files})
			if err != nil {
				b.Error(err)
				return
			}
			for i, r := range rows {
				if r.Sequence != int64(i+1) {
					b.Errorf("sequence %d is seen where %d is missing", r.Sequence, i+1)
					return
				}
			}
			select {
			case <-done:
				return
			default:
			}
		}
	})
	b.acceptAll(b.acceptances(files))
	close(done)
	watching.Wait()
	rows, err := b.s.List(b.ctx, bridge.ListQuery{Limit: 2 * files})
	b.must(err)
	equal(b.bench, "files", len(rows), files)
}

func sharedKey(b *shared) {
	first := make([]bridge.AcceptedAs, len(b.stores))
	for n := range 20 {
		var same []bridge.Acceptance
		for range b.stores {
			same = append(same, b.incoming(fmt.Sprint("key", n), "the same bytes"))
		}
		b.each(func(i int, s bridge.Store) (err error) {
			first[i], err = s.Accept(b.ctx, same[i])
			return err
		})
		fresh := 0
		for _, as := range first {
			equal(b.bench, "id", as.ID, first[0].ID)
			if !as.Duplicate {
				fresh++
			}
		}
		equal(b.bench, "accepted as new", fresh, 1)
	}
}

func sharedClaims(b *shared) {
	const files = 200
	b.acceptAll(b.acceptances(files))
	var mu sync.Mutex
	by, tokens := map[bridge.ID]int{}, map[int64]bool{}
	b.each(func(_ int, s bridge.Store) error {
		for {
			cs, err := s.Claim(b.ctx, bridge.ClaimQuery{Step: bridge.StepTranslate, Limit: 7, Now: b.now, Until: b.now.Add(lease)})
			if err != nil {
				return err
			}
			mu.Lock()
			for _, c := range cs {
				by[c.Transmission.ID]++
				tokens[c.Token] = true
			}
			all := len(by) == files
			mu.Unlock()
			if all {
				return nil
			}
		}
	})
	for id, n := range by {
		if n != 1 {
			b.Errorf("%s was claimed %d times", id, n)
		}
	}
	equal(b.bench, "tokens", len(tokens), files)
}

func sharedFence(b *shared) {
	b.accept("ISA")
	first := b.claim(bridge.StepTranslate)
	b.now = b.now.Add(2 * lease)
	cs, err := b.stores[1].Claim(b.ctx, bridge.ClaimQuery{Step: bridge.StepTranslate, Limit: 1, Now: b.now, Until: b.now.Add(lease)})
	b.must(err)
	if len(cs) != 1 || cs[0].Token <= first.Token {
		b.Fatalf("claims\n got %+v\nwant one with a token above %d", cs, first.Token)
	}
	b.refused(b.s.Commit(b.ctx, first, translated()), bridge.ErrStale)
	b.must(b.stores[1].Commit(b.ctx, cs[0], translated()))
}

func sharedNumbers(b *shared) {
	const files = 60
	b.acceptAll(b.acceptances(files))
	claims := b.claims(bridge.StepTranslate, files)
	var mu sync.Mutex
	given := map[string][]int64{}
	b.each(func(i int, s bridge.Store) error {
		var wg sync.WaitGroup
		errs := make([]error, len(claims))
		for k := i; k < len(claims); k += len(b.stores) {
			wg.Go(func() {
				// Every other one asks for the two series the other way round.
				scopes := []bridge.Scope{{Series: "ISA", For: claims[k].Transmission.ID, Max: 999}, {Series: "GS", For: claims[k].Transmission.ID, Max: 999}}
				if k%2 == 1 {
					slices.Reverse(scopes)
				}
				numbers, err := s.Reserve(b.ctx, claims[k], scopes)
				errs[k] = err
				mu.Lock()
				defer mu.Unlock()
				for _, n := range numbers {
					given[n.Series] = append(given[n.Series], n.Value)
				}
			})
		}
		wg.Wait()
		return errors.Join(errs...)
	})
	var want []int64
	for i := range files {
		want = append(want, int64(i+1))
	}
	for _, series := range []string{"ISA", "GS"} {
		slices.Sort(given[series])
		equal(b.bench, "numbers of "+series, given[series], want)
	}
}

// sharedOrder translates files whose follow-ups stand in three lines, while all
// stores deliver them.
func sharedOrder(b *shared) {
	const files, keys = 30, 3
	b.acceptAll(b.acceptances(files))
	var mu sync.Mutex
	moving, delivered, count := map[string]*bridge.Transmission{}, map[string]int{}, 0
	b.each(func(i int, s bridge.Store) error {
		for {
			now, mine := b.now, b.now.Add(lease)
			cs, err := s.Claim(b.ctx, bridge.ClaimQuery{Step: bridge.StepTranslate, Limit: 1, Now: now, Until: mine})
			for _, c := range cs {
				var follows []bridge.Transmission
				for k := range keys {
					follows = append(follows, b.follow(c.Transmission.ID, k+1, "erp", fmt.Sprint("key", (k+i)%keys)))
				}
				err = errors.Join(err, s.Commit(b.ctx, c, translated(follows...)))
			}
			if err != nil {
				return err
			}
			cs, err = s.Claim(b.ctx, bridge.ClaimQuery{Step: bridge.StepDeliver, Limit: 2, Now: now, Until: mine})
			for _, c := range cs {
				t := &c.Transmission
				key := t.OrderKey
				mu.Lock()
				// One that is older may come to stand in the line, and be handed out, while
				// a younger one that was there before it moves.
				if other := moving[key]; other != nil && other.Sequence <= t.Sequence {
					b.Errorf("%s: %s is handed out while %s is delivered, which is older", key, t.ID, other.ID)
				}
				moving[key] = t
				mu.Unlock()
				err = errors.Join(err, s.Attempt(b.ctx, c, bridge.Wire{}))
				mu.Lock()
				if moving[key] == t {
					delete(moving, key)
				}
				delivered[key]++
				count++
				mu.Unlock()
				err = errors.Join(err, s.Commit(b.ctx, c, bridge.Result{State: bridge.Delivered}))
			}
			mu.Lock()
			all := count == files*keys
			mu.Unlock()
			if err != nil || all {
				return err
			}
		}
	})
	for k := range keys {
		key := fmt.Sprint("key", k)
		equal(b.bench, "deliveries of "+key, delivered[key], files)
	}
}
