package guide

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/edibridge/edibridge/edi"
)

// Remark is something about a guide that loads but hardly says what it is meant
// to say.
type Remark struct {
	File     string       `json:"file"`
	Line     int          `json:"line"`   // from 1
	Column   int          `json:"column"` // from 1, in bytes; 0: the whole line
	Rule     string       `json:"rule"`   // stable id, of [LintRules]
	Severity edi.Severity `json:"severity"`
	Text     string       `json:"message"`
}

// String is "file:line:column: severity rule: text".
func (r Remark) String() string {
	e := Error{r.File, r.Line, r.Column, fmt.Sprintf("%s %s: %s", r.Severity, r.Rule, r.Text)}
	return e.Error()
}

// lintRule is an index of lintRules.
type lintRule int

const (
	lintContradiction lintRule = iota
	lintMandatory
	lintNever
	lintLengthNever
	lintValueLength
	lintExample
	lintCode
	lintQualifier
	lintLength
	lintUses
	lintIdle
	lintTwice
	lintShadowed
	lintNoExample
	lintRuleCount
)

// lintRules are what [Library.Lint] looks for. Nobody writes to the table.
var lintRules = [lintRuleCount]Rule{
	lintContradiction: {ID: "guide.contradiction", Severity: edi.Error, Text: "what one line requires, no other line forbids"},
	lintMandatory:     {ID: "guide.unused.mandatory", Severity: edi.Error, Text: "what the base makes mandatory is not unused"},
	lintNever:         {ID: "guide.line.never", Severity: edi.Warning, Text: "a line can hold: its place is used, its conditions can come true"},
	lintLengthNever:   {ID: "guide.length.never", Severity: edi.Error, Text: "a length is one that the base allows, too"},
	lintValueLength:   {ID: "guide.value.length", Severity: edi.Error, Text: "a code or value has a length that its element and its line allow"},
	lintExample:       {ID: "guide.example.fails", Severity: edi.Error, Text: "an example is what it says"},
	lintCode:          {ID: "guide.code.unknown", Severity: edi.Warning, Text: "a code is on the base's list, without which it is an error whatever the line says"},
	lintQualifier:     {ID: "guide.qualifier.unknown", Severity: edi.Warning, Text: "a qualifier in a place or condition is on its element's list"},
	lintLength:        {ID: "guide.length.wider", Severity: edi.Warning, Text: "a length is within the base's, which stays in force"},
	lintUses:          {ID: "guide.max.wider", Severity: edi.Warning, Text: "a maximum is below the base's, which stays in force"},
	lintIdle:          {ID: "guide.line.idle", Severity: edi.Warning, Text: "a line asks for something that the base does not ask for"},
	lintTwice:         {ID: "guide.line.twice", Severity: edi.Warning, Text: "a guide asks for one thing at a place once"},
	lintShadowed:      {ID: "guide.line.shadowed", Severity: edi.Info, Text: "a line replaces those of lower layers with the same place"},
	lintNoExample:     {ID: "guide.example.none", Severity: edi.Info, Text: "a guide shows an example"},
}

// LintRules are all rules of [Library.Lint], in a stable order.
func LintRules() []Rule { return slices.Clone(lintRules[:]) }

// linter looks at one guide.
type linter struct {
	c     compiler
	lines []*overlayLine // of the guide and its layers, those replaced left out
	out   []Remark
}

// Lint looks at the guide of a name for what loads but cannot be meant, its
// examples included; the lines of its lower layers are theirs to answer for. It
// gives remarks in the order of the files.
func (l *Library) Lint(name string) []Remark {
	e := l.byName[name]
	if e == nil {
		return nil
	}
	decl := e.decl()
	k := linter{c: compiler{g: e.guide()}}
	if decl.base != "" {
		layers := l.layers(decl)
		k.shadowed(decl, layers)
		for i, o := range decl.overlay {
			k.line(o)
			k.twice(o, decl.overlay[:i])
		}
	}
	examples := l.Examples(name)
	for _, x := range examples {
		for _, f := range k.c.g.Test(x) {
			k.add(lintExample, Origin{File: x.Origin.File, Line: f.Line}, f.Column, "example %q: %s", x.Name, f.Text)
		}
	}
	if len(examples) == 0 {
		k.add(lintNoExample, decl.at, 0, "guide %s has no example", name)
	}
	slices.SortStableFunc(k.out, func(a, b Remark) int {
		return cmp.Or(strings.Compare(a.File, b.File), a.Line-b.Line, a.Column-b.Column)
	})
	return k.out
}

