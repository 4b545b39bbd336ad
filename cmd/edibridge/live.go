package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/internal/config"
	"github.com/edibridge/edibridge/transports"
	"github.com/edibridge/edibridge/transports/sftp"
	"github.com/edibridge/edibridge/transports/webhook"
)

// edition is one configuration with what sends under it. It never changes.
type edition struct {
	cfg     *bridge.Configuration
	sys     *config.System
	senders map[string]transports.Sender
	before  *edition // for deliveries that began under it; that one's is nil
}

// live is what a bridge works by: swapped as a whole, in the order in which the
// store says that configurations came into force. This process' own part (data
// folder, database, listeners, log, secrets) is that of its start.
type live struct {
	store  bridge.Configurations
	own    *config.System
	around around
	log    *slog.Logger

	change  sync.Mutex // held by who changes current
	current atomic.Pointer[edition]
	refused atomic.Pointer[string] // digest in force that cannot be loaded here; logged once
}

// followPoll is how often a process looks whether another one has changed what
// is in force.
const followPoll = 2 * time.Second

// newLive brings a process under what is in force. On a store of its own the
// files that it was started with come into force. On one that it shares they do
// where nothing ever was; else it follows the others, and says so.
func newLive(ctx context.Context, l *live, cfg *bridge.Configuration) error {
	v, err := l.edition(cfg, l.own)
	if err != nil {
		return err
	}
	l.current.Store(v)
	active, err := l.store.Active(ctx)
	switch {
	case err == nil && active.Digest == cfg.Digest:
		return nil
	case err == nil && l.own.Postgres != "":
		l.log.Warn("other files are in force than those of this process: it follows the others (edibridge activate brings these into force)",
			"own", cfg.Digest, "active", active.Digest)
		return l.follow(ctx)
	case err != nil && !errors.Is(err, bridge.ErrNotFound):
		return err
	}
	a, err := put(ctx, l.store, l.own.Bundle, decisionOf{"serve", "started with these files"})
	if errors.Is(err, bridge.ErrConflict) { // another process has just started
		return l.follow(ctx)
	}
	if err == nil {
		l.log.Info("configuration in force", "digest", a.Digest, "number", a.Number, "changes", len(a.Difference))
	}
	return err
}

// edition makes what sends under a configuration. Senders that need no change
// are those of the current edition.
func (l *live) edition(cfg *bridge.Configuration, sys *config.System) (*edition, error) {
	v := &edition{cfg: cfg, sys: sys, senders: map[string]transports.Sender{}}
	if now := l.current.Load(); now != nil {
		last := *now
		last.before, v.before = nil, &last
	}
	for _, wh := range sys.Webhooks {
		if s := v.before.same(wh); s != nil {
			v.senders[wh.Endpoint] = s
			continue
		}
		s, err := webhook.New(webhook.Config{Endpoint: wh.Endpoint, URL: wh.URL, Secrets: wh.Secrets,
			Timeout: wh.Timeout, AllowPrivate: wh.AllowPrivate, Log: l.log})
		if err != nil {
			return nil, fmt.Errorf("endpoint %s: %w", wh.Endpoint, err)
		}
		v.senders[wh.Endpoint] = s
		if l.around.sender != nil {
			v.senders[wh.Endpoint] = l.around.sender(s)
		}
	}
	return v, nil
}

// same gives the sender that an edition has for exactly this webhook, or nil.
func (v *edition) same(wh config.Webhook) transports.Sender {
	if v == nil {
		return nil
	}
	for _, was := range v.sys.Webhooks {
		if reflect.DeepEqual(was, wh) {
			return v.senders[wh.Endpoint]
		}
	}
	return nil
}

// configuration is the one in force here.
func (l *live) configuration() *bridge.Configuration { return l.current.Load().cfg }

