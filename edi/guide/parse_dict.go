package guide

import (
	"slices"
	"strconv"
	"strings"

	"github.com/edibridge/edibridge/edi"
)

// maxElements is how many elements a segment may have: one bit each.
const maxElements = 64

// dictParser reads one dictionary file into the dictionary of its release.
type dictParser struct {
	lex  *lexer
	dict *dictionary
	body func(*line) // reads an indented line; nil where none is expected
}

// parseDictionary reads a file; dictOf gives the dictionary of a release that
// the file adds to, nil when it may not.
func parseDictionary(file, text string, dictOf func(standard, release string) *dictionary, p *problems) {
	dp := &dictParser{lex: newLexer(file, text, p)}
	if !dp.lex.next() {
		p.add(Origin{File: file, Line: 1}, 0, "the file is empty: expected dictionary STANDARD RELEASE")
		return
	}
	n := &line{lex: dp.lex}
	if !n.keyword("dictionary") {
		return
	}
	standard, release, ok := n.release()
	if !ok || !n.end() {
		return
	}
	if dp.dict = dictOf(standard, release); dp.dict == nil {
		dp.lex.fail(1, "the library has a dictionary of %s %s: a guide widens it by codes +", standard, release)
		return
	}
	for dp.lex.next() {
		n := &line{lex: dp.lex}
		switch {
		case dp.lex.indent == 0:
			dp.head(n)
		case dp.body == nil:
			n.expected(n.peek(), "a line at the margin: segment, composite, element, codes, known")
		default:
			dp.body(n)
		}
	}
}

// keyword takes a word that must be there literally.
func (n *line) keyword(what string) bool {
	w := n.peek()
	if w.quoted || w.text != what {
		n.expected(w, what)
		return false
	}
	n.i++
	return true
}

// release takes "X12 004010" or "EDIFACT D:96A".
func (n *line) release() (standard, release string, ok bool) {
	const standards = "a standard: X12, EDIFACT"
	w, ok := n.take(standards)
	if !ok {
		return "", "", false
	}
	what, valid := "a release of six digits", isX12Release
	switch edi.Standard(w.text) {
	case edi.X12:
	case edi.EDIFACT:
		what, valid = "version and release as UNH has them: D:96A", isDirectory
	default:
		n.expected(w, standards)
		return "", "", false
	}
	r, ok := n.take(what)
	if ok && !valid(r.text) {
		n.expected(r, what)
		ok = false
	}
	return w.text, r.text, ok
}

func isX12Release(s string) bool { return len(s) == 6 && allDigits(s) }

// isDirectory reports whether s is version and release of S009, each of one to
// three letters and digits.
func isDirectory(s string) bool {
	v, r, ok := strings.Cut(s, ":")
	for _, part := range []string{v, r} {
		ok = ok && len(part) >= 1 && len(part) <= 3
		for i := range len(part) {
			c := part[i]
			ok = ok && (c >= '0' && c <= '9' || c >= 'A' && c <= 'Z')
		}
	}
	return ok
}

// head reads a line at the margin.
func (dp *dictParser) head(n *line) {
	dp.body = nil
	w, ok := n.take("segment, composite, element, codes or known")
	if !ok {
		return
	}
	switch w.text {
	case "segment":
		dp.structure(n, dp.dict.segments, "a segment tag", isTag)
	case "composite":
		dp.structure(n, dp.dict.composites, "a composite number", isComposite)
	case "element":
		dp.element(n)
	case "codes":
		dp.codes(n)
	case "known":
		for n.more() {
			t, ok := n.take("a segment tag")
			if !ok {
				return
			}
			if !isTag(t.text) {
				n.expected(t, "a segment tag")
				return
			}
			dp.dict.known[t.text] = true
		}
	default:
		n.expected(w, "segment, composite, element, codes or known")
	}
}

// structure reads "segment PO1 "name" qualifier 1" and what is indented below.
func (dp *dictParser) structure(n *line, into map[string]*structDef, what string, valid func(string) bool) {
	s := &structDef{at: dp.lex.at}
	dp.body = func(n *line) { dp.member(n, s) } // lines below a bad head are still read
	w, ok := n.take(what)
	if !ok {
		return
	}
	if !valid(w.text) {
		n.expected(w, what)
		return
	}
	s.id, s.name = w.text, n.quoted()
	if n.more() && n.peek().text == "qualifier" {
		n.i++
		if !n.qualifier(s) {
			return
		}
	}
	if !n.end() {
		return
	}
	if old := into[s.id]; old != nil {
		n.lex.fail(w.column, "%s is defined before, at %s", s.id, old.at)
		return
	}
	into[s.id] = s
}

