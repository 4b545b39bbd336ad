package transporttest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/edibridge/edibridge/transports"
)

// patience is how long a suite waits for what must happen.
const patience = 20 * time.Second

// Peer is the other side of a Receiver under test.
type Peer interface {
	// Send sends one file and returns nil only if it was told that the file was
	// received. It may be called concurrently.
	Send(ctx context.Context, name string, body []byte) error
	// BreakOff begins to send a file and vanishes in the middle.
	BreakOff(ctx context.Context, name string, body []byte) error
}

// ReceiverUnderTest tells TestReceiver how to use an implementation and what it
// promises beyond package transports.
type ReceiverUnderTest struct {
	// New makes a Receiver that is ready to Run, and its peer. What it needs beside
	// Run ends with the test.
	New      func(t *testing.T) (transports.Receiver, Peer)
	Endpoint string // Delivery.Endpoint
	PeerName string // Delivery.Peer: whom the transport authenticated
	Names    bool   // Delivery.Name is the name that the peer gave
	Large    int    // bytes of a large file; 0: 1 MiB
}

// TestReceiver checks what package transports promises of a Receiver.
func TestReceiver(t *testing.T, r ReceiverUnderTest) {
	if r.Large == 0 {
		r.Large = 1 << 20
	}
	t.Run("accepted bytes are the bytes sent", func(t *testing.T) { testReceiverBytes(t, r) })
	t.Run("a refusal is seen by the peer", func(t *testing.T) { testReceiverRefusal(t, r) })
	t.Run("nothing is said before Accept returned", func(t *testing.T) { testReceiverOrder(t, r) })
	t.Run("a broken-off file leaves nothing", func(t *testing.T) { testReceiverBreak(t, r) })
	t.Run("many at once", func(t *testing.T) { testReceiverMany(t, r) })
	t.Run("stop", func(t *testing.T) { testReceiverStop(t, r) })
}

// start runs a Receiver until the returned stop, which gives Run's error, or the
// end of the test.
func start(t *testing.T, r ReceiverUnderTest, h transports.Handler) (Peer, func() error) {
	t.Helper()
	receiver, peer := r.New(t)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- receiver.Run(ctx, h) }()
	stop := sync.OnceValue(func() error {
		cancel()
		select {
		case err := <-ended:
			return err
		case <-time.After(patience):
			return fmt.Errorf("transporttest: Run did not return within %v after its context ended", patience)
		}
	})
	t.Cleanup(func() {
		if err := stop(); err != nil {
			t.Errorf("Run: %v\nwant nil after a stop", err)
		}
	})
	return peer, stop
}

// noise is n bytes that look random and are the same each time.
func noise(n int) []byte {
	body := make([]byte, n)
	src := rand.NewChaCha8([32]byte{byte(n), byte(n >> 8), byte(n >> 16)})
	if _, err := src.Read(body); err != nil {
		panic(err) // never happens: documented so
	}
	return body
}

func testReceiverBytes(t *testing.T, r ReceiverUnderTest) {
	var h Handler
	peer, _ := start(t, r, &h)
	bodies := map[string][]byte{
		"small.edi": []byte("ISA*00*...~IEA*1*000000001~"),
		"large.edi": noise(r.Large),
		"odd.edi":   noise(32<<10 + 1),
	}
	for name, body := range bodies {
		before := len(h.Arrivals())
		if err := peer.Send(t.Context(), name, body); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		arrivals := h.Arrivals()
		if len(arrivals) != before+1 {
			t.Fatalf("%s: %d deliveries\nwant one", name, len(arrivals)-before)
		}
		got := arrivals[before]
		if !bytes.Equal(got.Bytes, body) {
			t.Errorf("%s: other bytes than sent: %d, want %d", name, len(got.Bytes), len(body))
		}
		if got.Endpoint != r.Endpoint || got.Peer != r.PeerName {
			t.Errorf("%s: endpoint %q, peer %q\nwant %q, %q", name, got.Endpoint, got.Peer, r.Endpoint, r.PeerName)
		}
		if r.Names && got.Name != name {
			t.Errorf("name is %q\nwant %q", got.Name, name)
		}
	}
	if a := h.Arrivals(); a[0].ID == a[1].ID {
		t.Errorf("two deliveries have the id %s", a[0].ID)
	}
}

