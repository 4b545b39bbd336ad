package bridgetest

import (
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/edibridge/edibridge/archive"
	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/canonical"
)

// House is what CheckHouse looks at.
type House struct {
	Store interface {
		Audit(ctx context.Context, visit func(bridge.Record) error) error
	}
	Bodies interface {
		Get(ctx context.Context, o archive.Object) (io.ReadCloser, error)
	}
	// Config is the configuration under which the house worked: events and
	// acknowledgments are judged by it. nil: they are not judged.
	Config *bridge.Configuration
	// Drained: nothing may be unfinished, but what waits for a person (and what
	// waits behind that in its order key).
	Drained bool
	// Retell gives what the accepted documents of a file say of orders, shipments and
	// stock, found out anew, and the ordinals of those that would not be accepted
	// now ([bridge.ViewCheck.Facts]). nil: it is not judged.
	Retell func(ctx context.Context, t bridge.Transmission) (facts []bridge.Fact, kept []int, err error)
}

// Problem is one thing that is not in order.
type Problem struct {
	Rule    string // stable: see the rules below
	Subject string // id of what it is about
	Text    string // for a person
}

// String is the problem on one line.
func (p Problem) String() string { return p.Rule + " " + p.Subject + ": " + p.Text }

// CheckHouse checks everything that must hold after any step, any fault and any
// kill, and names what does not; nil is a clean house. Groups without a set are
// not judged by their acknowledgment: the store does not know them. What was pruned
// is missing nowhere: the log says what that is.
//
// The rules:
//
//	audit                   the store could be read as a whole
//	sequence                inbound sequences are from 1 and never repeat; what follows has its main cause's
//	state                   a state is one of its direction
//	body                    every body is in the archive with its digest and size
//	cause                   every cause is there; what goes out has one but what tells of silence, what came in has none but one that it was sent in the place of
//	held                    nothing is held for what has ended, nothing released before it has
//	drained                 nothing is left to do
//	attempt                 nothing was handed over, and nothing seen of it, without an attempt
//	evidence                what was delivered has evidence, and evidence belongs to somebody
//	document.owner          a document belongs to what came in
//	document.ordinal        ordinals are 1 to n
//	document.id             the id is that of the ordinals, which rise
//	document.range          byte ranges rise, do not overlap, and lie within the body
//	document.state          the state is one of a document's
//	document.duplicate      what it repeats is there
//	fact                    what is said of orders, shipments and stock is said by accepted documents, and is what their bytes say
//	event.missing           each accepted document has one event for each endpoint of its agreement
//	event.extra             and nothing else has one
//	promotion               what was promoted is there, once, and follows from its file
//	coverage                no document is missing in the sums of what was mapped
//	feature                 of no partner more features are kept than may be
//	interchange.count       what an application handed in left in one interchange
//	interchange.control     under the control number of its record
//	batch.member            a document that waits for others, or left with them, is in one batch; who is in one, is of its queue
//	batch.open              of a queue one batch is open at most, of one that has ended no document waits
//	batch.interchange       a batch left in one interchange, with as many messages as it has documents, in accept order
//	series.order            what leaves in the order of its numbers does so: nothing went before what stands before it had gone, or was decided about
//	series.gap              and no number between two of such is free
//	forward.count           a file that a route moves has one forward, of the same stored bytes; others have none
//	acknowledgment.missing  each group that is answered has its one acknowledgment when its file has ended
//	acknowledgment.extra    and never two, and none where none was agreed
//	expectation.owner       what is expected has the Transmission and the document that it is about
//	expectation.missing     every document in an interchange of ours has one
//	expectation.evidence    what was answered names what brought it, with evidence of it
//	expectation.event       and its events
//	settled                 settled is what was attempted and answered as a whole, and nothing else
//	number.gap              numbers of a series are 1 to n in each epoch, but for what a person set
//	number.twice            no Transmission has two of one series, none has two owners
//	number.state            used by somebody, free, void with one discarded, or reserved for what is unfinished
//	seen                    identities that are used up belong to somebody, and to one
//	activation.chain        activations are numbered from 1, each names the one before, its leaf is in the log
//	activation.files        the files of each are there, under their digest
//	pruned                  what the log says was kept is there, or the log says that it was pruned
//	leaf.index              the log is numbered from 0 without a gap
//	leaf.text               every leaf can be read, and its id is its own
//	leaf.parent             the leaves that it follows from are there
//	leaf.body               every Transmission has its leaf, which names its stored bytes
//	leaf.evidence           every evidence has its leaf
//	leaf.delivery           every delivery has its leaf
//	leaf.head               the head is that of the leaves
func CheckHouse(ctx context.Context, h House) []Problem {
	c := &check{House: h, transmissions: map[bridge.ID]*bridge.Transmission{}, documents: map[bridge.ID][]*bridge.Document{},
		documentIDs: map[string]bool{}, evidence: map[bridge.ID][]*bridge.Evidence{}, effects: map[bridge.ID][]*bridge.Transmission{},
		promoted: map[bridge.ID]*bridge.Promoting{}, covered: map[bridge.ProfileKey]int64{}, features: map[string]int{},
		said: map[bridge.ID][]*bridge.Fact{}, leaves: map[string]*archive.Leaf{}, delivered: map[string]bool{},
		batches: map[bridge.ID]*bridge.Batch{}, batchesOf: map[bridge.ID][]*bridge.Transmission{}}
	if err := h.Store.Audit(ctx, c.take); err != nil {
		c.problem("audit", "", "%v", err)
		return c.problems
	}
	c.readLog()
	c.gathered()
	c.prunings()
	for _, t := range c.order {
		c.transmission(t)
		c.causes(t)
		c.delivery(t)
		c.leafOf(t)
		c.documentsOf(t)
		c.eventsOf(t)
		c.interchangesOf(t)
		c.forwardsOf(t)
		c.batchOf(t)
		c.acknowledgmentsOf(t)
		c.traced(t)
	}
	c.kept()
	c.promotions()
	c.profiles()
	c.facts(ctx)
	c.settled()
	c.seriesInOrder()
	c.sequences()
	c.owners()
	c.numbers()
	c.activationsInOrder()
	c.bodies(ctx)
	return c.problems
}

