package bridge

import (
	"context"
	"fmt"
	"time"

	"github.com/edibridge/edibridge/archive"
)

// Scope asks for one control number of a series, for one Transmission.
type Scope struct {
	Series string // "ISA US/ACME production": numbers of one series never repeat and leave no gap
	For    ID     // the Transmission that will carry it
	Max    int64  // greatest value; the series starts again at 1 behind it (999999999 for ISA13)
	// Strict has numbers given in the order in which they are used: none while one of
	// the series is reserved under another claim, and none that lies before one that
	// is used.
	Strict bool
}

// NumberState is what became of a control number.
type NumberState string

// States of a Number.
const (
	NumberReserved NumberState = "reserved" // for a Transmission whose making goes on
	NumberUsed     NumberState = "used"     // stands in the bytes of its Transmission
	NumberFree     NumberState = "free"     // was reserved and not used: the next one that is asked for
	NumberVoid     NumberState = "void"     // stands in bytes that were discarded before anybody saw them; never used again
)

// Number is one control number.
type Number struct {
	Series string
	Epoch  int64 // how often the series has started again, from 0
	Value  int64 // from 1
	For    ID    // of a free one, for whom it was reserved
	State  NumberState
}

// Place is where a number stands among all of its series, over its epochs.
func (n *Number) Place() int64 { return n.Epoch*(maxControl+1) + n.Value }

// Series is one sequence of control numbers as it stands.
type Series struct {
	Name      string
	Epoch     int64
	Last      int64 // value that was given last in this epoch, 0 none
	Low, High int64 // bounds; High 0: the greatest that the standard allows
	// How many numbers of it, of all epochs, are in these states. All others are used.
	Reserved, Free, Void int64
}

// Next is the value that is given next when none is free; 0 for a series without
// an upper bound of its own that has come to the standard's end.
func (s *Series) Next() int64 {
	high := s.High
	if high == 0 {
		high = maxControl
	}
	if s.Last >= high {
		return s.Low
	}
	return max(s.Last+1, s.Low)
}

// Renumbering is a person's decision about what comes next in a series: when an
// old system's numbers go on here, or a partner wants others. It explains why
// numbers are left out.
type Renumbering struct {
	Series string // one that is not there begins with it
	Next   int64  // value that is given next; one that was passed already begins a new epoch
	// Low and High bound the series from now on; behind High it starts again at
	// Low. 0 leaves them as they are: 1, and the greatest that the standard allows.
	Low, High int64
	Epoch     int64 // in which Next stands: filled by the store
	By        string
	Reason    string
	At        time.Time
	Leaf      archive.Leaf
}

// NewRenumbering gives a decision its leaf. The error says what cannot be asked for.
func NewRenumbering(r Renumbering) (Renumbering, error) {
	switch {
	case r.Series == "":
		return r, fmt.Errorf("bridge: which series has to be said")
	case r.Low < 0 || r.High < 0 || r.High > maxControl || r.Next < 1 || r.Next > maxControl:
		return r, fmt.Errorf("bridge: numbers go from 1 to %d", maxControl)
	case r.High > 0 && (r.Next > r.High || r.Low > r.High), r.Low > r.Next:
		return r, fmt.Errorf("bridge: %d does not lie within %d to %d", r.Next, r.Low, r.High)
	}
	r.At = r.At.UTC()
	r.Leaf = archive.Leaf{Kind: archive.LeafAccess, Time: r.At,
		ID: leafID(archive.LeafAccess, ID(r.Series), fmt.Sprint("renumber ", r.Next, r.By, r.At.Format(time.RFC3339Nano)))}
	return r, nil
}

// Ledgers keeps what must be counted.
type Ledgers interface {
	// Reserve gives one number per scope, in their order: the lowest free one of
	// the series' epoch, else the next. Asked again for the same (Series, For) it
	// gives the same number; one that was free meanwhile and was not given to
	// another included. A Strict scope whose series has a number reserved under the
	// claim of another Transmission refuses all with ErrSeriesBusy.
	Reserve(ctx context.Context, c Claim, scopes []Scope) ([]Number, error)
	// Renumber sets what comes next in a series. The same one again, told by its
	// leaf, changes nothing. Next outside of the bounds of the series is refused
	// with ErrConflict.
	Renumber(ctx context.Context, r Renumbering) error
}

// Numbering reads what became of control numbers.
type Numbering interface {
	// AllSeries gives every series, by name.
	AllSeries(ctx context.Context) ([]Series, error)
	// Numbers gives the numbers of one value in all series, by series and epoch.
	Numbers(ctx context.Context, value int64) ([]Number, error)
	// Renumberings gives what was decided about series, oldest first; of all for "".
	Renumberings(ctx context.Context, series string) ([]Renumbering, error)
}
