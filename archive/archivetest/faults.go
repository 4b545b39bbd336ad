package archivetest

import (
	"errors"
	"sync"
	"testing"

	"github.com/edibridge/edibridge/archive"
)

// errDisk is what a disk says that fails.
var errDisk = errors.New("archivetest: the disk fails")

// Fault makes one step fail, once: before it happens, or after it did. Its
// Around method is an [archive.Around]. The zero value never strikes.
type Fault struct {
	Step   archive.Step // which
	Stored bool         // the step happens, and is reported as failed

	mu    sync.Mutex
	armed bool
	count int
}

// Arm lets the next Step fail.
func (f *Fault) Arm() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.armed = true
}

// Struck is how many steps failed.
func (f *Fault) Struck() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.count
}

// Around runs a step.
func (f *Fault) Around(step archive.Step, _ string, act func() error) error {
	f.mu.Lock()
	strike := f.armed && step == f.Step
	if strike {
		f.armed = false
		f.count++
	}
	f.mu.Unlock()
	if !strike {
		return act()
	}
	if f.Stored {
		return errors.Join(act(), errDisk)
	}
	return errDisk
}

// faultSteps are the steps that fail in turn. Truncating and removing only follow
// another failure.
func faultSteps() []archive.Step {
	return []archive.Step{
		archive.StepCreate, archive.StepWrite, archive.StepSync,
		archive.StepSeal, archive.StepRename, archive.StepSyncDir,
	}
}

// testFaults lets every step of a write fail, each twice: failed and not done,
// failed but done; of the first small blob in a store just opened, of a later
// one, of a large one. Whatever fails, what was kept before is there, what is
// kept afterwards is there, and the store opens again.
func testFaults(t *testing.T, s Store) {
	kept := make(map[archive.Place][]byte)
	struck := make(map[archive.Step]int)
	seed := uint64(0)
	for _, step := range faultSteps() {
		for _, stored := range []bool{false, true} {
			for _, first := range []string{"", "small", "large"} {
				f := &Fault{Step: step, Stored: stored}
				b := s.Open(t, f.Around)
				seed += 10
				if first == "small" {
					keep(t, b, false, seed, kept)
				}
				faultOnce(t, b, f, first == "large", seed+1, kept)
				closeStore(t, b)
				struck[step] += f.Struck()
				b = s.Open(t, nil)
				for p, blob := range kept {
					expect(t, b, p, blob)
				}
				keep(t, b, false, seed+8, kept)
				keep(t, b, true, seed+9, kept)
				places(t, b)
				closeStore(t, b)
			}
		}
	}
	for _, step := range []archive.Step{archive.StepWrite, archive.StepSync} {
		if got, want := struck[step], 6; got != want {
			t.Errorf("step %s failed %d times, want %d: the store does not run its steps through around", step, got, want)
		}
	}
}

// faultOnce lets the disk fail at the next step of f's kind and goes on writing:
// the write that it struck may fail, every other succeeds, unless the failure was
// final.
func faultOnce(t *testing.T, b archive.Blobs, f *Fault, large bool, seed uint64, kept map[archive.Place][]byte) {
	t.Helper()
	told := f.Step == archive.StepWrite || f.Step == archive.StepSync || f.Step == archive.StepSyncDir
	final := f.Step == archive.StepSync || f.Step == archive.StepSyncDir
	f.Arm()
	for i, size := range []bool{large, false, true, false} {
		before := f.Struck()
		err := try(t, b, size, seed+uint64(i), kept)
		var fatal *archive.FatalError
		switch isFatal := errors.As(err, &fatal); {
		case err == nil && told && f.Struck() > before:
			t.Errorf("%s failed in write %d and was not told", f.Step, i)
		case err != nil && !errors.Is(err, errDisk):
			t.Errorf("%s, write %d: got %v, want the disk's error in it", f.Step, i, err)
		case err != nil && !final && f.Struck() == before:
			t.Errorf("%s, write %d: got %v though nothing failed in it", f.Step, i, err)
		case isFatal != (final && f.Struck() > 0):
			t.Errorf("%s, write %d: got %v; want a *FatalError: %v", f.Step, i, err, !isFatal)
		}
	}
	for p, blob := range kept {
		expect(t, b, p, blob)
	}
}

// keep keeps a blob that has to be kept.
func keep(t *testing.T, b archive.Blobs, large bool, seed uint64, kept map[archive.Place][]byte) {
	t.Helper()
	if err := try(t, b, large, seed, kept); err != nil {
		t.Fatalf("keep: %v", err)
	}
}

// try keeps a blob and notes it, if it is acknowledged.
func try(t *testing.T, b archive.Blobs, large bool, seed uint64, kept map[archive.Place][]byte) error {
	t.Helper()
	blob := random(4000+int(seed), seed)
	if large {
		p, err := stream(t.Context(), b, blob)
		if err == nil {
			kept[p] = blob
		}
		return err
	}
	some, err := b.Append(t.Context(), month, blob)
	if err == nil {
		kept[some[0]] = blob
	}
	return err
}
