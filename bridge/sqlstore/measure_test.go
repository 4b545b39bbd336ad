package sqlstore

import (
	"fmt"
	"os"
	"testing"
	"time"
)

// measure runs do in a loop and tells, beside the time, what does not depend on
// what else the machine is at, by call: of SQLite the kilobytes that were read into
// its cache and those that were written (log and checkpoints), of PostgreSQL the
// pages that were looked at and the kilobytes of the log.
func measure(b *testing.B, s *Store, do func(n int) error) {
	b.Helper()
	before := s.traffic(b)
	n := 0
	for b.Loop() {
		if err := do(n); err != nil {
			b.Fatal(err)
		}
		n++
	}
	after := s.traffic(b)
	for i, unit := range [2][2]string{{"KB-read/op", "KB-written/op"}, {"pages/op", "KB-log/op"}}[flag(s.server != nil)] {
		b.ReportMetric(float64(after[i]-before[i])/float64(n), unit)
	}
}

// traffic is what was read and what was written until now.
func (s *Store) traffic(b *testing.B) (t [2]int64) {
	b.Helper()
	if s.server != nil {
		// Connections tell of what they did a second later.
		time.Sleep(1100 * time.Millisecond)
		_, err := s.queryRow(b.Context(), `SELECT sum(blks_hit + blks_read)::bigint, (pg_current_wal_lsn() - '0/0')::bigint / 1024 FROM pg_stat_database
			WHERE datname = current_database()`, nil, &t[0], &t[1])
		if err != nil {
			b.Fatal(err)
		}
		return t
	}
	text, err := os.ReadFile("/proc/self/io")
	if err != nil {
		return t // not Linux
	}
	if _, err := fmt.Sscanf(string(text), "rchar: %d\nwchar: %d", &t[0], &t[1]); err != nil {
		b.Fatal(err)
	}
	return [2]int64{t[0] / 1024, t[1] / 1024}
}
