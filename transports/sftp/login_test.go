package sftp

import (
	"crypto/rand"
	"crypto/rsa"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"
)

func withPassword(p string) func(*ssh.ClientConfig) {
	return func(c *ssh.ClientConfig) { c.Auth = []ssh.AuthMethod{ssh.Password(p)} }
}

func TestLogin(t *testing.T) {
	h := start(t)
	_, stranger := newKey(t)
	for _, c := range []struct {
		what, user string
		change     func(*ssh.ClientConfig)
		ok         bool
	}{
		{"key", "acme", func(*ssh.ClientConfig) {}, true},
		{"password", "acme", withPassword(password), true},
		{"key after a wrong one", "acme", func(c *ssh.ClientConfig) {
			c.Auth = []ssh.AuthMethod{ssh.PublicKeys(stranger, h.signer)}
		}, true},
		{"wrong password", "acme", withPassword("battery staple"), false},
		{"empty password", "acme", withPassword(""), false},
		{"wrong key", "acme", func(c *ssh.ClientConfig) { c.Auth = []ssh.AuthMethod{ssh.PublicKeys(stranger)} }, false},
		{"user without password", "globex", withPassword(""), false},
		{"user without password, another's", "globex", withPassword(password), false},
		{"unknown user, key", "nobody", func(*ssh.ClientConfig) {}, false},
		{"unknown user, password", "nobody", withPassword(password), false},
		{"none", "acme", func(c *ssh.ClientConfig) { c.Auth = nil }, false},
	} {
		cl, err := h.dial(c.user, c.change)
		if (err == nil) != c.ok {
			t.Errorf("%s\ngot  %v\nwant login: %v", c.what, err, c.ok)
		}
		if err == nil {
			cl.Close()
		}
	}
	log := h.log.String()
	for _, want := range []string{`msg=login `, `method=password`, `msg="login failed"`, "peer=nobody", "unknown user", "publickey SHA256:"} {
		if !strings.Contains(log, want) {
			t.Errorf("the log lacks %q", want)
		}
	}
	if strings.Contains(log, password) || strings.Contains(log, "battery") {
		t.Error("the log has a password")
	}
}

func TestWrongPasswordWaits(t *testing.T) {
	const delay = 300 * time.Millisecond
	h := start(t, func(c *Config) { c.LoginDelay = delay })
	for _, user := range []string{"acme", "globex", "nobody"} {
		begin := time.Now()
		if _, err := h.dial(user, withPassword("guess")); err == nil {
			t.Errorf("%s is logged in", user)
		}
		if took := time.Since(begin); took < delay {
			t.Errorf("%s: refused after %v\nwant at least %v", user, took, delay)
		}
	}
	// A stop does not wait for the delay.
	slow := start(t, func(c *Config) { c.LoginDelay = time.Hour })
	told := make(chan error, 1)
	go func() {
		_, err := slow.dial("acme", withPassword("guess"))
		told <- err
	}()
	eventually(t, "a connection", func() bool { return len(slow.logins) == 1 })
	if err := slow.stop(); err != nil {
		t.Errorf("Run: %v", err)
	}
	if err := <-told; err == nil {
		t.Error("logged in by a wrong password")
	}
}

// TestAlgorithms is behaviour 18, the strict listener.
func TestAlgorithms(t *testing.T) {
	_, ecdsaOrEd := newKey(t)
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	rsaHost, err := ssh.NewSignerFromKey(rsaKey)
	if err != nil {
		t.Fatal(err)
	}
	h := start(t, func(c *Config) { c.HostKeys = []ssh.Signer{ecdsaOrEd, rsaHost} })
	insecure := ssh.InsecureAlgorithms()
	for _, c := range []struct {
		what   string
		change func(*ssh.ClientConfig)
		ok     bool
	}{
		{"defaults", func(*ssh.ClientConfig) {}, true},
		{"RSA host key with SHA-2", func(c *ssh.ClientConfig) { c.HostKeyAlgorithms = []string{ssh.KeyAlgoRSASHA512} }, true},
		{"RSA host key with SHA-1", func(c *ssh.ClientConfig) { c.HostKeyAlgorithms = []string{ssh.KeyAlgoRSA} }, false},
		{"SHA-1 key exchange", func(c *ssh.ClientConfig) { c.KeyExchanges = insecure.KeyExchanges }, false},
		{"CBC", func(c *ssh.ClientConfig) { c.Ciphers = insecure.Ciphers }, false},
		{"MAC", func(c *ssh.ClientConfig) {
			c.MACs = insecure.MACs
			c.Ciphers = []string{"aes128-ctr"}
		}, false},
		{"older but sound", func(c *ssh.ClientConfig) {
			c.KeyExchanges = []string{"ecdh-sha2-nistp256"}
			c.Ciphers = []string{"aes128-ctr"}
			c.MACs = []string{"hmac-sha2-256"}
		}, true},
	} {
		cl, err := h.dial("acme", c.change, func(c *ssh.ClientConfig) { c.HostKeyCallback = ssh.InsecureIgnoreHostKey() })
		if (err == nil) != c.ok {
			t.Errorf("%s\ngot  %v\nwant login: %v", c.what, err, c.ok)
		}
		if err == nil {
			cl.Close()
		}
	}
	eventually(t, "the log tells what the peer offered", func() bool {
		return strings.Contains(h.log.String(), "diffie-hellman-group14-sha1")
	})
}

