package propose

import (
	"archive/zip"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/edibridge/edibridge/canonical"
	"github.com/edibridge/edibridge/edi/guide"
	"github.com/edibridge/edibridge/mappings"
)

// leave counts one value that no row read.
func (t *set) leave(loop string, s *Sample, place int, placed *guide.Placed, e *canonical.ResidueEntry) {
	tag, element, part := strings.Map(word, e.Tag), e.Element, e.Component
	at := join(loop, tag)
	if placed.Use != nil && placed.Use.Trigger {
		at = loop
	}
	at += "/" + elementPlace(tag, element, part)
	l := t.left[at]
	if l == nil {
		if len(t.left) >= maxLeft {
			return
		}
		l = &left{loop: loop, tag: tag, element: element, part: part, values: map[string]bool{}, placed: placed.Use != nil && tag == e.Tag}
		segment := s.Message.Segment(place)
		elements := t.guide.Elements(placed.Use, tag, segment.Delimiters)
		if element <= len(elements) {
			of := &elements[element-1]
			if part > 0 && part <= len(of.Parts) {
				of = &of.Parts[part-1]
			}
			l.name = of.Name
		}
		t.left[at] = l
	}
	if l.count++; len(l.values) <= maxExamples {
		l.values[e.Value] = true
	}
}

// word keeps what a tag has: a file that is wrapped at a width may break one.
func word(r rune) rune {
	if !plain(string(r)) {
		return -1
	}
	return r
}

// examples are the first values, quoted.
func (l *left) examples() []string {
	all := slices.Sorted(maps.Keys(l.values))
	return all[:min(len(all), maxExamples)]
}

// frequent are the places of what is left, the most frequent first.
func (t *set) frequent() []string {
	all := slices.Collect(maps.Keys(t.left))
	slices.SortFunc(all, func(a, b string) int { return cmp.Or(t.left[b].count-t.left[a].count, strings.Compare(a, b)) })
	return all
}

// maxTried bounds the places that rows are tried for: each try loads a table.
const maxTried = 60

// proposedRow is a row that would read what is left at a place; "" where the
// language has none that holds alone.
func (t *set) proposedRow(lib *mappings.Library, at string, taken map[string]bool) string {
	l := t.left[at]
	if !l.placed {
		return ""
	}
	member := "ext." + memberOf(cmp.Or(l.name, l.tag+strconv.Itoa(l.element)))
	for n := 2; taken[at[:max(strings.LastIndex(at, "/"), 0)]+member]; n++ {
		member = strings.TrimRightFunc(member, unicode.IsDigit) + strconv.Itoa(n)
	}
	rows := []string{fmt.Sprintf("%-20s %s", at, member)}
	if values := l.examples(); len(values) == 1 && len(l.values) == 1 {
		rows = append(rows, fmt.Sprintf("%-20s %s", at, strconv.Quote(values[0])))
	}
	for _, row := range rows {
		if t.loads(lib, row) {
			taken[at[:max(strings.LastIndex(at, "/"), 0)]+member] = true
			return row
		}
	}
	return ""
}

// loads reports whether a layer of that row alone holds.
func (t *set) loads(lib *mappings.Library, row string) bool {
	text := "mapping proposal extends " + t.mapping.Name() + "\n" + row + "\n"
	files, err := oneFile("proposal.map", text)
	if err != nil {
		return false
	}
	_, err = lib.Extend(files)
	var wrong mappings.Errors
	return err == nil && !errors.As(err, &wrong)
}

// oneFile is a file system of one file.
func oneFile(name, text string) (fs.FS, error) {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	f, err := w.Create(name)
	if err == nil {
		_, err = f.Write([]byte(text))
	}
	if err = errors.Join(err, w.Close()); err != nil {
		return nil, fmt.Errorf("propose: %w", err)
	}
	return zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
}

// memberOf makes a member's name of what the dictionary calls an element:
// "Lead Time Code" is leadTimeCode.
func memberOf(name string) string {
	var b strings.Builder
	for _, word := range strings.FieldsFunc(name, func(r rune) bool { return r >= 128 || !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		if b.Len() == 0 {
			b.WriteString(strings.ToLower(word))
		} else {
			b.WriteString(strings.ToUpper(word[:1]) + strings.ToLower(word[1:]))
		}
	}
	if text := b.String(); text != "" && unicode.IsLetter(rune(text[0])) {
		return text
	}
	return "value" + b.String()
}
