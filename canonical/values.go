package canonical

import (
	"errors"
	"fmt"
	"time"
)

// Decimal is a decimal number as text: an optional minus, digits, and digits
// behind a point: "12", "-0.50", "1.50". It keeps the precision it was written
// with. The empty Decimal is no value. [ParseDecimal] and [ParseImplied] read
// what documents have.
type Decimal string

// ErrDecimal is what text is that is no [Decimal].
var ErrDecimal = errors.New("no decimal number")

// Valid reports whether d is a decimal number; the empty one is not.
func (d Decimal) Valid() bool {
	s := string(d)
	if s != "" && s[0] == '-' {
		s = s[1:]
	}
	n := leadingDigits(s)
	if n == 0 {
		return false
	}
	if n == len(s) {
		return true
	}
	return s[n] == '.' && n+1 < len(s) && leadingDigits(s[n+1:]) == len(s)-n-1
}

// UnmarshalText takes a valid number or nothing; the error is [ErrDecimal].
func (d *Decimal) UnmarshalText(b []byte) error {
	if len(b) > 0 && !Decimal(b).Valid() {
		return fmt.Errorf("%q: %w", b, ErrDecimal)
	}
	*d = Decimal(b)
	return nil
}

func leadingDigits(s string) int {
	n := 0
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	return n
}

// Date is a date, a time of day, or both, with the precision that was given:
//
//	"2026"                   a year
//	"2026-11"                a month
//	"2026-W47"               a week (ISO 8601)
//	"2026-11-23"             a day
//	"2026-11-23T09:30"       a local time of the sender: no offset was given, none is invented
//	"2026-11-23T09:30:15.25"
//	"2026-11-23T09:30:00Z"   only where the document itself names the offset
//	"T09:30"                 a time whose day was not given
//
// The empty Date is no value. [ParseDate] reads what documents have.
type Date string

// ErrDate is what text is that is no [Date].
var ErrDate = errors.New("no date or time")

// Valid reports whether d is a date of the calendar, a time of day, or both.
func (d Date) Valid() bool {
	s := string(d)
	if len(s) >= 10 && s[0] != 'T' {
		if _, err := time.Parse(time.DateOnly, s[:10]); err != nil {
			return false
		}
		if s = s[10:]; s == "" {
			return true
		}
	}
	if s == "" || s[0] != 'T' {
		return coarse(s)
	}
	for _, layout := range []string{"T15:04", "T15:04:05", "T15:04Z07:00", "T15:04:05Z07:00"} {
		if _, err := time.Parse(layout, s); err == nil {
			return true
		}
	}
	return false
}

// coarse reports whether s is a year, a month or a week.
func coarse(s string) bool {
	if len(s) < 4 || leadingDigits(s) != 4 {
		return false
	}
	switch {
	case len(s) == 4:
		return true
	case len(s) == 8 && s[4:6] == "-W" && leadingDigits(s[6:]) == 2:
		// The 28th of December lies in the year's last week (ISO 8601-1, 4.2.2).
		year, err := time.Parse(time.DateOnly, s[:4]+"-12-28")
		_, last := year.ISOWeek()
		week := int(s[6]-'0')*10 + int(s[7]-'0')
		return err == nil && week >= 1 && week <= last
	}
	_, err := time.Parse("2006-01", s)
	return err == nil
}

// Day gives the day, without its time; ok is false when d names none.
func (d Date) Day() (day Date, ok bool) {
	if len(d) < 10 || d[0] == 'T' || !d.Valid() {
		return "", false
	}
	return d[:10], true
}

// UnmarshalText takes a valid date or nothing; the error is [ErrDate].
func (d *Date) UnmarshalText(b []byte) error {
	if len(b) > 0 && !Date(b).Valid() {
		return fmt.Errorf("%q: %w", b, ErrDate)
	}
	*d = Date(b)
	return nil
}

// ParseDate reads a date by the format that its document names: a code of
// EDIFACT 2379 ("102" CCYYMMDD, "203" CCYYMMDDHHMM, "303" and "304" with a zone,
// "610" CCYYMM, "616" CCYYWW, "602" CCYY, "101" YYMMDD, "201" YYMMDDHHMM, "204"
// CCYYMMDDHHMMSS, "401" HHMM, "402" HHMMSS) or of X12 element 1250 ("D8", "D6",
// "DT", "TM"). Years of two digits below 50 are of this century. The error is a
// [*ValueError].
//
// A zone that is a name is refused: whoever reads it must say which offset he
// takes it for. "UTC", "GMT" and "Z" name one; "+0100" and "+01:00" are one.
func ParseDate(format, text string) (Date, error) {
	bad := &ValueError{"date", text, ErrDate}
	layout, ok := dateLayout(format)
	if !ok {
		return "", bad
	}
	digits, zone := text, ""
	if format == "303" || format == "304" {
		if len(text) <= len(layout) {
			return "", bad
		}
		digits, zone = text[:len(layout)], text[len(layout):]
	}
	if len(digits) != len(layout) || leadingDigits(digits) != len(digits) {
		return "", bad
	}
	d, ok := spellDate(layout, digits)
	if !ok {
		return "", bad
	}
	if zone != "" {
		offset, ok := parseZone(zone)
		if !ok {
			return "", bad
		}
		d += Date(offset)
	}
	if !d.Valid() {
		return "", bad
	}
	return d, nil
}

// dateLayout gives a letter a digit: C and Y of the year, M, D, W, h, m, s.
func dateLayout(format string) (string, bool) {
	switch format {
	case "102", "D8":
		return "CCYYMMDD", true
	case "101", "D6":
		return "YYMMDD", true
	case "203", "DT", "303":
		return "CCYYMMDDhhmm", true
	case "204", "304":
		return "CCYYMMDDhhmmss", true
	case "201":
		return "YYMMDDhhmm", true
	case "401", "TM":
		return "hhmm", true
	case "402":
		return "hhmmss", true
	case "602":
		return "CCYY", true
	case "610":
		return "CCYYMM", true
	case "616":
		return "CCYYWW", true
	}
	return "", false
}

func spellDate(layout, digits string) (Date, bool) {
	var date, clock string
	if layout[0] == 'Y' {
		century := "19"
		if digits < "50" {
			century = "20"
		}
		layout, digits = "CC"+layout, century+digits
	}
	for i := 0; i < len(layout); {
		n := 2
		if layout[i] == 'C' {
			n = 4
		}
		part := digits[i : i+n]
		switch layout[i] {
		case 'C':
			date = part
		case 'M', 'D':
			date += "-" + part
		case 'W':
			date += "-W" + part
		case 'h':
			clock = "T" + part
		case 'm', 's':
			clock += ":" + part
		}
		i += n
	}
	return Date(date + clock), date+clock != ""
}

// parseZone gives an offset as RFC 3339 writes it.
func parseZone(zone string) (string, bool) {
	switch zone {
	case "UTC", "GMT", "Z":
		return "Z", true
	}
	if len(zone) == 6 && zone[3] == ':' {
		zone = zone[:3] + zone[4:]
	}
	if len(zone) == 5 && (zone[0] == '+' || zone[0] == '-') && leadingDigits(zone[1:]) == 4 && zone[1:3] < "15" && zone[3:] < "60" {
		return zone[:3] + ":" + zone[3:], true
	}
	return "", false
}
