package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/edibridge/edibridge/archive"
	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/bridge/sqlstore"
	"github.com/edibridge/edibridge/internal/config"
	"github.com/edibridge/edibridge/internal/flock"
	"github.com/edibridge/edibridge/transports"
	"github.com/edibridge/edibridge/transports/sftp"
)

// running is one bridge with everything around it. It is made by assemble, runs
// by run and is given back by close.
type running struct {
	cfg     *bridge.Configuration
	sys     *config.System
	log     *slog.Logger
	data    *os.File // the data folder's lock
	dir     *archive.Dir
	store   *sqlstore.Store
	live    *live
	bridge  *bridge.Bridge
	servers []*sftp.Server
}

// around lets a test put something between the bridge and its store, archive
// and senders, and set its clock, its leases and how often it keeps house; what is
// zero stays as it is.
type around struct {
	clock     func() time.Time
	lease     time.Duration
	housekeep time.Duration
	store     func(bridge.Store) bridge.Store
	bodies    func(bridge.Bodies) bridge.Bodies
	sender    func(transports.Sender) transports.Sender
}

// assemble opens the data folder and the listeners. Nothing is served yet, but
// the addresses are known.
func assemble(ctx context.Context, cfg *bridge.Configuration, sys *config.System, log *slog.Logger, w around) (*running, error) {
	r := &running{cfg: cfg, sys: sys, log: log}
	if err := r.open(ctx, w); err != nil {
		return nil, errors.Join(err, r.close())
	}
	return r, nil
}

func (r *running) open(ctx context.Context, w around) (err error) {
	// The lock comes first: it keeps a second process out of all that lies there.
	if r.data, err = lockData(r.sys); err != nil {
		return err
	}
	if r.dir, err = openArchive(r.sys, r.sys.Postgres != "", r.log); err != nil {
		return err
	}
	if r.store, err = openStore(ctx, r.sys, sqlstore.Options{Log: r.log, Alone: r.sys.Postgres == "", Now: w.clock}); err != nil {
		return err
	}
	r.live = &live{store: r.store, own: r.sys, around: w, log: r.log}
	if err := newLive(ctx, r.live, r.cfg); err != nil {
		return err
	}
	var store bridge.Store = r.store
	if w.store != nil {
		store = w.store(store)
	}
	var bodies bridge.Bodies = archive.New(r.dir, archive.Options{Known: r.store.Body, Clock: w.clock})
	if w.bodies != nil {
		bodies = w.bodies(bodies)
	}
	r.bridge = bridge.New(bridge.Options{
		Store: store, Bodies: bodies, Log: r.log,
		Free: r.free, Now: w.clock, Lease: w.lease, Housekeep: w.housekeep,
		Config: r.live.configuration, Past: r.live.past, Senders: r.live.sender,
	})
	for _, l := range r.sys.SFTP {
		s, err := openSFTP(l, r.sys, r.bridge.Mailbox(), r.live.user, r.log)
		if err != nil {
			return err
		}
		r.servers = append(r.servers, s)
	}
	return nil
}

// openStore opens the database of a configuration.
func openStore(ctx context.Context, sys *config.System, opt sqlstore.Options) (*sqlstore.Store, error) {
	if sys.Postgres != "" {
		return sqlstore.OpenPostgres(ctx, sys.Postgres, opt)
	}
	s, err := sqlstore.OpenSQLite(ctx, sys.Store(), opt)
	if err != nil && opt.ReadOnly {
		err = fmt.Errorf("the store in %s: %w", sys.Data, err)
	}
	return s, err
}

// lockData makes the data folder and keeps any other process out of it until the
// file is closed: flock.ErrHeld.
func lockData(sys *config.System) (f *os.File, err error) {
	if err := os.MkdirAll(sys.Data, 0o700); err != nil {
		return nil, fmt.Errorf("data folder: %w", err)
	}
	f, err = os.OpenFile(filepath.Join(sys.Data, "lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err == nil {
		if err = flock.Exclusive(f); err != nil {
			err = errors.Join(err, f.Close())
		}
	}
	if err != nil {
		return nil, fmt.Errorf("data folder %s: %w", sys.Data, err)
	}
	return f, nil
}

// openArchive opens the archive of a configuration for writing, alone or beside
// others.
func openArchive(sys *config.System, shared bool, log *slog.Logger) (*archive.Dir, error) {
	dir, err := archive.OpenDir(sys.Archive(), archive.DirOptions{Shared: shared})
	if err == nil {
		tellMended(log, dir.Recovered())
	}
	return dir, err
}

// tellMended says what was lost of bodies that never counted.
func tellMended(log *slog.Logger, r archive.Recovery) {
	if r.Torn > 0 || r.Skipped > 0 {
		log.Warn("archive recovered after a crash", "torn", r.Torn, "skipped", r.Skipped)
	}
}

// mendEvery is how often what processes that were killed left in a shared archive
// is looked for.
const mendEvery = time.Minute

// mend ends the packs of processes that were killed, until ctx ends.
func (r *running) mend(ctx context.Context) error {
	if r.sys.Postgres == "" {
		return nil // it was done at the start, and there are no others
	}
	t := time.NewTicker(mendEvery)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-t.C:
		}
		rec, err := r.dir.Mend(ctx)
		tellMended(r.log, rec)
		if err != nil && ctx.Err() == nil {
			r.log.Error("archive could not be mended and will be tried again", "error", err)
		}
	}
}

