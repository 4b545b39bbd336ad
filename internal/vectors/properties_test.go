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

func (p *parts) say(format string, args ...any) {
	p.wrong = append(p.wrong, fmt.Sprintf(format, args...))
}

func (p *parts) cover(what string, offset, length int64) {
	if offset != p.covered {
		p.say("%s begins at byte %d, the part before ends at %d", what, offset, p.covered)
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
		if err := p.interchange(r, data); err != nil {
			return err
		}
	}
}

// interchange takes its segments.
func (p *parts) interchange(r *edi.Reader, data []byte) error {
	w := edi.NewWriter(&p.written, r.Delimiters())
	l := folds{step: -1}
	for {
		s, err := r.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		p.cover(fmt.Sprintf("segment %d", s.Ordinal), s.Offset, int64(len(s.Raw())))
		if p.covered > int64(len(data)) || !bytes.Equal(data[s.Offset:p.covered], s.Raw()) {
			p.say("segment %d: %q does not stand at byte %d", s.Ordinal, s.Raw(), s.Offset)
			return nil
		}
		p.elements(s, l.places(p, s, r.Width()))
		if err := w.WriteSegment(s); err != nil {
			return err
		}
	}
}

// folds are the breaks of an interchange that is broken at one width: where the last
// break was that is not read, and how far apart they stand.
type folds struct {
	last int64
	step int64 // bytes from one break to the next; -1: none was met
}

// places gives the offset in the file of each byte of s as it is read, and of
// the end. What of s is not read must be line breaks, one width apart; where
// nothing is wrapped, all of it is read.
func (l *folds) places(p *parts, s *edi.Segment, width int) []int64 {
	raw, read := s.Raw(), s.Unwrapped()
	at := make([]int64, 0, len(read)+1)
	i := 0
	for i < len(raw) {
		n := l.skipped(raw[i:], read[len(at):], s.Offset+int64(i), width)
		if n == 0 && (len(at) == len(read) || raw[i] != read[len(at)]) {
			p.say("segment %d: %q is read as %q", s.Ordinal, raw, read)
			break
		}
		if n == 0 {
			at = append(at, s.Offset+int64(i))
			i++
			continue
		}
		if step := int64(width + n); l.step >= 0 && s.Offset+int64(i) != l.last+step {
			p.say("segment %d: the break at byte %d is not read, the one before is at %d", s.Ordinal, s.Offset+int64(i), l.last)
		}
		l.last, l.step = s.Offset+int64(i), int64(width+n)
		i += n
	}
	if len(at) < len(read) {
		p.say("segment %d: %q is read as %q", s.Ordinal, raw, read)
	}
	return append(at, s.Offset+int64(i))
}

// skipped is how many bytes of a break begin raw, at offset at, that are not
// among what is read.
func (l *folds) skipped(raw, read []byte, at int64, width int) int {
	n := 0
	switch {
	case width == 0:
		return 0
	case bytes.HasPrefix(raw, []byte("\r\n")):
		n = 2
	case raw[0] == '\n':
		n = 1
	}
	if l.step >= 0 && at != l.last+l.step {
		return 0
	}
	if l.step < 0 && bytes.HasPrefix(read, raw[:n]) {
		return 0
	}
	return n
}

// elements checks that the elements of s stand where they say, one behind the other;
// at has the offset of each byte of it.
func (p *parts) elements(s *edi.Segment, at []int64) {
	if len(at) <= len(s.Data()) {
		return // it was told why
	}
	end := len(s.Tag())
	for n := 1; n <= s.Len(); n++ {
		v := s.Element(n)
		from, to := s.Span(n)
		if from != end+1 || to > len(s.Data()) || !bytes.Equal(s.Data()[from:to], v) || s.ElementOffset(n) != at[from] {
			p.say("segment %d: element %d is %q at byte %d, the one before ends at %d", s.Ordinal, n, v, s.ElementOffset(n), at[end])
			return
		}
		end = to
	}
	if end != len(s.Data()) || s.ElementOffset(s.Len()+1) != at[end] {
		p.say("segment %d: its elements end at byte %d, it ends at %d", s.Ordinal, at[end], s.ElementOffset(s.Len()+1))
	}
	behind := end
	if s.Terminated() {
		behind++
	}
	if got := s.End(); behind > 0 && got != at[behind-1]+1 {
		p.say("segment %d: it ends at byte %d, its terminator at %d", s.Ordinal, got, at[behind-1]+1)
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
