package sqlstore

import (
	"context"
	"fmt"
	"time"

	"github.com/edibridge/edibridge/bridge"
)

const selectWatch = "SELECT name, rule, began, heard, due, silent, version FROM watch "

func scanWatch(scan scanner) (bridge.Watch, error) {
	var w bridge.Watch
	var began, heard, due, silent int64
	err := scan(&w.Name, &w.Rule, &began, &heard, &due, &silent, &w.Version)
	w.Began, w.Heard, w.Due, w.Silent = instant(began), instant(heard), instant(due), instant(silent)
	return w, err
}

// Watches implements bridge.Listening.
func (s *Store) Watches(ctx context.Context) ([]bridge.Watch, error) {
	var out []bridge.Watch
	err := s.query(ctx, selectWatch+"ORDER BY name", nil, func(scan scanner) error {
		w, err := scanWatch(scan)
		out = append(out, w)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("sqlstore: watches: %w", err)
	}
	return out, nil
}

// selectHeard walks over what came of a partner, and what an application handed in
// for one, the newest first; the walk ends with the first file that fits, or where it
// comes to what was known.
const selectHeard = `SELECT t.created FROM transmission t WHERE t.direction = 'in' AND t.mode = 'production' AND t.partner <> ''
	AND t.partner = $1 AND t.created > $2 AND t.kind = 'file' AND ($3 = '' OR (SELECT 1 FROM document d WHERE d.transmission = t.n AND d.agreement = $3 LIMIT 1) IS NOT NULL)
	ORDER BY t.created DESC LIMIT 1`

// Heard implements bridge.Listening.
func (s *Store) Heard(ctx context.Context, partner, agreement string, behind time.Time) (time.Time, error) {
	var created int64
	if _, err := s.queryRow(ctx, selectHeard, []any{partner, nanos(behind), agreement}, &created); err != nil {
		return time.Time{}, fmt.Errorf("sqlstore: heard of %s: %w", partner, err)
	}
	return instant(created), nil
}

// KeepWatch implements bridge.Listening.
func (s *Store) KeepWatch(ctx context.Context, w bridge.Watched) error {
	p, err := prepare(&bridge.Transmission{}, &bridge.Slice{Follows: w.Follows, Leaves: w.Leaves})
	if err == nil {
		err = s.write(ctx, func(x *txn) error { return x.keepWatch(&w.Watch, p) }, "watch "+w.Name)
	}
	if err != nil {
		return fmt.Errorf("sqlstore: watch %s: %w", w.Name, err)
	}
	return nil
}

func (x *txn) keepWatch(w *bridge.Watch, p *preparedSlice) error {
	var stored bridge.Watch
	err := x.rows(selectWatch+"WHERE name = $1", []any{w.Name}, func(scan scanner) (err error) {
		stored, err = scanWatch(scan)
		return err
	})
	switch {
	case err != nil:
		return err
	case stored.Version == w.Version && stored.Rule == w.Rule && stored.Heard.Equal(w.Heard) && stored.Due.Equal(w.Due) && stored.Silent.Equal(w.Silent):
		return nil
	case stored.Version != w.Version-1:
		return bridge.ErrMoved
	}
	err = x.send(`INSERT INTO watch (name, rule, began, heard, due, silent, version) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (name) DO UPDATE SET rule = excluded.rule, began = excluded.began, heard = excluded.heard, due = excluded.due,
			silent = excluded.silent, version = excluded.version`,
		w.Name, w.Rule, nanos(w.Began), nanos(w.Heard), nanos(w.Due), nanos(w.Silent), w.Version)
	if err != nil {
		return err
	}
	for i := range p.Follows {
		if err := x.addTold(&p.Follows[i], p.follows[i]); err != nil {
			return fmt.Errorf("event %s: %w", p.Follows[i].ID, err)
		}
	}
	return x.addLeaves(p.leaves)
}

// addTold writes an event that follows from nothing that came in.
func (x *txn) addTold(t *bridge.Transmission, texts transmissionTexts) error {
	x.due.deliver = true
	if err := x.useObject(&t.Body); err != nil {
		return err
	}
	if err := x.insert(t, texts, leased{}); err != nil {
		return err
	}
	return x.addParts(t, texts)
}
