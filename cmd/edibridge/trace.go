package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/canonical"
)

func traceCommand() *cobra.Command {
	var (
		file         string
		only, asJSON bool
	)
	cmd := &cobra.Command{
		Use:   "trace KEY",
		Short: "tell what happened to a PO, control number or transmission",
		Long: `Tell what happened to what carries KEY, oldest first: a bare value (PO, invoice,
shipment, control number), "scheme:value", or a transmission's id. Documents of
the same flow are told too: of an order its confirmation, warehouse order,
shipments, invoices and payments, whoever they went to; --only leaves them out. It
reads the store beside a running bridge.

Exit status: 0 found, 1 nothing found.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return withConfigured(cmd.Context(), file, func(cfg *bridge.Configuration, q bridge.Query) error {
				tl, err := bridge.Trace(cmd.Context(), q, args[0], only)
				if err != nil {
					return err
				}
				cfg.Waiting(&tl, time.Now())
				if asJSON {
					fmt.Fprintf(cmd.OutOrStdout(), "%s\n", marshal(tl))
				} else if tl.Found > 0 {
					err = printTimeline(cmd.OutOrStdout(), tl)
				}
				if err != nil {
					return err
				}
				if tl.Found == 0 {
					return &exitError{exitNo, fmt.Errorf("nothing carries %s", args[0])}
				}
				return nil
			})
		},
	}
	configFlag(cmd, &file)
	cmd.Flags().BoolVar(&only, "only", false, "what carries KEY itself, not its whole flow")
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object")
	return cmd
}

// printTimeline shows a timeline to a person: a line a step, a new day on a line
// of its own. Times are local.
func printTimeline(w io.Writer, tl bridge.Timeline) error {
	open, latest := 0, map[bridge.ID]bool{}
	for i := range tl.Timeline {
		e := &tl.Timeline[i]
		if !latest[e.Transmission] && unfinished(e.State) {
			open++
		}
		latest[e.Transmission] = true
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%-60s%s, %d open\n", tl.Key, count(len(tl.Timeline), "step"), open)
	if len(tl.Flow) > 0 {
		fmt.Fprintf(&b, "with %s\n", keyList(tl.Flow))
	}
	day := ""
	for i := range tl.Timeline {
		e := &tl.Timeline[i]
		at := e.At.Local()
		if d := at.Format("2006-01-02"); d != day {
			day = d
			fmt.Fprintln(&b, day)
		}
		fmt.Fprintln(&b, strings.TrimRight(at.Format("15:04:05.000")+"  "+step(e), " "))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// keyList is "shipment S1, invoice I1", and how many more.
func keyList(keys []canonical.Key) string {
	const most = 6
	var parts []string
	for _, k := range keys[:min(len(keys), most)] {
		parts = append(parts, k.Scheme+" "+k.Value)
	}
	if more := len(keys) - most; more > 0 {
		parts = append(parts, fmt.Sprintf("%d more", more))
	}
	return strings.Join(parts, ", ")
}

// step is one line of a timeline, without its time.
func step(e *bridge.Entry) string {
	what, set := string(e.Direction), e.Set
	parts := []string{e.Partner, e.Endpoint}
	detail := e.Detail
	event, isEvent := strings.CutPrefix(set, "edibridge.")
	switch {
	case isEvent:
		what, set = "evt", ""
		event, _, _ = strings.Cut(event, ".v")
		parts = []string{event, "->", e.Endpoint}
		if e.What == "event" {
			detail = "id " + detail[:min(len(detail), 12)]
		}
	case e.What == "acknowledged" || e.What == "issued" || e.What == "taken":
		parts = append(parts, e.Name)
	}
	line := fmt.Sprintf("%-3s  %-3s  %-12s  %s", what, set, e.What, strings.TrimSpace(strings.Join(parts, " ")))
	if detail != "" {
		line += "  " + detail
	}
	if e.What == "received" && e.Archive.Index != nil {
		line += fmt.Sprintf("  archived #%d", *e.Archive.Index)
	}
	return line
}

// unfinished reports whether something is still to happen by itself or by a
// person.
func unfinished(s bridge.State) bool {
	switch s {
	case bridge.Translated, bridge.Delivered, bridge.Settled, bridge.Discarded:
		return false
	}
	return true
}
