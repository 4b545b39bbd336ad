package sftp

import (
	"io"
	"log/slog"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/pkg/sftp"
)

// tree is a user's virtual folders as one SFTP channel sees them. It implements the
// handlers of the protocol library, which calls all but ReadAt and WriteAt of open
// files one after another.
type tree struct {
	ses  *session
	user User   // MaxFile filled in
	box  *inbox // the user's, shared by all its sessions
	out  *outbox

	mu      sync.Mutex
	uploads []*upload // open handles
}

var (
	_ sftp.FileReader           = (*tree)(nil)
	_ sftp.FileWriter           = (*tree)(nil)
	_ sftp.PosixRenameFileCmder = (*tree)(nil)
	_ sftp.StatVFSFileCmder     = (*tree)(nil)
	_ sftp.LstatFileLister      = (*tree)(nil)
	_ sftp.ReadlinkFileLister   = (*tree)(nil)
	_ sftp.NameLookupFileLister = (*tree)(nil)
)

// Filewrite is OPEN for writing. What can be refused is refused here: each client
// reports it.
func (t *tree) Filewrite(r *sftp.Request) (io.WriterAt, error) {
	at, flags := locatedWrite(r)
	if err := t.mayWrite(at, flags); err != nil {
		return nil, err
	}
	now := time.Now()
	over, stood := t.box.find(at.path, now)
	if err := mayOverwrite(over, stood, flags); err != nil {
		return nil, err
	}
	if err := t.ses.ready(); err != nil {
		t.ses.log.Warn("not accepted", slog.String("name", at.path), slog.String("reason", textBusy), slog.Any("error", err))
		return nil, failed(textBusy)
	}
	if err := t.ses.openHandle(); err != nil {
		return nil, err
	}
	u := &upload{tree: t, place: at, flags: flags, started: now, over: over, stood: stood, setSize: -1, cut: flags.Trunc}
	if err := t.ses.beginUpload(); err != nil {
		t.ses.closeHandle()
		return nil, err
	}
	var err error
	if u.stage, err = t.ses.srv.spool.create(now); err != nil {
		t.ses.endUpload()
		t.ses.closeHandle()
		return nil, u.fail(err)
	}
	t.mu.Lock()
	t.uploads = append(t.uploads, u)
	t.mu.Unlock()
	return u, nil
}

// locatedWrite reads the request; an unknown folder gives a place without path.
func locatedWrite(r *sftp.Request) (place, sftp.FileOpenFlags) {
	at, _ := locate(r.Filepath)
	return at, r.Pflags()
}

// mayWrite refuses by place and name.
func (t *tree) mayWrite(at place, flags sftp.FileOpenFlags) error {
	switch {
	case at.path == "":
		return &status{sftp.ErrSSHFxNoSuchFile, textFolder}
	case at.folder == outFolder:
		return refused(textOut)
	case at.isFolder():
		return failed(textIsFolder)
	}
	if reason := checkName(at.name); reason != "" {
		return refused(reason)
	}
	if !flags.Creat && !t.exists(at) {
		return notFound()
	}
	return nil
}

// mayOverwrite refuses by what stands under the name.
func mayOverwrite(over arrival, stood bool, flags sftp.FileOpenFlags) error {
	switch {
	case !stood:
		return nil
	case over.stage != nil && flags.Excl:
		return failed(textExists)
	case over.stage == nil && flags.Append:
		return refused(textAppend)
	case over.stage == nil && !flags.Creat && !flags.Trunc:
		return refused(textResume)
	}
	return nil
}

func (t *tree) exists(at place) bool {
	_, err := t.stat(at)
	return err == nil
}

// closed takes an upload out of the open ones.
func (t *tree) closed(u *upload) {
	t.mu.Lock()
	t.uploads = slices.DeleteFunc(t.uploads, func(o *upload) bool { return o == u })
	t.mu.Unlock()
	t.ses.closeHandle()
	t.ses.endUpload()
}

// open gives the upload last opened under a path.
func (t *tree) open(path string) *upload {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, u := range slices.Backward(t.uploads) {
		if u.place.path == path {
			return u
		}
	}
	return nil
}

