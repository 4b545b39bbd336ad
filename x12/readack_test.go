package x12

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/edibridge/edibridge/edi"
)

// answers are the acknowledgments of a file and what was found on reading them.
type answers struct {
	groups       []GroupAnswer
	interchanges []InterchangeAnswer
	findings     []edi.Finding
}

// readAnswers reads every 997, 999 and TA1 of a file.
func readAnswers(t fataler, data []byte) answers {
	t.Helper()
	var out answers
	w := edi.NewWalker(bytes.NewReader(data), edi.Limits{}, Syntax{})
	for {
		ev, err := w.Next()
		if err == io.EOF {
			return out
		}
		if err != nil {
			t.Fatalf("%v", err)
		}
		var findings []edi.Finding
		switch {
		case ev.Kind == edi.Service:
			var a InterchangeAnswer
			a, findings = ReadTA1(ev.Segment)
			out.interchanges = append(out.interchanges, a)
		case ev.Kind == edi.EndMessage && (ev.Message.Set == "997" || ev.Message.Set == "999"):
			var a GroupAnswer
			a, findings = ReadGroupAck(ev.Message)
			out.groups = append(out.groups, a)
			sameOneByOne(t, ev.Message, a, findings)
		}
		for i := range findings {
			if f := &findings[i]; f.Offset < 0 || f.Offset+int64(f.Length) > int64(len(data)) || f.Rule == "" || f.Message == "" || f.Path == "" {
				t.Fatalf("finding outside the file of %d bytes, or of nothing: %+v", len(data), *f)
			}
		}
		out.findings = append(out.findings, findings...)
	}
}

// acknowledgment wraps what stands between ST and SE.
func acknowledgment(set, body string) string {
	text := isa + "GS*FA*NORTHPIER*LAKEHOUSE*20261123*0930*301*X*004010~ST*" + set + "*0001~"
	text = strings.Replace(text, "*U*00401", "*^*00501", 1) + body
	return text + fmt.Sprintf("SE*%d*0001~", 2+strings.Count(body, "~")) + ge + iea
}

