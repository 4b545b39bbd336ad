package bridge_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/bridge/bridgetest"
	"github.com/edibridge/edibridge/canonical"
	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/transports"
	"github.com/edibridge/edibridge/x12"
)

func TestParseTraceParent(t *testing.T) {
	const sound = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
	for _, c := range []struct {
		text string
		want string // "": invalid
	}{
		{sound, sound},
		{" " + sound + " ", sound},
		{strings.TrimSuffix(sound, "1") + "0", sound},
		{"cc" + sound[2:] + "-what-comes-later", sound},
		{sound + "-more", ""},
		{"ff" + sound[2:], ""},
		{strings.ToUpper(sound), ""},
		{"00-00000000000000000000000000000000-00f067aa0ba902b7-01", ""},
		{"00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01", ""},
		{"00-4bf92f3577b34da6a3ce929d0e0e473-00f067aa0ba902b7-01", ""},
		{"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7", ""},
		{"00-4bf92f3577b34da6a3ce929d0e0e473g-00f067aa0ba902b7-01", ""},
		{"", ""},
	} {
		got, ok := bridge.ParseTraceParent(c.text)
		if ok != (c.want != "") || ok && got.String() != c.want {
			t.Errorf("%q\n got %s, %t\nwant %q", c.text, got, ok, c.want)
		}
	}
}

func FuzzParseTraceParent(f *testing.F) {
	f.Add("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
	f.Add("01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00-x")
	f.Add("00---")
	f.Fuzz(func(t *testing.T, text string) {
		c, ok := bridge.ParseTraceParent(text)
		if !ok {
			return
		}
		if again, ok := bridge.ParseTraceParent(c.String()); !ok || again != c {
			t.Errorf("%q is read as %s, which is not read so", text, c)
		}
	})
}

// canonicalOf is a document of the mappings' tests, with another order number.
func canonicalOf(t *testing.T, name, po string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "mappings", "testdata", name, "canonical.json"))
	if err != nil {
		t.Fatal(err)
	}
	return flowNumber.ReplaceAll(text, []byte(po))
}

// flowNumber is an order of those tests.
var flowNumber = regexp.MustCompile(`HH-1047\d\d`)

// receivedOf wraps a set of the mappings' tests as from a partner.
func receivedOf(t *testing.T, name, po, from string, control int) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "mappings", "testdata", name, "in.edi"))
	if err != nil {
		t.Fatal(err)
	}
	text = bytes.ReplaceAll(bytes.ReplaceAll(text, []byte("~\n"), []byte("\n")), []byte("\n"), []byte("~"))
	text = flowNumber.ReplaceAll(text, []byte(po))
	set := string(text[3:6])
	return fmt.Sprintf("ISA*00*          *00*          *ZZ*%-15s*ZZ*EDIBRIDGE      *261124*0930*U*00401*%09d*0*P*>~GS*%s*%s*US*20261124*0930*%d*X*004010~%sGE*1*%d~IEA*1*%09[2]d~",
		from, control, x12.Functional(set), from, control, text, control)
}

// trading has acme order, and globex keep our warehouse.
func trading(cfg *bridge.Configuration) {
	for i, sets := range [][]string{{"855", "856", "810"}, {"940"}} {
		p := cfg.Partners[i]
		for _, set := range sets {
			p.Dispatches = append(p.Dispatches, &bridge.Dispatch{Name: set, Partner: p.ID, Standard: edi.X12, Set: set, Release: "004010", Mode: edi.Production,
				Sender: edi.Party{Qualifier: "ZZ", ID: "EDIBRIDGE"}, Receiver: edi.Party{Qualifier: "ZZ", ID: p.Identifiers[0].ID}, To: p.ID + "-mailbox"})
		}
	}
	for i, set := range []string{"820", "945"} {
		a := *cfg.Partners[i].Agreements[0]
		a.Name, a.Set, a.Events = set, set, []string{"app"}
		cfg.Partners[i].Agreements = append(cfg.Partners[i].Agreements, &a)
	}
}

// handedIn hands a document in and gives what it became.
func (h *house) handedIn(partner string, document []byte, answers ...string) bridge.Transmission {
	h.t.Helper()
	r, err := h.b.Submit(h.t.Context(), bridge.Submission{Peer: "control", Partner: partner, Document: document, Answers: answers})
	if err != nil {
		h.t.Fatal(err)
	}
	h.drain()
	return h.transmission(bridge.ID(r.ID))
}

