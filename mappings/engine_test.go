package mappings

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/edibridge/edibridge/canonical"
	"github.com/edibridge/edibridge/edi"
	"github.com/google/go-cmp/cmp"
)

// wrap puts segments between ST and SE, behind a BEG.
func wrap(segments string) string {
	if !strings.HasPrefix(segments, "BEG") {
		segments = "BEG*00*SA*4711**20261123~" + segments
	}
	return fmt.Sprintf("ST*850*0001~%sSE*%d*0001~", segments, strings.Count(segments, "~")+2)
}

func in(t testing.TB, m *Mapping, raw string, opt InOptions) *Result {
	t.Helper()
	g, _ := purchaseOrder(t)
	msg := parse(t, raw)
	r, err := m.In(FromMessage(msg, g, g.Match(msg)), opt)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func out(t testing.TB, m *Mapping, doc canonical.Document, opt OutOptions) (string, []edi.Finding) {
	t.Helper()
	b, findings, err := m.Out(doc, opt)
	if err != nil {
		t.Fatal(err)
	}
	return string(b), findings
}

// TestRows: segments, and the members of the order that say the same. They are
// read, and written again as they were.
func TestRows(t *testing.T) {
	_, m := purchaseOrder(t)
	for _, c := range []struct{ segments, pointer, want string }{
		{"BEG*01*RL*4711*2*20261123*C7*AC*1*2*3*4*5~", "", `{"action":"cancel","actionCode":"01","orderType":"RL","poNumber":"4711","releaseNumber":"2",
			"orderDate":"2026-11-23","contract":"C7","ackType":"AC","invoiceType":"1","contractType":"2","purchaseCategory":"3","security":"4","transactionType":"5"}`},
		{"CUR*BY*USD*1.05*SE*EUR*NYC*007*20261123*0930*036*20261130~", "/currency", `{"partyRole":"BY","code":"USD","isoCode":"USD","rate":"1.05","counterRole":"SE",
			"counterCode":"EUR","exchange":"NYC","dates":[{"scheme":"007","at":"2026-11-23T09:30"},{"scheme":"036","at":"2026-11-30"}]}`},
		{"REF*DP*038*Toys*IA>1>CO>2~REF*IA*007~", "/refs", `[{"scheme":"DP","value":"038","text":"Toys","related":[{"scheme":"IA","value":"1"},{"scheme":"CO","value":"2"}]},
			{"scheme":"IA","value":"007"}]`},
		{"PER*BD*Jane*TE*555-1*EM*j@a.com~", "/contacts", `[{"role":"BD","name":"Jane","numbers":[{"scheme":"TE","value":"555-1"},{"scheme":"EM","value":"j@a.com"}],
			"phones":["555-1"],"emails":["j@a.com"]}]`},
		{"TAX*12-34*CC*NJ*CO*BERGEN*******1~", "/taxReferences", `[{"taxId":"12-34","locations":[{"scheme":"CC","value":"NJ"},{"scheme":"CO","value":"BERGEN"}],"exemptCode":"1"}]`},
		{"FOB*PP*OR*DOCK 3*01*DDP~", "/fob", `{"payMethod":"PP","locQual":"OR","location":"DOCK 3","transTermsQual":"01","transTerms":"DDP"}`},
		{"CSH*SC**1250~", "/conditions", `[{"code":"SC","amount":"12.50"}]`},
		{"SAC*A*C310***5*6*1.5*******REF1*OFF~CUR*BY*CAD~", "/allowancesCharges", `[{"indicator":"A","code":"C310","amount":"0.05","percentBasis":"6","percent":"1.5",
			"option":"REF1","description":"OFF","currency":{"partyRole":"BY","code":"CAD","isoCode":"CAD"}}]`},
		{"ITD*01*3*2**10**30*-12345~", "/terms", `[{"type":"01","basisDate":"3","discountPercent":"2","discountDays":"10","netDays":"30","discountAmount":"-123.45"}]`},
		{"DTM*010*20261130~DTM*002*20261202*093015*ET~DTM*****RD8*20261201-20261205~DTM*001**0930~", "/dates", `[{"scheme":"010","at":"2026-11-30"},
			{"scheme":"002","at":"2026-12-02T09:30:15","zone":"ET"},{"period":{"format":"RD8","value":"20261201-20261205","from":"2026-12-01","to":"2026-12-05"}},
			{"scheme":"001","at":"T09:30"}]`},
		{"TD5*O*2*ABCD*M*BEST WAY*******SG*G2~", "/routing", `[{"sequence":"O","idScheme":"2","id":"ABCD","scac":"ABCD","mode":"M","routing":"BEST WAY","serviceLevels":["SG","G2"]}]`},
		{"TD1*CTN*12****G*500*LB~", "/lading", `[{"packaging":"CTN","count":"12","weightQualifier":"G","weight":{"value":"500","uom":"LB","uomUnece":"LBR"}}]`},
		{"MAN*GM*00376104250021234569***CP*1Z9~", "/marks", `[{"scheme":"GM","value":"00376104250021234569","sscc":"376104250021234569","second":{"value":"CP","through":"1Z9"}}]`},
		{"N9*L1*GEN*Terms*20261123*0930*ET~MSG*one~MSG*two~", "/notes", `[{"scheme":"L1","value":"GEN","title":"Terms","at":"2026-11-23T09:30","zone":"ET","lines":["one","two"],"text":"one\ntwo"}]`},
		{"N1*ST*ACME DC*UL*0012345000065~N2*A*B~N3*12 DEPOT ROAD*GATE 4~N3*REAR~N4*LYON*NJ*07001*US*BL*7~REF*TJ*12~PER*RE*Bob~", "/parties", `[{"role":"shipTo","roleCode":"ST",
			"name":"ACME DC","name2":["A","B"],"ids":[{"scheme":"UL","value":"0012345000065"}],"street":["12 DEPOT ROAD","GATE 4","REAR"],"city":"LYON","region":"NJ",
			"postalCode":"07001","country":"US","countryIso":"US","gln":"0012345000065","location":{"scheme":"BL","value":"7"},"refs":[{"scheme":"TJ","value":"12"}],"contacts":[{"role":"RE","name":"Bob"}],"taxIds":["12"]}]`},
		{"N1*X9*Odd~", "/parties", `[{"role":"X9","roleCode":"X9","name":"Odd"}]`},
		{"PO1*01*10.00*CA*1.50*WE*UP*012345678905*VN*AB~PID*F*08***Blue~MEA*PD*LN*10*IN~PO4*12*6*EA*CTN*G*10*LB~SDQ*EA*92*0001*4*0007*6~", "/lines", `[{"index":1,"lineId":"01",
			"quantity":{"value":"10.00","uom":"CA","uomUnece":"XCS"},"unitPrice":"1.50","priceBasis":"WE",
			"ids":[{"scheme":"UP","value":"012345678905","gtin14":"00012345678905"},{"scheme":"VN","value":"AB"}],
			"descriptions":[{"type":"F","characteristic":"08","text":"Blue","measures":[{"reference":"PD","kind":"LN","value":"10","uom":"IN","uomUnece":"INH"}]}],
			"pack":{"pack":"12","size":"6","sizeUom":"EA","packaging":"CTN","weightQualifier":"G","weight":{"value":"10","uom":"LB","uomUnece":"LBR"}},
			"storeQuantities":[{"location":{"scheme":"92","value":"0001"},"quantity":{"value":"4","uom":"EA","uomUnece":"EA"}},
			{"location":{"scheme":"92","value":"0007"},"quantity":{"value":"6","uom":"EA","uomUnece":"EA"}}]}]`},
		{"PO1*1*5*EA~CTP**RES*9.99*1*EA~SCH*5*EA*ST*DC*002*20261201*0930*063*20261205~N1*ST*X~QTY*21*5*EA~SLN*1**I*2*EA*3.50***UP*012345678905~AMT*1*49.95~REF*DP*1~", "/lines/0", `{"index":1,"lineId":"1",
			"quantity":{"value":"5","uom":"EA","uomUnece":"EA"},"prices":[{"type":"RES","price":"9.99","quantity":{"value":"1","uom":"EA","uomUnece":"EA"}}],
			"schedules":[{"quantity":{"value":"5","uom":"EA","uomUnece":"EA"},"party":{"role":"shipTo","roleCode":"ST","name":"DC"},
			"dates":[{"scheme":"002","at":"2026-12-01T09:30"},{"scheme":"063","at":"2026-12-05"}]}],
			"parties":[{"role":"shipTo","roleCode":"ST","name":"X","quantities":[{"scheme":"21","quantity":{"value":"5","uom":"EA","uomUnece":"EA"}}]}],
			"sublines":[{"lineId":"1","relationship":"I","quantity":{"value":"2","uom":"EA","uomUnece":"EA"},"unitPrice":"3.50","ids":[{"scheme":"UP","value":"012345678905","gtin14":"00012345678905"}]}],
			"amounts":[{"scheme":"1","amount":"49.95","refs":[{"scheme":"DP","value":"1"}]}]}`},
		{"AMT*1*7~PO1*1*1*EA~CTT*1*48*10*LB~AMT*TT*99.50~", "/amounts", `[{"level":"header","scheme":"1","amount":"7"},{"level":"summary","scheme":"TT","amount":"99.50"}]`},
		{"PO1*1*1*EA~CTT*1*48*10*LB~", "/totals", `{"lineCount":"1","hash":"48","weight":{"value":"10","uom":"LB","uomUnece":"LBR"}}`},
	} {
		raw := wrap(c.segments)
		r := in(t, m, raw, InOptions{Residue: true})
		got := at(t, r.Document, c.pointer)
		var want any
		if err := json.Unmarshal([]byte(c.want), &want); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(prune(want), got); diff != "" {
			t.Errorf("%s (-want +got)\n%s", c.segments, diff)
		}
		if back, findings := out(t, m, r.Document, OutOptions{}); back != raw {
			t.Errorf("out\n got %s\nwant %s\n%v", back, raw, findings)
		}
		if len(r.Findings) > 0 || r.Residue.Coverage.Mapped != r.Residue.Coverage.Elements {
			t.Errorf("%s: findings %v, residue %v", c.segments, r.Findings, r.Residue.Entries)
		}
	}
}

// at gives the part of a document at a pointer; "" is the order without what
// every order has.
func at(t testing.TB, doc canonical.Document, pointer string) any {
	t.Helper()
	text, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	var v any
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatal(err)
	}
	if pointer == "" {
		for _, name := range []string{"kind", "schemaVersion", "standard", "release", "transactionSet", "controls"} {
			delete(v.(map[string]any), name)
		}
		return v
	}
	for name := range strings.SplitSeq(pointer[1:], "/") {
		switch o := v.(type) {
		case map[string]any:
			v = o[name]
		case []any:
			var i int
			fmt.Sscan(name, &i)
			v = o[i]
		}
	}
	return v
}

