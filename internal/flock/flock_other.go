//go:build !(linux || darwin || freebsd || netbsd || openbsd || dragonfly)

package flock

import (
	"errors"
	"os"
)

// Exclusive refuses: without a lock that dies with its process, two processes
// could write one folder.
func Exclusive(*os.File) error { return errors.ErrUnsupported }

// Shared refuses, as Exclusive does.
func Shared(*os.File) error { return errors.ErrUnsupported }
