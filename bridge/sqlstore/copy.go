package sqlstore

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/edibridge/edibridge/archive"
	"github.com/edibridge/edibridge/bridge"
)

// ErrNotEmpty refuses a copy into a store that has something in it.
var ErrNotEmpty = errors.New("sqlstore: the store is not empty")

// Copied is what a copy came to, by what was read again from both stores.
type Copied struct {
	Records int64        // of an audit: Transmissions, Documents, Evidence, Numbers, Seen, Leaves
	Head    archive.Head // of the log
}

// copiedTables are all tables with rows to copy, each behind those that it
// refers to. Counters are set apart.
func copiedTables() []string {
	return []string{"object", "transmission", "cause", "batch", "finding", "answer", "document", "fact", "business_key", "evidence",
		"expectation", "seen", "series", "number", "renumbering", "leaf", "hash", "head",
		"replay_job", "replay_item", "promotion", "coverage", "feature", "feature_count",
		"configuration", "activation", "watch"}
}

// Copy writes everything that an embedded store holds into an empty one of a
// server, in one transaction, then reads both again and compares: every record
// of an audit, and the log, whose root is computed anew from its leaves. Nobody
// else may write to either meanwhile, which the caller makes sure of. After an
// error of the copy itself nothing is there; after one of the comparison the
// target is not to be used.
func Copy(ctx context.Context, from, to *Store) (Copied, error) {
	if from.server != nil || to.server == nil {
		return Copied{}, errors.New("sqlstore: a copy goes from an embedded database to a server's")
	}
	if err := copyRows(ctx, from, to); err != nil {
		return Copied{}, fmt.Errorf("sqlstore: copy: %w", unavailable(err))
	}
	c, err := compare(ctx, from, to)
	if err != nil {
		return c, fmt.Errorf("sqlstore: compare the copy: %w", err)
	}
	return c, nil
}

func copyRows(ctx context.Context, from, to *Store) error {
	config := to.server.config.Copy()
	config.RuntimeParams["statement_timeout"] = "0"
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	tx, err := conn.Begin(ctx)
	if err != nil {
		return err
	}
	defer tx.Rollback(context.WithoutCancel(ctx))
	if _, err := tx.Exec(ctx, "LOCK TABLE "+strings.Join(copiedTables(), ", ")); err != nil {
		return err
	}
	var rows int64
	if err := tx.QueryRow(ctx, "SELECT (SELECT count(*) FROM transmission) + (SELECT count(*) FROM leaf)").Scan(&rows); err != nil {
		return err
	}
	if rows > 0 {
		return ErrNotEmpty
	}
	err = from.reads.snapshot(ctx, func(r reads) error {
		for _, table := range copiedTables() {
			if err := copyTable(ctx, r, tx, table); err != nil {
				return fmt.Errorf("table %s: %w", table, err)
			}
		}
		return copyCounters(ctx, r, tx)
	})
	if err != nil {
		return err
	}
	return tx.Commit(ctx)
}

// copyTable streams the rows of one table.
func copyTable(ctx context.Context, r reads, tx pgx.Tx, table string) error {
	var columns []string
	err := r.query(ctx, "SELECT name FROM pragma_table_info($1)", []any{table}, func(scan scanner) error {
		var name string
		err := scan(&name)
		columns = append(columns, name)
		return err
	})
	if err != nil {
		return err
	}
	rows := make(chan []any)
	read := make(chan error, 1)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		defer close(rows)
		read <- r.query(ctx, "SELECT "+strings.Join(columns, ", ")+" FROM "+table, nil, func(scan scanner) error {
			values, dest := make([]any, len(columns)), make([]any, len(columns))
			for i := range values {
				dest[i] = &values[i]
			}
			if err := scan(dest...); err != nil {
				return err
			}
			select {
			case rows <- values:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		})
	}()
	_, err = tx.CopyFrom(ctx, pgx.Identifier{table}, columns, pgx.CopyFromFunc(func() ([]any, error) {
		values, ok := <-rows
		if !ok {
			return nil, nil
		}
		return escaping(values), nil
	}))
	cancel()
	for range rows { // the reader ends
	}
	if reading := <-read; reading != nil && err == nil {
		err = reading
	}
	return err
}

