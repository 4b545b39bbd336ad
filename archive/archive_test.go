package archive_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"syscall"
	"testing"
	"testing/iotest"

	"github.com/edibridge/edibridge/archive"
)

func TestPutGet(t *testing.T) {
	d := openDir(t, t.TempDir(), archive.DirOptions{})
	defer closeDir(t, d)
	a := newArchive(d)
	tests := []struct {
		name  string
		body  []byte
		codec archive.Codec
	}{
		{"empty", nil, archive.Raw},
		{"one byte", []byte("~"), archive.Raw},
		{"order", orders(10_000, 1), archive.Zstd},
		{"small noise", noise(10_000, 1), archive.Raw},
		{"largest small", orders(2<<20, 2)[:archive.SmallBody], archive.Zstd},
		{"smallest large", orders(2<<20, 2)[:archive.SmallBody+1], archive.Zstd},
		{"large", orders(5<<20, 3), archive.Zstd},
		{"large noise", noise(5<<20, 2), archive.Raw},
		{"large, noise later", append(orders(1<<20, 5), noise(2<<20, 3)...), archive.Zstd},
	}
	salts := make(map[archive.Salt]bool)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			o, err := a.Put(t.Context(), "acme", iotest.DataErrReader(iotest.HalfReader(bytes.NewReader(test.body))))
			if err != nil {
				t.Fatal(err)
			}
			got := o
			got.Pack, got.Offset, got.Stored, got.Length = "", 0, archive.Hash{}, 0
			if got.Salt = (archive.Salt{}); salts[o.Salt] || o.Salt == got.Salt {
				t.Errorf("salt %x: want one that no other body has", o.Salt)
			}
			salts[o.Salt] = true
			want := archive.Object{Peer: "acme", SHA256: archive.Sum(test.body), Size: int64(len(test.body)), Codec: test.codec}
			if got != want {
				t.Errorf("object:\n got %+v\nwant %+v", got, want)
			}
			if test.codec == archive.Raw && o.Length != o.Size || test.codec == archive.Zstd && o.Length >= o.Size {
				t.Errorf("%s: %d bytes stored of %d", o.Codec, o.Length, o.Size)
			}
			if got := get(t, a, o); !bytes.Equal(got, test.body) {
				t.Errorf("got %d other bytes than the %d put", len(got), len(test.body))
			}
			text, err := json.Marshal(o)
			var again archive.Object
			if err := errors.Join(err, json.Unmarshal(text, &again)); err != nil || again != o {
				t.Errorf("JSON: got %+v, %v; want %+v", again, err, o)
			}
		})
	}
}

func TestPutConcurrently(t *testing.T) {
	d := openDir(t, t.TempDir(), archive.DirOptions{PackSize: 1 << 20})
	defer closeDir(t, d)
	a := newArchive(d)
	var group sync.WaitGroup
	for w := range uint64(24) {
		group.Go(func() {
			for i := range uint64(10) {
				body := orders(5000+int(i*1000), w*100+i)
				if i == 5 {
					body = orders(archive.SmallBody+int(w), w)
				}
				o, err := a.Put(t.Context(), "acme", bytes.NewReader(body))
				if err != nil {
					t.Error(err)
					return
				}
				if !bytes.Equal(get(t, a, o), body) {
					t.Errorf("writer %d: body %d came back as another one", w, i)
				}
			}
		})
	}
	group.Wait()
}

// memory is what a bridge's table of Objects is to Known.
type memory struct {
	mu      sync.Mutex
	objects map[string]archive.Object
}

func (m *memory) known(_ context.Context, peer string, sum archive.Hash) (archive.Object, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	o, ok := m.objects[peer+"/"+sum.String()]
	return o, ok, nil
}

func (m *memory) store(objects ...archive.Object) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, o := range objects {
		m.objects[o.Peer+"/"+o.SHA256.String()] = o
	}
}

// count is how many blobs a folder has.
func count(t *testing.T, d *archive.Dir) int {
	t.Helper()
	n := 0
	for _, err := range d.Places(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		n++
	}
	return n
}

