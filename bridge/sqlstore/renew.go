package sqlstore

import (
	"context"
	"fmt"
	"time"

	"github.com/edibridge/edibridge/bridge"
)

// Renew implements bridge.Leases.
func (s *Store) Renew(ctx context.Context, c bridge.Claim, until time.Time) error {
	err := s.write(ctx, func(x *txn) error {
		st, err := x.claimed(c)
		if err != nil {
			return err
		}
		return x.send("UPDATE transmission SET lease_until = $1, wake = $1 WHERE n = $2", nanos(until), st.n)
	})
	if err != nil {
		return fmt.Errorf("sqlstore: renew the lease of %s: %w", c.Transmission.ID, err)
	}
	return nil
}
