package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/edibridge/edibridge/edi/guide"
)

// tables are those of small releases: old has all, new only a set, and what it
// adds to the dictionary of old.
var tables = fstest.MapFS{
	"old/sets/850.tsv": {Data: []byte("area\tpos\tsegment\treq\tmax_use\tloop\tloop_repeat\tseq\tloop_id\n" +
		"heading\t010\tST\tM\t1\t\t\t1\t\nheading\t310\tN1\tO\t1\tN1\t200\t2\t4000\nheading\t\tN3\tO\t2\tN1\t\t3\t\n" +
		"heading\t320\tREF\tO\t1\tN1/REF\t*\t4\t\nsummary\t030\tSE\tM\t1\t\t\t5\t\n")},
	"old/segments.tsv": {Data: []byte("segment\tref\telement\treq\trepeat\nHL\t01\t98\tM\t1\nN1\t01\t98\tM\t1\nN1\t02\t93\tX\t1\nN1\t03\t93\tX\tn\n" +
		"N3\t01\t93\tM\t3\nREF\t01\tC040\tO\t1\nSE\t01\t96\tM\t1\nST\t01\t143\tM\t1\n")},
	"old/relations.tsv":  {Data: []byte("segment\tcondition\tsource\nHL\tP0102\tx\nN1\tR0203\tx\n")},
	"old/elements.tsv":   {Data: []byte("id\tname\ttype\tmin\tmax\n12\tUnused\tAN\t1\t2\n93\tName \"so\"\tAN\t1\t60\n96\tCount\tN0\t1\t10\n98\tEntity\tID\t3\t3\n143\tSet\tID\t3\t3\n")},
	"old/composites.tsv": {Data: []byte("composite\tref\telement\treq\nC001\t01\t12\tM\nC040\t01\t98\tM\n")},
	"old/codes.tsv":      {Data: []byte("element\tcode\tname\n12\tX\tUnused\n98\tST\tShip To\n98\tBY\t\n143\t850\tPurchase Order\r\n")},
	"new/sets/753.tsv":   {Data: []byte("area\tpos\tsegment\treq\tmax_use\tloop\tloop_repeat\tseq\nheading\t\tST\tM\t1\t\t\t1\nheading\t\tN1\tO\t9\t\t\t2\nsummary\t\tSE\tM\t1\t\t\t3\n")},
	"new/segments.tsv":   {Data: []byte("segment\tref\telement\treq\trepeat\nN1\t01\t98\tO\t1\nUSI\t01\t98\tM\t1\n")},
	"new/relations.tsv":  {Data: []byte("segment\tcondition\n")},
	"new/elements.tsv":   {Data: []byte("id\tname\ttype\tmin\tmax\n93\tName\tAN\t1\t80\n")},
	"new/composites.tsv": {Data: []byte("composite\tref\telement\treq\n")},
	"new/codes.tsv":      {Data: []byte("element\tcode\tname\n98\tBY\tBuyer\n98\tSE\tSeller\n")},
	"un/messages/ORDERS.tsv": {Data: []byte("pos\tsegment\treq\tmax\tgroup\n1\tUNH\tM\t1\t\n2\tSG1\tC\t10\t\n3\tRFF\tM\t1\tSG1\n4\tSG2\tC\t9\tSG1\n5\tSGP\tM\t1\tSG1/SG2\n" +
		"6\tSG3\tC\t99\t\n7\tLIN\tM\t1\tSG3\n8\tUNS\tM\t1\t\n9\tUNT\tM\t1\t\n")},
	"un/segments.tsv": {Data: []byte("segment\tpos\telement\treq\trepeat\nLIN\t1\t1082\tC\t1\nLIN\t2\tC212\tC\t5\nRFF\t1\tC506\tM\t1\nSGP\t1\t1082\tM\t1\n" +
		"UNH\t1\t0062\tM\t1\nUNS\t1\t0081\tM\t1\nUNT\t1\t0074\tM\t1\nUNT\t2\t0062\tM\t1\n")},
	"un/composites.tsv": {Data: []byte("composite\tpos\telement\treq\trepeat\nC212\t1\t1082\tC\t2\nC506\t1\t1082\tM\t1\n")},
	"un/elements.tsv":   {Data: []byte("id\tname\trepr\n0062\treference\tan..14\n0074\tcount\tn..6\n0081\tsection\ta1\n1082\tline\tn..6\n")},
}

