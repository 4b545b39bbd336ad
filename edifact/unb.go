package edifact

import (
	"strings"

	"github.com/edibridge/edibridge/edi"
)

// Elements of UNB.
const (
	unbSyntax    = 1  // S001
	unbSender    = 2  // S002
	unbRecipient = 3  // S003
	unbDate      = 4  // S004
	unbReference = 5  // 0020
	unbAck       = 9  // 0031
	unbTest      = 11 // 0035
)

const (
	longestReference = 14 // of 0020, 0048 and 0062
	longestParty     = 35 // of 0004 and 0010
)

// readUNB fills the interchange from its header and tells what is wrong with it.
func (e *envelope) readUNB(s *edi.Segment) []edi.Finding {
	ic := &e.ic
	if e.repeats(s) {
		ic.HeaderOffset, ic.Offset = s.Offset, s.Offset-int64(len(e.r.UNA()))
		ic.Header = e.r.Keep(s.Header())
		ic.Control = e.r.Text("", s.Element(unbReference))
		return nil
	}
	ic.Standard = edi.EDIFACT
	ic.HeaderOffset, ic.Offset = s.Offset, s.Offset-int64(len(e.r.UNA()))
	ic.Header = e.r.Keep(s.Header())
	ic.Delimiters = e.r.Delimiters()
	if v := s.Repetition(unbSyntax, 1); ic.Delimiters.Component != ':' || string(v) != ic.Version {
		ic.Version = joined(component(s, unbSyntax, 1), component(s, unbSyntax, 2))
	}
	e.party(&ic.Sender, s, unbSender)
	e.party(&ic.Receiver, s, unbRecipient)
	ic.Date, ic.Time = e.text(ic.Date, s, unbDate, 1), e.text(ic.Time, s, unbDate, 2)
	ic.Control = e.text("", s, unbReference, 1)
	ack := e.text("1", s, unbAck, 1)
	ic.AckRequested = ack == "1" || ack == "2"
	ic.Mode = modeOf(e.text("1", s, unbTest, 1))
	e.version = '4'
	if v := s.Component(unbSyntax, 2); len(v) == 1 && v[0] >= '1' && v[0] <= '4' {
		e.version = v[0]
	}
	if name, _, _ := strings.Cut(ic.Version, ":"); name != e.charset.name || name == "" {
		e.charset = CharsetOf(ic)
	}
	e.legal.begin(&e.charset, &ic.Delimiters, e.r.Breaks().Style)
	c := unbCheck{e: e, s: s}
	c.syntax()
	c.parties()
	c.values()
	findings := append(append(e.advice(s), c.findings...), e.characters(e.path, s)...)
	e.sound = len(findings) == 0 && digits(string(s.Element(unbReference)))
	return findings
}

// advice tells of characters of the UNA before s that cannot be what they stand
// for. There is no such character in the interchange then.
func (e *envelope) advice(s *edi.Segment) []edi.Finding {
	const release, repetition = 6, 7
	una, d := e.r.UNA(), e.r.Delimiters()
	if len(una) < unaSize {
		return nil
	}
	var out []edi.Finding
	tell := func(at int, rule, what string) {
		f := edi.Finding{Path: e.path, Offset: s.Offset - int64(len(una)-at), Length: 1, Interchange: e.ic.Ordinal,
			Segment: s.Ordinal, Tag: "UNA", Value: string(una[at : at+1])}
		out = append(out, say(f, edi.Warning, rule, badAdvice, "%s of UNA cannot be the %s: there is none", quote(f.Value), what))
	}
	if c := una[release]; c != ' ' && d.Release != c {
		tell(release, "edifact.una.release", "release character")
	}
	if c := una[repetition]; c != ' ' && d.Repetition != c && e.version == '4' {
		tell(repetition, "edifact.una.repetition", "repetition separator")
	}
	return out
}

// repeats reports whether UNB says what the last one, which was sound, said, but
// for its reference, when both are numbers.
func (e *envelope) repeats(s *edi.Segment) bool {
	return e.sound && e.r.Repeats(unbReference) && len(s.Element(unbReference)) <= longestReference && e.r.Breaks().Style == e.legal.style
}

// party fills in the party of composite S002 or S003 in element n.
func (e *envelope) party(p *edi.Party, s *edi.Segment, n int) {
	p.ID, p.Qualifier, p.Sub = e.text(p.ID, s, n, 1), e.text(p.Qualifier, s, n, 2), e.text(p.Sub, s, n, 3)
}

// modeOf is what 0035 says. From syntax version 4 on it has more codes than 1,
// a syntax only test (2) and an echo (3, 4): none of them is for real.
func modeOf(test string) edi.Mode {
	switch test {
	case "", "0":
		return edi.Production
	case "1", "2", "3", "4":
		return edi.Test
	}
	return ""
}

// unbCheck checks one UNB.
type unbCheck struct {
	e        *envelope
	s        *edi.Segment
	findings []edi.Finding
}

func (k *unbCheck) say(n, c int, severity edi.Severity, rule string, code code, format string, args ...any) {
	k.findings = append(k.findings, say(k.e.at(k.e.path, k.s, n, c), severity, rule, code, format, args...))
}

func (k *unbCheck) value(n, c int) string { return k.e.text("", k.s, n, c) }

