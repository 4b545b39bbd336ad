package sftp

import (
	"log/slog"
	"time"

	"github.com/pkg/sftp"
)

// Filecmd is every request that is neither reading nor writing nor listing.
func (t *tree) Filecmd(r *sftp.Request) error {
	at, ok := locate(r.Filepath)
	switch r.Method {
	case "Symlink", "Link":
		return refused(textNoLinks)
	case "Mkdir":
		if ok && at.isFolder() {
			return nil // it is there, which is what the client wants
		}
		return refused(textNoFolders)
	case "Rmdir":
		return refused(textNoFolders)
	}
	if !ok {
		return notFound()
	}
	switch r.Method {
	case "Setstat":
		return t.setstat(at, r.AttrFlags(), r.Attributes())
	case "Remove":
		return t.remove(at)
	case "Rename":
		return t.rename(at, r.Target, false)
	}
	return &status{sftp.ErrSSHFxOpUnsupported, "not supported"}
}

// PosixRename is posix-rename@openssh.com, which may overwrite.
func (t *tree) PosixRename(r *sftp.Request) error {
	at, ok := locate(r.Filepath)
	if !ok {
		return notFound()
	}
	return t.rename(at, r.Target, true)
}

// setstat is SETSTAT and FSETSTAT: times are kept as a fact, a size on an open
// upload is checked at its CLOSE, the rest is answered OK and nothing more, for
// clients report an upload as failed when this fails.
func (t *tree) setstat(at place, flags sftp.FileAttrFlags, attrs *sftp.FileStat) error {
	if attrs == nil {
		return &status{sftp.ErrSSHFxBadMessage, "attributes cannot be read"}
	}
	if u := t.open(at.path); u != nil {
		u.set(flags, attrs)
		return nil
	}
	e, err := t.stat(at)
	switch {
	case err != nil:
		return err
	case e.folder:
		return nil
	case flags.Size && int64(attrs.Size) != e.size:
		return refused(textSize)
	}
	if flags.Acmodtime && at.folder != outFolder {
		t.box.touch(at.path, attrs.ModTime())
	}
	return nil
}

// remove is REMOVE: it takes a document out of /out, throws a temporary name away,
// and lets an echo of an accepted file vanish, which changes nothing else.
func (t *tree) remove(at place) error {
	switch {
	case at.isFolder():
		return failed(textIsFolder)
	case at.folder == outFolder:
		return t.out.remove(at.name)
	case t.open(at.path) != nil:
		return failed(textOpen)
	}
	if t.drop(at.path) {
		return nil
	}
	return notFound()
}

// drop takes whatever stands under a path of the inbox away; false: nothing did.
func (t *tree) drop(path string) bool {
	if a, ok := t.box.claim(path); ok {
		t.box.remove(a)
		t.discard(a.stage, path)
		return true
	}
	return t.box.forget(path, time.Now())
}

func (t *tree) discard(st *stage, path string) {
	if err := st.discard(); err != nil {
		t.ses.log.Error("spool not cleaned", slog.String("name", path), slog.Any("error", err))
	}
}

// rename moves a name within / and /in. A temporary name that gets a final one is
// delivered.
func (t *tree) rename(from place, target string, overwrite bool) error {
	to, ok := locate(target)
	switch {
	case !ok:
		return &status{sftp.ErrSSHFxNoSuchFile, textFolder}
	case from.folder == outFolder || to.folder == outFolder:
		return refused(textOut)
	case from.isFolder() || to.isFolder():
		return failed(textIsFolder)
	case t.open(from.path) != nil || t.open(to.path) != nil:
		return failed(textOpen)
	}
	if reason := checkName(to.name); reason != "" {
		return refused(reason)
	}
	if !overwrite && t.clash(from, to) {
		return failed(textExists)
	}
	a, ok := t.box.claim(from.path)
	if !ok {
		// The echo of an accepted file moves; the delivery keeps its first name.
		return t.box.moveEcho(from.path, to.path, time.Now())
	}
	defer t.box.release(a)
	if isTemp(to.name, t.user.Temp) {
		return t.renameTemp(a, from, to)
	}
	if err := t.ses.beginUpload(); err != nil {
		return err
	}
	defer t.ses.endUpload()
	if err := t.deliver(offer{stage: a.stage, size: a.size, at: to, modified: a.modified, uploadedAs: from.path}); err != nil {
		return err
	}
	t.box.remove(a)
	t.discard(a.stage, from.path)
	return nil
}

// clash says whether an unfinished upload stands where a rename goes to. An echo is
// never in the way: it stands for a file that has moved on.
func (t *tree) clash(from, to place) bool {
	a, ok := t.box.find(to.path, time.Now())
	return ok && a.stage != nil && from.path != to.path
}

// renameTemp gives a temporary upload, claimed by the caller, another temporary
// name, durably. An upload that had that name goes.
func (t *tree) renameTemp(a arrival, from, to place) error {
	if t.clash(from, to) {
		t.drop(to.path)
	}
	side := sidecar{Peer: t.user.Name, Path: []byte(to.path), Size: a.size, Modified: a.modified, Closed: time.Now()}
	if err := a.stage.keep(side); err != nil {
		t.ses.log.Error("not accepted", slog.String("name", to.path), slog.String("reason", textNotStored), slog.Any("error", err))
		return failed(textNotStored)
	}
	if !t.box.moveTemp(a, to.path) { // another session works on an upload of that name
		return failed(textOpen)
	}
	return nil
}

// StatVFS tells clients that look for room how much the spool has; blocks of 4 KiB.
func (t *tree) StatVFS(*sftp.Request) (*sftp.StatVFS, error) {
	const block = 4096
	sp := t.ses.srv.spool
	total := uint64(sp.limit / block)
	free := uint64(max(0, sp.limit-sp.used.Load()) / block)
	return &sftp.StatVFS{
		Bsize: block, Frsize: block, Blocks: total, Bfree: free, Bavail: free,
		Files: 1 << 20, Ffree: 1 << 20, Favail: 1 << 20, Namemax: maxName,
	}, nil
}
