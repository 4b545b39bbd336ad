package main

import (
	"bufio"
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/edi/guide"
)

// headWidth is where a set's verdict stands in its headline.
const headWidth = 66

// validateText shows a validation to a person: a headline a set, and its
// findings segment by segment, each segment with marks below what is meant.
type validateText struct {
	w     *bufio.Writer
	name  string
	info  bool // findings of severity info too
	color palette
	near  string // the guide of another release that a set was held against
	last  string // the headline under which findings stand
}

// shown are the findings that a person wants to see.
func (v *validateText) shown(findings []edi.Finding) []edi.Finding {
	if v.info {
		return findings
	}
	var out []edi.Finding
	for _, f := range findings {
		if f.Severity != edi.Info {
			out = append(out, f)
		}
	}
	return out
}

func (v *validateText) set(ic *edi.Interchange, j *judged) {
	if j.nearest {
		v.near = j.guide.Name()
	}
	findings := v.shown(j.findings)
	if len(findings) == 0 {
		return
	}
	v.begin(fmt.Sprintf("%-*s%s %s %s", headWidth, v.head(ic)+" ", j.m.Set, j.m.Control, j.verdict))
	for len(findings) > 0 {
		n := v.together(j.m, findings)
		v.group(findings[:n], j)
		findings = findings[n:]
	}
	if more := j.total - len(j.findings); more > 0 {
		fmt.Fprintf(v.w, "... and %s (--max-per-set shows more)\n", count(more, "more finding"))
	}
}

// begin writes a headline, unless findings stand under it already.
func (v *validateText) begin(head string) {
	if v.last == head {
		return
	}
	if v.last != "" {
		fmt.Fprintln(v.w)
	}
	v.last = head
	fmt.Fprintln(v.w, v.color.paint(bold, head))
}

func (v *validateText) head(ic *edi.Interchange) string {
	who := fmt.Sprintf("%s %s  %s -> %s", ic.Standard, ic.Control, ic.Sender.ID, ic.Receiver.ID)
	return v.name + "  " + printable([]byte(who))
}

func (v *validateText) envelope(ic *edi.Interchange, findings []edi.Finding) {
	findings = v.shown(findings)
	if len(findings) == 0 {
		return
	}
	if ic == nil {
		v.begin(v.name + "  outside any interchange")
	} else {
		v.begin(v.head(ic))
	}
	for i := range findings {
		v.headline(&findings[i], "")
		v.header(ic, &findings[i])
		v.explain(&findings[i], nil)
	}
}

// header shows the header of an interchange that a finding stands in.
func (v *validateText) header(ic *edi.Interchange, f *edi.Finding) {
	if ic == nil || f.Segment != 1 || f.Element == 0 {
		return
	}
	una := 0 // UNA stands before the header
	if ic.Standard == edi.EDIFACT && len(ic.Header) > 0 {
		una = int(f.Offset-ic.Offset) - headerOffset(ic, f)
	}
	v.snippet(bytes.TrimRight(ic.Header, " \t\r\n"), []markedBytes{{int(f.Offset-ic.Offset) - una, f.Length}}, f.Severity)
}

// headerOffset is where element f.Element begins within the header of ic, by its
// separators; the interchange's offset counts from UNA where there is one.
func headerOffset(ic *edi.Interchange, f *edi.Finding) int {
	at, elements, d := 0, 0, ic.Delimiters
	for i := 0; i < len(ic.Header); i++ {
		switch c := ic.Header[i]; {
		case c == d.Release && c != 0:
			i++
		case c == d.Element:
			if elements++; elements == f.Element {
				at = i + 1
			}
		}
	}
	for c := 1; c < f.Component && at < len(ic.Header); c++ {
		if i := bytes.IndexByte(ic.Header[at:], d.Component); i >= 0 {
			at += i + 1
		}
	}
	return at
}

// together is how many of the first findings are about one segment and can be
// shown with it.
func (v *validateText) together(m *edi.Message, findings []edi.Finding) int {
	first := &findings[0]
	if first.Place < 1 || first.Place > m.Len() {
		return 1
	}
	s := m.Segment(first.Place)
	_, until := window(s.Raw(), int(first.Offset-s.Offset))
	n := 1
	for ; n < len(findings); n++ {
		f := &findings[n]
		same := f.Offset == first.Offset && f.Length == first.Length // several missing before it
		near := first.Element > 0 && f.Element > 0 && int(f.Offset-s.Offset)+f.Length <= until
		if f.Place != first.Place || !same && !near {
			break
		}
	}
	return n
}

// group shows findings about one place of a set, with its segment where it is at
// hand.
func (v *validateText) group(findings []edi.Finding, j *judged) {
	worst := edi.Info
	var marks []markedBytes
	var s edi.Segment
	if p := findings[0].Place; p >= 1 && p <= j.m.Len() {
		s = j.m.Segment(p)
	}
	for i := range findings {
		f := &findings[i]
		v.headline(f, j.m.Path)
		if f.Severity == edi.Error || worst == edi.Info {
			worst = f.Severity
		}
		marks = append(marks, markedBytes{int(f.Offset - s.Offset), f.Length})
	}
	if len(s.Raw()) > 0 {
		v.snippet(s.Raw()[:len(s.Raw())-len(s.Break())], marks, worst)
	}
	for i := range findings {
		v.explain(&findings[i], j)
	}
}

