package record

import (
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/edibridge/edibridge/canonical"
	"github.com/edibridge/edibridge/mappings"
)

const tagged = `layout erp csv
delimiter ";"
skip 1                          # a header

record HDR when 1 = H begins
record LIN when 1 = L loop
record TXT when 1 = T in LIN
`

const columns = `layout erp fixed
record HDR when 1-3 = HDR begins
  01 4-9
  02 10-17
record LIN when 1-3 = LIN loop
  01 4-6 right zeros
  02 7-12 right
  03 13-22
`

const flat = `layout erp csv
record HDR begins
  01 1
  02 2
record LIN loop
  01 3
  02 4
`

func parse(t testing.TB, text string) *Layout {
	t.Helper()
	l, err := Parse("a.layout", text)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func mapping(t testing.TB, rows string) *mappings.Mapping {
	t.Helper()
	lib, err := mappings.Load(fstest.MapFS{"a.map": {Data: []byte("mapping order <-> RECORD erp\n" + rows)}})
	if err != nil {
		t.Fatal(err)
	}
	return lib.Named("order <-> RECORD erp")
}

// TestBothWays: records of each shape become orders, with origins in the file,
// and orders become the same records.
func TestBothWays(t *testing.T) {
	for _, c := range []struct {
		name, layout, rows, text, back string
		origin, value                  string
	}{
		{"tagged", tagged, "HDR02 poNumber\nHDR03 orderDate\nLIN lines[]\n  LIN02 lineId\n  LIN03 quantity.value\n  TXT02 messages[] to 1\n",
			"type;number;x\r\nH;4711;20261123\r\nL;1;12\r\nT;\"a;\"\"b\"\"\"\r\nL;2;5\r\nH;4712;20261124\r\n",
			"H;4711;20261123\nL;1;12\nT;\"a;\"\"b\"\"\"\nL;2;5\nH;4712;20261124\n", "/lines/0/quantity/value", "12"},
		{"columns", columns, "HDR01 poNumber\nHDR02 orderDate\nLIN lines[]\n  LIN01 lineId\n  LIN02 quantity.value\n  LIN03 ext.name\n",
			"HDR4711  20261123\nLIN001    12Grün\nLIN010     5Blue\n", "HDR4711  20261123\nLIN001    12Grün\nLIN010     5Blue\n", "/lines/1/lineId", "10"},
		{"flat", flat, "HDR01 poNumber\nHDR02 orderDate\nLIN lines[]\n  LIN01 lineId\n  LIN02 quantity.value\n",
			"4711,20261123,1,12\n4711,20261123,2,5\n4712,20261124,1,7\n", "4711,20261123,1,12\n4711,20261123,2,5\n4712,20261124,1,7\n", "/lines/1/quantity/value", "5"},
	} {
		t.Run(c.name, func(t *testing.T) {
			l, m := parse(t, c.layout), mapping(t, c.rows)
			r := NewReader(l, strings.NewReader(c.text))
			var back []byte
			for n := 0; ; n++ {
				src, err := r.Next()
				if errors.Is(err, io.EOF) {
					break
				}
				if err != nil {
					t.Fatal(err)
				}
				res, err := m.In(src, mappings.InOptions{Lineage: true, Residue: true})
				if err != nil || len(res.Findings) > 0 {
					t.Fatalf("%v %v", res.Findings, err)
				}
				if o, ok := res.Lineage.Origin(c.origin); n == 0 && (!ok || c.text[o.Offset:o.Offset+int64(o.Length)] != c.value) {
					t.Errorf("origin of %s\n got %+v\nwant %q", c.origin, o, c.value)
				}
				text, findings, err := l.Write(m, res.Document)
				if err != nil || len(findings) > 0 {
					t.Fatalf("%v %v", findings, err)
				}
				back = append(back, text...)
			}
			if string(back) != c.back {
				t.Errorf("back\n got %q\nwant %q", back, c.back)
			}
		})
	}
}

func TestErrors(t *testing.T) {
	for text, want := range map[string]string{
		"":                              "a.layout:1: a layout has a first line and a record",
		"record HDR\n":                  "a.layout:1: a layout begins: layout NAME csv",
		"layout a xml\n":                "a.layout:1: a layout begins, once",
		"layout a csv\nrecord hdr\n":    "a.layout:2: record hdr: a name of two or three capital letters",
		"layout a csv\nrecord HDR of\n": `a.layout:2: "of": there is: when PLACE = TEXT, begins, loop, in RECORD`,
		"layout a csv\nrecord HDR begins in LIN\n":                 "a.layout:2: in LIN: no record before is a loop",
		"layout a fixed\nrecord HDR begins\n  01 4\n":              `a.layout:3: "4": columns, from 1, like 4-13`,
		"layout a csv\nrecord HDR begins\n  01 4-5\n":              `a.layout:3: "4-5": the number of a field`,
		"layout a csv\nrecord HDR begins\n  00 4\n":                `a.layout:3: "00" is no number of an element`,
		"layout a csv\nrecord HDR\n":                               "a.layout:2: the first record, and no other, begins a document",
		"layout a csv\ndelimiter xx\n":                             `a.layout:2: delimiter: one character`,
		"layout a csv\nrecord HDR when 1 = H begins\nrecord LIN\n": `a.layout:3: each record says by "when"`,
	} {
		_, err := Parse("a.layout", text)
		var at *Error
		if !errors.As(err, &at) || !strings.Contains(err.Error(), want) {
			t.Errorf("%q\n got %v\nwant %s", text, err, want)
		}
	}
	l := parse(t, tagged)
	for text, want := range map[string]string{
		"x\nL;1\n":                            "record: line 2, byte 2: LIN stands before any HDR",
		"x\nH;1\nZ;1\n":                       "record: line 3, byte 6: no record of erp begins like this",
		"x\nH;\"a\n":                          "record: line 2, byte 4: a quote is not closed",
		"x\nH;\"a\"b;1\n":                     "record: line 2, byte 7: behind the closing quote",
		"x\nH" + strings.Repeat("x", maxLine): "record: too large: line 2",
	} {
		_, err := NewReader(l, strings.NewReader(text)).Next()
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40q\n got %v\nwant %s", text, err, want)
		}
	}
	fixed := parse(t, columns)
	_, findings, err := fixed.Write(mapping(t, "HDR01 poNumber\n"), &canonical.Order{PONumber: "12345678"})
	if err != nil || len(findings) != 1 || findings[0].Rule != "record.value.length" {
		t.Errorf("too long\n got %v %v\nwant record.value.length", findings, err)
	}
}

