package x12

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/edibridge/edibridge/edi"
)

func answerTime() time.Time { return time.Date(2026, 11, 24, 7, 5, 0, 0, time.UTC) }

// received is a group and its interchange as they come from a sound file.
func received() (*edi.Interchange, *edi.Group) {
	ic := &edi.Interchange{
		Standard: edi.X12, Version: "00401", Mode: edi.Test, Control: "000000301", Date: "261123", Time: "0930",
		Delimiters: edi.Delimiters{Segment: '~', Element: '*', Component: '>', Decimal: '.'},
		Sender:     edi.Party{Qualifier: "ZZ", ID: "NORTHPIER"},
		Receiver:   edi.Party{Qualifier: "01", ID: "123456789"},
		Header:     []byte(isa),
	}
	g := &edi.Group{Functional: "PO", Version: "004010", Sender: "NPIER", Receiver: "LAKE", Control: "301", Declared: 1}
	return ic, g
}

func numbered(e Envelope) Envelope {
	e.Interchange, e.Group, e.Time = 17, 16, answerTime()
	return e
}

const (
	ackISA = "ISA*00*          *00*          *01*123456789      *ZZ*NORTHPIER      *261124*0705*U*00401*000000017*0*T*>~"
	ackGS  = "GS*FA*LAKE*NPIER*20261124*0705*16*X*004010~"
)

// element is a finding about an element.
func element(place, n int, tag, ak403, value string) edi.Finding {
	return edi.Finding{Severity: edi.Error, Place: place, Tag: tag, Element: n, Value: value, Codes: codes{"ak304": "8", "ak403": ak403}}
}

