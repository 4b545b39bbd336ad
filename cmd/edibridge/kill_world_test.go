package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/edibridge/edibridge/archive"
	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/bridge/bridgetest"
	"github.com/edibridge/edibridge/bridge/sqlstore"
	"github.com/edibridge/edibridge/internal/config"
	"github.com/edibridge/edibridge/transports/sftp"
)

const killMain = `data: data
archive: archive
self: [X12 ZZ/EDIBRIDGE]
listeners:
  sftp: { addr: "%s", hostKeys: keys/host }
endpoints:
  app:
    webhook: { url: "%s", secrets: [file:keys/app.secret], allowPrivate: true }
    retry: { base: 20ms, max: 200ms, attempts: 1000 }
  wire:
    mode: both
    webhook: { url: "%s", secrets: [file:keys/app.secret], allowPrivate: true }
    retry: { base: 20ms, max: 200ms, attempts: 1000 }
retention:
  default: { history: 10y }
  kept: { history: forever }
`

const killPartner = `partner: %[1]s
identifiers: [X12 ZZ/%[2]s]
access:
  sftp: { user: %[1]s, keys: [file:../keys/%[1]s.pub] }
acknowledge: { with: "997" }
agreements:
  orders: { receive: X12 850 004010 production%[3]s }
`

// killBatched is what acme gets besides: invoices that leave together, mostly by
// time, and that acme never acknowledges.
const killBatched = `  invoices:
    send: X12 810 004010 production
    batch: { count: 50, every: 1s }
    expect: { acknowledgment: "997", within: 2s }
    events: [app]
`

// killStrict is a partner who wants all that goes to him in the order of its
// numbers: invoices alone, invoices together, mostly by count, and 997s. He has to
// speak now and then.
const killStrict = `partner: globex
identifiers: [X12 ZZ/GLOBEX]
access:
  sftp: { user: globex, keys: [file:../keys/globex.pub] }
acknowledge: { with: "997", to: wire }
sequence: strict
expectTraffic: { every: %s }
agreements:
  orders: { receive: X12 850 004010 production, events: [app], retention: kept }
  alone: { send: X12 810 004010 production, to: wire }
  together: { send: X12 810 004010 production, to: wire, batch: { count: %d, every: 1s } }
`

// replicaLease is short, so that what a replica held when it was killed goes on
// soon.
const replicaLease = 4 * time.Second

func newWorld(t *testing.T, c chaos, random *rand.Rand, tally *killTally) *world {
	t.Helper()
	w := &world{chaos: c, t: t, dir: t.TempDir(), next: 1, acked: map[string]int{}, got: map[string]string{},
		handed: map[string]string{}, late: map[string]bool{}, answers: map[string][]byte{}, random: random, tally: tally}
	secret, err := newSecret()
	must(t, err)
	w.app, err = newApp(secret)
	must(t, err)
	t.Cleanup(func() { w.app.close() })
	w.wire, err = newNumberedWire(w.complain)
	must(t, err)
	t.Cleanup(func() { w.wire.close() })
	st := &stage{dir: w.dir}
	for _, d := range []string{"partners", "keys"} {
		must(t, os.MkdirAll(filepath.Join(w.dir, d), 0o700))
	}
	w.acme, err = st.partner("acme")
	must(t, err)
	w.bulk, err = st.partner("bulk")
	must(t, err)
	w.globex, err = st.partner("globex")
	must(t, err)
	w.file = filepath.Join(w.dir, "edibridge.yaml")
	w.openSites()
	main := fmt.Sprintf(killMain, w.sites[0].addr, w.app.url, w.wire.url)
	store := ""
	if c.server != nil {
		main += "store: file:keys/store\n"
		store = postgresURL(c.server.Database(t))
	}
	for name, text := range map[string]string{
		"edibridge.yaml": main, "keys/app.secret": secret, "keys/store": store,
		"partners/acme.yaml":   fmt.Sprintf(killPartner, "acme", "ACMERETAIL", ", events: [app]") + killBatched,
		"partners/bulk.yaml":   fmt.Sprintf(killPartner, "bulk", "BULK", ""),
		"partners/globex.yaml": fmt.Sprintf(killStrict, speaksEvery, togetherCount),
	} {
		must(t, os.WriteFile(filepath.Join(w.dir, name), []byte(text), 0o600))
	}
	w.cfg, w.sys, err = config.Load(w.file)
	must(t, err)
	keys, err := sftp.LoadOrCreateHostKeys(w.sys.SFTP[0].HostKeys)
	must(t, err)
	for _, p := range []*simPartner{w.acme, w.bulk, w.globex} {
		p.host = keys[0].PublicKey()
	}
	return w
}

