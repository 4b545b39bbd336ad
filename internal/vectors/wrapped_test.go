package vectors

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/edi/guide"
)

// wrapping is how a file is broken into lines.
type wrapping struct {
	width int
	brk   string
}

// wrappings are the width that the trade knows, and others.
func wrappings() []wrapping { return []wrapping{{80, "\n"}, {80, "\r\n"}, {61, "\r\n"}, {132, "\n"}} }

// apply breaks data into lines.
func (w wrapping) apply(data []byte) []byte {
	var out []byte
	for line := range slices.Chunk(data, w.width) {
		out = append(out, line...)
		if len(line) == w.width {
			out = append(out, w.brk...)
		}
	}
	return out
}

// at is the offset in the wrapped file of the byte at an offset of the file.
func (w wrapping) at(offset int64) int64 {
	return offset + offset/int64(w.width)*int64(len(w.brk))
}

// moved is the finding about the same bytes of the wrapped file.
func (w wrapping) moved(f edi.Finding) edi.Finding {
	end := w.at(f.Offset)
	if f.Length > 0 {
		end = w.at(f.Offset+int64(f.Length)-1) + 1
	}
	f.Offset = w.at(f.Offset)
	f.Length = int(end - f.Offset)
	return f
}

// flat gives data with nothing between its segments; ok is false when more than
// segments and UNA would be lost.
func flat(t testing.TB, data []byte) (out []byte, ok bool) {
	t.Helper()
	r := edi.NewReader(bytes.NewReader(data), edi.Limits{})
	for {
		gap, err := r.Find(nil)
		if err != nil {
			return out, len(out) > 0
		}
		if una := r.UNA(); len(una) > 0 {
			out = append(out, una[:9]...)
		}
		if gap.Length > 0 && !gap.Blank || r.Delimiters().Segment <= ' ' {
			return nil, false
		}
		for s, err := r.Next(); err == nil; s, err = r.Next() {
			if len(bytes.TrimLeft(s.Break(), "\r\n")) > 0 || bytes.ContainsAny(s.Data(), "\r\n") {
				return nil, false
			}
			out = append(out, s.Raw()[:len(s.Raw())-len(s.Break())]...)
		}
	}
}

// seen is what somebody sees of a file whose places are not those of its bytes:
// findings, each moved by at, trees and acknowledgments.
func seen(t testing.TB, data []byte, opt options, at func(edi.Finding) edi.Finding) (text string, wrapped int) {
	t.Helper()
	var b strings.Builder
	j := newJudging(t, opt)
	j.found = func(f edi.Finding) {
		if f.Rule == "edi.wrapped" {
			wrapped++
			return
		}
		f = at(f)
		if f.Trigger != nil {
			fmt.Fprintf(&b, "%+v ", *f.Trigger)
			f.Trigger = nil
		}
		fmt.Fprintf(&b, "%+v\n", f)
	}
	j.judged = func(m *edi.Message, g *guide.Guide, r *guide.Result) {
		fmt.Fprintf(&b, "%q\n", m.Unwrapped())
		if g != nil {
			fmt.Fprintf(&b, "%d %d\n%s", r.Total, r.Errors, loops(m, r.Match))
		}
	}
	j.answered = func(a *answer) { fmt.Fprintf(&b, "%q\n", a.bytes) }
	if err := j.run(bytes.NewReader(data)); err != nil {
		t.Fatal(err)
	}
	return b.String(), wrapped
}

// TestWrapped breaks documents, sound and not, into lines of one width: what is
// said of them is the same, each place at the same bytes, breaks counted.
func TestWrapped(t *testing.T) {
	recognised := 0
	for _, d := range documents(t) {
		data, ok := flat(t, d.data)
		if !ok {
			continue
		}
		for _, w := range wrappings() {
			want, _ := seen(t, data, d.options, w.moved)
			got, n := seen(t, w.apply(data), d.options, func(f edi.Finding) edi.Finding { return f })
			if n == 0 {
				continue // too short, or with a header that leaves open what it is
			}
			recognised++
			if got != want {
				t.Errorf("%s in lines of %d and %q: - as one line, + as these\n%s", d.name, w.width, w.brk, differences(want, got))
			}
		}
	}
	if recognised < 500 {
		t.Errorf("%d documents were recognised as wrapped", recognised)
	}
}
