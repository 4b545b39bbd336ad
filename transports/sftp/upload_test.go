package sftp

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/edibridge/edibridge/transports"
)

func TestUploadPlaces(t *testing.T) {
	h := start(t)
	c := h.login(t, "acme")
	for _, path := range []string{"a.edi", "/b.edi", "in/c.edi", "/in/d.edi", "/in/../in/./e.edi", "../../../f.edi"} {
		if err := c.put(path, fresh, []byte("x")); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
	var names []string
	for _, a := range h.handler.Arrivals() {
		names = append(names, a.Header["path"])
	}
	want := []string{"/a.edi", "/b.edi", "/in/c.edi", "/in/d.edi", "/in/e.edi", "/f.edi"}
	if !slices.Equal(names, want) {
		t.Errorf("paths\ngot  %q\nwant %q", names, want)
	}
	long := strings.Repeat("n", 256)
	for path, code := range map[string]uint32{
		"/out/x.edi": 3, "/elsewhere/x.edi": 2, "/in/sub/x.edi": 2, "/etc/passwd": 2, "/in": 4, "/": 4, "/out": 3,
		"/in/" + long: 3, "/in/a\x00b": 3,
	} {
		wantStatus(t, path, c.put(path, fresh, []byte("x")), code, "")
	}
	if n := len(h.handler.Arrivals()); n != len(want) {
		t.Errorf("%d deliveries\nwant %d", n, len(want))
	}
}

func TestUploadFacts(t *testing.T) {
	h := start(t)
	c := h.login(t, "acme", version("SSH-2.0-TestClient_1"))
	odd := "po \xff\xfe\x1b[31m;`rm`.edi"
	if err := c.put("/in/"+odd, fresh, []byte("ISA")); err != nil {
		t.Fatal(err)
	}
	d := h.handler.Arrivals()[0]
	if d.Name != odd || d.Peer != "acme" || d.Endpoint != endpoint || d.Size != 3 || d.Key != "" {
		t.Errorf("delivery is %+v", d.Delivery)
	}
	if d.Header["client"] != "SSH-2.0-TestClient_1" || !strings.HasPrefix(d.Header["login"], "publickey SHA256:") {
		t.Errorf("facts are %v", d.Header)
	}
	if !strings.Contains(h.log.String(), "transmission="+d.ID) {
		t.Errorf("the log does not name the transmission %s:\n%s", d.ID, h.log)
	}
	if strings.Contains(h.log.String(), "\x1b") {
		t.Error("the log has a raw control character of a name")
	}
}

// TestUploadScattered is behaviour "out-of-order, overlapping or holey writes: exact
// bytes or refusal".
func TestUploadScattered(t *testing.T) {
	h := start(t)
	c := h.login(t, "acme")
	body := noise(300_000)
	type piece struct{ from, to int }
	var pieces []piece
	for from := 0; from < len(body); from += 7001 {
		pieces = append(pieces, piece{from, min(from+7001, len(body))})
	}
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(pieces), func(i, j int) { pieces[i], pieces[j] = pieces[j], pieces[i] })
	send := func(name string, pieces []piece) (writing, closing error) {
		f, err := c.OpenFile(name, fresh)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range pieces {
			if _, err := f.WriteAt(body[p.from:p.to], int64(p.from)); err != nil && writing == nil {
				writing = err
			}
		}
		return writing, f.Close()
	}
	if w, err := send("/in/shuffled.edi", pieces); w != nil || err != nil {
		t.Errorf("shuffled: %v, %v", w, err)
	} else if got := h.handler.Arrivals()[0].Bytes; !bytes.Equal(got, body) {
		t.Error("shuffled: other bytes than sent")
	}
	w, err := send("/in/hole.edi", pieces[1:])
	if w != nil {
		t.Errorf("hole: a WRITE failed: %v", w)
	}
	wantStatus(t, "hole", err, 4, "missing")
	w, err = send("/in/late.edi", []piece{{100, 200}})
	if w != nil {
		t.Errorf("no start: a WRITE failed: %v", w)
	}
	wantStatus(t, "no start", err, 4, "missing")
	w, err = send("/in/twice.edi", append(slices.Clone(pieces), pieces[3]))
	wantStatus(t, "overlap, WRITE", w, 4, "twice")
	wantStatus(t, "overlap, CLOSE", err, 4, "twice")
	var dust []piece
	for i := range maxRuns + 1 {
		dust = append(dust, piece{2 * i, 2*i + 1})
	}
	w, err = send("/in/dust.edi", dust)
	wantStatus(t, "dust, WRITE", w, 4, "scattered")
	wantStatus(t, "dust, CLOSE", err, 4, "scattered")
	for _, name := range []string{"hole", "late", "twice", "dust"} {
		_, err := c.Stat("/in/" + name + ".edi")
		wantStatus(t, "STAT "+name, err, 2, "")
	}
	if n := h.handler.Calls(); n != 1 {
		t.Errorf("Accept was called %d times\nwant once", n)
	}
	if files := h.files(t); len(files) != 0 {
		t.Errorf("left in the spool: %q", files)
	}
}

