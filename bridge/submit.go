package bridge

import (
	"bytes"
	"context"
	"github.com/edibridge/edibridge/edi"

	"github.com/edibridge/edibridge/transports"
)

// EndpointAPI is the endpoint that applications hand documents in by.
const EndpointAPI = "api"

// Submission is a canonical document that an application hands in.
type Submission struct {
	Peer      string // who hands it in, as authenticated
	By        string // the person, for the record; "" none
	Partner   string // whom it is for
	Agreement string // "": the only one about documents of its kind
	Key       string // idempotency key, "" none; see [Bridge.Accept]
	Document  []byte // its JSON
	// Answers are what it answers: ids of Transmissions, or the traceparent of events.
	// Its trace goes on with that of the first; the others are linked. None: with that
	// of the last document of its order.
	Answers []string
	// TraceParent is the span in which it is handed in, "" none: the parent before all
	// that it answers.
	TraceParent string
}

// Submit takes a document that is to go to a partner. It is held against the
// partner's guide at once: the error is a [*Refusal] with all reasons, and
// nothing is kept. Otherwise it is accepted as [Bridge.Accept] does, and leaves
// in an interchange with control numbers of its own.
func (b *Bridge) Submit(ctx context.Context, s Submission) (transports.Receipt, error) {
	cfg := b.o.Config()
	end := b.observe(StageMap)
	d, err := cfg.draft(s.Partner, s.Agreement, s.Document, 1)
	end()
	if err != nil {
		return transports.Receipt{}, err
	}
	trace, err := b.traceOf(ctx, &s, d)
	if err != nil {
		return transports.Receipt{}, err
	}
	del := &transports.Delivery{Endpoint: EndpointAPI, Peer: s.Peer, Key: s.Key, Size: int64(len(s.Document)),
		ContentType: "application/json", Body: bytes.NewReader(s.Document)}
	if s.By != "" {
		del.Header = map[string]string{"by": s.By}
	}
	return b.accept(ctx, cfg, del, Transmission{Kind: KindDocument, Partner: d.how.Partner, Agreement: d.how.Name, Lane: d.how.Lanes.Lane, Lift: d.how.Lanes.Aging.of(d.how.Lanes.Lane, b.now()),
		Ordered:  cfg.partner(d.how.Partner).Ordered,
		Standard: d.how.Standard, Set: d.how.Set, Mode: d.how.Mode, Keys: d.keys, Trace: trace})
}

// Preview gives the interchange that a document would leave in, with control
// numbers 1. Findings, of severity warning, say what of the document does not go
// with it; their paths are JSON Pointers. Nothing is kept or reserved. The error is
// a [*Refusal].
func (b *Bridge) Preview(s Submission) (interchange []byte, findings []edi.Finding, err error) {
	d, err := b.o.Config().draft(s.Partner, s.Agreement, s.Document, 1)
	if err != nil {
		return nil, nil, err
	}
	interchange, err = d.preview(b.now())
	return interchange, d.told, err
}
