package archive_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/edibridge/edibridge/archive"
	"github.com/edibridge/edibridge/archive/archivetest"
)

// sharedFolder is a Store in a folder that several processes write.
type sharedFolder string

func (f sharedFolder) Open(t testing.TB, around archive.Around) archive.Blobs {
	t.Helper()
	return openDir(t, string(f), archive.DirOptions{Shared: true, Around: around})
}

func TestSharedDir(t *testing.T) {
	newStore := func(t testing.TB) archivetest.Store { return sharedFolder(t.TempDir()) }
	archivetest.Run(t, newStore)
	archivetest.RunTogether(t, newStore)
}

// openShared opens a folder beside others; the test closes it at its end.
func openShared(t *testing.T, path string) *archive.Dir {
	t.Helper()
	d := openDir(t, path, archive.DirOptions{Shared: true})
	t.Cleanup(func() { closeDir(t, d) })
	return d
}

// TestSharedLock: who writes alone and who shares exclude each other; who reads is
// excluded by nobody.
func TestSharedLock(t *testing.T) {
	path := t.TempDir()
	a := openDir(t, path, archive.DirOptions{Shared: true})
	b := openDir(t, path, archive.DirOptions{Shared: true})
	if d, err := archive.OpenDir(path, archive.DirOptions{}); !errors.Is(err, archive.ErrLocked) {
		t.Errorf("alone beside those who share: got %v, %v; want ErrLocked", d, err)
	}
	closeDir(t, a)
	if d, err := archive.OpenDir(path, archive.DirOptions{}); !errors.Is(err, archive.ErrLocked) {
		t.Errorf("alone beside one who shares: got %v, %v; want ErrLocked", d, err)
	}
	o := put(t, newArchive(b), "acme", orders(5000, 1))
	reader := openDir(t, path, archive.DirOptions{ReadOnly: true})
	get(t, newArchive(reader), o)
	closeDir(t, reader)
	closeDir(t, b)
	alone := openDir(t, path, archive.DirOptions{})
	defer closeDir(t, alone)
	if d, err := archive.OpenDir(path, archive.DirOptions{Shared: true}); !errors.Is(err, archive.ErrLocked) {
		t.Errorf("sharing with one who is alone: got %v, %v; want ErrLocked", d, err)
	}
}

// TestSharedNames: each writer has packs of its own, whatever the others took
// meanwhile, and a large body takes nobody's place.
func TestSharedNames(t *testing.T) {
	path := t.TempDir()
	a, b := openDir(t, path, archive.DirOptions{Shared: true}), openDir(t, path, archive.DirOptions{Shared: true})
	var packs []string
	for i, d := range []*archive.Dir{a, b, a, b} {
		packs = append(packs, put(t, newArchive(d), "acme", noise(1000, uint64(i))).Pack)
	}
	for i, d := range []*archive.Dir{b, a, b} {
		packs = append(packs, put(t, newArchive(d), "acme", noise(2<<20, uint64(i))).Pack)
	}
	want := []string{"01", "02", "01", "02", "03", "04", "05"}
	for i := range want {
		want[i] = "2026-11-00000000" + want[i]
	}
	if got, want := fmt.Sprint(packs), fmt.Sprint(want); got != want {
		t.Errorf("packs\n got %s\nwant %s", got, want)
	}
	closeDir(t, a)
	closeDir(t, b)
	files := map[string]fs.FileMode{}
	for _, name := range want {
		files[name+".pack"] = 0o444
	}
	expectFiles(t, filepath.Join(path, "pack"), files)
	expectFiles(t, filepath.Join(path, "spool"), nil)
}

