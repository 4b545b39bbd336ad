package bridge_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/bridge/bridgetest"
	"github.com/edibridge/edibridge/bridge/sqlstore"
	"github.com/edibridge/edibridge/bridge/sqlstore/pgtest"
	"github.com/edibridge/edibridge/canonical"
	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/transports"
)

// toldOfSilence are the events about silence that the application got, each once, in the order
// in which they came: "silent acme/orders".
func (h *house) toldOfSilence() string {
	h.app.mu.Lock()
	defer h.app.mu.Unlock()
	var out []string
	seen := map[string]bool{}
	for _, c := range h.app.got {
		var ev canonical.Event
		if err := json.Unmarshal([]byte(c.body), &ev); err != nil {
			h.t.Fatal(err)
		}
		if seen[ev.ID] || ev.Type != canonical.EventPartnerSilent && ev.Type != canonical.EventPartnerHeard {
			continue
		}
		seen[ev.ID] = true
		what := strings.Split(ev.Type, ".")[2]
		out = append(out, what+strings.TrimPrefix(ev.Subject, "partner/"+ev.Partner))
	}
	return strings.Join(out, " ")
}

func (h *house) wantTraffic(when, want string) {
	h.t.Helper()
	h.drain()
	h.check(true)
	if got := h.toldOfSilence(); got != want {
		h.t.Errorf("%s: told\n got %s\nwant %s", when, got, want)
	}
}

// sendsOne accepts a file with one order under a new number.
func (h *house) sendsOne(control int, mode string) {
	h.t.Helper()
	h.accept("acme", file{control: control, mode: mode, sets: []set{{po: fmt.Sprint("PO", control)}}}.String())
	h.drain()
}

// listens expects something of acme, told to one endpoint.
func listens(rule bridge.Traffic) func(*bridge.Configuration) {
	return func(c *bridge.Configuration) {
		c.Partners[0].Agreements[0].Events = []string{"app"}
		c.Partners[0].Traffic = &rule
	}
}

// TestSilent: silence is told once, by whatever process; so is that it ended.
func TestSilent(t *testing.T) {
	h := newHouse(t, listens(bridge.Traffic{Every: 24 * time.Hour}))
	h.wantTraffic("at the beginning", "")
	h.wait(20 * time.Hour)
	h.sendsOne(1, "")
	h.wait(20 * time.Hour)
	h.wantTraffic("40 hours behind the beginning, 20 behind a file", "")
	h.wait(4*time.Hour + time.Second)
	h.wantTraffic("24 hours behind the file", "silent")
	h.wait(-time.Hour)
	h.wantTraffic("when the clock goes back", "silent")
	h.wait(100 * time.Hour)
	h.make() // another process
	h.wantTraffic("much later", "silent")
	h.sendsOne(2, "")
	h.wantTraffic("behind a file", "silent heard")
	h.wait(23 * time.Hour)
	h.wantTraffic("a while later", "silent heard")
	h.wait(2 * time.Hour)
	h.wantTraffic("when it is silent again", "silent heard silent")
}

// TestSilentSet: of an agreement only its own documents in production count.
func TestSilentSet(t *testing.T) {
	h := newHouse(t, func(c *bridge.Configuration) {
		a := c.Partners[0].Agreements[0]
		a.Events, a.Traffic = []string{"app"}, &bridge.Traffic{Every: 24 * time.Hour}
		change, test := *a, *a
		change.Name, change.Set, change.Traffic = "changes", "860", nil
		test.Name, test.Mode, test.Traffic, test.Events = "tests", edi.Test, nil, nil
		c.Partners[0].Agreements = append(c.Partners[0].Agreements, &change, &test)
	})
	h.drain()
	h.wait(20 * time.Hour)
	h.sendsOne(1, "T")
	h.accept("acme", file{control: 2, sets: []set{{po: "9", kind: "860"}}}.String())
	h.wait(5 * time.Hour)
	h.wantTraffic("behind a test and another set", "silent/orders")
	h.accept("acme", file{control: 3, sets: []set{{po: "9", kind: "860"}}}.String()+file{control: 4, sets: []set{{po: "10"}}}.String())
	h.drain()
	h.wantTraffic("behind an order", "silent/orders heard/orders")
}

