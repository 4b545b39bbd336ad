package edifact

import (
	"bytes"
	"fmt"
	"io"
	"testing"

	"github.com/edibridge/edibridge/edi"
)

// orders makes up interchanges of messages ORDERS each until they fill size
// bytes.
func orders(size, messages int, syntax string) []byte {
	var b bytes.Buffer
	for ic := 1; b.Len() < size; ic++ {
		fmt.Fprintf(&b, "UNA:+.? 'UNB+%s+4099999000003:14+4099999000010:14+261123:0930+%d'", syntax, ic)
		n := 0
		for n < messages && b.Len() < size {
			n++
			lines := 1 + (ic*7+n*13)%20
			fmt.Fprintf(&b, "UNH+%d+ORDERS:D:96A:UN:EAN008'BGM+220+PO%d-%d+9'DTM+137:20261123:102'DTM+2:20261201:102'", n, ic, n)
			fmt.Fprintf(&b, "FTX+DEL+++PLEASE DELIVER TO GATE %d, NOT LATER THAN NOON'RFF+CT:C-%d'", n%9, n%400)
			fmt.Fprintf(&b, "NAD+BY+4099999000003::9'NAD+DP+4099999%06d::9++CORNER MARKET %d+HARBOUR STREET %d+KIEL++24103+DE'", n, n%400, n%900+1)
			for k := 1; k <= lines; k++ {
				fmt.Fprintf(&b, "LIN+%d++4099999%06d:EN'PIA+1+SKU-%d:SA'IMD+F++:::MADE UP ARTICLE NO %d'QTY+21:%d:PCE'PRI+AAA:%d.%02d'",
					k, k*7919%1000000, k, k, k%48+1, k%90+1, k%100)
			}
			if n%8 == 0 {
				b.WriteString("FTX+AAI+++WHAT IF?? IT?'S LATE'")
			} else {
				b.WriteString("FTX+AAI+++NOTHING ELSE TO SAY'")
			}
			fmt.Fprintf(&b, "UNS+S'CNT+2:%d'UNT+%d+%d'", lines, 12+5*lines, n)
		}
		fmt.Fprintf(&b, "UNZ+%d+%d'", n, ic)
	}
	return b.Bytes()
}

// BenchmarkFloor is the cheapest pass that still finds every segment and every
// element with the library's own bytes.IndexByte. It heeds no release character
// and finds no components: it is cheaper than right.
func BenchmarkFloor(b *testing.B) {
	data := orders(8<<20, 1000, "UNOC:3")
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		n, rest := 0, data
		for {
			i := bytes.IndexByte(rest, '\'')
			if i < 0 {
				break
			}
			seg := rest[:i]
			rest = rest[i+1:]
			for {
				n++
				k := bytes.IndexByte(seg, '+')
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

// BenchmarkWalker reads all envelopes, messages and element positions and looks
// at every character; touch looks at every element besides.
func BenchmarkWalker(b *testing.B) {
	for _, c := range []struct {
		name     string
		messages int
		syntax   string
		touch    bool
	}{{"big", 1000, "UNOC:3", false}, {"small", 1, "UNOC:3", false}, {"unoa", 1000, "UNOA:2", false}, {"touch", 1000, "UNOC:3", true}} {
		data := orders(8<<20, c.messages, c.syntax)
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
