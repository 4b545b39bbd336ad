package sqlstore

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/edibridge/edibridge/bridge"
)

// A queue is what is due of one lane, one endpoint (of what is delivered) and one
// party, oldest first. Its name stands in each row; that a queue exists is told
// by the index of due rows alone, so that there is nothing to be kept in step
// with it. A claim walks over the queues from where the last one ended, by one
// step down the index for each, and takes the heads in turns.

// queueName is the queue that a Transmission stands in while it is due.
func queueName(t *bridge.Transmission) string {
	name := laneMark(t.Lane) + " "
	switch {
	case t.Kind == bridge.KindBatch: // one batch of an agreement after the other
		return name + "=" + short("batch "+t.BatchQueue())
	case t.Direction == bridge.Out:
		name += t.Endpoint + " "
	case t.Ordered:
		name += "="
	}
	return name + cmp.Or(short(t.Party()), "-")
}

// isOrdered reports whether what stands in a queue is translated one after the
// other.
func isOrdered(queue string) bool { return len(queue) > 2 && queue[2] == '=' }

// selectOlder finds what came before in an ordered queue, or in that of the same
// party in another lane, and is not translated yet, whoever works on it.
const selectOlder = `SELECT n FROM transmission WHERE state = 'accepted' AND substr(queue, 3, 1) = '=' AND substr(queue, 2) = substr($1, 2) AND sequence < $2
	ORDER BY sequence LIMIT 1`

// inOrder leaves of the rows of an ordered queue the oldest, if that is what comes
// next.
func (x *txn) inOrder(queue string, heads []head) ([]head, error) {
	if len(heads) == 0 || !isOrdered(queue) {
		return heads, nil
	}
	var n int64
	waits, err := x.row(selectOlder, []any{queue, heads[0].sequence}, &n)
	if err != nil || waits {
		return nil, err
	}
	return heads[:1], nil
}

// laneMark begins the names of a lane's queues: "1" for the most urgent.
func laneMark(l bridge.Lane) string {
	return strconv.Itoa(slices.Index(bridge.Lanes(), l.OrNormal()) + 1)
}

// laneOf is the lane of a queue.
func laneOf(queue string) bridge.Lane {
	for i, l := range bridge.Lanes() {
		if strings.HasPrefix(queue, strconv.Itoa(i+1)) {
			return l
		}
	}
	return bridge.Normal
}

// endpointOf is the endpoint of a queue of the deliver step: no endpoint has a
// blank in its name.
func endpointOf(queue string) string {
	_, rest, _ := strings.Cut(queue, " ")
	endpoint, _, _ := strings.Cut(rest, " ")
	return endpoint
}

// stretch is a part of the queues' names, in their order: behind after, up to
// until.
type stretch struct{ after, until string }

// stretches are the names to walk over for one lane: all behind the queue that
// was served last, then those before it, without the endpoints that take nothing.
func stretches(lane bridge.Lane, last string, closed []string) []stretch {
	mark := laneMark(lane)
	all := []stretch{{mark, mark + "~"}}
	for _, e := range closed {
		tail := &all[len(all)-1]
		behind := stretch{mark + " " + e + "!", tail.until}
		tail.until = mark + " " + e + " "
		all = append(all, behind)
	}
	if last == "" {
		return all
	}
	var later, earlier []stretch
	for _, s := range all {
		if last < s.until {
			later = append(later, stretch{max(s.after, last), s.until})
		}
		if last > s.after {
			earlier = append(earlier, stretch{s.after, min(s.until, last)})
		}
	}
	return append(later, earlier...)
}

