package bridge

import (
	"context"
	"fmt"
	"maps"
	"time"

	"github.com/edibridge/edibridge/archive"
	"github.com/edibridge/edibridge/transports"
)

// deliver carries out step 3 for one claim: the attempt is recorded, the bytes
// go out, the outcome is recorded with what the peer said. Into a mailbox nothing
// goes out: attempt and outcome are one.
func (b *Bridge) deliver(ctx context.Context, c Claim) error {
	defer b.observeOf(StageDeliver, &c.Transmission)()
	t := &c.Transmission
	defer b.gates.leave(t.Endpoint)
	cfg := b.o.Config()
	ep, ok := cfg.Endpoints[t.Endpoint]
	until, shut := b.gates.shut(t.Endpoint, b.now())
	if !shut {
		until, shut = cfg.windowShut(t, b.now())
	}
	if shut {
		b.release(ctx, c, until)
		return nil
	}
	wire := Wire{Name: t.Name, Key: t.Key, At: b.now()}
	toMailbox := ok && ep.Kind == EndpointMailbox && ep.takes(t.Mode)
	if !c.Begun {
		if !toMailbox {
			if err := b.o.Store.Attempt(ctx, c, wire); err != nil {
				return fmt.Errorf("deliver %s: attempt: %w", t.ID, err)
			}
		}
		if t.Attempts == 0 {
			t.Begun = wire.At
		}
		t.Attempts++
	}
	if toMailbox {
		return b.outcome(ctx, c, Result{State: Available, Wire: &wire}, nil)
	}
	if !ok {
		return b.failed(ctx, c, ep, understand(fmt.Errorf("endpoint %q: %w", t.Endpoint, errSetup), false))
	}
	if !ep.takes(t.Mode) {
		return b.outcome(ctx, c, Result{State: Dead, Reason: fmt.Sprintf("it is for %s, endpoint %q for %s", t.Mode, t.Endpoint, ep.Mode)}, nil)
	}
	receipt, ours, err := b.send(ctx, cfg, t)
	if err != nil {
		return b.failed(ctx, c, ep, understand(err, ours))
	}
	r := Result{State: Sent}
	if receipt.Status == transports.Delivered {
		r.State = Delivered
	}
	b.judged(ctx, &r, t, ep, nil)
	return b.outcome(ctx, c, r, receipt.Evidence)
}

// send takes a Transmission to its peer. ours: what failed are the bytes to be
// sent.
func (b *Bridge) send(ctx context.Context, cfg *Configuration, t *Transmission) (r transports.Receipt, ours bool, err error) {
	s, ok := b.o.Senders(cfg, t.Endpoint)
	if !ok {
		return r, false, fmt.Errorf("endpoint %q: %w", t.Endpoint, errSetup)
	}
	body, err := b.o.Bodies.Get(ctx, t.Body)
	if err != nil {
		return r, true, err
	}
	defer body.Close()
	ctx, cancel := context.WithTimeout(ctx, b.o.SendTimeout)
	defer cancel()
	from, header := &readings{Reader: body}, t.Header
	if t.Kind == KindEvent {
		header = maps.Clone(header)
		if header == nil {
			header = map[string]string{}
		}
		header[traceHeader] = t.SpanContext().String()
	}
	r, err = s.Send(ctx, &transports.Delivery{
		ID: string(t.ID), Key: t.Key, Endpoint: t.Endpoint, Peer: t.Peer, Name: t.Name,
		Size: t.Body.Size, ContentType: t.ContentType, Header: header, Body: from,
	})
	return r, from.failed, err
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
	now := b.now()
	r.Leaves = append(r.Leaves, stateLeaf(t, r.State, c.Token, now))
	if r.State == Sent || r.State == Available || r.State == Delivered {
		r.At = now
	}
	if err := b.o.Store.Commit(ctx, c, r); err != nil {
		return fmt.Errorf("deliver %s: outcome: %w", t.ID, err)
	}
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
func (b *Bridge) failed(ctx context.Context, c Claim, ep Endpoint, f failure) error {
	t := &c.Transmission
	if ctx.Err() != nil {
		// The process stops: the attempt stays recorded and is repeated under the
		// same identity when its lease ends or the claim is given back.
		return fmt.Errorf("deliver %s: %w", t.ID, f.err)
	}
	now := b.now()
	r := Result{State: Pending, Reason: f.err.Error()}
	if p := ep.Retry.withDefaults(); p.over(&f, t.Attempts, t.Begun, now) {
		r.State = Dead
	} else {
		r.RetryAt = now.Add(p.wait(t.Attempts, &f))
	}
	b.o.Log.Warn("delivery failed", "transmission", t.ID, "endpoint", t.Endpoint, "attempt", t.Attempts,
		"state", r.State, "class", f.class, "retryAt", r.RetryAt, "error", f.err)
	b.judged(ctx, &r, t, ep, &f)
	if err := b.holds(ctx, &r, t, &f); err != nil {
		return fmt.Errorf("deliver %s: %w", t.ID, err)
	}
	return b.outcome(ctx, c, r, f.evidence)
}

// judged counts an attempt for or against its endpoint, and adds to its outcome
// what is to be told of that. f is nil when the peer took it.
func (b *Bridge) judged(ctx context.Context, r *Result, t *Transmission, ep Endpoint, f *failure) {
	var class ErrorClass
	var after time.Duration
	if f != nil {
		class, after = f.class, f.after
	}
	if !ep.sends() || ep.Name == "" {
		return
	}
	now := b.now()
	turned := b.gates.judge(ep, class, after, now)
	if turned == turnNone {
		return
	}
	if turned == turnOpened {
		until, _ := b.gates.shut(ep.Name, now)
		b.o.Log.Error("endpoint fails and is left alone but for probes", "endpoint", ep.Name, "class", class, "probeAt", until, "error", f.err)
	} else {
		f = nil
	}
	if err := b.alarm(context.WithoutCancel(ctx), r, t, f); err != nil {
		b.o.Log.Warn("how an endpoint does could not be told", "endpoint", ep.Name, "error", err)
	}
}
