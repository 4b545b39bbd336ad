package mappings

import (
	"crypto/sha256"
	"embed"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path"
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/edibridge/edibridge/canonical"
	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/edi/guide"
)

//go:embed tables/*.map
var tables embed.FS

// maxFile bounds a table or a list: 16 MiB.
const maxFile = 16 << 20

// Library holds mappings by name. It is immutable and safe for concurrent use.
type Library struct {
	rows     map[string][]*node
	lists    map[string]*codeList
	trees    map[string]*table
	mappings []*Mapping                           // standard tables first, then layers, in the order of loading
	language Language                             // of expressions; nil: none
	lazy     bool                                 // tables are compiled when they are asked for: those that come with edibridge have no mistakes
	document func(kind string) canonical.Document // an empty one; nil: canonical.New
}

// table is an effective table before it is compiled.
type table struct {
	name, kind, standard, set, release string
	layers                             []string // names, lowest first
	root                               *branch
}

// Standard gives the tables that come with edibridge. They are read once.
func Standard() (*Library, error) { return standardLibrary() }

var standardLibrary = sync.OnceValues(func() (*Library, error) { return (&Library{lazy: true}).Extend(tables) })

// Load reads all files of fsys whose name ends in ".map", in all folders. The
// error is [Errors]: all that is wrong, at once.
func Load(fsys fs.FS) (*Library, error) {
	return (&Library{}).Extend(fsys)
}

// Extend gives a library with the tables and layers of fsys added to those of
// l, which stays as it is. The error is [Errors].
func (l *Library) Extend(fsys fs.FS) (*Library, error) {
	ld := &loader{fsys: fsys, lib: &Library{rows: maps.Clone(l.rows), lists: maps.Clone(l.lists), trees: maps.Clone(l.trees),
		mappings: slices.Clone(l.mappings), language: l.language, document: l.document}, files: map[string]*codeList{}, lazy: l.lazy}
	if ld.lib.document == nil {
		ld.lib.document = canonical.New
	}
	if ld.lib.rows == nil {
		ld.lib.rows, ld.lib.lists, ld.lib.trees = map[string][]*node{}, map[string]*codeList{}, map[string]*table{}
	}
	ld.read()
	ld.build()
	if err := ld.probs.err(); err != nil {
		return nil, err
	}
	return ld.lib, nil
}

// With gives a library like l whose tables to come have their expressions
// compiled by lang.
func (l *Library) With(lang Language) *Library {
	with := *l
	with.language = lang
	return &with
}

// Find gives the standard table for a set: that of the release, else the one
// that holds for any, else that of the nearest release, as guides are found; nil
// when there is none. Of a set that may be documents of several kinds (a DESADV is
// a shipment notice, and what a warehouse answers) it is the table of the kind that
// comes first in [canonical.Kinds]; the others have their names (Named).
func (l *Library) Find(standard, release, set string) *Mapping {
	var found *Mapping
	var others []*Mapping
	var releases []string
	rank := func(m *Mapping) int { return slices.Index(canonical.Kinds(), m.kind) }
	for _, m := range l.mappings {
		switch {
		case m.standard != standard || m.set != set || m.name != standardName(m):
		// GS08 may have an industry's tag behind the release: 004010VICS.
		case !strings.HasPrefix(release, m.release):
			others, releases = append(others, m), append(releases, m.release)
		case found == nil || rank(m) < rank(found) || rank(m) == rank(found) && found.release == "":
			found = m
		}
	}
	if found == nil && len(others) > 0 {
		i, _ := guide.Nearest(edi.Standard(standard), release, releases)
		return others[i]
	}
	return found
}

// Named gives the mapping of a name, nil when there is none.
func (l *Library) Named(name string) *Mapping {
	for _, m := range l.mappings {
		if m.name == name {
			return m
		}
	}
	return nil
}

// Names are the names of all mappings, standards' tables first, then layers, in
// the order of loading.
func (l *Library) Names() []string {
	names := make([]string, len(l.mappings))
	for i, m := range l.mappings {
		names[i] = m.name
	}
	return names
}