func TestGroupAck(t *testing.T) {
	missing := edi.Finding{Severity: edi.Error, Place: 5, Tag: "REF", Loop: "N1", Codes: codes{"ak304": "3"}}
	price := element(5, 4, "PO1", "6", "9,95")
	price.Ref, price.Component, price.Repetition, price.Loop = "212", 2, 3, "PO1"
	nasty := element(2, 3, "BEG", "6", "A*B~C>D^E\x00F"+strings.Repeat("é", 60))
	noted := edi.Finding{Severity: edi.Warning, Codes: codes{"ak502": "7"}}
	many := make([]edi.Finding, 120)
	var ninetyNine strings.Builder
	for i := range many {
		many[i] = element(3, 1, "N1", "7", "")
		if many[i].Component = i + 1; i < 99 {
			fmt.Fprintf(&ninetyNine, "AK4*1>%d**7~", i+1)
		}
	}
	ref := func(loop string) edi.Finding {
		return edi.Finding{Severity: edi.Error, Place: 7, Tag: "REF", Loop: loop, Codes: codes{"ak304": "3"}}
	}
	beyond := element(2, 1, "BEG", "12", "X")
	beyond.Codes = codes{"ak304": "I6", "ak403": "12", "ak502": "18"}
	mended := edi.Finding{Severity: edi.Info, Place: 2, Tag: "BEG", Codes: codes{"ak304": "2"}}
	for _, c := range []struct {
		name    string
		version string
		control string
		sets    []SetResult
		group   []edi.Finding
		want    string // what stands between ST and SE
	}{
		{"accepted", "004010", "301", []SetResult{{Set: "850", Control: "0001"}}, nil,
			"AK1*PO*301~AK2*850*0001~AK5*A~AK9*A*1*1*1~"},
		{"no sets", "004010", "301", nil, nil, "AK1*PO*301~AK9*A*1*0*0~"},
		{"release 005010", "005010X", "301", []SetResult{{Set: "850", Control: "0001", Reference: "005010X"}}, nil,
			"AK1*PO*301*005010X~AK2*850*0001*005010X~AK5*A~AK9*A*1*1*1~"},
		{"one of two rejected", "004010", "301", []SetResult{
			{Set: "850", Control: "0001"},
			{Set: "850", Control: "0002", Findings: []edi.Finding{{Severity: edi.Error, Codes: codes{"ak502": "4"}}}}}, nil,
			"AK1*PO*301~AK2*850*0001~AK5*A~AK2*850*0002~AK5*R*4~AK9*P*1*2*1~"},
		{"all rejected", "004010", "301", []SetResult{{Set: "850", Control: "0001", Verdict: Rejected}}, nil,
			"AK1*PO*301~AK2*850*0001~AK5*R*5~AK9*R*1*1*0~"},
		{"errors noted", "004010", "301", []SetResult{{Set: "850", Control: "1", Findings: []edi.Finding{noted, mended}}}, nil,
			"AK1*PO*301~AK2*850*1   ~AK5*E*7~AK9*E*1*1*1~"},
		{"segments and elements", "004010", "301", []SetResult{{Set: "850", Control: "0001",
			Findings: []edi.Finding{price, missing, element(5, 2, "PO1", "1", ""), element(2, 1, "BEG", "7", "99")}}}, nil,
			"AK1*PO*301~AK2*850*0001~AK3*BEG*2**8~AK4*1**7*99~AK3*PO1*5*PO1*8~AK4*2**1~AK4*4>2*212*6*9,95~AK3*REF*5*N1*3~AK5*R*5~AK9*R*1*1*0~"},
		{"repetition in 005010", "005010", "301", []SetResult{{Set: "850", Control: "0001", Findings: []edi.Finding{price}}}, nil,
			"AK1*PO*301*004010~AK2*850*0001~AK3*PO1*5*PO1*8~AK4*4>2>3*212*6*9,95~AK5*R*5~AK9*R*1*1*0~"},
		{"a value of delimiters", "004010", "301", []SetResult{{Set: "850", Control: "0001", Findings: []edi.Finding{nasty}}}, nil,
			"AK1*PO*301~AK2*850*0001~AK3*BEG*2**8~AK4*3**6*A B C D^E F" + strings.Repeat("é", 44) + "~AK5*R*5~AK9*R*1*1*0~"},
		{"99 AK4", "004010", "301", []SetResult{{Set: "850", Control: "0001", Findings: many}}, nil,
			"AK1*PO*301~AK2*850*0001~AK3*N1*3**8~" + ninetyNine.String() + "AK5*R*5~AK9*R*1*1*0~"},
		{"five codes", "004010", "301", []SetResult{{Set: "850", Control: "0001", Findings: []edi.Finding{
			noted, {Severity: edi.Error, Codes: codes{"ak502": "1"}}, {Severity: edi.Error, Codes: codes{"ak502": "1"}},
			{Severity: edi.Error, Codes: codes{"ak502": "2"}}, {Severity: edi.Error, Codes: codes{"ak502": "3"}},
			{Severity: edi.Error, Codes: codes{"ak502": "4"}}, {Severity: edi.Error, Codes: codes{"ak502": "6"}},
			{Severity: edi.Error, Codes: codes{"ak502": "23"}}}}}, nil,
			"AK1*PO*301~AK2*850*0001~AK5*R*1*2*3*4*6~AK9*R*1*1*0~"},
		{"group rejected", "004010", "", []SetResult{{Set: "850", Control: "0001"}},
			[]edi.Finding{{Severity: edi.Error, Codes: codes{"ak905": "6"}}, {Severity: edi.Error, Codes: codes{"ak905": "5"}}},
			"AK1*PO*0~AK2*850*0001~AK5*A~AK9*R*1*1*0*6*5~"},
		{"odd controls", "004010", "<TOO_LONG_AND_NOT_NUMERIC>", []SetResult{{Set: "", Control: ""}, {Set: "85~", Control: "1*2"}}, nil,
			"AK1*PO*0~AK2*000*0000~AK5*A~AK2*85?*1 2 ~AK5*A~AK9*A*1*2*2~"},
		{"one thing told twice", "004010", "301", []SetResult{{Set: "850", Control: "0001", Findings: []edi.Finding{
			ref("N1"), ref("PO1"), ref("N1"), element(7, 2, "PO1", "1", ""), element(7, 2, "PO1", "1", "")}}}, nil,
			"AK1*PO*301~AK2*850*0001~AK3*REF*7*N1*3~AK3*REF*7*PO1*3~AK3*PO1*7**8~AK4*2**1~AK5*R*5~AK9*R*1*1*0~"},
		{"codes that 004010 has not", "004010", "301", []SetResult{{Set: "850", Control: "0001", Findings: []edi.Finding{beyond}}},
			[]edi.Finding{{Severity: edi.Warning, Codes: codes{"ak905": "20"}}},
			"AK1*PO*301~AK2*850*0001~AK5*R*5~AK9*R*1*1*0~"},
		{"codes that 005010 has", "005010", "301", []SetResult{{Set: "850", Control: "0001", Findings: []edi.Finding{beyond}}}, nil,
			"AK1*PO*301*004010~AK2*850*0001~AK3*BEG*2**8~AK4*1**12*X~AK5*R*18*5~AK9*R*1*1*0~"},
		{"a number of a group with zeros", "004010", "000000000301", nil, nil, "AK1*PO*301~AK9*A*1*0*0~"},
		{"a tag of nonsense", "004010", "301", []SetResult{{Set: "850", Control: "0001", Findings: []edi.Finding{
			{Severity: edi.Error, Place: 2, Tag: "", Codes: codes{"ak304": "1"}},
			{Severity: edi.Error, Place: 3, Tag: "* \xff\xfe", Loop: "TOOLONGLOOP", Codes: codes{"ak304": "1"}}}}}, nil,
			"AK1*PO*301~AK2*850*0001~AK3*??*2**1~AK3*???*3*TOOLON*1~AK5*R*5~AK9*R*1*1*0~"},
	} {
		t.Run(c.name, func(t *testing.T) {
			ic, g := received()
			g.Control = c.control
			env := numbered(AnswerTo(ic, g))
			env.GroupVersion = c.version
			if c.version == "005010X" {
				g.Version = c.version
			}
			var b bytes.Buffer
			a := NewGroupAck(&b, env, g)
			for _, r := range c.sets {
				if err := a.Set(r); err != nil {
					t.Fatal(err)
				}
			}
			if err := a.Close(c.group); err != nil {
				t.Fatal(err)
			}
			want := ackISA + strings.Replace(ackGS, "004010", c.version, 1) + "ST*997*0001~" + c.want
			want += fmt.Sprintf("SE*%d*0001~GE*1*16~IEA*1*000000017~", 2+strings.Count(c.want, "~"))
			if got := b.String(); got != want {
				t.Errorf("\n got %s\nwant %s", got, want)
			}
			sane(t, b.Bytes())
		})
	}
}

