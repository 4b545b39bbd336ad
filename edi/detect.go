package edi

import "bytes"

// headerMax bounds the header of an interchange: an ISA has 106 bytes, a UNB of
// syntax 4 with every element at its longest below 350. It is also what a word
// that only looks like one costs at most.
const headerMax = 512

// header is what the first bytes of an interchange say.
type header struct {
	standard Standard
	d        Delimiters
	una      int  // bytes of UNA and of what stands between it and UNB; 0 without
	size     int  // bytes of ISA or UNB with its terminator
	isx      int  // bytes of the ISX that follows, up to its terminator; 0 without
	fixed    bool // an ISA of the standard's width, separators where they belong
}

// answer is what can be said of bytes that may be cut off.
type answer uint8

const (
	no   answer = iota // whatever follows
	more               // the bytes end too early to tell
	yes
)

// lacking is the answer when b ends before the header does.
func lacking(b []byte, eof bool) answer {
	if eof || len(b) >= headerMax {
		return no
	}
	return more
}

// isMark reports whether b begins as a header does. It needs three bytes.
func isMark(b []byte) bool {
	if len(b) < 3 {
		return false
	}
	switch b[0] {
	case 'I':
		return b[1] == 'S' && b[2] == 'A'
	case 'U':
		return b[1] == 'N' && (b[2] == 'A' || b[2] == 'B') || b[1] == 'I' && b[2] == 'B'
	}
	return false
}

// isInteractive reports whether an interactive interchange (ISO 9735-3) begins
// b: UIB with a syntax identifier, or a UNA before it.
func isInteractive(b []byte) bool {
	const una, syntax = 9, 8 // UIB+UNOA
	if len(b) > una && string(b[:3]) == "UNA" {
		for b = b[una:]; len(b) > 0 && b[0] <= ' '; b = b[1:] {
		}
	}
	if len(b) < syntax || string(b[:3]) != "UIB" || !isSeparator(b[3]) {
		return false
	}
	for _, c := range b[4:syntax] {
		if !alphanumeric(c) {
			return false
		}
	}
	return true
}

// parseHeader reads the header of an interchange at the start of b. eof says
// that nothing follows b.
func parseHeader(b []byte, eof bool) (header, answer) {
	if len(b) < 4 {
		return header{}, lacking(b, eof)
	}
	switch {
	case !isMark(b):
		return header{}, no
	case b[0] == 'I':
		return parseISA(b, eof)
	case b[1] == 'I':
		return header{}, no // UIB, see isInteractive
	case b[2] == 'A':
		return parseUNA(b, eof)
	}
	return parseUNB(b, eof, defaultEDIFACT(b[3]), false)
}

// parseISA reads ISA by its own separators: byte 3 is the element separator,
// the byte behind the 16th separator the component separator, the next one the
// terminator (X12.5). In an ISA of the right width these are bytes 104 and 105.
func parseISA(b []byte, eof bool) (header, answer) {
	const elements, longest = 16, 30
	e := b[3]
	if !isSeparator(e) {
		return header{}, no
	}
	seps := standardISA()
	fixed := separateISA(b, &seps)
	n, i := elements, 0
	if !fixed {
		seps, n, i = [elements]int{3}, 1, 4
	}
	for ; n < elements; i++ {
		if i == len(b) {
			return header{}, lacking(b, eof)
		}
		if b[i] == e {
			seps[n] = i
			n++
		} else if i-seps[n-1] > longest {
			return header{}, no
		}
	}
	last := seps[elements-1]
	if last+2 >= len(b) {
		return header{}, lacking(b, eof)
	}
	h := header{standard: X12, size: last + 3, fixed: fixed || fixedISA(&seps)}
	h.d = Delimiters{Segment: b[last+2], Element: e, Component: b[last+1], Decimal: '.'}
	if alphanumeric(h.d.Segment) && isSeparator(b[last+1]) {
		// QUIRK: ISA16 left away, the terminator stands directly behind ISA*...*P*.
		if last+5 >= len(b) {
			return header{}, lacking(b, eof)
		}
		if !followsISA(b[last+2:], e) {
			return header{}, no
		}
		h.d.Segment, h.d.Component, h.size, h.fixed = b[last+1], 0, last+2, false
	}
	if t := h.d.Segment; alphanumeric(t) || t == e || t == ' ' {
		return header{}, no
	}
	if c := h.d.Component; !isSeparator(c) || c == e || c == h.d.Segment {
		h.d.Component = 0
	}
	h.d.Repetition = repetitionISA(b[seps[10]+1:seps[11]], b[seps[11]+1:seps[12]], &h.d)
	return h, h.extend(b[h.size:], eof)
}

