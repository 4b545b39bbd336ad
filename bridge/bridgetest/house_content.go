package bridgetest

import (
	"crypto/sha256"
	"fmt"
	"io"
	"slices"

	"github.com/edibridge/edibridge/archive"
	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/x12"
)

// digest reads to the end and gives the SHA-256 and the number of bytes.
func digest(r io.Reader) (archive.Hash, int64, error) {
	h := sha256.New()
	n, err := io.Copy(h, r)
	return archive.Hash(h.Sum(nil)), n, err
}

// documentsOf checks the documents of one Transmission as a row.
func (c *check) documentsOf(t *bridge.Transmission) {
	var before *bridge.Document
	for i, d := range c.documents[t.ID] {
		if d.Ordinal != i+1 {
			c.problem("document.ordinal", d.ID, "ordinal %d where %d comes, in %s", d.Ordinal, i+1, t.ID)
		}
		place := []int{d.Interchange, d.Group, d.Set}
		if d.ID != bridge.DocumentID(t.ID, d.Interchange, d.Group, d.Set) || slices.Min(place) < 1 ||
			before != nil && slices.Compare([]int{before.Interchange, before.Group, before.Set}, place) >= 0 {
			c.problem("document.id", d.ID, "not the id of interchange %d, group %d, set %d of %s, or not its place", d.Interchange, d.Group, d.Set, t.ID)
		}
		if d.Offset < 0 || d.Length < 1 || d.Offset+d.Length > t.Body.Size || before != nil && d.Offset < before.Offset+before.Length {
			c.problem("document.range", d.ID, "bytes %d to %d of %d", d.Offset, d.Offset+d.Length, t.Body.Size)
		}
		if !slices.Contains([]bridge.DocumentState{bridge.DocumentAccepted, bridge.DocumentRejected, bridge.DocumentQuarantined,
			bridge.DocumentDuplicate, bridge.DocumentNoted}, d.State) {
			c.problem("document.state", d.ID, "%q is no state of a document", d.State)
		}
		if d.DuplicateOf != "" && !c.documentIDs[d.DuplicateOf] && len(c.pruned) == 0 {
			c.problem("document.duplicate", d.ID, "%s, which it repeats, is not there", d.DuplicateOf)
		}
		before = d
	}
}

// agreement finds a document's agreement in the configuration.
func (c *check) agreement(d *bridge.Document) (*bridge.Partner, *bridge.Agreement) {
	for _, p := range c.Config.Partners {
		if p.ID != d.Partner {
			continue
		}
		for _, a := range p.Agreements {
			if a.Name == d.Agreement {
				return p, a
			}
		}
		return p, nil
	}
	return nil, nil
}

// eventsOf checks that exactly the accepted documents of t have events.
func (c *check) eventsOf(t *bridge.Transmission) {
	if c.Config == nil || t.Direction != bridge.In || t.Kind == bridge.KindDocument {
		return
	}
	have := map[bridge.ID]bool{}
	for _, f := range c.effects[t.ID] {
		if p := c.promoted[f.ID]; f.Kind == bridge.KindEvent && !aboutAcknowledgment(f) && (p == nil || f.ID != bridge.PromotionID(p.Job, p.Item, p.Place, f.Endpoint)) {
			have[f.ID] = true
		}
	}
	for _, d := range c.documents[t.ID] {
		if d.State != bridge.DocumentAccepted {
			continue
		}
		_, a := c.agreement(d)
		if a == nil {
			c.problem("event.missing", d.ID, "accepted, and the configuration has no agreement %q of %q", d.Agreement, d.Partner)
			continue
		}
		for _, endpoint := range a.Events {
			id := bridge.FollowID(t.ID, bridge.KindEvent, d.ID, endpoint)
			if !have[id] && !c.prunedEvent(id) {
				c.problem("event.missing", d.ID, "no event to %s for set %d of %s", endpoint, d.Ordinal, t.ID)
			}
			delete(have, id)
			for n := 1; ; n++ { // those of the life cycle
				id := bridge.FollowID(t.ID, bridge.KindEvent, fmt.Sprintf("%s/%d", d.ID, n), endpoint)
				if !have[id] && !c.prunedEvent(id) {
					break
				}
				delete(have, id)
			}
		}
	}
	for id := range have {
		c.problem("event.extra", string(id), "an event of %s for which there is no accepted document", t.ID)
	}
}

