package archive_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/edibridge/edibridge/archive"
	"github.com/edibridge/edibridge/archive/archivetest"
)

// folder is a Store in a local folder.
type folder string

func (f folder) Open(t testing.TB, around archive.Around) archive.Blobs {
	t.Helper()
	return openDir(t, string(f), archive.DirOptions{Around: around})
}

// openDir opens a folder that has to open. The caller closes it.
func openDir(t testing.TB, path string, opt archive.DirOptions) *archive.Dir {
	t.Helper()
	d, err := archive.OpenDir(path, opt)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestDir(t *testing.T) {
	archivetest.Run(t, func(t testing.TB) archivetest.Store { return folder(t.TempDir()) })
}

func TestLock(t *testing.T) {
	path := filepath.Join(t.TempDir(), "data", "archive") // made, with what is above
	d := openDir(t, path, archive.DirOptions{})
	a := newArchive(d)
	o := put(t, a, "acme", orders(5000, 1))
	if second, err := archive.OpenDir(path, archive.DirOptions{}); !errors.Is(err, archive.ErrLocked) {
		t.Errorf("second writer: got %v, %v; want ErrLocked", second, err)
	}

	reader := openDir(t, path, archive.DirOptions{ReadOnly: true})
	defer closeDir(t, reader)
	read := newArchive(reader)
	get(t, read, o)
	later := put(t, a, "acme", orders(5000, 2)) // while the reader is open
	get(t, read, later)
	large := put(t, a, "acme", orders(2<<20, 3))
	get(t, read, large)
	if got, want := count(t, reader), 3; got != want {
		t.Errorf("reader: got %d blobs, want %d", got, want)
	}
	if _, err := read.Put(t.Context(), "acme", strings.NewReader("x")); !errors.Is(err, archive.ErrReadOnly) {
		t.Errorf("reader puts: got %v, want ErrReadOnly", err)
	}
	if _, err := read.Put(t.Context(), "acme", bytes.NewReader(orders(2<<20, 1))); !errors.Is(err, archive.ErrReadOnly) {
		t.Errorf("reader puts a large body: got %v, want ErrReadOnly", err)
	}

	closeDir(t, d)
	if _, err := a.Put(t.Context(), "acme", strings.NewReader("x")); !errors.Is(err, archive.ErrClosed) {
		t.Errorf("put after close: got %v, want ErrClosed", err)
	}
	if err := d.Close(); !errors.Is(err, archive.ErrClosed) {
		t.Errorf("close again: got %v, want ErrClosed", err)
	}
	get(t, read, later)
	d = openDir(t, path, archive.DirOptions{})
	get(t, newArchive(d), o)
	closeDir(t, d)
}

func TestReadOnlyMakesNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "none")
	if d, err := archive.OpenDir(path, archive.DirOptions{ReadOnly: true}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v, %v; want fs.ErrNotExist", d, err)
	}
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the folder: got %v, want none", err)
	}
}

// TestPacks looks at the files: names, months, seals.
func TestPacks(t *testing.T) {
	path := t.TempDir()
	now := november()
	d := openDir(t, path, archive.DirOptions{PackSize: 50_000})
	a := archive.New(d, archive.Options{Clock: func() time.Time { return now }})
	for i := range uint64(4) {
		put(t, a, "acme", noise(20_000, i))
	}
	now = time.Date(2026, time.November, 30, 23, 30, 0, 0, time.FixedZone("", -7200)) // December in UTC
	put(t, a, "acme", noise(20_000, 9))
	put(t, a, "acme", noise(2<<20, 9))
	put(t, a, "acme", noise(20_000, 10))
	want := map[string]fs.FileMode{
		"2026-11-0000000001.pack": 0o444, // full after three
		"2026-11-0000000002.pack": 0o444, // the month ended
		"2026-12-0000000003.pack": 0o600, // grows
		"2026-12-0000000004.pack": 0o444, // one large body
	}
	expectFiles(t, filepath.Join(path, "pack"), want)
	closeDir(t, d)
	want["2026-12-0000000003.pack"] = 0o444
	expectFiles(t, filepath.Join(path, "pack"), want)

	d = openDir(t, path, archive.DirOptions{})
	if got := d.Recovered(); got != (archive.Recovery{}) {
		t.Errorf("after a clean close: recovered %+v, want nothing", got)
	}
	put(t, archive.New(d, archive.Options{Clock: november}), "acme", noise(10, 1))
	want["2026-11-0000000005.pack"] = 0o444
	closeDir(t, d)
	expectFiles(t, filepath.Join(path, "pack"), want)
}

