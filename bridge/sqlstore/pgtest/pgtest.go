// Package pgtest runs a real PostgreSQL server for tests, in a folder of its
// own, reached by a Unix socket in that folder: Debian's package postgresql, as
// an unprivileged user when the test runs as root. A test skips where the server
// is missing, and fails there when EDIBRIDGE_TEST_REQUIRE=all.
package pgtest

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
)

// Server is a running PostgreSQL server. Its methods may be called concurrently,
// but for Stop and Start.
type Server struct {
	bin, dir  string
	as        *syscall.Credential // nil: as the test's own user
	databases atomic.Int64
	keep      io.Closer // the guard's standard input: its end stops the server
}

// Start makes a database cluster and starts its server with the settings given,
// each "name=value"; it writes without fsync unless that is one of them, since it
// is this process that dies in tests and not the machine. Both go when the test
// ends, or when its process does.
func Start(tb testing.TB, settings ...string) *Server {
	tb.Helper()
	s := &Server{bin: programs(tb)}
	s.as = unprivileged(tb)
	// Not tb.TempDir: the path of a Unix socket has at most 107 bytes.
	dir, err := os.MkdirTemp("", "pg")
	if err != nil {
		tb.Fatal(err)
	}
	s.dir = dir
	tb.Cleanup(func() { os.RemoveAll(dir) })
	if s.as != nil {
		if err := os.Chown(dir, int(s.as.Uid), int(s.as.Gid)); err != nil {
			tb.Fatal(err)
		}
	}
	s.must(tb, "initdb", "-D", s.data(), "-U", "edibridge", "-A", "trust", "-E", "UTF8", "--locale=C", "-N")
	conf := "listen_addresses=''\nunix_socket_directories='" + dir + "'\nmax_connections=400\nshared_buffers=256MB\nmax_wal_size=2GB\nfsync=off\n" + strings.Join(settings, "\n") + "\n"
	if err := os.WriteFile(filepath.Join(s.data(), "conf.d"), []byte(conf), 0o644); err != nil {
		tb.Fatal(err)
	}
	main, err := os.OpenFile(filepath.Join(s.data(), "postgresql.conf"), os.O_APPEND|os.O_WRONLY, 0)
	if err == nil {
		_, err = main.WriteString("include 'conf.d'\n")
		err = errors.Join(err, main.Close())
	}
	if err != nil {
		tb.Fatal(err)
	}
	s.guard(tb)
	s.Start(tb)
	return s
}

func (s *Server) data() string { return filepath.Join(s.dir, "data") }

// Database makes an empty database and gives its address.
func (s *Server) Database(tb testing.TB) string {
	tb.Helper()
	name := "t" + strconv.FormatInt(s.databases.Add(1), 10)
	s.must(tb, "createdb", "-h", s.dir, "-U", "edibridge", name)
	return fmt.Sprintf("host=%s user=edibridge dbname=%s", s.dir, name)
}

// Start starts a server that was stopped.
func (s *Server) Start(tb testing.TB) {
	tb.Helper()
	s.must(tb, "pg_ctl", "-D", s.data(), "-w", "-s", "-l", filepath.Join(s.dir, "log"), "start")
}

// Stop stops the server and breaks all connections off; at once, it does so as
// if it had been killed: what it has not written it finds in its log again.
func (s *Server) Stop(tb testing.TB, atOnce bool) {
	tb.Helper()
	mode := "fast"
	if atOnce {
		mode = "immediate"
	}
	s.must(tb, "pg_ctl", "-D", s.data(), "-w", "-s", "-m", mode, "stop")
}

// must runs one of the server's programs.
func (s *Server) must(tb testing.TB, program string, args ...string) {
	tb.Helper()
	cmd := s.command(program, args...)
	// A file, for the server that pg_ctl leaves running would hold a pipe open.
	out, err := os.CreateTemp("", "pgtest")
	if err != nil {
		tb.Fatal(err)
	}
	defer os.Remove(out.Name())
	defer out.Close()
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Run(); err != nil {
		text, _ := os.ReadFile(out.Name())
		log, _ := os.ReadFile(filepath.Join(s.dir, "log"))
		tb.Fatalf("%s: %v\n%s%s", program, err, text, log)
	}
}

func (s *Server) command(program string, args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(s.bin, program), args...)
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: s.as, Setpgid: true}
	return cmd
}

// guard starts a shell that stops the server when its standard input ends: with
// the test, or with the test's process.
func (s *Server) guard(tb testing.TB) {
	cmd := s.command("pg_ctl")
	cmd.Path, cmd.Args = "/bin/sh", []string{"sh", "-c", `cat >/dev/null; "$0" -D "$1" -w -s -m immediate stop >/dev/null 2>&1`,
		filepath.Join(s.bin, "pg_ctl"), s.data()}
	in, err := cmd.StdinPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		tb.Fatal(err)
	}
	s.keep = in
	tb.Cleanup(func() {
		in.Close()
		cmd.Wait() // its status is that of stopping a server that may be stopped
	})
}

// programs finds the folder of the newest server's programs.
func programs(tb testing.TB) string {
	tb.Helper()
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil {
		tb.Fatal(err)
	}
	if len(found) > 0 {
		return filepath.Dir(found[len(found)-1])
	}
	if path, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(path)
	}
	if os.Getenv("EDIBRIDGE_TEST_REQUIRE") == "all" {
		tb.Fatal("no PostgreSQL server: Debian's package postgresql")
	}
	tb.Skip("no PostgreSQL server: Debian's package postgresql")
	return ""
}

// unprivileged gives whom the server runs as, since it refuses root.
func unprivileged(tb testing.TB) *syscall.Credential {
	tb.Helper()
	if os.Getuid() != 0 {
		return nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
		gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
		if err := errors.Join(err1, err2); err != nil {
			tb.Fatal(err)
		}
		return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	}
	tb.Fatal("there is no user that a PostgreSQL server could run as")
	return nil
}
