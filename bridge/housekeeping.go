package bridge

import (
	"context"
	"time"

	"github.com/edibridge/edibridge/archive"
)

// Housekeeping removes what was kept long enough. The log, control numbers,
// configurations and bodies are never removed.
type Housekeeping interface {
	// Ended walks over what has ended of one class, oldest first.
	Ended(ctx context.Context, q EndedQuery) ([]Ended, error)
	// Kin gives the family of a Transmission, effects before their causes: all that
	// it follows from and that follows from it, over any number of steps both ways,
	// as it is at one moment. Of more than limit it gives more than limit, and not
	// all. Of one that is not there it gives none.
	Kin(ctx context.Context, id ID, limit int) ([]Kin, error)
	// Links gives the rows of what follows from members of families, and of what they
	// follow from: one step of the walk that Kin is, both ways. It gives up to limit
	// of either.
	Links(ctx context.Context, rows []int64, limit int) ([]int64, error)
	// KinOf gives members by their rows, the last stored first, without those that are
	// not there.
	KinOf(ctx context.Context, rows []int64) ([]Kin, error)
	// Prune removes Transmissions with all that belongs to them and keeps the leaf
	// that says so. It is refused with ErrConflict, and nothing goes, unless all of
	// them are there, have ended by p.Through, are not needed and have no effect
	// that stays. What they follow from and stays is marked Pruned.
	Prune(ctx context.Context, p Pruning) error
	// PruneReplays removes up to PruneAtOnce items of jobs that were begun before a
	// time, and such jobs as have none and had nothing promoted, and keeps the leaf
	// if it removes anything. It gives how many rows went.
	PruneReplays(ctx context.Context, before time.Time, leaf archive.Leaf) (int, error)
	// Tables gives the number of rows by table. It costs as much as it counts.
	Tables(ctx context.Context) (map[string]int64, error)
}

// PruneAtOnce is how many Transmissions one commit removes at most.
const PruneAtOnce = 200

// StandingAlarm is the type of the event by which an endpoint failed: the newest
// one of an endpoint says that it was told, and is needed while it is the newest.
const StandingAlarm = eventFailed

// EndedQuery selects what has ended.
type EndedQuery struct {
	Retention string    // class
	Events    bool      // events: sent, delivered, settled or discarded; else what came in: translated or discarded
	Before    time.Time // ended before
	After     string    // Mark of the last one that is known; "" from the first
	Limit     int
}

// Ended is a Transmission that has ended.
type Ended struct {
	ID   ID
	Row  int64     // as of [Kin]
	At   time.Time // when it ended
	Leaf string    // of its body
	// Needed: something else is open that it belongs to, or it is an event that
	// something follows from.
	Needed bool
	Mark   string // its place in the walk
}

// Kin is a member of a family.
type Kin struct {
	ID        ID
	Row       int64 // its number in the store, by which it is found and nothing else
	Direction Direction
	Kind      Kind
	State     State
	Changed   time.Time
	Retention string
	Leaf      string
	Documents int  // of a file
	Needed    bool // as of [Ended], but for what follows from it
	Effects   bool // something follows from it
}

// Pruning is what one commit removes.
type Pruning struct {
	IDs     []ID      `json:"transmissions"` // 1 to PruneAtOnce
	Through time.Time `json:"through"`       // none of them changed behind it
	// Leaf has the leaves of their bodies as parents, and class and day as Retain.
	Leaf archive.Leaf `json:"leaf"`
}

// over reports whether nobody does or waits for anything more about what is in
// this state.
func (s State) over() bool {
	switch s {
	case Translated, Sent, Delivered, Settled, Discarded:
		return true
	}
	return false
}
