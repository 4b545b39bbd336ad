package mappings

import (
	"path"
	"reflect"
	"slices"
	"strings"

	"github.com/edibridge/edibridge/edi"
)

// compiler makes the plan of one effective table.
type compiler struct {
	doc      reflect.Type // of the document
	standard string
	language Language
	lists    map[string]*codeList
	file     func(name string) (*codeList, error) // a list in a file of its own
	lookup   func(l lookupFile) (*codeList, error)
	used     map[string]*codeList // the lists that its rows convert by
	probs    *problems

	around []reflect.Type    // the objects around the one being compiled, outermost first
	paths  []map[string]*row // of those objects and this one: the first row of each member
	inTree bool
	arrays int // how many blocks and tuples make one
}

// root compiles the table.
func (c *compiler) root(b *branch) *block {
	c.around, c.paths = []reflect.Type{c.doc}, []map[string]*row{{}}
	k := c.block(b, c.doc)
	c.share(b, k)
	return k
}

// block compiles a branch whose enclosing object has type around.
func (c *compiler) block(b *branch, around reflect.Type) *block {
	k := c.segment(b)
	obj := around
	if b.path != "" {
		var ok bool
		if obj, ok = c.object(k, b, around); !ok {
			return k
		}
		c.around, c.paths = append(c.around, obj), append(c.paths, map[string]*row{})
		defer func() { c.around, c.paths = c.around[:len(c.around)-1], c.paths[:len(c.paths)-1] }()
	}
	c.own(k, b, obj)
	if b.node != nil && len(b.node.tree) > 0 && !c.tree(k, b, obj) {
		return k
	}
	wasTree := c.inTree
	c.inTree = c.inTree || k.tree != nil
	for _, kid := range b.kids {
		k.kids = append(k.kids, c.block(kid, obj))
	}
	c.inTree = wasTree
	for i, kid := range k.kids {
		if k.tree != nil && kid.shape == eachObject && kid.member.pointer == k.tree.below.pointer {
			kid.leaf = &k.tree.below
		}
		k.order = append(k.order, i)
		k.fills = k.fills || kid.fills
		k.divided = k.divided || kid.past > 0
		k.width = max(k.width, kid.width)
	}
	k.width += len(k.kids)
	k.looks = len(k.kids) >= presentFrom
	slices.SortStableFunc(k.order, func(x, y int) int { return b.kids[y].specific() - b.kids[x].specific() })
	if b.path != "" {
		c.share(b, k)
	}
	for _, i := range k.order {
		k.keys = append(k.keys, k.kids[i].tagKey)
	}
	c.most(k)
	return k
}

// segment is a block with what its row says of the segment itself.
func (c *compiler) segment(b *branch) *block {
	k := &block{at: b.at, tag: b.step.Tag, tagKey: tagKey(b.step.Tag), qual: qualifierSpot(c.standard, b.step.Tag), ordinal: b.step.Ordinal, most: 1}
	if b.past != "" {
		k.past = tagKey(b.past)
	}
	if b.step.Qualifier != "*" {
		k.qualifier = b.step.Qualifier
	}
	if n := b.node; n != nil {
		k.limit, k.beside = n.to, c.wheres(n, b.step.Tag)
		if n.when != "" {
			k.when = c.expression(n, n.when, n.whenCol, true, c.around[len(c.around)-1])
		}
	}
	return k
}

// own compiles the rows of a block's own elements.
func (c *compiler) own(k *block, b *branch, obj reflect.Type) {
	for _, n := range b.fixed {
		if n.expr != "" {
			c.derive(k, n, obj)
		} else if a, ok := c.leafMember(n, obj); ok {
			k.fixed = append(k.fixed, constant{a, n.fixed, n.orElse})
		}
	}
	for _, n := range b.leaves {
		if strings.HasSuffix(n.path, "[]") {
			c.tuple(k, n, obj)
			if len(b.leaves)+len(b.kids) > 1 || b.path != "" {
				c.alone(k, n)
			}
		} else if r, ok := c.row(n, obj); ok {
			k.rows = append(k.rows, r)
		}
	}
	slices.SortStableFunc(k.rows, func(x, y row) int { return x.from - y.from })
	k.steps = make([]step, len(k.rows))
	for i := range k.rows {
		r := &k.rows[i]
		k.steps[i] = step{int32(r.from), len(r.spots) == 1, r.single, r}
		c.first(r)
		r.yields = slices.ContainsFunc(k.rows[i+1:], func(l row) bool {
			return l.alt && slices.ContainsFunc(l.spots, func(s spot) bool { return slices.Contains(r.spots, s) })
		})
		k.volatile = k.volatile || r.excluded
		k.fills = k.fills || r.assume != "" || r.inherits > 0 || r.required
		if r.member.typ != nil && r.expr == nil && len(r.spots) == 1 && same(r.spots[0], k.qual) && k.qualifier != "" {
			k.selector = r
		}
	}
	k.fills = k.fills || len(k.derived) > 0
	k.hasPlace = len(k.tuples) > 0 || slices.ContainsFunc(k.rows, func(r row) bool { return !r.noPath || r.expr != nil })
}