// qualifier takes "1" or "1.1".
func (n *line) qualifier(s *structDef) bool {
	const what = "the number of the qualifier element, or element.component"
	w, ok := n.take(what)
	if !ok {
		return false
	}
	element, part, dotted := strings.Cut(w.text, ".")
	var errElement, errPart error
	s.qualifier, errElement = strconv.Atoi(element)
	if dotted {
		s.qualifierPart, errPart = strconv.Atoi(part)
	}
	if errElement != nil || errPart != nil || !allDigits(element) || s.qualifier < 1 || s.qualifier > maxElements ||
		dotted && (!allDigits(part) || s.qualifierPart < 1 || s.qualifierPart > maxElements) {
		n.expected(w, what)
		return false
	}
	return true
}

// next is the position of the next member.
func (dp *dictParser) next(s *structDef) int {
	if len(s.members) == 0 {
		return 1
	}
	last := &s.members[len(s.members)-1]
	if dp.edifact() {
		return last.pos + last.repeat
	}
	return last.pos + 1
}

func (dp *dictParser) edifact() bool { return dp.dict.standard == string(edi.EDIFACT) }

// member reads "02 330 X" or "C0302".
func (dp *dictParser) member(n *line, s *structDef) {
	w, ok := n.take("an element's number or a condition")
	if !ok {
		return
	}
	if w.text[0] < '0' || w.text[0] > '9' {
		dp.condition(n, w, s)
		return
	}
	pos := dp.next(s)
	if want := twoDigits(pos); w.text != want || pos > maxElements {
		n.expected(w, want+", the next element's number, up to "+strconv.Itoa(maxElements))
		return
	}
	m := memberDef{pos: pos, repeat: 1, at: dp.lex.at}
	// A member that is wrong still counts, so that those behind it are not wrong too.
	defer func() { s.members = append(s.members, m) }()
	ref, ok := n.take("an element or composite number")
	if !ok {
		return
	}
	if !allDigits(ref.text) && !isComposite(ref.text) {
		n.expected(ref, "an element or composite number")
		return
	}
	m.ref = ref.text
	if m.req, ok = n.requirement(); !ok {
		return
	}
	if n.more() && !n.peek().quoted {
		w := n.peek()
		if m.repeat, ok = n.count("the most repetitions or *"); !ok {
			m.repeat = 1
			return
		}
		if dp.edifact() && pos+m.repeat-1 > maxElements {
			m.repeat = 1
			n.expected(w, "repetitions up to element "+strconv.Itoa(maxElements))
			return
		}
	}
	m.name = n.quoted()
	n.end()
}

func twoDigits(n int) string {
	if n < 10 {
		return "0" + strconv.Itoa(n)
	}
	return strconv.Itoa(n)
}

// condition reads "L130204".
func (dp *dictParser) condition(n *line, w word, s *structDef) {
	c := condDef{kind: w.text[0], text: w.text, at: dp.lex.at}
	nums := w.text[1:]
	if !strings.ContainsRune("PRECLON", rune(c.kind)) || len(nums) < 4 || len(nums)%2 != 0 || !allDigits(nums) {
		n.expected(w, "a condition: P, R, E, C, L, O or N and two digits for each of at least two elements")
		return
	}
	for i := 0; i < len(nums); i += 2 {
		v, _ := strconv.Atoi(nums[i : i+2])
		if v == 0 || v > maxElements || slices.Contains(c.members, v) {
			n.lex.fail(w.column+1+i, "element %s in condition %s: expected each element once, from 01", nums[i:i+2], w.text)
			return
		}
		c.members = append(c.members, v)
	}
	if n.end() {
		s.conds = append(s.conds, c)
	}
}

// element reads "element 330 R 1/15 "name"".
func (dp *dictParser) element(n *line) {
	e := &elementDef{at: dp.lex.at}
	id, ok := n.take("an element number")
	if !ok {
		return
	}
	if !allDigits(id.text) {
		n.expected(id, "an element number")
		return
	}
	e.id = id.text
	if dp.edifact() {
		ok = n.representation(e)
	} else {
		ok = n.typeAndLengths(e)
	}
	if !ok {
		return
	}
	e.name = n.quoted()
	if !n.end() {
		return
	}
	if old := dp.dict.elements[e.id]; old != nil {
		n.lex.fail(id.column, "element %s is defined before, at %s", e.id, old.at)
		return
	}
	dp.dict.elements[e.id] = e
}

const elementTypes = "a type: AN ID N N0..N9 R DT TM B"

// typeAndLengths takes "R 1/15".
func (n *line) typeAndLengths(e *elementDef) bool {
	typ, ok := n.take(elementTypes)
	if !ok {
		return false
	}
	if !isType(typ.text) {
		n.expected(typ, elementTypes)
		return false
	}
	e.typ = typ.text
	e.min, e.max, ok = n.lengths()
	return ok
}