// syntax checks S001.
func (k *unbCheck) syntax() {
	if v := k.value(unbSyntax, 2); len(v) != 1 || v < "1" || v > "4" {
		k.say(unbSyntax, 2, edi.Error, "edifact.unb.version", notSupported, "syntax version %s is not 1, 2, 3 or 4", quote(v))
	}
	switch id, set := k.value(unbSyntax, 1), &k.e.charset; {
	case set.Supported():
	case id == "UNOX":
		c := noCharset
		if k.e.version < '4' {
			c = notSupported
		}
		k.say(unbSyntax, 1, edi.Error, "edifact.charset.unsupported", c, "character set UNOX (ISO 2022 code extension) is not read")
	case len(id) != 4:
		k.say(unbSyntax, 1, edi.Error, "edifact.unb.syntax", notSupported, "%s is no syntax identifier of four letters", quote(id))
	default:
		k.say(unbSyntax, 1, edi.Warning, "edifact.charset.unknown", notSupported,
			"%s names no character set; it is read as ISO 8859-1", quote(id))
	}
}

// parties checks S002 and S003.
func (k *unbCheck) parties() {
	for _, p := range []struct {
		n          int
		rule, what string
	}{{unbSender, "edifact.unb.sender", "sender"}, {unbRecipient, "edifact.unb.recipient", "recipient"}} {
		switch v := k.value(p.n, 1); {
		case v == "":
			k.say(p.n, 1, edi.Error, p.rule, isMissing, "the identification of the interchange %s is missing", p.what)
		case len(v) > longestParty && k.e.charset.runes(v) > longestParty:
			k.say(p.n, 1, edi.Warning, p.rule, tooLong, "the identification of the interchange %s has more than %d characters", p.what, longestParty)
		}
	}
}

// values checks the other elements that reading and answering depend on.
func (k *unbCheck) values() {
	date, ic := k.value(unbDate, 1), &k.e.ic
	switch long := len(date) == 8; {
	case !isDate(date):
		k.say(unbDate, 1, edi.Warning, "edifact.unb.date", invalidValue, "%s is no date YYMMDD or CCYYMMDD", quote(date))
	case long != (k.e.version == '4'):
		k.say(unbDate, 1, edi.Info, "edifact.unb.date.length", "", "the date has %d digits in syntax version %c", len(date), k.e.version)
	}
	if v := k.value(unbDate, 2); !isTime(v) {
		k.say(unbDate, 2, edi.Warning, "edifact.unb.time", invalidValue, "%s is no time HHMM", quote(v))
	}
	switch n := k.e.charset.runes(ic.Control); {
	case n == 0:
		k.say(unbReference, 0, edi.Error, "edifact.unb.reference", isMissing, "the interchange control reference (0020) is missing")
	case n > longestReference:
		k.say(unbReference, 0, edi.Warning, "edifact.unb.reference", tooLong, "the interchange control reference has %d characters, not up to %d", n, longestReference)
	}
	switch v := k.value(unbAck, 1); v {
	case "", "1", "2":
	case "0":
		k.say(unbAck, 0, edi.Info, "edifact.unb.acknowledgment", "", "0031 is 0: no acknowledgment is wanted")
	default:
		k.say(unbAck, 0, edi.Warning, "edifact.unb.acknowledgment", invalidValue, "acknowledgment request (0031) %s is not 1 or 2", quote(v))
	}
	switch {
	case ic.Mode == "":
		k.say(unbTest, 0, edi.Error, "edifact.unb.test", invalidValue, "test indicator (0035) %s is none", quote(k.value(unbTest, 1)))
	case k.value(unbTest, 1) == "0":
		k.say(unbTest, 0, edi.Info, "edifact.unb.test", "", "0035 is 0: the interchange is no test")
	}
	if k.s.Len() > unbTest {
		k.say(unbTest+1, 0, edi.Warning, "edifact.unb.elements", tooMany, "UNB has %d elements, not up to %d", k.s.Len(), unbTest)
	}
}

// checkUNZ checks the trailer; s is nil when it is missing.
func (e *envelope) checkUNZ(s *edi.Segment) []edi.Finding {
	if s == nil {
		return []edi.Finding{say(e.missing(e.path, "UNZ"), edi.Error, "edifact.interchange.trailer.missing", isMissing,
			"the interchange ends without UNZ")}
	}
	var out []edi.Finding
	want, what := e.bare, "messages"
	if e.ic.Groups > 0 {
		want, what = e.ic.Groups, "groups"
	}
	if edi.Count(s.Component(1, 1)) != want {
		out = append(out, say(e.at(e.path, s, 1, 0), edi.Error, "edifact.interchange.count", wrongCount,
			"UNZ says %s %s, counted %d", quote(string(s.Element(1))), what, want))
	}
	if !refers(s, 2, e.ic.Control) {
		out = append(out, say(e.at(e.path, s, 2, 0), edi.Error, "edifact.interchange.control", mismatch,
			"the reference %s in UNZ is not %s of UNB", quote(component(s, 2, 1)), quote(e.ic.Control)))
	}
	if want == 0 {
		out = append(out, say(e.at(e.path, s, 0, 0), edi.Warning, "edifact.interchange.empty", emptyLevel, "the interchange holds no message"))
	}
	return append(out, e.characters(e.path, s)...)
}

// mixed tells that groups and bare messages stand in one interchange, with the
// first segment that shows it.
func (e *envelope) mixed(s *edi.Segment) {
	for i := range e.outside.findings {
		if e.outside.findings[i].Rule == "edifact.interchange.mixed" {
			return
		}
	}
	e.outside.findings = append(e.outside.findings, say(e.at(e.path, s, 0, 0), edi.Error, "edifact.interchange.mixed", mixedLevels,
		"the interchange has messages within groups and others outside any"))
	e.outside.next = 0
}
