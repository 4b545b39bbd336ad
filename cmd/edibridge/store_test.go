package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/edibridge/edibridge/archive"
	"github.com/edibridge/edibridge/bridge/sqlstore/pgtest"
)

// onPostgres is a configuration over an empty database of a server.
func onPostgres(t *testing.T, server *pgtest.Server) (file string) {
	t.Helper()
	t.Setenv("TEST_STORE", postgresURL(server.Database(t)))
	file = configure(t)
	useStore(t, file)
	return file
}

// useStore has a configuration name the database in TEST_STORE.
func useStore(t *testing.T, file string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err == nil {
		err = os.WriteFile(file, append(text, "\nstore: ${TEST_STORE}\n"...), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestStoreCopy: a bridge goes on over a server where it was left.
func TestStoreCopy(t *testing.T) {
	server := pgtest.Start(t)
	onPostgres(t, server) // a database
	file := house(t, map[string]string{"po.edi": sample(t), "odd.edi": "no interchange"})
	if status, _, errs := play(t, "store", "copy", "-c", file); status != exitCannot || !strings.Contains(errs, "no PostgreSQL database") {
		t.Errorf("without an address\n got %d %s\nwant it refused", status, errs)
	}
	useStore(t, file)
	dir, err := archive.OpenDir(filepath.Join(filepath.Dir(file), "data", "archive"), archive.DirOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if status, _, errs := play(t, "store", "copy", "-c", file); status != exitCannot || !strings.Contains(errs, "in use") {
		t.Errorf("beside a running bridge\n got %d %s\nwant it refused", status, errs)
	}
	if err := dir.Close(); err != nil {
		t.Fatal(err)
	}
	if status, out, errs := play(t, "store", "copy", "-c", file); status != 0 || !strings.Contains(out, "copied and compared") {
		t.Fatalf("copy\n got %d %s%s\nwant it done", status, out, errs)
	}
	if status, out, errs := play(t, "trace", "4711", "-c", file); status != 0 || !strings.Contains(out, "po.edi") {
		t.Errorf("trace\n got %d %s%s\nwant po.edi", status, out, errs)
	}
	inhabit(t, file, map[string]string{"more.edi": "no interchange either"})
	if status, out, errs := play(t, "check", "-c", file); status != 0 || !strings.Contains(out, "2 quarantined") {
		t.Errorf("check\n got %d %s%s\nwant 2 quarantined", status, out, errs)
	}
	if status, _, errs := play(t, "store", "copy", "-c", file); status != exitCannot || !strings.Contains(errs, "not empty") {
		t.Errorf("again\n got %d %s\nwant it refused", status, errs)
	}
}

// TestOnPostgres: a bridge, and the commands beside it, over a server's database.
func TestOnPostgres(t *testing.T) {
	server := pgtest.Start(t)
	file := onPostgres(t, server)
	for _, c := range []struct {
		args   []string
		before bool
		status int
		want   string
	}{
		{args: []string{"check"}, before: true, want: "nothing there yet"},
		{args: []string{"check"}, want: "1 quarantined"},
		{args: []string{"trace", "4711"}, want: "po.edi"},
		{args: []string{"dead", "list"}, want: "odd.edi"},
	} {
		if !c.before && c.args[0] == "check" {
			inhabit(t, file, map[string]string{"po.edi": sample(t), "odd.edi": "no interchange"})
		}
		status, out, errs := play(t, append(c.args, "-c", file)...)
		if status != c.status || !strings.Contains(out, c.want) {
			t.Errorf("%s\n got %d %s%s\nwant %d and %q", c.args, status, out, errs, c.status, c.want)
		}
	}
	_, out, _ := play(t, "dead", "list", "--json", "-c", file)
	_, id, _ := strings.Cut(out, `"transmission":"`)
	id, _, _ = strings.Cut(id, `"`)
	if status, out, errs := play(t, "dead", "discard", id, "--reason", "a test", "-c", file); status != 0 {
		t.Errorf("discard %q\n got %d %s%s\nwant 0", id, status, out, errs)
	}
	if status, out, errs := play(t, "check", "-c", file); status != 0 || !strings.Contains(out, "1 discarded") {
		t.Errorf("check\n got %d %s%s\nwant 1 discarded", status, out, errs)
	}
}
