package main

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/transports"
)

// replayed reads what "replay --json" printed: items, then the job.
func replayed(t *testing.T, out string) (items []bridge.ReplayItem, job bridge.ReplayJob) {
	t.Helper()
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &job); err != nil {
		t.Fatal(err)
	}
	for _, line := range lines[:len(lines)-1] {
		var it bridge.ReplayItem
		if err := json.Unmarshal([]byte(line), &it); err != nil {
			t.Fatal(err)
		}
		items = append(items, it)
	}
	return items, job
}

// hand gives a file to the running bridge.
func (m *mortuary) hand(text string) {
	m.t.Helper()
	d := &transports.Delivery{Endpoint: "sftp", Peer: "acme", Name: "po.edi", Size: int64(len(text)), Body: strings.NewReader(text)}
	if _, err := m.running.bridge.Accept(m.t.Context(), d); err != nil {
		m.t.Fatal(err)
	}
}

// TestReplayThroughTheBridge: a file that no agreement was there for is tried
// under the mended configuration beside the running bridge, refused while that
// is not in force, and repaired when it is.
func TestReplayThroughTheBridge(t *testing.T) {
	m := newMortuary(t)
	m.status.Store(http.StatusNoContent)
	partner := filepath.Join(filepath.Dir(m.file), "partners", "acme.yaml")
	mended, err := os.ReadFile(partner)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(partner, []byte(strings.Replace(string(mended), "850", "860", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	m.serve()
	m.hand(string(story850("ACMERETAIL", "EDIBRIDGE", 1, storyOrder{po: "4711", lines: 2})))
	m.await("quarantine", func() bool { return len(m.dead()) == 1 })
	id := m.dead()[0]

	if out, _ := m.play(0, "replay", "--json", "--state", "quarantined"); !strings.Contains(out, `"outcome":"same"`) {
		t.Errorf("under the configuration in force\n got %s\nwant the same", out)
	}
	if err := os.WriteFile(partner, mended, 0o600); err != nil {
		t.Fatal(err)
	}
	out, _ := m.play(exitNo, "replay", "--json", "--partner", "acme", "--set", "850", "--by", "ann")
	items, job := replayed(t, out)
	if len(items) != 1 || string(items[0].Transmission) != id || items[0].Repairs != 1 || job.Changed != 1 || !job.Done || job.By != "ann" {
		t.Fatalf("replay\n got %+v of %+v\nwant one repair", items, job)
	}
	text, _ := m.play(exitNo, "replay", "show", string(job.ID))
	for _, want := range []string{id + "  changed: quarantined -> translated", "document 850", "quarantined (rejected)", "-> accepted", "added    edibridge.order.received.v1"} {
		if !strings.Contains(text, want) {
			t.Errorf("show\n got %s\nwant %q in it", text, want)
		}
	}
	if out, _ := m.play(0, "replay", "list"); !strings.Contains(out, string(job.ID)) {
		t.Errorf("list\n got %s\nwant the job", out)
	}
	_, errs := m.play(exitNo, "replay", "promote", string(job.ID), "--reason", "agreement added")
	if !strings.Contains(errs, "the configuration in force makes something else of it") {
		t.Errorf("promoted while it is not in force\n got %s", errs)
	}
	m.stop()
	m.serve()
	out, _ = m.play(0, "replay", "promote", string(job.ID), "--item", id, "--reason", "agreement added")
	if got, want := out, id+"  0 deliveries, translated again\n"; got != want {
		t.Errorf("promote\n got %q\nwant %q", got, want)
	}
	m.await("the event", func() bool {
		out, _, _ := traceOf(t, m.file, "4711")
		return strings.Contains(out, "receipted") && strings.Contains(out, "replayed")
	})
	m.play(exitNo, "replay", "promote", string(job.ID), "--item", "01ARZ3NDEKTSV4RRFFQ69G5FAV", "--reason", "x")
	m.play(exitNo, "replay", "resume", string(job.ID)) // it is done: its end is told again
	m.check()
}

// TestResubmitWithAndWithoutABridge: what is dead is written to a file, mended
// and sent; a quarantined file likewise.
func TestResubmitWithAndWithoutABridge(t *testing.T) {
	m := newMortuary(t)
	m.serve()
	ids := m.bury("4711")
	dir := t.TempDir()
	event := filepath.Join(dir, "event.json")
	m.play(0, "dead", "edit", ids[0], "--file", event)
	m.play(exitCannot, "dead", "edit", ids[0], "--file", event) // nothing is written over
	text, err := os.ReadFile(event)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(event, []byte(strings.Replace(string(text), `"4711"`, `"4712"`, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	shown, _ := m.play(0, "dead", "show", ids[0])
	if !strings.Contains(shown, "follows from") || !strings.Contains(shown, "attempt 1") {
		t.Errorf("show\n got %s\nwant cause and attempt", shown)
	}
	m.status.Store(http.StatusNoContent)
	m.play(exitCannot, "dead", "resubmit", ids[0], "--file", event)
	out, _ := m.play(0, "dead", "resubmit", ids[0], "--file", event, "--reason", "wrong number", "--by", "ann", "--json")
	var done resubmitted
	if err := json.Unmarshal([]byte(out), &done); err != nil || string(done.Transmission) != ids[0] || done.New == "" {
		t.Fatalf("resubmit\n got %s, %v", out, err)
	}
	m.wantState(ids[0], bridge.Discarded, "resubmit by ann: wrong number")
	m.await("delivered", func() bool { s, _ := m.state(string(done.New)); return s == bridge.Delivered })
	m.play(exitNo, "dead", "resubmit", ids[0], "--file", event, "--reason", "again")

	m.hand("no interchange")
	m.await("quarantine", func() bool { return len(m.dead()) == 1 })
	bad := m.dead()[0]
	m.stop()
	file := filepath.Join(dir, "po.edi")
	if err := os.WriteFile(file, story850("ACMERETAIL", "EDIBRIDGE", 7, storyOrder{po: "4713", lines: 1}), 0o600); err != nil {
		t.Fatal(err)
	}
	m.play(0, "dead", "resubmit", bad, "--file", file, "--reason", "was a letter")
	m.serve()
	m.await("translated", func() bool { out, _, _ := traceOf(t, m.file, "4713"); return strings.Contains(out, "receipted") })
	m.check()
}

// traceOf plays "trace", which may find nothing yet.
func traceOf(t *testing.T, file, key string) (out, errs string, status int) {
	t.Helper()
	status, out, errs = play(t, "trace", key, "-c", file)
	return out, errs, status
}

// TestStoredProfile: coverage and drift of what a bridge has received.
func TestStoredProfile(t *testing.T) {
	m := newMortuary(t)
	m.serve()
	m.bury("4711")
	out, _ := m.play(0, "mapping", "coverage", "--stored", "--partner", "acme", "--json")
	var c bridge.Coverage
	if err := json.Unmarshal([]byte(out), &c); err != nil || c.Partner != "acme" || c.Set != "850" || c.Documents != 1 || c.Mapped == 0 || c.Mapped > c.Elements {
		t.Errorf("coverage\n got %s, %v\nwant one document of acme", out, err)
	}
	if out, _ := m.play(0, "mapping", "coverage", "--stored"); !strings.Contains(out, "1 document: ") {
		t.Errorf("coverage for people\n got %s", out)
	}
	if out, _ := m.play(0, "mapping", "drift", "--partner", "acme", "--json"); out != "" {
		t.Errorf("drift while a partner is being learned\n got %s", out)
	}
	out, _ = m.play(0, "mapping", "drift", "--partner", "acme", "--all", "--json")
	var f bridge.Feature
	if err := json.Unmarshal([]byte(strings.SplitN(out, "\n", 2)[0]), &f); err != nil || f.Partner != "acme" || f.Name == "" || f.Transmission == "" {
		t.Errorf("what is known\n got %s, %v", out, err)
	}
	m.check()
}
