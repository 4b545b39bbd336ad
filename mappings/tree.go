package mappings

import (
	"fmt"
	"slices"
	"strings"

	"github.com/edibridge/edibridge/edi"
)

// branch is one segment or loop of an effective table, with the rows that speak
// of it: rows that were written flat (PO1/PO4/PO401) stand here as rows written
// below each other do.
type branch struct {
	step   edi.Step
	past   string // tag of the segment behind which it stands; "": anywhere
	node   *node  // the row whose place it is; nil when only rows below name it
	at     origin
	path   string // member of the enclosing object: "", "currency", "lines[]"
	fixed  []*node
	leaves []*node // rows of the segment's own elements
	kids   []*branch
}

func (b *branch) clone() *branch {
	c := *b
	c.fixed, c.leaves = slices.Clone(b.fixed), slices.Clone(b.leaves)
	c.kids = make([]*branch, len(b.kids))
	for i, k := range b.kids {
		c.kids[i] = k.clone()
	}
	return &c
}

func (b *branch) kid(step edi.Step, past string) *branch {
	for _, k := range b.kids {
		if unstarred(k.step) == unstarred(step) && k.past == past {
			return k
		}
	}
	return nil
}

// unstarred is a step without the qualifier "*", which says no more than none.
func unstarred(s edi.Step) edi.Step {
	if s.Qualifier == "*" {
		s.Qualifier = ""
	}
	return s
}

// planter grows a tree of branches from rows.
type planter struct {
	rows  map[string][]*node // sections of rows by name
	layer string             // whose rows they are
	over  bool               // rows replace what is there, instead of repeating it
	probs *problems
	depth int
	count int // rows planted
	taken int // sections of rows around, each taken by a segment
}

// maxRows bounds an effective table: sections of rows that take sections of
// rows grow fast.
const maxRows = 100_000

// plant puts rows below b.
func (p *planter) plant(b *branch, nodes []*node) {
	if len(nodes) == 0 {
		return
	}
	if p.depth++; p.depth > maxDepth {
		if p.count <= maxRows {
			p.probs.add(nodes[0].at, nodes[0].column, "rows stand at most %d deep, sections of rows included", maxDepth)
			p.count = maxRows + 1 // once is enough: a section that takes itself has no end
		}
		p.depth--
		return
	}
	for _, n := range nodes {
		if p.count++; p.count <= maxRows {
			p.row(b, n)
		} else if p.count == maxRows+1 {
			p.probs.add(n.at, n.column, "a table has at most %d rows, sections of rows included", maxRows)
		}
	}
	p.depth--
}

func (p *planter) row(b *branch, n *node) {
	own := *n // a row of a shared section belongs to each layer that takes it
	own.at.layer, own.taken = p.layer, p.taken
	n = &own
	switch {
	case n.isShared:
		if len(n.kids) > 0 {
			p.probs.add(n.kids[0].at, n.kids[0].column, "no rows stand below \"- rows %s\": put them behind it", n.rows)
		}
		p.shared(b, n)
	case n.isFixed:
		if b.path == "" && n.expr == "" {
			p.probs.add(n.at, n.column, "a constant row stands below a row that makes an object")
			return
		}
		p.settle(&b.fixed, n)
	case n.places[0].pattern.Element > 0:
		p.leaf(b, n)
	default:
		p.segment(b, n)
	}
}

// leaf puts a row of elements to its segment.
func (p *planter) leaf(b *branch, n *node) {
	steps := n.places[0].pattern.Steps
	for _, pl := range n.places[1:] {
		also := pl.pattern.Steps
		if bare := len(also) == 1 && also[0].Tag == steps[len(steps)-1].Tag && also[0].Qualifier == ""; !bare && !slices.Equal(also, steps) {
			p.probs.add(n.at, pl.column, "%s and %s are not of one segment", n.places[0].text, pl.text)
			return
		}
	}
	if n.past != "" {
		p.probs.add(n.at, n.column, "past %s: %s is an element; only a segment stands behind another", n.past, n.places[0].text)
	}
	if len(steps) == 1 && steps[0].Tag == b.step.Tag && steps[0].Qualifier == "" {
		steps = nil
	}
	for _, s := range steps {
		b = p.descend(b, s, n)
	}
	if n.remove {
		b.leaves = slices.DeleteFunc(b.leaves, func(l *node) bool { return l.samePlace(n) })
		return
	}
	if n.rows != "" {
		p.probs.add(n.at, n.convCol, "rows: %s is an element; rows are taken by a segment", n.places[0].text)
		return
	}
	p.settle(&b.leaves, n)
}

