package bridge_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/transports"
)

// batches has the orders that globex is sent leave together.
func batches(b bridge.Batching) func(*bridge.Configuration) {
	return func(cfg *bridge.Configuration) {
		sends(cfg)
		cfg.Partners[1].Dispatches[0].Batch = &b
	}
}

// submit hands orders in for globex and gives their IDs.
func (h *house) submit(pos ...string) []bridge.ID {
	h.t.Helper()
	var ids []bridge.ID
	for _, po := range pos {
		r, err := h.b.Submit(h.t.Context(), submission(po, "EA", "key of "+po))
		if err != nil {
			h.t.Fatal(err)
		}
		ids = append(ids, bridge.ID(r.ID))
	}
	return ids
}

// sent are the interchanges for globex, by control number, with their bodies.
func (h *house) sent() (trs []bridge.Transmission, bodies []string) {
	h.t.Helper()
	all, err := h.store.List(h.t.Context(), bridge.ListQuery{Kind: bridge.KindInterchange})
	if err != nil {
		h.t.Fatal(err)
	}
	for _, tr := range all {
		trs, bodies = append(trs, tr), append(bodies, h.body(tr.Body))
	}
	return trs, bodies
}

// orders are the numbers of the orders in an interchange, in its order.
func orders(body string) string {
	var pos []string
	for _, segment := range strings.Split(body, "~") {
		if f := strings.Split(segment, "*"); f[0] == "BEG" {
			pos = append(pos, f[3])
		}
	}
	return strings.Join(pos, " ")
}

func (h *house) wantSent(want ...string) {
	h.t.Helper()
	_, bodies := h.sent()
	var got []string
	for _, b := range bodies {
		got = append(got, orders(b))
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		h.t.Errorf("interchanges\n got %q\nwant %q", got, want)
	}
}

// TestBatch: documents leave together in one interchange with set control numbers
// and counts of their own, when as many are there as were agreed.
func TestBatch(t *testing.T) {
	h := newHouse(t, batches(bridge.Batching{Count: 3, Every: time.Hour}))
	ids := h.submit("1", "2")
	h.drain()
	h.check(true)
	if got := h.transmission(ids[0]).State; got != bridge.Batched {
		t.Fatalf("state %s, want batched", got)
	}
	ids = append(ids, h.submit("3", "4")...)
	h.drain()
	h.check(true)
	trs, bodies := h.sent()
	if len(trs) != 1 {
		t.Fatalf("%d interchanges, want 1", len(trs))
	}
	set := func(nth int) string {
		return fmt.Sprintf("ST*850*%04d~BEG*00*SA*%d**20261123~PO1*1*12*EA*9.95**UP*012345678905~CTT*1~SE*5*%04d~", nth, nth, nth)
	}
	want := "ISA*00*          *00*          *ZZ*EDIBRIDGE      *ZZ*GLOBEX         *261123*0930*U*00401*000000001*0*P*>~" +
		"GS*PO*US*GLX*20261123*0930*1*X*004010~" + set(1) + set(2) + set(3) + "GE*3*1~IEA*1*000000001~"
	if bodies[0] != want {
		t.Errorf("interchange\n got %s\nwant %s", bodies[0], want)
	}
	if tr := trs[0]; tr.State != bridge.Available || tr.Name != "850-batch-1.edi" || tr.Control != "000000001" {
		t.Errorf("transmission %+v", tr)
	}
	for i, id := range ids {
		docs := h.documents(id)
		if i == 3 {
			if len(docs) != 0 || h.transmission(id).State != bridge.Batched {
				t.Errorf("the fourth has left: %+v", docs)
			}
			continue
		}
		if len(docs) != 1 || docs[0].Control != fmt.Sprintf("%04d", i+1) || docs[0].InterchangeControl != "000000001" || docs[0].GroupControl != "1" {
			t.Errorf("document %d: %+v", i+1, docs)
		}
	}
	h.wantTrace("2", "received translated batched issued available")
}