func TestUploadSizeLimits(t *testing.T) {
	h := start(t, func(c *Config) { c.MaxFile, c.MaxSpool = 100_000, 150_000 })
	c := h.login(t, "acme")
	if err := c.put("/in/fits.edi", fresh, noise(100_000)); err != nil {
		t.Errorf("the largest file: %v", err)
	}
	wantStatus(t, "too large", c.put("/in/large.edi", fresh, noise(100_001)), 4, "larger")
	for _, off := range []int64{1 << 40, -1, -1 << 63, 1<<63 - 1} {
		f, err := c.OpenFile("/in/sparse.edi", fresh)
		if err != nil {
			t.Fatal(err)
		}
		_, err = f.WriteAt([]byte("x"), off)
		if err == nil { // the client itself refuses negative offsets
			t.Errorf("a WRITE at %d went well", off)
		}
		f.Close()
	}
	f, err := c.OpenFile("/in/first.edi", fresh)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write(noise(90_000)); err != nil {
		t.Fatal(err)
	}
	wantStatus(t, "spool full", c.put("/in/second.edi", fresh, noise(90_000)), 4, "no room")
	if err := f.Close(); err != nil {
		t.Errorf("the first file: %v", err)
	}
	if used := h.spool.used.Load(); used != 0 {
		t.Errorf("%d bytes of the spool are still counted", used)
	}
	stat, err := c.StatVFS("/in")
	if err != nil || stat.FreeSpace() != 150_000/4096*4096 {
		t.Errorf("statvfs: %+v, %v", stat, err)
	}
}

