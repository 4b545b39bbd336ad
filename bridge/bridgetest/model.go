package bridgetest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/edibridge/edibridge/archive"
	"github.com/edibridge/edibridge/bridge"
)

// RunModel plays steps random steps on an empty Store and on a model of it, and
// gives the first difference as an error. draw chooses: a number from 0 to n-1.
func RunModel(ctx context.Context, s bridge.Store, steps int, draw func(what string, n int) int) error {
	m := &model{s: s, draw: draw, now: time.Date(2026, 11, 23, 9, 30, 0, 0, time.UTC),
		seen: map[string]*thing{}, reserved: map[bridge.ID]*modelNumber{}}
	actions := []struct {
		name string
		do   func(context.Context) error
	}{
		{"accept", m.accept}, {"claim", m.claim}, {"claim", m.claim}, {"advance", m.advance}, {"commit", m.commit}, {"commit", m.commit},
		{"attempt", m.attempt}, {"release", m.release}, {"operate", m.operate}, {"resubmit", m.resubmit}, {"take", m.take}, {"reserve", m.reserve}, {"wait", m.wait},
		{"settle", m.settle}, {"expire", m.expire}, {"prune", m.prune}, {"close", m.shut}, {"lift", m.lift},
		{"join", m.join}, {"join", m.join}, {"close a batch", m.closeBatch}, {"turn", m.takeTurn},
	}
	for i := range steps {
		a := actions[draw("action", len(actions))]
		if err := a.do(ctx); err != nil {
			return fmt.Errorf("step %d, %s: %w", i, a.name, err)
		}
		if err := m.compare(ctx); err != nil {
			return fmt.Errorf("after step %d, %s: %w", i, a.name, err)
		}
	}
	return nil
}

// model is what a Store must be like, for one caller and few rows: everything is
// looked for by walking over all things.
type model struct {
	s    bridge.Store
	draw func(string, int) int
	now  time.Time
	ids  int

	things   []*thing // in the order of their making
	gone     int64    // that came in and were pruned
	claims   []*held
	seen     map[string]*thing
	reserved map[bridge.ID]*modelNumber // of the one series, by owner
	given    int64                      // how many different ones
	tokens   int64
	turnOf   string // who has the turn, until turnEnds
	turnEnds time.Time
}

// thing is a Transmission.
type thing struct {
	id        bridge.ID
	state     bridge.State
	key, body string // inbound
	sequence  int64
	ordinal   int
	endpoint  string
	lane      bridge.Lane
	lift      bridge.Lift
	party     string
	orderKey  string
	onDead    bridge.OnDead
	cause     *thing
	replaces  *thing   // in whose place it was sent
	pruned    bool     // something that followed from it was pruned
	waiting   *waiting // nil: nothing is expected
	batch     *modelBatch
	in        *thing // the batch that it is in
	nextAt    time.Time
	lease     time.Time
	attempts  int
	slices    int
	token     int64  // newest
	ended     int64  // last that was given back
	endedBy   string // what gave it back
	tried     int64  // token of the last attempt
}

// held is a claim that somebody has, perhaps a stale one, and what it was last
// committed with.
type held struct {
	bridge.Claim
	of   *thing
	last *bridge.Result
}

func (m *model) id() bridge.ID {
	m.ids++
	return bridge.FollowID("model", "", strconv.Itoa(m.ids), "")
}

func (m *model) leaf(about bridge.ID) archive.Leaf {
	return archive.Leaf{Kind: archive.LeafAccess, ID: string(m.id()), Time: m.now}
}

// agree compares what a call gave with what the model says, by sentinel.
func agree(got, want error) error {
	if want == nil && got != nil || want != nil && !errors.Is(got, want) {
		return fmt.Errorf("got error %v, want %v", got, want)
	}
	return nil
}

func (m *model) wait(context.Context) error {
	m.now = m.now.Add(time.Duration(1+m.draw("seconds", 90)) * time.Second)
	return nil
}

