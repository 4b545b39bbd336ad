package guide_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/edi/guide"
)

// effective is a shipped guide, with an overlay when one is given.
func effective(t *testing.T, name, overlay string) *guide.Guide {
	t.Helper()
	lib := shipped(t)
	if overlay == "" {
		return lib.Named(name)
	}
	lib, err := lib.Extend(fstest.MapFS{"acme.guide": {Data: []byte("guide acme extends " + name + "\n" + overlay)}})
	if err != nil {
		t.Fatal(err)
	}
	return lib.Named("acme")
}

// findingsOf are the findings of a document, without the standard in their rules.
func findingsOf(t *testing.T, g *guide.Guide, text string) []edi.Finding {
	t.Helper()
	d := plain
	if g.Standard() == edi.EDIFACT {
		d = edi.Delimiters{Segment: '\'', Element: '+', Component: ':', Release: '?', Decimal: '.'}
	}
	m, err := edi.ReadMessage([]byte(text), d)
	if err != nil {
		t.Fatal(err)
	}
	return g.Validate(m, guide.Options{}).Findings
}

// ruled is findings as text: rule, path below the message, hint.
func ruled(fs []edi.Finding) string {
	var out []string
	for _, f := range fs {
		_, path, _ := strings.Cut(string(f.Path), "/")
		text := fmt.Sprintf("%s %s", f.Rule[strings.IndexByte(f.Rule, '.')+1:], path)
		if f.Hint != "" {
			text += " (" + f.Hint + ")"
		}
		out = append(out, text)
	}
	return strings.Join(out, ", ")
}

const lines3 = "PO1*1*12*EA*9.95~PO1*2*.5*EA*9~PO1*3*100.25*EA*1~"

