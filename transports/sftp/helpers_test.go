package sftp

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"io"
	"log/slog"
	mathrand "math/rand/v2"
	"net"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pkg/sftp"
	"go.uber.org/goleak"
	"golang.org/x/crypto/bcrypt"
	"golang.org/x/crypto/ssh"

	"github.com/edibridge/edibridge/transports"
	"github.com/edibridge/edibridge/transports/transporttest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	endpoint = "sftp-partners"
	password = "correct horse"
)

// newKey makes a key pair for a user or a host.
func newKey(t testing.TB) (ed25519.PrivateKey, ssh.Signer) {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := ssh.NewSignerFromKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return key, signer
}

// house is a running server with all that stands around it.
type house struct {
	*Server
	handler *transporttest.Handler
	mailbox *transporttest.Mailbox
	log     *logBook
	key     ed25519.PrivateKey // of the user acme
	signer  ssh.Signer
	host    ssh.PublicKey
	stop    func() error
}

// logBook keeps log lines as text.
type logBook struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *logBook) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *logBook) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

// open makes a server without running it. The users acme (key and password) and
// globex (same key) exist.
func open(t testing.TB, change ...func(*Config)) *house {
	t.Helper()
	h := &house{handler: &transporttest.Handler{}, mailbox: &transporttest.Mailbox{}, log: &logBook{}}
	h.key, h.signer = newKey(t)
	_, host := newKey(t)
	h.host = host.PublicKey()
	hash, err := bcrypt.GenerateFromPassword([]byte(password), bcrypt.MinCost)
	if err != nil {
		t.Fatal(err)
	}
	cfg := Config{
		Endpoint: endpoint,
		Addr:     "127.0.0.1:0",
		HostKeys: []ssh.Signer{host},
		Users: func(name string) (User, bool) {
			user := User{Name: name, Keys: []ssh.PublicKey{h.signer.PublicKey()}, Temp: []string{"*.xfer"}}
			switch name {
			case "acme":
				user.PasswordHash = string(hash)
				return user, true
			case "globex":
				return user, true
			}
			return User{}, false
		},
		Spool:       t.TempDir(),
		Mailbox:     h.mailbox,
		Log:         slog.New(slog.NewTextHandler(h.log, nil)),
		LoginDelay:  time.Millisecond,
		StopTimeout: 5 * time.Second,
	}
	for _, c := range change {
		c(&cfg)
	}
	if h.Server, err = New(cfg); err != nil {
		t.Fatal(err)
	}
	return h
}

// start makes a server and runs it until the end of the test.
func start(t testing.TB, change ...func(*Config)) *house {
	t.Helper()
	h := open(t, change...)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- h.Run(ctx, h.handler) }()
	h.stop = sync.OnceValue(func() error {
		cancel()
		return <-ended
	})
	t.Cleanup(func() {
		if err := h.stop(); err != nil {
			t.Errorf("Run: %v", err)
		}
		if t.Failed() {
			t.Logf("log:\n%s", h.log)
		}
	})
	return h
}

// client is one connection with one SFTP channel.
type client struct {
	*sftp.Client
	ssh *ssh.Client
}

func (c *client) Close() {
	c.Client.Close()
	c.ssh.Close()
}

// vanish ends the TCP connection without a word of SSH or SFTP.
func (c *client) vanish() { c.ssh.Close() }

func (h *house) dial(user string, change ...func(*ssh.ClientConfig)) (*client, error) {
	conf := &ssh.ClientConfig{
		User:            user,
		Auth:            []ssh.AuthMethod{ssh.PublicKeys(h.signer)},
		HostKeyCallback: ssh.FixedHostKey(h.host),
	}
	for _, c := range change {
		c(conf)
	}
	conn, err := ssh.Dial("tcp", h.Addr().String(), conf)
	if err != nil {
		return nil, err
	}
	c, err := sftp.NewClient(conn, sftp.UseConcurrentWrites(true))
	if err != nil {
		conn.Close()
		return nil, err
	}
	return &client{c, conn}, nil
}

// login connects until the end of the test.
func (h *house) login(t testing.TB, user string, change ...func(*ssh.ClientConfig)) *client {
	t.Helper()
	c, err := h.dial(user, change...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func version(v string) func(*ssh.ClientConfig) {
	return func(c *ssh.ClientConfig) { c.ClientVersion = v }
}

// put uploads with the given OPEN flags and gives the answer to CLOSE, or the first
// error before it.
func (c *client) put(name string, flags int, body []byte) error {
	f, err := c.OpenFile(name, flags)
	if err != nil {
		return err
	}
	if len(body) > 0 {
		if _, err := f.ReadFrom(bytes.NewReader(body)); err != nil {
			f.Close()
			return err
		}
	}
	return f.Close()
}

const fresh = os.O_WRONLY | os.O_CREATE | os.O_TRUNC

// bodies are the bytes of all deliveries so far, as text.
func (h *house) bodies() []string {
	var out []string
	for _, a := range h.handler.Arrivals() {
		out = append(out, a.Name+"="+string(a.Bytes))
	}
	return out
}

// files are the names in the spool folder.
func (h *house) files(t testing.TB) []string {
	t.Helper()
	entries, err := os.ReadDir(h.cfg.Spool)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// eventually waits for what another goroutine is about to do.
func eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for !ok() {
		if time.Now().After(deadline) {
			t.Fatalf("never: %s", what)
		}
		time.Sleep(time.Millisecond)
	}
}

// noise is n bytes that look random and are the same each time.
func noise(n int) []byte {
	body := make([]byte, n)
	src := mathrand.NewChaCha8([32]byte{1})
	_, _ = src.Read(body) // never fails
	return body
}

// wantStatus checks an error's status code and a part of its text.
func wantStatus(t testing.TB, what string, err error, code uint32, text string) {
	t.Helper()
	if err == nil {
		t.Errorf("%s: got no error\nwant status %d %q", what, code, text)
		return
	}
	got := err.Error()
	if code == 2 && os.IsNotExist(err) { // the client library makes fs.ErrNotExist of it
		return
	}
	if code == 3 && os.IsPermission(err) {
		return
	}
	if status, ok := errors.AsType[*sftp.StatusError](err); !ok || status.Code != code || !strings.Contains(got, text) {
		t.Errorf("%s\ngot  %v\nwant status %d with %q", what, err, code, text)
	}
}

// peer is the sending side for the conformance suite.
type peer struct{ h *house }

func (p peer) Send(_ context.Context, name string, body []byte) error {
	c, err := p.h.dial("acme")
	if err != nil {
		return err
	}
	defer c.Close()
	return c.put("/in/"+name, fresh, body)
}

func (p peer) BreakOff(_ context.Context, name string, body []byte) error {
	c, err := p.h.dial("acme")
	if err != nil {
		return err
	}
	defer c.vanish()
	f, err := c.OpenFile("/in/"+name, fresh)
	if err != nil {
		return err
	}
	_, err = f.ReadFrom(io.LimitReader(bytes.NewReader(body), int64(len(body)/2)))
	return err
}

func TestConformance(t *testing.T) {
	transporttest.TestReceiver(t, transporttest.ReceiverUnderTest{
		New: func(t *testing.T) (transports.Receiver, transporttest.Peer) {
			h := open(t)
			return h.Server, peer{h}
		},
		Endpoint: endpoint,
		PeerName: "acme",
		Names:    true,
		Large:    5 << 20,
	})
}

// dialTCP is a connection that has said nothing yet.
func (h *house) dialTCP(t testing.TB) net.Conn {
	t.Helper()
	nc, err := net.Dial("tcp", h.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { nc.Close() })
	return nc
}
