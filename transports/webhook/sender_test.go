package webhook

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	oracle "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"go.uber.org/goleak"

	"github.com/edibridge/edibridge/transports"
	"github.com/edibridge/edibridge/transports/transporttest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// receiver is an HTTP endpoint with a mood.
type receiver struct {
	*httptest.Server
	mu       sync.Mutex
	mood     transporttest.Mood
	received []transporttest.Received
	bad      []error // what Verify said
	secrets  []string
}

func newReceiver(t *testing.T, secrets ...string) *receiver {
	r := &receiver{secrets: secrets}
	r.Server = httptest.NewServer(http.HandlerFunc(r.serve))
	t.Cleanup(func() {
		r.Close()
		if len(r.bad) > 0 {
			t.Errorf("requests that Verify refused: %v", r.bad)
		}
	})
	return r
}

func (r *receiver) serve(w http.ResponseWriter, request *http.Request) {
	body, err := io.ReadAll(request.Body)
	if err == nil {
		err = Verify(r.secrets, request.Header, body, time.Now())
	}
	r.mu.Lock()
	if err != nil {
		r.bad = append(r.bad, err)
	}
	r.received = append(r.received, transporttest.Received{
		Identity: request.Header.Get(HeaderID), Body: body, ContentType: request.Header.Get("Content-Type"),
	})
	mood := r.mood
	r.mu.Unlock()
	switch mood {
	case transporttest.Taking:
		fmt.Fprint(w, "thank you")
	case transporttest.Busy:
		w.Header().Set("Retry-After", "7")
		http.Error(w, "later", http.StatusServiceUnavailable)
	case transporttest.Refusing:
		http.Error(w, "never", http.StatusGone)
	case transporttest.Dropping:
		panic(http.ErrAbortHandler)
	case transporttest.Silent:
		<-request.Context().Done()
	}
}

func (r *receiver) Answer(mood transporttest.Mood) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.mood = mood
}

func (r *receiver) Received() []transporttest.Received {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]transporttest.Received(nil), r.received...)
}

func newSender(t *testing.T, cfg Config) *Sender {
	t.Helper()
	s, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func TestConformance(t *testing.T) {
	transporttest.TestSender(t, transporttest.SenderUnderTest{
		New: func(t *testing.T) (transports.Sender, transporttest.SenderPeer) {
			secrets := []string{NewSecret(), NewSecret()}
			peer := newReceiver(t, secrets[1])
			return newSender(t, Config{Endpoint: "events", URL: peer.URL, Secrets: secrets, AllowPrivate: true}), peer
		},
		Endpoint: "events", PeerName: "erp", Status: transports.Delivered, Evidence: "http-response",
		RetryAfter: 7 * time.Second, ContentType: true,
	})
}

// send posts one small event to a handler.
func send(t *testing.T, handler http.HandlerFunc) (transports.Receipt, error) {
	t.Helper()
	server := httptest.NewServer(handler)
	defer server.Close()
	s := newSender(t, Config{URL: server.URL, Secrets: []string{NewSecret()}, AllowPrivate: true})
	s.now = func() time.Time { return time.Date(2026, 11, 23, 9, 30, 0, 0, time.UTC) }
	return s.Send(t.Context(), &transports.Delivery{ID: transports.NewID(time.Now()), Body: strings.NewReader("{}")})
}

func TestOutcomes(t *testing.T) {
	for _, c := range []struct {
		status     int
		retryAfter string
		delivered  bool
		permanent  bool
		wait       time.Duration
	}{
		{status: 200, delivered: true},
		{status: 202, delivered: true},
		{status: 204, delivered: true},
		{status: 301, permanent: true},
		{status: 307, permanent: true},
		{status: 400, permanent: true},
		{status: 401, permanent: true},
		{status: 404, permanent: true},
		{status: 410, permanent: true},
		{status: 422, permanent: true},
		{status: 408},
		{status: 425},
		{status: 429, retryAfter: "120", wait: 2 * time.Minute},
		{status: 429, retryAfter: "Mon, 23 Nov 2026 09:31:00 GMT", wait: time.Minute},
		{status: 429, retryAfter: "Monday, 23-Nov-26 09:30:30 GMT", wait: 30 * time.Second},
		{status: 503, retryAfter: "Mon, 23 Nov 2026 09:00:00 GMT"},
		{status: 503, retryAfter: "soon"},
		{status: 503, retryAfter: "-5"},
		{status: 503, retryAfter: "-9223372036854775808"},
		{status: 503, retryAfter: "9223372036854775807", wait: 24 * time.Hour},
		{status: 500},
		{status: 502},
		{status: 599},
	} {
		t.Run(fmt.Sprint(c.status, " ", c.retryAfter), func(t *testing.T) {
			receipt, err := send(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Retry-After", c.retryAfter)
				w.Header().Set("Location", "http://127.0.0.1:1/elsewhere")
				w.WriteHeader(c.status)
			})
			if c.delivered {
				if err != nil || receipt.Status != transports.Delivered {
					t.Fatalf("got %+v, %v\nwant delivered", receipt, err)
				}
				return
			}
			failure, ok := errors.AsType[*transports.Failure](err)
			if !ok {
				t.Fatalf("got %v\nwant a Failure", err)
			}
			if failure.Permanent != c.permanent || failure.RetryAfter != c.wait {
				t.Errorf("permanent, wait\ngot  %v, %v\nwant %v, %v", failure.Permanent, failure.RetryAfter, c.permanent, c.wait)
			}
			if failure.Evidence == nil || !strings.Contains(string(failure.Evidence.Bytes), fmt.Sprint(" ", c.status)) {
				t.Errorf("evidence is %+v\nwant the status line", failure.Evidence)
			}
		})
	}
}

