package edi

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