// fataler is what sane needs of testing.T and rapid.T.
type fataler interface {
	Helper()
	Fatalf(format string, args ...any)
}

// sane reads an answer of ours back: one interchange, not a finding.
func sane(t fataler, data []byte) (sets, service int) {
	t.Helper()
	w := edi.NewWalker(bytes.NewReader(data), edi.Limits{}, Syntax{})
	interchanges := 0
	for {
		ev, err := w.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatalf("%v", err)
		}
		for i := range ev.Findings {
			if f := &ev.Findings[i]; f.Rule != "x12.breaks" {
				t.Fatalf("our own answer has %v\n%q", f, data)
			}
		}
		switch ev.Kind {
		case edi.Junk:
			t.Fatalf("our own answer has junk\n%q", data)
		case edi.BeginInterchange:
			interchanges++
		case edi.Service:
			service++
		case edi.EndMessage:
			sets++
			_, findings := ReadGroupAck(ev.Message)
			for i := range findings {
				if findings[i].Rule == "x12.ack.set.repeated" {
					continue // the group had two sets of one control number
				}
				t.Fatalf("our own answer reads back with %v\n%q", &findings[i], data)
			}
			for place := 1; place <= ev.Message.Len(); place++ {
				s := ev.Message.Segment(place)
				if v := s.Element(4); s.Is("AK4") && len(v) > 99 {
					t.Fatalf("AK404 has %d bytes", len(v))
				}
			}
		}
	}
	if interchanges != 1 {
		t.Fatalf("%d interchanges\n%q", interchanges, data)
	}
	return sets, service
}

func TestGroupAckErrors(t *testing.T) {
	ic, g := received()
	broken := errors.New("no room")
	fa := *g
	fa.Functional = "FA"
	late := numbered(AnswerTo(ic, g))
	late.Interchange = 1_000_000_000
	for _, c := range []struct {
		name string
		w    io.Writer
		env  Envelope
		g    *edi.Group
		want error
	}{
		{"acknowledgment", io.Discard, numbered(AnswerTo(ic, &fa)), &fa, ErrAcknowledgment},
		{"writer", refusing{broken}, numbered(AnswerTo(ic, g)), g, broken},
		{"no numbers", io.Discard, Envelope{Time: answerTime()}, g, errControl},
		{"number too great", io.Discard, late, g, errControl},
		{"no time", io.Discard, Envelope{Interchange: 1, Group: 1}, g, errTime},
	} {
		a := NewGroupAck(c.w, c.env, c.g)
		var err error
		for range 1000 { // more than is buffered
			if err = a.Set(SetResult{Set: "850", Control: "0001"}); err != nil {
				break
			}
		}
		if err == nil {
			t.Errorf("%s: Set gives no error", c.name)
		}
		if err := a.Close(nil); !errors.Is(err, c.want) {
			t.Errorf("%s\n got %v\nwant %v", c.name, err, c.want)
		}
	}
	if err := WriteTA1(io.Discard, Envelope{}, ic, nil); err == nil {
		t.Error("a TA1 without control number and time is written")
	}
}

