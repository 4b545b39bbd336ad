package archivetest

import (
	"sync"
	"testing"

	"github.com/edibridge/edibridge/archive"
)

// RunTogether tests an implementation that several processes may write at once:
// its stores are opened again while they are open. It is beside [Run], which such
// a store passes too.
func RunTogether(t *testing.T, newStore func(t testing.TB) Store) {
	t.Run("Append", func(t *testing.T) { testTogether(t, newStore(t)) })
	t.Run("Faults", func(t *testing.T) { testFaultsBeside(t, newStore(t)) })
}

// noted is what several writers were told that is kept.
type noted struct {
	mu   sync.Mutex
	kept map[archive.Place][]byte
}

// note keeps a blob that has to be kept, at a place that nobody else was given.
func (n *noted) note(t testing.TB, b archive.Blobs, blob []byte, large bool) archive.Place {
	t.Helper()
	var p archive.Place
	var err error
	if large {
		p, err = stream(t.Context(), b, blob)
	} else {
		var some []archive.Place
		if some, err = b.Append(t.Context(), month, blob); err == nil {
			p = some[0]
		}
	}
	if err != nil {
		t.Errorf("keep: %v", err)
		return p
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.kept[p] != nil {
		t.Errorf("place %+v was given out twice", p)
	}
	n.kept[p] = blob
	return p
}

// testTogether writes from several opens at once. What one was told is kept, every
// other one reads.
func testTogether(t *testing.T, s Store) {
	const opens, writers, each = 3, 4, 12
	var stores []archive.Blobs
	for range opens {
		stores = append(stores, s.Open(t, nil))
	}
	n := noted{kept: make(map[archive.Place][]byte)}
	var group sync.WaitGroup
	for w := range opens * writers {
		group.Go(func() {
			for i := range each {
				blob := random(2000+i, uint64(w+1))
				p := n.note(t, stores[w%opens], blob, i%4 == 3)
				expect(t, stores[(w+1)%opens], p, blob)
			}
		})
	}
	group.Wait()
	for _, b := range stores {
		if got, want := len(places(t, b)), opens*writers*each; got != want {
			t.Errorf("while all are open: got %d blobs, want %d", got, want)
		}
	}
	for _, b := range stores {
		closeStore(t, b)
	}
	b := s.Open(t, nil)
	for p, blob := range n.kept {
		expect(t, b, p, blob)
	}
	if got, want := len(places(t, b)), len(n.kept); got != want {
		t.Errorf("opened again: got %d blobs, want %d", got, want)
	}
	closeStore(t, b)
}

// testFaultsBeside lets each step of one writer fail while another one goes on: no
// write of that one fails, and nothing that either was told is lost.
func testFaultsBeside(t *testing.T, s Store) {
	sound := s.Open(t, nil)
	n := noted{kept: make(map[archive.Place][]byte)}
	seed := uint64(0)
	for _, step := range faultSteps() {
		for _, stored := range []bool{false, true} {
			f := &Fault{Step: step, Stored: stored}
			b := s.Open(t, f.Around)
			f.Arm()
			for range 3 {
				seed += 10
				large := seed%20 == 0
				n.note(t, sound, random(1000+int(seed), seed), large)
				_ = try(t, b, !large, seed+1, n.kept) // it may fail: what it was told counts
			}
			if f.Struck() == 0 && step != archive.StepSeal {
				t.Errorf("step %s never came", step)
			}
			for p, blob := range n.kept {
				expect(t, sound, p, blob)
			}
			places(t, sound)
			closeStore(t, b)
		}
	}
	closeStore(t, sound)
	b := s.Open(t, nil)
	for p, blob := range n.kept {
		expect(t, b, p, blob)
	}
	places(t, b)
	closeStore(t, b)
}
