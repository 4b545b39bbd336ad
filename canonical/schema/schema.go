package schema

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/edibridge/edibridge/canonical"
)

//go:generate go run ./generate

// descriptions has a line "TYPE\tTEXT" for each type and "TYPE.FIELD\tTEXT" for
// each of its fields.
//
//go:embed descriptions.txt
var descriptions string

const dialect = "https://json-schema.org/draft/2020-12/schema"

// For gives the schema of the documents of a kind that the bridge writes, open to
// members that it does not know. Its $id is [canonical.SchemaURI]. The error names
// a kind that does not exist.
func For(kind string) ([]byte, error) {
	return document(kind, false, canonical.SchemaURI(kind))
}

// Intake gives the schema of the documents of a kind that the bridge takes, closed
// to members that it does not know. The error names a kind that does not exist.
func Intake(kind string) ([]byte, error) {
	return document(kind, true, strings.TrimSuffix(canonical.SchemaURI(kind), ".json")+"-intake.json")
}

func document(kind string, closed bool, id string) ([]byte, error) {
	doc := canonical.New(kind)
	if doc == nil {
		return nil, fmt.Errorf("schema: unknown kind %q (there is: %s)", kind, strings.Join(canonical.Kinds(), " "))
	}
	b := newBuilder(closed, "#/$defs/")
	root := object{{"$schema", dialect}, {"$id", id}, {"title", reflect.TypeOf(doc).Elem().Name()}}
	root = append(root, b.document(doc)...)
	root = append(root, member{"$defs", b.defs})
	return encode(root)
}

func encode(o object) ([]byte, error) {
	line, err := json.Marshal(o)
	if err != nil {
		return nil, fmt.Errorf("schema: %w", err)
	}
	var out bytes.Buffer
	if err := json.Indent(&out, line, "", "  "); err != nil {
		return nil, fmt.Errorf("schema: %w", err)
	}
	out.WriteByte('\n')
	return out.Bytes(), nil
}

// object is a JSON object whose members keep their order.
type object []member

type member struct {
	name  string
	value any
}

// MarshalJSON writes the members in order.
func (o object) MarshalJSON() ([]byte, error) {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	out.WriteByte('{')
	for i, m := range o {
		if i > 0 {
			out.WriteByte(',')
		}
		if err := e.Encode(m.name); err != nil {
			return nil, err
		}
		out.WriteByte(':')
		if err := e.Encode(m.value); err != nil {
			return nil, err
		}
	}
	out.WriteByte('}')
	return out.Bytes(), nil
}

// builder makes schemas of types; structs become definitions.
type builder struct {
	closed bool
	prefix string // of a reference to a definition
	words  map[string]string
	defs   object
	known  map[string]bool
}

func newBuilder(closed bool, prefix string) *builder {
	b := &builder{closed: closed, prefix: prefix, words: map[string]string{}, known: map[string]bool{}}
	for row := range strings.Lines(descriptions) {
		name, text, _ := strings.Cut(strings.TrimSuffix(row, "\n"), "\t")
		b.words[name] = text
	}
	return b
}

// document is the schema of a kind's documents, with what "edibridge map" adds.
func (b *builder) document(doc canonical.Document) object {
	t := reflect.TypeOf(doc).Elem()
	props, required := b.fields(t)
	for i := range props {
		switch props[i].name {
		case "kind":
			props[i].value = append(object{{"const", doc.Kind()}}, props[i].value.(object)...)
		case "schemaVersion":
			props[i].value = append(object{{"const", canonical.SchemaVersion}}, props[i].value.(object)...)
		}
	}
	added, _ := b.fields(reflect.TypeFor[canonical.Residue]())
	props = append(props, member{"lineage", object{{"description", "Where each value came from, by its JSON Pointer (edibridge map --lineage)."}, {"type", "object"}}})
	props = append(props, added...)
	return b.object(b.words[t.Name()], props, required)
}

func (b *builder) object(text string, props object, required []string) object {
	o := object{{"description", text}, {"type", "object"}, {"properties", props}}
	if len(required) > 0 {
		o = append(o, member{"required", required})
	}
	if b.closed {
		o = append(o, member{"additionalProperties", false})
	}
	return o
}

// fields are the properties of a struct, those of embedded ones among them.
func (b *builder) fields(t reflect.Type) (props object, required []string) {
	for i := range t.NumField() {
		f := t.Field(i)
		tag := f.Tag.Get("json")
		if f.Anonymous && tag == "" {
			p, r := b.fields(f.Type)
			props, required = append(props, p...), append(required, r...)
			continue
		}
		name, options, _ := strings.Cut(tag, ",")
		var s object
		if text := b.words[t.Name()+"."+f.Name]; text != "" {
			s = object{{"description", text}}
		}
		s = append(s, b.schema(f.Type)...)
		if name == "receivedAt" {
			s = append(s, member{"format", "date-time"})
		}
		if key := f.Tag.Get("key"); key != "" {
			s = append(s, member{"x-key", key})
		}
		props = append(props, member{name, s})
		if b.requires(name, options, f.Tag.Get("schema")) {
			required = append(required, name)
		}
	}
	return props, required
}

// requires reports whether a member must be there: in what we write, what is
// always written; in what we take, what names the document.
func (b *builder) requires(name, options, tag string) bool {
	if b.closed && name == "schemaVersion" {
		return false
	}
	return options == "" || b.closed && tag == "key"
}

// schema is the schema of a value of a type.
func (b *builder) schema(t reflect.Type) object {
	switch t {
	case reflect.TypeFor[canonical.Decimal]():
		b.define("Decimal", object{{"description", b.words["Decimal"]}, {"type", "string"}, {"pattern", `^-?[0-9]+(\.[0-9]+)?$`}})
		return b.ref("Decimal")
	case reflect.TypeFor[canonical.Date]():
		const clock = `T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?(Z|[+-][0-9]{2}:[0-9]{2})?`
		b.define("Date", object{{"description", b.words["Date"]}, {"type", "string"},
			{"pattern", `^([0-9]{4}(-[0-9]{2}|-W[0-9]{2})?|[0-9]{4}-[0-9]{2}-[0-9]{2}(` + clock + `)?|` + clock + `)$`}})
		return b.ref("Date")
	case reflect.TypeFor[time.Time]():
		return object{{"type", "string"}, {"format", "date-time"}}
	case reflect.TypeFor[json.RawMessage]():
		return nil
	}
	switch t.Kind() {
	case reflect.Pointer:
		return b.schema(t.Elem())
	case reflect.Slice:
		return object{{"type", "array"}, {"items", b.schema(t.Elem())}}
	case reflect.Map:
		return object{{"type", "object"}, {"additionalProperties", b.schema(t.Elem())}}
	case reflect.Struct:
		return b.structure(t)
	case reflect.Bool:
		return object{{"type", "boolean"}}
	case reflect.Int, reflect.Int64:
		return object{{"type", "integer"}}
	}
	return object{{"type", "string"}}
}

func (b *builder) structure(t reflect.Type) object {
	if !b.known[t.Name()] {
		b.known[t.Name()] = true // before its fields: a level has levels
		props, required := b.fields(t)
		b.defs = append(b.defs, member{t.Name(), b.object(b.words[t.Name()], props, required)})
	}
	return b.ref(t.Name())
}

func (b *builder) define(name string, o object) {
	if !b.known[name] {
		b.known[name] = true
		b.defs = append(b.defs, member{name, o})
	}
}

func (b *builder) ref(name string) object { return object{{"$ref", b.prefix + name}} }
