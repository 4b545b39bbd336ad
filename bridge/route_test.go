package bridge_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/bridge/bridgetest"
	"github.com/edibridge/edibridge/bridge/sqlstore/pgtest"
	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/transports"
)

// routes lets acme send PDFs to globex' mailbox, everything else that is not EDI
// to the application, and what ends in .raw there whatever it is.
func routes(c *bridge.Configuration) {
	c.Partners[0].Routes = []*bridge.Route{
		{Name: "rest", Partner: "acme", Pattern: "*", To: "app", Mode: edi.Production},
		{Name: "drawings", Partner: "acme", Pattern: "*.pdf", To: "globex-mailbox", FileName: "acme-{sequence}-{name}"},
		{Name: "raw", Partner: "acme", Pattern: "*.raw", To: "app", EDI: true, Repeated: "accept"},
	}
}

// drop hands a file of a name to the bridge as acme.
func (h *house) drop(name, body string) bridge.ID {
	h.t.Helper()
	r, err := h.b.Accept(h.t.Context(), &transports.Delivery{Endpoint: "sftp", Peer: "acme", Name: name, Size: int64(len(body)), Body: strings.NewReader(body)})
	if err != nil {
		h.t.Fatal(err)
	}
	return bridge.ID(r.ID)
}

func TestRoutes(t *testing.T) {
	order := file{sets: []set{{po: "4711"}}}.String()
	tests := []struct {
		name, file, body    string
		agreement, to, sent string // "" not moved
	}{
		{"by its name, whatever its case and folder", `in\Plan 7.PDF`, "%PDF-1.7 \x00\xff", "drawings", "globex-mailbox", "acme-1-Plan 7.PDF"},
		{"the longer pattern wins", "x.pdf", "text", "drawings", "globex-mailbox", "acme-1-x.pdf"},
		{"everything else", "stock.csv", "a;b\n", "rest", "app", "stock.csv"},
		{"nothing in it", "done.flag", "", "rest", "app", "done.flag"},
		{"EDI is translated", "po.edi", order, "orders", "", ""},
		{"EDI behind blanks is translated", "po.txt", "\r\n  " + order, "orders", "", ""},
		{"EDI is moved where the agreement says so", "po.raw", order, "raw", "app", "po.raw"},
		{"a name that no file can have", "a\x00\nb", "text", "rest", "app", "a__b"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := newHouse(t, routes)
			id := h.drop(tt.file, tt.body)
			h.drain()
			h.check(true)
			in := h.transmission(id)
			if in.State != bridge.Translated || in.Agreement != tt.agreement {
				t.Errorf("file\n got %s under %q: %s\nwant translated under %q", in.State, in.Agreement, in.Reason, tt.agreement)
			}
			forwards, bodies := h.outbound(id, bridge.KindForward)
			if tt.to == "" {
				if len(forwards) != 0 {
					t.Errorf("got %d forwards of what is EDI", len(forwards))
				}
				return
			}
			if len(forwards) != 1 {
				t.Fatalf("got %d forwards, want one", len(forwards))
			}
			f := forwards[0]
			if f.Body != in.Body || bodies[0] != tt.body {
				t.Errorf("body\n got %+v\nwant the archived object %+v", f.Body, in.Body)
			}
			if f.Endpoint != tt.to || f.Name != tt.sent || f.Partner != "acme" {
				t.Errorf("forward\n got %q of %s to %s\nwant %q of acme to %s", f.Name, f.Partner, f.Endpoint, tt.sent, tt.to)
			}
		})
	}
}

func TestRouteRepeated(t *testing.T) {
	h := newHouse(t, routes)
	for range 2 {
		h.drop("a.csv", "same")
		h.drop("b.raw", "same")
		h.drop("empty.flag", "")
	}
	h.drain()
	h.check(true)
	got := map[string]int{}
	for _, c := range h.app.got {
		got[c.body]++
	}
	if got["same"] != 3 || got[""] != 2 {
		t.Errorf("deliveries by body\n got %v\nwant the csv once, the raw one twice, the empty one twice", got)
	}
}

