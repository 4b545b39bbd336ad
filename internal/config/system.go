package config

import (
	"log/slog"
	"path/filepath"
	"time"

	"golang.org/x/crypto/ssh"
)

// System is what the program wires around the bridge, as plain values. Paths
// are absolute.
type System struct {
	File     string  // edibridge.yaml
	Bundle   *Bundle // the files that it was read from
	Data     string  // the data folder
	Archived string  // folder of the archive; "": one in Data
	Postgres string  // address of the database; "": Store
	SFTP     []SFTPListener
	Webhooks []Webhook // by endpoint name
	Log      Log
}

// Store is the path of the database where Postgres is "".
func (s *System) Store() string { return filepath.Join(s.Data, "edibridge.db") }

// Archive is the folder of the archived bytes.
func (s *System) Archive() string {
	if s.Archived != "" {
		return s.Archived
	}
	return filepath.Join(s.Data, "archive")
}

// Spool is the folder of uploads in progress: nothing in it is promised to anyone.
func (s *System) Spool() string { return filepath.Join(s.Data, "spool") }

// SFTPListener is one SFTP server with the users that may log in to it.
type SFTPListener struct {
	Endpoint           string // "sftp"
	Addr               string // "127.0.0.1:2222"
	HostKeys           string // folder of private keys
	Users              map[string]SFTPUser
	MaxFile            int64 // bytes
	MaxSessions        int
	MaxSessionsPerUser int
	MaxHandles         int // per session
	IdleTimeout        time.Duration
	LoginTimeout       time.Duration
	AcceptTimeout      time.Duration
}

// SFTPUser is one login.
type SFTPUser struct {
	Name         string
	Partner      string
	Keys         []ssh.PublicKey
	PasswordHash string   // bcrypt; "" no login by password
	Temp         []string // further name patterns of unfinished uploads
	MaxFile      int64    // bytes; 0: the listener's
}

// Webhook is one receiver of events.
type Webhook struct {
	Endpoint     string
	URL          string
	Secrets      []string // "whsec_" + base64, newest first
	Timeout      time.Duration
	AllowPrivate bool
}

// Log says what is logged and how.
type Log struct {
	Level  slog.Level
	Format string // "auto", "text", "json"
}
