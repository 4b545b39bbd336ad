package guide

import (
	"fmt"
	"slices"
	"strings"

	"github.com/edibridge/edibridge/edi"
)

// code is one line of a code list.
type code struct{ code, name string }

// listKind says what the values of a code list may be.
type listKind uint8

const (
	listClosed   listKind = iota // those of the list alone
	listOpen                     // any of the element's type and length; the list has names for some
	listExternal                 // as open: another body keeps the list
)

// listDecl is what is said of a list beside its codes.
type listDecl struct {
	kind listKind
	body string // of an external one: who keeps it
}

// String is the declaration as a dictionary has it behind the element.
func (d listDecl) String() string {
	switch d.kind {
	case listOpen:
		return "open"
	case listExternal:
		return fmt.Sprintf("external %q", d.body)
	}
	return "closed"
}

// list takes closed, open, or external and who keeps the list.
func (n *line) list() (*listDecl, bool) {
	const what = "closed, open or external"
	w, ok := n.take(what)
	if !ok {
		return nil, false
	}
	switch w.text {
	case "closed":
		return &listDecl{}, true
	case "open":
		return &listDecl{kind: listOpen}, true
	case "external":
		d := &listDecl{kind: listExternal, body: n.quoted()}
		if d.body == "" {
			n.expected(n.peek(), "the name of who keeps the list, in quotes")
			return nil, false
		}
		return d, true
	}
	n.expected(w, what)
	return nil, false
}

// codeList is a "codes" block, sorted by code.
type codeList struct {
	element string
	listDecl
	severity edi.Severity // of a code that is not on it; "": the rule's own
	codes    []code
	at       Origin
}

// name is what the list calls a code.
func (l *codeList) name(c string) (string, bool) {
	i, ok := slices.BinarySearchFunc(l.codes, c, compareCode)
	if !ok {
		return "", false
	}
	return l.codes[i].name, true
}

// values are the codes of the list alone.
func (l *codeList) values() []string {
	out := make([]string, len(l.codes))
	for i, c := range l.codes {
		out[i] = c.code
	}
	return out
}

// with is the list and more codes, which have no names.
func (l *codeList) with(more []string) *codeList {
	out := *l
	out.codes = slices.Clone(l.codes)
	for _, c := range more {
		if i, ok := slices.BinarySearchFunc(out.codes, c, compareCode); !ok {
			out.codes = slices.Insert(out.codes, i, code{code: c})
		}
	}
	return &out
}

func compareCode(e code, c string) int { return strings.Compare(e.code, c) }

// setList gives the element a list, nil for none: what it takes is what its type
// allows, and of a closed list one of the codes.
func (s *elementSpec) setList(l *codeList) {
	s.list, s.codes, s.kind = l, nil, s.form
	if l != nil && l.kind == listClosed {
		s.kind, s.codes = kindCode, newCodeSet(l.values())
	}
}
