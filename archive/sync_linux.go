package archive

import (
	"errors"
	"os"
	"syscall"
)

// syncData makes the bytes of f durable, and of its metadata what is needed to
// read them: fdatasync(2).
func syncData(f *os.File) error {
	conn, err := f.SyscallConn()
	if err != nil {
		return err
	}
	var outcome error
	err = conn.Control(func(fd uintptr) {
		// EINTR: the call was not done, which is no failed sync.
		for outcome = syscall.EINTR; errors.Is(outcome, syscall.EINTR); {
			outcome = syscall.Fdatasync(int(fd))
		}
	})
	return errors.Join(err, outcome)
}
