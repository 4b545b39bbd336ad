package sqlstore

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"slices"

	"github.com/edibridge/edibridge/archive"
	"github.com/edibridge/edibridge/bridge"
)

// Commit implements bridge.Work.
func (s *Store) Commit(ctx context.Context, c bridge.Claim, r bridge.Result) error {
	return s.commit(ctx, c, &r, nil)
}

func (s *Store) commit(ctx context.Context, c bridge.Claim, r *bridge.Result, on *onward) error {
	if err := s.commitResult(ctx, c, r, on); err != nil {
		return fmt.Errorf("sqlstore: commit %s as %s: %w", c.Transmission.ID, r.State, err)
	}
	return nil
}

func (s *Store) commitResult(ctx context.Context, c bridge.Claim, r *bridge.Result, on *onward) error {
	p, err := prepare(&c.Transmission, &r.Slice)
	if err == nil {
		p.join, err = prepareJoin(r.Join)
	}
	if err != nil {
		return err
	}
	keys, err := list(r.Keys)
	if err != nil {
		return err
	}
	lines, err := s.settleLocks(ctx, r.Settles)
	if err != nil {
		return err
	}
	p.onward = on
	print := fingerprint(r)
	return s.writeAs(ctx, shareOf(&c.Transmission, p.rows()+len(r.Evidence)), func(x *txn) error {
		p.onward.begin()
		st, err := x.standing(c.Transmission.ID)
		if err != nil {
			return err
		}
		if st.ended == c.Token && st.endedBy == print {
			return nil
		}
		if st.stale(c) {
			return bridge.ErrStale
		}
		if c.Step == bridge.StepDeliver && (st.state == bridge.Settled || st.state == bridge.Delivered) {
			return x.endSettled(&st, r, p, print)
		}
		if !mayEnd(c.Step, st.state, r.State) {
			return fmt.Errorf("%w: from %s to %s", bridge.ErrConflict, st.state, r.State)
		}
		if c.Transmission.Kind == bridge.KindBatch {
			if err := x.send(closeBatch, st.n); err != nil {
				return err
			}
		}
		return x.end(&st, c.Step, r, p, ending{keys: keys, print: print, now: s.now()})
	}, slices.Concat(p.join.locks(), p.locks(), lines, []string{lockOf(&c.Transmission)})...)
}

// ending is what end needs beside the Result.
type ending struct {
	keys, print string
	now         int64
}

// outcomeColumns are what end changes beside the state: $6 to $20.
const outcomeColumns = `, ended = token, ended_by = $6, reason = $7,
	partner = COALESCE(NULLIF($8, ''), partner), agreement = COALESCE(NULLIF($9, ''), agreement),
	set_code = COALESCE(NULLIF($10, ''), set_code), control = COALESCE(NULLIF($11, ''), control),
	config = COALESCE(NULLIF($12, ''), config), standard = COALESCE(NULLIF($13, ''), standard),
	mode = COALESCE(NULLIF($14, ''), mode), keys = COALESCE(NULLIF($15, ''), keys),
	at_document = COALESCE($16, at_document), at_slice = COALESCE($17, at_slice),
	at_group = COALESCE($18, at_group), at_interchange = COALESCE($19, at_interchange), retention = COALESCE($20, retention)`

// wireColumns are what an attempt changes that ends with its outcome: $21 to $23.
const wireColumns = `, attempts = attempts + CASE WHEN tried = token THEN 0 ELSE 1 END, tried = token,
	begun = CASE WHEN attempts = 0 THEN $21 ELSE begun END,
	name = CASE WHEN tried = 0 THEN $22 ELSE name END, wire_key = CASE WHEN tried = 0 THEN $23 ELSE wire_key END`

