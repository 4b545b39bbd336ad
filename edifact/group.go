package edifact

import (
	"github.com/edibridge/edibridge/edi"
)

// checkUNG checks the header of a group. In syntax version 4 all but the
// reference may be absent.
func (e *envelope) checkUNG(s *edi.Segment) []edi.Finding {
	var out []edi.Finding
	g := e.group
	tell := func(n, c int, severity edi.Severity, rule string, code code, format string, args ...any) {
		out = append(out, say(e.at(g.Path, s, n, c), severity, rule, code, format, args...))
	}
	if e.version < '4' {
		for _, m := range []struct {
			n    int
			v    string
			what string
		}{
			{1, g.Functional, "the identification of the group (0038)"}, {2, g.Sender, "the application sender (0040)"},
			{3, g.Receiver, "the application recipient (0044)"}, {6, g.Agency, "the controlling agency (0051)"},
			{7, component(s, 7, 1), "the message version (0052)"},
		} {
			if m.v == "" {
				tell(m.n, 0, edi.Warning, "edifact.group.element", isMissing, "%s is missing", m.what)
			}
		}
	}
	if (g.Date != "" || e.version < '4') && !isDate(g.Date) {
		tell(4, 1, edi.Warning, "edifact.group.date", invalidValue, "%s is no date YYMMDD or CCYYMMDD", quote(g.Date))
	}
	if (g.Time != "" || e.version < '4') && !isTime(g.Time) {
		tell(4, 2, edi.Warning, "edifact.group.time", invalidValue, "%s is no time HHMM", quote(g.Time))
	}
	switch n := e.charset.runes(g.Control); {
	case n == 0:
		tell(5, 0, edi.Error, "edifact.group.control.format", isMissing, "the group reference (0048) is missing")
	case n > longestReference:
		tell(5, 0, edi.Warning, "edifact.group.control.format", tooLong, "the group reference has %d characters, not up to %d", n, longestReference)
	}
	return append(out, e.characters(g.Path, s)...)
}

// checkUNE checks the trailer of a group; s is nil when it is missing.
func (e *envelope) checkUNE(s *edi.Segment) []edi.Finding {
	g := e.group
	if s == nil {
		return []edi.Finding{say(e.missing(g.Path, "UNE"), edi.Error, "edifact.group.trailer.missing", isMissing, "the group ends without UNE")}
	}
	var out []edi.Finding
	if g.Declared = edi.Count(s.Component(1, 1)); g.Declared != g.Messages {
		out = append(out, say(e.at(g.Path, s, 1, 0), edi.Error, "edifact.group.count", wrongCount,
			"UNE says %s messages, counted %d", quote(string(s.Element(1))), g.Messages))
	}
	if !refers(s, 2, g.Control) {
		out = append(out, say(e.at(g.Path, s, 2, 0), edi.Error, "edifact.group.control", mismatch,
			"the reference %s in UNE is not %s of UNG", quote(component(s, 2, 1)), quote(g.Control)))
	}
	if g.Messages == 0 {
		out = append(out, say(e.at(g.Path, s, 0, 0), edi.Warning, "edifact.group.empty", emptyLevel, "the group holds no message"))
	}
	return append(out, e.characters(g.Path, s)...)
}

// fits tells, once a group, of a message that is not of the type that UNG names;
// that one names none is told of the message. From syntax version 4 on a group
// may hold several.
func (e *envelope) fits(m *edi.Message, unh *edi.Segment) {
	g := e.group
	if e.implicit || e.version == '4' || g.Functional == "" || m.Set == "" || m.Set == g.Functional {
		return
	}
	for i := range e.misfit {
		if e.misfit[i].Rule == "edifact.group.type" {
			return
		}
	}
	e.misfit = append(e.misfit, say(e.at(m.Path, unh, 2, 1), edi.Warning, "edifact.group.type", severalTypes,
		"message %s stands in a group %s", quote(m.Set), quote(g.Functional)))
}
