package canonical

import (
	"bytes"
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

//go:generate go run ./generate

// Append appends a document as one JSON object: what encoding/json writes, HTML
// characters left as they are, at a fraction of the cost.
func Append(dst []byte, doc Document) []byte {
	if out, ok := appendDocument(dst, doc); ok {
		return out
	}
	return appendOther(dst, doc)
}

// Present says which members of a part of a document are worth a look: of the
// struct that v points to, bit i stands for field i, and is 0 where that is an
// array without elements or an object that is not there. Of types that it does not
// know all bits are 1.
func Present(v any) uint64 {
	if p, ok := v.(interface{ present() uint64 }); ok {
		return p.present()
	}
	return math.MaxUint64
}

// object is what encoders.go can append.
type object[T any] interface {
	*T
	appendJSON(dst []byte) []byte
}

// closed ends an object: the brace takes the place of the last comma.
func closed(dst []byte) []byte {
	if n := len(dst) - 1; dst[n] == ',' {
		dst[n] = '}'
		return dst
	}
	return append(dst, '}')
}

func appendObjects[T any, P object[T]](dst []byte, all []T) []byte {
	if all == nil {
		return append(dst, "null"...)
	}
	dst = append(dst, '[')
	for i := range all {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = P(&all[i]).appendJSON(dst)
	}
	return append(dst, ']')
}

func appendStrings[S ~string](dst []byte, all []S) []byte {
	if all == nil {
		return append(dst, "null"...)
	}
	dst = append(dst, '[')
	for i, s := range all {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendText(dst, string(s))
	}
	return append(dst, ']')
}

func appendNumbers(dst []byte, all []int) []byte {
	if all == nil {
		return append(dst, "null"...)
	}
	dst = append(dst, '[')
	for i, n := range all {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = strconv.AppendInt(dst, int64(n), 10)
	}
	return append(dst, ']')
}

// appendOther leaves what documents have little of to encoding/json. Nothing that
// a document holds can fail.
func appendOther(dst []byte, v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return append(dst, "null"...)
	}
	return append(dst, bytes.TrimSuffix(b.Bytes(), []byte("\n"))...)
}

// appendMember appends a member: name has its quotes, the colon and the quote that
// opens the text.
func appendMember(dst []byte, name, text string) []byte {
	dst = append(dst, name...)
	if ordinary(text) {
		dst = append(dst, text...)
	} else {
		dst = appendEscaped(dst, text)
	}
	return append(dst, '"', ',')
}

// appendText appends a text in quotes (RFC 8259 section 7). Bytes that are no
// UTF-8 become U+FFFD; U+2028 and U+2029 are escaped, as JavaScript needs it.
func appendText(dst []byte, s string) []byte {
	dst = append(dst, '"')
	if ordinary(s) {
		return append(append(dst, s...), '"')
	}
	return append(appendEscaped(dst, s), '"')
}

// ordinary reports whether a text is ASCII and can stand as it is. It looks at
// eight bytes at a time.
func ordinary(s string) bool {
	if len(s) < 8 {
		for i := 0; i < len(s); i++ {
			if c := s[i]; c < 0x20 || c == '"' || c == '\\' || c >= utf8.RuneSelf {
				return false
			}
		}
		return true
	}
	for i := 0; i < len(s)-8; i += 8 {
		if !ordinary8(s[i:]) {
			return false
		}
	}
	return ordinary8(s[len(s)-8:])
}

// ordinary8 is ordinary for the first eight bytes of s. Of a byte below 0x80 that
// is less than another, the difference has the highest bit.
func ordinary8(s string) bool {
	const each, high = 0x0101010101010101, 0x8080808080808080
	w := uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
	quote, slash := w^'"'*each, w^'\\'*each
	return (w|(w-0x20*each)|(quote-each)|(slash-each))&high == 0
}

// appendEscaped appends a text some of which cannot stand as it is.
func appendEscaped(dst []byte, s string) []byte {
	for i := 0; i < len(s); {
		if c := s[i]; c < utf8.RuneSelf {
			dst = appendByte(dst, c)
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == '\u2028':
			dst = append(dst, `\u2028`...)
		case r == '\u2029':
			dst = append(dst, `\u2029`...)
		case r == utf8.RuneError && n == 1:
			dst = append(dst, `\ufffd`...)
		default:
			dst = append(dst, s[i:i+n]...)
		}
		i += n
	}
	return dst
}

func appendByte(dst []byte, c byte) []byte {
	if c >= 0x20 && c != '"' && c != '\\' {
		return append(dst, c)
	}
	if i := strings.IndexByte("\"\\\b\f\n\r\t", c); i >= 0 {
		return append(dst, '\\', `"\bfnrt`[i])
	}
	const hex = "0123456789abcdef"
	return append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
}
