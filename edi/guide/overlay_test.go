package guide_test

import (
	"strings"
	"testing"

	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/edi/guide"
)

func TestOverlay(t *testing.T) {
	const st = "N1*ST*NORTH*UL*0012345000058~"
	tests := []struct {
		name, overlay, body string
		want                []string
	}{
		{"codes", "BEG02 codes SA DS\n", "BEG*00*«NE»*4711**20261123~" + line, []string{"element.code BEG[1]/BEG02"}},
		{"codes hold", "BEG02 codes SA DS\n", head + line, nil},
		{"a code that the standard does not have either is one finding", "BEG02 codes SA\n", "BEG*00*«!!»*4711**20261123~" + line, []string{"element.code BEG[1]/BEG02"}},
		{"codes of an empty element", "PO1/PO103 codes EA\n", head + "PO1*1*12~", nil},
		{"codes added", "PO1/PO103 codes + Q9\n", head + "PO1*1*12*Q9~PO1*2*1*EA~", nil},
		{"codes added twice", "PO1/PO103 codes + Q9\nPO1/PO103 codes + Q8\n", head + "PO1*1*12*Q9~PO1*2*1*Q8~PO1*3*1*«7Q»~", []string{"element.code PO1[3]/PO103"}},
		{"codes added to one place only", "PO1/PO103 codes + Q9\n", head + line + "PO4*1*1*«Q9»~", []string{"element.code PO1[1]/PO4[1]/PO403"}},
		{"codes of a component", "REF/REF04.1 codes BM\n", head + "REF*DP*1**«SI»>1~" + line, []string{"element.code REF[1]/REF04.1"}},
		{"value of a later component", "REF/REF04.2 value 7\n", head + "REF*DP*1**BM>«8»~" + line, []string{"element.value REF[1]/REF04.2"}},
		{"a later component required", "REF/REF04.4 required\n", head + "REF*DP*1**BM>8«»~" + line, []string{"element.required REF[1]/REF04.4"}},
		{"required", "REF:DP required \"department\"\n", head + "REF*IA*1~«»" + line, []string{"segment.missing REF[2]"}},
		{"required holds", "REF:DP required\n", head + "REF*IA*1~REF*DP*1~" + line, nil},
		{"required, where it would stand", "REF:DP required\n", head + "«»DTM*002*20261201~" + line, []string{"segment.missing REF[1]"}},
		{"required in every loop", "PO1/PID required\n", head + line + "PID*F****X~" + line2 + "«»", []string{"segment.missing PO1[2]/PID[1]"}},
		{"required last in the set", "CTT required\n", head + line + "«»", []string{"segment.missing CTT[1]"}},
		{"the standard asks for it too", "BEG03 required\n", "BEG*00*SA*«»**20261123~" + line, []string{"element.required BEG[1]/BEG03"}},
		{"value", "REF:IA required value 0012345 \"our vendor number\"\n", head + "REF*IA*«12345»~" + line, []string{"element.value REF[1]/REF02"}},
		{"value with its segment missing", "REF:IA required value 0012345\n", head + "REF*DP*1~«»" + line, []string{"segment.missing REF[2]"}},
		{"value in quotes", "N1:ST/N102 value \"NORTH STORE\"\n", head + "N1*ST*«NORTH»~N1*BT*SOUTH~" + line, []string{"element.value N1[1]/N102"}},
		{"required at most once", "N1:ST required max 1\n", head + st + "N1*BT*X~«" + strings.TrimSuffix(st, "~") + "»~" + line, []string{"loop.uses N1[3]"}},
		{"segment at most twice", "REF:DP max 2\n", head + "REF*DP*1~REF*DP*2~REF*IA*1~«REF*DP*3»~" + line, []string{"segment.uses REF[4]"}},
		{"length", "N1:ST/N104 length 13\n", head + "N1*BT*X*92*0001~N1*ST*X*92*«0042»~" + line, []string{"element.short N1[2]/N104"}},
		{"lengths", "N1:ST/N104 length 2/3\n", head + "N1*ST*X*92*«0042»~" + line, []string{"element.long N1[1]/N104"}},
		{"length holds", "N1:ST/N104 length 2/4\n", head + "N1*ST*X*92*0042~" + line, nil},
		{"unused loop", "PO1/SLN unused\n", head + line + "«SLN*1**I»~", []string{"segment.unused PO1[1]/SLN[1]"}},
		{"unused segment", "FOB unused\n", head + "«FOB*PP»~" + line, []string{"segment.unused FOB[1]"}},
		{"unused element", "BEG04 unused\n", "BEG*00*SA*4711*«1»*20261123~" + line, []string{"element.unused BEG[1]/BEG04"}},
		{"unless, alone", "DTM:002 required unless DTM:010\n", head + "DTM*063*20261201~«»" + line, []string{"segment.missing DTM[2]"}},
		{"unless, the other there", "DTM:002 required unless DTM:010\n", head + "DTM*010*20261201~" + line, nil},
		{"when in the same segment", "PO1/PO107 required when PO106 = UP EN\n", head + "PO1*1*12*EA*9~PO1*2*12*EA*9**UP«»«»~PO1*3*1*EA*9**VN«»~",
			[]string{"element.condition PO1[2]/PO107", "element.required PO1[2]/PO107", "element.condition PO1[3]/PO107"}},
		{"when not", "PO1/PO101 required when PO106 != UP\n", head + "PO1*«»*12*EA*9~PO1**12*EA*9**UP*012345678905~", []string{"element.required PO1[1]/PO101"}},
		{"when in the set", "PO1/SDQ required when BEG02 = DS\n", "BEG*00*DS*4711**20261123~" + line + "«»" + tail, []string{"segment.missing PO1[1]/SDQ[1]"}},
		{"when in the set, another value", "PO1/SDQ required when BEG02 = DS\n", head + line + tail, nil},
		{"when in the loop, not in another", "PO1/PO4 required when PID:F\n", head + line + "PID*F****X~«»" + line2, []string{"segment.missing PO1[1]/PO4[1]"}},
		{"when the trigger says", "PO1/PO4 required when PO103 = CA\n", head + line + "PO1*2*1*CA~«»", []string{"segment.missing PO1[2]/PO4[1]"}},
		{"when in a loop of a qualifier", "REF:DP required when N1:ST/N103 = UL\n", head + "«»" + st + "N1*BT*X*92*11~" + line, []string{"segment.missing REF[1]"}},
		{"when deeper", "REF:DP required when N1:ST/N4/N404 = CA\n", head + "«»N1*BT*X~N4*AA*BB**US~N1*ST*X~N4*AA*BB**CA~" + line, []string{"segment.missing REF[1]"}},
		{"when deeper, elsewhere", "REF:DP required when N1:ST/N4/N404 = CA\n", head + "N1*BT*X~N4*AA*BB**CA~N1*ST*X~N4*AA*BB**US~" + line, nil},
		{"when all", "REF:DP required when BEG02 = SA and N1:ST\n", head + "«»" + st + line, []string{"segment.missing REF[1]"}},
		{"when all, one lacking", "REF:DP required when BEG02 = SA and N1:ST\n", head + "N1*BT*X~" + line, nil},
		{"when a component", "REF:DP required when REF04.1 = BM\n", head + "REF*IA*1**BM>2~«»" + line, []string{"segment.missing REF[2]"}},
		{"inside a qualified loop", "N1:ST/N3 required\n", head + "N1*ST*X~«»N1*BT*Y~" + line, []string{"segment.missing N1[1]/N3[1]"}},
		{"codes inside a qualified loop", "N1:ST/REF/REF01 codes DP\n", head + "N1*BT*X~REF*IA*1~N1*ST*Y~REF*«IA»*1~" + line, []string{"element.code N1[2]/REF[1]/REF01"}},
		{"any qualifier", "N1:*/N104 required\n", head + "N1*ST*X«»~" + line, []string{"element.required N1[1]/N104"}},
		{"off", "FOB unused severity off\n", head + "FOB*PP~" + line, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			check(t, standard(t, tt.overlay), around(tt.body), plain, tt.want)
		})
	}
}

