package bridge

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/edibridge/edibridge/archive"
	"github.com/edibridge/edibridge/transports"
)

// deliver carries out step 3 for one claim: the attempt is recorded, the bytes
// go out, the outcome is recorded with what the peer said.
func (b *Bridge) deliver(ctx context.Context, c Claim) error {
	defer b.observe(StageDeliver)()
	t := &c.Transmission
	if err := b.o.Store.Attempt(ctx, c, Wire{Name: t.Name, Key: t.Key}); err != nil {
		return fmt.Errorf("deliver %s: attempt: %w", t.ID, err)
	}
	t.Attempts++
	cfg := b.o.Config()
	ep, ok := cfg.Endpoints[t.Endpoint]
	if !ok {
		return b.failed(ctx, c, ep, fmt.Errorf("endpoint %q is not configured", t.Endpoint))
	}
	if !ep.takes(t.Mode) {
		return b.outcome(ctx, c, Result{State: Dead, Reason: fmt.Sprintf("it is for %s, endpoint %q for %s", t.Mode, t.Endpoint, ep.Mode)}, nil)
	}
	if ep.Kind == EndpointMailbox {
		return b.outcome(ctx, c, Result{State: Available}, nil)
	}
	receipt, err := b.send(ctx, cfg, t)
	if err != nil {
		return b.failed(ctx, c, ep, err)
	}
	state := Sent
	if receipt.Status == transports.Delivered {
		state = Delivered
	}
	return b.outcome(ctx, c, Result{State: state}, receipt.Evidence)
}

func (b *Bridge) send(ctx context.Context, cfg *Configuration, t *Transmission) (transports.Receipt, error) {
	s, ok := b.o.Senders(cfg, t.Endpoint)
	if !ok {
		return transports.Receipt{}, fmt.Errorf("nothing sends to endpoint %q", t.Endpoint)
	}
	body, err := b.o.Bodies.Get(ctx, t.Body)
	if err != nil {
		return transports.Receipt{}, err
	}
	defer body.Close()
	ctx, cancel := context.WithTimeout(ctx, b.o.SendTimeout)
	defer cancel()
	return s.Send(ctx, &transports.Delivery{
		ID: string(t.ID), Key: t.Key, Endpoint: t.Endpoint, Peer: t.Peer, Name: t.Name,
		Size: t.Body.Size, ContentType: t.ContentType, Header: t.Header, Body: body,
	})
}

// outcome commits how an attempt ended, with the peer's words in the archive.
func (b *Bridge) outcome(ctx context.Context, c Claim, r Result, ev *transports.Evidence) error {
	t := &c.Transmission
	ctx = context.WithoutCancel(ctx) // what the peer said is kept, even if the process stops meanwhile
	if ev != nil {
		e, leaf, err := b.evidence(ctx, t, *ev, c.Token)
		if err != nil {
			return fmt.Errorf("deliver %s: %w", t.ID, err)
		}
		r.Evidence = []Evidence{e}
		r.Leaves = append(r.Leaves, leaf)
	}
	r.Leaves = append(r.Leaves, stateLeaf(t, r.State, c.Token, b.now()))
	if err := b.o.Store.Commit(ctx, c, r); err != nil {
		return fmt.Errorf("deliver %s: outcome: %w", t.ID, err)
	}
	wake(b.wakeDeliver) // the next one of its order key may be due
	b.o.Log.Info("delivery", "transmission", t.ID, "kind", t.Kind, "endpoint", t.Endpoint, "state", r.State,
		"attempt", t.Attempts, "reason", r.Reason)
	return nil
}

// evidence archives a peer's words and makes their leaf.
func (b *Bridge) evidence(ctx context.Context, t *Transmission, ev transports.Evidence, token int64) (Evidence, archive.Leaf, error) {
	e := Evidence{Transmission: t.ID, Attempt: t.Attempts, Kind: ev.Kind, At: ev.At.UTC(), Detail: ev.Detail}
	if len(ev.Bytes) > 0 {
		o, err := b.o.Bodies.PutAll(ctx, "", ev.Bytes)
		if err != nil {
			return e, archive.Leaf{}, fmt.Errorf("evidence: %w", err)
		}
		e.Body = o[0]
	}
	leaf := evidenceLeaf(t, &e, token, b.now())
	e.Leaf = leaf.ID
	return e, leaf, nil
}

// failed commits an attempt that did not succeed: to be tried again, or dead.
func (b *Bridge) failed(ctx context.Context, c Claim, ep Endpoint, err error) error {
	t := &c.Transmission
	if ctx.Err() != nil {
		// The process stops: the attempt stays recorded and is repeated under the
		// same identity when its lease ends or the claim is given back.
		return fmt.Errorf("deliver %s: %w", t.ID, err)
	}
	r := Result{State: Pending, Reason: err.Error()}
	var ev *transports.Evidence
	var after time.Duration
	var f *transports.Failure
	if errors.As(err, &f) {
		ev, after = f.Evidence, f.RetryAfter
		if f.Permanent {
			r.State = Dead
		}
	}
	p := ep.Retry.withDefaults()
	if t.Attempts >= p.Attempts {
		r.State = Dead
	}
	if r.State == Pending {
		r.RetryAt = b.now().Add(max(p.wait(t.Attempts), after))
	}
	b.o.Log.Warn("delivery failed", "transmission", t.ID, "endpoint", t.Endpoint, "attempt", t.Attempts,
		"state", r.State, "retryAt", r.RetryAt, "error", err)
	return b.outcome(ctx, c, r, ev)
}

func (p RetryPolicy) withDefaults() RetryPolicy {
	if p.Base <= 0 {
		p.Base = 5 * time.Second
	}
	if p.Max <= 0 {
		p.Max = time.Hour
	}
	if p.Attempts <= 0 {
		p.Attempts = 20
	}
	return p
}

// wait is how long to rest after the nth attempt (from 1): exponential, between
// a half and the whole of it, so that many that failed together do not come
// back together.
func (p RetryPolicy) wait(n int) time.Duration {
	d := p.Base
	for i := 1; i < n && d < p.Max; i++ {
		d *= 2
	}
	d = min(d, p.Max)
	var r [8]byte
	rand.Read(r[:])
	half := d / 2
	return half + time.Duration(binary.LittleEndian.Uint64(r[:])%uint64(half+1))
}
