package edifact

import (
	"fmt"
	"unicode/utf8"

	"github.com/edibridge/edibridge/edi"
)

// messageCharacters tells of the first character of a message that is not of
// the interchange's set, and how many there are.
func (e *envelope) messageCharacters(m *edi.Message, end *edi.Tail) []edi.Finding {
	if end.Printable && e.legal.takesPrintable() || e.legal.sound(m.Unwrapped(), m.Len()) {
		return nil
	}
	w := wrongCharacters{e: e, utf8: e.legal.set.lenient() && utf8.Valid(m.Unwrapped())}
	for place := 1; place <= m.Len(); place++ {
		s := m.Segment(place)
		w.segment(m.Path.Unplaced(place), &s)
	}
	return w.findings()
}

// characters does the same for a service segment, of that path.
func (e *envelope) characters(path edi.Path, s *edi.Segment) []edi.Finding {
	if e.legal.sound(s.Data(), 0) {
		return nil
	}
	w := wrongCharacters{e: e, utf8: e.legal.set.lenient() && utf8.Valid(s.Data())}
	w.segment(path, s)
	return w.findings()
}

// wrongCharacters counts characters of one message that are not of the set.
type wrongCharacters struct {
	e       *envelope
	utf8    bool // those beyond ASCII are UTF-8, which UNB does not say
	first   edi.Finding
	char    []byte
	n       int
	lines   int // of them line breaks
	encoded edi.Finding
	foreign int // characters beyond ASCII that are UTF-8
}

// segment looks at one segment.
func (w *wrongCharacters) segment(path edi.Path, s *edi.Segment) {
	if w.e.legal.of(s.Data())&(wrong|beyond) == 0 && !hasBreak(s.Data()) {
		return
	}
	w.part(path, s, 0, s.Tag())
	for n := 1; n <= s.Len(); n++ {
		w.part(path, s, n, s.Element(n))
	}
}

func hasBreak(b []byte) bool {
	for _, c := range b {
		if c == '\n' || c == '\r' {
			return true
		}
	}
	return false
}

// part looks at element n of a segment, or its tag.
func (w *wrongCharacters) part(path edi.Path, s *edi.Segment, n int, v []byte) {
	l := &w.e.legal
	for i := 0; i < len(v); {
		x, size := l.within(v[i]), 1
		if x&beyond != 0 && (w.utf8 || l.set.level == 'Y') {
			var r rune
			r, size = utf8.DecodeRune(v[i:])
			switch sound := r != utf8.RuneError || size > 1; {
			case !sound:
				x = wrong
			case l.set.level == 'Y':
				x = 0
			case l.set.level == 'C':
				x = 0
				if w.foreign++; w.foreign == 1 {
					w.encoded = w.place(path, s, n, v, i, size)
				}
			}
		}
		if x&wrong != 0 {
			if w.n++; w.n == 1 {
				w.first = w.place(path, s, n, v, i, size)
				w.char = append(w.char, v[i:i+size]...)
			}
			if v[i] == '\n' {
				w.lines++
			}
		}
		i += size
	}
}

// place is a finding about size bytes from v[i] on, v being element n of s or
// its tag.
func (w *wrongCharacters) place(path edi.Path, s *edi.Segment, n int, v []byte, i, size int) edi.Finding {
	component, repetition := positionIn(v, i, s.Delimiters)
	f := w.e.at(path, s, n, 0)
	f.Component, f.Repetition = component, repetition
	if n > 0 {
		f.Path = path.Element(f.Tag, n, component, repetition)
	} else {
		f.Value = f.Tag
	}
	f.Offset, f.Length = s.Within(f.Offset, i, size)
	return f
}

// positionIn is the component and the repetition of element v that v[i] stands
// in; 0 where the element has but one.
func positionIn(v []byte, i int, d *edi.Delimiters) (component, repetition int) {
	components, repetitions := 1, 1
	for k := 0; k < len(v); k++ {
		switch c := v[k]; {
		case d.Release != 0 && c == d.Release:
			k++
		case c == d.Component && c != 0:
			components++
		case c == d.Repetition && c != 0:
			repetitions++
		}
	}
	c, r := 1, 1
	for k := 0; k < i; k++ {
		switch b := v[k]; {
		case d.Release != 0 && b == d.Release:
			k++
		case b == d.Component && b != 0:
			c++
		case b == d.Repetition && b != 0:
			c, r = 1, r+1
		}
	}
	if components > 1 {
		component = c
	}
	if repetitions > 1 {
		repetition = r
	}
	return component, repetition
}

// findings tells what was counted.
func (w *wrongCharacters) findings() []edi.Finding {
	var out []edi.Finding
	name := w.e.charset.Name()
	if w.n > 0 {
		f := say(w.first, edi.Warning, "edifact.charset", badCharacter, "character %s is not of character set %s", shown(w.char), name)
		switch {
		case w.n == 2:
			f.Message += ", nor is another of the message"
		case w.n > 2:
			f.Message += fmt.Sprintf(", nor are %d others of the message", w.n-1)
		}
		switch {
		case w.lines > 0:
			f.Hint = "lines break within segments: the file was wrapped"
		case w.utf8 && w.char[0] >= utf8.RuneSelf:
			f.Hint = "the bytes are UTF-8, which UNB would have to name: UNOY with syntax version 4"
		}
		out = append(out, f)
	}
	if w.foreign > 0 {
		f := say(w.encoded, edi.Warning, "edifact.charset.utf8", "", "%d characters are UTF-8, though UNB says %s", w.foreign, name)
		if w.foreign == 1 {
			f.Message = fmt.Sprintf("one character is UTF-8, though UNB says %s", name)
		}
		f.Hint = "send ISO 8859-1, or name UNOY with syntax version 4"
		out = append(out, f)
	}
	return out
}

// shown is a character for a message.
func shown(c []byte) string {
	if c[0] < utf8.RuneSelf || len(c) > 1 {
		return fmt.Sprintf("%+q", c)
	}
	return fmt.Sprintf("0x%02X", c[0])
}
