package mappings

import (
	"fmt"
	"strings"
	"testing"

	"github.com/edibridge/edibridge/canonical"
	"github.com/edibridge/edibridge/edi"
)

// largeOrder is an 850 of about n segments, as a retailer's store order has
// them: each line with a description, an allowance, stores and a date.
func largeOrder(n int) string {
	var b strings.Builder
	b.WriteString("ST*850*0001~BEG*00*SA*4711**20261123~CUR*BY*USD~REF*DP*038~REF*IA*00123~DTM*010*20261130~DTM*002*20261202*0930~" +
		"N1*ST*ACME DC 7*UL*0012345000065~N3*12 DEPOT ROAD~N4*LYON*NJ*07001*US~N1*BY*ACME*9*123456789~")
	count, lines := 11, 0
	for ; count < n-2; count += 5 {
		lines++
		fmt.Fprintf(&b, "PO1*%d*48*EA*12.50*WE*UP*012345678905*VN*AB-%05d*IN*%07d~", lines, lines, lines)
		fmt.Fprintf(&b, "PID*F*08***WIDGET, BLUE, SIZE %d~", lines%40)
		b.WriteString("SAC*A*C310***1250**********OFF INVOICE~")
		b.WriteString("SDQ*EA*92*0001*12*0007*12*0019*12*0042*12~DTM*063*20261205~")
	}
	fmt.Fprintf(&b, "CTT*%d*%d~SE*%d*0001~", lines, lines*48, count+2)
	return b.String()
}

var starred = edi.Delimiters{Segment: '~', Element: '*', Component: '>', Decimal: '.'}

func parse(t testing.TB, raw string) *edi.Message {
	t.Helper()
	m, err := edi.ReadMessage([]byte(raw), starred)
	if err != nil {
		t.Fatalf("%v\n%s", err, raw)
	}
	m.Version = "004010"
	return m
}

func BenchmarkIn(b *testing.B) {
	g, m := purchaseOrder(b)
	msg := parse(b, largeOrder(1500))
	mt := g.Match(msg)
	for _, opt := range []InOptions{{}, {Residue: true}, {Lineage: true}, {Lineage: true, Residue: true}} {
		b.Run(fmt.Sprintf("residue=%t,lineage=%t", opt.Residue, opt.Lineage), func(b *testing.B) {
			b.SetBytes(int64(msg.Size()))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := m.In(FromMessage(msg, g, mt), opt); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkReader is BenchmarkIn in the same memory again and again.
func BenchmarkReader(b *testing.B) {
	g, m := purchaseOrder(b)
	msg := parse(b, largeOrder(1500))
	mt := g.Match(msg)
	for _, opt := range []InOptions{{}, {Lineage: true}} {
		b.Run(fmt.Sprintf("lineage=%t", opt.Lineage), func(b *testing.B) {
			var r Reader
			b.SetBytes(int64(msg.Size()))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := r.In(m, r.Source(msg, mt), opt); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkOut(b *testing.B) {
	g, m := purchaseOrder(b)
	msg := parse(b, largeOrder(1500))
	r, err := m.In(FromMessage(msg, g, g.Match(msg)), InOptions{Residue: true})
	if err != nil {
		b.Fatal(err)
	}
	for name, opt := range map[string]OutOptions{"residue": {Residue: r.Residue}, "plain": {}} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(msg.Size()))
			b.ReportAllocs()
			for b.Loop() {
				if _, _, err := m.Out(r.Document, opt); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkJSON(b *testing.B) {
	g, m := purchaseOrder(b)
	msg := parse(b, largeOrder(1500))
	r, err := m.In(FromMessage(msg, g, g.Match(msg)), InOptions{})
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(msg.Size()))
	var line []byte
	for b.Loop() {
		line = canonical.Append(line[:0], r.Document)
	}
}

// BenchmarkLoad reads the tables that ship: lazily, as every start does, and with
// all of them compiled.
func BenchmarkLoad(b *testing.B) {
	for _, lazy := range []bool{true, false} {
		b.Run(fmt.Sprintf("lazy=%t", lazy), func(b *testing.B) {
			for b.Loop() {
				if _, err := (&Library{lazy: lazy}).Extend(tables); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
