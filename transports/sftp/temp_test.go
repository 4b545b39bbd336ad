package sftp

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/edibridge/edibridge/transports"
)

// TestRenameDelivers is behaviour 7, with each way to rename.
func TestRenameDelivers(t *testing.T) {
	for _, posix := range []bool{false, true} {
		for _, temp := range []string{"/in/po.edi.filepart", "/in/.po.edi", "/po.xfer", "/in/~po"} {
			h := start(t)
			c := h.login(t, "acme")
			if err := c.put(temp, fresh, []byte("ISA*1~")); err != nil {
				t.Fatal(err)
			}
			if n := h.handler.Calls(); n != 0 {
				t.Fatalf("Accept was called for the temporary name")
			}
			if info, err := c.Stat(temp); err != nil || info.Size() != 6 {
				t.Errorf("STAT of the temporary name: %v, %v", info, err)
			}
			rename := c.Rename
			if posix {
				rename = c.PosixRename
			}
			if err := rename(temp, "/in/po.edi"); err != nil {
				t.Fatal(err)
			}
			arrivals := h.handler.Arrivals()
			if len(arrivals) != 1 || arrivals[0].Name != "po.edi" || string(arrivals[0].Bytes) != "ISA*1~" {
				t.Fatalf("deliveries are %q", h.bodies())
			}
			if got := arrivals[0].Header["uploaded-as"]; got != temp {
				t.Errorf("uploaded-as\ngot  %q\nwant %q", got, temp)
			}
			if info, err := c.Stat("/in/po.edi"); err != nil || info.Size() != 6 {
				t.Errorf("STAT of the final name: %v, %v", info, err)
			}
			if _, err := c.Stat(temp); !os.IsNotExist(err) {
				t.Errorf("STAT of the temporary name after the rename: %v", err)
			}
			if files := h.files(t); len(files) != 0 {
				t.Errorf("left in the spool: %q", files)
			}
		}
	}
}

func TestRenameTargets(t *testing.T) {
	h := start(t)
	c := h.login(t, "acme")
	put := func(name, body string) {
		t.Helper()
		if err := c.put(name, fresh, []byte(body)); err != nil {
			t.Fatal(err)
		}
	}
	put("/in/a", "first")
	put("/in/a.tmp", "second")
	put("/in/b.tmp", "third")
	wantStatus(t, "plain rename onto an unfinished upload", c.Rename("/in/a.tmp", "/in/b.tmp"), 4, "there")
	if err := c.Rename("/in/a.tmp", "/in/a"); err != nil {
		t.Errorf("plain rename onto an accepted name: %v", err)
	}
	if err := c.Rename("/in/b.tmp", "/in/c.tmp"); err != nil {
		t.Errorf("rename to another temporary name: %v", err)
	}
	put("/in/d.tmp", "fourth")
	if err := c.PosixRename("/in/d.tmp", "/in/c.tmp"); err != nil {
		t.Errorf("posix-rename onto an unfinished upload: %v", err)
	}
	wantStatus(t, "posix-rename of nothing onto it", c.PosixRename("/in/none.tmp", "/in/c.tmp"), 2, "")
	wantStatus(t, "rename into out", c.Rename("/in/c.tmp", "/out/c"), 3, "")
	wantStatus(t, "rename into nowhere", c.Rename("/in/c.tmp", "/x/c"), 2, "")
	wantStatus(t, "rename onto a folder", c.Rename("/in/c.tmp", "/in"), 4, "folder")
	if err := c.Rename("/in/c.tmp", "/c"); err != nil {
		t.Errorf("rename to the other folder: %v", err)
	}
	want := []string{"a=first", "a=second", "c=fourth"}
	if got := h.bodies(); !slices.Equal(got, want) {
		t.Errorf("deliveries\ngot  %q\nwant %q", got, want)
	}
	if files := h.files(t); len(files) != 0 {
		t.Errorf("left in the spool: %q", files)
	}
}

func TestRenameRefused(t *testing.T) {
	h := start(t)
	c := h.login(t, "acme", version("SSH-2.0-libssh2_1.10.0"))
	if err := c.put("/in/a.tmp", fresh, []byte("x")); err != nil {
		t.Fatal(err)
	}
	h.handler.Refuse(transports.ErrBusy)
	wantStatus(t, "rename", c.Rename("/in/a.tmp", "/in/a"), 4, "busy")
	if _, err := c.Stat("/in/a"); !os.IsNotExist(err) {
		t.Errorf("STAT of the refused name: %v", err)
	}
	if info, err := c.Stat("/in/a.tmp"); err != nil || info.Size() != 1 {
		t.Errorf("STAT of the temporary name: %v, %v\nwant it where it was", info, err)
	}
	h.handler.Refuse(nil)
	if err := c.Rename("/in/a.tmp", "/in/a"); err != nil {
		t.Errorf("rename again: %v", err)
	}
	if got, want := h.bodies(), []string{"a=x"}; !slices.Equal(got, want) {
		t.Errorf("deliveries\ngot  %q\nwant %q", got, want)
	}
}

