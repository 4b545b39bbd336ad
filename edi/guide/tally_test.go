package guide

import (
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

func TestTally(t *testing.T) {
	for _, tt := range []struct {
		values []string
		want   string // "" unknown
	}{
		{[]string{"1", "2"}, "3"}, {[]string{"0.1", "0.2"}, "0.3"}, {[]string{"-1.5", "1,5"}, "0"}, {[]string{"", "7"}, "7"},
		{[]string{"9223372036854775807", "1"}, "9223372036854775808"},
		{[]string{"99999999999999999", "0.00000000001"}, "99999999999999999.00000000001"},
		{[]string{"1.000", "2"}, "3"}, {[]string{"-.05"}, "-0.05"},
		{[]string{"1", "x"}, ""}, {[]string{"1.2.3"}, ""}, {[]string{"-"}, ""}, {[]string{"."}, ""}, {[]string{"12345678901234567890123456789012345678901"}, ""},
	} {
		var sum tally
		for _, v := range tt.values {
			sum.add([]byte(v))
		}
		if got := sum.String(); sum.unknown != (tt.want == "") || !sum.unknown && got != tt.want {
			t.Errorf("%q: got %s unknown %v, want %q", tt.values, got, sum.unknown, tt.want)
		}
	}
}

// A tally is what exact arithmetic of any size gives.
func TestTallyIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.StringMatching(`-?[0-9]{1,22}(\.[0-9]{1,12})?`), 1, 20).Draw(t, "values")
		var sum tally
		want := new(big.Rat)
		for _, v := range values {
			sum.add([]byte(v))
			one, _ := new(big.Rat).SetString(v)
			want.Add(want, one)
		}
		if got, _ := new(big.Rat).SetString(sum.String()); sum.unknown || got.Cmp(want) != 0 {
			t.Fatalf("%v: got %s, want %s", values, sum.String(), want)
		}
		var claim tally
		claim.add([]byte(want.FloatString(12)))
		if n := len(want.FloatString(12)); n < maxDigits && !claim.equals(&sum) {
			t.Fatalf("%s is not equal to %s", claim.String(), sum.String())
		}
	})
}
