package sqlstore

import (
	"context"
	"fmt"
	"maps"
	"time"

	"github.com/edibridge/edibridge/bridge"
)

// wakeLimit bounds how many sleeping rows one claim wakes, so that no claim
// takes long. Of more rows that fall due between two claims those that were due
// first come first.
const wakeLimit = 1000

// wakeDue wakes what sleeps no longer.
const wakeDue = `UPDATE transmission SET wake = 0
	WHERE n IN (SELECT n FROM transmission WHERE wake > 0 AND wake <= $1 ORDER BY wake LIMIT $2 /*pg FOR NO KEY UPDATE SKIP LOCKED */)`

// Claim implements bridge.Work.
func (s *Store) Claim(ctx context.Context, q bridge.ClaimQuery) ([]bridge.Claim, error) {
	if q.Step != bridge.StepTranslate && q.Step != bridge.StepDeliver {
		return nil, fmt.Errorf("sqlstore: claim for step %q: there is no such step", q.Step)
	}
	due, wakes, err := s.anyDue(ctx, &q)
	if err != nil || !due && !wakes {
		return nil, err
	}
	var claims []bridge.Claim
	var after turns
	err = s.write(ctx, func(x *txn) error {
		claims = nil
		if wakes {
			if err := x.send(wakeDue, nanos(q.Now), wakeLimit); err != nil {
				return err
			}
		}
		if q.Step == bridge.StepDeliver {
			if err := x.releaseOn(s.now()); err != nil {
				return err
			}
		}
		claims, after, err = x.claims(&q, s.rota.get(q.Step))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("sqlstore: claim: %w", err)
	}
	s.rota.set(q.Step, after)
	return claims, nil
}

// selectDue tells whether something is due or to be released, and whether something
// may be woken.
const selectDue = `SELECT COALESCE((SELECT 1 FROM transmission WHERE due = $1 AND due <> '' ORDER BY queue LIMIT 1),
		(SELECT 1 FROM transmission WHERE release_behind >= 0 AND n > 0 ORDER BY n LIMIT 1)) IS NOT NULL,
	(SELECT 1 FROM transmission WHERE wake > 0 AND wake <= $2 ORDER BY wake LIMIT 1) IS NOT NULL`

// anyDue looks whether a claim would find anything: most do not, and need no
// transaction.
func (s *Store) anyDue(ctx context.Context, q *bridge.ClaimQuery) (due, wakes bool, err error) {
	if _, err = s.queryRow(ctx, selectDue, []any{q.Step, nanos(q.Now)}, &due, &wakes); err != nil {
		err = fmt.Errorf("sqlstore: claim: %w", err)
	}
	return due, wakes, err
}

// wider is by how much more queues are walked over where those that were found had
// less than they seemed to.
const wider = 8

// claims leases what picking gives until there are enough, or no more, and tells
// whose turn it is then.
func (x *txn) claims(q *bridge.ClaimQuery, t turns) (claims []bridge.Claim, after turns, err error) {
	p := &picking{turns: t, step: q.Step, room: maps.Clone(q.Room), empty: map[string]bool{}}
	for width := q.Limit; ; width *= wider {
		if err := x.walk(p, q, width); err != nil {
			return nil, t, err
		}
		for more := true; more && len(claims) < q.Limit; {
			var rows []int64
			if rows, more, err = x.pick(p, q, q.Limit-len(claims)); err != nil {
				return nil, t, err
			}
			if len(rows) == 0 {
				continue
			}
			leased, err := x.lease(rows, *q)
			if err != nil {
				return nil, t, err
			}
			claims = append(claims, leased...)
		}
		if len(claims) == q.Limit || !p.cut {
			return claims, p.turns, nil
		}
	}
}

// lease gives each row a token and puts it to sleep until the lease ends.
func (x *txn) lease(rows []int64, q bridge.ClaimQuery) ([]bridge.Claim, error) {
	tokens, err := x.tokens(len(rows))
	if err != nil {
		return nil, err
	}
	until := nanos(q.Until)
	place := make(map[int64]int, len(rows))
	for i, n := range rows {
		place[n] = i
		if err := x.send("UPDATE transmission SET token = $1, owner = $2, lease_until = $3, wake = $3 WHERE n = $4",
			tokens[i], q.Owner, until, n); err != nil {
			return nil, err
		}
	}
	claims := make([]bridge.Claim, len(rows))
	query, args := among(rows)
	err = x.rows(selectTransmission+"WHERE t.n IN "+query, args, func(scan scanner) error {
		r, err := scanTransmission(scan)
		if err == nil {
			i := place[r.n]
			claims[i] = bridge.Claim{Transmission: r.t, Step: q.Step, Token: tokens[i], Until: instant(until), Cursor: r.cursor}
		}
		return err
	})
	return claims, err
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
	series          string
	onDead          bridge.OnDead
	sequence        int64
	line            lineKind
	token, ended    int64
	endedBy         string
	tried, pruned   int64
	documents, cuts int            // of the cursor: documents and slices
	trace           bridge.TraceID // zero on a row of an earlier version
}

// standing reads it, or gives ErrNotFound.
func (x *txn) standing(id bridge.ID) (standing, error) {
	st := standing{id: id}
	var trace []byte
	ok, err := x.row(`SELECT n, state, endpoint, order_key, series, on_dead, sequence, in_line, token, ended, ended_by, tried, pruned, at_document, at_slice, trace
		FROM transmission WHERE id = $1 /*pg FOR NO KEY UPDATE */`, []any{id},
		&st.n, &st.state, &st.endpoint, &st.orderKey, &st.series, &st.onDead, &st.sequence, &st.line,
		&st.token, &st.ended, &st.endedBy, &st.tried, &st.pruned, &st.documents, &st.cuts, &trace)
	if err == nil && !ok {
		err = bridge.ErrNotFound
	}
	copy(st.trace[:], trace)
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
	err := s.writeAs(ctx, shareOf(&c.Transmission, 1), func(x *txn) error {
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
		x.due.translate, x.due.deliver = st.state == bridge.Accepted, st.state != bridge.Accepted
		back := ""
		if c.Begun && st.state == bridge.Attempted && st.tried == c.Token {
			back = ", state = 'pending', attempts = attempts - 1, tried = 0, begun = 0"
		}
		return x.send(`UPDATE transmission SET next_at = $1, wake = $1, lease_until = 0, owner = '', ended = token, ended_by = $2`+back+`
			WHERE n = $3`, nanos(nextAt), endedByRelease, st.n)
	})
	if err != nil {
		return fmt.Errorf("sqlstore: release %s: %w", c.Transmission.ID, err)
	}
	return nil
}

// Attempt implements bridge.Work.
func (s *Store) Attempt(ctx context.Context, c bridge.Claim, w bridge.Wire) error {
	err := s.writeAs(ctx, shareOf(&c.Transmission, 1), func(x *txn) error {
		st, err := x.claimed(c)
		if err != nil || st.tried == c.Token {
			return err // the same attempt again changes nothing
		}
		if st.state != bridge.Pending && st.state != bridge.Attempted {
			return fmt.Errorf("%w: an attempt on what is %s", bridge.ErrConflict, st.state)
		}
		return x.send(`UPDATE transmission SET state = 'attempted', attempts = attempts + 1, changed = $1, tried = token,
			begun = CASE WHEN attempts = 0 THEN $5 ELSE begun END,
			name = CASE WHEN tried = 0 THEN $2 ELSE name END, wire_key = CASE WHEN tried = 0 THEN $3 ELSE wire_key END
			WHERE n = $4`, s.now(), w.Name, w.Key, st.n, nanos(w.At))
	})
	if err != nil {
		return fmt.Errorf("sqlstore: attempt %s: %w", c.Transmission.ID, err)
	}
	return nil
}
