package bridge

import (
	"context"
	"fmt"
	"iter"
	"time"

	"github.com/edibridge/edibridge/archive"
	"github.com/edibridge/edibridge/canonical"
)

// Replays keeps jobs that translate files again. A job and its items say what
// would change and change nothing; what is promoted of them does.
type Replays interface {
	// BeginReplay records a job; the same ID again changes nothing. Through is the
	// newest sequence there is, as the one given back says.
	BeginReplay(ctx context.Context, j ReplayJob) (ReplayJob, error)
	// RecordReplay records what a job found of some files, and how far it is:
	// reached is the last sequence that it has looked at. The same again changes
	// nothing; a job that has come further refuses it with ErrConflict. done ends
	// the job.
	RecordReplay(ctx context.Context, r ReplayRecord) error
	// ReplayJob gives one, or ErrNotFound.
	ReplayJob(ctx context.Context, id ID) (ReplayJob, error)
	// ReplayJobs gives the newest first, at most limit.
	ReplayJobs(ctx context.Context, limit int) ([]ReplayJob, error)
	// ReplayItems streams what a job found, in the order of its files.
	ReplayItems(ctx context.Context, q ItemQuery) iter.Seq2[ReplayItem, error]
	// Files gives files whose translation has ended, oldest first.
	Files(ctx context.Context, q FileQuery) ([]Transmission, error)
	// Effects streams what follows from a Transmission as its main cause, in the
	// order of its making.
	Effects(ctx context.Context, cause ID) iter.Seq2[Effect, error]
	// Promote records Transmissions that deliver again what a job asked for: they
	// are due at once. One that exists already stays as it is.
	Promote(ctx context.Context, p Promotion) error
	// Resubmit puts a mended Transmission in the place of one that is Dead or
	// Quarantined, which is Discarded; another state refuses it with ErrConflict.
	// What came in comes in anew, with a sequence of its own and the old one as
	// its cause; what goes out takes the old one's place in its order, due at
	// once. The same resubmission again, told by its operation's leaf, changes
	// nothing.
	Resubmit(ctx context.Context, r Resubmission) error
}

// Selection says which files a job is about. Zero fields select all.
type Selection struct {
	Since   time.Time `json:"since,omitzero"` // received at or after
	Until   time.Time `json:"until,omitzero"` // received before
	Partner string    `json:"partner,omitempty"`
	Set     string    `json:"set,omitempty"`   // files with such a set
	State   string    `json:"state,omitempty"` // of the file, or of a document in it: "quarantined", "rejected"
	Key     string    `json:"key,omitempty"`   // as [Trace] takes it
}

// FileQuery selects files; see [Selection].
type FileQuery struct {
	Selection
	ID             ID            // "" all; else this one, or those with the key
	Business       canonical.Key // without a Scheme it matches any
	After, Through int64         // sequences behind After, up to Through
	Handed         bool          // what applications handed in, too
	Limit          int
}

// ItemQuery selects items of a job.
type ItemQuery struct {
	Job      ID
	Sequence int64 // of one file; 0: all
}

// What is decided about files and dead letters beside [Retry] and [Discard].
const (
	// Repair has a file translated again as a whole: Translated or Quarantined ->
	// Accepted, its Attempts + 1, its findings forgotten, its documents and their
	// coverage to be written anew. What follows from it already stays.
	Repair OperationKind = "repair"
	// Replayed is what [Replays.Promote] notes of a file, and Resubmitted what
	// [Replays.Resubmit] does with the old one: Dead or Quarantined -> Discarded.
	Replayed    OperationKind = "replay"
	Resubmitted OperationKind = "resubmit"
)

// query is the selection as the store takes it.
func (s Selection) query() FileQuery {
	q := FileQuery{Selection: s}
	if s.Key != "" {
		q.ID, q.Business = keyOf(s.Key)
	}
	return q
}

// ReplayJob is one selection of files to be translated again under a
// configuration that is tried.
type ReplayJob struct {
	ID        ID        `json:"job"`
	Created   time.Time `json:"created"`
	By        string    `json:"by"`
	Config    string    `json:"config"` // digest of the configuration that is tried
	Selection Selection `json:"selection"`
	Learn     bool      `json:"learn"` // what the files hold becomes known, and is no drift
	Through   int64     `json:"through"`
	Reached   int64     `json:"reached"`
	Done      bool      `json:"done"`
	// Counts of items, filled by queries.
	Files    int `json:"files"`
	Changed  int `json:"changed"`
	Failed   int `json:"failed"`
	Promoted int `json:"promoted"` // Transmissions made
}

// ReplayOutcome says what a job found of one file.
type ReplayOutcome string

// Outcomes.
const (
	ReplaySame    ReplayOutcome = "same"    // nothing would change
	ReplayChanged ReplayOutcome = "changed" // documents, acknowledgments or deliveries would
	ReplayFailed  ReplayOutcome = "failed"  // it could not be tried: see Reason
)

// ReplayItem is what a job found of one file.
type ReplayItem struct {
	Transmission ID            `json:"transmission"`
	Sequence     int64         `json:"sequence"`
	Outcome      ReplayOutcome `json:"outcome"`
	Reason       string        `json:"reason,omitempty"`
	// Digest is over all that the configuration made of the file; a promotion
	// finds the same, or is refused.
	Digest    string           `json:"digest,omitempty"`
	Was       State            `json:"was"`
	Now       State            `json:"now,omitempty"`
	Documents int              `json:"documents"` // looked at
	Differing int              `json:"differing"` // documents that would differ
	Details   []ReplayDocument `json:"details"`   // of them the first ones
	// Deliveries are those that would differ, the first ones; Added, Changed and
	// Removed count all.
	Deliveries []ReplayDelivery `json:"deliveries"`
	Added      int              `json:"added"`
	Changed    int              `json:"changed"`
	Removed    int              `json:"removed"`
	// Repairs are documents that were quarantined and would be accepted. Blocked
	// says why they cannot be promoted, "" they can.
	Repairs int    `json:"repairs"`
	Blocked string `json:"blocked,omitempty"`
	// Promoted counts the Transmissions made: filled by queries.
	Promoted int `json:"promoted"`
}

