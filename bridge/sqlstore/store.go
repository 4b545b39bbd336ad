package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/edibridge/edibridge/bridge"
)

// Options are how a Store is opened. The zero value is ready to use.
type Options struct {
	Log *slog.Logger // default: none
	// Now is the clock of Transmission.Changed; default time.Now. Whether a lease
	// has ended or a try is due is judged by ClaimQuery.Now alone.
	Now func() time.Time
	// ReadOnly opens the database as it is, beside a process that writes to it:
	// nothing is created or migrated, and every write fails with ErrReadOnly.
	ReadOnly bool
	// Alone says that no other process writes to the database, which the caller
	// makes sure of: leases of a process that was killed end at once instead of
	// by their time.
	Alone bool
}

func (o *Options) defaults() {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
}

// Errors of opening and of a store that takes no writes, matched with errors.Is.
var (
	// ErrReadOnly: the store was opened for reading only.
	ErrReadOnly = errors.New("sqlstore: opened for reading only")
	// ErrClosed: the store was closed.
	ErrClosed = errors.New("sqlstore: closed")
	// ErrSchema: the database's schema is not this program's, and cannot be made so.
	ErrSchema = errors.New("sqlstore: schema version")
)

// Store is a bridge.Store over one database. All methods may be called
// concurrently; several processes may have the same database open.
//
// A Store that writes owns one goroutine, the group committer: opening starts
// it, [Store.Close] ends it.
type Store struct {
	opt    Options
	reads  *sql.DB
	writes *committer // nil when read-only

	mu       sync.Mutex // guards prepared
	prepared map[string]*sql.Stmt
}

var _ bridge.Store = (*Store)(nil)

// Close waits until every write that was queued is answered, then closes the
// database. Writes that come later fail with ErrClosed.
func (s *Store) Close() error {
	var err error
	if s.writes != nil {
		err = s.writes.close()
	}
	if s.reads != nil {
		err = errors.Join(err, s.reads.Close())
	}
	return err
}

// write runs do in a transaction and returns when it is durable, or has failed.
func (s *Store) write(ctx context.Context, do func(*txn) error) error {
	if s.writes == nil {
		return ErrReadOnly
	}
	return s.writes.write(ctx, do)
}

// now is the clock's time as it is stored.
func (s *Store) now() int64 { return nanos(s.opt.Now()) }

// statement is the prepared read of a query text.
func (s *Store) statement(ctx context.Context, query string) (*sql.Stmt, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if st, ok := s.prepared[query]; ok {
		return st, nil
	}
	st, err := s.reads.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	s.prepared[query] = st
	return st, nil
}

// scanner fills destinations from the current row.
type scanner func(dest ...any) error

// query visits each row of a read.
func (s *Store) query(ctx context.Context, query string, args []any, visit func(scanner) error) error {
	st, err := s.statement(ctx, query)
	if err != nil {
		return err
	}
	rows, err := st.QueryContext(ctx, args...)
	if err != nil {
		return err
	}
	return eachRow(rows, visit)
}

// queryRow fills dest from the only row of a read, and reports whether there was one.
func (s *Store) queryRow(ctx context.Context, query string, args []any, dest ...any) (bool, error) {
	st, err := s.statement(ctx, query)
	if err != nil {
		return false, err
	}
	return found(st.QueryRowContext(ctx, args...).Scan(dest...))
}

func eachRow(rows *sql.Rows, visit func(scanner) error) error {
	defer rows.Close()
	for rows.Next() {
		if err := visit(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}

// found tells an empty answer from a failure.
func found(err error) (bool, error) {
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}
