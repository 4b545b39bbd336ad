package x12

import (
	"fmt"
	"io"
	"regexp"
	"sort"
	"strings"
	"testing"

	"github.com/edibridge/edibridge/edi"
)

const (
	isa = "ISA*00*          *00*          *ZZ*NORTHPIER      *ZZ*LAKEHOUSE3PL   *261123*0930*U*00401*000000301*0*T*>~"
	gs  = "GS*PO*NORTHPIER*LAKEHOUSE*20261123*0930*301*X*004010~"
	st  = "ST*850*0001~BEG*00*SA*PO-77**20261123~SE*3*0001~"
	ge  = "GE*1*301~"
	iea = "IEA*1*000000301~"
)

// events writes down every event of a file; findings as "rule@offset+length".
func events(t *testing.T, text string, lim edi.Limits) (out []string, findings []edi.Finding) {
	t.Helper()
	w := edi.NewWalker(strings.NewReader(text), lim, Syntax{})
	for {
		ev, err := w.Next()
		if err == io.EOF {
			return out, findings
		}
		if err != nil {
			t.Fatal(err)
		}
		var s string
		switch ic, g := ev.Interchange, ev.Group; ev.Kind {
		case edi.Junk:
			s = fmt.Sprintf("junk %d+%d", ev.Offset, ev.Length)
		case edi.BeginInterchange:
			s = fmt.Sprintf("%s %s", ic.Standard, ic.Control)
		case edi.Service:
			s = "TA1 " + string(ev.Segment.Element(1))
		case edi.BeginGroup:
			s = "GS " + g.Functional + " " + g.Control
		case edi.EndMessage:
			s = fmt.Sprintf("ST %s %s %d", ev.Message.Set, ev.Message.Control, ev.Message.Len())
		case edi.EndGroup:
			s = fmt.Sprintf("GE %d %v", g.Messages, g.Complete)
		case edi.EndInterchange:
			s = fmt.Sprintf("IEA %d %d %v", ic.Groups, ic.Segments, ic.Complete)
		}
		for i := range ev.Findings {
			f := &ev.Findings[i]
			s += fmt.Sprintf(" %s@%d+%d", f.Rule, f.Offset, f.Length)
			findings = append(findings, *f)
		}
		out = append(out, s)
	}
}