// prune takes members that say nothing from what a test wants.
func prune(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k, m := range v {
			if m == "" {
				delete(v, k)
			}
			prune(m)
		}
	case []any:
		for _, m := range v {
			prune(m)
		}
	}
	return v
}

// TestBadValues: what cannot be converted is told, with its place, and stays in
// the residue.
func TestBadValues(t *testing.T) {
	_, m := purchaseOrder(t)
	for _, c := range []struct{ segments, rule, path, value string }{
		{"DTM*010*20261131~", "mapping.value.date", "ST[1]/DTM[1]/DTM02", "20261131"},
		{"DTM*010*2026113~", "mapping.value.date", "ST[1]/DTM[1]/DTM02", "2026113"},
		{"DTM*010*20261130*2460~", "mapping.value.date", "ST[1]/DTM[1]/DTM03", "2460"},
		{"PO1*1*1,5*EA~", "mapping.value.number", "ST[1]/PO1[1]/PO102", "1,5"},
		{"SAC*A****12.50~", "mapping.value.number", "ST[1]/SAC[1]/SAC05", "12.50"},
		{"BEG*XX*SA*1**20261123~", "mapping.value.code", "ST[1]/BEG[1]/BEG01", "XX"},
		{"PO1*1~CTT*7~", "mapping.computed", "ST[1]/CTT[1]/CTT01", "7"},
	} {
		raw := wrap(c.segments)
		r := in(t, m, raw, InOptions{Residue: true})
		if len(r.Findings) != 1 {
			t.Errorf("%s\n got %v\nwant one finding", c.segments, r.Findings)
			continue
		}
		f := r.Findings[0]
		if f.Rule != c.rule || string(f.Path) != c.path || f.Value != c.value || raw[f.Offset:f.Offset+int64(f.Length)] != c.value {
			t.Errorf("%s\n got %+v\nwant %s at %s", c.segments, f, c.rule, c.path)
		}
		kept := len(r.Residue.Entries) == 1 && r.Residue.Entries[0].Value == c.value && r.Residue.Entries[0].Offset == f.Offset
		if wanted := strings.HasPrefix(c.rule, "mapping.value.") && c.rule != "mapping.value.code"; kept != wanted {
			t.Errorf("%s: residue %+v", c.segments, r.Residue.Entries)
		}
		if back, _ := out(t, m, r.Document, OutOptions{Residue: r.Residue}); back != raw {
			t.Errorf("out\n got %s\nwant %s", back, raw)
		}
	}
}

