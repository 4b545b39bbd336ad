package sqlstore

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash/fnv"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/edibridge/edibridge/transports"
)

// A pattern is what the Store writes for a round of files with all that follows
// from them, learned from two rounds that it wrote one after the other: what both
// have stays, numbers and times go on as they went, and what was drawn or hashed is
// drawn anew. So a million files come to stand in a database in minutes, and are,
// but for what was drawn, those that the Store would have written.
type pattern struct {
	tables []patternTable
	next   int64 // the first round that is not written yet
}

// patternTable is its part in one table.
type patternTable struct {
	name    string
	key     []string // columns that tell rows apart, and by which they stand in the order of their making
	columns []string
	fresh   [][]cell // rows that every round adds
	grown   [][]cell // rows that every round changes: sums and counters
}

// cell is one value, round by round.
type cell struct {
	same any
	vary func(nth int64) any // of the round with that number; nil: same
}

func (c *cell) of(nth int64) any {
	if c.vary == nil {
		return c.same
	}
	return c.vary(nth)
}

// patternTables are the tables that files come to stand in, each behind those that
// it refers to. The log's tree and head are computed from the leaves; the sums of
// what was mapped, in a part that each process draws, stay as they are.
func patternTables() []patternTable {
	var all []patternTable
	for _, t := range []string{"object n", "transmission n", "cause effect nth", "finding transmission", "document n",
		"fact transmission ordinal view subject", "business_key transmission scheme value", "evidence n", "expectation n",
		"seen transmission kind value", "series name", "number series epoch value", "leaf n", "counter name"} {
		words := strings.Fields(t)
		all = append(all, patternTable{name: words[0], key: words[1:]})
	}
	return all
}

// learn has three rounds played on a store and learns from the last two: at the
// first one the sums of later ones are not there yet.
func learn(tb testing.TB, s *Store, play func(nth int64)) *pattern {
	tb.Helper()
	p := &pattern{tables: patternTables(), next: 3}
	seen := make([][3][][]any, len(p.tables))
	for nth := range 3 {
		play(int64(nth))
		if err := s.Seal(tb.Context()); err != nil {
			tb.Fatal(err)
		}
		for i := range p.tables {
			seen[i][nth] = p.tables[i].read(tb, s)
		}
	}
	for i := range p.tables {
		if err := p.tables[i].learn(seen[i]); err != nil {
			tb.Fatalf("table %s: %v", p.tables[i].name, err)
		}
	}
	return p
}

// read gives the rows in the order of their making.
func (t *patternTable) read(tb testing.TB, s *Store) [][]any {
	tb.Helper()
	if t.columns == nil {
		query := "SELECT name FROM pragma_table_info($1)"
		if s.server != nil {
			query = "SELECT column_name::text FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = $1 AND is_generated = 'NEVER'"
		}
		err := s.query(tb.Context(), query, []any{t.name}, func(scan scanner) error {
			t.columns = append(t.columns, "")
			return scan(&t.columns[len(t.columns)-1])
		})
		if err != nil {
			tb.Fatal(err)
		}
	}
	var all [][]any
	query := "SELECT " + strings.Join(t.columns, ", ") + " FROM " + t.name + " ORDER BY " + strings.Join(t.key, ", ")
	err := s.query(tb.Context(), query, nil, func(scan scanner) error {
		row, dest := make([]any, len(t.columns)), make([]any, len(t.columns))
		for i := range row {
			dest[i] = &row[i]
		}
		all = append(all, row)
		return scan(dest...)
	})
	if err != nil {
		tb.Fatal(err)
	}
	return all
}

// keyOf tells a row from others.
func (t *patternTable) keyOf(row []any) string {
	var key []any
	for i, c := range t.columns {
		if slices.Contains(t.key, c) {
			key = append(key, row[i])
		}
	}
	return fmt.Sprintf("%q", key)
}

// learn compares what stands in the table behind each of three rounds.
func (t *patternTable) learn(seen [3][][]any) error {
	var known [3]map[string][]any
	var fresh [3][][]any
	for nth, rows := range seen {
		known[nth] = map[string][]any{}
		for _, row := range rows {
			known[nth][t.keyOf(row)] = row
			if nth > 0 && known[nth-1][t.keyOf(row)] == nil {
				fresh[nth] = append(fresh[nth], row)
			}
		}
	}
	if len(fresh[1]) != len(fresh[2]) {
		return fmt.Errorf("%d rows in one round, %d in the next", len(fresh[1]), len(fresh[2]))
	}
	for i := range fresh[1] {
		row, err := t.between(fresh[1][i], fresh[2][i])
		if err != nil {
			return err
		}
		t.fresh = append(t.fresh, row)
	}
	for key, was := range known[1] {
		row, err := t.between(was, known[2][key])
		if err != nil {
			return err
		}
		if slices.ContainsFunc(row, func(c cell) bool { return c.vary != nil }) {
			t.grown = append(t.grown, row)
		}
	}
	return nil
}

// between learns a row from those of rounds 1 and 2.
func (t *patternTable) between(a, b []any) ([]cell, error) {
	row := make([]cell, len(a))
	for i := range a {
		var err error
		if row[i], err = cellBetween(a[i], b[i]); err != nil {
			return nil, fmt.Errorf("column %s: %w", t.columns[i], err)
		}
	}
	return row, nil
}

