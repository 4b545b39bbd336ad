package bridge

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/edibridge/edibridge/archive"
	"github.com/edibridge/edibridge/canonical"
	"github.com/edibridge/edibridge/edi"
)

// Store is the one durable memory of the bridge. Small interfaces over one
// database; every method that writes is exactly one transaction, durable when it
// returns nil. An error of a write means: done or not done, nobody knows;
// calling again with the same arguments has the same end. All methods may be
// called concurrently, by several processes too.
//
// package sqlstore implements it; package bridgetest says what it must pass.
type Store interface {
	Intake
	Work
	Ledgers
	Clocks
	Query
	Replays
	Profiles
	Configurations
	Gauge
	Ages
	Views
	Batches
	Housekeeping
	Listening
	Turns
	Leases
	Close() error
}

// Intake takes what comes in.
type Intake interface {
	// Accept records the transmission in state Accepted with its leaf and the
	// answer given to the peer, and gives it its Sequence.
	//
	// An Acceptance whose Transmission.Key is not "" and was accepted before by
	// the same Endpoint and Peer changes nothing: the Accepted is the first
	// one's with Duplicate true. So does the same ID again. One with the same
	// Key and another body is refused with ErrKeyReused.
	Accept(ctx context.Context, a Acceptance) (AcceptedAs, error)
}

// Acceptance is one accept commit.
type Acceptance struct {
	Transmission Transmission
	Leaf         archive.Leaf
	Answer       []byte // what the peer is told, to be repeated byte for byte; nil none
	// Lease asks for the claim to translate it; nil: somebody will claim it.
	Lease *Lease
}

// Lease asks for claims on what a commit makes due, in that very commit: it saves
// one, and nobody else has to be told. They are given where [Work.Claim] could have
// given them: not on what is Ordered, nor on what has something of an older file
// before it that is due, of its lane, party and endpoint. What slept until now
// and was not woken yet does not count as due.
type Lease struct {
	Owner string // the worker, for people
	Until time.Time
}

// AcceptedAs is what an accept came to.
type AcceptedAs struct {
	ID        ID
	Sequence  int64
	Duplicate bool // it had been accepted before; ID, Body and Answer are the first one's
	Body      archive.Object
	Answer    []byte
	Claim     *Claim // where it was asked for and could be given
}

// Step is what a claim is for.
type Step string

// The two steps that work is claimed for.
const (
	StepTranslate Step = "translate" // Transmissions Accepted
	StepDeliver   Step = "deliver"   // Transmissions Pending and due, or Attempted with an expired lease
)

// Work hands out what is to be done, to one worker at a time, and takes what
// came of it.
type Work interface {
	// Claim leases up to Limit Transmissions that are due, fewer only when fewer
	// are, and gives each a new fencing token greater than all before. Of one lane,
	// party and (StepDeliver) endpoint the oldest by (Sequence, Ordinal) comes
	// first. Lanes get their [Lane.Share] while they have work; within a lane the
	// endpoints and parties take turns, one each, so that whoever has something due
	// in a lane gets one of it as soon as each other one there had one. Whose turn
	// it is each process remembers for itself. For StepDeliver a Transmission with an OrderKey is due only when no
	// older unfinished one to the same Endpoint with the same key stands before
	// it; unfinished are Held, Pending, Attempted, and Dead with OnDead Hold. One with
	// a Series is due only when no unfinished one of the series stands before it by
	// Place.
	// Nothing is claimed twice while a lease runs. No work is not an error.
	Claim(ctx context.Context, q ClaimQuery) ([]Claim, error)
	// Advance commits one slice of a translation and renews the lease to until.
	Advance(ctx context.Context, c Claim, s Slice, until time.Time) error
	// Commit ends the claim: the last slice and the new state together. The outcome
	// of a delivery that an acknowledgment has settled meanwhile adds its evidence
	// and changes no state. A
	// Transmission that becomes Translated or Quarantined releases its Held
	// follow-ups (Pending, due at once) in the same commit, of more than
	// ReleaseAtOnce the rest in portions by the claims that come next, so that no
	// commit takes long. The numbers that were reserved under its claims and that
	// none of its slices uses are free again.
	Commit(ctx context.Context, c Claim, r Result) error
	// CommitOn is Commit, and of the follow-ups that it makes due it leases to the
	// caller those that on names, with their first attempt: as if Attempt had been
	// called with their own Name and Key. The same commit again leases nothing.
	CommitOn(ctx context.Context, c Claim, r Result, on Onward) ([]Claim, error)
	// Attempt fixes the identity on the wire before the first byte leaves: state
	// Attempted, Attempts + 1, Name and Key as given at the first attempt and
	// unchanged ever after.
	Attempt(ctx context.Context, c Claim, w Wire) error
	// Release gives a claim back unchanged but for NextAt (zero: at once), as
	// when the process stops. Of one that is Begun the attempt is taken back: nothing
	// left.
	Release(ctx context.Context, c Claim, nextAt time.Time) error
	// Operate carries out what a person decided: see Operation. It is kept as an
	// Evidence of kind EvidenceOperation. It needs no claim, and is refused with
	// ErrConflict in a state that does not allow it.
	Operate(ctx context.Context, o Operation) error
	// Take records that a peer took an Available Transmission: state Delivered,
	// with its evidence and leaves, and the clocks of what is expected for it begin
	// anew at ev.At. One that is Settled stays so, with the evidence. The second
	// time it changes nothing.
	Take(ctx context.Context, id ID, ev Evidence, leaves []archive.Leaf) error
}

