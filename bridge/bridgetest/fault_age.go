package bridgetest

import (
	"context"
	"time"
)

func (s *faultyStore) Lift(ctx context.Context, now time.Time, limit int) (int, error) {
	return ask(s.f, "Lift", func() (int, error) { return s.s.Lift(ctx, now, limit) })
}
