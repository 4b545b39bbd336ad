package sftp

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pkg/sftp"
	"golang.org/x/crypto/ssh"

	"github.com/edibridge/edibridge/transports"
)

// deafClients by the start of their version string do not read the answer to CLOSE:
// they notice only a lost connection.
//
// QUIRK: paramiko without confirm, PuTTY's pscp, libssh2 (curl); newest versions
// seen: paramiko 2.12, PuTTY 0.78, libssh2 1.10.
var deafClients = []string{"SSH-2.0-paramiko_", "SSH-2.0-PuTTY_", "SSH-2.0-libssh2_"}

// sleepyClients answer a keepalive only when they next look at the connection.
var sleepyClients = []string{"SSH-2.0-PuTTY_", "SSH-2.0-libssh2_"}

// sleepyTime is how long those may be silent.
const sleepyTime = 10 * time.Minute

// answerTime is left to the last answers of a session when the server stops.
const answerTime = 200 * time.Millisecond

// session is one connection after its login.
type session struct {
	srv     *Server
	id      string
	conn    ssh.Conn
	log     *slog.Logger
	user    User
	method  string // how it logged in: "password", "publickey SHA256:..."
	remote  string
	client  string // SSH version string
	started time.Time
	accept  func(*transports.Delivery) (transports.Receipt, error)
	ready   func() error
	mail    mailbox
	box     *inbox

	packet    atomic.Int64 // when the last SFTP bytes came, Unix nanoseconds
	accepting atomic.Int32 // calls of Accept at work: the peer rightly waits

	mu       sync.Mutex
	handles  int
	uploads  int // open uploads and renames at work
	channels int
	stopping bool
	quiet    chan struct{} // closed when stopping and no upload is left
}

// acceptor gives Handler.Accept its time limit.
func acceptor(ctx context.Context, h transports.Handler, base time.Duration) func(*transports.Delivery) (transports.Receipt, error) {
	return func(d *transports.Delivery) (transports.Receipt, error) {
		ctx, cancel := context.WithTimeout(ctx, timeFor(base, d.Size))
		defer cancel()
		return h.Accept(ctx, d)
	}
}

// asker asks a Handler that is a Gate whether it takes anything now.
func asker(ctx context.Context, h transports.Handler, limit time.Duration) func() error {
	gate, ok := h.(transports.Gate)
	if !ok {
		return func() error { return nil }
	}
	return func() error {
		ctx, cancel := context.WithTimeout(ctx, limit)
		defer cancel()
		return gate.Ready(ctx)
	}
}

// timeFor is base and a second for each 8 MiB.
func timeFor(base time.Duration, size int64) time.Duration {
	return base + time.Duration(size>>23)*time.Second
}

// incoming is what a connection asks for.
type incoming struct {
	channels <-chan ssh.NewChannel
	requests <-chan *ssh.Request
}

// run serves the connection until it ends. The end of ctx breaks off what a stop of
// the server was waiting for.
func (ses *session) run(ctx context.Context, live *liveConn, h transports.Handler, in incoming) {
	silence := 3 * ses.srv.cfg.KeepAlive
	if hasPrefix(ses.client, sleepyClients) {
		silence = max(silence, sleepyTime)
	}
	if live.watch(silence) != nil {
		in.turnAway(ses.conn)
		return
	}
	ses.packet.Store(time.Now().UnixNano())
	ses.box = ses.srv.inbox(ses.user.Name)
	ses.mail = bindMailbox(ctx, ses.srv.cfg.Mailbox, &ses.srv.cfg, ses.user.Name)
	ses.accept = acceptor(ctx, h, ses.srv.cfg.AcceptTimeout)
	ses.ready = asker(ctx, h, ses.srv.cfg.AcceptTimeout)

	ended := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() { ssh.DiscardRequests(in.requests) })
	wg.Go(func() { ses.keepAlive(ended) })
	wg.Go(func() { ses.awaitStop(ctx, ended) })
	for request := range in.channels {
		ses.openChannel(request, &wg)
	}
	close(ended)
	wg.Wait()
}

// turnAway ends a connection. What it still asks for must be read, or the library's
// goroutine would wait for ever.
func (in incoming) turnAway(conn ssh.Conn) {
	conn.Close()
	var wg sync.WaitGroup
	wg.Go(func() { ssh.DiscardRequests(in.requests) })
	for range in.channels {
	}
	wg.Wait()
}

// openChannel starts one channel, or refuses it.
func (ses *session) openChannel(request ssh.NewChannel, wg *sync.WaitGroup) {
	if request.ChannelType() != "session" {
		_ = request.Reject(ssh.UnknownChannelType, "only sftp is served here") // the peer is gone if this fails
		return
	}
	ses.mu.Lock()
	over := ses.channels >= maxChannels
	if !over {
		ses.channels++
	}
	ses.mu.Unlock()
	if over {
		_ = request.Reject(ssh.ResourceShortage, "too many channels")
		return
	}
	wg.Go(func() {
		defer func() {
			ses.mu.Lock()
			ses.channels--
			ses.mu.Unlock()
		}()
		channel, requests, err := request.Accept()
		if err != nil {
			return
		}
		ses.serveChannel(channel, requests)
	})
}

