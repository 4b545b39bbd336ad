package mutants

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// mutant is a change that breaks a promise.
type mutant struct {
	promise  string
	file     string // from the root of the module
	from, to string // a text that stands in the file once, and what takes its place
	tests    string // package
	run      string // which of its tests
}

const root = "../.."

// read reads the list: paragraphs of "promise:", "file:", lines of "- " and "+ ",
// and "tests: PACKAGE [REGEXP]". Lines of "#" say something to the reader.
func read(t *testing.T) []mutant {
	t.Helper()
	text, err := os.ReadFile("list.txt")
	if err != nil {
		t.Fatal(err)
	}
	var all []mutant
	for _, paragraph := range strings.Split(strings.TrimSpace(string(text)), "\n\n") {
		var m mutant
		var from, to []string
		for _, line := range strings.Split(paragraph, "\n") {
			switch key, value, _ := strings.Cut(line, " "); key {
			case "promise:":
				m.promise = value
			case "file:":
				m.file = value
			case "-":
				from = append(from, value)
			case "+":
				to = append(to, value)
			case "tests:":
				m.tests, m.run, _ = strings.Cut(value, " ")
			case "#":
			default:
				t.Fatalf("line %q of the list says nothing", line)
			}
		}
		if m.promise == "" {
			continue // a paragraph for the reader
		}
		m.from, m.to = strings.Join(from, "\n"), strings.Join(to, "\n")
		all = append(all, m)
	}
	return all
}

// changed gives the file with the mutant in it.
func (m *mutant) changed(t *testing.T) []byte {
	t.Helper()
	have, err := os.ReadFile(filepath.Join(root, m.file))
	if err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(have, []byte(m.from)); m.from == "" || n != 1 {
		t.Fatalf("%s: the text stands in %s %d times, not once:\n%s", m.promise, m.file, n, m.from)
	}
	return bytes.Replace(have, []byte(m.from), []byte(m.to), 1)
}

// TestList: each promise stands in the list once, with a text that is there and
// tests that are.
func TestList(t *testing.T) {
	seen := map[string]bool{}
	for _, m := range read(t) {
		m.changed(t)
		if seen[m.promise] {
			t.Errorf("%q stands in the list twice", m.promise)
		}
		seen[m.promise] = true
		if _, err := os.Stat(filepath.Join(root, m.tests)); m.tests == "" || err != nil {
			t.Errorf("%s: no package %q with tests", m.promise, m.tests)
		}
	}
	if len(seen) < 30 {
		t.Errorf("%d promises, want 30 at least", len(seen))
	}
}

// TestMutants: of all changes 95 in 100 are noticed. It builds and tests once for
// each, and so runs with EDIBRIDGE_LONG alone.
func TestMutants(t *testing.T) {
	if os.Getenv("EDIBRIDGE_LONG") == "" {
		t.Skip("set EDIBRIDGE_LONG: each mutant takes a run of tests")
	}
	all := read(t)
	var missed []string
	for _, m := range all {
		switch noticed, out := m.noticed(t); {
		case noticed:
			t.Logf("noticed: %s", m.promise)
		default:
			missed = append(missed, m.promise)
			t.Logf("NOT noticed: %s\n%s", m.promise, out)
		}
	}
	if 20*len(missed) > len(all) {
		t.Errorf("%d of %d are not noticed, want 5 in 100 at most:\n%s", len(missed), len(all), strings.Join(missed, "\n"))
	}
}

// noticed runs the tests over the changed file. That it does not compile is no
// notice.
func (m *mutant) noticed(t *testing.T) (bool, string) {
	t.Helper()
	dir := t.TempDir()
	abs, err := filepath.Abs(filepath.Join(root, m.file))
	if err != nil {
		t.Fatal(err)
	}
	file, overlay := filepath.Join(dir, "changed.go"), filepath.Join(dir, "overlay.json")
	replaced, err := json.Marshal(map[string]any{"Replace": map[string]string{abs: file}})
	if err == nil {
		err = errors.Join(os.WriteFile(file, m.changed(t), 0o600), os.WriteFile(overlay, replaced, 0o600))
	}
	if err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(dir, "tests")
	build := exec.CommandContext(t.Context(), "go", "test", "-overlay", overlay, "-c", "-o", program, "./"+m.tests)
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		t.Errorf("%s: it does not compile:\n%s", m.promise, out)
		return false, ""
	}
	run := exec.CommandContext(t.Context(), program, "-test.run", m.run, "-test.failfast", "-test.timeout", "10m")
	run.Dir = filepath.Join(root, m.tests)
	run.Env = append(os.Environ(), "EDIBRIDGE_LONG=", "EDIBRIDGE_TEST_REQUIRE=")
	out, err := run.CombinedOutput()
	var failed *exec.ExitError
	if err != nil && !errors.As(err, &failed) {
		t.Fatal(err)
	}
	return failed != nil, string(out)
}
