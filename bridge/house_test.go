package bridge_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/edibridge/edibridge/archive"
	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/bridge/bridgetest"
	"github.com/edibridge/edibridge/bridge/sqlstore"
	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/edi/guide"
	edifactguides "github.com/edibridge/edibridge/edifact/guides"
	"github.com/edibridge/edibridge/mappings"
	"github.com/edibridge/edibridge/transports"
	"github.com/edibridge/edibridge/x12/guides"
)

// house is a whole bridge over a real store and a real archive in a folder of
// the test, with a sender that a test can make fail.
type house struct {
	t      *testing.T
	dir    string
	cfg    *bridge.Configuration
	store  bridge.Store
	blobs  *archive.Dir
	bodies bridge.Bodies
	b      *bridge.Bridge
	app    *app
	clock  time.Time
	mu     sync.Mutex // of clock
	opts   func(*bridge.Options)
	// database opens the store; nil: SQLite in dir.
	database func() (database, error)
}

// database is a store of either kind.
type database interface {
	bridge.Store
	Seal(context.Context) error
}

// app receives events and keeps what it was given.
type app struct {
	mu   sync.Mutex
	got  []call
	fail func(n int, d *transports.Delivery) error // nth call, from 1
}

type call struct {
	key, body string
	id        string
	header    map[string]string
}

func (a *app) Send(_ context.Context, d *transports.Delivery) (transports.Receipt, error) {
	body, err := io.ReadAll(d.Body)
	if err != nil {
		return transports.Receipt{}, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.got = append(a.got, call{d.Key, string(body), d.ID, d.Header})
	if a.fail != nil {
		if err := a.fail(len(a.got), d); err != nil {
			return transports.Receipt{}, err
		}
	}
	return transports.Receipt{ID: d.ID, Status: transports.Delivered, Size: int64(len(body)),
		Evidence: &transports.Evidence{Kind: "http-response", At: time.Now(), Bytes: []byte("HTTP/1.1 204 No Content")}}, nil
}

// keys are the distinct idempotency keys that the app was given.
func (a *app) keys() map[string]int {
	a.mu.Lock()
	defer a.mu.Unlock()
	m := map[string]int{}
	for _, c := range a.got {
		m[c.key]++
	}
	return m
}

func newHouse(t *testing.T, change ...func(*bridge.Configuration)) *house {
	t.Helper()
	h := emptyHouse(t)
	for _, c := range change {
		c(h.cfg)
	}
	h.open()
	return h
}

// emptyHouse is a house that is not open yet.
func emptyHouse(t *testing.T) *house {
	return &house{t: t, dir: t.TempDir(), cfg: testConfiguration(t), app: &app{}, clock: time.Date(2026, 11, 23, 9, 30, 0, 0, time.UTC)}
}

// newHouseOn is a house over a PostgreSQL database.
func newHouseOn(t *testing.T, address string) *house {
	t.Helper()
	h := emptyHouse(t)
	h.database = func() (database, error) { return sqlstore.OpenPostgres(t.Context(), address, sqlstore.Options{}) }
	h.open()
	return h
}

// open opens store and archive and makes the bridge, as a process that starts.
func (h *house) open() {
	h.t.Helper()
	if h.database == nil {
		h.database = func() (database, error) {
			return sqlstore.OpenSQLite(h.t.Context(), filepath.Join(h.dir, "bridge.db"), sqlstore.Options{})
		}
	}
	store, err := h.database()
	if err != nil {
		h.t.Fatal(err)
	}
	h.blobs, err = archive.OpenDir(filepath.Join(h.dir, "archive"), archive.DirOptions{})
	if err != nil {
		h.t.Fatal(err)
	}
	h.store = store
	h.bodies = archive.New(h.blobs, archive.Options{Known: store.Body})
	h.make()
	h.t.Cleanup(h.close)
}

func (h *house) make() {
	o := bridge.Options{
		Store: h.store, Bodies: h.bodies,
		Config: func() *bridge.Configuration { return h.cfg },
		Senders: func(_ *bridge.Configuration, ep string) (transports.Sender, bool) {
			return h.app, ep == "app" || ep == "bus"
		},
		Now: h.now, Owner: "test",
	}
	if h.opts != nil {
		h.opts(&o)
	}
	h.b = bridge.New(o)
}

func (h *house) close() {
	if h.store == nil {
		return
	}
	if err := errors.Join(h.store.Close(), h.blobs.Close()); err != nil {
		h.t.Error(err)
	}
	h.store = nil
}

func (h *house) now() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.clock
}

