package x12

import (
	"strings"

	"github.com/edibridge/edibridge/edi"
)

// longestNumber is the length of the longest control number of a group (28).
const longestNumber = 9

// checkGS checks the header of a group.
func (e *envelope) checkGS(s *edi.Segment) []edi.Finding {
	var out []edi.Finding
	tell := func(n int, severity edi.Severity, rule string, c codes, format string, args ...any) {
		out = append(out, say(e.at(e.group.Path, s, n), severity, rule, c, format, args...))
	}
	g := e.group
	if len(g.Functional) != 2 {
		tell(1, edi.Error, "x12.group.functional", codes{"ak905": "1"}, "GS01 %q is no functional identifier of two characters", g.Functional)
	}
	if g.Sender == "" {
		tell(2, edi.Warning, "x12.group.party", nil, "GS02, the application sender, is empty")
	}
	if g.Receiver == "" {
		tell(3, edi.Warning, "x12.group.party", nil, "GS03, the application receiver, is empty")
	}
	if !isDate(g.Date) {
		tell(4, edi.Warning, "x12.group.date", nil, "GS04 %q is no date CCYYMMDD", g.Date)
	}
	if !isTime(g.Time) {
		tell(5, edi.Warning, "x12.group.time", nil, "GS05 %q is no time HHMM", g.Time)
	}
	if !digits(g.Control) || len(g.Control) > longestNumber {
		tell(6, edi.Error, "x12.group.control.format", codes{"ak905": "6"}, "GS06 %s is no control number of one to nine digits", quote([]byte(g.Control)))
	}
	if len(g.Version) < 6 || !digits(g.Version[:6]) {
		tell(8, edi.Error, "x12.group.version", codes{"ak905": "2"}, "GS08 %q begins with no version of six digits", g.Version)
	}
	return out
}

// checkGE checks the trailer of a group; s is nil when it is missing.
func (e *envelope) checkGE(s *edi.Segment) []edi.Finding {
	g := e.group
	var out []edi.Finding
	if n := e.controls.Lost(); n > 0 {
		f := edi.Finding{Path: g.Path, Offset: g.Offset, Interchange: e.ic.Ordinal}
		out = append(out, say(f, edi.Info, "x12.set.control.untold", nil,
			"the control numbers of %d sets were not compared with those of later ones: they leave too many gaps", n))
	}
	if s == nil {
		return append(out, say(e.missing(g.Path, "GE"), edi.Error, "x12.group.trailer.missing", codes{"ak905": "3"}, "the group ends without GE"))
	}
	if g.Declared = edi.Count(s.Element(1)); g.Declared != g.Messages {
		out = append(out, say(e.at(g.Path, s, 1), edi.Error, "x12.group.count", codes{"ak905": "5"},
			"GE01 says %s sets, counted %d", quote(s.Element(1)), g.Messages))
	}
	if v := string(s.Element(2)); !sameNumber(v, g.Control) {
		out = append(out, say(e.at(g.Path, s, 2), edi.Error, "x12.group.control", codes{"ak905": "4"},
			"GE02 %s is not GS06 %s", quote(s.Element(2)), quote([]byte(g.Control))))
	}
	return out
}

// plainNumber is a control number (type N0) without the zeros before it, by which two
// are the same.
func plainNumber(v string) string {
	if v = strings.TrimSpace(v); !digits(v) || v[0] != '0' {
		return v
	}
	return strings.TrimLeft(v[:len(v)-1], "0") + v[len(v)-1:]
}

// sameNumber reports whether two control numbers (type N0) are the same: 1 is
// 0001. What is no number is compared as text.
func sameNumber(a, b string) bool {
	if a == b {
		return true
	}
	a, b = strings.TrimSpace(a), strings.TrimSpace(b)
	if digits(a) && digits(b) {
		a, b = strings.TrimLeft(a, "0"), strings.TrimLeft(b, "0")
	}
	return a == b
}

// checkSet checks the envelope of a set.
func (e *envelope) checkSet(m *edi.Message, st *edi.Segment, end *edi.Tail) []edi.Finding {
	e.fits(m, st)
	var out []edi.Finding
	if len(m.Set) != 3 {
		out = append(out, say(e.at(m.Path, st, 1), edi.Error, "x12.set.id", codes{"ak502": "6"}, "ST01 %s is no set identifier of three characters", quote(st.Element(1))))
	}
	switch n := len(m.Control); {
	case n == 0:
		out = append(out, say(e.at(m.Path, st, 2), edi.Error, "x12.set.control.format", codes{"ak502": "7"}, "ST02, the control number, is missing"))
	case n < 4 || n > 9:
		out = append(out, say(e.at(m.Path, st, 2), edi.Warning, "x12.set.control.format", codes{"ak502": "7"},
			"ST02 %s has %d characters, not 4 to 9", quote(st.Element(2)), n))
	}
	if e.controls.Add(m.Control) {
		out = append(out, e.duplicate(m, st))
	}
	out = append(out, e.checkSE(m, end)...)
	return append(out, e.checkBounds(m, end)...)
}

