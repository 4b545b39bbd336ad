//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package flock_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/edibridge/edibridge/internal/flock"
)

// TestLocks: what excludes what, and that a lock ends with its file.
func TestLocks(t *testing.T) {
	for _, tt := range []struct {
		name          string
		first, second func(*os.File) error
		want          error
	}{
		{"exclusive, exclusive", flock.Exclusive, flock.Exclusive, flock.ErrHeld},
		{"exclusive, shared", flock.Exclusive, flock.Shared, flock.ErrHeld},
		{"shared, exclusive", flock.Shared, flock.Exclusive, flock.ErrHeld},
		{"shared, shared", flock.Shared, flock.Shared, nil},
	} {
		name := filepath.Join(t.TempDir(), "lock")
		a, b := open(t, name), open(t, name)
		if err := tt.first(a); err != nil {
			t.Fatal(err)
		}
		if err := tt.second(b); !errors.Is(err, tt.want) {
			t.Errorf("%s\n got %v\nwant %v", tt.name, err, tt.want)
		}
		if err := a.Close(); err != nil {
			t.Fatal(err)
		}
		if err := tt.second(b); err != nil {
			t.Errorf("%s, when the first is closed\n got %v\nwant nil", tt.name, err)
		}
		if err := flock.Exclusive(a); err == nil {
			t.Error("a file that is closed was locked")
		}
	}
}

func open(t *testing.T, name string) *os.File {
	t.Helper()
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}
