package guide_test

import (
	"testing"
	"testing/fstest"

	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/edi/guide"
)

// broken is a document that breaks one rule and no other.
type broken struct {
	rule, guide, overlay string
	body                 string // what stands between the first and the last segment
}

const (
	order850   = "X12 004010 850"
	orders96A  = "EDIFACT D:96A ORDERS"
	desadv96A  = "EDIFACT D:96A DESADV"
	asn856     = "X12 004010 856"
	beginOrder = "BGM+220+1'DTM+137:20261123:102'"
	orderLine  = "LIN+1'QTY+21:12'"
	endOrder   = "UNS+S'"
	asn        = "BSN*00*10*20261123*1200~HL*1**S~"
)

// notes is a guide with what the shipped ones of EDIFACT have no use for.
const (
	notes     = "EDIFACT D:19A ORDERS"
	notesDict = `dictionary EDIFACT D:19A
segment UNH
  01 0062 M
segment UNT
  01 0074 M
segment XXX
  01 1082 C
  02 1082 C
  03 1082 C
  04 1082 C
  C0102
  E0304
segment YYY qualifier 4
  01 1082 C
  02 1082 C
  03 1082 C
  04 1082 C
element 0062 an..14
element 0074 n..6
element 1082 n..6
`
	notesGuide = `guide EDIFACT D:19A ORDERS
heading
  UNH M 1
  XXX C 9
  YYY C 9
  UNT M 1
rules
  YYY01 unique parent YYY02 children YYY03
`
)

var brokenRules = []broken{
	{"x12.segment.unknown", order850, "", head + "ZZZ*1~" + line},
	{"x12.segment.undefined", order850, "", head + "HL*1**S~" + line},
	{"x12.segment.unexpected", order850, "", head + "N3*X~" + line},
	{"x12.segment.sequence", order850, "", head + "DTM*002*20261201~REF*DP*1~DTM*010*20261201~" + line},
	{"x12.segment.missing", order850, "", line},
	{"x12.segment.uses", order850, "", head + "CUR*BY*USD~CUR*BY*USD~" + line},
	{"x12.segment.unused", order850, "FOB unused\n", head + "FOB*PP~" + line},
	{"x12.loop.uses", order850, "", head + line + "CTT*1~CTT*1~"},
	{"x12.loop.identifier", order850, "", head + line + "LS*LDT~LDT*AF*1*DA~LE*X~"},
	{"x12.element.required", order850, "", "BEG*00*SA***20261123~" + line},
	{"x12.element.condition", order850, "", head + "PO1*1**EA~"},
	{"x12.element.exclusion", order850, "", head + line + "QTY*01*1**X~"},
	{"x12.element.excess", order850, "", head + line + "CTT*1*******9~"},
	{"x12.element.components", order850, "", head + "REF*DP*1>2~" + line},
	{"x12.element.repetitions", order850, "", head + "REF*DP*1^2~" + line},
	{"x12.element.short", order850, "", head + "DTM*2*20261201~" + line},
	{"x12.element.long", order850, "", "BEG*00*SA*12345678901234567890123**20261123~" + line},
	{"x12.element.character", order850, "", head + "PO1*1*1.2.3*EA~"},
	{"x12.element.decimal", order850, "", head + "PO1*1*5.*EA~"},
	{"x12.element.zeros", order850, "", head + "PO1*1*05*EA~"},
	{"x12.element.unique", order850, "", head + line + line},
	{"x12.element.code", order850, "", head + "PO1*1*1*!!~"},
	{"x12.element.value", order850, "REF:IA value 12\n", head + "REF*IA*13~" + line},
	{"x12.element.date", order850, "", head + "DTM*002*20260230~" + line},
	{"x12.element.time", order850, "", head + "DTM*002*20260228*2460~" + line},
	{"x12.element.unused", order850, "BEG04 unused\n", "BEG*00*SA*4711*1*20261123~" + line},
	{"x12.element.trailing", order850, "", "BEG*00*SA*4711**20261123**~" + line},
	{"x12.element.blanks", order850, "", "BEG*00*SA*4711 **20261123~" + line},
	{"x12.total.count", order850, "", head + line + "CTT*2~"},
	{"x12.total.sum", order850, "", head + line + "CTT*1*13~"},
	{"x12.hierarchy.id", asn856, "", asn + "HL*1*1*O~"},
	{"x12.hierarchy.parent", asn856, "", asn + "HL*2*3*O~"},
	{"x12.hierarchy.children", asn856, "", asn + "HL*2*1*O*1~"},
	{"x12.hierarchy.level", asn856, "HL:I under O\n", asn + "HL*2*1*I~"},

	{"edifact.segment.unknown", orders96A, "", beginOrder + "ZZZ+1'" + orderLine + endOrder},
	{"edifact.segment.undefined", orders96A, "", beginOrder + "CPS+1'" + orderLine + endOrder},
	{"edifact.segment.unexpected", orders96A, "", beginOrder + "COM+1:TE'" + orderLine + endOrder},
	{"edifact.segment.sequence", orders96A, "", "BGM+220+1'DTM+137:20261123:102'FTX+AAA'PAI+::10'FTX+AAA'" + orderLine + endOrder},
	{"edifact.segment.missing", orders96A, "", beginOrder + orderLine},
	{"edifact.segment.uses", orders96A, "", "BGM+220+1'BGM+220+1'DTM+137:20261123:102'" + orderLine + endOrder},
	{"edifact.segment.unused", orders96A, "FTX unused\n", beginOrder + "FTX+AAA'" + orderLine + endOrder},
	{"edifact.group.uses", orders96A, "NAD:BY max 1\n", beginOrder + "NAD+BY'NAD+BY'" + orderLine + endOrder},
	{"edifact.element.required", orders96A, "", beginOrder + "NAD'" + orderLine + endOrder},
	{"edifact.element.excess", orders96A, "", beginOrder + orderLine + "UNS+S+1'"},
	{"edifact.element.components", orders96A, "", beginOrder + "LIN+1'QTY+21:12:PCE:1'" + endOrder},
	{"edifact.element.repetitions", orders96A, "", beginOrder + "NAD+BY*SU'" + orderLine + endOrder},
	{"edifact.element.short", orders96A, "NAD:BY length 13\n", beginOrder + "NAD+BY+1'" + orderLine + endOrder},
	{"edifact.element.long", orders96A, "", "BGM+220+123456789012345678901234567890123456'DTM+137:20261123:102'" + orderLine + endOrder},
	{"edifact.element.character", orders96A, "", "BGM+220+1\x01'DTM+137:20261123:102'" + orderLine + endOrder},
	{"edifact.element.type", orders96A, "", beginOrder + "LIN+1'QTY+21:12x'" + endOrder},
	{"edifact.element.decimal", orders96A, "", beginOrder + "LIN+1'QTY+21:1.2.3'" + endOrder},
	{"edifact.element.digit", orders96A, "", beginOrder + "LIN+1'QTY+21:.5'" + endOrder},
	{"edifact.element.zeros", orders96A, "", beginOrder + "LIN+1'QTY+21:012'" + endOrder},
	{"edifact.element.date.empty", orders96A, "", "BGM+220+1'DTM+137::102'" + orderLine + endOrder},
	{"edifact.element.unique", orders96A, "", beginOrder + orderLine + orderLine + endOrder},
	{"edifact.element.code", orders96A, "", beginOrder + "NAD+!!'" + orderLine + endOrder},
	{"edifact.element.code.agency", orders96A, "", beginOrder + "NAD+!!'" + orderLine + endOrder},
	{"edifact.element.value", orders96A, "NAD:BY value 1\n", beginOrder + "NAD+BY+2'" + orderLine + endOrder},
	{"edifact.element.date", orders96A, "", "BGM+220+1'DTM+137:20261131:102'" + orderLine + endOrder},
	{"edifact.element.unused", orders96A, "BGM02 unused\n", beginOrder + orderLine + endOrder},
	{"edifact.element.trailing", orders96A, "", beginOrder + "NAD+BY+'" + orderLine + endOrder},
	{"edifact.element.blanks", orders96A, "", beginOrder + "NAD+BY+1 '" + orderLine + endOrder},
	{"edifact.total.count", orders96A, "", beginOrder + orderLine + endOrder + "CNT+2:2'"},
	{"edifact.total.sum", orders96A, "", beginOrder + orderLine + endOrder + "CNT+1:13'"},
	{"edifact.hierarchy.id", desadv96A, "", "BGM+351+1'CPS+1'CPS+1'"},
	{"edifact.hierarchy.parent", desadv96A, "", "BGM+351+1'CPS+1+2'"},
	// What the shipped guides have no use for.
	{"edifact.element.condition", notes, "", "XXX+1'"},
	{"edifact.element.exclusion", notes, "", "XXX+++1+1'"},
	{"edifact.hierarchy.children", notes, "", "YYY+1++1'"},
	{"edifact.hierarchy.level", notes, "YYY:2 under 3\n", "YYY+1++0+2'"},
}

