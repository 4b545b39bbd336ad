package bridgetest

import (
	"time"

	"github.com/edibridge/edibridge/archive"
	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/canonical"
	"github.com/edibridge/edibridge/edi"
)

// watchTests: of whom something is expected.
func watchTests() []storeTest {
	return []storeTest{
		{"a watch is kept with its events, once", watchKept},
		{"one that has changed meanwhile is refused", watchMoved},
		{"heard is what came of a partner in production, of an agreement", watchHeard},
	}
}

// watched is a watch that becomes silent, with its event.
func (b *bench) watched(version int64) bridge.Watched {
	w := bridge.Watched{Watch: bridge.Watch{Name: "acme/orders", Rule: "every 24h0m0s", Began: b.now, Heard: b.now.Add(time.Hour), Due: b.now.Add(25 * time.Hour),
		Silent: b.now.Add(25 * time.Hour), Version: version}}
	f := bridge.Transmission{ID: b.id(), Direction: bridge.Out, Kind: bridge.KindEvent, State: bridge.Pending, Endpoint: "erp",
		Body: object("", "silent"), Created: b.now, Changed: b.now, Set: canonical.EventPartnerSilent}
	leaf := b.leaf(archive.LeafEvent, f.ID)
	f.Leaf = leaf.ID
	w.Follows, w.Leaves = []bridge.Transmission{f}, []archive.Leaf{leaf}
	return w
}

func watchKept(b *bench) {
	w := b.watched(1)
	for range 2 {
		b.must(b.s.KeepWatch(b.ctx, w))
	}
	got, err := b.s.Watches(b.ctx)
	b.must(err)
	equal(b, "watches", got, []bridge.Watch{w.Watch})
	equal(b, "due", b.due(bridge.StepDeliver), []bridge.ID{w.Follows[0].ID})
	equal(b, "causes of its event", len(b.get(w.Follows[0].ID).Causes), 0)
	equal(b, "leaves", b.count(func(r bridge.Record) bool { return r.Leaf != nil }), 1)
	heard := bridge.Watched{Watch: w.Watch}
	heard.Silent, heard.Version = time.Time{}, 2
	b.must(b.s.KeepWatch(b.ctx, heard))
	got, err = b.s.Watches(b.ctx)
	b.must(err)
	equal(b, "watches then", got, []bridge.Watch{heard.Watch})
}

func watchMoved(b *bench) {
	b.refused(b.s.KeepWatch(b.ctx, b.watched(2)), bridge.ErrMoved)
	b.must(b.s.KeepWatch(b.ctx, b.watched(1)))
	other := b.watched(1)
	other.Heard = b.now
	b.refused(b.s.KeepWatch(b.ctx, other), bridge.ErrMoved)
	b.refused(b.s.KeepWatch(b.ctx, b.watched(3)), bridge.ErrMoved)
	equal(b, "events", b.count(func(r bridge.Record) bool { return r.Transmission != nil }), 1)
}

func watchHeard(b *bench) {
	files := map[string]time.Time{}
	take := func(name, partner, agreement string, mode edi.Mode) {
		b.now = b.now.Add(time.Hour)
		in := b.accept(name)
		c := b.claimOf(bridge.StepTranslate, in)
		r := translated()
		r.Partner, r.Mode = partner, mode
		d := document(in, 1)
		d.Partner, d.Agreement, d.Mode = partner, agreement, mode
		r.Documents = []bridge.Document{d}
		b.must(b.s.Commit(b.ctx, c, r))
		files[name] = b.now
	}
	took := b.now
	take("order", "acme", "orders", edi.Production)
	take("notice", "acme", "notices", edi.Production)
	take("test", "acme", "orders", edi.Test)
	take("another's", "globex", "orders", edi.Production)
	b.accept("not translated")
	for _, kind := range []bridge.Kind{bridge.KindDocument, bridge.KindBatch} { // what we send
		b.now = b.now.Add(time.Hour)
		a := b.incoming("", "for acme: "+string(kind))
		a.Transmission.Kind, a.Transmission.Partner, a.Transmission.Agreement, a.Transmission.Mode = kind, "acme", "orders", edi.Production
		_, err := b.s.Accept(b.ctx, a)
		b.must(err)
	}
	for _, c := range []struct {
		agreement string
		behind    time.Time
		want      time.Time
	}{{"", took, files["notice"]}, {"orders", took, files["order"]}, {"orders", files["order"], time.Time{}}, {"", files["notice"], time.Time{}}, {"changes", took, time.Time{}}} {
		got, err := b.s.Heard(b.ctx, "acme", c.agreement, c.behind)
		b.must(err)
		equal(b, "heard of "+c.agreement, got.Equal(c.want), true)
	}
}
