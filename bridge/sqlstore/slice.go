package sqlstore

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/canonical"
	"github.com/edibridge/edibridge/edi"
)

// preparedSlice is a slice with its texts, made before the write is queued: the
// writer only writes.
type preparedSlice struct {
	*bridge.Slice
	documents []documentTexts
	follows   []transmissionTexts
	leaves    []leafText
	coverage  []bridge.Coverage
	settles   []preparedSettle
	join      *preparedJoin // of a Result
	onward    *onward       // of a Result; nil: nothing
}

// documentTexts are the parts of a Document that are stored as JSON.
type documentTexts struct{ findings, keys string }

func prepare(of *bridge.Transmission, s *bridge.Slice) (*preparedSlice, error) {
	p := &preparedSlice{Slice: s, coverage: coverageOf(of, s.Documents)}
	for i := range s.Documents {
		d := &s.Documents[i]
		findings, err := list(d.Findings)
		if err != nil {
			return nil, fmt.Errorf("document %s: %w", d.ID, err)
		}
		keys, err := list(d.Keys)
		if err != nil {
			return nil, fmt.Errorf("document %s: %w", d.ID, err)
		}
		p.documents = append(p.documents, documentTexts{findings, keys})
	}
	for i := range s.Follows {
		texts, err := textsOf(&s.Follows[i])
		if err != nil {
			return nil, fmt.Errorf("follow-up %s: %w", s.Follows[i].ID, err)
		}
		p.follows = append(p.follows, texts)
	}
	var err error
	if p.settles, err = prepareSettles(s.Settles); err != nil {
		return nil, err
	}
	p.leaves, err = leafTexts(s.Leaves)
	return p, err
}

// locks are those of the lines that the slice's follow-ups come to stand in, one
// for each of them.
func (p *preparedSlice) locks() []string {
	out := make([]string, len(p.Follows))
	for i := range p.Follows {
		out[i] = lockOf(&p.Follows[i])
	}
	return out
}

// rows is about how many rows the slice writes: a document and a follow-up have
// their keys beside them, what identifies a document and what it says.
func (p *preparedSlice) rows() int {
	return 1 + 4*(len(p.Documents)+len(p.Follows)) + len(p.Sees) + len(p.Facts) + len(p.Numbers) +
		len(p.Expects) + len(p.settles) + len(p.leaves)
}

// Advance implements bridge.Work. The slice that the stored cursor already
// stands behind changes nothing but the lease.
func (s *Store) Advance(ctx context.Context, c bridge.Claim, sl bridge.Slice, until time.Time) error {
	p, err := prepare(&c.Transmission, &sl)
	var lines []string
	if err == nil {
		lines, err = s.settleLocks(ctx, sl.Settles)
	}
	if err == nil {
		err = s.writeAs(ctx, shareOf(&c.Transmission, p.rows()), func(x *txn) error { return x.advance(c, p, nanos(until), s.now()) }, append(lines, p.locks()...)...)
	}
	if err != nil {
		return fmt.Errorf("sqlstore: advance %s to slice %d: %w", c.Transmission.ID, sl.Cursor.Slices, err)
	}
	return nil
}

func (x *txn) advance(c bridge.Claim, p *preparedSlice, until, now int64) error {
	st, err := x.claimed(c)
	if err != nil {
		return err
	}
	if st.state != bridge.Accepted {
		return fmt.Errorf("%w: a slice of what is %s", bridge.ErrConflict, st.state)
	}
	err = x.send("UPDATE transmission SET lease_until = $1, wake = $1, config = COALESCE(NULLIF($2, ''), config), retention = $3 WHERE n = $4",
		until, p.Version, p.Retention, st.n)
	if err != nil {
		return err
	}
	switch at := p.Cursor; {
	case at.Slices == st.cuts && st.cuts > 0 && at.Documents == st.documents:
		return nil
	case at.Slices != st.cuts+1:
		return fmt.Errorf("slice %d does not follow slice %d", at.Slices, st.cuts)
	}
	if err := x.moveCursor(st.n, p.Cursor); err != nil {
		return err
	}
	return x.apply(&st, p, now)
}

func (x *txn) moveCursor(n int64, at bridge.Cursor) error {
	return x.send("UPDATE transmission SET at_document = $1, at_slice = $2, at_group = $3, at_interchange = $4 WHERE n = $5",
		at.Documents, at.Slices, at.Groups, at.Interchanges, n)
}

