package sqlstore

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/edibridge/edibridge/archive"
	"github.com/edibridge/edibridge/bridge"
)

// endedStates are those in which nobody does or waits for anything any more. The
// partial indexes of the schema are written with the same words.
const endedStates = "('sent', 'delivered', 'settled', 'discarded')"

// keepsRow is 1 for a Transmission t that is still needed, whatever its state: an
// acknowledgment is open or rejects, a replay has not looked at it yet, it is the
// alarm that stands of an endpoint, or a number is reserved by it.
const keepsRow = `CASE WHEN (SELECT 1 FROM expectation e WHERE e.transmission = t.n AND e.state IN ('awaited', 'overdue', 'rejected') LIMIT 1) IS NOT NULL
	OR t.direction = 'in' AND (SELECT 1 FROM replay_job j WHERE j.done = 0 AND t.sequence > j.reached AND t.sequence <= j.through LIMIT 1) IS NOT NULL
	OR t.set_code = '` + bridge.StandingAlarm + `' AND (SELECT 1 FROM business_key k JOIN business_key l ON l.value = k.value AND l.transmission > k.transmission AND l.scheme = k.scheme
		WHERE k.transmission = t.n AND k.scheme = 'endpoint' LIMIT 1) IS NULL
	OR (SELECT 1 FROM number r WHERE r.claimant = t.n AND r.state = 'reserved' LIMIT 1) IS NOT NULL THEN 1 ELSE 0 END`

// Walks over what has ended of one class, oldest first: events that nothing
// follows from, and files.
const (
	endedEvents = `SELECT t.n, t.id, t.changed, t.leaf, CASE WHEN (SELECT 1 FROM cause c WHERE c.cause = t.n LIMIT 1) IS NOT NULL THEN 1 ELSE ` + keepsRow + ` END
		FROM transmission t WHERE t.kind = 'event' AND t.state IN ` + endedStates + endedBehind
	endedFiles = `SELECT t.n, t.id, t.changed, t.leaf, ` + keepsRow + `
		FROM transmission t WHERE t.direction = 'in' AND t.state IN ('translated', 'discarded')` + endedBehind
	endedBehind = ` AND t.retention = $1 AND t.changed < $2 AND (t.changed > $3 OR t.changed = $3 AND t.n > $4) AND t.changed >= $3
		ORDER BY t.changed, t.n LIMIT $5`
)