func testReceiverRefusal(t *testing.T, r ReceiverUnderTest) {
	var h Handler
	peer, _ := start(t, r, &h)
	for _, refusal := range []error{
		transports.ErrBusy, transports.ErrRefused, transports.ErrTooLarge,
		fmt.Errorf("with a reason: %w", transports.ErrRefused), errors.New("disk on fire"),
	} {
		h.Refuse(refusal)
		if err := peer.Send(t.Context(), "refused.edi", []byte("ISA*~")); err == nil {
			t.Errorf("Accept failed with %q and the peer was told that all is well", refusal)
		}
	}
	h.Refuse(nil)
	if err := peer.Send(t.Context(), "refused.edi", []byte("ISA*~")); err != nil {
		t.Errorf("sent again after refusals: %v", err)
	}
	if n := len(h.Arrivals()); n != 1 {
		t.Errorf("%d deliveries\nwant 1", n)
	}
}

func testReceiverOrder(t *testing.T, r ReceiverUnderTest) {
	var h Handler
	entered, leave := make(chan struct{}), make(chan struct{})
	h.Hook(func(context.Context, *transports.Delivery) error {
		close(entered)
		<-leave
		return nil
	})
	peer, _ := start(t, r, &h)
	told := make(chan error, 1)
	go func() { told <- peer.Send(t.Context(), "slow.edi", []byte("ISA*~")) }()
	select {
	case <-entered:
	case <-time.After(patience):
		t.Fatal("Accept was not called")
	}
	select {
	case err := <-told:
		t.Errorf("the peer was answered (%v) while Accept was at work", err)
	case <-time.After(50 * time.Millisecond): // an answer given too early would be here by now
	}
	close(leave)
	select {
	case err := <-told:
		if err != nil {
			t.Errorf("Send: %v", err)
		}
	case <-time.After(patience):
		t.Error("the peer was not answered after Accept returned")
	}
}

func testReceiverBreak(t *testing.T, r ReceiverUnderTest) {
	var h Handler
	peer, stop := start(t, r, &h)
	if err := peer.BreakOff(t.Context(), "broken.edi", noise(r.Large)); err != nil {
		t.Fatalf("BreakOff: %v", err)
	}
	if err := peer.Send(t.Context(), "after.edi", []byte("ISA*~")); err != nil {
		t.Fatalf("Send after a break: %v", err)
	}
	if err := stop(); err != nil {
		t.Fatalf("Run: %v", err)
	}
	arrivals := h.Arrivals()
	if len(arrivals) != 1 || string(arrivals[0].Bytes) != "ISA*~" {
		t.Errorf("%d deliveries\nwant only the whole file", len(arrivals))
	}
	if h.Calls() != 1 {
		t.Errorf("Accept was called %d times\nwant once: never for a part of a file", h.Calls())
	}
}

func testReceiverMany(t *testing.T, r ReceiverUnderTest) {
	const peers, files = 8, 5
	var h Handler
	peer, _ := start(t, r, &h)
	var wg sync.WaitGroup
	for i := range peers {
		wg.Go(func() {
			for j := range files {
				body := fmt.Appendf(nil, "ISA*%d*%d~", i, j)
				if err := peer.Send(t.Context(), "same.edi", body); err != nil {
					t.Errorf("peer %d, file %d: %v", i, j, err)
				}
			}
		})
	}
	wg.Wait()
	seen := map[string]int{}
	for _, a := range h.Arrivals() {
		seen[string(a.Bytes)]++
	}
	if len(seen) != peers*files || len(h.Arrivals()) != peers*files {
		t.Errorf("%d deliveries of %d bodies\nwant %d of each", len(h.Arrivals()), len(seen), peers*files)
	}
}

func testReceiverStop(t *testing.T, r ReceiverUnderTest) {
	before := runtime.NumGoroutine()
	var h Handler
	peer, stop := start(t, r, &h)
	if err := peer.Send(t.Context(), "one.edi", []byte("ISA*~")); err != nil {
		t.Fatalf("Send: %v", err)
	}
	if err := stop(); err != nil {
		t.Errorf("Run: %v\nwant nil after a stop", err)
	}
	if err := peer.Send(t.Context(), "late.edi", []byte("ISA*~")); err == nil {
		t.Error("a file was received after the stop")
	}
	deadline := time.Now().Add(patience)
	for runtime.NumGoroutine() > before && time.Now().Before(deadline) {
		runtime.Gosched()
	}
	if n := runtime.NumGoroutine(); n > before {
		stacks := make([]byte, 1<<20)
		t.Errorf("%d goroutines after the stop\nwant %d\n%s", n, before, stacks[:runtime.Stack(stacks, true)])
	}
}
