package bridge_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/canonical"
	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/transports"
)

// awaits lets globex be sent orders, of which a 997 is expected within a day; the
// application is told.
func awaits(cfg *bridge.Configuration) {
	sends(cfg)
	d := cfg.Partners[1].Dispatches[0]
	d.Expect = bridge.Expect{Acknowledgment: "997", Within: 24 * time.Hour}
	d.Events = []string{"app"}
}

// ack describes an X12 interchange with which a partner acknowledges.
type ack struct {
	from    string // "" GLOBEX
	control int    // of its own
	group   int    // ours that it answers; 0: no group
	status  string // AK5 and AK9 of it
	notes   string // between AK2 and AK5
	mode    string // "" P
	ta1     string // status of a TA1 about interchange 1
}

func (a ack) String() string {
	from, mode := a.from, a.mode
	if from == "" {
		from = "GLOBEX"
	}
	if mode == "" {
		mode = "P"
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "ISA*00*          *00*          *ZZ*%-15s*ZZ*%-15s*261124*0930*U*00401*%09d*0*%s*>~", from, "EDIBRIDGE", a.control, mode)
	groups := 0
	if a.ta1 != "" {
		reason := "000"
		if a.ta1 == "R" {
			reason = "006"
		}
		fmt.Fprintf(&b, "TA1*000000001*261123*0930*%s*%s~", a.ta1, reason)
	}
	if a.group > 0 {
		groups = 1
		accepted := 1
		if strings.Contains("RMWX", a.status) {
			accepted = 0
		}
		fmt.Fprintf(&b, "GS*FA*GLX*US*20261124*0930*%d*X*004010~ST*997*0001~AK1*PO*%d~AK2*850*0001~%sAK5*%s~AK9*%s*1*1*%d~", a.control, a.group, a.notes, a.status, a.status, accepted)
		fmt.Fprintf(&b, "SE*%d*0001~GE*1*%d~", 6+strings.Count(a.notes, "~"), a.control)
	}
	fmt.Fprintf(&b, "IEA*%d*%09d~", groups, a.control)
	return b.String()
}

// issued hands an order in and gives its interchange, which lies in the mailbox.
func (h *house) issued(po string) bridge.Transmission {
	h.t.Helper()
	r, err := h.b.Submit(h.t.Context(), submission(po, "EA", ""))
	if err != nil {
		h.t.Fatal(err)
	}
	h.drain()
	trs, _ := h.outbound(bridge.ID(r.ID), bridge.KindInterchange)
	if len(trs) != 1 {
		h.t.Fatalf("%d interchanges, want 1", len(trs))
	}
	return trs[0]
}

// fetch takes a Transmission out of globex's mailbox.
func (h *house) fetch(id bridge.ID) {
	h.t.Helper()
	ev := transports.Evidence{Kind: "mailbox-taken", At: h.now(), Bytes: []byte("read to the end")}
	if err := h.b.Mailbox().Taken(h.t.Context(), "sftp", "globex", string(id), ev); err != nil {
		h.t.Fatal(err)
	}
}

// expected gives the one expectation of a Transmission.
func (h *house) expected(id bridge.ID) bridge.Expectation {
	h.t.Helper()
	es, err := h.store.Expectations(h.t.Context(), bridge.ExpectationQuery{Transmission: id})
	if err != nil || len(es) != 1 {
		h.t.Fatalf("%d expectations of %s, %v; want one", len(es), id, err)
	}
	return es[0]
}

// told are the types of the events about acknowledgments that the app was given,
// each id once, in the order in which they came.
func (h *house) told() []string {
	h.app.mu.Lock()
	defer h.app.mu.Unlock()
	var out []string
	seen := map[string]bool{}
	for _, c := range h.app.got {
		var ev canonical.Event
		if err := json.Unmarshal([]byte(c.body), &ev); err != nil {
			h.t.Error(err)
		}
		if !seen[c.key] {
			seen[c.key] = true
			out = append(out, strings.TrimSuffix(strings.TrimPrefix(ev.Type, "edibridge."), ".v1"))
		}
	}
	return out
}