// settle adds a row to the rows of one object, in the place of what it replaces:
// of a lower layer, or of the section of rows that its segment takes. Within a table several elements may fill one array (W1207 and W1217).
func (p *planter) settle(rows *[]*node, n *node) {
	clash := func(l *node) bool {
		place, path := l.samePlace(n), l.path != "" && l.path == n.path
		if strings.HasSuffix(n.path, "[]") && l.at.layer == n.at.layer {
			path = false
		}
		if n.alt || l.alt && l.at.layer == n.at.layer {
			return place && path
		}
		return place || path
	}
	for _, l := range *rows {
		if !clash(l) || p.over && l.at.layer != n.at.layer || l.taken > n.taken {
			continue
		}
		if l.samePlace(n) {
			p.probs.add(n.at, n.column, "%s has a row already, in line %d", n.places[0].text, l.at.line)
		} else {
			p.probs.add(n.at, n.pathCol, "%s has a row already, in line %d", n.path, l.at.line)
		}
		return
	}
	i := slices.IndexFunc(*rows, clash)
	if i < 0 {
		*rows = append(*rows, n)
		return
	}
	for _, l := range *rows {
		if clash(l) {
			n.replaced = append(append(n.replaced, l), l.replaced...)
		}
	}
	(*rows)[i] = n
	*rows = append((*rows)[:i+1], slices.DeleteFunc((*rows)[i+1:], clash)...)
}

func (n *node) samePlace(m *node) bool {
	if len(n.places) == 0 || len(m.places) == 0 {
		return false
	}
	a, b := n.places[0].pattern, m.places[0].pattern
	return a.Element == b.Element && a.Component == b.Component
}

// segment puts a row that names a segment or loop, and the rows below it.
func (p *planter) segment(b *branch, n *node) {
	steps := n.places[0].pattern.Steps
	last := steps[len(steps)-1]
	for _, s := range steps[:len(steps)-1] {
		b = p.descend(b, s, n)
	}
	k := b.kid(last, n.past)
	var grown *branch
	switch {
	case n.remove:
		b.kids = slices.DeleteFunc(b.kids, func(c *branch) bool { return c == k })
		return
	case k == nil:
		grown = p.grow(b, last, n)
		grown.past = n.past
		k = grown
	case p.over && n.path != "" && k.path != n.path:
		if k.node != nil {
			n.replaced = append(append(n.replaced, k.node), k.node.replaced...)
		}
		*k = branch{step: last, past: n.past, at: n.at}
	case !p.over && (k.node != nil || len(k.leaves) > 0):
		p.probs.add(n.at, n.column, "%s has a row already, in line %d", n.places[0].text, k.at.line)
		return
	}
	if n.path != "" || k.node == nil {
		k.node, k.at, k.path = n, n.at, n.path
	}
	if n.after != "" && grown != k {
		p.probs.add(n.at, n.convCol, "after %s: %s has its place already", n.after, n.places[0].text)
	}
	if n.rows != "" {
		p.taken++
		p.shared(k, n)
		p.taken--
	}
	p.plant(k, n.kids)
}

// shared puts the rows of the section that n names below b.
func (p *planter) shared(b *branch, n *node) {
	set, ok := p.rows[n.rows]
	if !ok {
		p.probs.add(n.at, n.convCol, "there is no section of rows %q (there is: %s)", n.rows, list(keys(p.rows)))
	}
	p.plant(b, set)
}

// descend gives the branch at a step below b, a new one if need be.
func (p *planter) descend(b *branch, s edi.Step, n *node) *branch {
	if k := b.kid(s, ""); k != nil {
		return k
	}
	return p.grow(b, s, n)
}

