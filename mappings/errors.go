package mappings

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Error is one thing that is wrong in a table.
type Error struct {
	File    string // as the file system names it
	Line    int    // from 1; 0: the file as a whole
	Column  int    // in bytes, from 1
	Message string
}

// Error is "mappings: file:line:column: " and what is wrong.
func (e *Error) Error() string {
	if e.Line == 0 {
		return "mappings: " + e.File + ": " + e.Message
	}
	return fmt.Sprintf("mappings: %s:%d:%d: %s", e.File, e.Line, e.Column, e.Message)
}

// Errors are all that is wrong in a set of tables, in the order of files and lines.
type Errors []*Error

// Error lists the errors, one a line.
func (e Errors) Error() string {
	lines := make([]string, len(e))
	for i, err := range e {
		lines[i] = err.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap gives the single errors.
func (e Errors) Unwrap() []error {
	errs := make([]error, len(e))
	for i := range e {
		errs[i] = e[i]
	}
	return errs
}

// ErrKind is a document of another kind than the mapping's.
var ErrKind = errors.New("mappings: the document is of another kind")

// origin is where a row was written.
type origin struct {
	file  string
	line  int
	layer string // name of the mapping whose row it is
}

// seenFrom is o as a row at another place speaks of it: its file is named where
// it is another one.
func (o origin) seenFrom(at origin) string {
	if o.file == at.file {
		return fmt.Sprintf("line %d", o.line)
	}
	return o.String()
}

func (o origin) String() string { return fmt.Sprintf("%s:%d", o.file, o.line) }

// problems collects errors while tables are read. What a layer inherits is
// compiled again with it, and told once.
type problems struct{ errs Errors }

const maxProblems = 200

func (p *problems) add(o origin, column int, format string, args ...any) {
	e := Error{o.file, o.line, column, fmt.Sprintf(format, args...)}
	if len(p.errs) < maxProblems && !slices.ContainsFunc(p.errs, func(was *Error) bool { return *was == e }) {
		p.errs = append(p.errs, &e)
	}
}

func (p *problems) err() error {
	if len(p.errs) == 0 {
		return nil
	}
	return p.errs
}
