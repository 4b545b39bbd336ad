package main

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/edi/guide"
)

// Widths of the columns of an explained element.
const (
	placeWidth = 10
	nameWidth  = 44
	valueWidth = 80 // values are cut to it
)

// title says what a message is and by which guide it is read.
func (f *formatter) title(g *guide.Guide, exact bool) {
	m := &f.m
	switch {
	case g == nil:
		fmt.Fprintf(f.out, "\n%s %s, of which there is no guide\n", m.Set, m.Version)
	case exact:
		fmt.Fprintf(f.out, "\n%s, by guide %s\n", g.Title(), g.Name())
	default:
		fmt.Fprintf(f.out, "\n%s of %s, by guide %s, the nearest release there is\n", g.Title(), m.Version, g.Name())
	}
}

// explained shows a segment of a message with the names of all that is in it.
func (f *formatter) explained(s *edi.Segment, level int, g *guide.Guide, mt *guide.Match) {
	var use *guide.SegmentUse
	if mt != nil {
		use = mt.Placed[s.Place-1].Use
	}
	f.line(s, level)
	indent := strings.Repeat("  ", level+1)
	tag := string(s.Tag())
	var elements []guide.Element
	switch {
	case g == nil:
	case use == nil:
		elements = g.Elements(nil, tag, s.Delimiters)
		if name := g.SegmentName(tag); name != "" {
			fmt.Fprintf(f.out, "%s%s\n", indent, name)
		}
		if mt != nil {
			fmt.Fprintf(f.out, "%s? segment %d has no place in %s\n", indent, s.Place, g.Name())
		}
	default:
		elements = g.Elements(use, tag, s.Delimiters)
		if text := loopText(mt, s.Place, use); text != "" {
			fmt.Fprintf(f.out, "%s%s\n", indent, text)
		}
	}
	explainElements(f.out, s, elements, level)
}

// loopText names a segment, and where it opens a loop also that: "Name, N1[2]".
func loopText(mt *guide.Match, place int, use *guide.SegmentUse) string {
	text := use.Name
	if !use.Trigger {
		return text
	}
	l := &mt.Loops[mt.Placed[place-1].Loop]
	loop := fmt.Sprintf("%s[%d]", l.Use.Trigger, l.Nth)
	if l.Use.ID != "" {
		loop += ", loop " + l.Use.ID
	}
	if text == "" {
		return loop
	}
	return text + ", " + loop
}

// explainElements writes the elements of a segment that have a value, a line
// each; elements say what is known of them.
func explainElements(w io.Writer, s *edi.Segment, elements []guide.Element, level int) {
	indent := strings.Repeat("  ", level+1)
	for n := 1; n <= s.Len(); n++ {
		if len(s.Element(n)) == 0 {
			continue
		}
		var e guide.Element
		if n <= len(elements) {
			e = elements[n-1]
		}
		place := fmt.Sprintf("%s%02d", s.Tag(), n)
		repeats := s.Delimiters.Repetition != 0 && s.Repetition(n, 2) != nil && !s.Is("ISA")
		if !repeats {
			explainValue(w, s, value{place: indent + place, raw: s.Element(n)}, &e)
			continue
		}
		for r := 1; s.Repetition(n, r) != nil; r++ {
			explainValue(w, s, value{place: fmt.Sprintf("%s%s(%d)", indent, place, r), raw: s.Repetition(n, r)}, &e)
		}
	}
}

// value is one value of a segment and the place that it is shown at.
type value struct {
	place string
	raw   []byte
}

// explainValue writes a value, or the components of a composite.
func explainValue(w io.Writer, s *edi.Segment, v value, e *guide.Element) {
	d := s.Delimiters
	parts := divided(v.raw, d.Component, d.Release)
	if s.Is("ISA") || len(parts) == 1 && len(e.Parts) == 0 {
		writeValue(w, v.place, e, plainValue(v.raw, d.Release), "")
		return
	}
	if e.Name != "" {
		writeValue(w, v.place, e, "", "")
	}
	for i, p := range parts {
		if len(p) == 0 {
			continue
		}
		var part guide.Element
		if i < len(e.Parts) {
			part = e.Parts[i]
		}
		hint := ""
		if part.Ref == "2380" && i+1 < len(parts) { // its format stands behind it
			hint = string(parts[i+1])
		}
		writeValue(w, fmt.Sprintf("%s.%d", v.place, i+1), &part, plainValue(p, d.Release), hint)
	}
}

// writeValue writes one line; format is that of a date of EDIFACT (2379).
func writeValue(w io.Writer, place string, e *guide.Element, v, format string) {
	shown := printable([]byte(v))
	if cut := []rune(shown); len(cut) > valueWidth {
		shown = string(cut[:valueWidth]) + "..."
	}
	line := place + strings.Repeat(" ", max(1, len(place)-len(strings.TrimLeft(place, " "))+placeWidth-len(place)))
	name := []rune(cmp.Or(e.Name, e.Ref))
	if len(name) > nameWidth {
		name = append(name[:nameWidth-3], '.', '.', '.')
	}
	line += string(name) + strings.Repeat(" ", nameWidth+1-len(name)) + shown
	if m := meaning(e, v, format); m != "" {
		line += strings.Repeat(" ", max(2, 14-utf8.RuneCountInString(shown))) + m
	}
	fmt.Fprintln(w, strings.TrimRight(line, " "))
}