// A file and its forward are one story.
func TestRouteTrace(t *testing.T) {
	h := newHouse(t, routes)
	h.drop("stock.csv", "a;b\n")
	h.drain()
	tl, err := bridge.Trace(t.Context(), h.store, "file:stock.csv", false)
	if err != nil {
		t.Fatal(err)
	}
	var what []string
	for _, e := range tl.Timeline {
		what = append(what, e.What)
	}
	if got, want := strings.Join(what, " "), "received translated forwarded receipted"; got != want {
		t.Errorf("timeline\n got %s\nwant %s", got, want)
	}
}

func TestFileName(t *testing.T) {
	in := &bridge.Transmission{ID: "01J", Name: "dir/po.7.edi", Partner: "acme", Sequence: 42, Created: time.Date(2026, 11, 23, 9, 30, 5, 0, time.UTC)}
	out := &bridge.Document{Type: "810", Agreement: "invoices", Partner: "globex", InterchangeControl: "000000017"}
	tests := []struct {
		template string
		out      *bridge.Document
		want     string
	}{
		{"", nil, "po.7.edi"},
		{"{stem}-{sequence}.{ext}", nil, "po.7-42.edi"},
		{"{date}{time}_{partner}", nil, "20261123093005_acme"},
		{"{partner}.{set}.{control}.{agreement}", out, "globex.810.17.invoices"},
		{"..", nil, "01J"},
		{strings.Repeat("ä", 150), nil, strings.Repeat("ä", 100)},
	}
	for _, tt := range tests {
		if got := bridge.FileName(tt.template, in, tt.out); got != tt.want {
			t.Errorf("%q\n got %q\nwant %q", tt.template, got, tt.want)
		}
	}
	for template, good := range map[string]bool{"{name}": true, "{nam}": false, "{name": false, "a/b": false, "{set}": false} {
		if err := bridge.CheckFileName(template, false); (err == nil) != good {
			t.Errorf("%q: got %v", template, err)
		}
	}
	if err := bridge.CheckFileName("{set}-{control}", true); err != nil {
		t.Error(err)
	}
}

// What a test interchange produces never reaches an endpoint for production,
// whatever agreement, acknowledgment or route would have it go there.
func TestModesStayApart(t *testing.T) {
	h := newHouse(t, alsoTest, func(c *bridge.Configuration) {
		for _, name := range []string{"app", "bus", "globex-mailbox"} {
			ep := c.Endpoints[name]
			ep.Mode = edi.Production
			c.Endpoints[name] = ep
		}
		c.Partners[0].Acknowledge.To = "globex-mailbox"
		c.Partners[0].Routes = []*bridge.Route{{Name: "try", Partner: "acme", Pattern: "*.try", Mode: edi.Test, To: "app"}}
	})
	h.accept("acme", file{mode: "T", sets: []set{{po: "1"}}}.String())
	h.drop("x.try", "text")
	h.drain()
	h.check(true)
	if len(h.app.got) != 0 {
		t.Errorf("a test reached the application: %v", h.app.got)
	}
	dead, err := h.store.List(t.Context(), bridge.ListQuery{States: []bridge.State{bridge.Dead}})
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[bridge.Kind]int{}
	for _, d := range dead {
		kinds[d.Kind]++
		if !strings.Contains(d.Reason, "for production") {
			t.Errorf("reason %q", d.Reason)
		}
	}
	if got, want := fmt.Sprint(kinds), "map[acknowledgment:1 event:2 forward:1]"; got != want {
		t.Errorf("dead letters\n got %s\nwant %s", got, want)
	}
	h.accept("acme", file{control: 2, sets: []set{{po: "2"}}}.String())
	h.drain()
	if got := len(h.app.keys()); got != 1 { // one event id, to two endpoints
		t.Errorf("got %d events of production, want 1", got)
	}
}

// unknown is an interchange that acme's agreements do not cover yet.
func unknown() string { return file{from: "ACMEWEST", ack: "1", sets: []set{{po: "77"}}}.String() }

// knows adds the sender of unknown to acme's identifiers.
func knows(c *bridge.Configuration) {
	p := c.Partners[0]
	p.Identifiers = append(p.Identifiers, bridge.Identifier{Standard: edi.X12, Level: "ISA", Qualifier: "ZZ", ID: "ACMEWEST"})
}

