package sqlstore

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/edibridge/edibridge/bridge"
)

// kill breaks all connections of stores off, as a failing network does.
const kill = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'edibridge' AND pid <> pg_backend_pid()"

// persist makes a call until it is answered with anything but ErrUnavailable, as
// callers of a store do.
func persist(t *testing.T, call func() error) error {
	for {
		err := call()
		if !errors.Is(err, ErrUnavailable) || t.Context().Err() != nil {
			return err
		}
	}
}

// load takes files through all their commits over several stores, while disturb
// runs again and again, and wants everything to be there once.
func load(t *testing.T, stores []*Store, files int, disturb func(nth int)) {
	t.Helper()
	stop := make(chan struct{})
	var disturbing, wg sync.WaitGroup
	disturbing.Go(func() {
		for n := 0; ; n++ {
			select {
			case <-stop:
				return
			default:
				disturb(n)
			}
		}
	})
	for i, s := range stores {
		for lane := range 4 {
			wg.Go(func() {
				for n := i*4 + lane; n < files; n += 4 * len(stores) {
					steps := []func() error{
						func() error { _, err := s.Accept(context.Background(), benchAcceptance(int64(n))); return err },
						func() error { return benchTranslate(s, 1) },
						func() error { return benchDeliver(s) },
						func() error { return benchDeliver(s) },
					}
					for _, step := range steps {
						if err := persist(t, step); err != nil && !errors.Is(err, bridge.ErrStale) {
							t.Error(err)
						}
					}
				}
			})
		}
	}
	wg.Wait()
	close(stop)
	disturbing.Wait()
	finish(t, stores[0])
	counts, err := stores[0].Counts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if counts[bridge.Translated] != files || counts[bridge.Delivered] != 2*files || len(counts) != 2 {
		t.Errorf("at the end\n got %v\nwant %d translated, %d delivered", counts, files, 2*files)
	}
	wantHouse(t, stores[0])
}

// many is n files, and more when there is time.
func many(n int) int {
	if os.Getenv("EDIBRIDGE_LONG") != "" {
		return 20 * n
	}
	return n
}

// finish does what calls with an unknown end have left: their leases end, and the
// work is claimed again.
func finish(t *testing.T, s *Store) {
	t.Helper()
	now := benchStart
	for range 8 {
		now = now.Add(2 * time.Hour)
		for _, step := range []bridge.Step{bridge.StepTranslate, bridge.StepDeliver} {
			cs, err := s.Claim(t.Context(), bridge.ClaimQuery{Step: step, Limit: 1000, Now: now, Until: now.Add(time.Hour)})
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range cs {
				if step == bridge.StepTranslate {
					err = s.Commit(t.Context(), c, bridge.Result{State: bridge.Translated, Slice: benchSlice(&c.Transmission, 1, 1)})
				} else {
					err = deliverClaim(s, c)
				}
				if err != nil {
					t.Fatal(err)
				}
			}
		}
	}
}

func TestPostgresConnectionsCut(t *testing.T) {
	c := newCluster(t)
	stores := []*Store{c.empty(t), c.open(t, Options{}), c.open(t, Options{})}
	load(t, stores, many(96), func(int) { c.do(t, kill) })
}

func TestPostgresRestarted(t *testing.T) {
	c := newCluster(t)
	stores := []*Store{c.empty(t), c.open(t, Options{})}
	load(t, stores, many(48), func(n int) {
		c.Stop(t, n%2 == 0)
		c.Server.Start(t)
	})
}

func TestPostgresAway(t *testing.T) {
	c := newCluster(t)
	s := c.empty(t)
	accept(t, s, 1)
	c.Stop(t, true)
	if _, err := s.Accept(t.Context(), benchAcceptance(2)); !errors.Is(err, ErrUnavailable) {
		t.Errorf("accept\n got %v\nwant %v", err, ErrUnavailable)
	}
	if _, err := s.Counts(t.Context()); !errors.Is(err, ErrUnavailable) {
		t.Errorf("counts\n got %v\nwant %v", err, ErrUnavailable)
	}
	_, err := OpenPostgres(t.Context(), c.address+" password=secret", Options{})
	if !errors.Is(err, ErrUnavailable) || strings.Contains(err.Error(), "secret") {
		t.Errorf("open\n got %v\nwant %v", err, ErrUnavailable)
	}
	c.Server.Start(t)
	if got := accept(t, s, 1); !got.Duplicate {
		t.Errorf("what was answered is not there any more: %+v", got)
	}
	if got := accept(t, s, 2); got.Sequence != 2 {
		t.Errorf("sequence\n got %d\nwant 2", got.Sequence)
	}
}

