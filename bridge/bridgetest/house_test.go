package bridgetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/edibridge/edibridge/archive"
	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/canonical"
)

// sample is a house made by hand: one file of three sets (accepted, rejected,
// accepted) in two groups, their acknowledgments and events, all delivered.
type sample struct {
	cfg          *bridge.Configuration
	retell       func(context.Context, bridge.Transmission) ([]bridge.Fact, []int, error)
	in           *bridge.Transmission
	events       []*bridge.Transmission
	acks         []*bridge.Transmission
	documents    []*bridge.Document
	evidence     []*bridge.Evidence
	numbers      []*bridge.Number
	renumberings []*bridge.Renumbering
	seen         []*bridge.Seen
	expects      []*bridge.Expectation
	leaves       []archive.Leaf
	bodies       map[archive.Hash]string
	others       []*bridge.Transmission // what a case adds
	records      []bridge.Record        // the same of other kinds
	texts        func([]bridge.AuditLeaf) []bridge.AuditLeaf
	head         func(archive.Head) archive.Head
	fails        error
	drained      bool
}

var sampleTime = time.Date(2026, 11, 23, 9, 30, 0, 0, time.UTC)

func newSample() *sample {
	s := &sample{bodies: map[archive.Hash]string{}, drained: true}
	agreement := &bridge.Agreement{Name: "orders", Partner: "acme", Events: []string{"erp", "bus"}}
	s.cfg = &bridge.Configuration{Partners: []*bridge.Partner{{ID: "acme", Agreements: []*bridge.Agreement{agreement},
		Acknowledge: &bridge.Acknowledge{With: "997", To: "mailbox"}}}}
	s.in = s.transmission("in", bridge.In, bridge.KindFile, bridge.Translated, "ISA and three sets")
	for i, state := range []bridge.DocumentState{bridge.DocumentAccepted, bridge.DocumentRejected, bridge.DocumentAccepted} {
		d := &bridge.Document{Transmission: s.in.ID, Ordinal: i + 1, Interchange: 1, Group: 1 + i/2, Set: 1 + i%2, State: state,
			Verdict: "accepted", Partner: "acme", Agreement: "orders", Offset: int64(5 * i), Length: 5}
		d.ID = bridge.DocumentID(s.in.ID, d.Interchange, d.Group, d.Set)
		s.documents = append(s.documents, d)
		if state != bridge.DocumentAccepted {
			continue
		}
		for _, to := range agreement.Events {
			s.events = append(s.events, s.delivered(bridge.FollowID(s.in.ID, bridge.KindEvent, d.ID, to), bridge.KindEvent, to))
		}
	}
	for g := range 2 {
		place := fmt.Sprint("1/", g+1)
		ack := s.delivered(bridge.FollowID(s.in.ID, bridge.KindAcknowledgment, place, "mailbox"), bridge.KindAcknowledgment, "mailbox")
		s.acks = append(s.acks, ack)
		s.numbers = append(s.numbers, &bridge.Number{Series: "ISA", Value: int64(g + 1), For: ack.ID, State: bridge.NumberUsed})
	}
	s.seen = []*bridge.Seen{{SeenKey: bytesKey("v"), Transmission: s.in.ID}, {SeenKey: bytesKey("w"), Transmission: s.in.ID, Document: s.documents[0].ID}}
	return s
}

// transmission makes one with its body and its leaf.
func (s *sample) transmission(id bridge.ID, d bridge.Direction, kind bridge.Kind, state bridge.State, body string) *bridge.Transmission {
	t := &bridge.Transmission{ID: id, Direction: d, Kind: kind, State: state, Body: object("p", body), Sequence: 1,
		Created: sampleTime.Add(time.Minute), Changed: sampleTime.Add(time.Minute)}
	s.bodies[t.Body.SHA256] = body
	leafKind := archive.LeafRawIn
	if d == bridge.Out {
		leafKind = archive.LeafEvent
	}
	var parents []string
	if d == bridge.Out {
		parents = []string{s.in.Leaf}
	}
	s.leaf(leafKind, t.Body, parents...)
	t.Leaf = bridge.BodyLeafID(d, bridge.KindEvent, id)
	s.leaves[len(s.leaves)-1].ID = t.Leaf
	return t
}

