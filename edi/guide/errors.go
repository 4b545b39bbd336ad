package guide

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Error is one mistake in a guide or dictionary.
type Error struct {
	File   string // as the file system names it
	Line   int    // from 1
	Column int    // from 1, in bytes; 0: the whole line
	Text   string // what is wrong and what was expected
}

// Error is "file:line:column: text".
func (e *Error) Error() string {
	if e.Column == 0 {
		return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Text)
	}
	return fmt.Sprintf("%s:%d:%d: %s", e.File, e.Line, e.Column, e.Text)
}

// Errors are all mistakes of a [Load] or [Library.Extend], by file and line.
type Errors []*Error

// Error lists the mistakes, one a line.
func (e Errors) Error() string {
	lines := make([]string, len(e))
	for i, one := range e {
		lines[i] = one.Error()
	}
	return "guide: " + strings.Join(lines, "\n")
}

// Unwrap gives each mistake to errors.As.
func (e Errors) Unwrap() []error {
	out := make([]error, len(e))
	for i, one := range e {
		out[i] = one
	}
	return out
}

// maxErrors bounds what is kept for one file: whoever mends a hundred mistakes
// runs it again.
const maxErrors = 100

// problems collects mistakes over many files.
type problems struct {
	list    Errors
	perFile map[string]int
}

// add notes a mistake at o; column 0 is the whole line.
func (p *problems) add(o Origin, column int, format string, args ...any) {
	if p.perFile == nil {
		p.perFile = map[string]int{}
	}
	if p.perFile[o.File]++; p.perFile[o.File] > maxErrors {
		return
	}
	p.list = append(p.list, &Error{o.File, o.Line, column, fmt.Sprintf(format, args...)})
}

// err is all that was noted as an error, or nil.
func (p *problems) err() error {
	if len(p.list) == 0 {
		return nil
	}
	slices.SortStableFunc(p.list, func(a, b *Error) int {
		return cmp.Or(strings.Compare(a.File, b.File), a.Line-b.Line, a.Column-b.Column)
	})
	return p.list
}
