package mappings

import (
	"strings"
	"testing"

	"github.com/edibridge/edibridge/canonical"
	"github.com/edibridge/edibridge/edi"
)

func FuzzRoundTrip(f *testing.F) {
	for _, s := range []string{"", "REF*DP*038**IA>77~ZZ9*a>b~PO1*1*2*EA*~", "N1*ST*X~N3*a~N3*b~N2*c~PO1*1~SDQ*EA**1*2~SDQ*EA**3*4~CTT*1~AMT*TT*5~",
		"DTM*010*20261131~DTM**~ ~*~REF~\r\n", "PO1*1*1.50*CA*.5**UP*~PO1~PO1*\xff*\xc3\xa9~"} {
		f.Add([]byte(wrap(s)), byte('*'), byte('~'))
	}
	f.Add([]byte("ST|850|1\nBEG|00|SA|1||20261123\nSE|3|1\n"), byte('|'), byte('\n'))
	g, m := purchaseOrder(f)
	f.Fuzz(func(t *testing.T, raw []byte, element, segment byte) {
		d := edi.Delimiters{Segment: segment, Element: element, Component: '>', Repetition: '^', Decimal: '.'}
		if element == segment || strings.IndexByte(">^ \x00", element) >= 0 || strings.IndexByte(">^ \x00", segment) >= 0 {
			return
		}
		msg, err := edi.ReadMessage(raw, d)
		if err != nil {
			return
		}
		msg.Version = "004010"
		fuzzed(t, m, FromMessage(msg, g, g.Match(msg)), raw)
	})
}

// fuzzed takes a message there and back by way of JSON.
func fuzzed(t *testing.T, m *Mapping, src Source, raw []byte) {
	r, err := m.In(src, InOptions{Residue: true, Lineage: true})
	if err != nil {
		t.Fatal(err)
	}
	line, err := canonical.Encode(r.Document, r.Lineage, r.Residue)
	if err != nil {
		t.Fatal(err)
	}
	doc, res := r.Document, r.Residue
	if canonical.New(m.kind) != nil {
		if doc, res, err = canonical.DecodeWithResidue(line); err != nil {
			t.Fatalf("%v\n%s", err, line)
		}
	}
	if got, _, err := m.Out(doc, OutOptions{Residue: res}); err != nil || string(got) != string(raw) {
		t.Errorf("out: %s\n%v", difference(got, raw), err)
	}
	if _, _, err := m.Out(doc, OutOptions{Delimiters: starred}); err != nil {
		t.Fatal(err)
	}
	for pointer, o := range r.Lineage.All() {
		if o.Offset < 0 || o.Offset+int64(o.Length) > int64(len(raw)) {
			t.Errorf("origin of %s\n got %+v\nwant it within %d bytes", pointer, o, len(raw))
		}
	}
}

// FuzzOrders does the same with EDIFACT.
func FuzzOrders(f *testing.F) {
	for _, s := range []string{"BGM+220+4711+9'DTM+137:20261123:102'LIN+1++400:EN'PIA+5+a?'b:BP+c:SA'QTY+21:5'PRI+AAA:1.5'UNS+S'CNT+2:1'",
		"NAD+BY+541::9++A?+B:C'CTA+PD+7:Jane'COM+1:TE'LIN+1'LOC+7+1::92'QTY+11:2'", "DTM+137:2026:102'RFF+CT'RFF+CT:1'ALC+A'PCD+3:5'MOA+23:1'", "CUX+:EUR'TAX+7'??'\r\n"} {
		f.Add([]byte("UNH+1+ORDERS:D:96A:UN'"+s+"UNT+9+1'"), byte(0))
	}
	f.Add([]byte("UNH+1+ORDERS:D:96A:UN'LIN+1'PIA+5+a:BP*b:SA'UNT+4+1'"), byte('*'))
	g, m := languages(f, edi.EDIFACT, "D:96A", "ORDERS")
	f.Fuzz(func(t *testing.T, raw []byte, repetition byte) {
		d := plussed
		if d.Repetition = repetition; strings.IndexByte("+:?'. ", repetition) >= 0 || repetition >= 0x80 {
			return
		}
		msg, err := edi.ReadMessage(raw, d)
		if err != nil || msg.Standard != edi.EDIFACT {
			return
		}
		msg.Version = "D:96A:UN"
		fuzzed(t, m, FromMessage(msg, g, g.Match(msg)), raw)
	})
}

// FuzzTree reads and writes trees of any numbers.
func FuzzTree(f *testing.F) {
	m := noticeTable(f, treeTable)
	for _, s := range []string{"HL*1**S~HL*2*1*O~SN1**5~", "HL*1*2~HL*2*3~HL*3*1~", "HL*1~HL*1*1~HL**1~MAN*GM*1~CTT*3*9~"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		if len(raw) == 0 || raw[0] < 'A' || raw[0] > 'Z' || strings.Contains(string(raw), "SE") {
			return
		}
		if _, err := edi.ReadMessage([]byte("ST~"+string(raw)+"SE~"), starred); err != nil {
			return
		}
		fuzzed(t, m, flat(t, string(raw), starred), raw)
	})
}

// FuzzOut: no document and no residue, however odd, does harm.
func FuzzOut(f *testing.F) {
	g, m := purchaseOrder(f)
	for _, s := range []string{"REF*DP*038**IA>77~ZZ9*a>b~PO1*1*2*EA*~", "N1*ST*X~N3*a~N3*b~PO1*1~SDQ*EA**1*2~SDQ*EA**3*4~CTT*1~AMT*TT*5~"} {
		r := in(f, m, wrap(s), InOptions{Residue: true})
		line, err := canonical.Encode(r.Document, nil, r.Residue)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(line)
	}
	f.Add([]byte(`{"kind":"order","syntax":{},"residue":[{"segment":-1,"element":999,"component":99,"repetition":99}],"format":[{"segment":1,"gap":true,"count":2147483647}],"anchors":[{"segment":-5,"marks":"????ab"}]}`))
	f.Fuzz(func(t *testing.T, line []byte) {
		doc, res, err := canonical.DecodeWithResidue(line)
		if err != nil {
			return
		}
		for _, opt := range []OutOptions{{Residue: res}, {Guide: g}, {Residue: res, Delimiters: starred}} {
			first, _, err := m.Out(doc, opt)
			if err != nil {
				t.Fatal(err)
			}
			if again, _, _ := m.Out(doc, opt); string(first) != string(again) {
				t.Errorf("written twice\n got %q\nwant %q", again, first)
			}
		}
	})
}
