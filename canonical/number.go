package canonical

import (
	"math/big"
	"strings"
)

// maxNumber bounds the digits of a number that is computed with. The longest
// that X12 and EDIFACT carry has 35 (EDIFACT 5004 n..35).
const maxNumber = 100

// Rat gives the number for exact arithmetic. ok is false for what is no decimal
// number, the empty one included, and for one of more than 100 characters.
func (d Decimal) Rat() (r *big.Rat, ok bool) {
	if len(d) > maxNumber || !d.Valid() {
		return nil, false
	}
	return new(big.Rat).SetString(string(d))
}

// DecimalOf writes a number with all its digits: 3/8 is "0.375". One that no
// decimal number can say (1/3) is rounded, half away from zero, to places behind
// the point.
func DecimalOf(r *big.Rat, places int) Decimal {
	if n, exact := r.FloatPrec(); exact {
		places = n
	}
	return Decimal(r.FloatString(places))
}

// Equal reports whether two decimals are the same number: "1.5" and "1.50" are.
// What is no number equals nothing but the same text.
func (d Decimal) Equal(e Decimal) bool {
	if d == e {
		return true
	}
	x, ok := d.Rat()
	y, also := e.Rat()
	return ok && also && x.Cmp(y) == 0
}

// ParseDecimal reads a number with an explicit point: X12 type R, EDIFACT n. mark
// is the decimal mark, '.' or ','; in EDIFACT either is read, whichever the UNA
// names (ISO 9735, 10.1). Digits keep their number: "1,50" is "1.50", ".5" is
// "0.5", "5." is "5". The error is a [*ValueError].
//
// QUIRK: a plus sign, blanks around and a minus behind the digits ("5-", as
// mainframes print it) are read. Marks between thousands and exponents are not:
// 1,234 may be a thousand or one.
func ParseDecimal(s string, mark byte) (Decimal, error) {
	t := strings.TrimSpace(s)
	sign := ""
	switch {
	case strings.HasPrefix(t, "-"):
		sign, t = "-", t[1:]
	case strings.HasSuffix(t, "-"):
		sign, t = "-", t[:len(t)-1]
	case strings.HasPrefix(t, "+"):
		t = t[1:]
	}
	if mark == ',' {
		t = strings.Replace(t, ",", ".", 1)
	}
	if whole, ok := strings.CutSuffix(t, "."); ok {
		t = whole
	} else if strings.HasPrefix(t, ".") {
		t = "0" + t
	}
	d := Decimal(sign + t)
	if !d.Valid() {
		return "", &ValueError{"decimal", s, ErrDecimal}
	}
	return d, nil
}

// ParseImplied reads a number whose point is implied, X12 type N0 to N9: "387530"
// with two places is "3875.30" (X12.6, 3.5.1.1). The error is a [*ValueError].
//
// QUIRK: partners write the point into an N2 all the same. Then it counts:
// nobody means 3875.30 to be 38.7530.
func ParseImplied(s string, places int) (Decimal, error) {
	t := strings.TrimSpace(s)
	if strings.Contains(t, ".") {
		return ParseDecimal(t, '.')
	}
	sign, rest := "", t
	if u, ok := strings.CutPrefix(rest, "-"); ok {
		sign, rest = "-", u
	}
	if rest == "" || leadingDigits(rest) != len(rest) || places < 0 || places > 9 {
		return "", &ValueError{"decimal", s, ErrDecimal}
	}
	if places == 0 {
		return Decimal(sign + rest), nil
	}
	rest = strings.TrimLeft(rest, "0")
	if len(rest) <= places {
		rest = strings.Repeat("0", places+1-len(rest)) + rest
	}
	return Decimal(sign + rest[:len(rest)-places] + "." + rest[len(rest)-places:]), nil
}