// TestEnvelopes has one mark in each text: § stands where the (first) finding
// must be, which begins with the rule that is named; codes are its codes.
func TestEnvelopes(t *testing.T) {
	isx := strings.Replace(isa, "*U*00401*", "*^*00704*", 1)
	set := func(s string) string { return isa + gs + s + ge + iea }
	for _, c := range []struct {
		name, text string
		rule       string
		codes      string
		path       edi.Path
		segment    int
		place      int
		severity   edi.Severity
	}{
		{"SE01", set("ST*850*0001~BEG*1~SE*§9*0001~"), "x12.set.count", "ak502=4", "ISA[1]/GS[1]/ST[1]/SE01", 5, 3, edi.Error},
		{"SE01 no number", set("ST*850*0001~SE*§x*0001~"), "x12.set.count", "ak502=4", "ISA[1]/GS[1]/ST[1]/SE01", 4, 2, edi.Error},
		{"SE01 missing", set("ST*850*0001~SE§~"), "x12.set.count", "ak502=4", "ISA[1]/GS[1]/ST[1]/SE01", 4, 2, edi.Error},
		{"SE02", set("ST*850*0001~SE*2*§1~"), "x12.set.control", "ak502=3", "ISA[1]/GS[1]/ST[1]/SE02", 4, 2, edi.Error},
		{"no SE", set("ST*850*0001~BEG*1~§"), "x12.set.trailer.missing", "ak502=2", "ISA[1]/GS[1]/ST[1]", 5, 3, edi.Error},
		{"no SE, line breaks", set("ST*850*0001~\nBEG*1~\n§"), "x12.set.trailer.missing", "ak502=2", "ISA[1]/GS[1]/ST[1]", 5, 3, edi.Error},
		{"ST01", set("ST*§85*0001~SE*2*0001~"), "x12.set.id", "ak502=6", "ISA[1]/GS[1]/ST[1]/ST01", 3, 1, edi.Error},
		{"ST02 missing", set("ST*850§~SE*2~"), "x12.set.control.format", "ak502=7", "ISA[1]/GS[1]/ST[1]/ST02", 3, 1, edi.Error},
		{"ST02 short", set("ST*850*§1~SE*2*1~"), "x12.set.control.format", "ak502=7", "ISA[1]/GS[1]/ST[1]/ST02", 3, 1, edi.Warning},
		{"ST02 again", isa + gs + st + "ST*850*§0001~SE*2*0001~GE*2*301~" + iea, "x12.set.control.duplicate", "ak502=23", "ISA[1]/GS[1]/ST[2]/ST02", 6, 1, edi.Warning},
		{"ST02 again in 005010", isa + strings.Replace(gs, "004010", "005010X222", 1) + st + "ST*850*§0001~SE*2*0001~GE*2*301~" + iea, "x12.set.control.duplicate", "ak502=23", "ISA[1]/GS[1]/ST[2]/ST02", 6, 1, edi.Error},
		{"ST02 again in 003040", isa + strings.Replace(gs, "004010", "003040", 1) + st + "ST*850*§0001~SE*2*0001~GE*2*301~" + iea, "x12.set.control.duplicate", "", "ISA[1]/GS[1]/ST[2]/ST02", 6, 1, edi.Warning},
		{"binary", set("ST*850*0001~§BIN*9*A~SE*3*0001~"), "x12.segment.binary", "ak304=8 ak502=5", "ISA[1]/GS[1]/ST[1]/#2", 4, 2, edi.Error},
		{"behind SE", set(st + "§REF*1~REF*2~"), "x12.group.content", "", "ISA[1]/GS[1]", 6, 0, edi.Error},
		{"before ST", set("§REF*1~" + st), "x12.group.content", "", "ISA[1]/GS[1]", 3, 0, edi.Error},
		{"GE01", isa + gs + st + "GE*§2*301~" + iea, "x12.group.count", "ak905=5", "ISA[1]/GS[1]/GE01", 6, 0, edi.Error},
		{"GE02", isa + gs + st + "GE*1*§302~" + iea, "x12.group.control", "ak905=4", "ISA[1]/GS[1]/GE02", 6, 0, edi.Error},
		{"no GE", isa + gs + st + "§" + iea, "x12.group.trailer.missing", "ak905=3", "ISA[1]/GS[1]", 6, 0, edi.Error},
		{"no GE, another GS", isa + gs + st + "§" + strings.Replace(gs, "301", "302", 1) + st + strings.Replace(ge, "301", "302", 1) + "IEA*2*000000301~", "x12.group.trailer.missing", "ak905=3", "ISA[1]/GS[1]", 6, 0, edi.Error},
		{"GS01 does not fit", isa + gs + "ST*§810*0001~SE*2*0001~" + ge + iea, "x12.group.functional", "ak905=1", "ISA[1]/GS[1]/ST[1]/ST01", 3, 1, edi.Error},
		{"GS01", isa + strings.Replace(gs, "*PO", "*§P", 1) + st + ge + iea, "x12.group.functional", "ak905=1", "ISA[1]/GS[1]/GS01", 2, 0, edi.Error},
		{"GS02", isa + strings.Replace(gs, "*NORTHPIER", "*§", 1) + st + ge + iea, "x12.group.party", "", "ISA[1]/GS[1]/GS02", 2, 0, edi.Warning},
		{"GS04", isa + strings.Replace(gs, "20261123", "§20261323", 1) + st + ge + iea, "x12.group.date", "", "ISA[1]/GS[1]/GS04", 2, 0, edi.Warning},
		{"GS05", isa + strings.Replace(gs, "0930", "§0960", 1) + st + ge + iea, "x12.group.time", "", "ISA[1]/GS[1]/GS05", 2, 0, edi.Warning},
		{"GS06", isa + strings.Replace(gs, "*301", "*§", 1) + st + "GE*1~" + iea, "x12.group.control.format", "ak905=6", "ISA[1]/GS[1]/GS06", 2, 0, edi.Error},
		{"GS08", isa + strings.Replace(gs, "004010", "§4010", 1) + st + ge + iea, "x12.group.version", "ak905=2", "ISA[1]/GS[1]/GS08", 2, 0, edi.Error},
		{"outside groups", isa + "§REF*1~" + gs + st + ge + iea, "x12.interchange.content", "ta105=024", "ISA[1]", 2, 0, edi.Error},
		{"set without group", isa + "§" + st + "IEA*0*000000301~", "x12.interchange.content", "ta105=024", "ISA[1]", 2, 0, edi.Error},
		{"IEA01", isa + gs + st + ge + "IEA*§2*000000301~", "x12.interchange.count", "ta105=021", "ISA[1]/IEA01", 7, 0, edi.Error},
		{"IEA02", isa + gs + st + ge + "IEA*1*§301~", "x12.interchange.control", "ta105=001", "ISA[1]/IEA02", 7, 0, edi.Error},
		{"no IEA", isa + gs + st + ge + "§", "x12.interchange.trailer.missing", "ta105=023", "ISA[1]", 7, 0, edi.Error},
		{"IEA not terminated", isa + gs + st + ge + "§IEA*1*000000301", "x12.segment.unterminated", "", "ISA[1]/IEA[1]", 7, 0, edi.Warning},
		{"ISA06 width", strings.Replace(isa, "NORTHPIER      ", "§NORTHPIER", 1) + gs + st + ge + iea, "x12.isa.width", "ta105=006", "ISA[1]/ISA06", 1, 0, edi.Warning},
		{"ISA01", strings.Replace(isa, "ISA*00", "ISA*§99", 1) + gs + st + ge + iea, "x12.isa.authorization", "ta105=010", "ISA[1]/ISA01", 1, 0, edi.Warning},
		{"ISA03", strings.Replace(isa, "*00*          *ZZ", "*§99*          *ZZ", 1) + gs + st + ge + iea, "x12.isa.security", "ta105=012", "ISA[1]/ISA03", 1, 0, edi.Warning},
		{"ISA05", strings.Replace(isa, "ZZ*NORTH", "§  *NORTH", 1) + gs + st + ge + iea, "x12.isa.qualifier", "ta105=005", "ISA[1]/ISA05", 1, 0, edi.Warning},
		{"ISA08", strings.Replace(isa, "LAKEHOUSE3PL", "§            ", 1) + gs + st + ge + iea, "x12.isa.id", "ta105=008", "ISA[1]/ISA08", 1, 0, edi.Error},
		{"ISA09", strings.Replace(isa, "261123", "§261323", 1) + gs + st + ge + iea, "x12.isa.date", "ta105=014", "ISA[1]/ISA09", 1, 0, edi.Warning},
		{"ISA10", strings.Replace(isa, "0930", "§2430", 1) + gs + st + ge + iea, "x12.isa.time", "ta105=015", "ISA[1]/ISA10", 1, 0, edi.Warning},
		{"ISA11", strings.Replace(isa, "*U*", "*§^*", 1) + gs + st + ge + iea, "x12.isa.standard", "ta105=016", "ISA[1]/ISA11", 1, 0, edi.Warning},
		{"ISA11 U", strings.Replace(isa, "U*00401", "§U*00501", 1) + gs + st + ge + iea, "x12.isa.repetition", "", "ISA[1]/ISA11", 1, 0, edi.Info},
		{"ISA12", strings.Replace(isa, "00401", "§A0401", 1) + gs + st + ge + iea, "x12.isa.version", "ta105=017", "ISA[1]/ISA12", 1, 0, edi.Error},
		{"ISA13", strings.Replace(isa, "000000301", "§00000030A", 1) + gs + st + ge + "IEA*1*00000030A~", "x12.isa.control", "ta105=018", "ISA[1]/ISA13", 1, 0, edi.Error},
		{"ISA14", strings.Replace(isa, "*0*T", "*§9*T", 1) + gs + st + ge + iea, "x12.isa.acknowledgment", "ta105=019", "ISA[1]/ISA14", 1, 0, edi.Warning},
		{"ISA15", strings.Replace(isa, "*T*", "*§X*", 1) + gs + st + ge + iea, "x12.isa.mode", "ta105=020", "ISA[1]/ISA15", 1, 0, edi.Error},
		{"ISA16", strings.Replace(isa, ">~", "§C~", 1) + gs + st + ge + iea, "x12.isa.component", "ta105=027", "ISA[1]/ISA16", 1, 0, edi.Warning},
		{"ISX", strings.Replace(isa, "*U*00401*", "*^*00701*", 1) + "§ISX*!*01~" + gs + st + ge + iea, "x12.isx.version", "", "ISA[1]", 2, 0, edi.Info},
		{"ISX01", isx + "ISX*§>~" + gs + st + ge + iea, "x12.isx.release", "", "ISA[1]/ISX01", 2, 0, edi.Error},
		{"ISX02", isx + "ISX*!*§UTF8~" + gs + st + ge + iea, "x12.isx.encoding", "", "ISA[1]/ISX02", 2, 0, edi.Warning},
		{"ISX03", isx + "ISX*!**§008010~" + gs + st + ge + iea, "x12.isx.elements", "", "ISA[1]/ISX03", 2, 0, edi.Info},
		{"ISX05", strings.Replace(isx, "00704", "00801", 1) + "ISX*!*01*008010*VICS*§~" + gs + st + ge + iea, "x12.isx.elements", "", "ISA[1]/ISX05", 2, 0, edi.Warning},
		{"ISX out of place", isx + gs + st + ge + "§ISX*!~" + iea, "x12.interchange.content", "ta105=024", "ISA[1]", 7, 0, edi.Error},
		{"GS06 again", isa + gs + st + ge + strings.Replace(gs, "*301*", "*§0301*", 1) + st + ge + strings.Replace(iea, "*1*", "*2*", 1), "x12.group.control.duplicate", "ak905=19", "ISA[1]/GS[2]/GS06", 7, 0, edi.Warning},
		{"GS06 again in 005010", isa + gs + st + ge + strings.NewReplacer("*301*", "*§301*", "004010", "005010").Replace(gs) + st + ge + strings.Replace(iea, "*1*", "*2*", 1), "x12.group.control.duplicate", "ak905=19", "ISA[1]/GS[2]/GS06", 7, 0, edi.Error},
		{"line breaks", "§" + isa + "\n" + gs + "\n" + st + "\n" + ge + "\n" + iea + "\n", "x12.breaks", "", "ISA[1]", 0, 0, edi.Info},
		{"mixed line breaks", isa + gs + "§\n" + st + ge + iea, "x12.breaks.mixed", "", "ISA[1]", 0, 0, edi.Info},
		{"empty segment", isa + gs + "§~" + st + ge + iea, "x12.segment.empty", "", "ISA[1]", 0, 0, edi.Info},
		{"line break as terminator", "§" + strings.ReplaceAll(isa+gs+st+ge+iea, "~", "\n"), "x12.breaks", "", "ISA[1]", 0, 0, edi.Info},
		{"empty lines behind", isa + gs + st + ge + iea + "§\n\n", "x12.file.blank", "", "ISA[1]", 0, 0, edi.Info},
		{"blanks behind", isa + gs + st + ge + iea + "§   ", "x12.file.blank", "", "ISA[1]", 0, 0, edi.Info},
		{"BOM", "§\xEF\xBB\xBF" + isa + gs + st + ge + iea, "edi.bom", "", "", 0, 0, edi.Info},
		{"blanks before", "§\r\n " + isa + gs + st + ge + iea, "edi.blank", "", "", 0, 0, edi.Info},
		{"junk behind", isa + gs + st + ge + iea + "§BYE", "edi.junk", "", "", 0, 0, edi.Warning},
		{"long ISA", strings.Replace(isa, "LAKEHOUSE3PL ", "§LAKEHOUSE3PL  ", 1) + gs + st + ge + iea, "x12.isa.width", "ta105=008", "ISA[1]/ISA08", 1, 0, edi.Warning},
		{"letter for a repetition separator", strings.Replace(isa, "*U*00401*", "*§U*00501*", 1) + gs + st + ge + iea, "x12.isa.repetition", "", "ISA[1]/ISA11", 1, 0, edi.Info},
		{"SUB", isa + gs + st + ge + iea + "§\r\n\x1a", "x12.file.sub", "", "ISA[1]", 0, 0, edi.Info},
	} {
		t.Run(c.name, func(t *testing.T) {
			at := strings.Index(c.text, "§")
			_, findings := events(t, strings.Replace(c.text, "§", "", 1), edi.Limits{})
			if len(findings) == 0 {
				t.Fatal("nothing is found")
			}
			f := findings[0]
			for i := range findings {
				if findings[i].Rule == c.rule {
					f = findings[i]
				}
			}
			if len(findings) > 2 || len(findings) == 2 && c.rule != "x12.breaks" && findings[0].Rule != "x12.breaks" && findings[0].Tag != "SE" {
				t.Errorf("more than one thing is found: %v", findings)
			}
			if f.Rule != c.rule || f.Severity != c.severity || f.Path != c.path {
				t.Errorf("\n got %s %s %s\nwant %s %s %s", f.Severity, f.Rule, f.Path, c.severity, c.rule, c.path)
			}
			if f.Offset != int64(at) || f.Segment != c.segment || f.Place != c.place {
				t.Errorf("\n got byte %d, segment %d, place %d\nwant byte %d, segment %d, place %d",
					f.Offset, f.Segment, f.Place, at, c.segment, c.place)
			}
			if got := codesOf(&f); got != c.codes {
				t.Errorf("codes\n got %s\nwant %s", got, c.codes)
			}
		})
	}
}

