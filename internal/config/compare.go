package config

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// Change is one difference between two configurations.
type Change struct {
	File    string // in which it stands
	Subject string // "partner acme, agreement orders", "endpoint app", "file guides/acme.guide"
	Field   string // "events", "envelope.from"; "" the subject as a whole
	Was, Is string // as written; "" where it was not, or is no more, given
}

// String is the change on one line.
func (c Change) String() string {
	switch {
	case c.Field == "" && c.Was == "":
		return c.Subject + ": added" + behind(c.Is)
	case c.Field == "" && c.Is == "":
		return c.Subject + ": removed" + behind(c.Was)
	case c.Field == "":
		return fmt.Sprintf("%s: changed, %s before, %s now", c.Subject, c.Was, c.Is)
	case c.Was == "":
		return fmt.Sprintf("%s: %s given: %s", c.Subject, c.Field, c.Is)
	case c.Is == "":
		return fmt.Sprintf("%s: %s no longer given: %s", c.Subject, c.Field, c.Was)
	}
	return fmt.Sprintf("%s: %s changed: %s -> %s", c.Subject, c.Field, c.Was, c.Is)
}

// behind is what is said of a subject that came or went.
func behind(what string) string {
	if what == present {
		return ""
	}
	return ": " + what
}

// present stands for a subject of which nothing more is told.
const present = "-"

// maxShown bounds how much of a value a Change shows, in bytes.
const maxShown = 200

// Compare tells what differs between two configurations, as they are written, by
// file and place. What a default would stand in for counts as not given; a
// password's hash is not shown.
func Compare(before, after *Bundle) []Change {
	var all []Change
	names := map[string]bool{}
	for _, b := range []*Bundle{before, after} {
		for name := range b.Files {
			names[name] = true
		}
	}
	for _, name := range sortedKeys(names) {
		was, had := before.Files[name]
		is, has := after.Files[name]
		if had && has && bytes.Equal(was, is) {
			continue
		}
		all = append(all, compareFile(name, fileKind(name, before, after), was, is)...)
	}
	return all
}

// fileKind says what a file is: "partner acme", "main", or "" for any other text.
func fileKind(name string, before, after *Bundle) string {
	if name == before.Main || name == after.Main {
		return "main"
	}
	rest, ok := strings.CutPrefix(name, "partners/")
	id, isFile := strings.CutSuffix(rest, "/"+partnerFileName)
	if !isFile {
		id, isFile = strings.CutSuffix(rest, ".yaml")
	}
	if !ok || !isFile || strings.Contains(id, "/") {
		return ""
	}
	return "partner " + id
}

func compareFile(name, kind string, was, is []byte) []Change {
	if kind == "" {
		return []Change{{File: name, Subject: "file " + name, Was: linesOf(was), Is: linesOf(is)}}
	}
	before, after := flat(was), flat(is)
	if before == nil || after == nil { // not readable, which no configuration in force is
		return []Change{{File: name, Subject: "file " + name, Was: linesOf(was), Is: linesOf(is)}}
	}
	if kind != "main" && (len(was) == 0 || len(is) == 0) {
		c := Change{File: name, Subject: kind}
		if len(is) > 0 {
			c.Is = summary(after)
		} else {
			c.Was = summary(before)
		}
		return []Change{c}
	}
	var all []Change
	told := map[string]bool{} // subjects that came or went
	paths := map[string]bool{}
	for _, m := range []map[string]string{before, after} {
		for p := range m {
			paths[p] = true
		}
	}
	for _, p := range sortedKeys(paths) {
		subject, prefix, field := subjectOf(kind, p)
		c := Change{File: name, Subject: subject, Field: field, Was: before[p], Is: after[p]}
		had, has := within(before, prefix), within(after, prefix)
		if prefix != "" && had != has {
			c.Field, c.Was, c.Is = "", "", ""
			if has {
				c.Is = cmp.Or(after[prefix+"/receive"], after[prefix+"/send"], present)
			} else {
				c.Was = cmp.Or(before[prefix+"/receive"], before[prefix+"/send"], present)
			}
			if told[prefix] {
				continue
			}
			told[prefix] = true
		}
		if c.Was != c.Is {
			all = append(all, c)
		}
	}
	slices.SortStableFunc(all, func(a, b Change) int { return strings.Compare(a.Subject, b.Subject) })
	return all
}

