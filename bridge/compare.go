package bridge

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// What an item of a job keeps of a file's differences; the counts are of all.
const (
	maxReplayDetails    = 20
	maxReplayDeliveries = 100
	maxReplayFields     = 50
	maxReplayValue      = 200 // bytes of a value
)

// comparison holds what a configuration makes of a file against what became of
// it.
type comparison struct {
	item     ReplayItem
	features []Feature
	was      map[string]*Document // as stored, by id
	effects  map[ID]*Effect
	promoted map[eventAt]*Effect // the newest of each place
	visited  map[ID]bool         // effects that would be made again
	digest   hash.Hash
	last     int // greatest ordinal of an effect
	// Documents that were refused to the partner and would be accepted, and
	// documents that were accepted and would not be.
	unrejected, lost int
	// wants is asked of each event of a document that is accepted and was, with
	// what was delivered of it before (nil: nothing); nil: nobody asks.
	wants func(e *replayedEvent) error
}

// eventAt names an event of a file to one endpoint.
type eventAt struct{ place, endpoint string }

// replayedEvent is an event as it would be made now.
type replayedEvent struct {
	document string
	eventAt
	now  *Transmission
	body []byte
	was  *Effect
}

func newComparison(t *Transmission) *comparison {
	return &comparison{
		item: ReplayItem{Transmission: t.ID, Sequence: t.Sequence, Outcome: ReplaySame, Was: t.State,
			Details: []ReplayDocument{}, Deliveries: []ReplayDelivery{}},
		was: map[string]*Document{}, effects: map[ID]*Effect{}, promoted: map[eventAt]*Effect{}, visited: map[ID]bool{}, digest: sha256.New(),
	}
}

// run translates the file again and compares. A file that cannot be tried is an
// item that says so; an error is a failure of ours.
func (c *comparison) run(ctx context.Context, h *rehearsal, t *Transmission) error {
	if err := c.load(ctx, h.store, t.ID); err != nil {
		return c.failed(err)
	}
	if !t.Pruned.IsZero() {
		c.block("what followed from it was pruned on %s: what is delivered cannot be compared", t.Pruned.Format(time.DateOnly))
	}
	r, err := h.run(ctx, t, func(s rehearsed) error { return c.slice(ctx, h.bodies, t.ID, s) })
	if err != nil {
		return c.failed(err)
	}
	if r == nil {
		c.item.Outcome, c.item.Reason = ReplayFailed, "an older file with the same identity is not translated yet"
		return nil
	}
	c.end(r)
	return nil
}

// failed tells what is wrong with the file from what is wrong with us.
func (c *comparison) failed(err error) error {
	if !errors.Is(err, errManyDocuments) {
		return fmt.Errorf("%s: %w", c.item.Transmission, err)
	}
	c.item.Outcome, c.item.Reason = ReplayFailed, err.Error()
	return nil
}

// load reads what became of the file.
func (c *comparison) load(ctx context.Context, s Store, id ID) error {
	for d, err := range s.Documents(ctx, DocumentQuery{Transmission: id}) {
		if err != nil {
			return err
		}
		if len(c.was) == maxReplayDocuments {
			return errManyDocuments
		}
		c.was[d.ID] = &Document{State: d.State, Verdict: d.Verdict, Agreement: d.Agreement, Reason: d.Reason}
	}
	for e, err := range s.Effects(ctx, id) {
		if err != nil {
			return err
		}
		c.last = max(c.last, e.Ordinal)
		if e.Kind != KindEvent {
			continue
		}
		kept := &Effect{Job: e.Job, Place: e.Place, Transmission: Transmission{ID: e.ID, Key: e.Key, Endpoint: e.Endpoint, Set: e.Set, Body: e.Body}}
		c.effects[e.ID] = kept
		if e.Place != "" {
			c.promoted[eventAt{e.Place, e.Endpoint}] = kept
		}
	}
	return nil
}

