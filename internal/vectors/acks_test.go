package vectors

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/edi/guide"
	"github.com/edibridge/edibridge/edifact"
	"github.com/edibridge/edibridge/x12"
)

// ackOptions are the ways to acknowledge that are tried on each document.
func ackOptions() map[string]options {
	return map[string]options{
		"997, CONTRL":                      {ta1: true},
		"999, CONTRL of all":               {ta1: true, ack: x12.AckOptions{Set: "999"}, control: edifact.ControlOptions{All: true, Noted: true}},
		"997 of sets, CONTRL in brief":     {ta1: true, ack: x12.AckOptions{Detail: x12.DetailSets}, control: edifact.ControlOptions{All: true, Noted: true, Detail: edifact.DetailSets}},
		"999 of groups, CONTRL of receipt": {ack: x12.AckOptions{Set: "999", Detail: x12.DetailGroups}, control: edifact.ControlOptions{Receipt: true}},
		"997 of errors":                    {ack: x12.AckOptions{OnlyErrors: true}, control: edifact.ControlOptions{Noted: true, OnlyErrors: true, Detail: edifact.DetailGroups}},
	}
}

// TestAcknowledgments acknowledges every document, sound or not, in every way: what
// is written has no finding of any kind, and says of what was there what was decided.
func TestAcknowledgments(t *testing.T) {
	n := 0
	for _, d := range documents(t) {
		for name, opt := range ackOptions() {
			opt.guides, opt.dictionary, opt.limits, opt.read = d.options.guides, d.options.dictionary, d.options.limits, d.options.read
			for _, a := range judge(t, d.data, opt).answers {
				n++
				checkAnswer(t, d.name+", "+name, a, opt)
			}
		}
	}
	t.Logf("%d acknowledgments", n)
	if n < 500 {
		t.Errorf("%d acknowledgments: it looks in the wrong place", n)
	}
}

// TestAcknowledgeMutations does the same with documents that are broken in one place.
func TestAcknowledgeMutations(t *testing.T) {
	n := 0
	for _, d := range sounds(t) {
		for _, kind := range mutators() {
			kind.most = 2
			for _, m := range sample(kind, d) {
				data := d.apply(m.edits)
				for _, name := range []string{"997, CONTRL", "999, CONTRL of all"} {
					opt := ackOptions()[name]
					for _, a := range judge(t, data, opt).answers {
						n++
						checkAnswer(t, fmt.Sprintf("%s, %s, %s", d.name, m.what, name), a, opt)
					}
				}
			}
		}
	}
	t.Logf("%d acknowledgments", n)
}

// checkAnswer reads one acknowledgment back.
func checkAnswer(t *testing.T, name string, a *answer, opt options) {
	t.Helper()
	back := &readBack{}
	j := newJudging(t, options{})
	j.mute = true
	j.found = func(f edi.Finding) { back.findings = append(back.findings, f) }
	j.event = back.event
	j.judged = func(m *edi.Message, g *guide.Guide, _ *guide.Result) {
		if g == nil {
			t.Errorf("%s: %s has no guide", name, m.Set)
		}
	}
	if err := j.run(bytes.NewReader(a.bytes)); err != nil {
		t.Fatal(err)
	}
	back.findings = slices.DeleteFunc(back.findings, func(f edi.Finding) bool {
		return strings.HasSuffix(f.Rule, ".breaks") || repeated(&f, a) || opt.anyNames(&f) // as received
	})
	problems := back.against(a, opt)
	if len(back.findings) > 0 {
		problems = append(problems, "it has findings\n"+lines(back.findings))
	}
	for _, p := range problems {
		t.Errorf("%s: %s: %s\n%q", name, a.kind, p, a.bytes)
	}
}

// repeated reports whether f is about what an acknowledgment has to repeat as it was
// received: a code that is on no list of the group (AK101) or the set (AK201), a
// control number that came twice.
func repeated(f *edi.Finding, a *answer) bool {
	if f.Rule == "x12.element.code" {
		return f.Element == 1 && (f.Tag == "AK1" || f.Tag == "AK2")
	}
	n := 0
	for _, s := range a.sets {
		if strings.HasPrefix(s.control, strings.TrimRight(f.Value, " ")) { // without the characters that cannot be written
			n++
		}
	}
	return strings.HasSuffix(f.Rule, ".repeated") && n > 1
}