// expectFiles compares names and modes.
func expectFiles(t *testing.T, path string, want map[string]fs.FileMode) {
	t.Helper()
	entries, err := os.ReadDir(path)
	check(t, err)
	for _, e := range entries {
		info, err := e.Info()
		check(t, err)
		if mode, ok := want[e.Name()]; !ok || mode != info.Mode() {
			t.Errorf("%s: got mode %v, want %v", e.Name(), info.Mode(), mode)
		}
	}
	if got, want := len(entries), len(want); got != want {
		t.Errorf("%s: got %d files, want %d", path, got, want)
	}
}

// TestFormat reads a pack by what the package comment says, and by nothing else.
func TestFormat(t *testing.T) {
	path := t.TempDir()
	d := openDir(t, path, archive.DirOptions{})
	put(t, newArchive(d), "acme", []byte("12345"))
	closeDir(t, d)
	got, err := os.ReadFile(filepath.Join(path, "pack", "2026-11-0000000001.pack"))
	check(t, err)
	sum := archive.Sum([]byte("12345"))
	want := "EDIBRIDGE-PACK1\n" + "\x00\x00\x00\x00\x00\x00\x00\x05" + string(sum[:]) + "12345"
	if string(got) != want {
		t.Errorf("pack:\n got %q\nwant %q", got, want)
	}
}

// TestGroupCommit holds one sync and counts what shares the next.
func TestGroupCommit(t *testing.T) {
	path := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		syncs, hold := 0, make(chan struct{})
		d := openDir(t, path, archive.DirOptions{Around: func(step archive.Step, _ string, act func() error) error {
			if step == archive.StepSync {
				syncs++
				<-hold
			}
			return act()
		}})
		var group sync.WaitGroup
		appendOne := func(ctx context.Context, want error) {
			group.Go(func() {
				if _, err := d.Append(ctx, november(), noise(1000, 1)); !errors.Is(err, want) {
					t.Errorf("got %v, want %v", err, want)
				}
			})
		}
		appendOne(t.Context(), nil)
		synctest.Wait() // it holds in its sync
		waiting, cancel := context.WithCancel(t.Context())
		for range 30 {
			appendOne(t.Context(), nil)
			appendOne(waiting, context.Canceled)
		}
		synctest.Wait() // all queue
		cancel()
		synctest.Wait() // half of them gave up
		close(hold)
		group.Wait()
		if got, want := syncs, 2; got != want {
			t.Errorf("got %d syncs for 31 bodies, want %d", got, want)
		}
		if got, want := count(t, d), 31; got != want {
			t.Errorf("got %d blobs, want %d", got, want)
		}
		closeDir(t, d)
	})
}

// TestGroupLimits queues what one group cannot hold, of two months.
func TestGroupLimits(t *testing.T) {
	path := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		syncs, hold := 0, make(chan struct{})
		d := openDir(t, path, archive.DirOptions{Around: func(step archive.Step, _ string, act func() error) error {
			if step == archive.StepSync {
				syncs++
				<-hold
			}
			return act()
		}})
		half := make([]byte, archive.MaxAppend/2-archive.FrameOverhead)
		december := november().AddDate(0, 1, 0)
		var packs [4]string
		var group sync.WaitGroup
		for i, at := range []time.Time{november(), november(), december, november()} {
			group.Go(func() {
				places, err := d.Append(t.Context(), at, half)
				if err != nil {
					t.Error(err)
					return
				}
				packs[i] = places[0].Pack
			})
			synctest.Wait()
		}
		close(hold)
		group.Wait()
		if got, want := syncs, 3; got != want { // the first; two together; the last
			t.Errorf("got %d syncs, want %d", got, want)
		}
		want := [4]string{"2026-11-0000000001", "2026-12-0000000002", "2026-12-0000000002", "2026-11-0000000003"}
		if packs != want {
			t.Errorf("packs:\n got %v\nwant %v", packs, want)
		}
		closeDir(t, d)
	})
}

