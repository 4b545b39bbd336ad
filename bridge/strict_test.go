package bridge_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/bridge/bridgetest"
	"github.com/edibridge/edibridge/bridge/sqlstore/pgtest"
	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/transports"
)

// strictly has all that goes to globex leave in the order of its control numbers:
// orders to one endpoint, acknowledgments to another.
func strictly(cfg *bridge.Configuration) {
	sends(cfg)
	p := cfg.Partners[1]
	p.Strict, p.Ordered = true, true
	p.Dispatches[0].To = "app"
	p.Acknowledge.To = "bus"
	p.Agreements[0].Events = nil
	for _, name := range []string{"app", "bus"} {
		ep := cfg.Endpoints[name]
		ep.Retry = bridge.RetryPolicy{Base: time.Millisecond, Max: time.Second, Attempts: 1000}
		ep.Breaker.After = -1
		cfg.Endpoints[name] = ep
	}
}

// numberedWire is the wire to a partner: it fails now and then, and wants numbers in order.
type numberedWire struct {
	t    *testing.T
	mu   sync.Mutex // guards what follows
	next int        // number that has not been taken yet
	fail func() bool
}

// Send takes what comes next, or came before.
func (l *numberedWire) Send(_ context.Context, d *transports.Delivery) (transports.Receipt, error) {
	var head [106]byte
	if _, err := d.Body.Read(head[:]); err != nil {
		return transports.Receipt{}, err
	}
	number, err := strconv.Atoi(strings.TrimLeft(string(head[90:99]), "0"))
	if err != nil {
		return transports.Receipt{}, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if number > l.next {
		l.t.Errorf("number %d left while %d had not been taken", number, l.next)
	}
	if l.fail != nil && l.fail() {
		return transports.Receipt{}, errors.New("no network")
	}
	l.next = max(l.next, number+1)
	return transports.Receipt{ID: d.ID, Status: transports.Delivered, Evidence: &transports.Evidence{Kind: "http-response", At: time.Now(), Bytes: []byte("204")}}, nil
}

// crowd are workers over one store that fail at random.
type crowd struct {
	*house
	wire    *numberedWire
	bridges []*bridge.Bridge
}

// newCrowd makes workers of which each of the named calls fails now and then: not
// stored, or stored and not told of.
func newCrowd(h *house, workers int, rnd *rand.Rand) *crowd {
	c := &crowd{house: h, wire: &numberedWire{t: h.t, next: 1}}
	var mu sync.Mutex // guards rnd
	chance := func(oneIn int) bool {
		mu.Lock()
		defer mu.Unlock()
		return rnd.IntN(oneIn) == 0
	}
	c.wire.fail = func() bool { return chance(4) }
	var plan []bridgetest.Fault
	points := []bridgetest.Point{"Claim", "Advance", "Commit", "Attempt", "Release", "Reserve", "CloseBatch"}
	for f := range faultsOf(points, func(bridgetest.Point) int { return 300 }) {
		if rnd.IntN(20) == 0 {
			plan = append(plan, f)
		}
	}
	faults := bridgetest.NewFaults(plan...)
	for i := range workers {
		c.bridges = append(c.bridges, bridge.New(bridge.Options{
			Store: faults.Store(h.store), Bodies: h.bodies, Config: func() *bridge.Configuration { return h.cfg },
			Senders: func(_ *bridge.Configuration, ep string) (transports.Sender, bool) {
				return c.wire, ep == "app" || ep == "bus"
			},
			Now: h.now, Owner: fmt.Sprint("worker ", i), SliceSets: 2,
		}))
	}
	return c
}

// work has all workers carry out both steps at the same time, in rounds, until
// nothing is left but open batches.
func (c *crowd) work() {
	c.t.Helper()
	for range 400 {
		var wg sync.WaitGroup
		for _, b := range c.bridges {
			for _, step := range []bridge.Step{bridge.StepTranslate, bridge.StepDeliver} {
				wg.Go(func() {
					if _, err := b.Pass(c.t.Context(), step); err != nil && !errors.Is(err, bridgetest.ErrFault) {
						c.t.Error(err)
					}
				})
			}
		}
		wg.Wait()
		c.wait(3 * time.Minute) // leases end
		counts, err := c.store.Counts(c.t.Context())
		if err != nil {
			c.t.Fatal(err)
		}
		if counts[bridge.Accepted]+counts[bridge.Batched]+counts[bridge.Held]+counts[bridge.Pending]+counts[bridge.Attempted] == 0 {
			return
		}
	}
	c.t.Fatal("it does not end")
}

// TestStrictSequence: interchanges and acknowledgments leave in the order of their
// control numbers, without a gap, whatever fails and however many work on it.
func TestStrictSequence(t *testing.T) {
	for seed := range uint64(1 + 5*longer()) {
		t.Run(fmt.Sprint("sqlite ", seed), func(t *testing.T) { strictCrowd(t, newHouse(t, strictly), seed) })
	}
	server := pgtest.Start(t)
	for seed := range uint64(1 + 5*longer()) {
		t.Run(fmt.Sprint("postgres ", seed), func(t *testing.T) {
			h := emptyHouse(t)
			strictly(h.cfg)
			on := newHouseOn(t, server.Database(t))
			on.cfg = h.cfg
			strictCrowd(t, on, seed)
		})
	}
}

// strictCrowd has three workers send orders, alone and together, and answer files,
// of which some are kept for a person and translated again.
func strictCrowd(t *testing.T, h *house, seed uint64) {
	together := *h.cfg.Partners[1].Dispatches[0]
	together.Name, together.Batch = "together", &bridge.Batching{Count: 3, Every: 10 * time.Minute}
	h.cfg.Partners[1].Dispatches = append(h.cfg.Partners[1].Dispatches, &together)
	c := newCrowd(h, 3, rand.New(rand.NewPCG(seed, 11)))
	var doubtful []bridge.ID
	for i := range 8 {
		for _, agreement := range []string{"our-orders", "together"} {
			s := submission(fmt.Sprint(agreement[0:1], i), "EA", fmt.Sprint(agreement, i))
			s.Agreement = agreement
			if _, err := h.b.Submit(t.Context(), s); err != nil {
				t.Fatal(err)
			}
		}
		h.accept("globex", file{from: "GLOBEX", control: 100 + i, ack: "1", sets: []set{{po: fmt.Sprint("G", i)}, {po: fmt.Sprint("B", i), bad: true}}}.String())
		if i%3 == 0 { // nothing is agreed about it, yet
			doubtful = append(doubtful, h.accept("globex", file{from: "GLOBEX", control: 500 + i, sets: []set{{po: fmt.Sprint("D", i), kind: "860"}}}.String()))
		}
	}
	c.work()
	for _, id := range doubtful {
		if got := h.transmission(id).State; got != bridge.Quarantined {
			t.Errorf("what nothing is agreed about is %s", got)
		}
		h.operate(bridge.Retry, id)
	}
	c.work()
	h.check(true)
	sent := 0
	for _, kind := range []bridge.Kind{bridge.KindInterchange, bridge.KindAcknowledgment} {
		trs, err := h.store.List(t.Context(), bridge.ListQuery{Kind: kind})
		if err != nil {
			t.Fatal(err)
		}
		sent += len(trs)
	}
	if c.wire.next != sent+1 || sent < 8+3+16 {
		t.Errorf("the last number is %d, of %d that were sent", c.wire.next-1, sent)
	}
}

// TestStrictRepeat: an answer that is given again does not leave before it was given,
// nor does one that cannot be handed over hold anything up.
func TestStrictRepeat(t *testing.T) {
	for _, c := range []struct {
		name     string
		fails    int // which call
		attempts int
		calls    string // numbers in the order in which they left
	}{
		{"the first fails for now", 1, 1000, "1 1 2 2 3"},
		{"the repetition fails for good", 3, 1, "1 2 2 3"},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHouse(t, strictly, func(cfg *bridge.Configuration) {
				bus := cfg.Endpoints["bus"]
				bus.Retry.Attempts = c.attempts
				cfg.Endpoints["bus"] = bus
			})
			h.app.fail = func(n int, _ *transports.Delivery) error {
				if n == c.fails {
					return errors.New("no network")
				}
				return nil
			}
			for _, control := range []int{101, 102, 102, 103} { // the second comes twice
				h.accept("globex", file{from: "GLOBEX", control: control, sets: []set{{po: fmt.Sprint("G", control)}}}.String())
				if _, err := h.b.Pass(t.Context(), bridge.StepTranslate); err != nil {
					t.Fatal(err)
				}
			}
			h.check(false)
			for range 6 { // each waits for the one before it
				if _, err := h.b.Pass(t.Context(), bridge.StepDeliver); err != nil {
					t.Fatal(err)
				}
				h.check(false)
				h.wait(time.Minute)
			}
			var calls []string
			for _, call := range h.app.got {
				calls = append(calls, strings.TrimLeft(call.body[90:99], "0"))
			}
			if got := strings.Join(calls, " "); got != c.calls {
				t.Errorf("left\n got %s\nwant %s", got, c.calls)
			}
			h.check(true)
		})
	}
}

