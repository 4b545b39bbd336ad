package main

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/transports"
)

// series gives the lines of "control list --json" whose names have a prefix.
func (m *mortuary) series(prefix string) []seriesSeen {
	m.t.Helper()
	out, _ := m.play(0, "control", "list", "--json")
	var all []seriesSeen
	for _, line := range strings.Split(strings.TrimSpace(out), "\n") {
		var s seriesSeen
		if err := json.Unmarshal([]byte(line), &s); err != nil {
			m.t.Fatal(err)
		}
		if strings.HasPrefix(s.Series, prefix) {
			all = append(all, s)
		}
	}
	return all
}

// orders has partner ACME send orders under control numbers from..to, and waits
// until each is answered.
func (m *mortuary) orders(from, to int) {
	m.t.Helper()
	for n := from; n <= to; n++ {
		text := story850("ACMERETAIL", "EDIBRIDGE", n, storyOrder{po: strconv.Itoa(4710 + n), lines: 1})
		d := &transports.Delivery{Endpoint: "sftp", Peer: "acme", Name: "po.edi", Size: int64(len(text)), Body: strings.NewReader(string(text))}
		if _, err := m.running.bridge.Accept(m.t.Context(), d); err != nil {
			m.t.Fatal(err)
		}
		m.await("an answer and an event", func() bool {
			counts, err := m.running.store.Counts(m.t.Context())
			if err != nil {
				m.t.Fatal(err)
			}
			return counts[bridge.Available] == n && counts[bridge.Delivered] == n
		})
	}
}

// The numbers of our 997s are listed, explained and set, with a bridge that runs
// and without one.
func TestControlNumbers(t *testing.T) {
	m := newMortuary(t)
	m.status.Store(http.StatusNoContent)
	m.serve()
	m.orders(1, 2)
	isa := m.series("ISA ")
	if len(isa) != 1 || isa[0].Last != 2 || isa[0].Next != 3 || isa[0].Reserved+isa[0].Free+isa[0].Void != 0 {
		t.Fatalf("series\n got %+v\nwant one of ISA with last 2, next 3", isa)
	}
	name := isa[0].Series
	out, _ := m.play(0, "control", "explain", "2", "--series", "isa acmeretail")
	if !strings.Contains(out, "2  used  it stands in 997-2-2.edi, which is available") {
		t.Errorf("explained\n got %s\nwant the 997 that carries 2", out)
	}
	m.play(1, "control", "explain", "77")
	out, _ = m.play(0, "control", "explain", "77", "--series", "ISA")
	if !strings.Contains(out, "ahead  it was not given yet: 3 comes next") {
		t.Errorf("a number ahead is explained as\n got %s", out)
	}

	m.play(1, "control", "set", "ISA NOBODY", "--next", "5", "--reason", "x")
	m.play(2, "control", "set", name, "--next", "0", "--reason", "x")
	m.play(2, "control", "set", name, "--next", "5")
	m.play(0, "control", "set", name, "--next", "900", "--low", "100", "--high", "901", "--reason", "the old system had 899", "--by", "pat")
	m.orders(3, 5)
	isa = m.series("ISA ")
	if isa[0].Epoch != 1 || isa[0].Last != 100 || isa[0].Low != 100 || isa[0].High != 901 {
		t.Errorf("series that was set\n got %+v\nwant epoch 1, last 100, 100 to 901", isa[0])
	}
	m.stop()
	m.play(1, "control", "set", name, "--next", "902", "--reason", "x")
	m.play(0, "control", "set", name, "--next", "150", "--reason", "a second try", "--by", "kim")
	out, _ = m.play(0, "control", "explain", "120", "--json")
	var story struct{ Series, State, Why string }
	if err := json.Unmarshal([]byte(out), &story); err != nil {
		t.Fatal(err)
	}
	want := struct{ Series, State, Why string }{name, "skipped", "kim set the series to go on with 150: a second try"}
	if story != want {
		t.Errorf("a number left out\n got %+v\nwant %+v", story, want)
	}
	m.check()
}