// extend reads the ISX (interchange syntax extension, from 007040 on) that may
// stand directly behind the ISA, b being what follows that: ISX01 is the release
// character, which holds from behind ISX on.
//
// An ISX that is not closed within headerMax bytes is none, however many bytes
// are at hand.
func (h *header) extend(b []byte, eof bool) answer {
	d := &h.d
	b = b[:min(len(b), headerMax)]
	i := 0
	for i < len(b) && (isFiller(b[i], d) || b[i] == d.Segment) {
		i++
	}
	short := yes // what is said when b ends too early
	if !eof && len(b) < headerMax {
		short = more
	}
	tag := []byte{'I', 'S', 'X', d.Element}
	switch b = b[i:]; {
	case len(b) < len(tag) && bytes.HasPrefix(tag, b):
		return short
	case !bytes.HasPrefix(b, tag):
		return yes
	}
	end := bytes.IndexByte(b, d.Segment)
	if end < 0 {
		return short
	}
	h.isx = end
	if v, _, _ := bytes.Cut(b[len(tag):end], []byte{d.Element}); len(v) == 1 && canDivide(v[0], d.Element, d.Segment, d.Component, d.Repetition) {
		d.Release = v[0]
	}
	return yes
}

// canDivide reports whether c can be a release character or a repetition
// separator beside the others.
func canDivide(c byte, others ...byte) bool { return isSeparator(c) && bytes.IndexByte(others, c) < 0 }

// standardWidth is the bytes of an ISA with its terminator.
const standardWidth = 106

// fixedISA reports whether the separators stand where the element lengths of
// the ISA (2 10 2 10 2 15 2 15 6 4 1 5 9 1 1 1) put them.
func fixedISA(seps *[16]int) bool {
	return *seps == standardISA()
}

func standardISA() [16]int {
	return [16]int{3, 6, 17, 20, 31, 34, 50, 53, 69, 76, 81, 83, 89, 99, 101, 103}
}

// separateISA reports whether the separators of an ISA stand at seps and nowhere
// else.
func separateISA(b []byte, seps *[16]int) bool {
	if len(b) <= seps[15] {
		return false
	}
	for _, i := range seps {
		if b[i] != b[3] {
			return false
		}
	}
	return bytes.Count(b[:seps[15]+1], b[3:4]) == len(seps)
}

// repetitionISA is the repetition separator that ISA11 names. Up to 00401 it
// is the standards identifier "U".
//
// QUIRK: partners write U (or another letter) above 00401 too: no repetition.
func repetitionISA(isa11, isa12 []byte, d *Delimiters) byte {
	if len(isa11) != 1 || string(isa12) < "00402" {
		return 0
	}
	c := isa11[0]
	if alphanumeric(c) || c == ' ' || c == d.Segment || c == d.Element || c == d.Component {
		return 0
	}
	return c
}

// followsISA reports whether b begins with a segment that may stand behind ISA.
func followsISA(b []byte, e byte) bool {
	for _, tag := range [...]string{"GS", "TA1", "IEA", "ISX"} {
		if len(b) > len(tag) && string(b[:len(tag)]) == tag && b[len(tag)] == e {
			return true
		}
	}
	return false
}

// parseUNA reads the service string advice and the UNB behind it.
func parseUNA(b []byte, eof bool) (header, answer) {
	const size = 9
	if len(b) < size {
		return header{}, lacking(b, eof)
	}
	d := Delimiters{Component: b[3], Element: b[4], Decimal: b[5], Release: b[6], Repetition: b[7], Segment: b[8]}
	if !isSeparator(d.Component) || !isSeparator(d.Element) || alphanumeric(d.Segment) || d.Segment == ' ' ||
		d.Component == d.Element || d.Element == d.Segment || d.Component == d.Segment {
		return header{}, no
	}
	// QUIRK: a letter, a digit or a separator stands where the release character
	// or the repetition separator should: there is none.
	if !canDivide(d.Release, d.Segment, d.Element, d.Component) {
		d.Release = 0
	}
	if !canDivide(d.Repetition, d.Segment, d.Element, d.Component, d.Release) {
		d.Repetition = 0
	}
	i := size
	for i < len(b) && b[i] <= ' ' && i < size+8 {
		i++
	}
	if len(b) < i+4 {
		return header{}, lacking(b, eof)
	}
	if string(b[i:i+3]) != "UNB" {
		return header{}, no
	}
	h, a := parseUNB(b[i:], eof, d, true)
	h.una = i
	return h, a
}