func (h *house) wait(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.clock = h.clock.Add(d)
}

// accept hands a file to the bridge as user of the SFTP endpoint.
func (h *house) accept(user, body string) bridge.ID {
	h.t.Helper()
	r, err := h.b.Accept(h.t.Context(), &transports.Delivery{Endpoint: "sftp", Peer: user, Name: "po.edi", Size: int64(len(body)), Body: strings.NewReader(body)})
	if err != nil {
		h.t.Fatal(err)
	}
	return bridge.ID(r.ID)
}

func (h *house) drain() {
	h.t.Helper()
	if err := h.b.Drain(h.t.Context()); err != nil {
		h.t.Fatal(err)
	}
}

// take accepts, drains and checks the house.
func (h *house) take(user, body string) bridge.Transmission {
	h.t.Helper()
	id := h.accept(user, body)
	h.drain()
	h.check(true)
	return h.transmission(id)
}

func (h *house) transmission(id bridge.ID) bridge.Transmission {
	h.t.Helper()
	tr, err := h.store.Transmission(h.t.Context(), id)
	if err != nil {
		h.t.Fatal(err)
	}
	return tr
}

func (h *house) check(drained bool) {
	h.t.Helper()
	house := bridgetest.House{Store: h.store, Bodies: h.bodies, Config: h.cfg, Drained: drained}
	if drained {
		house.Retell = (&bridge.ViewCheck{Store: h.store, Bodies: h.bodies, Config: h.cfg}).Facts
	}
	for _, p := range bridgetest.CheckHouse(h.t.Context(), house) {
		h.t.Errorf("the house is not in order: %s %s: %s", p.Rule, p.Subject, p.Text)
	}
}

// outbound gives what follows from id, of one kind, with its bytes.
func (h *house) outbound(id bridge.ID, kind bridge.Kind) (trs []bridge.Transmission, bodies []string) {
	h.t.Helper()
	family, err := h.store.Family(h.t.Context(), []bridge.ID{id}, 10_000)
	if err != nil {
		h.t.Fatal(err)
	}
	for _, f := range family {
		if f.Kind != kind || len(f.Causes) == 0 || f.Causes[0] != id {
			continue
		}
		trs = append(trs, f)
		bodies = append(bodies, h.body(f.Body))
	}
	return trs, bodies
}

func (h *house) body(o archive.Object) string {
	h.t.Helper()
	r, err := h.bodies.Get(h.t.Context(), o)
	if err != nil {
		h.t.Fatal(err)
	}
	defer r.Close()
	b, err := io.ReadAll(r)
	if err != nil {
		h.t.Fatal(err)
	}
	return string(b)
}

func (h *house) documents(id bridge.ID) []bridge.Document {
	h.t.Helper()
	var ds []bridge.Document
	for d, err := range h.store.Documents(h.t.Context(), bridge.DocumentQuery{Transmission: id}) {
		if err != nil {
			h.t.Fatal(err)
		}
		ds = append(ds, d)
	}
	return ds
}

