package bridge

import (
	"cmp"
	"context"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/edibridge/edibridge/canonical"
	"github.com/edibridge/edibridge/edi"
)

// Timeline is what happened around one key, oldest first. Its JSON is what
// "edibridge trace --json" prints.
type Timeline struct {
	Key   string `json:"key"`
	Found int    `json:"found"` // transmissions that carry the key
	// Flow are the other keys by which documents of the same flow were found: the
	// order's shipments, invoices, payments. None where a transmission was asked for.
	Flow     []canonical.Key `json:"flow"`
	Timeline []Entry         `json:"timeline"`
}

// Entry is one thing that happened to one Transmission.
type Entry struct {
	At           time.Time `json:"at"`
	Transmission ID        `json:"transmission"`
	Cause        ID        `json:"cause"` // main cause, "" for what came in
	// TraceID, SpanID and ParentSpanID are the Transmission's in W3C Trace Context, in
	// hexadecimal, the parent "" where the trace begins; Links are traceparents of
	// further causes.
	TraceID      string          `json:"traceId"`
	SpanID       string          `json:"spanId"`
	ParentSpanID string          `json:"parentSpanId"`
	Links        []string        `json:"links"`
	What         string          `json:"what"` // received, translated, quarantined, batched, waits, acknowledged, overdue, issued, event, replayed, sent, receipted, taken, available, failed, dead, retry, discard, resubmit, close
	Partner      string          `json:"partner"`
	Endpoint     string          `json:"endpoint"`
	Direction    Direction       `json:"direction"`
	Kind         Kind            `json:"kind"`
	Set          string          `json:"set"`
	Control      string          `json:"control"`
	Name         string          `json:"name"`
	Keys         []canonical.Key `json:"keys"`
	Archive      ArchiveRef      `json:"archive"`
	State        State           `json:"state"` // of the Transmission now
	Detail       string          `json:"detail"`

	agreement string
	mode      edi.Mode
}

// ArchiveRef names archived bytes and their place in the log.
type ArchiveRef struct {
	ID     string `json:"id"` // of the leaf
	SHA256 string `json:"sha256"`
	Index  *int64 `json:"index"` // in the log; null while unsealed
}

// maxTrace bounds what one trace gathers.
const maxTrace = 1000

// Trace gives the timeline of a key: a bare value (PO, invoice, control number),
// "scheme:value", or a transmission's id. Unless only is set, the other documents
// of its flow are told too: of an order, its shipments and invoices. Nothing
// found is an empty Timeline.
func Trace(ctx context.Context, q Query, key string, only bool) (Timeline, error) {
	tl := Timeline{Key: key, Flow: []canonical.Key{}, Timeline: []Entry{}}
	ids, err := lookup(ctx, q, key)
	if err != nil || len(ids) == 0 {
		return tl, err
	}
	tl.Found = len(ids)
	asked := ask(key)
	if !only && !slices.Contains(ids, asked.id) {
		if ids, err = asked.widen(ctx, q, ids); err != nil {
			return tl, err
		}
		tl.Flow = append(tl.Flow, asked.flow...)
	}
	family, err := q.Family(ctx, ids, maxTrace)
	if err != nil {
		return tl, fmt.Errorf("trace %s: %w", key, err)
	}
	released := map[ID]time.Time{} // what follows from a file happened when the file was translated
	for i := range family {
		released[family[i].ID] = family[i].Changed
	}
	for i := range family {
		t := &family[i]
		if !asked.tells(t, ids) {
			continue
		}
		if len(t.Causes) > 0 && t.Kind != KindBatch && released[t.Causes[0]].After(t.Created) {
			t.Created = released[t.Causes[0]]
		}
		es, err := entries(ctx, q, t, asked)
		if err != nil {
			return tl, fmt.Errorf("trace %s: %w", key, err)
		}
		tl.Timeline = append(tl.Timeline, es...)
	}
	slices.SortStableFunc(tl.Timeline, func(a, b Entry) int { return a.At.Compare(b.At) })
	return tl, index(ctx, q, tl.Timeline)
}

// lookup finds the Transmissions that a key is about.
func lookup(ctx context.Context, q Query, key string) ([]ID, error) {
	if _, err := q.Transmission(ctx, ID(strings.ToUpper(key))); err == nil {
		return []ID{ID(strings.ToUpper(key))}, nil
	}
	_, k := keyOf(key)
	ids, err := q.Find(ctx, k, maxTrace)
	if err != nil {
		return nil, fmt.Errorf("trace %s: %w", key, err)
	}
	return ids, nil
}

