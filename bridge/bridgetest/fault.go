package bridgetest

import (
	"context"
	"errors"
	"io"
	"iter"
	"sync"
	"time"

	"github.com/edibridge/edibridge/archive"
	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/canonical"
)

// Point names a call that can be made to fail: a method of bridge.Store or of
// bridge.Bodies.
type Point string

// StorePoints are the methods of a Store, those that write first.
func StorePoints() []Point {
	return []Point{"Accept", "Claim", "Advance", "Commit", "CommitOn", "Attempt", "Release", "Operate", "Take", "Reserve", "ClaimOverdue", "Expire", "Lift", "Renumber", "Activate",
		"BeginReplay", "RecordReplay", "Promote", "Resubmit", "Retell", "CloseBatch", "Prune", "PruneReplays", "KeepWatch", "TakeTurn", "Renew",
		"AllSeries", "Numbers", "Renumberings",
		"Expectations", "Transmission", "Find", "Family", "List", "Documents", "Evidence", "Seen", "Body", "Counts", "LeafIndexes", "Audit", "Backlog",
		"ReplayJob", "ReplayJobs", "ReplayItems", "Files", "Effects", "Profile", "Features", "FeatureCount", "Coverage",
		"Active", "Activations", "ConfigurationFiles",
		"Facts", "Subjects", "FactsOf", "Members", "Batches", "Ended", "Kin", "Links", "KinOf", "Tables", "Watches", "Heard"}
}

// BodyPoints are the methods of Bodies.
func BodyPoints() []Point { return []Point{"Put", "PutAll", "Get"} }

// When says on which side of the real call a fault happens.
type When string

// The two sides: failed and not stored; failed but stored.
const (
	Before When = "before"
	After  When = "after"
)

// ErrFault is what a Fault without a Do fails with.
var ErrFault = errors.New("bridgetest: a fault that was planned")

// Fault is one planned failure.
type Fault struct {
	Point Point
	Nth   int // which call of the point, from 1
	When  When
	// Do is run instead of failing with ErrFault: what it returns is the call's
	// error; nil lets the call go on. To kill the process it sends itself SIGKILL
	// and does not return.
	Do func() error
}

// Faults carries out a plan on what is wrapped with it. It counts calls over all
// that it wraps, and may be used concurrently.
type Faults struct {
	mu    sync.Mutex // guards calls
	plan  []Fault
	calls map[Point]int
}

// NewFaults makes a plan.
func NewFaults(plan ...Fault) *Faults { return &Faults{plan: plan, calls: map[Point]int{}} }

// Calls says how often a point was called.
func (f *Faults) Calls(p Point) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.calls[p]
}

// count counts a call.
func (f *Faults) count(p Point) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls[p]++
	return f.calls[p]
}

// at carries out what is planned for the nth call of a point on one side of it.
func (f *Faults) at(p Point, nth int, when When) error {
	for _, fault := range f.plan {
		if fault.Point != p || fault.Nth != nth || fault.When != when {
			continue
		}
		if fault.Do == nil {
			return ErrFault
		}
		if err := fault.Do(); err != nil {
			return err
		}
	}
	return nil
}

// run makes one call that gives only an error.
func (f *Faults) run(p Point, call func() error) error {
	_, err := ask(f, p, func() (struct{}, error) { return struct{}{}, call() })
	return err
}

// ask makes one call; after a fault its answer is lost.
func ask[T any](f *Faults, p Point, call func() (T, error)) (T, error) {
	var none T
	nth := f.count(p)
	if err := f.at(p, nth, Before); err != nil {
		return none, err
	}
	answer, err := call()
	if fault := f.at(p, nth, After); fault != nil {
		return none, fault
	}
	return answer, err
}

// stream makes one call that streams: a fault comes before the first value or
// behind the last.
func stream[T any](f *Faults, p Point, values func() iter.Seq2[T, error]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		nth := f.count(p)
		if err := f.at(p, nth, Before); err != nil {
			yield(none, err)
			return
		}
		for v, err := range values() {
			if !yield(v, err) {
				return
			}
		}
		if err := f.at(p, nth, After); err != nil {
			yield(none, err)
		}
	}
}

// Store wraps a Store. Close is not a point.
func (f *Faults) Store(s bridge.Store) bridge.Store { return &faultyStore{f, s} }

// faultyStore has every method of a Store spelled out, so that none is forgotten.
type faultyStore struct {
	f *Faults
	s bridge.Store
}

func (s *faultyStore) Close() error { return s.s.Close() }