// TestResidue shows what a residue says, member by member.
func TestResidue(t *testing.T) {
	_, m := purchaseOrder(t)
	raw := "ST*850*0001~\nBEG*00*SA*4711**20261123**~\nREF*DP*038 *~\nZZ9*a**b>c~\nLE~\nN3*lost~\nPO1*1*2*EA****~\nMEA*PD*LN*10*IN>1>2~\nCTT*2~\nSE*99*0001~\n"
	r := in(t, m, raw, InOptions{Residue: true})
	line, err := json.Marshal(r.Residue)
	if err != nil {
		t.Fatal(err)
	}
	var got, want any
	if err := json.Unmarshal(line, &got); err != nil {
		t.Fatal(err)
	}
	delete(got.(map[string]any), "anchors")
	err = json.Unmarshal([]byte(`{"residue":[
		{"segment":4,"tag":"ZZ9","element":1,"component":0,"repetition":0,"offset":59,"value":"a"},
		{"segment":4,"tag":"ZZ9","element":3,"component":1,"repetition":0,"offset":62,"value":"b"},
		{"segment":4,"tag":"ZZ9","element":3,"component":2,"repetition":0,"offset":64,"value":"c"},
		{"segment":5,"tag":"LE","element":0,"component":0,"repetition":0,"offset":67,"value":""},
		{"segment":6,"tag":"N3","element":1,"component":0,"repetition":0,"offset":74,"value":"lost"},
		{"segment":8,"tag":"MEA","element":4,"component":2,"repetition":0,"offset":112,"value":"1"},
		{"segment":8,"tag":"MEA","element":4,"component":3,"repetition":0,"offset":114,"value":"2"},
		{"segment":10,"tag":"SE","element":1,"component":0,"repetition":0,"offset":127,"value":"99"}],
		"coverage":{"elements":24,"mapped":17},
		"syntax":{"delimiters":{"segment":"~","element":"*","component":">","repetition":"","release":"","decimal":"."},"lineBreak":"\n","encoding":"UTF-8"},
		"format":[
		{"segment":2,"raw":"BEG*00*SA*4711**20261123**~\n"},
		{"segment":3,"raw":"REF*DP*038 *~\n","made":"REF*DP*038"},
		{"segment":7,"raw":"PO1*1*2*EA****~\n"},
		{"segment":9,"raw":"CTT*2~\n","made":"CTT*1"},
		{"segment":10,"raw":"SE*99*0001~\n","made":"SE*10*0001"}]}`), &want)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("residue (-want +got)\n%s", diff)
	}
	for _, e := range r.Residue.Entries {
		if !strings.HasPrefix(raw[e.Offset:], e.Value) || e.Element == 0 && !strings.HasPrefix(raw[e.Offset:], e.Tag) {
			t.Errorf("at %d stands %.5q\nwant %+v", e.Offset, raw[e.Offset:], e)
		}
	}
	if back, _ := out(t, m, r.Document, OutOptions{Residue: r.Residue}); back != raw {
		t.Errorf("out\n got %s\nwant %s", back, raw)
	}
}

