package edifact

import (
	"strconv"

	"github.com/edibridge/edibridge/edi"
)

// checkMessage checks the envelope of a message and its characters.
func (e *envelope) checkMessage(m *edi.Message, unh *edi.Segment, end *edi.Tail) []edi.Finding {
	e.fits(m, unh)
	var out []edi.Finding
	tell := func(n, c int, severity edi.Severity, rule string, code code, format string, args ...any) {
		out = append(out, say(e.at(m.Path, unh, n, c), severity, rule, code, format, args...))
	}
	if len(m.Control) == 0 {
		tell(1, 0, edi.Error, "edifact.message.control.format", isMissing, "the message reference (0062) is missing")
	} else if len(m.Control) > longestReference {
		if n := e.charset.runes(m.Control); n > longestReference {
			tell(1, 0, edi.Warning, "edifact.message.control.format", tooLong, "the message reference has %d characters, not up to %d", n, longestReference)
		}
	}
	if e.seen().Add(m.Control) {
		tell(1, 0, edi.Warning, "edifact.message.control.duplicate", duplicate,
			"the message reference %s is that of an earlier message", quote(m.Control))
	}
	if m.Set == "" {
		tell(2, 1, edi.Error, "edifact.message.type", isMissing, "the message type (0065) is missing")
	}
	if !complete(m.Version) {
		for c, what := range [...]string{2: "version (0052)", 3: "release (0054)", 4: "controlling agency (0051)"} {
			if c > 1 && len(unh.Component(2, c)) == 0 {
				tell(2, c, edi.Warning, "edifact.message.version", isMissing, "the message's %s is missing", what)
			}
		}
	}
	out = append(out, e.checkUNT(m, end)...)
	if end.Limit != "" {
		f := edi.Finding{Path: m.Path, Offset: m.Offset + int64(m.Size()), Interchange: e.ic.Ordinal,
			Place: end.LimitPlace, Segment: m.Ordinal + end.LimitPlace - 1}
		out = append(out, say(f, edi.Error, "edi.limit."+end.Limit, unspecified,
			"the %s is longer than is read here; the message was read no further than place %d", end.Limit, end.LimitPlace))
	}
	return append(out, e.messageCharacters(m, end)...)
}

// seen has the references among which that of a message must be the only one of
// its kind: of its group's messages, or of those outside any.
func (e *envelope) seen() *edi.Controls {
	if e.implicit {
		return &e.bareMessages
	}
	return &e.messages
}

// untold tells, with a group, that references were too many to be remembered.
func (e *envelope) untold() []edi.Finding {
	n := e.seen().Lost()
	if n == 0 {
		return nil
	}
	f := edi.Finding{Path: e.group.Path, Offset: e.group.Offset, Interchange: e.ic.Ordinal}
	return []edi.Finding{say(f, edi.Info, "edifact.message.control.untold", "",
		"the references of %d messages were not compared with those of later ones: they leave too many gaps", n)}
}

// complete reports whether version, release and agency are all there: "D:96A:UN".
func complete(version string) bool {
	colons, last := 0, 0
	for i := range len(version) {
		if version[i] != ':' {
			continue
		}
		if colons++; i == last {
			return false
		}
		last = i + 1
	}
	return colons >= 2
}

// checkUNT checks the trailer of a message.
func (e *envelope) checkUNT(m *edi.Message, end *edi.Tail) []edi.Finding {
	s := end.Trailer
	if s == nil {
		f := e.missing(m.Path, "UNT")
		f.Place = end.Segments + 1
		return []edi.Finding{say(f, edi.Error, "edifact.message.trailer.missing", isMissing, "the message ends without UNT")}
	}
	var out []edi.Finding
	if edi.Count(s.Component(1, 1)) != end.Segments {
		out = append(out, say(e.at(m.Path, s, 1, 0), edi.Error, "edifact.message.count", wrongCount,
			"UNT says %s segments, counted %d", quote(string(s.Element(1))), end.Segments))
	}
	if !refers(s, 2, m.Control) {
		out = append(out, say(e.at(m.Path, s, 2, 0), edi.Error, "edifact.message.control", mismatch,
			"the reference %s in UNT is not %s of UNH", quote(component(s, 2, 1)), quote(m.Control)))
	}
	return out
}

// objectOf is what UNO says of a package.
type objectOf struct {
	path      edi.Path
	reference string
	length    string
}

// beginPackage reads UNO.
func (e *envelope) beginPackage(s *edi.Segment) []edi.Finding {
	e.group.Messages++
	if e.implicit {
		e.bare++
	}
	e.packages++
	o := &objectOf{
		path:      e.path.Segment("UNO", e.packages),
		reference: component(s, 1, 1),
		length:    component(s, 4, 1),
	}
	e.object = o
	n, err := strconv.Atoi(o.length)
	switch {
	case s.Cut:
		return []edi.Finding{say(e.at(o.path, s, 4, 1), edi.Error, "edi.limit.message", unspecified,
			"the object of %s bytes is longer than is read here", o.length)}
	case err != nil || n < 0 || len(s.Break()) < n:
		return []edi.Finding{say(e.at(o.path, s, 4, 1), edi.Error, "edifact.package.length", invalidValue,
			"no UNP stands %s bytes behind UNO, where its object should end", quote(o.length))}
	}
	return nil
}

// endPackage reads s, which should be the UNP of the package in hand; nil is
// the end of the interchange. What is wrong with a UNP is given, that there is
// none is kept for the group.
func (e *envelope) endPackage(s *edi.Segment) []edi.Finding {
	o := e.object
	e.object = nil
	if s == nil || !s.Is("UNP") {
		f := e.missing(o.path, "UNP")
		if s != nil {
			f.Offset, f.Segment = s.Offset, s.Ordinal
		}
		e.within.findings = append(e.within.findings, say(f, edi.Error, "edifact.package.trailer.missing", isMissing, "the package ends without UNP"))
		e.within.next = 0
		return nil
	}
	var out []edi.Finding
	if v := component(s, 1, 1); v != o.length {
		out = append(out, say(e.at(o.path, s, 1, 0), edi.Error, "edifact.package.count", wrongCount,
			"UNP says %s bytes, UNO %s", quote(v), quote(o.length)))
	}
	if !refers(s, 2, o.reference) {
		out = append(out, say(e.at(o.path, s, 2, 0), edi.Error, "edifact.package.control", mismatch,
			"the reference %s in UNP is not %s of UNO", quote(component(s, 2, 1)), quote(o.reference)))
	}
	return out
}
