package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// onlyPostgres takes the comment marks from "/*pg ... */".
var onlyPostgres = strings.NewReplacer("/*pg ", "", " */", "")

// dialect gives a statement as PostgreSQL reads it.
type dialect struct{ texts sync.Map } // string to string

func (d *dialect) text(query string) string {
	if text, ok := d.texts.Load(query); ok {
		return text.(string)
	}
	text := onlyPostgres.Replace(query)
	d.texts.Store(query, text)
	return text
}

// pgReads are the connections that read.
type pgReads struct {
	pool    *pgxpool.Pool
	dialect dialect
}

// readTries is how often a read is tried: a connection of the pool may have been
// cut while nobody used it.
const readTries = 3

func (r *pgReads) query(ctx context.Context, query string, args []any, visit func(scanner) error) error {
	query, args = r.dialect.text(query), escaping(args)
	for try := 1; ; try++ {
		visited := false
		rows, err := r.pool.Query(ctx, query, args...)
		if err == nil {
			err = visitRows(rows, func(scan scanner) error {
				visited = true
				return visit(scan)
			})
		}
		if err == nil || visited || try == readTries || ctx.Err() != nil || !lost(err) {
			return readError(ctx, err)
		}
	}
}

func (r *pgReads) snapshot(ctx context.Context, do func(reads) error) error {
	tx, err := r.pool.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
	if err != nil {
		return readError(ctx, err)
	}
	defer tx.Rollback(context.WithoutCancel(ctx))
	if _, err := tx.Exec(ctx, "SET LOCAL statement_timeout = 0"); err != nil {
		return readError(ctx, err)
	}
	return do(pgSnapshot{tx})
}

func (r *pgReads) close() error {
	r.pool.Close()
	return nil
}

// pgSnapshot reads within one transaction, which its maker ends.
type pgSnapshot struct{ tx pgx.Tx }

func (r pgSnapshot) query(ctx context.Context, query string, args []any, visit func(scanner) error) error {
	rows, err := r.tx.Query(ctx, onlyPostgres.Replace(query), escaping(args)...)
	if err == nil {
		err = visitRows(rows, visit)
	}
	return readError(ctx, err)
}

func (r pgSnapshot) snapshot(_ context.Context, do func(reads) error) error { return do(r) }

func (pgSnapshot) close() error { return nil }

// readError tells a lost connection from a caller that did not wait.
func readError(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return err
	}
	return unavailable(err)
}

func visitRows(rows pgx.Rows, visit func(scanner) error) error {
	defer rows.Close()
	for rows.Next() {
		if err := visit(unescaping(rows.Scan)); err != nil {
			return err
		}
	}
	return rows.Err()
}

// pgSession is one connection that writes. Statements whose answer nobody waits
// for are queued and leave with the next one that somebody does wait for, the
// begin and the commit of a transaction with them: what takes six statements is
// two or three round trips.
type pgSession struct {
	server *server
	conn   *pgx.Conn // nil until the first transaction, and after a failure
	batch  *pgx.Batch
	// Of the transaction: its end at the latest, how many changes were asked for,
	// and the error that the server ended it with.
	until   time.Time
	changes int
	failed  error
}

// grows: locks that are taken one after the other make circles.
func (s *pgSession) grows() bool { return false }

func (s *pgSession) begin(locks []string) error {
	s.until, s.batch, s.changes, s.failed = time.Now().Add(transactionTimeout), &pgx.Batch{}, 0, nil
	if s.conn == nil {
		ctx, cancel := context.WithTimeout(context.Background(), connectTimeout)
		defer cancel()
		conn, err := pgx.ConnectConfig(ctx, s.server.config)
		if err != nil {
			s.failed = err
			return err
		}
		s.conn = conn
	}
	s.batch.Queue("BEGIN")
	s.lock(locks)
	return nil
}

// manyLocks is how many locks of its own one transaction may have: the server's
// table of locks has some thousand places for all.
const manyLocks = 256

