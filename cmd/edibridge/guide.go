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
	"github.com/edibridge/edibridge/internal/config"
)

// guideFlags say which guides the commands below guide work on.
type guideFlags struct {
	config  string // the guides beside this configuration
	dir     string // or those of this folder
	release string
	json    bool
}

func guideCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "guide",
		Short: "show, compare, check and test implementation guides",
		Long: `Work on implementation guides: those that come with the program, and over them
those of a folder (--dir), or of the folder guides beside a configuration (-c;
./edibridge.yaml when it is there).

A guide is called by its name: acme-850, or "X12 004010 850", or 850 alone with
--release where there are several.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	f := &guideFlags{}
	cmd.PersistentFlags().StringVarP(&f.config, "config", "c", "", "the guides beside this configuration")
	cmd.PersistentFlags().StringVar(&f.dir, "dir", "", "the guides of this folder")
	cmd.PersistentFlags().StringVar(&f.release, "release", "", `release of a set that several have: 004010, D:96A`)
	cmd.PersistentFlags().BoolVar(&f.json, "json", false, "JSON instead of text")
	cmd.AddCommand(guideListCommand(f), guideShowCommand(f), guideDiffCommand(f), guideLintCommand(f), guideTestCommand(f), guideDraftCommand(f))
	return cmd
}

// guideSet is the guides that a command works on.
type guideSet struct {
	lib *guide.Library
	dir string   // the folder of one's own guides; "" none
	own []string // names of its guides, sorted
}

// defaultConfig is the configuration that is used when it is there.
const defaultConfig = "edibridge.yaml"

// load gives the shipped guides and, over them, those of a folder. Mistakes in
// these are [guide.Errors].
func (f *guideFlags) load() (*guideSet, error) {
	switch _, err := os.Stat(defaultConfig); {
	case f.dir != "" && f.config != "":
		return nil, errors.New("--dir and --config exclude each other")
	case f.dir != "":
		return openGuides(f.dir)
	case f.config != "":
		if _, err := os.Stat(f.config); err != nil {
			return nil, err
		}
		return openGuides(beside(f.config))
	case err == nil:
		return openGuides(beside(defaultConfig))
	}
	return openGuides("")
}

// beside is the folder of guides of a configuration; "" when it has none.
func beside(file string) string {
	dir := filepath.Join(filepath.Dir(file), "guides")
	if !exists(dir) {
		return ""
	}
	return dir
}

// openGuides lays the guides of a folder over the shipped ones.
func openGuides(dir string) (*guideSet, error) {
	lib, err := config.ShippedGuides()
	if err != nil {
		return nil, err
	}
	s := &guideSet{lib: lib, dir: dir}
	if dir == "" {
		return s, nil
	}
	before := lib.Names()
	if s.lib, err = lib.Extend(os.DirFS(dir)); err != nil {
		return s, err
	}
	for _, name := range s.lib.Names() {
		if _, found := slices.BinarySearch(before, name); !found {
			s.own = append(s.own, name)
		}
	}
	return s, nil
}

// file is the name of a guide's file as a person can open it.
func (s *guideSet) file(name string) string {
	if s.dir != "" {
		if path := filepath.Join(s.dir, name); exists(path) {
			return path
		}
	}
	return name
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// at is "file:line" of an origin; "" of none.
func (s *guideSet) at(o guide.Origin) string {
	if o.Line == 0 {
		return ""
	}
	o.File = s.file(o.File)
	return o.String()
}

// named gives the guide that args call: a name in one word or several, a set, a
// file of a guide.
func (f *guideFlags) named(s *guideSet, args []string) (*guide.Guide, error) {
	name := strings.Join(args, " ")
	if g := s.lib.Named(name); g != nil {
		return g, nil
	}
	var fits []string
	for _, n := range s.lib.Names() {
		words := strings.Fields(n)
		if len(words) == 3 && words[2] == name && (f.release == "" || f.release == words[1]) {
			fits = append(fits, n)
		}
	}
	switch len(fits) {
	case 1:
		return s.lib.Named(fits[0]), nil
	case 0:
		return nil, fmt.Errorf("there is no guide %q; edibridge guide list shows all", name)
	}
	return nil, fmt.Errorf("%q is in several releases, --release says which: %s", name, strings.Join(fits, ", "))
}

// guideSeen is a guide in guide list --json.
type guideSeen struct {
	Name     string       `json:"name"`
	Title    string       `json:"title"`
	Standard edi.Standard `json:"standard"`
	Release  string       `json:"release"`
	Set      string       `json:"set"`
	Own      bool         `json:"own"` // not shipped
	Examples int          `json:"examples"`
}

func guideListCommand(f *guideFlags) *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "list the guides there are",
		Long: `List the guides there are: one's own first, then those that come with the program.

