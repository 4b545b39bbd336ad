package bridge_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/bridge/bridgetest"
	"github.com/edibridge/edibridge/canonical"
	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/mappings"
	"github.com/edibridge/edibridge/mappings/celexpr"
	"github.com/edibridge/edibridge/transports"
)

// replay runs a job over all that is selected, under cfg, and gives its items.
func (h *house) replay(job bridge.ID, s bridge.Selection, cfg *bridge.Configuration) []bridge.ReplayItem {
	h.t.Helper()
	j, err := h.store.BeginReplay(h.t.Context(), bridge.ReplayJob{ID: job, Created: h.now(), By: "ann", Config: cfg.Digest, Selection: s})
	if err != nil {
		h.t.Fatal(err)
	}
	r := bridge.Replayer{Store: h.store, Bodies: h.bodies, Config: cfg, Record: h.store.RecordReplay}
	if err := r.Run(h.t.Context(), j, nil); err != nil {
		h.t.Fatal(err)
	}
	return h.items(job)
}

func (h *house) items(job bridge.ID) []bridge.ReplayItem {
	h.t.Helper()
	var items []bridge.ReplayItem
	for it, err := range h.store.ReplayItems(h.t.Context(), bridge.ItemQuery{Job: job}) {
		if err != nil {
			h.t.Fatal(err)
		}
		items = append(items, it)
	}
	return items
}

// promote promotes one item twice and wants the second time to change nothing.
func (h *house) promote(o bridge.PromoteOrder) bridge.Promoted {
	h.t.Helper()
	o.By, o.Reason = "ann", "mended"
	p, err := h.b.Promote(h.t.Context(), o)
	if err != nil {
		h.t.Fatal(err)
	}
	before := h.audit()
	if again, err := h.b.Promote(h.t.Context(), o); err != nil || again.Deliveries != 0 || again.Repaired {
		h.t.Errorf("promoted again\n got %+v, %v\nwant nothing done", again, err)
	}
	if got := h.audit(); got != before {
		h.t.Errorf("promoted again, the store\n got %s\nwant %s", got, before)
	}
	return p
}

