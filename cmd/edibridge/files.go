package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/edi/guide"
	"github.com/edibridge/edibridge/edifact"
	"github.com/edibridge/edibridge/internal/config"
	"github.com/edibridge/edibridge/mappings"
	"github.com/edibridge/edibridge/x12"
)

// fileGCPercent is how much garbage a command over files may pile up, of what it
// holds.
const fileGCPercent = 20

// eachFile opens one file after the other and lets read work on it. A file that
// cannot be read is told on standard error, and the others go on; the first
// other error ends it. worst is the greatest status that read gave.
func eachFile(cmd *cobra.Command, names []string, read func(name string, r io.Reader) (status int, err error)) error {
	// What these commands hold is small beside what they read: more collections
	// cost little, and keep the whole process small.
	debug.SetGCPercent(fileGCPercent)
	worst := 0
	for _, name := range names {
		status, err := oneFile(cmd, name, read)
		if err != nil {
			var pe *fs.PathError
			if errors.As(err, &pe) {
				err = pe.Err // the name stands before it
			}
			fmt.Fprintf(cmd.ErrOrStderr(), "edibridge: %s: %v\n", name, err)
			status = exitCannot
		}
		worst = max(worst, status)
	}
	if worst > 0 {
		return &exitError{status: worst}
	}
	return nil
}

func oneFile(cmd *cobra.Command, name string, read func(string, io.Reader) (int, error)) (int, error) {
	if name == "-" {
		return read(name, cmd.InOrStdin())
	}
	f, err := os.Open(name)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	return read(name, f)
}

// unreadable is the error for a file without any interchange; trouble is what
// [hidden] said of its junk.
func unreadable(trouble string) error {
	if trouble == "" {
		return errors.New("no interchange could be read")
	}
	return errors.New("no interchange could be read: " + trouble)
}

// hidden says what is wrong with junk that holds an interchange which cannot be
// read; "" when it is nothing but junk.
func hidden(ev *edi.Event) string {
	for i := range ev.Findings {
		if ev.Findings[i].Rejects() {
			return ev.Findings[i].Message
		}
	}
	return ""
}

// walk goes through a file and gives every event to visit.
func walk(r io.Reader, visit func(ev *edi.Event) error) error {
	for ev, err := range edi.NewWalker(r, edi.Limits{}, x12.Syntax{}, edifact.Syntax{}).Events() {
		if err == nil {
			err = visit(&ev)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// languages are what documents are read by.
type languages struct {
	guides   *guide.Library
	mappings *mappings.Library
	named    *guide.Guide // asked for by --guide; nil: by the document's release
}

// loadLanguages gives the shipped guides and mappings. name is a guide's name or
// the file of one, laid over them; "" none.
func loadLanguages(name string) (*languages, error) {
	l, err := loadGuides(name)
	if err != nil {
		return nil, err
	}
	l.mappings, err = mappings.Standard()
	return l, err
}

// loadGuides is [loadLanguages] without mappings, for commands that need none.
func loadGuides(name string) (*languages, error) {
	l := &languages{}
	var err error
	if l.guides, err = config.ShippedGuides(); err != nil {
		return nil, err
	}
	if name == "" {
		return l, nil
	}
	if l.named = l.guides.Named(name); l.named != nil {
		return l, nil
	}
	if _, err := os.Stat(name); err != nil {
		return nil, fmt.Errorf("there is no guide and no file %q", name)
	}
	return l, l.overlay(name)
}

// guide is what m is held against, nil when there is none, and whether it is of
// m's own release.
func (l *languages) guide(m *edi.Message) (g *guide.Guide, exact bool) {
	if l.named != nil && l.named.Set() == m.Set {
		return l.named, true
	}
	return l.guides.Find(m.Standard, m.Version, m.Set)
}

// mapping is what reads m: that of the name if it is of m's set, else the
// standard's; nil when there is none.
func (l *languages) mapping(m *edi.Message, name string) *mappings.Mapping {
	if named := l.mappings.Named(name); named != nil && named.Set() == m.Set {
		return named
	}
	return l.mappings.Find(string(m.Standard), m.Version, m.Set)
}

// overlay lays the guides of file's folder over the shipped ones and takes the
// one that file holds: an overlay may extend its neighbour.
func (l *languages) overlay(file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if l.guides, err = l.guides.Extend(os.DirFS(filepath.Dir(file))); err != nil {
		return err
	}
	if l.named = l.guides.Named(guideName(string(text))); l.named == nil {
		return fmt.Errorf("%s holds no guide", file)
	}
	return nil
}

// guideName is the name that the text of a guide gives itself: what stands
// between "guide" and "extends" or the title.
func guideName(text string) string {
	for line := range strings.Lines(text) {
		if rest, ok := strings.CutPrefix(line, "guide "); ok {
			rest, _, _ = strings.Cut(rest, "\"")
			rest, _, _ = strings.Cut(rest, " extends ")
			return strings.Join(strings.Fields(rest), " ")
		}
	}
	return ""
}