func TestSessionLimits(t *testing.T) {
	h := start(t, func(c *Config) { c.MaxSessions, c.MaxSessionsPerUser = 3, 2 })
	first := h.login(t, "acme")
	h.login(t, "acme")
	if _, err := h.dial("acme"); err == nil {
		t.Error("a third session of one user")
	}
	h.login(t, "globex")
	if _, err := h.dial("globex"); err == nil {
		t.Error("a fourth session")
	}
	first.Close()
	eventually(t, "a place that became free", func() bool {
		c, err := h.dial("acme")
		if err == nil {
			c.Close()
		}
		return err == nil
	})
}

// TestHalfOpen is a part of behaviour 12: connections that say nothing.
func TestHalfOpen(t *testing.T) {
	h := start(t, func(c *Config) { c.MaxLogins, c.LoginTimeout = 3, 200*time.Millisecond })
	var silent []net.Conn
	for range 3 {
		silent = append(silent, h.dialTCP(t))
	}
	eventually(t, "three connections", func() bool { return len(h.logins) == 3 })
	refused := h.dialTCP(t)
	if n, err := io.Copy(io.Discard, refused); n != 0 {
		t.Errorf("a connection too many got %d bytes, %v\nwant none", n, err)
	}
	for _, nc := range silent { // ended by the server after LoginTimeout
		_, _ = io.Copy(io.Discard, nc)
	}
	eventually(t, "room again", func() bool { return len(h.logins) == 0 })
	h.login(t, "acme")
}

// TestIdle: without an SFTP packet the connection ends, keepalives or not.
func TestIdle(t *testing.T) {
	h := start(t, func(c *Config) { c.IdleTimeout, c.KeepAlive = 50*time.Millisecond, 10*time.Millisecond })
	c := h.login(t, "acme")
	c.ssh.Wait()
	eventually(t, "the log line", func() bool { return strings.Contains(h.log.String(), "reason=idle") })
}

// TestDeadPeer: a peer that does not answer keepalives is gone.
func TestDeadPeer(t *testing.T) {
	h := start(t, func(c *Config) { c.KeepAlive = 20 * time.Millisecond })
	nc := &deafConn{Conn: h.dialTCP(t), deaf: make(chan struct{}), closed: make(chan struct{})}
	defer nc.Close()
	conf := &ssh.ClientConfig{User: "acme", Auth: []ssh.AuthMethod{ssh.PublicKeys(h.signer)}, HostKeyCallback: ssh.FixedHostKey(h.host)}
	conn, channels, requests, err := ssh.NewClientConn(nc, "", conf)
	if err != nil {
		t.Fatal(err)
	}
	client := ssh.NewClient(conn, channels, requests)
	defer client.Close()
	close(nc.deaf)
	eventually(t, "the end of the session", func() bool { return strings.Contains(h.log.String(), "session ended") })
}

// deafConn is a connection that stops writing.
type deafConn struct {
	net.Conn
	deaf, closed chan struct{}
}

func (c *deafConn) Write(p []byte) (int, error) {
	select {
	case <-c.deaf:
		return len(p), nil
	default:
		return c.Conn.Write(p)
	}
}

func TestConfigErrors(t *testing.T) {
	_, host := newKey(t)
	_, second := newKey(t)
	users := func(string) (User, bool) { return User{}, false }
	for want, cfg := range map[string]Config{
		"Users":         {Spool: t.TempDir(), HostKeys: []ssh.Signer{host}},
		"Spool":         {Users: users, HostKeys: []ssh.Signer{host}},
		"HostKeys":      {Users: users, Spool: t.TempDir()},
		"two host keys": {Users: users, Spool: t.TempDir(), HostKeys: []ssh.Signer{host, second}},
		"listen":        {Users: users, Spool: t.TempDir(), HostKeys: []ssh.Signer{host}, Addr: "127.0.0.1:port"},
		"spool":         {Users: users, Spool: "/dev/null/spool", HostKeys: []ssh.Signer{host}, Addr: "127.0.0.1:0"},
	} {
		if s, err := New(cfg); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got  %v, %v\nwant an error with %q", s, err, want)
		}
	}
}

func TestBadPatternIsReported(t *testing.T) {
	h := start(t, func(c *Config) {
		users := c.Users
		c.Users = func(name string) (User, bool) {
			user, ok := users(name)
			user.Temp = []string{"[a"}
			return user, ok
		}
	})
	h.login(t, "acme")
	if !strings.Contains(h.log.String(), "bad name pattern") {
		t.Error("not in the log")
	}
}

func TestLogKeysAreListed(t *testing.T) {
	h := start(t)
	c := h.login(t, "acme")
	if err := c.put("/in/a", fresh, []byte("x")); err != nil {
		t.Fatal(err)
	}
	c.Close()
	if err := h.stop(); err != nil {
		t.Fatal(err)
	}
	known := strings.Fields("time level msg endpoint remote session peer client name size transmission duration reason error method kex cipher host_key addr")
	for line := range strings.Lines(h.log.String()) {
		for _, word := range strings.Fields(line) {
			key, _, ok := strings.Cut(word, "=")
			if ok && !strings.ContainsAny(key, `"[]+/`) && !slices.Contains(known, key) {
				t.Errorf("key %q is not listed: %s", key, fmt.Sprint(line))
			}
		}
	}
}
