package guide_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/edi/guide"
)

// FuzzParseGuide: any text is a library or errors with places, and what loads
// can be used.
func FuzzParseGuide(f *testing.F) {
	f.Add([]byte("dictionary X12 004010\nsegment ST\n  01 143 M\nsegment SE\n  01 143 M\nelement 143 ID 3/3\ncodes 143\n  850\n"),
		[]byte("guide X12 004010 850\nheading\n  ST M 1\n  SE M 1\nguide a extends X12 004010 850\nST01 codes 850 when ST01 = 850\n"))
	f.Add([]byte("dictionary X12 004010\nsegment N1 \"x\" qualifier 1\n  01 C001 M 3\n  02 1 X\n  P0102\ncomposite C001\n  01 1 M\nelement 1 N2 1/2 \"\\\"\"\nknown AB\n"),
		[]byte("guide X12 004010 850\nheading\n 010 N1 M 1\n loop N1 O * id 3\n   N1 O 1\n\nguide a extends b \"t\"\nN1:X/N102 codes + A B severity off \"n\"\nguide b extends a\n"))
	f.Add([]byte("dictionary EDIFACT D:96A\nsegment UNH\n  01 1 M\nsegment UNT\n  01 1 M\nsegment AB qualifier 2.1\n  01 1 C 3\n  04 C001 C 2\n  N0104\n  O0104\n"+
		"composite C001\n  01 1 C 2\n  03 1131 C\nelement 1 an..3\nelement 1131 n2\ncodes 1\n  A\n"),
		[]byte("guide EDIFACT D:96A ORDERS\nsummary\n UNH M 1\n loop AB C 3 id SG1\n   AB M 1\n UNT M 1\nguide a extends EDIFACT D:96A ORDERS\nAB/AB05.1 codes + B\nAB:1 value 2\n"))
	f.Add([]byte("dictionary X12 004010\nsegment ST\n  01 143 M\nsegment SE\n  01 143 M\nelement 143 ID 3/3\n"),
		[]byte("guide X12 004010 850\nheading\n  ST M 1\n  SE M 1\nexample \"a\" finds x12.element.code ST[1]/ST01 and x12.segment.missing\n"+
			"  ST*850*1 # \"\n# c\n  SE**>^\n\nexample \"b\"\n  ST\n  SE*2\nguide a extends X12 004010 850\nexample \"c\"\n  ST*~\n"))
	f.Add([]byte("dictionary X12 004010\nsegment ST\n  01 143 M\nsegment SE\n  01 1 M\nsegment N1 qualifier 2\n  01 1 M\n  02 143 O\n  03 1 O\n  04 1 O\n"+
		"element 1 R 1/9\nelement 143 ID 1/3\ncodes 143 open severity info\n  850\ncodes 1 external \"x\"\n"),
		[]byte("guide X12 004010 850\nheading\n  ST M 1\n  N1 O *\n  SE M 1\nrules\n  N101 unique parent N103 children N104\n  SE01 count N1 or N1:A\n"+
			"guide a extends X12 004010 850\nN1:A under top B\nSE01 sum N1/N101 N1/N103 when N1:A\nN102 list closed severity warning\n"))
	f.Fuzz(func(t *testing.T, dict, text []byte) {
		lib, err := guide.Load(fstest.MapFS{"a.dict": {Data: dict}, "b.guide": {Data: text}})
		if err != nil {
			list, ok := err.(guide.Errors)
			if !ok || len(list) == 0 {
				t.Fatalf("got %T %v, want Errors", err, err)
			}
			for _, e := range list {
				if e.Line < 1 || e.Column < 0 || e.File == "" || e.Text == "" {
					t.Errorf("an error without a place: %+v", e)
				}
			}
			return
		}
		m := message("ST*850*1~N1*A>B*1~N1*A~XX*1~ST*850~N1*1*A**1~N1*2*B*1*0~N1*2*A*2~SE*1*1~", plain)
		un := message("UNH+1'AB+1+?+*?'+A:B*B?:::+'AB+A*B*C*D:1:2:3:4'UNT+1'", syntax4)
		for _, name := range lib.Names() {
			g := lib.Named(name)
			g.Validate(m, guide.Options{})
			g.Validate(un, guide.Options{})
			for _, e := range lib.Examples(name) {
				for _, f := range g.Test(e) {
					if f.Line < e.Origin.Line || f.Column < 1 || f.Text == "" {
						t.Errorf("a failure without a place: %+v", f)
					}
				}
			}
			if len(g.Digest()) != 64 || len(g.Lines()) == 0 {
				t.Errorf("guide %s: digest %q, %d lines", name, g.Digest(), len(g.Lines()))
			}
		}
	})
}