// TestSyncFailsForAllThatQueue lets a sync fail while others queue and a large
// body is on its way: none of them is taken, for their sync could succeed though
// the disk lost bytes.
func TestSyncFailsForAllThatQueue(t *testing.T) {
	path := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		syncs, hold := 0, make(chan struct{})
		bad := errors.New("a bad disk")
		d := openDir(t, path, archive.DirOptions{Around: func(step archive.Step, _ string, act func() error) error {
			if step != archive.StepSync {
				return act()
			}
			if syncs++; syncs > 1 {
				return act()
			}
			<-hold
			return bad
		}})
		var group sync.WaitGroup
		for range 5 {
			group.Go(func() {
				var fatal *archive.FatalError
				places, err := d.Append(t.Context(), november(), noise(1000, 1))
				if !errors.As(err, &fatal) || !errors.Is(err, bad) || places != nil {
					t.Errorf("got %v, %v; want no place, a *FatalError", places, err)
				}
			})
			synctest.Wait() // the first holds in its sync, the others queue
		}
		_, err := d.Stream(t.Context(), november(), func(w io.Writer) error {
			close(hold)
			group.Wait()
			_, err := w.Write(noise(1000, 2))
			return err
		})
		var fatal *archive.FatalError
		if !errors.As(err, &fatal) || !errors.Is(err, bad) {
			t.Errorf("large body: got %v, want a *FatalError", err)
		}
		closeDir(t, d)
	})
	d := openDir(t, path, archive.DirOptions{})
	defer closeDir(t, d)
	if got := count(t, d); got > 1 {
		t.Errorf("got %d blobs, want at most the one whose sync failed", got)
	}
}

// TestCancelInSync cancels a body that is being written: it is too late, and the
// answer is the outcome.
func TestCancelInSync(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	d := openDir(t, t.TempDir(), archive.DirOptions{Around: func(step archive.Step, _ string, act func() error) error {
		if step == archive.StepSync {
			cancel()
		}
		return act()
	}})
	defer closeDir(t, d)
	if places, err := d.Append(ctx, november(), noise(1000, 1)); err != nil || len(places) != 1 {
		t.Errorf("got %v, %v; want the place, for it is durable", places, err)
	}
}

// TestCutBackFails lets the disk fail twice: the write, then undoing it. The pack
// takes nothing more, the next one does, and opening mends the first.
func TestCutBackFails(t *testing.T) {
	path := t.TempDir()
	failing := false
	d := openDir(t, path, archive.DirOptions{Around: func(step archive.Step, _ string, act func() error) error {
		if failing && step == archive.StepWrite {
			return errors.Join(act(), errors.New("a bad disk"))
		}
		if failing && step == archive.StepTruncate {
			return errors.New("a very bad disk")
		}
		return act()
	}})
	a := newArchive(d)
	first := put(t, a, "acme", noise(5000, 1))
	failing = true
	if o, err := a.Put(t.Context(), "acme", bytes.NewReader(noise(5000, 2))); err == nil {
		t.Errorf("got %+v, want the disk's error", o)
	}
	failing = false
	second := put(t, a, "acme", noise(5000, 3))
	if first.Pack == second.Pack {
		t.Errorf("pack %s goes on behind a write that could not be undone", first.Pack)
	}
	closeDir(t, d)
	d = openDir(t, path, archive.DirOptions{})
	defer closeDir(t, d)
	get(t, newArchive(d), first)
	get(t, newArchive(d), second)
	if got, want := d.Recovered().Packs, 1; got != want {
		t.Errorf("got %d packs mended, want %d", got, want)
	}
}

// crashed makes a folder as a killed process leaves it: one pack, open, with n
// bodies of size bytes. It returns their Objects and the pack's path.
func crashed(t testing.TB, path string, n, size int) ([]archive.Object, string) {
	t.Helper()
	d := openDir(t, path, archive.DirOptions{PackSize: 1 << 30})
	a := newArchive(d)
	var objects []archive.Object
	for i := range n {
		objects = append(objects, put(t, a, "acme", noise(size, uint64(i))))
	}
	closeDir(t, d)
	pack := filepath.Join(path, "pack", "2026-11-0000000001.pack")
	check(t, os.Chmod(pack, 0o600))
	return objects, pack
}

