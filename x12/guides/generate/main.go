// Command generate writes the guides and dictionaries of one X12 release from
// tables of facts.
//
//	go run ./x12/guides/generate -release 004010 -sets 850,997 TABLES OUT
//
// TABLES is a folder of tab-separated tables with a head line each: sets/850.tsv
// (area, pos, segment, req, max_use, loop, loop_repeat, seq, loop_id),
// segments.tsv (segment, ref, element, req, repeat), relations.tsv (segment,
// condition), elements.tsv (id, name, type, min, max), composites.tsv
// (composite, ref, element, req), codes.tsv (element, code, name). OUT gets one
// .guide file a set and segments.dict, elements.dict, codes.dict with what these
// sets use. Names and qualifier elements of segments, and names of composites,
// are the program's own tables, for the others have none.
package main

import (
	"embed"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

//go:embed segments.tsv composites.tsv
var own embed.FS

func main() {
	release := flag.String("release", "004010", "release of the tables")
	sets := flag.String("sets", "850,997", "transaction sets, divided by commas")
	flag.Parse()
	if flag.NArg() != 2 {
		fmt.Fprintln(os.Stderr, "usage: generate [-release R] [-sets S,S] TABLES OUT")
		os.Exit(2)
	}
	if err := run(os.DirFS(flag.Arg(0)), flag.Arg(1), *release, strings.Split(*sets, ",")); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

// run writes the files of a release to the folder out.
func run(tables fs.FS, out, release string, sets []string) error {
	g := &generator{release: release, sets: map[string]table{}}
	if err := g.read(tables, sets); err != nil {
		return err
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	files := map[string]string{
		"segments.dict": g.segmentFile(),
		"elements.dict": g.elementFile(),
		"codes.dict":    g.codeFile(),
	}
	for _, set := range sets {
		files[set+".guide"] = g.guideFile(set)
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(out, name), []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
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
