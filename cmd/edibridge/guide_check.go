package main

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/edi/guide"
)

// chosen are the guides that a check is about.
type chosen struct {
	*guideSet
	names []string
	file  string // of this file alone, as the folder names it; "" all
}

// choose finds what arg means: a folder of guides, the file of one, a guide's
// name; nothing: one's own guides, or the shipped ones where there are none.
// Mistakes of the files are [guide.Errors].
func (f *guideFlags) choose(args []string) (*chosen, error) {
	arg := strings.Join(args, " ")
	if info, err := os.Stat(arg); arg != "" && err == nil {
		c := &chosen{}
		dir := arg
		if !info.IsDir() {
			dir, c.file = filepath.Dir(arg), filepath.Base(arg)
		}
		if c.guideSet, err = openGuides(dir); err != nil {
			return c, err
		}
		for _, name := range c.own {
			if c.file == "" || c.lib.File(name) == c.file {
				c.names = append(c.names, name)
			}
		}
		if len(c.names) == 0 {
			return nil, fmt.Errorf("%s holds no guide", arg)
		}
		return c, nil
	}
	s, err := f.load()
	c := &chosen{guideSet: s}
	if err != nil {
		return c, err
	}
	if arg != "" {
		g, err := f.named(s, args)
		if err != nil {
			return nil, err
		}
		c.names = []string{g.Name()}
		return c, nil
	}
	if c.names = s.own; len(c.names) == 0 {
		c.names = s.lib.Names()
	}
	return c, nil
}

func guideLintCommand(f *guideFlags) *cobra.Command {
	info, strict := false, false
	cmd := &cobra.Command{
		Use:   "lint [FILE|DIR|NAME]",
		Short: "find mistakes in guides",
		Long: `Find mistakes in the guides of a folder or file, or in one guide: lines that do not
load, lines that can never hold or ask for nothing, codes, lengths and qualifiers
that the base does not have, contradictions, examples that fail. Each has a place,
a severity and a rule; docs/GUIDES.md lists the rules.

Exit status: 0 no errors, 1 there are errors (with --strict also warnings),
2 the guides cannot be read.`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := f.choose(args)
			remarks, err := c.remarks(err)
			if err != nil {
				return err
			}
			out := bufio.NewWriter(cmd.OutOrStdout())
			defer out.Flush()
			bad, shown := 0, 0
			for _, r := range remarks {
				if r.Severity == edi.Error || strict && r.Severity == edi.Warning {
					bad++
				}
				switch {
				case f.json:
					fmt.Fprintf(out, "%s\n", marshal(r))
				case r.Severity != edi.Info || info:
					shown++
					fmt.Fprintln(out, r)
				}
			}
			if !f.json {
				fmt.Fprintf(out, "%s, %s\n", count(len(c.names), "guide"), count(shown, "remark"))
			}
			if bad > 0 {
				return &exitError{status: exitNo}
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&info, "info", false, "show remarks of severity info, too")
	cmd.Flags().BoolVar(&strict, "strict", false, "warnings fail, too")
	return cmd
}

// loadRule is the rule of what does not load.
const loadRule = "guide.load"

// remarks are what is wrong with the guides; err is what their load gave.
func (c *chosen) remarks(err error) ([]guide.Remark, error) {
	var out []guide.Remark
	var mistakes guide.Errors
	switch {
	case errors.As(err, &mistakes):
		for _, m := range mistakes {
			if c.file == "" || m.File == c.file {
				out = append(out, guide.Remark{File: m.File, Line: m.Line, Column: m.Column, Rule: loadRule, Severity: edi.Error, Text: m.Text})
			}
		}
		if len(out) == 0 {
			return nil, err
		}
	case err != nil:
		return nil, err
	}
	for _, name := range c.names {
		out = append(out, c.lib.Lint(name)...)
	}
	for i := range out {
		out[i].File = c.guideSet.file(out[i].File)
	}
	slices.SortStableFunc(out, func(a, b guide.Remark) int {
		return cmp.Or(strings.Compare(a.File, b.File), a.Line-b.Line, a.Column-b.Column)
	})
	return out, nil
}

func guideTestCommand(f *guideFlags) *cobra.Command {
	verbose := false
	cmd := &cobra.Command{
		Use:   "test [FILE|DIR|NAME]",
		Short: "run the examples of guides",
		Long: `Hold the examples of guides against them: each must be what it says, sound or with
the findings that it names.

Exit status: 0 all are, 1 an example fails, 2 the guides cannot be read.`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := f.choose(args)
			if err != nil {
				return err
			}
			out := bufio.NewWriter(cmd.OutOrStdout())
			defer out.Flush()
			run, failed := 0, 0
			for _, name := range c.names {
				g := c.lib.Named(name)
				for _, e := range c.lib.Examples(name) {
					failures := g.Test(e)
					run++
					if len(failures) > 0 {
						failed++
					}
					c.example(out, e, failures, verbose, f.json)
				}
			}
			if !f.json {
				fmt.Fprintf(out, "%s, %s, %d failed\n", count(len(c.names), "guide"), count(run, "example"), failed)
			}
			if failed > 0 {
				return &exitError{status: exitNo}
			}
			return nil
		},
	}
	cmd.Flags().BoolVarP(&verbose, "verbose", "v", false, "name examples that pass, too")
	return cmd
}

// failureSeen is a failure in guide test --json.
type failureSeen struct {
	File   string `json:"file"`
	Line   int    `json:"line"`
	Column int    `json:"column"`
	Text   string `json:"message"`
}

// example writes what came of one.
func (c *chosen) example(out io.Writer, e *guide.Example, failures []guide.Failure, verbose, asJSON bool) {
	file := c.guideSet.file(e.Origin.File)
	if asJSON {
		seen := make([]failureSeen, len(failures))
		for i, f := range failures {
			seen[i] = failureSeen{file, f.Line, f.Column, f.Text}
		}
		fmt.Fprintf(out, "%s\n", marshal(struct {
			Guide    string        `json:"guide"`
			Example  string        `json:"example"`
			File     string        `json:"file"`
			Line     int           `json:"line"`
			Passed   bool          `json:"passed"`
			Failures []failureSeen `json:"failures"`
		}{e.Guide, e.Name, file, e.Origin.Line, len(failures) == 0, seen}))
		return
	}
	switch {
	case len(failures) > 0:
		fmt.Fprintf(out, "FAIL %s %q\n", e.Guide, e.Name)
	case verbose:
		fmt.Fprintf(out, "ok   %s %q\n", e.Guide, e.Name)
	}
	for _, f := range failures {
		fmt.Fprintf(out, "  %s:%d:%d: %s\n", file, f.Line, f.Column, f.Text)
	}
}
