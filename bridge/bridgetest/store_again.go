package bridgetest

import (
	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/edi"
)

// againTests: what is quarantined can be translated again from its beginning.
func againTests() []storeTest {
	return []storeTest{
		{"what the first translation wrote is gone, what it sent stays", againForgets},
		{"it is counted, and the claim before it is stale", againCounts},
	}
}

// quarantined is a file whose translation wrote a document, a finding and an answer.
func (b *bench) quarantined() (in bridge.Transmission, answer bridge.ID, ended bridge.Claim, r bridge.Result) {
	b.Helper()
	id := b.accept("unknown")
	c := b.claimOf(bridge.StepTranslate, id)
	f := b.follow(id, 1, "acme-mailbox", "")
	f.Kind = bridge.KindAcknowledgment
	r = bridge.Result{State: bridge.Quarantined, Reason: "nobody knows the sender", Slice: bridge.Slice{
		Cursor: bridge.Cursor{Slices: 1, Documents: 1, Groups: 1, Interchanges: 1}, Documents: []bridge.Document{document(id, 1)},
		Findings: []edi.Finding{{Rule: "bridge.sender.unknown"}}, Total: 1, Follows: []bridge.Transmission{f}}}
	b.must(b.s.Commit(b.ctx, c, r))
	return b.get(id), f.ID, c, r
}

func againForgets(b *bench) {
	in, answer, _, _ := b.quarantined()
	b.must(b.s.Operate(b.ctx, b.operation(bridge.Retry, in.ID)))
	got := b.get(in.ID)
	equal(b, "state", got.State, bridge.Accepted)
	equal(b, "findings", len(got.Findings), 0)
	equal(b, "total", got.Total, 0)
	for d, err := range b.s.Documents(b.ctx, bridge.DocumentQuery{Transmission: in.ID}) {
		b.must(err)
		b.Errorf("document %s is still there", d.ID)
	}
	equal(b, "the answer", b.state(answer), bridge.Pending)
	c := b.claimOf(bridge.StepTranslate, in.ID)
	equal(b, "cursor", c.Cursor, bridge.Cursor{})
	b.must(b.s.Commit(b.ctx, c, bridge.Result{State: bridge.Translated, Slice: bridge.Slice{
		Cursor: bridge.Cursor{Slices: 1, Documents: 1}, Documents: []bridge.Document{document(in.ID, 1)}}}))
	equal(b, "state", b.state(in.ID), bridge.Translated)
}

func againCounts(b *bench) {
	in, _, before, r := b.quarantined()
	o := b.operation(bridge.Retry, in.ID)
	b.must(b.s.Operate(b.ctx, o))
	b.must(b.s.Operate(b.ctx, o)) // the same decision
	equal(b, "attempts", b.get(in.ID).Attempts, 1)
	b.refused(b.s.Commit(b.ctx, before, r), bridge.ErrStale)
	evidence, err := b.s.Evidence(b.ctx, in.ID)
	b.must(err)
	equal(b, "decisions kept", len(evidence), 1)
}