// TestRestartKeepsTemps: what was answered OK under a temporary name is there after a
// crash, for its owner alone.
func TestRestartKeepsTemps(t *testing.T) {
	h := start(t)
	c := h.login(t, "acme")
	odd := "/in/\xff\n.tmp"
	for _, name := range []string{"/in/a.tmp", "/in/b.tmp", odd} {
		if err := c.put(name, fresh, []byte("body of "+name)); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.Rename("/in/b.tmp", "/in/b.part"); err != nil {
		t.Fatal(err)
	}
	f, err := c.OpenFile("/in/open.tmp", fresh)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write([]byte("not closed")); err != nil {
		t.Fatal(err)
	}
	// A crash: the folder as it is now, without anything that a stop does.
	crashed := t.TempDir()
	if err := os.CopyFS(crashed, os.DirFS(h.cfg.Spool)); err != nil {
		t.Fatal(err)
	}
	again := start(t, func(cfg *Config) {
		cfg.Spool = crashed
		users := cfg.Users
		cfg.Users = func(name string) (User, bool) {
			user, ok := users(name)
			user.Keys = []ssh.PublicKey{h.signer.PublicKey()}
			return user, ok
		}
	})
	again.signer = h.signer
	if n := len(again.files(t)); n != 6 {
		t.Errorf("files after the restart: %q\nwant three uploads and their sidecars", again.files(t))
	}
	c = again.login(t, "acme")
	if _, err := again.login(t, "globex").Stat("/in/a.tmp"); !os.IsNotExist(err) {
		t.Errorf("another user's STAT: %v", err)
	}
	for from, to := range map[string]string{"/in/a.tmp": "/in/a", "/in/b.part": "/in/b", odd: "/in/odd"} {
		if err := c.Rename(from, to); err != nil {
			t.Errorf("%q: %v", from, err)
		}
	}
	got := again.bodies()
	slices.Sort(got)
	want := []string{"a=body of /in/a.tmp", "b=body of /in/b.tmp", "odd=body of " + odd}
	if !slices.Equal(got, want) {
		t.Errorf("deliveries\ngot  %q\nwant %q", got, want)
	}
	if files := again.files(t); len(files) != 0 {
		t.Errorf("left in the spool: %q", files)
	}
}

// TestResume is what clients' "resume" does to an unfinished upload.
func TestResume(t *testing.T) {
	const w, creat, app = os.O_WRONLY, os.O_CREATE, os.O_APPEND
	front, back := noise(50_000), noise(70_000)[50_000:]
	for _, c := range []struct {
		what  string
		flags int
		from  int64
		body  []byte
		want  []byte // nil: refused at CLOSE
	}{
		{"psftp reput: 0x02, absolute", w, 50_000, back, append(slices.Clone(front), back...)},
		{"lftp put -c: 0x0a, absolute", w | creat, 50_000, back, append(slices.Clone(front), back...)},
		{"sftp reput: 0x0e, absolute", w | creat | app, 50_000, back, append(slices.Clone(front), back...)},
		{"curl -C -: 0x06, absolute", w | app, 50_000, back, append(slices.Clone(front), back...)},
		{"scp anew: 0x0a from 0", w | creat, 0, back, back},
		{"curl -a: 0x0e from 0", w | creat | app, 0, back, nil},
		{"from the middle", w | creat, 40_000, back, nil},
		{"a hole", w | creat, 60_000, back, nil},
		{"nothing", w | creat, 0, nil, front},
		{"anew: 0x1a", fresh, 0, back, back},
		{"0x1a, absolute", fresh, 50_000, back, nil},
	} {
		t.Run(c.what, func(t *testing.T) {
			h := start(t)
			cl := h.login(t, "acme")
			if err := cl.put("/in/a.tmp", fresh, front); err != nil {
				t.Fatal(err)
			}
			f, err := cl.OpenFile("/in/a.tmp", c.flags)
			if err != nil {
				t.Fatal(err)
			}
			if info, err := f.Stat(); err != nil || c.flags&os.O_TRUNC == 0 && info.Size() != 50_000 {
				t.Errorf("FSTAT: %v, %v\nwant the bytes that are there", info, err)
			}
			if len(c.body) > 0 {
				if _, err := f.WriteAt(c.body, c.from); err != nil {
					t.Fatal(err)
				}
			}
			err = f.Close()
			if c.want == nil {
				wantStatus(t, "CLOSE", err, 4, "")
				wantStatus(t, "rename of the refused", cl.Rename("/in/a.tmp", "/in/a"), 2, "")
				return
			}
			if err != nil {
				t.Fatalf("CLOSE: %v", err)
			}
			if err := cl.Rename("/in/a.tmp", "/in/a"); err != nil {
				t.Fatal(err)
			}
			if got := h.handler.Arrivals()[0].Bytes; !bytes.Equal(got, c.want) {
				t.Errorf("%d bytes\nwant %d other ones", len(got), len(c.want))
			}
			if files := h.files(t); len(files) != 0 {
				t.Errorf("left in the spool: %q", files)
			}
			if used := h.spool.used.Load(); used != 0 {
				t.Errorf("%d bytes of the spool are still counted", used)
			}
		})
	}
}

// TestBrokenResume: a continuation that breaks off leaves what was there; a new start
// that breaks off leaves nothing, for a rename would take the old bytes for the new.
func TestBrokenResume(t *testing.T) {
	for _, c := range []struct {
		flags int
		from  int64
		stays bool
	}{
		{os.O_WRONLY, 5, true},
		{os.O_WRONLY | os.O_CREATE, 0, false},
		{fresh, 0, false},
	} {
		h := start(t)
		cl := h.login(t, "acme")
		if err := cl.put("/in/a.tmp", fresh, []byte("front")); err != nil {
			t.Fatal(err)
		}
		f, err := cl.OpenFile("/in/a.tmp", c.flags)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.WriteAt([]byte("xy"), c.from); err != nil {
			t.Fatal(err)
		}
		cl.vanish()
		eventually(t, "the log line", func() bool { return strings.Contains(h.log.String(), "upload broken off") })
		again := h.login(t, "acme")
		eventually(t, "a settled spool", func() bool { n := len(h.files(t)); return n == 0 && !c.stays || n == 2 && c.stays })
		info, err := again.Stat("/in/a.tmp")
		if c.stays && (err != nil || info.Size() != 5) {
			t.Errorf("flags %#x: STAT: %v, %v\nwant the five bytes", c.flags, info, err)
		}
		if !c.stays && !os.IsNotExist(err) {
			t.Errorf("flags %#x: STAT: %v, %v\nwant nothing", c.flags, info, err)
		}
	}
}

func TestTempRemoveAndLimit(t *testing.T) {
	h := start(t, func(c *Config) { c.MaxTemp = 2 })
	c := h.login(t, "acme")
	for _, name := range []string{"/in/a.tmp", "/in/b.tmp", "/in/b.tmp"} {
		if err := c.put(name, fresh, []byte("x")); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	wantStatus(t, "one too many", c.put("/in/c.tmp", fresh, []byte("x")), 4, "unfinished")
	if _, err := c.OpenFile("/in/a.tmp", os.O_WRONLY|os.O_CREATE|os.O_EXCL); err == nil {
		t.Error("EXCL opened an unfinished upload")
	}
	if err := c.Remove("/in/a.tmp"); err != nil {
		t.Errorf("rm: %v", err)
	}
	if err := c.put("/in/c.tmp", fresh, []byte("x")); err != nil {
		t.Errorf("after rm there is room: %v", err)
	}
	if n := len(h.files(t)); n != 4 {
		t.Errorf("spool has %q\nwant two uploads and their sidecars", h.files(t))
	}
	if n := h.handler.Calls(); n != 0 {
		t.Errorf("Accept was called %d times", n)
	}
}

func TestSweep(t *testing.T) {
	h := start(t)
	c := h.login(t, "acme")
	if err := c.put("/in/a.tmp", fresh, []byte("x")); err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	h.sweep(now.Add(staleTime - time.Minute))
	if strings.Contains(h.log.String(), "stale") {
		t.Error("reported too early")
	}
	h.sweep(now.Add(staleTime + time.Minute))
	h.sweep(now.Add(staleTime + time.Hour))
	if n := strings.Count(h.log.String(), "stale temporary upload"); n != 1 {
		t.Errorf("reported %d times\nwant once", n)
	}
	h.sweep(now.Add(tempTime + time.Minute))
	if !strings.Contains(h.log.String(), "temporary upload expired") || len(h.files(t)) != 0 {
		t.Errorf("not removed: %q", h.files(t))
	}
}

func TestEchoesExpire(t *testing.T) {
	box, now := newInbox(), time.Now()
	for i := range maxEchoes + 10 {
		box.echo(arrival{path: fmt.Sprint("/in/", i), size: int64(i), at: now})
	}
	if _, ok := box.find("/in/9", now); ok {
		t.Error("the oldest echo is still there")
	}
	if a, ok := box.find("/in/10", now); !ok || a.size != 10 {
		t.Errorf("an echo within the bound is gone: %+v, %v", a, ok)
	}
	if _, ok := box.find("/in/10", now.Add(echoTime-time.Second)); !ok {
		t.Error("an echo went before its time")
	}
	if _, ok := box.find("/in/10", now.Add(echoTime)); ok {
		t.Error("an echo stayed beyond its time")
	}
	if n := len(box.list("/in", now.Add(echoTime))); n != 0 {
		t.Errorf("%d old echoes are listed", n)
	}
	box.sweep(now.Add(echoTime))
	if len(box.names) != 0 || len(box.echoes) != 0 {
		t.Errorf("%d names, %d echoes are kept", len(box.names), len(box.echoes))
	}
}
