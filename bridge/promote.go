package bridge

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/edibridge/edibridge/archive"
	"github.com/edibridge/edibridge/canonical"
)

// PromoteOrder asks for what a job found of one file.
type PromoteOrder struct {
	Job     ID       `json:"job"`
	Item    ID       `json:"item"`    // the file
	Targets []string `json:"targets"` // endpoints; empty: all
	// Force delivers what has not changed again too, under its own event id, and
	// repairs files in which a document was refused to the partner.
	Force  bool   `json:"force"`
	By     string `json:"by"`
	Reason string `json:"reason"`
}

// Promoted is what became of a [PromoteOrder].
type Promoted struct {
	Item       ID     `json:"item"`
	Refused    string `json:"refused,omitempty"` // why nothing was done
	Deliveries int    `json:"deliveries"`        // Transmissions made
	Repaired   bool   `json:"repaired"`          // the file is translated again as a whole
}

// promotePortion is how many deliveries one commit makes.
const promotePortion = 500

// Promote delivers what a job showed of one file. Events whose data changed go
// out under a new id that names the old one in replayof; those that an endpoint
// never got, and forced ones, under their own. A file with documents that were
// quarantined and would be accepted is translated again as a whole, and answered
// as its agreement says: that is the way out of quarantine when the
// configuration was mended.
//
// It works under the configuration in force, and is refused unless that makes of
// the file what the job showed. It can be ended at any moment and called again:
// promoted twice, nothing happens twice. An error is a failure of ours.
func (b *Bridge) Promote(ctx context.Context, o PromoteOrder) (Promoted, error) {
	p := Promoted{Item: o.Item}
	item, t, err := b.toPromote(ctx, o)
	switch {
	case errors.Is(err, ErrNotFound):
		p.Refused = "the job has not looked at such a file"
		return p, nil
	case err != nil:
		return p, fmt.Errorf("promote %s of %s: %w", o.Item, o.Job, err)
	case item.Outcome == ReplayFailed:
		p.Refused = "the job could not try it: " + item.Reason
		return p, nil
	case t.State != Translated && t.State != Quarantined:
		p.Refused = "it is " + string(t.State)
		return p, nil
	}
	pr := promotion{b: b, o: o, t: &t, c: newComparison(&t)}
	pr.c.wants = pr.want
	h := rehearsal{store: b.o.Store, bodies: b.o.Bodies, cfg: b.o.Config()}
	if err := pr.c.run(ctx, &h, &t); err != nil {
		return p, fmt.Errorf("promote %s of %s: %w", o.Item, o.Job, err)
	}
	if pr.c.item.Digest != item.Digest {
		p.Refused = "the configuration in force makes something else of it than the job showed"
		return p, nil
	}
	if err := pr.deliver(ctx); err != nil {
		return p, fmt.Errorf("promote %s of %s: %w", o.Item, o.Job, err)
	}
	p.Deliveries = len(pr.events)
	p.Repaired, p.Refused, err = pr.repair(ctx)
	if err != nil {
		return p, fmt.Errorf("promote %s of %s: %w", o.Item, o.Job, err)
	}
	b.o.Log.Info("promoted", "transmission", o.Item, "job", o.Job, "deliveries", p.Deliveries, "repaired", p.Repaired,
		"by", o.By, "reason", o.Reason)
	return p, nil
}

// toPromote reads what the job found and the file.
func (b *Bridge) toPromote(ctx context.Context, o PromoteOrder) (*ReplayItem, Transmission, error) {
	if _, err := b.o.Store.ReplayJob(ctx, o.Job); err != nil {
		return nil, Transmission{}, err
	}
	t, err := b.o.Store.Transmission(ctx, o.Item)
	if err != nil {
		return nil, t, err
	}
	for item, err := range b.o.Store.ReplayItems(ctx, ItemQuery{Job: o.Job, Sequence: t.Sequence}) {
		if err != nil || item.Transmission == o.Item {
			return &item, t, err
		}
	}
	return nil, t, ErrNotFound
}

// promotion is one run over one file.
type promotion struct {
	b      *Bridge
	o      PromoteOrder
	t      *Transmission
	c      *comparison
	events []promotedEvent
}

// promotedEvent is what will be delivered, in the order of the file.
type promotedEvent struct {
	t     Transmission
	place string
	body  []byte         // new; nil: that of the old one
	old   archive.Object // its body
}

