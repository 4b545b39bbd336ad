package x12

import (
	"fmt"

	"github.com/edibridge/edibridge/edi"
)

// maxStrays is how many runs of segments out of place are told of one group or
// interchange; the last one tells how many more there were.
const maxStrays = 100

// longestValue is the length of AK404 and IK404 (724), to which a finding cuts
// its value.
const longestValue = 99

// at is a finding about element n of s, or about the segment when n is 0; path
// is the segment's.
func (e *envelope) at(path edi.Path, s *edi.Segment, n int) edi.Finding {
	f := findingAt(path, s, n)
	f.Interchange = e.ic.Ordinal
	return f
}

// findingAt is what [envelope.at] gives where the interchange is not known.
func findingAt(path edi.Path, s *edi.Segment, n int) edi.Finding {
	f := edi.Finding{
		Path: path, Segment: s.Ordinal, Place: s.Place, Tag: string(s.Tag()), Element: n,
	}
	f.Offset, f.Length = s.Within(s.Offset, 0, len(s.Data()))
	if n > 0 {
		v := s.Element(n)
		f.Path = path.Element(f.Tag, n, 0, 0)
		f.Offset, f.Length = s.Within(s.ElementOffset(n), 0, len(v))
		f.Value = string(v[:min(len(v), longestValue)])
	}
	return f
}

// missing is a finding about a trailer that should stand where the reader is.
func (e *envelope) missing(path edi.Path, tag string) edi.Finding {
	return edi.Finding{
		Path: path, Offset: e.r.Offset(), Interchange: e.ic.Ordinal,
		Segment: e.ic.Segments + 1, Tag: tag,
	}
}

// codes are what a finding sets in acknowledgments: {"ak502": "4"}.
type codes = map[string]string

// say completes a finding.
func say(f edi.Finding, severity edi.Severity, rule string, c codes, format string, args ...any) edi.Finding {
	f.Rule, f.Severity, f.Codes = rule, severity, c
	f.Message = fmt.Sprintf(format, args...)
	return f
}

// strays gathers segments that stand outside what they belong to, one finding
// for each run of them.
type strays struct {
	findings []edi.Finding
	next     int // ordinal that goes on with the last run
	run      int // segments in it
	first    string
}

func (st *strays) add(e *envelope, s *edi.Segment) {
	goesOn := st.next == s.Ordinal || len(st.findings) == maxStrays
	st.next = s.Ordinal + 1
	if goesOn && len(st.findings) > 0 {
		f := &st.findings[len(st.findings)-1]
		st.run++
		f.Length = int(s.ElementOffset(s.Len()+1) - f.Offset)
		f.Message = fmt.Sprintf("%d segments from %s on stand outside any %s", st.run, st.first, e.inside())
		return
	}
	st.run, st.first = 1, fmt.Sprintf("%q", cut(s.Tag(), 3))
	rule, c, path := "x12.interchange.content", codes{"ta105": "024"}, e.path
	if e.group != nil {
		rule, c, path = "x12.group.content", nil, e.group.Path
	}
	st.findings = append(st.findings, say(e.at(path, s, 0), edi.Error, rule, c,
		"segment %s stands outside any %s", st.first, e.inside()))
}

// inside names what a segment at the present place should be part of.
func (e *envelope) inside() string {
	if e.group != nil {
		return "transaction set"
	}
	return "functional group"
}

func cut(b []byte, n int) string { return string(b[:min(len(b), n)]) }

// tolerated tells of what was read in spite of the standard.
func (e *envelope) tolerated() []edi.Finding {
	var out []edi.Finding
	tell := func(offset int64, rule, format string, args ...any) {
		f := edi.Finding{Path: e.path, Offset: offset, Interchange: e.ic.Ordinal}
		out = append(out, say(f, edi.Info, rule, nil, format, args...))
	}
	b := e.r.Breaks()
	if t := e.ic.Delimiters.Segment; t == '\r' || t == '\n' {
		tell(e.ic.Offset, "x12.breaks", "a line break, %q, is the segment terminator", t)
	}
	if b.Style != "" {
		tell(e.ic.Offset, "x12.breaks", "segments are followed by %q", b.Style)
	}
	if b.Mixed >= 0 {
		tell(b.Mixed, "x12.breaks.mixed", "what stands between segments is not everywhere the same")
	}
	if b.Empties > 0 {
		tell(b.Empty, "x12.segment.empty", "%d terminators close no segment", b.Empties)
	}
	if e.last.blank {
		tell(e.last.ends, "x12.file.blank", "blanks or empty lines stand behind IEA")
	}
	if e.last.sub {
		tell(e.last.ends, "x12.file.sub", "the end-of-file character 0x1A stands behind IEA")
	}
	if !e.last.terminated {
		severity := edi.Error
		if e.last.trailer {
			severity = edi.Warning
		}
		out = append(out, say(*e.last.finding, severity, "x12.segment.unterminated", nil, "the last segment has no terminator"))
	}
	return out
}
