package mappings

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/edibridge/edibridge/canonical"
)

func asExpression(err error, at **ExpressionError) bool { return errors.As(err, at) }

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
	r := row{label: n.at.String(), layer: n.at.layer, key: n.key, deflt: n.deflt, assume: n.assume, noPath: n.path == "",
		fixed: n.literal, alt: n.alt, required: n.required, numbered: n.numbered}
	for i, pl := range n.places {
		r.spots = append(r.spots, spot{pl.pattern.Element, pl.pattern.Component, 0})
		if i > 0 {
			r.text += " "
		}
		r.text += pl.text
	}
	if !c.allowed(n) {
		return r, false
	}
	steps := n.places[0].pattern.Steps
	r.wheres = c.wheres(n, steps[len(steps)-1].Tag)
	if n.expr != "" {
		if r.expr = c.expression(n, n.expr, n.exprCol, false, obj); r.expr == nil {
			return r, false
		}
		r.late = r.expr.late()
	}
	if n.when != "" {
		if r.when = c.expression(n, n.when, n.whenCol, true, obj); r.when == nil {
			return r, false
		}
	}
	ok := true
	if n.path != "" {
		if r.member, ok = c.leafMember(n, obj); !ok {
			return r, false
		}
		r.control = r.member.pointer == "/controls/transaction" && obj == c.doc
	}
	r.excluded = r.noPath && !n.isLiteral || r.control || r.late
	if r.conv, ok = c.converter(n, r.member.typ); !ok {
		return r, false
	}
	if r.conv.beside != "" && n.path != "" {
		if a, err := resolve(obj, n.path+r.conv.beside); err == nil && a.typ.Kind() == reflect.String {
			r.beside = a
		}
	}
	r.from = r.spots[0].element
	for _, s := range r.spots {
		r.from = min(r.from, s.element)
	}
	r.single = len(r.spots) == 1 && r.expr == nil && r.when == nil && len(r.wheres) == 0 && !r.alt && !r.noPath
	r.plain = r.conv.name == "text" || r.conv.name == "unit"
	r.follows = r.beside.typ != nil || r.excluded || r.conv.list != nil || r.key != ""
	return r, c.inherit(n, &r)
}

// allowed refuses what a row of elements cannot say.
func (c *compiler) allowed(n *node) bool {
	switch {
	case len(n.kids) > 0:
		c.probs.add(n.kids[0].at, n.kids[0].column, "rows stand below a segment or an array")
	case n.path == "" && n.expr == "" && !n.isLiteral:
		c.probs.add(n.at, n.column, "%s: a path must follow, or an expression", n.places[len(n.places)-1].text)
	case n.to > 0:
		c.probs.add(n.at, n.column, "to %d: only for an array", n.to)
	case len(n.tree) > 0:
		c.probs.add(n.at, n.column, "tree: only for a segment that makes an array of objects")
	default:
		return true
	}
	return false
}

// inherit finds the member of an object around that a value comes from.
func (c *compiler) inherit(n *node, r *row) bool {
	if n.inherit == "" {
		return true
	}
	if r.noPath || len(c.around) < 2 {
		c.probs.add(n.at, n.inheritCol, "inherit: only for a member of an object that stands in another")
		return false
	}
	var first error
	for up := 1; up < len(c.around); up++ {
		a, err := resolve(c.around[len(c.around)-1-up], n.inherit)
		if err == nil && a.typ.Kind() == reflect.String {
			r.inherit, r.inherits = a, up
			return true
		}
		if first == nil && err != nil {
			first = err
		}
	}
	c.probs.add(n.at, n.inheritCol, "inherit: no object around has the value %q (%v)", n.inherit, first)
	return false
}

// derive compiles "- PATH = EXPRESSION".
func (c *compiler) derive(k *block, n *node, obj reflect.Type) {
	r := row{label: n.at.String(), layer: n.at.layer, key: n.key}
	var ok bool
	if r.member, ok = c.leafMember(n, obj); !ok {
		return
	}
	if r.expr = c.expression(n, n.expr, n.exprCol, false, obj); r.expr == nil {
		return
	}
	if n.when != "" {
		if r.when = c.expression(n, n.when, n.whenCol, true, obj); r.when == nil {
			return
		}
	}
	if r.conv, ok = c.converter(n, r.member.typ); ok {
		k.derived = append(k.derived, r)
	}
}

