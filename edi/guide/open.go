package guide

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"
	"sync"
)

// Open gives the standards' guides of fsys, which are part of the program: only
// the heads of the files are read, a dictionary when its first guide is asked
// for, a guide when it is, and its examples when they are: those of 850.guide stand
// in 850.example beside it. Each .guide file holds one guide, and the head of
// each file stands in its first kilobyte. The error is as of [Load]; a mistake
// behind the heads is one of the program, and a panic when it is come upon.
func Open(fsys fs.FS) (*Library, error) {
	o := &opener{fsys: fsys, lib: newLibrary(), dicts: map[string][]string{}}
	if err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		return o.head(name)
	}); err != nil {
		return nil, fmt.Errorf("guide: reading guides: %w", err)
	}
	if err := o.probs.err(); err != nil {
		return nil, err
	}
	for key, names := range o.dicts {
		o.lib.dicts[key] = sync.OnceValue(func() *dictionary { return o.dictionary(key, names) })
		tags := sync.OnceValue(func() map[string]bool { return o.tags(names) })
		o.lib.tags[key] = func(tag string) bool { return tags()[tag] }
	}
	o.lib.index()
	return o.lib, nil
}

// opener reads the files of an Open when they are needed.
type opener struct {
	fsys  fs.FS
	lib   *Library
	dicts map[string][]string // files by "X12 004010"
	probs problems
}

// maxHead is where the head of a file must stand, in bytes.
const maxHead = 1 << 10

// head notes what a file is about.
func (o *opener) head(name string) error {
	ext := path.Ext(name)
	if ext != ".dict" && ext != ".guide" {
		return nil
	}
	f, err := o.fsys.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxHead))
	if err != nil {
		return err
	}
	gp := &guideParser{lex: newLexer(name, string(text), &o.probs)}
	if !gp.lex.next() {
		o.probs.add(Origin{File: name, Line: 1}, 0, "no head in the first %d bytes", maxHead)
		return nil
	}
	n := &line{lex: gp.lex}
	if ext == ".dict" {
		if n.keyword("dictionary") {
			if standard, release, ok := n.release(); ok {
				key := standard + " " + release
				o.dicts[key] = append(o.dicts[key], name)
			}
		}
		return nil
	}
	if !n.keyword("guide") {
		return nil
	}
	n.i = 0
	if gp.head(n); gp.cur != nil {
		o.guide(name, gp.cur)
	}
	return nil
}

// guide adds the guide of a file.
func (o *opener) guide(name string, head *guideDecl) {
	if head.set == "" {
		o.probs.add(head.at, 0, "guide %s: only standards' guides come with the program", head.name)
		return
	}
	if old := o.lib.byName[head.name]; old != nil {
		o.probs.add(head.at, 0, "guide %s stands before, at %s", head.name, old.at)
		return
	}
	decl := sync.OnceValue(func() *guideDecl {
		var probs problems
		all := parseGuides(name, o.text(name), &probs)
		o.must(&probs)
		return all[0]
	})
	o.lib.examples[head.name] = []func() []*Example{sync.OnceValue(func() []*Example { return o.examples(name, decl()) })}
	key := head.standard + " " + head.release
	o.lib.byName[head.name] = &entry{name: head.name, standard: head.standard, release: head.release, set: head.set, at: head.at,
		decl: decl,
		guide: sync.OnceValue(func() *Guide {
			dict := o.lib.dicts[key]
			if dict == nil {
				panic("guide: " + head.name + ": no dictionary of its release")
			}
			var probs problems
			g := compileGuide(source{decl: decl(), base: decl(), dict: dict(), siblings: siblings{o.lib, head.standard, head.release}}, &probs)
			o.must(&probs)
			return g
		}),
	}
}

// dictionary reads the dictionary of a release.
func (o *opener) dictionary(key string, names []string) *dictionary {
	var probs problems
	var out *dictionary
	for _, name := range names {
		parseDictionary(name, o.text(name), func(standard, release string) *dictionary {
			if out == nil {
				out = newDictionary(standard, release)
			}
			return out
		}, &probs)
	}
	if out == nil {
		panic("guide: the files of " + key + " hold no dictionary")
	}
	out.compile(&probs)
	o.must(&probs)
	return out
}

// examples reads the file of examples that stands beside a guide's, if any.
func (o *opener) examples(name string, decl *guideDecl) []*Example {
	name = strings.TrimSuffix(name, ".guide") + ".example"
	if _, err := fs.Stat(o.fsys, name); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	var probs problems
	d := parseExamples(name, o.text(name), &probs)
	if d != nil {
		if d.name != decl.name {
			probs.add(d.at, d.baseColumn, "examples of %s beside the guide %s", d.name, decl.name)
		}
		checkExamples(d.examples, decl, &probs)
	}
	o.must(&probs)
	return d.examples
}

// tags are the segments that the files of a release speak of: found without
// making the dictionary, which is much bigger.
func (o *opener) tags(names []string) map[string]bool {
	out := map[string]bool{}
	for _, name := range names {
		for line := range strings.Lines(o.text(name)) {
			switch words := strings.Fields(line); {
			case strings.HasPrefix(line, "segment ") && len(words) > 1:
				out[words[1]] = true
			case strings.HasPrefix(line, "known "):
				for _, tag := range words[1:] {
					out[tag] = true
				}
			}
		}
	}
	return out
}

func (o *opener) text(name string) string {
	b, err := fs.ReadFile(o.fsys, name)
	if err != nil {
		panic(fmt.Sprintf("guide: reading %s: %v", name, err))
	}
	return string(b)
}

// must panics over mistakes.
func (o *opener) must(probs *problems) {
	if err := probs.err(); err != nil {
		panic(err.Error())
	}
}
