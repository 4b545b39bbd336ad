package main

import (
	"encoding/json"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/internal/config"
)

// TestBatchCommand: what gathers is seen, and leaves when a person says so.
func TestBatchCommand(t *testing.T) {
	m := newMortuary(t)
	partner := filepath.Join(filepath.Dir(m.file), "partners", "acme.yaml")
	text, err := os.ReadFile(partner)
	if err != nil {
		t.Fatal(err)
	}
	const send = "send: X12 856 004010 production,"
	gathers := strings.Replace(string(text), send, send+" batch: { count: 50 },", 1)
	if gathers == string(text) {
		t.Fatal("the partner is sent no 856")
	}
	if err := os.WriteFile(partner, []byte(gathers), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg, sys, err := config.Load(m.file)
	if err != nil {
		t.Fatal(err)
	}
	r, err := assemble(t.Context(), cfg, sys, slog.New(slog.DiscardHandler), around{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.bridge.Submit(t.Context(), bridge.Submission{Peer: "control", By: "ann", Partner: "acme", Document: []byte(storyNotice)}); err != nil {
		t.Fatal(err)
	}
	if err := r.bridge.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := r.close(); err != nil {
		t.Fatal(err)
	}
	out, _ := m.play(0, "batch", "list", "--json")
	var seen batchSeen
	if err := json.Unmarshal([]byte(out), &seen); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if seen.Partner != "acme" || seen.Members != 1 || seen.By != "every 1h" || seen.Bytes == 0 {
		t.Errorf("open\n got %+v\nwant one document of acme", seen)
	}
	m.play(2, "batch", "close", string(seen.Transmission))
	m.play(1, "batch", "close", "01ARZ3NDEKTSV4RRFFQ69G5FAV", "--reason", "x")
	m.play(1, "batch", "close", "--agreement", "acme/none", "--reason", "x")
	if out, _ := m.play(0, "batch", "close", "--agreement", "acme/"+seen.Agreement, "--reason", "the truck leaves early"); !strings.Contains(out, "closed") {
		t.Errorf("closed\n got %s", out)
	}
	if out, _ := m.play(0, "batch", "list"); out != "no batch is open\n" {
		t.Errorf("open\n got %s", out)
	}
}
