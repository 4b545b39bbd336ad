package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/edibridge/edibridge/archive"
	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/bridge/sqlstore"
	"github.com/edibridge/edibridge/internal/config"
)

// pruneReplays are the arguments of callPruneReplays.
type pruneReplays struct {
	Before time.Time    `json:"before"`
	Leaf   archive.Leaf `json:"leaf"`
}

// pruneReport is what "store prune" prints.
type pruneReport struct {
	DryRun bool `json:"dryRun"`
	bridge.Pruned
	Tables map[string]int64 `json:"tables"` // rows afterwards
}

func storePruneCommand() *cobra.Command {
	var (
		file        string
		dry, asJSON bool
	)
	cmd := &cobra.Command{
		Use:   "prune",
		Short: "remove what was kept long enough, or tell what would go",
		Long: `Prune removes what was kept long enough by the classes under "retention", as the
running bridge does by itself every quarter of an hour: events, and files with all
that follows from them. With --dry-run nothing is removed, and the classes may be
those of a configuration that is not in force yet; else they have to be those in
force. What stays past its time is counted by reason:

  open     something of it is not done: a dead letter, a quarantined file, a mailbox
           that is not emptied, an acknowledgment that is open or rejects, a replay
  young    something that belongs to it was not kept long enough
  forever  something that belongs to it is of a class that is kept for ever
  view     an order, a shipment or a stock that is still spoken of is made of it
  large    it has more than 50,000 members: give its class an outbox
  event    an alarm that still stands, or an event that something follows from

It may be broken off and begun again. The rows of all tables are counted at the end.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			r, err := pruneStore(cmd, file, dry, time.Now().UTC())
			if err != nil {
				return err
			}
			out := string(marshal(r)) + "\n"
			if !asJSON {
				out = pruneText(&r)
			}
			_, err = fmt.Fprint(cmd.OutOrStdout(), out)
			return err
		},
	}
	configFlag(cmd, &file)
	cmd.Flags().BoolVar(&dry, "dry-run", false, "remove nothing")
	cmd.Flags().BoolVar(&asJSON, "json", false, "JSON")
	return cmd
}

// pruneStore prunes as it would be at a time.
func pruneStore(cmd *cobra.Command, file string, dry bool, now time.Time) (r pruneReport, err error) {
	ctx := cmd.Context()
	cfg, sys, err := config.Load(file)
	if err != nil {
		return r, err
	}
	p := bridge.Pruner{Config: cfg, Now: now}
	if !dry {
		d, err := openDecider(ctx, cfg, sys, newLog(cmd.ErrOrStderr(), sys.Log))
		if err != nil {
			return r, err
		}
		defer func() { err = errors.Join(err, d.close()) }()
		p.Prune, p.PruneReplays = pruneBy(d)
	}
	store, err := openStore(ctx, sys, sqlstore.Options{ReadOnly: true})
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	active, err := store.Active(ctx)
	switch {
	case errors.Is(err, bridge.ErrNotFound):
	case err != nil:
		return r, err
	case active.Digest != cfg.Digest && !dry:
		return r, errors.New(`these files are not what is in force: "edibridge activate" them first, or look with --dry-run`)
	}
	p.Store = store
	r.DryRun = dry
	if r.Pruned, err = p.Run(ctx); err != nil {
		return r, err
	}
	r.Tables, err = store.Tables(ctx)
	return r, err
}

// pruneBy has a decider remove what is to go.
func pruneBy(d decider) (func(context.Context, bridge.Pruning) error, func(context.Context, time.Time, archive.Leaf) (int, error)) {
	prune := func(ctx context.Context, p bridge.Pruning) error {
		err := d.call(ctx, callPrune, p, nil)
		if _, no := errors.AsType[refusal](err); no { // something has changed meanwhile
			err = fmt.Errorf("%w: %w", bridge.ErrConflict, err)
		}
		return err
	}
	replays := func(ctx context.Context, before time.Time, leaf archive.Leaf) (n int, err error) {
		err = d.call(ctx, callPruneReplays, pruneReplays{before, leaf}, &n)
		return n, err
	}
	return prune, replays
}

func pruneText(r *pruneReport) string {
	var b strings.Builder
	went := "went"
	if r.DryRun {
		went = "would go"
	}
	if len(r.Classes) == 0 {
		b.WriteString("everything is kept for ever: the configuration has no classes of retention\n")
	}
	for i := range r.Classes {
		c := &r.Classes[i]
		fmt.Fprintf(&b, "%s: %s of before %s and %s of before %s with what follows from them (%s) %s\n", c.Class, count(c.Events, "event"),
			pruneDay(c.OutboxBefore), count(c.Families, "file"), pruneDay(c.HistoryBefore), count(c.Transmissions, "transmission"), went)
		for _, why := range slices.Sorted(maps.Keys(c.Kept)) {
			fmt.Fprintf(&b, "  kept, %s: %d\n", why, c.Kept[why])
		}
	}
	if r.Replays > 0 {
		fmt.Fprintf(&b, "replays: %s went\n", count(r.Replays, "row"))
	}
	b.WriteString("rows:\n")
	for _, table := range slices.Sorted(maps.Keys(r.Tables)) {
		fmt.Fprintf(&b, "  %-14s %d\n", table, r.Tables[table])
	}
	return b.String()
}

// pruneDay is a day of a report; zero is for ever.
func pruneDay(t time.Time) string {
	if t.IsZero() {
		return "(for ever)"
	}
	return t.Format(time.DateOnly)
}
