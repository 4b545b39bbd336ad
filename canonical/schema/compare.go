package schema

import (
	"encoding/json"
	"fmt"
	"slices"
)

// maxCompared bounds the depth of [Compare]: deeper than any path of definitions
// that does not come back to itself.
const maxCompared = 32

// node is what [Compare] looks at of a schema.
type node struct {
	Ref         string           `json:"$ref"`
	Type        string           `json:"type"`
	Const       any              `json:"const"`
	Pattern     string           `json:"pattern"`
	Format      string           `json:"format"`
	Key         string           `json:"x-key"`
	Properties  map[string]*node `json:"properties"`
	Required    []string         `json:"required"`
	Items       *node            `json:"items"`
	Additional  json.RawMessage  `json:"additionalProperties"`
	Definitions map[string]*node `json:"$defs"`
}

// Compare says where schema next breaks what consumers and senders of schema old
// rely on: a member that is gone or has another type, pattern, or constant; a
// member that is required now and was not, or was and is not. Members that are
// added break nothing. A place is a path of member names: "/lines[]/quantity".
func Compare(old, next []byte) ([]string, error) {
	var a, b node
	if err := json.Unmarshal(old, &a); err != nil {
		return nil, fmt.Errorf("schema: the old one: %w", err)
	}
	if err := json.Unmarshal(next, &b); err != nil {
		return nil, fmt.Errorf("schema: the new one: %w", err)
	}
	c := comparison{old: a.Definitions, next: b.Definitions, seen: map[string]bool{}}
	c.compare(&a, &b, "", 0)
	return c.breaks, nil
}

type comparison struct {
	old, next map[string]*node
	seen      map[string]bool // pairs of definitions
	breaks    []string
}

func (c *comparison) broken(at, format string, args ...any) {
	if at == "" {
		at = "/"
	}
	c.breaks = append(c.breaks, at+": "+fmt.Sprintf(format, args...))
}

func (c *comparison) compare(a, b *node, at string, depth int) {
	if a.Ref != "" || b.Ref != "" {
		pair := a.Ref + " " + b.Ref
		if c.seen[pair] || depth > maxCompared {
			return
		}
		c.seen[pair] = true
	}
	a, b = resolve(a, c.old), resolve(b, c.next)
	if a == nil || b == nil {
		c.broken(at, "refers to a definition that is not there")
		return
	}
	for _, f := range []struct{ what, old, next string }{
		{"type", a.Type, b.Type}, {"pattern", a.Pattern, b.Pattern}, {"format", a.Format, b.Format},
		{"constant", fmt.Sprint(a.Const), fmt.Sprint(b.Const)}, {"key", a.Key, b.Key},
		{"additionalProperties", string(a.Additional), string(b.Additional)},
	} {
		if f.old != f.next {
			c.broken(at, "%s was %q, is %q", f.what, f.old, f.next)
		}
	}
	for _, name := range sortedNames(a.Properties) {
		if q := b.Properties[name]; q != nil {
			c.compare(a.Properties[name], q, at+"/"+name, depth+1)
		} else {
			c.broken(at+"/"+name, "is gone")
		}
	}
	for _, name := range b.Required {
		if !slices.Contains(a.Required, name) {
			c.broken(at+"/"+name, "is required now")
		}
	}
	for _, name := range a.Required {
		if !slices.Contains(b.Required, name) {
			c.broken(at+"/"+name, "is not required any more")
		}
	}
	if a.Items != nil && b.Items != nil {
		c.compare(a.Items, b.Items, at+"[]", depth+1)
	}
}

func resolve(n *node, defs map[string]*node) *node {
	if n.Ref == "" {
		return n
	}
	const prefix = "#/$defs/"
	if len(n.Ref) <= len(prefix) {
		return nil
	}
	return defs[n.Ref[len(prefix):]]
}

func sortedNames(m map[string]*node) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
