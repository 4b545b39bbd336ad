package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/edibridge/edibridge/archive"
	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/bridge/sqlstore"
	"github.com/edibridge/edibridge/internal/config"
	"github.com/edibridge/edibridge/internal/flock"
)

// decider carries out decisions: the running bridge, or this process in its
// place.
type decider interface {
	// decide gives what came of a request that was checked. An error means that
	// it is not known whether it was done.
	decide(ctx context.Context, q controlRequest) (controlAnswer, error)
	// call has something done and fills result, which may be nil. An error that is
	// errRefused says why it was not done.
	call(ctx context.Context, name callName, args, result any) error
	// activate gives what came of bringing files into force; an error as decide's.
	activate(ctx context.Context, q activateRequest) (activateAnswer, error)
	close() error
}

// lockPatience is how long a data folder may be locked without a socket: a
// bridge that stops lets running work end for ten seconds, one that starts reads
// its last pack.
const lockPatience = 15 * time.Second

// openDecider reaches the running bridge of a data folder. Where none runs it
// takes the folder's lock and opens the store itself.
func openDecider(ctx context.Context, cfg *bridge.Configuration, sys *config.System, log *slog.Logger) (decider, error) {
	if sys.Postgres == "" {
		if _, err := os.Stat(sys.Store()); err != nil {
			return nil, fmt.Errorf("the store in %s: %w", sys.Data, err)
		}
	}
	wait, cancel := context.WithTimeout(ctx, lockPatience)
	defer cancel()
	var d decider
	var err error
	waited := await(wait, func() bool {
		d, err = tryDecider(ctx, cfg, sys, log)
		return !errors.Is(err, archive.ErrLocked) && !errors.Is(err, flock.ErrHeld)
	})
	if waited != nil || d == nil && wait.Err() != nil {
		return nil, fmt.Errorf("%s is locked by a process that does not answer at %s", sys.Data, controlName)
	}
	return d, err
}

// tryDecider fails with flock.ErrHeld or archive.ErrLocked while a bridge starts or
// stops.
func tryDecider(ctx context.Context, cfg *bridge.Configuration, sys *config.System, log *slog.Logger) (decider, error) {
	conn, err := dialControl(ctx, sys.Data)
	if err == nil {
		return &remote{conn: conn, lines: bufio.NewReaderSize(conn, controlLine)}, nil
	}
	if !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, syscall.ECONNREFUSED) {
		return nil, fmt.Errorf("control socket of %s: %w", sys.Data, err)
	}
	return openStandIn(ctx, cfg, sys, log)
}

func dialControl(ctx context.Context, data string) (conn net.Conn, err error) {
	dialer := net.Dialer{Timeout: controlPatience}
	err = withShortPath(data, func(short string) (err error) {
		conn, err = dialer.DialContext(ctx, "unix", filepath.Join(short, controlName))
		return err
	})
	return conn, err
}

// remote is the running bridge.
type remote struct {
	conn  net.Conn
	lines *bufio.Reader
}

func (r *remote) decide(ctx context.Context, q controlRequest) (controlAnswer, error) {
	defer context.AfterFunc(ctx, func() { r.conn.SetDeadline(time.Unix(1, 0)) })()
	r.conn.SetDeadline(time.Now().Add(3 * controlPatience)) // the bridge gives up before
	if err := ctx.Err(); err != nil {
		return controlAnswer{}, err
	}
	var a controlAnswer
	_, err := r.conn.Write(append(marshal(q), '\n'))
	if err == nil {
		var line []byte
		if line, err = r.lines.ReadSlice('\n'); err == nil {
			err = json.Unmarshal(line, &a)
		}
	}
	if err != nil {
		return a, fmt.Errorf("the bridge did not answer (\"dead show\" or \"control list\" tells whether it was done): %w", err)
	}
	if a.Version != controlVersion { // this program was replaced while the bridge ran on
		return a, fmt.Errorf("the running bridge speaks version %d of the control protocol, this program version %d: %s", a.Version, controlVersion, a.Error)
	}
	return a, nil
}

func (r *remote) close() error { return r.conn.Close() }

// standIn is this process where no bridge runs: it holds the lock until close.
type standIn struct {
	cfg   *bridge.Configuration
	data  *os.File
	dir   *archive.Dir
	store *sqlstore.Store
	log   *slog.Logger
}

func openStandIn(ctx context.Context, cfg *bridge.Configuration, sys *config.System, log *slog.Logger) (decider, error) {
	data, err := lockData(sys)
	if err != nil {
		return nil, err
	}
	dir, err := openArchive(sys, sys.Postgres != "", log)
	if err != nil {
		return nil, errors.Join(err, data.Close())
	}
	store, err := openStore(ctx, sys, sqlstore.Options{Log: log})
	if err != nil {
		return nil, errors.Join(err, dir.Close(), data.Close())
	}
	return &standIn{cfg, data, dir, store, log}, nil
}

func (s *standIn) decide(ctx context.Context, q controlRequest) (controlAnswer, error) {
	return ground{s.store.Operate, s.store.Renumber, s.store.Transmission}.decide(ctx, q), nil
}

func (s *standIn) close() error { return errors.Join(s.store.Close(), s.dir.Close(), s.data.Close()) }
