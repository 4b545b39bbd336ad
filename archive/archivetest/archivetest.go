// Package archivetest is what every [archive.Blobs] must pass. It tests the
// promises of that interface, with a disk that fails included, and nothing that
// the interface does not promise.
package archivetest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/edibridge/edibridge/archive"
)

// Store is one place where blobs are kept, for one test.
type Store interface {
	// Open opens the store, again and again: what an earlier Open kept is there.
	// Each change runs through around (nil: just happens). The suite closes what
	// it opened, where that is an io.Closer, before it opens again.
	Open(t testing.TB, around archive.Around) archive.Blobs
}

// Run tests an implementation. New makes an empty store.
func Run(t *testing.T, newStore func(t testing.TB) Store) {
	tests := []struct {
		name string
		test func(t *testing.T, s Store)
	}{
		{"Append", testAppend},
		{"AppendTogether", testAppendTogether},
		{"AppendTooLarge", testAppendTooLarge},
		{"AppendCancelled", testAppendCancelled},
		{"AppendConcurrently", testAppendConcurrently},
		{"Stream", testStream},
		{"StreamRefused", testStreamRefused},
		{"StreamCancelled", testStreamCancelled},
		{"StreamSwallows", testStreamSwallows},
		{"OpenWrongPlace", testOpenWrongPlace},
		{"Places", testPlaces},
		{"Months", testMonths},
		{"Faults", testFaults},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) { test.test(t, newStore(t)) })
	}
}

// month is when the suite's blobs come.
var month = time.Date(2026, time.November, 23, 9, 30, 0, 0, time.UTC)

// random is a blob of n bytes that no other call gives.
func random(n int, seed uint64) []byte {
	b := make([]byte, n)
	rand.NewChaCha8([32]byte{byte(seed), byte(seed >> 8), byte(n), byte(n >> 8), byte(n >> 16), 1}).Read(b)
	return b
}

// closeStore closes what Open gave, if it closes.
func closeStore(t testing.TB, b archive.Blobs) {
	t.Helper()
	if c, ok := b.(io.Closer); ok {
		if err := c.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	}
}

// mustAppend keeps blobs that have to be kept.
func mustAppend(t testing.TB, b archive.Blobs, blobs ...[]byte) []archive.Place {
	t.Helper()
	places, err := b.Append(t.Context(), month, blobs...)
	if err != nil {
		t.Fatalf("Append: %v", err)
	}
	if got, want := len(places), len(blobs); got != want {
		t.Fatalf("Append: got %d places, want %d", got, want)
	}
	return places
}

// stream keeps one blob, written in pieces.
func stream(ctx context.Context, b archive.Blobs, blob []byte) (archive.Place, error) {
	return b.Stream(ctx, month, func(w io.Writer) error {
		for rest := blob; len(rest) > 0; {
			n, err := w.Write(rest[:min(len(rest), 100_000)])
			if err != nil {
				return err
			}
			rest = rest[n:]
		}
		return nil
	})
}

