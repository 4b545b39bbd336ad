package guide_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/edi/guide"
	"github.com/edibridge/edibridge/x12/guides"
)

// plain are the delimiters of the documents in these tests.
var plain = edi.Delimiters{Segment: '~', Element: '*', Component: '>', Decimal: '.'}

// mark is what « and » enclose in a document: where a finding must be.
type mark struct{ offset, length int }

// unmark takes the marks out of a document. Marks may stand in each other.
func unmark(text string) (string, []mark) {
	var b strings.Builder
	var marks []mark
	var open []int
	for _, r := range text {
		switch r {
		case '«':
			open = append(open, len(marks))
			marks = append(marks, mark{offset: b.Len()})
		case '»':
			last := &marks[open[len(open)-1]]
			last.length = b.Len() - last.offset
			open = open[:len(open)-1]
		default:
			b.WriteRune(r)
		}
	}
	return b.String(), marks
}

// message reads a document. It may lack its trailer or have anything in it.
func message(text string, d edi.Delimiters) *edi.Message {
	m := &edi.Message{Standard: edi.X12, Delimiters: d, Path: "ISA[1]/GS[1]/ST[2]", Set: "850", Version: "004010", Interchange: 1}
	at := int64(0)
	for text != "" {
		end := strings.IndexByte(text, d.Segment) + 1
		if end == 0 {
			end = len(text)
		}
		raw := text[:end]
		data := strings.TrimSuffix(raw, string(d.Segment))
		var ends []uint32
		for i := range len(data) {
			if data[i] == d.Element {
				ends = append(ends, uint32(i))
			}
		}
		s := edi.NewSegment([]byte(raw), append(ends, uint32(len(data))), &m.Delimiters)
		s.Offset, s.Ordinal = at, 1
		m.Append(&s)
		text, at = text[end:], at+int64(end)
	}
	m.Ordinal = 20 // within the interchange
	return m
}

// standard is the embedded guide of the 850, with an overlay when one is given.
func standard(tb testing.TB, overlay string) *guide.Guide {
	tb.Helper()
	lib, err := guides.Library()
	if err != nil {
		tb.Fatal(err)
	}
	if overlay == "" {
		return lib.Named("X12 004010 850")
	}
	lib, err = lib.Extend(fstest.MapFS{"acme.guide": {Data: []byte("guide acme extends X12 004010 850\n" + overlay)}})
	if err != nil {
		tb.Fatal(err)
	}
	return lib.Named("acme")
}

// around puts a transaction set's ends around what is marked in a test.
func around(body string) string { return "ST*850*0001~" + body + "SE*1*0001~" }

// head, line and tail are sound parts of an 850.
const (
	head = "BEG*00*SA*4711**20261123~"
	line = "PO1*1*12*EA*9.95**UP*012345678905~"
	// Another one.
	line2 = "PO1*2*12*EA*9.95**UP*012345678905~"
	tail  = "CTT*1~"
)

// check validates a marked document; want is "rule path", the path below the set,
// in document order.
func check(t *testing.T, g *guide.Guide, doc string, d edi.Delimiters, want []string) []edi.Finding {
	t.Helper()
	text, marks := unmark(doc)
	m := message(text, d)
	r := g.Validate(m, guide.Options{})
	var got []string
	for _, f := range r.Findings {
		got = append(got, strings.TrimPrefix(f.Rule, "x12.")+" "+strings.TrimPrefix(strings.TrimPrefix(string(f.Path), "ISA[1]/GS[1]/ST[2]"), "/"))
	}
	if a, b := strings.Join(got, "\n"), strings.Join(want, "\n"); a != b {
		t.Errorf("findings of %s\ngot\n%s\nwant\n%s", doc, a, b)
		return r.Findings
	}
	if len(marks) != len(r.Findings) {
		t.Fatalf("%d marks in the document, %d findings", len(marks), len(r.Findings))
	}
	for i, f := range r.Findings {
		if int(f.Offset) != marks[i].offset || f.Length != marks[i].length {
			t.Errorf("finding %d (%s) of %s\ngot  offset %d length %d\nwant offset %d length %d", i+1, f.Rule, doc, f.Offset, f.Length, marks[i].offset, marks[i].length)
		}
	}
	if r.Total != len(r.Findings) {
		t.Errorf("total: got %d, want %d", r.Total, len(r.Findings))
	}
	return r.Findings
}

