package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// examplePackages are the folders of the partners that come as examples.
func examplePackages(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("../../examples/partners/*/partner.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := len(files), 10; got != want {
		t.Errorf("packages\n got %d\nwant %d", got, want)
	}
	var folders []string
	for _, file := range files {
		folders = append(folders, filepath.Dir(file))
	}
	return folders
}

// succeeds runs the program, which has to end with 0, and gives its output.
func succeeds(t *testing.T, args ...string) string {
	t.Helper()
	var out, errs bytes.Buffer
	if status := run(context.Background(), args, strings.NewReader(""), &out, &errs); status != 0 {
		t.Fatalf("edibridge %s: status %d\n%s%s", strings.Join(args, " "), status, &out, &errs)
	}
	return out.String()
}

// TestExamplesInABridge: all packages together hold in a bridge that init made,
// and its cases come out as they say.
func TestExamplesInABridge(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "my")
	succeeds(t, "init", dir)
	file := filepath.Join(dir, "edibridge.yaml")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	// Two of them speak EDIFACT: the bridge needs a name there.
	text = bytes.Replace(text, []byte("self:\n"), []byte("self:\n  - EDIFACT 14/4012345000009\n"), 1)
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, folder := range examplePackages(t) {
		if err := os.CopyFS(filepath.Join(dir, "partners", filepath.Base(folder)), os.DirFS(folder)); err != nil {
			t.Fatal(err)
		}
	}
	if got, want := succeeds(t, "check", "-c", file), "holds together: 11 partners"; !strings.Contains(got, want) {
		t.Errorf("check\n got %s\nwant %s", got, want)
	}
	if got, want := succeeds(t, "test", dir), " cases ok\n"; !strings.HasSuffix(got, want) {
		t.Errorf("test\n got %s\nwant it to end with %q", got, want)
	}
}

// TestExamplesWhereTheyStand: the configuration beside them is one, too.
func TestExamplesWhereTheyStand(t *testing.T) {
	succeeds(t, "check", "-c", "../../examples/edibridge.yaml")
	if got, want := succeeds(t, "test", "../../examples/partners/boxwell"), "6 cases ok\n"; !strings.HasSuffix(got, want) {
		t.Errorf("test\n got %s\nwant it to end with %q", got, want)
	}
}

// TestExamplePackages: each package explains itself, has guides without a
// remark that show sound examples, at least three cases, one of which finds
// something, and cases of both directions.
func TestExamplePackages(t *testing.T) {
	for _, folder := range examplePackages(t) {
		t.Run(filepath.Base(folder), func(t *testing.T) {
			if _, err := os.Stat(filepath.Join(folder, "README.md")); err != nil {
				t.Error(err)
			}
			guides := filepath.Join(folder, "guides")
			succeeds(t, "guide", "lint", "--strict", guides)
			if got, bad := succeeds(t, "guide", "test", guides), " 0 examples"; strings.Contains(got, bad) {
				t.Errorf("guide test: %s", got)
			}
			in := matches(t, folder, "cases/*/in.edi")
			out := matches(t, folder, "cases/*/canonical.json") - in
			if in == 0 || out <= 0 || in+out < 3 {
				t.Errorf("cases\n got %d that are received and %d that are sent\nwant both, three in all", in, out)
			}
			if matches(t, folder, "cases/*/findings.txt") == 0 {
				t.Error("no case finds anything")
			}
			if matches(t, folder, "mappings/*.map") == 0 {
				t.Error("no mapping")
			}
		})
	}
}

func matches(t *testing.T, folder, pattern string) int {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, filepath.FromSlash(pattern)))
	if err != nil {
		t.Fatal(err)
	}
	return len(files)
}