// slice compares the documents of a slice and their events.
func (c *comparison) slice(ctx context.Context, bodies Bodies, file ID, s rehearsed) error {
	c.features = append(c.features, s.Features...)
	events, endpoints := map[ID]*Transmission{}, map[string]bool{}
	for i := range s.Follows {
		f := &s.Follows[i]
		c.add("follow", f.Kind, f.Endpoint, f.Key)
		if f.Kind == KindEvent {
			events[f.ID], endpoints[f.Endpoint] = f, true
		}
	}
	to := slices.Sorted(maps.Keys(endpoints))
	for i := range s.Documents {
		d := &s.Documents[i]
		c.add("document", d.ID, d.State, d.Verdict, d.Agreement)
		diff := c.document(d)
		changed := diff.Was != diff.Now
		for n, some := 0, true; some; n++ {
			some = false
			for _, endpoint := range to {
				e := &replayedEvent{document: d.ID, eventAt: eventAt{eventPlace(d.ID, n), endpoint}}
				e.now = events[FollowID(file, KindEvent, e.place, endpoint)]
				if e.now == nil {
					continue
				}
				some = true
				e.body = s.body(e.now.Body)
				differs, err := c.event(ctx, bodies, e, &diff)
				if err != nil {
					return err
				}
				changed = changed || differs
			}
		}
		c.keep(diff, changed)
	}
	return nil
}

// add puts what was made now into the digest.
func (c *comparison) add(values ...any) {
	fmt.Fprintf(c.digest, "%q\n", values)
}

// document compares what became of one.
func (c *comparison) document(d *Document) ReplayDocument {
	c.item.Documents++
	diff := ReplayDocument{Document: d.ID, Set: d.Type, Control: d.Control, Fields: []FieldChange{},
		Now: ReplayVerdict{d.State, d.Verdict, d.Agreement, d.Reason}}
	w := c.was[d.ID]
	if w == nil { // an envelope that was refused before its sets were looked at
		w = &Document{}
	}
	diff.Was = ReplayVerdict{w.State, w.Verdict, w.Agreement, w.Reason}
	if d.State == w.State { // the same cause in other words is no difference
		diff.Was.Reason = d.Reason
	}
	switch {
	case d.State == DocumentAccepted && w.State == DocumentQuarantined:
		c.item.Repairs++
	case d.State == DocumentAccepted && w.State == DocumentRejected:
		c.unrejected++
		c.block("document %s was refused to the partner, who sends it again when it is wanted", d.ID)
	case d.State != DocumentAccepted && w.State == DocumentAccepted:
		c.lost++
		c.block("document %s was handed on and would be %s now", d.ID, d.State)
	}
	return diff
}

func (c *comparison) block(format string, args ...any) {
	if c.item.Blocked == "" {
		c.item.Blocked = fmt.Sprintf(format, args...)
	}
}

// event compares one event with what was delivered in its place, and reports
// whether that would differ.
func (c *comparison) event(ctx context.Context, bodies Bodies, e *replayedEvent, diff *ReplayDocument) (bool, error) {
	if e.was = c.promoted[e.eventAt]; e.was == nil {
		e.was = c.effects[e.now.ID]
	}
	c.visited[e.now.ID] = true
	d := ReplayDelivery{Document: e.document, Endpoint: e.endpoint, Type: e.now.Set, Now: e.now.Key}
	switch {
	case e.was == nil:
		d.Change = "added"
		c.item.Added++
	case e.was.Key != e.now.Key:
		d.Change, d.Was = "changed", e.was.Key
		c.item.Changed++
		if diff.FieldsTotal == 0 {
			if err := fields(ctx, bodies, e, diff); err != nil {
				return false, err
			}
		}
	}
	if d.Change != "" && len(c.item.Deliveries) < maxReplayDeliveries {
		c.item.Deliveries = append(c.item.Deliveries, d)
	}
	if c.wants != nil && diff.Was.State == DocumentAccepted && diff.Now.State == DocumentAccepted {
		return d.Change != "", c.wants(e)
	}
	return d.Change != "", nil
}

