package sftp

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/pkg/sftp"

	"github.com/edibridge/edibridge/transports"
)

// TestRefusalTexts is behaviour 2: a fixed text, our id, nothing of the machine.
func TestRefusalTexts(t *testing.T) {
	h := start(t)
	c := h.login(t, "acme")
	for _, r := range []struct {
		err  error
		want string
	}{
		{transports.ErrBusy, "busy"},
		{transports.ErrRefused, "refused"},
		{transports.ErrTooLarge, "larger"},
		{&os.PathError{Op: "write", Path: "/var/lib/secret/place", Err: errors.New("no space left")}, "could not be stored"},
		{os.ErrNotExist, "could not be stored"},
		{context.DeadlineExceeded, "could not be stored"},
	} {
		h.handler.Refuse(r.err)
		err := c.put("/in/a.edi", fresh, []byte("x"))
		wantStatus(t, fmt.Sprint(r.err), err, 4, r.want)
		if err == nil || strings.Contains(err.Error(), "secret") || strings.Contains(err.Error(), h.cfg.Spool) {
			t.Errorf("the peer was told %v", err)
		}
		if _, err := c.Stat("/in/a.edi"); err == nil {
			t.Error("a refused name answers to STAT")
		}
	}
	if list, err := c.ReadDir("/in"); err != nil || len(list) != 0 {
		t.Errorf("listing after refusals: %v, %v", list, err)
	}
	if files := h.files(t); len(files) != 0 {
		t.Errorf("left in the spool: %q", files)
	}
	if !strings.Contains(h.log.String(), "no space left") {
		t.Error("the log lacks the cause")
	}
}

// TestRefusedAfterAccepted: the second upload of a name is refused; a client that
// only looks must not find the first one.
func TestRefusedAfterAccepted(t *testing.T) {
	h := start(t)
	c := h.login(t, "acme")
	if err := c.put("/in/a.edi", fresh, []byte("first")); err != nil {
		t.Fatal(err)
	}
	h.handler.Refuse(transports.ErrRefused)
	if err := c.put("/in/a.edi", fresh, []byte("other")); err == nil {
		t.Fatal("the refused one was answered OK")
	}
	_, err := c.Stat("/in/a.edi")
	wantStatus(t, "STAT", err, 2, "")
}

// TestDeafClients is behaviour 3.
func TestDeafClients(t *testing.T) {
	for v, deaf := range map[string]bool{
		"SSH-2.0-paramiko_2.12.0": true, "SSH-2.0-PuTTY_Release_0.78": true, "SSH-2.0-libssh2_1.10.0": true,
		"SSH-2.0-OpenSSH_9.2p1": false, "SSH-2.0-JSCH-0.1.54": false, "SSH-2.0-WinSCP_release_6.1": false,
	} {
		h := start(t)
		h.handler.Refuse(transports.ErrRefused)
		c := h.login(t, "acme", version(v))
		if err := c.put("/in/a", fresh, []byte("x")); err == nil {
			t.Errorf("%s: a refused upload was answered OK", v)
		}
		_, err := c.Getwd()
		if lost := err != nil; lost != deaf {
			t.Errorf("%s: connection lost %v (%v)\nwant %v", v, lost, err, deaf)
		}
	}
}

// TestWriteErrorIsRemembered: the library answers a failed WRITE and forgets it.
func TestWriteErrorIsRemembered(t *testing.T) {
	h := open(t)
	defer h.Close()
	ses := &session{srv: h.Server, log: h.cfg.Log, ready: func() error { return nil }}
	tr := &tree{ses: ses, user: User{Name: "acme", MaxFile: 100}, box: newInbox()}
	request := sftp.NewRequest("Put", "/in/a")
	request.Flags = 0x1a
	w, err := tr.Filewrite(request)
	if err != nil {
		t.Fatal(err)
	}
	u := w.(*upload)
	if _, err := u.WriteAt([]byte("abc"), 0); err != nil {
		t.Fatal(err)
	}
	if err := u.stage.file.Close(); err != nil { // the disk fails
		t.Fatal(err)
	}
	for off := int64(3); off < 9; off += 3 {
		if _, err := u.WriteAt([]byte("def"), off); err == nil || err.Error() != textNotStored {
			t.Errorf("WRITE at %d\ngot  %v\nwant %q", off, err, textNotStored)
		}
	}
	if err := u.Close(); err == nil || err.Error() != textNotStored {
		t.Errorf("CLOSE\ngot  %v\nwant %q", err, textNotStored)
	}
	if !strings.Contains(h.log.String(), "file already closed") {
		t.Errorf("the log lacks the cause:\n%s", h.log)
	}
	if ses.handles != 0 || ses.uploads != 0 || h.spool.used.Load() != 0 || len(h.files(t)) != 0 {
		t.Errorf("left: %d handles, %d uploads, %d bytes, files %q", ses.handles, ses.uploads, h.spool.used.Load(), h.files(t))
	}
}

// TestStop is behaviour 20.
func TestStop(t *testing.T) {
	h := start(t)
	entered, leave := make(chan struct{}), make(chan struct{})
	h.handler.Hook(func(context.Context, *transports.Delivery) error {
		close(entered)
		<-leave
		return nil
	})
	c, idle := h.login(t, "acme"), h.login(t, "globex")
	told := make(chan error, 1)
	go func() { told <- c.put("/in/a", fresh, []byte("x")) }()
	<-entered
	stopped := make(chan error, 1)
	go func() { stopped <- h.stop() }()
	idle.ssh.Wait() // the server ends what has nothing to wait for
	if _, err := h.dial("acme"); err == nil {
		t.Error("a connection was taken during the stop")
	}
	close(leave)
	if err := <-told; err != nil {
		t.Errorf("the upload at work was answered %v\nwant OK", err)
	}
	if err := <-stopped; err != nil {
		t.Errorf("Run: %v", err)
	}
}

func TestStopBreaksOff(t *testing.T) {
	h := start(t, func(c *Config) { c.StopTimeout = 20 * time.Millisecond })
	entered := make(chan struct{})
	h.handler.Hook(func(ctx context.Context, _ *transports.Delivery) error {
		close(entered)
		<-ctx.Done()
		return ctx.Err()
	})
	c, half := h.login(t, "acme"), h.login(t, "globex")
	f, err := half.OpenFile("/in/half", fresh)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write([]byte("half of it")); err != nil {
		t.Fatal(err)
	}
	told := make(chan error, 1)
	go func() { told <- c.put("/in/a", fresh, []byte("x")) }()
	<-entered
	if err := h.stop(); err != nil {
		t.Errorf("Run: %v", err)
	}
	if err := <-told; err == nil {
		t.Error("an upload that was not accepted was answered OK")
	}
	if n := len(h.handler.Arrivals()); n != 0 {
		t.Errorf("%d deliveries\nwant none", n)
	}
	if files := h.files(t); len(files) != 0 {
		t.Errorf("left in the spool: %q", files)
	}
}