func TestReadGroupAck(t *testing.T) {
	for _, c := range []struct {
		name string
		text string
		want GroupAnswer
	}{
		{"997", acknowledgment("997", "AK1*PO*301~AK2*850*0001~AK5*A~AK2*850*0002~AK3*BEG*2**8~AK4*1**7*99~AK3*PO1*5*PO1*8~AK4*4>2*212*6*9,95 ~AK4*2**1~AK5*R*5*4~AK9*P*2*2*1*5~"), GroupAnswer{
			Kind: "997", Functional: "PO", Control: "301", Status: "P", Declared: 2, Received: 2, Accepted: 1, Reasons: []string{"5"}, rejected: 1,
			Sets: []SetAnswer{
				{Set: "850", Control: "0001", Status: "A"},
				{Set: "850", Control: "0002", Status: "R", Reasons: []string{"5", "4"}, Segments: []SegmentNote{
					{Tag: "BEG", Place: 2, Code: "8", Elements: []ElementNote{{Element: 1, Code: "7", Value: "99"}}},
					{Tag: "PO1", Place: 5, Loop: "PO1", Code: "8", Elements: []ElementNote{
						{Element: 4, Component: 2, Ref: "212", Code: "6", Value: "9,95 "}, {Element: 2, Code: "1"}}},
				}},
			}}},
		{"999", acknowledgment("999", "AK1*HC*17456*005010X222~AK2*837*0003*005010X222~IK3*REF*57*2300*I6~"+
			"CTX*SITUATIONAL TRIGGER^CLM01>77*CLM*43*2300*5>3>1*1325>9~CTX*CLM01>987654321~IK4*2>>4*782*I12*1~CTX*SITUATIONAL TRIGGER*CLM~IK5*R*I6*5~AK9*R*1*1*0~"), GroupAnswer{
			Kind: "999", Functional: "HC", Control: "17456", Version: "005010X222", Status: "R", Declared: 1, Received: 1, rejected: 1,
			Sets: []SetAnswer{{Set: "837", Control: "0003", Reference: "005010X222", Status: "R", Reasons: []string{"I6", "5"}, Segments: []SegmentNote{
				{Tag: "REF", Place: 57, Loop: "2300", Code: "I6",
					Contexts: []Context{
						{Name: "SITUATIONAL TRIGGER", Tag: "CLM", Place: 43, Loop: "2300", Element: 5, Component: 3, Repetition: 1, Ref: "1325", ComponentRef: "9"},
						{Name: "CLM01", Value: "77", Tag: "CLM", Place: 43, Loop: "2300", Element: 5, Component: 3, Repetition: 1, Ref: "1325", ComponentRef: "9"},
						{Name: "CLM01", Value: "987654321"},
					},
					Elements: []ElementNote{{Element: 2, Repetition: 4, Ref: "782", Code: "I12", Value: "1", Contexts: []Context{{Name: "SITUATIONAL TRIGGER", Tag: "CLM"}}}}},
			}}}}},
		{"group alone", acknowledgment("997", "AK1*PO*0301*004010~AK9*X*9*9*0*18*15~"), GroupAnswer{
			Kind: "997", Functional: "PO", Control: "0301", Version: "004010", Status: "X", Declared: 9, Received: 9, Reasons: []string{"18", "15"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := readAnswers(t, []byte(c.text))
			if len(got.findings) > 0 {
				t.Errorf("findings %v", got.findings)
			}
			if len(got.groups) != 1 || !reflect.DeepEqual(got.groups[0], c.want) {
				t.Errorf("\n got %+v\nwant %+v", got.groups, c.want)
			}
		})
	}
}

// TestReadGroupAckFindings has a mark where the finding must be.
func TestReadGroupAckFindings(t *testing.T) {
	const ok = "AK2*850*0001~AK5*A~"
	for _, c := range []struct {
		name, set, body string
		rule            string
		path            edi.Path // below ST
		severity        edi.Severity
		want            string // group status and those of the sets
	}{
		{"no AK1", "997", ok + "AK9*A*1*1*1~§", "x12.ack.group.missing", "AK1[1]", edi.Error, "A A"},
		{"no AK9", "997", "AK1*PO*1~" + ok + "§", "x12.ack.result.missing", "AK9[1]", edi.Error, " A"},
		{"AK101", "997", "AK1*§*1~AK9*A*1*1*1~", "x12.ack.group", "AK1[1]/AK101", edi.Warning, "A"},
		{"AK102", "997", "AK1*PO§~AK9*A*1*1*1~", "x12.ack.group", "AK1[1]/AK102", edi.Error, "A"},
		{"AK1 again", "997", "AK1*PO*1~§AK1*PO*2~AK9*A*1*1*1~", "x12.ack.segment", "#3", edi.Warning, "A"},
		{"AK9 again", "997", "AK1*PO*1~AK9*A*1*1*1~§AK9*R*1*1*0~", "x12.ack.segment", "#4", edi.Warning, "A"},
		{"AK2 behind AK9", "997", "AK1*PO*1~AK9*A*1*1*1~§" + ok, "x12.ack.segment", "AK2[1]", edi.Warning, "A A"},
		{"AK202", "997", "AK1*PO*1~AK2*850*§~AK5*A~AK9*A*1*1*1~", "x12.ack.set.control", "AK2[1]/AK202", edi.Error, "A A"},
		{"no AK5 before AK2", "997", "AK1*PO*1~AK2*850*1~AK3*BEG*2**8~§" + ok + "AK9*A*2*2*2~", "x12.ack.set.missing", "AK2[1]/AK5[1]", edi.Error, "A  A"},
		{"no IK5 before AK9", "999", "AK1*PO*1~AK2*850*1~§AK9*A*1*1*1~", "x12.ack.set.missing", "AK2[1]/IK5[1]", edi.Error, "A "},
		{"AK3 outside a set", "997", "AK1*PO*1~§AK3*BEG*2**8~AK9*A*1*1*1~", "x12.ack.segment", "#3", edi.Warning, "A"},
		{"AK4 outside a segment", "997", "AK1*PO*1~AK2*850*1~§AK4*1**1~AK5*A~AK9*A*1*1*1~", "x12.ack.segment", "#4", edi.Warning, "A A"},
		{"AK5 outside a set", "997", "AK1*PO*1~" + ok + "§AK5*R~AK9*A*1*1*1~", "x12.ack.segment", "#5", edi.Warning, "A A"},
		{"CTX in a 997", "997", "AK1*PO*1~AK2*850*1~AK3*BEG*2**8~§CTX*A~AK5*R~AK9*R*1*1*0~", "x12.ack.segment", "#5", edi.Warning, "R R"},
		{"CTX before IK3", "999", "AK1*PO*1~AK2*850*1~§CTX*A~IK5*R~AK9*R*1*1*0~", "x12.ack.segment", "#4", edi.Warning, "R R"},
		{"a foreign segment", "997", "AK1*PO*1~§REF*1~AK9*A*1*1*1~", "x12.ack.segment", "#3", edi.Warning, "A"},
		{"IK5 in a 997", "997", "AK1*PO*1~AK2*850*1~§IK5*R~AK9*R*1*1*0~", "x12.ack.segment", "AK2[1]/IK5[1]", edi.Warning, "R R"},
		{"AK302", "997", "AK1*PO*1~AK2*850*1~AK3*BEG*§two**8~AK5*R~AK9*R*1*1*0~", "x12.ack.position", "AK2[1]/AK3[1]/AK302", edi.Warning, "R R"},
		{"AK401", "997", "AK1*PO*1~AK2*850*1~AK3*A1*2~AK3*A2*2~AK4*1**1~AK4*§0**1~AK5*R~AK9*R*1*1*0~", "x12.ack.position", "AK2[1]/AK3[2]/AK4[2]/AK401", edi.Warning, "R R"},
		{"AK401 of four parts", "997", "AK1*PO*1~AK2*850*1~AK3*A1*2~AK4*§8>>>X**1~AK5*R~AK9*R*1*1*0~", "x12.ack.position", "AK2[1]/AK3[1]/AK4[1]/AK401", edi.Warning, "R R"},
		{"CTX03", "999", "AK1*PO*1~AK2*850*1~IK3*A1*2~IK4*1**1~CTX*A~CTX*A*B*§x~IK5*R~AK9*R*1*1*0~", "x12.ack.position", "AK2[1]/IK3[1]/IK4[1]/CTX[2]/CTX03", edi.Warning, "R R"},
		{"AK501", "997", "AK1*PO*1~AK2*850*1~AK5*§Q~AK9*A*1*1*1~", "x12.ack.status", "AK2[1]/AK5[1]/AK501", edi.Error, "A Q"},
		{"AK501 P", "997", "AK1*PO*1~AK2*850*1~AK5*§P~AK9*A*1*1*1~", "x12.ack.status", "AK2[1]/AK5[1]/AK501", edi.Error, "A P"},
		{"AK901", "997", "AK1*PO*1~AK9*§a*1*1*1~", "x12.ack.status", "AK9[1]/AK901", edi.Error, "a"},
		{"AK902", "997", "AK1*PO*1~AK9*A*§x*1*1~", "x12.ack.count", "AK9[1]/AK902", edi.Warning, "A"},
		{"AK903", "997", "AK1*PO*1~AK9*A*1*§*1~", "x12.ack.count", "AK9[1]/AK903", edi.Warning, "A"},
		{"AK904", "997", "AK1*PO*1~AK9*A*1*1*§-1~", "x12.ack.count", "AK9[1]/AK904", edi.Warning, "A"},
		{"more accepted than received", "997", "AK1*PO*1~AK9*A*1*1*§2~", "x12.ack.count", "AK9[1]/AK904", edi.Warning, "A"},
		{"a set answered twice", "997", "AK1*PO*1~" + ok + "AK2*850*0002~AK5*A~AK2*850*§0001~AK5*R~AK9*P*3*3*2~", "x12.ack.set.repeated", "AK2[3]/AK202", edi.Warning, "P A A R"},
		{"more answered than received", "997", "AK1*PO*1~" + ok + "AK2*850*2~AK5*A~" + "AK9*A*1*§1*1~", "x12.ack.count", "AK9[1]/AK903", edi.Warning, "A A A"},
		{"accepted, yet not all", "997", "AK1*PO*1~AK9*A*2*2*§1~", "x12.ack.count", "AK9[1]/AK904", edi.Warning, "A"},
		{"rejected, yet not all", "997", "AK1*PO*1~AK9*R*2*2*§1~", "x12.ack.count", "AK9[1]/AK904", edi.Warning, "R"},
		{"partially, yet all", "997", "AK1*PO*1~AK9*P*2*2*§2~", "x12.ack.count", "AK9[1]/AK904", edi.Warning, "P"},
		{"a rejection too many", "997", "AK1*PO*1~AK2*850*1~AK5*R~AK9*A*1*1*§1~", "x12.ack.count", "AK9[1]/AK904", edi.Warning, "A R"},
		{"an acceptance too many", "997", "AK1*PO*1~" + ok + "AK2*850*2~AK5*A~" + "AK9*P*3*3*§1~", "x12.ack.count", "AK9[1]/AK904", edi.Warning, "P A A"},
		{"rejected as a whole", "997", "AK1*PO*1~" + ok + "AK9*R*1*1*0*5~", "", "", "", "R A"},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := acknowledgment(c.set, c.body)
			at := int64(strings.Index(text, "§"))
			got := readAnswers(t, []byte(strings.Replace(text, "§", "", 1)))
			status := string(got.groups[0].Status)
			for i := range got.groups[0].Sets {
				status += " " + string(got.groups[0].Sets[i].Status)
			}
			if status != c.want {
				t.Errorf("status of the group and its sets\n got %q\nwant %q", status, c.want)
			}
			if c.rule == "" {
				if len(got.findings) > 0 {
					t.Errorf("findings %v", got.findings)
				}
				return
			}
			if len(got.findings) != 1 {
				t.Fatalf("%d findings: %v", len(got.findings), got.findings)
			}
			f := &got.findings[0]
			if f.Rule != c.rule || f.Path != "ISA[1]/GS[1]/ST[1]/"+c.path || f.Severity != c.severity || f.Offset != at {
				t.Errorf("\n got %s %s %s byte %d\nwant %s %s ISA[1]/GS[1]/ST[1]/%s byte %d",
					f.Severity, f.Rule, f.Path, f.Offset, c.severity, c.rule, c.path, at)
			}
		})
	}
	order, err := edi.ReadMessage([]byte(st), edi.Delimiters{Segment: '~', Element: '*'})
	if err != nil {
		t.Fatal(err)
	}
	if _, findings := ReadGroupAck(order); len(findings) != 1 || findings[0].Rule != "x12.ack.set" || findings[0].Path != "ST[1]/ST01" {
		t.Errorf("an 850 is read as an acknowledgment: %v", findings)
	}
	if a, findings := ReadGroupAck(&edi.Message{}); a.Received != -1 || len(findings) != 0 {
		t.Errorf("a message without segments: %+v, %v", a, findings)
	}
}