func TestTotals(t *testing.T) {
	for _, tt := range []struct{ name, set, overlay, body, want string }{
		{"sound", "850", "", lines3 + "CTT*3~", ""},
		{"count", "850", "", lines3 + "CTT*4~", "total.count CTT[1]/CTT01 (expected 3)"},
		{"sum as a number", "850", "", lines3 + "CTT*3*112.75~", ""},
		{"sum as a number, zeros", "850", "", lines3 + "CTT*3*112.750~", ""},
		{"sum of digits", "850", "", lines3 + "CTT*3*10042~", ""},
		{"neither sum", "850", "", lines3 + "CTT*3*112~", "total.sum CTT[1]/CTT02 (expected 112.75)"},
		{"signs do not count in a hash", "850", "", "PO1*1*-7*EA*9~PO1*2*5*EA*9~CTT*2*12~", ""},
		{"signs count in a number", "850", "", "PO1*1*-7*EA*9~PO1*2*5*EA*9~CTT*2*-2~", ""},
		{"hash cut to ten digits", "850", "", "PO1*1*9999999999*EA~PO1*2*2*EA~CTT*2*1~", ""},
		{"many digits", "850", "", strings.Repeat("PO1**123456789012345*EA~", 3) + "CTT*3*2*~", "total.sum CTT[1]/CTT02 (expected 370370367037035), element.trailing CTT[1]/CTT03"},
		{"no quantities", "855", "", "PO1*1~CTT*1*5~", ""},
		{"a quantity that is no number is one finding", "850", "", "PO1*1*X*EA~CTT*1*1~", "element.character PO1[1]/PO102"},
		{"a total that is no number is one finding", "850", "", "PO1*1*1*EA~CTT*X*1~", "element.character CTT[1]/CTT01"},
		{"a line that found no place", "850", "", "PO1*1*1*EA~XYZ*2*1~CTT*2*2~", "segment.unknown #4"},
		{"alternatives", "856", "", "HL*1**S~HL*2*1*I~SN1**2*EA~HL*3*1*I~SN1**3*EA~CTT*2*5~", ""},
		{"the other alternative", "856", "", "HL*1**S~HL*2*1*I~SN1**2*EA~HL*3*1*I~SN1**3*EA~CTT*3*5~", ""},
		{"the sum of one level", "856", "", "HL*1**S~HL*2*1*I~SN1**5*EA~HL*3*2*P~SN1**2*EA~HL*4*2*P~SN1**3*EA~CTT*4*5~", ""},
		{"neither alternative", "856", "", "HL*1**S~HL*2*1*I~SN1**2*EA~HL*3*1*I~SN1**3*EA~CTT*4*6~", "total.count CTT[1]/CTT01 (expected 3), total.sum CTT[1]/CTT02 (expected 5)"},
		{"a partner waives", "850", "CTT01 severity off\n", lines3 + "CTT*4~", ""},
		{"a partner who asks for it does not stop it", "850", "CTT01 required\n", lines3 + "CTT*4~", "total.count CTT[1]/CTT01 (expected 3)"},
		{"a partner who does not use it does", "850", "CTT/CTT01 severity off\nCTT/AMT unused\n", lines3 + "CTT*4~", ""},
		{"a partner counts otherwise", "850", "CTT01 count PO1/SLN\n", "PO1*1*1*EA~SLN*1**I~SLN*2**I~CTT*1~", "total.count CTT[1]/CTT01 (expected 2)"},
		{"when it holds", "850", "CTT01 count PO1 when BEG02 = DS\n", lines3 + "CTT*4~", ""},
		{"a total of another element", "850", "AMT:TT sum PO1/AMT:1\n", "PO1*1*1*EA~AMT*1*9.5~PO1*2*1*EA~AMT*1*0.5~AMT*2*7~CTT*2~AMT*TT*10~", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			begin := map[string]string{"850": "BEG*00*SA*4711**20261123~", "855": "BAK*00*AC*4711*20261123~", "856": "BSN*00*10*20261123*1200~"}[tt.set]
			g := effective(t, "X12 004010 "+tt.set, tt.overlay)
			if got := ruled(findingsOf(t, g, "ST*"+tt.set+"*0001~"+begin+tt.body+"SE*1*0001~")); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

func TestControlTotals(t *testing.T) {
	g := effective(t, "EDIFACT D:96A ORDERS", "")
	for _, tt := range []struct{ name, body, want string }{
		{"sound", "CNT+2:2'CNT+1:14,5'", ""},
		{"a full stop", "CNT+1:14.50'", ""},
		{"count", "CNT+2:3'", "total.count CNT[1]/CNT01.2 (expected 2)"},
		{"sum", "CNT+1:145'", "total.sum CNT[1]/CNT01.2 (expected 14.5)"},
		{"the sum of all quantities", "CNT+1:20.5'", ""},
		{"line and sub items", "CNT+3:3'", "total.count CNT[1]/CNT01.2 (expected 2)"},
		{"another qualifier", "CNT+11:145'", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			doc := "UNH+1+ORDERS:D:96A:UN'BGM+220+1'DTM+137:20261123:102'NAD+BY'LIN+1'QTY+21:12'QTY+59:6'LIN+2'QTY+21:2.5'UNS+S'" + tt.body + "UNT+1+1'"
			if got := ruled(findingsOf(t, g, doc)); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

func TestHierarchy(t *testing.T) {
	for _, tt := range []struct{ name, overlay, body, want string }{
		{"sound", "", "HL*1**S*1~HL*2*1*O*1~HL*3*2*P*1~HL*4*3*I*0~HL*5*2*P*1~HL*6*5*I*0~", ""},
		{"ids need no order", "", "HL*10**S~HL*2*10*O~HL*X*2*I~", ""},
		{"an id twice", "", "HL*1**S~HL*2*1*O~HL*2*1*O~HL*3*2*I~", "hierarchy.id HL[3]/HL01"},
		{"a parent that is not there", "", "HL*1**S~HL*2*7*O~", "hierarchy.parent HL[2]/HL02"},
		{"a parent that comes later", "", "HL*1**S~HL*2*3*O~HL*3*1*P~", "hierarchy.parent HL[2]/HL02"},
		{"its own parent", "", "HL*1**S~HL*2*2*O~", "hierarchy.parent HL[2]/HL02"},
		{"children that are not there", "", "HL*1**S*1~HL*2*1*O*1~", "hierarchy.children HL[2]/HL04 (expected 0)"},
		{"children that it does not tell", "", "HL*1**S*0~HL*2*1*O*0~", "hierarchy.children HL[1]/HL04 (expected 1)"},
		{"a lost level is one finding", "", "HL*1**S~QQ*2~HL*3*2*P~", "segment.unknown #4"},
		{"levels as agreed", "HL:S under top\nHL:O under S\nHL:P under O\nHL:I under P O\n", "HL*1**S~HL*2*1*O~HL*3*2*P~HL*4*3*I~HL*5*2*I~", ""},
		{"a level under another", "HL:I under P O\n", "HL*1**S~HL*2*1*I~", "hierarchy.level HL[2]/HL02"},
		{"a level without a parent", "HL:O under S\n", "HL*1**S~HL*2**O~", "hierarchy.level HL[2]/HL02"},
		{"only the top", "HL:S under top\n", "HL*1**S~HL*2*1*O~HL*3*2*S~", "hierarchy.level HL[3]/HL02"},
		{"the top or under another", "HL:P under top S\n", "HL*1**P~HL*2*1*S~HL*3*2*P~", ""},
		{"waived", "HL01 severity off\n", "HL*1**S~HL*1*9*O*1~", ""},
		{"a level that a place names", "HL:I/SN1/SN101 required\n", "HL*1**S~HL*2*1*I~SN1**1*EA~HL*3*1*O~SN1**1*EA~",
			"element.required HL[2]/SN1[1]/SN101"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			g := effective(t, "X12 004010 856", tt.overlay)
			if got := ruled(findingsOf(t, g, "ST*856*0001~BSN*00*10*20261123*1200~"+tt.body+"SE*1*0001~")); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
	g := effective(t, "X12 004010 856", "HL:I under P O \"as on the label\"\n")
	f := findingsOf(t, g, "ST*856*0001~BSN*00*10*20261123*1200~HL*1**S~HL*2*1*I~SE*1*0001~")[0]
	if got, want := f.Message, "HL:I stands under HL:S, expected under P or O (guide acme, line 2): as on the label"; got != want {
		t.Errorf("message\ngot  %s\nwant %s", got, want)
	}
	if f.Trigger == nil || f.Trigger.Path != "ST[1]/HL[2]/HL03" || f.Trigger.Ref != "735" {
		t.Errorf("trigger: got %+v, want HL03", f.Trigger)
	}
}

func TestPackages(t *testing.T) {
	g := effective(t, "EDIFACT D:96A DESADV", "")
	for _, tt := range []struct{ name, body, want string }{
		{"sound", "CPS+1'CPS+2+1'LIN+1'QTY+12:5'LIN+2'QTY+12:6'CNT+1:11'CNT+2:2'", ""},
		{"an id twice", "CPS+1'CPS+1'", "hierarchy.id CPS[2]/CPS01"},
		{"a parent that is not there", "CPS+1'CPS+2+3'", "hierarchy.parent CPS[2]/CPS02"},
		{"totals", "CPS+1'LIN+1'QTY+12:5'CNT+1:11'CNT+2:2'", "total.sum CNT[1]/CNT01.2 (expected 5), total.count CNT[2]/CNT01.2 (expected 1)"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := ruled(findingsOf(t, g, "UNH+1+DESADV:D:96A:UN'BGM+351+1'"+tt.body+"UNT+1+1'")); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

// The level of a package is its qualifier.
func TestPackageLevels(t *testing.T) {
	g := effective(t, "EDIFACT D:96A DESADV", "CPS:3 under top\nCPS:1 under 3\n")
	for _, tt := range []struct{ name, body, want string }{
		{"sound", "CPS+1++3'CPS+2+1+1'", ""},
		{"an inner one at the top", "CPS+1++1'", "hierarchy.level CPS[1]/CPS02"},
		{"an inner one in another", "CPS+1++3'CPS+2+1+1'CPS+3+2+1'", "hierarchy.level CPS[3]/CPS02"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := ruled(findingsOf(t, g, "UNH+1+DESADV:D:96A:UN'BGM+351+1'"+tt.body+"UNT+1+1'")); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

// All repetitions of an element are in its sum.
func TestRepetitionsAreSummed(t *testing.T) {
	lib, err := guide.Load(fstest.MapFS{"own.dict": {Data: []byte(`dictionary X12 005010
segment ST
  01 143 M
segment SE
  01 96 M
segment AAA
  01 380 O 3
  02 C001 O 3
segment ZZZ
  01 380 O
  02 380 O
element 143 ID 3/3
element 96 N0 1/10
element 380 R 1/15
composite C001
  01 143 O
  02 380 O
`)}, "own.guide": {Data: []byte(`guide X12 005010 850
heading
  ST M 1
  AAA O *
  ZZZ O 1
  SE M 1
rules
  ZZZ01 sum AAA/AAA01
  ZZZ02 sum AAA/AAA02.2
`)}})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ body, want string }{
		{"AAA*1^2.5^3~AAA*4~ZZZ*10.5~", ""},
		{"AAA*1^2.5^3~AAA*4~ZZZ*5~", "total.sum ZZZ[1]/ZZZ01 (expected 10.5)"},
		{"AAA**850>1^850^850>2~AAA**>4~ZZZ**7~", ""},
	} {
		d := edi.Delimiters{Segment: '~', Element: '*', Component: '>', Repetition: '^', Decimal: '.'}
		m, err := edi.ReadMessage([]byte("ST*850~"+tt.body+"SE*1~"), d)
		if err != nil {
			t.Fatal(err)
		}
		if got := ruled(lib.Named("X12 005010 850").Validate(m, guide.Options{}).Findings); got != tt.want {
			t.Errorf("%s\ngot  %s\nwant %s", tt.body, got, tt.want)
		}
	}
}

// A value elsewhere that made a rule apply is named.
func TestTriggers(t *testing.T) {
	for _, tt := range []struct{ name, overlay, body, rule, want string }{
		{"when a value of the set", "PO1/SDQ required when BEG02 = SA\n", head + line, "segment.missing", "BEG[1]/BEG02 BEG 2 element 2 ref 92"},
		{"when a value of the segment", "PO1/PO109 required when PO106 = UP\n", head + line, "element.required", "PO1[1]/PO106 PO1 3 element 6 ref 235"},
		{"when a segment stands", "REF:DP required when N1:ST\n", head + "N1*BT*X~N1*ST*X~" + line, "segment.missing", "N1[2] N1 4 element 0 ref "},
		{"when deeper", "REF:DP required when N1:ST/N4/N404 = CA\n", head + "N1*ST*X~N4*A*BC**CA~" + line, "segment.missing", "N1[1]/N4[1]/N404 N4 4 element 4 ref 26"},
		{"when not, another value", "REF:DP required when BEG02 != DS\n", head + line, "segment.missing", "BEG[1]/BEG02 BEG 2 element 2 ref 92"},
		{"when not, nothing there", "REF:DP required when CUR02 != USD\n", head + line, "segment.missing", ""},
		{"unless, another value", "REF:DP required unless BEG02 = DS\n", head + line, "segment.missing", "BEG[1]/BEG02 BEG 2 element 2 ref 92"},
		{"unless, nothing there", "DTM:002 required unless DTM:010\n", head + line, "segment.missing", ""},
		{"the second condition", "REF:DP required when CUR02 != USD and N1:ST\n", head + "N1*ST*X~" + line, "segment.missing", "N1[1] N1 3 element 0 ref "},
		{"a component", "REF:DP required when REF04.1 = BM\n", head + "REF*IA*1**BM>2~" + line, "segment.missing", "REF[1]/REF04.1 REF 3 element 4 ref 128"},
		{"unused", "FOB unused when BEG02 = SA\n", head + "FOB*PP~" + line, "segment.unused", "BEG[1]/BEG02 BEG 2 element 2 ref 92"},
		{"codes", "PO1/PO103 codes CA when BEG02 = SA\n", head + line, "element.code", "BEG[1]/BEG02 BEG 2 element 2 ref 92"},
		{"no condition", "PO1/PO103 codes CA\n", head + line, "element.code", ""},
		{"a condition C of a segment", "", head + "PO1*1**EA~" + line, "element.condition", "PO1[1]/PO103 PO1 3 element 3 ref 355"},
		{"a condition P has none", "", head + "PO1*1*1*EA*1**UP~" + line, "element.condition", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := "no such finding"
			for _, f := range findingsOf(t, effective(t, "X12 004010 850", tt.overlay), around(tt.body)) {
				if f.Rule != "x12."+tt.rule {
					continue
				}
				if got = ""; f.Trigger != nil {
					got = fmt.Sprintf("%s %s %d element %d ref %s", strings.TrimPrefix(string(f.Trigger.Path), "ST[1]/"), f.Trigger.Tag, f.Trigger.Place, f.Trigger.Element, f.Trigger.Ref)
				}
			}
			if got != tt.want {
				t.Errorf("got  %q\nwant %q", got, tt.want)
			}
		})
	}
}

// What a list says of its codes, in dictionaries and in overlays.
func TestListKinds(t *testing.T) {
	const dict = `dictionary X12 004019
segment ST
  01 143 M
segment SE
  01 96 M
segment BEG
  01 1 O
  02 2 O
  03 3 O
  04 4 O
  05 5 O
element 1 ID 2/2 "closed"
element 2 ID 2/2 "open"
element 3 ID 2/3 "country"
element 4 ID 2/2 "noted"
element 5 ID 2/2 "free"
element 96 N0 1/10
element 143 ID 3/3
codes 1
  AA
codes 2 open
  AA "first"
codes 3 external "ISO 3166-1"
codes 4 severity warning
  AA
`
	const base = "guide X12 004019 850\nheading\n  ST M 1\n  BEG O 1\n  SE M 1\n"
	for _, tt := range []struct{ name, overlay, body, want string }{
		{"as the dictionary says", "", "ZZ*ZZ*ZZ*ZZ*ZZ", "error BEG01, warning BEG04"},
		{"the form counts in an open list", "", "AA*Z*ZZZZ", "error BEG02, error BEG03"},
		{"opened", "BEG01 list open\n", "ZZ*ZZ", ""},
		{"opened, wrong form", "BEG01 list open\n", "ZZZ*ZZ", "error BEG01"},
		{"closed", "BEG02 list closed\n", "AA*ZZ", "error BEG02"},
		{"closed with one more", "BEG02 list closed codes + ZZ\n", "AA*ZZ", ""},
		{"noted", "BEG01 list closed severity warning\n", "ZZ", "warning BEG01"},
		{"told", "BEG01 list closed severity info\n", "ZZ", "info BEG01"},
		{"kept elsewhere", "BEG01 list external \"UN/ECE Rec. 20\"\n", "ZZ", ""},
		{"narrowed", "BEG02 codes BB\n", "AA*AA", "error BEG02"},
		{"one more of an open list", "BEG02 codes + BB\n", "AA*CC", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			lib, err := guide.Load(fstest.MapFS{"a.dict": {Data: []byte(dict)}, "a.guide": {Data: []byte(base)},
				"b.guide": {Data: []byte("guide acme extends X12 004019 850\n" + tt.overlay)}})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, f := range findingsOf(t, lib.Named("acme"), "ST*850~BEG*"+tt.body+"~SE*3~") {
				got = append(got, fmt.Sprintf("%s BEG%02d", f.Severity, f.Element))
			}
			if strings.Join(got, ", ") != tt.want {
				t.Errorf("got  %s\nwant %s", strings.Join(got, ", "), tt.want)
			}
		})
	}
}

// A tag that only another release has is told with its release.
func TestOtherReleases(t *testing.T) {
	fs := findingsOf(t, effective(t, "X12 004010 997", ""), "ST*997*1~AK1*PO*1~CTX*X~AK9*A*1*1*1~SE*1*1~")
	if len(fs) != 1 || fs[0].Message != `"CTX" is no segment of X12 004010, but of 004030 and 005010` {
		t.Errorf("got %v", fs)
	}
}
