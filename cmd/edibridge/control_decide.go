package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/edibridge/edibridge/bridge"
)

// Bounds of what is said of a decision, in bytes: it stands in the log for ever.
const (
	maxControlID   = 64
	maxControlBy   = 100
	maxControlName = 100 // of a series
	maxReason      = 1000
)

// decideRequest asks for one decision about one Transmission.
type decideRequest struct {
	Operation    bridge.OperationKind `json:"operation"` // retry, discard, close
	Transmission bridge.ID            `json:"transmission"`
	By           string               `json:"by"`
	Reason       string               `json:"reason"`
}

// check refuses what cannot be asked for, whoever asks.
func (q decideRequest) check() error {
	switch {
	case q.Operation != bridge.Retry && q.Operation != bridge.Discard && q.Operation != bridge.Close:
		return fmt.Errorf("there is no operation %.20q", q.Operation)
	case q.Transmission == "" || len(q.Transmission) > maxControlID:
		return fmt.Errorf("%.20q is no transmission's id", q.Transmission)
	}
	return errors.Join(oneLine(string(q.Transmission)), decisionOf{q.By, q.Reason}.check())
}

// check refuses a decision of which it is not said who made it and why.
func (d decisionOf) check() error {
	switch {
	case strings.TrimSpace(d.by) == "":
		return errors.New("who decides has to be said")
	case strings.TrimSpace(d.reason) == "":
		return errors.New("a reason has to be given")
	}
	return d.fits()
}

// fits refuses what is too long to be kept.
func (d decisionOf) fits() error {
	switch {
	case len(d.by) > maxControlBy:
		return fmt.Errorf("who decides has %d bytes; at most %d", len(d.by), maxControlBy)
	case len(d.reason) > maxReason:
		return fmt.Errorf("the reason has %d bytes; at most %d", len(d.reason), maxReason)
	}
	return errors.Join(oneLine(d.by), oneLine(d.reason))
}

func oneLine(s string) error {
	if !utf8.ValidString(s) || strings.ContainsFunc(s, unicode.IsControl) {
		return fmt.Errorf("%.40q is no line of text", s)
	}
	return nil
}

// ground is what decisions are carried out on.
type ground struct {
	operate  func(context.Context, bridge.Operation) error
	renumber func(context.Context, bridge.Renumbering) error
	find     func(context.Context, bridge.ID) (bridge.Transmission, error)
}

// decide carries out a decision.
func (g ground) decide(ctx context.Context, q decideRequest) error {
	err := g.operate(ctx, bridge.NewOperation(q.Operation, q.Transmission, q.By, q.Reason, time.Now()))
	switch {
	case errors.Is(err, bridge.ErrNotFound):
		return refusal{errors.New("there is no such transmission")}
	case errors.Is(err, bridge.ErrConflict):
		return refusal{g.conflict(ctx, q)}
	}
	return err
}

// conflict says in which state the Transmission is and which would do.
func (g ground) conflict(ctx context.Context, q decideRequest) error {
	only := "only what is dead or quarantined can be retried"
	switch q.Operation {
	case bridge.Discard:
		only = "only what is dead, pending or quarantined can be discarded"
	case bridge.Close:
		only = "only an acknowledgment that is overdue, or rejects, can be closed"
	}
	t, err := g.find(ctx, q.Transmission)
	if err != nil {
		return errors.New(only)
	}
	return fmt.Errorf("it is %s; %s", t.State, only)
}
