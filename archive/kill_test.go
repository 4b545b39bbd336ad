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
	d, err := archive.OpenDir(dir, archive.DirOptions{PackSize: smallPacks, Around: killAt(kill)})
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

// runChild runs a child on the folder until it is killed, from within or after a
// random time, and returns what it acknowledged.
func runChild(t *testing.T, dir, kill string) []archive.Object {
	t.Helper()
	exe, err := os.Executable()
	check(t, err)
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), childEnv+"="+dir, killEnv+"="+kill)
	var complaint bytes.Buffer
	cmd.Stderr = &complaint
	stdout, err := cmd.StdoutPipe()
	check(t, err)
	check(t, cmd.Start())
	limit := 30 * time.Second // a step that never comes must not hang the test
	if kill == "" {
		limit = time.Duration(30+rand.IntN(250)) * time.Millisecond
	}
	timer := time.AfterFunc(limit, func() { _ = cmd.Process.Kill() })
	defer timer.Stop()
	objects := readObjects(t, stdout)
	_ = cmd.Wait()
	if status := cmd.ProcessState.Sys().(syscall.WaitStatus); !status.Signaled() || status.Signal() != syscall.SIGKILL {
		t.Fatalf("child ended with %v, want SIGKILL: %s", cmd.ProcessState, complaint.String())
	}
	if kill != "" && !timer.Stop() {
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
		check(t, json.Unmarshal(line, &o))
		objects = append(objects, o)
	}
}

// verify opens the folder and reads all objects; it returns how many blobs are
// there that nobody was told of.
func verify(t *testing.T, dir string, objects []archive.Object) (orphans int, r archive.Recovery) {
	t.Helper()
	d := openDir(t, dir, archive.DirOptions{PackSize: smallPacks})
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
		some := runChild(t, dir, "")
		objects = append(objects, some...)
		n, r := verify(t, dir, some)
		orphans, torn = n+len(some)-len(objects), torn+r.Torn
		if t.Failed() {
			return
		}
	}
	if n, _ := verify(t, dir, objects); n < 0 {
		t.Errorf("%d bodies fewer than acknowledged", -n)
	}
	if len(objects) == 0 {
		t.Fatal("nothing was acknowledged before any kill: nothing was tested")
	}
	t.Logf("%d kills, %d acknowledged, 0 lost, %d kept without being told of, %d bytes torn", kills, len(objects), orphans, torn)
}

// TestKillAtStep ends the process right before and right after each step, those
// of recovery included.
func TestKillAtStep(t *testing.T) {
	dir := t.TempDir()
	objects := runChild(t, dir, "") // leaves a pack that is not sealed
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
		for _, when := range []string{"before", "after"} {
			// There is always something to mend, so that each step of recovery comes.
			leaveTorn(t, dir)
			objects = append(objects, runChild(t, dir, fmt.Sprintf("%s/%s/%d", s.step, when, s.nth))...)
			if verify(t, dir, objects); t.Failed() {
				t.Fatalf("killed %s %s number %d", when, s.step, s.nth)
			}
		}
	}
	if len(objects) == 0 {
		t.Fatal("nothing was acknowledged")
	}
}

// leaveTorn makes the folder look as after a crash: the last pack is open and
// ends in half a frame, and a large body never ended.
func leaveTorn(t *testing.T, dir string) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "pack", "*.pack"))
	check(t, err)
	if len(names) > 0 {
		last := names[len(names)-1]
		check(t, os.Chmod(last, 0o600))
		f, err := os.OpenFile(last, os.O_WRONLY|os.O_APPEND, 0)
		check(t, err)
		_, err = f.Write(append([]byte{0, 0, 0, 0, 0, 0, 32, 0}, noise(3000, 1)...))
		check(t, err)
		check(t, f.Close())
	}
	check(t, os.WriteFile(filepath.Join(dir, "spool", "2026-11-0000000001.part"), noise(5000, 2), 0o600))
}
