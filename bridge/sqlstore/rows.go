package sqlstore

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/edibridge/edibridge/archive"
	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/edi"
)

// nanos is how a time is stored: Unix nanoseconds, 0 for none.
func nanos(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixNano()
}

// instant reads what nanos wrote.
func instant(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.Unix(0, n).UTC()
}

// flag is how a bool is stored.
func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}

// list is how a slice is stored: JSON, "" for none.
func list[T any](v []T) (string, error) {
	if len(v) == 0 {
		return "", nil
	}
	p, err := json.Marshal(v)
	return string(p), err
}

// dictionary is how a map is stored: JSON, "" for none.
func dictionary(m map[string]string) (string, error) {
	if len(m) == 0 {
		return "", nil
	}
	p, err := json.Marshal(m)
	return string(p), err
}

// parse reads what list or dictionary wrote.
func parse(text string, dest any) error {
	if text == "" {
		return nil
	}
	return json.Unmarshal([]byte(text), dest)
}

// objectColumns are the columns of an object o that may not be there.
const objectColumns = "o.peer, o.sha256, o.size, o.stored, o.pack, o.start, o.length, o.codec, o.salt"

// objectRow is where objectColumns are read into.
type objectRow struct {
	peer, pack, codec   *string
	sum, stored, salt   []byte
	size, start, length *int64
}

func (r *objectRow) dest() []any {
	return []any{&r.peer, &r.sum, &r.size, &r.stored, &r.pack, &r.start, &r.length, &r.codec, &r.salt}
}

// orZero reads a column that may be NULL.
func orZero[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}

// object is the zero Object when there is no row.
func (r *objectRow) object() archive.Object {
	o := archive.Object{Peer: orZero(r.peer), Size: orZero(r.size), Pack: orZero(r.pack),
		Offset: orZero(r.start), Length: orZero(r.length), Codec: archive.Codec(orZero(r.codec))}
	copy(o.SHA256[:], r.sum)
	copy(o.Stored[:], r.stored)
	copy(o.Salt[:], r.salt)
	return o
}

// selectTransmission reads whole Transmissions; a WHERE over t comes behind it.
const selectTransmission = `SELECT t.n, t.id, t.direction, t.kind, t.state, t.endpoint, t.peer, t.partner, t.agreement,
	t.wire_key, t.name, t.content_type, t.header, t.sequence, t.ordinal, t.order_key, t.series, t.place, t.on_dead,
	t.created, t.changed, t.next_at, t.attempts, t.standard, t.set_code, t.control, t.mode, t.keys,
	t.config, t.reason, t.total, t.leaf, t.queue, t.begun, t.lift_at, t.lift_to, t.trace, t.retention, t.pruned, t.at_document, t.at_slice, t.at_group, t.at_interchange,
	(SELECT string_agg(p.id, ' ' ORDER BY c.nth) FROM cause c JOIN transmission p ON p.n = c.cause WHERE c.effect = t.n),
	f.findings, ` + objectColumns + `
FROM transmission t LEFT JOIN object o ON o.n = t.body LEFT JOIN finding f ON f.transmission = t.n `

// transmissionRow is one row of selectTransmission.
type transmissionRow struct {
	n      int64
	t      bridge.Transmission
	cursor bridge.Cursor
}

func scanTransmission(scan scanner) (transmissionRow, error) {
	var (
		r                        transmissionRow
		t                        = &r.t
		o                        objectRow
		created, changed, nextAt int64
		begun, liftAt, pruned    int64
		liftTo                   string
		trace                    []byte
		header, keys, queue      string
		causes, findings         *string
	)
	dest := []any{&r.n, &t.ID, &t.Direction, &t.Kind, &t.State, &t.Endpoint, &t.Peer, &t.Partner, &t.Agreement,
		&t.Key, &t.Name, &t.ContentType, &header, &t.Sequence, &t.Ordinal, &t.OrderKey, &t.Series, &t.Place, &t.OnDead,
		&created, &changed, &nextAt, &t.Attempts, &t.Standard, &t.Set, &t.Control, &t.Mode, &keys,
		&t.Config, &t.Reason, &t.Total, &t.Leaf, &queue, &begun, &liftAt, &liftTo, &trace, &t.Retention, &pruned,
		&r.cursor.Documents, &r.cursor.Slices, &r.cursor.Groups, &r.cursor.Interchanges, &causes, &findings}
	if err := scan(append(dest, o.dest()...)...); err != nil {
		return r, err
	}
	t.Created, t.Changed, t.NextAt = instant(created), instant(changed), instant(nextAt)
	t.Pruned, t.Begun, t.Lane, t.Lift, t.Ordered = instant(pruned), instant(begun), laneOf(queue), liftOf(liftAt, liftTo), isOrdered(queue)
	if t.Lane == bridge.Normal {
		t.Lane = ""
	}
	t.Body, t.Causes = o.object(), ids(orZero(causes))
	t.Trace = traceOf(trace, t)
	for _, p := range []struct {
		text string
		dest any
	}{{header, &t.Header}, {keys, &t.Keys}, {orZero(findings), &t.Findings}} {
		if err := parse(p.text, p.dest); err != nil {
			return r, fmt.Errorf("transmission %s: %w", t.ID, err)
		}
	}
	return r, nil
}

