package x12

import (
	"bytes"
	"fmt"
	"io"
	"reflect"
	"regexp"
	"testing"

	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/edi/guide"
	"github.com/edibridge/edibridge/x12/guides"
	"pgregory.net/rapid"
)

// said is what an acknowledgment is to say, and the findings to say it with.
type said struct {
	t       *rapid.T
	opt     AckOptions
	release string
	answer  GroupAnswer
	sets    []SetResult
	group   []edi.Finding
	noted   int
}

func (d *said) number(from, to int) int { return rapid.IntRange(from, to).Draw(d.t, "number") }

func (d *said) pick(v ...string) string { return rapid.SampledFrom(v).Draw(d.t, "one of") }

func (d *said) tag() string { return d.pick("BEG", "PO1", "N1", "REF", "HL") }

func (d *said) text() string {
	return rapid.StringMatching(`[A-Z0-9][A-Za-z0-9 .é-]{0,20}[A-Z0-9]`).Draw(d.t, "text")
}

func (d *said) is999() bool { return d.opt.Set == "999" }

// draw makes up what to say of a group in every detail that the form has.
func draw(t *rapid.T, opt AckOptions, release string) *said {
	d := &said{t: t, opt: opt, release: release}
	d.answer = GroupAnswer{Kind: opt.Set, Functional: "PO", Control: fmt.Sprint(d.number(1, 999999999)), Declared: d.number(0, 9)}
	if d.is999() || release >= "005010" {
		d.answer.Version = release
	}
	for n := range d.number(0, 4) {
		d.set(fmt.Sprintf("%04d", n))
	}
	switch a := &d.answer; {
	case d.number(0, 4) == 0:
		d.group = []edi.Finding{{Severity: edi.Error, Codes: codes{"ak905": "5"}}}
		a.Status, a.Accepted, a.Reasons = "R", 0, []string{"5"}
	case a.Received > 0 && a.Accepted == 0:
		a.Status = "R"
	case a.Accepted < a.Received:
		a.Status = "P"
	case d.noted > 0:
		a.Status = "E"
	default:
		a.Status = "A"
	}
	return d
}

// set makes up what to say of one set.
func (d *said) set(control string) {
	r := SetResult{Set: "850", Control: control}
	a := SetAnswer{Set: r.Set, Control: r.Control, Status: "A"}
	if reason := d.pick("", "", "2", "4"); reason != "" {
		a.Status, a.Reasons = "R", []string{reason}
		r.Findings = []edi.Finding{{Severity: edi.Error, Codes: codes{"ak502": reason}}}
		r.Contexts = [][]Context{nil}
	}
	place := 0
	for range d.number(0, 3) {
		place += d.number(1, 200)
		a.Segments = append(a.Segments, d.segment(place, &r))
	}
	if len(a.Segments) > 0 {
		a.Status, a.Reasons = "R", append(a.Reasons, "5")
	}
	if a.Status == "A" && d.number(0, 2) == 0 {
		a.Status, a.Reasons = "E", []string{"7"}
		r.Findings = []edi.Finding{{Severity: edi.Warning, Codes: codes{"ak502": "7"}}}
		d.noted++
	}
	d.sets = append(d.sets, r)
	d.answer.Received++
	if a.Status != "R" {
		d.answer.Accepted++
	}
	if d.opt.Detail == DetailGroups || d.opt.OnlyErrors && a.Status == "A" {
		return
	}
	if d.opt.Detail == DetailSets {
		a.Segments = nil
	}
	if a.Status == "R" {
		d.answer.rejected++
	}
	d.answer.Sets = append(d.answer.Sets, a)
}

