package bridge_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/bridge/bridgetest"
	"github.com/edibridge/edibridge/bridge/sqlstore/pgtest"
	"github.com/edibridge/edibridge/transports"
)

// TestSettleFaults makes every call that waiting, being overdue and being
// settled make fail, before and after.
func TestSettleFaults(t *testing.T) {
	sound := bridgetest.NewFaults()
	settleFaulty(newHouse(t, awaits), sound)
	points := append(bridgetest.StorePoints(), bridgetest.BodyPoints()...)
	eachFault(t, sound, points, 4, func(t *testing.T, f bridgetest.Fault) {
		t.Parallel()
		settleFaulty(newHouse(t, awaits), bridgetest.NewFaults(f))
	})
}

// TestSettleFaultsOverPostgres does so once for each call that writes.
func TestSettleFaultsOverPostgres(t *testing.T) {
	server := pgtest.Start(t)
	open := func(t *testing.T) *house {
		h := newHouseOn(t, server.Database(t))
		awaits(h.cfg)
		return h
	}
	sound := bridgetest.NewFaults()
	settleFaulty(open(t), sound)
	eachFault(t, sound, []bridgetest.Point{"Commit", "Take", "ClaimOverdue", "Expire"}, 4, func(t *testing.T, f bridgetest.Fault) {
		settleFaulty(open(t), bridgetest.NewFaults(f))
	})
}

// settleFaulty sends an order, lets its time run out, and has the partner reject
// it then.
func settleFaulty(h *house, faults *bridgetest.Faults) {
	t := h.t
	h.opened(faults)
	until := func(what string, do func() error) {
		t.Helper()
		for range 4 {
			err := do()
			h.check(false)
			if err == nil {
				return
			}
		}
		t.Fatalf("%s: never done", what)
	}
	work := func() {
		t.Helper()
		for range 4 {
			if err := h.b.Drain(t.Context()); err != nil && !errors.Is(err, bridgetest.ErrFault) {
				t.Fatal(err)
			}
			h.check(false)
			h.wait(time.Hour)
		}
	}
	var doc bridge.ID
	until("submit", func() error {
		r, err := h.b.Submit(t.Context(), submission("4711", "EA", "k"))
		doc = bridge.ID(r.ID)
		return err
	})
	work()
	out, _ := h.outbound(doc, bridge.KindInterchange)
	until("take", func() error {
		ev := transports.Evidence{Kind: "mailbox-taken", At: h.now(), Bytes: []byte("read to the end")}
		return h.b.Mailbox().Taken(t.Context(), "sftp", "globex", string(out[0].ID), ev)
	})
	h.wait(48 * time.Hour)
	work()
	body := ack{control: 7, group: 1, status: "R"}.String()
	until("accept", func() error {
		_, err := h.b.Accept(t.Context(), &transports.Delivery{Endpoint: "sftp", Peer: "globex", Key: "ack", Body: strings.NewReader(body)})
		return err
	})
	work()
	h.check(true)
	e := h.expected(out[0].ID)
	if e.State != bridge.ExpectRejected || !e.Late || h.transmission(out[0].ID).State != bridge.Settled {
		t.Errorf("%+v", e)
	}
	h.wantTold(overdue, received, rejected)
}
