package guide

import (
	"bytes"
	"strings"
)

// count is the layout of a format that says how many units there are.
const count = "a number"

// periodLayouts is how the formats of 2379 are written, a letter for each digit: C
// century, Y year, M month, D day, H hour, m minute, S second, W week; J day of the
// year, d of the week, s half-year, q quarter, p third of a year, a ten days, N any
// digit; Z a letter of the zone, z the sign before its hours. The lists of D.96A and
// D.01B differ in 701 and 702, which are not looked into.
var periodLayouts = map[string]string{
	"2": "DDMMYY", "3": "MMDDYY", "4": "DDMMCCYY", "5": "DDMMCCYYHHmm",
	"101": "YYMMDD", "102": "CCYYMMDD", "103": "YYWWd", "105": "YYJJJ", "106": "MMDD",
	"107": "JJJ", "108": "WW", "109": "MM", "110": "DD",
	"201": "YYMMDDHHmm", "202": "YYMMDDHHmmSS", "203": "CCYYMMDDHHmm", "204": "CCYYMMDDHHmmSS", "205": "CCYYMMDDHHmmzHHmm",
	"301": "YYMMDDHHmmZZZ", "302": "YYMMDDHHmmSSZZZ", "303": "CCYYMMDDHHmmZZZ", "304": "CCYYMMDDHHmmSSZZZ",
	"305": "MMDDHHmm", "306": "DDHHmm",
	"401": "HHmm", "402": "HHmmSS", "404": "HHmmSSZZZ", "405": "NNNNSS",
	"501": "HHmmHHmm", "502": "HHmmSSHHmmSS", "503": "HHmmSSZZZHHmmSSZZZ",
	"600": "CC", "601": "YY", "602": "CCYY", "603": "YYs", "604": "CCYYs", "608": "CCYYq",
	"609": "YYMM", "610": "CCYYMM", "613": "YYMMa", "614": "CCYYMMa", "615": "YYWW", "616": "CCYYWW",
	"703": "YYsYYs", "704": "CCYYsCCYYs", "705": "YYpYYp", "706": "CCYYpCCYYp", "707": "YYqYYq", "708": "CCYYqCCYYq",
	"709": "YYMMYYMM", "710": "CCYYMMCCYYMM", "711": "CCYYMMDDCCYYMMDD", "713": "YYMMDDHHmmYYMMDDHHmm",
	"715": "YYWWYYWW", "716": "CCYYWWCCYYWW", "717": "YYMMDDYYMMDD", "718": "CCYYMMDDCCYYMMDD", "719": "CCYYMMDDHHmmCCYYMMDDHHmm",
	"801": count, "802": count, "803": count, "804": count, "805": count, "806": count, "807": count, "808": count,
	"809": count, "810": count, "811": count, "812": count, "813": "d", "814": count,
}

// periodLayout is how a format of 2379 is written; "" is one that is not looked
// into.
func periodLayout(format []byte) string { return periodLayouts[string(format)] }

// isPeriod reports whether v is written as layout says, with numbers that are
// there: a month has its days, an hour 60 minutes. 2400 ends a day. The two ends
// of a period may have a hyphen between them, which the code list prints and says
// to leave away.
func isPeriod(v []byte, layout string) bool {
	if layout == count {
		_, flaw := amount(v)
		return flaw == 0
	}
	if half := len(layout) / 2; half > 2 && layout[:half] == layout[len(layout)-half:] && len(layout)%2 == 0 {
		if len(v) == len(layout)+1 && v[half] == '-' {
			return isMoment(v[:half], layout[:half]) && isMoment(v[half+1:], layout[half:])
		}
		return len(v) == len(layout) && isMoment(v[:half], layout[:half]) && isMoment(v[half:], layout[half:])
	}
	return isMoment(v, layout)
}

// isMoment reports whether v is one date, time, week or the like.
func isMoment(v []byte, layout string) bool {
	if len(v) != len(layout) {
		return false
	}
	year, month, day, hour := 2000, 0, 0, 0
	for i := 0; i < len(layout); {
		unit, n := layout[i], 0
		from := i
		for ; i < len(layout) && layout[i] == unit && i-from < unitDigits(unit); i++ {
			if v[i]-'0' > 9 && unit != 'Z' && unit != 'z' {
				return false
			}
			n = n*10 + int(v[i]-'0')
		}
		switch unit {
		case 'C':
			year = n * 100
		case 'Y':
			year = year/100*100 + n
		case 'M':
			month = n
		case 'D':
			day = n
		case 'H':
			hour = n
		case 'z':
			if v[from] != '+' && v[from] != '-' {
				return false
			}
		}
		if low, high := bounds(unit, hour); n < low || n > high {
			return false
		}
	}
	return day <= daysOf[month] && (month != 2 || day < 29 || leap(year))
}

// unitDigits is how many digits a unit has.
func unitDigits(unit byte) int {
	switch unit {
	case 'J':
		return 3
	case 'C', 'Y', 'M', 'D', 'H', 'm', 'S', 'W':
		return 2
	}
	return 1
}

// bounds are the lowest and the highest number of a unit, at an hour: nothing comes
// behind hour 24.
func bounds(unit byte, hour int) (low, high int) {
	switch unit {
	case 'M':
		return 1, 12
	case 'D':
		return 1, 31
	case 'J':
		return 1, 366
	case 'W':
		return 1, 53
	case 'd':
		return 1, 7
	case 's':
		return 1, 2
	case 'q':
		return 1, 4
	case 'p', 'a':
		return 1, 3
	case 'H':
		return 0, 24
	case 'm', 'S':
		if hour == 24 {
			return 0, 0
		}
		return 0, 59
	}
	return -256, 256
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