// alone refuses what holds for all of a tuple in a segment that has other rows:
// it could not go on in the next one when that changes.
func (c *compiler) alone(k *block, n *node) {
	if len(k.tuples) == 0 {
		return
	}
	if t := &k.tuples[len(k.tuples)-1]; len(t.shared) > 0 && t.label == n.at.String() {
		c.probs.add(n.at, n.column, "%s holds for all of %s: the segment can have no other rows", t.shared[0].text, n.path)
	}
}

// same reports whether a row's place is that of the qualifier: component 1 is
// the whole where there are no others.
func same(s, qual spot) bool {
	return s.element == qual.element && max(s.component, 1) == max(qual.component, 1)
}

// first ties a row to the one before it that fills the same member of the same
// object.
func (c *compiler) first(r *row) {
	if r.member.typ == nil {
		return
	}
	rows := c.paths[len(c.paths)-1]
	if f := rows[r.member.pointer]; f == nil {
		rows[r.member.pointer] = r
	} else if r.alt {
		r.first = f
	}
}

// most says how many segments a block takes and whether it goes on in more.
func (c *compiler) most(k *block) {
	k.chunked = k.shape == sameObject && len(k.tuples) == 1 && len(k.rows)+len(k.kids) == 0
	switch {
	case k.limit > 0:
		k.most = k.limit
	case k.chunked || k.shape == eachObject || k.shape == sameObject && !k.hasPlace:
		k.most = unlimited
	}
	k.single = k.shape != eachObject && (k.ordinal > 0 || k.qualifier != "" && k.most < unlimited)
	c.claim(k)
}

// object resolves the object that a block makes.
func (c *compiler) object(k *block, b *branch, around reflect.Type) (reflect.Type, bool) {
	a, err := resolve(around, b.path)
	if err != nil {
		c.probs.add(b.node.at, b.node.pathCol, "%v", err)
		return nil, false
	}
	if k.member, k.shape = a, oneObject; k.when == nil {
		k.field = 1 << a.index[0]
	}
	t := a.typ
	if t.Kind() == reflect.Slice {
		if !strings.HasSuffix(b.path, "[]") {
			c.probs.add(b.node.at, b.node.pathCol, "%s is an array: write %s[]", b.path, b.path)
			return nil, false
		}
		k.shape, k.elem, k.number = eachObject, t.Elem(), c.array()
		t = t.Elem()
	}
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || strings.HasSuffix(b.path, "[]") != (k.shape == eachObject) {
		c.probs.add(b.node.at, b.node.pathCol, "%s is no %s: a segment makes an object", b.path, map[bool]string{true: "array of objects", false: "object"}[strings.HasSuffix(b.path, "[]")])
		return nil, false
	}
	return t, true
}

// array numbers an array that the table makes.
func (c *compiler) array() int {
	c.arrays++
	return c.arrays - 1
}

// tree compiles "tree ID PARENT": the objects have an array of their own kind
// under the same name.
func (c *compiler) tree(k *block, b *branch, obj reflect.Type) bool {
	n := b.node
	name := strings.TrimSuffix(b.path[strings.LastIndexByte(b.path, '.')+1:], "[]")
	if k.shape != eachObject || c.inTree {
		c.probs.add(n.at, n.column, "tree: only for an array of objects, and not within another tree")
		return false
	}
	below, err := resolve(obj, name)
	if err != nil || below.typ != k.member.typ {
		c.probs.add(n.at, n.pathCol, "tree: the objects of %s have no array %s of their own kind", b.path, name)
		return false
	}
	k.tree = &treePlan{below: below}
	for i, pl := range n.tree {
		steps := pl.pattern.Steps
		if len(steps) != 1 || steps[0].Tag != k.tag {
			c.probs.add(n.at, pl.column, "tree: %s is no element of %s", pl.text, k.tag)
			return false
		}
		s := spot{pl.pattern.Element, pl.pattern.Component, 0}
		if i == 0 {
			k.tree.id = s
		} else {
			k.tree.parent = s
		}
	}
	return true
}

// expression compiles an expression of a row over an object.
func (c *compiler) expression(n *node, text string, column int, condition bool, obj reflect.Type) expression {
	scope := Scope{Object: obj, Document: c.doc, Bool: condition}
	e, ok, err := simple(text, scope)
	if !ok {
		if c.language == nil {
			c.probs.add(n.at, column, "expression %q: there is size(ARRAY), sum(PATH or PLACE), count(TAG), segments(), children(), a text in quotes and a path; "+
				"of conditions PATH == \"TEXT\", != and &&; nothing else without an expression language", text)
			return nil
		}
		var p Program
		if p, err = c.language.Compile(text, scope); err == nil {
			return program{text, p}
		}
	}
	if err != nil {
		var at *ExpressionError
		if asExpression(err, &at) {
			column += at.Column - 1
		}
		c.probs.add(n.at, column, "%v", err)
		return nil
	}
	return e
}