// segment makes up what to say of the segment at place, and the findings for it.
func (d *said) segment(place int, r *SetResult) SegmentNote {
	note := SegmentNote{Tag: d.tag(), Place: place, Loop: d.pick("", "N1", "2010"), Code: d.pick("1", "3", "8")}
	f := edi.Finding{Severity: edi.Error, Place: place, Tag: note.Tag, Loop: note.Loop, Codes: codes{"ak304": note.Code}}
	if note.Code != "8" {
		if d.is999() && d.number(0, 1) == 1 {
			note.Code = "I6"
			f.Codes["ik304"] = "I6"
		}
		note.Contexts = d.contexts()
		r.Findings, r.Contexts = append(r.Findings, f), append(r.Contexts, note.Contexts)
		return note
	}
	component := 0
	for range d.number(1, 4) { // in the order of their positions
		component += d.number(1, 20)
		e := ElementNote{Element: 5, Component: component, Ref: d.pick("", "128"), Code: d.pick("1", "6", "7"), Value: d.pick("", d.text())}
		if d.is999() || d.release >= "005010" {
			e.Repetition = 7
		}
		e.Contexts = d.contexts()
		f.Element, f.Component, f.Repetition, f.Ref, f.Value = e.Element, e.Component, e.Repetition, e.Ref, e.Value
		f.Codes = codes{"ak304": "8", "ak403": e.Code}
		f.Trigger = nil
		given := e.Contexts
		if len(given) > 0 && given[0].Name == SituationalTrigger && given[0].Tag != "" && given[0].Value == "" && given[0].ComponentRef == "" {
			c := given[0] // told by the finding itself
			f.Trigger = &edi.Trigger{Tag: c.Tag, Place: c.Place, Loop: c.Loop, Element: c.Element, Component: c.Component, Repetition: c.Repetition, Ref: c.Ref}
			given = given[1:]
		}
		r.Findings, r.Contexts = append(r.Findings, f), append(r.Contexts, given)
		note.Elements = append(note.Elements, e)
	}
	return note
}

// contexts makes up what a 999 says of a situation.
func (d *said) contexts() (out []Context) {
	if !d.is999() {
		return nil
	}
	for range d.number(0, 3) {
		c := Context{Name: d.pick(SituationalTrigger, "CLM01"), Value: d.pick("", d.text())}
		if d.number(0, 1) == 1 {
			c.Tag, c.Place, c.Loop = d.tag(), d.number(1, 999999), d.pick("", "2300")
			c.Element, c.Component, c.Repetition = d.number(1, 99), d.number(0, 9), d.number(0, 9)
			if c.Ref = d.pick("", "1325"); c.Ref != "" {
				c.ComponentRef = d.pick("", "782")
			}
		}
		out = append(out, c)
	}
	return out
}

// TestAnswersReadBack says something in every form and level of detail: it is
// read back as it was said, without a finding, and the guide of that form and
// release has nothing against it.
func TestAnswersReadBack(t *testing.T) {
	library, err := guides.Library()
	if err != nil {
		t.Fatal(err)
	}
	validated := map[string]bool{}
	rapid.Check(t, func(t *rapid.T) {
		opt := AckOptions{
			Set:        rapid.SampledFrom([]string{"997", "999"}).Draw(t, "set"),
			Detail:     rapid.SampledFrom([]Detail{DetailFull, DetailSets, DetailGroups}).Draw(t, "detail"),
			OnlyErrors: rapid.Bool().Draw(t, "only errors"),
		}
		release := rapid.SampledFrom([]string{"004010", "005010"}).Draw(t, "release")
		want := draw(t, opt, release)
		ic, g := received()
		g.Control, g.Version, g.Declared = want.answer.Control, release, want.answer.Declared
		var b bytes.Buffer
		a := NewGroupAckWith(&b, numbered(AnswerTo(ic, g)), g, opt)
		for _, r := range want.sets {
			if err := a.Set(r); err != nil {
				t.Fatal(err)
			}
		}
		if err := a.Close(want.group); err != nil {
			t.Fatal(err)
		}
		if silent := opt.OnlyErrors && want.answer.Status == "A"; silent != !a.Written() || silent != (b.Len() == 0) {
			t.Fatalf("Written is %v with %d bytes\nwant silence %v", a.Written(), b.Len(), silent)
		} else if silent {
			return
		}
		sane(t, b.Bytes())
		got := readAnswers(t, b.Bytes())
		if len(got.groups) != 1 || !reflect.DeepEqual(got.groups[0], want.answer) {
			t.Fatalf("\n got %+v\nwant %+v\n%s", got.groups, want.answer, b.Bytes())
		}
		validated[validate(t, library, b.Bytes())] = true
	})
	for _, name := range []string{"X12 004010 997", "X12 005010 997", "X12 005010 999"} {
		if !validated[name] {
			t.Errorf("nothing was held against %s", name)
		}
	}
}

