package sftp

import (
	"errors"
	"io"
	"log/slog"
	"math"
	"sync"
	"time"

	"github.com/pkg/sftp"
)

// upload is one handle open for writing. The protocol library calls WriteAt from
// several goroutines, and Close, or TransferError and Close, when they are done.
type upload struct {
	tree    *tree
	place   place
	stage   *stage
	flags   sftp.FileOpenFlags
	started time.Time
	over    arrival // what stood under the name at OPEN, if standing
	stood   bool

	mu       sync.Mutex
	written  extents
	err      error // the first WRITE that failed
	setSize  int64 // by FSETSTAT; -1: not set
	cut      bool  // opened with TRUNC, or FSETSTAT set size 0 before the first WRITE
	modified time.Time
	broken   error // the connection ended with the handle open
}

// WriteAt takes one WRITE. After one failed the rest fail with it, for the CLOSE
// cannot succeed any more.
func (u *upload) WriteAt(p []byte, off int64) (int, error) {
	if err := u.note(int64(len(p)), off); err != nil {
		return 0, err
	}
	n, err := u.stage.WriteAt(p, off)
	if err != nil {
		return n, u.fail(err)
	}
	return n, nil
}

// note enters a WRITE into the extents before its bytes are written, so that two
// WRITEs of one place find each other.
func (u *upload) note(n, off int64) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.err != nil {
		return u.err
	}
	if off < 0 || off > math.MaxInt64-n || off+n > u.tree.user.MaxFile {
		u.err = failed(textTooLarge)
		return u.err
	}
	overlap, err := u.written.add(off, off+n)
	switch {
	case err != nil:
		u.err = failed(textScattered)
	case overlap:
		u.err = failed(textOverlap)
	}
	return u.err
}

// fail remembers the first failure of the machine and gives the text for the peer.
func (u *upload) fail(err error) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.err == nil {
		text := textNotStored
		if errors.Is(err, errSpoolFull) {
			text = textSpoolFull
		}
		u.err = failed(text)
		u.log().Error("not accepted", slog.String("reason", text), slog.Any("error", err))
	}
	return u.err
}

// TransferError says that the connection ended with the handle open. Close follows.
func (u *upload) TransferError(err error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.broken = err
}

// set is FSETSTAT on the open handle.
func (u *upload) set(flags sftp.FileAttrFlags, attrs *sftp.FileStat) {
	u.mu.Lock()
	defer u.mu.Unlock()
	switch {
	case flags.Size && attrs.Size == 0 && len(u.written.runs) == 0:
		u.cut = true
	case flags.Size:
		u.setSize = int64(min(attrs.Size, math.MaxInt64))
	}
	if flags.Acmodtime {
		u.modified = attrs.ModTime()
	}
}

// entry is what STAT and FSTAT show while the handle is open: the bytes so far,
// before the first WRITE of a continued upload those that it continues.
func (u *upload) entry() entry {
	u.mu.Lock()
	defer u.mu.Unlock()
	e := entry{name: u.place.name, size: u.written.end(), modified: u.started}
	if len(u.written.runs) == 0 && u.stood && !u.cut {
		e.size = u.over.size
	}
	if !u.modified.IsZero() {
		e.modified = u.modified
	}
	return e
}

// Close ends the upload; its error is the answer to CLOSE.
func (u *upload) Close() error {
	defer u.tree.closed(u)
	if u.broken != nil {
		u.breakOff()
		return nil // nobody is there to be told
	}
	err := u.finish()
	if err != nil {
		u.forsake()
		u.log().Warn("not accepted", slog.String("reason", err.Error()))
		u.tree.ses.refusedClose()
	}
	return err
}

// breakOff drops what a vanished peer left.
func (u *upload) breakOff() {
	u.log().Warn("upload broken off", slog.Int64("size", u.written.end()), slog.Any("error", u.broken))
	if u.replaces() {
		u.tree.drop(u.place.path)
	}
	u.discard()
}

// forsake makes sure that nothing answers to the name of a refused upload: neither
// its bytes nor those of an earlier upload, which a client that does not read
// answers would take for them.
func (u *upload) forsake() {
	u.tree.drop(u.place.path)
	u.discard()
}

// replaces says whether the upload wrote, or meant to write, over what stood there
// instead of continuing it.
func (u *upload) replaces() bool {
	from, _, _ := u.written.span()
	return u.cut || len(u.written.runs) > 0 && from < u.over.size
}

// finish is CLOSE: the bytes must be whole, then they are kept or delivered.
func (u *upload) finish() error {
	if u.err != nil {
		return u.err
	}
	if u.changesNothing() {
		u.discard()
		return nil
	}
	size, err := u.whole()
	if err != nil {
		return err
	}
	if isTemp(u.place.name, u.tree.user.Temp) {
		return u.tree.keepTemp(u, size)
	}
	err = u.tree.deliver(offer{stage: u.stage, size: size, at: u.place, modified: u.modified})
	if err == nil {
		u.discard()
	}
	return err
}

// changesNothing recognises the OPEN without TRUNC that writes nothing onto a name
// that is there.
//
// QUIRK: lftp 4.9 does this each second when the answer to a CLOSE was lost.
func (u *upload) changesNothing() bool {
	return u.stood && !u.cut && len(u.written.runs) == 0 &&
		(u.setSize < 0 || u.setSize == u.over.size)
}

// whole checks the bytes and gives their number. An upload that continues a
// temporary name gets the earlier bytes in front.
func (u *upload) whole() (int64, error) {
	from, to, ok := u.written.span()
	continues := u.stood && u.over.stage != nil && !u.cut && u.over.size > 0
	switch {
	case !ok:
		return 0, failed(textHole)
	case continues && from == u.over.size:
		if err := u.fetchFront(); err != nil {
			return 0, err
		}
	case continues && u.flags.Append:
		// QUIRK: curl -a counts from the end of the file instead of its start
		// (offset 0 although APPEND was asked for); what it means cannot be known.
		return 0, failed(textAppend)
	case from > 0:
		return 0, failed(textHole)
	}
	if u.setSize >= 0 && u.setSize != to {
		return 0, failed(textSize)
	}
	return to, nil
}

// fetchFront copies the bytes of the temporary name that is continued.
func (u *upload) fetchFront() error {
	a, ok := u.tree.box.claim(u.place.path)
	if !ok || a.stage != u.over.stage {
		if ok {
			u.tree.box.release(a)
		}
		return failed(textGone)
	}
	defer u.tree.box.release(a)
	front := io.NewSectionReader(a.stage.file, 0, u.over.size)
	if _, err := io.Copy(io.NewOffsetWriter(u.stage, 0), front); err != nil {
		return u.fail(err)
	}
	return nil
}

func (u *upload) discard() {
	if err := u.stage.discard(); err != nil {
		u.log().Error("spool not cleaned", slog.Any("error", err))
	}
}

func (u *upload) log() *slog.Logger {
	return u.tree.ses.log.With(slog.String("name", u.place.path))
}
