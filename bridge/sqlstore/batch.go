package sqlstore

import (
	"context"
	"fmt"

	"github.com/edibridge/edibridge/archive"
	"github.com/edibridge/edibridge/bridge"
)

// batchLock names the lock under which documents join the batches of a queue.
func batchLock(queue string) string { return "batch " + queue }

// preparedJoin is a Join with its texts.
type preparedJoin struct {
	*bridge.Join
	texts transmissionTexts
	leaf  []leafText
}

// prepareJoin gives nil for none.
func prepareJoin(j *bridge.Join) (*preparedJoin, error) {
	if j == nil {
		return nil, nil
	}
	p := &preparedJoin{Join: j}
	var err error
	if p.texts, err = textsOf(&j.Batch); err == nil {
		p.leaf, err = leafTexts([]archive.Leaf{j.Leaf})
	}
	if err != nil {
		return nil, fmt.Errorf("batch %s: %w", j.Batch.ID, err)
	}
	return p, nil
}

// locks are those of the queue.
func (p *preparedJoin) locks() []string {
	if p == nil {
		return nil
	}
	return []string{batchLock(p.Batch.BatchQueue())}
}

// selectOpen finds the open batch of a queue.
const selectOpen = "SELECT transmission, members, joined, bytes FROM batch WHERE queue = $1 AND open = 1 /*pg FOR NO KEY UPDATE */"

// openBatch is one that documents can join.
type openBatch struct{ n, members, joined, bytes int64 }

// join puts a document into the open batch of its queue, or into a new one where
// none is open or the document would not fit.
func (x *txn) join(st *standing, p *preparedJoin) error {
	var b openBatch
	some, err := x.row(selectOpen, []any{short(p.Batch.BatchQueue())}, &b.n, &b.members, &b.joined, &b.bytes)
	if err == nil && some && p.Size > 0 && b.members > 0 && b.bytes+p.Bytes > p.Size {
		some, err = false, x.fill(b.n, "size")
	}
	if err == nil && !some {
		b, err = x.openBatch(p)
	}
	if err != nil {
		return err
	}
	if err := x.send("INSERT INTO cause (effect, nth, cause) VALUES ($1, $2, $3)", b.n, b.joined, st.n); err != nil {
		return err
	}
	if err := x.link(b.n, st); err != nil {
		return err
	}
	if err := x.send("UPDATE batch SET members = members + 1, joined = joined + 1, bytes = bytes + $1 WHERE transmission = $2", p.Bytes, b.n); err != nil {
		return err
	}
	switch {
	case p.Count > 0 && b.members+1 >= int64(p.Count):
		return x.fill(b.n, "count")
	case p.Size > 0 && b.bytes+p.Bytes >= p.Size:
		return x.fill(b.n, "size")
	}
	return nil
}

// openBatch makes the Transmission of a new batch.
func (x *txn) openBatch(p *preparedJoin) (openBatch, error) {
	t := p.Batch
	if _, err := x.accept(&t, p.texts, &bridge.Acceptance{}); err != nil {
		return openBatch{}, err
	}
	if err := x.addLeaves(p.leaf); err != nil {
		return openBatch{}, err
	}
	if err := x.send("INSERT INTO batch (transmission, queue, open, members, joined, bytes, opened, closes, closed_by) VALUES ("+rowOf+", $2, 1, 0, 0, 0, $3, $4, $5)",
		t.ID, short(t.BatchQueue()), nanos(t.Created), nanos(t.NextAt), p.By); err != nil {
		return openBatch{}, err
	}
	var b openBatch
	_, err := x.row("SELECT n FROM transmission WHERE id = $1", []any{t.ID}, &b.n)
	return b, err
}

// fill closes the batch n before its time: it is due.
func (x *txn) fill(n int64, by string) error {
	x.due.translate = true
	if err := x.send("UPDATE batch SET open = 0, closed_by = $1 WHERE transmission = $2 AND open = 1", by, n); err != nil {
		return err
	}
	return x.send("UPDATE transmission SET wake = 0, next_at = 0 WHERE n = $1 AND lease_until = 0", n)
}

// closeBatch has a batch take no more.
const closeBatch = "UPDATE batch SET open = 0 WHERE transmission = $1"

// leftAlone refuses that what left with others, or is such a batch, is translated
// again: its interchange is there.
func (x *txn) leftAlone(st *standing) error {
	var n int64
	some, err := x.row(`SELECT transmission FROM batch WHERE transmission = $1
		UNION ALL SELECT c.effect FROM cause c JOIN batch b ON b.transmission = c.effect WHERE c.cause = $1 LIMIT 1`, []any{st.n}, &n)
	if err == nil && some {
		err = fmt.Errorf("%w: it left in a batch", bridge.ErrConflict)
	}
	return err
}

// CloseBatch implements bridge.Batches.
func (s *Store) CloseBatch(ctx context.Context, c bridge.Claim) error {
	err := s.write(ctx, func(x *txn) error {
		st, err := x.claimed(c)
		if err != nil {
			return err
		}
		return x.send(closeBatch, st.n)
	}, batchLock(c.Transmission.BatchQueue()))
	if err != nil {
		return fmt.Errorf("sqlstore: close batch %s: %w", c.Transmission.ID, err)
	}
	return nil
}

