package guide

import (
	"bytes"
	"strings"
)

// number is the number of digits of an N value: digits, a leading minus allowed
// (X12.6).
func number(v []byte) (digits int32, ok bool) {
	if len(v) > 0 && v[0] == '-' {
		v = v[1:]
	}
	for _, b := range v {
		if b-'0' > 9 {
			return 0, false
		}
	}
	return int32(len(v)), len(v) > 0
}

// decimal is the number of digits of an R value: digits, a leading minus and one
// decimal point allowed (X12.6).
func decimal(v []byte) (digits int32, ok bool) {
	if len(v) > 0 && v[0] == '-' {
		v = v[1:]
	}
	points := 0
	for _, b := range v {
		if b-'0' > 9 {
			if b != '.' || points > 0 {
				return 0, false
			}
			points++
		}
	}
	digits = int32(len(v) - points)
	return digits, digits > 0
}

// pair is the number that two digits say, or -1.
func pair(v []byte) int {
	a, b := v[0]-'0', v[1]-'0'
	if a > 9 || b > 9 {
		return -1
	}
	return int(a)*10 + int(b)
}

// daysOf are the days of each month, February with its leap day.
var daysOf = [13]int{1: 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}

// isDate reports whether v is a day of the calendar, CCYYMMDD or YYMMDD. Of
// YYMMDD the century is not known: every fourth year is taken as a leap year.
func isDate(v []byte) bool {
	century := 20
	switch len(v) {
	case 8:
		if century = pair(v); century < 0 {
			return false
		}
		v = v[2:]
	case 6:
	default:
		return false
	}
	year, month, day := pair(v), pair(v[2:]), pair(v[4:])
	if year < 0 || month < 1 || month > 12 || day < 1 || day > daysOf[month] {
		return false
	}
	if month == 2 && day == 29 {
		return leap(century*100 + year)
	}
	return true
}

// isTime reports whether v is a time of the day: HHMM, HHMMSS, HHMMSSD or
// HHMMSSDD.
func isTime(v []byte) bool {
	if len(v) < 4 || len(v) == 5 || len(v) > 8 {
		return false
	}
	if h, m := pair(v), pair(v[2:]); h < 0 || h > 23 || m < 0 || m > 59 {
		return false
	}
	if len(v) >= 6 {
		if s := pair(v[4:]); s < 0 || s > 59 {
			return false
		}
	}
	for i := 6; i < len(v); i++ {
		if v[i]-'0' > 9 {
			return false
		}
	}
	return true
}

// flaw is what is wrong with a number of EDIFACT; 0 is nothing.
type flaw uint8

const (
	flawCharacter flaw = iota + 1 // no number at all
	flawMark                      // more than one decimal mark, or none behind it
	flawDigit                     // no digit before the decimal mark
)

// amount is the number of digits of an n value: digits, a leading minus and one
// decimal mark with digits around it (ISO 9735 10.1).
func amount(v []byte) (digits int32, f flaw) {
	if len(v) > 0 && v[0] == '-' {
		v = v[1:]
	}
	marks, before := 0, 0
	for i, b := range v {
		if b-'0' <= 9 {
			continue
		}
		if b != '.' && b != ',' {
			return 0, flawCharacter
		}
		if marks++; marks == 1 {
			before = i
		}
	}
	digits = int32(len(v) - marks)
	switch {
	case digits == 0 && marks == 0:
		return 0, flawCharacter
	case marks > 1 || marks == 1 && before == len(v)-1:
		return digits, flawMark
	case marks == 1 && before == 0:
		return digits, flawDigit
	}
	return digits, 0
}

// periodLayout is how the formats of 2379 in daily use are written: C century,
// Y year, M month, D day, H hour, m minute, S second, Z zone (3 letters), W
// week. "" is a format that is not looked into.
func periodLayout(format []byte) string {
	switch string(format) {
	case "101":
		return "YYMMDD"
	case "102":
		return "CCYYMMDD"
	case "201":
		return "YYMMDDHHmm"
	case "203":
		return "CCYYMMDDHHmm"
	case "204":
		return "CCYYMMDDHHmmSS"
	case "303":
		return "CCYYMMDDHHmmZZZ"
	case "304":
		return "CCYYMMDDHHmmSSZZZ"
	case "401":
		return "HHmm"
	case "402":
		return "HHmmSS"
	case "602":
		return "CCYY"
	case "609":
		return "YYMM"
	case "610":
		return "CCYYMM"
	case "616":
		return "CCYYWW"
	case "711", "718":
		return "CCYYMMDDCCYYMMDD"
	case "719":
		return "CCYYMMDDHHmmCCYYMMDDHHmm"
	}
	return ""
}

