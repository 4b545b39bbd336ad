package bridge

import (
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
	data, err := t.readOf(ctx, t.tr)
	if err != nil {
		return err
	}
	end := t.b.observeOf(StageMap, t.tr)
	d, err := t.cfg.draft(t.tr.Partner, t.tr.Agreement, data, 1)
	end()
	var refused *Refusal
	if d != nil {
		t.keep(d.how.Retention)
	}
	if errors.As(err, &refused) {
		for _, f := range refused.findings(len(data)) {
			t.note(f)
		}
		return t.commit(ctx, Result{State: Quarantined, Reason: refused.Problems[0].Message, Config: t.cfg.Digest})
	}
	if err != nil {
		return fmt.Errorf("translate %s: %w", t.tr.ID, err)
	}
	if d.how.Batch != nil && !t.b.rehearses {
		return t.join(ctx, d)
	}
	numbers, values, err := t.reserve(ctx, d.how)
	if err != nil {
		return err
	}
	t.s.numbers = append(t.s.numbers, numbers...)
	doc := d.document(t.tr, values)
	body, err := inMemory(func(w io.Writer) error { return d.how.write(w, values, t.b.now(), d.alone()) })
	if err != nil {
		return fmt.Errorf("translate %s: %w", t.tr.ID, err)
	}
	t.at.Documents = 1
	t.s.docs = append(t.s.docs, doc)
	t.say(&doc, d.doc)
	out := t.interchange(d, &doc)
	inSeries(&out, t.scope(d.how, ""), &numbers[0])
	t.follow(out, issuePlace, t.body(body))
	t.expect(d, &doc, FollowID(t.tr.ID, out.Kind, issuePlace, out.Endpoint))
	return t.commit(ctx, Result{State: Translated, Config: t.cfg.Digest, Control: doc.InterchangeControl})
}

// issuePlace is the place, within a document, of the interchange it leaves in.
const issuePlace = "1"

// readOf gives the bytes of a document. The archive verifies them.
func (t *translation) readOf(ctx context.Context, of *Transmission) ([]byte, error) {
	body, err := t.b.o.Bodies.Get(ctx, of.Body)
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

// reserve reserves what the interchange needs: ISA13 and GS06, or UNB 0020.
func (t *translation) reserve(ctx context.Context, how *Dispatch) ([]Number, []int64, error) {
	id := FollowID(t.tr.ID, KindInterchange, issuePlace, how.To)
	scopes := []Scope{t.scope(how, id)}
	if how.Standard != edi.EDIFACT {
		scopes = append(scopes, Scope{Series: how.groupSeries(), For: id, Max: maxControl})
	}
	numbers, err := t.b.o.Store.Reserve(ctx, t.claim, scopes)
	if err != nil {
		return nil, nil, fmt.Errorf("translate %s: control numbers: %w", t.tr.ID, err)
	}
	values := make([]int64, len(numbers))
	for i, n := range numbers {
		values[i] = n.Value
	}
	return numbers, values, nil
}

// document is the record of what is sent.
func (d *draft) document(tr *Transmission, numbers []int64) Document {
	doc := Document{
		ID: DocumentID(tr.ID, 1, 1, 1), Transmission: tr.ID, Ordinal: 1, Interchange: 1, Group: 1, Set: 1,
		State: DocumentAccepted, Standard: d.how.Standard, Type: d.how.Set, Version: d.how.Release,
		Control: d.control, Partner: d.how.Partner, Agreement: d.how.Name, Mode: d.how.Mode, Length: tr.Body.Size,
		Findings: d.result.Findings, Total: d.result.Total,
		Guide:   d.guide.Name() + "@" + d.guide.Digest()[:12],
		Mapping: d.mapping.Name() + "@" + d.mapping.Digest()[:12],
		Mapped:  d.covered.Mapped, Elements: d.covered.Elements,
	}
	d.how.numbered(&doc, numbers)
	doc.Keys = append(controlKeys(&doc), d.keys...)
	return doc
}

// scope asks for the interchange's number.
func (t *translation) scope(how *Dispatch, id ID) Scope {
	return Scope{Series: how.series(), For: id, Max: maxControl, Strict: t.cfg.strict(t.cfg.partner(how.Partner), how.series())}
}

// numbered writes the interchange's numbers into the record of what is sent.
func (d *Dispatch) numbered(doc *Document, numbers []int64) {
	if d.Standard == edi.EDIFACT {
		doc.InterchangeControl = fmt.Sprint(numbers[0])
		return
	}
	doc.InterchangeControl, doc.GroupControl = fmt.Sprintf("%09d", numbers[0]), fmt.Sprint(numbers[1])
}

// interchange is the follow-up that carries the document to the partner.
// Documents about one business key leave in the order in which they came.
func (t *translation) interchange(d *draft, doc *Document) Transmission {
	f := t.carrier(d.how, doc)
	number, _ := d.doc.Identity()
	if subject := canonical.Subject(d.doc); subject != "" {
		f.OrderKey = d.how.Partner + "/" + subject
	}
	if d.how.FileName == "" {
		f.Name = fmt.Sprintf("%s-%s-%s.edi", strings.ToLower(d.how.Set), fileSafe(number), fileSafe(doc.InterchangeControl))
	}
	f.Lane, f.Keys = d.how.Lanes.of(doc.Keys), doc.Keys
	f.Lift = d.how.Lanes.Aging.of(f.Lane, t.tr.Created)
	return f
}

// carrier is what every interchange of ours has; doc is the first document in it.
func (t *translation) carrier(how *Dispatch, doc *Document) Transmission {
	f := Transmission{
		Kind: KindInterchange, Endpoint: how.To, Peer: t.cfg.Endpoints[how.To].Peer,
		Partner: how.Partner, Agreement: how.Name, ContentType: "application/edi-x12", OnDead: how.OnDead,
		Standard: how.Standard, Set: how.Set, Control: doc.InterchangeControl, Mode: how.Mode, Retention: how.Retention,
	}
	if how.Standard == edi.EDIFACT {
		f.ContentType = "application/edifact"
	}
	if how.FileName != "" {
		f.Name = FileName(how.FileName, t.tr, doc)
	}
	return f
}
