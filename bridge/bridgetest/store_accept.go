package bridgetest

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/edibridge/edibridge/archive"
	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/canonical"
	"github.com/edibridge/edibridge/edi"
)

func acceptTests() []storeTest {
	return []storeTest{
		{"gives back every field", acceptFields},
		{"numbers in accept order", acceptSequence},
		{"texts of any bytes and lengths come back", acceptTexts},
		{"the same key is a duplicate", acceptSameKey},
		{"the same id is a duplicate", acceptSameID},
		{"the same key with other bytes is refused", acceptKeyReused},
		{"a key belongs to one peer of one endpoint", acceptKeyScope},
		{"without a key each is new", acceptNoKey},
		{"each keeps the object that its leaf was made with", acceptObjects},
		{"concurrent accepts are each there once", acceptConcurrent},
		{"a context that has ended takes nothing", acceptCancelled},
	}
}

// acceptFields: what was accepted comes back as it was, but for the sequence.
func acceptFields(b *bench) {
	a := b.incoming("key-1", "ISA")
	t := &a.Transmission
	t.Partner, t.Agreement, t.ContentType = "acme", "orders", "application/edi-x12"
	t.Header = map[string]string{"client": "sftp/9", "path": "in/po.edi"}
	t.Standard, t.Set, t.Control, t.Mode = edi.X12, "850", "000000905", edi.Production
	t.Keys = []canonical.Key{po("4711"), {Scheme: "control", Value: "905"}}
	t.Config, t.Reason, t.Total = "digest", "why", 3
	t.Findings = []edi.Finding{{Rule: "x12.interchange.count", Severity: edi.Warning, Message: "2 groups, IEA01 says 1", Path: "ISA[1]",
		Offset: 512, Length: 4, Interchange: 1, Segment: 9, Tag: "IEA", Element: 1, Value: "1", Codes: map[string]string{"ta105": "021"}}}
	as, err := b.s.Accept(b.ctx, a)
	b.must(err)
	equal(b, "accepted as", as, bridge.AcceptedAs{ID: t.ID, Sequence: 1, Body: t.Body})
	want := *t
	want.Sequence = 1
	equal(b, "transmission", b.get(t.ID), want)
}

func acceptSequence(b *bench) {
	for want := int64(1); want <= 3; want++ {
		as, err := b.s.Accept(b.ctx, b.incoming("", strconv.FormatInt(want, 10)))
		b.must(err)
		equal(b, "sequence", as.Sequence, want)
	}
}

func acceptSameKey(b *bench) {
	first := b.incoming("message-1", "ISA")
	first.Answer = []byte("MDN of the first")
	_, err := b.s.Accept(b.ctx, first)
	b.must(err)
	again := b.incoming("message-1", "ISA")
	again.Answer = []byte("MDN of the second")
	again.Transmission.Body.Pack = "another"
	as, err := b.s.Accept(b.ctx, again)
	b.must(err)
	want := bridge.AcceptedAs{ID: first.Transmission.ID, Sequence: 1, Duplicate: true, Body: first.Transmission.Body, Answer: first.Answer}
	equal(b, "accepted as", as, want)
	_, err = b.s.Transmission(b.ctx, again.Transmission.ID)
	b.refused(err, bridge.ErrNotFound)
	equal(b, "leaves", len(b.leaves()), 1)
}

// acceptSameID: an accept whose outcome was unknown is done again.
func acceptSameID(b *bench) {
	a := b.incoming("", "ISA")
	a.Answer = []byte("MDN")
	_, err := b.s.Accept(b.ctx, a)
	b.must(err)
	as, err := b.s.Accept(b.ctx, a)
	b.must(err)
	want := bridge.AcceptedAs{ID: a.Transmission.ID, Sequence: 1, Duplicate: true, Body: a.Transmission.Body, Answer: a.Answer}
	equal(b, "accepted as", as, want)
	equal(b, "due", b.due(bridge.StepTranslate), []bridge.ID{a.Transmission.ID})
	equal(b, "leaves", len(b.leaves()), 1)
}

func acceptKeyReused(b *bench) {
	_, err := b.s.Accept(b.ctx, b.incoming("message-1", "ISA"))
	b.must(err)
	other := b.incoming("message-1", "ISA other")
	_, err = b.s.Accept(b.ctx, other)
	b.refused(err, bridge.ErrKeyReused)
	_, err = b.s.Transmission(b.ctx, other.Transmission.ID)
	b.refused(err, bridge.ErrNotFound)
	_, known, err := b.s.Body(b.ctx, other.Transmission.Body.Peer, other.Transmission.Body.SHA256)
	b.must(err)
	equal(b, "body of the refused one is known", known, false)
}

