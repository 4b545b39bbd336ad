package main

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"
)

// caretWidth is how many bytes of a long segment are shown around its marks.
const caretWidth = 100

// markedBytes are bytes of a segment, from 0, that a mark stands below.
type markedBytes struct{ at, length int }

// caret gives one line of a segment and the line below it that marks length
// bytes from at on. Long segments are cut around the mark; what cannot be
// printed shows as a dot.
func caret(raw []byte, at, length int) (text, mark string) {
	return carets(raw, []markedBytes{{at, length}})
}

// carets is [caret] with several marks, which come in order; those beyond the
// window of a long segment are left away.
func carets(raw []byte, marks []markedBytes) (text, mark string) {
	raw = bytes.TrimRight(raw, "\r\n")
	from, until := window(raw, marks[0].at)
	var b, under strings.Builder
	if from > 0 {
		b.WriteString("...")
		under.WriteString("   ")
	}
	next := 0
	for i := from; i < until; {
		r, size, columns := shownRune(raw[i:until])
		b.WriteRune(r)
		for next < len(marks) && i >= marks[next].end(len(raw)) {
			next++
		}
		c := " "
		if next < len(marks) && i+size > marks[next].start(len(raw)) {
			c = "^"
		}
		under.WriteString(strings.Repeat(c, columns))
		i += size
	}
	if last := marks[len(marks)-1]; last.start(len(raw)) >= len(raw) {
		under.WriteByte('^') // behind the end
	}
	if until < len(raw) {
		b.WriteString("...")
	}
	return b.String(), strings.TrimRight(under.String(), " ")
}

// window is the part of a segment that is shown for a mark at a byte. It begins
// and ends between characters where there are any: bytes that only go on a
// character that never began are shown as they are.
func window(raw []byte, at int) (from, until int) {
	if len(raw) <= caretWidth {
		return 0, len(raw)
	}
	at = min(max(at, 0), len(raw))
	from = max(0, min(at-caretWidth/3, len(raw)-caretWidth))
	until = min(len(raw), from+caretWidth)
	for i := from; i < from+utf8.UTFMax && from > 0; i++ {
		if utf8.RuneStart(raw[i]) {
			from = i
			break
		}
	}
	for i := until; i > until-utf8.UTFMax && until < len(raw); i-- {
		if utf8.RuneStart(raw[i]) {
			until = i
			break
		}
	}
	return from, until
}

func (m markedBytes) start(n int) int { return min(max(m.at, 0), n) }

// end is behind the mark, which covers one byte at least and half a window at
// most.
func (m markedBytes) end(n int) int {
	return m.start(n) + max(min(m.length, caretWidth/2), 1)
}

// shownRune is the first character of b as it is shown, its size in bytes and
// the columns that it takes: a dot for what cannot be printed or takes none. A
// byte that is no UTF-8 is taken for ISO 8859-1, which is what partners send.
func shownRune(b []byte) (r rune, size, columns int) {
	r, size = utf8.DecodeRune(b)
	if r == utf8.RuneError && size == 1 {
		if r = rune(b[0]); r < 0xA0 {
			r = '·'
		}
	}
	switch {
	case !unicode.IsPrint(r), unicode.Is(unicode.Mn, r):
		return '·', size, 1
	case wide(r):
		return r, size, 2
	}
	return r, size, 1
}

// wide reports whether a terminal gives a character two columns (Unicode annex
// 11: East Asian wide, emoji).
func wide(r rune) bool {
	for _, block := range [...][2]rune{{0x1100, 0x115F}, {0x2E80, 0x303E}, {0x3041, 0xA4CF}, {0xAC00, 0xD7A3}, {0xF900, 0xFAFF},
		{0xFE30, 0xFE6F}, {0xFF00, 0xFF60}, {0xFFE0, 0xFFE6}, {0x1F300, 0x1FAFF}, {0x20000, 0x3FFFD}} {
		if r >= block[0] && r <= block[1] {
			return true
		}
	}
	return false
}

// printable shows bytes in one line.
func printable(b []byte) string {
	var s strings.Builder
	for len(b) > 0 {
		r, size, _ := shownRune(b)
		s.WriteRune(r)
		b = b[size:]
	}
	return s.String()
}
