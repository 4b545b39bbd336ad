//go:build unix

package archive_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/edibridge/edibridge/archive"
)

// childEnv names the folder that this binary writes until it is killed, instead
// of running tests.
const childEnv = "EDIBRIDGE_ARCHIVE_CHILD"

// sharedEnv, when it is not empty, has the child share the folder with others.
const sharedEnv = "EDIBRIDGE_ARCHIVE_SHARED"

// killEnv tells the child where to kill itself: "step/before/3" is before the
// third such step, "step/after/1" right after the first.
const killEnv = "EDIBRIDGE_ARCHIVE_KILL"

// smallPacks makes the child seal often.
const smallPacks = 512 << 10

func TestMain(m *testing.M) {
	if dir := os.Getenv(childEnv); dir != "" {
		if err := child(dir, os.Getenv(killEnv)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// child puts bodies from eight goroutines for ever, and writes each Object to
// standard output as a line of JSON once it is acknowledged.
func child(dir, kill string) error {
	d, err := archive.OpenDir(dir, archive.DirOptions{Shared: os.Getenv(sharedEnv) != "", PackSize: smallPacks, Around: killAt(kill)})
	if err != nil {
		return err
	}
	a := newArchive(d)
	var out sync.Mutex
	acknowledge := func(objects ...archive.Object) error {
		var lines bytes.Buffer
		for _, o := range objects {
			if err := json.NewEncoder(&lines).Encode(o); err != nil {
				return err
			}
		}
		out.Lock()
		defer out.Unlock()
		_, err := os.Stdout.Write(lines.Bytes())
		return err
	}
	failed := make(chan error)
	for range 8 {
		go func() {
			for {
				objects, err := childPut(a)
				if err == nil {
					err = acknowledge(objects...)
				}
				if err != nil {
					failed <- err
				}
			}
		}()
	}
	return <-failed
}

// childPut keeps one body, a large one, or several at once.
func childPut(a *archive.Archive) ([]archive.Object, error) {
	ctx, seed := context.Background(), rand.Uint64()
	switch rand.IntN(20) {
	case 0:
		o, err := a.Put(ctx, "acme", bytes.NewReader(orders(archive.SmallBody+rand.IntN(1<<20), seed)))
		return []archive.Object{o}, err
	case 1, 2, 3:
		return a.PutAll(ctx, "acme", orders(500, seed), orders(5000, seed+1), noise(3000, seed))
	default:
		o, err := a.Put(ctx, "acme", bytes.NewReader(orders(2000+rand.IntN(18_000), seed)))
		return []archive.Object{o}, err
	}
}

// killAt is the hook that ends this process without a word.
func killAt(kill string) archive.Around {
	at, when, _ := strings.Cut(kill, "/")
	if kill == "" {
		return nil
	}
	var place string
	var nth, seen int64
	if _, err := fmt.Sscanf(strings.ReplaceAll(when, "/", " "), "%s %d", &place, &nth); err != nil {
		panic(err)
	}
	die := func() { _ = syscall.Kill(os.Getpid(), syscall.SIGKILL); select {} }
	return func(step archive.Step, _ string, act func() error) error {
		now := string(step) == at && atomic.AddInt64(&seen, 1) == nth
		if now && place == "before" {
			die()
		}
		err := act()
		if now {
			die()
		}
		return err
	}
}

// running is a child, and what it acknowledges.
type running struct {
	cmd       *exec.Cmd
	complaint bytes.Buffer
	objects   chan []archive.Object // all of them, once it is dead
}

// startChild starts a child on the folder.
func startChild(t *testing.T, dir, kill string, shared bool) *running {
	t.Helper()
	exe, err := os.Executable()
	check(t, err)
	r := &running{cmd: exec.Command(exe), objects: make(chan []archive.Object, 1)}
	r.cmd.Env = append(os.Environ(), childEnv+"="+dir, killEnv+"="+kill)
	if shared {
		r.cmd.Env = append(r.cmd.Env, sharedEnv+"=yes")
	}
	r.cmd.Stderr = &r.complaint
	stdout, err := r.cmd.StdoutPipe()
	check(t, err)
	check(t, r.cmd.Start())
	go func() { r.objects <- readObjects(t, stdout) }()
	return r
}

// dead waits until the child was killed, by itself or after a time, and returns
// what it acknowledged.
func (r *running) dead(t *testing.T, after time.Duration) (objects []archive.Object, late bool) {
	t.Helper()
	timer := time.AfterFunc(after, func() { _ = r.cmd.Process.Kill() })
	objects = <-r.objects
	late = !timer.Stop()
	_ = r.cmd.Wait()
	if status := r.cmd.ProcessState.Sys().(syscall.WaitStatus); !status.Signaled() || status.Signal() != syscall.SIGKILL {
		t.Fatalf("child ended with %v, want SIGKILL: %s", r.cmd.ProcessState, r.complaint.String())
	}
	return objects, late
}

// shortLife is how long a child lives that is killed at random.
func shortLife() time.Duration { return time.Duration(30+rand.IntN(250)) * time.Millisecond }

// runChild runs a child on the folder until it is killed, from within or after a
// random time, and returns what it acknowledged.
func runChild(t *testing.T, dir, kill string, shared bool) []archive.Object {
	t.Helper()
	limit := 30 * time.Second // a step that never comes must not hang the test
	if kill == "" {
		limit = shortLife()
	}
	objects, late := startChild(t, dir, kill, shared).dead(t, limit)
	if kill != "" && late {
		t.Errorf("step %s never came", kill)
	}
	return objects
}

// readObjects reads whole lines.
func readObjects(t *testing.T, r io.Reader) []archive.Object {
	t.Helper()
	var objects []archive.Object
	lines := bufio.NewReader(r)
	for {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			return objects // what stands before is half a line
		}
		var o archive.Object
		if err := json.Unmarshal(line, &o); err != nil {
			t.Errorf("a child writes %q: %v", line, err)
		}
		objects = append(objects, o)
	}
}

// verify opens the folder and reads all objects; it returns how many blobs are
// there that nobody was told of.
func verify(t *testing.T, dir string, objects []archive.Object, shared bool) (orphans int, r archive.Recovery) {
	t.Helper()
	d := openDir(t, dir, archive.DirOptions{PackSize: smallPacks, Shared: shared})
	defer closeDir(t, d)
	result, err := newArchive(d).Check(t.Context(), func(yield func(archive.Object, error) bool) {
		for _, o := range objects {
			if !yield(o, nil) {
				return
			}
		}
	})
	check(t, err)
	if result.Damaged > 0 {
		t.Errorf("%d of %d acknowledged bodies are lost; the first: %v", result.Damaged, len(objects), result.Damage[0])
	}
	return count(t, d) - len(objects), d.Recovered()
}

// TestKill ends the process at random, again and again over one folder.
func TestKill(t *testing.T) {
	kills := 10
	if os.Getenv(longEnv) != "" {
		kills = 300
	}
	dir := t.TempDir()
	var objects []archive.Object
	var torn int64
	orphans := 0
	for range kills {
		some := runChild(t, dir, "", false)
		objects = append(objects, some...)
		n, r := verify(t, dir, some, false)
		orphans, torn = n+len(some)-len(objects), torn+r.Torn
		if t.Failed() {
			return
		}
	}
	if n, _ := verify(t, dir, objects, false); n < 0 {
		t.Errorf("%d bodies fewer than acknowledged", -n)
	}
	if len(objects) == 0 {
		t.Fatal("nothing was acknowledged before any kill: nothing was tested")
	}
	t.Logf("%d kills, %d acknowledged, 0 lost, %d kept without being told of, %d bytes torn", kills, len(objects), orphans, torn)
}

// TestKillShared has three processes write one folder and ends one after the
// other, at random, while the others go on.
func TestKillShared(t *testing.T) {
	kills := 15
	if os.Getenv(longEnv) != "" {
		kills = 300
	}
	dir := t.TempDir()
	var living [3]*running
	for i := range living {
		living[i] = startChild(t, dir, "", true)
	}
	var objects []archive.Object
	for n := range kills {
		i := n % len(living)
		some, _ := living[i].dead(t, shortLife())
		living[i] = startChild(t, dir, "", true)
		objects = append(objects, some...)
		if verify(t, dir, some, true); t.Failed() {
			break
		}
	}
	for _, r := range living {
		some, _ := r.dead(t, 0)
		objects = append(objects, some...)
	}
	if n, _ := verify(t, dir, objects, false); n < 0 {
		t.Errorf("%d bodies fewer than acknowledged", -n)
	}
	if len(objects) == 0 {
		t.Fatal("nothing was acknowledged before any kill: nothing was tested")
	}
	t.Logf("%d kills, %d acknowledged, 0 lost", kills, len(objects))
}

// TestKillAtStep ends the process right before and right after each step, those
// of recovery included.
func TestKillAtStep(t *testing.T) { killAtSteps(t, t.TempDir(), false) }

// TestKillAtStepShared does so while another process writes the folder.
func TestKillAtStepShared(t *testing.T) {
	dir := t.TempDir()
	other := startChild(t, dir, "", true)
	killAtSteps(t, dir, true)
	objects, _ := other.dead(t, 0)
	if verify(t, dir, objects, false); len(objects) == 0 {
		t.Error("the other process acknowledged nothing")
	}
}

func killAtSteps(t *testing.T, dir string, shared bool) {
	t.Helper()
	objects := runChild(t, dir, "", shared) // leaves a pack that is not sealed
	steps := []struct {
		step archive.Step
		nth  int
	}{
		{archive.StepCreate, 1}, {archive.StepCreate, 3}, {archive.StepWrite, 1}, {archive.StepWrite, 7},
		{archive.StepSync, 2}, {archive.StepSync, 7}, {archive.StepSeal, 2}, {archive.StepSeal, 3},
		{archive.StepRename, 1}, {archive.StepSyncDir, 1}, {archive.StepSyncDir, 3},
		{archive.StepTruncate, 1}, {archive.StepSync, 1}, {archive.StepSeal, 1}, {archive.StepRemove, 1},
	}
	for _, s := range steps {
		if shared && s.nth > 2 {
			continue // they are those of a writer who is alone
		}
		for _, when := range []string{"before", "after"} {
			// There is always something to mend, so that each step of recovery comes.
			leaveTorn(t, dir)
			some := runChild(t, dir, fmt.Sprintf("%s/%s/%d", s.step, when, s.nth), shared)
			objects = append(objects, some...)
			if verify(t, dir, some, shared); t.Failed() {
				t.Fatalf("killed %s %s number %d", when, s.step, s.nth)
			}
		}
	}
	if verify(t, dir, objects, shared); len(objects) == 0 {
		t.Fatal("nothing was acknowledged")
	}
}

// leaveTorn makes the folder look as after a crash: a pack that no living process
// has is open and ends in half a frame, and a large body never ended.
func leaveTorn(t *testing.T, dir string) {
	t.Helper()
	names := packs(t, dir)
	slices.Reverse(names)
	for _, name := range names {
		info, err := os.Stat(name)
		check(t, err)
		if info.Mode().Perm() != 0o444 {
			continue
		}
		check(t, os.Chmod(name, 0o600))
		f, err := os.OpenFile(name, os.O_WRONLY|os.O_APPEND, 0)
		check(t, err)
		_, err = f.Write(append([]byte{0, 0, 0, 0, 0, 0, 32, 0}, noise(3000, 1)...))
		check(t, err)
		check(t, f.Close())
		break
	}
	check(t, os.WriteFile(filepath.Join(dir, "spool", "2026-11-0000000001.part"), noise(5000, 2), 0o600))
}
