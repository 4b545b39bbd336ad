package sqlstore

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"runtime"

	"github.com/pressly/goose/v3"
	_ "modernc.org/sqlite" // registers the driver "sqlite"
)

//go:embed migrations/sqlite/*.sql
var sqliteMigrations embed.FS

// busyTimeout is how long a connection waits for another process's write, in
// milliseconds.
const busyTimeout = "busy_timeout(10000)"

// OpenSQLite opens the database file at path, makes it when it is not there, and
// brings its schema up to date. A schema newer than this program's is an
// ErrSchema: nothing is changed.
func OpenSQLite(ctx context.Context, path string, opt Options) (*Store, error) {
	opt.defaults()
	s, err := openSQLite(ctx, path, opt)
	if err != nil {
		return nil, fmt.Errorf("sqlstore: open %s: %w", path, err)
	}
	return s, nil
}

func openSQLite(ctx context.Context, path string, opt Options) (*Store, error) {
	s := &Store{opt: opt}
	if opt.ReadOnly {
		if _, err := os.Stat(path); err != nil {
			return nil, err
		}
	} else {
		db, err := sql.Open("sqlite", dsn(path, "rwc", busyTimeout,
			"journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)", "cache_size(-32768)", "journal_size_limit(67108864)"))
		if err != nil {
			return nil, err
		}
		db.SetMaxOpenConns(1)
		if err := migrateSQLite(ctx, db, opt); err != nil {
			return nil, errors.Join(err, db.Close())
		}
		s.intake = newCommitter(&sqliteSession{db: db}, 0)
		s.lanes = []*committer{s.intake}
	}
	if err := s.openReads(ctx, path); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	if opt.Alone {
		if err := s.endLeases(ctx); err != nil {
			return nil, errors.Join(err, s.Close())
		}
	}
	return s, nil
}

// endLeases frees what a process that is no more had claimed. Its claims stay
// refused: their tokens are not the newest once the work is claimed again.
func (s *Store) endLeases(ctx context.Context) error {
	return s.write(ctx, func(x *txn) error {
		if _, err := x.exec("UPDATE transmission SET wake = next_at, lease_until = 0, owner = '' WHERE lease_until > 0"); err != nil {
			return err
		}
		_, err := x.exec("UPDATE expectation SET wake = due WHERE wake > 0 AND wake > due")
		return err
	})
}

// openReads opens the connections that read, and checks that they can.
func (s *Store) openReads(ctx context.Context, path string) error {
	mode := "rw"
	if s.opt.ReadOnly {
		mode = "ro"
	}
	db, err := sql.Open("sqlite", dsn(path, mode, busyTimeout, "query_only(1)", "cache_size(-8192)"))
	if err != nil {
		return err
	}
	s.reads = &sqliteReads{db: db, prepared: map[string]*sql.Stmt{}}
	n := max(4, 2*runtime.NumCPU())
	db.SetMaxOpenConns(n)
	db.SetMaxIdleConns(n)
	if !s.opt.ReadOnly {
		return nil
	}
	var have int64
	if err := db.QueryRowContext(ctx, "SELECT max(version_id) FROM goose_db_version WHERE is_applied = 1").Scan(&have); err != nil {
		return err
	}
	fsys, err := migrationsSQLite()
	if err != nil {
		return err
	}
	return checkVersion(fsys, have)
}

// dsn is the URI of a database file with the settings of each connection.
// Transactions that database/sql begins take the write lock at once, so that
// they never fail in the middle for want of it.
func dsn(path, mode string, pragmas ...string) string {
	if abs, err := filepath.Abs(path); err == nil {
		path = abs
	}
	q := url.Values{"mode": {mode}, "_pragma": pragmas}
	if mode == "rwc" {
		q.Set("_txlock", "immediate")
	}
	u := url.URL{Scheme: "file", Path: filepath.ToSlash(path), RawQuery: q.Encode()}
	return u.String()
}

func migrationsSQLite() (fs.FS, error) { return fs.Sub(sqliteMigrations, "migrations/sqlite") }

// migrateSQLite brings the schema up to date.
func migrateSQLite(ctx context.Context, db *sql.DB, opt Options) error {
	fsys, err := migrationsSQLite()
	if err != nil {
		return err
	}
	p, err := goose.NewProvider(goose.DialectSQLite3, db, fsys, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return err
	}
	have, want, err := p.GetVersions(ctx)
	if err != nil {
		return err
	}
	if have > want {
		return fmt.Errorf("%w %d is newer than this program's %d", ErrSchema, have, want)
	}
	from := have
	for have < want {
		_, err := p.Up(ctx)
		if err == nil {
			break
		}
		// Another process does it at the same time: each step that one of them has
		// made fails for the other.
		now, _, again := p.GetVersions(ctx)
		if again != nil || now <= have {
			return fmt.Errorf("migrate from %d to %d: %w", have, want, err)
		}
		have = now
	}
	if from < want {
		opt.Log.Info("schema migrated", "from", from, "to", want)
	}
	return nil
}
