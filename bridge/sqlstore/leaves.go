package sqlstore

import (
	"fmt"

	"github.com/edibridge/edibridge/archive"
)

// leafText is a leaf as the log keeps it.
type leafText struct {
	id   string
	text []byte
}

// leafTexts writes leaves before the write is queued.
func leafTexts(leaves []archive.Leaf) ([]leafText, error) {
	out := make([]leafText, 0, len(leaves))
	for i := range leaves {
		text, err := leaves[i].AppendText(nil)
		if err != nil {
			return nil, fmt.Errorf("leaf %s: %w", leaves[i].ID, err)
		}
		out = append(out, leafText{leaves[i].ID, text})
	}
	return out, nil
}

// addLeaves writes leaves. Ids are computed from what a leaf is about, so one that is
// there already is the same act and stays as it is.
func (x *txn) addLeaves(leaves []leafText) error {
	for _, l := range leaves {
		var err error
		if x.grows() {
			err = x.append(l)
		} else {
			x.leaves = true
			err = x.send("INSERT INTO leaf (id, text) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING", l.id, l.text)
		}
		if err != nil {
			return fmt.Errorf("leaf %s: %w", l.id, err)
		}
	}
	return nil
}

// tail is what a transaction that writes alone puts to the log.
type tail struct {
	head  archive.Head
	known bool     // head was read, and is there
	begun bool     // it was asked for
	texts [][]byte // behind head
}

// append writes a leaf with its index.
func (x *txn) append(l leafText) error {
	t := &x.tail
	if !t.begun {
		var err error
		if t.head, t.known, err = x.head(); err != nil {
			return err
		}
		t.begun = true
	}
	added, err := x.exec("INSERT INTO leaf (id, idx, text) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING", l.id, t.head.Size+int64(len(t.texts)), l.text)
	if added > 0 {
		t.texts = append(t.texts, l.text)
	}
	return err
}

// extend brings the log's tree behind the leaves that append wrote.
func (x *txn) extend() error {
	if len(x.tail.texts) == 0 {
		return nil
	}
	return x.moveHead(x.tail.head, x.tail.known, x.tail.texts)
}

// selectUnsealed reads the leaves that wait for their index, in the order of writing.
const selectUnsealed = "SELECT n, text FROM leaf WHERE idx IS NULL ORDER BY n LIMIT $1"

// seal gives leaves without an index the next ones, in the order of writing, at
// most limit of them (negative: all), moves the head, and tells how many they were.
func (x *txn) seal(limit int) (int, error) {
	var numbers []int64
	var texts [][]byte
	err := x.rows(selectUnsealed, []any{limit}, func(scan scanner) error {
		var n int64
		var text []byte
		if err := scan(&n, &text); err != nil {
			return err
		}
		numbers, texts = append(numbers, n), append(texts, text)
		return nil
	})
	if err != nil || len(texts) == 0 {
		return 0, err
	}
	head, known, err := x.head()
	if err != nil {
		return 0, err
	}
	for i, n := range numbers {
		if err := x.send("UPDATE leaf SET idx = $1 WHERE n = $2", head.Size+int64(i), n); err != nil {
			return 0, err
		}
	}
	return len(numbers), x.moveHead(head, known, texts)
}

// moveHead adds the hashes of leaves to the tree, and moves its head behind them.
func (x *txn) moveHead(head archive.Head, known bool, texts [][]byte) error {
	next, hashes, err := archive.Sequence(head, x.hashes, texts)
	if err != nil {
		return fmt.Errorf("sequence %d leaves behind %d: %w", len(texts), head.Size, err)
	}
	for _, h := range hashes {
		if err := x.send("INSERT INTO hash (idx, hash) VALUES ($1, $2)", h.Index, h.Hash[:]); err != nil {
			return err
		}
	}
	move := "INSERT INTO head (size, root) VALUES ($1, $2)"
	if known {
		move = "UPDATE head SET size = $1, root = $2"
	}
	return x.send(move, next.Size, next.Root[:])
}

// head gives the log's head; known is false while the log is empty.
func (x *txn) head() (h archive.Head, known bool, err error) {
	var root []byte
	known, err = x.row("SELECT size, root FROM head", nil, &h.Size, &root)
	copy(h.Root[:], root)
	return h, known, err
}

// hashes reads stored hashes of the log's tree.
func (x *txn) hashes(indexes []int64) ([]archive.Hash, error) {
	out := make([]archive.Hash, len(indexes))
	for i, at := range indexes {
		var h []byte
		ok, err := x.row("SELECT hash FROM hash WHERE idx = $1", []any{at}, &h)
		if err != nil {
			return nil, err
		}
		if !ok {
			return nil, fmt.Errorf("stored hash %d is not there", at)
		}
		copy(out[i][:], h)
	}
	return out, nil
}
