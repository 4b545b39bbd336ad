package transporttest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/edibridge/edibridge/transports"
)

// Mood is how a peer answers what it is sent.
type Mood int

// Moods of a SenderPeer.
const (
	Taking   Mood = iota // takes it and says so
	Busy                 // asks to be left alone for a while
	Refusing             // says that this will never do
	Dropping             // ends the connection without a word
	Silent               // never answers
)

// Received is what came to a SenderPeer, taken or not.
type Received struct {
	Identity    string // the idempotency identity on the wire
	Body        []byte
	ContentType string
}

// SenderPeer is the other side of a Sender under test.
type SenderPeer interface {
	// Answer sets the mood for what comes next.
	Answer(Mood)
	// Received gives what came so far, whatever the mood, in order. Of a Silent or
	// Dropping peer it may lack what it never read.
	Received() []Received
}

// SenderUnderTest tells TestSender how to use an implementation and what it promises
// beyond package transports.
type SenderUnderTest struct {
	New         func(t *testing.T) (transports.Sender, SenderPeer)
	Endpoint    string
	PeerName    string
	Status      transports.Status // of a Receipt: Delivered or Sent
	Evidence    string            // Kind of Receipt.Evidence; "": none is promised
	RetryAfter  time.Duration     // that a Busy peer asks for; 0: it cannot
	ContentType bool              // travels
}

// TestSender checks what package transports promises of a Sender.
func TestSender(t *testing.T, s SenderUnderTest) {
	t.Run("taken", func(t *testing.T) { testSenderTaken(t, s) })
	t.Run("one identity over all repetitions", func(t *testing.T) { testSenderIdentity(t, s) })
	t.Run("permanent or not", func(t *testing.T) { testSenderFailures(t, s) })
	t.Run("ends with its context", func(t *testing.T) { testSenderContext(t, s) })
	t.Run("many at once", func(t *testing.T) { testSenderMany(t, s) })
}

// delivery makes an outbound Delivery anew for each attempt, as the bridge does.
func (s SenderUnderTest) delivery(id, key string, body []byte) *transports.Delivery {
	return &transports.Delivery{
		ID: id, Key: key, Endpoint: s.Endpoint, Peer: s.PeerName, Name: key + ".json",
		Size: int64(len(body)), ContentType: "application/cloudevents+json", Body: bytes.NewReader(body),
	}
}

func testSenderTaken(t *testing.T, s SenderUnderTest) {
	sender, peer := s.New(t)
	for _, body := range [][]byte{[]byte(`{"id":"1"}`), {}, noise(200_000)} {
		before := len(peer.Received())
		receipt, err := sender.Send(t.Context(), s.delivery(transports.NewID(time.Now()), "key1", body))
		if err != nil {
			t.Fatalf("Send: %v", err)
		}
		if receipt.Status != s.Status {
			t.Errorf("Status is %q\nwant %q", receipt.Status, s.Status)
		}
		if receipt.Size != int64(len(body)) || receipt.SHA256 != sha256.Sum256(body) {
			t.Errorf("Size %d, SHA256 %x\nwant those of the %d bytes sent", receipt.Size, receipt.SHA256, len(body))
		}
		if s.Evidence != "" {
			if ev := receipt.Evidence; ev == nil || ev.Kind != s.Evidence || ev.At.IsZero() {
				t.Errorf("Evidence is %+v\nwant kind %q with a time", ev, s.Evidence)
			}
		}
		got := peer.Received()
		if len(got) != before+1 || !bytes.Equal(got[before].Body, body) {
			t.Fatalf("the peer has %d more files\nwant one with the bytes sent", len(got)-before)
		}
		if s.ContentType && got[before].ContentType != "application/cloudevents+json" {
			t.Errorf("content type is %q", got[before].ContentType)
		}
	}
}

