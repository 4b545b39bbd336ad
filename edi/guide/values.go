package guide

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
		y := century*100 + year
		return y%4 == 0 && (y%100 != 0 || y%400 == 0)
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
