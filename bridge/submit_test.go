package bridge_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/bridge/bridgetest"
	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/transports"
)

// sends lets globex be sent orders by us.
func sends(cfg *bridge.Configuration) {
	cfg.Partners[1].Dispatches = []*bridge.Dispatch{{
		Name: "our-orders", Partner: "globex", Standard: edi.X12, Set: "850", Release: "004010", Mode: edi.Production,
		Sender: edi.Party{Qualifier: "ZZ", ID: "EDIBRIDGE"}, Receiver: edi.Party{Qualifier: "ZZ", ID: "GLOBEX"},
		GroupSender: "US", GroupReceiver: "GLX", To: "globex-mailbox",
	}}
}

func canonicalOrder(po, uom string) string {
	return fmt.Sprintf(`{"kind":"order","schemaVersion":"1","action":"original","actionCode":"00","orderType":"SA","poNumber":%q,"orderDate":"2026-11-23",`+
		`"lines":[{"lineId":"1","quantity":{"value":"12","uom":%q},"unitPrice":"9.95","ids":[{"scheme":"UP","value":"012345678905"}]}],"totals":{"lineCount":"1"}}`, po, uom)
}

func submission(po, uom, key string) bridge.Submission {
	return bridge.Submission{Peer: "control", By: "ann", Partner: "globex", Key: key, Document: []byte(canonicalOrder(po, uom))}
}

// TestSubmit: what an application hands in leaves in an interchange with numbers
// of its own, is recorded, and lies in the partner's mailbox.
func TestSubmit(t *testing.T) {
	h := newHouse(t, sends)
	var ids []bridge.ID
	for _, po := range []string{"4711", "4712"} {
		r, err := h.b.Submit(t.Context(), submission(po, "EA", ""))
		if err != nil {
			t.Fatal(err)
		}
		if r.Status != transports.Accepted {
			t.Errorf("%s: %s, want accepted", po, r.Status)
		}
		ids = append(ids, bridge.ID(r.ID))
	}
	h.drain()
	h.check(true)
	for i, id := range ids {
		if got := h.transmission(id).State; got != bridge.Translated {
			t.Errorf("state %s, want translated", got)
		}
		trs, bodies := h.outbound(id, bridge.KindInterchange)
		if len(trs) != 1 {
			t.Fatalf("%d interchanges, want 1", len(trs))
		}
		want := fmt.Sprintf("ISA*00*          *00*          *ZZ*EDIBRIDGE      *ZZ*GLOBEX         *261123*0930*U*00401*%09d*0*P*>~"+
			"GS*PO*US*GLX*20261123*0930*%d*X*004010~ST*850*0001~BEG*00*SA*471%d**20261123~PO1*1*12*EA*9.95**UP*012345678905~CTT*1~SE*5*0001~GE*1*%d~IEA*1*%09d~",
			i+1, i+1, i+1, i+1, i+1)
		if bodies[0] != want {
			t.Errorf("interchange\ngot  %s\nwant %s", bodies[0], want)
		}
		if tr := trs[0]; tr.State != bridge.Available || tr.Name != fmt.Sprintf("850-471%d-%d.edi", i+1, i+1) || tr.Endpoint != "globex-mailbox" {
			t.Errorf("transmission %+v", tr)
		}
	}
	tl, err := bridge.Trace(t.Context(), h.store, "4712", false)
	if err != nil {
		t.Fatal(err)
	}
	var whats []string
	for _, e := range tl.Timeline {
		whats = append(whats, e.What)
	}
	if got, want := strings.Join(whats, " "), "received translated issued available"; got != want {
		t.Errorf("trace\ngot  %s\nwant %s", got, want)
	}
}

// TestSubmitRefuses: all reasons at once, by pointer, and nothing is kept.
func TestSubmitRefuses(t *testing.T) {
	h := newHouse(t, sends, func(cfg *bridge.Configuration) {
		p := cfg.Partners[0]
		two := *cfg.Partners[1].Dispatches[0]
		two.Partner, two.Name, two.To, two.Mode = "acme", "one", "acme-mailbox", edi.Test
		other := two
		other.Name = "two"
		p.Dispatches = []*bridge.Dispatch{&two, &other}
	})
	long := strings.Repeat("9", 31)
	cases := []struct {
		name string
		s    bridge.Submission
		want []string // pointer and rule
	}{
		{"no JSON", bridge.Submission{Partner: "globex", Document: []byte("ISA*00*")}, []string{" bridge.send.document"}},
		{"no kind", bridge.Submission{Partner: "globex", Document: []byte(`{"kind":"poem"}`)}, []string{" bridge.send.document"}},
		{"nobody", bridge.Submission{Partner: "nobody", Document: []byte(canonicalOrder("1", "EA"))}, []string{" bridge.send.partner"}},
		{"no agreement", bridge.Submission{Partner: "globex", Agreement: "x", Document: []byte(canonicalOrder("1", "EA"))}, []string{" bridge.send.agreement"}},
		{"ambiguous", bridge.Submission{Partner: "acme", Document: []byte(canonicalOrder("1", "EA"))}, []string{" bridge.send.ambiguous"}},
		{"mode", bridge.Submission{Partner: "acme", Agreement: "one",
			Document: []byte(strings.Replace(canonicalOrder("1", "EA"), `"kind"`, `"mode":"production","kind"`, 1))}, []string{"/mode bridge.send.mode"}},
		{"unit and number", submission(long, "QQ", ""), []string{
			"/poNumber x12.element.long", "/lines/0/quantity/uom x12.element.code"}},
		{"delimiter", submission("47*11", "EA", ""), []string{"/poNumber mapping.value.delimiter"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := h.b.Submit(t.Context(), c.s)
			var refused *bridge.Refusal
			if !errors.As(err, &refused) {
				t.Fatalf("got %v, want a refusal", err)
			}
			var got []string
			for _, p := range refused.Problems {
				got = append(got, p.Pointer+" "+p.Rule)
			}
			if strings.Join(got, "\n") != strings.Join(c.want, "\n") {
				t.Errorf("problems\ngot  %q\nwant %q", got, c.want)
			}
			if _, _, err := h.b.Preview(c.s); !errors.As(err, &refused) {
				t.Errorf("the preview was not refused: %v", err)
			}
		})
	}
	counts, err := h.store.Counts(t.Context())
	if err != nil || len(counts) != 0 {
		t.Errorf("%v, %v: something was kept", counts, err)
	}
}