// lock queues the locks of a transaction, always in one order, so that two that
// want the same never wait for each other. One that wants very many takes the
// lock above all of them instead, which others share.
func (s *pgSession) lock(locks []string) {
	var keys []int64
	for _, l := range locks {
		if l != "" {
			keys = append(keys, lockKey(s.server.schema, l))
		}
	}
	if len(keys) == 0 {
		return
	}
	slices.Sort(keys)
	keys = slices.Compact(keys)
	all := lockKey(s.server.schema, "all")
	if len(keys) > manyLocks {
		s.batch.Queue("SELECT pg_advisory_xact_lock($1)", all)
		return
	}
	s.batch.Queue("SELECT pg_advisory_xact_lock_shared($1)", all)
	s.batch.Queue("SELECT pg_advisory_xact_lock(k) FROM unnest($1::bigint[]) k", keys)
}

func (s *pgSession) send(query string, args ...any) error {
	s.changes++
	s.batch.Queue(s.server.dialect.text(query), escaping(args)...)
	return nil
}

func (s *pgSession) exec(query string, args ...any) (int64, error) {
	s.changes++
	var n int64
	err := s.flush(s.server.dialect.text(query), args, func(results pgx.BatchResults) error {
		tag, err := results.Exec()
		n = tag.RowsAffected()
		return err
	})
	return n, err
}

func (s *pgSession) rows(query string, args []any, visit func(scanner) error) error {
	if !strings.HasPrefix(query, "SELECT") {
		s.changes++
	}
	var refused error
	err := s.flush(s.server.dialect.text(query), args, func(results pgx.BatchResults) error {
		rows, err := results.Query()
		if err != nil {
			return err
		}
		return visitRows(rows, func(scan scanner) error {
			if refused == nil {
				refused = visit(scan)
			}
			return nil
		})
	})
	if err == nil {
		err = refused
	}
	return err
}

// flush sends what is queued and the statement, and gives its answer to last.
func (s *pgSession) flush(query string, args []any, last func(pgx.BatchResults) error) error {
	if s.failed != nil {
		return s.failed
	}
	ctx, cancel := context.WithDeadline(context.Background(), s.until)
	defer cancel()
	queued := s.batch.Len()
	s.batch.Queue(query, escaping(args)...)
	results := s.conn.SendBatch(ctx, s.batch)
	s.batch = &pgx.Batch{}
	var err error
	for range queued {
		if err == nil {
			_, err = results.Exec()
		}
	}
	if err == nil {
		err = last(results)
	}
	if closing := results.Close(); err == nil {
		err = closing
	}
	s.failed = err
	return err
}

// isolate has no savepoint, which every write would pay for: a write that fails
// before it has changed anything leaves the transaction as it is, any other ends it.
func (s *pgSession) isolate(do func() error) (failed, fatal error) {
	before := s.changes
	failed = do()
	switch {
	case s.failed != nil:
		return failed, s.failed
	case failed != nil && s.changes != before:
		return failed, errSpoiled
	}
	return failed, nil
}

func (s *pgSession) commit(x *txn) error {
	var tag pgconn.CommandTag
	err := s.flush("COMMIT", nil, func(results pgx.BatchResults) (err error) {
		tag, err = results.Exec()
		return err
	})
	if err == nil && tag.String() != "COMMIT" {
		err = fmt.Errorf("the commit was answered with %s", tag)
		s.failed = err
	}
	if err != nil {
		if lost(err) {
			err = fmt.Errorf("%w: %w", errUnknown, err)
		}
		return err
	}
	s.server.committed(x)
	return nil
}

func (s *pgSession) rollback() {
	if s.conn == nil {
		return
	}
	if s.failed != nil && lost(s.failed) {
		s.disconnect()
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), connectTimeout)
	defer cancel()
	if _, err := s.conn.Exec(ctx, "ROLLBACK"); err != nil {
		s.disconnect()
	}
}

// tries is how often one write is tried alone.
const tries = 5

func (s *pgSession) again(err error, n int) bool {
	if errors.Is(err, errUnknown) {
		return false
	}
	if n == 0 {
		return true // in company: each is tried alone
	}
	return n < tries && mayPass(err)
}

func (s *pgSession) tokens(n int) ([]int64, error) {
	out := make([]int64, 0, n)
	err := s.rows("SELECT nextval('token') FROM generate_series(1, $1::bigint)", []any{n}, func(scan scanner) error {
		var token int64
		err := scan(&token)
		out = append(out, token)
		return err
	})
	return out, err
}

func (s *pgSession) disconnect() {
	if s.conn == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), connectTimeout)
	defer cancel()
	s.conn.Close(ctx)
	s.conn = nil
}

func (s *pgSession) close() error { return nil }