func TestAckOptionErrors(t *testing.T) {
	ic, g := received()
	for _, c := range []struct {
		opt  AckOptions
		want string
	}{
		{AckOptions{Set: "998"}, `x12: no acknowledgment is called "998": 997 or 999`},
		{AckOptions{Detail: "all"}, `x12: no level of detail is called "all": empty, sets or groups`},
	} {
		var b bytes.Buffer
		a := NewGroupAckWith(&b, numbered(AnswerTo(ic, g)), g, c.opt)
		for _, err := range []error{a.Set(SetResult{Set: "850", Control: "0001"}), a.Close(nil)} {
			if got := fmt.Sprint(err); got != c.want {
				t.Errorf("%+v\n got %s\nwant %s", c.opt, got, c.want)
			}
		}
		if b.Len() > 0 || a.Written() {
			t.Errorf("%+v: %q is written", c.opt, b.Bytes())
		}
	}
}

// TestAckOptions says the same of a group, a good set and two bad ones, in
// every form and level of detail.
func TestAckOptions(t *testing.T) {
	price := element(5, 4, "PO1", "6", "9,95")
	price.Ref, price.Component, price.Repetition, price.Loop = "212", 2, 3, "PO1"
	price.Codes = codes{"ak304": "8", "ak403": "6", "ik304": "8", "ik403": "I12", "ak502": "5", "ik502": "5"}
	often := element(5, 7, "PO1", "3", "")
	often.Codes["ik403"], often.Loop = "12", "PO1"
	missing := edi.Finding{Severity: edi.Error, Place: 7, Tag: "REF", Loop: "N1", Codes: codes{"ak304": "2", "ik304": "I6", "ak502": "5", "ik502": "I6"}}
	trigger := Context{Tag: "BEG", Place: 2, Element: 2, Component: 1, Ref: "92", ComponentRef: "7"}
	unit := Context{Name: "PO101", Value: "14"}
	count := edi.Finding{Severity: edi.Error, Place: 9, Tag: "SE", Element: 1, Codes: codes{"ak502": "4"}}
	sets := []SetResult{
		{Set: "850", Control: "0001"},
		{Set: "850", Control: "0002", Findings: []edi.Finding{missing, price, often}, Contexts: [][]Context{{trigger, unit}, {{Tag: "PO1"}}}},
		{Set: "850", Control: "0003", Findings: []edi.Finding{count}},
	}
	situated := edi.Finding{Severity: edi.Error, Place: 4, Tag: "DTM", Codes: codes{"ak304": "3", "ik304": "I6"},
		Trigger: &edi.Trigger{Tag: "BEG", Place: 2, Element: 2, Ref: "92"}}
	dated := element(5, 2, "PO1", "2", "")
	dated.Codes["ik403"], dated.Ref, dated.Loop = "I9", "330", "PO1"
	dated.Trigger = &edi.Trigger{Tag: "N1", Place: 12345678, Loop: "2010BA", Element: 4, Component: 1, Repetition: 2, Ref: "67"}
	var many []Context
	for range 12 {
		many = append(many, unit)
	}
	const (
		good    = "AK2*850*0001~"
		bad     = "AK2*850*0002~"
		bad3    = "AK2*850*0003~"
		full997 = "AK3*PO1*5*PO1*8~AK4*4>2*212*6*9,95~AK4*7**3~AK3*REF*7*N1*2~"
		full999 = "IK3*PO1*5*PO1*8~IK4*4>2>3*212*I12*9,95~CTX*SITUATIONAL TRIGGER*PO1~IK4*7**12~" +
			"IK3*REF*7*N1*I6~CTX*SITUATIONAL TRIGGER*BEG*2**2>1*92>7~CTX*PO101>14~"
	)
	for _, c := range []struct {
		name    string
		opt     AckOptions
		version string
		sets    []SetResult
		group   []edi.Finding
		want    string // what stands between ST and SE
	}{
		{"997", AckOptions{Set: "997"}, "004010", sets, nil,
			"AK1*PO*301~" + good + "AK5*A~" + bad + full997 + "AK5*R*5~" + bad3 + "AK5*R*4~AK9*P*1*3*1~"},
		{"997 of 005010", AckOptions{}, "005010", sets, nil,
			"AK1*PO*301*004010~" + good + "AK5*A~" + bad + "AK3*PO1*5*PO1*8~AK4*4>2>3*212*6*9,95~AK4*7**12~AK3*REF*7*N1*2~AK5*R*5~" + bad3 + "AK5*R*4~AK9*P*1*3*1~"},
		{"997 sets", AckOptions{Detail: DetailSets}, "004010", sets, nil,
			"AK1*PO*301~" + good + "AK5*A~" + bad + "AK5*R*5~" + bad3 + "AK5*R*4~AK9*P*1*3*1~"},
		{"997 groups", AckOptions{Detail: DetailGroups}, "004010", sets, nil, "AK1*PO*301~AK9*P*1*3*1~"},
		{"997 errors", AckOptions{OnlyErrors: true}, "004010", sets, nil,
			"AK1*PO*301~" + bad + full997 + "AK5*R*5~" + bad3 + "AK5*R*4~AK9*P*1*3*1~"},
		{"997 sets, errors", AckOptions{Detail: DetailSets, OnlyErrors: true}, "004010", sets, nil,
			"AK1*PO*301~" + bad + "AK5*R*5~" + bad3 + "AK5*R*4~AK9*P*1*3*1~"},
		{"997 groups, errors", AckOptions{Detail: DetailGroups, OnlyErrors: true}, "004010", sets, nil, "AK1*PO*301~AK9*P*1*3*1~"},
		{"errors, none", AckOptions{OnlyErrors: true}, "004010", sets[:1], nil, ""},
		{"groups, errors, none", AckOptions{Detail: DetailGroups, OnlyErrors: true}, "004010", sets[:1], nil, ""},
		{"errors, of the group", AckOptions{OnlyErrors: true}, "004010", sets[:1],
			[]edi.Finding{{Severity: edi.Error, Codes: codes{"ak905": "5"}}}, "AK1*PO*301~AK9*R*1*1*0*5~"},
		{"999", AckOptions{Set: "999"}, "005010X222A2", sets, nil,
			"AK1*PO*301*004010~" + good + "IK5*A~" + bad + full999 + "IK5*R*I6*5~" + bad3 + "IK5*R*4~AK9*P*1*3*1~"},
		{"999 of another release", AckOptions{Set: "999", Detail: DetailSets}, "005010X231A1", sets, nil,
			"AK1*PO*301*004010~" + good + "IK5*A~" + bad + "IK5*R*I6*5~" + bad3 + "IK5*R*4~AK9*P*1*3*1~"},
		{"999 errors", AckOptions{Set: "999", OnlyErrors: true}, "004010", sets[:2], nil,
			"AK1*PO*301*004010~" + bad + full999 + "IK5*R*I6*5~AK9*P*1*2*1~"},
		{"999 triggers", AckOptions{Set: "999"}, "005010X231", []SetResult{{Set: "850", Control: "0001",
			Findings: []edi.Finding{situated, dated}, Contexts: [][]Context{{unit}}}}, nil,
			"AK1*PO*301*004010~" + good + "IK3*DTM*4**I6~CTX*SITUATIONAL TRIGGER*BEG*2**2*92~CTX*PO101>14~" +
				"IK3*PO1*5*PO1*8~IK4*2*330*I9~CTX*SITUATIONAL TRIGGER*N1*12345678*2010*4>1>2*67~IK5*R*5~AK9*R*1*1*0~"},
		{"999 ten contexts", AckOptions{Set: "999"}, "005010X231", []SetResult{{Set: "850", Control: "0001",
			Findings: []edi.Finding{price}, Contexts: [][]Context{many}}}, nil,
			"AK1*PO*301*004010~" + good + "IK3*PO1*5*PO1*8~IK4*4>2>3*212*I12*9,95~" + strings.Repeat("CTX*PO101>14~", 10) + "IK5*R*5~AK9*R*1*1*0~"},
	} {
		t.Run(c.name, func(t *testing.T) {
			ic, g := received()
			env := numbered(AnswerTo(ic, g))
			env.GroupVersion = c.version
			var b bytes.Buffer
			a := NewGroupAckWith(&b, env, g, c.opt)
			for _, r := range c.sets {
				if err := a.Set(r); err != nil {
					t.Fatal(err)
				}
			}
			if err := a.Close(c.group); err != nil {
				t.Fatal(err)
			}
			want, st := "", "ST*997*0001~"
			if c.opt.Set == "999" {
				if !strings.HasPrefix(c.version, "005010X231") {
					c.version = "005010X231"
				}
				st = "ST*999*0001*" + c.version + "~"
			}
			if a.Written() != (c.want != "") {
				t.Errorf("Written\n got %v\nwant %v", a.Written(), c.want != "")
			}
			if c.want != "" {
				want = ackISA + strings.Replace(ackGS, "004010", c.version, 1) + st + c.want
				want += fmt.Sprintf("SE*%d*0001~GE*1*16~IEA*1*000000017~", 2+strings.Count(c.want, "~"))
				sane(t, b.Bytes())
			}
			if got := b.String(); got != want {
				t.Errorf("\n got %s\nwant %s", got, want)
			}
		})
	}
}