// sender gives the sender of an endpoint under a configuration.
func (l *live) sender(c *bridge.Configuration, endpoint string) (transports.Sender, bool) {
	for v := l.current.Load(); v != nil; v = v.before {
		if v.cfg == c {
			s, ok := v.senders[endpoint]
			return s, ok
		}
	}
	return nil, false
}

// user gives a login of the SFTP server. Sessions that run keep theirs.
func (l *live) user(name string) (sftp.User, bool) {
	for _, s := range l.current.Load().sys.SFTP {
		if u, ok := s.Users[name]; ok {
			return sftp.User{Name: u.Name, Keys: u.Keys, PasswordHash: u.PasswordHash, Temp: u.Temp, MaxFile: u.MaxFile}, true
		}
	}
	return sftp.User{}, false
}

// past gives a configuration that was in force before.
func (l *live) past(ctx context.Context, digest string) (*bridge.Configuration, error) {
	for v := l.current.Load(); v != nil; v = v.before {
		if v.cfg.Digest == digest {
			return v.cfg, nil
		}
	}
	cfg, _, err := l.stored(ctx, digest)
	if _, mistaken := errors.AsType[config.Problems](err); mistaken {
		return nil, fmt.Errorf("%w: %w", bridge.ErrNotFound, err)
	}
	return cfg, err
}

// stored loads a configuration from the store, with this machine's secrets.
func (l *live) stored(ctx context.Context, digest string) (*bridge.Configuration, *config.System, error) {
	files, err := l.store.ConfigurationFiles(ctx, digest)
	if err != nil {
		return nil, nil, err
	}
	b, err := config.ParseBundle(files)
	if err != nil {
		return nil, nil, err
	}
	return config.LoadBundle(b, l.own.File)
}

// follow takes over what is in force, if it is not already.
func (l *live) follow(ctx context.Context) error {
	l.change.Lock()
	defer l.change.Unlock()
	active, err := l.store.Active(ctx)
	if err != nil || active.Digest == l.configuration().Digest {
		return err
	}
	cfg, sys, err := l.stored(ctx, active.Digest)
	if err == nil {
		err = l.swap(cfg, sys)
	}
	if err != nil {
		return fmt.Errorf("the configuration in force, %.12s: %w", active.Digest, err)
	}
	l.log.Info("configuration in force", "digest", active.Digest, "number", active.Number, "by", active.By, "changes", len(active.Difference))
	return nil
}

// swap brings a configuration into force in this process.
func (l *live) swap(cfg *bridge.Configuration, sys *config.System) error {
	v, err := l.edition(cfg, sys)
	if err == nil {
		l.current.Store(v)
	}
	return err
}

// run follows other processes on the same store until ctx ends. What cannot be
// loaded here is logged once and tried again: a secret may still be missing.
func (l *live) run(ctx context.Context) error {
	if l.own.Postgres == "" {
		return nil
	}
	t := time.NewTicker(followPoll)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-t.C:
		}
		err := l.follow(ctx)
		text := ""
		if err != nil && ctx.Err() == nil {
			text = err.Error()
		}
		if last := l.refused.Swap(&text); text != "" && (last == nil || *last != text) {
			l.log.Error("what is in force cannot be followed; this process goes on as it was", "error", err)
		}
	}
}

// activated is what came of bringing files into force.
type activated struct {
	bridge.Activation
	Unchanged bool     // they were in force already
	Restart   []string // what takes effect when the process is started again
}

// errRestart refuses what no running process can change.
var errRestart = errors.New("needs a restart")

// activate loads the files of a configuration, checks them as one and brings them
// into force, here and wherever the store is followed.
func (l *live) activate(ctx context.Context, file string, d decisionOf) (activated, error) {
	cfg, sys, err := config.Load(file)
	if err != nil {
		return activated{}, err
	}
	var out activated
	if out.Restart, err = l.restart(sys); err != nil {
		return out, err
	}
	if cfg.Digest == l.configuration().Digest {
		out.Unchanged, out.Digest = true, cfg.Digest
		return out, nil
	}
	if _, err := l.edition(cfg, sys); err != nil { // before it is in force anywhere
		return out, err
	}
	if out.Activation, err = put(ctx, l.store, sys.Bundle, d); err != nil {
		return out, err
	}
	return out, l.follow(ctx)
}

