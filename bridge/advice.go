package bridge

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/edibridge/edibridge/canonical"
	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/edifact"
	"github.com/edibridge/edibridge/x12"
)

// Bounds of what one application acknowledgment may ask of the store.
const (
	maxAdvised  = 10_000 // documents that are looked up; what more it speaks of is told as one finding
	maxCarriers = 200    // Transmissions with one business key that are looked at, the newest
)

// answersContent reports whether e waits for what the partner's application says
// of the content, and not for the acknowledgment of its syntax.
func (e *Expectation) answersContent() bool {
	return e.Acknowledgment == applicationAnswer(edi.X12) || e.Acknowledgment == applicationAnswer(edi.EDIFACT)
}

// applicationAnswer is the set or message with which applications answer: X12 824
// Application Advice, EDIFACT APERAK.
func applicationAnswer(s edi.Standard) string {
	if s == edi.EDIFACT {
		return "APERAK"
	}
	return "824"
}

// isAdvice reports whether m is such an answer.
func isAdvice(m *edi.Message) bool { return m.Set == applicationAnswer(m.Standard) }

// isSent reports whether p gets documents of this standard and mode from us: then
// its applications may answer them, whatever else is agreed.
func (p *Partner) isSent(s edi.Standard, mode edi.Mode) bool {
	return slices.ContainsFunc(p.Dispatches, func(d *Dispatch) bool { return d.Standard == s && d.Mode == mode })
}

// noteAdvice takes an application acknowledgment that no agreement receives: it is
// judged and settles, and nothing else follows.
func (t *translation) noteAdvice(ctx context.Context, m *edi.Message, d *Document) error {
	var a Agreement
	g, exact := t.cfg.guideOf(m, &a)
	r := t.validator.Set(m, d.Findings, g, exact, t.cfg.judgedBy(&a))
	d.Findings, d.Total, d.Verdict, d.State = r.Findings, r.Total, string(r.Verdict), DocumentNoted
	if g != nil {
		d.Guide = g.Name() + "@" + g.Digest()[:12]
	}
	if r.Verdict == x12.Rejected {
		d.State = DocumentRejected
	}
	return t.advise(ctx, m, d)
}

// advised is what an application says about one document of ours.
type advised struct {
	group, control string           // OTI08, OTI09; "" where it does not say
	set            string           // OTI10
	refs           []businessNumber // the one that it is named by first
	verdict        verdict
}

// businessNumber is one that an answer names.
type businessNumber struct{ scheme, value string } // scheme "": whatever it is

// String is "invoice BL-90117".
func (r businessNumber) String() string { return strings.TrimSpace(r.scheme + " " + r.value) }

// about names what is spoken of, for people.
func (a *advised) about() string {
	var parts []string
	for _, p := range [][2]string{{"set", a.set}, {"group", a.group}, {"control number", a.control}} {
		if p[1] != "" {
			parts = append(parts, p[0]+" "+p[1])
		}
	}
	for _, r := range a.refs {
		if r.value != "" {
			parts = append(parts, r.String())
			break
		}
	}
	return cmp.Or(strings.Join(parts, ", "), "nothing")
}

// advice is the settling by one 824 or APERAK.
type advice struct {
	t       *translation
	d       *Document
	a       answered
	groups  map[string][]sent // looked up before, by OTI08 and functional identifier
	answers map[string]*advisedAnswer
	order   []*advisedAnswer // of answers, in the order of the message
}

// advisedAnswer is what the message says in all about one document.
type advisedAnswer struct {
	sent
	verdict
}

// sent is one document of ours that the partner may know, with all that is
// expected for it.
type sent struct {
	out *Transmission
	es  []Expectation
}

// advise settles what an application acknowledgment speaks of. One that its guide
// refuses is not believed: the partner is told so and sends it again.
func (t *translation) advise(ctx context.Context, m *edi.Message, d *Document) error {
	if m.Truncated || d.State == DocumentRejected {
		return nil
	}
	s := advice{t: t, d: d, groups: map[string][]sent{}, answers: map[string]*advisedAnswer{}, a: answered{
		with: m.Set, place: m.Path, offset: m.Offset, sender: partyText(t.ic.Receiver), receiver: partyText(t.ic.Sender)}}
	if m.Standard == edi.EDIFACT {
		if err := s.take(ctx, adviceOfMessage(edifact.ReadAdvice(m))); err != nil {
			return fmt.Errorf("translate %s: %w", t.tr.ID, err)
		}
		return s.settle(ctx)
	}
	n := 0
	for one := range x12.Advices(m) {
		if n++; n > maxAdvised {
			s.tell("bridge.acknowledgment.unmatched", fmt.Sprintf("the %s speaks of more than %d documents: those behind are not looked up", s.a.with, maxAdvised))
			break
		}
		if err := s.take(ctx, adviceOfSet(&one)); err != nil {
			return fmt.Errorf("translate %s: %w", t.tr.ID, err)
		}
	}
	return s.settle(ctx)
}

// adviceOfSet is what an OTI loop says. What refuses a part of a document, or
// takes a document in part, refuses: somebody has to see to it.
func adviceOfSet(o *x12.Advice) *advised {
	a := &advised{group: o.Group, control: o.Control, set: o.Set, verdict: verdict{code: o.Code, state: stateOf(string(o.Verdict))}}
	if o.Verdict == x12.PartiallyAccepted {
		a.verdict.state = ExpectRejected
	}
	if o.OfGroup() {
		a.control = ""
	}
	a.refs = append(a.refs, businessNumber{canonical.ReferenceKey(string(edi.X12), o.Qualifier), o.Reference})
	for _, r := range o.Refs {
		if scheme := canonical.ReferenceKey(string(edi.X12), r.Qualifier); scheme != "" {
			a.refs = append(a.refs, businessNumber{scheme, r.Value})
		}
	}
	for i := range o.Errors {
		a.verdict.because(o.Errors[i].String())
	}
	for _, n := range o.Notes {
		a.verdict.because(n)
	}
	return a
}

