package guide

import "bytes"

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

// daysOf are the days of each month, February with its leap day; of no month as many
// as one can have.
var daysOf = [13]int{31, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}

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

// leads reports whether a number has zeros before its first digit that say nothing:
// more than one before a decimal mark, any before another digit.
func leads(v []byte) bool {
	if len(v) > 0 && v[0] == '-' {
		v = v[1:]
	}
	return len(v) > 1 && v[0] == '0' && v[1]-'0' <= 9
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
