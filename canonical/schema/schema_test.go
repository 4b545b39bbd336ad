package schema

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/edibridge/edibridge/canonical"
)

// compiled is a schema as another implementation reads it.
func compiled(t testing.TB, text []byte) *jsonschema.Schema {
	t.Helper()
	return compiler(t, text)("")
}

// compiler gives the parts of a schema: "#/$defs/Party", "" for all of it.
func compiler(t testing.TB, text []byte) func(part string) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	id := doc.(map[string]any)["$id"].(string)
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource(id, doc); err != nil {
		t.Fatal(err)
	}
	return func(part string) *jsonschema.Schema {
		t.Helper()
		s, err := c.Compile(id + part)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
}

// refusal is why a schema refuses a text, nil if it does not.
func refusal(t testing.TB, s interface{ Validate(v any) error }, text string) error {
	t.Helper()
	v, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return s.Validate(v)
}

func both(t testing.TB, kind string) (open, closed []byte) {
	t.Helper()
	open, err := For(kind)
	if err != nil {
		t.Fatal(err)
	}
	if closed, err = Intake(kind); err != nil {
		t.Fatal(err)
	}
	return open, closed
}

// sampler makes an instance of a schema: every member, one of each array.
type sampler struct{ defs map[string]any }

func (s *sampler) sample(n map[string]any, depth int) any {
	if ref, ok := n["$ref"].(string); ok {
		switch name := strings.TrimPrefix(ref, "#/$defs/"); name {
		case "Decimal":
			return "-12.50"
		case "Date":
			return "2026-11-23T09:30"
		default:
			return s.sample(s.defs[name].(map[string]any), depth+1)
		}
	}
	if c, ok := n["const"]; ok {
		return c
	}
	switch n["type"] {
	case "object":
		return s.object(n, depth)
	case "array":
		if depth > 6 {
			return []any{}
		}
		return []any{s.sample(n["items"].(map[string]any), depth+1)}
	case "integer":
		return 1
	case "boolean":
		return true
	}
	if n["format"] == "date-time" {
		return "2026-11-23T09:30:00Z"
	}
	return "x"
}

func (s *sampler) object(n map[string]any, depth int) map[string]any {
	o := map[string]any{}
	props, _ := n["properties"].(map[string]any)
	for name, p := range props {
		o[name] = s.sample(p.(map[string]any), depth)
	}
	if props == nil && n["additionalProperties"] != nil {
		o["a name"] = "x"
	}
	return o
}

func sampleOf(t testing.TB, text []byte) string {
	t.Helper()
	var root map[string]any
	if err := json.Unmarshal(text, &root); err != nil {
		t.Fatal(err)
	}
	s := sampler{defs: root["$defs"].(map[string]any)}
	line, err := json.Marshal(s.object(root, 0))
	if err != nil {
		t.Fatal(err)
	}
	return string(line)
}

// TestSchemasAndTypesAgree: what a schema allows, with every member that it has,
// the type takes; and what the type writes, both schemas allow.
func TestSchemasAndTypesAgree(t *testing.T) {
	for _, kind := range canonical.Kinds() {
		open, closed := both(t, kind)
		o, c := compiled(t, open), compiled(t, closed)
		for _, text := range []string{sampleOf(t, open), sampleOf(t, closed)} {
			if err := refusal(t, c, text); err != nil {
				t.Errorf("%s: the sample\n%s\nis refused: %v", kind, text, err)
			}
			doc, res, err := canonical.DecodeWithResidue([]byte(text))
			if err != nil {
				t.Fatalf("%s: %v\n%s", kind, err, text)
			}
			line, err := canonical.Encode(doc, map[string]any{"/kind": 1}, res)
			if err != nil {
				t.Fatal(err)
			}
			for which, s := range map[string]*jsonschema.Schema{"open": o, "closed": c} {
				if err := refusal(t, s, string(line)); err != nil {
					t.Errorf("%s, %s: what the type writes is refused: %v\n%s", kind, which, err, line)
				}
			}
		}
	}
}

// TestRefuses: what each kind's schemas must refuse, and what only one does.
func TestRefuses(t *testing.T) {
	for _, kind := range canonical.Kinds() {
		open, closed := both(t, kind)
		o, c := compiled(t, open), compiled(t, closed)
		key := keyMember(t, closed)
		for _, x := range []struct {
			text         string
			open, closed bool // passes
		}{
			{`{"kind":"` + kind + `","schemaVersion":"1"` + key + `}`, true, true},
			{`{"kind":"` + kind + `"` + key + `}`, false, true},
			{`{"kind":"` + kind + `","schemaVersion":"1"}`, true, key == ""},
			{`{"schemaVersion":"1"` + key + `}`, false, false},
			{`{"kind":"odour","schemaVersion":"1"` + key + `}`, false, false},
			{`{"kind":"` + kind + `","schemaVersion":"2"` + key + `}`, false, false},
			{`{"kind":"` + kind + `","schemaVersion":1` + key + `}`, false, false},
			{`{"kind":"` + kind + `","schemaVersion":"1","poNummer":"1"` + key + `}`, true, false},
			{`{"kind":"` + kind + `","schemaVersion":"1","controls":{"isa":"1"}` + key + `}`, true, false},
			{`{"kind":"` + kind + `","schemaVersion":"1","controls":{"group":1}` + key + `}`, false, false},
			{`{"kind":"` + kind + `","schemaVersion":"1","ext":{"a":"b"}` + key + `}`, true, true},
			{`{"kind":"` + kind + `","schemaVersion":"1","ext":{"a":1}` + key + `}`, false, false},
			{`{"kind":"` + kind + `","schemaVersion":"1","receivedAt":"yesterday"` + key + `}`, false, false},
			{`[]`, false, false},
		} {
			if err := refusal(t, o, x.text); (err == nil) != x.open {
				t.Errorf("open %s\n got %v\nwant passes %t", x.text, err, x.open)
			}
			if err := refusal(t, c, x.text); (err == nil) != x.closed {
				t.Errorf("closed %s\n got %v\nwant passes %t", x.text, err, x.closed)
			}
		}
	}
}

