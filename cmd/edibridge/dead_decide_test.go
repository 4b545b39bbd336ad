package main

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/edibridge/edibridge/archive"
	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/bridge/bridgetest"
	"github.com/edibridge/edibridge/bridge/sqlstore"
	"github.com/edibridge/edibridge/internal/config"
	"github.com/edibridge/edibridge/transports"
)

// mortuary is a bridge whose receiver of events is gone (410) until it is told
// to come back.
type mortuary struct {
	t       *testing.T
	file    string
	status  atomic.Int64 // what the receiver answers
	running *running
	stop    func()
}

func newMortuary(t *testing.T) *mortuary {
	t.Helper()
	m := &mortuary{t: t}
	m.status.Store(http.StatusGone)
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(int(m.status.Load()))
	}))
	t.Cleanup(receiver.Close)
	secret, err := newSecret()
	if err != nil {
		t.Fatal(err)
	}
	s := &stage{dir: t.TempDir(), app: &simApp{url: receiver.URL}}
	if err := s.configure(secret); err != nil {
		t.Fatal(err)
	}
	m.file = s.file()
	return m
}

// serve starts the bridge. It looks for work when it is woken, and never else.
func (m *mortuary) serve() {
	m.t.Helper()
	cfg, sys, err := config.Load(m.file)
	if err != nil {
		m.t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	r, err := assemble(m.t.Context(), cfg, sys, log, around{})
	if err != nil {
		m.t.Fatal(err)
	}
	r.bridge = bridge.New(bridge.Options{
		Store: r.store, Bodies: archive.New(r.dir, archive.Options{Known: r.store.Body}), Log: log,
		Config: r.live.configuration, Senders: r.live.sender,
		Poll: time.Hour,
	})
	m.running = r
	ctx, cancel := context.WithCancel(m.t.Context())
	ended := make(chan error, 1)
	go func() { ended <- r.run(ctx) }()
	m.stop = func() {
		cancel()
		if err := errors.Join(<-ended, r.close()); err != nil {
			m.t.Error(err)
		}
		m.stop = func() {}
	}
	m.t.Cleanup(func() { m.stop() })
}

// bury has the event of each order die, and gives their ids.
func (m *mortuary) bury(orders ...string) []string {
	m.t.Helper()
	for i, po := range orders {
		text := story850("ACMERETAIL", "EDIBRIDGE", i+1, storyOrder{po: po, lines: 1})
		d := &transports.Delivery{Endpoint: "sftp", Peer: "acme", Name: po + ".edi", Size: int64(len(text)), Body: strings.NewReader(string(text))}
		if _, err := m.running.bridge.Accept(m.t.Context(), d); err != nil {
			m.t.Fatal(err)
		}
	}
	var ids []string
	m.await("dead letters", func() bool { ids = m.dead(); return len(ids) == len(orders) })
	return ids
}

func (m *mortuary) await(what string, cond func() bool) {
	m.t.Helper()
	ctx, cancel := context.WithTimeout(m.t.Context(), patience)
	defer cancel()
	if await(ctx, cond) != nil {
		m.t.Fatalf("%s: not within %s; dead are %q", what, patience, m.dead())
	}
}

// play runs a command and wants its status.
func (m *mortuary) play(want int, args ...string) (out, errs string) {
	m.t.Helper()
	got, out, errs := play(m.t, append(args, "-c", m.file)...)
	if got != want {
		m.t.Fatalf("%s: status\n got %d\nwant %d: %s%s", strings.Join(args, " "), got, want, out, errs)
	}
	return out, errs
}

// dead is what "dead list" lists.
func (m *mortuary) dead() []string {
	m.t.Helper()
	out, _ := m.play(0, "dead", "list", "--json")
	var ids []string
	for line := range strings.Lines(out) {
		var one deadSeen
		if err := json.Unmarshal([]byte(line), &one); err != nil {
			m.t.Fatal(err)
		}
		ids = append(ids, string(one.Transmission))
	}
	return ids
}

// state is that of one transmission, as "dead show" tells it, with the reason.
func (m *mortuary) state(id string) (bridge.State, string) {
	m.t.Helper()
	out, _ := m.play(0, "dead", "show", id, "--json")
	var d deadDetail
	if err := json.Unmarshal([]byte(out), &d); err != nil {
		m.t.Fatal(err)
	}
	return d.State, d.Reason
}

func (m *mortuary) wantState(id string, want bridge.State, reason string) {
	m.t.Helper()
	got, why := m.state(id)
	if got != want || !strings.Contains(why, reason) {
		m.t.Errorf("%s\n got %s, %s\nwant %s, %s", id, got, why, want, reason)
	}
}

// traced reports whether the last that a timeline tells of an event is what.
func (m *mortuary) traced(po, id, what string) bool {
	m.t.Helper()
	out, _ := m.play(0, "trace", po, "--json")
	var tl bridge.Timeline
	if err := json.Unmarshal([]byte(out), &tl); err != nil {
		m.t.Fatal(err)
	}
	last := ""
	for _, e := range tl.Timeline {
		if string(e.Transmission) == id {
			last = e.What
		}
	}
	return last == what
}

// check stops the bridge and looks whether everything in its house is in order.
func (m *mortuary) check() {
	m.t.Helper()
	m.stop()
	cfg, sys, err := config.Load(m.file)
	if err != nil {
		m.t.Fatal(err)
	}
	store, err := sqlstore.OpenSQLite(m.t.Context(), sys.Store(), sqlstore.Options{ReadOnly: true})
	if err != nil {
		m.t.Fatal(err)
	}
	defer store.Close()
	dir, err := archive.OpenDir(sys.Archive(), archive.DirOptions{ReadOnly: true})
	if err != nil {
		m.t.Fatal(err)
	}
	defer dir.Close()
	house := bridgetest.House{Store: store, Bodies: archive.New(dir, archive.Options{}), Config: cfg, Drained: true}
	for _, p := range bridgetest.CheckHouse(m.t.Context(), house) {
		m.t.Errorf("the house is not in order: %s %s: %s", p.Rule, p.Subject, p.Text)
	}
}

func TestDecideThroughTheBridge(t *testing.T) {
	m := newMortuary(t)
	m.serve()
	ids := m.bury("4711", "4712", "4713")

	// Tried again while the receiver is still gone, it dies again.
	m.play(0, "dead", "retry", ids[0], "--reason", "perhaps")
	m.await("dead again", func() bool { s, _ := m.state(ids[0]); return s == bridge.Dead })

	m.status.Store(http.StatusNoContent)
	out, _ := m.play(0, "dead", "retry", strings.ToLower(ids[0]), "--reason", "receiver is back", "--by", "ann")
	if got, want := out, ids[0]+"  retried\n"; got != want {
		t.Errorf("retry\n got %q\nwant %q", got, want)
	}
	m.await("delivered", func() bool { return m.traced("4711", ids[0], "receipted") })

	out, _ = m.play(0, "dead", "discard", ids[1], "--reason", "ordered by phone", "--by", "ann", "--json")
	if got, want := out, `{"transmission":"`+ids[1]+`","operation":"discard","status":"done","error":""}`+"\n"; got != want {
		t.Errorf("discard\n got %s\nwant %s", got, want)
	}
	m.wantState(ids[1], bridge.Discarded, "discard by ann: ordered by phone")
	if !m.traced("4712", ids[1], "discarded") {
		t.Error("trace does not tell that it was discarded")
	}

	// What is refused does not keep the rest from being done.
	out, errs := m.play(exitNo, "dead", "retry", ids[0], "01ARZ3NDEKTSV4RRFFQ69G5FAV", ids[2], "--reason", "receiver is back")
	if got, want := out, ids[2]+"  retried\n"; got != want {
		t.Errorf("some retried\n got %q\nwant %q", got, want)
	}
	want := "edibridge: " + ids[0] + ": it is delivered; only what is dead or quarantined can be retried\n" +
		"edibridge: 01ARZ3NDEKTSV4RRFFQ69G5FAV: there is no such transmission\n"
	if got := errs; got != want {
		t.Errorf("some refused\n got %s\nwant %s", got, want)
	}
	m.await("delivered", func() bool { return m.traced("4713", ids[2], "receipted") })
	if got := m.dead(); len(got) != 0 {
		t.Errorf("still dead: %q", got)
	}
	m.check()
	if _, err := os.Stat(filepath.Join(m.running.sys.Data, controlName)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the socket of a bridge that ended: %v", err)
	}
}

func TestDecideWithoutABridge(t *testing.T) {
	m := newMortuary(t)
	m.serve()
	ids := m.bury("4711", "4712")
	m.stop()

	out, _ := m.play(0, "dead", "retry", ids[0], "--reason", "receiver is back", "--by", "ann")
	if got, want := out, ids[0]+"  retried\n"; got != want {
		t.Errorf("retry\n got %q\nwant %q", got, want)
	}
	m.wantState(ids[0], bridge.Pending, "retry by ann: receiver is back")
	m.play(0, "dead", "discard", ids[1], "--reason", "ordered by phone", "--by", "ann")
	m.wantState(ids[1], bridge.Discarded, "discard by ann: ordered by phone")
	_, errs := m.play(exitNo, "dead", "retry", ids[1], "--reason", "after all")
	if got, want := errs, "edibridge: "+ids[1]+": it is discarded; only what is dead or quarantined can be retried\n"; got != want {
		t.Errorf("retry of what was discarded\n got %s\nwant %s", got, want)
	}

	m.status.Store(http.StatusNoContent)
	m.serve() // nothing was left locked
	m.await("delivered", func() bool { return m.traced("4711", ids[0], "receipted") })
	m.wantState(ids[1], bridge.Discarded, "")
	m.check()
}
