package bridge

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/edibridge/edibridge/canonical"
	"github.com/edibridge/edibridge/edi"
)

// issue carries out step 2 for a document that an application handed in: it is
// drafted again as when it was accepted, gets its control numbers, and leaves as
// an interchange. One that is refused now, since the configuration is another
// one, is kept for a person.
func (t *translation) issue(ctx context.Context) error {
	data, err := t.read(ctx)
	if err != nil {
		return err
	}
	end := t.b.observeOf(StageMap, t.tr)
	d, err := t.cfg.draft(t.tr.Partner, t.tr.Agreement, data)
	end()
	var refused *Refusal
	if d != nil {
		t.keep(d.how.Retention)
	}
	if errors.As(err, &refused) {
		for _, p := range refused.Problems {
			t.note(edi.Finding{Rule: p.Rule, Severity: edi.Error, Message: p.Message, Path: edi.Path(p.Pointer), Length: len(data)})
		}
		return t.commit(ctx, Result{State: Quarantined, Reason: refused.Problems[0].Message, Config: t.cfg.Digest})
	}
	if err != nil {
		return fmt.Errorf("translate %s: %w", t.tr.ID, err)
	}
	values, err := t.number(ctx, d.how)
	if err != nil {
		return err
	}
	doc := d.document(t.tr, values)
	body, err := inMemory(func(w io.Writer) error { return d.write(w, values, t.b.now()) })
	if err != nil {
		return fmt.Errorf("translate %s: %w", t.tr.ID, err)
	}
	t.at.Documents = 1
	t.s.docs = append(t.s.docs, doc)
	t.say(&doc, d.doc)
	out := t.interchange(d, &doc)
	t.follow(out, issuePlace, t.body(body))
	t.expect(d, &doc, FollowID(t.tr.ID, out.Kind, issuePlace, out.Endpoint))
	return t.commit(ctx, Result{State: Translated, Config: t.cfg.Digest, Control: doc.InterchangeControl})
}

// issuePlace is the place, within a document, of the interchange it leaves in.
const issuePlace = "1"

// read gives the document's bytes. The archive verifies them.
func (t *translation) read(ctx context.Context) ([]byte, error) {
	body, err := t.b.o.Bodies.Get(ctx, t.tr.Body)
	if err != nil {
		return nil, fmt.Errorf("translate %s: %w", t.tr.ID, err)
	}
	defer body.Close()
	data, err := io.ReadAll(body)
	if err != nil {
		return nil, fmt.Errorf("translate %s: %w", t.tr.ID, err)
	}
	return data, nil
}

// number reserves what the interchange needs: ISA13 and GS06, or UNB 0020.
func (t *translation) number(ctx context.Context, how *Dispatch) ([]int64, error) {
	id := FollowID(t.tr.ID, KindInterchange, issuePlace, how.To)
	scopes := []Scope{{Series: how.series(), For: id, Max: maxControl}}
	if how.Standard != edi.EDIFACT {
		scopes = append(scopes, Scope{Series: how.groupSeries(), For: id, Max: maxControl})
	}
	numbers, err := t.b.o.Store.Reserve(ctx, t.claim, scopes)
	if err != nil {
		return nil, fmt.Errorf("translate %s: control numbers: %w", t.tr.ID, err)
	}
	t.s.numbers = append(t.s.numbers, numbers...)
	values := make([]int64, len(numbers))
	for i, n := range numbers {
		values[i] = n.Value
	}
	return values, nil
}

// document is the record of what is sent.
func (d *draft) document(tr *Transmission, numbers []int64) Document {
	doc := Document{
		ID: DocumentID(tr.ID, 1, 1, 1), Transmission: tr.ID, Ordinal: 1, Interchange: 1, Group: 1, Set: 1,
		State: DocumentAccepted, Standard: d.how.Standard, Type: d.how.Set, Version: d.how.Release,
		Control: setControl, InterchangeControl: fmt.Sprintf("%09d", numbers[0]),
		Partner: d.how.Partner, Agreement: d.how.Name, Mode: d.how.Mode, Length: tr.Body.Size,
		Findings: d.result.Findings, Total: d.result.Total,
		Guide:   d.guide.Name() + "@" + d.guide.Digest()[:12],
		Mapping: d.mapping.Name() + "@" + d.mapping.Digest()[:12],
		Mapped:  d.covered.Mapped, Elements: d.covered.Elements,
	}
	if d.how.Standard == edi.EDIFACT {
		doc.Control, doc.InterchangeControl = messageControl, fmt.Sprint(numbers[0])
	} else {
		doc.GroupControl = fmt.Sprint(numbers[1])
	}
	doc.Keys = append(controlKeys(&doc), d.keys...)
	return doc
}

// interchange is the follow-up that carries the document to the partner.
// Documents about one business key leave in the order in which they came.
func (t *translation) interchange(d *draft, doc *Document) Transmission {
	contentType := "application/edi-x12"
	if d.how.Standard == edi.EDIFACT {
		contentType = "application/edifact"
	}
	number, _ := d.doc.Identity()
	order := ""
	if subject := canonical.Subject(d.doc); subject != "" {
		order = d.how.Partner + "/" + subject
	}
	name := fmt.Sprintf("%s-%s-%s.edi", strings.ToLower(d.how.Set), fileSafe(number),
		cmp.Or(strings.TrimLeft(doc.InterchangeControl, "0"), "0"))
	if d.how.FileName != "" {
		name = FileName(d.how.FileName, t.tr, doc)
	}
	lane := d.how.Lanes.of(doc.Keys)
	return Transmission{
		Kind: KindInterchange, Endpoint: d.how.To, Peer: t.cfg.Endpoints[d.how.To].Peer,
		Partner: d.how.Partner, Agreement: d.how.Name, ContentType: contentType,
		Name:     name,
		OrderKey: order, OnDead: d.how.OnDead, Lane: lane, Lift: d.how.Lanes.Aging.of(lane, t.tr.Created),
		Standard: d.how.Standard, Set: d.how.Set, Control: doc.InterchangeControl, Mode: d.how.Mode, Keys: doc.Keys, Retention: d.how.Retention,
	}
}