// TestRecover damages an open pack and opens the folder.
func TestRecover(t *testing.T) {
	const n, size = 20, 10_000
	const frame = archive.FrameOverhead + size
	tests := []struct {
		name   string
		damage func(b []byte) []byte
		lost   []int // bodies that are damaged
		want   archive.Recovery
	}{
		{"nothing", func(b []byte) []byte { return b }, nil, archive.Recovery{Packs: 1}},
		{"half a frame", func(b []byte) []byte { return append(b, b[16:5000]...) }, nil, archive.Recovery{Packs: 1, Torn: 4984}},
		{"one byte", func(b []byte) []byte { return append(b, 0) }, nil, archive.Recovery{Packs: 1, Torn: 1}},
		{"zeros", func(b []byte) []byte { return append(b, make([]byte, 1<<20)...) }, nil, archive.Recovery{Packs: 1, Torn: 1 << 20}},
		{"last byte missing", func(b []byte) []byte { return b[:len(b)-1] }, []int{n - 1}, archive.Recovery{Packs: 1, Torn: frame - 1}},
		{"last frame changed", func(b []byte) []byte { b[len(b)-7] ^= 1; return b }, []int{n - 1}, archive.Recovery{Packs: 1, Torn: frame}},
		{"first of a group late", func(b []byte) []byte { clear(b[16+3*frame+40:][:4096]); return b }, []int{3}, archive.Recovery{Packs: 1, Skipped: 1}},
		{"length in the middle", func(b []byte) []byte { b[16+5*frame+5] ^= 1; return b }, []int{5}, archive.Recovery{Packs: 1, Skipped: 1}},
		{"length far away", func(b []byte) []byte { b[16+5*frame] ^= 0x7f; return b }, []int{5}, archive.Recovery{Packs: 1, Skipped: 1}},
		{"first length", func(b []byte) []byte { b[16+7]++; return b }, []int{0}, archive.Recovery{Packs: 1, Skipped: 1}},
		{"header", func(b []byte) []byte { b[0] ^= 1; return b }, nil, archive.Recovery{Packs: 1, Skipped: 1}},
		{"whole empty frame behind junk", func(b []byte) []byte {
			empty := archive.Sum(nil)
			return append(append(append(b, "junk"...), make([]byte, 8)...), append(empty[:], "tail"...)...)
		}, nil, archive.Recovery{Packs: 1, Skipped: 1, Torn: 4}},
		{"too much to be torn", func(b []byte) []byte { return append(b, make([]byte, archive.MaxAppend+17)...) }, nil, archive.Recovery{Packs: 1, Skipped: 1}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			path := t.TempDir()
			objects, pack := crashed(t, path, n, size)
			before, err := os.ReadFile(pack)
			check(t, err)
			check(t, os.WriteFile(pack, test.damage(bytes.Clone(before)), 0o600))
			d := openDir(t, path, archive.DirOptions{})
			if got := d.Recovered(); got != test.want {
				t.Errorf("recovered:\n got %+v\nwant %+v", got, test.want)
			}
			a := newArchive(d)
			if info, err := os.Stat(pack); err != nil || info.Mode() != 0o444 {
				t.Errorf("got %v, %v; want the pack sealed", info.Mode(), err)
			}
			lost := make(map[int]bool)
			for _, i := range test.lost {
				lost[i] = true
			}
			for i, o := range objects {
				if _, err := read(t.Context(), a, o); (err != nil) != lost[i] {
					t.Errorf("body %d: got %v, want lost: %v", i, err, lost[i])
				}
			}
			o := put(t, a, "acme", noise(100, 1))
			if o.Pack == objects[0].Pack {
				t.Error("a pack of an earlier process goes on")
			}
			get(t, a, o)
			closeDir(t, d)
		})
	}
}

func TestRecoverNothingWhole(t *testing.T) {
	for name, content := range map[string][]byte{
		"empty":         nil,
		"half a header": []byte("EDIBRI"),
		"header":        []byte("EDIBRIDGE-PACK1\n"),
		"half a frame":  append([]byte("EDIBRIDGE-PACK1\n\x00\x00\x00\x00\x00\x00\x10\x00"), noise(700, 1)...),
	} {
		path := t.TempDir()
		_, pack := crashed(t, path, 1, 10)
		check(t, os.WriteFile(pack, content, 0o600))
		check(t, os.WriteFile(filepath.Join(path, "spool", "2026-11-0000000002.part"), noise(99, 1), 0o600))
		check(t, os.WriteFile(filepath.Join(path, "pack", "README"), noise(99, 1), 0o600)) // not ours
		d := openDir(t, path, archive.DirOptions{})
		want := archive.Recovery{Packs: 1, Torn: int64(len(content)), Spool: 1}
		if got := d.Recovered(); got != want {
			t.Errorf("%s: recovered %+v, want %+v", name, got, want)
		}
		expectFiles(t, filepath.Join(path, "pack"), map[string]fs.FileMode{"README": 0o600})
		expectFiles(t, filepath.Join(path, "spool"), nil)
		closeDir(t, d)
	}
}

