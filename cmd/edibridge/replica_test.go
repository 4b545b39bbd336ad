package main

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/edibridge/edibridge/bridge/sqlstore/pgtest"
	"github.com/edibridge/edibridge/internal/config"
)

// replica is a folder of its own, with secrets of its own, over a shared database.
func replica(t *testing.T, address, secret string) (file string, open func() *running) {
	t.Helper()
	s := &stage{dir: t.TempDir(), app: &simApp{url: "http://127.0.0.1:9/"}}
	must(t, s.configure(secret))
	for _, user := range []string{"acme", "globex", "nordwind"} { // keys are part of the configuration
		must(t, os.WriteFile(filepath.Join(s.dir, "keys", user+".pub"), []byte("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJrYAtBsZP6kzdBhXQgeqk8aHkP0LpkxFuVhP8fBoRnk x\n"), 0o600))
	}
	text, err := os.ReadFile(s.file())
	must(t, err)
	must(t, os.WriteFile(filepath.Join(s.dir, "keys", "store"), []byte(address), 0o600))
	must(t, os.WriteFile(s.file(), append(text, "store: file:keys/store\n"...), 0o600))
	return s.file(), func() *running {
		t.Helper()
		cfg, sys, err := config.Load(s.file())
		must(t, err)
		r, err := assemble(t.Context(), cfg, sys, slog.New(slog.DiscardHandler), around{})
		must(t, err)
		t.Cleanup(func() {
			for _, server := range r.servers {
				server.Close()
			}
			must(t, r.close())
		})
		return r
	}
}

// Replicas work by what is in force, whatever files they were started with; one
// that cannot load it goes on as it was, until it can.
func TestReplicasFollow(t *testing.T) {
	address := postgresURL(pgtest.Start(t).Database(t))
	one, err := newSecret()
	must(t, err)
	fileA, openA := replica(t, address, one)
	fileB, openB := replica(t, address, one)
	a, b := openA(), openB()
	digest := func(r *running) string { return r.live.configuration().Digest }
	if digest(a) != digest(b) {
		t.Fatal("the same files have two digests")
	}
	write := func(file, old, now string) {
		t.Helper()
		text, err := os.ReadFile(file)
		must(t, err)
		if !bytes.Contains(text, []byte(old)) {
			t.Fatalf("no %s in %s", old, file)
		}
		must(t, os.WriteFile(file, bytes.Replace(text, []byte(old), []byte(now), 1), 0o600))
	}
	write(fileA, "attempts: 10", "attempts: 11")
	_, err = a.live.activate(t.Context(), fileA, decisionOf{"ann", "patience"})
	must(t, err)
	must(t, b.live.follow(t.Context()))
	if digest(a) != digest(b) || b.live.configuration().Endpoints["app"].Retry.Attempts != 11 {
		t.Error("the other replica did not follow")
	}
	write(fileA, "file:keys/app.secret", "file:keys/new.secret")
	must(t, os.WriteFile(filepath.Join(filepath.Dir(fileA), "keys", "new.secret"), []byte(one), 0o600))
	before := digest(b)
	_, err = a.live.activate(t.Context(), fileA, decisionOf{"ann", ""})
	must(t, err)
	if err := b.live.follow(t.Context()); err == nil || !strings.Contains(err.Error(), "new.secret") || digest(b) != before {
		t.Errorf("without its secret: got %v under %.12s, want a problem, and the one before", err, digest(b))
	}
	must(t, os.WriteFile(filepath.Join(filepath.Dir(fileB), "keys", "new.secret"), []byte(one), 0o600))
	must(t, b.live.follow(t.Context()))
	if digest(a) != digest(b) {
		t.Error("with its secret it did not follow")
	}
	fileC, openC := replica(t, address, one) // started with the files of yesterday
	must(t, os.WriteFile(filepath.Join(filepath.Dir(fileC), "keys", "new.secret"), []byte(one), 0o600))
	if c := openC(); digest(c) != digest(a) {
		t.Error("a replica with old files does not follow the others")
	}
	if active, err := a.store.Active(t.Context()); err != nil || active.Digest != digest(a) || active.Number != 3 {
		t.Errorf("in force is %+v, %v", active, err)
	}
}
