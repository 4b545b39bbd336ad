package bridge

import (
	"context"
	"time"
)

// Turns decide which of several processes does what one has to do.
type Turns interface {
	// TakeTurn gives a turn to its owner and reports whether it has it: not while
	// another one's lasts at t.Now. The owner's own becomes as long as asked.
	TakeTurn(ctx context.Context, t Turn) (bool, error)
}

// Turn is that an owner does the work of a name, until a time.
type Turn struct {
	Name, Owner string
	Now, Until  time.Time
}
