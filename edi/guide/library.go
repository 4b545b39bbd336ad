package guide

import (
	"cmp"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/edibridge/edibridge/edi"
)

// Library is a set of guides and the dictionaries that they stand on. It is safe
// for concurrent use, and what it gives does not change.
type Library struct {
	dicts  map[string]func() *dictionary // by "X12 004010"
	tags   map[string]func(string) bool  // whether a release has a segment, by the same
	byName map[string]*entry
	sets   map[string][]*entry // standards' guides by "X12 850", releases ascending
	// examples are those of files beside the guides, by the guide's name.
	examples map[string][]func() []*Example
}

// entry is one guide of a library. What its functions give is made once, at the
// latest when it is asked for.
type entry struct {
	name                   string
	standard, release, set string // of a standard's guide
	at                     Origin
	decl                   func() *guideDecl
	guide                  func() *Guide
}

// maxFile bounds one guide or dictionary file, in bytes.
const maxFile = 32 << 20

// Load reads all .dict, .guide and .example files of fsys, folders included. The error is
// [Errors] when files are wrong, and that of fsys when they cannot be read.
func Load(fsys fs.FS) (*Library, error) {
	return (&Library{}).Extend(fsys)
}

// Join gives a library that has the guides of all. Of two with one name it has
// the first.
func Join(libs ...*Library) *Library {
	out := newLibrary()
	for _, l := range slices.Backward(libs) {
		maps.Copy(out.dicts, l.dicts)
		maps.Copy(out.tags, l.tags)
		maps.Copy(out.byName, l.byName)
		maps.Copy(out.examples, l.examples)
	}
	out.index()
	return out
}

func newLibrary() *Library {
	return &Library{dicts: map[string]func() *dictionary{}, tags: map[string]func(string) bool{}, byName: map[string]*entry{},
		examples: map[string][]func() []*Example{}}
}

// Extend gives a library that has, beside all that l has, the guides of fsys:
// overlays over l's guides or over each other, guides of more sets, dictionaries
// of more releases. l stays as it is. Errors are as of [Load].
func (l *Library) Extend(fsys fs.FS) (*Library, error) {
	ld := &loader{lib: Join(l), fresh: map[string]*dictionary{}}
	if err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		return ld.file(fsys, name)
	}); err != nil {
		return nil, fmt.Errorf("guide: reading guides: %w", err)
	}
	for _, key := range sortedKeys(ld.fresh) {
		ld.fresh[key].compile(&ld.probs)
	}
	for _, d := range ld.decls {
		ld.compile(d)
	}
	ld.attach()
	if err := ld.probs.err(); err != nil {
		return nil, err
	}
	ld.lib.index()
	return ld.lib, nil
}

// loader is one Load or Extend under way.
type loader struct {
	lib   *Library
	fresh map[string]*dictionary // dictionaries of this load
	decls []*guideDecl           // guides of this load
	shows []*guideDecl           // heads of files of examples, with the examples
	probs problems
}

// file reads one file, or leaves it alone when its name is none of ours.
func (ld *loader) file(fsys fs.FS, name string) error {
	ext := path.Ext(name)
	if ext != ".dict" && ext != ".guide" && ext != ".example" {
		return nil
	}
	info, err := fs.Stat(fsys, name)
	if err != nil {
		return err
	}
	if info.Size() > maxFile {
		ld.probs.add(Origin{File: name, Line: 1}, 0, "%d bytes: expected at most %d", info.Size(), maxFile)
		return nil
	}
	text, err := fs.ReadFile(fsys, name)
	if err != nil {
		return err
	}
	switch ext {
	case ".dict":
		parseDictionary(name, string(text), ld.dictionary, &ld.probs)
		return nil
	case ".example":
		if d := parseExamples(name, string(text), &ld.probs); d != nil {
			ld.shows = append(ld.shows, d)
		}
		return nil
	}
	for _, d := range parseGuides(name, string(text), &ld.probs) {
		if old := ld.lib.byName[d.name]; old != nil {
			ld.probs.add(d.at, 0, "guide %s stands before, at %s", d.name, old.at)
			continue
		}
		if d.name != "" {
			ld.lib.byName[d.name] = &entry{name: d.name, standard: d.standard, release: d.release, set: d.set, at: d.at,
				decl: func() *guideDecl { return d }, guide: func() *Guide { return nil }}
			ld.decls = append(ld.decls, d)
		}
	}
	return nil
}

