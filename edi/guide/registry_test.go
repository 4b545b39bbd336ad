package guide_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/edibridge/edibridge/edi/guide"
)

// otherRule is a rule of testdata/rules.tsv: one that neither a guide checks nor
// the packages of the standards' envelopes name.
type otherRule struct{ part, id, severity, codes, text string }

// otherRules are those rules, by part and id.
func otherRules(t *testing.T) []otherRule {
	t.Helper()
	text, err := os.ReadFile("testdata/rules.tsv")
	if err != nil {
		t.Fatal(err)
	}
	var out []otherRule
	for i, line := range strings.Split(strings.TrimSpace(string(text)), "\n")[1:] {
		c := strings.Split(line, "\t")
		if len(c) != 5 || c[1] == "" || c[2] == "" || c[4] == "" {
			t.Fatalf("testdata/rules.tsv:%d: want part, rule, severity, codes and text", i+2)
		}
		r := otherRule{c[0], c[1], c[2], c[3], c[4]}
		if n := len(out); n > 0 && out[n-1].part == r.part && out[n-1].id >= r.id {
			t.Errorf("testdata/rules.tsv:%d: %s stands behind %s", i+2, r.id, out[n-1].id)
		}
		out = append(out, r)
	}
	return out
}

// writeOthers writes the parts of the page that those rules are.
func writeOthers(b *strings.Builder, rules []otherRule) {
	part := ""
	for _, r := range rules {
		if r.part != part {
			if part != "" {
				b.WriteByte('\n')
			}
			part = r.part
			fmt.Fprintf(b, "## %s\n\nWhat must hold.\n\n| rule | severity | codes | |\n|---|---|---|---|\n", part)
		}
		fmt.Fprintf(b, "| `%s` | %s | %s | %s |\n", r.id, r.severity, r.codes, r.text)
	}
}

// idText is what the id of a rule looks like; bridge.db is a file.
var idText = regexp.MustCompile(`^((edi|x12|edifact|mapping|record)(\.[a-z][a-z0-9]*)+|bridge(\.[a-z][a-z0-9]*){2,})$`)

// idsInCode are the rules that the code of the module names, tests aside, with a
// file that does.
func idsInCode(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir("../..", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() && (d.Name() == "testdata" || d.Name() == ".git") {
			if err == nil {
				err = fs.SkipDir
			}
			return err
		}
		if d.IsDir() || filepath.Ext(name) != ".go" || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if e, ok := n.(ast.Expr); ok {
				if s, ok := text(e); ok && idText.MatchString(s) && !strings.HasSuffix(s, ".tsv") {
					out[s] = name
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// docs/RULES.md has every rule that the code can give, once, and no other.
func TestEveryRuleHasARow(t *testing.T) {
	page, err := os.ReadFile(rulesPage)
	if err != nil {
		t.Fatal(err)
	}
	var rows []string
	for _, m := range regexp.MustCompile("(?m)^\\| `([^`]+)`").FindAllSubmatch(page, -1) {
		rows = append(rows, string(m[1]))
	}
	slices.Sort(rows)
	code := idsInCode(t)
	for _, r := range guide.Rules() {
		if code[r.ID] == "" {
			t.Errorf("%s is a rule that no code names", r.ID)
		}
	}
	for id, file := range code {
		if _, ok := slices.BinarySearch(rows, id); !ok {
			t.Errorf("%s names %s, which the page does not have: a row of testdata/rules.tsv, or go test ./edi/guide -run RulesPage -update", file, id)
		}
	}
	for i, id := range rows {
		if code[id] == "" {
			t.Errorf("the page has %s, which no code names", id)
		}
		if i > 0 && rows[i-1] == id {
			t.Errorf("the page has %s twice", id)
		}
	}
	if len(code) < 200 {
		t.Errorf("rules in code: got %d, want 200 and more: the test looks in the wrong place", len(code))
	}
}
