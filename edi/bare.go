package edi

import "bytes"

// bareTag tells of the segment at the start of b by which a message or a
// functional group begins that no interchange header stands before: the offset
// of UNH (a UNA may stand before it), ST or GS, and which it is; "" when there
// is none. It takes what cannot be text: a separator, and elements as those
// segments have them.
func bareTag(b []byte) (at int, tag string) {
	for at < len(b) && (b[at] <= ' ') {
		at++
	}
	e, c := byte('+'), byte(':')
	if v := b[at:]; len(v) > unaSize+1 && string(v[:3]) == "UNA" {
		e, c = v[4], v[3]
		for at += unaSize + 1; at < len(b) && b[at] <= ' '; at++ {
		}
	}
	b = b[at:]
	if len(b) < 4 {
		return 0, ""
	}
	if string(b[:3]) == "UNH" && b[3] == e && isUNH(b[4:], e, c) {
		return at, "UNH"
	}
	switch {
	case !isSeparator(b[2]):
	case b[0] == 'S' && b[1] == 'T' && isST(b):
		return at, "ST"
	case b[0] == 'G' && b[1] == 'S' && isGS(b):
		return at, "GS"
	}
	return 0, ""
}

// isUNH reports whether b goes on as UNH does: a reference of up to 14
// characters, and a message type of six with a component behind it.
func isUNH(b []byte, e, c byte) bool {
	ref := bytes.IndexByte(b, e)
	if ref < 0 || ref > 14 {
		return false
	}
	set, _, found := bytes.Cut(b[ref+1:], []byte{c})
	return found && len(set) == 6 && allAlphanumeric(set)
}

// isST reports whether b is an ST: a set of three digits and a control number of
// four to nine characters.
func isST(b []byte) bool {
	parts := bytes.SplitN(b, b[2:3], 3)
	if len(parts) < 3 || len(parts[1]) != 3 || !allDigits(parts[1]) {
		return false
	}
	n := 0
	for n < len(parts[2]) && alphanumeric(parts[2][n]) {
		n++
	}
	return n >= 4 && n <= 9 && n < len(parts[2])
}

// isGS reports whether b is a GS: a functional identifier of two characters and
// seven more elements, the fourth a date.
func isGS(b []byte) bool {
	const date, elements = 4, 8
	parts := bytes.SplitN(b, b[2:3], elements+1)
	return len(parts) == elements+1 && len(parts[1]) == 2 && allAlphanumeric(parts[1]) &&
		(len(parts[date]) == 6 || len(parts[date]) == 8) && allDigits(parts[date])
}

func allAlphanumeric(b []byte) bool {
	for _, c := range b {
		if !alphanumeric(c) {
			return false
		}
	}
	return true
}

func allDigits(b []byte) bool {
	for _, c := range b {
		if !digit(c) {
			return false
		}
	}
	return len(b) > 0
}