func codesOf(f *edi.Finding) string {
	var out []string
	for k, v := range f.Codes {
		out = append(out, k+"="+v)
	}
	sort.Strings(out)
	return strings.Join(out, " ")
}

func TestEvents(t *testing.T) {
	isa2 := strings.NewReplacer("*", "|", "~", "'", "301", "302").Replace(isa)
	for _, c := range []struct {
		name, text string
		lim        edi.Limits
		want       []string
	}{
		{"sound", isa + gs + st + ge + iea, edi.Limits{}, []string{
			"X12 000000301", "GS PO 301", "ST 850 0001 3", "GE 1 true", "IEA 1 7 true"}},
		{"GE02 as a number", isa + gs + st + "GE*1*000301~" + iea, edi.Limits{}, []string{
			"X12 000000301", "GS PO 301", "ST 850 0001 3", "GE 1 true", "IEA 1 7 true"}},
		{"TA1 only", isa + "TA1*000000017*261123*0930*A*000~IEA*0*000000301~", edi.Limits{}, []string{
			"X12 000000301", "TA1 000000017", "IEA 0 3 true"}},
		{"TA1 and a group", isa + "TA1*000000017*261123*0930*A*000~" + gs + st + ge + iea, edi.Limits{}, []string{
			"X12 000000301", "TA1 000000017", "GS PO 301", "ST 850 0001 3", "GE 1 true", "IEA 1 8 true"}},
		{"SE missing, GE missing, IEA missing, another follows", isa + gs + "ST*850*0001~BEG*1~ST*850*0002~SE*2*0002~" + gs + isa2 + "IEA|0|000000302'", edi.Limits{}, []string{
			"X12 000000301", "GS PO 301",
			"ST 850 0001 2 x12.set.trailer.missing@177+0", "ST 850 0002 2",
			"GE 2 false x12.group.trailer.missing@199+0",
			"GS PO 301", "GE 0 false x12.group.control.duplicate@239+3 x12.group.trailer.missing@252+0",
			"IEA 2 7 false x12.interchange.trailer.missing@252+0",
			"X12 000000302", "IEA 0 2 true"}},
		{"truncated", isa + gs + "ST*850*0001~BE", edi.Limits{}, []string{
			"X12 000000301", "GS PO 301", "ST 850 0001 2 x12.set.trailer.missing@173+0",
			"GE 1 false x12.group.trailer.missing@173+0",
			"IEA 1 4 false x12.interchange.trailer.missing@173+0 x12.segment.unterminated@171+2"}},
		{"junk", "HELLO\n" + isa + "IEA*0*000000301~BYE", edi.Limits{}, []string{
			"junk 0+6 edi.junk@0+6", "X12 000000301", "IEA 0 2 true", "junk 128+3 edi.junk@128+3"}},
		{"too long", isa + gs + "ST*850*0001~REF*1~REF*2~REF*3~SE*5*0001~" + ge + iea, edi.Limits{Message: 20}, []string{
			"X12 000000301", "GS PO 301", "ST 850 0001 2 edi.limit.message@177+0", "GE 1 true", "IEA 1 9 true"}},
		{"EDIFACT between", isa + "IEA*0*000000301~UNB+UNOA:1+A+B+261123:0930+1'UNZ+0+1'" + isa2 + "IEA|0|000000302'", edi.Limits{}, []string{
			"X12 000000301", "IEA 0 2 true", "EDIFACT  edi.syntax.unknown@122+28", "IEA 0 2 true", "X12 000000302", "IEA 0 2 true"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, _ := events(t, c.text, c.lim)
			if got, want := strings.Join(got, "\n"), strings.Join(c.want, "\n"); got != want {
				t.Errorf("\n got %s\nwant %s", got, want)
			}
		})
	}
}