func (m *model) accept(ctx context.Context) error {
	key := []string{"", "", "k1", "k2"}[m.draw("key", 4)]
	body := []string{"a", "b"}[m.draw("body", 2)]
	id := m.id()
	lane, party := m.turn()
	lift := m.liftOf(lane)
	a := bridge.Acceptance{Transmission: bridge.Transmission{ID: id, Endpoint: "sftp", Peer: "acme", Key: key, Lane: lane, Lift: lift, Partner: party,
		Body: object("acme", body), Created: m.now}, Leaf: m.leaf(id)}
	if m.draw("lease", 3) == 0 {
		a.Lease = m.lease()
	}
	as, err := m.s.Accept(ctx, a)
	var first *thing
	inbound := m.inbound()
	for _, t := range m.things {
		if key != "" && t.key == key {
			first = t
		}
	}
	switch {
	case first != nil && first.body != body:
		return agree(err, bridge.ErrKeyReused)
	case err != nil:
		return err
	case first != nil:
		if as.ID != first.id || !as.Duplicate {
			return fmt.Errorf("got %+v, want a duplicate of %s", as, first.id)
		}
	case as.Duplicate || as.Sequence != inbound+1:
		return fmt.Errorf("got %+v, want sequence %d", as, inbound+1)
	default:
		t := &thing{id: id, state: bridge.Accepted, lane: lane, lift: lift, party: party, key: key, body: body, sequence: inbound + 1}
		m.things = append(m.things, t)
		if a.Lease != nil {
			return m.acceptedOn(t, as.Claim)
		}
	}
	if as.Claim != nil {
		return fmt.Errorf("got a claim on %s, want none", id)
	}
	return nil
}

// turn draws the lane and the party of a thing.
func (m *model) turn() (bridge.Lane, string) {
	return []bridge.Lane{"", bridge.Urgent, bridge.Bulk}[m.draw("lane", 3)], []string{"p1", "p2"}[m.draw("party", 2)]
}

// due are the things that a step may claim, oldest first.
func (m *model) due(step bridge.Step) []*thing {
	var out []*thing
	for _, t := range m.things {
		ready := t.state == bridge.Accepted && !m.behindBatch(t)
		if step == bridge.StepDeliver {
			ready = (t.state == bridge.Pending || t.state == bridge.Attempted) && !m.waits(t)
		}
		if ready && !t.nextAt.After(m.now) && !t.lease.After(m.now) {
			out = append(out, t)
		}
	}
	slices.SortStableFunc(out, older)
	return out
}

func older(a, b *thing) int {
	return cmp.Or(cmp.Compare(a.sequence, b.sequence), cmp.Compare(a.ordinal, b.ordinal))
}

// waits reports whether an older unfinished thing stands before t.
func (m *model) waits(t *thing) bool {
	return t.orderKey != "" && slices.ContainsFunc(m.things, func(o *thing) bool {
		line := o.state == bridge.Held || o.state == bridge.Pending || o.state == bridge.Attempted ||
			o.state == bridge.Dead && o.onDead != bridge.Pass
		return line && o.endpoint == t.endpoint && o.orderKey == t.orderKey && older(o, t) < 0
	})
}

// sameQueue reports whether both are of one lane, party and endpoint: then the
// older one is served first.
func (t *thing) sameQueue(o *thing) bool {
	return t.lane.OrNormal() == o.lane.OrNormal() && t.party == o.party && t.endpoint == o.endpoint
}