// openSites gives each bridge a data folder and an address, and all of them a log
// that is told when the test fails.
func (w *world) openSites() {
	var err error
	w.log, err = os.Create(filepath.Join(w.dir, "log"))
	must(w.t, err)
	w.t.Cleanup(func() {
		w.log.Close()
		if said, err := os.ReadFile(w.log.Name()); err == nil && w.t.Failed() {
			w.t.Logf("the bridges said last:\n%s", said[max(0, len(said)-8000):])
		}
	})
	for i := range w.chaos.replicas {
		s := &site{addr: freeAddr(w.t), options: childOptions{Config: w.file, Keep: w.keep}}
		if w.server != nil {
			s.options.Addr, s.options.Data, s.options.Lease = s.addr, filepath.Join(w.dir, fmt.Sprint("data", i)), replicaLease
		}
		if w.clocks != nil {
			s.options.Clock = w.clocks[i]
		}
		w.sites = append(w.sites, s)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func freeAddr(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer l.Close()
	return l.Addr().String()
}

// postgresURL is the address of a database of pgtest as configurations have it.
func postgresURL(settings string) string {
	q := url.Values{}
	for _, f := range strings.Fields(settings) {
		name, value, _ := strings.Cut(f, "=")
		q.Set(name, value)
	}
	return "postgres:///?" + q.Encode()
}

// somewhere does something for a partner at one bridge after the other until one
// says yes, as behind a load balancer.
func (w *world) somewhere(p *simPartner, do func(*simPartner) error) error {
	var errs []error
	for range w.sites {
		w.mu.Lock()
		at := *p
		at.addr = w.sites[w.turn%len(w.sites)].addr
		w.turn++
		w.mu.Unlock()
		err := do(&at)
		if err == nil {
			return nil
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

func (w *world) put(p *simPartner, name string, body []byte) error {
	return w.somewhere(p, func(p *simPartner) error { return p.put(name, body) })
}

// send is one partner's program: it sends file after file, each until it is taken.
func (w *world) send(ctx context.Context) {
	for ctx.Err() == nil {
		w.mu.Lock()
		control := w.next
		w.next++
		w.mu.Unlock()
		po := fmt.Sprintf("K%05d", control)
		body := story850("ACMERETAIL", "EDIBRIDGE", control, storyOrder{po: po, lines: 2})
		began := time.Now()
		if !untilTaken(ctx, func() error { return w.put(w.acme, po+".edi", body) }) {
			return
		}
		w.taken(po, began, func() { w.acked[po] = control })
		if control%7 == 0 {
			w.collect()
		}
	}
}

// collect takes what waits in acme's mailbox; a bridge that dies meanwhile loses
// nothing, for what was not taken waits on.
func (w *world) collect() error {
	return w.somewhere(w.acme, func(p *simPartner) error {
		files, err := p.fetch()
		w.mu.Lock()
		defer w.mu.Unlock()
		for name, body := range files {
			if before, known := w.got[name]; known && before != string(body) {
				w.wrong = append(w.wrong, fmt.Sprintf("%s came twice, with other bytes", name))
			}
			w.got[name] = string(body)
		}
		return err
	})
}

// sendBig drops a big file, until it is taken, and when that was answered a smaller
// one: what is on the way is bounded by what the bridge does.
func (w *world) sendBig(ctx context.Context) {
	for n, sets := 1, w.sets; ctx.Err() == nil; n, sets = n+1, smallerFile {
		orders := make([]storyOrder, sets)
		for i := range orders {
			orders[i] = storyOrder{po: fmt.Sprintf("B%d-%06d", n, i), lines: 1}
		}
		body := story850("BULK", "EDIBRIDGE", n, orders...)
		for w.put(w.bulk, "big.edi", body) != nil && ctx.Err() == nil {
			time.Sleep(10 * time.Millisecond)
		}
		for before := len(w.answers); len(w.answers) == before && ctx.Err() == nil; {
			time.Sleep(100 * time.Millisecond)
			w.collectBig()
		}
	}
}

// collectBig takes what waits in the mailbox of who sends big files.
func (w *world) collectBig() error {
	return w.somewhere(w.bulk, func(p *simPartner) error {
		files, err := p.fetch()
		maps.Copy(w.answers, files)
		return err
	})
}

// open opens the store; nil when nobody had made it yet.
func (w *world) open(opt sqlstore.Options) *sqlstore.Store {
	w.t.Helper()
	store, err := openStore(w.t.Context(), w.sys, opt)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	must(w.t, err)
	return store
}

// check holds everything that is stored against itself, beside the bridges that
// live.
func (w *world) check(drained bool) {
	w.t.Helper()
	began := time.Now()
	ctx := w.t.Context()
	store := w.open(sqlstore.Options{ReadOnly: true})
	if store == nil {
		return // killed before it had made its store
	}
	defer store.Close()
	dir, err := archive.OpenDir(w.sys.Archive(), archive.DirOptions{ReadOnly: true})
	must(w.t, err)
	defer dir.Close()
	house := bridgetest.House{Store: store, Bodies: archive.New(dir, archive.Options{}), Config: w.cfg, Drained: drained}
	if drained && w.cfg != nil {
		house.Retell = (&bridge.ViewCheck{Store: store, Bodies: house.Bodies.(bridge.Bodies), Config: w.cfg}).Facts
	}
	for _, p := range bridgetest.CheckHouse(ctx, house) {
		w.t.Errorf("the house is not in order: %s %s: %s", p.Rule, p.Subject, p.Text)
	}
	w.mu.Lock()
	for _, text := range w.wrong {
		w.t.Error(text)
	}
	w.mu.Unlock()
	if w.t.Failed() {
		w.t.FailNow()
	}
	w.tally.checks++
	w.tally.checking += time.Since(began)
}

// disturb has the database fail now and then: its connections are cut, or it is
// stopped, or killed, and started again.
func (w *world) disturb(k int) {
	w.t.Helper()
	switch {
	case w.server == nil:
	case k%12 == 7:
		w.server.Stop(w.t, k%24 == 7)
		w.server.Start(w.t)
	case k%4 == 1:
		ctx := w.t.Context()
		conn, err := pgx.Connect(ctx, w.sys.Postgres)
		must(w.t, err)
		defer conn.Close(ctx)
		_, err = conn.Exec(ctx, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'edibridge'")
		must(w.t, err)
	}
}

// settle lets a bridge live until nothing is unfinished, then stops it as an
// operator would. Where clocks went wrong its own is ahead of them all, so that all
// leases have ended.
func (w *world) settle() {
	w.t.Helper()
	s := w.sites[0]
	if w.clocks != nil {
		s.options.Clock = []jump{{Ahead: time.Hour}}
	}
	w.start(s, "")
	store := w.open(sqlstore.Options{ReadOnly: true})
	defer store.Close()
	ctx, cancel := context.WithTimeout(w.t.Context(), 5*time.Minute)
	defer cancel()
	err := await(ctx, func() bool {
		n, err := store.Counts(ctx)
		must(w.t, err)
		return n[bridge.Accepted]+n[bridge.Held]+n[bridge.Pending]+n[bridge.Attempted] == 0
	})
	if err != nil {
		w.t.Fatal("the work does not end: ", err)
	}
	w.mailbox()
	w.untilQuiet(ctx, store)
	w.untilOverdue(ctx, store)
	s.process.stop(w.t)
	last := w.open(sqlstore.Options{})
	must(w.t, errors.Join(last.Seal(ctx), last.Close()))
}

const killSenders = 3
