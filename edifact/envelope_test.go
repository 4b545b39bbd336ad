package edifact

import (
	"fmt"
	"io"
	"regexp"
	"strings"
	"testing"

	"github.com/edibridge/edibridge/edi"
)

const (
	unb = "UNB+UNOC:3+NORTHPIER:ZZZ+LAKEHOUSE:14:DOCK+261123:0930+REF1'"
	ung = "UNG+ORDERS+NP+LH+261123:0930+G1+UN+D:96A'"
	msg = "UNH+1+ORDERS:D:96A:UN:EAN008'BGM+220+PO77+9'UNT+3+1'"
	une = "UNE+1+G1'"
	unz = "UNZ+1+REF1'"
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
			s = fmt.Sprintf("%s %s %d", ev.Segment.Tag(), ev.Segment.Element(1), len(ev.Segment.Break()))
		case edi.BeginGroup:
			s = fmt.Sprintf("group %d %s %s", g.Ordinal, g.Functional, g.Control)
		case edi.EndMessage:
			m := ev.Message
			s = fmt.Sprintf("%s %s %s %s %d", m.Path, m.Set, m.Version, m.Control, m.Len())
		case edi.EndGroup:
			s = fmt.Sprintf("end %d %v", g.Messages, g.Complete)
		case edi.EndInterchange:
			s = fmt.Sprintf("UNZ %d %d %v", ic.Groups, ic.Segments, ic.Complete)
		}
		for i := range ev.Findings {
			f := &ev.Findings[i]
			s += fmt.Sprintf(" %s@%d+%d", f.Rule, f.Offset, f.Length)
			findings = append(findings, *f)
		}
		out = append(out, s)
	}
}

