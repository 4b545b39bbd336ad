package sqlstore

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func FuzzEscape(f *testing.F) {
	for _, s := range []string{"", "plain", "K\xf6ln", "a\x00b", textMark, textMark + "00", "\xef\xa3", textMark[:2] + textMark, "\xff" + textMark + "zz"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		stored := escape(s)
		if !utf8.ValidString(stored) || strings.Contains(stored, "\x00") {
			t.Errorf("stored\n got %q of %q\nwant UTF-8 without NUL", stored, s)
		}
		if got := unescape(stored); got != s {
			t.Errorf("read again\n got %q\nwant %q", got, s)
		}
	})
}
