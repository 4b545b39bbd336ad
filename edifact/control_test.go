package edifact

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

// received is an interchange as it comes from a sound file.
func received() *edi.Interchange {
	return &edi.Interchange{
		Standard: edi.EDIFACT, Ordinal: 1, Version: "UNOC:3", Mode: edi.Test, Control: "REF1", Date: "261123", Time: "0930",
		Delimiters: edi.Delimiters{Segment: '\'', Element: '+', Component: ':', Release: '?', Decimal: '.'},
		Sender:     edi.Party{Qualifier: "ZZZ", ID: "NORTHPIER"},
		Receiver:   edi.Party{Qualifier: "14", ID: "LAKEHOUSE", Sub: "DOCK"},
		Header:     []byte(unb),
	}
}

func numbered(e Envelope) Envelope {
	e.Reference, e.Time = "17", answerTime()
	return e
}

// at is a finding about an element, or a segment when n is 0.
func at(place int, tag string, n int, code string) edi.Finding {
	return edi.Finding{Severity: edi.Error, Place: place, Tag: tag, Element: n, Codes: map[string]string{"0085": code}}
}

func TestControl(t *testing.T) {
	component := at(5, "QTY", 1, "37")
	component.Component, component.Repetition = 2, 3
	warning := at(2, "BGM", 2, "21")
	warning.Severity = edi.Warning
	info := at(2, "BGM", 2, "45")
	info.Severity = edi.Info
	many := make([]edi.Finding, 1200)
	for i := range many {
		many[i] = at(i+2, "LIN", 1, "12")
	}
	orders := func(control string, findings ...edi.Finding) MessageResult {
		return MessageResult{Set: "ORDERS", Version: "D:96A:UN:EAN008", Control: control, Findings: findings}
	}
	const uci, uci4 = "UCI+REF1+NORTHPIER:ZZZ+LAKEHOUSE:14:DOCK+7'", "UCI+REF1+NORTHPIER:ZZZ+LAKEHOUSE:14:DOCK+4"
	const ucm = "UCM+2+ORDERS:D:96A:UN:EAN008+4"
	for _, c := range []struct {
		name     string
		version  string
		opt      ControlOptions
		messages []MessageResult
		findings []edi.Finding
		want     string // what stands between UNH and UNT
	}{
		{"accepted", "UNOC:3", ControlOptions{}, []MessageResult{orders("1"), orders("2")}, nil, uci},
		{"all named", "UNOC:3", ControlOptions{All: true}, []MessageResult{orders("1")}, nil, uci + "UCM+1+ORDERS:D:96A:UN:EAN008+7'"},
		{"one rejected", "UNOC:3", ControlOptions{}, []MessageResult{orders("1"), orders("2", at(4, "UNT", 1, "29"))}, nil, uci + ucm + "+29+UNT+2'"},
		{"UNH component", "UNOC:3", ControlOptions{}, []MessageResult{orders("2", edi.Finding{Severity: edi.Error, Place: 1, Tag: "UNH", Element: 2,
			Component: 1, Codes: map[string]string{"0085": "13"}})}, nil, uci + ucm + "+13+UNH+3:1'"},
		{"segments and elements", "UNOC:3", ControlOptions{}, []MessageResult{orders("2", component, at(3, "DTM", 0, "13"), at(5, "QTY", 1, "13"), at(2, "BGM", 1, "12"), info, warning)}, nil,
			uci + ucm + "'UCS+2'UCD+12+2'UCS+3+13'UCS+5'UCD+13+2'UCD+37+2:2'"},
		{"repetition in version 4", "UNOC:4", ControlOptions{}, []MessageResult{orders("2", component)}, nil, uci + ucm + "'UCS+5'UCD+37+2:2:3'"},
		{"segment and its element", "UNOC:3", ControlOptions{}, []MessageResult{orders("2", at(3, "DTM", 1, "12"), at(3, "DTM", 0, "15"), at(3, "DTM", 0, "35"))}, nil,
			uci + ucm + "'UCS+3+15'UCD+12+2'UCS+3+35'"},
		{"brief", "UNOC:3", ControlOptions{Detail: DetailSets}, []MessageResult{orders("2", component)}, nil, uci + ucm + "'"},
		{"no reason", "UNOC:3", ControlOptions{}, []MessageResult{{Set: "ORDERS", Version: "D:96A:UN:EAN008", Control: "2", Verdict: Rejected}}, nil, uci + ucm + "+18'"},
		{"errors noted", "UNOC:3", ControlOptions{Noted: true}, []MessageResult{orders("2", warning)}, nil, uci + "UCM+2+ORDERS:D:96A:UN:EAN008+2'UCS+2'UCD+21+3'"},
		{"errors not noted", "UNOC:3", ControlOptions{}, []MessageResult{orders("2", warning)}, nil, uci},
		{"receipt", "UNOC:3", ControlOptions{Receipt: true}, []MessageResult{orders("2", component)}, nil, "UCI+REF1+NORTHPIER:ZZZ+LAKEHOUSE:14:DOCK+8'"},
		{"duplicate", "UNOC:3", ControlOptions{Receipt: true}, []MessageResult{orders("2", component)}, []edi.Finding{Refusal(received(), Duplicate)}, uci4 + "+26+UNB+6'"},
		{"not for us", "UNOC:3", ControlOptions{}, nil, []edi.Finding{Refusal(received(), NotForUs)}, uci4 + "+7+UNB+4'"},
		{"unknown sender", "UNOC:3", ControlOptions{}, nil, []edi.Finding{Refusal(received(), UnknownSender)}, uci4 + "+23+UNB+3'"},
		{"unknown recipient", "UNOC:3", ControlOptions{}, nil, []edi.Finding{Refusal(received(), UnknownRecipient)}, uci4 + "+43+UNB+4'"},
		{"test", "UNOC:3", ControlOptions{}, nil, []edi.Finding{Refusal(received(), TestNotAccepted)}, uci4 + "+25+UNB+12'"},
		{"UNZ", "UNOC:3", ControlOptions{}, []MessageResult{orders("2", component)}, []edi.Finding{warning, at(0, "UNZ", 1, "29")}, uci4 + "+29+UNZ+2'"},
		{"content", "UNOC:3", ControlOptions{}, nil, []edi.Finding{at(0, "RFF", 0, "33")}, uci4 + "+33'"},
		{"error without a code", "UNOC:3", ControlOptions{}, nil, []edi.Finding{{Severity: edi.Error, Tag: "UNB"}}, uci4 + "+18'"},
		{"a CONTRL among them", "UNOC:3", ControlOptions{All: true}, []MessageResult{{Set: "CONTRL", Control: "9"}, orders("2", at(0, "UNH", 0, "13"))}, nil, uci + ucm + "+13+UNH'"},
		{"999 UCS", "UNOC:3", ControlOptions{}, []MessageResult{orders("2", many...)}, nil, uci + ucm + "'" + segments(many[:999])},
		{"odd references", "UNOC:3", ControlOptions{All: true}, []MessageResult{{Set: "", Version: "", Control: "A+B'C\x00"}}, nil, uci + "UCM+A?+B?'C+0:0:0:0+7'"},
		{"a code of version 4", "UNOC:4", ControlOptions{}, []MessageResult{orders("2", at(3, "DTM", 1, "48"))}, nil, uci + ucm + "'UCS+3'UCD+48+2'"},
		{"codes that version 3 has not", "UNOC:3", ControlOptions{}, []MessageResult{orders("2", at(3, "DTM", 1, "48"), at(4, "LIN", 0, "x"), at(5, "QTY", 0, "46"))}, nil,
			uci + ucm + "'UCS+3'UCD+18+2'UCS+4+18'UCS+5+2'"},
		{"one thing told twice", "UNOC:3", ControlOptions{}, []MessageResult{orders("2", at(3, "DTM", 2, "12"), at(3, "DTM", 1, "13"), at(3, "DTM", 2, "12"))}, nil,
			uci + ucm + "'UCS+3'UCD+13+2'UCD+12+3'"},
		{"UCI alone", "UNOC:3", ControlOptions{Detail: DetailGroups}, []MessageResult{orders("1", component), orders("2", component)}, nil, uci4 + "+18'"},
		{"UCI is not enough", "UNOC:3", ControlOptions{Detail: DetailGroups}, []MessageResult{orders("1"), orders("2", component)}, nil, uci + ucm + "'"},
	} {
		t.Run(c.name, func(t *testing.T) {
			ic := received()
			ic.Version = c.version
			var b bytes.Buffer
			env := numbered(AnswerTo(ic))
			env.AckRequested = true // which no CONTRL does
			w := NewControl(&b, env, ic, c.opt)
			for _, r := range c.messages {
				if err := w.Message(r); err != nil {
					t.Fatal(err)
				}
			}
			if err := w.Close(c.findings); err != nil {
				t.Fatal(err)
			}
			date, unh := "261124", "CONTRL:D:3:UN"
			if c.version == "UNOC:4" {
				date, unh = "20261124", "CONTRL:4:1:UN"
			}
			want := "UNB+" + c.version + "+LAKEHOUSE:14:DOCK+NORTHPIER:ZZZ+" + date + ":0705+17++++++1'UNH+1+" + unh + "'" + c.want
			want += fmt.Sprintf("UNT+%d+1'UNZ+1+17'", 2+strings.Count(c.want, "'")-strings.Count(c.want, "?'"))
			if c.version == "UNOC:4" { // no repetition separator was received: UNA says that there is none
				want = "UNA:+.? '" + want
			}
			if got := b.String(); got != want {
				t.Errorf("\n got %s\nwant %s", got, want)
			}
			sane(t, b.Bytes())
		})
	}
}

