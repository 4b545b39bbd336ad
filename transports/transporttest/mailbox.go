package transporttest

import (
	"bytes"
	"context"
	"io"
	"slices"
	"sync"
	"time"

	"github.com/edibridge/edibridge/transports"
)

// Mailbox is a transports.Mailbox in memory. The zero value is empty. It is safe
// for concurrent use.
type Mailbox struct {
	mu    sync.Mutex
	posts []post
	fail  error
}

// post is an item and whose it is.
type post struct {
	item           transports.Item
	endpoint, peer string
	body           []byte
	evidence       []transports.Evidence
}

var _ transports.Mailbox = (*Mailbox)(nil)

// Put adds a document for a peer and gives its id.
func (m *Mailbox) Put(endpoint, peer, name string, body []byte) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := time.Now()
	item := transports.Item{ID: transports.NewID(now), Name: name, Size: int64(len(body)), Modified: now}
	m.posts = append(m.posts, post{item: item, endpoint: endpoint, peer: peer, body: body})
	return item.ID
}

// Fail makes all calls fail with err; nil: work again.
func (m *Mailbox) Fail(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.fail = err
}

// Damage makes the stored bytes of an item other ones, its size unchanged in List.
func (m *Mailbox) Damage(id string, body []byte) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i := range m.posts {
		if m.posts[i].item.ID == id {
			m.posts[i].body = body
		}
	}
}

// Evidence is what Taken was told about an item.
func (m *Mailbox) Evidence(id string) []transports.Evidence {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, p := range m.posts {
		if p.item.ID == id {
			return slices.Clone(p.evidence)
		}
	}
	return nil
}

// List gives the items of a peer, oldest first.
func (m *Mailbox) List(_ context.Context, endpoint, peer string) ([]transports.Item, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail != nil {
		return nil, m.fail
	}
	var items []transports.Item
	for _, p := range m.posts {
		if p.endpoint == endpoint && p.peer == peer {
			items = append(items, p.item)
		}
	}
	return items, nil
}

// Open gives an item's bytes.
func (m *Mailbox) Open(_ context.Context, endpoint, peer, id string) (io.ReadCloser, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	p, err := m.find(endpoint, peer, id)
	if err != nil {
		return nil, err
	}
	return io.NopCloser(bytes.NewReader(p.body)), nil
}

// Taken keeps the evidence; the first call sets the item's time.
func (m *Mailbox) Taken(_ context.Context, endpoint, peer, id string, ev transports.Evidence) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	p, err := m.find(endpoint, peer, id)
	if err != nil {
		return err
	}
	p.evidence = append(p.evidence, ev)
	if p.item.Taken.IsZero() {
		p.item.Taken = ev.At
	}
	return nil
}

func (m *Mailbox) find(endpoint, peer, id string) (*post, error) {
	if m.fail != nil {
		return nil, m.fail
	}
	for i := range m.posts {
		if p := &m.posts[i]; p.item.ID == id && p.endpoint == endpoint && p.peer == peer {
			return p, nil
		}
	}
	return nil, transports.ErrNotFound
}
