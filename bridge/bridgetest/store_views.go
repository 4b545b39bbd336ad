package bridgetest

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/edibridge/edibridge/archive"
	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/bridge/views"
)

func viewTests() []storeTest {
	return []storeTest{
		{"facts come with their slice, once, as they were accepted", viewFacts},
		{"subjects come in order, behind one, below a prefix", viewSubjects},
		{"a repair takes back what was said", viewRepair},
		{"documents are retold, accepted ones of what is translated", viewRetell},
	}
}

// fact is what document ordinal of a file says.
func fact(file bridge.ID, ordinal int, view views.View, subject, data string) bridge.Fact {
	return bridge.Fact{Fact: views.Fact{View: view, Subject: subject, Data: json.RawMessage(data)}, Transmission: file,
		Document: bridge.DocumentID(file, 1, 1, ordinal), Ordinal: ordinal}
}

// tell accepts and translates a file whose documents are accepted and say facts.
func (b *bench) tell(text string, documents int, facts func(file bridge.ID) []bridge.Fact) bridge.ID {
	b.Helper()
	in := b.accept(text)
	c := b.claim(bridge.StepTranslate)
	r := translated()
	for n := range documents {
		d := document(in, n+1)
		d.State, d.Partner, d.Mode = bridge.DocumentAccepted, "acme", "production"
		r.Documents = append(r.Documents, d)
	}
	r.Facts = facts(in)
	for range 2 {
		b.must(b.s.Commit(b.ctx, c, r))
	}
	return in
}

// factText is what is said of a subject, as text.
func (b *bench) factText(view views.View, subject string) string {
	b.Helper()
	said, err := b.s.Facts(b.ctx, views.Subject{View: view, Key: subject}, 10)
	b.must(err)
	var lines []string
	for i := range said {
		s := &said[i]
		lines = append(lines, fmt.Sprintf("%d/%d %s %s %s %s", s.Sequence, s.Ordinal, s.Partner, s.Direction, s.Mode, s.Data))
	}
	return strings.Join(lines, "; ")
}

func viewFacts(b *bench) {
	first := b.tell("A", 2, func(f bridge.ID) []bridge.Fact {
		return []bridge.Fact{fact(f, 2, views.ViewOrder, "4711", `{"n":2}`), fact(f, 1, views.ViewOrder, "4711", `{"n":1}`), fact(f, 1, views.ViewStock, "W/1", `{"n":3}`)}
	})
	b.tell("B", 1, func(f bridge.ID) []bridge.Fact { return []bridge.Fact{fact(f, 1, views.ViewOrder, "4711", `{"n":4}`)} })
	equal(b, "order", b.factText(views.ViewOrder, "4711"),
		`1/1 acme in production {"n":1}; 1/2 acme in production {"n":2}; 2/1 acme in production {"n":4}`)
	equal(b, "stock", b.factText(views.ViewStock, "W/1"), `1/1 acme in production {"n":3}`)
	equal(b, "nothing", b.factText(views.ViewShipment, "4711"), "")
	said, err := b.s.Facts(b.ctx, views.Subject{View: views.ViewOrder, Key: "4711"}, 1)
	b.must(err)
	if len(said) != 1 || said[0].Document != bridge.DocumentID(first, 1, 1, 1) || said[0].Transmission != string(first) || !said[0].At.Equal(b.get(first).Created) {
		b.Errorf("the first fact\n got %+v\nwant that of the first document, of when it was accepted", said)
	}
	of, err := b.s.FactsOf(b.ctx, first, 1, 1)
	b.must(err)
	equal(b, "facts of a document", fmt.Sprint(len(of), of[0].View, of[1].View, of[1].Document), fmt.Sprint(2, views.ViewOrder, views.ViewStock, bridge.DocumentID(first, 1, 1, 1)))
	equal(b, "facts in the audit", b.count(func(r bridge.Record) bool { return r.Fact != nil }), 4)
}

