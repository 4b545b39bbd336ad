// Command generate writes the guides and dictionaries that come with the
// program from tables of facts: X12 below x12/guides, EDIFACT below
// edifact/guides.
//
//	go run ./edi/guide/generate TABLES .
//
// TABLES is a folder of folders of tab-separated tables, each with a head line;
// the files x12.go and edifact.go of this command say which tables and columns a
// standard has. What is made of which folders is the table in plan.go. A
// release's folder gets one .guide file a set, and segments.dict, elements.dict
// and codes.dict with what its sets use. Names and qualifier elements of
// segments, and names of composites, are the command's own tables, for the
// others have none; so is rules.tsv, what must agree over a whole set.
package main

import (
	"cmp"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

//go:embed x12.tsv edifact.tsv rules.tsv
var own embed.FS

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: generate TABLES MODULE")
		os.Exit(2)
	}
	if err := run(os.DirFS(os.Args[1]), os.Args[2], plan); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

// run writes the folders of all jobs below out.
func run(tables fs.FS, out string, jobs []job) error {
	for _, j := range jobs {
		r, err := j.read(tables)
		if err != nil {
			return fmt.Errorf("%s %s: %w", j.standard, j.release, err)
		}
		dir := filepath.Join(out, filepath.FromSlash(j.out))
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
		for name, text := range r.files() {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
				return err
			}
		}
		if err := writeExamples(dir); err != nil {
			return err
		}
	}
	return nil
}

// read gives the release that the job is about, with what its sets use.
func (j job) read(tables fs.FS) (*release, error) {
	r := &release{standard: j.standard, name: j.release, codes: map[string]map[string]string{}}
	readSet, readTables, names := r.x12Set, r.x12Tables, "x12.tsv"
	if j.standard == "EDIFACT" {
		readSet, readTables, names = r.edifactSet, r.edifactTables, "edifact.tsv"
	}
	for _, folder := range j.dictionary {
		if err := readTables(tables, folder); err != nil {
			return nil, err
		}
	}
	for _, set := range j.sets {
		if err := readSet(tables, j.messages, set); err != nil {
			return nil, err
		}
	}
	t, err := readTable(own, names)
	if err != nil {
		return nil, err
	}
	r.nameAll(t)
	if t, err = readTable(own, "rules.tsv"); err != nil {
		return nil, err
	}
	r.addRules(t)
	r.keepUsed()
	return r, nil
}

// table is a tab-separated table: rows by the names of the head line.
type table []map[string]string

// readTable reads one table.
func readTable(fsys fs.FS, name string) (table, error) {
	text, err := fs.ReadFile(fsys, name)
	if err != nil {
		return nil, err
	}
	lines := strings.Split(strings.TrimRight(strings.ReplaceAll(string(text), "\r", ""), "\n"), "\n")
	head := strings.Split(lines[0], "\t")
	var t table
	for i, line := range lines[1:] {
		cells := strings.Split(line, "\t")
		if len(cells) > len(head) {
			return nil, fmt.Errorf("%s:%d: %d cells, the head has %d", name, i+2, len(cells), len(head))
		}
		row := map[string]string{}
		for j, cell := range cells {
			row[head[j]] = cell
		}
		t = append(t, row)
	}
	return t, nil
}

