package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/edibridge/edibridge/archive"
	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/bridge/sqlstore"
	"github.com/edibridge/edibridge/internal/config"
	"github.com/edibridge/edibridge/transports"
)

// replaying is what "replay" is asked for.
type replaying struct {
	file         string // the configuration that is tried
	since, until string
	selection    bridge.Selection
	by           string
	learn        bool
	asJSON       bool
}

func replayCommand() *cobra.Command {
	var r replaying
	cmd := &cobra.Command{
		Use:   "replay",
		Short: "translate received files again and show what would change",
		Long: `Translate received files again under a configuration (its guides, mappings and
agreements) and show what would differ from what became of them: documents,
acknowledgments, members of canonical documents, deliveries. Nothing is changed or
sent; the result is kept as a job, which "replay promote" can act on. Without any
flag all files are tried.

The configuration need not be the one that a running bridge works by: make a copy,
change it, try it on last month's files, and put it in force when it shows what
you want.

--learn makes what the files hold known, so that it is no drift when it comes again.

Exit status: 0 nothing would change, 1 something would, or a file could not be
tried, 2 it could not be done; "replay resume" goes on with what was broken off.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return r.run(cmd) },
	}
	configFlag(cmd, &r.file)
	f := cmd.Flags()
	f.StringVar(&r.since, "since", "", "received at or after this day (2006-01-02) or moment (RFC 3339)")
	f.StringVar(&r.until, "until", "", "received before this day or moment")
	f.StringVar(&r.selection.Partner, "partner", "", "of this partner")
	f.StringVar(&r.selection.Set, "set", "", "with such a set or message: 850")
	f.StringVar(&r.selection.State, "state", "", "in this state, or with a document in it: quarantined, rejected")
	f.StringVar(&r.selection.Key, "key", "", "that carry this key, as \"trace\" takes it")
	f.StringVar(&r.by, "by", "", "who asks (default: the user of the operating system)")
	f.BoolVar(&r.learn, "learn", false, "what they hold is known from now on, and no drift")
	f.BoolVar(&r.asJSON, "json", false, "one JSON object a file, and one for the job at the end")
	cmd.AddCommand(replayListCommand(), replayShowCommand(), replayResumeCommand(), replayPromoteCommand())
	return cmd
}

// moment reads a day, which begins at midnight of this machine, or a moment.
func moment(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if t, err := time.ParseInLocation("2006-01-02", text, time.Local); err == nil {
		return t.UTC(), nil
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return t, fmt.Errorf("%q is neither a day (2006-01-02) nor a moment (RFC 3339)", text)
	}
	return t.UTC(), nil
}

func (r *replaying) run(cmd *cobra.Command) (err error) {
	j := bridge.ReplayJob{ID: bridge.ID(transports.NewID(time.Now())), Created: time.Now().UTC(), Selection: r.selection, Learn: r.learn}
	if j.Selection.Since, err = moment(r.since); err != nil {
		return err
	}
	if j.Selection.Until, err = moment(r.until); err != nil {
		return err
	}
	if j.By, err = whoDecides(r.by); err != nil {
		return err
	}
	return r.with(cmd, func(d decider, run func(bridge.ReplayJob) error, config string) error {
		j.Config = config
		if err := d.call(cmd.Context(), callReplayBegin, j, &j); err != nil {
			return err
		}
		return run(j)
	})
}

// with gives what changes the store, and what runs a job and shows it.
func (r *replaying) with(cmd *cobra.Command, do func(d decider, run func(bridge.ReplayJob) error, config string) error) (err error) {
	cfg, sys, err := config.Load(r.file)
	if err != nil {
		return err
	}
	d, err := openDecider(cmd.Context(), cfg, sys, newLog(cmd.ErrOrStderr(), sys.Log))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.close()) }()
	store, err := openStore(cmd.Context(), sys, sqlstore.Options{ReadOnly: true})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	dir, err := archive.OpenDir(sys.Archive(), archive.DirOptions{ReadOnly: true})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, dir.Close()) }()
	run := func(j bridge.ReplayJob) error {
		one := bridge.Replayer{Store: store, Bodies: archive.New(dir, archive.Options{}), Config: cfg,
			Record: func(ctx context.Context, rec bridge.ReplayRecord) error {
				return d.call(ctx, callReplayRecord, rec, nil)
			}}
		w := cmd.OutOrStdout()
		if err := one.Run(cmd.Context(), j, func(it *bridge.ReplayItem) error { return writeItem(w, it, r.asJSON) }); err != nil {
			return fmt.Errorf("%w (\"replay resume %s\" goes on)", err, j.ID)
		}
		if j, err = store.ReplayJob(cmd.Context(), j.ID); err != nil {
			return err
		}
		writeJob(w, &j, r.asJSON)
		return verdictOf(&j)
	}
	return do(d, run, cfg.Digest)
}

// verdictOf ends a command with what a job came to.
func verdictOf(j *bridge.ReplayJob) error {
	if j.Changed+j.Failed > 0 {
		return &exitError{status: exitNo}
	}
	return nil
}

func writeJob(w io.Writer, j *bridge.ReplayJob, asJSON bool) {
	if asJSON {
		fmt.Fprintf(w, "%s\n", marshal(j))
		return
	}
	state := "broken off"
	if j.Done {
		state = "done"
	}
	fmt.Fprintf(w, "%s  %s  %-10s  %s: %d would change, %d could not be tried, %d promoted  by %s  %s\n", j.ID,
		j.Created.Local().Format("2006-01-02 15:04:05"), state, count(j.Files, "file"), j.Changed, j.Failed, j.Promoted, j.By, marshal(j.Selection))
}

// writeItem shows what would change of a file; to people, one that stays as it
// is says nothing.
func writeItem(w io.Writer, it *bridge.ReplayItem, asJSON bool) error {
	if asJSON {
		_, err := fmt.Fprintf(w, "%s\n", marshal(it))
		return err
	}
	if it.Outcome == bridge.ReplaySame {
		return nil
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s  %s", it.Transmission, it.Outcome)
	switch {
	case it.Outcome == bridge.ReplayFailed:
		fmt.Fprintf(&b, ": %s\n", it.Reason)
	case it.Was != it.Now:
		fmt.Fprintf(&b, ": %s -> %s\n", it.Was, it.Now)
	default:
		fmt.Fprintf(&b, ": %d of %s, deliveries: %d added, %d changed, %d removed\n", it.Differing, count(it.Documents, "document"), it.Added, it.Changed, it.Removed)
	}
	for i := range it.Details {
		writeDifference(&b, &it.Details[i])
	}
	for _, d := range it.Deliveries {
		fmt.Fprintf(&b, "   %-8s %s -> %s  %s\n", d.Change, d.Type, d.Endpoint, cmp.Or(d.Now, d.Was)[:min(12, len(cmp.Or(d.Now, d.Was)))])
	}
	if it.Blocked != "" {
		fmt.Fprintf(&b, "   not repaired when promoted: %s\n", it.Blocked)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func writeDifference(b *strings.Builder, d *bridge.ReplayDocument) {
	fmt.Fprintf(b, "   document %s %s", d.Set, d.Control)
	if d.Was != d.Now {
		fmt.Fprintf(b, "  %s -> %s", verdictText(d.Was), verdictText(d.Now))
	}
	b.WriteByte('\n')
	for _, f := range d.Fields {
		fmt.Fprintf(b, "      %s  %s -> %s\n", f.Pointer, cmp.Or(f.Was, "-"), cmp.Or(f.Now, "-"))
	}
	if more := d.FieldsTotal - len(d.Fields); more > 0 {
		fmt.Fprintf(b, "      and %d more\n", more)
	}
}

func verdictText(v bridge.ReplayVerdict) string {
	s := string(v.State)
	if s == "" {
		s = "not looked at"
	}
	if v.Verdict != "" && v.Verdict != s {
		s += " (" + v.Verdict + ")"
	}
	if v.Reason != "" {
		s += ", " + v.Reason
	}
	return s
}