// TestEdited: a document is changed, and what no row read stays where it
// belongs, or is dropped with a word.
func TestEdited(t *testing.T) {
	_, m := purchaseOrder(t)
	raw := wrap("REF*DP*038**~PO1*1*10*EA~ZZ9*one~PO1*2*20*EA*****~ZZ9*two~PO1*3*30*EA~ZZ9*three~CTT*3~")
	for _, c := range []struct {
		what    string
		edit    func(o *canonical.Order)
		want    string
		dropped int
	}{
		{"nothing", func(*canonical.Order) {}, raw, 0},
		{"a value", func(o *canonical.Order) { o.Lines[1].Quantity.Value = "21" }, strings.Replace(raw, "PO1*2*20*EA*****", "PO1*2*21*EA", 1), 0},
		{"the value of a segment with a spelling", func(o *canonical.Order) { o.Refs[0].Value = "9" }, strings.Replace(raw, "038**", "9", 1), 0},
		{"a line goes", func(o *canonical.Order) { o.Lines = append(o.Lines[:1:1], o.Lines[2]) },
			wrap("REF*DP*038**~PO1*1*10*EA~ZZ9*one~PO1*3*30*EA~ZZ9*three~CTT*2~"), 1},
		{"a line comes", func(o *canonical.Order) {
			o.Lines = append(o.Lines[:1:1], append([]canonical.Line{{LineID: "1a", UnitPrice: "5"}}, o.Lines[1:]...)...)
		}, wrap("REF*DP*038**~PO1*1*10*EA~ZZ9*one~PO1*1a***5~PO1*2*20*EA*****~ZZ9*two~PO1*3*30*EA~ZZ9*three~CTT*4~"), 0},
		{"lines change places", func(o *canonical.Order) { o.Lines[0], o.Lines[2] = o.Lines[2], o.Lines[0] },
			"", 2},
		{"a new segment", func(o *canonical.Order) { o.Currency.Code = "EUR" },
			wrap("CUR**EUR~REF*DP*038**~PO1*1*10*EA~ZZ9*one~PO1*2*20*EA*****~ZZ9*two~PO1*3*30*EA~ZZ9*three~CTT*3~"), 0},
	} {
		r := in(t, m, raw, InOptions{Residue: true})
		line, err := canonical.Encode(r.Document, nil, r.Residue)
		if err != nil {
			t.Fatal(err)
		}
		doc, res, err := canonical.DecodeWithResidue(line)
		if err != nil {
			t.Fatal(err)
		}
		c.edit(doc.(*canonical.Order))
		got, findings := out(t, m, doc, OutOptions{Residue: res})
		if c.want != "" && got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.what, got, c.want)
		}
		dropped := 0
		for _, f := range findings {
			if f.Rule == "mapping.residue.dropped" {
				dropped++
			}
		}
		if dropped != c.dropped {
			t.Errorf("%s\n got %v\nwant %d dropped", c.what, findings, c.dropped)
		}
	}
}

