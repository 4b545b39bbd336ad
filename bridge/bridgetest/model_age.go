package bridgetest

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/edibridge/edibridge/bridge"
)

// liftOf draws when something in a lane is lifted.
func (m *model) liftOf(lane bridge.Lane) bridge.Lift {
	if lane == bridge.Urgent || m.draw("lift", 3) > 0 {
		return bridge.Lift{}
	}
	return bridge.Lift{At: m.now.Add(time.Duration(1+m.draw("after", 200)) * time.Second), To: bridge.Urgent}
}

// unfinished reports whether a thing still has something before it.
func (t *thing) unfinished() bool {
	return slices.Contains([]bridge.State{bridge.Accepted, bridge.Held, bridge.Pending, bridge.Attempted}, t.state)
}

// lift moves what has waited too long.
func (m *model) lift(ctx context.Context) error {
	var due []*thing
	for _, t := range m.things {
		if at := t.lift.At; !at.IsZero() && !at.After(m.now) {
			due = append(due, t)
		}
	}
	slices.SortStableFunc(due, func(a, b *thing) int { return a.lift.At.Compare(b.lift.At) })
	limit := 1 + m.draw("limit", 3)
	for limit < len(due) && limit > 0 && due[limit-1].lift.At.Equal(due[limit].lift.At) {
		limit++ // which of two that are due at once comes first is open
	}
	n, err := m.s.Lift(ctx, m.now, limit)
	if err == nil && n != min(limit, len(due)) {
		err = fmt.Errorf("lifted %d, want %d of %d", n, limit, len(due))
	}
	for _, t := range due[:min(limit, len(due))] {
		t.lane, t.lift = t.lift.To, bridge.Lift{}
	}
	return err
}

// compareLane holds the lane of one row against the model.
func (m *model) compareLane(got *bridge.Transmission, t *thing) error {
	if !t.unfinished() {
		t.lift = bridge.Lift{} // for good: it is not lifted when a person has it tried again
	}
	if got.Lane.OrNormal() != t.lane.OrNormal() || !got.Lift.At.Equal(t.lift.At) || got.Lift.To != t.lift.To {
		return fmt.Errorf("%s is in lane %q, lifted %+v; the model has %q, %+v", got.ID, got.Lane, got.Lift, t.lane, t.lift)
	}
	return nil
}
