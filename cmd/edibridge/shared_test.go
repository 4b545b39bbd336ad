package main

import (
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/edibridge/edibridge/archive"
	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/bridge/sqlstore"
	"github.com/edibridge/edibridge/bridge/sqlstore/pgtest"
	"github.com/edibridge/edibridge/internal/config"
	"github.com/edibridge/edibridge/internal/flock"
	"github.com/edibridge/edibridge/transports"
)

// TestSharedArchive: two processes over one database write one archive; what one
// took the other translates, and commands read beside both. Each has its data
// folder for itself, and nobody has the archive for himself meanwhile.
func TestSharedArchive(t *testing.T) {
	address := postgresURL(pgtest.Start(t).Database(t))
	secret, err := newSecret()
	must(t, err)
	bodies := filepath.Join(t.TempDir(), "bodies")
	share := func() (file string, open func() *running) {
		file, open = replica(t, address, secret)
		text, err := os.ReadFile(file)
		must(t, err)
		must(t, os.WriteFile(file, append(text, "archive: "+bodies+"\n"...), 0o600))
		return file, open
	}
	fileA, openA := share()
	fileB, openB := share()
	fileC, _ := share()
	a, b := openA(), openB()

	for name, text := range map[string]string{
		"po.edi": string(story850("ACMERETAIL", "EDIBRIDGE", 7, storyOrder{po: "4711", lines: 1})), "odd.edi": "no interchange"} {
		_, err := a.bridge.Accept(t.Context(), &transports.Delivery{Endpoint: "sftp", Peer: "acme", Name: name, Size: int64(len(text)), Body: strings.NewReader(text)})
		must(t, err)
	}
	if n, err := b.bridge.Pass(t.Context(), bridge.StepTranslate); err != nil || n != 2 {
		t.Errorf("the other one translates\n got %d, %v\nwant 2", n, err)
	}
	if got, err := filepath.Glob(filepath.Join(bodies, "pack", "*.pack")); err != nil || len(got) != 2 {
		t.Errorf("packs that grow\n got %q, %v\nwant one of each process", got, err)
	}
	for _, file := range []string{fileA, fileB, fileC} {
		wantCLI(t, 0, "po.edi", "trace", "4711", "-c", file)
		wantCLI(t, 0, "1 quarantined", "check", "-c", file)
		wantCLI(t, 0, "0 differ", "view", "check", "-c", file)
	}

	cfg, sys, err := config.Load(fileA)
	must(t, err)
	if _, err := assemble(t.Context(), cfg, sys, slog.New(slog.DiscardHandler), around{}); !errors.Is(err, flock.ErrHeld) {
		t.Errorf("a second process in one data folder\n got %v\nwant %v", err, flock.ErrHeld)
	}
	if dir, err := archive.OpenDir(bodies, archive.DirOptions{}); !errors.Is(err, archive.ErrLocked) {
		t.Errorf("alone in the archive\n got %v, %v\nwant %v", dir, err, archive.ErrLocked)
	}
	_, sys, err = config.Load(fileC)
	must(t, err)
	must(t, os.MkdirAll(sys.Data, 0o700))
	embedded, err := sqlstore.OpenSQLite(t.Context(), sys.Store(), sqlstore.Options{})
	must(t, err)
	must(t, embedded.Close())
	wantCLI(t, exitCannot, "in use", "store", "copy", "-c", fileC)
}
