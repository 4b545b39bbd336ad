package mappings

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
)

// lookupFile names a partner's table and the two columns that a row converts
// by.
type lookupFile struct {
	name       string
	code, text string // columns: what the message says, what the document says
	first      bool   // of several rows with one text, the first is meant on the way out
}

// lookupList reads two columns of a table as a code list.
func (ld *loader) lookupList(l lookupFile) (*codeList, error) {
	name := l.name + " " + l.code + " " + l.text
	if l.first {
		name += " first"
	}
	if was := ld.files[name]; was != nil {
		return was, nil
	}
	text, err := ld.text(l.name)
	if err != nil {
		return nil, err
	}
	var rows []record
	if ext := path.Ext(l.name); ext == ".yaml" || ext == ".yml" {
		rows, err = yamlRows(text)
	} else {
		rows, err = csvRows(text)
	}
	if err != nil {
		return nil, err
	}
	list := newCodeList(name, origin{file: l.name})
	ld.files[name] = list
	for _, r := range rows {
		code, hasCode := r.member(l.code)
		value, hasText := r.member(l.text)
		if !hasCode || !hasText {
			delete(ld.files, name)
			return nil, fmt.Errorf("line %d has no column %q or %q (it has: %s)", r.line, l.code, l.text, strings.Join(r.names, " "))
		}
		if l.first && list.codes[value] != "" && list.names[code] == "" {
			list.names[code] = value
			list.ordered = append(list.ordered, [2]string{code, value})
			continue
		}
		list.add(code, value, origin{file: l.name, line: r.line}, 1, &ld.probs)
	}
	return list, nil
}

// record is one row of a table: a value for each of some names.
type record struct {
	line   int
	names  []string
	values []string
}

func (r *record) member(name string) (string, bool) {
	if i := slices.Index(r.names, name); i >= 0 && i < len(r.values) {
		return r.values[i], true
	}
	return "", false
}

// csvRows reads RFC 4180 with a header; "#" begins a comment line.
func csvRows(text string) ([]record, error) {
	r := csv.NewReader(strings.NewReader(text))
	r.Comment, r.TrimLeadingSpace = '#', true
	names, err := r.Read()
	if errors.Is(err, io.EOF) {
		return nil, errors.New("has no header that names its columns")
	}
	var rows []record
	for err == nil {
		var values []string
		if values, err = r.Read(); err == nil {
			line, _ := r.FieldPos(0)
			rows = append(rows, record{line, names, values})
		}
	}
	if !errors.Is(err, io.EOF) {
		return nil, err
	}
	return rows, nil
}

// yamlRows reads the part of YAML that a table needs: "name: value" lines, in
// items that begin with "- ", or without items, where each line is a row of
// "key" and "value".
func yamlRows(text string) ([]record, error) {
	var rows []record
	items := false
	n := 0
	for line := range strings.Lines(text) {
		n++
		line = strings.TrimRight(line, " \r\n")
		body := strings.TrimLeft(line, " ")
		if body == "" || body[0] == '#' || body == "---" {
			continue
		}
		rest, begins := strings.CutPrefix(body, "- ")
		items = items || begins && len(rows) == 0
		name, value, err := yamlPair(rest)
		switch {
		case err != nil || strings.ContainsRune(line, '\t') || begins && !items || !begins && items && body == line:
			return nil, fmt.Errorf(`line %d: there is "name: value", in items that begin with "- ", or "code: text" alone`, n)
		case !items:
			rows = append(rows, record{n, []string{"key", "value"}, []string{name, value}})
		case begins:
			rows = append(rows, record{n, []string{name}, []string{value}})
		default:
			r := &rows[len(rows)-1]
			r.names, r.values = append(r.names, name), append(r.values, value)
		}
	}
	return rows, nil
}

var errPair = errors.New("no pair")

// yamlPair reads `name: value`, each plain or in quotes; a comment may follow.
func yamlPair(s string) (name, value string, err error) {
	name, rest, err := yamlScalar(s, ":")
	if err != nil || !strings.HasPrefix(rest, ":") || len(rest) > 1 && rest[1] != ' ' {
		return "", "", errPair
	}
	value, rest, err = yamlScalar(strings.TrimLeft(rest[1:], " "), " #")
	if rest = strings.TrimLeft(rest, " "); err != nil || rest != "" && rest[0] != '#' || name == "" {
		return "", "", errPair
	}
	return name, value, nil
}

// yamlScalar reads a scalar, a plain one to what ends it.
func yamlScalar(s, end string) (text, rest string, err error) {
	if s == "" || s[0] != '"' && s[0] != '\'' {
		if s != "" && strings.IndexByte("[]{}&*!|>%@`", s[0]) >= 0 {
			return "", "", errPair
		}
		i := strings.Index(s, end)
		if i < 0 {
			i = len(s)
		}
		return strings.TrimRight(s[:i], " "), s[i:], nil
	}
	i := strings.IndexByte(s[1:], s[0])
	if i < 0 || s[0] == '"' && strings.Contains(s[1:1+i], `\`) {
		return "", "", errPair
	}
	return s[1 : 1+i], s[2+i:], nil
}
