package main

import (
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/bridge/sqlstore"
	"github.com/edibridge/edibridge/bridge/views"
	"github.com/edibridge/edibridge/internal/config"
)

// TestView: an order is told beside the running bridge, as text and JSON; what is not
// known has status 1; what is stored is checked, and mended through the bridge and
// without one.
func TestView(t *testing.T) {
	m := newMortuary(t)
	m.status.Store(http.StatusNoContent)
	m.serve()
	m.hand(string(story850("ACMERETAIL", "EDIBRIDGE", 1, storyOrder{po: "4711", lines: 2})))
	m.await("the order", func() bool {
		said, _, err := bridge.AllSaid(t.Context(), m.running.store, views.Subject{View: views.ViewOrder, Key: "4711"}, 10)
		return err == nil && len(said) == 1
	})
	text, _ := m.play(0, "view", "order", "0004711")
	for _, want := range []string{"order 4711  ORDERED  acme", "line  item", "ordered", "  in   acme          order"} {
		if !strings.Contains(text, want) {
			t.Errorf("view order\n got %s\nwant %q in it", text, want)
		}
	}
	out, _ := m.play(0, "view", "order", "4711", "--json")
	var o views.Orders
	if err := json.Unmarshal([]byte(out), &o); err != nil || len(o.Orders) != 1 || len(o.Orders[0].Lines) != 2 || len(o.Orders[0].Lines[1].Ordered) != 1 {
		t.Errorf("view order --json\n got %s, %v\nwant one order with two lines", out, err)
	}
	for _, want := range []string{`"order":"4711"`, `"state":"ordered"`, `"partner":"acme"`, `"ordered":[{"value":`, `"unread":0`} {
		if !strings.Contains(out, want) {
			t.Errorf("view order --json\n got %s\nwant %q in it", out, want)
		}
	}
	for _, nothing := range [][]string{{"order", "815"}, {"shipment", "4711"}, {"stock"}, {"stock", "RB02"}, {"stock", "RB02/1"}} {
		if _, errs := m.play(exitNo, append([]string{"view"}, nothing...)...); errs == "" {
			t.Errorf("view %v\n got no word\nwant it to say that nothing is known", nothing)
		}
	}
	m.viewsMended("through the bridge")
	m.stop()
	m.viewsMended("without a bridge")
}

// silence has the documents of an order say nothing, through the bridge or without.
func (m *mortuary) silence(po string) {
	m.t.Helper()
	cfg, sys, err := config.Load(m.file)
	must(m.t, err)
	d, err := openDecider(m.t.Context(), cfg, sys, slog.New(slog.DiscardHandler))
	must(m.t, err)
	store, err := openStore(m.t.Context(), sys, sqlstore.Options{ReadOnly: true})
	must(m.t, err)
	said, err := store.Facts(m.t.Context(), views.Subject{View: views.ViewOrder, Key: po}, 10)
	must(m.t, err)
	for _, s := range said {
		must(m.t, d.call(m.t.Context(), callRetell, bridge.Retelling{Transmission: bridge.ID(s.Transmission), Ordinals: []int{s.Ordinal}}, nil))
	}
	must(m.t, errors.Join(store.Close(), d.close()))
}

// viewsMended silences the order, and wants that to be found and mended.
func (m *mortuary) viewsMended(how string) {
	m.t.Helper()
	sums := func(want int, command string) (s viewSums) {
		m.t.Helper()
		out, _ := m.play(want, "view", command, "--json")
		lines := strings.Split(strings.TrimSpace(out), "\n")
		if err := json.Unmarshal([]byte(lines[len(lines)-1]), &s); err != nil {
			m.t.Fatal(err)
		}
		return s
	}
	whole := viewSums{Files: 1, Documents: 1, Facts: 1}
	if got := sums(0, "check"); got != whole {
		m.t.Errorf("%s, check\n got %+v\nwant %+v", how, got, whole)
	}
	m.silence("4711")
	broken := whole
	broken.Differing = 1
	if got := sums(exitNo, "check"); got != broken {
		m.t.Errorf("%s, check of what is broken\n got %+v\nwant %+v", how, got, broken)
	}
	if got := sums(0, "rebuild"); got != broken {
		m.t.Errorf("%s, rebuild\n got %+v\nwant %+v", how, got, broken)
	}
	if got := sums(0, "check"); got != whole {
		m.t.Errorf("%s, check behind it\n got %+v\nwant %+v", how, got, whole)
	}
}
