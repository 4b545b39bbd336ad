package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"log/slog"
	"slices"
	"sync/atomic"
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
	// ErrUnavailable: the database server could not be reached, or broke the
	// connection off. Whether a write was done nobody knows; the same call again,
	// later, is right.
	ErrUnavailable = errors.New("sqlstore: the database is not available")
	// ErrSchema: the database's schema is not this program's, and cannot be made so.
	ErrSchema = errors.New("sqlstore: schema version")
)

// Store is a bridge.Store over one database. All methods may be called
// concurrently; several processes may have the same database open.
//
// A Store that writes owns goroutines, the group committers and what a database
// needs beside them: opening starts them, [Store.Close] ends them.
type Store struct {
	opt    Options
	reads  reads
	intake *committer   // commits what is accepted; nil when read-only
	lanes  []*committer // commit all else; where one connection writes it is intake
	lane   atomic.Uint32
	rota   rota
	server *server // nil: an embedded database
}

var _ bridge.Store = (*Store)(nil)

// Close waits until every write that was queued is answered, then closes the
// database. Writes that come later fail with ErrClosed.
func (s *Store) Close() error {
	var errs []error
	for _, c := range s.lanes {
		errs = append(errs, c.close())
	}
	if s.intake != nil && !slices.Contains(s.lanes, s.intake) {
		errs = append(errs, s.intake.close())
	}
	if s.server != nil {
		errs = append(errs, s.server.close())
	}
	if s.reads != nil {
		errs = append(errs, s.reads.close())
	}
	return errors.Join(errs...)
}

// write runs do in a transaction and returns when it is durable, or has failed.
// The transaction holds locks, each named by what it guards: see [lineLock] and
// [seriesLock].
func (s *Store) write(ctx context.Context, do func(*txn) error, locks ...string) error {
	return s.writeAs(ctx, share{}, do, locks...)
}

// writeAs is write in a party's turn.
func (s *Store) writeAs(ctx context.Context, as share, do func(*txn) error, locks ...string) error {
	if s.intake == nil {
		return ErrReadOnly
	}
	// Writes that want the same lock stand in the same lane: there they share a
	// commit instead of waiting for each other's.
	at := s.lane.Add(1)
	for _, l := range locks {
		if l != "" {
			h := fnv.New32a()
			io.WriteString(h, l)
			at = h.Sum32()
			break
		}
	}
	return s.lanes[at%uint32(len(s.lanes))].write(ctx, &write{do: do, share: as, locks: locks})
}

// now is the clock's time as it is stored.
func (s *Store) now() int64 { return nanos(s.opt.Now()) }

// query visits each row of a read.
func (s *Store) query(ctx context.Context, query string, args []any, visit func(scanner) error) error {
	return s.reads.query(ctx, query, args, visit)
}

// queryRow fills dest from the only row of a read, and reports whether there was one.
func (s *Store) queryRow(ctx context.Context, query string, args []any, dest ...any) (bool, error) {
	return queryRow(ctx, s.reads, query, args, dest...)
}

// Seal gives every leaf that is durable by now its index in the log. An embedded
// database does so in the commit that writes them; a server's sequencer within a
// second, unasked.
func (s *Store) Seal(ctx context.Context) error {
	if s.intake == nil {
		return ErrReadOnly
	}
	if s.server == nil {
		return nil
	}
	if err := s.server.sealAll(ctx); err != nil {
		return fmt.Errorf("sqlstore: seal: %w", err)
	}
	return nil
}

// Watch implements bridge.Watcher: it tells of work that other processes have
// made due, until ctx ends. Nobody tells a store that has its database alone.
func (s *Store) Watch(ctx context.Context, due func(bridge.Step)) {
	if s.server == nil {
		<-ctx.Done()
		return
	}
	s.server.watch(ctx, due)
}
