package main

import (
	"context"
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/transports"
)

// maxSendName bounds partner and agreement, maxSendKey the idempotency key, in
// bytes; a request has room for all of them.
const (
	maxSendName = 100
	maxSendKey  = 500
	// maxAnswers bounds how much one document answers, at maxSendName each.
	maxAnswers = 20
)

type sendRequest struct {
	By        string `json:"by"`
	Partner   string `json:"partner"`
	Agreement string `json:"agreement"` // "": the only one about documents of its kind
	Key       string `json:"key"`       // "": none
	// Answers are ids of transmissions, or traceparents of events; TraceParent is the
	// span of who sends, "" none.
	Answers     []string `json:"answers,omitempty"`
	TraceParent string   `json:"traceparent,omitempty"`
	Document    []byte   `json:"document"`
}

// sendStatus is what became of a document.
type sendStatus string

const (
	sendAccepted  sendStatus = "accepted"
	sendDuplicate sendStatus = "duplicate" // its key came before, with the same bytes
	sendRefused   sendStatus = "refused"
)

// sendResult is one line of "send".
type sendResult struct {
	ID     bridge.ID        `json:"id"` // of the Transmission; of a duplicate, the first one's
	Status sendStatus       `json:"status"`
	Errors []bridge.Problem `json:"errors"` // why it is refused
}

func (q sendRequest) check() error {
	for _, s := range []struct {
		what, text string
		most       int
	}{{"who sends", q.By, maxControlBy}, {"the partner", q.Partner, maxSendName},
		{"the agreement", q.Agreement, maxSendName}, {"the key", q.Key, maxSendKey}} {
		if len(s.text) > s.most || !utf8.ValidString(s.text) {
			return fmt.Errorf("%s has %d bytes of text; at most %d, in UTF-8", s.what, len(s.text), s.most)
		}
	}
	for _, a := range append([]string{q.TraceParent}, q.Answers...) {
		if len(a) > maxSendName || len(q.Answers) > maxAnswers || !utf8.ValidString(a) {
			return fmt.Errorf("it answers %d documents, one named in %d bytes; at most %d, of %d bytes each", len(q.Answers), len(a), maxAnswers, maxSendName)
		}
	}
	switch {
	case q.Partner == "":
		return errors.New("whom it is for has to be said")
	case len(q.Document) == 0:
		return errors.New("there is no document")
	}
	return nil
}

// submit takes documents in: the running bridge's way.
type submit func(context.Context, bridge.Submission) (transports.Receipt, error)

// hand gives a submission to the bridge and says what became of it. An error is
// a failure of ours.
func (s submit) hand(ctx context.Context, sub bridge.Submission) (sendResult, error) {
	r, err := s(ctx, sub)
	var refused *bridge.Refusal
	switch {
	case errors.As(err, &refused):
		return sendResult{Status: sendRefused, Errors: refused.Problems}, nil
	case errors.Is(err, bridge.ErrKeyReused):
		p := bridge.Problem{Rule: "bridge.send.key", Message: fmt.Sprintf("the key %q was used before, with another document", sub.Key)}
		return sendResult{Status: sendRefused, Errors: []bridge.Problem{p}}, nil
	case err != nil:
		return sendResult{}, err
	}
	status := sendAccepted
	if r.Status == transports.Duplicate {
		status = sendDuplicate
	}
	return sendResult{ID: bridge.ID(r.ID), Status: status, Errors: []bridge.Problem{}}, nil
}

// send carries out a sendRequest.
func (c callee) send(ctx context.Context, q sendRequest) (sendResult, error) {
	if n := int64(len(q.Document)); n > c.limit {
		return sendResult{}, refusal{fmt.Errorf("a document of %d bytes; at most %d", n, c.limit)}
	}
	return c.submit.hand(ctx, bridge.Submission{Peer: "control", By: q.By, Partner: q.Partner, Agreement: q.Agreement,
		Key: q.Key, Document: q.Document, Answers: q.Answers, TraceParent: q.TraceParent})
}