func (m *model) claim(ctx context.Context) error {
	step := []bridge.Step{bridge.StepTranslate, bridge.StepDeliver}[m.draw("step", 2)]
	limit := 1 + m.draw("limit", 3)
	until := m.now.Add(lease)
	got, err := m.s.Claim(ctx, bridge.ClaimQuery{Step: step, Limit: limit, Now: m.now, Until: until})
	if err != nil {
		return err
	}
	due := m.due(step)
	if want := min(limit, len(due)); len(got) != want {
		return fmt.Errorf("got %d claims to %s, want %d", len(got), step, want)
	}
	for _, c := range got {
		i := slices.IndexFunc(due, func(t *thing) bool { return t.id == c.Transmission.ID })
		if i < 0 {
			return fmt.Errorf("got %s, which is not due to %s", c.Transmission.ID, step)
		}
		t := due[i]
		if j := slices.IndexFunc(due, t.sameQueue); j != i {
			return fmt.Errorf("got %s before %s, which is older in its queue", t.id, due[j].id)
		}
		due = slices.Delete(due, i, i+1)
		if c.Token <= m.tokens || c.Cursor.Slices != t.slices {
			return fmt.Errorf("got %s with token %d at slice %d, want one over %d at slice %d",
				t.id, c.Token, c.Cursor.Slices, m.tokens, t.slices)
		}
		m.tokens = c.Token
		t.token, t.lease = c.Token, until
		m.claims = append(m.claims, &held{Claim: c, of: t})
	}
	return nil
}

// anyClaim is a claim that was given at any time, or nil.
func (m *model) anyClaim() *held {
	if len(m.claims) == 0 {
		return nil
	}
	return m.claims[len(m.claims)-1-m.draw("claim", min(len(m.claims), 6))]
}

func (h *held) stale() bool { return h.Token != h.of.token || h.Token == h.of.ended }

// slice draws a slice of a translation: follow-ups and identities.
func (m *model) slice(h *held) (bridge.Slice, []*thing) {
	s := bridge.Slice{Cursor: bridge.Cursor{Slices: h.of.slices + 1}, Leaves: []archive.Leaf{m.leaf(h.of.id)}}
	var made []*thing
	for range m.draw("follows", 3) {
		lane, party := m.turn()
		t := &thing{id: m.id(), state: bridge.Held, lane: lane, lift: m.liftOf(lane), party: party, cause: h.of, sequence: h.of.sequence, ordinal: m.ids,
			endpoint: []string{"e1", "e2"}[m.draw("endpoint", 2)], orderKey: []string{"", "o1", "o2"}[m.draw("order key", 3)],
			onDead: []bridge.OnDead{bridge.Hold, bridge.Pass}[m.draw("on dead", 2)]}
		made = append(made, t)
		s.Follows = append(s.Follows, bridge.Transmission{ID: t.id, Kind: bridge.KindEvent, Endpoint: t.endpoint, Lane: lane, Lift: t.lift, Partner: party, OrderKey: t.orderKey,
			OnDead: t.onDead, Causes: []bridge.ID{h.of.id}, Ordinal: t.ordinal, Created: m.now, Body: object("", "e")})
		m.expects(t, &s)
	}
	switch v := []string{"x", "y"}[m.draw("identity", 2)]; m.draw("see", 4) {
	case 0:
		s.Sees = []bridge.Seen{{SeenKey: bytesKey(v)}}
	case 1:
		s.Unsees = []bridge.SeenKey{bytesKey(v)}
	}
	return s, made
}

// apply writes a slice into the model, or reports that it is refused.
func (m *model) apply(h *held, s *bridge.Slice, made []*thing) bool {
	for _, e := range s.Sees {
		if o := m.seen[e.Value]; o != nil && o != h.of {
			return false
		}
		m.seen[e.Value] = h.of
	}
	for _, k := range s.Unsees {
		if m.seen[k.Value] == h.of {
			delete(m.seen, k.Value)
		}
	}
	m.things = append(m.things, made...)
	h.of.slices = s.Cursor.Slices
	return true
}

// refusedSlice wants a *bridge.SeenError.
func refusedSlice(err error) error {
	var seen *bridge.SeenError
	if !errors.As(err, &seen) {
		return fmt.Errorf("got error %v, want a *bridge.SeenError", err)
	}
	return nil
}

