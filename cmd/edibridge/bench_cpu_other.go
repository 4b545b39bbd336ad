//go:build !linux

package main

import "syscall"

// threadUsage: only Linux tells one thread's usage; elsewhere stages overlap.
const threadUsage = syscall.RUSAGE_SELF
