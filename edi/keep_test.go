package edi

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"
)

// TestText keeps what a Reader gave and reads on: it does not change.
func TestText(t *testing.T) {
	r := NewReader(strings.NewReader(""), Limits{})
	var texts, want []string
	var kept [][]byte
	last := ""
	for n := range 10_000 {
		v := []byte(strings.Repeat(fmt.Sprint(n/3), 1+n%40))
		last = r.Text(last, v)
		texts, want = append(texts, last), append(want, string(v))
		kept = append(kept, r.Keep(v))
		kept[n] = append(kept[n], "grown"...) // grows into nothing that is another's
		clear(v)
	}
	for n := range texts {
		if texts[n] != want[n] || string(kept[n]) != want[n]+"grown" {
			t.Fatalf("%d\n got %q, %q\nwant %q", n, texts[n], kept[n], want[n])
		}
	}
	if got := r.Text("as before", []byte("as before")); got != "as before" {
		t.Errorf("got %q", got)
	}
	if long := bytes.Repeat([]byte("A"), 3*textBlock); r.Text("", long) != string(long) || !bytes.Equal(r.Keep(long), long) {
		t.Error("what is long is not kept")
	}
}

// TestManyInterchanges reads each with its own delimiters and separators again:
// the index of one must not be taken for that of the next.
func TestManyInterchanges(t *testing.T) {
	var file strings.Builder
	var want []string
	for n := range 400 {
		text := isa
		if n%7 > 3 {
			text = isa2
		}
		text += strings.Repeat("N1*A*B~", n%5) + "IEA*0~"
		if n%7 > 3 {
			text = strings.NewReplacer("*", "|", "~", "'").Replace(text)
		}
		if n%11 == 0 { // a terminator in a text of the header
			text = strings.Replace(text, "NORTHPIER ", "NORTHPIER"+text[105:106], 1)
		}
		file.WriteString(text)
		want = append(want, fmt.Sprintf("ISA 16%s IEA 1", strings.Repeat(" N1 2", n%5)))
	}
	r := NewReader(strings.NewReader(file.String()), Limits{})
	for n := range want {
		if _, err := r.Find(nil); err != nil {
			t.Fatal(err)
		}
		var got []string
		for s, err := r.Next(); err != io.EOF; s, err = r.Next() {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, fmt.Sprintf("%s %d", s.Tag(), s.Len()))
		}
		if got := strings.Join(got, " "); got != want[n] {
			t.Fatalf("interchange %d\n got %s\nwant %s", n, got, want[n])
		}
	}
}
