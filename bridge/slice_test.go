package bridge_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/edibridge/edibridge/bridge"
)

// big is a file of n orders whose nth ones are bad.
func big(n int, bad ...int) string {
	f := file{}
	for i := range n {
		f.sets = append(f.sets, set{po: fmt.Sprintf("B%06d", i+1), bad: slices.Contains(bad, i+1)})
	}
	return f.String()
}

// counting counts how often each stage began.
type counting struct{ validated atomic.Int64 }

func (c *counting) Begin(s bridge.Stage) func() {
	if s == bridge.StageValidate {
		c.validated.Add(1)
	}
	return func() {}
}

// run runs the bridge until cond holds, then stops it.
func (h *house) run(cond func() bool) {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(h.t.Context(), 5*time.Minute)
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- h.b.Run(ctx) }()
	for look := time.NewTicker(2 * time.Millisecond); !cond(); <-look.C {
		if ctx.Err() != nil {
			h.t.Fatal("waited for minutes")
		}
	}
	cancel()
	if err := <-done; err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) state(id bridge.ID) bridge.State { return h.transmission(id).State }

// TestStopBetweenSlices stops the bridge in the middle of a file and lets a new
// one go on: at the slice where the first ended, with no set read twice.
func TestStopBetweenSlices(t *testing.T) {
	const sets = 300
	h := newHouse(t)
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent()) // of the bridge; the store's own are there
	count := &counting{}
	h.opts = func(o *bridge.Options) { o.SliceSets, o.Observer, o.Deliverers = 20, count, -1 }
	h.make()
	id := h.accept("acme", big(sets, 2, 299))
	h.run(func() bool { return count.validated.Load() >= 60 })
	h.check(false)
	if s := h.state(id); s != bridge.Accepted {
		t.Fatalf("stopped in the middle it is %s, want accepted", s)
	}
	before := len(h.documents(id))
	if before == 0 || before%20 != 0 {
		t.Errorf("%d documents are committed, want some slices of 20", before)
	}
	h.make()
	h.run(func() bool { return h.state(id) == bridge.Translated })
	h.opts = nil
	h.make()
	h.drain()
	h.check(true)
	if n := count.validated.Load(); n != sets {
		t.Errorf("%d sets were validated, want %d: each once", n, sets)
	}
	acks, texts := h.outbound(id, bridge.KindAcknowledgment)
	if len(acks) != 1 || !strings.Contains(texts[0], "AK9*P*300*300*298~") || strings.Count(texts[0], "AK2*") != sets {
		t.Errorf("got %d acknowledgments, want one of 300 sets, 298 accepted", len(acks))
	}
	if n := len(h.app.keys()); n != 298 {
		t.Errorf("the app has %d events, want 298", n)
	}
}

// TestBigFileHoldsNobodyUp: while a big file is translated, another partner's
// small one goes through.
func TestBigFileHoldsNobodyUp(t *testing.T) {
	h := newHouse(t)
	count := &counting{}
	h.opts = func(o *bridge.Options) { o.SliceSets, o.Translators, o.Observer, o.Deliverers = 50, 2, count, -1 }
	h.make()
	long := h.accept("acme", big(4000))
	var short bridge.ID
	var during bridge.State
	h.run(func() bool {
		switch {
		case short == "" && count.validated.Load() > 100:
			short = h.accept("globex", file{from: "GLOBEX", sets: []set{{po: "1"}}}.String())
		case short != "" && during == "" && h.state(short) == bridge.Translated:
			during = h.state(long)
		}
		return during != ""
	})
	if during != bridge.Accepted {
		t.Errorf("when the small file was translated the big one was %s, want still accepted", during)
	}
	h.check(false)
}

// TestMemoryOfABigFile: what a translation holds is bounded by a slice, not by
// the file.
func TestMemoryOfABigFile(t *testing.T) {
	if testing.Short() {
		t.Skip("reads a large file")
	}
	h := newHouse(t)
	h.opts = func(o *bridge.Options) { o.Deliverers = -1 }
	h.make()
	const sets = 3_000 // with their bodies and documents far more than a slice
	body := big(sets)
	id := h.accept("acme", body)
	body = ""
	var peak atomic.Uint64
	ctx, cancel := context.WithCancel(t.Context())
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		for ctx.Err() == nil {
			var m runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&m)
			peak.Store(max(peak.Load(), m.HeapAlloc))
			time.Sleep(50 * time.Millisecond)
		}
	}()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	if _, err := h.b.Pass(t.Context(), bridge.StepTranslate); err != nil {
		t.Fatal(err)
	}
	cancel()
	<-watched
	if s := h.state(id); s != bridge.Translated {
		t.Fatalf("it is %s", s)
	}
	grown := int64(peak.Load()) - int64(m.HeapAlloc)
	t.Logf("%d sets: the heap grew by %.1f MiB at most", sets, float64(grown)/(1<<20))
	if grown > 24<<20 {
		t.Errorf("the heap grew by %d bytes, want at most 24 MiB", grown)
	}
}

// TestFailedSyncEndsTheBridge: when the archive can take nothing more, Run ends
// with that error, so that the process starts anew.
func TestFailedSyncEndsTheBridge(t *testing.T) {
	h := newHouse(t)
	h.brokenArchive()
	done := make(chan error, 1)
	go func() { done <- h.b.Run(t.Context()) }()
	h.acceptFails()
	if err := <-done; !errors.Is(err, errDisk) {
		t.Errorf("got %v, want the failed sync", err)
	}
}
