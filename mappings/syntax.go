package mappings

import (
	"strings"
	"unicode/utf8"

	"github.com/edibridge/edibridge/canonical"
	"github.com/edibridge/edibridge/edi"
)

// spelling is how segments are written: delimiters as text, since a delimiter
// may be a byte that is no character of its own in UTF-8.
type spelling struct {
	d                                               edi.Delimiters
	segment, element, component, repetition, escape string
	lineBreak                                       string
	latin1                                          bool
	special                                         [256]bool // first bytes of delimiters
	padding                                         string    // what says nothing at the end of a value
	trailing                                        [256]bool // last bytes of padding
}

func newSpelling(d edi.Delimiters, lineBreak string, latin1 bool) *spelling {
	s := &spelling{d: d, lineBreak: lineBreak, latin1: latin1}
	s.segment, s.element = s.character(d.Segment), s.character(d.Element)
	s.component, s.repetition = s.character(d.Component), s.character(d.Repetition)
	s.escape = s.character(d.Release)
	for _, c := range []string{s.segment, s.element, s.component, s.repetition, s.escape} {
		if c != "" {
			s.special[c[0]] = true
		}
	}
	s.pad()
	return s
}

// pad finds out what says nothing at the end of a value. Blanks do not (X12.6
// 3.5.1.5), nor do separators with nothing behind them.
func (s *spelling) pad() {
	s.padding = " "
	if s.escape == "" {
		s.padding += s.component + s.repetition
	}
	for _, c := range s.padding {
		t := string(c)
		s.trailing[t[len(t)-1]] = true
	}
}

func (s *spelling) character(c byte) string {
	switch {
	case c == 0:
		return ""
	case s.latin1:
		return string(rune(c))
	}
	return string([]byte{c})
}

// plain reports whether v holds no first byte of a delimiter.
func (s *spelling) plain(v string) bool {
	for i := 0; i < len(v); i++ {
		if s.special[v[i]] {
			return false
		}
	}
	return true
}

// release puts the release character before each delimiter in v.
func (s *spelling) release(v string) string {
	if s.escape == "" || s.plain(v) {
		return v
	}
	var b strings.Builder
	for i := 0; i < len(v); i++ {
		if c := v[i]; c == s.d.Segment || c == s.d.Element || c == s.d.Component || c == s.d.Release || c == s.d.Repetition && c != 0 {
			b.WriteByte(s.d.Release)
		}
		b.WriteByte(v[i])
	}
	return b.String()
}

// unrelease takes release characters away.
func (s *spelling) unrelease(v string) string {
	if s.escape == "" || !strings.Contains(v, s.escape) {
		return v
	}
	b := make([]byte, 0, len(v))
	for i := 0; i < len(v); i++ {
		if v[i] == s.d.Release && i+1 < len(v) {
			i++
		}
		b = append(b, v[i])
	}
	return string(b)
}

// divide cuts v at each sep that is not released; without sep it is one part.
func (s *spelling) divide(v, sep string) []string {
	if sep == "" {
		return []string{v}
	}
	if s.escape == "" {
		return strings.Split(v, sep)
	}
	var parts []string
	start := 0
	for i := 0; i < len(v); i++ {
		switch v[i] {
		case s.d.Release:
			i++
		case sep[0]:
			parts = append(parts, v[start:i])
			start = i + 1
		}
	}
	return append(parts, v[start:])
}

// part is a component of a repetition of v, both from 1: repetition 0 is the
// first, component 0 all of it.
func (s *spelling) part(v string, repetition, component int) string {
	if s.repetition != "" && strings.Contains(v, s.repetition) {
		rs := s.divide(v, s.repetition)
		if repetition > len(rs) {
			return ""
		}
		v = rs[max(repetition, 1)-1]
	} else if repetition > 1 {
		return ""
	}
	if component == 0 {
		return v
	}
	if s.component == "" {
		if component == 1 {
			return v
		}
		return ""
	}
	if s.escape == "" {
		return nth(v, s.component, component)
	}
	start := 0
	for i := 0; i < len(v); i++ {
		switch v[i] {
		case s.d.Release:
			i++
		case s.component[0]:
			if component--; component == 0 {
				return v[start:i]
			}
			start = i + 1
		}
	}
	if component == 1 {
		return v[start:]
	}
	return ""
}

// nth is the nth part of v, from 1.
func nth(v, sep string, n int) string {
	for ; n > 1; n-- {
		i := strings.Index(v, sep)
		if i < 0 {
			return ""
		}
		v = v[i+len(sep):]
	}
	if i := strings.Index(v, sep); i >= 0 {
		return v[:i]
	}
	return v
}

// put sets a component of a repetition in v: 0 for either is the whole.
func (s *spelling) put(v string, repetition, component int, value string) string {
	if repetition > 0 && s.repetition != "" {
		parts := extend(s.divide(v, s.repetition), repetition)
		parts[repetition-1] = s.put(parts[repetition-1], 0, component, value)
		return strings.Join(parts, s.repetition)
	}
	if component > 0 && (component > 1 || s.component != "" && strings.Contains(v, s.component)) {
		parts := extend(s.divide(v, s.component), component)
		parts[component-1] = value
		return strings.Join(parts, s.component)
	}
	return value
}

func extend(parts []string, n int) []string {
	for len(parts) < n {
		parts = append(parts, "")
	}
	return parts
}

// core is a segment's raw text without terminator, line break and trailing
// element separators.
func (s *spelling) core(raw string) string {
	end := len(raw)
	if parts := s.divide(raw, s.segment); len(parts) > 1 {
		end = len(parts[0])
	}
	raw = raw[:end]
	for s.element != "" && strings.HasSuffix(raw, s.element) {
		raw = raw[:len(raw)-len(s.element)]
	}
	return raw
}

// syntax is the spelling as it stands in a residue.
func (s *spelling) syntax() canonical.Syntax {
	x := canonical.Syntax{LineBreak: s.lineBreak, Encoding: "UTF-8", Delimiters: canonical.Delimiters{
		Segment: s.segment, Element: s.element, Component: s.component, Repetition: s.repetition, Release: s.escape,
		Decimal: s.character(s.d.Decimal),
	}}
	if s.latin1 {
		x.Encoding = "ISO-8859-1"
	}
	return x
}

// fromSyntax is the way back.
func fromSyntax(x canonical.Syntax) *spelling {
	latin1 := x.Encoding == "ISO-8859-1"
	char := func(t string) byte {
		if t == "" {
			return 0
		}
		if r, _ := utf8.DecodeRuneInString(t); latin1 && r != utf8.RuneError {
			return byte(r)
		}
		return t[0]
	}
	d := x.Delimiters
	return newSpelling(edi.Delimiters{
		Segment: char(d.Segment), Element: char(d.Element), Component: char(d.Component), Repetition: char(d.Repetition),
		Release: char(d.Release), Decimal: char(d.Decimal),
	}, x.LineBreak, latin1)
}
