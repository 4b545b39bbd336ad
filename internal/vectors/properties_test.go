package vectors

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/edi/guide"
)

// pieces deals data out in pieces of the sizes given, over and over.
type pieces struct {
	data  []byte
	sizes []int
	n     int
}

// Read gives the next piece; the last one together with io.EOF, as a reader may.
func (p *pieces) Read(b []byte) (int, error) {
	size := min(p.sizes[p.n%len(p.sizes)], len(p.data), len(b))
	p.n++
	copy(b, p.data[:size])
	if p.data = p.data[size:]; len(p.data) == 0 {
		return size, io.EOF
	}
	return size, nil
}

// account is all that is seen of a file: events, positions, findings, trees and
// acknowledgments, one a line.
func account(r io.Reader, opt options) (string, error) {
	var b strings.Builder
	j, err := openJudging(opt)
	if err != nil {
		return "", err
	}
	j.event = func(ev *edi.Event) { writeEvent(&b, ev) }
	j.found = func(f edi.Finding) {
		if f.Trigger != nil {
			fmt.Fprintf(&b, "%+v ", *f.Trigger)
			f.Trigger = nil
		}
		fmt.Fprintf(&b, "%+v\n", f)
	}
	j.judged = func(m *edi.Message, g *guide.Guide, r *guide.Result) {
		fmt.Fprintf(&b, "%q\n", m.Raw())
		if g != nil {
			fmt.Fprintf(&b, "%d %d\n%s", r.Total, r.Errors, loops(m, r.Match))
		}
	}
	j.answered = func(a *answer) { fmt.Fprintf(&b, "%q\n", a.bytes) }
	err = j.run(r)
	return b.String(), err
}

func writeEvent(b *strings.Builder, ev *edi.Event) {
	fmt.Fprintf(b, "%d %d+%d", ev.Kind, ev.Offset, ev.Length)
	if ev.Interchange != nil {
		fmt.Fprintf(b, " %+v", *ev.Interchange)
	}
	if ev.Group != nil {
		fmt.Fprintf(b, " %+v", *ev.Group)
	}
	if s := ev.Segment; s != nil {
		fmt.Fprintf(b, " %d %d %q", s.Offset, s.Ordinal, s.Raw())
	}
	if m := ev.Message; m != nil && m.Len() > 0 {
		last := m.Segment(m.Len())
		fmt.Fprintf(b, " %s %d %d %d %d", m.Path, m.Offset, m.Ordinal, m.Len(), last.Offset)
	}
	b.WriteByte('\n')
}

// failing is what tests and properties have in common.
type failing interface {
	Errorf(format string, args ...any)
	Helper()
}

// sameInPieces reads data whole and in pieces of sizes: it is all the same.
func sameInPieces(t failing, name string, data []byte, opt options, sizes []int) {
	t.Helper()
	whole, err := account(bytes.NewReader(data), opt)
	if err != nil {
		t.Errorf("%s: %v", name, err)
	}
	got, err := account(&pieces{data: data, sizes: sizes}, opt)
	if err != nil {
		t.Errorf("%s in pieces of %v: %v", name, sizes, err)
	}
	if got != whole {
		t.Errorf("%s in pieces of %v: - whole, + pieces\n%s", name, sizes, differences(whole, got))
	}
}

// TestPieces reads every document in pieces of one byte, and of sizes that no buffer
// likes.
func TestPieces(t *testing.T) {
	for _, d := range documents(t) {
		for _, sizes := range [][]int{{1}, {2, 3}, {1, 105, 2}, {4095, 1}, {1<<16 - 1, 3}} {
			sameInPieces(t, d.name, d.data, d.options, sizes)
		}
	}
}

// TestAnyPieces draws documents, two of them run into each other, and sizes.
func TestAnyPieces(t *testing.T) {
	all := documents(t)
	rapid.Check(t, func(t *rapid.T) {
		d := rapid.SampledFrom(all).Draw(t, "document")
		data := d.data
		if rapid.Bool().Draw(t, "two") {
			next := rapid.SampledFrom(all).Draw(t, "next").data
			data = append(bytes.Clone(data[:rapid.IntRange(0, len(data)).Draw(t, "cut")]), next...)
		}
		sameInPieces(t, d.name, data, d.options, rapid.SliceOfN(rapid.IntRange(1, 300), 1, 9).Draw(t, "sizes"))
	})
}

// parts are the pieces that a Reader makes of a file: gaps, UNA, segments.
type parts struct {
	written bytes.Buffer // all of them, written by a Writer
	covered int64        // where the last one ends
	wrong   []string
}

func (p *parts) cover(what string, offset, length int64) {
	if offset != p.covered {
		p.wrong = append(p.wrong, fmt.Sprintf("%s begins at byte %d, the part before ends at %d", what, offset, p.covered))
	}
	p.covered = offset + length
}

// take reads all of data and writes it again.
func (p *parts) take(data []byte) error {
	r := edi.NewReader(bytes.NewReader(data), edi.Limits{})
	for {
		gap, err := r.Find(&p.written)
		if gap.Length > 0 {
			p.cover("a gap", gap.Offset, gap.Length)
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		p.written.Write(r.UNA())
		p.covered += int64(len(r.UNA()))
		w := edi.NewWriter(&p.written, r.Delimiters())
		for {
			s, err := r.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				return err
			}
			p.cover(fmt.Sprintf("segment %d", s.Ordinal), s.Offset, int64(len(s.Raw())))
			p.elements(s, data)
			if err := w.WriteSegment(s); err != nil {
				return err
			}
		}
	}
}

// elements checks that the elements of s stand where they say, one behind the other.
func (p *parts) elements(s *edi.Segment, data []byte) {
	at := s.Offset + int64(len(s.Tag()))
	for n := 1; n <= s.Len(); n++ {
		v := s.Element(n)
		begin := s.ElementOffset(n)
		if begin != at+1 || !bytes.Equal(data[begin:begin+int64(len(v))], v) {
			p.wrong = append(p.wrong, fmt.Sprintf("segment %d: element %d is %q at byte %d, the one before ends at %d", s.Ordinal, n, v, begin, at))
			return
		}
		at = begin + int64(len(v))
	}
	if end := s.Offset + int64(len(s.Data())); at != end {
		p.wrong = append(p.wrong, fmt.Sprintf("segment %d: its elements end at byte %d, it ends at %d", s.Ordinal, at, end))
	}
}

// TestRoundTrip reads every document and writes it again: it is the same, and each
// byte belongs to one part.
func TestRoundTrip(t *testing.T) {
	for _, d := range documents(t) {
		checkParts(t, d.name, d.data)
	}
}

// TestRoundTripOfMutations does the same with documents that are broken in one place.
func TestRoundTripOfMutations(t *testing.T) {
	for _, d := range sounds(t) {
		for _, kind := range mutators() {
			kind.most = 3
			for _, m := range sample(kind, d) {
				checkParts(t, d.name+", "+m.what, d.apply(m.edits))
			}
		}
	}
}

func checkParts(t *testing.T, name string, data []byte) {
	t.Helper()
	var p parts
	if err := p.take(data); err != nil {
		t.Errorf("%s: %v", name, err)
		return
	}
	if p.covered != int64(len(data)) {
		p.wrong = append(p.wrong, fmt.Sprintf("the last part ends at byte %d of %d", p.covered, len(data)))
	}
	if !bytes.Equal(p.written.Bytes(), data) {
		p.wrong = append(p.wrong, "what is written is not what was read")
	}
	for _, w := range p.wrong {
		t.Errorf("%s: %s", name, w)
	}
}
