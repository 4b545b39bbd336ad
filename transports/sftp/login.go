package sftp

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"path"
	"time"

	"golang.org/x/crypto/bcrypt"
	"golang.org/x/crypto/ssh"
)

// userKey and methodKey are where a login's outcome travels in ssh.Permissions.
type (
	userKey   struct{}
	methodKey struct{}
)

// loginConfig is the server's SSH configuration with callbacks that log for one
// connection.
func (s *Server) loginConfig(log *slog.Logger) *ssh.ServerConfig {
	conf := *s.ssh
	conf.PublicKeyCallback = s.checkKey
	conf.PasswordCallback = s.checkPassword
	conf.AuthLogCallback = func(meta ssh.ConnMetadata, method string, err error) {
		if err != nil && !errors.Is(err, ssh.ErrNoAuth) {
			log.Info("login failed", slog.String("peer", meta.User()), slog.String("method", method),
				slog.String("client", string(meta.ClientVersion())), slog.Any("error", err))
		}
	}
	return &conf
}

// checkKey says whether a key may log in; the library then asks for its signature.
// It is asked for each key that a client has, so there is no penalty.
func (s *Server) checkKey(meta ssh.ConnMetadata, key ssh.PublicKey) (*ssh.Permissions, error) {
	print := ssh.FingerprintSHA256(key)
	user, ok := s.cfg.Users(meta.User())
	if !ok {
		return nil, fmt.Errorf("sftp: unknown user, key %s", print)
	}
	offered := key.Marshal()
	for _, known := range user.Keys {
		if bytes.Equal(known.Marshal(), offered) {
			return granted(user, meta, "publickey "+print), nil
		}
	}
	return nil, fmt.Errorf("sftp: unknown key %s", print)
}

// checkPassword compares with the bcrypt hash. An unknown user costs the time of a
// hash of bcrypt's default cost, and every failure LoginDelay more, so that guessing is
// slow and names are not found out by it.
func (s *Server) checkPassword(meta ssh.ConnMetadata, password []byte) (*ssh.Permissions, error) {
	user, ok := s.cfg.Users(meta.User())
	hash := []byte(user.PasswordHash)
	known := ok && len(hash) > 0
	if !known {
		hash = s.decoy()
	}
	select {
	case s.hashing <- struct{}{}: // bcrypt is dear: strangers get two cores at most
	case <-s.stopping:
		return nil, errors.New("sftp: the server is stopping")
	}
	err := bcrypt.CompareHashAndPassword(hash, password)
	<-s.hashing
	if err == nil && known {
		return granted(user, meta, "password"), nil
	}
	wait := time.NewTimer(s.cfg.LoginDelay)
	defer wait.Stop()
	select {
	case <-wait.C:
	case <-s.stopping:
	}
	switch {
	case !ok:
		return nil, errors.New("sftp: unknown user")
	case !known:
		return nil, errors.New("sftp: user has no password")
	}
	return nil, fmt.Errorf("sftp: password: %w", err)
}

// decoyHash is a bcrypt hash that no password fits.
func decoyHash() []byte {
	hash, err := bcrypt.GenerateFromPassword([]byte(rand.Text()), bcrypt.DefaultCost)
	if err != nil {
		panic(err) // the password is short and the cost in range
	}
	return hash
}

func granted(user User, meta ssh.ConnMetadata, method string) *ssh.Permissions {
	if user.Name == "" {
		user.Name = meta.User()
	}
	return &ssh.Permissions{ExtraData: map[any]any{userKey{}: user, methodKey{}: method}}
}

// checkPatterns reports patterns of a user that match nothing.
func checkPatterns(user User, log *slog.Logger) {
	for _, pattern := range user.Temp {
		if _, err := path.Match(pattern, ""); err != nil {
			log.Warn("bad name pattern", slog.String("name", pattern), slog.Any("error", err))
		}
	}
}
