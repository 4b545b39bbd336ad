package sqlstore

import (
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/edibridge/edibridge/archive"
)

// place is where a store's database is, while no store has it open too.
type place struct {
	path   string   // of a file
	server *cluster // or on a server
}

// places runs a benchmark over both databases, each of which writes to this disk.
func places(b *testing.B, run func(b *testing.B, p place)) {
	b.Run("store=sqlite", func(b *testing.B) { run(b, place{path: filepath.Join(b.TempDir(), "bridge.db")}) })
	b.Run("store=postgres", func(b *testing.B) {
		run(b, place{server: newCluster(b, "fsync=on", "shared_buffers=512MB", "max_wal_size=4GB")})
	})
}

// next is a place beside it with nothing in it.
func (p place) next(tb testing.TB) place {
	tb.Helper()
	if p.server != nil {
		return place{server: &cluster{p.server.Server, p.server.Database(tb)}}
	}
	return place{path: filepath.Join(tb.TempDir(), "bridge.db")}
}

// open opens a store there, and gives what closes it.
func (p place) open(tb testing.TB) (*Store, func()) {
	tb.Helper()
	var s *Store
	var err error
	if p.server != nil {
		s, err = OpenPostgres(context.Background(), p.server.address, Options{})
	} else {
		s, err = OpenSQLite(context.Background(), p.path, Options{})
	}
	if err != nil {
		tb.Fatal(err)
	}
	return s, func() {
		if err := s.Close(); err != nil {
			tb.Error(err)
		}
	}
}

// bulk writes many rows into a database that is its own meanwhile, and does not
// wait for the disk.
type bulk interface {
	begin() error
	exec(query string, args ...any) error
	row(query string, args []any, dest ...any) error
	// insert writes the rows of rounds, up to but without to.
	insert(t *patternTable, from, to int64) error
	commit() error
	// close ends it, behind what a database needs when much was written: statistics,
	// and where its own sequences go on.
	close(p *pattern) error
}

// portion is how many rows of Transmissions one transaction of a fill writes.
const portion = 50_000

// fill writes rounds that come next until there are so many in all.
func (p *pattern) fill(tb testing.TB, at place, rounds int64) {
	tb.Helper()
	var w bulk
	var err error
	if at.server != nil {
		w, err = newBulkPostgres(tb, at.server)
	} else {
		w, err = newBulkSQLite(at.path)
	}
	if err != nil {
		tb.Fatal(err)
	}
	for err == nil && p.next < rounds {
		to := min(rounds, p.next+max(1, portion/int64(max(1, len(p.table("transmission").fresh)))))
		if err = p.write(w, to); err == nil {
			p.next = to
		}
	}
	if err := errors.Join(err, w.close(p)); err != nil {
		tb.Fatal(err)
	}
}

// table is its part in a table.
func (p *pattern) table(name string) *patternTable {
	return &p.tables[slices.IndexFunc(p.tables, func(t patternTable) bool { return t.name == name })]
}

// write writes the rounds up to but without to, in one transaction.
func (p *pattern) write(w bulk, to int64) error {
	if err := w.begin(); err != nil {
		return err
	}
	for i := range p.tables {
		t := &p.tables[i]
		if err := w.insert(t, p.next, to); err != nil {
			return fmt.Errorf("table %s: %w", t.name, err)
		}
		for _, row := range t.grown {
			if err := t.grow(w, row, to-1); err != nil {
				return fmt.Errorf("table %s: %w", t.name, err)
			}
		}
	}
	if err := p.log(w, to); err != nil {
		return fmt.Errorf("log: %w", err)
	}
	return w.commit()
}

// grow brings a row to what it is behind a round.
func (t *patternTable) grow(w bulk, row []cell, nth int64) error {
	var set, where []string
	var args []any
	for i := range row {
		args = append(args, row[i].of(nth))
		assignment := fmt.Sprintf("%s = $%d", t.columns[i], len(args))
		if slices.Contains(t.key, t.columns[i]) {
			where = append(where, assignment)
		} else {
			set = append(set, assignment)
		}
	}
	return w.exec("UPDATE "+t.name+" SET "+strings.Join(set, ", ")+" WHERE "+strings.Join(where, " AND "), args...)
}