// TestSubmitTwice: the same key is the same document; the same key with another
// one is refused.
func TestSubmitTwice(t *testing.T) {
	h := newHouse(t, sends)
	first, err := h.b.Submit(t.Context(), submission("1", "EA", "k"))
	if err != nil {
		t.Fatal(err)
	}
	h.drain()
	again, err := h.b.Submit(t.Context(), submission("1", "EA", "k"))
	if err != nil {
		t.Fatal(err)
	}
	if again.Status != transports.Duplicate || again.ID != first.ID {
		t.Errorf("again\ngot  %s %s\nwant duplicate %s", again.Status, again.ID, first.ID)
	}
	if _, err := h.b.Submit(t.Context(), submission("2", "EA", "k")); !errors.Is(err, bridge.ErrKeyReused) {
		t.Errorf("got %v, want the key to be refused", err)
	}
	h.drain()
	h.check(true)
	if trs, _ := h.outbound(bridge.ID(first.ID), bridge.KindInterchange); len(trs) != 1 {
		t.Errorf("%d interchanges, want 1", len(trs))
	}
}

// TestSubmittedUnderAnotherConfiguration: what can no longer be sent is kept for
// a person, and uses no number.
func TestSubmittedUnderAnotherConfiguration(t *testing.T) {
	h := newHouse(t, sends)
	r, err := h.b.Submit(t.Context(), submission("1", "EA", ""))
	if err != nil {
		t.Fatal(err)
	}
	changed := *h.cfg
	partner := *h.cfg.Partners[1]
	partner.Dispatches = nil
	changed.Partners = []*bridge.Partner{h.cfg.Partners[0], &partner}
	h.cfg = &changed
	h.drain()
	h.check(true)
	tr := h.transmission(bridge.ID(r.ID))
	if tr.State != bridge.Quarantined || len(tr.Findings) != 1 || tr.Findings[0].Rule != "bridge.send.agreement" {
		t.Errorf("%s: %+v", tr.State, tr.Findings)
	}
}

// TestPreview is the interchange as it would leave; nothing is kept.
func TestPreview(t *testing.T) {
	h := newHouse(t, sends)
	got, findings, err := h.b.Preview(submission("4711", "EA", ""))
	if err != nil {
		t.Fatal(err)
	}
	if len(findings) > 0 {
		t.Errorf("all is written, told is %v", findings)
	}
	if !strings.HasPrefix(string(got), "ISA*") || !strings.Contains(string(got), "*000000001*0*P*") || !strings.Contains(string(got), "BEG*00*SA*4711") {
		t.Errorf("%s", got)
	}
	if counts, err := h.store.Counts(t.Context()); err != nil || len(counts) != 0 {
		t.Errorf("%v, %v: something was kept", counts, err)
	}
}

// TestSubmitFaults makes every call that one document makes to store and
// archive fail, before and after; the application repeats under its key.
func TestSubmitFaults(t *testing.T) {
	sound := bridgetest.NewFaults()
	submitFaulty(t, sound)
	points := append(bridgetest.StorePoints(), bridgetest.BodyPoints()...)
	eachFault(t, sound, points, 3, func(t *testing.T, f bridgetest.Fault) {
		t.Parallel()
		submitFaulty(t, bridgetest.NewFaults(f))
	})
}

func submitFaulty(t *testing.T, faults *bridgetest.Faults) {
	h := newHouse(t, sends)
	h.opened(faults)
	var id bridge.ID
	for range 3 {
		r, err := h.b.Submit(t.Context(), submission("1", "EA", "k"))
		h.check(false)
		if err == nil {
			id = bridge.ID(r.ID)
			break
		}
	}
	if id == "" {
		t.Fatal("the document was never taken")
	}
	for range 6 {
		if err := h.b.Drain(t.Context()); err != nil && !errors.Is(err, bridgetest.ErrFault) {
			t.Fatal(err)
		}
		h.check(false)
		h.wait(time.Hour)
	}
	h.check(true)
	trs, bodies := h.outbound(id, bridge.KindInterchange)
	if len(trs) != 1 || trs[0].State != bridge.Available {
		t.Fatalf("%d interchanges: %+v", len(trs), trs)
	}
	if !strings.Contains(bodies[0], "*000000001*0*P*") {
		t.Errorf("a number was lost: %s", bodies[0])
	}
}

// A document is what its JSON says: nothing of it is changed on the way in.
func TestSubmittedBytes(t *testing.T) {
	h := newHouse(t, sends)
	s := submission("1", "EA", "")
	r, err := h.b.Submit(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	tr := h.transmission(bridge.ID(r.ID))
	if got := h.body(tr.Body); got != string(s.Document) || !json.Valid([]byte(got)) {
		t.Errorf("archived\ngot  %s\nwant %s", got, s.Document)
	}
	if tr.Header["by"] != "ann" || tr.Kind != bridge.KindDocument || tr.Endpoint != bridge.EndpointAPI || tr.Partner != "globex" || tr.Agreement != "our-orders" {
		t.Errorf("transmission %+v", tr)
	}
}