// TestLineage: every value of the document was read where its origin says.
func TestLineage(t *testing.T) {
	_, m := purchaseOrder(t)
	raw := wrap("REF*DP*038**IA>77~N1*ST*ACME*92*0007~N3*12 ROAD~PO1*1*10*EA*1.50**UP*012345678905*VN*AB~SDQ*EA*92*0001*4*0007*6~CTT*1~")
	r := in(t, m, raw, InOptions{Lineage: true})
	for pointer, want := range map[string]string{
		"/poNumber": "4711 BEG03", "/refs/0/related/0/value": "77 REF04.2", "/parties/0/role": "ST N101", "/parties/0/roleCode": "ST N101",
		"/parties/0/ids/0/value": "0007 N104", "/parties/0/street/0": "12 ROAD N301", "/lines/0/quantity/value": "10 PO102",
		"/lines/0/quantity/uomUnece": "EA PO103", "/lines/0/ids/1/value": "AB PO109", "/lines/0/storeQuantities/1/location/value": "0007 SDQ05",
		"/lines/0/storeQuantities/1/location/scheme": "92 SDQ02", "/totals/lineCount": "1 CTT01", "/orderDate": "20261123 BEG05",
	} {
		o, ok := r.Lineage.Origin(pointer)
		got := fmt.Sprintf("%s %s%02d", raw[o.Offset:o.Offset+int64(o.Length)], o.Tag, o.Element)
		if o.Component > 0 {
			got += fmt.Sprintf(".%d", o.Component)
		}
		if !ok || got != want {
			t.Errorf("%s\n got %s\nwant %s", pointer, got, want)
		}
	}
	if o, _ := r.Lineage.Origin("/lines/0/ids/1/value"); o.Segment != 6 || o.Layer != "order <-> X12 850" || !strings.HasPrefix(o.Row, "tables/order-850.map:") {
		t.Errorf("origin %+v", o)
	}
	for pointer := range r.Lineage.All() {
		if at(t, r.Document, pointer) == nil {
			t.Errorf("lineage of %s, which the document does not have", pointer)
		}
	}
}

