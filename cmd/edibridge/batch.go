package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/edi"
)

func batchCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "batch",
		Short: "see which documents gather to leave together, and have them leave now",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(batchListCommand(), batchCloseCommand())
	return cmd
}

// batchSeen is one line of "batch list --json".
type batchSeen struct {
	Transmission bridge.ID `json:"transmission"`
	Partner      string    `json:"partner"`
	Agreement    string    `json:"agreement"`
	Mode         edi.Mode  `json:"mode"`
	Members      int       `json:"members"`
	Bytes        int64     `json:"bytes"` // of the messages of all that joined
	Opened       time.Time `json:"opened"`
	Closes       time.Time `json:"closes"` // at the latest
	By           string    `json:"by"`     // what closes it then: "every 15m", "cut-off 12:00"
}

func batchListCommand() *cobra.Command {
	var (
		file   string
		asJSON bool
	)
	cmd := &cobra.Command{
		Use:   "list",
		Short: "list the batches that are open, what closes first first",
		Long: `List the batches that are open: how many documents they hold, and when they close
at the latest. A batch that is full closes before that.

Exit status: 0, also when there are none.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return withStore(cmd.Context(), file, func(q bridge.Query) error {
				open, err := q.Batches(cmd.Context())
				if err != nil {
					return err
				}
				for i := range open {
					writeBatch(cmd.OutOrStdout(), &open[i], asJSON)
				}
				if len(open) == 0 && !asJSON {
					fmt.Fprintln(cmd.OutOrStdout(), "no batch is open")
				}
				return nil
			})
		},
	}
	configFlag(cmd, &file)
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object each")
	return cmd
}

func writeBatch(w io.Writer, b *bridge.Batch, asJSON bool) {
	if asJSON {
		fmt.Fprintf(w, "%s\n", marshal(batchSeen{b.Transmission, b.Partner, b.Agreement, b.Mode, b.Members, b.Bytes, b.Opened, b.Closes, b.By}))
		return
	}
	fmt.Fprintf(w, "%s  %s/%s %s  %s, %s  closes %s (%s)\n", b.Transmission, b.Partner, b.Agreement, b.Mode,
		count64(int64(b.Members), "document"), count64(b.Bytes, "byte"), b.Closes.Local().Format("2006-01-02 15:04:05"), b.By)
}

func batchCloseCommand() *cobra.Command {
	d := decision{kind: bridge.Close, past: "closed"}
	var agreement string
	cmd := &cobra.Command{
		Use:   "close TRANSMISSION...|--agreement PARTNER/NAME --reason TEXT",
		Short: "have open batches leave now",
		Long: `Close batches before their time: their documents leave now, and what comes later
opens others. Batches are named by their transmission, as "batch list" shows it,
or by the agreement whose documents they hold.
` + howAsked + `
Exit status: 0 all done, 1 one is unknown or closed already, 2 it could not be done.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if (len(args) == 0) == (agreement == "") {
				return errors.New("name batches, or an agreement by --agreement")
			}
			ids, err := d.batches(cmd, args, agreement)
			if err != nil {
				return err
			}
			return d.run(cmd, ids)
		},
	}
	configFlag(cmd, &d.file)
	cmd.Flags().StringVar(&agreement, "agreement", "", "all batches of one agreement, as acme/invoices")
	cmd.Flags().StringVar(&d.reason, "reason", "", "why, in one line (required)")
	cmd.Flags().StringVar(&d.by, "by", "", "who decides (default: the user of the operating system)")
	cmd.Flags().BoolVar(&d.asJSON, "json", false, "one JSON object each")
	return cmd
}

// batches are the open batches that were named; one that is none is not asked for,
// since what is no batch would be closed in another sense.
func (d *decision) batches(cmd *cobra.Command, named []string, agreement string) (ids []string, err error) {
	err = withStore(cmd.Context(), d.file, func(q bridge.Query) error {
		open, err := q.Batches(cmd.Context())
		if err != nil {
			return err
		}
		for i := range open {
			id := string(open[i].Transmission)
			asked := slices.ContainsFunc(named, func(s string) bool { return strings.EqualFold(s, id) })
			if asked || agreement == open[i].Partner+"/"+open[i].Agreement {
				ids = append(ids, id)
			}
		}
		return nil
	})
	switch {
	case err != nil:
	case agreement != "" && len(ids) == 0:
		err = &exitError{exitNo, fmt.Errorf("no batch of %s is open", agreement)}
	case agreement == "" && len(ids) != len(named):
		err = &exitError{exitNo, fmt.Errorf("%d of %d are open batches: nothing was closed", len(ids), len(named))}
	}
	return ids, err
}
