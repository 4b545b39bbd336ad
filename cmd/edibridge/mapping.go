package main

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/mappings"
	"github.com/edibridge/edibridge/mappings/celexpr"
)

func mappingCommand() *cobra.Command {
	var dir string
	cmd := &cobra.Command{
		Use:   "mapping",
		Short: "look into mappings: the rows that hold, where they come from, what they leave",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return cmd.Help()
		},
	}
	cmd.PersistentFlags().StringVar(&dir, "mappings", "", "folder of tables laid over those that come with edibridge")
	cmd.AddCommand(mappingShow(&dir), mappingExplain(&dir), mappingDiff(&dir), mappingCoverage(&dir), mappingDriftCommand(), mappingNew(&dir))
	return cmd
}

// loadMappings gives the shipped tables and those of a folder over them; "" none.
func loadMappings(dir string) (*mappings.Library, error) {
	lib, err := mappings.Standard()
	if err != nil || dir == "" {
		return lib, err
	}
	return lib.With(celexpr.New()).Extend(os.DirFS(dir))
}

// named gives a mapping of a folder by its name.
func named(dir, name string) (*mappings.Mapping, error) {
	lib, err := loadMappings(dir)
	if err != nil {
		return nil, err
	}
	if m := lib.Named(name); m != nil {
		return m, nil
	}
	return nil, fmt.Errorf("there is no mapping %q (there is: %s)", name, strings.Join(lib.Names(), ", "))
}

