package bridgetest

import (
	"bytes"
	"time"

	"github.com/edibridge/edibridge/archive"
	"github.com/edibridge/edibridge/bridge"
)

// activateTests: a configuration comes into force by one row, once.
func activateTests() []storeTest {
	return []storeTest{
		{"nothing is in force at first", activeNothing},
		{"the newest is in force, and all are kept", activateTwice},
		{"the same again changes nothing", activateAgain},
		{"only over the one that is in force", activateConflict},
		{"files that are not of their digest, or too large, are refused", activateRefused},
		{"a slice keeps the version it was made under", advanceVersion},
	}
}

func (b *bench) activation(text, before string) (bridge.Activation, []byte, archive.Leaf) {
	files := []byte(text)
	a, leaf := bridge.NewActivation(bridge.FilesDigest(files), before, "ann", "new partner \x00", b.now)
	a.Difference = []string{"partner globex: added", "partner acme: name changed: A -> B"}
	return a, files, leaf
}

func (b *bench) activate(text, before string) bridge.Activation {
	b.Helper()
	a, err := b.s.Activate(b.ctx, first(b.activation(text, before)), []byte(text), third(b.activation(text, before)))
	b.must(err)
	return a
}

func first(a bridge.Activation, _ []byte, _ archive.Leaf) bridge.Activation { return a }
func third(_ bridge.Activation, _ []byte, l archive.Leaf) archive.Leaf      { return l }

func activeNothing(b *bench) {
	_, err := b.s.Active(b.ctx)
	b.refused(err, bridge.ErrNotFound)
	_, err = b.s.ConfigurationFiles(b.ctx, "none")
	b.refused(err, bridge.ErrNotFound)
	all, err := b.s.Activations(b.ctx, 10)
	b.must(err)
	equal(b, "activations", len(all), 0)
}

func activateTwice(b *bench) {
	one := b.activate("one", "")
	b.now = b.now.Add(time.Hour)
	two := b.activate("two", one.Digest)
	b.now = b.now.Add(time.Hour)
	back := b.activate("one", two.Digest) // as it was before
	active, err := b.s.Active(b.ctx)
	b.must(err)
	equal(b, "active", active, back)
	equal(b, "number", active.Number, int64(3))
	all, err := b.s.Activations(b.ctx, 2)
	b.must(err)
	equal(b, "activations", all, []bridge.Activation{back, two})
	files, err := b.s.ConfigurationFiles(b.ctx, two.Digest)
	b.must(err)
	equal(b, "files", string(files), "two")
	records, leaves := 0, 0
	for _, r := range b.audit() {
		if r.Activation != nil || r.Files != nil {
			records++
		}
		if r.Leaf != nil {
			leaves++
		}
	}
	equal(b, "activations and files in the audit", records, 5)
	equal(b, "leaves", leaves, 3)
}

func activateAgain(b *bench) {
	one := b.activate("one", "")
	b.now = b.now.Add(time.Hour)
	two := b.activate("two", one.Digest)
	equal(b, "the second time", b.activate("two", one.Digest), two)
	active, err := b.s.Active(b.ctx)
	b.must(err)
	equal(b, "number", active.Number, int64(2))
}

func activateConflict(b *bench) {
	b.activate("one", "")
	b.now = b.now.Add(time.Hour)
	a, files, leaf := b.activation("two", "")
	_, err := b.s.Activate(b.ctx, a, files, leaf)
	b.refused(err, bridge.ErrConflict)
	_, err = b.s.ConfigurationFiles(b.ctx, a.Digest)
	b.refused(err, bridge.ErrNotFound)
}

func activateRefused(b *bench) {
	a, _, leaf := b.activation("one", "")
	if _, err := b.s.Activate(b.ctx, a, []byte("two"), leaf); err == nil {
		b.Error("files of another digest were kept")
	}
	large := bytes.Repeat([]byte{'x'}, bridge.MaxConfiguration+1)
	a.Digest = bridge.FilesDigest(large)
	_, err := b.s.Activate(b.ctx, a, large, leaf)
	b.refused(err, bridge.ErrTooLarge)
	_, err = b.s.Active(b.ctx)
	b.refused(err, bridge.ErrNotFound)
}

func advanceVersion(b *bench) {
	id := b.accept("long")
	c := b.claimOf(bridge.StepTranslate, id)
	s := bridge.Slice{Cursor: bridge.Cursor{Slices: 1, Documents: 1}, Documents: []bridge.Document{document(id, 1)}, Version: "v1"}
	b.must(b.s.Advance(b.ctx, c, s, b.now.Add(lease)))
	b.must(b.s.Release(b.ctx, c, time.Time{}))
	c = b.claimOf(bridge.StepTranslate, id)
	equal(b, "version", c.Transmission.Config, "v1")
}
