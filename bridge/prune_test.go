package bridge_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/edibridge/edibridge/archive"
	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/bridge/bridgetest"
	"github.com/edibridge/edibridge/bridge/sqlstore"
	"github.com/edibridge/edibridge/bridge/sqlstore/pgtest"
	"github.com/edibridge/edibridge/transports"
)

const day = 24 * time.Hour

// keeps has events kept for ten days and all else for sixty; what is of the class
// "long" for a year, of "forever" for ever.
func keeps(c *bridge.Configuration) {
	sends(c)
	c.Retention = map[string]bridge.Retention{"": {History: 60 * day, Outbox: 10 * day}, "long": {History: 365 * day, Outbox: 10 * day}, "forever": {}}
}

// keeping is a house whose store has the clock of the house.
func keeping(t *testing.T, change ...func(*bridge.Configuration)) *house {
	h := emptyHouse(t)
	keeps(h.cfg)
	for _, c := range change {
		c(h.cfg)
	}
	h.database = func() (database, error) {
		return sqlstore.OpenSQLite(t.Context(), filepath.Join(h.dir, "bridge.db"), sqlstore.Options{Now: h.now})
	}
	h.open()
	return h
}

// fetchAll has partners take all that lies in their mailboxes.
func (h *house) fetchAll() {
	h.t.Helper()
	all, err := h.store.List(h.t.Context(), bridge.ListQuery{States: []bridge.State{bridge.Available}})
	if err != nil {
		h.t.Fatal(err)
	}
	for _, a := range all {
		ev := transports.Evidence{Kind: "mailbox-taken", At: h.now(), Bytes: []byte("read to the end")}
		if err := h.b.Mailbox().Taken(h.t.Context(), "sftp", a.Peer, string(a.ID), ev); err != nil {
			h.t.Fatal(err)
		}
	}
}

// prune makes one pass and checks the house.
func (h *house) prune() int {
	h.t.Helper()
	n, err := h.b.Pass(h.t.Context(), bridge.StepPrune)
	if err != nil {
		h.t.Fatal(err)
	}
	h.check(true)
	return n
}

