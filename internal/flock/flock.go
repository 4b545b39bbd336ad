// Package flock locks files between processes: flock(2). A lock belongs to the
// open file that took it; the kernel frees it when that is closed, and so with its
// process, however that ends. Two opens of one file in one process are two. Over
// NFS it is the server's from version 4 on: an exclusive lock needs a file that is
// open for writing, a shared one a file that is open for reading.
package flock

import "errors"

// ErrHeld: another open file holds a lock that excludes this one.
var ErrHeld = errors.New("flock: held by another process")
