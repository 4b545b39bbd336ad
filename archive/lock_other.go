//go:build !(linux || darwin || freebsd || netbsd || openbsd || dragonfly)

package archive

import (
	"errors"
	"os"
)

// lockFile refuses: without a lock that dies with its process, two processes
// could write one folder.
func lockFile(*os.File) error { return errors.ErrUnsupported }
