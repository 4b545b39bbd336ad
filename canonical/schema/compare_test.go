package schema

import (
	"encoding/json"
	"flag"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/edibridge/edibridge/canonical"
)

// publish writes the schemas as published: done once a release, by hand.
var publish = flag.Bool("publish", false, "write testdata/published from the schemas as they are")

// library is the schemas of a profile in one file: what the kinds are, and once
// the parts that they share.
type library struct {
	Kinds       map[string]map[string]any `json:"kinds"`
	Definitions map[string]any            `json:"$defs"`
}

func published(profile string) string {
	return filepath.Join("testdata", "published", "v"+canonical.SchemaVersion+"-"+profile+".json")
}

// shapes are the schemas as they are, words left out.
func shapes(t *testing.T, of func(string) ([]byte, error)) library {
	t.Helper()
	l := library{map[string]map[string]any{}, map[string]any{}}
	for _, kind := range canonical.Kinds() {
		text, err := of(kind)
		if err != nil {
			t.Fatal(err)
		}
		var root map[string]any
		if err := json.Unmarshal(text, &root); err != nil {
			t.Fatal(err)
		}
		silent(root)
		maps.Copy(l.Definitions, root["$defs"].(map[string]any))
		delete(root, "$defs")
		l.Kinds[kind] = root
	}
	return l
}

// whole is the schema of a kind with all parts.
func (l library) whole(t *testing.T, kind string) []byte {
	t.Helper()
	root := maps.Clone(l.Kinds[kind])
	root["$defs"] = l.Definitions
	text, err := json.Marshal(root)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// silent takes the descriptions out of a schema, not the members of this name.
func silent(v any) any {
	switch v := v.(type) {
	case map[string]any:
		if text, ok := v["description"].(string); ok && text != "" {
			delete(v, "description")
		}
		for _, x := range v {
			silent(x)
		}
	case []any:
		for _, x := range v {
			silent(x)
		}
	}
	return v
}

// TestCompatible holds the schemas against those that were published: within a
// version members are only added.
func TestCompatible(t *testing.T) {
	for profile, of := range map[string]func(string) ([]byte, error){"open": For, "intake": Intake} {
		now := shapes(t, of)
		if *publish {
			text, err := json.MarshalIndent(now, "", " ")
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(published(profile), append(text, '\n'), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		text, err := os.ReadFile(published(profile))
		if err != nil {
			t.Fatal(err)
		}
		var old library
		if err := json.Unmarshal(text, &old); err != nil {
			t.Fatal(err)
		}
		if len(old.Kinds) == 0 {
			t.Fatalf("%s has no schemas", published(profile))
		}
		for kind := range old.Kinds {
			if now.Kinds[kind] == nil {
				t.Errorf("the kind %s is gone", kind)
				continue
			}
			breaks, err := Compare(old.whole(t, kind), now.whole(t, kind))
			if err != nil {
				t.Fatal(err)
			}
			for _, b := range breaks {
				t.Errorf("%s, %s: %s", kind, profile, b)
			}
		}
	}
}

// TestCompare: what breaks a consumer is told with its place; what does not is not.
func TestCompare(t *testing.T) {
	const old = `{"type":"object","required":["kind"],"properties":{"kind":{"const":"order"},"poNumber":{"type":"string","x-key":"po"},
		"lines":{"type":"array","items":{"$ref":"#/$defs/Line"}}},"$defs":{"Line":{"type":"object","properties":{"price":{"$ref":"#/$defs/Decimal"},
		"lines":{"type":"array","items":{"$ref":"#/$defs/Line"}}}},"Decimal":{"type":"string","pattern":"^[0-9]+$"}}}`
	for _, c := range []struct{ replace, with, want string }{
		{"", "", ""},
		{`"poNumber":`, `"added":{"type":"string"},"poNumber":`, ""},
		{`"price":{"$ref":"#/$defs/Decimal"}`, `"price":{"$ref":"#/$defs/Decimal"},"added":{"$ref":"#/$defs/Line"}`, ""},
		{`"poNumber":{"type":"string","x-key":"po"}`, `"number":{"type":"string"}`, "/poNumber: is gone"},
		{`{"type":"string","x-key":"po"}`, `{"type":"integer","x-key":"po"}`, `/poNumber: type was "string", is "integer"`},
		{`"x-key":"po"`, `"x-key":"so"`, `/poNumber: key was "po", is "so"`},
		{`"const":"order"`, `"const":"purchaseOrder"`, `/kind: constant was "order", is "purchaseOrder"`},
		{`"^[0-9]+$"`, `"^[0-9]*$"`, `/lines[]/price: pattern was "^[0-9]+$", is "^[0-9]*$"`},
		{`["kind"]`, `["kind","poNumber"]`, "/poNumber: is required now"},
		{`["kind"]`, `[]`, "/kind: is not required any more"},
		{`{"type":"object","properties":{"price"`, `{"type":"object","additionalProperties":false,"properties":{"price"`, `/lines[]: additionalProperties was "", is "false"`},
		{`"items":{"$ref":"#/$defs/Line"}}},"$defs"`, `"items":{"$ref":"#/$defs/Row"}}},"$defs"`, "/lines[]: refers to a definition that is not there"},
	} {
		next := strings.Replace(old, c.replace, c.with, 1)
		if c.replace != "" && next == old {
			t.Fatalf("%q is not in the schema", c.replace)
		}
		got, err := Compare([]byte(old), []byte(next))
		if err != nil {
			t.Fatal(err)
		}
		if text := strings.Join(got, "; "); text != c.want {
			t.Errorf("%s -> %s\n got %q\nwant %q", c.replace, c.with, text, c.want)
		}
	}
	for _, c := range [][2]string{{"{", "{}"}, {"{}", "{"}} {
		if _, err := Compare([]byte(c[0]), []byte(c[1])); err == nil {
			t.Errorf("Compare(%s, %s): no error", c[0], c[1])
		}
	}
}
