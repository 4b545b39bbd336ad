package bridge

import (
	"cmp"
	"context"
	"strings"
	"time"

	"github.com/edibridge/edibridge/archive"
	"github.com/edibridge/edibridge/edi"
)

// Batching says how documents of one agreement are gathered, to leave together in
// one interchange. What comes first closes a batch; zero fields close none.
type Batching struct {
	Count int   // documents
	Size  int64 // bytes of their messages; one that would not fit begins the next batch
	Every time.Duration
	At    []TimeOfDay    // cut-off times: what was handed in before leaves then
	Zone  *time.Location // of At; nil: UTC
}

// late is how long a batch gathers at least whose cut-off has passed already:
// what an outage kept back leaves together, too.
const late = 5 * time.Second

// closes is when a batch closes by time that begins now with a document of that
// accept, and by which rule; zero: never.
func (p *Batching) closes(accepted, now time.Time) (at time.Time, by string) {
	if p.Every > 0 {
		at, by = now.Add(p.Every), "every "+shortly(p.Every)
	}
	clock := wallClock{cmp.Or(p.Zone, time.UTC), soonest}
	for _, cut := range p.At {
		next := clock.after(accepted, cut, nil)
		if !next.After(now) {
			next = now.Add(late)
		}
		if at.IsZero() || next.Before(at) {
			at, by = next, "cut-off "+cut.String()
		}
	}
	return at.UTC(), by
}

// shortly is a duration as people write it: "15m", not "15m0s".
func shortly(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// Batches gathers documents that leave together. A batch is a Transmission of kind
// KindBatch, Accepted until it was translated: due when it closes. Its Causes are
// its documents.
type Batches interface {
	// CloseBatch ends the gathering for the batch of a claim: who comes later opens
	// another. The second time it changes nothing.
	CloseBatch(ctx context.Context, c Claim) error
	// Members gives documents of a batch, by Sequence.
	Members(ctx context.Context, q MemberQuery) ([]Transmission, error)
}

// MemberQuery selects documents of a batch.
type MemberQuery struct {
	Batch ID
	State State // Batched, Translated
	After int64 // only behind this Sequence
	Limit int
}

// Batch is what was gathered.
type Batch struct {
	Transmission       ID
	Partner, Agreement string
	Mode               edi.Mode
	Open               bool // it gathers
	Members            int
	Bytes              int64 // of the members' messages
	Opened             time.Time
	Closes             time.Time // by time; of what has closed early, when that would have been
	// By is what closes it, or has closed it: "every 15m0s", "cut-off 12:00",
	// "count", "size", "operator".
	By string
}

// Join puts a document into the open batch of its queue, or opens one. The queue
// is the Batch's partner, agreement and mode.
type Join struct {
	// Batch is the one that is opened if none is open: State Accepted, NextAt when
	// it closes by time.
	Batch Transmission
	Leaf  archive.Leaf // of Batch
	By    string       // what closes it by time
	Bytes int64        // of the document's message
	Count int          // that many documents close the batch; 0: any number
	Size  int64        // so many bytes do; 0: any number
}

// BatchQueue names what is gathered together, and leaves batch by batch: partner,
// agreement and mode of a batch.
func (t *Transmission) BatchQueue() string {
	return t.Partner + "/" + t.Agreement + " " + string(t.Mode)
}

// Member is what became of one document of a batch.
type Member struct {
	ID       ID
	State    State // Translated: it left with the batch; Quarantined: it does not
	Reason   string
	Control  string
	Findings []edi.Finding // why it does not
	Total    int
}

// join commits that the document waits in the batch of its agreement.
func (t *translation) join(ctx context.Context, d *draft) error {
	how, now := d.how, t.b.now()
	at, by := how.Batch.closes(t.tr.Created, now)
	batch := Transmission{
		ID:        FollowID(t.tr.ID, KindBatch, AnswerPlace(batchPlace, t.tr.Attempts), ""),
		Direction: In, Kind: KindBatch, State: Accepted, Partner: how.Partner, Agreement: how.Name,
		Ordered: true, Created: now, Changed: now, NextAt: at,
		Standard: how.Standard, Set: how.Set, Mode: how.Mode, Config: t.cfg.Digest, Retention: how.Retention,
	}
	batch.Trace = BeginTrace(batch.ID) // of many: those of its documents are links
	leaf := archive.Leaf{Kind: archive.LeafDecision, ID: leafID(archive.LeafDecision, batch.ID, "open"), Time: now, Parents: []string{t.tr.Leaf}}
	batch.Leaf = leaf.ID
	return t.commit(ctx, Result{State: Batched, Config: t.cfg.Digest, Join: &Join{
		Batch: batch, Leaf: leaf, By: by, Bytes: int64(len(d.raw)), Count: how.Batch.Count, Size: how.Batch.Size}})
}

// batchPlace is the place, within a document, of the batch that it opens.
const batchPlace = "1"
