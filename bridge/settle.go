package bridge

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/edibridge/edibridge/archive"
	"github.com/edibridge/edibridge/canonical"
	"github.com/edibridge/edibridge/edi"
)

// ErrMoved refuses what was decided on an Expectation that has changed since it
// was read: it is to be read and decided again.
var ErrMoved = errors.New("bridge: the expectation has changed meanwhile")

// maxSettled bounds how many documents of ours one acknowledgment is held
// against: an interchange of so many is more than is ever batched.
const maxSettled = 100_000

// report reads an acknowledgment of the partner's and settles what it answers.
func (t *translation) report(ctx context.Context, m *edi.Message, d *Document) error {
	d.State = DocumentNoted
	if m.Truncated {
		t.keep("")
		return nil
	}
	read := func() (*answered, []edi.Finding) { return answersGroup(m, t.ic) }
	if m.Standard == edi.EDIFACT {
		read = func() (*answered, []edi.Finding) { return answersControl(m) }
	}
	a, findings := read()
	for _, f := range findings {
		t.add(d, f)
	}
	keys, err := t.settle(ctx, a, func(f edi.Finding) { t.add(d, f) })
	d.Keys = joinKeys(d.Keys, keys)
	return err
}

// service takes a segment between the envelopes: a TA1 settles what it answers.
func (t *translation) service(ctx context.Context, s *edi.Segment) error {
	t.ic.service = true
	if t.ic.Standard != edi.X12 || !s.Is("TA1") || t.ic.refused || t.told() {
		return nil
	}
	a, findings := answersInterchange(s, t.ic)
	for _, f := range findings {
		f.Interchange = t.ic.Ordinal
		t.note(f)
	}
	_, err := t.settle(ctx, a, t.note)
	return err
}

// settle finds what an acknowledgment answers among what was sent to the partner
// who acknowledges, in the same mode, and records what became of it. It gives the
// business keys of what was answered.
func (t *translation) settle(ctx context.Context, a *answered, tell func(edi.Finding)) ([]canonical.Key, error) {
	if a.group == "" && a.ic == "" { // it names nothing, and its reader said so
		t.keep("")
		return nil, nil
	}
	finding := func(rule, text string) {
		tell(edi.Finding{Rule: rule, Severity: edi.Warning, Message: text, Path: a.place, Offset: a.offset, Interchange: t.ic.Ordinal})
	}
	out, es, err := t.matching(ctx, a)
	if err != nil {
		return nil, fmt.Errorf("translate %s: %w", t.tr.ID, err)
	}
	if out == nil {
		t.keep("")
		finding("bridge.acknowledgment.unmatched", fmt.Sprintf("the %s of %s answers %s, and no such %s was sent to %s",
			a.with, t.ic.partner.ID, a.about(), t.ic.Mode, t.ic.partner.ID))
		return nil, nil
	}
	t.keep(out.Retention)
	if err := t.continues(ctx, "", nil, out); err != nil {
		return nil, err
	}
	s := settlement{t: t, a: a, out: out}
	for i := range es {
		if es[i].answersContent() {
			continue // this acknowledges syntax
		}
		v, before := a.of(&es[i]), es[i]
		if v.state == "" {
			finding("bridge.acknowledgment.open", fmt.Sprintf("the %s does not say what became of %s %s", a.with, es[i].Set, es[i].Control))
			continue
		}
		if !a.answers(&es[i], v) {
			continue
		}
		if err := s.answer(&es[i], v); err != nil {
			return nil, err
		}
		s.carryOver(&es[i], &before, es)
	}
	s.close()
	return businessKeys(out), nil
}

// businessKeys are the keys of a Transmission but for control numbers.
func businessKeys(t *Transmission) []canonical.Key {
	return slices.DeleteFunc(slices.Clone(t.Keys), func(k canonical.Key) bool { return k.Scheme == "control" })
}

