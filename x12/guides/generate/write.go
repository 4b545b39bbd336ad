package main

import (
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
)

// generator holds the tables of a release and what the sets use of them.
type generator struct {
	release    string
	sets       map[string]table
	segments   table
	relations  table
	elements   table
	composites table
	codes      table

	name      map[string]string // of a segment or composite
	qualifier map[string]string // of a segment
	used      map[string]bool   // segments, composites, elements
}

// header says where the facts of a file come from.
const header = `# %s
# Made by x12/guides/generate from public tables of open-source EDI projects,
# compared with each other. Facts only; names may be cut short.

`

// read fills the tables and finds out what the sets use.
func (g *generator) read(fsys fs.FS, sets []string) error {
	for name, into := range map[string]*table{
		"segments.tsv": &g.segments, "relations.tsv": &g.relations, "elements.tsv": &g.elements,
		"composites.tsv": &g.composites, "codes.tsv": &g.codes,
	} {
		t, err := readTable(fsys, name)
		if err != nil {
			return err
		}
		*into = t
	}
	g.used = map[string]bool{}
	for _, set := range sets {
		t, err := readTable(fsys, "sets/"+set+".tsv")
		if err != nil {
			return err
		}
		g.sets[set] = t
		for _, row := range t {
			g.used[row["segment"]] = true
		}
	}
	g.name, g.qualifier = map[string]string{}, map[string]string{}
	for _, file := range []string{"segments.tsv", "composites.tsv"} {
		t, err := readTable(own, file)
		if err != nil {
			return err
		}
		for _, row := range t {
			id := row["segment"] + row["composite"]
			g.name[id], g.qualifier[id] = row["name"], row["qualifier"]
		}
	}
	g.use(g.segments, "segment")
	g.use(g.composites, "composite")
	return nil
}

// use marks what the used structures of a table are made of.
func (g *generator) use(t table, column string) {
	for _, row := range t {
		if g.used[row[column]] {
			g.used[row["element"]] = true
		}
	}
}

func quote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

// guideFile is the guide of a set. The tables give each row the triggers of the
// loops around it, and the loop's own requirement and maximum with its trigger.
func (g *generator) guideFile(set string) string {
	var b strings.Builder
	title := set
	for _, row := range g.codes {
		if row["element"] == "143" && row["code"] == set {
			title = row["name"]
		}
	}
	fmt.Fprintf(&b, header, "X12 "+g.release+" "+set+" "+title)
	fmt.Fprintf(&b, "guide X12 %s %s %s\n", g.release, set, quote(title))
	area := ""
	for _, row := range g.sets[set] {
		if row["area"] != area {
			area = row["area"]
			fmt.Fprintf(&b, "\n%s\n", area)
		}
		depth := 0
		if row["loop"] != "" {
			depth = strings.Count(row["loop"], "/") + 1
		}
		if row["loop_repeat"] != "" { // opens the loop
			indent := strings.Repeat("      ", depth-1)
			line := fmt.Sprintf("  %s%3s loop %-3s %s %s", indent, row["pos"], row["segment"], row["req"], row["loop_repeat"])
			if row["loop_id"] != "" {
				line += " id " + row["loop_id"]
			}
			b.WriteString(line + "\n")
		}
		indent := strings.Repeat("      ", depth)
		fmt.Fprintf(&b, "  %s%3s %-3s %s %s\n", indent, row["pos"], row["segment"], row["req"], row["max_use"])
	}
	return b.String()
}

// segmentFile is the dictionary of segments and composites.
func (g *generator) segmentFile() string {
	var b strings.Builder
	fmt.Fprintf(&b, header, "Segments and composites of X12 "+g.release)
	fmt.Fprintf(&b, "dictionary X12 %s\n", g.release)
	g.structures(&b, g.segments, "segment")
	g.structures(&b, g.composites, "composite")
	known := map[string]bool{}
	for _, row := range g.segments {
		if !g.used[row["segment"]] {
			known[row["segment"]] = true
		}
	}
	b.WriteString("\n# Segments of other sets.\n")
	for chunk := range slices.Chunk(slices.Sorted(maps.Keys(known)), 16) {
		fmt.Fprintf(&b, "known %s\n", strings.Join(chunk, " "))
	}
	return b.String()
}

// structures writes the used rows of a table of segments or composites, each
// with its conditions.
func (g *generator) structures(b *strings.Builder, t table, column string) {
	for i, row := range t {
		id := row[column]
		if !g.used[id] {
			continue
		}
		if i == 0 || t[i-1][column] != id {
			fmt.Fprintf(b, "\n%s %s %s", column, id, quote(g.name[id]))
			if q := g.qualifier[id]; q != "" {
				fmt.Fprintf(b, " qualifier %s", q)
			}
			b.WriteByte('\n')
		}
		fmt.Fprintf(b, "  %s %-4s %s", row["ref"], row["element"], row["req"])
		switch row["repeat"] {
		case "", "1":
		case "n":
			b.WriteString(" *")
		default:
			b.WriteString(" " + row["repeat"])
		}
		b.WriteByte('\n')
		if i+1 < len(t) && t[i+1][column] == id {
			continue
		}
		for _, r := range g.relations {
			if r["segment"] == id {
				fmt.Fprintf(b, "  %s\n", r["condition"])
			}
		}
	}
}

// elementFile is the dictionary of elements.
func (g *generator) elementFile() string {
	var b strings.Builder
	fmt.Fprintf(&b, header, "Elements of X12 "+g.release)
	fmt.Fprintf(&b, "dictionary X12 %s\n\n", g.release)
	for _, row := range g.elements {
		if g.used[row["id"]] {
			fmt.Fprintf(&b, "element %-4s %-2s %s/%s %s\n", row["id"], row["type"], row["min"], row["max"], quote(row["name"]))
		}
	}
	return b.String()
}

// codeFile is the dictionary of code lists.
func (g *generator) codeFile() string {
	lists := map[string]table{}
	for _, row := range g.codes {
		if g.used[row["element"]] {
			lists[row["element"]] = append(lists[row["element"]], row)
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, header, "Code lists of X12 "+g.release)
	fmt.Fprintf(&b, "dictionary X12 %s\n", g.release)
	for _, e := range g.elements { // in the order of the elements
		list := lists[e["id"]]
		if len(list) == 0 {
			continue
		}
		slices.SortFunc(list, func(a, b map[string]string) int { return strings.Compare(a["code"], b["code"]) })
		fmt.Fprintf(&b, "\ncodes %s\n", e["id"])
		for _, row := range list {
			fmt.Fprintf(&b, "  %s", row["code"])
			if row["name"] != "" {
				fmt.Fprintf(&b, " %s", quote(row["name"]))
			}
			b.WriteByte('\n')
		}
	}
	return b.String()
}