Exit status: 0 listed, 2 the guides cannot be read.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := f.load()
			if err != nil {
				return err
			}
			out := bufio.NewWriter(cmd.OutOrStdout())
			defer out.Flush()
			names := s.lib.Names()
			slices.SortStableFunc(names, func(a, b string) int { return cmp.Compare(s.rank(a), s.rank(b)) })
			for _, name := range names {
				g := s.lib.Named(name)
				seen := guideSeen{name, g.Title(), g.Standard(), g.Release(), g.Set(), s.rank(name) == 0, len(s.lib.Examples(name))}
				if f.json {
					fmt.Fprintf(out, "%s\n", marshal(seen))
					continue
				}
				fmt.Fprintf(out, "%-24s %-8s %-7s %-6s %s, %s\n", name, g.Standard(), g.Release(), g.Set(), g.Title(), count(seen.Examples, "example"))
			}
			return nil
		},
	}
}

// rank is 0 of one's own guides and 1 of shipped ones.
func (s *guideSet) rank(name string) int {
	if slices.Contains(s.own, name) {
		return 0
	}
	return 1
}

func guideShowCommand(f *guideFlags) *cobra.Command {
	elements := false
	cmd := &cobra.Command{
		Use:   "show NAME",
		Short: "show the effective guide, with the layer of each line",
		Long: `Show what a guide asks for when all its layers are laid over each other: the lines
of the standard's guide, below each what overlays say of it, and where each line
was written.

Exit status: 0 shown, 2 there is no such guide, or the guides cannot be read.`,
		Example: `  edibridge guide show acme-850
  edibridge guide show X12 004010 850
  edibridge guide show ORDERS --release D:96A --elements`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := f.load()
			if err != nil {
				return err
			}
			g, err := f.named(s, args)
			if err != nil {
				return err
			}
			out := bufio.NewWriter(cmd.OutOrStdout())
			defer out.Flush()
			if f.json {
				s.showJSON(out, g)
				return nil
			}
			s.show(out, g, elements)
			return nil
		},
	}
	cmd.Flags().BoolVar(&elements, "elements", false, "the elements of each segment, too")
	return cmd
}

// lineSeen is a line of a guide in guide show --json.
type lineSeen struct {
	Place   string `json:"place"`
	Text    string `json:"text"`
	Overlay bool   `json:"overlay"`
	Layer   string `json:"layer"`
	File    string `json:"file"`
	Line    int    `json:"line"`
}

func (s *guideSet) showJSON(out io.Writer, g *guide.Guide) {
	lines := []lineSeen{}
	for _, l := range g.Lines() {
		lines = append(lines, lineSeen{l.Place, strings.TrimSpace(l.Text), l.Overlay, l.Origin.Layer, s.file(l.Origin.File), l.Origin.Line})
	}
	fmt.Fprintf(out, "%s\n", marshal(struct {
		Name     string       `json:"name"`
		Title    string       `json:"title"`
		Standard edi.Standard `json:"standard"`
		Release  string       `json:"release"`
		Set      string       `json:"set"`
		Digest   string       `json:"digest"`
		Lines    []lineSeen   `json:"lines"`
	}{g.Name(), g.Title(), g.Standard(), g.Release(), g.Set(), g.Digest(), lines}))
}

// originColumn is where the layer of a line stands.
const originColumn = 56

// show writes the effective guide to a person.
func (s *guideSet) show(out io.Writer, g *guide.Guide, elements bool) {
	base := fmt.Sprintf("%s %s %s", g.Standard(), g.Release(), g.Set())
	fmt.Fprintf(out, "guide %s %q", g.Name(), g.Title())
	if base != g.Name() {
		fmt.Fprintf(out, ", over %s", base)
	}
	fmt.Fprintln(out)
	var overlays []guide.Line
	for _, l := range g.Lines() {
		if l.Overlay {
			overlays = append(overlays, l)
		}
	}
	shown := map[string]bool{}
	opened := "" // the loop whose trigger comes next
	for _, l := range g.Lines() {
		if l.Overlay {
			continue
		}
		if opened != "" {
			l.Place = opened
		}
		opened = ""
		text := strings.TrimRight(l.Text, " ")
		fmt.Fprintf(out, "  %-*s %s\n", originColumn, text, s.layer(l.Origin))
		if strings.Contains(text, "loop ") {
			opened = l.Place
			continue
		}
		indent := strings.Repeat(" ", 8+len(text)-len(strings.TrimLeft(text, " ")))
		for _, o := range overlays {
			if levels(o.Place) == l.Place && !shown[l.Place] {
				fmt.Fprintf(out, "%-*s %s\n", originColumn+2, fmt.Sprintf("%s= %-16s %s", indent, o.Place, o.Text), s.layer(o.Origin))
			}
		}
		shown[l.Place] = true
		if elements {
			tag := l.Place[strings.LastIndexByte(l.Place, '/')+1:]
			showElements(out, g, tag, indent)
		}
	}
}