func mappingShow(dir *string) *cobra.Command {
	var effective bool
	cmd := &cobra.Command{
		Use:   "show [NAME]",
		Short: "list the mappings, or print the rows of one",
		Long: `List the mappings with their layers, or print the rows of one, in the order of writing:
those of its own table, or with --effective those of all its layers, each with the
file, line and layer that it comes from.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			out := cmd.OutOrStdout()
			if len(args) == 0 {
				lib, err := loadMappings(*dir)
				if err != nil {
					return err
				}
				for _, name := range lib.Names() {
					fmt.Fprintln(out, strings.Join(lib.Named(name).Layers(), " < "))
				}
				return nil
			}
			m, err := named(*dir, args[0])
			if err != nil {
				return err
			}
			full := fullRows(m)
			for i, r := range m.Rows() {
				if effective {
					fmt.Fprintf(out, "%-76s # %s %s\n", r, r.At, r.Layer)
				} else if r.Layer == m.Name() {
					fmt.Fprintln(out, full[i])
				}
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&effective, "effective", false, "rows of all layers")
	return cmd
}

func mappingExplain(dir *string) *cobra.Command {
	return &cobra.Command{
		Use:   "explain NAME PATH",
		Short: "say which rows make a member of the document, and whose they are",
		Long: `Say which rows make a member of the document, whose they are, and which rows of
lower layers they took the place of. PATH is a path as tables have it
(lines[].quantity.value) or a JSON Pointer (/lines/3/quantity/value).

Exit status: 1 when no row makes it.`,
		Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			m, err := named(*dir, args[0])
			if err != nil {
				return err
			}
			rows := m.Explain(args[1])
			if len(rows) == 0 {
				fmt.Fprintf(cmd.ErrOrStderr(), "no row of %s makes %s\n", m.Name(), args[1])
				return &exitError{status: exitNo}
			}
			for _, r := range rows {
				r.Depth = 0
				fmt.Fprintf(cmd.OutOrStdout(), "%s\n  makes %s\n  row %s of layer %s\n", r, strings.Join(r.Members, ", "), r.At, r.Layer)
				for _, was := range r.Replaced {
					fmt.Fprintf(cmd.OutOrStdout(), "  in place of %s\n", was)
				}
			}
			return nil
		},
	}
}

func mappingDiff(dir *string) *cobra.Command {
	return &cobra.Command{
		Use:   "diff NAME NAME",
		Short: "print the rows that one mapping has and another has not",
		Long: `Print the rows that differ: those that only the first mapping has with "-" before them,
those that only the second has with "+".

Exit status: 1 when they differ.`,
		Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			var sides [2][]string
			for i, name := range args {
				m, err := named(*dir, name)
				if err != nil {
					return err
				}
				sides[i] = fullRows(m)
			}
			differ := false
			for _, side := range []struct {
				sign        string
				rows, other []string
			}{{"-", sides[0], sides[1]}, {"+", sides[1], sides[0]}} {
				for _, r := range side.rows {
					if !slices.Contains(side.other, r) {
						fmt.Fprintln(cmd.OutOrStdout(), side.sign, r)
						differ = true
					}
				}
			}
			if differ {
				return &exitError{status: exitNo}
			}
			return nil
		},
	}
}

// fullRows are the rows of a mapping, each with the places around it.
func fullRows(m *mappings.Mapping) []string {
	var around []string
	var rows []string
	for _, r := range m.Rows() {
		around = append(around[:min(r.Depth, len(around))], r.Place)
		text := strings.Join(around, "/")
		for _, part := range []string{r.Path, r.Words} {
			if part != "" {
				text += "  " + part
			}
		}
		rows = append(rows, text)
	}
	return rows
}

func mappingCoverage(dir *string) *cobra.Command {
	var (
		name   string
		stored storedCoverage
	)
	cmd := &cobra.Command{
		Use:   "coverage FILE... | --stored",
		Short: "count what mappings read of files, and list what they leave",
		Long: `Count, for each transaction set and message, the values that the mapping reads, and
list what no row reads, by place, the most frequent first.

With --stored, tell instead how much was mapped of what a bridge has received, by
partner, set, release and day.`,
		Args: func(cmd *cobra.Command, args []string) error {
			if stored.wanted {
				return cobra.NoArgs(cmd, args)
			}
			return cobra.MinimumNArgs(1)(cmd, args)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if stored.wanted {
				return stored.run(cmd)
			}
			langs, err := loadLanguages("")
			if err != nil {
				return err
			}
			if langs.mappings, err = loadMappings(*dir); err != nil {
				return err
			}
			c := &coverage{out: cmd.OutOrStdout(), judge: judge{langs: langs}, mapping: name, left: map[string]int{}}
			err = eachFile(cmd, args, c.file)
			c.summary()
			return err
		},
	}
	cmd.Flags().StringVar(&name, "mapping", "", "mapping by name, for sets of its kind")
	stored.flags(cmd)
	return cmd
}

// coverage counts over files.
type coverage struct {
	out              io.Writer
	judge            judge
	mapping          string
	name             string
	elements, mapped int
	sets             int
	left             map[string]int
}

func (c *coverage) file(name string, r io.Reader) (int, error) {
	c.name = name
	sets := c.sets
	if err := walk(r, c.event); err != nil {
		return 0, err
	}
	if c.sets == sets {
		return 0, unreadable("")
	}
	return 0, nil
}

func (c *coverage) event(ev *edi.Event) error {
	if ev.Kind != edi.EndMessage {
		return nil
	}
	j := c.judge.set(ev)
	c.sets++
	mp := c.judge.langs.mapping(j.m, c.mapping)
	if j.match == nil || mp == nil {
		fmt.Fprintf(c.out, "%s %s: no mapping for %s %s\n", c.name, j.m.Path, j.m.Set, j.m.Version)
		return nil
	}
	r, err := mp.In(mappings.FromMessage(j.m, j.guide, j.match), mappings.InOptions{Residue: true})
	if err != nil {
		return err
	}
	n := r.Residue.Coverage
	c.elements, c.mapped = c.elements+n.Elements, c.mapped+n.Mapped
	fmt.Fprintf(c.out, "%s %s: %s, %s\n", c.name, j.m.Path, mp.Name(), share(n.Mapped, n.Elements))
	for _, e := range r.Residue.Entries {
		place := fmt.Sprintf("%s %s%02d", j.m.Set, e.Tag, e.Element)
		if e.Component > 0 {
			place += fmt.Sprintf(".%d", e.Component)
		}
		c.left[place]++
	}
	return nil
}

func share(mapped, elements int) string {
	if elements == 0 {
		return "no values"
	}
	return fmt.Sprintf("%d of %d values mapped (%.1f %%)", mapped, elements, 100*float64(mapped)/float64(elements))
}

// summary prints the sum and what is left, the most frequent first.
func (c *coverage) summary() {
	fmt.Fprintf(c.out, "%d set(s): %s\n", c.sets, share(c.mapped, c.elements))
	var all []string
	for place := range c.left {
		all = append(all, place)
	}
	slices.SortFunc(all, func(a, b string) int { return cmp.Or(c.left[b]-c.left[a], strings.Compare(a, b)) })
	for _, place := range all {
		fmt.Fprintf(c.out, "%6d  %s\n", c.left[place], place)
	}
}