// free are the bytes that may still be written where the least are.
func (r *running) free() (int64, error) {
	data, err := freeBytes(r.sys.Data)
	if err != nil {
		return 0, err
	}
	bodies, err := freeBytes(r.sys.Archive())
	return min(data, bodies), err
}

func openSFTP(l config.SFTPListener, sys *config.System, box transports.Mailbox, users func(string) (sftp.User, bool), log *slog.Logger) (*sftp.Server, error) {
	keys, err := sftp.LoadOrCreateHostKeys(l.HostKeys)
	if err != nil {
		return nil, fmt.Errorf("host keys of %s: %w", l.Endpoint, err)
	}
	return sftp.New(sftp.Config{
		Endpoint: l.Endpoint, Addr: l.Addr, HostKeys: keys, Spool: sys.Spool(), Mailbox: box, Log: log,
		Users:   users,
		MaxFile: l.MaxFile, MaxSessions: l.MaxSessions, MaxSessionsPerUser: l.MaxSessionsPerUser, MaxHandles: l.MaxHandles,
		IdleTimeout: l.IdleTimeout, LoginTimeout: l.LoginTimeout, AcceptTimeout: l.AcceptTimeout,
	})
}

// addr is where the first SFTP server listens.
func (r *running) addr() net.Addr { return r.servers[0].Addr() }

// run serves until ctx ends or a part can no longer serve, then stops the
// others: first nothing new is taken, then what runs is finished or given back.
func (r *running) run(ctx context.Context) error {
	work, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	done := make(chan error, 1)
	go func() { done <- r.bridge.Run(work) }()

	listen, ctx := errgroup.WithContext(ctx)
	for _, s := range r.servers {
		listen.Go(func() error { return s.Run(ctx, gate{r.bridge, r.live}) })
	}
	listen.Go(func() error { return r.control().run(ctx) })
	listen.Go(func() error { return r.live.run(ctx) })
	listen.Go(func() error { return r.mend(ctx) })
	listen.Go(func() error { return r.reload(ctx) })
	listen.Go(func() error {
		select {
		case err := <-done: // the archive can take nothing more
			done <- err
			return err
		case <-ctx.Done():
			return nil
		}
	})
	err := listen.Wait()
	stop()
	return errors.Join(err, <-done)
}

// control is how commands reach this bridge.
func (r *running) control() *control {
	most := int64(r.cfg.Limits.Message)
	c := callee{ground: ground{r.bridge.Operate, r.store.Renumber, r.store.Transmission}, bridge: r.bridge, store: r.store,
		submit: r.bridge.Submit, limit: most, activate: r.live.asked}
	return &control{data: r.sys.Data, callee: c, limit: 2 * most, patience: controlPatience, log: r.log} // JSON writes three bytes of a document as four
}

// reload brings the files that the process was started with into force anew each
// time it gets SIGHUP, until ctx ends.
func (r *running) reload(ctx context.Context) error {
	hangup := make(chan os.Signal, 1)
	signal.Notify(hangup, syscall.SIGHUP)
	defer signal.Stop(hangup)
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-hangup:
		}
		a, err := r.live.activate(ctx, r.sys.File, decisionOf{"SIGHUP", ""})
		switch {
		case err != nil:
			r.log.Error("configuration refused; the one in force stays", "error", err)
		case a.Unchanged:
			r.log.Info("configuration unchanged", "digest", a.Digest)
		case len(a.Restart) > 0:
			r.log.Warn("takes effect at the next start", "what", a.Restart)
		}
	}
}

func (r *running) close() error {
	var errs []error
	if r.store != nil {
		errs = append(errs, r.store.Close())
	}
	if r.dir != nil {
		errs = append(errs, r.dir.Close())
	}
	if r.data != nil {
		errs = append(errs, r.data.Close())
	}
	return errors.Join(errs...)
}

// serve runs a bridge until ctx ends.
func serve(ctx context.Context, cfg *bridge.Configuration, sys *config.System, log *slog.Logger) error {
	r, err := assemble(ctx, cfg, sys, log, around{})
	if err != nil {
		return err
	}
	return errors.Join(r.run(ctx), r.close())
}