func TestOutcome(t *testing.T) {
	set := func(s Status) *SetAnswer { return &SetAnswer{Status: s} }
	for _, c := range []struct {
		group GroupAnswer
		set   *SetAnswer
		want  Verdict
	}{
		{GroupAnswer{Status: "A"}, nil, Accepted},
		{GroupAnswer{Status: "A"}, set("A"), Accepted},
		{GroupAnswer{Status: "A"}, set(""), Accepted},
		{GroupAnswer{Status: "A"}, set("R"), Rejected},
		{GroupAnswer{Status: "E"}, set("A"), Accepted},
		{GroupAnswer{Status: "E"}, nil, AcceptedWithErrors},
		{GroupAnswer{Status: "R"}, set("A"), Rejected},
		{GroupAnswer{Status: "M"}, nil, Rejected},
		{GroupAnswer{Status: "P"}, set("E"), AcceptedWithErrors},
		{GroupAnswer{Status: "P"}, set("W"), Rejected},
		{GroupAnswer{Status: "P"}, set("P"), ""},
		{GroupAnswer{Status: "P", Received: 3, Accepted: 1, rejected: 2}, nil, Accepted},
		{GroupAnswer{Status: "P", Received: 3, Accepted: 1, rejected: 1}, nil, ""},
		{GroupAnswer{Status: "P", Received: 3, Accepted: 1, rejected: 2}, set(""), ""},
		{GroupAnswer{Status: "P", Received: -1, Accepted: -1}, nil, ""},
		{GroupAnswer{}, set("X"), Rejected},
		{GroupAnswer{}, nil, ""},
		{GroupAnswer{Status: "Q"}, nil, ""},
	} {
		if got := c.group.Outcome(c.set); got != c.want {
			t.Errorf("group %+v, set %+v\n got %q\nwant %q", c.group, c.set, got, c.want)
		}
	}
}