func TestKnown(t *testing.T) {
	d := openDir(t, t.TempDir(), archive.DirOptions{})
	defer closeDir(t, d)
	m := &memory{objects: make(map[string]archive.Object)}
	a := archive.New(d, archive.Options{Known: m.known, Clock: november})
	for _, body := range [][]byte{orders(9000, 1), orders(2<<20, 2)} {
		before := count(t, d)
		first := put(t, a, "acme", body)
		m.store(first)
		if got := put(t, a, "acme", body); got != first {
			t.Errorf("again:\n got %+v\nwant %+v", got, first)
		}
		if got := put(t, a, "zenith", body); got.Peer != "zenith" || got.Place() == first.Place() {
			t.Errorf("another peer's same bytes: got %+v, want its own", got)
		}
		if got, want := count(t, d), before+2; got != want {
			t.Errorf("got %d blobs, want %d", got, want)
		}
	}
	some, err := a.PutAll(t.Context(), "acme", orders(9000, 1), orders(9000, 7), orders(9000, 1), orders(9000, 7))
	if err != nil {
		t.Fatal(err)
	}
	if some[0] != some[2] || some[1] != some[3] || some[0] == some[1] {
		t.Errorf("equal bodies: got %+v", some)
	}
	if got, want := count(t, d), 5; got != want {
		t.Errorf("got %d blobs, want %d", got, want)
	}
}

func TestKnownFails(t *testing.T) {
	d := openDir(t, t.TempDir(), archive.DirOptions{})
	defer closeDir(t, d)
	broken := errors.New("no database")
	answers := map[string]func(context.Context, string, archive.Hash) (archive.Object, bool, error){
		"fails": func(context.Context, string, archive.Hash) (archive.Object, bool, error) {
			return archive.Object{}, false, broken
		},
		"answers another question": func(context.Context, string, archive.Hash) (archive.Object, bool, error) {
			return archive.Object{Peer: "zenith"}, true, nil
		},
	}
	for name, known := range answers {
		a := archive.New(d, archive.Options{Known: known})
		for _, size := range []int{5000, 2 << 20} {
			_, err := a.Put(t.Context(), "acme", bytes.NewReader(orders(size, 1)))
			if err == nil || name == "fails" && !errors.Is(err, broken) {
				t.Errorf("Known %s, %d bytes: got %v", name, size, err)
			}
		}
	}
	if got := count(t, d); got != 0 {
		t.Errorf("got %d blobs, want none", got)
	}
}

func TestPutAll(t *testing.T) {
	syncs := 0
	d := openDir(t, t.TempDir(), archive.DirOptions{Around: func(step archive.Step, _ string, act func() error) error {
		if step == archive.StepSync {
			syncs++
		}
		return act()
	}})
	defer closeDir(t, d)
	a := newArchive(d)
	tests := []struct {
		name   string
		bodies [][]byte
		syncs  int
	}{
		{"none", nil, 0},
		{"small", slices.Collect(bodies(500, 3000)), 1},
		{"over 8 MiB", slices.Collect(bodies(20, 900_000)), 2},
		{"one large between", [][]byte{noise(10, 1), noise(2<<20, 2), noise(11, 3), nil}, 3},
	}
	for _, test := range tests {
		syncs = 0
		objects, err := a.PutAll(t.Context(), "", test.bodies...)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := syncs, test.syncs; got != want {
			t.Errorf("%s: got %d syncs, want %d", test.name, got, want)
		}
		for i, o := range objects {
			if !bytes.Equal(get(t, a, o), test.bodies[i]) {
				t.Errorf("%s: body %d came back as another one", test.name, i)
			}
		}
		if got, want := len(objects), len(test.bodies); got != want {
			t.Errorf("%s: got %d objects, want %d", test.name, got, want)
		}
	}
}

// bodies are n different bodies of that size.
func bodies(n, size int) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		for i := range n {
			if !yield(noise(size, uint64(i))) {
				return
			}
		}
	}
}

