package sqlstore

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// committer runs writes in groups: see "What is durable when" in the package
// comment. Its goroutine owns the session.
type committer struct {
	session session
	part    int           // see txn
	wake    chan struct{} // holds one token: the queue is not empty, or closed was set
	done    chan struct{} // closed when the goroutine has ended

	mu      sync.Mutex // guards what follows
	accepts waiting
	work    waiting
	clock   func() time.Time
	closed  bool
}

// write is one caller's part of a group. do may run more than once, when the
// transaction that it ran in came to nothing; the last run counts.
type write struct {
	do    func(*txn) error
	share share
	locks []string
	stage atomic.Int32
	err   error         // valid once done is closed
	done  chan struct{} // closed when it is answered
}

// Stages of a write: it is begun by the committer or dropped by its caller,
// whoever comes first.
const (
	queued int32 = iota
	begun
	dropped
)

// What bounds how many writes share a commit, so that none waits long for the
// others' statements: how many they are and, where a group is chosen before it
// begins, how many rows they have in all, and follow-ups and numbers, which is
// what they name locks for.
const (
	groupLimit = 128
	groupRows  = 512
	groupLocks = 1024
)

// newCommitter starts the committer's goroutine, which [committer.close] ends.
func newCommitter(s session, part int) *committer {
	c := &committer{session: s, part: part, clock: time.Now, wake: make(chan struct{}, 1), done: make(chan struct{})}
	go c.run()
	return c
}

// accept queues a write that takes something in, and waits for its answer.
func (c *committer) accept(ctx context.Context, w *write) error {
	return c.queue(ctx, &c.accepts, w)
}

// write queues any other write and waits for its answer.
func (c *committer) write(ctx context.Context, w *write) error {
	return c.queue(ctx, &c.work, w)
}

func (c *committer) queue(ctx context.Context, q *waiting, w *write) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	w.done = make(chan struct{})
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		return ErrClosed
	}
	q.add(w)
	c.mu.Unlock()
	c.signal()
	select {
	case <-w.done:
	case <-ctx.Done():
		if w.stage.CompareAndSwap(queued, dropped) {
			return ctx.Err()
		}
		<-w.done // it has begun: what became of it is the answer
	}
	return w.err
}

func (c *committer) signal() { signal(c.wake) }

// signal leaves a token in a channel that holds one.
func signal(c chan<- struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// close lets the queue run empty, ends the goroutine and closes the session.
func (c *committer) close() error {
	c.mu.Lock()
	c.closed = true
	c.mu.Unlock()
	c.signal()
	<-c.done
	return c.session.close()
}

func (c *committer) run() {
	defer close(c.done)
	defer c.session.disconnect()
	x := &txn{session: c.session, part: c.part}
	for range c.wake {
		waits, closed := c.waits()
		for waits {
			c.group(x)
			waits, closed = c.waits()
		}
		if closed {
			return
		}
	}
}

// waits reports whether a write waits, and whether none will come any more.
func (c *committer) waits() (some, closed bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.accepts.n+c.work.n > 0, c.closed
}

// group runs writes in one transaction and answers them; none where all that it
// took out of the queues were dropped. When that comes to nothing, each is tried in
// a transaction of its own.
func (c *committer) group(x *txn) {
	r := &round{}
	ran := c.begin(r)
	if len(ran) == 0 {
		return
	}
	var more func() *write
	if x.grows() {
		more = func() *write { return c.next(r) }
	}
	ran, err := x.run(ran, more)
	tries := 0 // alone
	if len(ran) == 1 {
		tries = 1
	}
	if err != nil && x.again(err, tries) {
		for _, w := range ran {
			x.alone(w)
		}
		err = nil
	}
	for _, w := range ran {
		if err != nil && w.err == nil {
			w.err = fmt.Errorf("sqlstore: commit: %w", err)
		}
		w.err = unavailable(w.err)
		close(w.done)
	}
}

// begin takes the writes that a transaction begins with out of their queues: the
// first, or, where it may not grow, as many as one may have.
func (c *committer) begin(r *round) (group []*write) {
	for rows, locks := 0, 0; len(group) < groupLimit; {
		w := c.next(r)
		if w == nil {
			break
		}
		group = append(group, w)
		rows, locks = rows+max(w.share.rows, 1), locks+len(w.locks)
		if c.session.grows() || rows >= groupRows || locks >= groupLocks {
			break
		}
	}
	return group
}

// next takes the write that goes next in a round and that its caller has not
// dropped; nil ends the round.
func (c *committer) next(r *round) *write {
	c.mu.Lock()
	defer c.mu.Unlock()
	for {
		w := r.next(&c.accepts, &c.work, c.clock())
		if w == nil || w.stage.CompareAndSwap(queued, begun) {
			return w
		}
	}
}

// txn is the transaction that runs on a session, and what is to be attended to
// when it commits.
type txn struct {
	session
	part   int  // of the sums that it writes: others have another one
	leaves bool // it wrote leaves that wait for their index
	tail   tail
	due    struct{ translate, deliver bool }
}

// run runs writes in one transaction, and those that more gives behind them (nil:
// none), and tells which these were. When it fails none of them is done, or nobody
// knows; else each write has its own answer.
func (x *txn) run(ws []*write, more func() *write) ([]*write, error) {
	x.leaves, x.tail, x.due = false, tail{}, struct{ translate, deliver bool }{}
	var locks []string
	for _, w := range ws {
		locks = append(locks, w.locks...)
	}
	err := x.begin(locks)
	for i := 0; i < len(ws) && err == nil; i++ {
		w := ws[i]
		w.err, err = x.isolate(func() error { return w.do(x) })
		if err == nil && more != nil && i == len(ws)-1 {
			if next := more(); next != nil {
				ws = append(ws, next)
			}
		}
	}
	if err == nil {
		err = x.commit(x)
	}
	if err != nil {
		x.rollback()
	}
	return ws, err
}

// alone runs one write in a transaction of its own, again while that may help.
func (x *txn) alone(w *write) {
	for tries := 1; ; tries++ {
		w.err = nil
		_, err := x.run([]*write{w}, nil)
		if err == nil {
			return
		}
		if !x.again(err, tries) {
			if w.err == nil {
				w.err = fmt.Errorf("sqlstore: commit: %w", err)
			}
			return
		}
	}
}

// row fills dest from the first row of a query, and reports whether there was one.
func (x *txn) row(query string, args []any, dest ...any) (bool, error) {
	var first firstRow
	err := x.rows(query, args, first.into(dest))
	return first.found && err == nil, err
}

// next gives the next n numbers of a counter: the last of them.
func (x *txn) next(counter string, n int) (int64, error) {
	var v int64
	ok, err := x.row("UPDATE counter SET value = value + $1 WHERE name = $2 RETURNING value", []any{n, counter}, &v)
	if err == nil && !ok {
		err = fmt.Errorf("counter %s is not there", counter)
	}
	return v, err
}