// keyMember is the member that a document to be taken must have, as text to add.
func keyMember(t *testing.T, closed []byte) string {
	t.Helper()
	var root struct {
		Required []string `json:"required"`
	}
	if err := json.Unmarshal(closed, &root); err != nil {
		t.Fatal(err)
	}
	text := ""
	for _, name := range root.Required {
		if name != "kind" {
			text += `,"` + name + `":"4711"`
		}
	}
	return text
}

// TestEachMemberHasItsType: in every part of every kind, each member with a value
// of another type is refused: a number for a decimal, an object for an array.
func TestEachMemberHasItsType(t *testing.T) {
	seen, checked := map[string]bool{}, 0
	for _, kind := range canonical.Kinds() {
		_, text := both(t, kind)
		var root node
		if err := json.Unmarshal(text, &root); err != nil {
			t.Fatal(err)
		}
		root.Definitions[""] = &root
		at := compiler(t, text)
		for name, def := range root.Definitions {
			if name != "" && seen[name] || def.Properties == nil {
				continue
			}
			seen[name] = true
			part := ""
			if name != "" {
				part = "#/$defs/" + name
			}
			s := at(part)
			for _, member := range sortedNames(def.Properties) {
				wrong := "1"
				if def.Properties[member].Type == "integer" {
					wrong = `"1"`
				}
				checked++
				if err := refusal(t, s, fmt.Sprintf(`{%q:%s}`, member, wrong)); err == nil || !strings.Contains(err.Error(), "/"+member) {
					t.Errorf("%s %s: {%q:%s}\n got %v\nwant it refused", kind, name, member, wrong, err)
				}
			}
		}
	}
	if checked < 1000 {
		t.Errorf("%d members were checked", checked)
	}
}

// TestValuePatterns: the patterns of numbers and dates take what the types take.
func TestValuePatterns(t *testing.T) {
	text, err := For(canonical.KindOrder)
	if err != nil {
		t.Fatal(err)
	}
	part := compiler(t, text)
	decimal, date := part("#/$defs/Decimal"), part("#/$defs/Date")
	for _, s := range []string{"0", "1.50", "-0.50", "007", "-", ".", ".5", "5.", "+5", "1e5", "1,5", " 1", "1.5.0"} {
		if got, want := refusal(t, decimal, `"`+s+`"`) == nil, canonical.Decimal(s).Valid(); got != want {
			t.Errorf("decimal %q passes\n got %t\nwant %t", s, got, want)
		}
	}
	for _, s := range []string{"2026", "2026-11", "2026-W47", "2026-11-23", "2026-11-23T09:30", "2026-11-23T09:30:15.25", "2026-11-23T09:30:00Z",
		"2026-11-23T09:30-05:00", "T09:30", "20261123", "2026-11-23T", "2026-11-23 09:30", "T", "09:30", "2026-", "26-11-23"} {
		if got, want := refusal(t, date, `"`+s+`"`) == nil, canonical.Date(s).Valid(); got != want {
			t.Errorf("date %q passes\n got %t\nwant %t", s, got, want)
		}
	}
}

// TestDescribed: every member of every document has a description, so that nobody
// has to read Go to know what it is.
func TestDescribed(t *testing.T) {
	for _, kind := range canonical.Kinds() {
		text, err := For(kind)
		if err != nil {
			t.Fatal(err)
		}
		var root map[string]any
		if err := json.Unmarshal(text, &root); err != nil {
			t.Fatal(err)
		}
		parts := root["$defs"].(map[string]any)
		parts[kind] = root
		for name, part := range parts {
			p := part.(map[string]any)
			if p["description"] == "" {
				t.Errorf("%s has no description", name)
			}
			props, _ := p["properties"].(map[string]any)
			for member, v := range props {
				if v.(map[string]any)["description"] == nil {
					t.Errorf("%s.%s has no description", name, member)
				}
			}
		}
	}
}

// TestUniqueNames: a definition is named after its type alone.
func TestUniqueNames(t *testing.T) {
	byName := map[string]reflect.Type{}
	var walk func(rt reflect.Type)
	walk = func(rt reflect.Type) {
		for rt.Kind() == reflect.Slice || rt.Kind() == reflect.Pointer || rt.Kind() == reflect.Map {
			rt = rt.Elem()
		}
		if rt.Kind() != reflect.Struct || byName[rt.Name()] == rt {
			return
		}
		if other := byName[rt.Name()]; other != nil || rt.Name() == "" {
			t.Errorf("%v and %v have one name", rt, other)
		}
		byName[rt.Name()] = rt
		for i := range rt.NumField() {
			walk(rt.Field(i).Type)
		}
	}
	for _, kind := range canonical.Kinds() {
		walk(reflect.TypeOf(canonical.New(kind)))
	}
	walk(reflect.TypeFor[canonical.Event]())
}

func TestUnknownKind(t *testing.T) {
	if _, err := For("odour"); err == nil || !strings.Contains(err.Error(), `unknown kind "odour" (there is: order `) {
		t.Errorf("For: %v", err)
	}
	if _, err := Intake(""); err == nil {
		t.Error("Intake of no kind")
	}
}
