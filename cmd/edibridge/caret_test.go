package main

import (
	"strings"
	"testing"

	"github.com/edibridge/edibridge/edi/guide"
)

func TestCaret(t *testing.T) {
	long := "N9*" + strings.Repeat("x", 200) + "*END~\r\n"
	tests := []struct {
		name, raw  string
		at, length int
		text, mark string
	}{
		{"value", "PO1*3*12*EE*9.95~\n", 9, 2,
			"PO1*3*12*EE*9.95~",
			"         ^^"},
		{"missing", "PO1*3~", 5, 0,
			"PO1*3~",
			"     ^"},
		{"behind the end", "PO1*3~", 99, 5,
			"PO1*3~",
			"      ^"},
		{"wide characters", "N1*ST*Käse*ü*x~", 12, 2,
			"N1*ST*Käse*ü*x~",
			"           ^"},
		{"control characters", "N1*S\x00\x07T*\xff*x~", 3, 4,
			"N1*S··T*ÿ*x~",
			"   ^^^^"},
		{"characters of two columns", "N1*ST*東京*X~", 13, 1,
			"N1*ST*東京*X~",
			"           ^"},
		{"a mark on one of them", "N1*ST*東京*X~", 9, 3,
			"N1*ST*東京*X~",
			"        ^^"},
		{"a tab", "N1*ST*a\tb*X~", 10, 1,
			"N1*ST*a·b*X~",
			"          ^"},
		{"cut around the mark", long, 204, 3,
			"..." + strings.Repeat("x", 95) + "*END~",
			strings.Repeat(" ", 3+96) + "^^^"},
		{"a long mark", long, 3, 200,
			"N9*" + strings.Repeat("x", 97) + "...",
			"   " + strings.Repeat("^", 50)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			text, mark := caret([]byte(tt.raw), tt.at, tt.length)
			if text != tt.text || mark != tt.mark {
				t.Errorf("caret\n got %q\n     %q\nwant %q\n     %q", text, mark, tt.text, tt.mark)
			}
		})
	}
}

// Marks of several findings stand below one segment.
func TestCarets(t *testing.T) {
	tests := []struct {
		name, raw  string
		marks      []markedBytes
		text, mark string
	}{
		{"two", "PO1*1*12*Q9*9,95~", []markedBytes{{9, 2}, {12, 4}},
			"PO1*1*12*Q9*9,95~",
			"         ^^ ^^^^"},
		{"one in the other", "DTM+137:20261323:102'", []markedBytes{{4, 16}, {8, 8}},
			"DTM+137:20261323:102'",
			"    ^^^^^^^^^^^^^^^^"},
		{"the same", "PO1*1~", []markedBytes{{4, 1}, {4, 1}},
			"PO1*1~",
			"    ^"},
		{"a value and what is missing behind it", "N1*ST*X*92~", []markedBytes{{8, 2}, {10, 0}},
			"N1*ST*X*92~",
			"        ^^^"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			text, mark := carets([]byte(tt.raw), tt.marks)
			if text != tt.text || mark != tt.mark {
				t.Errorf("carets\n got %q\n     %q\nwant %q\n     %q", text, mark, tt.text, tt.mark)
			}
		})
	}
}

// Every rule has a page, and what judges here names no other.
func TestRulePages(t *testing.T) {
	pages := map[string]rulePage{}
	for _, p := range rulePages() {
		if p.ID == "" || p.Text == "" || p.Severity == "" || p.Part == "" || pages[p.ID].ID != "" {
			t.Errorf("page %+v", p)
		}
		pages[p.ID] = p
	}
	for _, r := range guide.Rules() {
		if p := pages[r.ID]; p.Text != r.Text || p.Severity != string(r.Severity) {
			t.Errorf("page of %s\n got %+v\nwant %+v", r.ID, p, r)
		}
	}
}

// Whatever a finding says, the mark stands below the text and on one line.
func FuzzCaret(f *testing.F) {
	f.Add([]byte("PO1*3*12*EE*9.95~\n"), 9, 2)
	f.Add([]byte(strings.Repeat("é", 300)), 77, 400)
	f.Add([]byte(strings.Repeat("0", 46)+strings.Repeat("\x9e", 200)), 74, 400)
	f.Fuzz(func(t *testing.T, raw []byte, at, length int) {
		text, mark := caret(raw, at, length)
		if strings.ContainsAny(text+mark, "\n\r\x00") || !strings.Contains(mark, "^") {
			t.Errorf("caret of %q at %d, %d\n got %q\n     %q", raw, at, length, text, mark)
		}
		if n := columns(text); n > 2*caretWidth+6 || len(mark) > n+1 {
			t.Errorf("caret of %q at %d, %d: text of %d columns, mark of %d", raw, at, length, n, len(mark))
		}
	})
}

func TestTimestamp(t *testing.T) {
	tests := []struct{ date, clock, want string }{
		{"261123", "0930", "2026-11-23T09:30"},
		{"991231", "235959", "1999-12-31T23:59"},
		{"20261123", "0930", "2026-11-23T09:30"},
		{"26112", "0930", ""},
		{"261123", "", ""},
		{"2611xx", "0930", ""},
	}
	for _, tt := range tests {
		if got := timestamp(tt.date, tt.clock); got != tt.want {
			t.Errorf("timestamp %q %q\n got %q\nwant %q", tt.date, tt.clock, got, tt.want)
		}
	}
}

func TestThousands(t *testing.T) {
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567"} {
		if got := thousands(n); got != want {
			t.Errorf("thousands %d\n got %s\nwant %s", n, got, want)
		}
	}
}

// columns is how wide a text is shown.
func columns(text string) int {
	n := 0
	for b := []byte(text); len(b) > 0; {
		_, size, columns := shownRune(b)
		n += columns
		b = b[size:]
	}
	return n
}