// TestHeader reads all that an ISA and a GS say.
func TestHeader(t *testing.T) {
	text := strings.Replace(strings.Replace(isa, "*0*T", "*1*I", 1), "*U*00401", "*^*00501", 1) + "\r\n" + gs + st + ge + iea
	w := edi.NewWalker(strings.NewReader(text), edi.Limits{}, Syntax{})
	ev, err := w.Next()
	if err != nil {
		t.Fatal(err)
	}
	ic := ev.Interchange
	got := fmt.Sprintf("%s %d %d %s %s %+v %+v %s %s %s %v %q", ic.Standard, ic.Ordinal, ic.Offset, ic.Version, ic.Mode,
		ic.Sender, ic.Receiver, ic.Control, ic.Date, ic.Time, ic.AckRequested, ic.Delimiters.Repetition)
	want := "X12 1 0 00501 information {Qualifier:ZZ ID:NORTHPIER Sub:} {Qualifier:ZZ ID:LAKEHOUSE3PL Sub:} 000000301 261123 0930 true '^'"
	if got != want || string(ic.Header) != text[:108] {
		t.Errorf("\n got %s\nwant %s\nheader %q", got, want, ic.Header)
	}
	ev, err = w.Next()
	if err != nil {
		t.Fatal(err)
	}
	if got, want := fmt.Sprintf("%+v", *ev.Group), "{Path:ISA[1]/GS[1] Ordinal:1 Functional:PO Version:004010 Sender:NORTHPIER Receiver:LAKEHOUSE "+
		"SenderQualifier: ReceiverQualifier: Control:301 Agency:X Date:20261123 Time:0930 Offset:108 Messages:0 Declared:-1 Complete:false}"; got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
	for ev.Kind != edi.EndInterchange {
		if ev, err = w.Next(); err != nil {
			t.Fatal(err)
		}
	}
	if got, want := ev.Interchange.Length, int64(len(text)); got != want {
		t.Errorf("length\n got %d\nwant %d", got, want)
	}
}