// written are the files that jobs write, without their heads.
func written(t *testing.T, jobs ...job) (dir string, files map[string]string) {
	t.Helper()
	dir = t.TempDir()
	if err := run(tables, dir, jobs); err != nil {
		t.Fatal(err)
	}
	files = map[string]string{}
	names, err := filepath.Glob(filepath.Join(dir, "*", "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		_, body, ok := strings.Cut(string(b), "\n\n") // behind the head that names the origin
		if !ok {
			t.Errorf("%s has no head:\n%s", name, b)
		}
		rel, _ := filepath.Rel(dir, name)
		files[filepath.ToSlash(rel)] = body
	}
	return dir, files
}

func compare(t *testing.T, got, want map[string]string) {
	t.Helper()
	for name, text := range want {
		if got[name] != text {
			t.Errorf("%s: got\n%s\nwant\n%s", name, got[name], text)
		}
	}
}

func TestX12(t *testing.T) {
	dir, got := written(t, job{"X12", "004010", "a", "old", []string{"old"}, []string{"850"}})
	compare(t, got, map[string]string{
		"a/850.guide": `guide X12 004010 850 "Purchase Order"

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
		"a/segments.dict": `dictionary X12 004010

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
		"a/elements.dict": `dictionary X12 004010

element 93   AN 1/60 "Name \"so\""
element 96   N0 1/10 "Count"
element 98   ID 2/3 "Entity"
element 143  ID 3/3 "Set"
`,
		"a/codes.dict": `dictionary X12 004010

codes 98
  BY
  ST "Ship To"

codes 143
  850 "Purchase Order"
`,
	})
	lib, err := guide.Load(os.DirFS(dir))
	if err != nil {
		t.Fatalf("what was made does not load: %v", err)
	}
	if g := lib.Named("X12 004010 850"); g == nil || g.Qualifier("N1") != 1 {
		t.Errorf("the guide that was made: got %v", g)
	}
}

// A release without a dictionary takes those of its neighbours: the first one's
// word counts, code lists are united.
func TestNeighbours(t *testing.T) {
	_, got := written(t, job{"X12", "004030", "b", "new", []string{"old", "new"}, []string{"753"}})
	compare(t, got, map[string]string{
		"b/753.guide": "guide X12 004030 753 \"753\"\n\nheading\n  ST  M 1\n  N1  O 9\n\nsummary\n  SE  M 1\n",
		"b/codes.dict": `dictionary X12 004030

codes 98
  BY "Buyer"
  SE "Seller"
  ST "Ship To"

codes 143
  850 "Purchase Order"
`,
	})
	if text := got["b/segments.dict"]; !strings.Contains(text, "segment N1 \"Name\" qualifier 1\n  01 98   M\n") || !strings.Contains(text, "known HL N3 REF USI\n") {
		t.Errorf("segments:\n%s", text)
	}
}

func TestEDIFACT(t *testing.T) {
	dir, got := written(t, job{"EDIFACT", "D:96A", "c", "un", []string{"un"}, []string{"ORDERS"}})
	compare(t, got, map[string]string{
		"c/ORDERS.guide": `guide EDIFACT D:96A ORDERS "Purchase Order"

heading
  UNH M 1
  loop RFF C 10 id SG1
        RFF M 1
        loop SGP C 9 id SG2
              SGP M 1

detail
  loop LIN C 99 id SG3
        LIN M 1

summary
  UNS M 1
  UNT M 1

rules
  LIN/LIN01  unique
  UNS01      value S
`,
		"c/elements.dict": `dictionary EDIFACT D:96A

element 0062 an..14 "Reference"
element 0074 n..6   "Count"
element 0081 a1     "Section"
element 1082 n..6   "Line"
`,
	})
	if text := got["c/segments.dict"]; !strings.Contains(text, "segment LIN \"Line item\"\n  01 1082 C\n  02 C212 C 5\n") || !strings.Contains(text, "composite C212 \"Item number identification\"\n  01 1082 C 2\n") {
		t.Errorf("segments:\n%s", text)
	}
	if _, err := guide.Load(os.DirFS(dir)); err != nil {
		t.Errorf("what was made does not load: %v", err)
	}
}

func TestErrors(t *testing.T) {
	for _, tt := range []struct {
		job  job
		want string
	}{
		{job{"X12", "004010", "a", "old", []string{"old"}, []string{"810"}}, "old/sets/810.tsv"},
		{job{"X12", "004010", "a", "old", []string{"none"}, nil}, "none/segments.tsv"},
		{job{"EDIFACT", "D:96A", "a", "un", []string{"un"}, []string{"INVOIC"}}, "un/messages/INVOIC.tsv"},
	} {
		if err := run(tables, t.TempDir(), []job{tt.job}); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%v: got %v, want %s", tt.job, err, tt.want)
		}
	}
	broken := fstest.MapFS{"segments.tsv": {Data: []byte("a\tb\n1\t2\t3\n")}}
	if _, err := readTable(broken, "segments.tsv"); err == nil || !strings.Contains(err.Error(), "segments.tsv:2: 3 cells, the head has 2") {
		t.Errorf("a row too long: got %v", err)
	}
}