// TestFlags is what the OPEN flags of the clients' "resume" and "append" do to a name
// that was accepted before: behaviours 8 and 13.
func TestFlags(t *testing.T) {
	const w, creat, app = os.O_WRONLY, os.O_CREATE, os.O_APPEND
	for _, c := range []struct {
		what  string
		flags int
		body  string
		code  uint32 // 0: OK
		want  []string
	}{
		{"0x1a, a new file", w | creat | os.O_TRUNC, "new", 0, []string{"a=old and longer", "a=new"}},
		{"0x0a, scp over a longer file", w | creat, "new", 0, []string{"a=old and longer", "a=new"}},
		{"0x0a, lftp, nothing written", w | creat, "", 0, []string{"a=old and longer"}},
		{"0x1a, an empty file", w | creat | os.O_TRUNC, "", 0, []string{"a=old and longer", "a="}},
		{"0x0e, sftp put -a, curl -a", w | creat | app, "new", 3, []string{"a=old and longer"}},
		{"0x06, curl -C -", w | app, "new", 3, []string{"a=old and longer"}},
		{"0x02, psftp reput", w, "new", 3, []string{"a=old and longer"}},
	} {
		t.Run(c.what, func(t *testing.T) {
			h := start(t)
			cl := h.login(t, "acme")
			if err := cl.put("/in/a", fresh, []byte("old and longer")); err != nil {
				t.Fatal(err)
			}
			err := cl.put("/in/a", c.flags, []byte(c.body))
			if c.code == 0 && err != nil {
				t.Errorf("got %v", err)
			}
			if c.code != 0 {
				wantStatus(t, "OPEN", err, c.code, "")
			}
			if got := h.bodies(); !slices.Equal(got, c.want) {
				t.Errorf("deliveries\ngot  %q\nwant %q", got, c.want)
			}
		})
	}
	h := start(t)
	cl := h.login(t, "acme")
	wantStatus(t, "WRITE without CREAT on nothing", cl.put("/in/none", w, []byte("x")), 2, "")
	wantStatus(t, "APPEND without CREAT on nothing", cl.put("/in/none", w|app, []byte("x")), 2, "")
	if err := cl.put("/in/none", w|creat|app, []byte("x")); err != nil {
		t.Errorf("APPEND with CREAT on nothing: %v", err)
	}
	if err := cl.put("/in/none2", w|creat, nil); err != nil {
		t.Errorf("touch: %v", err)
	}
	if got, want := h.bodies(), []string{"none=x", "none2="}; !slices.Equal(got, want) {
		t.Errorf("deliveries\ngot  %q\nwant %q", got, want)
	}
}

// TestSetSize is FSETSTAT with a size on the open handle: scp and lftp cut a file so.
func TestSetSize(t *testing.T) {
	for _, c := range []struct {
		what   string
		flags  int
		before []int64 // sizes set before the bytes
		body   string
		after  []int64
		want   []string // deliveries beside the first
		ok     bool
	}{
		{"the size sent", fresh, nil, "new", []int64{3}, []string{"a=new"}, true},
		{"announced", fresh, []int64{3}, "new", nil, []string{"a=new"}, true},
		{"truncated, then written", os.O_WRONLY | os.O_CREATE, []int64{0}, "new", nil, []string{"a=new"}, true},
		{"more", fresh, nil, "new", []int64{4}, nil, false},
		{"less", fresh, nil, "new", []int64{2}, nil, false},
		{"emptied afterwards", fresh, nil, "new", []int64{0}, nil, false},
		{"scp of an empty file", os.O_WRONLY | os.O_CREATE, []int64{0}, "", nil, []string{"a="}, true},
		{"lftp again after a lost answer", os.O_WRONLY | os.O_CREATE, []int64{14}, "", nil, nil, true},
		{"nothing written, another size", os.O_WRONLY | os.O_CREATE, []int64{7}, "", nil, nil, false},
	} {
		t.Run(c.what, func(t *testing.T) {
			h := start(t)
			cl := h.login(t, "acme")
			if err := cl.put("/in/a", fresh, []byte("old and longer")); err != nil {
				t.Fatal(err)
			}
			f, err := cl.OpenFile("/in/a", c.flags)
			if err != nil {
				t.Fatal(err)
			}
			set := func(sizes []int64) {
				for _, size := range sizes {
					if err := f.Truncate(size); err != nil {
						t.Errorf("FSETSTAT: %v", err)
					}
				}
			}
			set(c.before)
			if _, err := f.Write([]byte(c.body)); err != nil {
				t.Fatal(err)
			}
			set(c.after)
			if err := f.Close(); (err == nil) != c.ok {
				t.Errorf("CLOSE: %v\nwant OK: %v", err, c.ok)
			}
			if got, want := h.bodies()[1:], c.want; !slices.Equal(got, want) {
				t.Errorf("deliveries\ngot  %q\nwant %q", got, want)
			}
		})
	}
}