// copyCounters sets what gives new numbers behind those that are given.
func copyCounters(ctx context.Context, r reads, tx pgx.Tx) error {
	err := r.query(ctx, "SELECT name, value FROM counter", nil, func(scan scanner) error {
		var name string
		var value int64
		if err := scan(&name, &value); err != nil {
			return err
		}
		if name == "token" {
			_, err := tx.Exec(ctx, "SELECT setval('token', GREATEST($1::bigint, 1))", value)
			return err
		}
		_, err := tx.Exec(ctx, "UPDATE counter SET value = $1 WHERE name = $2", value, name)
		return err
	})
	for _, table := range []string{"object", "transmission", "document", "evidence", "renumbering", "leaf"} {
		if err == nil {
			_, err = tx.Exec(ctx, "SELECT setval(pg_get_serial_sequence('"+table+"', 'n'), (SELECT COALESCE(max(n), 1) FROM "+table+"))")
		}
	}
	return err
}

// compare reads both stores and wants the same.
func compare(ctx context.Context, from, to *Store) (Copied, error) {
	a, err := take(ctx, from)
	if err != nil {
		return Copied{}, err
	}
	b, err := take(ctx, to)
	switch {
	case err != nil:
		return Copied{}, err
	case a != b:
		return Copied{}, fmt.Errorf("the original has %d records and the log's root %s, the copy %d and %s; they differ",
			a.records, a.head.Root, b.records, b.head.Root)
	}
	return Copied{Records: b.records, Head: b.head}, to.proveLog(ctx, b.head)
}

// inventory is what an audit of a store gave. Digests of records are put
// together so that their order does not count.
type inventory struct {
	records int64
	sum     [sha256.Size]byte
	head    archive.Head
}

func take(ctx context.Context, s *Store) (inventory, error) {
	var v inventory
	err := s.Audit(ctx, func(r bridge.Record) error {
		if r.Head != nil {
			v.head = *r.Head
			return nil
		}
		text, err := json.Marshal(r)
		for i, b := range sha256.Sum256(text) {
			v.sum[i] ^= b
		}
		v.records++
		return err
	})
	return v, err
}

// proveLog computes the log's tree anew from its leaves and wants the stored
// hashes and the head.
func (s *Store) proveLog(ctx context.Context, want archive.Head) error {
	const portion = 1000
	var head archive.Head
	var texts [][]byte
	next := func() error {
		to, hashes, err := archive.Sequence(head, s.hashes(ctx), texts)
		if err != nil {
			return err
		}
		for _, h := range hashes {
			stored, err := s.hashes(ctx)([]int64{h.Index})
			if err != nil {
				return err
			}
			if stored[0] != h.Hash {
				return fmt.Errorf("stored hash %d of the log is not that of its leaves", h.Index)
			}
		}
		head, texts = to, nil
		return nil
	}
	err := s.query(ctx, "SELECT text FROM leaf WHERE idx IS NOT NULL ORDER BY idx", nil, func(scan scanner) error {
		var text []byte
		if err := scan(&text); err != nil {
			return err
		}
		if texts = append(texts, text); len(texts) == portion {
			return next()
		}
		return nil
	})
	if err == nil && len(texts) > 0 {
		err = next()
	}
	if err == nil && head != want {
		err = fmt.Errorf("the log's leaves give %d with root %s, its head says %d with %s", head.Size, head.Root, want.Size, want.Root)
	}
	return err
}

// hashes reads stored hashes of the log's tree.
func (s *Store) hashes(ctx context.Context) func([]int64) ([]archive.Hash, error) {
	return func(indexes []int64) ([]archive.Hash, error) {
		out := make([]archive.Hash, len(indexes))
		for i, at := range indexes {
			var h []byte
			ok, err := s.queryRow(ctx, "SELECT hash FROM hash WHERE idx = $1", []any{at}, &h)
			if err == nil && !ok {
				err = fmt.Errorf("stored hash %d is not there", at)
			}
			if err != nil {
				return nil, err
			}
			copy(out[i][:], h)
		}
		return out, nil
	}
}
