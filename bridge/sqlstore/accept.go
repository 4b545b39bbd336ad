package sqlstore

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/edibridge/edibridge/archive"
	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/canonical"
)

// Accept implements bridge.Intake.
func (s *Store) Accept(ctx context.Context, a bridge.Acceptance) (bridge.AcceptedAs, error) {
	t := a.Transmission
	t.Direction, t.State, t.Ordinal, t.OrderKey = bridge.In, bridge.Accepted, 0, ""
	t.Causes, t.NextAt = nil, time.Time{}
	if t.Changed.IsZero() {
		t.Changed = t.Created
	}
	var as bridge.AcceptedAs
	texts, err := textsOf(&t)
	if err != nil {
		return as, fmt.Errorf("sqlstore: accept %s: %w", t.ID, err)
	}
	leaves, err := leafTexts([]archive.Leaf{a.Leaf})
	if err != nil {
		return as, fmt.Errorf("sqlstore: accept %s: %w", t.ID, err)
	}
	if s.intake == nil {
		return as, fmt.Errorf("sqlstore: accept %s: %w", t.ID, ErrReadOnly)
	}
	err = s.intake.accept(ctx, &write{share: shareOf(&t, acceptRows), do: func(x *txn) error {
		known, err := x.acceptedBefore(&t, &as)
		if known || err != nil {
			return err
		}
		claim, err := x.accept(&t, texts, &a)
		if err != nil {
			return err
		}
		as = bridge.AcceptedAs{ID: t.ID, Sequence: t.Sequence, Body: t.Body, Answer: a.Answer, Claim: claim}
		return x.addLeaves(leaves)
	}})
	if err != nil {
		return bridge.AcceptedAs{}, fmt.Errorf("sqlstore: accept %s: %w", t.ID, err)
	}
	return as, nil
}

// acceptRows is what an accept writes: the Transmission, its body, its leaf.
const acceptRows = 3

// selectKey finds what came in under a peer's key.
const selectKey = `SELECT n FROM transmission WHERE direction = 'in' AND wire_key <> '' AND endpoint = $1 AND peer = $2
	AND wire_key = $3 /*pg AND md5(wire_key) = md5($3) */`

// acceptedBefore looks for the Transmission of this ID, then of this key.
func (x *txn) acceptedBefore(t *bridge.Transmission, as *bridge.AcceptedAs) (bool, error) {
	var n int64
	byID, err := x.row("SELECT n FROM transmission WHERE id = $1", []any{t.ID}, &n)
	if err != nil {
		return false, err
	}
	if !byID {
		if t.Key == "" {
			return false, nil
		}
		byKey, err := x.row(selectKey, []any{t.Endpoint, t.Peer, t.Key}, &n)
		if err != nil || !byKey {
			return false, err
		}
	}
	first, err := x.transmission(n)
	if err != nil {
		return false, err
	}
	if !byID && first.t.Body.SHA256 != t.Body.SHA256 {
		return false, bridge.ErrKeyReused
	}
	*as = bridge.AcceptedAs{ID: first.t.ID, Sequence: first.t.Sequence, Duplicate: true, Body: first.t.Body}
	_, err = x.row("SELECT answer FROM answer WHERE transmission = $1", []any{n}, &as.Answer)
	return true, err
}

// nextSequence reads the sequence that was just given, whether something that is due
// stands in a queue, and a token; see [txn.tokensOf].
const nextSequence = "SELECT value, (" + dueOfQueue + ") IS NOT NULL, /*pg nextval('token') + */ 0 FROM counter WHERE name = 'sequence'"

// dueOfQueue finds something that is to be translated.
const dueOfQueue = "SELECT 1 FROM transmission WHERE due = 'translate' AND due <> '' AND queue = $1 ORDER BY sequence LIMIT 1"

// accept writes a Transmission that came in, and gives it its sequence: the next
// one of all that are committed.
func (x *txn) accept(t *bridge.Transmission, texts transmissionTexts, a *bridge.Acceptance) (*bridge.Claim, error) {
	if t.Trace.ID == (bridge.TraceID{}) {
		t.Trace = bridge.BeginTrace(t.ID)
	}
	if err := x.send("UPDATE counter SET value = value + 1 WHERE name = 'sequence'"); err != nil {
		return nil, err
	}
	if err := x.useObject(&t.Body); err != nil {
		return nil, err
	}
	var waits bool
	var token int64
	if _, err := x.row(nextSequence, []any{queueName(t)}, &t.Sequence, &waits, &token); err != nil {
		return nil, err
	}
	var l leased
	var claim *bridge.Claim
	if a.Lease != nil && !waits && !t.Ordered {
		more, err := x.tokensOf(1)
		if err != nil {
			return nil, err
		}
		l = leased{token + more[0], a.Lease}
		claim = &bridge.Claim{Transmission: *t, Step: bridge.StepTranslate, Token: l.token, Until: instant(nanos(a.Lease.Until))}
	}
	if err := x.insert(t, texts, l); err != nil {
		return nil, err
	}
	if err := x.addParts(t, texts); err != nil {
		return nil, err
	}
	if err := x.ages(t); err != nil {
		return nil, err
	}
	x.due.translate = x.due.translate || claim == nil
	if a.Answer == nil {
		return claim, nil
	}
	return claim, x.send("INSERT INTO answer (transmission, answer) VALUES ("+rowOf+", $2)", t.ID, a.Answer)
}