// wantParent wants a Transmission to stand in the trace of another, below it.
func (h *house) wantParent(what string, t, parent *bridge.Transmission) {
	h.t.Helper()
	if t.Trace.ID != parent.Trace.ID || t.Trace.Parent != parent.ID.Span() {
		h.t.Errorf("%s\n got trace %s, parent %s\nwant trace %s, parent %s (%s)", what, t.Trace.ID, t.Trace.Parent, parent.Trace.ID, parent.ID.Span(), parent.ID)
	}
}

// TestFlowIsOneTrace: an order and all that is said about it for days, by whomever,
// is one trace, each document below the last one before it.
func TestFlowIsOneTrace(t *testing.T) {
	h := newHouse(t, trading)
	const po = "HH-104711"
	steps := []bridge.Transmission{h.take("acme", file{sets: []set{{po: po}}}.String())}
	step := func(tr bridge.Transmission) { steps = append(steps, tr); h.wait(24 * time.Hour) }
	step(h.handedIn("acme", canonicalOf(t, "orderResponse-855", po)))
	step(h.handedIn("globex", canonicalOf(t, "warehouseOrder-940", po)))
	step(h.take("globex", receivedOf(t, "warehouseAdvice-945", po, "GLOBEX", 5)))
	step(h.handedIn("acme", canonicalOf(t, "shipmentNotice-856", po)))
	step(h.handedIn("acme", canonicalOf(t, "invoice-810", po)))
	step(h.take("acme", receivedOf(t, "remittance-820", po, "ACMERETAIL", 6)))
	h.check(true)
	for i := range steps {
		if got := h.transmission(steps[i].ID); got.State != bridge.Translated {
			t.Fatalf("step %d is %s: %s", i, got.State, got.Reason)
		}
		if i > 0 && steps[i].Trace.ID != steps[0].Trace.ID {
			t.Errorf("step %d (%s) is of trace %s, want %s", i, steps[i].Set, steps[i].Trace.ID, steps[0].Trace.ID)
		}
	}
	tl, err := bridge.Trace(t.Context(), h.store, po, false)
	if err != nil {
		t.Fatal(err)
	}
	spans, sets := map[string]bool{}, map[string]bool{}
	for _, e := range tl.Timeline {
		spans[e.SpanID], sets[e.Set] = true, true
	}
	begins := map[bridge.ID]bool{}
	for _, e := range tl.Timeline {
		switch {
		case e.TraceID != steps[0].Trace.ID.String():
			t.Errorf("%s %s is of trace %s", e.What, e.Set, e.TraceID)
		case e.ParentSpanID == "":
			begins[e.Transmission] = true
		case !spans[e.ParentSpanID] && e.Cause != "":
			t.Errorf("%s %s of %s has a parent that is not there", e.What, e.Set, e.Transmission)
		}
	}
	if len(begins) != 1 || !begins[steps[0].ID] {
		t.Errorf("the trace begins with %v, want the 850 alone", begins)
	}
	for _, set := range []string{"850", "855", "940", "945", "856", "810", "820"} {
		if !sets[set] {
			t.Errorf("no %s is told", set)
		}
	}
	for _, c := range h.app.calls() {
		var ev canonical.Event
		if err := json.Unmarshal([]byte(c.body), &ev); err != nil {
			t.Fatal(err)
		}
		if at, ok := bridge.ParseTraceParent(ev.TraceParent); !ok || at.Trace != steps[0].Trace.ID || !spans[at.Span.String()] {
			t.Errorf("%s has traceparent %q", ev.Type, ev.TraceParent)
		}
		at, ok := bridge.ParseTraceParent(c.header["traceparent"])
		if tr := h.transmission(bridge.ID(c.id)); !ok || at != tr.SpanContext() {
			t.Errorf("%s was sent with traceparent %q, want %s", ev.Type, c.header["traceparent"], tr.SpanContext())
		}
	}
}