// TestStrictDead: what is dead holds all that is numbered behind it, and those who
// get alarms are told; let go, it lets the next pass.
func TestStrictDead(t *testing.T) {
	h := newHouse(t, strictly, func(cfg *bridge.Configuration) {
		cfg.Alarms = []string{"app"}
		cfg.Partners[1].Dispatches[0].To = "bus"
		bus := cfg.Endpoints["bus"]
		bus.Retry.Attempts = 1
		cfg.Endpoints["bus"] = bus
	})
	h.app.fail = func(n int, _ *transports.Delivery) error {
		if n == 1 {
			return fmt.Errorf("no such account: %w", transports.ErrRefused)
		}
		return nil
	}
	ids := h.submit("1", "2")
	h.drain()
	h.check(true)
	first, _ := h.outbound(ids[0], bridge.KindInterchange)
	second, _ := h.outbound(ids[1], bridge.KindInterchange)
	if first[0].State != bridge.Dead || second[0].State != bridge.Pending {
		t.Fatalf("the first is %s, the second %s; want dead and pending", first[0].State, second[0].State)
	}
	alarms, err := h.store.List(t.Context(), bridge.ListQuery{Kind: bridge.KindEvent, Endpoints: []string{"app"}})
	if err != nil || len(alarms) != 1 || alarms[0].Set != "edibridge.exception.opened.v1" {
		t.Errorf("alarms %+v, %v; want that the series is held", alarms, err)
	}
	h.operate(bridge.Discard, first[0].ID)
	h.drain()
	h.check(true)
	if got := h.transmission(second[0].ID).State; got != bridge.Delivered {
		t.Errorf("the second is %s, want delivered", got)
	}
}