// carryOver has what refuses a document for its syntax refuse what is expected of
// the partner's application too, which will never see it; a newer acknowledgment
// that takes the refusal back has that awaited again.
func (s *settlement) carryOver(e, before *Expectation, es []Expectation) {
	if e.By != s.t.tr.ID || e.ByOffset != s.a.offset {
		return // it was not the newest
	}
	for i := range es {
		c := &es[i]
		if c.Document != e.Document || !c.answersContent() {
			continue
		}
		carried := c.By != "" && c.By == before.By && c.ByOffset == before.ByOffset
		switch {
		case e.State == ExpectRejected && (carried || c.State == ExpectAwaited || c.State == ExpectOverdue):
			c.Late = c.Late || c.State == ExpectOverdue
			c.State, c.Code, c.Reasons, c.At = e.State, e.Code, e.Reasons, e.At
			c.By, c.BySequence, c.ByOffset = e.By, e.BySequence, e.ByOffset
		case e.State != ExpectRejected && carried && c.State == ExpectRejected:
			c.State, c.Code, c.Reasons, c.At, c.Late = ExpectAwaited, "", nil, time.Time{}, false
			c.By, c.BySequence, c.ByOffset = "", 0, 0
		default:
			continue
		}
		s.t.settles(s.out.ID, c)
	}
}

// matching gives the interchange of ours that is answered, with all that is
// expected for it; nil when there is none. Of those with the same control number
// (it has started again) the newest that was sent counts. Between other parties
// than the acknowledgment's own it has to be the only one.
func (t *translation) matching(ctx context.Context, a *answered) (*Transmission, []Expectation, error) {
	found, err := t.b.o.Store.Expectations(ctx, ExpectationQuery{Owes: OwedToUs, Partner: t.ic.partner.ID,
		Standard: t.ic.Standard, Mode: t.ic.Mode, Interchange: a.ic, Group: a.group, Limit: maxSettled})
	if err != nil {
		return nil, nil, err
	}
	found = slices.DeleteFunc(found, func(e Expectation) bool { return a.functional != "" && e.Functional != a.functional })
	exact := slices.DeleteFunc(slices.Clone(found), func(e Expectation) bool { return e.Sender != a.sender || e.Receiver != a.receiver })
	only := len(exact) == 0
	if !only {
		found = exact
	}
	var hit *Transmission
	for i := range found {
		if hit != nil && found[i].Transmission == hit.ID {
			continue
		}
		tr, err := t.b.o.Store.Transmission(ctx, found[i].Transmission)
		if err != nil {
			return nil, nil, err
		}
		sent, err := t.wasSent(ctx, &tr)
		if err != nil {
			return nil, nil, err
		}
		if sent && hit != nil {
			return nil, nil, nil // only one of them could be meant, and nobody can say which
		}
		if sent {
			hit = &tr
		}
		if hit != nil && !only {
			break
		}
	}
	if hit == nil {
		return nil, nil, nil
	}
	es := slices.DeleteFunc(found, func(e Expectation) bool { return e.Transmission != hit.ID })
	return hit, t.asSettled(es), nil
}

// wasSent reports whether the partner may know what went out: an attempt was
// made, and be it that nobody knows how it ended.
func (t *translation) wasSent(ctx context.Context, tr *Transmission) (bool, error) {
	if tr.Attempts > 0 || tr.State == Held {
		return tr.Attempts > 0, nil
	}
	seen, err := t.b.o.Store.Evidence(ctx, tr.ID) // a person's retry counts attempts anew
	return slices.ContainsFunc(seen, func(e Evidence) bool { return e.OfDelivery() }), err
}

// settlement is what one acknowledgment does to one interchange of ours.
type settlement struct {
	t       *translation
	a       *answered
	out     *Transmission
	counts  map[ExpectationState]int // of what is told anew
	reasons []string
	late    bool
	old     bool // contradicted by a newer one
}

