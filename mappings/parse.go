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
	at         origin
	column     int
	places     []place
	path       string
	pathCol    int
	remove     bool   // path "-"
	fixed      string // of a constant row: the value
	isFixed    bool
	orElse     bool   // constant row: "default"
	literal    string // of a row "PLACE TEXT": the fixed value
	isLiteral  bool
	conv       string // name of the converter; "" is text
	args       []word // of the converter
	convCol    int
	to         int    // "to N"
	rows       string // "rows NAME"
	isShared   bool   // "- rows NAME": the rows stand here
	taken      int    // sections that segments took on the way to this row
	after      string // "after TAG"
	past       string // "past TAG"
	key        string // "key SCHEME"
	expr       string // "= EXPRESSION"
	exprCol    int
	when       string // "when EXPRESSION"
	whenCol    int
	deflt      string // default "TEXT"
	numbered   bool   // default number()
	assume     string // assume "TEXT"
	inherit    string // "inherit PATH"
	inheritCol int
	alt        bool // "else"
	required   bool
	repeats    bool
	wheres     []where
	tree       []place // "tree ID PARENT": two elements of the segment
	kids       []*node
	replaced   []*node // rows whose place it took: of lower layers, of a section that its segment takes
}

// where is "where PLACE TEXT": another element of the segment says this.
type where struct {
	place
	value string
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

// split divides a line into words. What follows "=" or "when" is one word: to
// a "=" that stands alone, or to the comment.
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
			words = append(words, word{"=", i + 1, false})
			words, i = appendExpression(words, line, i+1)
		default:
			end := strings.IndexAny(line[i:], " \t")
			if end < 0 {
				end = len(line) - i
			}
			w := word{line[i : i+end], i + 1, false}
			words = append(words, w)
			if i += end; w.text == "when" && len(words) > 1 {
				words, i = appendExpression(words, line, i)
			}
		}
	}
	return words, true
}

// appendExpression takes the expression that begins at i as one word and gives
// where it ends.
func appendExpression(words []word, line string, i int) ([]word, int) {
	for i < len(line) && line[i] == ' ' {
		i++
	}
	end, quote := i, byte(0)
	for ; end < len(line); end++ {
		c := line[end]
		switch {
		case quote != 0 && c == '\\':
			end++
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '#', c == '=' && alone(line, end):
			return append(words, word{strings.TrimSpace(line[i:end]), i + 1, true}), end
		}
	}
	return append(words, word{strings.TrimSpace(line[i:]), i + 1, true}), len(line)
}