// TestOf: what became of a set, told once, several times, or not at all.
func TestOf(t *testing.T) {
	text := acknowledgment("997", "AK1*PO*1~AK2*850*1~AK5*R~AK2*850*1~AK5*A~AK2*850*2~AK5*E~AK2*850*3~AK2*850*3~AK5*A~AK9*A*5*5*5~")
	a := readAnswers(t, []byte(text)).groups[0]
	for control, want := range map[string]Verdict{"1": Rejected, "2": AcceptedWithErrors, "3": Accepted, "4": Accepted} {
		if got := a.Of(control); got != want {
			t.Errorf("set %s\n got %q\nwant %q", control, got, want)
		}
	}
	a.Status = "Q"
	if got := a.Of("4"); got != "" {
		t.Errorf("a set that nothing is said of\n got %q\nwant nothing", got)
	}
	if got := a.Of("3"); got != "" {
		t.Errorf("a set that is left open once\n got %q\nwant nothing", got)
	}
}

// TestOneAnswerForEachGroup: several groups and interchanges are answered in one
// group of 997, and a TA1 stands beside them; each names what it answers.
func TestOneAnswerForEachGroup(t *testing.T) {
	second := "ST*997*0002~AK1*IN*77~AK9*R*1*1*0*4~SE*4*0002~"
	text := strings.Replace(acknowledgment("997", "AK1*PO*1~AK9*A*1*1*1~"), ge, second+strings.Replace(ge, "*1*", "*2*", 1), 1)
	text = strings.Replace(text, "GS*FA", "TA1*000000305*261123*0930*A*000~GS*FA", 1)
	got := readAnswers(t, []byte(text))
	if len(got.groups) != 2 || len(got.interchanges) != 1 || len(got.findings) != 0 {
		t.Fatalf("got %+v", got)
	}
	if a, b := got.groups[0], got.groups[1]; a.Control != "1" || a.Of("1") != Accepted || b.Functional != "IN" || b.Control != "77" || b.Of("1") != Rejected {
		t.Errorf("got %+v and %+v", a, b)
	}
	if a := got.interchanges[0]; a.Control != "000000305" || a.Status.Verdict() != Accepted {
		t.Errorf("got %+v", a)
	}
}