// ids reads IDs between blanks.
func ids(text string) []bridge.ID {
	var out []bridge.ID
	for begin, i := 0, 0; i <= len(text); i++ {
		if i == len(text) || text[i] == ' ' {
			if i > begin {
				out = append(out, bridge.ID(text[begin:i]))
			}
			begin = i + 1
		}
	}
	return out
}

// selectDocument reads whole Documents; a WHERE over d comes behind it.
const selectDocument = `SELECT d.id, t.id, d.ordinal, d.interchange, d.grp, d.place, d.state, d.verdict, d.standard, d.type,
	d.version, d.control, d.group_control, d.interchange_control, d.partner, d.agreement, d.mode, d.start, d.length,
	d.findings, d.total, d.keys, d.guide, d.mapping, d.mapped, d.elements, d.duplicate_of, d.reason
FROM document d JOIN transmission t ON t.n = d.transmission `

func scanDocument(scan scanner) (bridge.Document, error) {
	var d bridge.Document
	var findings, keys string
	err := scan(&d.ID, &d.Transmission, &d.Ordinal, &d.Interchange, &d.Group, &d.Set, &d.State, &d.Verdict, &d.Standard, &d.Type,
		&d.Version, &d.Control, &d.GroupControl, &d.InterchangeControl, &d.Partner, &d.Agreement, &d.Mode, &d.Offset, &d.Length,
		&findings, &d.Total, &keys, &d.Guide, &d.Mapping, &d.Mapped, &d.Elements, &d.DuplicateOf, &d.Reason)
	if err == nil {
		err = parse(findings, &d.Findings)
	}
	if err == nil {
		err = parse(keys, &d.Keys)
	}
	return d, err
}

// selectEvidence reads whole Evidence; a WHERE over e comes behind it.
const selectEvidence = `SELECT t.id, e.attempt, e.kind, e.at, e.detail, e.leaf, ` + objectColumns + `
FROM evidence e JOIN transmission t ON t.n = e.transmission LEFT JOIN object o ON o.n = e.body `

func scanEvidence(scan scanner) (bridge.Evidence, error) {
	var e bridge.Evidence
	var o objectRow
	var at int64
	var detail string
	if err := scan(append([]any{&e.Transmission, &e.Attempt, &e.Kind, &at, &detail, &e.Leaf}, o.dest()...)...); err != nil {
		return e, err
	}
	e.At, e.Body = instant(at), o.object()
	return e, parse(detail, &e.Detail)
}

// selectSeen reads Seen with what is known of the owner; a WHERE over s comes
// behind it.
const selectSeen = `SELECT s.kind, s.value, t.id, s.document, s.digest, t.sequence, t.state <> 'accepted'
FROM seen s JOIN transmission t ON t.n = s.transmission `

func scanSeen(scan scanner) (bridge.Seen, error) {
	var s bridge.Seen
	err := scan(&s.Kind, &s.Value, &s.Transmission, &s.Document, &s.Digest, &s.Sequence, &s.Finished)
	return s, err
}

// shortSeen is an identity as it is indexed.
func shortSeen(k bridge.SeenKey) bridge.SeenKey {
	return bridge.SeenKey{Kind: k.Kind, Value: short(k.Value)}
}

// seenAmong reads the Seen of keys, of which there is at least one.
func seenAmong(keys []bridge.SeenKey) (string, []any) {
	n := powerOfTwo(len(keys))
	text, args := []byte(selectSeen+"WHERE (s.kind, s.value) IN (VALUES "), make([]any, 0, 2*n)
	for i := range n {
		k := shortSeen(keys[min(i, len(keys)-1)])
		args = append(args, k.Kind, k.Value)
		text = fmt.Appendf(text, "($%d, $%d),", 2*i+1, 2*i+2)
	}
	text[len(text)-1] = ')'
	return string(text), args
}

// among is the list of an IN over values, of which there is at least one, and its
// arguments.
func among[T any](values []T) (string, []any) {
	n := powerOfTwo(len(values))
	text, args := make([]byte, 0, 5*n+2), make([]any, n)
	for i := range args {
		args[i] = values[min(i, len(values)-1)]
		text = fmt.Appendf(text, ",$%d", i+1)
	}
	text[0] = '('
	return string(append(text, ')')), args
}

// powerOfTwo is the next one from n on. Lists come in such lengths, the last
// value repeated, so that there are few statements to prepare.
func powerOfTwo(n int) int {
	p := 1
	for p < n {
		p *= 2
	}
	return p
}

const selectNumber = "SELECT series, epoch, value, owner, state FROM number "

func scanNumber(scan scanner) (bridge.Number, error) {
	var n bridge.Number
	err := scan(&n.Series, &n.Epoch, &n.Value, &n.For, &n.State)
	return n, err
}

// transmissionTexts are the parts of a Transmission that are stored as JSON,
// made before the write is queued so that the writer does not wait for them.
type transmissionTexts struct{ header, keys, findings string }

func textsOf(t *bridge.Transmission) (transmissionTexts, error) {
	var x transmissionTexts
	var err error
	if x.header, err = dictionary(t.Header); err != nil {
		return x, err
	}
	if x.keys, err = list(t.Keys); err != nil {
		return x, err
	}
	x.findings, err = list(t.Findings)
	return x, err
}

// addFindings puts findings behind those that are there.
func addFindings(have string, more []edi.Finding) (string, error) {
	var all []edi.Finding
	if err := parse(have, &all); err != nil {
		return "", err
	}
	return list(append(all, more...))
}
