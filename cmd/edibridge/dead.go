package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/bridge/sqlstore"
	"github.com/edibridge/edibridge/edi"
)

func deadCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "dead",
		Short: "see and decide what waits for a person: dead letters, quarantine, acknowledgments",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(deadListCommand(), deadShowCommand(), deadRetryCommand(), deadDiscardCommand(), deadCloseCommand(), deadEditCommand(), deadResubmitCommand())
	return cmd
}

// deadSeen is one line of "dead list --json".
type deadSeen struct {
	Transmission bridge.ID        `json:"transmission"`
	State        bridge.State     `json:"state"`
	Direction    bridge.Direction `json:"direction"`
	Kind         bridge.Kind      `json:"kind"`
	Partner      string           `json:"partner"`
	Endpoint     string           `json:"endpoint"`
	Peer         string           `json:"peer"`
	Name         string           `json:"name"`
	Set          string           `json:"set"`
	Control      string           `json:"control"`
	Attempts     int              `json:"attempts"`
	Since        time.Time        `json:"since"`
	Reason       string           `json:"reason"`
}

func seeDead(t *bridge.Transmission) deadSeen {
	return deadSeen{t.ID, t.State, t.Direction, t.Kind, t.Partner, t.Endpoint, t.Peer, t.Name, t.Set, t.Control, t.Attempts, t.Changed, t.Reason}
}

func deadListCommand() *cobra.Command {
	var (
		file   string
		asJSON bool
		limit  int
	)
	cmd := &cobra.Command{
		Use:   "list",
		Short: "list them, oldest first",
		Long: `List what waits for a person: what is dead or quarantined, and behind that what
was sent and whose acknowledgment is overdue, or rejects it ("edibridge expect
list" tells more of these).`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return withStore(cmd.Context(), file, func(q bridge.Query) error {
				found, err := q.List(cmd.Context(), bridge.ListQuery{States: []bridge.State{bridge.Dead, bridge.Quarantined}, Limit: limit})
				if err != nil {
					return err
				}
				owed, err := deadExpectations(cmd, q, limit)
				if err != nil {
					return err
				}
				found = append(found, owed...)
				found = found[:min(len(found), limit)]
				for i := range found {
					writeDead(cmd.OutOrStdout(), &found[i], asJSON)
				}
				if len(found) == 0 && !asJSON {
					fmt.Fprintln(cmd.OutOrStdout(), "nothing waits for a person")
				}
				return nil
			})
		},
	}
	configFlag(cmd, &file)
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object each")
	cmd.Flags().IntVar(&limit, "limit", 1000, "how many at most")
	return cmd
}

func writeDead(w io.Writer, t *bridge.Transmission, asJSON bool) {
	if asJSON {
		fmt.Fprintf(w, "%s\n", marshal(seeDead(t)))
		return
	}
	fmt.Fprintf(w, "%s  %s  %-11s %-3s %s\n", t.ID, t.Changed.Local().Format("2006-01-02 15:04:05"), t.State, t.Direction,
		strings.Join(strings.Fields(strings.Join([]string{t.Partner, t.Endpoint, t.Name, t.Set, t.Control}, " ")), " "))
	if t.Reason != "" {
		fmt.Fprintf(w, "   %s\n", t.Reason)
	}
}

// deadDetail is what "dead show --json" prints.
type deadDetail struct {
	deadSeen
	SHA256    string            `json:"sha256"`
	Size      int64             `json:"size"`
	Causes    []bridge.ID       `json:"causes"`
	Findings  []edi.Finding     `json:"findings"`
	Documents []documentSeen    `json:"documents"`
	Evidence  []bridge.Evidence `json:"evidence"`
	LastWords string            `json:"lastWords"` // what the peer said last, as text; "" nothing
}

type documentSeen struct {
	ID       string               `json:"id"`
	Set      string               `json:"set"`
	Control  string               `json:"control"`
	State    bridge.DocumentState `json:"state"`
	Reason   string               `json:"reason"`
	Findings []edi.Finding        `json:"findings"`
}