// walkQueues names the queues of stretches that have something due, at most $2
// of each stretch. It costs one step down the index for each queue, however many
// rows they hold.
func walkQueues(stretches int) string {
	var from strings.Builder
	for i := range stretches {
		fmt.Fprintf(&from, ", (%d, CAST($%d AS TEXT), CAST($%d AS TEXT))", i, 2*i+3, 2*i+4)
	}
	return `SELECT part, queue FROM (WITH RECURSIVE walk (part, queue, until, depth) AS (
		SELECT s.column1, (SELECT t.queue FROM transmission t WHERE t.due = $1 AND t.due <> ''
			AND t.queue > s.column2 AND t.queue <= s.column3 ORDER BY t.queue LIMIT 1), s.column3, 1 FROM (VALUES ` + from.String()[2:] + `) AS s
		UNION ALL
		SELECT walk.part, (SELECT t.queue FROM transmission t WHERE t.due = $1 AND t.due <> ''
			AND t.queue > walk.queue AND t.queue <= walk.until ORDER BY t.queue LIMIT 1), walk.until, walk.depth + 1
		FROM walk WHERE walk.queue IS NOT NULL AND walk.depth < $2)
	SELECT part, queue FROM walk WHERE queue IS NOT NULL) AS walked`
}

// selectHeads reads the oldest of several queues, of each as many as are wanted.
// The conditions on times hold for every row that is due, unless a caller's
// clock stands behind another's.
func selectHeads(queues int) string {
	one := `SELECT * FROM (SELECT %d AS place, n, sequence, ordinal FROM transmission WHERE due = $1 AND due <> '' AND queue = $%d
		AND next_at <= $2 AND lease_until <= $2 ORDER BY sequence, ordinal LIMIT $%d /*pg FOR NO KEY UPDATE SKIP LOCKED */) AS q%[1]d`
	all := make([]string, queues)
	for i := range all {
		all[i] = fmt.Sprintf(one, i, 2*i+3, 2*i+4)
	}
	return strings.Join(all, " UNION ALL ")
}

// turns is whose turn it is, for one step. It is the process's own: where it is
// lost the turns begin anew, and nothing else.
type turns struct {
	last   map[bridge.Lane]string // queue that was served last
	credit map[bridge.Lane]int    // what a lane is owed, in 21sts of a claim
}

func (t turns) clone() turns { return turns{maps.Clone(t.last), maps.Clone(t.credit)} }

// rota keeps the turns of both steps between claims.
type rota struct {
	mu sync.Mutex // guards of
	of map[bridge.Step]turns
}

// get gives a copy of the turns of a step.
func (r *rota) get(step bridge.Step) turns {
	r.mu.Lock()
	defer r.mu.Unlock()
	t, ok := r.of[step]
	if !ok {
		return turns{map[bridge.Lane]string{}, map[bridge.Lane]int{}}
	}
	return t.clone()
}

// set notes the turns after a claim that was committed.
func (r *rota) set(step bridge.Step, t turns) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.of == nil {
		r.of = map[bridge.Step]turns{}
	}
	r.of[step] = t
}

// picking is one claim at work: the queues that may have more, in the order of
// their turns, and how many each endpoint still takes.
type picking struct {
	turns
	step  bridge.Step
	lanes map[bridge.Lane][]string
	room  map[string]int  // endpoints that are bounded
	empty map[string]bool // queues that had less than was wanted of them
	cut   bool            // there may be queues that the walk did not come to
}

// next gives the queue whose turn it is, "" when none has more.
func (p *picking) next() string {
	total, best := 0, bridge.Lane("")
	for _, l := range bridge.Lanes() {
		if len(p.lanes[l]) == 0 {
			p.credit[l] = 0 // who has no work saves nothing up
			continue
		}
		total += l.Share()
		p.credit[l] += l.Share()
		if best == "" || p.credit[l] > p.credit[best] {
			best = l
		}
	}
	if best == "" {
		return ""
	}
	p.credit[best] -= total
	queue := p.lanes[best][0]
	p.lanes[best] = append(p.lanes[best][1:], queue)
	p.last[best] = queue
	p.take(queue)
	return queue
}

// take counts one of a queue against its endpoint, whose queues leave when it
// takes no more.
func (p *picking) take(queue string) {
	if p.step != bridge.StepDeliver {
		return
	}
	endpoint := endpointOf(queue)
	left, bounded := p.room[endpoint]
	if !bounded {
		return
	}
	if p.room[endpoint] = left - 1; left > 1 {
		return
	}
	for l, queues := range p.lanes {
		p.lanes[l] = slices.DeleteFunc(queues, func(q string) bool { return endpointOf(q) == endpoint })
	}
}