// log puts the leaves of rounds into the log's tree: their indexes they have.
func (p *pattern) log(w bulk, to int64) error {
	var head archive.Head
	var root []byte
	if err := w.row("SELECT size, root FROM head", nil, &head.Size, &root); err != nil {
		return err
	}
	copy(head.Root[:], root)
	leaf := p.table("leaf")
	at, text := slices.Index(leaf.columns, "idx"), slices.Index(leaf.columns, "text")
	var texts [][]byte
	for nth := p.next; nth < to; nth++ {
		for i := range leaf.fresh {
			if index := leaf.fresh[i][at].of(nth); index != head.Size+int64(len(texts)) {
				return fmt.Errorf("leaf %v of a log of %d", index, head.Size+int64(len(texts)))
			}
			texts = append(texts, leaf.fresh[i][text].of(nth).([]byte))
		}
	}
	read := func(indexes []int64) ([]archive.Hash, error) {
		out := make([]archive.Hash, len(indexes))
		for i, index := range indexes {
			var h []byte
			if err := w.row("SELECT hash FROM hash WHERE idx = $1", []any{index}, &h); err != nil {
				return nil, err
			}
			copy(out[i][:], h)
		}
		return out, nil
	}
	head, hashes, err := archive.Sequence(head, read, texts)
	if err != nil {
		return err
	}
	tree := patternTable{name: "hash", columns: []string{"idx", "hash"}, fresh: [][]cell{{
		{vary: func(i int64) any { return hashes[i].Index }}, {vary: func(i int64) any { return hashes[i].Hash[:] }}}}}
	if err := w.insert(&tree, 0, int64(len(hashes))); err != nil {
		return err
	}
	return w.exec("UPDATE head SET size = $1, root = $2", head.Size, head.Root[:])
}

// bulkSQLite writes to a file without a journal: one that breaks off leaves nothing
// of use.
type bulkSQLite struct{ db *sql.DB }

func newBulkSQLite(path string) (*bulkSQLite, error) {
	db, err := sql.Open("sqlite", dsn(path, "rw", "journal_mode(OFF)", "synchronous(OFF)", "locking_mode(EXCLUSIVE)", "cache_size(-6000000)"))
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	return &bulkSQLite{db}, nil
}

func (w *bulkSQLite) begin() error { return w.exec("BEGIN") }

func (w *bulkSQLite) exec(query string, args ...any) error {
	_, err := w.db.Exec(query, args...)
	return err
}

func (w *bulkSQLite) row(query string, args []any, dest ...any) error {
	return w.db.QueryRow(query, args...).Scan(dest...)
}

// insert has a statement for some rows at a time, in which what is the same in
// every round stands as it is.
func (w *bulkSQLite) insert(t *patternTable, from, to int64) error {
	for rows := range slices.Chunk(t.fresh, 100) {
		var varying []cell
		var tuples []string
		for _, row := range rows {
			var values []string
			for _, c := range row {
				if c.vary == nil {
					values = append(values, literal(c.same))
					continue
				}
				varying = append(varying, c)
				values = append(values, "?") // without a name, which would be looked for
			}
			tuples = append(tuples, "("+strings.Join(values, ", ")+")")
		}
		query := "INSERT INTO " + t.name + " (" + strings.Join(t.columns, ", ") + ") VALUES " + strings.Join(tuples, ", ")
		st, err := w.db.Prepare(query)
		if err != nil {
			return err
		}
		args := make([]any, len(varying))
		for nth := from; nth < to && err == nil; nth++ {
			for i := range varying {
				args[i] = varying[i].vary(nth)
			}
			_, err = st.Exec(args...)
		}
		if err = errors.Join(err, st.Close()); err != nil {
			return err
		}
	}
	return nil
}