// layers are the overlays beneath d, innermost first.
func (l *Library) layers(d *guideDecl) []*guideDecl {
	var out []*guideDecl
	for at := l.byName[d.base]; at != nil && at.set == ""; at = l.byName[at.decl().base] {
		out = slices.Insert(out, 0, at.decl())
	}
	return out
}

func (k *linter) add(r lintRule, at Origin, column int, format string, args ...any) {
	k.out = append(k.out, Remark{at.File, at.Line, column, lintRules[r].ID, lintRules[r].Severity, fmt.Sprintf(format, args...)})
}

// shadowed gathers the lines that hold, and tells which of d replace others.
func (k *linter) shadowed(d *guideDecl, layers []*guideDecl) {
	for _, layer := range append(slices.Clone(layers), d) {
		for _, o := range layer.overlay {
			place := o.place.String()
			k.lines = slices.DeleteFunc(k.lines, func(below *overlayLine) bool {
				same := below.at.Layer != layer.name && below.place.String() == place && o.replaces(below)
				if same && layer == d {
					k.add(lintShadowed, o.at, o.column, "%s replaces %q of %s, %s", place, below.text, below.at.Layer, below.at)
				}
				return same
			})
		}
		k.lines = append(k.lines, layer.overlay...)
	}
}

// line looks at one line of the guide.
func (k *linter) line(o *overlayLine) {
	targets := k.c.resolve(0, o.place.Steps, nil)
	k.qualifiers(o, o.place, o.column)
	for i := range o.conds {
		k.condition(o, &o.conds[i])
	}
	if o.off {
		return
	}
	k.unused(o)
	if !o.onPlace() && !o.onValue() && !o.widen && !o.computed() && len(o.under) == 0 && o.list == nil && o.name == "" {
		k.add(lintIdle, o.at, o.column, "%s: a note, a severity or a condition alone asks for nothing", o.place)
		return
	}
	if o.place.Element == 0 {
		k.segments(o, targets)
	}
	if e := k.element(o, targets); e != nil {
		k.values(o, e)
		k.lengths(o, e)
	}
}

// segments looks at a line about a segment or loop.
func (k *linter) segments(o *overlayLine, targets []target) {
	last := o.place.Steps[len(o.place.Steps)-1]
	plain := anyAsEmpty(last.Qualifier) == ""
	mandatory, most := len(targets) > 0, 0
	for _, t := range targets {
		it := &k.c.g.items[t.item]
		mandatory = mandatory && it.missing
		most = max(most, int(it.max))
	}
	switch {
	case o.unused && plain && mandatory && len(o.conds) == 0:
		k.add(lintMandatory, o.at, o.column, "%s is mandatory in the base: without it every document is rejected, with it too", o.place)
	case o.required && plain && mandatory && o.uses == 0:
		k.add(lintIdle, o.at, o.column, "%s is mandatory in the base already", o.place)
	}
	if o.uses > most && len(targets) > 0 {
		k.add(lintUses, o.at, o.column, "%s max %d: the base allows %d", o.place, o.uses, most)
	}
}

