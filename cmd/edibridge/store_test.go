package main

import (
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/edibridge/edibridge/bridge/sqlstore/pgtest"
)

// onPostgres is a configuration over an empty database of a server.
func onPostgres(t *testing.T, server *pgtest.Server) (file string) {
	t.Helper()
	q := url.Values{}
	for _, setting := range strings.Fields(server.Database(t)) {
		name, value, _ := strings.Cut(setting, "=")
		q.Set(name, value)
	}
	t.Setenv("TEST_STORE", "postgres:///?"+q.Encode())
	file = configure(t)
	text, err := os.ReadFile(file)
	if err == nil {
		err = os.WriteFile(file, append(text, "\nstore: ${TEST_STORE}\n"...), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	return file
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
