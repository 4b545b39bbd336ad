package vectors

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/edifact"
	"github.com/edibridge/edibridge/x12"
)

// vector is one file below testdata, see the package comment.
type vector struct {
	name    string // "x12/count.txt"
	title   string
	options options
	input   []byte // as received: marks taken out, escapes resolved
	marks   []mark // in order of their offsets
	// sections as they stand in the file, by name; input among them.
	sections map[string]string
	head     string
}

// mark is a place in the input where a finding must stand.
type mark struct {
	rule           string
	offset, length int
}

// expected are the sections that -update writes.
var expected = []string{"findings", "tree", "answer"}

// vectors reads all vectors.
func vectors(t testing.TB) []*vector {
	t.Helper()
	var out []*vector
	err := filepath.WalkDir("testdata", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(name) != ".txt" {
			return err
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		v, err := parseVector(string(text))
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		v.name = strings.TrimPrefix(filepath.ToSlash(name), "testdata/")
		out = append(out, v)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// parseVector reads the text of one file.
func parseVector(text string) (*vector, error) {
	v := &vector{sections: map[string]string{}, options: options{ta1: true}}
	section := ""
	for line := range strings.Lines(text) {
		if name, ok := strings.CutPrefix(strings.TrimSuffix(line, " --\n"), "-- "); ok && strings.HasSuffix(line, " --\n") {
			section = name
			v.sections[section] = ""
			continue
		}
		if section != "" {
			v.sections[section] += line
			continue
		}
		v.head += line
		if err := v.headLine(strings.TrimSuffix(line, "\n")); err != nil {
			return nil, err
		}
	}
	for name := range v.sections {
		switch name {
		case "input", "findings", "tree", "answer":
		case "guide":
			v.options.guides = v.sections[name]
		case "dictionary":
			v.options.dictionary = v.sections[name]
		default:
			return nil, fmt.Errorf("no section is called %q", name)
		}
	}
	if v.title == "" || v.sections["input"] == "" {
		return nil, fmt.Errorf("a vector has a text and an input")
	}
	return v, v.readInput()
}

// headLine takes one line before the first section.
func (v *vector) headLine(line string) error {
	if text, ok := strings.CutPrefix(line, "# "); ok {
		v.title = strings.TrimSpace(v.title + " " + text)
		return nil
	}
	key, value, ok := strings.Cut(line, ": ")
	if !ok {
		return fmt.Errorf("a line of the head that says nothing: %q", line)
	}
	for _, word := range strings.Fields(value) {
		if err := v.options.set(key, word); err != nil {
			return err
		}
	}
	return nil
}

// set takes one word of a line of the head.
func (o *options) set(key, word string) error {
	switch name, value, _ := strings.Cut(word, "="); key {
	case "ack":
		return o.setAck(word)
	case "refuse":
		o.refuse = map[string]edifact.Reason{"duplicate": edifact.Duplicate, "not-for-us": edifact.NotForUs, "test": edifact.TestNotAccepted,
			"unknown-sender": edifact.UnknownSender, "unknown-recipient": edifact.UnknownRecipient}[word]
		if o.refuse == 0 {
			return fmt.Errorf("refuse: %s", word)
		}
	case "limits":
		n, err := strconv.Atoi(value)
		if err != nil {
			return err
		}
		if name == "segment" {
			o.limits.Segment = n
		} else {
			o.limits.Message = n
		}
	case "keep":
		n, err := strconv.Atoi(word)
		o.validate.MaxFindings = n
		return err
	case "read":
		o.read = edi.Standard(word)
	case "severity":
		if o.validate.Severity == nil {
			o.validate.Severity = map[string]edi.Severity{}
		}
		o.validate.Severity[name] = edi.Severity(strings.TrimSuffix(value, "off"))
	default:
		return fmt.Errorf("a line of the head is called %q", key)
	}
	return nil
}

func (o *options) setAck(word string) error {
	switch word {
	case "997", "999":
		o.ack.Set = word
	case "sets", "groups":
		o.ack.Detail, o.control.Detail = x12.Detail(word), edifact.Detail(word)
	case "only-errors":
		o.ack.OnlyErrors, o.control.OnlyErrors = true, true
	case "receipt":
		o.control.Receipt = true
	case "all":
		o.control.All = true
	case "noted":
		o.control.Noted = true
	default:
		return fmt.Errorf("ack: %s", word)
	}
	return nil
}

// opening is the begin of a mark.
var opening = regexp.MustCompile(`^⟦([a-z0-9.]+):`)

// readInput takes the marks out of the input and resolves what stands for bytes.
func (v *vector) readInput() error {
	text, err := unrolled(v.sections["input"])
	if err != nil {
		return err
	}
	var open []int // indices into marks
	for text != "" {
		if m := opening.FindStringSubmatch(text); m != nil {
			open = append(open, len(v.marks))
			v.marks = append(v.marks, mark{rule: m[1], offset: len(v.input)})
			text = text[len(m[0]):]
			continue
		}
		if rest, ok := strings.CutPrefix(text, "⟧"); ok {
			if len(open) == 0 {
				return fmt.Errorf("a mark ends that does not begin, at byte %d", len(v.input))
			}
			m := &v.marks[open[len(open)-1]]
			m.length = len(v.input) - m.offset
			open, text = open[:len(open)-1], rest
			continue
		}
		n, b, err := literal(text)
		if err != nil {
			return err
		}
		v.input, text = append(v.input, b...), text[n:]
	}
	if len(open) > 0 {
		return fmt.Errorf("mark %s does not end", v.marks[open[0]].rule)
	}
	return nil
}

// literal gives the bytes that text begins with, and how much of it says so.
func literal(text string) (int, []byte, error) {
	switch {
	case text[0] == '\n':
		return 1, nil, nil
	case text[0] != '\\':
		return 1, []byte{text[0]}, nil
	case len(text) >= 4 && text[1] == 'x':
		b, err := strconv.ParseUint(text[2:4], 16, 8)
		return 4, []byte{byte(b)}, err
	case len(text) >= 2 && strings.IndexByte("nr\\", text[1]) >= 0:
		return 2, []byte{map[byte]byte{'n': '\n', 'r': '\r', '\\': '\\'}[text[1]]}, nil
	}
	return 0, nil, fmt.Errorf("%.4q stands for no byte", text)
}

// unrolled writes out what is repeated.
func unrolled(text string) (string, error) {
	var out, body strings.Builder
	times := 0
	for line := range strings.Lines(text) {
		word := strings.TrimSpace(line)
		switch count, repeat := strings.CutPrefix(word, "@repeat "); {
		case repeat:
			n, err := strconv.Atoi(count)
			if err != nil || n < 1 || times > 0 {
				return "", fmt.Errorf("%s", word)
			}
			times = n
		case word == "@end":
			for n := range times {
				out.WriteString(strings.ReplaceAll(body.String(), "{n}", fmt.Sprintf("%04d", n+1)))
			}
			body.Reset()
			times = 0
		case times > 0:
			body.WriteString(line)
		default:
			out.WriteString(line)
		}
	}
	if times > 0 {
		return "", fmt.Errorf("@repeat without @end")
	}
	return out.String(), nil
}

// format is the vector's file with the sections that got gives.
func (v *vector) format(got map[string]string) string {
	var b strings.Builder
	b.WriteString(v.head)
	for _, name := range []string{"dictionary", "guide", "input"} {
		if text, ok := v.sections[name]; ok {
			fmt.Fprintf(&b, "-- %s --\n%s", name, text)
		}
	}
	for _, name := range expected {
		if got[name] != "" {
			fmt.Fprintf(&b, "-- %s --\n%s", name, got[name])
		}
	}
	return b.String()
}

// escaped writes bytes as the input of a vector may have them, and breaks the line
// behind each terminator.
func escaped(data []byte, terminator byte) string {
	var b strings.Builder
	for i, c := range data {
		switch {
		case c == '\n':
			b.WriteString(`\n`)
		case c == '\r':
			b.WriteString(`\r`)
		case c == '\\':
			b.WriteString(`\\`)
		case c < ' ' || c >= 0x7f:
			fmt.Fprintf(&b, `\x%02x`, c)
		default:
			b.WriteByte(c)
		}
		ends := c == terminator && (i+1 == len(data) || data[i+1] != '\r' && data[i+1] != '\n')
		if ends || c == '\n' && (i+1 == len(data) || data[i+1] != '\r' && data[i+1] != '\n') {
			b.WriteByte('\n')
		}
	}
	return strings.TrimSuffix(b.String(), "\n") + "\n"
}

// differences are the lines that want has and got has not, and the other way
// round.
func differences(want, got string) string {
	w, g := strings.Split(strings.TrimSuffix(want, "\n"), "\n"), strings.Split(strings.TrimSuffix(got, "\n"), "\n")
	for len(w) > 0 && len(g) > 0 && w[0] == g[0] {
		w, g = w[1:], g[1:]
	}
	for len(w) > 0 && len(g) > 0 && w[len(w)-1] == g[len(g)-1] {
		w, g = w[:len(w)-1], g[:len(g)-1]
	}
	var b bytes.Buffer
	for _, line := range w {
		fmt.Fprintf(&b, "  - %s\n", line)
	}
	for _, line := range g {
		fmt.Fprintf(&b, "  + %s\n", line)
	}
	return b.String()
}

// TestFormat holds the reading of vectors against one written out by hand.
func TestFormat(t *testing.T) {
	v, err := parseVector("# a\n# b\nkeep: 3\nseverity: x.y=off\n-- input --\nA⟦r.one:B⟦r.two:⟧\nC⟧\\n\\\\\\x1A\n@repeat 2\n{n}⟦r:~⟧\n@end\n-- tree --\nt\n")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := string(v.input), "ABC\n\\\x1a0001~0002~"; got != want {
		t.Errorf("input\n got %q\nwant %q", got, want)
	}
	if got, want := fmt.Sprint(v.marks), "[{r.one 1 2} {r.two 2 0} {r 10 1} {r 15 1}]"; got != want {
		t.Errorf("marks\n got %s\nwant %s", got, want)
	}
	if got, want := v.title, "a b"; got != want {
		t.Errorf("title\n got %q\nwant %q", got, want)
	}
	if got, ok := v.options.validate.Severity["x.y"]; v.options.validate.MaxFindings != 3 || !ok || got != "" {
		t.Errorf("options: %+v", v.options.validate)
	}
	for _, bad := range []string{
		"", "# a\n", "-- input --\nA\n", "# a\nx: 1\n-- input --\nA\n", "# a\n-- input --\n⟦r:A\n", "# a\n-- input --\nA⟧\n",
		"# a\n-- input --\n\\q\n", "# a\n-- input --\n@repeat 2\nA\n", "# a\nack: 998\n-- input --\nA\n", "# a\n-- inputs --\nA\n",
	} {
		if _, err := parseVector(bad); err == nil {
			t.Errorf("%q is read as a vector", bad)
		}
	}
	if got, want := differences("a\nb\nc\n", "a\nx\nc\n"), "  - b\n  + x\n"; got != want {
		t.Errorf("differences\n got %q\nwant %q", got, want)
	}
}
