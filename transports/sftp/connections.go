package sftp

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/edibridge/edibridge/transports"
)

// sweepEvery is how often old names are looked for.
const sweepEvery = time.Minute

// acceptLoop takes connections until ctx ends or the listener fails for good.
func (s *Server) acceptLoop(ctx context.Context, start func(net.Conn)) error {
	for {
		nc, err := s.ln.Accept()
		switch {
		case err == nil:
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, net.ErrClosed):
			return err
		default: // out of file descriptors and the like: others will end, then it goes on
			s.cfg.Log.Error("handshake failed", slog.Any("error", err))
			pause := time.NewTimer(100 * time.Millisecond)
			select {
			case <-pause.C:
			case <-ctx.Done():
			}
			pause.Stop()
			continue
		}
		select {
		case s.logins <- struct{}{}:
			s.mu.Lock()
			s.conns[nc] = false
			s.mu.Unlock()
			start(nc)
		default:
			s.cfg.Log.Warn("login refused", slog.String("remote", nc.RemoteAddr().String()),
				slog.String("reason", "too many connections are not logged in"))
			nc.Close()
		}
	}
}

// closeConns breaks connections off: all, or those not logged in.
func (s *Server) closeConns(all bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for nc, logged := range s.conns {
		if all || !logged {
			nc.Close()
		}
	}
}

// serve is one connection from its first byte to its last.
func (s *Server) serve(work context.Context, nc net.Conn, h transports.Handler) {
	defer func() {
		nc.Close()
		s.mu.Lock()
		delete(s.conns, nc)
		s.mu.Unlock()
	}()
	started := time.Now()
	ses := &session{
		srv: s, id: transports.NewID(started), remote: nc.RemoteAddr().String(),
		started: started, quiet: make(chan struct{}),
	}
	ses.log = s.cfg.Log.With(slog.String("remote", ses.remote), slog.String("session", ses.id))

	live := &liveConn{Conn: nc}
	conn, in, err := s.handshake(live, ses.log)
	<-s.logins
	if err != nil {
		ses.log.Info("handshake failed", slog.Any("error", err))
		return
	}
	defer conn.Close()
	ses.login(conn)
	if reason := s.enter(ses.user.Name, nc); reason != "" {
		ses.log.Warn("login refused", slog.String("reason", reason))
		in.turnAway(conn)
		return
	}
	defer s.leave(ses.user.Name)
	ses.run(work, live, h, in)
	ses.log.Info("session ended", slog.Duration("duration", time.Since(started)))
}

// handshake agrees on keys and logs in, within LoginTimeout.
func (s *Server) handshake(nc net.Conn, log *slog.Logger) (*ssh.ServerConn, incoming, error) {
	if err := nc.SetDeadline(time.Now().Add(s.cfg.LoginTimeout)); err != nil {
		return nil, incoming{}, err
	}
	conn, channels, requests, err := ssh.NewServerConn(nc, s.loginConfig(log))
	return conn, incoming{channels, requests}, err
}

// login fills a session from its login and logs that.
func (ses *session) login(conn *ssh.ServerConn) {
	ses.conn = conn
	ses.client = string(conn.ClientVersion())
	ses.user, _ = conn.Permissions.ExtraData[userKey{}].(User)
	ses.method, _ = conn.Permissions.ExtraData[methodKey{}].(string)
	if ses.user.MaxFile == 0 {
		ses.user.MaxFile = ses.srv.cfg.MaxFile
	}
	ses.log = ses.log.With(slog.String("peer", ses.user.Name), slog.String("client", ses.client))
	log := ses.log.With(slog.String("method", ses.method))
	if meta, ok := conn.Conn.(ssh.AlgorithmsConnMetadata); ok {
		agreed := meta.Algorithms()
		log = log.With(slog.String("kex", agreed.KeyExchange), slog.String("cipher", agreed.Read.Cipher),
			slog.String("host_key", agreed.HostKey))
	}
	log.Info("login")
	checkPatterns(ses.user, ses.log)
}

// enter counts a session; a reason says why it may not begin.
func (s *Server) enter(user string, nc net.Conn) (reason string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case <-s.stopping:
		return "the server is stopping"
	default:
	}
	switch {
	case s.logged >= s.cfg.MaxSessions:
		return "too many sessions"
	case s.users[user] >= s.cfg.MaxSessionsPerUser:
		return "too many sessions of this user"
	}
	s.logged++
	s.users[user]++
	s.conns[nc] = true
	return ""
}

func (s *Server) leave(user string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.logged--
	if s.users[user]--; s.users[user] == 0 {
		delete(s.users, user)
	}
}

// inbox gives the one of a user.
func (s *Server) inbox(user string) *inbox {
	s.mu.Lock()
	defer s.mu.Unlock()
	box := s.inboxes[user]
	if box == nil {
		box = newInbox()
		s.inboxes[user] = box
	}
	return box
}

// sweepLoop looks after names that grow old, until the server stops.
func (s *Server) sweepLoop() {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		select {
		case <-s.stopping:
			return
		case now := <-tick.C:
			s.sweep(now)
		}
	}
}

// sweep reports temporary names that nobody renamed, and removes them in the end.
func (s *Server) sweep(now time.Time) {
	s.mu.Lock()
	boxes := make(map[string]*inbox, len(s.inboxes))
	for user, box := range s.inboxes {
		boxes[user] = box
	}
	s.mu.Unlock()
	for user, box := range boxes {
		stale, dead := box.sweep(now)
		for _, a := range stale {
			s.cfg.Log.Warn("stale temporary upload", slog.String("peer", user), slog.String("name", a.path),
				slog.Int64("size", a.size), slog.Duration("duration", now.Sub(a.at)))
		}
		for _, a := range dead {
			box.remove(a)
			s.cfg.Log.Warn("temporary upload expired", slog.String("peer", user), slog.String("name", a.path),
				slog.Int64("size", a.size))
			if err := a.stage.discard(); err != nil {
				s.cfg.Log.Error("spool not cleaned", slog.String("peer", user), slog.String("name", a.path), slog.Any("error", err))
			}
		}
	}
}