// TestEnvelopes has one mark in each text: § stands where the finding must be.
func TestEnvelopes(t *testing.T) {
	message := func(s string) string { return unb + s + unz }
	header := func(old, new string) string { return strings.Replace(unb, old, new, 1) + msg + unz }
	grouped := func(old, new string) string { return unb + strings.Replace(ung, old, new, 1) + msg + une + unz }
	const m1, g1 = "UNB[1]/UNH[1]", "UNB[1]/UNG[1]"
	for _, c := range []struct {
		name, text string
		rule       string
		code       string
		path       edi.Path
		segment    int
		place      int
		severity   edi.Severity
	}{
		{"UNT 0074", message("UNH+1+ORDERS:D:96A:UN'BGM+1'UNT+§9+1'"), "edifact.message.count", "29", m1 + "/UNT01", 4, 3, edi.Error},
		{"UNT 0074 no number", message("UNH+1+ORDERS:D:96A:UN'UNT+§x+1'"), "edifact.message.count", "29", m1 + "/UNT01", 3, 2, edi.Error},
		{"UNT 0062", message("UNH+1+ORDERS:D:96A:UN'UNT+2+§01'"), "edifact.message.control", "28", m1 + "/UNT02", 3, 2, edi.Error},
		{"no UNT", message("UNH+1+ORDERS:D:96A:UN'BGM+1'§"), "edifact.message.trailer.missing", "13", m1, 4, 3, edi.Error},
		{"line break as terminator", "§UNA:+.? \n" + strings.ReplaceAll(unb+msg+unz, "'", "\n"), "edifact.breaks", "", "UNB[1]", 0, 0, edi.Info},
		{"line break behind UNA", "§UNA:+.? '\r\n" + unb + msg + unz, "edifact.breaks", "", "UNB[1]", 0, 0, edi.Info},
		{"empty lines behind", unb + msg + unz + "§\n\n", "edifact.file.blank", "", "UNB[1]", 0, 0, edi.Info},
		{"BOM", "§\xEF\xBB\xBF" + unb + msg + unz, "edi.bom", "", "", 0, 0, edi.Info},
		{"0062 again", unb + msg + strings.Replace(msg, "UNH+1", "UNH+§1", 1) + "UNZ+2+REF1'", "edifact.message.control.duplicate", "26", "UNB[1]/UNH[2]/UNH01", 5, 1, edi.Warning},
		{"0062 again in a group", unb + ung + msg + strings.Replace(msg, "UNH+1", "UNH+§1", 1) + "UNE+2+G1'" + unz, "edifact.message.control.duplicate", "26", g1 + "/UNH[2]/UNH01", 6, 1, edi.Warning},
		{"0048 again", unb + ung + msg + une + strings.Replace(ung, "+G1", "+§G1", 1) + msg + une + "UNZ+2+REF1'", "edifact.group.control.duplicate", "26", "UNB[1]/UNG[2]/UNG05", 7, 0, edi.Warning},
		{"no 0062", message("UNH+§+ORDERS:D:96A:UN'UNT+2+'"), "edifact.message.control.format", "13", m1 + "/UNH01", 2, 1, edi.Error},
		{"0062 long", message("UNH+§123456789012345+ORDERS:D:96A:UN'UNT+2+123456789012345'"), "edifact.message.control.format", "39", m1 + "/UNH01", 2, 1, edi.Warning},
		{"no type", message("UNH+1+§:D:96A:UN'UNT+2+1'"), "edifact.message.type", "13", m1 + "/UNH02.1", 2, 1, edi.Error},
		{"no release", message("UNH+1+ORDERS:D:§:UN'UNT+2+1'"), "edifact.message.version", "13", m1 + "/UNH02.3", 2, 1, edi.Warning},
		{"no agency", message("UNH+1+ORDERS:D:96A§'UNT+2+1'"), "edifact.message.version", "13", m1 + "/UNH02.4", 2, 1, edi.Warning},
		{"behind UNT", message(msg + "§RFF+1'RFF+2'"), "edifact.group.content", "33", "UNB[1]", 5, 0, edi.Error},
		{"before UNH", message("§RFF+1'" + msg), "edifact.interchange.content", "33", "UNB[1]", 2, 0, edi.Error},
		{"UNE without UNG", message(msg + "§UNE+1+1'"), "edifact.group.content", "33", "UNB[1]", 5, 0, edi.Error},
		{"in a group", unb + ung + "§RFF+1'" + msg + une + unz, "edifact.group.content", "33", g1, 3, 0, edi.Error},
		{"UNE 0060", unb + ung + msg + "UNE+§2+G1'" + unz, "edifact.group.count", "29", g1 + "/UNE01", 6, 0, edi.Error},
		{"UNE 0048", unb + ung + msg + "UNE+1+§G2'" + unz, "edifact.group.control", "28", g1 + "/UNE02", 6, 0, edi.Error},
		{"no UNE", unb + ung + msg + "§" + unz, "edifact.group.trailer.missing", "13", g1, 6, 0, edi.Error},
		{"empty group", unb + ung + "§UNE+0+G1'" + unz, "edifact.group.empty", "32", g1, 3, 0, edi.Warning},
		{"UNG 0038", grouped("ORDERS", "§"), "edifact.group.element", "13", g1 + "/UNG01", 2, 0, edi.Warning},
		{"UNG 0017", grouped("261123", "§261323"), "edifact.group.date", "12", g1 + "/UNG04.1", 2, 0, edi.Warning},
		{"UNG 0019", grouped("0930", "§0960"), "edifact.group.time", "12", g1 + "/UNG04.2", 2, 0, edi.Warning},
		{"UNG 0048", unb + "UNG+ORDERS+NP+LH+261123:0930+§+UN+D:96A'" + msg + "UNE+1+'" + unz, "edifact.group.control.format", "13", g1 + "/UNG05", 2, 0, edi.Error},
		{"another type", unb + strings.Replace(ung, "ORDERS", "INVOIC", 1) + strings.Replace(msg, "ORDERS", "§ORDERS", 1) + une + unz,
			"edifact.group.type", "31", g1 + "/UNH[1]/UNH02.1", 3, 1, edi.Warning},
		{"mixed", unb + msg + "§" + ung + msg + une + unz, "edifact.interchange.mixed", "30", "UNB[1]", 5, 0, edi.Error},
		{"mixed the other way", unb + ung + msg + une + "§" + msg + unz, "edifact.interchange.mixed", "30", "UNB[1]", 7, 0, edi.Error},
		{"UNZ 0036", unb + msg + "UNZ+§2+REF1'", "edifact.interchange.count", "29", "UNB[1]/UNZ01", 5, 0, edi.Error},
		{"UNZ 0036 of groups", unb + ung + msg + msg + "UNE+2+G1'UNZ+§2+REF1'", "edifact.interchange.count", "29", "UNB[1]/UNZ01", 10, 0, edi.Error},
		{"UNZ 0020", unb + msg + "UNZ+1+§REF2'", "edifact.interchange.control", "28", "UNB[1]/UNZ02", 5, 0, edi.Error},
		{"no UNZ", unb + msg + "§", "edifact.interchange.trailer.missing", "13", "UNB[1]", 5, 0, edi.Error},
		{"empty", unb + "§UNZ+0+REF1'", "edifact.interchange.empty", "32", "UNB[1]", 2, 0, edi.Warning},
		{"UNZ not terminated", unb + msg + "§UNZ+1+REF1", "edifact.segment.unterminated", "22", "UNB[1]/UNZ[1]", 5, 0, edi.Warning},
		{"version", header("UNOC:3", "UNOC:§5"), "edifact.unb.version", "2", "UNB[1]/UNB01.2", 1, 0, edi.Error},
		{"UNOX", header("UNOC:3", "§UNOX:3"), "edifact.charset.unsupported", "2", "UNB[1]/UNB01.1", 1, 0, edi.Error},
		{"UNOX of version 4", header("UNOC:3", "§UNOX:4"), "edifact.charset.unsupported", "46", "UNB[1]/UNB01.1", 1, 0, edi.Error},
		{"UNOZ", header("UNOC", "§UNOZ"), "edifact.charset.unknown", "2", "UNB[1]/UNB01.1", 1, 0, edi.Warning},
		{"no syntax", "UNA:+.? '" + header("UNOC:3", "§"), "edifact.unb.syntax", "2", "UNB[1]/UNB01.1", 1, 0, edi.Error},
		{"sender", header("NORTHPIER", "§"), "edifact.unb.sender", "13", "UNB[1]/UNB02.1", 1, 0, edi.Error},
		{"recipient", header("LAKEHOUSE", "§"), "edifact.unb.recipient", "13", "UNB[1]/UNB03.1", 1, 0, edi.Error},
		{"recipient long", header("LAKEHOUSE", "§"+strings.Repeat("X", 36)), "edifact.unb.recipient", "39", "UNB[1]/UNB03.1", 1, 0, edi.Warning},
		{"date", header("261123", "§261323"), "edifact.unb.date", "12", "UNB[1]/UNB04.1", 1, 0, edi.Warning},
		{"date of version 4", header("261123", "§20261123"), "edifact.unb.date.length", "", "UNB[1]/UNB04.1", 1, 0, edi.Info},
		{"time", header("0930", "§2430"), "edifact.unb.time", "12", "UNB[1]/UNB04.2", 1, 0, edi.Warning},
		{"no reference", strings.Replace(unb, "REF1", "§", 1) + msg + "UNZ+1+'", "edifact.unb.reference", "13", "UNB[1]/UNB05", 1, 0, edi.Error},
		{"reference long", strings.Replace(unb, "REF1", "§123456789012345", 1) + msg + "UNZ+1+123456789012345'", "edifact.unb.reference", "39", "UNB[1]/UNB05", 1, 0, edi.Warning},
		{"0031", header("REF1'", "REF1++++§7'"), "edifact.unb.acknowledgment", "12", "UNB[1]/UNB09", 1, 0, edi.Warning},
		{"0035", header("REF1'", "REF1++++++§7'"), "edifact.unb.test", "12", "UNB[1]/UNB11", 1, 0, edi.Error},
		{"0035 is 0", header("REF1'", "REF1++++++§0'"), "edifact.unb.test", "", "UNB[1]/UNB11", 1, 0, edi.Info},
		{"elements", header("REF1'", "REF1+++++++§X'"), "edifact.unb.elements", "16", "UNB[1]/UNB12", 1, 0, edi.Warning},
		{"line breaks", "§" + strings.ReplaceAll(unb+msg+unz, "'", "'\n"), "edifact.breaks", "", "UNB[1]", 0, 0, edi.Info},
		{"mixed line breaks", unb + msg + "§\n" + unz, "edifact.breaks.mixed", "", "UNB[1]", 0, 0, edi.Info},
		{"empty segment", unb + msg + "§'" + unz, "edifact.segment.empty", "", "UNB[1]", 0, 0, edi.Info},
		{"SUB", unb + msg + unz + "§\r\n\x1a", "edifact.file.sub", "", "UNB[1]", 0, 0, edi.Info},
		{"object", message("UNO+P1+1:2+3+§9'ABCUNP+9+P1'"), "edifact.package.length", "12", "UNB[1]/UNO[1]/UNO04.1", 2, 0, edi.Error},
		{"no UNP", message("UNO+P1+1:2+3+0'§" + msg), "edifact.package.trailer.missing", "13", "UNB[1]/UNO[1]", 3, 0, edi.Error},
		{"UNP 0810", message("UNO+P1+1:2+3+3'ABCUNP+§4+P1'"), "edifact.package.count", "29", "UNB[1]/UNO[1]/UNP01", 3, 0, edi.Error},
		{"UNP 0800", message("UNO+P1+1:2+3+3'ABCUNP+3+§P2'"), "edifact.package.control", "28", "UNB[1]/UNO[1]/UNP02", 3, 0, edi.Error},
		{"character", message(strings.Replace(msg, "PO77", "PO§\x0177", 1)), "edifact.charset", "21", m1 + "/#2/BGM02", 3, 2, edi.Warning},
	} {
		t.Run(c.name, func(t *testing.T) {
			at := strings.Index(c.text, "§")
			_, findings := events(t, strings.Replace(c.text, "§", "", 1), edi.Limits{})
			f := edi.Finding{}
			for i := range findings {
				if findings[i].Rule == c.rule {
					f = findings[i]
					break
				}
			}
			if f.Rule == "" {
				t.Fatalf("%s is not found: %v", c.rule, findings)
			}
			if f.Severity != c.severity || f.Path != c.path || f.Codes["0085"] != c.code {
				t.Errorf("\n got %s %s, code %q\nwant %s %s, code %q", f.Severity, f.Path, f.Codes["0085"], c.severity, c.path, c.code)
			}
			if f.Offset != int64(at) || f.Segment != c.segment || f.Place != c.place {
				t.Errorf("\n got byte %d, segment %d, place %d\nwant byte %d, segment %d, place %d",
					f.Offset, f.Segment, f.Place, at, c.segment, c.place)
			}
		})
	}
}

