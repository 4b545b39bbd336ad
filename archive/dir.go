package archive

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/edibridge/edibridge/internal/flock"
)

// DirOptions say how a folder is opened. The zero value opens it for writing.
type DirOptions struct {
	// ReadOnly opens without the lock, beside a process that writes: Append and
	// Stream return ErrReadOnly, nothing is repaired, and nothing is created.
	ReadOnly bool
	// Shared lets several processes, on this machine or on others, write the folder
	// at once: all of them open it so. Where they are on several machines the folder
	// has to lie on NFSv4, or another file system whose flock excludes all of them.
	Shared bool
	// PackSize seals a pack that has reached so many bytes; 0: 64 MiB.
	PackSize int64
	// Around runs each step that changes the folder; nil just runs them. For
	// tests: see [Around].
	Around Around
}

// Dir is [Blobs] in a local folder. Its layout and format stand in the package
// comment.
type Dir struct {
	path      string
	root      *os.Root
	lock      *os.File // nil when read-only
	shared    bool
	packSize  int64
	around    Around
	recovered Recovery

	turn chan struct{} // holds one token while a group is committed
	pack *openPack     // the pack that grows; by who holds turn
	buf  []byte        // frames of the group; by who holds turn

	use sync.RWMutex // read-held by every write, so that Close waits for them

	mu     sync.Mutex // guards what follows
	queue  []*request
	next   int64           // number to try for the next pack
	ended  map[string]bool // packs that were seen sealed: mending asks once
	fatal  *FatalError
	closed bool
}

// Folders below DIR, and what names end in.
const (
	packFolder  = "pack"
	spoolFolder = "spool"
	lockName    = "lock"
	packSuffix  = ".pack"
	spoolSuffix = ".part"
)

// defaultPackSize is where packs are sealed: small enough to read through in a
// second, large enough that ten years are some ten thousand files.
const defaultPackSize = 64 << 20

// OpenDir opens the folder at path, which it makes if needed, and mends what a
// process that was killed left behind ([Dir.Recovered]). Only one process has a
// folder open for writing, or several that share it: any other gets [ErrLocked].
func OpenDir(path string, opt DirOptions) (*Dir, error) {
	d := &Dir{path: path, around: opt.Around, shared: opt.Shared, packSize: opt.PackSize, turn: make(chan struct{}, 1), next: 1, ended: make(map[string]bool)}
	if d.packSize <= 0 {
		d.packSize = defaultPackSize
	}
	var err error
	if opt.ReadOnly {
		d.root, err = os.OpenRoot(path)
	} else {
		err = d.openForWriting()
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("archive: open %s: %w", path, err), d.release())
	}
	return d, nil
}

// Recovered says what opening had to mend.
func (d *Dir) Recovered() Recovery { return d.recovered }

// Close waits for the writes in progress, seals the pack that grew, and frees the
// lock. Readers that are open stay usable.
func (d *Dir) Close() error {
	d.use.Lock()
	defer d.use.Unlock()
	d.mu.Lock()
	closed, fatal := d.closed, d.fatal
	d.closed = true
	d.mu.Unlock()
	if closed {
		return ErrClosed
	}
	if d.pack != nil && fatal == nil {
		d.sealPack()
	} else if d.pack != nil {
		d.dropPack()
	}
	return d.release()
}

// release closes what the folder itself holds open.
func (d *Dir) release() error {
	var errs []error
	if d.lock != nil {
		errs = append(errs, d.lock.Close())
	}
	if d.root != nil {
		errs = append(errs, d.root.Close())
	}
	return errors.Join(errs...)
}

