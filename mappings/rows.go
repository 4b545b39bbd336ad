package mappings

import (
	"fmt"
	"slices"
	"strings"
)

// Row is one row of an effective table, as people read it.
type Row struct {
	Depth    int      // rows that it stands below
	Place    string   // "PO1", "PO106 PO107"; "-" for a constant
	Path     string   // of a member of the object around; "" for none
	Words    string   // what stands behind the path
	At       string   // "file:line"
	Layer    string   // name of the mapping whose row it is
	Replaced []string // rows whose place it took, "file:line (layer)", the nearest first
	// Members are the members that it fills, from the document: "lines[].ids[].scheme".
	Members []string
}

// String is the row as it would stand in a table.
func (r Row) String() string {
	text := strings.Repeat("  ", r.Depth) + r.Place
	if r.Path != "" {
		text = fmt.Sprintf("%-22s %s", text, r.Path)
	}
	if r.Words != "" {
		text = fmt.Sprintf("%-44s %s", text, r.Words)
	}
	return text
}

// Layers are the names of the tables that the mapping is made of, the lowest
// first.
func (m *Mapping) Layers() []string { return slices.Clone(m.table.layers) }

// Rows are the rows that hold, those of all layers, in the order of writing.
func (m *Mapping) Rows() []Row {
	l := lister{standard: m.standard}
	l.branch(m.table.root, 0, "")
	return l.rows
}

type lister struct {
	standard string
	rows     []Row
}

// branch lists the rows of a branch, below depth rows.
func (l *lister) branch(b *branch, depth int, around string) {
	for _, n := range b.fixed {
		l.node(n, "-", depth, around)
	}
	leaves := slices.Clone(b.leaves)
	slices.SortStableFunc(leaves, func(x, y *node) int { return x.places[0].pattern.Element - y.places[0].pattern.Element })
	for _, n := range leaves {
		l.node(n, "", depth, around)
		for _, kid := range n.kids {
			place := ""
			if kid.isFixed {
				place = "-"
			}
			own := *kid // a section of rows is of the layer that names it
			own.at.layer = n.at.layer
			l.node(&own, place, depth+1, joinPath(around, n.path))
		}
	}
	for _, k := range b.kids {
		r := Row{Depth: depth, Place: k.step.String(), Path: k.path, At: k.at.String(), Layer: k.at.layer}
		if k.node != nil {
			r.Words, r.Replaced = k.node.words(), places(k.node.replaced)
		}
		inside := around
		if k.path != "" {
			inside = joinPath(around, k.path)
			r.Members = []string{inside}
		}
		l.rows = append(l.rows, r)
		l.branch(k, depth+1, inside)
	}
}

func (l *lister) node(n *node, place string, depth int, around string) {
	r := Row{Depth: depth, Place: place, Path: n.path, Words: n.words(), At: n.at.String(), Layer: n.at.layer, Replaced: places(n.replaced)}
	if place == "" {
		texts := make([]string, len(n.places))
		for i, pl := range n.places {
			p := pl.pattern
			p.Steps = p.Steps[len(p.Steps)-1:]
			p.Steps = slices.Clone(p.Steps)
			p.Steps[0].Qualifier, p.Steps[0].Ordinal = "", 0
			texts[i] = p.String()
		}
		r.Place = strings.Join(texts, " ")
	}
	switch {
	case n.path == "":
	case n.conv == "pairs":
		r.Members = []string{joinPath(around, n.path) + ".scheme", joinPath(around, n.path) + ".value"}
	default:
		r.Members = []string{joinPath(around, n.path)}
	}
	l.rows = append(l.rows, r)
}

func joinPath(around, path string) string {
	if around == "" {
		return path
	}
	return around + "." + path
}

func places(nodes []*node) []string {
	var all []string
	for _, n := range nodes {
		all = append(all, fmt.Sprintf("%s (%s)", n.at, n.at.layer))
	}
	return all
}

// words is what stands behind the path of a row, as it was meant.
func (n *node) words() string {
	var b []string
	add := func(has bool, format string, args ...any) {
		if has {
			b = append(b, fmt.Sprintf(format, args...))
		}
	}
	add(n.isLiteral, "%q", n.literal)
	add(n.isFixed && n.expr == "", "%q", n.fixed)
	add(n.orElse, "default")
	add(n.conv != "", "%s", n.conv)
	for i, a := range n.args {
		add(a.quoted, "%q", a.text)
		add(!a.quoted && i >= 0, "%s", a.text)
	}
	add(n.numbered, "default number()")
	add(n.to > 0, "to %d", n.to)
	add(n.repeats, "repeats")
	add(n.past != "", "past %s", n.past)
	for i, pl := range n.tree {
		add(i == 0, "tree %s", pl.text)
		add(i > 0, "%s", pl.text)
	}
	add(n.key != "", "key %s", n.key)
	add(n.deflt != "", "default %q", n.deflt)
	add(n.assume != "", "assume %q", n.assume)
	add(n.inherit != "", "inherit %s", n.inherit)
	add(n.required, "required")
	add(n.alt, "else")
	for _, h := range n.wheres {
		add(true, "where %s %q", h.text, h.value)
	}
	add(n.when != "", "when %s", n.when)
	add(n.expr != "", "= %s", n.expr)
	return strings.Join(b, " ")
}

// Explain gives the rows that make a member, written as a path
// ("lines[].quantity.value") or as a JSON Pointer ("/lines/3/quantity/value"),
// and those that make what is in it.
func (m *Mapping) Explain(path string) []Row {
	want := path
	if strings.HasPrefix(path, "/") {
		var parts []string
		for name := range strings.SplitSeq(path[1:], "/") {
			if name != "" && digits(name) && len(parts) > 0 {
				parts[len(parts)-1] += "[]"
			} else {
				parts = append(parts, name)
			}
		}
		want = strings.Join(parts, ".")
	}
	plain := func(p string) string { return strings.ReplaceAll(p, "[]", "") }
	var found []Row
	for _, r := range m.Rows() {
		if slices.ContainsFunc(r.Members, func(member string) bool {
			return plain(member) == plain(want) || strings.HasPrefix(plain(member), plain(want)+".") || m.inTree(plain(member), plain(want))
		}) {
			found = append(found, r)
		}
	}
	return found
}

// inTree tells a member of a node that stands below others: levels.levels.qty is
// levels.qty.
func (m *Mapping) inTree(member, want string) bool {
	for _, b := range m.table.root.kids {
		if b.node == nil || len(b.node.tree) == 0 {
			continue
		}
		name := strings.TrimSuffix(b.path, "[]")
		for strings.HasPrefix(want, name+"."+name+".") {
			want = want[len(name)+1:]
		}
	}
	return member == want
}