// TestPostgresOpenTogether: of processes that start on an empty database at the
// same time one makes the schema, and all have it.
func TestPostgresOpenTogether(t *testing.T) {
	const variable = "EDIBRIDGE_TEST_OPEN"
	if address := os.Getenv(variable); address != "" {
		s, err := OpenPostgres(t.Context(), address, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		return
	}
	c := newCluster(t)
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			cmd := exec.Command(os.Args[0], "-test.run=^TestPostgresOpenTogether$")
			cmd.Env = append(os.Environ(), variable+"="+c.address)
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
	wg.Wait()
	accept(t, c.open(t, Options{}), 1)
}

func TestPostgresReadOnly(t *testing.T) {
	c := newCluster(t)
	if _, err := OpenPostgres(t.Context(), c.address, Options{ReadOnly: true}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a database without a schema\n got %v\nwant %v", err, os.ErrNotExist)
	}
	w := c.empty(t)
	accept(t, w, 1)
	r := c.open(t, Options{ReadOnly: true})
	if got := accepted(t, r); got != 1 {
		t.Errorf("it sees\n got %d\nwant 1", got)
	}
	if _, err := r.Accept(t.Context(), benchAcceptance(2)); !errors.Is(err, ErrReadOnly) {
		t.Errorf("accept\n got %v\nwant %v", err, ErrReadOnly)
	}
	c.do(t, "INSERT INTO goose_db_version (version_id, is_applied) VALUES (999, true)")
	for _, readOnly := range []bool{false, true} {
		_, err := OpenPostgres(t.Context(), c.address, Options{ReadOnly: readOnly})
		if !errors.Is(err, ErrSchema) || !strings.Contains(err.Error(), "999") {
			t.Errorf("a schema of another program, read only %v\n got %v\nwant %v that names 999", readOnly, err, ErrSchema)
		}
	}
}

// TestPostgresWatch: a store hears of work that another one made due, also when
// its connection was cut, and does not hear of its own.
func TestPostgresWatch(t *testing.T) {
	c := newCluster(t)
	a, b := c.empty(t), c.open(t, Options{})
	ctx, cancel := context.WithCancel(t.Context())
	heard := make(chan bridge.Step, 100)
	var wg sync.WaitGroup
	wg.Go(func() { b.Watch(ctx, func(s bridge.Step) { heard <- s }) })
	want := func(steps ...bridge.Step) {
		t.Helper()
		for _, step := range steps {
			if got := <-heard; got != step {
				t.Errorf("heard\n got %s\nwant %s", got, step)
			}
		}
	}
	want(bridge.StepTranslate, bridge.StepDeliver) // it listens
	accept(t, b, 1)
	accept(t, a, 2)
	want(bridge.StepTranslate)
	if err := benchTranslate(a, 1); err != nil {
		t.Fatal(err)
	}
	want(bridge.StepDeliver)
	c.do(t, kill)
	want(bridge.StepTranslate, bridge.StepDeliver)
	accept(t, a, 3)
	want(bridge.StepTranslate)
	cancel()
	wg.Wait()
	if len(heard) != 0 {
		t.Errorf("it heard of %s too", <-heard)
	}
}

// TestPostgresSeals: leaves get their index unasked, those of a store that is no
// more included.
func TestPostgresSeals(t *testing.T) {
	c := newCluster(t)
	s := c.empty(t)
	c.do(t, "INSERT INTO leaf (id, text) VALUES ('left', 'a leaf of a process that was killed')")
	as := accept(t, s, 1)
	for {
		at, err := s.LeafIndexes(t.Context(), []string{"left", string(as.ID)})
		if err != nil {
			t.Fatal(err)
		}
		if len(at) == 2 {
			return
		}
	}
}

// lane blocks the first lane of a store until the func it gives is called: what
// is written to it meanwhile is one group.
func lane(t *testing.T, s *Store) (queue func(do func(*txn) error) chan error, release func()) {
	t.Helper()
	c := s.lanes[0]
	running, gate := make(chan struct{}), make(chan struct{})
	done := make(chan error, 1)
	var once sync.Once
	go func() {
		done <- c.write(context.Background(), &write{do: func(*txn) error {
			once.Do(func() { close(running) })
			<-gate
			return nil
		}})
	}()
	<-running
	n := 0
	queue = func(do func(*txn) error) chan error {
		answer := make(chan error, 1)
		go func() { answer <- c.write(context.Background(), &write{do: do}) }()
		for n++; c.waiting() != n; {
		}
		return answer
	}
	return queue, func() {
		close(gate)
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

// series are the names of control number series, as something to write.
func series(t *testing.T, s *Store) string {
	t.Helper()
	var names string
	if _, err := s.queryRow(t.Context(), "SELECT COALESCE(string_agg(name, ' ' ORDER BY name), '') FROM series", nil, &names); err != nil {
		t.Fatal(err)
	}
	return names
}

const addSeries = "INSERT INTO series (name, epoch, value) VALUES ($1, 0, 1)"

// TestPostgresGroup: a write of a group that fails, by its own word or by the
// server's, is undone; the others are done.
func TestPostgresGroup(t *testing.T) {
	s := newCluster(t).empty(t)
	write, release := lane(t, s)
	broken := errors.New("broken")
	add := func(name string, err error) func(*txn) error {
		return func(x *txn) error { return errors.Join(x.send(addSeries, name), err) }
	}
	answers := []chan error{
		write(add("a", nil)),
		write(add("b", broken)),
		write(add("c", nil)),
		write(func(x *txn) error { _, err := x.exec("SELECT 1/0"); return err }),
		write(func(x *txn) error { return x.send("SELECT 1/0") }), // heard of behind its end
		write(func(*txn) error { return broken }),
		write(add("d", nil)),
	}
	release()
	for i, want := range []string{"", "broken", "", "division by zero", "division by zero", "broken", ""} {
		err := <-answers[i]
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("write %d\n got %v\nwant %q", i, err, want)
		}
	}
	if got, want := series(t, s), "a c d"; got != want {
		t.Errorf("written\n got %s\nwant %s", got, want)
	}
}

// TestPostgresDeadlock: of two transactions that wait for each other one is run
// again, and both are done.
func TestPostgresDeadlock(t *testing.T) {
	c := newCluster(t, "deadlock_timeout=50ms")
	stores := []*Store{c.empty(t), c.open(t, Options{})}
	for _, name := range []string{"a", "b"} {
		if err := stores[0].write(t.Context(), func(x *txn) error { return x.send(addSeries, name) }); err != nil {
			t.Fatal(err)
		}
	}
	const more = "UPDATE series SET value = value + 1 WHERE name = $1"
	var met sync.WaitGroup
	met.Add(2)
	var wg sync.WaitGroup
	runs := make([]int, 2)
	for i, names := range [][]string{{"a", "b"}, {"b", "a"}} {
		wg.Go(func() {
			err := stores[i].write(t.Context(), func(x *txn) error {
				_, err := x.exec(more, names[0])
				if runs[i]++; runs[i] == 1 {
					met.Done()
					met.Wait()
				}
				if err == nil {
					_, err = x.exec(more, names[1])
				}
				return err
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if runs[0]+runs[1] < 3 {
		t.Errorf("runs %v: they did not meet", runs)
	}
	var sum int
	if _, err := stores[0].queryRow(t.Context(), "SELECT CAST(sum(value) AS BIGINT) FROM series", nil, &sum); err != nil || sum != 6 {
		t.Errorf("sum of the series\n got %d, %v\nwant 6", sum, err)
	}
}