func acceptKeyScope(b *bench) {
	for _, change := range []func(*bridge.Transmission){
		func(*bridge.Transmission) {},
		func(t *bridge.Transmission) { t.Peer = "globex" },
		func(t *bridge.Transmission) { t.Endpoint = "as2" },
	} {
		a := b.incoming("message-1", "ISA")
		change(&a.Transmission)
		as, err := b.s.Accept(b.ctx, a)
		b.must(err)
		equal(b, "duplicate", as.Duplicate, false)
	}
}

func acceptNoKey(b *bench) {
	first, second := b.accept("ISA"), b.accept("ISA")
	equal(b, "due", b.due(bridge.StepTranslate), []bridge.ID{first, second})
}

// acceptObjects: the same bytes were archived twice at the same moment.
func acceptObjects(b *bench) {
	first, second := b.incoming("", "ISA"), b.incoming("", "ISA")
	second.Transmission.Body.Salt[0], second.Transmission.Body.Pack = 1, "another"
	for _, a := range []bridge.Acceptance{first, second} {
		_, err := b.s.Accept(b.ctx, a)
		b.must(err)
	}
	equal(b, "object of the first", b.get(first.Transmission.ID).Body, first.Transmission.Body)
	equal(b, "object of the second", b.get(second.Transmission.ID).Body, second.Transmission.Body)
	o, _, err := b.s.Body(b.ctx, first.Transmission.Body.Peer, first.Transmission.Body.SHA256)
	b.must(err)
	equal(b, "object that is known", o, first.Transmission.Body)
}