// end writes the outcome of a claim and releases what the Transmission held.
func (x *txn) end(st *standing, step bridge.Step, r *bridge.Result, p *preparedSlice, e ending) error {
	args := []any{e.print, r.Reason, r.Partner, r.Agreement, r.Set, r.Control, r.Config, r.Standard, r.Mode, e.keys, nil, nil, nil, nil, nil}
	if at := r.Cursor; step == bridge.StepTranslate {
		args = append(args[:10], at.Documents, at.Slices, at.Groups, at.Interchanges, r.Retention)
	}
	also := change{outcomeColumns, args}
	if w := r.Wire; w != nil && step == bridge.StepDeliver {
		also = change{outcomeColumns + wireColumns, append(args, nanos(w.At), w.Name, w.Key)}
	}
	if err := x.become(st, r.State, nanos(r.RetryAt), e.now, also); err != nil {
		return err
	}
	if err := x.apply(st, p, e.now); err != nil {
		return err
	}
	if err := x.addKeys(st.id, r.Keys); err != nil {
		return err
	}
	for i := range r.Evidence {
		if err := x.addEvidence(st.n, &r.Evidence[i]); err != nil {
			return err
		}
	}
	if step != bridge.StepTranslate {
		return x.startClocks(st.n, r.At)
	}
	if err := x.freeUnused(st.n); err != nil {
		return err
	}
	if err := x.release(st.n, 0, e.now); err != nil {
		return err
	}
	return x.goOn(p.onward, e.now)
}

// endSettled adds to what an acknowledgment ended while its delivery ran what is
// known of that: it is settled, or delivered where an answer was taken back.
func (x *txn) endSettled(st *standing, r *bridge.Result, p *preparedSlice, print string) error {
	if err := x.send("UPDATE transmission SET ended = token, ended_by = $1 WHERE n = $2", print, st.n); err != nil {
		return err
	}
	for i := range r.Evidence {
		if err := x.addEvidence(st.n, &r.Evidence[i]); err != nil {
			return err
		}
	}
	if err := x.startClocks(st.n, r.At); err != nil {
		return err
	}
	return x.addLeaves(p.leaves)
}

// mayEnd says which outcomes a step has.
func mayEnd(step bridge.Step, from, to bridge.State) bool {
	switch step {
	case bridge.StepTranslate:
		return from == bridge.Accepted && (to == bridge.Translated || to == bridge.Quarantined || to == bridge.Batched)
	case bridge.StepDeliver:
		if from != bridge.Pending && from != bridge.Attempted {
			return false
		}
		switch to {
		case bridge.Sent, bridge.Available, bridge.Delivered, bridge.Pending, bridge.Dead:
			return true
		}
	}
	return false
}

// change is what a change of state changes beside it: columns of the row, and the
// arguments of that text from $6 on.
type change struct {
	set  string
	args []any
}

// become changes the state, ends the lease, and hands the turn of an order key
// on. nextAt counts only for what will be claimed again.
func (x *txn) become(st *standing, to bridge.State, nextAt, now int64, also change) error {
	line := lineFor(st.orderKey, st.series, to, st.onDead)
	if to != bridge.Pending {
		nextAt = 0
	}
	x.due.deliver = x.due.deliver || to == bridge.Pending || st.line != lineNone
	err := x.send(`UPDATE transmission SET state = $1, changed = $2, next_at = $3, wake = $3, lease_until = 0, owner = '',
			turn = CASE WHEN in_line = $4 THEN turn WHEN CAST($4 AS BIGINT) = 0 THEN 1 ELSE 0 END, in_line = $4`+ageEnds(to)+also.set+" WHERE n = $5",
		append([]any{to, now, nextAt, int(line), st.n}, also.args...)...)
	settles := line != st.line
	st.state, st.line = to, line
	if err != nil || !settles {
		return err
	}
	return x.settle(st.endpoint, st.orderKey, st.series)
}

// release makes a portion of what was held for the Transmission n due at once:
// its effects behind the row number behind. Where more may be left, the
// Transmission remembers where to go on.
func (x *txn) release(n, behind, now int64) error {
	var last, some int64
	held := false
	err := x.rows(selectEffects, []any{n, behind, bridge.ReleaseAtOnce}, func(scan scanner) error {
		var state bridge.State
		some++
		err := scan(&last, &state)
		held = held || state == bridge.Held
		return err
	})
	if err != nil {
		return err
	}
	if held {
		x.due.deliver = true
		if err := x.send(releaseHeld, now, n, behind, last); err != nil {
			return err
		}
	}
	if some < bridge.ReleaseAtOnce {
		last = -1
	}
	if behind == 0 && last < 0 {
		return nil // nothing was remembered
	}
	return x.send("UPDATE transmission SET release_behind = $1 WHERE n = $2", last, n)
}

