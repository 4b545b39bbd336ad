package sqlstore

import (
	"context"
	"fmt"

	"github.com/edibridge/edibridge/bridge"
)

// TakeTurn implements bridge.Turns.
func (s *Store) TakeTurn(ctx context.Context, t bridge.Turn) (mine bool, err error) {
	err = s.write(ctx, func(x *txn) error {
		n, err := x.exec(`INSERT INTO turn (name, owner, ends) VALUES ($1, $2, $3)
			ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, ends = excluded.ends WHERE turn.owner = excluded.owner OR turn.ends <= $4`,
			t.Name, t.Owner, nanos(t.Until), nanos(t.Now))
		mine = n > 0
		return err
	})
	if err != nil {
		return false, fmt.Errorf("sqlstore: turn %s: %w", t.Name, err)
	}
	return mine, nil
}