// alone tells the "=" of a row from those of ==, !=, <= and >=.
func alone(line string, i int) bool {
	return strings.IndexByte("=!<>", line[i-1]) < 0 && (i+1 == len(line) || line[i+1] != '=')
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
	if len(words) == 3 && words[0].text == "-" && words[1].text == "rows" && !words[2].quoted && words[2].text != "=" {
		n.rows, n.convCol, n.isShared = words[2].text, words[2].column, true
		return true
	}
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
	switch {
	case n.isFixed && (len(words) == 0 || words[0].quoted):
		return p.constant(n, words)
	case n.isFixed && n.path == "":
		p.fail(n.column, "%s", constantForm)
		return false
	case len(words) > 0 && words[0].quoted && n.path == "":
		n.literal, n.isLiteral = words[0].text, true
		words = words[1:]
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
	for len(words) > 0 && isPlace(words[0]) {
		pl, ok := p.place(words[0])
		if !ok {
			return nil, false
		}
		n.places = append(n.places, pl)
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

func isPlace(w word) bool { return !w.quoted && w.text != "" && w.text[0] >= 'A' && w.text[0] <= 'Z' }

func (p *parser) place(w word) (place, bool) {
	pat, err := edi.ParsePattern(w.text)
	if err != nil {
		p.fail(w.column, "%v", err)
		return place{}, false
	}
	if pat.Repetition > 0 {
		p.fail(w.column, `place %q: a row reads the whole element; repetitions go into an array, with "repeats"`, w.text)
		return place{}, false
	}
	return place{pat, w.text, w.column}, true
}

const constantForm = `a constant row is: - PATH "VALUE", and "default" if objects without one belong here too; a computed one: - PATH = EXPRESSION`

// constant reads what follows "- path".
func (p *parser) constant(n *node, words []word) bool {
	if n.path == "" || len(words) == 0 {
		p.fail(n.column, "%s", constantForm)
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
	switch w := words[0]; w.text {
	case "else":
		n.alt = true
	case "required":
		n.required = true
	case "repeats":
		n.repeats = true
	case "key", "rows", "after", "past", "default", "assume", "inherit", "to", "when", "=":
		if len(words) < 2 || (w.text == "=" || w.text == "when") && words[1].text == "" {
			p.fail(w.column, "%s: %s must follow", w.text, follows[w.text])
			return nil
		}
		if !p.argument(n, w, words[1]) {
			return nil
		}
		return words[2:]
	case "tree":
		return p.tree(n, words)
	case "where":
		return p.where(n, words)
	default:
		return p.converter(n, words)
	}
	return words[1:]
}

// follows is what each word that takes something is followed by.
var follows = map[string]string{
	"key": "the scheme", "rows": "the name of a section of rows", "after": "a segment tag", "past": "a segment tag", "default": "the text in quotes",
	"assume": "the text in quotes", "inherit": "the path of a member around", "to": "a number", "when": "an expression", "=": "an expression",
}

// argument reads the word behind a modifier.
func (p *parser) argument(n *node, w, a word) bool {
	switch w.text {
	case "key":
		n.key = a.text
	case "rows":
		n.rows, n.convCol = a.text, a.column
	case "after":
		n.after, n.convCol = a.text, a.column
	case "past":
		n.past = a.text
	case "default", "assume":
		if n.numbered = w.text == "default" && !a.quoted && a.text == "number()"; n.numbered {
			return true
		}
		if !a.quoted {
			p.fail(a.column, "%s: the text stands in quotes", w.text)
		}
		if w.text == "default" {
			n.deflt = a.text
		} else {
			n.assume = a.text
		}
	case "inherit":
		n.inherit, n.inheritCol = a.text, a.column
	case "to":
		if n.to, _ = strconv.Atoi(a.text); n.to < 1 || n.to > maxTo {
			p.fail(a.column, "to %s: a number from 1 to %d", a.text, maxTo)
			return false
		}
	case "when":
		n.when, n.whenCol = a.text, a.column
	case "=":
		n.expr, n.exprCol = a.text, a.column
	}
	return true
}

// tree reads "tree ID PARENT".
func (p *parser) tree(n *node, words []word) []word {
	if len(words) < 3 || !isPlace(words[1]) || !isPlace(words[2]) {
		p.fail(words[0].column, "tree: two elements must follow, the number of a node and that of its parent, like HL01 HL02")
		return nil
	}
	for _, w := range words[1:3] {
		pl, ok := p.place(w)
		if !ok {
			return nil
		}
		if pl.pattern.Element == 0 {
			p.fail(w.column, "tree: %s is no element", w.text)
			return nil
		}
		n.tree = append(n.tree, pl)
	}
	return words[3:]
}

// where reads "where PLACE TEXT".
func (p *parser) where(n *node, words []word) []word {
	if len(words) < 3 || !isPlace(words[1]) || !words[2].quoted {
		p.fail(words[0].column, `where: an element of the segment must follow, and the text that it holds, in quotes ("": none)`)
		return nil
	}
	pl, ok := p.place(words[1])
	if !ok {
		return nil
	}
	if pl.pattern.Element == 0 {
		p.fail(words[1].column, "where: %s is no element", words[1].text)
		return nil
	}
	n.wheres = append(n.wheres, where{pl, words[2].text})
	return words[3:]
}

// converterArgs is how many words follow the name of a converter.
var converterArgs = map[string]int{"code": 1, "codes": 1, "join": 1, "wrap": 1, "lookup": 3}

func (p *parser) converter(n *node, words []word) []word {
	w := words[0]
	if n.conv != "" {
		p.fail(w.column, "%q: the row has the converter %s already", w.text, n.conv)
		return nil
	}
	n.conv, n.convCol = w.text, w.column
	count := converterArgs[w.text]
	if len(words) < 1+count {
		p.fail(w.column, "%s: %s", w.text, map[string]string{
			"code": "the name of a code list must follow", "codes": "the name of a file must follow", "join": "the text between the parts must follow, in quotes",
			"wrap": "the length of a part must follow", "lookup": "a file must follow, and two of its columns: what the message says, what the document says"}[w.text])
		return nil
	}
	if w.text == "date" && len(words) > 1 && words[1].quoted {
		count = 1 // the spelling of the partner
	}
	n.args, words = words[1:1+count], words[1+count:]
	if w.text == "lookup" && len(words) > 0 && words[0].text == "first" {
		n.args, words = append(n.args[:count:count], words[0]), words[1:]
	}
	return words
}

// isPath tells a path from a modifier: a path stands first, and modifiers never
// do but in a row without a path.
func isPath(w word) bool {
	if w.quoted || w.text == "" || w.text[0] < 'a' || w.text[0] > 'z' {
		return false
	}
	return w.text != "rows" && w.text != "after" && w.text != "past" && w.text != "when" && w.text != "where"
}