func TestPutFails(t *testing.T) {
	path := t.TempDir()
	d := openDir(t, path, archive.DirOptions{})
	defer closeDir(t, d)
	a := newArchive(d)
	broken := errors.New("the line dropped")
	for _, size := range []int{0, 5000, 3 << 20} {
		body := io.MultiReader(bytes.NewReader(noise(size, 1)), iotest.ErrReader(broken))
		if o, err := a.Put(t.Context(), "acme", body); !errors.Is(err, broken) || o != (archive.Object{}) {
			t.Errorf("body that breaks after %d bytes: got %+v, %v; want no object, the body's error", size, o, err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		body = io.MultiReader(bytes.NewReader(noise(size, 1)), funcReader(func([]byte) (int, error) { cancel(); return 0, nil }))
		if o, err := a.Put(ctx, "acme", body); !errors.Is(err, context.Canceled) || o != (archive.Object{}) {
			t.Errorf("ended after %d bytes: got %+v, %v; want no object, context.Canceled", size, o, err)
		}
	}
	if got := count(t, d); got != 0 {
		t.Errorf("got %d blobs, want none", got)
	}
	left, err := os.ReadDir(filepath.Join(path, "spool"))
	if err != nil || len(left) != 0 {
		t.Errorf("spool: got %v, %v; want nothing left", left, err)
	}
}

type funcReader func(p []byte) (int, error)

func (f funcReader) Read(p []byte) (int, error) { return f(p) }

// TestGetDamage changes what is stored, or the Object, in one way each.
func TestGetDamage(t *testing.T) {
	body, large := orders(20_000, 1), orders(3<<20, 2)
	tests := []struct {
		name   string
		damage func(t *testing.T, path string, o *archive.Object)
		want   archive.Part
	}{
		{"pack gone", func(t *testing.T, path string, _ *archive.Object) { check(t, os.Remove(path)) }, archive.PartPack},
		{"pack cut", func(t *testing.T, path string, o *archive.Object) {
			check(t, os.Truncate(path, o.Offset+archive.FrameOverhead+o.Length-1))
		}, archive.PartFrame},
		{"length byte", func(t *testing.T, path string, o *archive.Object) { flip(t, path, o.Offset+7) }, archive.PartFrame},
		{"hash byte", func(t *testing.T, path string, o *archive.Object) { flip(t, path, o.Offset+20) }, archive.PartFrame},
		{"first byte", func(t *testing.T, path string, o *archive.Object) {
			flip(t, path, o.Offset+archive.FrameOverhead)
		}, archive.PartStored},
		{"middle byte", func(t *testing.T, path string, o *archive.Object) {
			flip(t, path, o.Offset+archive.FrameOverhead+o.Length/2)
		}, archive.PartStored},
		{"last byte", func(t *testing.T, path string, o *archive.Object) {
			flip(t, path, o.Offset+archive.FrameOverhead+o.Length-1)
		}, archive.PartStored},
		{"other pack", func(_ *testing.T, _ string, o *archive.Object) { o.Pack = "2026-11-0000000099" }, archive.PartPack},
		{"path for a pack", func(_ *testing.T, _ string, o *archive.Object) { o.Pack = "../../etc/passwd" }, archive.PartPack},
		{"other offset", func(_ *testing.T, _ string, o *archive.Object) { o.Offset = 1 << 40 }, archive.PartFrame},
		{"size less", func(_ *testing.T, _ string, o *archive.Object) { o.Size-- }, archive.PartSize},
		{"size more", func(_ *testing.T, _ string, o *archive.Object) { o.Size++ }, archive.PartSize},
		{"size negative", func(_ *testing.T, _ string, o *archive.Object) { o.Size = -1 }, archive.PartSize},
		{"other hash", func(_ *testing.T, _ string, o *archive.Object) { o.SHA256[0]++ }, archive.PartSHA256},
		{"other codec", func(_ *testing.T, _ string, o *archive.Object) { o.Codec, o.Size = archive.Raw, o.Length }, archive.PartSHA256},
		{"unknown codec", func(_ *testing.T, _ string, o *archive.Object) { o.Codec = "lz4" }, archive.PartCodec},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			for _, body := range [][]byte{body, large} {
				path := t.TempDir()
				d := openDir(t, path, archive.DirOptions{})
				a := newArchive(d)
				other := put(t, a, "acme", noise(900, 1))
				o := put(t, a, "acme", body)
				test.damage(t, filepath.Join(path, "pack", o.Pack+".pack"), &o)
				got, err := read(t.Context(), a, o)
				var damage *archive.DamageError
				if !errors.As(err, &damage) {
					t.Fatalf("got %v, want a *DamageError", err)
				}
				if damage.Part != test.want || damage.Pack != o.Pack || damage.Offset != o.Offset {
					t.Errorf("got %v\nwant part %s of pack %s, offset %d", damage, test.want, o.Pack, o.Offset)
				}
				if int64(len(got)) > max(o.Size, 0) {
					t.Errorf("gave %d bytes of a body of %d", len(got), o.Size)
				}
				if other.Pack != o.Pack {
					get(t, a, other)
				}
				closeDir(t, d)
			}
		})
	}
}

// flip changes one bit of a file.
func flip(t *testing.T, path string, off int64) {
	t.Helper()
	check(t, os.Chmod(path, 0o600))
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	check(t, err)
	defer f.Close()
	var b [1]byte
	_, err = f.ReadAt(b[:], off)
	check(t, err)
	b[0] ^= 1
	_, err = f.WriteAt(b[:], off)
	check(t, err)
}

