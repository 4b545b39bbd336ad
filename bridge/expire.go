package bridge

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/edibridge/edibridge/archive"
	"github.com/edibridge/edibridge/canonical"
)

// StepExpire is the step of the clocks: what was not acknowledged in time
// becomes overdue, what waits too long is lifted ([Aging]), and who says nothing in
// time is silent. Its work is claimed by [Clocks.ClaimOverdue]; of several that
// listen the first one tells.
const StepExpire Step = "expire"

// expireAtOnce is how many are claimed at once.
const expireAtOnce = 64

// keepClocks makes overdue what is, and lifts what waits too long, until ctx ends.
func (b *Bridge) keepClocks(ctx context.Context) {
	every := time.NewTicker(b.o.Poll)
	defer every.Stop()
	again := listening{}
	for ctx.Err() == nil {
		n, err := b.tick(context.WithoutCancel(ctx))
		if err == nil {
			_, err = b.listen(context.WithoutCancel(ctx), again)
		}
		if err != nil {
			b.check(err)
			b.o.Log.Error("step failed and will be tried again", "step", StepExpire, "error", err)
		}
		if n > 0 {
			continue
		}
		select {
		case <-every.C:
		case <-ctx.Done():
		}
	}
}

// tick does what the clocks say, once, and tells how much that was.
func (b *Bridge) tick(ctx context.Context) (int, error) {
	n, err := b.expire(ctx)
	lifted, failed := b.lift(ctx)
	return n + lifted, errors.Join(err, failed)
}

// expire claims what is overdue and makes it so; it tells how many that were.
// What fails is claimed again when its lease ends.
func (b *Bridge) expire(ctx context.Context) (int, error) {
	now := b.now()
	es, err := b.o.Store.ClaimOverdue(ctx, ClaimQuery{Step: StepExpire, Owner: b.o.Owner, Limit: expireAtOnce, Now: now, Until: now.Add(b.o.Lease)})
	if err != nil {
		return 0, err
	}
	for i := range es {
		if err := b.overdue(ctx, &es[i], now); err != nil && !errors.Is(err, ErrMoved) {
			return i, fmt.Errorf("expire %s of %s: %w", es[i].ID, es[i].Transmission, err)
		}
	}
	return len(es), nil
}

// overdue makes one expectation overdue, with its event. All of it is computed
// from the expectation, so that it runs twice with the same end.
func (b *Bridge) overdue(ctx context.Context, e *Expectation, now time.Time) error {
	out, err := b.o.Store.Transmission(ctx, e.Transmission)
	if err != nil {
		return err
	}
	e.At = e.Due
	data := dataOf(e)
	data.Status = string(ExpectOverdue)
	data.Reasons = []string{overdueReason(e, &out)}
	leaf := archive.Leaf{Kind: archive.LeafEvidence, Time: e.Due, Parents: []string{out.Leaf},
		ID: leafID(archive.LeafEvidence, out.ID, EvidenceOverdue+" "+e.ID)}
	x := Expiry{Expectation: *e, Now: now, Leaves: []archive.Leaf{leaf}, Evidence: Evidence{Transmission: out.ID, Attempt: out.Attempts,
		Kind: EvidenceOverdue, At: e.Due, Leaf: leaf.ID,
		Detail: map[string]string{"acknowledgment": e.Acknowledgment, "status": string(ExpectOverdue), "reasons": data.Reasons[0]}}}
	if err := b.overdueEvents(ctx, &x, data, &out); err != nil {
		return err
	}
	if err := b.o.Store.Expire(ctx, x); err != nil {
		return err
	}
	wake(b.deliverers.woken)
	b.o.Log.Warn("acknowledgment overdue", "transmission", out.ID, "partner", e.Partner, "owes", e.Owes,
		"acknowledgment", e.Acknowledgment, "due", e.Due, "reason", data.Reasons[0])
	return nil
}

// overdueEvents adds the events.
func (b *Bridge) overdueEvents(ctx context.Context, x *Expiry, data acknowledgmentData, out *Transmission) error {
	cfg := b.o.Config()
	told, err := cfg.expectationEvent(&x.Expectation, data, canonical.EventAcknowledgmentOverdue, out)
	if err != nil {
		return err
	}
	f := &told.event
	f.Causes, f.Keys, f.Retention, f.Config = []ID{out.ID}, out.Keys, out.Retention, cfg.Digest
	f.Sequence, f.Ordinal, f.Created = out.Sequence, out.Ordinal, x.Now
	follows, leaves, err := b.announce(ctx, told, out.ID, "overdue/"+x.Expectation.ID, out.Leaf)
	x.Follows, x.Leaves = follows, append(x.Leaves, leaves...)
	return err
}

// overdueReason says why, as far as our own side tells.
func overdueReason(e *Expectation, out *Transmission) string {
	switch {
	case e.Owes == OwedByUs:
		return fmt.Sprintf("our %s is still %s", e.Acknowledgment, out.State)
	case out.State == Available:
		return "it lies in the mailbox and was not taken"
	}
	return fmt.Sprintf("no %s came", e.Acknowledgment)
}