func (m *model) advance(ctx context.Context) error {
	h := m.anyClaim()
	if h == nil || h.Step != bridge.StepTranslate {
		return nil
	}
	s, made := m.slice(h)
	until := m.now.Add(lease)
	err := m.s.Advance(ctx, h.Claim, s, until)
	switch {
	case h.stale():
		return agree(err, bridge.ErrStale)
	case !m.apply(h, &s, made):
		return refusedSlice(err)
	}
	h.of.lease = until
	if err == nil && m.draw("again", 2) == 0 {
		err = m.s.Advance(ctx, h.Claim, s, until)
	}
	return err
}

func (m *model) commit(ctx context.Context) error {
	h := m.anyClaim()
	if h == nil {
		return nil
	}
	if h.last != nil && m.draw("again", 2) == 0 {
		want := error(nil)
		if h.of.ended != h.Token || h.of.endedBy != "commit" {
			want = bridge.ErrStale
		}
		return agree(m.s.Commit(ctx, h.Claim, *h.last), want)
	}
	r, made := m.result(h)
	on := m.onward(h, made)
	claims, err := m.commitOn(ctx, h, r, on)
	switch {
	case h.stale():
		return agree(err, bridge.ErrStale)
	case !m.apply(h, &r.Slice, made):
		return refusedSlice(err)
	}
	to := r.State
	if h.of.state == bridge.Settled { // by an acknowledgment, while the delivery ran
		to = bridge.Settled
	} else if r.Wire != nil && h.of.tried != h.Token {
		h.of.attempts, h.of.tried = h.of.attempts+1, h.Token
	}
	m.over(h, to, &r)
	m.told(h, r.Members)
	switch to {
	case bridge.Pending:
		h.of.nextAt = r.RetryAt
	case bridge.Delivered, bridge.Available:
		m.starts(h.of)
	}
	if err == nil {
		err = m.leasedOn(on, made, claims)
	}
	return err
}

// over ends a claim by the commit of its outcome.
func (m *model) over(h *held, to bridge.State, r *bridge.Result) {
	m.end(h, to, "commit")
	for _, n := range m.reserved {
		n.free = n.free || h.Step == bridge.StepTranslate && n.by == h.of
	}
	h.last = r
	for _, t := range m.things {
		if t.cause == h.of && t.state == bridge.Held {
			t.state = bridge.Pending
		}
	}
}

// result draws an outcome that the claim's step has.
func (m *model) result(h *held) (bridge.Result, []*thing) {
	if h.Step == bridge.StepTranslate {
		s, made := m.slice(h)
		s.Members = m.tells(h)
		return bridge.Result{State: []bridge.State{bridge.Translated, bridge.Quarantined}[m.draw("end", 2)], Slice: s}, made
	}
	r := bridge.Result{State: []bridge.State{bridge.Delivered, bridge.Available, bridge.Dead, bridge.Pending}[m.draw("end", 4)], Reason: string(m.id())}
	if r.State == bridge.Pending && m.draw("later", 2) == 0 {
		r.RetryAt = m.now.Add(20 * time.Second)
	}
	if r.State == bridge.Delivered || r.State == bridge.Available {
		r.At = m.now
	}
	r.Cursor.Slices = h.of.slices
	if m.draw("at once", 3) == 0 {
		r.Wire = &bridge.Wire{Name: "n"}
	}
	return r, nil
}

// end gives a claim back in a new state.
func (m *model) end(h *held, to bridge.State, by string) {
	t := h.of
	t.state, t.nextAt, t.lease, t.ended, t.endedBy = to, time.Time{}, time.Time{}, h.Token, by
}

