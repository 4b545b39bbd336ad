package guide

import "slices"

// codeSet is a set of codes that is asked for every coded element: open
// addressing over codes packed into a word, longer ones sorted aside.
type codeSet struct {
	shift uint8
	mask  uint32
	slots []uint64 // 0: free
	long  []string // of more than packed bytes, sorted
}

func newCodeSet(codes []string) *codeSet {
	bits := 2
	for 1<<bits < 2*len(codes) {
		bits++
	}
	s := &codeSet{shift: uint8(64 - bits), mask: 1<<bits - 1, slots: make([]uint64, 1<<bits)}
	for _, c := range codes {
		if len(c) > packed {
			s.long = append(s.long, c)
			continue
		}
		k := packCode([]byte(c))
		h := s.slot(k)
		for s.slots[h] != 0 && s.slots[h] != k {
			h = (h + 1) & s.mask
		}
		s.slots[h] = k
	}
	slices.Sort(s.long)
	return s
}

func (s *codeSet) slot(k uint64) uint32 { return uint32(k * 0x9E3779B97F4A7C15 >> s.shift) }

// packed is the longest code that fits a word, with the bit that tells its length.
const packed = 7

// packCode makes a word of a code of at most packed bytes; it is never 0.
func packCode(c []byte) uint64 {
	k := uint64(1)
	for _, b := range c {
		k = k<<8 | uint64(b)
	}
	return k
}

// has reports whether the set holds c.
func (s *codeSet) has(c []byte) bool {
	if len(c) > packed {
		_, ok := slices.BinarySearch(s.long, string(c))
		return ok
	}
	return s.hasWord(packCode(c))
}

// hasWord is has of a code that is packed.
func (s *codeSet) hasWord(k uint64) bool {
	for h := s.slot(k); ; h = (h + 1) & s.mask {
		switch s.slots[h] {
		case k:
			return true
		case 0:
			return false
		}
	}
}
