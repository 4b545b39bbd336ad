package sqlstore

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"slices"

	"github.com/edibridge/edibridge/archive"
	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/canonical"
)

// Transmission implements bridge.Query.
func (s *Store) Transmission(ctx context.Context, id bridge.ID) (bridge.Transmission, error) {
	rows, err := s.transmissions(ctx, selectTransmission+"WHERE t.id = $1", id)
	if err == nil && len(rows) == 0 {
		err = bridge.ErrNotFound
	}
	if err != nil {
		return bridge.Transmission{}, fmt.Errorf("sqlstore: transmission %s: %w", id, err)
	}
	return rows[0].t, nil
}

// transmissions reads the rows of a query that begins as selectTransmission does.
func (s *Store) transmissions(ctx context.Context, query string, args ...any) ([]transmissionRow, error) {
	var out []transmissionRow
	err := s.query(ctx, query, args, func(scan scanner) error {
		r, err := scanTransmission(scan)
		out = append(out, r)
		return err
	})
	return out, err
}

// Keys of one value, newest first: of any scheme but control numbers, and of
// just one.
const (
	findAny = `SELECT k.transmission, t.id FROM business_key k JOIN transmission t ON t.n = k.transmission
		WHERE k.value = $1 AND k.scheme <> 'control' GROUP BY k.transmission /*pg , t.id */ ORDER BY k.transmission DESC LIMIT $2`
	findScheme = `SELECT k.transmission, t.id FROM business_key k JOIN transmission t ON t.n = k.transmission
		WHERE k.value = $1 AND k.scheme = $3 ORDER BY k.transmission DESC LIMIT $2`
)

