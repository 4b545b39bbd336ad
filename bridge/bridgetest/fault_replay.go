package bridgetest

import (
	"context"
	"iter"

	"github.com/edibridge/edibridge/bridge"
)

func (s *faultyStore) BeginReplay(ctx context.Context, j bridge.ReplayJob) (bridge.ReplayJob, error) {
	return ask(s.f, "BeginReplay", func() (bridge.ReplayJob, error) { return s.s.BeginReplay(ctx, j) })
}

func (s *faultyStore) RecordReplay(ctx context.Context, r bridge.ReplayRecord) error {
	return s.f.run("RecordReplay", func() error { return s.s.RecordReplay(ctx, r) })
}

func (s *faultyStore) Promote(ctx context.Context, p bridge.Promotion) error {
	return s.f.run("Promote", func() error { return s.s.Promote(ctx, p) })
}

func (s *faultyStore) Resubmit(ctx context.Context, r bridge.Resubmission) error {
	return s.f.run("Resubmit", func() error { return s.s.Resubmit(ctx, r) })
}

func (s *faultyStore) ReplayJob(ctx context.Context, id bridge.ID) (bridge.ReplayJob, error) {
	return ask(s.f, "ReplayJob", func() (bridge.ReplayJob, error) { return s.s.ReplayJob(ctx, id) })
}

func (s *faultyStore) ReplayJobs(ctx context.Context, limit int) ([]bridge.ReplayJob, error) {
	return ask(s.f, "ReplayJobs", func() ([]bridge.ReplayJob, error) { return s.s.ReplayJobs(ctx, limit) })
}

func (s *faultyStore) ReplayItems(ctx context.Context, q bridge.ItemQuery) iter.Seq2[bridge.ReplayItem, error] {
	return stream(s.f, "ReplayItems", func() iter.Seq2[bridge.ReplayItem, error] { return s.s.ReplayItems(ctx, q) })
}

func (s *faultyStore) Files(ctx context.Context, q bridge.FileQuery) ([]bridge.Transmission, error) {
	return ask(s.f, "Files", func() ([]bridge.Transmission, error) { return s.s.Files(ctx, q) })
}

func (s *faultyStore) Effects(ctx context.Context, cause bridge.ID) iter.Seq2[bridge.Effect, error] {
	return stream(s.f, "Effects", func() iter.Seq2[bridge.Effect, error] { return s.s.Effects(ctx, cause) })
}

func (s *faultyStore) Profile(ctx context.Context, k bridge.ProfileKey) (bridge.Profile, error) {
	return ask(s.f, "Profile", func() (bridge.Profile, error) { return s.s.Profile(ctx, k) })
}

func (s *faultyStore) Features(ctx context.Context, q bridge.FeatureQuery) ([]bridge.Feature, error) {
	return ask(s.f, "Features", func() ([]bridge.Feature, error) { return s.s.Features(ctx, q) })
}

func (s *faultyStore) FeatureCount(ctx context.Context, partner string) (kept, more int64, err error) {
	counts, err := ask(s.f, "FeatureCount", func() (counts [2]int64, err error) {
		counts[0], counts[1], err = s.s.FeatureCount(ctx, partner)
		return counts, err
	})
	return counts[0], counts[1], err
}

func (s *faultyStore) Coverage(ctx context.Context, q bridge.CoverageQuery) ([]bridge.Coverage, error) {
	return ask(s.f, "Coverage", func() ([]bridge.Coverage, error) { return s.s.Coverage(ctx, q) })
}
