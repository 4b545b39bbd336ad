package acknowledge

import (
	"fmt"
	"io"
	"math"
	"time"

	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/edifact"
	"github.com/edibridge/edibridge/x12"
)

// Answer is an acknowledgment that is to be written.
type Answer struct {
	Set    string // "TA1", "997", "999", "CONTRL"
	policy Policy
	ic     *Interchange
	group  *Group // of a 997 and 999
}

// Numbers are what no partner's file tells: the control numbers of the answer
// (ISA13 or UNB 0020; GS06 of a 997 and 999) and its time.
type Numbers struct {
	Interchange, Group int64
	Time               time.Time
}

// Result is what an answer says of one set or message, in the order received.
type Result struct {
	Group     int    // ordinal of its group within the interchange
	Set       string // ST01, UNH 0065
	Version   string // of the message, "D:96A:UN:EAN008"
	Control   string // ST02, UNH 0062
	Reference string // ST03
	Findings  []edi.Finding
	Verdict   x12.Verdict // "": that of the findings
}

// Write writes the interchange that is the answer. each gives visit the results
// of the group, or of the interchange for a CONTRL, in the order received, and
// the first error that visit gives; it is not called for a TA1. Memory does not
// grow with the number of results, but for a CONTRL with those rejected.
func (a *Answer) Write(w io.Writer, n Numbers, each func(visit func(Result) error) error) error {
	switch a.Set {
	case "TA1":
		env := x12.AnswerTo(&a.ic.Interchange, nil)
		env.Interchange, env.Time = n.Interchange, n.Time
		return x12.WriteTA1(w, env, &a.ic.Interchange, a.ic.Findings)
	case "CONTRL":
		return a.writeControl(w, n, each)
	}
	env := x12.AnswerTo(&a.ic.Interchange, &a.group.Group)
	env.Interchange, env.Group, env.Time = n.Interchange, n.Group, n.Time
	ack := x12.NewGroupAckWith(w, env, &a.group.Group, x12.AckOptions{
		Set: a.Set, Detail: x12.Detail(a.policy.detail()), OnlyErrors: a.policy.When == "errors"})
	err := each(func(r Result) error {
		return ack.Set(x12.SetResult{Set: r.Set, Control: r.Control, Reference: r.Reference, Findings: r.Findings, Verdict: r.Verdict})
	})
	if err != nil {
		return err
	}
	return ack.Close(a.group.Findings)
}

// writeControl tells a CONTRL of each message, and of each group when it ends.
func (a *Answer) writeControl(w io.Writer, n Numbers, each func(visit func(Result) error) error) error {
	env := edifact.AnswerTo(&a.ic.Interchange)
	env.Reference, env.Time = fmt.Sprint(n.Interchange), n.Time
	c := edifact.NewControl(w, env, &a.ic.Interchange, a.policy.controlOptions(&a.ic.Interchange))
	groups := a.ic.Groups
	endGroups := func(before int) error {
		for len(groups) > 0 && groups[0].Ordinal < before {
			if err := c.Group(&groups[0].Group, groups[0].Findings); err != nil {
				return err
			}
			groups = groups[1:]
		}
		return nil
	}
	err := each(func(r Result) error {
		if err := endGroups(r.Group); err != nil {
			return err
		}
		return c.Message(edifact.MessageResult{Set: r.Set, Version: r.Version, Control: r.Control,
			Findings: r.Findings, Verdict: edifact.Verdict(r.Verdict)})
	})
	if err != nil {
		return err
	}
	if err := endGroups(math.MaxInt); err != nil {
		return err
	}
	return c.Close(a.ic.Findings)
}
