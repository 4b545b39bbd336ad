package edi

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

// split gives what a Reader makes of a file: headers, delimiters, segments and
// their places, for each interchange.
func split(r io.Reader) (out []string) {
	rd := NewReader(r, Limits{})
	for {
		if _, err := rd.Find(nil); err != nil {
			return out
		}
		one := fmt.Sprintf("%+v %t %q %d\n", rd.Delimiters(), rd.Extended(), rd.UNA(), rd.Width())
		for s, err := rd.Next(); err == nil; s, err = rd.Next() {
			one += fmt.Sprintf("%d %q %d\n", s.Ordinal, s.Raw(), s.Len())
		}
		out = append(out, one)
	}
}

// TestRepeatedHeaders reads interchanges that begin like the one before, and some
// that only nearly do: each is read as it is alone.
func TestRepeatedHeaders(t *testing.T) {
	x := func(control, behind string) string {
		return isa[:90] + control + isa[99:] + behind + "GS*PO~ST*850*1~SE*2*1~GE*1*1~IEA*1*1~"
	}
	old, extended := isa[:84]+"00401"+isa[89:], isa[:84]+"00801"+isa[89:]
	u := func(una, syntax, date, reference, style string) string {
		return una + strings.ReplaceAll("UNB+"+syntax+"+A+B+"+date+"+"+reference+"'UNH+1+ORDERS:D:96A:UN'UNT+2+1'UNZ+1+"+reference+"'", "'", "'"+style)
	}
	long := strings.Repeat("0", 43)
	parts := []string{
		x("000000001", ""), x("000000002", ""), x("00000000X", ""), x("0000~0003", ""), x("0000*0003", ""),
		x("000000004", "\n"), x("000000005", "\n"), x("000000006", "ISX*?~"), x("000000007", ""), x("000000008", "~~"),
		old + "GS*PO~IEA*1*1~", extended + "ISX*?~GS*PO?~~IEA*1*1~", extended + "GS*PO?~IEA*1*1~", extended + "IEA*0*1~",
		isa + "IEA*0*1~", isa + "\nIEA*0*1~", wrapAt(80, x("000000009", "")), x("000000010", ""), wrapAt(200, x("000000011", strings.Repeat("N1*A~", 100))),
		u("", "UNOC:3", "261123:0930", "1", ""), u("", "UNOC:3", "261123:0930", "22", ""), u("", "UNOC:3", "261123:0930", "3", ""),
		u("", "UNOC:3", "261124:0930", "3", ""), u("", "UNOC:4", "261124:0930", "3", ""), u("", "UNOC:4", "261124:0930", "A", ""),
		u("", "UNOC:4", "261124:0930", long, ""), u("", "UNOC:4", "261124:0930", "", ""), u("", "UNOC:4", "261124:0930", "5", "\n"),
		u("UNA:+.? '", "UNOC:3", "261123:0930", "1", ""), u("UNA:+.? '", "UNOC:3", "261123:0930", "2", ""),
		u("UNA:+.3 '", "UNOC:2", "261122:0920", "1", ""), u("UNA:+.3 '", "UNOC:2", "261122:0920", "1113'", ""),
	}
	for i := range parts {
		for k := range parts {
			file := parts[i] + "\n" + parts[k] + "\n" + parts[i]
			var want []string
			for _, p := range []string{parts[i] + "\n", parts[k] + "\n", parts[i]} {
				want = append(want, split(strings.NewReader(p))...)
			}
			if got := split(strings.NewReader(file)); strings.Join(got, "") != strings.Join(want, "") {
				t.Errorf("%q\n got %s\nwant %s", file, got, want)
			}
			if got := split(iotest.OneByteReader(bytes.NewReader([]byte(file)))); strings.Join(got, "") != strings.Join(want, "") {
				t.Errorf("%q, byte by byte\n got %s\nwant %s", file, got, want)
			}
		}
	}
}

// wrapAt breaks text into lines of that width.
func wrapAt(width int, text string) string {
	var b strings.Builder
	for ; len(text) > width; text = text[width:] {
		b.WriteString(text[:width] + "\n")
	}
	return b.String() + text
}