// ReleaseAtOnce is how many follow-ups one commit releases at most.
const ReleaseAtOnce = 1000

// ClaimQuery says what to lease, to whom, and until when.
type ClaimQuery struct {
	Step  Step
	Owner string // the worker, for people
	Limit int
	Now   time.Time
	Until time.Time // end of the lease
	// Room bounds how many are given for an endpoint, StepDeliver; 0: none. Where
	// an endpoint does not stand here there is no bound.
	Room map[string]int
}

// Claim is a lease on one Transmission. Advance, Commit, Attempt, Reserve and
// Release refuse a claim whose Token is not the newest with ErrStale.
type Claim struct {
	Transmission Transmission
	Step         Step
	Token        int64
	Until        time.Time
	Cursor       Cursor // StepTranslate: where the last slice ended
	Begun        bool   // StepDeliver: its first attempt is recorded, and nothing has left
}

// Cursor is how far a translation has come: what stands before it is committed.
type Cursor struct {
	Documents int // committed
	Slices    int // committed
	// Group and Interchange tell how many acknowledgments are made: the groups
	// and interchanges that ended before the cursor, counted over the file.
	Groups, Interchanges int
}

// Slice is one part of a translation's result. All of it is committed or none.
type Slice struct {
	Cursor    Cursor
	Documents []Document
	// Follows are what goes out because of this: state Held, Causes set, IDs
	// from FollowID. One that exists already stays as it is.
	Follows []Transmission
	// Sees are the identities that this Transmission uses up. One that another
	// Transmission owns refuses the whole slice with a *SeenError.
	Sees []Seen
	// Unsees gives identities of this Transmission free again.
	Unsees   []SeenKey
	Numbers  []Number      // reserved numbers that Follows now use
	Findings []edi.Finding // on envelopes, added to the Transmission's
	Total    int           // how many findings this slice had, kept or not
	Features []Feature     // first seen in its documents; see Profiles
	Facts    []Fact        // what its accepted documents say; see Views
	Leaves   []archive.Leaf
	// Version is the digest of the configuration that it was made under; Advance
	// keeps it, so that the next slice is made under the same. "" changes nothing.
	Version string
	// Retention is the class of the Transmission, as far as it is read; Advance and
	// the Commit of a translation keep it.
	Retention string
	// Expects are acknowledgments that are owed from now on, for Follows. One that
	// exists already stays as it is.
	Expects []Expectation
	// Settles are what an acknowledgment says about Transmissions that went out.
	// One of which all that is expected is answered becomes Settled, if it was
	// attempted and was not discarded.
	Settles []Settle
	// Members are what became of documents of the batch that is translated, which
	// are Batched: those that are quarantined are none of its Causes any more.
	// Documents and Facts may be of these too.
	Members []Member
	// Continues is the trace that the Transmission goes on with, before Follows get
	// theirs of it; nil: it keeps its own.
	Continues *TraceContext
}

// Result is the end of a claim.
type Result struct {
	Slice
	State    State // Translated, Quarantined, Batched; Sent, Available, Delivered, Pending (tried again at RetryAt), Dead
	Reason   string
	RetryAt  time.Time
	Evidence []Evidence
	// Wire is the attempt that ended so, of what leaves no process, as into a mailbox:
	// as if Attempt had been called right before. nil: it was, where there was one.
	Wire *Wire
	// At is when a delivery ended Sent, Available or Delivered: the clocks of what
	// is expected for it begin, and what we owe with it is given. Zero: neither.
	At time.Time
	// Join is the batch that a document waits in, with State Batched.
	Join *Join
	// What translation learned about the Transmission; empty fields change nothing.
	Partner, Agreement, Set, Control, Config string
	Standard                                 edi.Standard
	Mode                                     edi.Mode
	Keys                                     []canonical.Key
}

// Wire is the identity of a Transmission on the wire.
type Wire struct {
	Name string // file name, "" none
	Key  string // message or event id
	// At is when: the time of the first attempt is kept as Begun until a person has
	// it retried.
	At time.Time
}

// Onward is what who commits a translation goes on with.
type Onward struct {
	Lease
	Follows []ID // of the Result
	At      time.Time
}

// Operation is a person's decision about one Transmission.
type Operation struct {
	Kind   OperationKind
	ID     ID
	By     string
	Reason string
	At     time.Time
	Leaf   archive.Leaf
}

// OperationKind is what a person can decide.
type OperationKind string