// testConfiguration: we are EDIBRIDGE; acme and globex send 850s, acme with two
// endpoints for its events.
func testConfiguration(t *testing.T) *bridge.Configuration {
	t.Helper()
	g, err := guides.Library()
	if err != nil {
		t.Fatal(err)
	}
	e, err := edifactguides.Library()
	if err != nil {
		t.Fatal(err)
	}
	m, err := mappings.Standard()
	if err != nil {
		t.Fatal(err)
	}
	partner := func(name, isa string, events ...string) *bridge.Partner {
		return &bridge.Partner{
			ID: name, Access: []bridge.Access{{Endpoint: "sftp", Peer: name}},
			Identifiers: []bridge.Identifier{{Standard: edi.X12, Level: "ISA", Qualifier: "ZZ", ID: isa}},
			Acknowledge: &bridge.Acknowledge{With: "997", To: name + "-mailbox"},
			Agreements: []*bridge.Agreement{{Name: "orders", Partner: name, Standard: edi.X12, Set: "850", Release: "004010",
				Mode: edi.Production, Events: events}},
		}
	}
	mailbox := func(name string) bridge.Endpoint {
		return bridge.Endpoint{Name: name + "-mailbox", Kind: bridge.EndpointMailbox, Server: "sftp", Peer: name}
	}
	return &bridge.Configuration{
		Digest:   "test",
		Self:     []bridge.Identifier{{Standard: edi.X12, Level: "ISA", Qualifier: "ZZ", ID: "EDIBRIDGE"}},
		Partners: []*bridge.Partner{partner("acme", "ACMERETAIL", "app", "bus"), partner("globex", "GLOBEX", "app")},
		Endpoints: map[string]bridge.Endpoint{
			"sftp": {Name: "sftp", Kind: bridge.EndpointSFTPServer},
			"app":  {Name: "app", Kind: bridge.EndpointWebhook}, "bus": {Name: "bus", Kind: bridge.EndpointWebhook},
			"acme-mailbox": mailbox("acme"), "globex-mailbox": mailbox("globex"),
		},
		Guides: guide.Join(g, e), Mappings: m,
	}
}

// file describes an X12 interchange that a test sends.
type file struct {
	from, to string // ISA06, ISA08; "" ACMERETAIL, EDIBRIDGE
	control  int    // "" 1
	mode     string // "" P
	ack      string // ISA14; "" 0
	sets     []set
}

// set is one 850.
type set struct {
	po     string
	bad    bool   // a unit that no code list has
	kind   string // "" 850
	amount int    // quantity of the line
}

func (f file) String() string {
	def := func(s, v string) string {
		if s == "" {
			return v
		}
		return s
	}
	from, to, ctl := def(f.from, "ACMERETAIL"), def(f.to, "EDIBRIDGE"), max(f.control, 1)
	var b bytes.Buffer
	fmt.Fprintf(&b, "ISA*00*          *00*          *ZZ*%-15s*ZZ*%-15s*261123*0930*U*00401*%09d*%s*%s*>~", from, to, ctl, def(f.ack, "0"), def(f.mode, "P"))
	functional := "PO"
	if len(f.sets) > 0 && f.sets[0].kind == "860" {
		functional = "PC"
	}
	fmt.Fprintf(&b, "GS*%s*%s*%s*20261123*0930*%d*X*004010~", functional, from, to, ctl)
	for i, s := range f.sets {
		unit := "EA"
		if s.bad {
			unit = "QQ"
		}
		fmt.Fprintf(&b, "ST*%s*%04d~BEG*00*SA*%s**20261123~PO1*1*%d*%s*9.95**UP*012345678905~CTT*1~SE*5*%04d~", def(s.kind, "850"), i+1, s.po, max(s.amount, 1), unit, i+1)
	}
	fmt.Fprintf(&b, "GE*%d*%d~IEA*1*%09d~", len(f.sets), ctl, ctl)
	return b.String()
}

var errDisk = errors.New("input/output error")

// broken is an archive whose disk fails to sync.
type broken struct{ bridge.Bodies }

func (broken) Put(context.Context, string, io.Reader) (archive.Object, error) {
	return archive.Object{}, &archive.FatalError{Step: archive.StepSync, Name: "pack", Err: errDisk}
}

func (h *house) brokenArchive() {
	bodies := h.bodies
	h.bodies = broken{bodies}
	h.make()
	h.bodies = bodies
}

func (h *house) acceptFails() {
	h.t.Helper()
	_, err := h.b.Accept(h.t.Context(), &transports.Delivery{Endpoint: "sftp", Peer: "acme", Body: strings.NewReader("x")})
	if !errors.Is(err, errDisk) || !errors.Is(err, transports.ErrBusy) {
		h.t.Errorf("got %v, want the disk's error, to be tried later", err)
	}
}
