package mappings

import (
	"slices"

	"github.com/edibridge/edibridge/canonical"
)

// A mark is what an anchor remembers of a segment: 6 bits drawn from its tag, 18
// from its values. In a residue it is four characters of base64url.

const (
	markBytes = 4
	alphabet  = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	tagBits   = 0xFC0000
)

// hash is FNV-1a.
type hash uint32

func newHash() hash { return 2166136261 }

func (h hash) add(s string) hash {
	for i := 0; i < len(s); i++ {
		h = (h ^ hash(s[i])) * 16777619
	}
	return h
}

func (h hash) separator() hash { return (h ^ 0xFF) * 16777619 }

// mark joins the hashes of tag and values.
func mark(tag string, values hash) uint32 {
	t := newHash().add(tag)
	return uint32(t^t>>12^t>>24)&0x3F<<18 | uint32(values^values>>18)&0x3FFFF
}

// markHash is the hash of a segment's values: empty ones count only before
// others.
type markHash struct {
	h     hash
	empty int
}

func (m *markHash) add(text string) {
	if text == "" {
		m.empty++
		return
	}
	for ; m.empty > 0; m.empty-- {
		m.h = m.h.separator()
	}
	m.h = m.h.add(text).separator()
}

// markOf is the mark of a made segment. What is computed over the message, and
// its control number, are left out.
func (w *maker) markOf(s made) uint32 {
	h := markHash{h: newHash()}
	for i, e := range w.elements(s) {
		if s.block.excludes(i + 1) {
			e = ""
		}
		h.add(e)
	}
	return mark(s.block.tag, h.h)
}

// excludes reports whether an element says nothing about the place of its
// segment.
func (k *block) excludes(element int) bool {
	if !k.volatile {
		return false
	}
	for i := range k.rows {
		if r := &k.rows[i]; r.excluded && r.spots[0].element == element {
			return true
		}
	}
	return false
}

func (w *maker) marks() []uint32 {
	ms := make([]uint32, len(w.made))
	for i, s := range w.made {
		ms[i] = w.markOf(s)
	}
	return ms
}

// encodeAnchors writes marks and the ordinals of their segments (0: none) as
// runs.
func encodeAnchors(marks []uint32, ordinals []int) []canonical.Anchor {
	var runs []canonical.Anchor
	buf := make([]byte, 0, len(marks)*markBytes)
	start := 0
	for i, m := range marks {
		follows := i > 0 && (ordinals[i] == 0 && ordinals[i-1] == 0 || ordinals[i] > 0 && ordinals[i-1] > 0 && ordinals[i] == ordinals[i-1]+1)
		if i > 0 && !follows {
			runs[len(runs)-1].Marks = string(buf[start:])
			start = len(buf)
		}
		if !follows {
			runs = append(runs, canonical.Anchor{Segment: ordinals[i]})
		}
		buf = append(buf, alphabet[m>>18&63], alphabet[m>>12&63], alphabet[m>>6&63], alphabet[m&63])
	}
	if len(runs) > 0 {
		runs[len(runs)-1].Marks = string(buf[start:])
	}
	return runs
}

// decodeAnchors is the way back. Characters that are none of the alphabet give
// a mark that is nobody's.
func decodeAnchors(runs []canonical.Anchor) (marks []uint32, ordinals []int) {
	var digit [256]uint32
	for i := range digit {
		digit[i] = 1 << 30
	}
	for i := range len(alphabet) {
		digit[alphabet[i]] = uint32(i)
	}
	for _, run := range runs {
		o := run.Segment
		for s := run.Marks; len(s) >= markBytes; s = s[markBytes:] {
			marks = append(marks, digit[s[0]]<<18|digit[s[1]]<<12|digit[s[2]]<<6|digit[s[3]])
			ordinals = append(ordinals, o)
			if o > 0 {
				o++
			}
		}
	}
	return marks, ordinals
}

// pair finds for each mark of a the mark of b that is its own: an ascending
// sequence of indexes, -1 for none. Equal beginnings and ends belong together,
// then marks that both sides have once, in the longest ascending row; between
// those, as many of the same tags in the same order.
func pair(a, b []uint32) []int {
	out := make([]int, len(a))
	for i := range out {
		out[i] = -1
	}
	pairRange(a, b, 0, 0, out)
	return out
}

func pairRange(a, b []uint32, i, j int, out []int) {
	for len(a) > 0 && len(b) > 0 && a[0] == b[0] {
		out[i] = j
		a, b, i, j = a[1:], b[1:], i+1, j+1
	}
	for len(a) > 0 && len(b) > 0 && a[len(a)-1] == b[len(b)-1] {
		out[i+len(a)-1] = j + len(b) - 1
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	if len(a) == 0 || len(b) == 0 {
		return
	}
	if once := commonOnce(a, b); len(once) > 0 {
		from, at := 0, 0
		for _, p := range append(once, [2]int{len(a), len(b)}) {
			pairRange(a[from:p[0]], b[at:p[1]], i+from, j+at, out)
			if p[0] < len(a) {
				out[i+p[0]] = j + p[1]
			}
			from, at = p[0]+1, p[1]+1
		}
		return
	}
	if len(a) != len(b) {
		return
	}
	for k := range a {
		if (a[k]^b[k])&tagBits != 0 {
			return
		}
	}
	for k := range a {
		out[i+k] = j + k
	}
}

// commonOnce gives the pairs of marks that a and b each have once, in the
// longest row that ascends on both sides.
func commonOnce(a, b []uint32) [][2]int {
	type place struct{ at, count int }
	in := make(map[uint32]place, len(b))
	for j, m := range b {
		in[m] = place{j, in[m].count + 1}
	}
	times := make(map[uint32]int, len(a))
	for _, m := range a {
		times[m]++
	}
	var pairs [][2]int
	for i, m := range a {
		if p := in[m]; p.count == 1 && times[m] == 1 {
			pairs = append(pairs, [2]int{i, p.at})
		}
	}
	return ascending(pairs)
}

// ascending gives the longest subsequence whose second numbers ascend.
func ascending(pairs [][2]int) [][2]int {
	var tails []int // index in pairs of the last of the best row of each length
	before := make([]int, len(pairs))
	for i, p := range pairs {
		k, _ := slices.BinarySearchFunc(tails, p[1], func(t, at int) int { return pairs[t][1] - at })
		before[i] = -1
		if k > 0 {
			before[i] = tails[k-1]
		}
		if k == len(tails) {
			tails = append(tails, i)
		} else {
			tails[k] = i
		}
	}
	row := make([][2]int, len(tails))
	if len(tails) == 0 {
		return row
	}
	for i, k := tails[len(tails)-1], len(tails)-1; k >= 0; i, k = before[i], k-1 {
		row[k] = pairs[i]
	}
	return row
}
