package bridge_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/bridge/bridgetest"
	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/transports"
)

// awaitsBoth has globex owe a 997 within a day and an 824 within two.
func awaitsBoth(cfg *bridge.Configuration) {
	awaits(cfg)
	e := &cfg.Partners[1].Dispatches[0].Expect
	e.Application, e.ApplicationWithin = "824", 48*time.Hour
}

// advice is an interchange with one 824 of globex's; rest is what stands behind
// BGN.
func advice(control int, mode, rest string) string {
	return fmt.Sprintf("ISA*00*          *00*          *ZZ*GLOBEX         *ZZ*EDIBRIDGE      *261124*0930*U*00401*%09d*0*%s*>~"+
		"GS*AG*GLX*US*20261124*0930*%d*X*004010~ST*824*0001~BGN*11*ADV-%d*20261124*0930~%sSE*%d*0001~GE*1*%d~IEA*1*%09[1]d~",
		control, mode, control, control, rest, 3+strings.Count(rest, "~"), control)
}

// expects gives what is expected of a Transmission, by acknowledgment.
func (h *house) expects(id bridge.ID) map[string]bridge.Expectation {
	h.t.Helper()
	es, err := h.store.Expectations(h.t.Context(), bridge.ExpectationQuery{Transmission: id})
	if err != nil {
		h.t.Fatal(err)
	}
	out := map[string]bridge.Expectation{}
	for _, e := range es {
		out[e.Acknowledgment] = e
	}
	return out
}

// wantExpected compares the states, as "824 rejected, 997 accepted".
func (h *house) wantExpected(id bridge.ID, want string) {
	h.t.Helper()
	var got []string
	for with, e := range h.expects(id) {
		got = append(got, strings.TrimSpace(with+" "+string(e.State)))
	}
	slices.Sort(got)
	if text := strings.Join(got, ", "); text != want {
		h.t.Errorf("expected\n got %s\nwant %s", text, want)
	}
}

func (h *house) wantState(id bridge.ID, want bridge.State) {
	h.t.Helper()
	if got := h.transmission(id).State; got != want {
		h.t.Errorf("%s is %s, want %s", id, got, want)
	}
}

// TestAdviceSettles: whatever the application says in whatever way it names the
// document, that is recorded with its reasons, beside the 997.
func TestAdviceSettles(t *testing.T) {
	const named = "***20261123*0930*1*0001*850"
	for _, c := range []struct {
		name, text string
		state      bridge.ExpectationState
		code       string
		reasons    string
	}{
		{"by control numbers", "OTI*TA*TN*NA" + named + "~", bridge.ExpectAccepted, "TA", ""},
		{"padded control numbers", "OTI*TA*TN*NA***20261123*0930*00001*000000001*850~", bridge.ExpectAccepted, "TA", ""},
		{"by the order's number", "OTI*TA*PO*004711~", bridge.ExpectAccepted, "TA", ""},
		{"by both", "OTI*TE*PO*4711" + named + "~", bridge.ExpectAcceptedWithErrors, "TE", ""},
		{"with changes", "OTI*TC*PO*4711~", bridge.ExpectAcceptedWithErrors, "TC", ""},
		{"rejected", "OTI*TR*PO*4711" + named + "~REF*VN*S-1~TED*007*Price missing*PO1*3*4*212*X~NTE*ERN*Call Jo~LM*ZZ~LQ*ZZ*E054~",
			bridge.ExpectRejected, "TR", `007 Price missing, PO1 3 element 4: "X"; Call Jo; ZZ E054`},
		{"in part", "OTI*TP*PO*4711~TED*024~", bridge.ExpectRejected, "TP", "024"},
		{"an item of it", "OTI*TA*PO*4711" + named + "~OTI*IR*LI*1" + named + "~TED*024*Line 1~", bridge.ExpectRejected, "IR", "024 Line 1"},
		{"the group", "OTI*GR*TN*NA***20261123*0930*1~TED*024~", bridge.ExpectRejected, "GR", "024"},
		{"number and its reference", "OTI*TA*ZZ*none~REF*PO*4711~", bridge.ExpectAccepted, "TA", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHouse(t, awaitsBoth)
			out, other := h.issued("4711"), h.issued("4712")
			h.fetch(out.ID)
			h.take("globex", ack{control: 7, group: 1, status: "A"}.String())
			h.wantExpected(out.ID, "824 awaited, 997 accepted")
			h.wantState(out.ID, bridge.Delivered)
			in := h.take("globex", advice(8, "P", c.text))
			e := h.expects(out.ID)["824"]
			if e.State != c.state || e.Code != c.code || e.By != in.ID || strings.Join(e.Reasons, "; ") != c.reasons {
				t.Errorf("824\n got %s %s by %s, %q\nwant %s %s by %s, %q", e.State, e.Code, e.By, e.Reasons, c.state, c.code, in.ID, c.reasons)
			}
			h.wantState(out.ID, bridge.Settled)
			h.wantExpected(other.ID, "824 awaited, 997 awaited")
			want := []string{received, received}
			if c.state == bridge.ExpectRejected {
				want = append(want, rejected)
			}
			h.wantTold(want...)
			acks, bodies := h.outbound(in.ID, bridge.KindAcknowledgment)
			if len(acks) != 1 || !strings.Contains(bodies[0], "AK1*AG*8~") || !strings.Contains(bodies[0], "AK9*A*") {
				t.Errorf("our answer\n got %q\nwant a 997 that accepts the 824", bodies)
			}
		})
	}
}

