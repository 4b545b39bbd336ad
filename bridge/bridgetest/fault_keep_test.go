package bridgetest

import (
	"context"
	"time"

	"github.com/edibridge/edibridge/archive"
	"github.com/edibridge/edibridge/bridge"
)

func (c counting) Ended(context.Context, bridge.EndedQuery) ([]bridge.Ended, error) {
	c["Ended"]++
	return []bridge.Ended{{}}, nil
}
func (c counting) Kin(context.Context, bridge.ID, int) ([]bridge.Kin, error) {
	c["Kin"]++
	return []bridge.Kin{{}}, nil
}
func (c counting) Prune(context.Context, bridge.Pruning) error { c["Prune"]++; return nil }
func (c counting) PruneReplays(context.Context, time.Time, archive.Leaf) (int, error) {
	c["PruneReplays"]++
	return 1, nil
}
func (c counting) Tables(context.Context) (map[string]int64, error) {
	c["Tables"]++
	return map[string]int64{"x": 1}, nil
}
func (c counting) Watches(context.Context) ([]bridge.Watch, error) {
	c["Watches"]++
	return []bridge.Watch{{}}, nil
}
func (c counting) Heard(context.Context, string, string, time.Time) (time.Time, error) {
	c["Heard"]++
	return time.Unix(1, 0), nil
}
func (c counting) KeepWatch(context.Context, bridge.Watched) error { c["KeepWatch"]++; return nil }
