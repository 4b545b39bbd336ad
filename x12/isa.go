package x12

import (
	"strconv"
	"strings"

	"github.com/edibridge/edibridge/edi"
)

// isaControl is the element of ISA that is its control number, ISA13.
const isaControl = 13

// isaWidths has the width of each element of ISA (X12.5), ISA01 at index 1, and
// isaNotes the note code (I18) of TA1 that calls it invalid, three characters
// each.
const (
	isaWidths = "\x00\x02\x0A\x02\x0A\x02\x0F\x02\x0F\x06\x04\x01\x05\x09\x01\x01\x01"
	isaNotes  = "   010011012013005006007008014015016017018019020027"
)

// readISA fills the interchange from its header and tells what is wrong with it.
func (e *envelope) readISA(s *edi.Segment) []edi.Finding {
	ic := &e.ic
	if e.sound && e.r.Repeats(isaControl) {
		ic.Offset, ic.HeaderOffset = s.Offset, s.Offset
		ic.Header = e.r.Keep(s.Header())
		ic.Control = e.r.Text("", s.Element(isaControl))
		return nil
	}
	*ic = edi.Interchange{Standard: edi.X12, Ordinal: ic.Ordinal, Segments: ic.Segments}
	t := e.texts(s)
	ic.Offset, ic.HeaderOffset = s.Offset, s.Offset
	ic.Header = e.r.Keep(s.Header())
	ic.Delimiters = e.r.Delimiters()
	ic.Sender = edi.Party{Qualifier: t.right(5), ID: t.right(6)}
	ic.Receiver = edi.Party{Qualifier: t.right(7), ID: t.right(8)}
	ic.Date, ic.Time = t.right(9), t.right(10)
	ic.Version = t.right(12)
	ic.Control = t.all(isaControl)
	ic.AckRequested = t.right(14) == "1"
	ic.Mode = modeOf(t.right(15))
	c := isaCheck{e: e, s: s, t: t}
	c.widths()
	c.values()
	e.sound = len(c.findings) == 0 && !e.r.Extended()
	return c.findings
}

func modeOf(isa15 string) edi.Mode {
	switch isa15 {
	case "P":
		return edi.Production
	case "T":
		return edi.Test
	case "I":
		return edi.Information
	}
	return ""
}

// isaCheck checks one ISA.
type isaCheck struct {
	e        *envelope
	s        *edi.Segment
	t        segmentText
	findings []edi.Finding
}

func (c *isaCheck) say(n int, severity edi.Severity, rule, format string, args ...any) {
	var note codes
	if severity != edi.Info {
		note = codes{"ta105": isaNotes[3*n : 3*n+3]}
	}
	c.findings = append(c.findings, say(c.e.at(c.e.path, c.s, n), severity, rule, note, format, args...))
}

// widths checks the length of each element: ISA is the one segment of fixed
// width.
func (c *isaCheck) widths() {
	for n := 1; n <= 16; n++ {
		if have, want := len(c.s.Element(n)), int(isaWidths[n]); have != want {
			c.say(n, edi.Warning, "x12.isa.width", "ISA%02d has %d characters, not %d", n, have, want)
		}
	}
}

// values checks what the elements say, as far as reading and answering depend
// on it: the lists of qualifiers grow, so any two characters are one.
func (c *isaCheck) values() {
	text := c.t.trimmed
	if v := text(1); len(v) != 2 || v < "00" || v > "08" {
		c.say(1, edi.Warning, "x12.isa.authorization", "ISA01 %q is no authorization qualifier", v)
	}
	if v := text(3); v != "00" && v != "01" {
		c.say(3, edi.Warning, "x12.isa.security", "ISA03 %q is no security qualifier", v)
	}
	for n := 5; n <= 7; n += 2 {
		if v := text(n); len(v) != 2 {
			c.say(n, edi.Warning, "x12.isa.qualifier", "ISA%02d %q is no interchange id qualifier", n, v)
		}
		if text(n+1) == "" {
			c.say(n+1, edi.Error, "x12.isa.id", "ISA%02d, an interchange id, is empty", n+1)
		}
	}
	if v := text(9); len(v) != 6 || !isDate(v) {
		c.say(9, edi.Warning, "x12.isa.date", "ISA09 %q is no date YYMMDD", v)
	}
	if v := text(10); len(v) != 4 || !isTime(v) {
		c.say(10, edi.Warning, "x12.isa.time", "ISA10 %q is no time HHMM", v)
	}
	if v := text(12); len(v) != 5 || !digits(v) {
		c.say(12, edi.Error, "x12.isa.version", "ISA12 %q is no control version of five digits", v)
	}
	if v := text(13); !digits(v) {
		c.say(13, edi.Error, "x12.isa.control", "ISA13 %q is no control number of nine digits", v)
	}
	if v := text(14); len(v) != 1 || v < "0" || v > "3" {
		c.say(14, edi.Warning, "x12.isa.acknowledgment", "ISA14 %q is not 0, 1, 2 or 3", v)
	}
	if c.e.ic.Mode == "" {
		c.say(15, edi.Error, "x12.isa.mode", "ISA15 %q is not P, T or I", text(15))
	}
	if c.e.ic.Delimiters.Component == 0 {
		c.say(16, edi.Warning, "x12.isa.component", "ISA16 %q cannot separate components", c.s.Element(16))
	}
	c.standard()
}

