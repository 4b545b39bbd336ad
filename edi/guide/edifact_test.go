package guide

import (
	"fmt"
	"strings"
	"testing"

	"github.com/edibridge/edibridge/edi"
)

// noteDict is a small directory, noteGuide a small message over it.
const (
	noteDict = `dictionary EDIFACT D:96A

segment UNH "Message header"
  01 0062 M
segment BGM "Beginning of message"
  01 C002 C
  02 1004 C
  03 1225 C
segment DTM "Date/time/period" qualifier 1.1
  01 C507 M
segment NAD "Name and address" qualifier 1
  01 3035 M
  02 C082 C
  03 3036 C 2 "Name line"
  05 3207 C
  C0502
segment QTY "Quantity" qualifier 1.1
  01 C186 M
segment COM "Communication" qualifier 1.2
  01 C076 M
segment ALI "Dependency notes"
  01 1004 C
  02 1225 C
  03 3207 C
  04 3036 C
  O0102
  N0304
segment UNS "Section control"
  01 0081 M
segment UNT "Message trailer"
  01 0074 M
  02 0062 M

composite C002 "Document name"
  01 1001 C
  02 1131 C
  03 3055 C
  04 1000 C
composite C076
  01 3148 M
  02 3155 M
composite C082 "Party identification"
  01 3039 M
  02 1131 C
  03 3055 C
composite C186 "Quantity details"
  01 6063 M
  02 6060 M
  03 6411 C
composite C507 "Date/time/period"
  01 2005 M
  02 2380 C
  03 2379 C

element 0062 an..14 "message reference"
element 0074 n..6 "number of segments"
element 0081 a1 "section"
element 1000 an..35 "document name"
element 1001 an..3 "document name coded"
element 1004 an..35 "document number"
element 1131 an..3 "code list qualifier"
element 1225 an..3 "message function coded"
element 2005 an..3 "date qualifier"
element 2379 an..3 "format qualifier"
element 2380 an..35 "date"
element 3035 an..3 "party qualifier"
element 3036 an..10 "party name"
element 3039 an..17 "party id"
element 3055 an..3 "agency"
element 3148 an..25 "number"
element 3155 an..3 "channel"
element 3207 a2 "country"
element 6060 n..15 "quantity"
element 6063 an..3 "quantity qualifier"
element 6411 an3 "unit"

codes 1001
  220 "Order"
  9
codes 3035
  BY "Buyer"
  SU "Supplier"
codes 3055
  9 "EAN"

known PIA
`
	noteGuide = `guide EDIFACT D:96A ORDERS "Toy Order"

heading
  UNH M 1
  BGM M 1
  DTM C 2
  ALI C 9
  loop NAD C 3 id SG1
        NAD M 1
        COM C 1

summary
  UNS M 1
  QTY C 9
  UNT M 1
`
)

func toyOrders(t *testing.T, files_ ...string) *Library {
	t.Helper()
	lib, err := Load(files(append([]string{"a.dict", noteDict, "a.guide", noteGuide}, files_...)...))
	if err != nil {
		t.Fatal(err)
	}
	return lib
}