// check is one run of CheckHouse.
type check struct {
	House
	problems []Problem

	order         []*bridge.Transmission
	transmissions map[bridge.ID]*bridge.Transmission
	effects       map[bridge.ID][]*bridge.Transmission // by main cause
	documents     map[bridge.ID][]*bridge.Document     // by transmission, in the audit's order
	documentIDs   map[string]bool
	evidence      map[bridge.ID][]*bridge.Evidence
	series        []*bridge.Number
	renumberings  []*bridge.Renumbering
	seen          []*bridge.Seen
	expectations  []*bridge.Expectation
	log           []*bridge.AuditLeaf
	head          archive.Head
	promoted      map[bridge.ID]*bridge.Promoting
	covered       map[bridge.ProfileKey]int64 // documents in the sums of coverage
	features      map[string]int              // kept, by partner
	said          map[bridge.ID][]*bridge.Fact
	leaves        map[string]*archive.Leaf // by id
	pruned        map[string]bool          // leaves of bodies whose Transmissions were pruned
	thinned       map[string]bool          // leaves of bodies from which something followed that was pruned
	delivered     map[string]bool          // leaves that a leaf of kind delivery follows from
	translating   bool                     // something is Accepted
	activations   []*bridge.Activation
	files         []*bridge.StoredFiles
	batches       map[bridge.ID]*bridge.Batch
	batchesOf     map[bridge.ID][]*bridge.Transmission // those that a document is in
}

func (c *check) problem(rule, subject, format string, args ...any) {
	c.problems = append(c.problems, Problem{rule, subject, fmt.Sprintf(format, args...)})
}

