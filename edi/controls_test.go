package edi

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestControls(t *testing.T) {
	for _, c := range []struct {
		name string
		text []string
		want []string // those that were there
		runs int
	}{
		{"counted up", []string{"0001", "0002", "0003", "0002"}, []string{"0002"}, 1},
		{"counted down", []string{"0003", "0002", "0001", "0003"}, []string{"0003"}, 1},
		{"a gap that is filled", []string{"0001", "0003", "0002", "0003", "0001"}, []string{"0003", "0001"}, 1},
		{"as text", []string{"1", "01", "001", "1"}, []string{"1"}, 3},
		{"carried over", []string{"9999", "10000", "9999"}, []string{"9999"}, 2},
		{"letters", []string{"A0001", "A0002", "B0002", "A000", "A0001"}, []string{"A0001"}, 3},
		{"letters behind", []string{"0009", "000A", "0010", "000A"}, []string{"000A"}, 2},
		{"nine digits", []string{"999999999", "000000000", "999999999"}, []string{"999999999"}, 2},
		{"no control numbers", []string{"", "", "012345678901234", "012345678901234"}, nil, 0},
		{"fourteen digits", []string{"12345999999998", "12345999999999", "12346000000000", "12345999999998"}, []string{"12345999999998"}, 2},
		{"NUL", []string{"A\x00", "A", "A\x001", "A1"}, nil, 4},
	} {
		var seen Controls
		var got []string
		for _, v := range c.text {
			if seen.Add(v) {
				got = append(got, v)
			}
		}
		if !slices.Equal(got, c.want) || len(seen.runs) != c.runs {
			t.Errorf("%s\n got %q, %d runs\nwant %q, %d runs", c.name, got, len(seen.runs), c.want, c.runs)
		}
	}
}

// TestControlsAgree compares with a map of all that were seen.
func TestControlsAgree(t *testing.T) {
	text := rapid.OneOf(rapid.StringMatching(`[0-3]{1,3}`), rapid.StringMatching(`[A-B]?[0-1A]{0,2}[0-9]`), rapid.StringMatching(`[0-9]{9}`))
	rapid.Check(t, func(t *rapid.T) {
		var c Controls
		seen := map[string]bool{}
		for _, v := range rapid.SliceOfN(text, 0, 200).Draw(t, "controls") {
			if got, want := c.Add(v), seen[v]; got != want {
				t.Fatalf("%q\n got %v\nwant %v", v, got, want)
			}
			seen[v] = true
		}
	})
}

// TestControlsLost fills the memory: what is in it is still known, what found
// no room is counted.
func TestControlsLost(t *testing.T) {
	var c Controls
	for i := range 2 * maxRuns {
		if c.Add(fmt.Sprintf("%06d", 2*i)) {
			t.Fatalf("%d was there", 2*i)
		}
	}
	if got, want := c.Lost(), maxRuns; got != want {
		t.Errorf("lost\n got %d\nwant %d", got, want)
	}
	if !c.Add("000000") || c.Add("099998") {
		t.Error("the first is forgotten, or one that was lost is known")
	}
}

func BenchmarkControls(b *testing.B) {
	text := make([]string, 100_000)
	for i := range text {
		text[i] = fmt.Sprintf("%09d", i)
	}
	var c Controls
	b.ReportAllocs()
	for b.Loop() {
		c.Reset()
		for _, v := range text {
			c.Add(v)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(text)), "ns/set")
}