// TestLayer: a partner's rows win, row by row, both ways.
func TestLayer(t *testing.T) {
	lib := layered(t, `-- retail.map --
mapping retail extends order <-> X12 850

REF:DP/REF02       department
REF:IA/REF02       ext.vendor
PO1/PO103          quantity.uom         codes units.csv
PO1/TD4            -
CUR02              code                 default "USD"
-- units.csv --
PU,pallet of ours
-- acme.map --
mapping acme extends retail

REF:DP/REF02       orderType
BEG02              -
N1:SO              -
LDT/LDT01          ext.lead             after DTM
`)
	raw := wrap("BEG*00*SA*4711**20261123~REF*DP*038~REF*IA*7~REF*DP*039~DTM*010*20261130~LDT*AF*1*DA~PO1*1*2*PU~TD4*X~CTT*1~")
	retail, acme := lib.Named("retail"), lib.Named("acme")
	r := in(t, retail, raw, InOptions{Residue: true, Lineage: true})
	o := r.Document.(*canonical.Order)
	if o.Department != "038" || o.Ext["vendor"] != "7" || o.Lines[0].Quantity.UOM != "pallet of ours" || o.OrderType != "SA" || o.Lines[0].Handling != nil {
		t.Errorf("retail: %+v", o)
	}
	if diff := cmp.Diff([]canonical.Ref{{Scheme: "DP", Value: "039"}}, o.Refs); diff != "" {
		t.Errorf("refs (-want +got)\n%s", diff)
	}
	if or, _ := r.Lineage.Origin("/department"); or.Layer != "retail" || or.Row != "retail.map:3" {
		t.Errorf("origin of the department: %+v", or)
	}
	if or, _ := r.Lineage.Origin("/poNumber"); or.Layer != "order <-> X12 850" {
		t.Errorf("origin of the PO number: %+v", or)
	}
	if back, f := out(t, retail, r.Document, OutOptions{Residue: r.Residue}); back != raw {
		t.Errorf("retail out\n got %s\nwant %s\n%v", back, raw, f)
	}
	plain := wrap("BEG*00*SA*4711**20261123~CUR**USD~REF*DP*038~REF*IA*7~REF*DP*039~DTM*010*20261130~PO1*1*2*PU~CTT*1~")
	if back, f := out(t, retail, r.Document, OutOptions{}); back != plain {
		t.Errorf("retail out without residue\n got %s\nwant %s\n%v", back, plain, f)
	}
	r = in(t, acme, raw, InOptions{Residue: true})
	o = r.Document.(*canonical.Order)
	if o.OrderType != "038" || o.Department != "" || o.Ext["lead"] != "AF" || o.Ext["vendor"] != "7" {
		t.Errorf("acme: %+v", o)
	}
	if back, f := out(t, acme, r.Document, OutOptions{Residue: r.Residue}); back != raw {
		t.Errorf("acme out\n got %s\nwant %s\n%v", back, raw, f)
	}
}

