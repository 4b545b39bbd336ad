package transporttest

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"sync"

	"github.com/edibridge/edibridge/transports"
)

// Arrival is a delivery that a Handler took.
type Arrival struct {
	transports.Delivery        // Body and Wire are read and nil
	Bytes               []byte // of Body
}

// Handler is a transports.Handler in memory. The zero value takes everything.
// It is safe for concurrent use.
type Handler struct {
	mu       sync.Mutex
	arrivals []Arrival
	refuse   error
	busy     error
	hook     func(ctx context.Context, d *transports.Delivery) error
	calls    int
	changed  chan struct{} // closed at the next call of Accept
}

var (
	_ transports.Handler = (*Handler)(nil)
	_ transports.Gate    = (*Handler)(nil)
)

// Refuse makes Accept read the body and then fail with err; nil: take again.
func (h *Handler) Refuse(err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.refuse = err
}

// Shut makes Ready give err, and Accept too before it reads; nil: ready again.
func (h *Handler) Shut(err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.busy = err
}

// Ready implements transports.Gate.
func (h *Handler) Ready(context.Context) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.busy
}

// Hook is called by each Accept before it reads; its error is Accept's.
func (h *Handler) Hook(hook func(ctx context.Context, d *transports.Delivery) error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.hook = hook
}

// Accept reads the body and keeps it, unless it was told to refuse. A Delivery that
// breaks a rule of package transports is an error too.
func (h *Handler) Accept(ctx context.Context, d *transports.Delivery) (transports.Receipt, error) {
	h.mu.Lock()
	h.calls++
	hook, refuse, busy := h.hook, h.refuse, h.busy
	h.mu.Unlock()
	if busy != nil {
		return transports.Receipt{}, busy
	}
	if hook != nil {
		if err := hook(ctx, d); err != nil {
			return transports.Receipt{}, err
		}
	}
	body, err := io.ReadAll(d.Body)
	if err != nil {
		return transports.Receipt{}, err
	}
	if refuse != nil {
		return transports.Receipt{}, refuse
	}
	if err := checkDelivery(d, int64(len(body))); err != nil {
		return transports.Receipt{}, err
	}
	receipt := transports.Receipt{ID: d.ID, Status: transports.Accepted, Size: int64(len(body)), SHA256: sha256.Sum256(body)}
	if d.Answer != nil {
		if receipt.Answer, err = d.Answer(); err != nil {
			return transports.Receipt{}, err
		}
	}
	h.keep(d, body)
	return receipt, nil
}

// checkDelivery is what package transports says of an inbound Delivery.
func checkDelivery(d *transports.Delivery, size int64) error {
	switch {
	case len(d.ID) != 26:
		return fmt.Errorf("transporttest: Delivery.ID %q is no ULID", d.ID)
	case d.Endpoint == "" || d.Peer == "":
		return errors.New("transporttest: Delivery without Endpoint or Peer")
	case d.Size >= 0 && d.Size != size:
		return fmt.Errorf("transporttest: Delivery.Size is %d, the body has %d bytes", d.Size, size)
	}
	return nil
}

func (h *Handler) keep(d *transports.Delivery, body []byte) {
	h.mu.Lock()
	defer h.mu.Unlock()
	a := Arrival{Delivery: *d, Bytes: body}
	a.Body, a.Answer = nil, nil
	a.Header = maps.Clone(d.Header)
	h.arrivals = append(h.arrivals, a)
	if h.changed != nil {
		close(h.changed)
		h.changed = nil
	}
}

// Arrivals are the deliveries taken so far, in the order in which Accept ended.
func (h *Handler) Arrivals() []Arrival {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.arrivals)
}

// Calls is how often Accept was called.
func (h *Handler) Calls() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.calls
}

// Wait returns the arrivals once there are n, or what there is when ctx ends.
func (h *Handler) Wait(ctx context.Context, n int) []Arrival {
	for {
		h.mu.Lock()
		if len(h.arrivals) >= n || ctx.Err() != nil {
			defer h.mu.Unlock()
			return slices.Clone(h.arrivals)
		}
		if h.changed == nil {
			h.changed = make(chan struct{})
		}
		changed := h.changed
		h.mu.Unlock()
		select {
		case <-changed:
		case <-ctx.Done():
		}
	}
}