// found are the findings of a message as text, one a line: rule, path behind the
// message, offset+length, 0085, value and message.
func found(g *Guide, m *edi.Message) string {
	var b strings.Builder
	for _, f := range g.Validate(m, Options{}).Findings {
		fmt.Fprintf(&b, "%s %s %d+%d [%s] %q %s", f.Rule, strings.TrimPrefix(string(f.Path), "UNH[1]/"), f.Offset, f.Length, f.Codes["0085"], f.Value, f.Message)
		if f.Hint != "" {
			fmt.Fprintf(&b, " (%s)", f.Hint)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func TestEDIFACTValues(t *testing.T) {
	g := toyOrders(t).Named("EDIFACT D:96A ORDERS")
	const head, tail = "UNH+1'BGM+220'", "UNS+S'UNT+5+1'"
	for name, tt := range map[string]struct {
		in   string // between head and tail
		want string
	}{
		"sound":                 {"DTM+137:20240229:102'NAD+BY+40:1:9+A+B'COM+5:TE'", ""},
		"released, not counted": {"NAD+BY++A?+B?:C??D?'E'", ""},
		"released, too long": {"NAD+BY++A?+B?:C??D?'EFG'",
			"edifact.element.long NAD[1]/NAD03 22+15 [39] \"A?+B?:C??D?'EFG\" NAD03 name line \"A+B:C?D'EFG\" has 11 characters, expected at most 10\n"},
		"a component released": {"NAD+BY+4?:0:1:9'", ""},
		"no composite":         {"NAD+BY++A:B'", "edifact.element.components NAD[1]/NAD03 22+3 [16] \"A:B\" NAD03 name line is no composite, but holds the component separator ':' (as data it is written ?:)\n"},
		"too many components":  {"NAD+BY+1:2:9:4'", "edifact.element.components NAD[1]/NAD02 21+7 [16] \"1:2:9:4\" NAD02 party identification has 4 components, C082 defines 3\n"},
		"too many elements":    {"NAD+BY+1+++US+X'", "edifact.element.excess NAD[1]/NAD06 28+1 [16] \"X\" NAD has 6 elements, the standard defines 5\n"},
		"qualifier missing":    {"DTM+:20240229:102'", "edifact.element.required DTM[1]/DTM01.1 18+0 [13] \"\" DTM01 date/time/period has no DTM01.1 date qualifier\n"},
		"composite missing":    {"DTM'", "edifact.element.required DTM[1]/DTM01 17+0 [13] \"\" DTM has no DTM01 date/time/period\n"},
		"no day":               {"DTM+137:20230229:102'", "edifact.element.date DTM[1]/DTM01.2 22+8 [12] \"20230229\" DTM01.2 date \"20230229\" is no value of format 102, CCYYMMDD\n"},
		"not the format":       {"DTM+137:20230228:203'", "edifact.element.date DTM[1]/DTM01.2 22+8 [12] \"20230228\" DTM01.2 date \"20230228\" is no value of format 203, CCYYMMDDHHmm\n"},
		"periods":              {"DTM+1:2023022820230301:718'DTM+1:20230228-20230301:718'", ""},
		"unknown format":       {"DTM+1:WHENEVER:ZZZ'", ""},
		"another agency":       {"NAD+BY+1:2:9'", ""},
		"a digit in letters":   {"NAD+BY+1+++D1'", "edifact.element.type NAD[1]/NAD05 25+2 [37] \"D1\" NAD05 country \"D1\" has digits, where only letters stand\n"},
		"too short":            {"NAD+BY+1+++D'", "edifact.element.short NAD[1]/NAD05 25+1 [40] \"D\" NAD05 country \"D\" has 1 character, expected at least 2\n"},
		"dependency":           {"NAD+BY++++DE'", "edifact.element.condition NAD[1]/NAD02 21+0 [13] \"\" NAD has no NAD02 party identification, which NAD05 asks for (C0502)\n"},
		"one and only one":     {"ALI+A+B'", "edifact.element.exclusion ALI[1]/ALI02 20+1 [15] \"B\" ALI02 message function coded stands beside ALI01: at most one of them may (O0102)\n"},
		"none":                 {"ALI+++DE'", "edifact.element.condition ALI[1]/ALI01 18+0 [13] \"\" ALI has none of ALI01 ALI02, one is needed (O0102)\n"},
		"not with":             {"ALI+A++DE+N'", "edifact.element.exclusion ALI[1]/ALI04 24+1 [15] \"N\" ALI04 party name stands beside ALI03, which excludes it (N0304)\n"},
		"not in the list":      {"NAD+XX'", "edifact.element.code NAD[1]/NAD01 18+2 [12] \"XX\" NAD01 party qualifier \"XX\" is not in code list 3035 of release D:96A\n"},
		"trailing":             {"NAD+BY+1::'NAD+BY+'", "edifact.element.trailing NAD[1]/NAD02.3 24+0 [] \"\" component separators behind the last value of NAD02 party identification\nedifact.element.trailing NAD[2]/NAD02 31+1 [] \"\" separators behind the last value of NAD\n"},
		"control character":    {"NAD+BY++A\x01B'", "edifact.element.character NAD[1]/NAD03 22+3 [21] \"A\\x01B\" NAD03 name line holds the control character 0x01\n"},
		"segments":             {"NAD+BY'XXX+1'PIA+1'BGM'", "edifact.segment.unknown #4 21+5 [15] \"\" \"XXX\" is no segment of EDIFACT D:96A\nedifact.segment.undefined #5 27+5 [15] \"\" PIA is no segment of ORDERS\nedifact.segment.uses BGM[2] 33+3 [35] \"\" BGM stands 2 times here, at most 1 allowed\n"},
		"groups":               {"NAD+BY'NAD+BY'NAD+BY'NAD+BY'", "edifact.group.uses NAD[4] 35+6 [36] \"\" group NAD stands 4 times here, at most 3 allowed\n"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := found(g, documentOf(t, head+tt.in+tail, syntax3)); got != tt.want {
				t.Errorf("%s\ngot\n%s\nwant\n%s", tt.in, got, tt.want)
			}
		})
	}
}

func TestEDIFACTNumbers(t *testing.T) {
	g := toyOrders(t).Named("EDIFACT D:96A ORDERS")
	for v, want := range map[string]string{
		"12": "", "-12,5": "", "0.5": "", "-123456789012345": "", "12345678901234,5": "",
		"1234567890123456": "long 39", ",5": "digit 38", "5.": "decimal 19", "1.000,5": "decimal 19", "1E3": "type 37", "+1": "type 37", "-": "type 37", "?-1": "",
		",": "decimal 19",
	} {
		if v == "+1" {
			v = "?+1"
		}
		m := documentOf(t, "UNH+1'BGM+220'UNS+S'QTY+21:"+v+":PCE'UNT+5+1'", syntax3)
		var got []string
		for _, f := range g.Validate(m, Options{}).Findings {
			got = append(got, strings.TrimPrefix(f.Rule, "edifact.element.")+" "+f.Codes["0085"])
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: got %q, want %q", v, got, want)
		}
	}
}

// In syntax 4 what repeats stands in one element.
func TestEDIFACTRepetitions(t *testing.T) {
	lib := toyOrders(t, "acme.guide", "guide acme extends EDIFACT D:96A ORDERS\n"+
		"NAD/NAD04 length 2\nNAD/NAD05 codes DE required when NAD04 = BB\nNAD:SU/NAD02.1 length 13\nNAD/NAD03 name \"Line\"\n")
	for _, tt := range []struct{ guide, three, four, want string }{
		{"EDIFACT D:96A ORDERS", "NAD+BY+1+A+B+DE'", "NAD+BY+1+A*B+DE'", ""},
		{"EDIFACT D:96A ORDERS", "NAD+BY+1+A++DE'", "NAD+BY+1+A+DE'", ""},
		{"EDIFACT D:96A ORDERS", "", "NAD+BY+1+A*B*C+DE'", "edifact.element.repetitions NAD03"},
		{"EDIFACT D:96A ORDERS", "NAD+BY+1+A+B+D1'", "NAD+BY+1+A*B+D1'", "edifact.element.type D1"},
		{"acme", "NAD+BY+1+A+BBB+DE'", "NAD+BY+1+A*BBB+DE'", "edifact.element.long BBB"},
		{"acme", "NAD+BY+1+A+BB+FR'", "NAD+BY+1+A*BB+FR'", "edifact.element.code FR"},
		{"acme", "NAD+BY+1+A+BB'", "NAD+BY+1+A*BB'", "edifact.element.required "},
		{"acme", "NAD+BY+1+A'", "NAD+BY+1+A'", ""},
		{"acme", "NAD+SU+123'", "NAD+SU+123'", "edifact.element.short 123"},
		{"acme", "NAD+SU+123456789012?+'", "NAD+SU+123456789012?+'", ""},
	} {
		for i, text := range []string{tt.three, tt.four} {
			if text == "" {
				continue
			}
			d := []edi.Delimiters{syntax3, syntax4}[i]
			var got []string
			for _, f := range lib.Named(tt.guide).Validate(documentOf(t, "UNH+1'BGM+220'"+text+"UNS+S'UNT+5+1'", d), Options{}).Findings {
				what := f.Value
				if f.Rule == "edifact.element.repetitions" {
					what = fmt.Sprintf("%s%02d", f.Tag, f.Element)
				}
				got = append(got, f.Rule+" "+what)
			}
			if g := strings.Join(got, ", "); g != tt.want {
				t.Errorf("%s, syntax %d: %s\ngot  %s\nwant %s", tt.guide, i+3, text, g, tt.want)
			}
		}
	}
	m := documentOf(t, "UNH+1'BGM+220'NAD+BY+1+AAAAAAAAAAAA'UNS+S'UNT+5+1'", syntax4)
	if got := found(lib.Named("acme"), m); !strings.Contains(got, "NAD03 line ") {
		t.Errorf("a name of the overlay in syntax 4: got %s", got)
	}
}

// Codes of associations are no errors, nor are those of another agency's list.
func TestEDIFACTAgencies(t *testing.T) {
	g := toyOrders(t).Named("EDIFACT D:96A ORDERS")
	for _, tt := range []struct{ version, bgm, want string }{
		{"D:96A:UN", "X9", "edifact.element.code BGM[1]/BGM01.1 10+2 [12] \"X9\" BGM01.1 document name coded \"X9\" is not in code list 1001 of release D:96A\n"},
		{"D:96A:UN", "X9::9", ""},
		{"D:96A:UN", "X9:ABC", ""},
		{"D:96A:UN", "X9:::NAME", "edifact.element.code BGM[1]/BGM01.1 10+2 [12] \"X9\" BGM01.1 document name coded \"X9\" is not in code list 1001 of release D:96A\n"},
		{"D:96A:UN:EAN008", "X9", "edifact.element.code.agency BGM[1]/BGM01.1 10+2 [] \"X9\" BGM01.1 document name coded \"X9\" is not in code list 1001 of release D:96A\n"},
		{"D:96A:UN:EAN008", "LONG", "edifact.element.long BGM[1]/BGM01.1 10+4 [39] \"LONG\" BGM01.1 document name coded \"LONG\" has 4 characters, expected at most 3\n"},
	} {
		m := documentOf(t, "UNH+1'BGM+"+tt.bgm+"'UNS+S'UNT+4+1'", syntax3)
		m.Version = tt.version
		if got := found(g, m); got != tt.want {
			t.Errorf("%s %s\ngot  %s\nwant %s", tt.version, tt.bgm, got, tt.want)
		}
	}
}

// The value behind a qualifier is the other part of its composite.
func TestEDIFACTOverlay(t *testing.T) {
	lib := toyOrders(t, "acme.guide", `guide acme extends EDIFACT D:96A ORDERS "ACME"
DTM:137        required "document date"
DTM:2          value 20260101
NAD/COM        unused unless NAD:SU
NAD:BY         length 13
NAD/COM:TE     length 5
BGM01.1        codes + Y42
NAD:SU         required when BGM01.1 = Y42
`)
	g := lib.Named("acme")
	for _, tt := range []struct{ in, want string }{
		{"BGM+220'DTM+137:20240229:102'NAD+BY+1234567890123'", ""},
		{"BGM+220'DTM+2:20240229:102'", "edifact.element.value DTM[1]/DTM01.2, edifact.segment.missing DTM[2]"},
		{"BGM+220'DTM+137:20240229:102'NAD+BY+123'", "edifact.element.short NAD[1]/NAD02.1"},
		{"BGM+Y42'DTM+137:20240229:102'", "edifact.segment.missing NAD[1]"},
		{"BGM+Y42'DTM+137:20240229:102'NAD+SU+1'COM+123:TE'", "edifact.element.short NAD[1]/COM[1]/COM01.1"},
	} {
		var got []string
		for _, f := range g.Validate(documentOf(t, "UNH+1'"+tt.in+"UNS+S'UNT+5+1'", syntax3), Options{}).Findings {
			got = append(got, f.Rule+" "+strings.TrimPrefix(string(f.Path), "UNH[1]/"))
		}
		if text := strings.Join(got, ", "); text != tt.want {
			t.Errorf("%s\ngot  %s\nwant %s", tt.in, text, tt.want)
		}
	}
	for tag, want := range map[string][2]int{"DTM": {1, 1}, "COM": {1, 2}, "NAD": {1, 0}, "BGM": {}, "XYZ": {}} {
		if e, c := g.QualifierPlace(tag); [2]int{e, c} != want {
			t.Errorf("QualifierPlace(%s): got %d.%d, want %v", tag, e, c, want)
		}
	}
}

func TestEDIFACTLoadErrors(t *testing.T) {
	for name, tt := range map[string]struct{ dict, guide, want string }{
		"release":        {"dictionary EDIFACT 96A\n", "", "1:20: found \"96A\", expected version and release as UNH has them: D:96A"},
		"representation": {"dictionary EDIFACT D:96A\nelement 1 x..3\nelement 2 an...3\nelement 3 n..\nelement 4 a0\nelement 5 an..3 3\n", "", "2:11: found \"x..3\", expected a representation: a, n or an, and 3 or ..35"},
		"positions":      {"dictionary EDIFACT D:96A\nelement 1 a3\nsegment AB\n  01 1 C 2\n  02 1 C\n", "", "5:3: found \"02\", expected 03, the next element's number, up to 64"},
		"too many":       {"dictionary EDIFACT D:96A\nelement 1 a3\nsegment AB\n  01 1 C 65\n", "", "4:10: found \"65\", expected repetitions up to element 64"},
		"qualifier":      {"dictionary EDIFACT D:96A\nelement 1 a3\nsegment AB qualifier 1.1\n  01 1 C\n", "", "3: qualifier 1.1: AB01 has no such component"},
		"qualifier text": {"dictionary EDIFACT D:96A\nsegment AB qualifier 1.x\n", "", "2:22: found \"1.x\", expected the number of the qualifier element, or element.component"},
		"message type":   {noteDict, "guide EDIFACT D:96A 850\n", "1:21: found \"850\", expected a message type: ORDERS"},
		"header":         {noteDict, "guide EDIFACT D:96A ORDERS\nheading\n  BGM M 1\n  UNS M 1\n", "3: the first line is BGM: expected UNH"},
	} {
		t.Run(name, func(t *testing.T) {
			list := []string{"a.dict", tt.dict}
			if tt.guide != "" {
				list = append(list, "b.guide", tt.guide)
			}
			_, err := Load(files(list...))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got  %v\nwant %s", err, tt.want)
			}
		})
	}
}
