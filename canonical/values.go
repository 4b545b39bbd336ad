package canonical

import (
	"errors"
	"fmt"
	"time"
)

// Decimal is a decimal number as text: an optional minus, digits, and digits
// behind a point: "12", "-0.50", "1.50". It keeps the precision it was written
// with. The empty Decimal is no value.
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
//	"2026-11-23"             a day
//	"2026-11-23T09:30"       a local time of the sender: no offset was given, none is invented
//	"2026-11-23T09:30:15.25"
//	"2026-11-23T09:30:00Z"   only where the document itself names the offset
//	"T09:30"                 a time whose day was not given
//
// The empty Date is no value.
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
		return false
	}
	for _, layout := range []string{"T15:04", "T15:04:05", "T15:04Z07:00", "T15:04:05Z07:00"} {
		if _, err := time.Parse(layout, s); err == nil {
			return true
		}
	}
	return false
}

// UnmarshalText takes a valid date or nothing; the error is [ErrDate].
func (d *Date) UnmarshalText(b []byte) error {
	if len(b) > 0 && !Date(b).Valid() {
		return fmt.Errorf("%q: %w", b, ErrDate)
	}
	*d = Date(b)
	return nil
}
