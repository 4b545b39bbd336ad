package sqlstore

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/edibridge/edibridge/archive"
	"github.com/edibridge/edibridge/bridge"
)

// Reserve implements bridge.Ledgers.
func (s *Store) Reserve(ctx context.Context, c bridge.Claim, scopes []bridge.Scope) ([]bridge.Number, error) {
	var numbers []bridge.Number
	locks := make([]string, len(scopes))
	for i, scope := range scopes {
		locks[i] = seriesLock(scope.Series)
	}
	err := s.writeAs(ctx, shareOf(&c.Transmission, 2*len(scopes)), func(x *txn) error {
		st, err := x.claimed(c)
		if err != nil {
			return err
		}
		if err := x.seriesFree(st.n, scopes); err != nil {
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

// selectReserved reads the number that was given to an owner, and the series;
// each NULL when there is none.
const selectReserved = `SELECT have.epoch, have.value, have.state, series.epoch, series.value, series.low, series.high
	FROM (SELECT 1 AS one) AS one
	LEFT JOIN number have ON have.series = $1 AND have.owner = $2 LEFT JOIN series ON series.name = $1`

// reserve gives the number of one scope to the claim of the Transmission n.
func (x *txn) reserve(claimant int64, scope bridge.Scope) (bridge.Number, error) {
	n := bridge.Number{Series: scope.Series, For: scope.For, State: bridge.NumberReserved}
	if scope.Max < 1 {
		return n, fmt.Errorf("greatest value %d: a series begins at 1", scope.Max)
	}
	var epoch, value, last, round, low, high *int64
	var state *bridge.NumberState
	_, err := x.row(selectReserved, []any{scope.Series, scope.For}, &epoch, &value, &state, &round, &last, &low, &high)
	if err != nil {
		return n, err
	}
	if state != nil {
		n.Epoch, n.Value = orZero(epoch), orZero(value)
		if *state != bridge.NumberFree {
			n.State = *state
			return n, nil
		}
		switch passed, err := x.passed(&n, scope, orZero(round)); {
		case err != nil:
			return n, err
		case !passed:
			return n, x.takeFree(&n, claimant)
		}
	}
	n.Epoch, n.Value = orZero(round), orZero(last)
	if free, err := x.row(freeOf(scope), []any{n.Series, n.Epoch}, &n.Value); free || err != nil {
		if err == nil {
			err = x.takeFree(&n, claimant)
		}
		return n, err
	}
	first, most := max(orZero(low), 1), scope.Max
	if h := orZero(high); h > 0 {
		most = min(most, h)
	}
	if n.Value = max(n.Value+1, first); n.Value > most {
		n.Epoch, n.Value = n.Epoch+1, first
	}
	err = x.send(`INSERT INTO series (name, epoch, value) VALUES ($1, $2, $3)
		ON CONFLICT (name) DO UPDATE SET epoch = excluded.epoch, value = excluded.value`, n.Series, n.Epoch, n.Value)
	if err != nil {
		return n, err
	}
	return n, x.send("INSERT INTO number (series, epoch, value, owner, state, claimant) VALUES ($1, $2, $3, $4, $5, $6)",
		n.Series, n.Epoch, n.Value, n.For, n.State, claimant)
}

// selectFree reads the free numbers of a series' epoch that do not lie before what
// a person set.
const selectFree = `SELECT value FROM number WHERE series = $1 AND epoch = $2 AND state = 'free'
	AND value >= COALESCE((SELECT r.next FROM renumbering r WHERE r.series = $1 AND r.epoch = $2 ORDER BY r.n DESC LIMIT 1), 1)`

// lastTaken reads the greatest number of a series' epoch that is not free.
const lastTaken = "SELECT value FROM number WHERE series = $1 AND epoch = $2 AND state <> 'free' ORDER BY value DESC LIMIT 1"

// freeOf reads the lowest free number that a scope gets: in order, behind all that
// are taken.
func freeOf(scope bridge.Scope) string {
	query := selectFree
	if scope.Strict {
		query += " AND value > COALESCE((" + lastTaken + "), 0)"
	}
	return query + " ORDER BY value LIMIT 1"
}

// passed reports whether a free number cannot be given again to whom it was
// reserved for, since one behind it is taken and the scope wants order; then it is
// nobody's.
func (x *txn) passed(n *bridge.Number, scope bridge.Scope, round int64) (bool, error) {
	if !scope.Strict {
		return false, nil
	}
	var last int64
	if _, err := x.row(lastTaken, []any{n.Series, n.Epoch}, &last); err != nil || n.Epoch == round && n.Value > last {
		return false, err
	}
	return true, x.send("UPDATE number SET owner = $1 WHERE series = $2 AND epoch = $3 AND value = $4",
		fmt.Sprintf("nobody %d/%d", n.Epoch, n.Value), n.Series, n.Epoch, n.Value)
}

// selectBusy finds a number of a series that is reserved under another's claim.
const selectBusy = "SELECT claimant FROM number WHERE series = $1 AND state = 'reserved' AND claimant <> $2 LIMIT 1"

// seriesFree refuses strict scopes whose series has a number reserved under
// another's claim.
func (x *txn) seriesFree(claimant int64, scopes []bridge.Scope) error {
	for _, scope := range scopes {
		if !scope.Strict {
			continue
		}
		var other int64
		busy, err := x.row(selectBusy, []any{scope.Series, claimant}, &other)
		if err == nil && busy {
			err = fmt.Errorf("series %q: %w", scope.Series, bridge.ErrSeriesBusy)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// takeFree gives a free number to its new owner.
func (x *txn) takeFree(n *bridge.Number, claimant int64) error {
	return x.send("UPDATE number SET state = $1, claimant = $2, owner = $3 WHERE series = $4 AND epoch = $5 AND value = $6",
		n.State, claimant, n.For, n.Series, n.Epoch, n.Value)
}

// freeUnused gives back what was reserved under claims of the Transmission n and
// not used: a translation that was killed had reserved it, and the next one came
// to another end.
func (x *txn) freeUnused(n int64) error {
	return x.send("UPDATE number SET state = 'free' WHERE claimant = $1 AND state = 'reserved'", n)
}

// voidUnseen gives up the numbers of a Transmission that is discarded before its
// first attempt: they stand in bytes that are kept, so nobody else gets them.
func (x *txn) voidUnseen(st *standing) error {
	return x.send(`UPDATE number SET state = 'void' WHERE owner = $1 AND state = 'used'
		AND (SELECT t.tried FROM transmission t WHERE t.n = $2) = 0`, st.id, st.n)
}

// useNumber says that a reserved number stands in the bytes of its Transmission;
// saying it again changes nothing.
func (x *txn) useNumber(n *bridge.Number) error {
	changed, err := x.exec(`UPDATE number SET state = 'used'
		WHERE series = $1 AND epoch = $2 AND value = $3 AND owner = $4 AND state IN ('reserved', 'used')`,
		n.Series, n.Epoch, n.Value, n.For)
	if err == nil && changed == 0 {
		err = fmt.Errorf("%w: number %d of series %q is not reserved for %s", bridge.ErrConflict, n.Value, n.Series, n.For)
	}
	return err
}

// Renumber implements bridge.Ledgers.
func (s *Store) Renumber(ctx context.Context, r bridge.Renumbering) error {
	leaves, err := leafTexts([]archive.Leaf{r.Leaf})
	if err == nil {
		err = s.write(ctx, func(x *txn) error {
			var n int64
			if done, err := x.row("SELECT n FROM leaf WHERE id = $1", []any{r.Leaf.ID}, &n); done || err != nil {
				return err
			}
			if err := x.renumber(r); err != nil {
				return err
			}
			return x.addLeaves(leaves)
		}, seriesLock(r.Series))
	}
	if err != nil {
		return fmt.Errorf("sqlstore: renumber %q: %w", r.Series, err)
	}
	return nil
}

// renumber moves a series behind Next - 1: in a new epoch where Next was passed.
func (x *txn) renumber(r bridge.Renumbering) error {
	var have bridge.Series
	some, err := x.row("SELECT epoch, value, low, high FROM series WHERE name = $1", []any{r.Series},
		&have.Epoch, &have.Last, &have.Low, &have.High)
	if err != nil {
		return err
	}
	low, high := cmp.Or(r.Low, have.Low, 1), cmp.Or(r.High, have.High)
	if r.Next < low || high > 0 && r.Next > high {
		return fmt.Errorf("%w: the series goes from %d to %d", bridge.ErrConflict, low, high)
	}
	r.Epoch = have.Epoch
	if some && r.Next <= have.Last {
		r.Epoch++
	}
	err = x.send(`INSERT INTO series (name, epoch, value, low, high) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (name) DO UPDATE SET epoch = excluded.epoch, value = excluded.value, low = excluded.low, high = excluded.high`,
		r.Series, r.Epoch, r.Next-1, low, high)
	if err != nil {
		return err
	}
	return x.send(`INSERT INTO renumbering (series, next, low, high, epoch, who, reason, at, leaf) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		r.Series, r.Next, r.Low, r.High, r.Epoch, r.By, r.Reason, nanos(r.At), r.Leaf.ID)
}

// selectSeries reads all series with how many of their numbers are not used.
const selectSeries = `SELECT s.name, s.epoch, s.value, s.low, s.high,
		COALESCE(SUM(CASE n.state WHEN 'reserved' THEN 1 ELSE 0 END), 0), COALESCE(SUM(CASE n.state WHEN 'free' THEN 1 ELSE 0 END), 0),
		COALESCE(SUM(CASE n.state WHEN 'void' THEN 1 ELSE 0 END), 0)
	FROM series s LEFT JOIN number n ON n.series = s.name AND n.state IN ('reserved', 'free', 'void')
	GROUP BY s.name, s.epoch, s.value, s.low, s.high ORDER BY s.name`

// AllSeries implements bridge.Ledgers.
func (s *Store) AllSeries(ctx context.Context) ([]bridge.Series, error) {
	var all []bridge.Series
	err := s.query(ctx, selectSeries, nil, func(scan scanner) error {
		var e bridge.Series
		err := scan(&e.Name, &e.Epoch, &e.Last, &e.Low, &e.High, &e.Reserved, &e.Free, &e.Void)
		all = append(all, e)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("sqlstore: series: %w", err)
	}
	return all, nil
}

// numberAt reads the numbers of a value in the epoch of each series that lies $2
// before the newest: one search for each series.
const numberAt = `SELECT n.series, n.epoch, n.value, n.owner, n.state FROM series s
	JOIN number n ON n.series = s.name AND n.epoch = s.epoch - $2 AND n.value = $1 WHERE s.epoch >= $2`

// Numbers implements bridge.Ledgers.
func (s *Store) Numbers(ctx context.Context, value int64) ([]bridge.Number, error) {
	var found []bridge.Number
	var oldest int64
	_, err := s.queryRow(ctx, "SELECT COALESCE(MAX(epoch), 0) FROM series", nil, &oldest)
	for back := int64(0); back <= oldest && err == nil; back++ {
		err = s.query(ctx, numberAt, []any{value, back}, func(scan scanner) error {
			n, err := scanNumber(scan)
			found = append(found, n)
			return err
		})
	}
	if err != nil {
		return nil, fmt.Errorf("sqlstore: numbers %d: %w", value, err)
	}
	slices.SortFunc(found, func(a, b bridge.Number) int {
		return cmp.Or(cmp.Compare(a.Series, b.Series), cmp.Compare(a.Epoch, b.Epoch))
	})
	return found, nil
}

const selectRenumbering = "SELECT series, next, low, high, epoch, who, reason, at, leaf FROM renumbering "

func scanRenumbering(scan scanner) (bridge.Renumbering, error) {
	var r bridge.Renumbering
	var at int64
	err := scan(&r.Series, &r.Next, &r.Low, &r.High, &r.Epoch, &r.By, &r.Reason, &at, &r.Leaf.ID)
	r.At = instant(at)
	return r, err
}

// Renumberings implements bridge.Ledgers.
func (s *Store) Renumberings(ctx context.Context, series string) ([]bridge.Renumbering, error) {
	var all []bridge.Renumbering
	err := s.query(ctx, selectRenumbering+"WHERE $1 IN ('', series) ORDER BY n", []any{series}, func(scan scanner) error {
		r, err := scanRenumbering(scan)
		all = append(all, r)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("sqlstore: renumberings: %w", err)
	}
	return all, nil
}