func TestEvents(t *testing.T) {
	other := strings.NewReplacer("+", "|", ":", "^", "'", "~", "REF1", "REF2").Replace
	for _, c := range []struct {
		name, text string
		lim        edi.Limits
		want       []string
	}{
		{"sound", unb + msg + unz, edi.Limits{}, []string{
			"EDIFACT REF1", "group 1  ", "UNB[1]/UNH[1] ORDERS D:96A:UN:EAN008 1 3", "end 1 true", "UNZ 0 5 true"}},
		{"a group", unb + ung + msg + une + unz, edi.Limits{}, []string{
			"EDIFACT REF1", "group 1 ORDERS G1", "UNB[1]/UNG[1]/UNH[1] ORDERS D:96A:UN:EAN008 1 3", "end 1 true", "UNZ 1 7 true"}},
		{"mixed", unb + msg + ung + msg + une + msg + unz, edi.Limits{}, []string{
			"EDIFACT REF1", "group 1  ", "UNB[1]/UNH[1] ORDERS D:96A:UN:EAN008 1 3", "end 1 true",
			"group 2 ORDERS G1", "UNB[1]/UNG[1]/UNH[1] ORDERS D:96A:UN:EAN008 1 3", "end 1 true",
			"group 3  ", "UNB[1]/UNH[2] ORDERS D:96A:UN:EAN008 1 3 edifact.message.control.duplicate@218+1", "end 1 true", "UNZ 1 13 true edifact.interchange.mixed@112+40"}},
		{"nothing is closed, another follows", unb + ung + "UNH+1+ORDERS:D:96A:UN'BGM+1'UNH+2+ORDERS:D:96A:UN'UNT+2+2'" +
			other("UNA:+.? '"+unb+msg+unz), edi.Limits{}, []string{
			"EDIFACT REF1", "group 1 ORDERS G1",
			"UNB[1]/UNG[1]/UNH[1] ORDERS D:96A:UN 1 2 edifact.message.trailer.missing@129+0", "UNB[1]/UNG[1]/UNH[2] ORDERS D:96A:UN 2 2",
			"end 2 false edifact.group.trailer.missing@159+0", "UNZ 1 6 false edifact.interchange.trailer.missing@159+0",
			"EDIFACT REF2", "group 1  ", "UNB[2]/UNH[1] ORDERS D:96A:UN:EAN008 1 3", "end 1 true", "UNZ 0 5 true"}},
		{"a segment runs into UNA", unb + "UNH+1+ORDERS:D:96A:UN'BGM+1" + other("UNA:+.? '"+unb+msg+unz), edi.Limits{}, []string{
			"EDIFACT REF1", "group 1  ",
			"UNB[1]/UNH[1] ORDERS D:96A:UN 1 2 edifact.message.trailer.missing@87+0", "end 1 true",
			"UNZ 0 3 false edifact.interchange.trailer.missing@87+0 edifact.segment.unterminated@82+5",
			"EDIFACT REF2", "group 1  ", "UNB[2]/UNH[1] ORDERS D:96A:UN:EAN008 1 3", "end 1 true", "UNZ 0 5 true"}},
		{"a segment runs into UNB", unb + "UNH+1+ORDERS:D:96A:UN'BGM+1" + unb + msg + unz, edi.Limits{}, []string{
			"EDIFACT REF1", "group 1  ",
			"UNB[1]/UNH[1] ORDERS D:96A:UN 1 2 edifact.message.trailer.missing@87+0", "end 1 true",
			"UNZ 0 3 false edifact.interchange.trailer.missing@87+0 edifact.segment.unterminated@82+5",
			"EDIFACT REF1", "group 1  ", "UNB[2]/UNH[1] ORDERS D:96A:UN:EAN008 1 3", "end 1 true", "UNZ 0 5 true"}},
		{"security", unb + "USH+1'USA+1'" + msg + "UST+1'" + unz, edi.Limits{}, []string{
			"EDIFACT REF1", "USH 1 0", "USA 1 0", "group 1  ", "UNB[1]/UNH[1] ORDERS D:96A:UN:EAN008 1 3", "UST 1 0", "end 1 true", "UNZ 0 8 true"}},
		{"interactive", "UIB+UNOA:4+REF'UIH+MSG:1:1+R'UIT+R+2'UIZ+R'" + unb + msg + unz, edi.Limits{}, []string{
			"junk 0+43 edi.interactive@0+43", "EDIFACT REF1", "group 1  ", "UNB[1]/UNH[1] ORDERS D:96A:UN:EAN008 1 3", "end 1 true", "UNZ 0 5 true"}},
		{"too long", unb + "UNH+1+ORDERS:D:96A:UN'RFF+1'RFF+2'RFF+3'UNT+5+1'" + unz, edi.Limits{Message: 30}, []string{
			"EDIFACT REF1", "group 1  ", "UNB[1]/UNH[1] ORDERS D:96A:UN 1 2 edi.limit.message@88+0", "end 1 true", "UNZ 0 7 true"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, _ := events(t, c.text, c.lim)
			if got, want := strings.Join(got, "\n"), strings.Join(c.want, "\n"); got != want {
				t.Errorf("\n got %s\nwant %s", got, want)
			}
		})
	}
}