// audit is everything that the store holds, as text.
func (h *house) audit() string {
	h.t.Helper()
	var b strings.Builder
	err := h.store.Audit(h.t.Context(), func(r bridge.Record) error {
		text, err := json.Marshal(r)
		b.Write(append(text, '\n'))
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return b.String()
}

// changed is the test's configuration with another mapping of orders.
func changed(t *testing.T, rows string) *bridge.Configuration {
	t.Helper()
	cfg := testConfiguration(t)
	table := "mapping acme extends order <-> X12 850\n" + rows
	lib, err := cfg.Mappings.With(celexpr.New()).Extend(fstest.MapFS{"acme.map": {Data: []byte(table)}})
	if err != nil {
		t.Fatal(err)
	}
	cfg.Mappings, cfg.Digest = lib, "changed"
	for _, a := range cfg.Partners[0].Agreements {
		a.Mapping = "acme"
	}
	return cfg
}

// events gives the bodies of what an endpoint got, in order.
func (a *app) events(t *testing.T) []canonical.Event {
	t.Helper()
	a.mu.Lock()
	defer a.mu.Unlock()
	var out []canonical.Event
	for _, c := range a.got {
		var ev canonical.Event
		if err := json.Unmarshal([]byte(c.body), &ev); err != nil {
			t.Fatal(err)
		}
		if ev.ID != c.key {
			t.Errorf("event %s came under the key %s", ev.ID, c.key)
		}
		out = append(out, ev)
	}
	return out
}

// TestReplaySame: under the configuration that it was translated by nothing
// would change, and trying it changes nothing.
func TestReplaySame(t *testing.T) {
	h := newHouse(t)
	h.opts = func(o *bridge.Options) { o.SliceSets = 2 }
	h.make()
	h.take("acme", file{ack: "1", sets: []set{{po: "1"}, {po: "2", bad: true}, {po: "3"}}}.String())
	h.take("acme", file{ack: "1", sets: []set{{po: "1"}, {po: "2", bad: true}, {po: "3"}}}.String()) // the same bytes
	h.take("globex", file{from: "GLOBEX", control: 2, sets: []set{{po: "4"}, {po: "4"}, {po: "4", amount: 2}}}.String())
	h.take("globex", file{from: "GLOBEX", control: 2, sets: []set{{po: "5"}}}.String()) // the same control number
	h.take("globex", file{from: "NOBODY", control: 3, sets: []set{{po: "6"}}}.String())
	h.take("globex", "no interchange")
	before := h.audit()
	for _, it := range h.replay("job", bridge.Selection{}, h.cfg) {
		if it.Outcome != bridge.ReplaySame {
			t.Errorf("an item under the same configuration\n got %+v\nwant the same", it)
		}
	}
	if got := h.audit(); got != before {
		t.Errorf("the store after a dry run\n got %s\nwant %s", got, before)
	}
	j, err := h.store.ReplayJob(t.Context(), "job")
	if err != nil || !j.Done || j.Files != 6 || j.Changed != 0 || j.Failed != 0 || j.By != "ann" {
		t.Errorf("job\n got %+v, %v\nwant 6 files, done", j, err)
	}
}

// TestReplayChanged: what another mapping would change is shown by field and
// delivery, and is delivered when it is promoted, to the endpoints asked for.
func TestReplayChanged(t *testing.T) {
	h := newHouse(t)
	id := h.take("acme", file{sets: []set{{po: "A1"}, {po: "2"}}}.String()).ID
	h.take("globex", file{from: "GLOBEX", sets: []set{{po: "3"}}}.String())
	old := h.app.events(t)
	cfg := changed(t, "PO1/PO104  -\n")
	before := h.audit()
	items := h.replay("job", bridge.Selection{Partner: "acme"}, cfg)
	if got := h.audit(); got != before {
		t.Errorf("the store after a dry run\n got %s\nwant %s", got, before)
	}
	if len(items) != 1 || items[0].Transmission != id {
		t.Fatalf("items\n got %+v\nwant the one of acme", items)
	}
	it := items[0]
	if it.Outcome != bridge.ReplayChanged || it.Differing != 2 || it.Changed != 4 || it.Added+it.Removed != 0 || len(it.Details) != 2 {
		t.Fatalf("item\n got %+v\nwant two documents that differ in four deliveries", it)
	}
	if fields := it.Details[0].Fields; len(fields) == 0 || fields[0].Was != `"9.95"` || fields[0].Now != "" || !strings.HasPrefix(fields[0].Pointer, "/lines/0/") {
		t.Errorf("fields\n got %+v\nwant the price gone", it.Details[0].Fields)
	}

	p, err := h.b.Promote(t.Context(), bridge.PromoteOrder{Job: "job", Item: id})
	if err != nil || p.Refused == "" || p.Deliveries != 0 {
		t.Errorf("promoted under another configuration\n got %+v, %v\nwant it refused", p, err)
	}
	h.cfg = cfg
	if p := h.promote(bridge.PromoteOrder{Job: "job", Item: id, Targets: []string{"app"}}); p.Deliveries != 2 || p.Refused != "" {
		t.Errorf("promoted to one target\n got %+v\nwant two deliveries", p)
	}
	h.drain()
	fresh := h.app.events(t)[len(old):]
	if len(fresh) != 2 {
		t.Fatalf("delivered again\n got %d\nwant 2", len(fresh))
	}
	for _, ev := range fresh {
		was := false
		for _, o := range old {
			was = was || o.ID == ev.ReplayOf
		}
		if !was || ev.ID == ev.ReplayOf || strings.Contains(string(ev.Data), "9.95") {
			t.Errorf("event\n got %s replayof %s: %s\nwant a new id and the old one named", ev.ID, ev.ReplayOf, ev.Data)
		}
	}
	if p := h.promote(bridge.PromoteOrder{Job: "job", Item: id}); p.Deliveries != 2 {
		t.Errorf("promoted to the other target\n got %+v\nwant two deliveries", p)
	}
	if items := h.items("job"); items[0].Promoted != 4 {
		t.Errorf("promoted of the item\n got %d\nwant 4", items[0].Promoted)
	}
	h.drain()
	h.check(true)

	h.tracedAgain("A1", 3) // the decision, and an event to each of two endpoints
	h.forcedAgain(id, cfg)
}

// tracedAgain wants so many lines of a timeline to be about what was replayed.
func (h *house) tracedAgain(key string, want int) {
	h.t.Helper()
	tl, err := bridge.Trace(h.t.Context(), h.store, key, true)
	if err != nil {
		h.t.Fatal(err)
	}
	got := 0
	for _, e := range tl.Timeline {
		if e.What == "replayed" {
			got++
		}
	}
	if got != want {
		h.t.Errorf("lines replayed\n got %d\nwant %d: %+v", got, want, tl.Timeline)
	}
}

// forcedAgain: a second job sees what was promoted as what there is; forced, its
// two events go to an endpoint under the ids that they have.
func (h *house) forcedAgain(id bridge.ID, cfg *bridge.Configuration) {
	h.t.Helper()
	if again := h.replay("job2", bridge.Selection{Partner: "acme"}, cfg); again[0].Outcome != bridge.ReplaySame {
		h.t.Errorf("after the promotion\n got %+v\nwant the same", again[0])
	}
	delivered := len(h.app.events(h.t))
	if p := h.promote(bridge.PromoteOrder{Job: "job2", Item: id, Force: true, Targets: []string{"bus"}}); p.Deliveries != 2 {
		h.t.Errorf("forced\n got %+v\nwant two deliveries", p)
	}
	h.drain()
	h.check(true)
	for _, ev := range h.app.events(h.t)[delivered:] {
		if h.app.keys()[ev.ID] < 2 {
			h.t.Errorf("a forced delivery has the new id %s", ev.ID)
		}
	}
}

// TestReplayRepair: a file that was quarantined for want of an agreement is
// translated and answered as if it had come under the mended configuration.
func TestReplayRepair(t *testing.T) {
	h := newHouse(t)
	agreements := h.cfg.Partners[0].Agreements
	h.cfg.Partners[0].Agreements = nil
	id := h.take("acme", file{sets: []set{{po: "1"}, {po: "2"}}}.String()).ID
	if got := h.transmission(id).State; got != bridge.Quarantined {
		t.Fatalf("without an agreement\n got %s\nwant quarantined", got)
	}
	before, _ := h.outbound(id, bridge.KindAcknowledgment)
	mended := testConfiguration(t)
	mended.Partners[0].Agreements = agreements
	items := h.replay("job", bridge.Selection{State: "quarantined"}, mended)
	if len(items) != 1 || items[0].Repairs != 2 || items[0].Now != bridge.Translated || items[0].Blocked != "" {
		t.Fatalf("items\n got %+v\nwant one with two repairs", items)
	}
	h.cfg = mended
	if p := h.promote(bridge.PromoteOrder{Job: "job", Item: id, Targets: []string{"app"}}); p.Repaired || p.Refused == "" {
		t.Errorf("repaired for one target\n got %+v\nwant it refused", p)
	}
	if p := h.promote(bridge.PromoteOrder{Job: "job", Item: id}); !p.Repaired || p.Refused != "" {
		t.Errorf("repair\n got %+v\nwant it done", p)
	}
	h.check(false)
	h.drain()
	h.check(true)
	tr := h.transmission(id)
	if tr.State != bridge.Translated || tr.Total != 0 {
		t.Errorf("after the repair\n got %s with %d findings\nwant translated without", tr.State, tr.Total)
	}
	after, texts := h.outbound(id, bridge.KindAcknowledgment)
	if len(after) != len(before)+1 || !strings.Contains(texts[len(texts)-1], "AK9*A*2*2*2") {
		t.Errorf("acknowledgments\n got %d, %q\nwant one more, which accepts both", len(after), texts)
	}
	if got := len(h.app.keys()); got != 2 {
		t.Errorf("events\n got %d\nwant 2", got)
	}
	sums, err := h.store.Coverage(t.Context(), bridge.CoverageQuery{Partner: "acme"})
	if err != nil || len(sums) != 1 || sums[0].Documents != 2 || sums[0].Elements == 0 || sums[0].Mapped > sums[0].Elements {
		t.Errorf("coverage\n got %+v, %v\nwant two documents, each once", sums, err)
	}
	// The same bytes again are a repetition now.
	if again := h.take("acme", file{sets: []set{{po: "1"}, {po: "2"}}}.String()); again.State != bridge.Translated || len(h.app.keys()) != 2 {
		t.Errorf("the same file again\n got %s and %d events\nwant no new event", again.State, len(h.app.keys()))
	}
}

// TestReplayBlocked: what the partner was told is rejected is not accepted behind
// his back, unless it is forced.
func TestReplayBlocked(t *testing.T) {
	h := newHouse(t)
	id := h.take("acme", file{sets: []set{{po: "1"}, {po: "2", bad: true}}}.String()).ID
	waived := testConfiguration(t)
	waived.Partners[0].Agreements[0].WithErrors = true
	items := h.replay("job", bridge.Selection{Key: string(id)}, waived)
	if len(items) != 1 || items[0].Blocked == "" || items[0].Details[0].Was.Verdict != "rejected" {
		t.Fatalf("items\n got %+v\nwant a rejected document that would be accepted", items)
	}
	h.cfg = waived
	if p := h.promote(bridge.PromoteOrder{Job: "job", Item: id}); p.Repaired || p.Deliveries != 0 {
		t.Errorf("promoted\n got %+v\nwant nothing done", p)
	}
	if p := h.promote(bridge.PromoteOrder{Job: "job", Item: id, Force: true}); !p.Repaired {
		t.Errorf("forced\n got %+v\nwant a repair", p)
	}
	h.drain()
	h.check(true)
	if got := h.documents(id)[1].State; got != bridge.DocumentAccepted {
		t.Errorf("the document that was rejected\n got %s\nwant accepted", got)
	}
}

// TestReplayFaults: a job and its promotion, broken off before and after each of
// their calls and begun again, come to the same end.
func TestReplayFaults(t *testing.T) {
	sound := bridgetest.NewFaults()
	brokenReplay(t, sound)
	points := []bridgetest.Point{"Files", "Documents", "Effects", "Seen", "Get", "RecordReplay", "PutAll", "Promote", "ReplayItems", "Operate"}
	eachFault(t, sound, points, 2, func(t *testing.T, f bridgetest.Fault) {
		t.Parallel()
		happens(t, f, func(faults *bridgetest.Faults) { brokenReplay(t, faults) })
	})
}

func brokenReplay(t *testing.T, faults *bridgetest.Faults) {
	h := newHouse(t)
	agreements := h.cfg.Partners[0].Agreements
	h.cfg.Partners[0].Agreements = nil
	lost := h.take("acme", file{control: 2, sets: []set{{po: "3"}}}.String()).ID
	h.cfg.Partners[0].Agreements = agreements
	id := h.take("acme", file{sets: []set{{po: "1"}, {po: "2"}}}.String()).ID
	cfg := changed(t, "PO1/PO104  -\n")
	j, err := h.store.BeginReplay(t.Context(), bridge.ReplayJob{ID: "job", Created: h.now(), By: "ann"})
	if err != nil {
		t.Fatal(err)
	}
	store, bodies := faults.Store(h.store), faults.Bodies(h.bodies)
	for range 3 {
		r := bridge.Replayer{Store: store, Bodies: bodies, Config: cfg, Record: store.RecordReplay}
		if err := r.Run(t.Context(), j, nil); err != nil && !errors.Is(err, bridgetest.ErrFault) {
			t.Fatal(err)
		}
		if j, err = h.store.ReplayJob(t.Context(), "job"); err != nil {
			t.Fatal(err)
		}
	}
	if !j.Done || j.Files != 2 || j.Changed != 2 {
		t.Fatalf("job\n got %+v\nwant two files that would change", j)
	}
	h.cfg = cfg
	b := bridge.New(bridge.Options{Store: store, Bodies: bodies, Config: func() *bridge.Configuration { return cfg }, Now: h.now})
	for range 4 {
		for _, item := range []bridge.ID{id, lost} {
			if _, err := b.Promote(context.Background(), bridge.PromoteOrder{Job: "job", Item: item, By: "ann"}); err != nil && !errors.Is(err, bridgetest.ErrFault) {
				t.Fatal(err)
			}
		}
		h.check(false)
	}
	h.drain()
	h.check(true)
	if got := len(h.app.keys()); got != 5 { // two orders, both again, and the one that was lost
		t.Errorf("distinct events\n got %d\nwant 5", got)
	}
}

// TestResubmit: mended bytes take the place of what is dead or quarantined; both
// stay, the old one let go.
func TestResubmit(t *testing.T) {
	h := newHouse(t)
	bad := h.take("acme", "no interchange").ID
	mended := func(id bridge.ID, body string) (bridge.ID, error) {
		return h.b.Resubmit(t.Context(), bridge.Mended{ID: id, By: "ann", Reason: "mended by hand", Body: strings.NewReader(body)})
	}
	fresh, err := mended(bad, file{sets: []set{{po: "1"}}}.String())
	if err != nil {
		t.Fatal(err)
	}
	h.drain()
	h.check(true)
	old, now := h.transmission(bad), h.transmission(fresh)
	if old.State != bridge.Discarded || old.Reason != "resubmit by ann: mended by hand" || now.State != bridge.Translated || now.Causes[0] != bad {
		t.Errorf("resubmitted\n got %s (%s) and %s of %v\nwant discarded and translated", old.State, old.Reason, now.State, now.Causes)
	}
	if _, err := mended(bad, "again"); !errors.Is(err, bridge.ErrConflict) {
		t.Errorf("a second time\n got %v\nwant %v", err, bridge.ErrConflict)
	}

	h.app.fail = func(int, *transports.Delivery) error {
		return &transports.Failure{Err: errors.New("410 gone"), Permanent: true}
	}
	h.take("globex", file{from: "GLOBEX", sets: []set{{po: "7"}}}.String())
	h.app.fail = nil
	dead, err := h.store.List(t.Context(), bridge.ListQuery{States: []bridge.State{bridge.Dead}})
	if err != nil || len(dead) != 1 {
		t.Fatalf("dead\n got %v, %v\nwant one", dead, err)
	}
	if _, err := mended(dead[0].ID, "no event"); err == nil {
		t.Error("what is no event went out as one")
	}
	event, err := mended(dead[0].ID, strings.Replace(h.body(dead[0].Body), "9.95", "9.05", 1))
	if err != nil {
		t.Fatal(err)
	}
	h.drain()
	h.check(true)
	events := h.app.events(t)
	last := events[len(events)-1]
	if last.ReplayOf != dead[0].Key || last.ID == last.ReplayOf || !strings.Contains(string(last.Data), "9.05") || h.transmission(event).State != bridge.Delivered {
		t.Errorf("mended event\n got %+v\nwant a new id and the old one named", last)
	}
}

// TestDrift: what a known partner never sent before is told once; coverage is
// summed up by day.
func TestDrift(t *testing.T) {
	h := newHouse(t)
	h.opts = func(o *bridge.Options) { o.Learn = 2 }
	h.make()
	for i := range 3 {
		h.take("acme", file{control: i + 1, sets: []set{{po: fmt.Sprint(i)}}}.String())
	}
	if fs, err := h.store.Features(t.Context(), bridge.FeatureQuery{}); err != nil || len(fs) != 0 {
		t.Errorf("while nothing is new\n got %v, %v\nwant no drift", fs, err)
	}
	h.make() // a process that starts knows what was known
	body := strings.Replace(strings.Replace(file{control: 9, sets: []set{{po: "9"}, {po: "10"}}}.String(), "~PO1", "~REF*DP*7~PO1", -1), "SE*5", "SE*6", -1)
	id := h.take("acme", body).ID
	fs, err := h.store.Features(t.Context(), bridge.FeatureQuery{Partner: "acme"})
	if err != nil || len(fs) != 2 || fs[0].Name != "REF" || fs[1].Name != "REF:DP" || fs[0].Transmission != id || !fs[0].At.Equal(h.now()) {
		t.Errorf("drift\n got %+v, %v\nwant REF and its qualifier", fs, err)
	}
	var told []string
	for _, d := range h.documents(id) {
		for _, f := range d.Findings {
			if f.Severity == edi.Info {
				told = append(told, fmt.Sprint(d.Ordinal, " ", f.Rule, " ", f.Path))
			}
		}
	}
	want := "[1 mapping.drift.segment ISA[1]/GS[1]/ST[1]/REF[1] 1 mapping.drift.qualifier ISA[1]/GS[1]/ST[1]/REF[1]/REF01]"
	if got := fmt.Sprint(told); got != want {
		t.Errorf("findings\n got %s\nwant %s", got, want)
	}
	h.wait(24 * time.Hour)
	h.take("acme", file{control: 10, sets: []set{{po: "11"}}}.String())
	sums, err := h.store.Coverage(t.Context(), bridge.CoverageQuery{})
	if err != nil || len(sums) != 2 || sums[0].Documents != 5 || sums[0].Day != "2026-11-23" || sums[1].Documents != 1 || sums[1].Day != "2026-11-24" {
		t.Errorf("coverage\n got %+v, %v\nwant five documents and one", sums, err)
	}
	for _, s := range sums {
		if s.Mapped == 0 || s.Mapped > s.Elements {
			t.Errorf("coverage of %s\n got %d of %d", s.Day, s.Mapped, s.Elements)
		}
	}
}

// TestLearn: a job with Learn makes what was received known, without an alarm.
func TestLearn(t *testing.T) {
	h := newHouse(t)
	id := h.take("acme", file{sets: []set{{po: "1"}}}.String()).ID
	lib, err := mappings.Standard()
	if err != nil {
		t.Fatal(err)
	}
	h.cfg.Mappings = lib
	h.cfg.Partners[1].Access = h.cfg.Partners[0].Access // the file is globex's now
	h.cfg.Partners[1].Identifiers, h.cfg.Partners[0].Identifiers = h.cfg.Partners[0].Identifiers, nil
	j, err := h.store.BeginReplay(t.Context(), bridge.ReplayJob{ID: "job", Created: h.now(), Learn: true, Selection: bridge.Selection{Key: "po:1"}})
	if err != nil {
		t.Fatal(err)
	}
	r := bridge.Replayer{Store: h.store, Bodies: h.bodies, Config: h.cfg, Record: h.store.RecordReplay}
	if err := r.Run(t.Context(), j, nil); err != nil {
		t.Fatal(err)
	}
	fs, err := h.store.Features(t.Context(), bridge.FeatureQuery{Partner: "globex", All: true})
	if err != nil || len(fs) == 0 || fs[0].Drift || fs[0].Transmission != id {
		t.Errorf("learned\n got %+v, %v\nwant what the file holds, and no drift", fs, err)
	}
}
