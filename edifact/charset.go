package edifact

import (
	"bytes"
	"encoding/binary"
	"strings"
	"unicode/utf8"

	"github.com/edibridge/edibridge/edi"
)

// Charset is the character set that an interchange names in UNB (S001 0001):
//
//	UNOA         A-Z, 0-9, space and . , - ( ) / = ! " % & * ; < > ' + : ?
//	UNOB         and a-z
//	UNOC         ISO 8859-1
//	UNOD to UNOF ISO 8859-2, -5, -7
//	UNOG to UNOK ISO 8859-3, -4, -6, -8, -9
//	UNOY         ISO 10646, as UTF-8
//
// UNOX (ISO 2022 code extension) is not supported. The zero Charset is one that
// is not known.
type Charset struct {
	name  string
	level byte   // 'A' to 'K', 'Y'; 0 unknown or not supported
	high  []rune // what 0xA0 to 0xFF stand for; nil: themselves
}

// CharsetOf is the character set of an interchange.
func CharsetOf(ic *edi.Interchange) Charset {
	name, _, _ := strings.Cut(ic.Version, ":")
	c := Charset{name: name}
	if len(name) != 4 || name[:3] != "UNO" || (name[3] < 'A' || name[3] > 'K') && name[3] != 'Y' {
		return c
	}
	c.level = name[3]
	if half := upperHalf(c.level); half != "" {
		c.high = []rune(half)
	}
	return c
}

// upperHalf is what 0xA0 to 0xFF stand for, "" where that is nothing special.
func upperHalf(level byte) string {
	switch level {
	case 'D':
		return latin2
	case 'E':
		return cyrillic
	case 'F':
		return greek
	case 'G':
		return latin3
	case 'H':
		return latin4
	case 'I':
		return arabic
	case 'J':
		return hebrew
	case 'K':
		return latin5
	}
	return ""
}

// Name is the syntax identifier, "UNOC".
func (c *Charset) Name() string { return c.name }

// Supported reports whether the set is one that can be read.
func (c *Charset) Supported() bool { return c.level != 0 }

// lenient reports whether bytes beyond ASCII are taken for UTF-8 where they are
// that.
//
// QUIRK: partners send UTF-8 and ISO 8859-1 under UNOA and UNOB, which have
// neither, and UTF-8 under UNOC. Text of UNOC that happens to be sound UTF-8
// ("Ã¼") is no text.
func (c *Charset) lenient() bool { return c.level <= 'C' }

// Decode gives bytes of the interchange as UTF-8. Under UNOA, UNOB, UNOC and an
// unknown set they are read as UTF-8 where they are that, otherwise as ISO
// 8859-1; bytes that stand for nothing become U+FFFD.
func (c *Charset) Decode(v []byte) string {
	if c.level == 'Y' {
		return strings.ToValidUTF8(string(v), "\uFFFD")
	}
	if ascii(v) || c.lenient() && utf8.Valid(v) {
		return string(v)
	}
	out := make([]rune, len(v))
	for i, b := range v {
		switch {
		case b < 0x80, b >= 0xA0 && c.high == nil:
			out[i] = rune(b)
		case b >= 0xA0:
			out[i] = c.high[b-0xA0]
		default:
			out[i] = utf8.RuneError
		}
	}
	return string(out)
}

// runes is how many characters v has.
func (c *Charset) runes(v string) int {
	if c.level == 'Y' || c.lenient() && utf8.ValidString(v) {
		return utf8.RuneCountInString(v)
	}
	return len(v)
}