// check ends a test on an error of its own doing.
func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestDecodeDamage keeps bytes that are no zstd frame under a true hash.
func TestDecodeDamage(t *testing.T) {
	d := openDir(t, t.TempDir(), archive.DirOptions{})
	defer closeDir(t, d)
	for _, stored := range [][]byte{nil, noise(100, 1), {0x28, 0xb5, 0x2f, 0xfd}} {
		places, err := d.Append(t.Context(), november(), stored)
		check(t, err)
		p := places[0]
		o := archive.Object{Size: 5, SHA256: archive.Sum([]byte("12345")), Codec: archive.Zstd, Pack: p.Pack, Offset: p.Offset, Length: p.Length, Stored: p.Sum}
		_, err = read(t.Context(), newArchive(d), o)
		var damage *archive.DamageError
		if !errors.As(err, &damage) || damage.Part != archive.PartCodec && damage.Part != archive.PartSize {
			t.Errorf("%d bytes: got %v, want damage of the codec", len(stored), err)
		}
	}
}

// TestStoredDamageBesideBody changes a stored byte that the decoder passes over:
// the body is the same, and yet not what was kept.
func TestStoredDamageBesideBody(t *testing.T) {
	path := t.TempDir()
	d := openDir(t, path, archive.DirOptions{})
	defer closeDir(t, d)
	a := newArchive(d)
	o := put(t, a, "acme", orders(5000, 1))
	r, err := d.Open(t.Context(), o.Place())
	check(t, err)
	frame, err := io.ReadAll(r)
	check(t, errors.Join(err, r.Close()))
	skipped := "\x50\x2a\x4d\x18\x04\x00\x00\x00abcd" // a skippable frame, RFC 8878 section 3.1.2
	places, err := d.Append(t.Context(), november(), append(frame, skipped...))
	check(t, err)
	p := places[0]
	o.Pack, o.Offset, o.Length, o.Stored = p.Pack, p.Offset, p.Length, p.Sum
	if got := get(t, a, o); !bytes.Equal(got, orders(5000, 1)) {
		t.Fatal("a skippable frame changes the body")
	}
	flip(t, filepath.Join(path, "pack", p.Pack+".pack"), p.Offset+archive.FrameOverhead+p.Length-1)
	_, err = read(t.Context(), a, o)
	var damage *archive.DamageError
	if !errors.As(err, &damage) || damage.Part != archive.PartStored {
		t.Errorf("got %v, want damage of the stored bytes", err)
	}
}

func TestGetEnds(t *testing.T) {
	d := openDir(t, t.TempDir(), archive.DirOptions{})
	defer closeDir(t, d)
	a := newArchive(d)
	o := put(t, a, "acme", orders(100_000, 1))
	ctx, cancel := context.WithCancel(t.Context())
	r, err := a.Get(ctx, o)
	check(t, err)
	_, err = r.Read(make([]byte, 100))
	check(t, err)
	cancel()
	if _, err := r.Read(make([]byte, 100)); !errors.Is(err, context.Canceled) {
		t.Errorf("after the end: got %v, want context.Canceled", err)
	}
	check(t, r.Close())
	if _, err := r.Read(make([]byte, 100)); err == nil {
		t.Error("a closed body can be read")
	}
	if _, err := a.Get(ctx, o); !errors.Is(err, context.Canceled) {
		t.Errorf("Get after the end: got %v, want context.Canceled", err)
	}
}

func TestCheck(t *testing.T) {
	path := t.TempDir()
	d := openDir(t, path, archive.DirOptions{})
	defer closeDir(t, d)
	a := newArchive(d)
	var objects []archive.Object
	var size int64
	for i := range uint64(150) {
		objects = append(objects, put(t, a, "acme", orders(2000, i)))
	}
	for i, o := range objects {
		if i%2 == 0 && i < 240 {
			flip(t, filepath.Join(path, "pack", o.Pack+".pack"), o.Offset+archive.FrameOverhead)
		} else {
			size += o.Size
		}
	}
	all := func(yield func(archive.Object, error) bool) {
		for _, o := range objects {
			if !yield(o, nil) {
				return
			}
		}
	}
	got, err := a.Check(t.Context(), all)
	check(t, err)
	if got.Objects != 150 || got.Damaged != 75 || len(got.Damage) != 75 || got.Bytes != size {
		t.Errorf("got %d objects, %d damaged, %d told, %d sound bytes; want 150, 75, 75, %d", got.Objects, got.Damaged, len(got.Damage), got.Bytes, size)
	}
	twice := func(yield func(archive.Object, error) bool) { all(yield); all(yield) }
	if got, err = a.Check(t.Context(), twice); err != nil || got.Damaged != 150 || len(got.Damage) != 100 {
		t.Errorf("got %d damaged, %d told, %v; want 150, 100, nil", got.Damaged, len(got.Damage), err)
	}
	broken := errors.New("no database")
	if _, err := a.Check(t.Context(), func(yield func(archive.Object, error) bool) { yield(archive.Object{}, broken) }); !errors.Is(err, broken) {
		t.Errorf("got %v, want the error of objects", err)
	}
}