// TestAdviceUnmatched: what names nothing that was sent, or more than one, or says
// nothing, settles nothing, and is kept with a finding that says so.
func TestAdviceUnmatched(t *testing.T) {
	const unmatched, open = "bridge.acknowledgment.unmatched", "bridge.acknowledgment.open"
	for _, c := range []struct{ name, mode, text, rule string }{
		{"another number", "P", "OTI*TA*PO*4799~", unmatched},
		{"another set", "P", "OTI*TA*PO*4711***20261123*0930***860~", unmatched},
		{"another kind of number", "P", "OTI*TA*IV*4711~", unmatched},
		{"test mode", "T", "OTI*TA*PO*4711~", unmatched},
		{"another order under these numbers", "P", "OTI*TA*PO*4799***20261123*0930*1*0001*850~", unmatched},
		{"two with the number", "P", "OTI*TA*PO*4712~", unmatched},
		{"on hold", "P", "OTI*TH*PO*4711~", open},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHouse(t, awaitsBoth, func(cfg *bridge.Configuration) {
				test := *cfg.Partners[1].Dispatches[0]
				test.Name, test.Mode, test.Set = "tests", edi.Test, "860"
				cfg.Partners[1].Dispatches = append(cfg.Partners[1].Dispatches, &test)
				cfg.Partners[1].Agreements = append(cfg.Partners[1].Agreements, &bridge.Agreement{Name: "answers", Partner: "globex",
					Standard: edi.X12, Set: "824", Release: "004010", Mode: edi.Production, WithErrors: true})
			})
			out := h.issued("4711")
			h.issued("4712")
			again := h.issued("4712")
			in := h.take("globex", advice(8, c.mode, c.text))
			ds := h.documents(in.ID)
			if len(ds) != 1 || !slices.Contains(ruleIDs(ds[0].Findings), c.rule) {
				t.Errorf("documents %+v\nwant one with %s", ds, c.rule)
			}
			h.wantExpected(out.ID, "824 awaited, 997 awaited")
			h.wantExpected(again.ID, "824 awaited, 997 awaited")
			h.wantTold()
		})
	}
	t.Run("never sent", func(t *testing.T) {
		h := newHouse(t, awaitsBoth)
		if _, err := h.b.Submit(t.Context(), submission("4711", "EA", "")); err != nil {
			t.Fatal(err)
		}
		h.accept("globex", advice(8, "P", "OTI*TA*PO*4711~"))
		if _, err := h.b.Pass(t.Context(), bridge.StepTranslate); err != nil {
			t.Fatal(err)
		}
		es, err := h.store.Expectations(t.Context(), bridge.ExpectationQuery{States: []bridge.ExpectationState{bridge.ExpectAwaited}})
		if err != nil || len(es) != 2 {
			t.Errorf("awaited: %d, %v; want both", len(es), err)
		}
	})
}

