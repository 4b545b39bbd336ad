package main

import (
	"maps"
	"runtime"
	"slices"
	"sync"
	"syscall"
	"time"

	"github.com/edibridge/edibridge/bridge"
)

// processCPU is the CPU time of this process so far, user and system.
func processCPU() time.Duration { return cpu(syscall.RUSAGE_SELF) }

func cpu(who int) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(who, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// stageCPU adds up the CPU time that each stage of the bridge takes in its own
// thread. What other goroutines do for a stage (the store's committer, the
// archive's) is not in it.
type stageCPU struct {
	mu    sync.Mutex
	total map[bridge.Stage]time.Duration
}

func (s *stageCPU) Begin(st bridge.Stage) func() {
	runtime.LockOSThread()
	a := cpu(threadUsage)
	return func() {
		took := cpu(threadUsage) - a
		runtime.UnlockOSThread()
		s.mu.Lock()
		defer s.mu.Unlock()
		s.total[st] += took
	}
}

func sortedKeys(m map[string]float64) []string { return slices.Sorted(maps.Keys(m)) }
