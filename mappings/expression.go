package mappings

import (
	"fmt"
	"math/big"
	"reflect"
	"strconv"
	"strings"

	"github.com/edibridge/edibridge/edi"
)

// Language compiles the expressions that the engine does not evaluate itself.
// celexpr.New gives CEL. It must be safe for concurrent use.
type Language interface {
	// Compile reads text over the members of an object and, as "doc", those of
	// the document. The error is an [*ExpressionError] where the place is known.
	Compile(text string, scope Scope) (Program, error)
}

// Scope is what an expression can speak of.
type Scope struct {
	Object   reflect.Type // a struct, whose members stand under their JSON names
	Document reflect.Type // the same, of the document
	Bool     bool         // the result is true or false, else a text
}

// Program is a compiled expression, safe for concurrent use.
type Program interface {
	// Eval gives the text; "true" or "false" of a condition. It must come to an
	// end whatever the document holds.
	Eval(object, document reflect.Value) (string, error)
}

// ExpressionError is a mistake in the text of an expression.
type ExpressionError struct {
	Column  int // in bytes, from 1
	Message string
}

// Error is the message.
func (e *ExpressionError) Error() string { return e.Message }

// expression is a computed value or a condition.
type expression interface {
	// eval gives the value; a condition holds when it is "true".
	eval(on *subject) (string, error)
	// text is the expression as written.
	text() string
	// late: it needs the whole message, as read or as written.
	late() bool
}

// subject is what an expression is evaluated on.
type subject struct {
	obj, doc reflect.Value
	whole    tally // of the message; nil: not known yet
	below    bool  // the node of a tree has nodes below it
}

// tally answers what is asked of a message as a whole.
type tally interface {
	segments() int
	count(tag string) int
	values(tag string, s spot) []string
}

type (
	sizeOf  struct{ array access }
	sumOf   struct{ steps []access }
	countOf struct{ tag string } // "": all segments
	addOf   struct {
		tag string
		at  spot
	}
	valueOf struct {
		member access
		ofDoc  bool
	}
	textOf  struct{ value string }
	belowOf struct{}
	isOf    struct {
		left  expression
		right string
		not   bool
	}
	allOf   []expression
	program struct {
		source string
		run    Program
	}
)

func (e sizeOf) eval(on *subject) (string, error) {
	v, ok := e.array.get(on.obj)
	if !ok {
		return "0", nil
	}
	return strconv.Itoa(v.Len()), nil
}
func (e sizeOf) text() string { return "size(" + e.array.pointer[1:] + ")" }
func (e sizeOf) late() bool   { return false }

func (e sumOf) eval(on *subject) (string, error) {
	var texts []string
	collect(on.obj, e.steps, &texts)
	return addDecimals(texts), nil
}
func (e sumOf) text() string { return "sum(" + e.steps[0].pointer[1:] + "...)" }
func (e sumOf) late() bool   { return false }

// collect gathers the texts behind steps, each an array but the last.
func collect(obj reflect.Value, steps []access, texts *[]string) {
	if len(steps) == 1 {
		*texts = append(*texts, steps[0].text(obj))
		return
	}
	v, ok := steps[0].get(obj)
	if !ok {
		return
	}
	for i := range v.Len() {
		collect(v.Index(i), steps[1:], texts)
	}
}

func (e countOf) eval(on *subject) (string, error) {
	if on.whole == nil {
		return "0", nil
	}
	if e.tag == "" {
		return strconv.Itoa(on.whole.segments()), nil
	}
	return strconv.Itoa(on.whole.count(e.tag)), nil
}
func (e countOf) text() string {
	if e.tag == "" {
		return "segments()"
	}
	return "count(" + e.tag + ")"
}
func (countOf) late() bool { return true }

func (e addOf) eval(on *subject) (string, error) {
	if on.whole == nil {
		return "0", nil
	}
	return addDecimals(on.whole.values(e.tag, e.at)), nil
}
func (e addOf) text() string { return fmt.Sprintf("sum(%s%02d)", e.tag, e.at.element) }
func (addOf) late() bool     { return true }