// TestExtension reads an interchange whose ISX names a release character, and
// writes it again.
func TestExtension(t *testing.T) {
	text := strings.Replace(isa, "*U*00401*", "*^*00704*", 1) + "ISX*!*01~" + gs +
		"ST*850*0001~N1*ST*CORNER!*MARKET!!!~~SE*3*0001~" + ge + iea
	w := edi.NewWalker(strings.NewReader(text), edi.Limits{}, Syntax{})
	var got []string
	var d edi.Delimiters
	for {
		ev, err := w.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if len(ev.Findings) > 0 {
			t.Error(ev.Findings)
		}
		switch ev.Kind {
		case edi.BeginInterchange:
			d = ev.Interchange.Delimiters
			got = append(got, fmt.Sprintf("%q %s", d.Release, ev.Interchange.Encoding))
		case edi.EndMessage:
			s := ev.Message.Segment(2)
			got = append(got, fmt.Sprintf("%d %q", s.Len(), s.Element(2)))
		case edi.EndInterchange:
			got = append(got, fmt.Sprint(ev.Interchange.Segments))
		}
	}
	want := `'!' 01/2 "CORNER!*MARKET!!!~"/8`
	if got := strings.Join(got, "/"); got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
	var out strings.Builder
	if err := edi.NewWriter(&out, d).Write("N1", "ST", "CORNER*MARKET!~"); err != nil {
		t.Fatal(err)
	}
	if got, want := out.String(), "N1*ST*CORNER!*MARKET!!!~~"; got != want {
		t.Errorf("written\n got %s\nwant %s", got, want)
	}
}

