package bridge_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/transports"
)

// flowing changes a configuration so that acme's events go to app and bus, and
// endpoints are as flow says.
func flowing(flow func(*bridge.Endpoint)) func(*bridge.Configuration) {
	return func(c *bridge.Configuration) {
		for _, name := range []string{"app", "bus"} {
			ep := c.Endpoints[name]
			flow(&ep)
			c.Endpoints[name] = ep
		}
	}
}

// only gives acme's events to one endpoint.
func only(name string) func(*bridge.Configuration) {
	return func(c *bridge.Configuration) { c.Partners[0].Agreements[0].Events = []string{name} }
}

// orders accepts files of one order each.
func (h *house) orders(n int) (ids []bridge.ID) {
	h.t.Helper()
	for i := range n {
		ids = append(ids, h.accept("acme", file{control: i + 1, sets: []set{{po: fmt.Sprint("PO", i)}}}.String()))
	}
	return ids
}

// events are the events of files to one endpoint, in their order.
func (h *house) events(ids []bridge.ID, endpoint string) (events []bridge.Transmission) {
	h.t.Helper()
	for _, id := range ids {
		all, _ := h.outbound(id, bridge.KindEvent)
		for _, e := range all {
			if e.Endpoint == endpoint {
				events = append(events, e)
			}
		}
	}
	return events
}

// line is a sender over a line that hangs, or takes its time.
type line struct {
	mu        sync.Mutex
	now, most int // deliveries at once
	sent      []time.Time
	serve     func(ctx context.Context, d *transports.Delivery) error
}

func (l *line) Send(ctx context.Context, d *transports.Delivery) (transports.Receipt, error) {
	l.mu.Lock()
	l.now++
	l.most = max(l.most, l.now)
	l.sent = append(l.sent, time.Now())
	l.mu.Unlock()
	err := l.serve(ctx, d)
	l.mu.Lock()
	l.now--
	l.mu.Unlock()
	return transports.Receipt{ID: d.ID, Status: transports.Delivered, Evidence: &transports.Evidence{Kind: "http-response", At: time.Now()}}, err
}

func (l *line) seen() (most int, sent []time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.most, append([]time.Time(nil), l.sent...)
}

func hangs(ctx context.Context, _ *transports.Delivery) error {
	<-ctx.Done()
	return &transports.Failure{Err: ctx.Err()}
}

func takes(context.Context, *transports.Delivery) error { return nil }

// flown runs a bridge for a while of a clock that waits for nobody.
func flown(t *testing.T, app, bus *line, change func(*bridge.Configuration), check func(h *house)) {
	synctest.Test(t, func(t *testing.T) {
		h := emptyHouse(t)
		change(h.cfg)
		h.opts = func(o *bridge.Options) {
			o.Now = time.Now
			o.Senders = func(_ *bridge.Configuration, ep string) (transports.Sender, bool) {
				s, ok := map[string]*line{"app": app, "bus": bus}[ep]
				return s, ok
			}
		}
		h.open()
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- h.b.Run(ctx) }()
		check(h)
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		h.check(false)
		h.close()
	})
}

// TestHangingEndpoint: an endpoint that never answers holds its own connections
// and nothing else.
func TestHangingEndpoint(t *testing.T) {
	const files = 60
	app, bus := &line{serve: hangs}, &line{serve: takes}
	flown(t, app, bus, flowing(func(ep *bridge.Endpoint) { ep.Connections = 3 }), func(h *house) {
		ids := h.orders(files)
		time.Sleep(20 * time.Second) // less than the send's time
		most, sent := app.seen()
		if most != 3 || len(sent) != 3 {
			t.Errorf("to the one that hangs\n got %d sends, %d at once\nwant 3, 3", len(sent), most)
		}
		for _, e := range h.events(ids, "bus") {
			if e.State != bridge.Delivered {
				t.Fatalf("an event to the other endpoint\n got %s\nwant delivered", e.State)
			}
		}
		if most, _ := bus.seen(); most > 3 {
			t.Errorf("to the other\n got %d at once\nwant at most 3", most)
		}
	})
}

