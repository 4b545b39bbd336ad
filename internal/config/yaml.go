package config

import (
	"encoding"
	"errors"
	"fmt"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// document is one YAML file while it is read: it remembers where everything
// stands, so that checks across files can point at it.
type document struct {
	file     string // as problems show it
	problems *Problems
	places   map[string]place // by path: "agreements/orders/guide", "events/0"
	broken   bool             // no YAML: nothing of it was read
}

// place is a line and column, from 1.
type place struct{ line, column int }

// read parses text into the struct that into points to. Fields are known by
// their yaml tag; "required", "default" and "choices" tags are kept.
func (d *document) read(text []byte, into any) {
	d.places = map[string]place{"": {1, 1}}
	defer func() {
		// The YAML library panics on some malformed inputs; for us that is a
		// file that cannot be read.
		if r := recover(); r != nil {
			d.add(place{}, "not readable as YAML: %v", r)
			d.broken = true
		}
	}()
	if !utf8.Valid(text) {
		d.add(place{}, "not UTF-8 text")
		d.broken = true
		return
	}
	f, err := parser.ParseBytes(text, 0)
	if err != nil {
		d.syntax(err)
		return
	}
	var body ast.Node
	for _, doc := range f.Docs {
		switch {
		case doc.Body == nil:
		case body == nil:
			body = doc.Body
		default:
			d.add(at(doc.Body), "a second YAML document: one a file")
		}
	}
	d.value(body, reflect.ValueOf(into).Elem(), "", "")
}

// syntax notes an error of the YAML parser, which stops at the first.
func (d *document) syntax(err error) {
	d.broken = true
	var se *yaml.SyntaxError
	if errors.As(err, &se) && se.Token != nil && se.Token.Position != nil {
		d.add(place{se.Token.Position.Line, se.Token.Position.Column}, "%s", se.Message)
		return
	}
	d.add(place{}, "%v", err)
}

func (d *document) add(p place, format string, args ...any) {
	*d.problems = append(*d.problems, Problem{d.file, p.line, p.column, fmt.Sprintf(format, args...)})
}

// problem notes a mistake at the value whose path the steps make, or at what
// holds it where it was left away.
func (d *document) problem(steps []string, format string, args ...any) {
	for n := len(steps); ; n-- {
		if p, ok := d.places[strings.Join(steps[:n], "/")]; ok || n == 0 {
			d.add(p, format, args...)
			return
		}
	}
}

// has reports whether the value whose path the steps make stands in the file.
func (d *document) has(steps []string) bool {
	_, ok := d.places[strings.Join(steps, "/")]
	return ok
}

// path is a path that the document names: relative to its folder.
func (d *document) path(p string) string {
	if filepath.IsAbs(p) {
		return filepath.Clean(p)
	}
	return filepath.Join(filepath.Dir(d.file), p)
}

func at(n ast.Node) place {
	t := n.GetToken()
	if m, ok := n.(*ast.MappingNode); ok && len(m.Values) > 0 && !m.IsFlowStyle {
		t = m.Values[0].Key.GetToken()
	}
	if t == nil || t.Position == nil {
		return place{}
	}
	return place{t.Position.Line, t.Position.Column}
}

// value reads n, nil when it was left away, into v. text of a default stands in
// for a scalar that was left away.
func (d *document) value(n ast.Node, v reflect.Value, path, standIn string) {
	if n != nil {
		if _, seen := d.places[path]; !seen || path == "" {
			d.places[path] = at(n)
		}
	}
	if _, ok := v.Addr().Interface().(encoding.TextUnmarshaler); ok {
		d.scalar(n, v, standIn)
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		if n != nil {
			v.Set(reflect.New(v.Type().Elem()))
			d.value(n, v.Elem(), path, standIn)
		}
	case reflect.Struct:
		d.structure(n, v, path)
	case reflect.Map:
		d.mapping(n, v, path)
	case reflect.Slice:
		d.sequence(n, v, path)
	default:
		d.scalar(n, v, standIn)
	}
}

// structure reads a mapping with known keys.
func (d *document) structure(n ast.Node, v reflect.Value, path string) {
	given := map[string]*ast.MappingValueNode{}
	for key, pair := range d.pairs(n, "keys: "+strings.Join(keysOf(v.Type()), ", ")) {
		if slices.Contains(keysOf(v.Type()), key) {
			given[key] = pair
			d.places[join(path, key)] = at(pair.Key)
			continue
		}
		d.add(at(pair.Key), "unknown key %q%s", key, suggest(key, keysOf(v.Type())))
	}
	for i := range v.NumField() {
		f := v.Type().Field(i)
		key := f.Tag.Get("yaml")
		pair := given[key]
		if pair == nil {
			if f.Tag.Get("required") == "true" {
				d.problem(strings.Split(path, "/"), "%q is missing", key)
			}
			d.value(nil, v.Field(i), join(path, key), f.Tag.Get("default"))
			continue
		}
		if _, null := pair.Value.(*ast.NullNode); null {
			d.add(at(pair.Key), "%q has no value", key)
			d.value(nil, v.Field(i), join(path, key), f.Tag.Get("default"))
			continue
		}
		d.value(pair.Value, v.Field(i), join(path, key), "")
		d.choose(pair.Value, v.Field(i), f.Tag.Get("choices"))
	}
}

// choose holds a text, or the texts of a map, against the choices of its tag.
func (d *document) choose(n ast.Node, v reflect.Value, choices string) {
	if choices == "" {
		return
	}
	allowed := strings.Fields(choices)
	wrong := func(n ast.Node, got string) {
		if got != "" && !slices.Contains(allowed, got) {
			d.add(at(n), "%q is not one of %s%s", got, strings.Join(allowed, ", "), didYouMean(got, allowed))
		}
	}
	if v.Kind() == reflect.String {
		wrong(n, v.String())
		return
	}
	for key, pair := range d.pairs(n, "") {
		wrong(pair.Value, v.MapIndex(reflect.ValueOf(key)).String())
	}
}

// mapping reads a mapping whose keys are names that people chose.
func (d *document) mapping(n ast.Node, v reflect.Value, path string) {
	if n == nil {
		return
	}
	v.Set(reflect.MakeMap(v.Type()))
	for key, pair := range d.pairs(n, "names, each with its value") {
		d.places[join(path, key)] = at(pair.Key)
		one := reflect.New(v.Type().Elem()).Elem()
		d.value(pair.Value, one, join(path, key), "")
		v.SetMapIndex(reflect.ValueOf(key), one)
	}
}

// pairs gives the pairs of a mapping in their order; anything else is a problem.
func (d *document) pairs(n ast.Node, want string) func(func(string, *ast.MappingValueNode) bool) {
	var values []*ast.MappingValueNode
	switch n := n.(type) {
	case nil:
	case *ast.NullNode:
	case *ast.MappingNode:
		values = n.Values
	case *ast.MappingValueNode:
		values = []*ast.MappingValueNode{n}
	default:
		d.add(at(n), "want %s", want)
	}
	return func(yield func(string, *ast.MappingValueNode) bool) {
		for _, pair := range values {
			key, ok := text(pair.Key)
			if !ok {
				d.add(at(pair.Key), "keys are plain words")
				continue
			}
			if !yield(key, pair) {
				return
			}
		}
	}
}

func (d *document) sequence(n ast.Node, v reflect.Value, path string) {
	if n == nil {
		return
	}
	seq, ok := n.(*ast.SequenceNode)
	if !ok {
		d.add(at(n), "want a list: [a, b], or lines that begin with \"- \"")
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), len(seq.Values), len(seq.Values)))
	for i, one := range seq.Values {
		d.value(one, v.Index(i), join(path, strconv.Itoa(i)), "")
	}
}

