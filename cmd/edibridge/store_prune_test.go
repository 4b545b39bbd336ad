package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"
)

// TestStorePrune: what would go is told, then goes; not by files that are not in force.
func TestStorePrune(t *testing.T) {
	file := configure(t)
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	classes := func(s string) {
		t.Helper()
		if err := os.WriteFile(file, append(text, s...), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	classes("\nretention: { default: { history: 90d } }\n")
	inhabit(t, file, map[string]string{"po.edi": sample(t), "odd.edi": "no interchange"})
	_, list, _ := play(t, "dead", "list", "--json", "-c", file)
	var dead struct{ Transmission string }
	if err := json.Unmarshal([]byte(list), &dead); err != nil {
		t.Fatalf("%s: %v", list, err)
	}
	if status, _, errs := play(t, "dead", "discard", dead.Transmission, "--reason", "no EDI", "-c", file); status != 0 {
		t.Fatal(errs)
	}
	cmd := &cobra.Command{}
	cmd.SetContext(t.Context())
	for _, dry := range []bool{true, false, true} {
		r, err := pruneStore(cmd, file, dry, time.Now().Add(100*24*time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		got := fmt.Sprint(r.Classes[0].Families, r.Classes[0].Kept, r.Tables["transmission"])
		want := map[bool]string{true: "1 map[open:1] 3", false: "1 map[open:1] 2"}[dry]
		if dry && r.Tables["transmission"] == 2 {
			want = "0 map[open:1] 2"
		}
		if got != want {
			t.Errorf("dry run %v: files, kept, left\n got %s\nwant %s", dry, got, want)
		}
	}
	if status, out, errs := play(t, "store", "prune", "-c", file); status != 0 || !strings.Contains(out, "default: 0 events of before") {
		t.Errorf("as text\n got %d %s%s\nwant the report", status, out, errs)
	}
	classes("\nretention: { default: { history: 1d } }\n")
	if status, _, errs := play(t, "store", "prune", "-c", file); status != exitCannot || !strings.Contains(errs, "not what is in force") {
		t.Errorf("by files that are not in force\n got %d %s\nwant it refused", status, errs)
	}
	if status, out, errs := play(t, "store", "prune", "--dry-run", "--json", "-c", file); status != 0 || !strings.Contains(out, `"dryRun":true`) || !strings.Contains(out, `"leaf":`) {
		t.Errorf("a dry run by them, as JSON\n got %d %s%s\nwant the report", status, out, errs)
	}
}