// TestSilentByTime: something has to come between two of the times.
func TestSilentByTime(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	week := [7]bool{false, true, true, true, true, true, false}
	h := newHouse(t, listens(bridge.Traffic{By: 18 * 60, Zone: berlin, Days: week}))
	h.wantTraffic("Monday 10:30", "")
	h.wait(time.Minute)
	h.sendsOne(1, "")
	h.wait(8 * time.Hour)
	h.wantTraffic("Monday 18:30", "")
	h.wait(23 * time.Hour)
	h.wantTraffic("Tuesday 17:30", "")
	h.wait(time.Hour)
	h.wantTraffic("Tuesday 18:30", "silent")
	h.wait(24 * time.Hour)
	h.wantTraffic("Wednesday 18:30", "silent")
	h.sendsOne(2, "")
	h.wantTraffic("then", "silent heard")
	h.wait(24 * time.Hour)
	h.wantTraffic("Thursday 18:30, something came on Wednesday evening", "silent heard")
	h.sendsOne(3, "")
	h.wait(24 * time.Hour)
	h.sendsOne(4, "")
	h.wait(60 * time.Hour)
	h.wantTraffic("Monday 6:30", "silent heard")
	h.wait(72 * time.Hour)
	h.wantTraffic("Thursday 6:30, nobody had looked since", "silent heard silent")
}

// TestSilentWaits: while a file of the partner's waits to be translated nobody is
// called silent.
func TestSilentWaits(t *testing.T) {
	h := newHouse(t, listens(bridge.Traffic{Every: 24 * time.Hour}))
	h.drain()
	h.wait(20 * time.Hour)
	h.accept("acme", file{sets: []set{{po: "1"}}}.String())
	h.wait(5 * time.Hour)
	if _, err := h.b.Pass(t.Context(), bridge.StepExpire); err != nil {
		t.Fatal(err)
	}
	h.wantTraffic("behind its translation", "")
}

// TestSilentRule: another rule begins anew.
func TestSilentRule(t *testing.T) {
	h := newHouse(t, listens(bridge.Traffic{Every: 24 * time.Hour}))
	h.drain()
	h.wait(23 * time.Hour)
	h.cfg.Partners[0].Traffic = &bridge.Traffic{Every: 12 * time.Hour}
	h.wantTraffic("under the new rule", "")
	h.wait(12 * time.Hour)
	h.wantTraffic("when its time is up", "silent")
}

// silentFaulty lets a partner be silent and speak again; every step may fail.
func silentFaulty(h *house, faults *bridgetest.Faults) {
	h.t.Helper()
	h.opened(faults)
	work := func() {
		h.t.Helper()
		for range 3 {
			if err := h.b.Drain(h.t.Context()); err != nil && !errors.Is(err, bridgetest.ErrFault) {
				h.t.Fatal(err)
			}
			h.check(false)
			h.wait(10 * time.Minute)
		}
	}
	work()
	h.wait(25 * time.Hour)
	work()
	for range 3 {
		_, err := h.b.Accept(h.t.Context(), &transports.Delivery{Endpoint: "sftp", Peer: "acme", Key: "k", Body: strings.NewReader(file{sets: []set{{po: "1"}}}.String())})
		if err == nil {
			break
		}
	}
	work()
	h.wantTraffic("at the end", "silent heard")
}

// TestSilentFaults makes every call that listening makes fail, before and after.
func TestSilentFaults(t *testing.T) {
	rule := listens(bridge.Traffic{Every: 24 * time.Hour})
	sound := bridgetest.NewFaults()
	silentFaulty(newHouse(t, rule), sound)
	points := []bridgetest.Point{"Watches", "Heard", "KeepWatch", "List", "PutAll"}
	eachFault(t, sound, points, 4, func(t *testing.T, f bridgetest.Fault) {
		t.Parallel()
		silentFaulty(newHouse(t, rule), bridgetest.NewFaults(f))
	})
}

// TestSilentReplicas: several processes tell it once.
func TestSilentReplicas(t *testing.T) {
	server := pgtest.Start(t)
	h := emptyHouse(t)
	listens(bridge.Traffic{Every: 24 * time.Hour})(h.cfg)
	address := server.Database(t)
	h.database = func() (database, error) { return sqlstore.OpenPostgres(t.Context(), address, sqlstore.Options{}) }
	h.open()
	h.drain()
	h.wait(25 * time.Hour)
	done := make(chan error, 4)
	for range cap(done) {
		go func() {
			_, err := h.b.Pass(t.Context(), bridge.StepExpire)
			done <- err
		}()
	}
	for range cap(done) {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	h.wantTraffic("when all have looked", "silent")
	events := 0
	err := h.store.Audit(t.Context(), func(r bridge.Record) error {
		if r.Transmission != nil && r.Transmission.Set == canonical.EventPartnerSilent {
			events++
		}
		return nil
	})
	if err != nil || events != 1 {
		t.Errorf("events\n got %d, %v\nwant one", events, err)
	}
}
