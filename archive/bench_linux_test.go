package archive_test

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// BenchmarkFloor is what the disk can do: one writer that appends as many bytes
// as an order has stored, and syncs.
func BenchmarkFloor(b *testing.B) {
	f, err := os.Create(filepath.Join(b.TempDir(), "floor"))
	check(b, err)
	defer f.Close()
	stored := noise(4500, 1)
	b.Run("append+fdatasync", func(b *testing.B) {
		runWriters(b, 1, func(int) error {
			if _, err := f.Write(stored); err != nil {
				return err
			}
			return syscall.Fdatasync(int(f.Fd()))
		})
	})
}
