package main

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/edifact"
	"github.com/edibridge/edibridge/x12"
)

func ackCommand() *cobra.Command {
	var (
		with, ta1 string
		guideName string
		control   int64
	)
	cmd := &cobra.Command{
		Use:   "ack FILE",
		Short: "write the acknowledgments that we would send",
		Long: `Write the acknowledgments for a file: a 997 or 999 for each functional group of X12,
and a TA1 for an interchange that asks for one or is bad; a CONTRL for each
EDIFACT interchange. Acknowledgments are not
acknowledged. The control numbers are no one's: they count from --control on.

Exit status: 0 nothing rejects, 1 something is rejected, 2 unreadable.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if with != "997" && with != "999" {
				return fmt.Errorf("--with %s: one of 997, 999", with)
			}
			if !slices.Contains([]string{"requested", "always", "never"}, ta1) {
				return fmt.Errorf("--ta1 %s: one of requested, always, never", ta1)
			}
			langs, err := loadLanguages(guideName)
			if err != nil {
				return err
			}
			return eachFile(cmd, args, func(_ string, r io.Reader) (int, error) {
				a := &acknowledging{judge: judge{langs: langs}, out: cmd.OutOrStdout(), with: with, ta1: ta1, control: control, now: time.Now()}
				return a.run(r)
			})
		},
	}
	cmd.Flags().StringVar(&with, "with", "997", "which acknowledgment: 997, 999")
	cmd.Flags().StringVar(&ta1, "ta1", "requested", "interchange acknowledgment: requested, always, never")
	cmd.Flags().StringVar(&guideName, "guide", "", "guide by name, or the file of one, for sets of its kind")
	cmd.Flags().Int64Var(&control, "control", 1, "first control number")
	return cmd
}

// acknowledging writes the answers to one file. It holds the results of one
// group, whose trailer decides on all of them, and the answers to one
// interchange, whose trailer does the same.
type acknowledging struct {
	judge   judge
	out     io.Writer
	with    string
	ta1     string
	control int64
	now     time.Time

	tally       tally
	junk        string
	interchange []edi.Finding
	group       []edi.Finding
	sets        []x12.SetResult
	messages    []edifact.MessageResult // of the interchange in hand
	answers     bytes.Buffer
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
		a.interchange, a.messages = slices.Clone(ev.Findings), nil
		a.answers.Reset()
	case edi.Service:
		a.interchange = append(a.interchange, ev.Findings...)
	case edi.BeginGroup:
		a.group, a.sets = slices.Clone(ev.Findings), nil
	case edi.EndMessage:
		j := a.judge.set(ev)
		a.tally.set(j.verdict)
		if ev.Interchange.Standard == edi.EDIFACT {
			a.messages = append(a.messages, edifact.MessageResult{Set: j.m.Set, Version: j.m.Version, Control: j.m.Control,
				Findings: j.findings, Verdict: edifact.Verdict(j.verdict)})
			return nil
		}
		a.sets = append(a.sets, x12.SetResult{Set: j.m.Set, Control: j.m.Control, Reference: reference(j.m), Findings: j.findings, Verdict: j.verdict})
	case edi.EndGroup:
		a.group = append(a.group, ev.Findings...)
		a.tally.endGroup(a.group)
		return a.endGroup(ev)
	case edi.EndInterchange:
		a.interchange = append(a.interchange, ev.Findings...)
		a.tally.endInterchange(a.interchange)
		if ev.Interchange.Standard == edi.EDIFACT {
			return a.endEDIFACT(ev.Interchange)
		}
		return a.endInterchange(ev.Interchange)
	}
	return nil
}

// reference is ST03, from 005010 on.
func reference(m *edi.Message) string {
	if m.Len() == 0 {
		return ""
	}
	s := m.Segment(1)
	return string(s.Element(3))
}

// endGroup answers a group. One that is refused refuses all its sets.
func (a *acknowledging) endGroup(ev *edi.Event) error {
	g := ev.Group
	if x12.IsAcknowledgment(g.Functional) || ev.Interchange.Standard != edi.X12 {
		return nil
	}
	env := x12.AnswerTo(ev.Interchange, g)
	env.Interchange, env.Group, env.Time = a.control, a.control, a.now
	a.control++
	ack := x12.NewGroupAckWith(&a.answers, env, g, x12.AckOptions{Set: a.with})
	refused := x12.SetVerdict(a.group) == x12.Rejected
	for _, s := range a.sets {
		if refused {
			s.Findings = append(s.Findings, edi.Finding{Rule: "bridge.group.refused", Severity: edi.Error,
				Message: "the functional group was refused", Codes: map[string]string{"ak502": "5"}})
			s.Verdict = x12.Rejected
		}
		if err := ack.Set(s); err != nil {
			return err
		}
	}
	return ack.Close(a.group)
}

// endEDIFACT answers an EDIFACT interchange. What its groups are told stands with
// the interchange.
func (a *acknowledging) endEDIFACT(ic *edi.Interchange) error {
	env := edifact.AnswerTo(ic)
	env.Reference, env.Time = fmt.Sprint(a.control), a.now
	a.control++
	c := edifact.NewControl(a.out, env, ic, edifact.ControlOptions{})
	for _, m := range a.messages {
		if err := c.Message(m); err != nil {
			return err
		}
	}
	if err := c.Close(a.interchange); !errors.Is(err, edifact.ErrAcknowledgment) {
		return err
	}
	return nil
}

// endInterchange puts out the answers to an interchange: a TA1 alone when it is
// refused.
func (a *acknowledging) endInterchange(ic *edi.Interchange) error {
	refused := x12.SetVerdict(a.interchange) == x12.Rejected
	if refused {
		a.answers.Reset()
	}
	wanted := a.ta1 == "always" || a.ta1 == "requested" && (ic.AckRequested || refused)
	if wanted && ic.Standard == edi.X12 && (ic.Groups > 0 || refused) {
		env := x12.AnswerTo(ic, nil)
		env.Interchange, env.Time = a.control, a.now
		a.control++
		if err := x12.WriteTA1(&a.answers, env, ic, a.interchange); err != nil {
			return err
		}
	}
	_, err := a.answers.WriteTo(a.out)
	return err
}