// openForWriting makes the folders, takes the lock and mends.
func (d *Dir) openForWriting() error {
	if err := makeFolder(d.path); err != nil {
		return err
	}
	var err error
	if d.root, err = os.OpenRoot(d.path); err != nil {
		return err
	}
	if d.lock, err = d.root.OpenFile(lockName, os.O_RDWR|os.O_CREATE, 0o600); err != nil {
		return err
	}
	lock := flock.Exclusive
	if d.shared {
		lock = flock.Shared
	}
	if err := lock(d.lock); errors.Is(err, flock.ErrHeld) {
		return ErrLocked
	} else if err != nil {
		return err
	}
	for _, folder := range []string{packFolder, spoolFolder} {
		if err := d.root.Mkdir(folder, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
	}
	if d.recovered, err = d.mend(context.Background()); err != nil { // a start is not broken off
		return err
	}
	if err := d.lookAgain(); err != nil {
		return err
	}
	// The names of pack folder and packs have to last before anything in them can.
	return errors.Join(syncFolder(d.path), syncFolder(filepath.Join(d.path, packFolder)))
}

// names lists the files of a folder that end in suffix, sorted, without it. What
// else lies there is none of ours.
func (d *Dir) names(folder, suffix string) ([]string, error) {
	entries, err := fs.ReadDir(d.root.FS(), folder)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, entry := range entries {
		name, ok := strings.CutSuffix(entry.Name(), suffix)
		if _, valid := parsePackName(name); ok && valid {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names, nil
}

// packPath is where the pack of that name lies, relative to the folder.
func packPath(name string) string { return packFolder + "/" + name + packSuffix }

// spoolPath is where it grows before, if it is large.
func spoolPath(name string) string { return spoolFolder + "/" + name + spoolSuffix }

// create makes a new file.
func (d *Dir) create(path string) (*os.File, error) {
	var f *os.File
	err := d.around.do(StepCreate, path, func() (err error) {
		f, err = d.root.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
		return err
	})
	if err != nil && f != nil {
		err = errors.Join(err, f.Close())
	}
	return f, err
}

// writeAt writes all of b.
func (d *Dir) writeAt(f *os.File, path string, b []byte, off int64) error {
	return d.around.do(StepWrite, path, func() error {
		_, err := f.WriteAt(b, off)
		return err
	})
}

// sync makes f durable; its failure is final.
func (d *Dir) sync(f *os.File, path string) error {
	return d.final(StepSync, path, func() error { return syncData(f) })
}

// syncPacks makes the names of packs durable; its failure is final.
func (d *Dir) syncPacks() error {
	return d.final(StepSyncDir, packFolder, func() error { return syncFolder(filepath.Join(d.path, packFolder)) })
}

// final runs a step whose failure ends all writing.
func (d *Dir) final(step Step, path string, act func() error) error {
	err := d.around.do(step, path, act)
	if err == nil {
		return nil
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.fatal == nil {
		d.fatal = &FatalError{Step: step, Name: path, Err: err}
	}
	return d.fatal
}

// truncate cuts a file.
func (d *Dir) truncate(f *os.File, path string, size int64) error {
	return d.around.do(StepTruncate, path, func() error { return f.Truncate(size) })
}

// seal makes a file read-only.
func (d *Dir) seal(path string) error {
	return d.around.do(StepSeal, path, func() error { return d.root.Chmod(path, 0o444) })
}

// remove drops a file.
func (d *Dir) remove(path string) error {
	return d.around.do(StepRemove, path, func() error { return d.root.Remove(path) })
}

// enter begins a write: it may go on until leave.
func (d *Dir) enter() error {
	if d.lock == nil {
		return ErrReadOnly
	}
	d.use.RLock()
	if err := d.refusal(); err != nil {
		d.use.RUnlock()
		return err
	}
	return nil
}

// leave ends a write.
func (d *Dir) leave() { d.use.RUnlock() }

// refusal is why nothing more is taken, or nil.
func (d *Dir) refusal() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case d.closed:
		return ErrClosed
	case d.fatal != nil:
		return d.fatal
	}
	return nil
}

// syncFolder makes the names within a folder durable.
func syncFolder(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// makeFolder makes a folder and what lies above it, durably.
func makeFolder(path string) error {
	err := os.Mkdir(path, 0o700)
	switch parent := filepath.Dir(path); {
	case err == nil:
		return syncFolder(parent)
	case errors.Is(err, fs.ErrExist):
		return nil
	case errors.Is(err, fs.ErrNotExist) && parent != path:
		if err := makeFolder(parent); err != nil {
			return err
		}
		return makeFolder(path)
	}
	return err
}
