package schema

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/edibridge/edibridge/canonical"
)

func asyncDocument(t *testing.T) map[string]any {
	t.Helper()
	text, err := AsyncAPI()
	if err != nil {
		t.Fatal(err)
	}
	var v map[string]any
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// find follows a reference within a document; nil when it leads nowhere.
func find(root map[string]any, ref string) any {
	var v any = root
	for _, name := range strings.Split(strings.TrimPrefix(ref, "#/"), "/") {
		m, _ := v.(map[string]any)
		v = m[name]
	}
	return v
}

// TestAsyncAPIStructure: the members that AsyncAPI 3.0.0 requires are there, every
// reference leads somewhere, and every operation's messages are its channel's.
func TestAsyncAPIStructure(t *testing.T) {
	root := asyncDocument(t)
	if root["asyncapi"] != "3.0.0" {
		t.Errorf("asyncapi: %v", root["asyncapi"])
	}
	info := root["info"].(map[string]any)
	if info["title"] == "" || info["version"] == "" {
		t.Errorf("info: %v", info)
	}
	refs := 0
	var walk func(v any, at string)
	walk = func(v any, at string) {
		switch v := v.(type) {
		case map[string]any:
			if ref, ok := v["$ref"].(string); ok {
				refs++
				if find(root, ref) == nil {
					t.Errorf("%s: %s leads nowhere", at, ref)
				}
			}
			for name, x := range v {
				walk(x, at+"/"+name)
			}
		case []any:
			for _, x := range v {
				walk(x, at)
			}
		}
	}
	walk(root, "")
	channels, operations := root["channels"].(map[string]any), root["operations"].(map[string]any)
	if len(channels) < len(canonical.Kinds()) || len(operations) != len(channels) || refs < 1000 {
		t.Errorf("%d channels, %d operations, %d references", len(channels), len(operations), refs)
	}
	for name, v := range operations {
		op := v.(map[string]any)
		channel := op["channel"].(map[string]any)["$ref"].(string)
		if op["action"] != "send" || len(op["messages"].([]any)) == 0 {
			t.Errorf("%s: %v", name, op)
		}
		for _, m := range op["messages"].([]any) {
			if ref := m.(map[string]any)["$ref"].(string); !strings.HasPrefix(ref, channel+"/messages/") {
				t.Errorf("%s: message %s is not of its channel %s", name, ref, channel)
			}
		}
	}
}

// TestAsyncAPIHasEveryType: every event type has its message, and no other has one.
func TestAsyncAPIHasEveryType(t *testing.T) {
	var want []string
	for _, kind := range canonical.Kinds() {
		want = append(want, canonical.EventTypes(kind)...)
	}
	for _, l := range canonical.LifeCycleTypes() {
		want = append(want, l.Type)
	}
	want = append(want, canonical.BridgeEventTypes()...)
	var got []string
	for _, m := range asyncDocument(t)["components"].(map[string]any)["messages"].(map[string]any) {
		got = append(got, m.(map[string]any)["name"].(string))
	}
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("messages\n got %v\nwant %v", got, want)
	}
	if !slices.Equal(got, slices.Compact(slices.Clone(got))) {
		t.Error("a type has two messages")
	}
}

// TestEventsValidate: an event of every kind is what its message says, and one
// with another type or other data is not.
func TestEventsValidate(t *testing.T) {
	root := asyncDocument(t)
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("mem:asyncapi", any(root)); err != nil {
		t.Fatal(err)
	}
	for _, kind := range canonical.Kinds() {
		doc := canonical.New(kind)
		doc.Derive()
		data, err := json.Marshal(doc)
		if err != nil {
			t.Fatal(err)
		}
		ev := canonical.NewEvent(canonical.EventSource{Partner: "acme", Agreement: "orders", DocumentID: "d", Mode: "production",
			Type: canonical.EventType(doc), Subject: kind + "/1", DataSchema: canonical.SchemaURI(kind)}, data)
		line, err := json.Marshal(ev)
		if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimSuffix(strings.TrimPrefix(ev.Type, "edibridge."), ".v1")
		s, err := c.Compile("mem:asyncapi#/components/messages/" + name + "/payload")
		if err != nil {
			t.Fatal(err)
		}
		if err := refusal(t, s, string(line)); err != nil {
			t.Errorf("%s\n got %v\nwant it to pass", line, err)
		}
		for _, wrong := range []string{
			strings.Replace(string(line), ev.Type, "edibridge.odour.received.v1", 1),
			strings.Replace(string(line), `"kind":"`+kind, `"kind":"odour`, 1),
			strings.Replace(string(line), `"id":"`, `"ids":"`, 1),
		} {
			if refusal(t, s, wrong) == nil {
				t.Errorf("%s\n passes", wrong)
			}
		}
	}
}
