package views

import (
	"encoding/json"
	"math/big"
	"slices"

	"github.com/edibridge/edibridge/canonical"
)

// Amount is a number of one unit.
type Amount struct {
	Value canonical.Decimal `json:"value"`
	Unit  string            `json:"unit,omitempty"` // UN/ECE Recommendation 20, or as received; "" none was given
}

// amountOf is a quantity with its unit in one list; ok is false without a number.
func amountOf(q canonical.Quantity) (a Amount, ok bool) {
	if _, ok = q.Value.Rat(); !ok {
		return a, false
	}
	a = Amount{q.Value, q.UOMUnece}
	if a.Unit == "" {
		a.Unit = q.UOM
		if u, err := canonical.UnitUNECE(q.UOM); err == nil {
			a.Unit = u
		}
	}
	return a, true
}

// amounts appends a quantity, added to one of the same unit.
func amounts(to []Amount, q canonical.Quantity) []Amount {
	a, ok := amountOf(q)
	if !ok {
		return to
	}
	for i := range to {
		if to[i].Unit == a.Unit {
			to[i].Value = plus(to[i].Value, a.Value)
			return to
		}
	}
	return append(to, a)
}

// plus adds two numbers; what is none counts as nothing.
func plus(a, b canonical.Decimal) canonical.Decimal {
	x, ok := a.Rat()
	y, also := b.Rat()
	switch {
	case !ok:
		return b
	case !also:
		return a
	}
	return canonical.DecimalOf(x.Add(x, y), 0)
}

// minus is the number with the other sign.
func minus(d canonical.Decimal) canonical.Decimal {
	r, ok := d.Rat()
	if !ok {
		return d
	}
	return canonical.DecimalOf(r.Neg(r), 0)
}

// Amounts are numbers of several units, at most one of each. As JSON they are a list
// of [Amount], by unit.
type Amounts map[string]*big.Rat

// add adds all of more.
func (s *Amounts) add(more []Amount) {
	for _, a := range more {
		r, ok := a.Value.Rat()
		if !ok {
			continue
		}
		if *s == nil {
			*s = Amounts{}
		}
		if have := (*s)[a.Unit]; have != nil {
			r.Add(r, have)
		}
		(*s)[a.Unit] = r
	}
}

// set forgets what was added before.
func (s *Amounts) set(a []Amount) {
	*s = nil
	s.add(a)
}

// List is the numbers by unit.
func (s Amounts) List() []Amount {
	list := make([]Amount, 0, len(s))
	for unit, r := range s {
		list = append(list, Amount{canonical.DecimalOf(r, 0), unit})
	}
	slices.SortFunc(list, func(a, b Amount) int { return compareText(a.Unit, b.Unit) })
	return list
}

// MarshalJSON writes the list.
func (s Amounts) MarshalJSON() ([]byte, error) { return json.Marshal(s.List()) }

// UnmarshalJSON reads the list.
func (s *Amounts) UnmarshalJSON(text []byte) error {
	var list []Amount
	err := json.Unmarshal(text, &list)
	s.set(list)
	return err
}

// some reports whether there is more than nothing of a unit.
func (s Amounts) some() bool {
	for _, r := range s {
		if r.Sign() > 0 {
			return true
		}
	}
	return false
}

// covers reports whether there is as much of each unit as of all in other.
func (s Amounts) covers(other Amounts) bool {
	for unit, r := range other {
		have := s[unit]
		if have == nil {
			have = new(big.Rat)
		}
		if have.Cmp(r) < 0 {
			return false
		}
	}
	return true
}

// strange reports whether there is a unit that other does not have, other having
// one.
func (s Amounts) strange(other Amounts) bool {
	if len(other) == 0 {
		return false
	}
	for unit, r := range s {
		if other[unit] == nil && r.Sign() != 0 {
			return true
		}
	}
	return false
}

// greater is for each unit the greater number of two.
func greater(a, b Amounts) Amounts {
	if len(b) == 0 {
		return a
	}
	out := Amounts{}
	for unit, r := range a {
		out[unit] = r
	}
	for unit, r := range b {
		if out[unit] == nil || out[unit].Cmp(r) < 0 {
			out[unit] = r
		}
	}
	return out
}
