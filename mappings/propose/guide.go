package propose

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/edibridge/edibridge/edi/guide"
)

// guideText is a partner's guide of a set: lines that say what occurs, and note
// what does not.
func (t *set) guideText(partner string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "guide %s extends %s %q\n\n", t.language(partner), t.base(), fmt.Sprintf("%s, as seen in %s", partner, counted(t.sets, "sample")))
	order := t.order()
	places := slices.Collect(maps.Keys(t.uses))
	slices.SortStableFunc(places, func(x, y string) int {
		if d := order[x] - order[y]; d != 0 {
			return d
		}
		return strings.Compare(x, y)
	})
	for _, at := range places {
		t.codeLines(&b, at)
		t.requiredLines(&b, at)
	}
	t.neverLines(&b)
	return b.String()
}

// order is where places stand in the guide.
func (t *set) order() map[string]int {
	order := map[string]int{}
	for i, l := range t.guide.Lines() {
		if _, has := order[l.Place]; !has && !l.Overlay {
			order[l.Place] = i
		}
	}
	return order
}

// codeLines are about the elements of a segment that have a list.
func (t *set) codeLines(b *strings.Builder, at string) {
	var elements []string
	for place := range t.codes {
		if i := strings.LastIndex(place, "/"); place[:i] == at {
			elements = append(elements, place)
		}
	}
	slices.Sort(elements)
	for _, place := range elements {
		c := t.codes[place]
		if codes := words(c.codes); len(codes) > 0 && !c.more {
			line(b, "", place, "codes "+strings.Join(codes, " ")+" severity info", "")
		}
		if absent := words(c.absent); len(absent) > 0 {
			line(b, "# ", place, "codes + "+strings.Join(absent, " "), "occurs, and the list of element "+c.ref+" lacks it")
		}
	}
}

// requiredLines are about what stands in every loop of its kind. One sample
// tells nothing about the next.
func (t *set) requiredLines(b *strings.Builder, at string) {
	u := t.uses[at]
	around := t.loops[parentOf(at)]
	if u.line.Requirement == guide.Mandatory || around < 2 || t.sets < 2 {
		return
	}
	if u.qualifier == "" {
		if t.within[at] == around {
			line(b, "", at, "required severity info", fmt.Sprintf("in all %d", around))
		}
		return
	}
	absent := map[string]bool{}
	if c := t.codes[at+"/"+u.qualifier]; c != nil {
		absent = c.absent
	}
	for _, q := range words(u.seen) {
		if t.within[at+":"+q] == around && plain(q) && !absent[q] {
			line(b, "", at+":"+q, "required severity info", fmt.Sprintf("in all %d", around))
		}
	}
}

// neverLines list what the guide has and no sample: by loop, for loops that
// occur.
func (t *set) neverLines(b *strings.Builder) {
	var loops []string
	never := map[string][]string{}
	for _, l := range t.guide.Lines() {
		parent := parentOf(l.Place)
		tag := l.Place[strings.LastIndex(l.Place, "/")+1:]
		if l.Overlay || t.uses[l.Place] != nil || t.loops[parent] == 0 || slices.Contains(service[:], tag) || strings.HasSuffix("/"+parent, "/"+tag) {
			continue
		}
		if never[parent] == nil {
			loops = append(loops, parent)
		}
		if !slices.Contains(never[parent], tag) {
			never[parent] = append(never[parent], tag)
		}
	}
	if len(loops) > 0 {
		b.WriteString("\n# Never seen; \"PLACE unused severity info\" notes the first.\n")
	}
	for _, loop := range loops {
		in := ""
		if loop != "" {
			in = "in " + loop + ": "
		}
		b.WriteString(wrapped("# "+in, never[loop]))
	}
}

// wrapped is words in comment lines of at most a hundred characters.
func wrapped(lead string, words []string) string {
	var b strings.Builder
	b.WriteString(strings.TrimRight(lead, " "))
	width := len(lead)
	for _, w := range words {
		if width+len(w)+1 > 100 {
			b.WriteString("\n#  ")
			width = 3
		}
		b.WriteString(" " + w)
		width += len(w) + 1
	}
	b.WriteByte('\n')
	return b.String()
}

// line writes one line of a guide, with a comment behind it where there is one.
func line(b *strings.Builder, sign, place, text, comment string) {
	if comment != "" {
		text = fmt.Sprintf("%-40s # %s", text, comment)
	}
	fmt.Fprintf(b, "%s%-20s %s\n", sign, place, text)
}

// words are the keys of a set, sorted, as words of a guide.
func words(set map[string]bool) []string {
	all := slices.Sorted(maps.Keys(set))
	for i, w := range all {
		if !plain(w) {
			all[i] = strconv.Quote(w)
		}
	}
	return all
}

// plain reports whether a text is a word as it stands.
func plain(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') && (r < '0' || r > '9')
	})
}

// parentOf is the place around a place; "" is the set.
func parentOf(place string) string {
	return place[:max(strings.LastIndex(place, "/"), 0)]
}

func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
