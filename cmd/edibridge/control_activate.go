package main

import (
	"context"
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/edibridge/edibridge/internal/config"
)

// maxControlFile bounds the path of a configuration, in bytes.
const maxControlFile = 4 << 10

// activateRequest asks for the files at a path to be brought into force. The
// running bridge reads them itself.
type activateRequest struct {
	File   string `json:"file"` // absolute path of edibridge.yaml
	By     string `json:"by"`
	Reason string `json:"reason"` // may be empty
}

// activateResult is what came of it.
type activateResult struct {
	Number    int64    `json:"number"`    // of the activation
	Unchanged bool     `json:"unchanged"` // they were in force already
	Restart   []string `json:"restart"`   // what takes effect at the next start
}

func (q activateRequest) check() error {
	if q.File == "" || len(q.File) > maxControlFile || !utf8.ValidString(q.File) {
		return fmt.Errorf("%.40q is no path of a configuration", q.File)
	}
	return decisionOf{q.By, q.Reason}.fits()
}

// asked brings files into force in the running bridge.
func (l *live) asked(ctx context.Context, q activateRequest) (activateResult, error) {
	a, err := l.activate(ctx, q.File, decisionOf{q.By, q.Reason})
	_, mistaken := errors.AsType[config.Problems](err)
	if mistaken || errors.Is(err, errRestart) {
		err = refusal{err}
	}
	return activateResult{a.Number, a.Unchanged, a.Restart}, err
}

// activate writes files into the store where no bridge runs.
func (s *standIn) activate(ctx context.Context, q activateRequest) (a activateResult, err error) {
	cfg, sys, err := config.Load(q.File)
	if err != nil {
		return a, err
	}
	active, err := s.store.Active(ctx)
	if err == nil && active.Digest == cfg.Digest {
		return activateResult{Number: active.Number, Unchanged: true}, nil
	}
	made, err := put(ctx, s.store, sys.Bundle, decisionOf{q.By, q.Reason})
	return activateResult{Number: made.Number}, err
}