func (m *model) attempt(ctx context.Context) error {
	h := m.anyClaim()
	if h == nil || h.Step != bridge.StepDeliver {
		return nil
	}
	err := m.s.Attempt(ctx, h.Claim, bridge.Wire{Name: "n"})
	if h.stale() {
		return agree(err, bridge.ErrStale)
	}
	if h.of.tried != h.Token {
		h.of.attempts++
		h.of.tried, h.of.state = h.Token, bridge.Attempted
	}
	return err
}

func (m *model) release(ctx context.Context) error {
	h := m.anyClaim()
	if h == nil {
		return nil
	}
	var next time.Time
	if m.draw("later", 2) == 0 {
		next = m.now.Add(15 * time.Second)
	}
	err := m.s.Release(ctx, h.Claim, next)
	switch {
	case h.of.ended == h.Token && h.of.endedBy == "release":
		return err
	case h.stale():
		return agree(err, bridge.ErrStale)
	}
	if h.Begun && h.of.state == bridge.Attempted && h.of.tried == h.Token {
		h.of.state, h.of.attempts, h.of.tried = bridge.Pending, h.of.attempts-1, 0
	}
	m.end(h, h.of.state, "release")
	h.of.nextAt = next
	return err
}

func (m *model) take(ctx context.Context) error {
	if len(m.things) == 0 {
		return nil
	}
	t := m.things[m.draw("thing", len(m.things))]
	err := m.s.Take(ctx, t.id, bridge.Evidence{Transmission: t.id, Attempt: 1, Kind: "mailbox-taken", At: m.now}, nil)
	switch t.state {
	case bridge.Available:
		t.state = bridge.Delivered
		m.starts(t)
	case bridge.Delivered, bridge.Settled:
	default:
		return agree(err, bridge.ErrConflict)
	}
	return err
}

// compare holds every row of the store against the model.
func (m *model) compare(ctx context.Context) error {
	want := map[bridge.ID]*thing{}
	for _, t := range m.things {
		want[t.id] = t
	}
	expects := map[bridge.ID]*thing{}
	for _, t := range m.awaiting() {
		expects[t.id] = t
	}
	numbers, seen := 0, 0
	var leaves [][]byte
	var head archive.Head
	if err := seal(ctx, m.s); err != nil {
		return err
	}
	err := m.s.Audit(ctx, func(r bridge.Record) error {
		switch {
		case r.Number != nil:
			numbers++
		case r.Expectation != nil:
			return m.compareExpectation(r.Expectation, expects)
		case r.Leaf != nil:
			leaves = append(leaves, r.Leaf.Text)
		case r.Head != nil:
			head = *r.Head
		case r.Seen != nil:
			seen++
			if o := m.seen[r.Seen.Value]; o == nil || o.id != r.Seen.Transmission {
				return fmt.Errorf("identity %s belongs to %s", r.Seen.Value, r.Seen.Transmission)
			}
		case r.Transmission != nil:
			got, t := r.Transmission, want[r.Transmission.ID]
			if t == nil || got.State != t.state || got.Sequence != t.sequence || got.Attempts != t.attempts || !got.NextAt.Equal(t.nextAt) || got.Pruned.IsZero() == t.pruned {
				return fmt.Errorf("got %s %s, sequence %d, %d attempts, next %v; the model has %+v",
					got.ID, got.State, got.Sequence, got.Attempts, got.NextAt, t)
			}
			delete(want, got.ID)
			return m.compareLane(got, t)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if len(expects) != 0 {
		return fmt.Errorf("%d expectations are missing", len(expects))
	}
	if len(want) != 0 || numbers != len(m.reserved) || seen != len(m.seen) {
		return fmt.Errorf("%d transmissions are missing; %d numbers, want %d; %d identities, want %d",
			len(want), numbers, len(m.reserved), seen, len(m.seen))
	}
	if head.Size != int64(len(leaves)) || head.Root != merkleRoot(leaves) {
		return fmt.Errorf("the head %+v is not that of the %d leaves", head, len(leaves))
	}
	return nil
}