// TestStrictAgreement: an agreement that wants order has it for all that shares its
// control numbers, and for nothing else.
func TestStrictAgreement(t *testing.T) {
	h := newHouse(t, sends, func(cfg *bridge.Configuration) {
		d := cfg.Partners[1].Dispatches[0]
		d.Strict = true
		shares, other := *d, *d
		shares.Name, shares.Strict = "shares", false
		other.Name, other.Strict, other.Mode = "other", false, edi.Test
		cfg.Partners[1].Dispatches = append(cfg.Partners[1].Dispatches, &shares, &other)
	})
	series := map[string]string{}
	for _, name := range []string{"our-orders", "shares", "other"} {
		s := submission(name, "EA", "")
		s.Agreement = name
		r, err := h.b.Submit(t.Context(), s)
		if err != nil {
			t.Fatal(err)
		}
		h.drain()
		trs, _ := h.outbound(bridge.ID(r.ID), bridge.KindInterchange)
		series[name] = trs[0].Series
	}
	h.take("globex", file{from: "GLOBEX", control: 9, sets: []set{{po: "7"}}}.String())
	acks, err := h.store.List(t.Context(), bridge.ListQuery{Kind: bridge.KindAcknowledgment})
	if err != nil || len(acks) != 1 {
		t.Fatalf("%d acknowledgments, %v", len(acks), err)
	}
	const want = "ISA ZZ/EDIBRIDGE ZZ/GLOBEX production"
	if series["our-orders"] != want || series["shares"] != want || series["other"] != "" || acks[0].Series != want {
		t.Errorf("series %q, of the acknowledgment %q\nwant %q but for what is of another mode", series, acks[0].Series, want)
	}
}