func (h *house) wantTold(want ...string) {
	h.t.Helper()
	if got := h.told(); !slices.Equal(got, want) {
		h.t.Errorf("events\n got %v\nwant %v", got, want)
	}
}

func ruleIDs(fs []edi.Finding) []string {
	var out []string
	for i := range fs {
		out = append(out, fs[i].Rule)
	}
	return out
}

const (
	received = "acknowledgment.received"
	rejected = "transaction.rejected"
	overdue  = "acknowledgment.overdue"
)

// TestSettled: whatever of the standard's codes the partner answers with, the
// document is in that state, the interchange is settled, and the application is
// told.
func TestSettled(t *testing.T) {
	notes := "AK3*PO1*3**8~AK4*3*355*7*EA~"
	for _, c := range []struct {
		name    string
		ack     ack
		state   bridge.ExpectationState
		reasons string
		told    []string
	}{
		{"A", ack{group: 1, status: "A"}, bridge.ExpectAccepted, "", []string{received}},
		{"E", ack{group: 1, status: "E", notes: notes}, bridge.ExpectAcceptedWithErrors, `PO1 3 element 3: 7 "EA"`, []string{received}},
		{"R", ack{group: 1, status: "R", notes: notes}, bridge.ExpectRejected, `PO1 3 element 3: 7 "EA"`, []string{received, rejected}},
		{"M", ack{group: 1, status: "M"}, bridge.ExpectRejected, "", []string{received, rejected}},
		{"W", ack{group: 1, status: "W"}, bridge.ExpectRejected, "", []string{received, rejected}},
		{"X", ack{group: 1, status: "X"}, bridge.ExpectRejected, "", []string{received, rejected}},
		{"TA1 R", ack{ta1: "R"}, bridge.ExpectRejected, "006", []string{received, rejected}},
		{"TA1 A and A", ack{ta1: "A", group: 1, status: "A"}, bridge.ExpectAccepted, "", []string{received}},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHouse(t, awaits)
			out := h.issued("4711")
			h.fetch(out.ID)
			c.ack.control = 7
			in := h.take("globex", c.ack.String())
			if in.State != bridge.Translated {
				t.Errorf("the acknowledgment is %s: %s", in.State, in.Reason)
			}
			e := h.expected(out.ID)
			if e.State != c.state || e.By != in.ID || e.Late || strings.Join(e.Reasons, "; ") != c.reasons {
				t.Errorf("expectation\n got %s by %s, late %t, %q\nwant %s by %s, %q", e.State, e.By, e.Late, e.Reasons, c.state, in.ID, c.reasons)
			}
			if got := h.transmission(out.ID).State; got != bridge.Settled {
				t.Errorf("the interchange is %s, want settled", got)
			}
			h.wantTold(c.told...)
		})
	}
}

// TestSettledTrace: the order's trace tells what the partner said.
func TestSettledTrace(t *testing.T) {
	h := newHouse(t, awaits)
	out := h.issued("4711")
	h.fetch(out.ID)
	h.take("globex", ack{control: 7, group: 1, status: "R", notes: "AK3*PO1*3**8~"}.String())
	tl, err := bridge.Trace(t.Context(), h.store, "4711", true)
	if err != nil {
		t.Fatal(err)
	}
	var line string
	brought := false
	for _, e := range tl.Timeline {
		if e.Transmission == out.ID && e.What == "acknowledged" {
			line = e.Detail
		}
		brought = brought || e.What == "translated" && e.Set == "997"
		if e.What == "failed" {
			t.Errorf("nothing failed: %+v", e)
		}
	}
	if want := "997 rejected: PO1 3: 8"; line != want || !brought {
		t.Errorf("trace\n got %q, with its 997 %t\nwant %q", line, brought, want)
	}
}

