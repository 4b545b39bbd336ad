package main

import (
	"bufio"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/edibridge/edibridge/edi"
)

// headWidth is where a set's verdict stands in its headline.
const headWidth = 66

// validateText shows a validation to a person: a headline a set, and each
// finding with the segment and a mark below what is meant.
type validateText struct {
	w    *bufio.Writer
	name string
	info bool   // findings of severity info too
	near string // the guide of another release that a set was held against
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
	head := fmt.Sprintf("%s  %s %s  %s -> %s", v.name, ic.Standard, ic.Control, ic.Sender.ID, ic.Receiver.ID)
	fmt.Fprintf(v.w, "%-*s%s %s %s\n", headWidth, head+" ", j.m.Set, j.m.Control, j.verdict)
	for i := range findings {
		f := &findings[i]
		var s *edi.Segment
		if f.Place >= 1 && f.Place <= j.m.Len() {
			found := j.m.Segment(f.Place)
			s = &found
		}
		writeFinding(v.w, f, s, j.m.Path)
	}
	if more := j.total - len(j.findings); more > 0 {
		fmt.Fprintf(v.w, "and %s more (--max-per-set)\n", count(more, "finding"))
	}
	fmt.Fprintln(v.w)
}

func (v *validateText) envelope(ic *edi.Interchange, findings []edi.Finding) {
	findings = v.shown(findings)
	if len(findings) == 0 {
		return
	}
	if ic == nil {
		fmt.Fprintf(v.w, "%s  outside any interchange\n", v.name)
	} else {
		fmt.Fprintf(v.w, "%s  %s %s  %s -> %s\n", v.name, ic.Standard, ic.Control, ic.Sender.ID, ic.Receiver.ID)
	}
	for i := range findings {
		writeFinding(v.w, &findings[i], nil, "")
	}
	fmt.Fprintln(v.w)
}

func (v *validateText) end(t *tally) error {
	fmt.Fprintf(v.w, "%s: %s", v.name, t.verdict())
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

// writeFinding shows one finding: where it is, the segment s (nil: none at
// hand) with a mark below, what is wrong, and what acknowledgments say of it.
// Paths are shown as seen from within.
func writeFinding(w *bufio.Writer, f *edi.Finding, s *edi.Segment, within edi.Path) {
	place := strings.TrimPrefix(strings.TrimPrefix(string(f.Path), string(within)), "/")
	fmt.Fprintf(w, "%s %s", f.Severity, f.Rule)
	if place != "" {
		fmt.Fprintf(w, "  %s", place)
	}
	if f.Place > 0 {
		fmt.Fprintf(w, ", segment %d", f.Place)
	}
	fmt.Fprintf(w, ", byte %d\n", f.Offset)
	if s != nil {
		text, mark := caret(s.Raw(), int(f.Offset-s.Offset), f.Length)
		fmt.Fprintf(w, "   %s\n   %s\n", text, mark)
	}
	fmt.Fprintf(w, "   %s\n", f.Message)
	last := acknowledgments(f.Codes)
	switch {
	case last != "" && f.Hint != "":
		last += "        " + f.Hint
	case f.Hint != "":
		last = f.Hint
	}
	if last != "" {
		fmt.Fprintf(w, "   %s\n", last)
	}
}

// acknowledgments says what a finding sets: "997: AK304 8, AK403 7". What it
// sets in a 999 is left to --json where there is a 997.
func acknowledgments(codes map[string]string) string {
	kinds := []struct{ prefix, name string }{{"ta1", "TA1"}, {"ak", "997"}, {"ik", "999"}, {"0085", "CONTRL"}}
	var parts []string
	for _, k := range kinds {
		var set []string
		for name, code := range codes {
			if strings.HasPrefix(name, k.prefix) {
				set = append(set, strings.ToUpper(name)+" "+code)
			}
		}
		if k.name == "999" && len(parts) > 0 {
			continue
		}
		if len(set) > 0 {
			slices.Sort(set)
			parts = append(parts, k.name+": "+strings.Join(set, ", "))
		}
	}
	return strings.Join(parts, "; ")
}

// caretWidth is how much of a long segment is shown around its mark.
const caretWidth = 100

// caret gives one line of a segment and the line below it that marks length
// bytes from at on. Long segments are cut around the mark; what cannot be
// printed shows as a dot.
func caret(raw []byte, at, length int) (text, mark string) {
	raw = []byte(strings.TrimRight(string(raw), "\r\n"))
	at = min(max(at, 0), len(raw))
	length = max(min(length, len(raw)-at, caretWidth/2), 1)
	from, until := 0, len(raw)
	if len(raw) > caretWidth {
		from = max(0, min(at-caretWidth/3, len(raw)-caretWidth))
		until = min(len(raw), from+caretWidth)
		for from > 0 && !utf8.RuneStart(raw[from]) {
			from++
		}
	}
	before, marked, after := printable(raw[from:at]), printable(raw[at:min(at+length, until)]), ""
	if at+length < until {
		after = printable(raw[at+length : until])
	}
	text = before + marked + after
	indent := utf8.RuneCountInString(before)
	if from > 0 {
		text, indent = "..."+text, indent+3
	}
	if until < len(raw) {
		text += "..."
	}
	return text, strings.Repeat(" ", indent) + strings.Repeat("^", max(utf8.RuneCountInString(marked), 1))
}

// printable shows bytes in one line, a column a character.
func printable(b []byte) string {
	return strings.Map(func(r rune) rune {
		if r == utf8.RuneError || !unicode.IsPrint(r) {
			return '·'
		}
		return r
	}, string(b))
}