// TestAfterAccept is behaviour 6: the name answers with the received size.
func TestAfterAccept(t *testing.T) {
	h := start(t)
	c := h.login(t, "acme")
	if err := c.put("/in/po.edi", fresh, noise(12_345)); err != nil {
		t.Fatal(err)
	}
	other := h.login(t, "acme") // another session of the same user sees it too
	for _, cl := range []*client{c, other} {
		info, err := cl.Stat("/in/po.edi")
		if err != nil || info.Size() != 12_345 || info.IsDir() {
			t.Fatalf("STAT: %v, %v\nwant 12345 bytes", info, err)
		}
	}
	stamp := time.Unix(1_700_000_000, 0)
	for what, err := range map[string]error{
		"chmod": c.Chmod("/in/po.edi", 0o600), "chown": c.Chown("/in/po.edi", 1, 2),
		"utime": c.Chtimes("/in/po.edi", stamp, stamp), "truncate to its size": c.Truncate("/in/po.edi", 12_345),
		"chmod of a folder": c.Chmod("/in", 0o700),
	} {
		if err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	if info, err := c.Lstat("/in/po.edi"); err != nil || !info.ModTime().Equal(stamp) {
		t.Errorf("LSTAT after utime: %v, %v\nwant %v", info, err, stamp)
	}
	wantStatus(t, "truncate to less", c.Truncate("/in/po.edi", 1), 3, "")
	wantStatus(t, "chmod of nothing", c.Chmod("/in/none", 0o600), 2, "")
	_, err := c.Open("/in/po.edi")
	wantStatus(t, "reading back", err, 3, "")
	list, err := c.ReadDir("/in")
	if err != nil || len(list) != 1 || list[0].Name() != "po.edi" {
		t.Errorf("listing is %v, %v", list, err)
	}
	stranger := h.login(t, "globex")
	_, err = stranger.Stat("/in/po.edi")
	wantStatus(t, "STAT by another user", err, 2, "")

	if err := c.Rename("/in/po.edi", "/in/po.edi.done"); err != nil {
		t.Errorf("rename of an accepted file: %v", err)
	}
	if info, err := c.Stat("/in/po.edi.done"); err != nil || info.Size() != 12_345 {
		t.Errorf("STAT under the new name: %v, %v", info, err)
	}
	if err := c.Remove("/in/po.edi.done"); err != nil {
		t.Errorf("rm of an accepted file: %v", err)
	}
	_, err = c.Stat("/in/po.edi.done")
	wantStatus(t, "STAT after rm", err, 2, "")
	wantStatus(t, "rm again", c.Remove("/in/po.edi.done"), 2, "")
	if n := len(h.handler.Arrivals()); n != 1 {
		t.Errorf("%d deliveries\nwant 1", n)
	}
}

func TestStatOfOpenUpload(t *testing.T) {
	h := start(t)
	c := h.login(t, "acme")
	f, err := c.OpenFile("/in/a", fresh)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write(noise(1000)); err != nil {
		t.Fatal(err)
	}
	if info, err := f.Stat(); err != nil || info.Size() != 1000 {
		t.Errorf("FSTAT: %v, %v\nwant 1000 bytes", info, err)
	}
	if err := f.Chmod(0o644); err != nil {
		t.Errorf("FSETSTAT: %v", err)
	}
	wantStatus(t, "rm of an open file", c.Remove("/in/a"), 4, "open")
	wantStatus(t, "rename of an open file", c.Rename("/in/a", "/in/b"), 4, "open")
	other := h.login(t, "acme")
	_, err = other.Stat("/in/a")
	wantStatus(t, "STAT in another session", err, 2, "")
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestSlowAcceptHoldsNobodyElse is behaviour 14.
func TestSlowAcceptHoldsNobodyElse(t *testing.T) {
	h := start(t)
	entered, leave := make(chan struct{}), make(chan struct{})
	h.handler.Hook(func(_ context.Context, d *transports.Delivery) error {
		if d.Name == "slow" {
			close(entered)
			<-leave
		}
		return nil
	})
	slow, other := h.login(t, "acme"), h.login(t, "acme")
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := slow.put("/in/slow", fresh, []byte("x")); err != nil {
			t.Errorf("slow: %v", err)
		}
	})
	<-entered
	if err := other.put("/in/quick", fresh, []byte("x")); err != nil {
		t.Errorf("another session of the same user: %v", err)
	}
	if n := len(h.handler.Arrivals()); n != 1 {
		t.Errorf("%d deliveries while one waits\nwant 1", n)
	}
	close(leave)
	wg.Wait()
}

