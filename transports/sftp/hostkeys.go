package sftp

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/crypto/ssh"
)

// hostKeyKinds are the host keys of a server: three types, because some clients
// know only the older ones (JSch 0.1.54 fails on ed25519 alone).
var hostKeyKinds = []struct {
	file     string
	generate func() (crypto.PrivateKey, error)
}{
	{"ssh_host_ed25519_key", func() (crypto.PrivateKey, error) {
		_, key, err := ed25519.GenerateKey(rand.Reader)
		return key, err
	}},
	{"ssh_host_ecdsa_key", func() (crypto.PrivateKey, error) {
		return ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	}},
	{"ssh_host_rsa_key", func() (crypto.PrivateKey, error) {
		return rsa.GenerateKey(rand.Reader, 3072)
	}},
}

// LoadOrCreateHostKeys reads the server's host keys (ed25519, ecdsa P-256, RSA
// 3072; PEM as ssh-keygen writes it, no passphrase) from dir and makes those that
// are missing, durable, mode 0600. Partners pin these keys: they belong into the
// backup. A key file that others may read is an error, as it is for OpenSSH.
func LoadOrCreateHostKeys(dir string) ([]ssh.Signer, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("sftp: host keys: %w", err)
	}
	var signers []ssh.Signer
	for _, kind := range hostKeyKinds {
		path := filepath.Join(dir, kind.file)
		signer, err := loadHostKey(path)
		if errors.Is(err, fs.ErrNotExist) {
			var key crypto.PrivateKey
			if key, err = kind.generate(); err == nil {
				err = createHostKey(path, key)
			}
			if err == nil || errors.Is(err, fs.ErrExist) { // another process was first: its key counts
				signer, err = loadHostKey(path)
			}
		}
		if err != nil {
			return nil, fmt.Errorf("sftp: host key %s: %w", path, err)
		}
		signers = append(signers, signer)
	}
	return signers, nil
}

func loadHostKey(path string) (ssh.Signer, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("mode is %04o, others may read it; want 0600", info.Mode().Perm())
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return ssh.ParsePrivateKey(text)
}

// createHostKey writes a key file whole or not at all and never over another one.
func createHostKey(path string, key crypto.PrivateKey) error {
	block, err := ssh.MarshalPrivateKey(key, "")
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".key-*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	if err := writeAndSync(f, pem.EncodeToMemory(block)); err != nil {
		return err
	}
	if err := os.Link(f.Name(), path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

// writeAndSync writes a new file to stable storage and closes it.
func writeAndSync(f *os.File, text []byte) error {
	_, err := f.Write(text)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// syncDir makes the names in a folder durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
