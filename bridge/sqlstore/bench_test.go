package sqlstore

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/edibridge/edibridge/archive"
	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/bridge/views"
	"github.com/edibridge/edibridge/canonical"
)

var benchStart = time.Date(2026, 11, 23, 9, 30, 0, 0, time.UTC)

// benchID is the nth of a kind of ids.
func benchID(kind string, n int64) bridge.ID {
	return bridge.FollowID(bridge.ID(kind), "", fmt.Sprint(n), "")
}

func benchObject(peer string, n int64) archive.Object {
	text := fmt.Appendf(nil, "%s %d", peer, n)
	return archive.Object{Peer: peer, SHA256: archive.Sum(text), Size: 900, Stored: archive.Sum(text[1:]), Pack: "2026-11-0000000001", Offset: n, Length: 400, Codec: archive.Zstd}
}

func benchAcceptance(n int64) bridge.Acceptance {
	t := bridge.Transmission{ID: benchID("in", n), Kind: bridge.KindFile, Endpoint: "sftp", Peer: "acme", Partner: "acme", Name: "po.edi",
		Body: benchObject("sftp/acme", n), Created: benchStart, Header: map[string]string{"client": "SSH-2.0-OpenSSH_9.2"}}
	leaf := archive.Leaf{Kind: archive.LeafRawIn, ID: string(t.ID), Time: benchStart, Object: t.Body.Stored, Length: t.Body.Length}
	t.Leaf = leaf.ID
	return bridge.Acceptance{Transmission: t, Leaf: leaf}
}

// stores runs a benchmark over both databases, each of which writes to this disk.
func stores(b *testing.B, run func(b *testing.B, open func(testing.TB) *Store)) {
	b.Run("store=sqlite", func(b *testing.B) { run(b, open) })
	b.Run("store=postgres", func(b *testing.B) {
		c := newCluster(b, "fsync=on")
		run(b, c.empty)
	})
}

// BenchmarkFloor commits one row per transaction, from one goroutine: what this
// disk and SQLite give with the same settings when nothing is grouped.
func BenchmarkFloor(b *testing.B) {
	b.Run("store=sqlite", floorSQLite)
	b.Run("store=postgres", floorPostgres)
}

func floorPostgres(b *testing.B) {
	c := newCluster(b, "fsync=on")
	c.do(b, "CREATE TABLE row (id TEXT PRIMARY KEY, body BYTEA)")
	conn, err := pgx.Connect(b.Context(), c.address)
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close(context.Background())
	body := make([]byte, 500)
	for n := int64(0); b.Loop(); n++ {
		if _, err := conn.Exec(b.Context(), "INSERT INTO row (id, body) VALUES ($1, $2)", benchID("row", n), body); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "commits/s")
}

func floorSQLite(b *testing.B) {
	db, err := sql.Open("sqlite", dsn(filepath.Join(b.TempDir(), "floor.db"), "rwc", busyTimeout, "journal_mode(WAL)", "synchronous(FULL)"))
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	if _, err := db.Exec("CREATE TABLE row (id TEXT PRIMARY KEY, body BLOB) STRICT"); err != nil {
		b.Fatal(err)
	}
	st, err := db.Prepare("INSERT INTO row (id, body) VALUES ($1, $2)")
	if err != nil {
		b.Fatal(err)
	}
	body := make([]byte, 500)
	for n := int64(0); b.Loop(); n++ {
		if _, err := st.Exec(benchID("row", n), body); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "commits/s")
}

func BenchmarkAccept(b *testing.B) {
	stores(b, benchAccepts)
}

func benchAccepts(b *testing.B, open func(testing.TB) *Store) {
	for _, senders := range []int{1, 64} {
		b.Run(fmt.Sprintf("senders=%d", senders), func(b *testing.B) {
			s := open(b)
			var n atomic.Int64
			each(b, senders, func() error {
				_, err := s.Accept(context.Background(), benchAcceptance(n.Add(1)))
				return err
			})
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "accepts/s")
		})
	}
}

// each runs do b.N times in all from so many goroutines.
func each(b *testing.B, goroutines int, do func() error) {
	var left atomic.Int64
	left.Store(int64(b.N))
	done := make(chan error, goroutines)
	b.ResetTimer()
	for range goroutines {
		go func() {
			for left.Add(-1) >= 0 {
				if err := do(); err != nil {
					done <- err
					return
				}
			}
			done <- nil
		}()
	}
	for range goroutines {
		if err := <-done; err != nil {
			b.Error(err)
		}
	}
	b.StopTimer()
}

