package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/bridge/sqlstore"
	"github.com/edibridge/edibridge/internal/config"
)

func configCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "config",
		Short: "what was in force, and since when",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(configListCommand(), configShowCommand())
	return cmd
}

// activationSeen is one line of "config list --json".
type activationSeen struct {
	Number     int64     `json:"number"`
	Digest     string    `json:"digest"`
	Before     string    `json:"before"`
	At         time.Time `json:"at"`
	By         string    `json:"by"`
	Reason     string    `json:"reason"`
	Difference []string  `json:"difference"`
	Active     bool      `json:"active"`
}

func configListCommand() *cobra.Command {
	var file string
	var asJSON bool
	var limit int
	cmd := &cobra.Command{
		Use:   "list",
		Short: "every change: who, when, what",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return withConfigurations(cmd.Context(), file, func(s *sqlstore.Store) error {
				all, err := s.Activations(cmd.Context(), limit)
				for i := range all {
					writeActivation(cmd.OutOrStdout(), &all[i], i == 0, asJSON)
				}
				if err == nil && len(all) == 0 && !asJSON {
					fmt.Fprintln(cmd.OutOrStdout(), "nothing was ever in force")
				}
				return err
			})
		},
	}
	configFlag(cmd, &file)
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object each")
	cmd.Flags().IntVar(&limit, "limit", 100, "how many at most, the newest first")
	return cmd
}

func writeActivation(w io.Writer, a *bridge.Activation, active, asJSON bool) {
	if asJSON {
		fmt.Fprintf(w, "%s\n", marshal(activationSeen{a.Number, a.Digest, a.Before, a.At, a.By, a.Reason, list(a.Difference), active}))
		return
	}
	mark := ""
	if active {
		mark = "  in force"
	}
	fmt.Fprintf(w, "%d  %.12s  %s  by %s%s\n", a.Number, a.Digest, a.At.Local().Format("2006-01-02 15:04:05"), a.By, mark)
	if a.Reason != "" {
		fmt.Fprintf(w, "   %s\n", a.Reason)
	}
	for _, d := range a.Difference {
		fmt.Fprintf(w, "   %s\n", d)
	}
}

// showing is how a configuration is to be showing.
type showing struct {
	file, out string
	asJSON    bool
}

// fileSeen is one line of "config show --json".
type fileSeen struct {
	Digest string `json:"digest"`
	File   string `json:"file"`
	Size   int    `json:"size"`
}

func configShowCommand() *cobra.Command {
	var file string
	var how showing
	cmd := &cobra.Command{
		Use:   "show [DIGEST]",
		Short: "the files of a configuration that was in force, by the beginning of its digest",
		Long: `List the files of a configuration; without DIGEST, of the one in force. --file
prints one of them, --out writes them into a new folder. Files with secrets are
not among them: they never leave the machine they are on.

Exit status: 0 showing, 1 there is none.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return withConfigurations(cmd.Context(), file, func(s *sqlstore.Store) error {
				b, digest, err := bundleOf(cmd.Context(), s, strings.Join(args, ""))
				if err != nil {
					return err
				}
				return showBundle(cmd.OutOrStdout(), b, digest, how)
			})
		},
	}
	configFlag(cmd, &file)
	cmd.Flags().StringVar(&how.file, "file", "", "print this file")
	cmd.Flags().StringVar(&how.out, "out", "", "write the files into this folder, which must be new or empty")
	cmd.Flags().BoolVar(&how.asJSON, "json", false, "one JSON object a file")
	return cmd
}

func showBundle(w io.Writer, b *config.Bundle, digest string, how showing) error {
	switch {
	case how.out != "":
		return b.WriteTo(how.out)
	case how.file != "":
		text, ok := b.Files[how.file]
		if !ok {
			return &exitError{exitNo, fmt.Errorf("%.12s has no file %s", digest, how.file)}
		}
		_, err := w.Write(text)
		return err
	}
	for _, name := range b.Names() {
		if how.asJSON {
			fmt.Fprintf(w, "%s\n", marshal(fileSeen{digest, name, len(b.Files[name])}))
			continue
		}
		fmt.Fprintf(w, "%8d  %s\n", len(b.Files[name]), name)
	}
	return nil
}

// maxActivations bounds among how many a beginning of a digest is looked for.
const maxActivations = 100_000

// bundleOf finds a configuration by the beginning of its digest; "" is the one in force.
func bundleOf(ctx context.Context, s *sqlstore.Store, beginning string) (*config.Bundle, string, error) {
	activations, err := s.Activations(ctx, maxActivations)
	if err != nil {
		return nil, "", err
	}
	found := ""
	for _, a := range activations {
		if !strings.HasPrefix(a.Digest, strings.ToLower(beginning)) {
			continue
		}
		if found != "" && found != a.Digest {
			return nil, "", &exitError{exitNo, fmt.Errorf("several begin with %s", beginning)}
		}
		if found = a.Digest; beginning == "" {
			break
		}
	}
	if found == "" {
		return nil, "", &exitError{exitNo, fmt.Errorf("none begins with %q", beginning)}
	}
	files, err := s.ConfigurationFiles(ctx, found)
	if err != nil {
		return nil, "", err
	}
	b, err := config.ParseBundle(files)
	return b, found, err
}

// withConfigurations opens the store of a configuration for reading alone.
func withConfigurations(ctx context.Context, file string, read func(*sqlstore.Store) error) error {
	_, sys, err := config.Load(file)
	if err != nil {
		return err
	}
	store, err := openStore(ctx, sys, sqlstore.Options{ReadOnly: true})
	if err != nil {
		return err
	}
	defer store.Close()
	return read(store)
}
