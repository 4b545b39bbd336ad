package bridge

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"github.com/edibridge/edibridge/canonical"
)

// events makes one event of an accepted document for each endpoint of its
// agreement: N Transmissions with one event id and one body.
func (t *translation) events(d *Document, a *Agreement, doc canonical.Document, data json.RawMessage) error {
	if len(a.Events) == 0 {
		return nil
	}
	subject := canonical.Subject(doc)
	partition := d.Partner + "/" + subject
	ev := canonical.NewEvent(canonical.EventSource{
		Partner: d.Partner, Agreement: d.Agreement, DocumentID: d.ID,
		Interchange: d.InterchangeControl, Group: d.GroupControl, Transaction: d.Control,
		Mode: string(d.Mode), ArchiveID: t.tr.Leaf, TraceParent: traceParent(t.tr.ID, d.ID),
		PartitionKey: partition, MapVersion: d.Mapping, Time: t.tr.Created,
		Type: canonical.EventType(doc), Subject: subject,
	}, data)
	body, err := json.Marshal(ev)
	if err != nil {
		return fmt.Errorf("event of %s: %w", d.ID, err)
	}
	at := t.body(body)
	for _, to := range a.Events {
		t.follow(Transmission{
			Kind: KindEvent, Endpoint: to, Partner: d.Partner, Agreement: d.Agreement,
			Key: ev.ID, ContentType: "application/cloudevents+json; charset=utf-8",
			OrderKey: partition, OnDead: a.OnDead,
			Standard: d.Standard, Set: ev.Type, Control: d.Control, Mode: d.Mode,
			Keys: d.Keys,
		}, d.ID, at)
	}
	return nil
}

// traceParent is a W3C Trace Context traceparent: the trace is what came in,
// the span its document, both computed, so that a second translation continues
// the same trace.
func traceParent(t ID, document string) string {
	trace, span := sha256.Sum256([]byte("trace "+string(t))), sha256.Sum256([]byte("span "+document))
	return "00-" + hex.EncodeToString(trace[:16]) + "-" + hex.EncodeToString(span[:8]) + "-01"
}
