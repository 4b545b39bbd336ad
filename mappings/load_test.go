package mappings

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
)

// files makes a file system of "-- NAME --" parts.
func files(text string) fstest.MapFS {
	fsys := fstest.MapFS{}
	for part := range strings.SplitSeq(text, "-- ") {
		if name, body, ok := strings.Cut(part, " --\n"); ok {
			fsys[name] = &fstest.MapFile{Data: []byte(body)}
		}
	}
	return fsys
}

func standard(t testing.TB) *Library {
	t.Helper()
	lib, err := Standard()
	if err != nil {
		t.Fatal(err)
	}
	return lib
}

// layered loads layers over the standard tables.
func layered(t testing.TB, text string) *Library {
	t.Helper()
	lib, err := standard(t).Extend(files(text))
	if err != nil {
		t.Fatal(err)
	}
	return lib
}

const layer = "mapping acme extends order <-> X12 850\n"

// TestLoadErrors: each table is wrong in one way, and the error says where and
// what is possible.
func TestLoadErrors(t *testing.T) {
	for _, c := range []struct{ table, want string }{
		{"BEG03 poNumber\n", `a.map:1:1: no section is open`},
		{"mapping x\nBEG03 poNumber\n", `a.map:1:1: a mapping begins: mapping KIND <-> STANDARD SET [RELEASE]`},
		{"mapping odour <-> X12 850\n", `a.map:1:9: there is no document of kind "odour" (there is: order `},
		{"mapping order <-> X12 850\nST01 transactionSet\n", `a.map:1:9: mapping order <-> X12 850 is there already`},
		{"mapping a extends b\nmapping b extends a\n", `a.map:1:9: a extends "b", which is not there (there is: `},
		{layer + "BEG03 poNummer\n", `a.map:2:7: Order has no member "poNummer" (it has: ackType action`},
		{layer + "PO1/PO104 unitPrize\n", `a.map:2:11: Line has no member "unitPrize" (it has: allowancesCharges[] amounts[]`},
		{layer + "BEG03 parties\n", `a.map:2:7: parties is no value but an array`},
		{layer + "BEG03 currency\n", `a.map:2:7: currency is no value but an object (code counterCode`},
		{layer + "BEG03 poNumber.x\n", `a.map:2:7: poNumber has no members, so no "x"`},
		{"mapping order <-> X12 851\nN9\n  N901 poNumber\n  N904 N905 dates[] to 1\n    N906 scheme\n    N904 N905 at datetime\n",
			`a.map:4:3: N906 holds for all of dates[]: the segment can have no other rows`},
		{layer + "BEG03 poNumber upper\n", `a.map:2:16: there is no converter "upper" (there is: code codes date`},
		{layer + "BEG03 poNumber code colours\n", `a.map:2:16: there is no code list "colours" (there is: `},
		{layer + "BEG03 poNumber codes none.csv\n", `a.map:2:16: codes none.csv: open none.csv`},
		{layer + "BEG03 poNumber codes ../x.csv\n", `a.map:2:16: codes ../x.csv:`},
		{layer + "BEG03 poNumber code\n", `a.map:2:16: code: the name of a code list must follow`},
		{layer + "BEG03 BEG04 poNumber\n", `a.map:2:7: converter text takes 1 element(s), here are 2`},
		{layer + "BEG03 REF01 poNumber datetime\n", `a.map:2:7: BEG03 and REF01 are not of one segment`},
		{layer + "BEG03 orderDate decimal\n", `a.map:2:17: orderDate is a date, which decimal does not give (what does: date datetime dtm time)`},
		{layer + "BEG03\n", `a.map:2:1: BEG03: a path must follow, or an expression`},
		{layer + "beg03 poNumber\n", `a.map:2:1: "beg03" is no place`},
		{layer + "BEG00 poNumber\n", `a.map:2:1: place "BEG00": elements count from 01`},
		{layer + "REF02(2) poNumber\n", `a.map:2:1: place "REF02(2)": a row reads the whole element`},
		{layer + "\tBEG03 poNumber\n", `a.map:2:1: a tab`},
		{layer + "BEG03 poNumber default \"x\n", `a.map:2:24: the quote is not closed`},
		{layer + "BEG03 poNumber default x\n", `a.map:2:24: default: the text stands in quotes`},
		{layer + "BEG03 poNumber\nBEG03 contract\n", `a.map:3:1: BEG03 has a row already, in line 2`},
		{layer + "BEG04 contract\nBEG/BEG03 contract\n", `a.map:3:11: contract has a row already, in line 2`},
		{layer + "TD4 after TD3\n", `a.map:2:11: after TD3: TD4 has its place already`},
		{layer + "LIN after TDX\n", `a.map:2:11: after TDX: the table has no such segment here`},
		{layer + "LIN rows colour\n", `a.map:2:10: there is no section of rows "colour" (there is: `},
		{layer + "LIN parties\n", `a.map:2:5: parties is an array: write parties[]`},
		{layer + "LIN poNumber\n", `a.map:2:5: poNumber is no object: a segment makes an object`},
		{layer + "LIN currency[]\n", `a.map:2:5: currency[] is no array of objects`},
		{layer + "LIN02 poNumber to 2\n", `a.map:2:1: to 2: only for an array`},
		{layer + "LIN02 LIN03 parties[]\n", `a.map:2:1: parties[]: say how many a segment has, "to N"`},
		{layer + "LIN02 parties[] to 1000\n", `a.map:2:20: to 1000: a number from 1 to 100`},
		{layer + "LIN02 LIN03 parties[] to 2\n", `a.map:2:13: parties[]: rows below must say what the elements are (`},
		{layer + "LIN02 LIN03 prices[] pairs to 2\n", `a.map:2:13: Price has no member "scheme"`},
		{layer + "LIN02 poNumber[] to 2\n", `a.map:2:7: poNumber is no array`},
		{layer + "CTT01 totals.lineCount = sum(lines)\n", `a.map:2:26: sum(lines): a value within an array, like lines.quantity.value, or an element, like PO102`},
		{layer + "CTT01 totals.lineCount = size(poNumber)\n", `a.map:2:26: poNumber is no array`},
		{layer + "CTT01 totals.lineCount = sum(lines.ids)\n", `a.map:2:26: sum(ids): a value within an array`},
		{layer + "CTT01 totals.lineCount = sum(PO1)\n", `a.map:2:26: sum: "PO1" is no element alone`},
		{layer + "CTT01 totals.lineCount = count(PO102)\n", `a.map:2:26: count: "PO102" is no segment tag alone`},
		{layer + "CTT01 totals.lineCount = lines.size() + 1 # more\n", `a.map:2:26: expression "lines.size() + 1": there is size(ARRAY)`},
		{layer + "BEG03 poNumber when orderTipe == \"DS\"\n", `a.map:2:21: Order has no member "orderTipe"`},
		{layer + "BEG03 poNumber when\n", `a.map:2:16: when: an expression must follow`},
		{layer + "BEG03 poNumber =\n", `a.map:2:16: =: an expression must follow`},
		{layer + "BEG03 poNumber assume x\n", `a.map:2:23: assume: the text stands in quotes`},
		{layer + "BEG03 poNumber inherit contract\n", `a.map:2:24: inherit: only for a member of an object that stands in another`},
		{layer + "PO1/PO101 lineId inherit lineNo\n", `a.map:2:26: inherit: no object around has the value "lineNo"`},
		{layer + "BEG03 poNumber wrap 0\n", `a.map:2:16: wrap 0: the length of a part, from 1 to 4000`},
		{layer + "BEG03 poNumber lookup items.csv a\n", `a.map:2:16: lookup: a file must follow, and two of its columns`},
		{layer + "BEG03 poNumber lookup items.csv a b\n", `a.map:2:16: lookup items.csv: open items.csv`},
		{layer + "LIN lines[] tree LIN01 LIN02\n", `a.map:2:5: tree: the objects of lines[] have no array lines of their own kind`},
		{layer + "LIN lines[] tree LIN01\n", `a.map:2:13: tree: two elements must follow`},
		{layer + "- poNumber \"x\"\n", `a.map:2:1: a constant row stands below a row that makes an object`},
		{layer + "LIN refs[]\n  - scheme\n", `a.map:3:3: a constant row is: - PATH "VALUE"`},
		{layer + "LIN refs[]\n", `a.map:2:1: refs[] is made in tables/order-850.map:`},
		{"rows part\nPO106 scheme\n" + layer + "PO1/PO106 PO107 ids[] to 1\n  - rows part\n", `a.map:5:3: only rows of elements stand below ids[]`},
		{layer + "BEG05 orderDate date \"MM/YY\"\n", `a.map:2:17: date "MM/YY": a spelling has YYYY or YY, MM and DD, as in "MM/DD/YY"`},
		{layer + "BEG05 orderDate date \"DDMMYYYYDD\"\n", `a.map:2:17: date "DDMMYYYYDD": DD stands there twice`},
		{layer + "BEG03 poNumber\n  BEG04 contract\n", `a.map:3:3: rows stand below a segment or an array`},
		{layer + "BEG03 - x\n", `a.map:2:9: nothing follows the path "-"`},
		{"codes party\nST shipTo\n", `a.map:1:7: codes party are there already`},
		{"codes a\nX one\nX two\n", `a.map:3:1: code "X" stands in list a already`},
		{"codes a\nX one\nY one\n", `a.map:3:1: "one" is the name of code "X" already: list a could not be read backwards`},
		{"codes a\nX\n", `a.map:2:1: a line of a code list has two words`},
		{"rows ref\n", `a.map:1:6: rows ref are there already`},
		{fan(6, 10) + layer + "LIN rows a6\n", `a table has at most 100000 rows`},
		{"rows a\nREF refs[] rows a\n" + layer + "LIN rows a\n", `rows stand at most 12 deep, sections of rows included`},
		{layer + deep(20), `rows stand at most 12 deep`},
	} {
		_, err := standard(t).Extend(files("-- a.map --\n" + c.table))
		var list Errors
		if !errors.As(err, &list) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("table\n%s\n got %v\nwant %s", c.table, err, c.want)
		}
	}
}

