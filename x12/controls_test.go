package x12

import (
	"fmt"
	"slices"
	"testing"

	"github.com/edibridge/edibridge/edi"
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
		{"no control numbers", []string{"", "", "0123456789", "0123456789"}, nil, 0},
		{"NUL", []string{"A\x00", "A", "A\x001", "A1"}, nil, 4},
	} {
		var seen controls
		var got []string
		for _, v := range c.text {
			if seen.add(v) {
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
		var c controls
		seen := map[string]bool{}
		for _, v := range rapid.SliceOfN(text, 0, 200).Draw(t, "controls") {
			if got, want := c.add(v), seen[v]; got != want {
				t.Fatalf("%q\n got %v\nwant %v", v, got, want)
			}
			seen[v] = true
		}
	})
}

// TestControlsBound has more gaps than are remembered: those that are
// remembered are still told, and how many are not.
func TestControlsBound(t *testing.T) {
	var sets []byte
	n := 2*maxRuns + 100
	for i := range n {
		sets = fmt.Appendf(sets, "ST*850*%06d~SE*2*%06d~", i*2%(3*maxRuns), i*2%(3*maxRuns))
	}
	_, findings := events(t, isa+gs+string(sets)+fmt.Sprintf("GE*%d*301~", n)+iea, edi.Limits{})
	again := 0
	for i := range findings[:len(findings)-1] {
		if findings[i].Rule != "x12.set.control.duplicate" {
			t.Fatalf("%v", &findings[i])
		}
		again++
	}
	// 1.5 maxRuns numbers differ, the first maxRuns of them are remembered; behind
	// them the list begins again.
	if got, want := again, n-3*maxRuns/2; got != want {
		t.Errorf("duplicates\n got %d\nwant %d", got, want)
	}
	last := &findings[len(findings)-1]
	if got, want := fmt.Sprint(last.Severity, " ", last.Message), fmt.Sprintf(
		"info the control numbers of %d sets were not compared with those of later ones: more than %d runs of numbers", maxRuns/2, maxRuns); got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
}

func BenchmarkControls(b *testing.B) {
	text := make([]string, 100_000)
	for i := range text {
		text[i] = fmt.Sprintf("%09d", i)
	}
	var c controls
	b.ReportAllocs()
	for b.Loop() {
		c.reset()
		for _, v := range text {
			c.add(v)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(text)), "ns/set")
}