// Find implements bridge.Query. Keys are compared without regard to case, to
// blanks around them and to leading zeros.
func (s *Store) Find(ctx context.Context, key canonical.Key, limit int) ([]bridge.ID, error) {
	type hit struct {
		n  int64
		id bridge.ID
	}
	var hits []hit
	add := func(scan scanner) error {
		var h hit
		err := scan(&h.n, &h.id)
		hits = append(hits, h)
		return err
	}
	k := normalKey(key)
	var err error
	if k.Scheme != "" {
		err = s.query(ctx, findScheme, []any{k.Value, limit, k.Scheme}, add)
	} else {
		if err = s.query(ctx, findAny, []any{k.Value, limit}, add); err == nil {
			err = s.query(ctx, findScheme, []any{k.Value, limit, schemeControl}, add)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("sqlstore: find %s:%s: %w", key.Scheme, key.Value, err)
	}
	slices.SortFunc(hits, func(a, b hit) int { return cmp.Compare(b.n, a.n) })
	hits = slices.Compact(hits)
	out := make([]bridge.ID, 0, len(hits))
	for _, h := range hits[:min(len(hits), max(limit, 0))] {
		out = append(out, h.id)
	}
	return out, nil
}

// selectFamily reads one Transmission with all its causes and all its effects;
// of too many, itself and what is no event first.
const selectFamily = `WITH RECURSIVE
	start (n) AS (SELECT n FROM transmission WHERE id = $1),
	up (n) AS (SELECT n FROM start UNION SELECT c.cause FROM cause c JOIN up ON c.effect = up.n),
	down (n) AS (SELECT n FROM start UNION SELECT c.effect FROM cause c JOIN down ON c.cause = down.n),
	chosen (n) AS (SELECT n FROM transmission WHERE n IN (SELECT n FROM up UNION SELECT n FROM down)
		ORDER BY id <> $1, kind = 'event', sequence, ordinal, n LIMIT $2)
` + selectTransmission + "JOIN chosen ON chosen.n = t.n"

// Family implements bridge.Query.
func (s *Store) Family(ctx context.Context, of []bridge.ID, limit int) ([]bridge.Transmission, error) {
	var rows []transmissionRow
	known := map[int64]bool{}
	for _, id := range of {
		some, err := s.transmissions(ctx, selectFamily, id, limit)
		if err != nil {
			return nil, fmt.Errorf("sqlstore: family of %s: %w", id, err)
		}
		for _, r := range some {
			if !known[r.n] {
				known[r.n] = true
				rows = append(rows, r)
			}
		}
	}
	rank := func(r *transmissionRow) int {
		switch {
		case slices.Contains(of, r.t.ID):
			return 0
		case r.t.Kind != bridge.KindEvent:
			return 1
		}
		return 2
	}
	slices.SortStableFunc(rows, func(a, b transmissionRow) int { return rank(&a) - rank(&b) })
	return oldest(rows[:min(len(rows), max(limit, 0))], limit), nil
}

// oldest sorts rows by (Sequence, Ordinal) and gives at most limit of them.
func oldest(rows []transmissionRow, limit int) []bridge.Transmission {
	slices.SortFunc(rows, func(a, b transmissionRow) int {
		return cmp.Or(cmp.Compare(a.t.Sequence, b.t.Sequence), cmp.Compare(a.t.Ordinal, b.t.Ordinal), cmp.Compare(a.n, b.n))
	})
	rows = rows[:min(len(rows), max(limit, 0))]
	out := make([]bridge.Transmission, len(rows))
	for i := range rows {
		out[i] = rows[i].t
	}
	return out
}

// states are all that a Transmission can have.
func states() []bridge.State {
	return []bridge.State{bridge.Accepted, bridge.Translated, bridge.Quarantined, bridge.Held, bridge.Pending, bridge.Attempted,
		bridge.Sent, bridge.Available, bridge.Delivered, bridge.Settled, bridge.Dead, bridge.Discarded}
}

// listLimit is ListQuery.Limit when it is 0.
const listLimit = 1000

// List implements bridge.Query. Each pair of state and endpoint is one short
// walk along an index.
func (s *Store) List(ctx context.Context, q bridge.ListQuery) ([]bridge.Transmission, error) {
	if q.Limit == 0 {
		q.Limit = listLimit
	}
	if len(q.States) == 0 {
		q.States = states()
	}
	endpoints := q.Endpoints
	if len(endpoints) == 0 {
		endpoints = []string{""}
	}
	var rows []transmissionRow
	for _, state := range q.States {
		for _, endpoint := range endpoints {
			some, err := s.listed(ctx, &q, state, endpoint)
			if err != nil {
				return nil, fmt.Errorf("sqlstore: list %s: %w", state, err)
			}
			rows = append(rows, some...)
		}
	}
	return oldest(rows, q.Limit), nil
}

// listed reads the oldest of one state and, unless it is "", one endpoint. Of an
// endpoint, rows are chosen first and sorted then: in the order of all rows of
// the state they would lie far apart.
func (s *Store) listed(ctx context.Context, q *bridge.ListQuery, state bridge.State, endpoint string) ([]transmissionRow, error) {
	conditions, args := "t.state = $1", []any{state, q.Limit}
	where := func(condition string, arg any) {
		args = append(args, arg)
		conditions += fmt.Sprintf(" AND t.%s $%d", condition, len(args))
	}
	if q.Kind != "" {
		where("kind =", q.Kind)
	}
	if !q.Since.IsZero() {
		where("changed >=", nanos(q.Since))
	}
	if endpoint != "" {
		where("endpoint =", endpoint)
		conditions = "t.n IN (SELECT t.n FROM transmission t WHERE " + conditions + ")"
	}
	return s.transmissions(ctx, selectTransmission+"WHERE "+conditions+" ORDER BY t.sequence, t.ordinal, t.n LIMIT $2", args...)
}

// documentPage is how many documents are read at once: no read transaction
// stays open while the caller works on them.
const documentPage = 256

// Documents implements bridge.Query.
func (s *Store) Documents(ctx context.Context, q bridge.DocumentQuery) iter.Seq2[bridge.Document, error] {
	return func(yield func(bridge.Document, error) bool) {
		for last := 0; ; {
			page, err := s.documents(ctx, &q, last)
			if err != nil {
				yield(bridge.Document{}, fmt.Errorf("sqlstore: documents of %s: %w", q.Transmission, err))
				return
			}
			for _, d := range page {
				if !yield(d, nil) {
					return
				}
				last = d.Ordinal
			}
			if len(page) < documentPage {
				return
			}
		}
	}
}

// documents reads one page behind the ordinal last.
func (s *Store) documents(ctx context.Context, q *bridge.DocumentQuery, last int) ([]bridge.Document, error) {
	query := selectDocument + "WHERE d.transmission = (SELECT n FROM transmission WHERE id = $1) AND d.ordinal > $2"
	args := []any{q.Transmission, last}
	where := func(condition string, v int) {
		if v == 0 {
			return
		}
		args = append(args, v)
		query += fmt.Sprintf(" AND d.%s $%d", condition, len(args))
	}
	where("interchange =", q.Interchange)
	where("grp =", q.Group)
	where("ordinal <", q.Before)
	args = append(args, documentPage)
	query += fmt.Sprintf(" ORDER BY d.ordinal LIMIT $%d", len(args))
	var out []bridge.Document
	err := s.query(ctx, query, args, func(scan scanner) error {
		d, err := scanDocument(scan)
		out = append(out, d)
		return err
	})
	return out, err
}

// Evidence implements bridge.Query.
func (s *Store) Evidence(ctx context.Context, id bridge.ID) ([]bridge.Evidence, error) {
	var out []bridge.Evidence
	err := s.query(ctx, selectEvidence+"WHERE t.id = $1 ORDER BY e.n", []any{id}, func(scan scanner) error {
		e, err := scanEvidence(scan)
		out = append(out, e)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("sqlstore: evidence of %s: %w", id, err)
	}
	return out, nil
}

// Seen implements bridge.Query.
func (s *Store) Seen(ctx context.Context, keys []bridge.SeenKey) ([]bridge.Seen, error) {
	owners := map[bridge.SeenKey]bridge.Seen{}
	for part := range slices.Chunk(keys, 64) {
		query, args := seenAmong(part)
		err := s.query(ctx, query, args, func(scan scanner) error {
			e, err := scanSeen(scan)
			owners[e.SeenKey] = e
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("sqlstore: seen %s %q and %d others: %w", part[0].Kind, part[0].Value, len(part)-1, err)
		}
	}
	var out []bridge.Seen
	for _, k := range keys {
		if e, ok := owners[shortSeen(k)]; ok {
			e.SeenKey = k
			out = append(out, e)
		}
	}
	return out, nil
}

// Body implements bridge.Query.
func (s *Store) Body(ctx context.Context, peer string, sum archive.Hash) (archive.Object, bool, error) {
	var r objectRow
	ok, err := s.queryRow(ctx, "SELECT "+objectColumns+" FROM object o WHERE o.peer = $1 AND o.sha256 = $2 ORDER BY o.n LIMIT 1", []any{peer, sum[:]}, r.dest()...)
	if err != nil {
		return archive.Object{}, false, fmt.Errorf("sqlstore: body %s of %q: %w", sum, peer, err)
	}
	return r.object(), ok, nil
}

// Counts implements bridge.Query.
func (s *Store) Counts(ctx context.Context) (map[bridge.State]int, error) {
	out := map[bridge.State]int{}
	err := s.query(ctx, "SELECT state, count(*) FROM transmission GROUP BY state", nil, func(scan scanner) error {
		var state bridge.State
		var n int
		err := scan(&state, &n)
		out[state] = n
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("sqlstore: counts: %w", err)
	}
	return out, nil
}

// LeafIndexes implements bridge.Query.
func (s *Store) LeafIndexes(ctx context.Context, ids []string) (map[string]int64, error) {
	at := make(map[string]int64, len(ids))
	for part := range slices.Chunk(ids, 64) {
		query, args := among(part)
		err := s.query(ctx, "SELECT id, idx FROM leaf WHERE idx IS NOT NULL AND id IN "+query, args, func(scan scanner) error {
			var id string
			var n int64
			err := scan(&id, &n)
			at[id] = n
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("sqlstore: indexes of leaf %s and %d others: %w", part[0], len(part)-1, err)
		}
	}
	return at, nil
}