// answer records a verdict. Of several acknowledgments the newest counts, by the
// order in which they were accepted, in whatever order they are read; one that
// says the same again changes nothing.
func (s *settlement) answer(e *Expectation, v verdict) error {
	before, at := *e, s.t.tr
	newer := e.By == "" || cmp.Or(cmp.Compare(at.Sequence, e.BySequence), cmp.Compare(s.a.offset, e.ByOffset)) > 0
	again := e.By != "" && e.State == v.state
	if !newer {
		if !again {
			s.old = true
			s.told(v, false)
		}
		return nil
	}
	if e.By == "" {
		e.Late = e.State == ExpectOverdue || !e.Due.IsZero() && at.Created.After(e.Due)
	}
	e.State, e.Code, e.Reasons, e.At = v.state, v.code, v.reasons, at.Created
	e.By, e.BySequence, e.ByOffset = at.ID, at.Sequence, s.a.offset
	s.t.settles(s.out.ID, e)
	if again {
		return nil
	}
	s.told(v, e.Late)
	return s.t.acknowledgedEvents(s, e, &before)
}

func (s *settlement) told(v verdict, late bool) {
	if s.counts == nil {
		s.counts = map[ExpectationState]int{}
	}
	s.counts[v.state]++
	s.late = s.late || late
	for _, r := range v.reasons {
		if len(s.reasons) < maxReasons && !slices.Contains(s.reasons, r) {
			s.reasons = append(s.reasons, r)
		}
	}
}

// close makes the evidence of what was told anew.
func (s *settlement) close() {
	if len(s.counts) == 0 {
		return
	}
	status := ""
	for _, state := range slices.Sorted(maps.Keys(s.counts)) {
		if status == "" && len(s.counts) == 1 {
			status = string(state)
			break
		}
		status = strings.TrimPrefix(fmt.Sprintf("%s, %d %s", status, s.counts[state], state), ", ")
	}
	detail := map[string]string{"acknowledgment": s.a.with, "status": status, "by": string(s.t.tr.ID)}
	if len(s.reasons) > 0 {
		detail["reasons"] = strings.Join(s.reasons, "; ")
	}
	if s.late {
		detail["late"] = "yes"
	}
	if s.old {
		detail["superseded"] = "by a newer one"
	}
	leaf := archive.Leaf{Kind: archive.LeafEvidence, Time: s.t.b.now(), Parents: []string{s.out.Leaf, s.t.tr.Leaf},
		ID: leafID(archive.LeafEvidence, s.out.ID, fmt.Sprintf("%s %s %d", EvidenceAcknowledged, s.t.tr.ID, s.a.offset))}
	st := s.t.settling(s.out.ID)
	st.Evidence = append(st.Evidence, Evidence{Transmission: s.out.ID, Attempt: s.out.Attempts, Kind: EvidenceAcknowledged,
		At: s.t.tr.Created, Detail: detail, Leaf: leaf.ID})
	s.t.s.leaves = append(s.t.s.leaves, leaf)
}

// settling is the slice's Settle of a Transmission.
func (t *translation) settling(out ID) *Settle {
	for i := range t.s.settlements {
		if t.s.settlements[i].Transmission == out {
			return &t.s.settlements[i]
		}
	}
	t.s.settlements = append(t.s.settlements, Settle{Transmission: out})
	return &t.s.settlements[len(t.s.settlements)-1]
}

// settles puts an expectation as it becomes into the slice.
func (t *translation) settles(out ID, e *Expectation) {
	st := t.settling(out)
	if _, there := t.s.settled[e.ID]; there {
		for i := range st.Expectations {
			if st.Expectations[i].ID == e.ID {
				st.Expectations[i] = *e
			}
		}
	} else {
		st.Expectations = append(st.Expectations, *e)
	}
	if t.s.settled == nil {
		t.s.settled = map[string]Expectation{}
	}
	t.s.settled[e.ID] = *e
}