// grow makes a branch below b where it belongs in the order of writing: in a
// base table last; in a layer before less specific ones of its tag, behind
// others of it, behind the tag that the row names, or before the trailer.
func (p *planter) grow(b *branch, s edi.Step, n *node) *branch {
	k := &branch{step: s, at: n.at}
	i := len(b.kids)
	if p.over {
		i = p.position(b, s, n)
	}
	b.kids = slices.Insert(b.kids, i, k)
	return k
}

func (p *planter) position(b *branch, s edi.Step, n *node) int {
	after := n.after
	if after == "" {
		after = s.Tag
		for i, k := range b.kids {
			if k.step.Tag == s.Tag && specific(k.step) < specific(s) {
				return i
			}
		}
	}
	for i := len(b.kids) - 1; i >= 0; i-- {
		if b.kids[i].step.Tag == after {
			return i + 1
		}
	}
	if n.after != "" {
		p.probs.add(n.at, n.convCol, "after %s: the table has no such segment here", n.after)
	}
	if len(b.kids) > 0 {
		if t := b.kids[len(b.kids)-1].step.Tag; t == "SE" || t == "UNT" {
			return len(b.kids) - 1
		}
	}
	return len(b.kids)
}

// specific orders the steps of one tag: an ordinal, a qualifier, any.
func specific(s edi.Step) int {
	switch {
	case s.Ordinal > 0:
		return 2
	case s.Qualifier != "" && s.Qualifier != "*":
		return 1
	}
	return 0
}

// specific orders the branches of one tag: what stands behind a segment comes
// before what stands anywhere.
func (b *branch) specific() int {
	if b.past != "" {
		return specific(b.step) + 3
	}
	return specific(b.step)
}

// text writes the effective table, one row a line: what a digest is taken of.
func (b *branch) text(w *strings.Builder, prefix string) {
	for _, n := range slices.Concat(b.fixed, b.leaves) {
		n.text(w, prefix)
	}
	for _, k := range b.kids {
		at := prefix + k.step.String()
		fmt.Fprintf(w, "%s %s", at, k.path)
		if k.node != nil {
			w.WriteString(k.node.more())
		}
		w.WriteByte('\n')
		k.text(w, at+"/")
	}
}

func (n *node) text(w *strings.Builder, prefix string) {
	w.WriteString(prefix)
	for _, pl := range n.places {
		fmt.Fprintf(w, "%d.%d ", pl.pattern.Element, pl.pattern.Component)
	}
	fmt.Fprintf(w, "%s %s %s to %d fixed %t %q %t key %s = %s default %q\n",
		n.path, n.conv, words(n.args), n.to, n.isFixed, n.fixed, n.orElse, n.key, n.expr, n.deflt)
	if more := n.more(); more != "" {
		fmt.Fprintf(w, "%s%s\n", prefix, more)
	}
	for _, k := range n.kids {
		k.text(w, prefix+"  ")
	}
}

// more is what a row says beside what every row says.
func (n *node) more() string {
	var b strings.Builder
	if n.isLiteral {
		fmt.Fprintf(&b, " %q", n.literal)
	}
	if len(n.places) > 0 && n.places[0].pattern.Element == 0 && n.to > 0 {
		fmt.Fprintf(&b, " to %d", n.to)
	}
	for _, w := range []struct{ name, text string }{{"when", n.when}, {"past", n.past}, {"assume", n.assume}, {"inherit", n.inherit}} {
		if w.text != "" {
			fmt.Fprintf(&b, " %s %q", w.name, w.text)
		}
	}
	for _, w := range []struct {
		name string
		says bool
	}{{"else", n.alt}, {"required", n.required}, {"repeats", n.repeats}, {"default number()", n.numbered}} {
		if w.says {
			b.WriteString(" " + w.name)
		}
	}
	for _, h := range n.wheres {
		fmt.Fprintf(&b, " where %s %q", h.text, h.value)
	}
	for _, pl := range n.tree {
		b.WriteString(" tree " + pl.text)
	}
	return b.String()
}

// list joins words for a message: what would be possible.
func list(words []string) string {
	const most = 40
	if len(words) > most {
		return strings.Join(words[:most], " ") + " ..."
	}
	return strings.Join(words, " ")
}

func keys[V any](m map[string]V) []string {
	ks := make([]string, 0, len(m))
	for k := range m {
		ks = append(ks, k)
	}
	slices.Sort(ks)
	return ks
}