// releaseOn goes on with the oldest release that is not done, by one portion.
func (x *txn) releaseOn(now int64) error {
	var n, behind int64
	some, err := x.row(selectReleasing, nil, &n, &behind)
	if err != nil || !some {
		return err
	}
	return x.release(n, behind, now)
}

// Releasing: the effects of one cause in the order of their rows, those of them
// that are held, and the causes that have more to release.
const (
	selectEffects = `SELECT effect, (SELECT h.state FROM transmission h WHERE h.n = cause.effect) FROM cause WHERE cause = $1 AND nth = 0 AND effect > $2 ORDER BY effect LIMIT $3`
	releaseHeld   = `UPDATE transmission SET state = 'pending', changed = $1, next_at = 0, wake = 0
		WHERE n IN (SELECT effect FROM cause WHERE cause = $2 AND nth = 0 AND effect > $3 AND effect <= $4
			AND (SELECT h.state FROM transmission h WHERE h.n = cause.effect) = 'held')`
	selectReleasing = `SELECT n, release_behind FROM transmission WHERE release_behind >= 0 AND n > 0 ORDER BY n LIMIT 1 /*pg FOR NO KEY UPDATE SKIP LOCKED */` // all rows: n > 0 makes it a search
)

// addEvidence writes what was seen of a delivery.
func (x *txn) addEvidence(n int64, e *bridge.Evidence) error {
	detail, err := dictionary(e.Detail)
	if err != nil {
		return err
	}
	if err := x.useObject(&e.Body); err != nil {
		return err
	}
	args := []any{n, e.Attempt, e.Kind, nanos(e.At), detail, e.Leaf}
	return x.send(`INSERT INTO evidence (transmission, attempt, kind, at, detail, leaf, body)
		VALUES ($1, $2, $3, $4, $5, $6, (SELECT o.n FROM object o WHERE o.peer = $7 AND o.sha256 = $8 AND o.salt = $9))`,
		append(args, bodyArgs(&e.Body)...)...)
}