// TestMendLeavesTheLiving: a pack that grows and a body on its way in are left as
// they are, also while neither has a byte.
func TestMendLeavesTheLiving(t *testing.T) {
	path := t.TempDir()
	a, b := openShared(t, path), openShared(t, path)
	o := put(t, newArchive(a), "acme", noise(1000, 1))
	mend := func() {
		t.Helper()
		if got, err := b.Mend(t.Context()); err != nil || got != (archive.Recovery{}) {
			t.Errorf("mend: got %+v, %v; want nothing", got, err)
		}
		closeDir(t, openDir(t, path, archive.DirOptions{Shared: true})) // nor does opening
	}
	mend()
	blob := noise(300_000, 2)
	large, err := a.Stream(t.Context(), november(), func(w io.Writer) error {
		mend()
		for half := range 2 {
			if _, err := w.Write(blob[half*150_000:][:150_000]); err != nil {
				return err
			}
			mend()
		}
		return nil
	})
	check(t, err)
	if again := put(t, newArchive(a), "acme", noise(1000, 3)); again.Pack != o.Pack {
		t.Errorf("the pack %s does not go on: %s", o.Pack, again.Pack)
	}
	get(t, newArchive(b), o)
	r, err := b.Open(t.Context(), large)
	check(t, err)
	defer r.Close()
	if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, blob) {
		t.Errorf("the large body: %d bytes, %v", len(got), err)
	}
}

// dead writes a pack as a killed writer leaves it, with torn bytes at its end, and
// gives the Objects in it.
func dead(t *testing.T, path, name string, torn int) []archive.Object {
	t.Helper()
	objects, pack := crashed(t, t.TempDir(), 3, 1000)
	whole, err := os.ReadFile(pack)
	check(t, err)
	check(t, os.WriteFile(filepath.Join(path, "pack", name+".pack"), append(whole, noise(torn, 9)...), 0o600))
	for i := range objects {
		objects[i].Pack = name
	}
	return objects
}

// TestMendTheDead: what a killed writer left is mended beside those who live, once.
func TestMendTheDead(t *testing.T) {
	path := t.TempDir()
	a := openShared(t, path)
	objects := dead(t, path, "2026-11-0000000007", 100)
	check(t, os.WriteFile(filepath.Join(path, "pack", "2026-11-0000000008.pack"), []byte("EDIBRIDGE"), 0o600)) // nothing whole
	check(t, os.WriteFile(filepath.Join(path, "pack", "2026-11-0000000009.pack"), nil, 0o600))                 // only a name
	check(t, os.WriteFile(filepath.Join(path, "spool", "2026-11-0000000009.part"), noise(99, 1), 0o600))
	for _, o := range objects {
		get(t, newArchive(a), o) // before it is mended, too
	}
	got, err := a.Mend(t.Context())
	check(t, err)
	if want := (archive.Recovery{Packs: 2, Torn: 109, Spool: 1}); got != want {
		t.Errorf("mended\n got %+v\nwant %+v", got, want)
	}
	if got, err := a.Mend(t.Context()); err != nil || got != (archive.Recovery{}) {
		t.Errorf("mended again: got %+v, %v; want nothing", got, err)
	}
	for _, o := range objects {
		get(t, newArchive(a), o)
	}
	want := map[string]fs.FileMode{"2026-11-0000000007.pack": 0o444, "2026-11-0000000009.pack": 0o600}
	expectFiles(t, filepath.Join(path, "pack"), want)
	expectFiles(t, filepath.Join(path, "spool"), nil)
	if o := put(t, newArchive(a), "acme", noise(10, 1)); o.Pack == "2026-11-0000000009" {
		t.Error("a pack of another writer goes on")
	}
}

