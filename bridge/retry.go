package bridge

import (
	"crypto/rand"
	"encoding/binary"
	"errors"
	"io"
	"time"

	"github.com/edibridge/edibridge/transports"
)

// ErrorClass says whose failure an attempt was, which decides when it is tried
// again and whether it speaks against the endpoint.
type ErrorClass string

// Classes. Network and busy failures in a row open the endpoint's circuit. What
// is ours (the bytes could not be read) is tried again for ever: no peer had a
// part in it.
const (
	ClassNetwork ErrorClass = "network"
	ClassBusy    ErrorClass = "busy"
	ClassRefused ErrorClass = "refused"
	ClassOurs    ErrorClass = "ours"
)

// oursMax is the longest wait after a failure of ours.
const oursMax = time.Minute

// errSetup marks an endpoint that nothing is sent to: the configuration's fault,
// which a person mends.
var errSetup = errors.New("it is not set up")

// failure is a failed attempt, understood.
type failure struct {
	err      error
	class    ErrorClass
	final    bool          // the same delivery will fail again
	after    time.Duration // the least time that the peer asked for
	evidence *transports.Evidence
}

// understand tells the class of what a send failed with. ours: the bytes to be
// sent could not be read.
func understand(err error, ours bool) failure {
	f := failure{err: err, class: ClassNetwork}
	var told *transports.Failure
	switch {
	case ours:
		f.class = ClassOurs
	case errors.Is(err, errSetup):
		f.class = ClassRefused
	case errors.As(err, &told):
		f.final, f.after, f.evidence = told.Permanent, told.RetryAfter, told.Evidence
		switch {
		case told.Permanent:
			f.class = ClassRefused
		case told.Busy || told.RetryAfter > 0:
			f.class = ClassBusy
		}
	}
	return f
}

// readings notes whether the bytes to be sent could be read.
type readings struct {
	io.Reader
	failed bool
}

func (r *readings) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	if err != nil && err != io.EOF {
		r.failed = true
	}
	return n, err
}

func (p RetryPolicy) withDefaults() RetryPolicy {
	if p.Base <= 0 {
		p.Base = 5 * time.Second
	}
	if p.Max <= 0 {
		p.Max = time.Hour
	}
	if p.Attempts <= 0 {
		p.Attempts = 20
	}
	return p
}

// over reports whether no more is tried: refused for good, attempts used up, or
// the deadline has passed since the first of them.
func (p RetryPolicy) over(f *failure, attempts int, begun, now time.Time) bool {
	if f.class == ClassOurs {
		return false
	}
	late := p.Deadline > 0 && !begun.IsZero() && now.Sub(begun) >= p.Deadline
	return f.final || late || attempts >= p.Attempts
}

// wait is how long to rest after the nth attempt (from 1): exponential, between
// a half and the whole of it, so that many that failed together do not come
// back together. What the peer asked for is the least.
func (p RetryPolicy) wait(n int, f *failure) time.Duration {
	longest := p.Max
	if f.class == ClassOurs {
		longest = min(longest, oursMax)
	}
	d := p.Base
	for i := 1; i < n && d < longest; i++ {
		d *= 2
	}
	return max(jitter(min(d, longest)), f.after)
}

// jitter is a random time between a half and the whole of d.
func jitter(d time.Duration) time.Duration {
	var r [8]byte
	rand.Read(r[:])
	half := d / 2
	return half + time.Duration(binary.LittleEndian.Uint64(r[:])%uint64(half+1))
}