func (h *house) wantTrace(key, want string) {
	h.t.Helper()
	tl, err := bridge.Trace(h.t.Context(), h.store, key, false)
	if err != nil {
		h.t.Fatal(err)
	}
	var whats []string
	for _, e := range tl.Timeline {
		whats = append(whats, e.What)
	}
	// What happened in one commit stands in any order.
	for _, w := range strings.Fields(want) {
		if len(whats) != len(strings.Fields(want)) || !strings.Contains(strings.Join(whats, " "), w) {
			h.t.Errorf("trace of %s\n got %v\nwant %s", key, whats, want)
			return
		}
	}
}

// TestBatchEDIFACT: messages are numbered from 1 in UNH, UNT and counted in UNZ.
func TestBatchEDIFACT(t *testing.T) {
	h := newHouse(t, func(cfg *bridge.Configuration) {
		sends(cfg)
		d := cfg.Partners[1].Dispatches[0]
		d.Standard, d.Set, d.Release, d.Syntax, d.GroupSender, d.GroupReceiver = edi.EDIFACT, "ORDERS", "D:96A", "UNOC:3", "", ""
		d.Sender, d.Receiver = edi.Party{Qualifier: "14", ID: "4012345000009"}, edi.Party{Qualifier: "14", ID: "5412345000013"}
		d.Batch = &bridge.Batching{Count: 2}
	})
	for _, po := range []string{"1", "2"} {
		doc := strings.Replace(canonicalOrder(po, "PCE"), `"scheme":"UP"`, `"scheme":"EN"`, 1)
		doc = strings.Replace(strings.Replace(doc, "012345678905", "4012345678901", 1), `"orderType":"SA"`, `"orderType":"220"`, 1)
		doc = strings.Replace(strings.Replace(doc, `"actionCode":"00"`, `"actionCode":"9"`, 1), `"kind"`, `"standard":"EDIFACT","kind"`, 1)
		if _, err := h.b.Submit(t.Context(), bridge.Submission{Peer: "control", Partner: "globex", Document: []byte(doc)}); err != nil {
			t.Fatal(err)
		}
	}
	h.drain()
	h.check(true)
	_, bodies := h.sent()
	if len(bodies) != 1 {
		t.Fatalf("%d interchanges, want 1", len(bodies))
	}
	for _, part := range []string{"UNH+1+ORDERS", "UNH+2+ORDERS", "UNZ+2+1'"} {
		if !strings.Contains(bodies[0], part) {
			t.Errorf("no %s in %s", part, bodies[0])
		}
	}
}

// TestBatchBySize: a message that would not fit begins the next batch.
func TestBatchBySize(t *testing.T) {
	h := newHouse(t, batches(bridge.Batching{Size: 250, Every: time.Hour})) // a message has about 90 bytes
	h.submit("1", "2", "3", "4")
	h.drain()
	h.check(true)
	h.wantSent("1 2")
	h.wait(time.Hour)
	h.drain()
	h.check(true)
	h.wantSent("1 2", "3 4")
}

// TestBatchByTime: what is there when the time has come leaves, in the order in
// which it came.
func TestBatchByTime(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	noon, evening := bridge.TimeOfDay(12*60), bridge.TimeOfDay(17*60+30)
	h := newHouse(t, batches(bridge.Batching{At: []bridge.TimeOfDay{noon, evening}, Zone: berlin})) // it is 10:30 there
	h.submit("1", "2")
	h.drain()
	open, err := h.store.Batches(t.Context())
	if err != nil || len(open) != 1 {
		t.Fatalf("%d batches are open, %v; want one", len(open), err)
	}
	if b := open[0]; b.Members != 2 || b.By != "cut-off 12:00" || !b.Closes.Equal(time.Date(2026, 11, 23, 11, 0, 0, 0, time.UTC)) {
		t.Errorf("batch %+v", b)
	}
	h.wait(89 * time.Minute)
	h.submit("3")
	h.drain()
	h.wantSent()
	h.wait(time.Minute)
	h.drain()
	h.check(true)
	h.wantSent("1 2 3")
	h.submit("4", "5")
	h.drain()
	h.wait(5*time.Hour + 29*time.Minute)
	h.drain()
	h.wantSent("1 2 3")
	h.wait(time.Minute)
	h.drain()
	h.check(true)
	h.wantSent("1 2 3", "4 5")
}