// TestTraceGiven: what came with a traceparent goes on with it, whatever it is
// about; one that is none begins a trace.
func TestTraceGiven(t *testing.T) {
	const given = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
	h := newHouse(t, sends)
	older := h.take("acme", file{sets: []set{{po: "1"}}}.String())
	for i, header := range []map[string]string{{"traceparent": given}, {"traceparent": "nonsense"}, nil} {
		r, err := h.b.Accept(t.Context(), &transports.Delivery{Endpoint: "sftp", Peer: "acme", Header: header,
			Body: strings.NewReader(file{control: 2 + i, sets: []set{{po: fmt.Sprint(1 + i)}}}.String())})
		if err != nil {
			t.Fatal(err)
		}
		h.drain()
		in := h.transmission(bridge.ID(r.ID))
		events, _ := h.outbound(in.ID, bridge.KindEvent)
		acks, _ := h.outbound(in.ID, bridge.KindAcknowledgment)
		for _, f := range append(events, acks...) {
			h.wantParent(string(f.Kind), &f, &in)
		}
		got, ok := bridge.SpanContext{Trace: in.Trace.ID, Span: in.Trace.Parent}.String(), i == 0
		if (got == given) != ok || !ok && in.Trace.ID != bridge.BeginTrace(in.ID).ID {
			t.Errorf("%v: it stands at %s", header, got)
		}
	}
	if older.Trace.ID != bridge.BeginTrace(older.ID).ID || older.Trace.Parent != (bridge.SpanID{}) {
		t.Errorf("the first stands at %+v", older.Trace)
	}
	s := submission("9", "EA", "")
	s.TraceParent, s.Answers = given, []string{string(older.ID)}
	r, err := h.b.Submit(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	doc := h.transmission(bridge.ID(r.ID))
	if got := (bridge.SpanContext{Trace: doc.Trace.ID, Span: doc.Trace.Parent}).String(); got != given ||
		len(doc.Trace.Links) != 1 || doc.Trace.Links[0] != older.SpanContext() {
		t.Errorf("a document handed in stands at %s, linked to %v; want %s, linked to %s", got, doc.Trace.Links, given, older.SpanContext())
	}
	s.Answers = []string{"nobody"}
	if _, err := h.b.Submit(t.Context(), s); err == nil || !strings.Contains(err.Error(), "bridge.send.answers") {
		t.Errorf("an answer to nothing: got %v, want it refused", err)
	}
}

// TestTraceOfSeveral: what answers several goes on with the first, and links the
// others; numbers that two others use say nothing.
func TestTraceOfSeveral(t *testing.T) {
	h := newHouse(t, trading)
	one, two := h.take("acme", file{sets: []set{{po: "1"}}}.String()), h.take("acme", file{control: 2, sets: []set{{po: "2"}}}.String())
	events, _ := h.outbound(two.ID, bridge.KindEvent)
	doc := h.handedIn("acme", canonicalOf(t, "orderResponse-855", "77"), string(one.ID), events[0].SpanContext().String(), string(one.ID))
	h.wantParent("the answer", &doc, &one)
	if len(doc.Trace.Links) != 1 || doc.Trace.Links[0] != events[0].SpanContext() {
		t.Errorf("links\n got %v\nwant %v alone", doc.Trace.Links, events[0].SpanContext())
	}
	h.take("globex", file{from: "GLOBEX", control: 3, sets: []set{{po: "5"}}}.String())
	h.take("acme", file{control: 4, sets: []set{{po: "5"}}}.String())
	ours := h.handedIn("acme", canonicalOf(t, "orderResponse-855", "5"))
	theirs := h.handedIn("globex", canonicalOf(t, "warehouseOrder-940", "5"))
	h.cfg.Partners[1].Access = append(h.cfg.Partners[1].Access, bridge.Access{Endpoint: "sftp", Peer: "third"})
	third := *h.cfg.Partners[1].Dispatches[0]
	third.Partner = "third"
	h.cfg.Partners = append(h.cfg.Partners, &bridge.Partner{ID: "third", Dispatches: []*bridge.Dispatch{&third}, Identifiers: h.cfg.Partners[1].Identifiers})
	if doc := h.handedIn("third", canonicalOf(t, "warehouseOrder-940", "5")); doc.Trace.ID != bridge.BeginTrace(doc.ID).ID || doc.Trace.Parent != (bridge.SpanID{}) {
		t.Errorf("a third one's order of a number that two use stands at %+v, want a trace of its own", doc.Trace)
	}
	if ours.Trace.Parent == (bridge.SpanID{}) || theirs.Trace.Parent == (bridge.SpanID{}) {
		t.Errorf("answers to each stand at %+v and %+v", ours.Trace, theirs.Trace)
	}
	h.check(true)
}

// TestTraceOfAnswers: an acknowledgment goes on with the trace of what it answers,
// with its events; so does what became overdue.
func TestTraceOfAnswers(t *testing.T) {
	h := newHouse(t, awaits)
	out := h.issued("4711")
	doc := h.transmission(out.Causes[0])
	h.wantParent("the interchange", &out, &doc)
	h.wait(48 * time.Hour)
	h.drain()
	in := h.take("globex", ack{control: 7, group: 1, status: "R"}.String())
	h.wantParent("the 997", &in, &out)
	late, _ := h.outbound(out.ID, bridge.KindEvent)
	told, _ := h.outbound(in.ID, bridge.KindEvent)
	for _, e := range late {
		h.wantParent("overdue", &e, &out)
	}
	for _, e := range told {
		h.wantParent(e.Set, &e, &in)
		if len(e.Trace.Links) != 1 || e.Trace.Links[0] != out.SpanContext() {
			t.Errorf("%s links\n got %v\nwant the interchange", e.Set, e.Trace.Links)
		}
	}
	if len(late) != 1 || len(told) != 2 {
		t.Errorf("%d overdue, %d told; want 1, 2", len(late), len(told))
	}
	h.check(true)
}

// TestTraceAgain: translated again after the process died before its commit, the
// same ids and traces come out.
func TestTraceAgain(t *testing.T) {
	traces := func(kill bool) map[bridge.ID]string {
		h := newHouse(t, trading)
		first := h.acceptAs("acme", "01ARZ3NDEKTSV4RRFFQ69G5FAV", file{sets: []set{{po: "1"}}}.String())
		second := h.acceptAs("globex", "01ARZ3NDEKTSV4RRFFQ69G5FAW", file{from: "GLOBEX", sets: []set{{po: "1"}}}.String())
		if kill {
			h.killedBefore("Commit", 2)
		}
		h.drain()
		out := map[bridge.ID]string{}
		for _, id := range []bridge.ID{first, second} {
			in := h.transmission(id)
			out[id] = fmt.Sprint(in.Trace)
			for _, kind := range []bridge.Kind{bridge.KindEvent, bridge.KindAcknowledgment} {
				trs, _ := h.outbound(id, kind)
				for i := range trs {
					out[trs[i].ID] = fmt.Sprint(trs[i].Trace)
				}
			}
		}
		return out
	}
	sound, killed := traces(false), traces(true)
	if len(sound) < 5 || !maps.Equal(sound, killed) {
		t.Errorf("after a kill\n got %v\nwant %v", killed, sound)
	}
}

// killedBefore works until a call of the store, and begins anew when leases have
// ended.
func (h *house) killedBefore(p bridgetest.Point, nth int) {
	h.t.Helper()
	h.opened(bridgetest.NewFaults(bridgetest.Fault{Point: p, Nth: nth, When: bridgetest.Before}))
	if err := h.b.Drain(h.t.Context()); !errors.Is(err, bridgetest.ErrFault) {
		h.t.Fatalf("got %v, want it killed", err)
	}
	h.make()
	h.wait(time.Hour)
}

// calls are all deliveries to the app.
func (a *app) calls() []call {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.got)
}

