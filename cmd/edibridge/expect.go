package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/edibridge/edibridge/bridge"
)

func expectCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "expect",
		Short: "see which acknowledgments are awaited, overdue or rejecting",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(expectListCommand())
	return cmd
}

// expectSeen is one line of "expect list --json".
type expectSeen struct {
	Transmission   bridge.ID               `json:"transmission"` // what is to be acknowledged, or our acknowledgment
	State          bridge.ExpectationState `json:"state"`
	Owes           bridge.Owes             `json:"owes"`           // partner, us
	Acknowledgment string                  `json:"acknowledgment"` // 997, 999, TA1, CONTRL; "" where none is agreed
	Partner        string                  `json:"partner"`
	Agreement      string                  `json:"agreement"`
	Set            string                  `json:"set"`
	Subject        string                  `json:"subject"`
	Interchange    string                  `json:"interchange"`
	Group          string                  `json:"group"`
	Control        string                  `json:"control"`
	Document       string                  `json:"document"`
	Due            *time.Time              `json:"due"` // null: its clock has not started, or there is none
	Late           bool                    `json:"late"`
	Code           string                  `json:"code"`
	Reasons        []string                `json:"reasons"`
	By             bridge.ID               `json:"by"`
	At             *time.Time              `json:"at"` // of its end; null while it is awaited
}

func seeExpectation(e *bridge.Expectation) expectSeen {
	when := func(t time.Time) *time.Time {
		if t.IsZero() {
			return nil
		}
		return &t
	}
	return expectSeen{e.Transmission, e.State, e.Owes, e.Acknowledgment, e.Partner, e.Agreement, e.Set, e.Subject,
		e.Interchange, e.Group, e.Control, e.Document, when(e.Due), e.Late, e.Code, list(e.Reasons), e.By, when(e.At)}
}

// expectList is what "expect list" is asked for.
type expectList struct {
	file, partner string
	overdue, all  bool
	asJSON        bool
	limit         int
}

func expectListCommand() *cobra.Command {
	var l expectList
	cmd := &cobra.Command{
		Use:   "list",
		Short: "list them, the newest first",
		Long: `List acknowledgments: those that partners owe for what was sent to them, and
those that we owe. Without flags what is awaited, overdue or rejecting.

Exit status: 0, also when there are none.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return withStore(cmd.Context(), l.file, func(q bridge.Query) error { return l.run(cmd, q) })
		},
	}
	configFlag(cmd, &l.file)
	f := cmd.Flags()
	f.StringVar(&l.partner, "partner", "", "of one partner")
	f.BoolVar(&l.overdue, "overdue", false, "only what is overdue")
	f.BoolVar(&l.all, "all", false, "all, those that have come too")
	f.BoolVar(&l.asJSON, "json", false, "one JSON object each")
	f.IntVar(&l.limit, "limit", 1000, "how many at most")
	return cmd
}

func (l *expectList) run(cmd *cobra.Command, q bridge.Query) error {
	states := []bridge.ExpectationState{bridge.ExpectAwaited, bridge.ExpectOverdue, bridge.ExpectRejected}
	switch {
	case l.overdue:
		states = []bridge.ExpectationState{bridge.ExpectOverdue}
	case l.all:
		states = nil
	}
	es, err := q.Expectations(cmd.Context(), bridge.ExpectationQuery{Partner: l.partner, States: states, Limit: l.limit})
	if err != nil {
		return err
	}
	w := cmd.OutOrStdout()
	for i := range es {
		if l.asJSON {
			fmt.Fprintf(w, "%s\n", marshal(seeExpectation(&es[i])))
		} else {
			writeExpectation(w, &es[i])
		}
	}
	if len(es) == 0 && !l.asJSON {
		fmt.Fprintln(w, "no acknowledgment is awaited")
	}
	return nil
}

func writeExpectation(w io.Writer, e *bridge.Expectation) {
	due := "no clock"
	if !e.Due.IsZero() {
		due = "due " + e.Due.Local().Format("2006-01-02 15:04:05")
	}
	words := strings.Fields(strings.Join([]string{e.Partner, e.Set, e.Control, "of", e.Interchange, e.Subject}, " "))
	fmt.Fprintf(w, "%s  %-10s %-7s %-6s %s  %s\n", e.Transmission, e.State, e.Owes, e.Acknowledgment, due, strings.Join(words, " "))
	if len(e.Reasons) > 0 {
		fmt.Fprintf(w, "   %s\n", strings.Join(e.Reasons, "; "))
	}
}

// deadExpectations are the acknowledgments that wait for a person, oldest first,
// each as a dead letter of the transmission that it is about.
func deadExpectations(cmd *cobra.Command, q bridge.Query, limit int) ([]bridge.Transmission, error) {
	es, err := q.Expectations(cmd.Context(), bridge.ExpectationQuery{Limit: limit,
		States: []bridge.ExpectationState{bridge.ExpectOverdue, bridge.ExpectRejected}})
	if err != nil {
		return nil, err
	}
	slices.Reverse(es)
	var out []bridge.Transmission
	for i := range es {
		e := &es[i]
		t, err := q.Transmission(cmd.Context(), e.Transmission)
		if err != nil {
			return nil, err
		}
		t.Reason = fmt.Sprintf("%s of %s %s is %s", e.Acknowledgment, e.Set, e.Control, e.State)
		if e.Owes == bridge.OwedByUs {
			t.Reason = fmt.Sprintf("our %s is overdue: it is %s", e.Acknowledgment, t.State)
		} else if e.Acknowledgment == "" {
			t.Reason = fmt.Sprintf("%s %s is %s", e.Set, e.Control, e.State)
		}
		if len(e.Reasons) > 0 {
			t.Reason += ": " + strings.Join(e.Reasons, "; ")
		}
		t.State, t.Changed = bridge.State(e.State), e.At
		out = append(out, t)
	}
	return out, nil
}