// there counts Transmissions by kind.
func (h *house) there() string {
	h.t.Helper()
	kinds := map[bridge.Kind]int{}
	err := h.store.Audit(h.t.Context(), func(r bridge.Record) error {
		if r.Transmission != nil {
			kinds[r.Transmission.Kind]++
		}
		return nil
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return fmt.Sprint(kinds)
}

func (h *house) wantThere(when, want string) {
	h.t.Helper()
	if got := h.there(); got != want {
		h.t.Errorf("%s there is\n got %s\nwant %s", when, got, want)
	}
}

// TestPrune: events go when the outbox of their class says so, families when their
// last member was kept long enough; numbers and the log stay.
func TestPrune(t *testing.T) {
	h := keeping(t)
	in := h.take("acme", file{sets: []set{{po: "1"}, {po: "2"}}}.String())
	h.fetchAll()
	h.wait(9 * day)
	h.prune()
	h.wantThere("while all is young", "map[acknowledgment:1 event:4 file:1]")
	h.wait(2 * day)
	if n := h.prune(); n != 4 {
		t.Errorf("events that went\n got %d\nwant 4", n)
	}
	h.wantThere("behind the outbox's time", "map[acknowledgment:1 file:1]")
	if h.transmission(in.ID).Pruned.IsZero() {
		t.Error("the file does not know that its events are gone")
	}
	h.wait(48 * day)
	if n := h.prune(); n != 0 {
		t.Errorf("behind 59 days\n got %d that went\nwant none", n)
	}
	h.wait(2 * day)
	if n := h.prune(); n != 2 {
		t.Errorf("behind 61 days\n got %d that went\nwant 2", n)
	}
	h.wantThere("behind the history's time", "map[]")
	numbers, err := h.store.Numbers(t.Context(), 1)
	if err != nil || len(numbers) != 2 {
		t.Errorf("control numbers\n got %v, %v\nwant both of the 997", numbers, err)
	}
	again := h.take("acme", file{sets: []set{{po: "1"}, {po: "2"}}}.String())
	if again.State != bridge.Translated || again.Total != 0 {
		t.Errorf("the same bytes again\n got %s, %d findings\nwant them translated as the first were", again.State, again.Total)
	}
}

// TestPruneWhole: while one member is not done, is too young or is kept for ever, its
// family stays.
func TestPruneWhole(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*bridge.Configuration)
		do     func(h *house)
		want   string // behind 100 days, the events apart
	}{
		{"an answer that nobody fetched", nil, func(h *house) { h.take("acme", file{sets: []set{{po: "1"}}}.String()) }, "map[acknowledgment:1 file:1]"},
		{"a dead letter", only("app"), func(h *house) {
			h.app.fail = func(int, *transports.Delivery) error {
				return &transports.Failure{Permanent: true, Err: errors.New("410 Gone")}
			}
			h.take("acme", file{sets: []set{{po: "1"}}}.String())
			h.fetchAll()
		}, "map[acknowledgment:1 event:1 file:1]"},
		{"a quarantined file", nil, func(h *house) { h.take("acme", "no EDI") }, "map[file:1]"},
		{"an acknowledgment that is overdue", awaits, func(h *house) {
			if _, err := h.b.Submit(h.t.Context(), submission("4711", "EA", "")); err != nil {
				h.t.Fatal(err)
			}
			h.drain()
			h.fetchAll()
			h.wait(2 * day)
			h.drain()
		}, "map[document:1 interchange:1]"},
		{"a class that is kept longer", func(c *bridge.Configuration) { c.Partners[0].Agreements[0].Retention = "long" }, func(h *house) {
			h.take("acme", file{sets: []set{{po: "1"}}}.String())
			h.fetchAll()
		}, "map[acknowledgment:1 file:1]"},
		{"a class that is kept for ever, events too", func(c *bridge.Configuration) { c.Partners[0].Agreements[0].Retention = "forever" }, func(h *house) {
			h.take("acme", file{sets: []set{{po: "1"}}}.String())
			h.fetchAll()
		}, "map[acknowledgment:1 event:2 file:1]"},
		{"a file that was taken late", nil, func(h *house) {
			h.take("acme", file{sets: []set{{po: "1"}}}.String())
			h.wait(90 * day)
			h.fetchAll()
		}, "map[acknowledgment:1 file:1]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h := keeping(t)
			if c.change != nil {
				c.change(h.cfg)
			}
			began := h.now()
			c.do(h)
			h.wait(began.Add(100 * day).Sub(h.now()))
			h.prune()
			h.wantThere("behind 100 days", c.want)
		})
	}
}

// TestRetentionClass: the class is that of the agreement, of several the one that
// keeps longest; of an acknowledgment that of what it answers.
func TestRetentionClass(t *testing.T) {
	h := keeping(t, awaits, func(c *bridge.Configuration) {
		c.Partners[0].Agreements[0].Retention = "long"
		change := *c.Partners[0].Agreements[0]
		change.Name, change.Set, change.Retention = "changes", "860", ""
		c.Partners[0].Agreements = append(c.Partners[0].Agreements, &change)
		c.Partners[1].Dispatches[0].Retention = "long"
	})
	order := h.take("acme", file{sets: []set{{po: "1"}}}.String())
	if _, err := h.b.Submit(t.Context(), submission("4711", "EA", "")); err != nil {
		t.Fatal(err)
	}
	h.drain()
	answer := h.take("globex", ack{control: 7, group: 1, status: "A"}.String())
	nothing := h.take("globex", ack{control: 8, group: 99, status: "A"}.String())
	unknown := h.take("acme", "no EDI")
	for _, c := range []struct {
		what string
		id   bridge.ID
		want string
	}{{"an order", order.ID, "long"}, {"an acknowledgment", answer.ID, "long"}, {"one that answers nothing", nothing.ID, ""}, {"no EDI", unknown.ID, ""}} {
		family, err := h.store.Family(t.Context(), []bridge.ID{c.id}, 100)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range family {
			if f.Retention != c.want {
				t.Errorf("%s: class of its %s\n got %q\nwant %q", c.what, f.Kind, f.Retention, c.want)
			}
		}
	}
}

