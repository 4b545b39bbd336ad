package sqlstore

import (
	"context"
	"fmt"
	"strings"

	"github.com/edibridge/edibridge/bridge"
)

// onward is what a commit goes on with: the follow-ups that are wanted, those of
// them that were made, and the claims on them. Its methods take nil, which wants
// nothing.
type onward struct {
	bridge.Onward
	wanted map[bridge.ID]bool
	follow map[bridge.ID]*bridge.Transmission
	claims []bridge.Claim
}

// begin forgets what a run of the transaction came to that was undone.
func (o *onward) begin() {
	if o != nil {
		o.follow, o.claims = map[bridge.ID]*bridge.Transmission{}, nil
	}
}

// made notes a follow-up that was written.
func (o *onward) made(t *bridge.Transmission) {
	if o == nil || !o.wanted[t.ID] || t.State != bridge.Pending {
		return
	}
	if t.Lane == bridge.Normal {
		t.Lane = ""
	}
	o.follow[t.ID] = t
}

// CommitOn implements bridge.Work.
func (s *Store) CommitOn(ctx context.Context, c bridge.Claim, r bridge.Result, on bridge.Onward) ([]bridge.Claim, error) {
	o := &onward{Onward: on, wanted: make(map[bridge.ID]bool, len(on.Follows))}
	for _, id := range on.Follows {
		o.wanted[id] = true
	}
	if err := s.commit(ctx, c, &r, o); err != nil {
		return nil, err
	}
	return o.claims, nil
}

// leaseOnward leases those of several new rows that are due, and begins their
// attempts: not one before which its queue has something of an older file.
func leaseOnward(rows int) string {
	var of strings.Builder
	for i := range rows {
		fmt.Fprintf(&of, ", (CAST($%d AS TEXT), CAST($%d AS BIGINT))", 2*i+5, 2*i+6)
	}
	return `UPDATE transmission SET state = 'attempted', attempts = attempts + 1, token = v.given, tried = v.given,
			owner = $1, lease_until = $2, wake = $2, begun = $3, changed = $4
		FROM (SELECT w.column1 AS wanted, /*pg nextval('token') + */ w.column2 AS given FROM (VALUES ` + of.String()[2:] + `) AS w) AS v
		WHERE transmission.id = v.wanted AND transmission.due = 'deliver' AND (SELECT 1 FROM transmission o
			WHERE o.due = 'deliver' AND o.due <> '' AND o.queue = transmission.queue AND o.sequence < transmission.sequence
			ORDER BY o.sequence LIMIT 1) IS NULL
		RETURNING id, token`
}

// tokensOf gives tokens to statements that take them from a server's sequence
// themselves where there is one, and then add these, which are zero.
func (x *txn) tokensOf(n int) ([]int64, error) {
	if x.grows() {
		return x.tokens(n)
	}
	return make([]int64, n), nil
}

// goOn claims what was made and is wanted.
func (x *txn) goOn(o *onward, now int64) error {
	if o == nil || len(o.follow) == 0 {
		return nil
	}
	tokens, err := x.tokensOf(len(o.follow))
	if err != nil {
		return err
	}
	rows := powerOfTwo(len(tokens))
	args := []any{o.Owner, nanos(o.Until), nanos(o.At), now}
	for _, id := range o.Follows {
		if o.follow[id] != nil {
			args = append(args, id, tokens[0])
			tokens = tokens[1:]
		}
	}
	for len(args) < 4+2*rows {
		args = append(args, "", 0) // nobody's
	}
	return x.rows(leaseOnward(rows), args, func(scan scanner) error {
		var id bridge.ID
		c := bridge.Claim{Step: bridge.StepDeliver, Begun: true, Until: instant(nanos(o.Until))}
		if err := scan(&id, &c.Token); err != nil {
			return err
		}
		c.Transmission = *o.follow[id]
		t := &c.Transmission
		t.State, t.Attempts, t.Begun, t.Changed = bridge.Attempted, t.Attempts+1, instant(nanos(o.At)), instant(now)
		o.claims = append(o.claims, c)
		return nil
	})
}