// giveBack returns what a queue was counted for and did not have.
func (p *picking) giveBack(queue string, n int) {
	if endpoint := endpointOf(queue); p.step == bridge.StepDeliver {
		if left, bounded := p.room[endpoint]; bounded {
			p.room[endpoint] = left + n
		}
	}
	p.empty[queue] = true
	lane := laneOf(queue)
	p.lanes[lane] = slices.DeleteFunc(p.lanes[lane], func(q string) bool { return q == queue })
}

// walk finds the queues of a claim, at most width of each stretch.
func (x *txn) walk(p *picking, q *bridge.ClaimQuery, width int) error {
	var closed []string
	for endpoint, room := range p.room {
		if room <= 0 {
			closed = append(closed, endpoint)
		}
	}
	slices.Sort(closed)
	var all []stretch
	for _, l := range bridge.Lanes() {
		all = append(all, stretches(l, p.last[l], closed)...)
	}
	n := powerOfTwo(len(all))
	args := []any{q.Step, width}
	for i := range n {
		s := stretch{"~", "~"} // nothing
		if i < len(all) {
			s = all[i]
		}
		args = append(args, s.after, s.until)
	}
	found := make([][]string, n)
	err := x.rows(walkQueues(n), args, func(scan scanner) error {
		var part int
		var queue string
		err := scan(&part, &queue)
		found[part] = append(found[part], queue)
		return err
	})
	p.lanes, p.cut = map[bridge.Lane][]string{}, false
	for _, queues := range found {
		p.cut = p.cut || len(queues) >= width
		slices.Sort(queues)
		for _, queue := range queues {
			if !p.empty[queue] {
				p.lanes[laneOf(queue)] = append(p.lanes[laneOf(queue)], queue)
			}
		}
	}
	return err
}

// head is a row that a queue gave.
type head struct{ n, sequence, ordinal int64 }

// pick chooses up to limit rows, in the order in which they are served, and
// reports whether there may be more: it gives fewer when queues turn out to be
// shorter than their turns, or others hold their rows.
func (x *txn) pick(p *picking, q *bridge.ClaimQuery, limit int) (rows []int64, more bool, err error) {
	var served []string
	wanted := map[string]int{}
	var queues []string
	for len(served) < limit {
		queue := p.next()
		if queue == "" {
			break
		}
		served = append(served, queue)
		if wanted[queue]++; wanted[queue] == 1 {
			queues = append(queues, queue)
		}
	}
	if len(queues) == 0 {
		return nil, false, nil
	}
	heads, err := x.heads(q, queues, wanted)
	if err != nil {
		return nil, false, err
	}
	for _, queue := range queues {
		if heads[queue], err = x.inOrder(queue, heads[queue]); err != nil {
			return nil, false, err
		}
		if missing := wanted[queue] - len(heads[queue]); missing > 0 {
			p.giveBack(queue, missing)
		}
	}
	for _, queue := range served {
		if h := heads[queue]; len(h) > 0 {
			rows, heads[queue] = append(rows, h[0].n), h[1:]
		}
	}
	return rows, true, nil
}

// heads reads the oldest rows of queues.
func (x *txn) heads(q *bridge.ClaimQuery, queues []string, wanted map[string]int) (map[string][]head, error) {
	n := powerOfTwo(len(queues))
	args := []any{q.Step, nanos(q.Now)}
	for i := range n {
		if i < len(queues) {
			args = append(args, queues[i], wanted[queues[i]])
		} else {
			args = append(args, "", 0)
		}
	}
	heads := map[string][]head{}
	err := x.rows(selectHeads(n), args, func(scan scanner) error {
		var place int
		var h head
		err := scan(&place, &h.n, &h.sequence, &h.ordinal)
		if err == nil {
			heads[queues[place]] = append(heads[queues[place]], h)
		}
		return err
	})
	for _, h := range heads {
		slices.SortFunc(h, func(a, b head) int {
			return cmp.Or(cmp.Compare(a.sequence, b.sequence), cmp.Compare(a.ordinal, b.ordinal))
		})
	}
	return heads, err
}
