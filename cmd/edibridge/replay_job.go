package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/bridge/sqlstore"
	"github.com/edibridge/edibridge/internal/config"
)

func replayListCommand() *cobra.Command {
	var (
		file   string
		asJSON bool
		limit  int
	)
	cmd := &cobra.Command{
		Use:   "list",
		Short: "list jobs, the newest first",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return withReplays(cmd, file, func(s *sqlstore.Store) error {
				jobs, err := s.ReplayJobs(cmd.Context(), limit)
				for i := range jobs {
					writeJob(cmd.OutOrStdout(), &jobs[i], asJSON)
				}
				return err
			})
		},
	}
	configFlag(cmd, &file)
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object each")
	cmd.Flags().IntVar(&limit, "limit", 100, "how many at most")
	return cmd
}

func withReplays(cmd *cobra.Command, file string, do func(*sqlstore.Store) error) error {
	_, sys, err := config.Load(file)
	if err != nil {
		return err
	}
	s, err := openStore(cmd.Context(), sys, sqlstore.Options{ReadOnly: true})
	if err != nil {
		return err
	}
	return errors.Join(do(s), s.Close())
}

// findJob gives a job by what somebody wrote.
func findJob(cmd *cobra.Command, s bridge.Replays, id string) (bridge.ReplayJob, error) {
	j, err := s.ReplayJob(cmd.Context(), bridge.ID(strings.ToUpper(id)))
	if errors.Is(err, bridge.ErrNotFound) {
		return j, &exitError{exitNo, fmt.Errorf("there is no job %s", id)}
	}
	return j, err
}

func replayShowCommand() *cobra.Command {
	var (
		file   string
		asJSON bool
	)
	cmd := &cobra.Command{
		Use:   "show JOB",
		Short: "show what a job found",
		Long: `Show what a job found: the files that would change, as "replay" shows them, or with
--json every file, and the job at the end.

Exit status: 0 nothing would change, 1 something would, or there is no such job.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return withReplays(cmd, file, func(s *sqlstore.Store) error {
				j, err := findJob(cmd, s, args[0])
				if err != nil {
					return err
				}
				for it, err := range s.ReplayItems(cmd.Context(), bridge.ItemQuery{Job: j.ID}) {
					if err == nil {
						err = writeItem(cmd.OutOrStdout(), &it, asJSON)
					}
					if err != nil {
						return err
					}
				}
				writeJob(cmd.OutOrStdout(), &j, asJSON)
				return verdictOf(&j)
			})
		},
	}
	configFlag(cmd, &file)
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object a file, and one for the job")
	return cmd
}

func replayResumeCommand() *cobra.Command {
	var r replaying
	cmd := &cobra.Command{
		Use:   "resume JOB",
		Short: "go on with a job that was broken off",
		Long: `Go on with a job behind the last file that it has recorded, under the same
configuration.

Exit status: as of "replay".`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return r.with(cmd, func(_ decider, run func(bridge.ReplayJob) error, digest string) error {
				var j bridge.ReplayJob
				err := withReplays(cmd, r.file, func(s *sqlstore.Store) (err error) {
					j, err = findJob(cmd, s, args[0])
					return err
				})
				if err == nil && j.Config != digest {
					err = fmt.Errorf("the job tries the configuration %.12s, %s is %.12s", j.Config, r.file, digest)
				}
				if err != nil {
					return err
				}
				return run(j)
			})
		},
	}
	configFlag(cmd, &r.file)
	cmd.Flags().BoolVar(&r.asJSON, "json", false, "one JSON object a file, and one for the job at the end")
	return cmd
}

// promoting is what "replay promote" is asked for.
type promoting struct {
	file   string
	items  []string
	asJSON bool
	order  bridge.PromoteOrder
}

func replayPromoteCommand() *cobra.Command {
	var p promoting
	cmd := &cobra.Command{
		Use:   "promote JOB --reason TEXT",
		Short: "do what a job showed",
		Long: `Do what a job showed, for all files that would change or those of --item, to all
endpoints or those of --target:

- an event whose data changed goes out under a new id, which names the old one in
  replayof; one that an endpoint never got under its own
- a file with documents that were quarantined and would be accepted is translated
  again as a whole, and answered as its agreement says

The configuration in force, which is the running bridge's, must make of a file what
the job showed, or that file is refused. With --force what has not changed is
delivered again too, under its own event id, and files are repaired in which a
document was refused to the partner. Done twice, nothing happens twice.

Exit status: 0 all done, 1 some refused, 2 it could not be done; the same command
goes on with what was broken off.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return p.run(cmd, args[0]) },
	}
	configFlag(cmd, &p.file)
	f := cmd.Flags()
	f.StringArrayVar(&p.order.Targets, "target", nil, "endpoint; may be given several times")
	f.StringArrayVar(&p.items, "item", nil, "file, by its transmission's id; may be given several times")
	f.BoolVar(&p.order.Force, "force", false, "deliver again what has not changed, too")
	f.StringVar(&p.order.Reason, "reason", "", "why, in one line (required)")
	f.StringVar(&p.order.By, "by", "", "who decides (default: the user of the operating system)")
	f.BoolVar(&p.asJSON, "json", false, "one JSON object a file")
	return cmd
}