// share finds the blocks and tuples that fill one array of an object, which they
// divide among themselves on the way out, and refuses those that come too late
// to get anything.
func (c *compiler) share(b *branch, k *block) {
	type writer struct {
		pointer string
		path    string
		at      origin
		group   *int
		block   *block
		tuple   *tuple
	}
	var all []writer
	var walk func(b *branch, k *block)
	walk = func(b *branch, k *block) {
		for i := range k.tuples {
			all = append(all, writer{k.tuples[i].pointer, k.tuples[i].pointer, b.at, &k.tuples[i].group, k, &k.tuples[i]})
		}
		for i, kid := range k.kids {
			switch {
			case kid.shape == sameObject:
				walk(b.kids[i], kid)
			case kid.shape == eachObject:
				all = append(all, writer{kid.member.pointer, b.kids[i].path, b.kids[i].at, &kid.group, kid, nil})
			}
		}
	}
	walk(b, k)
	for i, w := range all {
		if w.tuple == nil && w.block.selects() && *w.group == 0 {
			k.groups++
			*w.group = k.groups
		}
		for _, v := range all[:i] {
			if v.pointer != w.pointer {
				continue
			}
			if w.tuple == nil && v.tuple == nil && v.block.leavesNothing(w.block) {
				c.probs.add(w.at, 1, "%s is made in %s too: tell them apart by a constant row, a qualifier or \"to\"", w.path, v.at.seenFrom(w.at))
			}
			if *v.group == 0 {
				k.groups++
				*v.group = k.groups
			}
			*w.group = *v.group
		}
	}
}

// selects: not every object of the array is this block's.
func (k *block) selects() bool {
	return len(k.fixed) > 0 || k.selector != nil || k.limit > 0 || k.when != nil
}

// leavesNothing: a block behind this one gets no object of the array.
func (k *block) leavesNothing(later *block) bool {
	if k.limit > 0 || k.selector != nil || k.when != nil || len(k.beside) > 0 || k.tree != nil && later.tree == nil {
		return false
	}
	for _, x := range k.fixed {
		for _, y := range later.fixed {
			if x.member.pointer == y.member.pointer && x.value != y.value && !(x.orElse && y.orElse) {
				return false
			}
		}
	}
	return true
}

// wheres compiles what a row says of other elements of its segment.
func (c *compiler) wheres(n *node, tag string) []beside {
	var all []beside
	for _, h := range n.wheres {
		if steps := h.pattern.Steps; len(steps) != 1 || steps[0].Tag != tag {
			c.probs.add(n.at, h.column, "where: %s is no element of %s", h.text, tag)
			continue
		}
		all = append(all, beside{spot{h.pattern.Element, h.pattern.Component, 0}, h.value})
	}
	return all
}

// codeFile finds the list of a converter that has one.
func (c *compiler) codeFile(n *node, conv *converter) bool {
	switch conv.name {
	case "unit":
		name := "unit"
		if c.standard == string(edi.EDIFACT) {
			name, conv.same = "unit-edifact", true
		}
		l, ok := c.lists[name]
		if !ok {
			c.probs.add(n.at, n.convCol, "unit: there is no code list %s", name)
			return false
		}
		conv.list = l
	case "code":
		l, ok := c.lists[n.args[0].text]
		if !ok {
			c.probs.add(n.at, n.convCol, "there is no code list %q (there is: %s)", n.args[0].text, list(keys(c.lists)))
			return false
		}
		conv.bind(l)
	case "codes":
		l, err := c.file(path.Join(path.Dir(n.at.file), n.args[0].text))
		if err != nil {
			c.probs.add(n.at, n.convCol, "codes %s: %v", n.args[0].text, err)
			return false
		}
		conv.bind(l)
	case "lookup":
		l, err := c.lookup(lookupFile{path.Join(path.Dir(n.at.file), n.args[0].text), n.args[1].text, n.args[2].text, len(n.args) > 3})
		if err != nil {
			c.probs.add(n.at, n.convCol, "lookup %s: %v", n.args[0].text, err)
			return false
		}
		conv.bind(l)
	}
	if conv.list != nil {
		c.used[conv.list.name] = conv.list
	}
	return true
}

// qualifierSpot is the element that tells segments of a tag apart; component 1
// of it in EDIFACT. The dictionaries of the guides say the same ([Mapping.Check]
// compares).
func qualifierSpot(standard, tag string) spot {
	if standard != string(edi.EDIFACT) {
		switch tag {
		case "CTP", "DD", "ENT", "L3", "MEA", "S5", "SAC":
			return spot{2, 0, 0}
		case "ATN", "HL", "SLN":
			return spot{3, 0, 0}
		}
		return spot{1, 0, 0}
	}
	switch tag {
	case "COM", "QVR":
		return spot{1, 2, 0}
	case "INP":
		return spot{2, 1, 0}
	}
	return spot{1, 1, 0}
}
