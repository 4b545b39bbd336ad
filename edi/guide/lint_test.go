package guide_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/edi/guide"
)

// remarks lints the guide "acme" of text over the shipped guides.
func remarks(t *testing.T, text string) []guide.Remark {
	t.Helper()
	lib, err := shipped(t).Extend(fstest.MapFS{"acme.guide": {Data: []byte(text)}})
	if err != nil {
		t.Fatal(err)
	}
	return lib.Lint("acme")
}

func TestLint(t *testing.T) {
	tests := []struct{ name, lines, want string }{
		{"nothing to say", "BEG02 codes SA DS\nN1:ST required max 1\nPO1/PO107 required when PO106 = UP EN", ""},
		{"words that compare", "PO101 unique\nCTT01 count PO1 severity error\nPO1/PO103 list open", ""},
		{"a code of no list", "BEG02 codes SA XX", `acme.guide:2:1: warning guide.code.unknown: BEG02: "XX" is not on the list of element 92: codes + XX adds it`},
		{"a code in lower case", "BEG02 codes sa", `acme.guide:2:1: warning guide.code.unknown: BEG02: "sa" is not on the list of element 92: did you mean SA?`},
		{"a code that a line adds", "PO1/PO106 codes + 4A\nPO1/PO106 codes 4A UP", ""},
		{"a value of no list", "BEG01 value 99", `acme.guide:2:1: warning guide.code.unknown: BEG01: "99" is not on the list of element 353`},
		{"a length beyond the base", "BEG03 length 1/30", `acme.guide:2:1: warning guide.length.wider: BEG03 length 1/30: element 324 has 1 to 22, which stays in force`},
		{"a length that no value has", "BEG03 length 30", `acme.guide:2:1: error guide.length.never: BEG03 length 30/30: element 324 has 1 to 22, no value has both`},
		{"a value too long", "REF:IA value 1234567890123456789012345678901", `acme.guide:2:1: error guide.value.length: REF:IA: "1234567890123456789012345678901" has 31 characters, element 127 has 1 to 30`},
		{"a value against its line", "REF:IA value 12 length 3", `acme.guide:2:1: error guide.value.length: REF:IA: "12" has 2 characters, the line asks for 3 to 3`},
		{"a qualifier of no list", "N1:QQQ required", `acme.guide:2:1: warning guide.qualifier.unknown: N1:QQQ: no N1 has the qualifier "QQQ", it is not on the list of element 98: did you mean QQ?`},
		{"a qualifier in a condition", "BEG04 required when N1:QQQ", `acme.guide:2:21: warning guide.qualifier.unknown: N1:QQQ: no N1 has the qualifier "QQQ", it is not on the list of element 98: did you mean QQ?`},
		{"a qualifier that a line adds", "DTM/DTM01 codes + Z01\nDTM:Z01 required\nDTM:002 required", ""},
		{"unused and mandatory", "BEG unused", `acme.guide:2:1: error guide.unused.mandatory: BEG is mandatory in the base: without it every document is rejected, with it too`},
		{"an element, unused and mandatory", "BEG03 unused", `acme.guide:2:1: error guide.unused.mandatory: BEG03 is mandatory in the base: without it every BEG is rejected, with it too`},
		{"mandatory already", "BEG required\nBEG03 required", "acme.guide:2:1: warning guide.line.idle: BEG is mandatory in the base already\n" +
			"acme.guide:3:1: warning guide.line.idle: BEG03 is mandatory in the base already"},
		{"a note alone", `REF:DP "department"`, `acme.guide:2:1: warning guide.line.idle: REF:DP: a note, a severity or a condition alone asks for nothing`},
		{"more uses than the base", "CUR max 3", `acme.guide:2:1: warning guide.max.wider: CUR max 3: the base allows 1`},
		{"required and unused", "REF:DP required\nREF unused", `acme.guide:2:1: error guide.contradiction: REF:DP is required here and unused in acme.guide:3`},
		{"below what is unused", "PO1/SLN unused\nPO1/SLN/PID required", `acme.guide:3:1: warning guide.line.never: PO1/SLN/PID: PO1/SLN is unused, acme.guide:2`},
		{"on an unused condition", "CUR unused\nBEG04 required when CUR", `acme.guide:3:21: warning guide.line.never: condition CUR: CUR is unused, acme.guide:2`},
		{"a condition on a code of no list", "BEG04 required when BEG02 = Q1", `acme.guide:2:21: warning guide.line.never: condition BEG02: "Q1" is not on the list of element 92`},
		{"twice", "BEG02 codes SA\nBEG02 codes DS", "acme.guide:3:1: warning guide.line.twice: BEG02 has codes in line 2 already, and both hold"},
		{"twice, by conditions", "BEG02 codes SA when CUR\nBEG02 codes DS unless CUR", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, r := range remarks(t, "guide acme extends X12 004010 850\n"+tt.lines+"\n") {
				if r.Rule != "guide.example.none" {
					got = append(got, r.String())
				}
			}
			if strings.Join(got, "\n") != tt.want {
				t.Errorf("remarks\n got %s\nwant %s", strings.Join(got, "\n     "), tt.want)
			}
		})
	}
}

