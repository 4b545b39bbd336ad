package transporttest_test

import (
	"context"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/edibridge/edibridge/transports"
	"github.com/edibridge/edibridge/transports/transporttest"
)

func TestMailboxInMemory(t *testing.T) {
	transporttest.TestMailbox(t, transporttest.MailboxUnderTest{
		New: func(*testing.T) (transports.Mailbox, func(endpoint, peer, name string, body []byte) string) {
			box := &transporttest.Mailbox{}
			return box, box.Put
		},
		Endpoints: [2]string{"sftp", "pull"},
		Peers:     [2]string{"acme", "globex"},
	})
}

func TestHandlerChecksDeliveries(t *testing.T) {
	good := func() *transports.Delivery {
		return &transports.Delivery{
			ID: transports.NewID(time.Now()), Endpoint: "e", Peer: "p", Size: 4, Body: strings.NewReader("ISA~"),
			Answer: func() ([]byte, error) { return []byte("MDN"), nil },
		}
	}
	for what, spoil := range map[string]func(*transports.Delivery){
		"no id":       func(d *transports.Delivery) { d.ID = "" },
		"no endpoint": func(d *transports.Delivery) { d.Endpoint = "" },
		"no peer":     func(d *transports.Delivery) { d.Peer = "" },
		"wrong size":  func(d *transports.Delivery) { d.Size = 5 },
		"no answer":   func(d *transports.Delivery) { d.Answer = func() ([]byte, error) { return nil, io.ErrNoProgress } },
		"broken body": func(d *transports.Delivery) { d.Body = iotest.ErrReader(io.ErrUnexpectedEOF) },
	} {
		var h transporttest.Handler
		d := good()
		spoil(d)
		if _, err := h.Accept(t.Context(), d); err == nil || len(h.Arrivals()) != 0 || h.Calls() != 1 {
			t.Errorf("%s: error %v, %d deliveries, %d calls\nwant an error, none, one", what, err, len(h.Arrivals()), h.Calls())
		}
	}
	var h transporttest.Handler
	arrived := make(chan []transporttest.Arrival)
	go func() { arrived <- h.Wait(t.Context(), 1) }()
	receipt, err := h.Accept(t.Context(), good())
	if err != nil || string(receipt.Answer) != "MDN" || receipt.Status != transports.Accepted || receipt.Size != 4 {
		t.Errorf("receipt is %+v, %v", receipt, err)
	}
	if got := <-arrived; len(got) != 1 || string(got[0].Bytes) != "ISA~" {
		t.Errorf("Wait gave %+v", got)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if got := h.Wait(ended, 2); len(got) != 1 {
		t.Errorf("Wait beyond its context gave %d deliveries\nwant what is there", len(got))
	}
}