func TestEvidence(t *testing.T) {
	receipt, err := send(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Request-Id", "r-17")
		w.Header().Set("Date", "Mon, 23 Nov 2026 09:30:00 GMT")
		w.WriteHeader(http.StatusAccepted)
		fmt.Fprint(w, "queued as 17")
	})
	if err != nil {
		t.Fatal(err)
	}
	got := string(receipt.Evidence.Bytes)
	want := "HTTP/1.1 202 Accepted\r\nContent-Length: 12\r\nContent-Type: text/plain; charset=utf-8\r\n" +
		"Date: Mon, 23 Nov 2026 09:30:00 GMT\r\nX-Request-Id: r-17\r\n\r\nqueued as 17"
	if got != want {
		t.Errorf("evidence\ngot  %q\nwant %q", got, want)
	}
	if got := receipt.Evidence.Detail["status"]; got != "202 Accepted" {
		t.Errorf("status is %q", got)
	}
}

func TestAnswerIsBounded(t *testing.T) {
	receipt, err := send(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write(make([]byte, 1<<20)) // the sender hangs up on us
	})
	if err != nil {
		t.Fatal(err)
	}
	if n := len(receipt.Evidence.Bytes); n != maxEvidence {
		t.Errorf("evidence has %d bytes\nwant %d", n, maxEvidence)
	}
	if got := receipt.Evidence.Detail["body"]; got != "cut" {
		t.Errorf("body is %q\nwant cut", got)
	}
	_, err = send(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Long", strings.Repeat("x", 1<<20))
	})
	if failure, ok := errors.AsType[*transports.Failure](err); !ok || failure.Permanent {
		t.Errorf("endless headers: got %v\nwant a failure that may pass", err)
	}
}

func TestRedirectIsNotFollowed(t *testing.T) {
	called := false
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { called = true }))
	defer elsewhere.Close()
	_, err := send(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, elsewhere.URL, http.StatusTemporaryRedirect)
	})
	if err == nil || called {
		t.Errorf("error %v, other place called: %v\nwant an error, and no call", err, called)
	}
}

func TestPrivateAddressIsRefused(t *testing.T) {
	server := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("called") }))
	defer server.Close()
	_, port, _ := strings.Cut(strings.TrimPrefix(server.URL, "https://"), ":")
	for _, host := range []string{"127.0.0.1", "localhost", "[::ffff:127.0.0.1]"} {
		s := newSender(t, Config{URL: "https://" + host + ":" + port + "/?token=hidden", Secrets: []string{NewSecret()}})
		_, err := s.Send(t.Context(), &transports.Delivery{ID: "x", Body: strings.NewReader("{}")})
		failure, ok := errors.AsType[*transports.Failure](err)
		if !ok || !failure.Permanent || !errors.Is(err, errAddress) {
			t.Errorf("%s: got %v\nwant a permanent failure for the address", host, err)
		}
		if strings.Contains(fmt.Sprint(err), "hidden") {
			t.Errorf("%s: the error shows the URL: %v", host, err)
		}
	}
}

