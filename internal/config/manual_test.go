package config

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"reflect"
	"strconv"
	"strings"
	"testing"
)

//go:generate go test -run TestManual -update

const manual = "../../docs/CONFIGURATION.md"

// docs/CONFIGURATION.md is what the structs of files.go say; -update writes it.
func TestManual(t *testing.T) {
	structs := readStructs(t, "files.go")
	var b strings.Builder
	b.WriteString(manualHead)
	for _, file := range []struct{ name, root string }{{"edibridge.yaml", "mainFile"}, {"partners/ID.yaml", "partnerFile"}} {
		fmt.Fprintf(&b, "\n## %s\n", file.name)
		describe(&b, structs, file.root, "")
	}
	if *update {
		if err := os.WriteFile(manual, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(manual)
	if err != nil {
		t.Fatal(err)
	}
	if string(text) != b.String() {
		t.Errorf("%s is not what the structs say: go generate ./internal/config", manual)
	}
}

const manualHead = `# Configuration

<!-- Generated from internal/config/files.go by "go generate ./internal/config". -->

A configuration is a folder: ` + "`edibridge.yaml`, `partners/*.yaml`, and beside them `guides/` and `mappings/`" + `
for what is a partner's own. A partner may also have a folder, ` + "`partners/ID/partner.yaml`" + `, with ` + "`guides/`, `mappings/`" + `
and ` + "`cases/`" + ` in it, which ` + "`edibridge test`" + ` runs. ` + "`edibridge init DIR`" + ` writes a configuration that runs as it is;
` + "`edibridge check`" + ` reads it as a whole and names every mistake with file, line and column.

- Unknown keys are mistakes. So are anchors, aliases, tags, and a second document in a file.
- Paths are relative to the file that names them.
- A secret never stands in a file: it is ` + "`${NAME}`" + `, a variable of the environment, or ` + "`file:PATH`" + `.
- Durations are ` + "`500ms`, `30s`, `10m`, `4h`; sizes `4096`, `64KiB`, `32MiB`, `1GiB`" + `.
- An endpoint is a name. There are ` + "`sftp`" + ` (the listener), ` + "`PARTNER-mailbox`" + ` for each partner with SFTP access, and
  those under ` + "`endpoints`" + `.
`

type structDoc struct {
	doc    string
	fields []fieldDoc
}

// lead is the comment without its grammar: "access is how" becomes "How".
func (s structDoc) lead(name string) string {
	text := s.doc
	for _, verb := range []string{" is ", " are ", " says ", " bound "} {
		text = strings.TrimPrefix(text, name+verb)
	}
	return strings.ToUpper(text[:1]) + text[1:]
}

type fieldDoc struct {
	key, kind, inner, doc, standIn, choices string
	required                                bool
}

// readStructs reads what the structs of a file say about themselves.
func readStructs(t *testing.T, file string) map[string]structDoc {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	structs := map[string]structDoc{}
	for _, decl := range f.Decls {
		g, ok := decl.(*ast.GenDecl)
		if !ok || g.Tok != token.TYPE {
			continue
		}
		name := g.Specs[0].(*ast.TypeSpec)
		s := structDoc{doc: sentence(g.Doc.Text())}
		for _, field := range name.Type.(*ast.StructType).Fields.List {
			raw, err := strconv.Unquote(field.Tag.Value)
			if err != nil {
				t.Fatal(err)
			}
			if field.Doc == nil {
				t.Errorf("%s.%s has no comment", name.Name.Name, field.Names[0].Name)
			}
			tag := reflect.StructTag(raw)
			kind, inner := kindOf(field.Type)
			s.fields = append(s.fields, fieldDoc{tag.Get("yaml"), kind, inner, sentence(field.Doc.Text()),
				tag.Get("default"), tag.Get("choices"), tag.Get("required") == "true"})
		}
		structs[name.Name.Name] = s
	}
	return structs
}

// kindOf says in words what is written for a type, and names the struct in it.
func kindOf(e ast.Expr) (kind, inner string) {
	switch e := e.(type) {
	case *ast.StarExpr:
		return kindOf(e.X)
	case *ast.ArrayType:
		kind, inner = kindOf(e.Elt)
		return "list of " + kind, inner
	case *ast.MapType:
		kind, inner = kindOf(e.Value)
		return "names, each with " + kind, inner
	case *ast.SelectorExpr:
		return "duration", ""
	}
	words := map[string]string{"string": "text", "int": "number", "rate": "rate", "bool": "true or false", "size": "size", "identifier": "identifier", "route": "text", "span": "time to keep", "timeOfDay": "text", "weekdays": "text",
		"clock": "time of day", "zone": "time zone", "window": "window"}
	name := e.(*ast.Ident).Name
	if word, ok := words[name]; ok {
		return word, ""
	}
	return "keys below", name
}

// describe writes the section of a struct and, below it, those of its parts.
func describe(b *strings.Builder, structs map[string]structDoc, name, path string) {
	s := structs[name]
	if path != "" {
		fmt.Fprintf(b, "\n### %s\n", path)
	}
	fmt.Fprintf(b, "\n%s\n\n| key | value | default | |\n|---|---|---|---|\n", s.lead(name))
	for _, f := range s.fields {
		kind := f.kind
		if f.choices != "" {
			kind += ": " + strings.ReplaceAll(f.choices, " ", ", ")
		}
		standIn := f.standIn
		if f.required {
			standIn = "required"
		}
		fmt.Fprintf(b, "| `%s` | %s | %s | %s |\n", f.key, kind, standIn, f.doc)
	}
	for _, f := range s.fields {
		if f.inner == "" {
			continue
		}
		below := f.key
		if strings.HasPrefix(f.kind, "names") {
			below += ".NAME"
		}
		if path != "" {
			below = path + "." + below
		}
		describe(b, structs, f.inner, below)
	}
}

// sentence is a comment on one line.
func sentence(s string) string {
	return strings.ReplaceAll(strings.Join(strings.Fields(s), " "), "|", `\|`)
}
