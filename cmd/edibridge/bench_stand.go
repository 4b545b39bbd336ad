package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/edibridge/edibridge/archive"
	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/bridge/sqlstore"
	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/mappings"
	"github.com/edibridge/edibridge/transports"
	"github.com/edibridge/edibridge/transports/webhook"
	"github.com/edibridge/edibridge/x12/guides"
)

// place is where flows are measured: each in a folder, and on a server in a
// schema, of its own.
type place struct {
	folder   string
	postgres string // address of a server's database; "": SQLite
}

// flow is bridges under load, over one store and one archive, with the webhook
// that takes their events.
type flow struct {
	folder  string
	scratch *sqlstore.Scratch // nil: SQLite
	app     *benchApp
	dir     *archive.Dir
	stores  []*sqlstore.Store
	bridges []*bridge.Bridge
	sent    int // files so far
}

// flow opens one, with so many replicas. observer may be nil.
func (on place) flow(ctx context.Context, replicas int, observer bridge.Observer) (f *flow, err error) {
	f = &flow{app: newBenchApp()}
	defer func() {
		if err != nil {
			err = errors.Join(err, f.close())
		}
	}()
	if f.folder, err = os.MkdirTemp(on.folder, "flow-"); err != nil {
		return f, err
	}
	if f.dir, err = archive.OpenDir(filepath.Join(f.folder, "archive"), archive.DirOptions{}); err != nil {
		return f, err
	}
	cfg, err := flowConfiguration()
	if err != nil {
		return f, err
	}
	sender, err := webhook.New(webhook.Config{Endpoint: "app", URL: f.app.server.URL, Secrets: []string{webhook.NewSecret()}, AllowPrivate: true})
	if err != nil {
		return f, err
	}
	if on.postgres != "" {
		if f.scratch, err = sqlstore.NewScratch(ctx, on.postgres); err != nil {
			return f, err
		}
	}
	for i := range replicas {
		store, err := f.open(ctx)
		if err != nil {
			return f, err
		}
		f.stores = append(f.stores, store)
		f.bridges = append(f.bridges, bridge.New(bridge.Options{
			Store: store, Bodies: archive.New(f.dir, archive.Options{Known: store.Body}), Observer: observer,
			Config: func() *bridge.Configuration { return cfg },
			Senders: func(_ *bridge.Configuration, endpoint string) (transports.Sender, bool) {
				return sender, endpoint == "app"
			},
			Owner: fmt.Sprint("bench ", i),
		}))
	}
	return f, nil
}

// kept is how many bytes the store and the archive have grown to.
func (f *flow) kept(ctx context.Context) (store, archive int64, err error) {
	if f.scratch != nil {
		store, err = f.scratch.Size(ctx)
	} else if info, statErr := os.Stat(filepath.Join(f.folder, "bridge.db")); statErr == nil {
		store = info.Size()
	} else {
		err = statErr
	}
	if err != nil {
		return 0, 0, err
	}
	err = filepath.WalkDir(filepath.Join(f.folder, "archive"), func(_ string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		info, err := e.Info()
		if err == nil {
			archive += info.Size()
		}
		return err
	})
	return store, archive, err
}

// open opens a store on the flow's database.
func (f *flow) open(ctx context.Context) (*sqlstore.Store, error) {
	if f.scratch != nil {
		return sqlstore.OpenPostgres(ctx, f.scratch.Address(), sqlstore.Options{})
	}
	return sqlstore.OpenSQLite(ctx, filepath.Join(f.folder, "bridge.db"), sqlstore.Options{})
}

func (f *flow) close() error {
	var errs []error
	for _, s := range f.stores {
		errs = append(errs, s.Close())
	}
	if f.dir != nil {
		errs = append(errs, f.dir.Close())
	}
	if f.scratch != nil {
		errs = append(errs, f.scratch.Close())
	}
	f.app.server.Close()
	return errors.Join(append(errs, os.RemoveAll(f.folder))...)
}

// work runs the bridges until the func it gives is called.
func (f *flow) work(ctx context.Context) (stop func() error) {
	ctx, cancel := context.WithCancel(ctx)
	var running sync.WaitGroup
	errs := make([]error, len(f.bridges))
	for i, b := range f.bridges {
		running.Go(func() { errs[i] = b.Run(ctx) })
	}
	return func() error {
		cancel()
		running.Wait()
		return errors.Join(errs...)
	}
}

