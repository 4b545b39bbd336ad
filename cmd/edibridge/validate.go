package main

import (
	"bufio"
	"cmp"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/x12"
)

// validateHelp is what the command says of itself.
const validateHelp = `Hold the transaction sets of files against their implementation guides and show
what is wrong with them, their groups and interchanges.

A finding has its severity and rule, the place as a path, the segment with a mark
below the value that is meant, what is wrong with it, what its guide expects, and
what acknowledgments will say. --explain shows the page of a rule, or all rules
that begin so.

Exit status: 0 nothing rejects, 1 something is rejected, or there is no such rule,
2 unreadable.`

func validateCommand() *cobra.Command {
	var (
		asJSON    bool
		info      bool
		guideName string
		perSet    int
		perFile   int
		when      string
		rule      string
	)
	cmd := &cobra.Command{
		Use:   "validate FILE...",
		Short: "hold files against their implementation guides",
		Long:  validateHelp,
		Example: `  edibridge validate po.edi
  edibridge validate --guide acme.guide po.edi
  edibridge validate --explain x12.element.code`,
		Args: func(cmd *cobra.Command, args []string) error {
			if rule != "" {
				return cobra.NoArgs(cmd, args)
			}
			return cobra.MinimumNArgs(1)(cmd, args)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if rule != "" {
				return explainRule(cmd.OutOrStdout(), rule, asJSON)
			}
			color, err := colors(when, cmd.OutOrStdout())
			if err != nil {
				return err
			}
			langs, err := loadGuides(guideName)
			if err != nil {
				return err
			}
			out := bufio.NewWriter(cmd.OutOrStdout())
			defer out.Flush()
			return eachFile(cmd, args, func(name string, r io.Reader) (int, error) {
				v := &validation{judge: judge{langs: langs, limit: perSet}}
				v.view = &validateText{w: out, name: name, info: info, color: color}
				if asJSON {
					v.view = &validateJSON{w: out, name: name, limit: perFile}
				}
				return v.run(r)
			})
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object a file")
	cmd.Flags().BoolVar(&info, "info", false, "show tolerances that were used, too")
	cmd.Flags().StringVar(&guideName, "guide", "", "guide by name, or the file of one, for sets of its kind")
	cmd.Flags().IntVar(&perSet, "max-per-set", 100, "findings kept of one transaction set; all are counted")
	colorFlag(cmd, &when)
	cmd.Flags().StringVar(&rule, "explain", "", "show the page of a rule, by its id or the beginning of it")
	cmd.Flags().IntVar(&perFile, "max", 1000, "findings listed of one file with --json; all are counted")
	return cmd
}

// validation is one file while it is validated. What is found goes to the view
// at once: memory is bounded by the largest transaction set.
type validation struct {
	judge judge
	view  validateView
	tally tally
	held  []edi.Finding // on the header of the interchange, or group, in hand
	group []edi.Finding
	junk  string
}

// validateView shows a validation.
type validateView interface {
	// set shows one set; ic and its group are what it stands in.
	set(ic *edi.Interchange, j *judged)
	// envelope shows findings on an interchange or group.
	envelope(ic *edi.Interchange, findings []edi.Finding)
	end(t *tally) error
}

func (v *validation) run(r io.Reader) (int, error) {
	if err := walk(r, v.event); err != nil {
		return 0, err
	}
	if err := v.view.end(&v.tally); err != nil {
		return 0, err
	}
	if v.tally.interchanges == 0 {
		return 0, unreadable(v.junk)
	}
	return status(v.tally.verdict()), nil
}

func (v *validation) event(ev *edi.Event) error {
	switch ev.Kind {
	case edi.Junk:
		v.junk = cmp.Or(v.junk, hidden(ev))
		v.view.envelope(nil, ev.Findings)
	case edi.BeginInterchange, edi.Service:
		v.held = append(v.held, ev.Findings...)
		v.view.envelope(ev.Interchange, ev.Findings)
	case edi.BeginGroup:
		v.group = append(v.group[:0], ev.Findings...)
		v.view.envelope(ev.Interchange, ev.Findings)
	case edi.EndMessage:
		j := v.judge.set(ev)
		v.tally.set(j.verdict)
		v.view.set(ev.Interchange, j)
	case edi.EndGroup:
		v.tally.endGroup(append(v.group, ev.Findings...))
		v.view.envelope(ev.Interchange, ev.Findings)
	case edi.EndInterchange:
		v.tally.endInterchange(append(v.held, ev.Findings...))
		v.held = v.held[:0]
		v.view.envelope(ev.Interchange, ev.Findings)
	}
	return nil
}

// validateJSON writes one object a file while it is read; findings are kept up
// to a limit until its end.
type validateJSON struct {
	w        *bufio.Writer
	name     string
	limit    int
	begun    bool
	findings []edi.Finding
	total    int
}

func (v *validateJSON) begin() {
	if !v.begun {
		v.begun = true
		fmt.Fprintf(v.w, `{"file":%s,"transactions":[`, marshal(v.name))
		return
	}
	v.w.WriteByte(',')
}

func (v *validateJSON) set(_ *edi.Interchange, j *judged) {
	v.begin()
	v.w.Write(marshal(struct {
		Path    edi.Path    `json:"path"`
		Set     string      `json:"set"`
		Control string      `json:"control"`
		Verdict x12.Verdict `json:"verdict"`
	}{j.m.Path, j.m.Set, j.m.Control, j.verdict}))
	v.keep(j.findings, j.total)
}

func (v *validateJSON) envelope(_ *edi.Interchange, findings []edi.Finding) {
	v.keep(findings, len(findings))
}

func (v *validateJSON) keep(findings []edi.Finding, total int) {
	v.total += total
	if room := v.limit - len(v.findings); room > 0 {
		v.findings = append(v.findings, findings[:min(room, len(findings))]...)
	}
}

func (v *validateJSON) end(t *tally) error {
	if !v.begun {
		v.begin()
	}
	fmt.Fprintf(v.w, "],\"findings\":%s,\"total\":%d,\"verdict\":%q}\n", marshal(coded(v.findings)), v.total, t.verdict())
	return v.w.Flush()
}
