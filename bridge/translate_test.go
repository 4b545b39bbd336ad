package bridge_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/edi"
)

func TestOneOrder(t *testing.T) {
	h := newHouse(t)
	tr := h.take("acme", file{control: 905, sets: []set{{po: "4711"}}}.String())
	if tr.State != bridge.Translated || tr.Partner != "acme" || tr.Set != "850" {
		t.Errorf("got %s from %q with a %s, want translated from acme with an 850", tr.State, tr.Partner, tr.Set)
	}
	acks, texts := h.outbound(tr.ID, bridge.KindAcknowledgment)
	if len(acks) != 1 || acks[0].State != bridge.Available || acks[0].Name != "997-905-1.edi" {
		t.Fatalf("got acknowledgments %+v, want one in the mailbox", acks)
	}
	for _, want := range []string{"AK1*PO*905~", "AK2*850*0001~", "AK5*A~", "AK9*A*1*1*1~"} {
		if !strings.Contains(texts[0], want) {
			t.Errorf("the 997 has no %s:\n%s", want, texts[0])
		}
	}
	events, bodies := h.outbound(tr.ID, bridge.KindEvent)
	if len(events) != 2 || events[0].State != bridge.Delivered || events[1].State != bridge.Delivered {
		t.Fatalf("got events %+v, want two delivered", events)
	}
	if events[0].Key != events[1].Key || bodies[0] != bodies[1] || events[0].Body != events[1].Body {
		t.Error("an event to two endpoints has not one id and one body")
	}
	for _, want := range []string{`"type":"edibridge.order.received.v1"`, `"subject":"order/4711"`, `"poNumber":"4711"`} {
		if !strings.Contains(bodies[0], want) {
			t.Errorf("the event has no %s:\n%s", want, bodies[0])
		}
	}
}

func TestOneBadSetRejectsOneSet(t *testing.T) {
	h := newHouse(t)
	tr := h.take("globex", file{from: "GLOBEX", sets: []set{{po: "1"}, {po: "2", bad: true}, {po: "3"}}}.String())
	var states []bridge.DocumentState
	for _, d := range h.documents(tr.ID) {
		states = append(states, d.State)
	}
	want := []bridge.DocumentState{bridge.DocumentAccepted, bridge.DocumentRejected, bridge.DocumentAccepted}
	if diff := cmp.Diff(want, states); diff != "" {
		t.Errorf("states of the documents (-want +got):\n%s", diff)
	}
	_, texts := h.outbound(tr.ID, bridge.KindAcknowledgment)
	for _, want := range []string{"AK2*850*0002~", "AK3*PO1*3*PO1*8~", "AK4*3*355*7*QQ~", "AK5*R*5~", "AK9*P*3*3*2~"} {
		if !strings.Contains(texts[0], want) {
			t.Errorf("the 997 has no %s:\n%s", want, texts[0])
		}
	}
	if events, _ := h.outbound(tr.ID, bridge.KindEvent); len(events) != 2 {
		t.Errorf("got %d events, want 2", len(events))
	}
}

