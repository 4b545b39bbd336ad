package bridge

import (
	"context"
	"math/rand/v2"
	"time"
)

// StepPrune is the step of housekeeping: what was kept long enough goes. It claims
// nothing: of two processes that prune the same one is refused.
const StepPrune Step = "prune"

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

// prune makes one pass and tells how many rows of transmissions and replays went.
func (b *Bridge) prune(ctx context.Context, rest func(context.Context) error) (int, error) {
	p := Pruner{Store: b.o.Store, Config: b.o.Config(), Prune: b.o.Store.Prune, PruneReplays: b.o.Store.PruneReplays, Rest: rest, Now: b.now()}
	done, err := p.Run(ctx)
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
