package bridge

import (
	"time"

	"github.com/edibridge/edibridge/archive"
)

// NewOperation is a person's decision with its leaf, to be given to
// [Work.Operate].
func NewOperation(kind OperationKind, id ID, by, reason string, at time.Time) Operation {
	at = at.UTC()
	return Operation{Kind: kind, ID: id, By: by, Reason: reason, At: at,
		Leaf: archive.Leaf{Kind: archive.LeafAccess, ID: leafID(archive.LeafAccess, id, string(kind)+by+at.Format(time.RFC3339Nano)), Time: at}}
}