// serveChannel answers a channel's requests to its end and serves the sftp subsystem
// once. Shells and commands are refused; so is scp's own protocol (scp -O).
func (ses *session) serveChannel(channel ssh.Channel, requests <-chan *ssh.Request) {
	var wg sync.WaitGroup
	defer wg.Wait()
	defer channel.Close()
	serving := false
	for request := range requests {
		var subsystem struct{ Name string }
		ok := !serving && request.Type == "subsystem" &&
			ssh.Unmarshal(request.Payload, &subsystem) == nil && subsystem.Name == "sftp"
		if request.WantReply {
			_ = request.Reply(ok, nil) // a lost peer ends the loop
		}
		if ok {
			serving = true
			wg.Go(func() {
				defer channel.Close()
				ses.serveSFTP(channel)
			})
		}
	}
}

func (ses *session) serveSFTP(channel ssh.Channel) {
	t := &tree{ses: ses, user: ses.user, box: ses.box,
		out: &outbox{ses: ses, mail: ses.mail, removed: map[string]bool{}}}
	handlers := sftp.Handlers{FileGet: t, FilePut: t, FileCmd: t, FileList: t}
	server := sftp.NewRequestServer(&wire{channel, ses}, handlers,
		sftp.WithRSAllocator(), sftp.WithStartDirectory(rootFolder))
	err := server.Serve()
	if err != nil && !errors.Is(err, io.EOF) {
		ses.log.Info("session ended", slog.Any("error", err))
		return
	}
	// OpenSSH's client ends with this status. It may be gone already.
	_, _ = channel.SendRequest("exit-status", false, ssh.Marshal(struct{ Status uint32 }{0}))
}

// wire is a channel that notes when its peer last said something.
type wire struct {
	ssh.Channel
	ses *session
}

func (w *wire) Read(p []byte) (int, error) {
	n, err := w.Channel.Read(p)
	w.ses.packet.Store(time.Now().UnixNano())
	return n, err
}

// keepAlive asks a silent peer for a sign of life and ends connections that do
// nothing. A dead peer is found by the read deadline of liveConn.
func (ses *session) keepAlive(ended <-chan struct{}) {
	tick := time.NewTicker(min(ses.srv.cfg.KeepAlive, ses.srv.cfg.IdleTimeout))
	defer tick.Stop()
	for {
		select {
		case <-ended:
			return
		case <-tick.C:
		}
		idle := time.Since(time.Unix(0, ses.packet.Load()))
		if idle > ses.srv.cfg.IdleTimeout && ses.accepting.Load() == 0 {
			ses.log.Info("session ended", slog.String("reason", "idle"))
			ses.conn.Close()
			return
		}
		if _, _, err := ses.conn.SendRequest("keepalive@openssh.com", true, nil); err != nil {
			return
		}
	}
}

// awaitStop ends the connection when the server stops: at once if nothing is being
// uploaded, else when that is done or ctx ends, which breaks it off unanswered.
func (ses *session) awaitStop(ctx context.Context, ended <-chan struct{}) {
	defer ses.conn.Close()
	select {
	case <-ended:
		return
	case <-ses.srv.stopping:
	}
	ses.mu.Lock()
	ses.stopping = true
	if ses.uploads == 0 {
		close(ses.quiet)
	}
	ses.mu.Unlock()
	select {
	case <-ended:
		return
	case <-ctx.Done():
		return
	case <-ses.quiet:
	}
	linger := time.NewTimer(answerTime)
	defer linger.Stop()
	select {
	case <-ended:
	case <-ctx.Done():
	case <-linger.C:
	}
}

// beginUpload counts an upload that the server's stop waits for. The error is for
// the peer.
func (ses *session) beginUpload() error {
	ses.mu.Lock()
	defer ses.mu.Unlock()
	if ses.stopping {
		return failed(textStopping)
	}
	ses.uploads++
	return nil
}

func (ses *session) endUpload() {
	ses.mu.Lock()
	defer ses.mu.Unlock()
	ses.uploads--
	if ses.stopping && ses.uploads == 0 {
		close(ses.quiet)
	}
}

// openHandle counts an open file or listing. The error is for the peer.
func (ses *session) openHandle() error {
	ses.mu.Lock()
	defer ses.mu.Unlock()
	if ses.handles >= ses.srv.cfg.MaxHandles {
		return failed(textHandles)
	}
	ses.handles++
	return nil
}

func (ses *session) closeHandle() {
	ses.mu.Lock()
	defer ses.mu.Unlock()
	ses.handles--
}

// refusedClose ends the connection of a client that does not read the answer to
// CLOSE.
func (ses *session) refusedClose() {
	if hasPrefix(ses.client, deafClients) {
		ses.conn.Close()
	}
}

func hasPrefix(s string, prefixes []string) bool {
	for _, p := range prefixes {
		if strings.HasPrefix(s, p) {
			return true
		}
	}
	return false
}

// liveConn is a connection whose peer must be heard from, and must take what it is
// sent, within a time.
type liveConn struct {
	net.Conn
	silence atomic.Int64 // nanoseconds; 0: deadlines are set by others
}

// watch sets the longest silence, also for a Read that already waits.
func (c *liveConn) watch(silence time.Duration) error {
	c.silence.Store(int64(silence))
	return c.Conn.SetDeadline(time.Now().Add(silence))
}

func (c *liveConn) Read(p []byte) (int, error) {
	if d := time.Duration(c.silence.Load()); d > 0 {
		if err := c.SetReadDeadline(time.Now().Add(d)); err != nil {
			return 0, err
		}
	}
	return c.Conn.Read(p)
}

func (c *liveConn) Write(p []byte) (int, error) {
	if d := time.Duration(c.silence.Load()); d > 0 {
		if err := c.SetWriteDeadline(time.Now().Add(d)); err != nil {
			return 0, err
		}
	}
	return c.Conn.Write(p)
}
