package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
)

var (
	// errSpoiled ends a transaction in which one write failed behind a change of
	// its own: the others are done without it.
	errSpoiled = errors.New("sqlstore: a write failed behind its first change")
	// errUnknown marks a commit that was sent and not answered.
	errUnknown = errors.New("sqlstore: the commit was not answered")
)

// Classes and codes of SQLSTATE, PostgreSQL's appendix A.
const (
	sqlConnection    = "08"    // connection exceptions
	sqlOperator      = "57P"   // the server stops, or somebody ended the connection
	sqlTooMany       = "53300" // too many connections
	sqlIdle          = "25P03" // idle in a transaction for too long
	sqlSerialization = "40001"
	sqlDeadlock      = "40P01"
	sqlLockTimeout   = "55P03"
	sqlUnique        = "23505"
	sqlUnknownPlan   = "26000" // a prepared statement is not there: another server answers
	sqlChangedPlan   = "0A000" // "cached plan must not change result type"
	sqlNoTable       = "42P01"
	sqlReadOnly      = "25006" // the server has become a standby
)

// sqlState is the SQLSTATE of an error, "" when the server did not speak.
func sqlState(err error) string {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code
	}
	return ""
}

// lost reports whether the connection is gone, or never was.
func lost(err error) bool {
	if state := sqlState(err); state != "" {
		return strings.HasPrefix(state, sqlConnection) || strings.HasPrefix(state, sqlOperator) ||
			state == sqlTooMany || state == sqlIdle || state == sqlReadOnly
	}
	var network net.Error
	var connect *pgconn.ConnectError
	return errors.As(err, &network) || errors.As(err, &connect) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, net.ErrClosed) || errors.Is(err, context.DeadlineExceeded) || pgconn.SafeToRetry(err)
}

// unavailable marks an error of a lost connection as ErrUnavailable.
func unavailable(err error) error {
	if err == nil || errors.Is(err, ErrUnavailable) || !lost(err) {
		return err
	}
	return fmt.Errorf("%w: %w", ErrUnavailable, err)
}

// mayPass reports whether a transaction that ended with err may go well when it
// runs again: it lost against another, or its connection broke before the commit.
func mayPass(err error) bool {
	switch sqlState(err) {
	case sqlSerialization, sqlDeadlock, sqlLockTimeout, sqlUnknownPlan, sqlChangedPlan:
		return true
	case sqlUnique: // another one wrote it at the same time: now it is seen
		return true
	}
	return lost(err)
}
