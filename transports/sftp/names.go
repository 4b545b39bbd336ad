package sftp

import (
	"io/fs"
	"os"
	"path"
	"strings"
	"time"
)

// The folders of a user's tree.
const (
	rootFolder = "/"
	inFolder   = "/in"
	outFolder  = "/out"
)

// place is where a path of a peer points to in the tree.
type place struct {
	path   string // clean and absolute: "/in/po.edi"
	folder string // rootFolder, inFolder or outFolder
	name   string // "" for the folder itself
}

// locate finds a peer's path in the tree; false: there can be nothing. It is pure
// text work: "..", doubled slashes and the like are resolved below the tree's root.
func locate(p string) (place, bool) {
	p = path.Clean("/" + p)
	switch p {
	case rootFolder, inFolder, outFolder:
		return place{path: p, folder: p}, true
	}
	folder, name := path.Split(p)
	folder = path.Clean(folder)
	switch folder {
	case rootFolder, inFolder, outFolder:
		return place{path: p, folder: folder, name: name}, true
	}
	return place{}, false
}

func (p place) isFolder() bool { return p.name == "" }

// checkName says why a name cannot be uploaded; "" if it can.
func checkName(name string) string {
	switch {
	case len(name) > maxName:
		return "the name is longer than 255 bytes"
	case strings.ContainsRune(name, 0):
		return "the name holds a NUL byte"
	}
	return ""
}

// tempPatterns are names of uploads in progress: WinSCP, rclone, Azure Data
// Factory, Cyberduck, lftp, rsync and hand-written scripts.
var tempPatterns = []string{"*.filepart", "*.tmp", "*.partial", "*.part", "*.temp", ".*", "~*"}

// isTemp says whether a name marks an upload that its sender has yet to rename.
// Patterns that path.Match does not understand match nothing.
func isTemp(name string, own []string) bool {
	name = strings.ToLower(name)
	for _, patterns := range [][]string{tempPatterns, own} {
		for _, pattern := range patterns {
			if ok, err := path.Match(strings.ToLower(pattern), name); ok && err == nil {
				return true
			}
		}
	}
	return false
}

// entry is what STAT and listings show of a name.
type entry struct {
	name     string
	size     int64
	modified time.Time
	folder   bool
}

var _ os.FileInfo = entry{}

func (e entry) Name() string       { return e.name }
func (e entry) Size() int64        { return e.size }
func (e entry) ModTime() time.Time { return e.modified }
func (e entry) IsDir() bool        { return e.folder }
func (e entry) Sys() any           { return nil }

func (e entry) Mode() fs.FileMode {
	if e.folder {
		return fs.ModeDir | 0o755
	}
	return 0o644
}
