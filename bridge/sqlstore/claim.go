package sqlstore

import (
	"context"
	"fmt"
	"time"

	"github.com/edibridge/edibridge/bridge"
)

// wakeLimit bounds how many sleeping rows one claim wakes, so that no claim
// takes long. Of more rows that fall due between two claims those that were due
// first come first.
const wakeLimit = 1000

// The rows of a step that may be claimed, oldest first, and the waking of what
// sleeps. The conditions on times hold for every row that is due, unless a
// caller's clock stands behind another's.
const (
	selectDue = `SELECT n FROM transmission WHERE due = $1 AND due <> '' AND next_at <= $2 AND lease_until <= $2
		ORDER BY sequence, ordinal LIMIT $3`
	wakeDue = `UPDATE transmission SET wake = 0
		WHERE n IN (SELECT n FROM transmission WHERE wake > 0 AND wake <= $1 ORDER BY wake LIMIT $2)`
)

// Claim implements bridge.Work.
func (s *Store) Claim(ctx context.Context, q bridge.ClaimQuery) ([]bridge.Claim, error) {
	if q.Step != bridge.StepTranslate && q.Step != bridge.StepDeliver {
		return nil, fmt.Errorf("sqlstore: claim for step %q: there is no such step", q.Step)
	}
	var claims []bridge.Claim
	err := s.write(ctx, func(x *txn) error {
		now := nanos(q.Now)
		if _, err := x.exec(wakeDue, now, wakeLimit); err != nil {
			return err
		}
		if q.Step == bridge.StepDeliver {
			if err := x.releaseOn(s.now()); err != nil {
				return err
			}
		}
		var rows []int64
		err := x.rows(selectDue, []any{q.Step, now, q.Limit}, func(scan scanner) error {
			var n int64
			err := scan(&n)
			rows = append(rows, n)
			return err
		})
		if err != nil || len(rows) == 0 {
			return err
		}
		claims, err = x.lease(rows, q)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("sqlstore: claim: %w", err)
	}
	return claims, nil
}

// lease gives each row a token and puts it to sleep until the lease ends.
func (x *txn) lease(rows []int64, q bridge.ClaimQuery) ([]bridge.Claim, error) {
	last, err := x.next("token", len(rows))
	if err != nil {
		return nil, err
	}
	until := nanos(q.Until)
	claims := make([]bridge.Claim, 0, len(rows))
	for i, n := range rows {
		token := last - int64(len(rows)-1-i)
		if _, err := x.exec("UPDATE transmission SET token = $1, owner = $2, lease_until = $3, wake = $3 WHERE n = $4",
			token, q.Owner, until, n); err != nil {
			return nil, err
		}
		r, err := x.transmission(n)
		if err != nil {
			return nil, err
		}
		claims = append(claims, bridge.Claim{Transmission: r.t, Step: q.Step, Token: token, Until: instant(until), Cursor: r.cursor})
	}
	return claims, nil
}

// transmission reads the row n, which is there.
func (x *txn) transmission(n int64) (transmissionRow, error) {
	var r transmissionRow
	err := x.rows(selectTransmission+"WHERE t.n = $1", []any{n}, func(scan scanner) (err error) {
		r, err = scanTransmission(scan)
		return err
	})
	return r, err
}

// standing is what a change of a Transmission must know of it.
type standing struct {
	n               int64
	id              bridge.ID
	state           bridge.State
	endpoint        string
	orderKey        string
	onDead          bridge.OnDead
	sequence        int64
	inLine          bool
	token, ended    int64
	endedBy         string
	tried           int64
	documents, cuts int // of the cursor: documents and slices
}

// standing reads it, or gives ErrNotFound.
func (x *txn) standing(id bridge.ID) (standing, error) {
	st := standing{id: id}
	ok, err := x.row(`SELECT n, state, endpoint, order_key, on_dead, sequence, in_line, token, ended, ended_by, tried, at_document, at_slice
		FROM transmission WHERE id = $1`, []any{id},
		&st.n, &st.state, &st.endpoint, &st.orderKey, &st.onDead, &st.sequence, &st.inLine,
		&st.token, &st.ended, &st.endedBy, &st.tried, &st.documents, &st.cuts)
	if err == nil && !ok {
		err = bridge.ErrNotFound
	}
	return st, err
}

// claimed reads a Transmission whose claim must be the newest and not ended.
func (x *txn) claimed(c bridge.Claim) (standing, error) {
	st, err := x.standing(c.Transmission.ID)
	if err == nil && st.stale(c) {
		err = bridge.ErrStale
	}
	return st, err
}

// stale reports whether c is not the newest claim, or has ended.
func (st *standing) stale(c bridge.Claim) bool { return c.Token != st.token || c.Token == st.ended }

// endedByRelease is the fingerprint of a claim that was given back.
const endedByRelease = "release"

// Release implements bridge.Work.
func (s *Store) Release(ctx context.Context, c bridge.Claim, nextAt time.Time) error {
	err := s.write(ctx, func(x *txn) error {
		st, err := x.standing(c.Transmission.ID)
		if err != nil {
			return err
		}
		if st.ended == c.Token && st.endedBy == endedByRelease {
			return nil
		}
		if st.stale(c) {
			return bridge.ErrStale
		}
		_, err = x.exec(`UPDATE transmission SET next_at = $1, wake = $1, lease_until = 0, owner = '', ended = token, ended_by = $2
			WHERE n = $3`, nanos(nextAt), endedByRelease, st.n)
		return err
	})
	if err != nil {
		return fmt.Errorf("sqlstore: release %s: %w", c.Transmission.ID, err)
	}
	return nil
}

// Attempt implements bridge.Work.
func (s *Store) Attempt(ctx context.Context, c bridge.Claim, w bridge.Wire) error {
	err := s.write(ctx, func(x *txn) error {
		st, err := x.claimed(c)
		if err != nil || st.tried == c.Token {
			return err // the same attempt again changes nothing
		}
		if st.state != bridge.Pending && st.state != bridge.Attempted {
			return fmt.Errorf("%w: an attempt on what is %s", bridge.ErrConflict, st.state)
		}
		_, err = x.exec(`UPDATE transmission SET state = 'attempted', attempts = attempts + 1, changed = $1, tried = token,
			name = CASE WHEN tried = 0 THEN $2 ELSE name END, wire_key = CASE WHEN tried = 0 THEN $3 ELSE wire_key END
			WHERE n = $4`, s.now(), w.Name, w.Key, st.n)
		return err
	})
	if err != nil {
		return fmt.Errorf("sqlstore: attempt %s: %w", c.Transmission.ID, err)
	}
	return nil
}

// inLine reports whether a Transmission in this state stands in the line of its
// order key, where younger ones wait for it.
func inLine(orderKey string, state bridge.State, onDead bridge.OnDead) bool {
	switch state {
	case bridge.Held, bridge.Pending, bridge.Attempted:
		return orderKey != ""
	case bridge.Dead:
		return orderKey != "" && onDead != bridge.Pass
	}
	return false
}

// selectLine reads the first two in the line of an order key.
const selectLine = `SELECT n, turn FROM transmission WHERE in_line = 1 AND endpoint = $1 AND order_key = $2
	ORDER BY sequence, ordinal, n LIMIT 2`

// settle gives the turn to the oldest in the line of an order key. It is called
// after each single change of a line: then only the first two can be wrong.
func (x *txn) settle(endpoint, orderKey string) error {
	type place struct {
		n    int64
		turn bool
	}
	var first []place
	err := x.rows(selectLine, []any{endpoint, orderKey}, func(scan scanner) error {
		var p place
		err := scan(&p.n, &p.turn)
		first = append(first, p)
		return err
	})
	if err != nil {
		return err
	}
	for i, p := range first {
		if p.turn == (i == 0) {
			continue
		}
		if _, err := x.exec("UPDATE transmission SET turn = $1 WHERE n = $2", flag(i == 0), p.n); err != nil {
			return err
		}
	}
	return nil
}
