package sftp

import (
	"strings"
	"testing"

	"github.com/edibridge/edibridge/transports"
)

// TestBusyAtOpen: a bridge that takes nothing says so before a byte is sent, what
// waits under temporary names stays, and all goes on when it takes again.
func TestBusyAtOpen(t *testing.T) {
	h := start(t)
	c := h.login(t, "acme")
	if err := c.put("/in/a.tmp", fresh, []byte("first")); err != nil {
		t.Fatal(err)
	}
	begun, err := c.OpenFile("/in/begun.edi", fresh)
	if err != nil {
		t.Fatal(err)
	}
	h.handler.Shut(transports.ErrBusy)
	_, err = c.OpenFile("/in/b.edi", fresh)
	wantStatus(t, "OPEN", err, 4, "busy")
	wantStatus(t, "RENAME", c.PosixRename("/in/a.tmp", "/in/a.edi"), 4, "busy")
	if _, err := begun.Write([]byte("begun")); err != nil {
		t.Error(err)
	}
	wantStatus(t, "CLOSE", begun.Close(), 4, "busy")
	for _, name := range []string{"/in/b.edi", "/in/begun.edi"} {
		if _, err := c.Stat(name); err == nil {
			t.Errorf("%s was refused and answers to STAT", name)
		}
	}
	h.handler.Shut(nil)
	if err := c.PosixRename("/in/a.tmp", "/in/a.edi"); err != nil {
		t.Error(err)
	}
	if err := c.put("/in/b.edi", fresh, []byte("second")); err != nil {
		t.Error(err)
	}
	if got := h.bodies(); len(got) != 2 || got[0] != "a.edi=first" || got[1] != "b.edi=second" {
		t.Errorf("arrivals\n got %q\nwant a.edi and b.edi", got)
	}
}

// TestBusyOpenSSH: the client that people have fails, says why, and keeps its file.
func TestBusyOpenSSH(t *testing.T) {
	need(t, "sftp")
	s := newShop(t)
	s.write("po.edi", []byte("ISA"))
	s.handler.Shut(transports.ErrBusy)
	if o := s.batch("put po.edi /in/po.edi"); o.code == 0 || !strings.Contains(o.stderr, "/in/po.edi") { // it shows no texts
		t.Errorf("exit status %d, standard error %q\nwant a failure that names the file", o.code, o.stderr)
	}
	if n := s.handler.Calls(); n != 0 {
		t.Errorf("%d files were sent", n)
	}
	s.handler.Shut(nil)
	s.batch("put po.edi /in/po.edi").clean(t, "sftp")
	if got := s.bodies(); len(got) != 1 || got[0] != "po.edi=ISA" {
		t.Errorf("arrivals\n got %q\nwant po.edi once", got)
	}
}