// TestOddInput says what becomes of each kind of bad file: its state, the rule
// that says why, and what the partner is told.
func TestOddInput(t *testing.T) {
	good := file{sets: []set{{po: "4711"}}}.String()
	wide := strings.Replace(good, "ACMERETAIL     *", "ACMERETAIL       *", 1)
	tests := []struct {
		name  string
		body  string
		state bridge.State
		rule  string   // of a finding on the file or a document
		acks  []string // "997 A", "TA1 R 006"
	}{
		{"empty", "", bridge.Quarantined, "bridge.file.empty", nil},
		{"no EDI", "%PDF-1.7 hello", bridge.Quarantined, "bridge.file.unknown", nil},
		{"cut off", good[:len(good)-60], bridge.Quarantined, "x12.interchange.trailer.missing", []string{"TA1 R 023"}},
		{"junk before", "HELLO\r\n" + good, bridge.Translated, "edi.junk", []string{"997 A"}},
		{"junk after", good + "\r\nBYE BYE", bridge.Translated, "edi.junk", []string{"997 A"}},
		{"wrong ISA width", wide, bridge.Translated, "x12.isa.width", []string{"997 A"}},
		{"another partner's identifiers", file{from: "GLOBEX", sets: []set{{po: "1"}}}.String(), bridge.Quarantined, "bridge.sender.unknown", []string{"TA1 R 006"}},
		{"nobody we know", file{to: "SOMEBODY", sets: []set{{po: "1"}}}.String(), bridge.Quarantined, "bridge.receiver.unknown", []string{"TA1 R 008"}},
		{"test in a production agreement", file{mode: "T", sets: []set{{po: "1"}}}.String(), bridge.Quarantined, "bridge.mode.mismatch", nil},
		{"a set that nothing is agreed about", file{sets: []set{{po: "1", kind: "860"}}}.String(), bridge.Quarantined, "bridge.agreement.none", []string{"997 R"}},
		{"TA1 asked for", file{ack: "1", sets: []set{{po: "1"}}}.String(), bridge.Translated, "", []string{"997 A", "TA1 A 000"}},
		{"EDIFACT", "UNB+UNOA:1+A:14+B:14+261123:0930+1'UNH+1+ORDERS:D:96A:UN'BGM+220+1'UNT+3+1'UNZ+1+1'", bridge.Quarantined, "bridge.sender.unknown", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := newHouse(t)
			tr := h.take("acme", tt.body)
			if tr.State != tt.state {
				t.Errorf("got state %s (%s), want %s", tr.State, tr.Reason, tt.state)
			}
			if tt.rule != "" && !slices.Contains(rules(tr, h.documents(tr.ID)), tt.rule) {
				t.Errorf("got findings %v, want one of rule %s", rules(tr, h.documents(tr.ID)), tt.rule)
			}
			if tr.State == bridge.Quarantined && tr.Reason == "" {
				t.Error("quarantined without a reason")
			}
			_, texts := h.outbound(tr.ID, bridge.KindAcknowledgment)
			if diff := cmp.Diff(tt.acks, verdicts(texts)); diff != "" {
				t.Errorf("answers (-want +got):\n%s", diff)
			}
			if got := h.body(tr.Body); got != tt.body {
				t.Error("the bytes in the archive are not those received")
			}
		})
	}
}

func rules(tr bridge.Transmission, docs []bridge.Document) []string {
	var rs []string
	for _, f := range tr.Findings {
		rs = append(rs, f.Rule)
	}
	for _, d := range docs {
		for _, f := range d.Findings {
			rs = append(rs, f.Rule)
		}
	}
	return rs
}

// verdicts shortens acknowledgments to what they say, sorted.
func verdicts(texts []string) []string {
	var vs []string
	for _, text := range texts {
		for _, s := range strings.Split(text, "~") {
			e := strings.Split(strings.TrimSpace(s), "*")
			switch e[0] {
			case "AK9":
				vs = append(vs, "997 "+e[1])
			case "TA1":
				vs = append(vs, "TA1 "+e[4]+" "+e[5])
			}
		}
	}
	slices.Sort(vs)
	return vs
}

func TestNoAnswerToAnAnswer(t *testing.T) {
	h := newHouse(t)
	ack := "ISA*00*          *00*          *ZZ*ACMERETAIL     *ZZ*EDIBRIDGE      *261123*0930*U*00401*000000001*0*P*>~" +
		"GS*FA*ACMERETAIL*EDIBRIDGE*20261123*0930*1*X*004010~ST*997*0001~AK1*PO*1~AK9*A*1*1*1~SE*4*0001~GE*1*1~IEA*1*000000001~"
	tr := h.take("acme", ack)
	if tr.State != bridge.Translated {
		t.Errorf("got %s, want translated", tr.State)
	}
	if acks, _ := h.outbound(tr.ID, bridge.KindAcknowledgment); len(acks) != 0 {
		t.Errorf("a 997 was answered: %+v", acks)
	}
	ta1 := "ISA*00*          *00*          *ZZ*ACMERETAIL     *ZZ*EDIBRIDGE      *261123*0930*U*00401*000000002*1*P*>~" +
		"TA1*000000001*261123*0930*A*000~IEA*0*000000002~"
	tr = h.take("acme", ta1)
	if acks, _ := h.outbound(tr.ID, bridge.KindAcknowledgment); len(acks) != 0 || tr.State != bridge.Translated {
		t.Errorf("a TA1 alone is %s and was answered %d times", tr.State, len(acks))
	}
}