// duplicate is the finding about a control number that an earlier set of the
// group has. Releases from 005010 on reject it; code list 718 has its code from
// 004010 on.
func (e *envelope) duplicate(m *edi.Message, st *edi.Segment) edi.Finding {
	severity, c := edi.Warning, codes{"ak502": "23"}
	if !e.since("004010") {
		c = nil
	}
	if e.since("005010") {
		severity = edi.Error
	}
	return say(e.at(m.Path, st, 2), severity, "x12.set.control.duplicate", c,
		"ST02 %s is the control number of an earlier set of the group", quote(st.Element(2)))
}

// duplicateGroup is the one about a control number that an earlier group of the
// interchange has; code list 716 has its code from 004010 on.
func (e *envelope) duplicateGroup(gs *edi.Segment) edi.Finding {
	severity, c := edi.Warning, codes{"ak905": "19"}
	if !e.since("004010") {
		c = nil
	}
	if e.since("005010") {
		severity = edi.Error
	}
	return say(e.at(e.group.Path, gs, 6), severity, "x12.group.control.duplicate", c,
		"GS06 %s is the control number of an earlier group of the interchange", quote(gs.Element(6)))
}

// since reports whether the group is of a release or a later one.
func (e *envelope) since(release string) bool {
	v := e.group.Version
	return len(v) >= len(release) && digits(v[:len(release)]) && v >= release
}

// checkSE checks the trailer of a set.
func (e *envelope) checkSE(m *edi.Message, end *edi.Tail) []edi.Finding {
	s := end.Trailer
	if s == nil {
		f := e.missing(m.Path, "SE")
		f.Place = end.Segments + 1
		return []edi.Finding{say(f, edi.Error, "x12.set.trailer.missing", codes{"ak502": "2"}, "the set ends without SE")}
	}
	var out []edi.Finding
	if edi.Count(s.Element(1)) != end.Segments {
		out = append(out, say(e.at(m.Path, s, 1), edi.Error, "x12.set.count", codes{"ak502": "4"},
			"SE01 says %s segments, counted %d", quote(s.Element(1)), end.Segments))
	}
	if v := s.Element(2); string(v) != m.Control {
		out = append(out, say(e.at(m.Path, s, 2), edi.Error, "x12.set.control", codes{"ak502": "3"},
			"SE02 %s is not ST02 %s", quote(v), quote([]byte(m.Control))))
	}
	return out
}

// checkBounds tells of limits that the set went over, and of binary segments
// that are not as long as they say.
func (e *envelope) checkBounds(m *edi.Message, end *edi.Tail) []edi.Finding {
	if end.Limit == "" && end.Binary == 0 {
		return nil
	}
	var out []edi.Finding
	place := edi.Finding{Path: m.Path, Offset: m.Offset, Length: m.Size(), Interchange: e.ic.Ordinal}
	if end.Limit != "" {
		f := place
		f.Place, f.Segment = end.LimitPlace, m.Ordinal+end.LimitPlace-1
		f.Offset, f.Length = m.Offset+int64(m.Size()), 0
		out = append(out, say(f, edi.Error, "edi.limit."+end.Limit, codes{"ak502": "5"},
			"the %s is longer than is read here; the set was read no further than place %d", end.Limit, end.LimitPlace))
	}
	if n := end.Binary; n > 0 {
		f := place
		f.Place, f.Segment = n, m.Ordinal+n-1
		if n <= m.Len() {
			s := m.Segment(n)
			f = e.at(m.Path.Unplaced(n), &s, 0)
		}
		out = append(out, say(f, edi.Error, "x12.segment.binary", codes{"ak304": "8", "ak502": "5"},
			"the declared length of the binary data does not lead to a terminator"))
	}
	return out
}

// fits tells, once a group, of a set that the group's GS01 does not allow.
func (e *envelope) fits(m *edi.Message, st *edi.Segment) {
	g := e.group
	fits := [2]string{m.Set, g.Functional}
	if fits == e.fitting || len(g.Functional) != 2 || fitsGroup(m.Set, g.Functional) {
		e.fitting = fits
		return
	}
	for i := range e.misfit {
		if e.misfit[i].Rule == "x12.group.functional" {
			return
		}
	}
	e.misfit = append(e.misfit, say(e.at(m.Path, st, 1), edi.Error, "x12.group.functional", codes{"ak905": "1"},
		"set %s does not belong into a group %s", m.Set, g.Functional))
}

// isDate takes CCYYMMDD, and YYMMDD as before version 004010.
func isDate(s string) bool {
	if len(s) == 6 {
		s = "20" + s
	}
	if len(s) != 8 || !digits(s) {
		return false
	}
	return edi.IsDate(s)
}

// isTime takes HHMM, HHMMSS, HHMMSSD and HHMMSSDD.
func isTime(s string) bool {
	if len(s) != 4 && (len(s) < 6 || len(s) > 8) || !digits(s) {
		return false
	}
	return s[:2] < "24" && s[2:4] < "60" && (len(s) < 6 || s[4:6] < "60")
}
