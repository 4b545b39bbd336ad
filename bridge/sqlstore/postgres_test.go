package sqlstore

import (
	"context"
	"os"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"pgregory.net/rapid"

	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/bridge/bridgetest"
	"github.com/edibridge/edibridge/bridge/sqlstore/pgtest"
)

// cluster is a server of a test with one database.
type cluster struct {
	*pgtest.Server
	address string
}

func newCluster(t testing.TB, settings ...string) *cluster {
	t.Helper()
	c := &cluster{Server: pgtest.Start(t, settings...)}
	c.address = c.Database(t)
	return c
}

// do runs statements on a connection of its own.
func (c *cluster) do(t testing.TB, statements string) {
	t.Helper()
	conn, err := pgx.Connect(context.Background(), c.address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	if _, err := conn.Exec(context.Background(), statements); err != nil {
		t.Fatal(err)
	}
}

// open opens a store on the database, until the test ends.
func (c *cluster) open(t testing.TB, opt Options) *Store {
	t.Helper()
	s, err := OpenPostgres(context.Background(), c.address, opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// empty opens a store on the database with nothing in it.
func (c *cluster) empty(t testing.TB) *Store {
	t.Helper()
	s := c.open(t, Options{})
	c.do(t, emptied())
	return s
}

// emptied takes all rows away; references are not looked at meanwhile.
func emptied() string {
	return "SET session_replication_role = replica; DELETE FROM " + strings.Join(append(copiedTables(), "turn"), "; DELETE FROM ") +
		"; UPDATE counter SET value = 0"
}

func TestPostgresStore(t *testing.T) {
	c := newCluster(t)
	bridgetest.TestStore(t, func(t *testing.T) bridge.Store { return c.empty(t) })
}

func TestPostgresShared(t *testing.T) {
	c := newCluster(t)
	bridgetest.TestShared(t, func(t *testing.T, stores int) []bridge.Store {
		out := []bridge.Store{c.empty(t)}
		for len(out) < stores {
			out = append(out, c.open(t, Options{}))
		}
		return out
	})
}

func TestPostgresModel(t *testing.T) {
	c := newCluster(t)
	s := c.open(t, Options{})
	runs := 0
	rapid.Check(t, func(r *rapid.T) {
		if runs++; runs > 20 && os.Getenv("EDIBRIDGE_LONG") == "" {
			return // a server takes its time
		}
		c.do(t, emptied())
		draw := func(what string, n int) int { return rapid.IntRange(0, n-1).Draw(r, what) }
		if err := bridgetest.RunModel(t.Context(), s, 60, draw); err != nil {
			r.Fatal(err)
		}
	})
}

func TestPostgresFairness(t *testing.T) {
	c := newCluster(t)
	s := c.open(t, Options{})
	runs := 0
	rapid.Check(t, func(r *rapid.T) {
		if runs++; runs > 20 && os.Getenv("EDIBRIDGE_LONG") == "" {
			return // a server takes its time
		}
		c.do(t, emptied())
		draw := func(what string, n int) int { return rapid.IntRange(0, n-1).Draw(r, what) }
		if err := bridgetest.RunFairness(t.Context(), s, draw); err != nil {
			r.Fatal(err)
		}
	})
}

// wantHouse wants the log, the sequences and the numbers in the store to be in
// order. What benches write is no house that has bodies and documents.
func wantHouse(t *testing.T, s *Store) {
	t.Helper()
	if err := s.Seal(t.Context()); err != nil {
		t.Error(err)
	}
	for _, p := range bridgetest.CheckHouse(t.Context(), bridgetest.House{Store: s, Bodies: noBodies{}}) {
		switch p.Rule {
		case "audit", "sequence", "cause", "held", "seen", "number.gap", "number.twice", "number.state", "leaf.text", "leaf.index", "leaf.head":
			t.Error(p)
		}
	}
}
