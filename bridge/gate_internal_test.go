package bridge

import (
	"errors"
	"testing"
	"time"

	"github.com/edibridge/edibridge/canonical"
	"github.com/edibridge/edibridge/transports"
)

var gateStart = time.Date(2026, 11, 23, 9, 30, 0, 0, time.UTC)

func TestUnderstand(t *testing.T) {
	said := &transports.Failure{Err: errors.New("x"), RetryAfter: time.Minute}
	for _, c := range []struct {
		name  string
		err   error
		ours  bool
		class ErrorClass
		final bool
	}{
		{"plain", errors.New("connection reset"), false, ClassNetwork, false},
		{"no answer", &transports.Failure{Err: errors.New("timeout")}, false, ClassNetwork, false},
		{"busy", &transports.Failure{Err: errors.New("503"), Busy: true}, false, ClassBusy, false},
		{"a time", said, false, ClassBusy, false},
		{"refused", &transports.Failure{Err: errors.New("410"), Permanent: true}, false, ClassRefused, true},
		{"not set up", errSetup, false, ClassRefused, false},
		{"unreadable bytes", said, true, ClassOurs, false},
	} {
		if f := understand(c.err, c.ours); f.class != c.class || f.final != c.final {
			t.Errorf("%s\n got %s, final %v\nwant %s, final %v", c.name, f.class, f.final, c.class, c.final)
		}
	}
}

func TestRetryWait(t *testing.T) {
	p := RetryPolicy{Base: 4 * time.Second, Max: 10 * time.Minute}
	for _, c := range []struct {
		name     string
		n        int
		f        failure
		from, to time.Duration
	}{
		{"first", 1, failure{class: ClassNetwork}, 2 * time.Second, 4 * time.Second},
		{"fourth", 4, failure{class: ClassBusy}, 16 * time.Second, 32 * time.Second},
		{"hundredth", 100, failure{class: ClassNetwork}, 5 * time.Minute, 10 * time.Minute},
		{"ours", 100, failure{class: ClassOurs}, 30 * time.Second, time.Minute},
		{"asked for", 1, failure{class: ClassBusy, after: time.Hour}, time.Hour, time.Hour},
	} {
		for range 50 {
			if d := p.wait(c.n, &c.f); d < c.from || d > c.to {
				t.Errorf("%s\n got %v\nwant %v to %v", c.name, d, c.from, c.to)
			}
		}
	}
}

func TestRetryOver(t *testing.T) {
	p := RetryPolicy{Attempts: 3, Deadline: time.Hour}
	for _, c := range []struct {
		name     string
		f        failure
		attempts int
		since    time.Duration
		want     bool
	}{
		{"early", failure{class: ClassNetwork}, 2, time.Minute, false},
		{"the last attempt", failure{class: ClassNetwork}, 3, time.Minute, true},
		{"the deadline", failure{class: ClassBusy}, 1, time.Hour, true},
		{"for good", failure{class: ClassRefused, final: true}, 1, 0, true},
		{"ours never", failure{class: ClassOurs}, 300, 24 * time.Hour, false},
	} {
		if got := p.over(&c.f, c.attempts, gateStart, gateStart.Add(c.since)); got != c.want {
			t.Errorf("%s\n got %v\nwant %v", c.name, got, c.want)
		}
	}
}

// TestCircuit plays one endpoint's circuit.
func TestCircuit(t *testing.T) {
	var g gates
	cfg := &Configuration{Endpoints: map[string]Endpoint{"erp": {Name: "erp", Kind: EndpointWebhook, Connections: 8,
		Breaker: Breaker{After: 3, Probe: 10 * time.Second, MaxProbe: 40 * time.Second}}}}
	ep, now := cfg.Endpoints["erp"], gateStart
	room := func(want int) {
		t.Helper()
		if got, _ := g.room(cfg, now); got["erp"] != want {
			t.Errorf("room at %v\n got %d\nwant %d", now.Sub(gateStart), got["erp"], want)
		}
	}
	judge := func(class ErrorClass, want turn) {
		t.Helper()
		if got := g.judge(ep, class, 0, now); got != want {
			t.Errorf("after %q\n got %q\nwant %q", class, got, want)
		}
	}
	room(8)
	judge("", turnClosed) // as far as this process knows
	judge("", turnNone)
	judge(ClassNetwork, turnNone)
	room(4) // suspected
	judge(ClassOurs, turnNone)
	judge(ClassBusy, turnNone)
	room(2)
	judge(ClassRefused, turnNone) // it answers
	room(8)
	for range 2 {
		judge(ClassNetwork, turnNone)
	}
	judge(ClassNetwork, turnOpened)
	judge(ClassNetwork, turnNone) // one that was under way
	for _, rest := range []time.Duration{10, 20, 40, 40} {
		now = now.Add(rest*time.Second/2 - 1)
		room(0)
		now = now.Add(rest*time.Second/2 + 1)
		room(1)
		g.enter("erp")
		room(0) // one probe at a time
		judge(ClassNetwork, turnNone)
		g.leave("erp")
	}
	now = now.Add(time.Minute)
	judge("", turnClosed)
	room(8)
}

func TestTokens(t *testing.T) {
	for _, c := range []struct {
		rate          float64
		after         time.Duration
		first, second int
		wait          time.Duration
	}{
		{3, time.Second / 3, 3, 1, time.Second / 3},
		{0.5, time.Second, 1, 0, 2 * time.Second},
		{5, time.Hour, 5, 5, time.Second / 5},
	} {
		g := &gate{}
		ep := Endpoint{Kind: EndpointWebhook, Rate: c.rate}
		n, _ := g.room(ep, gateStart)
		g.tokens -= float64(n)
		_, at := g.room(ep, gateStart)
		again, _ := g.room(ep, gateStart.Add(c.after))
		if n != c.first || again != c.second || at.Sub(gateStart).Round(time.Millisecond) != c.wait.Round(time.Millisecond) {
			t.Errorf("rate %v\n got %d, then %d after %v; none until %v\nwant %d, %d, %v",
				c.rate, n, again, c.after, at.Sub(gateStart), c.first, c.second, c.wait)
		}
	}
}

func TestLanePolicy(t *testing.T) {
	p := LanePolicy{Lane: Bulk, Rules: []LaneRule{{Scheme: "po", Pattern: "rush*", Lane: Urgent}, {Pattern: "A/[0-9]", Lane: Normal}}}
	for _, c := range []struct {
		key  canonical.Key
		want Lane
	}{
		{canonical.Key{Scheme: "po", Value: "RUSH-1"}, Urgent},
		{canonical.Key{Scheme: "PO", Value: "Rush/1/2"}, Urgent},
		{canonical.Key{Scheme: "invoice", Value: "RUSH-1"}, Bulk},
		{canonical.Key{Scheme: "invoice", Value: "a/7"}, Normal},
		{canonical.Key{Scheme: "po", Value: "4711"}, Bulk},
	} {
		if got := p.of([]canonical.Key{{Scheme: "control", Value: "1"}, c.key}); got != c.want {
			t.Errorf("%v\n got %s\nwant %s", c.key, got, c.want)
		}
	}
	if got := (&LanePolicy{}).of(nil); got != Normal {
		t.Errorf("without a word\n got %s\nwant normal", got)
	}
}