// acceptAs accepts a file under an id of the test's.
func (h *house) acceptAs(peer, id, body string) bridge.ID {
	h.t.Helper()
	r, err := h.b.Accept(h.t.Context(), &transports.Delivery{ID: id, Endpoint: "sftp", Peer: peer, Body: strings.NewReader(body)})
	if err != nil {
		h.t.Fatal(err)
	}
	return bridge.ID(cmp.Or(r.ID, id))
}

// watching is an observer of spans.
type watching struct {
	mu    sync.Mutex
	open  int
	spans map[bridge.SpanContext]map[bridge.Stage]int
}

func (w *watching) Begin(bridge.Stage) func() { return func() {} }

func (w *watching) BeginSpan(s bridge.Stage, of *bridge.Transmission) func() {
	w.mu.Lock()
	defer w.mu.Unlock()
	at := of.SpanContext()
	if w.spans[at] == nil {
		w.spans[at] = map[bridge.Stage]int{}
	}
	w.spans[at][s]++
	w.open++
	return func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.open--
	}
}

// TestSpanObserver: an exporter is told whose stages begin and end.
func TestSpanObserver(t *testing.T) {
	h := newHouse(t, only("app"))
	w := &watching{spans: map[bridge.SpanContext]map[bridge.Stage]int{}}
	h.opts = func(o *bridge.Options) { o.Observer = w }
	h.make()
	in := h.take("acme", file{sets: []set{{po: "1"}}}.String())
	for _, s := range []bridge.Stage{bridge.StageAccept, bridge.StageRead, bridge.StageValidate, bridge.StageMap, bridge.StageTranslate} {
		if w.spans[in.SpanContext()][s] == 0 {
			t.Errorf("the file has no stage %s", s)
		}
	}
	for _, e := range h.events([]bridge.ID{in.ID}, "app") {
		if w.spans[e.SpanContext()][bridge.StageDeliver] != 1 {
			t.Errorf("its event was delivered in %v, want once", w.spans[e.SpanContext()])
		}
	}
	if w.open != 0 {
		t.Errorf("%d stages did not end", w.open)
	}
}