// standard checks ISA11: the standards identifier U up to 00401, from 00402 on
// the repetition separator.
func (c *isaCheck) standard() {
	v, version := c.t.all(11), c.e.ic.Version
	switch {
	case !digits(version):
	case version < "00402" && v != "U":
		c.say(11, edi.Warning, "x12.isa.standard", "ISA11 %q is not U, as it must be up to version 00401", v)
	case version >= "00402" && c.e.ic.Delimiters.Repetition == 0:
		c.say(11, edi.Info, "x12.isa.repetition", "ISA11 %q is no repetition separator: no element repeats", v)
	}
}

// Versions (ISA12) from which ISX and its later elements stand in the standard.
const (
	withISX   = "00704"
	withISX03 = "00801"
)

// readISX reads the interchange syntax extension and tells what is wrong with
// it.
func (e *envelope) readISX(s *edi.Segment) []edi.Finding {
	var out []edi.Finding
	tell := func(n int, severity edi.Severity, rule, format string, args ...any) {
		out = append(out, say(e.at(e.path, s, n), severity, rule, nil, format, args...))
	}
	ic := &e.ic
	ic.Encoding = string(s.Element(2))
	if ic.Version < withISX {
		tell(0, edi.Info, "x12.isx.version", "ISX stands in an interchange of version %s; it came with %s", quote([]byte(ic.Version)), withISX)
	}
	if v := s.Element(1); len(v) > 0 && ic.Delimiters.Release == 0 {
		tell(1, edi.Error, "x12.isx.release", "ISX01 %s cannot be a release character", quote(v))
	}
	if n := len(s.Element(2)); n > 2 {
		tell(2, edi.Warning, "x12.isx.encoding", "ISX02 %s has %d characters, not 1 or 2", quote(s.Element(2)), n)
	}
	switch most := 4; {
	case s.Len() > most:
		tell(most+1, edi.Warning, "x12.isx.elements", "ISX has %d elements, not up to %d", s.Len(), most)
	case s.Len() > 2 && ic.Version < withISX03:
		tell(3, edi.Info, "x12.isx.elements", "ISX03 and ISX04 came with version %s", withISX03)
	}
	return out
}

// checkIEA checks the trailer; s is nil when it is missing.
func (e *envelope) checkIEA(s *edi.Segment) []edi.Finding {
	if s == nil {
		return []edi.Finding{say(e.missing(e.path, "IEA"), edi.Error, "x12.interchange.trailer.missing", codes{"ta105": "023"},
			"the interchange ends without IEA")}
	}
	var out []edi.Finding
	if edi.Count(s.Element(1)) != e.ic.Groups {
		out = append(out, say(e.at(e.path, s, 1), edi.Error, "x12.interchange.count", codes{"ta105": "021"},
			"IEA01 says %s groups, counted %d", quote(s.Element(1)), e.ic.Groups))
	}
	if v := string(s.Element(2)); v != e.ic.Control {
		out = append(out, say(e.at(e.path, s, 2), edi.Error, "x12.interchange.control", codes{"ta105": "001"},
			"IEA02 %s is not ISA13 %s", quote(s.Element(2)), quote([]byte(e.ic.Control))))
	}
	return out
}

// quote gives a value for a message, cut to what a person reads.
func quote(b []byte) string { return strconv.Quote(cut(b, 40)) }

func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// segmentText is a segment whose elements are taken as strings that share one
// memory.
type segmentText struct {
	s    *edi.Segment
	data string
}

func texts(s *edi.Segment) segmentText { return segmentText{s, string(s.Data())} }

// texts does the same in the memory of the Reader.
func (e *envelope) texts(s *edi.Segment) segmentText {
	return segmentText{s, e.r.Text("", s.Data())}
}

// all is element n as received, "" when it is absent.
func (t segmentText) all(n int) string {
	from, to := t.s.Span(n)
	return t.data[from:to]
}

// right is element n without the blanks behind it.
func (t segmentText) right(n int) string { return strings.TrimRight(t.all(n), " ") }

// trimmed is element n without blanks and line breaks around it.
func (t segmentText) trimmed(n int) string { return strings.TrimSpace(t.all(n)) }