func testSenderIdentity(t *testing.T, s SenderUnderTest) {
	sender, peer := s.New(t)
	id, body := transports.NewID(time.Now()), []byte(`{"id":"1"}`)
	for _, mood := range []Mood{Busy, Dropping, Refusing, Taking, Taking} {
		peer.Answer(mood)
		_, err := sender.Send(t.Context(), s.delivery(id, "key1", body))
		if (err == nil) != (mood == Taking) {
			t.Errorf("mood %d: error is %v", mood, err)
		}
	}
	received := peer.Received()
	if len(received) < 4 { // what the Dropping one read is its own affair
		t.Fatalf("the peer saw %d attempts\nwant at least 4", len(received))
	}
	for _, r := range received {
		if r.Identity == "" || r.Identity != received[0].Identity || !bytes.Equal(r.Body, body) {
			t.Errorf("an attempt came as %q with %q\nwant %q with %q", r.Identity, r.Body, received[0].Identity, body)
		}
	}
	if _, err := sender.Send(t.Context(), s.delivery(transports.NewID(time.Now()), "key2", body)); err != nil {
		t.Fatalf("Send: %v", err)
	}
	all := peer.Received()
	if last := all[len(all)-1]; last.Identity == received[0].Identity {
		t.Errorf("another delivery has the same identity %q", last.Identity)
	}
}

func testSenderFailures(t *testing.T, s SenderUnderTest) {
	for mood, permanent := range map[Mood]bool{Busy: false, Dropping: false, Refusing: true} {
		sender, peer := s.New(t)
		peer.Answer(mood)
		receipt, err := sender.Send(t.Context(), s.delivery(transports.NewID(time.Now()), "key1", []byte("{}")))
		if err == nil {
			t.Errorf("mood %d: Send gave %+v\nwant an error", mood, receipt)
			continue
		}
		failure, ok := errors.AsType[*transports.Failure](err)
		if permanent && (!ok || !failure.Permanent) {
			t.Errorf("mood %d: %v\nwant a permanent Failure", mood, err)
		}
		if !permanent && ok && failure.Permanent {
			t.Errorf("mood %d: %v\nwant a failure that may pass", mood, err)
		}
		if mood == Busy && s.RetryAfter > 0 && (!ok || failure.RetryAfter != s.RetryAfter) {
			t.Errorf("the peer asked for %v\ngot %+v", s.RetryAfter, err)
		}
		if mood == Refusing && s.Evidence != "" && (failure == nil || failure.Evidence == nil) {
			t.Error("a refusal without the peer's words as evidence")
		}
	}
}

func testSenderContext(t *testing.T, s SenderUnderTest) {
	sender, peer := s.New(t)
	peer.Answer(Silent)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	ended := make(chan error, 1)
	go func() {
		_, err := sender.Send(ctx, s.delivery(transports.NewID(time.Now()), "key1", []byte("{}")))
		ended <- err
	}()
	select {
	case err := <-ended:
		if err == nil {
			t.Error("Send gave no error though nobody answered")
		}
		if failure, ok := errors.AsType[*transports.Failure](err); ok && failure.Permanent {
			t.Errorf("%v is permanent\nwant a failure that may pass", err)
		}
	case <-time.After(patience):
		t.Error("Send went on after its context ended")
	}
}

func testSenderMany(t *testing.T, s SenderUnderTest) {
	const senders, files = 8, 10
	sender, peer := s.New(t)
	var wg sync.WaitGroup
	for i := range senders {
		wg.Go(func() {
			for j := range files {
				key := fmt.Sprintf("key-%d-%d", i, j)
				if _, err := sender.Send(t.Context(), s.delivery(transports.NewID(time.Now()), key, []byte(key))); err != nil {
					t.Errorf("%s: %v", key, err)
				}
			}
		})
	}
	wg.Wait()
	bodies, identities := map[string]bool{}, map[string]bool{}
	for _, r := range peer.Received() {
		bodies[string(r.Body)], identities[r.Identity] = true, true
	}
	if len(bodies) != senders*files || len(identities) != senders*files {
		t.Errorf("%d bodies under %d identities\nwant %d of each", len(bodies), len(identities), senders*files)
	}
}
