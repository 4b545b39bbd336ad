package sftp

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"sync"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/edibridge/edibridge/transports"
)

// Server is an SFTP server. It implements transports.Receiver.
type Server struct {
	cfg   Config
	ln    net.Listener
	ssh   *ssh.ServerConfig
	spool *spool

	logins   chan struct{} // one for each connection not yet logged in
	hashing  chan struct{} // one for each password being checked
	decoy    func() []byte // bcrypt hash for users that do not exist
	stopping chan struct{} // closed when Run's context ended

	mu      sync.Mutex
	conns   map[net.Conn]bool // true: logged in
	users   map[string]int    // sessions by user
	logged  int               // sessions
	inboxes map[string]*inbox
}

var _ transports.Receiver = (*Server)(nil)

// New binds the listener, so that Addr is known, and readies the spool folder. Call
// Run once, or Close.
func New(cfg Config) (*Server, error) {
	cfg = cfg.withDefaults()
	if err := cfg.check(); err != nil {
		return nil, err
	}
	conf, err := serverConfig(cfg.HostKeys)
	if err != nil {
		return nil, err
	}
	cfg.Log = cfg.Log.With(slog.String("endpoint", cfg.Endpoint))
	s := &Server{
		cfg:      cfg,
		ssh:      conf,
		logins:   make(chan struct{}, cfg.MaxLogins),
		hashing:  make(chan struct{}, 2),
		decoy:    sync.OnceValue(decoyHash),
		stopping: make(chan struct{}),
		conns:    map[net.Conn]bool{},
		users:    map[string]int{},
		inboxes:  map[string]*inbox{},
	}
	if s.ln, err = net.Listen("tcp", cfg.Addr); err != nil {
		return nil, fmt.Errorf("sftp: %w", err)
	}
	if err := s.restore(); err != nil {
		return nil, errors.Join(err, s.ln.Close())
	}
	return s, nil
}

// restore takes up the temporary names of an earlier run. Of two with one name the
// later counts: the earlier was being replaced.
func (s *Server) restore() error {
	sp, found, removed, err := openSpool(s.cfg.Spool, s.cfg.MaxSpool)
	if err != nil {
		return err
	}
	s.spool = sp
	slices.SortFunc(found, func(a, b kept) int { return a.Closed.Compare(b.Closed) })
	for _, k := range found {
		a := arrival{path: string(k.Path), size: k.Size, modified: k.Modified, at: k.Closed, stage: k.stage}
		old, err := s.inbox(k.Peer).keep(a, len(found))
		if err == nil && old != nil {
			err = old.discard()
			removed++
		}
		if err != nil {
			return errors.Join(fmt.Errorf("sftp: spool: %w", err), s.release())
		}
	}
	if removed > 0 {
		s.cfg.Log.Info("spool cleaned", slog.Int("size", removed))
	}
	return nil
}

// Addr is where the server listens.
func (s *Server) Addr() net.Addr { return s.ln.Addr() }

// Close gives back what New took. It is for a server that never ran.
func (s *Server) Close() error { return errors.Join(s.ln.Close(), s.release()) }

// release closes the files of temporary names; they wait for the next start.
func (s *Server) release() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var err error
	for _, box := range s.inboxes {
		for _, st := range box.drain() {
			err = errors.Join(err, st.file.Close())
		}
	}
	return err
}

// Run serves until ctx ends. Then it takes no more connections and uploads, lets
// open uploads end for StopTimeout, breaks off the rest without answering their
// CLOSE, and returns nil. It may be called once.
func (s *Server) Run(ctx context.Context, h transports.Handler) error {
	var fingerprints []string
	for _, key := range s.cfg.HostKeys {
		fingerprints = append(fingerprints, key.PublicKey().Type()+" "+ssh.FingerprintSHA256(key.PublicKey()))
	}
	s.cfg.Log.Info("serving", slog.String("addr", s.ln.Addr().String()), slog.Any("host_key", fingerprints))

	// What is in custody's way outlives ctx by StopTimeout.
	work, breakOff := context.WithCancel(context.WithoutCancel(ctx))
	defer breakOff()
	unhook := context.AfterFunc(ctx, func() { s.ln.Close() })
	defer unhook()
	var connections, janitor sync.WaitGroup
	janitor.Go(s.sweepLoop)

	err := s.acceptLoop(ctx, func(nc net.Conn) {
		connections.Go(func() { s.serve(work, nc, h) })
	})
	s.ln.Close()
	close(s.stopping)
	janitor.Wait()
	s.closeConns(false)
	timer := time.AfterFunc(s.cfg.StopTimeout, func() {
		s.closeConns(true)
		breakOff()
	})
	connections.Wait()
	timer.Stop()
	s.cfg.Log.Info("stopped")
	return errors.Join(err, s.release())
}