// Operations.
const (
	// Retry: Dead -> Pending, attempts from 0. Quarantined -> Accepted, Attempts + 1:
	// its Documents and findings are gone, its cursor stands at the beginning.
	Retry OperationKind = "retry"
	// Discard: Dead, Pending, Quarantined, or Batched while the batch is open (which
	// it leaves) -> Discarded.
	Discard OperationKind = "discard"
	// Close ends waiting: of a batch that is open, which is due at once; what is overdue or rejected of the acknowledgments of a
	// Transmission becomes closed; its own state changes only to Settled, when
	// nothing else is open.
	Close OperationKind = "close"
)

// SeenKey is an identity that must not take effect twice.
type SeenKey struct {
	Kind  string // "bytes", "control", "document"
	Value string
}

// Seen is an identity and who used it.
type Seen struct {
	SeenKey
	Transmission ID
	Document     string // "" for bytes and control
	Digest       string // what the owner used it for: of a document its content, of a control number the interchange
	// Sequence and Finished are of the owner: filled by queries.
	Sequence int64
	Finished bool // the owner's translation has ended
}

// SeenError refuses a slice: another Transmission owns an identity.
type SeenError struct{ Seen Seen }

// Error names the identity and its owner.
func (e *SeenError) Error() string {
	return fmt.Sprintf("bridge: %s %q is used by transmission %s", e.Seen.Kind, e.Seen.Value, e.Seen.Transmission)
}

// Query reads. Nothing here changes anything.
type Query interface {
	Numbering
	// Transmission gives one, or ErrNotFound.
	Transmission(ctx context.Context, id ID) (Transmission, error)
	// Find gives the transmissions that carry a key, newest first, at most limit.
	// A Key without Scheme matches any scheme.
	Find(ctx context.Context, key canonical.Key, limit int) ([]ID, error)
	// Family gives the Transmissions of ids with all their causes and all that
	// follows from them, transitively, oldest first. Of more than limit it gives
	// those of ids first, then what is no event.
	Family(ctx context.Context, ids []ID, limit int) ([]Transmission, error)
	// List gives Transmissions by state, oldest first by (Sequence, Ordinal).
	List(ctx context.Context, q ListQuery) ([]Transmission, error)
	// Documents streams documents of one Transmission in order.
	Documents(ctx context.Context, q DocumentQuery) iter.Seq2[Document, error]
	// Evidence gives what was seen of one Transmission's deliveries, oldest first.
	Evidence(ctx context.Context, id ID) ([]Evidence, error)
	// Expectations gives acknowledgments that are owed, newest first.
	Expectations(ctx context.Context, q ExpectationQuery) ([]Expectation, error)
	// Batches gives the batches that are open, what closes first first.
	Batches(ctx context.Context) ([]Batch, error)
	// Seen gives the owners of those identities that are used up.
	Seen(ctx context.Context, keys []SeenKey) ([]Seen, error)
	// Body gives the archived object of a peer's bytes.
	Body(ctx context.Context, peer string, sum archive.Hash) (archive.Object, bool, error)
	// Counts gives the number of Transmissions by state. It reads an entry for each of them.
	Counts(ctx context.Context) (map[State]int, error)
	// LeafIndexes tells where leaves stand in the log, by their ids; unsealed and
	// unknown ones are left out.
	LeafIndexes(ctx context.Context, ids []string) (map[string]int64, error)
	// Audit streams everything that CheckHouse needs, in one consistent read.
	Audit(ctx context.Context, visit func(Record) error) error
}

// ListQuery selects Transmissions. Zero fields select all.
type ListQuery struct {
	States    []State
	Kind      Kind
	Endpoints []string
	Since     time.Time // Changed at or after
	Limit     int       // 0: 1000
}

// DocumentQuery selects documents of one Transmission.
type DocumentQuery struct {
	Transmission ID
	Interchange  int // 0: all
	Group        int // 0: all
	Before       int // only ordinals below; 0: all
}

// Record is one row of an audit: exactly one field is set.
type Record struct {
	Transmission *Transmission
	Document     *Document
	Evidence     *Evidence
	Number       *Number
	Seen         *Seen
	Renumbering  *Renumbering
	Expectation  *Expectation
	Leaf         *AuditLeaf
	Head         *archive.Head
	Promotion    *Promoting
	Coverage     *Coverage
	Feature      *Feature
	Activation   *Activation
	Files        *StoredFiles
	Fact         *Fact
	Batch        *Batch
}

// AuditLeaf is a leaf as the log has it.
type AuditLeaf struct {
	Index int64 // in the log, from 0; -1 while unsealed
	Text  []byte
}

// Errors of a Store, matched with errors.Is.
var (
	ErrNotFound   = errors.New("bridge: not found")
	ErrStale      = errors.New("bridge: the claim is no longer ours")
	ErrConflict   = errors.New("bridge: the state does not allow it")
	ErrSeriesBusy = errors.New("bridge: a number of the series is reserved for another")
	ErrKeyReused  = errors.New("bridge: idempotency key used before with other bytes")
)

// Watcher is a Store that several processes share and that tells each of the
// work that others have made due. Without it work is found by polling.
type Watcher interface {
	// Watch calls due, from one goroutine, when there may be work of a step, until
	// ctx ends.
	Watch(ctx context.Context, due func(Step))
}
