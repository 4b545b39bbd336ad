package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/edibridge/edibridge/archive"
	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/bridge/sqlstore"
	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/mappings"
	"github.com/edibridge/edibridge/transports"
	"github.com/edibridge/edibridge/x12/guides"
)

const (
	flowSenders = 64
	flowFiles   = 4000
)

// benchFlow measures small interchanges from accept to the recorded 997 and
// event, all in this process, on SQLite and a local archive.
func benchFlow(ctx context.Context) ([]figure, error) {
	dir, err := os.MkdirTemp("", "edibridge-bench-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	sync, err := syncRate(dir)
	if err != nil {
		return nil, err
	}
	cfg, err := flowConfiguration()
	if err != nil {
		return nil, err
	}
	f, err := newFlow(ctx, dir, cfg)
	if err != nil {
		return nil, err
	}
	defer f.close()
	if err := f.run(ctx); err != nil {
		return nil, err
	}
	rate := flowFiles / f.took.Seconds()
	shares := map[string]float64{}
	var known time.Duration
	for st, d := range f.stages.total {
		shares["cpu% "+string(st)] = 100 * d.Seconds() / f.cpu.Seconds()
		known += d
	}
	shares["cpu% store, archive, runtime"] = 100 * (f.cpu - known).Seconds() / f.cpu.Seconds()
	fairness, err := benchFair(ctx, cfg)
	if err != nil {
		return nil, err
	}
	return append([]figure{
		{Name: "flow on SQLite, 64 senders", Value: rate, Unit: "files/s", Floor: sync, Ratio: rate / sync,
			Note: "floor: one append and fdatasync after the other; bound 250, goal 500"},
		{Name: "flow, CPU per interchange", Value: f.cpu.Seconds() * 1e3 / flowFiles, Unit: "ms", More: shares},
		{Name: "accept, 50 % within", Value: f.percentile(50), Unit: "ms"},
		{Name: "accept, 99 % within", Value: f.percentile(99), Unit: "ms"},
	}, fairness...), nil
}

// syncRate is how many appends of 1 KiB, each made durable, this disk does in a
// second.
func syncRate(dir string) (float64, error) {
	f, err := os.Create(filepath.Join(dir, "sync"))
	if err != nil {
		return 0, err
	}
	defer f.Close()
	block := make([]byte, 1024)
	const n = 500
	began := time.Now()
	for range n {
		if _, err := f.Write(block); err != nil {
			return 0, err
		}
		if err := f.Sync(); err != nil {
			return 0, err
		}
	}
	return n / time.Since(began).Seconds(), nil
}

// flowConfiguration is one partner with one agreement, by value.
func flowConfiguration() (*bridge.Configuration, error) {
	g, err := guides.Library()
	if err != nil {
		return nil, err
	}
	m, err := mappings.Standard()
	if err != nil {
		return nil, err
	}
	ack := &bridge.Acknowledge{With: "997", To: "acme-mailbox"}
	return &bridge.Configuration{
		Digest: "bench",
		Self:   []bridge.Identifier{{Standard: edi.X12, Level: "ISA", Qualifier: "ZZ", ID: "EDIBRIDGE"}},
		Partners: []*bridge.Partner{{
			ID: "acme", Access: []bridge.Access{{Endpoint: "bench", Peer: "acme"}}, Acknowledge: ack,
			Identifiers: []bridge.Identifier{{Standard: edi.X12, Level: "ISA", Qualifier: "ZZ", ID: "ACMERETAIL"}},
			Agreements: []*bridge.Agreement{{Name: "orders", Partner: "acme", Standard: edi.X12, Set: "850",
				Release: "004010", Mode: edi.Production, Events: []string{"app"}}},
		}},
		Endpoints: map[string]bridge.Endpoint{
			"acme-mailbox": {Name: "acme-mailbox", Kind: bridge.EndpointMailbox, Server: "bench", Peer: "acme"},
			"app":          {Name: "app", Kind: bridge.EndpointWebhook},
		},
		Guides: g, Mappings: m,
	}, nil
}

// flow is one bridge under load.
type flow struct {
	dir     *archive.Dir
	store   *sqlstore.Store
	bridge  *bridge.Bridge
	stages  *stageCPU
	took    time.Duration
	cpu     time.Duration
	accepts []time.Duration
}

func newFlow(ctx context.Context, dir string, cfg *bridge.Configuration) (*flow, error) {
	store, err := sqlstore.OpenSQLite(ctx, filepath.Join(dir, "bridge.db"), sqlstore.Options{})
	if err != nil {
		return nil, err
	}
	blobs, err := archive.OpenDir(filepath.Join(dir, "archive"), archive.DirOptions{})
	if err != nil {
		store.Close()
		return nil, err
	}
	f := &flow{dir: blobs, store: store, stages: &stageCPU{total: map[bridge.Stage]time.Duration{}}}
	f.bridge = bridge.New(bridge.Options{
		Store: store, Bodies: archive.New(blobs, archive.Options{Known: store.Body}),
		Config:   func() *bridge.Configuration { return cfg },
		Observer: f.stages, Deliverers: -1, // recorded, not delivered
	})
	return f, nil
}

func (f *flow) close() {
	f.store.Close()
	f.dir.Close()
}

// run sends all files by 64 senders and waits until each is translated.
func (f *flow) run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stopped := make(chan error, 1)
	go func() { stopped <- f.bridge.Run(ctx) }()
	began, cpu := time.Now(), processCPU()
	if err := f.send(ctx, flowFiles); err != nil {
		return err
	}
	for {
		n, err := f.store.Counts(ctx)
		if err != nil {
			return err
		}
		if n[bridge.Quarantined] > 0 {
			return fmt.Errorf("%d files are quarantined", n[bridge.Quarantined])
		}
		if n[bridge.Translated] == flowFiles {
			break
		}
		time.Sleep(20 * time.Millisecond) // asking costs CPU that the flow would use
	}
	f.took, f.cpu = time.Since(began), processCPU()-cpu
	cancel()
	return <-stopped
}

func (f *flow) send(ctx context.Context, files int) error {
	var next atomic.Int64
	var mu sync.Mutex
	var wg sync.WaitGroup
	errs := make(chan error, flowSenders)
	for range flowSenders {
		wg.Go(func() {
			for n := next.Add(1); n <= int64(files); n = next.Add(1) {
				body := story850("ACMERETAIL", "EDIBRIDGE", int(n), storyOrder{po: fmt.Sprint("PO", n), lines: 10})
				began := time.Now()
				_, err := f.bridge.Accept(ctx, &transports.Delivery{Endpoint: "bench", Peer: "acme",
					Name: fmt.Sprint(n, ".edi"), Size: int64(len(body)), Body: bytes.NewReader(body)})
				if err != nil {
					errs <- err
					return
				}
				mu.Lock()
				f.accepts = append(f.accepts, time.Since(began))
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	close(errs)
	return <-errs
}

// percentile is the time, in milliseconds, within which p of 100 accepts ended.
func (f *flow) percentile(p int) float64 {
	slices.Sort(f.accepts)
	return f.accepts[min(len(f.accepts)*p/100, len(f.accepts)-1)].Seconds() * 1e3
}
