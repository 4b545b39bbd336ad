package bridge

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"time"

	"github.com/edibridge/edibridge/archive"
)

// Activation says that a configuration came into force. The newest one is in
// force, for every process on the store.
type Activation struct {
	Number     int64     // from 1 without gaps; given by the store
	Digest     string    // of the configuration's files
	Before     string    // digest of the one in force until then; "" none
	At         time.Time // UTC
	By         string    // who decided
	Reason     string    // "" none
	Difference []string  // what changed, a line each, for people
	Leaf       string    // id of its archive leaf
}

// MaxConfiguration bounds the files of one configuration, in bytes.
const MaxConfiguration = 16 << 20

// ErrTooLarge refuses the files of a configuration above MaxConfiguration.
var ErrTooLarge = errors.New("bridge: a configuration of more than 16 MiB")

// Configurations keeps what the bridge works by and worked by.
type Configurations interface {
	// Activate keeps the files of a configuration by their digest (SHA-256, hex:
	// [FilesDigest]) and puts it in force, with its leaf. It is refused with
	// ErrConflict when Before is not the digest in force, and with ErrTooLarge. The
	// same Activation again, told by its leaf, changes nothing and gives the same.
	Activate(ctx context.Context, a Activation, files []byte, leaf archive.Leaf) (Activation, error)
	// Active gives what is in force, or ErrNotFound.
	Active(ctx context.Context) (Activation, error)
	// Activations gives the newest ones first, at most limit.
	Activations(ctx context.Context, limit int) ([]Activation, error)
	// ConfigurationFiles gives the files of a configuration that was ever in force, or ErrNotFound.
	ConfigurationFiles(ctx context.Context, digest string) ([]byte, error)
}

// FilesDigest names the files of a configuration.
func FilesDigest(files []byte) string {
	sum := sha256.Sum256(files)
	return hex.EncodeToString(sum[:])
}

// NewActivation is a change of configuration with its leaf, to be given to
// [Configurations.Activate]. Times have microseconds, as every store keeps them.
func NewActivation(digest, before, by, reason string, at time.Time) (Activation, archive.Leaf) {
	at = at.UTC().Truncate(time.Microsecond)
	about := ID(digest)
	leaf := archive.Leaf{Kind: archive.LeafConfig, ID: leafID(archive.LeafConfig, about, before+by+at.Format(time.RFC3339Nano)), Time: at}
	if sum, err := hex.DecodeString(digest); err == nil && len(sum) == len(leaf.Meta) {
		copy(leaf.Meta[:], sum)
	}
	return Activation{Digest: digest, Before: before, By: by, Reason: reason, At: at, Leaf: leaf.ID}, leaf
}

// StoredFiles are the files of a configuration as an audit sees them.
type StoredFiles struct {
	Digest string
	Files  []byte
}