// TestWrapped reads files whose lines break at a width as the same files whose
// lines do not; offsets are those of the file.
func TestWrapped(t *testing.T) {
	plain := isa + gs + strings.Repeat(st, 3) + "GE*3*301~" + iea
	for _, width := range []int{40, 72, 80, 132} {
		var b strings.Builder
		for i := range len(plain) {
			if i > 0 && i%width == 0 {
				b.WriteString("\r\n")
			}
			b.WriteByte(plain[i])
		}
		text := b.String()
		var got []string
		w := edi.NewWalker(strings.NewReader(text), edi.Limits{}, Syntax{})
		for {
			ev, err := w.Next()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			for i := range ev.Findings {
				got = append(got, ev.Findings[i].Rule)
			}
			m := ev.Message
			for place := 1; m != nil && place <= m.Len(); place++ {
				s := m.Segment(place)
				for n := 1; n <= s.Len(); n++ {
					v := string(s.Element(n))
					at := s.ElementOffset(n)
					if have := strings.ReplaceAll(text[at:], "\r\n", ""); !strings.HasPrefix(have, v) {
						t.Errorf("width %d: %s%02d %q is not at byte %d", width, s.Tag(), n, v, at)
					}
				}
			}
			if m != nil && string(m.Raw()) != text[m.Offset:m.Offset+int64(m.Size())] {
				t.Errorf("width %d: the set's bytes are %q", width, m.Raw())
			}
			if ic := ev.Interchange; ev.Kind == edi.EndInterchange && ic.Length != int64(len(text)) {
				t.Errorf("width %d: length %d, want %d", width, ic.Length, len(text))
			}
		}
		if got, want := strings.Join(got, " "), "edi.wrapped x12.set.control.duplicate x12.set.control.duplicate"; got != want {
			t.Errorf("width %d: findings\n got %s\nwant %s", width, got, want)
		}
		sameInPieces(t, []byte(text), edi.Limits{})
	}
}

