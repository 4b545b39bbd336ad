package sqlstore

import (
	"strings"
	"testing"
	"time"
)

// line queues writes of parties, told by one letter each; "-" is nobody's.
func line(q *waiting, parties string) {
	for _, party := range strings.Split(parties, "") {
		q.add(&write{share: share{party: strings.Trim(party, "-")}})
	}
}

// played makes one round in which each write of an accept takes a fifth of that of
// other work, and gives the parties in the order of their turns, accepts in
// capitals.
func played(accepts, work *waiting, workTook time.Duration) string {
	r := &round{}
	var order strings.Builder
	for now := time.Unix(0, 0); ; {
		w := r.next(accepts, work, now)
		if w == nil {
			return order.String()
		}
		party := w.share.party
		if party == "" {
			party = "-"
		}
		if r.accepts {
			now = now.Add(workTook / 5)
			party = strings.ToUpper(party)
		} else {
			now = now.Add(workTook)
		}
		order.WriteString(party)
	}
}

func TestRound(t *testing.T) {
	for _, c := range []struct {
		name, accepts, work string
		took                time.Duration
		want                []string // round by round
	}{
		{"one party: as many as the time allows", "", "aaaaaaaaaa", time.Millisecond, []string{"aaaa", "aaaa", "aa"}},
		{"a lone write stands behind one of the many", "", "aaaaaaaab", time.Millisecond, []string{"ab", "aaaa", "aaa"}},
		{"and its commit comes at once, however short the writes", "", "aaaaaaaab", 100 * time.Microsecond, []string{"ab", "aaaaaaa"}},
		{"short writes of several who have more share a commit", "", "aaaabbbb", 100 * time.Microsecond, []string{"abababa", "b"}},
		{"turns go round", "", "aaabbbcc", 300 * time.Microsecond, []string{"abca", "bca", "b"}},
		{"nobody's goes first, and is no party", "", "aa-", time.Millisecond, []string{"-aa"}},
		{"accepts have four times the time of other work", strings.Repeat("a", 60), "aaaa", time.Millisecond,
			[]string{"AaAAAAAAAAAAAAAA", "AaAAAAAAAAAAAAAA", "AaAAAAAAAAAAAAAA", "AaAAAAAAAAAAAAAA"}},
		{"a write that is longer than a round goes by itself", "", "aab", 10 * time.Millisecond, []string{"a", "b", "a"}},
		{"no more than a commit takes", "", strings.Repeat("a", groupLimit+1), 0, []string{strings.Repeat("a", groupLimit), "a"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var accepts, work waiting
			if c.accepts != "" {
				line(&accepts, c.accepts)
			}
			line(&work, c.work)
			for i, want := range append(c.want, "") {
				if got := played(&accepts, &work, c.took); got != want {
					t.Errorf("round %d\n got %s\nwant %s", i+1, got, want)
				}
			}
			if accepts.n != 0 || work.n != 0 || len(work.of) != 0 {
				t.Errorf("left are %d accepts, %d writes, %d parties", accepts.n, work.n, len(work.of))
			}
		})
	}
}