// expect reads a blob that has to be there.
func expect(t testing.TB, b archive.Blobs, p archive.Place, want []byte) {
	t.Helper()
	if p.Length != int64(len(want)) || p.Sum != archive.Sum(want) {
		t.Errorf("place %+v: want length %d and sum %s", p, len(want), archive.Sum(want))
	}
	r, err := b.Open(t.Context(), p)
	if err != nil {
		t.Errorf("Open %+v: %v", p, err)
		return
	}
	got, err := io.ReadAll(r)
	if err := errors.Join(err, r.Close()); err != nil {
		t.Errorf("read %+v: %v", p, err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("read %+v: %d bytes that are not the %d kept", p, len(got), len(want))
	}
}

// places lists a store that has no damage.
func places(t testing.TB, b archive.Blobs) []archive.Place {
	t.Helper()
	var all []archive.Place
	for p, err := range b.Places(t.Context()) {
		if err != nil {
			t.Errorf("Places: %v", err)
			break
		}
		all = append(all, p)
	}
	return all
}

func testAppend(t *testing.T, s Store) {
	b := s.Open(t, nil)
	if got, err := b.Append(t.Context(), month); len(got) != 0 || err != nil {
		t.Errorf("Append of nothing: got %v, %v; want nothing, nil", got, err)
	}
	blobs := [][]byte{{}, {0}, []byte("UNB+"), random(5000, 1), random(300_000, 2), random(3<<20, 3)}
	var kept []archive.Place
	for _, blob := range blobs {
		kept = append(kept, mustAppend(t, b, blob)...)
	}
	for i, blob := range blobs {
		expect(t, b, kept[i], blob)
	}
	closeStore(t, b)
	b = s.Open(t, nil)
	for i, blob := range blobs {
		expect(t, b, kept[i], blob)
	}
	again := mustAppend(t, b, blobs[3])[0]
	if again == kept[3] {
		t.Errorf("the same bytes again: got the first place %+v, want another", again)
	}
	expect(t, b, again, blobs[3])
	closeStore(t, b)
}

func testAppendTogether(t *testing.T, s Store) {
	b := s.Open(t, nil)
	var blobs [][]byte
	for i := range 300 {
		blobs = append(blobs, random(i*7, uint64(i)))
	}
	kept := mustAppend(t, b, blobs...)
	for _, blob := range blobs {
		clear(blob) // Append has returned: they are ours again
	}
	for i, p := range kept {
		expect(t, b, p, random(i*7, uint64(i)))
	}
	closeStore(t, b)
}

func testAppendTooLarge(t *testing.T, s Store) {
	b := s.Open(t, nil)
	half := make([]byte, archive.MaxAppend/2-archive.FrameOverhead)
	mustAppend(t, b, half, half)
	_, err := b.Append(t.Context(), month, half, half, nil)
	if !errors.Is(err, archive.ErrTooLarge) {
		t.Errorf("Append of more than MaxAppend: got %v, want ErrTooLarge", err)
	}
	if got, want := len(places(t, b)), 2; got != want {
		t.Errorf("got %d blobs kept, want %d", got, want)
	}
	closeStore(t, b)
}

func testAppendCancelled(t *testing.T, s Store) {
	b := s.Open(t, nil)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := b.Append(ctx, month, random(10, 1)); !errors.Is(err, context.Canceled) {
		t.Errorf("Append after the end: got %v, want context.Canceled", err)
	}
	if got := places(t, b); len(got) != 0 {
		t.Errorf("Append after the end kept %v", got)
	}
	closeStore(t, b)
}

func testAppendConcurrently(t *testing.T, s Store) {
	b := s.Open(t, nil)
	const writers, each = 16, 20
	var kept [writers][]archive.Place
	var group sync.WaitGroup
	for w := range writers {
		group.Go(func() {
			for i := range each {
				blob := random(2000+i, uint64(w))
				var p archive.Place
				var err error
				if i%10 == 9 {
					p, err = stream(t.Context(), b, blob)
				} else {
					var some []archive.Place
					if some, err = b.Append(t.Context(), month, blob); err == nil {
						p = some[0]
					}
				}
				if err != nil {
					t.Errorf("writer %d: %v", w, err)
					return
				}
				expect(t, b, p, blob)
				kept[w] = append(kept[w], p)
			}
		})
	}
	group.Wait()
	closeStore(t, b)
	b = s.Open(t, nil)
	seen := make(map[archive.Place]bool)
	for w := range kept {
		for i, p := range kept[w] {
			if seen[p] {
				t.Errorf("place %+v was given out twice", p)
			}
			seen[p] = true
			expect(t, b, p, random(2000+i, uint64(w)))
		}
	}
	if got, want := len(places(t, b)), writers*each; got != want {
		t.Errorf("got %d blobs, want %d", got, want)
	}
	closeStore(t, b)
}

func testStream(t *testing.T, s Store) {
	b := s.Open(t, nil)
	blobs := [][]byte{{}, random(1, 1), random(2_500_000, 2)}
	var kept []archive.Place
	for _, blob := range blobs {
		p, err := stream(t.Context(), b, blob)
		if err != nil {
			t.Fatalf("Stream: %v", err)
		}
		kept = append(kept, p)
	}
	small := mustAppend(t, b, random(100, 3))[0]
	closeStore(t, b)
	b = s.Open(t, nil)
	for i, blob := range blobs {
		expect(t, b, kept[i], blob)
	}
	expect(t, b, small, random(100, 3))
	closeStore(t, b)
}

func testStreamRefused(t *testing.T, s Store) {
	b := s.Open(t, nil)
	refusal := errors.New("the caller's own")
	_, err := b.Stream(t.Context(), month, func(w io.Writer) error {
		if _, err := w.Write(random(200_000, 1)); err != nil {
			return err
		}
		return refusal
	})
	if err != refusal {
		t.Errorf("Stream: got %v, want the error of fill itself", err)
	}
	if got := places(t, b); len(got) != 0 {
		t.Errorf("a refused stream kept %v", got)
	}
	closeStore(t, b)
}

func testStreamCancelled(t *testing.T, s Store) {
	b := s.Open(t, nil)
	ctx, cancel := context.WithCancel(t.Context())
	_, err := b.Stream(ctx, month, func(w io.Writer) error {
		cancel()
		_, err := w.Write([]byte("late"))
		return err
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("Stream after the end: got %v, want context.Canceled", err)
	}
	if got := places(t, b); len(got) != 0 {
		t.Errorf("a cancelled stream kept %v", got)
	}
	closeStore(t, b)
}

// testStreamSwallows has a fill that does not pass a failed write on.
func testStreamSwallows(t *testing.T, s Store) {
	f := &Fault{Step: archive.StepWrite}
	b := s.Open(t, f.Around)
	f.Arm()
	p, err := b.Stream(t.Context(), month, func(w io.Writer) error {
		for range 100 {
			_, _ = w.Write(random(100_000, 1))
		}
		return nil
	})
	if !errors.Is(err, errDisk) {
		t.Errorf("Stream whose write failed: got %+v, %v; want the disk's error", p, err)
	}
	if got := places(t, b); len(got) != 0 {
		t.Errorf("a failed stream kept %v", got)
	}
	closeStore(t, b)
}

func testOpenWrongPlace(t *testing.T, s Store) {
	b := s.Open(t, nil)
	blob := random(1000, 1)
	right := mustAppend(t, b, blob)[0]
	wrong := map[string]func(p *archive.Place){
		"pack":            func(p *archive.Place) { p.Pack = strings.Repeat("0", len(p.Pack)) },
		"no pack":         func(p *archive.Place) { p.Pack = "" },
		"path":            func(p *archive.Place) { p.Pack = "../" + p.Pack },
		"offset":          func(p *archive.Place) { p.Offset++ },
		"negative offset": func(p *archive.Place) { p.Offset = -p.Offset },
		"far offset":      func(p *archive.Place) { p.Offset = 1 << 62 },
		"length":          func(p *archive.Place) { p.Length-- },
		"negative length": func(p *archive.Place) { p.Length = -1 },
		"sum":             func(p *archive.Place) { p.Sum[31] ^= 1 },
	}
	for name, change := range wrong {
		p := right
		change(&p)
		r, err := b.Open(t.Context(), p)
		var damage *archive.DamageError
		if !errors.As(err, &damage) {
			t.Errorf("Open with wrong %s: got %v, %v; want a *DamageError", name, r, err)
		} else if damage.Pack != p.Pack || damage.Offset != p.Offset {
			t.Errorf("Open with wrong %s: error names %q, %d; want %q, %d", name, damage.Pack, damage.Offset, p.Pack, p.Offset)
		}
	}
	expect(t, b, right, blob)
	closeStore(t, b)
}

func testPlaces(t *testing.T, s Store) {
	b := s.Open(t, nil)
	want := make(map[archive.Place]bool)
	for i := range 50 {
		for _, p := range mustAppend(t, b, random(i, 1), random(i, 2)) {
			want[p] = true
		}
		if i%20 == 0 {
			p, err := stream(t.Context(), b, random(i, 3))
			if err != nil {
				t.Fatal(err)
			}
			want[p] = true
		}
	}
	for range 2 {
		got := places(t, b)
		for i, p := range got {
			if !want[p] {
				t.Errorf("Places: %+v was never given out", p)
			}
			if i > 0 && (got[i-1].Pack > p.Pack || got[i-1].Pack == p.Pack && got[i-1].Offset >= p.Offset) {
				t.Errorf("Places: %+v stands before %+v", got[i-1], p)
			}
		}
		if len(got) != len(want) {
			t.Errorf("Places: got %d, want %d", len(got), len(want))
		}
		for range b.Places(t.Context()) {
			break // stopping early is allowed
		}
		closeStore(t, b)
		b = s.Open(t, nil)
	}
	closeStore(t, b)
}

func testMonths(t *testing.T, s Store) {
	b := s.Open(t, nil)
	var packs []string
	for _, at := range []time.Time{month, month.AddDate(0, 1, 0), month.AddDate(1, 0, 0)} {
		kept, err := b.Append(t.Context(), at, random(10, 1))
		if err != nil {
			t.Fatal(err)
		}
		large, err := b.Stream(t.Context(), at, func(w io.Writer) error { return nil })
		if err != nil {
			t.Fatal(err)
		}
		for _, pack := range packs {
			if kept[0].Pack <= pack || large.Pack <= pack {
				t.Errorf("packs %s and %s of a later month do not sort behind %s", kept[0].Pack, large.Pack, pack)
			}
		}
		packs = append(packs, kept[0].Pack, large.Pack)
	}
	closeStore(t, b)
}