// keyOf reads a key as people write it: a Transmission's id, or a business key,
// a bare value or "scheme:value".
func keyOf(key string) (ID, canonical.Key) {
	k := canonical.Key{Value: key}
	if scheme, value, ok := strings.Cut(key, ":"); ok && scheme != "" && value != "" {
		k = canonical.Key{Scheme: scheme, Value: value}
	}
	return ID(strings.ToUpper(key)), k
}

// tells leaves out the events of other documents of the same file.
func (q *question) tells(t *Transmission, found []ID) bool {
	if t.Kind != KindEvent || slices.Contains(found, t.ID) {
		return true
	}
	if !slices.ContainsFunc(t.Causes, func(c ID) bool { return slices.Contains(found, c) }) {
		return true
	}
	return t.Causes[0] == q.id || q.about(t.Keys)
}

// entries are what happened to one Transmission.
func entries(ctx context.Context, q Query, t *Transmission, asked *question) ([]Entry, error) {
	base := Entry{At: t.Created, Transmission: t.ID, Partner: t.Partner, Endpoint: t.Endpoint, Direction: t.Direction, Kind: t.Kind,
		Set: t.Set, Control: t.Control, Name: t.Name, Keys: t.Keys, State: t.State, agreement: t.Agreement, mode: t.Mode,
		Archive: ArchiveRef{ID: t.Leaf, SHA256: hex.EncodeToString(t.Body.SHA256[:])}}
	base.TraceID, base.SpanID, base.ParentSpanID, base.Links = t.Trace.ID.String(), t.ID.Span().String(), t.Trace.Parent.String(), []string{}
	for _, l := range t.Trace.Links {
		base.Links = append(base.Links, l.String())
	}
	if base.Keys == nil {
		base.Keys = []canonical.Key{}
	}
	if len(t.Causes) > 0 {
		base.Cause = t.Causes[0]
	}
	es := []Entry{base}
	switch t.Kind {
	case KindFile, KindDocument:
		es[0].What = "received"
		es[0].Detail = fmt.Sprintf("%s, %d bytes from %s", cmp.Or(t.Name, string(t.Kind)), t.Body.Size, cmp.Or(t.Header["by"], t.Peer))
		read, err := translated(ctx, q, t, base, asked)
		if err != nil {
			return nil, err
		}
		decided, err := decisions(ctx, q, t, base)
		return append(append(es, read...), decided...), err
	case KindBatch:
		es[0].What, es[0].Detail = "batched", batchDetail(t)
		decided, err := decisions(ctx, q, t, base)
		return append(es, decided...), err
	case KindAcknowledgment:
		es[0].What = "acknowledged"
	case KindInterchange:
		es[0].What = "issued"
	case KindForward:
		es[0].What = "forwarded"
	case KindEvent:
		es[0].What = "event"
		es[0].Detail = t.Key
		if len(t.Causes) > 1 { // the file, and the event that it takes the place of
			es[0].What = "replayed"
		}
	}
	delivered, err := deliveries(ctx, q, t, base)
	return append(es, delivered...), err
}

// batchDetail says how many documents a batch holds, and when it leaves.
func batchDetail(t *Transmission) string {
	s := fmt.Sprintf("%d documents for %s", len(t.Causes), t.Agreement)
	if len(t.Causes) == 1 {
		s = "1 document for " + t.Agreement
	}
	if t.State == Accepted && !t.NextAt.IsZero() {
		s += ", waits until " + t.NextAt.Format(time.RFC3339)
	}
	if t.Reason != "" {
		s += ": " + t.Reason
	}
	return s
}

// decisions tells what people had done again with a file, or sent in its place.
func decisions(ctx context.Context, q Query, t *Transmission, base Entry) ([]Entry, error) {
	seen, err := q.Evidence(ctx, t.ID)
	if err != nil {
		return nil, err
	}
	var es []Entry
	for i := range seen {
		if kind := OperationKind(seen[i].Detail["operation"]); seen[i].Kind != EvidenceOperation || kind == Discard {
			continue // that it was let go its state tells
		}
		e := base
		e.At, e.What, e.Detail = seen[i].At, seen[i].Detail["operation"], operationDetail(&seen[i])
		if t.Kind != KindBatch && e.What != string(Resubmitted) && e.What != string(Retry) {
			e.What = "replayed"
		}
		es = append(es, e)
	}
	return es, nil
}

// operationDetail says who decided, and why.
func operationDetail(ev *Evidence) string {
	return fmt.Sprintf("by %s: %s", ev.Detail["by"], ev.Detail["reason"])
}