// TestRetentionLongest: a file with sets of several agreements has the class that
// keeps longest, in whatever order and in however many slices they come.
func TestRetentionLongest(t *testing.T) {
	for _, sets := range []int{1, 500} {
		h := keeping(t, func(c *bridge.Configuration) {
			c.Partners[0].Agreements[0].Retention = "forever"
			change := *c.Partners[0].Agreements[0]
			change.Name, change.Set, change.Retention = "changes", "860", "long"
			c.Partners[0].Agreements = append(c.Partners[0].Agreements, &change)
		})
		h.opts = func(o *bridge.Options) { o.SliceSets = sets }
		h.make()
		one, two := file{control: 1, sets: []set{{po: "1"}}}, file{control: 2, sets: []set{{po: "2", kind: "860"}, {po: "3", kind: "860"}}}
		if got := h.take("acme", one.String()+two.String()).Retention; got != "forever" {
			t.Errorf("in slices of %d: class\n got %q\nwant forever", sets, got)
		}
	}
}

// TestPruneViews: what is still spoken of stays; an order of which nothing was said
// for long goes with all that was said of it.
func TestPruneViews(t *testing.T) {
	h := keeping(t, func(c *bridge.Configuration) { c.Partners[0].Agreements[0].Duplicates.Document = "accept" })
	h.take("acme", file{control: 1, sets: []set{{po: "1", amount: 5}}}.String())
	h.take("acme", file{control: 2, sets: []set{{po: "2", amount: 5}}}.String())
	h.fetchAll()
	h.wait(50 * day)
	h.take("acme", file{control: 3, sets: []set{{po: "1", amount: 6}}}.String())
	h.fetchAll()
	h.wait(20 * day)
	before := h.order("1")
	h.prune()
	h.wantThere("while an order is spoken of", "map[acknowledgment:2 file:2]")
	h.wantOrder("that is spoken of", "1", before)
	h.wantOrder("that nobody speaks of", "2", "")
	h.wait(60 * day)
	h.prune()
	h.wantThere("when nobody speaks of any", "map[]")
}

// TestPruneDry tells what would go, and nothing goes.
func TestPruneDry(t *testing.T) {
	h := keeping(t)
	h.take("acme", file{control: 1, sets: []set{{po: "1"}}}.String())
	h.fetchAll()
	h.take("acme", file{control: 2, sets: []set{{po: "2"}}}.String())
	h.wait(61 * day)
	p := bridge.Pruner{Store: h.store, Config: h.cfg, Now: h.now()}
	got, err := p.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	c := got.Classes[0]
	if c.Class != "default" || c.Events != 4 || c.Families != 1 || c.Transmissions != 2 || c.Kept["open"] != 1 {
		t.Errorf("what would go\n got %+v\nwant 4 events, then a family of 2; one is kept", c)
	}
	h.wantThere("behind a dry run", "map[acknowledgment:2 event:4 file:2]")
}

// TestPruneRepair: what lost its events is not translated again.
func TestPruneRepair(t *testing.T) {
	h := keeping(t)
	in := h.take("acme", file{sets: []set{{po: "1"}}}.String())
	h.wait(11 * day)
	h.prune()
	err := h.store.Operate(t.Context(), bridge.NewOperation(bridge.Repair, in.ID, "ann", "again", h.now()))
	if !errors.Is(err, bridge.ErrConflict) {
		t.Errorf("a repair\n got %v\nwant it refused", err)
	}
}

