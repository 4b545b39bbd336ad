package edifact

import (
	"fmt"

	"github.com/edibridge/edibridge/edi"
)

// maxStrays is how many runs of segments out of place are told of one group or
// interchange; the last one tells how many more there were.
const maxStrays = 100

// unaSize is the bytes of a service string advice.
const unaSize = 9

// longestValue is what a finding cuts its value to.
const longestValue = 99

// at is a finding of the interchange, as by [about].
func (e *envelope) at(path edi.Path, s *edi.Segment, n, c int) edi.Finding {
	f := about(path, s, n, c)
	f.Interchange = e.ic.Ordinal
	return f
}

// about is a finding about component c of element n of s, about the element
// when c is 0, or about the segment when n is 0; path is the segment's.
func about(path edi.Path, s *edi.Segment, n, c int) edi.Finding {
	f := edi.Finding{
		Path: path, Segment: s.Ordinal, Place: s.Place,
		Tag: string(s.Tag()), Element: n, Component: c,
	}
	f.Offset, f.Length = s.Within(s.Offset, 0, len(s.Data()))
	if n > 0 {
		v := s.Element(n)
		f.Path = path.Element(f.Tag, n, c, 0)
		from := 0
		if c > 0 {
			v, from = componentAt(s, n, c)
		}
		f.Offset, f.Length = s.Within(s.ElementOffset(n), from, len(v))
		f.Value = string(v[:min(len(v), longestValue)])
	}
	return f
}

// componentAt is component c of element n as received, and where it begins
// within the element; of one that is absent, where the element ends.
func componentAt(s *edi.Segment, n, c int) ([]byte, int) {
	from := 0
	for i := 1; i < c; i++ {
		v := s.Component(n, i)
		if v == nil {
			break
		}
		from += len(v) + 1
	}
	return s.Component(n, c), min(from, len(s.Element(n)))
}

// missing is a finding about a trailer that should stand where the reader is.
func (e *envelope) missing(path edi.Path, tag string) edi.Finding {
	return edi.Finding{
		Path: path, Offset: e.r.Offset(), Interchange: e.ic.Ordinal,
		Segment: e.ic.Segments + 1, Tag: tag,
	}
}

// code is the syntax error code (0085) that a finding sets in CONTRL; "" none.
type code string

// The syntax error codes that are used here.
const (
	notSupported     code = "2"  // syntax version or level not supported
	notRecipient     code = "7"  // interchange recipient not actual recipient
	invalidValue     code = "12" // invalid value
	isMissing        code = "13" // missing
	tooMany          code = "16" // too many constituents
	unspecified      code = "18" // unspecified error
	badAdvice        code = "20" // character invalid as service character
	badCharacter     code = "21" // invalid character(s)
	badService       code = "22" // invalid service character(s)
	unknownSender    code = "23" // unknown interchange sender
	noTest           code = "25" // test indicator not supported
	duplicate        code = "26" // duplicate detected
	mismatch         code = "28" // references do not match
	wrongCount       code = "29" // control count does not match
	mixedLevels      code = "30" // groups and messages mixed
	severalTypes     code = "31" // more than one message type in a group
	emptyLevel       code = "32" // lower level empty
	outOfPlace       code = "33" // invalid occurrence outside message, package or group
	tooLong          code = "39" // data element too long
	unknownRecipient code = "43" // unknown interchange recipient
	noCharset        code = "46" // character set not supported; from syntax version 4 on
)

// say completes a finding.
func say(f edi.Finding, severity edi.Severity, rule string, c code, format string, args ...any) edi.Finding {
	f.Rule, f.Severity = rule, severity
	if c != "" {
		f.Codes = map[string]string{"0085": string(c)}
	}
	f.Message = fmt.Sprintf(format, args...)
	return f
}

// strays gathers segments that stand outside what they belong to, one finding
// for each run of them.
type strays struct {
	findings []edi.Finding
	next     int // ordinal that goes on with the last run; 0: none does
	run      int // segments in it
	first    string
}

func (st *strays) add(e *envelope, s *edi.Segment) {
	goesOn := st.next == s.Ordinal || st.next > 0 && len(st.findings) >= maxStrays
	st.next = s.Ordinal + 1
	if goesOn {
		f := &st.findings[len(st.findings)-1]
		st.run++
		f.Length = int(s.ElementOffset(s.Len()+1) - f.Offset)
		f.Message = fmt.Sprintf("%d segments from %s on stand outside any %s", st.run, st.first, e.inside())
		return
	}
	tag := s.Tag()
	st.run, st.first = 1, quote(string(tag[:min(len(tag), 3)]))
	rule, path := "edifact.interchange.content", e.path
	if e.group != nil {
		rule, path = "edifact.group.content", e.group.Path
	}
	st.findings = append(st.findings, say(e.at(path, s, 0, 0), edi.Error, rule, outOfPlace,
		"segment %s stands outside any %s", st.first, e.inside()))
}

// inside names what a segment at the present place should be part of.
func (e *envelope) inside() string {
	if e.group != nil {
		return "message"
	}
	return "group or message"
}

// tolerated tells of what was read in spite of the standard.
func (e *envelope) tolerated() []edi.Finding {
	var out []edi.Finding
	tell := func(offset int64, rule, format string, args ...any) {
		f := edi.Finding{Path: e.path, Offset: offset, Interchange: e.ic.Ordinal}
		out = append(out, say(f, edi.Info, rule, "", format, args...))
	}
	b := e.r.Breaks()
	if t := e.ic.Delimiters.Segment; t == '\r' || t == '\n' {
		tell(e.ic.Offset, "edifact.breaks", "a line break, %q, is the segment terminator", t)
	}
	if b.Style != "" {
		tell(e.ic.Offset, "edifact.breaks", "segments are followed by %q", b.Style)
	}
	if una := len(e.r.UNA()); una > unaSize && b.Style == "" && e.r.Width() == 0 {
		tell(e.ic.Offset, "edifact.breaks", "UNA is followed by %d bytes that are none of it", una-unaSize)
	}
	if b.Mixed >= 0 {
		tell(b.Mixed, "edifact.breaks.mixed", "what stands between segments is not everywhere the same")
	}
	if b.Empties > 0 {
		tell(b.Empty, "edifact.segment.empty", "%d terminators close no segment", b.Empties)
	}
	if e.last.blank {
		tell(e.last.ends, "edifact.file.blank", "blanks or empty lines stand behind UNZ")
	}
	if e.last.sub {
		tell(e.last.ends, "edifact.file.sub", "the end-of-file character 0x1A stands behind UNZ")
	}
	if !e.last.terminated {
		severity := edi.Error
		if e.last.trailer {
			severity = edi.Warning
		}
		out = append(out, say(*e.last.finding, severity, "edifact.segment.unterminated", badService, "the last segment has no terminator"))
	}
	return out
}