// fan is sections of rows, each of which takes the one before many times.
func fan(levels, width int) string {
	b := strings.Builder{}
	b.WriteString("rows a0\nREF01 scheme\n")
	for l := 1; l <= levels; l++ {
		fmt.Fprintf(&b, "rows a%d\n", l)
		for i := range width {
			fmt.Fprintf(&b, "REF[%d] rows a%d\n", i+1, l-1)
		}
	}
	return b.String()
}

func deep(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.Repeat(" ", i) + "LIN\n")
	}
	return b.String()
}

// TestLoadErrorsAtOnce: all that is wrong is told at once, in order.
func TestLoadErrorsAtOnce(t *testing.T) {
	_, err := standard(t).Extend(files("-- a.map --\n" + layer + "BEG03 a\nBEG04 b\n-- b.map --\nmapping b extends c\n"))
	var list Errors
	if !errors.As(err, &list) || len(list) != 3 {
		t.Fatalf("got %v\nwant three errors", err)
	}
	var one *Error
	if !errors.As(err, &one) || one.File == "" || one.Line == 0 || one.Column == 0 {
		t.Errorf("got %+v\nwant a place", one)
	}
}

func TestFind(t *testing.T) {
	lib := layered(t, "-- a.map --\nmapping warehouseAdvice <-> X12 999\nST01 transactionSet\n"+
		"mapping order <-> X12 850 006010\nST01 transactionSet\n"+layer+
		"\n-- z.map --\nmapping shipmentNotice <-> X12 999\nST01 transactionSet\nmapping receiptExpected <-> X12 999\nST01 transactionSet\n")
	for _, c := range []struct{ standard, release, set, want string }{
		{"X12", "004010", "850", "order <-> X12 850"},
		{"X12", "004010VICS", "850", "order <-> X12 850"},
		{"X12", "005010UCS", "850", "order <-> X12 850 005010"},
		{"X12", "006010", "850", "order <-> X12 850 006010"},
		{"X12", "006010UCS", "850", "order <-> X12 850 006010"},
		{"X12", "004010", "999", "shipmentNotice <-> X12 999"},
		{"X12", "004010", "000", ""},
		{"EDIFACT", "D:96A:UN", "850", ""},
	} {
		got := ""
		if m := lib.Find(c.standard, c.release, c.set); m != nil {
			got = m.Name()
		}
		if got != c.want {
			t.Errorf("Find(%s, %s, %s)\n got %q\nwant %q", c.standard, c.release, c.set, got, c.want)
		}
	}
	if lib.Named("acme") == nil || lib.Named("none") != nil || standard(t).Named("acme") != nil {
		t.Error("Named: the layer is in the extended library only")
	}
}

