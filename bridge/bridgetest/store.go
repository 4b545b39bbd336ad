package bridgetest

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/edibridge/edibridge/archive"
	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/canonical"
)

// TestStore runs the conformance suite. open gives an empty Store; it closes it
// at the end of the test that it is given. A Store that sequences its log behind
// the commits has a method Seal(context.Context) error that does so now.
func TestStore(t *testing.T, open func(t *testing.T) bridge.Store) {
	for _, group := range []struct {
		name  string
		tests []storeTest
	}{
		{"Accept", acceptTests()}, {"Claim", claimTests()}, {"Order", orderTests()}, {"Onward", onwardTests()}, {"Lane", laneTests()}, {"Slice", sliceTests()},
		{"Seen", seenTests()}, {"Commit", commitTests()}, {"Deliver", deliverTests()}, {"Settle", append(settleTests(), adviceTests()...)}, {"Operate", operateTests()}, {"Again", againTests()}, {"Age", ageTests()}, {"Trace", traceTests()}, {"Activate", activateTests()},
		{"Number", numberTests()}, {"Query", queryTests()}, {"Log", logTests()}, {"Replay", replayTests()}, {"View", viewTests()}, {"Batch", batchTests()}, {"Strict", strictTests()}, {"Keep", keepTests()}, {"Watch", watchTests()}, {"Turn", turnTests()},
	} {
		t.Run(group.name, func(t *testing.T) {
			for _, st := range group.tests {
				t.Run(st.name, func(t *testing.T) { st.test(newBench(t, open(t))) })
			}
		})
	}
}

// storeTest is one promise: its name says it.
type storeTest struct {
	name string
	test func(*bench)
}

// bench is a Store under test, a clock, and short ways to do the usual.
type bench struct {
	*testing.T
	ctx context.Context
	s   bridge.Store
	now time.Time
	ids int
}

// lease is how long the bench claims for.
const lease = time.Minute

func newBench(t *testing.T, s bridge.Store) *bench {
	return &bench{T: t, ctx: t.Context(), s: s, now: time.Date(2026, 11, 23, 9, 30, 0, 0, time.UTC)}
}

// id makes a new ID, the same in each run.
func (b *bench) id() bridge.ID {
	b.ids++
	return bridge.FollowID("bench", "", strconv.Itoa(b.ids), "")
}