// leaf adds a leaf and gives its id.
func (s *sample) leaf(kind archive.LeafKind, o archive.Object, parents ...string) string {
	id := string(bridge.FollowID("leaf", "", strconv.Itoa(len(s.leaves)), ""))
	l := archive.Leaf{Kind: kind, ID: id, Time: sampleTime, Object: o.Stored, Length: o.Length, Parents: parents}
	if !o.SHA256.IsZero() {
		l.Commit, l.Size = archive.Commit(o.Salt, o.SHA256), o.Size
	}
	s.leaves = append(s.leaves, l)
	return id
}

// delivered makes a follow-up of the file that was delivered.
func (s *sample) delivered(id bridge.ID, kind bridge.Kind, to string) *bridge.Transmission {
	t := s.transmission(id, bridge.Out, kind, bridge.Delivered, "body "+string(id))
	t.Endpoint, t.Causes, t.Attempts = to, []bridge.ID{s.in.ID}, 1
	ev := &bridge.Evidence{Transmission: id, Attempt: 1, Kind: "http-response", Body: object("", "200 OK")}
	s.bodies[ev.Body.SHA256] = "200 OK"
	ev.Leaf = s.leaf(archive.LeafEvidence, archive.Object{}, t.Leaf)
	s.leaf(archive.LeafDelivery, archive.Object{}, t.Leaf)
	s.evidence = append(s.evidence, ev)
	return t
}

// Audit implements what CheckHouse needs of a store.
func (s *sample) Audit(_ context.Context, visit func(bridge.Record) error) error {
	var rs []bridge.Record
	for _, t := range slices.Concat([]*bridge.Transmission{s.in}, s.events, s.acks, s.others) {
		rs = append(rs, bridge.Record{Transmission: t})
	}
	for _, d := range s.documents {
		rs = append(rs, bridge.Record{Document: d})
	}
	for _, e := range s.evidence {
		rs = append(rs, bridge.Record{Evidence: e})
	}
	for _, n := range s.numbers {
		rs = append(rs, bridge.Record{Number: n})
	}
	for _, r := range s.renumberings {
		rs = append(rs, bridge.Record{Renumbering: r})
	}
	for _, e := range s.seen {
		rs = append(rs, bridge.Record{Seen: e})
	}
	rs = append(rs, s.records...)
	for _, e := range s.expects {
		rs = append(rs, bridge.Record{Expectation: e})
	}
	log, head, err := s.log()
	if err != nil {
		return err
	}
	for i := range log {
		rs = append(rs, bridge.Record{Leaf: &log[i]})
	}
	for _, r := range append(rs, bridge.Record{Head: &head}) {
		if err := visit(r); err != nil {
			return err
		}
	}
	return s.fails
}

// log is the sample's log, damaged where a case says so.
func (s *sample) log() ([]bridge.AuditLeaf, archive.Head, error) {
	var log []bridge.AuditLeaf
	for i, l := range s.leaves {
		text, err := l.AppendText(nil)
		if err != nil {
			return nil, archive.Head{}, err
		}
		log = append(log, bridge.AuditLeaf{Index: int64(i), Text: text})
	}
	if s.texts != nil {
		log = s.texts(log)
	}
	var sealed [][]byte
	for _, l := range log {
		if l.Index >= 0 {
			sealed = append(sealed, l.Text)
		}
	}
	head, _, err := archive.Sequence(archive.Head{}, nil, sealed)
	if s.head != nil {
		head = s.head(head)
	}
	return log, head, err
}

// Get implements what CheckHouse needs of the archive.
func (s *sample) Get(_ context.Context, o archive.Object) (io.ReadCloser, error) {
	body, ok := s.bodies[o.SHA256]
	if !ok {
		return nil, errors.New("it is not there")
	}
	return io.NopCloser(bytes.NewReader([]byte(body))), nil
}

func (s *sample) check() []Problem {
	return CheckHouse(context.Background(), House{Store: s, Bodies: s, Config: s.cfg, Drained: s.drained, Retell: s.retell})
}

// damage is one, and the one rule that must find it.
type damage struct {
	rule, name string
	do         func(*sample)
}

