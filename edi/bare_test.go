package edi

import (
	"fmt"
	"io"
	"strings"
	"testing"
)

// TestBare has one mark in each text: § stands where the finding must be.
func TestBare(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"message", "§UNH+1+ORDERS:D:96A:UN'BGM+220'UNT+3+1'", "error edi.header.missing UNH[1] 1 1"},
		{"message with UNA", "UNA:+.? '\n§UNH+1+ORDERS:D:96A:UN'UNT+2+1'", "error edi.header.missing UNH[1] 1 1"},
		{"set", "\r\n§ST|850|0001'SE|2|0001'", "error edi.header.missing ST[1] 1 1"},
		{"set of 005010", "§ST*850*0001*005010X~SE*2*0001~", "error edi.header.missing ST[1] 1 1"},
		{"group", "\xEF\xBB\xBF§GS*PO*A*B*261123*0930*1*X*004010~ST*850*0001~", "error edi.header.missing GS[1] 1 1"},
		{"group behind an interchange", isa + "IEA*0~\n§GS*PO*A*B*20261123*0930*1*X*004010~", "error edi.header.missing GS[1] 1 1"},
		{"UNH in a text", "§UNH+ is a segment, UNT another", "warning edi.junk  0 0"},
		{"street", "§ST. JOHN'S*12", "warning edi.junk  0 0"},
		{"set without a number", "§ST*ORD*0001~", "warning edi.junk  0 0"},
		{"group without a date", "§GS*PO*A*B*C*D*1*X*004010~", "warning edi.junk  0 0"},
		{"cut off", "§UNH+1", "warning edi.junk  0 0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			at := strings.Index(c.text, "§")
			w := NewWalker(strings.NewReader(strings.Replace(c.text, "§", "", 1)+isa2+"IEA|0|000000302'"), Limits{})
			got, sound := "", 0
			for {
				ev, err := w.Next()
				if err == io.EOF {
					break
				}
				if err != nil {
					t.Fatal(err)
				}
				if ev.Kind == EndInterchange && ev.Interchange.Complete {
					sound++
				}
				if ev.Kind != Junk {
					continue
				}
				f := &ev.Findings[0]
				got = fmt.Sprintf("%s %s %s %d %d", f.Severity, f.Rule, f.Path, f.Segment, f.Place)
				if f.Offset != int64(at) {
					t.Errorf("offset\n got %d\nwant %d", f.Offset, at)
				}
			}
			if got != c.want {
				t.Errorf("\n got %s\nwant %s", got, c.want)
			}
			if want := strings.Count(c.text, "ISA*") + 1; sound != want {
				t.Errorf("interchanges\n got %d\nwant %d", sound, want)
			}
		})
	}
}