// What was quarantined is translated again by a person's decision: answered anew
// under another number, its event delivered once.
func TestQuarantinedAgain(t *testing.T) {
	h := newHouse(t)
	in := h.take("acme", unknown())
	if in.State != bridge.Quarantined {
		t.Fatalf("got %s", in.State)
	}
	retry := func() {
		t.Helper()
		if err := h.b.Operate(t.Context(), bridge.NewOperation(bridge.Retry, in.ID, "ann", "it is configured", h.now())); err != nil {
			t.Fatal(err)
		}
		h.check(false)
		h.drain()
		h.check(true)
	}
	retry() // nothing has changed yet
	if got := h.transmission(in.ID); got.State != bridge.Quarantined || got.Total != in.Total {
		t.Errorf("got %s with %d findings, want quarantined with %d", got.State, got.Total, in.Total)
	}
	knows(h.cfg)
	h.wait(time.Second)
	retry()
	if got := h.transmission(in.ID); got.State != bridge.Translated || got.Attempts != 2 || got.Total != 0 {
		t.Errorf("got %s, again %d, %d findings: %s", got.State, got.Attempts, got.Total, got.Reason)
	}
	acks, _ := h.outbound(in.ID, bridge.KindAcknowledgment)
	sets, numbers := "", map[string]bool{}
	for _, a := range acks {
		sets += a.Set + " "
		numbers[a.Control] = true
	}
	if sets != "TA1 TA1 997 TA1 " && sets != "TA1 TA1 TA1 997 " || len(numbers) != 4 {
		t.Errorf("answers\n got %s under %d numbers\nwant a TA1 each time and a 997 at last, each under its own", sets, len(numbers))
	}
	if got := len(h.app.keys()); got != 1 {
		t.Errorf("got %d events, want 1", got)
	}
}

// TestAgainAndRouteFaults makes every call fail on both sides, while a file that
// was quarantined is translated again and another is moved.
func TestAgainAndRouteFaults(t *testing.T) {
	sound := bridgetest.NewFaults()
	againFaulty(newHouse(t, routes), sound)
	points := append(bridgetest.StorePoints(), bridgetest.BodyPoints()...)
	eachFault(t, sound, points, 4, func(t *testing.T, f bridgetest.Fault) {
		t.Parallel()
		againFaulty(newHouse(t, routes), bridgetest.NewFaults(f))
	})
}

// The same over a server, each kind of write failing once in each way.
func TestAgainAndRouteOverPostgres(t *testing.T) {
	server := pgtest.Start(t)
	play := func(t *testing.T, faults *bridgetest.Faults) {
		h := newHouseOn(t, server.Database(t))
		routes(h.cfg)
		againFaulty(h, faults)
	}
	sound := bridgetest.NewFaults()
	play(t, sound)
	eachFault(t, sound, bridgetest.StorePoints()[:8], 1, func(t *testing.T, f bridgetest.Fault) { play(t, bridgetest.NewFaults(f)) })
}

func againFaulty(h *house, faults *bridgetest.Faults) {
	t := h.t
	h.opened(faults)
	h.acceptUntil("po.edi", unknown())
	h.acceptUntil("stock.csv", "a;b\n")
	finish := func() {
		for range 4 {
			if err := h.b.Drain(t.Context()); err != nil && !errors.Is(err, bridgetest.ErrFault) {
				t.Fatal(err)
			}
			h.check(false)
			h.wait(time.Hour)
		}
	}
	finish()
	knows(h.cfg)
	waiting, err := h.store.List(t.Context(), bridge.ListQuery{States: []bridge.State{bridge.Quarantined}})
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range waiting { // the file, and its repetition where accept was not answered
		o := bridge.NewOperation(bridge.Retry, w.ID, "ann", "it is configured", h.now())
		for range 3 {
			if err := h.b.Operate(t.Context(), o); err == nil {
				break
			}
			h.check(false)
		}
	}
	finish()
	h.check(true)
	keys := h.app.keys()
	if len(keys) != 2 { // the order's event, the moved file (which has no key)
		t.Errorf("the application saw %v", keys)
	}
}

// acceptUntil repeats a file until it is taken, as a partner does.
func (h *house) acceptUntil(name, body string) {
	h.t.Helper()
	for range 3 {
		_, err := h.b.Accept(h.t.Context(), &transports.Delivery{Endpoint: "sftp", Peer: "acme", Name: name, Size: int64(len(body)), Body: strings.NewReader(body)})
		if err == nil {
			return
		}
	}
	h.t.Fatal("the file was never taken")
}
