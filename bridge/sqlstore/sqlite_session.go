package sqlstore

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"strings"
	"sync"
)

// sqliteReads are the connections that read an SQLite file.
type sqliteReads struct {
	db *sql.DB

	mu       sync.Mutex // guards prepared
	prepared map[string]*sql.Stmt
}

func (r *sqliteReads) query(ctx context.Context, query string, args []any, visit func(scanner) error) error {
	st, err := r.statement(ctx, query)
	if err != nil {
		return err
	}
	rows, err := st.QueryContext(ctx, args...)
	if err != nil {
		return err
	}
	return eachRow(rows, visit)
}

// statement is the prepared read of a query text.
func (r *sqliteReads) statement(ctx context.Context, query string) (*sql.Stmt, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if st, ok := r.prepared[query]; ok {
		return st, nil
	}
	st, err := r.db.PrepareContext(ctx, query)
	if err == nil {
		r.prepared[query] = st
	}
	return st, err
}

func (r *sqliteReads) snapshot(ctx context.Context, do func(reads) error) error {
	tx, err := r.db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return err
	}
	defer tx.Rollback()
	return do(sqliteSnapshot{tx})
}

func (r *sqliteReads) close() error { return r.db.Close() }

// sqliteSnapshot reads within one transaction, which its maker ends.
type sqliteSnapshot struct{ tx *sql.Tx }

func (r sqliteSnapshot) query(ctx context.Context, query string, args []any, visit func(scanner) error) error {
	rows, err := r.tx.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	return eachRow(rows, visit)
}

func (r sqliteSnapshot) snapshot(_ context.Context, do func(reads) error) error { return do(r) }

func (sqliteSnapshot) close() error { return nil }

func eachRow(rows *sql.Rows, visit func(scanner) error) error {
	defer rows.Close()
	for rows.Next() {
		if err := visit(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}

// sqliteSession is the one connection that writes to an SQLite file, with its
// prepared statements. begin takes the database's write lock, so that no other
// locks are needed.
type sqliteSession struct {
	db       *sql.DB
	conn     *sql.Conn // nil until the first transaction, and after a failed rollback
	prepared map[string]*sql.Stmt
	changes  int // statements that were to change something
	// Of the tokens that the transaction has taken: the last one that it gave, and
	// how many are left.
	token, left int64
}

// grows: one connection writes, so that there are no locks to be taken first.
func (s *sqliteSession) grows() bool { return true }

func (s *sqliteSession) begin([]string) error {
	if s.conn == nil {
		conn, err := s.db.Conn(context.Background())
		if err != nil {
			return err
		}
		s.conn, s.prepared = conn, map[string]*sql.Stmt{}
	}
	s.left = 0
	return s.send("BEGIN IMMEDIATE")
}

// isolate has no savepoint, which would copy each page that a write changes: a
// write that fails before it has changed anything leaves the transaction as it is,
// any other ends it.
func (s *sqliteSession) isolate(do func() error) (failed, fatal error) {
	before := s.changes
	if failed = do(); failed != nil && s.changes != before {
		return failed, errSpoiled
	}
	return failed, nil
}

// commit brings the log behind its leaves and ends the transaction.
func (s *sqliteSession) commit(x *txn) error {
	if err := x.extend(); err != nil {
		return err
	}
	return s.send("COMMIT")
}

func (s *sqliteSession) rollback() {
	if s.conn == nil {
		return
	}
	if s.send("ROLLBACK") != nil {
		s.disconnect()
	}
}

// again: what else fails here (a full disk, a damaged file) fails for everybody.
func (s *sqliteSession) again(err error, tries int) bool {
	return tries == 0 && errors.Is(err, errSpoiled)
}

// tokens takes some at once: a group asks often, and what it leaves over is a gap.
func (s *sqliteSession) tokens(n int) ([]int64, error) {
	if int64(n) > s.left {
		some := max(n, tokensAtOnce)
		last, err := (&txn{session: s}).next("token", some)
		if err != nil {
			return nil, err
		}
		s.token, s.left = last-int64(some), int64(some)
	}
	out := make([]int64, n)
	for i := range out {
		s.token++
		s.left--
		out[i] = s.token
	}
	return out, nil
}

// tokensAtOnce is how many tokens a transaction takes.
const tokensAtOnce = 64

func (s *sqliteSession) disconnect() {
	if s.conn == nil {
		return
	}
	for _, st := range s.prepared {
		st.Close()
	}
	// ErrBadConn makes the pool close the connection instead of keeping it.
	s.conn.Raw(func(any) error { return driver.ErrBadConn })
	s.conn.Close()
	s.conn, s.prepared = nil, nil
}

func (s *sqliteSession) close() error { return s.db.Close() }

// statement is the prepared form of a query text.
func (s *sqliteSession) statement(query string) (*sql.Stmt, error) {
	if st, ok := s.prepared[query]; ok {
		return st, nil
	}
	if s.conn == nil {
		return nil, errors.New("no connection")
	}
	st, err := s.conn.PrepareContext(context.Background(), query)
	if err == nil {
		s.prepared[query] = st
	}
	return st, err
}

func (s *sqliteSession) exec(query string, args ...any) (int64, error) {
	st, err := s.statement(query)
	if err != nil {
		return 0, err
	}
	s.changes++
	r, err := st.Exec(args...)
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

func (s *sqliteSession) send(query string, args ...any) error {
	st, err := s.statement(query)
	if err == nil {
		s.changes++
		_, err = st.Exec(args...)
	}
	return err
}

func (s *sqliteSession) rows(query string, args []any, visit func(scanner) error) error {
	st, err := s.statement(query)
	if err != nil {
		return err
	}
	if !strings.HasPrefix(query, "SELECT") {
		s.changes++
	}
	rows, err := st.Query(args...)
	if err != nil {
		return err
	}
	return eachRow(rows, visit)
}