// TestControlsBound has more gaps than are remembered: those that are
// remembered are still told, and how many are not.
func TestControlsBound(t *testing.T) {
	const maxRuns = 8192
	var sets []byte
	n := 2*maxRuns + 100
	for i := range n {
		sets = fmt.Appendf(sets, "ST*850*%06d~SE*2*%06d~", i*2%(3*maxRuns), i*2%(3*maxRuns))
	}
	_, findings := events(t, isa+gs+string(sets)+fmt.Sprintf("GE*%d*301~", n)+iea, edi.Limits{})
	again := 0
	for i := range findings[:len(findings)-1] {
		if findings[i].Rule != "x12.set.control.duplicate" {
			t.Fatalf("%v", &findings[i])
		}
		again++
	}
	// 1.5 maxRuns numbers differ, the first maxRuns of them are remembered; behind
	// them the list begins again.
	if got, want := again, n-3*maxRuns/2; got != want {
		t.Errorf("duplicates\n got %d\nwant %d", got, want)
	}
	last := &findings[len(findings)-1]
	if got, want := fmt.Sprint(last.Severity, " ", last.Message), fmt.Sprintf(
		"info the control numbers of %d sets were not compared with those of later ones: they leave too many gaps", maxRuns/2); got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
}

// TestKept copies what events tell and reads on: no copy changes, though the
// memory of many interchanges is shared.
func TestKept(t *testing.T) {
	var file strings.Builder
	for n := range 300 {
		ic := strings.Replace(isa, "000000301", fmt.Sprintf("%09d", n), 1)
		if n%5 == 0 {
			ic = strings.Replace(ic, "NORTHPIER     ", "NORTHPIER"+fmt.Sprintf("%05d", n), 1)
		}
		file.WriteString(ic + strings.ReplaceAll(gs+st+ge, "301", fmt.Sprint(n+1)) + fmt.Sprintf("IEA*1*%09d~", n))
	}
	type copied struct {
		ic   edi.Interchange
		g    edi.Group
		m    *edi.Message
		text string
	}
	tell := func(c *copied) string {
		return fmt.Sprintf("%+v %+v %s %s %s %s %q", c.ic, c.g, c.m.Path, c.m.Set, c.m.Control, c.m.Version, c.m.Raw())
	}
	var kept []copied
	w := edi.NewWalker(strings.NewReader(file.String()), edi.Limits{}, Syntax{})
	for ev, err := range w.Events() {
		if err != nil {
			t.Fatal(err)
		}
		if ev.Kind == edi.EndMessage {
			c := copied{ic: *ev.Interchange, g: *ev.Group, m: ev.Message.Clone()}
			c.text = tell(&c)
			kept = append(kept, c)
		}
	}
	if len(kept) < 300 {
		t.Fatalf("%d messages", len(kept))
	}
	for i := range kept {
		if got, want := tell(&kept[i]), kept[i].text; got != want {
			t.Fatalf("message %d\n got %s\nwant %s", i, got, want)
		}
	}
}

