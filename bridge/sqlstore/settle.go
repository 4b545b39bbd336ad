package sqlstore

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/edibridge/edibridge/bridge"
)

// selectExpectation reads whole Expectations; a WHERE over e comes behind it.
const selectExpectation = `SELECT e.n, e.id, e.owes, t.id, e.document, e.acknowledgment, e.partner, e.agreement, e.standard, e.mode, e.set_code,
	e.functional, e.sender, e.receiver, e.interchange_control, e.group_control, e.control, e.subject, e.within, e.state,
	e.created, e.due, e.late, e.code, e.reasons, e.settled_by, e.settled_sequence, e.settled_offset, e.at, e.version
FROM expectation e JOIN transmission t ON t.n = e.transmission `

// expectationRow is one row of selectExpectation.
type expectationRow struct {
	n int64
	e bridge.Expectation
}

func scanExpectation(scan scanner) (expectationRow, error) {
	var r expectationRow
	var within, created, due, at int64
	var late int
	var reasons string
	e := &r.e
	err := scan(&r.n, &e.ID, &e.Owes, &e.Transmission, &e.Document, &e.Acknowledgment, &e.Partner, &e.Agreement, &e.Standard, &e.Mode, &e.Set,
		&e.Functional, &e.Sender, &e.Receiver, &e.Interchange, &e.Group, &e.Control, &e.Subject, &within, &e.State,
		&created, &due, &late, &e.Code, &reasons, &e.By, &e.BySequence, &e.ByOffset, &at, &e.Version)
	if err != nil {
		return r, err
	}
	e.Within, e.Created, e.Due, e.At, e.Late = time.Duration(within), instant(created), instant(due), instant(at), late != 0
	return r, parse(reasons, &e.Reasons)
}

// plainNumber is a control number as it is found: partners pad it, and drop
// padding.
func plainNumber(control string) string { return strings.TrimLeft(strings.TrimSpace(control), "0 ") }

// addExpectation writes one of a slice; one that is there stays as it is.
func (x *txn) addExpectation(e *bridge.Expectation) error {
	return x.send(`INSERT INTO expectation (transmission, id, owes, document, acknowledgment, partner, agreement, standard, mode, set_code,
			functional, sender, receiver, interchange_control, group_control, control, interchange_number, group_number, subject, within, state,
			created, due, wake, late, code, reasons, settled_by, settled_sequence, settled_offset, at, version)
		VALUES (`+rowOf+`, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24,
			0, '', '', '', 0, 0, 0, 0) ON CONFLICT (id) DO NOTHING`,
		e.Transmission, e.ID, e.Owes, e.Document, e.Acknowledgment, e.Partner, e.Agreement, e.Standard, e.Mode, e.Set,
		e.Functional, e.Sender, e.Receiver, e.Interchange, e.Group, e.Control, plainNumber(e.Interchange), plainNumber(e.Group), e.Subject,
		int64(e.Within), e.State, nanos(e.Created), nanos(e.Due), wakeOf(e))
}

// wakeOf is when an expectation may be claimed as overdue; 0: never.
func wakeOf(e *bridge.Expectation) int64 {
	if e.State != bridge.ExpectAwaited {
		return 0
	}
	return nanos(e.Due)
}

// preparedSettle is a Settle with its texts and the lock of the line that its
// Transmission may stand in.
type preparedSettle struct {
	*bridge.Settle
	reasons []string
}

func prepareSettles(settles []bridge.Settle) ([]preparedSettle, error) {
	var out []preparedSettle
	for i := range settles {
		p := preparedSettle{Settle: &settles[i]}
		for k := range p.Expectations {
			text, err := list(p.Expectations[k].Reasons)
			if err != nil {
				return nil, fmt.Errorf("expectation %s: %w", p.Expectations[k].ID, err)
			}
			p.reasons = append(p.reasons, text)
		}
		out = append(out, p)
	}
	return out, nil
}

// settleLocks are those of the lines that what is settled may stand in.
func (s *Store) settleLocks(ctx context.Context, settles []bridge.Settle) ([]string, error) {
	var locks []string
	for i := range settles {
		l, err := s.lineOf(ctx, settles[i].Transmission)
		if err != nil {
			return nil, err
		}
		locks = append(locks, l)
	}
	return locks, nil
}

// settleExpectations writes what an acknowledgment says about one Transmission.
func (x *txn) settleExpectations(p *preparedSettle, now int64) error {
	st, err := x.standing(p.Transmission)
	if err != nil {
		return fmt.Errorf("settle %s: %w", p.Transmission, err)
	}
	for i := range p.Expectations {
		e := &p.Expectations[i]
		n, err := x.exec(`UPDATE expectation SET state = $1, late = $2, code = $3, reasons = $4, settled_by = $5, settled_sequence = $6,
			settled_offset = $7, at = $8, wake = $12, version = version + 1 WHERE id = $9 AND transmission = $10 AND version = $11`,
			e.State, flag(e.Late), e.Code, p.reasons[i], e.By, e.BySequence, e.ByOffset, nanos(e.At), e.ID, st.n, e.Version, wakeOf(e))
		if err != nil {
			return err
		}
		if n == 0 {
			return fmt.Errorf("settle %s: expectation %s: %w", p.Transmission, e.ID, bridge.ErrMoved)
		}
	}
	for i := range p.Evidence {
		if err := x.addEvidence(st.n, &p.Evidence[i]); err != nil {
			return err
		}
	}
	return x.becomeSettled(&st, now)
}