// FuzzReader: whatever a file holds, its places are where the texts are.
func FuzzReader(f *testing.F) {
	for _, seed := range []string{"x\nH;1\nL;\"a\"\"b\";2\nT;x\n", "HDR4711\nLIN001    12\n", "4711,a,1,2\n4711,a,2,3\n", "x\nH;\xff\n"} {
		f.Add(seed)
	}
	layouts := []*Layout{parse(f, tagged), parse(f, columns), parse(f, flat)}
	f.Fuzz(func(t *testing.T, text string) {
		for _, l := range layouts {
			r := NewReader(l, strings.NewReader(text))
			for range 100 {
				src, err := r.Next()
				if err != nil {
					break
				}
				for p := 1; p <= src.Len(); p++ {
					for n := 1; n <= src.Segment(p).Elements; n++ {
						offset, length := src.Position(p, n)
						if at := text[offset : offset+int64(length)]; utf(strings.ReplaceAll(at, `""`, `"`)) != src.Element(p, n) && utf(at) != src.Element(p, n) {
							t.Fatalf("%s element %d of record %d\n got %q\nwant %q", l.Name, n, p, src.Element(p, n), at)
						}
					}
				}
				if loops := src.AppendLoops(nil); loops[0].Last != src.Len() || slices.ContainsFunc(loops, func(l mappings.Loop) bool { return l.Last < l.First }) {
					t.Fatalf("loops %+v of %d records", loops, src.Len())
				}
			}
		}
	})
}

func FuzzParse(f *testing.F) {
	f.Add(tagged)
	f.Add(columns)
	f.Fuzz(func(t *testing.T, text string) {
		if l, err := Parse("a.layout", text); err == nil && len(l.records) == 0 {
			t.Error("a layout without records")
		}
	})
}
