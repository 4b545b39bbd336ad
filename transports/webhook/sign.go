package webhook

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Header names of Standard Webhooks.
const (
	HeaderID        = "webhook-id"
	HeaderTimestamp = "webhook-timestamp"
	HeaderSignature = "webhook-signature"
)

const (
	secretPrefix  = "whsec_"
	minSecret     = 24 // bytes; "Signature scheme": between 24 and 64
	maxSecret     = 64
	tolerance     = 5 * time.Minute
	maxSignatures = 16 // looked at by Verify
)

// ErrUnverified is what Verify's errors are: the request must be answered with 401
// or so and not be read further.
var ErrUnverified = errors.New("webhook: not verified")

// NewSecret draws a secret of 32 bytes: "whsec_" and base64.
func NewSecret() string {
	var key [32]byte
	rand.Read(key[:]) // never fails: crypto/rand ends the program instead
	return secretPrefix + base64.StdEncoding.EncodeToString(key[:])
}

// parseSecrets reads secrets "whsec_BASE64". The errors do not show them.
func parseSecrets(secrets []string) ([][]byte, error) {
	var keys [][]byte
	for i, secret := range secrets {
		text, ok := strings.CutPrefix(secret, secretPrefix)
		if !ok {
			return nil, fmt.Errorf("webhook: secret %d does not begin with %q", i+1, secretPrefix)
		}
		key, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			return nil, fmt.Errorf("webhook: secret %d is not base64", i+1)
		}
		if len(key) < minSecret || len(key) > maxSecret {
			return nil, fmt.Errorf("webhook: secret %d has %d bytes, must have %d to %d", i+1, len(key), minSecret, maxSecret)
		}
		keys = append(keys, key)
	}
	if len(keys) == 0 {
		return nil, errors.New("webhook: no secret")
	}
	return keys, nil
}

// sign is one signature: "v1,BASE64".
func sign(key []byte, id, timestamp string, body []byte) string {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(id + "." + timestamp + "."))
	mac.Write(body)
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// Verify checks the headers and the whole body of a received webhook: one of the
// signatures must come from one of the secrets, and the timestamp lie within five
// minutes of now. A receiver must also remember webhook-id for longer than that, to
// see each event once. All errors are ErrUnverified, but for bad secrets.
func Verify(secrets []string, h http.Header, body []byte, now time.Time) error {
	keys, err := parseSecrets(secrets)
	if err != nil {
		return err
	}
	id, timestamp, signatures := h.Get(HeaderID), h.Get(HeaderTimestamp), h.Get(HeaderSignature)
	if id == "" || timestamp == "" || signatures == "" {
		return fmt.Errorf("%w: a header is missing", ErrUnverified)
	}
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	if err != nil {
		return fmt.Errorf("%w: the timestamp is no number", ErrUnverified)
	}
	if age := now.Sub(time.Unix(seconds, 0)); age > tolerance || age < -tolerance {
		return fmt.Errorf("%w: the timestamp is off by %v", ErrUnverified, age)
	}
	for n, got := range strings.Fields(signatures) {
		if n == maxSignatures {
			break
		}
		for _, key := range keys {
			if hmac.Equal([]byte(got), []byte(sign(key, id, timestamp, body))) {
				return nil
			}
		}
	}
	return fmt.Errorf("%w: no signature fits", ErrUnverified)
}