// keep counts a document that differs.
func (c *comparison) keep(diff ReplayDocument, changed bool) {
	if !changed {
		return
	}
	c.item.Differing++
	if len(c.item.Details) < maxReplayDetails {
		c.item.Details = append(c.item.Details, diff)
	}
}

// end compares how the file as a whole ended, and what would not be made now.
func (c *comparison) end(r *Result) {
	c.item.Now = r.State
	c.add("end", r.State)
	c.item.Digest = hex.EncodeToString(c.digest.Sum(nil))
	for _, id := range slices.Sorted(maps.Keys(c.effects)) {
		e := c.effects[id]
		if e.Place != "" || c.visited[id] {
			continue
		}
		c.item.Removed++
		if len(c.item.Deliveries) < maxReplayDeliveries {
			c.item.Deliveries = append(c.item.Deliveries, ReplayDelivery{Endpoint: e.Endpoint, Type: e.Set, Change: "removed", Was: e.Key})
		}
	}
	if c.item.Differing > 0 || c.item.Removed > 0 || c.item.Was != c.item.Now {
		c.item.Outcome = ReplayChanged
	}
}

// maxEventBody bounds an event that is read to be compared: the greatest message
// is 32 MiB as it comes, and its document some times that.
const maxEventBody = 256 << 20

// fields lists the members that differ between what was delivered and what would
// be.
func fields(ctx context.Context, bodies Bodies, e *replayedEvent, diff *ReplayDocument) error {
	old, err := readBody(ctx, bodies, e.was.Body, maxEventBody)
	if err != nil {
		return err
	}
	was, err := members(old)
	if err != nil {
		return fmt.Errorf("event %s: %w", e.was.Key, err)
	}
	now, err := members(e.body)
	if err != nil {
		return fmt.Errorf("event %s: %w", e.now.Key, err)
	}
	pointers := map[string]bool{}
	for p := range was {
		pointers[p] = true
	}
	for p := range now {
		pointers[p] = true
	}
	for _, p := range slices.SortedFunc(maps.Keys(pointers), comparePointers) {
		if was[p] == now[p] {
			continue
		}
		diff.FieldsTotal++
		if len(diff.Fields) < maxReplayFields {
			diff.Fields = append(diff.Fields, FieldChange{p, shortValue(was[p]), shortValue(now[p])})
		}
	}
	return nil
}

// members gives the values of an event's data by JSON Pointer, as JSON.
func members(event []byte) (map[string]string, error) {
	var ev struct {
		Data json.RawMessage `json:"data"`
	}
	if err := json.Unmarshal(event, &ev); err != nil {
		return nil, err
	}
	dec := json.NewDecoder(bytes.NewReader(ev.Data))
	dec.UseNumber()
	var data any
	if err := dec.Decode(&data); err != nil {
		return nil, err
	}
	out := map[string]string{}
	flatten(out, "", data)
	return out, nil
}

func flatten(out map[string]string, at string, v any) {
	switch v := v.(type) {
	case map[string]any:
		for k, m := range v {
			flatten(out, at+"/"+strings.NewReplacer("~", "~0", "/", "~1").Replace(k), m)
		}
	case []any:
		for i, m := range v {
			flatten(out, at+"/"+strconv.Itoa(i), m)
		}
	default:
		text, err := json.Marshal(v)
		if err != nil {
			panic(err) // a value that was decoded
		}
		out[at] = string(text)
	}
}

// comparePointers orders pointers by their steps, indexes as numbers.
func comparePointers(a, b string) int {
	return slices.CompareFunc(strings.Split(a, "/"), strings.Split(b, "/"), func(a, b string) int {
		n, errA := strconv.Atoi(a)
		m, errB := strconv.Atoi(b)
		if errA == nil && errB == nil {
			return n - m
		}
		return strings.Compare(a, b)
	})
}

// shortValue cuts a value where it is shown.
func shortValue(s string) string {
	if len(s) <= maxReplayValue {
		return s
	}
	return strings.ToValidUTF8(s[:maxReplayValue], "") + "..."
}