func (e valueOf) eval(on *subject) (string, error) {
	if e.ofDoc {
		return e.member.text(on.doc), nil
	}
	return e.member.text(on.obj), nil
}
func (e valueOf) text() string { return e.member.pointer[1:] }
func (e valueOf) late() bool   { return false }

func (e textOf) eval(*subject) (string, error) { return e.value, nil }
func (e textOf) text() string                  { return strconv.Quote(e.value) }
func (e textOf) late() bool                    { return false }

func (belowOf) eval(on *subject) (string, error) {
	if on.below {
		return "1", nil
	}
	return "0", nil
}
func (belowOf) text() string { return "children()" }
func (belowOf) late() bool   { return false }

func (e isOf) eval(on *subject) (string, error) {
	v, err := e.left.eval(on)
	return strconv.FormatBool((v == e.right) != e.not), err
}
func (e isOf) text() string {
	return e.left.text() + map[bool]string{true: " != ", false: " == "}[e.not] + strconv.Quote(e.right)
}
func (e isOf) late() bool { return false }

func (e allOf) eval(on *subject) (string, error) {
	for _, part := range e {
		if v, err := part.eval(on); v != "true" || err != nil {
			return v, err
		}
	}
	return "true", nil
}
func (e allOf) text() string {
	parts := make([]string, len(e))
	for i := range e {
		parts[i] = e[i].text()
	}
	return strings.Join(parts, " && ")
}
func (e allOf) late() bool { return false }

func (e program) eval(on *subject) (string, error) { return e.run.Eval(on.obj, on.doc) }
func (e program) text() string                     { return e.source }
func (e program) late() bool                       { return false }

// simple reads an expression that needs no [Language]; ok is false for others.
// An error is a mistake in one that is simple.
func simple(s string, scope Scope) (e expression, ok bool, err error) {
	if scope.Bool {
		e, ok, err = simpleCondition(s, scope)
		return e, ok, err
	}
	switch {
	case s == "segments()":
		return countOf{}, true, nil
	case s == "children()":
		return belowOf{}, true, nil
	case len(s) > 1 && s[0] == '"' && strings.IndexAny(s[1:], `"\`) == len(s)-2:
		return textOf{s[1 : len(s)-1]}, true, nil
	}
	for _, f := range []struct {
		name string
		read func(string, reflect.Type) (expression, error)
	}{{"size(", readSize}, {"sum(", readSum}, {"count(", readCount}} {
		if inner, found := strings.CutPrefix(s, f.name); found && strings.HasSuffix(inner, ")") && !strings.ContainsAny(inner[:len(inner)-1], "() ") {
			e, err := f.read(inner[:len(inner)-1], scope.Object)
			return e, true, err
		}
	}
	if !isDotted(s) {
		return nil, false, nil
	}
	e, err = readValue(s, scope)
	return e, true, err
}

// simpleCondition reads comparisons of members with texts, joined by &&.
func simpleCondition(s string, scope Scope) (expression, bool, error) {
	var all allOf
	for part := range strings.SplitSeq(s, "&&") {
		op := "=="
		left, right, found := strings.Cut(part, op)
		if !found {
			op = "!="
			if left, right, found = strings.Cut(part, op); !found {
				return nil, false, nil
			}
		}
		left, right = strings.TrimSpace(left), strings.TrimSpace(right)
		array, sized := strings.CutPrefix(left, "size(")
		if array = strings.TrimSuffix(array, ")"); !isDotted(array) || len(right) < 2 || right[0] != '"' || strings.IndexAny(right[1:], `"\`) != len(right)-2 {
			return nil, false, nil
		}
		read := func() (expression, error) { return readValue(left, scope) }
		if sized {
			read = func() (expression, error) { return readSize(array, scope.Object) }
		}
		e, err := read()
		if err != nil {
			return nil, true, err
		}
		all = append(all, isOf{e, right[1 : len(right)-1], op == "!="})
	}
	if len(all) == 1 {
		return all[0], true, nil
	}
	return all, true, nil
}

// isDotted tells a path from other expressions.
func isDotted(s string) bool {
	for i := range len(s) {
		c := s[i] | 0x20
		if (c < 'a' || c > 'z') && (i == 0 || s[i] != '.' && (s[i] < '0' || s[i] > '9')) {
			return false
		}
	}
	return s != "" && s != "true" && s != "false"
}

