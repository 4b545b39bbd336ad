package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"

	"golang.org/x/sync/errgroup"

	"github.com/edibridge/edibridge/archive"
	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/bridge/sqlstore"
	"github.com/edibridge/edibridge/internal/config"
	"github.com/edibridge/edibridge/transports"
	"github.com/edibridge/edibridge/transports/sftp"
	"github.com/edibridge/edibridge/transports/webhook"
)

// running is one bridge with everything around it. It is made by assemble, runs
// by run and is given back by close.
type running struct {
	cfg     *bridge.Configuration
	sys     *config.System
	log     *slog.Logger
	dir     *archive.Dir
	store   *sqlstore.Store
	bridge  *bridge.Bridge
	servers []*sftp.Server
}

// around lets a test put something between the bridge and its store, archive
// and senders; nil leaves each as it is.
type around struct {
	store  func(bridge.Store) bridge.Store
	bodies func(bridge.Bodies) bridge.Bodies
	sender func(transports.Sender) transports.Sender
}

// assemble opens the data folder and the listeners. Nothing is served yet, but
// the addresses are known.
func assemble(ctx context.Context, cfg *bridge.Configuration, sys *config.System, log *slog.Logger, w around) (*running, error) {
	if err := os.MkdirAll(sys.Data, 0o700); err != nil {
		return nil, fmt.Errorf("data folder: %w", err)
	}
	r := &running{cfg: cfg, sys: sys, log: log}
	if err := r.open(ctx, w); err != nil {
		return nil, errors.Join(err, r.close())
	}
	return r, nil
}

func (r *running) open(ctx context.Context, w around) (err error) {
	// The archive's lock comes first: it keeps a second process out of both.
	if r.dir, err = openArchive(r.sys, r.log); err != nil {
		return err
	}
	if r.store, err = openStore(ctx, r.sys, sqlstore.Options{Log: r.log, Alone: r.sys.Postgres == ""}); err != nil {
		return err
	}
	senders, err := openSenders(r.sys, r.log, w)
	if err != nil {
		return err
	}
	var store bridge.Store = r.store
	if w.store != nil {
		store = w.store(store)
	}
	var bodies bridge.Bodies = archive.New(r.dir, archive.Options{Known: r.store.Body})
	if w.bodies != nil {
		bodies = w.bodies(bodies)
	}
	r.bridge = bridge.New(bridge.Options{
		Store: store, Bodies: bodies, Log: r.log,
		Config:  func() *bridge.Configuration { return r.cfg },
		Senders: func(_ *bridge.Configuration, name string) (transports.Sender, bool) { s, ok := senders[name]; return s, ok },
	})
	for _, l := range r.sys.SFTP {
		s, err := openSFTP(l, r.sys, r.bridge.Mailbox(), r.log)
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

func openArchive(sys *config.System, log *slog.Logger) (*archive.Dir, error) {
	dir, err := archive.OpenDir(sys.Archive(), archive.DirOptions{})
	if err != nil {
		return nil, err
	}
	if rec := dir.Recovered(); rec.Torn > 0 || rec.Skipped > 0 {
		log.Warn("archive recovered after a crash", "torn", rec.Torn, "skipped", rec.Skipped)
	}
	return dir, nil
}

func openSenders(sys *config.System, log *slog.Logger, w around) (map[string]transports.Sender, error) {
	senders := map[string]transports.Sender{}
	for _, wh := range sys.Webhooks {
		s, err := webhook.New(webhook.Config{Endpoint: wh.Endpoint, URL: wh.URL, Secrets: wh.Secrets,
			Timeout: wh.Timeout, AllowPrivate: wh.AllowPrivate, Log: log})
		if err != nil {
			return nil, fmt.Errorf("endpoint %s: %w", wh.Endpoint, err)
		}
		senders[wh.Endpoint] = s
		if w.sender != nil {
			senders[wh.Endpoint] = w.sender(s)
		}
	}
	return senders, nil
}

func openSFTP(l config.SFTPListener, sys *config.System, box transports.Mailbox, log *slog.Logger) (*sftp.Server, error) {
	keys, err := sftp.LoadOrCreateHostKeys(l.HostKeys)
	if err != nil {
		return nil, fmt.Errorf("host keys of %s: %w", l.Endpoint, err)
	}
	return sftp.New(sftp.Config{
		Endpoint: l.Endpoint, Addr: l.Addr, HostKeys: keys, Spool: sys.Spool(), Mailbox: box, Log: log,
		Users: func(name string) (sftp.User, bool) {
			u, ok := l.Users[name]
			return sftp.User{Name: u.Name, Keys: u.Keys, PasswordHash: u.PasswordHash, Temp: u.Temp, MaxFile: u.MaxFile}, ok
		},
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
		listen.Go(func() error { return s.Run(ctx, r.bridge) })
	}
	listen.Go(func() error { return r.control().run(ctx) })
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
	return &control{data: r.sys.Data, ground: ground{r.bridge.Operate, r.store.Renumber, r.store.Transmission},
		submit: r.bridge.Submit, callee: callee{r.bridge, r.store}, limit: int64(r.cfg.Limits.Message), patience: controlPatience, log: r.log}
}

func (r *running) close() error {
	var errs []error
	if r.store != nil {
		errs = append(errs, r.store.Close())
	}
	if r.dir != nil {
		errs = append(errs, r.dir.Close())
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