func standardName(m *Mapping) string { return tableName(m.kind, m.standard, m.set, m.release) }

func tableName(kind, standard, set, release string) string {
	return strings.TrimSpace(kind + " <-> " + standard + " " + set + " " + release)
}

// loader reads tables into a library.
type loader struct {
	fsys   fs.FS
	lib    *Library
	tables []*section
	files  map[string]*codeList // code lists in files of their own
	lazy   bool
	probs  problems
}

// read parses all files and sorts their sections.
func (ld *loader) read() {
	err := fs.WalkDir(ld.fsys, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || path.Ext(name) != ".map" {
			return err
		}
		text, err := ld.text(name)
		if err != nil {
			ld.probs.add(origin{file: name}, 0, "%v", err)
			return nil
		}
		for _, s := range parseFile(name, text, &ld.probs) {
			ld.section(s)
		}
		return nil
	})
	if err != nil {
		ld.probs.add(origin{file: "."}, 0, "%v", err)
	}
}

func (ld *loader) text(name string) (string, error) {
	f, err := ld.fsys.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err == nil && len(b) > maxFile {
		err = fmt.Errorf("is larger than %d bytes", maxFile)
	}
	return string(b), err
}

func (ld *loader) section(s *section) {
	switch kind := s.head[0].text; kind {
	case "mapping":
		ld.tables = append(ld.tables, s)
	case "rows":
		if len(s.head) != 2 {
			ld.probs.add(s.at, 1, "a section of rows begins: rows NAME")
		} else if name := s.head[1].text; ld.lib.rows[name] != nil {
			ld.probs.add(s.at, s.head[1].column, "rows %s are there already", name)
		} else {
			ld.lib.rows[name] = s.nodes
		}
	default:
		open := len(s.head) == 3 && s.head[2].text == "open"
		if len(s.head) != 2 && !open {
			ld.probs.add(s.at, 1, `a code list begins: codes NAME, and "open" if other codes pass`)
			return
		}
		name := s.head[1].text
		if ld.lib.lists[name] != nil {
			ld.probs.add(s.at, s.head[1].column, "codes %s are there already", name)
			return
		}
		list := newCodeList(name, s.at)
		list.open = open
		for _, c := range s.codes {
			list.add(c.code.text, c.name.text, c.at, c.code.column, &ld.probs)
		}
		ld.lib.lists[name] = list
	}
}

// csvList reads a code list from a file of two columns.
func (ld *loader) csvList(name string) (*codeList, error) {
	if l := ld.files[name]; l != nil {
		return l, nil
	}
	text, err := ld.text(name)
	if err != nil {
		return nil, err
	}
	list := newCodeList(name, origin{file: name})
	ld.files[name] = list
	r := csv.NewReader(strings.NewReader(text))
	r.FieldsPerRecord, r.Comment, r.TrimLeadingSpace = 2, '#', true
	for {
		rec, err := r.Read()
		if errors.Is(err, io.EOF) {
			return list, nil
		}
		if err != nil {
			return nil, err
		}
		line, _ := r.FieldPos(0)
		list.add(rec[0], rec[1], origin{file: name, line: line}, 1, &ld.probs)
	}
}

// build makes the effective tables, bases before what extends them.
func (ld *loader) build() {
	var layers []*section
	for _, s := range ld.tables {
		switch t := ld.head(s); {
		case s.base() != "" && (t != nil || s.head[2].text == "extends"):
			layers = append(layers, s)
		case t != nil:
			ld.plant(t, s, false)
		default:
			ld.probs.add(s.at, 1, "a mapping begins: mapping KIND <-> STANDARD SET [RELEASE], or: mapping NAME extends MAPPING")
		}
	}
	for len(layers) > 0 {
		waiting := layers[:0:0]
		for _, s := range layers {
			if base := ld.lib.trees[s.base()]; base == nil {
				waiting = append(waiting, s)
			} else {
				t := *base
				t.name = s.head[1].text
				if own := ld.head(s); own != nil {
					t = *own // what a release has otherwise
				}
				t.root, t.layers = base.root.clone(), append(slices.Clone(base.layers), t.name)
				ld.plant(&t, s, true)
			}
		}
		if len(waiting) == len(layers) {
			for _, s := range waiting {
				ld.probs.add(s.at, s.head[1].column, "%s extends %q, which is not there (there is: %s)",
					s.head[1].text, s.base(), strings.Join(keys(ld.lib.trees), ", "))
			}
			return
		}
		layers = waiting
	}
}