// Fileread is OPEN for reading.
func (t *tree) Fileread(r *sftp.Request) (io.ReaderAt, error) {
	at, ok := locate(r.Filepath)
	switch {
	case !ok:
		return nil, notFound()
	case at.isFolder():
		return nil, failed(textIsFolder)
	case at.folder != outFolder && t.exists(at):
		return nil, refused(textIn)
	case at.folder != outFolder:
		return nil, notFound()
	}
	if err := t.ses.openHandle(); err != nil {
		return nil, err
	}
	f, err := t.out.open(at.name)
	if err != nil {
		t.ses.closeHandle()
		return nil, err
	}
	return f, nil
}

// Filelist is OPENDIR, STAT and LSTAT.
func (t *tree) Filelist(r *sftp.Request) (sftp.ListerAt, error) {
	at, ok := locate(r.Filepath)
	if !ok {
		return nil, notFound()
	}
	if r.Method != "List" {
		e, err := t.stat(at)
		return listing{entries: []os.FileInfo{e}}, err
	}
	if !at.isFolder() {
		return nil, notFound()
	}
	if err := t.ses.openHandle(); err != nil {
		return nil, err
	}
	entries, err := t.list(at.folder)
	if err != nil {
		t.ses.closeHandle()
		return nil, err
	}
	slices.SortFunc(entries, func(a, b os.FileInfo) int { return strings.Compare(a.Name(), b.Name()) })
	return listing{entries: entries, done: t.ses.closeHandle}, nil
}

// Lstat is Stat: there are no links.
func (t *tree) Lstat(r *sftp.Request) (sftp.ListerAt, error) { return t.Filelist(r) }

// stat finds one name: an open upload first, then what the user's inbox knows.
func (t *tree) stat(at place) (entry, error) {
	switch {
	case at.isFolder():
		return t.folder(at.folder), nil
	case at.folder == outFolder:
		item, err := t.out.find(at.name)
		return entry{name: item.Name, size: item.Size, modified: item.Modified}, err
	}
	if u := t.open(at.path); u != nil {
		return u.entry(), nil
	}
	a, ok := t.box.find(at.path, time.Now())
	if !ok {
		return entry{}, notFound()
	}
	return a.entry(), nil
}

func (t *tree) folder(path string) entry {
	name := strings.TrimPrefix(path, "/")
	if name == "" {
		name = "/"
	}
	return entry{name: name, modified: t.ses.started, folder: true}
}

func (a arrival) entry() entry {
	at, _ := locate(a.path)
	e := entry{name: at.name, size: a.size, modified: a.modified}
	if e.modified.IsZero() {
		e.modified = a.at
	}
	return e
}

// list is a folder's snapshot.
func (t *tree) list(folder string) ([]os.FileInfo, error) {
	var entries []os.FileInfo
	if folder == outFolder {
		items, err := t.out.list()
		for _, item := range items {
			entries = append(entries, entry{name: item.Name, size: item.Size, modified: item.Modified})
		}
		return entries, err
	}
	if folder == rootFolder {
		entries = append(entries, t.folder(inFolder), t.folder(outFolder))
	}
	shown := map[string]bool{}
	t.mu.Lock()
	open := slices.Clone(t.uploads)
	t.mu.Unlock()
	for _, u := range slices.Backward(open) {
		if u.place.folder == folder && !shown[u.place.name] {
			shown[u.place.name] = true
			entries = append(entries, u.entry())
		}
	}
	for _, a := range t.box.list(folder, time.Now()) {
		if e := a.entry(); !shown[e.name] {
			entries = append(entries, e)
		}
	}
	return entries, nil
}

// Readlink answers that nothing is a link.
func (t *tree) Readlink(string) (string, error) { return "", failed(textNoLinks) }

// LookupUserName is the owner in "ls -l".
func (t *tree) LookupUserName(string) string { return t.user.Name }

// LookupGroupName is the group in "ls -l".
func (t *tree) LookupGroupName(string) string { return "edi" }

// listing is a snapshot that READDIR pages through.
type listing struct {
	entries []os.FileInfo
	done    func()
}

// ListAt copies entries from offset on.
func (l listing) ListAt(into []os.FileInfo, offset int64) (int, error) {
	if offset >= int64(len(l.entries)) {
		return 0, io.EOF
	}
	n := copy(into, l.entries[offset:])
	if n < len(into) {
		return n, io.EOF
	}
	return n, nil
}

// Close gives the handle back.
func (l listing) Close() error {
	if l.done != nil {
		l.done()
	}
	return nil
}
