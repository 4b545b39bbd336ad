package mappings

import (
	"strconv"
	"strings"

	"github.com/edibridge/edibridge/edi"
)

// word is one word of a line.
type word struct {
	text   string
	column int // from 1
	quoted bool
}

// node is one row as it was written.
type node struct {
	at      origin
	column  int
	places  []place
	path    string
	pathCol int
	remove  bool   // path "-"
	fixed   string // of a constant row: the value
	isFixed bool
	orElse  bool   // constant row: "default"
	conv    string // name of the converter; "" is text
	convArg string
	convCol int
	to      int    // "to N"
	rows    string // "rows NAME"
	after   string // "after TAG"
	key     string // "key SCHEME"
	expr    string // "= EXPRESSION"
	exprCol int
	deflt   string // default "TEXT"
	kids    []*node
}

type place struct {
	pattern edi.Pattern
	text    string
	column  int
}

// section is one part of a file: a mapping, a set of rows, a code list.
type section struct {
	at    origin
	head  []word
	nodes []*node
	codes []pairLine // of a code list
}

// pairLine is a line of a code list.
type pairLine struct {
	at         origin
	code, name word
}

const (
	maxDepth = 12  // rows below rows
	maxTo    = 100 // tuples of a segment
)

// parser reads one file.
type parser struct {
	file     string
	line     int
	probs    *problems
	sections []*section
	stack    []*node
}

func parseFile(file, text string, probs *problems) []*section {
	p := &parser{file: file, probs: probs}
	for line := range strings.Lines(text) {
		p.line++
		p.read(strings.TrimRight(line, "\r\n"))
	}
	return p.sections
}

func (p *parser) at() origin { return origin{file: p.file, line: p.line} }

func (p *parser) fail(column int, format string, args ...any) {
	p.probs.add(p.at(), column, format, args...)
}

func (p *parser) read(line string) {
	words, ok := p.split(line)
	if !ok || len(words) == 0 {
		return
	}
	switch first := words[0]; {
	case first.column == 1 && (first.text == "mapping" || first.text == "rows" || first.text == "codes") && !first.quoted:
		p.sections = append(p.sections, &section{at: p.at(), head: words})
		p.stack = p.stack[:0]
	case len(p.sections) == 0:
		p.fail(first.column, `no section is open: begin one with "mapping", "rows" or "codes"`)
	default:
		s := p.sections[len(p.sections)-1]
		if s.head[0].text != "codes" {
			p.row(s, words)
			return
		}
		if len(words) != 2 {
			p.fail(first.column, "a line of a code list has two words: code and name")
			return
		}
		s.codes = append(s.codes, pairLine{p.at(), words[0], words[1]})
	}
}

// split divides a line into words; what follows "=" is one word, to the comment.
func (p *parser) split(line string) ([]word, bool) {
	var words []word
	for i := 0; i < len(line); {
		switch c := line[i]; {
		case c == ' ':
			i++
		case c == '\t':
			p.fail(i+1, "a tab: indent and separate with blanks")
			return nil, false
		case c == '#':
			return words, true
		case c == '"':
			end := strings.IndexByte(line[i+1:], '"')
			if end < 0 {
				p.fail(i+1, "the quote is not closed")
				return nil, false
			}
			words = append(words, word{line[i+1 : i+1+end], i + 1, true})
			i += end + 2
		case c == '=' && len(words) > 0:
			rest, _, _ := strings.Cut(line[i+1:], "#")
			return append(words, word{"=", i + 1, false}, word{strings.TrimSpace(rest), i + 2, true}), true
		default:
			end := strings.IndexAny(line[i:], " \t")
			if end < 0 {
				end = len(line) - i
			}
			words = append(words, word{line[i : i+end], i + 1, false})
			i += end
		}
	}
	return words, true
}

// row reads one row and hangs it below the row that it is indented under.
func (p *parser) row(s *section, words []word) {
	n := &node{at: p.at(), column: words[0].column}
	for len(p.stack) > 0 && p.stack[len(p.stack)-1].column >= n.column {
		p.stack = p.stack[:len(p.stack)-1]
	}
	if !p.fill(n, words) {
		return
	}
	if len(p.stack) == maxDepth {
		p.fail(n.column, "rows stand at most %d deep", maxDepth)
		return
	}
	if len(p.stack) == 0 {
		s.nodes = append(s.nodes, n)
	} else {
		up := p.stack[len(p.stack)-1]
		up.kids = append(up.kids, n)
	}
	p.stack = append(p.stack, n)
}

