package bridge_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/bridge/sqlstore"
	"github.com/edibridge/edibridge/bridge/sqlstore/pgtest"
	"github.com/edibridge/edibridge/transports"
)

// TestThreeReplicas runs three bridges over one PostgreSQL database and one
// archive while partners send to all of them: good files, bad ones, and the same
// file to two of them. Every event reaches the application once, and the house
// is in order.
func TestThreeReplicas(t *testing.T) {
	r := newReplicas(t, pgtest.Start(t), 3)
	defer r.stop()
	r.send(load())
	r.wait()
}

// TestReplicasServerRestarted does the same while the database server is stopped,
// and killed, and started again.
func TestReplicasServerRestarted(t *testing.T) {
	server := pgtest.Start(t)
	r := newReplicas(t, server, 2)
	defer r.stop()
	done := make(chan struct{})
	var restarting sync.WaitGroup
	restarting.Go(func() {
		for n := range 3 {
			server.Stop(t, n%2 == 0)
			server.Start(t)
		}
		close(done)
	})
	r.send(load())
	restarting.Wait()
	r.wait()
}

// load is how many files of each kind are sent.
func load() int {
	if os.Getenv("EDIBRIDGE_LONG") != "" {
		return 300
	}
	return 20
}

// replicas are bridges over one database, in one process so that they share the
// archive's folder.
type replicas struct {
	*house
	stores  []*sqlstore.Store
	bridges []*bridge.Bridge
	stop    func()
	events  int // that the application must see
}

func newReplicas(t *testing.T, server *pgtest.Server, n int) *replicas {
	t.Helper()
	address := server.Database(t)
	r := &replicas{house: newHouseOn(t, address)}
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	for i := range n {
		store, err := sqlstore.OpenPostgres(t.Context(), address, sqlstore.Options{})
		if err != nil {
			t.Fatal(err)
		}
		b := bridge.New(bridge.Options{Store: store, Bodies: r.bodies,
			Config: func() *bridge.Configuration { return r.cfg },
			Senders: func(_ *bridge.Configuration, ep string) (transports.Sender, bool) {
				return r.app, ep == "app" || ep == "bus"
			},
			Owner: fmt.Sprint("replica ", i), Lease: 5 * time.Second})
		r.stores, r.bridges = append(r.stores, store), append(r.bridges, b)
		running.Go(func() {
			if err := b.Run(ctx); err != nil {
				t.Error(err)
			}
		})
	}
	r.stop = func() {
		cancel()
		running.Wait()
		for _, s := range r.stores {
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		}
	}
	return r
}

// send gives n files of each kind to the replicas in turn, and each again until
// it is taken, as a partner does.
func (r *replicas) send(n int) {
	r.t.Helper()
	var wg sync.WaitGroup
	give := func(to int, body string) {
		wg.Go(func() {
			for r.t.Context().Err() == nil {
				_, err := r.bridges[to%len(r.bridges)].Accept(r.t.Context(), &transports.Delivery{Endpoint: "sftp", Peer: "acme",
					Name: "po.edi", Size: int64(len(body)), Body: strings.NewReader(body)})
				if err == nil {
					return
				}
				if !errors.Is(err, sqlstore.ErrUnavailable) {
					r.t.Error(err)
					return
				}
			}
		})
	}
	for i := range n {
		good := file{control: 1000 + i, ack: "1", sets: []set{{po: fmt.Sprint("G", i)}, {po: fmt.Sprint("B", i), bad: true}}}.String()
		give(i, good)
		give(i+1, good) // twice: answered twice, understood once
		give(i+2, file{control: 5000 + i, sets: []set{{po: fmt.Sprint("S", i)}}}.String())
		r.events += 2
	}
	wg.Wait()
}

// wait wants all work done and the house in order. A lease whose holder lost its
// connection has to end before its work goes on.
func (r *replicas) wait() {
	r.t.Helper()
	for {
		counts, err := r.stores[0].Counts(r.t.Context())
		if err != nil {
			r.t.Fatal(err)
		}
		if counts[bridge.Accepted]+counts[bridge.Held]+counts[bridge.Pending]+counts[bridge.Attempted] == 0 {
			break
		}
		select {
		case <-time.After(20 * time.Millisecond):
		case <-r.t.Context().Done():
			r.t.Fatal(r.t.Context().Err())
		}
	}
	if err := r.stores[0].Seal(r.t.Context()); err != nil {
		r.t.Fatal(err)
	}
	r.check(false)
	if keys := r.app.keys(); len(keys) != r.events {
		r.t.Errorf("distinct events\n got %d\nwant %d", len(keys), r.events)
	}
}
