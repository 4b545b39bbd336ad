package sqlstore

import (
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"
)

// measure runs do in a loop and tells, beside the time, what does not depend on
// what else the machine is at, by call: the processor time, of SQLite the kilobytes
// that were read into its cache and those that were written (log and checkpoints),
// of PostgreSQL the pages that were looked at and the kilobytes of the log. The
// first call, which prepares statements, is not counted.
func measure(b *testing.B, s *Store, do func(n int) error) {
	b.Helper()
	if err := do(0); err != nil {
		b.Fatal(err)
	}
	before, n := s.spent(b), 1
	for b.Loop() {
		if err := do(n); err != nil {
			b.Fatal(err)
		}
		n++
	}
	for unit, after := range s.spent(b) {
		b.ReportMetric((after-before[unit])/float64(n-1), unit+"/op")
	}
}

// spent is what was used until now, by what it is.
func (s *Store) spent(b *testing.B) map[string]float64 {
	b.Helper()
	var use syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &use); err != nil {
		b.Fatal(err)
	}
	cpu := float64(use.Utime.Nano()+use.Stime.Nano()) / 1000
	if s.server != nil {
		pages, log, server := s.served(b)
		return map[string]float64{"µs-cpu": cpu, "µs-cpu-server": server, "pages": pages, "KB-log": log}
	}
	var read, written float64
	text, err := os.ReadFile("/proc/self/io")
	if err == nil {
		_, err = fmt.Sscanf(string(text), "rchar: %f\nwchar: %f", &read, &written)
	}
	if err != nil {
		return map[string]float64{"µs-cpu": cpu} // not Linux
	}
	return map[string]float64{"µs-cpu": cpu, "KB-read": read / 1024, "KB-written": written / 1024}
}

// served is what the server used for this database: pages, kilobytes of its log, and
// microseconds of the processes of the connections that are open.
func (s *Store) served(b *testing.B) (pages, log, cpu float64) {
	b.Helper()
	var told string
	tell := "SELECT pg_stat_force_next_flush()::text" // what a connection did is known later, unless it is asked to tell
	for _, c := range append([]*committer{s.intake}, s.lanes...) {
		err := c.write(b.Context(), &write{do: func(x *txn) error {
			_, err := x.row(tell, nil, &told)
			return err
		}})
		if err != nil {
			b.Fatal(err)
		}
	}
	if _, err := s.queryRow(b.Context(), tell, nil, &told); err != nil {
		b.Fatal(err)
	}
	_, err := s.queryRow(b.Context(), `SELECT sum(blks_hit + blks_read)::float8, ((pg_current_wal_lsn() - '0/0') / 1024)::float8 FROM pg_stat_database
		WHERE datname = current_database()`, nil, &pages, &log)
	if err != nil {
		b.Fatal(err)
	}
	err = s.query(b.Context(), "SELECT pid::bigint FROM pg_stat_activity WHERE datname = current_database()", nil, func(scan scanner) error {
		var pid int64
		if err := scan(&pid); err != nil {
			return err
		}
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		if err != nil {
			return nil // not Linux, or gone
		}
		var user, system float64 // hundredths of a second: fields 14 and 15
		_, behind, _ := strings.Cut(string(text), ") ")
		fields := strings.Fields(behind)
		fmt.Sscan(fields[11], &user)
		fmt.Sscan(fields[12], &system)
		cpu += 1e4 * (user + system)
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	return pages, log, cpu
}