// adviceOfMessage is what an APERAK says. Of the references of its errors only
// those to the message itself say what it is about.
func adviceOfMessage(o *edifact.Advice) *advised {
	a := &advised{verdict: verdict{code: o.Code, state: stateOf(string(o.Verdict))}}
	for _, r := range o.References {
		scheme := canonical.ReferenceKey(string(edi.EDIFACT), r.Qualifier)
		switch previous := r.Qualifier == "ACW" || r.Qualifier == "AGO"; {
		case previous && !r.OfError:
			a.refs = slices.Insert(a.refs, 0, businessNumber{value: r.Value})
		case previous, scheme != "" && !r.OfError:
			a.refs = append(a.refs, businessNumber{scheme, r.Value})
		}
	}
	for i := range o.Errors {
		a.verdict.because(o.Errors[i].String())
	}
	for _, n := range o.Notes {
		a.verdict.because(n)
	}
	return a
}

// maxReason bounds one reason, in bytes.
const maxReason = 200

// because adds a reason.
func (v *verdict) because(reason string) {
	if reason != "" && len(v.reasons) < maxReasons {
		v.reasons = append(v.reasons, strings.ToValidUTF8(reason[:min(len(reason), maxReason)], ""))
	}
}

// join makes what is said of a document that which weighs most; of the others
// the reasons stay.
func (v *verdict) join(o verdict) {
	if gravity(o.state) > gravity(v.state) {
		v.state, v.code = o.state, o.code
	}
	for _, r := range o.reasons {
		if !slices.Contains(v.reasons, r) {
			v.because(r)
		}
	}
}

// gravity orders what can be said of a document.
func gravity(s ExpectationState) int {
	return slices.Index([]ExpectationState{"", ExpectReceived, ExpectAccepted, ExpectAcceptedWithErrors, ExpectRejected}, s)
}

// tell keeps a finding about the answer, as far as the limit of findings allows.
func (s *advice) tell(rule, text string) {
	s.d.Total++
	if len(s.d.Findings) < s.t.cfg.Limits.findings() {
		s.d.Findings = append(s.d.Findings, edi.Finding{Rule: rule, Severity: edi.Warning, Message: text,
			Path: s.a.place, Offset: s.a.offset, Interchange: s.t.ic.Ordinal})
	}
}

// take finds what one part of the answer is about and joins it to what was said
// of that before.
func (s *advice) take(ctx context.Context, a *advised) error {
	if a.verdict.state == "" {
		s.tell("bridge.acknowledgment.open", fmt.Sprintf("the %s does not say what became of %s: %q", s.a.with, a.about(), a.verdict.code))
		return nil
	}
	found, err := s.find(ctx, a)
	if err != nil {
		return err
	}
	whole := a.group != "" && a.control == "" // it may speak of all sets of a group
	switch {
	case len(found) == 0:
		s.tell("bridge.acknowledgment.unmatched", fmt.Sprintf("the %s of %s is about %s, and no such %s was sent to %s",
			s.a.with, s.t.ic.partner.ID, a.about(), s.t.ic.Mode, s.t.ic.partner.ID))
		return nil
	case len(found) > 1 && !whole:
		s.tell("bridge.acknowledgment.unmatched", fmt.Sprintf("the %s of %s is about %s, and %d documents sent to %s could be meant",
			s.a.with, s.t.ic.partner.ID, a.about(), len(found), s.t.ic.partner.ID))
		return nil
	}
	for _, one := range found {
		document := one.es[0].Document
		if have := s.answers[document]; have != nil {
			have.verdict.join(a.verdict)
			continue
		}
		v := a.verdict
		v.reasons = slices.Clone(v.reasons)
		s.answers[document] = &advisedAnswer{one, v}
		s.order = append(s.order, s.answers[document])
	}
	return nil
}

// settle records what became of each document that was found.
func (s *advice) settle(ctx context.Context) error {
	var all []*settlement
	for _, one := range s.order {
		if err := s.t.continues(ctx, "", nil, one.out); err != nil {
			return err
		}
		i := slices.IndexFunc(all, func(have *settlement) bool { return have.out.ID == one.out.ID })
		if i < 0 {
			i, all = len(all), append(all, &settlement{t: s.t, a: &s.a, out: one.out})
			s.d.Keys = joinKeys(s.d.Keys, businessKeys(one.out))
		}
		e := s.t.contentExpectation(one.es, s.a.with)
		if err := all[i].answer(&e, one.verdict); err != nil {
			return err
		}
	}
	for _, one := range all {
		one.close()
	}
	return nil
}

// contentExpectation is what was expected of the partner's application for a
// document; where that is nothing, it is recorded as unasked from now on.
func (t *translation) contentExpectation(es []Expectation, with string) Expectation {
	for i := range es {
		if es[i].Acknowledgment == with {
			return es[i]
		}
	}
	of := &es[0]
	id := ExpectationID(of.Document, with)
	if have, ok := t.s.settled[id]; ok {
		return have
	}
	e := Expectation{ID: id, Owes: OwedToUs, Transmission: of.Transmission, Document: of.Document, Acknowledgment: with,
		Partner: of.Partner, Agreement: of.Agreement, Standard: of.Standard, Mode: of.Mode, Set: of.Set, Functional: of.Functional,
		Sender: of.Sender, Receiver: of.Receiver, Interchange: of.Interchange, Group: of.Group, Control: of.Control,
		Subject: of.Subject, State: ExpectUnasked, Created: t.b.now()}
	t.s.expects = append(t.s.expects, e)
	return e
}