// TestRate: no more go out in a second than the endpoint takes, and all go out.
func TestRate(t *testing.T) {
	const files, rate = 40, 10
	app := &line{serve: takes}
	change := func(c *bridge.Configuration) {
		only("app")(c)
		flowing(func(ep *bridge.Endpoint) { ep.Rate = rate })(c)
	}
	flown(t, app, &line{serve: takes}, change, func(h *house) {
		h.orders(files)
		time.Sleep(time.Minute)
		_, sent := app.seen()
		if len(sent) != files {
			t.Fatalf("sent\n got %d\nwant %d", len(sent), files)
		}
		for i := 2 * rate; i < len(sent); i++ { // behind the first second's worth
			if took := sent[i].Sub(sent[i-rate]); took < 900*time.Millisecond {
				t.Errorf("%d to %d went out within %v, want %d a second at most", i-rate, i, took, rate)
			}
		}
	})
}

// alarms gives what was told of an endpoint, in the order of its making.
func (h *house) alarms(endpoint string) (types []string) {
	h.t.Helper()
	all, err := h.store.List(h.t.Context(), bridge.ListQuery{Kind: bridge.KindEvent, Endpoints: []string{"bus"}})
	if err != nil {
		h.t.Fatal(err)
	}
	slices.SortFunc(all, func(a, b bridge.Transmission) int { return a.Created.Compare(b.Created) })
	for _, e := range all {
		if strings.HasPrefix(e.Set, "edibridge.delivery.") && strings.Contains(h.body(e.Body), `"/endpoints/`+endpoint+`"`) {
			types = append(types, strings.TrimSuffix(strings.TrimPrefix(e.Set, "edibridge.delivery."), ".v1"))
		}
	}
	return types
}

// breaking is a house whose app fails, with what else was asked for.
func breaking(t *testing.T, fail error) *house {
	h := newHouse(t, only("app"), flowing(func(ep *bridge.Endpoint) {
		ep.Breaker = bridge.Breaker{After: 3, Probe: time.Minute, MaxProbe: time.Hour}
		ep.Retry = bridge.RetryPolicy{Base: time.Second, Max: time.Second, Attempts: 4}
	}), func(c *bridge.Configuration) { c.Alarms = []string{"app", "bus"} })
	h.app.fail = func(_ int, d *transports.Delivery) error {
		if d.Endpoint == "bus" {
			return nil
		}
		return fail
	}
	return h
}

// TestBreaker: behind three failures only probes go out, what waits loses no
// attempts, and the first success lets all go on. Both are told once, and not to
// the endpoint that it is about.
func TestBreaker(t *testing.T) {
	h := breaking(t, &transports.Failure{Err: errors.New("connection refused")})
	ids := h.orders(10)
	attempts := func() (n int) {
		for _, e := range h.events(ids, "app") {
			n += e.Attempts
		}
		return n
	}
	want := func(when string, n int, told string) {
		t.Helper()
		if got := attempts(); got != n {
			t.Errorf("attempts %s\n got %d\nwant %d", when, got, n)
		}
		if got := strings.Join(h.alarms("app"), " "); got != told {
			t.Errorf("told %s\n got %q\nwant %q", when, got, told)
		}
		h.check(false)
	}
	h.drain()
	want("until it opens", 3, "failed")
	h.wait(20 * time.Second)
	h.drain()
	want("before the probe", 3, "failed")
	h.wait(time.Minute)
	h.drain()
	want("with the probe", 4, "failed")
	h.wait(time.Minute) // the next probe is due in one to two
	h.wait(time.Minute)
	h.app.fail = nil
	h.drain()
	want("when it answers again", 14, "failed recovered")
	h.check(true)
	if keys := h.app.keys(); len(keys) != 10+2 {
		t.Errorf("events seen\n got %d\nwant 10 and two alarms", len(keys))
	}
}

// TestBreakerRestarted: a process that starts anew tells what the one before it
// could not, and nothing that it had told.
func TestBreakerRestarted(t *testing.T) {
	h := breaking(t, &transports.Failure{Err: errors.New("503"), Busy: true})
	h.orders(4)
	h.drain()
	for range 2 { // opens again in each process
		h.make()
		h.wait(time.Hour)
		h.drain()
	}
	if got := strings.Join(h.alarms("app"), " "); got != "failed" {
		t.Errorf("told by three processes\n got %q\nwant failed once", got)
	}
	h.app.fail = nil
	for range 2 {
		h.make()
		h.wait(time.Hour)
		h.drain()
	}
	if got := strings.Join(h.alarms("app"), " "); got != "failed recovered" {
		t.Errorf("told at the end\n got %q\nwant failed, recovered", got)
	}
	h.check(false)
}