// meaning is what a value says in words: a code's name, a date or number as
// people write it; "" where the value speaks for itself.
func meaning(e *guide.Element, v, format string) string {
	v = strings.TrimRight(v, " ")
	if v == "" {
		return ""
	}
	if e.Codes() > 0 {
		name, known := e.Meaning(v)
		switch {
		case !known:
			return "? not in code list " + e.Ref
		case name != "":
			return name
		}
		return ""
	}
	switch {
	case format == "102", format == "203", format == "204", format == "101":
		return readableDate(v)
	case e.Type == "DT":
		return readableDate(v)
	case e.Type == "TM" && len(v) >= 4 && isDigits(v):
		return readableTime(v)
	case len(e.Type) == 2 && e.Type[0] == 'N' && e.Type[1] > '0':
		return decimals(v, int(e.Type[1]-'0'))
	}
	return ""
}

// readableDate is CCYYMMDD or YYMMDD, with hours and minutes behind it where they
// are: "2026-11-23 14:15". What is something else is "".
func readableDate(v string) string {
	if !isDigits(v) {
		return ""
	}
	switch len(v) {
	case 6:
		return century(v) + v[:2] + "-" + v[2:4] + "-" + v[4:]
	case 8:
		return v[:4] + "-" + v[4:6] + "-" + v[6:]
	case 12, 14:
		return v[:4] + "-" + v[4:6] + "-" + v[6:8] + " " + readableTime(v[8:])
	}
	return ""
}

// century is that of a date YYMMDD of 1950 to 2049.
func century(v string) string {
	if v >= "50" {
		return "19"
	}
	return "20"
}

// readableTime is HHMM or HHMMSS with colons; hundredths are left away.
func readableTime(v string) string {
	if len(v) < 6 {
		return v[:2] + ":" + v[2:4]
	}
	return v[:2] + ":" + v[2:4] + ":" + v[4:6]
}

// decimals puts the implied decimal mark into a number: "135750" with two is
// "1357.50".
func decimals(v string, n int) string {
	digits, sign := strings.TrimPrefix(v, "-"), ""
	if digits != v {
		sign = "-"
	}
	if !isDigits(digits) {
		return ""
	}
	if missing := n + 1 - len(digits); missing > 0 {
		digits = strings.Repeat("0", missing) + digits
	}
	return sign + digits[:len(digits)-n] + "." + digits[len(digits)-n:]
}

// divided are the parts of v between separators that are not released.
func divided(v []byte, sep, release byte) [][]byte {
	if sep == 0 {
		return [][]byte{v}
	}
	var out [][]byte
	start := 0
	for i := 0; i < len(v); i++ {
		switch {
		case v[i] == release && release != 0:
			i++
		case v[i] == sep:
			out = append(out, v[start:i])
			start = i + 1
		}
	}
	return append(out, v[start:])
}

// plainValue is a value without its release characters.
func plainValue(v []byte, release byte) string {
	if release == 0 || bytes.IndexByte(v, release) < 0 {
		return string(v)
	}
	out := make([]byte, 0, len(v))
	for i := 0; i < len(v); i++ {
		if v[i] == release && i+1 < len(v) {
			i++
		}
		out = append(out, v[i])
	}
	return string(out)
}

// envelopeElements names the elements of service segments, of which guides say
// nothing (X12.5, X12.6; ISO 9735).
func envelopeElements(tag string) []guide.Element {
	var names string
	switch tag {
	case "ISA":
		names = "Authorization Information Qualifier|Authorization Information|Security Information Qualifier|Security Information|" +
			"Interchange ID Qualifier|Interchange Sender ID|Interchange ID Qualifier|Interchange Receiver ID|Interchange Date DT|Interchange Time TM|" +
			"Repetition Separator or Standards Identifier|Interchange Control Version Number|Interchange Control Number|" +
			"Acknowledgment Requested|Usage Indicator|Component Element Separator"
	case "GS":
		names = "Functional Identifier Code|Application Sender's Code|Application Receiver's Code|Date DT|Time TM|Group Control Number|" +
			"Responsible Agency Code|Version / Release / Industry Identifier Code"
	case "GE":
		names = "Number of Transaction Sets Included|Group Control Number"
	case "IEA":
		names = "Number of Included Functional Groups|Interchange Control Number"
	case "TA1":
		names = "Interchange Control Number|Interchange Date DT|Interchange Time TM|Interchange Acknowledgment Code|Interchange Note Code"
	case "UNB":
		names = "Syntax identifier{Syntax identifier,Syntax version number}|Interchange sender{Identification,Code qualifier,Internal identification}|" +
			"Interchange recipient{Identification,Code qualifier,Internal identification}|Date and time of preparation{Date DT,Time TM}|Interchange control reference|" +
			"Recipient reference/password details|Application reference|Processing priority code|Acknowledgement request|" +
			"Interchange agreement identifier|Test indicator"
	case "UNG":
		names = "Message group identification|Application sender{Identification,Code qualifier}|Application recipient{Identification,Code qualifier}|" +
			"Date and time of preparation{Date DT,Time TM}|Group reference number|" +
			"Controlling agency|Message version{Version number,Release number,Association assigned code}|Application password"
	case "UNE":
		names = "Group control count|Group reference number"
	case "UNZ":
		names = "Interchange control count|Interchange control reference"
	default:
		return nil
	}
	return namedElements(names, "|")
}

// namedElements reads elements from a list of names, each with DT or TM behind it
// where it is a date or a time and its components in braces.
func namedElements(names, sep string) []guide.Element {
	var out []guide.Element
	for name := range strings.SplitSeq(names, sep) {
		e := guide.Element{Name: name}
		if whole, parts, ok := strings.Cut(name, "{"); ok {
			e.Name, e.Parts = whole, namedElements(strings.TrimSuffix(parts, "}"), ",")
		}
		for _, typ := range []string{"DT", "TM"} {
			if rest, ok := strings.CutSuffix(e.Name, " "+typ); ok {
				e.Name, e.Type = rest, typ
			}
		}
		out = append(out, e)
	}
	return out
}
