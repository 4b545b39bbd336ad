package bridge

import (
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/edibridge/edibridge/canonical"
)

// events makes the events of an accepted document: one that says that it came
// in, and those of the life cycle that it means (an order shipped). Of each there
// is one Transmission for each endpoint of the agreement, with one event id and
// one body.
func (t *translation) events(d *Document, a *Agreement, doc canonical.Document, data json.RawMessage) error {
	if len(a.Events) == 0 {
		return nil
	}
	own := canonical.Occasion{Type: canonical.EventType(doc), Subject: canonical.Subject(doc)}
	if err := t.occasion(d, a, doc, own, eventPlace(d.ID, 0), data); err != nil {
		return err
	}
	for i, o := range canonical.LifeCycle(doc) {
		if err := t.occasion(d, a, doc, o, eventPlace(d.ID, i+1), data); err != nil {
			return err
		}
	}
	return nil
}

// eventPlace is the place of a document's nth event within its Transmission: 0
// for its own, from 1 those of the life cycle.
func eventPlace(document string, n int) string {
	if n == 0 {
		return document
	}
	return document + "/" + strconv.Itoa(n)
}

// occasion makes one event to all endpoints of the agreement. Its data is the
// document, whatever it is about.
func (t *translation) occasion(d *Document, a *Agreement, doc canonical.Document, o canonical.Occasion, place string, data json.RawMessage) error {
	ev := canonical.NewEvent(canonical.EventSource{
		Partner: d.Partner, Agreement: d.Agreement, DocumentID: d.ID,
		Interchange: d.InterchangeControl, Group: d.GroupControl, Transaction: d.Control,
		Mode: string(d.Mode), ArchiveID: t.tr.Leaf, TraceParent: t.tr.SpanContext().String(),
		PartitionKey: d.Partner + "/" + o.Subject, MapVersion: d.Mapping, Time: t.tr.Created,
		Type: o.Type, Subject: o.Subject, DataSchema: canonical.SchemaURI(doc.Kind()),
	}, data)
	told, err := announcementOf(ev, a.Events)
	if err != nil {
		return fmt.Errorf("translate %s: %w", t.tr.ID, err)
	}
	f, lane := &told.event, a.Lanes.of(d.Keys)
	f.Agreement, f.Standard, f.Control, f.Keys = d.Agreement, d.Standard, d.Control, d.Keys
	f.OnDead, f.Lane, f.Lift, f.Retention = a.OnDead, lane, a.Lanes.Aging.of(lane, t.tr.Created), a.Retention
	t.announce(told, place)
	return nil
}