// parseUNB reads UNB under d. Without a UNA before it (declared is false) the
// syntax identifier must look like one, for "UNB" alone is a word of text too.
func parseUNB(b []byte, eof bool, d Delimiters, declared bool) (header, answer) {
	const syntax = 10 // UNB+UNOC:3
	if len(b) < syntax {
		return header{}, lacking(b, eof)
	}
	if b[3] != d.Element {
		return header{}, no
	}
	id := b[4:syntax]
	wellFormed := id[4] == d.Component && id[5] >= '1' && id[5] <= '9'
	for _, c := range id[:4] {
		wellFormed = wellFormed && alphanumeric(c)
	}
	// QUIRK: UNB+UNOD'... without a syntax version: the identifier stands alone.
	named := string(id[:3]) == "UNO" && alphanumeric(id[3]) && (id[4] == d.Element || id[4] == d.Segment)
	if !wellFormed && !declared && !named {
		return header{}, no
	}
	if !wellFormed || id[5] < '4' {
		d.Repetition = 0
	}
	for i, released := 4, false; i < len(b) && i < headerMax; i++ {
		switch {
		case released:
			released = false
		case d.Release != 0 && b[i] == d.Release:
			released = true
		case b[i] == d.Segment:
			return header{standard: EDIFACT, d: d, size: i + 1}, yes
		}
	}
	return header{}, lacking(b, eof)
}

// defaultEDIFACT is what holds without UNA (ISO 9735-1 clause 7); the old
// level B rules had the control characters IS1, IS3 and IS4 instead.
func defaultEDIFACT(separator byte) Delimiters {
	if separator == 0x1D {
		return Delimiters{Segment: 0x1C, Element: 0x1D, Component: 0x1F, Decimal: '.'}
	}
	return Delimiters{Segment: '\'', Element: '+', Component: ':', Repetition: '*', Release: '?', Decimal: '.'}
}

// standsAlone tells whether the header h at the start of b, found where none
// was due (in the middle of a segment that was never closed), is one beyond
// doubt: text may speak of "ISA". An ISA must have its width and digits where
// digits belong, and a segment that may follow it; a UNB its UNA, or a date
// (S004) behind three elements.
func standsAlone(b []byte, h *header, eof bool) answer {
	if h.standard == EDIFACT {
		parts := bytes.SplitN(b[:h.size], []byte{h.d.Element}, 6)
		if h.una > 0 || len(parts) > 4 && len(parts[4]) >= 6 && digits(string(parts[4][:6])) {
			return yes
		}
		return no
	}
	if !h.fixed || !digits(string(b[70:76])) || !digits(string(b[84:89])) || !digits(string(b[90:99])) {
		return no
	}
	rest := b[h.size:]
	i := 0
	for i < len(rest) && i < 8 && isFiller(rest[i], &h.d) {
		i++
	}
	if len(rest) < i+4 && !eof {
		return more
	}
	if followsISA(rest[i:], h.d.Element) {
		return yes
	}
	return no
}

// foreignEncoding names the encoding of a file that is EDI but for that.
func foreignEncoding(b []byte) string {
	for _, p := range []struct{ prefix, name string }{
		{"\xC9\xE2\xC1", "EBCDIC"}, // ISA
		{"\xE4\xD5\xC1", "EBCDIC"}, // UNA
		{"\xE4\xD5\xC2", "EBCDIC"}, // UNB
		{"\xFF\xFE", "UTF-16"}, {"\xFE\xFF", "UTF-16"},
		{"I\x00S\x00", "UTF-16"}, {"U\x00N\x00", "UTF-16"},
		{"\x00I\x00S", "UTF-16"}, {"\x00U\x00N", "UTF-16"},
	} {
		if bytes.HasPrefix(b, []byte(p.prefix)) {
			return p.name
		}
	}
	return ""
}

// isSeparator reports whether c can divide elements or components.
func isSeparator(c byte) bool {
	return !alphanumeric(c) && c != ' ' && c != '\r' && c != '\n'
}

// isFiller reports whether c is noise between segments: blanks and control
// characters (CR, LF, SUB) that are no delimiters.
func isFiller(c byte, d *Delimiters) bool {
	return c <= ' ' && c != d.Element && c != d.Segment && (c == ' ' || c != d.Component && c != d.Repetition && c != d.Release)
}

func digit(c byte) bool { return c >= '0' && c <= '9' }

func alphanumeric(c byte) bool {
	return digit(c) || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z'
}
