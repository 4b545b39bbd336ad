package edifact

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/edi/guide"
	"github.com/edibridge/edibridge/edifact/guides"
	"pgregory.net/rapid"
)

// TestHostileControlsValidate says whatever findings of whatever bytes in every
// syntax version and form: the guide of that CONTRL has nothing against it.
func TestHostileControlsValidate(t *testing.T) {
	library, err := guides.Library()
	if err != nil {
		t.Fatal(err)
	}
	rules := guide.Rules()
	bytesOf := rapid.Map(rapid.SliceOfN(rapid.Byte(), 0, 60), func(b []byte) string { return string(b) })
	hostile := rapid.OneOf(bytesOf, rapid.StringN(0, 60, 60), rapid.StringMatching(`[?'+:*A-Z0-9 ]{0,20}`), rapid.SampledFrom([]string{"ORDERS", "UNH", "UNT", "1", "D:96A:UN:EAN008", ""}))
	rapid.Check(t, func(t *rapid.T) {
		text := func() string { return hostile.Draw(t, "text") }
		number := func() int { return rapid.OneOf(rapid.IntRange(-1, 12), rapid.IntRange(-1, 1<<40)).Draw(t, "number") }
		made := func() (out []edi.Finding) {
			for range rapid.IntRange(0, 5).Draw(t, "findings") {
				r := rapid.SampledFrom(rules).Draw(t, "rule")
				f := edi.Finding{Rule: r.ID, Severity: rapid.SampledFrom([]edi.Severity{edi.Error, edi.Warning, edi.Info}).Draw(t, "severity"),
					Codes: r.Codes, Place: number(), Tag: text(), Loop: text(), Element: number(), Component: number(),
					Repetition: number(), Ref: text(), Value: text()}
				if rapid.Bool().Draw(t, "more") {
					f.Codes = map[string]string{"0085": text()}
				}
				out = append(out, f)
			}
			return out
		}
		ic := received()
		ic.Version = rapid.SampledFrom([]string{"UNOA:1", "UNOB:2", "UNOC:3", "UNOY:4", "UNOC:4"}).Draw(t, "version")
		d := rapid.SliceOfN(rapid.SampledFrom([]byte("'+:*?|\n!A\xe9 \x1c")), 5, 5).Draw(t, "delimiters")
		ic.Delimiters = edi.Delimiters{Segment: d[0], Element: d[1], Component: d[2], Repetition: d[3], Release: d[4]}
		ic.Control, ic.Sender = text(), edi.Party{Qualifier: text(), ID: text(), Sub: text()}
		opt := ControlOptions{Receipt: rapid.Bool().Draw(t, "receipt"), All: rapid.Bool().Draw(t, "all"), Noted: rapid.Bool().Draw(t, "noted"),
			Detail:     rapid.SampledFrom([]Detail{DetailFull, DetailSets, DetailGroups}).Draw(t, "detail"),
			OnlyErrors: rapid.Bool().Draw(t, "only errors")}
		var b bytes.Buffer
		w := NewControl(&b, numbered(AnswerTo(ic)), ic, opt)
		grouped := rapid.Bool().Draw(t, "grouped")
		for range rapid.IntRange(0, 3).Draw(t, "groups") {
			for range rapid.IntRange(0, 3).Draw(t, "messages") {
				if err := w.Message(MessageResult{Set: text(), Version: text(), Control: text(), Findings: made()}); err != nil {
					t.Fatal(err)
				}
			}
			g := &edi.Group{Path: "UNB[1]", Sender: text(), Receiver: text()}
			if grouped {
				g.Path, g.Control = "UNB[1]/UNG[1]", text()
			}
			if err := w.Group(g, made()); err != nil {
				t.Fatal(err)
			}
		}
		switch err := w.Close(made()); {
		case errors.Is(err, ErrAcknowledgment) || err == nil && !w.Written():
			return
		case err != nil:
			t.Fatal(err)
		}
		sane(t, b.Bytes())
		if !validated(t, library, b.Bytes()) {
			t.Fatalf("there is no guide for\n%s", b.Bytes())
		}
	})
}

