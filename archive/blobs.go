package archive

import (
	"context"
	"io"
	"iter"
	"time"
)

// MaxAppend bounds one [Blobs.Append]: the bytes of all its blobs, each with
// [FrameOverhead]. It is also what a crash can leave torn at most.
const MaxAppend = 16 << 20

// FrameOverhead is what a blob costs beside its own bytes.
const FrameOverhead = 8 + 32

// Place is where one blob lies. Pack is a name that only its store understands;
// names of one store sort by the month of their blobs.
type Place struct {
	Pack   string `json:"pack"`
	Offset int64  `json:"offset"` // of the blob's frame in the pack, from 0
	Length int64  `json:"length"` // bytes of the blob, without the frame's overhead
	Sum    Hash   `json:"sum"`    // SHA-256 over the blob
}

// Blobs keeps opaque bytes for ever. Implementations pass archivetest.Run.
//
// Durability: when Append or Stream returns nil, the bytes survive the end of
// the process and of the machine. When it returns an error, the bytes may or may
// not be kept, but what was kept before is untouched, and no reader of a Place
// ever sees the difference.
//
// Repetition: the same bytes given twice are kept twice, at two places.
//
// Concurrency: all methods may be called at once. Calls that wait at the same
// time share what durability costs.
//
// Errors: a *[FatalError] means that nothing more is taken until the store is
// opened anew. Any other error of Append and Stream concerns that call only: the
// next one may succeed.
type Blobs interface {
	// Append keeps small blobs, all of them at the cost of one, and says where
	// they lie, in the same order. The month is that of at or a later one (in
	// UTC): retention counts by pack. More than [MaxAppend] at once is refused
	// with [ErrTooLarge]. The slices are not used after it returns. When ctx ends
	// before the blobs' turn came, it returns ctx's error and keeps nothing.
	Append(ctx context.Context, at time.Time, blobs ...[]byte) ([]Place, error)

	// Stream keeps one blob of any size that fill writes, in constant memory.
	// When fill returns an error, nothing is kept and Stream returns that very
	// error. After ctx ended, the writer given to fill refuses.
	Stream(ctx context.Context, at time.Time, fill func(w io.Writer) error) (Place, error)

	// Open gives the Length bytes of a blob. It returns a *[DamageError] when
	// what lies at p is not the blob that p names. The bytes themselves are not
	// verified: [Archive.Get] does that.
	Open(ctx context.Context, p Place) (io.ReadCloser, error)

	// Places lists every blob that is kept whole, pack by pack in the order of
	// their names, by offset within a pack; orphans included. A pack that cannot
	// be read to its end yields a *[DamageError] after its readable blobs, and
	// the listing goes on with the next. Any other error ends it.
	Places(ctx context.Context) iter.Seq2[Place, error]
}

// Step names one act by which a store changes what it keeps.
type Step string

// Steps of [Dir]; another store uses those that it has.
const (
	StepCreate   Step = "create"   // make a new file
	StepWrite    Step = "write"    // write bytes into it
	StepSync     Step = "sync"     // make its bytes durable
	StepSeal     Step = "seal"     // make it read-only
	StepRename   Step = "rename"   // give it its final name
	StepSyncDir  Step = "syncdir"  // make names durable
	StepTruncate Step = "truncate" // cut a torn or failed write off
	StepRemove   Step = "remove"   // drop a file that never counted
)

// Around runs one step: it calls act once, or not at all, and returns what the
// store shall take for the outcome. It is how tests make a disk fail before or
// after the fact and stop a process between two steps; nil means that steps just
// happen. Name is the file's path relative to the store.
type Around func(step Step, name string, act func() error) error

// do runs act, through the hook where there is one.
func (a Around) do(step Step, name string, act func() error) error {
	if a == nil {
		return act()
	}
	return a(step, name, act)
}