func (p *parser) fill(n *node, words []word) bool {
	words, ok := p.places(n, words)
	if !ok {
		return false
	}
	if len(words) > 0 && words[0].text == "-" && !words[0].quoted {
		n.remove = true
		if len(words) > 1 {
			p.fail(words[1].column, `nothing follows the path "-", which takes a row away`)
		}
		return true
	}
	if len(words) > 0 && isPath(words[0]) {
		n.path, n.pathCol = words[0].text, words[0].column
		words = words[1:]
	}
	if n.isFixed {
		return p.constant(n, words)
	}
	for len(words) > 0 {
		if words = p.modifier(n, words); words == nil {
			return false
		}
	}
	return true
}

// places reads the places that a row begins with.
func (p *parser) places(n *node, words []word) ([]word, bool) {
	if words[0].text == "-" && !words[0].quoted {
		n.isFixed = true
		return words[1:], true
	}
	for len(words) > 0 && !words[0].quoted && words[0].text[0] >= 'A' && words[0].text[0] <= 'Z' {
		w := words[0]
		pat, err := edi.ParsePattern(w.text)
		if err != nil {
			p.fail(w.column, "%v", err)
			return nil, false
		}
		if pat.Repetition > 0 {
			p.fail(w.column, "place %q: a row reads the whole element; repetitions are not told apart", w.text)
			return nil, false
		}
		n.places = append(n.places, place{pat, w.text, w.column})
		words = words[1:]
	}
	if len(n.places) == 0 {
		p.fail(words[0].column, `%q is no place: a row begins with one, like PO1, REF:DP or PO103, or with "-"`, words[0].text)
		return nil, false
	}
	for _, pl := range n.places[1:] {
		if pl.pattern.Element == 0 || n.places[0].pattern.Element == 0 {
			p.fail(pl.column, "only elements of one segment can share a row")
			return nil, false
		}
	}
	return words, true
}

// constant reads what follows "- path".
func (p *parser) constant(n *node, words []word) bool {
	if n.path == "" || len(words) == 0 || !words[0].quoted {
		p.fail(n.column, `a constant row is: - PATH "VALUE", and "default" if objects without one belong here too`)
		return false
	}
	n.fixed, n.orElse = words[0].text, len(words) == 2 && words[1].text == "default"
	if len(words) > 1 && !n.orElse {
		p.fail(words[1].column, `%q: only "default" can follow`, words[1].text)
	}
	return true
}

// modifier reads one thing behind the path and gives the words left, nil when
// it is wrong.
func (p *parser) modifier(n *node, words []word) []word {
	w := words[0]
	arg := func(what string) (word, bool) {
		if len(words) < 2 {
			p.fail(w.column, "%s: %s must follow", w.text, what)
			return word{}, false
		}
		return words[1], true
	}
	var a word
	ok := true
	switch w.text {
	case "key":
		a, ok = arg("the scheme")
		n.key = a.text
	case "rows":
		a, ok = arg("the name of a section of rows")
		n.rows, n.convCol = a.text, a.column
	case "after":
		a, ok = arg("a segment tag")
		n.after, n.convCol = a.text, a.column
	case "default":
		if a, ok = arg("the text in quotes"); ok && !a.quoted {
			p.fail(a.column, "default: the text stands in quotes")
		}
		n.deflt = a.text
	case "to":
		if a, ok = arg("a number"); ok {
			n.to, _ = strconv.Atoi(a.text)
			if n.to < 1 || n.to > maxTo {
				p.fail(a.column, "to %s: a number from 1 to %d", a.text, maxTo)
				return nil
			}
		}
	case "=":
		a, ok = arg("an expression")
		n.expr, n.exprCol = a.text, a.column
	default:
		return p.converter(n, words)
	}
	if !ok {
		return nil
	}
	return words[2:]
}

func (p *parser) converter(n *node, words []word) []word {
	w := words[0]
	if n.conv != "" {
		p.fail(w.column, "%q: the row has the converter %s already", w.text, n.conv)
		return nil
	}
	n.conv, n.convCol = w.text, w.column
	if w.text != "code" && w.text != "codes" {
		return words[1:]
	}
	if len(words) < 2 {
		p.fail(w.column, "%s: the name of a code list must follow", w.text)
		return nil
	}
	n.convArg = words[1].text
	return words[2:]
}

// isPath tells a path from a modifier: a path stands first, and modifiers never
// do but in a row without a path.
func isPath(w word) bool {
	if w.quoted || w.text == "" || w.text[0] < 'a' || w.text[0] > 'z' {
		return false
	}
	return w.text != "rows" && w.text != "after"
}
