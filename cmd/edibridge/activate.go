package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/edibridge/edibridge/bridge/sqlstore"
	"github.com/edibridge/edibridge/internal/config"
)

func activateCommand() *cobra.Command {
	var file, by, reason string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "activate",
		Short: "bring the files of the configuration into force",
		Long: `Check edibridge.yaml with everything beside it as one, and bring it into force as
one: in the running bridge of the data folder at once, in others on the same
database within seconds. Work that runs ends under the configuration that it
began with; sessions of partners go on. What differs is printed and kept, with
who and when ("edibridge config list"). What only a new start can change
(addresses and limits of listeners, the log) is said. Where no bridge runs it is
written into the store. SIGHUP does the same to a running bridge.

Exit status: 0 in force, 1 there are mistakes (nothing was changed), 2 it could
not be done.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return activate(cmd, activateRequest{File: file, By: by, Reason: strings.TrimSpace(reason)}, asJSON)
		},
	}
	configFlag(cmd, &file)
	cmd.Flags().StringVar(&by, "by", "", "who decides (default: the user of the operating system)")
	cmd.Flags().StringVar(&reason, "reason", "", "why, in one line")
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object")
	return cmd
}

// activateSeen is what "activate --json" and "check --against running --json" print.
type activateSeen struct {
	Digest    string           `json:"digest"`
	Before    string           `json:"before"` // in force until then; "" nothing
	Number    int64            `json:"number"` // of what is in force
	Unchanged bool             `json:"unchanged"`
	Changes   []differenceSeen `json:"changes"`
	Restart   []string         `json:"restart"`
	Problems  []problemSeen    `json:"problems"`
}

type differenceSeen struct {
	File    string `json:"file"`
	Subject string `json:"subject"`
	Field   string `json:"field"` // "": the subject as a whole
	Was     string `json:"was"`
	Is      string `json:"is"`
}

func activate(cmd *cobra.Command, q activateRequest, asJSON bool) (err error) {
	cfg, sys, err := config.Load(q.File)
	if problems, mistaken := errors.AsType[config.Problems](err); mistaken {
		return tellProblems(cmd.OutOrStdout(), q.File, problems, asJSON)
	}
	if err != nil {
		return err
	}
	if q.By, err = whoDecides(q.By); err != nil {
		return err
	}
	q.File = sys.File
	if err := q.check(); err != nil {
		return err
	}
	seen, err := differences(cmd.Context(), sys)
	if err != nil {
		return err
	}
	to, err := openDecider(cmd.Context(), cfg, sys, newLog(cmd.ErrOrStderr(), sys.Log))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, to.close()) }()
	var a activateResult
	if err := ask(cmd.Context(), to, callActivate, q, &a); err != nil {
		return err
	}
	seen.Number, seen.Unchanged, seen.Restart = a.Number, a.Unchanged, list(a.Restart)
	seen.tell(cmd.OutOrStdout(), asJSON, "is in force")
	return nil
}

// differences compares the files of a configuration with what is in force.
func differences(ctx context.Context, sys *config.System) (activateSeen, error) {
	seen := activateSeen{Digest: sys.Bundle.Digest(), Changes: []differenceSeen{}, Restart: []string{}, Problems: []problemSeen{}}
	store, err := openStore(ctx, sys, sqlstore.Options{ReadOnly: true})
	if err != nil {
		return seen, err
	}
	defer store.Close()
	before, changes, err := against(ctx, store, sys.Bundle)
	seen.Before, seen.Number, seen.Unchanged = before.Digest, before.Number, before.Digest == seen.Digest
	for _, c := range changes {
		seen.Changes = append(seen.Changes, differenceSeen(c))
	}
	return seen, err
}

// tell prints a comparison; how says what became of the files.
func (s *activateSeen) tell(w io.Writer, asJSON bool, how string) {
	if asJSON {
		fmt.Fprintf(w, "%s\n", marshal(s))
		return
	}
	for _, c := range s.Changes {
		fmt.Fprintln(w, config.Change(c))
	}
	switch {
	case s.Unchanged:
		fmt.Fprintf(w, "%.12s is in force; nothing differs\n", s.Digest)
	case s.Before == "":
		fmt.Fprintf(w, "%.12s %s; nothing was before\n", s.Digest, how)
	default:
		fmt.Fprintf(w, "%.12s %s; %s to %.12s\n", s.Digest, how, count(len(s.Changes), "difference"), s.Before)
	}
	for _, r := range s.Restart {
		fmt.Fprintf(w, "takes effect at the next start: %s\n", r)
	}
}

// tellProblems prints the mistakes of a configuration and ends with status 1.
func tellProblems(w io.Writer, file string, problems config.Problems, asJSON bool) error {
	seen := activateSeen{Changes: []differenceSeen{}, Restart: []string{}, Problems: []problemSeen{}}
	for _, p := range problems {
		seen.Problems = append(seen.Problems, problemSeen(p))
		if !asJSON {
			fmt.Fprintln(w, p)
		}
	}
	if asJSON {
		fmt.Fprintf(w, "%s\n", marshal(seen))
	} else {
		fmt.Fprintf(w, "%s: %s; nothing was changed\n", file, count(len(problems), "mistake"))
	}
	return &exitError{status: exitNo}
}