// Ended implements bridge.Housekeeping.
func (s *Store) Ended(ctx context.Context, q bridge.EndedQuery) ([]bridge.Ended, error) {
	walk := endedFiles
	if q.Events {
		walk = endedEvents
	}
	at, behind, err := readMark(q.After)
	if err != nil {
		return nil, err
	}
	var out []bridge.Ended
	err = s.query(ctx, walk, []any{q.Retention, nanos(q.Before), at, behind, q.Limit}, func(scan scanner) error {
		var e bridge.Ended
		var n, changed int64
		var needed int
		err := scan(&n, &e.ID, &changed, &e.Leaf, &needed)
		e.Row, e.At, e.Needed, e.Mark = n, instant(changed), needed != 0, fmt.Sprintf("%d %d", changed, n)
		out = append(out, e)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("sqlstore: what has ended of class %q: %w", q.Retention, err)
	}
	return out, nil
}

// readMark reads bridge.Ended.Mark; "" stands before all.
func readMark(mark string) (at, behind int64, err error) {
	if mark == "" {
		return 0, 0, nil
	}
	first, second, _ := strings.Cut(mark, " ")
	if at, err = strconv.ParseInt(first, 10, 64); err == nil {
		behind, err = strconv.ParseInt(second, 10, 64)
	}
	if err != nil {
		return 0, 0, fmt.Errorf("sqlstore: mark %q of what has ended: %w", mark, err)
	}
	return at, behind, nil
}

// kinAtOnce is how many causes or effects are looked up by one query.
const kinAtOnce = 256

// Kin implements bridge.Housekeeping: a walk over causes and effects, both ways.
func (s *Store) Kin(ctx context.Context, id bridge.ID, limit int) ([]bridge.Kin, error) {
	var out []bridge.Kin
	err := s.reads.snapshot(ctx, func(r reads) error {
		var n int64
		if found, err := queryRow(ctx, r, "SELECT n FROM transmission WHERE id = $1", []any{id}, &n); err != nil || !found {
			return err
		}
		family, err := kinOf(ctx, r, n, limit)
		if err != nil {
			return err
		}
		rows := slices.SortedFunc(maps.Keys(family), func(a, b int64) int { return cmp.Compare(b, a) })
		for part := range slices.Chunk(rows[:min(len(rows), limit+1)], kinAtOnce) {
			some, err := kinAmong(ctx, r, part)
			if err != nil {
				return err
			}
			out = append(out, some...)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("sqlstore: kin of %s: %w", id, err)
	}
	return out, nil
}

// KinOf implements bridge.Housekeeping.
func (s *Store) KinOf(ctx context.Context, rows []int64) ([]bridge.Kin, error) {
	rows = slices.SortedFunc(slices.Values(rows), func(a, b int64) int { return cmp.Compare(b, a) })
	var out []bridge.Kin
	for part := range slices.Chunk(rows, kinAtOnce) {
		some, err := kinAmong(ctx, s.reads, part)
		if err != nil {
			return nil, fmt.Errorf("sqlstore: %d kin: %w", len(rows), err)
		}
		out = append(out, some...)
	}
	return out, nil
}

// kinAmong reads members by their rows, the last first.
func kinAmong(ctx context.Context, r reads, rows []int64) (out []bridge.Kin, err error) {
	query, args := among(rows)
	err = r.query(ctx, `SELECT t.n, t.id, t.direction, t.kind, t.state, t.changed, t.retention, t.leaf, t.at_document, `+keepsRow+`,
			CASE WHEN (SELECT 1 FROM cause c WHERE c.cause = t.n LIMIT 1) IS NOT NULL THEN 1 ELSE 0 END
		FROM transmission t WHERE t.n IN `+query+" ORDER BY t.n DESC", args, func(scan scanner) error {
		var k bridge.Kin
		var changed int64
		var needed, effects int
		err := scan(&k.Row, &k.ID, &k.Direction, &k.Kind, &k.State, &changed, &k.Retention, &k.Leaf, &k.Documents, &needed, &effects)
		k.Changed, k.Needed, k.Effects = instant(changed), needed != 0, effects != 0
		out = append(out, k)
		return err
	})
	return out, err
}

// Links implements bridge.Housekeeping.
func (s *Store) Links(ctx context.Context, rows []int64, limit int) ([]int64, error) {
	var out []int64
	for part := range slices.Chunk(rows, kinAtOnce) {
		if err := links(ctx, s.reads, part, limit, func(n int64) { out = append(out, n) }); err != nil {
			return nil, fmt.Errorf("sqlstore: links of %d: %w", len(rows), err)
		}
	}
	return out, nil
}

// links visits the effects and the causes of rows, up to limit of either.
func links(ctx context.Context, r reads, rows []int64, limit int, visit func(n int64)) error {
	query, args := among(rows)
	args = append(args, limit)
	for _, walk := range []string{"SELECT DISTINCT effect FROM cause WHERE cause IN ", "SELECT DISTINCT cause FROM cause WHERE effect IN "} {
		err := r.query(ctx, walk+query+fmt.Sprintf(" LIMIT $%d", len(args)), args, func(scan scanner) error {
			var n int64
			err := scan(&n)
			visit(n)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// kinOf gives the rows of the family of the row n; it stops when there are more
// than limit.
func kinOf(ctx context.Context, r reads, n int64, limit int) (map[int64]bool, error) {
	family, next := map[int64]bool{n: true}, []int64{n}
	for len(next) > 0 && len(family) <= limit {
		part := next[:min(len(next), kinAtOnce)]
		next = next[len(part):]
		err := links(ctx, r, part, limit+1, func(m int64) { // so many are more than limit
			if !family[m] {
				family[m] = true
				next = append(next, m)
			}
		})
		if err != nil {
			return nil, err
		}
	}
	return family, nil
}

// Prune implements bridge.Housekeeping. The same again, told by its leaf, changes
// nothing.
func (s *Store) Prune(ctx context.Context, p bridge.Pruning) error {
	leaves, err := leafTexts([]archive.Leaf{p.Leaf})
	if err == nil && (len(p.IDs) == 0 || len(p.IDs) > bridge.PruneAtOnce) {
		err = fmt.Errorf("%d at once; 1 to %d", len(p.IDs), bridge.PruneAtOnce)
	}
	if err == nil {
		err = s.write(ctx, func(x *txn) error {
			var n int64
			if done, err := x.row("SELECT n FROM leaf WHERE id = $1", []any{p.Leaf.ID}, &n); done || err != nil {
				return err
			}
			if err := x.prune(&p); err != nil {
				return err
			}
			return x.addLeaves(leaves)
		})
	}
	if err != nil {
		return fmt.Errorf("sqlstore: prune %d transmissions: %w", len(p.IDs), err)
	}
	return nil
}

// prune removes Transmissions and all that belongs to them. Whoever changes one of
// them, or adds to it, holds its row: that one is passed by, and nothing goes.
func (x *txn) prune(p *bridge.Pruning) error {
	ids, args := among(p.IDs)
	var rows []int64
	err := x.rows(`SELECT t.n FROM transmission t WHERE t.id IN `+ids+` AND t.state IN ('translated', 'sent', 'delivered', 'settled', 'discarded')
		AND t.changed <= `+fmt.Sprintf("$%d", len(args)+1)+` AND `+keepsRow+` = 0 /*pg FOR UPDATE OF t SKIP LOCKED */`,
		append(args, nanos(p.Through)), func(scan scanner) error {
			var n int64
			err := scan(&n)
			rows = append(rows, n)
			return err
		})
	if err != nil {
		return err
	}
	if len(rows) < len(p.IDs) {
		return fmt.Errorf("%w: of %d transmissions %d may go", bridge.ErrConflict, len(p.IDs), len(rows))
	}
	list, args := among(rows)
	var effect int64
	follows, err := x.row("SELECT effect FROM cause WHERE cause IN "+list+" AND effect NOT IN "+list+" LIMIT 1", args, &effect)
	if err == nil && follows {
		err = fmt.Errorf("%w: something follows that does not go", bridge.ErrConflict)
	}
	if err != nil {
		return err
	}
	at := fmt.Sprintf("$%d", len(args)+1)
	err = x.send("UPDATE transmission SET pruned = "+at+" WHERE n IN (SELECT cause FROM cause WHERE effect IN "+list+") AND n NOT IN "+list,
		append(slices.Clone(args), nanos(p.Leaf.Time))...)
	if err != nil {
		return err
	}
	for _, statement := range pruneRows(list) {
		if err := x.send(statement, args...); err != nil {
			return err
		}
	}
	return nil
}

// pruneRows are the statements that remove Transmissions with all that belongs to
// them, what refers to others first. Bodies stay: how many name them is counted.
func pruneRows(list string) []string {
	all := []string{`UPDATE object SET uses = uses - (SELECT u.uses FROM (SELECT named.body AS body, count(*) AS uses FROM (
			SELECT body FROM transmission WHERE n IN ` + list + ` UNION ALL SELECT body FROM evidence WHERE transmission IN ` + list + `) AS named
			GROUP BY named.body) AS u WHERE u.body = object.n)
		WHERE n IN (SELECT body FROM transmission WHERE n IN ` + list + ` UNION SELECT body FROM evidence WHERE transmission IN ` + list + `)`,
		"DELETE FROM promotion WHERE effect IN (SELECT id FROM transmission WHERE n IN " + list + ")",
		"DELETE FROM cause WHERE effect IN " + list}
	for _, table := range []string{"fact", "finding", "answer", "document", "business_key", "seen", "expectation", "evidence", "batch"} {
		all = append(all, "DELETE FROM "+table+" WHERE transmission IN "+list)
	}
	return append(all, "DELETE FROM transmission WHERE n IN "+list)
}

// PruneReplays implements bridge.Housekeeping: items go first, those of the oldest
// job first, then the job itself if nothing was promoted of it.
func (s *Store) PruneReplays(ctx context.Context, before time.Time, leaf archive.Leaf) (int, error) {
	leaves, err := leafTexts([]archive.Leaf{leaf})
	removed := 0
	if err == nil {
		err = s.write(ctx, func(x *txn) error {
			removed = 0
			var n int64
			if done, err := x.row("SELECT n FROM leaf WHERE id = $1", []any{leaf.ID}, &n); done || err != nil {
				return err
			}
			for _, statement := range []string{
				`DELETE FROM replay_item WHERE (job, sequence) IN (SELECT i.job, i.sequence FROM replay_item i JOIN replay_job j ON j.id = i.job
					WHERE j.created < $1 ORDER BY i.job, i.sequence LIMIT $2)`,
				`DELETE FROM replay_job WHERE id IN (SELECT j.id FROM replay_job j WHERE j.created < $1
					AND NOT EXISTS (SELECT 1 FROM replay_item i WHERE i.job = j.id) AND NOT EXISTS (SELECT 1 FROM promotion p WHERE p.job = j.id) LIMIT $2)`,
			} {
				gone, err := x.exec(statement, nanos(before), bridge.PruneAtOnce)
				if err != nil {
					return err
				}
				removed += int(gone)
			}
			if removed == 0 {
				return nil
			}
			return x.addLeaves(leaves)
		})
	}
	if err != nil {
		return 0, fmt.Errorf("sqlstore: prune replays: %w", err)
	}
	return removed, nil
}

// Tables implements bridge.Housekeeping.
func (s *Store) Tables(ctx context.Context) (map[string]int64, error) {
	out := map[string]int64{}
	for _, table := range copiedTables() {
		var n int64
		if _, err := s.queryRow(ctx, "SELECT count(*) FROM "+table, nil, &n); err != nil {
			return nil, fmt.Errorf("sqlstore: rows of %s: %w", table, err)
		}
		out[table] = n
	}
	return out, nil
}
