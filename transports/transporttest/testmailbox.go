package transporttest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/edibridge/edibridge/transports"
)

// MailboxUnderTest tells TestMailbox how to use an implementation.
type MailboxUnderTest struct {
	// New gives an empty mailbox and the way in which items get into it: put returns
	// the item's id when the item is listed.
	New func(t *testing.T) (box transports.Mailbox, put func(endpoint, peer, name string, body []byte) (id string))
	// Endpoints and Peers exist for put: two of each.
	Endpoints, Peers [2]string
}

// TestMailbox checks what package transports promises of a Mailbox.
func TestMailbox(t *testing.T, m MailboxUnderTest) {
	t.Run("list and open", func(t *testing.T) { testMailboxOpen(t, m) })
	t.Run("strangers find nothing", func(t *testing.T) { testMailboxStrangers(t, m) })
	t.Run("taken", func(t *testing.T) { testMailboxTaken(t, m) })
}

// readItem opens an item and reads it to its end.
func readItem(t *testing.T, box transports.Mailbox, endpoint, peer, id string) []byte {
	t.Helper()
	r, err := box.Open(t.Context(), endpoint, peer, id)
	if err != nil {
		t.Fatalf("Open(%s): %v", id, err)
	}
	body, err := io.ReadAll(r)
	if err := errors.Join(err, r.Close()); err != nil {
		t.Fatalf("reading %s: %v", id, err)
	}
	return body
}

func listItems(t *testing.T, box transports.Mailbox, endpoint, peer string) []transports.Item {
	t.Helper()
	items, err := box.List(t.Context(), endpoint, peer)
	if err != nil {
		t.Fatalf("List(%s, %s): %v", endpoint, peer, err)
	}
	return items
}

func testMailboxOpen(t *testing.T, m MailboxUnderTest) {
	box, put := m.New(t)
	if items := listItems(t, box, m.Endpoints[0], m.Peers[0]); len(items) != 0 {
		t.Fatalf("a new mailbox lists %v", items)
	}
	bodies := [][]byte{[]byte("ISA*first~"), []byte("ISA*second, longer~"), bytes.Repeat([]byte("0123456789abcdef"), 40_000)}
	var ids []string
	for i, body := range bodies {
		ids = append(ids, put(m.Endpoints[0], m.Peers[0], string(rune('a'+i))+".edi", body))
	}
	items := listItems(t, box, m.Endpoints[0], m.Peers[0])
	if len(items) != len(bodies) {
		t.Fatalf("List has %d items\nwant %d", len(items), len(bodies))
	}
	names := map[string]bool{}
	for i, item := range items {
		if item.ID != ids[i] {
			t.Errorf("item %d is %s\nwant %s: oldest first", i, item.ID, ids[i])
		}
		if item.Size != int64(len(bodies[i])) {
			t.Errorf("item %d has size %d\nwant %d", i, item.Size, len(bodies[i]))
		}
		if item.Name == "" || names[item.Name] {
			t.Errorf("item %d has the name %q: want one of its own", i, item.Name)
		}
		if item.Modified.IsZero() || !item.Taken.IsZero() {
			t.Errorf("item %d: Modified %v, Taken %v\nwant a time, and zero", i, item.Modified, item.Taken)
		}
		names[item.Name] = true
		if got := readItem(t, box, m.Endpoints[0], m.Peers[0], item.ID); !bytes.Equal(got, bodies[i]) {
			t.Errorf("item %d has other bytes than were put (%d, want %d)", i, len(got), len(bodies[i]))
		}
	}
}

func testMailboxStrangers(t *testing.T, m MailboxUnderTest) {
	box, put := m.New(t)
	id := put(m.Endpoints[0], m.Peers[0], "a.edi", []byte("for one peer only"))
	others := []struct{ what, endpoint, peer, id string }{
		{"another peer", m.Endpoints[0], m.Peers[1], id},
		{"another endpoint", m.Endpoints[1], m.Peers[0], id},
		{"an id that is not there", m.Endpoints[0], m.Peers[0], transports.NewID(time.Now())},
		{"no id", m.Endpoints[0], m.Peers[0], ""},
		{"a path", m.Endpoints[0], m.Peers[0], "../" + id},
	}
	for _, o := range others {
		if r, err := box.Open(t.Context(), o.endpoint, o.peer, o.id); !errors.Is(err, transports.ErrNotFound) {
			t.Errorf("Open, %s: got %v, %v\nwant ErrNotFound", o.what, r, err)
		}
		ev := transports.Evidence{Kind: "mailbox-taken", At: time.Now()}
		if err := box.Taken(t.Context(), o.endpoint, o.peer, o.id, ev); !errors.Is(err, transports.ErrNotFound) {
			t.Errorf("Taken, %s: got %v\nwant ErrNotFound", o.what, err)
		}
	}
	for _, o := range others[:2] {
		if items := listItems(t, box, o.endpoint, o.peer); len(items) != 0 {
			t.Errorf("List, %s: got %v\nwant none", o.what, items)
		}
	}
	if items := listItems(t, box, m.Endpoints[0], m.Peers[0]); len(items) != 1 || !items[0].Taken.IsZero() {
		t.Errorf("after strangers tried, the owner's list is %v\nwant the one item, not taken", items)
	}
}

func testMailboxTaken(t *testing.T, m MailboxUnderTest) {
	box, put := m.New(t)
	endpoint, peer := m.Endpoints[0], m.Peers[0]
	body := []byte("ISA*taken~")
	id := put(endpoint, peer, "a.edi", body)
	other := put(endpoint, peer, "b.edi", []byte("ISA*waits~"))

	taken := func(at time.Time) transports.Item {
		t.Helper()
		ev := transports.Evidence{Kind: "mailbox-taken", At: at, Detail: map[string]string{"how": "read"}}
		if err := box.Taken(t.Context(), endpoint, peer, id, ev); err != nil {
			t.Fatalf("Taken: %v", err)
		}
		items := listItems(t, box, endpoint, peer)
		if len(items) != 2 || items[0].ID != id || items[1].ID != other {
			t.Fatalf("List after Taken is %v\nwant both items, in their order", items)
		}
		if !items[1].Taken.IsZero() {
			t.Errorf("the other item is taken too")
		}
		return items[0]
	}
	first := taken(time.Now())
	if first.Taken.IsZero() {
		t.Fatal("the taken item has no time")
	}
	if again := taken(time.Now().Add(time.Hour)); !again.Taken.Equal(first.Taken) {
		t.Errorf("taken again: the time is %v\nwant the first one, %v", again.Taken, first.Taken)
	}
	if got := readItem(t, box, endpoint, peer, id); !bytes.Equal(got, body) {
		t.Errorf("a taken item reads %q\nwant %q: peers fetch again", got, body)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := box.Taken(ctx, endpoint, peer, other, transports.Evidence{At: time.Now()}); err == nil {
		if items := listItems(t, box, endpoint, peer); items[1].Taken.IsZero() {
			t.Error("Taken returned nil and the item is not taken")
		}
	}
}
