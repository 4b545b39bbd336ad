package mappings_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/edibridge/edibridge/mappings"
)

// documents is how many a set has: 2,000 where time allows.
func documents() uint64 {
	switch {
	case os.Getenv("EDIBRIDGE_LONG") != "":
		return 2000
	case testing.Short():
		return 10
	}
	return 50
}

// TestGeneratedForAllTables takes random messages that are valid by their guide
// into documents and back: the same bytes with the residue, the same meaning
// without, and documents that their schema takes.
func TestGeneratedForAllTables(t *testing.T) {
	for _, s := range allShipped(t) {
		t.Run(s.g.Name(), func(t *testing.T) {
			t.Parallel()
			a := newAuthor(s.g, s.m.Goals())
			var sum tally
			seed, n, odd, failed := uint64(0), documents(), 0, 0
			const most = 10 // failures that are told
			spots := map[string]bool{}
			for ; sum.sets < int(n) && seed < 4*n; seed++ {
				msg := a.message(seed)
				if msg == nil {
					continue
				}
				a.has(spots)
				s.untraced = seed%10 > 0
				r, problems := s.bothWays(msg)
				if len(problems) > 0 {
					t.Errorf("seed %d: %s\n%s\n%s", seed, msg.Raw(), strings.Join(problems, "\n"), told(r))
					if failed++; failed == most {
						break
					}
				}
				if r == nil {
					continue
				}
				if sum.add(r); unread(r) {
					odd++
				}
			}
			lacks := a.lacks(spots)
			t.Logf("of %d elements and components of the guide %d were never made: %s", len(a.spots), len(lacks), lacks)
			t.Logf("%s, of %d tried, %d with values that could not be read", &sum, seed, odd)
			if sum.sets < int(n) || odd > sum.sets/10+2 || sum.values < 10*sum.sets || sum.mapped == 0 {
				t.Errorf("%s: the generator makes too little", &sum)
			}
		})
	}
}

func told(r *mappings.Result) string {
	if r == nil {
		return ""
	}
	return fmt.Sprint(r.Findings)
}
