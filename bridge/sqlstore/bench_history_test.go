package sqlstore

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"testing"
	"time"

	"github.com/edibridge/edibridge/archive"
	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/canonical"
)

// BenchmarkHistory measures what runs all day beside a long history: files of a
// hundred partners that were translated, answered and delivered, three Transmissions
// each. More of them with EDIBRIDGE_BENCH_FILES=3000000 (9 million Transmissions).
// EDIBRIDGE_BENCH_FILLED is a program that is run when they are there, with the id of
// this process: it may take memory away, and empty caches.
func BenchmarkHistory(b *testing.B) {
	places(b, func(b *testing.B, at place) {
		sizes := []int{1_000, 100_000}
		if more, err := strconv.Atoi(os.Getenv("EDIBRIDGE_BENCH_FILES")); err == nil {
			sizes = append(sizes, more)
		}
		trade := history(100)
		p := trade.learn(b, at)
		for _, files := range sizes {
			b.Run(fmt.Sprintf("files=%d", files), func(b *testing.B) {
				trade.grow(b, p, at, files)
				if program := os.Getenv("EDIBRIDGE_BENCH_FILLED"); program != "" && files == sizes[len(sizes)-1] {
					if out, err := exec.Command(program, strconv.Itoa(os.Getpid())).CombinedOutput(); err != nil {
						b.Fatalf("%s: %v\n%s", program, err, out)
					}
				}
				s, done := at.open(b)
				defer done()
				h := beside{trade: trade, s: s, files: files}
				b.Run("file", func(b *testing.B) { h.play(b, p) })
				for _, r := range h.reads() {
					b.Run(r.name, func(b *testing.B) { measure(b, s, func(n int) error { return r.do(b.Context(), n) }) })
				}
				if files == sizes[len(sizes)-1] { // what is pruned is missing in what would be filled in behind it
					b.Run("prune", h.prune)
				}
			})
		}
	})
}

// learn has an empty store play the trade's first rounds.
func (t trade) learn(tb testing.TB, at place) *pattern {
	tb.Helper()
	s, done := at.open(tb)
	defer done()
	return learn(tb, s, func(nth int64) { t.play(tb, s, nth) })
}

// grow fills until so many files are there.
func (t trade) grow(b *testing.B, p *pattern, at place, files int) {
	b.Helper()
	began, from := time.Now(), p.next
	p.fill(b, at, int64(files/t.files))
	b.Logf("%d files took %v", int(p.next-from)*t.files, time.Since(began).Round(time.Second))
}

// beside measures on a store with a history.
type beside struct {
	trade
	s     *Store
	files int
}

// play takes whole rounds of new files through, and tells what a file's steps take.
func (h *beside) play(b *testing.B, p *pattern) {
	w := &watched{Store: h.s, took: map[string]time.Duration{}}
	first := p.next + 1
	measure(b, h.s, func(n int) error {
		if n == 1 {
			clear(w.took)
		}
		h.trade.playOn(b, h.s, w, p.next)
		p.next++
		return nil
	})
	for step, took := range w.took {
		b.ReportMetric(float64(took.Microseconds())/1000/float64(int(p.next-first)*h.trade.files), "ms/"+step)
	}
}

// watched is a store whose writes are timed.
type watched struct {
	*Store
	took map[string]time.Duration
}

func (w *watched) since(began time.Time, step string) { w.took[step] += time.Since(began) }

func (w *watched) Accept(ctx context.Context, a bridge.Acceptance) (bridge.AcceptedAs, error) {
	defer w.since(time.Now(), "accept")
	return w.Store.Accept(ctx, a)
}

func (w *watched) Claim(ctx context.Context, q bridge.ClaimQuery) ([]bridge.Claim, error) {
	defer w.since(time.Now(), "claims")
	return w.Store.Claim(ctx, q)
}

func (w *watched) Reserve(ctx context.Context, c bridge.Claim, scopes []bridge.Scope) ([]bridge.Number, error) {
	defer w.since(time.Now(), "reserve")
	return w.Store.Reserve(ctx, c, scopes)
}