// TestRefusedOpensNothing: a peer that refuses documents answers, and others go out.
func TestRefusedOpensNothing(t *testing.T) {
	h := breaking(t, &transports.Failure{Err: errors.New("422"), Permanent: true})
	ids := h.orders(6)
	h.drain()
	for _, e := range h.events(ids, "app") {
		if e.State != bridge.Dead || e.Attempts != 1 {
			t.Errorf("got %s after %d attempts, want dead after one", e.State, e.Attempts)
		}
	}
	if got := h.alarms("app"); len(got) != 0 {
		t.Errorf("told\n got %q\nwant nothing", got)
	}
}

// TestRetryAfterHoldsTheEndpoint: who asks to be left alone is, by all.
func TestRetryAfterHoldsTheEndpoint(t *testing.T) {
	h := breaking(t, &transports.Failure{Err: errors.New("429"), Busy: true, RetryAfter: 10 * time.Minute})
	h.orders(6)
	h.drain()
	sends := func() (n int) {
		for _, times := range h.app.keys() {
			n += times
		}
		return n
	}
	before := sends()
	h.wait(9 * time.Minute)
	h.drain()
	if got := sends(); got != before {
		t.Errorf("sends within the time\n got %d\nwant %d", got, before)
	}
	h.app.fail = nil
	h.wait(2 * time.Minute)
	h.drain()
	h.check(true)
}

// TestDeadline: what still fails behind its deadline is dead, however many
// attempts are left; a person's retry begins anew.
func TestDeadline(t *testing.T) {
	h := newHouse(t, only("app"), flowing(func(ep *bridge.Endpoint) {
		ep.Retry = bridge.RetryPolicy{Base: time.Minute, Max: time.Minute, Attempts: 1000, Deadline: time.Hour}
		ep.Breaker.After = -1
	}))
	h.app.fail = func(int, *transports.Delivery) error { return errors.New("connection refused") }
	ids := h.orders(1)
	play := func(rounds int) bridge.Transmission {
		for range rounds {
			h.drain()
			h.wait(10 * time.Minute)
		}
		return h.events(ids, "app")[0]
	}
	if e := play(6); e.State != bridge.Pending || e.Attempts != 6 {
		t.Fatalf("before the deadline\n got %s after %d attempts\nwant pending after 6", e.State, e.Attempts)
	}
	e := play(1)
	if e.State != bridge.Dead || e.Attempts != 7 {
		t.Fatalf("behind the deadline\n got %s after %d attempts\nwant dead after 7", e.State, e.Attempts)
	}
	if err := h.b.Operate(t.Context(), bridge.NewOperation(bridge.Retry, e.ID, "ann", "it is back", h.now())); err != nil {
		t.Fatal(err)
	}
	if e := play(2); e.State != bridge.Pending || e.Attempts != 2 {
		t.Errorf("after a person's retry\n got %s after %d attempts\nwant pending after 2", e.State, e.Attempts)
	}
}

// TestPressure: while the disk or the backlog is at its limit nothing is taken;
// what is in custody goes on; it opens by itself, a little later than it closed.
func TestPressure(t *testing.T) {
	free := int64(200 << 20)
	h := emptyHouse(t)
	h.cfg.Pressure = bridge.Pressure{MinFree: 100 << 20, Backlog: 10}
	h.opts = func(o *bridge.Options) { o.Free = func() (int64, error) { return free, nil } }
	h.open()
	offer := func(when string, taken bool) {
		t.Helper()
		h.wait(time.Minute)
		_, err := h.b.Accept(t.Context(), &transports.Delivery{Endpoint: "sftp", Peer: "acme", Body: strings.NewReader(file{sets: []set{{po: "1"}}}.String())})
		var busy *bridge.BusyError
		if taken != (err == nil) || !taken && (!errors.Is(err, transports.ErrBusy) || !errors.As(err, &busy) || busy.RetryAfter <= 0) {
			t.Errorf("%s: got %v, want it taken: %v", when, err, taken)
		}
		if ready := h.b.Ready(t.Context()); taken != (ready == nil) && when != "the last that has room" {
			t.Errorf("%s: Ready gives %v", when, ready)
		}
	}
	offer("room", true)
	free = 99 << 20
	offer("a full disk", false)
	free = 105 << 20
	offer("a disk that is hardly less full", false)
	free = 111 << 20
	offer("a disk with room again", true)
	h.drain()
	for range 10 {
		offer("the last that has room", true)
	}
	offer("a full backlog", false)
	if n, err := h.b.Pass(t.Context(), bridge.StepTranslate); err != nil || n != 10 {
		t.Fatalf("translated %d, %v; want what is in custody to go on", n, err)
	}
	h.drain()
	offer("a backlog that was worked off", true)
	h.check(false)
}
