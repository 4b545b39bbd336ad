package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/pkg/sftp"

	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/bridge/sqlstore"
	"github.com/edibridge/edibridge/internal/config"
	"github.com/edibridge/edibridge/transports"
	sftpserver "github.com/edibridge/edibridge/transports/sftp"
)

// cliHere runs a command in this process and gives its status and output.
func cliHere(t *testing.T, args ...string) (status int, out string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	status = run(t.Context(), args, strings.NewReader(""), &stdout, &stderr)
	return status, stdout.String() + stderr.String()
}

// want ends the test when a command does not end with a status and say a text.
func wantCLI(t *testing.T, status int, text string, args ...string) string {
	t.Helper()
	got, out := cliHere(t, args...)
	if got != status || !strings.Contains(out, text) {
		t.Fatalf("edibridge %s\n got %d: %s\nwant %d: %s", strings.Join(args, " "), got, out, status, text)
	}
	return out
}

// agreed writes the partners with agreements of another name: a version of the
// configuration that can be told from the others in everything made under it.
func (w *world) agreed(name string) {
	w.t.Helper()
	for id, rest := range map[string][2]string{"acme": {"ACMERETAIL", ", events: [app]"}, "bulk": {"BULK", ""}} {
		text := strings.Replace(fmt.Sprintf(killPartner, id, rest[0], rest[1]), "orders:", name+":", 1)
		must(w.t, os.WriteFile(filepath.Join(filepath.Dir(w.file), "partners", id+".yaml"), []byte(text), 0o600))
	}
}

// TestSwapUnderLoad swaps the configuration of a process again and again while
// partners send, refuses wrong ones, and kills the process between. No file is
// lost, none is doubled, and all that came of one file was made under one version.
func TestSwapUnderLoad(t *testing.T) {
	swaps := 24
	if testing.Short() {
		swaps = 8
	}
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	w := newWorld(t, chaos{replicas: 1, sets: usualFile}, rand.New(rand.NewPCG(seed, 2)), &killTally{})
	w.cfg = nil // events are judged here, by the version of each file
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel()
	only := w.sites[0]
	w.start(only, "")
	for range killSenders {
		wg.Go(func() { w.send(ctx) })
	}
	wg.Go(func() { w.sendBig(ctx) })
	for i := range swaps {
		w.agreed(fmt.Sprintf("orders-%d", i%5))
		wantCLI(t, 0, "is in force", "activate", "-c", w.file, "--by", "ann", "--reason", fmt.Sprint("swap ", i))
		switch i % 4 {
		case 1:
			w.agreed("Orders!")
			wantCLI(t, 1, "partners/acme.yaml:7:3: ", "activate", "-c", w.file)
			w.agreed(fmt.Sprintf("orders-%d", i%5))
		case 3:
			only.process.kill(t, 0)
			w.check(false)
			w.start(only, "")
		}
	}
	cancel()
	wg.Wait()
	only.process.stop(t)
	w.settle()
	w.check(true)
	w.effects()
	w.oneVersionEach(swaps)
}

// oneVersionEach holds every document and event against the version that its file names.
func (w *world) oneVersionEach(least int) {
	w.t.Helper()
	ctx := w.t.Context()
	store, err := sqlstore.OpenSQLite(ctx, w.sys.Store(), sqlstore.Options{ReadOnly: true})
	must(w.t, err)
	defer store.Close()
	names, versions := map[string]string{}, map[bridge.ID]string{}
	activations, documents := 0, 0
	err = store.Audit(ctx, func(r bridge.Record) error {
		switch {
		case r.Files != nil:
			b, err := config.ParseBundle(r.Files.Files)
			if err != nil {
				return err
			}
			_, rest, _ := strings.Cut(string(b.Files["partners/acme.yaml"]), "agreements:\n  ")
			names[r.Files.Digest], _, _ = strings.Cut(rest, ":")
		case r.Activation != nil:
			activations++
		case r.Transmission != nil:
			versions[r.Transmission.ID] = r.Transmission.Config
		}
		return nil
	})
	must(w.t, err)
	used := map[string]int{}
	err = store.Audit(ctx, func(r bridge.Record) error {
		switch {
		case r.Document != nil:
			documents++
			version := names[versions[r.Document.Transmission]]
			used[version]++
			if r.Document.Agreement != version {
				w.t.Errorf("document %d of %s is under %q, its file under %q", r.Document.Ordinal, r.Document.Transmission, r.Document.Agreement, version)
			}
		case r.Transmission != nil && len(r.Transmission.Causes) > 0:
			if got, want := r.Transmission.Config, versions[r.Transmission.Causes[0]]; got != want {
				w.t.Errorf("%s %s is under %.12s, its file under %.12s", r.Transmission.Kind, r.Transmission.ID, got, want)
			}
		}
		return nil
	})
	must(w.t, err)
	if activations < least || len(used) < 3 {
		w.t.Errorf("%d activations, documents by version %v", activations, used)
	}
	w.t.Logf("%d activations, %d documents by version %v", activations, documents, used)
}

