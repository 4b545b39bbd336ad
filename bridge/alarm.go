package bridge

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

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
	return b.tell(ctx, r, t, alarm{kind, data, to, []canonical.Key{{Scheme: schemeEndpoint, Value: t.Endpoint}}})
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

// alarm is an event about an endpoint.
type alarm struct {
	typ  string
	data alarmData
	to   []string        // endpoints
	keys []canonical.Key // under which it is found
}

// tell adds an alarm to the outcome of t's attempt.
func (b *Bridge) tell(ctx context.Context, r *Result, t *Transmission, a alarm) error {
	text, err := json.Marshal(a.data)
	if err != nil {
		return fmt.Errorf("event of endpoint %s: %w", t.Endpoint, err)
	}
	place := fmt.Sprintf("%s/%d", a.typ, t.Attempts)
	ev := canonical.NewEvent(canonical.EventSource{DocumentID: string(t.ID) + "/" + place, Time: a.data.At, Type: a.typ,
		Subject: schemeEndpoint + "/" + t.Endpoint, ArchiveID: t.Leaf, TraceParent: t.SpanContext().String()}, text)
	ev.Source = "/endpoints/" + t.Endpoint
	told, err := announcementOf(ev, a.to)
	if err != nil {
		return err
	}
	f := &told.event
	f.Causes, f.Keys, f.Retention, f.Config = []ID{t.ID}, a.keys, t.Retention, b.o.Config().Digest
	f.Ordinal, f.Created, f.Lane, f.OnDead = alarmOrdinal, a.data.At, Urgent, Pass
	follows, leaves, err := b.announce(ctx, told, t.ID, place, t.Leaf)
	r.Follows, r.Leaves = append(r.Follows, follows...), append(r.Leaves, leaves...)
	return err
}

// alarmOrdinal is behind those of all that a translation makes.
const alarmOrdinal = 1 << 50