// shownDocuments bounds how many documents of a file "dead show" lists.
const shownDocuments = 1000

func deadShowCommand() *cobra.Command {
	var (
		file   string
		asJSON bool
	)
	cmd := &cobra.Command{
		Use:   "show TRANSMISSION",
		Short: "show one with its causes, findings and attempts",
		Long: `Show one transmission: why it waits, what it follows from, what is wrong with it,
and every attempt to deliver it.

Exit status: 0 shown, 1 there is none.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return withBodies(cmd, file, func(s *sqlstore.Store, bodies bridge.Bodies) error {
				return showDead(cmd, s, bodies, bridge.ID(strings.ToUpper(args[0])), asJSON)
			})
		},
	}
	configFlag(cmd, &file)
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object")
	return cmd
}

func showDead(cmd *cobra.Command, q bridge.Query, bodies bridge.Bodies, id bridge.ID, asJSON bool) error {
	ctx := cmd.Context()
	t, err := q.Transmission(ctx, id)
	if err != nil {
		return &exitError{exitNo, fmt.Errorf("%s: %w", id, err)}
	}
	d := deadDetail{deadSeen: seeDead(&t), SHA256: fmt.Sprintf("%x", t.Body.SHA256[:]), Size: t.Body.Size,
		Causes: list(t.Causes), Findings: list(t.Findings), Documents: []documentSeen{}}
	for doc, err := range q.Documents(ctx, bridge.DocumentQuery{Transmission: id, Before: shownDocuments + 1}) {
		if err != nil {
			return err
		}
		d.Documents = append(d.Documents, documentSeen{doc.ID, doc.Type, doc.Control, doc.State, doc.Reason, list(doc.Findings)})
	}
	if d.Evidence, err = q.Evidence(ctx, id); err != nil {
		return err
	}
	d.Evidence = list(d.Evidence)
	if d.LastWords, err = lastWords(ctx, bodies, d.Evidence); err != nil {
		return err
	}
	w := cmd.OutOrStdout()
	if asJSON {
		fmt.Fprintf(w, "%s\n", marshal(d))
		return nil
	}
	writeDead(w, &t, false)
	d.print(w)
	return nil
}

// maxWords bounds what is shown of a peer's words, in bytes.
const maxWords = 2000

// lastWords is what the peer said at the last attempt at which it said anything.
func lastWords(ctx context.Context, bodies bridge.Bodies, seen []bridge.Evidence) (string, error) {
	for _, e := range slices.Backward(seen) {
		if e.Body.SHA256.IsZero() {
			continue
		}
		r, err := bodies.Get(ctx, e.Body)
		if err != nil {
			return "", err
		}
		defer r.Close()
		text, err := io.ReadAll(io.LimitReader(r, maxWords))
		return strings.ToValidUTF8(string(text), "\uFFFD"), err
	}
	return "", nil
}

func (d *deadDetail) print(w io.Writer) {
	fmt.Fprintf(w, "   %s, sha256 %s\n", count64(d.Size, "byte"), d.SHA256)
	for _, c := range d.Causes {
		fmt.Fprintf(w, "   follows from %s\n", c)
	}
	for i := range d.Findings {
		fmt.Fprintf(w, "   %s\n", &d.Findings[i])
	}
	for _, doc := range d.Documents {
		fmt.Fprintf(w, "   document %s %s  %s  %s\n", doc.Set, doc.Control, doc.State, doc.Reason)
		for i := range doc.Findings {
			fmt.Fprintf(w, "      %s\n", &doc.Findings[i])
		}
	}
	for _, e := range d.Evidence {
		fmt.Fprintf(w, "   attempt %d  %s  %s", e.Attempt, e.At.Local().Format("2006-01-02 15:04:05"), e.Kind)
		for _, k := range slices.Sorted(maps.Keys(e.Detail)) {
			fmt.Fprintf(w, "  %s %s", k, e.Detail[k])
		}
		fmt.Fprintln(w)
	}
	for line := range strings.Lines(d.LastWords) {
		fmt.Fprintf(w, "   | %s\n", strings.TrimRight(line, "\r\n"))
	}
}