// TestRecoverHostile opens a pack whose tail was made to be costly: every offset
// looks like the beginning of a long frame.
func TestRecoverHostile(t *testing.T) {
	path := t.TempDir()
	objects, pack := crashed(t, path, 3, 1000)
	b, err := os.ReadFile(pack)
	check(t, err)
	hostile := bytes.Repeat([]byte{0, 0, 0, 0, 0, 0x3f}, 2<<20)
	check(t, os.WriteFile(pack, append(b, hostile...), 0o600))
	began := time.Now()
	d := openDir(t, path, archive.DirOptions{})
	t.Logf("opened %d hostile bytes in %v", len(hostile), time.Since(began))
	if got := d.Recovered(); got.Torn != 0 || got.Skipped != 1 {
		t.Errorf("recovered %+v, want the tail left in place: it could not be decided", got)
	}
	for _, o := range objects {
		get(t, newArchive(d), o)
	}
	closeDir(t, d)
}

// TestPlacesDamage lists a folder with a damaged pack between sound ones.
func TestPlacesDamage(t *testing.T) {
	path := t.TempDir()
	d := openDir(t, path, archive.DirOptions{PackSize: 1})
	defer closeDir(t, d)
	a := newArchive(d)
	for i := range uint64(3) {
		if _, err := a.PutAll(t.Context(), "acme", noise(100, i), noise(200, i), noise(300, i)); err != nil {
			t.Fatal(err)
		}
	}
	second := filepath.Join(path, "pack", "2026-11-0000000002.pack")
	flip(t, second, 16+archive.FrameOverhead+100) // the second frame's length
	check(t, os.Chmod(second, 0o444))
	var sound, damaged int
	for p, err := range d.Places(t.Context()) {
		var damage *archive.DamageError
		switch {
		case err == nil:
			sound++
		case errors.As(err, &damage) && damage.Pack == "2026-11-0000000002" && damage.Offset == 16+archive.FrameOverhead+100:
			damaged++
		default:
			t.Errorf("got %v at %+v", err, p)
		}
	}
	if sound != 7 || damaged != 1 {
		t.Errorf("got %d sound places and %d damages, want 7 and 1", sound, damaged)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for p, err := range d.Places(ctx) {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("after the end: got %+v, %v; want context.Canceled", p, err)
		}
	}
}

// TestPlacesOfGrowingPack lists a pack whose last frame is half written.
func TestPlacesOfGrowingPack(t *testing.T) {
	path := t.TempDir()
	objects, pack := crashed(t, path, 3, 1000)
	check(t, os.Truncate(pack, objects[2].Offset+archive.FrameOverhead+500))
	d := openDir(t, path, archive.DirOptions{ReadOnly: true})
	defer closeDir(t, d)
	if got, want := count(t, d), 2; got != want {
		t.Errorf("got %d places, want the %d whole ones", got, want)
	}
}

// FuzzOpenPack opens a folder whose last pack ends in any bytes.
func FuzzOpenPack(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte{0})
	f.Add(make([]byte, 100))
	f.Add(append([]byte{0, 0, 0, 0, 0, 0, 0, 9}, noise(60, 1)...))
	sum := archive.Sum([]byte("x"))
	f.Add(append(append([]byte{0, 0, 0, 0, 0, 0, 0, 1}, sum[:]...), 'x', 'y'))
	template := f.TempDir()
	objects, pack := crashed(f, template, 3, 500)
	whole, err := os.ReadFile(pack)
	check(f, err)
	f.Fuzz(func(t *testing.T, tail []byte) {
		path := t.TempDir()
		check(t, os.Mkdir(filepath.Join(path, "pack"), 0o700))
		check(t, os.WriteFile(filepath.Join(path, "pack", filepath.Base(pack)), append(bytes.Clone(whole), tail...), 0o600))
		d := openDir(t, path, archive.DirOptions{Around: func(step archive.Step, _ string, act func() error) error {
			if step == archive.StepSync || step == archive.StepSyncDir {
				return nil // nothing here has to outlive the machine
			}
			return act()
		}})
		defer closeDir(t, d)
		a := newArchive(d)
		for i, o := range objects {
			if got := get(t, a, o); !bytes.Equal(got, noise(500, uint64(i))) {
				t.Errorf("body %d came back as another one", i)
			}
		}
		r := d.Recovered()
		info, err := os.Stat(filepath.Join(path, "pack", filepath.Base(pack)))
		check(t, err)
		if got, want := info.Size()+r.Torn, int64(len(whole)+len(tail)); got != want {
			t.Errorf("%d bytes left and %d cut off, want %d together", info.Size(), r.Torn, want)
		}
		if r.Packs != 1 || r.Torn < 0 || r.Torn > int64(len(tail)) {
			t.Errorf("recovered %+v of a tail of %d bytes", r, len(tail))
		}
		get(t, a, put(t, a, "acme", tail))
	})
}