// linesOf is how long a text is; "" of none.
func linesOf(text []byte) string {
	if len(text) == 0 {
		return ""
	}
	n := bytes.Count(text, []byte("\n"))
	return fmt.Sprintf("%d lines", n)
}

// summary names the agreements of a partner that came or went.
func summary(values map[string]string) string {
	var names []string
	for p := range values {
		if rest, ok := strings.CutPrefix(p, "agreements/"); ok {
			name, _, _ := strings.Cut(rest, "/")
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	if len(names) == 0 {
		return present
	}
	slices.Sort(names)
	return "agreements " + strings.Join(names, ", ")
}

// subjectOf says what a path of a file is about. prefix is the path of a subject
// that has a name of its own.
func subjectOf(kind, p string) (subject, prefix, field string) {
	steps := strings.Split(p, "/")
	subject = kind
	if kind == "main" {
		subject = "bridge"
	}
	if len(steps) > 1 {
		switch {
		case kind == "main" && steps[0] == "endpoints":
			return "endpoint " + steps[1], p[:len(steps[0])+1+len(steps[1])], strings.Join(steps[2:], ".")
		case kind == "main" && steps[0] == "listeners":
			return "listener " + steps[1], p[:len(steps[0])+1+len(steps[1])], strings.Join(steps[2:], ".")
		case kind != "main" && steps[0] == "agreements":
			return kind + ", agreement " + steps[1], p[:len(steps[0])+1+len(steps[1])], strings.Join(steps[2:], ".")
		}
	}
	return subject, "", strings.Join(steps, ".")
}

// within reports whether values has anything at or below a path.
func within(values map[string]string, prefix string) bool {
	for p := range values {
		if p == prefix || strings.HasPrefix(p, prefix+"/") {
			return true
		}
	}
	return false
}

// flat gives the values of a YAML file by path; nil when it cannot be read.
func flat(text []byte) (values map[string]string) {
	defer func() {
		if recover() != nil { // the YAML library panics on some malformed inputs
			values = nil
		}
	}()
	f, err := parser.ParseBytes(text, 0)
	if err != nil {
		return nil
	}
	values = map[string]string{}
	for _, doc := range f.Docs {
		if doc.Body != nil {
			flatten(doc.Body, "", values)
		}
	}
	return values
}

func flatten(n ast.Node, at string, into map[string]string) {
	if s, ok := text(n); ok {
		into[at] = shown(at, s)
		return
	}
	switch n := n.(type) {
	case *ast.MappingNode:
		for _, pair := range n.Values {
			flattenPair(pair, at, into)
		}
		if len(n.Values) == 0 {
			into[at] = "{}"
		}
	case *ast.MappingValueNode:
		flattenPair(n, at, into)
	case *ast.SequenceNode:
		items := make([]string, len(n.Values))
		for i, one := range n.Values {
			items[i], _ = text(one)
		}
		into[at] = shown(at, "["+strings.Join(items, ", ")+"]")
	}
}

func flattenPair(pair *ast.MappingValueNode, at string, into map[string]string) {
	if key, ok := text(pair.Key); ok {
		flatten(pair.Value, join(at, key), into)
	}
}

// shown is a value as a Change shows it, on one line.
func shown(at, value string) string {
	if strings.HasSuffix(at, "passwordHash") && !isReference(value) {
		return fmt.Sprintf("(hidden, %.8s)", bundleSum(value))
	}
	value = strings.Join(strings.Fields(value), " ")
	if len(value) > maxShown {
		value = strings.ToValidUTF8(value[:maxShown], "") + "..."
	}
	if value == "" {
		return `""`
	}
	return value
}

// bundleSum tells one hidden value from another.
func bundleSum(value string) string {
	b := Bundle{Main: "value", Files: map[string][]byte{"value": []byte(value)}}
	return b.Digest()
}
