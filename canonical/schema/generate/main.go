// Command generate writes descriptions.txt: the comments of the types of package
// canonical and of their fields. It is run by go generate in canonical/schema.
package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"
)

func main() {
	text, err := describe("..")
	if err == nil {
		err = os.WriteFile("descriptions.txt", []byte(text), 0o644)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

// describe gives the lines for the package in dir, sorted.
func describe(dir string) (string, error) {
	names, err := fs.Glob(os.DirFS(dir), "*.go")
	if err != nil {
		return "", err
	}
	var lines []string
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), dir+"/"+name, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return "", err
		}
		lines = append(lines, types(f)...)
	}
	slices.Sort(lines)
	return strings.Join(lines, ""), nil
}

// types gives the lines of the exported types of a file.
func types(f *ast.File) []string {
	var lines []string
	for _, decl := range f.Decls {
		g, ok := decl.(*ast.GenDecl)
		if !ok || g.Tok != token.TYPE {
			continue
		}
		for _, spec := range g.Specs {
			t := spec.(*ast.TypeSpec)
			if !t.Name.IsExported() {
				continue
			}
			doc := t.Doc
			if doc == nil {
				doc = g.Doc
			}
			lines = append(lines, line(t.Name.Name, firstParagraph(doc)))
			if s, ok := t.Type.(*ast.StructType); ok {
				lines = append(lines, fields(t.Name.Name, s)...)
			}
		}
	}
	return lines
}

// fields gives the lines of the fields of a struct that have a comment.
func fields(of string, s *ast.StructType) []string {
	var lines []string
	for _, f := range s.Fields.List {
		text := words(f.Doc)
		if text == "" {
			text = words(f.Comment)
		}
		for _, name := range f.Names {
			if text != "" && name.IsExported() {
				lines = append(lines, line(of+"."+name.Name, text))
			}
		}
	}
	return lines
}

func line(name, text string) string { return name + "\t" + text + "\n" }

// link is a Go documentation link: [Order], [*DecodeError].
var link = regexp.MustCompile(`\[\*?([A-Z][A-Za-z.]*)\]`)

// words is a comment on one line, links as plain words.
func words(c *ast.CommentGroup) string {
	if c == nil {
		return ""
	}
	return link.ReplaceAllString(strings.Join(strings.Fields(c.Text()), " "), "$1")
}

func firstParagraph(c *ast.CommentGroup) string {
	if c == nil {
		return ""
	}
	text, _, _ := strings.Cut(c.Text(), "\n\n")
	return link.ReplaceAllString(strings.Join(strings.Fields(text), " "), "$1")
}
