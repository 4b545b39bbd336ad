package sftp

import (
	"errors"
	"fmt"
	"log/slog"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/edibridge/edibridge/transports"
)

// User is one login of the server.
type User struct {
	Name string // as it logs in; becomes Delivery.Peer
	// Keys may log in; none: no login by key.
	Keys []ssh.PublicKey
	// PasswordHash is a bcrypt hash ("$2a$10$..."); "": no login by password.
	PasswordHash string
	// Temp are further name patterns (syntax of path.Match, letters in any case)
	// of uploads that are not finished until they are renamed: "*.xfer".
	Temp []string
	// MaxFile is the largest upload in bytes; 0: Config.MaxFile.
	MaxFile int64
}

// Config is what a Server is made of. The zero value of a limit is its default.
type Config struct {
	Endpoint string       // Delivery.Endpoint and the mailbox's endpoint
	Addr     string       // where to listen: "127.0.0.1:2222"; port 0 takes a free one
	HostKeys []ssh.Signer // at most one of a type; RSA signs with SHA-2 only
	// Users finds a login. It is asked at each attempt, possibly concurrently, so
	// that configuration can be swapped under a running server.
	Users func(name string) (User, bool)
	// Spool is a folder of this server alone for uploads in progress; it is created
	// and, except for finished temporary names, cleaned by New.
	Spool   string
	Mailbox transports.Mailbox // what stands in /out; nil: always empty
	Log     *slog.Logger       // nil: silent; keys see the package comment

	MaxFile            int64 // bytes of one upload; default 1 GiB
	MaxSpool           int64 // bytes of all uploads in progress and temporary names; default 16 GiB
	MaxTemp            int   // temporary names that wait per user; default 1,000
	MaxSessions        int   // connections logged in; default 200
	MaxSessionsPerUser int   // default 20
	MaxLogins          int   // connections not yet logged in; default 64
	MaxHandles         int   // open files and listings per connection; default 64

	LoginTimeout time.Duration // from connect to logged in; default 30 s
	// LoginDelay passes before a wrong password is answered; default 1 s.
	LoginDelay  time.Duration
	IdleTimeout time.Duration // without an SFTP packet; default 15 min
	// KeepAlive is how often a silent peer is asked for a sign of life; three
	// unanswered end the connection (ten minutes at least for PuTTY and libssh2,
	// which answer only when they next look). Default 30 s.
	KeepAlive time.Duration
	// AcceptTimeout bounds Handler.Accept and each call of the Mailbox; with a body
	// there is one more second for each 8 MiB. Default 15 s.
	AcceptTimeout time.Duration
	// StopTimeout is how long uploads may go on after Run's context ended; default 10 s.
	StopTimeout time.Duration
}

// Times that are promises rather than settings.
const (
	echoTime  = 10 * time.Minute   // an accepted name answers STAT
	staleTime = time.Hour          // a temporary name is reported
	tempTime  = 7 * 24 * time.Hour // a temporary name is removed
)

// Bounds of one user and one connection.
const (
	maxEchoes   = 10_000    // accepted names remembered per user
	maxName     = 255       // bytes of a name
	maxChannels = 8         // SFTP channels in one connection
	maxMemory   = 256 << 10 // bytes of a document in /out that are served from memory; larger: from the spool
)

func (c Config) withDefaults() Config {
	setDefault(&c.MaxFile, 1<<30)
	setDefault(&c.MaxSpool, 16<<30)
	setDefault(&c.MaxTemp, 1000)
	setDefault(&c.MaxSessions, 200)
	setDefault(&c.MaxSessionsPerUser, 20)
	setDefault(&c.MaxLogins, 64)
	setDefault(&c.MaxHandles, 64)
	setDefault(&c.LoginTimeout, 30*time.Second)
	setDefault(&c.LoginDelay, time.Second)
	setDefault(&c.IdleTimeout, 15*time.Minute)
	setDefault(&c.KeepAlive, 30*time.Second)
	setDefault(&c.AcceptTimeout, 15*time.Second)
	setDefault(&c.StopTimeout, 10*time.Second)
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return c
}

func setDefault[T int | int64 | time.Duration](v *T, def T) {
	if *v == 0 {
		*v = def
	}
}

// check says what a Config lacks.
func (c Config) check() error {
	switch {
	case c.Users == nil:
		return errors.New("sftp: Config.Users is missing")
	case c.Spool == "":
		return errors.New("sftp: Config.Spool is missing")
	case len(c.HostKeys) == 0:
		return errors.New("sftp: Config.HostKeys is empty")
	}
	return nil
}

// serverConfig is the SSH side: only algorithms without known weaknesses.
// Callbacks are the caller's.
func serverConfig(hostKeys []ssh.Signer) (*ssh.ServerConfig, error) {
	known := ssh.SupportedAlgorithms() // the zero ssh.Config is wider: SHA-1 key exchange, ssh-rsa
	conf := &ssh.ServerConfig{
		Config: ssh.Config{
			KeyExchanges: known.KeyExchanges,
			Ciphers:      known.Ciphers,
			MACs:         known.MACs,
		},
		PublicKeyAuthAlgorithms: known.PublicKeyAuths,
		ServerVersion:           "SSH-2.0-edibridge",
	}
	seen := map[string]bool{}
	for _, key := range hostKeys {
		kind := key.PublicKey().Type()
		if seen[kind] {
			return nil, fmt.Errorf("sftp: two host keys of type %s", kind)
		}
		seen[kind] = true
		if kind == ssh.KeyAlgoRSA {
			signer, ok := key.(ssh.AlgorithmSigner)
			if !ok {
				return nil, errors.New("sftp: the RSA host key cannot sign with SHA-2")
			}
			var err error
			if key, err = ssh.NewSignerWithAlgorithms(signer, []string{ssh.KeyAlgoRSASHA512, ssh.KeyAlgoRSASHA256}); err != nil {
				return nil, fmt.Errorf("sftp: RSA host key: %w", err)
			}
		}
		conf.AddHostKey(key)
	}
	return conf, nil
}
