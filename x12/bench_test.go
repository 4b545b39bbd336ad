package x12

import (
	"bytes"
	"fmt"
	"io"
	"testing"

	"github.com/edibridge/edibridge/edi"
)

// orders makes up interchanges of sets 850s each until they fill size bytes.
func orders(size, sets int) []byte {
	var b bytes.Buffer
	for ic := 1; b.Len() < size; ic++ {
		fmt.Fprintf(&b, "ISA*00*          *00*          *ZZ*NORTHPIER      *ZZ*LAKEHOUSE3PL   *261123*0930*U*00401*%09d*0*P*>~", ic)
		fmt.Fprintf(&b, "GS*PO*NORTHPIER*LAKEHOUSE3PL*20261123*0930*%d*X*004010~", ic)
		n := 0
		for n < sets && b.Len() < size {
			n++
			lines := 1 + (ic*7+n*13)%20
			fmt.Fprintf(&b, "ST*850*%04d~BEG*00*SA*PO%d-%d**20261123~REF*DP*0%d~REF*IA*0012345~", n, ic, n, n%90+10)
			fmt.Fprintf(&b, "DTM*002*20261201~DTM*010*20261128~TD5**2*UPSN*M*GROUND~N1*ST*CORNER MARKET %d*92*CM%d~", n, n%400)
			fmt.Fprintf(&b, "N3*%d HARBOUR STREET~N4*PORTLAND*ME*04101*US~", n%900+1)
			for k := 1; k <= lines; k++ {
				fmt.Fprintf(&b, "PO1*%d*%d*CA*%d.%02d**UP*0%011d*VN*SKU-%d~PID*F****MADE UP ARTICLE NO %d~PO4*%d*1*EA~",
					k, k%48+1, k%90+1, k%100, k*7919, k, k, k%12+1)
			}
			fmt.Fprintf(&b, "CTT*%d~SE*%d*%04d~", lines, 12+3*lines, n)
		}
		fmt.Fprintf(&b, "GE*%d*%d~IEA*1*%09d~", n, ic, ic)
	}
	return b.Bytes()
}

// BenchmarkFloor is the cheapest pass that still finds every segment and every
// element with the library's own bytes.IndexByte.
func BenchmarkFloor(b *testing.B) {
	data := orders(8<<20, 1000)
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		n, rest := 0, data
		for {
			i := bytes.IndexByte(rest, '~')
			if i < 0 {
				break
			}
			seg := rest[:i]
			rest = rest[i+1:]
			for {
				n++
				k := bytes.IndexByte(seg, '*')
				if k < 0 {
					break
				}
				seg = seg[k+1:]
			}
		}
		if n == 0 {
			b.Fatal("nothing found")
		}
	}
}

// BenchmarkWalker reads all envelopes, messages and element positions; touch
// looks at every element besides.
func BenchmarkWalker(b *testing.B) {
	for _, c := range []struct {
		name  string
		sets  int
		touch bool
	}{{"big", 1000, false}, {"small", 1, false}, {"touch", 1000, true}} {
		data := orders(8<<20, c.sets)
		b.Run(c.name, func(b *testing.B) {
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			for b.Loop() {
				w := edi.NewWalker(bytes.NewReader(data), edi.Limits{}, Syntax{})
				n := 0
				for {
					ev, err := w.Next()
					if err == io.EOF {
						break
					}
					if err != nil || len(ev.Findings) > 0 {
						b.Fatal(err, ev.Findings)
					}
					if ev.Kind == edi.EndMessage {
						n += ev.Message.Len()
					}
					for place := 1; c.touch && ev.Message != nil && place <= ev.Message.Len(); place++ {
						s := ev.Message.Segment(place)
						for i := 1; i <= s.Len(); i++ {
							n += len(s.Element(i))
						}
					}
				}
				if n == 0 {
					b.Fatal("nothing found")
				}
			}
		})
	}
}

// BenchmarkGroupAck writes the 997 for a group of sets of which every tenth has
// an error.
func BenchmarkGroupAck(b *testing.B) {
	ic, g := received()
	bad := []edi.Finding{element(5, 2, "PO1", "7", "EE")}
	b.ReportAllocs()
	a := NewGroupAck(io.Discard, numbered(AnswerTo(ic, g)), g)
	for i := 0; b.Loop(); i++ {
		r := SetResult{Set: "850", Control: "0001"}
		if i%10 == 0 {
			r.Findings = bad
		}
		if err := a.Set(r); err != nil {
			b.Fatal(err)
		}
	}
}