// segments are the UCS and UCD of findings, each at a place of its own.
func segments(findings []edi.Finding) string {
	var b strings.Builder
	for i := range findings {
		fmt.Fprintf(&b, "UCS+%d'UCD+%s+2'", findings[i].Place, findings[i].Codes["0085"])
	}
	return b.String()
}

func TestControlGroups(t *testing.T) {
	group := func(control string) *edi.Group {
		return &edi.Group{Path: "UNB[1]/UNG[1]", Functional: "ORDERS", Sender: "NP", Receiver: "LH", Control: control}
	}
	good, bad := MessageResult{Set: "ORDERS", Version: "D:96A:UN", Control: "1"}, MessageResult{Set: "ORDERS", Version: "D:96A:UN", Control: "2", Verdict: Rejected}
	for _, c := range []struct {
		name string
		opt  ControlOptions
		tell func(w *ControlWriter) error
		want string
	}{
		{"one rejected below", ControlOptions{}, func(w *ControlWriter) error {
			return errors.Join(w.Message(good), w.Message(bad), w.Group(group("G1"), nil), w.Message(good), w.Group(group("G2"), nil), w.Close(nil))
		}, "7'UCF+G1+NP+LH+7'UCM+2+ORDERS:D:96A:UN+4+18'"},
		{"one rejected whole", ControlOptions{}, func(w *ControlWriter) error {
			return errors.Join(w.Message(good), w.Message(bad), w.Group(group("G1"), []edi.Finding{at(0, "UNE", 1, "29")}), w.Message(bad), w.Group(group("G2"), nil), w.Close(nil))
		}, "7'UCF+G1+NP+LH+4+29+UNE+2'UCF+G2+NP+LH+7'UCM+2+ORDERS:D:96A:UN+4+18'"},
		{"all named", ControlOptions{All: true}, func(w *ControlWriter) error {
			return errors.Join(w.Message(good), w.Group(group("G1"), nil), w.Group(group("G2"), nil), w.Close(nil))
		}, "7'UCF+G1+NP+LH+7'UCM+1+ORDERS:D:96A:UN+7'UCF+G2+NP+LH+7'"},
		{"qualifiers", ControlOptions{All: true}, func(w *ControlWriter) error {
			g := group("G1")
			g.SenderQualifier, g.ReceiverQualifier = "14", "ZZZ"
			return errors.Join(w.Message(bad), w.Group(g, nil), w.Close(nil))
		}, "7'UCF+G1+NP:14+LH:ZZZ+7'UCM+2+ORDERS:D:96A:UN+4+18'"},
		{"UCF alone", ControlOptions{Detail: DetailGroups}, func(w *ControlWriter) error {
			return errors.Join(w.Message(bad), w.Group(group("G1"), nil), w.Message(good), w.Message(bad), w.Group(group("G2"), nil), w.Close(nil))
		}, "7'UCF+G1+NP+LH+4+18'UCF+G2+NP+LH+7'UCM+2+ORDERS:D:96A:UN+4+18'"},
		{"bare messages", ControlOptions{}, func(w *ControlWriter) error {
			return errors.Join(w.Message(bad), w.Group(&edi.Group{Path: "UNB[1]"}, nil), w.Close(nil))
		}, "7'UCM+2+ORDERS:D:96A:UN+4+18'"},
		{"strays among bare messages", ControlOptions{}, func(w *ControlWriter) error {
			return errors.Join(w.Message(bad), w.Group(&edi.Group{Path: "UNB[1]"}, []edi.Finding{at(0, "RFF", 0, "33")}), w.Close(nil))
		}, "4+33'"},
	} {
		t.Run(c.name, func(t *testing.T) {
			ic := received()
			var b bytes.Buffer
			if err := c.tell(NewControl(&b, numbered(AnswerTo(ic)), ic, c.opt)); err != nil {
				t.Fatal(err)
			}
			_, got, _ := strings.Cut(b.String(), "LAKEHOUSE:14:DOCK+NORTHPIER:ZZZ+")
			_, got, _ = strings.Cut(got, "UCI+REF1+NORTHPIER:ZZZ+LAKEHOUSE:14:DOCK+")
			got, _, _ = strings.Cut(got, "UNT+")
			if got != c.want {
				t.Errorf("\n got %s\nwant %s", got, c.want)
			}
			sane(t, b.Bytes())
		})
	}
}