// TestAdviceOfNoAgreement: an 824 that nobody asked for is recorded as a 997 is,
// and one to somebody to whom nothing is sent waits for a person.
func TestAdviceOfNoAgreement(t *testing.T) {
	h := newHouse(t, awaits)
	out := h.issued("4711")
	in := h.take("globex", advice(8, "P", "OTI*TR*PO*4711~TED*024*no~"))
	if ds := h.documents(in.ID); len(ds) != 1 || ds[0].State != bridge.DocumentNoted {
		t.Errorf("documents %+v\nwant one that is noted", ds)
	}
	h.wantExpected(out.ID, "824 rejected, 997 awaited")
	h.wantState(out.ID, bridge.Available)
	h.take("globex", ack{control: 9, group: 1, status: "A"}.String())
	h.wantExpected(out.ID, "824 rejected, 997 accepted")
	h.wantState(out.ID, bridge.Settled)
	h.wantTold(received, rejected, received)

	none := newHouse(t, sends)
	out = none.issued("4711")
	none.take("globex", advice(8, "P", "OTI*TA*PO*4711~"))
	none.wantExpected(out.ID, "824 accepted, unasked")
	none.wantState(out.ID, bridge.Settled)

	stranger := newHouse(t)
	in = stranger.take("globex", advice(8, "P", "OTI*TA*PO*4711~"))
	if in.State != bridge.Quarantined {
		t.Errorf("it is %s, want quarantined: nothing is sent to him", in.State)
	}
}

// TestAdviceAgain: a newer 824 that says otherwise rules; the same again changes
// nothing; what its guide refuses is not believed.
func TestAdviceAgain(t *testing.T) {
	h := newHouse(t, awaitsBoth)
	out := h.issued("4711")
	h.take("globex", ack{control: 7, group: 1, status: "A"}.String())
	h.take("globex", advice(8, "P", "OTI*TR*PO*4711~"))
	h.take("globex", advice(9, "P", "OTI*TR*PO*4711~"))
	h.wantExpected(out.ID, "824 rejected, 997 accepted")
	h.take("globex", advice(10, "P", "OTI*TA*PO*4711~"))
	h.wantExpected(out.ID, "824 accepted, 997 accepted")
	h.take("globex", advice(11, "P", "OTI*TR*PO~"))
	h.wantExpected(out.ID, "824 accepted, 997 accepted")
	h.wantTold(received, received, rejected, received)
}

// TestAdviceOfTheUnreadable: what a 997 refuses no application sees: its answer is
// not waited for, until a newer 997 takes that back.
func TestAdviceOfTheUnreadable(t *testing.T) {
	h := newHouse(t, awaitsBoth)
	out := h.issued("4711")
	h.fetch(out.ID)
	h.take("globex", ack{control: 7, group: 1, status: "R"}.String())
	h.wantExpected(out.ID, "824 rejected, 997 rejected")
	h.wantState(out.ID, bridge.Settled)
	h.take("globex", ack{control: 8, group: 1, status: "A"}.String())
	h.wantExpected(out.ID, "824 awaited, 997 accepted")
	h.wantState(out.ID, bridge.Delivered)
	h.wait(49 * time.Hour)
	h.drain()
	h.check(true)
	h.wantExpected(out.ID, "824 overdue, 997 accepted")
	h.wantTold(received, rejected, received, overdue)
	h.take("globex", advice(9, "P", "OTI*TA*PO*4711~"))
	h.wantExpected(out.ID, "824 accepted, 997 accepted")
	if e := h.expects(out.ID)["824"]; !e.Late {
		t.Error("it is not late")
	}
}

