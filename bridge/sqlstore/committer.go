package sqlstore

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"sync"
	"sync/atomic"
)

// committer runs writes in groups: see "What is durable when" in the package
// comment. Its goroutine owns the connection.
type committer struct {
	db   *sql.DB
	wake chan struct{} // holds one token: the queue is not empty, or closed was set
	done chan struct{} // closed when the goroutine has ended

	mu     sync.Mutex // guards queue and closed
	queue  []*write
	closed bool
}

// write is one caller's part of a group.
type write struct {
	do    func(*txn) error
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

// newCommitter starts the committer's goroutine, which [committer.close] ends.
func newCommitter(db *sql.DB) *committer {
	c := &committer{db: db, wake: make(chan struct{}, 1), done: make(chan struct{})}
	go c.run()
	return c
}

// write queues do and waits for its answer.
func (c *committer) write(ctx context.Context, do func(*txn) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	w := &write{do: do, done: make(chan struct{})}
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		return ErrClosed
	}
	c.queue = append(c.queue, w)
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

func (c *committer) signal() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// close lets the queue run empty, ends the goroutine and closes the connection.
func (c *committer) close() error {
	c.mu.Lock()
	c.closed = true
	c.mu.Unlock()
	c.signal()
	<-c.done
	return c.db.Close()
}

// take empties the queue, and reports whether more can come.
func (c *committer) take() (group []*write, closed bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	group, c.queue = c.queue, nil
	return group, c.closed
}

func (c *committer) run() {
	defer close(c.done)
	x := &txn{db: c.db}
	defer x.disconnect()
	for range c.wake {
		group, closed := c.take()
		for len(group) > 0 {
			c.group(x, group)
			group, closed = c.take()
		}
		if closed {
			return
		}
	}
}

// group runs writes in one transaction and answers them.
func (c *committer) group(x *txn, group []*write) {
	var ran []*write
	answer := func(err error) {
		for _, w := range ran {
			if w.err == nil {
				w.err = err
			}
			close(w.done)
		}
	}
	err := x.begin()
	for _, w := range group {
		if !w.stage.CompareAndSwap(queued, begun) {
			continue
		}
		ran = append(ran, w)
		if err == nil {
			w.err, err = x.savepoint(w.do)
		}
	}
	if err == nil {
		err = x.commit()
	}
	if err != nil {
		x.rollback()
		err = fmt.Errorf("sqlstore: commit: %w", err)
	}
	answer(err)
}

// txn is the one connection that writes, with its prepared statements. Its
// methods take no context: a transaction that has begun runs to its end.
type txn struct {
	db       *sql.DB
	conn     *sql.Conn // nil until the first transaction, and after a failed rollback
	prepared map[string]*sql.Stmt
	leaves   bool // this transaction wrote leaves
}

// begin starts a transaction that holds the write lock.
func (x *txn) begin() error {
	if x.conn == nil {
		conn, err := x.db.Conn(context.Background())
		if err != nil {
			return err
		}
		x.conn, x.prepared = conn, map[string]*sql.Stmt{}
	}
	x.leaves = false
	_, err := x.exec("BEGIN IMMEDIATE")
	return err
}

// savepoint runs do; when do fails only its own changes are undone. fatal says
// that the transaction as a whole cannot go on.
func (x *txn) savepoint(do func(*txn) error) (failed, fatal error) {
	if _, err := x.exec("SAVEPOINT w"); err != nil {
		return err, err
	}
	if failed = do(x); failed != nil {
		if _, err := x.exec("ROLLBACK TO w"); err != nil {
			return failed, err
		}
	}
	_, fatal = x.exec("RELEASE w")
	return failed, fatal
}

// commit sequences the leaves and ends the transaction.
func (x *txn) commit() error {
	if x.leaves {
		if err := x.seal(); err != nil {
			return err
		}
	}
	_, err := x.exec("COMMIT")
	return err
}

// rollback ends a transaction that failed. A connection that cannot is given up.
func (x *txn) rollback() {
	if x.conn == nil {
		return
	}
	if _, err := x.exec("ROLLBACK"); err != nil {
		x.disconnect()
	}
}

// disconnect gives the connection up; a transaction that is open ends with it.
func (x *txn) disconnect() {
	if x.conn == nil {
		return
	}
	for _, st := range x.prepared {
		st.Close()
	}
	// ErrBadConn makes the pool close the connection instead of keeping it.
	x.conn.Raw(func(any) error { return driver.ErrBadConn })
	x.conn.Close()
	x.conn, x.prepared = nil, nil
}

// statement is the prepared form of a query text.
func (x *txn) statement(query string) (*sql.Stmt, error) {
	if st, ok := x.prepared[query]; ok {
		return st, nil
	}
	st, err := x.conn.PrepareContext(context.Background(), query)
	if err == nil {
		x.prepared[query] = st
	}
	return st, err
}

// exec changes rows and gives how many.
func (x *txn) exec(query string, args ...any) (int64, error) {
	st, err := x.statement(query)
	if err != nil {
		return 0, err
	}
	r, err := st.Exec(args...)
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

// row fills dest from the only row of a query, and reports whether there was one.
func (x *txn) row(query string, args []any, dest ...any) (bool, error) {
	st, err := x.statement(query)
	if err != nil {
		return false, err
	}
	return found(st.QueryRow(args...).Scan(dest...))
}

// rows visits each row of a query. visit must not use x.
func (x *txn) rows(query string, args []any, visit func(scanner) error) error {
	st, err := x.statement(query)
	if err != nil {
		return err
	}
	rows, err := st.Query(args...)
	if err != nil {
		return err
	}
	return eachRow(rows, visit)
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
