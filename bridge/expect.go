package bridge

import (
	"time"

	"github.com/edibridge/edibridge/canonical"
	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/x12"
)

// Expect is what was agreed that the partner answers to what is sent, and its
// clocks, each from the handing over. The zero value: nothing.
type Expect struct {
	Acknowledgment string        // of the syntax: "997", "999", "TA1", "CONTRL"; "": none
	Within         time.Duration // 0: no clock
	// Application is what the partner's application says of the content later: "824",
	// "APERAK"; "": nothing.
	Application       string
	ApplicationWithin time.Duration // 0: no clock
}

// expect records the acknowledgments that the partner owes for a document that
// leaves in out. Where none of its syntax is agreed it is recorded as unasked:
// partners acknowledge what nobody asked them to. What an application says
// unasked is recorded when it comes.
func (t *translation) expect(d *draft, doc *Document, out ID) {
	how := d.how
	e := Expectation{
		ID: ExpectationID(doc.ID, how.Expect.Acknowledgment), Owes: OwedToUs, Transmission: out, Document: doc.ID,
		Acknowledgment: how.Expect.Acknowledgment, Partner: how.Partner, Agreement: how.Name,
		Standard: how.Standard, Mode: how.Mode, Set: doc.Type,
		Sender: partyText(how.Sender), Receiver: partyText(how.Receiver),
		Interchange: doc.InterchangeControl, Group: doc.GroupControl, Control: doc.Control,
		Subject: canonical.Subject(d.doc), Within: how.Expect.Within,
		State: ExpectAwaited, Created: t.b.now(),
	}
	if how.Standard == edi.X12 {
		e.Functional = x12.Functional(doc.Type)
	}
	content := e
	if e.Acknowledgment == "" {
		e.State, e.Within = ExpectUnasked, 0
	}
	t.s.expects = append(t.s.expects, e)
	if with := how.Expect.Application; with != "" {
		content.ID, content.Acknowledgment, content.Within = ExpectationID(doc.ID, with), with, how.Expect.ApplicationWithin
		t.s.expects = append(t.s.expects, content)
	}
}

// owe records that an acknowledgment of ours has to be handed over in time,
// counted from when what it answers was accepted.
func (t *translation) owe(a *acknowledgment, f *Transmission) {
	if a.how.Within <= 0 {
		return
	}
	e := Expectation{
		ID: ExpectationID(string(f.ID), a.Set), Owes: OwedByUs, Transmission: f.ID, Acknowledgment: a.Set,
		Partner: f.Partner, Standard: f.Standard, Mode: f.Mode,
		Sender: partyText(a.ic.Sender), Receiver: partyText(a.ic.Receiver), Interchange: a.ic.Control,
		Within: a.how.Within, State: ExpectAwaited, Created: t.b.now(), Due: t.tr.Created.Add(a.how.Within),
	}
	if a.group != nil {
		e.Group, e.Functional = a.group.Control, a.group.Functional
		if a.group.agreement != nil {
			e.Agreement = a.group.agreement.Name
		}
	}
	t.s.expects = append(t.s.expects, e)
}

// eventsOf are the endpoints that are told of an acknowledgment that is owed.
func (c *Configuration) eventsOf(e *Expectation) (endpoints []string, onDead OnDead) {
	p := c.partner(e.Partner)
	switch {
	case p == nil:
	case e.Owes == OwedByUs:
		if a := p.named(e.Agreement); a != nil {
			return a.Events, a.OnDead
		}
	default:
		for _, d := range p.Dispatches {
			if d.Name == e.Agreement {
				return d.Events, d.OnDead
			}
		}
	}
	return nil, ""
}
