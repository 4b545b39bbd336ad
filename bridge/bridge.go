package bridge

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"strconv"
	"sync"
	"time"

	"github.com/edibridge/edibridge/archive"
	"github.com/edibridge/edibridge/transports"
)

// Bodies is what the bridge needs of the archive.
type Bodies interface {
	// Put keeps one body of a peer; it is durable on return.
	Put(ctx context.Context, peer string, body io.Reader) (archive.Object, error)
	// PutAll keeps several small bodies, all durable on return, in their order.
	PutAll(ctx context.Context, peer string, bodies ...[]byte) ([]archive.Object, error)
	// Get streams a body and verifies it: a byte that differs is an error, never io.EOF.
	Get(ctx context.Context, o archive.Object) (io.ReadCloser, error)
}

// Stage names a part of the work for an [Observer].
type Stage string

// Stages, in the order in which one file goes through them.
const (
	StageArchive   Stage = "archive"   // bytes into the archive, at accept and for what follows
	StageAccept    Stage = "accept"    // the accept commit
	StageRead      Stage = "read"      // segments, envelopes
	StageValidate  Stage = "validate"  // guide
	StageMap       Stage = "map"       // canonical document and event
	StageAnswer    Stage = "answer"    // acknowledgments
	StageTranslate Stage = "translate" // the translate commits
	StageDeliver   Stage = "deliver"   // attempt, send, outcome
)

// Observer is told of the work, for metrics and tracing. Its methods are called
// concurrently and must be quick.
type Observer interface {
	// Begin marks the start of a stage in the calling goroutine; the func it
	// gives marks the end there.
	Begin(s Stage) (end func())
}

// Options are what a Bridge is made of. Zero durations and numbers take the
// default.
type Options struct {
	Store  Store
	Bodies Bodies
	// Config gives the configuration in force. It may give another one at each
	// call; work that runs finishes under the one that it began with.
	Config func() *Configuration
	// Past gives a configuration that was in force before, for a translation that
	// began under it; ErrNotFound when it cannot be had any more. nil: none can.
	Past func(ctx context.Context, digest string) (*Configuration, error)
	// Senders gives the sender of an endpoint under a configuration; mailboxes
	// need none.
	Senders  func(c *Configuration, endpoint string) (transports.Sender, bool)
	Now      func() time.Time // default time.Now
	Log      *slog.Logger     // default: none
	Observer Observer         // may be nil
	Owner    string           // names this process in claims; default host and process id

	Translators int           // files translated at once, each with one slice in memory; default 32, negative: none here
	Deliverers  int           // deliveries at once; default 16, negative: none here
	Lease       time.Duration // default 2 min; a slice and a send must fit into it
	Poll        time.Duration // how often due work is looked for unasked; default 1 s
	Grace       time.Duration // how long a stop waits for running work; default 10 s
	SliceSets   int           // documents per slice; default 500
	SliceBytes  int64         // bytes of documents per slice; default 8 MiB
	SendTimeout time.Duration // default 1 min
	// Learn is of how many documents of a partner's set and release nothing is
	// called drift; default 100, negative: none.
	Learn int
}

// Bridge is the engine. Make one with [New]; all methods may be called
// concurrently.
type Bridge struct {
	o             Options
	wakeTranslate chan struct{} // holds one token: there may be something to translate
	wakeDeliver   chan struct{}
	news          *newsroom       // what is known of what partners send; nil: nobody asks
	broken        context.Context // ends when the archive takes nothing more
	breakOff      context.CancelCauseFunc
}

// New makes a Bridge. It starts nothing: [Bridge.Run] does.
func New(o Options) *Bridge {
	o.defaults()
	b := &Bridge{o: o, wakeTranslate: make(chan struct{}, 1), wakeDeliver: make(chan struct{}, 1), news: &newsroom{first: o.Learn}}
	b.broken, b.breakOff = context.WithCancelCause(context.Background())
	return b
}

