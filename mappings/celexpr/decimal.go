package celexpr

import (
	"math/big"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
)

// maxDigits bounds a decimal, maxScale its digits behind the point.
const (
	maxDigits = 60
	maxScale  = 30
)

// decimal is digits and how many of them stand behind the point.
type decimal struct {
	digits *big.Int
	scale  int
}

func parseDecimal(s string) (decimal, bool) {
	whole, fraction, _ := strings.Cut(s, ".")
	if len(s) > maxDigits || len(fraction) > maxScale || strings.ContainsAny(s, "+_") || strings.Trim(whole, "-") == "" && fraction == "" {
		return decimal{}, false
	}
	n, ok := new(big.Int).SetString(whole+fraction, 10)
	return decimal{n, len(fraction)}, ok
}

// at gives the number with so many digits behind the point, which are not fewer.
func (d decimal) at(scale int) *big.Int {
	return new(big.Int).Mul(d.digits, power(scale-d.scale))
}

func power(n int) *big.Int { return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil) }

func (d decimal) String() string {
	text := new(big.Int).Abs(d.digits).String()
	if len(text) <= d.scale {
		text = strings.Repeat("0", d.scale+1-len(text)) + text
	}
	if d.scale > 0 {
		text = text[:len(text)-d.scale] + "." + text[len(text)-d.scale:]
	}
	if d.digits.Sign() < 0 {
		return "-" + text
	}
	return text
}

func add(a, b decimal) decimal {
	scale := max(a.scale, b.scale)
	return decimal{new(big.Int).Add(a.at(scale), b.at(scale)), scale}
}

func sub(a, b decimal) decimal {
	return add(a, decimal{new(big.Int).Neg(b.digits), b.scale})
}

func mul(a, b decimal) decimal {
	return decimal{new(big.Int).Mul(a.digits, b.digits), a.scale + b.scale}
}

// round keeps scale digits behind the point, half away from zero.
func round(d decimal, scale int) decimal {
	if scale >= d.scale {
		return decimal{d.at(scale), scale}
	}
	unit := power(d.scale - scale)
	n := new(big.Int).Abs(d.digits)
	n.Add(n, new(big.Int).Rsh(unit, 1)).Quo(n, unit)
	if d.digits.Sign() < 0 {
		n.Neg(n)
	}
	return decimal{n, scale}
}

// decimals are the functions over texts that are decimal numbers.
func decimals() cel.EnvOption {
	return cel.Lib(decimalLibrary{})
}

type decimalLibrary struct{}

// ProgramOptions implements cel.Library.
func (decimalLibrary) ProgramOptions() []cel.ProgramOption { return nil }

// CompileOptions implements cel.Library.
func (decimalLibrary) CompileOptions() []cel.EnvOption {
	two := func(name string, compute func(a, b decimal) decimal) cel.EnvOption {
		return cel.Function(name, cel.Overload(name+"_string_string", []*cel.Type{cel.StringType, cel.StringType}, cel.StringType,
			cel.BinaryBinding(func(x, y ref.Val) ref.Val {
				a, b, bad := operands(x, y)
				if bad != nil {
					return bad
				}
				return types.String(compute(a, b).String())
			})))
	}
	return []cel.EnvOption{
		two("add", add), two("sub", sub), two("mul", mul),
		cel.Function("less", cel.Overload("less_string_string", []*cel.Type{cel.StringType, cel.StringType}, cel.BoolType,
			cel.BinaryBinding(func(x, y ref.Val) ref.Val {
				a, b, bad := operands(x, y)
				if bad != nil {
					return bad
				}
				return types.Bool(sub(a, b).digits.Sign() < 0)
			}))),
		cel.Function("round", cel.Overload("round_string_int", []*cel.Type{cel.StringType, cel.IntType}, cel.StringType,
			cel.BinaryBinding(func(x, y ref.Val) ref.Val {
				n, _ := y.(types.Int)
				d, _, bad := operands(x, x)
				if bad != nil {
					return bad
				}
				if n < 0 || n > maxScale {
					return types.NewErr("round: %d digits, from 0 to %d", int64(n), maxScale)
				}
				return types.String(round(d, int(n)).String())
			}))),
	}
}

// operands reads two decimals; bad is the error.
func operands(x, y ref.Val) (a, b decimal, bad ref.Val) {
	s, _ := x.(types.String)
	t, _ := y.(types.String)
	a, ok := parseDecimal(string(s))
	if !ok {
		return a, b, types.NewErr("%q is no decimal number", string(s))
	}
	if b, ok = parseDecimal(string(t)); !ok {
		return a, b, types.NewErr("%q is no decimal number", string(t))
	}
	return a, b, nil
}