func (p *promoting) run(cmd *cobra.Command, id string) (err error) {
	if strings.TrimSpace(p.order.Reason) == "" {
		return errors.New("--reason is needed: why, in one line")
	}
	if p.order.By, err = whoDecides(p.order.By); err != nil {
		return err
	}
	cfg, sys, err := config.Load(p.file)
	if err != nil {
		return err
	}
	d, err := openDecider(cmd.Context(), cfg, sys, newLog(cmd.ErrOrStderr(), sys.Log))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.close()) }()
	var items []bridge.ID
	err = withReplays(cmd, p.file, func(s *sqlstore.Store) error {
		j, err := findJob(cmd, s, id)
		if err == nil {
			p.order.Job = j.ID
			items, err = p.chosen(cmd, s)
		}
		return err
	})
	if err != nil {
		return err
	}
	refused := false
	for _, item := range items {
		p.order.Item = item
		var done bridge.Promoted
		if err := d.call(cmd.Context(), callReplayPromote, &p.order, &done); err != nil {
			return fmt.Errorf("%s: %w", item, err)
		}
		refused = refused || done.Refused != ""
		p.tell(cmd, &done)
	}
	if refused {
		return &exitError{status: exitNo}
	}
	return nil
}

// chosen are the files that are asked for.
func (p *promoting) chosen(cmd *cobra.Command, s *sqlstore.Store) ([]bridge.ID, error) {
	var named, items []bridge.ID
	for _, item := range p.items {
		named = append(named, bridge.ID(strings.ToUpper(item)))
	}
	for it, err := range s.ReplayItems(cmd.Context(), bridge.ItemQuery{Job: p.order.Job}) {
		if err != nil {
			return nil, err
		}
		at := slices.Index(named, it.Transmission)
		if at >= 0 {
			named = slices.Delete(named, at, at+1)
		}
		if at >= 0 || len(p.items) == 0 && (it.Outcome == bridge.ReplayChanged || p.order.Force && it.Outcome == bridge.ReplaySame) {
			items = append(items, it.Transmission)
		}
	}
	if len(named) > 0 {
		return nil, &exitError{exitNo, fmt.Errorf("the job has not looked at %s", named[0])}
	}
	return items, nil
}

func (p *promoting) tell(cmd *cobra.Command, done *bridge.Promoted) {
	if p.asJSON {
		fmt.Fprintf(cmd.OutOrStdout(), "%s\n", marshal(done))
		return
	}
	said := count(done.Deliveries, "delivery")
	if done.Deliveries != 1 {
		said = fmt.Sprintf("%d deliveries", done.Deliveries)
	}
	if done.Repaired {
		said += ", translated again"
	}
	if done.Refused != "" {
		fmt.Fprintf(cmd.ErrOrStderr(), "edibridge: %s: %s\n", done.Item, done.Refused)
		if done.Deliveries == 0 {
			return
		}
	}
	fmt.Fprintf(cmd.OutOrStdout(), "%s  %s\n", done.Item, said)
}