// TestHeader reads all that UNB and UNG say.
func TestHeader(t *testing.T) {
	text := "UNA:+.? '\r\nUNB+UNOY:4+NORTH?+PIER :ZZZ:ROOM1+LAKEHOUSE:14+20261123:0930+REF?'1++APP++2++1'\r\n" +
		strings.Replace(ung, "D:96A", "D:96A:EAN008", 1) + msg + une + "UNZ+1+REF?'1'"
	w := edi.NewWalker(strings.NewReader(text), edi.Limits{}, Syntax{})
	ev, err := w.Next()
	if err != nil {
		t.Fatal(err)
	}
	ic := ev.Interchange
	got := fmt.Sprintf("%s %d %d %s %s %+v %+v %s %s %s %v %q %d", ic.Standard, ic.Ordinal, ic.Offset, ic.Version, ic.Mode,
		ic.Sender, ic.Receiver, ic.Control, ic.Date, ic.Time, ic.AckRequested, ic.Delimiters.Repetition, len(ev.Findings))
	want := "EDIFACT 1 0 UNOY:4 test {Qualifier:ZZZ ID:NORTH+PIER Sub:ROOM1} {Qualifier:14 ID:LAKEHOUSE Sub:} REF'1 20261123 0930 true '\\x00' 0"
	if got != want || !strings.HasPrefix(string(ic.Header), "UNB+") || !strings.HasSuffix(string(ic.Header), "'\r\n") {
		t.Errorf("\n got %s\nwant %s\nheader %q", got, want, ic.Header)
	}
	if ev, err = w.Next(); err != nil {
		t.Fatal(err)
	}
	if got, want := fmt.Sprintf("%+v", *ev.Group), "{Path:UNB[1]/UNG[1] Ordinal:1 Functional:ORDERS Version:D:96A:UN:EAN008 Sender:NP Receiver:LH "+
		"SenderQualifier: ReceiverQualifier: Control:G1 Agency:UN Date:261123 Time:0930 Offset:92 Messages:0 Declared:-1 Complete:false}"; got != want {
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

// TestKept copies what events tell and reads on: no copy changes, though the
// memory of many interchanges is shared.
func TestKept(t *testing.T) {
	var file strings.Builder
	for n := range 300 {
		r := strings.NewReplacer("REF1", fmt.Sprint(n), "NORTHPIER", fmt.Sprint("PIER", n/5), "UNH+1", fmt.Sprint("UNH+", n), "UNT+3+1", fmt.Sprint("UNT+3+", n))
		file.WriteString(r.Replace(unb + msg + unz))
		file.WriteString(r.Replace(unb + ung + msg + une + unz))
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
	var numbered strings.Builder
	for n := range 200 {
		numbered.WriteString("RFF+1'" + strings.NewReplacer("UNH+1", fmt.Sprint("UNH+", n), "UNT+3+1", fmt.Sprint("UNT+3+", n)).Replace(msg))
	}
	text := unb + ung + strings.Repeat("RFF+1'", 1_000_000) + numbered.String() + "UNE+200+G1'" + unz
	_, findings := events(t, text, edi.Limits{})
	if len(findings) > maxStrays {
		t.Fatalf("%d findings", len(findings))
	}
	if got, want := findings[0].Message, `1000001 segments from "RFF" on stand outside any message`; got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
	if got, want := findings[len(findings)-1].Message, `101 segments from "RFF" on stand outside any message`; got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
}

// TestPackages reads objects of whatever bytes.
func TestPackages(t *testing.T) {
	object := "any'UNZ+1+REF1'UNB+\x00\xff\n "
	uno := fmt.Sprintf("UNO+P1+DRW:7++%d'", len(object))
	unp := fmt.Sprintf("UNP+%d+P1'", len(object))
	for _, c := range []struct {
		name, text string
		lim        edi.Limits
		want       string
	}{
		{"bare", unb + uno + object + unp + unz, edi.Limits{}, "UNO P1 23|UNP 23 0|end 1 true|UNZ 0 4 true"},
		{"in a group", unb + ung + uno + object + unp + une + unz, edi.Limits{}, "UNO P1 23|UNP 23 0|end 1 true|UNZ 1 6 true"},
		{"line breaks", strings.ReplaceAll(unb, "'", "'\n") + uno + "\n" + object + "\n" + unp + "\n" + unz + "\n", edi.Limits{}, "UNO P1 25|UNP 23 1|end 1 true|UNZ 0 4 true edifact.breaks@0+0"},
		{"behind a message", unb + msg + uno + object + unp + "UNZ+2+REF1'", edi.Limits{}, "UNO P1 23|UNP 23 0|end 2 true|UNZ 0 7 true"},
		{"longer than a message may be", unb + uno + object + unp + unz, edi.Limits{Message: 20}, "UNO P1 0 edi.limit.message@74+2|UNP 23 0|end 1 true|UNZ 0 4 true"},
		{"that never ends", unb + "UNO+P1+DRW:7++99999999999'ab" + "UNA:+.? '" + unb + msg + unz, edi.Limits{}, "UNO P1 0 edi.limit.message@74+11|end 1 true edifact.package.trailer.missing@88+0|" +
			"UNZ 0 2 false edifact.interchange.trailer.missing@88+0|EDIFACT REF1|group 1  |UNB[2]/UNH[1] ORDERS D:96A:UN:EAN008 1 3|end 1 true|UNZ 0 5 true"},
	} {
		t.Run(c.name, func(t *testing.T) {
			sameInPieces(t, []byte(c.text), c.lim)
			all, _ := events(t, c.text, c.lim)
			from := 0
			for from < len(all) && !strings.HasPrefix(all[from], "UNO") {
				from++
			}
			if got := strings.Join(all[from:], "|"); got != c.want {
				t.Errorf("\n got %s\nwant %s", got, c.want)
			}
		})
	}
}

// variants are interchanges that differ in what their envelopes say.
func variants() []string {
	sound := unb + msg + unz
	return []string{
		sound, sound,
		strings.ReplaceAll(sound, "REF1", "17"), strings.ReplaceAll(sound, "REF1", "18"),
		strings.Replace(sound, "UNOC:3", "UNOA:3", 1), strings.Replace(strings.ReplaceAll(sound, "REF1", "19"), "UNOC:3", "UNOA:2", 1),
		strings.Replace(strings.ReplaceAll(sound, "REF1", "20"), "PO77", "po77", 1),
		strings.Replace(strings.Replace(strings.ReplaceAll(sound, "REF1", "21"), "PO77", "po77", 1), "UNOC", "UNOA", 1),
		strings.Replace(sound, "UNOC:3", "UNOC:4", 1),
		strings.Replace(sound, "0930", "2530", 1),
		"UNA:+.? '" + strings.ReplaceAll(sound, "REF1", "22"),
		"UNA^|.? ~" + strings.NewReplacer("+", "|", ":", "^", "'", "~").Replace(sound),
		unb + ung + msg + une + unz,
		strings.ReplaceAll(strings.ReplaceAll(sound, "REF1", "23"), "'", "'\n"),
	}
}