// TestNotSettled: what another partner acknowledges, or in another mode, or what
// was never sent, settles nothing, and is kept with a finding that says so.
func TestNotSettled(t *testing.T) {
	for _, c := range []struct {
		name, user, body string
		rule             string
	}{
		{"another partner", "acme", ack{from: "ACMERETAIL", control: 7, group: 1, status: "A"}.String(), "bridge.acknowledgment.unmatched"},
		{"another group", "globex", ack{control: 7, group: 2, status: "A"}.String(), "bridge.acknowledgment.unmatched"},
		{"test mode", "globex", ack{control: 7, group: 1, status: "A", mode: "T"}.String(), "bridge.acknowledgment.unmatched"},
		{"no status of the standard's", "globex", ack{control: 7, group: 1, status: "Z"}.String(), "bridge.acknowledgment.open"},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHouse(t, awaits)
			out := h.issued("4711")
			in := h.take(c.user, c.body)
			ds := h.documents(in.ID)
			if len(ds) != 1 || ds[0].State != bridge.DocumentNoted || !slices.Contains(ruleIDs(ds[0].Findings), c.rule) {
				t.Errorf("documents %+v\nwant one that is noted, with %s", ds, c.rule)
			}
			if e := h.expected(out.ID); e.State != bridge.ExpectAwaited {
				t.Errorf("it is %s, want awaited", e.State)
			}
			h.wantTold()
		})
	}
	t.Run("not sent yet", func(t *testing.T) {
		h := newHouse(t, awaits)
		r, err := h.b.Submit(t.Context(), submission("4711", "EA", ""))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.b.Pass(t.Context(), bridge.StepTranslate); err != nil {
			t.Fatal(err)
		}
		in := h.accept("globex", ack{control: 7, group: 1, status: "A"}.String())
		if _, err := h.b.Pass(t.Context(), bridge.StepTranslate); err != nil {
			t.Fatal(err)
		}
		if got := ruleIDs(h.documents(in)[0].Findings); !slices.Equal(got, []string{"bridge.acknowledgment.unmatched"}) {
			t.Errorf("findings %v", got)
		}
		trs, _ := h.outbound(bridge.ID(r.ID), bridge.KindInterchange)
		if e := h.expected(trs[0].ID); e.State != bridge.ExpectAwaited {
			t.Errorf("it is %s, want awaited", e.State)
		}
	})
}

// TestSettledAgain: the same again changes nothing; a newer acknowledgment that
// says otherwise rules, in whatever order they are read.
func TestSettledAgain(t *testing.T) {
	says := func(control int, status string) string {
		return ack{control: control, group: 1, status: status}.String()
	}
	t.Run("the same", func(t *testing.T) {
		h := newHouse(t, awaits)
		out := h.issued("4711")
		h.take("globex", says(7, "A"))
		again := h.take("globex", says(8, "A"))
		if e := h.expected(out.ID); e.State != bridge.ExpectAccepted || e.By != again.ID {
			t.Errorf("%s by %s", e.State, e.By)
		}
		h.take("globex", says(8, "A")) // the same bytes
		h.wantTold(received)
	})
	t.Run("another", func(t *testing.T) {
		h := newHouse(t, awaits)
		out := h.issued("4711")
		h.take("globex", says(7, "A"))
		h.take("globex", says(8, "R"))
		if e := h.expected(out.ID); e.State != bridge.ExpectRejected || e.Version != 2 {
			t.Errorf("%s, version %d; want rejected, 2", e.State, e.Version)
		}
		h.wantTold(received, received, rejected)
	})
	t.Run("read in another order", func(t *testing.T) {
		h := newHouse(t, awaits)
		out := h.issued("4711")
		h.accept("globex", says(7, "A"))
		h.accept("globex", says(8, "R"))
		claims, err := h.store.Claim(t.Context(), bridge.ClaimQuery{Step: bridge.StepTranslate, Limit: 1, Now: h.now(), Until: h.now().Add(time.Hour)})
		if err != nil || len(claims) != 1 {
			t.Fatal(claims, err)
		}
		h.drain() // the younger one alone
		if e := h.expected(out.ID); e.State != bridge.ExpectRejected {
			t.Fatalf("%s, want rejected", e.State)
		}
		if err := h.store.Release(t.Context(), claims[0], time.Time{}); err != nil {
			t.Fatal(err)
		}
		h.drain()
		h.check(true)
		if e := h.expected(out.ID); e.State != bridge.ExpectRejected {
			t.Errorf("%s, want rejected still", e.State)
		}
		h.wantTold(received, rejected)
	})
	t.Run("both in one file", func(t *testing.T) {
		h := newHouse(t, awaits)
		out := h.issued("4711")
		h.take("globex", says(7, "R")+says(8, "A"))
		if e := h.expected(out.ID); e.State != bridge.ExpectAccepted {
			t.Errorf("%s, want accepted", e.State)
		}
		h.wantTold(received, rejected, received)
	})
}