// anyNames reports whether f is about a name that is repeated, where whatever bytes
// may be names: of the partner, the interchange, the group, the set.
func (o *options) anyNames(f *edi.Finding) bool {
	names := []string{"AK1", "AK2", "UCI", "UCF", "UCM", "ISA", "GS", "UNB", "TA1"}
	return o.whatever && f.Element > 0 && slices.Contains(names, f.Tag)
}

// readBack is what our own readers say of an acknowledgment.
type readBack struct {
	findings     []edi.Finding
	interchanges []edi.Interchange
	groups       []x12.GroupAnswer
	ta1          []x12.InterchangeAnswer
	controls     []*edifact.Control
}

func (b *readBack) event(ev *edi.Event) {
	switch {
	case ev.Kind == edi.EndInterchange:
		b.interchanges = append(b.interchanges, *ev.Interchange)
	case ev.Kind == edi.Service && ev.Segment.Is("TA1"):
		answer, fs := x12.ReadTA1(ev.Segment)
		b.ta1, b.findings = append(b.ta1, answer), append(b.findings, fs...)
	case ev.Kind == edi.EndMessage && ev.Message.Standard == edi.EDIFACT:
		c, fs := edifact.ReadControl(ev.Message.Clone())
		b.controls, b.findings = append(b.controls, c), append(b.findings, fs...)
	case ev.Kind == edi.EndMessage:
		g, fs := x12.ReadGroupAck(ev.Message)
		b.groups, b.findings = append(b.groups, g), append(b.findings, fs...)
	}
}

// against says what of the acknowledgment is not what was decided.
func (b *readBack) against(a *answer, opt options) []string {
	if len(b.interchanges) != 1 || len(b.groups)+len(b.ta1)+len(b.controls) != 1 {
		return []string{fmt.Sprintf("%d interchanges of %d groups, %d TA1, %d CONTRL", len(b.interchanges), len(b.groups), len(b.ta1), len(b.controls))}
	}
	if got, want := b.interchanges[0].Mode, a.interchange.Mode; got != want && (want == edi.Test || want == edi.Production) {
		return []string{fmt.Sprintf("mode %s answers %s", got, want)}
	}
	switch a.kind {
	case "TA1":
		return againstTA1(&b.ta1[0], a)
	case "CONTRL":
		return againstControl(b.controls[0], a, opt)
	}
	return againstGroup(&b.groups[0], a, opt)
}

// problem is a list of one complaint, or of none.
func problem(ok bool, format string, args ...any) []string {
	if ok {
		return nil
	}
	return []string{fmt.Sprintf(format, args...)}
}

func againstTA1(got *x12.InterchangeAnswer, a *answer) []string {
	want := x12.SetVerdict(a.findings)
	out := problem(got.Status.Verdict() == want, "TA104 is %s, decided was %s", got.Status, want)
	if sameDigits(a.interchange.Control, 9) {
		out = append(out, problem(sameNumber(got.Control, a.interchange.Control), "TA101 is %s, not %s", got.Control, a.interchange.Control)...)
	}
	return append(out, problem((got.Reason == "000") == (want == x12.Accepted), "%s for the reason %s", want, got.Reason)...)
}

// sameDigits reports whether s is a control number of n digits at most.
func sameDigits(s string, n int) bool {
	_, err := strconv.ParseUint(s, 10, 32)
	return err == nil && len(s) <= n
}

// sameNumber compares control numbers as such: an answer may have leading zeros.
func sameNumber(a, b string) bool {
	return strings.TrimLeft(a, "0") == strings.TrimLeft(b, "0")
}

