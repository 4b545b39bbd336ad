package bridge

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/edibridge/edibridge/transports"
)

// Pressure says when no more is taken in. Zero fields do not limit.
type Pressure struct {
	MinFree int64 // bytes free where bytes are kept; below it nothing is taken
	Backlog int   // what waits to be translated or delivered; at so many nothing is taken
}

// Gauge tells how much there is to do.
type Gauge interface {
	// Backlog counts what is Accepted, Held, Pending or Attempted, up to limit. It
	// costs as much as it counts.
	Backlog(ctx context.Context, limit int) (int, error)
}

// BusyError says why nothing is taken for now. It is a transports.ErrBusy.
type BusyError struct {
	Reason     string        // for people: "412 MiB are free, 1024 MiB have to be"
	RetryAfter time.Duration // when to look again
}

// Error gives the reason.
func (e *BusyError) Error() string { return "bridge: nothing is taken for now: " + e.Reason }

// Is makes it a transports.ErrBusy.
func (e *BusyError) Is(target error) bool { return target == transports.ErrBusy }

// Times of the valve.
const (
	// lookAfter is how long what was measured holds. What is dear to measure (a
	// backlog of a million) is measured less often: lookCost times its cost.
	lookAfter = time.Second
	lookCost  = 50
	// busyFor is what partners are asked to wait.
	busyFor = 30 * time.Second
)

// valve closes the intake while disk or backlog are at their limit. It is asked
// by those who want to bring something, and looks itself only then.
type valve struct {
	mu     sync.Mutex // guards what follows
	busy   *BusyError // nil: open
	fresh  time.Time  // what was measured holds until then
	asking bool       // somebody measures
}

// Ready says whether more is taken now: nil, or a [*BusyError]. It implements
// [transports.Gate]: transports ask before a peer sends its bytes. What is in
// custody already goes on in any case.
func (b *Bridge) Ready(ctx context.Context) error {
	now := b.now()
	v := &b.valve
	v.mu.Lock()
	if now.Before(v.fresh) || v.asking {
		defer v.mu.Unlock()
		return v.answer()
	}
	v.asking = true
	was := v.busy
	v.mu.Unlock()

	began := time.Now()
	busy, err := b.look(ctx, was != nil)
	took := time.Since(began)

	v.mu.Lock()
	defer v.mu.Unlock()
	v.asking, v.fresh = false, now.Add(max(lookAfter, lookCost*took))
	if err != nil {
		// What cannot be measured closes nothing: the accept itself will tell.
		b.o.Log.Warn("disk or backlog could not be measured", "error", err)
		return v.answer()
	}
	v.busy = busy
	switch {
	case busy != nil && was == nil:
		b.o.Log.Error("nothing more is taken", "reason", busy.Reason)
	case busy == nil && was != nil:
		b.o.Log.Info("files are taken again")
	}
	return v.answer()
}

// answer is the error for those who ask; its lock is held.
func (v *valve) answer() error {
	if v.busy == nil {
		return nil
	}
	return v.busy
}

// look measures. What was closed opens when there is a tenth more room than the
// limit asks for, so that it does not flutter.
func (b *Bridge) look(ctx context.Context, closed bool) (*BusyError, error) {
	p := b.o.Config().Pressure
	if closed {
		p.MinFree += p.MinFree / 10
		p.Backlog -= p.Backlog / 10
	}
	var errs []error
	if p.MinFree > 0 && b.o.Free != nil {
		free, err := b.o.Free()
		if err == nil && free < p.MinFree {
			return &BusyError{fmt.Sprintf("%d MiB are free on the disk, %d MiB have to be", free>>20, p.MinFree>>20), busyFor}, nil
		}
		errs = append(errs, err)
	}
	if p.Backlog > 0 {
		n, err := b.o.Store.Backlog(ctx, p.Backlog)
		if err == nil && n >= p.Backlog {
			return &BusyError{fmt.Sprintf("%d files and documents wait", n), busyFor}, nil
		}
		errs = append(errs, err)
	}
	return nil, errors.Join(errs...)
}
