package guide

import (
	"fmt"
	"slices"
	"strings"

	"github.com/edibridge/edibridge/edi"
)

// Change is one difference between two guides, in the words of the language.
type Change struct {
	Place    string // "PO1/PID", "BEG02", "element 355"
	Old, New string // what each says of it; "" where it says nothing
	From, To Origin // where Old and New stand; zero for what a dictionary says
}

// Diff gives what b says otherwise than a, in the order of the guides: lines,
// then what their dictionaries say of the segments that both have, then overlay
// lines. Against what an overlay line says stands what the guide beneath has at
// its place. Positions and loop identifiers are not compared.
func Diff(a, b *Guide) []Change {
	out := diffLines(a.structure(), b.structure())
	if a.dict != b.dict {
		out = append(out, diffDictionaries(a, b)...)
	}
	return append(out, diffOverlays(a, b)...)
}

// structure are the lines of the standard's guide.
func (g *Guide) structure() []Line {
	return slices.DeleteFunc(slices.Clone(g.lines), func(l Line) bool { return l.Overlay })
}

// keyed gives each line the name by which its like is found in another guide.
func keyed(lines []Line) (keys []string, at map[string]int) {
	seen := map[string]int{}
	at = map[string]int{}
	for i, l := range lines {
		kind := l.Place
		if strings.HasPrefix(bare(l.Text), "loop ") {
			kind += " loop"
		}
		seen[kind]++
		key := fmt.Sprintf("%s %d", kind, seen[kind])
		keys = append(keys, key)
		at[key] = i
	}
	return keys, at
}

// bare is the text of a line without its position and loop identifier.
func bare(text string) string {
	words := strings.Fields(text)
	if len(words) > 0 && allDigits(words[0]) {
		words = words[1:]
	}
	if i := slices.Index(words, "id"); i >= 0 && i+1 < len(words) {
		words = slices.Delete(words, i, i+2)
	}
	return strings.Join(words, " ")
}

func diffLines(a, b []Line) []Change {
	keysA, inA := keyed(a)
	keysB, inB := keyed(b)
	var out []Change
	added := func(upTo, from int) int {
		for ; from < upTo; from++ {
			if _, ok := inA[keysB[from]]; !ok {
				out = append(out, Change{Place: b[from].Place, New: bare(b[from].Text), To: b[from].Origin})
			}
		}
		return from
	}
	next := 0
	for i, key := range keysA {
		j, ok := inB[key]
		if !ok {
			out = append(out, Change{Place: a[i].Place, Old: bare(a[i].Text), From: a[i].Origin})
			continue
		}
		next = max(added(j, next), next)
		if x, y := bare(a[i].Text), bare(b[j].Text); x != y {
			out = append(out, Change{a[i].Place, x, y, a[i].Origin, b[j].Origin})
		}
	}
	added(len(b), next)
	return out
}

// diffDictionaries compares what two dictionaries say of the segments that both
// guides have.
func diffDictionaries(a, b *Guide) []Change {
	var out []Change
	structsA, structsB := map[string]*structDef{}, map[string]*structDef{}
	elements := map[string]bool{}
	for _, tag := range b.tags.names {
		if a.tags.id([]byte(tag)) < 0 {
			continue
		}
		a.dict.collect(a.dict.segments[tag], structsA, elements)
		b.dict.collect(b.dict.segments[tag], structsB, elements)
	}
	for _, id := range sortedKeys(structsB) {
		if structsA[id] != nil {
			out = append(out, diffMembers(structsA[id], structsB[id])...)
		}
	}
	for _, id := range sortedKeys(elements) {
		x, y := a.dict.elements[id], b.dict.elements[id]
		if x == nil || y == nil {
			continue
		}
		if s, t := x.String(), y.String(); s != t {
			out = append(out, Change{Place: "element " + id, Old: s, New: t})
		}
		out = append(out, diffCodes(id, a.dict.lists[id], b.dict.lists[id])...)
	}
	return out
}

// String is the element's type and length as a dictionary has them.
func (e *elementDef) String() string {
	if strings.ToLower(e.typ) == e.typ {
		if e.min == e.max {
			return fmt.Sprintf("%s%d", e.typ, e.max)
		}
		return fmt.Sprintf("%s..%d", e.typ, e.max)
	}
	return fmt.Sprintf("%s %d/%d", e.typ, e.min, e.max)
}

