package webhook

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"
)

// errAddress is what a refused address is; it will be refused again.
var errAddress = errors.New("webhook: address not allowed")

// never are networks that no receiver lives in, whatever is allowed: cloud metadata
// and neighbours (RFC 3927, RFC 4291), "this network" (RFC 1122), multicast,
// reserved, protocol assignments, documentation and benchmarks (RFC 6890), and
// translators that reach IPv4 behind an IPv6 address (RFC 6052, RFC 8215, RFC 3056,
// RFC 4380).
var never = prefixes("0.0.0.0/8", "169.254.0.0/16", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24",
	"198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
	"::/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/32", "2001:db8::/32", "2002::/16",
	"fe80::/10", "fec0::/10", "ff00::/8")

// private are networks of one's own: RFC 1918, RFC 4193, shared (RFC 6598), loopback.
var private = prefixes("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10",
	"127.0.0.0/8", "::1/128", "fc00::/7")

func prefixes(texts ...string) []netip.Prefix {
	var out []netip.Prefix
	for _, text := range texts {
		out = append(out, netip.MustParsePrefix(text))
	}
	return out
}

// checkAddress judges a resolved address.
func checkAddress(addr netip.Addr, allowPrivate bool) error {
	addr = addr.Unmap().WithZone("")
	for _, p := range private {
		if p.Contains(addr) {
			if allowPrivate {
				return nil
			}
			return fmt.Errorf("%w: %s is not a public address", errAddress, addr)
		}
	}
	for _, p := range never {
		if p.Contains(addr) {
			return fmt.Errorf("%w: %s", errAddress, addr)
		}
	}
	if !addr.IsValid() {
		return fmt.Errorf("%w: unknown", errAddress)
	}
	return nil
}

// guardedTransport connects to allowed addresses only. It judges what the system is
// about to connect to, so no second look-up lies between check and use.
func guardedTransport(allowPrivate bool) *http.Transport {
	dialer := &net.Dialer{
		Timeout: 10 * time.Second,
		ControlContext: func(_ context.Context, _, address string, _ syscall.RawConn) error {
			at, err := netip.ParseAddrPort(address)
			if err != nil {
				return fmt.Errorf("%w: %q", errAddress, address)
			}
			return checkAddress(at.Addr(), allowPrivate)
		},
	}
	return &http.Transport{
		DialContext:            dialer.DialContext,
		ForceAttemptHTTP2:      true,
		TLSHandshakeTimeout:    10 * time.Second,
		MaxIdleConnsPerHost:    16,
		IdleConnTimeout:        90 * time.Second,
		MaxResponseHeaderBytes: maxHeader,
	}
}