// base is the name of the mapping that a section extends; "" for none.
func (s *section) base() string {
	if i := slices.IndexFunc(s.head, func(w word) bool { return w.text == "extends" }); i >= 0 {
		return words(s.head[i+1:])
	}
	return ""
}

// head reads "mapping KIND <-> STANDARD SET [RELEASE]", and RELEASE extends
// MAPPING; nil when it is not that.
func (ld *loader) head(s *section) *table {
	h := s.head
	if len(h) > 7 && h[6].text == "extends" {
		h = h[:6]
	}
	if len(h) < 5 || len(h) > 6 || h[2].text != "<->" {
		return nil
	}
	t := &table{kind: h[1].text, standard: h[3].text, set: h[4].text, root: &branch{at: s.at}}
	if len(h) == 6 {
		t.release = h[5].text
	}
	t.name = tableName(t.kind, t.standard, t.set, t.release)
	t.layers = []string{t.name}
	return t
}

// plant grows the tree of a table from its section and compiles it.
func (ld *loader) plant(t *table, s *section, over bool) {
	doc := ld.lib.document(t.kind)
	if doc == nil {
		ld.probs.add(s.at, s.head[1].column, "there is no document of kind %q (there is: %s)", t.kind, strings.Join(canonical.Kinds(), " "))
		return
	}
	if ld.lib.trees[t.name] != nil {
		ld.probs.add(s.at, s.head[1].column, "mapping %s is there already", t.name)
		return
	}
	pl := &planter{rows: ld.lib.rows, layer: t.name, over: over, probs: &ld.probs}
	pl.plant(t.root, s.nodes)
	ld.lib.trees[t.name] = t
	docType := reflect.TypeOf(doc).Elem()
	m := &Mapping{name: t.name, kind: t.kind, document: ld.lib.document, standard: t.standard, set: t.set, release: t.release, doc: docType, table: t}
	probs := &ld.probs
	if ld.lazy {
		probs = &problems{} // a test compiles them all
	}
	c := &compiler{doc: docType, standard: t.standard, language: ld.lib.language, lists: ld.lib.lists, file: ld.csvList, lookup: ld.lookupList,
		probs: probs, used: map[string]*codeList{}}
	m.plan = sync.OnceValue(func() plan {
		root := c.root(t.root)
		p := plan{root: root, digest: digest(t, c.used), arrays: c.arrays}
		p.number(root)
		return p
	})
	m.traits = sync.OnceValue(m.workOutTraits)
	m.unnamed = sync.OnceValue(func() *unnamed {
		n := naming{}
		n.block(m.plan().root)
		return unnamedOf(m.doc, n, map[uintptr]*unnamed{})
	})
	if !ld.lazy {
		m.plan()
	}
	ld.lib.mappings = append(ld.lib.mappings, m)
}

// digest is over all that decides what a mapping does.
func digest(t *table, lists map[string]*codeList) string {
	var b strings.Builder
	fmt.Fprintf(&b, "mapping %s <-> %s %s %s\n", t.kind, t.standard, t.set, t.release)
	t.root.text(&b, "")
	for _, name := range keys(lists) {
		fmt.Fprintf(&b, "codes %s %t %q\n", name, lists[name].open, lists[name].ordered)
	}
	sum := sha256.Sum256([]byte(b.String()))
	return hex.EncodeToString(sum[:])
}

// words joins words with single blanks.
func words(ws []word) string {
	ts := make([]string, len(ws))
	for i, w := range ws {
		ts[i] = w.text
	}
	return strings.Join(ts, " ")
}
