package main

import (
	"strings"
	"testing"
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
			"N1*S··T*·*x~",
			"   ^^^^"},
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

// Whatever a finding says, the mark stands below the text and on one line.
func FuzzCaret(f *testing.F) {
	f.Add([]byte("PO1*3*12*EE*9.95~\n"), 9, 2)
	f.Add([]byte(strings.Repeat("é", 300)), 77, 400)
	f.Fuzz(func(t *testing.T, raw []byte, at, length int) {
		text, mark := caret(raw, at, length)
		if strings.ContainsAny(text+mark, "\n\r\x00") || !strings.Contains(mark, "^") {
			t.Errorf("caret of %q at %d, %d\n got %q\n     %q", raw, at, length, text, mark)
		}
		if n := len([]rune(text)); n > caretWidth+6 || len(mark) > n+1 {
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
