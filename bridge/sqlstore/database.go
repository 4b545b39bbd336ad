package sqlstore

import (
	"context"
)

// scanner fills destinations from the current row.
type scanner func(dest ...any) error

// reads is how a database is read. Its methods may be called concurrently, but
// for those of one snapshot.
type reads interface {
	// query visits each row, from one consistent read.
	query(ctx context.Context, query string, args []any, visit func(scanner) error) error
	// snapshot runs do over reads that all see the same commit, and no time limit.
	snapshot(ctx context.Context, do func(reads) error) error
	close() error
}

// session is one connection that writes, one transaction after the other. Its
// methods take no context: a transaction that has begun runs to its end. It is
// used by one goroutine.
type session interface {
	// grows reports whether a transaction that has begun may take on more writes,
	// which name locks as well.
	grows() bool
	// begin starts a transaction that holds locks, each named by what it guards.
	begin(locks []string) error
	// exec changes rows and gives how many.
	exec(query string, args ...any) (int64, error)
	// send changes rows like exec, but may do so later: before the next exec or
	// rows, which then may fail in its stead, or before the commit.
	send(query string, args ...any) error
	// rows visits each row of a query. visit must not use the session.
	rows(query string, args []any, visit func(scanner) error) error
	// tokens gives n fencing tokens, growing, each greater than all that were
	// given before to any row that this transaction has locked.
	tokens(n int) ([]int64, error)
	// isolate runs the part of one write. When do fails, only its own changes are
	// undone; fatal says that the transaction as a whole cannot go on.
	isolate(do func() error) (failed, fatal error)
	// commit ends the transaction. What x has noted of it is attended to.
	commit(x *txn) error
	// rollback ends a transaction that failed. A connection that cannot is given up.
	rollback()
	// again says of what ended a transaction whether nothing of it was done and
	// the same may go well when it is tried alone, the tries before this one counted.
	again(err error, tries int) bool
	// disconnect gives the connection up; a transaction that is open ends with it.
	disconnect()
	close() error
}

// queryRow fills dest from the first row of a read, and reports whether there was one.
func queryRow(ctx context.Context, r reads, query string, args []any, dest ...any) (bool, error) {
	var first firstRow
	err := r.query(ctx, query, args, first.into(dest))
	return first.found && err == nil, err
}

// firstRow reads one row of those that come.
type firstRow struct{ found bool }

func (f *firstRow) into(dest []any) func(scanner) error {
	return func(scan scanner) error {
		if f.found {
			return nil
		}
		f.found = true
		return scan(dest...)
	}
}