// picked are segments that FuzzValidate draws from: triggers, members, LS and LE,
// strangers, and values of every kind of error.
var picked = append([]string{
	"LS*A", "LE*A", "LE*B", "LDT*AF*1*DA", "LM*VI", "LQ*0*1", "SPI*00", "CB1*AA", "ADV*AA", "FA1*AA", "FA2*AA*1", "AMT*1*1", "QTY*01*1",
	"SCH*1*EA", "PKG*F", "CTP", "XX", "HL*1**S", "", "*", "ST*850*1", "SE*1*1", "TD1*CTN*1", "N2*X", "MSG*X*", "REF*DP*1**BM>1>BM", "TD4*HZD^XXX9^",
	"PO1*1*-*ea*9,95*!!*UP", "DTM*002*20261301*2500", "BEG*00", "CTT", "SLN*1**I*1*EA****VN", "MEA**LN*1*EA****01",
}, soundOrder...)

// FuzzValidate: whatever stands in a message, findings come in order and
// bounded, every segment has its place in a sound tree of loops, and a validator
// that was used before finds the same.
func FuzzValidate(f *testing.F) {
	every := make([]byte, len(picked))
	for i := range every {
		every[i] = byte(i)
	}
	f.Add([]byte(nil), every, uint8(0))
	f.Add([]byte(joined(soundOrder)), []byte{4, 3, 2, 1, 0}, uint8(5))
	f.Add([]byte(around(head+"REF*DP*038**BM>1>>~TD4*X^Y^^Z~N1*ST~"+line+"LS*LDT~LDT*AF*1*DA~LE*X~LS*A~N9*L1~"+tail)), []byte{50, 0, 3, 1}, uint8(1))
	f.Add([]byte(around("N3~N4~XX~PO1~CTT~PO1~BEG~ST~~*~")), []byte{}, uint8(100))
	f.Add([]byte("0"), []byte("\xce\x1bl\xa6e\x17\x00\x000\x00\x00\x01\x00\x16\x02"), uint8(9)) // strangers whose errors say what follows
	g := standard(f, "REF:DP required\nPO1/PID required when BEG02 = SA\nN1:ST max 1\nREF/REF04.1 codes BM\nPO1/PO103 codes EA CA severity warning\n")
	base := standard(f, "")
	d := plain
	d.Repetition = '^'
	used := new(guide.Validator)
	f.Fuzz(func(t *testing.T, text, picks []byte, keep uint8) {
		m := message(drawn(text, picks), d)
		for _, g := range []*guide.Guide{base, g} {
			checkAny(t, g, m, used, guide.Options{MaxFindings: int(keep)})
		}
	})
}

// FuzzHierarchy is FuzzValidate over ship notices, whose levels name each other.
func FuzzHierarchy(f *testing.F) {
	f.Add([]byte("ST*856*1~BSN*00*10*20261123*1200~HL*1**S*1~HL*2*1*O*1~HL*3*2*P*0~HL*4*9*I~SN1**2*EA~HL*4*4*I*1~SN1**-.5*EA~CTT*3*25~SE*1*1~"))
	f.Add([]byte("ST*856*1~HL*1~HL* ~HL*1 *1 ~HL***I~HL*2*1*X*2~CTT*1*1~CTT*-1*99999999999999999999999999999999999999999999~"))
	lib, err := shipped(f).Extend(fstest.MapFS{"a.guide": {Data: []byte("guide acme extends X12 004010 856\nHL:S under top\nHL:O under S\n" +
		"HL:I under P O\nCTT01 count HL:S or HL/LIN severity error\nHL/SN1/SN103 list open\nBSN02 count HL when BSN01 = 00\n")}})
	if err != nil {
		f.Fatal(err)
	}
	used := new(guide.Validator)
	f.Fuzz(func(t *testing.T, text []byte) {
		m := message(string(text), plain)
		for _, name := range []string{"X12 004010 856", "acme"} {
			checkAny(t, lib.Named(name), m, used, guide.Options{})
		}
	})
}

// syntax4 are the delimiters of EDIFACT syntax version 4; without the repetition
// separator those of version 3.
var syntax4 = edi.Delimiters{Segment: '\'', Element: '+', Component: ':', Release: '?', Decimal: '.', Repetition: '*'}

// FuzzEDIFACT is FuzzValidate over ORDERS of D.96A.
func FuzzEDIFACT(f *testing.F) {
	f.Add([]byte("UNH+1+ORDERS:D:96A:UN'BGM+220+4711+9'DTM+137:20261123:102'NAD+BY+541::9++O?'NEILL'LIN+1++401:EN'PIA+1+A:SA+B:SA'QTY+21:1,5:PCE'UNS+S'UNT+9+1'"), false)
	f.Add([]byte("UNH+1'PIA+1+A:SA*B:SA*?*:::'GIN+BJ+1:2*3:4*5*6*7*8'DTM+:::'DTM+137:20261323:102'DTM+2:?2?0:718'QTY+21:1.000,5'IMD+F++:::A:B:C'UNT'"), true)
	f.Add([]byte("UNS+S'NAD++++++++++++'?'LIN'X?'ALC+A+?"), false)
	lib, err := shipped(f).Extend(fstest.MapFS{"a.guide": {Data: []byte("guide acme extends EDIFACT D:96A ORDERS\nDTM:137 required\n" +
		"LIN/PIA/PIA03.2 codes SA BP\nNAD:BY length 13\nLIN/QTY:21 required when BGM01.1 = 220\nLIN/PIA/PIA04 unused\nBGM01.1 codes + ZZ\n")}})
	if err != nil {
		f.Fatal(err)
	}
	used := new(guide.Validator)
	f.Fuzz(func(t *testing.T, text []byte, repeats bool) {
		d := syntax4
		if !repeats {
			d.Repetition = 0
		}
		m := message(string(text), d)
		for _, name := range []string{"EDIFACT D:96A ORDERS", "acme"} {
			checkAny(t, lib.Named(name), m, used, guide.Options{})
		}
	})
}