// validated holds a CONTRL against the library's guide; false when there is none
// of its version.
func validated(t *rapid.T, library *guide.Library, data []byte) (found bool) {
	w := edi.NewWalker(bytes.NewReader(data), edi.Limits{}, Syntax{})
	for {
		ev, err := w.Next()
		if err == io.EOF {
			return found
		}
		if err != nil {
			t.Fatal(err)
		}
		if ev.Kind != edi.EndMessage {
			continue
		}
		g, exact := library.Find(edi.EDIFACT, ev.Message.Version, ev.Message.Set)
		if g == nil || !exact {
			continue
		}
		found = true
		for _, f := range g.Validate(ev.Message, guide.Options{}).Findings {
			t.Fatalf("%s has %v\n%s", g.Name(), &f, data)
		}
	}
}

// oddAnswer builds a CONTRL from whatever bytes and reads it back. Texts with UNA in
// them are left aside: what looks like the beginning of an interchange, UNA with
// UNB behind it, counts as one even within a segment, which then was cut off.
func oddAnswer(t fataler, any func() string, number func() int) {
	text := func() string {
		if v := any(); !strings.Contains(v, "UNA") {
			return v
		}
		return ""
	}
	ic := &edi.Interchange{
		Version: text(), Control: text(), Header: []byte(text()),
		Sender:   edi.Party{Qualifier: text(), ID: text(), Sub: text()},
		Receiver: edi.Party{Qualifier: text(), ID: text(), Sub: text()},
		Delimiters: edi.Delimiters{Segment: byte(number()), Element: byte(number()), Component: byte(number()),
			Repetition: byte(number()), Release: byte(number())},
	}
	if n := number(); n < 128 {
		ic.Version = []string{"UNOA:1", "UNOB:2", "UNOC:3", "UNOF:3", "UNOY:4", "UNOC:4"}[n%6]
	}
	var b bytes.Buffer
	opt := ControlOptions{All: number()%2 == 0, Noted: number()%2 == 0}
	w := NewControl(&b, numbered(AnswerTo(ic)), ic, opt)
	for range number() % 4 {
		f := edi.Finding{
			Severity: edi.Error, Place: number(), Tag: text(), Element: number() % 120, Component: number() % 3,
			Repetition: number() % 3, Codes: map[string]string{"0085": text()},
		}
		if err := w.Message(MessageResult{Set: text(), Version: text(), Control: text(), Findings: []edi.Finding{f}}); err != nil {
			t.Fatalf("%v", err)
		}
		if number()%3 == 0 {
			if err := w.Group(&edi.Group{Path: "UNB[1]/UNG[1]", Control: text(), Sender: text(), Receiver: text()}, nil); err != nil {
				t.Fatalf("%v", err)
			}
		}
	}
	if err := w.Close(nil); err == nil {
		sane(t, b.Bytes())
	} else if !errors.Is(err, ErrAcknowledgment) {
		t.Fatalf("%v", err)
	}
}

func TestOddAnswers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.Map(rapid.SliceOfN(rapid.Byte(), 0, 50), func(b []byte) string { return string(b) })
		oddAnswer(t, func() string { return text.Draw(t, "text") }, func() int { return rapid.IntRange(0, 255).Draw(t, "number") })
	})
}

func FuzzControl(f *testing.F) {
	f.Add([]byte("UNOA:1\x00REF1\x00UNB'\x00ZZZ\x00NORTH\x00\x0014\x00LAKE\x00ORDERS"), []byte("'+:*?\x01\x02"))
	f.Add([]byte("UNOY:4\x00'\x00+\x00UNA:+.? 'UNB+UNOC:3+\x00\xff\x00A*B\x00?\x00|"), []byte("''''"))
	f.Fuzz(func(t *testing.T, texts, numbers []byte) {
		parts := bytes.Split(texts, []byte{0})
		n, k := 0, 0
		oddAnswer(t, func() string {
			n++
			return string(parts[n%len(parts)])
		}, func() int {
			if k++; len(numbers) == 0 {
				return 0
			}
			return int(numbers[k%len(numbers)])
		})
	})
}