// interchangesOf checks that a document that an application handed in left in
// exactly one interchange, under the control number that its record has.
func (c *check) interchangesOf(t *bridge.Transmission) {
	var have []*bridge.Transmission
	for _, f := range c.effects[t.ID] {
		if f.Kind == bridge.KindInterchange {
			have = append(have, f)
		}
	}
	if t.Kind == bridge.KindBatch {
		return // see batchOf
	}
	want := 0
	if t.Kind == bridge.KindDocument && t.State == bridge.Translated && len(c.batchesOf[t.ID]) == 0 {
		want = 1
	}
	if len(have) == 0 && !t.Pruned.IsZero() {
		return
	}
	if len(have) != want {
		c.problem("interchange.count", string(t.ID), "%d interchanges follow from it, not %d", len(have), want)
		return
	}
	for _, f := range have {
		docs := c.documents[t.ID]
		if f.ID != bridge.FollowID(t.ID, bridge.KindInterchange, "1", f.Endpoint) || len(docs) != 1 || docs[0].InterchangeControl != f.Control {
			c.problem("interchange.control", string(f.ID), "not the interchange of the one document of %s", t.ID)
		}
	}
}

// group names what one acknowledgment answers, by ordinals: a functional group,
// or with number 0 an EDIFACT interchange.
type group struct{ interchange, number int }

func (g group) String() string {
	if g.number == 0 {
		return fmt.Sprint(g.interchange)
	}
	return fmt.Sprintf("%d/%d", g.interchange, g.number)
}

// acknowledgmentsOf checks that each group of t is answered as was agreed.
func (c *check) acknowledgmentsOf(t *bridge.Transmission) {
	if c.Config == nil || t.Direction != bridge.In {
		return
	}
	var order []group
	first := map[group]*bridge.Document{} // with an agreement, if any has one
	answered, bad := map[group]bool{}, map[group]bool{}
	for _, d := range c.documents[t.ID] {
		g := group{d.Interchange, d.Group}
		if d.Standard == edi.EDIFACT {
			g.number = 0
		}
		if first[g] == nil {
			order = append(order, g)
		}
		if first[g] == nil || first[g].Agreement == "" && d.Agreement != "" {
			first[g] = d
		}
		answered[g] = answered[g] || d.Verdict != ""
		bad[g] = bad[g] || d.Verdict == string(x12.Rejected) || d.Verdict == string(x12.AcceptedWithErrors) && d.Standard == edi.X12
	}
	var acks []*bridge.Transmission
	for _, f := range c.effects[t.ID] {
		if f.Kind == bridge.KindAcknowledgment {
			acks = append(acks, f)
		}
	}
	for _, g := range order {
		if g.number == 0 && !answered[g] {
			continue // refused as a whole, which only its bytes tell: answered or not
		}
		least, most := 0, 0
		if answered[g] {
			least, most = c.acknowledges(first[g], bad[g])
		}
		c.acknowledgment(t, acks, g, least, most)
	}
}

// acknowledges says how often the group, or EDIFACT interchange, of d is answered
// at least and at most; bad says that something in it is to be told of. Of what
// else is wrong with it, and of what it asks for, only its bytes tell.
func (c *check) acknowledges(d *bridge.Document, bad bool) (least, most int) {
	p, a := c.agreement(d)
	if p == nil {
		return 0, 0
	}
	how := p.Acknowledge
	if a != nil && a.Acknowledge != nil {
		how = a.Acknowledge
	}
	if how == nil || how.With == "none" {
		return 0, 0
	}
	when := how.When
	if d.Standard == edi.EDIFACT {
		when = how.CONTRL
	}
	switch {
	case when == "never":
		return 0, 0
	case when == "requested", when == "errors" && !bad:
		return 0, 1
	}
	return 1, 1
}

// acknowledgment counts those of one group over all endpoints they could go to.
func (c *check) acknowledgment(t *bridge.Transmission, acks []*bridge.Transmission, g group, least, most int) {
	place := g.String()
	got := 0
	for _, f := range acks {
		if f.ID == bridge.FollowID(t.ID, f.Kind, bridge.AnswerPlace(place, t.Attempts), f.Endpoint) {
			got++
		}
	}
	switch {
	case got > most:
		c.problem("acknowledgment.extra", string(t.ID), "group %s has %d acknowledgments, not %d", place, got, most)
	case got < least && t.State != bridge.Accepted && t.Pruned.IsZero():
		c.problem("acknowledgment.missing", string(t.ID), "group %s has no acknowledgment", place)
	}
}