type refusing struct{ err error }

func (r refusing) Write([]byte) (int, error) { return 0, r.err }

func TestWriteTA1(t *testing.T) {
	for _, c := range []struct {
		name     string
		control  string
		date     string
		findings []edi.Finding
		want     string
	}{
		{"accepted", "000000301", "261123", nil, "TA1*000000301*261123*0930*A*000~"},
		{"info", "000000301", "261123", []edi.Finding{{Severity: edi.Info, Codes: codes{"ta105": "016"}}}, "TA1*000000301*261123*0930*A*000~"},
		{"warning", "000000301", "261123", []edi.Finding{{Severity: edi.Warning, Codes: codes{"ta105": "006"}}}, "TA1*000000301*261123*0930*E*006~"},
		{"error first", "000000301", "261123", []edi.Finding{
			{Severity: edi.Warning, Codes: codes{"ta105": "006"}}, {Severity: edi.Error, Codes: codes{"ta105": "021"}}}, "TA1*000000301*261123*0930*R*021~"},
		{"error without code", "000000301", "261123", []edi.Finding{{Severity: edi.Error}}, "TA1*000000301*261123*0930*R*024~"},
		{"short control, odd date", "301", "26*123", nil, "TA1*000000301*000000*0930*A*000~"},
		{"no control", "", "", nil, "TA1*000000000*000000*0930*A*000~"},
		{"odd control", "A~B*C    ", "261123", nil, "TA1*A B C    *261123*0930*A*000~"},
	} {
		ic, _ := received()
		ic.Control, ic.Date = c.control, c.date
		var b bytes.Buffer
		if err := WriteTA1(&b, numbered(AnswerTo(ic, nil)), ic, c.findings); err != nil {
			t.Fatal(err)
		}
		if got, want := b.String(), ackISA+c.want+"IEA*0*000000017~"; got != want {
			t.Errorf("%s\n got %s\nwant %s", c.name, got, want)
		}
		if sets, service := sane(t, b.Bytes()); sets != 0 || service != 1 {
			t.Errorf("%s: %d sets, %d TA1 read back", c.name, sets, service)
		}
	}
}

