package bridge

import (
	"sync"
	"time"
)

// gates hold back what an endpoint does not take now: more connections than it
// may have, more deliveries a second, anything while its circuit is open. They
// are the process's own: each replica sees the way to an endpoint for itself,
// and a decision that had to be durable would cost a commit for each delivery.
// What has been said of it to others is durable: see alarm.go.
type gates struct {
	mu sync.Mutex // guards of
	of map[string]*gate
}

// gate is one endpoint's.
type gate struct {
	busy   int       // deliveries that run
	tokens float64   // of the rate
	filled time.Time // when they were counted

	failures int           // in a row, of classes that speak of the endpoint
	open     bool          // the circuit is: only a probe goes out, one at a time
	until    time.Time     // nothing goes out before
	rest     time.Duration // the last wait between two probes
	known    bool          // what was said of the endpoint before this process has been looked up
}

func (g *gates) get(endpoint string) *gate {
	if g.of == nil {
		g.of = map[string]*gate{}
	}
	if g.of[endpoint] == nil {
		g.of[endpoint] = &gate{}
	}
	return g.of[endpoint]
}

// room says how many deliveries each endpoint takes now; next is when one that
// takes none by time takes some again.
func (g *gates) room(cfg *Configuration, now time.Time) (room map[string]int, next time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	room = map[string]int{}
	for name, ep := range cfg.Endpoints {
		if !ep.sends() {
			continue
		}
		n, at := g.get(name).room(ep, now)
		if until, shut := ep.Window.shut(now); shut {
			n, at = 0, until
		}
		room[name] = n
		if n == 0 && !at.IsZero() && (next.IsZero() || at.Before(next)) {
			next = at
		}
	}
	return room, next
}

// room is how many more deliveries go out now; none until at, where that is
// known.
func (g *gate) room(ep Endpoint, now time.Time) (n int, at time.Time) {
	limit := ep.connections()
	if g.open {
		limit = 1
	} else {
		limit = max(1, limit>>min(g.failures, 30)) // suspected: so that it holds few while it hangs
	}
	if now.Before(g.until) {
		return 0, g.until
	}
	n = max(0, limit-g.busy)
	if ep.Rate <= 0 {
		return n, at
	}
	g.fill(ep.Rate, now)
	if g.tokens < wholeToken {
		return 0, now.Add(time.Duration((1 - g.tokens) / ep.Rate * float64(time.Second)))
	}
	return min(n, int(g.tokens+1-wholeToken)), at
}

// wholeToken is one, but for what the sum of parts of one may lack.
const wholeToken = 1 - 1e-6

// fill counts the tokens that have come since they were counted: a second's worth
// at most, and one at least, so that a rate below one a second lets one through.
func (g *gate) fill(rate float64, now time.Time) {
	most := max(1, rate)
	if g.filled.IsZero() {
		g.tokens = most
	} else if passed := now.Sub(g.filled); passed > 0 {
		g.tokens = min(most, g.tokens+passed.Seconds()*rate)
	}
	g.filled = now
}

// enter counts a delivery that was claimed; leave must follow.
func (g *gates) enter(endpoint string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	gate := g.get(endpoint)
	gate.busy++
	gate.tokens--
}

// offer is enter for a delivery that may come to be claimed, if the endpoint takes
// one now.
func (g *gates) offer(ep Endpoint, now time.Time) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	gate := g.get(ep.Name)
	if n, _ := gate.room(ep, now); ep.sends() && n == 0 {
		return false
	}
	gate.busy++
	gate.tokens--
	return true
}

// decline undoes an offer that came to nothing.
func (g *gates) decline(endpoint string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	gate := g.get(endpoint)
	gate.busy--
	gate.tokens++
}

func (g *gates) leave(endpoint string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.get(endpoint).busy--
}

// shut reports until when nothing goes out to an endpoint, if its circuit has
// opened since the delivery was claimed: then its attempt is not used up.
func (g *gates) shut(endpoint string, now time.Time) (until time.Time, shut bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	gate := g.get(endpoint)
	return gate.until, gate.open && now.Before(gate.until)
}

// turn is what an attempt changed about an endpoint's circuit.
type turn string

const (
	turnNone   turn = ""
	turnOpened turn = "opened"
	turnClosed turn = "closed" // or may have been: another process, or an earlier one, had it open
)

// judge counts how an attempt ended; class is "" when the peer took it. after is
// how long the peer asked to be left alone.
func (g *gates) judge(ep Endpoint, class ErrorClass, after time.Duration, now time.Time) turn {
	g.mu.Lock()
	defer g.mu.Unlock()
	gate := g.get(ep.Name)
	switch class {
	case ClassOurs:
		return turnNone
	case "", ClassRefused: // it answers
		was := gate.open || !gate.known
		gate.open, gate.failures, gate.rest, gate.until, gate.known = false, 0, 0, time.Time{}, true
		if was {
			return turnClosed
		}
		return turnNone
	}
	gate.failures++
	p := ep.Breaker.withDefaults()
	opened := false
	switch {
	case p.After < 0: // never
	case gate.open:
		if !now.Before(gate.until) { // it was the probe; others were under way when it opened
			gate.wait(p, now)
		}
	case gate.failures >= p.After:
		gate.open, gate.rest, opened = true, 0, true
		gate.wait(p, now)
	}
	if until := now.Add(min(after, p.MaxProbe)); after > 0 && until.After(gate.until) {
		gate.until = until
	}
	if opened {
		return turnOpened
	}
	return turnNone
}

// wait sets the time of the next probe: Probe, doubled each time up to MaxProbe,
// shortened by up to a half at random.
func (g *gate) wait(p Breaker, now time.Time) {
	g.rest = min(max(p.Probe, 2*g.rest), p.MaxProbe)
	g.until = now.Add(jitter(g.rest))
}

// sends reports whether deliveries go out to the endpoint over a connection.
func (ep *Endpoint) sends() bool { return ep.Kind != EndpointSFTPServer && ep.Kind != EndpointMailbox }

func (ep *Endpoint) connections() int {
	if ep.Connections > 0 {
		return ep.Connections
	}
	return defaultConnections
}

// defaultConnections is Endpoint.Connections when it is 0.
const defaultConnections = 8

func (p Breaker) withDefaults() Breaker {
	if p.After == 0 {
		p.After = 5
	}
	if p.Probe <= 0 {
		p.Probe = 5 * time.Second
	}
	if p.MaxProbe <= 0 {
		p.MaxProbe = 2 * time.Minute
	}
	return p
}
