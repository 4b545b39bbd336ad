package sqlstore

import (
	"context"
	"fmt"

	"github.com/edibridge/edibridge/bridge"
)

// Reserve implements bridge.Ledgers. A number that was void is reserved again
// for the same Transmission: it never left.
func (s *Store) Reserve(ctx context.Context, c bridge.Claim, scopes []bridge.Scope) ([]bridge.Number, error) {
	var numbers []bridge.Number
	locks := make([]string, len(scopes))
	for i, scope := range scopes {
		locks[i] = seriesLock(scope.Series)
	}
	err := s.write(ctx, func(x *txn) error {
		st, err := x.claimed(c)
		if err != nil {
			return err
		}
		numbers = make([]bridge.Number, 0, len(scopes))
		for _, scope := range scopes {
			n, err := x.reserve(st.n, scope)
			if err != nil {
				return fmt.Errorf("series %q for %s: %w", scope.Series, scope.For, err)
			}
			numbers = append(numbers, n)
		}
		return nil
	}, locks...)
	if err != nil {
		return nil, fmt.Errorf("sqlstore: reserve for %s: %w", c.Transmission.ID, err)
	}
	return numbers, nil
}

// seriesLock names the lock under which numbers of a series are given.
func seriesLock(series string) string { return "series " + series }

// selectReserved reads the number that was given to an owner, and the last one
// that was given of the series; each NULL when there is none.
const selectReserved = `SELECT have.epoch, have.value, have.state, series.epoch, series.value FROM (SELECT 1 AS one) AS one
	LEFT JOIN number have ON have.series = $1 AND have.owner = $2 LEFT JOIN series ON series.name = $1`

// reserve gives the number of one scope to the claim of the Transmission n.
func (x *txn) reserve(claimant int64, scope bridge.Scope) (bridge.Number, error) {
	n := bridge.Number{Series: scope.Series, For: scope.For, State: bridge.NumberReserved}
	if scope.Max < 1 {
		return n, fmt.Errorf("greatest value %d: a series begins at 1", scope.Max)
	}
	var epoch, value, last, round *int64
	var state *bridge.NumberState
	_, err := x.row(selectReserved, []any{scope.Series, scope.For}, &epoch, &value, &state, &round, &last)
	if err != nil {
		return n, err
	}
	if state != nil {
		n.Epoch, n.Value = orZero(epoch), orZero(value)
		if *state != bridge.NumberVoid {
			n.State = *state
			return n, nil
		}
		return n, x.send("UPDATE number SET state = $1, claimant = $2 WHERE series = $3 AND owner = $4", n.State, claimant, n.Series, n.For)
	}
	n.Epoch, n.Value = orZero(round), orZero(last)
	if n.Value++; n.Value > scope.Max {
		n.Epoch, n.Value = n.Epoch+1, 1
	}
	err = x.send(`INSERT INTO series (name, epoch, value) VALUES ($1, $2, $3)
		ON CONFLICT (name) DO UPDATE SET epoch = excluded.epoch, value = excluded.value`, n.Series, n.Epoch, n.Value)
	if err != nil {
		return n, err
	}
	return n, x.send("INSERT INTO number (series, epoch, value, owner, state, claimant) VALUES ($1, $2, $3, $4, $5, $6)",
		n.Series, n.Epoch, n.Value, n.For, n.State, claimant)
}

// voidUnused gives up what was reserved under claims of the Transmission n and
// not used: a translation that was killed had reserved it, and the next one came
// to another end.
func (x *txn) voidUnused(n int64) error {
	return x.send("UPDATE number SET state = 'void' WHERE claimant = $1 AND state = 'reserved'", n)
}

// markNumber says what became of a reserved number; saying it again changes
// nothing, saying something else is refused.
func (x *txn) markNumber(n *bridge.Number, state bridge.NumberState) error {
	changed, err := x.exec(`UPDATE number SET state = $1
		WHERE series = $2 AND epoch = $3 AND value = $4 AND owner = $5 AND state IN ('reserved', $1)`,
		state, n.Series, n.Epoch, n.Value, n.For)
	if err == nil && changed == 0 {
		err = fmt.Errorf("%w: number %d of series %q is not reserved for %s", bridge.ErrConflict, n.Value, n.Series, n.For)
	}
	return err
}
