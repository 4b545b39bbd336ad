package archive

import (
	"fmt"
	"iter"
	"math/bits"

	"golang.org/x/mod/sumdb/tlog"
)

// Head is the state of the log: how many leaves it has and the root over them
// (RFC 6962 section 2.1). The zero Head is the empty log.
type Head struct {
	Size int64 `json:"size"`
	Root Hash  `json:"root"`
}

// StoredHash is one hash of a whole subtree, by its index in the numbering of
// golang.org/x/mod/sumdb/tlog. A store that keeps them all can prove anything
// about the log.
type StoredHash struct {
	Index int64 `json:"index"`
	Hash  Hash  `json:"hash"`
}

// HeadError says that a head is not the head of the leaves or hashes it came
// with: one of them was changed, or is older than the other.
type HeadError struct {
	Size      int64 // leaves, as the head says
	Leaves    int64 // leaves that there are; -1 when only hashes were looked at
	Want, Got Hash  // the root of the head; the root computed
}

// Error gives both sides.
func (e *HeadError) Error() string {
	if e.Leaves >= 0 && e.Leaves != e.Size {
		return fmt.Sprintf("archive: log has %d leaves, its head says %d", e.Leaves, e.Size)
	}
	return fmt.Sprintf("archive: log of %d leaves has root %s, its head says %s", e.Size, e.Got, e.Want)
}

// Sequence puts leaves behind head and returns the new head and the hashes to be
// stored, by rising index and without gaps: the first is
// tlog.StoredHashCount(head.Size). Read gives stored hashes by index, in the
// order asked for; it is called once, for at most 63 of them, and not at all
// while the log is empty. What it gives is checked against head.Root: a
// *[HeadError] means that head and hashes are not of one log.
//
// A leaf is hashed as it is; it has 1 to [MaxLeaf] bytes. Sequence is pure: the
// caller stores what it returns in the commit that stores the leaves.
func Sequence(head Head, read func(indexes []int64) ([]Hash, error), leaves [][]byte) (Head, []StoredHash, error) {
	known, err := rightEdge(head, read)
	if err != nil || len(leaves) == 0 {
		return head, nil, err
	}
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		hashes := make([]tlog.Hash, len(indexes))
		for i, index := range indexes {
			hash, ok := known[index]
			if !ok {
				return nil, fmt.Errorf("archive: hash %d is not at the edge of the log", index)
			}
			hashes[i] = hash
		}
		return hashes, nil
	})
	stored := make([]StoredHash, 0, 2*len(leaves))
	next := tlog.StoredHashCount(head.Size)
	for i, leaf := range leaves {
		if len(leaf) == 0 || len(leaf) > MaxLeaf {
			return head, nil, fmt.Errorf("archive: leaf %d of %d has %d bytes, not 1 to %d", i+1, len(leaves), len(leaf), MaxLeaf)
		}
		hashes, err := tlog.StoredHashes(head.Size+int64(i), leaf, reader)
		if err != nil {
			return head, nil, err
		}
		for _, hash := range hashes {
			known[next] = hash
			stored = append(stored, StoredHash{Index: next, Hash: Hash(hash)})
			next++
		}
	}
	size := head.Size + int64(len(leaves))
	root, err := tlog.TreeHash(size, reader)
	if err != nil {
		return head, nil, err
	}
	return Head{Size: size, Root: Hash(root)}, stored, nil
}

// rightEdge reads the hashes on which everything new depends: the largest whole
// subtrees of the log, from left to right. Together they are its root.
func rightEdge(head Head, read func(indexes []int64) ([]Hash, error)) (map[int64]tlog.Hash, error) {
	known := make(map[int64]tlog.Hash)
	if head.Size == 0 && head.Root.IsZero() {
		return known, nil
	}
	if head.Size <= 0 {
		return nil, &HeadError{Size: head.Size, Leaves: -1, Want: head.Root}
	}
	var indexes []int64
	for left := int64(0); left < head.Size; {
		level := bits.Len64(uint64(head.Size-left)) - 1
		indexes = append(indexes, tlog.StoredHashIndex(level, left>>level))
		left += 1 << level
	}
	hashes, err := read(indexes)
	if err != nil {
		return nil, fmt.Errorf("archive: read hashes of log of %d leaves: %w", head.Size, err)
	}
	if len(hashes) != len(indexes) {
		return nil, fmt.Errorf("archive: read hashes of log of %d leaves: got %d, asked for %d", head.Size, len(hashes), len(indexes))
	}
	root := tlog.Hash(hashes[len(hashes)-1])
	for i := len(hashes) - 2; i >= 0; i-- {
		root = tlog.NodeHash(tlog.Hash(hashes[i]), root)
	}
	if Hash(root) != head.Root {
		return nil, &HeadError{Size: head.Size, Leaves: -1, Want: head.Root, Got: Hash(root)}
	}
	for i, index := range indexes {
		known[index] = tlog.Hash(hashes[i])
	}
	return known, nil
}

// CheckHead computes the root of leaves, given in the order of the log, and
// compares it with head: a *[HeadError] when they differ. It needs no stored hash
// and memory for 63 of them. An error of leaves is returned as it is.
func CheckHead(head Head, leaves iter.Seq2[[]byte, error]) error {
	var edge []tlog.Hash // of whole subtrees, the largest first; bit k of size is one of 1<<k leaves
	size := int64(0)
	for leaf, err := range leaves {
		if err != nil {
			return err
		}
		hash := tlog.RecordHash(leaf)
		for whole := size; whole&1 == 1; whole >>= 1 {
			last := len(edge) - 1
			hash, edge = tlog.NodeHash(edge[last], hash), edge[:last]
		}
		edge = append(edge, hash)
		size++
	}
	var root Hash // stays zero for the empty log
	for i := len(edge) - 1; i >= 0; i-- {
		if i == len(edge)-1 {
			root = Hash(edge[i])
		} else {
			root = Hash(tlog.NodeHash(edge[i], tlog.Hash(root)))
		}
	}
	if size != head.Size || root != head.Root {
		return &HeadError{Size: head.Size, Leaves: size, Want: head.Root, Got: root}
	}
	return nil
}
