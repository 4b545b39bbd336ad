package sqlstore

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"hash/fnv"
	"io/fs"
	"math/rand/v2"
	"runtime"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
)

//go:embed migrations/postgres/*.sql
var postgresMigrations embed.FS

// CheckPostgres holds an address against what [OpenPostgres] takes. Its error
// shows nothing of the address, which may hold a password.
func CheckPostgres(address string) error {
	_, err := postgresConfig(address)
	return err
}

// OpenPostgres opens a PostgreSQL database (15 or newer) by its address,
// "postgres://USER:PASSWORD@HOST:PORT/DATABASE" or libpq's "host=... dbname=...",
// and brings its schema up to date; of several processes that start at once one
// does. A schema newer than this program's is an ErrSchema: nothing is changed.
// Tables stand in the first schema of the search path.
//
// Any number of processes may have the same database open. Options.Alone is for
// one that is the only one.
func OpenPostgres(ctx context.Context, address string, opt Options) (*Store, error) {
	opt.defaults()
	config, err := postgresConfig(address)
	if err != nil {
		return nil, err
	}
	s, err := openPostgres(ctx, config, opt)
	if err != nil {
		c := config.ConnConfig
		return nil, fmt.Errorf("sqlstore: open database %s at %s: %w", c.Database, c.Host, err)
	}
	return s, nil
}

func openPostgres(ctx context.Context, config *pgxpool.Config, opt Options) (*Store, error) {
	s := &Store{opt: opt}
	if err := migratePostgres(ctx, config.ConnConfig, opt); err != nil {
		return nil, unavailable(err)
	}
	reads := config.Copy()
	reads.ConnConfig.RuntimeParams["default_transaction_read_only"] = "on"
	pool, err := pgxpool.NewWithConfig(ctx, reads)
	if err != nil {
		return nil, unavailable(err)
	}
	s.reads = &pgReads{pool: pool}
	if opt.ReadOnly {
		return s, nil
	}
	var schema string
	if _, err := s.queryRow(ctx, "SELECT current_schema()", nil, &schema); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	s.server = newServer(writing(config.ConnConfig), schema, opt.Log)
	s.intake = newCommitter(s.server.session(), 0)
	for range lanes() {
		s.lanes = append(s.lanes, newCommitter(s.server.session(), rand.IntN(sumParts)))
	}
	if opt.Alone {
		if err := s.endLeases(ctx); err != nil {
			return nil, errors.Join(err, s.Close())
		}
	}
	return s, nil
}

// sumParts is into how many rows a day's sums are divided: commits of two lanes
// that draw the same one wait for each other.
const sumParts = 64

// lanes is how many connections commit what is no accept: while the server works
// for one of them this process works for another.
func lanes() int { return min(max(4, runtime.NumCPU()), 16) }

// Times of a connection to a server.
const (
	// statementTimeout ends a statement, lockTimeout one that waits for others.
	statementTimeout = 30 * time.Second
	lockTimeout      = 10 * time.Second
	connectTimeout   = 10 * time.Second
	// transactionTimeout is the longest that a transaction of ours lasts: behind
	// it the connection is given up, as when the server has vanished.
	transactionTimeout = 60 * time.Second
)

// postgresConfig reads an address and adds what every connection has.
func postgresConfig(address string) (*pgxpool.Config, error) {
	c, err := pgxpool.ParseConfig(address)
	if err != nil {
		return nil, errors.New(`sqlstore: not the address of a PostgreSQL database ("postgres://USER:PASSWORD@HOST:PORT/DATABASE")`)
	}
	c.MaxConns = int32(max(4, 2*runtime.NumCPU()))
	if c.ConnConfig.ConnectTimeout == 0 {
		c.ConnConfig.ConnectTimeout = connectTimeout
	}
	p := c.ConnConfig.RuntimeParams
	p["application_name"] = "edibridge"
	p["statement_timeout"] = milliseconds(statementTimeout)
	p["jit"] = "off"
	p["default_transaction_isolation"] = "read committed"
	return c, nil
}

func milliseconds(d time.Duration) string { return strconv.FormatInt(d.Milliseconds(), 10) }

// writing is a connection that writes. All its statements walk along an index;
// the planner is kept from choosing otherwise while a table is small.
func writing(c *pgx.ConnConfig) *pgx.ConnConfig {
	c = c.Copy()
	p := c.RuntimeParams
	p["synchronous_commit"] = "on"
	p["lock_timeout"] = milliseconds(lockTimeout)
	p["idle_in_transaction_session_timeout"] = milliseconds(transactionTimeout)
	p["enable_seqscan"], p["enable_bitmapscan"], p["plan_cache_mode"] = "off", "off", "force_generic_plan"
	return c
}

// lockKey is the number of an advisory lock. What is locked in one schema is
// another thing in another.
func lockKey(schema, what string) int64 {
	h := fnv.New64a()
	fmt.Fprintf(h, "edibridge %q %s", schema, what)
	return int64(h.Sum64())
}

// migratePostgres brings the schema up to date, or for reading only checks it.
func migratePostgres(ctx context.Context, config *pgx.ConnConfig, opt Options) error {
	fsys, err := fs.Sub(postgresMigrations, "migrations/postgres")
	if err != nil {
		return err
	}
	config = config.Copy()
	config.RuntimeParams["statement_timeout"] = "0" // an index over much takes its time
	db := stdlib.OpenDB(*config)
	defer db.Close()
	if opt.ReadOnly {
		var have int64
		if err := db.QueryRowContext(ctx, "SELECT max(version_id) FROM goose_db_version WHERE is_applied").Scan(&have); sqlState(err) == sqlNoTable {
			return fmt.Errorf("no bridge has kept anything there: %w", fs.ErrNotExist)
		} else if err != nil {
			return err
		}
		return checkVersion(fsys, have)
	}
	// The lock is the connection's: it ends with it, whatever becomes of us.
	guard, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer guard.Close()
	var schema sql.NullString
	if err := guard.QueryRowContext(ctx, "SELECT current_schema()").Scan(&schema); err != nil {
		return err
	}
	if !schema.Valid {
		return errors.New("no schema of the search path is there")
	}
	if _, err := guard.ExecContext(ctx, "SELECT pg_advisory_lock($1)", lockKey(schema.String, "migrate")); err != nil {
		return err
	}
	return migrate(ctx, db, fsys, opt)
}

func migrate(ctx context.Context, db *sql.DB, fsys fs.FS, opt Options) error {
	p, err := goose.NewProvider(goose.DialectPostgres, db, fsys, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return err
	}
	have, want, err := p.GetVersions(ctx)
	if err != nil || have == want {
		return err
	}
	if have > want {
		return fmt.Errorf("%w %d is newer than this program's %d", ErrSchema, have, want)
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("migrate from %d to %d: %w", have, want, err)
	}
	opt.Log.Info("schema migrated", "from", have, "to", want)
	return nil
}