func againstGroup(got *x12.GroupAnswer, a *answer, opt options) []string {
	accepted, noted := 0, 0
	for _, s := range a.sets {
		if s.verdict != x12.Rejected {
			accepted++
		}
		if s.verdict == x12.AcceptedWithErrors {
			noted++
		}
	}
	want := x12.GroupVerdict(a.findings, len(a.sets), accepted, noted)
	out := problem(got.Kind == a.kind, "it is a %s", got.Kind)
	out = append(out, problem(got.Status.Verdict() == want, "AK901 is %s, decided was %s", got.Status, want)...)
	out = append(out, problem(got.Received == len(a.sets), "AK903 is %d, received were %d", got.Received, len(a.sets))...)
	if sameDigits(a.group.Control, 9) {
		out = append(out, problem(sameNumber(got.Control, a.group.Control), "AK102 is %s, not %s", got.Control, a.group.Control)...)
	}
	if want != x12.Rejected {
		out = append(out, problem(got.Accepted == accepted, "AK904 is %d, accepted were %d", got.Accepted, accepted)...)
	}
	return append(out, againstSets(got.Sets, a, opt)...)
}

// againstSets compares the sets that are told one by one with those that were there.
func againstSets(got []x12.SetAnswer, a *answer, opt options) []string {
	var want []judgedSet
	for _, s := range a.sets {
		if opt.ack.Detail != x12.DetailGroups && (!opt.ack.OnlyErrors || s.verdict != x12.Accepted) {
			want = append(want, s)
		}
	}
	if len(got) != len(want) {
		return []string{fmt.Sprintf("%d sets are told, %d were to be", len(got), len(want))}
	}
	var out []string
	for i, s := range want {
		out = append(out, problem(got[i].Status.Verdict() == s.verdict, "set %d, %s, is %s, decided was %s", i+1, s.control, got[i].Status, s.verdict)...)
		if plain(s.set, 3, 3) && plain(s.control, 4, 9) {
			out = append(out, problem(got[i].Set == s.set && got[i].Control == s.control, "set %d is called %s %s, not %s %s", i+1, got[i].Set, got[i].Control, s.set, s.control)...)
		}
		if opt.ack.Detail == x12.DetailSets {
			out = append(out, problem(len(got[i].Segments) == 0, "set %d: segments are told", i+1)...)
		}
	}
	return out
}

// plain reports whether an acknowledgment can repeat s as it is.
func plain(s string, shortest, longest int) bool {
	return len(s) >= shortest && len(s) <= longest &&
		strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789") == ""
}

// againstControl compares what a CONTRL says of each message with what was decided.
func againstControl(got *edifact.Control, a *answer, opt options) []string {
	out := []string{}
	if ref := a.interchange.Control; plain(ref, 1, 14) {
		out = append(out, problem(got.Interchange == ref, "UCI is about %s, not %s", got.Interchange, ref)...)
	}
	refused := edifact.MessageVerdict(a.findings) == edifact.Rejected
	// At the level of groups UCI alone says it of an interchange of rejected messages.
	all := opt.control.Detail == edifact.DetailGroups && len(a.sets) > 0 &&
		!slices.ContainsFunc(a.sets, func(s judgedSet) bool { return s.verdict != x12.Rejected && !groupRefused(a.groups, s.group) })
	out = append(out, problem((got.Verdict == edifact.Rejected) == refused || all, "the interchange is %s, rejected is %v", got.Verdict, refused)...)
	twice := map[string]int{}
	for _, s := range a.sets {
		twice[s.group+" "+s.control]++
	}
	for _, s := range a.sets {
		if twice[s.group+" "+s.control] > 1 || !plain(s.control, 1, 14) || s.group != "" && !plain(s.group, 1, 14) {
			continue // the acknowledgment cannot tell them apart, or say their names
		}
		want := edifact.Verdict(s.verdict)
		switch {
		case refused:
			want = edifact.Rejected
		case opt.control.Receipt:
			want = edifact.Received
		case groupRefused(a.groups, s.group):
			want = edifact.Rejected
		case want == edifact.AcceptedWithErrors && !opt.control.Noted:
			want = edifact.Accepted
		}
		out = append(out, problem(got.Of(s.group, s.control) == want, "message %s %s is %s, decided was %s", s.group, s.control, got.Of(s.group, s.control), want)...)
	}
	return out
}

func groupRefused(groups []judgedGroup, control string) bool {
	for _, g := range groups {
		if g.control == control && edifact.MessageVerdict(g.findings) == edifact.Rejected {
			return true
		}
	}
	return false
}
