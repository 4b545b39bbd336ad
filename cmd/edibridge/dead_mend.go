package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/edibridge/edibridge/archive"
	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/bridge/sqlstore"
	"github.com/edibridge/edibridge/internal/config"
)

// maxMended bounds a file that is mended by hand; see maxCall.
const maxMended = 48 << 20

func deadEditCommand() *cobra.Command {
	var file, to string
	cmd := &cobra.Command{
		Use:   "edit TRANSMISSION",
		Short: "write the bytes of one to a file, to be mended",
		Long: `Write the bytes of one that is dead or quarantined to a new file, byte for byte as
they are in the archive; "-" is standard output. Mend it there, and send it with
"dead resubmit".

Exit status: 0 written, 1 there is none, 2 it could not be written.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return editDead(cmd, file, bridge.ID(strings.ToUpper(args[0])), to)
		},
	}
	configFlag(cmd, &file)
	cmd.Flags().StringVar(&to, "file", "", "where to (default: its id with .edi, or .json of an event or document)")
	return cmd
}

func editDead(cmd *cobra.Command, file string, id bridge.ID, to string) error {
	return withBodies(cmd, file, func(s *sqlstore.Store, bodies bridge.Bodies) error {
		t, err := s.Transmission(cmd.Context(), id)
		if err != nil {
			return &exitError{exitNo, fmt.Errorf("%s: %w", id, err)}
		}
		if to == "" {
			to = string(id) + ".edi"
			if t.Kind == bridge.KindEvent || t.Kind == bridge.KindDocument {
				to = string(id) + ".json"
			}
		}
		body, err := bodies.Get(cmd.Context(), t.Body)
		if err != nil {
			return err
		}
		defer body.Close()
		if to == "-" {
			_, err = io.Copy(cmd.OutOrStdout(), body)
			return err
		}
		f, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return err
		}
		if _, err := io.Copy(f, body); err != nil {
			return errors.Join(err, f.Close(), os.Remove(to))
		}
		fmt.Fprintf(cmd.OutOrStdout(), "%s\nmend it, then: edibridge dead resubmit %s --file %s --reason TEXT\n", to, id, to)
		return f.Close()
	})
}

// withBodies opens store and archive for reading alone.
func withBodies(cmd *cobra.Command, file string, do func(*sqlstore.Store, bridge.Bodies) error) error {
	_, sys, err := config.Load(file)
	if err != nil {
		return err
	}
	return withReplays(cmd, file, func(s *sqlstore.Store) error {
		dir, err := archive.OpenDir(sys.Archive(), archive.DirOptions{ReadOnly: true})
		if err != nil {
			return err
		}
		return errors.Join(do(s, archive.New(dir, archive.Options{})), dir.Close())
	})
}

// resubmitted is what "dead resubmit --json" prints.
type resubmitted struct {
	Transmission bridge.ID `json:"transmission"` // the old one
	New          bridge.ID `json:"new"`
}

func deadResubmitCommand() *cobra.Command {
	var (
		config, from string
		m            mendedBytes
		asJSON       bool
	)
	cmd := &cobra.Command{
		Use:   "resubmit TRANSMISSION --file MENDED --reason TEXT",
		Short: "send a mended file in the place of one that is dead or quarantined",
		Long: `Send a mended file ("-" is standard input) in the place of one that is dead or
quarantined. It is a new transmission whose cause is the old one: what came in is
translated like any file of the same peer, what goes out goes to the same endpoint
in the same place of its order. An event whose data was changed gets a new id. The
old one stays, discarded, with who did it and why.

Exit status: 0 done, 1 it is unknown, in another state, or the file cannot take its
place, 2 it could not be done.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			m.ID = bridge.ID(strings.ToUpper(args[0]))
			return resubmit(cmd, config, from, m, asJSON)
		},
	}
	configFlag(cmd, &config)
	f := cmd.Flags()
	f.StringVar(&from, "file", "", "the mended file (required)")
	f.StringVar(&m.Reason, "reason", "", "why, in one line (required)")
	f.StringVar(&m.By, "by", "", "who decides (default: the user of the operating system)")
	f.BoolVar(&asJSON, "json", false, "one JSON object")
	return cmd
}

func resubmit(cmd *cobra.Command, file, from string, m mendedBytes, asJSON bool) (err error) {
	switch {
	case strings.TrimSpace(m.Reason) == "":
		return errors.New("--reason is needed: why, in one line")
	case from == "":
		return errors.New("--file is needed: the mended file")
	}
	if m.By, err = whoDecides(m.By); err != nil {
		return err
	}
	if _, err = oneFile(cmd, from, func(_ string, in io.Reader) (int, error) {
		m.Body, err = io.ReadAll(io.LimitReader(in, maxMended+1))
		return 0, err
	}); err != nil {
		return err
	}
	if len(m.Body) > maxMended {
		return fmt.Errorf("%s has more than %d bytes", from, maxMended)
	}
	cfg, sys, err := config.Load(file)
	if err != nil {
		return err
	}
	d, err := openDecider(cmd.Context(), cfg, sys, newLog(cmd.ErrOrStderr(), sys.Log))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.close()) }()
	done := resubmitted{Transmission: m.ID}
	if err := ask(cmd.Context(), d, callResubmit, m, &done.New); err != nil {
		return err
	}
	if asJSON {
		fmt.Fprintf(cmd.OutOrStdout(), "%s\n", marshal(done))
	} else {
		fmt.Fprintf(cmd.OutOrStdout(), "%s  resubmitted as %s\n", done.Transmission, done.New)
	}
	return nil
}
