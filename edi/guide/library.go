package guide

import (
	"cmp"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strconv"

	"github.com/edibridge/edibridge/edi"
)

// Library is a set of guides and the dictionaries that they stand on. It is
// immutable and safe for concurrent use.
type Library struct {
	dicts  map[string]*dictionary // by "X12 004010"
	decls  map[string]*guideDecl  // by name
	guides map[string]*Guide      // by name
	sets   map[string][]*Guide    // standards' guides by "X12 850", releases ascending
}

// maxFile bounds one guide or dictionary file, in bytes.
const maxFile = 32 << 20

// Load reads all .dict and .guide files of fsys, folders included. The error is
// [Errors] when files are wrong, and that of fsys when they cannot be read.
func Load(fsys fs.FS) (*Library, error) {
	return (&Library{}).Extend(fsys)
}

// Extend gives a library that has, beside all that l has, the guides of fsys:
// overlays over l's guides or over each other, guides of more sets, dictionaries
// of more releases. l stays as it is. Errors are as of [Load].
func (l *Library) Extend(fsys fs.FS) (*Library, error) {
	ld := &loader{
		lib: &Library{
			dicts:  cloneMap(l.dicts),
			decls:  cloneMap(l.decls),
			guides: cloneMap(l.guides),
			sets:   map[string][]*Guide{},
		},
		fresh: map[string]*dictionary{},
	}
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
	probs problems
}

// file reads one file, or leaves it alone when its name is none of ours.
func (ld *loader) file(fsys fs.FS, name string) error {
	ext := path.Ext(name)
	if ext != ".dict" && ext != ".guide" {
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
	if ext == ".dict" {
		parseDictionary(name, string(text), ld.dictionary, &ld.probs)
		return nil
	}
	for _, d := range parseGuides(name, string(text), &ld.probs) {
		if old := ld.lib.decls[d.name]; old != nil {
			ld.probs.add(d.at, 0, "guide %s stands before, at %s", d.name, old.at)
			continue
		}
		if d.name != "" {
			ld.lib.decls[d.name] = d
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
	ld.fresh[key], ld.lib.dicts[key] = d, d
	return d
}

// compile makes the guide of one declaration.
func (ld *loader) compile(d *guideDecl) {
	base, layers := ld.layers(d)
	if base == nil {
		return
	}
	dict := ld.lib.dicts[base.standard+" "+base.release]
	if dict == nil {
		ld.probs.add(d.at, 0, "no dictionary of %s %s", base.standard, base.release)
		return
	}
	ld.lib.guides[d.name] = compileGuide(source{decl: d, base: base, layers: layers, dict: dict}, &ld.probs)
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
		next := ld.lib.decls[at.base]
		if next == nil {
			if at == d {
				ld.probs.add(d.at, d.baseColumn, "no guide is called %q", d.base)
			}
			return nil, nil
		}
		at = next
	}
}

// index fills sets.
func (l *Library) index() {
	for _, name := range sortedKeys(l.guides) {
		if l.decls[name].base == "" {
			g := l.guides[name]
			key := string(g.standard) + " " + g.set
			l.sets[key] = append(l.sets[key], g)
		}
	}
	for _, list := range l.sets {
		slices.SortFunc(list, func(a, b *Guide) int { return cmp.Compare(a.release, b.release) })
	}
}

// Find gives the standard's guide of a set for a version as GS08 writes it:
// "004010", or "004010VICS" (what follows the six digits is an industry's tag).
// Without a guide of that very release it gives that of the nearest, the older
// one of two, and exact is false. g is nil when no release has the set.
func (l *Library) Find(standard edi.Standard, version, set string) (g *Guide, exact bool) {
	list := l.sets[string(standard)+" "+set]
	if len(list) == 0 {
		return nil, false
	}
	want, ok := releaseNumber(version)
	if !ok {
		return list[len(list)-1], false
	}
	best, distance := list[0], -1
	for _, g := range list {
		n, _ := releaseNumber(g.release)
		if d := max(n-want, want-n); distance < 0 || d < distance {
			best, distance = g, d
		}
	}
	return best, distance == 0
}

// releaseNumber is the number of "004010VICS": 4010.
func releaseNumber(version string) (int, bool) {
	if len(version) < 6 || !allDigits(version[:6]) {
		return 0, false
	}
	n, err := strconv.Atoi(version[:6])
	return n, err == nil
}

// Named gives the guide of a name, "acme-850" or "X12 004010 850", or nil.
func (l *Library) Named(name string) *Guide { return l.guides[name] }

// Names are the names of all guides, sorted.
func (l *Library) Names() []string { return sortedKeys(l.guides) }

func cloneMap[V any](m map[string]V) map[string]V {
	if m == nil {
		return map[string]V{}
	}
	return maps.Clone(m)
}