func cellBetween(a, b any) (cell, error) {
	switch a := a.(type) {
	case int64:
		if b, ok := b.(int64); ok && a != b {
			return cell{vary: func(nth int64) any { return a + (nth-1)*(b-a) }}, nil
		}
	case string:
		if b, ok := b.(string); ok && a != b {
			text, err := textBetween(a, b)
			return cell{vary: func(nth int64) any { return string(text(nth)) }}, err
		}
	case []byte:
		if b, ok := b.([]byte); ok && !bytes.Equal(a, b) {
			if utf8.Valid(a) {
				text, err := textBetween(string(a), string(b))
				return cell{vary: func(nth int64) any { return text(nth) }}, err
			}
			return cell{vary: func(nth int64) any { return drawBytes(a, b, nth) }}, nil
		}
	}
	if fmt.Sprint(a) != fmt.Sprint(b) {
		return cell{}, fmt.Errorf("%v, then %v", a, b)
	}
	return cell{same: a}, nil
}

// atom is a part of a text that may change as a whole: a time, a ULID, a digest or
// half of one, a number.
var atom = regexp.MustCompile(`\d{4}-\d\d-\d\dT[\d:.]{18}Z|[0-7][0-9A-HJKMNP-TV-Z]{25}|[0-9a-f]{64}|[0-9a-f]{32}|\d{1,18}`)

// textBetween learns a text: what lies between its atoms has to be the same.
func textBetween(a, b string) (func(nth int64) []byte, error) {
	var parts []func(text []byte, nth int64) []byte
	inA, inB := atom.FindAllString(a, -1), atom.FindAllString(b, -1)
	if frame := atom.ReplaceAllString(a, ""); len(inA) != len(inB) || frame != atom.ReplaceAllString(b, "") {
		return nil, fmt.Errorf("%q, then %q", a, b)
	}
	between := atom.Split(a, -1)
	for i := range inA {
		parts = append(parts, stays(between[i]), atomBetween(inA[i], inB[i]))
	}
	parts = append(parts, stays(between[len(inA)]))
	return func(nth int64) []byte {
		text := make([]byte, 0, len(a)+8)
		for _, p := range parts {
			text = p(text, nth)
		}
		return text
	}, nil
}

func stays(s string) func([]byte, int64) []byte {
	return func(text []byte, _ int64) []byte { return append(text, s...) }
}

// atomBetween learns how an atom goes on.
func atomBetween(a, b string) func(text []byte, nth int64) []byte {
	if a == b {
		return stays(a)
	}
	at, errA := time.Parse(time.RFC3339Nano, a)
	then, errB := time.Parse(time.RFC3339Nano, b)
	if errA == nil && errB == nil {
		return func(text []byte, nth int64) []byte {
			return at.Add(time.Duration(nth-1)*then.Sub(at)).AppendFormat(text, "2006-01-02T15:04:05.000000000Z")
		}
	}
	if digest, err := hex.DecodeString(a); err == nil && len(a) >= 32 {
		other, _ := hex.DecodeString(b) // as much of an atom as a is
		return func(text []byte, nth int64) []byte { return hex.AppendEncode(text, drawBytes(digest, other, nth)) }
	}
	if first, err := strconv.ParseInt(a, 10, 64); err == nil {
		second, _ := strconv.ParseInt(b, 10, 64)
		width := 0
		if len(a) == len(b) {
			width = len(a)
		}
		return func(text []byte, nth int64) []byte {
			return fmt.Appendf(text, "%0*d", width, first+(nth-1)*(second-first))
		}
	}
	h := fnv.New64a()
	h.Write([]byte(a))
	seed, begins, later := h.Sum64(), beginning(a), beginning(b)-beginning(a)
	return func(text []byte, nth int64) []byte {
		var id [16]byte
		binary.BigEndian.PutUint64(id[:8], draw(seed, nth))
		binary.BigEndian.PutUint64(id[8:], draw(seed+1, nth))
		if max(later, -later) < 24*3600*1000 { // no chance: it begins with a time
			first := uint64(begins+(nth-1)*later) << 16
			binary.BigEndian.PutUint64(id[:8], first|draw(seed, nth)>>48)
		}
		return append(text, transports.FormatID(id)...)
	}
}

// beginning is what a ULID begins with: of a drawn one the milliseconds of its time.
func beginning(id string) (ms int64) {
	for _, c := range []byte(id[:10]) {
		ms = ms<<5 | int64(strings.IndexByte("0123456789ABCDEFGHJKMNPQRSTVWXYZ", c))
	}
	return ms
}

// drawBytes draws bytes by eight, so that what is equal, or a part of another, is so
// in every round. Where both rounds had the same it stays.
func drawBytes(a, b []byte, nth int64) []byte {
	out := slices.Clone(a)
	for i := 0; i+8 <= len(a); i += 8 {
		if !bytes.Equal(a[i:i+8], b[i:i+8]) {
			binary.BigEndian.PutUint64(out[i:], draw(binary.BigEndian.Uint64(a[i:]), nth))
		}
	}
	return out
}

// draw is the nth number that stands for a seed (splitmix64).
func draw(seed uint64, nth int64) uint64 {
	z := seed + uint64(nth)*0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}