// diffMembers compares the elements of a segment or the components of a
// composite, and its conditions.
func diffMembers(a, b *structDef) []Change {
	var out []Change
	text := func(m *memberDef) string {
		s := m.ref + " " + string(m.req)
		if m.repeat > 1 && m.repeat < Unlimited {
			s += fmt.Sprintf(" %d", m.repeat)
		} else if m.repeat >= Unlimited {
			s += " *"
		}
		return s
	}
	say := func(pos int, before, after string) {
		if before != after {
			out = append(out, Change{Place: fmt.Sprintf("%s%02d", b.id, pos), Old: before, New: after})
		}
	}
	old := map[int]string{}
	for i := range a.members {
		old[a.members[i].pos] = text(&a.members[i])
	}
	for i := range b.members {
		pos := b.members[i].pos
		say(pos, old[pos], text(&b.members[i]))
		delete(old, pos)
	}
	for _, m := range a.members {
		if old[m.pos] != "" {
			say(m.pos, old[m.pos], "")
		}
	}
	return append(out, diffSets(b.id, conditions(a), conditions(b))...)
}

func conditions(s *structDef) []string {
	out := make([]string, len(s.conds))
	for i, c := range s.conds {
		out[i] = c.text
	}
	return out
}

// maxShown bounds how many codes one change lists.
const maxShown = 40

func diffCodes(element string, a, b *codeList) []Change {
	switch {
	case a == nil && b == nil:
		return nil
	case a == nil:
		return []Change{{Place: "codes " + element, New: fmt.Sprintf("%d codes", len(b.codes))}}
	case b == nil:
		return []Change{{Place: "codes " + element, Old: fmt.Sprintf("%d codes", len(a.codes))}}
	}
	return diffSets("codes "+element, a.values(), b.values())
}

// diffSets says what only one of two lists has.
func diffSets(place string, a, b []string) []Change {
	only := func(in, not []string) string {
		have := map[string]bool{}
		for _, c := range not {
			have[c] = true
		}
		var out []string
		for _, c := range in {
			if !have[c] {
				out = append(out, c)
			}
		}
		if n := len(out); n > maxShown {
			out = append(out[:maxShown:maxShown], fmt.Sprintf("and %d more", n-maxShown))
		}
		return strings.Join(out, " ")
	}
	x, y := only(a, b), only(b, a)
	if x == y {
		return nil
	}
	return []Change{{Place: place, Old: x, New: y}}
}

// diffOverlays compares overlay lines by their places.
func diffOverlays(a, b *Guide) []Change {
	var out []Change
	linesA, linesB := a.overlays(), b.overlays()
	for _, l := range linesB {
		same := slices.IndexFunc(linesA, func(x Line) bool { return x.Place == l.Place && x.Text == l.Text })
		if same >= 0 {
			linesA = slices.Delete(linesA, same, same+1)
			continue
		}
		c := Change{Place: l.Place, Old: a.says(l.Place), New: l.Text, To: l.Origin}
		if i := slices.IndexFunc(linesA, func(x Line) bool { return x.Place == l.Place }); i >= 0 {
			c.Old, c.From = linesA[i].Text, linesA[i].Origin
			linesA = slices.Delete(linesA, i, i+1)
		}
		out = append(out, c)
	}
	for _, l := range linesA {
		out = append(out, Change{Place: l.Place, Old: l.Text, From: l.Origin, New: b.says(l.Place)})
	}
	return out
}

func (g *Guide) overlays() []Line {
	return slices.DeleteFunc(slices.Clone(g.lines), func(l Line) bool { return !l.Overlay })
}

// says is what the standard's guide has at a place; "" when it has none.
func (g *Guide) says(place string) string {
	p, err := edi.ParsePattern(place)
	if err != nil {
		return ""
	}
	targets := (&compiler{g: g}).resolve(0, p.Steps, nil)
	if len(targets) == 0 {
		return ""
	}
	it := &g.items[targets[0].item]
	if p.Element == 0 {
		if it.loopUse != nil {
			return bare((&itemDecl{tag: it.use.Tag, loop: true, req: it.loopUse.Requirement, max: it.loopUse.Max}).text(0))
		}
		return bare((&itemDecl{tag: it.use.Tag, req: it.use.Requirement, max: it.use.Max}).text(0))
	}
	elements := g.elements(it.use.spec)
	if p.Element > len(elements) {
		return ""
	}
	e := &elements[p.Element-1]
	if p.Component > 0 && p.Component <= len(e.Parts) {
		e = &e.Parts[p.Component-1]
	}
	text := e.String()
	if n := e.Codes(); n > 0 {
		text += fmt.Sprintf(", %d codes", n)
	}
	return text
}