// translated tells what a file came to: a line a document that is asked for.
func translated(ctx context.Context, q Query, t *Transmission, base Entry, asked *question) ([]Entry, error) {
	if t.State == Accepted || t.State == Batched {
		return nil, nil
	}
	base.At = t.Changed
	if t.State == Quarantined || t.State == Discarded {
		base.What, base.Detail = string(t.State), t.Reason
		return []Entry{base}, nil
	}
	var es []Entry
	for d, err := range q.Documents(ctx, DocumentQuery{Transmission: t.ID}) {
		if err != nil {
			return nil, err
		}
		if !asked.about(d.Keys) && t.ID != asked.id || len(es) >= maxTrace {
			continue
		}
		e := base
		e.What, e.Set, e.Control, e.Keys, e.Partner = "translated", d.Type, d.Control, d.Keys, d.Partner
		e.Detail = documentDetail(&d)
		es = append(es, e)
	}
	if len(es) == 0 {
		base.What, base.Detail = "translated", t.Reason
		es = append(es, base)
	}
	return es, nil
}

func documentDetail(d *Document) string {
	s := string(d.State)
	if d.InterchangeControl != "" {
		header, set := "ISA", "ST"
		if d.Standard == edi.EDIFACT {
			header, set = "UNB", "UNH"
		}
		s = fmt.Sprintf("%s %s/%s %s %s", header, d.InterchangeControl, set, d.Control, d.State)
	}
	if d.Verdict != "" && d.Verdict != string(d.State) {
		s += ", " + d.Verdict
	}
	if d.Total > 0 {
		s += ", " + strconv.Itoa(d.Total) + " findings"
	}
	if d.Reason != "" {
		s += ": " + d.Reason
	}
	return s
}

// deliveries tells what happened to what goes out.
func deliveries(ctx context.Context, q Query, t *Transmission, base Entry) ([]Entry, error) {
	seen, err := q.Evidence(ctx, t.ID)
	if err != nil {
		return nil, err
	}
	last := -1 // of the deliveries: the one that succeeded, where one did
	for i := range seen {
		if seen[i].OfDelivery() && (t.State == Delivered || t.State == Settled) {
			last = i
		}
	}
	var es []Entry
	for i, ev := range seen {
		e := base
		e.At, e.What, e.Detail = ev.At, "failed", evidenceDetail(&ev)
		switch {
		case ev.Kind == EvidenceOperation:
			e.What = ev.Detail["operation"]
			e.Detail = operationDetail(&ev)
		case !ev.OfDelivery():
			e.What, e.Detail = ev.Kind, acknowledgedDetail(&ev)
		case i == last && ev.Kind == "mailbox-taken":
			e.What = "taken"
		case i == last:
			e.What = "receipted"
		}
		es = append(es, e)
	}
	end := base
	end.At = t.Changed
	switch t.State {
	case Sent, Available, Dead, Discarded:
		end.What, end.Detail = string(t.State), t.Reason
		es = append(es, end)
	case Pending, Attempted:
		if t.Attempts > 0 {
			end.What, end.Detail = "failed", fmt.Sprintf("attempt %d, next %s: %s", t.Attempts, t.NextAt.Format(time.RFC3339), t.Reason)
			es = append(es, end)
		}
	}
	return es, nil
}

// acknowledgedDetail is what the partner's acknowledgment says, or that it is
// overdue: "997 rejected, late: 5; PO1 8 element 3: 7".
func acknowledgedDetail(ev *Evidence) string {
	s := strings.TrimSpace(ev.Detail["acknowledgment"] + " " + ev.Detail["status"])
	if ev.Detail["late"] != "" {
		s += ", late"
	}
	if by := ev.Detail["superseded"]; by != "" {
		s += ", superseded " + by
	}
	if why := ev.Detail["reasons"]; why != "" {
		s += ": " + why
	}
	return s
}

// evidenceDetail is the gist of an evidence: what the peer answered or did.
func evidenceDetail(ev *Evidence) string {
	for _, k := range []string{"status", "how", "error"} {
		if v := ev.Detail[k]; v != "" {
			return v
		}
	}
	var parts []string
	for _, k := range slices.Sorted(maps.Keys(ev.Detail)) {
		parts = append(parts, k+" "+ev.Detail[k])
	}
	return strings.Join(parts, ", ")
}

// index fills in where the leaves stand in the log.
func index(ctx context.Context, q Query, es []Entry) error {
	var ids []string
	for i := range es {
		ids = append(ids, es[i].Archive.ID)
	}
	at, err := q.LeafIndexes(ctx, ids)
	if err != nil {
		return fmt.Errorf("trace: %w", err)
	}
	for i := range es {
		if n, ok := at[es[i].Archive.ID]; ok {
			es[i].Archive.Index = &n
		}
	}
	return nil
}