// apply writes what a slice holds. The Transmission's own state is written
// before, for it decides whether follow-ups are held.
func (x *txn) apply(st *standing, p *preparedSlice, now int64) error {
	if err := x.continues(st, p.Continues); err != nil {
		return err
	}
	if err := x.see(st, p.Slice); err != nil {
		return err
	}
	members, err := x.members(st, p.Members, now)
	if err != nil {
		return err
	}
	members[st.id] = st
	if err := x.addDocuments(st, members, p); err != nil {
		return err
	}
	if err := x.addFacts(st.n, members, p.Facts); err != nil {
		return err
	}
	if err := x.addCoverage(p.coverage); err != nil {
		return err
	}
	if err := x.addFeatures(p.Features); err != nil {
		return err
	}
	if err := x.addFollows(st, p, now); err != nil {
		return err
	}
	for i := range p.Numbers {
		if err := x.useNumber(&p.Numbers[i]); err != nil {
			return err
		}
	}
	for i := range p.Expects {
		if err := x.addExpectation(&p.Expects[i]); err != nil {
			return fmt.Errorf("expectation %s: %w", p.Expects[i].ID, err)
		}
	}
	for i := range p.settles {
		if err := x.settleExpectations(&p.settles[i], now); err != nil {
			return err
		}
	}
	if err := x.addFindings(st.n, p.Findings, p.Total); err != nil {
		return err
	}
	if p.join != nil {
		if err := x.join(st, p.join); err != nil {
			return err
		}
	}
	return x.addLeaves(p.leaves)
}

// see gives identities free and takes others; one that another Transmission
// owns is a *bridge.SeenError.
func (x *txn) see(st *standing, s *bridge.Slice) error {
	for _, k := range s.Unsees {
		if err := x.send("DELETE FROM seen WHERE kind = $1 AND value = $2 AND transmission = $3", k.Kind, short(k.Value), st.n); err != nil {
			return err
		}
	}
	for part := range slices.Chunk(s.Sees, 64) {
		query, args := insertSeen(st.n, part)
		added, err := x.exec(query, args...)
		if err != nil {
			return err
		}
		if int(added) == len(part) {
			continue // none of them was there
		}
		if err := x.ownSeen(st, part); err != nil {
			return err
		}
	}
	return nil
}

// fewSees is up to how many identities are written by a statement of their own
// number: a file of one document has no more.
const fewSees = 8

// insertSeen writes those identities that nobody owns.
func insertSeen(n int64, sees []bridge.Seen) (string, []any) {
	rows := len(sees)
	if rows > fewSees {
		rows = powerOfTwo(rows)
	}
	text, args := []byte("INSERT INTO seen (kind, value, transmission, document, digest) VALUES "), make([]any, 0, 5*rows)
	for i := range rows {
		e := &sees[min(i, len(sees)-1)] // what is repeated is there already
		args = append(args, e.Kind, short(e.Value), n, e.Document, e.Digest)
		text = fmt.Appendf(text, "($%d, $%d, $%d, $%d, $%d),", 5*i+1, 5*i+2, 5*i+3, 5*i+4, 5*i+5)
	}
	return string(text[:len(text)-1]) + " ON CONFLICT (kind, value) DO NOTHING", args
}

// ownSeen wants every identity to be the Transmission's; the first one that is
// another's is a *bridge.SeenError.
func (x *txn) ownSeen(st *standing, sees []bridge.Seen) error {
	keys := make([]bridge.SeenKey, len(sees))
	for i := range sees {
		keys[i] = sees[i].SeenKey
	}
	query, args := seenAmong(keys)
	owners := map[bridge.SeenKey]bridge.Seen{}
	err := x.rows(query, args, func(scan scanner) error {
		owner, err := scanSeen(scan)
		owners[owner.SeenKey] = owner
		return err
	})
	if err != nil {
		return err
	}
	for _, k := range keys {
		owner := owners[shortSeen(k)]
		if owner.Transmission != st.id {
			owner.SeenKey = k
			return &bridge.SeenError{Seen: owner}
		}
	}
	return nil
}

// addDocuments writes documents; one that is there is written over, as when its
// Transmission is translated again.
// Those of members are written to these.
func (x *txn) addDocuments(st *standing, members map[bridge.ID]*standing, p *preparedSlice) error {
	indexed := map[canonical.Key]bool{}
	for i := range p.Documents {
		d, of := &p.Documents[i], st
		if m := members[d.Transmission]; m != nil && m != st {
			of = m
			clear(indexed)
		}
		if err := x.addDocument(of.n, d, p.documents[i]); err != nil {
			return fmt.Errorf("document %s: %w", d.ID, err)
		}
		for _, k := range d.Keys {
			if indexed[k] {
				continue
			}
			indexed[k] = true
			if err := x.addKeys(of.id, []canonical.Key{k}); err != nil {
				return err
			}
		}
	}
	return nil
}

