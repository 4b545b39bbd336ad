package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"time"
	"unicode/utf8"

	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/transports"
)

// A document is handed in over the control socket as a line with a sendRequest
// and, behind it, Size bytes of the document. The answer is a line with a
// sendAnswer and, behind it, Size bytes of a sendResult.

// operationSend tells a sendRequest from decisions.
const operationSend bridge.OperationKind = "send"

// maxSendName bounds partner and agreement, maxSendKey the idempotency key, in
// bytes; controlLine has room for all of them.
const (
	maxSendName = 100
	maxSendKey  = 500
	// maxAnswers bounds how much one document answers, at maxSendName each.
	maxAnswers = 20
)

type sendRequest struct {
	Version   int                  `json:"version"`
	Operation bridge.OperationKind `json:"operation"` // send
	By        string               `json:"by"`
	Partner   string               `json:"partner"`
	Agreement string               `json:"agreement"` // "": the only one about documents of its kind
	Key       string               `json:"key"`       // "": none
	// Answers are ids of transmissions, or traceparents of events; TraceParent is the
	// span of who sends, "" none.
	Answers     []string `json:"answers,omitempty"`
	TraceParent string   `json:"traceparent,omitempty"`
	Size        int64    `json:"size"` // bytes of the document
}

type sendAnswer struct {
	controlAnswer
	Size int64 `json:"size"` // bytes of the result; 0 unless done
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

func (q *sendRequest) check(limit int64) error {
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
	case q.Version != controlVersion:
		return fmt.Errorf("a request of version %d; version %d is spoken here", q.Version, controlVersion)
	case q.Partner == "":
		return errors.New("whom it is for has to be said")
	case q.Size < 1 || q.Size > limit:
		return fmt.Errorf("a document of %d bytes; 1 to %d", q.Size, limit)
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

// takeDocument carries out the sendRequest of one line, whose document is still
// to be read, and gives the answer with the result behind it.
func (c *control) takeDocument(ctx context.Context, line []byte, from io.Reader) (controlStatus, []byte) {
	refuse := func(status controlStatus, err error) (controlStatus, []byte) {
		return status, append(marshal(sendAnswer{controlAnswer: answer(status, err.Error())}), '\n')
	}
	var q sendRequest
	if err := json.Unmarshal(line, &q); err != nil {
		return refuse(controlMalformed, fmt.Errorf("no request: %w", err))
	}
	if err := q.check(c.limit); err != nil {
		return refuse(controlMalformed, err)
	}
	document := make([]byte, q.Size)
	if _, err := io.ReadFull(from, document); err != nil {
		return refuse(controlMalformed, fmt.Errorf("half a document: %w", err))
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), c.patience)
	defer cancel()
	r, err := c.submit.hand(ctx, bridge.Submission{Peer: "control", By: q.By, Partner: q.Partner, Agreement: q.Agreement,
		Key: q.Key, Document: document, Answers: q.Answers, TraceParent: q.TraceParent})
	if err != nil {
		return refuse(controlFailed, err)
	}
	result := marshal(r)
	return controlDone, append(append(marshal(sendAnswer{answer(controlDone, ""), int64(len(result))}), '\n'), result...)
}

// isSend reports whether a request's line is a sendRequest.
func isSend(line []byte) bool {
	var q struct{ Operation bridge.OperationKind }
	return json.Unmarshal(line, &q) == nil && q.Operation == operationSend
}

// sender hands documents to the running bridge.
type sender struct {
	conn  net.Conn
	lines *bufio.Reader
}

// openSender reaches the running bridge of a data folder.
func openSender(ctx context.Context, data string) (*sender, error) {
	conn, err := dialControl(ctx, data)
	if err != nil {
		return nil, fmt.Errorf("no bridge runs over %s: %w", data, err)
	}
	return &sender{conn, bufio.NewReaderSize(conn, controlLine)}, nil
}

// send hands one document in. An error means that it is not known whether it was
// taken: with a key it can be sent again.
func (s *sender) send(ctx context.Context, q sendRequest, document []byte) (r sendResult, err error) {
	defer context.AfterFunc(ctx, func() { s.conn.SetDeadline(time.Unix(1, 0)) })()
	s.conn.SetDeadline(time.Now().Add(3 * controlPatience))
	if err := ctx.Err(); err != nil {
		return r, err
	}
	q.Version, q.Operation, q.Size = controlVersion, operationSend, int64(len(document))
	lost := func(err error) error {
		return fmt.Errorf("the bridge did not answer, and may have taken the document: %w", err)
	}
	if _, err := s.conn.Write(append(append(marshal(q), '\n'), document...)); err != nil {
		return r, lost(err)
	}
	line, err := s.lines.ReadSlice('\n')
	if err != nil {
		return r, lost(err)
	}
	var a sendAnswer
	if err := json.Unmarshal(line, &a); err != nil {
		return r, lost(err)
	}
	if a.Status != controlDone {
		return r, errors.New(a.Error)
	}
	result := make([]byte, a.Size)
	if _, err := io.ReadFull(s.lines, result); err != nil {
		return r, lost(err)
	}
	return r, json.Unmarshal(result, &r)
}

func (s *sender) close() error { return s.conn.Close() }