// TestSameAlone reads the interchanges of a file alone: what one says does not
// hang on those before it.
func TestSameAlone(t *testing.T) {
	var parts []string
	for n := range 60 {
		parts = append(parts, variants()[n*n%len(variants())])
	}
	want := ""
	for _, part := range parts {
		got, _ := events(t, part, edi.Limits{})
		want += strings.Join(got, "\n") + "\n"
	}
	got, _ := events(t, strings.Join(parts, ""), edi.Limits{})
	plain := regexp.MustCompile(`@\d+|(ISA|UNB)\[\d+\]`)
	if got, want := plain.ReplaceAllString(strings.Join(got, "\n")+"\n", ""), plain.ReplaceAllString(want, ""); got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
}

// TestStrays reads a million segments out of place: one finding tells of all.
func TestStrays(t *testing.T) {
	var sets strings.Builder
	for n := range 200 {
		fmt.Fprintf(&sets, "REF*1~ST*850*%04d~SE*2*%04d~", n, n)
	}
	text := isa + gs + strings.Repeat("REF*1~", 1_000_000) + sets.String() + "GE*200*301~" + iea
	_, findings := events(t, text, edi.Limits{})
	if len(findings) > maxStrays {
		t.Fatalf("%d findings", len(findings))
	}
	if got, want := findings[0].Message, `1000001 segments from "REF" on stand outside any transaction set`; got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
	last := findings[len(findings)-1]
	if got, want := last.Message, `101 segments from "REF" on stand outside any transaction set`; got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
}

func TestFitsGroup(t *testing.T) {
	for _, c := range []struct {
		set, functional string
		want            bool
	}{
		{"850", "PO", true}, {"850", "PR", false}, {"997", "FA", true}, {"999", "FA", true}, {"309", "AQ", true},
		{"309", "SF", true}, {"309", "PO", false}, {"000", "PO", true}, {"XYZ", "PO", true}, {"100", "PG", true}, {"947", "AW", true},
	} {
		if got := fitsGroup(c.set, c.functional); got != c.want {
			t.Errorf("%s in %s\n got %v\nwant %v", c.set, c.functional, got, c.want)
		}
	}
}

// variants are interchanges that differ in what their envelopes say.
func variants() []string {
	sound := isa + gs + st + ge + iea
	return []string{
		sound, sound,
		strings.Replace(sound, "*U*00401*", "*U*00501*", 1),
		strings.Replace(sound, "*0930*", "*2530*", 1),
		strings.ReplaceAll(sound, "000000301", "00000030X"),
		strings.NewReplacer("*", "|", "~", "'").Replace(sound),
		strings.Replace(sound, "*PO*", "*PR*", 1),
		strings.Replace(sound, "*20261123*", "*20261323*", 1),
		strings.ReplaceAll(sound, "*301", "*302"),
		strings.Replace(isa, "*U*00401*", "*^*00704*", 1) + "ISX*!~" + gs + st + ge + iea,
		strings.ReplaceAll(sound, "~", "~\n"),
	}
}
