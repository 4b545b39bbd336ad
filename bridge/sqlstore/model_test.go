package sqlstore

import (
	"path/filepath"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"github.com/edibridge/edibridge/bridge/bridgetest"
)

func TestModel(t *testing.T) {
	dir, n := t.TempDir(), 0
	rapid.Check(t, func(r *rapid.T) {
		n++
		s, err := OpenSQLite(t.Context(), filepath.Join(dir, strconv.Itoa(n)+".db"), Options{})
		if err != nil {
			r.Fatal(err)
		}
		defer s.Close()
		draw := func(what string, n int) int { return rapid.IntRange(0, n-1).Draw(r, what) }
		if err := bridgetest.RunModel(t.Context(), s, 60, draw); err != nil {
			r.Fatal(err)
		}
	})
}

func TestFairness(t *testing.T) {
	dir, n := t.TempDir(), 0
	rapid.Check(t, func(r *rapid.T) {
		n++
		s, err := OpenSQLite(t.Context(), filepath.Join(dir, strconv.Itoa(n)+".db"), Options{})
		if err != nil {
			r.Fatal(err)
		}
		defer s.Close()
		draw := func(what string, n int) int { return rapid.IntRange(0, n-1).Draw(r, what) }
		if err := bridgetest.RunFairness(t.Context(), s, draw); err != nil {
			r.Fatal(err)
		}
	})
}
