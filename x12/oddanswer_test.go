package x12

import (
	"bytes"
	"testing"

	"github.com/edibridge/edibridge/edi"
	"pgregory.net/rapid"
)

// oddAnswer builds a 997 and a TA1 from whatever bytes and reads them back.
func oddAnswer(t fataler, text func() string, number func() int) {
	ic := &edi.Interchange{
		Version: text(), Control: text(), Date: text(), Time: text(), Header: []byte(text()),
		Sender:   edi.Party{Qualifier: text(), ID: text()},
		Receiver: edi.Party{Qualifier: text(), ID: text()},
		Delimiters: edi.Delimiters{
			Segment: byte(number()), Element: byte(number()), Component: byte(number()), Repetition: byte(number())},
	}
	g := &edi.Group{Functional: text(), Version: text(), Sender: text(), Receiver: text(), Control: text(), Declared: number() - 1}
	if IsAcknowledgment(g.Functional) {
		return
	}
	var b bytes.Buffer
	opt := AckOptions{
		Set:        []string{"", "997", "999"}[number()%3],
		Detail:     []Detail{DetailFull, DetailSets, DetailGroups}[number()%3],
		OnlyErrors: number()%2 == 1,
	}
	a := NewGroupAckWith(&b, numbered(AnswerTo(ic, g)), g, opt)
	for range number() % 4 {
		f := edi.Finding{
			Severity: edi.Error, Place: number(), Tag: text(), Loop: text(), Ref: text(), Value: text(),
			Element: number() % 120, Component: number() % 3, Repetition: number() % 3,
			Codes: codes{"ak304": "8", "ak403": "7", "ak502": "5"},
		}
		context := Context{Name: text(), Value: text(), Tag: text(), Place: number(), Loop: text(), Element: number(), Ref: text()}
		r := SetResult{Set: text(), Control: text(), Reference: text(), Findings: []edi.Finding{f}, Contexts: [][]Context{{context}}}
		if err := a.Set(r); err != nil {
			t.Fatalf("%v", err)
		}
	}
	if err := a.Close(nil); err != nil {
		t.Fatalf("%v", err)
	}
	if !a.Written() {
		if b.Len() > 0 {
			t.Fatalf("not written, and yet %q", b.Bytes())
		}
	} else if sets, _ := sane(t, b.Bytes()); sets != 1 {
		t.Fatalf("%d sets read back\n%q", sets, b.Bytes())
	}
	b.Reset()
	if err := WriteTA1(&b, numbered(AnswerTo(ic, nil)), ic, nil); err != nil {
		t.Fatalf("%v", err)
	}
	if _, service := sane(t, b.Bytes()); service != 1 {
		t.Fatalf("%d TA1 read back\n%q", service, b.Bytes())
	}
}

func TestOddAnswers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.Map(rapid.SliceOfN(rapid.Byte(), 0, 130), func(b []byte) string { return string(b) })
		oddAnswer(t, func() string { return text.Draw(t, "text") }, func() int { return rapid.IntRange(0, 255).Draw(t, "number") })
	})
}

func FuzzGroupAck(f *testing.F) {
	f.Add([]byte("00401\x00000000301\x00261123\x000930\x00ISA~\x00ZZ\x00ACME\x00ZZ\x00US\x00PO"), []byte("~*>^\x02\x01"))
	f.Add([]byte("00501\x00~\x00*\x00>\x00ISA\r\n\x00\xff\x00A*B\x00'\x00|"), []byte("''''"))
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