// damages are the ways in which a house can be out of order, one rule each.
func damages() []damage {
	return []damage{
		{"audit", "the store fails", func(s *sample) { s.fails = errors.New("disk") }},
		{"audit", "a transmission twice", func(s *sample) { s.others = append(s.others, s.events[0]) }},
		{"sequence", "two files with one", func(s *sample) {
			s.others = append(s.others, s.transmission("other", bridge.In, bridge.KindFile, bridge.Translated, "o"))
		}},
		{"sequence", "a follow-up with its own", func(s *sample) { s.events[0].Sequence = 9 }},
		{"state", "an event that is translated", func(s *sample) { s.events[0].State = bridge.Translated }},
		{"body", "not in the archive", func(s *sample) { delete(s.bodies, s.in.Body.SHA256) }},
		{"body", "other bytes", func(s *sample) { s.bodies[s.in.Body.SHA256] = "other" }},
		{"body", "of an evidence", func(s *sample) { delete(s.bodies, s.evidence[0].Body.SHA256) }},
		{"body", "another size", func(s *sample) { s.evidence[0].Body.Size++ }},
		{"cause", "of what came in", func(s *sample) { s.in.Causes = []bridge.ID{s.events[0].ID} }},
		{"cause", "not there", func(s *sample) { s.events[0].Causes = append(s.events[0].Causes, "nobody") }},
		{"cause", "none", func(s *sample) {
			f := s.delivered("other", bridge.KindFile, "erp")
			f.Causes = nil
			s.others = append(s.others, f)
		}},
		{"held", "for what has ended", func(s *sample) {
			s.drained = false
			s.hold(s.events[0])
		}},
		{"held", "released too early", func(s *sample) { s.open(); s.release(s.events[0]) }},
		{"drained", "a file", func(s *sample) { s.open(); s.drained = true }},
		{"drained", "an event", func(s *sample) { s.release(s.events[0]) }},
		{"drained", "an event behind a dead one that lets pass", func(s *sample) { s.behindDead(bridge.Pass) }},
		{"attempt", "delivered without", func(s *sample) { s.events[0].Attempts = 0 }},
		{"attempt", "evidence of none", func(s *sample) { s.evidence[0].Attempt = 0 }},
		{"evidence", "delivered without", func(s *sample) { s.evidence = s.evidence[1:] }},
		{"evidence", "of nobody", func(s *sample) {
			e := *s.evidence[0]
			e.Transmission = "nobody"
			s.evidence = append(s.evidence, &e)
		}},
		{"document.owner", "nobody", func(s *sample) { s.orphan("nobody") }},
		{"document.owner", "an event", func(s *sample) { s.orphan(s.events[0].ID) }},
		{"document.ordinal", "a gap", func(s *sample) { s.documents[2].Ordinal = 4 }},
		{"document.id", "of other ordinals", func(s *sample) { s.documents[1].ID = bridge.DocumentID(s.in.ID, 1, 1, 7) }},
		{"document.range", "beyond the body", func(s *sample) { s.documents[2].Length = 100 }},
		{"document.range", "overlapping", func(s *sample) { s.documents[1].Offset-- }},
		{"document.state", "none", func(s *sample) { s.documents[1].State = "" }},
		{"document.duplicate", "of nothing", func(s *sample) { s.documents[1].DuplicateOf = "nothing" }},
		{"event.missing", "one endpoint forgotten", func(s *sample) { s.events = s.forget(s.events) }},
		{"event.extra", "of a rejected set", func(s *sample) {
			id := bridge.FollowID(s.in.ID, bridge.KindEvent, s.documents[1].ID, "erp")
			s.others = append(s.others, s.delivered(id, bridge.KindEvent, "erp"))
		}},
		{"event.extra", "twice", func(s *sample) {
			s.others = append(s.others, s.delivered(bridge.FollowID(s.in.ID, bridge.KindEvent, "again", "erp"), bridge.KindEvent, "erp"))
		}},
		{"interchange.count", "none", func(s *sample) { s.submit(); s.release(s.others[1]); s.others, s.expects = s.others[:1], nil }},
		{"interchange.count", "of a file", func(s *sample) {
			id := bridge.FollowID(s.in.ID, bridge.KindInterchange, "1", "mailbox")
			s.others = append(s.others, s.delivered(id, bridge.KindInterchange, "mailbox"))
		}},
		{"interchange.control", "another one", func(s *sample) { _, out := s.submit(); out.Control = "18" }},
		{"interchange.control", "of another place", func(s *sample) {
			_, out := s.submit()
			s.release(out)
			s.others[1] = s.delivered(bridge.FollowID("document", bridge.KindInterchange, "2", "mailbox"), bridge.KindInterchange, "mailbox")
			s.others[1].Sequence, s.others[1].Causes, s.others[1].Control = 2, []bridge.ID{"document"}, "17"
			s.expects[0].Transmission = s.others[1].ID
		}},
		{"expectation.owner", "a document that is not there", func(s *sample) { s.submit(); s.expects[0].Document = "nothing" }},
		{"expectation.missing", "nobody waits", func(s *sample) { s.submit(); s.expects = nil }},
		{"expectation.evidence", "answered by nobody", func(s *sample) {
			s.settle().State = bridge.Delivered
			s.expects = append(s.expects, s.expectation(bridge.ExpectAccepted), s.expectation(bridge.ExpectAwaited))
		}},
		{"expectation.evidence", "answered by what is not there", func(s *sample) { s.settle(); s.expects[0].By = "nobody" }},
		{"expectation.event", "a rejection that nobody was told of", func(s *sample) {
			s.settle()
			s.cfg.Partners[0].Dispatches = []*bridge.Dispatch{{Name: "invoices", Partner: "acme", Events: []string{"erp"}}}
		}},
		{"event.extra", "of an acknowledgment that never came", func(s *sample) {
			s.submit()
			f := s.delivered("extra", bridge.KindEvent, "erp")
			f.Set = canonical.EventTransactionRejected
			s.others = append(s.others, f)
		}},
		{"settled", "and nobody acknowledged", func(s *sample) { _, out := s.submit(); out.State = bridge.Settled }},
		{"settled", "while something is awaited", func(s *sample) {
			s.settle()
			s.expects = append(s.expects, s.expectation(bridge.ExpectOverdue))
		}},
		{"settled", "answered and still delivered", func(s *sample) { s.settle().State = bridge.Delivered }},
		{"acknowledgment.missing", "one group forgotten", func(s *sample) { s.acks = s.forget(s.acks); s.numbers[0].State = bridge.NumberFree }},
		{"acknowledgment.missing", "of what is in error", func(s *sample) {
			s.cfg.Partners[0].Agreements[0].Acknowledge = &bridge.Acknowledge{When: "errors"}
			s.documents[1].Verdict = "rejected"
			s.acks = s.forget(s.acks)
			s.numbers[0].State = bridge.NumberFree
		}},
		{"acknowledgment.extra", "to two endpoints", func(s *sample) {
			id := bridge.FollowID(s.in.ID, bridge.KindAcknowledgment, "1/1", "other")
			s.others = append(s.others, s.delivered(id, bridge.KindAcknowledgment, "other"))
		}},
		{"acknowledgment.extra", "none was agreed", func(s *sample) {
			s.cfg.Partners[0].Agreements[0].Acknowledge = &bridge.Acknowledge{With: "none"}
		}},
		{"number.gap", "a number skipped", func(s *sample) { s.numbers[1].Value = 3 }},
		{"number.gap", "an epoch skipped", func(s *sample) { s.numbers[1].Epoch, s.numbers[1].Value = 2, 1 }},
		{"number.twice", "one number", func(s *sample) {
			s.numbers = append(s.numbers, &bridge.Number{Series: "ISA", Value: 2, For: s.events[0].ID, State: bridge.NumberUsed})
		}},
		{"number.twice", "one owner", func(s *sample) {
			s.numbers = append(s.numbers, &bridge.Number{Series: "ISA", Value: 3, For: s.acks[0].ID, State: bridge.NumberUsed})
		}},
		{"number.state", "used by nobody", func(s *sample) { s.numbers[0].For = "nobody" }},
		{"number.state", "reserved for what is done", func(s *sample) { s.numbers[0].State = bridge.NumberReserved }},
		{"number.state", "reserved for what will never be", func(s *sample) {
			s.numbers[0].State, s.numbers[0].For = bridge.NumberReserved, "nobody"
		}},
		{"number.state", "void with what was delivered", func(s *sample) { s.numbers[0].State = bridge.NumberVoid }},
		{"number.gap", "set by a person for another series", func(s *sample) {
			s.numbers[1].Value = 3
			s.renumberings = append(s.renumberings, &bridge.Renumbering{Series: "GS", Next: 3})
		}},
		{"number.state", "none", func(s *sample) { s.numbers[0].State = "" }},
		{"seen", "by nobody", func(s *sample) { s.seen[0].Transmission = "nobody" }},
		{"seen", "by no document", func(s *sample) { s.seen[1].Document = "nothing" }},
		{"seen", "twice", func(s *sample) { s.seen[1].SeenKey = s.seen[0].SeenKey }},
		{"leaf.index", "a gap", func(s *sample) {
			s.texts = func(l []bridge.AuditLeaf) []bridge.AuditLeaf { l[len(l)-1].Index++; return l }
		}},
		{"leaf.text", "unreadable", func(s *sample) {
			s.leaf(archive.LeafConfig, archive.Object{})
			s.texts = func(l []bridge.AuditLeaf) []bridge.AuditLeaf { l[len(l)-1].Text = []byte("?"); return l }
		}},
		{"leaf.text", "two of one id", func(s *sample) {
			s.leaf(archive.LeafConfig, archive.Object{})
			s.leaves[len(s.leaves)-1].ID = s.leaves[0].ID
			s.leaves[len(s.leaves)-1].Kind = s.leaves[0].Kind
			s.leaves[len(s.leaves)-1].Object = s.leaves[0].Object
			s.leaves[len(s.leaves)-1].Commit = archive.Hash{}
		}},
		{"leaf.parent", "not there", func(s *sample) {
			s.leaf(archive.LeafConfig, archive.Object{}, string(bridge.FollowID("x", "", "", "")))
		}},
		{"leaf.body", "none", func(s *sample) { s.in.Leaf = "" }},
		{"leaf.body", "of other bytes", func(s *sample) { s.leaves[0].Object[0]++ }},
		{"leaf.body", "committing to other bytes", func(s *sample) { s.leaves[0].Commit[0]++ }},
		{"leaf.body", "of another kind", func(s *sample) { s.leaves[0].Kind = archive.LeafAck }},
		{"leaf.evidence", "not there", func(s *sample) { s.evidence[0].Leaf = "" }},
		{"leaf.delivery", "not there", func(s *sample) {
			i := slices.IndexFunc(s.leaves, func(l archive.Leaf) bool { return l.Kind == archive.LeafDelivery })
			s.leaves[i].Kind = archive.LeafEvidence
		}},
		{"leaf.head", "another root", func(s *sample) { s.head = func(h archive.Head) archive.Head { h.Root[0]++; return h } }},
		{"leaf.head", "another size", func(s *sample) { s.head = func(h archive.Head) archive.Head { h.Size++; return h } }},
	}
}