// acceptConcurrent: 16 senders bring 10 files each; every other one is brought
// by all of them under the same key.
func acceptConcurrent(b *bench) {
	const senders, files = 16, 10
	all := make([][]bridge.Acceptance, senders)
	for i := range all {
		for n := range files {
			key := ""
			if n%2 == 0 {
				key = "shared-" + strconv.Itoa(n)
			}
			all[i] = append(all[i], b.incoming(key, "file "+strconv.Itoa(n)))
		}
	}
	var mu sync.Mutex
	var sequences []int64
	var wg sync.WaitGroup
	for _, some := range all {
		wg.Go(func() {
			for _, a := range some {
				as, err := b.s.Accept(b.ctx, a)
				if err != nil {
					b.Error(err)
					return
				}
				mu.Lock()
				if !as.Duplicate {
					sequences = append(sequences, as.Sequence)
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	slices.Sort(sequences)
	want := make([]int64, senders*files/2+files/2)
	for i := range want {
		want[i] = int64(i + 1)
	}
	equal(b, "sequences", sequences, want)
	equal(b, "leaves", len(b.leaves()), len(want))
	b.checkLog()
}

func acceptCancelled(b *bench) {
	ctx, cancel := context.WithCancel(b.ctx)
	cancel()
	a := b.incoming("", "ISA")
	_, err := b.s.Accept(ctx, a)
	b.refused(err, context.Canceled)
	_, err = b.s.Transmission(b.ctx, a.Transmission.ID)
	b.refused(err, bridge.ErrNotFound)
}

func claimTests() []storeTest {
	return []storeTest{
		{"no work is no error", func(b *bench) {
			equal(b, "claims", len(b.claims(bridge.StepTranslate, 10))+len(b.claims(bridge.StepDeliver, 10)), 0)
		}},
		{"oldest first, up to the limit", claimOldest},
		{"nothing is claimed twice while its lease runs", claimOnce},
		{"concurrent claims share the work", claimConcurrent},
		{"a lease that has ended gives the work on", claimExpired},
		{"a clock that stands behind gets nothing early", claimBehind},
		{"an attempted delivery comes back when its lease has ended", claimAttempted},
		{"tokens only grow", claimTokens},
		{"a claim tells what the worker must know", claimFields},
		{"released work is due again at its time", claimReleased},
		{"a stale claim is refused everywhere", claimStale},
	}
}

func claimOldest(b *bench) {
	var want []bridge.ID
	for i := range 3 {
		want = append(want, b.accept(strconv.Itoa(i)))
	}
	var got []bridge.ID
	for _, c := range b.claims(bridge.StepTranslate, 2) {
		got = append(got, c.Transmission.ID)
	}
	equal(b, "claimed", got, want[:2])
	equal(b, "left", b.due(bridge.StepTranslate), want[2:])
}

func claimOnce(b *bench) {
	b.accept("ISA")
	b.claim(bridge.StepTranslate)
	b.now = b.now.Add(lease - time.Nanosecond)
	equal(b, "claims before the lease ends", len(b.claims(bridge.StepTranslate, 10)), 0)
}

func claimConcurrent(b *bench) {
	const files, workers = 60, 8
	for i := range files {
		b.accept(strconv.Itoa(i))
	}
	var mu sync.Mutex
	seen := map[bridge.ID]int{}
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for {
				cs, err := b.s.Claim(b.ctx, bridge.ClaimQuery{Step: bridge.StepTranslate, Limit: 4, Now: b.now, Until: b.now.Add(lease)})
				if err != nil {
					b.Error(err)
				}
				if len(cs) == 0 {
					return
				}
				mu.Lock()
				for _, c := range cs {
					seen[c.Transmission.ID]++
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	equal(b, "different transmissions claimed", len(seen), files)
	for id, n := range seen {
		if n != 1 {
			b.Errorf("%s was claimed %d times", id, n)
		}
	}
}

func claimExpired(b *bench) {
	id := b.accept("ISA")
	b.claim(bridge.StepTranslate)
	b.now = b.now.Add(lease)
	equal(b, "claimed again", b.claim(bridge.StepTranslate).Transmission.ID, id)
}

// claimBehind: a claim under a later clock has looked at what sleeps; a worker
// whose clock stands behind asks next.
func claimBehind(b *bench) {
	b.accept("leased")
	b.claim(bridge.StepTranslate)
	b.accept("resting")
	b.must(b.s.Release(b.ctx, b.claim(bridge.StepTranslate), b.now.Add(time.Hour)))
	_, err := b.s.Claim(b.ctx, bridge.ClaimQuery{Step: bridge.StepDeliver, Limit: 9, Now: b.now.Add(2 * time.Hour), Until: b.now.Add(3 * time.Hour)})
	b.must(err)
	equal(b, "due", b.due(bridge.StepTranslate), nil)
}

func claimAttempted(b *bench) {
	_, follows := b.flow("ISA", b.event(1, "erp", ""))
	c := b.claim(bridge.StepDeliver)
	b.must(b.s.Attempt(b.ctx, c, bridge.Wire{Key: "event-1"}))
	equal(b, "due while the lease runs", b.due(bridge.StepDeliver), nil)
	b.now = b.now.Add(lease)
	again := b.claim(bridge.StepDeliver)
	equal(b, "claimed again", again.Transmission.ID, follows[0])
	equal(b, "state", again.Transmission.State, bridge.Attempted)
	equal(b, "attempts", again.Transmission.Attempts, 1)
}

func claimTokens(b *bench) {
	b.accept("1")
	b.accept("2")
	last := int64(0)
	for range 3 {
		for _, c := range b.claims(bridge.StepTranslate, 2) {
			if c.Token <= last {
				b.Errorf("token\n got %d\nwant more than %d", c.Token, last)
			}
			last = c.Token
		}
		b.now = b.now.Add(lease)
	}
}

func claimFields(b *bench) {
	id := b.accept("ISA")
	c := b.claim(bridge.StepTranslate)
	equal(b, "transmission", c.Transmission, b.get(id))
	equal(b, "step", c.Step, bridge.StepTranslate)
	equal(b, "until", c.Until, b.now.Add(lease))
	equal(b, "cursor", c.Cursor, bridge.Cursor{})
}

func claimReleased(b *bench) {
	id := b.accept("ISA")
	c := b.claim(bridge.StepTranslate)
	next := b.now.Add(time.Hour)
	b.must(b.s.Release(b.ctx, c, next))
	b.must(b.s.Release(b.ctx, c, next)) // the outcome was unknown
	equal(b, "due before its time", b.due(bridge.StepTranslate), nil)
	b.now = next
	equal(b, "due at its time", b.due(bridge.StepTranslate), []bridge.ID{id})
	equal(b, "state", b.state(id), bridge.Accepted)
}

// claimStale: the work was claimed anew after the lease; the first worker wakes up.
func claimStale(b *bench) {
	in := b.accept("ISA")
	old := b.claim(bridge.StepTranslate)
	b.now = b.now.Add(lease)
	b.claim(bridge.StepTranslate)
	refuse := func(c bridge.Claim, result bridge.Result) {
		b.Helper()
		b.refused(b.s.Commit(b.ctx, c, result), bridge.ErrStale)
		b.refused(b.s.Release(b.ctx, c, time.Time{}), bridge.ErrStale)
		_, err := b.s.Reserve(b.ctx, c, []bridge.Scope{{Series: "ISA", For: in, Max: 9}})
		b.refused(err, bridge.ErrStale)
	}
	refuse(old, translated())
	b.refused(b.s.Advance(b.ctx, old, bridge.Slice{Cursor: bridge.Cursor{Slices: 1}}, b.now.Add(lease)), bridge.ErrStale)
	_, _ = b.flowFrom(b.now.Add(lease))
	deliver := b.claim(bridge.StepDeliver)
	b.now = b.now.Add(lease)
	b.claim(bridge.StepDeliver)
	refuse(deliver, bridge.Result{State: bridge.Dead})
	b.refused(b.s.Attempt(b.ctx, deliver, bridge.Wire{}), bridge.ErrStale)
	equal(b, "numbers", b.count(func(r bridge.Record) bool { return r.Number != nil }), 0)
}

// flowFrom translates what is due at a time, with one event.
func (b *bench) flowFrom(at time.Time) (bridge.ID, []bridge.ID) {
	b.Helper()
	b.now = at
	c := b.claim(bridge.StepTranslate)
	f := b.follow(c.Transmission.ID, 1, "erp", "")
	b.must(b.s.Commit(b.ctx, c, translated(f)))
	return c.Transmission.ID, []bridge.ID{f.ID}
}

// count is how many records of an audit fit.
func (b *bench) count(fits func(bridge.Record) bool) int {
	b.Helper()
	n := 0
	for _, r := range b.audit() {
		if fits(r) {
			n++
		}
	}
	return n
}

// leaves are the texts of the log in its order.
func (b *bench) leaves() [][]byte {
	b.Helper()
	var out [][]byte
	for _, r := range b.audit() {
		if r.Leaf != nil {
			out = append(out, r.Leaf.Text)
		}
	}
	return out
}

// head is the log's head, zero while it is empty.
func (b *bench) head() archive.Head {
	b.Helper()
	var h archive.Head
	for _, r := range b.audit() {
		if r.Head != nil {
			h = *r.Head
		}
	}
	return h
}

// acceptTexts: what partners call their files and keys is theirs: NUL, what is no
// UTF-8, characters that a store may use itself, texts longer than an index holds.
func acceptTexts(b *bench) {
	long := strings.Repeat("long \xe4 ", 2000)
	for i, text := range []string{"a\x00b", "K\xf6ln", "\uF8FF", "\uF8FF00", "\xef\xa3", "%s $1 '\\", long} {
		a := b.incoming(text, "ISA")
		a.Transmission.Name = text
		a.Transmission.Keys = []canonical.Key{po(text + "po")}
		as, err := b.s.Accept(b.ctx, a)
		b.must(err)
		got := b.get(as.ID)
		if got.Name != text || got.Key != text {
			b.Errorf("text %d\n got %.40q and %.40q\nwant %.40q", i, got.Name, got.Key, text)
		}
		again := b.incoming(text, "ISA")
		as, err = b.s.Accept(b.ctx, again)
		b.must(err)
		equal(b, "the same key again", as, bridge.AcceptedAs{ID: a.Transmission.ID, Sequence: int64(i + 1), Duplicate: true, Body: a.Transmission.Body})
		found, err := b.s.Find(b.ctx, po(text+"po"), 10)
		b.must(err)
		equal(b, "found by its key", found, []bridge.ID{a.Transmission.ID})
		c := b.claim(bridge.StepTranslate)
		follow := b.follow(a.Transmission.ID, 1, "erp", text)
		key := bridge.SeenKey{Kind: "document", Value: text}
		r := translated(follow)
		r.Sees = []bridge.Seen{{SeenKey: key, Transmission: a.Transmission.ID}}
		b.must(b.s.Commit(b.ctx, c, r))
		seen, err := b.s.Seen(b.ctx, []bridge.SeenKey{key})
		b.must(err)
		if len(seen) != 1 || seen[0].SeenKey != key {
			b.Errorf("identity %d\n got %.60q\nwant itself", i, fmt.Sprint(seen))
		}
		equal(b, "delivered", b.end(bridge.Delivered), follow.ID)
	}
}
