package main

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/bridge/sqlstore"
	"github.com/edibridge/edibridge/internal/config"
)

// TestPartnerTraffic: who is expected is shown, and who is silent with status 1.
func TestPartnerTraffic(t *testing.T) {
	file := house(t, map[string]string{"po.edi": sample(t)})
	_, sys, err := config.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(sys.Store()); err != nil {
		t.Fatal(err)
	}
	s, err := sqlstore.OpenSQLite(t.Context(), sys.Store(), sqlstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	began := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	w := bridge.Watch{Name: "example", Rule: "every 24h0m0s", Began: began, Heard: began.Add(time.Hour), Due: began.Add(25 * time.Hour), Version: 1}
	if err := s.KeepWatch(t.Context(), bridge.Watched{Watch: w}); err != nil {
		t.Fatal(err)
	}
	if status, out, _ := play(t, "partner", "traffic", "-c", file); status != 0 || !strings.Contains(out, "heard 2026-11-23 10:00:00, due 2026-11-24 10:00:00") {
		t.Errorf("one that speaks\n got %d %s\nwant it with its times", status, out)
	}
	w.Silent, w.Version = w.Due, 2
	if err := s.KeepWatch(t.Context(), bridge.Watched{Watch: w}); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	var seen trafficSeen
	status, out, _ := play(t, "partner", "traffic", "--json", "-c", file)
	if err := json.Unmarshal([]byte(out), &seen); status != exitNo || err != nil || seen.Silent == nil || !seen.Silent.Equal(w.Due) {
		t.Errorf("one that is silent\n got %d %s\nwant it since %v", status, out, w.Due)
	}
}