// restart says what of a configuration this process takes over only when it is
// started again; the error, what it cannot be told while it runs.
func (l *live) restart(sys *config.System) ([]string, error) {
	if sys.Data != l.own.Data {
		return nil, fmt.Errorf("data: %s -> %s %w", l.own.Data, sys.Data, errRestart)
	}
	if was, is := l.own.Archive(), sys.Archive(); was != is {
		return nil, fmt.Errorf("archive: %s -> %s %w", was, is, errRestart)
	}
	if sys.Postgres != l.own.Postgres {
		return nil, fmt.Errorf("store %w", errRestart)
	}
	var notes []string
	if was, is := listenersOf(l.own), listenersOf(sys); was != is {
		notes = append(notes, fmt.Sprintf("listeners (%s -> %s)", was, is))
	}
	if l.own.Log != sys.Log {
		notes = append(notes, "log")
	}
	return notes, nil
}

// listenersOf are the listeners of a system without their users, in words.
func listenersOf(sys *config.System) string {
	var out []string
	for _, s := range sys.SFTP {
		s.Users = nil
		out = append(out, fmt.Sprintf("%s %s, host keys %s, limits %d %d %d %d, times %v %v %v", s.Endpoint, s.Addr, s.HostKeys,
			s.MaxFile, s.MaxSessions, s.MaxSessionsPerUser, s.MaxHandles, s.IdleTimeout, s.LoginTimeout, s.AcceptTimeout))
	}
	if len(out) == 0 {
		return "none"
	}
	return strings.Join(out, "; ")
}

// decisionOf is who changes something, and why.
type decisionOf struct{ by, reason string }

// put brings files into force in the store, with the difference to what was.
func put(ctx context.Context, store bridge.Configurations, b *config.Bundle, d decisionOf) (bridge.Activation, error) {
	before, changes, err := against(ctx, store, b)
	if err != nil {
		return bridge.Activation{}, err
	}
	files := b.Marshal()
	a, leaf := bridge.NewActivation(bridge.FilesDigest(files), before.Digest, d.by, d.reason, time.Now())
	for _, c := range changes[:min(len(changes), maxDifference)] {
		a.Difference = append(a.Difference, c.String())
	}
	if n := len(changes) - maxDifference; n > 0 {
		a.Difference = append(a.Difference, fmt.Sprintf("and %d more", n))
	}
	return store.Activate(ctx, a, files, leaf)
}

// maxDifference bounds how many changes are kept of one activation.
const maxDifference = 1000

// against compares files with those in force; before is zero where nothing is.
func against(ctx context.Context, store bridge.Configurations, b *config.Bundle) (before bridge.Activation, changes []config.Change, err error) {
	before, err = store.Active(ctx)
	if errors.Is(err, bridge.ErrNotFound) {
		return before, nil, nil
	}
	if err != nil {
		return before, nil, err
	}
	files, err := store.ConfigurationFiles(ctx, before.Digest)
	if err != nil {
		return before, nil, err
	}
	was, err := config.ParseBundle(files)
	if err != nil {
		return before, nil, err
	}
	return before, config.Compare(was, b), nil
}

// gate is the way in for what partners bring: a session of a user who is none any
// more is refused what it uploads.
type gate struct {
	*bridge.Bridge
	live *live
}

// Accept implements transports.Handler.
func (g gate) Accept(ctx context.Context, d *transports.Delivery) (transports.Receipt, error) {
	if _, ok := g.live.user(d.Peer); !ok {
		return transports.Receipt{}, fmt.Errorf("%s is no user any more: %w", d.Peer, transports.ErrRefused)
	}
	return g.Bridge.Accept(ctx, d)
}
