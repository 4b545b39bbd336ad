package bridge

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/edibridge/edibridge/canonical"
	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/x12"
)

// answer is an acknowledgment to be written: a TA1 for an interchange, or a 997
// for a group.
type answer struct {
	ic    *interchange
	group *group // nil: TA1
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
	defer t.b.observe(StageAnswer)()
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

// scopes are the numbers that an acknowledgment needs: ISA13, and GS06 for a 997.
func (t *translation) scopes(a *answer) []Scope {
	id := FollowID(t.tr.ID, KindAcknowledgment, a.place, a.how.To)
	pair := partyText(a.ic.Receiver) + " " + partyText(a.ic.Sender) + " " + string(a.ic.Mode)
	s := []Scope{{Series: "ISA " + pair, For: id, Max: maxControl}}
	if a.group != nil {
		s = append(s, Scope{Series: "GS FA " + a.group.Receiver + " " + a.group.Sender + " " + pair, For: id, Max: maxControl})
	}
	return s
}

// write makes the follow-up of one acknowledgment.
func (t *translation) write(ctx context.Context, a *answer, numbers []Number) error {
	env := x12.AnswerTo(&a.ic.Interchange, nil)
	set := "TA1"
	if a.group != nil {
		env = x12.AnswerTo(&a.ic.Interchange, &a.group.Group)
		env.Group = numbers[1].Value
		set = "997"
	}
	env.Interchange, env.Time = numbers[0].Value, t.b.now()
	control := fmt.Sprintf("%09d", env.Interchange)
	f := Transmission{
		Kind: KindAcknowledgment, Endpoint: a.how.To, Peer: t.cfg.Endpoints[a.how.To].Peer,
		Partner: a.ic.answerTo.ID, ContentType: "application/edi-x12",
		Name:     fmt.Sprintf("%s-%s-%d.edi", strings.ToLower(set), fileSafe(a.ic.Control), env.Interchange),
		Standard: edi.X12, Set: set, Control: control, Mode: a.ic.Mode,
		Keys: []canonical.Key{{Scheme: "control", Value: control}},
	}
	make := func(w io.Writer) error { return t.writeAnswer(ctx, w, a, env) }
	body := -1
	if a.group != nil && a.group.firstDocument < t.firstOrdinal() {
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
	t.follow(f, a.place, body)
	t.s.numbers = append(t.s.numbers, numbers...)
	return nil
}

func (t *translation) writeAnswer(ctx context.Context, w io.Writer, a *answer, env x12.Envelope) error {
	if a.group == nil {
		return x12.WriteTA1(w, env, &a.ic.Interchange, a.ic.findings)
	}
	ack := x12.NewGroupAck(w, env, &a.group.Group)
	if err := t.verdicts(ctx, a, ack.Set); err != nil {
		return err
	}
	return ack.Close(a.group.findings)
}

// verdicts gives every set of a group in order: those of earlier slices from
// the store, the rest from this slice.
func (t *translation) verdicts(ctx context.Context, a *answer, visit func(x12.SetResult) error) error {
	first := t.firstOrdinal()
	if a.group.firstDocument < first {
		q := DocumentQuery{Transmission: t.tr.ID, Interchange: a.ic.Ordinal, Group: a.group.Ordinal, Before: first}
		for d, err := range t.b.o.Store.Documents(ctx, q) {
			if err != nil {
				return err
			}
			if err := visit(setResult(&d)); err != nil {
				return err
			}
		}
	}
	for i := range t.s.docs {
		d := &t.s.docs[i]
		if d.Interchange != a.ic.Ordinal || d.Group != a.group.Ordinal {
			continue
		}
		if err := visit(setResult(d)); err != nil {
			return err
		}
	}
	return nil
}

func setResult(d *Document) x12.SetResult {
	return x12.SetResult{Set: d.Type, Control: d.Control, Findings: d.Findings, Verdict: x12.Verdict(d.Verdict)}
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
