package archive_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"

	"github.com/edibridge/edibridge/archive"
)

// hashStore keeps stored hashes as a database would, and counts what is read.
type hashStore struct {
	hashes []archive.Hash
	reads  int
}

func (s *hashStore) read(indexes []int64) ([]archive.Hash, error) {
	s.reads++
	got := make([]archive.Hash, len(indexes))
	for i, index := range indexes {
		if index < 0 || index >= int64(len(s.hashes)) {
			return nil, fmt.Errorf("no hash %d", index)
		}
		got[i] = s.hashes[index]
	}
	return got, nil
}

// ReadHashes implements tlog.HashReader.
func (s *hashStore) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	got, err := s.read(indexes)
	hashes := make([]tlog.Hash, len(got))
	for i := range got {
		hashes[i] = tlog.Hash(got[i])
	}
	return hashes, err
}

func (s *hashStore) store(stored []archive.StoredHash) error {
	for _, h := range stored {
		if h.Index != int64(len(s.hashes)) {
			return fmt.Errorf("hash %d comes where %d belongs", h.Index, len(s.hashes))
		}
		s.hashes = append(s.hashes, h.Hash)
	}
	return nil
}

// leaves are n different texts, from number first on.
func leaves(first, n int) [][]byte {
	all := make([][]byte, n)
	for i := range all {
		all[i] = fmt.Appendf(nil, "leaf %d", first+i)
	}
	return all
}

// each gives leaves as a store does.
func each(all [][]byte) func(yield func([]byte, error) bool) {
	return func(yield func([]byte, error) bool) {
		for _, leaf := range all {
			if !yield(leaf, nil) {
				return
			}
		}
	}
}

// reference is the root by the text of RFC 6962 section 2.1, word for word.
func reference(all [][]byte) archive.Hash {
	if len(all) == 1 {
		return archive.Sum(append([]byte{0}, all[0]...))
	}
	k := 1
	for 2*k < len(all) {
		k *= 2
	}
	left, right := reference(all[:k]), reference(all[k:])
	return archive.Sum(slices.Concat([]byte{1}, left[:], right[:]))
}

// TestSequence builds logs in commits of any sizes and compares each head with
// the RFC, with tlog.TreeHash over what was stored, and with CheckHead.
func TestSequence(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var s hashStore
		var head archive.Head
		var all [][]byte
		for _, n := range rapid.SliceOfN(rapid.IntRange(0, 70), 1, 6).Draw(t, "commits") {
			batch := leaves(len(all), n)
			s.reads = 0
			next, stored, err := archive.Sequence(head, s.read, batch)
			if err != nil {
				t.Fatal(err)
			}
			if s.reads > 1 || head.Size == 0 && s.reads > 0 {
				t.Errorf("log of %d: read %d times", head.Size, s.reads)
			}
			if err := s.store(stored); err != nil {
				t.Fatal(err)
			}
			head, all = next, append(all, batch...)
			if head.Size != int64(len(all)) || len(s.hashes) != int(tlog.StoredHashCount(head.Size)) {
				t.Fatalf("got size %d and %d hashes; want %d and %d", head.Size, len(s.hashes), len(all), tlog.StoredHashCount(head.Size))
			}
			if len(all) == 0 {
				continue
			}
			root, err := tlog.TreeHash(head.Size, &s)
			if want := reference(all); err != nil || archive.Hash(root) != want || head.Root != want {
				t.Fatalf("log of %d: got root %s, tlog %v (%v), RFC 6962 %s", head.Size, head.Root, root, err, want)
			}
		}
		if err := archive.CheckHead(head, each(all)); err != nil {
			t.Error(err)
		}
	})
}

// TestProofs proves every leaf of a log, and every earlier head, with the hashes
// that Sequence gave.
func TestProofs(t *testing.T) {
	var s hashStore
	var head archive.Head
	all := leaves(0, 130)
	heads := []archive.Head{head}
	for i := range all {
		next, stored, err := archive.Sequence(head, s.read, all[i:i+1])
		check(t, err)
		check(t, s.store(stored))
		head = next
		heads = append(heads, head)
	}
	root := tlog.Hash(head.Root)
	for i, leaf := range all {
		proof, err := tlog.ProveRecord(head.Size, int64(i), &s)
		check(t, err)
		if err := tlog.CheckRecord(proof, head.Size, root, int64(i), tlog.RecordHash(leaf)); err != nil {
			t.Errorf("leaf %d: %v", i, err)
		}
		if err := tlog.CheckRecord(proof, head.Size, root, int64(i), tlog.RecordHash([]byte("another"))); err == nil {
			t.Errorf("leaf %d: another leaf is proven in its place", i)
		}
		old := heads[i+1]
		consistency, err := tlog.ProveTree(head.Size, old.Size, &s)
		check(t, err)
		if err := tlog.CheckTree(consistency, head.Size, root, old.Size, tlog.Hash(old.Root)); err != nil {
			t.Errorf("head of %d: %v", old.Size, err)
		}
	}
}

