package archive_test

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/edibridge/edibridge/archive"
)

// disk is a model of what a power cut leaves of a folder: bytes written but not
// synced may be missing, zero, or old; names made but not synced may be gone.
type disk struct {
	path string
	rand *rand.Rand
	mu   sync.Mutex
	left int              // steps until the power goes
	size map[string]int64 // durable bytes, by pack name
	name map[string]bool  // packs whose name is durable
}

var errPower = errors.New("no power")

// base is a pack's name, wherever its file lies.
func base(path string) string {
	name, _, _ := strings.Cut(filepath.Base(path), ".")
	return name
}

// around runs steps until the power goes; the step in which it goes may still
// happen.
func (d *disk) around(step archive.Step, path string, act func() error) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.left--; d.left < 0 {
		return errPower
	}
	if d.left == 0 {
		if d.rand.IntN(2) == 0 {
			_ = act() // it happens, but not for ever: nothing is noted
		}
		return errPower
	}
	if err := act(); err != nil {
		return err
	}
	switch step {
	case archive.StepSync:
		info, err := os.Stat(filepath.Join(d.path, path))
		if err != nil {
			return err
		}
		d.size[base(path)] = info.Size()
	case archive.StepSyncDir:
		for name := range d.list() {
			d.name[name] = true
		}
	}
	return nil
}

// list gives the packs that there are.
func (d *disk) list() map[string]string {
	paths, _ := filepath.Glob(filepath.Join(d.path, "pack", "*.pack"))
	packs := make(map[string]string)
	for _, path := range paths {
		packs[base(path)] = path
	}
	return packs
}

// settle notes that all there is now is durable: opening the folder promises it.
func (d *disk) settle(t *testing.T) {
	t.Helper()
	d.mu.Lock()
	defer d.mu.Unlock()
	for name, path := range d.list() {
		info, err := os.Stat(path)
		check(t, err)
		d.size[name], d.name[name] = info.Size(), true
	}
}

// cut changes the folder to what may be left of it.
func (d *disk) cut(t *testing.T) {
	t.Helper()
	for name, path := range d.list() {
		if !d.name[name] && d.rand.IntN(2) == 0 {
			check(t, os.Remove(path))
			continue
		}
		b, err := os.ReadFile(path)
		check(t, err)
		doubtful := b[min(int64(len(b)), d.size[name]):]
		switch d.rand.IntN(4) {
		case 0:
			b = b[:len(b)-len(doubtful)]
		case 1:
			b = b[:len(b)-d.rand.IntN(len(doubtful)+1)]
		case 2:
			clear(doubtful)
		case 3:
			for off := 0; off < len(doubtful); off += 512 {
				if d.rand.IntN(3) == 0 {
					clear(doubtful[off:min(off+512, len(doubtful))])
				}
			}
		}
		info, err := os.Stat(path)
		check(t, err)
		check(t, os.Chmod(path, 0o600))
		check(t, os.WriteFile(path, b, 0o600))
		check(t, os.Chmod(path, info.Mode()))
	}
}

// TestPowerCut lets the power go at every step in turn, three times over one
// folder, and asks for every acknowledged body.
func TestPowerCut(t *testing.T) { powerCuts(t, 1, 150) }

// TestPowerCutShared does so while two writers share the folder.
func TestPowerCutShared(t *testing.T) { powerCuts(t, 2, 40) }

func powerCuts(t *testing.T, writers int, seeds uint64) {
	if os.Getenv(longEnv) != "" {
		seeds *= 20
	}
	bodies := 0
	for seed := range seeds {
		dk := &disk{
			path: t.TempDir(), rand: rand.New(rand.NewPCG(seed, 1)),
			size: make(map[string]int64), name: make(map[string]bool),
		}
		var objects []archive.Object
		for range 3 {
			objects = append(objects, untilPowerCut(t, dk, writers)...)
			d := openDir(t, dk.path, archive.DirOptions{Shared: writers > 1})
			for _, o := range objects {
				get(t, newArchive(d), o)
			}
			closeDir(t, d)
			dk.settle(t)
			if t.Failed() {
				t.Fatalf("seed %d", seed)
			}
		}
		bodies += len(objects)
	}
	if bodies < int(seeds) {
		t.Errorf("only %d bodies were acknowledged in %d runs", bodies, seeds)
	}
	t.Logf("%d power cuts, %d acknowledged, 0 lost", 3*seeds, bodies)
}

// untilPowerCut puts bodies from four goroutines for each writer until the power
// goes, and returns what was acknowledged.
func untilPowerCut(t *testing.T, dk *disk, writers int) []archive.Object {
	t.Helper()
	dk.left = 1 + dk.rand.IntN(40*writers)
	var dirs []*archive.Dir
	defer dk.cut(t)
	defer func() {
		for _, d := range dirs {
			_ = d.Close() // without power it cannot even seal
		}
	}()
	for range writers {
		d, err := archive.OpenDir(dk.path, archive.DirOptions{PackSize: 30_000, Shared: writers > 1, Around: dk.around})
		if err != nil && !errors.Is(err, errPower) {
			t.Fatal(err)
		}
		if err != nil {
			return nil
		}
		dirs = append(dirs, d)
		dk.settle(t)
	}
	var mu sync.Mutex
	var objects []archive.Object
	var group sync.WaitGroup
	first := dk.rand.Uint64()
	for w := range 4 * uint64(writers) {
		a := newArchive(dirs[w/4])
		group.Go(func() {
			seed := first + w*1000
			for i := range uint64(1000) {
				body := noise(3000+int(i), seed+i)
				if w%4 == 0 && i%4 == 3 {
					body = noise(archive.SmallBody+1, seed+i)
				}
				o, err := a.Put(t.Context(), "acme", bytes.NewReader(body))
				if err != nil {
					return
				}
				mu.Lock()
				objects = append(objects, o)
				mu.Unlock()
			}
		})
	}
	group.Wait()
	return objects
}
