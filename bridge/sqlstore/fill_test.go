package sqlstore

import (
	"encoding/hex"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/bridge/bridgetest"
)

// TestFill: what a fill writes is what the Store writes, in every column of every
// table, but for what is drawn; the log and all that belongs together are in order,
// and the Store goes on behind it.
func TestFill(t *testing.T) {
	for name, trade := range map[string]trade{
		"history":      {files: 6, partners: 3, orders: 2, until: bridge.Delivered},
		"to deliver":   {files: 2, partners: 1, orders: 3, until: bridge.Pending},
		"to translate": {files: 2, partners: 2, until: bridge.Accepted},
	} {
		t.Run(name, func(t *testing.T) {
			t.Run("sqlite", func(t *testing.T) {
				at := place{path: filepath.Join(t.TempDir(), "bridge.db")}
				testFill(t, trade, at, at.next(t))
			})
			t.Run("postgres", func(t *testing.T) {
				at := place{server: newCluster(t)}
				testFill(t, trade, at, at.next(t))
			})
		})
	}
}

func testFill(t *testing.T, trade trade, filled, played place) {
	s, done := filled.open(t)
	p := learn(t, s, func(nth int64) { trade.play(t, s, nth) })
	done()
	p.fill(t, filled, 7)
	s, done = filled.open(t)
	defer done()
	want, done := played.open(t)
	defer done()
	for nth := range int64(7) {
		trade.play(t, want, nth)
	}
	wantSame(t, s, want)
	trade.play(t, s, 7)
	trade.play(t, want, 7)
	wantSame(t, s, want)
	for _, p := range bridgetest.CheckHouse(t.Context(), bridgetest.House{Store: s, Bodies: noBodies{}}) {
		switch p.Rule {
		case "body", "coverage": // there is no archive, and no sums of what was mapped
		case "document.id", "leaf.body", "trace": // ids of documents and spans, and what leaves commit to, are computed from what is drawn
		default:
			t.Error(p)
		}
	}
}

// wantSame wants two stores to hold the same but for what was drawn.
func wantSame(t *testing.T, got, want *Store) {
	t.Helper()
	for _, s := range []*Store{got, want} {
		if err := s.Seal(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	var names [2]names
	for _, table := range append(patternTables(), patternTable{name: "hash", key: []string{"idx"}}, patternTable{name: "head", key: []string{"size"}}) {
		var lines [2][]string
		for i, s := range []*Store{got, want} {
			for _, row := range table.read(t, s) {
				lines[i] = append(lines[i], names[i].line(row))
			}
		}
		if diff := cmp.Diff(lines[1], lines[0]); diff != "" {
			t.Fatalf("table %s, wanted and got\n%s", table.name, diff)
		}
	}
}

// names number what was drawn, in the order in which it is met: by eight bytes, as
// a trace has two, or by a ULID.
type names map[string]int

func (n *names) of(drawn string) string {
	if *n == nil {
		*n = names{}
	}
	if _, known := (*n)[drawn]; !known {
		(*n)[drawn] = len(*n)
	}
	return fmt.Sprint("#", (*n)[drawn])
}

// line is a row with names for what was drawn.
func (n *names) line(row []any) string {
	var line strings.Builder
	for _, v := range row {
		text := fmt.Sprint(v)
		if b, ok := v.([]byte); ok && utf8.Valid(b) {
			text = string(b)
		} else if ok {
			text = n.digest(b)
		}
		line.WriteString(" " + atom.ReplaceAllStringFunc(text, func(a string) string {
			if digest, err := hex.DecodeString(a); err == nil && len(a) >= 32 {
				return n.digest(digest)
			}
			if len(a) == 26 {
				return n.of(a)
			}
			return a
		}))
	}
	return line.String()
}

func (n *names) digest(b []byte) string {
	out := ""
	for i := 0; i+8 <= len(b); i += 8 {
		out += n.of(string(b[i : i+8]))
	}
	return out
}
