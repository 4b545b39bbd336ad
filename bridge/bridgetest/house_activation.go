package bridgetest

import (
	"bytes"
	"fmt"
)

// activationsInOrder checks that what is in force can be told and can be read.
func (c *check) activationsInOrder() {
	there := map[string]bool{}
	for _, f := range c.files {
		there[f.Digest] = true
		if sum, _, err := digest(bytes.NewReader(f.Files)); err != nil || sum.String() != f.Digest {
			c.problem("activation.files", f.Digest, "the files stored under it have the digest %s", sum)
		}
	}
	before := ""
	for i, a := range c.activations {
		name := fmt.Sprint(a.Number)
		if a.Number != int64(i+1) || a.Before != before {
			c.problem("activation.chain", name, "it is the %dth and follows %q, not %q", i+1, before, a.Before)
		}
		if c.leaves[a.Leaf] == nil {
			c.problem("activation.chain", name, "its leaf %q is not in the log", a.Leaf)
		}
		if !there[a.Digest] {
			c.problem("activation.files", name, "the files of %s are not there", a.Digest)
		}
		before = a.Digest
	}
}