func viewSubjects(b *bench) {
	b.tell("A", 2, func(f bridge.ID) []bridge.Fact {
		var facts []bridge.Fact
		for _, subject := range []string{"b/2", "B/10", "A/1", "B/2", "B", "Ä/1"} {
			facts = append(facts, fact(f, 1, views.ViewStock, subject, `{}`), fact(f, 2, views.ViewStock, subject, `{}`))
		}
		return append(facts, fact(f, 1, views.ViewOrder, "C", `{}`))
	})
	for _, c := range []struct {
		q    bridge.SubjectQuery
		want string
	}{
		{bridge.SubjectQuery{Limit: 10}, "A/1 B B/10 B/2 b/2 Ä/1"},
		{bridge.SubjectQuery{Prefix: "B/", Limit: 10}, "B/10 B/2"},
		{bridge.SubjectQuery{After: "B", Limit: 2}, "B/10 B/2"},
		{bridge.SubjectQuery{Prefix: "B/", After: "B/10", Limit: 10}, "B/2"},
		{bridge.SubjectQuery{Prefix: "X", Limit: 10}, ""},
	} {
		c.q.View = views.ViewStock
		got, err := b.s.Subjects(b.ctx, c.q)
		b.must(err)
		equal(b, fmt.Sprintf("%+v", c.q), strings.Join(got, " "), c.want)
	}
}

func viewRepair(b *bench) {
	tells := func(data string) func(f bridge.ID) []bridge.Fact {
		return func(f bridge.ID) []bridge.Fact { return []bridge.Fact{fact(f, 1, views.ViewOrder, "1", data)} }
	}
	in := b.tell("A", 1, tells(`{"n":1}`))
	b.tell("B", 1, tells(`{"n":2}`))
	b.must(b.s.Operate(b.ctx, bridge.Operation{Kind: bridge.Repair, ID: in, By: "ann", Reason: "mended", At: b.now, Leaf: b.leaf(archive.LeafAccess, in)}))
	equal(b, "while it is repaired", b.factText(views.ViewOrder, "1"), `2/1 acme in production {"n":2}`)
	b.refused(b.s.Retell(b.ctx, bridge.Retelling{Transmission: in, Ordinals: []int{1}, Facts: tells(`{}`)(in)}), bridge.ErrConflict)
	c := b.claim(bridge.StepTranslate)
	r := translated()
	d := document(in, 1)
	d.State, d.Partner, d.Mode = bridge.DocumentAccepted, "acme", "production"
	r.Documents, r.Facts = []bridge.Document{d}, tells(`{"n":3}`)(in)
	b.must(b.s.Commit(b.ctx, c, r))
	equal(b, "behind the repair", b.factText(views.ViewOrder, "1"), `1/1 acme in production {"n":3}; 2/1 acme in production {"n":2}`)
}

func viewRetell(b *bench) {
	in := b.tell("A", 2, func(f bridge.ID) []bridge.Fact {
		return []bridge.Fact{fact(f, 1, views.ViewOrder, "1", `{"n":1}`), fact(f, 2, views.ViewOrder, "1", `{"n":2}`)}
	})
	again := bridge.Retelling{Transmission: in, Ordinals: []int{1}, Facts: []bridge.Fact{fact(in, 1, views.ViewOrder, "7", `{"n":7}`)}}
	for range 2 {
		b.must(b.s.Retell(b.ctx, again))
	}
	equal(b, "the old subject", b.factText(views.ViewOrder, "1"), `1/2 acme in production {"n":2}`)
	equal(b, "the new one", b.factText(views.ViewOrder, "7"), `1/1 acme in production {"n":7}`)
	b.must(b.s.Retell(b.ctx, bridge.Retelling{Transmission: in, Ordinals: []int{1}}))
	equal(b, "nothing said any more", b.factText(views.ViewOrder, "7"), "")
	for _, wrong := range []bridge.Retelling{
		{Transmission: in, Ordinals: []int{3}},
		{Transmission: in, Ordinals: []int{1}, Facts: []bridge.Fact{fact(in, 2, views.ViewOrder, "1", `{}`)}},
		{Transmission: b.accept("waiting"), Ordinals: []int{1}},
	} {
		b.refused(b.s.Retell(b.ctx, wrong), bridge.ErrConflict)
	}
	b.refused(b.s.Retell(b.ctx, bridge.Retelling{Transmission: "nobody", Ordinals: []int{1}}), bridge.ErrNotFound)
	equal(b, "after what was refused", b.factText(views.ViewOrder, "1"), `1/2 acme in production {"n":2}`)
}
