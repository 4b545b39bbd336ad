package sqlstore

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"strings"

	"github.com/edibridge/edibridge/archive"
	"github.com/edibridge/edibridge/bridge"
)

// BeginReplay implements bridge.Replays.
func (s *Store) BeginReplay(ctx context.Context, j bridge.ReplayJob) (bridge.ReplayJob, error) {
	selection, err := json.Marshal(j.Selection)
	if err == nil {
		err = s.write(ctx, func(x *txn) error {
			return x.send(`INSERT INTO replay_job (id, created, operator, config, selection, learn, through, reached, done)
				VALUES ($1, $2, $3, $4, $5, $6, (SELECT COALESCE(max(sequence), 0) FROM transmission WHERE direction = 'in'), 0, 0)
				ON CONFLICT (id) DO NOTHING`,
				j.ID, nanos(j.Created), j.By, j.Config, string(selection), flag(j.Learn))
		})
	}
	if err != nil {
		return bridge.ReplayJob{}, fmt.Errorf("sqlstore: replay %s: %w", j.ID, err)
	}
	return s.ReplayJob(ctx, j.ID)
}

// RecordReplay implements bridge.Replays.
func (s *Store) RecordReplay(ctx context.Context, r bridge.ReplayRecord) error {
	texts := make([]string, len(r.Items))
	for i := range r.Items {
		text, err := json.Marshal(&r.Items[i])
		if err != nil {
			return fmt.Errorf("sqlstore: replay %s: %w", r.Job, err)
		}
		texts[i] = string(text)
	}
	err := s.write(ctx, func(x *txn) error {
		var reached int64
		var done int
		known, err := x.row("SELECT reached, done FROM replay_job WHERE id = $1 /*pg FOR UPDATE */", []any{r.Job}, &reached, &done)
		switch {
		case err != nil:
			return err
		case !known:
			return bridge.ErrNotFound
		case reached == r.Reached && (done != 0) == r.Done && reached > 0:
			return nil
		case r.Reached < reached || done != 0:
			return fmt.Errorf("%w: the job has come to %d", bridge.ErrConflict, reached)
		}
		for i := range r.Items {
			it := &r.Items[i]
			if err := x.send(`INSERT INTO replay_item (job, sequence, transmission, outcome, result) VALUES ($1, $2, $3, $4, $5)
				ON CONFLICT (job, sequence) DO NOTHING`, r.Job, it.Sequence, it.Transmission, it.Outcome, texts[i]); err != nil {
				return err
			}
		}
		if err := x.addFeatures(r.Features); err != nil {
			return err
		}
		return x.send("UPDATE replay_job SET reached = $1, done = $2 WHERE id = $3", r.Reached, flag(r.Done), r.Job)
	})
	if err != nil {
		return fmt.Errorf("sqlstore: record replay %s: %w", r.Job, err)
	}
	return nil
}

// selectReplayJob reads whole jobs; a WHERE over j comes behind it.
const selectReplayJob = `SELECT j.id, j.created, j.operator, j.config, j.selection, j.learn, j.through, j.reached, j.done,
	(SELECT count(*) FROM replay_item i WHERE i.job = j.id),
	(SELECT count(*) FROM replay_item i WHERE i.job = j.id AND i.outcome = 'changed'),
	(SELECT count(*) FROM replay_item i WHERE i.job = j.id AND i.outcome = 'failed'),
	(SELECT count(*) FROM promotion p WHERE p.job = j.id)
FROM replay_job j `

func (s *Store) replayJobs(ctx context.Context, query string, args ...any) ([]bridge.ReplayJob, error) {
	var out []bridge.ReplayJob
	err := s.query(ctx, query, args, func(scan scanner) error {
		var j bridge.ReplayJob
		var created int64
		var selection string
		var learn, done int
		if err := scan(&j.ID, &created, &j.By, &j.Config, &selection, &learn, &j.Through, &j.Reached, &done,
			&j.Files, &j.Changed, &j.Failed, &j.Promoted); err != nil {
			return err
		}
		j.Created, j.Learn, j.Done = instant(created), learn != 0, done != 0
		out = append(out, j)
		return parse(selection, &out[len(out)-1].Selection)
	})
	return out, err
}