// becomeSettled ends a Transmission of which nothing is open any more, if it was
// attempted: what nobody asked for is open until the document has some answer. A
// claim for a further attempt ends with it; the outcome of one that runs may still
// come. Where something is open again, since its answer was taken back, what was
// settled is delivered: the partner has it.
func (x *txn) becomeSettled(st *standing, now int64) error {
	switch st.state {
	case bridge.Pending, bridge.Attempted, bridge.Sent, bridge.Available, bridge.Delivered, bridge.Dead, bridge.Settled:
	default:
		return nil
	}
	if st.tried == 0 {
		return nil
	}
	var answered, open int
	_, err := x.row(`SELECT count(*) FILTER (WHERE settled_by <> ''), count(*) FILTER (WHERE state IN ('awaited', 'overdue') OR state = 'unasked'
			AND NOT EXISTS (SELECT 1 FROM expectation o WHERE o.transmission = e.transmission AND o.document = e.document AND o.settled_by <> ''))
		FROM expectation e WHERE transmission = $1 AND owes = 'partner'`, []any{st.n}, &answered, &open)
	if err != nil {
		return err
	}
	settled := answered > 0 && open == 0
	switch {
	case !settled && st.state == bridge.Settled:
		return x.become(st, bridge.Delivered, 0, now, change{})
	case !settled || st.state == bridge.Settled:
		return nil
	}
	also := change{", reason = ''", nil}
	if st.tried != st.token {
		also = change{", reason = '', ended = token, ended_by = $6", []any{endedBySettled}}
	}
	return x.become(st, bridge.Settled, 0, now, also)
}

// endedBySettled is the fingerprint of a claim that an acknowledgment ended.
const endedBySettled = "settled"

// startClocks begins the clocks of what is expected for the Transmission n, and
// ends those of what we owe with it.
func (x *txn) startClocks(n int64, at time.Time) error {
	if at.IsZero() {
		return nil
	}
	err := x.send(`UPDATE expectation SET due = $1 + within, wake = $1 + within
		WHERE transmission = $2 AND owes = 'partner' AND state = 'awaited' AND within > 0`, nanos(at), n)
	if err != nil {
		return err
	}
	return x.send(`UPDATE expectation SET late = CASE WHEN state = 'overdue' THEN 1 ELSE 0 END, state = 'given', at = $1, wake = 0, version = version + 1
		WHERE transmission = $2 AND owes = 'us' AND state IN ('awaited', 'overdue')`, nanos(at), n)
}

// What is overdue: whether there is any, and the leasing of it, those first that
// are due longest. The order keeps a server from reading the whole table for the
// one, when its statistics are of a time at which many were due by now.
const (
	selectOverdue = "SELECT n FROM expectation WHERE wake > 0 AND wake <= $1 ORDER BY wake LIMIT $2 /*pg FOR NO KEY UPDATE SKIP LOCKED */"
	anyOverdue    = "SELECT n FROM expectation WHERE wake > 0 AND wake <= $1 ORDER BY wake LIMIT 1"
)

