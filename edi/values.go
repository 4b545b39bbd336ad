package edi

// Count is what a control count says (SE01, GE01, IEA01; EDIFACT 0074, 0060,
// 0036): digits, leading zeros among them. -1: none, or more than 18 digits.
func Count(v []byte) int {
	const longest = 18
	n := 0
	for _, c := range v {
		if !digit(c) {
			return -1
		}
		n = 10*n + int(c-'0')
	}
	if len(v) == 0 || len(v) > longest {
		return -1
	}
	return n
}

// IsDate reports whether v is a day of the calendar, CCYYMMDD (X12 type DT of
// eight digits; EDIFACT 2379 code 102).
func IsDate[T string | []byte](v T) bool {
	if len(v) != 8 {
		return false
	}
	n := 0
	for i := range len(v) {
		if v[i] < '0' || v[i] > '9' {
			return false
		}
		n = 10*n + int(v[i]-'0')
	}
	year, month, day := n/10000, n/100%100, n%100
	days := 31
	switch month {
	case 4, 6, 9, 11:
		days = 30
	case 2:
		days = 28
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			days = 29
		}
	}
	return month >= 1 && month <= 12 && day >= 1 && day <= days
}