// Where the tables are wrong, what departures say stands instead.
func TestDepartures(t *testing.T) {
	for _, tt := range []struct{ folder, segment, condition, want string }{
		{"x12-005010", "POC", "C030405", "C0305"},
		{"x12-004010", "POC", "C030405", "C030405"},
		{"x12-005010", "W15", "P0203", "P0203"},
	} {
		if got := conditionOf(tt.folder, tt.segment, tt.condition); got != tt.want {
			t.Errorf("%s %s %s: got %q, want %q", tt.folder, tt.segment, tt.condition, got, tt.want)
		}
	}
	row := func(segment, loop, repeat string) map[string]string {
		return map[string]string{"pos": "9", "segment": segment, "loop": loop, "loop_repeat": repeat}
	}
	for _, tt := range []struct {
		folder, set string
		row         map[string]string
		want        string
	}{
		{"x12-004010", "943", row("N1", "N1", "10"), "040"},
		{"x12-004010", "943", row("N9", "W04", ""), "040"},
		{"x12-004010", "943", row("N9", "", ""), "9"},
		{"x12-005010", "820", row("DTP", "LX/NM1/AIN", ""), "3300"},
		{"x12-005010", "820", row("DTP", "LX/NM1/PEN", ""), "9"},
	} {
		if got := positionOf(tt.folder, tt.set, tt.row); got != tt.want {
			t.Errorf("%s %s %v: got %q, want %q", tt.folder, tt.set, tt.row, got, tt.want)
		}
	}
}

// A guide without examples gets a draft; one that has some keeps them.
func TestExamples(t *testing.T) {
	one := job{"X12", "004010", "a", "old", []string{"old"}, []string{"850"}}
	dir, got := written(t, one)
	compare(t, got, map[string]string{"a/850.example": "example \"a draft\"\n  ST*850\n  N1*ST*1\n  SE*3\n"})
	kept := "examples X12 004010 850\n\nexample \"by hand\"\n  ST*850\n  SE*2\n"
	file := filepath.Join(dir, "a", "850.example")
	if err := os.WriteFile(file, []byte(kept), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := run(tables, dir, []job{one}); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(text) != kept {
		t.Errorf("examples\n got %s\nwant %s", text, kept)
	}
}

// Names of elements are words again.
func TestInWords(t *testing.T) {
	for name, want := range map[string]string{
		"":                             "",
		"coded":                        "Coded",
		"documentmessage name coded":   "Document/message name, coded",
		"datetimeperiod":               "Date/time/period",
		"dutytaxfee rate basis":        "Duty/tax/fee rate basis",
		"hazard substanceitempage ref": "Hazard substance/item/page ref",
		"code list qualifier":          "Code list qualifier",
	} {
		if got := inWords(name); got != want {
			t.Errorf("%q: got %q, want %q", name, got, want)
		}
	}
}