// TestAdviceOverdue: the 824 has a clock of its own, which begins with the handing
// over; a late one closes it.
func TestAdviceOverdue(t *testing.T) {
	h := newHouse(t, awaitsBoth)
	out := h.issued("4711")
	h.fetch(out.ID)
	h.take("globex", ack{control: 7, group: 1, status: "A"}.String())
	h.wait(47 * time.Hour)
	h.drain()
	h.wantTold(received)
	h.wait(2 * time.Hour)
	h.drain()
	h.drain()
	h.check(true)
	h.wantExpected(out.ID, "824 overdue, 997 accepted")
	h.wantTold(received, overdue)
	h.take("globex", advice(8, "P", "OTI*TA*PO*4711~"))
	h.wantState(out.ID, bridge.Settled)
	h.wantTold(received, overdue, received)
	tl, err := bridge.Trace(t.Context(), h.store, "4711", true)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range tl.Timeline {
		if e.Transmission == out.ID && e.What != "issued" && e.What != "taken" {
			got = append(got, e.What+" "+e.Detail)
		}
	}
	want := []string{"acknowledged 997 accepted", "overdue 824 overdue: no 824 came", "acknowledged 824 accepted, late"}
	if !slices.Equal(got, want) {
		t.Errorf("trace\n got %q\nwant %q", got, want)
	}
}

// TestAdviceMapped: where an agreement receives 824s, the document and its event
// are made as of any other, and it settles beside that.
func TestAdviceMapped(t *testing.T) {
	h := newHouse(t, awaitsBoth, func(cfg *bridge.Configuration) {
		cfg.Partners[1].Agreements = append(cfg.Partners[1].Agreements, &bridge.Agreement{Name: "answers", Partner: "globex",
			Standard: edi.X12, Set: "824", Release: "004010", Mode: edi.Production, Events: []string{"app"}})
	})
	out := h.issued("4711")
	h.take("globex", ack{control: 7, group: 1, status: "A"}.String())
	in := h.take("globex", advice(8, "P", "OTI*TR*PO*4711~TED*024*no~"))
	if ds := h.documents(in.ID); len(ds) != 1 || ds[0].State != bridge.DocumentAccepted || ds[0].Agreement != "answers" {
		t.Errorf("documents %+v\nwant one that is accepted", ds)
	}
	h.wantExpected(out.ID, "824 rejected, 997 accepted")
	got := h.told()
	slices.Sort(got)
	want := []string{received, received, "applicationadvice.received", rejected}
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("events\n got %v\nwant %v", got, want)
	}
}

// TestAdviceOfEDIFACT: an APERAK settles by the number of the message or of its
// interchange.
func TestAdviceOfEDIFACT(t *testing.T) {
	for _, c := range []struct {
		name, rest string
		state      bridge.ExpectationState
		code       string
		reasons    string
	}{
		{"rejected by its ERC", "BGM+23+AE-1+9'RFF+ACW:4711'ERC+12::91'FTX+AAO+++Order 4711:is not known'", bridge.ExpectRejected, "ERC", "12 Order 4711 is not known"},
		{"RE", "BGM+23+AE-1+9+RE'RFF+ON:4711'", bridge.ExpectRejected, "4343 RE", ""},
		{"AP", "BGM+23+AE-1+9+AP'RFF+ON:4711'", bridge.ExpectAccepted, "4343 AP", ""},
		{"conditionally", "BGM+23+AE-1+9+CA'RFF+ON:4711'", bridge.ExpectAcceptedWithErrors, "4343 CA", ""},
		{"27", "BGM+23+AE-1+27'FTX+AAO+++No'RFF+ON:4711'", bridge.ExpectRejected, "1225 27", "No"},
		{"313", "BGM+313+AE-1+9'RFF+ON:4711'", bridge.ExpectRejected, "1001 313", ""},
		{"it came", "BGM+23+AE-1+9'RFF+ACW:CONTROL'", bridge.ExpectReceived, "", ""},
		{"named in its error", "BGM+23+AE-1+9'ERC+12'RFF+ACW:4711'", bridge.ExpectRejected, "ERC", "12"},
		{"of another", "BGM+23+AE-1+9+AP'RFF+ACW:4799'", bridge.ExpectAwaited, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHouse(t, awaitsBoth, inEDIFACT)
			out := h.issuedEDIFACT("4711")
			release := "96A"
			if strings.Contains(c.rest, "BGM+313") { // which D.96A does not have
				release = "01B"
			}
			rest := strings.ReplaceAll(c.rest, "CONTROL", out.Control)
			in := h.take("globex", fmt.Sprintf("UNB+UNOC:3+4012345000009:14+4000000000006:14+261124:0930+77'UNH+1+APERAK:D:%s:UN'%sUNT+%d+1'UNZ+1+77'",
				release, rest, 2+strings.Count(rest, "'")))
			e := h.expects(out.ID)["APERAK"]
			if e.State != c.state || e.Code != c.code || strings.Join(e.Reasons, "; ") != c.reasons {
				t.Errorf("APERAK\n got %s %q, %q\nwant %s %q, %q; findings %v", e.State, e.Code, e.Reasons, c.state, c.code, c.reasons, h.documents(in.ID)[0].Findings)
			}
		})
	}
}