// want takes an event of a document that was accepted, if it was asked for.
func (p *promotion) want(e *replayedEvent) error {
	if len(p.o.Targets) > 0 && !slices.Contains(p.o.Targets, e.endpoint) {
		return nil
	}
	f := promotedEvent{t: *e.now, place: e.place}
	switch {
	case e.was == nil: // under the id that it would have had from the beginning
		f.t.Causes, f.body = []ID{p.t.ID}, e.body
	case e.was.Key != e.now.Key:
		var ev canonical.Event
		if err := json.Unmarshal(e.body, &ev); err != nil {
			return fmt.Errorf("event %s: %w", e.now.Key, err)
		}
		ev.ReplayOf = e.was.Key
		body, err := json.Marshal(ev)
		if err != nil {
			return fmt.Errorf("event %s: %w", e.now.Key, err)
		}
		f.t.ID, f.body = PromotionID(p.o.Job, p.t.ID, e.place, e.endpoint), body
		f.t.Causes = []ID{p.t.ID, e.was.ID}
	case p.o.Force && e.was.Job != p.o.Job:
		f.t.ID, f.old = PromotionID(p.o.Job, p.t.ID, e.place, e.endpoint), e.was.Body
		f.t.Causes = []ID{p.t.ID, e.was.ID}
	default:
		return nil
	}
	p.events = append(p.events, f)
	return nil
}

// deliver commits what was taken, in portions.
func (p *promotion) deliver(ctx context.Context) error {
	now := p.b.now()
	ordinal := p.c.last
	for part := range slices.Chunk(p.events, promotePortion) {
		bodies := make([][]byte, 0, len(part))
		for _, f := range part {
			if f.body != nil {
				bodies = append(bodies, f.body)
			}
		}
		var objects []archive.Object
		var err error
		if len(bodies) > 0 {
			if objects, err = p.b.o.Bodies.PutAll(ctx, "", bodies...); p.b.check(err) != nil {
				return err
			}
		}
		pr := Promotion{Job: p.o.Job, Item: p.t.ID, Operation: p.operation(now)}
		for _, f := range part {
			ordinal++
			f.t.Ordinal, f.t.Created, f.t.Changed, f.t.NextAt, f.t.Body = ordinal, now, now, now, f.old
			if f.body != nil {
				f.t.Body, objects = objects[0], objects[1:]
			}
			leaf := bodyLeaf(leafOf(f.t.Kind), &f.t, p.t.Leaf)
			f.t.Leaf = leaf.ID
			pr.Follows, pr.Places, pr.Leaves = append(pr.Follows, f.t), append(pr.Places, f.place), append(pr.Leaves, leaf)
		}
		if err := p.b.o.Store.Promote(ctx, pr); err != nil {
			return err
		}
		wake(p.b.deliverers.woken)
	}
	return nil
}

// operation is the decision; one job decides once about a file.
func (p *promotion) operation(now time.Time) Operation {
	o := Operation{Kind: Replayed, ID: p.t.ID, By: p.o.By, Reason: cmp.Or(p.o.Reason, "promoted from "+string(p.o.Job)), At: now}
	o.Leaf = archive.Leaf{Kind: archive.LeafAccess, ID: leafID(archive.LeafAccess, p.t.ID, "replay "+string(p.o.Job)), Time: now}
	return o
}

// repair has the file translated again when documents of it leave quarantine by
// that.
func (p *promotion) repair(ctx context.Context) (done bool, refused string, err error) {
	item := &p.c.item
	switch {
	case item.Repairs == 0 && !(p.o.Force && p.unrejects()):
		return false, "", nil
	case len(p.o.Targets) > 0:
		return false, "documents of it leave quarantine, which goes to all endpoints of their agreements: promote it without a target", nil
	case item.Blocked != "" && !(p.o.Force && p.unrejects()):
		return false, item.Blocked, nil
	}
	o := p.operation(p.b.now())
	o.Kind = Repair
	o.Leaf.ID = leafID(archive.LeafAccess, p.t.ID, "repair "+string(p.o.Job))
	err = p.b.Operate(ctx, o)
	if errors.Is(err, ErrConflict) {
		return false, "another one decided about it meanwhile", nil
	}
	return err == nil, "", err
}

// unrejects reports whether what blocks a repair is only that documents were
// refused to the partner.
func (p *promotion) unrejects() bool { return p.c.unrejected > 0 && p.c.lost == 0 }
