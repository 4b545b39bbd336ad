package mappings

import (
	"path"
	"reflect"
	"slices"
	"strings"

	"github.com/edibridge/edibridge/canonical"
)

// compiler makes the plan of one effective table.
type compiler struct {
	doc   reflect.Type // of the document
	lists map[string]*codeList
	file  func(name string) (*codeList, error) // a list in a file of its own
	used  map[string]*codeList                 // the lists that its rows convert by
	probs *problems
}

// block compiles a branch whose enclosing object has type around.
func (c *compiler) block(b *branch, around reflect.Type) *block {
	k := &block{at: b.at, tag: b.step.Tag, tagKey: tagKey(b.step.Tag), qualEl: qualifierElement(b.step.Tag), ordinal: b.step.Ordinal, most: 1}
	if b.step.Qualifier != "*" {
		k.qualifier = b.step.Qualifier
	}
	obj := around
	if b.path != "" {
		var ok bool
		if obj, ok = c.object(k, b, around); !ok {
			return k
		}
	}
	for _, n := range b.fixed {
		if a, ok := c.leafMember(n, obj); ok {
			k.fixed = append(k.fixed, constant{a, n.fixed, n.orElse})
		}
	}
	for _, n := range b.leaves {
		if strings.HasSuffix(n.path, "[]") {
			c.tuple(k, n, obj)
		} else if r, ok := c.row(n, obj); ok {
			k.rows = append(k.rows, r)
		}
	}
	slices.SortStableFunc(k.rows, func(x, y row) int { return x.spots[0].element - y.spots[0].element })
	for _, kid := range b.kids {
		k.kids = append(k.kids, c.block(kid, obj))
	}
	for i := range k.kids {
		k.order = append(k.order, i)
	}
	slices.SortStableFunc(k.order, func(x, y int) int { return specific(b.kids[y].step) - specific(b.kids[x].step) })
	k.volatile = slices.ContainsFunc(k.rows, func(r row) bool { return r.noPath || r.control })
	c.distinct(b, k)
	k.hasPlace = len(k.rows)+len(k.tuples) > 0
	k.chunked = k.shape == sameObject && len(k.tuples) == 1 && len(k.rows)+len(k.kids) == 0
	if k.chunked || k.shape == eachObject || k.shape == sameObject && !k.hasPlace {
		k.most = unlimited
	}
	return k
}

