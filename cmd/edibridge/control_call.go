package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/edibridge/edibridge/archive"
	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/transports"
)

// What has more to say than a decision is called over the control socket as a
// line with a callRequest and, behind it, Size bytes of JSON with its arguments.
// The answer is a line with a sendAnswer and, behind it, Size bytes of JSON with
// the result.

// operationCall tells a callRequest from decisions.
const operationCall bridge.OperationKind = "call"

type callRequest struct {
	Version   int                  `json:"version"`
	Operation bridge.OperationKind `json:"operation"` // call
	Name      callName             `json:"name"`
	Size      int64                `json:"size"` // bytes of the arguments
}

// callName says what is called.
type callName string

const (
	callReplayBegin   callName = "replay.begin"   // bridge.ReplayJob -> bridge.ReplayJob
	callReplayRecord  callName = "replay.record"  // bridge.ReplayRecord -> nothing
	callReplayPromote callName = "replay.promote" // bridge.PromoteOrder -> bridge.Promoted
	callRetell        callName = "view.retell"    // bridge.Retelling -> nothing
	callPrune         callName = "store.prune"    // bridge.Pruning -> nothing
	callPruneReplays  callName = "store.replays"  // pruneReplays -> int
	callResubmit      callName = "dead.resubmit"  // mendedBytes -> bridge.ID
)

// mendedBytes is a bridge.Mended with its bytes.
type mendedBytes struct {
	ID     bridge.ID `json:"transmission"`
	By     string    `json:"by"`
	Reason string    `json:"reason"`
	Body   []byte    `json:"body"`
}

// maxCall bounds the arguments of a call: JSON writes three bytes of a body as
// four, so that bodies of 48 MiB fit.
const maxCall = 64 << 20

// errRefused is what a call says no to; its text says why.
var errRefused = errors.New("refused")

// callee carries calls out.
type callee struct {
	bridge *bridge.Bridge
	store  interface {
		bridge.Replays
		bridge.Views
		bridge.Housekeeping
	}
}

// do carries one call out and gives its result. Refusals are errRefused.
func (c callee) do(ctx context.Context, name callName, args []byte) (result any, err error) {
	switch name {
	case callReplayBegin:
		var j bridge.ReplayJob
		if err = json.Unmarshal(args, &j); err == nil {
			result, err = c.store.BeginReplay(ctx, j)
		}
	case callReplayRecord:
		var r bridge.ReplayRecord
		if err = json.Unmarshal(args, &r); err == nil {
			err = c.store.RecordReplay(ctx, r)
		}
	case callReplayPromote:
		var o bridge.PromoteOrder
		if err = json.Unmarshal(args, &o); err == nil {
			result, err = c.bridge.Promote(ctx, o)
		}
	case callRetell:
		var r bridge.Retelling
		if err = json.Unmarshal(args, &r); err == nil {
			err = c.store.Retell(ctx, r)
		}
	case callPrune:
		var p bridge.Pruning
		if err = json.Unmarshal(args, &p); err == nil {
			err = c.store.Prune(ctx, p)
		}
	case callPruneReplays:
		var p pruneReplays
		if err = json.Unmarshal(args, &p); err == nil {
			result, err = c.store.PruneReplays(ctx, p.Before, p.Leaf)
		}
	case callResubmit:
		var m mendedBytes
		if err = json.Unmarshal(args, &m); err == nil {
			result, err = c.bridge.Resubmit(ctx, bridge.Mended{ID: m.ID, By: m.By, Reason: m.Reason, Body: bytes.NewReader(m.Body)})
		}
	default:
		err = fmt.Errorf("%w: there is nothing to call by the name of %.20q", errRefused, name)
	}
	for _, no := range []error{bridge.ErrNotFound, bridge.ErrConflict, transports.ErrRefused, transports.ErrTooLarge} {
		if errors.Is(err, no) {
			err = fmt.Errorf("%w: %w", errRefused, err)
		}
	}
	return result, err
}

