package sqlstore

import (
	"context"
	"fmt"

	"github.com/edibridge/edibridge/bridge"
)

// selectBacklog counts what is in one state, along the index of states. The order
// keeps a server to the index: with statistics of a time at which much waited it
// would look for some in the whole table.
const selectBacklog = "SELECT count(*) FROM (SELECT 1 FROM transmission WHERE state = $1 ORDER BY sequence, ordinal LIMIT $2) AS waiting"

// Backlog implements bridge.Gauge. What changes its state meanwhile may count twice,
// or not at all.
func (s *Store) Backlog(ctx context.Context, limit int) (int, error) {
	total := 0
	for _, state := range []bridge.State{bridge.Accepted, bridge.Held, bridge.Pending, bridge.Attempted} {
		var n int
		if _, err := s.queryRow(ctx, selectBacklog, []any{state, limit - total}, &n); err != nil {
			return 0, fmt.Errorf("sqlstore: backlog: %w", err)
		}
		total += n
	}
	return total, nil
}
