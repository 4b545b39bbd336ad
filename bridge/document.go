package bridge

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/edibridge/edibridge/acknowledge"
	"github.com/edibridge/edibridge/canonical"
	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/edi/guide"
	"github.com/edibridge/edibridge/edifact"
	"github.com/edibridge/edibridge/mappings"
	"github.com/edibridge/edibridge/x12"
)

// message turns one transaction set into a Document and what follows from it.
// A set before the cursor was done in an earlier run.
func (t *translation) message(ctx context.Context, ev *edi.Event) error {
	m := ev.Message
	t.at.Documents++
	if m.Standard == edi.EDIFACT && acknowledge.IsReport(&t.group.Group, m) {
		t.ic.reports++
	}
	t.group.references.add(t.at.Documents, acknowledge.Reference(m))
	if t.at.Documents <= t.done.Documents {
		return nil
	}
	d := Document{
		Transmission: t.tr.ID, Ordinal: t.at.Documents,
		Interchange: t.ic.Ordinal, Group: t.group.Ordinal, Set: t.at.Documents - t.group.firstDocument + 1,
		Standard: m.Standard, Type: m.Set, Version: m.Version, Control: m.Control,
		GroupControl: t.group.Control, InterchangeControl: t.ic.Control, Mode: t.ic.Mode,
		Offset: m.Offset, Length: int64(m.Size()),
		Findings: slices.Clone(ev.Findings), Total: len(ev.Findings),
	}
	d.ID = DocumentID(t.tr.ID, d.Interchange, d.Group, d.Set)
	if p := t.ic.partner; p != nil {
		d.Partner = p.ID
		t.partner = p.ID
	}
	d.Keys = controlKeys(&d)
	if err := t.judge(ctx, m, &d); err != nil {
		return err
	}
	t.keepDocument(&d)
	if !d.isReport() {
		d.count(&t.group.sets)
		d.count(&t.ic.sets)
	}
	switch d.State {
	case DocumentAccepted:
		t.ic.accepted++
		t.accepted++
		t.handled = true
	case DocumentQuarantined:
		t.blameDocument(&d)
	default:
		t.handled = true
	}
	if t.first == nil {
		t.first = &d
	}
	t.s.docs = append(t.s.docs, d)
	t.s.bytes += d.Length
	return nil
}

// blameDocument remembers why a file may end in quarantine. What its interchange
// was refused for is said when that ends.
func (t *translation) blameDocument(d *Document) {
	t.blame(firstError(d.Findings))
	if t.reason == "" && d.Reason != interchangeRefused {
		t.reason = d.Reason
	}
}

// interchangeRefused is the reason of a document that was not looked at.
const interchangeRefused = "its interchange was refused"

// controlKeys are the control numbers by which a document is found.
func controlKeys(d *Document) []canonical.Key {
	var ks []canonical.Key
	for _, c := range []string{d.InterchangeControl, d.GroupControl} {
		k := canonical.Key{Scheme: "control", Value: c}
		if c != "" && !slices.Contains(ks, k) {
			ks = append(ks, k)
		}
	}
	return ks
}

// judge decides what becomes of a document: refused with its envelope, noted,
// quarantined for want of an agreement, validated.
func (t *translation) judge(ctx context.Context, m *edi.Message, d *Document) error {
	switch {
	case t.ic.refused:
		d.State, d.Reason = DocumentQuarantined, interchangeRefused
		return nil
	case t.group.refused:
		d.State, d.Verdict, d.Reason = DocumentRejected, string(x12.Rejected), "its group was refused"
		t.add(d, acknowledge.GroupRefused(m))
		return nil
	case acknowledge.IsReport(&t.group.Group, m):
		return t.report(ctx, m, d)
	}
	a, otherMode := t.ic.partner.agreement(&t.ic.Interchange, &t.group.Group, m)
	switch {
	case a == nil && isAdvice(m) && t.ic.partner.isSent(m.Standard, t.ic.Mode):
		return t.noteAdvice(ctx, m, d)
	case a == nil && otherMode:
		d.State, d.Reason = DocumentQuarantined, "mode"
		t.add(d, acknowledge.SetFinding(m, edi.Error, "bridge.mode.mismatch", fmt.Sprintf("%s sends %s %s as %s, which no agreement says", t.ic.partner.ID, m.Set, m.Version, t.ic.Mode), acknowledge.NoCode))
		return nil
	case a == nil:
		d.State, d.Verdict, d.Reason = DocumentQuarantined, string(x12.Rejected), "agreement"
		t.add(d, acknowledge.SetFinding(m, edi.Error, "bridge.agreement.none", fmt.Sprintf("nothing is agreed with %s about %s %s", t.ic.partner.ID, m.Set, m.Version), acknowledge.NotSupported))
		return nil
	}
	d.Agreement = a.Name
	t.agreement = a.Name
	if t.group.agreement == nil {
		t.group.agreement = a
	}
	if t.ic.how == nil {
		t.ic.how = t.ic.answerBy(a)
	}
	if err := t.validate(ctx, m, d, a); err != nil || !isAdvice(m) {
		return err
	}
	return t.advise(ctx, m, d)
}