// literal is a value as a statement has it.
func literal(v any) string {
	switch v := v.(type) {
	case nil:
		return "NULL"
	case string:
		return "'" + strings.ReplaceAll(v, "'", "''") + "'"
	case []byte:
		return "x'" + hex.EncodeToString(v) + "'"
	}
	return fmt.Sprint(v)
}

func (w *bulkSQLite) commit() error { return w.exec("COMMIT") }

func (w *bulkSQLite) close(*pattern) error { return w.db.Close() }

// bulkPostgres copies rows over one connection; references are not looked at, and
// indexes are made when all rows are there.
type bulkPostgres struct {
	ctx     context.Context
	conn    *pgx.Conn
	cluster *cluster
	tb      testing.TB
}

func newBulkPostgres(tb testing.TB, c *cluster) (*bulkPostgres, error) {
	w := &bulkPostgres{ctx: context.Background(), cluster: c, tb: tb}
	for _, setting := range []string{"fsync", "full_page_writes"} {
		c.do(tb, "ALTER SYSTEM SET "+setting+" = off")
	}
	c.do(tb, "SELECT pg_reload_conf()")
	var err error
	if w.conn, err = pgx.Connect(w.ctx, c.address); err == nil {
		err = w.exec("SET session_replication_role = replica")
	}
	if err == nil {
		err = w.exec("UPDATE pg_index SET indisready = false, indisvalid = false WHERE indrelid = ANY ($1::text[]::regclass[])", indexedLater())
	}
	return w, err
}

// indexedLater are the tables of which nothing is looked for while they grow.
func indexedLater() []string {
	var names []string
	for _, t := range patternTables() {
		if t.name != "series" && t.name != "counter" {
			names = append(names, t.name)
		}
	}
	return names
}

func (w *bulkPostgres) begin() error { return w.exec("BEGIN") }

func (w *bulkPostgres) exec(query string, args ...any) error {
	_, err := w.conn.Exec(w.ctx, query, args...)
	return err
}

func (w *bulkPostgres) row(query string, args []any, dest ...any) error {
	return w.conn.QueryRow(w.ctx, query, args...).Scan(dest...)
}

func (w *bulkPostgres) insert(t *patternTable, from, to int64) error {
	nth, i, values := from, 0, make([]any, len(t.columns))
	if len(t.fresh) == 0 {
		return nil
	}
	_, err := w.conn.CopyFrom(w.ctx, pgx.Identifier{t.name}, t.columns, pgx.CopyFromFunc(func() ([]any, error) {
		if i == len(t.fresh) {
			nth, i = nth+1, 0
		}
		if nth == to {
			return nil, nil
		}
		for k := range values {
			values[k] = t.fresh[i][k].of(nth)
		}
		i++
		return values, nil
	}))
	return err
}

func (w *bulkPostgres) commit() error { return w.exec("COMMIT") }

// close has identities and tokens go on behind the greatest that was written.
func (w *bulkPostgres) close(p *pattern) error {
	last := []string{"SET maintenance_work_mem = '512MB'"}
	for _, table := range indexedLater() {
		last = append(last, "REINDEX TABLE "+table)
	}
	last = append(last, "SELECT setval('token', max(token)) FROM transmission HAVING max(token) > 0", "VACUUM ANALYZE", "CHECKPOINT")
	for i := range p.tables {
		if t := &p.tables[i]; t.key[0] == "n" {
			last = append(last, fmt.Sprintf("SELECT setval(pg_get_serial_sequence('%s', 'n'), max(n)) FROM %[1]s HAVING max(n) > 0", t.name))
		}
	}
	var errs []error
	for _, query := range last {
		errs = append(errs, w.exec(query))
	}
	for _, setting := range []string{"fsync", "full_page_writes"} {
		w.cluster.do(w.tb, "ALTER SYSTEM RESET "+setting)
	}
	w.cluster.do(w.tb, "SELECT pg_reload_conf()")
	return errors.Join(append(errs, w.conn.Close(w.ctx))...)
}