// element is what the dictionary says of the element that the line is about,
// nil when it is about none.
func (k *linter) element(o *overlayLine, targets []target) *elementSpec {
	if len(targets) == 0 || o.place.Element == 0 && len(o.codes)+len(o.values)+o.max == 0 {
		return nil
	}
	spec := k.c.g.items[targets[0].item].use.spec
	n, part := o.place.Element, o.place.Component
	if n == 0 {
		n, part = spec.qualified()
	}
	if n > len(spec.elements) {
		return nil
	}
	e := &spec.elements[n-1]
	mandatory := part == 0 && spec.required&(1<<(n-1)) != 0
	switch {
	case o.place.Element > 0 && o.unused && mandatory && len(o.conds) == 0:
		k.add(lintMandatory, o.at, o.column, "%s is mandatory in the base: without it every %s is rejected, with it too", o.place, spec.tag)
	case o.place.Element > 0 && o.required && mandatory && len(o.codes)+len(o.values)+o.max == 0:
		k.add(lintIdle, o.at, o.column, "%s is mandatory in the base already", o.place)
	}
	if part > 0 && e.parts != nil && part <= len(e.parts.elements) {
		return &e.parts.elements[part-1]
	}
	return e
}

// values looks at the codes and the value of a line.
func (k *linter) values(o *overlayLine, e *elementSpec) {
	for _, v := range append(slices.Clone(o.codes), o.values...) {
		n := int(characterCount([]byte(v)))
		switch {
		case e.codes != nil && !e.codes.has([]byte(v)):
			k.add(lintCode, o.at, o.column, "%s: %q is not on the list of element %s%s", o.place, v, e.ref, k.instead(o, v, e))
		case e.kind != kindComposite && (n > int(e.max) || n < int(e.min)):
			k.add(lintValueLength, o.at, o.column, "%s: %q has %s, element %s has %d to %d", o.place, v, characters(int32(n)), e.ref, e.min, e.max)
		case o.max > 0 && (n > o.max || n < o.min):
			k.add(lintValueLength, o.at, o.column, "%s: %q has %s, the line asks for %d to %d", o.place, v, characters(int32(n)), o.min, o.max)
		}
	}
}

// instead says what would make a code valid.
func (k *linter) instead(o *overlayLine, v string, e *elementSpec) string {
	if hint := nearest(v, e.list.codes); hint != "" {
		return ": " + hint
	}
	if len(o.codes) > 0 && e.list.element != "" {
		return fmt.Sprintf(": codes + %s adds it", v)
	}
	return ""
}

// lengths compares a line's length with the base's.
func (k *linter) lengths(o *overlayLine, e *elementSpec) {
	switch {
	case o.max == 0 || e.kind == kindComposite:
	case o.min > int(e.max) || o.max < int(e.min):
		k.add(lintLengthNever, o.at, o.column, "%s length %d/%d: element %s has %d to %d, no value has both", o.place, o.min, o.max, e.ref, e.min, e.max)
	case o.min < int(e.min) || o.max > int(e.max):
		k.add(lintLength, o.at, o.column, "%s length %d/%d: element %s has %d to %d, which stays in force", o.place, o.min, o.max, e.ref, e.min, e.max)
	}
}

// qualifiers looks at the qualifiers of a place.
func (k *linter) qualifiers(o *overlayLine, p edi.Pattern, column int) {
	for _, s := range p.Steps {
		spec := k.c.g.dict.specs[s.Tag]
		q := anyAsEmpty(s.Qualifier)
		if q == "" || spec == nil || spec.qualifier == 0 || spec.qualifier > len(spec.elements) {
			continue
		}
		e := spec.qualifierElement()
		if e.codes != nil && !e.codes.has([]byte(q)) && !k.widened(s.Tag, spec, q) {
			text := ""
			if hint := nearest(q, e.list.codes); hint != "" {
				text = ": " + hint
			}
			k.add(lintQualifier, o.at, column, "%s: no %s has the qualifier %q, it is not on the list of element %s%s", p, s.Tag, q, e.ref, text)
		}
	}
}