// pruneBusy works for some days, pruning each day, and gives how many families
// went. Every step may fail and is done again.
func pruneBusy(h *house, faults *bridgetest.Faults) {
	h.t.Helper()
	h.opened(faults)
	h.cfg.Retention[""] = bridge.Retention{History: 3 * day, Outbox: day}
	again := func(what string, do func() error) {
		h.t.Helper()
		for range 5 {
			err := do()
			h.check(false)
			if err == nil {
				return
			}
			if !errors.Is(err, bridgetest.ErrFault) {
				h.t.Fatalf("%s: %v", what, err)
			}
			h.wait(5 * time.Minute) // leases end
		}
		h.t.Fatalf("%s: never done", what)
	}
	ctx := h.t.Context()
	for n := range 6 {
		again("accept", func() error {
			body := file{control: n + 1, sets: []set{{po: fmt.Sprint("PO", n)}}}.String()
			_, err := h.b.Accept(ctx, &transports.Delivery{Endpoint: "sftp", Peer: "acme", Key: fmt.Sprint(n), Body: strings.NewReader(body)})
			return err
		})
		again("prune", func() error { _, err := h.b.Pass(ctx, bridge.StepPrune); return err })
		again("work", func() error { return h.b.Drain(ctx) })
		h.fetchAll()
		h.wait(day)
	}
	h.wait(2 * time.Hour)
	again("prune", func() error { _, err := h.b.Pass(ctx, bridge.StepPrune); return err })
	again("work", func() error { return h.b.Drain(ctx) })
	h.check(true)
	h.wantThere("behind six days", "map[acknowledgment:2 file:2]")
}

// TestPruneFaults makes every call that pruning makes fail, before and after, while
// work goes on.
func TestPruneFaults(t *testing.T) {
	points := []bridgetest.Point{"Ended", "Kin", "FactsOf", "Facts", "Prune", "PruneReplays", "TakeTurn"}
	sound := bridgetest.NewFaults()
	pruneBusy(keeping(t), sound)
	eachFault(t, sound, points, 3, func(t *testing.T, f bridgetest.Fault) {
		t.Parallel()
		pruneBusy(keeping(t), bridgetest.NewFaults(f))
	})
}

// TestPruneOverPostgres: two processes prune at once while a third works.
func TestPruneOverPostgres(t *testing.T) {
	server := pgtest.Start(t)
	address := server.Database(t)
	h := emptyHouse(t)
	keeps(h.cfg)
	h.database = func() (database, error) {
		return sqlstore.OpenPostgres(t.Context(), address, sqlstore.Options{Now: h.now})
	}
	h.open()
	pruneBusy(h, bridgetest.NewFaults())
	for n := range 30 {
		h.accept("acme", file{control: 100 + n, sets: []set{{po: fmt.Sprint("PO", n)}}}.String())
	}
	h.drain()
	h.fetchAll()
	h.wait(4 * day)
	done := make(chan error, 2)
	for range 2 {
		go func() {
			_, err := h.b.Pass(context.WithoutCancel(t.Context()), bridge.StepPrune)
			done <- err
		}()
	}
	for n := range 5 {
		h.accept("acme", file{control: 200 + n, sets: []set{{po: fmt.Sprint("QO", n)}}}.String())
		h.drain()
	}
	if err := errors.Join(<-done, <-done); err != nil {
		t.Fatal(err)
	}
	h.prune()
	h.wantThere("when both have ended", "map[acknowledgment:5 event:10 file:5]")
}

// TestPruneLeaf: the log says what was pruned.
func TestPruneLeaf(t *testing.T) {
	h := keeping(t)
	in := h.take("acme", file{sets: []set{{po: "1"}}}.String())
	h.fetchAll()
	h.wait(61 * day)
	h.prune()
	var got []string
	err := h.store.Audit(t.Context(), func(r bridge.Record) error {
		if r.Leaf == nil {
			return nil
		}
		l, err := archive.ParseLeaf(r.Leaf.Text)
		if err == nil && l.Kind == archive.LeafPrune {
			got = append(got, fmt.Sprint(len(l.Parents), " ", l.Retain.Class, " ", l.Retain.Until.Format(time.DateOnly), " ", l.Parents[len(l.Parents)-1] == in.Leaf))
		}
		return err
	})
	if want := "[2 default 2027-01-13 false 2 default 2026-11-24 true]"; err != nil || fmt.Sprint(got) != want {
		t.Errorf("leaves of pruning\n got %v, %v\nwant %s", got, err, want)
	}
}
