package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// header says where the facts of a file come from.
const header = `# %s
# Made by edi/guide/generate from public tables of open-source EDI projects,
# compared with each other. Facts only; names may be cut short.

`

// files are the files of the release by name.
func (r *release) files() map[string]string {
	out := map[string]string{
		"segments.dict": r.segmentFile(),
		"elements.dict": r.elementFile(),
		"codes.dict":    r.codeFile(),
	}
	for _, s := range r.sets {
		out[s.id+".guide"] = r.guideFile(s)
	}
	return out
}

func quote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

// pad fills s with blanks.
func pad(s string, n int) string { return fmt.Sprintf("%-*s", n, s) }

// guideFile is the guide of a set.
func (r *release) guideFile(s set) string {
	var b strings.Builder
	title := cmp.Or(s.title, s.id)
	fmt.Fprintf(&b, header, r.standard+" "+r.name+" "+s.id+" "+title)
	fmt.Fprintf(&b, "guide %s %s %s %s\n", r.standard, r.name, s.id, quote(title))
	area := ""
	width := 0 // of positions
	for _, l := range s.lines {
		width = max(width, len(l.pos))
	}
	if width > 0 {
		width++
	}
	for _, l := range s.lines {
		if l.area != area {
			area = l.area
			fmt.Fprintf(&b, "\n%s\n", area)
		}
		indent := "  " + strings.Repeat("      ", l.depth) + pad(l.pos, width)
		if l.loop != nil { // opens the loop
			text := fmt.Sprintf("%sloop %-3s %s %s", indent, l.tag, l.loop.req, l.loop.max)
			if l.loop.id != "" {
				text += " id " + l.loop.id
			}
			b.WriteString(text + "\n")
			l.depth++
			indent = "  " + strings.Repeat("      ", l.depth) + pad(l.pos, width)
			if r.standard == "X12" {
				l.req = l.loop.req
			}
		}
		fmt.Fprintf(&b, "%s%-3s %s %s\n", indent, l.tag, l.req, l.max)
	}
	if len(s.rules) > 0 {
		b.WriteString("\nrules\n")
	}
	for _, r := range s.rules {
		fmt.Fprintf(&b, "  %s %s\n", pad(r.place, 10), r.words)
	}
	return b.String()
}

// segmentFile is the dictionary of segments and composites.
func (r *release) segmentFile() string {
	var b strings.Builder
	fmt.Fprintf(&b, header, "Segments and composites of "+r.standard+" "+r.name)
	fmt.Fprintf(&b, "dictionary %s %s\n", r.standard, r.name)
	writeStructures(&b, "segment", r.segments)
	writeStructures(&b, "composite", r.composites)
	if len(r.others) > 0 {
		b.WriteString("\n# Segments of other sets.\n")
	}
	for chunk := range slices.Chunk(slices.Sorted(slices.Values(r.others)), 16) {
		fmt.Fprintf(&b, "known %s\n", strings.Join(chunk, " "))
	}
	return b.String()
}

// writeStructures writes segments or composites, each with its conditions.
func writeStructures(b *strings.Builder, kind string, list []*structure) {
	slices.SortFunc(list, func(x, y *structure) int { return strings.Compare(x.id, y.id) })
	for _, s := range list {
		fmt.Fprintf(b, "\n%s %s", kind, s.id)
		if s.name != "" {
			b.WriteString(" " + quote(s.name))
		}
		if s.qualifier != "" {
			b.WriteString(" qualifier " + s.qualifier)
		}
		b.WriteByte('\n')
		for _, m := range s.members {
			fmt.Fprintf(b, "  %s %-4s %s", m.pos, m.ref, m.req)
			if m.repeat != "" {
				b.WriteString(" " + m.repeat)
			}
			b.WriteByte('\n')
		}
		for _, c := range s.conditions {
			fmt.Fprintf(b, "  %s\n", c)
		}
	}
}

// elementFile is the dictionary of elements.
func (r *release) elementFile() string {
	var b strings.Builder
	fmt.Fprintf(&b, header, "Elements of "+r.standard+" "+r.name)
	fmt.Fprintf(&b, "dictionary %s %s\n\n", r.standard, r.name)
	for _, e := range r.elements {
		text := fmt.Sprintf("element %-4s %s", e.id, e.typ)
		if e.lengths != "" {
			text += " " + e.lengths
		}
		fmt.Fprintf(&b, "%s %s\n", text, quote(e.name))
	}
	return b.String()
}

// codeFile is the dictionary of code lists.
func (r *release) codeFile() string {
	var b strings.Builder
	fmt.Fprintf(&b, header, "Code lists of "+r.standard+" "+r.name)
	fmt.Fprintf(&b, "dictionary %s %s\n", r.standard, r.name)
	for _, e := range r.elements {
		list := r.codes[e.id]
		if len(list) == 0 {
			continue
		}
		kind := ""
		if slices.Contains(r.open, e.id) {
			kind = " open"
		}
		fmt.Fprintf(&b, "\ncodes %s%s\n", e.id, kind)
		for _, code := range slices.Sorted(maps.Keys(list)) {
			fmt.Fprintf(&b, "  %s", code)
			if name := list[code]; name != "" {
				b.WriteString(" " + quote(name))
			}
			b.WriteByte('\n')
		}
	}
	return b.String()
}