// TestOutFindings: what cannot be said is told by JSON Pointer.
func TestOutFindings(t *testing.T) {
	g, m := purchaseOrder(t)
	ids := make([]canonical.ProductID, 12)
	for i := range ids {
		ids[i] = canonical.ProductID{Scheme: "VN", Value: fmt.Sprint(i)}
	}
	for _, c := range []struct {
		what       string
		order      canonical.Order
		rule, path string
	}{
		{"too many ids", canonical.Order{Lines: []canonical.Line{{LineID: "1"}, {IDs: ids}}}, "mapping.value.overflow", "/lines/1/ids"},
		{"a delimiter", canonical.Order{Parties: []canonical.Party{{Name: "A*B"}}}, "mapping.value.delimiter", "/parties/0/name"},
		{"a terminator", canonical.Order{PONumber: "47~11"}, "mapping.value.delimiter", "/poNumber"},
		{"a component separator", canonical.Order{PONumber: "47>11"}, "mapping.value.delimiter", "/poNumber"},
		{"decimals", canonical.Order{Terms: []canonical.Terms{{DiscountAmount: "1.005"}}}, "mapping.value.convert", "/terms/0/discountAmount"},
		{"an offset", canonical.Order{Dates: []canonical.DateEntry{{At: "2026-11-23T09:30:00Z"}}}, "mapping.value.convert", "/dates/0/at"},
		{"a time for a day", canonical.Order{OrderDate: "2026-11-23T09:30"}, "mapping.value.convert", "/orderDate"},
		{"the guide", canonical.Order{PONumber: "4711"}, "x12.element.required", "ST[1]/BEG[1]/BEG01"},
	} {
		_, findings := out(t, m, &c.order, OutOptions{Guide: g})
		found := false
		for _, f := range findings {
			found = found || f.Rule == c.rule && string(f.Path) == c.path
		}
		if !found {
			t.Errorf("%s\n got %v\nwant %s at %s", c.what, findings, c.rule, c.path)
		}
	}
	if _, _, err := m.Out(nil, OutOptions{}); !errors.Is(err, ErrKind) {
		t.Errorf("no document\n got %v\nwant ErrKind", err)
	}
}

// TestOutOptions: delimiters, line breaks and the control number are the
// caller's.
func TestOutOptions(t *testing.T) {
	_, m := purchaseOrder(t)
	raw := wrap("REF*DP*038**IA>77~ZZ9*a>b~PO1*1*2*EA*~")
	r := in(t, m, raw, InOptions{Residue: true})
	for _, c := range []struct {
		opt  OutOptions
		want string
	}{
		{OutOptions{Residue: r.Residue, Control: "0042"}, strings.NewReplacer("850*0001", "850*0042", "6*0001", "6*0042").Replace(raw)},
		{OutOptions{Residue: r.Residue, Delimiters: edi.Delimiters{Segment: '\'', Element: '+', Component: ':'}},
			strings.NewReplacer("*~", "'", "~", "'", "*", "+", ">", ":").Replace(raw)},
		{OutOptions{LineBreak: "\r\n", Control: "7"}, "ST*850*7~\r\nBEG*00*SA*4711**20261123~\r\nREF*DP*038**IA>77~\r\nPO1*1*2*EA~\r\nSE*5*7~\r\n"},
		{OutOptions{Delimiters: edi.Delimiters{Segment: '\n', Element: '|', Component: '^'}},
			"ST|850|0001\nBEG|00|SA|4711||20261123\nREF|DP|038||IA^77\nPO1|1|2|EA\nSE|5|0001\n"},
	} {
		if got, findings := out(t, m, r.Document, c.opt); got != c.want {
			t.Errorf("%+v\n got %q\nwant %q\n%v", c.opt.Delimiters, got, c.want, findings)
		}
	}
}

// TestKeys: the table marks the keys.
func TestKeys(t *testing.T) {
	_, m := purchaseOrder(t)
	got := in(t, m, wrap(""), InOptions{}).Keys
	if diff := cmp.Diff([]canonical.Key{{Scheme: "po", Value: "4711"}}, got); diff != "" {
		t.Errorf("keys (-want +got)\n%s", diff)
	}
}

// TestNormalisedOnly: a document that has only the normalised form of a code is
// written by the code.
func TestNormalisedOnly(t *testing.T) {
	_, m := purchaseOrder(t)
	doc, err := canonical.Decode([]byte(`{"kind":"order","action":"original","orderType":"SA","poNumber":"4711","orderDate":"2026-11-23",
		"parties":[{"role":"shipTo","contacts":[{"phones":["555"]}]},{"roleCode":"BY"}],
		"lines":[{"quantity":{"value":"2","uomUnece":"XCS"}}],"totals":{},"amounts":[{"scheme":"TT","amount":"5"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	want := "ST*850*0007~BEG*00*SA*4711**20261123~AMT*TT*5~N1*ST~PER***TE*555~N1*BY~PO1**2*CA~CTT*1~SE*9*0007~"
	if got, findings := out(t, m, doc, OutOptions{Control: "0007"}); got != want {
		t.Errorf("out\n got %s\nwant %s\n%v", got, want, findings)
	}
}