// layer is who wrote a line, and where.
func (s *guideSet) layer(o guide.Origin) string { return fmt.Sprintf("%s, %s", o.Layer, s.at(o)) }

// levels is the place of the segment or loop that an overlay's place speaks of,
// as the lines of a standard's guide are placed: without qualifiers and element.
func levels(place string) string {
	p, err := edi.ParsePattern(place)
	if err != nil {
		return place
	}
	tags := make([]string, len(p.Steps))
	for i, step := range p.Steps {
		tags[i] = step.Tag
	}
	return strings.Join(tags, "/")
}

// showElements writes what the dictionary says of a segment's elements.
func showElements(out io.Writer, g *guide.Guide, tag, indent string) {
	for i, e := range g.Elements(nil, tag, &edi.Delimiters{Repetition: '^'}) {
		showElement(out, fmt.Sprintf("%s%s%02d", indent, tag, i+1), &e)
		for j, part := range e.Parts {
			showElement(out, fmt.Sprintf("%s  %s%02d.%d", indent, tag, i+1, j+1), &part)
		}
	}
}

func showElement(out io.Writer, place string, e *guide.Element) {
	text := fmt.Sprintf("%s  %s", place, e.String())
	if e.Name != "" {
		text += fmt.Sprintf(" %q", e.Name)
	}
	if n := e.Codes(); n > 0 {
		text += ", " + count(n, "code")
	}
	fmt.Fprintln(out, text)
}

func guideDiffCommand(f *guideFlags) *cobra.Command {
	return &cobra.Command{
		Use:   "diff NAME [NAME]",
		Short: "show what one guide says otherwise than another",
		Long: `Show what a guide says otherwise than its base, or than another guide: a line that
begins with - is of the first (the base), one with + of the second. Two releases
of a set can be compared, too. Names of several words are quoted.

Exit status: 0 they say the same, 1 they differ, 2 there is no such guide.`,
		Example: `  edibridge guide diff acme-850
  edibridge guide diff "X12 004010 850" "X12 005010 850"`,
		Args: cobra.RangeArgs(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := f.load()
			if err != nil {
				return err
			}
			b, err := f.named(s, args[len(args)-1:])
			if err != nil {
				return err
			}
			from := []string{fmt.Sprintf("%s %s %s", b.Standard(), b.Release(), b.Set())}
			if len(args) == 2 {
				from = args[:1]
			}
			a, err := f.named(s, from)
			if err != nil {
				return err
			}
			out := bufio.NewWriter(cmd.OutOrStdout())
			defer out.Flush()
			if s.diff(out, a, b, f.json) > 0 {
				return &exitError{status: exitNo}
			}
			return nil
		},
	}
}

// changeSeen is a difference in guide diff --json.
type changeSeen struct {
	Place string `json:"place"`
	Old   string `json:"old"`
	New   string `json:"new"`
	From  string `json:"from"` // file:line, "" where a dictionary says it
	To    string `json:"to"`
}

// diff writes what b says otherwise than a and gives the number of differences.
func (s *guideSet) diff(out io.Writer, a, b *guide.Guide, asJSON bool) int {
	changes := guide.Diff(a, b)
	if asJSON {
		for _, c := range changes {
			fmt.Fprintf(out, "%s\n", marshal(changeSeen{c.Place, c.Old, c.New, s.at(c.From), s.at(c.To)}))
		}
		return len(changes)
	}
	fmt.Fprintf(out, "--- %s\n+++ %s\n", a.Name(), b.Name())
	for _, c := range changes {
		s.changed(out, "-", c.Place, c.Old, c.From)
		s.changed(out, "+", c.Place, c.New, c.To)
	}
	fmt.Fprintln(out, count(len(changes), "difference"))
	return len(changes)
}

func (s *guideSet) changed(out io.Writer, sign, place, text string, at guide.Origin) {
	if text != "" {
		fmt.Fprintln(out, strings.TrimRight(fmt.Sprintf("%s %-16s %-40s %s", sign, place, text, s.at(at)), " "))
	}
}