// TestControlOnlyErrors: nothing is written as long as nothing is rejected.
func TestControlOnlyErrors(t *testing.T) {
	good, bad := MessageResult{Set: "ORDERS", Control: "1"}, MessageResult{Set: "ORDERS", Control: "2", Verdict: Rejected}
	noted := MessageResult{Set: "ORDERS", Control: "3", Verdict: AcceptedWithErrors}
	group := &edi.Group{Path: "UNB[1]/UNG[1]", Control: "G"}
	for _, c := range []struct {
		name    string
		opt     ControlOptions
		tell    func(w *ControlWriter) error
		written bool
	}{
		{"accepted", ControlOptions{}, func(w *ControlWriter) error { return errors.Join(w.Message(good), w.Group(group, nil), w.Close(nil)) }, false},
		{"rejected", ControlOptions{}, func(w *ControlWriter) error { return errors.Join(w.Message(good), w.Message(bad), w.Close(nil)) }, true},
		{"errors that are not told", ControlOptions{}, func(w *ControlWriter) error { return errors.Join(w.Message(noted), w.Close(nil)) }, false},
		{"errors that are told", ControlOptions{Noted: true}, func(w *ControlWriter) error { return errors.Join(w.Message(noted), w.Close(nil)) }, true},
		{"a group", ControlOptions{}, func(w *ControlWriter) error {
			return errors.Join(w.Message(good), w.Group(group, []edi.Finding{at(0, "UNE", 1, "29")}), w.Close(nil))
		}, true},
		{"the interchange", ControlOptions{}, func(w *ControlWriter) error { return w.Close([]edi.Finding{at(0, "UNZ", 1, "29")}) }, true},
	} {
		ic := received()
		var b bytes.Buffer
		c.opt.OnlyErrors = true
		w := NewControl(&b, numbered(AnswerTo(ic)), ic, c.opt)
		if err := c.tell(w); err != nil {
			t.Fatal(err)
		}
		if w.Written() != c.written || (b.Len() > 0) != c.written {
			t.Errorf("%s\n got written %v, %q\nwant written %v", c.name, w.Written(), b.Bytes(), c.written)
		}
	}
}