func (s *faultyStore) Accept(ctx context.Context, a bridge.Acceptance) (bridge.AcceptedAs, error) {
	return ask(s.f, "Accept", func() (bridge.AcceptedAs, error) { return s.s.Accept(ctx, a) })
}

func (s *faultyStore) Claim(ctx context.Context, q bridge.ClaimQuery) ([]bridge.Claim, error) {
	return ask(s.f, "Claim", func() ([]bridge.Claim, error) { return s.s.Claim(ctx, q) })
}

func (s *faultyStore) Advance(ctx context.Context, c bridge.Claim, sl bridge.Slice, until time.Time) error {
	return s.f.run("Advance", func() error { return s.s.Advance(ctx, c, sl, until) })
}

func (s *faultyStore) Commit(ctx context.Context, c bridge.Claim, r bridge.Result) error {
	return s.f.run("Commit", func() error { return s.s.Commit(ctx, c, r) })
}

func (s *faultyStore) CommitOn(ctx context.Context, c bridge.Claim, r bridge.Result, on bridge.Onward) ([]bridge.Claim, error) {
	return ask(s.f, "CommitOn", func() ([]bridge.Claim, error) { return s.s.CommitOn(ctx, c, r, on) })
}

func (s *faultyStore) Attempt(ctx context.Context, c bridge.Claim, w bridge.Wire) error {
	return s.f.run("Attempt", func() error { return s.s.Attempt(ctx, c, w) })
}

func (s *faultyStore) Release(ctx context.Context, c bridge.Claim, nextAt time.Time) error {
	return s.f.run("Release", func() error { return s.s.Release(ctx, c, nextAt) })
}

func (s *faultyStore) Operate(ctx context.Context, o bridge.Operation) error {
	return s.f.run("Operate", func() error { return s.s.Operate(ctx, o) })
}

func (s *faultyStore) ClaimOverdue(ctx context.Context, q bridge.ClaimQuery) ([]bridge.Expectation, error) {
	return ask(s.f, "ClaimOverdue", func() ([]bridge.Expectation, error) { return s.s.ClaimOverdue(ctx, q) })
}

func (s *faultyStore) Expire(ctx context.Context, e bridge.Expiry) error {
	return s.f.run("Expire", func() error { return s.s.Expire(ctx, e) })
}

func (s *faultyStore) Expectations(ctx context.Context, q bridge.ExpectationQuery) ([]bridge.Expectation, error) {
	return ask(s.f, "Expectations", func() ([]bridge.Expectation, error) { return s.s.Expectations(ctx, q) })
}

func (s *faultyStore) Take(ctx context.Context, id bridge.ID, ev bridge.Evidence, leaves []archive.Leaf) error {
	return s.f.run("Take", func() error { return s.s.Take(ctx, id, ev, leaves) })
}

func (s *faultyStore) Reserve(ctx context.Context, c bridge.Claim, scopes []bridge.Scope) ([]bridge.Number, error) {
	return ask(s.f, "Reserve", func() ([]bridge.Number, error) { return s.s.Reserve(ctx, c, scopes) })
}

func (s *faultyStore) Renumber(ctx context.Context, r bridge.Renumbering) error {
	return s.f.run("Renumber", func() error { return s.s.Renumber(ctx, r) })
}

func (s *faultyStore) AllSeries(ctx context.Context) ([]bridge.Series, error) {
	return ask(s.f, "AllSeries", func() ([]bridge.Series, error) { return s.s.AllSeries(ctx) })
}

func (s *faultyStore) Numbers(ctx context.Context, value int64) ([]bridge.Number, error) {
	return ask(s.f, "Numbers", func() ([]bridge.Number, error) { return s.s.Numbers(ctx, value) })
}

func (s *faultyStore) Renumberings(ctx context.Context, series string) ([]bridge.Renumbering, error) {
	return ask(s.f, "Renumberings", func() ([]bridge.Renumbering, error) { return s.s.Renumberings(ctx, series) })
}

func (s *faultyStore) Transmission(ctx context.Context, id bridge.ID) (bridge.Transmission, error) {
	return ask(s.f, "Transmission", func() (bridge.Transmission, error) { return s.s.Transmission(ctx, id) })
}

func (s *faultyStore) Find(ctx context.Context, key canonical.Key, limit int) ([]bridge.ID, error) {
	return ask(s.f, "Find", func() ([]bridge.ID, error) { return s.s.Find(ctx, key, limit) })
}

