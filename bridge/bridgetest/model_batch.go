package bridgetest

import (
	"context"
	"slices"
	"time"

	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/edi"
)

// modelBatch is what a thing has that is a batch. There is one queue.
type modelBatch struct{ open bool }

// partyBatch is the party of batches: they stand in a queue of their own.
const partyBatch = "batch"

// batchFull is how many documents close a batch.
const batchFull = 3

// inBatch are the things that are in a batch.
func (m *model) inBatch(b *thing) []*thing {
	return slices.DeleteFunc(slices.Clone(m.things), func(t *thing) bool { return t.in != b })
}

// openBatch is the batch that is open, or nil.
func (m *model) openBatch() *thing {
	i := slices.IndexFunc(m.things, func(t *thing) bool { return t.batch != nil && t.batch.open })
	if i < 0 {
		return nil
	}
	return m.things[i]
}

// behindBatch reports whether an older batch is to be translated before t.
func (m *model) behindBatch(t *thing) bool {
	return t.batch != nil && slices.ContainsFunc(m.things, func(o *thing) bool {
		return o.batch != nil && o.state == bridge.Accepted && o.sequence < t.sequence
	})
}

// join ends a translation: the thing waits in the batch.
func (m *model) join(ctx context.Context) error {
	h := m.anyClaim()
	if h == nil || h.Step != bridge.StepTranslate || h.of.batch != nil {
		return nil
	}
	t := bridge.Transmission{ID: m.id(), Direction: bridge.In, Kind: bridge.KindBatch, Ordered: true, Partner: "p1", Agreement: "orders",
		Mode: edi.Production, Created: m.now, NextAt: m.now.Add(20 * time.Second)}
	leaf := m.leaf(t.ID)
	t.State, t.Leaf = bridge.Accepted, leaf.ID
	r := bridge.Result{State: bridge.Batched, Join: &bridge.Join{Batch: t, Leaf: leaf, By: "every 20s", Bytes: 1, Count: batchFull}}
	r.Cursor.Slices = h.of.slices + 1
	err := m.s.Commit(ctx, h.Claim, r)
	if h.stale() {
		return agree(err, bridge.ErrStale)
	}
	h.of.slices = r.Cursor.Slices
	m.over(h, bridge.Batched, &r)
	b := m.openBatch()
	if b == nil {
		b = &thing{id: t.ID, state: bridge.Accepted, party: partyBatch, sequence: m.inbound() + 1, nextAt: t.NextAt, batch: &modelBatch{open: true}}
		m.things = append(m.things, b)
	}
	h.of.in = b
	if len(m.inBatch(b)) >= batchFull {
		b.fill()
	}
	return err
}

// fill closes a batch before its time.
func (b *thing) fill() {
	b.batch.open = false
	if b.lease.IsZero() {
		b.nextAt = time.Time{}
	}
}

// tells draws what became of the documents of a batch.
func (m *model) tells(h *held) (out []bridge.Member) {
	if h.of.batch == nil {
		return nil
	}
	for _, t := range m.inBatch(h.of) {
		if t.state == bridge.Batched {
			out = append(out, bridge.Member{ID: t.id, State: []bridge.State{bridge.Translated, bridge.Quarantined}[m.draw("member", 2)]})
		}
	}
	return out
}

// told writes into the model what became of a batch and its documents.
func (m *model) told(h *held, members []bridge.Member) {
	if h.of.batch != nil {
		h.of.batch.open = false
	}
	for _, told := range members {
		for _, t := range m.things {
			if t.id != told.ID {
				continue
			}
			t.state = told.State
			if told.State == bridge.Quarantined {
				t.in = nil
			}
		}
	}
}

// closeBatch closes the batch of a claim, or as a person does.
func (m *model) closeBatch(ctx context.Context) error {
	if h := m.anyClaim(); h != nil && h.of.batch != nil && m.draw("claimed", 2) == 0 {
		err := m.s.CloseBatch(ctx, h.Claim)
		if h.stale() {
			return agree(err, bridge.ErrStale)
		}
		h.of.batch.open = false
		return err
	}
	b := m.openBatch()
	if b == nil {
		return nil
	}
	b.fill()
	return m.s.Operate(ctx, bridge.Operation{Kind: bridge.Close, ID: b.id, By: "ann", At: m.now, Leaf: m.leaf(b.id)})
}

// batched says what a decision about what gathers, or has, leads to; ok is false
// where the decision has nothing to do with that.
func (m *model) batched(t *thing, kind bridge.OperationKind) (to bridge.State, ok bool) {
	switch {
	case t.state == bridge.Batched && kind == bridge.Discard && t.in.batch.open:
		t.in = nil
		return bridge.Discarded, true
	case t.state == bridge.Translated && (t.in != nil || t.batch != nil):
		return "", true
	}
	return "", false
}