func (w *watched) Commit(ctx context.Context, c bridge.Claim, r bridge.Result) error {
	defer w.since(time.Now(), string(c.Step))
	return w.Store.Commit(ctx, c, r)
}

// reading is something that people and the bridge ask.
type reading struct {
	name string
	do   func(ctx context.Context, n int) error
}

func (h *beside) reads() []reading {
	at := benchStart.Add(365 * 24 * time.Hour)
	return []reading{
		{"find", func(ctx context.Context, n int) error {
			ids, err := h.s.Find(ctx, h.order(n), 10)
			return wanted(len(ids), 2, err)
		}},
		{"trace", func(ctx context.Context, n int) error {
			ids, err := h.s.Find(ctx, h.order(n), 10)
			if err == nil {
				all, familyErr := h.s.Family(ctx, ids, 1000)
				return wanted(len(all), 3, familyErr)
			}
			return err
		}},
		{"list", func(ctx context.Context, n int) error {
			all, err := h.s.List(ctx, bridge.ListQuery{States: []bridge.State{bridge.Delivered}, Limit: 100})
			return wanted(len(all), 100, err)
		}},
		{"dead", func(ctx context.Context, n int) error {
			_, err := h.s.List(ctx, bridge.ListQuery{States: []bridge.State{bridge.Dead, bridge.Quarantined}, Limit: 100})
			return err
		}},
		{"due", func(ctx context.Context, n int) error {
			_, err := h.s.ClaimOverdue(ctx, bridge.ClaimQuery{Now: at, Until: at, Limit: 16})
			return err
		}},
		{"backlog", func(ctx context.Context, n int) error {
			_, err := h.s.Backlog(ctx, 1000)
			return err
		}},
		{"heard", func(ctx context.Context, n int) error {
			_, err := h.s.Heard(ctx, fmt.Sprintf("P%03d", n%h.partners), "orders", time.Time{})
			return err
		}},
		{"ended", func(ctx context.Context, n int) error {
			all, err := h.s.Ended(ctx, bridge.EndedQuery{Before: at, Events: n%2 == 1, Limit: 100})
			return wanted(len(all), 100, err)
		}},
		{"kin", func(ctx context.Context, n int) error {
			all, err := h.s.Kin(ctx, h.trade.id(int64(n%3), n%h.trade.files), 100)
			return wanted(len(all), 3, err)
		}},
	}
}

// order is the number of an order somewhere in the history.
func (h *beside) order(n int) canonical.Key {
	nth := int64(n*7919%h.files) + 1
	return canonical.Key{Scheme: "po", Value: fmt.Sprintf("P%03d-%08d", int(nth-1)%h.trade.files%h.partners, nth+1)}
}

func wanted(got, want int, err error) error {
	if err == nil && got != want {
		err = fmt.Errorf("got %d, want %d", got, want)
	}
	return err
}

// prune removes the oldest files with all that followed from them, one at a time.
func (h *beside) prune(b *testing.B) {
	at := benchStart.Add(365 * 24 * time.Hour)
	measure(b, h.s, func(n int) error {
		ended, err := h.s.Ended(b.Context(), bridge.EndedQuery{Before: at, Limit: 1})
		if err = wanted(len(ended), 1, err); err != nil {
			return err
		}
		kin, err := h.s.Kin(b.Context(), ended[0].ID, 100)
		if err = wanted(len(kin), 3, err); err != nil {
			return err
		}
		p := bridge.Pruning{Through: at, Leaf: archive.Leaf{Kind: archive.LeafPrune, ID: string(benchID("prune", int64(n))), Time: at,
			Parents: []string{kin[0].Leaf, kin[1].Leaf, kin[2].Leaf}, Retain: archive.Retain{Class: "history", Until: at.Truncate(24 * time.Hour)}}}
		for _, k := range kin {
			p.IDs = append(p.IDs, k.ID)
		}
		return h.s.Prune(b.Context(), p)
	})
}