// TestHostileAnswersValidate says whatever findings of whatever bytes in every
// form: the guide of that form and release has nothing against it but that
// AK101 and AK201 repeat what no code list has.
func TestHostileAnswersValidate(t *testing.T) {
	library, err := guides.Library()
	if err != nil {
		t.Fatal(err)
	}
	rules := guide.Rules()
	bytesOf := rapid.Map(rapid.SliceOfN(rapid.Byte(), 0, 130), func(b []byte) string { return string(b) })
	hostile := rapid.OneOf(bytesOf, rapid.StringN(0, 130, 130), rapid.StringMatching(`[~*>^:?'A-Z0-9 ]{0,12}`), rapid.SampledFrom([]string{"850", "0001", "1", "PO1", "PO", ""}))
	rapid.Check(t, func(t *rapid.T) {
		text := func() string { return hostile.Draw(t, "text") }
		number := func() int { return rapid.OneOf(rapid.IntRange(-1, 12), rapid.IntRange(-1, 1<<40)).Draw(t, "number") }
		made := func() (out []edi.Finding) {
			for range rapid.IntRange(0, 5).Draw(t, "findings") {
				r := rapid.SampledFrom(rules).Draw(t, "rule")
				f := edi.Finding{Rule: r.ID, Severity: rapid.SampledFrom([]edi.Severity{edi.Error, edi.Warning, edi.Info}).Draw(t, "severity"),
					Codes: r.Codes, Place: number(), Tag: text(), Loop: text(), Element: number(), Component: number(),
					Repetition: number(), Ref: text(), Value: text()}
				switch rapid.IntRange(0, 3).Draw(t, "more") {
				case 0:
					f.Codes = codes{"ak304": text(), "ik304": text(), "ak403": text(), "ik403": text(), "ak502": text(), "ik502": text(), "ak905": text()}
				case 1:
					f.Trigger = &edi.Trigger{Tag: text(), Place: number(), Loop: text(), Element: number(), Component: number(), Repetition: number(), Ref: text()}
				}
				out = append(out, f)
			}
			return out
		}
		ic, g := received()
		ic.Version = rapid.SampledFrom([]string{"00401", "00501", "00704"}).Draw(t, "version")
		d := rapid.SliceOfN(rapid.SampledFrom([]byte("~*>:^|\n!'?A\xe9 \x1c")), 4, 4).Draw(t, "delimiters")
		ic.Delimiters = edi.Delimiters{Segment: d[0], Element: d[1], Component: d[2], Repetition: d[3]}
		ic.Sender.ID, ic.Receiver.ID = text(), text()
		g.Functional, g.Control, g.Sender, g.Declared = text(), text(), text(), number()
		g.Version = rapid.SampledFrom([]string{"004010", "005010"}).Draw(t, "release")
		opt := AckOptions{
			Set:        rapid.SampledFrom([]string{"997", "999"}).Draw(t, "set"),
			Detail:     rapid.SampledFrom([]Detail{DetailFull, DetailSets, DetailGroups}).Draw(t, "detail"),
			OnlyErrors: rapid.Bool().Draw(t, "only errors"),
		}
		var b bytes.Buffer
		a := NewGroupAckWith(&b, numbered(AnswerTo(ic, g)), g, opt)
		for range rapid.IntRange(0, 3).Draw(t, "sets") {
			if err := a.Set(SetResult{Set: text(), Control: text(), Reference: text(), Findings: made()}); err != nil {
				t.Fatal(err)
			}
		}
		if err := a.Close(made()); err != nil {
			t.Fatal(err)
		}
		if !a.Written() {
			return
		}
		sane(t, b.Bytes())
		if validate(t, library, b.Bytes()) == "" {
			t.Fatalf("there is no guide for\n%s", b.Bytes())
		}
	})
}