func TestEnvelope(t *testing.T) {
	ic, g := received()
	old := numbered(AnswerTo(ic, g))
	old.Version, old.GroupVersion = "00300", "003040"
	modern := numbered(AnswerTo(ic, g))
	modern.Version, modern.GroupVersion, modern.Mode, modern.AckRequested, modern.LineBreak = "00501", "", edi.Information, true, "\r\n"
	released := modern
	released.Version, released.GroupVersion, released.Mode, released.AckRequested, released.LineBreak = "00704", "007040", edi.Production, false, ""
	released.Delimiters.Release, released.GroupSender = '?', "LAKE?"
	tilde := numbered(AnswerTo(ic, g))
	tilde.Sender.ID, tilde.GroupSender = "A~B*C", ""
	for _, c := range []struct {
		name string
		env  Envelope
		want string
	}{
		{"before 004010", old, "ISA*00*          *00*          *01*123456789      *ZZ*NORTHPIER      *261124*0705*U*00300*000000017*0*T*>~GS*FA*LAKE*NPIER*261124*0705*16*X*003040~"},
		{"a release character", released, "ISA*00*          *00*          *01*123456789      *ZZ*NORTHPIER      *261124*0705*^*00704*000000017*0*P*>~ISX*?~GS*FA*LAKE??*NPIER*20261124*0705*16*X*007040~"},
		{"00501", modern, "ISA*00*          *00*          *01*123456789      *ZZ*NORTHPIER      *261124*0705*^*00501*000000017*1*I*>~\r\nGS*FA*LAKE*NPIER*20261124*0705*16*X*005010~\r\n"},
		{"ids with delimiters", tilde, "ISA|00|          |00|          |01|A~B*C          |ZZ|NORTHPIER      |261124|0705|U|00401|000000017|0|T|>'GS|FA|A~B*C|NPIER|20261124|0705|16|X|004010'"},
		{"nothing", numbered(Envelope{}), "ISA*00*          *00*          *ZZ*UNKNOWN        *ZZ*UNKNOWN        *261124*0705*U*00401*000000017*0*P*>~GS*FA*UNKNOWN*UNKNOWN*20261124*0705*16*X*004010~"},
	} {
		var b bytes.Buffer
		o := open(&b, c.env)
		o.group("FA")
		if err := o.buf.Flush(); err != nil || o.err != nil {
			t.Fatal(err, o.err)
		}
		if got := b.String(); got != c.want {
			t.Errorf("%s\n got %q\nwant %q", c.name, got, c.want)
		}
	}
}