// A partner's session goes on when the configuration is swapped; keys are
// swapped for the next login, and one who is no user any more is refused.
func TestSwapUsers(t *testing.T) {
	m := newMortuary(t)
	m.serve()
	file := m.file
	acme := &stage{dir: filepath.Dir(file)}
	old, err := acme.partner("acme") // the key that is in force from now on
	must(t, err)
	keys, err := sftpserver.LoadOrCreateHostKeys(m.running.sys.SFTP[0].HostKeys)
	must(t, err)
	old.addr, old.host = m.running.addr().String(), keys[0].PublicKey()
	wantCLI(t, 0, "file keys/acme.pub: changed", "activate", "-c", file)
	err = old.session(func(c *sftp.Client) error {
		must(t, putFile(c, "before.edi", story850("ACMERETAIL", "EDIBRIDGE", 1, storyOrder{po: "1", lines: 1})))
		newer, err := acme.partner("acme")
		must(t, err)
		newer.addr, newer.host = old.addr, old.host
		wantCLI(t, 0, "file keys/acme.pub: changed", "activate", "-c", file)
		must(t, putFile(c, "after.edi", story850("ACMERETAIL", "EDIBRIDGE", 2, storyOrder{po: "2", lines: 1})))
		must(t, newer.put("new-key.edi", story850("ACMERETAIL", "EDIBRIDGE", 3, storyOrder{po: "3", lines: 1})))
		if err := old.put("old-key.edi", []byte("x")); err == nil {
			t.Error("the old key still logs in")
		}
		must(t, os.Remove(filepath.Join(filepath.Dir(file), "partners", "acme.yaml")))
		wantCLI(t, 0, "partner acme: removed", "activate", "-c", file)
		if err := putFile(c, "gone.edi", []byte("x")); err == nil {
			t.Error("a user who is none any more was not refused")
		}
		return nil
	})
	must(t, err)
}

// What cannot be swapped is said, or refused; SIGHUP does as activate does.
func TestActivateRestart(t *testing.T) {
	m := newMortuary(t)
	m.serve()
	text, err := os.ReadFile(m.file)
	must(t, err)
	write := func(old, now string) {
		t.Helper()
		changed := strings.Replace(string(text), old, now, 1)
		if changed == string(text) {
			t.Fatalf("no %s in the configuration", old)
		}
		must(t, os.WriteFile(m.file, []byte(changed), 0o600))
	}
	wantCLI(t, 0, "nothing differs", "activate", "-c", m.file)
	write(`addr: "127.0.0.1:0"`, `addr: "127.0.0.1:1"`)
	wantCLI(t, 0, "listener sftp: addr changed: 127.0.0.1:0 -> 127.0.0.1:1", "check", "--against", "running", "-c", m.file)
	wantCLI(t, 0, "takes effect at the next start: listeners", "activate", "-c", m.file)
	write("attempts: 10", "attempts: 11")
	must(t, syscall.Kill(os.Getpid(), syscall.SIGHUP))
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	must(t, await(ctx, func() bool {
		return m.running.live.configuration().Endpoints["app"].Retry.Attempts == 11
	}))
	out := wantCLI(t, 0, "by SIGHUP  in force", "config", "list", "-c", m.file)
	if !strings.Contains(out, "endpoint app: retry.attempts changed: 10 -> 11") {
		t.Errorf("no difference in\n%s", out)
	}
	write("data: data", "data: elsewhere")
	status, said := cliHere(t, "activate", "-c", m.file)
	if status == 0 {
		t.Errorf("the data folder was swapped: %s", said)
	}
	if _, err := m.running.live.activate(t.Context(), m.file, decisionOf{"ann", ""}); err == nil || !strings.Contains(err.Error(), "restart") {
		t.Errorf("error\n got %v\nwant one of a restart", err)
	}
	write("data: data", "data: data\narchive: elsewhere")
	if _, err := m.running.live.activate(t.Context(), m.file, decisionOf{"ann", ""}); err == nil || !strings.Contains(err.Error(), "restart") {
		t.Errorf("another archive\n got %v\nwant an error of a restart", err)
	}
	m.stop()
	write("attempts: 10", "attempts: 12")
	wantCLI(t, 0, "is in force", "activate", "-c", m.file, "--by", "ann") // no bridge runs
	show := wantCLI(t, 0, "attempts: 12", "config", "show", "--file", "edibridge.yaml", "-c", m.file)
	if strings.Contains(show, "whsec_") {
		t.Error("a secret is in the store")
	}
	wantCLI(t, 1, "none begins with", "config", "show", "ffff0000ffff", "-c", m.file)
	folder := filepath.Join(t.TempDir(), "old")
	wantCLI(t, 0, "", "config", "show", "--out", folder, "-c", m.file)
	if _, err := os.Stat(filepath.Join(folder, "partners", "acme.yaml")); err != nil {
		t.Error(err)
	}
}