// take keeps one record of the audit.
func (c *check) take(r bridge.Record) error {
	switch {
	case r.Transmission != nil:
		t := r.Transmission
		if c.transmissions[t.ID] != nil {
			c.problem("audit", string(t.ID), "the transmission is there twice")
		}
		c.transmissions[t.ID] = t
		c.order = append(c.order, t)
		c.translating = c.translating || t.State == bridge.Accepted
		if len(t.Causes) > 0 {
			c.effects[t.Causes[0]] = append(c.effects[t.Causes[0]], t)
		}
	case r.Document != nil:
		c.documents[r.Document.Transmission] = append(c.documents[r.Document.Transmission], r.Document)
		c.documentIDs[r.Document.ID] = true
	case r.Evidence != nil:
		c.evidence[r.Evidence.Transmission] = append(c.evidence[r.Evidence.Transmission], r.Evidence)
	case r.Number != nil:
		c.series = append(c.series, r.Number)
	case r.Renumbering != nil:
		c.renumberings = append(c.renumberings, r.Renumbering)
	case r.Seen != nil:
		c.seen = append(c.seen, r.Seen)
	case r.Promotion != nil:
		c.promoted[r.Promotion.Transmission] = r.Promotion
	case r.Coverage != nil:
		c.covered[bridge.ProfileKey{Partner: r.Coverage.Partner, Set: r.Coverage.Set, Release: r.Coverage.Release}] += r.Coverage.Documents
	case r.Feature != nil:
		c.features[r.Feature.Partner]++
	case r.Fact != nil:
		c.said[r.Fact.Transmission] = append(c.said[r.Fact.Transmission], r.Fact)
	case r.Expectation != nil:
		c.expectations = append(c.expectations, r.Expectation)
	case r.Batch != nil:
		c.batches[r.Batch.Transmission] = r.Batch
	case r.Leaf != nil:
		c.log = append(c.log, r.Leaf)
	case r.Head != nil:
		c.head = *r.Head
	case r.Activation != nil:
		c.activations = append(c.activations, r.Activation)
	case r.Files != nil:
		c.files = append(c.files, r.Files)
	default:
		c.problem("audit", "", "a record without content")
	}
	return nil
}

// statesOf are the states of a direction.
func statesOf(d bridge.Direction) []bridge.State {
	switch d {
	case bridge.In:
		return []bridge.State{bridge.Accepted, bridge.Batched, bridge.Translated, bridge.Quarantined, bridge.Discarded}
	case bridge.Out:
		return []bridge.State{bridge.Held, bridge.Pending, bridge.Attempted, bridge.Sent, bridge.Available,
			bridge.Delivered, bridge.Settled, bridge.Dead, bridge.Discarded}
	}
	return nil
}

// unfinished reports whether something is still to be done without a person.
func unfinished(s bridge.State) bool {
	return slices.Contains([]bridge.State{bridge.Accepted, bridge.Held, bridge.Pending, bridge.Attempted}, s)
}

func (c *check) transmission(t *bridge.Transmission) {
	if !slices.Contains(statesOf(t.Direction), t.State) {
		c.problem("state", string(t.ID), "%q is no state of direction %q", t.State, t.Direction)
	}
	if c.Drained && unfinished(t.State) && !c.waitsForDead(t) && !c.gathers(t) {
		c.problem("drained", string(t.ID), "%s to %s is still %s", t.Kind, t.Endpoint, t.State)
	}
}

// waitsForDead reports whether t waits behind a dead one of its order key.
func (c *check) waitsForDead(t *bridge.Transmission) bool {
	return t.State == bridge.Pending && t.OrderKey+t.Series != "" && slices.ContainsFunc(c.order, func(d *bridge.Transmission) bool {
		if d.State != bridge.Dead || d.OnDead == bridge.Pass {
			return false
		}
		if t.Series != "" {
			return d.Series == t.Series && d.Place < t.Place
		}
		return d.Endpoint == t.Endpoint && d.OrderKey == t.OrderKey &&
			(d.Sequence < t.Sequence || d.Sequence == t.Sequence && d.Ordinal < t.Ordinal)
	})
}

func (c *check) causes(t *bridge.Transmission) {
	id := string(t.ID)
	if t.Kind == bridge.KindBatch {
		return // its documents: see batchOf
	}
	if t.Direction == bridge.In {
		c.resubmitted(t)
		return
	}
	if len(t.Causes) == 0 && (t.Set == canonical.EventPartnerSilent || t.Set == canonical.EventPartnerHeard) {
		return // the clock says so
	}
	if len(t.Causes) == 0 {
		c.problem("cause", id, "it goes out and has no cause")
		return
	}
	for _, cause := range t.Causes {
		if c.transmissions[cause] == nil {
			c.problem("cause", id, "its cause %s is not there", cause)
		}
	}
	main := c.transmissions[t.Causes[0]]
	if main == nil {
		return
	}
	if t.Sequence != main.Sequence {
		c.problem("sequence", id, "sequence %d, its cause has %d", t.Sequence, main.Sequence)
	}
	switch {
	case t.State == bridge.Held && main.State != bridge.Accepted && (c.Drained || len(c.effects[main.ID]) <= bridge.ReleaseAtOnce):
		c.problem("held", id, "held for %s, which is %s", main.ID, main.State)
	case t.State != bridge.Held && main.State == bridge.Accepted && main.Attempts == 0: // else it is translated again
		c.problem("held", id, "%s, and the translation of %s has not ended", t.State, main.ID)
	}
}