// ReplayJob implements bridge.Replays.
func (s *Store) ReplayJob(ctx context.Context, id bridge.ID) (bridge.ReplayJob, error) {
	jobs, err := s.replayJobs(ctx, selectReplayJob+"WHERE j.id = $1", id)
	if err == nil && len(jobs) == 0 {
		err = bridge.ErrNotFound
	}
	if err != nil {
		return bridge.ReplayJob{}, fmt.Errorf("sqlstore: replay %s: %w", id, err)
	}
	return jobs[0], nil
}

// ReplayJobs implements bridge.Replays.
func (s *Store) ReplayJobs(ctx context.Context, limit int) ([]bridge.ReplayJob, error) {
	jobs, err := s.replayJobs(ctx, selectReplayJob+"ORDER BY j.created DESC, j.id DESC LIMIT $1", limit)
	if err != nil {
		return nil, fmt.Errorf("sqlstore: replays: %w", err)
	}
	return jobs, nil
}

// replayItemPage is how many items are read at once; one has 100 KB at most.
const replayItemPage = 64

// ReplayItems implements bridge.Replays.
func (s *Store) ReplayItems(ctx context.Context, q bridge.ItemQuery) iter.Seq2[bridge.ReplayItem, error] {
	return func(yield func(bridge.ReplayItem, error) bool) {
		for last := int64(0); ; {
			page, err := s.replayItems(ctx, &q, last)
			if err != nil {
				yield(bridge.ReplayItem{}, fmt.Errorf("sqlstore: items of replay %s: %w", q.Job, err))
				return
			}
			for _, it := range page {
				if !yield(it, nil) {
					return
				}
				last = it.Sequence
			}
			if len(page) < replayItemPage {
				return
			}
		}
	}
}

func (s *Store) replayItems(ctx context.Context, q *bridge.ItemQuery, last int64) ([]bridge.ReplayItem, error) {
	query, args := "", []any{q.Job, last, replayItemPage}
	if q.Sequence != 0 {
		query, args = " AND i.sequence = $4", append(args, q.Sequence)
	}
	var out []bridge.ReplayItem
	err := s.query(ctx, `SELECT i.result, (SELECT count(*) FROM promotion p WHERE p.job = i.job AND p.item = i.transmission)
		FROM replay_item i WHERE i.job = $1 AND i.sequence > $2`+query+" ORDER BY i.sequence LIMIT $3", args, func(scan scanner) error {
		var text string
		var promoted int
		if err := scan(&text, &promoted); err != nil {
			return err
		}
		var it bridge.ReplayItem
		err := parse(text, &it)
		it.Promoted = promoted
		out = append(out, it)
		return err
	})
	return out, err
}

