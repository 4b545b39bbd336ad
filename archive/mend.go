package archive

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/edibridge/edibridge/internal/flock"
)

// Recovery is what was found to mend after processes that did not close.
type Recovery struct {
	Packs   int   // packs that were not sealed, now read through and ended
	Torn    int64 // bytes cut off; no whole frame was among them
	Skipped int   // stretches left in place that are no whole frame
	Spool   int   // unfinished large bodies removed
}

// Mend mends what processes that share the folder have left since it was opened,
// as opening does. What belongs to one that lives is left alone, and of two that
// mend at once one does. Nothing waits for it: the bodies in an unsealed pack can
// be read. A sync that fails is final here too.
func (d *Dir) Mend(ctx context.Context) (Recovery, error) {
	if err := d.enter(); err != nil {
		return Recovery{}, err
	}
	defer d.leave()
	r, err := d.mend(ctx)
	if err != nil {
		err = fmt.Errorf("archive: mend %s: %w", d.path, err)
	}
	return r, err
}

// mend goes through the folder: large bodies that never counted, then packs.
func (d *Dir) mend(ctx context.Context) (Recovery, error) {
	var r Recovery
	for _, folder := range []struct {
		name, suffix string
		mend         func(name string, r *Recovery) error
	}{{spoolFolder, spoolSuffix, d.mendSpool}, {packFolder, packSuffix, d.mendPack}} {
		names, err := d.names(folder.name, folder.suffix)
		if err != nil {
			return r, err
		}
		for _, name := range names {
			if err := ctx.Err(); err != nil {
				return r, err
			}
			if err := folder.mend(name, &r); err != nil {
				return r, fmt.Errorf("%s/%s: %w", folder.name, name, err)
			}
		}
	}
	return r, nil
}

// hold opens and locks the pack of a name whose writer is dead. It returns nil
// where there is nothing to do: the writer lives, somebody else mends it, or it is
// sealed or gone. The lock ends when the file is closed. flag is added for opening.
func (d *Dir) hold(name string, flag int) (*os.File, fs.FileInfo, error) {
	path := packPath(name)
	f, err := d.root.OpenFile(path, os.O_RDWR|flag, 0o600)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, nil
	}
	if err != nil {
		if info, serr := d.root.Stat(path); serr == nil && isSealed(info) {
			return nil, nil, nil // only a privileged user opens it to write
		}
		return nil, nil, err
	}
	err = flock.Exclusive(f)
	var mine, there fs.FileInfo
	if err == nil {
		mine, err = f.Stat()
	}
	if err == nil {
		// What was locked may have been sealed, replaced or removed before.
		there, err = d.root.Stat(path)
	}
	if err == nil && os.SameFile(mine, there) && !isSealed(mine) {
		return f, mine, nil
	}
	if errors.Is(err, flock.ErrHeld) || errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return nil, nil, errors.Join(err, f.Close())
}

// mendSpool removes a large body that never counted, and the empty pack that held
// its name, which stays where the folder is shared (see mendPack).
func (d *Dir) mendSpool(name string, r *Recovery) error {
	info, err := d.root.Stat(packPath(name))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	empty := false
	if err != nil || !isSealed(info) {
		f, held, err := d.hold(name, os.O_CREATE)
		if f == nil {
			return err
		}
		defer f.Close()
		empty = held.Size() == 0
	}
	switch err := d.remove(spoolPath(name)); {
	case errors.Is(err, fs.ErrNotExist): // its writer had done so
	case err != nil:
		return err
	default:
		r.Spool++
	}
	if !empty || d.shared {
		return nil
	}
	return d.remove(packPath(name))
}

// mendPack reads a pack that is not sealed, cuts its torn tail off, makes the
// rest durable and seals it. A pack without any whole frame goes; but where the
// folder is shared an empty one stays, for somebody may have made it that moment
// and be about to lock it. What is more than one group can leave torn is no torn
// write but damage: it stays for a person to look at.
func (d *Dir) mendPack(name string, r *Recovery) error {
	path := packPath(name)
	if d.hasEnded(name) {
		return nil
	}
	info, err := d.root.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case isSealed(info):
		d.noteEnded(name)
		return nil
	case info.Size() == 0 && d.shared:
		return nil
	}
	f, info, err := d.hold(name, 0)
	if f == nil {
		return err
	}
	defer f.Close()
	if info.Size() == 0 && d.shared {
		return nil
	}
	scan, err := scanPack(f, info.Size())
	torn := info.Size() - scan.End
	r.Packs++
	r.Skipped += scan.Skipped
	switch {
	case errors.Is(err, errUndecided) || err == nil && torn > MaxAppend+int64(len(packHeader)):
		r.Skipped++
	case err != nil:
		return err
	case scan.Frames == 0:
		r.Torn += torn
		return d.remove(path)
	case torn > 0:
		r.Torn += torn
		if err := d.truncate(f, path, scan.End); err != nil {
			return err
		}
	}
	if err := d.sync(f, path); err != nil {
		return err
	}
	return d.seal(path)
}

// hasEnded reports whether a pack was seen sealed. That lasts, so that ten years of
// packs are not asked each time.
func (d *Dir) hasEnded(name string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.ended[name]
}

// noteEnded notes that a pack is sealed.
func (d *Dir) noteEnded(name string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.ended[name] = true
}