func TestReceiptOnly(t *testing.T) {
	ic := received()
	for header, want := range map[string]bool{
		"UNB+UNOC:4+A+B+20261123:0930+1++++2'": true, "UNB+UNOC:4+A+B+20261123:0930+1++++1'": false, unb: false, "": false,
	} {
		if ic.Header = []byte(header); ReceiptOnly(ic) != want {
			t.Errorf("%s\n got %v\nwant %v", header, !want, want)
		}
	}
}

// fataler is what sane needs of testing.T and rapid.T.
type fataler interface {
	Helper()
	Fatalf(format string, args ...any)
}

// sane reads a CONTRL of ours back: one interchange, not a finding but that of
// bytes that we repeat as we got them.
func sane(t fataler, data []byte) *Control {
	t.Helper()
	w := edi.NewWalker(bytes.NewReader(data), edi.Limits{}, Syntax{})
	var c *Control
	for {
		ev, err := w.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatalf("%v", err)
		}
		for i := range ev.Findings {
			if f := &ev.Findings[i]; f.Rule != "edifact.breaks" && f.Rule != "edifact.charset.utf8" {
				t.Fatalf("our own answer has %v\n%q", f, data)
			}
		}
		switch {
		case ev.Kind == edi.Junk:
			t.Fatalf("our own answer has junk\n%q", data)
		case ev.Kind == edi.EndMessage && c != nil:
			t.Fatalf("our own answer has a second message\n%q", data)
		case ev.Kind == edi.EndMessage:
			var findings []edi.Finding
			c, findings = ReadControl(ev.Message.Clone())
			for i := range findings {
				if findings[i].Rule != "edifact.contrl.repeated" { // two messages had one reference
					t.Fatalf("our own CONTRL has %v\n%q", &findings[i], data)
				}
			}
		}
	}
	if c == nil {
		t.Fatalf("there is no message\n%q", data)
	}
	return c
}

