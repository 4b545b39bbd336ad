package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// corpusFile is one line of the corpus's MANIFEST.tsv.
type corpusFile struct {
	path                                string
	interchanges, groups, sets, setList string
	segments                            string
	sound, sure                         bool
}

// corpus reads the X12 files of the corpus that EDIBRIDGE_CORPUS names.
func corpus(t *testing.T) []corpusFile {
	t.Helper()
	dir := os.Getenv("EDIBRIDGE_CORPUS")
	if dir == "" {
		t.Skip("EDIBRIDGE_CORPUS names no corpus")
	}
	text, err := os.ReadFile(filepath.Join(dir, "MANIFEST.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
	column := map[string]int{}
	for i, name := range strings.Split(lines[0], "\t") {
		column[name] = i
	}
	var files []corpusFile
	for _, line := range lines[1:] {
		f := strings.Split(line, "\t")
		if f[column["standard"]] != "X12" {
			continue
		}
		files = append(files, corpusFile{
			path:         filepath.Join(dir, filepath.FromSlash(f[column["path"]])),
			interchanges: f[column["interchanges"]], groups: f[column["groups"]], sets: f[column["sets"]],
			setList: f[column["set_list"]], segments: f[column["segments"]],
			sound: f[column["sound"]] == "yes", sure: f[column["facts"]] == "sure",
		})
	}
	if len(files) == 0 {
		t.Fatal("the manifest lists no X12 files")
	}
	return files
}

// play runs the program and gives what it wrote.
func play(t *testing.T, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	status = run(t.Context(), args, strings.NewReader(""), &out, &errs)
	return status, out.String(), errs.String()
}

// inspected is what the tests read of inspect --json.
type inspected struct {
	Interchanges []struct {
		Segments int
		Groups   []struct {
			Transactions []struct {
				Set            string
				Offset, Length int64
			}
		}
	}
}

// counts are the manifest's columns as inspect sees them.
func (in *inspected) counts() (interchanges, groups, sets, setList, segments string) {
	var g, n, segs int
	bySet := map[string]int{}
	for _, ic := range in.Interchanges {
		segs += ic.Segments
		g += len(ic.Groups)
		for _, group := range ic.Groups {
			n += len(group.Transactions)
			for _, tx := range group.Transactions {
				bySet[tx.Set]++
			}
		}
	}
	var list []string
	for set, n := range bySet {
		if n > 1 {
			set += fmt.Sprintf("x%d", n)
		}
		list = append(list, set)
	}
	slices.Sort(list)
	return fmt.Sprint(len(in.Interchanges)), fmt.Sprint(g), fmt.Sprint(n), strings.Join(list, ","), fmt.Sprint(segs)
}

// Every X12 file of the corpus is inspected, with the counts of its manifest
// where those are sure.
func TestCorpusInspect(t *testing.T) {
	for _, f := range corpus(t) {
		status, out, errs := play(t, "inspect", "--json", f.path)
		if status != 0 && status != exitCannot || strings.Count(out, "\n") != 1 {
			t.Errorf("%s: status %d, %d lines: %s", f.path, status, strings.Count(out, "\n"), errs)
			continue
		}
		var in inspected
		if err := json.Unmarshal([]byte(out), &in); err != nil {
			t.Errorf("%s: %v", f.path, err)
			continue
		}
		if !f.sure {
			continue
		}
		interchanges, groups, sets, setList, segments := in.counts()
		got := strings.Join([]string{interchanges, groups, sets, setList, segments}, " ")
		want := strings.Join([]string{f.interchanges, f.groups, f.sets, sorted(f.setList), f.segments}, " ")
		if got != want {
			t.Errorf("%s: interchanges, groups, sets, list, segments\n got %s\nwant %s", f.path, got, want)
		}
	}
}

// sorted is a list of sets, "850,810x2", "-", or "TA1" where there are none, in
// order.
func sorted(list string) string {
	if list == "TA1" {
		return ""
	}
	parts := strings.Split(strings.Trim(list, "-"), ",")
	slices.Sort(parts)
	return strings.Join(parts, ",")
}

// Every 850 of the corpus is validated, acknowledged, mapped and shown; each
// command ends with a status of its contract and with what it promises to write.
func TestCorpusOrders(t *testing.T) {
	orders := 0
	for _, f := range corpus(t) {
		if !strings.Contains(f.setList, "850") {
			continue
		}
		orders++
		for _, command := range []string{"validate", "ack", "map", "fmt"} {
			args := []string{command, f.path}
			if command == "validate" {
				args = []string{command, "--json", f.path}
			}
			status, out, errs := play(t, args...)
			switch {
			case status < 0 || status > 2:
				t.Errorf("%s %s: status\n got %d\nwant 0, 1 or 2: %s", command, f.path, status, errs)
			case f.sound && status == exitCannot:
				t.Errorf("%s %s: a sound file could not be read: %s", command, f.path, errs)
			case f.sound && out == "":
				t.Errorf("%s %s: nothing on standard output: %s", command, f.path, errs)
			}
			if command == "validate" || command == "map" {
				for line := range strings.Lines(out) {
					if !json.Valid([]byte(line)) {
						t.Errorf("%s %s: not JSON: %.200s", command, f.path, line)
					}
				}
			}
		}
	}
	if orders == 0 {
		t.Error("the corpus has no 850")
	}
}

// What we acknowledge with is itself in order: the acknowledgments of every file
// of the corpus are read back and accepted. Three kinds are left out: those of
// another release, which say more than the nearest guide knows, those for a
// group whose GS01 is none, which AK101 has to repeat, and those for a
// set whose ST01 (000) no code list has, which AK201 has to repeat.
func TestCorpusAcknowledgments(t *testing.T) {
	answered := 0
	for _, f := range corpus(t) {
		_, out, _ := play(t, "ack", f.path)
		_, judged, _ := play(t, "validate", "--json", f.path)
		if out == "" || strings.Contains(judged, "x12.group.functional") || strings.Contains(judged, `"set":"000"`) {
			continue
		}
		name := filepath.Join(t.TempDir(), "ack.edi")
		if err := os.WriteFile(name, []byte(out), 0o600); err != nil {
			t.Fatal(err)
		}
		status, verdict, errs := play(t, "validate", name)
		if strings.Contains(verdict, "the nearest release") {
			continue
		}
		answered++
		if status != 0 {
			t.Errorf("%s: our answer is not accepted\n%s%s%s", f.path, verdict, errs, out)
		}
	}
	if answered == 0 {
		t.Error("no file was answered")
	}
}