// TestBatchAfterOutage: what was handed in before a cut-off that passed while
// nobody worked leaves soon, and together.
func TestBatchAfterOutage(t *testing.T) {
	h := newHouse(t, batches(bridge.Batching{At: []bridge.TimeOfDay{12 * 60}}))
	h.submit("1", "2")
	h.wait(5 * time.Hour)
	h.drain()
	h.wantSent()
	h.wait(5 * time.Second)
	h.drain()
	h.check(true)
	h.wantSent("1 2")
}

// TestBatchInSlices: more documents than a slice holds are told of in several
// commits; the interchange is one.
func TestBatchInSlices(t *testing.T) {
	h := newHouse(t, batches(bridge.Batching{Count: 7}))
	h.opts = func(o *bridge.Options) { o.SliceSets = 2 }
	h.make()
	ids := h.submit("1", "2", "3", "4", "5", "6", "7")
	h.drain()
	h.check(true)
	h.wantSent("1 2 3 4 5 6 7")
	if got := h.documents(ids[6])[0].Control; got != "0007" {
		t.Errorf("the last has control number %s, want 0007", got)
	}
}

// waives has units that no code list has go to globex.
func waives(cfg *bridge.Configuration, on bool) {
	d := *cfg.Partners[1].Dispatches[0]
	d.Waive = nil
	if on {
		d.Waive = map[string]edi.Severity{"x12.element.code": ""}
	}
	cfg.Partners[1].Dispatches = []*bridge.Dispatch{&d}
}

// refusing is a house with a batch of three documents of which the configuration
// that is in force now refuses the second.
func refusing(t *testing.T) (*house, []bridge.ID) {
	h := newHouse(t, batches(bridge.Batching{Every: time.Hour}))
	waives(h.cfg, true)
	ids := h.submit("1")
	r, err := h.b.Submit(t.Context(), submission("2", "QQ", ""))
	if err != nil {
		t.Fatal(err)
	}
	ids = append(append(ids, bridge.ID(r.ID)), h.submit("3")...)
	h.drain()
	waives(h.cfg, false)
	return h, ids
}

// TestBatchRefused: a document that the configuration refuses when the batch
// leaves is kept for a person; the others leave, numbered without a gap. Retried,
// it leaves with the next.
func TestBatchRefused(t *testing.T) {
	h, ids := refusing(t)
	h.wait(time.Hour)
	h.drain()
	h.check(true)
	h.wantSent("1 3")
	if tr := h.transmission(ids[1]); tr.State != bridge.Quarantined || tr.Reason == "" || len(tr.Findings) != 1 {
		t.Errorf("the one that is refused: %+v", tr)
	}
	if got := h.documents(ids[2])[0].Control; got != "0002" {
		t.Errorf("the last has control number %s, want 0002", got)
	}
	waives(h.cfg, true)
	h.operate(bridge.Retry, ids[1])
	h.drain()
	h.check(true)
	h.wait(time.Hour)
	h.drain()
	h.check(true)
	h.wantSent("1 3", "2")
}

func (h *house) operate(kind bridge.OperationKind, id bridge.ID) {
	h.t.Helper()
	if err := h.b.Operate(h.t.Context(), bridge.NewOperation(kind, id, "ann", "because", h.now())); err != nil {
		h.t.Fatal(err)
	}
}

