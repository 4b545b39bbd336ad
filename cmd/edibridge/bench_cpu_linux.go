package main

import "syscall"

// threadUsage asks getrusage(2) for the calling thread alone.
const threadUsage = syscall.RUSAGE_THREAD