func TestCheckAddress(t *testing.T) {
	const public, own, nobody = "public", "private", "never"
	for address, kind := range map[string]string{
		"93.184.216.34": public, "2606:2800:220:1:248:1893:25c8:1946": public, "::ffff:93.184.216.34": public,
		"127.0.0.1": own, "127.8.8.8": own, "10.1.2.3": own, "172.16.0.1": own, "172.31.255.255": own,
		"192.168.1.1": own, "100.64.0.1": own, "::1": own, "fd00::1": own, "::ffff:10.0.0.1": own,
		"172.32.0.1": public, "100.128.0.1": public,
		"169.254.169.254": nobody, "fe80::1": nobody, "fe80::1%eth0": nobody, "::ffff:169.254.169.254": nobody,
		"0.0.0.0": nobody, "::": nobody, "224.0.0.1": nobody, "ff02::1": nobody, "255.255.255.255": nobody,
		"240.0.0.1": nobody, "192.0.2.7": nobody, "198.18.0.1": nobody, "2001:db8::1": nobody,
		"64:ff9b::7f00:1": nobody, "2002:7f00:1::": nobody, "::7f00:1": nobody, "fec0::1": nobody,
	} {
		addr := netip.MustParseAddr(address)
		if got, want := checkAddress(addr, false) == nil, kind == public; got != want {
			t.Errorf("%s allowed\ngot  %v\nwant %v", address, got, want)
		}
		if got, want := checkAddress(addr, true) == nil, kind != nobody; got != want {
			t.Errorf("%s allowed with AllowPrivate\ngot  %v\nwant %v", address, got, want)
		}
	}
	if checkAddress(netip.Addr{}, true) == nil {
		t.Error("no address is allowed")
	}
}

func TestNewRefuses(t *testing.T) {
	good := NewSecret()
	short := "whsec_" + base64.StdEncoding.EncodeToString(make([]byte, 23))
	long := "whsec_" + base64.StdEncoding.EncodeToString(make([]byte, 65))
	for _, c := range []struct {
		what    string
		url     string
		secrets []string
		want    string
	}{
		{"no host", "https://", []string{good}, "no host"},
		{"no scheme", "example.com/hook", []string{good}, "no host"},
		{"unreadable", "https://u:geheim@ho st/", []string{good}, "cannot be read"},
		{"plain http", "http://u:geheim@example.com/", []string{good}, "plain http"},
		{"file", "file://host/etc/passwd", []string{good}, "scheme"},
		{"no secret", "https://example.com", nil, "no secret"},
		{"no prefix", "https://example.com", []string{good, "geheim"}, "secret 2"},
		{"not base64", "https://example.com", []string{"whsec_geheim!"}, "base64"},
		{"short", "https://example.com", []string{short}, "23 bytes"},
		{"long", "https://example.com", []string{long}, "65 bytes"},
	} {
		_, err := New(Config{URL: c.url, Secrets: c.secrets})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s\ngot  %v\nwant an error with %q", c.what, err, c.want)
		}
		if strings.Contains(fmt.Sprint(err), "geheim") {
			t.Errorf("%s: the error shows a secret: %v", c.what, err)
		}
	}
}

func TestBadDeliveries(t *testing.T) {
	s := newSender(t, Config{URL: "https://example.invalid", Secrets: []string{NewSecret()}})
	broken := errors.New("archive: damaged")
	_, err := s.Send(t.Context(), &transports.Delivery{ID: "x", Body: io.MultiReader(strings.NewReader("{"), iotestErr{broken})})
	if !errors.Is(err, broken) {
		t.Errorf("a body that cannot be read: got %v", err)
	}
	for what, d := range map[string]*transports.Delivery{
		"no id":     {Body: strings.NewReader("{}")},
		"odd id":    {ID: "a\r\nHost: b", Body: strings.NewReader("{}")},
		"too large": {ID: "x", Body: io.LimitReader(zeros{}, maxBody+1)},
	} {
		_, err := s.Send(t.Context(), d)
		if failure, ok := errors.AsType[*transports.Failure](err); !ok || !failure.Permanent {
			t.Errorf("%s: got %v\nwant a permanent failure", what, err)
		}
	}
}

type iotestErr struct{ err error }

func (r iotestErr) Read([]byte) (int, error) { return 0, r.err }

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestTimeout(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
	}))
	defer server.Close()
	s := newSender(t, Config{URL: server.URL, Secrets: []string{NewSecret()}, AllowPrivate: true, Timeout: 50 * time.Millisecond})
	_, err := s.Send(t.Context(), &transports.Delivery{ID: "x", Body: strings.NewReader("{}")})
	failure, ok := errors.AsType[*transports.Failure](err)
	if !ok || failure.Permanent || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v\nwant a timeout that may pass", err)
	}
}