// isPeriod reports whether v is written as layout says, with numbers that are
// there: a month has its days, an hour 60 minutes. 2400 ends a day. The two ends
// of a period may have a hyphen between them, which the code list prints and says
// to leave away.
func isPeriod(v []byte, layout string) bool {
	if half := len(layout) / 2; len(v) == len(layout)+1 && v[half] == '-' && layout[:half] == layout[half:] {
		return isPeriod(v[:half], layout[:half]) && isPeriod(v[half+1:], layout[half:])
	}
	if len(v) != len(layout) {
		return false
	}
	year, month, hour := 2000, 0, 0
	for i := 0; i < len(layout); i += 2 {
		if layout[i] == 'Z' {
			return true // three letters, by agreement
		}
		n := pair(v[i:])
		switch {
		case n < 0:
			return false
		case layout[i] == 'C':
			year = n * 100
		case layout[i] == 'Y':
			year = year/100*100 + n
		case layout[i] == 'M':
			if month = n; n < 1 || n > 12 {
				return false
			}
		case layout[i] == 'D':
			if n < 1 || n > daysOf[month] || month == 2 && n == 29 && !leap(year) {
				return false
			}
		case layout[i] == 'W' && (n < 1 || n > 53), layout[i] == 'H' && n > 24,
			layout[i] == 'm' && (n > 59 || hour == 24 && n > 0), layout[i] == 'S' && (n > 59 || hour == 24 && n > 0):
			return false
		case layout[i] == 'H':
			hour = n
		}
	}
	return true
}

// formatLayout is how the formats of X12 element 1250 in daily use are written, in
// the letters of periodLayout. "" is a format that is not looked into.
func formatLayout(format []byte) string {
	switch string(format) {
	case "CM":
		return "CCYYMM"
	case "CY":
		return "CCYY"
	case "D6":
		return "YYMMDD"
	case "D8":
		return "CCYYMMDD"
	case "DB":
		return "MMDDCCYY"
	case "DT":
		return "CCYYMMDDHHmm"
	case "RD8":
		return "CCYYMMDD-CCYYMMDD"
	case "RTS":
		return "CCYYMMDDHHmmSS"
	case "TM":
		return "HHmm"
	case "TS":
		return "HHmmSS"
	case "TT":
		return "MMDDYY"
	}
	return ""
}

// isFormatted reports whether v is written as layout says; the ends of a period
// have a hyphen between them.
func isFormatted(v []byte, layout string) bool {
	first, last, period := strings.Cut(layout, "-")
	if !period {
		return isPeriod(v, layout)
	}
	a, b, ok := bytes.Cut(v, []byte("-"))
	return ok && isPeriod(a, first) && isPeriod(b, last)
}

func leap(year int) bool { return year%4 == 0 && (year%100 != 0 || year%400 == 0) }

// separator is the index of the first sep in v that no release character stands
// before, or len(v); sep 0 is none.
func separator(v []byte, sep, release byte) int {
	if sep == 0 {
		return len(v)
	}
	i := bytes.IndexByte(v, sep)
	if i < 0 {
		return len(v)
	}
	if release == 0 || bytes.IndexByte(v[:i], release) < 0 {
		return i
	}
	for i := 0; i < len(v); i++ {
		switch v[i] {
		case release:
			i++
		case sep:
			return i
		}
	}
	return len(v)
}

// countParts is in how many parts sep divides v.
func countParts(v []byte, sep, release byte) int {
	n := 1
	for {
		i := separator(v, sep, release)
		if i == len(v) {
			return n
		}
		n++
		v = v[i+1:]
	}
}

// nthAt is part n (from 1) of v, which begins at offset, and where it begins; of
// one that is absent, where v ends.
func nthAt(v []byte, n int, sep, release byte, offset int64) ([]byte, int64) {
	for ; n > 1; n-- {
		i := separator(v, sep, release)
		if i == len(v) {
			return nil, offset + int64(i)
		}
		v, offset = v[i+1:], offset+int64(i)+1
	}
	return v[:separator(v, sep, release)], offset
}

// nth is part n (from 1) of v.
func nth(v []byte, n int, sep, release byte) []byte {
	one, _ := nthAt(v, n, sep, release, 0)
	return one
}

// plain is v without its release characters: v itself when it has none.
func plain(v []byte, release byte) []byte {
	if release == 0 || bytes.IndexByte(v, release) < 0 {
		return v
	}
	return appendPlain(make([]byte, 0, len(v)), v, release)
}

// plain is the function of that name, in the Validator's own memory: what it
// gives holds until its next call.
func (v *Validator) plain(val []byte, release byte) []byte {
	if release == 0 || bytes.IndexByte(val, release) < 0 {
		return val
	}
	v.scratch = appendPlain(v.scratch[:0], val, release)
	return v.scratch
}

// appendPlain appends v without its release characters.
func appendPlain(out, v []byte, release byte) []byte {
	for i := 0; i < len(v); i++ {
		if v[i] == release && i+1 < len(v) {
			i++
		}
		out = append(out, v[i])
	}
	return out
}
