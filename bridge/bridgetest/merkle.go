package bridgetest

import (
	"crypto/sha256"

	"github.com/edibridge/edibridge/archive"
)

// merkleRoot is the Merkle tree hash of RFC 6962 section 2.1 over leaves, written
// down from its definition and nothing else; zero for no leaves.
func merkleRoot(leaves [][]byte) archive.Hash {
	switch n := len(leaves); n {
	case 0:
		return archive.Hash{}
	case 1:
		return sha256.Sum256(append([]byte{0}, leaves[0]...))
	default:
		k := 1
		for 2*k < n { // the largest power of two smaller than n
			k *= 2
		}
		left, right := merkleRoot(leaves[:k]), merkleRoot(leaves[k:])
		node := append([]byte{1}, left[:]...)
		return sha256.Sum256(append(node, right[:]...))
	}
}
