package sqlstore

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
)

// Scratch is a schema of a PostgreSQL database that nobody else uses and that goes
// when it is closed: for measurements beside what the database holds.
type Scratch struct {
	conn    *pgx.Conn
	schema  string
	address string
}

// NewScratch makes one in the database at address, whose user may make schemas.
func NewScratch(ctx context.Context, address string) (*Scratch, error) {
	conn, err := pgx.Connect(ctx, address)
	if err != nil {
		return nil, fmt.Errorf("sqlstore: %w", err)
	}
	s := &Scratch{conn: conn, schema: "edibridge_scratch_" + strings.ToLower(rand.Text())}
	switch path := "search_path=" + s.schema; {
	case !strings.Contains(address, "://"):
		s.address = address + " " + path
	case strings.Contains(address, "?"):
		s.address = address + "&" + path
	default:
		s.address = address + "?" + path
	}
	if _, err := conn.Exec(ctx, "CREATE SCHEMA "+s.schema); err != nil {
		return nil, fmt.Errorf("sqlstore: a schema to measure in: %w", errors.Join(err, conn.Close(ctx)))
	}
	return s, nil
}

// Address leads [OpenPostgres] to the schema.
func (s *Scratch) Address() string { return s.address }

// Size is how many bytes its tables and their indexes have.
func (s *Scratch) Size(ctx context.Context) (n int64, err error) {
	err = s.conn.QueryRow(ctx, `SELECT COALESCE(sum(pg_total_relation_size(c.oid)), 0)::bigint FROM pg_class c
		JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relkind = 'r'`, s.schema).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("sqlstore: size: %w", err)
	}
	return n, nil
}

// Close drops the schema with all that is in it.
func (s *Scratch) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), transactionTimeout)
	defer cancel()
	_, err := s.conn.Exec(ctx, "DROP SCHEMA IF EXISTS "+s.schema+" CASCADE")
	return errors.Join(err, s.conn.Close(ctx))
}