// takeCall carries out the callRequest of one line, whose arguments are still to
// be read, and gives the answer with the result behind it.
func (c *control) takeCall(ctx context.Context, line []byte, from io.Reader) (controlStatus, []byte) {
	say := func(status controlStatus, text string) (controlStatus, []byte) {
		return status, append(marshal(sendAnswer{controlAnswer: answer(status, text)}), '\n')
	}
	var q callRequest
	err := json.Unmarshal(line, &q)
	switch {
	case err != nil:
		return say(controlMalformed, fmt.Sprintf("no request: %v", err))
	case q.Version != controlVersion:
		return say(controlMalformed, fmt.Sprintf("a request of version %d; version %d is spoken here", q.Version, controlVersion))
	case q.Size < 1 || q.Size > maxCall:
		return say(controlMalformed, fmt.Sprintf("arguments of %d bytes; 1 to %d", q.Size, maxCall))
	}
	args := make([]byte, q.Size)
	if _, err := io.ReadFull(from, args); err != nil {
		return say(controlMalformed, fmt.Sprintf("half a call: %v", err))
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), c.patience)
	defer cancel()
	result, err := c.callee.do(ctx, q.Name, args)
	switch {
	case errors.Is(err, errRefused):
		return say(controlRefused, err.Error())
	case err != nil:
		return say(controlFailed, err.Error())
	}
	text := marshal(result)
	return controlDone, append(append(marshal(sendAnswer{answer(controlDone, ""), int64(len(text))}), '\n'), text...)
}

// isCall reports whether a request's line is a callRequest.
func isCall(line []byte) bool {
	var q struct{ Operation bridge.OperationKind }
	return json.Unmarshal(line, &q) == nil && q.Operation == operationCall
}

// call asks the running bridge. An error that is not errRefused means that it is
// not known whether it was done.
func (r *remote) call(ctx context.Context, name callName, args, result any) error {
	defer context.AfterFunc(ctx, func() { r.conn.SetDeadline(time.Unix(1, 0)) })()
	r.conn.SetDeadline(time.Now().Add(3 * controlPatience))
	if err := ctx.Err(); err != nil {
		return err
	}
	text := marshal(args)
	if len(text) > maxCall {
		return fmt.Errorf("%w: arguments of %d bytes; at most %d", errRefused, len(text), maxCall)
	}
	head := marshal(callRequest{controlVersion, operationCall, name, int64(len(text))})
	if _, err := r.conn.Write(append(append(head, '\n'), text...)); err != nil {
		return fmt.Errorf("the bridge did not answer: %w", err)
	}
	a, err := readAnswer(r.lines)
	switch {
	case err != nil:
		return fmt.Errorf("the bridge did not answer: %w", err)
	case a.Status == controlRefused:
		return fmt.Errorf("%w: %s", errRefused, a.Error)
	case a.Status != controlDone:
		return errors.New(a.Error)
	}
	said := make([]byte, a.Size)
	if _, err := io.ReadFull(r.lines, said); err != nil {
		return fmt.Errorf("the bridge did not answer: %w", err)
	}
	if result == nil {
		return nil
	}
	return json.Unmarshal(said, result)
}

// readAnswer reads the line of an answer.
func readAnswer(lines *bufio.Reader) (a sendAnswer, err error) {
	line, err := lines.ReadSlice('\n')
	if err == nil {
		err = json.Unmarshal(line, &a)
	}
	return a, err
}

// call carries it out in this process.
func (s *standIn) call(ctx context.Context, name callName, args, result any) error {
	b := bridge.New(bridge.Options{Store: s.store, Bodies: archive.New(s.dir, archive.Options{Known: s.store.Body}),
		Config: func() *bridge.Configuration { return s.cfg }, Log: s.log})
	r, err := callee{b, s.store}.do(ctx, name, marshal(args))
	if err != nil || result == nil {
		return err
	}
	return json.Unmarshal(marshal(r), result)
}
