package vectors

import (
	"cmp"
	"flag"
	"fmt"
	"go/scanner"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/edi/guide"
)

var update = flag.Bool("update", false, "write what follows from the inputs of the vectors")

// TestVectors judges each vector: findings stand where the marks are and nowhere
// else, and all that follows is as the file says.
func TestVectors(t *testing.T) {
	all := vectors(t)
	if got, want := len(all), 120; got < want {
		t.Errorf("vectors\n got %d\nwant at least %d", got, want)
	}
	for _, v := range all {
		t.Run(v.name, func(t *testing.T) {
			out := judge(t, v.input, v.options)
			checkMarks(t, v, out.findings)
			got := map[string]string{"findings": findingLines(out.findings), "tree": out.trees.String(), "answer": answerLines(out.answers)}
			for _, section := range expected {
				diff := differences(v.sections[section], got[section])
				switch {
				case diff == "":
				case *update:
					t.Logf("%s is written anew\n%s", section, diff)
				default:
					t.Errorf("%s: - expected, + got\n%s", section, diff)
				}
			}
			if text := v.format(got); *update && !t.Failed() {
				if err := os.WriteFile(filepath.Join("testdata", filepath.FromSlash(v.name)), []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// checkMarks holds the places of findings against the marks.
func checkMarks(t *testing.T, v *vector, findings []edi.Finding) {
	t.Helper()
	var got, want []string
	for _, f := range findings {
		got = append(got, fmt.Sprintf("%06d+%d %s", f.Offset, f.Length, f.Rule))
	}
	for _, m := range v.marks {
		want = append(want, fmt.Sprintf("%06d+%d %s", m.offset, m.length, m.rule))
	}
	slices.Sort(got)
	slices.Sort(want)
	if diff := differences(strings.Join(want, "\n"), strings.Join(got, "\n")); diff != "" && !slices.Equal(got, want) {
		t.Errorf("%s\nplaces of findings: - marked, + got\n%s%q", v.title, diff, v.input)
	}
}

// findingLines writes findings, one a line.
func findingLines(fs []edi.Finding) string {
	var b strings.Builder
	for _, f := range fs {
		fmt.Fprintf(&b, "%s %s %s segment %d", f.Severity, f.Rule, cmp.Or(string(f.Path), "-"), f.Segment)
		if f.Place > 0 {
			fmt.Fprintf(&b, " place %d", f.Place)
		}
		if f.Value != "" {
			fmt.Fprintf(&b, " %s", strconv.QuoteToASCII(f.Value))
		}
		var codes []string
		for name, code := range f.Codes {
			codes = append(codes, name+"="+code)
		}
		slices.Sort(codes)
		if len(codes) > 0 {
			fmt.Fprintf(&b, " %s", strings.Join(codes, " "))
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// answerLines writes acknowledgments, one segment a line.
func answerLines(answers []*answer) string {
	var b strings.Builder
	for _, a := range answers {
		end := a.bytes[len(a.bytes)-1]
		if trimmed := strings.TrimRight(string(a.bytes), "\r\n"); trimmed != "" {
			end = trimmed[len(trimmed)-1]
		}
		b.WriteString(escaped(a.bytes, end))
	}
	return b.String()
}

// untold are rules that no vector can reach: each says why.
var untold = map[string]string{
	"edifact.message.control.untold": "needs more than 8,192 runs of references in one group",
	"x12.ack.limit":                  "needs more than 100,000 notes in one set",
	"x12.ack.set":                    "only who gives ReadGroupAck a set that is neither 997 nor 999 is told so",
	"x12.set.control.untold":         "needs more than 8,192 runs of control numbers in one group",
	"x12.ta1.segment":                "only who gives ReadTA1 another segment is told so",
}

// limitRules are the rules that the code makes of "edi.limit." and of what was
// gone over.
var limitRules = []string{"edi.limit.message", "edi.limit.segment"}

// ruleID is what a string that is a rule's id looks like.
var ruleID = regexp.MustCompile(`^(x12|edifact|edi)\.[a-z0-9]+(\.[a-z0-9]+)*$`)

// ruleIDs are the ids of all rules: those that guides check, and the strings in
// the code of the packages that read envelopes.
func ruleIDs(t *testing.T) map[string]bool {
	t.Helper()
	ids := map[string]bool{}
	for _, id := range limitRules {
		ids[id] = true
	}
	for _, r := range guide.Rules() {
		ids[r.ID] = true
	}
	for _, dir := range []string{"../../edi", "../../x12", "../../edifact"} {
		files, err := filepath.Glob(filepath.Join(dir, "*.go"))
		if err != nil || len(files) == 0 {
			t.Fatalf("no code in %s: %v", dir, err)
		}
		for _, name := range files {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range stringLiterals(name, text) {
				if ruleID.MatchString(s) {
					ids[s] = true
				}
			}
		}
	}
	return ids
}

// stringLiterals are the values of the strings in Go code.
func stringLiterals(name string, text []byte) []string {
	var s scanner.Scanner
	var out []string
	set := token.NewFileSet()
	s.Init(set.AddFile(name, set.Base(), len(text)), text, nil, 0)
	for {
		_, tok, lit := s.Scan()
		if tok == token.EOF {
			return out
		}
		if value, err := strconv.Unquote(lit); tok == token.STRING && err == nil {
			out = append(out, value)
		}
	}
}

// TestEveryRule wants a vector of each rule, as a mark that somebody set.
func TestEveryRule(t *testing.T) {
	ids, marked := ruleIDs(t), map[string]bool{}
	for _, v := range vectors(t) {
		for _, m := range v.marks {
			marked[m.rule] = true
			if !ids[m.rule] {
				t.Errorf("%s marks %s, which is no rule", v.name, m.rule)
			}
		}
	}
	for id := range ids {
		why, known := untold[id]
		switch {
		case marked[id] && known:
			t.Errorf("%s has a vector, and is listed as one that cannot have any: %s", id, why)
		case !marked[id] && !known:
			t.Errorf("no vector has a finding of %s", id)
		}
	}
	if len(ids) < 100 {
		t.Errorf("%d rules are found in the code: it looks in the wrong place", len(ids))
	}
}
