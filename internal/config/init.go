package config

import (
	"crypto/ed25519"
	"crypto/rand"
	"embed"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"

	"golang.org/x/crypto/ssh"
)

//go:embed template
var template embed.FS

// exampleKey is where [Init] puts the example partner's private key, below the
// folder; its public key stands beside it with ".pub".
const exampleKey = "partners/keys/example"

// Init writes a configuration into dir that runs as it is: edibridge.yaml, one
// example partner with a fresh key pair, a sample order. The folder is made when
// it is missing; one that is not empty is refused. Private keys and the folder
// are for their owner alone.
func Init(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("config: %w", err)
	}
	if there, err := os.ReadDir(dir); err != nil {
		return fmt.Errorf("config: %w", err)
	} else if len(there) > 0 {
		return fmt.Errorf("config: folder %s is not empty", dir)
	}
	root, err := fs.Sub(template, "template")
	if err != nil {
		return fmt.Errorf("config: %w", err)
	}
	if err := os.CopyFS(dir, root); err != nil {
		return fmt.Errorf("config: %w", err)
	}
	return writeKeyPair(dir, exampleKey)
}

// writeKeyPair makes an ed25519 key in OpenSSH form.
func writeKeyPair(dir, name string) error {
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return fmt.Errorf("config: key %s: %w", name, err)
	}
	block, err := ssh.MarshalPrivateKey(private, path.Base(name))
	if err != nil {
		return fmt.Errorf("config: key %s: %w", name, err)
	}
	line, err := ssh.NewPublicKey(public)
	if err != nil {
		return fmt.Errorf("config: key %s: %w", name, err)
	}
	file := filepath.Join(dir, filepath.FromSlash(name))
	err = errors.Join(
		os.MkdirAll(filepath.Dir(file), 0o700),
		os.WriteFile(file, pem.EncodeToMemory(block), 0o600),
		os.WriteFile(file+".pub", ssh.MarshalAuthorizedKey(line), 0o644),
	)
	if err != nil {
		return fmt.Errorf("config: key %s: %w", name, err)
	}
	return nil
}