func TestReadTA1(t *testing.T) {
	for _, c := range []struct {
		text string
		want InterchangeAnswer
		rule string
		path edi.Path
	}{
		{"TA1*000000301*261123*0930*A*000~", InterchangeAnswer{"000000301", "261123", "0930", "A", "000"}, "", ""},
		{"TA1*000000301*261123*0930*R*025~", InterchangeAnswer{"000000301", "261123", "0930", "R", "025"}, "", ""},
		{"TA1*000000301*261123*0930*E*000~", InterchangeAnswer{"000000301", "261123", "0930", "E", "000"}, "", ""},
		{"TA1*301*261123*0930*A*000~", InterchangeAnswer{"301", "261123", "0930", "A", "000"}, "warning x12.ta1.control", "TA1[1]/TA101"},
		{"TA1**261123*0930*A*000~", InterchangeAnswer{"", "261123", "0930", "A", "000"}, "error x12.ta1.control", "TA1[1]/TA101"},
		{"TA1*000000301*261123*0930*P*000~", InterchangeAnswer{"000000301", "261123", "0930", "P", "000"}, "error x12.ta1.status", "TA1[1]/TA104"},
		{"TA1*000000301***A~", InterchangeAnswer{"000000301", "", "", "A", ""}, "warning x12.ta1.reason", "TA1[1]/TA105"},
		{"TA1*000000301*261123*0930*A*001~", InterchangeAnswer{"000000301", "261123", "0930", "A", "001"}, "warning x12.ta1.reason", "TA1[1]/TA105"},
		{"TA1*000000301*261123*0930*R*000~", InterchangeAnswer{"000000301", "261123", "0930", "R", "000"}, "warning x12.ta1.reason", "TA1[1]/TA105"},
	} {
		got := readAnswers(t, []byte(isa+c.text+"IEA*0*000000301~"))
		if len(got.interchanges) != 1 || got.interchanges[0] != c.want {
			t.Errorf("%s\n got %+v\nwant %+v", c.text, got.interchanges, c.want)
		}
		var rule string
		var path edi.Path
		if len(got.findings) > 0 {
			rule, path = string(got.findings[0].Severity)+" "+got.findings[0].Rule, got.findings[0].Path
		}
		if len(got.findings) > 1 || rule != c.rule || path != c.path {
			t.Errorf("%s\n got %v\nwant %s %s", c.text, got.findings, c.rule, c.path)
		}
	}
	m, err := edi.ReadMessage([]byte(st), edi.Delimiters{Segment: '~', Element: '*'})
	if err != nil {
		t.Fatal(err)
	}
	s := m.Segment(2)
	if a, findings := ReadTA1(&s); a != (InterchangeAnswer{}) || len(findings) != 1 || findings[0].Rule != "x12.ta1.segment" {
		t.Errorf("a BEG is read as a TA1: %+v, %v", a, findings)
	}
}