// validate holds an acknowledgment against the library's guide for its release
// and gives that guide's name; "" when there is none.
func validate(t *rapid.T, library *guide.Library, data []byte) (name string) {
	w := edi.NewWalker(bytes.NewReader(data), edi.Limits{}, Syntax{})
	for {
		ev, err := w.Next()
		if err == io.EOF {
			return name
		}
		if err != nil {
			t.Fatal(err)
		}
		if ev.Kind != edi.EndMessage {
			continue
		}
		g, exact := library.Find(edi.X12, ev.Message.Version, ev.Message.Set)
		if g == nil || !exact {
			continue
		}
		name = g.Name()
		for _, f := range g.Validate(ev.Message, guide.Options{}).Findings {
			if f.Rule == "x12.element.code" && (f.Tag == "AK1" || f.Tag == "AK2") && f.Element == 1 {
				continue // repeats what was received
			}
			if f.Rule == "x12.element.blanks" && f.Tag == "AK2" {
				continue // brings a short control number to its length
			}
			if f.Rule == "x12.element.zeros" && (f.Tag == "CTX" || f.Tag == "AK4" || f.Tag == "IK4") {
				continue // the number of an element as a dictionary has it
			}
			t.Fatalf("%s has %v\n%s", name, &f, data)
		}
	}
}

func TestTA1ReadsBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ic, _ := received()
		want := InterchangeAnswer{
			Control: fmt.Sprintf("%09d", rapid.IntRange(0, 999999999).Draw(t, "control")),
			Date:    ic.Date, Time: ic.Time,
			Status: rapid.SampledFrom([]Status{"A", "E", "R"}).Draw(t, "status"),
			Reason: fmt.Sprintf("%03d", rapid.IntRange(1, 31).Draw(t, "reason")),
		}
		ic.Control = want.Control
		severity := map[Status]edi.Severity{"A": edi.Info, "E": edi.Warning, "R": edi.Error}[want.Status]
		findings := []edi.Finding{{Severity: severity, Codes: codes{"ta105": want.Reason}}}
		if want.Status == "A" {
			want.Reason = "000"
		}
		var b bytes.Buffer
		if err := WriteTA1(&b, numbered(AnswerTo(ic, nil)), ic, findings); err != nil {
			t.Fatal(err)
		}
		got := readAnswers(t, b.Bytes())
		if len(got.interchanges) != 1 || got.interchanges[0] != want || len(got.findings) > 0 {
			t.Fatalf("\n got %+v %v\nwant %+v", got.interchanges, got.findings, want)
		}
	})
}

// TestHostileTA1 answers interchanges of whatever bytes: TA1 has its five
// elements, each of its length and characters, and no other code than I18 has.
func TestHostileTA1(t *testing.T) {
	form := regexp.MustCompile(`^TA1\*.{9}\*[0-9]{6}\*[0-9]{4}\*(A\*000|E\*[0-9]{3}|R\*[0-9]{3})$`)
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.StringN(0, 20, 20), rapid.StringMatching(`[0-9~*>^]{0,12}`), rapid.SampledFrom([]string{"000000301", "261123", "0930", "024", "999", ""}))
		ic, _ := received()
		ic.Control, ic.Date, ic.Time = text.Draw(t, "control"), text.Draw(t, "date"), text.Draw(t, "time")
		var findings []edi.Finding
		for range rapid.IntRange(0, 3).Draw(t, "findings") {
			findings = append(findings, edi.Finding{Severity: rapid.SampledFrom([]edi.Severity{edi.Error, edi.Warning, edi.Info}).Draw(t, "severity"),
				Codes: codes{"ta105": text.Draw(t, "code")}})
		}
		env := numbered(AnswerTo(ic, nil))
		env.AckRequested = true // which no TA1 does
		var b bytes.Buffer
		if err := WriteTA1(&b, env, ic, findings); err != nil {
			t.Fatal(err)
		}
		sane(t, b.Bytes())
		header, rest, _ := bytes.Cut(b.Bytes(), []byte("~"))
		ta1, _, _ := bytes.Cut(rest, []byte("~"))
		if !form.Match(ta1) || !bytes.HasSuffix(header, []byte("*0*T*>")) {
			t.Fatalf("got %s and %s", header, ta1)
		}
	})
}
