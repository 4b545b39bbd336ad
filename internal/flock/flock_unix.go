//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package flock

import (
	"errors"
	"os"
	"syscall"
)

// Exclusive locks f for itself alone, or returns ErrHeld. It does not wait.
func Exclusive(f *os.File) error { return lock(f, syscall.LOCK_EX) }

// Shared locks f together with others that do the same, or returns ErrHeld. It
// does not wait.
func Shared(f *os.File) error { return lock(f, syscall.LOCK_SH) }

func lock(f *os.File, how int) error {
	conn, err := f.SyscallConn()
	if err != nil {
		return err
	}
	var outcome error
	err = conn.Control(func(fd uintptr) {
		for outcome = syscall.EINTR; errors.Is(outcome, syscall.EINTR); {
			outcome = syscall.Flock(int(fd), how|syscall.LOCK_NB)
		}
	})
	if errors.Is(outcome, syscall.EWOULDBLOCK) {
		return ErrHeld
	}
	return errors.Join(err, outcome)
}
