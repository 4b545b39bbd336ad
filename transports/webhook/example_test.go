package webhook_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/edibridge/edibridge/transports"
	"github.com/edibridge/edibridge/transports/webhook"
)

// A receiver verifies before it believes, and a sender that is told so has evidence.
func Example() {
	secret := webhook.NewSecret()
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
		if err != nil {
			http.Error(w, "too large", http.StatusRequestEntityTooLarge)
			return
		}
		if err := webhook.Verify([]string{secret}, r.Header, body, time.Now()); err != nil {
			http.Error(w, "who are you?", http.StatusUnauthorized)
			return
		}
		fmt.Println("received", r.Header.Get(webhook.HeaderID), string(body))
		w.WriteHeader(http.StatusAccepted)
	}))
	defer receiver.Close()

	sender, err := webhook.New(webhook.Config{URL: receiver.URL, Secrets: []string{secret}, AllowPrivate: true})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer sender.Close()
	receipt, err := sender.Send(context.Background(), &transports.Delivery{
		ID: transports.NewID(time.Now()), Key: "evt_4711",
		ContentType: "application/cloudevents+json", Body: strings.NewReader(`{"subject":"order/4711"}`),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(receipt.Status, receipt.Evidence.Detail["status"])
	// Output:
	// received evt_4711 {"subject":"order/4711"}
	// delivered 202 Accepted
}