func TestStructure(t *testing.T) {
	tests := []struct {
		name, body string
		want       []string
	}{
		{"sound", head + "REF*DP*038~DTM*002*20261201~N1*ST*NORTH*92*0042~N3*12 MAIN~N4*SPRINGFIELD*IL*62701~" + line + "PID*F****CHAIR~" + tail, nil},
		{"mandatory segment missing", "«»REF*DP*038~" + line + tail, []string{"segment.missing BEG[1]"}},
		{"mandatory loop missing", head + "«»" + tail, []string{"segment.missing PO1[1]"}},
		{"both, nothing else there", "«»«»", []string{"segment.missing BEG[1]", "segment.missing PO1[1]"}},
		{"mandatory segment of a loop missing", head + "LM*VI~«»" + line + tail, []string{"segment.missing LM[1]/LQ[1]"}},
		{"mandatory segment of the second loop missing", head + "LM*VI~LQ*0*1~LM*VI~«»" + line + tail, []string{"segment.missing LM[2]/LQ[1]"}},
		{"late: placed where it belongs", head + "DTM*002*20261201~«REF*DP*038»~REF*IA*1~N1*ST*NORTH~" + line + tail, []string{"segment.sequence REF[1]"}},
		{"a mandatory segment late is not missing too", "REF*DP*038~«" + "BEG*00*SA*4711**20261123»~" + line + tail, []string{"segment.sequence BEG[1]"}},
		{"a stranger in an open loop", head + line + "N1*ST*NORTH~«CTP»~N3*12 MAIN~" + tail, []string{"segment.sequence #5"}},
		{"the summary too early", head + line + "«" + strings.TrimSuffix(tail, "~") + "»~PO1*2*12*EA*9.95~PID*F****X~PO1*3*12*EA*9~" + "CTT*3~", []string{"segment.sequence #4"}},
		{"no segment of the standard", head + "«XYZ*1»~REF*DP*038~" + line + tail, []string{"segment.unknown #3"}},
		{"a tag of one character", head + "«X»~" + line + tail, []string{"segment.unknown #3"}},
		{"an empty segment", head + "«»~" + line + tail, []string{"segment.unknown #3"}},
		{"no segment of the set", head + "«HL*1**S»~" + line + tail, []string{"segment.undefined #3"}},
		{"a trigger misspelt explains what follows", head + "DTM*002*20261201~«NI*ST*NORTH»~N3*12 MAIN~N4*SPRINGFIELD~PER*IC~" + line + tail, []string{"segment.unknown #4"}},
		{"a trigger lost", head + "«N3*12 MAIN»~N4*SPRINGFIELD~" + line + tail, []string{"segment.unexpected #3"}},
		{"a trigger lost, the loop before open", head + "N1*ST*NORTH~N3*12 MAIN~N4*SPRINGFIELD~«N2*SOUTH»~N3*1 HIGH ST~N4*SHELBYVILLE~" + line + tail, []string{"segment.sequence N1[1]/N2[1]"}},
		{"the first line's trigger lost", head + "PID*F****CHAIR~«»PO4*6*1*EA~SDQ*EA*92*0042*12~PO1*2*12*EA*9.95~" + tail, []string{"segment.missing PO1[1]"}},
		{"the only line's trigger lost", head + "N1*ST*NORTH~«»SDQ*EA*92*0042*12~" + tail, []string{"segment.missing PO1[1]"}},
		{"a line's trigger lost, an error in the line", head + "N1*ST*NORTH~«»PO4*6*1*«!!»~SDQ*EA*92*0042*12~" + line + tail, []string{"segment.missing PO1[1]", "element.code #4/PO403"}},
		{"a trigger misspelt, far from another", head + "N1*ST*NORTH~«QO1*1*12*EA»~PO4*6*1*EA~N1*SF*EAST~SLN*1**I*1*EA~" + line + tail, []string{"segment.unknown #4"}},
		{"too many uses", head + line + "TD1*CTN*1~«TD1*CTN*2»~TD5****M~" + tail, []string{"segment.uses PO1[1]/TD1[2]"}},
		{"too many uses, apart", head + "REF*DP*1~«BEG*00*SA*4711**20261123»~REF*DP*1~" + line + tail, []string{"segment.uses BEG[2]"}},
		{"too many loops", head + line + tail + "AMT*TT*1~«" + "CTT*1»~AMT*TT*1~", []string{"loop.uses CTT[2]"}},
		{"LS and LE", head + line + "LS*LDT~LDT*AF*1*DA~QTY*01*1~LE*LDT~N9*L1*X~" + tail, nil},
		{"LE names another loop", head + line + "LS*LDT~LDT*AF*1*DA~LE*«LD»~" + tail, []string{"loop.identifier PO1[1]/LE[1]/LE01"}},
		{"LS without LE", head + line + "LS*LDT~LDT*AF*1*DA~«»N9*L1*X~" + tail, []string{"segment.missing PO1[1]/LE[1]"}},
		{"LE without LS", head + line + "LDT*AF*1*DA~«»LE*LDT~" + tail, []string{"segment.missing PO1[1]/LS[1]"}},
		{"LE missing in the last line", head + line + "LS*LDT~LDT*AF*1*DA~«»" + tail, []string{"segment.missing PO1[1]/LE[1]"}},
	}
	g := standard(t, "")
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { check(t, g, around(tt.body), plain, tt.want) })
	}
}

