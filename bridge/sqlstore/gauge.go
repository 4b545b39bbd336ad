package sqlstore

import (
	"context"
	"fmt"
)

// selectBacklog counts what is to be done, along the index of states.
const selectBacklog = `SELECT count(*) FROM (SELECT 1 FROM transmission
	WHERE state IN ('accepted', 'held', 'pending', 'attempted') LIMIT $1) AS waiting`

// Backlog implements bridge.Gauge.
func (s *Store) Backlog(ctx context.Context, limit int) (int, error) {
	var n int
	if _, err := s.queryRow(ctx, selectBacklog, []any{limit}, &n); err != nil {
		return 0, fmt.Errorf("sqlstore: backlog: %w", err)
	}
	return n, nil
}
