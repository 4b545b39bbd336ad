package webhook

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/edibridge/edibridge/transports"
)

// Bounds of one exchange.
const (
	maxBody     = 16 << 20       // bytes of an event: it is signed as a whole, in memory
	maxEvidence = 64 << 10       // bytes of the answer that are kept: headers first
	maxHeader   = 16 << 10       // bytes of the answer's headers
	maxRetry    = 24 * time.Hour // the longest Retry-After that is believed
)

// Config is what a Sender is made of.
type Config struct {
	Endpoint string // configured endpoint, for the log
	// URL is where events are posted to: "https://...", and with AllowPrivate also
	// "http://...". User and password in it become basic authentication.
	URL string
	// Secrets sign, each by itself: "whsec_" and base64 of 24 to 64 bytes. Two are for
	// the days of a change of secrets, the newest first.
	Secrets []string
	// Timeout bounds one attempt; default 20 s.
	Timeout time.Duration
	// AllowPrivate lets the receiver live at a loopback or private address.
	AllowPrivate bool
	// Client is used in place of our own, without the check of addresses, which
	// then is the caller's affair. Its redirect policy is not used.
	Client *http.Client
	Log    *slog.Logger // nil: silent
}

// Sender posts events to one URL. It implements transports.Sender and is safe for
// concurrent use.
type Sender struct {
	cfg    Config
	keys   [][]byte
	client *http.Client
	now    func() time.Time
}

var _ transports.Sender = (*Sender)(nil)

