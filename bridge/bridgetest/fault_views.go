package bridgetest

import (
	"context"

	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/bridge/views"
)

func (s *faultyStore) Facts(ctx context.Context, subject views.Subject, limit int) ([]views.Said, error) {
	return ask(s.f, "Facts", func() ([]views.Said, error) { return s.s.Facts(ctx, subject, limit) })
}

func (s *faultyStore) Subjects(ctx context.Context, q bridge.SubjectQuery) ([]string, error) {
	return ask(s.f, "Subjects", func() ([]string, error) { return s.s.Subjects(ctx, q) })
}

func (s *faultyStore) FactsOf(ctx context.Context, id bridge.ID, from, through int) ([]bridge.Fact, error) {
	return ask(s.f, "FactsOf", func() ([]bridge.Fact, error) { return s.s.FactsOf(ctx, id, from, through) })
}

func (s *faultyStore) Retell(ctx context.Context, r bridge.Retelling) error {
	return s.f.run("Retell", func() error { return s.s.Retell(ctx, r) })
}