// TestFindNearest: where tables are of releases, a set of another one is read by
// the nearest, the older one of two.
func TestFindNearest(t *testing.T) {
	lib, err := Load(files("-- a.map --\nmapping shipmentStatus <-> X12 214 004010\nST01 transactionSet\nmapping shipmentStatus <-> X12 214 005010\nST01 transactionSet\n" +
		"mapping inventory <-> EDIFACT INVRPT D:96A\nBGM02.1 reportNumber\nmapping inventory <-> EDIFACT INVRPT D:01B\nBGM02.1 reportNumber\n"))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ standard, release, set, want string }{
		{"X12", "004010", "214", "shipmentStatus <-> X12 214 004010"},
		{"X12", "004030", "214", "shipmentStatus <-> X12 214 004010"},
		{"X12", "004510", "214", "shipmentStatus <-> X12 214 004010"},
		{"X12", "006020UCS", "214", "shipmentStatus <-> X12 214 005010"},
		{"X12", "", "214", "shipmentStatus <-> X12 214 005010"},
		{"EDIFACT", "D:93A:UN", "INVRPT", "inventory <-> EDIFACT INVRPT D:96A"},
		{"EDIFACT", "D:01B:UN:EAN007", "INVRPT", "inventory <-> EDIFACT INVRPT D:01B"},
		{"EDIFACT", "D:18A:UN", "INVRPT", "inventory <-> EDIFACT INVRPT D:01B"},
	} {
		if got := lib.Find(c.standard, c.release, c.set).Name(); got != c.want {
			t.Errorf("Find(%s, %s, %s)\n got %q\nwant %q", c.standard, c.release, c.set, got, c.want)
		}
	}
}