// dictionary is the dictionary of a release that this load may add to; nil when
// the library has one already.
func (ld *loader) dictionary(standard, release string) *dictionary {
	key := standard + " " + release
	if d := ld.fresh[key]; d != nil {
		return d
	}
	if ld.lib.dicts[key] != nil {
		return nil
	}
	d := newDictionary(standard, release)
	ld.fresh[key], ld.lib.dicts[key], ld.lib.tags[key] = d, func() *dictionary { return d }, d.has
	return d
}

// compile makes the guide of one declaration.
func (ld *loader) compile(d *guideDecl) {
	base, layers := ld.layers(d)
	if base == nil {
		return
	}
	checkExamples(d.examples, base, &ld.probs)
	dict := ld.lib.dicts[base.standard+" "+base.release]
	if dict == nil {
		ld.probs.add(d.at, 0, "no dictionary of %s %s", base.standard, base.release)
		return
	}
	g := compileGuide(source{decl: d, base: base, layers: layers, dict: dict(), siblings: siblings{ld.lib, base.standard, base.release}}, &ld.probs)
	ld.lib.byName[d.name].guide = func() *Guide { return g }
}

// layers walks from an overlay to the standard's guide beneath it. layers are
// the overlays, innermost first. base is nil when a name leads nowhere.
func (ld *loader) layers(d *guideDecl) (base *guideDecl, layers []*guideDecl) {
	for at := d; ; {
		if at.base == "" {
			if at.set == "" {
				return nil, nil // its head was wrong and is reported
			}
			return at, layers
		}
		if slices.Contains(layers, at) {
			ld.probs.add(d.at, d.baseColumn, "guide %s extends itself by way of %s", d.name, d.base)
			return nil, nil
		}
		layers = slices.Insert(layers, 0, at)
		next := ld.lib.byName[at.base]
		if next == nil {
			if at == d {
				ld.probs.add(d.at, d.baseColumn, "no guide is called %q", d.base)
			}
			return nil, nil
		}
		at = next.decl()
	}
}

// siblings are the releases of a guide's standard beside its own.
type siblings struct {
	lib               *Library
	standard, release string
}

// have are the releases that have a segment.
func (s siblings) have(tag string) []string {
	var out []string
	for _, key := range sortedKeys(s.lib.tags) {
		standard, release, _ := strings.Cut(key, " ")
		if standard == s.standard && release != s.release && s.lib.tags[key](tag) {
			out = append(out, release)
		}
	}
	return out
}

// longest is the longest value that an element takes in a later release; 0: none is
// known.
func (s siblings) longest(element string) int {
	longest, own := 0, releaseMonth(s.standard, s.release)
	for _, key := range sortedKeys(s.lib.dicts) {
		standard, release, _ := strings.Cut(key, " ")
		if standard != s.standard || releaseMonth(standard, release) <= own {
			continue
		}
		if e := s.lib.dicts[key]().elements[element]; e != nil {
			longest = max(longest, e.max)
		}
	}
	return longest
}

// index fills sets.
func (l *Library) index() {
	l.sets = map[string][]*entry{}
	for _, name := range sortedKeys(l.byName) {
		if e := l.byName[name]; e.set != "" {
			key := e.standard + " " + e.set
			l.sets[key] = append(l.sets[key], e)
		}
	}
	for key, list := range l.sets {
		slices.SortStableFunc(list, func(a, b *entry) int {
			return cmp.Or(cmp.Compare(releaseMonth(a.standard, a.release), releaseMonth(b.standard, b.release)), cmp.Compare(a.release, b.release))
		})
		l.sets[key] = list
	}
}

// Find gives the standard's guide of a set for a version as the document says
// it: GS08 ("004010", or "004010VICS": what follows the six digits is an
// industry's tag), or S009 of UNH ("D:96A:UN:EAN008": only "D:96A" counts).
// Without a guide of that very release it gives that of the nearest, the older
// one of two, and exact is false. g is nil when no release has the set.
func (l *Library) Find(standard edi.Standard, version, set string) (g *Guide, exact bool) {
	list := l.sets[string(standard)+" "+set]
	if len(list) == 0 {
		return nil, false
	}
	releases := make([]string, len(list))
	for i, e := range list {
		releases[i] = e.release
	}
	i, exact := Nearest(standard, version, releases)
	return list[i].guide(), exact
}

// Named gives the guide of a name, "acme-850" or "X12 004010 850", or nil.
func (l *Library) Named(name string) *Guide {
	if e := l.byName[name]; e != nil {
		return e.guide()
	}
	return nil
}

// File is the file that the guide of a name stands in, "" when there is no such
// guide.
func (l *Library) File(name string) string {
	if e := l.byName[name]; e != nil {
		return e.at.File
	}
	return ""
}

// Names are the names of all guides, sorted.
func (l *Library) Names() []string { return sortedKeys(l.byName) }