// TestSettledBeforeOutcome: the partner answers before our own commit says that
// it has the file; the outcome that comes then only adds to it.
func TestSettledBeforeOutcome(t *testing.T) {
	for _, end := range []bridge.State{bridge.Sent, bridge.Delivered, bridge.Available, bridge.Pending, bridge.Dead} {
		t.Run(string(end), func(t *testing.T) {
			h := newHouse(t, awaits)
			r, err := h.b.Submit(t.Context(), submission("4711", "EA", ""))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := h.b.Pass(t.Context(), bridge.StepTranslate); err != nil {
				t.Fatal(err)
			}
			cs, err := h.store.Claim(t.Context(), bridge.ClaimQuery{Step: bridge.StepDeliver, Limit: 1, Now: h.now(), Until: h.now().Add(time.Hour)})
			if err != nil || len(cs) != 1 {
				t.Fatal(cs, err)
			}
			if err := h.store.Attempt(t.Context(), cs[0], bridge.Wire{Name: "a"}); err != nil {
				t.Fatal(err)
			}
			h.take("globex", ack{control: 7, group: 1, status: "A"}.String())
			result := bridge.Result{State: end, At: h.now()}
			for range 2 {
				if err := h.store.Commit(t.Context(), cs[0], result); err != nil {
					t.Fatal(err)
				}
			}
			h.drain()
			h.check(true)
			trs, _ := h.outbound(bridge.ID(r.ID), bridge.KindInterchange)
			if trs[0].State != bridge.Settled || trs[0].Attempts != 1 {
				t.Errorf("%s after %d attempts, want settled after one", trs[0].State, trs[0].Attempts)
			}
		})
	}
}

// TestSettledOfNoAgreement: an acknowledgment that was not asked for settles all
// the same, and has no clock.
func TestSettledOfNoAgreement(t *testing.T) {
	h := newHouse(t, sends)
	out := h.issued("4711")
	h.wait(30 * 24 * time.Hour)
	h.drain()
	if e := h.expected(out.ID); e.State != bridge.ExpectUnasked {
		t.Errorf("%s, want unasked", e.State)
	}
	h.take("globex", ack{control: 7, group: 1, status: "A"}.String())
	if got := h.transmission(out.ID).State; got != bridge.Settled {
		t.Errorf("%s, want settled", got)
	}
}

// TestOverdue: the clock begins when it lies in the mailbox, and anew when it is
// taken; the event comes once; a late acknowledgment closes it.
func TestOverdue(t *testing.T) {
	h := newHouse(t, awaits)
	out := h.issued("4711")
	h.wait(23 * time.Hour)
	h.fetch(out.ID)
	h.wait(23 * time.Hour)
	h.drain()
	h.wantTold()
	h.wait(2 * time.Hour)
	h.drain()
	h.drain()
	h.check(true)
	h.wantTold(overdue)
	if e := h.expected(out.ID); e.State != bridge.ExpectOverdue {
		t.Fatalf("%s, want overdue", e.State)
	}
	h.wait(time.Hour)
	h.take("globex", ack{control: 7, group: 1, status: "A"}.String())
	if e := h.expected(out.ID); e.State != bridge.ExpectAccepted || !e.Late {
		t.Errorf("%s, late %t; want accepted, late", e.State, e.Late)
	}
	if got := h.transmission(out.ID).State; got != bridge.Settled {
		t.Errorf("%s, want settled", got)
	}
	h.wantTold(overdue, received)
	tl, err := bridge.Trace(t.Context(), h.store, "4711", true)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range tl.Timeline {
		if e.Transmission == out.ID {
			got = append(got, e.What+" "+e.Detail)
		}
	}
	want := []string{"issued ", "taken ", "overdue 997 overdue: no 997 came", "acknowledged 997 accepted, late"}
	if len(got) != 4 || got[0] != want[0] || !strings.HasPrefix(got[1], want[1]) || got[2] != want[2] || got[3] != want[3] {
		t.Errorf("trace\n got %q\nwant %q", got, want)
	}
}