// optional reads a table that may be absent.
func optional(fsys fs.FS, name string) (table, error) {
	t, err := readTable(fsys, name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return t, err
}

// release is one release of a standard as its tables say. Where several folders
// of tables speak of one thing the first one's word counts; code lists are
// united.
type release struct {
	standard, name string
	sets           []set
	segments       []*structure
	composites     []*structure
	elements       []element
	codes          map[string]map[string]string // names by element and code
	open           []string                     // elements that take other codes too
	others         []string                     // tags that no set uses
}

// set is one guide.
type set struct {
	id, title string
	lines     []line
	rules     []rule
}

// rule is what must agree over a whole set: a place and the words of the
// language.
type rule struct{ place, words string }

// addRules gives the sets the rules of a table whose segments they have.
func (r *release) addRules(t table) {
	for i := range r.sets {
		s := &r.sets[i]
		for _, row := range t {
			if row["standard"] != r.standard || row["set"] != s.id || !s.has(row["needs"]) {
				continue
			}
			s.rules = append(s.rules, rule{row["place"], row["words"]})
		}
	}
}

// has reports whether a set has segments, whose tags are divided by blanks.
func (s *set) has(tags string) bool {
	for _, tag := range strings.Fields(tags) {
		if !slices.ContainsFunc(s.lines, func(l line) bool { return l.tag == tag }) {
			return false
		}
	}
	return true
}

// line is one line of a guide; one that opens a loop stands for the loop and its
// trigger.
type line struct {
	area, pos, tag, req, max string
	depth                    int // loops around it, that which it opens not counted
	loop                     *loop
}

// loop is what the line that opens a loop says of the loop.
type loop struct{ req, max, id string }

// structure is a segment or composite.
type structure struct {
	id, name, qualifier string
	members             []member
	conditions          []string
}

// member is an element of a segment or a component of a composite; repeat is as
// the language writes it, "" for once.
type member struct{ pos, ref, req, repeat string }

// element is one element; typ is its type as the language writes it, lengths
// "1/30" or part of the type.
type element struct{ id, name, typ, lengths string }

// addStructures adds segments or composites from rows that stand together, but
// for those that into has already. number gives the member of a row.
func addStructures(into []*structure, t table, column string, number func(row map[string]string) member) []*structure {
	before := map[string]bool{}
	for _, s := range into {
		before[s.id] = true
	}
	var last *structure
	for _, row := range t {
		id := row[column]
		if before[id] {
			continue
		}
		if last == nil || last.id != id {
			last = &structure{id: id}
			into = append(into, last)
		}
		last.members = append(last.members, number(row))
	}
	return into
}

// addElements adds elements but for those that are there.
func (r *release) addElements(t table, number func(row map[string]string) element) {
	before := map[string]bool{}
	for _, e := range r.elements {
		before[e.id] = true
	}
	for _, row := range t {
		if !before[row["id"]] {
			r.elements = append(r.elements, number(row))
		}
	}
}

// addCodes unites code lists.
func (r *release) addCodes(t table) {
	for _, row := range t {
		list := r.codes[row["element"]]
		if list == nil {
			list = map[string]string{}
			r.codes[row["element"]] = list
		}
		list[row["code"]] = cmp.Or(list[row["code"]], row["name"])
	}
}

// nameAll gives segments and composites the names and qualifiers of a table.
func (r *release) nameAll(t table) {
	rows := map[string]map[string]string{}
	for _, row := range t {
		rows[row["id"]] = row
	}
	for _, list := range [][]*structure{r.segments, r.composites} {
		for _, s := range list {
			s.name, s.qualifier = rows[s.id]["name"], rows[s.id]["qualifier"]
		}
	}
}

// keepUsed drops what no set uses.
func (r *release) keepUsed() {
	used := map[string]bool{}
	for _, s := range r.sets {
		for _, l := range s.lines {
			used[l.tag] = true
		}
	}
	var segments, composites []*structure
	for _, s := range r.segments {
		if !used[s.id] {
			r.others = append(r.others, s.id)
			continue
		}
		segments = append(segments, s)
		for _, m := range s.members {
			used[m.ref] = true
		}
	}
	for _, c := range r.composites {
		if used[c.id] {
			composites = append(composites, c)
			for _, m := range c.members {
				used[m.ref] = true
			}
		}
	}
	var elements []element
	for _, e := range r.elements {
		if used[e.id] {
			elements = append(elements, e)
		}
	}
	r.segments, r.composites, r.elements = segments, composites, elements
}
