package webhook

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/edibridge/edibridge/transports"
)

// TestTraceParent: the trace context of a delivery goes out as the header of W3C
// Trace Context; one without says nothing.
func TestTraceParent(t *testing.T) {
	const parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
	for _, want := range []string{parent, ""} {
		got := "none came"
		server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = r.Header.Get("traceparent") }))
		s := newSender(t, Config{URL: server.URL, Secrets: []string{NewSecret()}, AllowPrivate: true})
		d := &transports.Delivery{ID: "1", Key: "k", Body: strings.NewReader("{}"), Size: 2}
		if want != "" {
			d.Header = map[string]string{"traceparent": want}
		}
		if _, err := s.Send(t.Context(), d); err != nil {
			t.Error(err)
		}
		if got != want {
			t.Errorf("header\n got %q\nwant %q", got, want)
		}
		server.Close()
	}
}