func ascii(v []byte) bool {
	for _, b := range v {
		if b >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// has reports whether b is a character of the set, or part of one.
func (c *Charset) has(b byte) bool {
	switch {
	case b < ' ' || b == 0x7F:
		return false
	case b >= 0xA0 && c.high != nil:
		return c.high[b-0xA0] != utf8.RuneError
	case b >= 0x80:
		return c.level == 0 || c.level == 'Y' || c.level > 'B' && b >= 0xA0
	case b >= 'a' && b <= 'z':
		return c.level != 'A'
	case c.level == 'A' || c.level == 'B':
		return strings.IndexByte("#$@[\\]^_`{|}~", b) < 0
	}
	return true
}

// What there is to say of a byte.
const (
	wrong  uint8 = 1 << iota // not of the set
	beyond                   // of the set or not, but not ASCII
)

// legality tells of each byte whether it may stand in an interchange.
type legality struct {
	set   *Charset
	name  string
	d     edi.Delimiters
	style string // what follows each segment
	lines int    // line feeds in it

	made   bool // the table below; most interchanges need none
	bytes  [256]uint8
	breaks [2]uint8 // what there is to say of CR and LF that set no segments apart
}

// legality is that of an interchange with those delimiters, whose segments are
// followed by style.
func (c *Charset) legality(d *edi.Delimiters, style string) legality {
	var l legality
	l.begin(c, d, style)
	return l
}

// begin makes it that of an interchange with those delimiters, whose segments
// are followed by style.
func (l *legality) begin(c *Charset, d *edi.Delimiters, style string) {
	if l.name == c.name && l.d == *d && l.style == style && l.set != nil {
		return
	}
	l.set, l.name, l.d, l.style, l.lines, l.made = c, c.name, *d, style, strings.Count(style, "\n"), false
}

// table makes the table of bytes.
func (l *legality) table() *[256]uint8 {
	t := &l.bytes
	if l.made {
		return t
	}
	l.made = true
	*t = [256]uint8{}
	for b := range t {
		if !l.set.has(byte(b)) {
			t[b] = wrong
		}
		if b >= utf8.RuneSelf {
			t[b] |= beyond
		}
	}
	for _, b := range [...]byte{l.d.Segment, l.d.Element, l.d.Component, l.d.Repetition, l.d.Release} {
		if b != 0 {
			t[b] = 0
		}
	}
	l.breaks = [2]uint8{t['\r'], t['\n']}
	for i := range len(l.style) {
		t[l.style[i]] &^= wrong
	}
	return t
}

// of is what there is to say of all the bytes of b.
func (l *legality) of(b []byte) uint8 {
	if l.takesPrintable() {
		n := plain(b)
		if n == len(b) {
			return 0
		}
		b = b[n:]
	}
	var x uint8
	t := l.table()
	for len(b) >= 8 {
		w := b[:8:8]
		x |= t[w[0]] | t[w[1]] | t[w[2]] | t[w[3]] | t[w[4]] | t[w[5]] | t[w[6]] | t[w[7]]
		b = b[8:]
	}
	for _, c := range b {
		x |= t[c]
	}
	return x
}

// takesPrintable reports whether all of printable ASCII is of the set: no set
// from UNOC on lacks any of it.
func (l *legality) takesPrintable() bool { return l.set.level != 'A' && l.set.level != 'B' }

// plain is the length of a part at the start of b that has nothing below the
// blank, no 0x7F and nothing beyond it: all of b, or less than that by up to
// where it ends.
func plain(b []byte) int {
	const (
		ones  = 0x0101010101010101
		highs = 0x80 * ones
	)
	u := binary.LittleEndian.Uint64
	n := 0
	for ; n+32 <= len(b); n += 32 {
		w := b[n : n+32 : n+32]
		v0, v1, v2, v3 := u(w), u(w[8:]), u(w[16:]), u(w[24:])
		// One above 0x7E, but for 0xFF, has its high bit when 1 is added; 0xFF, and
		// one below the blank, when that is taken away. Carries come of such alone.
		x := (v0 - ' '*ones) | (v0 + ones) | (v1 - ' '*ones) | (v1 + ones) |
			(v2 - ' '*ones) | (v2 + ones) | (v3 - ' '*ones) | (v3 + ones)
		if x&highs != 0 {
			return n
		}
	}
	for ; n+8 <= len(b); n += 8 {
		v := u(b[n : n+8 : n+8])
		if ((v-' '*ones)|(v+ones))&highs != 0 {
			return n
		}
	}
	for i, c := range b[n:] {
		if c < ' ' || c >= 0x7F {
			return n + i
		}
	}
	return len(b)
}

// within is what there is to say of a byte within an element.
func (l *legality) within(b byte) uint8 {
	t := l.table()
	switch b {
	case '\r':
		return l.breaks[0]
	case '\n':
		return l.breaks[1]
	}
	return t[b]
}

// sound reports whether raw, of so many segments, has nothing that is worth a
// closer look.
func (l *legality) sound(raw []byte, segments int) bool {
	x := l.of(raw)
	if x&wrong != 0 || l.lines > 0 && l.made && l.breaks[1]&wrong != 0 && bytes.Count(raw, []byte{'\n'}) > l.lines*segments {
		return false
	}
	if x&beyond == 0 {
		return true
	}
	valid := utf8.Valid(raw)
	return l.set.level == 'Y' && valid || l.set.level != 'Y' && (!valid || !l.set.lenient() || l.set.level == 0)
}
