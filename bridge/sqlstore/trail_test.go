package sqlstore

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/edibridge/edibridge/archive"
	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/bridge/views"
	"github.com/edibridge/edibridge/canonical"
	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/transports"
)

// trade is traffic for measurements: what partners send, and how far it has come.
type trade struct {
	files    int // of a round
	partners int // who send them in turns
	orders   int // in each file
	until    bridge.State
}

// The traffic of measurements: a history of what has ended, and backlogs.
func history(partners int) trade {
	return trade{files: 100, partners: partners, orders: 1, until: bridge.Delivered}
}
func toDeliver(partners int) trade {
	return trade{files: 100, partners: partners, orders: 24, until: bridge.Pending}
}
func toTranslate(partners int) trade {
	return trade{files: 500, partners: partners, until: bridge.Accepted}
}

// play has a store go through the files of one round.
func (t trade) play(tb testing.TB, s *Store, nth int64) {
	tb.Helper()
	t.playOn(tb, s, s, nth)
}

// playOn is play by way of another store that passes on to it.
func (t trade) playOn(tb testing.TB, s *Store, by bridge.Store, nth int64) {
	tb.Helper()
	at := t.at(nth)
	s.opt.Now = func() time.Time { return at }
	for _, step := range []bridge.Step{bridge.StepTranslate, bridge.StepDeliver} { // turns are a process's own memory
		s.rota.set(step, turns{map[bridge.Lane]string{}, map[bridge.Lane]int{}})
	}
	for i := range t.files {
		f := file{trade: t, store: by, number: nth*int64(t.files) + int64(i) + 1, id: t.id(nth, i), partner: fmt.Sprintf("P%03d", i%t.partners), at: at}
		if err := f.run(tb.Context()); err != nil {
			tb.Fatal(err)
		}
	}
	s.opt.Now = time.Now
}

// at is when the files of a round come.
func (t trade) at(nth int64) time.Time { return benchStart.Add(time.Duration(nth) * time.Minute) }

// id is that of a file of a round: drawn, and beginning with its time.
func (t trade) id(nth int64, i int) bridge.ID {
	drawn := sha256.Sum256(fmt.Append(nil, nth, i))
	binary.BigEndian.PutUint64(drawn[:8], uint64(t.at(nth).UnixMilli()+int64(i))<<16|uint64(drawn[7]))
	return bridge.ID(transports.FormatID([16]byte(drawn[:16])))
}

// file is one of them.
type file struct {
	trade
	store   bridge.Store
	number  int64 // from 1
	id      bridge.ID
	partner string
	at      time.Time
}