// TestBatchAgreementGone: what nothing is agreed about any more is kept for a
// person, document by document, and no number is lost.
func TestBatchAgreementGone(t *testing.T) {
	h := newHouse(t, batches(bridge.Batching{Every: time.Hour}))
	ids := h.submit("1", "2")
	h.drain()
	agreed := h.cfg.Partners[1].Dispatches
	h.cfg.Partners[1].Dispatches = nil
	h.wait(time.Hour)
	h.drain()
	h.check(true)
	h.wantSent()
	h.cfg.Partners[1].Dispatches = agreed
	for _, id := range ids {
		if got := h.transmission(id).State; got != bridge.Quarantined {
			t.Errorf("state %s, want quarantined", got)
		}
		h.operate(bridge.Retry, id)
	}
	h.drain()
	h.wait(time.Hour)
	h.drain()
	h.check(true)
	h.wantSent("1 2")
}

// TestBatchDiscard: a document can be taken out while its batch is open, and not
// behind that.
func TestBatchDiscard(t *testing.T) {
	h := newHouse(t, batches(bridge.Batching{Every: time.Hour}))
	ids := h.submit("1", "2", "3")
	h.drain()
	h.operate(bridge.Discard, ids[0])
	h.check(true)
	h.wait(time.Hour)
	h.drain()
	h.check(true)
	h.wantSent("2 3")
	err := h.b.Operate(t.Context(), bridge.NewOperation(bridge.Discard, ids[1], "ann", "because", h.now()))
	if !errors.Is(err, bridge.ErrConflict) {
		t.Errorf("what has left was discarded: %v", err)
	}
}

// TestBatchEmpty: a batch of which all documents were taken out has no interchange
// and uses no number.
func TestBatchEmpty(t *testing.T) {
	h := newHouse(t, batches(bridge.Batching{Every: time.Hour}))
	h.submit("1")
	h.drain()
	h.operate(bridge.Discard, h.submit("1")[0])
	h.wait(time.Hour)
	h.drain()
	h.check(true)
	h.wantSent()
	h.submit("2")
	h.drain()
	h.wait(time.Hour)
	h.drain()
	h.check(true)
	h.wantSent("2")
	if trs, _ := h.sent(); trs[0].Control != "000000001" {
		t.Errorf("control number %s, want 000000001", trs[0].Control)
	}
}

// TestBatchClosed: a person closes a batch before its time.
func TestBatchClosed(t *testing.T) {
	h := newHouse(t, batches(bridge.Batching{Every: time.Hour}))
	h.submit("1", "2")
	h.drain()
	open, err := h.store.Batches(t.Context())
	if err != nil || len(open) != 1 {
		t.Fatalf("%d batches are open, %v; want one", len(open), err)
	}
	h.operate(bridge.Close, open[0].Transmission)
	h.drain()
	h.check(true)
	h.wantSent("1 2")
	h.wantTrace("po:1", "received translated batched close issued available")
}

// TestBatchModes: what is for test never leaves with what is for production.
func TestBatchModes(t *testing.T) {
	h := newHouse(t, batches(bridge.Batching{Count: 2, Every: time.Hour}), func(cfg *bridge.Configuration) {
		other := *cfg.Partners[1].Dispatches[0]
		other.Name, other.Mode = "our-test-orders", edi.Test
		cfg.Partners[1].Dispatches = append(cfg.Partners[1].Dispatches, &other)
	})
	for i, mode := range []string{"production", "test", "production", "test"} {
		doc := strings.Replace(canonicalOrder(fmt.Sprint(i+1), "EA"), `"kind"`, `"mode":"`+mode+`","kind"`, 1)
		if _, err := h.b.Submit(t.Context(), bridge.Submission{Peer: "control", Partner: "globex", Document: []byte(doc)}); err != nil {
			t.Fatal(err)
		}
		h.drain()
	}
	h.check(true)
	h.wantSent("1 3", "2 4")
	trs, bodies := h.sent()
	for i, mode := range []string{"*P*>~", "*T*>~"} {
		if !strings.Contains(bodies[i], mode) {
			t.Errorf("%s of mode %s: %s", trs[i].Name, trs[i].Mode, bodies[i])
		}
	}
}

