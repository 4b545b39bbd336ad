package bridge_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/edibridge/edibridge/archive"
	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/bridge/bridgetest"
	"github.com/edibridge/edibridge/canonical"
	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/transports"
	"github.com/google/go-cmp/cmp"
)

// network lets both partners send under one name, van, as a network that
// carries others does, and has acme's orders answered to a mailbox of their own.
func network(c *bridge.Configuration) {
	for _, p := range c.Partners {
		p.Access = append(p.Access, bridge.Access{Endpoint: "sftp", Peer: "van"})
	}
	c.Endpoints["orders-mailbox"] = bridge.Endpoint{Name: "orders-mailbox", Kind: bridge.EndpointMailbox, Server: "sftp", Peer: "van"}
	c.Partners[0].Agreements[0].Acknowledge = &bridge.Acknowledge{With: "997", To: "orders-mailbox"}
}

// alsoTest lets every agreement be for tests too.
func alsoTest(c *bridge.Configuration) {
	for _, p := range c.Partners {
		a := *p.Agreements[0]
		a.Name, a.Mode = "test orders", edi.Test
		p.Agreements = append(p.Agreements, &a)
	}
}

// miscounted is f with a wrong number of sets in GE.
func miscounted(f file) string {
	return strings.Replace(f.String(), fmt.Sprintf("GE*%d*", len(f.sets)), "GE*9*", 1)
}

