package edibridge_test

import (
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/edibridge/edibridge"

// layer is one row of the table of docs/DESIGN.md: what a package's own code
// (tests aside) may import beside the standard library.
type layer struct {
	// pkg is a package below the module, or with "/..." all below it. The first
	// row that fits counts.
	pkg string
	// ours are packages of this module, patterns as in pkg.
	ours []string
	// third are modules or packages of others; what lies below them is allowed too.
	third []string
}

// bridgeOurs is what the bridge may use of ours; its test packages see the same.
var bridgeOurs = []string{"acknowledge", "archive", "canonical", "edi", "edi/guide", "edifact", "mappings", "transports", "x12"}

// layers is the house. A row is added on purpose, with the code that needs it.
var layers = []layer{
	{pkg: "."},
	{pkg: "docs"}, // the pages that the program shows itself
	{pkg: "edi"},
	{pkg: "edi/guide", ours: []string{"edi"}},
	// Writes the guide files of both standards from tables, and drafts of examples by what it wrote.
	{pkg: "edi/guide/generate", ours: []string{"edi/guide"}},
	{pkg: "x12", ours: []string{"edi", "edi/guide"}, third: []string{"golang.org/x/text"}},
	{pkg: "edifact", ours: []string{"edi", "edi/guide"}, third: []string{"golang.org/x/text"}},
	// How what was received is answered, in both standards.
	{pkg: "acknowledge", ours: []string{"edi", "edi/guide", "edifact", "x12"}},
	{pkg: "x12/guides", ours: []string{"edi/guide"}},
	{pkg: "x12/guides/...", ours: []string{"edi", "edi/guide"}}, // the generator of the guide files
	{pkg: "edifact/guides", ours: []string{"edi/guide"}},
	{pkg: "edifact/guides/...", ours: []string{"edi", "edi/guide"}},
	{pkg: "canonical"},
	{pkg: "canonical/generate"}, // writes the encoders from the types
	{pkg: "canonical/schema", ours: []string{"canonical"}},
	{pkg: "canonical/schema/generate"}, // writes the descriptions from the comments
	{pkg: "canonical/check", ours: []string{"canonical"}},
	{pkg: "mappings", ours: []string{"canonical", "edi", "edi/guide"}},
	{pkg: "mappings/celexpr", ours: []string{"mappings"}, third: []string{"cel.dev", "github.com/google/cel-go"}},
	{pkg: "mappings/propose", ours: []string{"canonical", "edi", "edi/guide", "mappings"}},
	{pkg: "mappings/record", ours: []string{"canonical", "edi", "mappings"}},
	{pkg: "archive", ours: []string{"internal/flock"}, third: []string{"golang.org/x/mod/sumdb", "github.com/klauspost/compress/zstd"}},
	{pkg: "archive/archivetest", ours: []string{"archive"}},
	{pkg: "archive/s3blobs", ours: []string{"archive"}, third: []string{"github.com/minio/minio-go/v7"}},
	{pkg: "archive/agekeys", ours: []string{"archive"}, third: []string{"filippo.io/age"}},
	{pkg: "archive/tsa", ours: []string{"archive", "internal/cms"}},
	{pkg: "internal/cms"},
	{pkg: "internal/flock"},
	{pkg: "internal/vectors"}, // tests alone
	{pkg: "internal/mutants"}, // tests alone
	{pkg: "transports"},
	{pkg: "transports/transporttest", ours: []string{"transports"}},
	{pkg: "transports/sftp", ours: []string{"transports", "transports/sftp/..."},
		third: []string{"github.com/pkg/sftp", "golang.org/x/crypto"}},
	{pkg: "transports/webhook", ours: []string{"transports", "transports/webhook/..."},
		third: []string{"github.com/standard-webhooks/standard-webhooks/libraries"}},
	{pkg: "transports/http", ours: []string{"transports", "transports/http/..."}},
	{pkg: "transports/dir", ours: []string{"transports", "transports/dir/..."}, third: []string{"github.com/fsnotify/fsnotify"}},
	{pkg: "transports/as2", ours: []string{"transports", "transports/as2/...", "internal/cms"}},
	{pkg: "transports/s3", ours: []string{"transports", "transports/s3/..."}, third: []string{"github.com/minio/minio-go/v7"}},
	{pkg: "transports/nats", ours: []string{"transports", "transports/nats/..."}, third: []string{"github.com/nats-io/nats.go"}},
	{pkg: "transports/kafka", ours: []string{"transports", "transports/kafka/..."}, third: []string{"github.com/twmb/franz-go"}},
	{pkg: "bridge", ours: append([]string{"bridge/views"}, bridgeOurs...), third: []string{"github.com/robfig/cron/v3"}},
	{pkg: "bridge/views", ours: []string{"canonical"}}, // what documents say: no store, no engine,
	// The store implements bridge.Store, whose methods speak of keys and findings.
	{pkg: "bridge/sqlstore", ours: []string{"archive", "bridge", "bridge/views", "canonical", "edi"},
		third: []string{"modernc.org/sqlite", "github.com/jackc/pgx/v5", "github.com/pressly/goose/v3"}},
	{pkg: "bridge/sqlstore/pgtest"}, // a server for tests
	{pkg: "bridge/bridgetest", ours: append([]string{"bridge", "bridge/views"}, bridgeOurs...)},
	{pkg: "api", ours: []string{"archive", "bridge", "bridge/views", "canonical", "edi", "edi/guide", "transports"},
		third: []string{"github.com/danielgtaylor/huma/v2", "github.com/cloudevents/sdk-go/v2", "github.com/coreos/go-oidc/v3", "go.opentelemetry.io"}},
	// Values only: no store, no api. The shipped guides are what partners' guides extend;
	// x/crypto reads and makes SSH keys and checks password hashes.
	{pkg: "internal/config", ours: []string{"bridge", "edi", "edi/guide", "edifact/guides", "mappings", "mappings/celexpr", "transports", "x12/guides"},
		third: []string{"github.com/goccy/go-yaml", "golang.org/x/crypto"}},
	// The binary wires everything; its demo plays partners over the real protocols.
	{pkg: "cmd/edibridge", ours: []string{"..."},
		third: []string{"github.com/spf13/cobra", "github.com/pkg/sftp", "golang.org/x/crypto", "golang.org/x/sync", "go.opentelemetry.io"}},
}

// forbiddenNames say nothing about what a package does.
var forbiddenNames = []string{"util", "utils", "helper", "helpers", "common", "model", "models", "service", "services", "pkg", "misc", "base"}

// maxChain is the longest chain of imports inside the module, counted in packages.
const maxChain = 7

func TestLayers(t *testing.T) {
	h := readHouse(t, ".")
	for _, complaint := range h.check(layers) {
		t.Error(complaint)
	}
	if len(h.imports) < 2 {
		t.Fatalf("the walk found %d packages: it looks in the wrong place", len(h.imports))
	}
}

func TestImportChain(t *testing.T) {
	chain := readHouse(t, ".").longestChain()
	if got, want := len(chain), maxChain; got > want {
		t.Errorf("longest import chain\n got %d: %s\nwant at most %d", got, strings.Join(chain, " -> "), want)
	}
}

// The proof that the walk sees what it must see: a module with every kind of
// forbidden import, each reported; and its allowed ones, not reported.
func TestLayersReportWhatIsForbidden(t *testing.T) {
	root := writeTree(t, map[string]string{
		"edi/a.go":              `package edi; import _ "fmt"`,
		"edi/bad.go":            `package edi; import _ "` + module + `/bridge"`,
		"edi/a_test.go":         `package edi; import _ "` + module + `/x12"`,
		"edi/testdata/x/x.go":   `package x; import _ "example.com/elsewhere"`,
		"x12/a.go":              `package x12; import (_ "` + module + `/edi"; _ "golang.org/x/text/encoding")`,
		"x12/third.go":          `package x12; import _ "github.com/stretchr/testify/assert"`,
		"x12/guides/gen/a.go":   `package main; import _ "` + module + `/edi/guide"`,
		"archive/a.go":          `package archive; import _ "golang.org/x/mod/sumdb/tlog"`,
		"archive/prefix.go":     `package archive; import _ "golang.org/x/mod/sumdbother"`,
		"archive/c.go":          `package archive; import "C"`,
		"archive/u_test.go":     `package archive; import _ "unsafe"`,
		"transports/sftp/a.go":  `package sftp; import _ "` + module + `/bridge"`,
		"transports/sftp/b.go":  "//go:build plan9\n\npackage sftp\n\nimport _ \"" + module + "/archive\"\n",
		"util/a.go":             `package util`,
		"bridge/model/a.go":     `package model`,
		"canonical/check/a.go":  `package common; import _ "` + module + `/canonical"`,
		"cmd/edibridge/main.go": `package main; import (_ "` + module + `/edi"; _ "` + module + `/internal/config"; _ "github.com/spf13/cobra")`,
		"cmd/edibridge/yaml.go": `package main; import _ "github.com/goccy/go-yaml"`,
		".hidden/a.go":          `package hidden; import _ "example.com/elsewhere"`,
		"nested/go.mod":         "module example.com/nested\n",
		"nested/a.go":           `package nested; import _ "example.com/elsewhere"`,
	})
	got := readHouse(t, root).check(layers)
	want := []string{
		`archive imports "C": no cgo here`,
		`archive imports "golang.org/x/mod/sumdbother", which its layer does not allow`,
		`archive imports "unsafe": not here`,
		`bridge/model: no row in the table of layers`,
		`bridge/model: a package named "model" says nothing about what it does`,
		`canonical/check: a package named "common" says nothing about what it does`,
		`cmd/edibridge imports "github.com/goccy/go-yaml", which its layer does not allow`,
		`edi imports "bridge", which its layer does not allow`,
		`transports/sftp imports "archive", which its layer does not allow`,
		`transports/sftp imports "bridge", which its layer does not allow`,
		`util: a package named "util" says nothing about what it does`,
		`util: no row in the table of layers`,
		`x12 imports "github.com/stretchr/testify/assert", which its layer does not allow`,
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("complaints\n got %s\nwant %s", strings.Join(got, "\n     "), strings.Join(want, "\n     "))
	}
}

func TestImportChainIsCounted(t *testing.T) {
	root := writeTree(t, map[string]string{
		"a/a.go": `package a; import (_ "` + module + `/b"; _ "` + module + `/c")`,
		"b/b.go": `package b; import _ "` + module + `/c"`,
		"c/c.go": `package c; import _ "fmt"`,
	})
	got := readHouse(t, root).longestChain()
	want := []string{"a", "b", "c"}
	if !slices.Equal(got, want) {
		t.Errorf("longest chain\n got %v\nwant %v", got, want)
	}
}

// house is what the module's files import.
type house struct {
	imports map[string][]string // package -> imports of its own code; ours as "edi", others in full
	names   map[string]string   // package -> its name
	unsafe  map[string][]string // package -> "C" or "unsafe", tests included
}

// readHouse parses the imports of every Go file below root, whatever its build
// tags. testdata, hidden folders and nested modules are not part of the module.
func readHouse(t *testing.T, root string) *house {
	t.Helper()
	h := &house{imports: map[string][]string{}, names: map[string]string{}, unsafe: map[string][]string{}}
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if !d.IsDir() {
			return h.readFile(root, name)
		}
		base := d.Name()
		if name != root && (base == "testdata" || base == "vendor" || strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_")) {
			return fs.SkipDir
		}
		if _, err := os.Stat(filepath.Join(name, "go.mod")); err == nil && name != root {
			return fs.SkipDir
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func (h *house) readFile(root, name string) error {
	if !strings.HasSuffix(name, ".go") {
		return nil
	}
	f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
	if err != nil {
		return err
	}
	rel, err := filepath.Rel(root, filepath.Dir(name))
	if err != nil {
		return err
	}
	pkg, test := filepath.ToSlash(rel), strings.HasSuffix(name, "_test.go")
	if !test {
		h.names[pkg] = f.Name.Name
		h.imports[pkg] = slices.Grow(h.imports[pkg], len(f.Imports)) // there, with or without imports
	}
	for _, spec := range f.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return err
		}
		switch {
		case imported == "C" || imported == "unsafe":
			h.unsafe[pkg] = append(h.unsafe[pkg], imported)
		case !test && !standard(imported):
			imported = strings.TrimPrefix(imported, module+"/")
			if !slices.Contains(h.imports[pkg], imported) {
				h.imports[pkg] = append(h.imports[pkg], imported)
			}
		}
	}
	return nil
}

// standard tells packages of the standard library: their first part has no dot.
func standard(imported string) bool {
	first, _, _ := strings.Cut(imported, "/")
	return !strings.Contains(first, ".")
}

// check gives one complaint for each thing that table does not allow.
func (h *house) check(table []layer) []string {
	var complaints []string
	for pkg, imports := range h.imports {
		if slices.Contains(forbiddenNames, path.Base(pkg)) || slices.Contains(forbiddenNames, h.names[pkg]) {
			complaints = append(complaints, fmt.Sprintf("%s: a package named %q says nothing about what it does", pkg, h.names[pkg]))
		}
		i := slices.IndexFunc(table, func(l layer) bool { return fits(l.pkg, pkg) })
		if i < 0 {
			complaints = append(complaints, pkg+": no row in the table of layers")
			continue
		}
		for _, imported := range imports {
			if !table[i].allows(imported) {
				complaints = append(complaints, fmt.Sprintf("%s imports %q, which its layer does not allow", pkg, imported))
			}
		}
	}
	for pkg, imports := range h.unsafe {
		for _, imported := range imports {
			what := "not here"
			if imported == "C" {
				what = "no cgo here"
			}
			complaints = append(complaints, fmt.Sprintf("%s imports %q: %s", pkg, imported, what))
		}
	}
	slices.Sort(complaints)
	return complaints
}

func (l layer) allows(imported string) bool {
	if first, _, _ := strings.Cut(imported, "/"); !strings.Contains(first, ".") {
		return slices.ContainsFunc(l.ours, func(p string) bool { return fits(p, imported) })
	}
	return slices.ContainsFunc(l.third, func(p string) bool { return imported == p || strings.HasPrefix(imported, p+"/") })
}

// fits reports whether pkg is what pattern says: itself, or with "/..." what
// lies below it; "..." is everything.
func fits(pattern, pkg string) bool {
	if pattern == "..." {
		return true
	}
	if below, ok := strings.CutSuffix(pattern, "/..."); ok {
		return strings.HasPrefix(pkg, below+"/")
	}
	return pattern == pkg
}

// longestChain is one of the longest chains of imports between our packages.
func (h *house) longestChain() []string {
	chains := map[string][]string{}
	var from func(pkg string) []string
	from = func(pkg string) []string {
		if c, done := chains[pkg]; done {
			return c
		}
		best := []string{pkg}
		for _, imported := range h.imports[pkg] {
			if _, ours := h.imports[imported]; !ours {
				continue
			}
			if c := from(imported); len(c)+1 > len(best) {
				best = append([]string{pkg}, c...)
			}
		}
		chains[pkg] = best
		return best
	}
	var longest []string
	for pkg := range h.imports {
		if c := from(pkg); len(c) > len(longest) {
			longest = c
		}
	}
	return longest
}

// writeTree makes a module of these files in a temporary folder.
func writeTree(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	files["go.mod"] = "module " + module + "\n"
	for name, text := range files {
		file := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return root
}
