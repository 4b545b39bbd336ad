package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/edibridge/edibridge/bridge"
)

func controlCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "control",
		Short: "see and set the control numbers of what we send",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(controlListCommand(), controlExplainCommand(), controlSetCommand())
	return cmd
}

// seriesSeen is one line of "control list --json".
type seriesSeen struct {
	Series   string `json:"series"`
	Epoch    int64  `json:"epoch"`
	Last     int64  `json:"last"`
	Next     int64  `json:"next"`
	Low      int64  `json:"low"`
	High     int64  `json:"high"` // 0: the standard's greatest
	Reserved int64  `json:"reserved"`
	Free     int64  `json:"free"`
	Void     int64  `json:"void"`
}

func controlListCommand() *cobra.Command {
	var (
		file   string
		asJSON bool
	)
	cmd := &cobra.Command{
		Use:   "list",
		Short: "list the series of control numbers: what came last, what comes next",
		Long: `List the series of control numbers, one for each pair of parties, level and mode:
the number that was given last, the next one, and how many were given that stand
in nothing that was sent (reserved, free, void).`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return withStore(cmd.Context(), file, func(q bridge.Query) error {
				all, err := q.AllSeries(cmd.Context())
				if err != nil {
					return err
				}
				for i := range all {
					writeSeries(cmd.OutOrStdout(), &all[i], asJSON)
				}
				return nil
			})
		},
	}
	configFlag(cmd, &file)
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object each")
	return cmd
}

func writeSeries(w io.Writer, s *bridge.Series, asJSON bool) {
	if asJSON {
		fmt.Fprintf(w, "%s\n", marshal(seriesSeen{s.Name, s.Epoch, s.Last, s.Next(), s.Low, s.High, s.Reserved, s.Free, s.Void}))
		return
	}
	fmt.Fprintf(w, "%s\n   last %d, next %d", s.Name, s.Last, s.Next())
	if s.Low > 1 || s.High > 0 {
		fmt.Fprintf(w, ", from %d", s.Low)
		if s.High > 0 {
			fmt.Fprintf(w, " to %d", s.High)
		}
	}
	for _, c := range []struct {
		n    int64
		what string
	}{{s.Epoch, "times started again"}, {s.Reserved, "reserved"}, {s.Free, "free"}, {s.Void, "void"}} {
		if c.n > 0 {
			fmt.Fprintf(w, ", %d %s", c.n, c.what)
		}
	}
	fmt.Fprintln(w)
}

func controlExplainCommand() *cobra.Command {
	var (
		file, series string
		asJSON       bool
	)
	cmd := &cobra.Command{
		Use:   "explain NUMBER",
		Short: "tell what became of a control number of ours",
		Long: `Tell what became of a control number in each series that gave it: the document
that carries it, or why nothing does (reserved, free, void, skipped by a person).
With --series also where it was not given yet. For numbers of partners: trace.

Exit status: 0 told, 1 no series knows it.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			value, err := strconv.ParseInt(args[0], 10, 64)
			if err != nil || value < 1 {
				return fmt.Errorf("%q is no control number: digits, greater than 0", args[0])
			}
			return withStore(cmd.Context(), file, func(q bridge.Query) error {
				told, err := bridge.ExplainNumber(cmd.Context(), q, value, series)
				if err != nil {
					return err
				}
				for i := range told {
					writeStory(cmd.OutOrStdout(), &told[i], asJSON)
				}
				if len(told) == 0 {
					return &exitError{exitNo, fmt.Errorf("no series of ours gave %d", value)}
				}
				return nil
			})
		},
	}
	configFlag(cmd, &file)
	cmd.Flags().StringVar(&series, "series", "", "words that the series' name has in it, as a partner's id")
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object each")
	return cmd
}

func writeStory(w io.Writer, s *bridge.NumberStory, asJSON bool) {
	if asJSON {
		fmt.Fprintf(w, "%s\n", marshal(s))
		return
	}
	round := ""
	if s.Epoch > 0 {
		round = fmt.Sprintf(", started again %d times", s.Epoch)
	}
	fmt.Fprintf(w, "%s%s\n   %d  %s  %s\n", s.Series, round, s.Value, s.State, s.Why)
	if s.Transmission != "" {
		fmt.Fprintf(w, "   %s  %s\n", s.Transmission, strings.Join(strings.Fields(strings.Join([]string{string(s.Kind), s.Partner, s.Set,
			s.Changed.Local().Format("2006-01-02 15:04:05")}, " ")), " "))
	}
}
