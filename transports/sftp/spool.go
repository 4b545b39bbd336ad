package sftp

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"github.com/edibridge/edibridge/transports"
)

// Suffixes of the spool folder's files; each file is named by a ULID.
const (
	partSuffix    = ".part"     // bytes on their way; worthless after a crash
	bodySuffix    = ".body"     // a finished upload under a temporary name ...
	sidecarSuffix = ".json"     // ... and whose it is; neither counts without the other
	draftSuffix   = ".json.new" // a sidecar being written
)

var errSpoolFull = errors.New("sftp: the spool is full")

// spool is the folder of uploads in progress and the sum of their bytes.
type spool struct {
	dir   string
	limit int64
	used  atomic.Int64
}

// stage is one file of the spool. Writes may be concurrent; the rest may not.
type stage struct {
	spool    *spool
	id       string
	file     *os.File
	reserved atomic.Int64
	kept     bool // durable, with a sidecar
}

// sidecar says whose finished temporary upload a file of the spool is.
type sidecar struct {
	Peer     string    `json:"peer"`
	Path     []byte    `json:"path"` // any bytes, so not a JSON string
	Size     int64     `json:"size"`
	Modified time.Time `json:"modified"`
	Closed   time.Time `json:"closed"` // when its CLOSE was answered
}

// kept is a finished temporary upload found at start.
type kept struct {
	sidecar
	stage *stage
}

// openSpool makes the folder ready: unfinished uploads of an earlier run go, the
// finished ones with temporary names are given back. Foreign files are left alone.
func openSpool(dir string, limit int64) (sp *spool, found []kept, removed int, err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, nil, 0, fmt.Errorf("sftp: spool: %w", err)
	}
	sp = &spool{dir: dir, limit: limit}
	files, err := os.ReadDir(dir)
	if err != nil {
		return nil, nil, 0, fmt.Errorf("sftp: spool: %w", err)
	}
	keep := map[string]bool{}
	for _, f := range files {
		id, ok := strings.CutSuffix(f.Name(), sidecarSuffix)
		if !ok || !isID(id) {
			continue
		}
		k, err := sp.load(id)
		if err != nil {
			return nil, nil, 0, errors.Join(err, closeAll(found))
		}
		if k != nil {
			found = append(found, *k)
			keep[id+bodySuffix], keep[id+sidecarSuffix] = true, true
		}
	}
	for _, f := range files {
		id, suffix, _ := strings.Cut(f.Name(), ".")
		switch "." + suffix {
		case partSuffix, bodySuffix, sidecarSuffix, draftSuffix:
			if !isID(id) || keep[f.Name()] {
				continue
			}
			if err := os.Remove(filepath.Join(dir, f.Name())); err != nil {
				return nil, nil, 0, errors.Join(fmt.Errorf("sftp: spool: %w", err), closeAll(found))
			}
			removed++
		}
	}
	return sp, found, removed, nil
}

func closeAll(found []kept) error {
	var err error
	for _, k := range found {
		err = errors.Join(err, k.stage.file.Close())
	}
	return err
}

// isID says whether s has the form of transports.NewID.
func isID(s string) bool {
	return len(s) == 26 && strings.Trim(s, "0123456789ABCDEFGHJKMNPQRSTVWXYZ") == ""
}

// load reads one kept upload; nil when it is not whole, which a crash during keep
// or discard leaves.
func (sp *spool) load(id string) (*kept, error) {
	text, err := os.ReadFile(sp.path(id, sidecarSuffix))
	if err != nil {
		return nil, fmt.Errorf("sftp: spool: %w", err)
	}
	k := kept{stage: &stage{spool: sp, id: id, kept: true}}
	if json.Unmarshal(text, &k.sidecar) != nil {
		return nil, nil
	}
	info, err := os.Stat(sp.path(id, bodySuffix))
	if err != nil || info.Size() != k.Size {
		return nil, nil
	}
	if k.stage.file, err = os.Open(sp.path(id, bodySuffix)); err != nil {
		return nil, fmt.Errorf("sftp: spool: %w", err)
	}
	k.stage.reserved.Store(k.Size)
	sp.used.Add(k.Size)
	return &k, nil
}

func (sp *spool) path(id, suffix string) string { return filepath.Join(sp.dir, id+suffix) }

// create starts an empty file.
func (sp *spool) create(now time.Time) (*stage, error) {
	if sp.used.Load() >= sp.limit {
		return nil, errSpoolFull
	}
	st := &stage{spool: sp, id: transports.NewID(now)}
	f, err := os.OpenFile(sp.path(st.id, partSuffix), os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	st.file = f
	return st, nil
}

// reserve counts n more bytes against the spool's limit.
func (st *stage) reserve(n int64) error {
	if st.spool.used.Add(n) > st.spool.limit {
		st.spool.used.Add(-n)
		return errSpoolFull
	}
	st.reserved.Add(n)
	return nil
}

// WriteAt writes bytes that were not written before.
func (st *stage) WriteAt(p []byte, off int64) (int, error) {
	if err := st.reserve(int64(len(p))); err != nil {
		return 0, err
	}
	return st.file.WriteAt(p, off)
}

// keep makes the file and its sidecar durable. Written again for a new sidecar, it
// replaces the old one at once or not at all.
func (st *stage) keep(side sidecar) error {
	if !st.kept {
		if err := st.file.Sync(); err != nil {
			return err
		}
	}
	text, err := json.Marshal(side)
	if err != nil {
		return err
	}
	draft := st.spool.path(st.id, draftSuffix)
	f, err := os.OpenFile(draft, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	if err := writeAndSync(f, text); err != nil {
		return err
	}
	if !st.kept {
		if err := os.Rename(st.spool.path(st.id, partSuffix), st.spool.path(st.id, bodySuffix)); err != nil {
			return err
		}
		st.kept = true
	}
	if err := os.Rename(draft, st.spool.path(st.id, sidecarSuffix)); err != nil {
		return err
	}
	return syncDir(st.spool.dir)
}

// discard removes the file and gives its room back. What cannot be removed is
// removed by the next start, for the sidecar goes first.
func (st *stage) discard() error {
	err := st.file.Close()
	suffixes := []string{partSuffix}
	if st.kept {
		suffixes = []string{sidecarSuffix, bodySuffix}
	}
	for _, suffix := range suffixes {
		if e := os.Remove(st.spool.path(st.id, suffix)); e != nil && !errors.Is(e, fs.ErrNotExist) {
			err = errors.Join(err, e)
		}
	}
	st.spool.used.Add(-st.reserved.Swap(0))
	return err
}
