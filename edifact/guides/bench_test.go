package guides_test

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/edi/guide"
)

// plain are the delimiters of syntax 3.
var plain = edi.Delimiters{Segment: '\'', Element: '+', Component: ':', Release: '?', Decimal: '.'}

// order is a sound ORDERS of D.96A with the given number of lines.
func order(lines int) string {
	var b strings.Builder
	b.WriteString("UNH+1+ORDERS:D:96A:UN'BGM+220+4711+9'DTM+137:20261123:102'DTM+2:202612011200:203'RFF+CT:K-17'" +
		"NAD+BY+5412345000013::9'CTA+OC+:J SMITH'COM+5551234:TE'NAD+SU+4012345000009::9++O?'NEILL LTD+12 MAIN STREET+DUBLIN++D02+IE'NAD+DP+5412345000020::9'CUX+2:EUR:9'")
	for i := 1; i <= lines; i++ {
		fmt.Fprintf(&b, "LIN+%d++4012345000%03d:EN'PIA+1+A-%05d:SA'IMD+F++:::GARDEN CHAIR, FOLDING'QTY+21:%d:PCE'PRI+AAA:%d.95'RFF+LI:%d'", i, i%1000, i, i%50+1, i%90+1, i)
	}
	fmt.Fprintf(&b, "UNS+S'CNT+2:%d'UNT+%d+1'", lines, lines*6+14)
	return b.String()
}

// message reads a message as a walker gives it.
func message(tb testing.TB, text string) *edi.Message {
	tb.Helper()
	m, err := edi.ReadMessage([]byte(text), plain)
	if err != nil {
		tb.Fatal(err)
	}
	m.Path = "UNB[1]/UNH[1]"
	return m
}

func BenchmarkValidate(b *testing.B) {
	g, m := library(b).Named("EDIFACT D:96A ORDERS"), message(b, order(500))
	var v guide.Validator
	if r := v.Validate(g, m, guide.Options{}); r.Total != 0 {
		b.Fatalf("the document is not sound: %v", r.Findings[0].String())
	}
	b.SetBytes(int64(m.Size()))
	b.ReportAllocs()
	for b.Loop() {
		v.Validate(g, m, guide.Options{})
	}
}

// BenchmarkFloor is the cheapest pass that finds every segment and element.
func BenchmarkFloor(b *testing.B) {
	text := []byte(order(500))
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		n := 0
		for rest := text; len(rest) > 0; {
			end := bytes.IndexByte(rest, '\'')
			for seg := rest[:end]; ; n++ {
				i := bytes.IndexByte(seg, '+')
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

// BenchmarkFirst is what the first document of a directory costs.
func BenchmarkFirst(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		lib, err := guide.Open(os.DirFS("."))
		if err != nil {
			b.Fatal(err)
		}
		if lib.Named("EDIFACT D:01B ORDERS") == nil {
			b.Fatal("no guide")
		}
	}
}
