package bridge

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/edibridge/edibridge/transports"
)

// Accept takes custody of one delivery: the bytes are durable in the archive,
// then one commit makes the Transmission. It implements [transports.Handler].
//
// A Key seen before from the same endpoint and peer gives the first receipt
// again (Duplicate); with other bytes it is refused. While disk or backlog are at
// their limit nothing is taken: a [*BusyError]. A traceparent in its Header is gone
// on with; else a trace begins.
func (b *Bridge) Accept(ctx context.Context, d *transports.Delivery) (transports.Receipt, error) {
	cfg := b.o.Config()
	t := Transmission{Kind: KindFile}
	if p := cfg.partnerOf(d.Endpoint, d.Peer); p != nil {
		t.Partner, t.Lane, t.Lift, t.Ordered = p.ID, p.Lane, p.Aging.of(p.Lane, b.now()), p.Ordered
	}
	return b.accept(ctx, cfg, d, t)
}

// accept takes custody; t says what the Transmission is, d the rest.
func (b *Bridge) accept(ctx context.Context, cfg *Configuration, d *transports.Delivery, t Transmission) (transports.Receipt, error) {
	if d.ID == "" {
		d.ID = transports.NewID(b.now())
	}
	if err := b.Ready(ctx); err != nil {
		return transports.Receipt{}, fmt.Errorf("accept %s from %s: %w", d.ID, d.Peer, err)
	}
	end := b.observe(StageArchive)
	body := &limitReader{r: d.Body, left: cfg.Limits.file()}
	obj, err := b.o.Bodies.Put(ctx, bodyPeer(d.Endpoint, d.Peer), body)
	end()
	if b.check(err) != nil {
		if errors.Is(err, transports.ErrTooLarge) {
			return transports.Receipt{}, fmt.Errorf("accept %s from %s: %w", d.ID, d.Peer, transports.ErrTooLarge)
		}
		return transports.Receipt{}, fmt.Errorf("accept %s from %s: %w: %w", d.ID, d.Peer, transports.ErrBusy, err)
	}
	var answer []byte
	if d.Answer != nil {
		if answer, err = d.Answer(); err != nil {
			return transports.Receipt{}, fmt.Errorf("accept %s from %s: answer: %w", d.ID, d.Peer, err)
		}
	}
	now := b.now()
	t.ID, t.Direction, t.State = ID(d.ID), In, Accepted
	t.Endpoint, t.Peer, t.Key, t.Name = d.Endpoint, d.Peer, d.Key, d.Name
	t.ContentType, t.Header, t.Body = d.ContentType, d.Header, obj
	t.Created, t.Changed, t.NextAt, t.Config = now, now, now, cfg.Digest
	if given, ok := ParseTraceParent(d.Header[traceHeader]); ok && t.Trace.ID == (TraceID{}) {
		t.Trace = ContinueTrace(given)
	}
	if t.Trace.ID == (TraceID{}) {
		t.Trace = BeginTrace(t.ID)
	}
	leaf := bodyLeaf(leafAccepted, &t)
	t.Leaf = leaf.ID
	as, err := b.take(ctx, Acceptance{Transmission: t, Leaf: leaf, Answer: answer})
	switch {
	case errors.Is(err, ErrKeyReused):
		return transports.Receipt{}, fmt.Errorf("accept %s from %s: %w: %w", d.ID, d.Peer, transports.ErrRefused, err)
	case err != nil:
		return transports.Receipt{}, fmt.Errorf("accept %s from %s: %w: %w", d.ID, d.Peer, transports.ErrBusy, err)
	}
	r := transports.Receipt{ID: string(as.ID), Status: transports.Accepted, Size: obj.Size, SHA256: obj.SHA256, Answer: answer}
	if as.Duplicate {
		r.Status, r.Size, r.SHA256, r.Answer = transports.Duplicate, as.Body.Size, as.Body.SHA256, as.Answer
	}
	b.o.Log.Info("received", "transmission", r.ID, "endpoint", d.Endpoint, "peer", d.Peer, "name", d.Name,
		"size", r.Size, "sha256", obj.SHA256, "duplicate", as.Duplicate)
	return r, nil
}

// take commits an acceptance. Where there is a hand for its translation the commit
// leases it, and it begins at once.
func (b *Bridge) take(ctx context.Context, a Acceptance) (AcceptedAs, error) {
	t := &a.Transmission
	defer b.observeOf(StageAccept, t)()
	offered := b.translators.offer(t.Party())
	if offered {
		a.Lease = &Lease{b.o.Owner, t.Created.Add(b.o.Lease)}
	}
	as, err := b.o.Store.Accept(ctx, a)
	switch {
	case as.Claim != nil:
		b.translators.give(ctx, *as.Claim)
		return as, err
	case offered:
		b.translators.decline()
	}
	if err == nil {
		wake(b.translators.woken)
	}
	return as, err
}

// bodyPeer is whom bytes belong to in the archive: names that two endpoints
// authenticate are not the same peer.
func bodyPeer(endpoint, peer string) string { return endpoint + "/" + peer }

// limitReader fails with transports.ErrTooLarge behind its limit; io.LimitReader
// would cut in silence.
type limitReader struct {
	r    io.Reader
	left int64
}

func (l *limitReader) Read(p []byte) (int, error) {
	if int64(len(p)) > l.left+1 {
		p = p[:l.left+1]
	}
	n, err := l.r.Read(p)
	l.left -= int64(n)
	if l.left < 0 {
		return 0, transports.ErrTooLarge
	}
	return n, err
}
