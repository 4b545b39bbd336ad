package bridgetest

import (
	"context"

	"github.com/edibridge/edibridge/bridge"
)

// operate decides about any thing.
func (m *model) operate(ctx context.Context) error {
	if len(m.things) == 0 {
		return nil
	}
	t := m.things[m.draw("thing", len(m.things))]
	kind := []bridge.OperationKind{bridge.Retry, bridge.Discard, bridge.Repair}[m.draw("kind", 3)]
	err := m.s.Operate(ctx, bridge.Operation{Kind: kind, ID: t.id, By: "ann", At: m.now, Leaf: m.leaf(t.id)})
	to := map[bridge.OperationKind]map[bridge.State]bridge.State{
		bridge.Retry:   {bridge.Dead: bridge.Pending, bridge.Quarantined: bridge.Accepted},
		bridge.Discard: {bridge.Dead: bridge.Discarded, bridge.Pending: bridge.Discarded, bridge.Quarantined: bridge.Discarded},
		bridge.Repair:  {bridge.Translated: bridge.Accepted, bridge.Quarantined: bridge.Accepted},
	}[kind][t.state]
	if other, ok := m.batched(t, kind); ok {
		to = other
	}
	if to == "" || t.state == bridge.Translated && t.pruned {
		return agree(err, bridge.ErrConflict)
	}
	m.end(&held{Claim: bridge.Claim{Token: t.token}, of: t}, to, "operator")
	if to == bridge.Discarded {
		t.waiting.drop()
	}
	switch {
	case to == bridge.Accepted:
		t.attempts, t.slices = t.attempts+1, 0
	case kind == bridge.Retry:
		t.attempts = 0
	}
	return err
}
