package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/internal/config"
)

// renumberRequest asks for a series of control numbers to be set.
type renumberRequest struct {
	Series string `json:"series"`
	Next   int64  `json:"next"`
	Low    int64  `json:"low"`  // 0: as it is
	High   int64  `json:"high"` // 0: as it is
	By     string `json:"by"`
	Reason string `json:"reason"`
}

func (q renumberRequest) check() error {
	if len(q.Series) > maxControlName || oneLine(q.Series) != nil {
		return errors.New("which series has to be said")
	}
	if _, err := bridge.NewRenumbering(bridge.Renumbering{Series: q.Series, Next: q.Next, Low: q.Low, High: q.High}); err != nil {
		return err
	}
	return decisionOf{q.By, q.Reason}.check()
}

// decideNumber carries out a decision about a series.
func (g ground) decideNumber(ctx context.Context, q renumberRequest) error {
	r, err := bridge.NewRenumbering(bridge.Renumbering{Series: q.Series, Next: q.Next, Low: q.Low, High: q.High, By: q.By, Reason: q.Reason, At: time.Now()})
	if err != nil {
		return err
	}
	return g.renumber(ctx, r)
}

func controlSetCommand() *cobra.Command {
	var (
		file  string
		q     renumberRequest
		first bool
	)
	cmd := &cobra.Command{
		Use:   "set SERIES --next N --reason TEXT",
		Short: "set what comes next in a series, as when an old system's numbers go on here",
		Long: `Set the number that a series gives next, and the bounds that it keeps within.
SERIES is named as "control list" shows it, in quotes; one that is not there yet
needs --new, for it begins with the first document of its pair otherwise. A number
that was passed already begins the series anew: the partner must expect that.
Who decided and why is kept, and "control explain" tells it of the numbers left out.
` + howAsked + `
Exit status: 0 done, 1 refused, 2 it could not be done.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			q.Series = strings.Join(strings.Fields(args[0]), " ")
			q.Reason = strings.TrimSpace(q.Reason)
			return setSeries(cmd, file, first, q)
		},
	}
	configFlag(cmd, &file)
	cmd.Flags().Int64Var(&q.Next, "next", 0, "the number that comes next (required)")
	cmd.Flags().Int64Var(&q.Low, "low", 0, "where the series starts again (default: as it is)")
	cmd.Flags().Int64Var(&q.High, "high", 0, "its greatest number (default: as it is)")
	cmd.Flags().BoolVar(&first, "new", false, "the series is not there yet")
	cmd.Flags().StringVar(&q.Reason, "reason", "", "why, in one line (required)")
	cmd.Flags().StringVar(&q.By, "by", "", "who decides (default: the user of the operating system)")
	return cmd
}

// setSeries asks for a renumbering, of a series that is known unless it is new.
func setSeries(cmd *cobra.Command, file string, first bool, q renumberRequest) (err error) {
	if q.Reason == "" {
		return errors.New("--reason is needed: why, in one line")
	}
	if q.By, err = whoDecides(q.By); err != nil {
		return err
	}
	if err := q.check(); err != nil {
		return err
	}
	cfg, sys, err := config.Load(file)
	if err != nil {
		return err
	}
	if !first {
		if err := withStore(cmd.Context(), file, func(known bridge.Query) error { return seriesKnown(cmd.Context(), known, q.Series) }); err != nil {
			return err
		}
	}
	to, err := openDecider(cmd.Context(), cfg, sys, newLog(cmd.ErrOrStderr(), sys.Log))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, to.close()) }()
	if err := ask(cmd.Context(), to, callRenumber, q, nil); err != nil {
		return err
	}
	_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s\n   next %d\n", q.Series, q.Next)
	return err
}

// seriesKnown keeps a slip of the pen from making a series that nobody uses.
func seriesKnown(ctx context.Context, q bridge.Query, name string) error {
	all, err := q.AllSeries(ctx)
	if err != nil {
		return err
	}
	for i := range all {
		if all[i].Name == name {
			return nil
		}
	}
	return &exitError{exitNo, fmt.Errorf("there is no series %q yet (\"control list\" shows those that are; --new makes one)", name)}
}