// Files implements bridge.Replays: a walk along the accept order.
func (s *Store) Files(ctx context.Context, q bridge.FileQuery) ([]bridge.Transmission, error) {
	w := wheres{conditions: []string{"t.direction = 'in'", "t.state IN ('translated', 'quarantined')"}}
	if q.Handed {
		w.conditions = append(w.conditions, "t.kind <> 'batch'")
	} else {
		w.conditions = append(w.conditions, "t.kind = 'file'")
	}
	w.add("t.sequence > %s", q.After)
	w.add("t.sequence <= %s", q.Through)
	w.between("t.created", q.Since, q.Until)
	if q.Partner != "" {
		p := w.arg(q.Partner)
		w.conditions = append(w.conditions, fmt.Sprintf("(t.partner = %s OR (SELECT 1 FROM document d WHERE d.transmission = t.n AND d.partner = %s LIMIT 1) IS NOT NULL)", p, p))
	}
	if q.Set != "" || q.State != "" {
		var file, document []string
		for _, c := range []struct{ column, documents, value string }{{"t.set_code", "d.type", q.Set}, {"t.state", "d.state", q.State}} {
			if c.value != "" {
				at := w.arg(c.value)
				file, document = append(file, c.column+" = "+at), append(document, c.documents+" = "+at)
			}
		}
		w.conditions = append(w.conditions, fmt.Sprintf("(%s OR (SELECT 1 FROM document d WHERE d.transmission = t.n AND %s LIMIT 1) IS NOT NULL)",
			strings.Join(file, " AND "), strings.Join(document, " AND ")))
	}
	if q.ID != "" {
		ids, err := s.Find(ctx, q.Business, maxKeyed)
		if err != nil {
			return nil, err
		}
		among := []string{w.arg(q.ID)}
		for _, id := range ids {
			among = append(among, w.arg(id))
		}
		w.conditions = append(w.conditions, "t.id IN ("+strings.Join(among, ", ")+")")
	}
	rows, err := s.transmissions(ctx, selectTransmission+w.text()+" ORDER BY t.sequence LIMIT "+w.arg(q.Limit), w.args...)
	if err != nil {
		return nil, fmt.Errorf("sqlstore: files: %w", err)
	}
	out := make([]bridge.Transmission, len(rows))
	for i := range rows {
		out[i] = rows[i].t
	}
	return out, nil
}

// maxKeyed bounds the Transmissions of one key that a selection is about.
const maxKeyed = 1000

// effectColumns say behind those of a Transmission t by which promotion it is.
const effectColumns = ", COALESCE((SELECT p.job FROM promotion p WHERE p.effect = t.id), ''), COALESCE((SELECT p.place FROM promotion p WHERE p.effect = t.id), '')\nFROM transmission t"

// Effects implements bridge.Replays.
func (s *Store) Effects(ctx context.Context, cause bridge.ID) iter.Seq2[bridge.Effect, error] {
	query := strings.Replace(selectTransmission, "\nFROM transmission t", effectColumns, 1) +
		"WHERE t.n IN (SELECT effect FROM cause WHERE cause = " + rowOf + " AND nth = 0 AND effect > $2 ORDER BY effect LIMIT $3) ORDER BY t.n"
	return func(yield func(bridge.Effect, error) bool) {
		for last := int64(0); ; {
			some := 0
			var page []bridge.Effect
			err := s.query(ctx, query, []any{cause, last, documentPage}, func(scan scanner) error {
				var e bridge.Effect
				r, err := scanTransmission(func(dest ...any) error { return scan(append(dest, &e.Job, &e.Place)...) })
				e.Transmission, last = r.t, r.n
				some++
				page = append(page, e)
				return err
			})
			if err != nil {
				yield(bridge.Effect{}, fmt.Errorf("sqlstore: effects of %s: %w", cause, err))
				return
			}
			for _, e := range page {
				if !yield(e, nil) {
					return
				}
			}
			if some < documentPage {
				return
			}
		}
	}
}

// selectPromoting reads which effects are of which promotion.
const selectPromoting = "SELECT effect, item, job, place FROM promotion "

func scanPromoting(scan scanner) (bridge.Promoting, error) {
	var p bridge.Promoting
	err := scan(&p.Transmission, &p.Item, &p.Job, &p.Place)
	return p, err
}

// Promote implements bridge.Replays.
func (s *Store) Promote(ctx context.Context, p bridge.Promotion) error {
	prep, err := prepare(&bridge.Transmission{ID: p.Item}, &bridge.Slice{Follows: p.Follows, Leaves: append(p.Leaves, p.Operation.Leaf)})
	if err == nil && len(p.Places) != len(p.Follows) {
		err = errors.New("a promotion has a place for each of its follow-ups")
	}
	if err == nil {
		err = s.write(ctx, func(x *txn) error { return x.promote(&p, prep, s.now()) }, prep.locks()...)
	}
	if err != nil {
		return fmt.Errorf("sqlstore: promote %s of %s: %w", p.Item, p.Job, err)
	}
	return nil
}