// hold puts a follow-up back to where it was made.
func (s *sample) hold(t *bridge.Transmission) {
	s.release(t)
	t.State = bridge.Held
}

// release makes a follow-up pending again: nothing was seen of it.
func (s *sample) release(t *bridge.Transmission) {
	t.State, t.Attempts = bridge.Pending, 0
	s.evidence = slices.DeleteFunc(s.evidence, func(e *bridge.Evidence) bool { return e.Transmission == t.ID })
}

// open makes the file one whose translation has not ended.
func (s *sample) open() {
	s.drained = false
	s.in.State = bridge.Accepted
	for _, t := range slices.Concat(s.events, s.acks) {
		s.hold(t)
	}
}

// forget leaves the first of some follow-ups away, with all that is known of it.
func (s *sample) forget(ts []*bridge.Transmission) []*bridge.Transmission {
	s.release(ts[0])
	return ts[1:]
}

// orphan adds a document that belongs to an owner.
func (s *sample) orphan(owner bridge.ID) {
	d := *s.documents[0]
	d.Transmission, d.ID = owner, bridge.DocumentID(owner, 1, 1, 1)
	s.documents = append(s.documents, &d)
}

// submit adds a document that an application handed in and the interchange that
// it left in.
func (s *sample) submit() (in, out *bridge.Transmission) {
	in = s.transmission("document", bridge.In, bridge.KindDocument, bridge.Translated, "{}")
	in.Sequence = 2
	out = s.delivered(bridge.FollowID(in.ID, bridge.KindInterchange, "1", "mailbox"), bridge.KindInterchange, "mailbox")
	out.Sequence, out.Causes, out.Control = 2, []bridge.ID{in.ID}, "17"
	s.documents = append(s.documents, &bridge.Document{ID: bridge.DocumentID(in.ID, 1, 1, 1), Transmission: in.ID, Ordinal: 1,
		Interchange: 1, Group: 1, Set: 1, State: bridge.DocumentAccepted, InterchangeControl: "17", Length: 2})
	s.expects = append(s.expects, &bridge.Expectation{ID: "e", Owes: bridge.OwedToUs, Transmission: out.ID,
		Document: bridge.DocumentID(in.ID, 1, 1, 1), State: bridge.ExpectAwaited, Partner: "acme", Agreement: "invoices"})
	s.others = append(s.others, in, out)
	return in, out
}

