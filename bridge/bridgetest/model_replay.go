package bridgetest

import (
	"context"
	"time"

	"github.com/edibridge/edibridge/bridge"
)

// resubmit puts a mended thing in the place of one that is dead or quarantined.
func (m *model) resubmit(ctx context.Context) error {
	if len(m.things) == 0 {
		return nil
	}
	t := m.things[m.draw("thing", len(m.things))]
	direction, body := bridge.Out, "mended"
	fresh := &thing{id: m.id(), state: bridge.Pending, cause: t, sequence: t.sequence, ordinal: t.ordinal, endpoint: t.endpoint,
		orderKey: t.orderKey, onDead: t.onDead}
	if t.endpoint == "" { // it came in
		direction = bridge.In
		fresh.state, fresh.cause, fresh.sequence, fresh.body = bridge.Accepted, nil, m.inbound()+1, body
	}
	err := m.s.Resubmit(ctx, bridge.Resubmission{
		Operation: bridge.Operation{Kind: bridge.Resubmitted, ID: t.id, By: "ann", At: m.now, Leaf: m.leaf(t.id)},
		Transmission: bridge.Transmission{ID: fresh.id, Direction: direction, Kind: bridge.KindFile, State: fresh.state, Endpoint: t.endpoint, Peer: "acme",
			OrderKey: t.orderKey, OnDead: t.onDead, Ordinal: t.ordinal, Causes: []bridge.ID{t.id}, Created: m.now, Body: object("acme", body)},
		Leaf: m.leaf(fresh.id)})
	if t.state != bridge.Dead && t.state != bridge.Quarantined {
		return agree(err, bridge.ErrConflict)
	}
	m.end(&held{Claim: bridge.Claim{Token: t.token}, of: t}, bridge.Discarded, "operator")
	t.waiting.drop()
	if w := t.waiting; w != nil && w.By == "" && direction == bridge.Out {
		w.State, w.Due, w.Transmission = bridge.ExpectAwaited, time.Time{}, fresh.id
		w.Version++
		fresh.waiting, t.waiting = w, nil
	}
	fresh.replaces = t
	m.things = append(m.things, fresh)
	return err
}

// inbound is how many things came in, those that were pruned too.
func (m *model) inbound() (n int64) {
	n = m.gone
	for _, t := range m.things {
		if t.endpoint == "" {
			n++
		}
	}
	return n
}