// TestSharedRows: "- rows" puts a section where it stands, at the top and below a
// segment, and what is wrong is told.
func TestSharedRows(t *testing.T) {
	const head = "rows begin\nBEG03 poNumber\nREF refs[] rows ref\nrows ref\nREF01 scheme\nmapping order <-> X12 850\n"
	lib, err := Load(files("-- a.map --\n" + head + "- rows begin\nPO1 lines[]\n  - rows line\nSE01 = segments()\nrows line\nPO101 lineId\nREF refs[]\n  - rows ref\n"))
	if err != nil {
		t.Fatal(err)
	}
	want, err := Load(files("-- a.map --\nmapping order <-> X12 850\nBEG03 poNumber\nREF refs[]\n  REF01 scheme\nPO1 lines[]\n  PO101 lineId\n  REF refs[]\n    REF01 scheme\nSE01 = segments()\n"))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := lib.Find("X12", "", "850").Digest(), want.Find("X12", "", "850").Digest(); got != want {
		t.Errorf("the same rows, shared and not\n got %s\nwant %s", got, want)
	}
	for text, want := range map[string]string{
		"- rows nothing\n":                  `there is no section of rows "nothing"`,
		"- rows begin\n  BEG05 orderDate\n": `no rows stand below "- rows begin"`,
		"- rows begin\nBEG03 poNumber\n":    `BEG03 has a row already`,
	} {
		if _, err := Load(files("-- a.map --\n" + head + text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s\n got %v\nwant %s", text, err, want)
		}
	}
}

// TestDigest: what decides changes it, what does not leaves it.
func TestDigest(t *testing.T) {
	base := layered(t, "-- a.map --\n"+layer+"BEG03 poNumber key po\nREF:DP/REF02 department\n-- units.csv --\nEA,each\n").Named("acme").Digest()
	for text, same := range map[string]bool{
		"-- z.map --\n# other file, other lines\n\n" + layer + "BEG03   poNumber  key po\nREF:DP\n  REF02 department\n":                        true,
		"-- a.map --\n" + layer + "BEG03 poNumber key po\nREF:DX/REF02 department\n":                                                           false,
		"-- a.map --\n" + layer + "BEG03 poNumber\nREF:DP/REF02 department\n":                                                                  false,
		"-- a.map --\n" + layer + "BEG03 poNumber key po\nREF:DP/REF02 department\nPO1/PO103 quantity.uom codes u.csv\n-- u.csv --\nEA,each\n": false,
	} {
		if got := layered(t, text).Named("acme").Digest(); (got == base) != same {
			t.Errorf("%s\n got %s\nbase %s, same %t", text, got, base, same)
		}
	}
}

// TestStandardTable holds the shipped table against the shipped guide.
func TestStandardTable(t *testing.T) {
	g, m := purchaseOrder(t)
	if err := m.Check(g); err != nil {
		t.Error(err)
	}
}

func TestCheck(t *testing.T) {
	g, _ := purchaseOrder(t)
	for text, want := range map[string]string{
		"HL/HL01 ext.b\n":             `a.map:2:1: X12 004010 850 has no segment HL in "" (it has: ST BEG CUR REF`,
		"PO1/XX/XX01 ext.c\n":         `a.map:2:1: `,
		"LDT/LDT01 ext.d after BEG\n": `stands before LDT in X12 004010 850`,
	} {
		lib, err := standard(t).Extend(files("-- a.map --\n" + layer + text))
		if err != nil {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s\n got %v\nwant %s", text, err, want)
			}
			continue
		}
		if err := lib.Named("acme").Check(g); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s\n got %v\nwant %s", text, err, want)
		}
	}
	if err := layered(t, "-- a.map --\n"+layer+"LDT/LDT01 ext.lead after DTM\n").Named("acme").Check(g); err != nil {
		t.Errorf("a segment in its place: %v", err)
	}
}

