package guide

import (
	"strings"

	"github.com/edibridge/edibridge/edi"
)

// overlayLine is one line of an overlay, or of the rules of a standard's guide.
type overlayLine struct {
	place    edi.Pattern
	column   int    // of the place
	text     string // the line's words behind the place
	codes    []string
	widen    bool // codes add to the base's list
	required bool
	unused   bool
	values   []string // "value": at most one
	min, max int      // "length"; max 0: none
	uses     int      // "max"; 0: none
	conds    []condDecl
	unless   bool
	severity edi.Severity // "": the rule's own
	off      bool
	name     string
	note     string
	at       Origin

	totals   [][]condDecl // "count" and "sum": places that count together, and instead of each other
	sum      bool         // of totals: values are summed, not places counted
	unique   bool
	parent   int // element that names the one above; 0: none
	children int // element that says whether something stands below; 0: none
	under    []string
	list     *listDecl
}

// condDecl is one condition behind when or unless, or one place behind count or sum.
type condDecl struct {
	place  edi.Pattern
	column int
	op     byte // '+' is there, '=' has one of values, '!' has none of them
	values []string
}

// overlayWords are the words that a line of an overlay may have.
const overlayWords = "codes, list, value, length, required, unused, max, unique, parent, children, under, count, sum, " +
	"when, unless, severity, name or a note in quotes"

func isAttribute(s string) bool {
	switch s {
	case "codes", "list", "value", "length", "required", "unused", "max", "unique", "parent", "children", "under", "count", "sum", "or",
		"when", "unless", "and", "severity", "name":
		return true
	}
	return false
}

// onValue reports whether the line says which values may stand.
func (o *overlayLine) onValue() bool {
	return len(o.codes) > 0 && !o.widen || len(o.values) > 0 || o.max > 0
}

// onPlace reports whether the line says whether and how often something stands.
func (o *overlayLine) onPlace() bool { return o.required || o.unused || o.uses > 0 }

// computed reports whether the line compares a value with others of the set:
// what a standard's own guide has of rules.
func (o *overlayLine) computed() bool {
	return len(o.totals) > 0 || o.unique || o.parent > 0 || o.children > 0
}

// parseOverlayLine reads one line; nil when it is wrong.
func parseOverlayLine(n *line, layer string) *overlayLine {
	o := &overlayLine{at: n.lex.at}
	o.at.Layer = layer
	w, ok := n.take("a place")
	if !ok {
		return nil
	}
	if o.place, ok = n.place(w); !ok {
		return nil
	}
	o.column = w.column
	start := n.i
	if !n.more() {
		n.expected(n.peek(), overlayWords)
		return nil
	}
	for n.more() {
		if w := n.peek(); w.quoted {
			o.note = w.text
			n.i++
			continue
		}
		if !n.attribute(o) {
			return nil
		}
	}
	o.text = joinWords(n.lex.words[start:])
	return o
}

// place reads a pattern that a guide may use.
func (n *line) place(w word) (edi.Pattern, bool) {
	p, err := edi.ParsePattern(w.text)
	if err != nil {
		n.lex.fail(w.column, "%v", err)
		return p, false
	}
	for _, s := range p.Steps {
		if s.Ordinal > 0 {
			n.lex.fail(w.column, "place %q: a guide speaks of every %s, expected no ordinal", w.text, s.Tag)
			return p, false
		}
	}
	if p.Repetition > 0 {
		n.lex.fail(w.column, "place %q: a guide speaks of every repetition, expected no number", w.text)
		return p, false
	}
	return p, true
}

// attribute reads one word of an overlay line and what belongs to it.
func (n *line) attribute(o *overlayLine) bool {
	w, ok := n.take(overlayWords)
	if !ok {
		return false
	}
	switch w.text {
	case "required":
		o.required = true
	case "unused":
		o.unused = true
	case "codes":
		if n.peek().text == "+" {
			o.widen = true
			n.i++
		}
		o.codes, ok = n.values("a code")
	case "value":
		o.values, ok = n.values("a value")
		if ok && len(o.values) > 1 {
			n.lex.fail(w.column, "value takes one value, codes takes several")
			return false
		}
	case "length":
		o.min, o.max, ok = n.lengthOrLengths()
	case "max":
		o.uses, ok = n.number(1, Unlimited-1, "the most uses")
	case "when", "unless":
		o.unless = w.text == "unless"
		if len(o.conds) > 0 {
			n.lex.fail(w.column, "a second condition: expected and")
			return false
		}
		ok = n.conditions(o)
	case "severity":
		ok = n.severity(o)
	case "name":
		if o.name = n.quoted(); o.name == "" {
			n.expected(n.peek(), "a name in quotes")
			return false
		}
	default:
		ok = n.comparison(o, w)
	}
	if ok && o.required && o.unused {
		n.lex.fail(w.column, "required and unused on one line")
		return false
	}
	return ok
}