// TestDiskFull lets the disk fill up in the middle of a write.
func TestDiskFull(t *testing.T) {
	path := t.TempDir()
	full := false
	d := openDir(t, path, archive.DirOptions{Around: func(step archive.Step, name string, act func() error) error {
		if !full || step != archive.StepWrite {
			return act()
		}
		f, err := os.OpenFile(filepath.Join(path, name), os.O_WRONLY|os.O_APPEND, 0)
		check(t, err)
		_, err = f.Write(noise(700, 9)) // what fitted
		return errors.Join(err, f.Close(), syscall.ENOSPC)
	}})
	a := newArchive(d)
	var kept []archive.Object
	for i := range uint64(5) {
		kept = append(kept, put(t, a, "acme", orders(9000, i)))
		full = true
		for _, size := range []int{9000, 2 << 20} {
			if o, err := a.Put(t.Context(), "acme", bytes.NewReader(orders(size, 99))); !errors.Is(err, syscall.ENOSPC) {
				t.Errorf("full disk: got %+v, %v; want ENOSPC", o, err)
			}
		}
		full = false
		for _, o := range kept {
			get(t, a, o)
		}
	}
	closeDir(t, d)
	d = openDir(t, path, archive.DirOptions{})
	defer closeDir(t, d)
	if got, want := count(t, d), len(kept); got != want {
		t.Errorf("got %d blobs, want %d", got, want)
	}
	if got := d.Recovered(); got != (archive.Recovery{}) {
		t.Errorf("recovered %+v, want nothing: what did not fit was cut off at once", got)
	}
}

// TestMemory puts and gets a body much larger than memory may grow.
func TestMemory(t *testing.T) {
	const bound = 32 << 20
	size := int64(300_000_000)
	if testing.Short() {
		size = 60_000_000
	}
	d := openDir(t, t.TempDir(), archive.DirOptions{})
	defer closeDir(t, d)
	a := newArchive(d)
	for name, block := range map[string][]byte{"orders": orders(1<<20, 1), "noise": noise(1<<20, 1)} {
		t.Run(name, func(t *testing.T) {
			runtime.GC()
			var before runtime.MemStats
			runtime.ReadMemStats(&before)
			peak := before.HeapInuse
			body := &endless{block: block, left: size, each: func() {
				var now runtime.MemStats
				runtime.ReadMemStats(&now)
				peak = max(peak, now.HeapInuse)
			}}
			o, err := a.Put(t.Context(), "acme", body)
			check(t, err)
			if o.Size != size {
				t.Errorf("got %d bytes, want %d", o.Size, size)
			}
			r, err := a.Get(t.Context(), o)
			check(t, err)
			if n, err := io.Copy(writerFunc(body.saw), r); n != size || err != nil {
				t.Errorf("got %d bytes back, %v; want %d", n, err, size)
			}
			check(t, r.Close())
			grown := int64(peak) - int64(before.HeapInuse)
			t.Logf("%d bytes, %d stored: heap grew by %.1f MiB", o.Size, o.Length, float64(grown)/(1<<20))
			if grown > bound {
				t.Errorf("heap grew by %d bytes, want at most %d", grown, int64(bound))
			}
		})
	}
}

// endless gives block after block, each with a number of its own.
type endless struct {
	block      []byte
	left, seen int64
	each       func() // now and then
}

func (e *endless) Read(p []byte) (int, error) {
	if e.left == 0 {
		return 0, io.EOF
	}
	n := copy(p[:min(int64(len(p)), e.left)], e.block[e.seen%int64(len(e.block)):])
	if n >= 16 {
		copy(p, fmt.Sprintf("%016d", e.left))
	}
	e.left -= int64(n)
	_, err := e.saw(p[:n])
	return n, err
}

func (e *endless) saw(p []byte) (int, error) {
	if e.seen>>24 != (e.seen+int64(len(p)))>>24 {
		e.each()
	}
	e.seen += int64(len(p))
	return len(p), nil
}

type writerFunc func(p []byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }
