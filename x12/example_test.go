package x12_test

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/x12"
)

// The second set says that it has nine segments: it is rejected, the first is
// not.
func ExampleGroupAck() {
	const file = "ISA*00*          *00*          *ZZ*NORTHPIER      *ZZ*LAKEHOUSE3PL   *261123*0930*U*00401*000000301*0*T*>~" +
		"GS*PO*NPIER*LAKE*20261123*0930*301*X*004010~" +
		"ST*850*0001~BEG*00*SA*4711**20261123~SE*3*0001~" +
		"ST*850*0002~BEG*00*SA*4712**20261123~SE*9*0002~" +
		"GE*2*301~IEA*1*000000301~"
	w := edi.NewWalker(strings.NewReader(file), edi.Limits{}, x12.Syntax{})
	var out bytes.Buffer
	var ack *x12.GroupAck
	for {
		ev, err := w.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			panic(err)
		}
		switch ev.Kind {
		case edi.BeginGroup:
			env := x12.AnswerTo(ev.Interchange, ev.Group)
			env.Interchange, env.Group = 17, 16
			env.Time = time.Date(2026, 11, 23, 9, 31, 0, 0, time.UTC)
			env.LineBreak = "\n"
			ack = x12.NewGroupAck(&out, env, ev.Group)
		case edi.EndMessage:
			err = ack.Set(x12.SetResult{Set: ev.Message.Set, Control: ev.Message.Control, Findings: ev.Findings})
		case edi.EndGroup:
			err = ack.Close(ev.Findings)
		}
		if err != nil {
			panic(err)
		}
	}
	fmt.Print(out.String())
	// Output:
	// ISA*00*          *00*          *ZZ*LAKEHOUSE3PL   *ZZ*NORTHPIER      *261123*0931*U*00401*000000017*0*T*>~
	// GS*FA*LAKE*NPIER*20261123*0931*16*X*004010~
	// ST*997*0001~
	// AK1*PO*301~
	// AK2*850*0001~
	// AK5*A~
	// AK2*850*0002~
	// AK5*R*4~
	// AK9*P*2*2*1~
	// SE*8*0001~
	// GE*1*16~
	// IEA*1*000000017~
}

// A partner accepts one set of our group and says what is wrong with the other.
func ExampleReadGroupAck() {
	const file = "ISA*00*          *00*          *ZZ*NORTHPIER      *ZZ*LAKEHOUSE3PL   *261123*0930*U*00401*000000301*0*T*>~" +
		"GS*FA*NPIER*LAKE*20261123*0930*301*X*004010~" +
		"ST*997*0001~AK1*SW*16~AK2*945*0001~AK5*A~" +
		"AK2*945*0002~AK3*W12*9*LX*8~AK4*7*438*4*61414100~AK5*R*5~AK9*P*2*2*1~SE*9*0001~" +
		"GE*1*301~IEA*1*000000301~"
	w := edi.NewWalker(strings.NewReader(file), edi.Limits{}, x12.Syntax{})
	for {
		ev, err := w.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			panic(err)
		}
		if ev.Kind != edi.EndMessage {
			continue
		}
		a, findings := x12.ReadGroupAck(ev.Message)
		fmt.Println("group", a.Functional, a.Control, a.Status.Verdict(), len(findings))
		for i := range a.Sets {
			s := &a.Sets[i]
			fmt.Println("set", s.Set, s.Control, a.Outcome(s), s.Reasons)
			for _, segment := range s.Segments {
				for _, e := range segment.Elements {
					fmt.Printf("segment %d, %s%02d %q: %s\n", segment.Place, segment.Tag, e.Element, e.Value, e.Code)
				}
			}
		}
	}
	// Output:
	// group SW 16 partially-accepted 0
	// set 945 0001 accepted []
	// set 945 0002 rejected [5]
	// segment 9, W1207 "61414100": 4
}

// All lines of all orders of a file, with the places where their quantities
// stand.
func Example() {
	const file = "ISA*00*          *00*          *ZZ*NORTHPIER      *ZZ*LAKEHOUSE3PL   *261123*0930*U*00401*000000301*0*T*>~" +
		"GS*PO*NPIER*LAKE*20261123*0930*301*X*004010~" +
		"ST*850*0001~BEG*00*SA*4711**20261123~PO1*1*12*EA~PO1*2*7*CA~SE*5*0001~GE*1*301~IEA*1*000000301~"
	for m, err := range edi.Messages(strings.NewReader(file), x12.Syntax{}) {
		if err != nil {
			panic(err)
		}
		for place, s := range m.Segments() {
			if s.Is("PO1") {
				fmt.Printf("%s %s, segment %d: %s %s at byte %d\n", m.Set, m.Control, place, s.Element(2), s.Element(3), s.ElementOffset(2))
			}
		}
	}
	// Output:
	// 850 0001, segment 3: 12 EA at byte 193
	// 850 0001, segment 4: 7 CA at byte 205
}

// Interchanges, their groups, and the sets of these, in nested loops. A set
// that is kept is cloned; findings come on their own.
func Example_envelopes() {
	const file = "ISA*00*          *00*          *ZZ*NORTHPIER      *ZZ*LAKEHOUSE3PL   *261123*0930*U*00401*000000301*0*T*>~" +
		"GS*PO*NPIER*LAKE*20261123*0930*301*X*004010~ST*850*0001~SE*3*0001~ST*850*0002~SE*2*0002~GE*2*301~" +
		"GS*PO*NPIER*LAKE*20261123*0931*302*X*004010~ST*850*0001~SE*2*0001~GE*1*302~IEA*2*000000301~"
	w := edi.NewWalker(strings.NewReader(file), edi.Limits{}, x12.Syntax{})
	w.Found = func(f *edi.Finding) { fmt.Println(f) }
	var kept []*edi.Message
	for ic, err := range w.Interchanges() {
		if err != nil {
			panic(err)
		}
		for g, err := range w.Groups() {
			if err != nil {
				panic(err)
			}
			for m, err := range w.Messages() {
				if err != nil {
					panic(err)
				}
				fmt.Println(ic.Sender.ID, ic.Control, g.Control, m.Set, m.Control)
				kept = append(kept, m.Clone())
			}
		}
	}
	fmt.Printf("%s\n", kept[0].Raw())
	// Output:
	// error x12.set.count ISA[1]/GS[1]/ST[1]/SE01, byte 165: SE01 says "3" segments, counted 2
	// NORTHPIER 000000301 301 850 0001
	// NORTHPIER 000000301 301 850 0002
	// NORTHPIER 000000301 302 850 0001
	// ST*850*0001~SE*3*0001~
}
