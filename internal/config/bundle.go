package config

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"

	"github.com/edibridge/edibridge/bridge"
)

// Bundle is a configuration as it was written: all its files but those that hold
// secrets. Names are as seen from the folder of the main file, with slashes; one
// that stands elsewhere begins with "../" or "/".
type Bundle struct {
	Main  string // name of the main file: "edibridge.yaml"
	Files map[string][]byte
}

const bundleHead = "edibridge/configuration/v2\n"

// Marshal is the bundle as one text: a head, then each name and content with its
// length before it (8 bytes, big-endian), the main file first, the others by name.
// Its SHA-256 is the configuration's digest.
func (b *Bundle) Marshal() []byte {
	out := []byte(bundleHead)
	part := func(p []byte) {
		out = binary.BigEndian.AppendUint64(out, uint64(len(p)))
		out = append(out, p...)
	}
	part([]byte(b.Main))
	part(b.Files[b.Main])
	for _, name := range sortedKeys(b.Files) {
		if name != b.Main {
			part([]byte(name))
			part(b.Files[name])
		}
	}
	return out
}

var errBundle = errors.New("config: not the files of a configuration")

// ParseBundle reads what Marshal wrote.
func ParseBundle(text []byte) (*Bundle, error) {
	rest, ok := bytes.CutPrefix(text, []byte(bundleHead))
	if !ok || len(text) > bridge.MaxConfiguration {
		return nil, errBundle
	}
	b := &Bundle{Files: map[string][]byte{}}
	for len(rest) > 0 {
		var parts [2][]byte
		for i := range parts {
			if len(rest) < 8 {
				return nil, errBundle
			}
			n := binary.BigEndian.Uint64(rest)
			if rest = rest[8:]; n > uint64(len(rest)) {
				return nil, errBundle
			}
			parts[i], rest = rest[:n], rest[n:]
		}
		name := string(parts[0])
		if _, twice := b.Files[name]; twice || name == "" {
			return nil, errBundle
		}
		if b.Main == "" {
			b.Main = name
		}
		b.Files[name] = parts[1]
	}
	if b.Main == "" {
		return nil, errBundle
	}
	return b, nil
}

// Names are those of its files, in order.
func (b *Bundle) Names() []string { return sortedKeys(b.Files) }

// Digest names the configuration.
func (b *Bundle) Digest() string { return bridge.FilesDigest(b.Marshal()) }

// tree is where the files of a configuration are read from.
type tree struct {
	fsys fs.FS                             // what lies in the folder of the main file
	read func(name string) ([]byte, error) // one file, perhaps outside of it
}

// diskTree reads the files of a folder as they are now.
func diskTree(dir string) *tree {
	return &tree{os.DirFS(dir), func(name string) ([]byte, error) {
		if !path.IsAbs(name) {
			name = filepath.Join(dir, filepath.FromSlash(name))
		}
		return os.ReadFile(name)
	}}
}

// bundleTree reads the files of a bundle.
func bundleTree(b *Bundle) (*tree, error) {
	var packed bytes.Buffer // archive/zip is the standard library's file system over memory
	w := zip.NewWriter(&packed)
	for _, name := range sortedKeys(b.Files) {
		if !fs.ValidPath(name) {
			continue // outside of the folder
		}
		f, err := w.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store})
		if err == nil {
			_, err = f.Write(b.Files[name])
		}
		if err != nil {
			return nil, fmt.Errorf("config: %s: %w", name, err)
		}
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("config: %w", err)
	}
	fsys, err := zip.NewReader(bytes.NewReader(packed.Bytes()), int64(packed.Len()))
	if err != nil {
		return nil, fmt.Errorf("config: %w", err)
	}
	return &tree{fsys, func(name string) ([]byte, error) {
		if text, ok := b.Files[path.Clean(name)]; ok {
			return text, nil
		}
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}}, nil
}

// keep reads one file of the configuration and keeps it for the bundle. file is
// its path as problems show it.
func (l *loader) keep(file string) ([]byte, error) {
	name := l.nameOf(file)
	text, err := l.tree.read(name)
	if err != nil {
		return nil, err
	}
	if l.size += len(text); l.size > bridge.MaxConfiguration/2 {
		return nil, errors.New("the files of the configuration have more than 8 MiB")
	}
	l.bundle.Files[name] = text
	return text, nil
}

// nameOf is a file's name as seen from the folder of the main file.
func (l *loader) nameOf(file string) string {
	if rel, err := filepath.Rel(l.dir, file); err == nil {
		return filepath.ToSlash(rel)
	}
	return filepath.ToSlash(file)
}

// WriteTo writes the files of the bundle that lie in its folder into dir, which is
// made and has to be empty.
func (b *Bundle) WriteTo(dir string) error {
	t, err := bundleTree(b)
	if err != nil {
		return err
	}
	if there, err := os.ReadDir(dir); err == nil && len(there) > 0 {
		return fmt.Errorf("config: folder %s is not empty", dir)
	}
	if err := os.CopyFS(dir, t.fsys); err != nil {
		return fmt.Errorf("config: %w", err)
	}
	return nil
}