// object resolves the object that a block makes.
func (c *compiler) object(k *block, b *branch, around reflect.Type) (reflect.Type, bool) {
	a, err := resolve(around, b.path)
	if err != nil {
		c.probs.add(b.node.at, b.node.pathCol, "%v", err)
		return nil, false
	}
	k.member, k.shape = a, oneObject
	t := a.typ
	if t.Kind() == reflect.Slice {
		if !strings.HasSuffix(b.path, "[]") {
			c.probs.add(b.node.at, b.node.pathCol, "%s is an array: write %s[]", b.path, b.path)
			return nil, false
		}
		k.shape, k.elem = eachObject, t.Elem()
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

// distinct refuses two blocks that write one array and cannot be told apart.
func (c *compiler) distinct(b *branch, k *block) {
	type writer struct {
		pointer string
		at      *branch
		block   *block
	}
	var seen []writer
	var walk func(b *branch, k *block)
	walk = func(b *branch, k *block) {
		for i, kid := range k.kids {
			if kid.shape == sameObject {
				walk(b.kids[i], kid)
				continue
			}
			for _, w := range seen {
				if w.pointer == kid.member.pointer && !apart(w.block, kid) {
					c.probs.add(b.kids[i].at, 1, "%s is made in line %d too: tell them apart by a constant row", b.kids[i].path, w.at.at.line)
				}
			}
			seen = append(seen, writer{kid.member.pointer, b.kids[i], kid})
		}
	}
	walk(b, k)
}

// apart reports whether two blocks select different objects.
func apart(a, b *block) bool {
	for _, x := range a.fixed {
		for _, y := range b.fixed {
			if x.member.pointer == y.member.pointer && x.value != y.value && !(x.orElse && y.orElse) {
				return true
			}
		}
	}
	return false
}

// leafMember resolves the path of a row to a value.
func (c *compiler) leafMember(n *node, obj reflect.Type) (access, bool) {
	a, err := resolve(obj, n.path)
	if err != nil {
		c.probs.add(n.at, n.pathCol, "%v", err)
		return a, false
	}
	if a.typ.Kind() != reflect.String {
		c.probs.add(n.at, n.pathCol, "%s is no value but %s: an element gives a value", n.path, kindName(a.typ))
		return a, false
	}
	return a, true
}

func kindName(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Slice:
		return "an array"
	case reflect.Struct, reflect.Pointer, reflect.Map:
		return "an object (" + list(members(indirect(t))) + ")"
	}
	return "a derived " + t.Kind().String()
}

func indirect(t reflect.Type) reflect.Type {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct {
		return reflect.TypeFor[struct{}]()
	}
	return t
}

// row compiles a row of elements.
func (c *compiler) row(n *node, obj reflect.Type) (row, bool) {
	r := row{label: n.at.String(), layer: n.at.layer, key: n.key, deflt: n.deflt, noPath: n.path == ""}
	for _, pl := range n.places {
		r.spots = append(r.spots, spot{pl.pattern.Element, pl.pattern.Component})
	}
	if len(n.kids) > 0 {
		c.probs.add(n.kids[0].at, n.kids[0].column, "rows stand below a segment or an array")
		return r, false
	}
	if n.expr != "" {
		e, err := parseExpression(c.doc, n.expr)
		if err != nil {
			c.probs.add(n.at, n.exprCol, "%v", err)
			return r, false
		}
		r.expr = e
	} else if n.path == "" {
		c.probs.add(n.at, n.column, "%s: a path must follow, or an expression", n.places[len(n.places)-1].text)
		return r, false
	}
	if n.to > 0 {
		c.probs.add(n.at, n.column, "to %d: only for an array", n.to)
		return r, false
	}
	ok := true
	if n.path != "" {
		if r.member, ok = c.leafMember(n, obj); !ok {
			return r, false
		}
		r.control = r.member.pointer == "/controls/transaction" && obj == c.doc
	}
	if r.conv, ok = c.converter(n, r.member.typ); !ok {
		return r, false
	}
	if r.conv.beside != "" && n.path != "" {
		if a, err := resolve(obj, n.path+r.conv.beside); err == nil && a.typ.Kind() == reflect.String {
			r.beside = a
		}
	}
	return r, true
}

// fits names the converters that give what a type of value must be; other types
// are text and take any.
func fits(t reflect.Type) (what string, names []string) {
	switch t {
	case reflect.TypeFor[canonical.Decimal]():
		return "a decimal number", []string{"decimal", "n0", "n1", "n2", "n3", "n4", "n5", "n6", "n7", "n8", "n9"}
	case reflect.TypeFor[canonical.Date]():
		return "a date", []string{"date", "datetime"}
	}
	return "", nil
}

// converter finds the converter of a row and checks it against its elements
// and the type of its member. A row that names none takes the first that fits.
func (c *compiler) converter(n *node, t reflect.Type) (*converter, bool) {
	name := n.conv
	what, names := fits(t)
	switch {
	case names == nil:
	case name == "":
		name = names[0]
	case !slices.Contains(names, name) && findConverter(name) != nil:
		c.probs.add(n.at, n.convCol, "%s is %s, which %s does not give (what does: %s)", n.path, what, name, list(names))
		return nil, false
	}
	conv := findConverter(name)
	if conv == nil {
		c.probs.add(n.at, n.convCol, "there is no converter %q (there is: %s)", n.conv, list(converterNames))
		return nil, false
	}
	if len(n.places) > conv.arity {
		c.probs.add(n.at, n.places[conv.arity].column, "converter %s takes %d element(s), here are %d", conv.name, conv.arity, len(n.places))
		return nil, false
	}
	switch {
	case conv.name == "unit":
		l, ok := c.lists["unit"]
		if !ok {
			c.probs.add(n.at, n.convCol, "unit: there is no code list unit")
			return nil, false
		}
		conv.list = l
	case conv.name == "code":
		l, ok := c.lists[n.convArg]
		if !ok {
			c.probs.add(n.at, n.convCol, "there is no code list %q (there is: %s)", n.convArg, list(keys(c.lists)))
			return nil, false
		}
		conv.bind(l)
	case conv.name == "codes":
		l, err := c.file(path.Join(path.Dir(n.at.file), n.convArg))
		if err != nil {
			c.probs.add(n.at, n.convCol, "codes %s: %v", n.convArg, err)
			return nil, false
		}
		conv.bind(l)
	}
	if conv.list != nil {
		c.used[conv.list.name] = conv.list
	}
	return conv, true
}

// tuple compiles a row whose elements repeat.
func (c *compiler) tuple(k *block, n *node, obj reflect.Type) {
	a, err := resolve(obj, n.path)
	if err == nil && a.typ.Kind() != reflect.Slice {
		c.probs.add(n.at, n.pathCol, "%s is no array", strings.TrimSuffix(n.path, "[]"))
		return
	}
	if err != nil {
		c.probs.add(n.at, n.pathCol, "%v", err)
		return
	}
	if n.to == 0 {
		c.probs.add(n.at, n.column, `%s: say how many a segment has, "to N"`, n.path)
		return
	}
	t := tuple{most: n.to, member: a, elem: a.typ.Elem(), label: n.at.String(), layer: n.at.layer, pointer: a.pointer}
	for _, pl := range n.places {
		t.spots = append(t.spots, spot{pl.pattern.Element, pl.pattern.Component})
	}
	t.stride = stride(t.spots)
	if !c.tupleRows(&t, n) {
		return
	}
	k.tuples = append(k.tuples, t)
}

// stride is the way from one tuple to the next: along components when the
// tuple lies in one element.
func stride(spots []spot) spot {
	if spots[0].component > 0 {
		return spot{0, len(spots)}
	}
	return spot{len(spots), 0}
}

// tupleRows compiles what each of a tuple's elements means.
func (c *compiler) tupleRows(t *tuple, n *node) bool {
	if n.conv == "pairs" && len(n.places) == 2 && len(n.kids) == 0 {
		for i, name := range []string{"scheme", "value"} {
			kid := &node{at: n.at, column: n.column, places: n.places[i : i+1], path: name, pathCol: n.pathCol}
			r, ok := c.row(kid, indirect(t.elem))
			if !ok {
				return false
			}
			t.rows = append(t.rows, r)
		}
		return true
	}
	if n.conv == "pairs" {
		c.probs.add(n.at, n.convCol, "pairs: two elements, and no rows below: the objects have scheme and value")
		return false
	}
	if len(n.kids) == 0 {
		if t.elem.Kind() != reflect.String || len(n.places) != 1 {
			c.probs.add(n.at, n.pathCol, "%s: rows below must say what the elements are (%s)", n.path, list(members(indirect(t.elem))))
			return false
		}
		conv, ok := c.converter(n, t.elem)
		t.rows = []row{{spots: t.spots, direct: true, conv: conv, label: t.label, layer: t.layer, member: access{typ: t.elem}}}
		return ok
	}
	for _, kid := range n.kids {
		if kid.isFixed || kid.remove || kid.places[0].pattern.Element == 0 {
			c.probs.add(kid.at, kid.column, "only rows of elements stand below %s", n.path)
			return false
		}
		kid.at.layer = n.at.layer
		r, ok := c.row(kid, indirect(t.elem))
		if !ok {
			return false
		}
		if slices.ContainsFunc(r.spots, func(s spot) bool { return slices.Contains(t.spots, s) }) {
			t.rows = append(t.rows, r)
		} else {
			t.shared = append(t.shared, r)
		}
	}
	return true
}

// qualifierElement is the element that tells segments of a tag apart. The
// dictionaries of the guides say the same ([Mapping.Check] compares).
func qualifierElement(tag string) int {
	if tag == "HL" {
		return 3
	}
	return 1
}
