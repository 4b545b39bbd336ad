package guides_test

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/edi/guide"
	"github.com/edibridge/edibridge/x12"
	"github.com/edibridge/edibridge/x12/guides"
)

// plain are the delimiters of the documents in these tests.
var plain = edi.Delimiters{Segment: '~', Element: '*', Component: '>', Decimal: '.'}

// order is a sound 850 with the given number of lines.
func order(lines int) string {
	var b strings.Builder
	b.WriteString("ST*850*0001~BEG*00*SA*4711**20261123~REF*DP*038~REF*IA*0012345~DTM*002*20261201~DTM*010*20261128~" +
		"N9*L1*NOTES~MSG*DELIVER TO DOCK 4~N1*ST*NORTH STORE*92*0042~N3*12 MAIN STREET~N4*SPRINGFIELD*IL*62701*US~N1*BT*ACME RETAIL*92*0001~")
	for i := 1; i <= lines; i++ {
		fmt.Fprintf(&b, "PO1*%d*%d*EA*%d.95*WE*UP*012345678905*VN*A-%05d~PID*F****GARDEN CHAIR, FOLDING~PO4*6*1*EA~REF*LI*%d~", i, i%50+1, i%90+1, i, i)
	}
	fmt.Fprintf(&b, "CTT*%d~SE*%d*0001~", lines, lines*4+14)
	return b.String()
}

// message reads an 850 as a message.
func message(tb testing.TB, text string) *edi.Message {
	tb.Helper()
	m, err := edi.ReadMessage([]byte(text), plain)
	if err != nil {
		tb.Fatal(err)
	}
	m.Path = "ISA[1]/GS[1]/ST[1]"
	return m
}

// po is the guide of the 850.
func po(tb testing.TB) *guide.Guide {
	tb.Helper()
	lib, err := guides.Library()
	if err != nil {
		tb.Fatal(err)
	}
	g, exact := lib.Find(edi.X12, "004010", "850")
	if g == nil || !exact {
		tb.Fatal("no guide of 850 in release 004010")
	}
	return g
}

func BenchmarkMatch(b *testing.B) {
	g, m := po(b), message(b, order(500))
	b.SetBytes(int64(m.Size()))
	b.ReportAllocs()
	for b.Loop() {
		g.Match(m)
	}
}

func BenchmarkValidate(b *testing.B) {
	g, m := po(b), message(b, order(500))
	var v guide.Validator
	if r := v.Validate(g, m, guide.Options{}); r.Total != 0 {
		b.Fatalf("the document is not sound: %v", r.Findings[0])
	}
	b.SetBytes(int64(m.Size()))
	b.ReportAllocs()
	for b.Loop() {
		v.Validate(g, m, guide.Options{})
	}
}

// BenchmarkValidateSmall is one message of five lines, as most are.
func BenchmarkValidateSmall(b *testing.B) {
	g, m := po(b), message(b, order(5))
	var v guide.Validator
	b.SetBytes(int64(m.Size()))
	b.ReportAllocs()
	for b.Loop() {
		v.Validate(g, m, guide.Options{})
	}
}

// BenchmarkReadValidate reads a file of many sets and validates each.
func BenchmarkReadValidate(b *testing.B) {
	const sets = 400
	one := strings.TrimSuffix(order(10), "0001~")
	var file bytes.Buffer
	file.WriteString("ISA*00*          *00*          *ZZ*ACME           *ZZ*US             *261123*1200*U*00401*000000001*0*P*>~GS*PO*A*B*20261123*1200*1*X*004010~")
	for i := range sets {
		fmt.Fprintf(&file, "%s%04d~", strings.Replace(one, "0001", fmt.Sprintf("%04d", i+1), 1), i+1)
	}
	fmt.Fprintf(&file, "GE*%d*1~IEA*1*000000001~", sets)
	g := po(b)
	var v guide.Validator
	b.SetBytes(int64(file.Len()))
	for b.Loop() {
		w := edi.NewWalker(bytes.NewReader(file.Bytes()), edi.Limits{}, x12.Syntax{})
		n := 0
		for ev, err := w.Next(); err != io.EOF; ev, err = w.Next() {
			if err != nil {
				b.Fatal(err)
			}
			if ev.Kind == edi.EndMessage && v.Validate(g, ev.Message, guide.Options{}).Total == 0 {
				n++
			}
		}
		if n != sets {
			b.Fatalf("got %d sound sets, want %d", n, sets)
		}
	}
}

// BenchmarkFloor is the cheapest pass that finds every segment and element.
func BenchmarkFloor(b *testing.B) {
	text := order(500)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		n := 0
		for rest := text; rest != ""; {
			end := strings.IndexByte(rest, '~')
			for seg := rest[:end]; ; n++ {
				i := strings.IndexByte(seg, '*')
				if i < 0 {
					break
				}
				seg = seg[i+1:]
			}
			rest = rest[end+1:]
		}
		if n == 0 {
			b.Fatal("no elements")
		}
	}
}

// BenchmarkOpen is what starting up costs: the heads of all files.
func BenchmarkOpen(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := guide.Open(os.DirFS(".")); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkFirst is what the first document of a release costs: its dictionary
// and its guide.
func BenchmarkFirst(b *testing.B) {
	for _, name := range []string{"X12 004010 850", "X12 005010 856", "X12 004030 753"} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				lib, err := guide.Open(os.DirFS("."))
				if err != nil {
					b.Fatal(err)
				}
				if lib.Named(name) == nil {
					b.Fatal("no guide")
				}
			}
		})
	}
}