// BenchmarkFlow takes one small file through all its commits: accept,
// translate with a document, a 997 and an event, and both deliveries.
func BenchmarkFlow(b *testing.B) {
	stores(b, benchFlows)
}

func benchFlows(b *testing.B, open func(testing.TB) *Store) {
	s := open(b)
	var n atomic.Int64
	each(b, 64, func() error {
		_, err := s.Accept(context.Background(), benchAcceptance(n.Add(1)))
		if err == nil {
			err = benchTranslate(s, 1)
		}
		for range 2 {
			if err == nil {
				err = benchDeliver(s)
			}
		}
		return err
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "files/s")
}

func benchClaim(s *Store, step bridge.Step) ([]bridge.Claim, error) {
	return s.Claim(context.Background(), bridge.ClaimQuery{Step: step, Owner: "bench", Limit: 1, Now: benchStart, Until: benchStart.Add(time.Hour)})
}

// benchTranslate ends one translation with so many documents.
func benchTranslate(s *Store, documents int) error {
	cs, err := benchClaim(s, bridge.StepTranslate)
	if err != nil || len(cs) == 0 {
		return err
	}
	r := bridge.Result{State: bridge.Translated, Slice: benchSlice(&cs[0].Transmission, 1, documents)}
	return s.Commit(context.Background(), cs[0], r)
}

// benchFact is what an order of two lines says.
const benchFact = `{"kind":"order","action":"original","order":"HH-104711","date":"2026-11-23","lines":[` +
	`{"id":"1","items":["GTIN 00614141000012","VN BL-100"],"quantity":[{"value":"24","unit":"EA"}]},` +
	`{"id":"2","items":["GTIN 00614141000029","VN BL-200"],"quantity":[{"value":"12","unit":"EA"}]}]}`

// benchSlice is the nth slice of a translation: documents with an event each,
// and one acknowledgment.
func benchSlice(t *bridge.Transmission, nth, documents int) bridge.Slice {
	s := bridge.Slice{Cursor: bridge.Cursor{Slices: nth, Documents: nth * documents}}
	follow := func(kind bridge.Kind, place string, i int) {
		f := bridge.Transmission{ID: bridge.FollowID(t.ID, kind, place, "erp"), Kind: kind, Endpoint: "erp", Causes: []bridge.ID{t.ID},
			Ordinal: i, OrderKey: "acme/order/" + string(t.ID) + place, Body: benchObject("", int64(i)<<32|t.Sequence), Created: benchStart, Key: place, Leaf: place,
			Keys: []canonical.Key{{Scheme: "po", Value: place}}}
		leaf := archive.Leaf{Kind: archive.LeafEvent, ID: string(f.ID), Time: benchStart, Object: f.Body.Stored, Length: 400, Parents: []string{t.Leaf}}
		s.Follows, s.Leaves = append(s.Follows, f), append(s.Leaves, leaf)
	}
	for i := range documents {
		ordinal := (nth-1)*documents + i + 1
		d := bridge.Document{ID: bridge.DocumentID(t.ID, 1, 1, ordinal), Transmission: t.ID, Ordinal: ordinal, Interchange: 1, Group: 1, Set: ordinal,
			State: bridge.DocumentAccepted, Verdict: "accepted", Type: "850", Version: "004010", Control: fmt.Sprint(ordinal), GroupControl: "905",
			Partner: "acme", Agreement: "orders", Offset: int64(1000 * ordinal), Length: 900,
			Keys: []canonical.Key{{Scheme: "po", Value: fmt.Sprint(t.ID, ordinal)}, {Scheme: "control", Value: "905"}}}
		s.Documents = append(s.Documents, d)
		s.Facts = append(s.Facts, bridge.Fact{Fact: views.Fact{View: views.ViewOrder, Subject: fmt.Sprint(t.ID, ordinal), Data: json.RawMessage(benchFact)}, Ordinal: ordinal})
		follow(bridge.KindEvent, d.ID, ordinal)
	}
	follow(bridge.KindAcknowledgment, fmt.Sprint("1/", nth), nth*documents+documents)
	return s
}

// benchDeliver delivers what is due first.
func benchDeliver(s *Store) error {
	cs, err := benchClaim(s, bridge.StepDeliver)
	if err != nil || len(cs) == 0 {
		return err
	}
	return deliverClaim(s, cs[0])
}

// deliverClaim attempts and ends a delivery.
func deliverClaim(s *Store, c bridge.Claim) error {
	ctx, t := context.Background(), c.Transmission
	if err := s.Attempt(ctx, c, bridge.Wire{Key: t.Key}); err != nil {
		return err
	}
	leaf := archive.Leaf{Kind: archive.LeafDelivery, ID: string(bridge.FollowID(t.ID, "delivery", "", "")), Time: benchStart, Parents: []string{t.Leaf}}
	return s.Commit(ctx, c, bridge.Result{State: bridge.Delivered, Slice: bridge.Slice{},
		Evidence: []bridge.Evidence{{Transmission: t.ID, Attempt: 1, Kind: "http-response", At: benchStart, Leaf: leaf.ID}}})
}

// fill makes a backlog of pending deliveries: files of 500 events each.
func fill(tb testing.TB, s *Store, pending int) {
	tb.Helper()
	for n := int64(1); int(n) <= pending/500; n++ {
		if _, err := s.Accept(context.Background(), benchAcceptance(n)); err != nil {
			tb.Fatal(err)
		}
		if err := benchTranslate(s, 499); err != nil {
			tb.Fatal(err)
		}
	}
}

// BenchmarkClaim claims 16 of a backlog and gives them back: of a hundred partners,
// and of one.
func BenchmarkClaim(b *testing.B) {
	places(b, func(b *testing.B, at place) {
		for _, partners := range []int{100, 1} {
			b.Run(fmt.Sprintf("partners=%d/translate", partners), func(b *testing.B) { toTranslate(partners).claims(b, at.next(b), bridge.StepTranslate) })
			b.Run(fmt.Sprintf("partners=%d/deliver", partners), func(b *testing.B) { toDeliver(partners).claims(b, at.next(b), bridge.StepDeliver) })
		}
	})
}

// claims measures claims of a step beside backlogs of three sizes.
func (t trade) claims(b *testing.B, at place, step bridge.Step) {
	p := t.learn(b, at)
	for _, pending := range []int{10_000, 100_000, 1_000_000} {
		b.Run(fmt.Sprintf("pending=%d", pending), func(b *testing.B) {
			t.grow(b, p, at, pending/max(1, t.orders+1))
			s, done := at.open(b)
			defer done()
			q := bridge.ClaimQuery{Step: step, Owner: "bench", Limit: 16, Now: benchStart, Until: benchStart.Add(time.Hour)}
			var claiming, releasing time.Duration
			measure(b, s, func(n int) error {
				if n == 1 {
					claiming, releasing = 0, 0
				}
				began := time.Now()
				cs, err := s.Claim(b.Context(), q)
				claiming += time.Since(began)
				err = wanted(len(cs), q.Limit, err)
				began = time.Now()
				for i := 0; err == nil && i < len(cs); i++ {
					err = s.Release(b.Context(), cs[i], time.Time{})
				}
				releasing += time.Since(began)
				return err
			})
			b.ReportMetric(float64(claiming.Microseconds())/float64(b.N), "µs/claim")
			b.ReportMetric(float64(releasing.Microseconds())/float64(b.N), "µs/release")
		})
	}
}

// BenchmarkSlices translates one file of 10,000 sets in slices of 500 and
// releases its events.
func BenchmarkSlices(b *testing.B) {
	stores(b, benchSlicess)
}

func benchSlicess(b *testing.B, open func(testing.TB) *Store) {
	s := open(b)
	ctx := context.Background()
	advancing, releasing := time.Duration(0), time.Duration(0)
	for n := int64(1); b.Loop(); n++ {
		if _, err := s.Accept(ctx, benchAcceptance(n)); err != nil {
			b.Fatal(err)
		}
		cs, err := benchClaim(s, bridge.StepTranslate)
		if err != nil {
			b.Fatal(err)
		}
		for nth := 1; nth <= 20; nth++ {
			slice := benchSlice(&cs[0].Transmission, nth, 500)
			begin := time.Now()
			if err := s.Advance(ctx, cs[0], slice, benchStart.Add(time.Hour)); err != nil {
				b.Fatal(err)
			}
			advancing += time.Since(begin)
		}
		begin := time.Now()
		if err := s.Commit(ctx, cs[0], bridge.Result{State: bridge.Translated, Slice: bridge.Slice{Cursor: bridge.Cursor{Slices: 21, Documents: 10_000}}}); err != nil {
			b.Fatal(err)
		}
		releasing += time.Since(begin)
	}
	b.ReportMetric(float64(advancing.Milliseconds())/float64(20*b.N), "ms/slice")
	b.ReportMetric(float64(releasing.Milliseconds())/float64(b.N), "ms/release")
}
