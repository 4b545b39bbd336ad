package bridge

import (
	"context"
	"slices"
	"time"
)

// Aging lifts what waits too long into a more urgent lane. The zero value lifts
// nothing.
type Aging struct {
	After time.Duration // since the file or document that it is, or that it follows from, was accepted
	Lane  Lane
}

// of is when something in a lane that was accepted at since is lifted; the zero
// Lift where the lane is as urgent already.
func (a Aging) of(lane Lane, since time.Time) Lift {
	if a.After <= 0 || !a.Lane.before(lane) {
		return Lift{}
	}
	return Lift{At: since.Add(a.After), To: a.Lane.OrNormal()}
}

// Lift says when a Transmission that is not finished by then goes over into a more
// urgent lane. Zero: never, or it has.
type Lift struct {
	At time.Time
	To Lane
}

// before reports whether l is more urgent than o.
func (l Lane) before(o Lane) bool {
	return slices.Index(Lanes(), l.OrNormal()) < slices.Index(Lanes(), o.OrNormal())
}

// Ages moves what has waited too long.
type Ages interface {
	// Lift moves up to limit Transmissions whose Lift was due at now into its lane,
	// those first that are due longest, and tells how many that were. Their place
	// among those of their party there is by (Sequence, Ordinal), as anybody's; what
	// waits behind an older one of its order key or its party's stream goes on
	// waiting. One that is finished (Translated, Quarantined, Sent, Available,
	// Delivered, Settled, Dead, Discarded) has no Lift any more.
	Lift(ctx context.Context, now time.Time, limit int) (int, error)
}

// liftAtOnce is how many one commit lifts at most.
const liftAtOnce = 500

// lift moves what has waited too long, in one commit, and tells how many that
// were.
func (b *Bridge) lift(ctx context.Context) (int, error) {
	n, err := b.o.Store.Lift(ctx, b.now(), liftAtOnce)
	if n > 0 {
		b.o.Log.Info("lifted what waits too long into a more urgent lane", "count", n)
	}
	return n, err
}