// scalar reads one word, number or text.
func (d *document) scalar(n ast.Node, v reflect.Value, standIn string) {
	s, where := standIn, place{}
	if n != nil {
		var ok bool
		if s, ok = text(n); !ok {
			d.add(at(n), "want a single value")
			return
		}
		where = at(n)
	} else if s == "" {
		return
	}
	if err := parse(s, v); err != nil {
		d.add(where, "%v", err)
	}
}

// text is a scalar as it is written.
func text(n ast.Node) (string, bool) {
	switch n := n.(type) {
	case *ast.StringNode:
		return n.Value, true
	case *ast.LiteralNode:
		return n.Value.Value, true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		return n.GetToken().Value, true
	case *ast.MappingNode:
		return glued(n)
	}
	return "", false
}

// glued puts together what the YAML library takes apart: in a list within
// braces, { keys: [file:acme.pub] }, it reads file:acme.pub as a mapping,
// although no space follows the colon (YAML 1.2.2, 7.3.3).
func glued(n *ast.MappingNode) (string, bool) {
	if len(n.Values) != 1 || n.GetToken().Value != ":" {
		return "", false
	}
	pair := n.Values[0]
	colon, value := pair.GetToken().Position, pair.Value.GetToken()
	if value.Position == nil || colon.Line != value.Position.Line || colon.Column+1 != value.Position.Column {
		return "", false
	}
	before, ok := text(pair.Key)
	after, ok2 := text(pair.Value)
	return before + ":" + after, ok && ok2
}

// parse sets v to what s says.
func parse(s string, v reflect.Value) error {
	switch p := v.Addr().Interface().(type) {
	case encoding.TextUnmarshaler:
		return p.UnmarshalText([]byte(s))
	case *time.Duration:
		d, err := time.ParseDuration(s)
		if err != nil || d <= 0 {
			return fmt.Errorf("%q is no duration; write 500ms, 30s, 10m or 4h", s)
		}
		*p = d
	case *string:
		*p = s
	case *int:
		n, err := strconv.Atoi(s)
		if err != nil || n < 0 {
			return fmt.Errorf("%q is no number from 0", s)
		}
		*p = n
	case *bool:
		b, err := strconv.ParseBool(s)
		if err != nil || s != "true" && s != "false" {
			return fmt.Errorf("%q is neither true nor false", s)
		}
		*p = b
	default:
		return fmt.Errorf("no value of this kind can be written: %s", v.Type())
	}
	return nil
}

// keysOf are the keys of a struct, in the order of its fields.
func keysOf(t reflect.Type) []string {
	keys := make([]string, t.NumField())
	for i := range keys {
		keys[i] = t.Field(i).Tag.Get("yaml")
	}
	return keys
}

func join(path, step string) string {
	if path == "" {
		return step
	}
	return path + "/" + step
}

// suggest names the key that was probably meant, or all that are known.
func suggest(got string, known []string) string {
	if s := didYouMean(got, known); s != "" {
		return s
	}
	return "; known here: " + strings.Join(known, ", ")
}

func didYouMean(got string, known []string) string {
	best, least := "", 3
	for _, k := range known {
		if n := distance(strings.ToLower(got), strings.ToLower(k)); n < least && n < len(k) {
			best, least = k, n
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean %q?", best)
}

// distance is Levenshtein's: how many letters to change, add or drop.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		before := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := before
			if a[i] != b[j] {
				cost++
			}
			before = row[j+1]
			row[j+1] = min(cost, row[j+1]+1, row[j]+1)
		}
	}
	return row[len(b)]
}
