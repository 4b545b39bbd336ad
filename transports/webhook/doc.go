// Package webhook sends events to HTTP endpoints after Standard Webhooks 1.0
// (github.com/standard-webhooks/standard-webhooks, spec/standard-webhooks.md).
//
// A Delivery is one POST of its Body with
//
//	Content-Type:       Delivery.ContentType, "application/json" without one
//	webhook-id:         Delivery.Key, or Delivery.ID without one; the same at each repetition
//	webhook-timestamp:  Unix seconds of this attempt
//	webhook-signature:  "v1," and the base64 HMAC-SHA256 of "id.timestamp.body";
//	                    one for each secret, separated by spaces
//	traceparent:        that of Delivery.Header (W3C Trace Context), if it has one
//
// # What an answer means
//
//	2xx                                    delivered; status line, headers and body are the evidence
//	408, 425, 429, 5xx, no answer at all   try again; Retry-After is passed on
//	everything else, redirects included    permanent
//
// Redirects are never followed: they would carry signed events to places that nobody
// configured. Proxies of the environment are not used.
//
// # Where it may connect to
//
// The address is judged after the name is resolved and for each connection, so a
// name that resolves differently the second time gains nothing. Refused are
// loopback, private, link-local (cloud metadata), multicast, unspecified and
// documentation addresses and those that embed one; Config.AllowPrivate lifts this
// for loopback and private ones, for receivers in one's own network. Plain http is
// for those only.
//
// Log keys: endpoint, transmission, status, duration, error. Messages: "sent" and
// "not sent", level debug; the caller decides what is worth more.
package webhook
