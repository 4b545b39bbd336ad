package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/bridge/sqlstore/pgtest"
	"github.com/edibridge/edibridge/internal/config"
)

// The kill tests: real processes serve a real configuration; partners send over
// SFTP and repeat what was not taken, as partners do; a process is killed with
// SIGKILL at named points and at random moments, and started again. After each
// kill the house is checked; at the end nothing is lost and nothing is doubled.
// One process has a data folder for itself, or several share a PostgreSQL server,
// which is restarted meanwhile, and an archive.

// chaos says what is killed and how.
type chaos struct {
	server   *pgtest.Server // nil: SQLite
	replicas int
	clocks   [][]jump      // of each replica; nil: right
	keep     time.Duration // how long what has ended is kept; 0: longer than the world
	kills    int
	sets     int // of the big file of the first world
}

// The sets of the big file of a world, but for one of 100,000 in the long run,
// and of those that come behind it: some slices each.
const (
	usualFile   = 2200
	smallerFile = 700
)

// killsPerWorld bounds what each check has to read.
const killsPerWorld = 25

// shortKeep is how long what has ended is kept in every second world.
const shortKeep = 2 * time.Second

// run makes all kills, in worlds of some each.
func (c chaos) run(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("kills take their time")
	}
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 1))
	tally := &killTally{hit: map[string]int{}, planned: random.IntN(len(killPoints()))}
	began := time.Now()
	for from := 0; from < c.kills; from += killsPerWorld {
		some := c
		some.kills = min(killsPerWorld, c.kills-from)
		if from > 0 {
			some.sets = usualFile
		}
		if from/killsPerWorld%2 == 1 && c.clocks == nil {
			some.keep = shortKeep
		}
		newWorld(t, some, random, tally).round(some.plan(random, tally))
	}
	all := time.Since(began)
	t.Logf("%d kills in %.0f s, %.2f s each, %.2f s of them for %d checks; at named points: %v", c.kills, all.Seconds(),
		all.Seconds()/float64(c.kills), tally.checking.Seconds()/float64(c.kills), tally.checks, tally.hit)
	if named := len(killPoints()); len(tally.hit) < min(c.kills/2, named)/2 {
		t.Errorf("only %d of %d named points were reached", len(tally.hit), named)
	}
}

// plan says where the kills of a world fall: half of them at named points, which
// take turns over all worlds, half ("") at any moment.
func (c chaos) plan(random *rand.Rand, tally *killTally) []string {
	points := make([]string, c.kills)
	first := []killPoint{}
	if c.keep > 0 {
		first = prunePoints()
	}
	for i := 0; i < len(points); i += 2 {
		named := killPoints()
		p := named[tally.planned%len(named)]
		if i/2 < len(first) {
			p = first[i/2]
		} else {
			tally.planned++
		}
		points[i] = fmt.Sprintf("%s %d", p.name, 1+random.IntN(p.times))
	}
	random.Shuffle(len(points), func(i, k int) { points[i], points[k] = points[k], points[i] })
	return points
}

// killTally is what was done over all worlds.
type killTally struct {
	hit      map[string]int // kills at each named point
	planned  int            // kills at points of every flow
	checks   int
	checking time.Duration
}

// world is one installation with its partners and the application, for some
// kills; then a new one, since each check reads everything.
type world struct {
	chaos
	t       *testing.T
	dir     string
	file    string
	sys     *config.System
	cfg     *bridge.Configuration
	sites   []*site
	app     *simApp
	wire    *numberedWire // to globex
	acme    *simPartner
	bulk    *simPartner
	globex  *simPartner
	random  *rand.Rand
	tally   *killTally
	log     *os.File          // what the processes say
	answers map[string][]byte // 997s that bulk fetched, by name; sendBig's while that runs

	mu     sync.Mutex        // guards what follows
	turn   int               // of the addresses
	next   int               // control number of the next file
	acked  map[string]int    // control number of each PO that a close promised
	got    map[string]string // what acme fetched, by name
	handed map[string]string // to whom each invoice goes that the bridge has: "acme/invoices"
	spoke  []stretch         // when globex sent its files, from the first try until each was taken
	late   map[string]bool   // POs and invoices that may be forgotten and taken twice: see taken
	wrong  []string          // what went wrong where nobody could be told
}

// stretch is a time from one moment to another.
type stretch struct{ from, to time.Time }

// site is one place where a bridge runs, life after life.
type site struct {
	addr    string // of its SFTP server
	options childOptions
	process *process
}

// start runs the bridge of a site; point "" lets it live.
func (w *world) start(s *site, point string) {
	w.t.Helper()
	s.options.Point = point
	var ready bool
	if s.process, ready = startChild(w.t, s.options, w.log); !ready {
		w.t.Fatalf("the bridge at %s does not start", s.addr)
	}
	w.t.Cleanup(func() { s.process.cmd.Process.Kill() }) // what fails leaves none behind
}

// Lives of a process: one without a point is killed at any moment of it; a point is
// waited for, as far as the flow comes by it.
const (
	shortestLife = 100 * time.Millisecond
	longestLife  = time.Second
	pointLife    = 3 * time.Second
)

// round is one world: some kills, then everything must be there once.
func (w *world) round(points []string) {
	ctx, cancel := context.WithCancel(w.t.Context())
	var wg sync.WaitGroup
	for range killSenders {
		wg.Go(func() { w.send(ctx) })
	}
	wg.Go(func() { w.sendBig(ctx) })
	wg.Go(func() { w.handIn(ctx) })
	pauses := rand.New(rand.NewPCG(w.random.Uint64(), 1))
	wg.Go(func() { w.sendSeldom(ctx, pauses) })
	point := func(k int) string {
		if k < len(points) {
			return points[k]
		}
		return ""
	}
	for i, s := range w.sites {
		w.start(s, point(i))
	}
	for k := range points {
		w.disturb(k)
		s := w.sites[k%len(w.sites)]
		life := pointLife
		if points[k] == "" {
			life = shortestLife + time.Duration(w.random.Int64N(int64(longestLife-shortestLife)))
		}
		if s.process.kill(w.t, life/time.Duration(len(w.sites))) && points[k] != "" {
			w.tally.hit[strings.Fields(points[k])[0]]++
		}
		w.check(false)
		w.start(s, point(k+len(w.sites))) // in the end the senders have bridges that answer
	}
	time.AfterFunc(300*time.Millisecond, cancel)
	wg.Wait()
	for _, s := range w.sites {
		s.process.kill(w.t, 0)
	}
	w.settle()
	w.check(true)
	if len(w.handed) == 0 {
		w.t.Error("no invoice was handed in")
	}
	w.effects()
	w.silences()
	w.overdue()
	w.housekept()
}

// TestKill kills the process at every named point and as often at random.
func TestKill(t *testing.T) {
	c := chaos{replicas: 1, kills: 50, sets: usualFile}
	if os.Getenv("EDIBRIDGE_LONG") != "" {
		c.kills, c.sets = 1200, 100_000
	}
	c.run(t)
}
