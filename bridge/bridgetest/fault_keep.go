package bridgetest

import (
	"context"
	"time"

	"github.com/edibridge/edibridge/archive"
	"github.com/edibridge/edibridge/bridge"
)

func (s *faultyStore) Ended(ctx context.Context, q bridge.EndedQuery) ([]bridge.Ended, error) {
	return ask(s.f, "Ended", func() ([]bridge.Ended, error) { return s.s.Ended(ctx, q) })
}

func (s *faultyStore) Kin(ctx context.Context, id bridge.ID, limit int) ([]bridge.Kin, error) {
	return ask(s.f, "Kin", func() ([]bridge.Kin, error) { return s.s.Kin(ctx, id, limit) })
}

func (s *faultyStore) Links(ctx context.Context, rows []int64, limit int) ([]int64, error) {
	return ask(s.f, "Links", func() ([]int64, error) { return s.s.Links(ctx, rows, limit) })
}

func (s *faultyStore) KinOf(ctx context.Context, rows []int64) ([]bridge.Kin, error) {
	return ask(s.f, "KinOf", func() ([]bridge.Kin, error) { return s.s.KinOf(ctx, rows) })
}

func (s *faultyStore) TakeTurn(ctx context.Context, t bridge.Turn) (bool, error) {
	return ask(s.f, "TakeTurn", func() (bool, error) { return s.s.TakeTurn(ctx, t) })
}

func (s *faultyStore) Renew(ctx context.Context, c bridge.Claim, until time.Time) error {
	return s.f.run("Renew", func() error { return s.s.Renew(ctx, c, until) })
}

func (s *faultyStore) Prune(ctx context.Context, p bridge.Pruning) error {
	return s.f.run("Prune", func() error { return s.s.Prune(ctx, p) })
}

func (s *faultyStore) PruneReplays(ctx context.Context, before time.Time, leaf archive.Leaf) (int, error) {
	return ask(s.f, "PruneReplays", func() (int, error) { return s.s.PruneReplays(ctx, before, leaf) })
}

func (s *faultyStore) Tables(ctx context.Context) (map[string]int64, error) {
	return ask(s.f, "Tables", func() (map[string]int64, error) { return s.s.Tables(ctx) })
}

func (s *faultyStore) Watches(ctx context.Context) ([]bridge.Watch, error) {
	return ask(s.f, "Watches", func() ([]bridge.Watch, error) { return s.s.Watches(ctx) })
}

func (s *faultyStore) Heard(ctx context.Context, partner, agreement string, behind time.Time) (time.Time, error) {
	return ask(s.f, "Heard", func() (time.Time, error) { return s.s.Heard(ctx, partner, agreement, behind) })
}

func (s *faultyStore) KeepWatch(ctx context.Context, w bridge.Watched) error {
	return s.f.run("KeepWatch", func() error { return s.s.KeepWatch(ctx, w) })
}