func TestDuplicates(t *testing.T) {
	first := file{control: 7, sets: []set{{po: "4711"}}}
	t.Run("same bytes: the first answer again", func(t *testing.T) {
		h := newHouse(t)
		a := h.take("acme", first.String())
		b := h.take("acme", first.String())
		_, one := h.outbound(a.ID, bridge.KindAcknowledgment)
		acks, two := h.outbound(b.ID, bridge.KindAcknowledgment)
		if len(two) != 1 || two[0] != one[0] || acks[0].State != bridge.Available {
			t.Errorf("got answers %q, want %q again", two, one)
		}
		if events, _ := h.outbound(b.ID, bridge.KindEvent); len(events) != 0 {
			t.Errorf("the repetition made %d events", len(events))
		}
	})
	t.Run("same bytes from another partner are no repetition", func(t *testing.T) {
		h := newHouse(t)
		h.take("acme", first.String())
		if tr := h.take("globex", first.String()); !slices.Contains(rules(tr, nil), "bridge.sender.unknown") {
			t.Errorf("got %v", rules(tr, nil))
		}
	})
	t.Run("same control number, other bytes: TA1 025", func(t *testing.T) {
		h := newHouse(t)
		h.take("acme", first.String())
		tr := h.take("acme", file{control: 7, sets: []set{{po: "4712"}}}.String())
		_, texts := h.outbound(tr.ID, bridge.KindAcknowledgment)
		if diff := cmp.Diff([]string{"TA1 R 025"}, verdicts(texts)); diff != "" || tr.State != bridge.Quarantined {
			t.Errorf("%s, answers (-want +got):\n%s", tr.State, diff)
		}
	})
	t.Run("a failed first never blocks the good second", func(t *testing.T) {
		h := newHouse(t)
		bad := h.take("acme", file{control: 7, sets: []set{{po: "4711", bad: true}}}.String())
		if h.documents(bad.ID)[0].State != bridge.DocumentRejected {
			t.Fatal("the bad one was not rejected")
		}
		good := h.take("acme", first.String())
		if s := h.documents(good.ID)[0].State; s != bridge.DocumentAccepted {
			t.Errorf("the mended one is %s", s)
		}
		again := h.take("acme", file{control: 7, sets: []set{{po: "4711", bad: true}}}.String())
		if again.State != bridge.Quarantined {
			t.Errorf("the bad one after the good one is %s", again.State)
		}
	})
	t.Run("same order, new interchange", func(t *testing.T) {
		h := newHouse(t)
		h.take("acme", first.String())
		same := h.take("acme", file{control: 8, sets: []set{{po: "4711"}}}.String())
		other := h.take("acme", file{control: 9, sets: []set{{po: "4711", amount: 5}}}.String())
		if s := h.documents(same.ID)[0].State; s != bridge.DocumentDuplicate {
			t.Errorf("the same content is %s, want duplicate", s)
		}
		if s := h.documents(other.ID)[0].State; s != bridge.DocumentQuarantined {
			t.Errorf("other content is %s, want quarantined", s)
		}
		if n := len(h.app.keys()); n != 1 {
			t.Errorf("%d distinct events, want 1", n)
		}
	})
	t.Run("twice in one file", func(t *testing.T) {
		h := newHouse(t)
		tr := h.take("acme", file{sets: []set{{po: "4711"}, {po: "4711"}}}.String())
		if s := h.documents(tr.ID)[1].State; s != bridge.DocumentDuplicate {
			t.Errorf("the second is %s, want duplicate", s)
		}
	})
	t.Run("policies", func(t *testing.T) {
		h := newHouse(t, func(c *bridge.Configuration) {
			c.Partners[0].Agreements[0].Duplicates = bridge.Duplicates{Control: "accept", Document: "accept"}
		})
		h.take("acme", first.String())
		tr := h.take("acme", file{control: 7, sets: []set{{po: "4711", amount: 5}}}.String())
		if s := h.documents(tr.ID)[0].State; s != bridge.DocumentAccepted {
			t.Errorf("got %s, want accepted", s)
		}
	})
}

// alsoEDIFACT lets acme send ORDERS, with an answer agreed for them alone.
func alsoEDIFACT(c *bridge.Configuration) {
	c.Self = append(c.Self, bridge.Identifier{Standard: edi.EDIFACT, Level: "UNB", Qualifier: "14", ID: "4000000000001"})
	acme := c.Partners[0]
	acme.Identifiers = append(acme.Identifiers, bridge.Identifier{Standard: edi.EDIFACT, Level: "UNB", Qualifier: "14", ID: "4012345000009"})
	acme.Agreements = append(acme.Agreements, &bridge.Agreement{Name: "orders-edifact", Partner: "acme", Standard: edi.EDIFACT,
		Set: "ORDERS", Release: "D:96A", Mode: edi.Production, Acknowledge: &bridge.Acknowledge{With: "997", To: "acme-mailbox"}})
	acme.Acknowledge = nil
}

