package bridge

import (
	"context"
	"time"

	"github.com/edibridge/edibridge/archive"
)

// NewOperation is a person's decision with its leaf, to be given to
// [Bridge.Operate], or to [Work.Operate] where no bridge runs.
func NewOperation(kind OperationKind, id ID, by, reason string, at time.Time) Operation {
	at = at.UTC()
	return Operation{Kind: kind, ID: id, By: by, Reason: reason, At: at,
		Leaf: archive.Leaf{Kind: archive.LeafAccess, ID: leafID(archive.LeafAccess, id, string(kind)+by+at.Format(time.RFC3339Nano)), Time: at}}
}

// Operate carries out a person's decision and wakes both steps, so that what it
// sets free (the Transmission itself, or what stood behind it in its order) goes
// on at once. Errors are those of [Work.Operate].
func (b *Bridge) Operate(ctx context.Context, o Operation) error {
	if err := b.o.Store.Operate(ctx, o); err != nil {
		return err
	}
	wake(b.translators.woken)
	wake(b.deliverers.woken)
	b.o.Log.Info("decided", "transmission", o.ID, "operation", o.Kind, "by", o.By, "reason", o.Reason)
	return nil
}
