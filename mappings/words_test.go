package mappings

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/edibridge/edibridge/canonical"
	"github.com/edibridge/edibridge/edi"
	"github.com/google/go-cmp/cmp"
)

// notice is a document with a tree, and with what else the words of the
// language need.
type notice struct {
	canonical.Header
	Number string            `json:"number,omitempty"`
	Status string            `json:"status,omitempty"`
	Total  canonical.Decimal `json:"total,omitempty"`
	Tags   []string          `json:"tags,omitempty"`
	Refs   []canonical.Ref   `json:"refs,omitempty"`
	Levels []level           `json:"levels,omitempty"`
	Lines  []noticeLine      `json:"lines,omitempty"`
	Totals *canonical.Totals `json:"totals,omitempty"`
	Place  canonical.ID      `json:"place,omitzero"`
}

type level struct {
	ID     string            `json:"id,omitempty"`
	Parent string            `json:"parent,omitempty"`
	Code   string            `json:"code,omitempty"`
	Child  string            `json:"child,omitempty"`
	Mark   string            `json:"mark,omitempty"`
	Qty    canonical.Decimal `json:"qty,omitempty"`
	Levels []level           `json:"levels,omitempty"`
}

type noticeLine struct {
	ID     string            `json:"id,omitempty"`
	Qty    canonical.Decimal `json:"qty,omitempty"`
	UOM    string            `json:"uom,omitempty"`
	ShipTo string            `json:"shipTo,omitempty"`
	SKU    string            `json:"sku,omitempty"`
	Date   canonical.Date    `json:"date,omitempty"`
	IDs    []canonical.ID    `json:"ids,omitempty"`
}

func (n *notice) Kind() string               { return "notice" }
func (n *notice) Head() *canonical.Head      { return &n.Header }
func (n *notice) Identity() (string, string) { return n.Number, "" }
func (n *notice) Derive()                    {}

// noticeTable loads a table of an X12 856 or an EDIFACT DESADV.
func noticeTable(t testing.TB, text string) *Mapping {
	t.Helper()
	base := &Library{document: func(kind string) canonical.Document {
		if kind == "notice" {
			return &notice{}
		}
		return nil
	}}
	lib, err := base.Extend(files(text))
	if err != nil {
		t.Fatal(err)
	}
	return lib.mappings[len(lib.mappings)-1]
}

// flat reads what stands in a message without a guide: HL, N1, LIN and CPS open loops of their
// own, everything else belongs to the loop before it.
func flat(t testing.TB, raw string, d edi.Delimiters) Source {
	t.Helper()
	end := string(d.Segment)
	header, trailer := "ST"+end, "SE"+end
	if d.Release != 0 {
		header, trailer = "UNH"+end, "UNT"+end
	}
	closed := strings.LastIndex(raw, end+trailer[:len(trailer)-1]) >= 0
	if closed {
		trailer = ""
	}
	m, err := edi.ReadMessage([]byte(header+raw+trailer), d)
	if err != nil {
		t.Fatalf("%v\n%.200s", err, raw)
	}
	s := &loopedSource{message: FromMessage(m, nil, nil).(*message)}
	s.starts, s.head.Offset = s.starts[1:], -int64(len(header))
	if !closed {
		s.starts = s.starts[:len(s.starts)-1]
	}
	s.divide()
	return s
}

// loopedSource is a message whose loops are told by tags alone.
type loopedSource struct {
	*message
	loops []Loop
	in    []int // by place-1: the loop of the segment
}

func (s *loopedSource) divide() {
	s.loops, s.in = s.message.AppendLoops(nil), make([]int, s.Len())
	for i := range s.in {
		switch tag := s.message.Segment(i + 1).Tag; tag {
		case "HL", "CPS", "LIN", "PO1", "N1":
			parent := 0
			if tag == "LIN" && s.loops[len(s.loops)-1].Trigger != "" {
				parent = len(s.loops) - 1
				for s.loops[parent].Trigger == "LIN" {
					parent = s.loops[parent].Parent
				}
			}
			s.loops = append(s.loops, Loop{Trigger: tag, Parent: parent, First: i + 1, Last: i + 1})
		case "SE", "CTT", "UNT", "CNT", "UNS":
			continue
		}
		s.in[i] = len(s.loops) - 1
		for l := s.in[i]; l > 0; l = s.loops[l].Parent {
			s.loops[l].Last = i + 1
		}
	}
}