// inEDIFACT has globex get ORDERS of D.96A.
func inEDIFACT(cfg *bridge.Configuration) {
	id := func(id string) bridge.Identifier {
		return bridge.Identifier{Standard: edi.EDIFACT, Level: "UNB", Qualifier: "14", ID: id}
	}
	cfg.Self = append(cfg.Self, id("4000000000006"))
	cfg.Partners[1].Identifiers = append(cfg.Partners[1].Identifiers, id("4012345000009"))
	d := cfg.Partners[1].Dispatches[0]
	d.Standard, d.Set, d.Release, d.Syntax = edi.EDIFACT, "ORDERS", "D:96A", "UNOC:3"
	d.Sender, d.Receiver = edi.Party{Qualifier: "14", ID: "4000000000006"}, edi.Party{Qualifier: "14", ID: "4012345000009"}
	d.Expect = bridge.Expect{Acknowledgment: "CONTRL", Within: time.Hour, Application: "APERAK", ApplicationWithin: 48 * time.Hour}
}

// issuedEDIFACT hands an order in and gives its interchange.
func (h *house) issuedEDIFACT(po string) bridge.Transmission {
	h.t.Helper()
	s := submission(po, "PCE", "")
	s.Document = []byte(strings.NewReplacer(`"orderType":"SA"`, `"orderType":"220"`, `"actionCode":"00"`, `"actionCode":"9"`,
		`"scheme":"UP","value":"012345678905"`, `"scheme":"EN","value":"4000862141404"`).Replace(string(s.Document)))
	r, err := h.b.Submit(h.t.Context(), s)
	if err != nil {
		h.t.Fatal(err)
	}
	h.drain()
	trs, _ := h.outbound(bridge.ID(r.ID), bridge.KindInterchange)
	return trs[0]
}

// TestAdviceFaults makes every call that settling by an 824 makes fail, before and
// after.
func TestAdviceFaults(t *testing.T) {
	sound := bridgetest.NewFaults()
	adviceFaulty(newHouse(t, awaitsBoth), sound)
	points := append(bridgetest.StorePoints(), bridgetest.BodyPoints()...)
	eachFault(t, sound, points, 3, func(t *testing.T, f bridgetest.Fault) {
		t.Parallel()
		adviceFaulty(newHouse(t, awaitsBoth), bridgetest.NewFaults(f))
	})
}

// adviceFaulty has what was sent be refused by the application, unasked of one
// document and expected of the other.
func adviceFaulty(h *house, faults *bridgetest.Faults) {
	t := h.t
	out, unasked := h.issued("4711"), bridge.Transmission{}
	h.cfg.Partners[1].Dispatches[0].Expect.Application = ""
	unasked = h.issued("4712")
	h.opened(faults)
	for i, body := range []string{ack{control: 7, group: 1, status: "A"}.String(), ack{control: 8, group: 2, status: "A"}.String(),
		advice(9, "P", "OTI*TR*PO*4711~OTI*TA*PO*4712~")} {
		for range 4 {
			_, err := h.b.Accept(t.Context(), &transports.Delivery{Endpoint: "sftp", Peer: "globex", Key: fmt.Sprint(i), Body: strings.NewReader(body)})
			h.check(false)
			if err == nil {
				break
			}
		}
		for range 4 {
			if err := h.b.Drain(t.Context()); err != nil && !errors.Is(err, bridgetest.ErrFault) {
				t.Fatal(err)
			}
			h.check(false)
			h.wait(time.Hour)
		}
	}
	h.check(true)
	h.wantExpected(out.ID, "824 rejected, 997 accepted")
	h.wantExpected(unasked.ID, "824 accepted, 997 accepted")
	h.wantState(unasked.ID, bridge.Settled)
}
