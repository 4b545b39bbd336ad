package main

import (
	"errors"
	"fmt"
	"os/user"
	"strings"

	"github.com/spf13/cobra"

	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/internal/config"
)

// decision is what "dead retry" and "dead discard" are asked for.
type decision struct {
	file   string
	kind   bridge.OperationKind
	past   string // what is said when it is done
	by     string
	reason string
	asJSON bool
}

// decided is one line of "dead retry --json" and "dead discard --json".
type decided struct {
	Transmission bridge.ID            `json:"transmission"`
	Operation    bridge.OperationKind `json:"operation"`
	Status       controlStatus        `json:"status"` // done, refused
	Error        string               `json:"error"`
}

// howAsked is said of all commands that change what is stored.
const howAsked = `
A running bridge is asked through the control socket in its data folder; where
none runs, this command locks the data folder and does it itself.
`

// howDecided is said of both commands.
const howDecided = howAsked + `Reason and who decided stand in the bridge's log, and in "dead show" until the
next attempt. One that is refused does not keep the others from being done.

Exit status: 0 all done, 1 one is unknown or in another state, 2 it could not be
done (no data folder, no permission, no answer).`

func deadRetryCommand() *cobra.Command {
	return decideCommand(decision{kind: bridge.Retry, past: "retried"},
		"try dead deliveries again, translate what is quarantined again", `Deliver again what is dead, at once and with all its attempts before it, under
the same identity: a receiver that honours ids takes it once. What waits behind
it goes out after it. Translate again what is quarantined, from its beginning and
under the configuration that is in force now: what was answered before stays as it
is, and what it comes to now is answered anew.
`)
}

func deadDiscardCommand() *cobra.Command {
	return decideCommand(decision{kind: bridge.Discard, past: "discarded"},
		"let go what is dead, pending or quarantined", `Let go what is dead, pending or quarantined: it will never be delivered or
translated, and holds nothing up any more. Its bytes stay in the archive. This
cannot be taken back.
`)
}

func deadCloseCommand() *cobra.Command {
	return decideCommand(decision{kind: bridge.Close, past: "closed"},
		"wait no longer for an acknowledgment, or be done with a rejection", `Close what "dead list" tells of the acknowledgments of a transmission: wait no
longer for what is overdue, or be done with what the partner rejected. An
acknowledgment that comes all the same is taken.
`)
}

func decideCommand(d decision, short, long string) *cobra.Command {
	cmd := &cobra.Command{
		Use:   string(d.kind) + " TRANSMISSION... --reason TEXT",
		Short: short,
		Long:  long + howDecided,
		Args:  cobra.MinimumNArgs(1),
		RunE:  func(cmd *cobra.Command, ids []string) error { return d.run(cmd, ids) },
	}
	configFlag(cmd, &d.file)
	cmd.Flags().StringVar(&d.reason, "reason", "", "why, in one line (required)")
	cmd.Flags().StringVar(&d.by, "by", "", "who decides (default: the user of the operating system)")
	cmd.Flags().BoolVar(&d.asJSON, "json", false, "one JSON object each")
	return cmd
}

// run carries out the decision about each transmission, in their order.
func (d *decision) run(cmd *cobra.Command, ids []string) (err error) {
	requests, err := d.requests(ids)
	if err != nil {
		return err
	}
	cfg, sys, err := config.Load(d.file)
	if err != nil {
		return err
	}
	to, err := openDecider(cmd.Context(), cfg, sys, newLog(cmd.ErrOrStderr(), sys.Log))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, to.close()) }()
	some := false
	for _, q := range requests {
		err := ask(cmd.Context(), to, callDecide, q, nil)
		_, refused := errors.AsType[refusal](err)
		if err != nil && !refused {
			return fmt.Errorf("%s: %w", q.Transmission, err)
		}
		some = some || refused
		d.tell(cmd, q, err)
	}
	if some {
		return &exitError{status: exitNo}
	}
	return nil
}

// requests are the decisions as they are asked for: all are sound, or none is.
func (d *decision) requests(ids []string) ([]decideRequest, error) {
	if strings.TrimSpace(d.reason) == "" {
		return nil, errors.New("--reason is needed: why, in one line")
	}
	by, err := whoDecides(d.by)
	if err != nil {
		return nil, err
	}
	var qs []decideRequest
	for _, id := range ids {
		q := decideRequest{Operation: d.kind, Transmission: bridge.ID(strings.ToUpper(id)), By: by, Reason: strings.TrimSpace(d.reason)}
		if err := q.check(); err != nil {
			return nil, err
		}
		qs = append(qs, q)
	}
	return qs, nil
}

// whoDecides is who was named, or the user of the operating system.
func whoDecides(by string) (string, error) {
	if by != "" {
		return by, nil
	}
	u, err := user.Current()
	if err != nil {
		return "", fmt.Errorf("--by is needed: %w", err)
	}
	return u.Username, nil
}

// tell says that a decision was carried out, or what it was refused for.
func (d *decision) tell(cmd *cobra.Command, q decideRequest, refused error) {
	seen := decided{q.Transmission, q.Operation, controlDone, ""}
	if refused != nil {
		seen.Status, seen.Error = controlRefused, refused.Error()
	}
	switch {
	case d.asJSON:
		fmt.Fprintf(cmd.OutOrStdout(), "%s\n", marshal(seen))
	case refused == nil:
		fmt.Fprintf(cmd.OutOrStdout(), "%s  %s\n", q.Transmission, d.past)
	default:
		fmt.Fprintf(cmd.ErrOrStderr(), "edibridge: %s: %s\n", q.Transmission, seen.Error)
	}
}
