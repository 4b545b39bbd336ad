package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/bridge/sqlstore"
)

// storedCoverage is what "mapping coverage --stored" is asked for.
type storedCoverage struct {
	wanted bool
	file   string
	query  bridge.CoverageQuery
	asJSON bool
}

func (c *storedCoverage) flags(cmd *cobra.Command) {
	configFlag(cmd, &c.file)
	f := cmd.Flags()
	f.BoolVar(&c.wanted, "stored", false, "of what a bridge has received")
	f.StringVar(&c.query.Partner, "partner", "", "with --stored: of this partner")
	f.StringVar(&c.query.Set, "set", "", "with --stored: of this set")
	f.StringVar(&c.query.Since, "since", "", "with --stored: from this day on (2006-01-02, UTC)")
	f.StringVar(&c.query.Until, "until", "", "with --stored: up to this day")
	f.BoolVar(&c.asJSON, "json", false, "with --stored: one JSON object a day")
}

func (c *storedCoverage) run(cmd *cobra.Command) error {
	return withReplays(cmd, c.file, func(s *sqlstore.Store) error {
		days, err := s.Coverage(cmd.Context(), c.query)
		for i := range days {
			d := &days[i]
			if c.asJSON {
				fmt.Fprintf(cmd.OutOrStdout(), "%s\n", marshal(d))
				continue
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s  %s %s %s  %s: %s\n", d.Day, d.Partner, d.Set, d.Release,
				count64(d.Documents, "document"), share(int(d.Mapped), int(d.Elements)))
		}
		return err
	})
}

func mappingDriftCommand() *cobra.Command {
	var (
		file   string
		since  string
		asJSON bool
		q      bridge.FeatureQuery
	)
	cmd := &cobra.Command{
		Use:   "drift",
		Short: "list what a bridge's partners sent that they never sent before",
		Long: `List segments, qualifiers and codes that a partner's documents had for the first
time when the partner was known already, the newest first, each with the
transmission that brought it. --all lists everything that is known. Of the first
100 documents of a set and release nothing is drift, nor what "replay --learn" has
learned. 20,000 are kept of one partner; what comes beyond is counted.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			if q.Since, err = moment(since); err != nil {
				return err
			}
			return withReplays(cmd, file, func(s *sqlstore.Store) error { return writeDrift(cmd, s, q, asJSON) })
		},
	}
	configFlag(cmd, &file)
	f := cmd.Flags()
	f.StringVar(&q.Partner, "partner", "", "of this partner")
	f.StringVar(&q.Set, "set", "", "of this set")
	f.StringVar(&since, "since", "", "received at or after this day (2006-01-02) or moment (RFC 3339)")
	f.BoolVar(&q.All, "all", false, "everything that is known")
	f.IntVar(&q.Limit, "limit", 1000, "how many at most")
	f.BoolVar(&asJSON, "json", false, "one JSON object each")
	return cmd
}

func writeDrift(cmd *cobra.Command, s *sqlstore.Store, q bridge.FeatureQuery, asJSON bool) error {
	found, err := s.Features(cmd.Context(), q)
	if err != nil {
		return err
	}
	for i := range found {
		f := &found[i]
		if asJSON {
			fmt.Fprintf(cmd.OutOrStdout(), "%s\n", marshal(f))
			continue
		}
		fmt.Fprintf(cmd.OutOrStdout(), "%s  %s %s %s  %s  first in %s at %s\n", f.At.Local().Format("2006-01-02 15:04:05"),
			f.Partner, f.Set, f.Release, f.Name, f.Transmission, f.Path)
	}
	if q.Partner == "" || asJSON {
		return nil
	}
	kept, more, err := s.FeatureCount(cmd.Context(), q.Partner)
	if err == nil && more > 0 {
		fmt.Fprintf(cmd.ErrOrStderr(), "edibridge: of %s %d are kept, and %d times one more was new and was not\n", q.Partner, kept, more)
	}
	return err
}
