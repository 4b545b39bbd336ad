package edifact_test

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/edifact"
)

// The second message says that it has nine segments: it is rejected, the first
// is not.
func ExampleControlWriter() {
	const file = "UNB+UNOC:3+NORTHPIER:14+LAKEHOUSE:14+261123:0930+REF1'" +
		"UNH+1+ORDERS:D:96A:UN:EAN008'BGM+220+4711+9'UNT+3+1'" +
		"UNH+2+ORDERS:D:96A:UN:EAN008'BGM+220+4712+9'UNT+9+2'" +
		"UNZ+2+REF1'"
	w := edi.NewWalker(strings.NewReader(file), edi.Limits{}, edifact.Syntax{})
	var out bytes.Buffer
	var control *edifact.ControlWriter
	var begin []edi.Finding
	for {
		ev, err := w.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			panic(err)
		}
		switch ev.Kind {
		case edi.BeginInterchange:
			env := edifact.AnswerTo(ev.Interchange)
			env.Reference, env.Time = "17", time.Date(2026, 11, 23, 9, 31, 0, 0, time.UTC)
			env.LineBreak = "\n"
			begin = ev.Findings
			control = edifact.NewControl(&out, env, ev.Interchange, edifact.ControlOptions{})
		case edi.EndMessage:
			m := ev.Message
			err = control.Message(edifact.MessageResult{Set: m.Set, Version: m.Version, Control: m.Control, Findings: ev.Findings})
		case edi.EndGroup:
			err = control.Group(ev.Group, ev.Findings)
		case edi.EndInterchange:
			err = control.Close(append(begin, ev.Findings...))
		}
		if err != nil {
			panic(err)
		}
	}
	fmt.Print(out.String())
	// Output:
	// UNB+UNOC:3+LAKEHOUSE:14+NORTHPIER:14+261123:0931+17'
	// UNH+1+CONTRL:D:3:UN'
	// UCI+REF1+NORTHPIER:14+LAKEHOUSE:14+7'
	// UCM+2+ORDERS:D:96A:UN:EAN008+4+29+UNT+2'
	// UNT+4+1'
	// UNZ+1+17'
}

func ExampleReadControl() {
	const contrl = "UNH+1+CONTRL:D:3:UN'UCI+REF1+NORTHPIER:14+LAKEHOUSE:14+7'UCM+2+ORDERS:D:96A:UN:EAN008+4+29+UNT+2'UNT+4+1'"
	m, err := edi.ReadMessage([]byte(contrl), edi.Delimiters{Segment: '\'', Element: '+', Component: ':', Release: '?'})
	if err != nil {
		panic(err)
	}
	control, findings := edifact.ReadControl(m)
	fmt.Println(control.Interchange, control.Verdict, len(findings))
	for m := range control.Messages() {
		fmt.Printf("%s %s: %s, %s at %s element %d\n", m.Set, m.Message, m.Verdict, edifact.Text(m.Code), m.Tag, m.Element)
	}
	fmt.Println(control.Of("", "1"))
	// Output:
	// REF1 partially-accepted 0
	// ORDERS 2: rejected, control count does not match at UNT element 1
	// accepted
}

func ExampleCharset_Decode() {
	set := edifact.CharsetOf(&edi.Interchange{Version: "UNOE:3"})
	fmt.Println(set.Name(), set.Decode([]byte("\xbc\xde\xe1\xda\xd2\xd0")))
	// Output: UNOE Москва
}

// The texts of a message: components as they were meant, without release
// characters.
func Example() {
	const file = "UNA:+.? 'UNB+UNOC:3+NORTHPIER:14+LAKEHOUSE:14+261123:0930+REF1'" +
		"UNH+1+ORDERS:D:96A:UN'BGM+220+4711+9'FTX+DEL+++GATE 7?: RING?'S BROKEN:KNOCK'UNT+4+1'UNZ+1+REF1'"
	for m, err := range edi.Messages(strings.NewReader(file), edifact.Syntax{}) {
		if err != nil {
			panic(err)
		}
		fmt.Println(m.Set, m.Version)
		for _, s := range m.Segments() {
			if !s.Is("FTX") {
				continue
			}
			for c := range s.Components(4, 1) {
				fmt.Println(s.Value(4, c))
			}
		}
	}
	// Output:
	// ORDERS D:96A:UN
	// GATE 7: RING'S BROKEN
	// KNOCK
}