// fits names the converters that give what a type of value must be; other types
// are text and take any.
func fits(t reflect.Type) (what string, names []string) {
	switch t {
	case reflect.TypeFor[canonical.Decimal]():
		return "a decimal number", []string{"decimal", "n0", "n1", "n2", "n3", "n4", "n5", "n6", "n7", "n8", "n9"}
	case reflect.TypeFor[canonical.Date]():
		return "a date", []string{"date", "datetime", "dtm", "time"}
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
	case !slices.Contains(names, name) && slices.Contains(converterNames, name):
		c.probs.add(n.at, n.convCol, "%s is %s, which %s does not give (what does: %s)", n.path, what, name, list(names))
		return nil, false
	}
	arg := ""
	if len(n.args) > 0 {
		arg = n.args[0].text
	}
	conv, err := findConverter(name, arg, len(n.places))
	if err != nil {
		c.probs.add(n.at, n.convCol, "%v", err)
		return nil, false
	}
	if conv == nil {
		c.probs.add(n.at, n.convCol, "there is no converter %q (there is: %s)", n.conv, list(converterNames))
		return nil, false
	}
	if len(n.places) > conv.arity {
		c.probs.add(n.at, n.places[conv.arity].column, "converter %s takes %d element(s), here are %d", conv.name, conv.arity, len(n.places))
		return nil, false
	}
	return conv, c.codeFile(n, conv)
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
	t := tuple{most: n.to, member: a, elem: a.typ.Elem(), label: n.at.String(), layer: n.at.layer, pointer: a.pointer, repeats: n.repeats}
	for _, pl := range n.places {
		t.spots = append(t.spots, spot{pl.pattern.Element, pl.pattern.Component, 0})
	}
	t.number = c.array()
	if t.stride = stride(t.spots); n.repeats {
		t.stride = spot{1, 0, 0}
	}
	c.around, c.paths = append(c.around, t.elem), append(c.paths, map[string]*row{})
	defer func() { c.around, c.paths = c.around[:len(c.around)-1], c.paths[:len(c.paths)-1] }()
	if !c.tupleRows(&t, n) {
		return
	}
	k.tuples = append(k.tuples, t)
}

// stride is the way from one tuple to the next: along components when the
// tuple lies in one element.
func stride(spots []spot) spot {
	if spots[0].component > 0 {
		return spot{0, len(spots), 0}
	}
	return spot{len(spots), 0, 0}
}

// tupleRows compiles what each of a tuple's elements means.
func (c *compiler) tupleRows(t *tuple, n *node) bool {
	if n.conv == "pairs" {
		return c.pairs(t, n)
	}
	if len(n.kids) == 0 {
		if t.elem.Kind() != reflect.String || len(n.places) != 1 {
			c.probs.add(n.at, n.pathCol, "%s: rows below must say what the elements are (%s)", n.path, list(members(indirect(t.elem))))
			return false
		}
		conv, ok := c.converter(n, t.elem)
		t.rows = []row{{spots: t.spots, direct: true, single: true, conv: conv, label: t.label, layer: t.layer, member: access{typ: t.elem}, text: n.places[0].text}}
		return ok
	}
	for _, kid := range n.kids {
		own := *kid // a section of rows is shared by tables that are compiled side by side
		own.at.layer = n.at.layer
		kid = &own
		if kid.isFixed && kid.expr == "" {
			a, ok := c.leafMember(kid, indirect(t.elem))
			if !ok {
				return false
			}
			t.fixed = append(t.fixed, constant{a, kid.fixed, kid.orElse})
			continue
		}
		if kid.isShared || kid.isFixed || kid.remove || kid.places[0].pattern.Element == 0 {
			c.probs.add(kid.at, kid.column, "only rows of elements stand below %s", n.path)
			return false
		}
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

// pairs compiles the short form of a tuple of scheme and value.
func (c *compiler) pairs(t *tuple, n *node) bool {
	if len(n.places) != 2 || len(n.kids) > 0 {
		c.probs.add(n.at, n.convCol, "pairs: two elements, and no rows below: the objects have scheme and value")
		return false
	}
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

// places is what a row of parts is told to have: their number.
func parts(arg string) (int, error) {
	n, err := strconv.Atoi(arg)
	if err != nil || n < 1 || n > 4000 {
		return 0, fmt.Errorf("wrap %s: the length of a part, from 1 to 4000", arg)
	}
	return n, nil
}