func readValue(s string, scope Scope) (expression, error) {
	e := valueOf{}
	t := scope.Object
	if rest, ok := strings.CutPrefix(s, "doc."); ok {
		s, t, e.ofDoc = rest, scope.Document, true
	}
	a, err := resolve(t, s)
	if err == nil && a.typ.Kind() != reflect.String {
		err = fmt.Errorf("%s is no value", s)
	}
	e.member = a
	return e, err
}

func readSize(s string, t reflect.Type) (expression, error) {
	a, err := resolve(t, s)
	if err == nil && a.typ.Kind() != reflect.Slice {
		err = fmt.Errorf("%s is no array", s)
	}
	return sizeOf{a}, err
}

func readCount(s string, _ reflect.Type) (expression, error) {
	p, err := edi.ParsePattern(s)
	if err == nil && (len(p.Steps) != 1 || p.Element > 0 || p.Steps[0].Qualifier != "" || p.Steps[0].Ordinal > 0) {
		err = fmt.Errorf("count: %q is no segment tag alone", s)
	}
	if err != nil {
		return nil, err
	}
	return countOf{p.Steps[0].Tag}, nil
}

// readSum reads sum(PLACE), over the message, or sum(PATH), over the arrays of
// the path.
func readSum(s string, t reflect.Type) (expression, error) {
	if s != "" && s[0] >= 'A' && s[0] <= 'Z' {
		p, err := edi.ParsePattern(s)
		if err == nil && (len(p.Steps) != 1 || p.Element == 0) {
			err = fmt.Errorf("sum: %q is no element alone", s)
		}
		if err != nil {
			return nil, err
		}
		return addOf{p.Steps[0].Tag, spot{p.Element, p.Component, 0}}, nil
	}
	var steps []access
	for {
		a, rest, err := resolvePrefix(t, s)
		if err != nil {
			return nil, err
		}
		if steps = append(steps, a); rest == "" {
			break
		}
		t, s = a.typ.Elem(), rest
	}
	if last := steps[len(steps)-1]; len(steps) < 2 || last.typ.Kind() != reflect.String {
		return nil, fmt.Errorf("sum(%s): a value within an array, like lines.quantity.value, or an element, like PO102", s)
	}
	return sumOf{steps}, nil
}

// resolvePrefix resolves a path as far as the first array on it.
func resolvePrefix(t reflect.Type, path string) (a access, rest string, err error) {
	names := strings.Split(path, ".")
	for n := 1; n <= len(names); n++ {
		if a, err = resolve(t, strings.Join(names[:n], ".")); err != nil {
			return a, "", err
		}
		if a.typ.Kind() == reflect.Slice && n < len(names) {
			return a, strings.Join(names[n:], "."), nil
		}
	}
	return a, "", nil
}

// maxDigits bounds a number of a sum: longer ones count for nothing.
const maxDigits = 60

// addDecimals adds decimal texts exactly, with as many decimals as the longest
// has; what is no number counts for nothing.
func addDecimals(texts []string) string {
	scale := 0
	for _, t := range texts {
		if _, fraction, ok := strings.Cut(t, "."); ok && len(t) <= maxDigits {
			scale = max(scale, len(fraction))
		}
	}
	sum, ten, n := new(big.Int), big.NewInt(10), new(big.Int)
	for _, t := range texts {
		whole, fraction, _ := strings.Cut(t, ".")
		if _, ok := n.SetString(whole+fraction, 10); !ok || len(t) > maxDigits {
			continue
		}
		if k := scale - len(fraction); k > 0 {
			n.Mul(n, new(big.Int).Exp(ten, big.NewInt(int64(k)), nil))
		}
		sum.Add(sum, n)
	}
	text := sum.String()
	if scale == 0 {
		return text
	}
	sign := ""
	if text[0] == '-' {
		sign, text = "-", text[1:]
	}
	if len(text) <= scale {
		text = strings.Repeat("0", scale+1-len(text)) + text
	}
	return sign + text[:len(text)-scale] + "." + text[len(text)-scale:]
}
