package bridgetest

import (
	"context"
	"iter"

	"github.com/edibridge/edibridge/bridge"
)

func (c counting) BeginReplay(context.Context, bridge.ReplayJob) (bridge.ReplayJob, error) {
	c["BeginReplay"]++
	return bridge.ReplayJob{ID: "a"}, nil
}
func (c counting) RecordReplay(context.Context, bridge.ReplayRecord) error {
	c["RecordReplay"]++
	return nil
}
func (c counting) Promote(context.Context, bridge.Promotion) error     { c["Promote"]++; return nil }
func (c counting) Resubmit(context.Context, bridge.Resubmission) error { c["Resubmit"]++; return nil }
func (c counting) ReplayJob(context.Context, bridge.ID) (bridge.ReplayJob, error) {
	c["ReplayJob"]++
	return bridge.ReplayJob{ID: "a"}, nil
}
func (c counting) ReplayJobs(context.Context, int) ([]bridge.ReplayJob, error) {
	c["ReplayJobs"]++
	return []bridge.ReplayJob{{}}, nil
}
func (c counting) ReplayItems(context.Context, bridge.ItemQuery) iter.Seq2[bridge.ReplayItem, error] {
	c["ReplayItems"]++
	return func(yield func(bridge.ReplayItem, error) bool) { yield(bridge.ReplayItem{}, nil) }
}
func (c counting) Files(context.Context, bridge.FileQuery) ([]bridge.Transmission, error) {
	c["Files"]++
	return []bridge.Transmission{{}}, nil
}
func (c counting) Effects(context.Context, bridge.ID) iter.Seq2[bridge.Effect, error] {
	c["Effects"]++
	return func(yield func(bridge.Effect, error) bool) { yield(bridge.Effect{}, nil) }
}
func (c counting) Profile(context.Context, bridge.ProfileKey) (bridge.Profile, error) {
	c["Profile"]++
	return bridge.Profile{Documents: 1}, nil
}
func (c counting) Features(context.Context, bridge.FeatureQuery) ([]bridge.Feature, error) {
	c["Features"]++
	return []bridge.Feature{{}}, nil
}
func (c counting) FeatureCount(context.Context, string) (int64, int64, error) {
	c["FeatureCount"]++
	return 1, 1, nil
}
func (c counting) Coverage(context.Context, bridge.CoverageQuery) ([]bridge.Coverage, error) {
	c["Coverage"]++
	return []bridge.Coverage{{}}, nil
}
