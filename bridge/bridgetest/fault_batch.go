package bridgetest

import (
	"context"

	"github.com/edibridge/edibridge/bridge"
)

func (s *faultyStore) CloseBatch(ctx context.Context, c bridge.Claim) error {
	return s.f.run("CloseBatch", func() error { return s.s.CloseBatch(ctx, c) })
}

func (s *faultyStore) Members(ctx context.Context, q bridge.MemberQuery) ([]bridge.Transmission, error) {
	return ask(s.f, "Members", func() ([]bridge.Transmission, error) { return s.s.Members(ctx, q) })
}

func (s *faultyStore) Batches(ctx context.Context) ([]bridge.Batch, error) {
	return ask(s.f, "Batches", func() ([]bridge.Batch, error) { return s.s.Batches(ctx) })
}