func TestAnswerToLineBreak(t *testing.T) {
	for _, c := range []struct {
		header string
		d      edi.Delimiters
		want   string
	}{
		{isa, edi.Delimiters{Segment: '~'}, ""},
		{isa + "\n", edi.Delimiters{Segment: '~'}, "\n"},
		{isa + "\r\n", edi.Delimiters{Segment: '~'}, "\r\n"},
		{"ISA\r\n", edi.Delimiters{Segment: '\r'}, "\n"},
		{"ISA\n", edi.Delimiters{Segment: '\n'}, ""},
	} {
		if got := AnswerTo(&edi.Interchange{Header: []byte(c.header), Delimiters: c.d}, nil).LineBreak; got != c.want {
			t.Errorf("%q\n got %q\nwant %q", c.header, got, c.want)
		}
	}
}

// FuzzWalkerRoundTrip walks whatever bytes: no panic, every position true, and
// a 997 for each group that reads back without a finding.
func FuzzWalkerRoundTrip(f *testing.F) {
	f.Add([]byte(isa + gs + st + ge + iea))
	f.Add([]byte(isa + "\n" + gs + "ST*850*0001~BIN*3*A~B~SE*3*0001~" + gs + iea + "junk" + isa))
	f.Add([]byte(isa + gs + "ST*850*0001~~BEG*1~\n~ ~SE*3*0001~~" + ge + iea))
	f.Add([]byte("UNA:+.? 'UNB+UNOA:1+A+B+261123:0930+1'UNZ+0+1'" + isa + gs + "ST*850"))
	corpusSeeds(f, func(data []byte) { f.Add(data) }, "x12/*", "odd")
	f.Fuzz(func(t *testing.T, data []byte) {
		count(t, data, edi.Limits{Segment: 500, Message: 2000})
		sameInPieces(t, data, edi.Limits{Segment: 150, Message: 300})
		w := edi.NewWalker(bytes.NewReader(data), edi.Limits{}, Syntax{})
		var b bytes.Buffer
		var a *GroupAck
		for {
			ev, err := w.Next()
			if err == io.EOF {
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if ev.Group == nil || IsAcknowledgment(ev.Group.Functional) {
				continue
			}
			switch ev.Kind {
			case edi.BeginGroup:
				b.Reset()
				a = NewGroupAck(&b, numbered(AnswerTo(ev.Interchange, ev.Group)), ev.Group)
			case edi.EndMessage:
				if err := a.Set(SetResult{Set: ev.Message.Set, Control: ev.Message.Control, Findings: ev.Findings}); err != nil {
					t.Fatal(err)
				}
			case edi.EndGroup:
				if err := a.Close(ev.Findings); err != nil {
					t.Fatal(err)
				}
				sane(t, b.Bytes())
			}
		}
	})
}