func (x *txn) addDocument(n int64, d *bridge.Document, texts documentTexts) error {
	return x.send(`INSERT INTO document (id, transmission, ordinal, interchange, grp, place, state, verdict, standard, type, version,
			control, group_control, interchange_control, partner, agreement, mode, start, length, findings, total, keys,
			guide, mapping, mapped, elements, duplicate_of, reason)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28)
		ON CONFLICT (id) DO UPDATE SET state = excluded.state, verdict = excluded.verdict, partner = excluded.partner,
			agreement = excluded.agreement, findings = excluded.findings, total = excluded.total, keys = excluded.keys,
			guide = excluded.guide, mapping = excluded.mapping, mapped = excluded.mapped, elements = excluded.elements,
			duplicate_of = excluded.duplicate_of, reason = excluded.reason`,
		d.ID, n, d.Ordinal, d.Interchange, d.Group, d.Set, d.State, d.Verdict, d.Standard, d.Type, d.Version,
		d.Control, d.GroupControl, d.InterchangeControl, d.Partner, d.Agreement, d.Mode, d.Offset, d.Length, texts.findings, d.Total, texts.keys,
		d.Guide, d.Mapping, d.Mapped, d.Elements, d.DuplicateOf, d.Reason)
}

// addFollows writes the follow-ups that are not there yet.
func (x *txn) addFollows(st *standing, p *preparedSlice, now int64) error {
	have := map[bridge.ID]bool{}
	for part := range slices.Chunk(p.Follows, 64) {
		ids := make([]any, len(part))
		for i := range part {
			ids[i] = part[i].ID
		}
		query, args := among(ids)
		err := x.rows("SELECT id FROM transmission WHERE id IN "+query, args, func(scan scanner) error {
			var id bridge.ID
			err := scan(&id)
			have[id] = true
			return err
		})
		if err != nil {
			return err
		}
	}
	causes := map[bridge.ID]*standing{st.id: st}
	for i := range p.Follows {
		f := &p.Follows[i]
		if have[f.ID] {
			continue
		}
		have[f.ID] = true
		t, err := x.addFollow(f, p.follows[i], causes, now)
		if err != nil {
			return fmt.Errorf("follow-up %s: %w", f.ID, err)
		}
		p.onward.made(t)
	}
	return nil
}

// addFollow writes a follow-up and gives it as it was written: held while its main
// cause is Accepted, else due at once. causes remembers causes that were looked up.
func (x *txn) addFollow(f *bridge.Transmission, texts transmissionTexts, causes map[bridge.ID]*standing, now int64) (*bridge.Transmission, error) {
	if err := x.causes(f, causes); err != nil {
		return nil, err
	}
	main := causes[f.Causes[0]]
	t := *f
	t.Direction, t.Sequence, t.State, t.NextAt = bridge.Out, main.sequence, bridge.Pending, time.Time{}
	if main.state == bridge.Accepted {
		t.State = bridge.Held
	}
	x.due.deliver = x.due.deliver || t.State == bridge.Pending
	if t.Changed.IsZero() {
		t.Changed = instant(now)
	}
	if err := x.useObject(&t.Body); err != nil {
		return nil, err
	}
	if err := x.follows(&t, causes); err != nil {
		return nil, err
	}
	if err := x.insert(&t, texts, leased{}); err != nil {
		return nil, err
	}
	for i, id := range f.Causes {
		if err := x.send("INSERT INTO cause (effect, nth, cause) VALUES ("+rowOf+", $2, $3)", t.ID, i, causes[id].n); err != nil {
			return nil, err
		}
	}
	if err := x.addParts(&t, texts); err != nil {
		return nil, err
	}
	if err := x.ages(&t); err != nil {
		return nil, err
	}
	if err := x.enterSeries(&t); err != nil {
		return nil, err
	}
	if lineFor(t.OrderKey, t.Series, t.State, t.OnDead) == lineNone {
		return &t, nil
	}
	return &t, x.settle(t.Endpoint, t.OrderKey, t.Series)
}

// causes looks up the causes of a follow-up that are not known yet.
func (x *txn) causes(f *bridge.Transmission, known map[bridge.ID]*standing) error {
	if len(f.Causes) == 0 {
		return fmt.Errorf("%w: it has no cause", bridge.ErrConflict)
	}
	for _, id := range f.Causes {
		if known[id] != nil {
			continue
		}
		st, err := x.standing(id)
		if err != nil {
			return fmt.Errorf("cause %s: %w", id, err)
		}
		known[id] = &st
	}
	return nil
}

// addFindings puts findings to those of a Transmission's envelopes.
func (x *txn) addFindings(n int64, findings []edi.Finding, total int) error {
	if total != 0 {
		if err := x.send("UPDATE transmission SET total = total + $1 WHERE n = $2", total, n); err != nil {
			return err
		}
	}
	if len(findings) == 0 {
		return nil
	}
	var have string
	if _, err := x.row("SELECT findings FROM finding WHERE transmission = $1", []any{n}, &have); err != nil {
		return err
	}
	text, err := addFindings(have, findings)
	if err != nil {
		return err
	}
	return x.send(`INSERT INTO finding (transmission, findings) VALUES ($1, $2)
		ON CONFLICT (transmission) DO UPDATE SET findings = excluded.findings`, n, text)
}