func TestOverlayRepetitions(t *testing.T) {
	d := plain
	d.Repetition = '^'
	check(t, standard(t, "TD4/TD401 max 2\n"), around(head+"TD4*HZD^HZD~TD4*«HZD^HZD^HZD»~"+line), d, []string{"element.repetitions TD4[2]/TD401"})
}

func TestOverlayWords(t *testing.T) {
	g := standard(t, "PO1/PO103 codes EA CA severity warning \"only whole units\"\nREF:DP required \"department\"\nN1:ST required\n"+
		"PO1/PO104 name \"Net Price\"\nPO1/PO104 required\nPO1 name \"Order Line\"\nDTM:002 required max 2\n")
	tests := []struct {
		body     string
		severity edi.Severity
		message  string
		hint     string
	}{
		{"REF*DP*1~DTM*002*20261201~N1*ST*X~PO1*1*1*EE*1~", edi.Warning,
			`PO103 unit or basis for measurement code "EE" is not one of EA CA (guide acme, line 2): only whole units`, "did you mean EA?"},
		{"REF*DP*1~DTM*002*20261201~N1*ST*X~PO1*1*1*EA~", edi.Error, "PO1 has no PO104 net price (guide acme, line 6)", ""},
		{"DTM*002*20261201~N1*ST*X~PO1*1*1*EA*1~", edi.Error, "REF:DP (reference identification) is missing before DTM (guide acme, line 3): department", ""},
		{"REF*DP*1~DTM*002*20261201~PO1*1*1*EA*1~", edi.Error, "loop N1:ST is missing before PO1 (guide acme, line 4)", ""},
		{"REF*DP*1~DTM*002*20261201~DTM*002*1~DTM*002*20261203~N1*ST*X~PO1*1*1*EA*1~", edi.Error, `DTM02 date "1" has 1 character, expected at least 8`, ""},
	}
	for _, tt := range tests {
		r := g.Validate(message(around(head+tt.body), plain), guide.Options{})
		if len(r.Findings) == 0 {
			t.Errorf("%s: no finding", tt.body)
			continue
		}
		if f := r.Findings[0]; f.Message != tt.message || f.Severity != tt.severity || f.Hint != tt.hint {
			t.Errorf("%s\ngot  %s %s | %s\nwant %s %s | %s", tt.body, f.Severity, f.Message, f.Hint, tt.severity, tt.message, tt.hint)
		}
	}
	m := message(around(head+"REF*DP*1~DTM*002*20261201~DTM*002*20261202~DTM*002*20261203~N1*ST*X~PO1*1*1*EE*1~"), plain)
	r := g.Validate(m, guide.Options{Severity: map[string]edi.Severity{"x12.segment.uses": "", "x12.element.code": edi.Error}})
	if r.Total != 1 || r.Findings[0].Severity != edi.Error {
		t.Errorf("the agreement wins over the line: got %v, want one error for the code", r.Findings)
	}
	if use := g.Match(m).Placed[7].Use; use.Name != "Order Line" || use.Loop.Name != "Order Line" {
		t.Errorf("PO1 renamed: got %q, loop %q", use.Name, use.Loop.Name)
	}
}