// TestRandomMessages is FuzzValidate with messages of a fixed seed.
func TestRandomMessages(t *testing.T) {
	g := standard(t, "REF:DP required\nPO1/PID required when BEG02 = SA\nPO1/N1/N3 unused unless N4\n")
	rnd := rand.New(rand.NewPCG(20261123, 850))
	used := new(guide.Validator)
	for range 2000 {
		picks := make([]byte, rnd.IntN(60))
		for i := range picks {
			picks[i] = byte(rnd.IntN(256))
		}
		checkAny(t, g, message(drawn(nil, picks), plain), used, guide.Options{MaxFindings: rnd.IntN(50)})
	}
}

// drawn is a document of text and of the picked segments.
func drawn(text, picks []byte) string {
	var b strings.Builder
	b.Write(text)
	if len(text) > 0 && text[len(text)-1] != plain.Segment {
		b.WriteByte(plain.Segment)
	}
	for _, p := range picks {
		b.WriteString(picked[int(p)%len(picked)])
		b.WriteByte(plain.Segment)
	}
	return b.String()
}

// checkAny checks what holds for every message.
func checkAny(t *testing.T, g *guide.Guide, m *edi.Message, used *guide.Validator, opt guide.Options) {
	t.Helper()
	r := g.Validate(m, opt)
	checkResult(t, m, r, opt)
	if again := used.Validate(g, m, opt); len(again.Findings) != len(r.Findings) ||
		len(r.Findings) > 0 && !reflect.DeepEqual(again.Findings, r.Findings) || again.Total != r.Total || again.Errors != r.Errors {
		t.Errorf("a validator that was used before: got %d findings of %d, want %d of %d", len(again.Findings), again.Total, len(r.Findings), r.Total)
	}
	if got := g.Match(m); fmt.Sprint(*got) != fmt.Sprint(*r.Match) {
		t.Errorf("Match alone: got %v, want %v", *got, *r.Match)
	}
}

// checkResult checks what holds for every result.
func checkResult(t *testing.T, m *edi.Message, r *guide.Result, opt guide.Options) {
	t.Helper()
	most := opt.MaxFindings
	if most == 0 {
		most = 100
	}
	if len(r.Findings) > most || r.Total < len(r.Findings) || r.Errors > r.Total || r.Total > most && len(r.Findings) < most-m.Len() {
		t.Errorf("%d findings of %d, %d errors, at most %d", len(r.Findings), r.Total, r.Errors, most)
	}
	raw := m.Raw()
	for i, f := range r.Findings {
		if i > 0 && f.Offset < r.Findings[i-1].Offset {
			t.Errorf("finding %d at %d, behind one at %d", i, f.Offset, r.Findings[i-1].Offset)
		}
		if f.Offset < 0 || f.Offset+int64(f.Length) > int64(len(raw)) || f.Place < 1 || f.Place > m.Len()+1 {
			t.Errorf("finding outside the message: %+v", f)
			continue
		}
		if v := raw[f.Offset : f.Offset+int64(f.Length)]; f.Value != "" && !bytes.HasPrefix(v, []byte(f.Value)) {
			t.Errorf("finding marks %q and says %q", v, f.Value)
		}
	}
	mt := r.Match
	if len(mt.Placed) != m.Len() || len(mt.Loops) == 0 {
		t.Fatalf("%d places for %d segments, %d loops", len(mt.Placed), m.Len(), len(mt.Loops))
	}
	for i, l := range mt.Loops[1:] {
		parent := mt.Loops[l.Parent]
		if l.Parent > i || l.First < parent.First || l.Last > parent.Last || l.Last < l.First || l.Use == nil || l.Nth < 1 {
			t.Errorf("loop %d %+v in %+v", i+1, l, parent)
		}
	}
	seen := map[edi.Path]bool{}
	for p, pl := range mt.Placed {
		if l := mt.Loops[pl.Loop]; p+1 < l.First || p+1 > l.Last {
			t.Errorf("place %d is in a loop of places %d-%d", p+1, l.First, l.Last)
		}
		path := mt.Path(m, p+1)
		if seen[path] {
			t.Errorf("place %d: path %s stands twice", p+1, path)
		}
		seen[path] = true
	}
}
