package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/bridge/sqlstore"
)

// trafficSeen is one line of "partner traffic --json".
type trafficSeen struct {
	Watch    string     `json:"watch"` // partner, or partner/agreement
	Expected string     `json:"expected"`
	Heard    *time.Time `json:"heard"` // null: nothing came since the watch began
	Began    time.Time  `json:"began"`
	Due      time.Time  `json:"due"`
	Silent   *time.Time `json:"silent"` // since when; null: it is not
}

func seeWatch(w *bridge.Watch) trafficSeen {
	seen := trafficSeen{Watch: w.Name, Expected: w.Rule, Began: w.Began, Due: w.Due}
	if w.Heard.After(w.Began) {
		seen.Heard = &w.Heard
	}
	if !w.Silent.IsZero() {
		seen.Silent = &w.Silent
	}
	return seen
}

func partnerTrafficCommand() *cobra.Command {
	var v viewing
	return v.flags(&cobra.Command{
		Use:   "traffic",
		Short: "show of whom something is expected, and who is silent",
		Long: `Show of whom something is expected ("expectTraffic"), as the running bridge looked at
it last: when something came, by when the next has to, and since when one is silent.
When something came is looked up when its time is up.

Exit status: 0 nobody is silent, 1 somebody is.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return withReplays(cmd, v.file, func(s *sqlstore.Store) error {
				watches, err := s.Watches(cmd.Context())
				if err != nil {
					return err
				}
				var silent error
				for i := range watches {
					seen := seeWatch(&watches[i])
					if err := v.show(cmd, seen, func() string { return trafficText(&seen) }); err != nil {
						return err
					}
					if seen.Silent != nil {
						silent = &exitError{status: exitNo}
					}
				}
				return silent
			})
		},
	})
}

func trafficText(s *trafficSeen) string {
	heard := "nothing since " + s.Began.Format(time.DateTime)
	if s.Heard != nil {
		heard = "heard " + s.Heard.Format(time.DateTime)
	}
	state := "due " + s.Due.Format(time.DateTime)
	if s.Silent != nil {
		state = "SILENT since " + s.Silent.Format(time.DateTime)
	}
	return fmt.Sprintf("%-30s %-36s %s, %s\n", s.Watch, s.Expected, heard, state)
}
