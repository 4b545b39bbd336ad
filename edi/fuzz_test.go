package edi

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// corpusSeeds adds the small files of the corpus in folders of these patterns, where
// there is a corpus.
func corpusSeeds(f *testing.F, add func([]byte), patterns ...string) {
	f.Helper()
	const longest = 16 << 10 // what is longer is slow to vary
	root := os.Getenv("EDIBRIDGE_CORPUS")
	if root == "" {
		return
	}
	for _, pattern := range patterns {
		files, err := filepath.Glob(filepath.Join(root, pattern, "*"))
		if err != nil || len(files) == 0 {
			f.Fatalf("no files in %s: %v", pattern, err)
		}
		for _, name := range files {
			data, err := os.ReadFile(name)
			if err != nil {
				f.Fatal(err)
			}
			if len(data) <= longest {
				add(data)
			}
		}
	}
}

// unreleasedValue is v without its release characters.
func unreleasedValue(v []byte, release byte) string {
	var b strings.Builder
	for i := 0; i < len(v); i++ {
		if v[i] == release && release != 0 && i+1 < len(v) {
			i++
		}
		b.WriteByte(v[i])
	}
	return b.String()
}

// FuzzWriter writes a segment of whatever values, under the delimiters of whatever
// header, and reads it again: the values are the same, or there is a *DelimiterError
// and nothing is written.
func FuzzWriter(f *testing.F) {
	f.Add(unb, "FTX", "AAI\x01\x01\x01A+B:C'D?E*F\x02\x02", "\r\n")
	f.Add(strings.Replace(unb, "UNOC:3", "UNOC:4", 1), "PIA", "1\x01A*B\x02SA", "")
	f.Add("UNA|;,\\^~\n"+strings.NewReplacer(":", "|", "+", ";", "'", "~").Replace(unb), "NAD", "BY\x01\\\\x02\\", "\n")
	f.Add(isa, "N1", "ST\x01NORTH STORE\x0192\x010042", "")
	f.Add(isa2, "MSG", "A|B\x01C:D\x02^\x02'", "\r\n")
	corpusSeeds(f, func(data []byte) { f.Add(string(data), "REF", "A\x02B\x01C", "") }, "x12/850", "edifact/ORDERS")
	f.Fuzz(func(t *testing.T, header, tag, values, lineBreak string) {
		r := NewReader(strings.NewReader(header), Limits{})
		if _, err := r.Find(nil); err != nil || tag == "" || strings.Trim(tag, "ABCDEFGHJKLMPQRSTVWXYZ0123456789") != "" {
			return
		}
		head, err := r.Next()
		d := r.Delimiters()
		if err != nil || r.Width() > 0 || r.Standard() == X12 && len(head.Element(16)) == 0 {
			return // whether it is a header depends on what stands behind it
		}
		if !head.Terminated() || strings.ContainsAny(tag, string([]byte{d.Release, d.Repetition})) {
			return
		}
		begin := append(bytes.Clone(r.UNA()), head.Raw()...)
		if lineBreak != "\n" && lineBreak != "\r\n" {
			lineBreak = ""
		}
		var elements [][]string
		for _, e := range strings.Split(values, "\x01") {
			elements = append(elements, strings.Split(e, "\x02"))
		}
		writeAndRead(t, begin, d, lineBreak, tag, elements)
	})
}

// writeAndRead writes one segment behind the header begin and reads it again.
func writeAndRead(t *testing.T, begin []byte, d Delimiters, lineBreak, tag string, elements [][]string) {
	t.Helper()
	out := bytes.NewBuffer(bytes.Clone(begin))
	w := NewWriter(out, d)
	w.LineBreak = lineBreak
	err := w.WriteComposites(tag, elements...)
	if e := (*DelimiterError)(nil); errors.As(err, &e) {
		if out.Len() != len(begin) || d.Release != 0 && d.Component != 0 {
			t.Fatalf("%v, and %q is written", err, out.Bytes()[len(begin):])
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, mark := range []string{"ISA", "UNA", "UNB", "UIB", "UNO", "BIN", "BDS"} {
		if bytes.Contains(out.Bytes()[len(begin):], []byte(mark)) {
			return // the next interchange, or bytes of their own length, may begin there
		}
	}
	r := NewReader(bytes.NewReader(out.Bytes()), Limits{})
	if _, err := r.Find(nil); err != nil {
		t.Fatal(err)
	}
	if r.Width() > 0 {
		return // line breaks in the values stand where those of a wrapped file would
	}
	if _, err := r.Next(); err != nil {
		t.Fatal(err)
	}
	s, err := r.Next()
	if err != nil {
		t.Fatal(err)
	}
	if got := string(s.Tag()); got != tag {
		t.Fatalf("tag\n got %q\nwant %q", got, tag)
	}
	for i, components := range elements {
		for k, want := range components {
			if got := unreleasedValue(s.Component(i+1, k+1), d.Release); got != want {
				t.Fatalf("element %d, component %d of %q\n got %q\nwant %q", i+1, k+1, s.Raw(), got, want)
			}
		}
	}
}