// leased is the lease under which a row is written; the zero value is none.
type leased struct {
	token int64
	*bridge.Lease
}

// args are $37 to $40 of insertTransmission: token, owner, end of the lease, and
// when it is awake.
func (l leased) args(t *bridge.Transmission) []any {
	if l.Lease == nil {
		return []any{0, "", 0, nanos(t.NextAt)}
	}
	return []any{l.token, l.Owner, nanos(l.Until), nanos(l.Until)}
}

// rowOf is the row number of a Transmission by its id $1. Row numbers are looked up
// where they are needed, so that nobody waits to be told one.
const rowOf = "(SELECT n FROM transmission WHERE id = $1)"

// insertTransmission writes a row that is not there yet.
const insertTransmission = `INSERT INTO transmission (id, direction, kind, state, endpoint, peer, partner, agreement, wire_key, name,
		content_type, header, ordinal, order_key, on_dead, created, changed, next_at, attempts,
		standard, set_code, control, mode, keys, config, reason, total, leaf, in_line, turn, queue, retention, body, trace, sequence,
		token, owner, lease_until, wake)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25,
		$26, $27, $28, $29, 1 - CAST($29 AS BIGINT), $30, $31, (SELECT o.n FROM object o WHERE o.peer = $32 AND o.sha256 = $33 AND o.salt = $34), $35, $36, $37, $38, $39, $40)`

func (x *txn) insert(t *bridge.Transmission, texts transmissionTexts, l leased) error {
	args := append(transmissionArgs(t, texts), bodyArgs(&t.Body)...)
	args = append(args, traceBytes(&t.Trace), t.Sequence)
	return x.send(insertTransmission, append(args, l.args(t)...)...)
}

// transmissionArgs are $1 to $31 of insertTransmission.
func transmissionArgs(t *bridge.Transmission, texts transmissionTexts) []any {
	return []any{t.ID, t.Direction, t.Kind, t.State, t.Endpoint, t.Peer, t.Partner, t.Agreement, t.Key, t.Name,
		t.ContentType, texts.header, t.Ordinal, t.OrderKey, t.OnDead, nanos(t.Created), nanos(t.Changed), nanos(t.NextAt), t.Attempts,
		t.Standard, t.Set, t.Control, t.Mode, texts.keys, t.Config, t.Reason, t.Total, t.Leaf, int(lineFor(t.OrderKey, "", t.State, t.OnDead)), queueName(t), t.Retention}
}

// bodyArgs tell an object from others; NULL for the zero Object.
func bodyArgs(o *archive.Object) []any {
	if o.SHA256.IsZero() {
		return []any{nil, nil, nil}
	}
	return []any{o.Peer, o.SHA256[:], o.Salt[:]}
}

// useObject counts one more use of a body. It does nothing for the zero Object.
func (x *txn) useObject(o *archive.Object) error {
	if o.SHA256.IsZero() {
		return nil
	}
	return x.send(`INSERT INTO object (peer, sha256, size, stored, pack, start, length, codec, salt, uses)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1)
		ON CONFLICT (peer, sha256, salt) DO UPDATE SET uses = object.uses + 1`,
		o.Peer, o.SHA256[:], o.Size, o.Stored[:], o.Pack, o.Offset, o.Length, o.Codec, o.Salt[:])
}

// addParts writes what stands beside a Transmission's new row.
func (x *txn) addParts(t *bridge.Transmission, texts transmissionTexts) error {
	if texts.findings != "" {
		if err := x.send("INSERT INTO finding (transmission, findings) VALUES ("+rowOf+", $2)", t.ID, texts.findings); err != nil {
			return err
		}
	}
	return x.addKeys(t.ID, t.Keys)
}

// addKeys indexes business keys of a Transmission.
func (x *txn) addKeys(id bridge.ID, keys []canonical.Key) error {
	for _, k := range keys {
		k = normalKey(k)
		if err := x.send("INSERT INTO business_key (transmission, value, scheme) VALUES ("+rowOf+", $2, $3) ON CONFLICT DO NOTHING",
			id, k.Value, k.Scheme); err != nil {
			return fmt.Errorf("key %s:%s: %w", k.Scheme, k.Value, err)
		}
	}
	return nil
}

// schemeControl is the scheme of control numbers.
const schemeControl = "control"

// normalKey is a key as it is indexed and looked for.
func normalKey(k canonical.Key) canonical.Key {
	k = k.Normal()
	k.Value = short(k.Value)
	return k
}

// shortLimit is the longest text, in bytes, that is indexed as it is. A page of
// PostgreSQL's indexes holds no entry above 2,704 bytes.
const shortLimit = 512

// short is a text as it is indexed: of a longer one its beginning and its digest.
func short(s string) string {
	if len(s) <= shortLimit {
		return s
	}
	sum := sha256.Sum256([]byte(s))
	return s[:shortLimit/2] + " " + hex.EncodeToString(sum[:])
}
