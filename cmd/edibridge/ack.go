package main

import (
	"bytes"
	"cmp"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/edibridge/edibridge/acknowledge"
	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/x12"
)

func ackCommand() *cobra.Command {
	var (
		policy     acknowledge.Policy
		onlyErrors bool
		guideName  string
		perSet     int
		control    int64
	)
	cmd := &cobra.Command{
		Use:   "ack FILE",
		Short: "write the acknowledgments that we would send",
		Long: `Write the acknowledgments for a file: a 997 or 999 for each functional group of X12,
and a TA1 for an interchange that asks for one or is bad; a CONTRL for each
EDIFACT interchange. Acknowledgments are not acknowledged. The flags are the keys
of "acknowledge" in a partner's file: a bridge so configured answers with the
same. The control numbers are no one's: they count from --control on.

Exit status: 0 nothing rejects, 1 something is rejected, 2 unreadable.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if onlyErrors {
				policy.When = "errors"
				if !cmd.Flags().Changed("contrl") {
					policy.CONTRL = "errors"
				}
			}
			if err := policy.Check(); err != nil {
				return err
			}
			langs, err := loadGuides(guideName)
			if err != nil {
				return err
			}
			return eachFile(cmd, args, func(_ string, r io.Reader) (int, error) {
				a := &acknowledging{judge: judge{langs: langs, limit: perSet}, out: cmd.OutOrStdout(), policy: policy, control: control, now: time.Now()}
				return a.run(r)
			})
		},
	}
	cmd.Flags().StringVar(&policy.With, "with", "997", "which acknowledgment of X12 groups: 997, 999, none")
	cmd.Flags().StringVar(&policy.Detail, "detail", "full", "how much it tells: full, sets, groups")
	cmd.Flags().StringVar(&policy.When, "when", "always", "when a group of X12 is answered: always, errors")
	cmd.Flags().StringVar(&policy.TA1, "ta1", "requested", "interchange acknowledgment: requested, always, never")
	cmd.Flags().StringVar(&policy.CONTRL, "contrl", "always", "CONTRL of EDIFACT interchanges: always, requested, errors, never")
	cmd.Flags().BoolVar(&onlyErrors, "only-errors", false, "the same as --when errors --contrl errors")
	cmd.Flags().StringVar(&guideName, "guide", "", "guide by name, or the file of one, for sets of its kind")
	cmd.Flags().IntVar(&perSet, "max-per-set", 100, "findings told of one transaction set")
	cmd.Flags().Int64Var(&control, "control", 1, "first control number")
	return cmd
}

// acknowledging writes the answers to one file. It holds the results of one
// group of X12, whose trailer decides on all of them, or one interchange of
// EDIFACT, and the answers to one interchange, whose trailer does the same.
type acknowledging struct {
	judge   judge
	out     io.Writer
	policy  acknowledge.Policy
	control int64
	now     time.Time

	tally       tally
	junk        string
	interchange acknowledge.Interchange
	first       int64 // control number of the first answer to it
	group       acknowledge.Group
	sets        []judgedSet // of the group; of all groups of EDIFACT
	begins      int         // where the group in hand begins in sets
	answers     bytes.Buffer
}

// judgedSet is one set, and what is said of it if its group is refused.
type judgedSet struct {
	acknowledge.Result
	refused []edi.Finding
	report  bool // an acknowledgment itself
}

func (a *acknowledging) run(r io.Reader) (int, error) {
	if err := walk(r, a.event); err != nil {
		return 0, err
	}
	if a.tally.interchanges == 0 {
		return 0, unreadable(a.junk)
	}
	return status(a.tally.verdict()), nil
}

func (a *acknowledging) event(ev *edi.Event) error {
	switch ev.Kind {
	case edi.Junk:
		a.junk = cmp.Or(a.junk, hidden(ev))
	case edi.BeginInterchange:
		a.interchange = acknowledge.Interchange{}
		a.first, a.sets = a.control, nil
		a.interchange.Findings = append(a.interchange.Findings, ev.Findings...)
	case edi.Service:
		a.interchange.Service = true
		a.interchange.Findings = append(a.interchange.Findings, ev.Findings...)
	case edi.BeginGroup:
		a.group = acknowledge.Group{Findings: append([]edi.Finding(nil), ev.Findings...)}
		if ev.Interchange.Standard == edi.X12 {
			a.sets = nil
		}
		a.begins = len(a.sets)
	case edi.EndMessage:
		a.set(ev)
	case edi.EndGroup:
		return a.endGroup(ev)
	case edi.EndInterchange:
		return a.endInterchange(ev)
	}
	return nil
}

// set judges a set and keeps the result.
func (a *acknowledging) set(ev *edi.Event) {
	j := a.judge.set(ev)
	a.tally.set(j.verdict)
	m := j.m
	s := judgedSet{report: acknowledge.IsReport(ev.Group, m), Result: acknowledge.Result{Group: ev.Group.Ordinal, Set: m.Set, Version: m.Version,
		Control: m.Control, Reference: acknowledge.Reference(m), Findings: j.findings, Verdict: j.verdict}}
	s.refused = append(append(s.refused, ev.Findings...), acknowledge.GroupRefused(m))
	a.sets = append(a.sets, s)
}

// endGroup answers a group of X12. One that is refused refuses all its sets.
func (a *acknowledging) endGroup(ev *edi.Event) error {
	g := &a.group
	g.Group = *ev.Group
	g.Findings = append(g.Findings, ev.Findings...)
	a.tally.endGroup(g.Findings)
	for i := a.begins; i < len(a.sets); i++ {
		s := &a.sets[i]
		if s.report && ev.Interchange.Standard == edi.EDIFACT {
			a.interchange.Reports++
			continue
		}
		if g.Refused() {
			s.Findings, s.Verdict = s.refused, x12.Rejected
		}
		g.Sets.Add(s.Verdict, true)
		a.interchange.Sets.Add(s.Verdict, true)
	}
	if ev.Interchange.Standard == edi.EDIFACT {
		a.interchange.Groups = append(a.interchange.Groups, *g)
		return nil
	}
	if to, ok := a.policy.Group(ev.Interchange, g); ok {
		return a.write(&to)
	}
	return nil
}

// write writes one answer behind the others.
func (a *acknowledging) write(to *acknowledge.Answer) error {
	n := acknowledge.Numbers{Interchange: a.control, Group: a.control, Time: a.now}
	a.control++
	return to.Write(&a.answers, n, func(visit func(acknowledge.Result) error) error {
		for i := range a.sets {
			if err := visit(a.sets[i].Result); err != nil {
				return err
			}
		}
		return nil
	})
}

// endInterchange puts out the answers to an interchange: that to itself alone
// when it is refused.
func (a *acknowledging) endInterchange(ev *edi.Event) error {
	ic := &a.interchange
	ic.Interchange = *ev.Interchange
	ic.Findings = append(ic.Findings, ev.Findings...)
	a.tally.endInterchange(ic.Findings)
	if ic.Refused() {
		a.answers.Reset()
		a.control = a.first
	}
	if to, ok := a.policy.Interchange(ic); ok {
		if err := a.write(&to); err != nil {
			return err
		}
	}
	_, err := a.answers.WriteTo(a.out)
	return err
}
