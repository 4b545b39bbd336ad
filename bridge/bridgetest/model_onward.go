package bridgetest

import (
	"context"
	"fmt"
	"slices"

	"github.com/edibridge/edibridge/bridge"
)

func (m *model) lease() *bridge.Lease { return &bridge.Lease{Owner: "model", Until: m.now.Add(lease)} }

// onward draws whether the end of a translation goes on with its follow-ups; nil: no.
func (m *model) onward(h *held, made []*thing) *bridge.Onward {
	if h.Step != bridge.StepTranslate || m.draw("onward", 2) == 0 {
		return nil
	}
	on := &bridge.Onward{Lease: *m.lease(), At: m.now}
	for _, t := range made {
		on.Follows = append(on.Follows, t.id)
	}
	return on
}

func (m *model) commitOn(ctx context.Context, h *held, r bridge.Result, on *bridge.Onward) ([]bridge.Claim, error) {
	if on == nil {
		return nil, m.s.Commit(ctx, h.Claim, r)
	}
	return m.s.CommitOn(ctx, h.Claim, r, *on)
}

// leasedOn looks at the claims on follow-ups that came with their commit.
func (m *model) leasedOn(on *bridge.Onward, made []*thing, claims []bridge.Claim) error {
	if on == nil {
		return nil
	}
	newest := m.tokens
	for _, t := range made {
		var claim *bridge.Claim
		if i := slices.IndexFunc(claims, func(c bridge.Claim) bool { return c.Transmission.ID == t.id }); i >= 0 {
			claim = &claims[i]
		}
		if err := m.leased(t, bridge.StepDeliver, claim); err != nil {
			return err
		}
		if claim != nil {
			newest = max(newest, claim.Token)
			t.state, t.attempts, t.tried = bridge.Attempted, t.attempts+1, claim.Token
		}
	}
	m.tokens = newest
	return nil
}

// acceptedOn looks at the claim that came with an accept that asked for one.
func (m *model) acceptedOn(t *thing, c *bridge.Claim) error {
	err := m.leased(t, bridge.StepTranslate, c)
	if err == nil && c != nil {
		m.tokens = c.Token
	}
	return err
}

// leased looks at the claim on t that came with the commit that made it, nil where
// none did.
func (m *model) leased(t *thing, step bridge.Step, c *bridge.Claim) error {
	due := m.due(step)
	may, must := slices.Contains(due, t), slices.Contains(due, t)
	for _, o := range due {
		if o.sequence < t.sequence && t.sameQueue(o) {
			must = false
			may = may && !(o.nextAt.IsZero() && o.lease.IsZero()) // it sleeps until it is looked at
		}
	}
	switch {
	case c == nil && must:
		return fmt.Errorf("got no claim on %s with its commit, want one", t.id)
	case c == nil:
		return nil
	case !may:
		return fmt.Errorf("got a claim on %s, which has something before it", t.id)
	case c.Token <= m.tokens:
		return fmt.Errorf("got %s with token %d, want one over %d", t.id, c.Token, m.tokens)
	}
	t.token, t.lease = c.Token, c.Until
	m.claims = append(m.claims, &held{Claim: *c, of: t})
	return nil
}
