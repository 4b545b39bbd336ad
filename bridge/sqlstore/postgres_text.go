package sqlstore

import (
	"encoding/hex"
	"slices"
	"strings"
	"unicode/utf8"
)

// PostgreSQL takes no text with a NUL or with what is not UTF-8, and partners
// send both. Such a byte is stored as textMark and two hex digits, and so is the
// mark where it stands in a text: every text is read as it was written.
const textMark = "\uF8FF" // of the private use area

// escape is a text as PostgreSQL stores it.
func escape(s string) string {
	if utf8.ValidString(s) && strings.IndexByte(s, 0) < 0 && !strings.Contains(s, textMark) {
		return s
	}
	out := make([]byte, 0, len(s)+16)
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		if r == 0 || r == utf8.RuneError && size == 1 || strings.HasPrefix(s[i:], textMark) {
			out = hex.AppendEncode(append(out, textMark...), []byte{s[i]})
			i++
			continue
		}
		out = append(out, s[i:i+size]...)
		i += size
	}
	return string(out)
}

// unescape reads what escape wrote.
func unescape(s string) string {
	if !strings.Contains(s, textMark) {
		return s
	}
	parts := strings.Split(s, textMark)
	out := []byte(parts[0])
	for _, p := range parts[1:] {
		b, err := hex.DecodeString(p[:min(2, len(p))])
		if err != nil || len(b) != 1 {
			out = append(append(out, textMark...), p...) // not of our writing
			continue
		}
		out = append(append(out, b...), p[2:]...)
	}
	return string(out)
}

// escaping gives the arguments of a statement with their texts escaped.
func escaping(args []any) []any {
	ours := false // args are the caller's until one changes
	for i, a := range args {
		text, ok := a.(string)
		if !ok {
			continue
		}
		if stored := escape(text); stored != text {
			if !ours {
				args, ours = slices.Clone(args), true
			}
			args[i] = stored
		}
	}
	return args
}

// unescaping scans a row and reads its texts as they were written.
func unescaping(scan scanner) scanner {
	return func(dest ...any) error {
		if err := scan(dest...); err != nil {
			return err
		}
		for _, d := range dest {
			switch p := d.(type) {
			case *string:
				*p = unescape(*p)
			case **string:
				if *p != nil {
					**p = unescape(**p)
				}
			}
		}
		return nil
	}
}
