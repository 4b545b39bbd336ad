package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/bridge/sqlstore"
	"github.com/edibridge/edibridge/internal/config"
)

// checkSeen is what "check --json" prints.
type checkSeen struct {
	File     string               `json:"file"`
	Valid    bool                 `json:"valid"`
	Digest   string               `json:"digest,omitempty"`
	Partners []string             `json:"partners"`
	Problems []problemSeen        `json:"problems"`
	Data     string               `json:"data,omitempty"`
	State    map[bridge.State]int `json:"state"` // transmissions in the data folder, by state
}

type problemSeen struct {
	File    string `json:"file"`
	Line    int    `json:"line"`   // from 1; 0: the file as a whole
	Column  int    `json:"column"` // from 1; 0: the line as a whole
	Message string `json:"message"`
}

func checkCommand() *cobra.Command {
	var (
		file, running string
		asJSON        bool
	)
	cmd := &cobra.Command{
		Use:   "check",
		Short: "check the configuration, its guides and mappings",
		Long: `Check edibridge.yaml, the partners, guides and mappings as a whole, and say what
the data folder holds. Every mistake is one line: file, line, column, what is wrong.
--against running says what "edibridge activate" would change.

Exit status: 0 everything holds together, 1 there are mistakes.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			switch running {
			case "":
				return check(cmd, file, asJSON)
			case "running":
				return checkAgainst(cmd, file, asJSON)
			}
			return fmt.Errorf(`--against %q: it is "running"`, running)
		},
	}
	configFlag(cmd, &file)
	cmd.Flags().StringVar(&running, "against", "", `"running": say what differs from what is in force`)
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object")
	return cmd
}

func check(cmd *cobra.Command, file string, asJSON bool) error {
	seen := checkSeen{File: file, Partners: []string{}, Problems: []problemSeen{}, State: map[bridge.State]int{}}
	cfg, sys, err := config.Load(file)
	var problems config.Problems
	switch {
	case errors.As(err, &problems):
		for _, p := range problems {
			seen.Problems = append(seen.Problems, problemSeen(p))
		}
	case err != nil:
		return err
	default:
		seen.Valid, seen.Digest, seen.Data = true, cfg.Digest, sys.Data
		for _, p := range cfg.Partners {
			seen.Partners = append(seen.Partners, p.ID)
		}
		if seen.State, err = stored(cmd.Context(), sys); err != nil {
			return err
		}
	}
	if asJSON {
		fmt.Fprintf(cmd.OutOrStdout(), "%s\n", marshal(seen))
	} else {
		seen.print(cmd.OutOrStdout(), problems, cfg)
	}
	if !seen.Valid {
		return &exitError{status: exitNo}
	}
	return nil
}

// checkAgainst says what bringing the files into force would change.
func checkAgainst(cmd *cobra.Command, file string, asJSON bool) error {
	_, sys, err := config.Load(file)
	if problems, mistaken := errors.AsType[config.Problems](err); mistaken {
		return tellProblems(cmd.OutOrStdout(), file, problems, asJSON)
	}
	if err != nil {
		return err
	}
	seen, err := differences(cmd.Context(), sys)
	if err != nil {
		return err
	}
	seen.tell(cmd.OutOrStdout(), asJSON, "is not in force")
	return nil
}

func (c *checkSeen) print(w io.Writer, problems config.Problems, cfg *bridge.Configuration) {
	if !c.Valid {
		for _, p := range problems {
			fmt.Fprintln(w, p)
		}
		fmt.Fprintf(w, "%s: %s\n", c.File, count(len(problems), "mistake"))
		return
	}
	agreements := 0
	for _, p := range cfg.Partners {
		agreements += len(p.Agreements) + len(p.Dispatches)
	}
	fmt.Fprintf(w, "%s holds together: %s, %s, %s; digest %s\n", c.File, count(len(cfg.Partners), "partner"),
		count(agreements, "agreement"), count(len(cfg.Endpoints), "endpoint"), c.Digest[:12])
	if len(c.State) == 0 {
		fmt.Fprintf(w, "data folder %s: nothing there yet\n", c.Data)
		return
	}
	fmt.Fprintf(w, "data folder %s:", c.Data)
	for _, s := range states {
		if n := c.State[s]; n > 0 {
			fmt.Fprintf(w, " %s %s", thousands(int64(n)), s)
		}
	}
	fmt.Fprintln(w)
}

// states in the order in which people read them.
var states = [...]bridge.State{bridge.Accepted, bridge.Translated, bridge.Quarantined, bridge.Held, bridge.Pending,
	bridge.Attempted, bridge.Sent, bridge.Available, bridge.Delivered, bridge.Settled, bridge.Dead, bridge.Discarded}

// stored counts what the data folder holds; nothing when there is none yet.
func stored(ctx context.Context, sys *config.System) (map[bridge.State]int, error) {
	store, err := openStore(ctx, sys, sqlstore.Options{ReadOnly: true})
	if errors.Is(err, os.ErrNotExist) {
		return map[bridge.State]int{}, nil
	}
	if err != nil {
		return nil, err
	}
	defer store.Close()
	return store.Counts(ctx)
}
