package bridge

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/edibridge/edibridge/archive"
	"github.com/edibridge/edibridge/canonical"
)

// Types of the events that say how an endpoint does.
const (
	eventFailed    = "edibridge.delivery.failed.v1"
	eventRecovered = "edibridge.delivery.recovered.v1"
)

// schemeEndpoint is the scheme of the key under which an endpoint's events are
// found: the newest of them says what others were told last, in whichever
// process.
const schemeEndpoint = "endpoint"

// alarmData is the data of an endpoint's event.
type alarmData struct {
	Endpoint     string     `json:"endpoint"`
	At           time.Time  `json:"at"`
	Transmission ID         `json:"transmission"` // whose attempt showed it
	Attempt      int        `json:"attempt"`
	By           string     `json:"by"` // the process
	Class        ErrorClass `json:"class,omitempty"`
	Error        string     `json:"error,omitempty"`
}

// alarm adds to the outcome of t's attempt the events that tell of an endpoint
// whose circuit opened or closed. f is nil when it closed. Nothing is told twice:
// not by a second process, and not by one that started anew.
func (b *Bridge) alarm(ctx context.Context, r *Result, t *Transmission, f *failure) error {
	cfg := b.o.Config()
	var to []string
	for _, e := range cfg.Alarms {
		if e != t.Endpoint { // it would not hear of it
			to = append(to, e)
		}
	}
	if len(to) == 0 {
		return nil
	}
	kind, data := eventRecovered, alarmData{Endpoint: t.Endpoint, At: b.now(), Transmission: t.ID, Attempt: t.Attempts, By: b.o.Owner}
	if f != nil {
		kind, data.Class, data.Error = eventFailed, f.class, f.err.Error()
	}
	last, err := b.lastAlarm(ctx, t.Endpoint)
	if err != nil {
		return err
	}
	if last == kind || last == "" && kind == eventRecovered {
		return nil
	}
	return b.tell(ctx, r, t, kind, data, to)
}

// lastAlarm is the type of the event that was told last of an endpoint.
func (b *Bridge) lastAlarm(ctx context.Context, endpoint string) (string, error) {
	ids, err := b.o.Store.Find(ctx, canonical.Key{Scheme: schemeEndpoint, Value: endpoint}, 1)
	if err != nil || len(ids) == 0 {
		return "", err
	}
	t, err := b.o.Store.Transmission(ctx, ids[0])
	return t.Set, err
}

// tell makes one event with one body for each of the endpoints to.
func (b *Bridge) tell(ctx context.Context, r *Result, t *Transmission, kind string, data alarmData, to []string) error {
	text, err := json.Marshal(data)
	if err != nil {
		return fmt.Errorf("event of endpoint %s: %w", t.Endpoint, err)
	}
	place := fmt.Sprintf("%s/%d", kind, t.Attempts)
	ev := canonical.NewEvent(canonical.EventSource{DocumentID: string(t.ID) + "/" + place, Time: data.At, Type: kind,
		Subject: schemeEndpoint + "/" + t.Endpoint, ArchiveID: t.Leaf, TraceParent: t.SpanContext().String()}, text)
	ev.Source = "/endpoints/" + t.Endpoint
	body, err := json.Marshal(ev)
	if err != nil {
		return fmt.Errorf("event of endpoint %s: %w", t.Endpoint, err)
	}
	var objects []archive.Object
	if objects, err = b.o.Bodies.PutAll(ctx, "", body); err != nil {
		return fmt.Errorf("event of endpoint %s: %w", t.Endpoint, err)
	}
	for i, e := range to {
		f := Transmission{ID: FollowID(t.ID, KindEvent, place, e), Direction: Out, Kind: KindEvent, State: Pending, Endpoint: e,
			Key: ev.ID, ContentType: eventMediaType, Body: objects[0], Causes: []ID{t.ID}, Ordinal: alarmOrdinal + i,
			Created: data.At, Changed: data.At, Lane: Urgent, OnDead: Pass, Set: kind, Config: b.o.Config().Digest, Retention: t.Retention,
			Keys: []canonical.Key{{Scheme: schemeEndpoint, Value: t.Endpoint}}}
		leaf := bodyLeaf(leafOf(f.Kind), &f, t.Leaf)
		f.Leaf = leaf.ID
		r.Follows, r.Leaves = append(r.Follows, f), append(r.Leaves, leaf)
	}
	return nil
}

// alarmOrdinal is behind those of all that a translation makes.
const alarmOrdinal = 1 << 50
