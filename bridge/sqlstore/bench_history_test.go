package sqlstore

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/canonical"
)

// BenchmarkHistory measures what runs all day beside a long history: files that
// were translated, answered and delivered, three Transmissions each. More of them
// with EDIBRIDGE_BENCH_FILES=16700000 (50 million Transmissions, some 40 GB).
func BenchmarkHistory(b *testing.B) {
	stores(b, benchHistory)
}

func benchHistory(b *testing.B, open func(testing.TB) *Store) {
	sizes := []int{1_000, 100_000}
	if more, err := strconv.Atoi(os.Getenv("EDIBRIDGE_BENCH_FILES")); err == nil {
		sizes = append(sizes, more)
	}
	s, have := open(b), 0
	for _, files := range sizes {
		began := time.Now()
		lengthen(b, s, have, files)
		b.Logf("%d files more took %v", files-have, time.Since(began).Round(time.Second))
		have = files
		b.Run(fmt.Sprintf("files=%d", files), func(b *testing.B) { benchBeside(b, s, files) })
	}
}

// benchBeside measures on a store with a history.
func benchBeside(b *testing.B, s *Store, files int) {
	ctx := context.Background()
	var n atomic.Int64
	n.Store(time.Now().UnixNano())
	b.Run("accept", func(b *testing.B) {
		for b.Loop() {
			if _, err := s.Accept(ctx, benchAcceptance(n.Add(1))); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("translate", func(b *testing.B) {
		for b.Loop() {
			if err := benchTranslate(s, 1); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("deliver", func(b *testing.B) {
		for b.Loop() {
			if err := benchDeliver(s); err != nil {
				b.Fatal(err)
			}
		}
	})
	var found []bridge.ID
	b.Run("find by key", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			ids, err := s.Find(ctx, canonical.Key{Scheme: "po", Value: historyKey(1 + i*7919%(files-1))}, 10)
			if err != nil || len(ids) == 0 {
				b.Fatal(ids, err)
			}
			found = ids
		}
	})
	b.Run("trace", func(b *testing.B) {
		for b.Loop() {
			if all, err := s.Family(ctx, found, 1000); err != nil || len(all) != 3 {
				b.Fatal(len(all), err)
			}
		}
	})
	b.Run("dead letters", func(b *testing.B) {
		for b.Loop() {
			if _, err := s.List(ctx, bridge.ListQuery{States: []bridge.State{bridge.Dead, bridge.Quarantined}, Limit: 100}); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// historyKey is the purchase order of the nth copy.
func historyKey(n int) string { return fmt.Sprintf("HISTORY-%d", n) }

// lengthen makes copies of one file with all that followed from it until there
// are so many. The log is left out: nothing reads it but proofs.
func lengthen(b *testing.B, s *Store, have, files int) {
	b.Helper()
	if have == 0 {
		if _, err := s.Accept(b.Context(), benchAcceptance(1)); err != nil {
			b.Fatal(err)
		}
		for _, err := range []error{benchTranslate(s, 1), benchDeliver(s), benchDeliver(s)} {
			if err != nil {
				b.Fatal(err)
			}
		}
		have = 1
	}
	const portion = 20_000
	for from := have; from < files; from += portion {
		err := s.write(b.Context(), func(x *txn) error {
			for _, table := range []string{"transmission", "cause", "document", "business_key", "evidence"} {
				if err := x.multiply(table, from, min(files, from+portion)-1); err != nil {
					return fmt.Errorf("%s: %w", table, err)
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	if s.server != nil {
		if err := s.write(b.Context(), func(x *txn) error { return x.send("ANALYZE") }); err != nil {
			b.Fatal(err)
		}
	}
}

// apart is how far the row numbers of one copy lie from those of the next. Copies
// have negative ones, and negative sequences: nothing new comes to stand among them.
const apart = 3

// multiply copies the rows of the first file, from the copy with number from to
// that with number to.
func (x *txn) multiply(table string, from, to int) error {
	random := "lower(hex(randomblob(13)))"
	numbers := "WITH RECURSIVE i (i) AS (SELECT $1 UNION ALL SELECT i + 1 FROM i WHERE i < $2) "
	columns := "SELECT name FROM pragma_table_info('" + table + "')"
	if _, server := x.session.(*pgSession); server {
		random = "substr(md5(random()::text), 1, 26)"
		numbers = "WITH i (i) AS (SELECT generate_series($1::bigint, $2::bigint)) "
		columns = "SELECT column_name::text FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = '" +
			table + "' AND is_generated = 'NEVER'"
	}
	moved := func(column string) string { return fmt.Sprintf("-(%d * i) - %s", apart, column) }
	other := map[string]string{"n": moved("n"), "cause": moved("cause"), "effect": moved("effect"), "transmission": moved("transmission"),
		"sequence": "-i", "id": random, "value": "'HISTORY-' || i", "body": "NULL"}
	var names, values []string
	err := x.rows(columns, nil, func(scan scanner) error {
		var name string
		err := scan(&name)
		names = append(names, name)
		return err
	})
	if err != nil {
		return err
	}
	for _, name := range names {
		if value, ok := other[name]; ok {
			name = value
		}
		values = append(values, name)
	}
	owner := map[string]string{"transmission": "n", "cause": "effect", "business_key": "scheme = 'po' AND transmission"}[table]
	first := fmt.Sprintf("%s BETWEEN 1 AND %d", cmp.Or(owner, "transmission"), apart)
	return x.send("INSERT INTO "+table+" ("+strings.Join(names, ", ")+") "+numbers+
		"SELECT "+strings.Join(values, ", ")+" FROM "+table+", i WHERE "+first, from, to)
}