// ClaimOverdue implements bridge.Clocks.
func (s *Store) ClaimOverdue(ctx context.Context, q bridge.ClaimQuery) ([]bridge.Expectation, error) {
	var some int64
	if found, err := s.queryRow(ctx, anyOverdue, []any{nanos(q.Now)}, &some); err != nil || !found {
		if err != nil {
			err = fmt.Errorf("sqlstore: claim overdue: %w", err)
		}
		return nil, err
	}
	var out []bridge.Expectation
	err := s.write(ctx, func(x *txn) error {
		out = nil
		var rows []int64
		err := x.rows(selectOverdue, []any{nanos(q.Now), q.Limit}, func(scan scanner) error {
			var n int64
			err := scan(&n)
			rows = append(rows, n)
			return err
		})
		if err != nil || len(rows) == 0 {
			return err
		}
		query, args := among(rows)
		err = x.rows(selectExpectation+"WHERE e.n IN "+query+" ORDER BY e.due, e.n", args, func(scan scanner) error {
			r, err := scanExpectation(scan)
			out = append(out, r.e)
			return err
		})
		for i := 0; err == nil && i < len(rows); i++ {
			err = x.send("UPDATE expectation SET wake = $1 WHERE n = $2", nanos(q.Until), rows[i])
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("sqlstore: claim overdue: %w", err)
	}
	return out, nil
}

// Expire implements bridge.Clocks.
func (s *Store) Expire(ctx context.Context, e bridge.Expiry) error {
	p, err := prepare(&bridge.Transmission{}, &bridge.Slice{Follows: e.Follows, Leaves: e.Leaves})
	if err == nil {
		err = s.write(ctx, func(x *txn) error { return x.expire(&e, p, s.now()) }, p.locks()...)
	}
	if err != nil {
		return fmt.Errorf("sqlstore: expire %s: %w", e.Expectation.ID, err)
	}
	return nil
}

func (x *txn) expire(e *bridge.Expiry, p *preparedSlice, now int64) error {
	st, err := x.standing(e.Expectation.Transmission)
	if err != nil {
		return err
	}
	var state bridge.ExpectationState
	var due, version int64
	found, err := x.row("SELECT state, due, version FROM expectation WHERE id = $1 /*pg FOR NO KEY UPDATE */", []any{e.Expectation.ID}, &state, &due, &version)
	switch {
	case err != nil:
		return err
	case !found:
		return bridge.ErrNotFound
	case state == bridge.ExpectOverdue && version == e.Expectation.Version+1:
		return nil
	case state != bridge.ExpectAwaited || due > nanos(e.Now) || version != e.Expectation.Version:
		return bridge.ErrMoved
	}
	err = x.send("UPDATE expectation SET state = 'overdue', at = $1, wake = 0, version = version + 1 WHERE id = $2", nanos(e.Evidence.At), e.Expectation.ID)
	if err != nil {
		return err
	}
	if err := x.addEvidence(st.n, &e.Evidence); err != nil {
		return err
	}
	if err := x.addFollows(&st, p, now); err != nil {
		return err
	}
	return x.addLeaves(p.leaves)
}

// dropExpectations ends waiting for what is let go.
func (x *txn) dropExpectations(n, at int64) error {
	return x.send(`UPDATE expectation SET state = 'closed', at = $1, wake = 0, version = version + 1
		WHERE transmission = $2 AND state IN ('unasked', 'awaited', 'overdue')`, at, n)
}

// passExpectations has what takes the place of the Transmission n wait for what
// nobody has answered: it carries the same control numbers.
func (x *txn) passExpectations(n int64, to bridge.ID) error {
	return x.send(`UPDATE expectation SET transmission = `+rowOf+`, due = 0, wake = 0, at = 0, version = version + 1,
		state = CASE WHEN acknowledgment = '' THEN 'unasked' ELSE 'awaited' END WHERE transmission = $2 AND settled_by = ''`, to, n)
}

// closeExpectations carries out bridge.Close.
func (x *txn) closeExpectations(st *standing, o bridge.Operation) error {
	n, err := x.exec(`UPDATE expectation SET state = 'closed', at = $1, wake = 0, version = version + 1
		WHERE transmission = $2 AND state IN ('overdue', 'rejected')`, nanos(o.At), st.n)
	if err != nil {
		return err
	}
	if n == 0 {
		return fmt.Errorf("%w: no acknowledgment of it is overdue or rejects", bridge.ErrConflict)
	}
	if err := x.addEvidence(st.n, decisionOf(&o)); err != nil {
		return err
	}
	return x.becomeSettled(st, nanos(o.At))
}

// Expectations implements bridge.Query.
func (s *Store) Expectations(ctx context.Context, q bridge.ExpectationQuery) ([]bridge.Expectation, error) {
	var rows []expectationRow
	states := q.States
	if len(states) == 0 {
		states = []bridge.ExpectationState{""}
	}
	for _, state := range states {
		query, args := expectationsOf(&q, state)
		err := s.query(ctx, query, args, func(scan scanner) error {
			r, err := scanExpectation(scan)
			rows = append(rows, r)
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("sqlstore: expectations: %w", err)
		}
	}
	slices.SortFunc(rows, func(a, b expectationRow) int { return cmp.Compare(b.n, a.n) })
	out := make([]bridge.Expectation, 0, len(rows))
	for _, r := range rows[:min(len(rows), expectationLimit(&q))] {
		out = append(out, r.e)
	}
	return out, nil
}

func expectationLimit(q *bridge.ExpectationQuery) int {
	if q.Limit == 0 {
		return listLimit
	}
	return q.Limit
}

// expectationsOf selects those of one state, newest first; "" of any.
func expectationsOf(q *bridge.ExpectationQuery, state bridge.ExpectationState) (string, []any) {
	query, args := selectExpectation+"WHERE e.n > 0", []any{expectationLimit(q)}
	where := func(column, v string) {
		if v != "" {
			args = append(args, v)
			query += fmt.Sprintf(" AND e.%s = $%d", column, len(args))
		}
	}
	where("state", string(state))
	where("owes", string(q.Owes))
	where("partner", q.Partner)
	where("standard", string(q.Standard))
	where("mode", string(q.Mode))
	if q.Interchange != "" {
		where("interchange_number", orNone(plainNumber(q.Interchange)))
	}
	if q.Group != "" {
		where("group_number", orNone(plainNumber(q.Group)))
	}
	if q.Transmission != "" {
		args = append(args, q.Transmission)
		query += fmt.Sprintf(" AND e.transmission = (SELECT n FROM transmission WHERE id = $%d)", len(args))
	}
	return query + " ORDER BY e.n DESC LIMIT $1", args
}

// orNone keeps a number that is all zeros from selecting everything: there is
// none like it.
func orNone(number string) string {
	if number == "" {
		return "0"
	}
	return number
}
