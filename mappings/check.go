package mappings

import (
	"slices"
	"strings"

	"github.com/edibridge/edibridge/edi/guide"
)

// Check holds the table against a guide: segments and loops that the guide does
// not have where the table has them, segments in another order, and qualifiers
// read from another element. The error is [Errors].
func (m *Mapping) Check(g *guide.Guide) error {
	c := checker{g: g, position: map[string][]int{}, below: map[string][]string{}}
	for i, l := range g.Lines() {
		if strings.ContainsAny(l.Place, ":[") {
			continue
		}
		c.position[l.Place] = append(c.position[l.Place], i)
		if len(c.position[l.Place]) > 1 {
			continue
		}
		around, tag := "", l.Place
		if at := strings.LastIndexByte(l.Place, '/'); at >= 0 {
			around, tag = l.Place[:at], l.Place[at+1:]
		}
		c.below[around] = append(c.below[around], tag)
	}
	c.kids(m.plan().root, "")
	return c.probs.err()
}

type checker struct {
	g        *guide.Guide
	position map[string][]int    // by place: "PO1/PID"
	below    map[string][]string // by place: tags that stand there
	probs    problems
}

func (c *checker) kids(b *block, place string) {
	prefix := place
	if prefix != "" {
		prefix += "/"
	}
	last, before := -1, ""
	for _, k := range b.kids {
		at, ok := c.at(prefix, k)
		if !ok {
			c.probs.add(k.at, 1, "%s has no segment %s in %q (it has: %s)", c.g.Name(), k.tag, place, list(c.below[place]))
			continue
		}
		if at < last {
			c.probs.add(k.at, 1, "%s stands before %s in %s: put its row there, or say where with \"after\"", k.tag, before, c.g.Name())
		}
		last, before = at, k.tag
		if e, comp := c.g.QualifierPlace(k.tag); k.qualifier != "" && !same(spot{element: e, component: comp}, k.qual) {
			c.probs.add(k.at, 1, "%s:%s: the qualifier is read from element %d, %s has it in %d", k.tag, k.qualifier, k.qual.element, c.g.Name(), e)
		}
		c.kids(k, prefix+k.tag)
	}
}

// at is the line of a block's place: the first, or the first behind the segment
// behind which the block stands.
func (c *checker) at(prefix string, k *block) (int, bool) {
	lines, from := c.position[prefix+k.tag], -1
	if k.past > 0 {
		i := slices.IndexFunc(c.below[strings.TrimSuffix(prefix, "/")], func(tag string) bool { return tagKey(tag) == k.past })
		if i < 0 {
			return 0, false
		}
		from = c.position[prefix+c.below[strings.TrimSuffix(prefix, "/")][i]][0]
	}
	for _, at := range lines {
		if at > from {
			return at, true
		}
	}
	return 0, false
}