// widened reports whether an overlay adds q to the list of the qualifier where
// the guide uses the segment.
func (k *linter) widened(tag string, spec *structSpec, q string) bool {
	for i := range k.c.g.items {
		use := k.c.g.items[i].use
		if use.Tag != tag || use.spec == spec {
			continue
		}
		if e := use.spec.qualifierElement(); e.codes == nil || e.codes.has([]byte(q)) {
			return true
		}
	}
	return false
}

// qualifierElement is the element or component that tells segments of a tag
// apart; only of a segment that has one.
func (s *structSpec) qualifierElement() *elementSpec {
	e := &s.elements[s.qualifier-1]
	if s.qualifierPart > 0 && e.parts != nil {
		return &e.parts.elements[s.qualifierPart-1]
	}
	return e
}

// condition looks at one condition of a line.
func (k *linter) condition(o *overlayLine, d *condDecl) {
	k.qualifiers(o, d.place, d.column)
	for _, other := range k.lines {
		if other != o && other.forbids() && covers(other.place, d.place) && d.op != '!' {
			k.add(lintNever, o.at, d.column, "condition %s: %s is unused, %s", d.place, other.place, other.at)
		}
	}
	if len(d.values) == 0 || d.place.Element == 0 {
		return
	}
	spec := k.c.g.dict.specs[d.place.Steps[len(d.place.Steps)-1].Tag]
	if spec == nil || d.place.Element > len(spec.elements) {
		return
	}
	e := &spec.elements[d.place.Element-1]
	if n := d.place.Component; n > 0 && e.parts != nil && n <= len(e.parts.elements) {
		e = &e.parts.elements[n-1]
	}
	if e.codes == nil {
		return
	}
	for _, v := range d.values {
		if !e.codes.has([]byte(v)) {
			k.add(lintNever, o.at, d.column, "condition %s: %q is not on the list of element %s", d.place, v, e.ref)
		}
	}
}

// forbids reports whether a line says of its place that it is unused, always.
func (o *overlayLine) forbids() bool { return o.unused && !o.off && len(o.conds) == 0 }

// covers reports whether what stands at p stands within outer, too.
func covers(outer, p edi.Pattern) bool {
	if len(outer.Steps) > len(p.Steps) || outer.Element > 0 && (len(outer.Steps) != len(p.Steps) || outer.Element != p.Element) {
		return false
	}
	if outer.Component > 0 && outer.Component != p.Component {
		return false
	}
	for i, s := range outer.Steps {
		if q := anyAsEmpty(s.Qualifier); s.Tag != p.Steps[i].Tag || q != "" && q != p.Steps[i].Qualifier {
			return false
		}
	}
	return true
}

// unused looks for lines that make the place of this one unused.
func (k *linter) unused(o *overlayLine) {
	for _, other := range k.lines {
		if other == o || !other.forbids() || !covers(other.place, o.place) {
			continue
		}
		same := other.place.String() == o.place.String() || o.place.Element == 0 && len(other.place.Steps) == len(o.place.Steps)
		if o.required && same && len(o.conds) == 0 {
			k.add(lintContradiction, o.at, o.column, "%s is required here and unused in %s", o.place, other.at)
			continue
		}
		if !o.unused {
			k.add(lintNever, o.at, o.column, "%s: %s is unused, %s", o.place, other.place, other.at)
		}
	}
}

// twice looks for a line before this one that asks for the same thing.
func (k *linter) twice(o *overlayLine, before []*overlayLine) {
	for _, x := range before {
		if x.place.String() != o.place.String() || len(x.conds)+len(o.conds) > 0 {
			continue
		}
		what := ""
		switch {
		case len(x.codes) > 0 && len(o.codes) > 0 && x.widen == o.widen:
			what = "codes"
		case len(x.values) > 0 && len(o.values) > 0:
			what = "value"
		case x.max > 0 && o.max > 0:
			what = "length"
		case x.uses > 0 && o.uses > 0:
			what = "max"
		case x.required && o.required:
			what = "required"
		}
		if what != "" {
			k.add(lintTwice, o.at, o.column, "%s has %s in line %d already, and both hold", o.place, what, x.at.Line)
		}
	}
}