type refusing struct{ err error }

func (r refusing) Write([]byte) (int, error) { return 0, r.err }

func TestControlErrors(t *testing.T) {
	ic := received()
	broken := errors.New("no room")
	long := numbered(AnswerTo(ic))
	long.Reference = "123456789012345"
	late := numbered(AnswerTo(ic))
	late.Time = time.Time{}
	for _, c := range []struct {
		name string
		w    io.Writer
		env  Envelope
		set  string
		want error
	}{
		{"acknowledgment", io.Discard, numbered(AnswerTo(ic)), "CONTRL", ErrAcknowledgment},
		{"writer", refusing{broken}, numbered(AnswerTo(ic)), "ORDERS", broken},
		{"no reference", io.Discard, Envelope{Time: answerTime()}, "ORDERS", errReference},
		{"long reference", io.Discard, long, "ORDERS", errReference},
		{"no time", io.Discard, late, "ORDERS", errTime},
	} {
		w := NewControl(c.w, c.env, ic, ControlOptions{})
		_ = w.Message(MessageResult{Set: c.set, Control: "1"})
		if err := w.Close(nil); !errors.Is(err, c.want) {
			t.Errorf("%s\n got %v\nwant %v", c.name, err, c.want)
		}
	}
}

func TestEnvelope(t *testing.T) {
	ic := received()
	ic.Header = []byte(unb + "\r\n")
	small := numbered(AnswerTo(ic))
	small.Sender.ID, small.Version = "lower", "UNOA:1"
	beyond := numbered(AnswerTo(ic))
	beyond.Sender.ID, beyond.Version, beyond.LineBreak = "M\xfcller", "UNOA:2", ""
	odd := numbered(AnswerTo(ic))
	odd.Delimiters, odd.LineBreak = edi.Delimiters{Segment: '~', Element: '|', Component: '^', Decimal: ','}, "\n"
	odd.Sender.ID = "A|B?C"
	clash := numbered(AnswerTo(ic))
	clash.Delimiters, clash.LineBreak = edi.Delimiters{Segment: '+', Element: '+', Component: '+', Release: '+', Repetition: '+'}, ""
	clash.Version = "UNOC:4"
	for _, c := range []struct {
		name string
		env  Envelope
		want string
	}{
		{"nothing", numbered(Envelope{}), "UNB+UNOC:3+UNKNOWN+UNKNOWN+261124:0705+17'UNZ+1+17'"},
		{"syntax 4", numbered(Envelope{Version: "UNOY:4"}), "UNB+UNOY:4+UNKNOWN+UNKNOWN+20261124:0705+17'UNZ+1+17'"},
		{"no such syntax", numbered(Envelope{Version: "UNOX:9"}), "UNB+UNOC:3+UNKNOWN+UNKNOWN+261124:0705+17'UNZ+1+17'"},
		{"UNOB for lower case", small, "UNB+UNOB:1+lower:14:DOCK+NORTHPIER:ZZZ+261124:0705+17++++++1'\r\nUNZ+1+17'\r\n"},
		{"UNOC for what is beyond", beyond, "UNB+UNOC:2+M\xfcller:14:DOCK+NORTHPIER:ZZZ+261124:0705+17++++++1'UNZ+1+17'"},
		{"other delimiters, no release character", odd, "UNA^|,  ~\nUNB|UNOC^3|A B?C^14^DOCK|NORTHPIER^ZZZ|261124^0705|17||||||1~\nUNZ|1|17~\n"},
		{"delimiters that cannot be used", clash, "UNA:|.?*+UNB|UNOC:4|LAKEHOUSE:14:DOCK|NORTHPIER:ZZZ|20261124:0705|17||||||1+UNZ|1|17+"},
	} {
		env, err := c.env.complete()
		if err != nil {
			t.Fatal(err)
		}
		if got := string(env.inCharset(nil)); got != c.want {
			t.Errorf("%s\n got %q\nwant %q", c.name, got, c.want)
		}
	}
}

