package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/internal/config"
)

// operationActivate tells an activateRequest from decisions.
const operationActivate bridge.OperationKind = "activate"

// maxControlFile bounds the path of a configuration, in bytes.
const maxControlFile = 4 << 10

// activateRequest asks the running bridge to bring the files at a path into
// force. It reads them itself: a request has room for names, not for files.
type activateRequest struct {
	Version   int                  `json:"version"`
	Operation bridge.OperationKind `json:"operation"` // activate
	File      string               `json:"file"`      // absolute path of edibridge.yaml
	By        string               `json:"by"`
	Reason    string               `json:"reason"`
}

type activateAnswer struct {
	controlAnswer
	Number    int64    `json:"number"` // of the activation
	Unchanged bool     `json:"unchanged"`
	Restart   []string `json:"restart"` // what takes effect at the next start
}

// activator brings files into force: the running bridge's way.
type activator func(ctx context.Context, file string, d decisionOf) (activated, error)

func (q *activateRequest) check() error {
	switch {
	case q.Version != controlVersion:
		return fmt.Errorf("a request of version %d; version %d is spoken here", q.Version, controlVersion)
	case q.File == "" || len(q.File) > maxControlFile || len(q.By) > maxControlBy || len(q.Reason) > maxReason:
		return errors.New("a text is missing or too long")
	case !utf8.ValidString(q.File + q.By + q.Reason):
		return errors.New("not UTF-8")
	}
	return nil
}

// isActivate reports whether a request's line is an activateRequest.
func isActivate(line []byte) bool {
	var q struct{ Operation bridge.OperationKind }
	return json.Unmarshal(line, &q) == nil && q.Operation == operationActivate
}

// takeFiles carries out the activateRequest of one line.
func (c *control) takeFiles(ctx context.Context, line []byte) (controlStatus, []byte) {
	say := func(a activateAnswer) (controlStatus, []byte) { return a.Status, append(marshal(a), '\n') }
	var q activateRequest
	if err := json.Unmarshal(line, &q); err != nil {
		return say(activateAnswer{controlAnswer: answer(controlMalformed, err.Error())})
	}
	if err := q.check(); err != nil {
		return say(activateAnswer{controlAnswer: answer(controlMalformed, err.Error())})
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), c.patience)
	defer cancel()
	a, err := c.activate(ctx, q.File, decisionOf{q.By, q.Reason})
	if err != nil {
		status := controlFailed
		_, mistaken := errors.AsType[config.Problems](err)
		if mistaken || errors.Is(err, errRestart) || errors.Is(err, bridge.ErrConflict) {
			status = controlRefused
		}
		return say(activateAnswer{controlAnswer: answer(status, err.Error())})
	}
	out := activateAnswer{controlAnswer: answer(controlDone, ""), Number: a.Number, Unchanged: a.Unchanged}
	for _, r := range a.Restart { // so that the answer fits into a line
		out.Restart = append(out.Restart, r[:min(len(r), maxControlError)])
	}
	return say(out)
}

// activate asks the running bridge for it.
func (r *remote) activate(ctx context.Context, q activateRequest) (a activateAnswer, err error) {
	defer context.AfterFunc(ctx, func() { r.conn.SetDeadline(time.Unix(1, 0)) })()
	r.conn.SetDeadline(time.Now().Add(3 * controlPatience))
	if err := ctx.Err(); err != nil {
		return a, err
	}
	q.Version, q.Operation = controlVersion, operationActivate
	_, err = r.conn.Write(append(marshal(q), '\n'))
	if err == nil {
		var line []byte
		if line, err = r.lines.ReadSlice('\n'); err == nil {
			err = json.Unmarshal(line, &a)
		}
	}
	if err != nil {
		return a, fmt.Errorf("the bridge did not answer (\"config list\" tells whether it was done): %w", err)
	}
	return a, nil
}

// activate writes it into the store where no bridge runs.
func (s *standIn) activate(ctx context.Context, q activateRequest) (a activateAnswer, err error) {
	cfg, sys, err := config.Load(q.File)
	if err != nil {
		return a, err
	}
	a.controlAnswer = answer(controlDone, "")
	active, err := s.store.Active(ctx)
	if err == nil && active.Digest == cfg.Digest {
		a.Unchanged, a.Number = true, active.Number
		return a, nil
	}
	made, err := put(ctx, s.store, sys.Bundle, decisionOf{q.By, q.Reason})
	a.Number = made.Number
	return a, err
}