// ReplayDocument is a document that would differ.
type ReplayDocument struct {
	Document string        `json:"document"`
	Set      string        `json:"set"`
	Control  string        `json:"control"`
	Was      ReplayVerdict `json:"was"`
	Now      ReplayVerdict `json:"now"`
	// Fields are the members of the canonical document that would differ, the
	// first ones; FieldsTotal counts all.
	Fields      []FieldChange `json:"fields"`
	FieldsTotal int           `json:"fieldsTotal"`
}

// ReplayVerdict is what became of a document.
type ReplayVerdict struct {
	State     DocumentState `json:"state"`
	Verdict   string        `json:"verdict"` // what the acknowledgment says
	Agreement string        `json:"agreement"`
	Reason    string        `json:"reason,omitempty"`
}

// FieldChange is one member of a document that differs.
type FieldChange struct {
	Pointer string `json:"pointer"` // JSON Pointer (RFC 6901)
	Was     string `json:"was"`     // its JSON, "" it was not there
	Now     string `json:"now"`     // "" it is not there
}

// ReplayDelivery is an event that would differ for one endpoint.
type ReplayDelivery struct {
	Document string `json:"document"` // "" where it is not known
	Endpoint string `json:"endpoint"`
	Type     string `json:"type"`
	Change   string `json:"change"` // added, changed, removed
	Was      string `json:"was"`    // event id, "" none
	Now      string `json:"now"`
}

// ReplayRecord is one step of a job.
type ReplayRecord struct {
	Job      ID           `json:"job"`
	Items    []ReplayItem `json:"items"`
	Features []Feature    `json:"features"` // to be known, without an alarm
	Reached  int64        `json:"reached"`
	Done     bool         `json:"done"`
}

// Effect is a Transmission that follows from another one.
type Effect struct {
	Transmission
	Job   ID     // that had it promoted, "" none
	Place string // of a promoted event: of which one of the file's it takes the place
}

// Promotion is what one commit delivers again.
type Promotion struct {
	Job, Item ID
	Follows   []Transmission // with their Causes, the file first
	Places    []string       // of each of Follows
	Leaves    []archive.Leaf
	// Operation says who promoted it and why; it is kept with the file.
	Operation Operation
}

// Resubmission is a mended Transmission with the decision to send it.
type Resubmission struct {
	Operation    Operation // about the old one
	Transmission Transmission
	Leaf         archive.Leaf
}

// PromotionID is the id of what delivers the event at a place within a file
// again: the same for the same job, place and endpoint.
func PromotionID(job, item ID, place, endpoint string) ID {
	return FollowID(item, KindEvent, "replay "+string(job)+" "+place, endpoint)
}

// replayPage is how many files a job takes at once.
const replayPage = 32

// Replayer runs jobs: it reads from Store and Bodies, and hands what it found to
// Record alone.
type Replayer struct {
	Store  Store
	Bodies Bodies
	Config *Configuration // that is tried
	Record func(context.Context, ReplayRecord) error
}

// Run goes on with a job where it is until it is done, and tells each item that
// is recorded to seen, which may be nil. It can be ended at any moment: what is
// recorded stays, and the next run goes on behind it.
func (r *Replayer) Run(ctx context.Context, j ReplayJob, seen func(*ReplayItem) error) error {
	q := j.Selection.query()
	q.After, q.Through, q.Limit = j.Reached, j.Through, replayPage
	for !j.Done {
		files, err := r.Store.Files(ctx, q)
		if err != nil {
			return fmt.Errorf("replay %s: %w", j.ID, err)
		}
		j.Done = len(files) < q.Limit
		rec := ReplayRecord{Job: j.ID, Reached: j.Through, Done: j.Done}
		for i := range files {
			item, features, err := r.item(ctx, &files[i], j.Learn)
			if err != nil {
				return fmt.Errorf("replay %s: %w", j.ID, err)
			}
			rec.Items, rec.Features = append(rec.Items, item), append(rec.Features, features...)
		}
		if !j.Done {
			rec.Reached = files[len(files)-1].Sequence
		}
		if err := r.Record(ctx, rec); err != nil {
			return fmt.Errorf("replay %s: %w", j.ID, err)
		}
		q.After = rec.Reached
		for i := range rec.Items {
			if seen == nil {
				break
			}
			if err := seen(&rec.Items[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

// item tries one file. What is wrong with it is part of the item; an error is a
// failure of ours.
func (r *Replayer) item(ctx context.Context, t *Transmission, learn bool) (ReplayItem, []Feature, error) {
	c := newComparison(t)
	h := rehearsal{store: r.Store, bodies: r.Bodies, cfg: r.Config, learn: learn}
	if err := c.run(ctx, &h, t); err != nil {
		return ReplayItem{}, nil, err
	}
	return c.item, c.features, nil
}

// Promoting is the record of one Transmission that a job had promoted.
type Promoting struct {
	Transmission ID
	Item, Job    ID
	Place        string
}
