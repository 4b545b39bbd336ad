package guide

import (
	"math"
	"math/big"
	"strings"
)

// tally is an exact sum of decimals.
type tally struct {
	units   int64    // the sum is units / 10^places, unless big is there
	places  int      // digits behind the decimal mark, of units and big
	big     *big.Int // the sum once units would overflow
	hash    uint64   // the sum of the digits alone, modulo hashRange
	added   int      // how many numbers were added
	unknown bool     // something in it was no number
	wanted  bool     // the message says it
}

// hashRange bounds hash: no element holds a longer hash total (X12 element 347
// has ten digits).
const hashRange = 1e15

// maxDigits bounds the digits of one number: a longer one is reported for its
// length, and what it is part of is not known.
const maxDigits = 40

func (t *tally) count() { t.units++ }

// add adds a number as received; an empty value adds nothing.
func (t *tally) add(v []byte) {
	if len(v) == 0 {
		return
	}
	digits := v
	if v[0] == '-' {
		digits = v[1:]
	}
	var units int64
	var hash uint64
	n, point := 0, -1
	for i, b := range digits {
		switch {
		case b-'0' <= 9:
			if n++; n <= 18 {
				units = units*10 + int64(b-'0')
			}
			hash = (hash*10 + uint64(b-'0')) % hashRange
		case (b == '.' || b == ',') && point < 0:
			point = i
		default:
			t.unknown = true
			return
		}
	}
	if n == 0 || n > maxDigits {
		t.unknown = true
		return
	}
	t.added++
	places := 0
	if point >= 0 {
		places = len(digits) - 1 - point
	}
	t.hash = (t.hash + hash) % hashRange
	if len(digits) < len(v) {
		units = -units
	}
	if n > 18 || !t.addSmall(units, places) {
		t.addBig(v, places)
	}
}

// addSmall adds units / 10^places, unless that takes a bigger number.
func (t *tally) addSmall(units int64, places int) bool {
	if t.big != nil {
		return false
	}
	sum, at := t.units, t.places
	for ; at < places; at++ {
		if sum > math.MaxInt64/20 || sum < -math.MaxInt64/20 {
			return false
		}
		sum *= 10
	}
	for ; places < at; places++ {
		if units > math.MaxInt64/20 || units < -math.MaxInt64/20 {
			return false
		}
		units *= 10
	}
	if sum > math.MaxInt64/2 || sum < -math.MaxInt64/2 || units > math.MaxInt64/2 || units < -math.MaxInt64/2 {
		return false
	}
	t.units, t.places = sum+units, at
	return true
}

// addBig adds a number of places that addSmall did not take.
func (t *tally) addBig(v []byte, places int) {
	one, ok := new(big.Int).SetString(strings.NewReplacer(".", "", ",", "").Replace(string(v)), 10)
	if !ok {
		t.unknown = true
		return
	}
	sum := t.value()
	most := max(t.places, places)
	t.big = sum.Mul(sum, power(most-t.places)).Add(sum, one.Mul(one, power(most-places)))
	t.places = most
}

// power is 10^n.
func power(n int) *big.Int { return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil) }

// value is the sum in units, as a number of its own.
func (t *tally) value() *big.Int {
	if t.big != nil {
		return new(big.Int).Set(t.big)
	}
	return big.NewInt(t.units)
}

// equals reports whether two sums are the same number.
func (t *tally) equals(u *tally) bool {
	if t.big == nil && u.big == nil && t.places == u.places {
		return t.units == u.units
	}
	a, b := t.value(), u.value()
	most := max(t.places, u.places)
	return a.Mul(a, power(most-t.places)).Cmp(b.Mul(b, power(most-u.places))) == 0
}

// hashes reports whether said is the hash total as X12 has it (element 347): the
// digits summed without decimal marks and signs, cut on the left to the element's
// longest length.
func (t *tally) hashes(said []byte, longest int32) bool {
	var claim tally
	claim.add(said)
	cut := uint64(1)
	for range min(longest, 15) {
		cut *= 10
	}
	return t.hash%cut == claim.hash
}

// String is the sum as a number.
func (t *tally) String() string {
	text := t.value().String()
	if t.places == 0 {
		return text
	}
	sign := ""
	if text[0] == '-' {
		sign, text = "-", text[1:]
	}
	if k := t.places + 1 - len(text); k > 0 {
		text = strings.Repeat("0", k) + text
	}
	at := len(text) - t.places
	return sign + strings.TrimRight(strings.TrimRight(text[:at]+"."+text[at:], "0"), ".")
}