// An unknown sender's file waits; the proposal holds together, comes into force,
// and the file is translated again.
func TestProposeAndRetry(t *testing.T) {
	m := newMortuary(t)
	m.serve()
	text := story850("ACMEWEST", "EDIBRIDGE", 7, storyOrder{po: "W-1", lines: 1})
	_, err := m.running.bridge.Accept(t.Context(), &transports.Delivery{Endpoint: "sftp", Peer: "acme", Name: "west.edi",
		Size: int64(len(text)), Body: bytes.NewReader(text)})
	must(t, err)
	id := m.waitsFor(bridge.Quarantined)
	wantCLI(t, 1, "there is no such transmission", "partner", "propose", "01ARZ3NDEKTSV4RRFFQ69G5FAV", "-c", m.file)
	name := strings.TrimSpace(wantCLI(t, 0, "partners/acmewest/partner.yaml", "partner", "propose", id, "-c", m.file))
	text, err = os.ReadFile(name)
	must(t, err)
	for _, want := range []string{"partner: acmewest", `- "X12 ZZ/ACMEWEST"`, `- "X12 GS ACMEWEST"`, "access: { via: acme }", "receive: X12 850 004010 production", "of: app"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("the proposal has no %s\n%s", want, text)
		}
	}
	wantCLI(t, 0, "holds together", "check", "-c", m.file)
	wantCLI(t, 1, "is known", "partner", "propose", id, "-c", m.file)
	wantCLI(t, 0, "partner acmewest: added: agreements 850", "activate", "-c", m.file)
	wantCLI(t, 0, "retried", "dead", "retry", id, "--reason", "known now", "-c", m.file)
	m.waitsFor(bridge.Translated)
	out := wantCLI(t, 0, "known now", "trace", id, "-c", m.file)
	if !strings.Contains(out, "acmewest") {
		t.Errorf("no partner in\n%s", out)
	}
	wantCLI(t, 1, "is translated", "partner", "propose", id, "-c", m.file)
	wantCLI(t, 0, "receive 850: X12 850 004010 production", "partner", "show", "acmewest", "-c", m.file)
	wantCLI(t, 1, "no partner", "partner", "show", "nobody", "-c", m.file)
	for line := range strings.Lines(wantCLI(t, 0, "acmewest", "partner", "list", "--json", "-c", m.file)) {
		var p partnerSeen
		must(t, json.Unmarshal([]byte(line), &p))
	}
}

// waitsFor gives the one file that has come to a state.
func (m *mortuary) waitsFor(state bridge.State) (id string) {
	m.t.Helper()
	m.await(string(state), func() bool {
		found, err := m.running.store.List(m.t.Context(), bridge.ListQuery{States: []bridge.State{state}, Kind: bridge.KindFile})
		must(m.t, err)
		if len(found) == 1 {
			id = string(found[0].ID)
		}
		return id != ""
	})
	return id
}
