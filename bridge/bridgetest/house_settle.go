package bridgetest

import (
	"fmt"
	"slices"

	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/canonical"
)

// aboutAcknowledgment reports whether an event is about an acknowledgment, and
// not about a document that came in.
func aboutAcknowledgment(t *bridge.Transmission) bool {
	return slices.Contains([]string{canonical.EventAcknowledgmentReceived, canonical.EventTransactionRejected, canonical.EventAcknowledgmentOverdue}, t.Set)
}

// settled checks the acknowledgments that are owed, and that Settled is what they
// make so.
func (c *check) settled() {
	by := map[bridge.ID][]*bridge.Expectation{}
	events := map[bridge.ID]bool{} // that have a reason
	for _, e := range c.expectations {
		c.expectation(e, events)
		if e.Owes == bridge.OwedToUs {
			by[e.Transmission] = append(by[e.Transmission], e)
		}
	}
	for _, t := range c.order {
		c.settledAs(t, by[t.ID])
		if c.Config != nil && t.Kind == bridge.KindEvent && aboutAcknowledgment(t) && !events[t.ID] && !c.contradicted(t) {
			c.problem("event.extra", string(t.ID), "%s, and no expectation gives a reason", t.Set)
		}
	}
}

// contradicted reports whether an event is about what a newer acknowledgment, or
// a person, said otherwise of later: the interchange that it is about has evidence.
func (c *check) contradicted(t *bridge.Transmission) bool {
	about := t.Causes[len(t.Causes)-1]
	return slices.ContainsFunc(c.evidence[about], func(e *bridge.Evidence) bool {
		return e.Kind == bridge.EvidenceOverdue && t.Set == canonical.EventAcknowledgmentOverdue ||
			e.Kind == bridge.EvidenceAcknowledged && e.Detail["by"] == string(t.Causes[0])
	})
}

func (c *check) expectation(e *bridge.Expectation, events map[bridge.ID]bool) {
	t := c.transmissions[e.Transmission]
	if t == nil || t.Direction != bridge.Out || e.Owes == bridge.OwedToUs && !c.documentIDs[e.Document] {
		c.problem("expectation.owner", e.ID, "its transmission %s or its document %q is not there", e.Transmission, e.Document)
		return
	}
	if e.By == "" {
		if e.State.Answered() {
			c.problem("expectation.evidence", e.ID, "%s, and nothing brought that", e.State)
		}
		return
	}
	if c.gone(e.By) {
		return
	}
	brought := c.transmissions[e.By]
	evidence := slices.ContainsFunc(c.evidence[t.ID], func(ev *bridge.Evidence) bool { return ev.Kind == bridge.EvidenceAcknowledged })
	if brought == nil || brought.Direction != bridge.In || brought.Sequence != e.BySequence || !evidence {
		c.problem("expectation.evidence", e.ID, "%s by %s, of which there is no evidence", e.State, e.By)
		return
	}
	if !e.State.Answered() {
		return // somebody closed it
	}
	c.expectationEvents(e, t, events)
}

// expectationEvents wants the events of the answer that counts. One that only
// says the same again as an older one has none: then the older one's are there.
func (c *check) expectationEvents(e *bridge.Expectation, t *bridge.Transmission, events map[bridge.ID]bool) {
	if c.Config == nil {
		return
	}
	types := []string{canonical.EventAcknowledgmentReceived}
	if e.State == bridge.ExpectRejected {
		types = append(types, canonical.EventTransactionRejected)
	}
	var endpoints []string
	for _, p := range c.Config.Partners {
		for _, d := range p.Dispatches {
			if p.ID == e.Partner && d.Name == e.Agreement {
				endpoints = d.Events
			}
		}
	}
	for _, to := range endpoints {
		for _, typ := range types {
			id := bridge.FollowID(e.By, bridge.KindEvent, fmt.Sprintf("settle/%s/%d/%s", e.ID, e.ByOffset, typ), to)
			events[id] = true
			older := slices.ContainsFunc(c.order, func(f *bridge.Transmission) bool {
				return f.Set == typ && f.Endpoint == to && slices.Contains(f.Causes, t.ID)
			})
			if c.transmissions[id] == nil && !older && !c.prunedEvent(id) {
				c.problem("expectation.event", e.ID, "%s, and no %s to %s", e.State, typ, to)
			}
		}
	}
}

// settledAs checks one Transmission against what is expected for it.
func (c *check) settledAs(t *bridge.Transmission, es []*bridge.Expectation) {
	id := string(t.ID)
	if t.Kind == bridge.KindInterchange && len(es) == 0 && c.transmissions[t.Causes[0]] != nil && c.sends(c.transmissions[t.Causes[0]]) {
		c.problem("expectation.missing", id, "nothing says what became of its documents")
	}
	answered := slices.ContainsFunc(es, func(e *bridge.Expectation) bool { return e.By != "" })
	open := slices.ContainsFunc(es, func(e *bridge.Expectation) bool {
		switch e.State {
		case bridge.ExpectAwaited, bridge.ExpectOverdue:
			return true
		case bridge.ExpectUnasked: // any answer about the document will do
			return !slices.ContainsFunc(es, func(o *bridge.Expectation) bool { return o.Document == e.Document && o.By != "" })
		}
		return false
	})
	switch {
	case t.State == bridge.Settled && (!answered || open):
		c.problem("settled", id, "settled, and not all that is expected was answered")
	case answered && !open && t.State != bridge.Settled && t.State != bridge.Discarded:
		c.problem("settled", id, "%s, and all that is expected was answered", t.State)
	}
}
