package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
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

// decider carries out calls: the running bridge, or this process in its place.
type decider interface {
	// call has something done and fills result, which may be nil. An error that is a
	// refusal says why it was not done; of any other it is not known whether it was.
	call(ctx context.Context, name callName, args, result any) error
	close() error
}

// ask has a decision carried out: one that is refused is exit status 1.
func ask(ctx context.Context, d decider, name callName, args, result any) error {
	err := d.call(ctx, name, args, result)
	if _, no := errors.AsType[refusal](err); no {
		return &exitError{exitNo, err}
	}
	if errors.Is(err, errUnanswered) {
		err = fmt.Errorf("%w (\"dead show\", \"control list\" or \"config list\" tells whether it was done)", err)
	}
	return err
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
	to, err := openRemote(ctx, sys.Data)
	if err == nil {
		return to, nil
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

// openRemote reaches the running bridge of a data folder.
func openRemote(ctx context.Context, data string) (*remote, error) {
	conn, err := dialControl(ctx, data)
	if err != nil {
		return nil, err
	}
	return &remote{conn: conn, lines: bufio.NewReaderSize(conn, controlLine)}, nil
}

// errUnanswered is what was asked of a bridge that did not answer.
var errUnanswered = errors.New("the bridge did not answer")

func (r *remote) call(ctx context.Context, name callName, args, result any) error {
	defer context.AfterFunc(ctx, func() { r.conn.SetDeadline(time.Unix(1, 0)) })()
	r.conn.SetDeadline(time.Now().Add(3 * controlPatience)) // the bridge gives up before
	if err := ctx.Err(); err != nil {
		return err
	}
	text := marshal(args)
	head := marshal(controlHead{controlVersion, name, int64(len(text))})
	_, unsent := r.conn.Write(append(append(head, '\n'), text...)) // a bridge that hangs up before the end has answered
	a, said, err := r.answer()
	switch {
	case err != nil:
		return fmt.Errorf("%w: %w", errUnanswered, errors.Join(unsent, err))
	case a.Version != controlVersion: // this program was replaced while the bridge ran on
		return fmt.Errorf("the running bridge speaks version %d of the control protocol, this program version %d: %s", a.Version, controlVersion, a.Error)
	case a.Status == controlRefused:
		return refusal{errors.New(a.Error)}
	case a.Status != controlDone:
		return errors.New(a.Error)
	case result == nil:
		return nil
	}
	return json.Unmarshal(said, result)
}

// answer reads the line of an answer and the result behind it.
func (r *remote) answer() (a controlAnswer, result []byte, err error) {
	line, err := r.lines.ReadSlice('\n')
	if err == nil {
		err = json.Unmarshal(line, &a)
	}
	if err == nil && a.Size > 0 {
		result, err = io.ReadAll(io.LimitReader(r.lines, a.Size))
		if err == nil && int64(len(result)) < a.Size {
			err = io.ErrUnexpectedEOF
		}
	}
	return a, result, err
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

// call carries it out in this process.
func (s *standIn) call(ctx context.Context, name callName, args, result any) error {
	b := bridge.New(bridge.Options{Store: s.store, Bodies: archive.New(s.dir, archive.Options{Known: s.store.Body}),
		Config: func() *bridge.Configuration { return s.cfg }, Log: s.log})
	c := callee{ground: ground{s.store.Operate, s.store.Renumber, s.store.Transmission}, bridge: b, store: s.store,
		submit: b.Submit, limit: int64(s.cfg.Limits.Message), activate: s.activate}
	r, err := c.do(ctx, name, marshal(args))
	if err != nil || result == nil {
		return err
	}
	return json.Unmarshal(marshal(r), result)
}

func (s *standIn) close() error { return errors.Join(s.store.Close(), s.dir.Close(), s.data.Close()) }
