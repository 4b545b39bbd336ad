package sqlstore

import (
	"path/filepath"
	"testing"

	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/bridge/bridgetest"
)

// open gives an empty Store in a folder of the test.
func open(t testing.TB) *Store {
	t.Helper()
	return reopen(t, filepath.Join(t.TempDir(), "bridge.db"), Options{})
}

// reopen opens the database at path and closes it at the end of the test.
func reopen(t testing.TB, path string, opt Options) *Store {
	t.Helper()
	s, err := OpenSQLite(t.Context(), path, opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func TestStore(t *testing.T) {
	bridgetest.TestStore(t, func(t *testing.T) bridge.Store { return open(t) })
}
