package sftp

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/pkg/sftp"
)

// get fetches a whole file the way most clients do.
func (c *client) get(name string) ([]byte, error) {
	f, err := c.Open(name)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(f)
	return body, errors.Join(err, f.Close())
}

func (c *client) names(t *testing.T, folder string) []string {
	t.Helper()
	list, err := c.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, info := range list {
		names = append(names, info.Name())
	}
	return names
}

// how gives what the evidence of an item says, in order.
func (h *house) how(id string) []string {
	var out []string
	for _, ev := range h.mailbox.Evidence(id) {
		out = append(out, ev.Detail["how"])
	}
	return out
}

// TestPickUp is behaviour 11.
func TestPickUp(t *testing.T) {
	h := start(t)
	small := h.mailbox.Put(endpoint, "acme", "997-1.edi", []byte("ISA*997~"))
	large := h.mailbox.Put(endpoint, "acme", "big.edi", noise(3*maxMemory+17))
	empty := h.mailbox.Put(endpoint, "acme", "empty", nil)
	unread := h.mailbox.Put(endpoint, "acme", "unread", []byte("x"))
	h.mailbox.Put(endpoint, "globex", "secret", []byte("x"))
	c := h.login(t, "acme")
	if got, want := c.names(t, "/out"), []string{"997-1.edi", "big.edi", "empty", "unread"}; !slices.Equal(got, want) {
		t.Fatalf("listing\ngot  %q\nwant %q", got, want)
	}
	if info, err := c.Stat("/out/big.edi"); err != nil || info.Size() != 3*maxMemory+17 {
		t.Errorf("STAT: %v, %v", info, err)
	}
	for name, want := range map[string][]byte{"997-1.edi": []byte("ISA*997~"), "big.edi": noise(3*maxMemory + 17), "empty": {}} {
		if got, err := c.get("/out/" + name); err != nil || !bytes.Equal(got, want) {
			t.Errorf("get %s: %d bytes, %v\nwant %d", name, len(got), err, len(want))
		}
	}
	for id, name := range map[string]string{small: "small", large: "large", empty: "empty"} {
		if got, want := h.how(id), []string{"read"}; !slices.Equal(got, want) {
			t.Errorf("%s: evidence\ngot  %q\nwant %q", name, got, want)
		}
	}
	ev := h.mailbox.Evidence(small)[0]
	if ev.Kind != "mailbox-taken" || ev.Detail["peer"] != "acme" || ev.Detail["bytes"] != "8" || ev.At.IsZero() {
		t.Errorf("evidence is %+v", ev)
	}
	if got, want := c.names(t, "/out"), []string{"unread"}; !slices.Equal(got, want) {
		t.Errorf("listing after the fetch\ngot  %q\nwant %q", got, want)
	}
	if got, err := c.get("/out/997-1.edi"); err != nil || string(got) != "ISA*997~" {
		t.Errorf("fetched again: %q, %v", got, err)
	}
	if err := c.Remove("/out/997-1.edi"); err != nil {
		t.Errorf("rm after get: %v", err)
	}
	_, err := c.Stat("/out/997-1.edi")
	wantStatus(t, "STAT after rm", err, 2, "")
	if err := c.Remove("/out/unread"); err != nil {
		t.Errorf("rm unread: %v", err)
	}
	if got, want := h.how(unread), []string{"removed-unread"}; !slices.Equal(got, want) {
		t.Errorf("unread: evidence\ngot  %q\nwant %q", got, want)
	}
	if got := h.how(small); len(got) != 1 {
		t.Errorf("small was taken %d times", len(got))
	}
	_, err = c.get("/out/secret")
	wantStatus(t, "another user's document", err, 2, "")
	if files := h.files(t); len(files) != 0 {
		t.Errorf("left in the spool: %q", files)
	}
}

// TestPartlyRead is behaviour 19: what was not read to its end is offered again.
func TestPartlyRead(t *testing.T) {
	h := start(t)
	id := h.mailbox.Put(endpoint, "acme", "a", noise(400_000))
	read := func(c *client, from, n int64) *sftp.File {
		t.Helper()
		f, err := c.Open("/out/a")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadFull(io.NewSectionReader(f, from, n), make([]byte, n)); err != nil {
			t.Fatal(err)
		}
		return f
	}
	c := h.login(t, "acme")
	if err := read(c, 0, 399_999).Close(); err != nil {
		t.Fatal(err)
	}
	if err := read(c, 1, 399_999).Close(); err != nil {
		t.Fatal(err)
	}
	if got := h.how(id); len(got) != 0 {
		t.Fatalf("taken after a part: %q", got)
	}
	// All bytes, but the connection ends before CLOSE.
	read(c, 0, 400_000)
	c.vanish()
	eventually(t, "the log line", func() bool { return strings.Contains(h.log.String(), "fetch broken off") })
	if got := h.how(id); len(got) != 0 {
		t.Fatalf("taken without CLOSE: %q", got)
	}
	c = h.login(t, "acme")
	if got, want := c.names(t, "/out"), []string{"a"}; !slices.Equal(got, want) {
		t.Errorf("listing\ngot  %q\nwant %q", got, want)
	}
	if body, err := c.get("/out/a"); err != nil || !bytes.Equal(body, noise(400_000)) {
		t.Errorf("get: %d bytes, %v", len(body), err)
	}
	if got, want := h.how(id), []string{"read"}; !slices.Equal(got, want) {
		t.Errorf("evidence\ngot  %q\nwant %q", got, want)
	}
}