func TestElements(t *testing.T) {
	repeating := plain
	repeating.Repetition = '^'
	tests := []struct {
		name, body string
		want       []string
	}{
		{"mandatory element missing", "BEG*00*SA*«»**20261123~" + line, []string{"element.required BEG[1]/BEG03"}},
		{"missing at the end", "BEG*00*SA*4711«»~" + line, []string{"element.required BEG[1]/BEG05"}},
		{"all blanks are nothing", "BEG*00*SA*««»   »**20261123~" + line, []string{"element.blanks BEG[1]/BEG03", "element.required BEG[1]/BEG03"}},
		{"blanks behind the value", "BEG*00*SA*«4711  »**20261123~" + line, []string{"element.blanks BEG[1]/BEG03"}},
		{"blanks before it stay", "BEG*00*SA*  4711**20261123~" + line, nil},
		{"a period", head + "DTM*150****RD8*20261101-20261130~" + line, nil},
		{"a period that ends on no day", head + "DTM*150****RD8*«20261101-20261131»~" + line, []string{"element.date DTM[1]/DTM06"}},
		{"a period without its end", head + "DTM*150****RD8*«20261101»~" + line, []string{"element.date DTM[1]/DTM06"}},
		{"zeros before a number", head + "PO1*1*«012»*EA*9.95~PO1*2*0.5*EA*0~", []string{"element.zeros PO1[1]/PO102"}},
		{"zeros before a negative number", head + "PO1*1*«-012»*EA*9.95~", []string{"element.zeros PO1[1]/PO102"}},
		{"a point at the end", head + "PO1*1*«5.»*EA*9.95~", []string{"element.decimal PO1[1]/PO102"}},
		{"a line's number twice", head + line + "PO1*«1»*1*EA*9.95~PO1**1*EA*1~PO1**1*EA*1~", []string{"element.unique PO1[2]/PO101"}},
		{"a date of another format", head + "DTM*002****D8*«261101»~" + line, []string{"element.date DTM[1]/DTM06"}},
		{"a format that is not looked into", head + "DTM*002****UN*SOON~" + line, nil},
		{"trailing separators", "BEG*00*SA*4711**20261123«**»~" + line, []string{"element.trailing BEG[1]/BEG06"}},
		{"trailing separators beyond the last element", head + line + "CTT*1«*******»~", []string{"element.trailing CTT[1]/CTT02"}},
		{"too many elements", head + line + "CTT*1*******«8»*9~", []string{"element.excess CTT[1]/CTT08"}},
		{"code", "BEG*«QQ»*SA*4711**20261123~" + line, []string{"element.code BEG[1]/BEG01"}},
		{"code in lower case", head + "PO1*1*12*«ea»*9.95~", []string{"element.code PO1[1]/PO103"}},
		{"code too long", head + "PO1*1*12*«EACH»*9.95~", []string{"element.long PO1[1]/PO103"}},
		{"code too short", "BEG*«0»*SA*4711**20261123~" + line, []string{"element.short BEG[1]/BEG01"}},
		{"code with a control character", "BEG*«0\t»*SA*4711**20261123~" + line, []string{"element.character BEG[1]/BEG01"}},
		{"too long", "BEG*00*SA*«" + strings.Repeat("4", 23) + "»**20261123~" + line, []string{"element.long BEG[1]/BEG03"}},
		{"as long as it may be", "BEG*00*SA*" + strings.Repeat("4", 22) + "**20261123~" + line, nil},
		{"characters count, not bytes", head + "REF*DP*" + strings.Repeat("é", 30) + "~" + line, nil},
		{"one character too many", head + "REF*DP*«" + strings.Repeat("é", 31) + "»~" + line, []string{"element.long REF[1]/REF02"}},
		{"control character", head + "REF*DP*«A\nB»~" + line, []string{"element.character REF[1]/REF02"}},
		{"date", "BEG*00*SA*4711**«20260229»~" + line, []string{"element.date BEG[1]/BEG05"}},
		{"date of a leap year", "BEG*00*SA*4711**20240229~" + line, nil},
		{"date of six digits", "BEG*00*SA*4711**«261123»~" + line, []string{"element.short BEG[1]/BEG05"}},
		{"time", head + "DTM*002*20261201*«2460»~" + line, []string{"element.time DTM[1]/DTM03"}},
		{"time of five digits", head + "DTM*002*20261201*«12000»~" + line, []string{"element.time DTM[1]/DTM03"}},
		{"time with hundredths", head + "DTM*002*20261201*23595999~" + line, nil},
		{"number", head + line + "CTT*«1x»~", []string{"element.character CTT[1]/CTT01"}},
		{"sign and point do not count", head + "PO1*1*-123456789.012345*EA*9.95~", nil},
		{"a digit too many", head + "PO1*1*«-123456789.0123456»*EA*9.95~", []string{"element.long PO1[1]/PO102"}},
		{"decimal comma", head + "PO1*1*12*EA*«9,95»~", []string{"element.character PO1[1]/PO104"}},
		{"a point in N2", head + "SAC*A*A010***«12.50»~" + line, []string{"element.character SAC[1]/SAC05"}},
		{"only a sign", head + "PO1*1*«-»*EA*9.95~", []string{"element.character PO1[1]/PO102"}},
		{"C0302", head + "PO1*1*«»*EA~", []string{"element.condition PO1[1]/PO102"}},
		{"P0607", head + "PO1*1*12*EA*9.95**UP«»~", []string{"element.condition PO1[1]/PO107"}},
		{"P0607, the other one", head + "PO1*1*12*EA*9.95**«»*012345678905~", []string{"element.condition PO1[1]/PO106"}},
		{"R0203", head + "REF*DP«»~" + line, []string{"element.condition REF[1]/REF02"}},
		{"E0308", head + line + "MEA**LN*1*EA****«01»~", []string{"element.exclusion PO1[1]/MEA[1]/MEA08"}},
		{"L0809", head + line + "SLN*1**I*1*EA****«»*123~", []string{"element.condition PO1[1]/SLN[1]/SLN09"}},
		{"L101112", head + "CUR*BY*USD********002«»~" + line, []string{"element.condition CUR[1]/CUR11"}},
		{"composite", head + "REF*DP*038**BM>123>SI>9~" + line, nil},
		{"component code", head + "REF*DP*038**BM>123>«!!»>9~" + line, []string{"element.code REF[1]/REF04.3"}},
		{"component missing", head + "REF*DP*038**BM«»~" + line, []string{"element.required REF[1]/REF04.2"}},
		{"components too many", head + "REF*DP*038**«BM>1>BM>2>BM>3>BM>4»~" + line, []string{"element.components REF[1]/REF04"}},
		{"component separators behind", head + "REF*DP*038**BM>123>«»~" + line, []string{"element.trailing REF[1]/REF04.3"}},
		{"a composite of nothing", head + "REF*DP*038**>>~" + line, nil},
		{"component separator in a value", head + "REF*DP*«03>8»~" + line, []string{"element.components REF[1]/REF02"}},
	}
	g := standard(t, "")
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { check(t, g, around(tt.body), plain, tt.want) })
	}
	t.Run("repetitions", func(t *testing.T) {
		check(t, g, around(head+"REF*DP*«1^2»~TD4*HZD^«XXX9»^HZD~"+line), repeating,
			[]string{"element.repetitions REF[1]/REF02", "element.long TD4[1]/TD401(2)"})
	})
}