// audit gives the records of one kind.
func audit[T any](h *house, pick func(bridge.Record) *T) (all []T) {
	h.t.Helper()
	err := h.store.Audit(h.t.Context(), func(r bridge.Record) error {
		if p := pick(r); p != nil {
			all = append(all, *p)
		}
		return nil
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return all
}

// leaves are those of the log, by id.
func (h *house) leaves() map[string]archive.Leaf {
	h.t.Helper()
	m := map[string]archive.Leaf{}
	for _, l := range audit(h, func(r bridge.Record) *bridge.AuditLeaf { return r.Leaf }) {
		leaf, err := archive.ParseLeaf(l.Text)
		if err != nil {
			h.t.Fatal(err)
		}
		m[leaf.ID] = leaf
	}
	return m
}

// ending is all that a file came to, without what differs from run to run.
type ending struct {
	File      bridge.Transmission
	Documents []bridge.Document
	Follows   []bridge.Transmission
	Bodies    []string
	Seen      []bridge.Seen
	Numbers   []bridge.Number
}

func (h *house) ending(id bridge.ID) ending {
	h.t.Helper()
	e := ending{File: h.transmission(id), Documents: h.documents(id),
		Seen:    audit(h, func(r bridge.Record) *bridge.Seen { return r.Seen }),
		Numbers: audit(h, func(r bridge.Record) *bridge.Number { return r.Number })}
	slices.SortFunc(e.Seen, func(a, b bridge.Seen) int { return strings.Compare(a.Kind+a.Value, b.Kind+b.Value) })
	for _, kind := range []bridge.Kind{bridge.KindAcknowledgment, bridge.KindEvent} {
		trs, bodies := h.outbound(id, kind)
		e.Follows, e.Bodies = append(e.Follows, trs...), append(e.Bodies, bodies...)
	}
	timeless := func(t *bridge.Transmission) {
		t.Created, t.Changed, t.NextAt, t.Begun, t.Body = time.Time{}, time.Time{}, time.Time{}, time.Time{}, archive.Object{}
	}
	timeless(&e.File)
	for i := range e.Follows {
		timeless(&e.Follows[i])
	}
	return e
}

// groups puts the functional groups of fs into the interchange of the first.
func groups(fs ...file) string {
	first := fs[0].String()
	head, tail, _ := strings.Cut(first, "IEA*1")
	for i, f := range fs[1:] {
		s := f.String()
		group := s[strings.Index(s, "GS*"):strings.Index(s, "IEA*")]
		old := fmt.Sprintf("*%d*X*", max(f.control, 1))
		group = strings.Replace(group, old, fmt.Sprintf("*%d*X*", 100+i), 1)
		group = strings.Replace(group, fmt.Sprintf("GE*%d*%d~", len(f.sets), max(f.control, 1)), fmt.Sprintf("GE*%d*%d~", len(f.sets), 100+i), 1)
		head += group
	}
	return fmt.Sprintf("%sIEA*%d%s", head, len(fs), tail)
}

// cutOff takes body as van, in slices of two sets, with faults, and gives what
// it came to.
func cutOff(t *testing.T, body string, faults ...bridgetest.Fault) ending {
	t.Helper()
	h := newHouse(t, network, func(c *bridge.Configuration) { c.Limits.Findings = 2 })
	h.opts = func(o *bridge.Options) { o.SliceSets = 2 }
	h.opened(bridgetest.NewFaults(faults...))
	d := &transports.Delivery{ID: "01J00000000000000000000000", Endpoint: "sftp", Peer: "van", Body: strings.NewReader(body)}
	if _, err := h.b.Accept(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	if err := h.b.Drain(t.Context()); len(faults) > 0 != errors.Is(err, bridgetest.ErrFault) {
		t.Fatalf("with faults %v: %v", faults, err)
	}
	h.make()
	h.wait(time.Second)
	h.drain()
	h.check(true)
	return h.ending(bridge.ID(d.ID))
}

// sameEnd lets each of so many slices, and the last commit, fail, stored or not,
// and compares what the file comes to.
func sameEnd(t *testing.T, body string, slices int) ending {
	t.Helper()
	want := cutOff(t, body)
	calls := map[bridgetest.Point]int{"Commit": 1, "Advance": slices}
	for f := range faultsOf([]bridgetest.Point{"Commit", "Advance"}, func(p bridgetest.Point) int { return calls[p] }) {
		if diff := cmp.Diff(want, cutOff(t, body, f)); diff != "" {
			t.Errorf("%s %d failed %s the store's work (-want +got):\n%s", f.Point, f.Nth, f.When, diff)
		}
	}
	return want
}

// TestSameEndWhereverItIsCutOff: a file with a bit of everything comes to the
// same end whichever commit fails, stored or not.
func TestSameEndWhereverItIsCutOff(t *testing.T) {
	body := file{to: "NOBODY", sets: []set{{po: "N"}}}.String() + // refused
		strings.Replace(groups(
			file{control: 3, ack: "1", sets: []set{{po: "M"}}}, // its group is refused
			file{sets: []set{{po: "A"}, {po: "B"}}},
			file{sets: []set{{po: "E", kind: "860"}, {po: "F", kind: "860"}}}, // not agreed
		), "GE*1*3~", "GE*9*3~", 1) +
		file{from: "GLOBEX", control: 4, sets: []set{{po: "C"}, {po: "D", bad: true}}}.String() +
		file{from: "SOMEBODY", control: 6, sets: []set{{po: "G"}, {po: "H"}}}.String() // refused
	end := sameEnd(t, body, 5)
	if n, m := len(end.Documents), len(end.Follows); n != 10 || m != 11 || end.File.Total != 3 || len(end.File.Findings) != 2 {
		t.Errorf("%d documents, %d follow-ups, %d findings of which %d kept; want 10, 11 (4 997s, 2 TA1s, 5 events), 3, 2",
			n, m, end.File.Total, len(end.File.Findings))
	}
	ordinals, answers := map[int]bool{}, map[bridge.ID]int{}
	for _, f := range end.Follows {
		ordinals[f.Ordinal] = true
		if f.Kind == bridge.KindAcknowledgment {
			answers[f.ID] = 1 // ISA13
			if f.Set == "997" {
				answers[f.ID] = 2 // and GS06
			}
		}
	}
	for _, n := range end.Numbers {
		answers[n.For]--
	}
	if !slices.ContainsFunc(end.Follows, func(f bridge.Transmission) bool { return f.Endpoint == "orders-mailbox" && f.Set == "997" }) {
		t.Error("no group was answered as its agreement says")
	}
	for id, n := range answers {
		if n != 0 {
			t.Errorf("%s has %d control numbers too few", id, n)
		}
	}
	if len(ordinals) != len(end.Follows) {
		t.Errorf("%d follow-ups have %d ordinals", len(end.Follows), len(ordinals))
	}
}

// TestLimitOfAFile: as many bytes as allowed, and not one more.
func TestLimitOfAFile(t *testing.T) {
	body := file{sets: []set{{po: "1"}}}.String()
	h := newHouse(t, func(c *bridge.Configuration) { c.Limits.File = int64(len(body)) })
	if tr := h.take("acme", body); tr.Body.Size != int64(len(body)) {
		t.Errorf("%d bytes were taken of %d", tr.Body.Size, len(body))
	}
	for _, more := range []string{"\n", strings.Repeat("X", 1<<20)} {
		_, err := h.b.Accept(t.Context(), &transports.Delivery{Endpoint: "sftp", Peer: "acme", Body: strings.NewReader(body + more)})
		if !errors.Is(err, transports.ErrTooLarge) || errors.Is(err, transports.ErrBusy) {
			t.Errorf("%d bytes too many: got %v, want refused as too large", len(more), err)
		}
	}
	if n := len(audit(h, func(r bridge.Record) *bridge.Transmission { return r.Transmission })); n != 4 {
		t.Errorf("%d transmissions, want the file, its 997 and two events", n)
	}
}

// TestKeyOfThePeer: the same key is the same delivery, answered as it was.
func TestKeyOfThePeer(t *testing.T) {
	h := newHouse(t)
	give := func(peer, key, body, answer string) (transports.Receipt, error) {
		return h.b.Accept(t.Context(), &transports.Delivery{Endpoint: "sftp", Peer: peer, Key: key, Body: strings.NewReader(body),
			Answer: func() ([]byte, error) { return []byte(answer), nil }})
	}
	first, err := give("acme", "m1", "ISA", "taken at nine")
	if err != nil || first.Status != transports.Accepted || string(first.Answer) != "taken at nine" {
		t.Fatalf("got %+v, %v", first, err)
	}
	again, err := give("acme", "m1", "ISA", "taken at ten")
	want := first
	want.Status = transports.Duplicate
	if diff := cmp.Diff(want, again); diff != "" || err != nil {
		t.Errorf("the same again: %v (-want +got):\n%s", err, diff)
	}
	if _, err := give("acme", "m1", "UNB", ""); !errors.Is(err, transports.ErrRefused) || !errors.Is(err, bridge.ErrKeyReused) || errors.Is(err, transports.ErrBusy) {
		t.Errorf("other bytes under the key: got %v, want refused for good", err)
	}
	if r, err := give("globex", "m1", "UNB", ""); err != nil || r.Status != transports.Accepted {
		t.Errorf("another peer's key: got %+v, %v", r, err)
	}
}

// TestAcceptKeeps: what the transport knows is kept, and nothing when the
// answer cannot be made.
func TestAcceptKeeps(t *testing.T) {
	h := newHouse(t)
	d := &transports.Delivery{Endpoint: "sftp", Peer: "acme", Name: "../po.edi", ContentType: "application/edi-x12",
		Header: map[string]string{"client": "OpenSSH"}, Body: strings.NewReader("ISA"),
		Answer: func() ([]byte, error) { return nil, errDisk }}
	if _, err := h.b.Accept(t.Context(), d); !errors.Is(err, errDisk) {
		t.Errorf("got %v, want the answer's error", err)
	}
	if n := len(audit(h, func(r bridge.Record) *bridge.Transmission { return r.Transmission })); n != 0 {
		t.Errorf("%d transmissions without an answer", n)
	}
	d.Body, d.Answer = strings.NewReader("ISA"), nil
	r, err := h.b.Accept(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	tr := h.transmission(bridge.ID(r.ID))
	if tr.Name != d.Name || tr.ContentType != d.ContentType || tr.Header["client"] != "OpenSSH" || tr.Partner != "acme" || tr.Body.Peer != "sftp/acme" {
		t.Errorf("got %+v, want all that was delivered", tr)
	}
}

// TestEnvelopesDecide: what an envelope is refused for, and who is told what.
func TestEnvelopesDecide(t *testing.T) {
	good := file{sets: []set{{po: "1"}}}
	asked := file{ack: "1", sets: []set{{po: "1"}}}
	answer := func(with, ta1 string) func(*bridge.Configuration) {
		return func(c *bridge.Configuration) {
			c.Partners[0].Acknowledge = &bridge.Acknowledge{With: with, To: "acme-mailbox", TA1: ta1}
		}
	}
	tests := []struct {
		name   string
		change func(*bridge.Configuration)
		body   string
		state  bridge.DocumentState // "": there is none
		acks   []string
	}{
		{"a count in GE", nil, miscounted(good), bridge.DocumentRejected, []string{"997 R"}},
		{"GS02 is another's", func(c *bridge.Configuration) {
			c.Partners[0].Identifiers = append(c.Partners[0].Identifiers, bridge.Identifier{Standard: edi.X12, Level: "GS", ID: "ACMEGROUP"})
		}, good.String(), bridge.DocumentRejected, []string{"997 R"}},
		{"an empty group", nil, file{}.String(), "", []string{"997 A"}},
		{"an empty group of a refused interchange", nil, file{to: "NOBODY"}.String(), "", []string{"TA1 R 008"}},
		{"an empty group of acknowledgments", nil, strings.Replace(file{}.String(), "GS*PO", "GS*FA", 1), "", nil},
		{"no 997 is agreed", answer("none", ""), good.String(), bridge.DocumentAccepted, nil},
		{"a TA1 never", answer("997", "never"), asked.String(), bridge.DocumentAccepted, []string{"997 A"}},
		{"a TA1 always", answer("997", "always"), good.String(), bridge.DocumentAccepted, []string{"997 A", "TA1 A 000"}},
		{"for another receiver of ours", func(c *bridge.Configuration) {
			c.Partners[0].Agreements[0].Receivers = []bridge.Identifier{{Standard: edi.X12, Level: "ISA", Qualifier: "ZZ", ID: "EDIBRIDGE2"}}
		}, good.String(), bridge.DocumentQuarantined, []string{"997 R"}},
		{"another release", nil, strings.Replace(good.String(), "*X*004010~", "*X*005010~", 1), bridge.DocumentQuarantined, []string{"997 R"}},
		{"with errors", func(c *bridge.Configuration) { c.Partners[0].Agreements[0].WithErrors = true },
			file{sets: []set{{po: "1", bad: true}}}.String(), bridge.DocumentAccepted, []string{"997 E"}},
		{"with errors, but too long to be read", func(c *bridge.Configuration) {
			c.Partners[0].Agreements[0].WithErrors, c.Limits.Message = true, 4096
		}, strings.Replace(good.String(), "CTT*1~", strings.Repeat("PO1*1*1*EA*9.95**UP*012345678905~", 200)+"CTT*1~", 1), bridge.DocumentRejected, []string{"997 R"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := newHouse(t)
			if tt.change != nil {
				tt.change(h.cfg)
			}
			tr := h.take("acme", tt.body)
			var state bridge.DocumentState
			if ds := h.documents(tr.ID); len(ds) > 0 {
				state = ds[0].State
			}
			if state != tt.state {
				t.Errorf("the document is %q, want %q", state, tt.state)
			}
			_, texts := h.outbound(tr.ID, bridge.KindAcknowledgment)
			if diff := cmp.Diff(tt.acks, verdicts(texts)); diff != "" {
				t.Errorf("answers (-want +got):\n%s", diff)
			}
		})
	}
}

// TestOrderedPartner: files of a partner who asks for it are translated in the
// order in which they came, however many are translated at once.
func TestOrderedPartner(t *testing.T) {
	h := newHouse(t, func(c *bridge.Configuration) { c.Partners[0].Ordered = true })
	h.opts = func(o *bridge.Options) { o.Translators, o.Poll = 8, time.Hour }
	h.make()
	var ids []bridge.ID
	for i := range 20 {
		ids = append(ids, h.accept("acme", file{control: i + 1, sets: []set{{po: fmt.Sprint(i)}}}.String()))
	}
	h.run(func() bool { return h.transmission(ids[len(ids)-1]).State == bridge.Translated })
	for i := range ids[1:] {
		before, tr := h.transmission(ids[i]), h.transmission(ids[i+1])
		if before.State != bridge.Translated || !tr.Changed.After(before.Changed) {
			t.Errorf("file %d is %s since %s\n file %d since %s", i, before.State, before.Changed, i+1, tr.Changed)
		}
	}
}

// TestTooManyInterchanges: what nobody sends is kept for a person, whole: its
// answer would be longer than it is.
func TestTooManyInterchanges(t *testing.T) {
	h := newHouse(t)
	one := "ISA*00*          *00*          *ZZ*ACMERETAIL     *ZZ*EDIBRIDGE      *261123*0930*U*00401*000000001*0*P*>~IEA*0*000000001~"
	for what, body := range map[string]string{
		"interchanges":   strings.Repeat(one, 100_001),
		"groups":         one[:106] + strings.Repeat("GS*PO*ACME*US*20261123*0930*1*X*004010~GE*0*1~", 100_001),
		"EDIFACT groups": "UNB+UNOA:2+ACME:ZZZ+US:ZZZ+261123:0930+1'" + strings.Repeat("UNG+ORDERS+A+B+261123:0930+1+UN+D:96A'", 100_001),
	} {
		tr := h.take("acme", body)
		if tr.State != bridge.Quarantined || !slices.Contains(rules(tr, nil), "bridge.file.interchanges") {
			t.Errorf("too many %s\n got %s, %v\nwant it quarantined", what, tr.State, rules(tr, nil))
		}
	}
}

// TestMiscountedGroup: AK9 says what is wrong with the group (5: its count).
func TestMiscountedGroup(t *testing.T) {
	h := newHouse(t)
	tr := h.take("acme", miscounted(file{sets: []set{{po: "1"}}}))
	if _, texts := h.outbound(tr.ID, bridge.KindAcknowledgment); len(texts) != 1 || !strings.Contains(texts[0], "AK9*R*9*1*0*5~") {
		t.Errorf("got %q, want AK9*R*9*1*0*5", texts)
	}
}

// TestAnswersOfManyGroups: each group has its own verdicts, also when both are
// of one slice and when the first is of several.
func TestAnswersOfManyGroups(t *testing.T) {
	groups := "GS*PO*ACMERETAIL*EDIBRIDGE*20261123*0930*2*X*004010~ST*850*0001~BEG*00*SA*Z**20261123~PO1*1*1*EA*9.95**UP*012345678905~CTT*1~SE*5*0001~GE*1*2~IEA*2"
	body := strings.Replace(file{sets: []set{{po: "1"}, {po: "2", bad: true}, {po: "3"}}}.String(), "IEA*1", groups, 1)
	for _, sets := range []int{2, 500} {
		h := newHouse(t)
		h.opts = func(o *bridge.Options) { o.SliceSets = sets }
		h.make()
		tr := h.take("acme", body)
		_, texts := h.outbound(tr.ID, bridge.KindAcknowledgment)
		if len(texts) != 2 || !strings.Contains(texts[0], "AK9*P*3*3*2~") || !strings.Contains(texts[1], "AK9*A*1*1*1~") || strings.Count(texts[1], "AK2*") != 1 {
			t.Errorf("slices of %d: got %q", sets, texts)
		}
	}
}

// TestSlices: a slice ends by documents, by their bytes, and by answers.
func TestSlices(t *testing.T) {
	six := file{}
	for i := range 6 {
		six.sets = append(six.sets, set{po: fmt.Sprint(i)})
	}
	empty := ""
	for i := range 6 {
		empty += file{control: i + 1}.String()
	}
	tests := []struct {
		name   string
		body   string
		set    func(*bridge.Options)
		slices int // before the last
	}{
		{"documents", six.String(), func(o *bridge.Options) { o.SliceSets = 2 }, 3},
		{"bytes", six.String(), func(o *bridge.Options) { o.SliceBytes = 150 }, 3},
		{"answers", empty, func(o *bridge.Options) { o.SliceSets = 3 }, 2},
	}
	for _, tt := range tests {
		h := newHouse(t)
		h.opts = tt.set
		faults := bridgetest.NewFaults()
		h.opened(faults)
		h.take("acme", tt.body)
		if got := faults.Calls("Advance"); got != tt.slices {
			t.Errorf("by %s: %d slices before the last, want %d", tt.name, got, tt.slices)
		}
	}
}

// TestLeaseIsRenewed: each slice renews it, so that a long file is nobody else's.
func TestLeaseIsRenewed(t *testing.T) {
	h := newHouse(t)
	h.opts = func(o *bridge.Options) { o.SliceSets, o.Lease = 1, 2*time.Minute }
	var others []bridge.Claim
	later := func(look bool) func() error {
		return func() (err error) {
			h.wait(90 * time.Second)
			if look {
				others, err = h.store.Claim(t.Context(), bridge.ClaimQuery{Step: bridge.StepTranslate, Owner: "another", Limit: 1, Now: h.now(), Until: h.now().Add(time.Minute)})
			}
			return err
		}
	}
	h.opened(bridgetest.NewFaults(
		bridgetest.Fault{Point: "PutAll", Nth: 1, When: bridgetest.After, Do: later(false)},
		bridgetest.Fault{Point: "PutAll", Nth: 2, When: bridgetest.After, Do: later(true)}))
	h.take("acme", big(4))
	if len(others) > 0 {
		t.Error("another worker could claim it while it was translated")
	}
}

// TestOvertaken: what another file used up while this one was translated is
// seen when it commits, and it is judged again at once.
func TestOvertaken(t *testing.T) {
	h := newHouse(t)
	body := file{control: 7, sets: []set{{po: "1"}}}.String()
	older := h.accept("acme", body)
	other, younger := h.b, bridge.ID("")
	h.opened(bridgetest.NewFaults(bridgetest.Fault{Point: "Reserve", Nth: 1, When: bridgetest.After, Do: func() error {
		younger = h.accept("acme", body)
		_, err := other.Pass(t.Context(), bridge.StepTranslate)
		return err
	}}))
	h.drain()
	_, one := h.outbound(younger, bridge.KindAcknowledgment)
	_, two := h.outbound(older, bridge.KindAcknowledgment)
	events, _ := h.outbound(older, bridge.KindEvent)
	if h.state(older) != bridge.Translated || len(events) != 0 || len(one) != 1 || !slices.Equal(one, two) {
		t.Errorf("overtaken it is %s with %d events and answers %q; want the other's answer %q and nothing else", h.state(older), len(events), two, one)
	}
}

// cutInTwo leaves a file that was committed in part, under a claim of another
// worker that runs for a minute.
func (h *house) cutInTwo(body string) bridge.ID {
	h.t.Helper()
	h.opts = func(o *bridge.Options) { o.SliceSets = 2 }
	id := h.accept("acme", body)
	h.opened(bridgetest.NewFaults(bridgetest.Fault{Point: "Advance", Nth: 2, When: bridgetest.Before},
		bridgetest.Fault{Point: "Commit", Nth: 1, When: bridgetest.Before}))
	if _, err := h.b.Pass(h.t.Context(), bridge.StepTranslate); !errors.Is(err, bridgetest.ErrFault) {
		h.t.Fatal(err)
	}
	q := bridge.ClaimQuery{Step: bridge.StepTranslate, Owner: "another", Limit: 1, Now: h.now(), Until: h.now().Add(time.Minute)}
	if claims, err := h.store.Claim(h.t.Context(), q); err != nil || len(claims) != 1 || claims[0].Transmission.ID != id || claims[0].Cursor.Slices == 0 {
		h.t.Fatalf("%+v, %v: it is not in the middle", claims, err)
	}
	h.make()
	return id
}

// TestOlderComesFirst: while an older file with the same identity is not
// translated to its end, nobody knows what it comes to: the younger waits.
func TestOlderComesFirst(t *testing.T) {
	five := file{control: 7, sets: []set{{po: "1"}, {po: "2"}, {po: "3"}, {po: "4"}, {po: "5"}}}
	tests := []struct {
		name    string
		younger string
		acks    []string
	}{
		{"the same bytes", five.String(), []string{"997 A"}},
		{"the same control number", file{control: 7, sets: []set{{po: "9"}}}.String(), []string{"TA1 R 025"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := newHouse(t)
			h.cutInTwo(five.String())
			younger := h.accept("acme", tt.younger)
			h.drain()
			if s := h.state(younger); s != bridge.Accepted {
				t.Errorf("the younger one is %s, want it to wait", s)
			}
			for range 2 {
				h.wait(time.Hour)
				h.drain()
			}
			h.check(true)
			events, _ := h.outbound(younger, bridge.KindEvent)
			_, texts := h.outbound(younger, bridge.KindAcknowledgment)
			if diff := cmp.Diff(tt.acks, verdicts(texts)); diff != "" || len(events) != 0 {
				t.Errorf("%d events, want none; answers (-want +got):\n%s", len(events), diff)
			}
		})
	}
}

// TestNoDuplicates: numbers and keys are of one pair of parties and one mode.
func TestNoDuplicates(t *testing.T) {
	h := newHouse(t, network, alsoTest)
	for _, f := range []file{{}, {mode: "T"}, {from: "GLOBEX"}} {
		f.control, f.sets = 7, []set{{po: "4711"}}
		tr := h.take("van", f.String())
		if ds := h.documents(tr.ID); ds[0].State != bridge.DocumentAccepted {
			t.Errorf("from %q in mode %q: %s, %s", f.from, f.mode, ds[0].State, ds[0].Reason)
		}
	}
	series := map[string]int64{}
	for _, n := range audit(h, func(r bridge.Record) *bridge.Number { return r.Number }) {
		series[n.Series] = max(series[n.Series], n.Value)
	}
	if len(series) != 6 {
		t.Errorf("got %d series of control numbers, want two for each pair and mode: %v", len(series), series)
	}
}

// TestFindingsAreCounted: as many as agreed are kept, all are counted.
func TestFindingsAreCounted(t *testing.T) {
	h := newHouse(t, func(c *bridge.Configuration) { c.Partners[0].Agreements[0].MaxFindings = 2 })
	bad := func(n int) string { return fmt.Sprintf("PO1*%d*1*QQ*9.95**UP*012345678905~", n) }
	tr := h.take("acme", strings.Replace(file{sets: []set{{po: "1", bad: true}}}.String(), "CTT*1~SE*5*", bad(2)+bad(3)+"CTT*3~SE*7*", 1))
	if d := h.documents(tr.ID)[0]; d.State != bridge.DocumentRejected || len(d.Findings) != 2 || d.Total != 3 {
		t.Errorf("%s with %d of %d findings, want rejected with 2 of 3", d.State, len(d.Findings), d.Total)
	}
}

// TestFindingsSayWhy: what a document is accepted, or not looked at, in spite of.
func TestFindingsSayWhy(t *testing.T) {
	order := file{sets: []set{{po: "1"}}}.String()
	tests := []struct {
		name   string
		change func(*bridge.Configuration)
		body   string
		want   []string // severity and rule
	}{
		{"with errors: they are warnings", func(c *bridge.Configuration) { c.Partners[0].Agreements[0].WithErrors = true },
			file{sets: []set{{po: "1", bad: true}}}.String(), []string{"warning x12.element.code"}},
		{"too long to be read: nothing else is said", func(c *bridge.Configuration) { c.Limits.Message = 4096 },
			strings.Replace(order, "CTT*1~SE*5*", strings.Repeat("PO1*1*1*QQ*9.95~", 400)+"CTT*1~SE*405*", 1), []string{"error edi.limit.message"}},
		{"a release without a guide", func(c *bridge.Configuration) { c.Partners[0].Agreements[0].Release = "0040" },
			strings.Replace(order, "*X*004010~", "*X*004011~", 1), []string{"info bridge.guide.nearest"}},
	}
	for _, tt := range tests {
		h := newHouse(t)
		tt.change(h.cfg)
		tr := h.take("acme", tt.body)
		var got []string
		for _, f := range h.documents(tr.ID)[0].Findings {
			got = append(got, string(f.Severity)+" "+f.Rule)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

// TestErrorBehindTheKept: an error rejects a set also when it is not among the
// findings that are kept, and the 997 says so.
func TestErrorBehindTheKept(t *testing.T) {
	h := newHouse(t, func(c *bridge.Configuration) {
		a := c.Partners[0].Agreements[0]
		a.Waive, a.MaxFindings = map[string]edi.Severity{"x12.element.code": edi.Warning}, 2
	})
	lines := strings.Repeat("PO1*1*1*QQ*9.95**UP*012345678905~", 3) + "PO1*1*ABC*EA*9.95**UP*012345678905~"
	tr := h.take("acme", strings.Replace(file{sets: []set{{po: "1"}}}.String(), "CTT*1~SE*5*", lines+"CTT*5~SE*9*", 1))
	_, texts := h.outbound(tr.ID, bridge.KindAcknowledgment)
	if d := h.documents(tr.ID)[0]; d.State != bridge.DocumentRejected || !slices.Equal(verdicts(texts), []string{"997 R"}) {
		t.Errorf("got %s, %s, answered %q; want rejected, 997 R", d.State, d.Verdict, verdicts(texts))
	}
}

// TestEventNamesItsBytes: where in which file its document lies.
func TestEventNamesItsBytes(t *testing.T) {
	h := newHouse(t)
	body := file{sets: []set{{po: "1"}, {po: "2"}}}.String()
	tr := h.take("acme", body)
	sent, events := h.outbound(tr.ID, bridge.KindEvent)
	for _, e := range sent {
		if !slices.ContainsFunc(e.Keys, func(k canonical.Key) bool { return k.Scheme == "po" }) {
			t.Errorf("event %s is found by %v, want by its order too", e.ID, e.Keys)
		}
	}
	for i, d := range h.documents(tr.ID) {
		if text := body[d.Offset : d.Offset+d.Length]; !strings.HasPrefix(text, "ST*850") || !strings.HasSuffix(text, fmt.Sprintf("SE*5*%04d~", i+1)) {
			t.Errorf("document %d is %q", i+1, text)
		}
		for _, want := range []string{fmt.Sprintf(`"offset":%d`, d.Offset), fmt.Sprintf(`"length":%d`, d.Length), `"archiveId":"` + tr.Leaf + `"`} {
			if !slices.ContainsFunc(events, func(e string) bool { return strings.Contains(e, want) }) {
				t.Errorf("no event has %s:\n%s", want, events[0])
			}
		}
	}
}

// TestDuplicateNamesTheFirst: what repeats is found by the keys of the first,
// and says which that is.
func TestDuplicateNamesTheFirst(t *testing.T) {
	h := newHouse(t)
	f := file{control: 7, sets: []set{{po: "4711"}}}
	first := h.take("acme", f.String())
	repeated := h.take("acme", f.String())
	one, _ := h.outbound(first.ID, bridge.KindAcknowledgment)
	two, _ := h.outbound(repeated.ID, bridge.KindAcknowledgment)
	if want := []bridge.ID{repeated.ID, one[0].ID}; len(two) != 1 || !slices.Equal(two[0].Causes, want) || two[0].Name == one[0].Name {
		t.Errorf("got %+v, want one answer by a name of its own, of causes %v", two, want)
	}
	f.control = 8
	again := h.take("acme", f.String())
	if got, want := h.documents(again.ID)[0].DuplicateOf, h.documents(first.ID)[0].ID; got != want {
		t.Errorf("the duplicate is of %q, want %q", got, want)
	}
	for _, key := range []canonical.Key{{Scheme: "po", Value: "4711"}, {Scheme: "control", Value: "7"}, {Scheme: "control", Value: "000000007"}} {
		ids, err := h.store.Find(t.Context(), key, 100)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Contains(ids, first.ID) || !slices.Contains(ids, repeated.ID) || key.Scheme == "po" && !slices.Contains(ids, again.ID) {
			t.Errorf("%s finds %v, want %s and %s", key, ids, first.ID, repeated.ID)
		}
	}
}

// TestLogOfAFile: what follows has the file for a parent in the log, and so has
// the decision.
func TestLogOfAFile(t *testing.T) {
	h := newHouse(t)
	tr := h.take("acme", file{sets: []set{{po: "1"}}}.String())
	kinds := map[archive.LeafKind]int{}
	for _, l := range h.leaves() {
		if slices.Equal(l.Parents, []string{tr.Leaf}) {
			kinds[l.Kind]++
		}
	}
	want := map[archive.LeafKind]int{archive.LeafAck: 1, archive.LeafEvent: 2, archive.LeafDecision: 1}
	if diff := cmp.Diff(want, kinds); diff != "" {
		t.Errorf("leaves that follow from the file's (-want +got):\n%s", diff)
	}
}

// TestNewsIsNotWaitedFor: each step wakes the next one; nothing waits for Poll.
func TestNewsIsNotWaitedFor(t *testing.T) {
	h := newHouse(t, func(c *bridge.Configuration) { c.Partners[0].Agreements[0].Events = []string{"app"} })
	h.opts = func(o *bridge.Options) { o.Poll = time.Hour }
	h.make()
	accepted := false
	h.run(func() bool {
		if !accepted {
			h.accept("acme", file{sets: []set{{po: "1"}}}.String())
			accepted = true
		}
		return len(h.app.keys()) == 1
	})
}

// TestStaleIsLeft: what another worker claimed meanwhile is left to it, and the
// rest goes on.
func TestStaleIsLeft(t *testing.T) {
	h := newHouse(t)
	lost := h.accept("acme", file{sets: []set{{po: "1"}}}.String())
	mine := h.accept("globex", file{from: "GLOBEX", sets: []set{{po: "1"}}}.String())
	h.opened(bridgetest.NewFaults(bridgetest.Fault{Point: "Commit", Nth: 1, When: bridgetest.Before, Do: func() error {
		h.wait(time.Hour)
		_, err := h.store.Claim(t.Context(), bridge.ClaimQuery{Step: bridge.StepTranslate, Owner: "another", Limit: 1, Now: h.now(), Until: h.now().Add(time.Minute)})
		return err
	}}))
	if n, err := h.b.Pass(t.Context(), bridge.StepTranslate); n != 2 || err != nil {
		t.Errorf("got %d, %v; want both looked at", n, err)
	}
	if h.state(lost) != bridge.Accepted || h.state(mine) != bridge.Translated {
		t.Errorf("they are %s and %s, want accepted and translated", h.state(lost), h.state(mine))
	}
	h.wait(time.Hour)
	h.drain()
	h.check(true)
}