// acknowledgmentData is the data of the events about an acknowledgment.
type acknowledgmentData struct {
	Acknowledgment string    `json:"acknowledgment"` // "997"; of an overdue one what was agreed
	Status         string    `json:"status"`         // an ExpectationState
	Code           string    `json:"code,omitempty"` // as received: "A", "E", "R"
	Reasons        []string  `json:"reasons,omitempty"`
	Late           bool      `json:"late,omitempty"`
	Before         string    `json:"before,omitempty"` // status before, where another acknowledgment or the clock had given one
	TransactionSet string    `json:"transactionSet,omitempty"`
	Interchange    string    `json:"interchange"`
	Group          string    `json:"group,omitempty"`
	Control        string    `json:"control,omitempty"`
	Document       string    `json:"document,omitempty"`
	Transmission   ID        `json:"transmission"` // of what is acknowledged, or of our acknowledgment
	By             ID        `json:"by,omitempty"` // that brought it
	Due            time.Time `json:"due,omitzero"`
}

func dataOf(e *Expectation) acknowledgmentData {
	return acknowledgmentData{Acknowledgment: e.Acknowledgment, Status: string(e.State), Code: e.Code, Reasons: e.Reasons, Late: e.Late,
		TransactionSet: e.Set, Interchange: e.Interchange, Group: e.Group, Control: e.Control, Document: e.Document,
		Transmission: e.Transmission, By: e.By, Due: e.Due}
}

// acknowledgedEvents makes the events of an answer: one that it came, and one
// more that a document was refused.
func (t *translation) acknowledgedEvents(s *settlement, e, before *Expectation) error {
	data := dataOf(e)
	data.Acknowledgment = s.a.with
	if before.By != "" || before.State == ExpectOverdue || before.State == ExpectClosed {
		data.Before = string(before.State)
	}
	types := []string{canonical.EventAcknowledgmentReceived}
	if e.State == ExpectRejected {
		types = append(types, canonical.EventTransactionRejected)
	}
	for _, typ := range types {
		told, err := t.cfg.expectationEvent(e, data, typ, t.tr)
		if err != nil {
			return fmt.Errorf("translate %s: %w", t.tr.ID, err)
		}
		told.event.Causes = []ID{t.tr.ID, s.out.ID}
		told.event.Keys, told.event.Retention = s.out.Keys, s.out.Retention
		t.announce(told, settlePlace(e.ID, s.a.offset, typ))
	}
	return nil
}

// settlePlace is the place, within what an acknowledgment came in, of an event
// about an expectation.
func settlePlace(expectation string, offset int64, typ string) string {
	return fmt.Sprintf("settle/%s/%d/%s", expectation, offset, typ)
}

// expectationEvent is the event about an expectation to the endpoints of its
// agreement; cause is what it came of.
func (c *Configuration) expectationEvent(e *Expectation, data acknowledgmentData, typ string, cause *Transmission) (announcement, error) {
	text, err := json.Marshal(data)
	if err != nil {
		return announcement{}, fmt.Errorf("event of expectation %s: %w", e.ID, err)
	}
	subject := cmp.Or(e.Subject, "interchange/"+e.Interchange)
	ev := canonical.NewEvent(canonical.EventSource{
		Partner: e.Partner, Agreement: e.Agreement, DocumentID: cmp.Or(e.Document, e.ID),
		Interchange: e.Interchange, Group: e.Group, Transaction: e.Control, Mode: string(e.Mode),
		ArchiveID: cause.Leaf, TraceParent: cause.SpanContext().String(), PartitionKey: e.Partner + "/" + subject,
		Time: cmp.Or(e.At, e.Due), Type: typ, Subject: subject,
	}, text)
	endpoints, onDead := c.eventsOf(e)
	told, err := announcementOf(ev, endpoints)
	f := &told.event
	f.Agreement, f.Standard, f.Control, f.OnDead = e.Agreement, e.Standard, e.Control, onDead
	return told, err
}