// TestMendTogether: of many who mend at once each pack is mended by one.
func TestMendTogether(t *testing.T) {
	const dirs, packs, torn = 6, 12, 77
	path := t.TempDir()
	var open []*archive.Dir
	for range dirs {
		open = append(open, openShared(t, path))
	}
	var objects []archive.Object
	for i := range packs {
		objects = append(objects, dead(t, path, fmt.Sprintf("2026-11-%010d", 100+i), torn)...)
	}
	var mu sync.Mutex
	var sum archive.Recovery
	var group sync.WaitGroup
	for _, d := range open {
		group.Go(func() {
			r, err := d.Mend(t.Context())
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			sum.Packs, sum.Torn, sum.Skipped = sum.Packs+r.Packs, sum.Torn+r.Torn, sum.Skipped+r.Skipped
		})
	}
	group.Wait()
	if want := (archive.Recovery{Packs: packs, Torn: packs * torn}); sum != want {
		t.Errorf("mended together\n got %+v\nwant %+v", sum, want)
	}
	for _, o := range objects {
		get(t, newArchive(open[0]), o)
	}
}

// TestMendFails: a sync that fails while mending is final, and the pack stays for
// the next to mend.
func TestMendFails(t *testing.T) {
	path := t.TempDir()
	f := &archivetest.Fault{Step: archive.StepSync}
	a := openDir(t, path, archive.DirOptions{Shared: true, Around: f.Around})
	defer closeDir(t, a)
	objects := dead(t, path, "2026-11-0000000007", 100)
	f.Arm()
	var fatal *archive.FatalError
	if _, err := a.Mend(t.Context()); !errors.As(err, &fatal) {
		t.Errorf("mend: got %v, want a *FatalError", err)
	}
	if _, err := newArchive(a).Put(t.Context(), "acme", bytes.NewReader(noise(10, 1))); !errors.As(err, &fatal) {
		t.Errorf("put: got %v, want a *FatalError", err)
	}
	if _, err := a.Mend(t.Context()); !errors.As(err, &fatal) {
		t.Errorf("mend again: got %v, want a *FatalError", err)
	}
	b := openShared(t, path)
	if got, want := b.Recovered().Packs, 1; got != want {
		t.Errorf("the next one mends %d packs, want %d", got, want)
	}
	get(t, newArchive(b), objects[0])
}

func TestMendRefused(t *testing.T) {
	path := t.TempDir()
	a := openDir(t, path, archive.DirOptions{Shared: true})
	dead(t, path, "2026-11-0000000007", 100)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := a.Mend(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("after the end: got %v, want context.Canceled", err)
	}
	reader := openDir(t, path, archive.DirOptions{ReadOnly: true})
	defer closeDir(t, reader)
	if _, err := reader.Mend(t.Context()); !errors.Is(err, archive.ErrReadOnly) {
		t.Errorf("reading: got %v, want ErrReadOnly", err)
	}
	closeDir(t, a)
	if _, err := a.Mend(t.Context()); !errors.Is(err, archive.ErrClosed) {
		t.Errorf("closed: got %v, want ErrClosed", err)
	}
}

// TestPlacesOfWhatGoes lists a folder in which a large body is refused meanwhile:
// the pack that held its name is no damage.
func TestPlacesOfWhatGoes(t *testing.T) {
	path := t.TempDir()
	a, b := openShared(t, path), openShared(t, path)
	put(t, newArchive(a), "acme", noise(10, 1))
	begun, refuse, refused := make(chan struct{}), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(refused)
		_, _ = b.Stream(t.Context(), november(), func(io.Writer) error { close(begun); <-refuse; return io.ErrUnexpectedEOF })
	}()
	<-begun
	if got, want := len(packs(t, path)), 2; got != want {
		t.Errorf("got %d packs, want %d", got, want)
	}
	once := sync.OnceFunc(func() { close(refuse); <-refused })
	for p, err := range a.Places(t.Context()) {
		if err != nil {
			t.Errorf("%+v: %v", p, err)
		}
		once() // the second pack was listed
	}
	if got, want := len(packs(t, path)), 1; got != want {
		t.Errorf("got %d packs, want %d", got, want)
	}
}

// packs are the paths of the packs of a folder.
func packs(t *testing.T, path string) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(path, "pack", "*.pack"))
	check(t, err)
	return found
}
