package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/edibridge/edibridge/archive"
	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/bridge/bridgetest"
)

// open gives an empty Store in a folder of the test.
func open(t testing.TB) *Store {
	t.Helper()
	return reopen(t, filepath.Join(t.TempDir(), "bridge.db"), Options{})
}

// reopen opens the database at path and closes it at the end of the test.
func reopen(t testing.TB, path string, opt Options) *Store {
	t.Helper()
	s, err := OpenSQLite(context.Background(), path, opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func TestStore(t *testing.T) {
	bridgetest.TestStore(t, func(t *testing.T) bridge.Store { return open(t) })
}

func TestShared(t *testing.T) {
	bridgetest.TestShared(t, func(t *testing.T, stores int) []bridge.Store {
		path := filepath.Join(t.TempDir(), "bridge.db")
		var out []bridge.Store
		for range stores {
			out = append(out, reopen(t, path, Options{}))
		}
		return out
	})
}

// accept takes the nth file in.
func accept(t testing.TB, s *Store, n int64) bridge.AcceptedAs {
	t.Helper()
	as, err := s.Accept(t.Context(), benchAcceptance(n))
	if err != nil {
		t.Fatal(err)
	}
	return as
}

// accepted is how many files a store has taken in.
func accepted(t testing.TB, s *Store) int {
	t.Helper()
	counts, err := s.Counts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return counts[bridge.Accepted]
}

func TestReopen(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a b#c?d%e.db")
	s, err := OpenSQLite(t.Context(), path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	first := accept(t, s, 1)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); err != nil {
		t.Errorf("the database is not where it was asked for: %v", err)
	}
	s = reopen(t, path, Options{})
	if got := accept(t, s, 1); !got.Duplicate || got.ID != first.ID {
		t.Errorf("after opening again\n got %+v\nwant a duplicate of %s", got, first.ID)
	}
	if got := accept(t, s, 2); got.Sequence != 2 {
		t.Errorf("sequence\n got %d\nwant 2", got.Sequence)
	}
}

// TestCrashImage copies the files of a running store, as a machine that stops
// would leave them: what was answered is in the copy.
func TestCrashImage(t *testing.T) {
	path := filepath.Join(t.TempDir(), "bridge.db")
	s := reopen(t, path, Options{})
	const files = 200
	var wg sync.WaitGroup
	for n := range int64(files) {
		wg.Go(func() { accept(t, s, n) })
	}
	wg.Wait()
	image := filepath.Join(t.TempDir(), "bridge.db")
	for _, suffix := range []string{"", "-wal"} {
		data, err := os.ReadFile(path + suffix)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(image+suffix, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if got := accepted(t, reopen(t, image, Options{})); got != files {
		t.Errorf("files in the image\n got %d\nwant %d", got, files)
	}
}

func TestTwoStoresOneDatabase(t *testing.T) {
	path := filepath.Join(t.TempDir(), "bridge.db")
	stores := []*Store{reopen(t, path, Options{}), reopen(t, path, Options{})}
	const each = 100
	var wg sync.WaitGroup
	for i, s := range stores {
		for n := range int64(each) {
			wg.Go(func() { accept(t, s, int64(i)*each+n) })
		}
	}
	wg.Wait()
	if got := accepted(t, stores[0]); got != 2*each {
		t.Errorf("accepted\n got %d\nwant %d", got, 2*each)
	}
	for _, p := range bridgetest.CheckHouse(t.Context(), bridgetest.House{Store: stores[1], Bodies: noBodies{}}) {
		if p.Rule != "body" { // there is no archive here
			t.Error(p)
		}
	}
}

func TestOpenTogether(t *testing.T) {
	path := filepath.Join(t.TempDir(), "bridge.db")
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			s, err := OpenSQLite(t.Context(), path, Options{})
			if err != nil {
				t.Error(err)
				return
			}
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

func TestReadOnly(t *testing.T) {
	path := filepath.Join(t.TempDir(), "bridge.db")
	if _, err := OpenSQLite(t.Context(), path, Options{ReadOnly: true}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a database that is not there\n got %v\nwant %v", err, os.ErrNotExist)
	}
	w, err := OpenSQLite(t.Context(), path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	accept(t, w, 1)
	r := reopen(t, path, Options{ReadOnly: true})
	accept(t, w, 2)
	if got := accepted(t, r); got != 2 {
		t.Errorf("beside a writer it sees\n got %d\nwant 2", got)
	}
	_, err = r.Accept(t.Context(), benchAcceptance(3))
	if !errors.Is(err, ErrReadOnly) {
		t.Errorf("accept\n got %v\nwant %v", err, ErrReadOnly)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if got := accepted(t, r); got != 2 {
		t.Errorf("after the writer closed it sees\n got %d\nwant 2", got)
	}
	if got := accepted(t, reopen(t, path, Options{ReadOnly: true})); got != 2 {
		t.Errorf("opened with no writer it sees\n got %d\nwant 2", got)
	}
}

func TestSchemaOfAnotherProgram(t *testing.T) {
	path := filepath.Join(t.TempDir(), "bridge.db")
	s := reopen(t, path, Options{})
	accept(t, s, 1)
	err := s.write(t.Context(), func(x *txn) error {
		_, err := x.exec("INSERT INTO goose_db_version (version_id, is_applied) VALUES (999, 1)")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, readOnly := range []bool{false, true} {
		_, err := OpenSQLite(t.Context(), path, Options{ReadOnly: readOnly})
		if !errors.Is(err, ErrSchema) || !strings.Contains(err.Error(), "999") {
			t.Errorf("read only %v\n got %v\nwant %v that names 999", readOnly, err, ErrSchema)
		}
	}
}

// blocked lets the committer wait in a group of its own until the func it gives
// is called: what is queued meanwhile is the next group. Time stands still in it.
func blocked(t *testing.T, s *Store) (release func()) {
	t.Helper()
	running, gate := make(chan struct{}), make(chan struct{})
	done := make(chan error, 1)
	var now atomic.Int64
	s.intake.mu.Lock()
	s.intake.clock = func() time.Time { return time.Unix(now.Load(), 0) }
	s.intake.mu.Unlock()
	go func() {
		done <- s.write(context.Background(), func(*txn) error {
			close(running)
			<-gate
			now.Add(1)
			return nil
		})
	}()
	<-running
	return func() {
		close(gate)
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

// queue starts writes and waits until all of them are queued.
func queue(s *Store, writes ...func() error) []chan error {
	answers := make([]chan error, len(writes))
	for i, w := range writes {
		answers[i] = make(chan error, 1)
		go func() { answers[i] <- w() }()
		for s.intake.waiting() != i+1 {
		}
	}
	return answers
}

// waiting is how many writes are queued.
func (c *committer) waiting() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.accepts.n + c.work.n
}

func TestGroup(t *testing.T) {
	s := open(t)
	release := blocked(t, s)
	ctx, cancel := context.WithCancel(t.Context())
	take := func(n int64) func() error {
		return func() error { _, err := s.Accept(t.Context(), benchAcceptance(n)); return err }
	}
	broken := errors.New("broken")
	answers := queue(s, take(1),
		func() error { return s.write(t.Context(), func(*txn) error { return broken }) },
		func() error { _, err := s.Accept(ctx, benchAcceptance(2)); return err },
		take(3),
		func() error { return s.write(t.Context(), func(x *txn) error { return s.inOneGroup(x) }) })
	cancel()
	if err := <-answers[2]; !errors.Is(err, context.Canceled) {
		t.Errorf("a write cancelled while it waits\n got %v\nwant %v", err, context.Canceled)
	}
	release()
	for i, want := range map[int]error{0: nil, 1: broken, 3: nil, 4: nil} {
		if err := <-answers[i]; !errors.Is(err, want) {
			t.Errorf("write %d\n got %v\nwant %v", i, err, want)
		}
	}
	if got := accepted(t, s); got != 2 {
		t.Errorf("accepted\n got %d\nwant 2: the cancelled write was dropped", got)
	}
}

// TestGroupOfDropped: where rounds take nothing but writes that were dropped, the
// one behind them is carried out all the same.
func TestGroupOfDropped(t *testing.T) {
	s := open(t)
	release := blocked(t, s)
	ctx, cancel := context.WithCancel(t.Context())
	nothing := func(*txn) error { return nil }
	writes := make([]func() error, 3*groupLimit)
	for i := range writes {
		writes[i] = func() error { return s.write(ctx, nothing) }
	}
	dropped := queue(s, writes...)
	cancel()
	for _, d := range dropped {
		if err := <-d; !errors.Is(err, context.Canceled) {
			t.Fatalf("a write cancelled while it waits\n got %v\nwant %v", err, context.Canceled)
		}
	}
	last := make(chan error, 1)
	go func() { last <- s.write(t.Context(), nothing) }()
	for s.intake.waiting() != len(writes)+1 {
	}
	release()
	if err := <-last; err != nil {
		t.Error(err)
	}
}

// TestGroupSpoiled: a write that fails behind its first change leaves nothing, and
// harms none of its group.
func TestGroupSpoiled(t *testing.T) {
	s := open(t)
	release := blocked(t, s)
	broken := errors.New("broken")
	answers := queue(s,
		func() error { _, err := s.Accept(t.Context(), benchAcceptance(1)); return err },
		func() error {
			return s.write(t.Context(), func(x *txn) error {
				if _, err := x.exec("INSERT INTO series (name, epoch, value) VALUES ('half', 0, 1)"); err != nil {
					return err
				}
				return broken
			})
		},
		func() error { _, err := s.Accept(t.Context(), benchAcceptance(2)); return err })
	release()
	for i, want := range []error{nil, broken, nil} {
		if err := <-answers[i]; !errors.Is(err, want) {
			t.Errorf("write %d\n got %v\nwant %v", i, err, want)
		}
	}
	if got := accepted(t, s); got != 2 {
		t.Errorf("accepted\n got %d\nwant 2", got)
	}
	if ok, err := s.queryRow(t.Context(), "SELECT value FROM series", nil, new(int)); ok || err != nil {
		t.Errorf("the failed write left something (%v, %v)", ok, err)
	}
}

// inOneGroup wants rows that the transaction has and nobody else sees yet.
func (s *Store) inOneGroup(x *txn) error {
	var within int
	if _, err := x.row("SELECT count(*) FROM transmission", nil, &within); err != nil {
		return err
	}
	counts, err := s.Counts(context.Background())
	if err == nil && (within == 0 || len(counts) != 0) {
		err = fmt.Errorf("the transaction has %d files, others see %v; want some and none", within, counts)
	}
	return err
}

// TestGroupFails: when the transaction itself breaks, everybody in it is told,
// nothing of it is there, and the next one works.
func TestGroupFails(t *testing.T) {
	for _, c := range []struct{ name, breaks string }{
		{"rolled back by the database, as on a full disk", "ROLLBACK"},
		{"its leaves cannot be sequenced", "UPDATE hash SET hash = x'00'"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := open(t)
			accept(t, s, 1)
			release := blocked(t, s)
			answers := queue(s,
				func() error { _, err := s.Accept(t.Context(), benchAcceptance(2)); return err },
				func() error {
					return s.write(t.Context(), func(x *txn) error { _, err := x.exec(c.breaks); return err })
				},
				func() error { _, err := s.Accept(t.Context(), benchAcceptance(3)); return err })
			release()
			for i, a := range answers {
				if err := <-a; err == nil {
					t.Errorf("write %d was answered yes", i)
				}
			}
			if got := accepted(t, s); got != 1 {
				t.Errorf("accepted\n got %d\nwant 1", got)
			}
			if got := accept(t, s, 4); got.Sequence != 2 {
				t.Errorf("sequence of the next\n got %d\nwant 2", got.Sequence)
			}
		})
	}
}

func TestCloseAnswersWhatIsQueued(t *testing.T) {
	path := filepath.Join(t.TempDir(), "bridge.db")
	s, err := OpenSQLite(t.Context(), path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	release := blocked(t, s)
	answers := queue(s, func() error { _, err := s.Accept(t.Context(), benchAcceptance(1)); return err })
	closed := make(chan error, 1)
	go func() { closed <- s.Close() }()
	release()
	if err := errors.Join(<-answers[0], <-closed); err != nil {
		t.Error(err)
	}
	if _, err := s.Accept(t.Context(), benchAcceptance(2)); !errors.Is(err, ErrClosed) {
		t.Errorf("after closing\n got %v\nwant %v", err, ErrClosed)
	}
	if got := accepted(t, reopen(t, path, Options{})); got != 1 {
		t.Errorf("accepted\n got %d\nwant 1", got)
	}
}

// TestObject: every field of an Object is stored, and its uses are counted.
func TestObject(t *testing.T) {
	s := open(t)
	a := benchAcceptance(1)
	o := &a.Transmission.Body
	*o = archive.Object{}
	v := reflect.ValueOf(o).Elem()
	for i := range v.NumField() {
		switch f := v.Field(i); f.Kind() {
		case reflect.String:
			f.SetString(v.Type().Field(i).Name)
		case reflect.Int64:
			f.SetInt(int64(i + 1))
		case reflect.Array:
			f.Index(0).SetUint(uint64(i + 1))
		default:
			t.Fatalf("a field of kind %s: how is it stored?", f.Kind())
		}
	}
	for range 2 { // used twice
		if _, err := s.Accept(t.Context(), a); err != nil {
			t.Fatal(err)
		}
		got, err := s.Transmission(t.Context(), a.Transmission.ID)
		if err != nil {
			t.Fatal(err)
		}
		if want := fmt.Sprintf("%+v", *o); fmt.Sprintf("%+v", got.Body) != want {
			t.Errorf("object\n got %+v\nwant %s", got.Body, want)
		}
		a.Transmission.ID = "second"
	}
	var uses int
	if _, err := s.queryRow(t.Context(), "SELECT uses FROM object", nil, &uses); err != nil || uses != 2 {
		t.Errorf("uses\n got %d, %v\nwant 2", uses, err)
	}
}

// noBodies is an archive that has nothing.
type noBodies struct{}

func (noBodies) Get(context.Context, archive.Object) (io.ReadCloser, error) {
	return nil, os.ErrNotExist
}

// TestAlone: a process that is the only one takes over at once what a killed one
// had claimed, and the killed one's claim stays refused.
func TestAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "bridge.db")
	now := time.Date(2026, 11, 23, 9, 30, 0, 0, time.UTC)
	query := bridge.ClaimQuery{Step: bridge.StepTranslate, Limit: 1, Now: now, Until: now.Add(time.Hour)}
	killed, err := OpenSQLite(t.Context(), path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer killed.Close()
	acceptance := bridge.Acceptance{Transmission: bridge.Transmission{ID: "01M848G8Z0GYMZKZ83SBVCK8RW", Created: now},
		Leaf: archive.Leaf{Kind: archive.LeafRawIn, ID: "01M848G8Z0GYMZKZ83SBVCK8RW", Time: now}}
	if _, err := killed.Accept(t.Context(), acceptance); err != nil {
		t.Fatal(err)
	}
	first, err := killed.Claim(t.Context(), query)
	if err != nil || len(first) != 1 {
		t.Fatalf("got %v, %v; want a claim", first, err)
	}
	next, err := OpenSQLite(t.Context(), path, Options{Alone: true})
	if err != nil {
		t.Fatal(err)
	}
	defer next.Close()
	second, err := next.Claim(t.Context(), query)
	if err != nil || len(second) != 1 {
		t.Fatalf("got %v, %v; want the claim of the killed process", second, err)
	}
	if err := next.Release(t.Context(), first[0], now); !errors.Is(err, bridge.ErrStale) {
		t.Errorf("the killed process's claim gives %v, want ErrStale", err)
	}
}

// TestAloneOverdue: so it does with what was overdue.
func TestAloneOverdue(t *testing.T) {
	path := filepath.Join(t.TempDir(), "bridge.db")
	now := time.Date(2026, 11, 23, 9, 30, 0, 0, time.UTC)
	killed, err := OpenSQLite(t.Context(), path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer killed.Close()
	id, answer := bridge.ID("01M848G8Z0GYMZKZ83SBVCK8RW"), bridge.ID("ANSWER")
	acceptance := bridge.Acceptance{Transmission: bridge.Transmission{ID: id, Created: now}, Leaf: archive.Leaf{Kind: archive.LeafRawIn, ID: string(id), Time: now}}
	if _, err := killed.Accept(t.Context(), acceptance); err != nil {
		t.Fatal(err)
	}
	claims, err := killed.Claim(t.Context(), bridge.ClaimQuery{Step: bridge.StepTranslate, Limit: 1, Now: now, Until: now.Add(time.Hour)})
	if err != nil || len(claims) != 1 {
		t.Fatalf("got %v, %v; want a claim", claims, err)
	}
	err = killed.Commit(t.Context(), claims[0], bridge.Result{State: bridge.Translated, Slice: bridge.Slice{
		Follows: []bridge.Transmission{{ID: answer, Direction: bridge.Out, Kind: bridge.KindAcknowledgment, State: bridge.Pending, Causes: []bridge.ID{id}, Created: now}},
		Expects: []bridge.Expectation{{ID: "owed", Owes: bridge.OwedByUs, Transmission: answer, State: bridge.ExpectAwaited, Within: time.Second, Created: now, Due: now.Add(time.Second)}}}})
	if err != nil {
		t.Fatal(err)
	}
	query := bridge.ClaimQuery{Step: bridge.StepExpire, Limit: 9, Now: now.Add(time.Minute), Until: now.Add(time.Hour)}
	for _, alone := range []bool{true, false} { // who is not alone waits for the lease
		overdue, err := killed.ClaimOverdue(t.Context(), query)
		if err != nil || len(overdue) != 1 {
			t.Fatalf("got %v, %v; want what is overdue", overdue, err)
		}
		next, err := OpenSQLite(t.Context(), path, Options{Alone: alone})
		if err != nil {
			t.Fatal(err)
		}
		again, err := next.ClaimOverdue(t.Context(), query)
		if got := err == nil && len(again) == 1 && again[0].ID == "owed"; got != alone {
			t.Errorf("alone %v: claimed again\n got %v, %v\nwant %v", alone, again, err, alone)
		}
		if err := errors.Join(err, next.Close()); err != nil {
			t.Fatal(err)
		}
		query.Now, query.Until = query.Now.Add(2*time.Hour), query.Until.Add(2*time.Hour)
	}
}