func TestAcceptTimeout(t *testing.T) {
	h := start(t, func(c *Config) { c.AcceptTimeout = 20 * time.Millisecond })
	h.handler.Hook(func(ctx context.Context, _ *transports.Delivery) error {
		<-ctx.Done()
		return ctx.Err()
	})
	c := h.login(t, "acme")
	wantStatus(t, "CLOSE", c.put("/in/a", fresh, []byte("x")), 4, "could not be stored")
}

// TestSameNameAtOnce is behaviour 8.
func TestSameNameAtOnce(t *testing.T) {
	h := start(t)
	a, b := h.login(t, "acme"), h.login(t, "acme")
	fa, err := a.OpenFile("/in/same", fresh)
	if err != nil {
		t.Fatal(err)
	}
	fb, err := b.OpenFile("/in/same", fresh)
	if err != nil {
		t.Fatal(err)
	}
	fa2, err := a.OpenFile("/in/same", fresh) // and twice in one session
	if err != nil {
		t.Fatal(err)
	}
	for i := range 10 {
		for n, f := range []interface{ Write([]byte) (int, error) }{fa, fb, fa2} {
			if _, err := fmt.Fprintf(f, "%d.%d;", n, i); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, f := range []interface{ Close() error }{fb, fa, fa2} {
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
	var want []string
	for _, n := range []int{1, 0, 2} {
		body := "same="
		for i := range 10 {
			body += fmt.Sprintf("%d.%d;", n, i)
		}
		want = append(want, body)
	}
	if got := h.bodies(); !slices.Equal(got, want) {
		t.Errorf("deliveries in the order of CLOSE\ngot  %q\nwant %q", got, want)
	}
}

// TestVanish is behaviour 4: at no byte, in the middle, after the last WRITE; by the
// connection and by the channel.
func TestVanish(t *testing.T) {
	for _, size := range []int{0, 100, 1 << 20} {
		for _, channelOnly := range []bool{false, true} {
			h := start(t)
			c := h.login(t, "acme")
			f, err := c.OpenFile("/in/a", fresh)
			if err != nil {
				t.Fatal(err)
			}
			if size > 0 {
				if _, err := f.ReadFrom(bytes.NewReader(noise(size))); err != nil {
					t.Fatal(err)
				}
			}
			if channelOnly {
				c.Client.Close()
			} else {
				c.vanish()
			}
			eventually(t, "the log line", func() bool { return strings.Contains(h.log.String(), "upload broken off") })
			eventually(t, "an empty spool", func() bool { return len(h.files(t)) == 0 })
			if n := h.handler.Calls(); n != 0 {
				t.Errorf("size %d: Accept was called %d times", size, n)
			}
			if _, err := h.login(t, "acme").Stat("/in/a"); !os.IsNotExist(err) {
				t.Errorf("size %d: STAT afterwards: %v", size, err)
			}
		}
	}
}

func TestHandleLimit(t *testing.T) {
	h := start(t, func(c *Config) { c.MaxHandles = 5 })
	c := h.login(t, "acme")
	for i := range 5 {
		if _, err := c.OpenFile(fmt.Sprintf("/in/%d", i), fresh); err != nil {
			t.Fatal(err)
		}
	}
	_, err := c.OpenFile("/in/6", fresh)
	wantStatus(t, "OPEN beyond the limit", err, 4, "too many open files")
	_, err = c.ReadDir("/in")
	wantStatus(t, "OPENDIR beyond the limit", err, 4, "too many open files")
	if _, err := c.Stat("/in"); err != nil {
		t.Errorf("STAT needs no handle: %v", err)
	}
}

func TestCommandsThatAreRefused(t *testing.T) {
	h := start(t)
	c := h.login(t, "acme")
	wantStatus(t, "symlink", c.Symlink("/etc/passwd", "/in/link"), 3, "")
	wantStatus(t, "link", c.Link("/etc/passwd", "/in/link"), 3, "")
	_, err := c.ReadLink("/in")
	wantStatus(t, "readlink", err, 4, "links")
	wantStatus(t, "mkdir", c.Mkdir("/in/sub"), 3, "")
	wantStatus(t, "rmdir", c.RemoveDirectory("/in"), 3, "")
	wantStatus(t, "rename of nothing", c.Rename("/in/none", "/in/b"), 2, "")
	wantStatus(t, "rename of a folder", c.Rename("/in", "/in2"), 4, "folder")
	wantStatus(t, "open of a folder", func() error { _, err := c.Open("/in"); return err }(), 4, "folder")
	for _, folder := range []string{"/", "/in", "/out"} {
		if err := c.Mkdir(folder); err != nil {
			t.Errorf("mkdir %s, which is there: %v", folder, err)
		}
	}
	for path, want := range map[string]string{".": "/", "in/../in/x": "/in/x", "/../..": "/", "/nowhere/y": "/nowhere/y"} {
		if got, err := c.RealPath(path); err != nil || got != want {
			t.Errorf("realpath %s\ngot  %q, %v\nwant %q", path, got, err, want)
		}
	}
	list, err := c.ReadDir("/")
	if err != nil || len(list) != 2 || list[0].Name() != "in" || list[1].Name() != "out" || !list[0].IsDir() {
		t.Errorf("listing of / is %v, %v", list, err)
	}
}

func TestSpoolIsCleanedAtStart(t *testing.T) {
	dir := t.TempDir()
	id := transports.NewID(time.Now())
	for _, name := range []string{id + ".part", id + ".body", id + ".json.new", "notes.txt", "short.part"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	other := transports.NewID(time.Now())
	if err := os.WriteFile(filepath.Join(dir, other+".json"), []byte(`{"peer":"acme"`), 0o600); err != nil {
		t.Fatal(err)
	}
	h := start(t, func(c *Config) { c.Spool = dir })
	if got, want := h.files(t), []string{"notes.txt", "short.part"}; !slices.Equal(got, want) {
		t.Errorf("files\ngot  %q\nwant %q: only what is the server's own goes", got, want)
	}
}

func TestChannelLimit(t *testing.T) {
	h := start(t)
	c := h.login(t, "acme")
	var open []ssh.Channel
	for {
		channel, requests, err := c.ssh.OpenChannel("session", nil)
		if err != nil {
			break
		}
		go ssh.DiscardRequests(requests)
		open = append(open, channel)
		if len(open) > maxChannels {
			t.Fatalf("%d channels were opened", len(open))
		}
	}
	if len(open) != maxChannels-1 { // one is the client's own
		t.Errorf("%d channels\nwant %d", len(open)+1, maxChannels)
	}
	if _, _, err := c.ssh.OpenChannel("direct-tcpip", nil); err == nil {
		t.Error("a port was forwarded")
	}
	if ok, _ := open[0].SendRequest("exec", true, ssh.Marshal(struct{ Command string }{"id"})); ok {
		t.Error("a command was executed")
	}
	if ok, _ := open[0].SendRequest("shell", true, nil); ok {
		t.Error("a shell was started")
	}
}