// representation takes "an..35" or "n6" (ISO 9735: up to, exactly).
func (n *line) representation(e *elementDef) bool {
	const what = "a representation: a, n or an, and 3 or ..35"
	w, ok := n.take(what)
	if !ok {
		return false
	}
	e.typ = strings.TrimRight(w.text, ".0123456789")
	length, upTo := strings.CutPrefix(w.text[len(e.typ):], "..")
	v, err := strconv.Atoi(length)
	if e.typ != "a" && e.typ != "n" && e.typ != "an" || err != nil || !allDigits(length) || v < 1 || v > maxLength {
		n.expected(w, what)
		return false
	}
	if e.min, e.max = v, v; upTo {
		e.min = 1
	}
	return true
}

func isType(s string) bool {
	switch s {
	case "AN", "ID", "R", "DT", "TM", "B", "N":
		return true
	}
	return len(s) == 2 && s[0] == 'N' && s[1] >= '0' && s[1] <= '9'
}

// codes reads "codes 355", what kind of list it is, and one code a line below.
func (dp *dictParser) codes(n *line) {
	l := &codeList{at: dp.lex.at}
	dp.body = func(n *line) { n.code(l) }
	w, ok := n.take("an element number")
	if !ok {
		return
	}
	for n.more() && ok {
		if n.peek().text == "severity" && l.severity == "" {
			n.i++
			l.severity, ok = n.listSeverity()
			continue
		}
		var d *listDecl
		if d, ok = n.list(); ok {
			l.listDecl = *d
		}
	}
	if !ok {
		return
	}
	if old := dp.dict.lists[w.text]; old != nil {
		n.lex.fail(w.column, "the codes of element %s stand before, at %s", w.text, old.at)
		return
	}
	l.element = w.text
	dp.dict.lists[w.text] = l
}

// listSeverity takes the severity of a code that is not on a list.
func (n *line) listSeverity() (edi.Severity, bool) {
	const what = "a severity: error, warning, info"
	w, ok := n.take(what)
	switch s := edi.Severity(w.text); s {
	case edi.Error, edi.Warning, edi.Info:
		return s, ok
	}
	if ok {
		n.expected(w, what)
	}
	return "", false
}

// code reads one code of a list.
func (n *line) code(l *codeList) {
	w, ok := n.take("a code")
	if !ok {
		return
	}
	c := code{w.text, n.quoted()}
	if !n.end() {
		return
	}
	if k := len(l.codes); k > 0 && l.codes[k-1].code >= c.code {
		n.lex.fail(w.column, "code %s behind %s: expected codes in order of their bytes, each once", c.code, l.codes[k-1].code)
		return
	}
	l.codes = append(l.codes, c)
}

// requirement takes M, O, C or X.
func (n *line) requirement() (Requirement, bool) {
	w, ok := n.take("a requirement: M O C X")
	if !ok {
		return "", false
	}
	switch r := Requirement(w.text); r {
	case Mandatory, Optional, Conditional, Relational:
		return r, true
	}
	n.expected(w, "a requirement: M O C X")
	return "", false
}

// count takes a number from 1 or "*".
func (n *line) count(what string) (int, bool) {
	if n.more() && n.peek().text == "*" {
		n.i++
		return Unlimited, true
	}
	return n.number(1, Unlimited-1, what)
}

// number takes a number between two bounds.
func (n *line) number(lo, hi int, what string) (int, bool) {
	w, ok := n.take(what)
	if !ok {
		return 0, false
	}
	v, err := strconv.Atoi(w.text)
	if err != nil || v < lo || v > hi || !allDigits(w.text) {
		n.expected(w, what)
		return 0, false
	}
	return v, true
}

// maxLength is the longest value that a guide may ask for.
const maxLength = 1 << 20

// lengths takes "4/9".
func (n *line) lengths() (shortest, longest int, ok bool) {
	const what = "lengths: shortest/longest"
	w, ok := n.take(what)
	if !ok {
		return 0, 0, false
	}
	a, b, _ := strings.Cut(w.text, "/")
	shortest, errA := strconv.Atoi(a)
	longest, errB := strconv.Atoi(b)
	if errA != nil || errB != nil || !allDigits(a) || !allDigits(b) || longest < max(shortest, 1) || longest > maxLength {
		n.expected(w, what)
		return 0, 0, false
	}
	return shortest, longest, true
}

func allDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// isTag reports whether s is a segment tag: a letter and one or two letters or
// digits.
func isTag(s string) bool {
	if len(s) < 2 || len(s) > 3 || s[0] < 'A' || s[0] > 'Z' {
		return false
	}
	for i := 1; i < len(s); i++ {
		if c := s[i]; (c < 'A' || c > 'Z') && (c < '0' || c > '9') {
			return false
		}
	}
	return true
}

// isComposite reports whether s is the number of a composite: "C040".
func isComposite(s string) bool {
	return len(s) == 4 && (s[0] == 'C' || s[0] == 'S' || s[0] == 'E') && allDigits(s[1:])
}