// settle has the partner acknowledge what submit adds.
func (s *sample) settle() (out *bridge.Transmission) {
	_, out = s.submit()
	out.State = bridge.Settled
	e := s.expects[0]
	e.State, e.By, e.BySequence = bridge.ExpectAccepted, s.in.ID, s.in.Sequence
	s.evidence = append(s.evidence, &bridge.Evidence{Transmission: out.ID, Kind: bridge.EvidenceAcknowledged,
		Detail: map[string]string{"by": string(s.in.ID)}, Leaf: s.leaf(archive.LeafEvidence, archive.Object{}, out.Leaf, s.in.Leaf)})
	return out
}

// expectation is one more of the same document that nothing has answered.
func (s *sample) expectation(state bridge.ExpectationState) *bridge.Expectation {
	e := *s.expects[0]
	e.ID, e.State, e.By = "another "+string(state), state, ""
	return &e
}

// behindDead makes two events of one order key: a dead one and one behind it.
func (s *sample) behindDead(onDead bridge.OnDead) {
	s.release(s.events[2])
	s.events[0].State, s.events[0].OnDead = bridge.Dead, onDead
	for i, t := range s.events {
		t.Ordinal = i + 1
	}
	s.events[0].OrderKey, s.events[2].OrderKey = "po/1", "po/1"
}