// TestFindingJSON holds the shape that "edibridge validate --json" promises.
func TestFindingJSON(t *testing.T) {
	tests := []struct{ name, overlay, body, want string }{
		{"missing element", "PO1/PO102 required\n", head + line + "PO1*2~", `{"rule":"x12.element.required","severity":"error",` +
			`"message":"PO1 has no PO102 quantity ordered (guide acme, line 2)","path":"ISA[1]/GS[1]/ST[2]/PO1[2]/PO102","offset":76,"length":0,` +
			`"interchange":1,"segment":23,"tag":"PO1","element":2,"component":0,"repetition":0,"value":"","place":4,"loop":"PO1","ref":"330",` +
			`"codes":{"ak304":"8","ak403":"1","ak502":"5","ik304":"8","ik403":"1","ik502":"5"},"hint":""}`},
		{"code", "PO1/PO103 codes EA CA\n", head + "PO1*3*12*EE*9.95**UP*012345678905~", `{"rule":"x12.element.code","severity":"error",` +
			`"message":"PO103 unit or basis for measurement code \"EE\" is not one of EA CA (guide acme, line 2)","path":"ISA[1]/GS[1]/ST[2]/PO1[1]/PO103",` +
			`"offset":46,"length":2,"interchange":1,"segment":22,"tag":"PO1","element":3,"component":0,"repetition":0,"value":"EE","place":3,"loop":"PO1",` +
			`"ref":"355","codes":{"ak304":"8","ak403":"7","ak502":"5","ik304":"8","ik403":"7","ik502":"5"},"hint":"did you mean EA?"}`},
		{"missing segment", "", "REF*DP*1~" + line, `{"rule":"x12.segment.missing","severity":"error",` +
			`"message":"BEG (beginning segment for purchase order) is missing before REF","path":"ISA[1]/GS[1]/ST[2]/BEG[1]","offset":12,"length":0,` +
			`"interchange":1,"segment":21,"tag":"BEG","element":0,"component":0,"repetition":0,"value":"","place":2,"loop":"",` +
			`"codes":{"ak304":"3","ak502":"5","ik304":"3","ik502":"5"},"hint":""}`},
		{"tolerance", "", head + line + "CTT*1*~", `{"rule":"x12.element.trailing","severity":"info","message":"separators behind the last value of CTT",` +
			`"path":"ISA[1]/GS[1]/ST[2]/CTT[1]/CTT02","offset":76,"length":1,"interchange":1,"segment":23,"tag":"CTT","element":2,"component":0,"repetition":0,` +
			`"value":"","place":4,"loop":"CTT","codes":{},"hint":""}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := standard(t, tt.overlay).Validate(message(around(tt.body), plain), guide.Options{})
			if len(r.Findings) != 1 {
				t.Fatalf("got %d findings, want 1: %v", len(r.Findings), r.Findings)
			}
			got, err := json.Marshal(r.Findings[0])
			if err != nil {
				t.Fatal(err)
			}
			if string(got) != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

func TestMessagesAndHints(t *testing.T) {
	tests := []struct{ body, message, hint string }{
		{head + "PO1*1*12*ea*9.95~", `PO103 unit or basis for measurement code "ea" is not in code list 355 of release 004010`, "did you mean EA?"},
		{head + "PO1*1*12*EACH*9.95~", `PO103 unit or basis for measurement code "EACH" has 4 characters, expected at most 2`, "did you mean EA?"},
		{"BEG*OO*SA*4711**20261123~" + line, `BEG01 transaction set purpose code "OO" is not in code list 353 of release 004010`, "did you mean 00?"},
		{head + "SAC*A*A010***12.50~" + line, `SAC05 amount "12.50" is not a number with 2 implied decimals`, "no decimal point is written: 1250"},
		{head + "PO1*1*1,200*EA*9.95~", `PO102 quantity ordered "1,200" is not a number`, "did you mean 1200?"},
		{head + "PO1*1*twelve*EA*9.95~", `PO102 quantity ordered "twelve" is not a number`, ""},
		{"BEG*00*SA*4711**20261323~" + line, `BEG05 date "20261323" is no day of the calendar`, ""},
		{head + "PO1*1**EA~", `PO1 has no PO102 quantity ordered, which PO103 asks for (C0302)`, ""},
		{head + "PO1*1*12*EA*9.95**UP~", `PO1 has no PO107 product/service ID, which PO106 asks for (P0607)`, ""},
		{head + "PO1*1*+12*EA*9.95~", `PO102 quantity ordered "+12" is not a number`, "did you mean 12?"},
		{head + "SAC*A*A010***12.505~" + line, `SAC05 amount "12.505" is not a number with 2 implied decimals`, ""},
		{head + "SAC*A*A010***x.50~" + line, `SAC05 amount "x.50" is not a number with 2 implied decimals`, ""},
		{head + line + "CTT*1.0~", `CTT01 number of line items "1.0" is not a whole number`, "no decimal point is written: 1"},
		{head + "CUR*BY*USD********002~" + line, "CUR has none of CUR11 CUR12, of which CUR10 asks for one (L101112)", ""},
		{head + "REF*DP~" + line, "REF has none of REF02 REF03, one is needed (R0203)", ""},
		{head + line + "SLN*1**I*1*EA*****123~", "SLN has no SLN09 product/service ID qualifier, which SLN10 asks for (P0910)", ""},
		{head + line + "MEA**LN*1*EA****01~", "MEA08 measurement attribute code stands beside MEA03: at most one of them may (E0308)", ""},
		{head + "n1*ST*X~" + line, `"n1" is no segment of X12 004010`, "did you mean N1?"},
		{head + "HL*1**S~" + line, "HL (hierarchical level) is no segment of 850", ""},
		{head + "N3*X~" + line, "N3 (address information) stands only in a loop that is not open here", "N3 follows N1"},
		{head + "DTM*002*20261201~REF*DP*1~" + line, "REF is out of order: its place is before DTM", ""},
		{head + line + "TD1*CTN*1~TD1*CTN*2~", "TD1 stands 2 times here, at most 1 allowed", ""},
		{head + line + tail + "CTT*2~", "loop CTT stands 2 times here, at most 1 allowed", ""},
		{head + tail, "loop PO1 is missing before CTT", ""},
	}
	g := standard(t, "")
	for _, tt := range tests {
		r := g.Validate(message(around(tt.body), plain), guide.Options{})
		if len(r.Findings) != 1 {
			t.Errorf("%s: got %d findings, want 1: %v", tt.body, len(r.Findings), r.Findings)
			continue
		}
		if f := r.Findings[0]; f.Message != tt.message || f.Hint != tt.hint {
			t.Errorf("%s\ngot  %s | %s\nwant %s | %s", tt.body, f.Message, f.Hint, tt.message, tt.hint)
		}
	}
}

func TestOptions(t *testing.T) {
	g := standard(t, "")
	m := message(around("REF*DP~"+strings.Repeat("BEG*0*SA*4711**x~", 10)+"PO1*1*«»*ea~"), plain)
	all := g.Validate(m, guide.Options{})
	kept := g.Validate(m, guide.Options{MaxFindings: 3})
	if len(kept.Findings) != 3 || kept.Total != all.Total || kept.Errors != all.Errors || all.Total != len(all.Findings) {
		t.Errorf("at most 3: got %d kept, %d of %d, want 3 kept, %d of %d", len(kept.Findings), kept.Errors, kept.Total, all.Errors, all.Total)
	}
	waived := g.Validate(m, guide.Options{Severity: map[string]edi.Severity{"x12.element.short": "", "x12.element.code": edi.Warning, "x12.segment.uses": edi.Info}})
	if got, want := waived.Total, all.Total-20; got != want {
		t.Errorf("with element.short waived: got %d findings, want %d", got, want)
	}
	for _, f := range waived.Findings {
		switch f.Rule {
		case "x12.element.code":
			if f.Severity != edi.Warning || f.Codes["ak403"] != "7" {
				t.Errorf("element.code: got %s %v, want a warning with its codes", f.Severity, f.Codes)
			}
		case "x12.segment.uses":
			if f.Severity != edi.Info || len(f.Codes) != 0 {
				t.Errorf("segment.uses: got %s %v, want info without codes", f.Severity, f.Codes)
			}
		case "x12.element.short":
			t.Error("element.short was waived and is there")
		}
	}
	// What a waived stranger would explain is reported: nothing is dropped in silence.
	lost := message(around(head+"DTM*002*20261201~NI*ST*NORTH~N3*12 MAIN~"+line), plain)
	r := g.Validate(lost, guide.Options{Severity: map[string]edi.Severity{"x12.segment.unknown": ""}})
	if len(r.Findings) != 1 || r.Findings[0].Rule != "x12.segment.unexpected" || r.Findings[0].Tag != "N3" {
		t.Errorf("an unknown trigger waived: got %v, want N3 unexpected", r.Findings)
	}
}

// TestLateCountIsTrue: a segment that was counted missing beyond what is kept and
// comes late is taken back.
func TestLateCountIsTrue(t *testing.T) {
	g := standard(t, "")
	m := message(around("XXX~REF*DP*1~"+head+line), plain)
	for _, n := range []int{1, 2, 100} {
		r := g.Validate(m, guide.Options{MaxFindings: n})
		if r.Total != 2 || r.Errors != 2 {
			t.Errorf("MaxFindings %d: got %d of %d, want 2 of 2", n, r.Errors, r.Total)
		}
	}
}

func TestTruncatedMessage(t *testing.T) {
	g := standard(t, "")
	m := message("ST*850*0001~"+head, plain)
	if r := g.Validate(m, guide.Options{}); r.Total != 1 || r.Findings[0].Rule != "x12.segment.missing" || r.Findings[0].Place != 3 || int(r.Findings[0].Offset) != m.Size() {
		t.Errorf("a message without its end: got %v, want PO1 missing behind the last segment", r.Findings)
	}
	m.Truncated = true
	if r := g.Validate(m, guide.Options{}); r.Total != 0 {
		t.Errorf("a message cut by a limit: got %v, want nothing missing", r.Findings)
	}
	if r := g.Validate(&edi.Message{Delimiters: plain}, guide.Options{}); r.Total != 2 {
		t.Errorf("a message of no segments: got %d findings, want 2", r.Total)
	}
}

// TestMillionErrors: what is wrong costs the same time and no memory for each.
func TestMillionErrors(t *testing.T) {
	g := standard(t, "PO1/PO103 codes EA\nPO1/PID required unless DTM:010\n")
	const n = 50_000
	m := message(around(head+strings.Repeat("PO1*1*x*ZZZ*1*2*3~XX~N3~", n)), plain)
	r := g.Validate(m, guide.Options{})
	if len(r.Findings) != 100 {
		t.Errorf("kept: got %d, want 100", len(r.Findings))
	}
	if want := 7 * n; r.Errors < want {
		t.Errorf("errors: got %d, want at least %d", r.Errors, want)
	}
}

func TestMatch(t *testing.T) {
	text := around(head + "REF*DP*038~REF*IA*1~SAC*A*A010~CUR*BY*USD~N1*ST*A~N3*X~N1*BT*B~XX*1~N3*Y~" +
		line + "PID*F****X~MEA**LN*1*EA~PID*F****Y~SCH*1*EA~" + "PO1*2*1*EA*1~N1*ST*C~REF*DP*1~REF*IA*2~" + tail + "AMT*TT*1~")
	m := message(text, plain)
	g := standard(t, "")
	mt := g.Match(m)
	var b strings.Builder
	for p := 1; p <= m.Len(); p++ {
		s := m.Segment(p)
		name := "-"
		if use := mt.Placed[p-1].Use; use != nil {
			name = use.Area
		}
		fmt.Fprintf(&b, "%s %s %s\n", s.Tag(), mt.Path(m, p), name)
	}
	want := `ST ISA[1]/GS[1]/ST[2] heading
BEG ISA[1]/GS[1]/ST[2]/BEG[1] heading
REF ISA[1]/GS[1]/ST[2]/REF[1] heading
REF ISA[1]/GS[1]/ST[2]/REF[2] heading
SAC ISA[1]/GS[1]/ST[2]/SAC[1] heading
CUR ISA[1]/GS[1]/ST[2]/SAC[1]/CUR[1] heading
N1 ISA[1]/GS[1]/ST[2]/N1[1] heading
N3 ISA[1]/GS[1]/ST[2]/N1[1]/N3[1] heading
N1 ISA[1]/GS[1]/ST[2]/N1[2] heading
XX ISA[1]/GS[1]/ST[2]/#10 -
N3 ISA[1]/GS[1]/ST[2]/N1[2]/N3[1] heading
PO1 ISA[1]/GS[1]/ST[2]/PO1[1] detail
PID ISA[1]/GS[1]/ST[2]/PO1[1]/PID[1] detail
MEA ISA[1]/GS[1]/ST[2]/PO1[1]/PID[1]/MEA[1] detail
PID ISA[1]/GS[1]/ST[2]/PO1[1]/PID[2] detail
SCH ISA[1]/GS[1]/ST[2]/PO1[1]/SCH[1] detail
PO1 ISA[1]/GS[1]/ST[2]/PO1[2] detail
N1 ISA[1]/GS[1]/ST[2]/PO1[2]/N1[1] detail
REF ISA[1]/GS[1]/ST[2]/PO1[2]/N1[1]/REF[1] detail
REF ISA[1]/GS[1]/ST[2]/PO1[2]/N1[1]/REF[2] detail
CTT ISA[1]/GS[1]/ST[2]/CTT[1] summary
AMT ISA[1]/GS[1]/ST[2]/CTT[1]/AMT[1] summary
SE ISA[1]/GS[1]/ST[2]/SE[1] summary
`
	if got := b.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	loops := ""
	for i, l := range mt.Loops {
		trigger := "set"
		if l.Use != nil {
			trigger = l.Use.Trigger
		}
		loops += fmt.Sprintf("%d %s in %d nth %d places %d-%d\n", i, trigger, l.Parent, l.Nth, l.First, l.Last)
	}
	wantLoops := `0 set in -1 nth 1 places 1-23
1 SAC in 0 nth 1 places 5-6
2 N1 in 0 nth 1 places 7-8
3 N1 in 0 nth 2 places 9-11
4 PO1 in 0 nth 1 places 12-16
5 PID in 4 nth 1 places 13-14
6 PID in 4 nth 2 places 15-15
7 SCH in 4 nth 1 places 16-16
8 PO1 in 0 nth 2 places 17-20
9 N1 in 8 nth 1 places 18-20
10 CTT in 0 nth 1 places 21-22
`
	if loops != wantLoops {
		t.Errorf("loops: got\n%s\nwant\n%s", loops, wantLoops)
	}
	if got, want := mt.Path(m, 99), edi.Path("ISA[1]/GS[1]/ST[2]/#99"); got != want {
		t.Errorf("path of a place that is not there: got %s, want %s", got, want)
	}
	for tag, want := range map[string]int{"N1": 1, "REF": 1, "DTM": 1, "MEA": 2, "PO1": 0, "ZZZ": 0} {
		if got := g.Qualifier(tag); got != want {
			t.Errorf("Qualifier(%s): got %d, want %d", tag, got, want)
		}
	}
}

func TestRules(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range guide.Rules() {
		x12 := strings.HasPrefix(r.ID, "x12.")
		if seen[r.ID] || !x12 && !strings.HasPrefix(r.ID, "edifact.") || r.Text == "" {
			t.Errorf("rule %q: twice, of no family, or without a text", r.ID)
		}
		seen[r.ID] = true
		if (r.Severity == edi.Info) != (len(r.Codes) == 0) {
			t.Errorf("rule %s: severity %s with codes %v", r.ID, r.Severity, r.Codes)
		}
		switch {
		case r.Severity == edi.Info:
		case !x12:
			if r.Codes["0085"] == "" || len(r.Codes) != 1 {
				t.Errorf("rule %s: codes %v, want 0085 alone", r.ID, r.Codes)
			}
		case r.Codes["ak304"] == "" || r.Codes["ak502"] != "5":
			t.Errorf("rule %s: codes %v, want ak304 and ak502 5", r.ID, r.Codes)
		}
		if (r.Codes["ak403"] != "") != (r.Codes["ak304"] == "8") {
			t.Errorf("rule %s: codes %v, want ak403 with ak304 8 and only then", r.ID, r.Codes)
		}
		r.Codes["ak304"] = "changed"
	}
	if guide.Rules()[0].Codes["ak304"] == "changed" {
		t.Error("the table of rules can be changed from outside")
	}
	if !seen["x12.loop.identifier"] || seen["edifact.loop.identifier"] || !seen["edifact.element.type"] || seen["x12.element.type"] {
		t.Error("a standard has a rule that is not its own")
	}
}