// New checks the configuration. No connection is made before the first Send.
func New(cfg Config) (*Sender, error) {
	target, err := url.Parse(cfg.URL)
	switch {
	case err != nil:
		return nil, errors.New("webhook: the URL cannot be read") // its text may hold a password
	case target.Host == "":
		return nil, errors.New("webhook: the URL has no host")
	case target.Scheme == "https", target.Scheme == "http" && cfg.AllowPrivate:
	case target.Scheme == "http":
		return nil, fmt.Errorf("webhook: %s: plain http is for private addresses only", target.Redacted())
	default:
		return nil, fmt.Errorf("webhook: unknown scheme %q", target.Scheme)
	}
	keys, err := parseSecrets(cfg.Secrets)
	if err != nil {
		return nil, err
	}
	if cfg.Timeout == 0 {
		cfg.Timeout = 20 * time.Second
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	client := &http.Client{Transport: guardedTransport(cfg.AllowPrivate)}
	if cfg.Client != nil {
		given := *cfg.Client
		client = &given
	}
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &Sender{cfg: cfg, keys: keys, client: client, now: time.Now}, nil
}

// Close closes idle connections.
func (s *Sender) Close() error {
	s.client.CloseIdleConnections()
	return nil
}

// Send posts d once. The package comment says what an answer means. All errors but
// those of reading d.Body are a *transports.Failure.
func (s *Sender) Send(ctx context.Context, d *transports.Delivery) (transports.Receipt, error) {
	body, err := io.ReadAll(io.LimitReader(d.Body, maxBody+1))
	if err != nil {
		return transports.Receipt{}, fmt.Errorf("webhook: reading %s: %w", d.ID, err)
	}
	if len(body) > maxBody {
		return transports.Receipt{}, permanent(fmt.Errorf("webhook: %s has more than %d bytes", d.ID, maxBody))
	}
	ctx, cancel := context.WithTimeout(ctx, s.cfg.Timeout)
	defer cancel()
	request, err := s.request(ctx, d, body)
	if err != nil {
		return transports.Receipt{}, permanent(err)
	}
	begin := time.Now()
	said, status, err := s.exchange(request)
	log := s.cfg.Log.With(slog.String("endpoint", s.cfg.Endpoint), slog.String("transmission", d.ID),
		slog.Duration("duration", time.Since(begin)))
	if err != nil {
		log.DebugContext(ctx, "not sent", slog.Any("error", err))
		return transports.Receipt{}, &transports.Failure{
			Err: err, Permanent: status != 0 && !passing(status) || errors.Is(err, errAddress), Busy: passing(status),
			RetryAfter: s.retryAfter(said.retryAfter), Evidence: said.evidence,
		}
	}
	log.DebugContext(ctx, "sent", slog.Int("status", status))
	return transports.Receipt{
		ID: d.ID, Status: transports.Delivered, Size: int64(len(body)),
		SHA256: sha256.Sum256(body), Evidence: said.evidence,
	}, nil
}

func permanent(err error) error { return &transports.Failure{Err: err, Permanent: true} }

// request is the signed POST of one attempt.
func (s *Sender) request(ctx context.Context, d *transports.Delivery, body []byte) (*http.Request, error) {
	id := d.Key
	if id == "" {
		id = d.ID
	}
	if id == "" || strings.ContainsFunc(id, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return nil, fmt.Errorf("webhook: %q cannot be a webhook-id", id)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.cfg.URL, bytes.NewReader(body))
	if err != nil {
		return nil, errors.New("webhook: the URL cannot be used")
	}
	timestamp := strconv.FormatInt(s.now().Unix(), 10)
	var signatures []string
	for _, key := range s.keys {
		signatures = append(signatures, sign(key, id, timestamp, body))
	}
	contentType := d.ContentType
	if contentType == "" {
		contentType = "application/json"
	}
	request.Header.Set("Content-Type", contentType)
	if d.Name != "" { // a file: its name, after RFC 6266
		request.Header.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": d.Name}))
	}
	request.Header.Set("User-Agent", "edibridge")
	if parent := d.Header["traceparent"]; parent != "" {
		request.Header.Set("traceparent", parent)
	}
	request.Header.Set(HeaderID, id)
	request.Header.Set(HeaderTimestamp, timestamp)
	request.Header.Set(HeaderSignature, strings.Join(signatures, " "))
	return request, nil
}

// answer is what the receiver said, if it said anything.
type answer struct {
	evidence   *transports.Evidence
	retryAfter string
}

// exchange posts and reads the answer. status is 0 without one; an error with a
// status is that status.
func (s *Sender) exchange(request *http.Request) (a answer, status int, err error) {
	response, err := s.client.Do(request)
	if err != nil {
		if e, ok := errors.AsType[*url.Error](err); ok {
			err = e.Err // without the URL, which may hold a secret
		}
		return answer{}, 0, fmt.Errorf("webhook: %w", err)
	}
	defer response.Body.Close()
	a = answer{evidence: s.evidence(request, response), retryAfter: response.Header.Get("Retry-After")}
	if response.StatusCode < 200 || response.StatusCode > 299 {
		return a, response.StatusCode, fmt.Errorf("webhook: answered %s", response.Status)
	}
	return a, response.StatusCode, nil
}

// evidence keeps status line, headers and body, as much as fits.
func (s *Sender) evidence(request *http.Request, response *http.Response) *transports.Evidence {
	var words bytes.Buffer
	fmt.Fprintf(&words, "%s %s\r\n", response.Proto, response.Status)
	_ = response.Header.Write(&words) // a bytes.Buffer takes everything
	words.WriteString("\r\n")
	detail := map[string]string{
		"status":        response.Status,
		"host":          request.URL.Host,
		HeaderID:        request.Header.Get(HeaderID),
		HeaderTimestamp: request.Header.Get(HeaderTimestamp),
	}
	room := int64(max(0, maxEvidence-words.Len()))
	// The status has been given; a body that breaks off takes nothing back.
	if _, err := io.Copy(&words, io.LimitReader(response.Body, room)); err != nil {
		detail["body"] = "incomplete"
	} else if n, _ := io.CopyN(io.Discard, response.Body, 1); n > 0 {
		detail["body"] = "cut"
	}
	return &transports.Evidence{
		Kind: "http-response", At: s.now(), Detail: detail,
		Bytes: words.Bytes()[:min(words.Len(), maxEvidence)],
	}
}

// passing says whether a status may change by itself.
func passing(status int) bool {
	switch status {
	case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests:
		return true
	}
	return status >= 500
}

// retryAfter reads RFC 9110 section 10.2.3: seconds or a date. What cannot be read,
// or lies in the past, is 0; more than a day is a day.
func (s *Sender) retryAfter(text string) time.Duration {
	var wait time.Duration
	if seconds, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64); err == nil {
		wait = time.Duration(max(0, min(seconds, int64(maxRetry/time.Second)))) * time.Second
	} else if at, err := http.ParseTime(text); err == nil {
		wait = at.Sub(s.now())
	}
	return max(0, min(wait, maxRetry))
}
