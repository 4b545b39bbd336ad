package sqlstore

import (
	"context"
	"fmt"
	"time"

	"github.com/edibridge/edibridge/bridge"
)

// What is to be lifted: whether there is any, and the moving of it. For the order
// see anyOverdue.
const (
	anyLift = "SELECT n FROM transmission WHERE lift_at > 0 AND lift_at <= $1 ORDER BY lift_at LIMIT 1"
	liftDue = `UPDATE transmission SET queue = lift_to || substr(queue, 2), lift_at = 0
		WHERE n IN (SELECT n FROM transmission WHERE lift_at > 0 AND lift_at <= $1 ORDER BY lift_at LIMIT $2 /*pg FOR NO KEY UPDATE SKIP LOCKED */)`
)

// Lift implements bridge.Ages.
func (s *Store) Lift(ctx context.Context, now time.Time, limit int) (int, error) {
	var some int64
	found, err := s.queryRow(ctx, anyLift, []any{nanos(now)}, &some)
	if err != nil || !found {
		if err != nil {
			err = fmt.Errorf("sqlstore: lift: %w", err)
		}
		return 0, err
	}
	var n int64
	err = s.write(ctx, func(x *txn) (err error) {
		n, err = x.exec(liftDue, nanos(now), limit)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("sqlstore: lift: %w", err)
	}
	return int(n), nil
}

// ages writes when a new Transmission is lifted, where it is at all.
func (x *txn) ages(t *bridge.Transmission) error {
	if t.Lift.At.IsZero() {
		return nil
	}
	return x.send("UPDATE transmission SET lift_at = $1, lift_to = $2 WHERE id = $3", nanos(t.Lift.At), laneMark(t.Lift.To), t.ID)
}

// liftOf reads a Lift; the lane is kept when it is over, and says nothing then.
func liftOf(at int64, to string) bridge.Lift {
	if at == 0 {
		return bridge.Lift{}
	}
	return bridge.Lift{At: instant(at), To: laneOf(to)}
}

// ageEnds is what ends a row's waiting when it changes into a state.
func ageEnds(to bridge.State) string {
	switch to {
	case bridge.Accepted, bridge.Held, bridge.Pending, bridge.Attempted:
		return ""
	}
	return ", lift_at = 0"
}
