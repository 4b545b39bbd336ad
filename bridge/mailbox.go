package bridge

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/edibridge/edibridge/archive"
	"github.com/edibridge/edibridge/transports"
)

// takenVisible is how long a mailbox still knows what a peer took, so that it
// can fetch again.
const takenVisible = 7 * 24 * time.Hour

// Mailbox is what waits for partners at server endpoints.
func (b *Bridge) Mailbox() transports.Mailbox { return &mailbox{b} }

type mailbox struct{ b *Bridge }

// endpoints are the mailboxes of a peer of a server endpoint.
func (m *mailbox) endpoints(server, peer string) []string {
	var names []string
	for name, ep := range m.b.o.Config().Endpoints {
		if ep.Kind == EndpointMailbox && ep.Server == server && ep.Peer == peer {
			names = append(names, name)
		}
	}
	return names
}

func (m *mailbox) List(ctx context.Context, endpoint, peer string) ([]transports.Item, error) {
	names := m.endpoints(endpoint, peer)
	if len(names) == 0 {
		return nil, nil
	}
	waiting, err := m.b.o.Store.List(ctx, ListQuery{States: []State{Available}, Endpoints: names, Limit: 100_000})
	if err != nil {
		return nil, fmt.Errorf("mailbox of %s: %w", peer, err)
	}
	taken, err := m.b.o.Store.List(ctx, ListQuery{States: []State{Delivered, Settled}, Endpoints: names, Since: m.b.now().Add(-takenVisible), Limit: 10_000})
	if err != nil {
		return nil, fmt.Errorf("mailbox of %s: %w", peer, err)
	}
	items := make([]transports.Item, 0, len(waiting)+len(taken))
	for i := range waiting {
		items = append(items, item(&waiting[i]))
	}
	for i := range taken {
		it := item(&taken[i])
		it.Taken = taken[i].Changed
		items = append(items, it)
	}
	return items, nil
}

func item(t *Transmission) transports.Item {
	return transports.Item{ID: string(t.ID), Name: t.Name, Size: t.Body.Size, Modified: t.Created}
}

// find gives a Transmission that is in the peer's mailbox.
func (m *mailbox) find(ctx context.Context, endpoint, peer, id string) (*Transmission, error) {
	t, err := m.b.o.Store.Transmission(ctx, ID(id))
	if err != nil && !errors.Is(err, ErrNotFound) {
		return nil, fmt.Errorf("mailbox of %s: %w", peer, err)
	}
	for _, name := range m.endpoints(endpoint, peer) {
		if t.Endpoint == name && (t.State == Available || t.State == Delivered || t.State == Settled) {
			return &t, nil
		}
	}
	return nil, fmt.Errorf("mailbox of %s: %w", peer, transports.ErrNotFound)
}

func (m *mailbox) Open(ctx context.Context, endpoint, peer, id string) (io.ReadCloser, error) {
	t, err := m.find(ctx, endpoint, peer, id)
	if err != nil {
		return nil, err
	}
	return m.b.o.Bodies.Get(ctx, t.Body)
}

func (m *mailbox) Taken(ctx context.Context, endpoint, peer, id string, ev transports.Evidence) error {
	t, err := m.find(ctx, endpoint, peer, id)
	if err != nil {
		return err
	}
	if t.State == Delivered {
		return nil
	}
	e, leaf, err := m.b.evidence(ctx, t, ev, 0)
	if err != nil {
		return fmt.Errorf("mailbox of %s: %w", peer, err)
	}
	leaves := []archive.Leaf{leaf, stateLeaf(t, Delivered, 0, m.b.now())}
	if err := m.b.o.Store.Take(ctx, t.ID, e, leaves); err != nil {
		return fmt.Errorf("mailbox of %s: %w", peer, err)
	}
	m.b.o.Log.Info("taken", "transmission", t.ID, "endpoint", t.Endpoint, "peer", peer, "name", t.Name)
	return nil
}
