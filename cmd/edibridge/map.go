package main

import (
	"bufio"
	"cmp"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/edibridge/edibridge/acknowledge"
	"github.com/edibridge/edibridge/canonical"
	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/mappings"
	"github.com/edibridge/edibridge/x12"
)

func mapCommand() *cobra.Command {
	var (
		lineage, residue bool
		guideName        string
		name, dir        string
	)
	cmd := &cobra.Command{
		Use:   "map FILE...",
		Short: "turn transaction sets into canonical documents",
		Long: `Turn the transaction sets of files into canonical documents, one JSON object a
line. Findings go to standard error, one a line.

Exit status: 0 all mapped, 1 there were findings of severity error, 2 unreadable.`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			langs, err := loadLanguages(guideName)
			if err != nil {
				return err
			}
			if langs.mappings, err = loadMappings(dir); err != nil {
				return err
			}
			out := bufio.NewWriter(cmd.OutOrStdout())
			defer out.Flush()
			return eachFile(cmd, args, func(file string, r io.Reader) (int, error) {
				m := &mapping{judge: judge{langs: langs}, name: file, mapping: name, out: out, errs: cmd.ErrOrStderr(),
					options: mappings.InOptions{Lineage: lineage, Residue: residue}}
				return m.run(r)
			})
		},
	}
	cmd.Flags().BoolVar(&lineage, "lineage", false, "add where each value came from")
	cmd.Flags().BoolVar(&residue, "residue", false, "add what no row of the mapping read, and how the document was spelled")
	cmd.Flags().StringVar(&name, "mapping", "", "mapping by name, for sets of its kind")
	cmd.Flags().StringVar(&dir, "mappings", "", "folder of tables laid over those that come with edibridge")
	cmd.Flags().StringVar(&guideName, "guide", "", "guide by name, or the file of one, for sets of its kind")
	return cmd
}

// mapping turns the sets of one file into documents.
type mapping struct {
	judge   judge
	name    string
	mapping string // by name; "": by the set
	out     *bufio.Writer
	errs    io.Writer
	options mappings.InOptions

	reader       mappings.Reader
	line         []byte
	interchanges int
	failed       bool // there was a finding of severity error
	junk         string
}

func (m *mapping) run(r io.Reader) (int, error) {
	err := walk(r, m.event)
	if err == nil {
		err = m.out.Flush()
	}
	switch {
	case err != nil:
		return 0, err
	case m.interchanges == 0:
		return 0, unreadable(m.junk)
	case m.failed:
		return exitNo, nil
	}
	return 0, nil
}

func (m *mapping) event(ev *edi.Event) error {
	switch ev.Kind {
	case edi.EndMessage:
		return m.set(ev)
	case edi.Junk:
		m.junk = cmp.Or(m.junk, hidden(ev))
	case edi.BeginInterchange:
		m.interchanges++
	}
	m.tell(ev.Findings)
	return nil
}

func (m *mapping) set(ev *edi.Event) error {
	j := m.judge.set(ev)
	m.tell(j.findings)
	m.failed = m.failed || j.verdict == x12.Rejected
	if j.match == nil {
		return nil
	}
	mp := m.judge.langs.mapping(j.m, m.mapping)
	if mp == nil {
		m.tell([]edi.Finding{acknowledge.SetFinding(j.m, edi.Error, "bridge.mapping.none",
			fmt.Sprintf("there is no mapping for %s %s", j.m.Set, j.m.Version), acknowledge.NoCode)})
		return nil
	}
	r, err := m.reader.In(mp, m.reader.Source(j.m, j.match), m.options)
	if err != nil {
		return err
	}
	m.tell(r.Findings)
	r.Document.Head().Controls = canonical.Controls{Interchange: ev.Interchange.Control, Group: ev.Group.Control, Transaction: j.m.Control}
	if m.line, err = m.encode(m.line[:0], r); err != nil {
		return err
	}
	_, err = m.out.Write(append(m.line, '\n'))
	return err
}

// encode appends the document with what else is wanted.
func (m *mapping) encode(dst []byte, r *mappings.Result) ([]byte, error) {
	if !m.options.Lineage && !m.options.Residue {
		return canonical.Append(dst, r.Document), nil
	}
	var lineage any
	if m.options.Lineage {
		lineage = r.Lineage
	}
	return canonical.Encode(r.Document, lineage, r.Residue)
}

// tell writes findings to standard error, one a line.
func (m *mapping) tell(findings []edi.Finding) {
	for i := range findings {
		f := &findings[i]
		m.failed = m.failed || f.Rejects()
		if f.Severity != edi.Info {
			fmt.Fprintf(m.errs, "%s: %s\n", m.name, f)
		}
	}
}