// TestDamagedDocument is behaviour 16 from the server's side: a document that is not
// whole is refused at OPEN; no byte of it is served.
func TestDamagedDocument(t *testing.T) {
	h := start(t)
	small := h.mailbox.Put(endpoint, "acme", "small", []byte("whole"))
	large := h.mailbox.Put(endpoint, "acme", "large", noise(2*maxMemory))
	h.mailbox.Damage(small, []byte("who"))
	h.mailbox.Damage(large, noise(2*maxMemory+5))
	c := h.login(t, "acme")
	for _, name := range []string{"small", "large"} {
		_, err := c.Open("/out/" + name)
		wantStatus(t, name, err, 4, "cannot be read")
	}
	if len(h.how(small)) != 0 || len(h.how(large)) != 0 || len(h.files(t)) != 0 {
		t.Errorf("taken, or left in the spool: %q", h.files(t))
	}
	// The mailbox fails: told so, nothing leaks.
	h.mailbox.Fail(errors.New("database /var/lib/x is locked"))
	_, err := c.ReadDir("/out")
	wantStatus(t, "listing", err, 4, "at the moment")
	if strings.Contains(fmt.Sprint(err), "var/lib") {
		t.Errorf("the peer was told %v", err)
	}
	wantStatus(t, "rm", c.Remove("/out/other"), 4, "at the moment")
	h.mailbox.Fail(nil)
	if got := c.names(t, "/out"); len(got) != 2 {
		t.Errorf("listing is %q", got)
	}
}

func TestOutIsForFetching(t *testing.T) {
	h := start(t)
	h.mailbox.Put(endpoint, "acme", "a", []byte("x"))
	h.mailbox.Put(endpoint, "acme", "../in/evil", []byte("x"))
	c := h.login(t, "acme")
	wantStatus(t, "put over it", c.put("/out/a", fresh, []byte("y")), 3, "")
	wantStatus(t, "rename", c.Rename("/out/a", "/out/b"), 3, "")
	wantStatus(t, "rename to in", c.Rename("/out/a", "/in/a"), 3, "")
	if err := c.Chmod("/out/a", 0o600); err != nil {
		t.Errorf("chmod: %v", err)
	}
	if got, want := c.names(t, "/out"), []string{"a"}; !slices.Equal(got, want) {
		t.Errorf("listing\ngot  %q\nwant %q", got, want)
	}
	if !strings.Contains(h.log.String(), "name cannot be shown") {
		t.Error("the log does not tell of the name with slashes")
	}
	_, err := c.Open("/out/none")
	wantStatus(t, "nothing", err, 2, "")
}

// TestNewItemIsFound: a document that arrives after a listing can be fetched at once.
func TestNewItemIsFound(t *testing.T) {
	h := start(t)
	c := h.login(t, "acme")
	if got := c.names(t, "/out"); len(got) != 0 {
		t.Fatalf("listing is %q", got)
	}
	h.mailbox.Put(endpoint, "acme", "new", []byte("x"))
	if body, err := c.get("/out/new"); err != nil || string(body) != "x" {
		t.Errorf("get: %q, %v", body, err)
	}
}

// TestLongListing is a part of behaviour 12: pages come from one snapshot.
func TestLongListing(t *testing.T) {
	if testing.Short() {
		t.Skip("20,000 names")
	}
	h := start(t)
	const n = 20_000
	for i := range n {
		h.mailbox.Put(endpoint, "acme", fmt.Sprintf("%06d-%s.edi", i, strings.Repeat("n", 200)), nil)
	}
	c := h.login(t, "acme")
	names := c.names(t, "/out")
	if len(names) != n || !slices.IsSorted(names) {
		t.Errorf("%d names, sorted %v\nwant %d", len(names), slices.IsSorted(names), n)
	}
}

func TestNoMailbox(t *testing.T) {
	h := start(t, func(c *Config) { c.Mailbox = nil })
	c := h.login(t, "acme")
	if got := c.names(t, "/out"); len(got) != 0 {
		t.Errorf("listing is %q", got)
	}
	if _, err := c.Open("/out/a"); !os.IsNotExist(err) {
		t.Errorf("OPEN: %v", err)
	}
}