func (o *Options) defaults() {
	def := func(d *time.Duration, v time.Duration) {
		if *d <= 0 {
			*d = v
		}
	}
	num := func(n *int, v int) {
		if *n == 0 {
			*n = v
		}
	}
	def(&o.Lease, 2*time.Minute)
	def(&o.Poll, time.Second)
	def(&o.Grace, 10*time.Second)
	def(&o.SendTimeout, time.Minute)
	num(&o.Translators, 32)
	num(&o.Deliverers, 16)
	num(&o.SliceSets, 500)
	num(&o.Learn, 100)
	if o.SliceBytes <= 0 {
		o.SliceBytes = 8 << 20
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Senders == nil {
		o.Senders = func(*Configuration, string) (transports.Sender, bool) { return nil, false }
	}
	if o.Owner == "" {
		host, _ := os.Hostname()
		o.Owner = host + "/" + strconv.Itoa(os.Getpid())
	}
}

func (b *Bridge) now() time.Time { return b.o.Now().UTC() }

// observe marks a stage; the func it gives marks its end.
func (b *Bridge) observe(s Stage) func() {
	if b.o.Observer == nil {
		return func() {}
	}
	return b.o.Observer.Begin(s)
}

func wake(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// Run translates and delivers until ctx ends, then lets running work end for
// Grace, gives back what is left and returns nil. It ends with an error when the
// archive can take nothing more (a failed sync): the process must start anew. It
// leaves no goroutine behind.
func (b *Bridge) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(b.broken, func() { cancel(context.Cause(b.broken)) })()
	var wg sync.WaitGroup
	if b.o.Translators > 0 {
		wg.Go(func() { b.serve(ctx, StepTranslate, b.wakeTranslate, b.o.Translators) })
	}
	if b.o.Deliverers > 0 {
		wg.Go(func() { b.serve(ctx, StepDeliver, b.wakeDeliver, b.o.Deliverers) })
	}
	if w, ok := b.o.Store.(Watcher); ok {
		wg.Go(func() { w.Watch(ctx, b.woken) })
	}
	wg.Wait()
	if b.broken.Err() != nil {
		return context.Cause(b.broken)
	}
	return nil
}

// woken is told by the store of work that another process has made due.
func (b *Bridge) woken(s Step) {
	switch s {
	case StepTranslate:
		wake(b.wakeTranslate)
	case StepDeliver:
		wake(b.wakeDeliver)
	}
}

// check notes an error after which the archive takes nothing more, and gives it
// back.
func (b *Bridge) check(err error) error {
	var f *archive.FatalError
	if errors.As(err, &f) {
		b.breakOff(err)
	}
	return err
}

// serve claims work of one step and hands it to workers until ctx ends.
func (b *Bridge) serve(ctx context.Context, step Step, woken <-chan struct{}, workers int) {
	// Work outlives ctx by Grace, so that what is nearly done is not done twice.
	run, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(b.o.Grace, stop) })()

	jobs := make(chan Claim)
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for c := range jobs {
				b.do(ctx, run, c)
			}
		})
	}
	for ctx.Err() == nil {
		claims, err := b.claim(ctx, step, workers)
		if err != nil && ctx.Err() == nil {
			b.o.Log.Error("work could not be claimed", "step", step, "error", err)
		}
		b.hand(ctx, run, jobs, claims)
		if len(claims) == 0 {
			b.rest(ctx, woken)
		}
	}
	close(jobs)
	wg.Wait()
}

// hand gives claims to the workers; those that none takes before ctx ends are
// given back.
func (b *Bridge) hand(ctx, run context.Context, jobs chan<- Claim, claims []Claim) {
	for i, c := range claims {
		select {
		case jobs <- c:
		case <-ctx.Done():
			for _, c := range claims[i:] {
				b.release(run, c, time.Time{})
			}
			return
		}
	}
}

// rest waits for news, for Poll, or for the end.
func (b *Bridge) rest(ctx context.Context, woken <-chan struct{}) {
	t := time.NewTimer(b.o.Poll)
	defer t.Stop()
	select {
	case <-woken:
	case <-t.C:
	case <-ctx.Done():
	}
}

func (b *Bridge) claim(ctx context.Context, step Step, limit int) ([]Claim, error) {
	now := b.now()
	return b.o.Store.Claim(ctx, ClaimQuery{Step: step, Owner: b.o.Owner, Limit: limit, Now: now, Until: now.Add(b.o.Lease)})
}

func (b *Bridge) release(ctx context.Context, c Claim, next time.Time) {
	if err := b.o.Store.Release(ctx, c, next); err != nil && !errors.Is(err, ErrStale) {
		// The lease ends by itself.
		b.o.Log.Warn("claim was not given back", "transmission", c.Transmission.ID, "error", err)
	}
}

// do carries out one claim. A failure leaves the Transmission as it was, to be
// claimed again: soon when this process stops, after a while otherwise.
func (b *Bridge) do(ctx, run context.Context, c Claim) {
	var err error
	if c.Step == StepTranslate {
		err = b.translate(ctx, run, c)
	} else {
		err = b.deliver(run, c)
	}
	switch {
	case err == nil || errors.Is(err, ErrStale):
	case errors.Is(err, errStopping):
		b.release(context.WithoutCancel(run), c, time.Time{})
	default:
		b.check(err)
		b.o.Log.Error("step failed and will be tried again", "step", c.Step, "transmission", c.Transmission.ID, "error", err)
		b.release(context.WithoutCancel(run), c, b.now().Add(failureWait))
	}
}

// failureWait is how long a Transmission rests after a failure of ours (a full
// disk, a store that cannot be reached).
const failureWait = 2 * time.Second

// errStopping ends a translation between two slices because the process stops.
var errStopping = errors.New("bridge: stopping")

// Pass claims what is due of one step, carries it out in the calling goroutine
// and tells how many Transmissions that were. It is what Run does in a loop.
func (b *Bridge) Pass(ctx context.Context, step Step) (int, error) {
	claims, err := b.claim(ctx, step, 64)
	if err != nil {
		return 0, err
	}
	for i, c := range claims {
		if step == StepTranslate {
			err = b.translate(ctx, ctx, c)
		} else {
			err = b.deliver(ctx, c)
		}
		if err != nil && !errors.Is(err, ErrStale) {
			for _, c := range claims[i:] {
				b.release(context.WithoutCancel(ctx), c, time.Time{})
			}
			return i, err
		}
	}
	return len(claims), nil
}

// Drain runs both steps until nothing is due now.
func (b *Bridge) Drain(ctx context.Context) error {
	for {
		n, err := b.Pass(ctx, StepTranslate)
		if err != nil {
			return err
		}
		m, err := b.Pass(ctx, StepDeliver)
		if err != nil {
			return err
		}
		if n+m == 0 {
			return nil
		}
	}
}
