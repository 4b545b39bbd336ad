package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/transports"
)

// callName says what is called.
type callName string

const (
	callDecide        callName = "dead.decide"    // decideRequest -> nothing
	callResubmit      callName = "dead.resubmit"  // mendedBytes -> bridge.ID
	callRenumber      callName = "control.set"    // renumberRequest -> nothing
	callSend          callName = "send"           // sendRequest -> sendResult
	callActivate      callName = "activate"       // activateRequest -> activateResult
	callReplayBegin   callName = "replay.begin"   // bridge.ReplayJob -> bridge.ReplayJob
	callReplayRecord  callName = "replay.record"  // bridge.ReplayRecord -> nothing
	callReplayPromote callName = "replay.promote" // bridge.PromoteOrder -> bridge.Promoted
	callRetell        callName = "view.retell"    // bridge.Retelling -> nothing
	callPrune         callName = "store.prune"    // bridge.Pruning -> nothing
	callPruneReplays  callName = "store.replays"  // pruneReplays -> int
)

// mendedBytes is a bridge.Mended with its bytes.
type mendedBytes struct {
	ID     bridge.ID `json:"transmission"`
	By     string    `json:"by"`
	Reason string    `json:"reason"`
	Body   []byte    `json:"body"`
}

// refusal is what a call says no to, and why: nothing was changed.
type refusal struct{ error }

func (r refusal) Unwrap() error { return r.error }

// callee carries calls out.
type callee struct {
	ground ground
	bridge *bridge.Bridge
	store  interface {
		bridge.Replays
		bridge.Views
		bridge.Housekeeping
	}
	submit   submit
	limit    int64 // bytes of a document that is sent
	activate func(context.Context, activateRequest) (activateResult, error)
}

// do carries one call out and gives its result. What it says no to is a refusal.
func (c callee) do(ctx context.Context, name callName, args []byte) (any, error) {
	carry, known := c.calls()[name]
	if !known {
		return nil, fmt.Errorf("%w: there is nothing to call by the name of %.20q", errMalformed, name)
	}
	result, err := carry(ctx, args)
	for _, no := range []error{bridge.ErrNotFound, bridge.ErrConflict, transports.ErrRefused, transports.ErrTooLarge} {
		if _, said := errors.AsType[refusal](err); !said && errors.Is(err, no) {
			err = refusal{err}
		}
	}
	return result, err
}

// call carries out what arguments ask for.
type call func(ctx context.Context, args []byte) (any, error)

// calls are all that can be called.
func (c callee) calls() map[callName]call {
	return map[callName]call{
		callDecide:        done(c.ground.decide),
		callResubmit:      told(c.resubmit),
		callRenumber:      done(c.ground.decideNumber),
		callSend:          told(c.send),
		callActivate:      told(c.activate),
		callReplayBegin:   told(c.store.BeginReplay),
		callReplayRecord:  done(c.store.RecordReplay),
		callReplayPromote: told(c.bridge.Promote),
		callRetell:        done(c.store.Retell),
		callPrune:         done(c.store.Prune),
		callPruneReplays:  told(c.pruneReplays),
	}
}

// told is a call with a result. Arguments that have a check are checked by it.
func told[A, R any](do func(context.Context, A) (R, error)) call {
	return func(ctx context.Context, text []byte) (any, error) {
		var args A
		err := json.Unmarshal(text, &args)
		if checked, ok := any(args).(interface{ check() error }); ok && err == nil {
			err = checked.check()
		}
		if err != nil {
			return nil, fmt.Errorf("%w: %w", errMalformed, err)
		}
		return do(ctx, args)
	}
}

// done is a call without one.
func done[A any](do func(context.Context, A) error) call {
	return told(func(ctx context.Context, args A) (any, error) { return nil, do(ctx, args) })
}

func (c callee) resubmit(ctx context.Context, m mendedBytes) (bridge.ID, error) {
	return c.bridge.Resubmit(ctx, bridge.Mended{ID: m.ID, By: m.By, Reason: m.Reason, Body: bytes.NewReader(m.Body)})
}

func (c callee) pruneReplays(ctx context.Context, p pruneReplays) (int, error) {
	return c.store.PruneReplays(ctx, p.Before, p.Leaf)
}