// TestBatchAcknowledged: a 997 that rejects one of three sets settles each on its
// own.
func TestBatchAcknowledged(t *testing.T) {
	h := newHouse(t, batches(bridge.Batching{Count: 3}), func(cfg *bridge.Configuration) {
		cfg.Partners[1].Dispatches[0].Expect = bridge.Expect{Acknowledgment: "997", Within: time.Hour}
	})
	ids := h.submit("1", "2", "3")
	h.drain()
	h.take("globex", "ISA*00*          *00*          *ZZ*GLOBEX         *ZZ*EDIBRIDGE      *261124*0930*U*00401*000000007*0*P*>~"+
		"GS*FA*GLX*US*20261124*0930*7*X*004010~ST*997*0001~AK1*PO*1~AK2*850*0001~AK5*A~AK2*850*0002~AK5*R*5~AK2*850*0003~AK5*A~AK9*P*3*3*2~SE*9*0001~GE*1*7~IEA*1*000000007~")
	trs, _ := h.sent()
	es, err := h.store.Expectations(t.Context(), bridge.ExpectationQuery{Transmission: trs[0].ID})
	if err != nil || len(es) != 3 {
		t.Fatalf("%d expectations, %v; want 3", len(es), err)
	}
	got := map[string]bridge.ExpectationState{}
	for _, e := range es {
		got[e.Document] = e.State
	}
	want := []bridge.ExpectationState{bridge.ExpectAccepted, bridge.ExpectRejected, bridge.ExpectAccepted}
	for i, id := range ids {
		if doc := h.documents(id)[0]; got[doc.ID] != want[i] {
			t.Errorf("set %d\n got %s\nwant %s", i+1, got[doc.ID], want[i])
		}
	}
	if trs[0].State != bridge.Settled {
		t.Errorf("the interchange is %s, want settled", trs[0].State)
	}
}

// TestBatchOrder: a later batch does not overtake an earlier one.
func TestBatchOrder(t *testing.T) {
	h := newHouse(t, batches(bridge.Batching{Count: 2}), func(cfg *bridge.Configuration) {
		cfg.Partners[1].Dispatches[0].To = "app"
	})
	h.app.fail = func(n int, d *transports.Delivery) error {
		if n <= 2 {
			return errors.New("no network")
		}
		return nil
	}
	h.submit("1", "2", "3", "4")
	h.drain()
	for range 3 {
		h.wait(time.Hour)
		h.drain()
		h.check(false)
	}
	h.check(true)
	var got []string
	for _, c := range h.app.got {
		got = append(got, orders(c.body))
	}
	if want := "[1 2 1 2 1 2 3 4]"; fmt.Sprint(got) != want {
		t.Errorf("sent\n got %v\nwant %s", got, want)
	}
}

// TestBatchRehearsed: what a document says is told as if it left alone, and nothing
// joins a batch by that.
func TestBatchRehearsed(t *testing.T) {
	h := newHouse(t, batches(bridge.Batching{Every: time.Hour}))
	ids := h.submit("1")
	text, _, err := h.b.Preview(submission("1", "EA", ""))
	if err != nil || orders(string(text)) != "1" {
		t.Errorf("preview %s, %v", text, err)
	}
	h.drain()
	check := &bridge.ViewCheck{Store: h.store, Bodies: h.bodies, Config: h.cfg}
	if _, _, err := check.Facts(t.Context(), h.transmission(ids[0])); err != nil {
		t.Error(err)
	}
	open, err := h.store.Batches(t.Context())
	if err != nil || len(open) != 1 || open[0].Members != 1 {
		t.Errorf("batches %+v, %v; want one of one document", open, err)
	}
	h.wait(time.Hour)
	h.drain()
	h.check(true) // tells the facts of what left with a batch anew
}