func TestLintEDIFACT(t *testing.T) {
	var got []string
	for _, r := range remarks(t, "guide acme extends EDIFACT D:96A ORDERS\nDTM:ZZZ9 required\nNAD:BY length 40\nBGM01.1 codes 220 QQQ\nLIN/QTY:21 value 1\n") {
		got = append(got, r.String())
	}
	want := `acme.guide:1: info guide.example.none: guide acme has no example
acme.guide:2:1: warning guide.qualifier.unknown: DTM:ZZZ9: no DTM has the qualifier "ZZZ9", it is not on the list of element 2005: did you mean ZZZ?
acme.guide:3:1: error guide.length.never: NAD:BY length 40/40: element 3039 has 1 to 35, no value has both
acme.guide:4:1: warning guide.code.unknown: BGM01.1: "QQQ" is not on the list of element 1001: codes + QQQ adds it`
	if strings.Join(got, "\n") != want {
		t.Errorf("remarks\ngot\n%s\nwant\n%s", strings.Join(got, "\n"), want)
	}
}

// A guide answers for its own lines: what it replaces is told, what is odd below
// is not; examples are run.
func TestLintLayers(t *testing.T) {
	got := remarks(t, `guide family extends X12 004010 850
BEG02 codes XX
REF:DP required
guide acme extends family
REF:DP severity off
example "no order number" finds x12.element.long
  ST*850*0001
  BEG*00*XX***20261123
  PO1*1*12*EA*9.95
  SE*4*0001
`)
	want := []guide.Remark{
		{"acme.guide", 5, 1, "guide.line.shadowed", edi.Info, `REF:DP replaces "required" of family, acme.guide:3`},
		{"acme.guide", 6, 1, "guide.example.fails", edi.Error, `example "no order number": x12.element.long is not found`},
	}
	rules := map[string]guide.Rule{}
	for _, r := range guide.LintRules() {
		rules[r.ID] = r
	}
	for _, w := range want {
		found := false
		for _, g := range got {
			found = found || g == w
		}
		if !found {
			t.Errorf("remarks\n got %v\nwant %v among them", got, w)
		}
	}
	for _, g := range got {
		if r := rules[g.Rule]; r.Text == "" || r.Severity != g.Severity {
			t.Errorf("remark %v is of no rule of that severity", g)
		}
	}
}

// What ships has nothing to be said against it.
func TestLintShipped(t *testing.T) {
	lib := shipped(t)
	for _, name := range lib.Names() {
		for _, r := range lib.Lint(name) {
			t.Error(r)
		}
	}
}

// docs/GUIDES.md has each rule as it is.
func TestLintPage(t *testing.T) {
	page, err := os.ReadFile("../../docs/GUIDES.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range guide.LintRules() {
		if row := fmt.Sprintf("| `%s` | %s | %s |", r.ID, r.Severity, r.Text); !strings.Contains(string(page), row) {
			t.Errorf("docs/GUIDES.md lacks the row\n%s", row)
		}
	}
}