// numbers checks each series: numbers come in the order of series, epoch, value.
func (c *check) numbers() {
	type owner struct {
		series string
		id     bridge.ID
	}
	owners := map[owner]bool{}
	slices.SortStableFunc(c.series, func(a, b *bridge.Number) int {
		return slices.Compare([]string{a.Series, fmt.Sprintf("%020d %020d", a.Epoch, a.Value)}, []string{b.Series, fmt.Sprintf("%020d %020d", b.Epoch, b.Value)})
	})
	for i, n := range c.series {
		name := fmt.Sprintf("%s %d/%d", n.Series, n.Epoch, n.Value)
		if owners[owner{n.Series, n.For}] {
			c.problem("number.twice", name, "%s has another number of this series", n.For)
		}
		owners[owner{n.Series, n.For}] = true
		epoch, value := int64(0), int64(0) // of the number before
		if i > 0 && c.series[i-1].Series == n.Series {
			epoch, value = c.series[i-1].Epoch, c.series[i-1].Value
		}
		switch {
		case n.Epoch == epoch && n.Value == value && value > 0:
			c.problem("number.twice", name, "it is there twice")
		case n.Epoch == epoch && n.Value == value+1, n.Epoch == epoch+1 && n.Value == 1 && value > 0:
		case c.renumbered(n, epoch):
		default:
			c.problem("number.gap", name, "comes behind %d/%d", epoch, value)
		}
		c.number(name, n)
	}
}

// renumbered reports whether a person set the series to go on with this number,
// or to begin with it when it starts again; epoch is that of the number before.
func (c *check) renumbered(n *bridge.Number, epoch int64) bool {
	return slices.ContainsFunc(c.renumberings, func(r *bridge.Renumbering) bool {
		return r.Series == n.Series && (r.Epoch == n.Epoch && r.Next == n.Value || n.Epoch == epoch+1 && r.Epoch <= n.Epoch && r.Low == n.Value)
	})
}

// number checks what became of one number.
func (c *check) number(name string, n *bridge.Number) {
	t := c.transmissions[n.For]
	switch n.State {
	case bridge.NumberUsed:
		if t == nil && !c.gone(n.For) {
			c.problem("number.state", name, "used by %s, which is not there", n.For)
		}
	case bridge.NumberReserved:
		// A translation that runs reserves for follow-ups that are not there yet.
		if t == nil && !c.translating || t != nil && !unfinished(t.State) {
			c.problem("number.state", name, "reserved for %s, whose work has ended", n.For)
		}
	case bridge.NumberFree:
	case bridge.NumberVoid:
		if (t == nil || t.State != bridge.Discarded) && !c.gone(n.For) {
			c.problem("number.state", name, "void, but %s was not discarded", n.For)
		}
	default:
		c.problem("number.state", name, "%q is no state of a number", n.State)
	}
}

// readLog parses the leaves, numbers them and recomputes the root.
func (c *check) readLog() {
	var sealed [][]byte
	for _, l := range c.log {
		leaf, err := archive.ParseLeaf(l.Text)
		if err != nil {
			c.problem("leaf.text", fmt.Sprint(l.Index), "%v", err)
		} else if c.leaves[leaf.ID] != nil {
			c.problem("leaf.text", leaf.ID, "two leaves have this id")
		}
		c.leaves[leaf.ID] = &leaf
		if l.Index < 0 {
			continue // durable, not sealed yet
		}
		if l.Index != int64(len(sealed)) {
			c.problem("leaf.index", leaf.ID, "index %d where %d comes", l.Index, len(sealed))
		}
		sealed = append(sealed, l.Text)
	}
	delete(c.leaves, "")
	if root := merkleRoot(sealed); c.head.Size != int64(len(sealed)) || c.head.Root != root {
		c.problem("leaf.head", "", "%d leaves with root %s, the head says %d and %s", len(sealed), root, c.head.Size, c.head.Root)
	}
	for id, leaf := range c.leaves {
		for _, p := range leaf.Parents {
			if c.leaves[p] == nil {
				c.problem("leaf.parent", id, "its parent %s is not in the log", p)
			}
			if leaf.Kind == archive.LeafDelivery {
				c.delivered[p] = true
			}
		}
	}
}

// leafOf checks that t is in the log with the bytes that are stored, and, when it
// was delivered, that this is there too.
func (c *check) leafOf(t *bridge.Transmission) {
	id := string(t.ID)
	leaf := c.leaves[t.Leaf]
	switch {
	case leaf == nil:
		c.problem("leaf.body", id, "its leaf %q is not in the log", t.Leaf)
		return
	case leaf.Object != t.Body.Stored:
		c.problem("leaf.body", id, "its leaf names the stored bytes %s, not %s", leaf.Object, t.Body.Stored)
	case !leaf.Commit.IsZero() && (leaf.Commit != archive.Commit(t.Body.Salt, t.Body.SHA256) || leaf.Size != t.Body.Size):
		c.problem("leaf.body", id, "its leaf commits to other bytes than %s", t.Body.SHA256)
	case (leaf.Kind == archive.LeafRawIn) != (t.Direction == bridge.In && t.Kind != bridge.KindBatch):
		c.problem("leaf.body", id, "its leaf is of kind %s", leaf.Kind)
	}
	if t.State != bridge.Delivered {
		return // settled it may be by the partner's words alone: see rule settled
	}
	if !c.delivered[t.Leaf] {
		c.problem("leaf.delivery", id, "%s, and no delivery of it is in the log", t.State)
	}
}
