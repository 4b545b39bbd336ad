package main

import (
	"encoding/json"
	"log/slog"
	"strings"
	"testing"

	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/internal/config"
	"github.com/edibridge/edibridge/transports"
)

// TestExpect: what was sent is awaited; rejected it is a dead letter until a
// person closes it.
func TestExpect(t *testing.T) {
	m := newMortuary(t)
	seen := func(args ...string) []expectSeen {
		t.Helper()
		out, _ := m.play(0, append([]string{"expect", "list", "--json"}, args...)...)
		var es []expectSeen
		for line := range strings.Lines(out) {
			var e expectSeen
			if err := json.Unmarshal([]byte(line), &e); err != nil {
				t.Fatal(err)
			}
			es = append(es, e)
		}
		return es
	}
	cfg, sys, err := config.Load(m.file)
	if err != nil {
		t.Fatal(err)
	}
	r, err := assemble(t.Context(), cfg, sys, slog.New(slog.DiscardHandler), around{})
	if err != nil {
		t.Fatal(err)
	}
	s := bridge.Submission{Peer: "control", By: "ann", Partner: "acme", Document: []byte(storyNotice)}
	if _, err := r.bridge.Submit(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	if err := r.bridge.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	es := seen("--partner", "acme")
	if len(es) != 1 || es[0].State != bridge.ExpectAwaited || es[0].Due == nil || es[0].Acknowledgment != "997" || es[0].Set != "856" {
		t.Fatalf("awaited\n got %+v\nwant the 997 of the 856, with a clock", es)
	}
	if none := append(seen("--partner", "globex"), seen("--overdue")...); len(none) != 0 {
		t.Errorf("of globex, or overdue\n got %+v\nwant none", none)
	}
	text, err := story997([]byte("GS*SH*a*b*c*d*"+es[0].Group+"~ST*856*0001~"), 1)
	if err != nil {
		t.Fatal(err)
	}
	no := strings.NewReplacer("AK5*A~", "AK5*R*5~", "AK9*A*1*1*1", "AK9*R*1*1*0").Replace(string(text))
	if _, err := r.bridge.Accept(t.Context(), &transports.Delivery{Endpoint: "sftp", Peer: "acme", Body: strings.NewReader(no)}); err != nil {
		t.Fatal(err)
	}
	if err := r.bridge.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := r.close(); err != nil {
		t.Fatal(err)
	}
	id := string(es[0].Transmission)
	if out, _ := m.play(0, "dead", "list"); !strings.Contains(out, id) || !strings.Contains(out, "997 of 856 0001 is rejected: 5") {
		t.Errorf("dead list\n got %s\nwant the rejection", out)
	}
	m.play(0, "dead", "close", id, "--reason", "sent again by hand")
	if _, errs := m.play(exitNo, "dead", "close", id, "--reason", "again"); !strings.Contains(errs, "only an acknowledgment") {
		t.Errorf("closed twice: %s", errs)
	}
	if dead := m.dead(); len(dead) != 0 {
		t.Errorf("dead\n got %q\nwant none", dead)
	}
	if all := seen("--all"); len(all) != 1 || all[0].State != bridge.ExpectClosed {
		t.Errorf("all\n got %+v\nwant one that is closed", all)
	}
}
