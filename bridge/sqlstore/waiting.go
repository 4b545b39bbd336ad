package sqlstore

import (
	"time"

	"github.com/edibridge/edibridge/bridge"
)

// share is what a write says of itself to those who wait with it.
type share struct {
	party string // whose turn it uses up; "": nobody's, it goes before all turns
	rows  int    // about how many rows it writes; 0 counts as one
}

// shareOf is the share of a write about a Transmission.
func shareOf(t *bridge.Transmission, rows int) share { return share{party: t.Party(), rows: rows} }

// waiting are the writes that wait for a commit. Those of one party stand in the
// order in which they came; parties take turns, one write each, so that one
// partner's many writes stand before another's one write once.
type waiting struct {
	first []*write            // of nobody
	of    map[string][]*write // by party
	turns []string            // parties that have writes, the next first
	n     int
}

func (q *waiting) add(w *write) {
	q.n++
	if w.share.party == "" {
		q.first = append(q.first, w)
		return
	}
	if q.of == nil {
		q.of = map[string][]*write{}
	}
	if len(q.of[w.share.party]) == 0 {
		q.turns = append(q.turns, w.share.party)
	}
	q.of[w.share.party] = append(q.of[w.share.party], w)
}

// head is the write whose turn it is, nil when none waits.
func (q *waiting) head() *write {
	switch {
	case len(q.first) > 0:
		return q.first[0]
	case len(q.turns) > 0:
		return q.of[q.turns[0]][0]
	}
	return nil
}

// pop takes the head out.
func (q *waiting) pop() {
	q.n--
	if len(q.first) > 0 {
		q.first[0] = nil
		q.first = q.first[1:]
		return
	}
	party := q.turns[0]
	q.turns = q.turns[1:]
	left := q.of[party]
	left[0] = nil
	if left = left[1:]; len(left) == 0 {
		delete(q.of, party)
		return
	}
	q.of[party] = left
	q.turns = append(q.turns, party)
}

// A round is the making of one group: which writes share a commit.
type round struct {
	began   time.Time
	at      time.Time // when the write that runs began
	accepts bool      // it takes something in
	spent   struct{ accepts, work time.Duration }
	had     map[string]bool // parties that had a turn
	lone    bool            // one of them has nothing more that waits
	n       int
}

// What bounds a round where writes are taken on while it runs. Its writes take
// groupTime, which is how long a write waits for others; where several parties
// have writes only groupRound, or less where one of them has no more, and then one
// turn of each: a lone write does not wait for the many of another. Of a round's
// time accepts have acceptShare parts to one of other work while both wait, since a
// partner waits for them.
const (
	groupTime   = 4 * time.Millisecond
	groupRound  = time.Millisecond
	acceptShare = 4
)

// next takes the write that goes next out of its queue; nil ends the round.
func (r *round) next(accepts, work *waiting, now time.Time) *write {
	r.note(now)
	from := work
	if accepts.n > 0 && (work.n == 0 || r.spent.accepts <= acceptShare*r.spent.work) {
		from = accepts
	}
	w := from.head()
	if w == nil || r.full(w.share.party, now) {
		return nil
	}
	from.pop()
	r.accepts = from == accepts
	if party := w.share.party; party != "" {
		r.had[party] = true
		r.lone = r.lone || len(from.of[party]) == 0
	}
	r.n++
	return w
}

// note counts the time of the write that ran.
func (r *round) note(now time.Time) {
	if r.n == 0 {
		r.began, r.had = now, map[string]bool{}
	} else if r.accepts {
		r.spent.accepts += now.Sub(r.at)
	} else {
		r.spent.work += now.Sub(r.at)
	}
	r.at = now
}

// full reports whether a write of a party has to wait for the next round.
func (r *round) full(party string, now time.Time) bool {
	switch took := now.Sub(r.began); {
	case r.n == 0:
		return false
	case r.n >= groupLimit || took >= groupTime:
		return true
	default:
		return (took >= groupRound || r.lone) && len(r.had) > 1 && r.had[party]
	}
}