func (s *faultyStore) Family(ctx context.Context, ids []bridge.ID, limit int) ([]bridge.Transmission, error) {
	return ask(s.f, "Family", func() ([]bridge.Transmission, error) { return s.s.Family(ctx, ids, limit) })
}

func (s *faultyStore) List(ctx context.Context, q bridge.ListQuery) ([]bridge.Transmission, error) {
	return ask(s.f, "List", func() ([]bridge.Transmission, error) { return s.s.List(ctx, q) })
}

// Documents fails before the first document, or behind the last.
func (s *faultyStore) Documents(ctx context.Context, q bridge.DocumentQuery) iter.Seq2[bridge.Document, error] {
	return stream(s.f, "Documents", func() iter.Seq2[bridge.Document, error] { return s.s.Documents(ctx, q) })
}

func (s *faultyStore) LeafIndexes(ctx context.Context, ids []string) (map[string]int64, error) {
	return ask(s.f, "LeafIndexes", func() (map[string]int64, error) { return s.s.LeafIndexes(ctx, ids) })
}

func (s *faultyStore) Evidence(ctx context.Context, id bridge.ID) ([]bridge.Evidence, error) {
	return ask(s.f, "Evidence", func() ([]bridge.Evidence, error) { return s.s.Evidence(ctx, id) })
}

func (s *faultyStore) Seen(ctx context.Context, keys []bridge.SeenKey) ([]bridge.Seen, error) {
	return ask(s.f, "Seen", func() ([]bridge.Seen, error) { return s.s.Seen(ctx, keys) })
}

func (s *faultyStore) Body(ctx context.Context, peer string, sum archive.Hash) (archive.Object, bool, error) {
	var known bool
	o, err := ask(s.f, "Body", func() (o archive.Object, err error) {
		o, known, err = s.s.Body(ctx, peer, sum)
		return o, err
	})
	return o, known && err == nil, err
}

func (s *faultyStore) Counts(ctx context.Context) (map[bridge.State]int, error) {
	return ask(s.f, "Counts", func() (map[bridge.State]int, error) { return s.s.Counts(ctx) })
}

func (s *faultyStore) Audit(ctx context.Context, visit func(bridge.Record) error) error {
	return s.f.run("Audit", func() error { return s.s.Audit(ctx, visit) })
}

func (s *faultyStore) Activate(ctx context.Context, a bridge.Activation, files []byte, leaf archive.Leaf) (bridge.Activation, error) {
	return ask(s.f, "Activate", func() (bridge.Activation, error) { return s.s.Activate(ctx, a, files, leaf) })
}

func (s *faultyStore) Active(ctx context.Context) (bridge.Activation, error) {
	return ask(s.f, "Active", func() (bridge.Activation, error) { return s.s.Active(ctx) })
}

func (s *faultyStore) Activations(ctx context.Context, limit int) ([]bridge.Activation, error) {
	return ask(s.f, "Activations", func() ([]bridge.Activation, error) { return s.s.Activations(ctx, limit) })
}

func (s *faultyStore) ConfigurationFiles(ctx context.Context, digest string) ([]byte, error) {
	return ask(s.f, "ConfigurationFiles", func() ([]byte, error) { return s.s.ConfigurationFiles(ctx, digest) })
}

func (s *faultyStore) Backlog(ctx context.Context, limit int) (int, error) {
	return ask(s.f, "Backlog", func() (int, error) { return s.s.Backlog(ctx, limit) })
}

// Bodies wraps Bodies.
func (f *Faults) Bodies(b bridge.Bodies) bridge.Bodies { return &faultyBodies{f, b} }

type faultyBodies struct {
	f *Faults
	b bridge.Bodies
}

func (b *faultyBodies) Put(ctx context.Context, peer string, body io.Reader) (archive.Object, error) {
	return ask(b.f, "Put", func() (archive.Object, error) { return b.b.Put(ctx, peer, body) })
}

func (b *faultyBodies) PutAll(ctx context.Context, peer string, bodies ...[]byte) ([]archive.Object, error) {
	return ask(b.f, "PutAll", func() ([]archive.Object, error) { return b.b.PutAll(ctx, peer, bodies...) })
}

// Get that fails After gives no reader; the one it had is closed.
func (b *faultyBodies) Get(ctx context.Context, o archive.Object) (io.ReadCloser, error) {
	var opened io.ReadCloser
	r, err := ask(b.f, "Get", func() (io.ReadCloser, error) {
		var err error
		opened, err = b.b.Get(ctx, o)
		return opened, err
	})
	if err != nil && opened != nil {
		return nil, errors.Join(err, opened.Close())
	}
	return r, err
}
