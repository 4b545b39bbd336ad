package guide

import "strings"

// word is one word of a line.
type word struct {
	text   string
	column int // from 1, in bytes
	quoted bool
}

// lexer divides a file into lines of words. It keeps one line at a time.
type lexer struct {
	rest   string // what was not read yet
	at     Origin // the current line
	indent int    // blanks before the first word
	words  []word // of the current line, until the next call of next
	// verbatim: indented lines are one word each, until a line at the margin.
	verbatim bool
	probs    *problems
}

func newLexer(file, text string, probs *problems) *lexer {
	return &lexer{rest: strings.TrimPrefix(text, "\uFEFF"), at: Origin{File: file}, probs: probs}
}

// next goes to the next line that has words.
func (l *lexer) next() bool {
	for l.rest != "" {
		line := l.rest
		if i := strings.IndexByte(l.rest, '\n'); i >= 0 {
			line, l.rest = l.rest[:i], l.rest[i+1:]
		} else {
			l.rest = ""
		}
		l.at.Line++
		l.split(strings.TrimSuffix(line, "\r"))
		if len(l.words) > 0 {
			return true
		}
	}
	l.words = l.words[:0]
	return false
}

// split fills words and indent from one line.
func (l *lexer) split(line string) {
	l.words = l.words[:0]
	l.indent = 0
	if l.verbatim && l.whole(line) {
		return
	}
	for i := 0; i < len(line); {
		switch c := line[i]; {
		case c == ' ':
			i++
		case c == '\t':
			if len(l.words) == 0 {
				l.fail(i+1, "a tab in the indentation: expected blanks")
			}
			i++
		case c == '#':
			return
		default:
			if len(l.words) == 0 {
				l.indent = i
			}
			i = l.word(line, i)
		}
	}
}

// whole takes an indented line as one word. It reports false for a line at the
// margin, which ends that.
func (l *lexer) whole(line string) bool {
	text := strings.TrimLeft(line, " ")
	switch {
	case text == "" || text[0] == '#':
		return true
	case text[0] == '\t':
		l.fail(len(line)-len(text)+1, "a tab in the indentation: expected blanks")
		return true
	case len(text) == len(line):
		l.verbatim = false
		return false
	}
	l.indent = len(line) - len(text)
	l.words = append(l.words, word{text: strings.TrimRight(text, " \t"), column: l.indent + 1})
	return true
}

// word reads the word that begins at i and gives the index behind it.
func (l *lexer) word(line string, i int) int {
	if line[i] != '"' {
		end := i
		for end < len(line) && line[end] != ' ' && line[end] != '\t' {
			end++
		}
		l.words = append(l.words, word{text: line[i:end], column: i + 1})
		return end
	}
	escaped := false
	for end := i + 1; end < len(line); end++ {
		switch line[end] {
		case '\\':
			escaped = true
			end++
		case '"':
			text := line[i+1 : end]
			if escaped {
				text = unescape.Replace(text)
			}
			l.words = append(l.words, word{text: text, column: i + 1, quoted: true})
			return end + 1
		}
	}
	l.fail(i+1, "a quoted text without its closing quote")
	return len(line)
}

// unescape resolves what stands for a quote and a backslash in a quoted text.
var unescape = strings.NewReplacer(`\"`, `"`, `\\`, `\`)

// fail notes a mistake at a column of the current line.
func (l *lexer) fail(column int, format string, args ...any) {
	l.probs.add(l.at, column, format, args...)
}

// line is a cursor over the words of one line. The words end in an empty one
// that stands behind the last.
type line struct {
	lex *lexer
	i   int
}

// peek is the next word; at the end an empty one at the column behind the last.
func (n *line) peek() word {
	if n.i < len(n.lex.words) {
		return n.lex.words[n.i]
	}
	last := n.lex.words[len(n.lex.words)-1]
	return word{column: last.column + len(last.text) + 1}
}

// more reports whether words are left.
func (n *line) more() bool { return n.i < len(n.lex.words) }

// take is the next word, which must be there and not quoted; what says what was
// expected.
func (n *line) take(what string) (word, bool) {
	w := n.peek()
	if !n.more() || w.quoted {
		n.expected(w, what)
		return w, false
	}
	n.i++
	return w, true
}

// quoted is the next word when it is a quoted text.
func (n *line) quoted() string {
	if w := n.peek(); n.more() && w.quoted {
		n.i++
		return w.text
	}
	return ""
}

// end notes a mistake when words are left.
func (n *line) end() bool {
	if n.more() {
		n.expected(n.peek(), "the end of the line")
		return false
	}
	return true
}

// expected notes what was found where something else was expected.
func (n *line) expected(w word, what string) {
	found := "the end of the line"
	switch {
	case w.quoted:
		found = "a quoted text"
	case w.text != "":
		found = `"` + cut(w.text, 40) + `"`
	}
	n.lex.fail(w.column, "found %s, expected %s", found, what)
}

// cut shortens a text for a message.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && s[n]&0xC0 == 0x80 {
		n--
	}
	return s[:n]
}
