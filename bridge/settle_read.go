package bridge

import (
	"fmt"
	"strings"

	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/edifact"
	"github.com/edibridge/edibridge/x12"
)

// verdict is what an acknowledgment says of one document; State "" leaves it open.
type verdict struct {
	state   ExpectationState
	code    string
	reasons []string
}

// answered is an acknowledgment of the partner's, of either standard, as far as
// it settles what we sent.
type answered struct {
	with       string // "TA1", "997", "999", "CONTRL"
	functional string // AK101; "" where it does not say
	group      string // AK102; "" where it answers an interchange
	ic         string // TA101, UCI 0020; "" where it answers a group
	// sender and receiver of what it answers, as "ZZ/ACME".
	sender, receiver string
	place            edi.Path
	offset           int64
	of               func(e *Expectation) verdict
}

// about names what is answered, for people.
func (a *answered) about() string {
	if a.group != "" {
		return fmt.Sprintf("group %s %s", a.functional, a.group)
	}
	return "interchange " + a.ic
}

// answers reports whether a is the acknowledgment that e waits for. A group is
// acknowledged by either of 997 and 999, whichever was agreed; a refused
// interchange refuses all in it.
func (a *answered) answers(e *Expectation, v verdict) bool {
	if a.with == "TA1" {
		return e.Acknowledgment == "TA1" || v.state == ExpectRejected
	}
	return e.Acknowledgment != "TA1"
}

// stateOf is what a verdict of either standard makes of an expectation.
func stateOf(v string) ExpectationState {
	switch v {
	case string(x12.Accepted):
		return ExpectAccepted
	case string(x12.AcceptedWithErrors):
		return ExpectAcceptedWithErrors
	case string(x12.Rejected):
		return ExpectRejected
	case string(edifact.Received):
		return ExpectReceived
	}
	return ""
}

// answersGroup reads a 997 or 999, which ic brings.
func answersGroup(m *edi.Message, ic *interchange) (*answered, []edi.Finding) {
	ack, findings := x12.ReadGroupAck(m)
	a := &answered{with: ack.Kind, functional: ack.Functional, group: ack.Control, place: m.Path, offset: m.Offset,
		sender: partyText(ic.Receiver), receiver: partyText(ic.Sender)}
	a.of = func(e *Expectation) verdict {
		v := verdict{state: stateOf(string(ack.Of(e.Control))), code: string(ack.Status), reasons: ack.Reasons}
		for i := range ack.Sets {
			if s := &ack.Sets[i]; strings.TrimLeft(s.Control, "0") == strings.TrimLeft(e.Control, "0") {
				v.code, v.reasons = string(s.Status), append(setReasons(s), ack.Reasons...)
			}
		}
		return v
	}
	return a, findings
}

// maxReasons bounds how many reasons are kept of one document.
const maxReasons = 20

// setReasons are the codes of a set and of its segments and elements.
func setReasons(s *x12.SetAnswer) []string {
	out := append([]string(nil), s.Reasons...)
	for _, seg := range s.Segments {
		at := fmt.Sprintf("%s %d", seg.Tag, seg.Place)
		if seg.Code != "" && len(seg.Elements) == 0 {
			out = append(out, at+": "+seg.Code)
		}
		for _, el := range seg.Elements {
			text := fmt.Sprintf("%s element %d: %s", at, el.Element, el.Code)
			if el.Value != "" {
				text += fmt.Sprintf(" %.40q", el.Value)
			}
			out = append(out, text)
		}
	}
	return out[:min(len(out), maxReasons)]
}

// answersInterchange reads a TA1, which ic brings.
func answersInterchange(s *edi.Segment, ic *interchange) (*answered, []edi.Finding) {
	ta1, findings := x12.ReadTA1(s)
	a := &answered{with: "TA1", ic: ta1.Control, place: edi.Path("").Segment("ISA", ic.Ordinal).Segment("TA1", 1), offset: s.Offset,
		sender: partyText(ic.Receiver), receiver: partyText(ic.Sender)}
	a.of = func(*Expectation) verdict {
		v := verdict{state: stateOf(string(ta1.Status.Verdict())), code: string(ta1.Status)}
		if ta1.Reason != "000" && ta1.Reason != "" {
			v.reasons = []string{ta1.Reason}
		}
		return v
	}
	return a, findings
}

// answersControl reads a CONTRL.
func answersControl(m *edi.Message) (*answered, []edi.Finding) {
	c, findings := edifact.ReadControl(m)
	a := &answered{with: "CONTRL", ic: c.Interchange, place: m.Path, offset: m.Offset,
		sender: partyText(c.Sender), receiver: partyText(c.Receiver)}
	a.of = func(e *Expectation) verdict {
		v := verdict{state: stateOf(string(c.Of(e.Group, e.Control))), code: c.Action, reasons: codes(c.Answer)}
		for m := range c.Messages() {
			if m.Group != e.Group || m.Message != e.Control {
				continue
			}
			v.code, v.reasons = m.Action, codes(m.Answer)
			for _, s := range m.Errors {
				at := fmt.Sprintf("segment %d", s.Place)
				if len(s.Elements) == 0 {
					v.reasons = append(v.reasons, at+": "+s.Code)
				}
				for _, el := range s.Elements {
					v.reasons = append(v.reasons, fmt.Sprintf("%s element %d: %s", at, el.Element, el.Code))
				}
			}
		}
		v.reasons = v.reasons[:min(len(v.reasons), maxReasons)]
		return v
	}
	return a, findings
}

func codes(a edifact.Answer) []string {
	if a.Code == "" {
		return nil
	}
	return []string{a.Code}
}
