package bridge

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"
)

// StepPrune is the step of housekeeping: what was kept long enough goes. It claims
// nothing: of several processes one has the turn, and where two prune the same all
// the same one is refused.
const StepPrune Step = "prune"

// turnPrune is the name of the turn to prune.
const turnPrune = "prune"

// errTurnOver ends a pass of which the turn went to another process.
var errTurnOver = errors.New("bridge: another process prunes")

// keepHouse prunes every now and then until ctx ends. Processes that start together
// do not do so together.
func (b *Bridge) keepHouse(ctx context.Context) {
	next := time.NewTimer(rand.N(b.o.Housekeep))
	defer next.Stop()
	for {
		select {
		case <-next.C:
		case <-ctx.Done():
			return
		}
		if _, err := b.prune(ctx, b.restful); err != nil && ctx.Err() == nil {
			b.check(err)
			b.o.Log.Error("step failed and will be tried again", "step", StepPrune, "error", err)
		}
		next.Reset(b.o.Housekeep)
	}
}

// prune makes one pass, if it is this process' turn, and tells how many rows of
// transmissions and replays went.
func (b *Bridge) prune(ctx context.Context, rest func(context.Context) error) (int, error) {
	turn, begun := pruneTurn{b: b}, b.now()
	p := Pruner{Store: b.o.Store, Config: b.o.Config(), Prune: b.o.Store.Prune, PruneReplays: b.o.Store.PruneReplays, Rest: rest, Turn: turn.keep, Now: begun}
	done, err := p.Run(ctx)
	if err == nil { // the others rest as long as this one
		err = turn.until(ctx, begun.Add(b.o.Housekeep))
	}
	if errors.Is(err, errTurnOver) {
		err = nil
	}
	all := done.Replays
	for i := range done.Classes {
		c := &done.Classes[i]
		if c.Events+c.Families == 0 {
			continue
		}
		all += c.Events + c.Transmissions
		b.o.Log.Info("pruned", "class", c.Class, "events", c.Events, "families", c.Families, "transmissions", c.Transmissions, "oldest", c.Oldest)
	}
	return all, err
}

// pruneTurn is the turn to prune as one pass has it.
type pruneTurn struct {
	b    *Bridge
	ends time.Time
}

// keep takes the turn, and again before it ends.
func (t *pruneTurn) keep(ctx context.Context) error {
	if now := t.b.now(); t.ends.Sub(now) < t.b.o.Lease/2 {
		return t.until(ctx, now.Add(t.b.o.Lease))
	}
	return ctx.Err()
}

// until has the turn end at a time.
func (t *pruneTurn) until(ctx context.Context, ends time.Time) error {
	t.ends = ends
	mine, err := t.b.o.Store.TakeTurn(ctx, Turn{Name: turnPrune, Owner: t.b.o.Owner, Now: t.b.now(), Until: ends})
	if err == nil && !mine {
		err = errTurnOver
	}
	return err
}

// restful lets work go before housekeeping: it waits a moment, and longer while
// there is much to do.
func (b *Bridge) restful(ctx context.Context) error {
	for wait := pruneRest; ; wait = b.o.Poll {
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return ctx.Err()
		}
		n, err := b.o.Store.Backlog(ctx, busyBacklog)
		if err != nil || n < busyBacklog {
			return err
		}
	}
}
