package bridge

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/edibridge/edibridge/acknowledge"
	"github.com/edibridge/edibridge/canonical"
	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/x12"
)

// acknowledgment is an answer to be written: a TA1 or CONTRL for an interchange,
// a 997 or 999 for a group.
type acknowledgment struct {
	acknowledge.Answer
	ic    *interchange
	group *group // nil: the answer is to the interchange
	how   *Acknowledge
	place string // within the file: "1" or "1/2", ordinals of interchange and group
}

// greatest control number of X12: ISA13 and, by convention, GS06 have nine digits.
const maxControl = 999_999_999

// answer writes the slice's acknowledgments: one reservation for all numbers,
// then one body each.
func (t *translation) answer(ctx context.Context) error {
	if len(t.s.answers) == 0 {
		return nil
	}
	defer t.b.observeOf(StageAnswer, t.tr)()
	var scopes []Scope
	for i := range t.s.answers {
		scopes = append(scopes, t.scopes(&t.s.answers[i])...)
	}
	numbers, err := t.b.o.Store.Reserve(ctx, t.claim, scopes)
	if err != nil {
		return fmt.Errorf("translate %s: control numbers: %w", t.tr.ID, err)
	}
	for i := range t.s.answers {
		a := &t.s.answers[i]
		n := len(t.scopes(a))
		if err := t.write(ctx, a, numbers[:n]); err != nil {
			return fmt.Errorf("translate %s: acknowledgment: %w", t.tr.ID, err)
		}
		numbers = numbers[n:]
	}
	t.s.answers = nil
	return nil
}

// scopes are the numbers that an acknowledgment needs: ISA13 or UNB 0020, and
// GS06 for a 997.
func (t *translation) scopes(a *acknowledgment) []Scope {
	id := FollowID(t.tr.ID, KindAcknowledgment, AnswerPlace(a.place, t.tr.Attempts), a.how.To)
	pair := pairText(a.ic.Receiver, a.ic.Sender, a.ic.Mode)
	series := level(a.ic.Standard) + " " + pair
	s := []Scope{{Series: series, For: id, Max: maxControl, Strict: t.cfg.strict(a.ic.answerTo, series)}}
	if a.group != nil {
		s = append(s, Scope{Series: groupSeries("FA", a.group.Receiver, a.group.Sender, pair), For: id, Max: maxControl})
	}
	return s
}

// AnswerPlace is the place, for [FollowID], of the acknowledgment of an
// interchange ("1") or a group ("1/2") of a file that a person had translated
// again so often: what was answered before stays, and another answer follows.
func AnswerPlace(place string, again int) string {
	if again > 0 {
		place += " again " + strconv.Itoa(again)
	}
	return place
}

// first is the ordinal of the first document that the acknowledgment speaks of.
func (a *acknowledgment) first() int {
	if a.group != nil {
		return a.group.firstDocument
	}
	return a.ic.firstDocument
}

// write makes the follow-up of one acknowledgment.
func (t *translation) write(ctx context.Context, a *acknowledgment, numbers []Number) error {
	n := numbers[0].Value
	control, contentType := fmt.Sprintf("%09d", n), "application/edi-x12"
	if a.ic.Standard == edi.EDIFACT {
		control, contentType = fmt.Sprint(n), "application/edifact"
	}
	f := Transmission{
		Kind: KindAcknowledgment, Endpoint: a.how.To, Peer: t.cfg.Endpoints[a.how.To].Peer,
		Partner: a.ic.answerTo.ID, Lane: a.ic.answerTo.Lane, Lift: a.ic.answerTo.Aging.of(a.ic.answerTo.Lane, t.tr.Created), ContentType: contentType,
		Name:     answerName(a, t.tr),
		Standard: a.ic.Standard, Set: a.Set, Control: control, Mode: a.ic.Mode,
		Keys:      []canonical.Key{{Scheme: "control", Value: control}},
		Retention: t.retention(),
	}
	if a.group != nil && a.group.agreement != nil {
		f.Retention = a.group.agreement.Retention
	}
	make := func(w io.Writer) error { return t.writeAnswer(ctx, w, a, numbers) }
	body := -1
	if a.Set != "TA1" && a.first() < t.firstOrdinal() {
		obj, err := t.stream(ctx, make)
		if err != nil {
			return err
		}
		f.Body = obj
	} else {
		p, err := inMemory(make)
		if err != nil {
			return err
		}
		body = t.body(p)
	}
	place := AnswerPlace(a.place, t.tr.Attempts)
	f.ID = FollowID(t.tr.ID, f.Kind, place, f.Endpoint)
	inSeries(&f, t.scopes(a)[0], &numbers[0])
	t.follow(f, place, body)
	t.owe(a, &f)
	t.s.numbers = append(t.s.numbers, numbers...)
	return nil
}

func (t *translation) writeAnswer(ctx context.Context, w io.Writer, a *acknowledgment, numbers []Number) error {
	n := acknowledge.Numbers{Interchange: numbers[0].Value, Time: t.b.now()}
	if a.group != nil {
		n.Group = numbers[1].Value
	}
	return a.Write(w, n, func(visit func(acknowledge.Result) error) error {
		return t.verdicts(ctx, a, func(d *Document) error { return visit(result(a, d)) })
	})
}

// result is what an acknowledgment says of a document.
func result(a *acknowledgment, d *Document) acknowledge.Result {
	r := acknowledge.Result{Group: d.Group, Set: d.Type, Version: d.Version, Control: d.Control, Findings: d.Findings, Verdict: x12.Verdict(d.Verdict)}
	if a.group != nil {
		r.Reference = a.group.references.of(d.Ordinal)
	}
	return r
}

// verdicts gives every document of a group, or of an interchange, in order:
// those of earlier slices from the store, the rest from this slice.
func (t *translation) verdicts(ctx context.Context, a *acknowledgment, visit func(*Document) error) error {
	group := 0 // all
	if a.group != nil {
		group = a.group.Ordinal
	}
	if first := t.firstOrdinal(); a.first() < first {
		q := DocumentQuery{Transmission: t.tr.ID, Interchange: a.ic.Ordinal, Group: group, Before: first}
		for d, err := range t.b.o.Store.Documents(ctx, q) {
			if err != nil {
				return err
			}
			if err := visit(&d); err != nil {
				return err
			}
		}
	}
	for i := range t.s.docs {
		d := &t.s.docs[i]
		if d.Interchange != a.ic.Ordinal || group != 0 && d.Group != group {
			continue
		}
		if err := visit(d); err != nil {
			return err
		}
	}
	return nil
}

// answerName names an acknowledgment by what it answers and the accept order:
// "997-905-42.edi"; of further groups and interchanges of the file with their
// place, "997-906-42-2.1.edi"; of a file translated again with how often that
// was, "997-905-42-again1.edi". No two in a mailbox have one name.
func answerName(a *acknowledgment, of *Transmission) string {
	name := fmt.Sprintf("%s-%s-%d", strings.ToLower(a.Set), fileSafe(a.ic.Control), of.Sequence)
	if a.place != "1" && a.place != "1/1" {
		name += "-" + strings.ReplaceAll(a.place, "/", ".")
	}
	if of.Attempts > 0 {
		name += fmt.Sprintf("-again%d", of.Attempts)
	}
	return name + ".edi"
}

// fileSafe keeps letters and digits of a control number for a file name and
// drops leading zeros.
func fileSafe(s string) string {
	s = strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' {
			return r
		}
		return -1
	}, s)
	if len(s) > 14 {
		s = s[:14]
	}
	if s = strings.TrimLeft(s, "0"); s == "" {
		return "0"
	}
	return s
}