func TestSequenceRefuses(t *testing.T) {
	var s hashStore
	head, stored, err := archive.Sequence(archive.Head{}, s.read, leaves(0, 21))
	check(t, err)
	check(t, s.store(stored))
	broken := errors.New("no database")
	tests := []struct {
		name   string
		head   archive.Head
		read   func([]int64) ([]archive.Hash, error)
		leaves [][]byte
		log    bool  // want a *HeadError
		is     error // want this error in it
	}{
		{"older head", archive.Head{Size: 20, Root: head.Root}, s.read, leaves(21, 1), true, nil},
		{"other root", archive.Head{Size: 21, Root: archive.Hash{1}}, s.read, leaves(21, 1), true, nil},
		{"other root, no leaves", archive.Head{Size: 21, Root: archive.Hash{1}}, s.read, nil, true, nil},
		{"root of nothing", archive.Head{Root: head.Root}, s.read, leaves(0, 1), true, nil},
		{"negative size", archive.Head{Size: -1, Root: head.Root}, s.read, leaves(0, 1), true, nil},
		{"a hash changed", head, func(i []int64) ([]archive.Hash, error) {
			got, err := s.read(i)
			got[len(got)-1][0] ^= 1
			return got, err
		}, leaves(21, 1), true, nil},
		{"a hash missing", head, func(i []int64) ([]archive.Hash, error) { return s.read(i[1:]) }, leaves(21, 1), false, nil},
		{"reading fails", head, func([]int64) ([]archive.Hash, error) { return nil, broken }, leaves(21, 1), false, broken},
		{"empty leaf", head, s.read, [][]byte{[]byte("x"), {}}, false, nil},
		{"long leaf", head, s.read, [][]byte{make([]byte, archive.MaxLeaf+1)}, false, nil},
	}
	for _, test := range tests {
		got, stored, err := archive.Sequence(test.head, test.read, test.leaves)
		var bad *archive.HeadError
		if err == nil || errors.As(err, &bad) != test.log || test.is != nil && !errors.Is(err, test.is) {
			t.Errorf("%s: got %v", test.name, err)
		}
		if got != test.head || stored != nil {
			t.Errorf("%s: got %+v and %d hashes; want the head as it was and none", test.name, got, len(stored))
		}
	}
}

func TestCheckHeadRefuses(t *testing.T) {
	all := leaves(0, 13)
	head, _, err := archive.Sequence(archive.Head{}, nil, all)
	check(t, err)
	changed := slices.Clone(all)
	changed[7] = []byte("another")
	exchanged := slices.Clone(all)
	exchanged[0], exchanged[1] = exchanged[1], exchanged[0]
	for name, wrong := range map[string][][]byte{
		"none": nil, "last missing": all[:12], "first missing": all[1:], "one more": leaves(0, 14), "changed": changed, "exchanged": exchanged,
	} {
		var bad *archive.HeadError
		if err := archive.CheckHead(head, each(wrong)); !errors.As(err, &bad) || bad.Leaves != int64(len(wrong)) {
			t.Errorf("%s: got %v, want a *HeadError over %d leaves", name, err, len(wrong))
		}
	}
	if err := archive.CheckHead(archive.Head{}, each(nil)); err != nil {
		t.Errorf("empty log: %v", err)
	}
	broken := errors.New("no database")
	if err := archive.CheckHead(head, func(yield func([]byte, error) bool) { yield(nil, broken) }); err != broken {
		t.Errorf("got %v, want the error of leaves", err)
	}
}

func BenchmarkSequence(b *testing.B) {
	for _, n := range []int{1, 10, 500} {
		b.Run(fmt.Sprintf("leaves=%d", n), func(b *testing.B) {
			var s hashStore
			head, stored, err := archive.Sequence(archive.Head{}, nil, leaves(0, 99_999))
			check(b, err)
			check(b, s.store(stored))
			batch := make([][]byte, n)
			for i := range batch {
				batch[i] = make([]byte, 300)
			}
			for b.Loop() {
				if _, _, err := archive.Sequence(head, s.read, batch); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N*n)/b.Elapsed().Seconds(), "leaves/s")
		})
	}
}
