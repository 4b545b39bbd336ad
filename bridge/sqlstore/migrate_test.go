package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"io/fs"
	"path/filepath"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"

	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/canonical"
)

// TestMigrations: what a program of each earlier version of the schema left is
// found, claimed and counted on by this one.
func TestMigrations(t *testing.T) {
	fsys, err := migrationsSQLite()
	if err != nil {
		t.Fatal(err)
	}
	eachVersion(t, fsys, func(t *testing.T, version int64) *Store {
		path := filepath.Join(t.TempDir(), "bridge.db")
		db, err := sql.Open("sqlite", dsn(path, "rwc"))
		if err != nil {
			t.Fatal(err)
		}
		leave(t, goose.DialectSQLite3, db, fsys, version)
		return reopen(t, path, Options{})
	})
}

func TestPostgresMigrations(t *testing.T) {
	server := newCluster(t)
	fsys, err := fs.Sub(postgresMigrations, "migrations/postgres")
	if err != nil {
		t.Fatal(err)
	}
	eachVersion(t, fsys, func(t *testing.T, version int64) *Store {
		c := &cluster{Server: server.Server, address: server.Database(t)}
		config, err := pgx.ParseConfig(c.address)
		if err != nil {
			t.Fatal(err)
		}
		leave(t, goose.DialectPostgres, stdlib.OpenDB(*config), fsys, version)
		return c.open(t, Options{})
	})
}

// eachVersion opens what every version but the newest left.
func eachVersion(t *testing.T, fsys fs.FS, open func(*testing.T, int64) *Store) {
	t.Helper()
	last, err := newest(fsys)
	if err != nil {
		t.Fatal(err)
	}
	for version := int64(1); version < last; version++ {
		t.Run(fmt.Sprint(version), func(t *testing.T) { left(t, open(t, version)) })
	}
}

// leave makes a database of a version, with a file that waits to be translated
// and a control number that was reserved and not used.
func leave(t *testing.T, dialect goose.Dialect, db *sql.DB, fsys fs.FS, version int64) {
	t.Helper()
	defer db.Close()
	p, err := goose.NewProvider(dialect, db, fsys, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.UpTo(context.Background(), version); err != nil {
		t.Fatal(err)
	}
	key, unused, queue := "00004711", "void", "name = name"
	if version >= 4 {
		queue = "queue = '2 acme'"
	}
	if version >= 6 {
		unused = "free"
	}
	if version >= 7 {
		key = "4711"
	}
	for _, statement := range []string{
		`INSERT INTO transmission (n, id, direction, kind, state, endpoint, peer, partner, agreement, wire_key, name, content_type, header,
			sequence, ordinal, order_key, on_dead, created, changed, next_at, attempts, standard, set_code, control, mode, keys, config, reason, total, leaf)
			VALUES (1, 'T1', 'in', 'file', 'accepted', 'sftp', 'acme', 'acme', '', '', 'po.edi', '', '', 1, 0, '', '', 1, 1, 0, 0, '', '', '', '', '', '', '', 0, '')`,
		"UPDATE transmission SET " + queue,
		"INSERT INTO business_key (value, transmission, scheme) VALUES ('" + key + "', 1, 'po')",
		"INSERT INTO series (name, epoch, value) VALUES ('ISA', 0, 2)",
		"INSERT INTO number (series, epoch, value, owner, state, claimant) VALUES ('ISA', 0, 1, 'A', 'used', 1), ('ISA', 0, 2, 'B', '" + unused + "', 1)",
	} {
		if _, err := db.Exec(statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
}

// left wants what leave left.
func left(t *testing.T, s *Store) {
	t.Helper()
	ctx := t.Context()
	ids, err := s.Find(ctx, canonical.Key{Scheme: "po", Value: "4711"}, 10)
	if err != nil || len(ids) != 1 || ids[0] != "T1" {
		t.Errorf("what carries po 4711\n got %v, %v\nwant T1", ids, err)
	}
	if tr, err := s.Transmission(ctx, "T1"); err != nil || tr.Trace.ID != bridge.BeginTrace("T1").ID || tr.Lift != (bridge.Lift{}) {
		t.Errorf("what is there stands at %+v, is lifted %+v, %v; want a trace of its own, never", tr.Trace, tr.Lift, err)
	}
	now := time.Unix(1, 0)
	claims, err := s.Claim(ctx, bridge.ClaimQuery{Step: bridge.StepTranslate, Owner: "o", Limit: 9, Now: now, Until: now.Add(time.Hour)})
	if err != nil || len(claims) != 1 || claims[0].Transmission.ID != "T1" {
		t.Fatalf("claimed\n got %+v, %v\nwant T1", claims, err)
	}
	var got []int64
	for _, who := range []bridge.ID{"C", "D"} {
		n, err := s.Reserve(ctx, claims[0], []bridge.Scope{{Series: "ISA", For: who, Max: 9}})
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, n[0].Value)
	}
	if got[0] != 2 || got[1] != 3 {
		t.Errorf("numbers given\n got %v\nwant the one that was not used, then a new one: 2 3", got)
	}
}