func TestCheckHouse(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*sample)
	}{
		{"delivered", func(*sample) {}},
		{"being translated", (*sample).open},
		{"being translated, its acknowledgments not made yet", func(s *sample) { s.open(); s.unmade(s.acks...); s.acks, s.numbers = nil, nil }},
		{"a number reserved while something is translated", func(s *sample) {
			s.open()
			s.numbers[1].State, s.numbers[1].For = bridge.NumberReserved, "later"
		}},
		{"numbers in a second epoch", func(s *sample) { s.numbers[1].Epoch, s.numbers[1].Value = 1, 1 }},
		{"numbers that go on where a person set them", func(s *sample) {
			s.numbers[1].Value = 41
			s.renumberings = append(s.renumberings, &bridge.Renumbering{Series: s.numbers[1].Series, Next: 41})
		}},
		{"waiting behind a dead one", func(s *sample) { s.behindDead(bridge.Hold) }},
		{"a leaf that is not sealed", func(s *sample) {
			s.leaf(archive.LeafConfig, archive.Object{})
			s.texts = func(l []bridge.AuditLeaf) []bridge.AuditLeaf { l[len(l)-1].Index = -1; return l }
		}},
		{"a document handed in", func(s *sample) { s.submit() }},
		{"an event promoted", func(s *sample) { s.promote("J", "d") }},
		{"a file resubmitted", func(s *sample) { s.resubmit(bridge.Discarded) }},
		{"coverage of what is gone", func(s *sample) { s.cover(9) }},
		{"a document that says something", func(s *sample) { s.tells() }},
		{"a document that the partner acknowledged", func(s *sample) { s.settle() }},
		{"a person waits no longer", func(s *sample) { s.submit(); s.expects[0].State = bridge.ExpectClosed }},
		{"an event that was pruned", (*sample).pruneEvent},
		{"a file that was pruned", (*sample).pruneFile},
		{"without a configuration", func(s *sample) { s.cfg = nil }},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newSample()
			c.change(s)
			for _, p := range s.check() {
				t.Errorf("a problem in a good house: %s", p)
			}
		})
	}
}

func TestCheckHouseFinds(t *testing.T) {
	for _, d := range append(damages(), slices.Concat(replayDamages(), viewDamages(), pruneDamages(), traceDamages())...) {
		t.Run(d.rule+" "+d.name, func(t *testing.T) {
			s := newSample()
			d.do(s)
			found := s.check()
			if len(found) == 0 {
				t.Fatalf("no problem\nwant one of rule %s", d.rule)
			}
			for _, p := range found {
				if p.Rule != d.rule && p.Rule != "pruned" { // what is lost is told by that, too
					t.Errorf("problem\n got %s\nwant only rule %s", p, d.rule)
				}
			}
		})
	}
}