// fingerprint tells one Result from another, so that the same commit again is
// known: it is over the state and the identities of all that the Result holds.
func fingerprint(r *bridge.Result) string {
	h := sha256.New()
	part(h, r.State, r.Reason, r.Retention, nanos(r.RetryAt), r.Cursor, r.Total, len(r.Findings), r.Partner, r.Agreement, r.Set, r.Control, r.Config)
	for i := range r.Documents {
		part(h, "document", r.Documents[i].ID)
	}
	for i := range r.Follows {
		part(h, "follow", r.Follows[i].ID)
	}
	for i := range r.Leaves {
		part(h, "leaf", r.Leaves[i].ID)
	}
	for i := range r.Evidence {
		part(h, "evidence", r.Evidence[i].Attempt, r.Evidence[i].Kind, nanos(r.Evidence[i].At))
	}
	for i := range r.Settles {
		part(h, "settle", r.Settles[i])
	}
	for i := range r.Members {
		part(h, "member", r.Members[i].ID, r.Members[i].State)
	}
	if r.Join != nil {
		part(h, "join", r.Join.Batch.ID)
	}
	part(h, r.Sees, r.Unsees, r.Numbers, r.Keys)
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// part adds values to a fingerprint, each with an end of its own.
func part(h hash.Hash, values ...any) {
	enc := json.NewEncoder(h)
	for _, v := range values {
		enc.Encode(v) // plain values into a hash: neither can fail
	}
}

// Take implements bridge.Work.
func (s *Store) Take(ctx context.Context, id bridge.ID, ev bridge.Evidence, leaves []archive.Leaf) error {
	texts, err := leafTexts(leaves)
	if err == nil {
		err = s.write(ctx, func(x *txn) error {
			st, err := x.standing(id)
			if err != nil || st.state == bridge.Delivered {
				return err
			}
			switch st.state {
			case bridge.Settled:
				var n int64
				if done, err := x.row("SELECT n FROM leaf WHERE id = $1", []any{ev.Leaf}, &n); done || err != nil {
					return err
				}
			case bridge.Available:
				if err := x.become(&st, bridge.Delivered, 0, s.now(), change{}); err != nil {
					return err
				}
				if err := x.startClocks(st.n, ev.At); err != nil {
					return err
				}
			default:
				return fmt.Errorf("%w: it is %s", bridge.ErrConflict, st.state)
			}
			if err := x.addEvidence(st.n, &ev); err != nil {
				return err
			}
			return x.addLeaves(texts)
		})
	}
	if err != nil {
		return fmt.Errorf("sqlstore: take %s: %w", id, err)
	}
	return nil
}

// endedByOperator is the fingerprint of a claim that a person's decision ended.
const endedByOperator = "operator"

// Operate implements bridge.Work. The same operation again, told by its leaf,
// changes nothing.
func (s *Store) Operate(ctx context.Context, o bridge.Operation) error {
	leaves, err := leafTexts([]archive.Leaf{o.Leaf})
	var line string
	if err == nil {
		line, err = s.lineOf(ctx, o.ID)
	}
	if err == nil {
		err = s.write(ctx, func(x *txn) error {
			var n int64
			if done, err := x.row("SELECT n FROM leaf WHERE id = $1", []any{o.Leaf.ID}, &n); done || err != nil {
				return err
			}
			st, err := x.standing(o.ID)
			if err != nil {
				return err
			}
			if err := x.decide(&st, o); err != nil {
				return err
			}
			return x.addLeaves(leaves)
		}, line)
	}
	if err != nil {
		return fmt.Errorf("sqlstore: %s %s: %w", o.Kind, o.ID, err)
	}
	return nil
}

// lineOf names the lock of the line that a Transmission may stand in, which
// never changes; "" also for what is not there.
func (s *Store) lineOf(ctx context.Context, id bridge.ID) (string, error) {
	var endpoint, orderKey, series string
	_, err := s.queryRow(ctx, "SELECT endpoint, order_key, series FROM transmission WHERE id = $1", []any{id}, &endpoint, &orderKey, &series)
	return lineLock(endpoint, orderKey, series), err
}

// decide carries out an operation.
func (x *txn) decide(st *standing, o bridge.Operation) error {
	if o.Kind == bridge.Close {
		if isBatch, err := x.endGathering(st, o); isBatch || err != nil {
			return err
		}
		return x.closeExpectations(st, o)
	}
	if o.Kind == bridge.Discard && st.state == bridge.Batched {
		if err := x.takeOut(st); err != nil {
			return err
		}
	}
	to, err := decided(o.Kind, st)
	if err == nil && to == bridge.Accepted && st.state == bridge.Translated {
		err = x.leftAlone(st)
	}
	if err != nil {
		return err
	}
	if err := x.operate(st, to, o); err != nil || to != bridge.Accepted {
		return err
	}
	return x.forget(st)
}

// decided says which state an operation leads to.
func decided(kind bridge.OperationKind, st *standing) (bridge.State, error) {
	from := st.state
	switch {
	case from == bridge.Translated && st.pruned > 0:
		return "", fmt.Errorf("%w: what followed from it was pruned", bridge.ErrConflict)
	case kind == bridge.Retry && from == bridge.Dead:
		return bridge.Pending, nil
	case kind == bridge.Retry && from == bridge.Quarantined, kind == bridge.Repair && (from == bridge.Translated || from == bridge.Quarantined):
		return bridge.Accepted, nil
	case kind == bridge.Discard && (from == bridge.Dead || from == bridge.Pending || from == bridge.Quarantined || from == bridge.Batched):
		return bridge.Discarded, nil
	}
	return "", fmt.Errorf("%w: it is %s", bridge.ErrConflict, from)
}

// operate changes the state. A claim that runs is ended: its worker finds it stale.
func (x *txn) operate(st *standing, to bridge.State, o bridge.Operation) error {
	if err := x.addEvidence(st.n, decisionOf(&o)); err != nil {
		return err
	}
	if to == bridge.Discarded {
		if err := x.voidUnseen(st); err != nil {
			return err
		}
		if err := x.dropExpectations(st.n, nanos(o.At)); err != nil {
			return err
		}
	}
	again := to == bridge.Accepted
	return x.become(st, to, 0, nanos(o.At), change{", reason = $6, ended = token, ended_by = $7, attempts = attempts * $8 + $9",
		[]any{fmt.Sprintf("%s by %s: %s", o.Kind, o.By, o.Reason), endedByOperator, flag(again || o.Kind != bridge.Retry), flag(again)}})
}