// TestReadHostile reads acknowledgments of nothing but trouble: what is kept is
// bounded.
func TestReadHostile(t *testing.T) {
	a := readAnswers(t, []byte(acknowledgment("999", "AK1*PO*1~AK2*850*1~"+strings.Repeat("IK3~IK4~CTX*"+strings.Repeat("^", 200)+"~", 1000)+"AK9*P~")))
	notes := 0
	for i := range a.groups[0].Sets[0].Segments {
		n := &a.groups[0].Sets[0].Segments[i]
		notes++
		for k := range n.Elements {
			notes += 1 + len(n.Elements[k].Contexts)
		}
	}
	if notes != maxNotes {
		t.Errorf("notes\n got %d\nwant %d", notes, maxNotes)
	}
	if got, want := len(a.findings), maxFindings+1; got != want {
		t.Fatalf("findings\n got %d\nwant %d", got, want)
	}
	if got, want := a.findings[maxFindings-1].Message, "; 1904 more findings are not told"; !strings.HasSuffix(got, want) {
		t.Errorf("\n got %s\nwant ...%s", got, want)
	}
	if got, want := a.findings[maxFindings].Rule, "x12.ack.limit"; got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
	b := readAnswers(t, []byte(acknowledgment("997", strings.Repeat("AK2~", maxAnswers+50))))
	if got, want := len(b.groups[0].Sets), maxAnswers; got != want {
		t.Errorf("sets\n got %d\nwant %d", got, want)
	}
	if got, want := len(b.findings), maxFindings+3; got != want {
		t.Errorf("findings\n got %d\nwant %d", got, want)
	}
}

// corpusFiles are the files of the corpus in folders of these names.
func corpusFiles(t testing.TB, folders ...string) map[string][]byte {
	t.Helper()
	root := os.Getenv("EDIBRIDGE_CORPUS")
	if root == "" {
		return nil
	}
	files := map[string][]byte{}
	for _, folder := range folders {
		names, err := filepath.Glob(filepath.Join(root, "x12", folder, "*"))
		if err != nil || len(names) == 0 {
			t.Fatalf("the corpus has no %s: %v", folder, err)
		}
		for _, name := range names {
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			files[folder+"/"+filepath.Base(name)] = data
		}
	}
	return files
}

