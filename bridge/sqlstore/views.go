package sqlstore

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/bridge/views"
)

// addFacts writes what documents of the Transmission n say. Those of a document that
// was translated before are gone: see forget.
func (x *txn) addFacts(of int64, members map[bridge.ID]*standing, facts []bridge.Fact) error {
	for i := range facts {
		f, n := &facts[i], of
		if m := members[f.Transmission]; m != nil {
			n = m.n
		}
		err := x.send(`INSERT INTO fact (transmission, ordinal, view, subject, data) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (transmission, ordinal, view, subject) DO UPDATE SET data = excluded.data`, n, f.Ordinal, f.View, f.Subject, string(f.Data))
		if err != nil {
			return fmt.Errorf("fact %s %s: %w", f.View, f.Subject, err)
		}
	}
	return nil
}

// selectFact reads whole facts; a WHERE over f comes behind it.
const selectFact = `SELECT f.view, f.subject, f.data, t.id, d.id, f.ordinal
FROM fact f JOIN transmission t ON t.n = f.transmission JOIN document d ON d.transmission = f.transmission AND d.ordinal = f.ordinal `

func scanFact(scan scanner) (bridge.Fact, error) {
	var f bridge.Fact
	var data string
	err := scan(&f.View, &f.Subject, &data, &f.Transmission, &f.Document, &f.Ordinal)
	f.Data = json.RawMessage(data)
	return f, err
}

// selectSaid walks along what was said of a subject: rows of transmissions are in
// accept order.
const selectSaid = `SELECT f.data, d.id, t.id, d.partner, t.kind, d.mode, t.sequence, f.ordinal, t.created
FROM fact f JOIN transmission t ON t.n = f.transmission JOIN document d ON d.transmission = f.transmission AND d.ordinal = f.ordinal
WHERE f.view = $1 AND f.subject = $2 ORDER BY f.transmission, f.ordinal LIMIT $3`

// Facts implements bridge.Views.
func (s *Store) Facts(ctx context.Context, subject views.Subject, limit int) ([]views.Said, error) {
	var out []views.Said
	err := s.query(ctx, selectSaid, []any{subject.View, subject.Key, limit}, func(scan scanner) error {
		said := views.Said{Fact: views.Fact{View: subject.View, Subject: subject.Key}, Direction: string(bridge.In)}
		var data string
		var kind bridge.Kind
		var created int64
		err := scan(&data, &said.Document, &said.Transmission, &said.Partner, &kind, &said.Mode, &said.Sequence, &said.Ordinal, &created)
		if kind == bridge.KindDocument { // what an application handed in is what we say
			said.Direction = string(bridge.Out)
		}
		said.Data, said.At = json.RawMessage(data), instant(created)
		out = append(out, said)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("sqlstore: facts of %s %s: %w", subject.View, subject.Key, err)
	}
	return out, nil
}

// selectSubjects walks along the subjects of a view, from $2 up to before $3.
const selectSubjects = "SELECT DISTINCT f.subject FROM fact f WHERE f.view = $1 AND f.subject >= $2 AND f.subject < $3 AND f.subject > $4 ORDER BY f.subject LIMIT $5"

// behindAll is behind every text that begins with what stands before it.
const behindAll = "\U0010FFFF"

// Subjects implements bridge.Views.
func (s *Store) Subjects(ctx context.Context, q bridge.SubjectQuery) ([]string, error) {
	var out []string
	err := s.query(ctx, selectSubjects, []any{q.View, q.Prefix, q.Prefix + behindAll, q.After, q.Limit}, func(scan scanner) error {
		var subject string
		err := scan(&subject)
		out = append(out, subject)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("sqlstore: subjects of %s: %w", q.View, err)
	}
	return out, nil
}

// FactsOf implements bridge.Views.
func (s *Store) FactsOf(ctx context.Context, id bridge.ID, from, through int) ([]bridge.Fact, error) {
	var out []bridge.Fact
	err := s.query(ctx, selectFact+"WHERE f.transmission = "+rowOf+" AND f.ordinal >= $2 AND f.ordinal <= $3 ORDER BY f.ordinal, f.view, f.subject",
		[]any{id, from, through}, func(scan scanner) error {
			f, err := scanFact(scan)
			out = append(out, f)
			return err
		})
	if err != nil {
		return nil, fmt.Errorf("sqlstore: facts of %s: %w", id, err)
	}
	return out, nil
}

// Retell implements bridge.Views.
func (s *Store) Retell(ctx context.Context, r bridge.Retelling) error {
	err := s.write(ctx, func(x *txn) error {
		st, err := x.standing(r.Transmission)
		if err != nil {
			return err
		}
		if st.state != bridge.Translated {
			return fmt.Errorf("%w: it is %s", bridge.ErrConflict, st.state)
		}
		retold := make(map[int]bool, len(r.Ordinals))
		for _, ordinal := range r.Ordinals {
			retold[ordinal] = true
			if err := x.unsay(st.n, ordinal); err != nil {
				return err
			}
		}
		for i := range r.Facts {
			if !retold[r.Facts[i].Ordinal] {
				return fmt.Errorf("%w: a fact of document %d, which is not retold", bridge.ErrConflict, r.Facts[i].Ordinal)
			}
		}
		return x.addFacts(st.n, nil, r.Facts)
	})
	if err != nil {
		return fmt.Errorf("sqlstore: retell %s: %w", r.Transmission, err)
	}
	return nil
}

// unsay forgets what an accepted document said.
func (x *txn) unsay(n int64, ordinal int) error {
	var state bridge.DocumentState
	known, err := x.row("SELECT state FROM document WHERE transmission = $1 AND ordinal = $2", []any{n, ordinal}, &state)
	switch {
	case err != nil:
		return err
	case !known || state != bridge.DocumentAccepted:
		return fmt.Errorf("%w: document %d is not accepted", bridge.ErrConflict, ordinal)
	}
	return x.send("DELETE FROM fact WHERE transmission = $1 AND ordinal = $2", n, ordinal)
}