// must ends the test on an error.
func (b *bench) must(err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

// refused wants an error that is target.
func (b *bench) refused(err, target error) {
	b.Helper()
	if !errors.Is(err, target) {
		b.Errorf("error\n got %v\nwant %v", err, target)
	}
}

// equal compares two values by their text; %+v of what this suite compares is
// the same only for the same values.
func equal[T any](b *bench, what string, got, want T) {
	b.Helper()
	if g, w := fmt.Sprintf("%+v", got), fmt.Sprintf("%+v", want); g != w {
		b.Errorf("%s\n got %s\nwant %s", what, g, w)
	}
}

// object is the archived object of a text.
func object(peer, text string) archive.Object {
	return archive.Object{Peer: peer, SHA256: archive.Sum([]byte(text)), Size: int64(len(text)),
		Stored: archive.Sum([]byte("stored " + text)), Pack: "2026-11", Offset: 7, Length: int64(len(text)) + 1, Codec: archive.Zstd}
}

func (b *bench) leaf(kind archive.LeafKind, about bridge.ID) archive.Leaf {
	return archive.Leaf{Kind: kind, ID: string(bridge.FollowID(about, "leaf", string(kind)+b.now.String(), "")), Time: b.now}
}

// incoming is a file to accept, with its leaf.
func (b *bench) incoming(key, text string) bridge.Acceptance {
	t := bridge.Transmission{ID: b.id(), Direction: bridge.In, Kind: bridge.KindFile, State: bridge.Accepted,
		Endpoint: "sftp", Peer: "acme", Key: key, Name: "po.edi", Body: object("sftp/acme", text), Created: b.now, Changed: b.now}
	t.Trace = bridge.BeginTrace(t.ID)
	leaf := b.leaf(archive.LeafRawIn, t.ID)
	leaf.Object, leaf.Length = t.Body.Stored, t.Body.Length
	t.Leaf = leaf.ID
	return bridge.Acceptance{Transmission: t, Leaf: leaf}
}

// accept takes a file in and gives its ID.
func (b *bench) accept(text string) bridge.ID {
	b.Helper()
	as, err := b.s.Accept(b.ctx, b.incoming("", text))
	b.must(err)
	return as.ID
}

// claims leases up to limit of a step at the bench's clock.
func (b *bench) claims(step bridge.Step, limit int) []bridge.Claim {
	b.Helper()
	cs, err := b.s.Claim(b.ctx, bridge.ClaimQuery{Step: step, Owner: "bench", Limit: limit, Now: b.now, Until: b.now.Add(lease)})
	b.must(err)
	return cs
}

// claim leases the one Transmission that must be due.
func (b *bench) claim(step bridge.Step) bridge.Claim {
	b.Helper()
	cs := b.claims(step, 1)
	if len(cs) != 1 {
		b.Fatalf("nothing to %s, want one", step)
	}
	return cs[0]
}

// claimOf leases what is due and gives the claim of one that must be among it.
func (b *bench) claimOf(step bridge.Step, id bridge.ID) bridge.Claim {
	b.Helper()
	for _, c := range b.claims(step, 100) {
		if c.Transmission.ID == id {
			return c
		}
	}
	b.Fatalf("%s is not due to %s", id, step)
	return bridge.Claim{}
}

// due are the IDs that can be claimed of a step now; they are given back.
func (b *bench) due(step bridge.Step) []bridge.ID {
	b.Helper()
	var out []bridge.ID
	for _, c := range b.claims(step, 100) {
		out = append(out, c.Transmission.ID)
		b.must(b.s.Release(b.ctx, c, time.Time{}))
	}
	return out
}

// follow is a follow-up of cause to an endpoint.
func (b *bench) follow(cause bridge.ID, ordinal int, endpoint, orderKey string) bridge.Transmission {
	return bridge.Transmission{ID: bridge.FollowID(cause, bridge.KindEvent, strconv.Itoa(ordinal), endpoint),
		Direction: bridge.Out, Kind: bridge.KindEvent, State: bridge.Held, Endpoint: endpoint, OrderKey: orderKey, OnDead: bridge.Hold,
		Body: object("", "event "+string(cause)+strconv.Itoa(ordinal)), Causes: []bridge.ID{cause}, Ordinal: ordinal,
		Created: b.now, Changed: b.now}
}

// translated is a Result that ends a translation.
func translated(follows ...bridge.Transmission) bridge.Result {
	return bridge.Result{State: bridge.Translated, Slice: bridge.Slice{Cursor: bridge.Cursor{Slices: 1}, Follows: follows}}
}

// flow accepts a file, translates it and gives the IDs of its follow-ups.
func (b *bench) flow(text string, follows ...func(cause bridge.ID) bridge.Transmission) (bridge.ID, []bridge.ID) {
	b.Helper()
	in := b.accept(text)
	c := b.claim(bridge.StepTranslate)
	if c.Transmission.ID != in {
		b.Fatalf("claimed %s, want %s", c.Transmission.ID, in)
	}
	var made []bridge.Transmission
	var ids []bridge.ID
	for _, f := range follows {
		made = append(made, f(in))
		ids = append(ids, made[len(made)-1].ID)
	}
	b.must(b.s.Commit(b.ctx, c, translated(made...)))
	return in, ids
}

// event makes follow-ups for flow.
func (b *bench) event(ordinal int, endpoint, orderKey string) func(bridge.ID) bridge.Transmission {
	return func(cause bridge.ID) bridge.Transmission { return b.follow(cause, ordinal, endpoint, orderKey) }
}

// end attempts and ends the delivery that must be due.
func (b *bench) end(state bridge.State) bridge.ID {
	b.Helper()
	c := b.claim(bridge.StepDeliver)
	b.must(b.s.Attempt(b.ctx, c, bridge.Wire{Name: c.Transmission.Name, Key: c.Transmission.Key}))
	b.must(b.s.Commit(b.ctx, c, bridge.Result{State: state}))
	return c.Transmission.ID
}

// state is the state of a Transmission.
func (b *bench) state(id bridge.ID) bridge.State {
	b.Helper()
	return b.get(id).State
}

func (b *bench) get(id bridge.ID) bridge.Transmission {
	b.Helper()
	t, err := b.s.Transmission(b.ctx, id)
	b.must(err)
	return t
}

// seal has the log sequenced now where a Store does so behind its commits.
func seal(ctx context.Context, s bridge.Store) error {
	if sealer, ok := s.(interface{ Seal(context.Context) error }); ok {
		return sealer.Seal(ctx)
	}
	return nil
}

// audit collects all records; of the log no leaf is without its index.
func (b *bench) audit() []bridge.Record {
	b.Helper()
	b.must(seal(b.ctx, b.s))
	var out []bridge.Record
	b.must(b.s.Audit(b.ctx, func(r bridge.Record) error {
		out = append(out, r)
		return nil
	}))
	return out
}

// document is the nth document of a Transmission, in one group.
func document(t bridge.ID, n int) bridge.Document {
	return bridge.Document{ID: bridge.DocumentID(t, 1, 1, n), Transmission: t, Ordinal: n, Interchange: 1, Group: 1, Set: n,
		State: bridge.DocumentAccepted, Verdict: "accepted", Type: "850", Control: strconv.Itoa(n), Offset: int64(100 * n), Length: 90}
}

func po(value string) canonical.Key { return canonical.Key{Scheme: "po", Value: value} }