// headline says where a finding is; paths are shown as seen from within.
func (v *validateText) headline(f *edi.Finding, within edi.Path) {
	place := strings.TrimPrefix(strings.TrimPrefix(string(f.Path), string(within)), "/")
	text := v.color.paint(v.color.severity(f.Severity), string(f.Severity)) + " " + v.color.paint(bold, f.Rule)
	if place != "" {
		text += "  " + place
	}
	if f.Place > 0 {
		text += fmt.Sprintf(", segment %d", f.Place)
	}
	fmt.Fprintf(v.w, "%s, byte %d\n", text, f.Offset)
}

// snippet shows a segment and marks below it.
func (v *validateText) snippet(raw []byte, marks []markedBytes, s edi.Severity) {
	text, mark := carets(raw, marks)
	fmt.Fprintf(v.w, "   %s\n   %s\n", text, v.color.paint(v.color.severity(s), mark))
}

// explain says what is wrong, what was expected, and what acknowledgments say of
// it; j is nil of a finding on an envelope.
func (v *validateText) explain(f *edi.Finding, j *judged) {
	fmt.Fprintf(v.w, "   %s\n", f.Message)
	if e := expectedElement(f, j); e != "" {
		fmt.Fprintf(v.w, "   %s\n", v.color.paint(faint, "expected: "+e))
	}
	last := acknowledgments(f.Codes)
	hint := v.color.paint(green, f.Hint)
	switch {
	case last != "" && hint != "":
		last += "        " + hint
	case hint != "":
		last = hint
	}
	if last != "" {
		fmt.Fprintf(v.w, "   %s\n", last)
	}
}

// fewCodes is how many codes of a list are shown in full.
const fewCodes = 12

// expectedElement says what the guide wants of the element that a finding is
// about; "" where the finding is about none.
func expectedElement(f *edi.Finding, j *judged) string {
	if j == nil || j.match == nil || f.Element == 0 || f.Place < 1 || f.Place > len(j.match.Placed) || !strings.Contains(f.Rule, ".element.") || f.Severity == edi.Info {
		return ""
	}
	elements := j.guide.Elements(j.match.Placed[f.Place-1].Use, f.Tag, &j.m.Delimiters)
	if f.Element > len(elements) {
		return ""
	}
	e := &elements[f.Element-1]
	if f.Component > 0 && f.Component <= len(e.Parts) {
		e = &e.Parts[f.Component-1]
	}
	if e.Ref == "2380" {
		return "" // how a date is written stands beside it, not in its type
	}
	return elementText(e)
}

// elementText is what a value of an element looks like, in words.
func elementText(e *guide.Element) string {
	if len(e.Parts) > 0 {
		return fmt.Sprintf("composite %s of %d components", e.Ref, len(e.Parts))
	}
	text := typeText(e.Type)
	switch {
	case e.Type == "DT" || e.Type == "TM":
	case e.Min == e.Max:
		text += ", " + count(e.Max, "character")
	default:
		text += fmt.Sprintf(", %d to %d characters", e.Min, e.Max)
	}
	switch n := e.Codes(); {
	case n > fewCodes:
		text += fmt.Sprintf(", one of the %d codes of list %s", n, e.Ref)
	case n > 0:
		text += ", one of " + strings.Join(e.CodeList(), " ")
	default:
		text += " (" + e.Ref + ")"
	}
	return text
}

// typeText is a type of element in words.
func typeText(typ string) string {
	switch typ {
	case "ID":
		return "a code"
	case "R":
		return "a number"
	case "DT":
		return "a date, CCYYMMDD or YYMMDD"
	case "TM":
		return "a time, HHMM or HHMMSS"
	case "B":
		return "binary data"
	case "n":
		return "a number"
	case "a":
		return "letters"
	}
	switch {
	case typ == "N" || typ == "N0":
		return "a whole number"
	case strings.HasPrefix(typ, "N"):
		return fmt.Sprintf("a number without its decimal mark, the last %s digits are decimals", typ[1:])
	}
	return "text"
}

func (v *validateText) end(t *tally) error {
	if v.last != "" {
		fmt.Fprintln(v.w)
	}
	fmt.Fprintf(v.w, "%s: %s", v.name, v.color.paint(v.color.verdict(t), string(t.verdict())))
	if t.received > 0 {
		fmt.Fprintf(v.w, "; %s, %s accepted", count(t.received, "transaction set"), thousands(int64(t.accepted)))
		if t.noted > 0 {
			fmt.Fprintf(v.w, " (%s with errors)", thousands(int64(t.noted)))
		}
		fmt.Fprintf(v.w, ", %s rejected", thousands(int64(t.received-t.accepted)))
	}
	if v.near != "" {
		fmt.Fprintf(v.w, "; held against %s, the nearest release there is", v.near)
	}
	fmt.Fprintln(v.w)
	return v.w.Flush()
}

// verdict is the style of a file's verdict.
func (p palette) verdict(t *tally) string {
	if status(t.verdict()) == 0 {
		return green
	}
	return red
}

// acknowledgments says what a finding sets: "997: AK304 8, AK403 7". What it
// sets in a 999 is left away where its codes are those of the 997.
func acknowledgments(codes map[string]string) string {
	kinds := []struct{ prefix, name string }{{"ta1", "TA1"}, {"ak", "997"}, {"ik", "999"}, {"0085", "CONTRL"}}
	var parts []string
	for _, k := range kinds {
		var set []string
		same := k.name == "999"
		for name, code := range codes {
			if strings.HasPrefix(name, k.prefix) {
				set = append(set, strings.ToUpper(name)+" "+code)
				same = same && codes["a"+name[1:]] == code
			}
		}
		if len(set) == 0 || same {
			continue
		}
		slices.SortFunc(set, cmp.Compare[string])
		parts = append(parts, k.name+": "+strings.Join(set, ", "))
	}
	return strings.Join(parts, "; ")
}
