package bridgetest

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/edibridge/edibridge/archive"
	"github.com/edibridge/edibridge/bridge"
)

// prune removes one thing, or two.
func (m *model) prune(ctx context.Context) error {
	if len(m.things) == 0 {
		return nil
	}
	var gone []*thing
	for range 1 + m.draw("prune", 2) {
		if t := m.things[m.draw("thing", len(m.things))]; !slices.Contains(gone, t) {
			gone = append(gone, t)
		}
	}
	p := bridge.Pruning{Through: m.now.AddDate(100, 0, 0), Leaf: archive.Leaf{Kind: archive.LeafPrune, ID: string(m.id()), Time: m.now}}
	may := true
	for _, t := range gone {
		p.IDs = append(p.IDs, t.id)
		may = may && m.mayGo(t, gone)
	}
	err := m.s.Prune(ctx, p)
	if !may {
		return agree(err, bridge.ErrConflict)
	}
	for _, t := range gone {
		m.forget(t)
	}
	if err == nil && m.draw("again", 2) == 0 {
		err = m.s.Prune(ctx, p)
	}
	return err
}

// mayGo reports whether a thing may go together with others.
func (m *model) mayGo(t *thing, gone []*thing) bool {
	ended := slices.Contains([]bridge.State{bridge.Translated, bridge.Delivered, bridge.Settled, bridge.Discarded}, t.state)
	if w := t.waiting; w != nil && slices.Contains([]bridge.ExpectationState{bridge.ExpectAwaited, bridge.ExpectOverdue, bridge.ExpectRejected}, w.State) {
		ended = false
	}
	for _, n := range m.reserved {
		if n.by == t && !n.free {
			ended = false
		}
	}
	follows := slices.ContainsFunc(m.things, func(f *thing) bool {
		return (f.cause == t || f.replaces == t || t.in == f) && !slices.Contains(gone, f)
	})
	return ended && !follows
}

// forget drops a thing with all that belongs to it.
func (m *model) forget(t *thing) {
	for _, cause := range []*thing{t.cause, t.replaces} {
		if cause != nil {
			cause.pruned = true
		}
	}
	for _, document := range m.inBatch(t) {
		document.pruned, document.in = true, nil
	}
	m.things = slices.DeleteFunc(m.things, func(o *thing) bool { return o == t })
	m.claims = slices.DeleteFunc(m.claims, func(h *held) bool { return h.of == t })
	for v, owner := range m.seen {
		if owner == t {
			delete(m.seen, v)
		}
	}
	if t.endpoint == "" {
		m.gone++
	}
}

// takeTurn has one of two take the turn.
func (m *model) takeTurn(ctx context.Context) error {
	owner, until := "worker "+strconv.Itoa(m.draw("owner", 2)), m.now.Add(time.Duration(m.draw("minutes", 4))*time.Minute)
	mine, err := m.s.TakeTurn(ctx, bridge.Turn{Name: "work", Owner: owner, Now: m.now, Until: until})
	if err != nil {
		return err
	}
	want := m.turnOf == "" || m.turnOf == owner || !m.now.Before(m.turnEnds)
	if mine != want {
		return fmt.Errorf("the turn of %s: got %v; the model has %s until %v", owner, mine, m.turnOf, m.turnEnds)
	}
	if mine {
		m.turnOf, m.turnEnds = owner, until
	}
	return nil
}