// TestEveryRule has a document for each rule that breaks it and no other.
func TestEveryRule(t *testing.T) {
	seen := map[string]bool{}
	for _, b := range brokenRules {
		seen[b.rule] = true
	}
	for _, r := range guide.Rules() {
		if !seen[r.ID] {
			t.Errorf("no document breaks %s", r.ID)
		}
	}
	lib, err := shipped(t).Extend(fstest.MapFS{"notes.dict": {Data: []byte(notesDict)}, "notes.guide": {Data: []byte(notesGuide)}})
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range brokenRules {
		t.Run(b.rule, func(t *testing.T) {
			with, err := lib.Extend(fstest.MapFS{"acme.guide": {Data: []byte("guide acme extends " + b.guide + "\n" + b.overlay)}})
			if err != nil {
				t.Fatal(err)
			}
			g := with.Named("acme")
			d, first, last := plain, "ST*"+g.Set()+"*0001~", "SE*1*0001~"
			if d.Repetition = '^'; g.Standard() == edi.EDIFACT {
				d = edi.Delimiters{Segment: '\'', Element: '+', Component: ':', Release: '?', Decimal: '.', Repetition: '*'}
				first, last = "UNH+1'", "UNT+1+1'"
				if b.guide != notes {
					first = "UNH+1+" + g.Set() + ":D:96A:UN'"
				} else {
					last = "UNT+1'"
				}
			}
			m, err := edi.ReadMessage([]byte(first+b.body+last), d)
			if err != nil {
				t.Fatal(err)
			}
			if b.rule == "edifact.element.code.agency" {
				m.Version = "D:96A:UN:EAN008"
			}
			fs := g.Validate(m, guide.Options{}).Findings
			for _, f := range fs {
				if f.Rule != b.rule {
					t.Errorf("got %s, want %s alone", f.String(), b.rule)
				}
			}
			if len(fs) == 0 {
				t.Errorf("no finding")
			}
		})
	}
}
