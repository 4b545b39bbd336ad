package bridge_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/edibridge/edibridge/bridge"
)

const onlyTA1 = "ISA*00*          *00*          *ZZ*ACMERETAIL     *ZZ*EDIBRIDGE      *261123*0930*U*00401*000000002*0*P*>~" +
	"TA1*000000001*261123*0930*A*000~IEA*0*000000002~"

// TestSameEndOfOddFiles: what is told of a file, what it used up and how it
// ended does not depend on where its translation was cut off.
func TestSameEndOfOddFiles(t *testing.T) {
	bad := file{control: 7, sets: []set{{po: "1", bad: true}, {po: "2", bad: true}, {po: "3", bad: true}}}
	unagreed := file{control: 8, sets: []set{{po: "1", kind: "860"}, {po: "2", kind: "860"}, {po: "3", kind: "860"}}}
	tests := []struct{ name, body string }{
		{"nothing is accepted", bad.String() + unagreed.String()},
		{"junk before and between", "HELLO\r\n" + bad.String() + "BYE" + file{control: 9, sets: []set{{po: "4"}, {po: "5"}, {po: "6"}}}.String()},
		{"a TA1 and what is not agreed", onlyTA1 + unagreed.String()},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { sameEnd(t, tt.body, 1) })
	}
}

// TestFailedNeverBlocks: what came to nothing leaves its control number free,
// whichever of two files is the older and wherever a translation was cut off.
func TestFailedNeverBlocks(t *testing.T) {
	bad := file{control: 7, sets: []set{{po: "1", bad: true}, {po: "2", bad: true}, {po: "3", bad: true}}}.String()
	good := file{control: 7, sets: []set{{po: "9"}}}.String()
	for _, first := range []bool{true, false} {
		h := newHouse(t)
		var id bridge.ID
		if first { // the good one is the older, and another worker has it
			id = h.accept("acme", good)
			q := bridge.ClaimQuery{Step: bridge.StepTranslate, Owner: "another", Limit: 1, Now: h.now(), Until: h.now().Add(10 * time.Second)}
			if claims, err := h.store.Claim(t.Context(), q); err != nil || len(claims) != 1 {
				t.Fatal(claims, err)
			}
		}
		h.cutInTwo(bad)
		if !first {
			id = h.accept("acme", good)
		}
		h.wait(20 * time.Second)
		h.drain() // the bad one is still in the middle
		for range 2 {
			h.wait(time.Hour)
			h.drain()
		}
		h.check(true)
		if ds := h.documents(id); ds[0].State != bridge.DocumentAccepted {
			t.Errorf("older %v: the good one is %s: %s", first, ds[0].State, ds[0].Reason)
		}
	}
}

// TestControlTwiceInAFile: wherever the slices end, the second is refused.
func TestControlTwiceInAFile(t *testing.T) {
	body := file{control: 7, sets: []set{{po: "1"}, {po: "2"}}}.String() + file{control: 7, sets: []set{{po: "3"}}}.String()
	for _, sets := range []int{1, 2, 500} {
		h := newHouse(t)
		h.opts = func(o *bridge.Options) { o.SliceSets = sets }
		h.make()
		tr := h.take("acme", body)
		_, texts := h.outbound(tr.ID, bridge.KindAcknowledgment)
		if got, want := verdicts(texts), []string{"997 A", "TA1 R 025"}; !slices.Equal(got, want) {
			t.Errorf("slices of %d: got %q, want %q", sets, got, want)
		}
	}
}

// TestUnreadableTwice: bytes that came to nothing are judged again, not repeated.
func TestUnreadableTwice(t *testing.T) {
	h := newHouse(t)
	for range 2 {
		if tr := h.take("acme", "%PDF-1.7 hello"); tr.State != bridge.Quarantined {
			t.Errorf("got %s (%s), want quarantined each time", tr.State, tr.Reason)
		}
	}
}

// TestOtherContentTwice: other content is accepted where that is agreed, and the
// same other content again is a duplicate.
func TestOtherContentTwice(t *testing.T) {
	h := newHouse(t, func(c *bridge.Configuration) { c.Partners[0].Agreements[0].Duplicates.Document = "accept" })
	want := []bridge.DocumentState{bridge.DocumentAccepted, bridge.DocumentAccepted, bridge.DocumentDuplicate, bridge.DocumentDuplicate}
	for i, amount := range []int{1, 5, 5, 1} {
		tr := h.take("acme", file{control: i + 1, sets: []set{{po: "1", amount: amount}}}.String())
		if d := h.documents(tr.ID)[0]; d.State != want[i] {
			t.Errorf("amount %d: got %s, want %s", amount, d.State, want[i])
		}
	}
}

// TestEndpointGone: a delivery to an endpoint that is not configured any more is
// given up like any other.
func TestEndpointGone(t *testing.T) {
	h := newHouse(t, func(c *bridge.Configuration) { c.Partners[0].Agreements[0].Events = []string{"gone"} })
	id := h.accept("acme", file{sets: []set{{po: "1"}}}.String())
	for range 21 {
		h.drain()
		h.wait(time.Hour)
	}
	if events, _ := h.outbound(id, bridge.KindEvent); events[0].State != bridge.Dead {
		t.Errorf("got %s after %d attempts, want dead", events[0].State, events[0].Attempts)
	}
}

// TestTA1OfAStranger: it is kept for a person, and not answered.
func TestTA1OfAStranger(t *testing.T) {
	h := newHouse(t)
	tr := h.take("acme", strings.Replace(onlyTA1, "ACMERETAIL", "SOMEBODY  ", 1))
	acks, _ := h.outbound(tr.ID, bridge.KindAcknowledgment)
	if tr.State != bridge.Quarantined || !strings.Contains(tr.Reason, "SOMEBODY") || len(acks) != 0 {
		t.Errorf("got %s (%s) and %d answers, want it quarantined for the sender", tr.State, tr.Reason, len(acks))
	}
}

// TestNamesInAMailbox: no two of a peer's items have one name.
func TestNamesInAMailbox(t *testing.T) {
	h := newHouse(t, alsoTest)
	h.take("acme", file{control: 7, sets: []set{{po: "1"}}}.String())
	h.take("acme", file{control: 7, mode: "T", sets: []set{{po: "1"}}}.String())
	items, err := h.b.Mailbox().List(t.Context(), "sftp", "acme")
	if err != nil || len(items) != 2 || items[0].Name == items[1].Name {
		t.Errorf("got %+v, %v; want two names", items, err)
	}
}

// TestBigFileIsKnown: of a file with more follow-ups than one look gathers, the
// answer is given again and each order is traced to its event.
func TestBigFileIsKnown(t *testing.T) {
	h := newHouse(t)
	h.opts = func(o *bridge.Options) { o.Deliverers = -1 }
	h.make()
	body := big(600)
	var again bridge.ID
	for range 2 {
		again = h.accept("acme", body)
		if _, err := h.b.Pass(t.Context(), bridge.StepTranslate); err != nil {
			t.Fatal(err)
		}
	}
	if acks, _ := h.outbound(again, bridge.KindAcknowledgment); len(acks) != 1 {
		t.Errorf("the same bytes again got %d answers, want the first one's", len(acks))
	}
	tl, err := bridge.Trace(t.Context(), h.store, "po:B000590", false)
	what := map[string]int{}
	for _, e := range tl.Timeline {
		what[e.What]++
	}
	if err != nil || what["event"] != 2 || what["acknowledged"] == 0 {
		t.Errorf("got %v, %v; want two events and an acknowledgment", what, err)
	}
}