func (s *loopedSource) AppendLoops(dst []Loop) []Loop { return append(dst, s.loops...) }

func (s *loopedSource) Segment(place int) Segment {
	g := s.message.Segment(place)
	g.Loop = s.in[place-1]
	return g
}

var plussed = edi.Delimiters{Segment: '\'', Element: '+', Component: ':', Release: '?', Decimal: '.'}

// there reads a message, and checks that it comes back with its residue byte by
// byte and, without, with the same document.
func there(t *testing.T, m *Mapping, raw string, d edi.Delimiters) *Result {
	t.Helper()
	r, err := m.In(flat(t, raw, d), InOptions{Residue: true, Lineage: true})
	if err != nil {
		t.Fatal(err)
	}
	back, findings, err := m.Out(r.Document, OutOptions{Residue: r.Residue})
	if err != nil || string(back) != raw {
		t.Errorf("with residue\n got %s\nwant %s\n%v %v", back, raw, findings, err)
	}
	plain, findings, err := m.Out(r.Document, OutOptions{Delimiters: d})
	if err != nil {
		t.Fatal(err)
	}
	again, err := m.In(flat(t, string(plain), d), InOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(r.Document, again.Document); diff != "" {
		t.Errorf("without residue, written %s %v (-want +got)\n%s", plain, findings, diff)
	}
	return r
}

// documentText is a document without what every one has, as JSON with its
// members in the order of their names.
func documentText(t testing.TB, doc canonical.Document) string {
	t.Helper()
	text, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	return sorted(t, string(text))
}

func sorted(t testing.TB, text string) string {
	t.Helper()
	var members map[string]any
	if err := json.Unmarshal([]byte(text), &members); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	for _, name := range []string{"kind", "schemaVersion", "standard", "controls", "raw"} {
		delete(members, name)
	}
	line, _ := json.Marshal(members)
	return string(line)
}

const treeTable = `-- notice.map --
mapping notice <-> X12 856
BSN02      number
HL         levels[]   tree HL01 HL02
  HL01     id
  HL02     parent
  HL03     code
  HL04                = children()
  SN102    qty        decimal
  MAN02    mark       where MAN01 "GM"
CTT01      totals.lineCount  = count(HL)
CTT02      totals.hash       = sum(SN102)
SE01                  = segments()
`

// TestTree: levels of any shape, in any order of the message, become a tree and
// go back.
func TestTree(t *testing.T) {
	m := noticeTable(t, treeTable)
	for _, c := range []struct{ raw, want string }{
		{"BSN*00*A1~HL*1**S*1~HL*2*1*O*1~HL*3*2*P*1~MAN*GM*0037~HL*4*3*I*0~SN1**2.50~HL*5*2*P*1~HL*6*5*I*0~SN1**3~CTT*6*5.50~SE*12*1~",
			`{"number":"A1","levels":[{"id":"1","code":"S","levels":[{"id":"2","parent":"1","code":"O","levels":[` +
				`{"id":"3","parent":"2","code":"P","mark":"0037","levels":[{"id":"4","parent":"3","code":"I","qty":"2.50"}]},` +
				`{"id":"5","parent":"2","code":"P","levels":[{"id":"6","parent":"5","code":"I","qty":"3"}]}]}]}],` +
				`"totals":{"lineCount":"6","hash":"5.50"}}`},
		// Breadth first, and numbers of the partner's own.
		{"HL*A**S~HL*B*A*O~HL*C*A*O~HL*D*B*I~HL*E*C*I~", `{"levels":[{"id":"A","code":"S","levels":[` +
			`{"id":"B","parent":"A","code":"O","levels":[{"id":"D","parent":"B","code":"I"}]},{"id":"C","parent":"A","code":"O","levels":[{"id":"E","parent":"C","code":"I"}]}]}]}`},
		// The parent comes later.
		{"HL*2*1*O~HL*1**S~", `{"levels":[{"id":"1","code":"S","levels":[{"id":"2","parent":"1","code":"O"}]}]}`},
		// A parent that is not there, a ring, one that holds itself.
		{"HL*1*9*S~", `{"levels":[{"id":"1","parent":"9","code":"S"}]}`},
		{"HL*1*2*S~HL*2*1*O~", `{"levels":[{"id":"1","parent":"2","code":"S","levels":[{"id":"2","parent":"1","code":"O"}]}]}`},
	} {
		t.Run(c.raw[:8], func(t *testing.T) {
			r, err := m.In(flat(t, c.raw, starred), InOptions{Residue: true})
			if err != nil {
				t.Fatal(err)
			}
			if got := documentText(t, r.Document); got != sorted(t, c.want) {
				t.Errorf("%s\n got %s\nwant %s", c.raw, got, c.want)
			}
			if back, f, _ := m.Out(r.Document, OutOptions{Residue: r.Residue}); string(back) != c.raw {
				t.Errorf("with residue\n got %s\nwant %s\n%v", back, c.raw, f)
			}
		})
	}
	first := "BSN*00*A1~HL*1**S*1~HL*2*1*O*1~HL*3*2*P*1~MAN*GM*0037~HL*4*3*I*0~SN1**2.50~CTT*4*2.50~SE*9*1~"
	r := there(t, m, first, starred)
	o, ok := r.Lineage.Origin("/levels/0/levels/0/levels/0/levels/0/qty")
	if got := first[o.Offset : o.Offset+int64(o.Length)]; !ok || got != "2.50" || o.Tag != "SN1" || o.Element != 2 {
		t.Errorf("origin of the quantity\n got %q %+v\nwant 2.50", got, o)
	}
	at := int64(strings.Index(first, "0037"))
	if got := r.Lineage.Values(at + 1); fmt.Sprint(got) != "[/levels/0/levels/0/levels/0/mark]" {
		t.Errorf("values of byte %d\n got %v", at+1, got)
	}
}

// TestTreeNumbers: nodes without numbers of their own are numbered on the way
// out; a tree that is too deep is refused.
func TestTreeNumbers(t *testing.T) {
	m := noticeTable(t, treeTable)
	doc := &notice{Number: "A1", Levels: []level{{Code: "S", Levels: []level{{Code: "O", ID: "7", Levels: []level{{Code: "I", Qty: "1"}, {Code: "I", Qty: "2"}}}}}}, Totals: &canonical.Totals{}}
	got, findings, err := m.Out(doc, OutOptions{})
	want := "BSN**A1~HL*1**S*1~HL*2*1*O*1~HL*3*2*I*0~SN1**1~HL*4*2*I*0~SN1**2~CTT*4*3~SE*9~"
	if string(got) != want || len(findings) > 0 || err != nil {
		t.Errorf("numbered\n got %s\nwant %s\n%v %v", got, want, findings, err)
	}
	deep := level{Code: "I"}
	for range maxLevels + 5 {
		deep = level{Code: "P", Levels: []level{deep}}
	}
	if _, findings, _ := m.Out(&notice{Levels: []level{deep}}, OutOptions{}); len(findings) != 1 || findings[0].Rule != "mapping.tree.depth" {
		t.Errorf("a deep tree\n got %v\nwant mapping.tree.depth", findings)
	}
	var chain strings.Builder
	for n := range 5000 {
		fmt.Fprintf(&chain, "HL*%d*%d*P~", n+1, n)
	}
	r, err := m.In(flat(t, chain.String(), starred), InOptions{})
	if err != nil || len(r.Findings) == 0 || r.Findings[1].Rule != "mapping.tree.parent" {
		t.Errorf("a long chain: %v %v", err, r.Findings[:min(2, len(r.Findings))])
	}
}

// TestPackingTree: CPS groups form a tree whose nodes hold the items of the LIN
// groups in the same array.
func TestPackingTree(t *testing.T) {
	m := noticeTable(t, `-- notice.map --
mapping notice <-> EDIFACT DESADV
BGM02      number
CPS        levels[]   tree CPS01 CPS02
  CPS01    id
  CPS02    parent
  CPS03    mark
  LIN      levels[]
    -      code       "item"
    LIN03.1  mark
    QTY:12/QTY01.2  qty  decimal
UNT01                 = segments()
`)
	raw := "BGM+351+D1'CPS+1'CPS+2+1+4'LIN+1++400:EN'QTY+12:5:PCE'LIN+2++401:EN'QTY+12:6'CPS+3+1+4'LIN+3++402:EN'UNT+11+1'"
	r := there(t, m, raw, plussed)
	want := `{"number":"D1","levels":[{"id":"1","levels":[{"id":"2","parent":"1","mark":"4","levels":[{"code":"item","mark":"400","qty":"5"},` +
		`{"code":"item","mark":"401","qty":"6"}]},{"id":"3","parent":"1","mark":"4","levels":[{"code":"item","mark":"402"}]}]}]}`
	if got := documentText(t, r.Document); got != sorted(t, want) {
		t.Errorf("document\n got %s\nwant %s", got, want)
	}
}

// TestWords: a row, a message, the document and what comes back without residue;
// "" is the message as it was.
func TestWords(t *testing.T) {
	lookup := "-- items.csv --\nbuyer,sku,note\nB1,S1,one\nB2,S2,two\nB3,S2,three\n-- shops.yaml --\n# shops\n0001: \"5412345000013\"\n'0002': 5412345000020\n-- items.yaml --\n- buyer: B1\n  sku: S1\n- buyer: B2 # two\n  sku: 'S 2'\n"
	for _, c := range []struct{ rows, raw, want, back, findings string }{
		{`BSN02 number`, "BSN*00*A1~", `{"number":"A1"}`, "BSN**A1~", ""},
		{"BSN01 \"00\"\nBSN02 number", "BSN*00*A1~", `{"number":"A1"}`, "", ""},
		{"BSN01 \"00\"\nBSN02 number", "BSN*05*A1~", `{"number":"A1"}`, "BSN*00*A1~", ""},
		{`BSN02 number assume "X"`, "REF*A*1~", `{"number":"X"}`, "", ""},
		{`BSN02 number required`, "REF*A*1~", `{}`, "", "mapping.value.required"},
		{"BSN02 number\nREF:ZZ/REF02 number else", "REF*ZZ*A1~", `{"number":"A1"}`, "BSN**A1~", ""},
		{"BSN02 number\nREF:ZZ/REF02 number else", "BSN**A1~REF*ZZ*A2~", `{"number":"A1"}`, "BSN**A1~", ""},
		{"BSN02 number\nBSN03 status when number == \"A1\"", "BSN**A1*N~", `{"number":"A1","status":"N"}`, "", ""},
		{"BSN02 number\nBSN03 status when number == \"A1\" && status != \"X\"", "BSN**A2*N~", `{"number":"A2"}`, "BSN**A2~", ""},
		{"BSN02 number\nREF:ZZ when number != \"\"\n  REF02 status", "BSN**A2~REF*ZZ*N~", `{"number":"A2","status":"N"}`, "", ""},
		{"REF:ZZ where REF03 \"P\"\n  REF02 status\nREF:ZZ[1]/REF02 number", "REF*ZZ*1*P~", `{"status":"1"}`, "", ""},
		{"REF02 number where REF01 \"PO\"", "REF*PO*1~", `{"number":"1"}`, "", ""},
		{"REF02 number where REF01 \"PO\"", "REF*IA*1~", `{}`, "", ""},
		{"BSN01 BSN02 number join \"-\"", "BSN*4711*1~", `{"number":"4711-1"}`, "", ""},
		{"BSN01 BSN02 number wrap 4", "BSN*4711*1~", `{"number":"47111"}`, "", ""},
		{"BSN02 number lookup items.csv buyer sku first", "BSN**B1~", `{"number":"S1"}`, "", ""},
		{"BSN02 number lookup items.csv buyer sku first", "BSN**B3~", `{"number":"S2"}`, "BSN**B2~", ""},
		{"BSN02 number lookup items.csv buyer note", "BSN**B9~", `{"number":"B9"}`, "", "mapping.lookup.miss"},
		{"BSN02 number lookup shops.yaml key value", "BSN**0002~", `{"number":"5412345000020"}`, "", ""},
		{"BSN02 number lookup items.yaml buyer sku", "BSN**B2~", `{"number":"S 2"}`, "", ""},
		{"BSN02 number\n- status = number", "BSN**A1~", `{"number":"A1","status":"A1"}`, "", ""},
		{"BSN02 number\n- status lookup items.csv buyer note = number", "BSN**B1~", `{"number":"B1","status":"one"}`, "", ""},
		{"REF:A refs[] to 1\n  REF01 scheme\n  REF02 value\nREF:B refs[]\n  REF01 scheme\n  REF02 value", "REF*A*1~REF*B*2~REF*B*3~",
			`{"refs":[{"scheme":"A","value":"1"},{"scheme":"B","value":"2"},{"scheme":"B","value":"3"}]}`, "", ""},
		{"REF02 tags[] to 3", "REF**a*b*c~", `{"tags":["a","b","c"]}`, "", ""},
		{"REF02 tags[] to 9 repeats", "REF**a^b^c*d~", `{"tags":["a","b","c"]}`, "REF**a^b^c~", ""},
		{"REF02.1 REF02.2 refs[] to 9 repeats\n  REF02.1 scheme\n  REF02.2 value", "REF**A>1^B>2~", `{"refs":[{"scheme":"A","value":"1"},{"scheme":"B","value":"2"}]}`, "", ""},
		{"PO1 lines[]\n  PO101 id\n  PO102 qty\n  N1:ST/N104 shipTo inherit place.value\nN1:ST/N104 place.value", "PO1*1*5~N1*ST***7~", `{"lines":[{"id":"1","qty":"5","shipTo":"7"}],"place":{"value":"7"}}`, "", ""},
		{"PO1 lines[]\n  PO102 qty\nCTT01 totals.lineCount = size(lines)\nCTT02 totals.hash = sum(lines.qty)", "PO1**5~PO1**2.5~CTT*2*7.5~", `{"lines":[{"qty":"5"},{"qty":"2.5"}],"totals":{"lineCount":"2","hash":"7.5"}}`, "", ""},
		{"PO1 lines[]\n  PO102 qty\nCTT01 totals.lineCount = size(lines)", "PO1**5~CTT*2~", `{"lines":[{"qty":"5"}],"totals":{"lineCount":"2"}}`, "-", "mapping.computed"},
	} {
		m := noticeTable(t, "-- n.map --\nmapping notice <-> X12 856\n"+c.rows+"\n"+lookup)
		d := starred
		d.Repetition = '^'
		t.Run(c.rows, func(t *testing.T) {
			var r *Result
			if c.back == "-" {
				r, _ = m.In(flat(t, c.raw, d), InOptions{})
			} else {
				r = there(t, m, c.raw, d)
			}
			if got := documentText(t, r.Document); got != sorted(t, c.want) {
				t.Errorf("%s\n got %s\nwant %s", c.raw, got, c.want)
			}
			rules := ""
			for _, f := range r.Findings {
				rules += f.Rule
			}
			if rules != c.findings {
				t.Errorf("findings\n got %v\nwant %s", r.Findings, c.findings)
			}
			back, _, _ := m.Out(r.Document, OutOptions{Delimiters: d})
			want := c.back
			if want == "" {
				want = c.raw
				if len(r.Residue.Entries) > 0 {
					want = ""
				}
			}
			if string(back) != want && c.back != "-" {
				t.Errorf("without residue\n got %s\nwant %s", back, want)
			}
		})
	}
}

// TestRepeatedComposite: in a syntax without a separator of repetitions, they
// stand in elements of their own.
func TestRepeatedComposite(t *testing.T) {
	m := noticeTable(t, `-- n.map --
mapping notice <-> EDIFACT DESADV
LIN        lines[]
  LIN01    id
  LIN03.1 LIN03.2  ids[]  to 1
    LIN03.1  value
    LIN03.2  scheme
  PIA02.1 PIA02.2  ids[]  to 2  repeats
    PIA01    "5"
    PIA02.1  value
    PIA02.2  scheme
`)
	want := `{"lines":[{"id":"1","ids":[{"scheme":"EN","value":"400"},{"scheme":"BP","value":"a'b"},{"scheme":"SA","value":"c"},{"scheme":"IN","value":"d"}]}]}`
	four := plussed
	four.Repetition = '*'
	for raw, d := range map[string]edi.Delimiters{
		"LIN+1++400:EN'PIA+5+a?'b:BP+c:SA'PIA+5+d:IN'": plussed,
		"LIN+1++400:EN'PIA+5+a?'b:BP*c:SA'PIA+5+d:IN'": four,
	} {
		r := there(t, m, raw, d)
		if got := documentText(t, r.Document); got != sorted(t, want) {
			t.Errorf("%s\n got %s\nwant %s", raw, got, want)
		}
		if back, _, _ := m.Out(r.Document, OutOptions{Delimiters: d}); string(back) != raw {
			t.Errorf("out\n got %s\nwant %s", back, raw)
		}
	}
}

// TestUnwritten: an object that no row takes is refused by its pointer.
func TestUnwritten(t *testing.T) {
	m := noticeTable(t, "-- n.map --\nmapping notice <-> X12 856\nREF:A refs[]\n  REF01 scheme\n  REF02 value\n")
	_, findings, _ := m.Out(&notice{Refs: []canonical.Ref{{Scheme: "A", Value: "1"}, {Scheme: "B", Value: "2"}}}, OutOptions{})
	if len(findings) != 1 || findings[0].Path != "/refs/1" || findings[0].Severity != edi.Error {
		t.Errorf("got %v\nwant an error at /refs/1", findings)
	}
}

// TestNumbered: "default number()" numbers the objects that have no number, and
// makes no segment by itself.
func TestNumbered(t *testing.T) {
	m := noticeTable(t, "-- n.map --\nmapping notice <-> X12 856\nBSN02 number\nLX lines[]\n  LX01 id default number()\n  W0101 qty decimal\n")
	doc := &notice{Number: "1", Lines: []noticeLine{{Qty: "3"}, {ID: "9", Qty: "4"}, {Qty: "5"}, {}}}
	out, findings, err := m.Out(doc, OutOptions{})
	if err != nil || len(findings) > 0 {
		t.Fatal(err, findings)
	}
	if got, want := string(out), "BSN**1~LX*1~W01*3~LX*9~W01*4~LX*3~W01*5~"; got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
}

// TestArrayOfSeveralElements: pairs that do not stand side by side fill one array
// and are filled from it in turn.
func TestArrayOfSeveralElements(t *testing.T) {
	m := noticeTable(t, "-- n.map --\nmapping notice <-> X12 945\nLX lines[]\n  W1207 W1208 ids[] pairs to 1\n  W1217 W1218 ids[] pairs to 1\n")
	doc := &notice{Lines: []noticeLine{{IDs: []canonical.ID{{Scheme: "VN", Value: "1"}, {Scheme: "UP", Value: "2"}}}}}
	out, findings, err := m.Out(doc, OutOptions{})
	if err != nil || len(findings) > 0 {
		t.Fatal(err, findings)
	}
	if got, want := string(out), "LX~W12*******VN*1*********UP*2~"; got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
	doc.Lines[0].IDs = append(doc.Lines[0].IDs, canonical.ID{Scheme: "SK", Value: "3"})
	if _, findings, _ = m.Out(doc, OutOptions{}); len(findings) != 1 || findings[0].Path != "/lines/0/ids/2" {
		t.Errorf("a third: got %v\nwant one finding at /lines/0/ids/2", findings)
	}
}