// validate holds the message against its guide and goes on with what is valid.
func (t *translation) validate(ctx context.Context, m *edi.Message, d *Document, a *Agreement) error {
	g, exact := t.cfg.guideOf(m, a)
	end := t.b.observeOf(StageValidate, t.tr)
	r := t.validator.Set(m, d.Findings, g, exact, t.cfg.judgedBy(a))
	end()
	d.Findings, d.Total, d.Verdict = r.Findings, r.Total, string(r.Verdict)
	if g == nil {
		d.State, d.Reason = DocumentQuarantined, "guide"
		return nil
	}
	d.Guide = g.Name() + "@" + g.Digest()[:12]
	if r.Verdict == x12.Rejected {
		d.State = DocumentRejected
		return nil
	}
	return t.understand(ctx, m, d, a, r.Match)
}

// understand maps the message to its canonical document, judges repetition, and
// makes the events.
func (t *translation) understand(ctx context.Context, m *edi.Message, d *Document, a *Agreement, match *guide.Match) error {
	mp := t.cfg.mappingOf(m, a)
	if mp == nil && len(a.Events) == 0 { // nobody wants to know what it says
		d.State = DocumentAccepted
		return nil
	}
	if mp == nil {
		d.State, d.Reason = DocumentQuarantined, "mapping"
		t.add(d, acknowledge.SetFinding(m, edi.Warning, "bridge.mapping.none", fmt.Sprintf("there is no mapping for %s %s", m.Set, m.Version), acknowledge.NoCode))
		return nil
	}
	d.Mapping = mp.Name() + "@" + mp.Digest()[:12]
	end := t.b.observeOf(StageMap, t.tr)
	src := t.reader.Source(m, match)
	r, err := t.reader.In(mp, src, mappings.InOptions{Residue: true}) // until the next document
	end()
	if err != nil {
		return fmt.Errorf("map %s of %s: %w", d.ID, t.tr.ID, err)
	}
	d.Findings = append(d.Findings, r.Findings...)
	d.Total += len(r.Findings)
	d.Keys = joinKeys(d.Keys, r.Keys, canonical.Keys(r.Document))
	d.Mapped, d.Elements = r.Residue.Coverage.Mapped, r.Residue.Coverage.Elements
	if err := t.drift(ctx, d, mp, src); err != nil {
		return err
	}
	seen, err := t.documentSeen(ctx, d, a, r.Document)
	if err != nil || seen {
		return err
	}
	if err := t.continues(ctx, r.Document.Kind(), d.Keys, nil); err != nil {
		return err
	}
	d.State = DocumentAccepted
	defer t.b.observeOf(StageMap, t.tr)()
	t.stamp(d, r.Document.Head())
	t.say(d, r.Document)
	data, err := json.Marshal(r.Document)
	if err != nil {
		return fmt.Errorf("map %s of %s: %w", d.ID, t.tr.ID, err)
	}
	return t.events(d, a, r.Document, data)
}

// maxDocumentKeys bounds under how many keys one document is found: a shipment
// notice has one a carton.
const maxDocumentKeys = 10_000

// joinKeys adds further keys to keys, each once, as far as maxDocumentKeys allows.
func joinKeys(keys []canonical.Key, further ...[]canonical.Key) []canonical.Key {
	seen := map[canonical.Key]bool{}
	for _, k := range keys {
		seen[k] = true
	}
	for _, k := range slices.Concat(further...) {
		if len(keys) < maxDocumentKeys && !seen[k] {
			seen[k] = true
			keys = append(keys, k)
		}
	}
	return keys
}

// stamp writes into a document's header what the bridge knows of it.
func (t *translation) stamp(d *Document, h *canonical.Head) {
	h.ID, h.Partner, h.Agreement, h.Direction, h.Mode = d.ID, d.Partner, d.Agreement, string(In), string(d.Mode)
	h.ReceivedAt = t.tr.Created.Format(time.RFC3339Nano)
	h.Controls = canonical.Controls{Interchange: d.InterchangeControl, Group: d.GroupControl, Transaction: d.Control}
	h.Raw = canonical.Raw{ArchiveID: t.tr.Leaf, SHA256: h.Raw.SHA256, Offset: d.Offset, Length: d.Length}
}

// add puts a finding to a document and counts it.
func (t *translation) add(d *Document, f edi.Finding) {
	d.Findings = append(d.Findings, f)
	d.Total++
}

// isReport reports whether d is an acknowledgment of EDIFACT, of which no answer
// says anything. Groups of those of X12 are not answered at all.
func (d *Document) isReport() bool {
	return d.Standard == edi.EDIFACT && edifact.IsAcknowledgment(d.Type)
}

// count counts d as its acknowledgment tells of it: what has no verdict of its
// own is told by its findings.
func (d *Document) count(t *acknowledge.Tally) {
	v := x12.Verdict(d.Verdict)
	if v == "" {
		v = x12.SetVerdict(d.Findings)
	}
	t.Add(v, d.Verdict != "")
}