func FuzzLoadTable(f *testing.F) {
	f.Add(layer+"REF:DP/REF02 department\nPO1/PO103 quantity.uom codes u.csv\n", "EA,each\n")
	f.Add("mapping order <-> X12 850 005010\nPO1 lines[]\n  PO106 PO107 ids[] pairs to 10\n  SDQ03 SDQ04 storeQuantities[] to 10\n    SDQ03 location.value\n", "")
	f.Add("rows a\nREF01 scheme\nmapping b extends order <-> X12 850\nN9:ZZ/MSG refs[] rows a\n  - scheme \"x\" default\nmapping c extends b\nCTT01 totals.hash = size(lines)\n", "")
	f.Add("codes a open\nST shipTo\n"+layer+"PO1/N1:ST -\nN1/N101 role code a\nBEG01 BEG02 orderDate datetime\nLDT/LDT01 ext.lead after DTM\n", "")
	sample := "ST*850*0001~BEG*00*SA*4711**20261123~REF*DP*038~N1*ST*X*92*7~PO1*1*2*EA*3.50**UP*012345678905~N1*ST*Y~CTT*1~SE*8*0001~"
	f.Fuzz(func(t *testing.T, table, list string) {
		fsys := fstest.MapFS{"a.map": {Data: []byte(table)}, "u.csv": {Data: []byte(list)}}
		lib, err := standard(t).Extend(fsys)
		if err != nil {
			var list Errors
			if !errors.As(err, &list) || len(list) == 0 || len(list) > maxProblems {
				t.Fatalf("error of type %T: %v", err, err)
			}
			return
		}
		g, _ := purchaseOrder(t)
		msg := parse(t, sample)
		for _, m := range lib.mappings {
			r, err := m.In(FromMessage(msg, g, g.Match(msg)), InOptions{Residue: true, Lineage: true})
			if err != nil {
				t.Fatal(err)
			}
			out, _, err := m.Out(r.Document, OutOptions{Residue: r.Residue})
			if err != nil || string(out) != sample {
				t.Fatalf("%s\n got %q, %v\nwant %q", m.Name(), out, err, sample)
			}
		}
	})
}