// comparison reads what belongs to a word that compares a value with others, or
// says what kind of list its codes are from.
func (n *line) comparison(o *overlayLine, w word) (ok bool) {
	switch w.text {
	case "count", "sum":
		if len(o.totals) > 0 {
			n.lex.fail(w.column, "a second total: expected or")
			return false
		}
		o.sum = w.text == "sum"
		ok = n.totals(o)
	case "unique":
		o.unique, ok = true, true
	case "parent":
		o.parent, ok = n.sibling(o)
	case "children":
		o.children, ok = n.sibling(o)
	case "under":
		o.under, ok = n.values("top, or the qualifiers of what it may stand under")
	case "list":
		o.list, ok = n.list()
	default:
		n.expected(w, overlayWords)
		return false
	}
	if ok && (o.unique || o.parent > 0 || o.children > 0) && (o.place.Element == 0 || o.place.Component > 0) {
		n.lex.fail(w.column, "%s belongs to an element: HL01 unique parent HL02", w.text)
		return false
	}
	return ok
}

// totals takes places up to the next attribute, "or" between alternatives.
func (n *line) totals(o *overlayLine) bool {
	for {
		var places []condDecl
		for n.more() && !n.peek().quoted && !isAttribute(n.peek().text) {
			w := n.peek()
			n.i++
			p, ok := n.place(w)
			if !ok {
				return false
			}
			if o.sum == (p.Element == 0) && (!o.sum || anyAsEmpty(p.Steps[len(p.Steps)-1].Qualifier) == "") {
				n.lex.fail(w.column, "place %s: count takes segments and loops, sum takes elements and qualified segments", p)
				return false
			}
			places = append(places, condDecl{place: p, column: w.column})
		}
		if len(places) == 0 {
			n.expected(n.peek(), "a place")
			return false
		}
		o.totals = append(o.totals, places)
		if n.peek().text != "or" || n.peek().quoted {
			return true
		}
		n.i++
	}
}

// sibling takes an element of the segment that the line is about.
func (n *line) sibling(o *overlayLine) (int, bool) {
	tag := o.place.Steps[len(o.place.Steps)-1].Tag
	what := "an element of " + tag
	w, ok := n.take(what)
	if !ok {
		return 0, false
	}
	p, ok := n.place(w)
	if ok && (len(p.Steps) != 1 || p.Steps[0].Tag != tag || p.Element == 0 || p.Component > 0) {
		n.expected(w, what)
		return 0, false
	}
	return p.Element, ok
}

// values takes words up to the next attribute; the first may be quoted.
func (n *line) values(what string) ([]string, bool) {
	if !n.more() || !n.peek().quoted && isAttribute(n.peek().text) {
		n.expected(n.peek(), what)
		return nil, false
	}
	if n.peek().quoted {
		return []string{n.quoted()}, true
	}
	var out []string
	for n.more() && !n.peek().quoted && !isAttribute(n.peek().text) {
		out = append(out, n.peek().text)
		n.i++
	}
	return out, true
}

// lengthOrLengths takes "13" or "9/13".
func (n *line) lengthOrLengths() (shortest, longest int, ok bool) {
	if strings.Contains(n.peek().text, "/") {
		return n.lengths()
	}
	v, ok := n.number(1, maxLength, "a length, or shortest/longest")
	return v, v, ok
}

// conditions takes "PO106 = UP EN and N1:ST".
func (n *line) conditions(o *overlayLine) bool {
	for {
		w, ok := n.take("a place")
		if !ok {
			return false
		}
		c := condDecl{column: w.column, op: '+'}
		if c.place, ok = n.place(w); !ok {
			return false
		}
		if op := n.peek(); !op.quoted && (op.text == "=" || op.text == "!=") {
			n.i++
			c.op = op.text[0]
			if c.values, ok = n.values("a value"); !ok {
				return false
			}
		}
		o.conds = append(o.conds, c)
		if n.peek().text != "and" || n.peek().quoted {
			return true
		}
		n.i++
	}
}

// severity takes error, warning, info or off.
func (n *line) severity(o *overlayLine) bool {
	const what = "a severity: error, warning, info, off"
	w, ok := n.take(what)
	if !ok {
		return false
	}
	switch s := edi.Severity(w.text); s {
	case edi.Error, edi.Warning, edi.Info:
		o.severity = s
	case "off":
		o.off = true
	default:
		n.expected(w, what)
		return false
	}
	return true
}

// joinWords is a line as it could be written.
func joinWords(words []word) string {
	var b strings.Builder
	for i, w := range words {
		if i > 0 {
			b.WriteByte(' ')
		}
		if w.quoted {
			b.WriteString(`"` + escape.Replace(w.text) + `"`)
			continue
		}
		b.WriteString(w.text)
	}
	return b.String()
}

var escape = strings.NewReplacer(`\`, `\\`, `"`, `\"`)
