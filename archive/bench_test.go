package archive_test

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/edibridge/edibridge/archive"
)

// benchBodies are orders of 5 to 20 KB.
func benchBodies() [][]byte {
	bodies := make([][]byte, 256)
	for i := range bodies {
		bodies[i] = orders(5000+rand.IntN(15_000), uint64(i))
	}
	return bodies
}

// runWriters lets so many goroutines share b.N calls of one, and reports rate
// and latencies.
func runWriters(b *testing.B, writers int, one func(i int) error) {
	b.Helper()
	took := make([]time.Duration, b.N)
	var next atomic.Int64
	var group sync.WaitGroup
	b.ResetTimer()
	for range writers {
		group.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= b.N {
					return
				}
				began := time.Now()
				if err := one(i); err != nil {
					b.Error(err)
					return
				}
				took[i] = time.Since(began)
			}
		})
	}
	group.Wait()
	b.StopTimer()
	slices.Sort(took)
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "bodies/s")
	b.ReportMetric(float64(took[b.N/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(took[b.N*99/100].Microseconds())/1000, "p99-ms")
	b.ReportMetric(0, "ns/op")
}

func BenchmarkPut(b *testing.B) {
	bodies := benchBodies()
	for _, writers := range []int{1, 8, 64} {
		b.Run(fmt.Sprintf("writers=%d", writers), func(b *testing.B) {
			syncs := 0
			d := openDir(b, b.TempDir(), archive.DirOptions{Around: func(step archive.Step, _ string, act func() error) error {
				if step == archive.StepSync {
					syncs++ // one at a time: only who holds the turn syncs
				}
				return act()
			}})
			defer closeDir(b, d)
			a := newArchive(d)
			runWriters(b, writers, func(i int) error {
				_, err := a.Put(b.Context(), "acme", bytes.NewReader(bodies[i%len(bodies)]))
				return err
			})
			b.ReportMetric(float64(b.N)/float64(syncs), "bodies/sync")
		})
	}
}

func BenchmarkGet(b *testing.B) {
	bodies := benchBodies()
	d := openDir(b, b.TempDir(), archive.DirOptions{})
	defer closeDir(b, d)
	a := newArchive(d)
	objects, err := a.PutAll(b.Context(), "acme", bodies...)
	check(b, err)
	runWriters(b, 1, func(i int) error {
		r, err := a.Get(b.Context(), objects[i%len(objects)])
		if err != nil {
			return err
		}
		defer r.Close()
		_, err = io.Copy(io.Discard, r)
		return err
	})
}

func BenchmarkPutLarge(b *testing.B) {
	body := orders(32<<20, 1)
	d := openDir(b, b.TempDir(), archive.DirOptions{})
	defer closeDir(b, d)
	a := newArchive(d)
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		if _, err := a.Put(b.Context(), "acme", bytes.NewReader(body)); err != nil {
			b.Fatal(err)
		}
	}
}
