package bridge

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"runtime"
	"strconv"
	"sync"
	"time"

	"github.com/edibridge/edibridge/archive"
	"github.com/edibridge/edibridge/mappings"
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
	Senders func(c *Configuration, endpoint string) (transports.Sender, bool)
	Now     func() time.Time // default time.Now
	// Free gives the bytes that are free where bodies are kept; nil: nobody asks.
	Free     func() (int64, error)
	Log      *slog.Logger // default: none
	Observer Observer     // may be nil
	Owner    string       // names this process in claims; default host and process id

	// How many files are translated at once, each with one slice in memory, and how
	// many deliveries run at once, over all endpoints; of each a quarter more for
	// parties who have nothing under way. Default two a thread and 8 at least, and
	// 128; negative: none here.
	Translators, Deliverers int
	Lease                   time.Duration // default 2 min; a send must fit into it, a translation keeps its own
	Housekeep               time.Duration // how often what was kept long enough is pruned; default 15 min, negative: never here
	Poll                    time.Duration // how often due work is looked for unasked; default 1 s
	Grace                   time.Duration // how long a stop waits for running work; default 10 s
	SliceSets               int           // documents per slice; default 500
	SliceBytes              int64         // bytes of documents per slice; default 8 MiB
	SendTimeout             time.Duration // default 1 min
	// Learn is of how many documents of a partner's set and release nothing is
	// called drift; default 100, negative: none.
	Learn int
}

// Bridge is the engine. Make one with [New]; all methods may be called
// concurrently.
type Bridge struct {
	o           Options
	translators *crew
	deliverers  *crew
	readers     sync.Pool       // of *mappings.Reader, for one translation each
	news        *newsroom       // what is known of what partners send; nil: nobody asks
	broken      context.Context // ends when the archive takes nothing more
	breakOff    context.CancelCauseFunc
	gates       gates
	valve       valve
	rehearses   bool // nothing is kept: a document is told of as if it left alone
}

// New makes a Bridge. It starts nothing: [Bridge.Run] does.
func New(o Options) *Bridge {
	o.defaults()
	b := &Bridge{o: o, news: &newsroom{first: o.Learn}}
	b.translators, b.deliverers = newCrew(b, StepTranslate, o.Translators), newCrew(b, StepDeliver, o.Deliverers)
	b.readers.New = func() any { return &mappings.Reader{} }
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
	num(&o.Translators, max(8, 2*runtime.GOMAXPROCS(0)))
	num(&o.Deliverers, 128)
	num(&o.SliceSets, 500)
	num(&o.Learn, 100)
	if o.Housekeep == 0 {
		o.Housekeep = 15 * time.Minute
	}
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

// Run translates, delivers, keeps the clocks and the house until ctx ends, then lets running work end for
// Grace, gives back what is left and returns nil. It ends with an error when the
// archive can take nothing more (a failed sync): the process must start anew. It
// leaves no goroutine behind.
func (b *Bridge) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(b.broken, func() { cancel(context.Cause(b.broken)) })()
	var wg sync.WaitGroup
	// Both take places before either works: a translation hands on to the deliverers.
	for _, c := range []*crew{b.deliverers, b.translators} {
		if c.size > 0 {
			jobs := c.open()
			wg.Go(func() { c.run(ctx, jobs) })
		}
	}
	if b.o.Deliverers > 0 {
		wg.Go(func() { b.keepClocks(ctx) })
	}
	if b.o.Housekeep > 0 {
		wg.Go(func() { b.keepHouse(ctx) })
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
		wake(b.translators.woken)
	case StepDeliver:
		wake(b.deliverers.woken)
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
