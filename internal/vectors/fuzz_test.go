package vectors

import (
	"bytes"
	"testing"

	"github.com/edibridge/edibridge/edi"
)

// FuzzEngine reads, validates and acknowledges whatever bytes with all guides there
// are: no panic, the same in any pieces, each byte in one part, written again as it
// was read, and each acknowledgment reads back as what was decided.
func FuzzEngine(f *testing.F) {
	const longest = 16 << 10 // what is longer is slow to vary
	for _, d := range documents(f) {
		if len(d.data) <= longest {
			f.Add(d.data, uint8(6))
		}
	}
	f.Fuzz(func(t *testing.T, data []byte, size uint8) {
		opt := ackOptions()["997, CONTRL"]
		if size%2 == 1 {
			opt = ackOptions()["999, CONTRL of all"]
		}
		checkParts(t, "the file", data)
		sameInPieces(t, "the file", data, opt, []int{int(size) + 1, 1})
		opt.limits = edi.Limits{Segment: 300, Message: 2000}
		sameInPieces(t, "the file, limited", data, opt, []int{int(size) + 1, 1})
		opt.whatever = true
		j := newJudging(t, options{ta1: true, ack: opt.ack, control: opt.control})
		j.answered = func(a *answer) { checkAnswer(t, "the file", a, opt) }
		if err := j.run(bytes.NewReader(data)); err != nil {
			t.Fatal(err)
		}
	})
}