// run takes the file as far as it is to come: accepted; translated into an event for
// each order and a 997; each of these delivered, with the answer of whom it went to.
func (f *file) run(ctx context.Context) error {
	if _, err := f.store.Accept(ctx, f.acceptance()); err != nil || f.until == bridge.Accepted {
		return err
	}
	if err := f.translate(ctx); err != nil || f.until == bridge.Pending {
		return err
	}
	for range f.orders + 1 {
		if err := f.deliver(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (f *file) acceptance() bridge.Acceptance {
	t := bridge.Transmission{ID: f.id, Kind: bridge.KindFile, Endpoint: "sftp", Peer: f.partner, Name: fmt.Sprintf("PO%09d.edi", f.number),
		Body: benchObject("sftp/"+f.partner, f.number), Created: f.at, Header: map[string]string{"client": "SSH-2.0-OpenSSH_9.2", "path": "/in"}}
	t.Body.Size = 900 * int64(f.orders+1)
	leaf := f.leaf(archive.LeafRawIn, &t)
	return bridge.Acceptance{Transmission: t, Leaf: leaf}
}

// leaf is that of a Transmission's body.
func (f *file) leaf(kind archive.LeafKind, t *bridge.Transmission, parents ...string) archive.Leaf {
	t.Leaf = string(t.ID)
	return archive.Leaf{Kind: kind, ID: t.Leaf, Time: f.at, Object: t.Body.Stored, Length: t.Body.Length, Commit: archive.Commit(t.Body.Salt, t.Body.SHA256), Size: t.Body.Size, Parents: parents}
}

func (f *file) claim(ctx context.Context, step bridge.Step) (bridge.Claim, error) {
	cs, err := f.store.Claim(ctx, bridge.ClaimQuery{Step: step, Owner: "bench", Limit: 1, Now: f.at, Until: f.at.Add(time.Minute)})
	if err == nil && len(cs) == 0 {
		err = bridge.ErrNotFound
	}
	if err != nil {
		return bridge.Claim{}, err
	}
	return cs[0], nil
}

// translate takes the file's orders in.
func (f *file) translate(ctx context.Context) error {
	c, err := f.claim(ctx, bridge.StepTranslate)
	if err != nil {
		return err
	}
	t := &c.Transmission
	ack := bridge.FollowID(t.ID, bridge.KindAcknowledgment, "1/1", "mailbox")
	numbers, err := f.store.Reserve(ctx, c, []bridge.Scope{{Series: "ISA US " + f.partner, For: ack, Max: 999_999_999}, {Series: "GS US " + f.partner, For: ack, Max: 999_999_999}})
	if err != nil {
		return err
	}
	for i := range numbers {
		numbers[i].State = bridge.NumberUsed
	}
	control := fmt.Sprintf("%09d", f.number)
	r := bridge.Result{State: bridge.Translated, Partner: f.partner, Agreement: "orders", Set: "850", Control: control, Standard: edi.X12, Mode: edi.Production,
		Config: archive.Sum([]byte("configuration")).String(), Keys: []canonical.Key{{Scheme: "control", Value: control}}}
	r.Cursor = bridge.Cursor{Slices: 1, Documents: f.orders, Groups: 1, Interchanges: 1}
	r.Numbers = numbers
	r.Sees = []bridge.Seen{{SeenKey: bridge.SeenKey{Kind: "bytes", Value: f.partner + " " + t.Body.SHA256.String()}, Transmission: t.ID},
		{SeenKey: bridge.SeenKey{Kind: "control", Value: "X12 ZZ/" + f.partner + " ZZ/US " + control}, Transmission: t.ID, Digest: "1"}}
	for i := range f.orders {
		f.order(&r.Slice, t, i+1)
	}
	f.acknowledge(&r.Slice, t, ack, numbers[0].Value)
	return f.store.Commit(ctx, c, r)
}

// order adds the nth order of a file to a slice: the document, what it says, and its
// event.
func (f *file) order(s *bridge.Slice, t *bridge.Transmission, nth int) {
	number := fmt.Sprintf("%s-%08d", f.partner, f.number*int64(f.orders)+int64(nth))
	keys := []canonical.Key{{Scheme: "po", Value: number}, {Scheme: "customer", Value: "C-" + number}}
	d := bridge.Document{ID: bridge.DocumentID(t.ID, 1, 1, nth), Transmission: t.ID, Ordinal: nth, Interchange: 1, Group: 1, Set: nth,
		State: bridge.DocumentAccepted, Verdict: "accepted", Standard: edi.X12, Type: "850", Version: "004010", Control: fmt.Sprintf("%04d", nth), GroupControl: strconv.FormatInt(f.number, 10),
		InterchangeControl: fmt.Sprintf("%09d", f.number), Partner: f.partner, Agreement: "orders", Mode: edi.Production, Offset: int64(900 * nth), Length: 900,
		Keys: keys, Guide: "X12 004010 850@3f2a51c0d6e4b798", Mapping: "850 to order@91b3c7d2e0f5a846", Mapped: 55, Elements: 58}
	s.Documents = append(s.Documents, d)
	s.Facts = append(s.Facts, bridge.Fact{Fact: views.Fact{View: views.ViewOrder, Subject: number, Data: json.RawMessage(benchFact)}, Ordinal: nth})
	s.Sees = append(s.Sees, bridge.Seen{SeenKey: bridge.SeenKey{Kind: "document", Value: f.partner + " production order/" + number},
		Transmission: t.ID, Document: d.ID, Digest: archive.Sum([]byte(number)).String()})
	e := bridge.Transmission{ID: bridge.FollowID(t.ID, bridge.KindEvent, d.ID, "erp"), Kind: bridge.KindEvent, Endpoint: "erp", Partner: f.partner, Agreement: "orders", Causes: []bridge.ID{t.ID},
		Ordinal: nth, OrderKey: f.partner + "/order/" + number, ContentType: "application/cloudevents+json", Body: benchObject("", -f.number<<16-int64(nth)), Created: f.at,
		Standard: edi.X12, Set: "850", Control: d.Control, Mode: edi.Production, Keys: keys, Config: archive.Sum([]byte("configuration")).String()}
	leaf := f.leaf(archive.LeafEvent, &e, t.Leaf)
	s.Follows, s.Leaves = append(s.Follows, e), append(s.Leaves, leaf)
}

// acknowledge adds the 997 of a file, with the time by which it has to be given.
func (f *file) acknowledge(s *bridge.Slice, t *bridge.Transmission, id bridge.ID, control int64) {
	a := bridge.Transmission{ID: id, Kind: bridge.KindAcknowledgment, Endpoint: "mailbox", Peer: f.partner, Partner: f.partner, Agreement: "orders", Causes: []bridge.ID{t.ID},
		Ordinal: f.orders + 1, Name: fmt.Sprintf("997-%09d.edi", control), ContentType: "application/edi-x12", Body: benchObject("", -f.number<<16), Created: f.at,
		Standard: edi.X12, Set: "997", Control: fmt.Sprintf("%09d", control), Mode: edi.Production, Keys: []canonical.Key{{Scheme: "control", Value: strconv.FormatInt(control, 10)}}}
	leaf := f.leaf(archive.LeafAck, &a, t.Leaf)
	s.Follows, s.Leaves = append(s.Follows, a), append(s.Leaves, leaf)
	s.Expects = append(s.Expects, bridge.Expectation{ID: bridge.ExpectationID(string(id), "997"), Owes: bridge.OwedByUs, Transmission: id, Acknowledgment: "997",
		Partner: f.partner, Agreement: "orders", Standard: edi.X12, Mode: edi.Production, Functional: "PO", Sender: "ZZ/" + f.partner, Receiver: "ZZ/US",
		Interchange: fmt.Sprintf("%09d", f.number), Group: strconv.FormatInt(f.number, 10), Within: time.Hour, State: bridge.ExpectAwaited, Created: f.at, Due: f.at.Add(time.Hour)})
}

// deliver hands one of the file's follow-ups over: an event is answered, an
// acknowledgment lies in a mailbox and is taken.
func (f *file) deliver(ctx context.Context) error {
	c, err := f.claim(ctx, bridge.StepDeliver)
	if err != nil {
		return err
	}
	t := &c.Transmission
	if err := f.store.Attempt(ctx, c, bridge.Wire{Key: string(t.ID), At: f.at}); err != nil {
		return err
	}
	seen := bridge.Evidence{Transmission: t.ID, Attempt: 1, Kind: "http-response", At: f.at, Detail: map[string]string{"status": "202"}, Body: benchObject("", -f.number<<16-int64(t.Ordinal)-1<<15)}
	taken := archive.Leaf{Kind: archive.LeafEvidence, ID: string(bridge.FollowID(t.ID, "evidence", "1", "")), Time: f.at, Parents: []string{t.Leaf}}
	seen.Leaf = taken.ID
	handed := archive.Leaf{Kind: archive.LeafDelivery, ID: string(bridge.FollowID(t.ID, "delivery", "", "")), Time: f.at, Parents: []string{t.Leaf}}
	if t.Kind == bridge.KindEvent {
		taken.Object, taken.Length = seen.Body.Stored, seen.Body.Length
		return f.store.Commit(ctx, c, bridge.Result{State: bridge.Delivered, At: f.at, Evidence: []bridge.Evidence{seen}, Slice: bridge.Slice{Leaves: []archive.Leaf{taken, handed}}})
	}
	if err := f.store.Commit(ctx, c, bridge.Result{State: bridge.Available, At: f.at, Slice: bridge.Slice{Leaves: []archive.Leaf{handed}}}); err != nil {
		return err
	}
	seen.Kind, seen.Detail, seen.Body = "mailbox-taken", map[string]string{"how": "read"}, archive.Object{}
	return f.store.Take(ctx, t.ID, seen, []archive.Leaf{taken})
}