// delivery checks attempts and evidence of what goes out.
func (c *check) delivery(t *bridge.Transmission) {
	id := string(t.ID)
	handed := slices.Contains([]bridge.State{bridge.Attempted, bridge.Sent, bridge.Available, bridge.Delivered, bridge.Settled}, t.State)
	if handed && t.Attempts < 1 {
		c.problem("attempt", id, "%s without an attempt", t.State)
	}
	evidence := c.evidence[t.ID]
	seen := slices.ContainsFunc(evidence, func(e *bridge.Evidence) bool {
		return e.OfDelivery() || t.State == bridge.Settled && e.Kind == bridge.EvidenceAcknowledged
	})
	if (t.State == bridge.Delivered || t.State == bridge.Settled) && !seen {
		c.problem("evidence", id, "%s without evidence", t.State)
	}
	for _, e := range evidence {
		if e.OfDelivery() && (t.Direction == bridge.In || t.State == bridge.Held || e.Attempt < 1) {
			c.problem("attempt", id, "evidence %s of attempt %d of what is %s", e.Kind, e.Attempt, t.State)
		}
		if c.leaves[e.Leaf] == nil {
			c.problem("leaf.evidence", id, "the leaf %q of evidence %s of attempt %d is not in the log", e.Leaf, e.Kind, e.Attempt)
		}
	}
}

// sequences checks that the accept order is one.
func (c *check) sequences() {
	have := map[int64]bridge.ID{}
	for _, t := range c.order {
		if t.Direction != bridge.In {
			continue
		}
		if other, ok := have[t.Sequence]; ok || t.Sequence < 1 {
			c.problem("sequence", string(t.ID), "sequence %d, which %q has too", t.Sequence, other)
		}
		have[t.Sequence] = t.ID
	}
}

// owners checks that nothing belongs to nobody.
func (c *check) owners() {
	for id, docs := range c.documents {
		if t := c.transmissions[id]; t == nil || t.Direction != bridge.In {
			c.problem("document.owner", docs[0].ID, "its transmission %s is not there or did not come in", id)
		}
	}
	for id, evs := range c.evidence {
		if c.transmissions[id] == nil {
			c.problem("evidence", string(id), "evidence %s of a transmission that is not there", evs[0].Kind)
		}
	}
	used := map[bridge.SeenKey]bool{}
	for _, s := range c.seen {
		name := s.Kind + " " + s.Value
		if used[s.SeenKey] {
			c.problem("seen", name, "it is used twice")
		}
		used[s.SeenKey] = true
		if t := c.transmissions[s.Transmission]; t == nil {
			c.problem("seen", name, "its owner %s is not there", s.Transmission)
		}
		if s.Document != "" && !c.documentIDs[s.Document] {
			c.problem("seen", name, "its document %s is not there", s.Document)
		}
	}
}

// bodies reads every body once and holds it against its Object.
func (c *check) bodies(ctx context.Context) {
	read := map[archive.Object]bool{}
	look := func(subject bridge.ID, o archive.Object) {
		if read[o] {
			return
		}
		read[o] = true
		if text := c.body(ctx, o); text != "" {
			c.problem("body", string(subject), "%s", text)
		}
	}
	for _, t := range c.order {
		if t.Kind != bridge.KindBatch { // which has none
			look(t.ID, t.Body)
		}
	}
	for id, evs := range c.evidence {
		for _, e := range evs {
			if !e.Body.SHA256.IsZero() {
				look(id, e.Body)
			}
		}
	}
}

// body says what is wrong with one body, or "".
func (c *check) body(ctx context.Context, o archive.Object) string {
	if o.SHA256.IsZero() {
		return "it has no body"
	}
	r, err := c.Bodies.Get(ctx, o)
	if err != nil {
		return fmt.Sprintf("its body %s cannot be had: %v", o.SHA256, err)
	}
	defer r.Close()
	sum, size, err := digest(r)
	switch {
	case err != nil:
		return fmt.Sprintf("its body %s cannot be read: %v", o.SHA256, err)
	case sum != o.SHA256:
		return fmt.Sprintf("its body has digest %s, not %s", sum, o.SHA256)
	case size != o.Size:
		return fmt.Sprintf("its body has %d bytes, not %d", size, o.Size)
	}
	return ""
}