// TestOverdueInTheMailbox: what nobody fetches is overdue for that reason.
func TestOverdueInTheMailbox(t *testing.T) {
	h := newHouse(t, awaits)
	out := h.issued("4711")
	h.wait(25 * time.Hour)
	h.drain()
	h.check(true)
	seen, err := h.store.Evidence(t.Context(), out.ID)
	if err != nil || len(seen) != 1 || !strings.Contains(seen[0].Detail["reasons"], "not taken") {
		t.Errorf("evidence %+v, %v\nwant one that says it was not taken", seen, err)
	}
	h.wantTold(overdue)
}

// TestClose: a person ends waiting for what is overdue, or has seen to a
// rejection; nothing else can be closed.
func TestClose(t *testing.T) {
	h := newHouse(t, awaits)
	out := h.issued("4711")
	shut := func() error {
		return h.b.Operate(t.Context(), bridge.NewOperation(bridge.Close, out.ID, "ann", "ordered by phone", h.now()))
	}
	if err := shut(); !errors.Is(err, bridge.ErrConflict) {
		t.Errorf("what is awaited: got %v, want it refused", err)
	}
	h.wait(25 * time.Hour)
	h.drain()
	if err := shut(); err != nil {
		t.Fatal(err)
	}
	h.check(true)
	if e, s := h.expected(out.ID), h.transmission(out.ID).State; e.State != bridge.ExpectClosed || s != bridge.Available {
		t.Errorf("%s of what is %s, want closed of what is available", e.State, s)
	}
	h.wait(time.Hour)
	h.take("globex", ack{control: 7, group: 1, status: "R"}.String()) // it comes all the same
	if e := h.expected(out.ID); e.State != bridge.ExpectRejected {
		t.Errorf("%s, want rejected", e.State)
	}
	if err := shut(); err != nil {
		t.Fatal(err)
	}
	h.check(true)
	if e, s := h.expected(out.ID), h.transmission(out.ID).State; e.State != bridge.ExpectClosed || s != bridge.Settled {
		t.Errorf("%s of what is %s, want closed of what is settled", e.State, s)
	}
}

// TestOwed: what we owe is given when it lies in the mailbox, and overdue when it
// could not be handed over in time.
func TestOwed(t *testing.T) {
	within := func(cfg *bridge.Configuration) { cfg.Partners[0].Acknowledge.Within = 4 * time.Hour }
	state := func(h *house, in bridge.ID) bridge.Expectation {
		acks, _ := h.outbound(in, bridge.KindAcknowledgment)
		return h.expected(acks[0].ID)
	}
	h := newHouse(t, within)
	in := h.take("acme", file{sets: []set{{po: "1"}}}.String())
	if e := state(h, in.ID); e.State != bridge.ExpectGiven || e.Late {
		t.Errorf("%s, late %t; want given in time", e.State, e.Late)
	}
	h = newHouse(t, within)
	id := h.accept("acme", file{sets: []set{{po: "1"}}}.String())
	if _, err := h.b.Pass(t.Context(), bridge.StepTranslate); err != nil {
		t.Fatal(err)
	}
	h.wait(5 * time.Hour)
	if _, err := h.b.Pass(t.Context(), bridge.StepExpire); err != nil {
		t.Fatal(err)
	}
	if e := state(h, id); e.State != bridge.ExpectOverdue {
		t.Errorf("%s, want overdue", e.State)
	}
	h.check(false)
	h.drain()
	h.check(true)
	if e := state(h, id); e.State != bridge.ExpectGiven || !e.Late {
		t.Errorf("%s, late %t; want given late", e.State, e.Late)
	}
}