func TestVerifyAgainstOracle(t *testing.T) {
	secret, now := NewSecret(), time.Now()
	other, err := oracle.NewWebhook(secret)
	if err != nil {
		t.Fatal(err)
	}
	body := []byte(`{"type":"edibridge.order.received.v1"}`)
	signature, err := other.Sign("msg_1", now, body)
	if err != nil {
		t.Fatal(err)
	}
	h := http.Header{}
	h.Set(HeaderID, "msg_1")
	h.Set(HeaderTimestamp, fmt.Sprint(now.Unix()))
	h.Set(HeaderSignature, signature)
	if err := Verify([]string{NewSecret(), secret}, h, body, now); err != nil {
		t.Errorf("the reference library's signature: %v", err)
	}

	s := newSender(t, Config{URL: "https://example.com", Secrets: []string{NewSecret(), secret}})
	request, err := s.request(t.Context(), &transports.Delivery{ID: "01J", Key: "msg_2"}, body)
	if err != nil {
		t.Fatal(err)
	}
	if err := other.Verify(body, request.Header); err != nil {
		t.Errorf("the reference library refuses our signature: %v", err)
	}
}

// TestVerifyVector is the example of the Standard Webhooks specification's libraries.
func TestVerifyVector(t *testing.T) {
	h := http.Header{}
	h.Set(HeaderID, "msg_p5jXN8AQM9LWM0D4loKWxJek")
	h.Set(HeaderTimestamp, "1614265330")
	h.Set(HeaderSignature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
	err := Verify([]string{"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}, h, []byte(`{"test": 2432232314}`), time.Unix(1614265330, 0))
	if err != nil {
		t.Error(err)
	}
}

func TestVerifyRefuses(t *testing.T) {
	secret, now, body := NewSecret(), time.Unix(1_800_000_000, 0), []byte("{}")
	keys, err := parseSecrets([]string{secret})
	if err != nil {
		t.Fatal(err)
	}
	good := sign(keys[0], "id", "1800000000", body)
	for _, c := range []struct {
		what, id, timestamp, signature, body string
		off                                  time.Duration
		ok                                   bool
	}{
		{what: "good", id: "id", timestamp: "1800000000", signature: good, body: "{}", ok: true},
		{what: "five minutes late", id: "id", timestamp: "1800000000", signature: good, body: "{}", off: 5 * time.Minute, ok: true},
		{what: "among others", id: "id", timestamp: "1800000000", signature: "v2,x v1a,y v1,zz " + good, body: "{}", ok: true},
		{what: "too late", id: "id", timestamp: "1800000000", signature: good, body: "{}", off: 5*time.Minute + 1},
		{what: "too early", id: "id", timestamp: "1800000000", signature: good, body: "{}", off: -5*time.Minute - 1},
		{what: "other body", id: "id", timestamp: "1800000000", signature: good, body: "{ }"},
		{what: "other id", id: "id2", timestamp: "1800000000", signature: good, body: "{}"},
		{what: "other time", id: "id", timestamp: "1800000001", signature: good, body: "{}"},
		{what: "no number", id: "id", timestamp: "now", signature: good, body: "{}"},
		{what: "no id", timestamp: "1800000000", signature: good, body: "{}"},
		{what: "no signature", id: "id", timestamp: "1800000000", body: "{}"},
		{what: "bare", id: "id", timestamp: "1800000000", signature: strings.TrimPrefix(good, "v1,"), body: "{}"},
		{what: "behind too many", id: "id", timestamp: "1800000000", signature: strings.Repeat("v1,x ", maxSignatures) + good, body: "{}"},
	} {
		h := http.Header{}
		h.Set(HeaderID, c.id)
		h.Set(HeaderTimestamp, c.timestamp)
		h.Set(HeaderSignature, c.signature)
		err := Verify([]string{secret}, h, []byte(c.body), now.Add(c.off))
		if (err == nil) != c.ok || err != nil && !errors.Is(err, ErrUnverified) {
			t.Errorf("%s\ngot  %v\nwant verified: %v", c.what, err, c.ok)
		}
	}
}

func BenchmarkSend(b *testing.B) {
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) }))
	defer server.Close()
	s, err := New(Config{URL: server.URL, Secrets: []string{NewSecret()}, AllowPrivate: true})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	body := bytes.Repeat([]byte("x"), 4096)
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		if _, err := s.Send(b.Context(), &transports.Delivery{ID: "x", Body: bytes.NewReader(body)}); err != nil {
			b.Fatal(err)
		}
	}
}