// load sends files by 64 senders, so many a second (0: as fast as they are taken),
// and waits until all that follows from them has ended. It tells how long that
// took, the CPU time, and how long each accept did.
func (f *flow) load(ctx context.Context, files int, rate float64) (took, cpu time.Duration, accepts []time.Duration, err error) {
	stop := f.work(ctx)
	defer func() { err = errors.Join(err, stop()) }()
	began, used := time.Now(), processCPU()
	if accepts, err = f.send(ctx, "acme", files, rate); err != nil {
		return 0, 0, nil, err
	}
	for {
		n, err := f.stores[0].Counts(ctx)
		if err != nil {
			return 0, 0, nil, err
		}
		if n[bridge.Quarantined]+n[bridge.Dead] > 0 {
			return 0, 0, nil, fmt.Errorf("%d files are quarantined, %d deliveries dead", n[bridge.Quarantined], n[bridge.Dead])
		}
		if n[bridge.Delivered] == f.sent && n[bridge.Available] == f.sent {
			return time.Since(began), processCPU() - used, accepts, nil
		}
		time.Sleep(20 * time.Millisecond) // asking costs CPU that the flow would use
	}
}

// send gives files to the replicas in turn.
func (f *flow) send(ctx context.Context, peer string, files int, rate float64) ([]time.Duration, error) {
	var next atomic.Int64
	var senders sync.WaitGroup
	took, errs := make([]time.Duration, files), make([]error, flowSenders)
	first, began := f.sent+1, time.Now()
	f.sent += files
	for i := range flowSenders {
		senders.Go(func() {
			for n := int(next.Add(1)) - 1; n < files && errs[i] == nil; n = int(next.Add(1)) - 1 {
				if rate > 0 {
					time.Sleep(time.Until(began.Add(time.Duration(float64(n) / rate * float64(time.Second)))))
				}
				at := time.Now()
				_, errs[i] = f.accept(ctx, i%len(f.bridges), peer, first+n)
				took[n] = time.Since(at)
			}
		})
	}
	senders.Wait()
	return took, errors.Join(errs...)
}

// accept gives a partner's nth file to a replica.
func (f *flow) accept(ctx context.Context, replica int, peer string, n int) (transports.Receipt, error) {
	body := story850(strings.ToUpper(peer), "EDIBRIDGE", n, storyOrder{po: fmt.Sprintf("%s-%d", peer, n), lines: 10})
	return f.bridges[replica].Accept(ctx, &transports.Delivery{Endpoint: "bench", Peer: peer,
		Name: fmt.Sprint(n, ".edi"), Size: int64(len(body)), Body: bytes.NewReader(body)})
}

// benchApp is a receiver of events. It takes each, and tells who waits for one.
type benchApp struct {
	server *httptest.Server
	mu     sync.Mutex // guards awaited and came
	subj   string
	came   chan struct{}
}

func newBenchApp() *benchApp {
	a := &benchApp{}
	a.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		a.tell(body)
		w.WriteHeader(http.StatusNoContent)
	}))
	return a
}

// await gives a channel that is closed when an event about a subject comes.
func (a *benchApp) await(subject string) <-chan struct{} {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.subj, a.came = `"subject":"`+subject+`"`, make(chan struct{})
	return a.came
}

func (a *benchApp) tell(body []byte) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.came != nil && bytes.Contains(body, []byte(a.subj)) {
		close(a.came)
		a.came = nil
	}
}

// flowConfiguration is two partners with one agreement each, by value.
func flowConfiguration() (*bridge.Configuration, error) {
	g, err := guides.Library()
	if err != nil {
		return nil, err
	}
	m, err := mappings.Standard()
	if err != nil {
		return nil, err
	}
	cfg := &bridge.Configuration{
		Digest: "bench",
		Self:   []bridge.Identifier{{Standard: edi.X12, Level: "ISA", Qualifier: "ZZ", ID: "EDIBRIDGE"}},
		Endpoints: map[string]bridge.Endpoint{
			"app": {Name: "app", Kind: bridge.EndpointWebhook, Connections: 16},
		},
		Guides: g, Mappings: m,
	}
	for _, id := range []string{"acme", "lone"} {
		box := id + "-mailbox"
		cfg.Endpoints[box] = bridge.Endpoint{Name: box, Kind: bridge.EndpointMailbox, Server: "bench", Peer: id}
		cfg.Partners = append(cfg.Partners, &bridge.Partner{
			ID: id, Access: []bridge.Access{{Endpoint: "bench", Peer: id}},
			Acknowledge: &bridge.Acknowledge{With: "997", To: box},
			Identifiers: []bridge.Identifier{{Standard: edi.X12, Level: "ISA", Qualifier: "ZZ", ID: strings.ToUpper(id)}},
			Agreements: []*bridge.Agreement{{Name: "orders", Partner: id, Standard: edi.X12, Set: "850",
				Release: "004010", Mode: edi.Production, Events: []string{"app"}}},
		})
	}
	return cfg, nil
}
