package guide

import (
	"slices"
	"strings"

	"github.com/edibridge/edibridge/edi"
)

// guideDecl is one guide as written.
type guideDecl struct {
	name                   string // "X12 004010 850" or the overlay's own
	standard, release, set string // of a standard's guide
	base                   string // of an overlay: the name of what it extends
	baseColumn             int
	title                  string
	items                  []*itemDecl    // of a standard's guide
	overlay                []*overlayLine // of an overlay
	examples               []*Example
	at                     Origin
}

// itemDecl is one line of a guide: a segment, or a loop and what is in it.
type itemDecl struct {
	tag      string
	loop     bool
	req      Requirement
	max      int
	area     string
	position string
	id, name string
	children []*itemDecl
	at       Origin
}

// guideParser reads one guide file.
type guideParser struct {
	lex   *lexer
	out   []*guideDecl
	cur   *guideDecl // nil: lines before the first guide, or below a bad head
	area  string
	stack []openLoop // loops that the next line may be in
}

// openLoop is a loop whose lines are being read.
type openLoop struct {
	indent int // of the loop's own line
	inner  int // of its lines; 0 until the first was read
	decl   *itemDecl
}

// maxLoops bounds how deep loops may stand in each other.
const maxLoops = 16

// parseGuides reads the guides of a file.
func parseGuides(file, text string, p *problems) []*guideDecl {
	gp := &guideParser{lex: newLexer(file, text, p)}
	for gp.lex.next() {
		n := &line{lex: gp.lex}
		switch w := n.peek(); {
		case gp.lex.indent == 0 && w.text == "guide" && !w.quoted:
			gp.head(n)
		case gp.cur == nil && len(gp.out) == 0:
			n.expected(w, "guide STANDARD RELEASE SET or guide NAME extends BASE")
			return nil
		case gp.cur == nil:
		case gp.example(n):
		case gp.cur.base != "" || gp.area == rulesArea && gp.lex.indent > 0:
			if o := parseOverlayLine(n, gp.cur.name); o != nil {
				gp.cur.overlay = append(gp.cur.overlay, o)
			}
		case gp.lex.indent == 0:
			gp.areaLine(n)
		default:
			gp.item(n)
		}
	}
	return gp.out
}

// head reads a "guide" line.
func (gp *guideParser) head(n *line) {
	gp.cur, gp.area, gp.stack = nil, "", nil
	n.i++
	g := &guideDecl{at: gp.lex.at}
	gp.out = append(gp.out, g)
	w := n.peek()
	if n.i+1 < len(n.lex.words) && n.lex.words[n.i+1].text == "extends" && !w.quoted {
		n.i += 2
		g.name, g.baseColumn = w.text, n.peek().column
		g.base = n.baseName()
		if g.base == "" {
			n.expected(n.peek(), "the name of the guide that is extended")
			return
		}
	} else if !gp.standardHead(n, g) {
		return
	}
	g.at.Layer = g.name
	g.title = n.quoted()
	if n.end() {
		gp.cur = g
	}
}

func isSet(s string) bool { return len(s) == 3 && allDigits(s) }

func isMessageType(s string) bool {
	for i := range len(s) {
		if s[i] < 'A' || s[i] > 'Z' {
			return false
		}
	}
	return len(s) == 6
}

// standardHead reads "X12 004010 850" or "EDIFACT D:96A ORDERS".
func (gp *guideParser) standardHead(n *line, g *guideDecl) bool {
	var ok bool
	if g.standard, g.release, ok = n.release(); !ok {
		return false
	}
	what, valid := "a transaction set: 850", isSet
	if g.standard == string(edi.EDIFACT) {
		what, valid = "a message type: ORDERS", isMessageType
	}
	set, ok := n.take(what)
	if !ok {
		return false
	}
	if !valid(set.text) {
		n.expected(set, what)
		return false
	}
	g.set = set.text
	g.name = g.standard + " " + g.release + " " + g.set
	return true
}

// baseName takes the words up to the title.
func (n *line) baseName() string {
	var words []string
	for n.more() && !n.peek().quoted {
		words = append(words, n.peek().text)
		n.i++
	}
	return strings.Join(words, " ")
}

// areaLine reads "heading".
func (gp *guideParser) areaLine(n *line) {
	gp.stack = nil
	w, ok := n.take(areaNames)
	if !ok {
		return
	}
	if !slices.Contains(strings.Fields(areaNames), w.text) {
		n.expected(w, "an area at the margin ("+areaNames+") or an indented line")
		return
	}
	gp.area = w.text
	n.end()
}

// rulesArea is the last area of a standard's guide: lines as those of overlays.
const rulesArea = "rules"

const areaNames = "heading detail summary " + rulesArea

// item reads "010 BEG M 1" or "310 loop N1 O 200 id 4000".
func (gp *guideParser) item(n *line) {
	it := &itemDecl{area: gp.area, at: gp.lex.at}
	it.at.Layer = gp.cur.name
	if gp.area == "" {
		n.expected(n.peek(), "an area first: "+areaNames)
		gp.area = "heading"
	}
	if w := n.peek(); !w.quoted && allDigits(w.text) {
		it.position = w.text
		n.i++
	}
	indent := n.peek().column - 1
	if n.peek().text == "loop" && !n.peek().quoted {
		it.loop = true
		n.i++
	}
	ok := n.itemRest(it)
	gp.place(it, indent, ok)
}

// itemRest reads a line from its tag on.
func (n *line) itemRest(it *itemDecl) bool {
	w, ok := n.take("a segment tag or loop")
	if !ok {
		return false
	}
	if !isTag(w.text) {
		n.expected(w, "a segment tag or loop")
		return false
	}
	it.tag = w.text
	if it.req, ok = n.requirement(); !ok {
		return false
	}
	if it.max, ok = n.count("the most uses or *"); !ok {
		return false
	}
	if it.loop && n.peek().text == "id" && !n.peek().quoted {
		n.i++
		id, ok := n.take("a loop identifier")
		if !ok {
			return false
		}
		it.id = id.text
	}
	it.name = n.quoted()
	return n.end()
}

// place puts a line into the loop that its indentation says, which is that of
// its tag: positions stand before it, or not. A line that was not understood
// still opens its loop, so that its lines are not misread.
func (gp *guideParser) place(it *itemDecl, indent int, ok bool) {
	for len(gp.stack) > 0 && indent <= gp.stack[len(gp.stack)-1].indent {
		gp.stack = gp.stack[:len(gp.stack)-1]
	}
	into := &gp.cur.items
	if k := len(gp.stack); k > 0 {
		top := &gp.stack[k-1]
		if top.inner == 0 {
			top.inner = indent
		}
		if top.inner != indent {
			gp.lex.fail(indent+1, "indented by %d: the other lines of loop %s by %d", indent, top.decl.tag, top.inner)
		}
		into = &top.decl.children
	}
	if ok {
		*into = append(*into, it)
	}
	if it.loop {
		if len(gp.stack) == maxLoops {
			gp.lex.fail(indent+1, "loops more than %d deep", maxLoops)
			return
		}
		gp.stack = append(gp.stack, openLoop{indent: indent, decl: it})
	}
}