// member writes what became of a document of the batch that st is.
func (x *txn) member(st *standing, m *bridge.Member, now int64) (standing, error) {
	d, err := x.standing(m.ID)
	if err != nil {
		return d, err
	}
	var nth int64
	in, err := x.row("SELECT nth FROM cause WHERE effect = $1 AND cause = $2", []any{st.n, d.n}, &nth)
	switch {
	case err != nil:
		return d, err
	case !in || d.state != bridge.Batched || m.State != bridge.Translated && m.State != bridge.Quarantined:
		return d, fmt.Errorf("%w: from %s to %s", bridge.ErrConflict, d.state, m.State)
	}
	if err := x.become(&d, m.State, 0, now, change{", reason = $6, control = COALESCE(NULLIF($7, ''), control)", []any{m.Reason, m.Control}}); err != nil {
		return d, err
	}
	if m.State == bridge.Quarantined {
		if err := x.leave(st.n, d.n); err != nil {
			return d, err
		}
	}
	return d, x.addFindings(d.n, m.Findings, m.Total)
}

// members writes what became of all documents that a slice tells of, and gives
// their rows.
func (x *txn) members(st *standing, members []bridge.Member, now int64) (map[bridge.ID]*standing, error) {
	rows := map[bridge.ID]*standing{}
	for i := range members {
		d, err := x.member(st, &members[i], now)
		if err != nil {
			return nil, fmt.Errorf("document %s of the batch: %w", members[i].ID, err)
		}
		rows[d.id] = &d
	}
	return rows, nil
}

// leave takes a document out of a batch. What the others' bytes come to is not
// known of one alone: the batch counts them as they came.
func (x *txn) leave(batch, member int64) error {
	if err := x.send("DELETE FROM cause WHERE effect = $1 AND cause = $2", batch, member); err != nil {
		return err
	}
	return x.send("UPDATE batch SET members = members - 1 WHERE transmission = $1", batch)
}

// takeOut takes a document out of its batch, which must be open.
func (x *txn) takeOut(st *standing) error {
	var batch int64
	some, err := x.row("SELECT b.transmission FROM cause c JOIN batch b ON b.transmission = c.effect WHERE c.cause = $1", []any{st.n}, &batch)
	if err != nil || !some {
		return err
	}
	n, err := x.exec("UPDATE batch SET joined = joined WHERE transmission = $1 AND open = 1", batch)
	if err != nil {
		return err
	}
	if n == 0 {
		return fmt.Errorf("%w: its batch is closed", bridge.ErrConflict)
	}
	return x.leave(batch, st.n)
}

// endGathering has a batch closed by a person: it is due at once.
func (x *txn) endGathering(st *standing, o bridge.Operation) (isBatch bool, err error) {
	var open int
	isBatch, err = x.row("SELECT open FROM batch WHERE transmission = $1", []any{st.n}, &open)
	if err != nil || !isBatch {
		return isBatch, err
	}
	if open == 0 {
		return true, fmt.Errorf("%w: the batch is closed already", bridge.ErrConflict)
	}
	if err := x.addEvidence(st.n, decisionOf(&o)); err != nil {
		return true, err
	}
	return true, x.fill(st.n, "operator")
}

const selectBatch = `SELECT t.id, t.partner, t.agreement, t.mode, b.open, b.members, b.bytes, b.opened, b.closes, b.closed_by
FROM batch b JOIN transmission t ON t.n = b.transmission `

func scanBatch(scan scanner) (bridge.Batch, error) {
	var b bridge.Batch
	var open int
	var opened, closes int64
	err := scan(&b.Transmission, &b.Partner, &b.Agreement, &b.Mode, &open, &b.Members, &b.Bytes, &opened, &closes, &b.By)
	b.Open, b.Opened, b.Closes = open != 0, instant(opened), instant(closes)
	return b, err
}

// Batches implements bridge.Query.
func (s *Store) Batches(ctx context.Context) ([]bridge.Batch, error) {
	var out []bridge.Batch
	err := s.query(ctx, selectBatch+"WHERE b.open = 1 ORDER BY b.closes, b.transmission", nil, func(scan scanner) error {
		b, err := scanBatch(scan)
		out = append(out, b)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("sqlstore: batches: %w", err)
	}
	return out, nil
}

// selectMembers reads documents of a batch.
const selectMembers = selectTransmission + `JOIN cause b ON b.cause = t.n
	WHERE b.effect = (SELECT n FROM transmission WHERE id = $1) AND t.state = $2 AND t.sequence > $3 ORDER BY t.sequence LIMIT $4`

// Members implements bridge.Batches.
func (s *Store) Members(ctx context.Context, q bridge.MemberQuery) ([]bridge.Transmission, error) {
	rows, err := s.transmissions(ctx, selectMembers, q.Batch, q.State, q.After, q.Limit)
	if err != nil {
		return nil, fmt.Errorf("sqlstore: members of %s: %w", q.Batch, err)
	}
	out := make([]bridge.Transmission, len(rows))
	for i := range rows {
		out[i] = rows[i].t
	}
	return out, nil
}