func (x *txn) promote(p *bridge.Promotion, prep *preparedSlice, now int64) error {
	var n int64
	if known, err := x.row("SELECT 1 FROM replay_job WHERE id = $1", []any{p.Job}, &n); err != nil || !known {
		return errors.Join(err, notFound(known))
	}
	st, err := x.standing(p.Item)
	if err != nil {
		return err
	}
	if st.state != bridge.Translated && st.state != bridge.Quarantined {
		return fmt.Errorf("%w: it is %s", bridge.ErrConflict, st.state)
	}
	if st.pruned > 0 {
		return fmt.Errorf("%w: what followed from it was pruned", bridge.ErrConflict)
	}
	if err := x.addFollows(&st, prep, now); err != nil {
		return err
	}
	for i := range p.Follows {
		if err := x.send("INSERT INTO promotion (effect, item, job, place) VALUES ($1, $2, $3, $4) ON CONFLICT (effect) DO NOTHING",
			p.Follows[i].ID, p.Item, p.Job, p.Places[i]); err != nil {
			return err
		}
	}
	if known, err := x.row("SELECT n FROM leaf WHERE id = $1", []any{p.Operation.Leaf.ID}, &n); err != nil || known {
		return errors.Join(err, x.addLeaves(prep.leaves))
	}
	if err := x.addEvidence(st.n, decisionOf(&p.Operation)); err != nil {
		return err
	}
	return x.addLeaves(prep.leaves)
}

func notFound(known bool) error {
	if known {
		return nil
	}
	return bridge.ErrNotFound
}

// decisionOf is a person's decision as it is kept.
func decisionOf(o *bridge.Operation) *bridge.Evidence {
	return &bridge.Evidence{Kind: bridge.EvidenceOperation, At: o.At, Leaf: o.Leaf.ID,
		Detail: map[string]string{"operation": string(o.Kind), "by": o.By, "reason": o.Reason}}
}

// Resubmit implements bridge.Replays.
func (s *Store) Resubmit(ctx context.Context, r bridge.Resubmission) error {
	t := r.Transmission
	texts, err := textsOf(&t)
	if err != nil {
		return fmt.Errorf("sqlstore: resubmit %s: %w", r.Operation.ID, err)
	}
	leaves, err := leafTexts([]archive.Leaf{r.Leaf, r.Operation.Leaf})
	if err == nil {
		err = s.write(ctx, func(x *txn) error {
			var n int64
			if done, err := x.row("SELECT n FROM leaf WHERE id = $1", []any{r.Operation.Leaf.ID}, &n); done || err != nil {
				return err
			}
			st, err := x.standing(r.Operation.ID)
			if err != nil {
				return err
			}
			if st.state != bridge.Dead && st.state != bridge.Quarantined {
				return fmt.Errorf("%w: it is %s", bridge.ErrConflict, st.state)
			}
			if err := x.operate(&st, bridge.Discarded, r.Operation); err != nil {
				return err
			}
			if err := x.replace(&st, &t, texts); err != nil {
				return err
			}
			return x.addLeaves(leaves)
		}, lockOf(&t))
	}
	if err != nil {
		return fmt.Errorf("sqlstore: resubmit %s: %w", r.Operation.ID, err)
	}
	return nil
}

// replace writes the Transmission that takes the place of st, which is out of
// its line already.
func (x *txn) replace(st *standing, t *bridge.Transmission, texts transmissionTexts) error {
	if t.Direction == bridge.Out {
		t.Causes = []bridge.ID{st.id}
		if _, err := x.addFollow(t, texts, map[bridge.ID]*standing{st.id: st}, nanos(t.Created)); err != nil {
			return err
		}
		return x.passExpectations(st.n, t.ID)
	}
	t.Causes = []bridge.ID{st.id}
	if err := x.follows(t, map[bridge.ID]*standing{st.id: st}); err != nil {
		return err
	}
	if _, err := x.accept(t, texts, &bridge.Acceptance{}); err != nil {
		return err
	}
	return x.send("INSERT INTO cause (effect, nth, cause) VALUES ("+rowOf+", 0, $2)", t.ID, st.n)
}