// TestEDIFACT: an interchange of two messages, one of them bad, is answered by one
// CONTRL that rejects that one; a CONTRL gets none.
func TestEDIFACT(t *testing.T) {
	for _, slice := range []int{1, 500} {
		h := newHouse(t, alsoEDIFACT)
		h.opts = func(o *bridge.Options) { o.SliceSets = slice }
		h.make()
		unb := "UNB+UNOC:3+4012345000009:14+4000000000001:14+261123:0930+77'"
		order := "UNH+%s+ORDERS:D:96A:UN'BGM+220+4711+9'DTM+137:20261123:102'%sLIN+1++4000862141404:EN'QTY+21:5'UNS+S'UNT+%s+%s'"
		tr := h.take("acme", unb+fmt.Sprintf(order, "1", "", "7", "1")+fmt.Sprintf(order, "2", "XXX+1'", "8", "2")+"UNZ+2+77'")
		acks, texts := h.outbound(tr.ID, bridge.KindAcknowledgment)
		if len(acks) != 1 || acks[0].Set != "CONTRL" || acks[0].State != bridge.Available {
			t.Fatalf("slices of %d: got %+v, want one CONTRL in the mailbox", slice, acks)
		}
		for _, want := range []string{"UCI+77+4012345000009:14+4000000000001:14+", "UCM+2+ORDERS:D:96A:UN+4'UCS+4+"} {
			if !strings.Contains(texts[0], want) {
				t.Errorf("slices of %d: the CONTRL has no %s:\n%s", slice, want, texts[0])
			}
		}
		answer := strings.NewReplacer("4000000000001:14+4012345000009", "4012345000009:14+4000000000001").Replace(texts[0])
		for text, state := range map[string]bridge.State{answer: bridge.Translated, // and one from a stranger:
			strings.Replace(answer, "4012345000009", "4099999000003", 1): bridge.Quarantined} {
			tr = h.take("acme", text)
			if acks, _ := h.outbound(tr.ID, bridge.KindAcknowledgment); len(acks) != 0 || tr.State != state {
				t.Errorf("a CONTRL is %s (%s), not %s, and was answered %d times", tr.State, tr.Reason, state, len(acks))
			}
		}
	}
}

// TestEDIFACTGoesOn: cut off behind a group that was refused, the CONTRL still
// tells of it, and goes where the agreement says.
func TestEDIFACTGoesOn(t *testing.T) {
	group := func(ref, end, from string, messages ...string) string {
		s := "UNG+ORDERS+A+B+261123:0930+" + ref + "+UN+D:96A'"
		for _, m := range messages {
			s += "UNH+" + from + m + "+ORDERS:D:96A:UN'BGM+220+" + from + m + "+9'DTM+137:20261123:102'LIN+1++4000862141404:EN'QTY+21:5'UNS+S'UNT+7+" + from + m + "'"
		}
		return s + fmt.Sprintf("UNE+%d+%s'", len(messages), end)
	}
	body := "UNB+UNOC:3+4012345000009:14+4000000000001:14+261123:0930+77'" + group("7", "8", "1", "1") + group("9", "9", "2", "1", "2", "3", "4") + "UNZ+2+77'"
	var told []string
	for _, cut := range []bool{false, true} {
		h := newHouse(t, alsoEDIFACT)
		var id bridge.ID
		if cut {
			id = h.cutInTwo(body)
			h.wait(time.Hour)
		} else {
			id = h.accept("acme", body)
		}
		h.drain()
		h.check(true)
		acks, texts := h.outbound(id, bridge.KindAcknowledgment)
		if len(acks) != 1 {
			t.Fatalf("cut %v: %d answers, want one CONTRL", cut, len(acks))
		}
		_, uci, _ := strings.Cut(texts[0], "UCI")
		told = append(told, uci)
	}
	if told[0] != told[1] || !strings.Contains(told[0], "UCF+7+") {
		t.Errorf("the CONTRL\n got %s\nwant %s\nwith the group that was refused", told[1], told[0])
	}
}

func TestWaivedRules(t *testing.T) {
	h := newHouse(t, func(c *bridge.Configuration) {
		c.Partners[0].Agreements[0].Waive = map[string]edi.Severity{"x12.element.code": edi.Warning}
	})
	tr := h.take("acme", file{sets: []set{{po: "1", bad: true}}}.String())
	_, texts := h.outbound(tr.ID, bridge.KindAcknowledgment)
	if diff := cmp.Diff([]string{"997 E"}, verdicts(texts)); diff != "" {
		t.Errorf("answers (-want +got):\n%s", diff)
	}
}
