package bridgetest

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/edibridge/edibridge/archive"
	"github.com/edibridge/edibridge/bridge"
)

// waiting is what the model knows of an acknowledgment that is owed for a thing.
type waiting struct {
	bridge.Expectation
	wake time.Time // when it may be claimed as overdue
}

// expects draws whether an acknowledgment is expected for t, and puts it into s.
func (m *model) expects(t *thing, s *bridge.Slice) {
	if m.draw("expect", 2) == 0 {
		return
	}
	e := expected(t.id, 1)
	e.Within = []time.Duration{0, 40 * time.Second}[m.draw("within", 2)]
	t.waiting = &waiting{Expectation: e}
	s.Expects = append(s.Expects, e)
}

// starts begins the clock of what is expected for t.
func (m *model) starts(t *thing) {
	if w := t.waiting; w != nil && w.State == bridge.ExpectAwaited && w.Within > 0 {
		w.Due = m.now.Add(w.Within)
		w.wake = w.Due
	}
}

// awaiting are the things for which an acknowledgment is expected.
func (m *model) awaiting() []*thing {
	return slices.DeleteFunc(slices.Clone(m.things), func(t *thing) bool { return t.waiting == nil })
}

// settle has a translation settle what is expected for some thing, as it is or
// as it was once.
func (m *model) settle(ctx context.Context) error {
	h, ts := m.anyClaim(), m.awaiting()
	if h == nil || h.Step != bridge.StepTranslate || len(ts) == 0 {
		return nil
	}
	t := ts[m.draw("awaiting", len(ts))]
	e := t.waiting.Expectation
	e.State = []bridge.ExpectationState{bridge.ExpectAccepted, bridge.ExpectRejected}[m.draw("verdict", 2)]
	e.By, e.BySequence = h.of.id, h.of.sequence
	old := e.Version > 0 && m.draw("old", 4) == 0
	if old {
		e.Version--
	}
	s := bridge.Slice{Cursor: bridge.Cursor{Slices: h.of.slices + 1}, Leaves: []archive.Leaf{m.leaf(h.of.id)},
		Settles: []bridge.Settle{{Transmission: t.id, Expectations: []bridge.Expectation{e}}}}
	until := m.now.Add(lease)
	err := m.s.Advance(ctx, h.Claim, s, until)
	switch {
	case h.stale():
		return agree(err, bridge.ErrStale)
	case old:
		return agree(err, bridge.ErrMoved)
	}
	h.of.lease, h.of.slices = until, s.Cursor.Slices
	e.Version++
	t.waiting.Expectation, t.waiting.wake = e, time.Time{}
	m.settled(t)
	return err
}

// settled ends a thing of which all that is expected is answered.
func (m *model) settled(t *thing) {
	ends := []bridge.State{bridge.Pending, bridge.Attempted, bridge.Sent, bridge.Available, bridge.Delivered, bridge.Dead}
	if t.tried == 0 || !slices.Contains(ends, t.state) {
		return
	}
	t.state, t.nextAt, t.lease = bridge.Settled, time.Time{}, time.Time{}
	if t.tried != t.token {
		t.ended, t.endedBy = t.token, "settled"
	}
}

// expire claims what is overdue and makes it so, at once or after a while.
func (m *model) expire(ctx context.Context) error {
	limit := 1 + m.draw("limit", 3)
	until := m.now.Add(lease)
	got, err := m.s.ClaimOverdue(ctx, bridge.ClaimQuery{Limit: limit, Now: m.now, Until: until})
	if err != nil {
		return err
	}
	var due []*thing
	for _, t := range m.awaiting() {
		if w := t.waiting.wake; !w.IsZero() && !w.After(m.now) {
			due = append(due, t)
		}
	}
	if len(got) != min(limit, len(due)) {
		return fmt.Errorf("got %d overdue, want %d of %d", len(got), limit, len(due))
	}
	for _, e := range got {
		i := slices.IndexFunc(due, func(t *thing) bool { return t.id == e.Transmission })
		if i < 0 {
			return fmt.Errorf("got %s of %s, which is not overdue", e.ID, e.Transmission)
		}
		w := due[i].waiting
		w.wake = until
		if m.draw("expire", 2) == 0 {
			continue // the process dies
		}
		x := bridge.Expiry{Expectation: e, Now: m.now, Leaves: []archive.Leaf{m.leaf(e.Transmission)},
			Evidence: bridge.Evidence{Transmission: e.Transmission, Kind: bridge.EvidenceOverdue, At: m.now}}
		for range 2 {
			if err := m.s.Expire(ctx, x); err != nil {
				return err
			}
		}
		w.State, w.wake = bridge.ExpectOverdue, time.Time{}
		w.Version++
	}
	return nil
}

// shut closes what is expected for some thing.
func (m *model) shut(ctx context.Context) error {
	ts := m.awaiting()
	if len(ts) == 0 {
		return nil
	}
	t := ts[m.draw("awaiting", len(ts))]
	err := m.s.Operate(ctx, bridge.Operation{Kind: bridge.Close, ID: t.id, By: "ann", At: m.now, Leaf: m.leaf(t.id)})
	w := t.waiting
	if w.State != bridge.ExpectOverdue && w.State != bridge.ExpectRejected {
		return agree(err, bridge.ErrConflict)
	}
	w.State, w.wake = bridge.ExpectClosed, time.Time{}
	w.Version++
	if w.By != "" {
		m.settled(t)
	}
	return err
}

// drop ends waiting for what is let go.
func (w *waiting) drop() {
	if w == nil || w.State != bridge.ExpectAwaited && w.State != bridge.ExpectOverdue {
		return
	}
	w.State, w.wake = bridge.ExpectClosed, time.Time{}
	w.Version++
}

// compareExpectation holds one row of the store against the model; want are the
// things that were not seen yet.
func (m *model) compareExpectation(got *bridge.Expectation, want map[bridge.ID]*thing) error {
	t := want[got.Transmission]
	if t == nil {
		return fmt.Errorf("the model does not have what is expected of %s", got.Transmission)
	}
	delete(want, got.Transmission)
	if w := t.waiting; got.State != w.State || got.Version != w.Version || !got.Due.Equal(w.Due) || got.By != w.By {
		return fmt.Errorf("got %+v; the model has %+v", got, w)
	}
	return nil
}
