package bridgetest

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/edibridge/edibridge/bridge"
)

// gathered finds the batch of each document.
func (c *check) gathered() {
	open := map[string]bridge.ID{}
	for _, t := range c.order {
		b := c.batches[t.ID]
		if (b != nil) != (t.Kind == bridge.KindBatch) {
			c.problem("batch.open", string(t.ID), "a batch without its Transmission, or the other way round")
			continue
		}
		if b == nil {
			continue
		}
		for _, id := range t.Causes {
			c.batchesOf[id] = append(c.batchesOf[id], t)
		}
		if !b.Open {
			continue
		}
		if other, some := open[t.BatchQueue()]; some || t.State != bridge.Accepted {
			c.problem("batch.open", string(t.ID), "open and %s, as is %q", t.State, other)
		}
		open[t.BatchQueue()] = t.ID
	}
}

// gathers reports whether a batch is open: it waits for its time.
func (c *check) gathers(t *bridge.Transmission) bool {
	return c.batches[t.ID] != nil && c.batches[t.ID].Open
}

// sends reports whether t is a document of ours, or a batch of such, with records
// of what was sent.
func (c *check) sends(t *bridge.Transmission) bool {
	return t.Kind == bridge.KindDocument && len(c.documents[t.ID]) > 0 || t.Kind == bridge.KindBatch && len(t.Causes) > 0
}

// batchOf checks a document against the batch that it is in, and a batch against
// its documents.
func (c *check) batchOf(t *bridge.Transmission) {
	in := c.batchesOf[t.ID]
	waits := t.State == bridge.Batched
	switch {
	case t.Kind == bridge.KindBatch:
		c.batch(t)
	case len(in) > 1, waits && len(in) == 0, len(in) == 1 && !waits && t.State != bridge.Translated:
		c.problem("batch.member", string(t.ID), "%s, and in %d batches", t.State, len(in))
	}
	if len(in) == 1 && (t.Kind != bridge.KindDocument || t.Partner != in[0].Partner || t.Agreement != in[0].Agreement || t.Mode != in[0].Mode) {
		c.problem("batch.member", string(t.ID), "a %s of %s/%s in a batch of %s", t.Kind, t.Partner, t.Agreement, in[0].BatchQueue())
	}
}

// batch checks the interchange of a batch.
func (c *check) batch(t *bridge.Transmission) {
	id := string(t.ID)
	var sent []*bridge.Transmission
	for _, m := range t.Causes {
		d := c.transmissions[m]
		switch {
		case d == nil:
			c.problem("cause", id, "its cause %s is not there", m)
		case d.State == bridge.Translated:
			sent = append(sent, d)
		case t.State != bridge.Accepted:
			c.problem("batch.open", id, "%s, and %s of it is %s", t.State, m, d.State)
		}
	}
	var out []*bridge.Transmission
	for _, f := range c.effects[t.ID] {
		if f.Kind == bridge.KindInterchange {
			out = append(out, f)
		}
	}
	if len(out) != min(len(sent), 1) {
		c.problem("batch.interchange", id, "%d documents of it were sent, and %d interchanges follow from it", len(sent), len(out))
	}
	if len(out) != 1 {
		return
	}
	f := out[0]
	if f.ID != bridge.FollowID(t.ID, f.Kind, "1", f.Endpoint) {
		c.problem("batch.interchange", id, "%s is not its interchange", f.ID)
	}
	slices.SortFunc(sent, func(a, b *bridge.Transmission) int { return cmp.Compare(a.Sequence, b.Sequence) })
	for i, d := range sent {
		docs := c.documents[d.ID]
		if len(docs) != 1 || docs[0].InterchangeControl != f.Control || docs[0].Control != fmt.Sprintf("%0*d", len(docs[0].Control), i+1) {
			c.problem("batch.interchange", string(d.ID), "it is not message %d of interchange %s", i+1, f.Control)
		}
	}
}
