package bridge

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/edibridge/edibridge/archive"
	"github.com/edibridge/edibridge/canonical"
	"github.com/edibridge/edibridge/edi"
)

// announcement is one event to any number of endpoints, with one id and one body.
type announcement struct {
	event Transmission // what it is to each of them
	to    []string     // endpoints
	body  []byte
}

// announcementOf is the announcement of an event; what the event does not say of
// its Transmissions is left to be said.
func announcementOf(ev canonical.Event, to []string) (announcement, error) {
	body, err := json.Marshal(ev)
	if err != nil {
		return announcement{}, fmt.Errorf("event %s of %s: %w", ev.Type, ev.Subject, err)
	}
	return announcement{to: to, body: body, event: Transmission{Kind: KindEvent, Key: ev.ID, ContentType: eventMediaType, Set: ev.Type,
		Partner: ev.Partner, Mode: edi.Mode(ev.EDIMode), OrderKey: ev.PartitionKey}}, nil
}

// eventMediaType is the media type of an event (CloudEvents 1.0, JSON format, 3).
const eventMediaType = "application/cloudevents+json; charset=utf-8"

// announce makes the follow-ups of what is no translation: due at once, with their
// body in the archive and the leaves that say so, which follow from parents. What
// it is about, the place within that and the endpoint give the ids.
func (b *Bridge) announce(ctx context.Context, a announcement, about ID, place string, parents ...string) ([]Transmission, []archive.Leaf, error) {
	if len(a.to) == 0 {
		return nil, nil, nil
	}
	objects, err := b.o.Bodies.PutAll(ctx, "", a.body)
	if b.check(err) != nil {
		return nil, nil, fmt.Errorf("event %s: %w", a.event.Set, err)
	}
	var follows []Transmission
	var leaves []archive.Leaf
	for _, to := range a.to {
		f := a.event
		f.ID, f.Endpoint = FollowID(about, f.Kind, place, to), to
		f.Direction, f.State, f.Body, f.Changed = Out, Pending, objects[0], f.Created
		leaf := bodyLeaf(leafOf(f.Kind), &f, parents...)
		f.Leaf = leaf.ID
		follows, leaves = append(follows, f), append(leaves, leaf)
	}
	return follows, leaves, nil
}

// announce makes follow-ups of a translation.
func (t *translation) announce(a announcement, place string) {
	if len(a.to) == 0 {
		return
	}
	at := t.body(a.body)
	for _, to := range a.to {
		f := a.event
		f.Endpoint = to
		t.follow(f, place, at)
	}
}