func TestReadCorpus(t *testing.T) {
	files := corpusFiles(t, "997", "999", "TA1", "mixed")
	if files == nil {
		t.Skip("EDIBRIDGE_CORPUS is not set: the corpus is not read")
	}
	const (
		noGroup  = "x12.ack.group.missing@AK1[1]"
		noResult = "x12.ack.result.missing@AK9[1]"
	)
	unsound := map[string]string{
		"997/php-edi-coedition__997-sample2.edi":      "x12.ack.set.missing@AK2[3]/AK5[1] " + noResult,
		"997/staedi__ErrorEventsTest.java-5.edi":      "x12.ack.position@AK2[1]/AK3[1]/AK4[1]/AK401",
		"997/staedi__EventSequenceTest.java-2.edi":    noResult,
		"997/staedi__EventSequenceTest.java-3.edi":    "x12.ack.segment@#4",
		"997/staedi__empty997.edi":                    noGroup + " " + noResult,
		"997/staedi__extraDelimiter997.edi":           "x12.ack.position@AK2[1]/AK3[1]/AK302",
		"999/staedi__invalid999.edi":                  "x12.ack.segment@#2 x12.ack.status@AK2[1]/IK5[1]/IK501 x12.ack.segment@#6",
		"mixed/vscode-edi-support__x12.test.ts-6.edi": noResult,
	}
	for n := 1; n <= 7; n++ {
		unsound[fmt.Sprintf("997/staedi__StaEDIStreamReaderTest.java-%d.edi", n)] = noGroup + " " + noResult
	}
	groups, interchanges := 0, 0
	for name, data := range files {
		a := readAnswers(t, data)
		groups, interchanges = groups+len(a.groups), interchanges+len(a.interchanges)
		var found []string
		for i := range a.findings {
			place := strings.SplitN(string(a.findings[i].Path), "/", 4)
			found = append(found, a.findings[i].Rule+"@"+place[len(place)-1])
		}
		if got, want := strings.Join(found, " "), unsound[name]; got != want {
			t.Errorf("%s\n got %s\nwant %s", name, got, want)
		}
	}
	if groups < 35 || interchanges < 2 {
		t.Errorf("%d acknowledgments and %d TA1 are read, of 35 and 2 at least", groups, interchanges)
	}
}

// FuzzReadGroupAck reads the acknowledgments of whatever bytes, and one made of
// them: no panic, findings within the file and bounded, no more sets than AK2.
func FuzzReadGroupAck(f *testing.F) {
	for _, data := range corpusFiles(f, "997", "999") {
		f.Add(data)
	}
	f.Add([]byte(acknowledgment("999", "AK1*PO*1~AK2*850*1~IK3*A1*2~IK4*1>2>3**1~CTX*A^B>C*B*3**1>2*3>4~IK5*R*5~AK9*R*1*1*0*1~")))
	f.Add([]byte("AK1*PO*1~AK9*A*1*1*1~AK2*850~IK5~AK5*R~CTX"))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, text := range [][]byte{data, []byte(acknowledgment("997", string(data))), []byte(acknowledgment("999", string(data)))} {
			a := readAnswers(t, text)
			sets := 0
			for i := range a.groups {
				sets += len(a.groups[i].Sets)
			}
			if most := bytes.Count(text, []byte("AK2")); sets > most {
				t.Errorf("sets\n got %d\nwant at most %d", sets, most)
			}
			if most := (maxFindings+3)*len(a.groups) + 5*len(a.interchanges); len(a.findings) > most {
				t.Errorf("findings\n got %d\nwant at most %d", len(a.findings), most)
			}
		}
	})
}

// FuzzReadTA1 reads a TA1 of whatever elements.
func FuzzReadTA1(f *testing.F) {
	for _, data := range corpusFiles(f, "TA1") {
		if _, rest, ok := bytes.Cut(data, []byte("TA1*")); ok {
			text, _, _ := bytes.Cut(rest, []byte("~"))
			f.Add(text)
		}
	}
	f.Add([]byte("000000301*261123*0930*A*000"))
	f.Add([]byte("301****"))
	f.Fuzz(func(t *testing.T, data []byte) {
		a := readAnswers(t, []byte(isa+"TA1*"+string(data)+"~IEA*0*000000301~"))
		if len(a.interchanges) == 0 {
			t.Fatal("no TA1 is read")
		}
		if sound := a.interchanges[0].Status.Verdict() != "" && a.interchanges[0].Control != ""; !sound && len(a.findings) == 0 {
			t.Errorf("nothing is found about %+v", a.interchanges[0])
		}
	})
}