func TestText(t *testing.T) {
	for code, want := range map[string]string{"29": "control count does not match", "48": "dependency condition violated", "1": "UNA not supported", "0": "", "49": "", "-1": "", "x": ""} {
		if got := Text(code); got != want {
			t.Errorf("%s\n got %q\nwant %q", code, got, want)
		}
	}
}

// FuzzWalker walks whatever bytes: no panic, every position true, the same
// whatever the sizes of reads, and a CONTRL for each interchange that reads back
// without a finding.
func FuzzWalker(f *testing.F) {
	f.Add([]byte(unb + msg + unz))
	f.Add([]byte("UNA:+.? '\n" + unb + "\n" + ung + msg + une + "junk" + unb + msg))
	f.Add([]byte(unb + "UNO+P1+DRW:7++5'a'b'cUNP+5+P1'USH+1'" + msg + "''\n '" + unz))
	f.Add([]byte(unb + "''\n '" + msg + "''\n '" + unz))
	f.Add([]byte(unb + "UNH+1+ORDERS'UNZ\x13+1'BGM+1'" + unz))
	f.Add([]byte("UIB+UNOA:4+R'UIZ'UNA:+.?*'UNB+UNOY:4+A+B+20261123:0930+1'" + msg + "UNZ+1+1'ISA"))
	corpusSeeds(f, func(data []byte) { f.Add(data) }, "edifact/*", "odd")
	f.Fuzz(func(t *testing.T, data []byte) {
		count(t, data, edi.Limits{Segment: 500, Message: 2000})
		sameInPieces(t, data, edi.Limits{Segment: 150, Message: 300})
		answered(t, data)
	})
}

// answered writes a CONTRL for each interchange of data, reads it back, and
// reads the CONTRL that there are in data.
func answered(t *testing.T, data []byte) {
	t.Helper()
	w := edi.NewWalker(bytes.NewReader(data), edi.Limits{}, Syntax{})
	var b bytes.Buffer
	var c *ControlWriter
	var begin []edi.Finding
	for {
		ev, err := w.Next()
		if err == io.EOF {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		switch ev.Kind {
		case edi.BeginInterchange:
			b.Reset()
			begin = append(begin[:0], ev.Findings...)
			c = NewControl(&b, numbered(AnswerTo(ev.Interchange)), ev.Interchange, ControlOptions{All: true, Noted: true})
		case edi.EndMessage:
			m := ev.Message
			if IsAcknowledgment(m.Set) {
				ReadControl(m)
			}
			err = c.Message(MessageResult{Set: m.Set, Version: m.Version, Control: m.Control, Findings: ev.Findings})
		case edi.EndGroup:
			err = c.Group(ev.Group, ev.Findings)
		case edi.EndInterchange:
			if err = c.Close(append(begin, ev.Findings...)); err == nil {
				sane(t, b.Bytes())
			}
		}
		if err != nil && !errors.Is(err, ErrAcknowledgment) {
			t.Fatal(err)
		}
	}
}

// BenchmarkControl tells of messages of which every tenth has an error.
func BenchmarkControl(b *testing.B) {
	ic := received()
	bad := []edi.Finding{at(5, "QTY", 1, "37")}
	b.ReportAllocs()
	w := NewControl(io.Discard, numbered(AnswerTo(ic)), ic, ControlOptions{})
	for i := 0; b.Loop(); i++ {
		r := MessageResult{Set: "ORDERS", Version: "D:96A:UN", Control: "1"}
		if i%10 == 0 {
			r.Findings = bad
		}
		if err := w.Message(r); err != nil {
			b.Fatal(err)
		}
	}
}
