package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/edibridge/edibridge/edi/guide"
)

// tables are those of a small release.
var tables = fstest.MapFS{
	"sets/850.tsv": {Data: []byte("area\tpos\tsegment\treq\tmax_use\tloop\tloop_repeat\tseq\tloop_id\n" +
		"heading\t010\tST\tM\t1\t\t\t1\t\nheading\t310\tN1\tO\t1\tN1\t200\t2\t4000\nheading\t\tN3\tO\t2\tN1\t\t3\t\n" +
		"heading\t320\tREF\tO\t1\tN1/REF\t*\t4\t\nsummary\t030\tSE\tM\t1\t\t\t5\t\n")},
	"segments.tsv": {Data: []byte("segment\tref\telement\treq\trepeat\nHL\t01\t98\tM\t1\nN1\t01\t98\tM\t1\nN1\t02\t93\tX\t1\nN1\t03\t93\tX\tn\n" +
		"N3\t01\t93\tM\t3\nREF\t01\tC040\tO\t1\nSE\t01\t96\tM\t1\nST\t01\t143\tM\t1\n")},
	"relations.tsv":  {Data: []byte("segment\tcondition\tsource\nHL\tP0102\tx\nN1\tR0203\tx\n")},
	"elements.tsv":   {Data: []byte("id\tname\ttype\tmin\tmax\n12\tUnused\tAN\t1\t2\n93\tName \"so\"\tAN\t1\t60\n96\tCount\tN0\t1\t10\n98\tEntity\tID\t2\t3\n143\tSet\tID\t3\t3\n")},
	"composites.tsv": {Data: []byte("composite\tref\telement\treq\nC001\t01\t12\tM\nC040\t01\t98\tM\n")},
	"codes.tsv":      {Data: []byte("element\tcode\tname\n12\tX\tUnused\n98\tST\tShip To\n98\tBY\t\n143\t850\tPurchase Order\r\n")},
}

func TestGenerate(t *testing.T) {
	out := t.TempDir()
	if err := run(tables, out, "004010", []string{"850"}); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"850.guide": `guide X12 004010 850 "Purchase Order"

heading
  010 ST  M 1
  310 loop N1  O 200 id 4000
        310 N1  O 1
            N3  O 2
        320 loop REF O *
              320 REF O 1

summary
  030 SE  M 1
`,
		"segments.dict": `dictionary X12 004010

segment N1 "Name" qualifier 1
  01 98   M
  02 93   X
  03 93   X *
  R0203

segment N3 "Address Information"
  01 93   M 3

segment REF "Reference Identification" qualifier 1
  01 C040 O

segment SE "Transaction Set Trailer"
  01 96   M

segment ST "Transaction Set Header"
  01 143  M

composite C040 "Reference Identifier"
  01 98   M

# Segments of other sets.
known HL
`,
		"elements.dict": `dictionary X12 004010

element 93   AN 1/60 "Name \"so\""
element 96   N0 1/10 "Count"
element 98   ID 2/3 "Entity"
element 143  ID 3/3 "Set"
`,
		"codes.dict": `dictionary X12 004010

codes 98
  BY
  ST "Ship To"

codes 143
  850 "Purchase Order"
`,
	}
	for name, text := range want {
		b, err := os.ReadFile(filepath.Join(out, name))
		if err != nil {
			t.Fatal(err)
		}
		_, body, ok := strings.Cut(string(b), "\n\n") // behind the head that names the origin
		if !ok || body != text {
			t.Errorf("%s: got\n%s\nwant\n%s", name, body, text)
		}
	}
	lib, err := guide.Load(os.DirFS(out))
	if err != nil {
		t.Fatalf("what was made does not load: %v", err)
	}
	if g := lib.Named("X12 004010 850"); g == nil || g.Qualifier("N1") != 1 {
		t.Errorf("the guide that was made: got %v", g)
	}
}

func TestGenerateErrors(t *testing.T) {
	if err := run(tables, t.TempDir(), "004010", []string{"810"}); err == nil || !strings.Contains(err.Error(), "sets/810.tsv") {
		t.Errorf("a set without a table: got %v", err)
	}
	broken := fstest.MapFS{"segments.tsv": {Data: []byte("a\tb\n1\t2\t3\n")}}
	if _, err := readTable(broken, "segments.tsv"); err == nil || !strings.Contains(err.Error(), "segments.tsv:2: 3 cells, the head has 2") {
		t.Errorf("a row too long: got %v", err)
	}
}
